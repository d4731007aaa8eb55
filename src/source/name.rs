//! Names as small numbers.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::ops::Range;

/// An interned name; equal names of one [`Names`] are equal numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name(pub u32);

/// The names of one program. Its modules share one, so that a name means the same in all of them.
///
/// The letters of all names stand behind each other in one text, so that a new name costs no room of its own.
#[derive(Clone, Default, Debug)]
pub struct Names {
    letters: String,
    /// Where each name ends.
    ends: Vec<u32>,
    known: HashTable<Known>,
    hasher: RandomState,
}

/// A name and what it is looked up by: its letters where they fit, a number made of them otherwise.
#[derive(Clone, Copy, Debug)]
struct Known {
    key: u64,
    length: u32,
    name: Name,
}

/// Room for the names of a small program.
const ROOM: usize = 56;

impl Names {
    /// No names yet.
    pub fn new() -> Self {
        Self {
            letters: String::with_capacity(8 * ROOM),
            ends: Vec::with_capacity(ROOM),
            known: HashTable::with_capacity(ROOM),
            hasher: RandomState::default(),
        }
    }

    /// The number of a name, new or known.
    pub fn intern(&mut self, text: &str) -> Name {
        let key = self.key(text);
        if let Some(name) = self.look(text, key) {
            return name;
        }
        let Self { letters, ends, known, hasher } = self;
        let name = Name(ends.len() as u32);
        letters.push_str(text);
        ends.push(letters.len() as u32);
        let new = Known { key, length: text.len() as u32, name };
        known.insert_unique(hasher.hash_one(key), new, |known| hasher.hash_one(known.key));
        name
    }

    /// The number of a name that is known already.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.look(text, self.key(text))
    }

    #[inline]
    fn look(&self, text: &str, key: u64) -> Option<Name> {
        let same = |known: &Known| {
            let alike = known.key == key && known.length as usize == text.len();
            alike && (text.len() <= SHORT || self.text(known.name) == text)
        };
        self.known.find(self.hasher.hash_one(key), same).map(|known| known.name)
    }

    /// What a name is looked up by. Most are short, and a number is compared faster than a text is.
    #[inline]
    fn key(&self, text: &str) -> u64 {
        let bytes = text.as_bytes();
        match bytes {
            [first @ .., _, _, _, _] if bytes.len() <= SHORT => {
                let half =
                    |at: usize| u64::from(u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
                half(0) | half(first.len()) << (8 * first.len())
            }
            [a, b, c] => u64::from(u32::from_le_bytes([*a, *b, *c, 0])),
            [a, b] => u64::from(u16::from_le_bytes([*a, *b])),
            [a] => u64::from(*a),
            [] => 0,
            _ => self.hasher.hash_one(text),
        }
    }

    /// All of them, in the order in which they were new.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|at| self.text(Name(at)))
    }

    /// The text of a name.
    #[inline]
    pub fn text(&self, name: Name) -> &str {
        written(&self.letters, &self.ends, name)
    }
}

/// How many letters fit into a key.
const SHORT: usize = 8;

fn written<'t>(letters: &'t str, ends: &[u32], name: Name) -> &'t str {
    &letters[place(ends, name)]
}

/// Where the letters of a name stand.
fn place(ends: &[u32], name: Name) -> Range<usize> {
    let at = name.0 as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    start..ends[at] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_equal_numbers() {
        let mut names = Names::new();
        let all: Vec<String> = (0..1000).map(|index| format!("name{index}")).collect();
        let first: Vec<Name> = all.iter().map(|text| names.intern(text)).collect();
        let again: Vec<Name> = all.iter().map(|text| names.intern(text)).collect();
        assert_eq!(first, again);
        assert!(
            all.iter().zip(&first).all(|(text, name)| names.text(*name) == text && names.find(text) == Some(*name))
        );
        assert_eq!((names.find("name"), names.intern(""), names.text(Name(1000))), (None, Name(1000), ""));
    }
}
