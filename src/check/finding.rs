//! What the walk finds. A place is walked many times; what is found there is said once.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Location;
use crate::syntax::ast::Band;
use crate::types::Effect;
use std::collections::{BTreeMap, BTreeSet};

/// A call that reaches an agent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Reached {
    /// How grave it is.
    pub effect: Effect,
    /// Where.
    pub at: Location,
    /// The agent and what it is asked, for people.
    pub what: String,
    /// Whether the program says how grave it is.
    pub declared: bool,
}

/// Something that the certificate lists.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Noted {
    /// An answer chooses from what the program lists.
    Choice(String),
    /// A confidence is dropped or endorsed.
    Declassified(String),
}

/// Findings of a walk.
#[derive(Default, Debug)]
pub(super) struct Findings {
    found: BTreeMap<(Code, Location), Diagnostic>,
    outcomes: BTreeMap<Location, (bool, bool)>,
    arms: BTreeMap<(Location, Band), bool>,
    /// Calls that reach agents.
    pub reached: BTreeSet<Reached>,
    /// What the certificate lists besides.
    pub noted: BTreeSet<Noted>,
}

impl Findings {
    /// Reports a finding, unless the same was found at this place.
    pub fn report(
        &mut self,
        code: Code,
        at: Location,
        message: impl Into<String>,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.found.entry((code, at)).or_insert_with(|| more(Diagnostic::new(code, at, message)));
    }

    /// A test at a place can pass, or fail.
    pub fn outcome(&mut self, at: Location, passes: bool, fails: bool) {
        let seen = self.outcomes.entry(at).or_insert((false, false));
        seen.0 |= passes;
        seen.1 |= fails;
    }

    /// A branch of the `uncertain if` at a place can run, or not.
    pub fn arm(&mut self, at: Location, band: Band, runs: bool) {
        *self.arms.entry((at, band)).or_insert(false) |= runs;
    }

    /// A confidence is stated of something it was not assessed on.
    pub fn stale(&mut self, at: Location) {
        self.report(Code::CF007, at, "this confidence was not assessed on the value that it is stated of", |d| {
            d.help("state it of the value it was assessed on, or have the new value assessed")
        });
    }

    /// The tests that always or never pass, by place.
    pub fn certain(&self) -> impl Iterator<Item = (Location, bool)> + '_ {
        self.outcomes.iter().filter(|(_, (passes, fails))| passes != fails).map(|(at, (passes, _))| (*at, *passes))
    }

    /// The branches that never run.
    pub fn dead(&self) -> impl Iterator<Item = (Location, Band)> + '_ {
        self.arms.iter().filter(|(_, runs)| !**runs).map(|((at, band), _)| (*at, *band))
    }

    /// Hands over what was found. One action and value gets one code.
    pub fn settle(self, diagnostics: &mut Diagnostics) {
        let over = [Code::CF011, Code::CF017, Code::CF002, Code::CF001, Code::CF013];
        for ((code, at), diagnostic) in &self.found {
            if let Some(rank) = over.iter().position(|c| c == code)
                && over[..rank].iter().any(|graver| self.found.contains_key(&(*graver, *at)))
            {
                continue;
            }
            diagnostics.push(diagnostic.clone());
        }
    }
}
