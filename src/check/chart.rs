//! Maps that are copied often and changed a little: a walk keeps one at each block, and most of them differ in few entries.
//!
//! A chart is a tree over the bits of its keys. The same keys make the same tree, so what two charts share is seen at once,
//! and joining, comparing and telling apart take as long as there are differences, however large they are. Entries are in
//! the order of their keys.

use super::effort::spend;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::rc::Rc;

/// What can be a key: its bits, in its order.
pub(super) trait Key: Copy {
    /// As many bits as it needs.
    type Bits: Bits;

    /// The bits, different for different keys.
    fn bits(self) -> Self::Bits;
}

/// A row of bits, counted from the highest.
pub(super) trait Bits: Copy + Eq + std::fmt::Debug {
    /// How many there are.
    const COUNT: u32;

    /// Whether a bit is set.
    fn has(self, at: u32) -> bool;

    /// The bits before one.
    fn before(self, at: u32) -> Self;

    /// The first bit that another row has otherwise.
    fn parting(self, other: Self) -> u32;
}

macro_rules! bits {
    ($($row:ty),*) => {$(
        impl Bits for $row {
            const COUNT: u32 = <$row>::BITS;

            fn has(self, at: u32) -> bool {
                self & (1 << (Self::BITS - 1 - at)) != 0
            }

            fn before(self, at: u32) -> Self {
                if at == 0 { 0 } else { self & (Self::MAX << (Self::BITS - at)) }
            }

            fn parting(self, other: Self) -> u32 {
                (self ^ other).leading_zeros()
            }
        }
    )*};
}

bits!(u64, u128);

/// A map that shares what it has in common with its copies.
#[derive(Clone, Debug)]
pub(super) struct Chart<K: Key, V>(Option<Rc<Node<K, V>>>);

#[derive(Clone, Debug)]
enum Node<K: Key, V> {
    Leaf(K, V),
    /// All keys below have the same bits before this one, counted from the highest; those without it are on the left.
    Fork(u32, K::Bits, Rc<Node<K, V>>, Rc<Node<K, V>>),
}

use Node::{Fork, Leaf};

impl<K: Key, V> Default for Chart<K, V> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: Key, V> Node<K, V> {
    /// The bits that all keys below begin with.
    fn prefix(&self) -> K::Bits {
        match self {
            Leaf(key, _) => key.bits(),
            Fork(_, prefix, ..) => *prefix,
        }
    }

    /// How many bits all keys below have in common.
    fn depth(&self) -> u32 {
        match self {
            Leaf(..) => K::Bits::COUNT,
            Fork(at, ..) => *at,
        }
    }
}

/// Two nodes that differ at a bit.
fn fork<K: Key, V>(a: Rc<Node<K, V>>, b: Rc<Node<K, V>>) -> Rc<Node<K, V>> {
    let (p, q) = (a.prefix(), b.prefix());
    let at = p.parting(q);
    let (left, right) = if p.has(at) { (b, a) } else { (a, b) };
    Rc::new(Fork(at, p.before(at), left, right))
}

/// Where a node stands to another: it is below it on one side, or beside it.
fn below<K: Key, V>(inner: &Node<K, V>, at: u32, prefix: K::Bits) -> Option<bool> {
    (inner.depth() > at && inner.prefix().before(at) == prefix).then(|| inner.prefix().has(at))
}

