//! From the intermediate form to instructions.
//!
//! What is decided here: which register holds a value (see [`super::ranges`]), which constants need none, which
//! operations have an instruction of their own, and in which order the moves of an edge run, since they all happen at once.

mod ways;

use std::collections::HashMap;
use std::sync::Arc;

use super::code::{Code, Comparison, Compiled, Direct, Function, Guard, Operand, Property, Register, Site};
use super::ranges::{Needs, Registers, allocate};
use crate::builtin::{self, Body, Form};
use crate::diagnostic::{Code as Fault, Diagnostic, Diagnostics};
use crate::hir::{Binary, FunctionId};
use crate::ir::{self, BlockId, Constant, End, Inst, Op, Var};
use crate::source::{Location, Span};
use crate::types::Type;
use crate::value::{Key, Value};

/// The registers a function may have; slots and one to swap with included.
const REGISTERS: u32 = 1 << 16;
/// The operations that the head of a loop may have to be asked where a turn ends.
const HEAD: usize = 6;

/// Emits all functions of a program.
pub fn emit(program: &ir::Program, diagnostics: &mut Diagnostics) -> Compiled {
    let functions = program.functions.iter().enumerate().map(|(index, function)| {
        let watched = is_watched(program, FunctionId(index as u32));
        let emitted = Emission::new(function, program).run(true).unwrap_or_else(|| {
            let at = Location::new(function.file, function.span);
            let message = "this function is larger than the machine can run";
            diagnostics
                .push(Diagnostic::new(Fault::P007, at, message).help("move parts of it into functions of their own"));
            Emission::nothing(function, program)
        });
        Function { watched, ..emitted }
    });
    Compiled { functions: functions.collect(), declarations: program.declarations.clone() }
}

/// Whether a function may need more registers than there are: never, where it has fewer values.
pub fn may_be_too_large(function: &ir::Function) -> bool {
    function.values.len() as u64 + u64::from(function.slots) + 1 > u64::from(REGISTERS - 16)
}

/// Whether each call of a function has to be looked at: it has a budget, or asks something of its agents, or is counted.
fn is_watched(program: &ir::Program, id: FunctionId) -> bool {
    let decorators = &program.declarations.functions[id.0 as usize].decorators;
    !decorators.budget.is_empty() || !decorators.requires.is_empty() || decorators.max_calls.is_some()
}

struct Emission<'a> {
    program: &'a ir::Program,
    function: &'a ir::Function,
    /// The literal that a value is.
    literals: Vec<Option<&'a Constant>>,
    /// How often each value is read.
    reads: Vec<u32>,
    nowhere: Vec<bool>,
    registers: Registers,
    /// Whether comparisons jump by themselves; not in functions too long for that.
    near: bool,
    out: Function,
    /// Where each block begins.
    starts: Vec<u32>,
    /// Jumps whose place is not known yet, and what they lead to.
    open: Vec<(usize, Goal)>,
    stubs: Vec<u32>,
    constants: Vec<Option<u32>>,
}

/// What instructions look at beside their arguments, by block and index.
type Beside = HashMap<(usize, usize), Vec<Var>>;

#[derive(Clone, Copy)]
enum Goal {
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
    fn new(function: &'a ir::Function, program: &'a ir::Program) -> Self {
        let mut literals = vec![None; function.values.len()];
        for inst in function.blocks.iter().flat_map(|block| &block.code) {
            if let (Op::Const(constant), Some(result)) = (&inst.op, inst.result) {
                literals[result.0 as usize] = Some(constant);
            }
        }
        let out = Function {
            name: function.name,
            kind: function.kind,
            file: function.file,
            span: function.span,
            arity: function.arity as u16,
            rest: function.rest,
            stands: function.stands,
            watched: false,
            size: 0,
            slots: 0,
            plain: 0,
            bands: function.bands,
            code: Vec::new(),
            spans: Vec::new(),
            constants: Vec::new(),
            sites: Vec::new(),
            calls: Vec::new(),
            keys: Vec::new(),
            routes: Vec::new(),
            guards: Vec::new(),
        };
        Self {
            program,
            function,
            reads: vec![0; function.values.len()],
            nowhere: vec![false; function.values.len()],
            constants: vec![None; function.values.len()],
            literals,
            registers: Registers::none(),
            near: true,
            out,
            starts: Vec::new(),
            open: Vec::new(),
            stubs: Vec::new(),
        }
    }

    fn nothing(function: &'a ir::Function, program: &'a ir::Program) -> Function {
        Self::new(function, program).out
    }

