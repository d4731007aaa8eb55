//! Expressions: each has a value, or is run for what it does.

use super::build::{Args, Builder};
use super::exit::Way;
use super::{Constant, Member, Op, Task, Var};
use crate::builtin::BuiltinId;
use crate::hir::{self, Block, Element, Expr, ExprKind, Fork, Key, Part, Pattern, PatternKind, Tasks, Variable};
use crate::source::Span;
use crate::value::Confidence;
use smallvec::smallvec;

impl Builder<'_> {
    /// The value of an expression.
    pub(super) fn value(&mut self, expr: &Expr) -> Var {
        self.lower(expr, true)
    }

    /// Runs an expression for what it does.
    pub(super) fn effect(&mut self, expr: &Expr) {
        self.any(expr, false);
    }

    /// The value of an expression, where it is wanted.
    pub(super) fn outcome(&mut self, expr: &Expr, wanted: bool) -> Option<Var> {
        let value = self.any(expr, wanted);
        wanted.then_some(value)
    }

    /// Runs an expression; where its value is not wanted, null stands for it.
    pub(super) fn lower(&mut self, expr: &Expr, wanted: bool) -> Var {
        let value = self.any(expr, wanted);
        if wanted || self.dead { value } else { self.null() }
    }

    /// Runs an expression; what it gives means nothing where it is not wanted.
    fn any(&mut self, expr: &Expr, wanted: bool) -> Var {
        if self.dead {
            return Var(0);
        }
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => self.null(),
            kind @ (ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Regex(_)) => {
                self.literal(kind, span)
            }
            ExprKind::Template(parts) => {
                let args = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => self.constant(Constant::Text(text.clone()), span),
                        Part::Hole(hole) => self.value(hole),
                    })
                    .collect();
                self.emit(Op::Text, args, span)
            }
            ExprKind::List(elements) => self.list(elements, span),
            ExprKind::Object(members) => self.object(members, span),
            ExprKind::Read(variable) => self.read(*variable, span),
            ExprKind::Builtin(builtin) => self.emit(Op::Builtin(*builtin), smallvec![], span),
            ExprKind::Input => self.emit(Op::Input, smallvec![], span),
            ExprKind::Agents => self.emit(Op::Agents, smallvec![], span),
            ExprKind::AgentList => self.emit(Op::AgentList, smallvec![], span),
            ExprKind::Function(function) => self.closure(*function, span),
            ExprKind::Unary(operator, value) => {
                let value = self.value(value);
                self.emit(Op::Unary(*operator), smallvec![value], span)
            }
            ExprKind::Binary(row) => {
                let mut left = self.value(&row.first);
                for (operator, _, right) in &row.rest {
                    let right_value = self.value(right);
                    let op = match gate(*operator, right) {
                        Some(builtin) => Op::CallBuiltin { builtin, spread: false },
                        None => Op::Binary(*operator),
                    };
                    left = self.emit(op, smallvec![left, right_value], row.first.span.to(right.span));
                }
                left
            }
            ExprKind::Logical(row) => self.logical(&row.first, &row.rest, wanted, span),
            ExprKind::Ask { value, threshold } => self.ask(value, threshold, span),
            ExprKind::Range { low, high, inclusive } => {
                let (low, high) = (self.value(low), self.value(high));
                self.emit(Op::Range { inclusive: *inclusive, walked: false }, smallvec![low, high], span)
            }
            ExprKind::Chain(chain) => self.chain(&chain.first, &chain.rest, span),
            ExprKind::Instance(value, kind) => {
                let value = self.value(value);
                self.emit(Op::Instance(kind.clone()), smallvec![value], span)
            }
            ExprKind::Fork(fork) => self.fork(fork, span),
            ExprKind::If { arms, otherwise } => self.choose(arms, otherwise.as_deref(), wanted, span),
            ExprKind::Match { subject, arms } => self.matched(subject, arms, wanted, span),
            ExprKind::Switch { subject, cases } => self.switch(subject, cases, wanted, span),
            ExprKind::Uncertain { subject, branches } => {
                let subject = self.value(subject);
                self.route(subject, branches, wanted, span)
            }
            ExprKind::Try { body, handler, finalizer } => {
                self.attempt(body, handler.as_deref(), finalizer.as_deref(), wanted, span)
            }
            ExprKind::Block(block) => self.scope(block, wanted, span),
            ExprKind::Let { pattern, value } => {
                let value = match value {
                    Some(value) => self.value(value),
                    None => self.null(),
                };
                self.bind(pattern, value);
                self.null_if(wanted)
            }
            ExprKind::Assign { target, operator, value } => self.assign(target, *operator, value, span),
            ExprKind::Unpack { pattern, value } => {
                let value = self.value(value);
                self.bind(pattern, value);
                value
            }
            ExprKind::Step { target, by, prefix } => self.step(target, *by, *prefix, span),
            ExprKind::Delete(place) => self.delete(place, span),
            ExprKind::While { condition, max, body, late } => {
                self.repeat(expr, condition, max.as_deref(), body, *late);
                self.null_if(wanted)
            }
            ExprKind::ForEach { head, max, body } => {
                self.each(expr, head, max.as_deref(), body);
                self.null_if(wanted)
            }
            ExprKind::ForCount { .. } => {
                self.count(expr);
                self.null_if(wanted)
            }
            ExprKind::Return(value) => {
                let value = match value {
                    Some(value) => self.value(value),
                    None => self.null(),
                };
                self.leave(Way::Return, value, span);
                Var(0)
            }
            ExprKind::Throw(value) => {
                self.throw(value, span);
                Var(0)
            }
            ExprKind::Break => self.way_out(Way::Break, span),
            ExprKind::Leave => self.way_out(Way::Leave, span),
            ExprKind::Continue => self.way_out(Way::Continue, span),
            ExprKind::Context { name, body } => self.context(name, body, wanted, span),
            ExprKind::Bind { name, value } => {
                let value = self.value(value);
                self.act(Op::Bind(name.clone()), smallvec![value], span);
                value
            }
        }
    }

    fn null_if(&mut self, wanted: bool) -> Var {
        if wanted { self.null() } else { Var(0) }
    }

    fn way_out(&mut self, way: Way, span: Span) -> Var {
        self.leave(way, Var(0), span);
        Var(0)
    }

    /// The statements of a scope; the value is the last one's.
    fn scope(&mut self, block: &Block, wanted: bool, span: Span) -> Var {
        if self.notes.ahead {
            for (variable, _) in &block.functions {
                self.foresee_variable(*variable, span);
            }
            for expr in &block.exprs {
                if let ExprKind::Let { pattern, .. } = &expr.kind {
                    self.foresee_pattern(pattern, span);
                }
            }
        }
        for (variable, function) in &block.functions {
            if self.survey.direct(self.program, self.id, *variable).is_none() {
                let span = self.program.functions[function.0 as usize].head;
                let closure = self.closure(*function, span);
                self.declare(*variable, closure, span);
            }
        }
        let Some((last, others)) = block.exprs.split_last() else { return self.null_if(wanted) };
        for expr in others {
            self.effect(expr);
        }
        self.any(last, wanted)
    }

    fn foresee_variable(&mut self, variable: Variable, span: Span) {
        if let Variable::Local(local) = variable
            && self.survey.direct(self.program, self.id, variable).is_none()
        {
            self.foresee(local, span);
        }
    }

    fn foresee_pattern(&mut self, pattern: &Pattern, span: Span) {
        match &pattern.kind {
            PatternKind::Bind(variable) => self.foresee_variable(*variable, span),
            PatternKind::List { elements, rest } => {
                elements.iter().for_each(|element| self.foresee_pattern(element, span));
                rest.iter().for_each(|rest| self.foresee_pattern(rest, span));
            }
            PatternKind::Object { entries, rest } => {
                entries.iter().for_each(|(_, entry)| self.foresee_pattern(entry, span));
                rest.iter().for_each(|rest| self.foresee_pattern(rest, span));
            }
            PatternKind::Default(inner, _) | PatternKind::Sure(inner, _) => self.foresee_pattern(inner, span),
            PatternKind::Ignore | PatternKind::Place(_) | PatternKind::Equal(_) | PatternKind::Either(_) => {}
        }
    }

    /// `[a, ...b]`
    pub(super) fn list(&mut self, elements: &[Element], span: Span) -> Var {
        let mut spread = Vec::new();
        let mut args = Args::new();
        for (at, element) in elements.iter().enumerate() {
            let value = match element {
                Element::One(value) => value,
                Element::Spread(value) => {
                    spread.resize(elements.len(), false);
                    spread[at] = true;
                    value
                }
            };
            let value = self.value(value);
            args.push(value);
        }
        self.emit(Op::List { spread: spread.into() }, args, span)
    }

    fn object(&mut self, members: &[hir::Member], span: Span) -> Var {
        let mut args = Args::new();
        let shape = members.iter().map(|member| {
            let (shape, value) = match member {
                hir::Member::Entry(Key::Fixed(key), value) => (Member::Fixed(key.clone()), value),
                hir::Member::Entry(Key::Computed(key), value) => {
                    let key = self.value(key);
                    args.push(key);
                    (Member::Computed, value)
                }
                hir::Member::Spread(value) => (Member::Spread, value),
            };
            let value = self.value(value);
            args.push(value);
            shape
        });
        let shape = shape.collect();
        self.emit(Op::Object(shape), args, span)
    }

    fn fork(&mut self, fork: &Fork, span: Span) -> Var {
        let Fork { form, tasks, before, after } = fork;
        let mut args: Args = before.iter().map(|value| self.value(value)).collect();
        let mut kinds = Vec::with_capacity(tasks.len());
        for task in tasks {
            match task {
                Tasks::One(function, span) => {
                    let task = self.closure(*function, *span);
                    args.push(task);
                    kinds.push(Task::One);
                }
                Tasks::Each { list, function } => {
                    let list = self.value(list);
                    let function = self.value(function);
                    args.extend([list, function]);
                    kinds.push(Task::Each);
                }
                Tasks::Functions(list) => {
                    let list = self.value(list);
                    args.push(list);
                    kinds.push(Task::Functions);
                }
            }
        }
        for value in after {
            let value = self.value(value);
            args.push(value);
        }
        self.emit(Op::Fork { form: *form, before: before.len() as u32, tasks: kinds.into() }, args, span)
    }

    /// Asking: `x && ~x >= t`.
    fn ask(&mut self, value: &Expr, threshold: &Expr, span: Span) -> Var {
        let value = self.value(value);
        if let Some(threshold) = self.written(threshold) {
            return self.emit(Op::Ask, smallvec![value, threshold], span);
        }
        let mut done = self.join();
        let (then, otherwise) = self.part(value, span);
        self.resume(then);
        let sure = self.sure(value, threshold, span);
        let sure = self.under(sure, &[value], span);
        self.go(&mut done, &[sure], span);
        self.back(&done);
        self.resume(otherwise);
        self.go(&mut done, &[value], span);
        self.enter(done).first().copied().unwrap_or(Var(0))
    }

    /// A threshold that is written out as a number, and is one.
    fn written(&mut self, threshold: &Expr) -> Option<Var> {
        let ExprKind::Number(number) = threshold.kind else { return None };
        let number = Confidence::from_number(number)?.number()?;
        Some(self.emit(Op::Const(Constant::Number(number)), smallvec![], threshold.span))
    }

    /// `~x >= t`, for a t that has to be a threshold.
    pub(super) fn sure(&mut self, value: Var, threshold: &Expr, span: Span) -> Var {
        let threshold = match self.written(threshold) {
            Some(written) => written,
            None => {
                let computed = self.value(threshold);
                self.emit(Op::Threshold, smallvec![computed], threshold.span)
            }
        };
        let confidence = self.emit(Op::Unary(hir::Unary::Confidence), smallvec![value], span);
        self.emit(Op::Binary(hir::Binary::GreaterEqual), smallvec![confidence, threshold], span)
    }
}

/// The built-in that a gate is, unless its threshold is a number that was written out: it may be a function, which is called.
fn gate(operator: hir::Binary, threshold: &Expr) -> Option<BuiltinId> {
    match (operator, &threshold.kind) {
        (hir::Binary::Gate, ExprKind::Number(_)) => None,
        (hir::Binary::Gate, _) => crate::builtin::find_function("gate"),
        _ => None,
    }
}
