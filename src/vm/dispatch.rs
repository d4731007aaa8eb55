//! The run loop: one instruction after the other, until a frame of several steps is on top or the task has to stop.
//!
//! What programs do most of the time is done by the [inner loop](super::compute); here is what that leaves to others, and
//! the built-ins that call functions.

use super::Vm;
use super::code::{Code, Compiled, Direct, Function, Register, Site};
use super::compute::{self, Halt, Large, Small, Window};
use super::failure::Failure;
use super::machine::Called;
use super::native::Native;
use super::perform::{self, Flow};
use super::task::{Call, Frame, Task};
use crate::builtin::{self, Turn};
use crate::value::{Lanes, Value};

/// Why the run loop ends.
pub(super) enum Exit {
    /// A frame of several steps is on top now.
    Native,
    /// The outermost call of a row of calls gave this.
    Value(Value),
    /// A built-in that calls functions failed; its frame is gone.
    Failed(Failure),
    /// Others want to look at the clock.
    Pause,
}

impl Vm {
    /// Runs the calls of functions on top of a task.
    pub(super) fn run_code(&mut self, task: &mut Task, program: &Compiled) -> Result<Exit, Failure> {
        loop {
            let Some(Frame::Code(call)) = task.frames.last() else { return Ok(Exit::Native) };
            let room = compute::room(&program.functions[call.function as usize]);
            let end = call.base as usize + room;
            let halt = match task.ensure(end, &mut self.meter) {
                Err(fault) => Halt::Fault(fault),
                Ok(()) if room == Small::ROOM => self.compute::<Small>(task, program),
                Ok(()) if room == Large::ROOM => self.compute::<Large>(task, program),
                Ok(()) => self.compute::<[Value]>(task, program),
            };
            // Whatever goes wrong went wrong at the instruction before the next one of the call that is on top now.
            let at = |task: &Task, back: u32| match task.frames.last() {
                Some(Frame::Code(call)) => {
                    let place = (call.next + 1).saturating_sub(back) as usize;
                    Some(program.functions[call.function as usize].location(place))
                }
                _ => None,
            };
            let (ended, place) = match halt {
                Halt::Window => continue,
                Halt::Fault(fault) => (Err(Failure::from(fault)), at(task, 2)),
                Halt::Other => {
                    let place = at(task, 1);
                    (self.other(task, program), place)
                }
                Halt::Exit(exit) => return Ok(exit),
            };
            match ended {
                Ok(None) => {}
                Ok(Some(exit)) => return Ok(exit),
                Err(mut failure) => {
                    place.into_iter().for_each(|place| failure.locate(place));
                    return Err(failure);
                }
            }
        }
    }

