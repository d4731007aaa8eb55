//! The limits of a run, and the one point where work is charged before it is done.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::confidence::Lanes;
use super::fault::Fault;
use super::list::List;
use super::object::Object;
use super::payload::{Value, View};
use super::text::Key;
use crate::diagnostic::Code;

/// How deep values nest at most. It bounds every recursion over a value, so an option can only lower it.
pub const NESTING: u8 = 64;

thread_local! {
    /// How deep values may nest that this thread makes.
    static NESTS: Cell<u8> = const { Cell::new(NESTING) };
}

/// Sets how deep values may nest that this thread makes; gives what held before.
pub fn nest(deepest: u64) -> u64 {
    let deepest = u8::try_from(deepest).map_or(NESTING, |deepest| deepest.min(NESTING));
    u64::from(NESTS.replace(deepest))
}

/// Refuses what nests deeper than values may.
#[inline]
pub(super) fn check_depth(depth: u8) -> Result<(), Fault> {
    let deepest = NESTS.get();
    if depth <= deepest { Ok(()) } else { Err(too_deep(deepest)) }
}

#[cold]
fn too_deep(deepest: u8) -> Fault {
    Fault::new(Code::R015, format!("a value nests deeper than {deepest}; keep parts beside each other, in one list"))
}

/// What one element of a list takes in memory.
pub const ELEMENT: u64 = size_of::<Value>() as u64;
/// What one entry of an object takes in memory, its place in the table included.
pub const ENTRY: u64 = 48;
/// What a list, object or stored text takes beside its content, with what the allocator keeps of both.
pub const HEADER: u64 = 112;
/// What one part takes of what has become plain data; an entry of an object is two.
pub(super) const DATUM: u64 = size_of::<serde_json::Value>() as u64;

/// What an event takes beside its name and what it carries, until it is handled.
pub const EVENT: u64 = 3 * HEADER;

/// The steps of making a list, an object or a text that is stored apart, beside its content.
pub const MADE: u64 = 16;
/// The steps of one more owner of a value that is stored apart.
const HANDED_ON: u64 = 6;
/// The steps of finding a place for a key.
pub const KEY: u64 = 8;

/// The sizes a run may reach. All are finite; the operator changes them by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Steps of computation.
    pub steps: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of one text.
    pub text: u64,
    /// Elements of one list.
    pub list: u64,
    /// Entries of one object.
    pub object: u64,
    /// Values within values; never more than [`NESTING`].
    pub nesting: u64,
    /// Calls within calls.
    pub depth: u64,
    /// Requests to agents.
    pub calls: u64,
    /// Tasks of one fork.
    pub width: u64,
    /// Bytes of one prompt.
    pub prompt: u64,
    /// Bytes of one answer.
    pub answer: u64,
    /// Bytes printed.
    pub output: u64,
    /// Milliseconds of wall clock.
    pub time: u64,
    /// Whether virtual time counts as well: what mocks wait keeps nobody waiting, but an operator who names a limit wants
    /// to see what it does.
    pub counts_virtual: bool,
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

impl Limits {
    /// Those of a run.
    pub const RUN: Self = Self {
        steps: 1_000_000_000,
        memory: 256 * MIB,
        text: 16 * MIB,
        list: 1_000_000,
        object: 100_000,
        nesting: NESTING as u64,
        depth: 2_000,
        calls: 1_000,
        width: 100,
        prompt: MIB,
        answer: 4 * MIB,
        output: 16 * MIB,
        time: 600_000,
        counts_virtual: false,
    };

    /// Those of a sandbox.
    pub const SANDBOX: Self = Self {
        steps: 2_000_000,
        memory: 32 * MIB,
        text: MIB,
        list: 100_000,
        object: 10_000,
        nesting: NESTING as u64,
        depth: 256,
        calls: 32,
        width: 16,
        prompt: 32 * KIB,
        answer: 256 * KIB,
        output: MIB,
        time: 30_000,
        counts_virtual: false,
    };

    /// The names by which the operator changes them.
    pub const NAMES: [&'static str; 13] = [
        "steps", "memory", "text", "list", "object", "nesting", "depth", "calls", "width", "prompt", "answer",
        "output", "time",
    ];

