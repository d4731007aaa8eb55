//! The value itself: sixteen bytes, the content beside the lanes.
//!
//! An enumeration with an `Arc` in it is sixteen bytes before it carries any confidence. So the content is a union of
//! eight bytes, and the tag that says which member holds stands with confidence and evidence in the other eight. This
//! file is the only one that may look into the union; everything above it uses the accessors.
#![allow(unsafe_code)]

mod shortcut;

use std::mem::{ManuallyDrop, MaybeUninit};
use std::num::NonZeroU64;

use triomphe::Arc;

use super::confidence::{Confidence, Evidence, Lanes};
use super::error::Error;
use super::function::{Agent, Closure};
use super::list::{List, Range};
use super::object::Object;
use super::text::Body;

/// A value of the language with its confidence and evidence.
#[repr(C)]
pub struct Value {
    payload: Payload,
    /// Confidence, evidence, tag, and how many bytes a short text has, from the lowest bits on. One word, because what is
    /// written in parts and read as a whole is slow; never 0, because no tag is.
    word: NonZeroU64,
}

/// Where the evidence begins in the word.
const EVIDENCE: u32 = 32;
/// Where the tag begins.
const TAG: u32 = 40;
/// Where the length of a short text begins.
const SHORT: u32 = 48;
/// The bits of confidence and evidence.
const LANES: u64 = (1 << TAG) - 1;

#[repr(C)]
union Payload {
    /// Whatever it is, to be moved.
    whole: MaybeUninit<u64>,
    bits: u64,
    number: f64,
    bytes: [u8; 8],
    text: ManuallyDrop<Arc<Body>>,
    list: ManuallyDrop<Arc<List>>,
    range: ManuallyDrop<Arc<Range>>,
    object: ManuallyDrop<Arc<Object>>,
    closure: ManuallyDrop<Arc<Closure>>,
    agent: ManuallyDrop<Arc<Agent>>,
    error: ManuallyDrop<Arc<Error>>,
}

/// Which member of the payload holds. Those from [`Tag::Text`] on own a share of an allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub(super) enum Tag {
    Null = 1,
    Bool,
    Number,
    Native,
    Cell,
    Short,
    Text,
    List,
    Range,
    Object,
    Closure,
    Agent,
    Error,
}

/// What `typeof` tells apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool,
    /// a number
    Number,
    /// a text
    Text,
    /// a list
    List,
    /// an object
    Object,
    /// a function
    Function,
    /// an agent
    Agent,
    /// an error
    Error,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Null,
        Self::Bool,
        Self::Number,
        Self::Text,
        Self::List,
        Self::Object,
        Self::Function,
        Self::Agent,
        Self::Error,
    ];

    /// What `typeof` gives.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::Text => "string",
            Self::List => "list",
            Self::Object => "object",
            Self::Function => "function",
            Self::Agent => "agent",
            Self::Error => "error",
        }
    }

    /// The name with its article, for messages.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Function => "a function",
            Self::Agent => "an agent",
            Self::Error => "an error",
        }
    }
}

