//! What is proved of a pattern: what its result is worth, what it can take, and what it can do.

use super::account::{self, Consent, Sent, Told};
use super::amount::Amount;
use super::domain::{Known, SURE, number};
use super::finding::Noted;
use super::flow::Flow;
use super::pattern::Walked;
use super::price::Figure;
use crate::hir::{Budget, Metadata, Parameter};
use crate::types::Effect;
use crate::value::{Evidence, Limits};
use std::collections::{BTreeMap, BTreeSet};

/// The certificate of one pattern, as plain data.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The pattern's name, or `main` for the statements of a file.
    pub name: String,
    /// What it says of itself beside its name: its version, and of a script what it is given.
    pub metadata: Vec<(&'static str, serde_json::Value)>,
    /// Whether it is what `run` runs.
    pub entry: bool,
    /// What its result is worth, if it ever gives one.
    pub result: Option<Worth>,
    /// Requests to agents, and to each agent.
    pub calls: Measure,
    /// The calls that a run is stopped at: what `@budget` says, or the limit of every run.
    pub most_calls: u64,
    /// By agent.
    pub agents: Vec<(String, Measure)>,
    /// Steps.
    pub steps: Measure,
    /// Tokens.
    pub tokens: Measure,
    /// Money, in millionths.
    pub cost: Measure,
    /// Milliseconds on the way that takes longest.
    pub time: Measure,
    /// Bytes of memory.
    pub memory: Measure,
    /// Bytes printed.
    pub output: Measure,
    /// Calls inside calls.
    pub depth: Measure,
    /// Tasks at the same time.
    pub width: Measure,
    /// The classes of what it does.
    pub effects: Vec<Effect>,
    /// What it says of itself.
    pub says: Option<String>,
    /// What it is given: names and types.
    pub takes: Vec<(String, String)>,
    /// The calls that change the world.
    pub actions: Vec<Action>,
    /// Who is asked whether something may go on.
    pub consents: Vec<Consent>,
    /// What each agent is told.
    pub told: BTreeMap<String, Told>,
    /// The events that are sent, those of the handlers included.
    pub events: Vec<Sent>,
    /// Agents, tools and the like that answers choose from what the program lists.
    pub choices: Vec<String>,
    /// Where confidence is dropped or endorsed.
    pub declassified: Vec<String>,
    /// What is left to be settled when agents are bound.
    pub deferred: Vec<String>,
}

/// A call that changes the world, and what it needs of the values that reach it.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// The agent and what it is asked.
    pub what: String,
    /// How grave it is.
    pub effect: Effect,
    /// What each value has earned at least; 0 when nothing is needed.
    pub confidence: f64,
    /// How good their evidence is at least, where some is needed.
    pub evidence: Option<&'static str>,
    /// The threshold that it waits for: on every way to it something is tested against that much; 0 where nothing is.
    pub tested: f64,
}

/// What a result is worth.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Worth {
    /// The least and the greatest confidence it can carry.
    pub confidence: (f64, f64),
    /// Whether it may be unknown.
    pub unknown: bool,
    /// The least and the greatest confidence it has earned.
    pub earned: (f64, f64),
    /// Its evidence at least.
    pub evidence: &'static str,
}

/// An amount: at least, at most where there is a bound, and how the most comes about.
#[derive(Clone, PartialEq, Debug)]
pub struct Measure {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: Option<f64>,
    /// The most, by the sizes of inputs.
    pub formula: Option<String>,
}

impl Measure {
    pub(super) fn of(amount: &Amount) -> Self {
        let high = amount.high().ceil();
        let formula = amount.formula();
        Self { low: amount.low.floor(), high: high.is_finite().then_some(high), formula }
    }
}

impl Worth {
    fn of(known: &Known) -> Self {
        let whole = known.whole();
        let range = |least, most| (number(least), number(most));
        Self {
            confidence: range(whole.claim.low.min(SURE), whole.claim.greatest()),
            unknown: whole.claim.unknown,
            // The cap is that of the way that believes least; on another it may be what it claims.
            earned: range(whole.earned(), whole.claim.greatest()),
            evidence: whole.evidence.name(),
        }
    }
}

