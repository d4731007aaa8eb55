//! From the resolved tree to blocks: functions as a whole.

use super::build::{Builder, NONE, Room};
use super::cost::Costs;
use super::exit::Way;
use super::facts::Facts;
use super::settle::Settling;
use super::survey::{Notes, Survey};
use super::uses::Uses;
use super::{BlockId, Constant, End, Function, Home, Op, Order, Program, Slot, Var};
use crate::hir::{self, FunctionId, Kind, LocalId, Origin, Parameter, Variable};
use crate::source::Span;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// Lowers all functions of a program.
pub fn lower(program: Arc<hir::Program>) -> Program {
    let mut lowering = Lowering::new(&program);
    let functions =
        (0..program.functions.len() as u32).map(|index| lowering.lower(&program, FunctionId(index))).collect();
    Program { functions, declarations: program }
}

/// What is known while the functions of a program are lowered one by one.
pub struct Lowering {
    survey: Survey,
    notes: Notes,
    room: Room,
    order: Order,
    facts: Facts,
    settling: Settling,
    uses: Uses,
    costs: Costs,
}

impl Lowering {
    /// Looks at all of a program, before any of its functions is lowered.
    pub fn new(program: &hir::Program) -> Self {
        Self {
            survey: Survey::of(program),
            notes: Notes::default(),
            room: Room::default(),
            order: Order::default(),
            facts: Facts::default(),
            settling: Settling::default(),
            uses: Uses::default(),
            costs: Costs::default(),
        }
    }

    /// Lowers a function of the program. The bodies of other functions are not looked at.
    pub fn lower(&mut self, program: &hir::Program, id: FunctionId) -> Function {
        self.notes.take(program, id);
        let mut function = function(program, &self.survey, &self.notes, id, &mut self.room);
        let order = self.order.of(&function);
        self.facts.infer(&mut function, order);
        self.settling.settle(&mut function, order);
        self.uses.mark(&mut function);
        self.costs.charge(&mut function);
        function
    }

    /// Takes the room of a function that nobody needs any more for those to come.
    pub fn reuse(&mut self, function: Function) {
        self.room.reuse(function);
    }
}

fn function(program: &hir::Program, survey: &Survey, notes: &Notes, id: FunctionId, room: &mut Room) -> Function {
    let function = &program.functions[id.0 as usize];
    let mut builder = Builder::new(program, survey, notes, id, room);
    let entry = BlockId(0);
    let arguments: SmallVec<[Var; 4]> =
        function.parameters.iter().map(|at| builder.parameter(entry, at.name)).collect();
    let mut cells = Vec::new();
    for (at, capture) in function.captures.iter().enumerate() {
        let variable = Variable::Capture(hir::CaptureId(at as u32));
        if survey.direct(program, id, variable).is_some() {
            builder.captured.push(NONE);
        } else {
            let var = builder.parameter(entry, capture.name);
            builder.captured.push(var);
            cells.push(capture.shared);
        }
    }
    builder.begin(&arguments);
    let value = builder.value(&function.body);
    builder.leave(Way::Return, value, function.body.span);
    builder.finish();
    builder.leave_room(room);
    let rest = function.parameters.last().is_some_and(|last| last.rest);
    Function {
        stands: survey.stands[id.0 as usize],
        name: function.name,
        kind: function.kind,
        file: function.file,
        span: function.span,
        arity: (function.parameters.len() - usize::from(rest)) as u32,
        rest,
        captures: cells.len() as u32,
        cells,
        slots: builder.notes.slots,
        bands: function.bands,
        blocks: builder.blocks,
        values: builder.values,
        handlers: builder.handlers,
        loops: builder.loops,
    }
}