    fn run(mut self, near: bool) -> Option<Function> {
        self.near = near;
        let beside = self.survey();
        self.registers = allocate(self.function, &Needs { nowhere: &self.nowhere, beside: &beside });
        let count = self.registers.count + self.function.slots + 1;
        if count > REGISTERS - 16 || self.function.arity > REGISTERS {
            return None;
        }
        self.out.size = count as Register;
        self.out.slots = self.registers.count as Register;
        self.out.plain = self.plain();
        for index in 0..self.function.blocks.len() {
            self.block(index, &beside);
        }
        if self.close().is_none() {
            return near.then(|| Self::new(self.function, self.program).run(false)).flatten();
        }
        Some(self.out)
    }

    /// The first register behind all that may own something when the function is left.
    fn plain(&self) -> Register {
        if self.function.slots > 0 {
            return self.out.size;
        }
        let values = self.function.values.iter().enumerate().filter(|(var, _)| !self.nowhere[*var]);
        let owning = values.filter(|(_, fact)| !matches!(fact.kind, Type::Number | Type::Boolean | Type::Null));
        owning.map(|(var, _)| self.of(Var(var as u32)) + 1).max().unwrap_or(0)
    }

    /// Counts reads, finds what needs no register, and what `expect` wants to show.
    fn survey(&mut self) -> Beside {
        let mut beside = Beside::new();
        let mut wanted = vec![false; self.function.values.len()];
        for (index, block) in self.function.blocks.iter().enumerate() {
            for (at, inst) in block.code.iter().enumerate() {
                for (position, var) in inst.args.iter().enumerate() {
                    self.reads[var.0 as usize] += 1;
                    wanted[var.0 as usize] |= self.in_register(inst, position);
                }
                for var in self.seen(block, inst) {
                    beside.entry((index, at)).or_default().push(var);
                    self.reads[var.0 as usize] += 1;
                }
            }
            block.end.looks(|var| {
                self.reads[var.0 as usize] += 1;
                wanted[var.0 as usize] = true;
            });
            for var in block.end.targets().flat_map(|target| &target.args) {
                self.reads[var.0 as usize] += 1;
            }
        }
        for (var, literal) in self.literals.iter().enumerate() {
            self.nowhere[var] = literal.is_some() && !wanted[var];
        }
        beside
    }

    /// What a form looks at beside its arguments: how its first one was made.
    fn seen(&self, block: &ir::Block, inst: &Inst) -> Vec<Var> {
        let Op::CallBuiltin { builtin, spread: false } = inst.op else { return Vec::new() };
        let Body::Form(form, _) = builtin.entry().kind else { return Vec::new() };
        let Some(first) = inst.args.first() else { return Vec::new() };
        let made = block.code.iter().find(|earlier| earlier.result == Some(*first));
        match (form, made.map(|made| (&made.op, &made.args))) {
            (Form::Expect, Some((Op::Binary(op), sides))) if Comparison::of(*op).is_some() => sides.to_vec(),
            (Form::Llm, Some((Op::Text, parts))) => parts.to_vec(),
            (Form::Llm, _) if self.literals[first.0 as usize].is_some() => vec![*first],
            _ => Vec::new(),
        }
    }

    /// The operator of the comparison that a form is given.
    fn compared(&self, block: &ir::Block, inst: &Inst) -> Option<Binary> {
        let Op::CallBuiltin { builtin, spread: false } = inst.op else { return None };
        let condition = inst.args.first().filter(|_| matches!(builtin.entry().kind, Body::Form(Form::Expect, _)))?;
        match block.code.iter().find(|earlier| earlier.result == Some(*condition))?.op {
            Op::Binary(op) => Comparison::of(op).map(|_| op),
            _ => None,
        }
    }

