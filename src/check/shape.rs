//! What a value looks like.

use super::domain::{Agent, CellId, Id, Known, Null};
use super::few::Few;
use super::line::Line;
use super::parts::{Fields, Items};
use crate::builtin::BuiltinId;
use crate::hir::FunctionId;
use crate::types::InterfaceId;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Beyond this nesting a value's shape is forgotten.
const DEEPEST: u32 = 4;

/// The most that a request which fails is made again.
const MOST_RETRIES: u32 = crate::host::MOST_RETRIES as u32;

/// What a value looks like.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Shape {
    /// Anything; its parts are as sure as itself.
    Any,
    /// A number.
    Number(Rc<Number>),
    /// A constant text.
    Text(Rc<str>),
    /// A constant truth value.
    Bool(bool),
    /// Something without parts of its own: text, null, a truth value.
    Plain,
    /// A list.
    List(Rc<List>),
    /// An object.
    Object(Rc<Object>),
    /// Some of these functions.
    Functions(Rc<Vec<Callee>>),
    /// A built-in.
    Builtin(BuiltinId),
    /// An agent.
    Agent(Rc<AgentShape>),
    /// All bound agents by name.
    Agents,
    /// A variable's cell, in the hands of a closure.
    Cell(CellId),
}

/// A number.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    /// At least.
    #[serde(with = "super::witness::real")]
    pub low: f64,
    /// At most.
    #[serde(with = "super::witness::real")]
    pub high: f64,
    /// Whether it is whole.
    pub whole: bool,
    /// Whether it is whole wherever it is finite.
    pub rounded: bool,
    /// Whether it may be no number at all, where there is no bound on either side.
    pub nan: bool,
    /// The value whose confidence it is.
    pub confidence_of: Option<Id>,
    /// Values whose confidence it never exceeds.
    pub below: Few<Id>,
    /// The value whose length it is.
    pub length_of: Option<Id>,
    /// The values that it was assessed on, where it is made from a confidence.
    pub assessed: Option<Few<Id>>,
    /// Whether arithmetic changed a confidence, and nothing has capped it since.
    pub changed: bool,
    /// Whether it is a sum of lengths and bounded numbers, so that it is finite whoever chose them.
    pub sized: bool,
    /// Whether it is not infinite in any case, though nobody knows how large it is.
    pub finite: bool,
    /// The sum that it is of other values.
    pub line: Option<Line>,
    /// The sum that it is a part of: the sum, and by what it is divided.
    pub ratio: Option<(Line, i32)>,
}

impl Number {
    /// Any number.
    pub fn any() -> Self {
        Self {
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
            whole: false,
            rounded: false,
            nan: true,
            confidence_of: None,
            below: Few::NONE,
            length_of: None,
            assessed: None,
            changed: false,
            sized: false,
            finite: false,
            line: None,
            ratio: None,
        }
    }

    /// Any number that there is: one that came from outside.
    pub fn real() -> Self {
        Self { nan: false, ..Self::any() }
    }

    /// The same of one that came as data: what is not finite cannot.
    pub fn given() -> Self {
        Self { finite: true, ..Self::real() }
    }

    /// Whether it is not infinite, as far as is known of one that has no name.
    pub fn is_bounded(&self) -> bool {
        self.finite || self.is_finite()
    }

    /// Whether it may be no number at all. What has a bound, or is whole, is one.
    pub fn may_be_none(&self) -> bool {
        self.nan && !self.whole && !self.low.is_finite() && !self.high.is_finite()
    }

    /// What is left of it without its sign.
    pub fn magnitude(&self) -> Self {
        if self.may_be_none() {
            return Self::any();
        }
        let low = self.low.max(-self.high).max(0.0);
        let high = self.low.abs().max(self.high.abs());
        Self {
            low,
            high,
            whole: self.whole,
            rounded: self.rounded,
            sized: self.sized,
            finite: self.is_bounded(),
            ..Self::any()
        }
    }

    /// Whether it is whole wherever it is finite, however that is known.
    pub fn is_rounded(&self) -> bool {
        self.whole || self.rounded
    }

