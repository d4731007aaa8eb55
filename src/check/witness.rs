//! What a walk settled on, so that another walk can be spared the search: the states at the heads of loops and what
//! functions on circles of calls are given and give.
//!
//! A walk that is given a witness begins each loop and each circle with what stands there, and asks of every way back to it
//! whether it brings anything more. If nothing does, what was given is an invariant, whoever made it up; if something does,
//! the walk has grown, and the witness shows nothing.

use super::domain::{CellId, Known};
use super::escape::Doubts;
use super::state::State;
use crate::hir::FunctionId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a walk settled on.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Witness {
    /// The activations in the order of their numbers: where each is called from, and which function it walks.
    pub(super) frames: Vec<(u32, u32, FunctionId)>,
    /// The heads of loops.
    pub(super) heads: Vec<Head>,
    /// The functions on circles.
    pub(super) circles: Vec<Circle>,
}

/// The head of a loop in an activation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    frame: u32,
    block: usize,
    /// What is known whenever a turn begins.
    pub entry: State,
    /// What the head's parameters are then.
    pub values: Vec<Option<Known>>,
}

/// A function on a circle of calls, met in an activation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Circle {
    frame: u32,
    /// Which function.
    pub function: FunctionId,
    /// What its calls are given, give, write and throw.
    pub settled: Settled,
}

/// What memory holds at some places.
pub(super) type Held = Vec<(CellId, Known)>;

/// The calls of a function on a circle, taken together.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settled {
    /// Arguments and captures of all its calls.
    pub given: Vec<Known>,
    /// What they give.
    pub result: Option<Known>,
    /// What they write.
    pub wrote: Held,
    /// What memory holds when they are made from the circle, where that is not what it held when the circle was entered.
    pub found: Held,
    /// The conditions on which they throw, where they do.
    pub thrown: Option<Doubts>,
    /// The conditions on which they are made from the circle, as far as they are in doubt.
    pub around: Doubts,
}

/// A walk's record of what it settles on, and what it was told to begin with.
#[derive(Default, Debug)]
pub(super) struct Record {
    heads: BTreeMap<(u32, usize), Head>,
    circles: BTreeMap<(u32, FunctionId), Circle>,
    arrived: BTreeMap<(u32, usize), Head>,
    told_heads: BTreeMap<(u32, usize), Head>,
    told_circles: BTreeMap<u32, Vec<Circle>>,
    /// Whether anything is told, so that whatever is not is more than was told.
    pub told: bool,
    /// Whether the walk found more than it was told.
    pub grown: bool,
}

impl Record {
    /// A record of a walk that is told a witness.
    pub fn of(witness: Option<&Witness>) -> Self {
        let mut record = Self::default();
        let Some(witness) = witness else { return record };
        record.told = true;
        for head in &witness.heads {
            record.told_heads.insert((head.frame, head.block), head.clone());
        }
        for circle in &witness.circles {
            record.told_circles.entry(circle.frame).or_default().push(circle.clone());
        }
        record
    }

    /// What is told of a head.
    pub fn head(&self, frame: u32, block: usize) -> Option<&Head> {
        self.told_heads.get(&(frame, block))
    }

    /// What is told of the circles that begin in an activation.
    pub fn circles(&self, frame: u32) -> Vec<Circle> {
        self.told_circles.get(&frame).cloned().unwrap_or_default()
    }

    /// Something arrives at a head.
    pub fn arrive(&mut self, frame: u32, block: usize, entry: &State, values: Vec<Known>) {
        match self.arrived.get_mut(&(frame, block)) {
            Some(head) => {
                head.entry = head.entry.join(entry);
                for (old, new) in head.values.iter_mut().zip(&values) {
                    *old = old.as_ref().map(|old| Known { id: new.id, ..old.join_with_tests(new) });
                }
            }
            None => {
                let values = values.into_iter().map(Some).collect();
                self.arrived.insert((frame, block), Head { frame, block, entry: entry.clone(), values });
            }
        }
    }

    /// A head as a walk leaves it. A walk that was told what holds there leaves what arrives, so that nothing that is told
    /// says less than it could.
    pub fn keep_head(&mut self, frame: u32, block: usize, entry: State, values: Vec<Option<Known>>) {
        let settled = Head { frame, block, entry, values };
        let arrived = self.arrived.remove(&(frame, block)).filter(|_| self.told);
        self.heads.insert((frame, block), arrived.unwrap_or(settled));
    }

    /// A function of a circle as a walk leaves it.
    pub fn keep_circle(&mut self, frame: u32, function: FunctionId, settled: Settled) {
        self.circles.insert((frame, function), Circle { frame, function, settled });
    }

    /// What was settled on, with the activations of the walk.
    pub fn witness(self, frames: Vec<(u32, u32, FunctionId)>) -> Witness {
        Witness { frames, heads: self.heads.into_values().collect(), circles: self.circles.into_values().collect() }
    }
}

/// Numbers that may be without end, which JSON has no word for.
pub(super) mod real {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    pub enum Real {
        Whole(i64),
        Finite(f64),
        Word(String),
    }

    impl From<f64> for Real {
        fn from(x: f64) -> Self {
            if x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0 {
                Real::Whole(x as i64)
            } else if x.is_finite() {
                Real::Finite(x)
            } else {
                Real::Word(x.to_string())
            }
        }
    }

    impl Real {
        pub fn number(self) -> Option<f64> {
            match self {
                Real::Whole(x) => Some(x as f64),
                Real::Finite(x) => Some(x),
                Real::Word(word) => word.parse().ok(),
            }
        }
    }

    pub fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Real::from(*x).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let real = Real::deserialize(deserializer)?;
        real.number().ok_or_else(|| serde::de::Error::custom("no number"))
    }
}

/// Pairs of them.
pub(super) mod reals {
    use super::real::Real;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(pair: &(f64, f64), serializer: S) -> Result<S::Ok, S::Error> {
        (Real::from(pair.0), Real::from(pair.1)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(f64, f64), D::Error> {
        let (a, b) = <(Real, Real)>::deserialize(deserializer)?;
        a.number().zip(b.number()).ok_or_else(|| serde::de::Error::custom("no numbers"))
    }
}
