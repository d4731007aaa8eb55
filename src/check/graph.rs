//! The shape of a function's code: orders, dominators, what controls what, loops.

use crate::ir::{BlockId, End, Function, Target, Var};

/// The ways out of a block, exceptional ones aside.
pub(super) fn targets(end: &End) -> Vec<&Target> {
    match end {
        End::Jump(target) => vec![target],
        End::Branch { then, otherwise, .. } => vec![then, otherwise],
        End::Route { bands, unknown, otherwise, .. } => {
            bands.iter().map(|(_, _, target)| target).chain([unknown, otherwise]).collect()
        }
        End::Return(_) | End::Throw(_) | End::Fail(..) => Vec::new(),
    }
}

/// A loop found in the code.
#[derive(Clone, Debug)]
pub(super) struct Natural {
    /// The block each turn begins with.
    pub head: usize,
    /// All its blocks, the head among them.
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
    pub before: Vec<Vec<usize>>,
    /// The nearest block that every way here passes.
    pub dominator: Vec<usize>,
    /// For each block, the branching blocks that decide whether it runs.
    pub controls: Vec<Vec<usize>>,
    /// The loops, inner ones last.
    pub loops: Vec<Natural>,
    /// The loop that each block begins.
    pub loop_of: Vec<Option<usize>>,
    /// Whether each block lies in a loop.
    pub turns: Vec<bool>,
    /// Where each value is defined.
    pub definitions: Vec<Definition>,
}

impl Graph {
    /// What a block's parameter may stand for, all of one turn; nothing for the head of a loop or of a handler.
    pub fn arguments(&self, function: &Function, block: usize, parameter: usize) -> Vec<Var> {
        let mut arguments = Vec::new();
        for &before in &self.before[block] {
            let ways =
                targets(&function.blocks[before].end).into_iter().filter(|target| target.block.0 as usize == block);
            let given: Vec<Var> = ways.filter_map(|target| target.args.get(parameter).copied()).collect();
            if given.is_empty() || self.position[before] >= self.position[block] {
                return Vec::new();
            }
            arguments.extend(given);
        }
        arguments
    }

    /// Reads the code of a function.
    pub fn of(function: &Function) -> Self {
        let count = function.blocks.len();
        let plain: Vec<Vec<usize>> = function
            .blocks
            .iter()
            .map(|block| {
                let mut next: Vec<usize> = targets(&block.end).iter().map(|t| t.block.0 as usize).collect();
                next.sort_unstable();
                next.dedup();
                next
            })
            .collect();
        let after: Vec<Vec<usize>> = function
            .blocks
            .iter()
            .zip(&plain)
            .map(|(block, next)| {
                let handler = block.handler.map(|h| function.handlers[h.0 as usize].block.0 as usize);
                next.iter().copied().chain(handler).collect()
            })
            .collect();
        let order = reverse_postorder(0, &after);
        let mut position = vec![usize::MAX; count];
        for (i, &block) in order.iter().enumerate() {
            position[block] = i;
        }
        let mut before = vec![Vec::new(); count];
        for &block in &order {
            for &next in &after[block] {
                if !before[next].contains(&block) {
                    before[next].push(block);
                }
            }
        }
        let dominator = dominators(&order, &position, &before);
        // What is thrown is caught where the branch that throws it says so.
        let decided: Vec<Vec<usize>> = function
            .blocks
            .iter()
            .zip(&after)
            .zip(plain)
            .map(|((block, all), plain)| if matches!(block.end, End::Throw(_)) { all.clone() } else { plain })
            .collect();
        let controls = controls(count, &decided, &order);
        let loops = loops(&order, &position, &before, &dominator);
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
        Self { order, position, before, dominator, controls, loops, loop_of, turns, definitions }
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

fn reverse_postorder(root: usize, after: &[Vec<usize>]) -> Vec<usize> {
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

/// Cooper, Harvey and Kennedy's iteration.
fn dominators(order: &[usize], position: &[usize], before: &[Vec<usize>]) -> Vec<usize> {
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

/// Which branches decide whether a block runs: it lies behind one way out of the branch, and not behind every way.
fn controls(count: usize, after: &[Vec<usize>], order: &[usize]) -> Vec<Vec<usize>> {
    let exit = count;
    let mut reversed = vec![Vec::new(); count + 1];
    let mut forward = vec![Vec::new(); count + 1];
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
    let mut stack = vec![exit];
    leads_out[exit] = true;
    while let Some(block) = stack.pop() {
        for &previous in &reversed[block] {
            if !leads_out[previous] {
                leads_out[previous] = true;
                stack.push(previous);
            }
        }
    }
    for &block in order.iter().rev() {
        if !leads_out[block] {
            forward[block].push(exit);
            reversed[exit].push(block);
            let mut stack = vec![block];
            leads_out[block] = true;
            while let Some(block) = stack.pop() {
                for &previous in &reversed[block] {
                    if !leads_out[previous] {
                        leads_out[previous] = true;
                        stack.push(previous);
                    }
                }
            }
        }
    }
    let back = reverse_postorder(exit, &reversed);
    let mut position = vec![usize::MAX; count + 1];
    for (i, &block) in back.iter().enumerate() {
        position[block] = i;
    }
    let behind = dominators(&back, &position, &forward);
    let mut direct = vec![Vec::new(); count];
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
    // For which block each branch was met last.
    let mut met = vec![usize::MAX; count];
    (0..count)
        .map(|block| {
            let mut all: Vec<usize> = Vec::new();
            let mut stack = direct[block].clone();
            while let Some(branch) = stack.pop() {
                if std::mem::replace(&mut met[branch], block) != block {
                    all.push(branch);
                    stack.extend(direct[branch].iter().copied());
                }
            }
            all.sort_unstable();
            all
        })
        .collect()
}

fn loops(order: &[usize], position: &[usize], before: &[Vec<usize>], dominator: &[usize]) -> Vec<Natural> {
    let dominates = |above: usize, below: usize| {
        let mut at = below;
        while at != above && dominator[at] != at {
            at = dominator[at];
        }
        at == above
    };
    let mut found = Vec::new();
    for &head in order {
        // A way back comes from what stands later, so that ways forward need no climb.
        let back = |b: usize| position[b] != usize::MAX && position[b] >= position[head] && dominates(head, b);
        let latches: Vec<usize> = before[head].iter().copied().filter(|&b| back(b)).collect();
        if latches.is_empty() {
            continue;
        }
        let mut blocks = vec![head];
        let mut stack = latches.clone();
        while let Some(block) = stack.pop() {
            if !blocks.contains(&block) {
                blocks.push(block);
                stack.extend(before[block].iter().copied());
            }
        }
        blocks.sort_unstable();
        found.push(Natural { head, blocks, latches });
    }
    found.sort_by_key(|l| std::cmp::Reverse(l.blocks.len()));
    found
}
