//! What somebody is told who decides whether a pattern may run and has not read it: who is told what, who has to agree, what
//! an action waits for, and what events set off.

use super::certificate::Measure;
use super::domain::{Integrity, Known, Raw, number};
use super::event::Event;
use super::finding::Noted;
use super::flow::Flow;
use super::pattern::Walked;
use crate::source::Location;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What an agent is told.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Told {
    /// Whether it is told what the host gives, or whoever else is no agent.
    pub input: bool,
    /// The agents of whose answers it is told something.
    pub answers: Vec<String>,
    /// Whether it may be told anything, because nobody knows where it comes from.
    pub anything: bool,
}

/// Who is asked whether something may go on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Consent {
    /// Who.
    pub who: String,
    /// As what: `human`, `agent`, `command`.
    pub role: &'static str,
}

/// An event that is sent, and what that sets off.
#[derive(Clone, PartialEq, Debug)]
pub struct Sent {
    /// Its name, where it is known before the run.
    pub name: Option<String>,
    /// How often it is sent.
    pub sent: Measure,
    /// How often the handlers of it run at most, each for itself; nothing answers where there is none.
    pub handled: Vec<Handled>,
}

/// What a handler does each time.
#[derive(Clone, PartialEq, Debug)]
pub struct Handled {
    /// How often it runs at most, where that is a number.
    pub most: Option<f64>,
    /// What it asks and does, beside sending events.
    pub does: Vec<String>,
    /// The events that it sends.
    pub sends: Vec<Option<String>>,
}

impl<'a> Flow<'a> {
    /// An agent is told something.
    pub fn hears(&mut self, who: &str, args: &[Known]) {
        self.spoken(args);
        for whole in args.iter().map(Known::whole) {
            let of = whole.sources.keys().map(|source| super::call::named([&source.agent])).collect();
            self.findings.listed.note(Noted::Told { who: who.to_owned(), integrity: whole.integrity, of });
        }
    }

    /// An action waits for the greatest of the tests that what it is given has passed, and those that it is under.
    pub fn waits(&mut self, what: &str, args: &[Known], doubts: &[(Known, Location)]) {
        let tests = args.iter().map(|arg| arg.whole().tested).chain(doubts.iter().map(|(known, _)| known.tested));
        let tested = tests.max().unwrap_or(0);
        self.findings.listed.note(Noted::Tested { what: what.trim_matches('`').to_owned(), tested });
    }

    /// What is sent in a walk, and in the handlers of what is sent there.
    pub(super) fn sent(&self, walked: &Walked) -> Vec<Sent> {
        let name = |event: &Event| event.as_deref().map(str::to_owned);
        let sent = walked.cost.sent.iter();
        sent.map(|(event, often)| {
            let handled = self.events.handlers_of(event).map(|(most, inside)| Handled {
                most: most.is_finite().then_some(most),
                does: {
                    let all = inside.listed.reached();
                    let what: BTreeSet<&str> = all.iter().map(|reached| &*reached.what).collect();
                    what.into_iter().filter(|what| *what != "emit").map(str::to_owned).collect()
                },
                sends: inside.cost.sent.keys().map(name).collect(),
            });
            Sent { name: name(event), sent: Measure::of(often), handled: handled.collect() }
        })
        .collect()
    }
}

impl Told {
    /// As `prism check --format json` shows it.
    pub(super) fn json(&self) -> serde_json::Value {
        json!({ "input": self.input, "answers": self.answers, "anything": self.anything })
    }
}

impl Sent {
    /// The same, with how often it is sent.
    pub(super) fn json(&self, sent: serde_json::Value) -> serde_json::Value {
        let handled = self.handled.iter().map(|handled| {
            let most = handled.most.map(crate::value::json::to_json_number);
            json!({ "max": most, "does": handled.does, "sends": handled.sends })
        });
        json!({ "name": self.name, "sent": sent, "handled": handled.collect::<Vec<_>>() })
    }
}

/// What each agent is told, of all that was noted.
pub(super) fn told(noted: &BTreeSet<&Noted>) -> BTreeMap<String, Told> {
    let mut all: BTreeMap<String, Told> = BTreeMap::new();
    for noted in noted {
        let Noted::Told { who, integrity, of } = noted else { continue };
        let told = all.entry(who.clone()).or_default();
        told.input |= *integrity >= Integrity::Input;
        told.anything |= *integrity > Integrity::Agent;
        told.answers.extend(of.iter().filter(|name| !told.answers.contains(name)).cloned().collect::<Vec<_>>());
        told.answers.sort();
    }
    all
}

/// Who is asked whether something may go on.
pub(super) fn consents(noted: &BTreeSet<&Noted>) -> Vec<Consent> {
    let consents = noted.iter().filter_map(|noted| match noted {
        Noted::Judged(consent) => Some(consent.clone()),
        _ => None,
    });
    consents.collect()
}

/// What an action waits for on every way to it.
pub(super) fn waits(noted: &BTreeSet<&Noted>, what: &str) -> f64 {
    let tests = noted.iter().filter_map(|noted| match noted {
        Noted::Tested { what: own, tested } if own == what => Some(*tested),
        _ => None,
    });
    number(tests.min().unwrap_or(0 as Raw))
}
