//! Time grows with the text and no faster: twice the text is at most 2.2 times the work, on twenty and more kinds of texts.
//!
//! Work is what is allocated, in bytes and in calls, and the findings made. What is quadratic without allocating shows in
//! `tests/hostile.rs`, whose texts are so large that they would take minutes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use prism::check::{Setting, account, check};
use prism::diagnostic::Diagnostics;
use prism::engine::Checked;
use prism::hir::{self, Alone};
use prism::source::{FileId, Sources};
use prism::syntax::{Limits, lexer};

/// Counts what each thread asks of the system's allocator.
struct Counting;

thread_local! {
    static WORK: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed on to the system's allocator as it came.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = WORK.try_with(|work| work.set(work.get() + 64 + layout.size() as u64));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The work of a function on this thread.
fn work<T>(function: impl FnOnce() -> T) -> u64 {
    let before = WORK.get();
    std::hint::black_box(function());
    WORK.get() - before
}

/// A kind of text, by how often its part is repeated.
type Family = (&'static str, fn(usize) -> String);

fn rows(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect()
}

const FAMILIES: &[Family] = &[
    ("statements", |n| rows(n, |i| format!("let a{i} = {i} + 1\n"))),
    ("deep", |n| rows(n / 50, |_| format!("{}1{}\n", "(".repeat(50), ")".repeat(50)))),
    ("a wide list", |n| format!("x = [{}]", rows(n, |i| format!("{i}, ")))),
    ("a wide object", |n| format!("x = {{ {} }}", rows(n, |i| format!("k{i}: {i}, ")))),
    ("one long line", |n| rows(n, |i| format!("print({i}); "))),
    ("strings", |n| rows(n, |i| format!("print(\"text {i}\\n\")\n"))),
    ("templates", |n| rows(n, |i| format!("print(`a ${{{i}}} b`)\n"))),
    ("mistakes", |n| rows(n, |_| "let a = = 1\n".into())),
    ("brackets without ends", |n| rows(n, |_| "print((1\n".into())),
    ("strings without ends", |n| rows(n, |_| "print(\"a\n".into())),
    ("comments", |n| rows(n, |i| format!("// comment {i}\nx = {i} /* here */\n"))),
    ("blank lines", |n| rows(n, |_| "x = 1\n\n\n\n".into())),
    ("names", |n| rows(n, |i| format!("name{i} = {i}\nprint(name{i})\n"))),
    ("unknown names", |n| rows(n, |i| format!("print(word{i})\n"))),
    ("else if", |n| format!("x = 1\nif (x) {{ }}{}", rows(n, |i| format!(" else if (x == {i}) {{ }}")))),
    ("a pipeline", |n| format!("f = x => x\n1{}", " |> f".repeat(n))),
    ("members", |n| format!("a = {{}}\na{}", "?.b".repeat(n))),
    ("indices", |n| format!("a = []\na{}", "[0]".repeat(n))),
    ("a sum", |n| format!("{}1", "1 + ".repeat(n))),
    ("objects", |n| rows(n, |i| format!("x = {{ id: {i}, tags: [\"a\"], inner: {{ b: true }} }}\n"))),
    ("functions", |n| rows(n, |i| format!("function f{i}(a, b = 1) {{ return a + b }}\nprint(f{i}(1))\n"))),
    ("lambdas", |n| rows(n, |_| "x = [1].map(a => a * 2)\n".into())),
    ("arms", |n| format!("x = 1\nprint(match x {{\n{}  _ => 0\n}})", rows(n, |i| format!("  {i} => {i},\n")))),
    ("cases", |n| format!("x = 1\nswitch (x) {{\n{}}}", rows(n, |i| format!("case {i}: print({i}); break\n")))),
    ("types", |n| rows(n, |i| format!("type T{i} = {{ a: number, b?: string[] }} | null\n"))),
    ("decorators", |n| rows(n, |i| format!("@maxCalls(3)\nfunction g{i}() {{ return {i} }}\nprint(g{i}())\n"))),
    ("agents", |n| rows(n, |i| format!("agent A{i} {{\n  @effect(\"read\") ask(a: string): string\n}}\n"))),
    ("attempts", |n| rows(n, |_| "try { print(1) } catch (e) { print(2) }\n".into())),
    ("loops", |n| rows(n, |_| "for x in [1, 2] { print(x) }\n".into())),
    ("nested calls", |n| rows(n / 10, |_| format!("{}1{}\n", "print(".repeat(10), ")".repeat(10)))),
    ("destructuring", |n| {
        rows(n, |i| format!("let {{ a: a{i}, b: [b{i}] }} = {{ a: 1, b: [2] }}\nprint(a{i}, b{i})\n"))
    }),
    ("regular expressions", |n| rows(n, |_| "print(/a+b/.test(\"ab\"))\n".into())),
    ("Python's blocks", |n| rows(n, |_| "if 1 < 2:\n    print(1)\n".into())),
];

/// Programs that the validator has something to think about in.
const PROGRAMS: &[Family] = &[
    ("values that are changed", |n| {
        format!("let x = 0\n{}", rows(n, |i| format!("if (input == {i}) {{ x = {i} }}\n")))
    }),
    ("variables that are changed", |n| rows(n, |i| format!("let x{i} = {i}\nif (input == x{i}) {{ x{i} = input }}\n"))),
    ("loops that add", |n| {
        rows(n, |i| format!("let t{i} = 0\nfor (const x of [1, {i}]) {{\n  if (x > 1) {{ t{i} += x }}\n}}\n"))
    }),
    ("loops that count", |n| rows(n, |i| format!("for (let i = 0; i < {i}; i++) {{ print(i) }}\n"))),
    ("questions", |n| {
        rows(n, |i| format!("const x{i} = agents.a.say(\"{i}\")\nif (~x{i} >= 0.7) {{ print(x{i}) }}\n"))
    }),
    ("bands", |n| {
        let one =
            |i| format!("uncertain if (agents.a.say(\"{i}\")) {{ high {{ print({i}) }} default {{ print(0) }} }}\n");
        rows(n, one)
    }),
    ("calls that double", |n| {
        rows(n, |i| format!("function f{i}(x) {{ f{0}(x) + f{0}(x) }}\n", i + 1))
            + &format!("function f{n}(x) {{ x }}\nf0(1)")
    }),
    ("a circle of calls", |n| {
        rows(n, |i| format!("function f{i}(x) {{ x <= 0 ? 0 : f{}(x - 1) }}\n", (i + 1) % n)) + "f0(9)"
    }),
];

/// The stages in front of the validator.
type Stage = (&'static str, fn(&str));

const STAGES: &[Stage] = &[
    ("lex", |text| drop(lexer::lex(FileId(0), text, &mut Diagnostics::new()))),
    ("format", |text| drop(prism::format::format(text))),
    ("names", |text| {
        let mut sources = Sources::new();
        let file = sources.add("main.prism", text);
        hir::load(file, &mut sources, &Alone, Limits::RUN, &mut Diagnostics::new());
    }),
    ("bytecode", |text| {
        let mut sources = Sources::new();
        let file = sources.add("main.prism", text);
        let mut findings = Diagnostics::new();
        let program = hir::load(file, &mut sources, &Alone, Limits::RUN, &mut findings);
        let checked = Checked::new(Arc::new(program), &findings);
        drop(checked.map(|checked| checked.compile(&mut findings)));
    }),
];

#[test]
fn twice_the_text_is_twice_the_work() {
    let mut faults = Vec::new();
    for (family, text) in FAMILIES {
        for (stage, run) in STAGES {
            // Between two sizes whose vectors have grown equally often.
            let measured = |count: usize| {
                let text = text(count);
                work(|| run(&text)) as f64
            };
            let (once, twice) = (measured(800), measured(1600));
            if twice > 2.2 * once {
                faults.push(format!("{family}, {stage}: {once} and {twice}, {:.2} times", twice / once));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn twice_the_program_is_twice_the_work_of_the_validator() {
    let mut faults = Vec::new();
    for (family, text) in FAMILIES.iter().chain(PROGRAMS) {
        // What is allocated, and the instructions that were interpreted.
        let measured = |count: usize| {
            let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
            let file = sources.add("main.prism", text(count));
            let program = hir::load(file, &mut sources, &Alone, Limits::RUN, &mut diagnostics);
            if diagnostics.has_errors() {
                return None;
            }
            let lowered = prism::ir::lower(std::sync::Arc::new(program));
            let allocated = work(|| check(&lowered, &Setting::default(), &mut Diagnostics::new()));
            let steps = account(&lowered, &Setting::default(), None, &mut diagnostics).work;
            Some((allocated as f64, steps as f64))
        };
        let (Some(once), Some(twice)) = (measured(100), measured(200)) else { continue };
        if twice.0 > 2.3 * once.0 || twice.1 > 2.3 * once.1 + 100.0 {
            let (bytes, steps) = (twice.0 / once.0, twice.1 / once.1);
            faults.push(format!("{family}: {bytes:.2} times the memory, {steps:.2} times the instructions"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
