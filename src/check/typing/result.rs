//! What functions that are written out give, as far as that stands in them, and what a declared type says of it.

use super::{EXPRESSION, FUNCTION, Typing, key};
use crate::check::fits::{resolve, widened};
use crate::check::written::children;
use crate::hir::{Binary, Element, Expr, ExprKind, FunctionId, Link, LinkKind, Place, Unary};
use crate::source::Span;
use crate::types::{Literal, Shape, Signature, Type};
use std::fmt;
use std::sync::Arc;

impl<'a> Typing<'a> {
    /// `if`, `? :`, `match` and `try`, whose branches may all give what is declared.
    pub(super) fn choice(&mut self, expr: &'a Expr, wanted: Option<(&Type, fmt::Arguments<'_>)>) -> Type {
        match &expr.kind {
            ExprKind::If { arms, otherwise } => {
                for (condition, body) in arms {
                    self.visit(condition);
                    self.tested.extend(key(condition));
                    self.branch(body, wanted);
                }
                otherwise.iter().for_each(|otherwise| self.branch(otherwise, wanted));
            }
            ExprKind::Match { subject, arms } => {
                let kind = self.visit(subject);
                self.exhaustive(&kind, arms, expr.span);
                children(expr, &mut |child| {
                    if arms.iter().any(|arm| std::ptr::eq(child, &arm.body)) {
                        self.branch(child, wanted);
                    } else if !std::ptr::eq(child, &**subject) {
                        self.visit(child);
                    }
                });
            }
            ExprKind::Try { body, handler, .. } => {
                let handler = handler.as_ref().map(|handler| &handler.1);
                let given = |child: &Expr| {
                    std::ptr::eq(child, &**body) || handler.is_some_and(|handler| std::ptr::eq(child, handler))
                };
                children(expr, &mut |child| {
                    if given(child) {
                        self.branch(child, wanted);
                    } else {
                        self.visit(child);
                    }
                });
            }
            _ => {}
        }
        Type::Any
    }

    /// What a loop gives: nothing, unless the function ends in it.
    pub(super) fn looped(&self, expr: &Expr) -> Type {
        if returns(expr) { Type::Any } else { Type::Null }
    }

    /// What a branch gives of what is declared for all of them.
    fn branch(&mut self, body: &'a Expr, wanted: Option<(&Type, fmt::Arguments<'_>)>) {
        match (&body.kind, wanted) {
            (ExprKind::Block(block), Some((wanted, _))) => self.block(block, Some(wanted)),
            (_, Some((wanted, what))) => self.given(body, wanted, what),
            (_, None) => self.visit(body),
        };
    }

    /// A list that `map` makes of what a function gives, where a type is declared for its elements.
    pub(super) fn mapped(&mut self, expr: &Expr, kind: &Type, wanted: &Type) {
        let (ExprKind::Chain(chain), Type::List(_)) = (&expr.kind, kind) else { return };
        let Some(Link { kind: LinkKind::Method { name, arguments, .. }, .. }) = chain.rest.last() else { return };
        if let ("map", [Element::One(Expr { kind: ExprKind::Function(function), .. })]) = (&**name, &arguments[..])
            && let Type::List(element) = resolve(self.program, wanted)
        {
            let (given, span) = self.made_by(*function);
            self.expect(&given, element, span, format_args!("the element"));
        }
    }

    /// What a function gives, and where.
    fn made_by(&self, function: FunctionId) -> (Type, Span) {
        let function = &self.program.functions[function.0 as usize];
        let mut body = &function.body;
        if let ExprKind::Block(block) = &body.kind
            && let [only] = &block.exprs[..]
        {
            body = only;
        }
        if let ExprKind::Return(Some(value)) = &body.kind {
            body = value;
        }
        let kind = match (&function.result, &body.kind) {
            (Some(kind), _) => kind.clone(),
            (None, ExprKind::Null) => Type::Null,
            (None, ExprKind::Bool(_) | ExprKind::Instance(..)) | (None, ExprKind::Unary(Unary::Not, _)) => {
                Type::Boolean
            }
            (None, ExprKind::Number(_)) | (None, ExprKind::Unary(Unary::Negate | Unary::Plus, _)) => Type::Number,
            (None, ExprKind::Text(text)) => widened(&Literal::Text(text.clone())),
            (None, ExprKind::Template(_) | ExprKind::Unary(Unary::Typeof, _)) => Type::String,
            (None, ExprKind::List(_)) => Type::List(Arc::new(Type::Any)),
            (None, ExprKind::Object(_)) => {
                Type::Object(Arc::new(Shape { fields: Vec::new(), others: Some(Type::Any) }))
            }
            (None, ExprKind::Function(_)) => FUNCTION.clone(),
            (None, ExprKind::Regex(_)) => EXPRESSION.clone(),
            (None, ExprKind::Binary(row)) => match row.rest.last().map(|(operator, ..)| *operator) {
                Some(operator) if operator.gives_number() => Type::Number,
                Some(operator) if operator.compares() || operator == Binary::In => Type::Boolean,
                _ => Type::Any,
            },
            _ => Type::Any,
        };
        (kind, body.span)
    }

    /// What a list that was declared is given more of.
    pub(super) fn added(&mut self, place: &Place, name: &str, given: &[(Type, Span)]) {
        let Some(declared) = self.declared(place).filter(|_| matches!(name, "push" | "unshift")) else { return };
        if let Type::List(element) = resolve(self.program, &declared) {
            given.iter().for_each(|(kind, span)| self.expect(kind, element, *span, format_args!("the element")));
        }
    }

    /// What a function is given whose parameters are declared by its type.
    pub(super) fn handed_over(&mut self, signature: &Signature, given: &[(Type, Span)]) {
        for (parameter, (kind, at)) in signature.parameters.iter().zip(given).filter(|(parameter, _)| !parameter.rest) {
            if !(parameter.optional && *kind == Type::Null) {
                self.expect(kind, &parameter.value, *at, format_args!("`{}`", parameter.name));
            }
        }
    }

    /// A body without a value gives null.
    pub(super) fn empty(&mut self, body: &Expr, wanted: &Type) {
        self.expect(&Type::Null, wanted, body.span, format_args!("the result of an empty body"));
    }
}

/// Whether a function may end within an expression.
fn returns(expr: &Expr) -> bool {
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        if matches!(expr.kind, ExprKind::Return(_)) {
            return true;
        }
        children(expr, &mut |child| waiting.push(child));
    }
    false
}
