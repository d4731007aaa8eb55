//! Lists, and ranges as lists that need not be built.

use std::sync::OnceLock;

use super::confidence::Lanes;
use super::fault::Fault;
use super::limits::check_depth;
use super::lowest::Lowest;
use super::payload::Value;

/// The elements of a list. It knows how deep it nests and how sure its least sure part is.
#[derive(Debug)]
pub struct List {
    /// The elements, behind those that were taken from the front and are null here.
    items: Vec<Value>,
    /// How many were taken from the front.
    start: usize,
    lowest: Lowest,
    depth: u8,
    /// Whether all elements are known to be [light](Value::is_light): what replaces one need not look at it.
    light: bool,
}

impl List {
    /// Of nothing.
    pub const fn empty() -> Self {
        Self { items: Vec::new(), start: 0, lowest: Lowest::empty(), depth: 1, light: true }
    }

    /// Of these elements; `R015` when they nest too deep.
    pub fn new(mut items: Vec<Value>) -> Result<Self, Fault> {
        // What was made by adding to it may have twice the room that was charged.
        if items.capacity() - items.len() > items.len() / 8 {
            items.shrink_to_fit();
        }
        if items.iter().all(Value::is_light) {
            return Ok(Self { items, ..Self::empty() });
        }
        let depth = 1 + items.iter().map(Value::depth).max().unwrap_or(0);
        check_depth(depth)?;
        let lowest = Lowest::of(items.iter());
        Ok(Self { items, start: 0, lowest, depth, light: false })
    }

    /// How many elements.
    #[inline]
    pub fn len(&self) -> usize {
        self.items.len() - self.start
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements, each with its own lanes.
    #[inline]
    pub fn items(&self) -> &[Value] {
        &self.items[self.start..]
    }

    /// The element at an index.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.items.get(self.start.checked_add(index)?)
    }

    /// The elements in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.items().iter()
    }

    /// How deep it nests; 1 for a list of no lists or objects.
    #[inline]
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// The minimum over all parts, at any depth.
    #[inline]
    pub fn lowest(&self) -> Lanes {
        self.lowest.or_find(self.items().iter())
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

    /// Adds an element at the end.
    #[inline(always)]
    pub fn push(&mut self, item: Value) -> Result<(), Fault> {
        if !item.is_light() {
            self.admit(&item)?;
            self.lowest.add(item.least());
        }
        if self.items.len() == self.items.capacity() {
            make_room(&mut self.items);
        }
        self.items.push(item);
        Ok(())
    }

    /// Whether an element can be added without a look at anything else: it lowers nothing, and there is room.
    #[inline(always)]
    pub(crate) fn has_room_for(&self, item: &Value) -> bool {
        item.is_light() && self.items.len() < self.items.capacity()
    }

    /// Adds elements at the beginning, in constant time each over many such calls.
    pub fn unshift(&mut self, new: Vec<Value>) -> Result<(), Fault> {
        for item in &new {
            self.admit(item)?;
        }
        for item in &new {
            self.lowest.add(item.least());
        }
        if self.start < new.len() {
            // Nothing else makes room in front but what is taken away there.
            let room = new.len() + further(self.len());
            let mut items = Vec::with_capacity(room + self.len());
            items.resize_with(room, Value::default);
            items.extend(self.items.drain(self.start..));
            (self.items, self.start) = (items, room);
        }
        self.start -= new.len();
        for (place, item) in new.into_iter().enumerate() {
            self.items[self.start + place] = item;
        }
        Ok(())
    }

    /// Whether all elements are known to be [light](Value::is_light).
    #[inline]
    pub(super) fn is_light(&self) -> bool {
        self.light
    }

    /// How many elements there is room for.
    pub(super) fn room(&self) -> usize {
        self.items.capacity()
    }

    /// Takes the last element away.
    pub fn pop(&mut self) -> Option<Value> {
        if self.is_empty() {
            return None;
        }
        let item = self.items.pop()?;
        self.left(&item);
        Some(item)
    }

    /// Takes the first element away, in constant time over many such calls.
    pub fn shift(&mut self) -> Option<Value> {
        let item = std::mem::take(self.items.get_mut(self.start)?);
        self.start += 1;
        if self.start >= 16 && self.start * 2 > self.items.len() {
            self.tidy();
        }
        self.left(&item);
        Some(item)
    }

    /// Puts an element in place of another, which is given back. The index is below the length.
    #[inline]
    pub fn set(&mut self, index: usize, item: Value) -> Result<Value, Fault> {
        self.admit(&item)?;
        let new = item.least();
        let old = std::mem::replace(&mut self.items[self.start + index], item);
        self.lowest.replace(old.least(), new);
        Ok(old)
    }

    /// Puts a value that owns nothing in place of an element, where that makes nothing less sure: whether it does.
    #[inline(always)]
    pub(crate) fn put(&mut self, index: usize, item: &Value) -> bool {
        let light = self.light && item.is_light();
        match self.touch(index) {
            // Elements of a large list are far away: it takes long until one that is looked at is there.
            Some(old) if light => old.put_light(item),
            Some(old) => return old.put_alike(item),
            None => return false,
        }
        true
    }

    /// An element to be changed in place. What is changed must not nest deeper than [`super::NESTING`] allows with this list
    /// around it, and [`List::settle`] must be called afterwards.
    #[inline]
    pub(super) fn open(&mut self, index: usize) -> Option<&mut Value> {
        let item = self.items.get_mut(self.start + index)?;
        self.lowest.forget();
        self.light = false;
        Some(item)
    }

    /// An element to be changed in place in a way that changes neither how deep it nests nor how sure its parts are, nor
    /// makes it own what it did not.
    #[inline(always)]
    pub(crate) fn touch(&mut self, index: usize) -> Option<&mut Value> {
        self.items.get_mut(self.start.checked_add(index)?)
    }

    /// The minimum over all parts and that of one element, where both are remembered: for [`List::settle`].
    #[inline]
    pub(super) fn remembered(&self, index: usize) -> Option<(Lanes, Lanes)> {
        let item = self.get(index)?;
        Some((self.lowest.get()?, item.remembered_least()?))
    }

    /// Takes note of a change that [`List::open`] allowed, with what was remembered before it.
    #[inline]
    pub(super) fn settle(&mut self, index: usize, before: Option<(Lanes, Lanes)>) {
        let item = &self.items[self.start + index];
        self.depth = self.depth.max(1 + item.depth());
        if let (Some((lowest, old)), Some(new)) = (before, item.remembered_least()) {
            self.lowest = Lowest::known(lowest);
            self.lowest.replace(old, new);
        }
    }

    /// Takes the elements of a range of indices away and puts others there.
    pub fn splice(&mut self, range: std::ops::Range<usize>, new: Vec<Value>) -> Result<Vec<Value>, Fault> {
        for item in &new {
            self.admit(item)?;
        }
        for item in &new {
            self.lowest.add(item.least());
        }
        self.tidy();
        let old: Vec<Value> = self.items.splice(range, new).collect();
        for item in &old {
            self.left(item);
        }
        Ok(old)
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.tidy();
        self.items.reverse();
    }

    /// The elements, taken out.
    pub fn into_items(mut self) -> Vec<Value> {
        self.tidy();
        self.items
    }

    fn tidy(&mut self) {
        self.items.drain(..self.start);
        self.start = 0;
    }

    #[inline]
    fn admit(&mut self, item: &Value) -> Result<(), Fault> {
        self.light &= item.is_light();
        if item.is_plain() {
            return Ok(());
        }
        let depth = 1 + item.depth();
        if depth > self.depth {
            check_depth(depth)?;
            self.depth = depth;
        }
        Ok(())
    }

    fn left(&mut self, item: &Value) {
        if self.is_empty() {
            self.tidy();
            *self = Self { items: std::mem::take(&mut self.items), ..Self::empty() };
        } else {
            self.lowest.remove(item.least());
        }
    }
}

