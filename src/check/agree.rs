//! Agreement, combination, and who is counted twice.

use super::domain::{Callee, Cap, Id, Known, Mark, NONE, Nothing, Null, Number, Passed, SURE, Shape, Source, raw};
use super::few::{Few, Sides};
use super::flow::Flow;
use super::read::{absent, confidence_of, elements, own, part, read};
use crate::diagnostic::{Code, Severity};
use crate::source::Location;
use crate::value::Evidence;
use std::rc::Rc;

impl Known {
    /// The same answers more than once.
    pub fn repeated(mut self) -> Known {
        if self.sources.iter().any(|(_, many)| !many) {
            self.sources = self.sources.keys().map(|s| (s.clone(), true)).collect();
        }
        self
    }

    /// Whether both come from the same agent.
    pub fn shares_source(&self, other: &Known) -> bool {
        self.sources.keys().any(|s| other.sources.keys().any(|t| s.agent.may_be(&t.agent)))
    }

    /// Any element of a list, which comes more than once from whom several of the elements come.
    pub fn among(mut self, list: &Known) -> Known {
        if let Shape::List(list) = &list.shape
            && let Some(items) = &list.items
            && !self.sources.is_empty()
        {
            let gives =
                |item: &&Known, source: &Source| item.sources.keys().any(|other| other.agent.may_be(&source.agent));
            let several = |source: &Source| items.iter().filter(|item| gives(item, source)).count() > 1;
            self.sources = self.sources.iter().map(|(s, many)| (s.clone(), *many || several(s))).collect();
        }
        self
    }

    /// A list of what was found, without what scripts of other hosts say beside it: `{ agentId, result }` stands for the result.
    pub fn answers(&self) -> Known {
        let answer = |each: &mut Known| match &each.shape {
            Shape::Object(object) => {
                let Some(agent) = object.field("agentId") else { return };
                let Some(result) = object.field("result").map(|result| read(each, &result)) else { return };
                let told = agent.null == Null::Never && result.null == Null::Never;
                *each = if told { result } else { each.join(&result) };
            }
            Shape::Any => *each = each.join(&part(each)),
            _ => {}
        };
        let mut all = self.clone();
        if matches!(all.shape, Shape::List(_)) {
            all.each_part(answer);
        }
        all
    }

    /// What a function makes of any element of a list comes from whom the element comes as often as that does, unless the
    /// function adds something of the same.
    pub fn counted_as(mut self, element: &Known, function: &Known) -> Known {
        let Shape::Functions(functions) = &function.shape else { return self };
        let captured = || functions.iter().flat_map(Callee::captures);
        if captured().any(|known| matches!(known.shape, Shape::Cell(_)) || known.shares_source(element)) {
            return self;
        }
        self.sources =
            self.sources.iter().map(|(s, many)| (s.clone(), element.sources.get(s).unwrap_or(*many))).collect();
        self
    }
}

/// Whether two answers of one agent in a list are about the same, as far as the text tells: what a function asks of each element
/// it asks of different ones; `frame` is where the list is read.
fn is_of_one_thing(list: &Known, frame: u32) -> bool {
    let Shape::List(list) = &list.shape else { return false };
    let Some(items) = list.items.as_deref() else {
        let all = list.element.iter().flat_map(|element| element.sources.iter());
        let (mut all, asked) = (all.clone(), all);
        return all.any(|(source, many)| {
            let again = |(other, _): &(Source, bool)| other.agent == source.agent && other.site != source.site;
            *many && source.site.0 == frame || asked.clone().any(again)
        });
    };
    // Beside what it was made from an answer comes from the place where it was given.
    let about = |item: &Known| -> Vec<Id> {
        let given = |id: &&Id| !item.sources.keys().any(|source| source.site == **id);
        item.whole().origins.iter().filter(given).copied().collect()
    };
    let all: Vec<Vec<Id>> = items.iter().map(about).collect();
    all.iter().enumerate().any(|(i, one)| all[..i].contains(one))
}

/// A weight that is more than nothing, however it is rounded.
const LEAST_WEIGHT: f64 = 1e-6;

