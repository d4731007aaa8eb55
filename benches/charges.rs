//! What a charged step takes: each built-in in a loop, on little and on much, beside a step of ordinary code.
//!
//! `cargo bench --bench charges` prints a table, the dearest first, and counts what takes more than five times a step of
//! ordinary code: it is charged too little, so that a program can run long before its steps are used up. A loop of nothing is
//! no measure for that, because nobody's program does nothing. `-- TEXT` looks at rows that hold the text;
//! `PRISM_BENCH_STRICT=1` fails where there is one too dear.

use prism::builtin;
use prism::diagnostic::{Code, Diagnostics};
use prism::engine::{Checked, Drive};
use prism::hir::{self, Alone};
use prism::host::Directory;
use prism::source::Sources;
use prism::syntax;
use prism::value::{Limits, Value};
use prism::vm::Outcome;
use std::sync::Arc;

/// The steps of one run.
const STEPS: u64 = 4_000_000;

/// So many times a step of ordinary code is too dear.
const DEAR: f64 = 5.0;

/// What seems too dear is measured so often before it counts: what else the machine does can only make it seem dearer.
const DOUBTS: usize = 4;

/// Ordinary code: numbers, branches, parts of lists and objects, calls, texts.
const ORDINARY: &[(&str, &str)] = &[
    ("let n = 1", "n = n % 2 == 0 ? n / 2 : 3 * n + 1"),
    ("let a = range(100).map(i => i), i = 0", "a[i] = a[i] + 1; i = (i + 1) % 100"),
    ("let o = { x: 0, y: 1 }", "o.x = o.y - o.x"),
    ("let a = [3, 1, 2], least = 9", "for x in a { if x < least { least = x } }"),
    ("fn least(x, y) { return x < y ? x : y }", "least(1, 2)"),
    ("let i = 0", "let s = \"k\" + i; i = (i + 1) % 100"),
];

