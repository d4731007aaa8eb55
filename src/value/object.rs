//! Objects: entries in the order of insertion.
//!
//! Most objects are small, and in a small one looking along the keys is faster than any table. Beyond eight entries a
//! table of positions is kept beside them, hashed with a seed that each process draws anew, so that nobody can prepare
//! keys that collide.
//!
//! What is deleted leaves a gap, so that the others keep their places; they move together once half of the places are gaps.
//! So deleting takes the same time wherever a key stands.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use super::confidence::Lanes;
use super::fault::Fault;
use super::limits::check_depth;
use super::list::make_room;
use super::lowest::Lowest;
use super::payload::Value;
use super::text::{Key, same_text};

/// The entries up to which there is no table.
const SMALL: usize = 8;

/// The entries of an object. It knows how deep it nests and how sure its least sure part is.
#[derive(Debug)]
pub struct Object {
    entries: Vec<(Key, Value)>,
    table: HashTable<Mark>,
    lowest: Lowest,
    depth: u8,
    /// Nothing while every place holds an entry.
    gaps: Option<Box<Gaps>>,
}

/// The places that nothing holds any more.
#[derive(Debug, Default)]
struct Gaps {
    count: usize,
    /// The places of the entries in order, once somebody asked for one by its number.
    places: OnceLock<Box<[u32]>>,
}

/// Where a key is. Its hash stands beside the place, so that neither a table that grows nor a search that meets other keys
/// has to look at texts that lie elsewhere.
#[derive(Clone, Copy, Debug)]
struct Mark {
    hash: u32,
    at: u32,
}

impl Mark {
    fn of(key: &Value, at: usize) -> Self {
        Self { hash: hash(key), at: at as u32 }
    }

