//! What a truth value tells about the values it was made from.

use super::domain::{Cap, Fact, Id, Known, Mark, Nothing, Null, Raw, SURE, Shape, Tests, Told};
use super::state::{Learned, State};
use std::rc::Rc;

/// The most facts that are told of one text.
const MOST_FACTS: usize = 16;

/// The most texts that are told apart.
const MOST_CASES: usize = 8;

/// What is told of values when the one or the other is.
pub(super) fn either(mine: &[Fact], theirs: &[Fact]) -> Vec<Fact> {
    let weaker = |fact: &Fact| match *fact {
        fact if theirs.contains(&fact) => Some(fact),
        Fact::AtLeast(id, least) => theirs.iter().find_map(|other| match *other {
            Fact::AtLeast(same, other) if same == id => Some(Fact::AtLeast(id, least.min(other))),
            _ => None,
        }),
        Fact::Below(id, most) => theirs.iter().find_map(|other| match *other {
            Fact::Below(same, other) if same == id => Some(Fact::Below(id, most.max(other))),
            _ => None,
        }),
        _ => None,
    };
    mine.iter().filter_map(weaker).collect()
}

/// What is known of each text that a value of two ways may be; nothing where one of them may be any.
fn cases(mine: &[(Rc<str>, Vec<Fact>)], theirs: &[(Rc<str>, Vec<Fact>)]) -> Vec<(Rc<str>, Vec<Fact>)> {
    if mine.is_empty() || theirs.is_empty() {
        return Vec::new();
    }
    let mut all = mine.to_vec();
    for (text, told) in theirs {
        match all.iter_mut().find(|(same, _)| same == text) {
            Some((_, facts)) => *facts = either(facts, told),
            None => all.push((text.clone(), told.clone())),
        }
    }
    if all.len() > MOST_CASES { Vec::new() } else { all }
}

/// Where more is known than this, a value without tests of its own is not told all of it.
const MOST_TOLD: usize = 6;

/// The most that a value tells of others.
const MOST_TESTS: usize = 32;

/// What is told on the way to a value beyond this is not looked at.
pub(super) const MOST_FRESH: usize = 2 * MOST_TESTS;

impl Known {
    /// Whether it can be true, and whether it can be not true.
    pub fn outcomes(&self) -> (bool, bool) {
        let (yes, no) = self.outcomes_unless_null();
        match self.null {
            Null::Always => (false, true),
            Null::Maybe => (yes, true),
            Null::Never => (yes, no),
        }
    }

    fn outcomes_unless_null(&self) -> (bool, bool) {
        match &self.shape {
            Shape::Bool(b) => (*b, !*b),
            Shape::Number(n) => match n.constant() {
                Some(x) => (x != 0.0, x == 0.0),
                None => (true, true),
            },
            Shape::Text(t) => (!t.is_empty(), t.is_empty()),
            Shape::Functions(_) | Shape::Builtin(_) | Shape::Agent(_) | Shape::List(_) | Shape::Object(_) => {
                (true, false)
            }
            _ => (true, true),
        }
    }

    /// What is known when it is true, or when it is not.
    pub fn when(&self, truth: bool) -> Vec<Fact> {
        let told = self.tests.as_deref().map_or(&[][..], |tests| if truth { &tests.yes } else { &tests.no });
        let mut facts = Vec::with_capacity(told.len() + 2);
        facts.extend_from_slice(told);
        facts.push(if truth { Fact::True(self.id) } else { Fact::False(self.id) });
        if truth && matches!(self.shape, Shape::Plain) {
            // A text that is true is not empty.
            facts.push(Fact::LengthFrom(self.id, 1.0));
        }
        if let Some(number) = self.as_number().filter(|number| number.low >= 0.0 && number.whole) {
            // A count is true from 1 on.
            let (from, to) = (1.0, 0.0);
            facts.push(if truth { Fact::From(self.id, from) } else { Fact::To(self.id, to) });
            if let Some(id) = number.length_of {
                facts.push(if truth { Fact::LengthFrom(id, from) } else { Fact::LengthTo(id, to) });
            }
        }
        facts
    }

    /// Whether it is true, or is not.
    pub fn truth(&self, holds: bool) -> Known {
        let shape = match self.outcomes() {
            (yes, no) if yes != no => Shape::Bool(yes == holds),
            _ => Shape::Plain,
        };
        let mut known = super::read::own(std::slice::from_ref(self), shape);
        known.tested = self.tested_by_gate();
        known.exact = self.exact;
        known.tests = super::transfer::tests(self.when(holds), self.when(!holds));
        let believed = self.truth_believed();
        known.with_truth_earned((believed, believed))
    }

    /// The same as what decides.
    pub fn as_condition(&self) -> Known {
        Known { tested: self.tested_by_gate(), ..self.clone() }.believed_as_truth()
    }

    /// What is believed of whether it is null, where that is as certain as a test of how sure something is: of a gate's null and
    /// of a vote's, and of one that tells only which way was taken.
    pub fn is_told_by_null(&self) -> Option<Cap> {
        if self.nothing.is_none() && self.told == Told::Way {
            return Some(Cap::FREE);
        }
        let told = matches!(self.nothing, Some((Nothing::Gate | Nothing::Vote | Nothing::Aggregate, _)))
            && !self.has(Mark::Doubtful);
        let cap = told.then(|| super::read::confidence_of(self).cap)?;
        if !matches!(self.nothing, Some((Nothing::Gate, _))) {
            // Where what is in doubt decided that it is this value, or none, its null says that as well.
            return Some(cap).filter(|_| self.told != Told::Doubt);
        }
        let chosen = self.whole().claim.chosen_by().max(self.passed.least);
        let cap = cap.at_most(cap.bound.min(chosen));
        // What came to the gate may have been null itself: that null passed.
        let passes = self.told == Told::Doubt;
        Some(if passes { cap.at_most(cap.bound.min(self.passed.least)) } else { cap })
    }

