//! One case through every stage: `tests/stages/*.md` holds, for each program, its tokens as the parser reads them, its
//! tree, and what is wrong with it. Only the heading and the program are written by hand; `UPDATE=1` writes the rest.

use prism::diagnostic::Diagnostics;
use prism::source::{FileId, Names, Sources};
use prism::syntax::{lexer, parse, print, shape};

use crate::goldens::{compare, files, report};

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
        out += &block("tokens", &print::tokens(program, &shaped));
    }
    let mut names = Names::new();
    let mut findings = Diagnostics::new();
    let tree = parse(file, program, &mut names, &mut findings);
    out += &block("tree", &print::tree(program, &names, &tree));
    findings.settle();
    if !findings.is_empty() {
        out += &block("findings", &found(program, &findings));
    }
    out
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
    lines.collect()
}

fn block(kind: &str, text: &str) -> String {
    let fence = if text.contains("```") { "````" } else { "```" };
    format!("\n{fence}{kind}\n{text}{fence}\n")
}
