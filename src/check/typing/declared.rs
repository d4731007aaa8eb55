//! Literals where a type is declared: each part against what is said of it.

use super::{Typing, plain};
use crate::check::call::null_of;
use crate::check::domain::Null;
use crate::check::fits::resolve;
use crate::diagnostic::Code;
use crate::hir::{Element, Expr, ExprKind, Key, Member};
use crate::source::Span;
use crate::types::{Field, Shape, Type};
use std::fmt;
use std::sync::Arc;

impl<'a> Typing<'a> {
    /// Checks an expression that a type is declared for; gives its type as far as it is known.
    pub(super) fn given(&mut self, expr: &'a Expr, wanted: &Type, what: fmt::Arguments<'_>) -> Type {
        match (&expr.kind, self.literal(expr, wanted)) {
            (ExprKind::List(elements), Some(Type::List(element))) => {
                for one in elements {
                    match one {
                        Element::One(x) => self.given(x, &element, format_args!("the element")),
                        Element::Spread(x) => self.spread(x),
                    };
                }
                Type::List(element)
            }
            (ExprKind::Object(members), Some(Type::Object(shape))) => {
                self.members(members, &shape, expr.span);
                Type::Object(shape)
            }
            (ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Try { .. }, _) => {
                self.choice(expr, Some((wanted, what)))
            }
            _ => {
                let kind = self.visit(expr);
                self.expect(&kind, wanted, expr.span, what);
                self.mapped(expr, &kind, wanted);
                kind
            }
        }
    }

    /// What a literal of a list or an object can be of a declared type, where that is one thing.
    fn literal(&self, expr: &Expr, wanted: &Type) -> Option<Type> {
        let fits = |kind: &Type| match expr.kind {
            ExprKind::List(_) => matches!(kind, Type::List(_)),
            ExprKind::Object(_) => matches!(kind, Type::Object(_)),
            _ => false,
        };
        match resolve(self.program, wanted) {
            Type::Union(all) => {
                let mut all = all.iter().map(|kind| resolve(self.program, kind)).filter(|kind| fits(kind));
                all.next().filter(|_| all.next().is_none()).cloned()
            }
            kind => fits(kind).then(|| kind.clone()),
        }
    }

    /// The members of an object's literal against the fields that are declared.
    fn members(&mut self, members: &'a [Member], shape: &Shape, span: Span) {
        let fixed = |member: &Member| matches!(member, Member::Entry(Key::Fixed(_), _));
        for (i, member) in members.iter().enumerate() {
            match member {
                Member::Entry(Key::Fixed(name), value) => {
                    let field = shape.fields.iter().find(|field| field.name == *name);
                    let wanted = field.map(|field| &field.value).or(shape.others.as_ref());
                    // What is null may as well be missing, and what follows may stand in its place.
                    let missing = field.is_some_and(|field| field.optional) && matches!(value.kind, ExprKind::Null);
                    match wanted.filter(|_| !missing && members[i..].iter().all(fixed)) {
                        Some(wanted) => self.given(value, wanted, format_args!("`{name}`")),
                        None => self.visit(value),
                    };
                }
                Member::Entry(Key::Computed(key), value) => {
                    self.visit(key);
                    self.visit(value);
                }
                Member::Spread(x) => self.spread_out(x),
            }
        }
        if !members.iter().all(fixed) {
            return;
        }
        let has = |name: &str| members.iter().any(|m| matches!(m, Member::Entry(Key::Fixed(own), _) if **own == *name));
        let needed = |field: &&Field| !field.optional && null_of(resolve(self.program, &field.value)) == Null::Never;
        if let Some(field) = shape.fields.iter().filter(needed).find(|field| !has(&field.name)) {
            let kind = self.program.spelled(&field.value);
            let message = format!("`{}` is missing, and `{kind}` is declared for it", field.name);
            self.report(Code::T001, span, message, "add it, or declare it with `?`");
        }
    }

    /// The type of an object's literal: all that it has, where that is written out.
    pub(super) fn object(&mut self, members: &'a [Member]) -> Type {
        let mut shape = Shape::default();
        for member in members {
            match member {
                Member::Entry(Key::Fixed(name), value) => {
                    let value = self.visit(value);
                    shape.fields.retain(|field| field.name != *name);
                    shape.fields.push(Field { name: name.clone(), optional: false, value });
                }
                Member::Entry(Key::Computed(key), value) => {
                    self.visit(key);
                    self.visit(value);
                    shape = Shape { others: Some(Type::Any), fields: Vec::new() };
                }
                Member::Spread(x) => {
                    self.spread_out(x);
                    shape = Shape { others: Some(Type::Any), fields: Vec::new() };
                }
            }
        }
        Type::Object(Arc::new(shape))
    }

    /// What is put into a text has one: functions and agents have none.
    pub(super) fn has_text(&mut self, kind: &Type, span: Span) {
        if self.is_callable(kind) {
            let kind = self.called_kind(kind);
            self.report(Code::T002, span, format!("{kind} has no text"), "put in what it gives: call it");
        }
    }

    /// Whether this is a function or an agent.
    pub(super) fn is_callable(&self, kind: &Type) -> bool {
        matches!(resolve(self.program, kind), Type::Function(_) | Type::Agent(_))
    }

    /// A function or an agent in words.
    pub(super) fn called_kind(&self, kind: &Type) -> &'static str {
        if matches!(resolve(self.program, kind), Type::Function(_)) { "a function" } else { "an agent" }
    }
}

/// The type of what a literal gives where it is kept: an object may get more than what was written.
pub(super) fn kept(expr: &Expr, kind: Type) -> Type {
    if matches!(expr.kind, ExprKind::List(_) | ExprKind::Object(_)) { loosened(&kind) } else { plain(kind) }
}

fn loosened(kind: &Type) -> Type {
    match kind {
        Type::Object(shape) => {
            let fields = shape.fields.iter().map(|field| Field { value: plain(field.value.clone()), ..field.clone() });
            let others = shape.others.clone().or(Some(Type::Any));
            Type::Object(Arc::new(Shape { fields: fields.collect(), others }))
        }
        Type::List(element) => match &**element {
            element @ (Type::Object(_) | Type::List(_)) => Type::List(Arc::new(loosened(element))),
            _ => kind.clone(),
        },
        _ => kind.clone(),
    }
}
