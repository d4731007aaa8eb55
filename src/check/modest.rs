//! Values that are told apart no further than pays: what is put together again and again would double each time.

use super::domain::{Agent, Id, Known, Shape, Source};
use super::few::{Few, Sides};

/// The most parts that are known one by one.
const MOST_PARTS: usize = 1_024;

/// The most parts of parts that are.
const MOST_NESTED: usize = 1_024;

/// Where one or the other comes from; nobody knows where, if that is too many.
pub(super) fn either_origin(one: &Few<Id>, other: &Few<Id>) -> Few<Id> {
    let both = one.union(other);
    if both.len() > MOST_ORIGINS || both.contains(&Id::NONE) { Few::one(Id::NONE) } else { both }
}

/// The calls that something comes from, by agent where they are too many.
pub(super) fn by_agent(sources: Sides<Source>) -> Sides<Source> {
    let any = |agent: &Agent| Source { site: Id::NONE, agent: agent.clone() };
    if sources.len() > MOST_ORIGINS {
        return sources.keys().map(|source| (any(&source.agent), true)).collect();
    }
    if sources.len() < 2 || sources.keys().all(|source| source.site != Id::NONE) {
        return sources;
    }
    let told = |source: &Source| source.site == Id::NONE || sources.get(&any(&source.agent)).is_none();
    sources.iter().filter(|(source, _)| told(source)).cloned().collect()
}

/// The most values that one is known to come from.
const MOST_ORIGINS: usize = 64;

impl Known {
    /// Given at a place, where it holds too much to be walked again and again: its parts become one, and the calls that it comes
    /// from are told by agent.
    pub fn be_modest(&mut self, at: Id) {
        if self.holds_more_than(MOST_NESTED) {
            *self = self.opened();
        }
        self.be_of_few(at);
    }

    /// The same as far as where it comes from is meant.
    fn be_of_few(&mut self, at: Id) {
        if self.origins.len() > MOST_ORIGINS || self.origins.contains(&Id::NONE) {
            self.origins = Few::one(at);
        }
        if self.above.len() > MOST_ORIGINS {
            self.above = Sides::NONE;
        }
        self.sources = by_agent(std::mem::take(&mut self.sources));
    }

    /// The same of what a block is handed, where `old` is what it was handed before: what came from too many stays so.
    pub fn be_handed(&mut self, at: Id, old: Option<&Known>) {
        if old.is_some_and(|old| *old.origins == [at]) {
            self.origins = Few::one(at);
        }
        self.be_of_few(at);
    }

    /// Whether the parts of its parts are more than so many.
    fn holds_more_than(&self, most: usize) -> bool {
        let mut left = most;
        self.parts_known().enumerate().any(|(at, part)| at >= MOST_PARTS || !part.fits(&mut left))
    }

    /// Whether its parts and their parts fit into what is left, which they take.
    fn fits(&self, left: &mut usize) -> bool {
        self.parts_known().all(|part| {
            let room = *left > 0;
            *left = left.saturating_sub(1);
            room && part.fits(left)
        })
    }

    /// The values that it and its parts are copies or parts of.
    pub fn all_origins(&self) -> Few<Id> {
        if self.parts_known().next().is_none() {
            return self.origins.clone();
        }
        let mut all = Vec::new();
        let mut parts = vec![self];
        while let Some(part) = parts.pop() {
            all.extend(part.origins.iter().copied());
            parts.extend(part.parts_known());
        }
        all.into_iter().collect()
    }

    /// Its parts, as far as they are known.
    pub fn parts_known(&self) -> impl Iterator<Item = &Known> {
        let (list, object) = match &self.shape {
            Shape::List(list) => (Some(list), None),
            Shape::Object(object) => (None, Some(object)),
            _ => (None, None),
        };
        let of_list =
            list.into_iter().flat_map(|list| list.items.iter().flat_map(|items| items.iter()).chain(&list.element));
        let of_object = object.into_iter().flat_map(|object| object.fields.values().chain(&object.others));
        of_list.chain(of_object)
    }
}