impl Certificate {
    /// What a walk proved.
    pub(super) fn of(flow: &Flow<'_>, walked: &Walked, entry: bool) -> Self {
        let declared = &flow.program.declarations.functions[walked.function.0 as usize];
        let script = flow.program.declarations.modules.iter().find(|module| module.body == walked.function);
        let said = script.map(|module| &module.metadata);
        let name = match (declared.name, said.and_then(|said| said.name.as_ref())) {
            (Some(name), _) => flow.program.declarations.names.text(name).to_owned(),
            (None, Some(name)) => name.clone(),
            (None, None) => "main".to_owned(),
        };
        let (reached, noted) = (walked.listed.reached(), walked.listed.noted());
        let effects: BTreeSet<Effect> = reached.iter().map(|r| r.effect).collect();
        let actions: BTreeSet<(&str, Effect)> =
            reached.iter().filter(|r| r.effect >= Effect::Notify).map(|r| (&*r.what, r.effect)).collect();
        let action = |(what, effect): (&str, Effect)| {
            let need = flow.setting.need(effect);
            let evidence = (need.evidence > Evidence::Unknown).then(|| need.evidence.name());
            let tested = account::waits(&noted, what);
            Action { what: what.to_owned(), effect, confidence: number(need.confidence), evidence, tested }
        };
        let takes = |parameter: &Parameter| {
            let name = parameter.name.map_or("…", |name| flow.program.declarations.names.text(name));
            let kind =
                parameter.annotation.as_ref().map_or("any".to_owned(), |kind| flow.program.declarations.spelled(kind));
            (name.to_owned(), kind)
        };
        let unmarked: BTreeSet<String> = reached
            .iter()
            .filter(|r| r.effect == Effect::Ask && !r.declared)
            .map(|r| format!("effect of {}", r.what))
            .collect();
        let open = |measure: Budget, what: &'static str| {
            let agents = walked.cost.agents.keys();
            agents
                .filter(move |agent| flow.said(agent, measure) == Figure::Open)
                .map(move |agent| format!("{what} of {agent}"))
        };
        let prices = open(Budget::Cost, "price").chain(open(Budget::Time, "time limit"));
        let listed =
            |of: fn(&Noted) -> Option<&String>| noted.iter().copied().filter_map(of).cloned().collect::<Vec<String>>();
        let apart = listed(|n| if let Noted::Apart(what) = n { Some(what) } else { None });
        let mut memory = walked.cost.memory.clone();
        memory.add(&flow.stacks(&walked.cost));
        let allowed = declared.decorators.budget.iter().find(|(measure, ..)| *measure == Budget::Calls);
        let most_calls = allowed.map_or(Limits::RUN.calls, |(_, calls, _)| *calls as u64);
        Self {
            name,
            metadata: said.map_or_else(|| version(declared.decorators.version.as_deref()), account),
            entry,
            result: walked.result.as_ref().map(Worth::of),
            calls: Measure::of(&walked.cost.calls),
            most_calls,
            agents: walked.cost.agents.iter().map(|(agent, amount)| (agent.to_string(), Measure::of(amount))).collect(),
            steps: Measure::of(&walked.cost.steps),
            tokens: Measure::of(&walked.cost.tokens),
            cost: Measure::of(&walked.cost.money),
            time: Measure::of(&walked.cost.time),
            memory: Measure::of(&memory),
            output: Measure::of(&walked.cost.output),
            depth: Measure::of(&walked.cost.depth),
            width: Measure::of(&walked.cost.width),
            effects: effects.into_iter().collect(),
            says: declared.doc.as_deref().map(str::to_owned),
            takes: declared.parameters.iter().map(takes).collect(),
            actions: actions.into_iter().map(action).collect(),
            consents: account::consents(&noted),
            told: account::told(&noted),
            events: flow.sent(walked),
            choices: listed(|n| if let Noted::Choice(what) = n { Some(what) } else { None }),
            declassified: listed(|n| if let Noted::Declassified(what) = n { Some(what) } else { None }),
            deferred: prices.chain(unmarked).chain(apart).collect(),
        }
    }

    /// As `prism check --format json` shows it, of the pattern with a hash.
    pub fn json(&self, hash: &str) -> serde_json::Value {
        use serde_json::{Map, Value, json};
        let number = crate::value::json::to_json_number;
        let measure = |m: &Measure| json!({ "min": number(m.low), "max": m.high.map(number), "formula": m.formula });
        let agents: Map<String, Value> = self
            .agents
            .iter()
            .map(|(name, m)| (name.clone(), json!({ "min": number(m.low), "max": m.high.map(number) })))
            .collect();
        let mut calls = measure(&self.calls);
        calls["agents"] = Value::Object(agents);
        let mut certificate = json!({
            "name": self.name,
            "entry": self.entry,
            "hash": hash,
            "result": self.result.map(|r| json!({
                "confidence": { "min": number(r.confidence.0), "max": number(r.confidence.1), "unknown": r.unknown },
                "earned": { "min": number(r.earned.0), "max": number(r.earned.1) },
                "evidence": r.evidence,
            })),
            "bounds": {
                "calls": calls,
                "steps": measure(&self.steps),
                "cost": measure(&self.cost),
                "time": measure(&self.time),
                "tokens": measure(&self.tokens),
                "memory": measure(&self.memory),
                "output": measure(&self.output),
                "depth": measure(&self.depth),
                "width": measure(&self.width),
            },
            "effects": self.effects.iter().map(|e| e.name()).collect::<Vec<_>>(),
            "says": self.says,
            "takes": self.takes.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect::<Vec<_>>(),
            "actions": self.actions.iter().map(|action| json!({
                "name": action.what,
                "effect": action.effect.name(),
                "needs": { "confidence": number(action.confidence), "evidence": action.evidence },
                "tested": number(action.tested),
            })).collect::<Vec<_>>(),
            "consents": self.consents.iter().map(|it| json!({ "of": it.who, "role": it.role })).collect::<Vec<_>>(),
            "told": self.told.iter().map(|(who, told)| (who.clone(), told.json())).collect::<Map<String, Value>>(),
            "events": self.events.iter().map(|sent| sent.json(measure(&sent.sent))).collect::<Vec<_>>(),
            "choices": self.choices,
            "declassified": self.declassified,
            "deferred": self.deferred,
        });
        if !self.metadata.is_empty() {
            let said = self.metadata.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            certificate["metadata"] = Value::Object(said.collect());
        }
        certificate
    }
}

fn version(version: Option<&str>) -> Vec<(&'static str, serde_json::Value)> {
    version.map(|version| ("version", version.into())).into_iter().collect()
}

/// What a script says of itself beside its name.
fn account(said: &Metadata) -> Vec<(&'static str, serde_json::Value)> {
    let mut account = version(said.version.as_deref());
    account.extend(said.description.as_ref().map(|text| ("description", text.clone().into())));
    account.extend((!said.agents.is_empty()).then(|| ("agents", said.agents.clone().into())));
    account.extend(said.least_agents.map(|least| ("minAgents", least.into())));
    account.extend(said.confidence.map(|confidence| ("confidence", crate::value::json::to_json_number(confidence))));
    account
}
