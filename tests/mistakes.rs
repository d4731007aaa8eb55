//! One mistake gives one message: whoever makes ten reads ten, and no consequences of any.

use prism::check::{Setting, check};
use prism::diagnostic::{Diagnostics, Severity};
use prism::hir::{self, Alone};
use prism::ir;
use prism::source::{FileId, Names, Sources, Span};
use prism::syntax::token::{Kind, Token};
use prism::syntax::{Limits, lexer, parse};
use std::sync::Arc;

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

/// The same of all that is found before a run.
fn checked(text: &str) -> Vec<String> {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut found = Diagnostics::new();
    let program = hir::load(file, &mut sources, &Alone, Limits::CHECK, &mut found);
    if !found.has_errors() {
        check(&ir::lower(Arc::new(program)), &Setting::default(), &mut found);
    }
    let errors = found.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{} {}", found.code, found.message)).collect()
}

/// Programs without a mistake.
fn programs() -> Vec<(String, String)> {
    programs_in(&["examples", "stdlib", "tests/language"])
}

fn programs_in(folders: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<_> = folders.iter().map(|folder| place(folder)).collect();
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

/// What one mistake after another makes of the programs, and how many messages each gives at most. `PRISM_SHOW=n` prints
/// those with at least n messages.
fn tell(slip: &str, slips: impl Fn(&str, &[Token], usize) -> Option<String>) -> (usize, usize, usize) {
    let show: usize = std::env::var("PRISM_SHOW").ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    let (mut mistakes, mut told, mut most) = (0, 0, 0);
    let mut counts = [0; 8];
    for (name, text) in programs() {
        let tokens = tokens(&text);
        for (index, token) in tokens.iter().enumerate() {
            let Some(slipped) = slips(&text, &tokens, index) else { continue };
            let found = messages(&slipped);
            counts[found.len().min(7)] += 1;
            if found.is_empty() {
                continue;
            }
            mistakes += 1;
            told += found.len();
            most = most.max(found.len());
            if found.len() >= show {
                let line = text[..token.start as usize].matches('\n').count() + 1;
                let written = Span::new(token.start, token.end).of(&text);
                println!("{name}:{line}: `{written}` {slip}\n    {}", found.join("\n    "));
            }
        }
    }
    println!("{slip}: {mistakes} mistakes, {told} messages, at most {most} {counts:?}");
    (mistakes, told, most)
}

/// The text with another one in the place of a token.
fn replaced(text: &str, token: Token, by: &str) -> String {
    format!("{}{by}{}", &text[..token.start as usize], &text[token.end as usize..])
}

/// How many of the mistakes that are found in the examples give several messages, when all is checked.
#[test]
fn a_token_left_out_of_an_example_is_told_once() {
    let show = std::env::var("PRISM_SHOW").is_ok();
    let (mut mistakes, mut several) = (0, 0);
    for (name, text) in programs_in(&["examples"]) {
        for token in tokens(&text) {
            let found = checked(&replaced(&text, token, ""));
            mistakes += usize::from(!found.is_empty());
            several += usize::from(found.len() > 1);
            if show && found.len() > 1 {
                let line = text[..token.start as usize].matches('\n').count() + 1;
                let written = Span::new(token.start, token.end).of(&text);
                println!("{name}:{line}: `{written}`\n    {}", found.join("\n    "));
            }
        }
    }
    println!("{mistakes} mistakes, {several} with several messages");
    assert!(several <= 36, "{several} of {mistakes} mistakes give several messages");
}

#[test]
fn a_token_left_out_is_one_mistake() {
    let (mistakes, told, most) = tell("left out", |text, tokens, index| Some(replaced(text, tokens[index], "")));
    assert!(told * 100 <= mistakes * 107 && most <= 10, "{told} messages about {mistakes} mistakes, {most} about one");
}

#[test]
fn a_brace_too_many_is_one_mistake() {
    let (mistakes, told, most) = tell("doubled", |text, tokens, index| match tokens[index].kind {
        Kind::BraceOpen => Some(replaced(text, tokens[index], "{{")),
        Kind::BraceClose => Some(replaced(text, tokens[index], "}}")),
        _ => None,
    });
    assert!(told * 100 <= mistakes * 107 && most <= 10, "{told} messages about {mistakes} mistakes, {most} about one");
}

#[test]
fn a_brace_turned_round_is_one_mistake() {
    let (mistakes, told, most) = tell("turned round", |text, tokens, index| match tokens[index].kind {
        Kind::BraceOpen => Some(replaced(text, tokens[index], "}")),
        Kind::BraceClose => Some(replaced(text, tokens[index], "{")),
        _ => None,
    });
    assert!(told * 100 <= mistakes * 119 && most <= 10, "{told} messages about {mistakes} mistakes, {most} about one");
}

#[test]
fn braces_in_the_place_of_each_other_are_two_mistakes() {
    let (mistakes, told, most) = tell("swapped", |text, tokens, index| {
        if tokens[index].kind != Kind::BraceOpen {
            return None;
        }
        let mut depth = 0;
        let other = tokens[index..].iter().find(|token| {
            depth += i32::from(token.kind == Kind::BraceOpen) - i32::from(token.kind == Kind::BraceClose);
            depth == 0
        })?;
        Some(replaced(&replaced(text, *other, "{"), tokens[index], "}"))
    });
    assert!(told * 100 <= mistakes * 203 && most <= 11, "{told} messages about {mistakes} mistakes, {most} about one");
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
