//! What is known of a value, as plain data for those who compare it with a run.

use super::domain::{Integrity, Known, Null, Raw, Shape};
use super::flow::Flow;
use crate::value::Evidence;

/// What is known of a value at a place: everything that a run can show there lies in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Seen {
    /// Whether its own confidence may be unknown.
    pub unknown: bool,
    /// The least and the greatest confidence of its own when it is known, as [`crate::value::Confidence::bits`].
    pub confidence: (u32, u32),
    /// The same of parts that nobody knows one by one: whether unknown, and the least.
    pub inside: (bool, u32),
    /// The most that is believed of it.
    pub cap: u32,
    /// Its own evidence at least.
    pub evidence: Evidence,
    /// Whether an agent or somebody unknown may have a hand in its content.
    pub foreign: bool,
    /// Whether it may be null, and whether it may be something else.
    pub null: (bool, bool),
    /// Whether a null means that nothing was found.
    pub nothing: bool,
    /// What it looks like when it is not null.
    pub form: Form,
}

/// What a value looks like.
#[derive(Clone, PartialEq, Debug)]
pub enum Form {
    /// Anything; what is read out of it is no surer than itself.
    Any,
    /// Something without parts.
    Plain,
    /// A number between two bounds, and whether it is whole.
    Number(f64, f64, bool),
    /// This text.
    Text(String),
    /// This truth value.
    Bool(bool),
    /// A list: the fewest and the most elements, and what each is, one by one or all alike.
    List(u64, Option<u64>, Vec<Seen>, Option<Box<Seen>>),
    /// An object: fields by name, and what others are.
    Object(Vec<(String, Seen)>, Option<Box<Seen>>),
    /// Something that can be called or asked.
    Callable,
}

impl Seen {
    /// What is known, in plain words.
    pub(super) fn of(known: &Known) -> Self {
        Self {
            unknown: known.claim.unknown,
            confidence: (known.claim.low, known.claim.high),
            inside: (known.of_parts().unknown, known.of_parts().low),
            cap: known.cap.bound,
            evidence: known.evidence,
            foreign: known.integrity >= Integrity::Agent,
            null: (known.null != Null::Never, known.null != Null::Always),
            nothing: known.nothing.is_some(),
            form: Form::of(&known.shape),
        }
    }

    /// The least that it has earned.
    pub fn earned(&self) -> Raw {
        if self.unknown { 0 } else { self.confidence.0.min(self.cap) }
    }
}

impl Form {
    fn of(shape: &Shape) -> Self {
        let one = |known: &Known| Box::new(Seen::of(known));
        match shape {
            Shape::Any => Form::Any,
            Shape::Plain => Form::Plain,
            Shape::Number(number) => Form::Number(number.low, number.high, number.whole),
            Shape::Text(text) => Form::Text(text.to_string()),
            Shape::Bool(bool) => Form::Bool(*bool),
            Shape::List(list) => {
                let items = list.items.iter().flat_map(|items| items.iter().map(Seen::of)).collect();
                Form::List(list.low, list.high, items, list.element.as_ref().map(one))
            }
            Shape::Object(object) => Form::Object(
                object.fields.iter().map(|(key, known)| (key.to_string(), Seen::of(known))).collect(),
                object.others.as_ref().map(one),
            ),
            Shape::Functions(_) | Shape::Builtin(_) | Shape::Agent(_) | Shape::Agents | Shape::Cell(_) => {
                Form::Callable
            }
        }
    }
}

impl Flow<'_> {
    /// Remembers what is known of a value where somebody watches, on every way there.
    pub(super) fn watch(&mut self, place: u32, known: &Known) {
        let joined = self.watched.get(&place).map_or_else(|| known.clone(), |old| old.join(known));
        self.watched.insert(place, joined);
    }
}