    /// What is rounded and finite is whole.
    pub fn settled(self) -> Self {
        let whole = self.whole || self.rounded && self.low.is_finite() && self.high.is_finite();
        Self { whole, ..self }
    }

    /// One number.
    pub fn exactly(x: f64) -> Self {
        if x.is_nan() {
            return Self::any();
        }
        Self { low: x, high: x, whole: x.fract() == 0.0, nan: false, ..Self::any() }
    }

    /// The number, when only one is possible.
    pub fn constant(&self) -> Option<f64> {
        (self.low == self.high).then_some(self.low)
    }

    /// Whether it is finite in any case.
    pub fn is_finite(&self) -> bool {
        self.sized || self.low.is_finite() && self.high.is_finite()
    }

    pub(super) fn join(&self, other: &Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            whole: self.whole && other.whole,
            rounded: self.is_rounded() && other.is_rounded(),
            nan: self.may_be_none() || other.may_be_none(),
            confidence_of: if self.confidence_of == other.confidence_of { self.confidence_of } else { None },
            // Nought and less is below every confidence.
            below: if self.high <= 0.0 {
                other.below.clone()
            } else if other.high <= 0.0 {
                self.below.clone()
            } else {
                self.below.common(&other.below)
            },
            length_of: if self.length_of == other.length_of { self.length_of } else { None },
            assessed: match (&self.assessed, &other.assessed) {
                (Some(a), Some(b)) => Some(a.union(b)),
                (a, b) => a.clone().or_else(|| b.clone()),
            },
            changed: self.changed || other.changed,
            line: if self.line == other.line { self.line } else { None },
            ratio: if self.ratio == other.ratio { self.ratio } else { None },
            sized: self.is_finite() && other.is_finite(),
            finite: self.is_bounded() && other.is_bounded(),
        }
    }
}

/// A list.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// What any element is.
    pub element: Option<Known>,
    /// The fewest elements.
    pub low: u64,
    /// The most, where there is a bound.
    pub high: Option<u64>,
    /// The elements one by one, for short lists that are written out.
    pub items: Option<Items>,
    /// The name of its length, when it is the length of something that the host gives.
    pub size: Option<Rc<str>>,
}

/// An object.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    /// The fields that are known.
    pub fields: Fields,
    /// What any other field is, where there may be others.
    pub others: Option<Known>,
    /// How many others there are at most, where that is known.
    pub most: Option<u64>,
}

/// What may be called, where it is one of several.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Callee {
    /// A function of the program.
    Own(Closure),
    /// A built-in.
    BuiltIn(BuiltinId),
}

impl Callee {
    /// Whether it is the same function, whatever it carries.
    pub fn is_same(&self, other: &Callee) -> bool {
        match (self, other) {
            (Callee::Own(one), Callee::Own(other)) => one.function == other.function,
            (Callee::BuiltIn(one), Callee::BuiltIn(other)) => one == other,
            _ => false,
        }
    }

    /// What it carries.
    pub fn captures(&self) -> &[Known] {
        match self {
            Callee::Own(closure) => &closure.captures,
            Callee::BuiltIn(_) => &[],
        }
    }

    /// The same with other things carried.
    pub fn carrying(&self, change: impl FnMut(&Known) -> Known) -> Self {
        match self {
            Callee::Own(closure) => Callee::Own(Closure {
                function: closure.function,
                captures: Rc::new(closure.captures.iter().map(change).collect()),
            }),
            Callee::BuiltIn(id) => Callee::BuiltIn(*id),
        }
    }
}

/// The functions that may be either of two.
fn either<'a>(one: &[Callee], other: impl IntoIterator<Item = &'a Callee>, depth: u32) -> Shape {
    let mut all = one.to_vec();
    for callee in other {
        match (all.iter_mut().find(|known| known.is_same(callee)), callee) {
            (Some(Callee::Own(own)), Callee::Own(closure)) => {
                let captures = own.captures.iter().zip(closure.captures.iter());
                own.captures = Rc::new(captures.map(|(x, y)| x.join_at(y, depth + 1)).collect());
            }
            (Some(_), _) => {}
            (None, _) => all.push(callee.clone()),
        }
    }
    Shape::Functions(Rc::new(all))
}

