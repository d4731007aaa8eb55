//! One task, until it is done or has to wait.
//!
//! It never waits itself and never recurses: a call is a frame, and so is everything that takes several steps. What an
//! instruction finds wrong comes out of the [run loop](super::dispatch) as a failure, and here is looked for who catches it.

use super::Vm;
use super::code::{Compiled, Function};
use super::compute;
use super::dispatch::Exit;
use super::failure::Failure;
use super::native::Step;
use super::task::{Args, Frame, Input, Task};
use crate::diagnostic::Code;
use crate::value::{Fault, Lanes, Value};

/// Why a task stops running.
pub(super) enum Stop {
    /// It is done.
    Done(Result<Value, Failure>),
    /// It waits for a request, a timer or its fork.
    Waiting,
    /// It may go on, but others want to look at the clock or to tidy up first.
    Paused,
}

/// What a call came to.
pub(super) enum Called {
    /// A value, at once.
    Value(Value),
    /// A new frame is on top.
    Frame,
}

impl Vm {
    /// Runs a task until it stops.
    pub(super) fn run_task(&mut self, task: &mut Task) -> Stop {
        let program = self.program.clone();
        let mut input = task.inbox.pop_front();
        loop {
            // What it cancelled tidies up first, and may wait for the time or the like.
            if task.grace.is_none() && !self.tidying.is_empty() {
                input.into_iter().for_each(|input| task.inbox.push_front(input));
                return Stop::Paused;
            }
            let native = matches!(task.frames.last(), Some(Frame::Native));
            match input.take() {
                Some(Input::Failed(failure)) if ends(task, &failure) => return self.doom(task, &program, failure, 0),
                Some(Input::Failed(failure)) => match self.unwind(task, &program, failure) {
                    Ok(next) => input = next,
                    Err(failure) => return Stop::Done(Err(failure)),
                },
                Some(given) if native => match self.step(task, given) {
                    Ok(next) => input = next,
                    Err(failure) => input = Some(Input::Failed(failure)),
                },
                Some(Input::Value(value)) => match task.frames.last() {
                    Some(Frame::Code(call)) => {
                        let to = call.base as usize + call.to as usize;
                        task.registers[to] = value;
                    }
                    _ => return Stop::Done(Ok(value)),
                },
                None if native => match task.inbox.pop_front() {
                    Some(next) => input = Some(next),
                    None => return Stop::Waiting,
                },
                Some(_) | None => match self.run_code(task, &program) {
                    Ok(Exit::Native) => input = Some(Input::Begin),
                    Ok(Exit::Value(value)) => input = Some(Input::Value(value)),
                    Ok(Exit::Failed(failure)) => input = Some(Input::Failed(failure)),
                    Ok(Exit::Pause) => return Stop::Paused,
                    Err(failure) if ends(task, &failure) => return self.doom(task, &program, failure, 1),
                    Err(failure) => input = self.catch(task, &program, failure),
                },
            }
        }
    }

    /// Hands an input to the frame of several steps on top.
    fn step(&mut self, task: &mut Task, input: Input) -> Result<Option<Input>, Failure> {
        let Some(mut native) = task.end() else { return Ok(Some(input)) };
        Ok(match native.step(self, task, input)? {
            Step::Done(value) => Some(Input::Value(value)),
            Step::Wait => {
                task.begin(native);
                None
            }
            Step::Call(callee, args) => {
                task.begin(native);
                let called = self.call(task, callee, args)?;
                self.after(task, called)
            }
            Step::CallSpread(callee, args, count) => {
                task.begin(native);
                let called = self.call_with(task, callee, args, count)?;
                self.after(task, called)
            }
            Step::CallAs(callee, args, owner) => {
                task.begin(native);
                match callee.as_closure() {
                    Some(closure) => {
                        let captured = (closure.code, &*closure.captures);
                        self.push(task, captured, (args, Lanes::EXACT), callee.lanes(), owner)?;
                        None
                    }
                    None => {
                        let called = self.call(task, callee, args)?;
                        self.after(task, called)
                    }
                }
            }
            Step::Method(receiver, name, args) => {
                task.begin(native);
                let called = self.method(task, receiver, &name, args, Lanes::EXACT)?;
                self.after(task, called)
            }
            Step::Push(other) => {
                task.begin(native);
                task.begin(other);
                Some(Input::Begin)
            }
        })
    }

