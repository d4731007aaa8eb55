//! Programs that would take more than there is: each stops at its limit, the process stays small, and the error says where.

use crate::binary::Folder;
use prism::diagnostic::{Code, Diagnostics};
use prism::engine::{Checked, Compiled, Drive};
use prism::hir::{self, Alone, FunctionId};
use prism::host::{Directory, Memory, Request};
use prism::source::Sources;
use prism::syntax;
use prism::value::{Lanes, Limits, Meter, Value, shaped};
use prism::vm::{Entry, Failure, Outcome, State, Vm};
use serde_json::{Value as Json, json};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn compile(text: &str) -> (Compiled, FunctionId) {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add("limits.prism", text);
    let program = Arc::new(hir::load(file, &mut sources, &Alone, syntax::Limits::RUN, &mut diagnostics));
    let entry = hir::entry(&program, None).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let checked = Checked::new(program, &diagnostics).unwrap_or_else(|| panic!("{text}: {diagnostics:?}"));
    (checked.compile(&mut diagnostics), entry)
}

/// How a program ends under some limits, and the steps it took.
fn run(text: &str, limits: &Limits, agents: &Json) -> (Result<Value, Failure>, u64) {
    let (program, entry) = compile(text);
    let directory = Arc::new(Directory::read(agents).expect("agents"));
    let mut drive = Drive::new(&program, limits.clone(), directory.clone(), Value::NULL);
    let ended = drive.run(&program, entry, &Value::NULL, &directory, &mut |_: &Request| {});
    let steps = limits.steps - drive.machine().meter().steps_left().min(limits.steps);
    (ended, steps)
}

/// Programs, each with the codes with which it may stop.
const BLOW_UPS: &[(&str, &[Code])] = &[
    ("let s = \"ab\"\nfor i in 0..40 { s = s + s }\ns.length", &[Code::R015, Code::R091]),
    ("let s = \"ab\"\nfor i in 0..40 { s = `${s}${s}` }\ns.length", &[Code::R015, Code::R091]),
    ("\"x\".repeat(1e9)", &[Code::R015]),
    ("\"x\".repeat(1e300)", &[Code::R015, Code::R005]),
    ("\"x\".padStart(1e9)", &[Code::R015]),
    ("\"x\".padEnd(1e9, \"ab\")", &[Code::R015]),
    ("range(0, 1e9)", &[Code::R015]),
    ("range(0, 1e9, 0.001)", &[Code::R015]),
    ("Array.from({ length: 1e9 })", &[Code::R015]),
    ("let a = [1, 2]\nfor i in 0..28 { a = a.concat(a) }\na.length", &[Code::R015, Code::R091]),
    ("let a = [1, 2]\nfor i in 0..40 { a = [...a, ...a] }\na.length", &[Code::R015, Code::R091]),
    ("let a = [1, 2]\nfor i in 0..40 { a = a.flatMap(x => [x, x]) }\na.length", &[Code::R015, Code::R090, Code::R091]),
    ("let a = [1, 2]\nfor i in 0..40 { a.push(...a) }\na.length", &[Code::R015, Code::R091]),
    ("let a = [1, 2]\nfor i in 0..40 { a.splice(0, 0, ...a) }\na.length", &[Code::R015, Code::R090, Code::R091]),
    (
        "let o = { a: 1 }\nfor i in 0..40 { o = { a: o, b: o } }\nJSON.stringify(o).length",
        &[Code::R015, Code::R090, Code::R091],
    ),
    (
        "let o = { a: 1 }\nlet p = { a: 1 }\nfor i in 0..40 { o = { a: o, b: o }; p = { a: p, b: p } }\no == p",
        &[Code::R090],
    ),
    ("let o = [1]\nfor i in 0..40 { o = [o, o] }\n[o, [2]].unique().length", &[Code::R090]),
    ("let o = [1]\nfor i in 0..40 { o = [o, o] }\no.flat(100).length", &[Code::R015, Code::R090, Code::R091]),
    ("let o = [1]\nfor i in 0..40 { o = [o, o] }\nprint(o)", &[Code::R015, Code::R090, Code::R091]),
    ("let o = {}\nfor i in 0..1000000 { o[\"k\" + i] = i }\nkeys(o).length", &[Code::R015, Code::R091]),
    ("let x = []\nfor i in 0..1000000 { x = [x] }", &[Code::R015]),
    ("let x = {}\nfor i in 0..1000000 { x = { x } }", &[Code::R015]),
    ("const s = \"a\".repeat(100000)\ns.replaceAll(\"\", \"x\".repeat(1000)).length", &[Code::R015]),
    ("const s = \"a\".repeat(100000)\ns.replace(/a/g, \"x\".repeat(1000)).length", &[Code::R015]),
    ("[\"x\".repeat(100000)].concat(range(100).map(i => \"y\")).join(\"z\".repeat(100000)).length", &[Code::R015]),
    ("fn f(n) { f(n + 1) }\nf(0)", &[Code::R092]),
    ("const f = n => n + f(n + 1)\nf(0)", &[Code::R092]),
    (
        "for (let i = 0; i < 10000000; i++) { print(\"a line that is long enough to fill what may be printed\") }",
        &[Code::R090, Code::R096],
    ),
    ("while true { }", &[Code::R090]),
    ("let n = 0\nwhile true { n += 1 }", &[Code::R090]),
    ("let x = 1.5\nwhile x != 0 { x = x * 1.000001 }", &[Code::R090]),
    ("[0, 1].every(a => [0, 1].every(b => range(100000).every(c => range(100000).every(d => true))))", &[Code::R090]),
    ("JSON.parse(\"[\".repeat(200000))", &[Code::R011, Code::R015]),
    ("JSON.parse(\"[\".repeat(1000) + \"]\".repeat(1000))", &[Code::R011, Code::R015]),
    ("JSON.parse(\"[\" + \"{},\".repeat(200000) + \"{}]\")", &[Code::R015, Code::R090, Code::R091]),
    ("range(90000).map(i => range(90000)).flat().length", &[Code::R015, Code::R090, Code::R091]),
    ("let xs = range(50000).map(i => 0 - i)\nfor (let i = 0; i < 1000000; i++) { xs = xs.toSorted() }", &[Code::R090]),
    (
        "const f = x => { throw x }\ntry { f(\"x\".repeat(1000000)) } catch (e) { let m = e.message\nfor i in 0..20 { m = m + m } }",
        &[Code::R015, Code::R091],
    ),
];

