//! The instructions of one function.
//!
//! What is decided here: which constants need no register, which operations have an instruction of their own, and in which
//! order the moves of an edge run, since they all happen at once. Which register holds a value is decided in
//! [`super::registers`].

mod combine;
mod ways;

use std::num::NonZeroU16;
use std::ops::Range;
use std::sync::Arc;

use super::code::{Code, Comparison, Direct, Guard, Operand, Operands, Property, Register, Site};
use super::emit::{NONE, Notes, REGISTERS, is_watched};
use crate::builtin::{self, Body, Form};
use crate::hir::{self, Binary, FunctionId};
use crate::ir::prompt::{self, Parts};
use crate::ir::{self, BlockId, Constant, End, Inst, Op, Var};
use crate::source::Span;
use crate::value::{Key, Value};
use smallvec::SmallVec;

/// The operations that the head of a loop may have to be asked where a turn ends.
const HEAD: usize = 6;

/// The operations that the end of a loop may have to be copied to where the ways through the loop meet.
const LATCH: usize = 2;

/// The work on a function.
pub(super) struct Emission<'a> {
    pub(super) declarations: &'a hir::Program,
    pub(super) function: &'a ir::Function,
    /// Whether comparisons jump by themselves; not in functions too long for that.
    pub(super) near: bool,
    pub(super) notes: &'a mut Notes,
}

/// The places of what an instruction looks at beside its arguments.
type Sides = Range<usize>;

/// Where a jump leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Goal {
    Block(BlockId),
    Stub(usize),
}

fn small(constant: &Constant) -> Option<i32> {
    match constant {
        Constant::Number(number)
            if *number == f64::from(*number as i32) && (*number != 0.0 || number.is_sign_positive()) =>
        {
            Some(*number as i32)
        }
        _ => None,
    }
}

fn arithmetic(op: Binary) -> bool {
    matches!(op, Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder)
}

impl<'a> Emission<'a> {
    /// Emits everything; nothing if it needs too many registers, or if a comparison would have to jump too far.
    pub(super) fn run(&mut self) -> Option<()> {
        self.notes.clear();
        self.notes.out.reserve(self.function.values.len());
        self.survey();
        let Notes { registers, nowhere, beside, .. } = &mut *self.notes;
        registers.allocate(self.function, nowhere, beside);
        let count = self.notes.registers.count() + self.function.slots + 1;
        if count > REGISTERS - 16 || self.function.arity > REGISTERS {
            return None;
        }
        self.notes.out.size = count as Register;
        self.notes.out.slots = self.notes.registers.count() as Register;
        self.notes.out.plain = self.plain();
        for index in 0..self.function.blocks.len() {
            self.block(index);
        }
        self.close()
    }

    /// The first register behind all that may own something when the function is left.
    fn plain(&self) -> Register {
        if self.function.slots > 0 {
            return self.notes.out.size;
        }
        let mut plain = 0;
        for (var, fact) in self.function.values.iter().enumerate() {
            if fact.has_storage() && !self.notes.nowhere[var] {
                plain = plain.max(self.of(Var(var as u32)) + 1);
            }
        }
        plain
    }

    /// Finds where values come from, counts reads, finds what needs no register, and what forms want to show.
    fn survey(&mut self) {
        let function = self.function;
        let count = function.values.len();
        self.notes.made.resize(count, (NONE, 0));
        self.notes.reads.resize(count, 0);
        self.notes.nowhere.resize(count, false);
        self.notes.constants.resize(count, NONE);
        for (index, block) in function.blocks.iter().enumerate() {
            let index = index as u32;
            for (at, inst) in block.code.iter().enumerate() {
                for (position, var) in inst.args.iter().enumerate() {
                    self.notes.reads[var.0 as usize] += 1;
                    if self.notes.nowhere[var.0 as usize] && self.in_register(inst, position) {
                        self.notes.nowhere[var.0 as usize] = false;
                    }
                }
                for var in self.seen(index, inst) {
                    self.notes.beside.push((index, at as u32, var));
                    self.notes.reads[var.0 as usize] += 1;
                }
                inst.defines(|var| self.notes.made[var.0 as usize] = (index, at as u32));
                if let (Op::Const(_), Some(result)) = (&inst.op, inst.result) {
                    self.notes.nowhere[result.0 as usize] = true;
                }
            }
            block.end.looks(|var| {
                self.notes.reads[var.0 as usize] += 1;
                self.notes.nowhere[var.0 as usize] = false;
            });
            block.end.leads(|target| target.args.iter().for_each(|var| self.notes.reads[var.0 as usize] += 1));
        }
    }