    /// What the frame below gets of a call.
    fn after(&self, task: &Task, called: Called) -> Option<Input> {
        match called {
            Called::Value(value) => Some(Input::Value(value)),
            Called::Frame => self.begin(task),
        }
    }

    fn begin(&self, task: &Task) -> Option<Input> {
        matches!(task.frames.last(), Some(Frame::Native)).then_some(Input::Begin)
    }

    /// An error of the call on top: to its own handler, or out of it.
    fn catch(&mut self, task: &mut Task, program: &Compiled, failure: Failure) -> Option<Input> {
        match self.handle(task, program, failure) {
            Ok(()) => None,
            Err(failure) => {
                self.pop(task);
                Some(Input::Failed(failure))
            }
        }
    }

    /// What cannot be caught ends the run: all tasks are cancelled, and this one, which is left as it is, tidies up first. So many
    /// calls on top know of it already.
    fn doom(&self, task: &Task, program: &Compiled, mut failure: Failure, known: usize) -> Stop {
        for frame in task.frames.iter().rev().skip(known) {
            let Frame::Code(call) = frame else { continue };
            let function = &program.functions[call.function as usize];
            let at = function.location(call.next.saturating_sub(1) as usize);
            match failure.at() {
                None => failure.locate(at),
                Some(_) => failure.within(|| program.name(function), at),
            }
        }
        Stop::Done(Err(failure))
    }

    /// Takes an error to the next frame that wants it; out of the task when there is none.
    fn unwind(&mut self, task: &mut Task, program: &Compiled, mut failure: Failure) -> Result<Option<Input>, Failure> {
        loop {
            match task.frames.last() {
                None => return Err(failure),
                Some(Frame::Native) if failure.can_be_caught() => {
                    return Ok(match self.step(task, Input::Failed(failure)) {
                        Ok(next) => next,
                        Err(failure) => Some(Input::Failed(failure)),
                    });
                }
                Some(Frame::Native) => drop(task.end()),
                Some(Frame::Code(call)) => {
                    let function = &program.functions[call.function as usize];
                    let at = function.location(call.next.saturating_sub(1) as usize);
                    match failure.at() {
                        None => failure.locate(at),
                        Some(_) => failure.within(|| program.name(function), at),
                    }
                    match self.handle(task, program, failure) {
                        Ok(()) => return Ok(None),
                        Err(back) => {
                            failure = back;
                            self.pop(task);
                        }
                    }
                }
            }
        }
    }

