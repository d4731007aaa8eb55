//! What variables and paths hold, and what is put there.

use super::declared::kept;
use super::{EXPRESSION, Typing, is_confidence, plain};
use crate::check::fits::{Fit, fits, resolve};
use crate::diagnostic::{Code, nearest};
use crate::hir::{Compound, Expr, ExprKind, Key, LocalId, Origin, Pattern, PatternKind, Place, Root, Variable};
use crate::types::{Literal, Shape, Type};
use std::sync::Arc;

impl<'a> Typing<'a> {
    /// `let pattern = value`.
    pub(super) fn declare(&mut self, pattern: &'a Pattern, value: Option<&'a Expr>) {
        let wanted = match &pattern.kind {
            PatternKind::Bind(Variable::Local(local)) => self.function.locals[local.0 as usize].annotation.clone(),
            PatternKind::Bind(Variable::Global(global)) => self.program.globals[global.0 as usize].annotation.clone(),
            _ => None,
        };
        let kind = match (value, &wanted) {
            (Some(value), Some(wanted)) => self.given(value, wanted, format_args!("the value")),
            (Some(value), None) => self.visit(value),
            (None, _) => Type::Null,
        };
        match &pattern.kind {
            PatternKind::Bind(variable) => {
                if value.is_some_and(is_confidence) {
                    self.tested.insert(format!("{variable:?}"));
                }
                let Variable::Local(local) = variable else { return };
                let declared = &self.function.locals[local.0 as usize];
                if let (false, Some(ExprKind::Function(function))) = (declared.reassigned, value.map(|v| &v.kind)) {
                    self.lambdas.insert(*local, *function);
                }
                match wanted {
                    Some(wanted) if value.is_some() => self.locals[local.0 as usize] = Some(wanted),
                    None if !declared.reassigned || !declared.captured => {
                        self.locals[local.0 as usize] = Some(value.map_or(Type::Any, |value| kept(value, kind)));
                        self.assigned.push(*local);
                    }
                    _ => {}
                }
            }
            _ => {
                self.taken_apart(pattern, &kind);
                self.unpacked(pattern, &value.map_or(Type::Any, |value| kept(value, kind)));
            }
        }
    }

    /// What is taken apart has what is taken out of it, where its type says what it has.
    pub(super) fn unpacked(&mut self, pattern: &'a Pattern, kind: &Type) {
        match &pattern.kind {
            PatternKind::Bind(Variable::Local(local)) => {
                let declared = &self.function.locals[local.0 as usize];
                if !declared.reassigned && declared.annotation.is_none() {
                    self.locals[local.0 as usize] = Some(plain(kind.clone()));
                }
            }
            PatternKind::Default(inner, default) => {
                self.visit(default);
                // What stands in for null may be anything.
                self.unpacked(inner, &Type::Any);
            }
            PatternKind::Object { entries, .. } => {
                let shape = match resolve(self.program, kind) {
                    Type::Object(shape) => Some(shape.clone()),
                    _ => None,
                };
                for (key, inner) in entries {
                    if let (Type::Agent(interface), Key::Fixed(name)) = (resolve(self.program, kind), key) {
                        self.read_of_agent(*interface, name, inner.span);
                    }
                    let field = match (key, &shape) {
                        (Key::Fixed(name), Some(shape)) => {
                            let field = shape.fields.iter().find(|field| field.name == *name);
                            if field.is_none()
                                && shape.others.is_none()
                                && !matches!(inner.kind, PatternKind::Default(..))
                            {
                                self.lacks(kind, shape, name, inner.span);
                            }
                            field.filter(|field| !field.optional).map(|field| field.value.clone())
                        }
                        (Key::Computed(key), _) => {
                            self.visit(key);
                            None
                        }
                        (Key::Fixed(name), None) => {
                            if !matches!(inner.kind, PatternKind::Default(..)) {
                                self.read_of_plain(resolve(self.program, kind), name, inner.span);
                            }
                            None
                        }
                    };
                    self.unpacked(inner, &field.unwrap_or(Type::Any));
                }
            }
            PatternKind::List { elements, .. } => elements.iter().for_each(|inner| self.unpacked(inner, &Type::Any)),
            _ => {}
        }
    }

