//! The ways between blocks.

use super::{BlockId, End, Function, Inst, Op, Rows, Target, Threshold, Var};

/// Where the end of a block may lead, in order.
struct Ways<T, B> {
    first: Option<T>,
    bands: B,
    unknown: Option<T>,
    otherwise: Option<T>,
}

impl<T, B: Iterator<Item = T>> Iterator for Ways<T, B> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let first = self.first.take().or_else(|| self.bands.next());
        first.or_else(|| self.unknown.take()).or_else(|| self.otherwise.take())
    }
}

impl End {
    /// Where it may lead.
    #[inline]
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let (first, bands, unknown, otherwise): (_, &[_], _, _) = match self {
            End::Jump(target) => (Some(target), &[], None, None),
            End::Branch { then, otherwise, .. } => (Some(then), &[], None, Some(otherwise)),
            End::Route { bands, unknown, otherwise, .. } => (None, bands, Some(unknown), Some(otherwise)),
            End::Return(_) | End::Throw(_) | End::Fail(..) => (None, &[], None, None),
        };
        Ways { first, bands: bands.iter().map(|(_, _, target)| target), unknown, otherwise }
    }

    /// Where it may lead, to be changed.
    #[inline]
    pub fn targets_mut(&mut self) -> impl Iterator<Item = &mut Target> {
        let (first, bands, unknown, otherwise): (_, &mut [_], _, _) = match self {
            End::Jump(target) => (Some(target), &mut [], None, None),
            End::Branch { then, otherwise, .. } => (Some(then), &mut [], None, Some(otherwise)),
            End::Route { bands, unknown, otherwise, .. } => (None, bands, Some(unknown), Some(otherwise)),
            End::Return(_) | End::Throw(_) | End::Fail(..) => (None, &mut [], None, None),
        };
        Ways { first, bands: bands.iter_mut().map(|(_, _, target)| target), unknown, otherwise }
    }

    /// Where it may lead, in order, without a state between one and the next: most passes go through all ends.
    #[inline]
    pub fn leads<'t>(&'t self, mut see: impl FnMut(&'t Target)) {
        match self {
            End::Jump(target) => see(target),
            End::Branch { then, otherwise, .. } => [then, otherwise].into_iter().for_each(see),
            End::Route { .. } => self.targets().for_each(see),
            End::Return(_) | End::Throw(_) | End::Fail(..) => {}
        }
    }

    /// The same, to be changed.
    #[inline]
    pub fn leads_mut(&mut self, mut see: impl FnMut(&mut Target)) {
        match self {
            End::Jump(target) => see(target),
            End::Branch { then, otherwise, .. } => [then, otherwise].into_iter().for_each(see),
            End::Route { .. } => self.targets_mut().for_each(see),
            End::Return(_) | End::Throw(_) | End::Fail(..) => {}
        }
    }

    /// What it looks at itself, arguments of targets aside.
    #[inline]
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
    #[inline]
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

impl Inst {
    /// What it defines.
    #[inline]
    pub fn defines(&self, mut see: impl FnMut(Var)) {
        if let Some(result) = self.result {
            see(result);
        }
        if let Some(second) = self.second {
            see(second);
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
    #[inline]
    pub fn block(&self, id: BlockId) -> &super::Block {
        &self.blocks[id.0 as usize]
    }

    /// The blocks that lead to each block, one entry a way. A handler is led to by the blocks whose errors it takes.
    pub fn predecessors(&self, rows: &mut Rows<BlockId>) {
        for (index, block) in self.blocks.iter().enumerate() {
            let id = BlockId(index as u32);
            block.end.leads(|target| rows.put(target.block.0, id));
            if let Some(handler) = block.handler {
                rows.put(self.handlers[handler.0 as usize].block.0, id);
            }
        }
        rows.arrange(self.blocks.len());
    }
}

/// The order in which the blocks of a function can run. One serves all functions, one after the other.
#[derive(Default)]
pub struct Order {
    seen: Vec<bool>,
    blocks: Vec<BlockId>,
    /// Blocks to look at; one stands here again until what it leads to is done.
    work: Vec<(BlockId, bool)>,
}

impl Order {
    /// The blocks that can be reached, each behind those that lead to it except where loops come back; of two ways the first
    /// comes first, errors last.
    pub fn of(&mut self, function: &Function) -> &[BlockId] {
        let Self { seen, blocks, work } = self;
        seen.clear();
        seen.resize(function.blocks.len(), false);
        blocks.clear();
        work.push((BlockId(0), false));
        while let Some((id, done)) = work.pop() {
            if done {
                blocks.push(id);
                continue;
            }
            if std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            work.push((id, true));
            let block = function.block(id);
            // What is looked at last comes first in the order.
            block.end.leads(|target| work.push((target.block, false)));
            if let Some(handler) = block.handler {
                work.push((function.handlers[handler.0 as usize].block, false));
            }
        }
        blocks.reverse();
        blocks
    }
}
