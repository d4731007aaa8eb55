//! The formatter: a table of texts and their canonical spelling, and laws that hold for every text.
//!
//! The table is `tests/format/*.md`: under each heading one block with a text and one with its canonical spelling, or a
//! single block that is canonical already.

use std::path::{Path, PathBuf};

use prism::format::{Refusal, format};
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files with an extension below a folder, in order.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

/// The blocks between `~~~` under each `##` heading.
fn cases(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut open = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("~~~") {
            open = !open;
            if open {
                found.last_mut().expect("a block stands under a heading").1.push(String::new());
            }
        } else if open {
            found.last_mut().and_then(|case| case.1.last_mut()).expect("an open block").push_str(line);
        } else if let Some(title) = line.strip_prefix("## ") {
            found.push((title.trim().to_string(), Vec::new()));
        }
    }
    found
}

/// The canonical spelling, which must be its own canonical spelling.
fn stable(text: &str) -> Result<String, String> {
    let once = format(text).map_err(|refusal| format!("refused: {refusal:?}\n{text}"))?;
    let twice = format(&once).map_err(|refusal| format!("refused its own output: {refusal:?}\n{once}"))?;
    if once == twice { Ok(once) } else { Err(format!("not stable:\n{once}\nbecame\n{twice}")) }
}

#[test]
fn texts_get_their_canonical_spelling() {
    let mut paths = Vec::new();
    files(&root().join("tests/format"), "md", &mut paths);
    let mut faults = Vec::new();
    let mut count = 0;
    for path in paths {
        for (title, blocks) in cases(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            let place = format!("{}: {title}", path.file_name().unwrap().display());
            match stable(&blocks[0]) {
                Ok(out) if out == blocks[blocks.len() - 1] => {}
                Ok(out) => faults.push(format!("{place}\n{out}")),
                Err(fault) => faults.push(format!("{place}\n{fault}")),
            }
        }
    }
    assert!(count > 50, "only {count} cases were found");
    assert!(faults.is_empty(), "{}", faults.join("\n----\n"));
}

#[test]
fn every_program_of_the_project_keeps_its_meaning() {
    let mut paths = Vec::new();
    for folder in ["examples", "stdlib", "tests"] {
        files(&root().join(folder), "prism", &mut paths);
    }
    let mut faults = Vec::new();
    for path in paths {
        // A case of bytes that are no text has nothing to format.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if matches!(format(&text), Err(Refusal::Unreadable(_))) {
            continue;
        }
        if let Err(fault) = stable(&text) {
            faults.push(format!("{}\n{fault}", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n----\n"));
}

#[test]
fn long_and_deep_texts_are_stable() {
    let many = |part: &str, joint: &str, count: usize| vec![part; count].join(joint);
    let nested = |open: &str, close: &str, depth: usize| format!("{}1{}\n", open.repeat(depth), close.repeat(depth));
    let texts = [
        many("a", " + ", 20_000),
        many("a.b(c)", ".", 5_000),
        format!("a{}", ".b".repeat(20_000)),
        format!("a{}", "[0]".repeat(20_000)),
        many("a", " |> ", 20_000),
        format!("[{}]", many("1", ",", 50_000)),
        format!("f({})", many("a", ", ", 20_000)),
        many("// a comment", "\n", 20_000),
        many("let a = 1 // b", "\n", 20_000),
        format!("[{}]", many("/* a */", "\n", 20_000)),
        format!("let s = \"{}\"", "x".repeat(200_000)),
        nested("(", ")", 100),
        nested("[", "]", 100),
        nested("if (a) { ", " }", 100),
        nested("f(x => ", ")", 60),
        nested("{ a: ", " }", 100),
    ];
    for text in texts {
        if let Err(fault) = stable(&text) {
            panic!("{}", &fault[..fault.len().min(2_000)]);
        }
    }
}

#[test]
fn what_does_not_parse_is_refused() {
    for text in ["let = 1", "f(", "\"abc", "{ a: 1"] {
        assert!(matches!(format(text), Err(Refusal::Unreadable(_))), "{text}");
    }
}

/// Pieces of programs, comments and line ends among them.
const PIECES: &[&str] = &[
    "a",
    "b",
    "x",
    "_",
    "1",
    "0.8",
    "30s",
    "\"s\"",
    "'t'",
    "`u${a}v`",
    "null",
    "true",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ".",
    "?.",
    "=>",
    "=",
    "+",
    "-",
    "*",
    "/",
    "~",
    "~>",
    "~@>",
    "~?>",
    "~||>",
    "~??",
    "??",
    "&&",
    "||",
    "!",
    "==",
    "?",
    "|>",
    "..",
    "...",
    "++",
    "@",
    "if",
    "else",
    "for",
    "in",
    "of",
    "while",
    "do",
    "max",
    "match",
    "switch",
    "case",
    "default",
    "try",
    "catch",
    "finally",
    "uncertain",
    "high",
    "low",
    "let",
    "const",
    "function",
    "fn",
    "return",
    "break",
    "pattern",
    "agent",
    "type",
    "test",
    "on",
    "as",
    "export",
    "import",
    "from",
    "await",
    "typeof",
    "\n",
    "\n",
    "\n\n",
    "// c\n",
    "/* d */",
    "/* e\n f */",
    "/// g\n",
    "# h\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_row_of_tokens_is_refused_or_stable(row in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        let text = row.join(" ");
        match format(&text) {
            Err(Refusal::Unreadable(_)) => {}
            Err(Refusal::Changed(span)) => prop_assert!(false, "would change at {span:?}:\n{text}"),
            Ok(_) => { stable(&text).map_err(TestCaseError::fail)?; }
        }
    }
}