impl<K: Key, V: Clone + PartialEq> Chart<K, V> {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// What stands at a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        lookup(self.0.as_deref()?, key.bits())
    }

    /// Whether something stands at a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Puts something at a key.
    pub fn insert(&mut self, key: K, value: V) {
        match &mut self.0 {
            None => self.0 = Some(Rc::new(Leaf(key, value))),
            Some(root) => put(root, key, value),
        }
    }

    /// Changes what stands at a key, which is there by then.
    pub fn update(&mut self, key: K, change: impl FnOnce(&mut V))
    where
        V: Default,
    {
        let old = self.get(&key);
        let mut value = old.cloned().unwrap_or_default();
        change(&mut value);
        // What stays the same stays shared.
        if old != Some(&value) {
            self.insert(key, value);
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &K) {
        if self.contains_key(key) {
            let root = self.0.take().expect("it holds the key");
            self.0 = without(&root, key.bits());
        }
    }

    /// All entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let mut stack: Vec<&Node<K, V>> = self.0.as_deref().into_iter().collect();
        std::iter::from_fn(move || {
            loop {
                match stack.pop()? {
                    Leaf(key, value) => return Some((key, value)),
                    Fork(_, _, left, right) => stack.extend([&**right, &**left]),
                }
            }
        })
    }

    /// What both have, in one; of what only one has, that.
    pub fn union(&self, other: &Self, both: &mut impl FnMut(&V, &V) -> V) -> Self {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Self(Some(unite(a, b, both))),
            (a, b) => Self(a.as_ref().or(b.as_ref()).cloned()),
        }
    }

    /// What both have, where something is left of it. What is shared is kept as it is.
    pub fn common(&self, other: &Self, both: &mut impl FnMut(&V, &V) -> Option<V>) -> Self {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Self(meet(a, b, both)),
            _ => Self(None),
        }
    }

    /// The entries that the other has not, or has otherwise.
    pub fn beyond(&self, other: &Self) -> Vec<(K, &V)> {
        self.last_beyond(other, usize::MAX)
    }

    /// The last of them, no more than so many.
    pub fn last_beyond(&self, other: &Self, most: usize) -> Vec<(K, &V)> {
        let mut found = Vec::new();
        if let Some(root) = &self.0 {
            differ(root, other.0.as_ref(), most, &mut found);
        }
        found.reverse();
        found
    }
}

impl<K: Key, V: PartialEq> PartialEq for Chart<K, V> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => same(a, b),
            (None, None) => true,
            _ => false,
        }
    }
}

fn lookup<K: Key, V>(mut node: &Node<K, V>, bits: K::Bits) -> Option<&V> {
    loop {
        match node {
            Leaf(own, value) => return (own.bits() == bits).then_some(value),
            Fork(at, _, left, right) => node = if bits.has(*at) { right } else { left },
        }
    }
}

fn same<K: Key, V: PartialEq>(a: &Rc<Node<K, V>>, b: &Rc<Node<K, V>>) -> bool {
    if Rc::ptr_eq(a, b) {
        return true;
    }
    spend(1);
    match (&**a, &**b) {
        (Leaf(k, v), Leaf(l, w)) => k.bits() == l.bits() && v == w,
        (Fork(at, p, a, b), Fork(bt, q, c, d)) => at == bt && p == q && same(a, c) && same(b, d),
        _ => false,
    }
}

fn put<K: Key, V: Clone>(node: &mut Rc<Node<K, V>>, key: K, value: V) {
    let bits = key.bits();
    match &**node {
        Leaf(own, _) if own.bits() == bits => match Rc::get_mut(node) {
            Some(leaf) => *leaf = Leaf(key, value),
            None => *node = Rc::new(Leaf(key, value)),
        },
        Fork(at, prefix, ..) if bits.before(*at) == *prefix => {
            let Fork(at, _, left, right) = Rc::make_mut(node) else { return };
            put(if bits.has(*at) { right } else { left }, key, value);
        }
        _ => *node = fork(node.clone(), Rc::new(Leaf(key, value))),
    }
}

/// A node without a key that is in it.
fn without<K: Key, V>(node: &Rc<Node<K, V>>, bits: K::Bits) -> Option<Rc<Node<K, V>>> {
    let Fork(at, prefix, left, right) = &**node else { return None };
    let own = |left, right| Rc::new(Fork(*at, *prefix, left, right));
    Some(if bits.has(*at) {
        without(right, bits).map_or_else(|| left.clone(), |right| own(left.clone(), right))
    } else {
        without(left, bits).map_or_else(|| right.clone(), |left| own(left, right.clone()))
    })
}

/// What may be left of a branch.
type Branch<K, V> = Option<Rc<Node<K, V>>>;