impl Builder<'_> {
    /// What happens before the body: variables that exist from the beginning, parameters, the way out.
    fn begin(&mut self, arguments: &[Var]) {
        let span = Span::at(self.function.span.start);
        for (index, local) in self.function.locals.iter().enumerate() {
            let id = LocalId(index as u32);
            if local.origin == Origin::Implied && self.slot(id).is_none() {
                let mut var = self.null();
                if local.shared {
                    var = self.emit(Op::Cell, smallvec![var], local.span);
                }
                self.set(id, var);
            }
        }
        if self.function.kind == Kind::Module {
            // Variables of the module that have no declaration are null until they are assigned.
            for (index, global) in self.program.globals.iter().enumerate() {
                if global.file == self.function.file && global.origin == Origin::Implied {
                    let null = self.null();
                    self.act(Op::SetGlobal(hir::GlobalId(index as u32)), smallvec![null], span);
                }
            }
        }
        for (parameter, &argument) in self.function.parameters.iter().zip(arguments) {
            self.take(parameter, argument);
        }
        if self.function.cap.is_some() || self.result_type().is_some() {
            self.exit = Some(self.join());
        }
    }

    fn take(&mut self, parameter: &Parameter, argument: Var) {
        let mut value = argument;
        if let Some(default) = &parameter.default {
            value = self.or_default(value, default);
        }
        if let Some(annotation) = parameter.annotation.as_ref().filter(|_| self.function.kind == Kind::Pattern) {
            let name = match &parameter.pattern.kind {
                hir::PatternKind::Bind(hir::Variable::Local(local)) => self.function.locals[local.0 as usize].name,
                _ => None,
            };
            value = self.emit(Op::Expect(Arc::new(annotation.clone()), name), smallvec![value], parameter.span);
        }
        self.bind(&parameter.pattern, value);
    }

    /// The type that the result must fit, where the function is a boundary.
    fn result_type(&self) -> Option<&crate::types::Type> {
        self.function.result.as_ref().filter(|_| self.function.kind == Kind::Pattern)
    }

    /// What happens behind the body, on every way out but errors.
    fn finish(&mut self) {
        let Some(exit) = self.exit.take() else { return };
        let Some(mut value) = self.enter(exit).first().copied() else { return };
        let span = self.function.head;
        if let Some(result) = self.result_type().cloned() {
            value = self.emit(Op::Expect(Arc::new(result), None), smallvec![value], span);
        }
        if let Some(cap) = &self.function.cap {
            let limit = self.value(cap);
            value = self.emit(Op::Cap, smallvec![value, limit], cap.span);
        }
        self.end(End::Return(value), span);
    }

    /// The slot of a local, where it lives in one.
    pub(super) fn slot(&self, local: LocalId) -> Option<Slot> {
        let marks = &self.notes.locals[local.0 as usize];
        marks.slot.then_some(Slot(marks.number))
    }

    /// Whether a local lives in a cell.
    pub(super) fn shared(&self, local: LocalId) -> bool {
        self.function.locals[local.0 as usize].shared
    }

    // ---- variables

    /// The value of a variable.
    pub(super) fn read(&mut self, variable: Variable, span: Span) -> Var {
        if self.dead {
            return Var(0);
        }
        if let Some(function) = self.survey.direct(self.program, self.id, variable) {
            return self.emit(Op::Closure(function), smallvec![], span);
        }
        match variable {
            Variable::Local(local) => {
                let early = self.early(local);
                if let Some(slot) = self.slot(local) {
                    let value = self.emit(Op::Slot(slot), smallvec![], span);
                    return if early { self.emit(Op::Ready, smallvec![value], span) } else { value };
                }
                let var = self.env[local.0 as usize];
                if var == NONE {
                    // Nothing gave it a value on any way that leads here.
                    let empty = self.emit(Op::Empty, smallvec![], span);
                    return self.emit(Op::Ready, smallvec![empty], span);
                }
                if self.shared(local) {
                    return self.emit(Op::Load { early }, smallvec![var], span);
                }
                if early { self.emit(Op::Ready, smallvec![var], span) } else { var }
            }
            Variable::Capture(capture) => {
                let var = self.captured[capture.0 as usize];
                if self.function.captures[capture.0 as usize].shared {
                    self.emit(Op::Load { early: true }, smallvec![var], span)
                } else {
                    var
                }
            }
            Variable::Global(global) => {
                let early = self.program.globals[global.0 as usize].early;
                self.emit(Op::Global { global, early }, smallvec![], span)
            }
        }
    }

    fn early(&self, local: LocalId) -> bool {
        self.notes.locals[local.0 as usize].ahead
    }

    /// Gives a variable that exists a value.
    pub(super) fn write(&mut self, variable: Variable, value: Var, span: Span) {
        if self.dead {
            return;
        }
        match variable {
            Variable::Local(local) => {
                if let Some(slot) = self.slot(local) {
                    self.act(Op::SetSlot(slot), smallvec![value], span);
                } else if self.shared(local) && self.env[local.0 as usize] != NONE {
                    let cell = self.env[local.0 as usize];
                    self.act(Op::Store, smallvec![cell, value], span);
                } else {
                    self.declare(variable, value, span);
                }
            }
            Variable::Capture(capture) => {
                let cell = self.captured[capture.0 as usize];
                self.act(Op::Store, smallvec![cell, value], span);
            }
            Variable::Global(global) => self.act(Op::SetGlobal(global), smallvec![value], span),
        }
    }

    /// Gives a variable its first value.
    pub(super) fn declare(&mut self, variable: Variable, value: Var, span: Span) {
        if self.dead {
            return;
        }
        let Variable::Local(local) = variable else { return self.write(variable, value, span) };
        if self.slot(local).is_some() {
            return self.write(variable, value, span);
        }
        if self.shared(local) {
            // A cell that closures have already was made empty where its block begins.
            if self.early(local) && self.env[local.0 as usize] != NONE {
                return self.write(variable, value, span);
            }
            let cell = self.emit(Op::Cell, smallvec![value], span);
            self.name(cell, local);
            return self.set(local, cell);
        }
        self.name(value, local);
        self.set(local, value);
    }

    fn name(&mut self, var: Var, local: LocalId) {
        let fact = &mut self.values[var.0 as usize];
        fact.name = fact.name.or(self.function.locals[local.0 as usize].name);
    }

    /// Makes a variable that may be seen before its declaration: there, but empty.
    pub(super) fn foresee(&mut self, local: LocalId, span: Span) {
        if self.dead || !self.early(local) {
            return;
        }
        if self.shared(local) {
            let cell = self.emit(Op::Cell, smallvec![], span);
            self.name(cell, local);
            self.set(local, cell);
        } else {
            let empty = self.emit(Op::Empty, smallvec![], span);
            match self.slot(local) {
                Some(slot) => self.act(Op::SetSlot(slot), smallvec![empty], span),
                None => self.set(local, empty),
            }
        }
    }

    /// Where the root of a path is that begins at a variable, with the argument that says so.
    pub(super) fn home(&mut self, variable: Variable, span: Span) -> (Home, Option<Var>) {
        match variable {
            Variable::Local(local) => {
                let early = self.early(local);
                if let Some(slot) = self.slot(local) {
                    (Home::Slot { slot, early }, None)
                } else if self.shared(local) && self.env[local.0 as usize] != NONE {
                    (Home::Cell { early }, Some(self.env[local.0 as usize]))
                } else {
                    (Home::Value, Some(self.read(variable, span)))
                }
            }
            Variable::Capture(capture) => {
                let var = self.captured[capture.0 as usize];
                if self.function.captures[capture.0 as usize].shared {
                    (Home::Cell { early: true }, Some(var))
                } else {
                    (Home::Value, Some(var))
                }
            }
            Variable::Global(global) => {
                let early = self.program.globals[global.0 as usize].early;
                (Home::Global { global, early }, None)
            }
        }
    }

    /// A closure over what the function captures.
    pub(super) fn closure(&mut self, function: FunctionId, span: Span) -> Var {
        let mut args = smallvec![];
        let program = self.program;
        let inner = &program.functions[function.0 as usize];
        for (at, capture) in inner.captures.iter().enumerate() {
            let variable = Variable::Capture(hir::CaptureId(at as u32));
            if self.survey.direct(program, function, variable).is_some() {
                continue;
            }
            let cell = capture.shared.then(|| self.cell(capture.from)).flatten();
            args.push(match cell {
                Some(cell) => cell,
                None => self.read(capture.from, span),
            });
        }
        self.emit(Op::Closure(function), args, span)
    }

    /// The cell that a variable lives in.
    fn cell(&self, variable: Variable) -> Option<Var> {
        match variable {
            Variable::Local(local) if self.shared(local) => {
                Some(self.env[local.0 as usize]).filter(|&cell| cell != NONE)
            }
            Variable::Capture(capture) => {
                self.function.captures[capture.0 as usize].shared.then(|| self.captured[capture.0 as usize])
            }
            _ => None,
        }
    }

    /// `value`, or what stands in for null.
    pub(super) fn or_default(&mut self, value: Var, default: &hir::Expr) -> Var {
        let missing = self.emit(Op::IsNull, smallvec![value], default.span);
        let mut done = self.join();
        let (then, otherwise) = self.part(missing, default.span);
        self.resume(then);
        let other = self.value(default);
        self.go(&mut done, &[other], default.span);
        self.back(&done);
        self.resume(otherwise);
        self.go(&mut done, &[value], default.span);
        self.enter(done).first().copied().unwrap_or(Var(0))
    }

    /// Writes a literal.
    pub(super) fn literal(&mut self, kind: &hir::ExprKind, span: Span) -> Var {
        let constant = match kind {
            hir::ExprKind::Bool(value) => Constant::Bool(*value),
            hir::ExprKind::Number(value) => Constant::Number(*value),
            hir::ExprKind::Text(text) => Constant::Text(text.clone()),
            hir::ExprKind::Regex(regex) => Constant::Regex(regex.clone()),
            _ => return self.null(),
        };
        self.constant(constant, span)
    }
}
