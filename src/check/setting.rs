//! What the operator says: which actions need how much, which agents there are, and on which day it is.

use super::domain::{Raw, raw};
use super::policy::Policy;
use crate::host::{Contract, Directory};
use crate::types::Effect;
use crate::value::Evidence;

/// What an action needs of the values that reach it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Need {
    /// The least confidence; 0 for none.
    pub confidence: Raw,
    /// The weakest evidence.
    pub evidence: Evidence,
}

/// What a check goes by besides the program.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What each effect class needs, in the order of [`Effect::ALL`].
    pub needs: [Need; 5],
    /// The agents file, where one was given.
    pub agents: Option<Directory>,
    /// Whether these are all agents that there are, so that it is known who is bound.
    pub bound: bool,
    /// Whether warnings refuse.
    pub strict: bool,
    /// Whether the input says itself how sure it is.
    pub shaped: bool,
    /// The day the check counts as, as days since 1970.
    pub today: Option<i64>,
    /// What the operator rules, whatever the program says.
    pub policy: Option<Policy>,
}

impl Default for Setting {
    fn default() -> Self {
        let nothing = Need { confidence: 0, evidence: Evidence::Unknown };
        Self {
            needs: [
                nothing,
                nothing,
                Need { confidence: raw(0.5), evidence: Evidence::Unknown },
                Need { confidence: raw(0.7), evidence: Evidence::Reviewed },
                Need { confidence: raw(0.9), evidence: Evidence::Checked },
            ],
            agents: None,
            bound: false,
            strict: false,
            shaped: false,
            today: None,
            policy: None,
        }
    }
}

impl Setting {
    /// Why a contract says nothing any more, or not yet; one without a date or a term never expires.
    pub fn stale(&self, contract: &Contract) -> Option<&'static str> {
        if contract.samples.is_some_and(|samples| samples < FEWEST_SAMPLES) {
            return Some("the contract of this agent rests on fewer than 100 samples");
        }
        let since = self.today? - contract.measured?;
        if since < 0 {
            return Some("the contract of this agent was measured on a day that is yet to come");
        }
        let expired = contract.valid.is_some_and(|valid| since as f64 * DAY > valid);
        expired.then_some("the contract of this agent has expired")
    }

    /// Whether something of an effect class is held to what it needs: what changes something, and what the operator says.
    pub fn acts(&self, effect: Effect) -> bool {
        let need = self.need(effect);
        effect >= Effect::Notify || need.confidence > 0 || need.evidence > Evidence::Unknown
    }

    /// What an effect class needs.
    pub fn need(&self, effect: Effect) -> Need {
        let usual = self.needs[effect as usize];
        match self.policy.as_ref().and_then(|policy| policy.needs[effect as usize]) {
            Some(more) => {
                Need { confidence: usual.confidence.max(more.confidence), evidence: usual.evidence.max(more.evidence) }
            }
            None => usual,
        }
    }
}

/// A contract that was measured on fewer answers says little.
const FEWEST_SAMPLES: u64 = 100;

/// A day in milliseconds.
const DAY: f64 = 86_400_000.0;
