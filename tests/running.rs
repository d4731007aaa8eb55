//! `prism run` and `test` from outside: every option, how input and agents come to parameters, exit codes.

use crate::binary::{Folder, words};
use serde_json::{Value as Json, json};

const TWO: &str = "pattern A(x: number) { x + 1 }\npattern B(x: number) { x * 10 }\n";

/// A call, its exit code, and what its output (or, where it fails, its error) begins with or holds.
type Row<'a> = (&'a str, i32, &'a str);

fn check(folder: &Folder, rows: &[Row]) {
    let mut wrong = Vec::new();
    for (command, code, wanted) in rows {
        let words = words(command);
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let outcome = folder.prism(&arguments);
        let shown = if *code == 0 { &outcome.out } else { &outcome.err };
        if outcome.code != *code || !shown.contains(wanted) {
            wrong.push(format!("{command}: {}, {}{}", outcome.code, outcome.out, outcome.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An agent that answers so.
pub(crate) fn mock(value: i32, more: Json) -> Json {
    let mut agent = json!({
        "transport": "mock", "capabilities": ["t"], "replies": { "ask": [{ "value": value, "confidence": 1 }] }
    });
    agent.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    agent
}

#[test]
fn entries_and_input() {
    let folder = Folder::new("running/input");
    folder.write("two.prism", TWO);
    folder.write("pair.prism", "pattern P(x: number, y: string?, z: number = 3) { [x, y, z] }\n");
    folder.write("whole.prism", "pattern P(x: { a: number }) { x.a }\n");
    folder.write("five.json", "5\n");
    folder.write("echo.prism", "input");
    folder.write("marked.json", "\u{feff}{ \"x\": 4 }\n");
    folder.write("alone.prism", "pattern P(m: M) { m.ask(\"q\") }\nagent M { ask(q: string): string }\n");
    folder.write("none.prism", "pattern P() { 1 }\n");
    folder.write("bare.prism", "pattern P { input }\n");
    folder.write("rest.prism", "pattern P(...xs: number[]) { xs }\n");
    folder.write("first.prism", "pattern P(x: number, ...xs) { [x, xs] }\n");
    folder.write("named.prism", "pattern A() { 1 }\npattern B() { 2 }\nexport default B\n");
    folder.write("value.prism", "pattern A() { 1 }\npattern B() { 2 }\nexport default 5\n");
    folder.write("m.json", r#"{ "m": { "transport": "mock", "replies": { "ask": [{ "value": "b" }] } } }"#);
    check(
        &folder,
        &[
            ("run two.prism --input 1", 1, "P010"),
            ("run two.prism --entry B --input 4", 0, "40\n"),
            ("run two.prism --entry C", 1, "there are `A`, `B`"),
            ("run two.prism --entry A --input-file five.json", 0, "6\n"),
            ("run two.prism --entry A --input 1 --input-file five.json", 2, "cannot be used with"),
            ("run two.prism --entry A --input '{ \"x\": 3 }'", 0, "4\n"),
            ("run two.prism --entry A --input '{ \"x\": 1, \"y\": 3 }'", 1, "R033"),
            ("run two.prism --entry A --input '\"s\"'", 1, "R012"),
            ("run two.prism --entry A", 1, "R012"),
            ("run two.prism --entry A --input '{bad'", 1, "R011"),
            ("run pair.prism --input '{ \"x\": 1 }'", 0, "[1,null,3]\n"),
            ("run pair.prism --input '{ \"y\": \"a\" }'", 1, "R033"),
            ("run pair.prism --input 5", 1, "R033"),
            ("run whole.prism --input '{ \"a\": 7 }'", 0, "7\n"),
            ("run whole.prism --input '{ \"x\": { \"a\": 8 } }'", 0, "8\n"),
            ("run echo.prism", 0, "null\n"),
            ("run two.prism --entry A --input-file marked.json", 0, "5\n"),
            ("run none.prism --input '{ \"a\": 1 }'", 1, "R033"),
            ("run none.prism --input 5", 1, "R033"),
            ("run none.prism --input '{}'", 0, "1\n"),
            ("run bare.prism --input 5", 0, "5\n"),
            ("run rest.prism --input '[1, 2]'", 0, "[1,2]\n"),
            ("run rest.prism --input '{ \"xs\": [1, 2] }'", 0, "[1,2]\n"),
            ("run rest.prism --input '[1, \"a\"]'", 1, "R012"),
            ("run rest.prism", 0, "[]\n"),
            ("run first.prism --input '{ \"x\": 0, \"xs\": [[1], 2] }'", 0, "[0,[[1],2]]\n"),
            ("run first.prism --input '{ \"x\": 0 }'", 0, "[0,[]]\n"),
            ("run named.prism", 0, "2\n"),
            ("run value.prism", 1, "several patterns"),
            ("run alone.prism --agents m.json --input 5", 1, "R033"),
            ("run alone.prism --agents m.json --input '{ \"q\": 5 }'", 1, "R033"),
            ("run alone.prism --agents m.json --input '{}'", 0, "b"),
            ("run echo.prism --shaped --input '{ \"value\": 1, \"confidence\": 2 }'", 1, "R020"),
            ("run echo.prism --shaped --input '{ \"nothing\": 1 }'", 1, "R012"),
            ("run echo.prism --input 1e999", 1, "R0"),
        ],
    );
    assert_eq!(folder.prism_with(&["run", "-"], "1 + 1").out, "2\n");
    assert_eq!(folder.prism_with(&["run", "echo.prism", "--input-file", "-"], "[1]").out, "[1]\n");
}

/// Who forgets the input, or misspells its key, is told what to type.
#[test]
fn an_input_that_does_not_fit_is_answered_with_one_that_does() {
    let folder = Folder::new("running/advice");
    folder.write("one.prism", "pattern P(question: string) { question }\n");
    folder.write("two.prism", "type V = \"yes\" | \"no\"\npattern P(v: V, o: { a: number[], b?: string }) { v }\n");
    folder.write("inner.prism", "pattern P(x) { f(x) }\npattern f(y: string) { y }\nexport default P\n");
    let two = "`--input '{ \"v\": \"yes\", \"o\": { \"a\": [1] } }'`";
    check(
        &folder,
        &[
            ("run one.prism", 1, "Help: there is no input; give one as in `--input '{ \"question\": \"…\" }'`"),
            ("run one.prism --input '{ \"qestion\": \"a\" }'", 1, "the key `qestion`, and the parameter is `question`"),
            ("run one.prism --input 5", 1, "Help: give it as in `--input '{ \"question\": \"…\" }'`"),
            ("run two.prism", 1, two),
            ("run two.prism --input '{ \"v\": \"yes\", \"x\": 1 }'", 1, two),
            ("run one.prism --input why", 1, "--input:1:1 "),
            ("run one.prism --input why", 1, "a text is written in quotes"),
            ("run one.prism --input '{ \"question\": 1, }'", 1, "--input:1:18 "),
            ("run one.prism --shaped --input '{ \"value\": 1,, }'", 1, "--input:1:14 "),
        ],
    );
    let inner = folder.prism(&["run", "inner.prism", "--input", "5"]);
    assert!(inner.err.contains("[R012]") && !inner.err.contains("Help"), "{}", inner.err);
}

#[test]
fn a_script_says_what_it_is_and_takes() {
    let folder = Folder::new("running/tags");
    let tags = "/// @name Greeter\n/// @version 2.1.0\n/// @input { \"name\": \"string\", \"age?\": \"number\" }\n";
    folder.write("greet.prism", format!("{tags}/// @minAgents 2\n/// @confidence 0.8\n`hello ${{input.name}}`\n"));
    folder.write("named.prism", "/// @agents [\"critic\"]\nagentList.length\n");
    folder.write("pattern.prism", "/// @name Other\n@version(\"3.1.0\")\npattern P(x: number) { x }\n");
    folder.write("two.json", json!({ "a": mock(1, json!({})), "critic": mock(2, json!({})) }).to_string());
    folder.write("one.json", json!({ "a": mock(1, json!({})) }).to_string());
    check(
        &folder,
        &[
            ("run greet.prism --agents two.json --input '{ \"name\": \"Ada\" }'", 0, "hello Ada"),
            (
                "run greet.prism --agents one.json --input '{ \"name\": \"Ada\" }'",
                1,
                "`@minAgents` is 2, and 1 are bound",
            ),
            ("run greet.prism --agents two.json --input 5", 1, "R012"),
            ("run greet.prism --agents two.json --input '{ \"name\": 5 }'", 1, "`input.name` is 5"),
            ("run greet.prism --agents two.json", 1, "R012"),
            ("run named.prism --agents two.json", 0, "2\n"),
            ("run named.prism --agents one.json", 1, "nobody is bound as `critic`"),
            ("check greet.prism --bounds", 0, "Greeter 2.1.0\n"),
            ("check pattern.prism --bounds", 0, "P 3.1.0\n"),
        ],
    );
    let said = |file: &str| {
        let json: Json = serde_json::from_str(&folder.prism(&["check", "--format", "json", file]).out).unwrap();
        json["patterns"][0].clone()
    };
    let (script, pattern) = (said("greet.prism"), said("pattern.prism"));
    assert_eq!(script["name"], "Greeter");
    assert_eq!(script["metadata"], json!({ "version": "2.1.0", "minAgents": 2, "confidence": 0.8 }));
    assert_eq!((&pattern["name"], &pattern["metadata"]), (&json!("P"), &json!({ "version": "3.1.0" })));
}

#[test]
fn input_that_says_how_sure_it_is_may_not_act() {
    let folder = Folder::new("running/doubted");
    folder.write(
        "act.prism",
        "@effects(\"notify\") pattern P(q: string, w: W) { w.n(q) }\nagent W { @effect(\"notify\") n(x: any): number }\n",
    );
    folder.write("gated.prism", folder.read("act.prism").replace("w.n(q)", "if (~q >= 0.5) { w.n(q) }"));
    folder.write("w.json", r#"{ "w": { "transport": "mock", "replies": { "n": [{ "value": 7 }] } } }"#);
    let shape = r#"{"value":{"q":"x"},"confidence":0.1,"evidence":"stated"}"#;
    check(
        &folder,
        &[
            ("check act.prism", 0, "no faults"),
            ("check --shaped act.prism", 1, ""),
            ("check --shaped gated.prism", 0, "no faults"),
            ("run act.prism --agents w.json --input '\"x\"'", 0, "7 (~?)\n"),
            (&format!("run act.prism --agents w.json --shaped --input '{shape}'"), 1, "CF001"),
            (&format!("run gated.prism --agents w.json --shaped --input '{shape}'"), 0, "null\n"),
        ],
    );
}

#[test]
fn a_result_is_the_input_of_the_next_run() {
    let folder = Folder::new("running/shaped");
    folder.write("echo.prism", "input");
    for shape in [
        json!({ "value": 1, "confidence": 0.5, "evidence": "stated" }),
        json!({ "value": null, "confidence": null, "evidence": "unknown" }),
        json!({
            "value": { "a/b": [1, { "~": "x" }], "": 2 }, "confidence": 0.72, "evidence": "agreed",
            "parts": { "/a~1b/1/~0": { "confidence": 0.1, "evidence": "reported" }, "/": { "confidence": null, "evidence": "agreed" } },
        }),
    ] {
        let mut text = shape.to_string();
        for _ in 0..2 {
            let outcome = folder.prism(&["run", "--json", "--shaped", "--input", &text, "echo.prism"]);
            let got: Json = serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{}", outcome.err));
            assert_eq!(got, shape);
            text = outcome.out;
        }
    }
}

#[test]
fn an_input_may_begin_with_a_minus() {
    let folder = Folder::new("running/minus");
    folder.write("echo.prism", "input");
    assert_eq!(folder.prism(&["run", "echo.prism", "--input", "-1.5e3"]).out, "-1500\n");
    let twice = folder.prism(&["run", "echo.prism", "--input", "{\"a\":1,\"a\":2}"]);
    assert!(twice.err.contains("error: the key `a` occurs twice; keep one\n   ╭─[ --input:1:1 ]"), "{}", twice.err);
}

#[test]
fn a_search_that_takes_long_ends_in_time() {
    let folder = Folder::new("running/search");
    folder.write("slow.prism", "\"a\".repeat(200000).matches(/a*b|a/g).length");
    let outcome = folder.prism(&["run", "slow.prism", "--timeout", "50ms"]);
    assert!(outcome.err.starts_with("[R093]"), "{}", outcome.err);
    folder.write("wide.prism", "let a = 1\nlet b = 1\nfor i in 0..40 { a = [a, a]; b = [b, b] }\na == b");
    let outcome = folder.prism(&["run", "wide.prism", "--timeout", "50ms"]);
    assert!(outcome.err.starts_with("[R093]"), "{}", outcome.err);
}

#[test]
fn agents_come_to_parameters() {
    let folder = Folder::new("running/agents");
    folder.write(
        "bind.prism",
        "agent T { capabilities: [\"t\"]\n ask(): number }\n\
         pattern P(one: T, two: T, rest: T[1..2]) { [one.ask(), two.ask(), parallel(rest.map(it => it.ask()))] }\n",
    );
    folder.write("group.prism", "pattern P(panel: Agent[2..3]) { parallel(panel.map(it => it.ask())) }\n");
    folder.write(
        "panel.prism",
        "agent T { capabilities: [\"t\"]\n ask(): number }\npattern P(panel: T[1..3]) { parallel(panel.map(it => it.ask())) }\n",
    );
    let plain = json!({});
    let (x, two, y, z) =
        (mock(1, plain.clone()), mock(2, plain.clone()), mock(3, plain.clone()), mock(4, plain.clone()));
    let w = mock(5, json!({ "capabilities": [] }));
    let write = |name: &str, agents: Json| folder.write(name, agents.to_string());
    write("all.json", json!({ "w": w, "x": x, "two": two, "y": y, "z": z }));
    write("few.json", json!({ "x": x, "two": two }));
    write("lacks.json", json!({ "two": w, "x": x, "y": y }));
    write("methods.json", json!({ "x": mock(1, json!({ "methods": ["tell"] })), "two": two, "y": y, "z": z }));
    let grouped = |value| mock(value, json!({ "group": "panel" }));
    let unable = mock(5, json!({ "group": "panel", "capabilities": [] }));
    write("plain.json", json!({ "a": grouped(1), "b": unable }));
    write("group.json", json!({ "a": grouped(1), "b": x, "c": grouped(3) }));
    check(
        &folder,
        &[
            ("run bind.prism --agents all.json", 0, "[1,2,[3,4]]\n"),
            ("run bind.prism --agents few.json", 1, "R033"),
            // Capabilities are for the search: who is called by name, or stands in the group, is meant.
            ("run bind.prism --agents lacks.json", 0, "[1,5,[3]]\n"),
            ("run panel.prism --agents plain.json", 0, "[1,5]\n"),
            // Whoever lists its methods must list those of the interface.
            ("run bind.prism --agents methods.json", 0, "[3,2,[4]]\n"),
            ("run group.prism --agents group.json", 0, "[1,3]\n"),
            ("run bind.prism", 1, "R033"),
        ],
    );
}

#[test]
fn agents_files_have_three_notations() {
    let folder = Folder::new("running/files");
    folder.write("ask.prism", "[agents.y.ask(), agents.y.other()]");
    folder.write(
        "a.yaml",
        "y:\n  transport: mock\n  capabilities: [x, no]\n  group: g\n  model: m-1\n  role: verifier\n  confidence: { strategy: logprobs }\n  \
         price: { call: 0.01 }\n  timeout: 30s\n  effects: { ask: read }\n  idempotent: true\n  \
         contract: { confidence: [0.6, 0.9], samples: 240, measured: \"2026-05-01\", valid: 180d }\n  replies:\n    \
         ask: [{ value: { n: yes }, confidence: 0.7, evidence: reviewed, parts: { \"/n\": { confidence: 0.65 } }, after: 20ms, cost: 0.5, tokens: 12 }]\n    \
         \"*\": [{ value: no, confidence: 0.8 }]\n",
    );
    folder.write(
        "a.toml",
        "[y]\ntransport = \"mock\"\ntimeout = \"30s\"\n[[y.replies.ask]]\nvalue = { n = \"yes\" }\nconfidence = 0.7\n\
         [[y.replies.\"*\"]]\nvalue = \"no\"\nconfidence = 0.8\n",
    );
    folder.write(
        "a.json",
        r#"{ "y": { "transport": "mock", "replies": { "ask": [{ "value": { "n": "yes" }, "confidence": 0.7 }], "*": [{ "value": "no", "confidence": 0.8 }] } } }"#,
    );
    for file in ["a.yaml", "a.toml", "a.json"] {
        let outcome = folder.prism(&["run", "ask.prism", "--agents", file, "--json"]);
        let got: Json = serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{file}: {}", outcome.err));
        assert_eq!(got["value"], json!([{ "n": "yes" }, "no"]), "{file}");
        assert_eq!(got["parts"]["/0"]["confidence"], 0.7, "{file}");
    }
    folder.write("w1.yaml", "a: { transport: pigeon }\n");
    folder.write(
        "far.yaml",
        "# all\nfar: { transport: openai, model: m }\nnear: { transport: http, replies: { ask: [{ value: 1 }] } }\n",
    );
    folder.write("free.prism", "pattern P(m: M) { m.ask() }\nagent M { ask(): any }\n");
    let far = folder.prism(&["check", "free.prism", "--agents", "far.yaml"]);
    assert_eq!((far.code, far.out.matches("[R030]").count()), (0, 1), "{}", far.out);
    assert!(far.out.contains("far.yaml:2:1 ") && far.out.contains("`far` is reached by `openai`"), "{}", far.out);
    assert_eq!(folder.prism(&["check", "--strict", "free.prism", "--agents", "far.yaml"]).code, 0);
    folder.write("w2.yaml", "a: { transport: mock, capabilites: [x] }\n");
    folder.write("w3.yaml", "a: [\n");
    folder.write("w4.yaml", "a: { contract: { confidence: [0.9, 0.6] } }\n");
    folder.write("w7.yaml", "a: { transport: mock }\na: { transport: mock }\n");
    folder.write("w8.yaml", "a: { transport: mock, replies: { ask: [{ value: { 1: x, null: z } }] } }\n");
    folder.write("w9.yaml", "a: { transport: mock, price: .nan }\n");
    folder.write("w5.json", r#"{ "a": { "transport": "human" }, "a": { "transport": "mock" } }"#);
    folder.write("w6.json", r#"{ "a": { "transport": "mock", "repl": {} } }"#);
    folder.write("own.prism", "agents { h: { model: \"m\" } }\nagents.h.ask(1)\n");
    folder.write("reached.prism", "agents { h: { transport: \"mock\" } }\nagents.h.ask(1)\n");
    check(
        &folder,
        &[
            ("run ask.prism --agents w1.yaml", 2, "not one of `mock openai anthropic http mcp a2a command human`"),
            ("run ask.prism --agents w2.yaml", 2, "did you mean `capabilities`?"),
            ("run ask.prism --agents w3.yaml", 2, "cannot be read"),
            ("run ask.prism --agents w4.yaml", 2, "`confidence` of the contract of agent `a` is `[0.9,0.6]`"),
            ("run ask.prism --agents w7.yaml", 2, "line 2 column 1: `a` stands there twice; leave one out"),
            ("run ask.prism --agents w8.yaml", 2, "`null` is no key; write it in quotes"),
            ("run ask.prism --agents w9.yaml", 2, "`.nan` is no number"),
            ("run ask.prism --agents none.yaml", 2, "there is no such file"),
            ("run ask.prism --agents w5.json", 2, "the key `a` occurs twice"),
            ("run ask.prism --agents w6.json", 2, "did you mean `replies`?"),
            ("run own.prism", 1, "agent `h` is declared and not bound; bind it with `--agents`"),
            ("run reached.prism", 1, "how agent `h` is reached belongs in the agents file"),
        ],
    );
}

#[test]
fn an_interface_says_how_grave_a_method_is() {
    let folder = Folder::new("running/grave");
    folder.write(
        "watch.prism",
        "agent Monitor { @effect(\"read\") check(service: string): string }\n@effects(\"read\")\n\
         pattern Watch(services: string[], monitor: Monitor) { services.take(3).map(s => monitor.check(s)) }\n",
    );
    let agent = |more: Json| {
        let mut agent = json!({ "transport": "mock", "replies": { "check": [{ "value": "x", "confidence": 0.85 }] } });
        agent.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        json!({ "monitor": agent }).to_string()
    };
    folder.write("plain.json", agent(json!({})));
    folder.write("graver.json", agent(json!({ "effects": { "check": "notify" } })));
    folder.write("http.json", r#"{ "monitor": { "transport": "http", "url": "http://localhost" } }"#);
    check(
        &folder,
        &[
            ("check watch.prism --agents plain.json", 0, "no faults"),
            ("run watch.prism --agents plain.json --input '[\"a\"]'", 0, "[\"x\"] (~85%)\n"),
            ("check watch.prism --agents http.json", 0, "1 hint in 1 file"),
        ],
    );
    let graver = folder.prism(&["check", "watch.prism", "--agents", "graver.json"]);
    assert!(graver.code == 1 && graver.out.contains("has the effect `notify`"), "{}", graver.out);
}

#[test]
fn limits_end_with_their_own_exit_code() {
    let folder = Folder::new("running/limits");
    folder.write("loop.prism", "let n = 0\nwhile (true) max 100000000 { n += 1 }\nn\n");
    folder.write("big.prism", "\"x\".repeat(1e9)\n");
    folder.write("calls.prism", "[agents.a.ask(), agents.a.ask()]\n");
    folder.write("thrown.prism", "throw \"no\"\n");
    folder.write("broken.prism", "let x = \n");
    folder.write(
        "patient.prism",
        "const asked = now()\ndelay(1d)\nagents.slow.ask()\nMath.floor((now() - asked) / 100000)\n",
    );
    let slow = json!({ "transport": "mock", "replies": { "ask": { "value": 2, "after": "2h" } } });
    folder.write("a.json", json!({ "a": mock(1, json!({})), "slow": slow }).to_string());
    folder.write("time.toml", "[limits]\ntime = \"30s\"\n");
    check(
        &folder,
        &[
            ("run patient.prism --agents a.json", 0, "936"),
            ("run patient.prism --agents a.json --timeout 25h", 3, "R093"),
            ("run patient.prism --agents a.json --limit time=100000000", 0, "936"),
            ("run patient.prism --agents a.json --limit time=90000000", 3, "R093"),
            ("run patient.prism --agents a.json --policy time.toml", 3, "R093"),
            ("run loop.prism", 1, "TM11"),
            ("run loop.prism --unchecked --fuel 1000", 3, "R090"),
            ("run loop.prism --unchecked --memory 10", 3, "R091"),
            ("run loop.prism --unchecked --timeout 100ms", 3, "R093"),
            ("run loop.prism --unchecked --fuel 1k", 3, "more than 1000 steps"),
            ("run loop.prism --unchecked --memory 64MiB --fuel 1k", 3, "R090"),
            ("run loop.prism --memory 1MX", 2, "such as `1000000` or `64MiB`"),
            ("run big.prism", 1, "R015"),
            ("run big.prism --limit nothing=1", 2, "there is no limit `nothing`"),
            ("run calls.prism --agents a.json --limit calls=1", 3, "R094"),
            ("run calls.prism --agents a.json --limit calls=2", 0, "[1,1]"),
            ("run thrown.prism", 1, "R001"),
            ("run broken.prism", 1, "P001"),
            ("run broken.prism --unchecked", 1, "P001"),
            ("run none.prism", 2, "there is no such file"),
        ],
    );
}

#[test]
fn json_is_the_result_alone() {
    let folder = Folder::new("running/json");
    folder.write("said.prism", "print(\"a\" ~> 0.5)\nconsole.warn(\"b\")\n\"res\" ~> 0.256\n");
    let plain = folder.prism(&["run", "said.prism"]);
    assert_eq!((&*plain.out, &*plain.err), ("a (~50%)\nres (~25%)\n", "b\n"));
    let json = folder.prism(&["run", "said.prism", "--json"]);
    assert_eq!(json.out, "{\"value\":\"res\",\"confidence\":0.256,\"evidence\":\"exact\"}\n");
    assert_eq!(json.err, "a (~50%)\nb\n");
    // What refuses or ends it is told as a check tells its findings.
    folder.write("fails.prism", "function f() { throw \"no\" }\nprint(1)\nf()\n");
    folder.write("long.prism", "for i in 0..1000000 { }\n");
    folder.write("refused.prism", "print(yy)\nprint(zz)\n");
    for (arguments, code, codes, notes) in [
        (&["fails.prism"][..], 1, &["R001"][..], 1),
        (&["long.prism", "--fuel", "100"], 3, &["R090"], 0),
        (&["refused.prism"], 1, &["P010", "P010"], 0),
        (&["said.prism", "--input", "{"], 1, &["R011"], 0),
    ] {
        let outcome = folder.prism(&[&["run", "--json"], arguments].concat());
        let said: Json = serde_json::from_str(&outcome.out).unwrap();
        let all = said["diagnostics"].as_array().unwrap();
        let found: Vec<&str> = all.iter().map(|found| found["code"].as_str().unwrap()).collect();
        assert_eq!((outcome.code, &*found), (code, codes), "{arguments:?}");
        assert_eq!(all[0]["notes"].as_array().unwrap().len(), notes, "{}", outcome.out);
        assert!(all[0]["start"]["line"].is_u64() && outcome.err.contains(codes[0]), "{}", outcome.err);
    }
}

const TESTED: &str = "function size(n) {
  if (n > 10) { \"big\" } else { \"small\" }
}
function unused(x) {
  uncertain if (x) {
    high { 1 }
    low { 2 }
  }
}
test \"big\" { expect(size(11) == \"big\") }
test \"wrong\" { expect(1 + 1 == 3) }
test \"text\" { const said = size(3) ~> 0.6\n const wanted = [\"big\"]\n expect(said == wanted[0]) }
test \"slow\" { delay(30d)\n expect(true) }
";

#[test]
fn a_list_that_was_meant_as_one_answer_is_told() {
    let folder = Folder::new("running/meant");
    let told = |given: &str| {
        let agent = "agent A {\n  all(): number[]\n  one(): string\n}";
        let test = format!("test \"t\" {{ expect(P({given}) == 2) }}");
        folder.write("a.prism", format!("pattern P(a: A): number {{ a.all().length }}\n{agent}\n{test}\n"));
        folder.prism(&["test", "a.prism"]).out
    };
    for (given, wanted) in [
        ("mock([1, 2])", Some("write `mock([[1,2]])`")),
        ("mock([1, 2] ~> 0.9)", Some("write `mock([[1,2]])`")),
        ("mock.methods({ all: [1, 2] })", Some("write `all: [[1,2]]`")),
        ("mock(\"x\")", Some("declared; give what the type says\n")),
        ("mock([\"x\", 2])", Some("declared; give what the type says\n")),
        ("mock([[1, 2]])", None),
        ("mock.methods({ all: [[1, 2]] })", None),
    ] {
        let out = told(given);
        assert!(wanted.map_or(out.contains("1 of 1 test passed"), |wanted| out.contains(wanted)), "{given}: {out}");
    }
}

#[test]
fn tests_are_chosen_and_reported() {
    let folder = Folder::new("running/tests");
    folder.write("a.prism", TESTED);
    let all = folder.prism(&["test"]);
    assert_eq!(all.code, 1);
    assert!(all.out.contains("failed a.prism: wrong\n") && all.out.ends_with("2 of 4 tests passed\n"), "{}", all.out);
    assert!(all.out.contains("the left side is 2 and the right side is 3"), "{}", all.out);
    assert!(all.out.contains("the left side is \"small\" (~60%) and the right side is \"big\""), "{}", all.out);
    let some = folder.prism(&["test", "a.prism", "--filter", "bi"]);
    assert_eq!((some.code, &*some.out), (0, "ok     a.prism: big\n1 of 1 test passed\n"));
    let wrong = folder.prism(&["test", "a.prism", "--filter", "wrong"]);
    assert!(wrong.code == 1 && wrong.out.ends_with("0 of 1 tests passed\n"), "{}", wrong.out);
    let none = folder.prism(&["test", "--filter", "zzz"]);
    assert_eq!((none.code, &*none.out), (2, ""));
    assert_eq!(none.err, "prism: no test has `zzz` in its name, of 4 tests in 1 file\n");
    let json: Json =
        serde_json::from_str(&folder.prism(&["test", "a.prism", "--format", "json", "--coverage"]).out).unwrap();
    assert_eq!((&json["passed"], &json["failed"]), (&json!(2), &json!(2)));
    assert_eq!(json["tests"][1]["diagnostic"]["code"], "R001");
    assert_eq!(json["tests"][1]["diagnostic"]["start"]["line"], 11);
    assert_eq!(json["coverage"][0]["taken"], 3);
    let covered = folder.prism(&["test", "a.prism", "--filter", "big", "--coverage"]);
    for missed in ["a.prism:2:30: the `else`", "the function `unused`", "the band `high`", "the band `low`"] {
        assert!(covered.out.contains(missed), "{missed}: {}", covered.out);
    }
    assert!(covered.out.ends_with("2 of 6 branches taken\n"), "{}", covered.out);
}

#[test]
fn coverage_tells_what_was_chosen_and_refused() {
    let folder = Folder::new("chosen");
    let program = "pattern P(q: string, one: Model, two: Model, boss: Agent) {\n  \
        const spare = \"later\"\n  \
        const a = gate(one.ask(q), 0.8) ?? two.ask(q)\n  \
        let b = fallback(two.ask(a), () => one.ask(a), spare)\n  \
        b ||= \"none\"\n  \
        if (q == \"x\" && b == a || q == \"y\") { return consensus([a, b], \"majority\")?.length }\n  \
        approve(b ~@> 0.5, { to: boss })\n}\n\
        agent Model { ask(q: string): string }\n";
    let test =
        |name: &str, call: &str, sure: &str| format!("test \"{name}\" {{ expect(P({call}, mock(true)) == {sure}) }}\n");
    let sure = test("sure", "\"y\", mock(\"a\"), mock(\"a\")", "1");
    let late = test("late", "\"q\", mock(\"a\" ~> 0.7), mock([\"b\", null])", "\"a\"");
    let other = test("other", "\"x\", mock([\"a\", null]), mock.failing(\"down\")", "null");
    folder.write("a.prism", format!("{program}{sure}{late}{other}"));
    let missed = |filter: &str| {
        let covered = folder.prism(&["test", "a.prism", "--filter", filter, "--coverage"]);
        let missed = covered.out.lines().filter_map(|line| line.strip_prefix("not taken a.prism:"));
        missed.map(|line| line.split_once(": ").unwrap().1.to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(
        missed("sure"),
        [
            "a refusal of `gate`",
            "the value behind `??`",
            "alternative 1 of `fallback`",
            "alternative 2 of `fallback`",
            "the right side of `||=`",
            "the `if` left out",
            "the right side of `&&`",
            "the right side of `||` left out",
            "a refusal of `consensus`",
            "a pass of `approve`",
            "a refusal of `approve`",
            "a pass of the gate",
            "a refusal of the gate",
        ]
    );
    let late = missed("late");
    for taken in ["a refusal of `gate`", "the value behind `??`", "alternative 1 of `fallback`", "a pass of `approve`"]
    {
        assert!(!late.contains(&taken.to_owned()), "{taken}: {late:?}");
    }
    assert!(late.contains(&"alternative 2 of `fallback`".to_owned()), "{late:?}");
    assert!(!missed("other").contains(&"alternative 2 of `fallback`".to_owned()));
}

/// Interrupts a command once it has said something; its exit code and its output.
#[cfg(unix)]
fn interrupted(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let mut command = Command::new(env!("CARGO_BIN_EXE_prism"));
    command.args(arguments).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let mut said = vec![0; 6];
    err.read_exact(&mut said).unwrap();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    out.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), rest)
}

#[test]
#[cfg(unix)]
fn who_interrupts_a_run_lets_it_tidy_up() {
    let folder = Folder::new("running/interrupted");
    let endless = "console.error(\"begun\")\ntry { while (true) { } } finally { console.error(\"tidied\") }\n";
    folder.write(
        "agents.yaml",
        "w: { transport: mock, effects: { tell: notify }, replies: { tell: { value: told, after: 1s } } }",
    );
    let told = endless.replace("\"tidied\"", "agents.w.tell(1), \"tidied\"");
    folder.write("w.prism", told);
    folder.write("a.prism", endless);
    folder.write("t.prism", format!("test \"a\" {{ {endless} }}\ntest \"b\" {{ console.error(\"never\") }}\n"));
    let tells = ["run", "--unchecked", "w.prism", "--agents", "agents.yaml"];
    for arguments in [&["run", "--unchecked", "a.prism"][..], &tells, &["test", "t.prism"]] {
        let (code, said) = interrupted(&folder, arguments);
        assert_eq!(code, Some(3), "{said}");
        assert!(said.contains("tidied\n") && said.contains("[R095]") && !said.contains("never"), "{said}");
    }
}

/// What handles an event runs after the program: how it fails takes nothing of the result.
#[test]
fn a_handler_that_fails_leaves_the_result() {
    let folder = Folder::new("running/handlers");
    let program = "let sum = 0\non \"a\" as e max 3 {\n  sum += e\n  print(sum)\n}\non \"b\" as e max 3 { throw \"bad\" }\n\
                   emit(\"a\", 1)\nemit(\"a\", 2, { delay: 1s })\nemit(\"b\", 1, { delay: 2s })\ndelay(1h)\nsum\n";
    folder.write("a.prism", program);
    let plain = folder.prism(&["run", "a.prism"]);
    assert_eq!((plain.code, plain.out.as_str()), (1, "1\n3\n0\n"), "{}", plain.err);
    assert!(plain.err.contains("[R001]"), "{}", plain.err);
    let json = folder.prism(&["run", "a.prism", "--json"]);
    assert_eq!((json.code, json.out.starts_with("{\"value\":0")), (1, true), "{}", json.out);
}

#[test]
fn no_time_is_enough_for_nothing() {
    let folder = Folder::new("running/no-time");
    folder.write("a.prism", "print(\"hi\")");
    let outcome = folder.prism(&["run", "a.prism", "--timeout", "0s"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (3, ""), "{}", outcome.err);
}

/// What was asked is written down before anything else happens, so that a crash does not lose it.
#[test]
#[cfg(unix)]
fn a_record_holds_what_was_asked_before_a_crash() {
    use std::io::Read;
    use std::process::{Command, Stdio};
    let folder = Folder::new("running/crashed");
    folder.write("agents.yaml", "w: { transport: mock, replies: { act: [{ value: done, confidence: 1 }] } }\n");
    folder.write("a.prism", "agents.w.act(\"it\")\nconsole.error(\"begun\")\nwhile (true) { }\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_prism"));
    command.args(["run", "--unchecked", "a.prism", "--agents", "agents.yaml", "--record", "run.jsonl"]);
    let mut child = command.current_dir(folder.path()).stderr(Stdio::piped()).spawn().unwrap();
    child.stderr.take().unwrap().read_exact(&mut [0; 6]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let record = folder.read("run.jsonl");
    assert!(record.ends_with('\n') && record.contains("\"act\""), "{record:?}");
}

#[test]
#[cfg(unix)]
fn files_of_a_run_have_a_limit() {
    let folder = Folder::new("running/endless");
    folder.write("a.prism", "1");
    let rows = ["input-file", "agents", "policy"].map(|option| format!("run a.prism --{option} /dev/zero"));
    check(&folder, &rows.each_ref().map(|command| (&**command, 2, "it is larger than")));
}

#[test]
fn a_prompt_says_what_is_instruction_and_what_is_data() {
    let folder = Folder::new("running/prompt");
    folder.write(
        "a.prism",
        "pattern P(topic: string, tone: string) {
           const about = topic + \"!\"
           llm(`Write about ${about} in a ${tone} tone`)
         }",
    );
    folder.write("a.yaml", "default: { transport: mock, replies: { llm: [ { value: done, confidence: 0.9 } ] } }");
    let input = r#"{ "topic": "cats", "tone": "calm" }"#;
    let run = folder.prism(&["run", "a.prism", "--agents", "a.yaml", "--input", input, "--record", "run.jsonl"]);
    assert_eq!((run.code, &*run.out), (0, "done (~90%)\n"), "{}", run.err);
    let record = folder.read("run.jsonl");
    let request: Json = serde_json::from_str(record.lines().next().unwrap()).unwrap();
    assert_eq!(
        request["request"]["kind"]["call"]["prompt"],
        json!([
            { "instruction": "Write about " }, { "data": "cats!" }, { "instruction": " in a " }, { "data": "calm" },
            { "instruction": " tone" }
        ])
    );
}

#[test]
fn a_prompt_that_is_joined_is_told_apart_as_a_template_is() {
    let (say, data) = (|text: &str| json!({ "instruction": text }), |text: &str| json!({ "data": text }));
    let cases = [
        ("llm(\"Sum up \" + q + \" now\")", vec![say("Sum up "), data("cats"), say(" now")]),
        ("let p = \"I \"\n p += q\n llm(p)", vec![say("I "), data("cats")]),
        ("llm(`F ${q}` + ` and ${1}`)", vec![say("F "), data("cats"), say(" and "), say("1")]),
        // What is told may be made elsewhere, and what it is made of be used again.
        (
            "const xs = [q]\n const p = `A ${xs}` + \"!\"\n if (xs.length > 0) { llm(p) } else { xs }",
            vec![say("A "), data("[\"cats\"]"), say("!")],
        ),
        // Numbers are added, and of a text from elsewhere nothing is an instruction.
        ("llm(`${q.length + 1}: ${q}`)", vec![data("5"), say(": "), data("cats")]),
        ("llm(said(q))\n function said(q) { \"Say \" + q }", vec![]),
    ];
    let folder = Folder::new("running/joined");
    folder.write("a.yaml", "default: { transport: mock, replies: { llm: [ { value: done, confidence: 0.9 } ] } }");
    for (body, parts) in cases {
        folder.write("a.prism", format!("pattern P(q: string) {{\n {body}\n}}\n"));
        let arguments = ["run", "a.prism", "--agents", "a.yaml", "--input", "\"cats\"", "--record", "run.jsonl"];
        let run = folder.prism(&arguments);
        assert_eq!((run.code, &*run.out), (0, "done (~90%)\n"), "{body}: {}", run.err);
        let record = folder.read("run.jsonl");
        let request: Json = serde_json::from_str(record.lines().next().unwrap()).unwrap();
        let call = &request["request"]["kind"]["call"];
        assert_eq!(call["prompt"].as_array().cloned().unwrap_or_default(), parts, "{body}");
    }
}

#[test]
fn a_run_has_the_time_of_its_machine() {
    let folder = Folder::new("running/live");
    folder.write(
        "a.prism",
        r#"
const busy = () => { let i = 0
  while (true) max 1000000000 { i += 1 }
  i }
const began = now()
delay(120ms)
const waited = now() - began
const late = try { timeout(busy, 60ms) } catch (e) { e.code }
const first = race([busy, () => { delay(20ms)
  "fast" }])
// What was in time leaves nothing to wait for.
const kept = timeout(() => 5, 20s)
print(JSON.stringify([began, random(), uuid(), waited >= 120, late, first, kept, now() - began < 15000]))
"#,
    );
    let run = || {
        let outcome = folder.prism(&["run", "--unchecked", "a.prism"]);
        let first = outcome.out.lines().next().unwrap_or_default();
        serde_json::from_str::<serde_json::Value>(first).unwrap_or_else(|_| panic!("{}{}", outcome.out, outcome.err))
    };
    let (one, other) = (run(), run());
    let told = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as f64;
    assert!((told - other[0].as_f64().unwrap()).abs() < 60_000.0, "{other} at {told}");
    for place in 0..3 {
        assert_ne!(one[place], other[place]);
    }
    for it in [&one, &other] {
        assert_eq!(
            it.as_array().unwrap()[3..],
            serde_json::json!([true, "R031", "fast", 5, true]).as_array().unwrap()[..]
        );
    }
}

#[test]
fn a_message_is_no_surer_than_what_it_tells() {
    let folder = Folder::new("running/told");
    folder.write(
        "a.prism",
        r#"
agent G { ask(q: string): number }
pattern Takes(n: number) { n }
pattern Asks(g: G) { g.ask("q") }
function said(f) { try { f() } catch (e) { ~e.message } }
export default pattern Main() {
  let x = "secret" ~> 0.2
  let n = 7.5 ~> 0.2
  let xs = [1]
  [said(() => match x { "a" => 1 }), said(() => Takes(x)), said(() => 1 ~> n), said(() => x - 1),
    said(() => [1, 2].take(n)), said(() => { xs[n] = 2 }), said(() => JSON.parse(x)), said(() => x()),
    said(() => 1 / 0), said(() => Asks(agents.b))]
}
"#,
    );
    folder.write("a.yaml", "b: { transport: mock, replies: { ask: [ { value: deploy now, confidence: 0.9 } ] } }");
    let run = folder.prism(&["run", "--unchecked", "a.prism", "--agents", "a.yaml"]);
    assert_eq!((run.code, &*run.out), (0, "[0.2,0.2,0.2,0.2,0.2,0.2,0.2,0.2,1,null]\n"), "{}", run.err);
}

#[test]
fn what_ends_a_run_has_its_place() {
    let folder = Folder::new("running/place");
    for (text, options, place) in [
        (
            "let a = 1\ntry {\n  while (true) { a += 1 }\n} finally { print(\"tidied\") }\n",
            "--timeout 200ms",
            "a.prism:3:",
        ),
        ("let a = 1\ndelay(2h)\n", "--timeout 200ms", "a.prism:2:1"),
        ("let a = 1\nlet c = [1, [0 ** -1]]\nc\n", "--json", "`Infinity` at `/1/0`"),
        ("let a = 1\nlet c = [1, [0 ** -1]]\nc\n", "", "a.prism:3:1"),
        ("pattern P() {\n  let a = 1\n  [() => a]\n}\n", "", "a.prism:3:3"),
    ] {
        folder.write("a.prism", text);
        let mut arguments = vec!["run", "--unchecked", "a.prism"];
        arguments.extend(options.split_whitespace());
        let outcome = folder.prism(&arguments);
        let said = if options == "--json" { &outcome.out } else { &outcome.err };
        assert!(said.contains(place), "{text}: {}", outcome.err);
    }
}
