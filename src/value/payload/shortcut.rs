//! The short ways of the interpreter to what is in a value: each is one comparison and one move in the common case.

use std::hint::cold_path;
use std::mem::ManuallyDrop;

use triomphe::Arc;

use super::super::confidence::Lanes;
use super::super::list::{List, Range};
use super::super::number;
use super::super::object::Object;
use super::{EXACT_BOOL, EXACT_LIST, EXACT_NUMBER, EXACT_OBJECT, EXACT_RANGE, Tag, Value};

impl Value {
    /// The number, if it is one and exact: what computations meet most of the time, told by one comparison.
    #[inline(always)]
    pub fn exact_number(&self) -> Option<f64> {
        // SAFETY: every member can be read as bits or as a number.
        (self.word == EXACT_NUMBER).then_some(unsafe { self.payload.number })
    }

    /// The boolean, if it is one and exact.
    #[inline(always)]
    pub fn exact_bool(&self) -> Option<bool> {
        // SAFETY: every member can be read as bits or as a number.
        (self.word == EXACT_BOOL).then_some(unsafe { self.payload.bits } != 0)
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
        // Nobody drops it meanwhile, so that it need not lie in memory for that.
        let value = ManuallyDrop::new(value);
        if self.tag() >= Tag::Text {
            cold_path();
            self.release();
        }
        // SAFETY: what was there is given back or owns nothing, and the new value is used here alone.
        unsafe { self.become_bits_of(&value) }
    }

    /// The value, with null left in its place.
    #[inline(always)]
    pub fn take(&mut self) -> Self {
        let mut value = Self::NULL;
        // SAFETY: null owns nothing, and what was here is null at once.
        unsafe { value.become_bits_of(self) };
        self.payload = super::Payload { bits: 0 };
        self.word = Self::NULL.word;
        value
    }

    /// Copies a value word by word. As a whole it could not be read yet when one of its words has just been written.
    ///
    /// # Safety
    /// What is here owns nothing, and only one of the two values is used, unless neither owns anything.
    #[inline(always)]
    unsafe fn become_bits_of(&mut self, other: &Self) {
        // SAFETY: every member can be moved as a whole.
        self.payload.whole = unsafe { other.payload.whole };
        self.word = other.word;
    }

    /// Puts a value in place of one of the same kind with the same lanes, if they own nothing: whether that was done. It changes
    /// neither how sure nor how deep that is which they are parts of.
    #[inline(always)]
    pub(crate) fn put_alike(&mut self, value: &Self) -> bool {
        let alike = self.word == value.word && self.tag() < Tag::Text;
        if alike {
            // SAFETY: neither owns anything.
            unsafe { self.become_bits_of(value) }
        }
        alike
    }

    /// Puts a value in place of another, where neither owns anything.
    #[inline(always)]
    pub(crate) fn put_light(&mut self, value: &Self) {
        debug_assert!(self.tag() < Tag::Text && value.tag() < Tag::Text);
        // SAFETY: neither owns anything; if what was here did, it would only never be given back.
        unsafe { self.become_bits_of(value) }
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

    /// Whether it is exact and owns nothing: it lowers nothing that it is a part of, and need not be given back.
    #[inline(always)]
    pub fn is_light(&self) -> bool {
        self.is_exact() && self.tag() < Tag::Text
    }

    /// The place in a list that it names, if it is exact and a whole number from 0.
    #[inline(always)]
    pub(crate) fn place(&self) -> Option<usize> {
        number::small_whole(self.exact_number()?).map(|at| at as usize)
    }

    /// The list, if it is one that is built.
    #[inline(always)]
    pub fn built_list(&self) -> Option<&List> {
        // SAFETY: the tag says which member was written.
        (self.tag() == Tag::List).then(|| unsafe { &**self.payload.list })
    }

    /// Lowers its own lanes by the law, where it is.
    #[inline(always)]
    pub fn lower(&mut self, lanes: Lanes) {
        if lanes != Lanes::EXACT {
            self.set_lanes(self.lanes().meet(lanes));
        }
    }

    /// The element at an exact index, if this is an exact list that has it.
    #[inline(always)]
    pub fn element(&self, index: &Self) -> Option<&Self> {
        let at = index.place()?;
        if self.word != EXACT_LIST {
            return None;
        }
        // SAFETY: the word says which member was written.
        unsafe { &self.payload.list }.get(at)
    }

    /// The range, if it is an exact list that is one.
    #[inline(always)]
    pub fn exact_range(&self) -> Option<&Range> {
        // SAFETY: the word says which member was written.
        (self.word == EXACT_RANGE).then(|| unsafe { &**self.payload.range })
    }

    /// The object, if it is an exact one.
    #[inline(always)]
    pub fn exact_object(&self) -> Option<&Object> {
        // SAFETY: the word says which member was written.
        (self.word == EXACT_OBJECT).then(|| unsafe { &**self.payload.object })
    }

    /// Both numbers with the lanes of what is computed from them, if both are numbers.
    #[inline(always)]
    pub fn numbers(&self, other: &Self) -> Option<(f64, f64, Lanes)> {
        Some((self.as_number()?, other.as_number()?, self.lanes().meet(other.lanes())))
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
    use super::super::super::{Confidence, Evidence};
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
        value.put(copy.clone());
        assert_eq!(copy.element(&Value::number(0.0)).and_then(Value::as_text), Some("a text of some length"));
        for at in [-1.0, 0.5, 1.0, f64::NAN, 1e300, f64::INFINITY, 4_294_967_296.0, 4_503_599_627_370_496.0] {
            assert!(copy.element(&Value::number(at)).is_none());
        }
        for at in [0.0, -0.0, 1.0, 4_294_967_295.0] {
            assert_eq!(Value::number(at).place(), Some(at as usize));
        }
        assert!(value.own_list().is_none());
        drop(copy);
        assert!(value.own_list().is_some() && value.own_object().is_none());
        value.clear();
        assert!(value.is_null());
    }
}