    /// The limit with a name.
    pub fn named(&mut self, name: &str) -> Option<&mut u64> {
        Some(match name {
            "steps" => &mut self.steps,
            "memory" => &mut self.memory,
            "text" => &mut self.text,
            "list" => &mut self.list,
            "object" => &mut self.object,
            "nesting" => &mut self.nesting,
            "depth" => &mut self.depth,
            "calls" => &mut self.calls,
            "width" => &mut self.width,
            "prompt" => &mut self.prompt,
            "answer" => &mut self.answer,
            "output" => &mut self.output,
            "time" => &mut self.time,
            _ => return None,
        })
    }
}

/// What is left of steps and memory. Whoever works on values charges here first.
///
/// Memory is charged and never given back; when it runs out, the machine weighs what is still reachable
/// ([`super::weigh`]), calls [`Meter::settle`] and tries once more. So a loop that makes garbage runs on, one that grows
/// stops, and no value needs to know who made it.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The limits of sizes.
    pub limits: Limits,
    /// What the driver sets to stop a computation that takes long by itself.
    pub stop: Arc<Stop>,
    /// The steps until a block does not begin without a look around.
    slack: u64,
    /// The steps that are left then.
    floor: u64,
    memory: u64,
    /// Below so many bytes left a block does not begin without a look around either.
    low: u64,
}

/// A wish of the driver that the run should end.
#[derive(Debug, Default)]
pub struct Stop {
    cancelled: Arc<AtomicBool>,
    deadline: OnceLock<Instant>,
}

impl Stop {
    /// One that somebody outside may set.
    pub fn set_by(cancelled: Arc<AtomicBool>) -> Self {
        Self { cancelled, deadline: OnceLock::new() }
    }

    /// From then on the time is up: `R093`.
    pub fn by(&self, deadline: Instant) {
        self.deadline.get_or_init(|| deadline);
    }

    /// Somebody cancelled: `R095`.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody did.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// After so many steps of one walk somebody looks at the clock.
const GLANCE: u64 = 1 << 16;

impl Meter {
    /// With everything that the limits allow.
    pub fn new(limits: Limits) -> Self {
        let (slack, memory) = (limits.steps, limits.memory);
        Self { limits, stop: Arc::default(), slack, floor: 0, memory, low: 0 }
    }

    /// One with everything that these limits allow, which ends when this one does.
    pub fn beside(&self, limits: Limits) -> Self {
        Self { stop: self.stop.clone(), ..Self::new(limits) }
    }

    /// The steps that are left.
    pub fn steps_left(&self) -> u64 {
        self.floor + self.slack
    }

    /// Sets the steps that are left.
    pub fn set_steps_left(&mut self, steps: u64) {
        self.floor = self.floor.min(steps);
        self.slack = steps - self.floor;
    }

    /// The bytes that are left.
    pub fn memory_left(&self) -> u64 {
        self.memory
    }

    /// Takes note of how much memory is in use.
    pub fn settle(&mut self, used: u64) {
        self.memory = self.limits.memory.saturating_sub(used);
    }

    /// Charges steps.
    #[inline]
    pub fn steps(&mut self, steps: u64) -> Result<(), Fault> {
        if self.begin(steps) { Ok(()) } else { self.last_steps(steps) }
    }

    /// Charges steps, when somebody wants a look around before the next block in any case.
    #[cold]
    fn last_steps(&mut self, steps: u64) -> Result<(), Fault> {
        let left = self.steps_left().checked_sub(steps);
        (self.floor, self.slack) = (left.unwrap_or(0), 0);
        left.map(drop).ok_or_else(|| out_of_steps(self.limits.steps))
    }

    /// Charges steps of a walk over what may be far larger to walk than to hold, and ends it when the driver wishes so.
    pub fn walk(&mut self, steps: u64) -> Result<(), Fault> {
        let before = self.steps_left() / GLANCE;
        self.steps(steps)?;
        if before == self.steps_left() / GLANCE { Ok(()) } else { self.alive() }
    }

    /// Charges steps, unless so few are left that somebody wants a look around first.
    #[inline(always)]
    pub fn begin(&mut self, steps: u64) -> bool {
        let Some(left) = self.slack.checked_sub(steps) else { return false };
        self.slack = left;
        true
    }

    /// Whether [`Meter::begin`] would charge so many steps.
    #[inline(always)]
    pub fn has(&self, steps: u64) -> bool {
        self.slack >= steps
    }

    /// Sets the steps and bytes below which [`Meter::begin`] stops for a look around.
    pub fn watch(&mut self, steps: u64, memory: u64) {
        let left = self.steps_left();
        (self.floor, self.low) = (steps, memory);
        self.set_steps_left(left);
        self.glance();
    }