/// A fork with other branches; itself when they are its own.
fn renewed<K: Key, V>(node: &Rc<Node<K, V>>, branches: (Branch<K, V>, Branch<K, V>)) -> Branch<K, V> {
    let Fork(at, prefix, left, right) = &**node else { return Some(node.clone()) };
    match branches {
        (Some(a), Some(b)) if Rc::ptr_eq(&a, left) && Rc::ptr_eq(&b, right) => Some(node.clone()),
        (Some(a), Some(b)) => Some(Rc::new(Fork(*at, *prefix, a, b))),
        (a, b) => a.or(b),
    }
}

fn unite<K: Key, V: Clone + PartialEq>(
    a: &Rc<Node<K, V>>,
    b: &Rc<Node<K, V>>,
    both: &mut impl FnMut(&V, &V) -> V,
) -> Rc<Node<K, V>> {
    if Rc::ptr_eq(a, b) {
        return a.clone();
    }
    spend(1);
    let whole = |node: Option<Rc<Node<K, V>>>| node.expect("nothing is left out of a union");
    match (&**a, &**b) {
        (Leaf(key, v), Leaf(other, w)) if key.bits() == other.bits() => {
            let joined = both(v, w);
            if joined == *v { a.clone() } else { Rc::new(Leaf(*key, joined)) }
        }
        (Fork(at, p, c, d), Fork(bt, q, e, f)) if at == bt && p == q => {
            let branches = (Some(unite(c, e, both)), Some(unite(d, f, both)));
            whole(renewed(a, branches))
        }
        (Fork(at, p, c, d), _) if below(b, *at, *p).is_some() => {
            let right = below(b, *at, *p) == Some(true);
            let branches = if right {
                (Some(c.clone()), Some(unite(d, b, both)))
            } else {
                (Some(unite(c, b, both)), Some(d.clone()))
            };
            whole(renewed(a, branches))
        }
        (_, Fork(bt, q, e, f)) if below(a, *bt, *q).is_some() => {
            let right = below(a, *bt, *q) == Some(true);
            let branches = if right {
                (Some(e.clone()), Some(unite(a, f, both)))
            } else {
                (Some(unite(a, e, both)), Some(f.clone()))
            };
            whole(renewed(b, branches))
        }
        _ => fork(a.clone(), b.clone()),
    }
}

fn meet<K: Key, V: Clone + PartialEq>(
    a: &Rc<Node<K, V>>,
    b: &Rc<Node<K, V>>,
    both: &mut impl FnMut(&V, &V) -> Option<V>,
) -> Option<Rc<Node<K, V>>> {
    if Rc::ptr_eq(a, b) {
        return Some(a.clone());
    }
    spend(1);
    match (&**a, &**b) {
        (Leaf(key, v), Leaf(other, w)) => {
            let left = if key.bits() == other.bits() { both(v, w)? } else { return None };
            Some(if left == *v { a.clone() } else { Rc::new(Leaf(*key, left)) })
        }
        (Fork(at, p, c, d), Fork(bt, q, e, f)) if at == bt && p == q => {
            let branches = (meet(c, e, both), meet(d, f, both));
            renewed(a, branches)
        }
        (Fork(at, p, c, d), _) if below(b, *at, *p).is_some() => {
            if below(b, *at, *p) == Some(true) {
                meet(d, b, both)
            } else {
                meet(c, b, both)
            }
        }
        (_, Fork(bt, q, e, f)) if below(a, *bt, *q).is_some() => {
            if below(a, *bt, *q) == Some(true) {
                meet(a, f, both)
            } else {
                meet(a, e, both)
            }
        }
        _ => None,
    }
}

