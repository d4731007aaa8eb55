//! Frames that take several steps and call, ask or wait in between. Each is plain data.

use super::Vm;
use super::ask::{Ask, Wish};
use super::code::Register;
use super::failure::Failure;
use super::fork::Fork;
use super::judge::Judgement;
use super::mock::Rehearsal;
use super::orchestrate::{Escalate, Fallback, Retry, Sequence};
use super::start::Start;
use super::task::{Args, Frame, Input, Task};
use crate::builtin::{self, Routine};
use crate::diagnostic::Code;
use crate::ir::Home;
use crate::value::path::{self, Link};
use crate::value::{Kind, Lanes, Value, json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A frame that takes several steps.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Native {
    /// The modules of a program, and what was asked to be run.
    Start(Start),
    /// What is above it, lowered by the lanes of what was called.
    Under(Lanes),
    /// A built-in that calls functions of the program.
    Routine(Routine),
    /// A method that calls functions of the program and whose result takes the place of what a variable holds.
    Replace(Box<Replace>),
    /// A task of a fork.
    Job(Job),
    /// Tasks side by side.
    Fork(Box<Fork>),
    /// `sequential`
    Sequence(Sequence),
    /// `retry`
    Retry(Box<Retry>),
    /// `fallback`
    Fallback(Fallback),
    /// `escalate`
    Escalate(Escalate),
    /// `verify` and `approve`
    Judgement(Box<Judgement>),
    /// A question to an agent.
    Ask(Box<Ask>),
    /// A question to a mock.
    Rehearsal(Box<Rehearsal>),
    /// The time, randomness, an id, a delay.
    Wish(Wish),
    /// `expect.error`, with the code that is wanted.
    Expected(Code),
}

/// What a frame wants next.
pub(super) enum Step {
    /// Nothing more: this is its result.
    Done(Value),
    /// To wait for what comes.
    Wait,
    /// A call.
    Call(Value, Args),
    /// A call with what was in a list: how sure its length was.
    CallSpread(Value, Args, Lanes),
    /// A call that may write the variables of another task.
    CallAs(Value, Args, u32),
    /// A call of a method.
    Method(Value, Arc<str>, Args),
    /// Another frame above it.
    Push(Box<Native>),
}

/// Work of a fork: what is called, and whether a function that it gives is called as well.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// What is called.
    pub(super) function: Value,
    /// With what.
    pub(super) args: Args,
    /// Whether a function that comes out is called.
    pub(super) follows: bool,
}

/// A `sort` in place and its like.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Replace {
    /// The work.
    pub(super) routine: Routine,
    /// Where the root is.
    pub(super) home: Home,
    /// The root, when its home is a value.
    pub(super) root: Value,
    /// The cell, when its home is one.
    pub(super) cell: Value,
    /// The way to what is replaced.
    pub(super) links: Vec<Link>,
    /// Where the changed root goes, when its home is a value.
    pub(super) second: Option<Register>,
}

impl Native {
    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match self {
            Native::Start(start) => start.step(vm, input),
            Native::Under(lanes) => match input {
                Input::Value(value) => Ok(Step::Done(value.under(*lanes))),
                other => other.nothing(),
            },
            Native::Routine(routine) => step_routine(routine, vm, input),
            Native::Replace(replace) => replace.step(vm, task, input),
            Native::Job(job) => job.step(input),
            Native::Fork(fork) => fork.step(vm, task, input),
            Native::Sequence(sequence) => sequence.step(vm, input),
            Native::Retry(retry) => retry.step(vm, task, input),
            Native::Fallback(fallback) => fallback.step(input),
            Native::Escalate(escalate) => escalate.step(vm, input),
            Native::Judgement(judgement) => judgement.step(vm, task, input),
            Native::Ask(ask) => ask.step(vm, task, input),
            Native::Rehearsal(rehearsal) => rehearsal.step(vm, task, input),
            Native::Wish(wish) => wish.step(vm, task, input),
            Native::Expected(code) => match input {
                Input::Failed(failure) if failure.code() == *code => Ok(Step::Done(Value::NULL)),
                Input::Failed(failure) => {
                    let message = format!("expected the failure {code}, not {}: {}", failure.code(), failure.message());
                    Err(Failure::new(Code::R001, message))
                }
                Input::Value(_) => {
                    Err(Failure::new(Code::R001, format!("expected the failure {code}, but nothing failed")))
                }
                other => other.nothing(),
            },
        }
    }

    /// Lets a question wait no longer than so many milliseconds.
    pub(super) fn hurry(&mut self, within: f64) {
        match self {
            Native::Ask(ask) => {
                ask.call.options.insert("timeout".to_owned(), json::to_json_number(within));
            }
            Native::Rehearsal(rehearsal) => rehearsal.hurry(within),
            _ => {}
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        match self {
            Native::Start(start) => start.values(),
            Native::Under(_) | Native::Wish(_) | Native::Expected(_) => Vec::new(),
            Native::Routine(routine) => routine.values(),
            Native::Replace(replace) => {
                let links = replace.links.iter().map(|link| &link.key);
                replace.routine.values().into_iter().chain([&replace.root, &replace.cell]).chain(links).collect()
            }
            Native::Job(job) => std::iter::once(&job.function).chain(&job.args).collect(),
            Native::Fork(fork) => fork.values(),
            Native::Sequence(sequence) => sequence.values(),
            Native::Retry(retry) => retry.values(),
            Native::Fallback(fallback) => fallback.values(),
            Native::Escalate(escalate) => escalate.values(),
            Native::Judgement(judgement) => judgement.values(),
            Native::Ask(ask) => vec![&ask.agent],
            Native::Rehearsal(rehearsal) => rehearsal.values(),
        }
    }
}