impl Flow<'_> {
    /// `combine(xs, law)`: a plain number.
    pub(super) fn combine(&mut self, args: &[Known], at: Location) -> Known {
        let law = args.get(1).and_then(Known::as_text).map_or_else(|| "min".to_owned(), |t| t.to_string());
        let counted = args.first().and_then(|xs| self.counted_twice(xs));
        if let Some(who) = counted
            && !matches!(&*law, "min" | "max")
        {
            let severity = if law == "noisy-or" { Severity::Error } else { Severity::Warning };
            self.twice(&who, severity, at);
        }
        let origins =
            args.first().map(|xs| elements(xs).0.map_or_else(Few::default, |e| e.origins)).unwrap_or_default();
        // No element is less sure than the least of them, nor than their product.
        let gauged = |list: &&Known| {
            let known = matches!(list.shape, Shape::List(_)) && list.claim.is_full() && list.id != Id::NONE;
            known && matches!(&*law, "min" | "product")
        };
        let below = args.first().filter(gauged).map_or(Few::NONE, |list| Few::one(list.id));
        let number = Number { low: 0.0, high: 1.0, assessed: Some(origins), below, ..Number::any() };
        // Of nothing, and of what has no confidence, null.
        let some = args.first().map(elements).is_some_and(|(element, least, _)| {
            least > 0 && (!matches!(&*law, "min" | "max") || element.is_some_and(|e| !e.whole().claim.unknown))
        });
        let null = if some { Null::Never } else { Null::Maybe };
        // It is exact in the run; of what has its confidence from what is in doubt it is in doubt as well, and where nobody knows
        // how many there are.
        let mut cap = args.first().and_then(|xs| elements(xs).0).map_or(Cap::FREE, |each| confidence_of(&each).cap);
        let counted = own(args.first(), Shape::Plain);
        if counted.earned() < SURE {
            cap = cap.min(counted.cap.at_most(counted.earned()));
        }
        Known { null, cap, ..Known::constant(Shape::Number(Rc::new(number))) }
    }

    pub(super) fn twice(&mut self, who: &str, severity: Severity, at: Location) {
        // An agent has a name; a value may have none.
        let who = if who.contains(' ') { who.to_owned() } else { format!("`{who}`") };
        self.findings.report(Code::CF008, at, format!("{who} is counted more than once"), |d| {
            d.severity(severity).help("ask different agents, or combine with `\"min\"`")
        });
    }

    /// The mean of some marks: those of different things count each thing once, whoever gives them.
    pub(super) fn rated_twice(&mut self, list: &Known, frame: u32, at: Location) {
        if let Some(who) = self.counted_twice(list).filter(|_| is_of_one_thing(list, frame)) {
            self.twice(&who, Severity::Warning, at);
        }
    }

    /// An agent that several elements of a list come from.
    pub fn counted_twice(&mut self, list: &Known) -> Option<String> {
        use super::domain::Agent;
        let Shape::List(list) = &list.shape else { return None };
        let mut seen: Vec<&Agent> = Vec::new();
        if let Some(items) = &list.items {
            for (i, item) in items.iter().enumerate() {
                if items[..i].iter().any(|before| before.id == item.id && item.id != Id::NONE && !item.claim.is_full())
                {
                    return Some("the same value".into());
                }
                for (source, many) in item.sources.iter() {
                    if matches!(source.agent, Agent::Named(_)) && (*many || seen.contains(&&source.agent)) {
                        return Some(super::call::named([&source.agent]));
                    }
                    let again = seen.iter().find_map(|other| self.sits_twice(other, &source.agent));
                    if again.is_some() {
                        return again;
                    }
                }
                seen.extend(item.sources.keys().map(|s| &s.agent));
            }
            return None;
        }
        let sources = &list.element.as_ref()?.sources;
        let many = sources.iter().find(|(source, many)| *many && matches!(source.agent, Agent::Named(_)));
        if let Some((source, _)) = many {
            return Some(super::call::named([&source.agent]));
        }
        let all: Vec<&Agent> = sources.keys().map(|source| &source.agent).collect();
        all.iter().enumerate().find_map(|(i, one)| all[..i].iter().find_map(|other| self.sits_twice(other, one)))
    }

    /// Whom two names may both mean where it is known who is bound.
    fn sits_twice(&mut self, one: &super::domain::Agent, other: &super::domain::Agent) -> Option<String> {
        self.under_another_name(one, other).map(|(.., agent)| agent)
    }

    /// The surest of a list, any element of which is `each`.
    pub(super) fn surest(&mut self, list: &Known, each: Option<&Known>, at: Location) -> Known {
        let (_, low, high) = elements(list);
        let none = || Known { nothing: Some((Nothing::of_none(list), at)), ..absent(list) };
        let Some(each) = each else { return none() };
        let surest = self.best(std::slice::from_ref(each), at);
        let surest = if low == 0 { surest.join(&none()) } else { surest };
        if high.is_none_or(|most| most >= 3) { surest.marked(Mark::Picked, at) } else { surest }
    }

    /// `consensus`, `vote` and their like.
    pub(super) fn agree(&mut self, name: &str, args: &[Known], at: Location) -> Known {
        let Some(list) = args.first() else { return Known::null() };
        let answers = (name == "majorityVote").then(|| list.answers());
        let list = answers.as_ref().unwrap_or(list);
        if let Some(who) = self.counted_twice(list) {
            self.twice(&who, Severity::Warning, at);
        }
        let (element, low, high) = elements(list);
        let strategy = args.get(1).map(|s| match &s.shape {
            Shape::Text(text) => text.to_string(),
            Shape::Object(o) => {
                o.field("strategy").and_then(|f| f.as_text().map(|t| t.to_string())).unwrap_or_default()
            }
            _ => "?".into(),
        });
        let strategy =
            strategy.unwrap_or_else(|| if name == "majorityVote" { "majority".into() } else { String::new() });
        let options = args.get(1).map(|options| &options.shape);
        let has = |name: &str| matches!(options, Some(Shape::Object(object)) if object.field(name).is_some());
        // A ballot is a list; what wins is one of its choices.
        let element = match element {
            Some(ballot) if strategy == "ranked" => match &ballot.shape {
                Shape::List(_) => elements(&ballot).0.map(|choice| Known {
                    sources: ballot.sources.clone(),
                    claim: choice.claim.join(ballot.claim),
                    ..choice
                }),
                _ => Some(ballot),
            },
            other => other,
        };
        let Some(element) = element else {
            return Known {
                null: Null::Always,
                nothing: Some((Nothing::of_none(list), at)),
                claim: super::domain::Claim::exactly(NONE),
                evidence: list.whole().evidence,
                ..Known::null()
            };
        };
        let mut known = Known { id: Id::NONE, passed: Passed::NOTHING, tested: 0, ..element.clone() };
        let whole = element.whole();
        let share = high.map_or(0.0, |n| 1.0 / n.max(1) as f64);
        let floor = if whole.claim.unknown { NONE } else { raw(super::domain::number(whole.claim.low) * share) };
        let top = whole.claim.greatest().max(NONE);
        if known.shape == Shape::Any {
            // What wins keeps the confidences of its parts.
            known.inside = Some(Rc::new(element.of_parts()));
        }
        known.claim = super::domain::Claim::between(floor.min(top), top);
        known.parts = Few::NONE;
        known.above = Sides::NONE;
        // Two that say the same agree, however good the evidence of each is.
        known.evidence = if high == Some(1) { whole.evidence } else { whole.evidence.min(Evidence::Agreed) };
        known.cap = super::domain::Cap { scaled: true, ..whole.cap.min(list.cap) };
        known.doubt_truth(NONE);
        known.origins = element.origins.clone();
        let weighs = match &*strategy {
            "" | "plurality" => true,
            "weighted" => !whole.claim.unknown && whole.claim.low > NONE,
            _ => false,
        };
        // Who weighs nothing does not win alone.
        let weight = args.get(1).and_then(|options| options.option("weights")).map(|weights| elements(&weights).0);
        let weighty =
            |each: Option<Known>| each.is_some_and(|each| super::interval::numbers(&each).low >= LEAST_WEIGHT);
        let weighs = weighs && weight.is_none_or(|each| &*strategy != "weighted" && weighty(each));
        let decided =
            weighs && !has("threshold") && !has("tie") && element.null == Null::Never && !element.has(Mark::Failed);
        if low == 0 {
            known.nothing = Some((Nothing::of_none(list), at));
        } else if !decided {
            known.nothing = Some((Nothing::Vote.counting(list), at));
        }
        if known.nothing.is_some() {
            known.passed = Passed { least: NONE, null: NONE };
            known.null = Null::Maybe;
            known.tests = None;
            known.claim.low = NONE;
        }
        if high != Some(1) {
            // What they say decides whose confidences count.
            known.claim = known.claim.chosen(known.claim, &own([&whole, list], Shape::Plain)).told_apart();
        }
        known.measured_by(args.get(1).map(Known::whole).as_ref(), at)
    }
}
