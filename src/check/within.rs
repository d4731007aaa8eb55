//! What the parts of an element have to do with each other, whichever element it is.
//!
//! Of the elements of a list only that is known which holds of any of them. That a text was tested where the `ok` beside it
//! says so may hold of each, but of its own text: identities inside an element have names that mean something within one
//! element alone, and whoever reads an element gets new ones for it.

use super::domain::{Callee, Fact, Id, Known, Shape};
use super::flow::Flow;
use super::state::State;
use foldhash::{HashMap, HashMapExt};
use smallvec::{SmallVec, smallvec};
use std::collections::BTreeSet;

/// The activation of names that hold within one element.
pub(super) const WITHIN: u32 = u32::MAX - 6;

impl Known {
    /// The same as any of several values, of each of which this is known. `own` tells the identities that each has for
    /// itself; all other values are the same for each.
    pub fn as_element(&self, own: impl Fn(Id) -> bool) -> Known {
        let mut names: HashMap<Id, Id> = HashMap::new();
        let mut name = |id: Id| {
            if id.0 != WITHIN && !own(id) {
                return id;
            }
            let next = Id(WITHIN, names.len() as u32);
            *names.entry(id).or_insert(next)
        };
        Known { id: Id::NONE, ..self.clone() }.renamed_within(&mut name, Known::as_any)
    }

    /// The same where each has all identities for itself.
    pub fn as_any(&self) -> Known {
        self.as_element(|_| true)
    }

    /// Whether it has names that hold within one element, those of its own elements aside.
    fn is_any(&self) -> bool {
        let mut found = false;
        self.names(&mut |id| found |= id.0 == WITHIN);
        found
            || match &self.shape {
                Shape::List(list) => list.items.iter().any(|items| items.iter().any(Known::is_any)),
                Shape::Object(object) => object.fields.values().any(Known::is_any),
                Shape::Functions(all) => all.iter().flat_map(Callee::captures).any(Known::is_any),
                _ => false,
            }
    }
}

/// Places of a list whose elements are told apart.
const MOST_PLACES: u32 = 1_000;

/// The number of the first place among the parts of a value that are told apart, behind the turns of a walk.
const FIRST_PLACE: u32 = 1_000;

/// The number of the first name among them.
const FIRST_NAME: u32 = FIRST_PLACE + MOST_PLACES;

/// What is read itself, among the names in it.
const ITSELF: u32 = u32::MAX;

/// The number of what is read under a computed key.
const UNDER_KEY: u32 = FIRST_PLACE - 1;

impl Known {
    /// With names of an activation in place of those that hold within one element.
    fn with_names(&self, frame: u32, fresh: &mut BTreeSet<Id>) -> Known {
        let mut name = |id: Id| {
            if id.0 != WITHIN {
                return id;
            }
            let id = Id(frame, id.1);
            fresh.insert(id);
            id
        };
        self.renamed_within(&mut name, Known::clone)
    }
}

impl Flow<'_> {
    /// What one call gives, as any of several calls.
    pub fn any_of(&self, known: Known) -> Known {
        known.as_element(|id| !self.calls.active.contains(&id.0)).repeated()
    }

    /// What is known of any element becomes what is known of the one that is read at a place.
    pub fn this_one(&mut self, known: &mut Known, place: (u32, u32), number: u32, state: &mut State) {
        if known.is_any() {
            let frame = self.calls.reading(place, number);
            let mut fresh = BTreeSet::new();
            *known = known.with_names(frame, &mut fresh);
            fresh.into_iter().for_each(|id| state.forget(id));
        }
    }

    /// The element at a place of a list, the same whenever it is read, until the list is another one.
    pub fn this_one_at(&mut self, known: Known, list: Id, index: f64) -> Known {
        if !(0.0..f64::from(MOST_PLACES)).contains(&index) || index.fract() != 0.0 {
            return known;
        }
        self.this_part(known, list, FIRST_PLACE + index as u32)
    }

    /// The same of a field.
    pub fn this_field(&mut self, known: Known, object: Id, name: &str) -> Known {
        match self.program.declarations.names.find(name) {
            Some(name) => self.this_part(known, object, FIRST_NAME + name.0),
            None => known,
        }
    }

    /// What stands under a key that the program computes, the same whenever it is read under that key.
    pub fn this_one_under(&mut self, known: Known, whole: Id, key: Id) -> Known {
        if whole == Id::NONE || key == Id::NONE || known.id != Id::NONE {
            return known;
        }
        let first = self.calls.reading((whole.0, whole.1), UNDER_KEY);
        let second = self.calls.reading((first, key.0), UNDER_KEY);
        let frame = self.calls.reading((second, key.1), UNDER_KEY);
        self.named_in(frame, known, [whole, key])
    }

    /// A part that is nobody yet, as the one that it is of its whole.
    fn this_part(&mut self, known: Known, whole: Id, number: u32) -> Known {
        if whole == Id::NONE || known.id != Id::NONE {
            return known;
        }
        let frame = self.calls.reading((whole.0, whole.1), number);
        self.named_in(frame, known, [whole])
    }

    /// With the names of an activation, as long as none of these values is made anew.
    fn named_in<const N: usize>(&mut self, frame: u32, known: Known, of: [Id; N]) -> Known {
        let own = Id(frame, ITSELF);
        let mut fresh = BTreeSet::from([own]);
        let known = Known { id: own, ..known.with_names(frame, &mut fresh) };
        of.into_iter().for_each(|id| self.read_at.entry(id).or_default().extend(&fresh));
        known
    }

    /// What a test of a whole tells of the parts that were read out of it before: none is less sure than all of it.
    pub fn told_of_parts(&self, facts: &[Fact]) -> Vec<Fact> {
        let mut told = Vec::new();
        for fact in facts {
            let Fact::AtLeast(whole, threshold) = *fact else { continue };
            let mut wholes = vec![whole];
            while let Some(whole) = wholes.pop() {
                // Other names inside a part may be those of values outside of it.
                let parts = self.read_at.get(&whole).into_iter().flatten().filter(|id| id.1 == ITSELF);
                told.extend(parts.clone().map(|part| Fact::AtLeast(*part, threshold)));
                wholes.extend(parts);
            }
        }
        told
    }

    /// A value is made anew: what was read out of the last one is not what will be read out of this one.
    pub fn another(&mut self, made: Id, state: &mut State) {
        let mut gone: SmallVec<[Id; 4]> = smallvec![made];
        while let Some(id) = gone.pop() {
            state.forget(id);
            if let Some(parts) = self.read_at.get(&id) {
                gone.extend(parts.iter().copied());
            }
        }
    }
}