    /// The instruction that a value comes from.
    fn maker(&self, var: Var) -> Option<&'a Inst> {
        let (block, at) = self.notes.made[var.0 as usize];
        Some(&self.function.blocks.get(block as usize)?.code[at as usize])
    }

    /// The same, where it stands in a block.
    fn maker_in(&self, block: u32, var: Var) -> Option<&'a Inst> {
        self.maker(var).filter(|inst| self.notes.made[var.0 as usize].0 == block && inst.result == Some(var))
    }

    /// The literal that a value is.
    fn literal(&self, var: Var) -> Option<&'a Constant> {
        match &self.maker(var)?.op {
            Op::Const(constant) => Some(constant),
            _ => None,
        }
    }

    /// What a form looks at beside its arguments: how its first one was made.
    fn seen(&self, block: u32, inst: &'a Inst) -> Parts {
        if let Some(prompt) = prompt::of(inst) {
            return prompt::parts(self.function, prompt, |var| self.maker(var));
        }
        let sides = self.compared(block, inst).and_then(|_| self.maker_in(block, *inst.args.first()?));
        sides.map_or_else(Parts::new, |made| made.args.iter().copied().collect())
    }

    /// The operator of the comparison that a form is given.
    fn compared(&self, block: u32, inst: &Inst) -> Option<Binary> {
        let Op::CallBuiltin { builtin, spread: false } = inst.op else { return None };
        let condition = inst.args.first().filter(|_| matches!(builtin.entry().kind, Body::Form(Form::Expect, _)))?;
        match self.maker_in(block, *condition)?.op {
            Op::Binary(op) => Comparison::of(op).map(|_| op),
            _ => None,
        }
    }

    /// The name in `agents.name.method(…)`, for the message when there is no such agent.
    fn named_agent(&self, block: u32, inst: &Inst) -> Option<Arc<str>> {
        let Op::CallMethod { .. } = inst.op else { return None };
        let read = self.maker_in(block, *inst.args.first()?)?;
        let Op::Field(name) = &read.op else { return None };
        matches!(self.maker_in(block, *read.args.first()?)?.op, Op::Agents).then(|| name.clone())
    }

    /// Whether an argument must be in a register; others may be constants.
    fn in_register(&self, inst: &Inst, position: usize) -> bool {
        match &inst.op {
            Op::Binary(op) if position == 1 && (arithmetic(*op) || Comparison::of(*op).is_some()) => {
                self.short(*op, inst.args[1]).is_none()
            }
            Op::Under => inst.args.len() <= 2,
            Op::Binary(_) | Op::Unary(_) | Op::Field(_) | Op::IsNull | Op::Truth | Op::Ask => true,
            Op::Index { from_end: false } | Op::Item | Op::Step(_) | Op::Load { early: false } => true,
            Op::Range { walked, .. } => *walked,
            // What is written while nobody shares it has instructions of its own, which take registers.
            Op::Update { home: ir::Home::Value, keys } => keys.len() <= 2,
            _ => false,
        }
    }

    /// A small whole number on the right of an operator that has an instruction for it.
    fn short(&self, op: Binary, var: Var) -> Option<i16> {
        let number = i16::try_from(small(self.literal(var)?)?).ok()?;
        let fits = match op {
            Binary::Divide => number != 0,
            Binary::Remainder => number > 0,
            _ => true,
        };
        fits.then_some(number)
    }

    fn of(&self, var: Var) -> Register {
        self.notes.registers.of(var)
    }

    fn holds_storage(&self, var: Var) -> bool {
        self.function.values[var.0 as usize].has_storage() && !self.notes.nowhere[var.0 as usize]
    }

    fn slot(&self, slot: ir::Slot) -> Register {
        self.notes.out.slots + slot.0 as Register
    }

    fn spare(&self) -> Register {
        self.notes.out.size - 1
    }

    fn put(&mut self, code: Code, span: Span) -> usize {
        self.notes.out.code.push(code);
        self.notes.out.spans.push(span);
        self.notes.out.code.len() - 1
    }

    fn constant(&mut self, var: Var) -> u32 {
        let known = self.notes.constants[var.0 as usize];
        if known != NONE {
            return known;
        }
        let value = match self.literal(var) {
            Some(Constant::Bool(bool)) => Value::bool(*bool),
            Some(Constant::Number(number)) => Value::number(*number),
            Some(Constant::Text(text)) => Value::text(text),
            Some(Constant::Regex(regex)) => builtin::regex::value(&regex.source, &regex.flags),
            Some(Constant::Null) | None => Value::NULL,
        };
        let index = self.notes.out.constants.len() as u32;
        self.notes.out.constants.push(value);
        self.notes.constants[var.0 as usize] = index;
        index
    }

    /// What is seen beside the arguments. A literal is one there, wherever else it is as well.
    fn beside(&mut self, var: Var) -> Operand {
        match self.literal(var).is_some() {
            true => Operand::Constant(self.constant(var)),
            false => self.operand(var, false),
        }
    }

    fn operand(&mut self, var: Var, takes: bool) -> Operand {
        if self.notes.nowhere[var.0 as usize] {
            Operand::Constant(self.constant(var))
        } else if takes {
            Operand::Take(self.of(var))
        } else {
            Operand::Keep(self.of(var))
        }
    }

    fn block(&mut self, index: usize) {
        let block = &self.function.blocks[index];
        let from = self.notes.out.code.len() as u32;
        self.notes.starts.push(from);
        let fused = self.body(index, block);
        self.end(index, block, fused);
        if let Some(handler) = block.handler {
            let handler = self.function.handlers[handler.0 as usize];
            let target = &self.function.blocks[handler.block.0 as usize];
            self.notes.out.guards.push(Guard {
                from,
                to: self.notes.out.code.len() as u32,
                target: handler.block.0,
                register: target.parameters.first().map_or(self.spare(), |var| self.of(*var)),
                tidies: handler.tidies,
                contexts: handler.contexts as u16,
            });
        }
    }

    /// What a block does before its end; the comparison that its branch does itself is left out and given.
    fn body(&mut self, index: usize, block: &'a ir::Block) -> Option<&'a Inst> {
        if block.cost > 0 {
            self.put(Code::Charge(block.cost), block.span);
        }
        for var in &block.gone {
            if self.holds_storage(*var) && self.notes.registers.idle(*var, index) {
                self.put(Code::Drop(self.of(*var)), block.end_span);
            }
        }
        let fused = self.fused(block);
        let count = block.code.len() - usize::from(fused.is_some());
        let index = index as u32;
        // What forms of this block still look at, and what they keep from being let go of.
        let mut looking = self.notes.beside.partition_point(|&(block, ..)| block < index);
        let end = looking + self.notes.beside[looking..].partition_point(|&(block, ..)| block == index);
        let mut kept: Vec<Var> = Vec::new();
        // Where the operations end that were tried in one step.
        let mut tried = 0;
        // The last operation of a change in place that was tried in one step.
        let mut amending = None;
        for (at, inst) in block.code[..count].iter().enumerate() {
            let first = looking;
            looking += self.notes.beside[looking..end].partition_point(|&(_, place, _)| place as usize <= at);
            if amending.is_none() && looking == end && kept.is_empty() {
                amending = self.begin_amend(&block.code[at..count]).map(|(amend, last)| (amend, at + last));
            }
            if at >= tried
                && let Some(last) = self.glance(&block.code[at..count])
            {
                tried = at + last + 1;
            }
            self.inst(index, inst, first..looking);
            if at + 1 == tried {
                self.notes.landing = self.notes.out.code.len();
            }
            if let Some((amend, _)) = amending.take_if(|(_, last)| *last == at) {
                self.notes.out.amends[amend].past = self.notes.out.code.len() as u32;
            }
            let mut gone = self.let_go(inst);
            if gone == 0 && kept.is_empty() {
                continue;
            }
            let beside = &self.notes.beside;
            let later = |var: Var| beside[looking..end].iter().any(|&(.., other)| other == var);
            let mut drops: SmallVec<[Var; 4]> = SmallVec::new();
            let mut held: SmallVec<[Var; 4]> = SmallVec::new();
            while gone != 0 {
                let var = inst.args[gone.trailing_zeros() as usize];
                if later(var) {
                    held.push(var)
                } else {
                    drops.push(var)
                }
                gone &= gone - 1;
            }
            drops.extend(kept.extract_if(.., |var| !later(*var)));
            kept.extend(held);
            for var in drops {
                self.put(Code::Drop(self.of(var)), inst.span);
            }
        }
        fused
    }

    /// Which arguments are to be let go of behind an instruction, one bit each: it used them for the last time, and did not
    /// take them itself or put its result there. Whether a later write copies must not depend on which register is used again
    /// when.
    fn let_go(&self, inst: &Inst) -> u64 {
        let mut gone = self.moved(inst);
        if gone == 0 {
            return 0;
        }
        match &inst.op {
            // When these have succeeded, what they worked on were numbers.
            Op::Binary(Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder) | Op::Step(_) => {
                return 0;
            }
            Op::Binary(Binary::Add) => gone &= !self.grown(inst),
            // It takes the first itself.
            Op::Under => gone &= !1,
            // Where that is done the short way the key stays where it is.
            Op::Update { home: ir::Home::Value, keys } if matches!(keys[..], [ir::Key::Computed]) => gone &= 2,
            Op::Binary(_) | Op::Unary(_) | Op::Field(_) | Op::IsNull | Op::Truth | Op::Ask => {}
            Op::Index { from_end: false } | Op::Item | Op::Beside | Op::Count | Op::Turns => {}
            Op::Range { .. } | Op::Text | Op::Offers(_) | Op::Fits { .. } | Op::Enter => {}
            _ => return 0,
        }
        if let Some(result) = inst.result.filter(|result| !self.notes.nowhere[result.0 as usize]) {
            let to = self.of(result);
            let ends = inst.args.iter().take(64).enumerate().filter(|(_, arg)| self.of(**arg) == to);
            ends.for_each(|(at, _)| gone &= !(1 << at));
        }
        gone
    }

    /// Which terms a sum takes for itself, one bit each: the first, which may grow in its place, and with it the second.
    fn grown(&self, inst: &Inst) -> u64 {
        let (first, second) = (inst.args[0], inst.args[1]);
        let apart = self.notes.nowhere[second.0 as usize] || self.of(first) != self.of(second);
        if inst.moves & 1 != 0 && apart { inst.moves & 3 } else { 0 }
    }

    /// The arguments that are used for the last time and may own something, one bit each.
    fn moved(&self, inst: &Inst) -> u64 {
        let mut left = inst.moves;
        let mut moved = 0;
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            if inst.args.get(at as usize).is_some_and(|var| self.holds_storage(*var)) {
                moved |= 1 << at;
            }
        }
        moved
    }

    /// The comparison at the end of a block that nobody but its branch reads.
    fn fused(&self, block: &'a ir::Block) -> Option<&'a Inst> {
        let End::Branch { condition, .. } = block.end else { return None };
        let last = block.code.last().filter(|last| last.result == Some(condition))?;
        let Op::Binary(op) = last.op else { return None };
        let alone = self.near && self.notes.reads[condition.0 as usize] == 1 && self.moved(last) == 0;
        Comparison::of(op).filter(|_| alone).map(|_| last)
    }

    /// Emits an operation in a block, with the places of what it looks at beside its arguments.
    fn inst(&mut self, block: u32, inst: &Inst, sides: Sides) {
        let span = inst.span;
        let to = inst.result.map_or(self.spare(), |var| self.of(var));
        let arg = |this: &Self, at: usize| this.of(inst.args[at]);
        let code = match &inst.op {
            Op::Const(constant) => {
                let Some(result) = inst.result.filter(|var| !self.notes.nowhere[var.0 as usize]) else { return };
                match small(constant) {
                    Some(number) => Code::Number(to, number),
                    None => Code::Constant(to, self.constant(result)),
                }
            }
            Op::Binary(op) => self.binary(*op, to, inst),
            Op::Unary(op) => Code::Unary(*op, to, arg(self, 0)),
            Op::Field(name) => match u16::try_from(self.notes.out.keys.len()) {
                Ok(index) => {
                    self.notes.out.keys.push(Property::new(name));
                    Code::Field(to, arg(self, 0), index)
                }
                Err(_) => Code::Do(self.site(inst, block, sides)),
            },
            Op::Index { from_end: false } => Code::Index(to, arg(self, 0), arg(self, 1)),
            Op::Under if inst.args.len() == 1 => match self.operand(inst.args[0], inst.moves & 1 != 0) {
                Operand::Take(from) => Code::Move(to, from),
                _ => Code::Copy(to, arg(self, 0)),
            },
            Op::Under if inst.args.len() == 2 && inst.moves & 1 != 0 => Code::UnderTake(to, arg(self, 0), arg(self, 1)),
            Op::Under if inst.args.len() == 2 => Code::Under(to, arg(self, 0), arg(self, 1)),
            Op::IsNull => Code::IsNull(to, arg(self, 0)),
            Op::Truth => Code::Truth(to, arg(self, 0)),
            Op::Ask => Code::Ask(to, arg(self, 0), arg(self, 1)),
            // Looking at what nobody reads does nothing, and never fails.
            Op::Item if inst.result.is_none_or(|var| self.notes.reads[var.0 as usize] == 0) => return,
            Op::Item => Code::Item(to, arg(self, 0), arg(self, 1)),
            Op::Load { early: false } => Code::Load(to, arg(self, 0)),
            Op::Step(by) => match i16::try_from(*by as i64).ok().filter(|short| f64::from(*short) == *by) {
                Some(short) => Code::Step(to, arg(self, 0), short),
                None => Code::Do(self.site(inst, block, sides)),
            },
            Op::Global { global, early: false } => Code::Global(to, global.0),
            Op::Slot(slot) => Code::Copy(to, self.slot(*slot)),
            Op::SetSlot(slot) => {
                let slot = self.slot(*slot);
                match self.operand(inst.args[0], inst.moves & 1 != 0) {
                    Operand::Keep(from) => Code::Copy(slot, from),
                    Operand::Take(from) => Code::Move(slot, from),
                    Operand::Constant(index) => Code::Constant(slot, index),
                }
            }
            Op::CallFunction(id) if self.is_direct(*id, inst) => Code::Call(self.direct(*id, inst, sides)),
            Op::CallBuiltin { builtin, spread: false } if matches!(builtin.entry().kind, Body::Native(_)) => {
                if let (Some(number), &[x]) = (builtin.entry().number, &inst.args[..])
                    && let Ok(index) = u16::try_from(self.notes.out.applied.len())
                    && !self.notes.nowhere[x.0 as usize]
                {
                    self.notes.out.applied.push(number);
                    self.put(Code::Apply(to, self.of(x), index), span);
                }
                Code::Builtin(self.site(inst, block, sides))
            }
            Op::Mutate { change, spread: false, .. } if change.keys.is_empty() && &*change.method == "push" => {
                self.guess(inst, block, sides)
            }
            Op::Update { home: ir::Home::Value, keys } if keys.len() <= 2 => self.guess(inst, block, sides),
            _ => Code::Do(self.site(inst, block, sides)),
        };
        self.put(code, span);
    }

    fn binary(&mut self, op: Binary, to: Register, inst: &Inst) -> Code {
        let a = self.of(inst.args[0]);
        if (arithmetic(op) || Comparison::of(op).is_some())
            && let Some(k) = self.short(op, inst.args[1])
        {
            return match (op, Comparison::of(op)) {
                (_, Some(comparison)) => Code::CompareNumber(comparison, to, a, k),
                (Binary::Add, _) if self.grown(inst) != 0 => Code::AddNumberTake(to, a, k),
                (Binary::Add, _) => Code::AddNumber(to, a, k),
                (Binary::Subtract, _) => Code::SubtractNumber(to, a, k),
                (Binary::Multiply, _) => Code::MultiplyNumber(to, a, k),
                (Binary::Divide, _) if k > 0 && k & (k - 1) == 0 => Code::Part(to, a, k.trailing_zeros() as u16),
                (Binary::Divide, _) => Code::DivideNumber(to, a, k),
                _ if k & (k - 1) == 0 => Code::Rest(to, a, k.trailing_zeros() as u16),
                _ => Code::RemainderNumber(to, a, NonZeroU16::new(k as u16).unwrap_or(NonZeroU16::MIN)),
            };
        }
        let b = self.of(inst.args[1]);
        match (op, Comparison::of(op)) {
            (_, Some(comparison)) => Code::Compare(comparison, to, a, b),
            (Binary::Add, _) => match self.grown(inst) {
                0 => Code::Add(to, a, b),
                1 => Code::AddTake(to, a, b),
                _ => Code::AddBoth(to, a, b),
            },
            (Binary::Subtract, _) => Code::Subtract(to, a, b),
            (Binary::Multiply, _) => Code::Multiply(to, a, b),
            (Binary::Divide, _) => Code::Divide(to, a, b),
            (Binary::Remainder, _) => Code::Remainder(to, a, b),
            (Binary::State, _) => Code::State(to, a, b),
            _ => Code::Binary(op, to, a, b),
        }
    }

    /// An operation that is tried the short way first, where its root stays in its register.
    fn guess(&mut self, inst: &Inst, block: u32, sides: Sides) -> Code {
        let at = self.site(inst, block, sides);
        let property = self.notes.out.keys.len();
        let site = &mut self.notes.out.sites[at as usize];
        let root = site.operands.first().copied();
        let stays = match (&inst.op, site.to) {
            (Op::Update { .. }, Some(to)) => root == Some(Operand::Take(to)),
            (Op::Mutate { home: ir::Home::Value, .. }, _) => matches!(root, Some(Operand::Take(_))),
            (Op::Mutate { change, .. }, _) => change.keys.is_empty(),
            _ => false,
        };
        let one = match &inst.op {
            Op::Mutate { home: ir::Home::Value | ir::Home::Cell { .. }, .. } => site.operands.len() == 2,
            Op::Mutate { .. } => site.operands.len() == 1,
            _ => true,
        };
        let Ok(property) = u16::try_from(property) else { return Code::Do(at) };
        if stays && one {
            if let (Op::Update { keys, .. }, Some(name)) = (&inst.op, site.keys.last())
                && matches!(keys.last(), Some(ir::Key::Fixed(_)))
            {
                self.notes.out.keys.push(Property::new(name.as_str()));
            }
            let in_register = |operand: &Operand| match operand {
                Operand::Keep(register) | Operand::Take(register) => Some(*register),
                Operand::Constant(_) => None,
            };
            let operands: Option<Vec<Register>> = site.operands.iter().map(in_register).collect();
            let code = match (&inst.op, operands.as_deref()) {
                (Op::Update { keys, .. }, Some(&[root, value])) if matches!(keys[..], [ir::Key::Fixed(_)]) => {
                    Some(Code::SetField(root, value, property))
                }
                (Op::Update { keys, .. }, Some(&[root, key, value])) if matches!(keys[..], [ir::Key::Computed]) => {
                    Some(Code::SetIndex(root, key, value))
                }
                (Op::Update { keys, .. }, Some(&[root, key, value]))
                    if matches!(keys[..], [ir::Key::Computed, ir::Key::Fixed(_)]) =>
                {
                    u8::try_from(property).ok().map(|property| Code::SetPart(property, root, key, value))
                }
                (Op::Update { .. }, _) => None,
                _ => {
                    if let Some(code) = self.append(at) {
                        self.put(code, inst.span);
                    }
                    Some(Code::Push(at))
                }
            };
            if let Some(code) = code {
                self.put(code, inst.span);
            }
        }
        Code::Do(at)
    }

    /// What is tried before an element is added to a list that stays in its register, where nobody asks how long that is then.
    fn append(&self, at: u32) -> Option<Code> {
        let site = &self.notes.out.sites[at as usize];
        let &[Operand::Take(root), item] = &site.operands[..] else { return None };
        let alone = site.second == Some(root) && site.to.is_none();
        alone.then_some(match item {
            Operand::Keep(item) | Operand::Take(item) => Code::Append(root, item),
            Operand::Constant(index) => Code::AppendConstant(root, index),
        })
    }

    fn operands(&mut self, inst: &Inst, sides: Sides) -> Operands {
        let operands = inst.args.iter().enumerate().map(|(at, var)| {
            let last = at < 64 && inst.moves >> at & 1 != 0;
            let seen = || self.notes.beside[sides.clone()].iter().any(|(.., side)| side == var);
            let takes = last && !inst.args[at + 1..].contains(var) && !seen();
            self.operand(*var, takes)
        });
        operands.collect()
    }

    /// Whether nothing but the room for its registers has to be looked at before a call.
    fn is_direct(&self, id: FunctionId, inst: &Inst) -> bool {
        let callee = &self.declarations.functions[id.0 as usize];
        let rest = callee.parameters.last().is_some_and(|last| last.rest);
        !is_watched(callee) && !rest && inst.args.len() <= callee.parameters.len()
    }

    fn direct(&mut self, id: FunctionId, inst: &Inst, sides: Sides) -> u32 {
        let mut operands = self.operands(inst, sides);
        let arity = self.declarations.functions[id.0 as usize].parameters.len();
        if operands.len() < arity {
            let null = Operand::Constant(self.notes.out.constants.len() as u32);
            self.notes.out.constants.push(Value::NULL);
            operands.resize(arity, null);
        }
        let to = inst.result.map_or(self.spare(), |var| self.of(var));
        self.notes.out.calls.push(Direct { callee: id.0, to, operands: operands.into_boxed_slice() });
        self.notes.out.calls.len() as u32 - 1
    }

    fn site(&mut self, inst: &Inst, block: u32, sides: Sides) -> u32 {
        let operands = self.operands(inst, sides.clone());
        let beside = match sides.is_empty() {
            true => Box::default(),
            false => sides.map(|at| self.beside(self.notes.beside[at].2)).collect(),
        };
        let index = self.notes.out.sites.len() as u32;
        self.notes.out.sites.push(Site {
            op: inst.op.clone(),
            operands,
            keys: names(&inst.op),
            to: inst.result.map(|var| self.of(var)),
            second: inst.second.map(|var| self.of(var)),
            beside,
            agent: self.named_agent(block, inst),
            sides: self.compared(block, inst),
        });
        index
    }

    /// Fills in where jumps lead; nothing if one leads too far.
    fn close(&mut self) -> Option<()> {
        for &(at, goal) in &self.notes.open {
            let place = match goal {
                Goal::Block(block) => self.notes.starts[block.0 as usize],
                Goal::Stub(stub) => self.notes.stubs[stub],
            };
            match &mut self.notes.out.code[at] {
                Code::Jump(to) | Code::JumpIf(_, to) | Code::JumpUnless(_, to) => *to = place,
                code => {
                    if let Some(to) = code.goal() {
                        *to = u16::try_from(place).ok()?;
                    }
                }
            }
        }
        let out = &mut self.notes.out;
        let through = |place: &mut u32| {
            if let Some(&Code::Jump(to)) = out.code.get(*place as usize) {
                *place = to;
            }
        };
        for route in &mut out.routes {
            route.bands.iter_mut().map(|(_, place)| place).for_each(through);
            [&mut route.unknown, &mut route.otherwise].into_iter().for_each(through);
            route.settle();
        }
        for guard in &mut self.notes.out.guards {
            guard.target = self.notes.starts[guard.target as usize];
        }
        Some(())
    }
}

/// The names in an operation, in order.
fn names(op: &Op) -> Box<[Key]> {
    fn fixed(key: &ir::Key) -> Option<&Arc<str>> {
        match key {
            ir::Key::Fixed(name) => Some(name),
            _ => None,
        }
    }
    fn all<T>(parts: &[T], name: fn(&T) -> Option<&Arc<str>>) -> Box<[Key]> {
        let mut names = Vec::with_capacity(parts.iter().filter_map(name).count());
        names.extend(parts.iter().filter_map(name).map(|name| Key::new(name)));
        names.into()
    }
    match op {
        Op::Object(members) => all(members, |member| match member {
            ir::Member::Fixed(name) => Some(name),
            _ => None,
        }),
        Op::Update { keys, .. } | Op::Delete { keys, .. } => all(keys, fixed),
        Op::Mutate { change, .. } => all(&change.keys, fixed),
        _ => Box::new([]),
    }
}