    /// Runs one instruction that the inner loop leaves to others.
    fn other(&mut self, task: &mut Task, program: &Compiled) -> Result<Option<Exit>, Failure> {
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Ok(Some(Exit::Native)) };
        let function = &program.functions[call.function as usize];
        let (base, owner, at) = (call.base as usize, call.owner, call.next as usize);
        call.next += 1;
        let r = &mut task.registers[base..base + function.size as usize];
        match function.code[at] {
            Code::Charge(steps) => {
                self.meter.steps(u64::from(steps))?;
                if self.meter.steps_left() < self.pause_at || self.meter.memory_left() < self.sweep_at {
                    return Ok(Some(Exit::Pause));
                }
                self.meter.watch(self.pause_at, self.sweep_at);
            }
            Code::Throw(register) => {
                // A handler may read it once more.
                let value = r[register as usize].clone();
                return Err(match task.recall(&value) {
                    Some(failure) => failure.clone(),
                    None => self.thrown(value),
                });
            }
            Code::Fail(site) => {
                let site = &function.sites[site as usize];
                let value = site.operands.first().map(|operand| perform::read(function, r, *operand));
                return Err(Failure::from(self.language_fault(&site.op, value)));
            }
            Code::Call(index) => self.call_direct(task, program, &function.calls[index as usize])?,
            Code::Do(index) => {
                let site = &function.sites[index as usize];
                match self.perform(function, r, site, owner)? {
                    Flow::Next => {}
                    flow => self.follow(task, flow, site, function.size - 1)?,
                }
            }
            other => unreachable!("{other:?} is done by the inner loop"),
        }
        Ok(None)
    }

    /// Calls a function that is known before the run, wherever its registers have to go.
    fn call_direct(&mut self, task: &mut Task, program: &Compiled, direct: &Direct) -> Result<(), Failure> {
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Ok(()) };
        let function = &program.functions[call.function as usize];
        let base = call.base as usize;
        call.to = direct.to;
        let owner = call.owner;
        let r = &mut task.registers[base..base + function.size as usize];
        let args = direct.operands.iter().map(|operand| perform::read(function, r, *operand)).collect();
        self.push(task, (direct.callee, &[]), (args, Lanes::EXACT), Lanes::EXACT, owner)
    }

    /// Does what an operation left to be done: a call, or what has to do with contexts.
    fn follow(&mut self, task: &mut Task, flow: Flow, site: &Site, spare: Register) -> Result<(), Failure> {
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Ok(()) };
        call.to = site.to.unwrap_or(spare);
        let to = call.base as usize + call.to as usize;
        let called = match flow {
            Flow::Next => return Ok(()),
            Flow::Enter(label) => {
                task.contexts.push(label);
                return Ok(());
            }
            Flow::Leave => {
                task.contexts.pop();
                return Ok(());
            }
            Flow::Call { callee, args, count } => self.call_with(task, callee, args, count),
            Flow::Builtin(id, args) => self.builtin_at(task, id, args, site),
            Flow::Method { receiver, name, args, count } => self.method(task, receiver, &name, args, count),
            Flow::Native(native) => {
                task.begin(native);
                Ok(Called::Frame)
            }
        };
        if let Called::Value(value) = called? {
            task.registers[to].put(value);
        }
        Ok(())
    }

    /// Begins the call of a built-in's function once more in its own registers, where that is all there is to it: whether that
    /// was done.
    #[inline(never)]
    pub(super) fn turn(
        &mut self,
        call: &Call,
        native: Option<&mut Native>,
        function: &Function,
        registers: &mut [Value],
        register: Register,
    ) -> bool {
        let Some(Native::Routine(routine)) = native else { return false };
        if call.under != Lanes::EXACT || function.rest || function.watched {
            return false;
        }
        let (code, reply) = (call.function, register as usize);
        let (arity, plain) = (function.arity as usize, function.plain as usize);
        let turns = routine.turn(Turn { code, registers, reply, arity, plain }, &mut self.meter);
        if turns {
            function.empty_slots(registers);
        }
        turns
    }

    /// Hands the value of the call on top to the frame of several steps below it, unless the task goes on elsewhere. A built-in
    /// that only wants the same function called again gets that at once, in the place of the call that is over.
    #[inline(never)]
    pub(super) fn hand_over(&mut self, task: &mut Task, function: &Function, register: Register) -> Option<Exit> {
        let Some(&Frame::Code(call)) = task.frames.last() else { return Some(Exit::Native) };
        let Some(Native::Routine(routine)) = task.natives.last_mut().map(|native| &mut **native) else {
            let value = task.clear(function, &call, register);
            task.leave();
            return Some(Exit::Value(value));
        };
        let registers = &mut task.registers[call.base as usize..task.top];
        let reply = registers[register as usize].take().under(call.under);
        Value::clear_all(&mut registers[..function.plain as usize]);
        let ended = match routine.resume(reply, &mut self.meter) {
            Ok(builtin::Step::Call) => None,
            Ok(builtin::Step::Done(value)) => Some(Exit::Value(value)),
            Err(fault) => Some(Exit::Failed(fault.into())),
        };
        if ended.is_some() {
            task.leave();
            task.end();
            return ended;
        }
        if let Err(fault) = self.meter.steps(1) {
            task.leave();
            task.end();
            return Some(Exit::Failed(fault.into()));
        }
        let closure = routine.function().as_closure().filter(|closure| closure.code == call.function);
        let Some(closure) = closure.filter(|_| !function.rest && !function.watched) else {
            task.leave();
            return self.call_for_routine(task);
        };
        let registers = &mut task.registers[call.base as usize..task.top];
        let (arguments, others) = registers.split_at_mut(function.arity as usize);
        routine.give(arguments);
        for (at, captured) in closure.captures.iter().enumerate() {
            others[at].put(captured.clone());
        }
        function.empty_slots(registers);
        task.close_contexts(call.contexts);
        if let Some(Frame::Code(call)) = task.frames.last_mut() {
            call.next = 0;
        }
        None
    }

    /// Calls the function of the built-in on top in the ordinary way.
    #[cold]
    fn call_for_routine(&mut self, task: &mut Task) -> Option<Exit> {
        let Some(Native::Routine(routine)) = task.native() else { return Some(Exit::Native) };
        let callee = routine.function().clone();
        let count = self.takes(&callee, routine.offered(), routine.needed());
        let args = (0..count).map(|index| routine.argument(index)).collect();
        match self.call(task, callee, args) {
            Ok(Called::Value(value)) => Some(Exit::Value(value)),
            Ok(Called::Frame) => match task.frames.last() {
                Some(Frame::Code(_)) => None,
                _ => Some(Exit::Native),
            },
            Err(failure) => Some(Exit::Failed(failure)),
        }
    }
}
