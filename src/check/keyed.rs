//! Reading by key: a property, an element, an agent of a name.

use super::charge::open;
use super::domain::{Agent, AgentShape, Callee, Fact, Id, Integrity, Known, Null, Object, Shape};
use super::flow::{Activation, Flow};
use super::line::{Atom, Line, Range};
use super::read::{absent, elements, length, part, read, sought};
use super::state::State;
use super::truth::either;
use crate::ir::{Inst, Op};
use crate::source::Location;
use std::rc::Rc;

impl<'a> Flow<'a> {
    /// `x.name`.
    pub fn field(&mut self, act: &mut Activation<'a>, x: &Known, name: &str, inst: &Inst, state: &State) -> Known {
        let at = act.at(inst.span);
        if name == "length" && !matches!(x.shape, Shape::Object(_)) {
            self.read_of_nothing(x, at, "its length is read here");
            // What has no length reads as null.
            let null = match &x.shape {
                Shape::List(_) | Shape::Text(_) => Null::Never,
                Shape::Any | Shape::Plain => Null::Maybe,
                _ => Null::Always,
            };
            let mut given = Known { null, ..length(x, false) };
            if x.shape == Shape::Any
                && x.integrity >= Integrity::Agent
                && let Shape::Number(number) = &mut given.shape
            {
                // It may be an object that an agent gave a `length` of its liking.
                Rc::make_mut(number).sized = false;
                let range = Range { low: 0.0, high: f64::INFINITY, whole: false, chosen: true, sized: false };
                self.note_range(Atom { id: x.id, length: true }, range);
            }
            return given;
        }
        match &x.shape {
            Shape::Agents => self.bound(name, at),
            Shape::Object(object) => {
                self.read_of_nothing(x, at, format_args!("`{name}` of it is read here"));
                let found = named(x, object.field(name).map(|field| state.refine(&field)));
                self.this_field(found, x.id, name)
            }
            Shape::Agent(_) => Known::constant(Shape::Plain),
            // What a mock was asked with may have come from anybody.
            Shape::Any if name == "calls" && x.hidden.agents => {
                self.work_on(&open("any data"), 2.0);
                Known::anything()
            }
            _ => {
                self.read_of_nothing(x, at, format_args!("`{name}` of it is read here"));
                self.this_field(Known { id: Id::NONE, ..part(x) }, x.id, name)
            }
        }
    }

    /// `x[key]`.
    pub fn index(
        &mut self,
        act: &mut Activation<'a>,
        (x, key): (&Known, &Known),
        from_end: bool,
        inst: &Inst,
        state: &State,
    ) -> Known {
        if from_end {
            let known = self.member_named(x, "last", sought(x, elements(x).0).ranked_in(x));
            return Known { id: Id::NONE, ..known };
        }
        self.index_of(act, (x, key), inst, state)
    }

    /// Whether a place is one of those that a list has.
    fn is_inside(&mut self, x: &Known, low: u64, place: &Known, state: &State) -> bool {
        let number = super::interval::numbers(place);
        if !(place.null == Null::Never && number.whole && number.low >= 0.0) {
            return false;
        }
        let behind = |line: Line| Line::atom(x.id, true).plus(&line, -1)?.plus(&Line::constant(-1.0), 1);
        number.high < low as f64
            || x.id != Id::NONE
                && self.line_of(place).and_then(behind).is_some_and(|rest| self.never_negative(&rest, state))
    }

