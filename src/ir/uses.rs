//! Last uses: which argument an engine may move, and which values it may let go of where ways part.
//!
//! A write copies what somebody shares. So that every engine copies the same, the last uses are written down once, here,
//! before anything is folded. A value is followed from its uses up to its definition; an error may come from anywhere in a
//! block, so what a handler reads lives through all the blocks whose errors it takes. Numbers, booleans and null are nobody's
//! share and are left out.

use super::{Constant, End, Function, Op, Var};
use crate::types::Type;

/// How many steps of following are spent on one function for each of its instructions, and beyond. Values for which nothing
/// is left are never moved.
const STEPS: (usize, usize) = (64, 1 << 20);

/// Where a value is used: in a block, at an instruction or at its end.
#[derive(Clone, Copy)]
struct Use {
    block: u32,
    at: u32,
}

const END: u32 = u32::MAX;

/// Marks the last use of each value.
pub(super) fn mark(function: &mut Function) {
    let uses = Uses::of(function);
    let mut walk = Walk {
        before: function.predecessors(),
        within: vec![0; function.blocks.len()],
        behind: vec![0; function.blocks.len()],
        stamp: 0,
        left: STEPS.1 + STEPS.0 * function.blocks.iter().map(|block| 1 + block.code.len()).sum::<usize>(),
        alive: Vec::new(),
        work: Vec::new(),
    };
    for index in 0..function.values.len() {
        let var = Var(index as u32);
        let all = uses.of_var(var);
        if all.is_empty() || uses.plain[index] {
            continue;
        }
        walk.follow(all, uses.home[index]);
        if walk.left == 0 {
            return;
        }
        walk.last(function, var, all);
    }
}

/// All uses of all values, one row a value.
struct Uses {
    starts: Vec<u32>,
    all: Vec<Use>,
    /// The block of each value's definition.
    home: Vec<u32>,
    /// Whether a value is one that cannot be shared.
    plain: Vec<bool>,
}

impl Uses {
    fn of(function: &Function) -> Uses {
        let count = function.values.len();
        let mut plain: Vec<bool> =
            function.values.iter().map(|fact| matches!(fact.kind, Type::Number | Type::Boolean | Type::Null)).collect();
        let mut home = vec![0; count];
        for (index, block) in function.blocks.iter().enumerate() {
            for parameter in &block.parameters {
                home[parameter.0 as usize] = index as u32;
            }
            for inst in &block.code {
                for result in inst.result.iter().chain(&inst.second) {
                    home[result.0 as usize] = index as u32;
                }
                if let (Some(result), true) = (inst.result, scalar(&inst.op)) {
                    plain[result.0 as usize] = true;
                }
            }
        }
        let mut starts = vec![0u32; count + 1];
        each(function, |var, _| starts[var.0 as usize + 1] += 1);
        for index in 0..count {
            starts[index + 1] += starts[index];
        }
        let mut next = starts.clone();
        let mut all = vec![Use { block: 0, at: 0 }; starts[count] as usize];
        each(function, |var, used| {
            let at = &mut next[var.0 as usize];
            all[*at as usize] = used;
            *at += 1;
        });
        Uses { starts, all, home, plain }
    }

    fn of_var(&self, var: Var) -> &[Use] {
        &self.all[self.starts[var.0 as usize] as usize..self.starts[var.0 as usize + 1] as usize]
    }
}

/// Whether the result is no text, list, object or function.
fn scalar(op: &Op) -> bool {
    match op {
        Op::Const(constant) => !matches!(constant, Constant::Text(_) | Constant::Regex { .. }),
        Op::IsNull | Op::Truth | Op::Count | Op::Turns | Op::Step(_) | Op::Offers(_) | Op::Empty => true,
        Op::Fits { .. } | Op::Has(_) | Op::Instance(_) | Op::Ask => true,
        _ => false,
    }
}

