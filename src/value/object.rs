//! Objects: entries in the order of insertion.
//!
//! Most objects are small, and in a small one looking along the keys is faster than any table. Beyond eight entries a
//! table of positions is kept beside them, hashed with a seed that each process draws anew, so that nobody can prepare
//! keys that collide.

use std::hash::BuildHasher;
use std::sync::OnceLock;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use super::confidence::Lanes;
use super::fault::Fault;
use super::limits::check_depth;
use super::lowest::Lowest;
use super::payload::Value;
use super::text::{Key, same_text};

/// The entries up to which there is no table.
const SMALL: usize = 8;

/// The entries of an object. It knows how deep it nests and how sure its least sure part is.
#[derive(Clone, Debug)]
pub struct Object {
    entries: Vec<(Key, Value)>,
    table: HashTable<Mark>,
    lowest: Lowest,
    depth: u8,
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
        Self { entries: Vec::new(), table: HashTable::new(), lowest: Lowest::empty(), depth: 1 }
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
        self.entries.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of insertion, each value with its own lanes.
    #[inline]
    pub fn entries(&self) -> &[(Key, Value)] {
        &self.entries
    }

    /// The entries in the order of insertion.
    pub fn iter(&self) -> std::slice::Iter<'_, (Key, Value)> {
        self.entries.iter()
    }

    /// The keys in the order of insertion.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Key> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of insertion.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
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
        other.as_value().is_same_text(key.as_value()).then_some(value)
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
        self.entries.push((key, value));
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

    /// [`Value::put_alike`] under a key, if that is where it was before.
    #[inline(always)]
    pub(crate) fn put_alike(&mut self, key: &Key, hint: usize, value: &Value) -> bool {
        let Some((other, old)) = self.entries.get_mut(hint) else { return false };
        other.as_value().is_same_text(key.as_value()) && old.put_alike(value)
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
        let last = at + 1 == self.entries.len();
        let (key, value) = self.entries.remove(at);
        if self.entries.len() <= SMALL {
            self.table.clear();
        } else {
            let mark = Mark::of(key.as_value(), at);
            if let Ok(entry) = self.table.find_entry(mark.spread(), |other| other.at == mark.at) {
                entry.remove();
            }
            if !last {
                for other in self.table.iter_mut().filter(|other| other.at > mark.at) {
                    other.at -= 1;
                }
            }
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

    fn index(&mut self) {
        self.table.clear();
        self.table.reserve(self.entries.len(), Mark::spread);
        for (at, (key, _)) in self.entries.iter().enumerate() {
            let mark = Mark::of(key.as_value(), at);
            self.table.insert_unique(mark.spread(), mark, Mark::spread);
        }
    }
}

impl Default for Object {
    fn default() -> Self {
        Self::empty()
    }
}

impl<'a> IntoIterator for &'a Object {
    type Item = &'a (Key, Value);
    type IntoIter = std::slice::Iter<'a, (Key, Value)>;

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
    fn a_grown_text_is_found_as_a_short_one() {
        let mut object = Object::new((0..20).map(|n| (Key::new(&format!("k{n}")), Value::NULL))).unwrap();
        let mut grown = Value::body(super::super::text::Body::new("k1".into()));
        assert_eq!(object.find(&grown), Some(1));
        grown = grown.appended("9");
        assert_eq!(object.find(&grown), Some(19));
        assert_eq!(object.insert(Key::of(&grown).unwrap(), Value::TRUE).unwrap(), 19);
    }
}
