//! How sure a value can be: what it claims, what is believed of it at most, what a gate told of it.

use super::domain::{Id, Known, Null};
use crate::source::Location;
use crate::value::Confidence;

/// Confidences as the machine holds them: 0 unknown, else 1 + steps.
pub(super) type Raw = u32;

/// Confidence 1.
pub(super) const SURE: Raw = Confidence::ONE.bits();

/// Confidence 0.
pub(super) const NONE: Raw = Confidence::ZERO.bits();

/// The confidence of a number of the program, clamped.
pub(super) fn raw(number: f64) -> Raw {
    Confidence::from_number(number.clamp(0.0, 1.0)).map_or(NONE, Confidence::bits)
}

/// A confidence as a number, unknown as 0.
pub(super) fn number(confidence: Raw) -> f64 {
    Confidence::from_bits(confidence).and_then(Confidence::number).unwrap_or(0.0)
}

/// A confidence of a certificate, which no other than 0 to 1 is.
pub(super) fn on_scale<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
    let raw = <Raw as serde::Deserialize>::deserialize(deserializer)?;
    if raw <= SURE { Ok(raw) } else { Err(serde::de::Error::custom("no confidence")) }
}

/// Where a value is one of several: what their confidences would be if whatever chose were sure, and how sure that is.
///
/// How sure the value is in the run is at most as sure as what chose; but where the several are not equally sure, it tells which
/// one was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    #[serde(deserialize_with = "super::claim::on_scale")]
    low: Raw,
    #[serde(deserialize_with = "super::claim::on_scale")]
    high: Raw,
    /// How sure the least sure of all that chose is, and what is believed of that at most, whatever it claims.
    #[serde(deserialize_with = "super::claim::on_scale")]
    by: Raw,
    within: Cap,
    /// Whether it tells which one was chosen.
    tells: bool,
    /// Whether it is one of several that are not as sure as each other, so that what chooses among them tells.
    apart: bool,
}

impl Choice {
    /// Chosen by this as well.
    fn by(self, chooser: &Known) -> Self {
        let within = match chooser.cap.why {
            // How sure somebody says to be is exact whatever he was told, where nothing else holds that down.
            Why::Told(_, doubted) if doubted != Doubted::UNKNOWN => self.within,
            Why::Free => self.within.min(chooser.cap),
            Why::Stated(at) | Why::Made(at) | Why::Decided(at) | Why::Told(at, _) => {
                self.within.min(Cap { why: Why::Decided(at), ..chooser.cap })
            }
        };
        Self { by: self.by.min(chooser.earned()), within, tells: self.tells || self.apart, ..self }
    }

    fn join(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            by: self.by.min(other.by),
            within: self.within.min(other.within),
            tells: self.tells || other.tells || (self.low, self.high) != (other.low, other.high),
            apart: self.apart || other.apart,
        }
    }

    fn min(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.min(other.high),
            by: self.by.min(other.by),
            within: self.within.min(other.within),
            tells: self.tells || other.tells,
            apart: self.apart || other.apart,
        }
    }
}

/// The confidences a value can carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claim {
    /// Whether it may be unknown.
    pub unknown: bool,
    /// The least when it is known.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub low: Raw,
    /// The most when it is known; below `low` when it never is.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub high: Raw,
    /// The least of a list that has an element, where that is more; 0 where nothing is known of it.
    #[serde(default, deserialize_with = "super::claim::on_scale")]
    pub filled: Raw,
    /// Where it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// Of a confidence as a number: whether it is less only by what chose it. What chose it is at least as sure as any threshold
    /// that it reaches, and so is the number then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}

impl Claim {
    /// Confidence 1.
    pub const SURE: Claim = Claim { unknown: false, low: SURE, high: SURE, filled: 0, choice: None, told: false };
    /// Anything.
    pub const ANY: Claim = Claim { unknown: true, low: NONE, high: SURE, filled: 0, choice: None, told: false };

    /// One known confidence.
    pub fn exactly(confidence: Raw) -> Self {
        if confidence == 0 {
            Self { unknown: true, low: SURE, high: 0, filled: 0, choice: None, told: false }
        } else {
            Self { unknown: false, low: confidence, high: confidence, filled: 0, choice: None, told: false }
        }
    }

    /// Known and between two bounds.
    pub fn between(low: Raw, high: Raw) -> Self {
        Self { unknown: false, low, high, filled: 0, choice: None, told: false }
    }

    /// The confidence that a value names: a number, or null for an unknown one.
    pub fn named_by(value: &Known) -> Self {
        if value.null == Null::Always {
            return Self::exactly(0);
        }
        let (low, high) = value.as_number().map_or((NONE, SURE), |number| (raw(number.low), raw(number.high)));
        Self { unknown: value.null == Null::Maybe, ..Self::between(low, high) }
    }

