//! The short ways of the interpreter to what is in a value: each is one comparison and one move in the common case.

use triomphe::Arc;

use super::super::list::List;
use super::super::object::Object;
use super::{EXACT_NUMBER, Tag, Value};

impl Value {
    /// The number, if it is one and exact: what computations meet most of the time, told by one comparison.
    #[inline(always)]
    pub fn exact_number(&self) -> Option<f64> {
        // SAFETY: every member can be read as bits or as a number.
        (self.word == EXACT_NUMBER).then_some(unsafe { self.payload.number })
    }

    /// Both numbers, if both are numbers and exact.
    #[inline(always)]
    pub fn exact_numbers(&self, other: &Self) -> Option<(f64, f64)> {
        Some((self.exact_number()?, other.exact_number()?))
    }

    /// Puts an exact number in its place.
    #[inline(always)]
    pub fn put_number(&mut self, number: f64) {
        self.put(Self { payload: super::Payload { number }, word: EXACT_NUMBER });
    }

    /// Puts a value in its place. As an assignment, but short where nothing has to be given back.
    #[inline(always)]
    pub fn put(&mut self, value: Self) {
        if self.tag() >= Tag::Text {
            self.release();
        }
        // SAFETY: what was there is given back or owns nothing.
        unsafe { std::ptr::write(self, value) }
    }

    /// Copies a value into its place.
    #[inline(always)]
    pub fn put_copy(&mut self, value: &Self) {
        if value.tag() >= Tag::Text {
            *self = value.clone();
        } else {
            // SAFETY: a value below [`Tag::Text`] owns nothing, so its bits are a copy.
            self.put(unsafe { std::ptr::read(value) });
        }
    }

    /// Lets go of what it owns, and of a cell it names. What is there afterwards is some value without a meaning.
    #[inline(always)]
    pub fn clear(&mut self) {
        if self.tag() > Tag::Number {
            self.clear_owned();
        }
    }

    /// The same of several.
    #[inline(always)]
    pub fn clear_all(values: &mut [Self]) {
        for value in values {
            value.clear();
        }
    }

    #[inline(never)]
    fn clear_owned(&mut self) {
        self.put(Self::NULL);
    }

    /// A copy of it, if it owns nothing.
    #[inline(always)]
    pub fn bare(&self) -> Option<Self> {
        if self.tag() >= Tag::Text {
            return None;
        }
        // SAFETY: a value below [`Tag::Text`] owns nothing, so its bits are a copy.
        Some(unsafe { std::ptr::read(self) })
    }

    /// The element at an exact index, if this is a list that has it.
    #[inline(always)]
    pub fn element(&self, index: &Self) -> Option<&Self> {
        let number = index.exact_number()?;
        // The conversion to a signed number is the short one; what is below 0 is beyond the end of any list.
        let at = number as i64;
        if self.tag() != Tag::List || at as f64 != number {
            return None;
        }
        // SAFETY: the tag says which member was written.
        unsafe { &self.payload.list }.get(at as usize)
    }

    /// The list to be changed in place, if it is one that nobody shares.
    #[inline(always)]
    pub fn own_list(&mut self) -> Option<&mut List> {
        if self.tag() != Tag::List {
            return None;
        }
        // SAFETY: the tag says which member was written.
        Arc::get_mut(unsafe { &mut self.payload.list })
    }

    /// The object to be changed in place, if it is one that nobody shares.
    #[inline(always)]
    pub fn own_object(&mut self) -> Option<&mut Object> {
        if self.tag() != Tag::Object {
            return None;
        }
        // SAFETY: the tag says which member was written.
        Arc::get_mut(unsafe { &mut self.payload.object })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Confidence, Evidence, Lanes};
    use super::*;

    #[test]
    fn exact_numbers_are_told_by_one_word() {
        let mut value = Value::number(4.0);
        assert_eq!(value.exact_number(), Some(4.0));
        assert_eq!(Value::TRUE.exact_number(), None);
        assert_eq!(Value::text("4").exact_number(), None);
        let half = Lanes::new(Confidence::MEDIUM, Evidence::Exact);
        assert_eq!(value.clone().with(half).exact_number(), None);
        value.put(Value::list(vec![Value::text("a text of some length")]).unwrap());
        let copy = value.clone();
        value.put_copy(&copy);
        assert_eq!(copy.element(&Value::number(0.0)).and_then(Value::as_text), Some("a text of some length"));
        for at in [-1.0, 0.5, 1.0, f64::NAN, 1e300] {
            assert!(copy.element(&Value::number(at)).is_none());
        }
        assert!(value.own_list().is_none());
        drop(copy);
        assert!(value.own_list().is_some() && value.own_object().is_none());
        value.clear();
        assert!(value.is_null());
    }
}
