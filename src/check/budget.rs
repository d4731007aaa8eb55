//! What a pattern can take against what it may.

use super::amount::Amount;
use super::flow::Flow;
use super::pattern::Walked;
use crate::diagnostic::Code;
use crate::hir::{Budget, ExprKind, Function, Key, Member};
use crate::source::Location;

/// The steps that a run may take at most.
const MOST_STEPS: f64 = 1_000_000_000.0;

impl Flow<'_> {
    /// Compares the amounts with `@budget`.
    pub fn budgeted(&mut self, declared: &Function, walked: &Walked) {
        for (measure, limit, span) in &declared.decorators.budget {
            let at = Location::new(declared.file, *span);
            match measure {
                Budget::Calls => self.within("calls", &walked.cost.calls, *limit, at, walked),
                Budget::Agents => {
                    let agents = walked.cost.agents.len() as f64;
                    self.within("agents", &Amount::exactly(agents), *limit, at, walked);
                }
                Budget::Cost | Budget::Tokens if !walked.cost.calls.is_nothing() => {
                    if let Some(agent) = self.unpriced(walked, *measure) {
                        let what = if *measure == Budget::Cost { "price" } else { "limit of tokens" };
                        self.findings.report(
                            Code::B001,
                            at,
                            format!("`{agent}` has no {what}, so nothing bounds this budget"),
                            |d| d.help(format!("give `{agent}` a `price`, or limit `calls`")),
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn within(&mut self, what: &str, amount: &Amount, limit: f64, at: Location, walked: &Walked) {
        let high = amount.high();
        if !high.is_finite() {
            let formula = amount.formula().map_or_else(String::new, |f| format!(": {f}"));
            self.findings.report(Code::B001, at, format!("nothing bounds the number of {what}{formula}"), |d| {
                d.help("bound the lists that are asked about: `xs.take(10)`")
            });
        } else if high > limit {
            let formula =
                amount.formula().filter(|f| f.parse::<f64>().is_err()).map_or_else(String::new, |f| format!(" ({f})"));
            let mut most: Vec<(&str, f64)> =
                walked.cost.agents.iter().map(|(agent, amount)| (&**agent, amount.high())).collect();
            most.sort_by(|a, b| b.1.total_cmp(&a.1));
            let notes: Vec<String> = most.iter().take(3).map(|(agent, high)| format!("`{agent}`: {high}")).collect();
            self.findings.report(
                Code::B002,
                at,
                format!("this can take {high} {what}{formula}, and the budget is {limit}"),
                |d| {
                    d.note(format!("most are asked of {}", notes.join(", ")))
                        .help(format!("allow {high}, or ask less often"))
                },
            );
        }
    }

    /// An agent that the program or the agents file declares without a price, where it declares any.
    fn unpriced(&self, walked: &Walked, measure: Budget) -> Option<String> {
        for agent in walked.cost.agents.keys() {
            if let Some(directory) = &self.setting.agents
                && let Some((_, entry)) = directory.find(agent)
                && entry.price.is_none()
            {
                return Some(agent.to_string());
            }
            for module in &self.program.declarations.modules {
                for object in &module.agents {
                    let ExprKind::Object(members) = &object.kind else { continue };
                    for member in members {
                        let Member::Entry(Key::Fixed(name), value) = member else { continue };
                        let key = if measure == Budget::Cost { "price" } else { "tokens" };
                        let priced = matches!(&value.kind, ExprKind::Object(all) if all.iter().any(|m| matches!(m, Member::Entry(Key::Fixed(k), _) if &**k == key)));
                        if **name == **agent && !priced {
                            return Some(agent.to_string());
                        }
                    }
                }
            }
        }
        None
    }

    /// More steps than a run may take.
    pub fn lengthy(&mut self, walked_steps: &Amount, at: Location) {
        let high = walked_steps.high();
        if high.is_finite() && high > MOST_STEPS {
            self.findings.report(
                Code::TM11,
                at,
                format!("this can take {high:.1e} steps, and a run may take {MOST_STEPS:.0e}"),
                |d| d.help("lower the bounds of the loops"),
            );
        }
    }
}
