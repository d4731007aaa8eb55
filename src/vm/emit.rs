//! From the intermediate form to bytecode, function by function.

use std::sync::Arc;

use super::amend::Amend;
use super::code::{Code, Compiled, Direct, Function, Guard, Property, Register, Route, Site};
use super::emission::{Emission, Goal};
use super::registers::Registers;
use crate::diagnostic::{Code as Fault, Diagnostic, Diagnostics};
use crate::hir;
use crate::ir::{self, Var};
use crate::source::{Location, Span};
use crate::value::Value;

/// The registers a function may have; slots and one to swap with included.
pub(super) const REGISTERS: u32 = 1 << 16;

/// Emits all functions of a program.
pub fn emit(program: &ir::Program, diagnostics: &mut Diagnostics) -> Compiled {
    let mut emitter = Emitter::new(program.functions.len());
    program.functions.iter().for_each(|function| emitter.emit(&program.declarations, function, diagnostics));
    emitter.finish(program.declarations.clone())
}

/// Whether a function may need more registers than there are: never, where it has fewer values.
pub fn may_be_too_large(function: &ir::Function) -> bool {
    function.values.len() as u64 + u64::from(function.slots) + 1 > u64::from(REGISTERS - 16)
}

/// Whether each call of a function has to be looked at: it has a budget, or asks something of its agents, or is counted.
pub(super) fn is_watched(function: &hir::Function) -> bool {
    let decorators = &function.decorators;
    !decorators.budget.is_empty() || !decorators.requires.is_empty() || decorators.max_calls.is_some()
}

/// A program on its way to bytecode.
#[derive(Debug)]
pub struct Emitter {
    functions: Vec<Function>,
    notes: Notes,
}

impl Emitter {
    /// A program of so many functions, none of which was emitted.
    pub fn new(functions: usize) -> Self {
        Self { functions: Vec::with_capacity(functions), notes: Notes::default() }
    }

    /// Emits the next function of the program, by number.
    pub fn emit(&mut self, declarations: &hir::Program, function: &ir::Function, diagnostics: &mut Diagnostics) {
        let Self { functions, notes } = self;
        let mut emission = Emission { declarations, function, near: true, notes };
        let mut fits = emission.run();
        if fits.is_none() && emission.notes.out.size > 0 {
            emission.near = false;
            fits = emission.run();
        }
        if fits.is_none() {
            notes.clear();
            let at = Location::new(function.file, function.span);
            let message = "this function is larger than the machine can run";
            diagnostics
                .push(Diagnostic::new(Fault::P007, at, message).help("move parts of it into functions of their own"));
        }
        let watched = is_watched(&declarations.functions[functions.len()]);
        functions.push(notes.out.finished(function, watched));
    }

    /// The program, all of whose functions were emitted.
    pub fn finish(self, declarations: Arc<hir::Program>) -> Compiled {
        Compiled { functions: self.functions, declarations }
    }
}

/// What is noted of a function while it is emitted. One serves all functions, one after the other.
#[derive(Default, Debug)]
pub(super) struct Notes {
    /// The instruction that each value comes from, by block and index.
    pub(super) made: Vec<(u32, u32)>,
    /// How often each value is read.
    pub(super) reads: Vec<u32>,
    /// Which values live in no register: literals that every reader finds elsewhere.
    pub(super) nowhere: Vec<bool>,
    /// What instructions look at beside their arguments, with their block and index, in order.
    pub(super) beside: Vec<(u32, u32, Var)>,
    pub(super) registers: Registers,
    /// Where each block begins.
    pub(super) starts: Vec<u32>,
    /// Jumps whose place is not known yet, and what they lead to.
    pub(super) open: Vec<(usize, Goal)>,
    pub(super) stubs: Vec<u32>,
    /// Where the last operations that were tried in one step end, which nothing may be put between.
    pub(super) landing: usize,
    /// The place of each literal among the constants.
    pub(super) constants: Vec<u32>,
    pub(super) out: Parts,
}

/// The mark of a value that no instruction gives, and of a literal that is not among the constants.
pub(super) const NONE: u32 = u32::MAX;

impl Notes {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.made.clear();
        self.reads.clear();
        self.nowhere.clear();
        self.beside.clear();
        self.starts.clear();
        self.open.clear();
        self.stubs.clear();
        self.landing = 0;
        self.constants.clear();
        self.out.clear();
    }
}

/// What a function is made of, as far as it was emitted.
#[derive(Default, Debug)]
pub(super) struct Parts {
    pub(super) size: Register,
    pub(super) slots: Register,
    pub(super) plain: Register,
    pub(super) code: Vec<Code>,
    pub(super) spans: Vec<Span>,
    pub(super) constants: Vec<Value>,
    pub(super) sites: Vec<Site>,
    pub(super) calls: Vec<Direct>,
    pub(super) keys: Vec<Property>,
    pub(super) applied: Vec<fn(f64) -> f64>,
    pub(super) amends: Vec<Amend>,
    pub(super) routes: Vec<Route>,
    pub(super) guards: Vec<Guard>,
}

impl Parts {
    fn clear(&mut self) {
        (self.size, self.slots, self.plain) = (0, 0, 0);
        self.code.clear();
        self.spans.clear();
        self.constants.clear();
        self.sites.clear();
        self.calls.clear();
        self.keys.clear();
        self.applied.clear();
        self.amends.clear();
        self.routes.clear();
        self.guards.clear();
    }

    /// Makes room for about what comes of so many values, so that nothing large is moved while it grows.
    pub(super) fn reserve(&mut self, values: usize) {
        self.code.reserve(values);
        self.spans.reserve(values);
        self.sites.reserve(values / 2);
    }

    /// The function that they make.
    fn finished(&mut self, function: &ir::Function, watched: bool) -> Function {
        Function {
            name: function.name,
            kind: function.kind,
            file: function.file,
            span: function.span,
            arity: function.arity as u16,
            rest: function.rest,
            stands: function.stands,
            watched,
            size: self.size,
            slots: self.slots,
            plain: self.plain,
            bands: function.bands,
            code: exact(&mut self.code),
            spans: exact(&mut self.spans),
            constants: exact(&mut self.constants),
            sites: exact(&mut self.sites),
            calls: exact(&mut self.calls),
            keys: exact(&mut self.keys),
            applied: exact(&mut self.applied),
            amends: exact(&mut self.amends),
            routes: exact(&mut self.routes),
            guards: exact(&mut self.guards),
        }
    }
}

/// So much is not copied to smaller room, but gives back what it does not need.
const LARGE: usize = 1 << 12;

/// Everything that was gathered, in no more room than it takes.
fn exact<T>(gathered: &mut Vec<T>) -> Vec<T> {
    if gathered.len() >= LARGE {
        let mut all = std::mem::take(gathered);
        all.shrink_to_fit();
        return all;
    }
    let mut all = Vec::with_capacity(gathered.len());
    all.append(gathered);
    all
}