    /// A declared type does not have a property.
    pub(super) fn lacks(&mut self, kind: &Type, shape: &Shape, name: &str, span: crate::source::Span) {
        let names: Vec<&str> = shape.fields.iter().map(|f| &*f.name).collect();
        let near = nearest(name, names.iter().copied());
        let help = near.map_or_else(
            || format!("it has {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
            |n| format!("did you mean `{n}`?"),
        );
        let message = format!("`{}` has no property `{name}`", self.program.spelled(kind));
        self.report(Code::T006, span, message, &help);
    }

    /// `target op= value`.
    pub(super) fn assign(&mut self, target: &'a Place, operator: Option<Compound>, value: &'a Expr) -> Type {
        let before = self.held(target);
        self.keys(target);
        self.changed_within(target);
        let kind = match operator {
            None => match self.declared(target) {
                Some(wanted) => self.given(value, &wanted, format_args!("the value")),
                None => self.visit(value),
            },
            Some(Compound::Binary(binary)) => {
                let kind = self.visit(value);
                self.binary(binary, &before, &kind, value.span, target.span.to(value.span))
            }
            Some(Compound::Logical(_)) => {
                self.visit(value);
                Type::Any
            }
        };
        self.written(target);
        kind
    }

    /// Nothing stands within a text, a number or a truth value that could be changed.
    pub(super) fn changed_within(&mut self, target: &Place) {
        let (Root::Variable(variable), [_]) = (&target.root, &target.keys[..]) else { return };
        let kind = self.variable(*variable);
        let help = match resolve(self.program, &kind) {
            Type::String | Type::Literal(Literal::Text(_)) => "make a new one, as in `text = \"x\" + text.slice(1)`",
            _ if kind == *EXPRESSION => "it begins anew each time: `text.matches(re)` gives all that it finds",
            Type::Number | Type::Boolean | Type::Literal(_) => "give the variable a list or an object first",
            _ => return,
        };
        let message = format!("`{}` has no parts that could be changed", self.program.spelled(&kind));
        self.refuse(Code::T002, Code::R002, target.span, message, help);
    }

    /// `x++`.
    pub(super) fn step(&mut self, target: &'a Place, by: f64) -> Type {
        let kind = self.held(target);
        self.keys(target);
        if fits(self.program, &kind, &Type::Number) == Fit::Never {
            let (sign, kind) = (if by < 0.0 { "--" } else { "++" }, self.program.spelled(&kind));
            self.report(Code::T002, target.span, format!("`{sign}` takes a number, and this is `{kind}`"), "");
        }
        self.written(target);
        Type::Number
    }

    /// The type that is declared for what lies at a place.
    pub(super) fn declared(&self, place: &Place) -> Option<Type> {
        let Root::Variable(variable) = &place.root else { return None };
        let mut kind = match variable {
            Variable::Local(local) => self.function.locals[local.0 as usize].annotation.clone()?,
            Variable::Global(global) => self.program.globals[global.0 as usize].annotation.clone()?,
            Variable::Capture(_) => return None,
        };
        for key in &place.keys {
            kind = match (resolve(self.program, &kind), key) {
                (Type::Object(shape), Key::Fixed(name)) => {
                    let field = shape.fields.iter().find(|field| field.name == *name)?;
                    // What may be missing may be made null again.
                    if field.optional { return None } else { field.value.clone() }
                }
                (Type::List(element), Key::Computed(_)) => (**element).clone(),
                _ => return None,
            };
        }
        Some(kind)
    }

    /// What is known of what a place holds.
    fn held(&self, place: &Place) -> Type {
        match &place.root {
            Root::Variable(variable) if place.keys.is_empty() => self.variable(*variable),
            _ => self.declared(place).unwrap_or(Type::Any),
        }
    }

    pub(super) fn keys(&mut self, place: &'a Place) {
        if let Root::Copy(x) = &place.root {
            self.visit(x);
        }
        for key in &place.keys {
            if let Key::Computed(key) = key {
                self.visit(key);
            }
        }
    }

    /// A variable was written: what it holds is told by its scope.
    pub(super) fn written(&mut self, place: &Place) {
        if let Root::Variable(Variable::Local(local)) = place.root {
            self.forget(local);
            self.assigned.push(local);
        }
    }

    /// After a statement of a scope it is known what a variable holds that it wrote.
    pub(super) fn holds(&mut self, statement: &Expr, kind: &Type) {
        let (local, kind) = match &statement.kind {
            ExprKind::Assign { target, operator: None, value } if target.keys.is_empty() => match target.root {
                Root::Variable(Variable::Local(local)) => (local, kept(value, kind.clone())),
                _ => return,
            },
            ExprKind::Step { target, .. } if target.keys.is_empty() => match target.root {
                Root::Variable(Variable::Local(local)) => (local, Type::Number),
                _ => return,
            },
            _ => return,
        };
        let declared = &self.function.locals[local.0 as usize];
        if declared.reassigned && !declared.captured && declared.annotation.is_none() {
            self.locals[local.0 as usize] = Some(kind).filter(|kind| !matches!(kind, Type::Any));
        }
    }

    /// What a variable holds that was written may be anything; what never is another list holds anything.
    pub(super) fn forget(&mut self, local: LocalId) {
        let declared = &self.function.locals[local.0 as usize];
        if declared.reassigned && declared.annotation.is_none() {
            let held = &mut self.locals[local.0 as usize];
            let list = declared.origin == Origin::Const && matches!(held, Some(Type::List(_)));
            *held = list.then(|| Type::List(Arc::new(Type::Any)));
        }
    }

    /// The same of all variables that are ever written again.
    pub(super) fn forget_all(&mut self) {
        (0..self.locals.len()).for_each(|local| self.forget(LocalId(local as u32)));
    }

    /// The same of those that a pattern names.
    pub(super) fn forget_in(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Place(place) => self.written(place),
            PatternKind::Default(inner, _) | PatternKind::Sure(inner, _) => self.forget_in(inner),
            PatternKind::List { elements, rest } => {
                elements.iter().for_each(|inner| self.forget_in(inner));
                rest.iter().for_each(|inner| self.forget_in(inner));
            }
            PatternKind::Object { entries, rest } => {
                entries.iter().for_each(|(_, inner)| self.forget_in(inner));
                rest.iter().for_each(|inner| self.forget_in(inner));
            }
            _ => {}
        }
    }
}
