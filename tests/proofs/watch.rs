//! Programs with a watch on every value: the validator and the machine say of the same places what is there.

use prism::check::{self, Certificate, Form, Seen, Setting};
use prism::diagnostic::{Code, Diagnostics};
use prism::engine::{Compiled, Drive};
use prism::hir::{self, FunctionId};
use prism::host::{Directory, Request};
use prism::ir::{self, Inst, Op, Var};
use prism::source::{Location, Sources};
use prism::syntax;
use prism::value::{Kind, Lanes, Limits, Value, View};
use prism::vm::{self, Failure, Outcome};
use smallvec::smallvec;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A program that can be checked and run.
pub(super) struct Subject {
    pub(super) program: ir::Program,
    pub(super) entry: FunctionId,
    /// What each number of a watch stands for.
    pub(super) places: Vec<Place>,
}

/// A watched place.
pub(super) struct Place {
    function: usize,
    var: Var,
    at: Location,
}

/// What the validator says of a subject.
pub(super) struct Verdict {
    pub(super) certificates: Vec<Certificate>,
    pub(super) seen: BTreeMap<u32, Seen>,
    pub(super) codes: BTreeSet<Code>,
    pub(super) errors: BTreeSet<Code>,
}

/// A run.
pub(super) struct Trace {
    pub(super) watched: Vec<(u32, Value)>,
    pub(super) requests: Vec<Request>,
    pub(super) end: Result<Value, Failure>,
}

impl Subject {
    /// Reads a program; the codes of what refuses it otherwise.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
        let file = sources.add("main.prism", text);
        let program = Arc::new(hir::load(file, &mut sources, &hir::Alone, syntax::Limits::CHECK, &mut diagnostics));
        if let Some(first) = diagnostics.iter().find(|it| it.severity == prism::diagnostic::Severity::Error) {
            return Err(format!("{}: {}", first.code, first.message));
        }
        let entry = hir::entry(&program, None).map_err(|it| it.code.to_string())?;
        Ok(Self { program: ir::lower(program), entry, places: Vec::new() })
    }

    /// Puts a watch on everything: each value where it comes about, and where a way leads to its use.
    pub(super) fn watched(mut self) -> Self {
        for index in 0..self.program.functions.len() {
            let function = &mut self.program.functions[index];
            let file = function.file;
            for block in &mut function.blocks {
                let first = block.code.first().map_or(block.end_span, |inst| inst.span);
                let mut watch = |var: Var, span| {
                    self.places.push(Place { function: index, var, at: Location::new(file, span) });
                    let op = Op::Watch(self.places.len() as u32 - 1);
                    Inst { result: None, second: None, op, args: smallvec![var], moves: 0, span }
                };
                let mut made = BTreeSet::new();
                let mut used = BTreeSet::new();
                let mut code = Vec::new();
                for inst in std::mem::take(&mut block.code) {
                    used.extend(inst.args.iter().filter(|arg| !made.contains(*arg)));
                    let given = [inst.result, inst.second];
                    let span = inst.span;
                    // What is empty is no value.
                    let value = !matches!(inst.op, Op::Cell | Op::Empty);
                    code.push(inst);
                    for var in given.into_iter().flatten() {
                        made.insert(var);
                        if value {
                            code.push(watch(var, span));
                        }
                    }
                }
                block.end.looks(|var| used.extend((!made.contains(&var)).then_some(var)));
                let onward = block.end.targets().flat_map(|target| target.args.iter().copied());
                used.extend(onward.filter(|var| !made.contains(var)));
                let mut all: Vec<Inst> = used.into_iter().map(|var| watch(var, first)).collect();
                all.extend(code);
                block.code = all;
            }
        }
        self
    }

    /// Asks the validator.
    pub(super) fn check(&self, setting: &Setting) -> Verdict {
        let mut diagnostics = Diagnostics::new();
        let (certificates, seen) = check::watch(&self.program, setting, &mut diagnostics);
        let codes = diagnostics.iter().map(|it| it.code).collect();
        let refused = diagnostics.iter().filter(|it| it.severity == prism::diagnostic::Severity::Error);
        Verdict { certificates, seen, codes, errors: refused.map(|it| it.code).collect() }
    }

    /// Compiles it.
    pub(super) fn compile(&self) -> Compiled {
        Compiled(Arc::new(vm::emit(&self.program, &mut Diagnostics::new())))
    }

    /// Runs it; nothing if its input or its agents are refused.
    pub(super) fn run(
        &self,
        compiled: &Compiled,
        limits: Limits,
        agents: &Arc<Directory>,
        input: &Value,
    ) -> Option<Trace> {
        let mut drive = Drive::new(compiled, limits, agents.clone(), input.clone());
        drive.begin(compiled, self.entry, input, agents).ok()?;
        let mut requests = Vec::new();
        let end = loop {
            let outcome = drive.machine().run();
            let batch = drive.machine().take_batch();
            requests.extend(batch.requests.iter().cloned());
            drive.world().submit(batch);
            match outcome {
                Outcome::Done(value) => break Ok(value),
                Outcome::Failed(failure) => break Err(failure),
                Outcome::Waiting if drive.machine().is_ready() => {}
                Outcome::Waiting => {
                    let (id, reply) = drive.world().next_event().expect("somebody answers");
                    drive.machine().resume(&id, reply);
                }
            }
        };
        Some(Trace { watched: drive.machine().take_watched(), requests, end })
    }

    /// The text of the line that a place stands on.
    pub(super) fn line<'t>(&self, number: u32, text: &'t str) -> &'t str {
        let at = self.places[number as usize].at.span.start as usize;
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        text[start..].lines().next().unwrap_or_default()
    }

    /// A place in words.
    pub(super) fn place(&self, number: u32, text: &str) -> String {
        let place = &self.places[number as usize];
        let (start, end) = (place.at.span.start as usize, place.at.span.end as usize);
        let said = text.get(start..end.min(start + 60)).unwrap_or_default();
        format!("v{} of function {} at {start}: `{said}`", place.var.0, place.function)
    }
}