/// What stands before a loop, and what is in it.
const MUCH: &[(&str, &str)] = &[
    ("", "try { throw 1 } catch (e) { continue }"),
    ("", "try { null.x } catch (e) { continue }"),
    ("let x = null", "try { throw x } catch (e) { x = { e } }"),
    ("let f = n => n == 0 ? null.x : f(n - 1)", "try { f(30) } catch (e) { continue }"),
    ("let s = \"x\".repeat(9000000)", "try { s += s } catch (e) { continue }"),
    ("let s = \" \".repeat(1000000)", "s.trim()"),
    ("let s = \"word \".repeat(100000)", "s.split(\" \")"),
    ("let s = \"word \".repeat(100000)", "s.words()"),
    ("let s = \"line\\n\".repeat(100000)", "s.lines()"),
    ("let s = \"é\".repeat(100000)", "s.length"),
    ("let s = \"é\".repeat(100000)", "s.slice(1, -1)"),
    ("let s = \"é\".repeat(100000)", "s.toUpperCase()"),
    ("let s = \"ab\".repeat(100000)", "s.toUpperCase()"),
    ("let s = \"ab\".repeat(100000)", "s.indexOf(\"b\".repeat(9))"),
    ("let s = \"ab\".repeat(100000)", "s.lastIndexOf(\"bb\")"),
    ("let s = \"ab\".repeat(100000)", "s.includes(\"bb\")"),
    ("let s = \"ab\".repeat(100000)", "s.replaceAll(\"a\", \"cd\")"),
    ("let s = \"ab\".repeat(100000)", "s.replace(/a/g, \"c\")"),
    ("let s = \"ab\".repeat(100000)", "s.replace(/a/g, x => x)"),
    ("let s = \"ab\".repeat(100000)", "s.matches(/a/g)"),
    ("let s = \"ab\".repeat(100000)", "(/[^ab]/).test(s)"),
    ("let s = \"ab\".repeat(10000)", "(/(?:a|b|ab)+[^ab]/).test(s)"),
    ("let s = \"ab\".repeat(10000)", "(/(?:[a-c]{1,40}){20}[^a-d]/).test(s)"),
    ("let s = \"ab\".repeat(10000)", "s.match(/(a*)*[^ab]/)"),
    ("let s = \"ab\".repeat(1000)", "(/a[a-y]{300}[^a-z]/).test(s)"),
    ("let s = \"ab\".repeat(1000)", "s.match(/a.{100,300}[^ab]/)"),
    ("let s = \"ab\".repeat(100000)", "s == s + \"\""),
    ("let s = \"ab\".repeat(100000), t = s + \"c\", u = s + \"d\"", "t == u"),
    ("let s = \"ab\".repeat(100000), t = s + \"c\", u = s + \"d\"", "t < u"),
    ("let s = \"ab\".repeat(100000)", "`${s} and ${s}`"),
    ("let s = \"ab\".repeat(1000)", "s.similarity(\"ba\".repeat(1000))"),
    ("let s = \"ab\".repeat(100000)", "s.padStart(300000, \"xyz\")"),
    ("", "\"ab\".repeat(100000)"),
    ("let s = \"ab\".repeat(100000)", "[...s]"),
    ("let s = JSON.stringify(range(100000))", "JSON.parse(s)"),
    ("let s = JSON.stringify(range(10000).map(i => ({ i, name: \"n\" })))", "JSON.parse(s)"),
    ("let o = range(10000).map(i => ({ i, name: \"n\" }))", "JSON.stringify(o)"),
    ("let s = \"\\u0001\".repeat(100000)", "JSON.stringify(s)"),
    ("let a = range(100000).map(i => i)", "a.splice(0, 1); a.push(1)"),
    ("let a = range(100000).map(i => i)", "a.shift(); a.push(1)"),
    ("let a = range(100000).map(i => i)", "a.unshift(1); a.pop()"),
    ("let a = range(100000).map(i => i)", "a.splice(50000, 1, 7)"),
    ("let a = range(100000).map(i => i)", "let b = a; b[0] = 1"),
    ("let a = range(100000).map(i => i)", "a.fill(1)"),
    ("let a = range(100000).map(i => i)", "a.reverse()"),
    ("let a = range(100000).map(i => i)", "a.slice(1)"),
    ("let a = range(100000).map(i => i)", "a.includes(-1)"),
    ("let a = range(100000).map(i => i)", "a.indexOf(-1)"),
    ("let a = range(100000).map(i => i)", "a.concat(a)"),
    ("let a = range(100000).map(i => i)", "[...a, ...a]"),
    ("let a = range(100000).map(i => i)", "Math.max(...a)"),
    ("let a = range(100000).map(i => i), f = (...xs) => xs.length", "f(...a)"),
    ("let a = range(100000).map(i => i)", "let [x, ...r] = a"),
    ("let a = range(100000).map(i => i)", "a.map(x => x)"),
    ("let a = range(100000).map(i => i)", "a.filter(x => true)"),
    ("let a = range(100000).map(i => i)", "a.reduce((x, y) => x + y, 0)"),
    ("let a = range(100000).map(i => i)", "a.join(\",\")"),
    ("let a = range(100000).map(i => i)", "a.sum()"),
    ("let a = range(100000).map(i => i)", "a.median()"),
    ("let a = range(100000).map(i => (i * 7919) % 100003)", "a.toSorted()"),
    ("let a = range(10000).map(i => \"k\" + (i * 7919) % 100003)", "a.toSorted()"),
    ("let a = range(100000).map(i => (i * 7919) % 100003)", "a.sortBy(x => x)"),
    ("let a = range(100000).map(i => i)", "a.unique()"),
    ("let a = range(10000).map(i => \"k\" + i)", "a.unique()"),
    ("let a = range(10000).map(i => [i])", "a.unique()"),
    ("let a = range(100000).map(i => i)", "a.groupBy(x => x % 7)"),
    ("let a = range(100000).map(i => i)", "a.countBy(x => x % 7)"),
    ("let a = range(100000).map(i => i)", "a.chunk(10)"),
    ("let a = range(100000).map(i => i)", "a.zip(a)"),
    ("let a = range(100000).map(i => i)", "a.entries()"),
    ("let a = range(1000).map(i => range(100).map(j => j))", "a.flat()"),
    ("let a = range(100000).map(i => i)", "a.flatMap(x => [x, x])"),
    ("let a = range(100000).map(i => i), b = range(100000).map(i => i)", "a == b"),
    ("let a = range(100000).map(i => i), b = range(100000).map(i => i)", "deepEqual(a, b)"),
    ("let a = range(100000).map(i => i)", "~a"),
    ("let a = range(100000).map(i => i ~> 0.5)", "a.push(0 ~> 0.4); ~a; a.pop()"),
    ("let a = range(100000).map(i => i ~> 0.5)", "value(a)"),
    ("let a = range(100000).map(i => i ~> 0.5)", "confidences(a)"),
    ("let a = range(100000).map(i => i ~> 0.5)", "combine(a, \"product\")"),
    ("let a = range(10000).map(i => (i % 3) ~> 0.5)", "consensus(a)"),
    ("let a = range(10000).map(i => \"k\" + i ~> 0.5)", "consensus(a, \"weighted\")"),
    ("", "range(100000).map(i => i)"),
    ("let a = \"x\"", "[1, 2, 3, 4, 5, 6, 7, 8].length"),
    ("let a = \"x\"", "let o = { a: 1, b: 2, c: 3, d: 4 }; o.a"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "({ ...o })"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "let { k1, ...rest } = o"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "let p = o; p.x = 1"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "o.keys()"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "o.entries()"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "o.merge(o)"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "o.omit(\"k1\")"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "o.mapValues(x => x)"),
    ("let o = Object.fromEntries(range(10000).map(i => [\"k\" + i, i]))", "for k, v in o { v }"),
    ("let a = range(10000).map(i => [\"k\" + i, i])", "Object.fromEntries(a)"),
    ("let o = {}", "for i in 0..20000 { o[\"k\" + i] = i }; for k in o { delete o[k] }"),
    ("let o = {}", "for i in 0..20000 { o[\"k\" + i] = i }; for i in 1..=20000 { delete o[\"k\" + (20000 - i)] }"),
    (
        "let o = {}",
        "for i in 0..20000 { o[\"k\" + i] = i }; for i in 0..20000 { delete o[\"k\" + (i * 7919) % 20000] }",
    ),
    (
        "let o = {}, n = 0\nfor i in 0..20000 { o[\"k\" + i] = i }",
        "delete o[\"k\" + n]; o[\"k\" + (n + 20000)] = 1; n++; for k in o { break }",
    ),
    ("let s = \"id 12, \".repeat(10000)", "s.matches(/\\d{2}/g)"),
    ("let s = \"id 12, \".repeat(10000)", "s.replace(/(\\w+) (\\d+)/g, \"$2\")"),
    ("let o = {}, i = 0", "o[\"k\" + i % 90000] = i; i++"),
    ("let o = { a: { b: { c: range(1000).map(i => i) } } }", "o.a.b.c[5] += 1"),
    ("", "let f = () => { let x = 1; () => x }; f()()"),
    ("let s = \"ab\"", "s.charAt(1) + s.at(0) + s[1]"),
    ("let x = 5 ~> 0.5", "uncertain if (x) { high { 1 } low { 2 } }"),
    (
        "let x = { kind: \"ok\", value: [1, 2, 3] }",
        "match x { { kind: \"no\" } => 1, { kind: \"ok\", value: [a, ...t] } => a, _ => 0 }",
    ),
    ("let a = range(1000).map(i => i)", "match a { [x, ...t] => t, _ => 0 }"),
    ("", "parallel([() => 1, () => 2, () => 3])"),
    ("let a = range(90).map(i => i)", "parallel(a.map(x => x))"),
    ("", "race([() => 1, () => 2])"),
    ("", "retry(() => 1, { attempts: 2 })"),
    ("", "fallback(() => retry(() => { throw 1 }, { attempts: 9 }), 1)"),
    ("", "fallback(() => { throw 1 }, () => 2)"),
    ("", "sequential([x => x, x => x], 1)"),
    ("", "timeout(() => 1, 5s)"),
];

