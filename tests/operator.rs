//! What an operator says of programs: allowances, policies, dates, folders, reports for machines, watching.

use crate::binary::Folder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// A gate whose null is the result: `E005`.
const UNSERVED: &str =
    "pattern P(q: string, a: Oracle) {\n  gate(a.ask(q), 0.8)\n}\nagent Oracle { ask(q: string): string }\n";

/// An action on what was approved.
const PAYS: &str = "@effects(\"ask\", \"irreversible\")
pattern Pay(q: string, a: Oracle, manager: Person, bank: Bank) {
  const amount = approve(a.ask(q), { to: manager })
  if (~amount >= 0.9) { bank.pay(amount) }
}
agent Oracle { ask(q: string): number }
agent Person { approve(x: number): boolean }
agent Bank { @effect(\"irreversible\") pay(x: number): boolean }
";

fn json(folder: &Folder, arguments: &[&str]) -> Value {
    let outcome = folder.prism(arguments);
    serde_json::from_str(&outcome.out).unwrap_or_else(|_| panic!("{}{}", outcome.out, outcome.err))
}

fn codes(report: &Value) -> Vec<&str> {
    report["diagnostics"].as_array().unwrap().iter().map(|found| found["code"].as_str().unwrap()).collect()
}

#[test]
fn a_comment_with_a_reason_switches_a_warning_off() {
    let folder = Folder::new("operator/allow");
    let allowed = UNSERVED.replace("  gate", "  // prism-allow E005: null means unsure here\n  gate");
    folder.write("own-line.prism", &allowed);
    folder.write("same-line.prism", UNSERVED.replace("0.8)", "0.8) // prism-allow E005: null means unsure here"));
    folder.write("no-reason.prism", UNSERVED.replace("  gate", "  // prism-allow E005\n  gate"));
    folder.write("no-colon.prism", UNSERVED.replace("  gate", "  // prism-allow E005 null means unsure here\n  gate"));
    folder.write("unused.prism", UNSERVED.replace("0.8)", "0.8) ?? \"\" // prism-allow E005: none"));
    folder.write("elsewhere.prism", UNSERVED.replace("pattern", "// prism-allow E005: far away\npattern"));
    folder.write("unknown.prism", UNSERVED.replace("  gate", "  // prism-allow E05: a slip\n  gate"));
    let of = |name: &str| {
        let report = json(&folder, &["check", "--format", "json", name]);
        codes(&report).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of("own-line.prism"), Vec::<String>::new());
    assert_eq!(of("same-line.prism"), Vec::<String>::new());
    assert_eq!(of("no-reason.prism"), ["L108"]);
    assert_eq!(of("no-colon.prism"), ["L108"]);
    assert_eq!(of("unused.prism"), ["L108"]);
    assert_eq!(of("elsewhere.prism"), ["L108", "E005"]);
    assert_eq!(of("unknown.prism"), ["L108", "E005"]);
    let strict = folder.prism(&["check", "--strict", "own-line.prism"]);
    assert_eq!((strict.code, strict.err.as_str()), (0, ""));
    assert!(strict.out.contains("allowed E005 at own-line.prism:3: null means unsure here"), "{}", strict.out);
    let strict = json(&folder, &["check", "--strict", "--format", "json", "own-line.prism"]);
    assert_eq!(strict["allowed"][0]["reason"], "null means unsure here");
    assert_eq!(strict["allowed"][0]["code"], "E005");
    let sarif = json(&folder, &["check", "--strict", "--format", "sarif", "own-line.prism"]);
    assert_eq!(sarif["runs"][0]["results"][0]["suppressions"][0]["kind"], "inSource");
}

#[test]
fn what_refuses_cannot_be_allowed() {
    let folder = Folder::new("operator/refuses");
    folder.write(
        "a.prism",
        PAYS.replace("if (~amount >= 0.9) { bank.pay(amount) }", "bank.pay(amount) // prism-allow CF001: it will do"),
    );
    let report = json(&folder, &["check", "--format", "json", "a.prism"]);
    assert!(codes(&report).contains(&"CF001"), "{report}");
    assert!(codes(&report).contains(&"L108"), "{report}");
}

#[test]
fn a_policy_asks_for_more() {
    let folder = Folder::new("operator/policy");
    folder.write("pay.prism", PAYS);
    let refused = |policy: &str| {
        folder.write("policy.toml", policy);
        let report = json(&folder, &["check", "--format", "json", "--policy", "policy.toml", "pay.prism"]);
        codes(&report).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(refused(""), Vec::<String>::new());
    assert_eq!(refused("[effects.irreversible]\nconfidence = 0.95\n"), ["CF001"]);
    assert_eq!(refused("[effects.irreversible]\nallowed = false\n"), ["E006"]);
    assert_eq!(refused("[effects.ask]\nconfidence = 0.9\n"), ["CF001"]);
    assert_eq!(refused("methods = [\"*.ask\", \"*.approve\"]\n"), ["E006"]);
    assert_eq!(refused("[limits]\ncalls = 1\n"), ["B002"]);
    assert_eq!(refused("[limits]\ncalls = 3\n"), Vec::<String>::new());
    folder.write("endorse.prism", "const x = endorse(1 ~> 0.2, 0.9, \"known\")\nx\n");
    folder.write("policy.toml", "[allow]\nendorse = false\n");
    let outcome = folder.prism(&["run", "--policy", "policy.toml", "endorse.prism"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("[E006]"), "{}", outcome.err);
    // What every run takes is refused, what a run may take is left to its limit.
    assert_eq!(refused("[limits]\nsteps = 5\n"), ["B002"]);
    assert_eq!(refused("[limits]\nsteps = 10_000\n"), Vec::<String>::new());
    folder.write("policy.toml", "[limits]\nsteps = 5\n");
    folder.write("steps.prism", "let n = 0\nfor i in 0..100 { n += i }\nn\n");
    let outcome = folder.prism(&["run", "--policy", "policy.toml", "--fuel", "1000000", "--unchecked", "steps.prism"]);
    assert_eq!(outcome.code, 3, "{}{}", outcome.out, outcome.err);
}

#[test]
fn a_policy_rules_who_is_bound() {
    let folder = Folder::new("operator/bound");
    folder.write("pay.prism", PAYS);
    folder.write("agents.yaml", "a: X\nmanager: X\nstranger: X\n".replace('X', "{ transport: mock }"));
    folder.write("policy.toml", "agents = [\"a\", \"manager\", \"bank\"]\n");
    let arguments = ["check", "--policy", "policy.toml", "--agents", "agents.yaml", "pay.prism"];
    let outcome = folder.prism(&arguments);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("does not let the agent `stranger` be bound"), "{}", outcome.out);
}

#[test]
fn a_policy_that_cannot_be_read_is_wrong_usage() {
    let folder = Folder::new("operator/malformed");
    folder.write("pay.prism", PAYS);
    for (policy, said) in [
        ("[limit]\ncalls = 1\n", "a policy has no `limit`; did you mean `limits`?"),
        ("[limits]\ncall = 1\n", "`[limits]` has no `call`; did you mean `calls`?"),
        ("[effects.irreversibel]\nconfidence = 1\n", "did you mean `irreversible`?"),
        ("[effects.act]\nevidence = \"aproved\"\n", "did you mean `approved`?"),
        ("strict = maybe\n", "line 1"),
        ("agents = \"all\"\n", "`agents` is a list of names"),
    ] {
        folder.write("policy.toml", policy);
        let outcome = folder.prism(&["check", "--policy", "policy.toml", "pay.prism"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{policy}");
        assert!(outcome.err.contains(said), "{policy}: {}", outcome.err);
    }
}

#[test]
fn the_date_decides_what_has_expired() {
    let folder = Folder::new("operator/date");
    let program = "@effects(\"ask\", \"notify\")
pattern P(q: string, a: Oracle, m: Mailer) {
  const x = a.ask(q)
  if (~x >= 0.6) { m.send(x) }
}
agent Oracle { ask(q: string): string }
agent Mailer { @effect(\"notify\") send(text: string): boolean }
";
    folder.write("p.prism", program);
    let contract = "a: { transport: mock, contract: { confidence: [0.6, 0.9], samples: 240, measured: \"2026-05-01\", valid: 90d } }\nm: { transport: mock }\n";
    folder.write("agents.yaml", contract);
    let at = |date: &str| {
        let report =
            json(&folder, &["check", "--format", "json", "--date", date, "--agents", "agents.yaml", "p.prism"]);
        codes(&report).contains(&"CF014")
    };
    assert!(!at("2026-06-01"));
    assert!(at("2026-12-01"));
    assert_eq!(folder.prism(&["check", "--date", "tomorrow", "p.prism"]).code, 2);
}

#[test]
fn a_folder_of_a_thousand_patterns_is_one_call() {
    let folder = Folder::new("operator/thousand");
    for index in 0..1_000 {
        folder.write(&format!("patterns/{index:04}.prism"), PAYS);
    }
    folder.write("patterns/0500.prism", PAYS.replace("bank.pay", "bank.pya"));
    let report = json(&folder, &["check", "--format", "json", "patterns"]);
    assert_eq!(report["files"].as_array().unwrap().len(), 1_000);
    assert_eq!(report["patterns"].as_array().unwrap().len(), 1_000);
    assert_eq!(codes(&report), ["E002", "E004"]);
    assert_eq!(report["diagnostics"][1]["file"], "patterns/0500.prism");
}

#[test]
fn a_sarif_log_has_what_the_schema_requires() {
    let folder = Folder::new("operator/sarif");
    folder.write("a b.prism", PAYS.replace("bank.pay", "bank.pya"));
    folder.write("c.prism", UNSERVED);
    let log = json(&folder, &["check", "--format", "sarif", "a b.prism", "c.prism"]);
    let report = json(&folder, &["check", "--format", "json", "a b.prism", "c.prism"]);
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(run["tool"]["driver"]["name"], "prism");
    for rule in rules {
        assert!(rule["id"].is_string() && rule["help"]["text"].is_string(), "{rule}");
        assert!(rule["shortDescription"]["text"].is_string() && rule["fullDescription"]["text"].is_string());
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["none", "note", "warning", "error"].contains(&level));
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report["diagnostics"].as_array().unwrap().len());
    for (result, found) in results.iter().zip(report["diagnostics"].as_array().unwrap()) {
        assert_eq!(result["ruleId"], found["code"]);
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        assert!(result["message"]["text"].as_str().unwrap().starts_with(found["message"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string());
        assert_eq!(place["region"]["startLine"], found["start"]["line"]);
        assert_eq!(place["region"]["startColumn"], found["start"]["column"]);
        let fixes = result["fixes"].as_array().map_or(0, Vec::len);
        assert_eq!(fixes, found["fixes"].as_array().unwrap().len());
        for fix in result["fixes"].as_array().into_iter().flatten() {
            assert!(fix["artifactChanges"][0]["replacements"][0]["deletedRegion"]["startLine"].is_u64());
        }
    }
    assert_eq!(run["properties"]["patterns"].as_array().unwrap().len(), report["patterns"].as_array().unwrap().len());
}

#[test]
fn watching_checks_again_when_a_file_changes() {
    let folder = Folder::new("operator/watch");
    folder.write("p.prism", PAYS);
    let mut child = Command::new(env!("CARGO_BIN_EXE_prism"))
        .args(["check", "--watch", "--format", "json", "p.prism"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(codes(&next()), Vec::<&str>::new());
    folder.write("p.prism", PAYS.replace("bank.pay", "bank.pya"));
    assert_eq!(codes(&next()), ["E002", "E004"]);
    folder.write("p.prism", PAYS);
    assert_eq!(codes(&next()), Vec::<&str>::new());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(folder.prism(&["check", "--watch", "-"]).code, 2);
}

#[test]
fn standard_input_is_checked_as_well() {
    let folder = Folder::new("operator/stdin");
    let outcome = folder.prism_with(&["check", "--format", "json", "-"], UNSERVED);
    let report: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((outcome.code, codes(&report)), (0, vec!["E005"]));
    assert_eq!(report["diagnostics"][0]["file"], "<stdin>");
}

/// A limit of the policy is told as one, and a time without its unit is none.
#[test]
fn limits_of_a_policy_are_told_as_such() {
    let folder = Folder::new("operator/limits");
    folder.write("endless.prism", "while (true) { }\n");
    let ended = |limits: &str, more: &[&str]| {
        folder.write("policy.toml", format!("[limits]\n{limits}\n"));
        folder.prism(&[&["run", "--unchecked", "endless.prism", "--policy", "policy.toml"], more].concat())
    };
    for (limits, code) in [("steps = 1000", "R090"), ("time = \"30ms\"", "R093")] {
        let outcome = ended(limits, &[]);
        assert_eq!(outcome.code, 3);
        assert!(outcome.err.contains(code) && outcome.err.contains("; the policy allows no more"), "{}", outcome.err);
    }
    folder.write("long.prism", "\"x\".repeat(100)\n");
    folder.write("policy.toml", "[limits]\ntext = 3\n");
    let long = folder.prism(&["run", "long.prism", "--policy", "policy.toml"]);
    assert!(long.err.contains("the limit of 3; the policy allows no more"), "{}", long.err);
    let lower = ended("steps = 1000", &["--fuel", "100"]);
    assert!(lower.err.contains("raise the limit with `--fuel`"), "{}", lower.err);
    for bare in ["time = 30", "time = \"30\""] {
        let outcome = ended(bare, &[]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.err.contains("a time with its unit, such as `\"30s\"`"), "{}", outcome.err);
    }
}

#[test]
fn agents_that_do_not_fit_are_told_before_a_run() {
    let folder = Folder::new("operator/seats");
    folder.write(
        "p.prism",
        "pattern P(q: string, a: M, b: M): string { a.say(q) + b.say(q) }\nagent M { say(q: string): string }\n",
    );
    folder.write("one.yaml", "x: { transport: mock, replies: { say: { value: s } } }\n");
    folder.write(
        "two.yaml",
        "x: { transport: mock, replies: { say: { value: s } } }\ny: { transport: mock, replies: { say: { value: s } } }\n",
    );
    folder.write(
        "other.yaml",
        "x: { transport: mock, replies: { say: { value: s } } }\ny: { transport: mock, replies: { ask: { value: s } } }\n",
    );
    let found = |agents: &str| json(&folder, &["check", "--format", "json", "--agents", agents, "p.prism"]);
    for (agents, wanted) in [("one.yaml", &["R033"][..]), ("two.yaml", &[]), ("other.yaml", &["R033"])] {
        assert_eq!(codes(&found(agents)), wanted, "{agents}");
    }
    let told = folder.prism(&["check", "--agents", "one.yaml", "p.prism"]);
    assert!(told.out.contains("no agent is left for `b`"), "{}", told.out);
}

/// Without an agents file a run binds the agents that the program declares, and so does a check.
#[test]
fn agents_of_the_program_are_bound_by_a_check_as_by_a_run() {
    let folder = Folder::new("operator/own");
    let contract = "agents { gpt: { capabilities: [\"writing\"], contract: { confidence: [0.8, 1], samples: 400 } } }
@ensures(confidence >= 0.8)
pattern P(q: string, writer: Writer): string { writer.go(q) }
agent Writer { capabilities: [\"writing\"], go(q: string): string }
";
    folder.write("promised.prism", contract);
    folder.write("less.prism", contract.replace("[0.8, 1]", "[0.7, 1]"));
    folder.write("nobody.prism", contract.replace("writing\"], contract", "reading\"], contract"));
    folder.write(
        "graver.prism",
        "agents { visa: { effects: { pay: \"irreversible\" } } }
pattern P(q: string, bank: Bank): any { bank.pay(q ~> 0.3) }
agent Bank { pay(x: any): any }
",
    );
    for (program, wanted) in [
        ("promised.prism", &[][..]),
        ("less.prism", &["CF021"]),
        ("nobody.prism", &["CF021"]),
        ("graver.prism", &["CF001"]),
    ] {
        let checked = json(&folder, &["check", "--format", "json", program]);
        assert_eq!(codes(&checked), wanted, "{program}");
        let run = json(&folder, &["run", "--json", "--input", "\"x\"", program]);
        let refused: Vec<&str> = codes(&run).into_iter().filter(|code| *code != "R033").collect();
        // Those who answer are not at hand, or not enough.
        assert!(if wanted.is_empty() { refused == ["R032"] } else { refused == wanted }, "{program}: {run}");
    }
}

/// Whoever binds agents or gives an input learns at once of all that is missing.
#[test]
fn all_that_is_missing_is_named_at_once() {
    let folder = Folder::new("operator/missing");
    let interface = "agent M { say(q: string): string }\n";
    folder.write(
        "p.prism",
        format!(
            "pattern P(q: string, r: string, xs: M[2..3], a: M, b: M): string {{ xs[0].say(q) + a.say(r) + b.say(r) }}\n{interface}"
        ),
    );
    folder.write("one.yaml", "a: { transport: mock, replies: { say: { value: s } } }\n");
    let report = json(&folder, &["check", "--format", "json", "--agents", "one.yaml", "p.prism"]);
    assert_eq!(codes(&report), ["R033", "R033"]);
    let told = folder.prism(&["run", "p.prism", "--input", r#"{ "q": "x", "r": "x" }"#]).err;
    assert!(["`a`", "`b`", "`xs` takes at least 2"].iter().all(|name| told.contains(name)), "{told}");
    folder.write("q.prism", "pattern P(q: string, r: string) { q + r }\n");
    let told = folder.prism(&["run", "q.prism"]).err;
    assert!(told.contains("the input lacks `q`, `r`"), "{told}");
    let told = folder.prism(&["run", "q.prism", "--input", r#"{ "s": 1, "t": 2 }"#]).err;
    assert!(told.contains("the input has `s`, `t`, which no parameter takes"), "{told}");
    folder.write("s.prism", "/// @agents [\"a\", \"b\"]\nprint(1)\n");
    let told = folder.prism(&["run", "s.prism"]).err;
    assert!(told.contains("nobody is bound as `a`, `b`"), "{told}");
}

/// Who forges a certificate under a policy that refuses the program gains nothing.
#[test]
fn a_certificate_under_a_policy_keeps_to_it() {
    let folder = Folder::new("operator/forged");
    folder.write("p.prism", UNSERVED);
    folder.write("agents.yaml", "a: { transport: mock }\n");
    let forged = |policy: &str| {
        folder.write("policy.toml", policy);
        folder.write("none.toml", "");
        let made = ["check", "--agents", "agents.yaml", "--policy", "none.toml", "--certificate", "c.json", "p.prism"];
        assert_eq!(folder.prism(&made).code, 0);
        let text = std::fs::read_to_string(folder.path().join("c.json")).unwrap();
        let mut certificate: Value = serde_json::from_str(&text).unwrap();
        certificate["hashes"]["policy"] = digest(policy).into();
        certificate.as_object_mut().unwrap().shift_remove("seal");
        certificate["seal"] = digest(&certificate.to_string()).into();
        folder.write("c.json", certificate.to_string());
        folder.prism(&["verify", "c.json", "--agents", "agents.yaml", "--policy", "policy.toml", "p.prism"])
    };
    let kept = forged("agents = [\"a\"]\n");
    assert_eq!(kept.code, 0, "{}", kept.err);
    for (policy, code) in [("strict = true\n", "E005"), ("agents = [\"b\"]\n", "E006")] {
        let outcome = forged(policy);
        assert_eq!(outcome.code, 1, "{policy}: {}", outcome.out);
        assert!(outcome.err.contains(&format!("the program is refused: {code}")), "{}", outcome.err);
    }
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A call of one of several agents is a call of each, and of anyone a call of those that nobody names.
#[test]
fn a_policy_rules_each_agent_that_may_be_called() {
    let folder = Folder::new("operator/each");
    let bank = "agent Bank { @effect(\"notify\") pay(x: string): boolean }\n";
    folder.write(
        "one.prism",
        format!("pattern P(q: string, bank: Bank, tank: Bank) {{ (q == \"x\" ? bank : tank).pay(q) }}\n{bank}"),
    );
    folder.write("any.prism", format!("pattern P(q: string, who: string) {{ agents[who].pay(q) }}\n{bank}"));
    for (program, methods, refused) in [
        ("one.prism", "\"bank.pay\", \"tank.pay\"", None),
        ("one.prism", "\"bank*.pay\"", Some("does not let `tank.pay` be called")),
        ("one.prism", "", Some("does not let `bank.pay`, `tank.pay` be called")),
        ("any.prism", "\"*.pay\"", None),
        ("any.prism", "\"agent.pay\"", Some("does not let `agent.pay` be called")),
    ] {
        folder.write("policy.toml", format!("methods = [{methods}]\n"));
        let told = folder.prism(&["check", "--policy", "policy.toml", program]);
        assert_eq!(told.code, i32::from(refused.is_some()), "{methods}: {}", told.out);
        assert!(refused.is_none_or(|refused| told.out.contains(refused)), "{methods}: {}", told.out);
    }
}

#[test]
fn an_agent_that_sits_in_two_lists_counts_once() {
    let folder = Folder::new("operator/lists");
    folder.write(
        "p.prism",
        "pattern P(q: string, xs: M[2], ys: M[2]): string {\n  \
         consensus([xs[0].say(q), ys[0].say(q)], \"unanimous\") ?? \"none\"\n}\n\
         agent M { say(q: string): string }\n",
    );
    let agent =
        |name: &str, group: &str| format!("{name}: {{ transport: mock, {group}replies: {{ say: {{ value: s }} }} }}\n");
    folder.write("same.yaml", agent("a", "") + &agent("b", ""));
    let apart = ["a", "b"].map(|name| agent(name, "group: xs, ")).concat();
    folder.write("apart.yaml", apart + &["c", "d"].map(|name| agent(name, "group: ys, ")).concat());
    let found = |agents: &str| json(&folder, &["check", "--format", "json", "--agents", agents, "p.prism"]);
    assert_eq!(codes(&found("same.yaml")), ["CF008"]);
    assert_eq!(codes(&found("apart.yaml")), [] as [&str; 0]);
    let open = folder.prism(&["check", "--bounds", "p.prism"]);
    assert!(open.out.contains("that `xs` and `ys` are different agents"), "{}", open.out);
}

#[test]
fn who_cannot_be_asked_for_consent_is_not_offered() {
    let folder = Folder::new("operator/consent");
    for (methods, offered) in [("verify(x: string): boolean", false), ("approve(x: string): boolean", true)] {
        let program = format!(
            "@effects(\"ask\", \"act\")\npattern P(q: string, m: M, facts: Facts): any {{\n  const a = m.say(q)\n  if (~a >= 0.7) {{ m.tell(a) }}\n}}\n\
             agent M {{\n  say(q: string): string\n  @effect(\"act\") tell(x: string): any\n}}\nagent Facts {{ {methods} }}\n"
        );
        folder.write("p.prism", &program);
        let told = folder.prism(&["check", "p.prism", "--format", "json"]).out;
        assert_eq!(told.contains("have `facts` approve it"), offered, "{told}");
    }
}

#[test]
fn the_first_try_may_be_the_last() {
    let folder = Folder::new("operator/tries");
    let pattern =
        "pattern P(q: string, m: M): string { m.with({ retries: 2 }).say(q) }\nagent M { say(q: string): string }\n";
    folder.write("p.prism", pattern);
    let agent =
        |more: &str| format!("m: {{ transport: mock, price: 0.03, {more}replies: {{ say: {{ value: s }} }} }}\n");
    folder.write("priced.yaml", agent(""));
    folder.write("again.yaml", agent("retries: 2, "));
    let told = folder.prism(&["check", "--bounds", "p.prism", "--agents", "priced.yaml"]).out;
    assert!(told.contains("cost      0.03 to 0.09\n"), "{told}");
    let wrong = folder.prism(&["check", "p.prism", "--agents", "again.yaml"]);
    assert!(wrong.code == 2 && wrong.err.contains("ask with `m.with({ retries: 2 })`"), "{}", wrong.err);
}
