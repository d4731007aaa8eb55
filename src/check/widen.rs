//! What is forgotten of values that change from turn to turn, so that every walk ends.

use super::domain::{Callee, Claim, Hidden, Known, Number, SURE, Shape};
use super::flow::Flow;
use super::state::State;
use std::rc::Rc;

/// Visits of a loop's head before it is forgotten how sure what still changes is; numbers and lengths are forgotten at once.
pub(super) const PATIENCE: u32 = 4;

/// Functions in functions before which ones they are is forgotten.
const DEEPEST_CAPTURES: u32 = 3;

impl Known {
    /// What is left of it when nothing is known any more but whether there may be something to call in it.
    fn forgotten(&self) -> Known {
        Known { hidden: self.hides(), ..Known::anything() }
    }

    /// The same, but for which functions or agents it may be: there are so many in the program, and no more.
    fn forgotten_but_callable(&self, depth: u32) -> Known {
        let shape = match &self.shape {
            Shape::Functions(all) if depth < DEEPEST_CAPTURES => {
                let left = |callee: &Callee| callee.carrying(|known| known.forgotten_but_callable(depth + 1));
                Shape::Functions(Rc::new(all.iter().map(left).collect()))
            }
            Shape::Agent(_) => self.shape.clone(),
            _ => return self.forgotten(),
        };
        let claim = if self.claim.is_full() { self.claim } else { Claim::ANY };
        Known { shape, claim, ..self.detached() }
    }

    /// What an error that was caught is: its code is exact, what it carries may be anything of what the program throws.
    pub fn error(thrown: Hidden) -> Known {
        let exact = Known::constant(Shape::Plain);
        let said = Known {
            integrity: super::domain::Integrity::Agent,
            null: super::domain::Null::Never,
            hidden: thrown,
            ..Known::anything()
        };
        let fields = [
            ("kind", exact.clone()),
            ("code", exact),
            ("message", Known { hidden: Hidden::default(), shape: Shape::Plain, ..said.clone() }),
            ("data", Known { null: super::domain::Null::Maybe, ..said }),
        ];
        let fields = fields.into_iter().map(|(k, v)| (Rc::from(k), v)).collect();
        let object = super::domain::Object { fields, ..Default::default() };
        Known::constant(Shape::Object(Rc::new(object)))
    }

    /// Forgetting what may still change: numbers and lengths that are not as they were, and how sure it is.
    pub fn widened_from(&self, old: Option<&Known>) -> Known {
        let Some(old) = old else { return self.clone() };
        if self == old {
            return self.clone();
        }
        let mut result = self.widened_in(old, false, &|new, old| new.widened_from(old));
        if result.claim != old.claim {
            let low = super::domain::NONE.min(result.claim.low);
            result.claim = Claim { low, high: SURE, filled: 0, ..result.claim };
        }
        result
    }

    /// The numbers and lengths in it forgotten that changed, `part` by part; the most elements of a list not when they change
    /// for the first time, since a list that is cut in each turn grows once.
    fn widened_in(&self, old: &Known, first: bool, part: &dyn Fn(&Known, Option<&Known>) -> Known) -> Known {
        let mut result = self.clone();
        match (&mut result.shape, &old.shape) {
            (Shape::Number(new), Shape::Number(old)) => {
                let number = Rc::make_mut(new);
                if number.low < old.low {
                    let mut floors = [1.0, 0.0].into_iter();
                    number.low = floors.find(|floor| number.low >= *floor).unwrap_or(f64::NEG_INFINITY);
                }
                if number.high > old.high {
                    number.high = f64::INFINITY;
                }
            }
            (Shape::List(new), Shape::List(old)) => {
                let list = Rc::make_mut(new);
                if list.high != old.high && !first {
                    list.high = None;
                }
                if list.low < old.low {
                    list.low = 0;
                }
                match (&mut list.items, &old.items) {
                    (Some(items), Some(before)) if items.len() == before.len() => {
                        *items = items.iter().zip(before.iter()).map(|(new, old)| part(new, Some(old))).collect();
                    }
                    _ => {
                        *list = list.summed();
                        list.element = list.element.as_ref().map(|element| part(element, old.any().as_ref()));
                    }
                }
            }
            (Shape::Object(new), Shape::Object(old)) => {
                let object = Rc::make_mut(new);
                for (key, field) in object.fields.iter_mut() {
                    *field = part(field, old.fields.get(key));
                }
                object.others = object.others.as_ref().map(|others| part(others, old.others.as_ref()));
                if object.most != old.most && old.others.is_some() && !first {
                    object.most = None;
                }
            }
            _ => {}
        }
        result
    }

    /// What changed of its numbers and lengths forgotten, and nothing of how sure it is.
    fn steadied(&self, old: Option<&Known>) -> Known {
        old.map_or_else(|| self.clone(), |old| self.widened_in(old, false, &Known::steadied))
    }

