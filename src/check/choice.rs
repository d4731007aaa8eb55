//! Who chooses which agent is asked: the program, and no agent's text.

use super::domain::{Agent, Integrity, Known, Shape, Source};
use super::finding::Noted;
use super::flow::Flow;
use crate::diagnostic::Code;
use crate::source::Location;

impl Flow<'_> {
    /// Agent text decides something that the program should decide.
    pub fn chosen_by_agent(&mut self, at: Location, what: &str) {
        self.findings.report(Code::CF020, at, format!("agent text chooses the {what}"), |d| {
            d.help("choose by `match`, from an object written in the program, or by `among(list, name)`")
        });
    }

    /// Whether it is for an agent to say which agent stands at a place.
    pub fn agent_at(&mut self, found: &Known, place: &Known, at: Location) {
        let told = place.as_number().is_some_and(|n| n.confidence_of.is_some());
        if place.integrity >= Integrity::Agent && !told && matches!(found.shape, Shape::Agent(_)) {
            self.chosen_by_agent(at, "agent");
        }
    }

    /// Agents that are picked out of a list by what a callback says of each. An agent may say it of itself, as a bidder does;
    /// another's text is no way to choose. How far the places are foreign where they are what is given.
    pub fn agents_by(&mut self, name: &str, element: &Known, answer: &Known, at: Location) -> Integrity {
        let picks = match name {
            "find" | "findLast" | "filter" | "partition" | "sortBy" | "minBy" | "maxBy" | "groupBy" => true,
            "findIndex" | "findLastIndex" => false,
            _ => return Integrity::Program,
        };
        let Shape::Agent(agents) = &element.shape else { return Integrity::Program };
        let told = answer.as_number().is_some_and(|n| n.confidence_of.is_some());
        if answer.integrity < Integrity::Agent || told {
            return Integrity::Program;
        }
        let among = |one: &Agent| agents.who.iter().any(|who| who.may_be(one));
        let itself = |source: &Source| among(&source.agent) && !self.calls.active.contains(&source.site.0);
        let sources = answer.whole().sources;
        if !sources.is_empty() && sources.keys().all(itself) {
            let list = super::call::named(&agents.who);
            self.findings.listed.note(Noted::Choice(format!("one of `{list}` by what each says of itself")));
        } else if picks {
            self.chosen_by_agent(at, "agent");
        } else {
            return answer.integrity;
        }
        Integrity::Program
    }
}
