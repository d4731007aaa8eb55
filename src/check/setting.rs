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
            strict: false,
            shaped: false,
            today: None,
            policy: None,
        }
    }
}

impl Setting {
    /// Whether a contract was measured too long ago; one without a date or a term never expires.
    pub fn expired(&self, contract: &Contract) -> bool {
        let measured = contract.measured.as_deref().and_then(day);
        match (self.today, measured, contract.valid) {
            (Some(today), Some(measured), Some(valid)) => (today - measured) as f64 * DAY > valid,
            _ => false,
        }
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

/// A day in milliseconds.
const DAY: f64 = 86_400_000.0;

/// A date such as `2026-05-01` as days since 1970.
pub fn day(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (
        parts.next()?.parse::<i64>().ok()?,
        parts.next()?.parse::<i64>().ok()?,
        parts.next()?.get(..2)?.parse::<i64>().ok()?,
    );
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=most).contains(&day) {
        return None;
    }
    // Days from civil: years begin in March, so that the day that comes every four years is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