/// A value taken apart for a `match`.
#[derive(Clone, Copy, Debug)]
pub enum View<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// a number
    Number(f64),
    /// a text
    Text(&'a str),
    /// a list
    List(&'a List),
    /// an object
    Object(&'a Object),
    /// a function of the program
    Closure(&'a Closure),
    /// a built-in as a value
    Native(u16),
    /// an agent
    Agent(&'a Agent),
    /// an error
    Error(&'a Error),
    /// a variable that functions share; the machine's own, never seen by a program
    Cell(u32),
}

impl Value {
    /// `null`
    pub const NULL: Self = Self::plain(Tag::Null, Payload { bits: 0 });
    /// `true`
    pub const TRUE: Self = Self::plain(Tag::Bool, Payload { bits: 1 });
    /// `false`
    pub const FALSE: Self = Self::plain(Tag::Bool, Payload { bits: 0 });

    #[inline(always)]
    const fn plain(tag: Tag, payload: Payload) -> Self {
        Self { payload, word: word(tag, 0) }
    }

    #[inline(always)]
    const fn tag(&self) -> Tag {
        // SAFETY: the byte was written from a tag.
        unsafe { std::mem::transmute::<u8, Tag>((self.word.get() >> TAG) as u8) }
    }

    /// The bytes of a short text; 0 for everything else.
    #[inline(always)]
    const fn short_len(&self) -> usize {
        (self.word.get() >> SHORT) as u8 as usize
    }

    /// A boolean.
    #[inline]
    pub const fn bool(bool: bool) -> Self {
        Self::plain(Tag::Bool, Payload { bits: bool as u64 })
    }

    /// A number.
    #[inline]
    pub const fn number(number: f64) -> Self {
        Self::plain(Tag::Number, Payload { number })
    }

    /// A built-in as a value.
    pub const fn native(id: u16) -> Self {
        Self::plain(Tag::Native, Payload { bits: id as u64 })
    }

    /// A variable that functions share, by its place in the machine's table.
    pub const fn cell(index: u32) -> Self {
        Self::plain(Tag::Cell, Payload { bits: index as u64 })
    }

    /// A text; up to eight bytes need no allocation.
    pub fn text(text: &str) -> Self {
        match Self::short(text) {
            Some(value) => value,
            None => Self::body(Body::new(text.into())),
        }
    }

    /// A text from an owned string, whose storage is kept when it is long.
    pub fn string(text: String) -> Self {
        match Self::short(&text) {
            Some(value) => value,
            None => Self::body(Body::new(text)),
        }
    }

    #[inline]
    fn short(text: &str) -> Option<Self> {
        let mut bytes = [0; 8];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self::short_of(bytes, text.len()))
    }

    /// The short text whose bytes are the first of these.
    #[inline]
    fn short_of(bytes: [u8; 8], len: usize) -> Self {
        let mut value = Self::plain(Tag::Short, Payload { bytes });
        value.word = word(Tag::Short, len as u8);
        value
    }

    /// Two texts, one behind the other.
    pub(super) fn joined(left: &str, right: &str) -> Self {
        let (mut bytes, len) = ([0; 8], left.len() + right.len());
        match bytes.get_mut(..len).and_then(|whole| whole.split_at_mut_checked(left.len())) {
            Some((first, second)) => {
                first.copy_from_slice(left.as_bytes());
                second.copy_from_slice(right.as_bytes());
                Self::short_of(bytes, len)
            }
            None => {
                let mut whole = String::with_capacity(len);
                whole.push_str(left);
                whole.push_str(right);
                Self::body(Body::new(whole))
            }
        }
    }

    /// A text that is stored apart, whatever its length, so that it can grow in place.
    pub(super) fn body(body: Body) -> Self {
        Self::plain(Tag::Text, Payload { text: ManuallyDrop::new(Arc::new(body)) })
    }

    /// A function of the program.
    pub fn closure(closure: Closure) -> Self {
        Self::plain(Tag::Closure, Payload { closure: ManuallyDrop::new(Arc::new(closure)) })
    }

    /// An agent.
    pub fn agent(agent: Agent) -> Self {
        Self::plain(Tag::Agent, Payload { agent: ManuallyDrop::new(Arc::new(agent)) })
    }

    /// An error, not yet thrown. Data that would nest too deep with it around them are left out.
    pub fn error(mut error: Error) -> Self {
        if error.data.depth() >= super::limits::NESTING {
            error.data = Self::NULL;
        }
        Self::plain(Tag::Error, Payload { error: ManuallyDrop::new(Arc::new(error)) })
    }

    /// What `typeof` tells apart. A cell counts as null, because no program can hold one.
    #[inline]
    pub fn kind(&self) -> Kind {
        match self.tag() {
            Tag::Null | Tag::Cell => Kind::Null,
            Tag::Bool => Kind::Bool,
            Tag::Number => Kind::Number,
            Tag::Short | Tag::Text => Kind::Text,
            Tag::List | Tag::Range => Kind::List,
            Tag::Object => Kind::Object,
            Tag::Native | Tag::Closure => Kind::Function,
            Tag::Agent => Kind::Agent,
            Tag::Error => Kind::Error,
        }
    }

    /// The value taken apart. A range that nobody has looked into yet is built by it.
    #[inline]
    pub fn view(&self) -> View<'_> {
        // SAFETY: the tag says which member was written.
        unsafe {
            match self.tag() {
                Tag::Null => View::Null,
                Tag::Bool => View::Bool(self.payload.bits != 0),
                Tag::Number => View::Number(self.payload.number),
                Tag::Short | Tag::Text => View::Text(self.text_unchecked()),
                Tag::List => View::List(&self.payload.list),
                Tag::Range => View::List(self.payload.range.list()),
                Tag::Object => View::Object(&self.payload.object),
                Tag::Closure => View::Closure(&self.payload.closure),
                Tag::Native => View::Native(self.payload.bits as u16),
                Tag::Agent => View::Agent(&self.payload.agent),
                Tag::Error => View::Error(&self.payload.error),
                Tag::Cell => View::Cell(self.payload.bits as u32),
            }
        }
    }

    /// The lanes of the value's own; of a list or object those of its structure.
    #[inline]
    pub fn lanes(&self) -> Lanes {
        Lanes::new(self.confidence(), self.evidence())
    }

    /// The confidence of the value's own.
    #[inline]
    pub fn confidence(&self) -> Confidence {
        Confidence::held(self.word.get() as u32)
    }

    /// The evidence of the value's own.
    #[inline]
    pub fn evidence(&self) -> Evidence {
        // SAFETY: the byte was written from an evidence.
        unsafe { std::mem::transmute::<u8, Evidence>((self.word.get() >> EVIDENCE) as u8) }
    }

    /// Sets the lanes of the value's own.
    #[inline]
    pub fn set_lanes(&mut self, lanes: Lanes) {
        let word = self.word.get() & !LANES | bits(lanes);
        // SAFETY: the tag stays, and no tag is 0.
        self.word = unsafe { NonZeroU64::new_unchecked(word) };
    }

    /// With these lanes as its own.
    #[inline]
    #[must_use]
    pub fn with(mut self, lanes: Lanes) -> Self {
        self.set_lanes(lanes);
        self
    }

    /// With its own lanes lowered by the law.
    #[inline]
    #[must_use]
    pub fn under(mut self, lanes: Lanes) -> Self {
        self.lower(lanes);
        self
    }

    /// Whether it has no parts: no list, object, function, agent or error.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.tag() <= Tag::Text
    }

    /// Whether it is `null`.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.tag() == Tag::Null
    }

    /// Whether its lanes are those of a literal.
    #[inline]
    pub fn is_exact(&self) -> bool {
        self.word.get() & LANES == bits(Lanes::EXACT)
    }

    /// The boolean, if it is one.
    #[inline]
    pub fn as_bool(&self) -> Option<bool> {
        // SAFETY: every member can be read as bits or as a number.
        (self.tag() == Tag::Bool).then_some(unsafe { self.payload.bits } != 0)
    }

    /// The number, if it is one.
    #[inline]
    pub fn as_number(&self) -> Option<f64> {
        // SAFETY: every member can be read as bits or as a number.
        (self.tag() == Tag::Number).then_some(unsafe { self.payload.number })
    }

    /// The text, if it is one.
    #[inline]
    pub fn as_text(&self) -> Option<&str> {
        // SAFETY: the tag says that it is a text.
        matches!(self.tag(), Tag::Short | Tag::Text).then(|| unsafe { self.text_unchecked() })
    }

    /// # Safety
    /// The tag is [`Tag::Short`] or [`Tag::Text`].
    #[inline]
    unsafe fn text_unchecked(&self) -> &str {
        // SAFETY: the caller vouches for the tag; the bytes of a short text were copied from one `str` or two, of this length.
        unsafe {
            match self.tag() {
                Tag::Short => std::str::from_utf8_unchecked(&self.payload.bytes[..self.short_len()]),
                _ => self.payload.text.as_str(),
            }
        }
    }

    /// The stored text, unless it is no text or a short one.
    #[inline]
    pub(super) fn as_body(&self) -> Option<&Body> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::Text).then(|| unsafe { &**self.payload.text })
    }

    /// The stored text, if nobody shares it.
    #[inline]
    pub(super) fn body_mut(&mut self) -> Option<&mut Body> {
        if self.tag() != Tag::Text {
            return None;
        }
        // SAFETY: the tag says which member was written.
        Arc::get_mut(unsafe { &mut self.payload.text })
    }

    /// Whether both are the same short text, or the same text in the same place; if not, they may still be equal.
    #[inline]
    pub(super) fn is_same_text(&self, other: &Self) -> bool {
        // SAFETY: every member can be read as bits; a short text fills the rest with zeros.
        (self.word.get() ^ other.word.get()) >> TAG == 0 && unsafe { self.payload.bits == other.payload.bits }
    }

    /// Whether both are the same bit for bit, lanes included; if not, they may still be equal.
    #[inline(always)]
    pub(super) fn is_same_bits(&self, other: &Self) -> bool {
        // SAFETY: every member can be read as bits.
        self.word == other.word && unsafe { self.payload.bits == other.payload.bits }
    }

    /// Whether it is a text of at most eight bytes that is stored in the value.
    #[inline]
    pub(super) fn is_short(&self) -> bool {
        self.tag() == Tag::Short
    }

    /// The eight bytes of a short text as one number.
    #[inline]
    pub(super) fn short_bits(&self) -> u64 {
        debug_assert!(self.is_short());
        // SAFETY: every member can be read as bits.
        unsafe { self.payload.bits }
    }

    /// The list, if it is one. A range that nobody has looked into yet is built by it.
    #[inline]
    pub fn as_list(&self) -> Option<&List> {
        // SAFETY: the tag says which member was written.
        unsafe {
            match self.tag() {
                Tag::List => Some(&self.payload.list),
                Tag::Range => Some(self.payload.range.list()),
                _ => None,
            }
        }
    }

    /// The range, if it is a list that is one.
    #[inline]
    pub fn as_range(&self) -> Option<&Range> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::Range).then(|| unsafe { &**self.payload.range })
    }

    /// The list to be changed, if it is one; copied first if it is shared.
    #[inline]
    pub fn as_list_mut(&mut self) -> Option<&mut List> {
        if self.tag() == Tag::Range {
            // SAFETY: the tag says which member was written.
            let list = unsafe { self.payload.range.list() }.clone();
            *self = Self::from(list).with(self.lanes());
        }
        if self.tag() != Tag::List {
            return None;
        }
        // SAFETY: the tag says which member was written.
        Some(Arc::make_mut(unsafe { &mut self.payload.list }))
    }

    /// The object, if it is one.
    #[inline]
    pub fn as_object(&self) -> Option<&Object> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::Object).then(|| unsafe { &**self.payload.object })
    }

    /// The object to be changed, if it is one; copied first if it is shared.
    #[inline]
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        if self.tag() != Tag::Object {
            return None;
        }
        // SAFETY: the tag says which member was written.
        Some(Arc::make_mut(unsafe { &mut self.payload.object }))
    }

    /// The function of the program, if it is one.
    #[inline]
    pub fn as_closure(&self) -> Option<&Closure> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::Closure).then(|| unsafe { &**self.payload.closure })
    }

    /// The built-in, if it is one.
    #[inline]
    pub fn as_native(&self) -> Option<u16> {
        // SAFETY: every member can be read as bits or as a number.
        (self.tag() == Tag::Native).then_some(unsafe { self.payload.bits } as u16)
    }

    /// The agent, if it is one.
    pub fn as_agent(&self) -> Option<&Agent> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::Agent).then(|| unsafe { &**self.payload.agent })
    }

    /// The error, if it is one.
    pub fn as_error(&self) -> Option<&Error> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::Error).then(|| unsafe { &**self.payload.error })
    }

    /// The place in the machine's table of shared variables, if it is one.
    #[inline]
    pub fn as_cell(&self) -> Option<u32> {
        // SAFETY: every member can be read as bits or as a number.
        (self.tag() == Tag::Cell).then_some(unsafe { self.payload.bits } as u32)
    }

    /// Whether changing it needs a copy first, because another value shares its storage.
    #[inline]
    pub fn is_shared(&self) -> bool {
        // SAFETY: the tag says which member was written.
        unsafe {
            match self.tag() {
                Tag::Text => !self.payload.text.is_unique(),
                Tag::List => !self.payload.list.is_unique(),
                Tag::Range => true,
                Tag::Object => !self.payload.object.is_unique(),
                Tag::Error => !self.payload.error.is_unique(),
                _ => false,
            }
        }
    }

    /// Where its storage is, if it has any: equal for values that share it.
    pub fn address(&self) -> Option<usize> {
        // SAFETY: every member can be read as bits.
        (self.tag() >= Tag::Text).then_some(unsafe { self.payload.bits } as usize)
    }
}