#[test]
fn what_blows_up_stops_at_its_limit() {
    let limits = Limits::SANDBOX;
    let mut failures = Vec::new();
    for (text, codes) in BLOW_UPS {
        let began = Instant::now();
        let (ended, steps) = run(text, &limits, &json!({}));
        let took = began.elapsed();
        match ended {
            Ok(value) => failures.push(format!("{text}\n  gives {value:?}")),
            Err(failure) if !codes.contains(&failure.code()) => {
                failures.push(format!("{text}\n  {} {}", failure.code(), failure.message()))
            }
            Err(failure) if failure.at().is_none() => failures.push(format!("{text}\n  {} nowhere", failure.code())),
            Err(_) => {}
        }
        if steps > limits.steps || took > Duration::from_secs(20) {
            failures.push(format!("{text}\n  {steps} steps, {took:?}"));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), BLOW_UPS.len(), failures.join("\n"));
}

#[test]
fn what_ends_a_run_cannot_be_caught_and_leaves_the_next_alone() {
    let limits = Limits { memory: 1 << 20, ..Limits::SANDBOX };
    for (inner, code) in [
        ("while true { }", Code::R090),
        ("let all = []\nwhile true { all.push(range(1000).map(x => x)) }", Code::R091),
        ("const f = n => f(n + 1)\nf(0)", Code::R092),
    ] {
        let endings = ["print(\"tidied\")", "return 1", "throw \"other\"", "JSON.parse(\"none\")", "break", "continue"];
        for ending in endings {
            let tried = format!("try {{ {inner} }} catch {{ \"caught\" }} finally {{ {ending} }}");
            let text =
                format!("function g() {{ for turn in 0..3 {{ {tried} }} }}\ntry {{ g() }} catch {{ \"caught\" }}");
            let (ended, _) = run(&text, &limits, &json!({}));
            assert_eq!(ended.err().map(|failure| failure.code()), Some(code), "{text}");
        }
        assert_eq!(run("1 + 1", &limits, &json!({})).0.unwrap().as_number(), Some(2.0));
    }
}