    /// Goes to the handler of the call on top, if it has one that wants this error.
    fn handle(&mut self, task: &mut Task, program: &Compiled, failure: Failure) -> Result<(), Failure> {
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Err(failure) };
        let function = &program.functions[call.function as usize];
        let mut guard = function.guard(call.next.saturating_sub(1) as usize);
        if !failure.can_be_caught() {
            // What a `catch` does not see goes on to the `finally` around it.
            while let Some(inner) = guard.filter(|guard| !guard.tidies) {
                guard = function.guard(inner.target as usize);
            }
        }
        let Some(guard) = guard else { return Err(failure) };
        let value = failure.value();
        call.next = guard.target;
        task.registers[call.base as usize + guard.register as usize] = value.clone();
        task.contexts.truncate(call.contexts as usize + guard.contexts as usize);
        task.remember(value, failure);
        Ok(())
    }

    /// Leaves the call on top.
    fn pop(&mut self, task: &mut Task) {
        if let Some(Frame::Code(call)) = task.frames.pop() {
            let top = std::mem::replace(&mut task.top, call.base as usize);
            task.registers[call.base as usize..top].iter_mut().for_each(Value::clear);
            task.contexts.truncate(call.contexts as usize);
        }
    }

    /// Calls a value.
    pub(super) fn call(&mut self, task: &mut Task, callee: Value, args: Args) -> Result<Called, Failure> {
        self.call_with(task, callee, args, Lanes::EXACT)
    }

    /// Calls a value with as surely so many arguments as is said.
    pub(super) fn call_with(
        &mut self,
        task: &mut Task,
        callee: Value,
        args: Args,
        count: Lanes,
    ) -> Result<Called, Failure> {
        let lanes = callee.lanes();
        if let Some(closure) = callee.as_closure() {
            let owner = task.current_owner();
            self.push(task, (closure.code, &closure.captures), (args, count), lanes, owner)?;
            return Ok(Called::Frame);
        }
        if let Some(id) = callee.as_native() {
            return self.builtin_under(task, crate::builtin::BuiltinId(id), args, lanes.meet(count));
        }
        let kind = callee.kind().phrase();
        let message = format!("{kind} is no function; call one, or drop the parentheses");
        Err(Fault::new(Code::R006, message).about(&callee).into())
    }

    /// Puts the call of a function of the program on top, with what it captured. What the arguments do not reach, and the list
    /// of those left over, is as sure as how many there are.
    pub(super) fn push(
        &mut self,
        task: &mut Task,
        (code, captures): (u32, &[Value]),
        (mut args, count): (Args, Lanes),
        under: Lanes,
        owner: u32,
    ) -> Result<(), Failure> {
        self.admit_call(task)?;
        let function = &self.program.functions[code as usize];
        let arity = function.arity as usize;
        let mut rest = None;
        if function.rest {
            let more: Vec<Value> = args.drain(arity.min(args.len())..).collect();
            self.meter.list(more.len())?;
            rest = Some(Value::list(more)?.with(count));
        } else if args.len() > arity {
            return Err(surplus(&self.program, function, args.len()));
        }
        let registers = task.make_room(function, compute::room(function), &mut self.meter)?;
        let mut args = args.into_iter();
        for register in &mut registers[..arity] {
            register.put(args.next().unwrap_or_else(|| Value::NULL.with(count)));
        }
        let mut next = arity;
        if let Some(rest) = rest {
            registers[next].put(rest);
            next += 1;
        }
        for (register, captured) in registers[next..].iter_mut().zip(captures) {
            register.put(captured.clone());
        }
        let budget = task.current_budget();
        task.enter(code, function, under, owner, budget);
        if function.watched { self.watch(task, code) } else { Ok(()) }
    }

    /// Refuses a call too many within each other.
    pub(super) fn admit_call(&self, task: &Task) -> Result<(), Failure> {
        // What the program itself runs in is no call.
        let depth = task.depth as u64 + task.frames.len() as u64;
        if depth > self.meter.limits.depth {
            return Err(too_deep(self.meter.limits.depth).into());
        }
        Ok(())
    }
}

#[cold]
pub(super) fn too_deep(limit: u64) -> Fault {
    Fault::new(
        Code::R092,
        format!("calls nest deeper than {limit}; use a loop, or make something smaller at each call"),
    )
}

#[cold]
fn surplus(program: &Compiled, function: &Function, given: usize) -> Failure {
    let (name, takes) = (program.name(function), function.arity);
    let name = if function.name.is_some() { format!("`{name}`") } else { name };
    let plural = if takes == 1 { "" } else { "s" };
    Failure::new(Code::R008, format!("{name} takes {takes} argument{plural}, not {given}; leave out the others"))
}

/// Whether an error ends the run: no task can catch it, and this one does not tidy up already.
fn ends(task: &Task, failure: &Failure) -> bool {
    !failure.can_be_caught() && task.grace.is_none()
}
