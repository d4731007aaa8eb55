//! Texts, indexed by Unicode scalar.
//!
//! Nearly all texts are ASCII, where a scalar is a byte; for the others a stored text remembers where every 64th scalar
//! begins, so that walking one by index takes time in proportion to its length.

use std::sync::OnceLock;

use super::list::further;
use super::payload::Value;

/// The scalars between two marks.
const STRIDE: usize = 64;

/// A text that is stored apart from its value.
#[derive(Debug)]
pub(super) struct Body {
    text: String,
    scalars: usize,
    marks: OnceLock<Vec<u32>>,
}

impl Body {
    /// Of this text.
    pub(super) fn new(text: String) -> Self {
        let scalars = count(&text);
        Self { text, scalars, marks: OnceLock::new() }
    }

    /// The text.
    #[inline]
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// How many bytes there is room for.
    pub(super) fn room(&self) -> usize {
        self.text.capacity()
    }

    /// Adds a text at the end.
    pub(super) fn push(&mut self, text: &str) {
        if self.text.capacity() - self.text.len() < text.len() {
            self.text.reserve_exact(text.len().max(further(self.text.len())));
        }
        if let Some(marks) = self.marks.get_mut() {
            let ahead = self.scalars.next_multiple_of(STRIDE) - self.scalars;
            let begin = text.char_indices().skip(ahead).step_by(STRIDE).map(|(at, _)| self.text.len() + at);
            marks.extend(begin.map(|at| at as u32));
        }
        self.text.push_str(text);
        self.scalars += count(text);
    }

    fn marks(&self) -> &[u32] {
        self.marks.get_or_init(|| self.text.char_indices().step_by(STRIDE).map(|(at, _)| at as u32).collect())
    }
}

fn count(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// A text with its number of scalars, to be read by index.
#[derive(Clone, Copy, Debug)]
pub struct Scalars<'a> {
    text: &'a str,
    count: usize,
    body: Option<&'a Body>,
}

impl<'a> Scalars<'a> {
    /// Of any text.
    pub fn of(text: &'a str) -> Self {
        Self { text, count: count(text), body: None }
    }

    /// How many scalars.
    pub fn len(self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The whole text.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// The byte where a scalar begins; the length of the text for what is beyond the end.
    pub fn byte(self, index: usize) -> usize {
        if index >= self.count {
            return self.text.len();
        }
        if self.count == self.text.len() {
            return index;
        }
        let from = match self.body {
            Some(body) if index >= STRIDE => body.marks()[index / STRIDE] as usize,
            _ => 0,
        };
        let ahead = if from == 0 { index } else { index % STRIDE };
        from + self.text[from..].chars().take(ahead).map(char::len_utf8).sum::<usize>()
    }

    /// The index of the scalar that begins at a byte.
    pub fn index(self, byte: usize) -> usize {
        if self.count == self.text.len() {
            return byte;
        }
        match self.body {
            Some(body) => {
                let block = body.marks().partition_point(|&mark| mark as usize <= byte) - 1;
                block * STRIDE + self.text[body.marks()[block] as usize..byte].chars().count()
            }
            None => self.text[..byte].chars().count(),
        }
    }

    /// The scalar at an index, as a text.
    pub fn get(self, index: usize) -> Option<&'a str> {
        (index < self.count).then(|| self.slice(index, index + 1))
    }

    /// The scalars from one index to another, which is not in it; indices beyond the end count as the end.
    pub fn slice(self, start: usize, end: usize) -> &'a str {
        if start >= end {
            return "";
        }
        let from = self.byte(start);
        let to = if end == start + 1 && from < self.text.len() {
            from + self.text[from..].chars().next().map_or(0, char::len_utf8)
        } else {
            self.byte(end)
        };
        &self.text[from..to]
    }
}

impl Value {
    /// The text with its scalars counted, if it is one.
    pub fn as_scalars(&self) -> Option<Scalars<'_>> {
        match self.as_body() {
            Some(body) => Some(Scalars { text: body.as_str(), count: body.scalars, body: Some(body) }),
            None => self.as_text().map(Scalars::of),
        }
    }

    /// This text with another one behind it, in place if nobody shares it. Whoever calls has charged for it.
    pub(crate) fn appended(mut self, text: &str) -> Self {
        if let Some(body) = self.body_mut() {
            body.push(text);
            return self;
        }
        Value::joined(self.as_text().unwrap_or_default(), text).with(self.lanes())
    }
}