impl Input {
    /// What a frame does with an input it has no use for: errors go on, the rest is over.
    pub(super) fn nothing(self) -> Result<Step, Failure> {
        match self {
            Input::Failed(failure) => Err(failure),
            _ => Ok(Step::Wait),
        }
    }
}

impl Job {
    fn step(&mut self, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => Ok(Step::Call(std::mem::take(&mut self.function), std::mem::take(&mut self.args))),
            Input::Value(value) if self.follows && value.kind() == Kind::Function => {
                self.follows = false;
                Ok(Step::Call(value, Args::new()))
            }
            Input::Value(value) => Ok(Step::Done(value)),
            other => other.nothing(),
        }
    }
}

fn step_routine(routine: &mut Routine, vm: &mut Vm, input: Input) -> Result<Step, Failure> {
    match input {
        Input::Begin => {}
        Input::Value(value) => {
            if let builtin::Step::Done(value) = routine.resume(value, &mut vm.meter)? {
                return Ok(Step::Done(value));
            }
        }
        other => return other.nothing(),
    }
    vm.meter.steps(1)?;
    let function = routine.function().clone();
    let (offered, needed) = (routine.offered(), routine.needed());
    let count = vm.takes(&function, offered, needed);
    let args = (0..count).map(|index| routine.argument(index)).collect();
    Ok(Step::Call(function, args))
}

impl Replace {
    fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match step_routine(&mut self.routine, vm, input)? {
            Step::Done(value) => {
                self.write(vm, task, value.clone())?;
                Ok(Step::Done(value))
            }
            other => Ok(other),
        }
    }

    /// Puts the result in place of what the variable holds.
    fn write(&mut self, vm: &mut Vm, task: &mut Task, value: Value) -> Result<(), Failure> {
        let Some(Frame::Code(call)) = task.frames.last() else { return Ok(()) };
        let (base, owner) = (call.base as usize, call.owner);
        let program = vm.program.clone();
        let function = &program.functions[call.function as usize];
        match self.home {
            Home::Value => {
                let mut root = std::mem::take(&mut self.root);
                path::write(&mut root, &self.links, value, &mut vm.meter)?;
                if let Some(second) = self.second {
                    task.registers[base + second as usize] = root;
                }
            }
            Home::Cell { .. } => {
                let mut root = vm.cells.take(&self.cell, owner)?;
                let written = path::write(&mut root, &self.links, value, &mut vm.meter);
                vm.cells.put(&self.cell, root);
                written?;
            }
            Home::Global { global, .. } => {
                let mut root = vm.take_global(global.0, owner)?;
                let written = path::write(&mut root, &self.links, value, &mut vm.meter);
                vm.globals[global.0 as usize] = root;
                written?;
            }
            Home::Slot { slot, .. } => {
                let register = &mut task.registers[base + function.slots as usize + slot.0 as usize];
                path::write(register, &self.links, value, &mut vm.meter)?;
            }
        }
        Ok(())
    }
}

impl Vm {
    /// How many arguments a callback is given of those that are offered.
    pub(super) fn takes(&self, function: &Value, offered: usize, needed: usize) -> usize {
        if let Some(closure) = function.as_closure() {
            let function = &self.program.functions[closure.code as usize];
            return if function.rest { offered } else { offered.min(function.arity as usize) };
        }
        match function.as_native() {
            Some(id) => builtin::BuiltinId(id).as_callback(offered, needed),
            None => needed,
        }
    }
}
