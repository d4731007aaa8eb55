//! The shape of a function's code: orders, dominators, what controls what, loops.

use super::control::{Controls, Wiring};
use crate::ir::{BlockId, End, Function, Loop, Var};
use smallvec::SmallVec;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;

/// Blocks that others lead to or come from; most have one or two.
pub(super) type Row = SmallVec<[usize; 2]>;

/// A loop found in the code.
#[derive(Clone, Debug)]
pub(super) struct Natural {
    /// The block each turn begins with.
    pub head: usize,
    /// All its blocks in order, the head among them.
    pub blocks: Vec<usize>,
    /// The blocks that jump back to the head.
    pub latches: Vec<usize>,
}

/// Where a value is defined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Definition {
    /// A block's parameter.
    Parameter(usize, usize),
    /// An instruction of a block.
    Instruction(usize, usize),
    /// Nowhere that is reached.
    Nowhere,
}

/// What is known of a function's control flow.
#[derive(Debug)]
pub(super) struct Graph {
    /// Blocks that can be reached, each before what follows it, loops aside.
    pub order: Vec<usize>,
    /// Position of each block in `order`; `usize::MAX` if it is never reached.
    pub position: Vec<usize>,
    /// Where a block is entered from, exceptional ways included.
    pub before: Vec<Row>,
    /// Whether there is one way only into a block.
    pub single: Vec<bool>,
    /// The nearest block that every way here passes.
    pub dominator: Vec<usize>,
    /// Where each block leads, errors aside that it does not throw itself.
    pub ways: Vec<Row>,
    /// Which branches decide whether a block runs.
    pub wiring: Rc<Wiring>,
    /// The loops, inner ones last.
    pub loops: Vec<Natural>,
    /// The loop that each block begins.
    pub loop_of: Vec<Option<usize>>,
    /// Whether each block lies in a loop.
    pub turns: Vec<bool>,
    /// Where each value is defined.
    pub definitions: Vec<Definition>,
    /// What each value would be if no method changed anything; nothing where there is no such method.
    pub standing: Vec<Var>,
    /// The loop of the text that each block begins, by its place in the function's list.
    written: Vec<Option<usize>>,
}

/// Blocks that are to be walked, by their places in the order: the first one first.
pub(super) struct Waiting {
    queue: BinaryHeap<Reverse<usize>>,
    waits: Vec<bool>,
}

impl Waiting {
    /// Nothing waits yet, of so many.
    pub fn new(count: usize) -> Self {
        Self { queue: BinaryHeap::new(), waits: vec![false; count] }
    }

    /// One waits, unless it does already.
    pub fn put(&mut self, position: usize) {
        if !std::mem::replace(&mut self.waits[position], true) {
            self.queue.push(Reverse(position));
        }
    }

    /// The first one, which waits no longer.
    pub fn take(&mut self) -> Option<usize> {
        let Reverse(first) = self.queue.pop()?;
        self.waits[first] = false;
        Some(first)
    }
}

impl Natural {
    /// Whether a block is one of its blocks.
    pub fn has(&self, block: usize) -> bool {
        self.blocks.binary_search(&block).is_ok()
    }

    /// What the ends of its turns give a parameter of its head.
    pub fn brought_back<'f>(
        &self,
        function: &'f Function,
        parameter: usize,
    ) -> impl Iterator<Item = Var> + use<'_, 'f> {
        let ends = self.latches.iter().flat_map(|&latch| function.blocks[latch].end.targets());
        ends.filter(|target| target.block.0 as usize == self.head).map(move |target| target.args[parameter])
    }
}

impl Graph {
    /// What a block's parameter may stand for, all of one turn; nothing for the head of a loop or of a handler.
    pub fn arguments(&self, function: &Function, block: usize, parameter: usize) -> Vec<Var> {
        let mut arguments = Vec::new();
        for &before in &self.before[block] {
            let ways = function.blocks[before].end.targets().filter(|target| target.block.0 as usize == block);
            let given: Vec<Var> = ways.filter_map(|target| target.args.get(parameter).copied()).collect();
            if given.is_empty() || self.position[before] >= self.position[block] {
                return Vec::new();
            }
            arguments.extend(given);
        }
        arguments
    }

