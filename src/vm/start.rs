//! The bottom of the first task: the modules in their order, then what was asked for.

use super::Vm;
use super::failure::Failure;
use super::native::Step;
use super::task::{Args, Input};
use crate::hir::{FunctionId, Parameter};
use crate::value::{Closure, Lanes, Value};
use serde::{Deserialize, Serialize};

/// What is run once the modules have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Entry {
    /// Nothing more: the last module's value is the result.
    Program,
    /// A pattern or another function, with what its parameters take: `...rest` takes a list.
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
            Some(Entry::Function(id, args)) => {
                let (args, count) = spread(&declarations.functions[id.0 as usize].parameters, args);
                Ok(Step::CallSpread(function(id), args.into(), count))
            }
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

/// The arguments of an entry, a list for `...rest` taken apart, and how sure it is how many there are.
pub fn spread(parameters: &[Parameter], mut arguments: Vec<Value>) -> (Vec<Value>, Lanes) {
    let taken = |last: &mut Value| last.is_null() || last.as_list().is_some();
    let rest = if parameters.last().is_some_and(|last| last.rest) { arguments.pop_if(taken) } else { None };
    let count = rest.as_ref().map_or(Lanes::EXACT, Value::lanes);
    arguments.extend(rest.iter().filter_map(Value::as_list).flatten().map(|item| item.clone().under(count)));
    (arguments, count)
}

/// A function that captures nothing, as a value.
pub(super) fn function(id: FunctionId) -> Value {
    Value::closure(Closure { code: id.0, identity: u64::from(id.0), captures: Box::new([]) })
}