/// Adds what one has and the other has not, from the last on, until there are so many.
fn differ<'a, K: Key, V: PartialEq>(
    a: &'a Rc<Node<K, V>>,
    b: Option<&Rc<Node<K, V>>>,
    most: usize,
    found: &mut Vec<(K, &'a V)>,
) {
    if found.len() >= most || b.is_some_and(|b| Rc::ptr_eq(a, b)) {
        return;
    }
    spend(1);
    let (left, right) = match (&**a, b.map(|b| (b, &**b))) {
        (Leaf(key, v), b) => {
            if b.and_then(|(b, _)| lookup(b, key.bits())) != Some(v) {
                found.push((*key, v));
            }
            return;
        }
        (Fork(..), None) => (None, None),
        (Fork(at, p, ..), Some((_, Fork(bt, q, e, f)))) if at == bt && p == q => (Some(e), Some(f)),
        (Fork(at, p, ..), Some((b, inner))) if below(inner, *at, *p).is_some() => {
            let right = below(inner, *at, *p) == Some(true);
            ((!right).then_some(b), right.then_some(b))
        }
        (_, Some((_, Fork(bt, q, e, f)))) if below(a, *bt, *q).is_some() => {
            return differ(a, Some(if below(a, *bt, *q) == Some(true) { f } else { e }), most, found);
        }
        _ => (None, None),
    };
    if let Fork(_, _, c, d) = &**a {
        differ(d, right, most, found);
        differ(c, left, most, found);
    }
}

impl<K: Key, V: Clone + PartialEq> FromIterator<(K, V)> for Chart<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut chart = Self::default();
        entries.into_iter().for_each(|(key, value)| chart.insert(key, value));
        chart
    }
}

/// As a list of pairs.
impl<K: Key + Serialize, V: Clone + PartialEq + Serialize> Serialize for Chart<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, K: Key + Deserialize<'de>, V: Clone + PartialEq + Deserialize<'de>> Deserialize<'de> for Chart<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Seed;
    use std::collections::BTreeMap;

    impl Key for u8 {
        type Bits = u64;

        fn bits(self) -> u64 {
            u64::from(self)
        }
    }

    type Pair = (Chart<u8, u8>, BTreeMap<u8, u8>);

    fn some(random: &mut Seed, from: &Pair) -> Pair {
        let (mut chart, mut map) = from.clone();
        for _ in 0..random.bits() % 12 {
            let (key, value) = ((random.bits() >> 9) as u8 % 40, (random.bits() >> 9) as u8 % 3);
            if random.bits() & 64 == 0 {
                chart.remove(&key);
                map.remove(&key);
            } else {
                chart.insert(key, value);
                map.insert(key, value);
            }
        }
        (chart, map)
    }

    fn all(chart: &Chart<u8, u8>) -> BTreeMap<u8, u8> {
        let entries: Vec<(u8, u8)> = chart.iter().map(|(key, value)| (*key, *value)).collect();
        assert!(entries.is_sorted());
        entries.into_iter().collect()
    }

    #[test]
    fn a_chart_is_a_map() {
        let mut random = Seed::new(5);
        for _ in 0..3_000 {
            let start = some(&mut random, &Pair::default());
            let ((a, m), (b, n)) = (some(&mut random, &start), some(&mut random, &start));
            assert_eq!(all(&a), m);
            assert_eq!(a == b, m == n);
            assert!((0..40).all(|key| a.get(&key) == m.get(&key)));
            let mut both = m.clone();
            n.iter().for_each(|(key, value)| {
                both.entry(*key).and_modify(|old| *old = (*old).max(*value)).or_insert(*value);
            });
            assert_eq!(all(&a.union(&b, &mut |x, y| *x.max(y))), both);
            let shared = |k: &u8, v: &u8| Some((*k, *n.get(k)?.min(v))).filter(|(_, v)| m.get(k) == n.get(k) || *v > 0);
            let wanted: BTreeMap<u8, u8> = m.iter().filter_map(|(k, v)| shared(k, v)).collect();
            assert_eq!(all(&a.common(&b, &mut |x, y| Some(*x.min(y)).filter(|v| x == y || *v > 0))), wanted);
            let beyond: Vec<(u8, &u8)> = m.iter().filter(|(k, v)| n.get(k) != Some(v)).map(|(k, v)| (*k, v)).collect();
            assert_eq!(a.beyond(&b), beyond);
            assert_eq!(a.last_beyond(&b, 3), beyond[beyond.len().saturating_sub(3)..]);
        }
    }
}
