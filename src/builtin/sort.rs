//! Sorting, so exactly described that two implementations ask a comparator the same questions in the same order.
//!
//! A stable merge sort from the top down: the first half ends at ⌊n/2⌋; while two halves are merged the comparator is
//! asked with the next left and the next right element, and the right one goes first if the answer is above 0.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::routine::{Routine, Started, Step, Way};
use crate::diagnostic::Code;
use crate::value::encode::{Decoder, Encoder, Stored};
use crate::value::{Fault, Kind, Lanes, Meter, Value, order};

/// A sort with a comparator of the program, under way.
#[derive(Clone)]
pub(super) struct Sort {
    source: Value,
    function: Value,
    lanes: Lanes,
    merge: Merge,
}

/// Which elements have to be compared next: a merge sort of indices that asks from outside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Merge {
    order: Vec<u32>,
    stack: Vec<Part>,
    merged: Vec<u32>,
}

/// A stretch that is being sorted.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
struct Part {
    start: u32,
    end: u32,
    /// How many halves are sorted.
    halves: u8,
    left: u32,
    right: u32,
}

impl Part {
    fn middle(self) -> u32 {
        self.start + (self.end - self.start) / 2
    }
}

impl Merge {
    fn new(len: u32) -> Self {
        let whole = Part { start: 0, end: len, halves: 0, left: 0, right: 0 };
        let mut merge = Self { order: (0..len).collect(), stack: vec![whole], merged: Vec::new() };
        merge.advance();
        merge
    }

    /// The indices to compare, left and right; nothing when all is sorted.
    fn question(&self) -> Option<(usize, usize)> {
        let part = self.stack.last()?;
        Some((self.order[part.left as usize] as usize, self.order[part.right as usize] as usize))
    }

    /// Takes in whether the right one goes first.
    fn answer(&mut self, right_first: bool) {
        if let Some(part) = self.stack.last_mut() {
            let from = if right_first { &mut part.right } else { &mut part.left };
            self.merged.push(self.order[*from as usize]);
            *from += 1;
        }
        self.advance();
    }

    /// Goes on to the next question.
    fn advance(&mut self) {
        while let Some(part) = self.stack.last_mut() {
            let (start, middle, end) = (part.start, part.middle(), part.end);
            let half = |start, end| Part { start, end, halves: 0, left: 0, right: 0 };
            if end - start < 2 {
                self.stack.pop();
                if let Some(parent) = self.stack.last_mut() {
                    parent.halves += 1;
                }
                continue;
            }
            match part.halves {
                0 => self.stack.push(half(start, middle)),
                1 => self.stack.push(half(middle, end)),
                _ => {
                    if part.halves == 2 {
                        (part.left, part.right, part.halves) = (start, middle, 3);
                        self.merged.clear();
                    }
                    if part.left < middle && part.right < end {
                        return;
                    }
                    let (left, right) = (part.left as usize, part.right as usize);
                    self.merged.extend_from_slice(&self.order[left..middle as usize]);
                    self.merged.extend_from_slice(&self.order[right..end as usize]);
                    self.order[start as usize..end as usize].copy_from_slice(&self.merged);
                    self.stack.pop();
                    if let Some(parent) = self.stack.last_mut() {
                        parent.halves += 1;
                    }
                }
            }
        }
    }
}

/// Begins to sort the first argument: with the comparator that is the second, or by the order of values.
pub(super) fn start(call: &mut Call<'_>) -> Result<Started, Fault> {
    let len = call.arguments.list(0)?.len();
    charge(len, call.meter)?;
    if call.arguments.get(1).is_null() {
        let source = call.arguments.take(0);
        let lanes = call.meter.least(&source)?;
        let items = source.as_list().map_or(&[][..], |list| list.items());
        let sorted = Sort::order(items, call.meter)?.into_iter().map(|at| items[at].clone()).collect();
        return Ok(Started::Done(Value::list(sorted)?.with(lanes)));
    }
    call.arguments.function(1)?;
    let (source, function) = (call.arguments.take(0), call.arguments.take(1));
    let lanes = source.lanes();
    let sort = Sort { source, function, lanes, merge: Merge::new(len as u32) };
    if sort.merge.question().is_none() {
        return sort.finish().map(Started::Done);
    }
    Ok(Started::Running(Routine(Way::Sort(Box::new(sort)))))
}

/// Charges for the work on so many elements.
fn charge(len: usize, meter: &mut Meter) -> Result<(), Fault> {
    let levels = u64::from(usize::BITS - len.leading_zeros());
    meter.list(len)?;
    meter.steps(len as u64 * levels)
}

