//! The bands of `uncertain if`: which of them can be reached, what is known in each, and which one is missing.

use super::domain::{Claim, Fact, Known, Mark, NONE, Raw, SURE, Shape, raw};
use super::few::Few;
use super::flow::{Activation, Flow};
use super::graph::Row;
use super::read::confidence_of;
use super::state::State;
use crate::diagnostic::Code;
use crate::ir::{End, Target, Threshold};
use crate::source::Location;
use crate::syntax::ast::Band;

type Bands = [(Band, Threshold, Target)];

impl<'a> Flow<'a> {
    /// The end of a block that goes on by how sure its subject is.
    pub fn route(&mut self, act: &mut Activation<'a>, block: usize, state: &State, again: &mut Row) {
        let code = act.code;
        let at = act.at(code.blocks[block].end_span);
        let End::Route { subject, bands, unknown, otherwise, default } = &code.blocks[block].end else { return };
        let known = act.value(*subject, state);
        // A subject that is a confidence itself is T008; what its branches do then says nothing.
        let wrong = known.as_number().is_some_and(|n| n.assessed.is_some());
        self.is_a_value(&known, at);
        if !default {
            self.has_all_bands(act, &known, bands, at);
        }
        let claim = known.whole().claim;
        let mut above: Option<Raw> = None;
        let mut chosen = false;
        // A test of how sure it is is exact, where that and the thresholds are not in doubt. Below the least of them it is not
        // asked what chose it.
        let (cap, parts) = (confidence_of(&known).cap, Few::one(known.id));
        let mut told = Known { cap, parts, ..Known::constant(Shape::Plain) };
        for (band, threshold, target) in bands {
            let (from, to) = match threshold {
                Threshold::Fixed(x) => (raw(*x), raw(*x)),
                Threshold::Computed(var) => {
                    let value = act.value(*var, state);
                    chosen |= self.chosen_threshold(&value, at);
                    told.cap = told.cap.min(value.cap.at_most(value.earned()));
                    value.as_number().map_or((NONE, SURE), |n| (raw(n.low), raw(n.high)))
                }
            };
            told.claim = Claim::between(claim.chosen_by().max(from), SURE);
            let mut reached = Claim { unknown: false, ..claim }.at_least(from);
            if let Some(above) = above {
                reached = reached.below(above);
            }
            self.findings.arm(at, *band, !reached.empty() || wrong || self.lenient);
            if !reached.empty() {
                let mut facts = vec![Fact::AtLeast(known.id, from)];
                facts.extend(above.map(|a| Fact::Below(known.id, a)));
                self.jump(act, block, target, &facts, state, again);
            }
            above = Some(to);
        }
        if chosen {
            told = told.marked(Mark::Chosen, at);
        }
        let decided = (chosen || told.earned() < SURE).then_some((told, at));
        act.decides(block, decided);
        if claim.unknown {
            self.jump(act, block, unknown, &[Fact::Unknown(known.id)], state, again);
        }
        let mut rest = Claim { unknown: false, ..claim };
        if let Some(above) = above {
            rest = rest.below(above);
        }
        self.findings.arm(at, Band::Low, wrong || self.lenient || claim.unknown || !rest.empty());
        if !rest.empty() {
            let below = above.map(|a| Fact::Below(known.id, a));
            let facts: Vec<Fact> = below.into_iter().chain([Fact::Known(known.id)]).collect();
            self.jump(act, block, otherwise, &facts, state, again);
        }
    }

    /// Whether what an `uncertain if` asks about is a value that has a confidence, and no confidence.
    fn is_a_value(&mut self, subject: &Known, at: Location) {
        let told = subject.as_number().is_some_and(|n| n.confidence_of.is_some() || n.assessed.is_some());
        // What was stated of it is what is asked for.
        if told && subject.claim.is_full() {
            self.findings.report(Code::T008, at, "the subject is a confidence, not a value", |d| {
                d.help("route on the value itself: it carries its confidence")
            });
        }
    }

    /// Whether an `uncertain if` has a branch for each band that can be reached.
    fn has_all_bands(&mut self, act: &Activation<'a>, subject: &Known, bands: &Bands, at: Location) {
        let claim = subject.whole().claim;
        let thresholds = act.code.bands;
        let mut missing: Vec<&str> = Vec::new();
        let written = self.written.uncertain_at(at);
        let has = |band: Band| match written {
            Some(written) => written.branches.iter().any(|b| b.band == band),
            None => bands.iter().any(|(b, ..)| *b == band),
        };
        let (high, medium) = (raw(thresholds.high), raw(thresholds.medium));
        let known = Claim { unknown: false, ..claim };
        if !has(Band::High) && !known.at_least(high).empty() {
            missing.push("high");
        }
        let below_high = if has(Band::High) { first_threshold(bands, Band::High).unwrap_or(high) } else { high };
        if !has(Band::Medium) && !known.at_least(medium).below(below_high).empty() {
            missing.push("medium");
        }
        let below_medium =
            if has(Band::Medium) { first_threshold(bands, Band::Medium).unwrap_or(medium) } else { medium };
        if !has(Band::Low) && (claim.unknown || !known.below(below_medium.min(below_high)).empty()) {
            missing.push("low");
        }
        if !missing.is_empty() {
            let names = missing.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(" and ");
            let message = format!("nothing is said for {names}, which the subject can reach");
            self.findings.report(Code::CF005, at, message, |d| {
                d.note(format!("the subject claims {}", super::call::interval(claim)))
                    .help("add the branch, or `default { … }`")
            });
        }
    }
}

fn first_threshold(bands: &Bands, band: Band) -> Option<Raw> {
    bands.iter().find(|(b, ..)| *b == band).and_then(|(_, threshold, _)| match threshold {
        Threshold::Fixed(x) => Some(raw(*x)),
        Threshold::Computed(_) => None,
    })
}
