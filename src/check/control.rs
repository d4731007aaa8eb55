//! Which branches decide whether a block runs.
//!
//! Only the nearest are kept. All others are theirs: written out for each block they would grow with the square of a chain
//! of `else if`.

use super::graph::{Graph, Row, dominators, reverse_postorder, spread};
use crate::ir::Function;
use smallvec::smallvec;
use std::collections::BTreeMap;

/// Which branches decide whether a block runs.
#[derive(Debug)]
pub(super) struct Controls {
    /// For each block, the branches that decide about it at once.
    direct: Vec<Row>,
    /// For each block, the circle it lies on, which may be itself alone; what decides about others has the lower number.
    rank: Vec<usize>,
    /// The blocks of each circle.
    circles: Vec<Row>,
}

/// The branches that decide about a block.
#[derive(Default, Debug, PartialEq)]
pub(super) struct Deciding {
    /// The nearest, in the order of their numbers.
    pub near: Vec<usize>,
    /// Where there are too many to name, the circles from which on those lie that decide about the nearest.
    pub behind: Vec<usize>,
}

/// Branches that decide about a block and are told apart. In a long chain of `else if` all of them for each would be too many.
const MOST_NEAR: usize = 64;

/// What decides over what in a function of which some blocks may end early, by an error of what they call. Such a block
/// decides by its error under its own number, and by its end under one behind all blocks.
#[derive(Debug)]
pub(super) struct Wiring {
    /// What decides over what.
    pub controls: Controls,
    /// The blocks that may end early, in order.
    pub early: Vec<usize>,
    /// How many blocks there are.
    pub count: usize,
}

impl Wiring {
    /// The wiring of a function's code, some of whose blocks may end early.
    pub fn of(graph: &Graph, code: &Function, early: &[usize]) -> Self {
        let count = code.blocks.len();
        let mut after = graph.ways.clone();
        let exit = count + early.len();
        for (number, &block) in early.iter().enumerate() {
            let caught = code.blocks[block].handler.map(|handler| code.handlers[handler.0 as usize].block.0 as usize);
            let goes_on = std::mem::replace(&mut after[block], smallvec![count + number, caught.unwrap_or(exit)]);
            after.push(goes_on);
        }
        let both = |&block: &usize| {
            let end = early.binary_search(&block).ok().map(|number| count + number);
            [block].into_iter().chain(end)
        };
        let order: Vec<usize> = graph.order.iter().flat_map(both).collect();
        Self { controls: Controls::of(&after, &order), early: early.to_vec(), count }
    }

    /// Whether a block may end early.
    pub fn ends_early(&self, block: usize) -> bool {
        self.early.binary_search(&block).is_ok()
    }

    /// The number under which a block decides by its end.
    pub fn end(&self, block: usize) -> usize {
        self.early.binary_search(&block).map_or(block, |number| self.count + number)
    }

    /// The block of a number, and whether it decides by its error there.
    pub fn block(&self, number: usize) -> (usize, bool) {
        if number < self.count { (number, self.ends_early(number)) } else { (self.early[number - self.count], false) }
    }
}

impl Controls {
    /// Reads the ways out of each block, and the blocks that are reached in their order.
    pub fn of(after: &[Row], order: &[usize]) -> Self {
        if let [only] = after
            && only.is_empty()
        {
            return Self { direct: vec![Row::new()], rank: vec![0], circles: vec![smallvec![0]] };
        }
        let direct = direct(after, order);
        let (rank, circles) = circles(&direct);
        Self { direct, rank, circles }
    }

    /// Whether a block runs whenever its function does.
    pub fn always_runs(&self, block: usize) -> bool {
        self.direct[block].is_empty()
    }

    /// The branches that decide whether a block runs.
    pub fn all(&self, block: usize) -> Deciding {
        self.beyond(block, None)
    }

    /// Those among them that do not decide about another block.
    pub fn left(&self, block: usize, other: usize) -> Deciding {
        self.beyond(block, Some(other))
    }

    /// The circle that a branch lies on; what decides about it lies on one with a lower number.
    pub fn circle_of(&self, branch: usize) -> usize {
        self.rank[branch]
    }

    /// The branches on a circle, and the circles of what decides about them at once.
    pub fn circle(&self, circle: usize) -> (&[usize], impl Iterator<Item = usize>) {
        let members = &self.circles[circle];
        let deciding = members.iter().flat_map(|&member| &self.direct[member]).map(|&branch| self.rank[branch]);
        (members, deciding.filter(move |&other| other != circle))
    }

    fn beyond(&self, block: usize, other: Option<usize>) -> Deciding {
        if self.always_runs(block) {
            return Deciding::default();
        }
        let mut found = Vec::new();
        // Circles still to be looked at, with whether they decide about the block and about the other.
        let mut ahead: BTreeMap<usize, (bool, bool)> = BTreeMap::new();
        let mut alone: isize = 0;
        let put = |ahead: &mut BTreeMap<usize, (bool, bool)>, rank: usize, (of, by): (bool, bool)| {
            let told = ahead.entry(rank).or_default();
            let counted = told.0 && !told.1;
            *told = (told.0 || of, told.1 || by);
            let counts = told.0 && !told.1;
            isize::from(counts) - isize::from(counted)
        };
        for &branch in &self.direct[block] {
            alone += put(&mut ahead, self.rank[branch], (true, false));
        }
        for &branch in other.iter().flat_map(|&other| &self.direct[other]) {
            alone += put(&mut ahead, self.rank[branch], (false, true));
        }
        // What decides about a circle has a lower number, so that the highest is known by now. Where all that is ahead decides
        // about both, so does all that follows.
        while alone > 0 && found.len() < MOST_NEAR {
            let Some((rank, told)) = ahead.pop_last() else { break };
            if told == (true, false) {
                alone -= 1;
                found.extend(self.circles[rank].iter().copied());
            }
            for next in self.circle(rank).1 {
                alone += put(&mut ahead, next, told);
            }
        }
        found.sort_unstable();
        let behind = ahead.into_iter().filter(|(_, told)| *told == (true, false)).map(|(circle, _)| circle);
        Deciding { near: found, behind: behind.collect() }
    }
}

