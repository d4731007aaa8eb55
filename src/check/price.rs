//! What one request takes: money, tokens and time, as far as somebody says it of the agent.
//!
//! What the program or the agents file declares is settled here. What the host binds under a parameter's name is left to
//! the host: it stays in the formulas under its own name and is listed as deferred.

use super::amount::{Amount, Cost};
use super::domain::{Agent, AgentShape, Integrity, Known, Null, Shape};
use super::finding::Reached;
use super::flow::Flow;
use super::shape::Manner;
use crate::hir::Budget;
use crate::host;
use crate::source::Location;
use crate::types::Effect;
use serde_json::Value as Json;
use std::rc::Rc;

/// Samples of a strategy that asks several times, where it does not say how many.
const SAMPLES: f64 = 5.0;

/// What is said of an agent's figure.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Figure {
    /// At most so much a request.
    Known(f64),
    /// The agent is declared, and nothing is said.
    Unsaid,
    /// The host will say.
    Open,
}

impl<'a> Flow<'a> {
    /// The declared agents that may stand behind a name; nothing if the host binds them.
    pub fn behind(&self, who: &Agent, shape: &AgentShape) -> Vec<&'a host::Agent> {
        let Some(directory) = &self.setting.agents else { return Vec::new() };
        let places = self.places(who);
        if !places.is_empty() {
            return places.into_iter().map(|place| &directory.agents()[place]).collect();
        }
        match who {
            Agent::Member(name, ..) => {
                let grouped = |agent: &&host::Agent| agent.group.as_deref() == Some(&**name);
                let group: Vec<&host::Agent> = directory.agents().iter().filter(grouped).collect();
                if !group.is_empty() {
                    return group;
                }
                let interface = shape.interface().map(|id| &self.program.declarations.interfaces[id.0 as usize]);
                let able = |agent: &&host::Agent| {
                    interface.is_some_and(|interface| {
                        !interface.capabilities.is_empty() && agent.can(&interface.capabilities)
                    })
                };
                directory.agents().iter().filter(able).collect()
            }
            _ => Vec::new(),
        }
    }

    fn figure(&self, shape: &AgentShape, of: impl Fn(&host::Agent) -> Option<f64>) -> Figure {
        let mut most: f64 = 0.0;
        for who in &shape.who {
            let all = self.behind(who, shape);
            if all.is_empty() {
                return Figure::Open;
            }
            for agent in all {
                match of(agent) {
                    Some(figure) => most = most.max(figure),
                    None => return Figure::Unsaid,
                }
            }
        }
        Figure::Known(most)
    }

    /// The time that one request takes at most, to the agent that has this name in the certificate.
    pub fn time_of(&self, shape: &AgentShape, label: &str) -> Amount {
        let manner = shape.manner;
        let limit = |agent: &host::Agent| {
            let own = if manner.own_time { agent.timeout? } else { 0.0 };
            Some(own.max(manner.time) * factor(agent) * manner.tries())
        };
        match self.figure(shape, limit) {
            Figure::Known(time) => Amount::up_to(time),
            Figure::Unsaid => Amount::up_to(f64::INFINITY),
            Figure::Open if !manner.own_time => Amount::up_to(manner.time * manner.tries()),
            Figure::Open => Amount::exactly(1.0).times_open(&format!("time({label})")).times(0.0, manner.tries()),
        }
    }

    /// The model that options name; nobody else than the program says which.
    pub fn model_chosen(&mut self, options: &Known, at: Location) -> Option<Known> {
        let model = if options.shape == Shape::Any { Some(options.clone()) } else { options.option("model") };
        let model = model.filter(|model| model.null != Null::Always)?;
        if model.integrity >= Integrity::Agent {
            self.chosen_by_agent(at, "model");
        }
        Some(model)
    }

    /// With the model that options name: what it costs is what is said of an agent of that model.
    pub fn with_model(&mut self, shape: &AgentShape, manner: Manner, options: &Known, at: Location) -> Manner {
        let Some(model) = self.model_chosen(options, at) else { return manner };
        let named = |agent: &&host::Agent| model.as_text().is_some_and(|name| agent.model.as_deref() == Some(&**name));
        let own: Vec<&host::Agent> = shape.who.iter().flat_map(|who| self.behind(who, shape)).collect();
        if !own.is_empty() && own.iter().all(&named) {
            return manner;
        }
        let listed = self.setting.agents.iter().flat_map(|all| all.agents()).filter(named);
        let prices: Option<Vec<f64>> = listed.map(host::Agent::most_money).collect();
        let price = prices.and_then(|prices| prices.into_iter().reduce(f64::max)).unwrap_or(f64::INFINITY);
        let named = Manner { own_model: false, price, ..manner };
        if model.null == Null::Never && options.null == Null::Never { named } else { named.join(manner) }
    }

    /// Counts a request.
    pub fn request(
        &mut self,
        effect: Effect,
        at: Location,
        (agent, label): (&AgentShape, &str),
        method: &str,
        declared: bool,
    ) {
        self.introduce(label, agent);
        self.findings.reaches(Reached::of(agent, method, effect, at, declared));
        let mut taken = Cost::request(label, self.time_of(agent, label));
        taken.money = self.taken_by(label, &taken.calls, Budget::Cost);
        taken.tokens = self.taken_by(label, &taken.calls, Budget::Tokens);
        self.taken.add(&taken);
    }

    /// Remembers who stands behind a label of the certificate.
    pub fn introduce(&mut self, label: &str, shape: &AgentShape) {
        match self.labels.get_mut(label) {
            Some(known) => known.manner = known.manner.join(shape.manner),
            None => {
                self.labels.insert(Rc::from(label), shape.clone());
            }
        }
    }

    /// What is said of an agent of the certificate.
    pub fn said(&self, label: &str, measure: Budget) -> Figure {
        let Some(shape) = self.labels.get(label) else { return Figure::Open };
        let tries = shape.manner.tries();
        match measure {
            Budget::Cost => self.figure(shape, |agent| {
                let own = if shape.manner.own_model { agent.most_money()? } else { 0.0 };
                let most = Some(own.max(shape.manner.price)).filter(|price| price.is_finite())?;
                Some(host::micros(most) * factor(agent) * tries)
            }),
            Budget::Tokens => self.figure(shape, |agent| Some(agent.most_tokens()? * factor(agent) * tries)),
            _ => self.figure(shape, |agent| Some(agent.timeout? * factor(agent))),
        }
    }

    /// What would have to be said of an agent of which nobody says what it costs.
    pub fn unpriced(&self, label: &str) -> &'static str {
        let Some(shape) = self.labels.get(label) else { return "price" };
        let behind: Vec<&host::Agent> = shape.who.iter().flat_map(|who| self.behind(who, shape)).collect();
        let by_token = |agent: &&host::Agent| agent.price.is_some() && agent.most_tokens().is_none();
        match shape.manner.own_model && behind.iter().any(|agent| agent.most_money().is_none()) {
            false => "model",
            true if behind.iter().any(by_token) => "tokens",
            true => "price",
        }
    }

    /// What the requests to each agent take together: tokens, or money in millionths.
    pub fn spent(&self, cost: &Cost, measure: Budget) -> Vec<(Rc<str>, Amount)> {
        cost.agents.iter().map(|(label, calls)| (label.clone(), self.taken_by(label, calls, measure))).collect()
    }

    /// What so many requests to an agent take.
    pub fn taken_by(&self, label: &str, calls: &Amount, measure: Budget) -> Amount {
        let tries = self.labels.get(label).map_or(1.0, |shape| shape.manner.tries());
        match self.said(label, measure) {
            // The first try may be the last.
            Figure::Known(figure) => calls.times(figure / tries, figure),
            Figure::Unsaid => calls.times(0.0, f64::INFINITY),
            Figure::Open => {
                let name = if measure == Budget::Cost { "price" } else { "tokens" };
                calls.times_open(&format!("{name}({label})")).times(0.0, tries)
            }
        }
    }
}

/// How often a request is made for one answer: samples, a second question.
fn factor(agent: &host::Agent) -> f64 {
    agent.confidence.as_ref().map_or(1.0, asked)
}

fn asked(strategy: &Json) -> f64 {
    match strategy {
        Json::String(name) if name == "consistency" => SAMPLES,
        Json::String(name) if name == "self_assess" => 2.0,
        Json::Object(all) => {
            if let Some(samples) = all.get("samples").and_then(Json::as_f64) {
                return samples.max(1.0);
            }
            if let Some(inner) = all.get("consistency") {
                return match inner {
                    Json::Number(_) => inner.as_f64().unwrap_or(SAMPLES).max(1.0),
                    _ => inner.get("samples").and_then(Json::as_f64).unwrap_or(SAMPLES).max(1.0),
                };
            }
            if all.contains_key("self_assess") {
                return 2.0;
            }
            let named = all.get("strategy").or_else(|| all.get("kind"));
            named.map_or(1.0, asked)
        }
        _ => 1.0,
    }
}
