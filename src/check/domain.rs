//! What is known of a value before a run.
//!
//! A [`Known`] says of every value that can stand at a point: which confidences it can carry (*claimed*), what is believed
//! of it at most whatever it claims (*cap*), how good its evidence is at least, who can influence its content, where it
//! comes from, and what it looks like. Joining two forgets, never invents.

use super::few::{Few, Sides};
use super::line::Line;
use super::modest::{by_agent, either_origin};
use crate::hir::GlobalId;
use crate::source::Location;
use crate::value::Evidence;
use smallvec::{SmallVec, smallvec};
use std::borrow::Cow;
use std::rc::Rc;

pub(super) use super::claim::{Cap, Claim, Doubted, NONE, Passed, Raw, SURE, Why, number, raw};
pub(super) use super::fact::{Fact, Tests};
pub(super) use super::mark::Mark;
pub(super) use super::shape::{AgentShape, Callee, Closure, Hidden, List, Number, Object, Shape};

/// Who can influence the content of a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Integrity {
    /// The program alone.
    Program,
    /// Whoever gives the input.
    Input,
    /// An agent.
    Agent,
    /// Anyone.
    Unknown,
}

/// A null that means that nothing was found or agreed on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Nothing {
    /// The null of a gate that did not pass.
    Gate,
    /// The null of a vote that was not decided.
    Vote,
    /// What an aggregate gives of nothing.
    Aggregate,
    /// The same where how many there are is in doubt, so that whether it is null is as well.
    Uncounted,
    /// What a search gives that finds nothing.
    Search,
}

/// Whether a value may be null.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Null {
    /// It is not.
    Never,
    /// It may be.
    Maybe,
    /// It is.
    Always,
}

impl Null {
    /// One or the other.
    pub fn join(self, other: Self) -> Self {
        if self == other { self } else { Null::Maybe }
    }
}

/// What tells whether a value is null.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Told {
    /// Nothing but the value, where it may be.
    #[default]
    Itself,
    /// The way it came: null on some, something on the others, and nobody doubts which was taken.
    Way,
    /// What is in doubt.
    Doubt,
}

/// The place where a value came about: an activation of a function, and a value in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Id(pub u32, pub u32);

impl Id {
    /// Of nothing in particular; no test refines it.
    pub const NONE: Id = Id(u32::MAX, u32::MAX);
}

/// An agent as far as the text tells which.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Agent {
    /// A parameter, or an agent bound by name.
    Named(Rc<str>),
    /// A member of a list parameter, one of those from a place to another; members are distinct.
    Member(Rc<str>, u32, u32),
    /// Anyone.
    Anyone,
}

/// Of whom the list of all agents has its members.
pub(super) const ALL_AGENTS: &str = "agents";

impl Agent {
    /// Any member of a list.
    pub fn member(list: &str) -> Self {
        Agent::Member(Rc::from(list), 0, u32::MAX)
    }

    /// Whether it may be any agent there is.
    pub fn is_any(&self) -> bool {
        match self {
            Agent::Named(_) => false,
            Agent::Member(list, ..) => &**list == ALL_AGENTS,
            Agent::Anyone => true,
        }
    }

    /// Whether it may be the same as another that has a name of its own.
    pub fn may_be(&self, other: &Agent) -> bool {
        match (self, other) {
            (Agent::Member(list, a, b), Agent::Member(other, c, d)) => list == other && a <= d && c <= b,
            _ => self == other,
        }
    }

    /// Whether it is the same as another for certain.
    pub fn is_surely(&self, other: &Agent) -> bool {
        self == other && !matches!(self, Agent::Member(_, from, to) if from != to)
    }
}

/// Something a value comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// The call that gave it.
    pub site: Id,
    /// Who gave it.
    pub agent: Agent,
}