/// The nanoseconds of processor time that this thread has used.
fn used() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts processor time");
    text.split(' ').next().and_then(|first| first.parse::<f64>().ok()).expect("a number of nanoseconds")
}

/// What a step of an endless loop takes, in nanoseconds; the code of what ends it otherwise.
fn step(before: &str, turn: &str) -> Result<f64, String> {
    let text = format!("{before}\nwhile (true) {{ {turn}\n}}\n");
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add("main.prism", &*text);
    let program = Arc::new(hir::load(file, &mut sources, &Alone, syntax::Limits::RUN, &mut diagnostics));
    let entry = hir::entry(&program, None).map_err(|_| "no entry".to_owned())?;
    let first = || diagnostics.iter().next().map_or_else(String::new, |it| it.code.to_string());
    let compiled = Checked::new(program, &diagnostics).ok_or_else(first)?.compile(&mut Diagnostics::new());
    let directory = Arc::new(Directory::default());
    let time = |steps: u64| {
        let limits = Limits { steps, ..Limits::RUN };
        let mut drive = Drive::new(&compiled, limits, directory.clone(), Value::NULL);
        drive.begin(&compiled, entry, &Value::NULL, &directory).map_err(|fault| fault.code.to_string())?;
        let since = used();
        loop {
            let outcome = drive.machine().run();
            let batch = drive.machine().take_batch();
            drive.world().submit(batch);
            match outcome {
                Outcome::Failed(failure) if failure.code() == Code::R090 => return Ok(used() - since),
                Outcome::Failed(failure) => return Err(failure.code().to_string()),
                Outcome::Done(_) => return Err("an end".to_owned()),
                Outcome::Waiting if drive.machine().is_ready() => {}
                Outcome::Waiting => {
                    let (id, reply) = drive.world().next_event().ok_or("nobody answers")?;
                    drive.machine().resume(&id, reply);
                }
            }
        }
    };
    // What stands before the loop is not part of it: the second half of the steps counts.
    let least = |steps| (0..3).map(|_| time(steps)).reduce(|a, b| Ok(a?.min(b?))).expect("a run");
    Ok((least(2 * STEPS)? - least(STEPS)?).max(0.0) / STEPS as f64)
}

