//! What a walked function can take, from what its blocks take and how often its loops turn.

use super::amount::{Cost, Turns};
use super::flow::{Activation, Flow};
use super::turns::Turning;
use crate::ir::End;
use foldhash::{HashMap, HashMapExt};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::slice;

/// What one call takes of a function that calls itself.
#[derive(Clone, Debug)]
pub(super) struct Circling {
    /// When it does.
    pub going: Cost,
    /// When it does not.
    pub ending: Cost,
}

/// One or the other, where there is one already.
fn either(into: &mut Option<Cost>, cost: &Cost) {
    match into {
        Some(old) => old.or(cost),
        None => *into = Some(cost.clone()),
    }
}

impl<'a> Flow<'a> {
    /// Walks each of several of which only one runs: that is what it takes.
    pub fn one_of<T>(&mut self, several: impl IntoIterator<Item = T>, mut walk: impl FnMut(&mut Self, T)) {
        let mut taken: Option<Cost> = None;
        for one in several {
            let outer = std::mem::take(&mut self.taken);
            walk(self, one);
            let own = std::mem::replace(&mut self.taken, outer);
            match &mut taken {
                Some(taken) => taken.or(&own),
                None => taken = Some(own),
            }
        }
        taken.into_iter().for_each(|taken| self.taken.add(&taken));
    }

    /// What it takes along the ways that keep to some of its blocks.
    pub fn total_within(&mut self, act: &mut Activation<'a>, keep: impl Fn(usize) -> bool) -> Cost {
        let held = act.entries.clone();
        for (block, entry) in act.entries.iter_mut().enumerate() {
            if !keep(block) {
                *entry = None;
            }
        }
        let total = self.total(act);
        act.entries = held;
        total
    }

    /// What a walk through a function takes, from its entry to any of its ends.
    pub fn total(&mut self, act: &Activation<'a>) -> Cost {
        if let [only] = &act.costs[..]
            && act.graph.loops.is_empty()
        {
            return only.clone();
        }
        let mut inner: HashMap<usize, Cost> = HashMap::new();
        // Inner loops come last in the list: begin with them, so that an outer one finds them done.
        for (index, natural) in act.graph.loops.iter().enumerate().rev() {
            if !act.entered(natural.head) {
                continue;
            }
            let paths = self.paths(act, Some(index), &inner);
            let mut full: Option<Cost> = None;
            let mut leaving: Vec<(usize, &Cost)> = Vec::new();
            for (block, way) in &paths {
                for &member in self.members(act, block, Some(natural.head)) {
                    // One that an error may bring back into the loop is a part of it, though it leaves the function.
                    if matches!(act.code.blocks[member].end, End::Return(_)) && act.entered(member) {
                        leaving.push((member, way));
                    }
                    for target in act.code.blocks[member].end.targets() {
                        let next = target.block.0 as usize;
                        if next == natural.head {
                            either(&mut full, way);
                        } else if !natural.has(next) {
                            leaving.push((member, way));
                        }
                    }
                }
            }
            let full = full.unwrap_or_default();
            let turning = self.turned.get(&(act.frame, natural.head)).cloned().unwrap_or_else(Turning::endless);
            let turns = turning.turns;
            let mut cost: Option<Cost> = None;
            for (member, part) in leaving {
                let beyond = turning.test.is_some_and(|test| test != member && act.graph.dominates(test, member));
                let low = if turning.test == Some(member) { turns.low } else { 0.0 };
                let high = if beyond { (turns.high - 1.0).max(0.0) } else { turns.high };
                let mut all = full.times(&Turns { low, high, ..turns.clone() });
                // A turn that is left early is one of so many.
                if beyond && turns.size.is_some() && part.is_within(&full) {
                    all.least_of(part);
                } else {
                    all.add(part);
                }
                either(&mut cost, &all);
            }
            let cost = cost.unwrap_or_else(|| {
                let mut all = full.times(&turns);
                all.add(&act.costs[natural.head]);
                all
            });
            if let Some(written) = act.graph.written(act.code, natural.head) {
                self.too_long(&cost.steps, act.at(written.span));
            }
            inner.insert(natural.head, cost);
        }
        let paths = self.paths(act, None, &inner);
        let mut total: Option<Cost> = None;
        let mut failed: Option<Cost> = None;
        for (block, way) in &paths {
            for &member in self.members(act, block, None) {
                let into = match &act.code.blocks[member].end {
                    End::Return(_) if !act.stopped[member] => &mut total,
                    end if end.targets().next().is_none() || act.stopped[member] => &mut failed,
                    _ => continue,
                };
                either(into, way);
            }
        }
        match (total, failed) {
            // What is taken at least is said of walks that end well.
            (Some(mut total), Some(failed)) => {
                let least = total.clone();
                total.or(&failed);
                total.least_of(&least);
                total
            }
            (Some(total), None) | (None, Some(total)) => total,
            (None, None) => Cost::default(),
        }
    }