    /// Whether it is 1 in any case.
    pub fn is_full(self) -> bool {
        Self { told: false, filled: 0, ..self } == Self::SURE
    }

    /// Whether it is ever known.
    pub fn known(self) -> bool {
        self.low <= self.high
    }

    /// Whether no confidence is possible.
    pub fn empty(self) -> bool {
        !self.unknown && !self.known()
    }

    /// The least confidence, 0 when it may be unknown.
    pub fn least(self) -> Raw {
        if self.unknown { 0 } else { self.low.min(SURE) }
    }

    /// The greatest, 0 when it is never known.
    pub fn greatest(self) -> Raw {
        if self.known() { self.high } else { 0 }
    }

    fn choice(self) -> Choice {
        let (low, high) = (self.least(), self.greatest());
        self.choice.unwrap_or(Choice { low, high, by: SURE, within: Cap::FREE, tells: false, apart: false })
    }

    /// Chosen by something, which it may have been lowered to since.
    pub fn chosen(self, before: Self, chooser: &Known) -> Self {
        if chooser.earned() == SURE { self } else { Self { choice: Some(before.choice().by(chooser)), ..self } }
    }

    /// What chose it told which of the confidences it can be.
    pub fn told_apart(self) -> Self {
        let tells = self.low < self.high;
        Self { choice: self.choice.map(|choice| Choice { tells: choice.tells || tells, ..choice }), ..self }
    }

    /// What is believed of which confidence it is, as far as it is above none.
    pub fn chosen_by(self) -> Raw {
        self.choice.filter(|choice| choice.tells).map_or(SURE, |choice| choice.by.max(self.least()))
    }

    /// What is believed of that at most, however sure what chose it says to be.
    pub fn chosen_within(self) -> Cap {
        self.choice.filter(|choice| choice.tells).map_or(Cap::FREE, |choice| choice.within)
    }

    /// Every confidence that one or the other can be.
    pub fn join(self, other: Self) -> Self {
        let mut choice = self.choice().join(other.choice());
        choice.apart |= (self.least(), self.greatest()) != (other.least(), other.greatest());
        Self {
            choice: (choice.tells || self.choice.or(other.choice).is_some()).then_some(choice),
            told: self.told && other.told,
            unknown: self.unknown || other.unknown,
            low: if !self.known() {
                other.low
            } else if !other.known() {
                self.low
            } else {
                self.low.min(other.low)
            },
            high: if !self.known() {
                other.high
            } else if !other.known() {
                self.high
            } else {
                self.high.max(other.high)
            },
            filled: if self.filled == 0 && other.filled == 0 {
                0
            } else {
                let filled = self.filled.max(self.least()).min(other.filled.max(other.least()));
                // What holds in any case is not said again.
                if filled > self.least().min(other.least()) { filled } else { 0 }
            },
        }
    }

    /// The minimum law.
    pub fn min(self, other: Self) -> Self {
        if self.empty() || other.empty() {
            return self;
        }
        let known = self.known() && other.known();
        Self {
            unknown: self.unknown || other.unknown,
            low: if known { self.low.min(other.low) } else { SURE },
            high: if known { self.high.min(other.high) } else { 0 },
            filled: 0,
            choice: self.choice.or(other.choice).map(|_| self.choice().min(other.choice())),
            told: self.told && other.is_full() || other.told && self.is_full(),
        }
    }

    /// As the program states it, where it is known.
    pub fn restated(self, low: Raw, high: Raw) -> Self {
        Self { low, high, filled: 0, told: false, ..self }
    }

    /// What each of several values can be whose minimum is this.
    pub fn of_each(self) -> Self {
        Self { low: if self.known() { self.low } else { NONE }, high: SURE, ..self }
    }

    /// Only what reaches a threshold.
    pub fn at_least(self, threshold: Raw) -> Self {
        if threshold == 0 {
            return self;
        }
        Self { unknown: false, low: self.low.max(threshold), ..self }
    }

    /// Only what stays below a threshold, unknown included.
    pub fn below(self, threshold: Raw) -> Self {
        Self { high: self.high.min(threshold.saturating_sub(1)), ..self }
    }
}

/// Why no more is believed of a value than its cap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Why {
    /// Nothing holds it down.
    Free,
    /// A `~>` states it.
    Stated(Location),
    /// What it was made from is in doubt.
    Made(Location),
    /// Who answers was told something in doubt: these values, of which a test may tell later.
    Told(Location, Doubted),
    /// It was decided under a doubtful condition.
    Decided(Location),
}

