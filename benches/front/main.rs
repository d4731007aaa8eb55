//! How fast texts are read, compiled and formatted, beside the goals: `cargo bench --bench front`.
//!
//! Best of five, CPU time. Arguments pick the rows that hold all of them in their first two columns.

mod measure;
mod text;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use measure::{Counting, memory, time};
use prism::diagnostic::Diagnostics;
use prism::engine::Checked;
use prism::hir::{self, Alone};
use prism::source::{FileId, Names, Sources};
use prism::syntax::ast::Tree;
use prism::syntax::{Limits, lexer, parse_within};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Larger than any text here.
const LIMITS: Limits = Limits { bytes: 64 << 20, nodes: 64 << 20 };

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    println!("{:<28} {:>9} {:>10} {:>10}   goal", "", "size", "MB/s", "µs");
    for (name, text) in inputs() {
        let is_wanted = |row: &str| {
            let told = format!("{row} {}", size(&text));
            wanted.iter().all(|word| told.contains(word.as_str()))
        };
        for (stage, goal, work) in STAGES {
            let row = format!("{name}, {stage}");
            // Only what is read alone may be larger than a program.
            let fits = *stage != "format" || text.len() <= Limits::RUN.bytes as usize;
            if fits && is_wanted(&row) {
                let taken = time(|| work(&text));
                println!("{}", line(&row, &text, taken, goal));
            }
        }
        let row = format!("{name}, memory of parse");
        if is_wanted(&row) {
            let bytes = memory(|| parse(&text));
            let each = bytes as f64 / text.len() as f64;
            println!("{row:<28} {:>9} {each:>10.1} bytes a byte   at most 40", size(&text));
        }
    }
}

/// A stage, what is asked of it, and its work.
type Stage = (&'static str, &'static str, fn(&str));

const STAGES: &[Stage] = &[
    ("tokens", "", |text| drop(black_box(lexer::lex(FileId(0), text, &mut Diagnostics::new())))),
    ("parse", "45 MB/s; a script 20 µs", |text| drop(black_box(parse(text)))),
    ("bytecode", "20 MB/s", compile),
    ("format", "15 MB/s", |text| drop(black_box(prism::format::format(text)))),
];

fn parse(text: &str) -> Tree {
    let mut findings = Diagnostics::new();
    let tree = parse_within(FileId(0), text, LIMITS, &mut Names::new(), &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.iter().next());
    tree
}

fn compile(text: &str) {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut findings = Diagnostics::new();
    let program = hir::load(file, &mut sources, &Alone, LIMITS, &mut findings);
    let checked = Checked::new(Arc::new(program), &findings);
    let checked = checked.unwrap_or_else(|| panic!("{:?}", findings.iter().next()));
    black_box(checked.compile(&mut findings));
}

fn line(row: &str, text: &str, taken: Duration, goal: &str) -> String {
    let micros = taken.as_nanos() as f64 / 1e3;
    let speed = text.len() as f64 / micros;
    format!("{row:<28} {:>9} {speed:>10.1} {micros:>10.1}   {goal}", size(text))
}

fn size(text: &str) -> String {
    match text.len() {
        bytes if bytes < 10_000 => format!("{bytes} B"),
        bytes if bytes < 1_000_000 => format!("{} kB", bytes / 1000),
        bytes => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Generated texts of all sizes, and the programs of the examples and the library.
fn inputs() -> Vec<(String, String)> {
    let mut inputs = vec![
        ("a script".to_string(), text::plain(1)),
        ("plain".to_string(), text::plain(100_000)),
        ("plain".to_string(), text::plain(1_000_000)),
        ("plain".to_string(), text::plain(5_000_000)),
        ("dense".to_string(), text::dense(1_000_000)),
    ];
    for folder in ["examples", "stdlib"] {
        let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).into_iter().flatten();
        let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "prism")) {
            if let (Some(name), Ok(text)) = (path.file_name(), std::fs::read_to_string(path)) {
                inputs.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    inputs
}
