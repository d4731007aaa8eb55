//! Values, and what they carry.
//!
//! Every value has its confidence and its evidence beside its content, so that no operation can forget them; lists and
//! objects are values too: they are shared until somebody writes, and then copied. What computes on values charges a
//! [`Meter`] first, and fails with a [`Fault`].

mod confidence;
pub mod display;
pub mod encode;
mod error;
mod fault;
mod function;
pub mod json;
mod limits;
mod list;
mod lowest;
pub mod number;
mod object;
pub mod operator;
pub mod order;
pub mod path;
mod payload;
pub mod schema;
pub mod shaped;
mod text;
mod weigh;

pub use confidence::{Confidence, Evidence, Lanes, STEPS};
pub use error::Error;
pub use fault::Fault;
pub use function::{Agent, Closure};
pub use limits::{ELEMENT, ENTRY, EVENT, HEADER, KEY, Limits, MADE, Meter, NESTING, Stop, nest};
pub use list::{List, Range};
pub use object::Object;
pub use payload::{Kind, Value, View};
pub use text::{Key, Scalars};
pub use weigh::{weigh, weigh_data};

impl Value {
    /// A list of these elements; `R015` when they nest too deep.
    pub fn list(items: Vec<Value>) -> Result<Self, Fault> {
        List::new(items).map(Self::from)
    }

    /// An object of these entries; `R015` when they nest too deep.
    pub fn object(entries: impl IntoIterator<Item = (Key, Value)>) -> Result<Self, Fault> {
        Object::new(entries).map(Self::from)
    }

    /// Whether `if` takes it for true: everything but `false`, `null`, `0`, `NaN` and `""`.
    #[inline]
    pub fn truth(&self) -> bool {
        match self.kind() {
            Kind::Null => false,
            Kind::Bool => self.as_bool() == Some(true),
            Kind::Number => self.as_number().is_some_and(|number| number != 0.0 && !number.is_nan()),
            Kind::Text => self.as_text().is_some_and(|text| !text.is_empty()),
            _ => true,
        }
    }

    /// How deep it nests; 0 for what has no parts. What a function captured does not count, because nothing looks there.
    #[inline]
    pub fn depth(&self) -> u8 {
        if self.is_plain() {
            return 0;
        }
        match self.kind() {
            Kind::List => self.as_range().map_or_else(|| self.as_list().map_or(0, List::depth), |_| 1),
            Kind::Object => self.as_object().map_or(0, Object::depth),
            Kind::Error => self.as_error().map_or(0, |error| 1 + error.data.depth()),
            Kind::Agent => self.as_agent().map_or(0, |agent| agent.options.depth()),
            _ => 0,
        }
    }

    /// The lanes over its own and all its parts: what `~x` reads.
    #[inline]
    pub fn least(&self) -> Lanes {
        if self.is_plain() {
            return self.lanes();
        }
        match self.kind() {
            Kind::List => match self.as_range() {
                Some(range) if range.is_empty() => self.lanes(),
                Some(range) => self.lanes().meet(range.parts().2),
                None => self.as_list().map_or(self.lanes(), |list| self.lanes().meet(list.lowest())),
            },
            Kind::Object => self.as_object().map_or(self.lanes(), |object| self.lanes().meet(object.lowest())),
            Kind::Error => self
                .as_error()
                .map_or(self.lanes(), |error| self.lanes().meet(error.message.least()).meet(error.data.least())),
            _ => self.lanes(),
        }
    }

    /// [`Value::least`], where it needs no walk.
    #[inline]
    fn remembered_least(&self) -> Option<Lanes> {
        self.remembers_least().then(|| self.least())
    }

    fn remembers_least(&self) -> bool {
        if self.is_plain() {
            return true;
        }
        match self.kind() {
            Kind::List => self.as_range().is_some() || self.as_list().is_none_or(List::remembers_lowest),
            Kind::Object => self.as_object().is_none_or(Object::remembers_lowest),
            _ => true,
        }
    }

    /// How many elements, entries or scalars it has, if it is a list, an object or a text.
    pub fn size(&self) -> Option<usize> {
        match self.kind() {
            Kind::List => self.as_range().map(Range::len).or_else(|| self.as_list().map(List::len)),
            Kind::Object => self.as_object().map(Object::len),
            Kind::Text => self.as_scalars().map(Scalars::len),
            _ => None,
        }
    }
}