    /// What whether it is true was tested against: of what a gate gave, null is exact, and all else has passed the gate.
    pub fn tested_by_gate(&self) -> Raw {
        let told = self.is_told_by_null().filter(|_| matches!(self.nothing, Some((Nothing::Gate, _))));
        // What it says where it has passed is believed no more than what it was made of.
        told.map_or(self.tested, |cap| self.tested.max(self.passed.least.min(cap.bound).min(self.cap.bound)))
    }

    /// Its tests, with what is `fresh`, told on the way here since the ways parted: of a value chosen on one way, that way was taken as
    /// well.
    pub fn tests_on_the_way(&self, state: &State, fresh: &[(Id, &Learned)]) -> Option<Rc<Tests>> {
        let (mut yes, mut no) = self.outcomes();
        match state.learned.get(&self.id).and_then(|learned| learned.truth) {
            Some(true) => no = false,
            Some(false) => yes = false,
            None => {}
        }
        let told = (1..=MOST_TOLD).contains(&fresh.len());
        if yes && no && self.tests.is_none() && !told {
            return None;
        }
        let mut tests = self.tests.as_deref().cloned().unwrap_or_default();
        let mut on_the_way = Vec::with_capacity(2 * fresh.len());
        for &(id, learned) in fresh {
            if learned.low > 0 {
                on_the_way.push(Fact::AtLeast(id, learned.low));
            }
            match learned.truth {
                Some(true) => on_the_way.push(Fact::True(id)),
                Some(false) => on_the_way.push(Fact::False(id)),
                None => {}
            }
            match learned.null {
                Some(false) if learned.truth != Some(true) => on_the_way.push(Fact::Present(id)),
                Some(true) => on_the_way.push(Fact::Null(id)),
                _ => {}
            }
            on_the_way.extend(learned.whole.then_some(Fact::Whole(id)));
            on_the_way.extend((learned.length.0 > 0.0).then_some(Fact::LengthFrom(id, learned.length.0)));
            on_the_way.extend(learned.length.1.is_finite().then_some(Fact::LengthTo(id, learned.length.1)));
            if learned.high < SURE {
                on_the_way.push(Fact::Below(id, learned.high + 1));
            }
            on_the_way.extend(learned.number.0.is_finite().then_some(Fact::From(id, learned.number.0)));
            on_the_way.extend(learned.number.1.is_finite().then_some(Fact::To(id, learned.number.1)));
        }
        if let Shape::Text(text) = &self.shape {
            tests.cases = vec![(text.clone(), Vec::new())];
        }
        tests.cases.iter_mut().for_each(|(_, told)| {
            told.extend(on_the_way.iter().copied());
            told.truncate(MOST_FACTS);
        });
        // What is true is this value, where no other way leads here with one that is.
        let own = |fact: Fact| (self.id != Id::NONE).then_some(fact);
        for (facts, own) in [(&mut tests.yes, own(Fact::True(self.id))), (&mut tests.no, own(Fact::False(self.id)))] {
            facts.reserve(on_the_way.len() + 1);
            facts.extend_from_slice(&on_the_way);
            facts.extend(own);
        }
        // A long chain of choices would tell more of each than of the one before.
        for facts in [&mut tests.yes, &mut tests.no] {
            // How sure something is tells most, and that a test of it held tells nothing more.
            if facts.len() > MOST_TESTS {
                facts.retain(|fact| matches!(fact, Fact::AtLeast(..) | Fact::Below(..) | Fact::Never | Fact::Holds(_)));
            }
            facts.drain(..facts.len().saturating_sub(MOST_TESTS));
        }
        if !yes {
            tests.yes = vec![Fact::Never];
        }
        if !no {
            tests.no = vec![Fact::Never];
        }
        Some(Rc::new(tests))
    }

    /// One or the other, where both are truth values: when the joined one is true, it was one that can be true.
    pub fn join_with_tests(&self, other: &Known) -> Known {
        let mut joined = self.join(other);
        let never = |facts: &[Fact]| facts.contains(&Fact::Never);
        let pick = |mine: Option<&Vec<Fact>>, theirs: Option<&Vec<Fact>>| match (mine, theirs) {
            (Some(mine), theirs) if never(mine) => theirs.cloned().unwrap_or_default(),
            (mine, Some(theirs)) if never(theirs) => mine.cloned().unwrap_or_default(),
            (Some(mine), Some(theirs)) => either(mine, theirs),
            _ => Vec::new(),
        };
        let (mine, theirs) = (self.tests.as_deref(), other.tests.as_deref());
        let tests = Tests {
            yes: pick(mine.map(|t| &t.yes), theirs.map(|t| &t.yes)),
            no: pick(mine.map(|t| &t.no), theirs.map(|t| &t.no)),
            cases: match (mine, theirs) {
                (Some(mine), Some(theirs)) => cases(&mine.cases, &theirs.cases),
                _ => Vec::new(),
            },
            earned: (0, 0),
        };
        if tests != Tests::default() {
            joined.tests = Some(Rc::new(tests));
        }
        joined.with_truth_earned(self.joined_truth(other))
    }
}
