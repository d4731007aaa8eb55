//! What a pattern can take against what it may.

use super::amount::Amount;
use super::domain::Agent;
use super::flow::{Activation, Flow};
use super::pattern::Walked;
use super::price::Figure;
use crate::diagnostic::Code;
use crate::hir::{Budget, Function, FunctionId, Parameter};
use crate::source::Location;
use crate::types::Type;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Millionths in one.
const MICRO: f64 = 1_000_000.0;

/// A measure as people read it.
#[derive(Clone, Copy)]
struct Unit(Budget);

impl Unit {
    fn name(self) -> &'static str {
        match self.0 {
            Budget::Calls => "number of calls",
            Budget::Tokens => "tokens",
            Budget::Cost => "cost",
            Budget::Time => "time",
            Budget::Agents => "number of agents",
        }
    }

    fn shown(self, amount: f64) -> String {
        match self.0 {
            Budget::Cost => format!("{}", amount / MICRO),
            Budget::Time if amount >= 1_000.0 => format!("{}s", amount / 1_000.0),
            Budget::Time => format!("{amount}ms"),
            _ => format!("{amount}"),
        }
    }

    fn takes(self, high: &str) -> String {
        match self.0 {
            Budget::Calls => format!("take {high} calls"),
            Budget::Tokens => format!("take {high} tokens"),
            Budget::Cost => format!("cost {high}"),
            Budget::Time => format!("take {high}"),
            Budget::Agents => format!("ask {high} different agents"),
        }
    }
}

/// The steps that a run may take at most.
const MOST_STEPS: f64 = 1_000_000_000.0;

impl Amount {
    /// Whether it is more steps than a run may take, however small all sizes are.
    pub fn is_lengthy(&self) -> bool {
        self.constant().is_finite() && self.constant() > MOST_STEPS
    }
}

