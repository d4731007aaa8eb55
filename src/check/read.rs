//! What reading gives: confidences, lengths, elements, parts.

use super::domain::{Cap, Claim, Id, Integrity, Known, List, Mark, NONE, Null, Number, Passed, SURE, Shape, Why};
use super::few::{Few, Sides};
use crate::value::Evidence;
use std::rc::Rc;

/// `~x`: exact, and it knows whose confidence it is.
pub(super) fn confidence_of(x: &Known) -> Known {
    let whole = x.whole();
    let number = Number {
        low: super::domain::number(if whole.claim.known() { whole.claim.low } else { super::domain::NONE }),
        high: super::domain::number(if whole.claim.known() { whole.claim.high } else { super::domain::NONE }),
        whole: false,
        rounded: false,
        nan: false,
        confidence_of: Some(x.id),
        below: whole.at_most().iter().filter(|(_, parts)| *parts).map(|(id, _)| *id).collect(),
        length_of: None,
        assessed: Some(x.origins.clone()),
        changed: false,
        sized: false,
        finite: true,
        line: None,
        ratio: None,
    };
    let null = match (whole.claim.unknown, whole.claim.known()) {
        (true, true) => Null::Maybe,
        (true, false) => Null::Always,
        _ => Null::Never,
    };
    // It is exact in the run; where what is in doubt decided about it, so is what is told by it.
    let cap = match whole.cap.why {
        Why::Decided(_) => whole.cap,
        why if whole.has(Mark::Doubtful) => Cap { bound: NONE, why, scaled: false },
        _ => Cap::FREE,
    };
    let cap = cap.min(whole.claim.chosen_within());
    let claim = Claim { told: true, ..Claim::between(whole.claim.chosen_by().max(NONE), SURE) };
    Known { null, cap, claim, ..Known::constant(Shape::Number(Rc::new(number))) }
}

/// What is computed from the values' own confidences, without their parts.
pub(super) fn own<'k>(args: impl IntoIterator<Item = &'k Known>, shape: Shape) -> Known {
    let mut result = Known::constant(shape);
    args.into_iter().for_each(|arg| result.absorb_own(arg));
    result
}

impl Known {
    /// What an object of options has under a name, if it may have anything there.
    pub fn option(&self, name: &str) -> Option<Known> {
        if let Shape::Object(options) = &self.shape { options.field(name) } else { None }
    }
}

/// Length of a list or text.
pub(super) fn length(x: &Known, exact: bool) -> Known {
    let (low, high) = match &x.shape {
        Shape::List(list) => (list.low as f64, list.high.map_or(f64::INFINITY, |h| h as f64)),
        Shape::Text(text) => (text.chars().count() as f64, text.chars().count() as f64),
        Shape::Object(object) if exact => (0.0, object.most_fields().map_or(f64::INFINITY, |most| most as f64)),
        _ => (0.0, f64::INFINITY),
    };
    let number = Number { low, high, whole: true, length_of: Some(x.id), sized: true, ..Number::any() };
    let known = own(std::slice::from_ref(x), Shape::Number(Rc::new(number)));
    if !exact {
        return known;
    }
    // It is exact in the run, and believed no more than what it counts.
    let cap = known.cap.at_most(known.earned());
    let exact = Known::constant(known.shape.clone());
    Known { cap, integrity: known.integrity, sources: known.sources.clone(), ..exact }
}

/// Any element of what can be walked, and how many there are.
pub(super) fn elements(x: &Known) -> (Option<Known>, u64, Option<u64>) {
    match &x.shape {
        Shape::List(list) => (list.any().map(|e| read(x, &e)), list.low, list.high),
        Shape::Object(object) => (Some(own(std::slice::from_ref(x), Shape::Plain)), 0, object.most_fields()),
        Shape::Text(text) => {
            let count = text.chars().count() as u64;
            (Some(own(std::slice::from_ref(x), Shape::Plain)), count, Some(count))
        }
        _ => (Some(part(x)), 0, None),
    }
}

/// The same, the element as it is kept: as sure as it is itself, whatever it is read from.
pub(super) fn kept(x: &Known) -> (Option<Known>, u64, Option<u64>) {
    let (element, low, high) = elements(x);
    match &x.shape {
        Shape::List(list) => (list.any(), low, high),
        Shape::Any => (Some(kept_part(x)), low, high),
        _ => (element, low, high),
    }
}

/// A part of something whose parts are not known one by one, as it is kept.
pub(super) fn kept_part(x: &Known) -> Known {
    let known = part(x);
    Known { claim: known.claim.of_each(), above: Sides::NONE, ..known }
}

/// Any part of something, however deep.
pub(super) fn anywhere(x: &Known) -> Known {
    let whole = x.whole();
    let mut known = own(std::slice::from_ref(&whole), Shape::Any);
    known.claim.high = SURE;
    known.above = Sides::NONE;
    known.null = Null::Maybe;
    known.origins = x.origins.clone();
    known.hidden = x.hides();
    known
}

/// `value(x)`: at confidence 1, stated, all the way down; what it earned stays what it was.
pub(super) fn dropped(x: &Known) -> Known {
    let whole = x.whole();
    let earned = whole.earned();
    let mut known = x.clone();
    // A null is as sure as anything then.
    known.passed.null = 0;
    strip(&mut known);
    known.cap = Cap { scaled: false, ..whole.cap.at_most(known.cap.bound.min(earned)) };
    if earned == SURE {
        known.cap = super::domain::Cap::FREE;
    }
    known
}

