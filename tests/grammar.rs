//! The exported grammars say what the parser says.
//!
//! `tests/grammar/accept.py` gives every program of the project, formatted, to a real Lark; here a part of them, and all
//! with `PRISM_LARK=all cargo test lark -- --nocapture`. Without Python, or without the package and a way to get it, that
//! test says that it was skipped.
//!
//! The canonical grammar is proved by what it generates: `PRISM_TEXTS=100000 cargo test canonical -- --nocapture` tries so
//! many texts, `PRISM_SEED=n` one of them.

pub(crate) mod gbnf;

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use gbnf::Gbnf;
use prism::diagnostic::Diagnostics;
use prism::format::format;
use prism::grammar::{Notation, export};
use prism::source::{FileId, Names};
use prism::syntax::parse;

use crate::goldens::{files, place, report};

/// A Python that has the package `lark`: the one of the machine, or one of the project's own.
fn python() -> Option<PathBuf> {
    let has_lark = |python: &PathBuf| {
        let tried = Command::new(python).args(["-c", "import lark"]).output();
        tried.is_ok_and(|done| done.status.success())
    };
    let machine = PathBuf::from("python3");
    if has_lark(&machine) {
        return Some(machine);
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lark");
    let own = folder.join("bin/python");
    if !has_lark(&own) {
        Command::new(machine).args(["-m", "venv"]).arg(&folder).output().ok()?;
        let install = ["-m", "pip", "install", "--quiet", "--retries", "0", "--timeout", "10", "lark==1.3.1"];
        Command::new(&own).args(install).output().ok()?;
    }
    has_lark(&own).then_some(own)
}

#[test]
fn lark_accepts_every_program() {
    let Some(python) = python() else {
        println!("skipped: there is no Python with the package `lark`");
        return;
    };
    let every = if std::env::var_os("PRISM_LARK").is_some() { "1" } else { "20" };
    let done = Command::new(python)
        .arg(place("tests/grammar/accept.py"))
        .args(["--bin", env!("CARGO_BIN_EXE_prism"), "--every", every])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    println!("{said}");
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

/// The grammar for constrained decoding.
fn canonical() -> Gbnf {
    Gbnf::read(&export(Notation::Gbnf))
}

/// What the parser or the formatter says against a text.
fn fault(text: &str) -> Option<String> {
    let mut findings = Diagnostics::new();
    parse(FileId(0), text, &mut Names::new(), &mut findings);
    if let Some(found) = findings.iter().next() {
        return Some(format!("{} {} at {}", found.code, found.message, found.at.span.start));
    }
    let Ok(once) = format(text) else { return Some("the formatter would change it".to_string()) };
    let again = format(&once).ok();
    (again.as_ref() != Some(&once)).then(|| format!("formatted twice it is another text:\n{once}\n--- {again:?}"))
}

#[test]
fn every_word_of_the_canonical_grammar_parses() {
    let grammar = canonical();
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let texts = number("PRISM_TEXTS").unwrap_or(1_000);
    let seeds = number("PRISM_SEED").map_or(0..texts, |seed| seed..seed + 1);
    let next = Mutex::new(seeds.clone());
    let faults = Mutex::new(Vec::new());
    let letters = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(seed) = { next.lock().unwrap().next() } {
                    let text = grammar.word(seed, 20 + (seed % 40) as usize * 30);
                    letters.fetch_add(text.len() as u64, Ordering::Relaxed);
                    if let Some(fault) = fault(&text) {
                        faults.lock().unwrap().push((seed, text, fault));
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    println!("{} texts of {} letters", seeds.end - seeds.start, letters.into_inner());
    faults.sort_by_key(|(_, text, _)| text.len());
    let shown: Vec<String> =
        faults.iter().take(5).map(|(seed, text, fault)| format!("PRISM_SEED={seed}: {fault}\n{text}\n")).collect();
    assert!(faults.is_empty(), "{} of them do not parse\n{}", faults.len(), shown.join("\n"));
}

#[test]
fn the_canonical_grammar_has_every_example() {
    let grammar = canonical();
    assert_eq!(
        grammar.left_recursive(),
        Vec::<&str>::new(),
        "llama.cpp does not read rules that begin with themselves"
    );
    report(files("examples", "prism").into_iter().map(|path| {
        let text = format(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let (read, whole) = grammar.recognise(&text);
        let rest: String = text.chars().skip(read).take(60).collect();
        if whole { Ok(()) } else { Err(format!("{}: it goes no further than before {rest:?}", path.display())) }
    }));
}
