//! Chains: properties, indices and calls, any of which may end the whole chain with null.

use super::build::{Args, Builder, Join};
use super::place::from_end;
use super::{Op, Var};
use crate::builtin::BuiltinId;
use crate::hir::{Expr, ExprKind, FunctionId, Link, LinkKind};
use crate::source::Span;
use smallvec::smallvec;

/// What the next link applies to.
enum Base {
    /// A value.
    Value(Var),
    /// A built-in that is called by its name.
    Builtin(BuiltinId),
    /// A function that is known before the run.
    Function(FunctionId),
}

impl Builder<'_> {
    /// `x.a?.b[c](d).m(e)`
    pub(super) fn chain(&mut self, base: &Expr, links: &[Link], span: Span) -> Var {
        // Links before a method that changes its path are part of that path; they are read only where null may end the chain.
        let changing = links.iter().position(|link| matches!(link.kind, LinkKind::Method { place: Some(_), .. }));
        let skipped = match changing {
            Some(at) if !asks(&links[..=at]) => at,
            _ => 0,
        };
        let mut end: Option<Join> = None;
        let start = self.mark();
        let mut whole = base.span;
        let mut current = if changing.is_some_and(|at| !asks(&links[..=at])) {
            Base::Value(Var(0))
        } else {
            self.base(base, links.first())
        };
        for (at, link) in links.iter().enumerate() {
            if self.dead {
                break;
            }
            whole = whole.to(link.span);
            if at < skipped {
                continue;
            }
            if link.optional
                && let Base::Value(value) = current
            {
                self.stop_at_null(value, end.get_or_insert_with(|| self.join_at(start)), link.span);
            }
            let value = self.link(current, link, &mut end, start, whole);
            current = Base::Value(value);
        }
        let value = self.whole(current, span);
        match end {
            Some(mut end) => {
                self.go(&mut end, &[value], span);
                self.enter(end).first().copied().unwrap_or(Var(0))
            }
            None => value,
        }
    }

    fn base(&mut self, base: &Expr, first: Option<&Link>) -> Base {
        let called = first.is_some_and(|link| matches!(link.kind, LinkKind::Call(_)));
        match &base.kind {
            ExprKind::Builtin(builtin) if called => Base::Builtin(*builtin),
            ExprKind::Read(variable) if called => match self.survey.direct(self.program, self.id, *variable) {
                Some(function) => Base::Function(function),
                None => Base::Value(self.value(base)),
            },
            _ => Base::Value(self.value(base)),
        }
    }

    fn whole(&mut self, base: Base, span: Span) -> Var {
        match base {
            Base::Value(value) => value,
            Base::Builtin(builtin) => self.emit(Op::Builtin(builtin), smallvec![], span),
            Base::Function(function) => self.emit(Op::Closure(function), smallvec![], span),
        }
    }

    /// Ends the chain with a value that is null; goes on with one that is not.
    fn stop_at_null(&mut self, value: Var, end: &mut Join, span: Span) {
        let null = self.emit(Op::IsNull, smallvec![value], span);
        let (then, otherwise) = self.part(null, span);
        self.resume(then);
        self.go(end, &[value], span);
        self.resume(otherwise);
    }

    fn link(&mut self, base: Base, link: &Link, end: &mut Option<Join>, start: super::build::Mark, span: Span) -> Var {
        match &link.kind {
            LinkKind::Member(name) => {
                let value = self.whole(base, span);
                self.emit(Op::Field(name.clone()), smallvec![value], span)
            }
            LinkKind::Index(key) => {
                let value = self.whole(base, span);
                let op = Op::Index { from_end: from_end(key) };
                let key = self.value(key);
                self.emit(op, smallvec![value, key], span)
            }
            LinkKind::Call(arguments) => {
                let (arguments, spread) = self.arguments(arguments, span);
                match base {
                    Base::Function(function) if !spread => self.emit(Op::CallFunction(function), arguments, span),
                    Base::Builtin(builtin) => self.emit(Op::CallBuiltin { builtin, spread }, arguments, span),
                    base => {
                        let callee = self.whole(base, span);
                        let mut args: Args = smallvec![callee];
                        args.extend(arguments);
                        self.emit(Op::Call { spread }, args, span)
                    }
                }
            }
            LinkKind::Method { name, arguments, place, optional_call } => {
                if *optional_call {
                    let receiver = self.whole(base, span);
                    let offers = self.emit(Op::Offers(name.clone()), smallvec![receiver], span);
                    let (then, otherwise) = self.part(offers, span);
                    self.resume(otherwise);
                    let null = self.null();
                    let nothing = self.under(null, &[receiver], span);
                    let join = end.get_or_insert_with(|| self.join_at(start));
                    self.go(join, &[nothing], span);
                    self.resume(then);
                    return match place {
                        Some(place) => self.mutate(place, name, arguments, span),
                        None => self.method(receiver, name, arguments, span),
                    };
                }
                match place {
                    Some(place) => self.mutate(place, name, arguments, span),
                    None => {
                        let receiver = self.whole(base, span);
                        self.method(receiver, name, arguments, span)
                    }
                }
            }
        }
    }

    fn method(
        &mut self,
        receiver: Var,
        name: &std::sync::Arc<str>,
        arguments: &[crate::hir::Element],
        span: Span,
    ) -> Var {
        let (arguments, spread) = self.arguments(arguments, span);
        let mut args: Args = smallvec![receiver];
        args.extend(arguments);
        self.emit(Op::CallMethod { name: name.clone(), spread }, args, span)
    }
}

/// Whether null may end the chain among these links.
fn asks(links: &[Link]) -> bool {
    links.iter().any(|link| link.optional || matches!(link.kind, LinkKind::Method { optional_call: true, .. }))
}