/// What is believed of a value at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cap {
    /// The bound.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub bound: Raw,
    /// Why it is no higher.
    pub why: Why,
    /// Whether it holds of the members of an aggregate: of the whole the confidence times the bound is believed.
    pub scaled: bool,
}

impl Cap {
    /// No bound.
    pub const FREE: Cap = Cap { bound: SURE, why: Why::Free, scaled: false };

    /// The lower of two; the first on a tie, except that a reason beats none, and a decision what something was made from.
    pub fn min(self, other: Self) -> Self {
        let better = match (self.why, other.why) {
            (Why::Free, _) => true,
            (Why::Made(_) | Why::Told(..), Why::Decided(_)) => self.bound < SURE,
            _ => false,
        };
        let lower = if other.bound < self.bound || (other.bound == self.bound && better) { other } else { self };
        // How sure the program says something to be was decided by what decided that it says so.
        let why = match (self.why, other.why) {
            (decided @ Why::Decided(_), Why::Stated(_)) | (Why::Stated(_), decided @ Why::Decided(_)) => decided,
            _ => lower.why,
        };
        let why = match why {
            Why::Told(at, _) => Why::Told(at, self.doubted().and(other.doubted())),
            why => why,
        };
        let scales = |cap: Self| cap.scaled && cap.bound < SURE;
        Self { why, scaled: scales(self) || scales(other), ..lower }
    }

    /// The same, and at most this, whatever is told of anything later.
    pub fn at_most(self, bound: Raw) -> Self {
        let why = match self.why {
            Why::Told(at, _) => Why::Told(at, Doubted::UNKNOWN),
            why => why,
        };
        Self { bound, why, ..self }
    }

    /// The same with other names for the values that hold it down.
    pub fn renamed(self, to: &mut dyn FnMut(Id) -> Id) -> Self {
        match self.why {
            Why::Told(at, doubted) => Self { why: Why::Told(at, doubted.renamed(to)), ..self },
            _ => self,
        }
    }

    /// The values that hold it down, and nothing else.
    pub fn doubted(self) -> Doubted {
        match self.why {
            _ if self.bound == SURE => Doubted::NOTHING,
            Why::Told(_, doubted) => doubted,
            _ => Doubted::UNKNOWN,
        }
    }
}

/// How many values may hold something down, so that tests of them tell of it.
const MOST_DOUBTED: usize = 3;

/// The values that hold something down, in order; nothing where they are too many or something else does as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Doubted(Option<[Id; MOST_DOUBTED]>);

impl Doubted {
    const NOTHING: Doubted = Doubted(Some([Id::NONE; MOST_DOUBTED]));
    const UNKNOWN: Doubted = Doubted(None);

    /// All that holds down what somebody is told.
    pub fn of(told: &Known) -> Self {
        let own = match &told.parts[..] {
            _ if told.claim.is_full() => &[],
            parts if parts.is_empty() || parts.contains(&Id::NONE) => std::slice::from_ref(&told.id),
            parts => parts,
        };
        own.iter().fold(told.cap.doubted(), |all, id| all.with(*id))
    }

    /// Both.
    pub fn and(self, other: Self) -> Self {
        if other.0.is_none() { other } else { other.ids().fold(self, Self::with) }
    }

    fn with(self, id: Id) -> Self {
        let Some(mut ids) = self.0.filter(|_| id != Id::NONE) else { return Self::UNKNOWN };
        let Some(free) = ids.iter_mut().find(|known| **known == id || **known == Id::NONE) else {
            return Self::UNKNOWN;
        };
        *free = id;
        // The last of all ids is none.
        ids.sort_unstable();
        Self(Some(ids))
    }

    /// The values.
    pub fn ids(self) -> impl Iterator<Item = Id> {
        self.0.into_iter().flatten().filter(|id| *id != Id::NONE)
    }

    /// The same by other names.
    pub fn renamed(self, to: impl FnMut(Id) -> Id) -> Self {
        self.ids().map(to).fold(Self(self.0.map(|_| [Id::NONE; MOST_DOUBTED])), Self::with)
    }
}

/// What a gate told of what it gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Passed {
    /// The confidence that a value known not to be null has passed at least; 0 where nothing is known.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub least: Raw,
    /// The confidence that null stays below; 0 where nothing is known.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub null: Raw,
}

impl Passed {
    /// There was none.
    pub const NOTHING: Passed = Passed { least: 0, null: 0 };

    /// The same of what is no surer than something.
    pub fn within(self, claim: Claim) -> Self {
        Self { least: self.least.min(claim.least()), ..self }
    }
}

impl Known {
    /// The confidences that its parts can carry, where nobody knows them one by one.
    pub fn of_parts(&self) -> Claim {
        self.inside.as_deref().copied().unwrap_or(self.claim)
    }
}