/// What is known of a value.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    /// The confidences it can carry, its own for a list or object.
    pub claim: Claim,
    /// The confidences that its parts can carry, where nobody knows them one by one and they are not as its own.
    pub inside: Option<Rc<Claim>>,
    /// What is believed of it at most.
    pub cap: Cap,
    /// Its evidence at least.
    pub evidence: Evidence,
    /// Who can influence its content.
    pub integrity: Integrity,
    /// Whether it may be null.
    pub null: Null,
    /// Whether that null, or the value itself, means that nothing was found, and where it came about.
    pub nothing: Option<(Nothing, Location)>,
    /// Whether such a null may be made part of it, as of a text: that it is not null itself says nothing of that.
    pub woven: bool,
    /// What tells whether it is null.
    pub told: Told,
    /// What a gate told of it.
    pub passed: Passed,
    /// The greatest threshold that it was tested against on every way here.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub tested: Raw,
    /// Which value it is, for tests; copies share it.
    pub id: Id,
    /// The values it is the minimum of, where that is all that decides its confidence.
    pub parts: Few<Id>,
    /// Values that are never less sure than it, and whether their parts are not either.
    pub above: Sides<Id>,
    /// The values it is a copy or a part of, from where they came about.
    pub origins: Few<Id>,
    /// Who it comes from, and whether more than once.
    pub sources: Sides<Source>,
    /// Remarks with their places.
    pub marks: Few<(Mark, Location)>,
    /// Parameters of the functions being walked that it is no larger than, and whether it is smaller.
    pub measures: Sides<Id>,
    /// Its length is no more than one of these, where it is a list or text.
    pub longest: Option<Rc<[Line]>>,
    /// Whether it is known to have an element or a character.
    pub filled: bool,
    /// Whether it tests a confidence, so that what happens on it is not in doubt however sure it is itself.
    pub exact: bool,
    /// What it may hold that can be called, where its shape does not say.
    pub hidden: Hidden,
    /// What it looks like.
    pub shape: Shape,
    /// What holds when it is true, and when it is not.
    pub tests: Option<Rc<Tests>>,
}

/// Memory that outlives an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum CellId {
    /// A cell made at a place.
    Cell(Id),
    /// A variable of a module.
    Global(GlobalId),
    /// A slot of an activation.
    Slot(u32, u32),
}

/// A constant without parts.
const BLANK: Known = Known {
    claim: Claim::SURE,
    inside: None,
    cap: Cap::FREE,
    evidence: Evidence::Exact,
    integrity: Integrity::Program,
    null: Null::Never,
    nothing: None,
    woven: false,
    told: Told::Itself,
    passed: Passed::NOTHING,
    tested: 0,
    id: Id::NONE,
    parts: Few::NONE,
    above: Sides::NONE,
    origins: Few::NONE,
    sources: Sides::NONE,
    marks: Few::NONE,
    measures: Sides::NONE,
    longest: None,
    filled: false,
    exact: false,
    hidden: Hidden { agents: false, functions: false },
    shape: Shape::Plain,
    tests: None,
};

/// Beyond so many values a minimum is no longer followed to its parts.
const MOST_PARTS: usize = 12;

impl Known {
    /// A constant of the program.
    pub fn constant(shape: Shape) -> Self {
        Self { shape, ..BLANK }
    }

    /// `null` as the program says it.
    pub fn null() -> Self {
        Self { null: Null::Always, ..Self::constant(Shape::Plain) }
    }

    /// A number of the program.
    pub fn number(x: f64) -> Self {
        Self::constant(Shape::Number(Rc::new(Number::exactly(x))))
    }

    /// Anything at all, from anyone.
    pub fn anything() -> Self {
        Self {
            claim: Claim::ANY,
            cap: Cap { bound: 0, why: Why::Free, scaled: false },
            evidence: Evidence::Unknown,
            integrity: Integrity::Unknown,
            null: Null::Maybe,
            hidden: Hidden { agents: true, functions: true },
            ..Self::constant(Shape::Any)
        }
    }

    /// What can be called in it, or may be.
    pub fn hides(&self) -> Hidden {
        self.hidden.or(self.shape.hidden())
    }

    /// With the identity of a place, as something new.
    pub fn born(mut self, id: Id) -> Self {
        self.id = id;
        self.origins = Few::one(id);
        self
    }

    /// What it has earned at least.
    pub fn earned(&self) -> Raw {
        let least = self.claim.least();
        if self.cap.scaled && least < SURE && self.cap.bound < SURE {
            return raw((number(least) * number(self.cap.bound) * 1e9).floor() / 1e9);
        }
        least.min(self.cap.bound)
    }