#[test]
fn every_limit_is_kept() {
    let tight = |name: &str, least: u64| {
        let mut limits = Limits::SANDBOX;
        *limits.named(name).expect("a limit") = least;
        limits.counts_virtual = name == "time";
        limits
    };
    let agents =
        json!({ "a": { "transport": "mock", "replies": { "ask": [{ "value": "x".repeat(100), "confidence": 1 }] } } });
    for (name, least, text, code) in [
        ("steps", 100, "for i in 0..1000 { i }", Code::R090),
        ("memory", 10_000, "range(2000).map(x => x)", Code::R091),
        ("text", 10, "\"abcdef\" + \"ghijkl\"", Code::R015),
        ("text", 10, "JSON.stringify(\"a\\n\\u0001\\u0001\")", Code::R015),
        ("list", 3, "[1, 2, 3, 4]", Code::R015),
        ("object", 2, "({ a: 1, b: 2, c: 3 })", Code::R015),
        ("nesting", 2, "[[[1]]]", Code::R015),
        ("nesting", 2, "const xs = [[]]\nxs[0][0] = [1]\nxs", Code::R015),
        ("nesting", 2, "JSON.parse(\"[[[1]]]\")", Code::R015),
        ("depth", 10, "const f = n => n == 0 ? 0 : f(n - 1)\nf(20)", Code::R092),
        ("calls", 2, "for i in 0..3 { agents.a.ask(i) }", Code::R094),
        ("width", 2, "parallel([() => agents.a.ask(1), () => agents.a.ask(2), () => agents.a.ask(3)])", Code::R094),
        ("prompt", 10, "agents.a.ask(\"a text that is longer\")", Code::R015),
        ("answer", 10, "agents.a.ask(1)", Code::R030),
        ("output", 10, "print(\"a line that is longer\")", Code::R096),
        ("time", 50, "delay(60)", Code::R093),
    ] {
        let (ended, _) = run(text, &tight(name, least), &agents);
        let failure = ended.expect_err(text);
        assert_eq!(failure.code(), code, "{name}: {text}: {}", failure.message());
    }
}

#[test]
fn matches_are_charged_by_what_may_be_looked_at() {
    let ended = |expression: &str| {
        let text = format!("\"ab\".repeat(50000).replace({expression}, \"\").length");
        run(&text, &Limits::SANDBOX, &json!({})).0.map_err(|failure| failure.code())
    };
    for expression in ["/a/g", "/\\w/g", "/[^b]+/g", "/b?a/g"] {
        assert!(ended(expression).is_ok(), "{expression}");
    }
    // Behind each match all of the text is searched for another end of it.
    assert_eq!(ended("/a(.*c)?/g").err(), Some(Code::R090));
}

/// A value of a few parts, shared in so many places that nobody could walk to all of them.
const SHARED: &str = "let t = { l: 1, r: 2 }\nfor i in 0..50 { t = { l: t, r: t } }\n";

#[test]
fn what_is_shared_is_held_against_a_type_once() {
    for (types, asks, gives) in [
        ("type T = { l: T | number, r: T | number }", "t instanceof T", true),
        ("type T = { l: T | number, r: T | string }", "t instanceof T", false),
        // Two members look at the same parts, whether they are shared or not.
        (
            "type A = { l: A | B | 1, r: any, z: 1 }\ntype B = { l: A | B | 1, r: any, z: 2 }\ntype U = A | B",
            "t instanceof U",
            false,
        ),
        ("type A = { l: A | B | 1, z: 1 }\ntype B = { l: A | B | 1, z: 2 }\ntype U = A | B", "u instanceof U", false),
        ("type T = { l: T | number, r: T | number }\npattern P(t: T): T { t }", "P(t) == null", false),
        ("type T = { l: T | number, r: T | number }", "mock(n => t).go() == null", false),
        ("type T = any", "new Error(\"x\", t) == null", false),
    ] {
        let deep = "let u = { l: 1 }\nfor i in 0..50 { u = { l: u } }\n";
        let text = format!("{types}\nexport default pattern Main() {{\n{SHARED}{deep}{asks}\n}}");
        let (ended, steps) = run(&text, &Limits::RUN, &json!({}));
        let value = ended.unwrap_or_else(|failure| panic!("{text}: {}", failure.message()));
        assert_eq!(value.as_bool(), Some(gives), "{text}");
        assert!(steps < 20_000, "{text}: {steps}");
    }
}

#[test]
fn what_crosses_a_boundary_is_charged() {
    let of = |count: u32, kind: &str| {
        let text = format!(
            "pattern P(xs: {kind}): number {{ xs.length }}\nexport default pattern Main() {{ P(range({count}).map(x => x)) }}"
        );
        run(&text, &Limits::RUN, &json!({})).1
    };
    let (one, two) = (of(1_000, "number[]"), of(2_000, "number[]"));
    // What nobody looks at is the work of making the list.
    let made = of(2_000, "any") - of(1_000, "any");
    assert_eq!(two - one, made + 1_000);
    assert_eq!(of(2_000, "(string | number)[]") - of(1_000, "(string | number)[]"), made + 3_000);
}

