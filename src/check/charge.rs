//! What instructions and built-ins take beyond the steps of their block: what they read, build and copy.
//!
//! The machine charges for elements, entries and characters where it meets them. Here they are counted by what is known of
//! the sizes, never less than the machine does; a size that nobody knows is a name in the formula.

use super::amount::{Amount, Cost, Turns};
use super::domain::{Known, Null, Shape};
use super::flow::Flow;
use crate::builtin::{self, BuiltinId, Cost as Growth};
use crate::hir::{Binary, Unary};
use crate::ir::{Inst, Op};
use crate::value::{ELEMENT, ENTRY, HEADER, KEY, MADE};

/// Bytes that go with one step of work on a value, at most.
const BYTES: f64 = 64.0;

/// How many copies of a value there may be while it is worked on.
const COPIES: f64 = 4.0;

/// Bytes of what has no parts: a header and a little content.
const STORED: f64 = 128.0;

/// Steps of a value that is made.
const NEW: f64 = MADE as f64;

/// Steps of what a built-in does whatever it is given.
const FIXED: f64 = 128.0;

/// Steps of sixteen bytes of which each may be a part.
const BYTEWISE: f64 = 400.0;

/// Steps of each part of what becomes a text.
const RENDERED: f64 = 8.0;

/// Bytes of an event that carries nothing.
const EVENT: f64 = 2_048.0;

/// Bytes of a part of what an event carries.
const WRITTEN: f64 = 2_048.0;

/// Bytes of a task, its first registers among them.
const TASK: f64 = 2_048.0 + 512.0;

/// Bytes of a register.
const REGISTER: f64 = 16.0;

/// Registers of a call beside its values.
const SPARE: f64 = 16.0;

/// Bytes that registers take at first.
const FIRST: f64 = 512.0;

/// Beyond this nesting a value counts as one of unknown size.
const DEEPEST: u32 = 5;

/// The steps that reading all of a value takes: one for each part and for sixteen bytes of text.
pub(super) fn weight(known: &Known) -> Amount {
    reading(known, Reading { texts: true, open: 1.0 })
}

/// How much of a value is read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// Whether texts are, and not only what has parts.
    pub texts: bool,
    /// How much a part of which nothing is known takes, where a known one takes 1.
    pub open: f64,
}

/// The steps that reading a value takes.
pub(super) fn reading(known: &Known, how: Reading) -> Amount {
    weight_at(known, how, 0)
}

fn weight_at(known: &Known, how: Reading, depth: u32) -> Amount {
    let open = |name: &str| open(name).times(1.0, how.open);
    if known.null == Null::Always {
        return Amount::exactly(1.0);
    }
    if depth > DEEPEST {
        return open("any data");
    }
    match &known.shape {
        Shape::Number(_) | Shape::Bool(_) | Shape::Functions(_) | Shape::Builtin(_) | Shape::Agent(_) => {
            Amount::up_to(2.0)
        }
        Shape::Text(_) | Shape::Plain if !how.texts => Amount::up_to(2.0),
        Shape::Text(text) => Amount::up_to(2.0 + text.len() as f64 / 16.0),
        Shape::Plain | Shape::Cell(_) => open("any text / 16"),
        Shape::List(list) => {
            let mut all = Amount::exactly(1.0);
            match &list.items {
                Some(items) => items.iter().for_each(|item| all.add(&one_more(weight_at(item, how, depth + 1)))),
                None => {
                    let each = list.element.as_ref().map_or_else(Amount::default, |e| weight_at(e, how, depth + 1));
                    all.add(&turns(known).of(&one_more(each)));
                }
            }
            all
        }
        Shape::Object(object) => {
            let mut all = Amount::exactly(1.0);
            for (key, field) in object.fields.iter() {
                all.add(&Amount::up_to(1.0 + key.len() as f64 / 16.0));
                all.add(&one_more(weight_at(field, how, depth + 1)));
            }
            if object.others.is_some() {
                all.add(&open("any data"));
            }
            all
        }
        Shape::Agents | Shape::Any => open("any data"),
    }
}

fn one_more(mut amount: Amount) -> Amount {
    amount.add(&Amount::exactly(1.0));
    amount
}

/// The most that reading a text takes: one is never larger than a run allows.
const MOST_TEXT: f64 = 1_048_576.0;

/// The most that reading anything takes, which fits the memory of a run.
const MOST_DATA: f64 = 16_777_216.0;

pub(super) fn open(name: &str) -> Amount {
    let mut amount = Amount::size(name, 0.0, if name.starts_with("any text") { MOST_TEXT } else { MOST_DATA });
    amount.add(&Amount::exactly(1.0));
    amount
}

/// The memory of something that is stored apart and has so many parts.
fn apart(each: u64, parts: usize) -> Amount {
    Amount::up_to((HEADER + each * parts as u64) as f64)
}