/// A function with what it carries.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closure {
    /// Its code.
    pub function: FunctionId,
    /// Values and cells.
    pub captures: Rc<Vec<Known>>,
}

/// An agent.
#[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentShape {
    /// Which ones it may be.
    pub who: BTreeSet<Agent>,
    /// Its interfaces, nothing where none is declared: one of these.
    pub interfaces: BTreeSet<Option<InterfaceId>>,
    /// Whether agent text chose it.
    pub chosen: bool,
    /// How it is asked.
    pub manner: Manner,
}

/// How an agent is asked, or a copy of it that was given other settings.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manner {
    /// How often a request that fails is made again at most.
    pub retries: u32,
    /// Whether it may have the time that is its own.
    pub own_time: bool,
    /// The time that it is given otherwise at most.
    #[serde(with = "super::witness::real")]
    pub time: f64,
    /// Whether the model that answers may be its own.
    pub own_model: bool,
    /// What a request costs otherwise at most; nobody knows it of a model of which nobody says it.
    #[serde(with = "super::witness::real")]
    pub price: f64,
}

impl Default for Manner {
    fn default() -> Self {
        Self { retries: 0, own_time: true, time: 0.0, own_model: true, price: 0.0 }
    }
}

impl Manner {
    /// One or the other.
    pub fn join(self, other: Self) -> Self {
        Self {
            retries: self.retries.max(other.retries),
            own_time: self.own_time || other.own_time,
            time: self.time.max(other.time),
            own_model: self.own_model || other.own_model,
            price: self.price.max(other.price),
        }
    }

    /// With what `with` is given.
    pub fn set(self, options: &Known) -> Self {
        let option = |name: &str| match &options.shape {
            Shape::Object(object) => object.field(name),
            _ => Some(Known::anything()),
        };
        let mut set = self;
        if let Some(retries) = option("retries") {
            let most = super::interval::numbers(&retries).high.clamp(0.0, f64::from(MOST_RETRIES));
            set.retries = if retries.null == Null::Never { most as u32 } else { self.retries.max(most as u32) };
        }
        if let Some(time) = option("timeout") {
            let most = super::interval::numbers(&time).high.max(0.0);
            set = match time.null {
                Null::Never => Self { own_time: false, time: most, ..set },
                // A null is no setting.
                _ => Self { own_time: true, time: self.time.max(most), ..set },
            };
        }
        set
    }

    /// What it does to what is done rather than asked, and the option that does.
    pub fn harm(self) -> Option<(&'static str, &'static str)> {
        let limited = !self.own_time || self.time > 0.0;
        if self.retries > 0 { Some(("happen twice", "retries")) } else { limited.then_some(("be lost", "timeout")) }
    }

    /// How often something is asked at most for one answer.
    pub fn tries(self) -> f64 {
        1.0 + f64::from(self.retries)
    }
}

/// What a value may hold that can be called, where its shape does not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Hidden {
    /// Agents.
    pub agents: bool,
    /// Functions.
    pub functions: bool,
}

impl Hidden {
    /// Whatever one or the other may hold.
    pub fn or(self, other: Self) -> Self {
        Self { agents: self.agents || other.agents, functions: self.functions || other.functions }
    }
}

impl AgentShape {
    /// One agent.
    pub fn one(who: Agent, interface: Option<InterfaceId>) -> Self {
        Self {
            who: BTreeSet::from([who]),
            interfaces: BTreeSet::from([interface]),
            chosen: false,
            manner: Manner::default(),
        }
    }

    /// Its interface, where there is one only.
    pub fn interface(&self) -> Option<InterfaceId> {
        if self.interfaces.len() == 1 { self.interfaces.iter().next().copied().flatten() } else { None }
    }
}

impl Known {
    /// Whether it is a function that carries variables, or holds one.
    pub fn holds_cells(&self) -> bool {
        let mut found = false;
        self.cells(&mut |_| found = true);
        found
    }

