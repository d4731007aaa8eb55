//! What every turn of a loop passes, errors that are caught inside it included, and what the calls in it write.
//!
//! That a block lies on all ways back says nothing of an instruction in it: an error may leave the block before it, and the
//! `catch` leads back all the same.

use super::domain::{CellId, Known, Null, Shape};
use super::escape::Escapes;
use super::flow::{Activation, Flow};
use super::graph::Natural;
use super::state::State;
use super::turns::{Place, write_of};
use crate::hir::{Binary, Kind, Unary};
use crate::ir::{End, Inst, Op, Var};

impl<'a> Flow<'a> {
    /// One instruction, with note taken of what its calls write, where it is a loop's.
    pub fn step_noted(&mut self, act: &mut Activation<'a>, block: usize, inst: &Inst, state: &mut State) -> bool {
        if !act.graph.turns[block] {
            return self.step(act, inst, state);
        }
        let before = std::mem::take(&mut self.escapes.held);
        let goes_on = self.step(act, inst, state);
        act.note_calls(block, inst, &self.escapes);
        self.escapes.precede(before);
        goes_on
    }
}

impl Activation<'_> {
    /// Takes note of what an instruction of a loop put into memory besides what it writes itself.
    fn note_calls(&mut self, block: usize, inst: &Inst, escapes: &Escapes) {
        if escapes.held.is_empty() {
            return;
        }
        let own = write_of(inst).and_then(|(place, _)| self.cell_at(place));
        let written = escapes.held.iter().map(|(cell, _)| *cell).filter(|cell| Some(*cell) != own);
        let written: Vec<CellId> = written.collect();
        self.called.entry(block).or_default().extend(written);
    }

    /// What a place of the code is in memory.
    fn cell_at(&self, place: Place) -> Option<CellId> {
        match place {
            Place::Global(global) => Some(CellId::Global(global)),
            Place::Slot(slot) => Some(CellId::Slot(self.frame, slot.0)),
            Place::Cell(var) => match &self.values[var.0 as usize].as_ref()?.shape {
                Shape::Cell(cell) => Some(*cell),
                _ => None,
            },
        }
    }

    /// Whether a call in a loop writes a variable in memory, or may for all that is known.
    pub fn calls_write(&self, natural: &Natural, place: Place) -> bool {
        match self.cell_at(place) {
            Some(cell) => {
                let last = *natural.blocks.last().expect("a loop has a head");
                let mut called = self.called.range(natural.blocks[0]..=last);
                called.any(|(block, cells)| natural.has(*block) && cells.contains(&cell))
            }
            None => true,
        }
    }

    /// Whether every turn of a loop comes through an instruction of a block, or through all of the block.
    pub fn every_turn(&self, natural: &Natural, block: usize, instruction: Option<usize>) -> bool {
        let mut met = vec![false; natural.blocks.len()];
        let mut waiting = vec![natural.head];
        while let Some(at) = waiting.pop() {
            let code = &self.code.blocks[at];
            let last = instruction.filter(|_| at == block).map_or(code.code.len(), |index| index + 1);
            let throws = at != block && matches!(code.end, End::Throw(_) | End::Fail(..));
            let fails = throws || code.code[..last].iter().any(|inst| self.may_fail(inst));
            let caught = code.handler.filter(|_| fails).map(|h| self.code.handlers[h.0 as usize].block.0 as usize);
            let onward = (at != block).then(|| code.end.targets()).into_iter().flatten();
            for next in onward.map(|target| target.block.0 as usize).chain(caught) {
                if next == natural.head {
                    return false;
                }
                let inside = natural.blocks.binary_search(&next).ok();
                if inside.is_some_and(|index| !std::mem::replace(&mut met[index], true)) {
                    waiting.push(next);
                }
            }
        }
        true
    }

    /// Whether an instruction may end in an error that can be caught.
    fn may_fail(&self, inst: &Inst) -> bool {
        let numbers = || inst.args.iter().all(|&var| self.is_number(var));
        match &inst.op {
            Op::Const(_)
            | Op::Closure(_)
            | Op::Builtin(_)
            | Op::Input
            | Op::Agents
            | Op::AgentList
            | Op::IsNull
            | Op::Truth
            | Op::Under
            | Op::Cell
            | Op::Empty
            | Op::Slot(_)
            | Op::SetSlot(_)
            | Op::Unary(Unary::Not)
            | Op::Load { early: false }
            | Op::Global { early: false, .. } => false,
            // From a task variables around it cannot be written.
            Op::SetGlobal(_) => self.code.kind != Kind::Module,
            Op::Step(_) => !numbers(),
            Op::Binary(Binary::Divide) => !numbers() || self.may_be_nought(inst.args[1]),
            Op::Binary(Binary::Add | Binary::Subtract | Binary::Multiply) => !numbers(),
            Op::Binary(binary) if binary.orders() => !numbers(),
            _ => true,
        }
    }

    fn may_be_nought(&self, var: Var) -> bool {
        self.values[var.0 as usize].as_ref().is_none_or(Known::may_be_nought)
    }

    fn is_number(&self, var: Var) -> bool {
        let known = self.values[var.0 as usize].as_ref();
        known.is_some_and(|known| known.as_number().is_some() && known.null == Null::Never)
    }
}
