//! Built-ins that call functions of the program.
//!
//! A callback may ask an agent, so a built-in that calls one must be able to stop in the middle, be stored, and go on in
//! another process. It is a small machine of plain data: the interpreter asks it for the function and for as many
//! arguments as that takes, and hands back what the function gave.

use serde::{Deserialize, Serialize};

use super::confidence::Calibration;
use super::replace::{Replace, StoredReplace};
use super::sort::{Sort, StoredSort};
use super::walk::{StoredWalk, Turn, Walk};
use crate::value::encode::{Decoder, Encoder, Stored};
use crate::value::{Fault, Meter, Value};

/// A built-in under way.
#[derive(Clone)]
pub struct Routine(pub(super) Way);

#[derive(Clone)]
pub(super) enum Way {
    Walk(Box<Walk>),
    Sort(Box<Sort>),
    Replace(Box<Replace>),
    Calibrate(Box<Calibration>),
}

/// How a routine begins.
pub enum Started {
    /// It had nothing to call.
    Done(Value),
    /// It wants its function called.
    Running(Routine),
}

/// How a routine goes on.
#[derive(Debug)]
pub enum Step {
    /// It is finished.
    Done(Value),
    /// It wants its function called again.
    Call,
}

impl Routine {
    /// The function it wants called.
    pub fn function(&self) -> &Value {
        match &self.0 {
            Way::Walk(walk) => walk.function(),
            Way::Sort(sort) => sort.function(),
            Way::Replace(replace) => replace.function(),
            Way::Calibrate(calibration) => calibration.function(),
        }
    }

    /// How many arguments it has for it.
    pub fn offered(&self) -> usize {
        match &self.0 {
            Way::Walk(walk) => walk.needed() + 2,
            Way::Sort(_) => 2,
            Way::Replace(replace) => replace.offered(),
            Way::Calibrate(_) => 1,
        }
    }

    /// How many of them carry the meaning: a function that takes more of anything gets these.
    pub fn needed(&self) -> usize {
        match &self.0 {
            Way::Walk(walk) => walk.needed(),
            Way::Sort(_) => 2,
            Way::Replace(_) | Way::Calibrate(_) => 1,
        }
    }

    /// An argument for it; the index is below [`Routine::offered`].
    pub fn argument(&self, index: usize) -> Value {
        match &self.0 {
            Way::Walk(walk) => walk.argument(index),
            Way::Sort(sort) => sort.argument(index),
            Way::Replace(replace) => replace.argument(index),
            Way::Calibrate(calibration) => calibration.argument(),
        }
    }

    /// Puts the arguments for it where it takes them; what it has none for is null.
    pub fn give(&self, places: &mut [Value]) {
        let offered = self.offered();
        for (index, place) in places.iter_mut().enumerate() {
            place.put(if index < offered { self.argument(index) } else { Value::NULL });
        }
    }

    /// Takes in what the function gave and puts the arguments for its next call in the same registers, where there is nothing
    /// more to either: whether that was done. If not, nothing has happened.
    #[inline(always)]
    pub fn turn(&mut self, turn: Turn<'_>, meter: &mut Meter) -> bool {
        match &mut self.0 {
            Way::Walk(walk) => walk.turn(turn, meter),
            _ => false,
        }
    }

    /// Goes on with what the function gave.
    pub fn resume(&mut self, reply: Value, meter: &mut Meter) -> Result<Step, Fault> {
        match &mut self.0 {
            Way::Walk(walk) => walk.resume(reply, meter),
            Way::Sort(sort) => sort.resume(reply, meter),
            Way::Replace(replace) => replace.resume(reply, meter),
            Way::Calibrate(calibration) => calibration.resume(reply),
        }
    }

    /// Stores it as plain data; its values go to the encoder.
    pub fn store(&self, encoder: &mut Encoder) -> StoredRoutine {
        StoredRoutine(match &self.0 {
            Way::Walk(walk) => StoredWay::Walk(walk.store(encoder)),
            Way::Sort(sort) => StoredWay::Sort(sort.store(encoder)),
            Way::Replace(replace) => StoredWay::Replace(replace.store(encoder)),
            Way::Calibrate(calibration) => StoredWay::Calibrate(calibration.store(encoder)),
        })
    }

    /// Reads it back.
    pub fn load(stored: &StoredRoutine, decoder: &Decoder) -> Result<Self, Fault> {
        Ok(Self(match &stored.0 {
            StoredWay::Walk(walk) => Way::Walk(Box::new(Walk::load(walk, decoder)?)),
            StoredWay::Sort(sort) => Way::Sort(Box::new(Sort::load(sort, decoder)?)),
            StoredWay::Replace(replace) => Way::Replace(Box::new(Replace::load(replace, decoder)?)),
            StoredWay::Calibrate(stored) => Way::Calibrate(Box::new(Calibration::load(*stored, decoder)?)),
        }))
    }

    /// The values it holds, for whoever weighs memory.
    pub fn values(&self) -> Vec<&Value> {
        match &self.0 {
            Way::Walk(walk) => walk.values(),
            Way::Sort(sort) => sort.values(),
            Way::Replace(replace) => replace.values(),
            Way::Calibrate(calibration) => calibration.values(),
        }
    }
}

/// A routine as plain data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StoredRoutine(StoredWay);

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
enum StoredWay {
    Walk(StoredWalk),
    Sort(StoredSort),
    Replace(StoredReplace),
    Calibrate((Stored, Stored)),
}
