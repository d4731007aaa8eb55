//! A task: a stack of frames that can stop anywhere and go on later.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

use smallvec::SmallVec;

use super::code::{Function, Register};
use super::failure::Failure;
use super::native::Native;
use crate::host::{Id, Path, Reply};
use crate::value::{Fault, Lanes, Meter, Value};

/// The place of a task in the machine's table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(super) struct TaskId(pub u32);

/// What a function is called with.
pub(super) type Args = SmallVec<[Value; 4]>;

/// One line of work.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// Its place in the table.
    pub(super) id: TaskId,
    /// Which it is, whoever answers first.
    pub(super) path: Path,
    /// Who waits for it: a task's fork, and the place there.
    pub(super) parent: Option<(TaskId, u32)>,
    /// Whether it runs beside what was asked for, so that what it gives is nobody's result.
    pub(super) aside: bool,
    /// The calls it is in, the outermost first.
    pub(super) frames: Vec<Frame>,
    /// Those of several steps among them, in the same order.
    #[expect(clippy::vec_box, reason = "each step takes one off and puts it back")]
    pub(super) natives: Vec<Box<Native>>,
    /// The registers of all its frames, and behind them some that were in use before.
    pub(super) registers: Vec<Value>,
    /// Where the registers of the innermost call end.
    pub(super) top: usize,
    /// The labels of the contexts it is in.
    pub(super) contexts: Vec<Arc<str>>,
    /// The forks it made so far.
    pub(super) forks: u32,
    /// The requests it made so far.
    pub(super) requests: u32,
    /// Whose variables it may write.
    pub(super) owner: u32,
    /// The budget it began under.
    pub(super) budget: u32,
    /// How many calls it stands under.
    pub(super) depth: u32,
    /// What it waits for.
    pub(super) waits: Vec<Id>,
    /// What came for it while it waited.
    pub(super) inbox: VecDeque<Input>,
    /// The functions whose calls are counted, where it is in one.
    pub(super) counted: Vec<Counted>,
    /// The steps that are left to it once it was cancelled and only tidies up.
    pub(super) grace: Option<u64>,
    /// Errors that were caught lately, with their places, so that throwing one on keeps them.
    pub(super) caught: VecDeque<(Value, Failure)>,
}

/// A function whose calls are counted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Counted {
    /// The function.
    pub(super) function: u32,
    /// The frame of its outermost call; none where whoever started this task is in it.
    pub(super) at: Option<usize>,
    /// The calls so far.
    pub(super) calls: Calls,
}

/// How often something was called.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Calls {
    /// So often, by this task.
    Own(u64),
    /// By several tasks, which count together at this place of the machine's table.
    Shared(u32),
}

/// What brings a waiting frame on.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Input {
    /// It begins.
    Begin,
    /// What it called gave a value.
    Value(Value),
    /// What it called failed.
    Failed(Failure),
    /// A request of its was answered, or a timer's time has come.
    Reply(Id, Reply),
    /// A task of its fork is done.
    Task(u32, Result<Value, Failure>),
}

/// A call. It is small, and owns nothing, because calls come and go all the time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Frame {
    /// Of a function of the program.
    Code(Call),
    /// Of something the machine does in several steps.
    Native,
}

/// A call of a function of the program.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Call {
    /// The function.
    pub(super) function: u32,
    /// The next instruction.
    pub(super) next: u32,
    /// Where its registers begin.
    pub(super) base: u32,
    /// Where the result of what it called goes.
    pub(super) to: Register,
    /// The contexts that were open when it began.
    pub(super) contexts: u16,
    /// Whose variables it may write.
    pub(super) owner: u32,
    /// The innermost budget it works under.
    pub(super) budget: u32,
    /// What its result is lowered by.
    pub(super) under: Lanes,
}

impl Frame {
    /// A call that begins with its registers at a place.
    #[inline(always)]
    pub(super) fn call(function: u32, base: usize, contexts: usize, under: Lanes, owner: u32, budget: u32) -> Self {
        let (base, contexts) = (base as u32, contexts as u16);
        Self::Code(Call { function, next: 0, base, to: 0, contexts, owner, budget, under })
    }
}

/// What a task takes in memory beside its registers, with what it was forked for.
pub(super) const TASK: u64 = 2_048;

/// How many errors that a program holds are known by their places.
const MOST_CAUGHT: usize = 256;

impl Task {
    /// A task without work yet.
    pub(super) fn new(
        id: TaskId,
        path: Path,
        parent: Option<(TaskId, u32)>,
        owner: u32,
        budget: u32,
        depth: u32,
    ) -> Self {
        Self {
            id,
            path,
            parent,
            aside: false,
            frames: Vec::new(),
            natives: Vec::new(),
            registers: Vec::new(),
            top: 0,
            contexts: Vec::new(),
            forks: 0,
            requests: 0,
            owner,
            budget,
            depth,
            waits: Vec::new(),
            inbox: VecDeque::new(),
            counted: Vec::new(),
            grace: None,
            caught: VecDeque::new(),
        }
    }

    /// The id of its next request.
    pub(super) fn next_id(&mut self) -> Id {
        let count = self.requests;
        self.requests += 1;
        Id { task: self.path.clone(), count }
    }