    /// The blocks that a block stands for: itself, or all of the loop that it begins inside the region.
    fn members<'g>(&self, act: &'g Activation<'a>, block: &'g usize, region: Option<usize>) -> &'g [usize] {
        match act.graph.loop_of[*block] {
            Some(index) if Some(*block) != region => &act.graph.loops[index].blocks,
            _ => slice::from_ref(block),
        }
    }

    /// The most that a way from the region's head to the end of each of its blocks takes; a loop inside counts as its head.
    fn paths(&self, act: &Activation<'a>, region: Option<usize>, inner: &HashMap<usize, Cost>) -> Vec<(usize, Cost)> {
        let region = region.map(|index| &act.graph.loops[index]);
        let head = region.map_or(0, |natural| natural.head);
        let own = |block: usize| {
            inner.get(&block).filter(|_| Some(block) != region.map(|r| r.head)).unwrap_or(&act.costs[block])
        };
        let ordered: Cow<'_, [usize]> = match region {
            None => (&act.graph.order[..]).into(),
            Some(natural) => {
                let mut blocks = natural.blocks.clone();
                blocks.sort_by_key(|&block| act.graph.position[block]);
                blocks.into()
            }
        };
        // What ways to the beginning of a block take, as far as they were followed.
        let mut before: HashMap<usize, Cost> = HashMap::from_iter([(head, Cost::default())]);
        let mut found = Vec::with_capacity(ordered.len());
        for &block in ordered.iter() {
            let Some(begun) = before.remove(&block) else { continue };
            let members = self.members(act, &block, region.map(|r| r.head));
            let mut after: SmallVec<[(usize, bool); 4]> = SmallVec::new();
            for &member in members {
                let handler = act.code.blocks[member].handler.map(|h| act.code.handlers[h.0 as usize].block.0 as usize);
                let next = act.code.blocks[member].end.targets().map(|t| (t.block.0 as usize, false));
                let next = next.chain(handler.map(|handler| (handler, true)));
                after.extend(next.filter(|(n, _)| members.binary_search(n).is_err()));
            }
            after.sort_unstable();
            after.dedup();
            let least = after.iter().any(|(_, thrown)| *thrown).then(|| begun.clone());
            let mut done = begun;
            done.add(own(block));
            for (next, thrown) in after {
                let outside = region.is_some_and(|natural| !natural.has(next));
                let back = act.graph.position[next] <= act.graph.position[block];
                if outside || back || act.graph.position[next] == usize::MAX || !act.entered(next) {
                    continue;
                }
                let mut way = Cow::Borrowed(&done);
                if let Some(least) = least.as_ref().filter(|_| thrown) {
                    // An error may come before anything of the block was done.
                    way.to_mut().least_of(least);
                }
                match before.get_mut(&next) {
                    Some(old) => old.or(&way),
                    None => drop(before.insert(next, way.into_owned())),
                }
            }
            found.push((block, done));
        }
        found
    }
}