/// The branches that decide about each block at once: it lies behind one way out of the branch, and not behind every way.
fn direct(after: &[Row], order: &[usize]) -> Vec<Row> {
    let count = after.len();
    let exit = count;
    let mut reversed = vec![Row::new(); count + 1];
    let mut forward = vec![Row::new(); count + 1];
    for &block in order {
        if after[block].is_empty() {
            forward[block].push(exit);
            reversed[exit].push(block);
        }
        for &next in &after[block] {
            forward[block].push(next);
            reversed[next].push(block);
        }
    }
    // A loop without a way out ends in the exit as well, so that it has a place in the tree.
    let mut leads_out = vec![false; count + 1];
    spread(&reversed, exit, &mut leads_out);
    for &block in order.iter().rev() {
        if !leads_out[block] {
            forward[block].push(exit);
            reversed[exit].push(block);
            spread(&reversed, block, &mut leads_out);
        }
    }
    let back = reverse_postorder(exit, &reversed);
    let mut position = vec![usize::MAX; count + 1];
    for (i, &block) in back.iter().enumerate() {
        position[block] = i;
    }
    let behind = dominators(&back, &position, &forward);
    let mut direct = vec![Row::new(); count];
    for &block in order {
        if forward[block].len() < 2 {
            continue;
        }
        for &next in &forward[block] {
            let mut at = next;
            while at != behind[block] && at != exit && position[at] != usize::MAX {
                if !direct[at].contains(&block) {
                    direct[at].push(block);
                }
                if behind[at] == at {
                    break;
                }
                at = behind[at];
            }
        }
    }
    direct
}

/// The circles of what decides about what, by Tarjan's way: those first that nothing else decides about.
fn circles(direct: &[Row]) -> (Vec<usize>, Vec<Row>) {
    const UNSEEN: usize = usize::MAX;
    let count = direct.len();
    let (mut number, mut low, mut rank) = (vec![UNSEEN; count], vec![0; count], vec![UNSEEN; count]);
    let mut circles = Vec::with_capacity(count);
    let (mut open, mut walk, mut next) = (Vec::new(), Vec::new(), 0);
    for root in 0..count {
        if number[root] != UNSEEN {
            continue;
        }
        walk.push((root, 0));
        while let Some((block, done)) = walk.pop() {
            if done == 0 {
                (number[block], low[block]) = (next, next);
                next += 1;
                open.push(block);
            }
            let seen = direct[block][..done].last();
            if let Some(&seen) = seen.filter(|seen| rank[**seen] == UNSEEN) {
                low[block] = low[block].min(low[seen]);
            }
            if let Some(&branch) = direct[block].get(done) {
                walk.push((block, done + 1));
                if number[branch] == UNSEEN {
                    walk.push((branch, 0));
                } else if rank[branch] == UNSEEN {
                    low[block] = low[block].min(number[branch]);
                }
            } else if low[block] == number[block] {
                let first = open.iter().rposition(|&at| at == block).expect("it was put there");
                let circle: Row = open.drain(first..).collect();
                circle.iter().for_each(|&at| rank[at] = circles.len());
                circles.push(circle);
            }
        }
    }
    (rank, circles)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What follows directly, and what decides over others, found by brute force.
    fn closure(direct: &[Row], block: usize) -> Vec<usize> {
        let (mut all, mut stack) = (std::collections::BTreeSet::new(), direct[block].to_vec());
        while let Some(branch) = stack.pop() {
            if all.insert(branch) {
                stack.extend(&direct[branch]);
            }
        }
        all.into_iter().collect()
    }

    #[test]
    fn of_a_long_chain_the_nearest_are_named() {
        let direct: Vec<Row> = (0..200).map(|at: usize| at.checked_sub(1).into_iter().collect()).collect();
        let (rank, circles) = circles(&direct);
        let controls = Controls { direct, rank, circles };
        let deciding = controls.all(199);
        assert_eq!(deciding.near, (199 - MOST_NEAR..199).collect::<Vec<usize>>());
        let further: Vec<&[usize]> = deciding.behind.iter().map(|&circle| controls.circle(circle).0).collect();
        assert_eq!(further, [&[198 - MOST_NEAR]]);
        // Of what decides about the other as well nothing is told.
        assert_eq!(controls.left(199, 190).near, (190..199).collect::<Vec<usize>>());
    }

    #[test]
    fn what_decides_is_what_a_search_finds() {
        let mut seed = crate::host::Seed::new(7);
        for _ in 0..300 {
            let count = 2 + (seed.bits() % 12) as usize;
            let direct: Vec<Row> =
                (0..count).map(|_| (0..count).filter(|_| seed.bits().is_multiple_of(count as u64)).collect()).collect();
            let (rank, circles) = circles(&direct);
            let controls = Controls { direct, rank, circles };
            for block in 0..count {
                let all = closure(&controls.direct, block);
                assert_eq!(controls.all(block), Deciding { near: all.clone(), behind: Vec::new() });
                for other in 0..count {
                    let theirs = closure(&controls.direct, other);
                    let left: Vec<usize> = all.iter().copied().filter(|it| !theirs.contains(it)).collect();
                    assert_eq!(controls.left(block, other), Deciding { near: left, behind: Vec::new() });
                }
            }
        }
    }
}