    /// Sees to it that the next block begins with a look around, when memory runs short.
    #[inline]
    fn glance(&mut self) {
        if self.memory < self.low {
            (self.floor, self.slack) = (self.steps_left(), 0);
        }
    }

    /// Refuses to go on when the driver wishes the run to end. For what may take long between two instructions.
    pub fn alive(&self) -> Result<(), Fault> {
        if self.stop.is_cancelled() {
            return Err(Fault::new(Code::R095, "the run was cancelled"));
        }
        match self.stop.deadline.get() {
            Some(deadline) if Instant::now() > *deadline => {
                Err(Fault::new(Code::R093, "the run took too long; do less, or raise the limit with `--timeout`"))
            }
            _ => Ok(()),
        }
    }

    /// Charges memory.
    #[inline]
    pub fn memory(&mut self, bytes: u64) -> Result<(), Fault> {
        match self.memory.checked_sub(bytes) {
            Some(left) => {
                self.memory = left;
                self.glance();
                Ok(())
            }
            None => Err(out_of_memory(self.limits.memory)),
        }
    }

    /// Charges a text of so many bytes.
    pub fn text(&mut self, bytes: u64) -> Result<(), Fault> {
        if bytes > self.limits.text {
            return Err(too_large("a text", "bytes", bytes, self.limits.text));
        }
        if bytes <= 8 {
            return Ok(());
        }
        self.steps(MADE + bytes / 16)?;
        self.memory(bytes + HEADER)
    }

    /// Charges the memory of so many values that are stored apart, with so many bytes of content in all.
    pub fn apart(&mut self, count: u64, bytes: u64) -> Result<(), Fault> {
        self.memory(count * HEADER + bytes)
    }

    /// Charges a part of a text that is stored by itself, its bytes aside, as an element of a list that has `now`.
    pub fn part(&mut self, now: usize, bytes: usize) -> Result<(), Fault> {
        self.elements(now, 1)?;
        if bytes <= 8 {
            return self.steps(2);
        }
        self.apart(1, 0)?;
        self.steps(MADE)
    }

    /// Charges a text of so many bytes that grows by so many.
    pub fn append(&mut self, bytes: u64, by: u64) -> Result<(), Fault> {
        if bytes + by > self.limits.text {
            return Err(too_large("a text", "bytes", bytes + by, self.limits.text));
        }
        self.steps(by / 16)?;
        self.memory(by)
    }

    /// Charges a list of so many elements.
    pub fn list(&mut self, elements: usize) -> Result<(), Fault> {
        let elements = elements as u64;
        self.list_size(elements)?;
        self.steps(MADE + elements)?;
        self.memory(elements * ELEMENT + HEADER)
    }

    /// Charges the steps of handing on so many elements of a list, each of which is looked up where it lies unless it is light.
    pub fn handed_on(&mut self, list: &List, elements: usize) -> Result<(), Fault> {
        if list.is_light() { Ok(()) } else { self.steps(HANDED_ON * elements as u64) }
    }

    /// Refuses a list of more elements than one may have, without charging for it.
    pub fn list_size(&self, elements: u64) -> Result<(), Fault> {
        if elements > self.limits.list {
            return Err(too_large("a list", "elements", elements, self.limits.list));
        }
        Ok(())
    }

    /// Charges so many further elements of a list that has `now`.
    #[inline]
    pub fn elements(&mut self, now: usize, further: usize) -> Result<(), Fault> {
        self.list_size(now as u64 + further as u64)?;
        self.steps(further as u64)?;
        self.memory(further as u64 * ELEMENT)
    }

    /// The same of one element, unless that takes more than an ordinary look at what is left: then nothing is charged.
    #[inline(always)]
    pub fn element(&mut self, now: usize) -> bool {
        let Some(memory) = self.memory.checked_sub(ELEMENT) else { return false };
        if memory < self.low || now as u64 >= self.limits.list || !self.begin(1) {
            return false;
        }
        self.memory = memory;
        true
    }

    /// Charges an object of so many entries.
    pub fn object(&mut self, entries: usize) -> Result<(), Fault> {
        let entries = entries as u64;
        self.object_size(entries)?;
        self.steps(MADE + entries)?;
        self.memory(entries * ENTRY + HEADER)
    }