    /// The name in `agents.name.method(…)`, for the message when there is no such agent.
    fn named_agent(&self, block: &ir::Block, inst: &Inst) -> Option<Arc<str>> {
        let made =
            |var: Option<&Var>| block.code.iter().find(|earlier| earlier.result.as_ref() == var && var.is_some());
        let Op::CallMethod { .. } = inst.op else { return None };
        let read = made(inst.args.first())?;
        let Op::Field(name) = &read.op else { return None };
        matches!(made(read.args.first())?.op, Op::Agents).then(|| name.clone())
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
            // What is written while nobody shares it has instructions of its own, which take registers.
            Op::Update { home: ir::Home::Value, keys } => keys.len() <= 2,
            _ => false,
        }
    }

    /// A small whole number on the right of an operator that has an instruction for it.
    fn short(&self, op: Binary, var: Var) -> Option<i16> {
        let number = i16::try_from(small(self.literals[var.0 as usize]?)?).ok()?;
        (number != 0 || !matches!(op, Binary::Divide | Binary::Remainder)).then_some(number)
    }

    fn of(&self, var: Var) -> Register {
        self.registers.of(var)
    }

    fn holds_storage(&self, var: Var) -> bool {
        self.function.values[var.0 as usize].has_storage() && !self.nowhere[var.0 as usize]
    }

    fn slot(&self, slot: ir::Slot) -> Register {
        (self.registers.count + slot.0) as Register
    }

    fn spare(&self) -> Register {
        self.out.size - 1
    }

    fn put(&mut self, code: Code, span: Span) -> usize {
        self.out.code.push(code);
        self.out.spans.push(span);
        self.out.code.len() - 1
    }

    fn constant(&mut self, var: Var) -> u32 {
        if let Some(known) = self.constants[var.0 as usize] {
            return known;
        }
        let value = match self.literals[var.0 as usize] {
            Some(Constant::Bool(bool)) => Value::bool(*bool),
            Some(Constant::Number(number)) => Value::number(*number),
            Some(Constant::Text(text)) => Value::text(text),
            Some(Constant::Regex { source, flags }) => builtin::regex::value(source, flags),
            Some(Constant::Null) | None => Value::NULL,
        };
        let index = self.out.constants.len() as u32;
        self.out.constants.push(value);
        self.constants[var.0 as usize] = Some(index);
        index
    }

    fn operand(&mut self, var: Var, takes: bool) -> Operand {
        if self.literals[var.0 as usize].is_some() && self.nowhere[var.0 as usize] {
            Operand::Constant(self.constant(var))
        } else if takes {
            Operand::Take(self.of(var))
        } else {
            Operand::Keep(self.of(var))
        }
    }

    fn block(&mut self, index: usize, beside: &Beside) {
        let block = &self.function.blocks[index];
        let from = self.out.code.len() as u32;
        self.starts.push(from);
        let fused = self.body(index, block, beside);
        self.end(index, block, fused, beside);
        if let Some(handler) = block.handler {
            let handler = self.function.handlers[handler.0 as usize];
            let target = &self.function.blocks[handler.block.0 as usize];
            self.out.guards.push(Guard {
                from,
                to: self.out.code.len() as u32,
                target: handler.block.0,
                register: target.parameters.first().map_or(self.spare(), |var| self.of(*var)),
                tidies: handler.tidies,
                contexts: handler.contexts as u16,
            });
        }
    }

    /// What a block does before its end; the comparison that its branch does itself is left out and given.
    fn body(&mut self, index: usize, block: &'a ir::Block, beside: &Beside) -> Option<&'a Inst> {
        if block.cost > 0 {
            self.put(Code::Charge(block.cost), block.span);
        }
        for var in &block.gone {
            if self.holds_storage(*var) && self.registers.idle(*var, index) {
                self.put(Code::Drop(self.of(*var)), block.end_span);
            }
        }
        let fused = self.fused(block);
        let count = block.code.len() - usize::from(fused.is_some());
        let sides = |at| beside.get(&(index, at)).map_or(&[][..], Vec::as_slice);
        let looking: Vec<usize> =
            if beside.is_empty() { Vec::new() } else { (0..count).filter(|at| !sides(*at).is_empty()).collect() };
        let mut kept: Vec<Var> = Vec::new();
        for (at, inst) in block.code[..count].iter().enumerate() {
            self.glance(inst, block.code[..count].get(at + 1));
            self.inst(block, inst, sides(at));
            let later = |var: &Var| looking.iter().any(|&other| other > at && sides(other).contains(var));
            let mut gone = self.let_go(inst);
            gone.extend(kept.extract_if(.., |var| !later(var)));
            for var in gone {
                if later(&var) {
                    kept.push(var);
                } else {
                    self.put(Code::Drop(self.of(var)), inst.span);
                }
            }
        }
        fused
    }

    /// What is to be let go of behind an instruction, which used it for the last time, and did not take it itself or put its
    /// result there: whether a later write copies must not depend on which register is used again when.
    fn let_go(&self, inst: &Inst) -> Vec<Var> {
        let reads_only = match &inst.op {
            // When these have succeeded, what they worked on were numbers.
            Op::Binary(Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder) | Op::Step(_) => false,
            Op::Binary(Binary::Add) => match self.short(Binary::Add, inst.args[1]) {
                Some(_) => true,
                None => inst.moves & 2 != 0 && inst.moves & 1 == 0,
            },
            Op::Binary(_) | Op::Unary(_) | Op::Field(_) | Op::IsNull | Op::Truth | Op::Ask | Op::Under => true,
            Op::Index { from_end: false } | Op::Item | Op::Beside | Op::Count | Op::Turns => true,
            Op::Range { .. } | Op::Text | Op::Offers(_) | Op::Fits { .. } | Op::Enter => true,
            _ => false,
        };
        let mut gone = self.moved(inst);
        if !reads_only || gone.is_empty() {
            return Vec::new();
        }
        let takes_first = inst.op == Op::Under;
        let to = inst.result.filter(|result| !self.nowhere[result.0 as usize]).map(|result| self.of(result));
        gone.retain(|at| !(*at == 0 && takes_first) && to != Some(self.of(inst.args[*at])));
        gone.into_iter().map(|at| inst.args[at]).collect()
    }

    /// The arguments that are used for the last time and may own something.
    fn moved(&self, inst: &Inst) -> Vec<usize> {
        let last = |at: &usize| *at < 64 && inst.moves >> at & 1 != 0 && self.holds_storage(inst.args[*at]);
        (0..inst.args.len()).filter(last).collect()
    }

    /// Tries an element's property in one step, before the two that it takes.
    fn glance(&mut self, inst: &Inst, next: Option<&Inst>) {
        let (Op::Index { from_end: false }, Some(next)) = (&inst.op, next) else { return };
        let (Op::Field(_), Some(_), Some(read)) = (&next.op, next.result, inst.result) else { return };
        if u16::try_from(self.out.keys.len()).is_err() {
            return;
        }
        if next.args.first() != Some(&read) || self.reads[read.0 as usize] != 1 || !self.moved(inst).is_empty() {
            return;
        }
        self.put(Code::IndexField(self.of(inst.args[0]), self.of(inst.args[1])), next.span);
    }

    /// The comparison at the end of a block that nobody but its branch reads.
    fn fused(&self, block: &'a ir::Block) -> Option<&'a Inst> {
        let End::Branch { condition, .. } = block.end else { return None };
        let last = block.code.last().filter(|last| last.result == Some(condition))?;
        let Op::Binary(op) = last.op else { return None };
        let alone = self.near && self.reads[condition.0 as usize] == 1 && self.moved(last).is_empty();
        Comparison::of(op).filter(|_| alone).map(|_| last)
    }

    fn inst(&mut self, block: &ir::Block, inst: &Inst, sides: &[Var]) {
        let span = inst.span;
        let to = inst.result.map_or(self.spare(), |var| self.of(var));
        let arg = |this: &Self, at: usize| this.of(inst.args[at]);
        let code = match &inst.op {
            Op::Const(constant) => {
                let Some(result) = inst.result.filter(|var| !self.nowhere[var.0 as usize]) else { return };
                match small(constant) {
                    Some(number) => Code::Number(to, number),
                    None => Code::Constant(to, self.constant(result)),
                }
            }
            Op::Binary(op) => self.binary(*op, to, inst),
            Op::Unary(op) => Code::Unary(*op, to, arg(self, 0)),
            Op::Field(name) => match u16::try_from(self.out.keys.len()) {
                Ok(index) => {
                    self.out.keys.push(Property::new(name));
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
                Code::Builtin(self.site(inst, block, sides))
            }
            Op::Mutate { keys, method, spread: false, .. } if keys.is_empty() && &**method == "push" => {
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
                (Binary::Add, _) => Code::AddNumber(to, a, k),
                (Binary::Subtract, _) => Code::SubtractNumber(to, a, k),
                (Binary::Multiply, _) => Code::MultiplyNumber(to, a, k),
                (Binary::Divide, _) => Code::DivideNumber(to, a, k),
                _ => Code::RemainderNumber(to, a, k),
            };
        }
        let b = self.of(inst.args[1]);
        match (op, Comparison::of(op)) {
            (_, Some(comparison)) => Code::Compare(comparison, to, a, b),
            (Binary::Add, _) if inst.moves & 3 == 3 && a != b => Code::AddBoth(to, a, b),
            (Binary::Add, _) if inst.moves & 1 != 0 && a != b => Code::AddTake(to, a, b),
            (Binary::Add, _) => Code::Add(to, a, b),
            (Binary::Subtract, _) => Code::Subtract(to, a, b),
            (Binary::Multiply, _) => Code::Multiply(to, a, b),
            (Binary::Divide, _) => Code::Divide(to, a, b),
            (Binary::Remainder, _) => Code::Remainder(to, a, b),
            _ => Code::Binary(op, to, a, b),
        }
    }

    /// An operation that is tried the short way first, where its root stays in its register.
    fn guess(&mut self, inst: &Inst, block: &ir::Block, sides: &[Var]) -> Code {
        let at = self.site(inst, block, sides);
        let property = self.out.keys.len();
        let site = &mut self.out.sites[at as usize];
        let root = site.operands.first().copied();
        let stays = match (&inst.op, site.to) {
            (Op::Update { .. }, Some(to)) => root == Some(Operand::Take(to)),
            (Op::Mutate { home: ir::Home::Value, .. }, _) => matches!(root, Some(Operand::Take(_))),
            (Op::Mutate { keys, .. }, _) => keys.is_empty(),
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
                site.property = property;
                self.out.keys.push(Property::new(name.as_str()));
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
                    Some(Code::SetPart(root, key, value))
                }
                (Op::Update { .. }, _) => None,
                _ => Some(Code::Push(at)),
            };
            if let Some(code) = code {
                self.put(code, inst.span);
            }
        }
        Code::Do(at)
    }

    fn operands(&mut self, inst: &Inst, sides: &[Var]) -> Box<[Operand]> {
        let operands = inst.args.iter().enumerate().map(|(at, var)| {
            let last = at < 64 && inst.moves >> at & 1 != 0;
            let takes = last && !inst.args[at + 1..].contains(var) && !sides.contains(var);
            self.operand(*var, takes)
        });
        operands.collect()
    }

    /// Whether nothing but the room for its registers has to be looked at before a call.
    fn is_direct(&self, id: FunctionId, inst: &Inst) -> bool {
        let callee = &self.program.functions[id.0 as usize];
        !is_watched(self.program, id) && !callee.rest && inst.args.len() <= callee.arity as usize
    }

    fn direct(&mut self, id: FunctionId, inst: &Inst, sides: &[Var]) -> u32 {
        let operands = self.operands(inst, sides);
        let to = inst.result.map_or(self.spare(), |var| self.of(var));
        self.out.calls.push(Direct { callee: id.0, to, operands });
        self.out.calls.len() as u32 - 1
    }

    fn site(&mut self, inst: &Inst, block: &ir::Block, sides: &[Var]) -> u32 {
        let operands = self.operands(inst, sides);
        let beside = sides.iter().map(|side| self.operand(*side, false)).collect();
        let index = self.out.sites.len() as u32;
        self.out.sites.push(Site {
            op: inst.op.clone(),
            operands,
            keys: names(&inst.op),
            to: inst.result.map(|var| self.of(var)),
            second: inst.second.map(|var| self.of(var)),
            beside,
            property: 0,
            agent: self.named_agent(block, inst),
            sides: self.compared(block, inst),
        });
        index
    }

    /// Fills in where jumps lead; nothing if one leads too far.
    fn close(&mut self) -> Option<()> {
        for &(at, goal) in &self.open {
            let place = match goal {
                Goal::Block(block) => self.starts[block.0 as usize],
                Goal::Stub(stub) => self.stubs[stub],
            };
            match &mut self.out.code[at] {
                Code::Jump(to) | Code::JumpIf(_, to) | Code::JumpUnless(_, to) => *to = place,
                code => {
                    if let Some(by) = code.distance() {
                        *by = i16::try_from(i64::from(place) - at as i64).ok()?;
                    }
                }
            }
        }
        for guard in &mut self.out.guards {
            guard.target = self.starts[guard.target as usize];
        }
        Some(())
    }
}

/// The names in an operation, in order.
fn names(op: &Op) -> Box<[Key]> {
    match op {
        Op::Object(members) => members
            .iter()
            .filter_map(|member| match member {
                ir::Member::Fixed(name) => Some(Key::new(name)),
                _ => None,
            })
            .collect(),
        Op::Update { keys, .. } | Op::Delete { keys, .. } | Op::Mutate { keys, .. } => keys
            .iter()
            .filter_map(|key| match key {
                ir::Key::Fixed(name) => Some(Key::new(name)),
                _ => None,
            })
            .collect(),
        _ => Box::new([]),
    }
}
