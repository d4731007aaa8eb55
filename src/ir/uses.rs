//! Last uses: which argument an engine may move, and which values it may let go of where ways part.
//!
//! A write copies what somebody shares. So that every engine copies the same, the last uses are written down once, here,
//! before anything is folded. A value is followed from its uses up to its definition; an error may come from anywhere in a
//! block, so what a handler reads lives through all the blocks whose errors it takes. Numbers, booleans and null are nobody's
//! share and are left out.

use super::{Constant, End, Function, Op, Rows, Var};
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

/// What is known while last uses are marked. One serves all functions, one after the other.
#[derive(Default)]
pub(super) struct Uses {
    /// The uses of each value that can be shared, in the order of the blocks.
    of: Rows<Use>,
    /// The block of each value's definition.
    home: Vec<u32>,
    /// Whether a value is one that cannot be shared.
    plain: Vec<bool>,
    walk: Walk,
}

impl Uses {
    /// Marks the last use of each value.
    pub(super) fn mark(&mut self, function: &mut Function) {
        self.find(function);
        self.walk.begin(function);
        for (index, &home) in self.home.iter().enumerate() {
            let uses = self.of.row(index);
            if uses.is_empty() {
                continue;
            }
            self.walk.follow(uses, home);
            if self.walk.left == 0 {
                return;
            }
            self.walk.last(function, Var(index as u32), uses);
        }
    }

    /// Finds where values are used. A value is defined before it is used, in the order of the blocks.
    fn find(&mut self, function: &Function) {
        self.plain.clear();
        let plain = |kind: &Type| matches!(kind, Type::Number | Type::Boolean | Type::Null);
        self.plain.extend(function.values.iter().map(|fact| plain(&fact.kind)));
        self.home.clear();
        self.home.resize(function.values.len(), 0);
        for (index, block) in function.blocks.iter().enumerate() {
            let index = index as u32;
            for parameter in &block.parameters {
                self.home[parameter.0 as usize] = index;
            }
            for (at, inst) in block.code.iter().enumerate() {
                for &arg in &inst.args {
                    self.used(arg, index, at as u32);
                }
                for result in inst.result.iter().chain(&inst.second) {
                    self.home[result.0 as usize] = index;
                }
                if let Some(result) = inst.result {
                    self.plain[result.0 as usize] |= scalar(&inst.op);
                }
            }
            block.end.looks(|var| self.used(var, index, END));
            for &arg in block.end.targets().flat_map(|target| &target.args) {
                self.used(arg, index, END);
            }
        }
        self.of.arrange(function.values.len());
    }

    fn used(&mut self, var: Var, block: u32, at: u32) {
        if !self.plain[var.0 as usize] {
            self.of.put(var.0, Use { block, at });
        }
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

#[derive(Default)]
struct Walk {
    before: Rows<super::BlockId>,
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
    fn begin(&mut self, function: &Function) {
        function.predecessors(&mut self.before);
        for marks in [&mut self.within, &mut self.behind] {
            marks.clear();
            marks.resize(function.blocks.len(), 0);
        }
        self.stamp = 0;
        self.left = STEPS.1 + STEPS.0 * function.blocks.iter().map(|block| 1 + block.code.len()).sum::<usize>();
    }

    /// Finds the blocks that a value lives through.
    fn follow(&mut self, uses: &[Use], home: u32) {
        self.stamp += 1;
        self.alive.clear();
        for used in uses {
            self.enter(used.block, home);
        }
        while let Some(block) = self.work.pop() {
            let count = self.before.row(block as usize).len();
            self.left = self.left.saturating_sub(count);
            for way in 0..count {
                let from = self.before.row(block as usize)[way].0;
                if std::mem::replace(&mut self.behind[from as usize], self.stamp) != self.stamp {
                    self.alive.push(from);
                    self.enter(from, home);
                }
            }
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
                let single = self.before.row(target.block.0 as usize).len() == 1;
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
