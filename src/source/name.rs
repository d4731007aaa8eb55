//! Names as small numbers.

use indexmap::IndexSet;

/// An interned name; equal names of one [`Names`] are equal numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(pub u32);

/// The names of one program. Its modules share one, so that a name means the same in all of them.
#[derive(Clone, Default, Debug)]
pub struct Names {
    texts: IndexSet<Box<str>>,
}

impl Names {
    /// No names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a name, new or known.
    pub fn intern(&mut self, text: &str) -> Name {
        match self.texts.get_index_of(text) {
            Some(index) => Name(index as u32),
            None => Name(self.texts.insert_full(text.into()).0 as u32),
        }
    }

    /// The number of a name that is known already.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.texts.get_index_of(text).map(|index| Name(index as u32))
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        &self.texts[name.0 as usize]
    }
}
