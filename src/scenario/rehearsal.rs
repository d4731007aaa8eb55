//! Runs of a pattern with chosen answers, watched.

use super::candidate::{Answer, Argument, Pattern, member};
use super::{Goal, marked};
use crate::diagnostic::Diagnostics;
use crate::engine::{Checked, Drive, Examination, Taken};
use crate::hir::{self, Modules};
use crate::host::{Directory, Request};
use crate::source::{Names, Sources};
use crate::syntax::Limits as Sizes;
use crate::value::{Limits, Value};
use crate::vm::Failure;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many runs are prepared at once.
const BATCH: usize = 64;

/// What a run showed.
#[derive(Debug)]
pub(super) struct Run {
    /// The goals that it reached.
    pub reached: BTreeSet<usize>,
    /// How it ended.
    pub end: Result<Value, Failure>,
}

/// The pattern that is run.
pub(super) struct Rehearsal<'a> {
    name: String,
    text: Arc<str>,
    modules: &'a dyn Modules,
    pattern: &'a Pattern,
    goals: &'a [Goal],
}

impl<'a> Rehearsal<'a> {
    /// Of a pattern of a program.
    pub fn new(
        examination: &'a Examination,
        modules: &'a dyn Modules,
        pattern: &'a Pattern,
        goals: &'a [Goal],
    ) -> Self {
        let file = examination.sources.file(examination.file);
        Self { name: file.name().to_owned(), text: file.text().clone(), modules, pattern, goals }
    }

    /// What happens at a goal, in a few words.
    pub fn what(&self, goal: usize) -> &str {
        &self.goals[goal].what
    }

    /// The statements that set a run up, and the call of the pattern.
    pub fn stage(&self, choice: &[usize]) -> (Vec<String>, String) {
        let answer = |part: &usize| &self.pattern.parts[*part].answers[choice[*part]];
        let mut lines = Vec::new();
        let mut arguments = Vec::new();
        for (name, part) in &self.pattern.bound {
            lines.push(format!("{} = {}", member("agents", name), mock(&[(None, *part)], &answer)));
        }
        let taken = self.pattern.name.as_str();
        for argument in &self.pattern.arguments {
            match argument {
                Argument::Data(part) => arguments.push(answer(part).text()),
                Argument::Agent(name, methods) => {
                    let own = if name == taken || name == "result" { format!("{name}Agent") } else { name.clone() };
                    lines.push(format!("const {own} = {}", mock(methods, &answer)));
                    arguments.push(own);
                }
                Argument::Agents(name, members) => {
                    let own = if name == taken || name == "result" { format!("{name}Agents") } else { name.clone() };
                    let mocks: Vec<String> = members.iter().map(|methods| mock(methods, &answer)).collect();
                    lines.push(format!("const {own} = [{}]", mocks.join(", ")));
                    arguments.push(own);
                }
            }
        }
        (lines, format!("{}({})", self.pattern.name, arguments.join(", ")))
    }

    /// Runs choices, in batches.
    pub fn run(&mut self, choices: &[Vec<usize>]) -> Vec<Run> {
        let mut out = Vec::with_capacity(choices.len());
        for batch in choices.chunks(BATCH) {
            let bodies: Vec<String> = batch
                .iter()
                .map(|choice| {
                    let (lines, call) = self.stage(choice);
                    format!("{}\n{call}", lines.join("\n"))
                })
                .collect();
            out.extend(self.bodies(&bodies));
        }
        out
    }

    /// Runs the bodies of tests behind the program.
    pub fn bodies(&self, bodies: &[String]) -> Vec<Run> {
        let mut text = self.text.to_string();
        for (index, body) in bodies.iter().enumerate() {
            text.push_str(&format!("\ntest \"scenario {index} of this search\" {{\n{body}\n}}\n"));
        }
        let mut sources = Sources::new();
        let file = sources.add(self.name.as_str(), text);
        let mut diagnostics = Diagnostics::new();
        let program = Arc::new(hir::load(file, &mut sources, self.modules, Sizes::RUN, &mut diagnostics));
        let failed = |failure: &Failure| Run { reached: BTreeSet::new(), end: Err(failure.clone()) };
        let unreadable = Failure::new(crate::diagnostic::Code::P001, "these answers cannot be written down");
        if diagnostics.has_errors() {
            // One that cannot be written must not take the others with it.
            return match bodies {
                [] => Vec::new(),
                [_] => vec![failed(&unreadable)],
                several => several.iter().flat_map(|body| self.bodies(std::slice::from_ref(body))).collect(),
            };
        }
        let (marked, branches) = marked(&program, &sources, file);
        let place = |goal: &Goal| self.goals.iter().position(|known| known == goal);
        let places: Vec<Option<usize>> = branches.iter().map(|goal| goal.as_ref().and_then(place)).collect();
        let Some(checked) = Checked::new(Arc::new(marked), &diagnostics) else { return Vec::new() };
        let compiled = checked.emit(&mut diagnostics);
        let Some(module) = program.modules.last() else { return Vec::new() };
        let tests = &module.tests[module.tests.len() - bodies.len()..];
        let directory = Arc::new(Directory::new());
        tests
            .iter()
            .map(|test| {
                let limits = Limits { steps: 500_000, ..Limits::SANDBOX };
                let mut drive = Drive::new(&compiled, limits, directory.clone(), Value::NULL);
                let mut taken = Taken::default();
                let end = drive.test(test.function, &mut |request: &Request| taken.note(request));
                let reached = places.iter().enumerate().filter(|(branch, _)| taken.has(*branch));
                Run { reached: reached.filter_map(|(_, goal)| *goal).collect(), end }
            })
            .collect()
    }
}

/// An agent that gives these answers.
fn mock<'a>(methods: &[(Option<String>, usize)], answer: &dyn Fn(&usize) -> &'a Answer) -> String {
    // A list stands for answers in turn, so one that is an answer stands in a list.
    let given = |answer: &Answer| match answer {
        Answer::Fails => None,
        Answer::Turns(answers) => Some(format!("[{}]", answers.join(", "))),
        Answer::Value(text) if text.starts_with('[') => Some(format!("[{text}]")),
        Answer::Value(text) => Some(text.clone()),
    };
    match methods {
        [(_, part)] => match given(answer(part)) {
            None => "mock.failing(\"no answer\")".to_owned(),
            Some(given) => format!("mock({given})"),
        },
        several => {
            let members: Vec<String> = several
                .iter()
                .map(|(name, part)| {
                    let name = name.as_deref().unwrap_or("ask");
                    match given(answer(part)) {
                        None => format!("{name}: () => {{ throw \"no answer\" }}"),
                        Some(given) => format!("{name}: {given}"),
                    }
                })
                .collect();
            format!("mock.methods({{ {} }})", members.join(", "))
        }
    }
}

/// The names that a text declares or uses.
pub(super) fn names(text: &str) -> Names {
    let mut names = Names::new();
    crate::syntax::parse(crate::source::FileId(0), text, &mut names, &mut Diagnostics::new());
    names
}
