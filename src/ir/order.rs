//! The ways between blocks.

use super::{BlockId, End, Function, Op, Target, Threshold, Var};

impl End {
    /// Where it may lead.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let (some, bands, more): (Option<&Target>, &[_], [Option<&Target>; 2]) = match self {
            End::Jump(target) => (Some(target), &[], [None, None]),
            End::Branch { then, otherwise, .. } => (Some(then), &[], [Some(otherwise), None]),
            End::Route { bands, unknown, otherwise, .. } => (None, bands, [Some(unknown), Some(otherwise)]),
            End::Return(_) | End::Throw(_) | End::Fail(..) => (None, &[], [None, None]),
        };
        some.into_iter().chain(bands.iter().map(|(_, _, target)| target)).chain(more.into_iter().flatten())
    }

    /// Where it may lead, to be changed.
    pub fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        let (some, bands, more): (Option<&mut Target>, &mut [_], [Option<&mut Target>; 2]) = match self {
            End::Jump(target) => (Some(target), &mut [], [None, None]),
            End::Branch { then, otherwise, .. } => (Some(then), &mut [], [Some(otherwise), None]),
            End::Route { bands, unknown, otherwise, .. } => (None, bands, [Some(unknown), Some(otherwise)]),
            End::Return(_) | End::Throw(_) | End::Fail(..) => (None, &mut [], [None, None]),
        };
        some.into_iter().chain(bands.iter_mut().map(|(_, _, target)| target)).chain(more.into_iter().flatten())
    }

    /// What it looks at itself, arguments of targets aside.
    pub fn looks(&self, mut see: impl FnMut(Var)) {
        match self {
            End::Jump(_) | End::Fail(_, None) => {}
            End::Branch { condition: var, .. } | End::Return(var) | End::Throw(var) | End::Fail(_, Some(var)) => {
                see(*var)
            }
            End::Route { subject, bands, .. } => {
                see(*subject);
                for (_, threshold, _) in bands {
                    if let Threshold::Computed(var) = threshold {
                        see(*var);
                    }
                }
            }
        }
    }

    /// What it looks at itself, to be changed.
    pub fn looks_mut(&mut self, mut see: impl FnMut(&mut Var)) {
        match self {
            End::Jump(_) | End::Fail(_, None) => {}
            End::Branch { condition: var, .. } | End::Return(var) | End::Throw(var) | End::Fail(_, Some(var)) => {
                see(var)
            }
            End::Route { subject, bands, .. } => {
                see(subject);
                for (_, threshold, _) in bands {
                    if let Threshold::Computed(var) = threshold {
                        see(var);
                    }
                }
            }
        }
    }
}

impl Op {
    /// Whether it neither fails, nor does anything, nor charges for the size of what it works on, so that nobody misses it
    /// when nobody reads its result. What builds or compares whole values may meet a limit.
    pub fn pure(&self) -> bool {
        use crate::hir::Unary;
        match self {
            Op::Const(_)
            | Op::Builtin(_)
            | Op::Input
            | Op::Closure(_)
            | Op::IsNull
            | Op::Truth
            | Op::Fits { .. }
            | Op::Under
            | Op::Cell
            | Op::Empty
            | Op::Slot(_)
            | Op::Load { early: false }
            | Op::Global { early: false, .. } => true,
            Op::Unary(operator) => matches!(operator, Unary::Not | Unary::Typeof),
            Op::Has(keys) => keys.iter().all(Option::is_some),
            _ => false,
        }
    }
}

impl Function {
    /// The block with this number.
    pub fn block(&self, id: BlockId) -> &super::Block {
        &self.blocks[id.0 as usize]
    }

    /// The blocks that lead to each block, one entry a way. A handler is led to by the blocks whose errors it takes.
    pub fn predecessors(&self) -> Vec<Vec<BlockId>> {
        let mut all = vec![Vec::new(); self.blocks.len()];
        for (index, block) in self.blocks.iter().enumerate() {
            let id = BlockId(index as u32);
            for target in block.end.targets() {
                all[target.block.0 as usize].push(id);
            }
            if let Some(handler) = block.handler {
                all[self.handlers[handler.0 as usize].block.0 as usize].push(id);
            }
        }
        all
    }

    /// The blocks that can be reached, each behind those that lead to it except where loops come back; of two ways the first
    /// comes first, errors last.
    pub fn order(&self) -> Vec<BlockId> {
        let count = self.blocks.len();
        let mut seen = vec![false; count];
        let mut order = Vec::with_capacity(count);
        // A block stands here until what it leads to is done.
        let mut work: Vec<(BlockId, bool)> = vec![(BlockId(0), false)];
        while let Some((id, done)) = work.pop() {
            if done {
                order.push(id);
                continue;
            }
            if std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            work.push((id, true));
            let block = self.block(id);
            // What is looked at last comes first in the order.
            work.extend(block.end.targets().map(|target| (target.block, false)));
            if let Some(handler) = block.handler {
                work.push((self.handlers[handler.0 as usize].block, false));
            }
        }
        order.reverse();
        order
    }
}