/// How many elements or characters a walk over a value meets.
pub(super) fn turns(known: &Known) -> Turns {
    match &known.shape {
        Shape::List(list) => Turns {
            low: list.low as f64,
            high: list.high.map_or(f64::INFINITY, |high| high as f64),
            size: match (&list.size, list.high) {
                (Some(size), _) => Some(size.clone()),
                (None, Some(_)) => None,
                (None, None) => Some(super::sizes::ANY.into()),
            },
        },
        Shape::Text(text) => Turns::between(0.0, text.chars().count() as f64),
        Shape::Object(object) if object.most_fields().is_some() => {
            Turns::between(0.0, object.most_fields().map_or(f64::INFINITY, |most| most as f64))
        }
        Shape::Number(_) | Shape::Bool(_) => Turns::between(0.0, 0.0),
        _ => Turns { low: 0.0, high: f64::INFINITY, size: Some("any data".into()) },
    }
}

impl Flow<'_> {
    /// Counts work on a value, and the memory it may need: so many steps for each of its parts.
    pub fn work_on(&mut self, amount: &Amount, steps: f64) {
        self.taken.steps.add_times(amount, 0.0, steps);
        self.taken.memory.add_times(amount, 0.0, BYTES * COPIES);
        self.taken.memory.add(&Amount::up_to(STORED));
    }

    /// What an instruction takes beyond its block's steps.
    pub fn charge(&mut self, inst: &Inst, args: &[Known]) {
        match &inst.op {
            Op::Text => {
                // Each part is rendered and appended.
                self.taken.steps.add(&Amount::up_to(NEW));
                for arg in args {
                    self.work_on(&weight(arg), RENDERED);
                }
            }
            Op::Binary(Binary::Add) if args.iter().any(|arg| arg.as_number().is_none()) => {
                self.taken.steps.add(&Amount::up_to(NEW));
                args.iter().for_each(|arg| self.work_on(&weight(arg), RENDERED));
            }
            Op::Binary(
                Binary::Equal
                | Binary::NotEqual
                | Binary::In
                | Binary::Gate
                | Binary::Best
                | Binary::Chain
                | Binary::Both
                | Binary::Either
                | Binary::Less
                | Binary::LessEqual
                | Binary::Greater
                | Binary::GreaterEqual
                | Binary::State
                | Binary::Under,
            )
            | Op::Unary(Unary::Confidence)
            | Op::Ask => {
                for arg in args {
                    if arg.as_number().is_none() && !matches!(arg.shape, Shape::Bool(_)) {
                        self.work_on(&weight(arg), 2.0);
                    }
                }
            }
            Op::Expect(kind, _) => self.hold_against(&args[0], kind, 0.0),
            // How sure all of it is is asked as well.
            Op::Instance(kind) => self.hold_against(&args[0], kind, 1.0),
            Op::List { spread } => {
                self.taken.memory.add(&apart(ELEMENT, args.len()));
                self.taken.steps.add(&Amount::up_to(NEW + args.len() as f64));
                for (arg, _) in args.iter().zip(spread).filter(|(_, spread)| **spread) {
                    self.copied(arg);
                }
            }
            Op::Object(members) => {
                self.taken.memory.add(&apart(ENTRY, args.len()));
                self.taken.steps.add(&Amount::up_to(NEW + args.len() as f64 * KEY as f64));
                if members.iter().any(|member| matches!(member, crate::ir::Member::Spread)) {
                    args.iter().for_each(|arg| self.copied(arg));
                }
            }
            Op::Closure(_) | Op::Cell => self.taken.memory.add(&apart(ELEMENT, args.len())),
            Op::Rest(_) | Op::Omit(_) => {
                self.taken.steps.add(&Amount::up_to(NEW));
                args.iter().for_each(|arg| self.copied(arg));
            }
            // What is written may be new, and changing it may need a copy of it.
            Op::Update { .. } | Op::Mutate { .. } => self.taken.steps.add(&Amount::up_to(NEW + KEY as f64)),
            // One that is only walked is never a list.
            Op::Range { inclusive, walked: false } => {
                self.copied(&super::transfer::range(&args[0], &args[1], *inclusive))
            }
            Op::Count if matches!(args[0].shape, Shape::Object(_)) => self.copied(&args[0]),
            Op::Item | Op::Beside | Op::Count | Op::Index { .. } | Op::Unpack | Op::UnpackObject => {
                self.taken.memory.add(&Amount::up_to(STORED));
                if !matches!(args[0].shape, Shape::List(_) | Shape::Object(_)) {
                    self.work_on(&weight(&args[0]), 1.0);
                }
            }
            Op::Fork { tasks, .. } => {
                self.taken.memory.add(&Amount::up_to(512.0 + TASK * tasks.len() as f64));
                self.taken.steps.add(&Amount::up_to(NEW));
                args.iter().for_each(|arg| self.copied(arg));
            }
            _ => {}
        }
    }

    /// What an error tells is rendered, and carried along.
    pub fn told(&mut self, known: &Known) {
        self.work_on(&weight(known), 3.0);
    }

    /// What the registers of all calls inside calls take, in all tasks at the same time. They grow by doubling.
    pub fn stacks(&self, cost: &Cost) -> Amount {
        let sizes = self.calls.walked.iter().map(|function| self.code(*function).values.len());
        let frame = sizes.max().unwrap_or(0) as f64 + SPARE;
        let tasks = cost.width.high() + 1.0;
        Amount::up_to(FIRST + 2.0 * REGISTER * frame * (cost.depth.high() + 1.0) * tasks)
    }

    /// A list or object is copied, its parts shared.
    pub fn copied(&mut self, known: &Known) {
        let parts = turns(known);
        // Where they are found under new keys, or a text is taken apart, each is looked at for longer.
        let each = if matches!(known.shape, Shape::List(_)) { 2.0 } else { 2.0 + KEY as f64 };
        self.taken.steps.add(&Amount::up_to(NEW));
        self.work_on(&parts.of(&Amount::exactly(1.0)), each);
    }

    /// What a built-in takes beyond the steps of its call: its callbacks aside.
    pub fn charge_builtin(&mut self, builtin: Option<BuiltinId>, name: &str, args: &[Known], result: Option<&Known>) {
        let growth = builtin.map_or(Growth::Linear, |builtin| builtin.entry().cost);
        self.taken.steps.add(&Amount::up_to(FIXED + 2.0 * NEW));
        self.taken.memory.add(&Amount::up_to(STORED));
        let values = || args.iter().chain(result);
        match growth {
            Growth::Constant => {
                // A copy of what is changed in place, and what reads a confidence that nobody has remembered.
                if matches!(
                    name,
                    "push" | "pop" | "unshift" | "shift" | "set" | "gate" | "confidence" | "orElse" | "best"
                ) {
                    args.iter().for_each(|arg| self.copied(arg));
                }
            }
            Growth::Linear => {
                // A text that is taken apart, read as data or put in other letters is looked at byte by byte.
                let bytewise = matches!(
                    name,
                    "parse"
                        | "JSON.parse"
                        | "toUpperCase"
                        | "toLowerCase"
                        | "split"
                        | "words"
                        | "lines"
                        | "replace"
                        | "replaceAll"
                );
                let factor = if bytewise { BYTEWISE } else { 12.0 } + searched(args);
                values().filter(|known| heavy(known)).for_each(|known| self.work_on(&weight(known), factor));
                if matches!(
                    name,
                    "repeat" | "padStart" | "padEnd" | "replace" | "replaceAll" | "JSON.stringify" | "stringify"
                ) {
                    self.work_on(&open("any text / 16"), 32.0);
                }
            }
            Growth::Sorting => {
                let high = args.first().map_or(Turns::between(0.0, 0.0), turns).high;
                let levels = if high.is_finite() { (high + 1.0).log2().ceil() + 1.0 } else { 20.0 };
                values().filter(|known| heavy(known)).for_each(|known| self.work_on(&weight(known), 3.0 * levels));
            }
        }
        if name == "emit" {
            // What it carries is written down, with how sure each part is, and kept until somebody handles it.
            self.taken.memory.add(&Amount::up_to(EVENT));
            args.iter().for_each(|arg| self.taken.memory.add_times(&weight(arg), 0.0, WRITTEN));
        }
        if prints(name) || name == "emit" {
            if args.is_empty() {
                // The end of a line.
                self.taken.output.add(&Amount::up_to(1.0));
            }
            // The name of an event is told, what goes with it is not printed.
            args.iter().take(if name == "emit" { 1 } else { usize::MAX }).for_each(|arg| self.printed(arg));
        }
    }

    /// What printing a value takes.
    pub fn printed(&mut self, known: &Known) {
        let mut printed = weight(known).times(0.0, 32.0);
        printed.add(&Amount::up_to(64.0));
        self.taken.output.add(&printed);
    }
}

/// Whether a built-in prints what it is given.
pub(super) fn prints(name: &str) -> bool {
    matches!(name, "print" | "log" | "warn" | "error" | "debug" | "info")
}

/// What the searches of a regular expression take for sixteen bytes, where there is one.
fn searched(args: &[Known]) -> f64 {
    let steps = |known: &Known| match known.option("source")?.shape {
        Shape::Text(source) => Some(16.0 * builtin::regex::steps_a_byte(&source) as f64),
        _ => None,
    };
    args.iter().filter_map(steps).sum()
}

/// Whether a value has a size at all.
fn heavy(known: &Known) -> bool {
    !matches!(known.shape, Shape::Number(_) | Shape::Bool(_) | Shape::Functions(_) | Shape::Agent(_))
}
