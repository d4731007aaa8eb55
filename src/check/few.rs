//! Small sets and maps that are copied all the time and seldom changed.
//!
//! Most of what is known of a value is nothing or one thing: an empty set takes no memory of its own and another is one
//! sorted row that its copies share, so that a copy costs next to nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::{SmallVec, smallvec};
use std::cmp::Ordering;
use std::ops::Deref;
use std::rc::Rc;

/// A set: nothing, or a row in order.
#[derive(Debug)]
pub(super) struct Few<T>(Option<Rc<Row<T>>>);

/// A map to yes or no.
#[derive(Debug)]
pub(super) struct Sides<K>(Few<(K, bool)>);

/// With room for what most sets hold, so that one takes memory once.
type Row<T> = SmallVec<[T; 4]>;

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Clone for Few<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], |row| row)
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Rc::ptr_eq(a, b) || a == b,
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

impl<T> Few<T> {
    /// Nothing.
    pub const NONE: Self = Self(None);

    /// One thing.
    pub fn one(thing: T) -> Self {
        Self(Some(Rc::new(smallvec![thing])))
    }
}

impl<T: Ord + Clone> Few<T> {
    /// What is in order already.
    fn sorted(row: Row<T>) -> Self {
        Self((!row.is_empty()).then(|| Rc::new(row)))
    }

    /// Whether something is in it.
    pub fn contains(&self, thing: &T) -> bool {
        self.binary_search(thing).is_ok()
    }

    /// Whether all of it is in another.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.len() <= other.len() && self.iter().all(|thing| other.contains(thing))
    }

    /// With one thing more.
    pub fn with(&self, thing: T) -> Self {
        match self.binary_search(&thing) {
            Ok(_) => self.clone(),
            Err(at) => {
                let mut row = Row::with_capacity(self.len() + 1);
                row.extend(self[..at].iter().cloned());
                row.push(thing);
                row.extend(self[at..].iter().cloned());
                Self::sorted(row)
            }
        }
    }

    /// Both in one, sharing where one holds the other.
    pub fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            _ if other.is_subset(self) => self.clone(),
            _ if self.is_subset(other) => other.clone(),
            _ => Self::sorted(merged(self, other, |a, b| a.cmp(b), |a, _| a.clone())),
        }
    }

    /// What is in both.
    pub fn common(&self, other: &Self) -> Self {
        if self.is_empty() || self.is_subset(other) {
            return self.clone();
        }
        let row: Row<T> = self.iter().filter(|thing| other.contains(thing)).cloned().collect();
        Self::sorted(row)
    }
}

/// Two rows in one, in order, with one thing in the place of two that are the same.
fn merged<T: Clone>(a: &[T], b: &[T], order: impl Fn(&T, &T) -> Ordering, both: impl Fn(&T, &T) -> T) -> Row<T> {
    let mut row = Row::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match order(x, y) {
            Ordering::Less => row.extend(a.next().cloned()),
            Ordering::Greater => row.extend(b.next().cloned()),
            Ordering::Equal => row.extend(a.next().zip(b.next()).map(|(x, y)| both(x, y))),
        }
    }
    row.extend(a.chain(b).cloned());
    row
}

impl<T: Ord + Clone> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut row: Row<T> = things.into_iter().collect();
        row.sort_unstable();
        row.dedup();
        Self::sorted(row)
    }
}

impl<T: Serialize> Serialize for Few<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Deserialize<'de> + Ord + Clone> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<T>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl<K> Default for Sides<K> {
    fn default() -> Self {
        Self(Few(None))
    }
}

impl<K> Clone for Sides<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> Deref for Sides<K> {
    type Target = [(K, bool)];

    fn deref(&self) -> &[(K, bool)] {
        &self.0
    }
}

impl<K: PartialEq> PartialEq for Sides<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Sides<K> {
    /// Nothing.
    pub const NONE: Self = Self(Few::NONE);

    /// What is said of one thing.
    pub fn one(key: K, side: bool) -> Self {
        Self(Few::one((key, side)))
    }

    /// What is in it.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }
}

impl<K: Ord + Clone> Sides<K> {
    /// What it says of something.
    pub fn get(&self, key: &K) -> Option<bool> {
        self.binary_search_by(|(own, _)| own.cmp(key)).ok().map(|at| self[at].1)
    }