    /// The least that it and all its parts claim.
    pub fn least(&self) -> Raw {
        let inside = self.inside.as_ref().map_or(SURE, |inside| inside.least());
        let parts = match &self.shape {
            Shape::List(list) => {
                let items = list.items.iter().flat_map(|items| items.iter());
                items.chain(&list.element).map(Known::least).min().unwrap_or(SURE)
            }
            Shape::Object(object) => {
                object.fields.values().chain(&object.others).map(Known::least).min().unwrap_or(SURE)
            }
            _ => SURE,
        };
        self.claim.least().min(inside).min(parts)
    }

    /// Whether it has no parts that are known apart from itself.
    fn is_one(&self) -> bool {
        match &self.shape {
            Shape::List(_) | Shape::Object(_) => false,
            Shape::Any => self.inside.is_none(),
            _ => true,
        }
    }

    /// The same value with all its parts in its own confidence: what reads the whole reads this.
    pub fn whole(&self) -> Known {
        let mut all = self.clone();
        if self.is_one() {
            return all;
        }
        // Whom many parts come from is put together once.
        let mut sources: SmallVec<[Sides<Source>; 4]> = smallvec![std::mem::take(&mut all.sources)];
        let mut take_in = |part: &Known, maybe_none: bool| {
            let mut part = part.whole();
            part.woven |= part.nothing.is_some();
            sources.push(std::mem::take(&mut part.sources));
            all.absorb_some(&part, maybe_none);
        };
        // What may be null has no parts then, and a field that may be null may be missing as well.
        let null = |known: &Known| known.null != Null::Never;
        match &self.shape {
            Shape::List(list) => {
                if let Some(items) = &list.items {
                    items.iter().for_each(|item| take_in(item, null(self)));
                } else if let Some(element) = &list.element {
                    take_in(element, list.low == 0 || null(self));
                }
            }
            Shape::Object(object) => {
                object.fields.values().for_each(|field| take_in(field, null(self) || null(field)));
                if let Some(others) = &object.others {
                    take_in(others, true);
                }
            }
            Shape::Any => {
                if let Some(inside) = &self.inside {
                    take_in(&Known { claim: **inside, ..Known::constant(Shape::Plain) }, true);
                }
            }
            _ => {}
        }
        all.sources = Sides::any(&sources);
        if self.varies() {
            all.claim = all.claim.told_apart();
        }
        all
    }

    /// Whether it says itself how many parts it has, or which.
    fn varies(&self) -> bool {
        match &self.shape {
            Shape::List(list) => list.high != Some(list.low),
            Shape::Object(object) => {
                object.others.is_some() || object.fields.values().any(|field| field.null != Null::Never)
            }
            shape => *shape == Shape::Any,
        }
    }

    /// With a confidence that is said of it. That says nothing of its parts; how many there are, and which, is still as sure as it
    /// was, and tells how sure it is with them.
    pub fn said_to_be(mut self, claim: Claim) -> Self {
        if self.shape == Shape::Any {
            self.inside = Some(Rc::new(Claim { high: SURE, ..self.of_parts() }));
        }
        self.claim = claim;
        if self.varies() {
            self.claim = claim.chosen(claim, &self);
        }
        self
    }