impl Flow<'_> {
    /// Compares the amounts with `@budget`.
    pub fn budgeted(&mut self, declared: &Function, walked: &Walked) {
        for (measure, limit, span) in &declared.decorators.budget {
            let at = Location::new(declared.file, *span);
            match measure {
                Budget::Calls => {
                    let parts = walked.cost.agents.iter().map(|(agent, amount)| (agent.clone(), amount.clone()));
                    self.within(*measure, &walked.cost.calls, *limit, at, parts.collect());
                }
                Budget::Agents => self.within(*measure, &self.different(walked), *limit, at, Vec::new()),
                Budget::Time => {
                    let parts = walked.cost.agents.iter().map(|(agent, calls)| {
                        let one =
                            self.labels.get(agent).map_or_else(Amount::default, |shape| self.time_of(shape, agent));
                        let calls = calls.high();
                        (agent.clone(), if calls.is_finite() { one.times(0.0, calls) } else { one })
                    });
                    let parts = parts.collect();
                    self.priced(walked, *measure, at);
                    self.within(*measure, &walked.cost.time, *limit, at, parts);
                }
                Budget::Cost | Budget::Tokens => {
                    let parts = self.spent(&walked.cost, *measure);
                    if self.priced(walked, *measure, at) {
                        continue;
                    }
                    let (all, limit) = match measure {
                        Budget::Cost => (&walked.cost.money, limit * MICRO),
                        _ => (&walked.cost.tokens, *limit),
                    };
                    self.within(*measure, all, limit, at, parts);
                }
            }
        }
        if self.setting.strict && !declared.decorators.budget.iter().any(|(measure, ..)| *measure == Budget::Calls) {
            let at = Location::new(declared.file, declared.head);
            if !walked.cost.calls.settled().is_finite() {
                self.within(Budget::Calls, &walked.cost.calls, f64::INFINITY, at, Vec::new());
            }
        }
    }

    /// How many different agents are asked.
    fn different(&self, walked: &Walked) -> Amount {
        let functions = &self.program.declarations.functions;
        let parameters = &functions[walked.function.0 as usize].parameters;
        let members = |list: &str| {
            let named = |p: &&Parameter| p.name.is_some_and(|name| self.program.declarations.names.text(name) == list);
            match parameters.iter().find(named).map(|p| &p.annotation) {
                Some(Some(Type::Agents { high, .. })) => f64::from(*high),
                _ => f64::INFINITY,
            }
        };
        let most = |agent: &Agent| match agent {
            Agent::Named(_) => 1.0,
            Agent::Member(list, ..) => members(list),
            Agent::Anyone => f64::INFINITY,
        };
        let (mut all, mut each) = (BTreeSet::new(), 0.0);
        for (label, calls) in walked.cost.agents.iter() {
            let who: Vec<&Agent> = self.labels.get(label).into_iter().flat_map(|shape| &shape.who).collect();
            // No more than there are, and than are called.
            each += who.iter().copied().map(most).sum::<f64>().min(calls.settled());
            all.extend(who);
        }
        // No more than there are requests, on whichever way.
        Amount::up_to(all.into_iter().map(most).sum::<f64>().min(each).min(walked.cost.calls.settled()))
    }

    /// Reports agents that are declared without a figure; whether there is one.
    fn priced(&mut self, walked: &Walked, measure: Budget, at: Location) -> bool {
        let unsaid = walked
            .cost
            .agents
            .iter()
            .find(|(agent, calls)| !calls.is_nothing() && self.said(agent, measure) == Figure::Unsaid);
        let Some((agent, _)) = unsaid else { return false };
        let (what, key) = match measure {
            Budget::Cost => ("price", self.unpriced(agent)),
            Budget::Tokens => ("limit of tokens", "tokens"),
            _ => ("time limit", "timeout"),
        };
        let agent = agent.clone();
        let (message, help) = match key {
            "model" => (
                format!("`{agent}` answers by a model that has no price, so nothing bounds this budget"),
                "declare an agent with that `model` and its `price`, or limit `calls`".to_owned(),
            ),
            _ if what == "price" && key == "tokens" => (
                format!("`{agent}` has a price for each token and no limit of tokens, so nothing bounds this budget"),
                format!("say `maxTokens` where `{agent}` is declared, or limit `calls`"),
            ),
            _ => (
                format!("`{agent}` has no {what}, so nothing bounds this budget"),
                format!("say `{key}` where `{agent}` is declared, or limit `calls`"),
            ),
        };
        self.findings.report(Code::B001, at, message, |d| d.help(help));
        true
    }

    fn within(&mut self, measure: Budget, amount: &Amount, limit: f64, at: Location, parts: Vec<(Rc<str>, Amount)>) {
        let (high, unit) = (amount.settled(), Unit(measure));
        if !high.is_finite() {
            if self.endless {
                // The loop is told of.
                return;
            }
            let formula = amount.formula().map_or_else(String::new, |f| format!(": it grows with `{f}`"));
            let what = unit.name();
            self.findings.report(Code::B001, at, format!("nothing bounds the {what}{formula}"), |d| {
                d.help(match measure {
                    Budget::Time => "give what is waited for a limit, as in `timeout(f(x), 30s)`",
                    _ => "bound the lists that are asked about: `xs.take(10)`",
                })
            });
        } else if high > limit {
            let told = |f: String| match measure {
                Budget::Cost | Budget::Time => super::in_units(&f, |figure| unit.shown(figure)),
                _ => f,
            };
            let formula = amount.formula().filter(|f| f.parse::<f64>().is_err()).map(told);
            let formula = formula.map_or_else(String::new, |f| format!(" ({f})"));
            let mut most = parts;
            most.retain(|(_, amount)| amount.settled() > 0.0);
            most.sort_by(|a, b| b.1.settled().total_cmp(&a.1.settled()).then_with(|| a.0.cmp(&b.0)));
            let notes: Vec<String> = most
                .iter()
                .take(3)
                .map(|(agent, amount)| format!("`{agent}`: {}", unit.shown(amount.settled())))
                .collect();
            let (high, limit) = (unit.shown(high), unit.shown(limit));
            let takes = unit.takes(&high);
            self.findings.report(
                Code::B002,
                at,
                format!("this can {takes}{formula}, and the budget is {limit}"),
                |d| {
                    let d = if notes.is_empty() { d } else { d.note(format!("most is for {}", notes.join(", "))) };
                    d.help(format!("allow {high}, or ask less often"))
                },
            );
        }
    }

    /// More steps than a run may take.
    pub fn too_long(&mut self, walked_steps: &Amount, at: Location) {
        let high = walked_steps.constant();
        if walked_steps.is_lengthy() {
            self.lengthy = true;
            self.findings.report(
                Code::TM11,
                at,
                format!("this can take {high:.1e} steps, and a run may take {MOST_STEPS:.0e}"),
                |d| d.help("lower the bounds of the loops"),
            );
        }
    }

    /// The same of all of a function, where no loop and no call in it is to blame alone.
    pub fn too_long_in_all(&mut self, act: &Activation<'_>, function: FunctionId, steps: &Amount) {
        if !self.lengthy {
            let head = self.program.declarations.functions[function.0 as usize].head;
            self.too_long(steps, act.at(head));
        }
    }
}