/// A text as the key of an object or the name of a property.
#[derive(Clone, Debug)]
pub struct Key(Value);

impl Key {
    /// The key with this text.
    pub fn new(text: &str) -> Self {
        Self(Value::text(text))
    }

    /// The key of no text, which is found by none.
    pub(super) fn none() -> Self {
        Self(Value::NULL)
    }

    /// The key that a text value is, sharing its storage.
    pub fn of(value: &Value) -> Option<Self> {
        value.as_text()?;
        Some(Self(value.clone().with(super::Lanes::EXACT)))
    }

    /// Its text.
    #[inline]
    pub fn as_str(&self) -> &str {
        self.0.as_text().unwrap_or_default()
    }

    /// It as a value.
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }

    /// It as a value, by reference.
    #[inline]
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

impl Key {
    /// Whether it is the same key without a look at what is stored elsewhere. Keys are exact, so their words tell.
    #[inline(always)]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.0.is_same_bits(&other.0)
    }
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        same_text(&self.0, &other.0)
    }
}

impl Eq for Key {}

/// Whether two text values have the same text; most answers need no look at the bytes.
#[inline]
pub(super) fn same_text(a: &Value, b: &Value) -> bool {
    a.is_same_text(b) || (!(a.is_short() && b.is_short()) && a.as_text() == b.as_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_found_by_index() {
        let mixed: String = "aä€😀".repeat(50);
        for value in [Value::text("aä€😀"), Value::text(&mixed), Value::text(&"abcd".repeat(40))] {
            let scalars = value.as_scalars().unwrap();
            let text = value.as_text().unwrap();
            assert_eq!(scalars.len(), text.chars().count());
            for (index, (byte, char)) in text.char_indices().enumerate() {
                assert_eq!(scalars.byte(index), byte);
                assert_eq!(scalars.index(byte), index);
                assert_eq!(scalars.get(index), Some(char.to_string().as_str()));
            }
            assert_eq!(scalars.slice(1, 3), text.chars().skip(1).take(2).collect::<String>());
            assert_eq!(scalars.slice(2, usize::MAX), text.chars().skip(2).collect::<String>());
            assert_eq!(scalars.get(scalars.len()), None);
        }
    }

    #[test]
    fn what_is_appended_is_found_by_index() {
        let mut grown = Value::text(&"ä€".repeat(20));
        for more in ["😀", "a", "ä€😀a", "", "é"].repeat(60) {
            grown = grown.appended(more);
            // The marks are found once, however often it grows.
            let kept = grown.as_body().is_some_and(|body| body.marks.get().is_some());
            assert!(kept || grown.as_scalars().unwrap().len() < 45);
            let scalars = grown.as_scalars().unwrap();
            let last = grown.as_text().unwrap().char_indices().next_back().unwrap();
            assert_eq!(scalars.byte(scalars.len() - 1), last.0);
            assert_eq!(scalars.index(last.0), scalars.len() - 1);
        }
    }

    #[test]
    fn appending_is_in_place_when_unshared() {
        let long = Value::text("a text that is long enough");
        let address = long.address();
        let grown = long.appended("!");
        assert_eq!(grown.address(), address);
        let kept = grown.clone();
        let other = grown.appended("?");
        assert_ne!(other.address(), address);
        assert_eq!(kept.as_text(), Some("a text that is long enough!"));
        assert_eq!(other.as_scalars().unwrap().len(), 28);
    }

    #[test]
    fn keys_are_equal_by_text() {
        assert_eq!(Key::new("ab"), Key::new("ab"));
        assert_ne!(Key::new("ab"), Key::new("ab\0"));
        let grown = Value::body(Body::new("ab".into()));
        assert_eq!(Key::of(&grown), Some(Key::new("ab")));
        assert_eq!(Key::new("a key of some length"), Key::new("a key of some length"));
    }
}