#[test]
fn pure_code_is_cancelled_soon() {
    let limits = Limits { time: 100, ..Limits::RUN };
    let began = Instant::now();
    let (ended, _) = run("let n = 0\nwhile true { n += 1 }", &limits, &json!({}));
    assert_eq!(ended.err().map(|failure| failure.code()), Some(Code::R093));
    // Fifty milliseconds are meant for what is compiled to be fast.
    let patience = if cfg!(debug_assertions) { 2_000 } else { 50 };
    assert!(began.elapsed() < Duration::from_millis(100 + patience), "{:?}", began.elapsed());
}

#[test]
fn a_reply_that_cannot_be_read_is_a_failure_of_its_agent() {
    let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let replies = [
        json!({ "value": deep(100) }),
        json!({ "value": { "a": 1 }, "confidence": 1, "parts": { "/b": { "confidence": 0.5 } } }),
        json!({ "value": vec![json!({}); 200_000] }),
        json!({ "value": "x".repeat(300_000) }),
    ];
    for reply in replies {
        let agents = json!({ "a": { "transport": "mock", "replies": { "ask": [reply] } } });
        let (ended, _) = run("agents.a.ask(1)", &Limits::SANDBOX, &agents);
        assert_eq!(ended.err().map(|failure| failure.code()), Some(Code::R030));
    }
}

#[test]
fn results_do_not_depend_on_who_is_first() {
    let names: Vec<String> = (0..12).map(|place| format!("a{place}")).collect();
    let text = format!(
        "const all = parallel([{}])\n[sum(all), mean(all), consensus(all.map(x => x % 2), \"weighted\"), ~all, combine(all, \"product\")]",
        names.iter().map(|name| format!("agents.{name}.ask(1)")).collect::<Vec<_>>().join(", ")
    );
    let mut seen = None;
    for schedule in 0..100u64 {
        let mut state = schedule.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut agents = serde_json::Map::new();
        for (place, name) in names.iter().enumerate() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = [0.1, 1e16, 0.7, -1e16, 0.3, 3.0][place % 6];
            let reply = json!({ "value": value, "confidence": 0.9 - place as f64 / 37.0, "after": state >> 56 });
            agents.insert(name.clone(), json!({ "transport": "mock", "replies": { "ask": [reply] } }));
        }
        let (ended, steps) = run(&text, &Limits::RUN, &Json::Object(agents));
        let value = ended.unwrap_or_else(|failure| panic!("{}", failure.message()));
        let shape = shaped::write(&value, &mut Meter::new(Limits::RUN)).expect("plain data");
        let result = (shape.to_string(), steps);
        assert_eq!(*seen.get_or_insert_with(|| result.clone()), result, "schedule {schedule}");
    }
}

/// The processor time of this thread, where the kernel counts it; else the time that goes by.
fn processor(began: Instant) -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let counted = counted.and_then(|text| text.split(' ').next()?.parse().ok());
    counted.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

#[test]
fn prepared_keys_take_no_longer_than_others() {
    let began = Instant::now();
    let time = |key: &str, count: usize| {
        let text = format!("const o = {{}}\nfor i in 0..{count} {{ o[{key}] = i }}\no.keys().length");
        let (program, entry) = compile(&text);
        let best = (0..5).map(|_| {
            let directory = Arc::new(Directory::new());
            let mut drive = Drive::new(&program, Limits::RUN, directory.clone(), Value::NULL);
            let before = processor(began);
            drive.run(&program, entry, &Value::NULL, &directory, &mut |_: &Request| {}).expect("a number");
            processor(began) - before
        });
        best.min().expect("five times")
    };
    let plain = time("\"key number \" + i * 7919", 20_000);
    // Keys that differ in a multiple of a power of two only, as collisions of simple hashes do.
    let prepared = "\"key number \" + i * 65536";
    let (once, twice) = (time(prepared, 20_000), time(prepared, 40_000));
    assert!(once < plain.mul_f64(2.2), "{once:?} against {plain:?}");
    assert!(twice < once.mul_f64(3.0), "{twice:?} after {once:?}");
}

