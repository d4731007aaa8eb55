//! How a block ends: what goes along with each way out of it, and where that leads.

use super::super::code::{Code, Comparison, Limit, Operand, Register, Route, Site};
use super::super::moves::{Moves, parallel};
use super::{Emission, Goal, HEAD, LATCH, small};
use crate::ir::{self, Constant, End, Inst, Op, Plain, Target, Var};
use crate::source::Span;
use smallvec::SmallVec;
use std::num::NonZeroU16;
use std::sync::Arc;

impl<'a> Emission<'a> {
    pub(super) fn end(&mut self, index: usize, block: &'a ir::Block, fused: Option<&Inst>) {
        let span = block.end_span;
        match &block.end {
            End::Jump(target) => self.edge(Some(index), Some(index + 1), target, span),
            End::Branch { condition, then, otherwise } => {
                let stub = self.notes.stubs.len();
                let bare = self.moves(otherwise).is_empty();
                let goal = if bare { Goal::Block(otherwise.block) } else { Goal::Stub(stub) };
                self.decide(fused, *condition, false, goal, span);
                if bare {
                    return self.edge(Some(index), Some(index + 1), then, span);
                }
                self.notes.stubs.push(0);
                self.edge(None, None, then, span);
                self.notes.stubs[stub] = self.notes.out.code.len() as u32;
                self.edge(Some(index), Some(index + 1), otherwise, span);
            }
            End::Route { subject, bands, unknown, otherwise, .. } => {
                let route = self.notes.out.routes.len() as u32;
                let limits = bands.iter().map(|(_, threshold, _)| (Limit::of(*threshold, |var| self.of(var)), 0));
                self.notes.out.routes.push(Route::new(limits.collect()));
                self.put(Code::Route(self.of(*subject), route), span);
                let lead = |this: &mut Self, target: &Target| {
                    let start = this.notes.out.code.len() as u32;
                    this.edge(None, None, target, span);
                    start
                };
                for (at, (_, _, target)) in bands.iter().enumerate() {
                    self.notes.out.routes[route as usize].bands[at].1 = lead(self, target);
                }
                self.notes.out.routes[route as usize].unknown = lead(self, unknown);
                self.notes.out.routes[route as usize].otherwise = lead(self, otherwise);
            }
            End::Return(var) => self.leave(self.of(*var), span),
            End::Throw(var) => {
                self.put(Code::Throw(self.of(*var)), span);
            }
            End::Fail(code, var) => {
                let at = self.notes.out.sites.len() as u32;
                let operands = var.iter().map(|var| Operand::Keep(self.of(*var))).collect();
                let op = Op::Const(Constant::Text(Arc::from(code.name())));
                self.notes.out.sites.push(Site::bare(op, operands));
                self.put(Code::Fail(at), span);
            }
        }
    }

    /// Leaves the function, which lets go of all it holds.
    fn leave(&mut self, value: Register, span: Span) {
        let start = self.notes.starts.last().map_or(0, |start| *start as usize);
        while self.notes.out.code.len() > start
            && matches!(self.notes.out.code.last(), Some(Code::Drop(register)) if *register != value)
        {
            self.notes.out.code.pop();
            self.notes.out.spans.pop();
        }
        self.put(Code::Return(value), span);
    }

    /// The register of what a block gives back at once, where an edge leads to one that does nothing else.
    fn returned(&self, target: &Target) -> Option<Register> {
        let block = &self.function.blocks[target.block.0 as usize];
        let End::Return(var) = block.end else { return None };
        if !block.code.is_empty() || block.cost > 0 {
            return None;
        }
        let given = block.parameters.iter().position(|parameter| *parameter == var);
        let var = given.map_or(var, |at| target.args[at]);
        (!self.notes.nowhere[var.0 as usize]).then(|| self.of(var))
    }

    /// A jump by a condition, or by the comparison that it is.
    fn decide(&mut self, fused: Option<&Inst>, condition: Var, if_true: bool, goal: Goal, span: Span) {
        let code = match fused {
            Some(inst) => {
                let (comparison, a, b) = self.binary_parts(inst);
                match (comparison, b, self.notes.out.code.last()) {
                    (Comparison::Less, Ok(b), Some(&Code::Step(to, from, 1)))
                        if if_true && self.turns(inst, [to, from]) =>
                    {
                        self.notes.out.code.pop();
                        self.notes.out.spans.pop();
                        Code::Turn(a, b, 0)
                    }
                    _ => Code::compare(comparison, if_true, a, b),
                }
            }
            None if if_true => Code::JumpIf(self.of(condition), 0),
            None => Code::JumpUnless(self.of(condition), 0),
        };
        let span = fused.map_or(span, |inst| inst.span);
        if let Some(guess) =
            fused.filter(|_| !matches!(code, Code::Turn(..))).and_then(|inst| self.sooner(inst, if_true))
        {
            let at = self.notes.out.code.len() - 1;
            self.notes.out.code.insert(at, guess);
            self.notes.out.spans.insert(at, span);
            self.notes.open.push((at, goal));
        }
        let at = self.put(code, span);
        self.notes.open.push((at, goal));
    }

