//! What a value is no larger than, and smaller than: what recursion that ends goes by.

use super::domain::{Id, Known, Shape};
use super::few::Sides;
use super::flow::{Activation, Flow};
use super::state::State;

/// Marks what only the elements of a value are smaller than.
const ELEMENTS: u32 = 0x2000_0000;

impl Known {
    /// No larger than another value, or smaller than it.
    pub fn measured(mut self, other: &Known, smaller: bool) -> Known {
        if !smaller {
            self.measures = self.measures.or(&other.measures);
        } else if !other.measures.is_empty() {
            let given: Sides<Id> = other.measures.keys().map(|id| (*id, true)).collect();
            self.measures = self.measures.or(&given);
        }
        self
    }

    /// What both are no larger than, and what the elements of both are smaller than: a list without elements has none that are
    /// not.
    pub fn joined_measures(&self, other: &Known) -> Sides<Id> {
        let both = self.measures.and(&other.measures);
        let none = |known: &Known| matches!(&known.shape, Shape::List(list) if list.high == Some(0));
        let tells = |known: &Known| none(known) || known.measures.keys().any(|id| id.1 & ELEMENTS != 0);
        if self.measures.is_empty() && other.measures.is_empty() || !tells(self) && !tells(other) {
            return both;
        }
        let holds = |known: &Known, whole: Id, within: Id| {
            none(known) || known.measures.get(&whole).is_some() || known.measures.get(&within).is_some()
        };
        let all = self.measures.keys().chain(other.measures.keys());
        let ids = all.map(|id| (Id(id.0, id.1 & !ELEMENTS), Id(id.0, id.1 | ELEMENTS)));
        let elements = ids.filter(|&(whole, within)| {
            both.get(&whole).is_none() && holds(self, whole, within) && holds(other, whole, within)
        });
        both.iter()
            .filter(|(id, _)| id.1 & ELEMENTS == 0)
            .copied()
            .chain(elements.map(|(_, within)| (within, true)))
            .collect()
    }

    /// Nothing is told any more of what it and its parts are no larger than.
    pub fn unmeasure(&mut self) {
        self.measures = Sides::NONE;
        self.each_part(Known::unmeasure);
    }

    /// As an element of a list, which has it, so that it is not the list without elements that it may be as well.
    pub fn met_in(mut self, list: &Known) -> Known {
        let within = list.measures.keys().filter(|id| id.1 & ELEMENTS != 0);
        let given: Sides<Id> = within.map(|id| (Id(id.0, id.1 & !ELEMENTS), true)).collect();
        if !given.is_empty() {
            self.measures = self.measures.or(&given);
        }
        self
    }
}

impl<'a> Flow<'a> {
    /// The parameters with a value for when they are null that are null here: null counts as larger than anything, so that
    /// what stands in for it is no larger. No call that leads back hands such a parameter what may be null.
    pub fn standing_in(&self, act: &Activation<'a>, state: &State) -> Sides<Id> {
        let parameters = act.code.blocks[0].parameters.iter().enumerate();
        let null = parameters.filter(|(i, parameter)| {
            let known = act.values[parameter.0 as usize].as_ref();
            let learned = known.and_then(|known| state.learned.get(&known.id));
            learned.is_some_and(|learned| learned.null == Some(true)) && self.has_default(act.function, *i)
        });
        null.map(|(_, parameter)| (Id(act.frame, parameter.0), false)).collect()
    }
}