/// A machine that is stopped in the middle goes on in another process.
#[test]
fn a_stored_machine_goes_on_in_another_process() {
    const TEXT: &str =
        "const xs = range(5).map(x => x * x)\nconst more = agents.a.ask(xs) ~> 0.5\nxs.push(more)\nxs.map(x => x + 1)";
    let agents = json!({ "a": { "transport": "mock", "replies": { "ask": [{ "value": 7, "confidence": 0.9 }] } } });
    let directory = Arc::new(Directory::read(&agents).unwrap());
    let (program, _) = compile(TEXT);
    let place = std::env::var("PRISM_STORED");
    if let Ok(file) = &place {
        let stored: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let state: State = serde_json::from_value(stored["state"].clone()).unwrap();
        let (id, reply) = serde_json::from_value(stored["reply"].clone()).unwrap();
        let mut vm = Vm::load(program.0.clone(), Limits::RUN, directory, &state).unwrap();
        vm.resume(&id, reply);
        let Outcome::Done(value) = vm.run() else { panic!("it goes on to its end") };
        let shape = shaped::write(&value, vm.meter()).unwrap();
        std::fs::write(file, shape.to_string()).unwrap();
        return;
    }
    let mut world = Memory::new(directory.clone(), 0);
    let mut vm = Vm::new(program.0.clone(), Limits::RUN, directory, Value::NULL);
    vm.start(Entry::Program);
    assert!(matches!(vm.run(), Outcome::Waiting));
    world.submit(vm.take_batch());
    let stored = json!({ "state": vm.save().unwrap(), "reply": world.next_event().unwrap() });
    let folder = Folder::new("limits/stored");
    folder.write("stored.json", stored.to_string());
    let file = folder.path().join("stored.json");
    let name = "limits::a_stored_machine_goes_on_in_another_process";
    let other = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--test-threads=1"])
        .env("PRISM_STORED", &file)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(other.success());
    let shape: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(shape["value"], json!([1, 2, 5, 10, 17, 8]));
    let input = shaped::read(&shape, Lanes::EXACT, &mut Meter::new(Limits::RUN)).unwrap();
    assert!(input.least().confidence.number() == Some(0.5));
}