impl Clone for List {
    fn clone(&self) -> Self {
        let Self { depth, light, .. } = *self;
        Self { items: self.items().to_vec(), start: 0, lowest: self.lowest.clone(), depth, light }
    }
}

impl Default for List {
    fn default() -> Self {
        Self::empty()
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// How many places more what grows by one at a time gets at once: few enough to be within what it was charged.
pub(super) fn further(now: usize) -> usize {
    (now * 3 / 8).max(4)
}

/// Makes room for more than one element.
#[cold]
pub(super) fn make_room<T>(items: &mut Vec<T>) {
    items.reserve_exact(further(items.len()));
}

/// A list of numbers with equal steps, built when somebody looks into it; walking it needs no list.
#[derive(Debug)]
pub struct Range {
    start: f64,
    step: f64,
    len: usize,
    lanes: Lanes,
    list: OnceLock<List>,
}

impl Range {
    /// So many numbers from `start` on, each `step` above the one before, all with these lanes.
    pub fn new(start: f64, step: f64, len: usize, lanes: Lanes) -> Self {
        Self { start, step, len, lanes, list: OnceLock::new() }
    }

    /// How many numbers.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number at an index.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Value> {
        (index < self.len).then(|| Value::number(self.start + self.step * index as i64 as f64).with(self.lanes))
    }

    /// The first number, the step, and the lanes of each.
    #[inline]
    pub fn parts(&self) -> (f64, f64, Lanes) {
        (self.start, self.step, self.lanes)
    }

    /// Whether the list of it was built.
    pub fn is_built(&self) -> bool {
        self.list.get().is_some()
    }

    /// It as a list, built on first use.
    pub fn list(&self) -> &List {
        self.list.get_or_init(|| List {
            start: 0,
            items: (0..self.len).filter_map(|index| self.get(index)).collect(),
            lowest: Lowest::known(if self.len == 0 { Lanes::EXACT } else { self.lanes }),
            depth: 1,
            light: self.lanes == Lanes::EXACT,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    #[test]
    fn both_ends_give_and_take() {
        let (mut list, mut other) = (List::empty(), VecDeque::new());
        for turn in 0..2_000_u32 {
            let number = f64::from(turn);
            match turn * 7_919 % 11 {
                0..=2 => {
                    list.push(Value::number(number)).unwrap();
                    other.push_back(number);
                }
                3..=5 => {
                    list.unshift(vec![Value::number(number), Value::number(-number)]).unwrap();
                    other.push_front(-number);
                    other.push_front(number);
                }
                6 | 7 => assert_eq!(list.shift().and_then(|it| it.as_number()), other.pop_front()),
                8 => assert_eq!(list.pop().and_then(|it| it.as_number()), other.pop_back()),
                _ => assert!(list.room() <= 2 * list.len() + 40, "{} for {}", list.room(), list.len()),
            }
            assert!(list.iter().filter_map(Value::as_number).eq(other.iter().copied()));
        }
    }
}
