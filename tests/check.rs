//! The validator against programs with what it must say of them: `tests/check/*.md`.

use prism::check::{Setting, check};
use prism::diagnostic::{Diagnostics, Severity};
use prism::hir::{self, Alone};
use prism::ir;
use prism::source::Sources;
use prism::syntax::Limits;
use std::path::Path;
use std::sync::Arc;

/// A program and the findings it wants: code, severity where it is said, line.
struct Case {
    name: String,
    wanted: Vec<(String, Option<Severity>, u32)>,
    program: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut found = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let (head, rest) = section.split_once('\n').expect("a case has a program");
        let (name, wanted) = head.rsplit_once(": ").expect("a case says what it wants");
        let program =
            rest.split("```prism\n").nth(1).and_then(|p| p.split("\n```").next()).expect("a program in a fence");
        let wanted = wanted.split(", ").filter(|w| *w != "fine").map(|want| {
            let (code, line) = want.rsplit_once(':').expect("code and line");
            let severity = match code.as_bytes().last() {
                Some(b'E') if code.len() > 5 => Some(Severity::Error),
                Some(b'W') => Some(Severity::Warning),
                _ => None,
            };
            let code = if severity.is_some() { &code[..code.len() - 1] } else { code };
            (code.to_owned(), severity, line.parse().expect("a line"))
        });
        found.push(Case { name: name.to_owned(), wanted: wanted.collect(), program: program.to_owned() });
    }
    found
}

fn judge(case: &Case) -> Result<(), String> {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", case.program.as_str());
    let mut diagnostics = Diagnostics::new();
    let program = hir::load(file, &mut sources, &Alone, Limits::CHECK, &mut diagnostics);
    if !diagnostics.has_errors() {
        let declared = program.modules.iter().any(|module| !module.agents.is_empty());
        let agents = declared.then(|| prism::engine::directory(&program, &Default::default()).expect("agents"));
        let setting = Setting { agents, bound: true, ..Setting::default() };
        check(&ir::lower(Arc::new(program)), &setting, &mut diagnostics);
    }
    let said: Vec<(String, Severity, u32)> = diagnostics
        .iter()
        .filter(|d| !d.code.name().starts_with('L'))
        .map(|d| (d.code.name().to_owned(), d.severity, sources.file(d.at.file).position(d.at.span.start).line))
        .collect();
    let meets = |want: &(String, Option<Severity>, u32), (code, severity, line): &(String, Severity, u32)| {
        *code == want.0 && *line == want.2 && want.1.is_none_or(|s| s == *severity)
    };
    let missing = case.wanted.iter().find(|want| !said.iter().any(|got| meets(want, got)));
    let surplus = said.iter().find(|got| !case.wanted.iter().any(|want| meets(want, got)));
    match (missing, surplus) {
        (None, None) => Ok(()),
        _ => Err(format!("{}: wanted {:?}, got {said:?}", case.name, case.wanted)),
    }
}

#[test]
fn says_what_the_cases_want() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("the cases").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in files {
        for case in cases(&std::fs::read_to_string(&file).expect("a text")) {
            count += 1;
            wrong.extend(judge(&case).err());
        }
    }
    assert!(count > 80, "only {count} cases were found");
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