    /// The hash as wide as the table wants it.
    fn spread(&self) -> u64 {
        u64::from(self.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

fn hash(key: &Value) -> u32 {
    static SEED: OnceLock<RandomState> = OnceLock::new();
    let seed = SEED.get_or_init(RandomState::default);
    let hash = match key.is_short() {
        true => seed.hash_one(key.short_bits()),
        false => match key.as_text().unwrap_or_default() {
            // A text of eight bytes at most may be stored apart, and has to be found where a short one is.
            text if text.len() <= 8 => seed.hash_one(Value::text(text).short_bits()),
            text => seed.hash_one(text),
        },
    };
    hash as u32
}

impl Object {
    /// Of nothing.
    pub const fn empty() -> Self {
        Self { entries: Vec::new(), table: HashTable::new(), lowest: Lowest::empty(), depth: 1, gaps: None }
    }

    /// Of nothing, with room for so many entries.
    pub fn with_capacity(entries: usize) -> Self {
        Self { entries: Vec::with_capacity(entries), ..Self::empty() }
    }

    /// Of these entries; of equal keys the last value holds, at the place of the first.
    pub fn new(entries: impl IntoIterator<Item = (Key, Value)>) -> Result<Self, Fault> {
        let entries = entries.into_iter();
        let mut object = Self::with_capacity(entries.size_hint().0);
        for (key, value) in entries {
            object.insert(key, value)?;
        }
        Ok(object)
    }

    /// How many entries.
    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len() - self.gaps.as_ref().map_or(0, |gaps| gaps.count)
    }

    /// How many entries there is room for.
    pub(super) fn room(&self) -> usize {
        self.entries.capacity()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of insertion, each value with its own lanes.
    pub fn iter(&self) -> Entries<'_> {
        Entries { places: self.entries.iter(), left: self.len() }
    }

    /// The keys in the order of insertion.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in the order of insertion.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// The entry of this number in the order of insertion.
    #[inline]
    pub fn nth(&self, number: usize) -> Option<&(Key, Value)> {
        match &self.gaps {
            None => self.entries.get(number),
            Some(gaps) => self.entries.get(*self.places(gaps).get(number)? as usize),
        }
    }

    fn places<'a>(&'a self, gaps: &'a Gaps) -> &'a [u32] {
        let places = || (0..).zip(&self.entries).filter(|(_, entry)| !is_gap(entry)).map(|(place, _)| place).collect();
        gaps.places.get_or_init(places)
    }

    /// The place of a key, given as a text value.
    #[inline]
    pub fn find(&self, key: &Value) -> Option<usize> {
        if self.entries.len() <= SMALL {
            return self.entries.iter().position(|(other, _)| same_text(other.as_value(), key));
        }
        self.marked(&Mark::of(key, 0), key)
    }

    fn marked(&self, mark: &Mark, key: &Value) -> Option<usize> {
        let same = |it: &Mark| it.hash == mark.hash && same_text(self.entries[it.at as usize].0.as_value(), key);
        self.table.find(mark.spread(), same).map(|it| it.at as usize)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.entries.len() <= SMALL {
            return self.entries.iter().find(|(other, _)| other.as_str() == key).map(|(_, value)| value);
        }
        self.find(&Value::text(key)).map(|at| &self.entries[at].1)
    }

    /// The value of a key, if it is where it was before, in another object of the same shape perhaps.
    #[inline(always)]
    pub(crate) fn at_near(&self, key: &Key, hint: usize) -> Option<&Value> {
        let (other, value) = self.entries.get(hint)?;
        other.is_same(key).then_some(value)
    }

    /// The place of a key, looked for first where it was before.
    #[inline]
    pub fn find_near(&self, key: &Key, hint: usize) -> Option<usize> {
        self.at_near(key, hint).map_or_else(|| self.find(key.as_value()), |_| Some(hint))
    }

    /// The value at a place.
    #[inline]
    pub fn at(&self, place: usize) -> Option<&Value> {
        self.entries.get(place).map(|(_, value)| value)
    }

    /// How deep it nests; 1 for an object of no lists or objects.
    #[inline]
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// The minimum over all parts, at any depth.
    #[inline]
    pub fn lowest(&self) -> Lanes {
        self.lowest.or_find(self.values())
    }

    /// Takes over what a stored one remembered.
    pub(super) fn restore(&mut self, remembers: bool, depth: u8) -> Result<(), Fault> {
        check_depth(depth)?;
        self.depth = self.depth.max(depth);
        if !remembers {
            self.lowest.forget();
        }
        Ok(())
    }

    /// Whether the minimum over all parts is remembered.
    pub(super) fn remembers_lowest(&self) -> bool {
        self.lowest.get().is_some()
    }

    /// Sets the value of a key, which is added at the end if it is new; gives its place.
    pub fn insert(&mut self, key: Key, value: Value) -> Result<usize, Fault> {
        let at = self.entries.len();
        let mark = (at > SMALL).then(|| Mark::of(key.as_value(), at));
        let found = match &mark {
            Some(mark) => self.marked(mark, key.as_value()),
            None => self.find(key.as_value()),
        };
        if let Some(at) = found {
            self.set(at, value)?;
            return Ok(at);
        }
        self.admit(&value)?;
        self.lowest.add(value.least());
        if self.entries.len() == self.entries.capacity() {
            make_room(&mut self.entries);
        }
        self.entries.push((key, value));
        if let Some(gaps) = &mut self.gaps {
            gaps.places.take();
        }
        match mark {
            Some(mark) => drop(self.table.insert_unique(mark.spread(), mark, Mark::spread)),
            None if at == SMALL => self.index(),
            None => {}
        }
        Ok(at)
    }

    /// Puts a value in place of another, which is given back. The place is one that [`Object::find`] gave.
    #[inline]
    pub fn set(&mut self, place: usize, value: Value) -> Result<Value, Fault> {
        self.admit(&value)?;
        let new = value.least();
        let old = std::mem::replace(&mut self.entries[place].1, value);
        self.lowest.replace(old.least(), new);
        Ok(old)
    }

    /// The value under a key, if that is where it was before, to be changed in a way that changes neither how deep it nests nor
    /// how sure its parts are.
    #[inline(always)]
    pub(crate) fn touch(&mut self, key: &Key, hint: usize) -> Option<&mut Value> {
        let (other, value) = self.entries.get_mut(hint)?;
        other.is_same(key).then_some(value)
    }

    /// Puts a value that owns nothing in place of another. Gives the place of the key, which is looked for first where it was
    /// before.
    #[inline(never)]
    pub(crate) fn put_near(&mut self, key: &Key, hint: usize, value: Value) -> Option<usize> {
        let place = self.find_near(key, hint)?;
        // What has no parts cannot nest too deep.
        let _ = self.set(place, value);
        Some(place)
    }

    /// Takes an entry away, and keeps the order of the others.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        let at = self.find(key)?;
        if self.entries.len() > SMALL {
            let mark = Mark::of(key, at);
            if let Ok(entry) = self.table.find_entry(mark.spread(), |other| other.at == mark.at) {
                entry.remove();
            }
        }
        let (_, value) = std::mem::replace(&mut self.entries[at], (Key::none(), Value::NULL));
        let gaps = self.gaps.get_or_insert_default();
        gaps.count += 1;
        gaps.places.take();
        while self.entries.pop_if(|entry| is_gap(entry)).is_some() {
            gaps.count -= 1;
        }
        if gaps.count == 0 {
            self.gaps = None;
        } else if self.entries.len() <= 2 * SMALL || 2 * gaps.count > self.entries.len() {
            self.close();
        }
        if self.entries.is_empty() {
            self.lowest = Lowest::empty();
            self.depth = 1;
        } else {
            self.lowest.remove(value.least());
        }
        Some(value)
    }

    /// A value to be changed in place, under the conditions of [`super::List`]'s method of this name.
    #[inline]
    pub(super) fn open(&mut self, place: usize) -> Option<&mut Value> {
        let (_, value) = self.entries.get_mut(place)?;
        self.lowest.forget();
        Some(value)
    }

    /// The minimum over all parts and that of one value, where both are remembered: for [`Object::settle`].
    #[inline]
    pub(super) fn remembered(&self, place: usize) -> Option<(Lanes, Lanes)> {
        let (_, value) = self.entries.get(place)?;
        Some((self.lowest.get()?, value.remembered_least()?))
    }

    /// Takes note of a change that [`Object::open`] allowed, with what was remembered before it.
    #[inline]
    pub(super) fn settle(&mut self, place: usize, before: Option<(Lanes, Lanes)>) {
        let value = &self.entries[place].1;
        self.depth = self.depth.max(1 + value.depth());
        if let (Some((lowest, old)), Some(new)) = (before, value.remembered_least()) {
            self.lowest = Lowest::known(lowest);
            self.lowest.replace(old, new);
        }
    }

    #[inline]
    fn admit(&mut self, value: &Value) -> Result<(), Fault> {
        if value.is_plain() {
            return Ok(());
        }
        let depth = 1 + value.depth();
        if depth > self.depth {
            check_depth(depth)?;
            self.depth = depth;
        }
        Ok(())
    }

    /// Moves the entries together.
    fn close(&mut self) {
        self.entries.retain(|entry| !is_gap(entry));
        self.gaps = None;
        self.table.clear();
        if self.entries.len() > SMALL {
            self.index();
        }
    }

    fn index(&mut self) {
        self.table.clear();
        self.table.reserve(self.entries.len(), Mark::spread);
        for (at, (key, _)) in self.entries.iter().enumerate() {
            let mark = Mark::of(key.as_value(), at);
            self.table.insert_unique(mark.spread(), mark, Mark::spread);
        }
    }
}

impl Clone for Object {
    fn clone(&self) -> Self {
        let (lowest, depth) = (self.lowest.clone(), self.depth);
        let mut copy = Self { entries: self.iter().cloned().collect(), lowest, depth, ..Self::empty() };
        match self.gaps {
            None => copy.table = self.table.clone(),
            Some(_) if copy.entries.len() > SMALL => copy.index(),
            Some(_) => {}
        }
        copy
    }
}

/// Whether nothing holds a place any more.
#[inline]
fn is_gap((key, _): &(Key, Value)) -> bool {
    key.as_value().is_null()
}

/// The entries of an object in the order of insertion.
#[derive(Clone)]
pub struct Entries<'a> {
    places: std::slice::Iter<'a, (Key, Value)>,
    left: usize,
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a (Key, Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let next = self.places.find(|entry| !is_gap(entry))?;
        self.left -= 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Entries<'_> {}

impl Default for Object {
    fn default() -> Self {
        Self::empty()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (Key, Value);
    type IntoIter = Entries<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_keep_their_order_and_are_found() {
        let mut object = Object::empty();
        let name = |n: usize| format!("key number {n}").split_off(if n.is_multiple_of(2) { 0 } else { 4 });
        for n in 0..100 {
            object.insert(Key::new(&name(n)), Value::number(n as f64)).unwrap();
            for known in 0..=n {
                assert_eq!(object.get(&name(known)).and_then(Value::as_number), Some(known as f64));
            }
            assert!(object.get("none of them").is_none());
        }
        for n in (0..100).step_by(3) {
            assert!(object.remove(&Value::text(&name(n))).is_some());
            assert!(object.remove(&Value::text(&name(n))).is_none());
        }
        let left: Vec<_> = object.keys().map(|key| key.as_str().to_owned()).collect();
        assert_eq!(left, (0..100).filter(|n| n % 3 != 0).map(name).collect::<Vec<_>>());
        for n in 0..100 {
            assert_eq!(object.get(&name(n)).is_some(), n % 3 != 0);
        }
    }

    #[test]
    fn what_is_deleted_leaves_the_order_of_the_others() {
        let mut object = Object::empty();
        let mut wanted: Vec<usize> = Vec::new();
        let key = |n: usize| Key::new(&format!("key {n}"));
        for n in 0..400 {
            object.insert(key(n), Value::number(n as f64)).unwrap();
            wanted.push(n);
            // Three of four go again, from all places.
            if n % 4 != 3 {
                let gone = wanted.remove(n * 7919 % wanted.len());
                assert!(object.remove(key(gone).as_value()).is_some());
            }
            let number = |entry: &(Key, Value)| entry.1.as_number().unwrap() as usize;
            assert_eq!(object.len(), wanted.len());
            assert_eq!(object.iter().map(number).collect::<Vec<_>>(), wanted);
            assert_eq!(object.clone().iter().map(number).collect::<Vec<_>>(), wanted);
            for (at, &n) in wanted.iter().enumerate() {
                assert_eq!(object.nth(at).map(number), Some(n));
                assert!(object.find(key(n).as_value()).is_some() && object.clone().find(key(n).as_value()).is_some());
            }
            assert!(object.nth(wanted.len()).is_none());
        }
        for n in wanted.into_iter().rev() {
            assert!(object.remove(key(n).as_value()).is_some());
        }
        assert!(object.is_empty() && object.iter().next().is_none());
    }

    #[test]
    fn a_grown_text_is_found_as_a_short_one() {
        let mut object = Object::new((0..20).map(|n| (Key::new(&format!("k{n}")), Value::NULL))).unwrap();
        let mut grown = Value::body(super::super::text::Body::new("k1".into()));
        assert_eq!(object.find(&grown), Some(1));
        grown = grown.appended("9");
        assert_eq!(object.find(&grown), Some(19));
        assert_eq!(object.insert(Key::of(&grown).unwrap(), Value::TRUE).unwrap(), 19);
    }
}
