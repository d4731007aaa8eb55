//! One case through every stage: `tests/stages/*.md` holds, for each program, its tokens as the parser reads them, its
//! tree, its canonical spelling and what is wrong with it. Only the heading and the program are written by hand;
//! `UPDATE=1` writes the rest. Together the cases reach every alternative of the grammar.

use prism::diagnostic::Diagnostics;
use prism::grammar::source::{Rule, Symbol};
use prism::source::{FileId, Names, Sources};
use prism::syntax::token::Token;
use prism::syntax::{lexer, parse, print, shape};
use prism::{format::format as formatted, grammar};
use std::collections::HashSet;

use crate::goldens::{compare, files, report};
use crate::grammar::gbnf::Gbnf;

#[test]
fn every_form_passes_every_stage() {
    report(files("tests/stages", "md").into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let (title, cases) = text.split_once("\n## ").unwrap();
        let mut out = format!("{}\n", title.trim_end());
        for case in cases.split("\n## ") {
            let (heading, rest) = case.split_once('\n').unwrap();
            out.push_str(&format!("\n## {heading}\n{}", stages(program(rest))));
        }
        compare(&path, &out)
    }));
}

#[test]
fn every_alternative_of_the_grammar_is_in_some_case() {
    let tokens = grammar::tokens();
    let letter = |at: usize| char::from_u32(0xe000 + at as u32).unwrap();
    let rules = reached_without_faults();
    let grammar =
        Gbnf::read(&notation(&rules, &|name| letter(tokens.iter().position(|(known, _)| known == name).unwrap())));
    let mut used = HashSet::new();
    let texts: Vec<String> =
        files("tests/stages", "md").into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for case in texts.iter().flat_map(|text| text.split("\n## ").skip(1)) {
        let program = program(case.split_once('\n').unwrap().1);
        let mut unheard = Diagnostics::new();
        let lexed = lexer::lex(FileId(0), program, &mut unheard);
        let Some(shaped) = shape::shape(FileId(0), program, lexed.tokens, &mut unheard) else { continue };
        let variant = |token: &Token| {
            let shown = format!("{:?}", token.kind);
            let variant = shown.split('(').next().unwrap();
            tokens.iter().position(|(_, known)| known == variant)
        };
        let word: Option<String> = shaped.tokens.iter().map(|token| variant(token).map(letter)).collect();
        used.extend(word.iter().flat_map(|word| grammar.alternatives(word)));
    }
    let mut missing = Vec::new();
    for rule in &rules {
        for (at, row) in rule.alternatives.iter().enumerate() {
            if !used.contains(&(rule.name.as_str(), at)) {
                missing.push(format!("{}: {row:?}", rule.name));
            }
        }
    }
    assert!(missing.is_empty(), "no case has these\n{}", missing.join("\n"));
}

/// The rules of the grammar file without the alternatives that stand for faults.
fn reached_without_faults() -> Vec<Rule> {
    let faulty = |symbol: &Symbol| match symbol {
        Symbol::Token(name) => name == "invalid",
        Symbol::Rule(name) => name == "Broken",
        _ => false,
    };
    let mut rules = grammar::rules();
    rules.retain(|rule| !["Broken", "Group"].contains(&&*rule.name));
    rules.iter_mut().for_each(|rule| rule.alternatives.retain(|row| !row.iter().any(faulty)));
    rules
}

/// The rules in the notation that the tests can read, each token as a letter.
fn notation(rules: &[Rule], letter: &dyn Fn(&str) -> char) -> String {
    fn shown(symbol: &Symbol, letter: &dyn Fn(&str) -> char) -> String {
        match symbol {
            Symbol::Token(name) => format!("\"{}\"", letter(name)),
            Symbol::Rule(name) => name.clone(),
            Symbol::Option(inner) => format!("{}?", shown(inner, letter)),
            Symbol::Many(inner) => format!("{}*", shown(inner, letter)),
        }
    }
    let mut out = format!("root ::= {}\n", rules[0].name);
    for rule in rules {
        let rows = rule.alternatives.iter().map(|row| {
            let parts: Vec<String> = row.iter().map(|symbol| shown(symbol, letter)).collect();
            if parts.is_empty() { "\"\"".to_string() } else { parts.join(" ") }
        });
        out += &format!("{} ::= {}\n", rule.name, rows.collect::<Vec<_>>().join(" | "));
    }
    out
}

/// The program of a case: what its first fence holds.
fn program(case: &str) -> &str {
    let case = case.trim_start();
    let fence = &case[..case.find(|c| c != '`').unwrap()];
    let body = &case[case.find('\n').unwrap() + 1..];
    &body[..body.find(&format!("\n{fence}")).unwrap() + 1]
}

fn stages(program: &str) -> String {
    let file = FileId(0);
    let mut out = block("prism", program);
    let mut unheard = Diagnostics::new();
    let lexed = lexer::lex(file, program, &mut unheard);
    if let Some(shaped) = shape::shape(file, program, lexed.tokens, &mut unheard) {
        out += &block("tokens", &print::tokens(program, &shaped.tokens));
    }
    let mut names = Names::new();
    let mut findings = Diagnostics::new();
    let tree = parse(file, program, &mut names, &mut findings);
    out += &block("tree", &print::tree(program, &names, &tree));
    findings.settle();
    if let Ok(text) = formatted(program) {
        out += &block("formatted", &text);
    }
    out + &block("findings", &found(program, &findings))
}

fn found(program: &str, findings: &Diagnostics) -> String {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", program);
    let lines = findings.iter().map(|found| {
        let place = sources.file(file).position(found.at.span.start);
        let mut line = format!("{} {}:{} {}", found.code, place.line, place.column, found.message);
        found.help.iter().for_each(|help| line += &format!("; {help}"));
        found.fixes.iter().for_each(|fix| line += &format!(" [{}]", fix.title));
        line + "\n"
    });
    if findings.is_empty() { "none\n".to_string() } else { lines.collect() }
}

fn block(kind: &str, text: &str) -> String {
    let fence = if text.contains("```") { "````" } else { "```" };
    format!("\n{fence}{kind}\n{text}{fence}\n")
}