    /// The same for `get` and its like.
    pub fn index_of(
        &mut self,
        act: &mut Activation<'a>,
        (x, key): (&Known, &Known),
        inst: &Inst,
        state: &State,
    ) -> Known {
        let at = act.at(inst.span);
        self.read_of_nothing(x, at, "it is indexed here");
        let chosen = key.integrity >= Integrity::Agent && key.as_number().is_none_or(|n| n.confidence_of.is_none());
        match &x.shape {
            Shape::Agents => match key.as_text() {
                Some(name) => {
                    let name = name.clone();
                    self.bound(&name, at)
                }
                None => {
                    if chosen {
                        self.chosen_by_agent(at, "agent");
                    }
                    let agent = AgentShape::one(Agent::Anyone, None);
                    Known::constant(Shape::Agent(Rc::new(agent))).under(key)
                }
            },
            Shape::Object(object) => {
                let found = match key.as_text() {
                    Some(name) => object.field(name),
                    None => {
                        let all = object.any();
                        if let Some(found) = one_of_these(object, key) {
                            let found = Known { id: Id::NONE, ..read(x, &found) }.under(key);
                            return self.this_one_under(found, x.id, key.id);
                        }
                        let found = sought(x, all.map(|f| Known { id: Id::NONE, ..read(x, &f) })).under(key);
                        return self.this_one_under(found, x.id, key.id);
                    }
                };
                let found = named(x, found).under(key);
                match key.as_text() {
                    Some(name) => self.this_field(found, x.id, name),
                    None => found,
                }
            }
            Shape::List(list) => {
                let number = super::interval::numbers(key);
                let inside = self.is_inside(x, list.low, key, state);
                let mut known = match (&list.items, number.constant()) {
                    (_, None) | (None, _) if inside => {
                        list.any().map_or_else(|| absent(x), |e| Known { id: Id::NONE, ..read(x, &e) })
                    }
                    (Some(items), Some(i)) if i >= 0.0 && i.fract() == 0.0 => {
                        items.get(i as usize).map_or_else(|| absent(x), |e| read(x, e))
                    }
                    _ => sought(x, list.any().map(|e| Known { id: Id::NONE, ..read(x, &e) })),
                };
                if !inside {
                    known = sought(x, Some(known));
                }
                self.agent_at(&known, key, at);
                let known = self.member_at(x, key, known.under(key).ranked_in(x));
                match key.as_constant() {
                    Some(index) => self.this_one_at(known, x.id, index),
                    None => self.this_one_under(known, x.id, key.id),
                }
            }
            _ => {
                let known = Known { id: Id::NONE, ..part(x) }.under(key);
                match (key.as_text(), key.as_constant()) {
                    (Some(name), _) => self.this_field(known, x.id, name),
                    (None, Some(index)) => self.this_one_at(known, x.id, index),
                    (None, None) => self.this_one_under(known, x.id, key.id),
                }
            }
        }
    }
}

impl Flow<'_> {
    /// `first`, `last`, and an element by its place.
    pub fn element_at(&mut self, name: &str, x: &Known, place: Option<&Known>, at: Location) -> Known {
        let (element, low, _) = elements(x);
        let inside = low > 0 && matches!(name, "first" | "last");
        let known = match element {
            Some(element) if inside => element,
            element => sought(x, element),
        };
        let known = Known { id: Id::NONE, ..known.ranked_in(x) };
        let Some(place) = place else { return self.member_named(x, name, known) };
        self.agent_at(&known, place, at);
        let known = self.member_at(x, place, known.under(&place.whole()));
        match place.as_constant() {
            Some(index) => self.this_one_at(known, x.id, index),
            None => self.this_one_under(known, x.id, place.id),
        }
    }
}

/// A field by its name: one that may be null may be missing as well.
fn named(x: &Known, field: Option<Known>) -> Known {
    match field.map(|f| read(x, &f)) {
        Some(found) if found.null == Null::Never => found,
        other => sought(x, other),
    }
}

impl Activation<'_> {
    /// What is told where a call reaches this function, which it looks up under one of several texts: one under which it stands.
    pub fn told_by_key(&self, call: &Inst, callee: &Callee, state: &State) -> Vec<Fact> {
        let looked_up = || {
            let callee = matches!(call.op, Op::Call { .. }).then(|| call.args[0])?;
            let index = self.instruction(callee).filter(|inst| matches!(inst.op, Op::Index { from_end: false }))?;
            Some((self.value(index.args[0], state), self.value(index.args[1], state)))
        };
        let Some((object, key)) = looked_up() else { return Vec::new() };
        let (Shape::Object(object), Some(tests)) = (&object.shape, &key.tests) else { return Vec::new() };
        if object.others.is_some() || key.null != Null::Never {
            return Vec::new();
        }
        let stands = |text: &Rc<str>| match object.fields.get(text).map(|field| &field.shape) {
            Some(Shape::Functions(all)) => all.iter().any(|other| other.is_same(callee)),
            _ => false,
        };
        let told = tests.cases.iter().filter(|(text, _)| stands(text)).map(|(_, facts)| facts.clone());
        told.reduce(|one, other| either(&one, &other)).unwrap_or_default()
    }
}

/// What an object has under a key that is one of several texts, where it has something under each.
fn one_of_these(object: &Object, key: &Known) -> Option<Known> {
    let cases = &key.tests.as_deref().filter(|_| key.null == Null::Never)?.cases;
    let fields: Option<Vec<Known>> = cases.iter().map(|(text, _)| object.fields.get(text).cloned()).collect();
    fields?.into_iter().reduce(|one, other| one.join(&other))
}