    /// Yes of one thing, beside what is said of so many others at most.
    pub fn with_yes(&self, key: K, most: usize) -> Self {
        let mut row = Row::with_capacity(self.len().min(most) + 1);
        row.extend(self.iter().filter(|(own, _)| *own != key).take(most).cloned());
        let at = row.partition_point(|(own, _)| *own < key);
        row.insert(at, (key, true));
        Self(Few::sorted(row))
    }

    /// What either says, yes where one does.
    pub fn or(&self, other: &Self) -> Self {
        if self.says(other) {
            return self.clone();
        }
        if other.says(self) {
            return other.clone();
        }
        Self(Few::sorted(merged(self, other, |(a, _), (b, _)| a.cmp(b), |(key, a), (_, b)| (key.clone(), *a || *b))))
    }

    /// What any of several says, yes where one does.
    pub fn any(all: &[Self]) -> Self {
        let mut told = all.iter().filter(|sides| !sides.is_empty());
        let Some(first) = told.next() else { return Self::NONE };
        let rest: SmallVec<[&Self; 4]> = told.filter(|sides| !first.says(sides)).collect();
        if rest.is_empty() {
            return first.clone();
        }
        let mut pairs: Vec<(K, bool)> =
            first.iter().chain(rest.into_iter().flat_map(|sides| sides.iter())).cloned().collect();
        pairs.sort_unstable();
        pairs.into_iter().collect()
    }

    /// Whether another says nothing beyond it.
    fn says(&self, other: &Self) -> bool {
        let same = matches!((&self.0.0, &other.0.0), (Some(a), Some(b)) if Rc::ptr_eq(a, b));
        same || other.len() <= self.len() && other.iter().all(|(key, yes)| self.get(key).is_some_and(|own| own || !yes))
    }

    /// What both speak of, yes where both say so.
    pub fn and(&self, other: &Self) -> Self {
        if self.0 == other.0 {
            return self.clone();
        }
        self.iter().filter_map(|(key, yes)| Some((key.clone(), other.get(key)? && *yes))).collect()
    }
}

/// What is said of a key last counts.
impl<K: Ord + Clone> FromIterator<(K, bool)> for Sides<K> {
    fn from_iter<I: IntoIterator<Item = (K, bool)>>(pairs: I) -> Self {
        let mut row: Row<(K, bool)> = pairs.into_iter().collect();
        if row.is_empty() {
            return Self::NONE;
        }
        if row.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Self(Few::sorted(row));
        }
        row.sort_by(|(a, _), (b, _)| a.cmp(b));
        row.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 = later.1;
            }
            same
        });
        Self(Few::sorted(row))
    }
}

impl<K: Serialize> Serialize for Sides<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, K: Deserialize<'de> + Ord + Clone> Deserialize<'de> for Sides<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<(K, bool)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn few_are_a_set() {
        let sets: Vec<Few<u8>> = (0..32u8).map(|bits| (0..5).filter(|i| bits >> i & 1 == 1).rev().collect()).collect();
        let all = |few: &Few<u8>| few.iter().copied().collect::<BTreeSet<u8>>();
        for a in &sets {
            assert!(a.is_sorted() && all(a).len() == a.len());
            for b in &sets {
                assert_eq!(all(&a.union(b)), &all(a) | &all(b));
                assert_eq!(all(&a.common(b)), &all(a) & &all(b));
                assert_eq!(a == b, all(a) == all(b));
                assert_eq!(a.is_subset(b), all(a).is_subset(&all(b)));
            }
            assert_eq!(all(&a.with(3)), &all(a) | &BTreeSet::from([3]));
        }
    }

    #[test]
    fn the_last_word_counts() {
        let sides: Sides<u8> = [(2, true), (1, false), (2, false)].into_iter().collect();
        assert_eq!(*sides, [(1, false), (2, false)]);
        let other: Sides<u8> = [(2, true), (3, true)].into_iter().collect();
        assert_eq!(*sides.or(&other), [(1, false), (2, true), (3, true)]);
        assert_eq!(*sides.and(&other), [(2, false)]);
        assert_eq!(*sides.with_yes(2, 1), [(1, false), (2, true)]);
        assert_eq!(*sides.with_yes(0, 1), [(0, true), (1, false)]);
        let further: Sides<u8> = [(0, false), (1, true)].into_iter().collect();
        assert_eq!(*Sides::any(&[sides, Sides::NONE, other, further]), [(0, false), (1, true), (2, true), (3, true)]);
    }
}