/// What a step of ordinary code takes, in nanoseconds: the geometric mean.
fn ordinary() -> f64 {
    let all = ORDINARY.iter().map(|(before, turn)| step(before, turn).expect("ordinary code").ln());
    (all.sum::<f64>() / ORDINARY.len() as f64).exp()
}

fn main() {
    let wanted = std::env::args().skip(1).find(|it| !it.starts_with('-')).unwrap_or_default();
    let plain = ordinary();
    println!("a step of ordinary code: {plain:.2} ns");
    let examples = builtin::all().map(|(_, it)| ("", it.example.0));
    let rows = MUCH.iter().copied().chain(examples);
    let mut table = Vec::new();
    for (before, turn) in rows.filter(|(before, turn)| format!("{before} {turn}").contains(&wanted)) {
        let times = || step(before, turn).map(|took| took / plain);
        let mut least = times();
        for _ in 1..DOUBTS {
            least = least.and_then(|least| if least > DEAR { Ok(least.min(times()?)) } else { Ok(least) });
        }
        match least {
            Ok(times) => table.push((times, before, turn)),
            Err(code) => println!("not measured ({code}): {turn}"),
        }
    }
    table.sort_by(|a, b| b.0.total_cmp(&a.0));
    let dear = table.iter().filter(|row| row.0 > DEAR).count();
    for (times, before, turn) in &table {
        println!("{times:7.2}  {before}{}{turn}", if before.is_empty() { "" } else { "; " });
    }
    println!("{dear} of {} above {DEAR} times a step of ordinary code", table.len());
    // Timing on a busy machine is no proof; only a table is asked for where nobody insists.
    if std::env::var_os("PRISM_BENCH_STRICT").is_some() && dear > 0 {
        std::process::exit(1);
    }
}
