//! Loops.

use super::build::{Builder, Head, Join};
use super::exit::Region;
use super::{Form, Loop, Op, Var};
use crate::hir::{Binary, Body, Count, Each, Expr, ExprKind, LocalId, PatternKind, Root, Variable};
use crate::source::Span;
use smallvec::smallvec;

impl Builder<'_> {
    fn assigned(&self, expr: &Expr) -> Vec<LocalId> {
        let all = self.notes.loops.get(&(std::ptr::from_ref(expr) as usize));
        let mut locals = all.cloned().unwrap_or_default();
        let fresh: &[LocalId] = if let ExprKind::ForCount { head, .. } = &expr.kind { &head.fresh } else { &[] };
        locals.retain(|&local| self.slot(local).is_none() && (!self.shared(local) || fresh.contains(&local)));
        locals
    }

    /// The number of turns that `max` allows.
    fn turns(&mut self, max: Option<&Expr>) -> Option<Var> {
        let max = max?;
        let value = self.value(max);
        Some(match max.kind {
            ExprKind::Number(number) if number >= 0.0 && number.fract() == 0.0 && number.is_finite() => value,
            _ => self.emit(Op::Turns, smallvec![value], max.span),
        })
    }

    fn note(&mut self, head: &Head, form: Form, max: Option<Var>, span: Span) {
        if !self.dead {
            self.loops.push(Loop { head: head.block, form, max, span });
        }
    }

    /// Runs the body inside the loop; afterwards the code goes on where the next turn is prepared. Gives where `break` leads.
    fn turn(&mut self, exit: Join, run: impl FnOnce(&mut Self), span: Span) -> Join {
        let next = self.join_at(exit.base());
        self.regions.push(Region::Loop { exit, next });
        run(self);
        let Some(Region::Loop { exit, mut next }) = self.regions.pop() else { return self.join() };
        self.go(&mut next, &[], span);
        self.enter(next);
        exit
    }

    fn body(&mut self, body: &Body, subject: Option<Var>, span: Span) {
        match body {
            Body::Plain(body) => self.effect(body),
            Body::Bands(branches) => {
                let subject = match subject {
                    Some(subject) => subject,
                    None => self.null(),
                };
                self.route(subject, branches, false, span);
            }
        }
    }

    /// Goes on if there are turns left.
    fn bound(&mut self, turn: Var, limit: Option<Var>, exit: &mut Join, span: Span) {
        if let Some(limit) = limit {
            let more = self.emit(Op::Binary(Binary::Less), smallvec![turn, limit], span);
            let mut go_on = self.join();
            self.decide(more, &mut go_on, exit, span);
            self.enter(go_on);
        }
    }

    /// `while`, `do`, `uncertain while`
    pub(super) fn repeat(&mut self, expr: &Expr, condition: &Expr, max: Option<&Expr>, body: &Body, late: bool) {
        let span = condition.span;
        let limit = self.turns(max);
        let zero = limit.map(|_| self.number(0.0, span));
        let locals = self.assigned(expr);
        let head = self.head(&locals, zero.as_slice(), span);
        let form = match body {
            Body::Bands(_) => Form::Uncertain,
            Body::Plain(_) if late => Form::Do,
            Body::Plain(_) => Form::While,
        };
        let words = if late { span } else { Span::new(expr.span.start, max.map_or(span.end, |max| max.span.end)) };
        self.note(&head, form, limit, words);
        let turn = head.carried.first().copied().unwrap_or(Var(0));
        let mut exit = self.join();
        self.bound(turn, limit, &mut exit, span);
        let mut asked = None;
        if !late {
            asked = self.go_on(condition, matches!(body, Body::Bands(_)), &mut exit);
        }
        let mut exit = self.turn(
            exit,
            |builder| {
                if late && matches!(body, Body::Bands(_)) {
                    asked = Some(builder.null());
                }
                builder.body(body, asked, span);
            },
            expr.span,
        );
        let carried = limit.map(|_| self.emit(Op::Step(1.0), smallvec![turn], span));
        if late {
            if let Some(turn) = carried {
                self.bound(turn, limit, &mut exit, span);
            }
            self.go_on(condition, false, &mut exit);
        }
        self.again(&head, carried.as_slice(), span);
        self.enter(exit);
    }

    /// Goes on if a condition holds; gives its value where it is asked for.
    fn go_on(&mut self, condition: &Expr, wanted: bool, exit: &mut Join) -> Option<Var> {
        let mut value = None;
        let mut go_on = self.join();
        if wanted {
            let asked = self.value(condition);
            value = Some(asked);
            go_on = self.join();
            self.decide(asked, &mut go_on, exit, condition.span);
        } else {
            self.branch(condition, &mut go_on, exit);
        }
        self.enter(go_on);
        value
    }

    /// `for x in xs`
    pub(super) fn each(&mut self, expr: &Expr, head: &Each, max: Option<&Expr>, body: &Body) {
        let Each { patterns, source } = head;
        let span = source.span;
        let walked = match &source.kind {
            ExprKind::Range { low, high, inclusive } => {
                let (low, high) = (self.value(low), self.value(high));
                self.emit(Op::Range { inclusive: *inclusive, walked: true }, smallvec![low, high], span)
            }
            _ => self.value(source),
        };
        let limit = self.turns(max);
        let mut count = self.emit(Op::Count, smallvec![walked], span);
        if let Some(limit) = limit {
            // The fewer of both.
            let fewer = self.emit(Op::Binary(Binary::Less), smallvec![limit, count], span);
            let mut least = self.join();
            let (then, otherwise) = self.part(fewer, span);
            self.resume(then);
            self.go(&mut least, &[limit], span);
            self.resume(otherwise);
            self.go(&mut least, &[count], span);
            count = self.enter(least).first().copied().unwrap_or(Var(0));
        }
        let zero = self.number(0.0, span);
        let locals = self.assigned(expr);
        let head = self.head(&locals, &[zero], span);
        let end = max.map_or(span.end, |max| max.span.end);
        self.note(&head, Form::Each, limit, Span::new(expr.span.start, end));
        let turn = head.carried[0];
        let mut exit = self.join();
        self.bound(turn, Some(count), &mut exit, span);
        let exit = self.turn(
            exit,
            |builder| {
                let mut first = None;
                for (at, pattern) in patterns.iter().enumerate() {
                    let op = if at == 0 { Op::Item } else { Op::Beside };
                    let item = builder.emit(op, smallvec![walked, turn], pattern.span);
                    first = first.or(Some(item));
                    builder.bind(pattern, item);
                }
                builder.body(body, first, span);
            },
            expr.span,
        );
        let carried = self.emit(Op::Step(1.0), smallvec![turn], span);
        self.again(&head, &[carried], span);
        self.enter(exit);
    }

    /// `for (init; condition; step)`
    pub(super) fn count(&mut self, expr: &Expr) {
        let ExprKind::ForCount { head, max, body } = &expr.kind else { return };
        let Count { init, fresh, condition, step } = &**head;
        let mut span = Span::at(expr.span.start);
        for part in [init, condition, step].into_iter().flatten().chain(max.as_deref()) {
            span = span.to(part.span);
        }
        if let Some(init) = init {
            self.effect(init);
        }
        let limit = self.turns(max.as_deref());
        let zero = limit.map(|_| self.number(0.0, span));
        let locals = self.assigned(expr);
        let head = self.head(&locals, zero.as_slice(), span);
        self.note(&head, Form::Count, limit, span);
        let turn = head.carried.first().copied().unwrap_or(Var(0));
        let mut exit = self.join();
        self.bound(turn, limit, &mut exit, span);
        if let Some(condition) = condition {
            self.go_on(condition, false, &mut exit);
        }
        let exit = self.turn(
            exit,
            |builder| {
                let subject = match body {
                    Body::Bands(_) => counter(init.as_ref(), fresh).map(|counter| builder.read(counter, span)),
                    Body::Plain(_) => None,
                };
                builder.body(body, subject, span);
            },
            expr.span,
        );
        // Each turn has its own variables; what closures of this turn saw stays as it is.
        for &local in fresh {
            if self.shared(local) && !self.dead {
                let value = self.read(Variable::Local(local), span);
                let cell = self.emit(Op::Cell, smallvec![value], span);
                self.set(local, cell);
            }
        }
        if let Some(step) = step {
            self.effect(step);
        }
        let carried = limit.map(|_| self.emit(Op::Step(1.0), smallvec![turn], span));
        self.again(&head, carried.as_slice(), span);
        self.enter(exit);
    }
}

/// The first variable of a counted loop.
fn counter(init: Option<&Expr>, fresh: &[LocalId]) -> Option<Variable> {
    if let Some(&first) = fresh.first() {
        return Some(Variable::Local(first));
    }
    let mut init = init?;
    while let ExprKind::Block(block) = &init.kind {
        init = block.exprs.first()?;
    }
    match &init.kind {
        ExprKind::Assign { target, .. } => match target.root {
            Root::Variable(variable) if target.keys.is_empty() => Some(variable),
            _ => None,
        },
        ExprKind::Let { pattern, .. } => match pattern.kind {
            PatternKind::Bind(variable) => Some(variable),
            _ => None,
        },
        _ => None,
    }
}