    /// What all ways that lead to a block give its parameter, those of a loop's further turns among them.
    pub fn given<'f>(
        &self,
        function: &'f Function,
        block: usize,
        parameter: usize,
    ) -> impl Iterator<Item = Var> + use<'_, 'f> {
        let ways = self.before[block].iter().flat_map(|&from| function.blocks[from].end.targets());
        ways.filter(move |target| target.block.0 as usize == block).map(move |target| target.args[parameter])
    }

    /// What is told of a parameter of a block inside a loop by all that may be given: `each` of it, one `or` the other. What a
    /// loop further inside does not leave `still` it changes nobody knows how often.
    pub fn in_a_turn<T: PartialEq>(
        &self,
        function: &Function,
        natural: &Natural,
        (block, parameter): (usize, usize),
        each: impl FnMut(Var) -> Option<T>,
        or: impl Fn(T, T) -> T,
        still: &T,
    ) -> Option<T> {
        if block == natural.head || !natural.has(block) {
            return None;
        }
        let all: Option<Vec<T>> = self.given(function, block, parameter).map(each).collect();
        let all = all?.into_iter().reduce(or);
        let inner = self.loops.iter().any(|inner| inner.head == block);
        all.filter(|all| !inner || all == still)
    }

    /// Reads the code of a function.
    pub fn of(function: &Function) -> Self {
        let count = function.blocks.len();
        let plain: Vec<Row> = function
            .blocks
            .iter()
            .map(|block| {
                let mut next: Row = block.end.targets().map(|t| t.block.0 as usize).collect();
                next.sort_unstable();
                next.dedup();
                next
            })
            .collect();
        let mut after: Vec<Row> = function
            .blocks
            .iter()
            .zip(&plain)
            .map(|(block, next)| {
                let handler = block.handler.map(|h| function.handlers[h.0 as usize].block.0 as usize);
                next.iter().copied().chain(handler).collect()
            })
            .collect();
        let order = reverse_postorder(0, &after);
        let mut before = vec![Row::new(); count];
        for &block in &order {
            for &next in &after[block] {
                if before[next].last() != Some(&block) {
                    before[next].push(block);
                }
            }
        }
        let mut into = vec![0u32; count];
        for &block in &order {
            function.blocks[block].end.targets().for_each(|target| into[target.block.0 as usize] += 1);
        }
        // A handler is entered from many places of one block.
        function.handlers.iter().for_each(|handler| into[handler.block.0 as usize] = u32::MAX);
        let single = into.iter().map(|&ways| ways == 1).collect();
        let position = positions(&order, count);
        let dominator = dominators(&order, &position, &before);
        // What is thrown is caught where the branch that throws it says so.
        let ways: Vec<Row> = function
            .blocks
            .iter()
            .zip(&after)
            .zip(plain)
            .map(
                |((block, all), plain)| {
                    if matches!(block.end, End::Throw(_) | End::Fail(..)) { all.clone() } else { plain }
                },
            )
            .collect();
        let loops = loops(&order, &position, &before, &dominator);
        // All of a loop comes before what follows it, so that it has settled by then.
        let (mut order, mut position) = (order, position);
        if !loops.is_empty() {
            let mut depth = vec![0u32; count];
            loops.iter().for_each(|natural| natural.blocks.iter().for_each(|&block| depth[block] += 1));
            after.iter_mut().for_each(|next| next.sort_by_key(|&block| depth[block]));
            order = reverse_postorder(0, &after);
            position = positions(&order, count);
        }
        let wiring = Rc::new(Wiring { controls: Controls::of(&ways, &order), early: Vec::new(), count });
        let mut definitions = vec![Definition::Nowhere; function.values.len()];
        for (b, block) in function.blocks.iter().enumerate() {
            for (i, parameter) in block.parameters.iter().enumerate() {
                definitions[parameter.0 as usize] = Definition::Parameter(b, i);
            }
            for (i, inst) in block.code.iter().enumerate() {
                for var in [inst.result, inst.second].into_iter().flatten() {
                    definitions[var.0 as usize] = Definition::Instruction(b, i);
                }
            }
        }
        let mut loop_of = vec![None; count];
        let mut turns = vec![false; count];
        for (index, natural) in loops.iter().enumerate() {
            loop_of[natural.head] = Some(index);
            natural.blocks.iter().for_each(|&block| turns[block] = true);
        }
        let mut written = vec![None; count];
        for (index, natural) in function.loops.iter().enumerate().rev() {
            written[natural.head.0 as usize] = Some(index);
        }
        let standing = Vec::new();
        let graph = Self {
            order,
            position,
            before,
            single,
            dominator,
            ways,
            wiring,
            loops,
            loop_of,
            turns,
            definitions,
            standing,
            written,
        };
        Self { standing: graph.standing(function), ..graph }
    }

    /// The loop of the text that begins with a block.
    pub fn written<'f>(&self, function: &'f Function, head: usize) -> Option<&'f Loop> {
        self.written[head].map(|index| &function.loops[index])
    }

    /// The blocks that lie on a way through one of these.
    pub fn beside(&self, through: &[bool]) -> Vec<bool> {
        let (mut leads, mut follows) = (vec![false; through.len()], vec![false; through.len()]);
        for block in (0..through.len()).filter(|&block| through[block]) {
            spread(&self.before, block, &mut leads);
            spread(&self.ways, block, &mut follows);
        }
        leads.into_iter().zip(follows).map(|(leads, follows)| leads || follows).collect()
    }

    /// Whether every way to `below` passes `above`.
    pub fn dominates(&self, above: usize, below: usize) -> bool {
        let mut at = below;
        loop {
            if at == above {
                return true;
            }
            if self.position[at] == usize::MAX || self.dominator[at] == at {
                return false;
            }
            at = self.dominator[at];
        }
    }

    /// The loop that begins with a block.
    pub fn loop_at(&self, head: BlockId) -> Option<&Natural> {
        self.loop_of[head.0 as usize].map(|index| &self.loops[index])
    }
}