    /// Refuses an object of more entries than one may have, without charging for it.
    pub fn object_size(&self, entries: u64) -> Result<(), Fault> {
        if entries > self.limits.object {
            return Err(too_large("an object", "entries", entries, self.limits.object));
        }
        Ok(())
    }

    /// Charges one further entry of an object that has `now`.
    #[inline]
    pub fn entry(&mut self, now: usize) -> Result<(), Fault> {
        self.object_size(now as u64 + 1)?;
        self.steps(KEY)?;
        self.memory(ENTRY)
    }

    /// Charges the memory of so many parts that become plain data for the world outside, which is wider than values are.
    pub fn data(&mut self, parts: usize) -> Result<(), Fault> {
        self.memory(parts as u64 * DATUM + HEADER)
    }

    /// The same of the value of a key, which takes no room of its own where there is one already.
    pub fn entry_of(&mut self, object: &Object, key: &Key) -> Result<(), Fault> {
        let full = object.len() as u64 >= self.limits.object;
        if full && object.find(key.as_value()).is_some() { Ok(()) } else { self.entry(object.len()) }
    }

    /// Charges the copy that a change of this value needs because it is shared; nothing if it is not.
    #[inline]
    pub fn copy(&mut self, value: &Value) -> Result<(), Fault> {
        if !value.is_shared() {
            return Ok(());
        }
        if let Some(range) = value.as_range() {
            return self.list(range.len());
        }
        match (value.as_list(), value.as_object()) {
            (Some(list), _) => self.list(list.len()),
            (_, Some(object)) => self.object(object.len()),
            _ => Ok(()),
        }
    }

    /// Charges what looking into a list costs when it is a range that was not built yet.
    pub fn build(&mut self, value: &Value) -> Result<(), Fault> {
        match value.as_range() {
            Some(range) if !range.is_built() => self.list(range.len()),
            _ => Ok(()),
        }
    }

    /// The lanes of a value over all its parts, charged where they are not remembered.
    #[inline]
    pub fn least(&mut self, value: &Value) -> Result<Lanes, Fault> {
        if value.is_plain() {
            return Ok(value.lanes());
        }
        self.recall(value)?;
        Ok(value.least())
    }

    fn recall(&mut self, value: &Value) -> Result<(), Fault> {
        if value.remembers_least() {
            return Ok(());
        }
        match value.view() {
            View::List(list) => {
                self.walk(list.len() as u64)?;
                list.iter().try_for_each(|item| self.recall(item))
            }
            View::Object(object) => {
                self.walk(object.len() as u64)?;
                object.values().try_for_each(|value| self.recall(value))
            }
            _ => Ok(()),
        }
    }
}

#[cold]
fn out_of_steps(limit: u64) -> Fault {
    Fault::new(Code::R090, format!("more than {limit} steps; do less, or raise the limit with `--fuel`"))
}

#[cold]
fn out_of_memory(limit: u64) -> Fault {
    Fault::new(Code::R091, format!("more than {limit} bytes of memory; keep less, or raise the limit with `--memory`"))
}

#[cold]
fn too_large(what: &str, unit: &str, size: u64, limit: u64) -> Fault {
    let name = what.rsplit(' ').next().unwrap_or(what);
    Fault::new(
        Code::R015,
        format!(
            "{what} of {size} {unit} is larger than the limit of {limit}; keep less, or raise it with `--limit {name}=N`"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_a_name() {
        let mut limits = Limits::RUN;
        for name in Limits::NAMES {
            *limits.named(name).unwrap() = 7;
        }
        assert_eq!(limits.named("sanity"), None);
        let seven = Limits { steps: 7, memory: 7, text: 7, list: 7, object: 7, nesting: 7, depth: 7, ..limits.clone() };
        assert_eq!(limits, seven);
    }

    #[test]
    fn charges_come_before_the_work() {
        let mut meter = Meter::new(Limits::SANDBOX);
        assert_eq!(meter.text(2 << 20).unwrap_err().code, Code::R015);
        assert_eq!(meter.list(100_001).unwrap_err().code, Code::R015);
        assert_eq!(meter.object(10_001).unwrap_err().code, Code::R015);
        assert_eq!(meter.memory_left(), Limits::SANDBOX.memory);
        assert_eq!(meter.memory(u64::MAX).unwrap_err().code, Code::R091);
        assert_eq!(meter.steps(u64::MAX).unwrap_err().code, Code::R090);
        assert_eq!(meter.steps_left(), 0);
        assert!(!meter.steps(1).unwrap_err().can_be_caught());
    }
}
