//! Programs with what they come to, one file for each area.
//!
//! A case begins with `// case:` and its name; `// agents:` and `// input:` are JSON, `// gives:` is the JSON of the value,
//! `// sure:` its confidence, `// fails:` the code and, behind `at`, the text at the place. What follows is the program.

use std::sync::Arc;

use prism::diagnostic::Diagnostics;
use prism::engine::{Checked, Compiled, Drive, directory};
use prism::hir::{self, Alone};
use prism::host::{Directory, Request};
use prism::source::Sources;
use prism::syntax;
use prism::value::{Lanes, Limits, Meter, Value, json, shaped};
use prism::vm::{Failure, Outcome, State, Vm};
use serde_json::Value as Json;

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) agents: Json,
    pub(crate) input: Json,
    gives: Option<Json>,
    sure: Option<Json>,
    fails: Option<String>,
    pub(crate) program: String,
}

pub(crate) fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let marks = ["case", "agents", "input", "gives", "sure", "fails"];
        let mark = marks.iter().find_map(|mark| Some((*mark, line.strip_prefix(&format!("// {mark}: "))?)));
        let parse =
            |text: &str| -> Json { serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}")) };
        match (mark, cases.last_mut()) {
            (Some(("case", name)), _) => cases.push(Case {
                name: name.to_owned(),
                agents: Json::Object(Default::default()),
                input: Json::Null,
                gives: None,
                sure: None,
                fails: None,
                program: String::new(),
            }),
            (Some(("agents", text)), Some(case)) => case.agents = parse(text),
            (Some(("input", text)), Some(case)) => case.input = parse(text),
            (Some(("gives", text)), Some(case)) => case.gives = Some(parse(text)),
            (Some(("sure", text)), Some(case)) => case.sure = Some(parse(text)),
            (Some((_, text)), Some(case)) => case.fails = Some(text.to_owned()),
            (None, Some(case)) => {
                case.program.push_str(line);
                case.program.push('\n');
            }
            (_, None) => {}
        }
    }
    cases
}

/// What a program comes to: the shape of its result, or the code and the text at the place.
fn outcome(case: &Case, moving: bool) -> Result<Json, (String, String)> {
    let mut sources = Sources::new();
    let file = sources.add(case.name.as_str(), case.program.as_str());
    let mut diagnostics = Diagnostics::new();
    let program = Arc::new(hir::load(file, &mut sources, &Alone, syntax::Limits::RUN, &mut diagnostics));
    let refused = |diagnostics: &Diagnostics, sources: &Sources| {
        let first = diagnostics.iter().find(|found| found.severity == prism::diagnostic::Severity::Error);
        let first = first.expect("something refuses it");
        (first.code.name().to_owned(), sources.text(first.at).to_owned())
    };
    let Some(checked) = Checked::new(program.clone(), &diagnostics) else {
        return Err(refused(&diagnostics, &sources));
    };
    let compiled = checked.compile(&mut diagnostics);
    let bound = Directory::read(&case.agents).expect("agents are well formed");
    let directory = directory(&program, &bound).expect("declared agents are well formed");
    let input = json::import(&case.input, Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("the input is plain data");
    let entry = hir::entry(&program, None).map_err(|found| (found.code.name().to_owned(), String::new()))?;
    let mut drive = Drive::new(&compiled, Limits::RUN, Arc::new(directory.clone()), input.clone());
    let ended = match moving {
        false => drive.run(&compiled, entry, &input, &directory, &mut |_: &Request| ()),
        true => drive
            .begin(&compiled, entry, &input, &directory)
            .map_err(Failure::from)
            .and_then(|()| moved(&mut drive, &compiled, &Arc::new(directory))),
    };
    let value: Value = ended.map_err(|failure| {
        let at = failure.at().map(|at| sources.text(at).to_owned()).unwrap_or_default();
        (failure.code().name().to_owned(), at)
    })?;
    shaped::write(&value, drive.machine().meter()).map_err(|fault| (fault.code.name().to_owned(), String::new()))
}

/// Runs a machine that is stored as text and read back, as in another process, each time it waits.
fn moved(drive: &mut Drive, program: &Compiled, directory: &Arc<Directory>) -> Result<Value, Failure> {
    loop {
        let outcome = drive.machine().run();
        let batch = drive.machine().take_batch();
        drive.world().submit(batch);
        match outcome {
            Outcome::Done(value) => return Ok(value),
            Outcome::Failed(failure) => return Err(failure),
            Outcome::Waiting => {}
        }
        let state = drive.machine().save()?;
        let text = serde_json::to_string(&state).expect("a state is plain data");
        let state: State = serde_json::from_str(&text).expect("and can be read back");
        *drive.machine() = Vm::load(program.0.clone(), Limits::RUN, directory.clone(), &state)?;
        if !drive.machine().is_ready() {
            let (id, reply) = drive.world().next_event().expect("somebody answers");
            drive.machine().resume(&id, reply);
        }
    }
}

fn wrong(case: &Case, moving: bool) -> Option<String> {
    match (outcome(case, moving), &case.gives, &case.fails) {
        (Ok(shape), Some(gives), _) => {
            let sure = case.sure.as_ref().is_none_or(|sure| *sure == shape["confidence"]);
            (shape["value"] != *gives || !sure).then(|| shape.to_string())
        }
        (Err((code, at)), _, Some(fails)) => {
            let fine = match fails.split_once(" at ") {
                Some((wanted, place)) => code == wanted && at == place,
                None => code == *fails,
            };
            (!fine).then(|| format!("{code} at {at}"))
        }
        (Ok(shape), ..) => Some(shape.to_string()),
        (Err((code, at)), ..) => Some(format!("{code} at {at}")),
    }
}

#[test]
fn programs_give_what_they_say() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = std::fs::read_dir("tests/machine").expect("the folder exists").flatten().collect();
    files.sort_by_key(|file| file.path());
    for file in files {
        let text = std::fs::read_to_string(file.path()).expect("a case file is text");
        for case in cases(&text) {
            count += 1;
            for (moving, how) in [(false, ""), (true, " (moved)")] {
                if let Some(wrong) = wrong(&case, moving) {
                    failures.push(format!("{}: {}{how}: {wrong}", file.path().display(), case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} cases:\n{}", failures.len(), failures.join("\n"));
}
