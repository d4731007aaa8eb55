//! What a walked function can take, from what its blocks take and how often its loops turn.

use super::amount::{Cost, Turns};
use super::flow::{Activation, Flow};
use super::graph::targets;
use std::collections::HashMap;

impl<'a> Flow<'a> {
    /// What a walk through a function takes, from its entry to any of its ends.
    pub fn total(&mut self, act: &Activation<'a>) -> Cost {
        let mut inner: HashMap<usize, Cost> = HashMap::new();
        // Inner loops come last in the list: begin with them, so that an outer one finds them done.
        for natural in act.graph.loops.iter().rev() {
            let paths = self.paths(act, Some((natural.head, &natural.blocks)), &inner);
            let mut full: Option<Cost> = None;
            let mut partial: Option<Cost> = None;
            let merge = |into: &mut Option<Cost>, cost: &Cost| match into {
                Some(old) => old.or(cost),
                None => *into = Some(cost.clone()),
            };
            for (&block, cost) in &paths {
                let members = self.members(act, block, Some(natural.head));
                let after = members.iter().flat_map(|&b| targets(&act.code.blocks[b].end)).map(|t| t.block.0 as usize);
                for next in after {
                    if next == natural.head {
                        merge(&mut full, cost);
                    } else if !natural.blocks.contains(&next) {
                        merge(&mut partial, cost);
                    }
                }
                if members.iter().any(|&b| targets(&act.code.blocks[b].end).is_empty()) {
                    merge(&mut partial, cost);
                }
            }
            let turns = self
                .turned
                .get(&(act.frame, natural.head))
                .cloned()
                .unwrap_or_else(|| Turns::between(0.0, f64::INFINITY));
            let full = full.unwrap_or_default();
            let leaves_at_head = targets(&act.code.blocks[natural.head].end)
                .iter()
                .any(|t| !natural.blocks.contains(&(t.block.0 as usize)));
            let least = turns.low;
            let mut early = full.times(&Turns { low: 0.0, high: (turns.high - 1.0).max(0.0), ..turns.clone() });
            early.add(&partial.unwrap_or_default());
            let mut cost = full.times(&turns);
            if leaves_at_head {
                cost.add(&act.costs[natural.head]);
            }
            let floor = full.calls.low * least;
            cost.or(&early);
            // A loop may leave early, and its last turn is one of those counted.
            cost.calls.low = floor.min(cost.calls.low.max(0.0));
            if let Some(written) = act.code.loops.iter().find(|l| l.head.0 as usize == natural.head) {
                self.lengthy(&cost.steps, act.at(written.span));
            }
            inner.insert(natural.head, cost);
        }
        let paths = self.paths(act, None, &inner);
        let mut total: Option<Cost> = None;
        for (&block, cost) in &paths {
            let ends = self.members(act, block, None).iter().any(|&b| targets(&act.code.blocks[b].end).is_empty());
            if ends {
                match &mut total {
                    Some(old) => old.or(cost),
                    None => total = Some(cost.clone()),
                }
            }
        }
        total.unwrap_or_default()
    }

    /// The blocks that a block stands for: itself, or all of the loop that it begins inside the region.
    fn members(&self, act: &Activation<'a>, block: usize, region: Option<usize>) -> Vec<usize> {
        match act.graph.loops.iter().find(|l| l.head == block && Some(block) != region) {
            Some(natural) => natural.blocks.clone(),
            None => vec![block],
        }
    }

    /// The most that a way from the region's head to each of its blocks takes, that block included; a loop inside counts as
    /// its head.
    fn paths(
        &self,
        act: &Activation<'a>,
        region: Option<(usize, &[usize])>,
        inner: &HashMap<usize, Cost>,
    ) -> HashMap<usize, Cost> {
        let head = region.map_or(0, |(head, _)| head);
        let own = |block: usize| {
            inner.get(&block).filter(|_| Some(block) != region.map(|r| r.0)).unwrap_or(&act.costs[block])
        };
        let mut found: HashMap<usize, Cost> = HashMap::from([(head, own(head).clone())]);
        for &block in &act.graph.order {
            let Some(here) = found.get(&block).cloned() else { continue };
            let mut after: Vec<usize> = Vec::new();
            let members = self.members(act, block, region.map(|r| r.0));
            for &member in &members {
                let handler = act.code.blocks[member].handler.map(|h| act.code.handlers[h.0 as usize].block.0 as usize);
                let next = targets(&act.code.blocks[member].end).into_iter().map(|t| t.block.0 as usize).chain(handler);
                after.extend(next.filter(|n| !members.contains(n)));
            }
            after.sort_unstable();
            after.dedup();
            for next in after {
                let outside = region.is_some_and(|(_, blocks)| !blocks.contains(&next));
                let back = act.graph.position[next] <= act.graph.position[block];
                if outside || back || act.graph.position[next] == usize::MAX || !act.entered(next) {
                    continue;
                }
                let mut cost = here.clone();
                cost.add(own(next));
                match found.get_mut(&next) {
                    Some(old) => old.or(&cost),
                    None => {
                        found.insert(next, cost);
                    }
                }
            }
        }
        found
    }
}