impl Value {
    /// Adds the values that it is made of, at one depth.
    pub(super) fn parts<'a>(&'a self, parts: &mut Vec<&'a Value>) {
        if self.as_range().is_some_and(|range| !range.is_built()) {
            return;
        }
        match self.view() {
            View::List(list) => parts.extend(list),
            View::Object(object) => parts.extend(object.iter().flat_map(|(key, value)| [key.as_value(), value])),
            View::Closure(closure) => parts.extend(&closure.captures),
            View::Agent(agent) => parts.push(&agent.options),
            View::Error(error) => parts.extend([&error.message, &error.data]),
            View::Null | View::Bool(_) | View::Number(_) | View::Text(_) | View::Native(_) | View::Cell(_) => {}
        }
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::plain(Tag::List, Payload { list: ManuallyDrop::new(Arc::new(list)) })
    }
}

impl From<Range> for Value {
    fn from(range: Range) -> Self {
        Self::plain(Tag::Range, Payload { range: ManuallyDrop::new(Arc::new(range)) })
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::plain(Tag::Object, Payload { object: ManuallyDrop::new(Arc::new(object)) })
    }
}

impl Clone for Value {
    #[inline(always)]
    fn clone(&self) -> Self {
        if self.tag() >= Tag::Text {
            self.count();
        }
        // SAFETY: a share was counted before the bits are copied, so that each copy owns one.
        unsafe { std::ptr::read(self) }
    }
}