/// What a value shows that was held to be impossible.
pub(super) fn holds(seen: &Seen, value: &Value) -> Result<(), String> {
    inside(seen, value, (u32::MAX, u32::MAX))
}

/// The same for a part, read out of what has at most these confidences: in the run, and as far as is known.
fn inside(seen: &Seen, value: &Value, above: (u32, u32)) -> Result<(), String> {
    let lanes = value.lanes();
    let above = surely(seen, lanes, above)?;
    if value.is_null() {
        return if seen.null.0 { Ok(()) } else { Err("is null".into()) };
    }
    if !seen.null.1 {
        return Err("is not null".into());
    }
    let made = value.as_list().is_some() || value.as_object().is_some();
    let fits = match &seen.form {
        Form::Any => return parts(value).iter().try_for_each(|part| least(seen, part)),
        Form::Plain => !made && value.kind() != Kind::Function && value.kind() != Kind::Agent,
        Form::Number(low, high, whole) => match value.as_number() {
            Some(x) if x.is_nan() => *low == f64::NEG_INFINITY && *high == f64::INFINITY && !whole,
            Some(x) => *low <= x && x <= *high && (!whole || x.fract() == 0.0),
            None => false,
        },
        Form::Text(text) => value.as_text() == Some(text),
        Form::Bool(bool) => value.as_bool() == Some(*bool),
        Form::Callable => {
            matches!(value.kind(), Kind::Function | Kind::Agent | Kind::Object) || value.as_cell().is_some()
        }
        Form::List(low, high, items, element) => {
            let View::List(list) = value.view() else { return Err(format!("is no list but {}", show(value))) };
            let length = list.len() as u64;
            if length < *low || high.is_some_and(|high| length > high) {
                return Err(format!("has {length} elements"));
            }
            for (at, item) in list.iter().enumerate() {
                let known = items.get(at).or(element.as_deref()).ok_or("has an element")?;
                inside(known, item, above).map_err(|why| format!("[{at}] {why}"))?;
            }
            true
        }
        Form::Object(fields, others) => {
            let entries = match value.view() {
                View::Object(entries) => entries,
                View::Error(_) => return Ok(()),
                _ => return Err(format!("is no object but {}", show(value))),
            };
            for (key, item) in entries {
                let named = fields.iter().find(|(name, _)| name == key.as_str()).map(|(_, known)| known);
                let known = named.or(others.as_deref()).ok_or_else(|| format!("has `{}`", key.as_str()))?;
                inside(known, item, above).map_err(|why| format!(".{} {why}", key.as_str()))?;
            }
            for (name, known) in fields {
                if !known.null.0 && entries.get(name).is_none() {
                    return Err(format!("has no `{name}`"));
                }
            }
            true
        }
    };
    if fits { Ok(()) } else { Err(format!("is {}", show(value))) }
}

/// Whether the confidence and the evidence are possible. Of a part, the least holds of its own confidence, and the most of
/// what is read.
fn surely(seen: &Seen, lanes: Lanes, above: (u32, u32)) -> Result<(u32, u32), String> {
    let bits = lanes.confidence.bits();
    let known = seen.confidence.0 <= seen.confidence.1;
    let read = (above.0.min(bits), above.1.min(if known { seen.confidence.1 } else { 0 }));
    if if bits == 0 { !seen.unknown } else { bits < seen.confidence.0 || read.0 > read.1 } {
        return Err(format!("has confidence {:?}", lanes.confidence.number()));
    }
    if lanes.evidence < seen.evidence {
        return Err(format!("has evidence {}", lanes.evidence.name()));
    }
    Ok(read)
}

/// No part of something whose parts nobody knows is less sure than is said of all.
fn least(seen: &Seen, value: &Value) -> Result<(), String> {
    let lanes = value.lanes();
    let bits = lanes.confidence.bits();
    if if bits == 0 { !seen.inside.0 } else { bits < seen.inside.1 } {
        return Err(format!("has a part with confidence {:?}", lanes.confidence.number()));
    }
    if lanes.evidence < seen.evidence {
        return Err(format!("has a part with evidence {}", lanes.evidence.name()));
    }
    parts(value).iter().try_for_each(|part| least(seen, part))
}

/// What a list or object is made of.
fn parts(value: &Value) -> Vec<Value> {
    match value.view() {
        View::List(items) => items.iter().cloned().collect(),
        View::Object(entries) => entries.iter().map(|(_, item)| item.clone()).collect(),
        _ => Vec::new(),
    }
}

/// A value in words.
pub(super) fn show(value: &Value) -> String {
    crate::agree::shown(value)
}
