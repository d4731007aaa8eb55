//! One mistake gives one message: whoever makes ten reads ten, and no consequences of any.

use prism::diagnostic::{Diagnostics, Severity};
use prism::source::{FileId, Names, Span};
use prism::syntax::token::Token;
use prism::syntax::{lexer, parse};

use crate::goldens::place;

/// The messages about a text.
fn messages(text: &str) -> Vec<String> {
    let mut found = Diagnostics::new();
    parse(FileId(0), text, &mut Names::new(), &mut found);
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{} {}", found.code, found.message)).collect()
}

fn tokens(text: &str) -> Vec<Token> {
    lexer::lex(FileId(0), text, &mut Diagnostics::new()).tokens
}

/// Programs without a mistake.
fn programs() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![place("examples"), place("stdlib"), place("tests/language")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "prism") {
                let text = std::fs::read_to_string(&path).unwrap();
                if messages(&text).is_empty() {
                    found.push((path.strip_prefix(place("")).unwrap().display().to_string(), text));
                }
            }
        }
    }
    found.sort();
    found
}

/// `PRISM_SHOW=n` prints the programs with at least n messages.
#[test]
fn a_token_left_out_is_one_mistake() {
    let show: usize = std::env::var("PRISM_SHOW").ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let (mut mistakes, mut told, mut most) = (0, 0, 0);
    let mut counts = [0; 8];
    for (name, text) in programs() {
        for Token { start, end, .. } in tokens(&text) {
            let without = format!("{}{}", &text[..start as usize], &text[end as usize..]);
            let found = messages(&without);
            counts[found.len().min(7)] += 1;
            if found.is_empty() {
                continue;
            }
            mistakes += 1;
            told += found.len();
            most = most.max(found.len());
            if found.len() >= show {
                let line = text[..start as usize].matches('\n').count() + 1;
                println!("{name}:{line}: without `{}`\n    {}", Span::new(start, end).of(&text), found.join("\n    "));
            }
        }
    }
    println!("{mistakes} mistakes, {told} messages, at most {most} {counts:?}");
    assert!(told * 100 <= mistakes * 107 && most <= 10, "{told} messages about {mistakes} mistakes, {most} about one");
}

/// Each has one mistake in it.
const MISTAKES: &[&str] = &[
    "print(max(1, 2)\n",
    "let numbers = [1, 2\n",
    "let entry = { a: 1, b: 2\n",
    "let text = \"abc\n",
    "print(\"hello)\n",
    "funtion double(x) { return x * 2 }\n",
    "let half = 1 + * 2\n",
    "if (1 < 2 {\n  print(1)\n}\n",
    "let wrong = 0x\n",
    "class Thing { a() { return this.b } }\n",
    "let many = 1 2\n",
    "for item in [1, 2]:\n    print(item)\n",
    "if 1 < 2 then { print(1) }\n",
    "let quoted = “abc”\n",
    "print(1, 2))\n",
    "x = a & b\n",
    "let list = [1 2 3]\n",
    "let template = `abc ${1`\n",
    "let bad = \"\\u{110000}\"\n",
    "return =\n",
];

#[test]
fn ten_mistakes_are_ten_messages() {
    let mut faults = Vec::new();
    for mistake in MISTAKES {
        let found = messages(mistake);
        if found.len() != 1 {
            faults.push(format!("{mistake}    {found:?}"));
        }
    }
    for first in 0..MISTAKES.len() {
        for step in [1, 3, 7] {
            let ten: Vec<&str> = (0..10).map(|index| MISTAKES[(first + index * step) % MISTAKES.len()]).collect();
            let text = ten.join("print(0)\n");
            let found = messages(&text);
            if found.len() != 10 {
                faults.push(format!("{text}    {}", found.join("\n    ")));
            }
        }
    }
    assert!(faults.is_empty(), "{} of them\n{}", faults.len(), faults[..faults.len().min(6)].join("\n"));
}
