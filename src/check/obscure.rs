//! Calls of what may be a function or something else: nobody has looked into it, so nobody knows what it does.

use super::amount::Amount;
use super::domain::{Known, Shape};
use super::flow::{Activation, Flow};
use crate::builtin::{self, Body, BuiltinId, Calls};
use crate::diagnostic::Code;
use crate::hir::Binary;
use crate::ir::{Inst, Op};
use crate::source::Location;

impl<'a> Flow<'a> {
    /// Reports an instruction that may call a function of which nobody knows which it is.
    pub fn calls_obscure(&mut self, act: &Activation<'a>, inst: &Inst, args: &[Known]) {
        let any = |args: &[Known]| args.iter().any(holds_obscure);
        let obscure = match &inst.op {
            Op::CallMethod { name, spread } => {
                let calls = || builtin::named(name).iter().any(|builtin| calls_back(*builtin));
                may_be_own(&args[0], name) || !spread && any(&args[1..]) && calls()
            }
            Op::CallBuiltin { builtin, spread: false } => any(args) && calls_back(*builtin),
            Op::Fork { .. } => any(args),
            Op::Binary(Binary::Gate) => is_obscure(&args[1]),
            _ => false,
        };
        self.refuse_obscure(obscure, act.at(inst.span));
    }

    /// Reports a call where it is one of what nobody has looked into.
    pub fn refuse_obscure(&mut self, obscure: bool, at: Location) {
        if obscure && !self.lenient && !self.exhausted() {
            self.unknown_function(at);
        }
    }

    /// A module of the language calls a function of an object that it was given, and there is none under that name.
    pub fn lacks(&mut self, receiver: &Known, name: &str, at: Location) {
        let Shape::Object(object) = &receiver.shape else { return };
        let own = crate::builtin::find_function(name).is_some();
        if own || object.others.is_some() || object.fields.get(name).is_some() || !self.findings.is_embedded(at) {
            return;
        }
        let names: Vec<String> = object.fields.iter().map(|(name, _)| format!("`{name}`")).collect();
        let given = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        self.findings.report(Code::T005, at, format!("what is called here needs a function `{name}`"), |d| {
            d.label("given without it").help(format!("give it as `{name}: …`; there is {given}"))
        });
    }

    /// A call of something that may be any function there is: nobody knows what it does.
    pub fn unknown_function(&mut self, at: Location) {
        for amount in [&mut self.taken.calls, &mut self.taken.steps, &mut self.taken.time] {
            amount.add(&Amount::up_to(f64::INFINITY));
        }
        self.findings.report(Code::TM07, at, "nobody knows before the run which function is called here", |d| {
            d.help("keep functions apart from other values, with null where there is none, or call one by its name")
        });
    }
}

/// Whether a method of a value may be a function of its own that nobody has looked into.
pub(super) fn may_be_own(receiver: &Known, name: &str) -> bool {
    match &receiver.shape {
        Shape::Object(object) => object.field(name).is_some_and(|field| is_obscure(&field)),
        _ => is_obscure(receiver),
    }
}

/// Whether a value may be a function or something else, or hold one somewhere.
fn is_obscure(known: &Known) -> bool {
    known.hidden.functions && known.shape == Shape::Any
}

/// The same of a value or of the elements of a list.
fn holds_obscure(known: &Known) -> bool {
    match &known.shape {
        Shape::List(list) => list.items.iter().flat_map(|items| items.iter()).chain(&list.element).any(is_obscure),
        _ => is_obscure(known),
    }
}

/// Whether a built-in calls what it is given, if that is a function.
fn calls_back(builtin: BuiltinId) -> bool {
    let entry = builtin.entry();
    entry.calls != Calls::None || matches!(entry.kind, Body::Routine(_) | Body::Form(..))
}
