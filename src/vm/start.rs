//! The bottom of the first task: the modules in their order, then what was asked for.

use super::Vm;
use super::failure::Failure;
use super::native::Step;
use super::task::{Args, Input};
use crate::hir::FunctionId;
use crate::value::{Closure, Value};
use serde::{Deserialize, Serialize};

/// What is run once the modules have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Entry {
    /// Nothing more: the last module's value is the result.
    Program,
    /// A pattern or another function, with its arguments.
    Function(FunctionId, Vec<Value>),
}

/// Where a run is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Start {
    next: usize,
    entry: Option<Entry>,
}

impl Start {
    /// At its beginning, or at a later module when the earlier ones have run.
    pub(super) fn new(entry: Entry, first: usize) -> Self {
        Self { next: first, entry: Some(entry) }
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, input: Input) -> Result<Step, Failure> {
        let value = match input {
            Input::Begin => Value::NULL,
            Input::Value(value) => value,
            other => return other.nothing(),
        };
        let declarations = &vm.program.declarations;
        if let Some(module) = declarations.modules.get(self.next) {
            self.next += 1;
            return Ok(Step::Call(function(module.body), Args::new()));
        }
        match self.entry.take() {
            Some(Entry::Function(id, args)) => Ok(Step::Call(function(id), args.into())),
            Some(Entry::Program) | None => Ok(Step::Done(value)),
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        match &self.entry {
            Some(Entry::Function(_, args)) => args.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// A function that captures nothing, as a value.
pub(super) fn function(id: FunctionId) -> Value {
    Value::closure(Closure { code: id.0, identity: u64::from(id.0), captures: Box::new([]) })
}