    /// The same of one that is only looked at.
    pub fn seen_whole(known: Cow<'_, Known>) -> Cow<'_, Known> {
        if known.is_one() { known } else { Cow::Owned(known.whole()) }
    }

    /// The same as something that decides: what is no surer than a list itself may be surer than the list with all its parts.
    pub fn deciding(&self) -> Known {
        let whole = self.whole();
        if self.is_one() { whole } else { Known { id: Id::NONE, parts: Few::NONE, ..whole } }
    }

    /// Takes in what another value has, by the minimum law.
    pub fn absorb(&mut self, other: &Known) {
        let before = self.claim;
        self.claim = self.claim.min(other.claim);
        self.passed = self.passed.within(other.claim);
        self.cap = self.cap.min(other.cap);
        self.doubt_truth(other.earned());
        self.evidence = self.evidence.min(other.evidence);
        self.integrity = self.integrity.max(other.integrity);
        self.sources = self.sources.or(&other.sources);
        self.marks = self.marks.union(&other.marks);
        if self.shape == Shape::Any {
            self.hidden = self.hidden.or(other.hides());
        }
        if self.nothing.is_none() {
            self.nothing = other.nothing;
        }
        self.woven |= other.woven;
        self.follow(before, other);
    }

    /// Whether a null that means that nothing was found may be part of it.
    pub fn is_woven(&self) -> bool {
        self.nothing.is_some() && (self.woven || self.null == Null::Never)
    }

    /// As what no null has part in that means that nothing was found.
    pub fn without_nothing(self) -> Known {
        Known { nothing: None, woven: false, ..self }
    }

    /// Without a null that means that nothing was found, unless that may be part of it.
    pub fn cleared(&mut self) {
        if !self.is_woven() {
            self.nothing = None;
        }
    }

    /// The same of what another value has itself, its parts aside: a value that is as sure as that says nothing of them.
    pub fn absorb_own(&mut self, other: &Known) {
        let above = self.above.clone();
        self.absorb(other);
        if other.may_have_parts() && !other.claim.is_full() {
            self.above = above.or(&other.at_most_itself());
        }
    }

    /// Whether it may have parts that are less sure than itself.
    fn may_have_parts(&self) -> bool {
        matches!(self.shape, Shape::List(_) | Shape::Object(_) | Shape::Any)
    }

    /// The same for parts that may be absent.
    fn absorb_some(&mut self, other: &Known, maybe_none: bool) {
        let (before, above) = (self.claim, self.above.clone());
        // A test of the whole has tested what each part stood for, where that is not in doubt.
        let asked = |known: &Known| !known.claim.is_full() || known.cap.bound < SURE;
        if asked(other) {
            self.tested = if asked(self) { self.tested.min(other.tested) } else { other.tested };
        }
        self.absorb(other);
        if maybe_none {
            self.claim = self.claim.join(before);
            self.above = above;
        }
    }

    /// Remembers what this is the minimum of, so that a later test on a part speaks of this as well.
    fn follow(&mut self, before: Claim, other: &Known) {
        // One that is nobody's is not known to be the minimum of anything.
        let own = !before.is_full() && self.parts.is_empty();
        let alone = other.parts.is_empty() || other.parts.contains(&Id::NONE);
        if !own && alone && other.claim.is_full() {
            return;
        }
        if own {
            self.parts = Few::one(self.id);
        }
        if !alone {
            self.parts = self.parts.union(&other.parts);
        } else if !other.claim.is_full() {
            self.parts = self.parts.with(other.id);
        }
        if self.parts.len() > MOST_PARTS {
            self.parts = Few::one(Id::NONE);
        }
        if !other.claim.is_full() {
            self.above = self.above.or(&other.at_most());
        }
    }

    /// What both are no surer than; that a value is no surer than itself is not said.
    pub(super) fn joined_above(&self, other: &Known) -> Sides<Id> {
        if self.id == other.id {
            return self.above.and(&other.above);
        }
        if self.above.is_empty() && other.above.is_empty() {
            return Sides::NONE;
        }
        self.at_most().and(&other.at_most())
    }

    /// Values that are never less sure than it, itself among them.
    pub fn at_most(&self) -> Sides<Id> {
        if self.id == Id::NONE || self.above.get(&self.id) == Some(true) {
            return self.above.clone();
        }
        if self.above.is_empty() {
            return Sides::one(self.id, true);
        }
        self.above.with_yes(self.id, MOST_PARTS)
    }

    /// The same of values that are no surer than it is itself, whatever its parts are.
    pub fn at_most_itself(&self) -> Sides<Id> {
        if self.above.is_empty() && self.id != Id::NONE {
            return Sides::one(self.id, false);
        }
        self.at_most().keys().map(|id| (*id, false)).collect()
    }

    /// What is computed from these values by the minimum law.
    pub fn computed<'a>(from: impl IntoIterator<Item = &'a Known>, shape: Shape) -> Known {
        let mut result = Known::constant(shape);
        let mut tested: Option<Raw> = None;
        for part in from {
            let whole = Known::seen_whole(Cow::Borrowed(part));
            if !whole.claim.is_full() {
                tested = Some(tested.map_or(whole.tested, |least| least.min(whole.tested)));
            }
            result.absorb(&whole);
            result.woven |= whole.nothing.is_some();
            if result.shape == Shape::Any {
                result.hidden = result.hidden.or(part.hides());
            }
            result.origins = result.origins.union(&part.all_origins());
        }
        result.tested = tested.unwrap_or(0);
        result
    }

