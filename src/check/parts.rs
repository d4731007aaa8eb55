//! The parts of a value that are known one by one: the elements of a short list, the fields of an object.
//!
//! Values are copied from point to point of the walk, and with them whatever they hold; so copies share their parts until
//! one of them is changed.

use super::domain::Known;
use super::effort::spend;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

/// The elements of a list, and what any of them is, which is found out when somebody asks first.
#[derive(Clone, Debug)]
pub(super) struct Items(Rc<Row>);

#[derive(Clone, Debug)]
struct Row {
    items: Vec<Known>,
    any: OnceCell<Known>,
}

/// What all of these may be.
pub(super) fn any<'k>(of: impl IntoIterator<Item = &'k Known>) -> Option<Known> {
    let mut all = of.into_iter();
    let first = all.next()?.clone();
    Some(all.fold(first, |any, one| any.join(one)))
}

impl Items {
    /// What any of them is.
    pub fn any(&self) -> Option<Known> {
        if self.is_empty() {
            return None;
        }
        let any = || match &self[..] {
            [one] => one.clone(),
            all => any(&all.iter().map(Known::as_any).collect::<Vec<Known>>()).unwrap_or_else(Known::null),
        };
        Some(self.0.any.get_or_init(any).clone())
    }

    /// The elements, to be changed.
    pub fn change(&mut self) -> &mut [Known] {
        let row = Rc::make_mut(&mut self.0);
        row.any.take();
        &mut row.items
    }
}

impl From<Vec<Known>> for Items {
    fn from(items: Vec<Known>) -> Self {
        Self(Rc::new(Row { items, any: OnceCell::new() }))
    }
}

impl FromIterator<Known> for Items {
    fn from_iter<I: IntoIterator<Item = Known>>(items: I) -> Self {
        Self::from(items.into_iter().collect::<Vec<Known>>())
    }
}

impl Deref for Items {
    type Target = [Known];

    fn deref(&self) -> &[Known] {
        &self.0.items
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Serialize for Items {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Known>::deserialize(deserializer)?.into())
    }
}

/// The fields of an object, in the order of their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(Rc<str>, Rc<Known>)>);

impl Fields {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| (**own).cmp(name))
    }

    /// A field.
    pub fn get(&self, name: &str) -> Option<&Known> {
        self.find(name).ok().map(|at| &*self.0[at].1)
    }

    /// A field, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Known> {
        self.find(name).ok().map(|at| Rc::make_mut(&mut self.0[at].1))
    }

    /// Puts a field there.
    pub fn insert(&mut self, name: Rc<str>, known: Known) {
        match self.find(&name) {
            Ok(at) => self.0[at].1 = Rc::new(known),
            Err(at) => self.0.insert(at, (name, Rc::new(known))),
        }
    }

    /// Puts those of another there that are wanted, which both share then.
    pub fn take(&mut self, other: &Self, wanted: impl Fn(&Known) -> bool) {
        spend(other.len() as u64);
        let mut row = Vec::with_capacity(self.len().max(other.len()));
        let mut own = std::mem::take(&mut self.0).into_iter().peekable();
        for (name, known) in other.0.iter().filter(|(_, known)| wanted(known)) {
            row.extend(std::iter::from_fn(|| own.next_if(|(old, _)| old < name)));
            own.next_if(|(old, _)| old == name);
            row.push((name.clone(), known.clone()));
        }
        row.extend(own);
        self.0 = row;
    }

    /// Takes a field away.
    pub fn remove(&mut self, name: &str) {
        if let Ok(at) = self.find(name) {
            self.0.remove(at);
        }
    }

    /// Leaves those whose names are wanted.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| wanted(name));
    }

    /// All of them with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Known)> {
        self.0.iter().map(|(name, known)| (name, &**known))
    }

    /// All of them.
    pub fn values(&self) -> impl Iterator<Item = &Known> {
        self.0.iter().map(|(_, known)| &**known)
    }

    /// All of them with their names, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Rc<str>, &mut Known)> {
        self.0.iter_mut().map(|(name, known)| (&*name, Rc::make_mut(known)))
    }

    /// All of them, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Known> {
        self.iter_mut().map(|(_, known)| known)
    }

    /// Changes each of them; one that comes out as it was stays shared.
    pub fn each(&mut self, mut change: impl FnMut(&Known) -> Known) {
        spend(self.len() as u64);
        for (_, field) in &mut self.0 {
            let changed = change(field);
            if changed != **field {
                *field = Rc::new(changed);
            }
        }
    }

    /// Those of both: what is said of a name that both have, that only these have, that only the others have. What both
    /// share stays shared.
    pub fn joined(
        &self,
        other: &Self,
        both: impl Fn(&Known, &Known) -> Known,
        mine: impl Fn(&Known) -> Known,
        theirs: impl Fn(&Known) -> Known,
    ) -> Self {
        spend(self.len().max(other.len()) as u64);
        let mut row = Vec::with_capacity(self.len().max(other.len()));
        let (mut left, mut right) = (&self.0[..], &other.0[..]);
        loop {
            let order = match (left, right) {
                ([(a, _), ..], [(b, _), ..]) => a.cmp(b),
                ([_, ..], []) => Ordering::Less,
                ([], [_, ..]) => Ordering::Greater,
                ([], []) => return Self(row),
            };
            let (name, known) = match order {
                Ordering::Equal if same(&left[0].1, &right[0].1) => left[0].clone(),
                Ordering::Equal => (left[0].0.clone(), Rc::new(both(&left[0].1, &right[0].1))),
                Ordering::Less => (left[0].0.clone(), Rc::new(mine(&left[0].1))),
                Ordering::Greater => (right[0].0.clone(), Rc::new(theirs(&right[0].1))),
            };
            row.push((name, known));
            left = &left[usize::from(order.is_le())..];
            right = &right[usize::from(order.is_ge())..];
        }
    }
}