fn strip(known: &mut Known) {
    known.id = Id::NONE;
    known.parts = Few::NONE;
    known.claim = Claim::SURE;
    known.above = Sides::NONE;
    known.inside = None;
    known.evidence = Evidence::Stated;
    if let Shape::Number(number) = &mut known.shape {
        let number = Rc::make_mut(number);
        (number.confidence_of, number.below) = (None, Few::NONE);
    }
    known.each_part(strip);
}

/// A part of something whose parts are not known one by one.
pub(super) fn part(x: &Known) -> Known {
    let mut known = own(std::slice::from_ref(x), Shape::Any);
    if let Some(inside) = &x.inside {
        known.claim = known.claim.min(**inside);
    }
    // It may be less sure than what it is a part of.
    known.parts = Few::one(Id::NONE);
    known.null = Null::Maybe;
    known.origins = x.origins.clone();
    known.tested = x.tested;
    // A text of one character is its own character.
    known.measured(x, !matches!(x.shape, Shape::Plain | Shape::Text(_)))
}

/// The place of some element in a list of so many at most: as sure as the list itself, and counted by nobody else than the
/// program.
pub(super) fn place_in(list: &Known, high: Option<u64>) -> Known {
    let high = high.map_or(f64::INFINITY, |high| high as f64);
    let place = Number { low: 0.0, high, whole: true, ..Number::any() };
    Known { integrity: Integrity::Program, ..own(std::slice::from_ref(list), Shape::Number(Rc::new(place))) }
}

/// A part read out of a container.
pub(super) fn read(container: &Known, element: &Known) -> Known {
    let mut known = element.clone();
    let claim = container.claim_with_elements();
    known.claim = known.claim.min(claim);
    known.passed = known.passed.within(claim);
    known.cap = known.cap.min(container.cap);
    known.doubt_truth(container.earned());
    known.evidence = known.evidence.min(container.evidence);
    known.integrity = known.integrity.max(if container.integrity > Integrity::Input {
        Integrity::Program
    } else {
        container.integrity.min(Integrity::Program)
    });
    if !claim.is_full() {
        // It is no surer than the element and the container itself, and another value.
        known.above = element.at_most().or(&container.at_most_itself());
        known.parts = Few::one(Id::NONE);
        known.id = Id::NONE;
    }
    known.measured(container, true)
}

impl Known {
    /// What it claims of itself where something is read out of it.
    pub fn claim_with_elements(&self) -> Claim {
        match &self.shape {
            Shape::List(_) if self.claim.filled > 0 => self.claim.at_least(self.claim.filled),
            _ => self.claim,
        }
    }
}

/// What is read where nothing is: null, as sure as what it was sought in.
pub(super) fn absent(container: &Known) -> Known {
    Known { null: Null::Always, ..own(std::slice::from_ref(container), Shape::Plain) }
}

/// A part that may not be there.
pub(super) fn sought(container: &Known, part: Option<Known>) -> Known {
    let absent = absent(container);
    let Some(mut part) = part else { return absent };
    part.miss();
    part.doubt_truth(container.earned());
    Known {
        claim: part.claim.join(container.claim),
        passed: Passed::NOTHING,
        above: part.joined_above(&absent),
        cap: part.cap.min(container.cap),
        evidence: part.evidence.min(container.evidence),
        ..part
    }
}

/// What a walk meets at one of its turns.
pub(super) fn item(x: &Known) -> Known {
    let (element, _, _) = elements(x);
    let mut known = element.unwrap_or_else(Known::null);
    known.tests = None;
    Known { id: Id::NONE, ..known }.met_in(x)
}

/// What goes with it.
pub(super) fn beside(x: &Known, i: &Known) -> Known {
    let known = match &x.shape {
        Shape::Object(object) => {
            let all = object.any();
            all.map_or_else(Known::null, |value| read(x, &value))
        }
        Shape::List(_) | Shape::Text(_) => {
            // Counted by the program, as sure as how much there is to count.
            let own = own([x], Shape::Plain);
            let (claim, evidence) = (i.claim.min(own.claim), i.evidence.min(own.evidence));
            Known { claim, evidence, cap: i.cap.min(own.cap), passed: i.passed.within(own.claim), ..i.clone() }
        }
        _ => part(x),
    };
    Known { id: Id::NONE, ..known }
}

/// The elements from one on.
pub(super) fn rest(x: &Known, from: u64) -> Known {
    let mut known = x.clone();
    known.id = Id::NONE;
    known.filled = false;
    known = known.measured(x, from > 0 && x.is_filled());
    if !matches!(x.shape, Shape::List(_)) {
        let list = List { element: Some(part(x)), low: 0, high: None, items: None, size: None };
        known.null = Null::Never;
        known.tests = None;
        known.shape = Shape::List(Rc::new(list));
    } else if let Shape::List(list) = &x.shape {
        let items = list.items.as_ref().map(|items| items.iter().skip(from as usize).cloned().collect());
        let list = List {
            element: list.element.clone(),
            low: list.low.saturating_sub(from),
            high: list.high.map(|h| h.saturating_sub(from)),
            items,
            size: None,
        };
        known.shape = Shape::List(Rc::new(list));
    }
    known
}