/// Counts one more share, which the bits that are copied next own.
#[inline]
fn share<T>(arc: &ManuallyDrop<Arc<T>>) {
    let _counted = ManuallyDrop::clone(arc);
}

impl Drop for Value {
    #[inline]
    fn drop(&mut self) {
        if self.tag() >= Tag::Text {
            self.release();
        }
    }
}

impl Value {
    /// Counts one more share of what it owns.
    #[inline(never)]
    fn count(&self) {
        // SAFETY: the tag says which member was written.
        unsafe {
            match self.tag() {
                Tag::Null | Tag::Bool | Tag::Number | Tag::Native | Tag::Cell | Tag::Short => {}
                Tag::Text => share(&self.payload.text),
                Tag::List => share(&self.payload.list),
                Tag::Range => share(&self.payload.range),
                Tag::Object => share(&self.payload.object),
                Tag::Closure => share(&self.payload.closure),
                Tag::Agent => share(&self.payload.agent),
                Tag::Error => share(&self.payload.error),
            }
        }
    }

    /// Gives back its share. It recurses as deep as values nest, which is limited.
    #[inline(never)]
    fn release(&mut self) {
        // SAFETY: the tag says which member was written, and the value is not used again.
        unsafe {
            match self.tag() {
                Tag::Null | Tag::Bool | Tag::Number | Tag::Native | Tag::Cell | Tag::Short => {}
                Tag::Text => ManuallyDrop::drop(&mut self.payload.text),
                Tag::List => ManuallyDrop::drop(&mut self.payload.list),
                Tag::Range => ManuallyDrop::drop(&mut self.payload.range),
                Tag::Object => ManuallyDrop::drop(&mut self.payload.object),
                Tag::Closure => ManuallyDrop::drop(&mut self.payload.closure),
                Tag::Agent => ManuallyDrop::drop(&mut self.payload.agent),
                Tag::Error => ManuallyDrop::drop(&mut self.payload.error),
            }
        }
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::NULL
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.view().fmt(f)?;
        if self.is_exact() { Ok(()) } else { write!(f, " ~ {}/{}", self.confidence().bits(), self.evidence().name()) }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::number(number)
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::bool(bool)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

const _: () = assert!(size_of::<Value>() == 16);

/// The word of an exact boolean.
const EXACT_BOOL: NonZeroU64 = word(Tag::Bool, 0);
/// The word of an exact number.
const EXACT_NUMBER: NonZeroU64 = word(Tag::Number, 0);
/// The word of an exact list.
const EXACT_LIST: NonZeroU64 = word(Tag::List, 0);
/// The word of an exact range.
const EXACT_RANGE: NonZeroU64 = word(Tag::Range, 0);
/// The word of an exact object.
const EXACT_OBJECT: NonZeroU64 = word(Tag::Object, 0);

/// The word of what is exact.
#[inline(always)]
const fn word(tag: Tag, short: u8) -> NonZeroU64 {
    let word = bits(Lanes::EXACT) | (tag as u64) << TAG | (short as u64) << SHORT;
    // SAFETY: no tag is 0.
    unsafe { NonZeroU64::new_unchecked(word) }
}

/// Confidence and evidence where they are in the word.
#[inline(always)]
const fn bits(lanes: Lanes) -> u64 {
    lanes.confidence.bits() as u64 | (lanes.evidence as u64) << EVIDENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_as_small_as_values() {
        assert_eq!(size_of::<Option<Value>>(), 16);
        assert!(size_of::<Result<Value, super::super::Fault>>() <= 24);
        fn crosses_threads<T: Send + Sync>() {}
        crosses_threads::<Value>();
    }

    #[test]
    fn short_texts_live_in_the_value() {
        for text in ["", "a", "12345678", "ää", "123456789", "a longer text than that"] {
            let value = Value::text(text);
            assert_eq!(value.as_text(), Some(text));
            assert_eq!(value.address().is_none(), text.len() <= 8);
            assert_eq!(value.clone().as_text(), Some(text));
        }
    }

    #[test]
    fn copies_share_until_one_writes() {
        let mut list = Value::list(vec![Value::number(1.0)]).unwrap();
        assert!(!list.is_shared());
        let copy = list.clone();
        assert!(list.is_shared());
        list.as_list_mut().unwrap().push(Value::TRUE).unwrap();
        assert_eq!((list.as_list().unwrap().len(), copy.as_list().unwrap().len()), (2, 1));
        assert!(!list.is_shared() && !copy.is_shared());
    }
}