    /// The cells that it holds, in the functions among its parts.
    pub fn cells(&self, meet: &mut dyn FnMut(CellId)) {
        match &self.shape {
            Shape::Cell(cell) => meet(*cell),
            Shape::Functions(all) => all.iter().flat_map(Callee::captures).for_each(|known| known.cells(meet)),
            Shape::List(list) => {
                let items = list.items.iter().flat_map(|items| items.iter());
                items.chain(&list.element).for_each(|known| known.cells(meet));
            }
            Shape::Object(object) => object.fields.values().chain(&object.others).for_each(|known| known.cells(meet)),
            _ => {}
        }
    }
}

impl Shape {
    /// Whether it is a function, of the program's or built in.
    pub fn is_function(&self) -> bool {
        matches!(self, Shape::Functions(_) | Shape::Builtin(_))
    }

    /// What can be called in it.
    pub fn hidden(&self) -> Hidden {
        let all = |mut parts: Vec<&Known>| parts.drain(..).map(Known::hides).fold(Hidden::default(), Hidden::or);
        match self {
            Shape::Functions(_) | Shape::Builtin(_) => Hidden { functions: true, agents: false },
            Shape::Agent(_) | Shape::Agents => Hidden { agents: true, functions: false },
            Shape::Cell(_) => Hidden { agents: true, functions: true },
            Shape::List(list) => all(list.items.iter().flat_map(|items| items.iter()).chain(&list.element).collect()),
            Shape::Object(object) => all(object.fields.values().chain(&object.others).collect()),
            _ => Hidden::default(),
        }
    }

    pub(super) fn join(&self, other: &Shape, self_null: bool, other_null: bool, depth: u32) -> Shape {
        if self == other || other_null {
            return self.clone();
        }
        if self_null {
            return other.clone();
        }
        if depth >= DEEPEST {
            return Shape::Any;
        }
        match (self, other) {
            (Shape::Number(a), Shape::Number(b)) => Shape::Number(Rc::new(a.join(b))),
            (Shape::List(a), Shape::List(b)) => Shape::List(Rc::new(a.join(b, depth))),
            (Shape::Object(a), Shape::Object(b)) => Shape::Object(Rc::new(a.join(b, depth))),
            (Shape::Functions(a), Shape::Functions(b)) => either(a, b.iter(), depth),
            (Shape::Functions(a), Shape::Builtin(b)) => either(a, [&Callee::BuiltIn(*b)], depth),
            (Shape::Builtin(a), Shape::Functions(b)) => either(&[Callee::BuiltIn(*a)], b.iter(), depth),
            (Shape::Builtin(a), Shape::Builtin(b)) => either(&[Callee::BuiltIn(*a)], [&Callee::BuiltIn(*b)], depth),
            (Shape::Agent(a), Shape::Agent(b)) => Shape::Agent(Rc::new(AgentShape {
                who: super::roster::either(&a.who, &b.who),
                interfaces: a.interfaces.union(&b.interfaces).copied().collect(),
                chosen: a.chosen || b.chosen,
                manner: a.manner.join(b.manner),
            })),
            (Shape::Text(_) | Shape::Bool(_) | Shape::Plain, Shape::Text(_) | Shape::Bool(_) | Shape::Plain) => {
                Shape::Plain
            }
            (
                Shape::Plain | Shape::Text(_) | Shape::Bool(_) | Shape::Number(_),
                Shape::Plain | Shape::Text(_) | Shape::Bool(_) | Shape::Number(_),
            ) => Shape::Plain,
            _ => Shape::Any,
        }
    }
}

impl List {
    /// A list that is known one by one.
    pub fn of(items: impl IntoIterator<Item = Known>) -> List {
        let items: Vec<Known> = items.into_iter().collect();
        let count = items.len() as u64;
        List { element: None, low: count, high: Some(count), items: Some(items.into()), size: None }
    }

    /// What reading any element gives.
    pub fn any(&self) -> Option<Known> {
        self.element.clone().or_else(|| self.items.as_ref()?.any())
    }

    /// The same list with its elements summed up.
    pub fn summed(&self) -> List {
        List { element: self.any(), items: None, ..self.clone() }
    }