    /// Whether it claims no more than another in any case, of one with parts than that itself.
    pub fn never_surer(&self, other: &Known) -> bool {
        // What was computed from a list's own confidence asks no more of its elements either; a part of one does.
        let itself = |id: &Id| other.may_have_parts() && *id == other.id || other.above.get(id) == Some(false);
        let own = |id: &Id| *id == self.id && (!self.may_have_parts() || itself(id));
        let above = |id: &Id| {
            *id != Id::NONE && (own(id) || self.above.get(id).is_some_and(|with_parts| with_parts || itself(id)))
        };
        let parts = if other.parts.is_empty() { std::slice::from_ref(&other.id) } else { &other.parts[..] };
        above(&other.id) || parts.iter().all(above)
    }

    /// Lowered to what a value that decided about it allows.
    pub fn under(&self, decider: &Known) -> Known {
        let mut result = self.clone();
        let before = result.claim;
        if !self.never_surer(decider) {
            result.claim = result.claim.min(decider.claim);
            result.passed = result.passed.within(decider.claim);
        }
        result.claim = result.claim.chosen(before, decider);
        result.exact = (self.exact || decider.exact) && self.settled() && decider.settled();
        if decider.earned() < SURE {
            result.told = Told::Doubt;
        }
        result.cap = result.cap.min(decider.cap);
        result.doubt_truth(decider.earned());
        result.evidence = result.evidence.min(decider.evidence);
        result.follow(before, decider);
        if decider.may_have_parts() && !decider.claim.is_full() {
            result.above = self.above.or(&decider.at_most_itself());
        }
        if !decider.claim.is_full() {
            result.above = result.above.or(&self.at_most());
            result.id = Id::NONE;
        }
        result
    }

    /// Whether what happens on it is not in doubt.
    fn settled(&self) -> bool {
        self.exact || self.earned() == SURE
    }

    /// One or the other.
    pub fn join(&self, other: &Known) -> Known {
        self.join_at(other, 0)
    }

    pub(super) fn join_at(&self, other: &Known, depth: u32) -> Known {
        if self == other {
            return self.clone();
        }
        super::effort::spend(4);
        let shape = self.shape.join(&other.shape, self.null == Null::Always, other.null == Null::Always, depth);
        if shape == Shape::Any && (self.has_known_parts() || other.has_known_parts()) {
            let measures = self.joined_measures(other);
            return Known { measures, ..self.opened().join_at(&other.opened(), depth) };
        }
        let hidden = if shape == Shape::Any { self.hides().or(other.hides()) } else { self.hidden.or(other.hidden) };
        Known {
            hidden,
            inside: if shape == Shape::Any && (self.inside.is_some() || other.inside.is_some()) {
                Some(Rc::new(self.of_parts().join(other.of_parts())))
            } else {
                None
            },
            claim: self.claim.join(other.claim),
            cap: self.cap.min(other.cap),
            evidence: self.evidence.min(other.evidence),
            integrity: self.integrity.max(other.integrity),
            null: self.null.join(other.null),
            nothing: self.nothing.or(other.nothing),
            woven: self.joined_woven(other),
            told: self.joined_told(other),
            passed: Passed {
                least: self.passed_or_sure().min(other.passed_or_sure()),
                null: match (self.nothing, other.nothing) {
                    (Some(_), Some(_)) if self.passed.null == 0 || other.passed.null == 0 => 0,
                    (Some(_), None) => self.passed.null,
                    (None, Some(_)) => other.passed.null,
                    _ => self.passed.null.max(other.passed.null),
                },
            },
            tested: self.tested.min(other.tested),
            id: if self.id == other.id { self.id } else { Id::NONE },
            parts: self.joined_parts(other),
            above: self.joined_above(other),
            origins: either_origin(&self.origins, &other.origins),
            sources: by_agent(self.sources.or(&other.sources)),
            marks: self.marks.union(&other.marks),
            measures: self.joined_measures(other),
            longest: if self.longest == other.longest { self.longest.clone() } else { None },
            filled: self.filled && other.filled,
            exact: (self.exact || other.exact) && self.settled() && other.settled(),
            shape,
            tests: if self.tests == other.tests { self.tests.clone() } else { None },
        }
    }

