//! Runs of a pattern with chosen answers, watched.

use super::candidate::{Answer, Argument, Pattern, member};
use super::goal::{Goal, Kind};
use crate::diagnostic::Diagnostics;
use crate::engine::{Compiled, Drive, Examination};
use crate::hir::{self, Modules};
use crate::host::{Directory, Request};
use crate::ir::{self, Constant, Fact, Inst, Op, Plain, Var};
use crate::source::{Names, Sources, Span};
use crate::syntax::Limits as Sizes;
use crate::value::{Limits, Value};
use crate::vm::{self, Failure};
use smallvec::smallvec;
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

/// What a watch stands for.
enum Watch {
    /// Something at this place was about to run.
    Ran(Span),
    /// The value of the expression at this place.
    Gave(Span),
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
        let first = bodies.first().map_or(0, |_| text.len());
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
        let mut lowered = ir::lower(program.clone());
        let watches = self.watch(&mut lowered, file, first as u32);
        let compiled = Compiled(Arc::new(vm::emit(&lowered, &mut diagnostics)));
        let Some(module) = program.modules.last() else { return Vec::new() };
        let tests = &module.tests[module.tests.len() - bodies.len()..];
        let directory = Arc::new(Directory::new());
        tests
            .iter()
            .map(|test| {
                let limits = Limits { steps: 500_000, ..Limits::SANDBOX };
                let mut drive = Drive::new(&compiled, limits, directory.clone(), Value::NULL);
                let end = drive.test(test.function, &mut |_: &Request| {});
                let watched = drive.machine().take_watched();
                Run { reached: self.reached(&watches, &watched, &end), end }
            })
            .collect()
    }

    /// Puts a watch before everything that a goal tells of, and behind every expression that can refuse.
    fn watch(&self, program: &mut ir::Program, file: crate::source::FileId, end: u32) -> Vec<Watch> {
        let mut watches: Vec<Watch> = Vec::new();
        let refusing: Vec<Span> =
            self.goals.iter().filter(|goal| matches!(goal.kind, Kind::Refuses { .. })).map(|goal| goal.at).collect();
        let told = |at: Span| {
            let within = |whole: Span| whole.start <= at.start && at.end <= whole.end;
            self.goals
                .iter()
                .any(|goal| within(goal.at) || matches!(goal.kind, Kind::Skipped(condition) if within(condition)))
        };
        for function in program.functions.iter_mut().filter(|function| function.file == file) {
            if function.span.start >= end && function.kind == hir::Kind::Test {
                continue;
            }
            let values = &mut function.values;
            for block in &mut function.blocks {
                let mut code: Vec<Inst> = Vec::with_capacity(block.code.len() + 2);
                let null = Var(values.len() as u32);
                values.push(Fact { kind: Plain::Null, exact: true, name: None });
                code.push(inst(Some(null), Op::Const(Constant::Null), None, block.span));
                let about = |span: Span, code: &mut Vec<Inst>, watches: &mut Vec<Watch>| {
                    if told(span) && !span.is_empty() {
                        code.push(inst(None, Op::Watch(watches.len() as u32), Some(null), span));
                        watches.push(Watch::Ran(span));
                    }
                };
                for own in std::mem::take(&mut block.code) {
                    let (result, span) = (own.result, own.span);
                    about(span, &mut code, &mut watches);
                    code.push(own);
                    if let Some(result) = result.filter(|_| refusing.contains(&span)) {
                        code.push(inst(None, Op::Watch(watches.len() as u32), Some(result), span));
                        watches.push(Watch::Gave(span));
                    }
                }
                about(block.end_span, &mut code, &mut watches);
                block.code = code;
            }
        }
        watches
    }

    /// The goals that a run reached.
    fn reached(&self, watches: &[Watch], watched: &[(u32, Value)], end: &Result<Value, Failure>) -> BTreeSet<usize> {
        let mut ran: Vec<Span> = Vec::new();
        let mut refused: Vec<(Span, bool)> = Vec::new();
        for (place, value) in watched {
            match &watches[*place as usize] {
                Watch::Ran(span) => ran.push(*span),
                Watch::Gave(span) => {
                    let nothing = value.lanes().confidence.number() == Some(0.0);
                    if value.is_null() || nothing {
                        refused.push((*span, value.is_null()));
                    }
                }
            }
        }
        ran.sort_by_key(|span| super::candidate::place(*span));
        ran.dedup();
        let inside = |at: Span| ran.iter().any(|span| at.start <= span.start && span.end <= at.end);
        // What failed while it was asked decided nothing.
        let failed = |at: Span| {
            let places = end
                .as_ref()
                .err()
                .into_iter()
                .flat_map(|failure| failure.at().into_iter().chain(failure.trace().0.iter().map(|call| call.at)));
            places.map(|place| place.span).any(|span| at.start <= span.start && span.end <= at.end)
        };
        let reached = |goal: &Goal| match goal.kind {
            Kind::Runs => inside(goal.at),
            Kind::Skipped(condition) => inside(condition) && !inside(goal.at) && !failed(condition),
            Kind::Refuses { judged } => refused.iter().any(|(at, null)| *at == goal.at && (judged || *null)),
        };
        (0..self.goals.len()).filter(|goal| reached(&self.goals[*goal])).collect()
    }
}

fn inst(result: Option<Var>, op: Op, arg: Option<Var>, span: Span) -> Inst {
    let args = arg.map_or_else(Default::default, |arg| smallvec![arg]);
    Inst { result, second: None, op, args, moves: 0, span }
}

/// An agent that gives these answers.
fn mock<'a>(methods: &[(Option<String>, usize)], answer: &dyn Fn(&usize) -> &'a Answer) -> String {
    match methods {
        [(_, part)] => match answer(part) {
            Answer::Fails => "mock.failing(\"no answer\")".to_owned(),
            Answer::Turns(answers) => format!("mock([{}])", answers.join(", ")),
            // A list stands for answers in turn, so one that is an answer stands in a list.
            Answer::Value(text) if text.starts_with('[') => format!("mock([{text}])"),
            Answer::Value(text) => format!("mock({text})"),
        },
        several => {
            let members: Vec<String> = several
                .iter()
                .map(|(name, part)| {
                    let name = name.as_deref().unwrap_or("ask");
                    match answer(part) {
                        Answer::Fails => format!("{name}: () => {{ throw \"no answer\" }}"),
                        answer => format!("{name}: {}", answer.text()),
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