    pub(super) fn join(&self, other: &List, depth: u32) -> List {
        let items = match (&self.items, &other.items) {
            (Some(a), Some(b)) if a.len() == b.len() => {
                Some(a.iter().zip(b.iter()).map(|(x, y)| x.join_at(y, depth + 1)).collect())
            }
            _ => None,
        };
        let element = match items {
            Some(_) => None,
            None => match (self.any(), other.any()) {
                (Some(a), Some(b)) => Some(a.join_at(&b, depth + 1)),
                (a, b) => a.or(b),
            },
        };
        let size = if self.size == other.size { self.size.clone() } else { None };
        List {
            element,
            low: self.low.min(other.low),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
            items,
            size,
        }
    }
}

impl Object {
    pub(super) fn join(&self, other: &Object, depth: u32) -> Object {
        // A field that one of them has is in the other one of those that are not known, if it has any.
        let (mine, theirs) = (self.other(), other.other());
        let both = |a: &Known, b: &Known| a.join_at(b, depth + 1);
        let alone = |a: &Known, other: &Option<Known>, first: bool| match other {
            Some(b) if first => a.join_at(b, depth + 1),
            Some(b) => b.join_at(a, depth + 1),
            None => Known { null: a.null.join(Null::Always), id: Id::NONE, ..a.clone() },
        };
        let fields = self.fields.joined(&other.fields, both, |a| alone(a, &theirs, true), |b| alone(b, &mine, false));
        let others = match (&self.others, &other.others) {
            (Some(a), Some(b)) => Some(a.join_at(b, depth + 1)),
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        let most = match (&self.others, &other.others) {
            (Some(_), Some(_)) => self.most.zip(other.most).map(|(a, b)| a.max(b)),
            (Some(_), None) => self.most,
            _ => other.most,
        };
        Object { fields, others, most }
    }

    /// How many fields there are at most, where that is known.
    pub fn most_fields(&self) -> Option<u64> {
        let others = if self.others.is_some() { self.most? } else { 0 };
        Some(others.saturating_add(self.fields.len() as u64))
    }

    /// Puts a field there, or may: what was there before stays possible then.
    pub fn put(&mut self, key: &Rc<str>, value: &Known, surely: bool) {
        let value = match self.field(key) {
            Some(old) if !surely => old.join(value),
            None if !surely => Known { null: value.null.join(Null::Always), id: Id::NONE, ..value.clone() },
            _ => value.clone(),
        };
        self.fields.insert(key.clone(), value);
    }

    /// Puts a value under keys that are not known, so many at most, where that is known.
    pub fn put_anywhere(&mut self, value: &Known, keys: Option<u64>) {
        let before = if self.others.is_some() { self.most } else { Some(0) };
        self.most = before.zip(keys).map(|(a, b)| a.saturating_add(b));
        let value = value.detached();
        self.fields.each(|field| field.join(&value));
        self.others = Some(self.others.take().map_or_else(|| value.clone(), |old| old.join(&value)));
    }

    /// Puts all fields of another there that may be null, and has none then.
    pub fn take_from(&mut self, whole: &Known, other: &Object) {
        if whole.null == Null::Never {
            self.take(other);
        } else if whole.null == Null::Maybe {
            other.fields.iter().for_each(|(key, value)| self.put(key, value, false));
            other.others.iter().for_each(|others| self.put_anywhere(others, other.most));
        }
    }

    /// Puts all fields of another there.
    pub fn take(&mut self, other: &Object) {
        if let Some(others) = &other.others {
            self.put_anywhere(others, other.most);
        }
        // What is certainly there is what it was, and stays shared.
        self.fields.take(&other.fields, |value| value.null == Null::Never);
        for (key, value) in other.fields.iter().filter(|(_, value)| value.null != Null::Never) {
            self.put(key, value, false);
        }
    }

    /// What any field is.
    pub fn any(&self) -> Option<Known> {
        super::parts::any(self.fields.values().chain(&self.others))
    }

    /// What a field is, if it may be there.
    pub fn field(&self, key: &str) -> Option<Known> {
        self.fields.get(key).cloned().or_else(|| self.other())
    }

    /// What a field is that is not known by its name, if there may be such.
    fn other(&self) -> Option<Known> {
        self.others.as_ref().map(|other| Known { null: other.null.join(Null::Always), id: Id::NONE, ..other.clone() })
    }
}