/// All uses in the order of the blocks.
fn each(function: &Function, mut see: impl FnMut(Var, Use)) {
    for (index, block) in function.blocks.iter().enumerate() {
        let block_index = index as u32;
        for (at, inst) in block.code.iter().enumerate() {
            for &arg in &inst.args {
                see(arg, Use { block: block_index, at: at as u32 });
            }
        }
        block.end.looks(|var| see(var, Use { block: block_index, at: END }));
        for target in block.end.targets() {
            for &arg in &target.args {
                see(arg, Use { block: block_index, at: END });
            }
        }
    }
}

struct Walk {
    before: Vec<Vec<super::BlockId>>,
    /// At which value's turn a block was last found to be entered with it.
    within: Vec<u32>,
    /// At which value's turn a block was last found to be left with it.
    behind: Vec<u32>,
    stamp: u32,
    left: usize,
    /// The blocks that are left with the value.
    alive: Vec<u32>,
    work: Vec<u32>,
}

impl Walk {
    /// Finds the blocks that a value lives through.
    fn follow(&mut self, uses: &[Use], home: u32) {
        self.stamp += 1;
        self.alive.clear();
        for used in uses {
            self.enter(used.block, home);
        }
        while let Some(block) = self.work.pop() {
            let before = std::mem::take(&mut self.before[block as usize]);
            self.left = self.left.saturating_sub(before.len());
            for from in &before {
                if std::mem::replace(&mut self.behind[from.0 as usize], self.stamp) != self.stamp {
                    self.alive.push(from.0);
                    self.enter(from.0, home);
                }
            }
            self.before[block as usize] = before;
        }
    }

    fn enter(&mut self, block: u32, home: u32) {
        if block != home && std::mem::replace(&mut self.within[block as usize], self.stamp) != self.stamp {
            self.work.push(block);
        }
    }

    fn entered(&self, block: super::BlockId) -> bool {
        self.within[block.0 as usize] == self.stamp
    }

    /// Marks the last uses of a value that was followed.
    fn last(&self, function: &mut Function, var: Var, uses: &[Use]) {
        // Uses stand in the order of the blocks, so those of one block are neighbours.
        let mut at = 0;
        while at < uses.len() {
            let block = uses[at].block;
            let mut last = uses[at];
            while at < uses.len() && uses[at].block == block {
                last = uses[at];
                at += 1;
            }
            let alive = self.behind[block as usize] == self.stamp;
            if last.at == END {
                self.end(function, var, block);
            } else if !alive {
                let inst = &mut function.blocks[block as usize].code[last.at as usize];
                if let Some(place) = movable(&inst.args, var) {
                    inst.moves |= 1 << place;
                }
            }
            if !alive && last.at == END {
                self.leave(function, var, block);
            }
        }
        for &block in &self.alive {
            self.leave(function, var, block);
        }
    }

    /// Moves a value on the ways behind which nobody reads it.
    fn end(&self, function: &mut Function, var: Var, block: u32) {
        for target in function.blocks[block as usize].end.targets_mut() {
            if !self.entered(target.block)
                && let Some(place) = movable(&target.args, var)
            {
                target.moves |= 1 << place;
            }
        }
    }

    /// Lets go of a value that a block is left with, where ways part and nobody reads it.
    fn leave(&self, function: &mut Function, var: Var, block: u32) {
        if matches!(function.blocks[block as usize].end, End::Jump(_)) {
            return;
        }
        let dead: smallvec::SmallVec<[u32; 4]> = function.blocks[block as usize]
            .end
            .targets()
            .filter(|target| {
                let single = self.before[target.block.0 as usize].len() == 1;
                single && !self.entered(target.block) && !target.args.contains(&var)
            })
            .map(|target| target.block.0)
            .collect();
        for target in dead {
            let gone = &mut function.blocks[target as usize].gone;
            if !gone.contains(&var) {
                gone.push(var);
            }
        }
    }
}

/// The place of a value among arguments, when it is one that can be marked. What stands there twice is shared by that alone.
/// A long row is not searched for each of its values.
fn movable(args: &[Var], var: Var) -> Option<usize> {
    let (front, back) = args.split_at(args.len().min(64));
    let place = front.iter().position(|&arg| arg == var)?;
    (!front[place + 1..].contains(&var) && !back.contains(&var)).then_some(place)
}