/// The blocks that can be reached, each before what follows it, loops aside.
pub(super) fn reverse_postorder(root: usize, after: &[Row]) -> Vec<usize> {
    let mut seen = vec![false; after.len()];
    let mut order = Vec::with_capacity(after.len());
    let mut stack = vec![(root, 0)];
    seen[root] = true;
    while let Some((block, next)) = stack.pop() {
        if let Some(&successor) = after[block].get(next) {
            stack.push((block, next + 1));
            if !seen[successor] {
                seen[successor] = true;
                stack.push((successor, 0));
            }
        } else {
            order.push(block);
        }
    }
    order.reverse();
    order
}

fn positions(order: &[usize], count: usize) -> Vec<usize> {
    let mut position = vec![usize::MAX; count];
    order.iter().enumerate().for_each(|(i, &block)| position[block] = i);
    position
}

/// Finds a block, and all that ways lead to from it over blocks that were not found yet.
pub(super) fn spread(ways: &[Row], from: usize, found: &mut [bool]) {
    let mut waiting = vec![from];
    while let Some(block) = waiting.pop() {
        if !std::mem::replace(&mut found[block], true) {
            waiting.extend_from_slice(&ways[block]);
        }
    }
}

/// The nearest block that every way to each block passes, by Cooper, Harvey and Kennedy's iteration.
pub(super) fn dominators(order: &[usize], position: &[usize], before: &[Row]) -> Vec<usize> {
    let mut dominator = vec![usize::MAX; position.len()];
    let Some(&root) = order.first() else { return dominator };
    dominator[root] = root;
    let mut changed = true;
    while changed {
        changed = false;
        for &block in order.iter().skip(1) {
            let mut found = usize::MAX;
            for &previous in &before[block] {
                if dominator[previous] == usize::MAX {
                    continue;
                }
                found = if found == usize::MAX { previous } else { meet(found, previous, &dominator, position) };
            }
            if found != usize::MAX && dominator[block] != found {
                dominator[block] = found;
                changed = true;
            }
        }
    }
    for (block, dominator) in dominator.iter_mut().enumerate() {
        if *dominator == usize::MAX {
            *dominator = block;
        }
    }
    dominator
}

fn meet(mut a: usize, mut b: usize, dominator: &[usize], position: &[usize]) -> usize {
    while a != b {
        while position[a] > position[b] {
            a = dominator[a];
        }
        while position[b] > position[a] {
            b = dominator[b];
        }
    }
    a
}

fn loops(order: &[usize], position: &[usize], before: &[Row], dominator: &[usize]) -> Vec<Natural> {
    let dominates = |above: usize, below: usize| {
        let mut at = below;
        while at != above && dominator[at] != at {
            at = dominator[at];
        }
        at == above
    };
    let mut found = Vec::new();
    // For each block, the last head whose loop it was found in.
    let mut member_of = vec![usize::MAX; position.len()];
    for &head in order {
        // A way back comes from what stands later, so that ways forward need no climb.
        let back = |b: usize| position[b] != usize::MAX && position[b] >= position[head] && dominates(head, b);
        let latches: Vec<usize> = before[head].iter().copied().filter(|&b| back(b)).collect();
        if latches.is_empty() {
            continue;
        }
        let mut blocks = vec![head];
        member_of[head] = head;
        let mut stack = latches.clone();
        while let Some(block) = stack.pop() {
            if std::mem::replace(&mut member_of[block], head) != head {
                blocks.push(block);
                stack.extend_from_slice(&before[block]);
            }
        }
        blocks.sort_unstable();
        found.push(Natural { head, blocks, latches });
    }
    found.sort_by_key(|l| std::cmp::Reverse(l.blocks.len()));
    found
}