    fn has_known_parts(&self) -> bool {
        matches!(self.shape, Shape::List(_) | Shape::Object(_))
    }

    /// The same with its parts forgotten, but for how sure they are at least.
    pub fn opened(&self) -> Known {
        if !self.has_known_parts() {
            return self.clone();
        }
        let whole = self.whole();
        let hidden = self.hides();
        // A part that is null is seen to be; one of its own parts is not.
        let woven = self.woven || self.parts_known().any(|part| part.whole().woven);
        Known {
            claim: self.claim,
            woven,
            inside: Some(Rc::new(whole.claim.of_each())),
            shape: Shape::Any,
            passed: self.passed,
            hidden,
            ..whole
        }
    }

    /// What tells whether it is null that it is one or the other.
    fn joined_told(&self, other: &Known) -> Told {
        let known = |x: &Known| x.null != Null::Maybe || x.is_told_by_null().is_some_and(|cap| cap.bound == SURE);
        let nothing = self.nothing.is_some() || other.nothing.is_some();
        match (known(self), known(other)) {
            _ if self.told == Told::Doubt || other.told == Told::Doubt => Told::Doubt,
            (true, true) if self.null.join(other.null) == Null::Maybe => Told::Way,
            (true, true) => Told::Itself,
            // The null of a gate on one way, and on another whatever an answer is.
            _ if nothing => Told::Doubt,
            _ => Told::Itself,
        }
    }

    /// Whether a null that may be part of one of them is hidden by being one or the other.
    fn joined_woven(&self, other: &Known) -> bool {
        let never = self.null.join(other.null) == Null::Never;
        self.woven || other.woven || !never && (self.is_woven() || other.is_woven())
    }

    /// What both are the minimum of: a value is the minimum of itself, and one that is sure in any case of anything.
    fn joined_parts(&self, other: &Known) -> Few<Id> {
        if self.parts == other.parts && (self.id == other.id || !self.parts.is_empty()) {
            return self.parts.clone();
        }
        let parts = |known: &Known| if known.parts.is_empty() { Few::one(known.id) } else { known.parts.clone() };
        match (self.claim.is_full(), other.claim.is_full()) {
            (true, true) => Few::NONE,
            (true, false) => parts(other),
            (false, true) => parts(self),
            (false, false) => {
                let mine = parts(self);
                if mine == parts(other) { mine } else { Few::one(Id::NONE) }
            }
        }
    }

    /// What not being null proves: for a value that is never null nothing is asked of it.
    fn passed_or_sure(&self) -> Raw {
        match self.null {
            Null::Always => SURE,
            Null::Never => self.passed.least.max(self.least()),
            Null::Maybe => self.passed.least,
        }
    }

    /// Whether it has an element or a character, as far as is known.
    pub fn is_filled(&self) -> bool {
        self.filled
            || match &self.shape {
                Shape::List(list) => list.low > 0,
                Shape::Text(text) => !text.is_empty(),
                _ => false,
            }
    }

    /// Null, or this, of which any element may be null as well.
    pub fn perhaps_null(mut self) -> Known {
        self.each_part(Known::miss);
        self.miss();
        self
    }

    /// It may be missing: what is there then is another value.
    pub fn miss(&mut self) {
        self.woven = self.is_woven();
        if self.null == Null::Never {
            self.id = Id::NONE;
            self.tests = None;
        }
        self.null = self.null.join(Null::Always);
    }

    /// The name of its length.
    pub fn size(&self) -> Option<Rc<str>> {
        if let Shape::List(list) = &self.shape { list.size.clone() } else { None }
    }

    /// The numbers it can be.
    pub fn as_number(&self) -> Option<&Number> {
        if let Shape::Number(number) = &self.shape { Some(number) } else { None }
    }

    /// The one number it is, which is not null.
    pub fn as_constant(&self) -> Option<f64> {
        self.as_number().filter(|_| self.null == Null::Never).and_then(Number::constant)
    }

    /// The constant text it is, which is not null.
    pub fn as_text(&self) -> Option<&Rc<str>> {
        if let (Shape::Text(text), Null::Never) = (&self.shape, self.null) { Some(text) } else { None }
    }
}
