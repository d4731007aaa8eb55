//! What agents answer, and what keeps it down.

use super::call::{describe, named, null_of};
use super::domain::{Agent, AgentShape, Cap, Claim, Doubted, Id, Integrity, Known, Mark, Raw, SURE, Source, Why, raw};
use super::few::Few;
use super::flow::Flow;
use crate::diagnostic::{Code, Diagnostic};
use crate::host::Contract;
use crate::source::Location;
use crate::types::Type;
use crate::value::Evidence;

/// What an agent is told at a place that is in doubt.
#[derive(Debug)]
pub(super) struct Doubtful {
    /// Which agent.
    who: String,
    /// Which of the arguments is the least sure.
    argument: usize,
}

impl Flow<'_> {
    /// What an agent answers.
    pub fn answer(
        &mut self,
        agent: &AgentShape,
        name: &str,
        args: &[Known],
        result: &Type,
        id: Id,
        at: Location,
    ) -> Known {
        let mut least: Raw = SURE;
        let mut why = Why::Free;
        let mut doubted = Cap::FREE.doubted();
        let mut origins = Few::one(id);
        let mut washed = None;
        for (argument, arg) in args.iter().enumerate() {
            let whole = arg.whole();
            if whole.earned() < least {
                least = whole.earned();
                let deeper = self.doubt_of(&whole);
                if deeper.is_none() {
                    self.doubtful.insert(at, Doubtful { who: describe(agent), argument });
                }
                why = Why::Told(deeper.unwrap_or(at), doubted);
            }
            doubted = doubted.and(Doubted::of(&whole));
            origins = origins.union(&whole.origins);
        }
        if let Why::Told(_, held_down) = &mut why {
            *held_down = doubted;
        }
        self.given_at.insert(id, (at, Id::NONE));
        let (claim, stale) = self.contract(agent, name);
        if claim.least() > least {
            washed = Some(at);
        }
        let shape = self.shape_of(result, 0);
        let sources = agent.who.iter().map(|who| (Source { agent: who.clone(), site: id }, false)).collect();
        let mut answer = Known {
            claim,
            cap: Cap { bound: least, why, scaled: false },
            evidence: Evidence::Reported,
            integrity: Integrity::Agent,
            null: null_of(result),
            origins,
            sources,
            ..Known::constant(shape)
        };
        if let Some(at) = washed {
            answer = answer.marked(Mark::Washed, at);
        }
        if let Some(message) = stale {
            self.findings.report(Code::CF014, at, message, |d| d.help("measure it again"));
        }
        answer.spread_to_parts()
    }

    /// What an agent's answers claim: its contract, or anything.
    fn contract(&self, agent: &AgentShape, name: &str) -> (Claim, Option<&'static str>) {
        let mut joined: Option<Claim> = None;
        let mut stale = None;
        for who in &agent.who {
            let bound = match who {
                Agent::Named(bound) | Agent::Member(bound, ..) => Some(bound),
                Agent::Anyone => None,
            };
            let required = bound.and_then(|bound| {
                self.requires
                    .iter()
                    .find(|(agent, method, _)| **agent == **bound && **method == *name)
                    .map(|(_, _, least)| *least)
            });
            // Of several agents that may be meant, each has to promise something.
            let filed: Option<Vec<&Contract>> =
                self.behind(who, agent).into_iter().map(|agent| agent.contract.as_ref()).collect();
            let promised = filed.into_iter().flatten().map(|contract| {
                stale = stale.or(self.setting.stale(contract));
                (raw(contract.confidence.0), raw(contract.confidence.1))
            });
            let promised = promised.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
            let claim = match (required.map(raw), promised) {
                (Some(least), Some((low, high))) => Claim::between(low.max(least), high.max(least)),
                (Some(least), None) => Claim::between(least, SURE),
                (None, Some((low, high))) => Claim::between(low, high),
                (None, None) => Claim::ANY,
            };
            joined = Some(joined.map_or(claim, |old| old.join(claim)));
        }
        (joined.unwrap_or(Claim::ANY), stale)
    }

    /// The question that keeps a value down whatever it claims of itself, because something in doubt is told there.
    pub fn doubt_of(&self, known: &Known) -> Option<Location> {
        if known.claim.least() > known.cap.bound { self.asked_in_doubt(known.cap) } else { None }
    }

    /// The question that a cap comes from.
    pub fn asked_in_doubt(&self, cap: Cap) -> Option<Location> {
        match cap.why {
            Why::Told(from, _) => Some(from),
            Why::Made(from) | Why::Decided(from) => self.doubtful.contains_key(&from).then_some(from),
            Why::Free | Why::Stated(_) => None,
        }
    }

    /// Tells where what reaches a place comes from, and what keeps it below what it needs.
    pub fn path(&self, known: &Known, need: Raw, at: Location) -> impl FnOnce(Diagnostic) -> Diagnostic + use<> {
        let given = known.sources.keys().find_map(|source| {
            let from = self.given_at.get(&source.site).map(|given| given.0).filter(|from| *from != at)?;
            Some((format!("`{}` answers here", named([&source.agent])), from))
        });
        let why = match known.cap.why {
            _ if known.cap.bound >= need => None,
            Why::Told(from, _) => self.told_in_doubt(from),
            Why::Made(from) | Why::Decided(from) if self.doubtful.contains_key(&from) => self.told_in_doubt(from),
            Why::Made(from) => Some(("what it was made from here is in doubt".to_owned(), from)),
            Why::Decided(from) => Some(("what decided about it here is in doubt".to_owned(), from)),
            Why::Stated(from) => Some(("its confidence is only stated here".to_owned(), from)),
            Why::Free => None,
        };
        move |d| given.into_iter().chain(why).fold(d, |d, (what, from)| d.note_at(from, what))
    }

    /// What is told in doubt at a place where an agent is asked, in words, and where it stands.
    pub fn told_in_doubt(&self, at: Location) -> Option<(String, Location)> {
        let Doubtful { who, argument } = self.doubtful.get(&at)?;
        let span = super::written::argument(&self.program.declarations, at, *argument).unwrap_or(at.span);
        Some((format!("`{who}` is told this, which is in doubt"), Location { span, ..at }))
    }
}