/// Whether two fields are the same, which those that are shared are.
fn same(one: &Rc<Known>, other: &Rc<Known>) -> bool {
    Rc::ptr_eq(one, other) || one == other
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.0.iter().zip(&other.0).all(|((a, x), (b, y))| a == b && same(x, y))
    }
}

/// Of two fields with one name the later one counts.
impl FromIterator<(Rc<str>, Known)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Known)>>(fields: I) -> Self {
        let mut row: Vec<(Rc<str>, Rc<Known>)> =
            fields.into_iter().map(|(name, known)| (name, Rc::new(known))).collect();
        row.sort_by(|(a, _), (b, _)| a.cmp(b));
        row.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        Self(row)
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<Rc<str>, Known>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_item_is_found_anew_after_a_change() {
        let mut items: Items = [1.0, 2.0].into_iter().map(Known::number).collect();
        let copy = items.clone();
        let high = |items: &Items| items.any().and_then(|any| any.as_number().map(|number| number.high));
        assert_eq!(high(&items), Some(2.0));
        items.change()[0] = Known::number(9.0);
        assert_eq!((high(&items), high(&copy)), (Some(9.0), Some(2.0)));
        assert!(Items::from(Vec::new()).any().is_none());
    }

    #[test]
    fn fields_are_in_order_and_the_later_counts() {
        let of =
            |all: &[(&str, f64)]| all.iter().map(|(name, x)| (Rc::from(*name), Known::number(*x))).collect::<Fields>();
        let numbers = |fields: &Fields| {
            let all = fields.iter().map(|(name, known)| format!("{name}{:?}", known.as_constant()));
            all.collect::<Vec<_>>().join(" ")
        };
        let a = of(&[("b", 1.0), ("a", 2.0), ("b", 3.0)]);
        assert_eq!(numbers(&a), "aSome(2.0) bSome(3.0)");
        let b = of(&[("b", 4.0), ("c", 5.0)]);
        let joined = a.joined(&b, |_, y| y.clone(), Known::clone, Known::clone);
        assert_eq!(numbers(&joined), "aSome(2.0) bSome(4.0) cSome(5.0)");
    }
}