    /// The same when it changes for the first time.
    fn steadied_first(&self, old: Option<&Known>) -> Known {
        old.map_or_else(|| self.clone(), |old| self.widened_in(old, true, &Known::steadied_first))
    }
}

impl State {
    /// Forgetting what still changes from turn to turn; after many turns, everything that does.
    pub fn widened_from(&self, old: &State, turns: u32) -> State {
        let mut result = self.clone();
        for (cell, known) in self.memory.beyond(&old.memory) {
            result.memory.insert(cell, known.widened_after(old.memory.get(&cell), turns));
        }
        for (id, learned) in self.learned.beyond(&old.learned) {
            let nothing = super::state::Learned::default();
            let left = super::state::Learned { number: nothing.number, length: nothing.length, ..*learned };
            if left == nothing {
                result.learned.remove(&id);
            } else {
                result.learned.insert(id, left);
            }
        }
        result
    }
}

impl Known {
    /// What is left of a value that changes from turn to turn.
    pub fn widened_after(&self, old: Option<&Known>, turns: u32) -> Known {
        if turns == 0 || old.is_none_or(|old| old == self) {
            self.clone()
        } else if turns == 1 {
            self.steadied_first(old)
        } else if turns <= PATIENCE {
            self.steadied(old)
        } else if turns <= 4 * PATIENCE {
            self.widened_from(old)
        } else {
            let marks = self.marks.clone();
            Known { id: self.id, sources: self.sources.clone(), marks, ..self.forgotten() }
        }
    }
}

impl Number {
    /// Its interval as counts of turns or elements.
    pub fn counts(&self) -> (u64, Option<u64>) {
        let low = if self.low.is_finite() { self.low.max(0.0).ceil() as u64 } else { 0 };
        (low, self.high.is_finite().then(|| self.high.max(0.0).floor() as u64))
    }
}

/// What a value was before together with what it is now, and whether that is more; in the last rounds anything.
pub(super) fn takes_in(old: &mut Known, new: &Known, last: bool) -> bool {
    if *old == old.forgotten() {
        let hidden = old.hidden.or(new.hides());
        return std::mem::replace(&mut old.hidden, hidden) != hidden;
    }
    let joined = old.join(new);
    if joined == *old {
        return false;
    }
    *old = if last { joined.forgotten() } else { joined.widened_from(Some(old)) };
    true
}

impl Flow<'_> {
    /// What comes of feeding a value to something, and what that gives to it again, as often as one likes. What it takes is
    /// that of one time, whichever it is.
    pub fn accumulated(&mut self, mut total: Known, mut feed: impl FnMut(&mut Self, &Known) -> Option<Known>) -> Known {
        for round in 0.. {
            let outer = std::mem::take(&mut self.taken);
            let next = feed(self, &total);
            let last = std::mem::replace(&mut self.taken, outer);
            let more = next.is_some_and(|next| accumulates(&mut total, &next, round));
            if !more || self.exhausted() {
                self.taken.add(&last);
                break;
            }
        }
        total
    }
}

/// What a call gave for the next one together with what that gives, and whether that is more: numbers and lengths that
/// change are forgotten at once, how sure it is later, and at last everything but whom it comes from.
fn accumulates(total: &mut Known, next: &Known, round: u32) -> bool {
    let joined = total.join(next);
    if joined == *total {
        return false;
    }
    let grown = match round {
        0..PATIENCE => joined.steadied(Some(total)),
        _ if round < 4 * PATIENCE => joined.widened_from(Some(total)),
        _ => Known { sources: joined.sources.clone(), marks: joined.marks.clone(), ..joined.forgotten() },
    };
    let more = grown != *total;
    *total = grown;
    more
}

/// What was given before together with what is given now: numbers and lengths that change are forgotten at once, how sure it
/// is later, and at last everything.
pub(super) fn grown(old: &[Known], new: &[Known], growths: u32) -> Vec<Known> {
    let count = old.len().max(new.len());
    (0..count)
        .map(|i| match (old.get(i), new.get(i)) {
            (Some(old), Some(new)) if growths > 2 * super::recall::MOST_ROUNDS && *old == old.forgotten() => {
                Known { hidden: old.hidden.or(new.hides()), ..old.clone() }
            }
            (Some(old), Some(new)) => {
                let joined = old.join(new);
                if joined == *old {
                    old.clone()
                } else if growths > 2 * super::recall::MOST_ROUNDS {
                    joined.forgotten_but_callable(0)
                } else if growths < PATIENCE {
                    joined.steadied(Some(old))
                } else {
                    joined.widened_from(Some(old))
                }
            }
            (Some(old), None) => old.join(&Known::null()),
            (None, Some(new)) => new.join(&Known::null()),
            (None, None) => Known::null(),
        })
        .collect()
}