/// The greatest size of a process while it runs a program, in kilobytes.
fn greatest(folder: &Folder, text: &str, limit: [&str; 2]) -> u64 {
    folder.write("a.prism", text);
    let mut child = Command::new(env!("CARGO_BIN_EXE_prism"))
        .args(["run", "--unchecked", limit[0], limit[1], "a.prism"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let status = format!("/proc/{}/status", child.id());
    let mut greatest = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0);
        greatest = greatest.max(size);
        std::thread::sleep(Duration::from_millis(1));
    }
    greatest
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_stays_small() {
    let folder = Folder::new("limits/memory");
    let little = ["--fuel", "20000000"];
    for text in [
        "\"x\".repeat(1e9)",
        "range(0, 1e9).map(x => x)",
        "let s = \"ab\"\nfor i in 0..40 { s = s + s }",
        "let a = [1, 2]\nfor i in 0..40 { a = [...a, ...a] }",
        "let n = 0\nfor i in 0..200000 { const xs = [i, i, i]; n += xs.length }",
        "let s = \"\"\nfor i in 0..100000 { s = \"a\" + i }",
    ] {
        let size = greatest(&folder, text, little);
        assert!(size < 150 * 1024, "{text}: {size} KiB");
    }
    // Many small lists take what they hold, however they came about, and a process not much more than a run may.
    let base = greatest(&folder, "let n = 0\nfor i in 0..300000 { n += i }", little);
    for text in [
        "let r = [[]]\nfor i in 0..20 { r = r.flatMap(x => [[...x, 0], [...x, 1]]) }",
        "let r = [[]]\nfor i in 0..20 { r = r.flatMap(x => [x.concat([0]), x.concat([1])]) }",
        "const all = range(900000).flatMap(i => [[...[i, i, i, i, i, i, i, i, i, i], 0]])",
        "const xs = []\nfor i in 0..900000 { xs.push([i]) }",
        "const xs = []\nfor i in 0..900000 { const y = []\nfor j in 0..9 { y.push(j) }\nxs.push(y) }",
        "const xs = []\nfor i in 0..900000 { const y = []\nfor j in 0..999 { y.push(j) }\nfor j in 0..998 { y.pop() }\nxs.push(y) }",
        "const xs = []\nfor i in 0..900000 { const o = {}\nfor j in 0..9 { o[\"k\" + j] = j }\nxs.push(o) }",
        "const xs = []\nfor i in 0..900000 { let s = \"\"\nfor j in 0..5 { s += \"0123456789\" }\nxs.push(s) }",
        "const xs = []\nfor i in 0..900000 { xs.push(x => x + i) }",
        "const xs = []\nconst s = \"a part of it \".repeat(1000)\nfor i in 0..900000 { xs.push(s.split(\"t\")) }",
    ] {
        let size = greatest(&folder, text, ["--memory", "32MiB"]) - base;
        assert!(size < 40 * 1024, "{text}: {size} KiB");
    }
    // What holds little and is written as much takes no more than a run may hold.
    for end in ["o", "emit(\"e\", o)", "value(o)"] {
        let text = format!("let o = [\"abcdefgh\"]\nfor i in 0..40 {{ o = [o, o] }}\n{end}");
        let size = greatest(&folder, &text, little);
        assert!(size < 340 * 1024, "{end}: {size} KiB");
    }
}

#[test]
fn what_fits_a_limit_exactly_is_no_larger() {
    for (name, most, text) in [
        ("text", 12, "\"abcdefghijkl\".toUpperCase()"),
        ("text", 12, "\"ßaaaaaaaaaa\".toUpperCase()"),
        ("text", 12, "\"abc\".padEnd(12)"),
        ("text", 12, "\"abc\".padStart(9, \"é-\").length"),
        ("text", 12, "\"\".padEnd(8, \"aé\")"),
        ("text", 13, "JSON.stringify(\"\\u0001\\n\\\"a\")"),
        ("list", 3, "zip([1, 2, 3], [4, 5, 6])"),
        ("object", 2, "const o = { a: 1, b: 2 }\n({ ...o, ...o })"),
        ("object", 2, "merge({ a: 1 }, { b: 2 }, { a: 3 })"),
    ] {
        let with = |most: u64| {
            let mut limits = Limits::SANDBOX;
            *limits.named(name).expect("a limit") = most;
            run(text, &limits, &json!({})).0.map(drop).map_err(|failure| failure.code())
        };
        assert_eq!(with(most), Ok(()), "{text}");
        assert_eq!(with(most - 1), Err(Code::R015), "{text}");
    }
}

/// Programs by how often they do something, and how much more steps twice as often may take.
#[test]
fn what_takes_time_is_charged() {
    let steps = |text: &str| run(text, &Limits::RUN, &json!({})).1;
    let errors = |turn: &str| steps(&format!("for i in 0..1000 {{ {turn} }}"));
    for turn in [
        "try { throw i } catch (e) { continue }",
        "try { null.x } catch (e) { continue }",
        "retry(() => i)",
        "fallback(() => { throw i }, i)",
        "parallel([() => i])",
    ] {
        assert!(errors(turn) > 1000 * 100, "{turn}: {}", errors(turn));
    }
    assert!(errors("try { i } catch (e) { continue }") < 1000 * 10);
    let grows: &[fn(usize) -> String] = &[
        |n| format!("let o = {{}}\nfor i in 0..{n} {{ o[\"k\" + i] = i }}\nfor k in o {{ delete o[k] }}"),
        |n| {
            format!(
                "let o = {{}}\nfor i in 0..{n} {{ o[\"k\" + i] = i }}\nfor i in 0..{n} {{ delete o[\"k\" + (i * 7919) % {n}] }}"
            )
        },
        |n| format!("\"12 ab \".repeat({n}).matches(/\\d{{2}}/g).length"),
        |n| format!("\"12 ab \".repeat({n}).replace(/[a-z]+/g, \"x\").length"),
        |n| format!("JSON.parse(JSON.stringify(range({n}))).length"),
    ];
    for text in grows {
        let (once, twice) = (steps(&text(2_000)), steps(&text(4_000)));
        assert!(twice < once * 22 / 10 && once > 2_000, "{}: {once} and {twice}", text(2_000));
    }
    // What is stored elsewhere is looked up there.
    for copy in ["all.concat([])", "all.slice(0)", "all.take(1000)"] {
        let copies =
            |item: &str| steps(&format!("const all = range(1000).map(x => {item})\nfor i in 0..20 {{ {copy} }}"));
        let numbers = copies("x");
        assert!(copies("[x]") > 3 * numbers, "{copy}: {numbers}");
    }
    // An expression of many places may stand at all of them at every byte.
    let search = |places: usize| steps(&format!("(/a.{{{places}}}[^ab]/).test(\"ab\".repeat(1000))"));
    assert!(search(300) > 20 * search(4));
}