    /// What is tried before the last instruction and a jump by a comparison of what that gives: the instruction that does both.
    fn sooner(&self, inst: &Inst, if_true: bool) -> Option<Code> {
        let last = self.latest()?;
        self.divides(last, inst, if_true).or_else(|| if if_true { self.onward(last, inst) } else { None })
    }

    /// Whether a number is a multiple of another, or so much above one, where nobody else reads the remainder.
    fn divides(&self, last: &Code, inst: &Inst, if_true: bool) -> Option<Code> {
        let (to, a, k) = match *last {
            Code::Rest(to, a, power) => (to, a, NonZeroU16::new(1 << power)?),
            Code::RemainderNumber(to, a, k) => (to, a, k),
            _ => return None,
        };
        let (comparison, compared, rest) = self.binary_parts(inst);
        let is = match comparison {
            Comparison::Equal => if_true,
            Comparison::NotEqual => !if_true,
            _ => return None,
        };
        let alone = to == compared && self.notes.reads[inst.args[0].0 as usize] == 1;
        let (a, rest) = (u8::try_from(a).ok()?, u8::try_from(rest.err()?).ok()?);
        alone.then_some(Code::Divides(is, a, rest, k, 0))
    }

    /// A counter that moves on and is compared, where that is all a loop does between two turns. Nothing jumps to the comparison:
    /// it is a copy.
    fn onward(&self, last: &Code, inst: &Inst) -> Option<Code> {
        let (comparison, counter, limit) = self.binary_parts(inst);
        let narrow = |register: Register| u8::try_from(register).ok();
        let (to, by) = match *last {
            Code::Add(to, from, by) if to == from => (to, Err(by)),
            Code::AddNumber(to, from, by) | Code::Step(to, from, by) if to == from => (to, Ok(i8::try_from(by).ok()?)),
            Code::SubtractNumber(to, from, by) if to == from => (to, Ok(i8::try_from(-i32::from(by)).ok()?)),
            _ => return None,
        };
        if to != counter || limit == Ok(counter) {
            return None;
        }
        Some(match (by, limit) {
            (Err(by), Ok(limit)) => Code::Onward(comparison, narrow(to)?, narrow(by)?, narrow(limit)?, 0),
            (Ok(by), Ok(limit)) => Code::OnwardBy(comparison, narrow(to)?, by, narrow(limit)?, 0),
            (Ok(by), Err(limit)) => Code::OnwardTo(comparison, narrow(to)?, by, limit, 0),
            (Err(_), Err(_)) => return None,
        })
    }

    /// Whether a comparison is of a counter that has just been moved on, with another number, so that neither can fail.
    fn turns(&self, inst: &Inst, step: [Register; 2]) -> bool {
        let number = |var: &Var| matches!(self.function.values[var.0 as usize].kind, Plain::Number);
        let here = self.notes.starts.last().is_some_and(|start| self.notes.out.code.len() > *start as usize);
        here && step == [self.of(inst.args[0]); 2] && inst.args.iter().all(number)
    }

    fn binary_parts(&self, inst: &Inst) -> (Comparison, Register, Result<Register, i16>) {
        let Op::Binary(op) = inst.op else { unreachable!("only comparisons are fused") };
        let comparison = Comparison::of(op).unwrap_or(Comparison::Equal);
        let right = self.short(op, inst.args[1]).map_or_else(|| Ok(self.of(inst.args[1])), Err);
        (comparison, self.of(inst.args[0]), right)
    }