    /// Drops what it counted within calls that are over, with the frame at `top` and those above it.
    pub(super) fn forget_counted(&mut self, top: usize) {
        let frames = &self.frames;
        self.counted.retain(|counted| match counted.at {
            None => true,
            Some(at) => {
                at < top && matches!(frames.get(at), Some(Frame::Code(call)) if call.function == counted.function)
            }
        });
    }

    /// Remembers an error that a program caught.
    pub(super) fn remember(&mut self, value: Value, failure: Failure) {
        // Whatever nobody else holds any more cannot be thrown again. Looking now and then keeps the list short.
        let length = self.caught.len();
        if length >= 8 && length.is_power_of_two() {
            self.caught.retain(|(value, _)| value.is_shared());
        }
        if self.caught.len() >= MOST_CAUGHT {
            self.caught.drain(..MOST_CAUGHT / 2);
        }
        self.caught.push_back((value, failure));
    }

    /// The error that a caught value was.
    pub(super) fn recall(&self, value: &Value) -> Option<&Failure> {
        value.as_error()?;
        let address = value.address()?;
        self.caught.iter().rev().find(|(caught, _)| caught.address() == Some(address)).map(|(_, failure)| failure)
    }

    /// The registers of a call that is about to begin, charged when they are more than ever before. There is some value in
    /// each that owns nothing; the slots are empty.
    #[inline(always)]
    pub(super) fn make_room(
        &mut self,
        function: &Function,
        room: usize,
        meter: &mut Meter,
    ) -> Result<&mut [Value], Fault> {
        self.ensure(self.top + room, meter)?;
        let registers = &mut self.registers[self.top..][..function.size as usize];
        function.empty_slots(registers);
        Ok(registers)
    }

    /// Sees to it that there are so many registers.
    #[inline(always)]
    pub(super) fn ensure(&mut self, end: usize, meter: &mut Meter) -> Result<(), Fault> {
        if end > self.registers.len() { self.grow(end, meter) } else { Ok(()) }
    }

    #[cold]
    fn grow(&mut self, end: usize, meter: &mut Meter) -> Result<(), Fault> {
        // Most tasks make one call, and there may be many of them.
        let len = if self.registers.is_empty() { end } else { 2 * end };
        meter.memory(16 * (len - self.registers.len()) as u64)?;
        self.registers.resize_with(len, || Value::NULL);
        Ok(())
    }

    /// Begins a call whose arguments are in their registers.
    #[inline(always)]
    pub(super) fn enter(&mut self, code: u32, function: &Function, under: Lanes, owner: u32, budget: u32) {
        self.frames.push(Frame::call(code, self.top, self.contexts.len(), under, owner, budget));
        self.top += function.size as usize;
    }

    /// Empties the registers of the call on top and gives the value of one.
    #[inline(always)]
    pub(super) fn clear(&mut self, function: &Function, call: &Call, register: Register) -> Value {
        let registers = &mut self.registers[call.base as usize..];
        let value = registers[register as usize].take().under(call.under);
        Value::clear_all(&mut registers[..function.plain as usize]);
        value
    }

    /// Ends the contexts beyond so many.
    #[inline(always)]
    pub(super) fn close_contexts(&mut self, count: u16) {
        if self.contexts.len() > count as usize {
            self.contexts.truncate(count as usize);
        }
    }

    /// Takes the call on top away, whose registers are empty.
    #[inline(always)]
    pub(super) fn leave(&mut self) {
        if let Some(&Frame::Code(Call { base, contexts, .. })) = self.frames.last() {
            self.top = base as usize;
            self.close_contexts(contexts);
            self.frames.pop();
        }
    }

    /// Whose variables the innermost call of a function may write.
    pub(super) fn current_owner(&self) -> u32 {
        self.innermost().map_or(self.owner, |call| call.owner)
    }

    /// The budget that the innermost call of a function works under.
    pub(super) fn current_budget(&self) -> u32 {
        self.innermost().map_or(self.budget, |call| call.budget)
    }

    /// The innermost call of a function of the program.
    pub(super) fn innermost(&self) -> Option<&Call> {
        self.frames.iter().rev().find_map(|frame| match frame {
            Frame::Code(call) => Some(call),
            Frame::Native => None,
        })
    }

    /// Puts something that takes several steps on top.
    pub(super) fn begin(&mut self, native: Box<Native>) {
        self.frames.push(Frame::Native);
        self.natives.push(native);
    }

    /// Puts something that takes several steps below the call on top.
    pub(super) fn begin_below(&mut self, native: Box<Native>) {
        let Some(top) = self.frames.pop() else { return };
        let at = self.natives.len() - usize::from(matches!(top, Frame::Native));
        self.natives.insert(at, native);
        self.frames.extend([Frame::Native, top]);
    }

    /// What takes several steps, if such is on top.
    #[inline]
    pub(super) fn native(&mut self) -> Option<&mut Native> {
        match self.frames.last() {
            Some(Frame::Native) => self.natives.last_mut().map(|native| &mut **native),
            _ => None,
        }
    }

    /// Takes what takes several steps from the top.
    pub(super) fn end(&mut self) -> Option<Box<Native>> {
        match self.frames.last() {
            Some(Frame::Native) => {
                self.frames.pop();
                self.natives.pop()
            }
            _ => None,
        }
    }
}