impl Sort {
    /// The indices of the values in the order of values; `R002` when two that are compared have none.
    pub(super) fn order(values: &[Value], meter: &mut Meter) -> Result<Vec<usize>, Fault> {
        charge(values.len(), meter)?;
        let mut order: Vec<usize> = (0..values.len()).collect();
        if values.iter().all(|value| value.as_number().is_some_and(|number| !number.is_nan())) {
            order.sort_by(|&a, &b| {
                values[a].as_number().partial_cmp(&values[b].as_number()).unwrap_or(std::cmp::Ordering::Equal)
            });
            return Ok(order);
        }
        if values.iter().all(|value| value.kind() == Kind::Text) {
            order.sort_by(|&a, &b| values[a].as_text().cmp(&values[b].as_text()));
            return Ok(order);
        }
        let mut merge = Merge::new(values.len() as u32);
        while let Some((left, right)) = merge.question() {
            let compared = order::compare(&values[left], &values[right], meter)?;
            merge.answer(compared.is_some_and(|order| order.is_gt()));
        }
        Ok(merge.order.into_iter().map(|at| at as usize).collect())
    }

    pub(super) fn function(&self) -> &Value {
        &self.function
    }

    pub(super) fn argument(&self, index: usize) -> Value {
        let (left, right) = self.merge.question().unwrap_or_default();
        let list = self.source.as_list();
        let element = list.and_then(|list| list.get(if index == 0 { left } else { right })).cloned();
        element.unwrap_or_default().under(self.source.lanes())
    }

    pub(super) fn resume(&mut self, reply: Value, _: &mut Meter) -> Result<Step, Fault> {
        self.lanes = self.lanes.meet(reply.lanes());
        let above = reply.as_number().is_some_and(|number| number > 0.0) || reply.as_bool() == Some(true);
        self.merge.answer(above);
        if self.merge.question().is_some() { Ok(Step::Call) } else { self.finish().map(Step::Done) }
    }

    fn finish(&self) -> Result<Value, Fault> {
        let items = self.source.as_list().map_or(&[][..], |list| list.items());
        let sorted = self.merge.order.iter().map(|&at| items[at as usize].clone()).collect();
        Ok(Value::list(sorted)?.with(self.lanes))
    }

    pub(super) fn store(&self, encoder: &mut Encoder) -> StoredSort {
        StoredSort {
            source: encoder.store(&self.source),
            function: encoder.store(&self.function),
            lanes: encoder.store(&Value::NULL.with(self.lanes)),
            merge: self.merge.clone(),
        }
    }

    pub(super) fn load(stored: &StoredSort, decoder: &Decoder) -> Result<Self, Fault> {
        let source = decoder.load(stored.source)?;
        let len = source.as_list().map_or(0, |list| list.len()) as u32;
        let merge = stored.merge.clone();
        let within = |part: &Part| part.start <= part.end && part.end <= len && part.left < len && part.right < len;
        let sound = merge.order.len() as u32 == len
            && merge.order.iter().all(|&at| at < len)
            && merge.stack.iter().all(within)
            && merge.question().is_some();
        if !sound {
            return Err(Fault::new(Code::R012, "the stored state is damaged; start the run again"));
        }
        let (function, lanes) = (decoder.load(stored.function)?, decoder.load(stored.lanes)?.lanes());
        Ok(Self { source, function, lanes, merge })
    }

    pub(super) fn values(&self) -> Vec<&Value> {
        vec![&self.source, &self.function]
    }
}

/// A [`Sort`] as plain data.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct StoredSort {
    source: Stored,
    function: Stored,
    lanes: Stored,
    merge: Merge,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn obvious(items: &[i32], asked: &mut Vec<(i32, i32)>) -> Vec<i32> {
        if items.len() < 2 {
            return items.to_vec();
        }
        let (left, right) = items.split_at(items.len() / 2);
        let (left, right) = (obvious(left, asked), obvious(right, asked));
        let (mut i, mut j, mut out) = (0, 0, Vec::new());
        while i < left.len() && j < right.len() {
            asked.push((left[i], right[j]));
            if left[i] / 10 > right[j] / 10 {
                out.push(right[j]);
                j += 1;
            } else {
                out.push(left[i]);
                i += 1;
            }
        }
        out.extend(&left[i..]);
        out.extend(&right[j..]);
        out
    }

    #[test]
    fn the_questions_are_those_of_the_description() {
        let mut state = 12345u32;
        for len in 0..40 {
            let items: Vec<i32> = (0..len)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as i32
                })
                .collect();
            let (mut expected, mut asked) = (Vec::new(), Vec::new());
            let sorted = obvious(&items, &mut expected);
            let mut merge = Merge::new(len);
            while let Some((left, right)) = merge.question() {
                asked.push((items[left], items[right]));
                merge.answer(items[left] / 10 > items[right] / 10);
            }
            assert_eq!(asked, expected);
            assert_eq!(merge.order.iter().map(|&at| items[at as usize]).collect::<Vec<_>>(), sorted);
        }
    }
}