    /// The way out of a block to another. The block it comes from is given where what it leads to may be copied to its end, and
    /// the block whose code comes next where that is certain.
    fn edge(&mut self, from: Option<usize>, next: Option<usize>, target: &Target, span: Span) {
        if let Some(value) = self.returned(target) {
            return self.leave(value, span);
        }
        let moves = self.moves(target);
        let end = self.notes.out.code.len();
        // Whoever takes an error of the last instruction finds what was there before the moves.
        let unguarded = from.is_some_and(|index| self.function.blocks[index].handler.is_none());
        let at = if unguarded && self.counts(&moves) { end - 1 } else { end };
        self.notes.out.spans.splice(at..at, moves.iter().map(|_| span));
        self.notes.out.code.splice(at..at, moves);
        if let Some((latch, back)) = from.and_then(|index| self.latch(index, target)) {
            let at = target.block.0 as usize;
            self.body(at, latch);
            return self.edge(Some(at), next, back, latch.end_span);
        }
        if let Some(head) = from.and_then(|index| self.head(index, target)) {
            let at = target.block.0 as usize;
            let fused = self.body(at, head);
            if let End::Branch { condition, then, otherwise } = &head.end {
                self.decide(fused, *condition, true, Goal::Block(then.block), head.end_span);
                // Nothing is copied into a copy.
                self.edge(None, next, otherwise, head.end_span);
            }
            return;
        }
        if next != Some(target.block.0 as usize) {
            let at = self.put(Code::Jump(0), span);
            self.notes.open.push((at, Goal::Block(target.block)));
        }
    }

    /// Whether the last instruction moves a counter on and moves have nothing to do with it: before it they leave it to be
    /// tried together with what follows.
    fn counts(&self, moves: &[Code]) -> bool {
        let (counter, by) = match self.latest() {
            Some(&Code::Add(to, from, by)) if to == from => (to, by),
            Some(&(Code::AddNumber(to, from, _) | Code::SubtractNumber(to, from, _) | Code::Step(to, from, _)))
                if to == from =>
            {
                (to, to)
            }
            _ => return false,
        };
        moves.iter().all(|code| match *code {
            Code::Move(to, from) => ![to, from].contains(&counter) && ![to, from].contains(&by),
            Code::Copy(to, from) => ![to, from].contains(&counter) && to != by,
            Code::Number(to, _) | Code::Constant(to, _) => to != counter && to != by,
            _ => false,
        })
    }

    /// The last instruction of the block, unless what was done in one step goes on behind it.
    fn latest(&self) -> Option<&Code> {
        let start = *self.notes.starts.last()? as usize;
        self.notes.out.code.get(start.max(self.notes.landing)..)?.last()
    }

    fn moves(&mut self, target: &Target) -> SmallVec<[Code; 4]> {
        if target.args.is_empty() {
            return SmallVec::new();
        }
        let parameters = &self.function.blocks[target.block.0 as usize].parameters;
        let mut pending = Moves::new();
        let mut literals: SmallVec<[Code; 4]> = SmallVec::new();
        for (at, (parameter, var)) in parameters.iter().zip(&target.args).enumerate() {
            let to = self.of(*parameter);
            let last = at < 64 && target.moves >> at & 1 != 0;
            match self.operand(*var, last) {
                Operand::Constant(index) => literals.push(match small(self.literal(*var).unwrap_or(&Constant::Null)) {
                    Some(number) => Code::Number(to, number),
                    None => Code::Constant(to, index),
                }),
                Operand::Keep(from) => pending.push((to, from, false)),
                Operand::Take(from) => pending.push((to, from, true)),
            }
        }
        let mut moves = parallel(pending, self.spare());
        moves.extend(literals);
        moves
    }

    /// The end of a loop that a block leads to, when it is short enough to be at the end of that as well: with it, and with the
    /// head of the loop, a way through the loop takes no jump of its own.
    fn latch(&self, index: usize, target: &Target) -> Option<(&'a ir::Block, &'a Target)> {
        let latch = self.function.blocks.get(target.block.0 as usize)?;
        let End::Jump(back) = &latch.end else { return None };
        let short = may_be_copied(latch, LATCH) && target.block.0 as usize > index + 1;
        let same = latch.handler == self.function.blocks.get(index)?.handler;
        (short && same && self.head(target.block.0 as usize, back).is_some()).then_some((latch, back))
    }

    /// The head of a loop that a block leads back to, when it is short enough to be asked again right there: a turn then takes
    /// one jump instead of two.
    fn head(&self, index: usize, target: &Target) -> Option<&'a ir::Block> {
        let head = self.function.blocks.get(target.block.0 as usize)?;
        let from = self.function.blocks.get(index)?;
        let back = target.block.0 as usize <= index && head.handler == from.handler;
        let short = may_be_copied(head, HEAD);
        let asks = match &head.end {
            End::Branch { then, .. } => self.function.blocks[then.block.0 as usize].parameters.is_empty(),
            _ => false,
        };
        (back && short && asks && target.block.0 as usize != index).then_some(head)
    }
}

/// Whether a block has at most so many operations, each of which may be there twice.
fn may_be_copied(block: &ir::Block, most: usize) -> bool {
    block.code.len() <= most && block.code.iter().all(|inst| !matches!(inst.op, Op::Fork { .. }))
}
