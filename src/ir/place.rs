//! Changes: assignments, steps, deletions, and methods that change what they are called on.
//!
//! The keys of a path are evaluated first, then what is put there, then the variable is changed as it is by then.

use super::build::{Args, Builder};
use super::{Change, Home, Key, Op, Var};
use crate::hir::{self, Compound, Element, Expr, ExprKind, Logical, Place, Root, Unary, Variable};
use crate::source::Span;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// A place whose keys were evaluated.
pub(super) struct Path {
    root: Origin,
    keys: Vec<Key>,
    computed: Args,
    span: Span,
}

/// Where a path begins.
enum Origin {
    Variable(Variable),
    Copy(Var),
}

impl Builder<'_> {
    /// Evaluates the keys of a place.
    pub(super) fn path(&mut self, place: &Place) -> Path {
        let root = match &place.root {
            Root::Variable(variable) => Origin::Variable(*variable),
            Root::Copy(value) => Origin::Copy(self.value(value)),
        };
        let mut keys = Vec::with_capacity(place.keys.len());
        let mut computed = Args::new();
        for key in &place.keys {
            match key {
                hir::Key::Fixed(name) => keys.push(Key::Fixed(name.clone())),
                hir::Key::Computed(key) => {
                    keys.push(if from_end(key) { Key::FromEnd } else { Key::Computed });
                    let key = self.value(key);
                    computed.push(key);
                }
            }
        }
        Path { root, keys, computed, span: place.span }
    }

    /// What is at a path now.
    fn at(&mut self, path: &Path) -> Var {
        let mut value = match path.root {
            Origin::Variable(variable) => self.read(variable, path.span),
            Origin::Copy(value) => value,
        };
        let mut computed = path.computed.iter();
        for key in &path.keys {
            value = match key {
                Key::Fixed(name) => self.emit(Op::Field(name.clone()), smallvec![value], path.span),
                Key::Computed | Key::FromEnd => {
                    let Some(&index) = computed.next() else { return value };
                    let op = Op::Index { from_end: *key == Key::FromEnd };
                    self.emit(op, smallvec![value, index], path.span)
                }
            };
        }
        value
    }

    /// Puts a value at a path.
    fn put_at(&mut self, path: Path, value: Var, span: Span) {
        if self.dead {
            return;
        }
        if path.keys.is_empty() {
            if let Origin::Variable(variable) = path.root {
                self.write(variable, value, span);
            }
            return;
        }
        let (home, mut args) = self.root(&path);
        args.extend_from_slice(&path.computed);
        args.push(value);
        let op = Op::Update { home, keys: path.keys.into() };
        match (home, &path.root) {
            (Home::Value, Origin::Variable(variable)) => {
                let root = self.emit(op, args, span);
                self.write(*variable, root, span);
            }
            _ => self.act(op, args, span),
        }
    }

    fn root(&mut self, path: &Path) -> (Home, Args) {
        match path.root {
            Origin::Variable(variable) => {
                let (home, root) = self.home(variable, path.span);
                (home, root.into_iter().collect())
            }
            Origin::Copy(value) => (Home::Value, smallvec![value]),
        }
    }

    /// Puts a value into a place.
    pub(super) fn put(&mut self, place: &Place, value: Var, span: Span) {
        let path = self.path(place);
        self.put_at(path, value, span);
    }

    /// `target = value`, `target op= value`
    pub(super) fn assign(&mut self, target: &Place, operator: Option<Compound>, value: &Expr, span: Span) -> Var {
        let path = self.path(target);
        match operator {
            None => {
                let value = self.value(value);
                self.put_at(path, value, span);
                value
            }
            Some(Compound::Binary(operator)) => {
                let left = self.at(&path);
                let right = self.value(value);
                let value = self.emit(Op::Binary(operator), smallvec![left, right], span);
                self.put_at(path, value, span);
                value
            }
            Some(Compound::Logical(operator)) => {
                let left = self.at(&path);
                let mut done = self.join();
                let (go_on, stop) = self.question(operator, left, span);
                for block in stop {
                    self.resume(block);
                    self.go(&mut done, &[left], span);
                }
                let mut next = self.join();
                for block in go_on {
                    self.resume(block);
                    self.go(&mut next, &[], span);
                }
                self.enter(next);
                let mut right = self.value(value);
                if matches!(operator, Logical::And | Logical::Or) {
                    right = self.under(right, &[left], span);
                }
                self.put_at(path, right, span);
                self.go(&mut done, &[right], span);
                self.enter(done).first().copied().unwrap_or(Var(0))
            }
        }
    }

    /// `x++`, `--x`
    pub(super) fn step(&mut self, target: &Place, by: f64, prefix: bool, span: Span) -> Var {
        let path = self.path(target);
        let before = self.at(&path);
        let after = self.emit(Op::Step(by), smallvec![before], span);
        self.put_at(path, after, span);
        if prefix { after } else { before }
    }

    /// `delete o.k`
    pub(super) fn delete(&mut self, place: &Place, span: Span) -> Var {
        let path = self.path(place);
        if self.dead || path.keys.is_empty() {
            return self.nothing();
        }
        let (home, mut args) = self.root(&path);
        args.extend_from_slice(&path.computed);
        self.change(Op::Delete { home, keys: path.keys.into() }, args, home, &path.root, span)
    }

    /// A method that changes what is at a path.
    pub(super) fn mutate(&mut self, place: &Place, method: &Arc<str>, arguments: &[Element], span: Span) -> Var {
        let path = self.path(place);
        let (arguments, spread) = self.arguments(arguments, span);
        if self.dead {
            return Var(0);
        }
        let (home, mut args) = self.root(&path);
        args.extend_from_slice(&path.computed);
        args.extend(arguments);
        let change = Change { keys: path.keys.into(), method: method.clone() };
        let op = Op::Mutate { home, change: Box::new(change), spread };
        self.change(op, args, home, &path.root, span)
    }

    fn change(&mut self, op: Op, args: Args, home: Home, root: &Origin, span: Span) -> Var {
        match (home, root) {
            (Home::Value, Origin::Variable(variable)) => {
                let (result, changed) = self.emit_two(op, args, span);
                self.write(*variable, changed, span);
                result
            }
            _ => self.emit(op, args, span),
        }
    }

    /// The values of arguments, and whether they are one list.
    pub(super) fn arguments(&mut self, arguments: &[Element], span: Span) -> (SmallVec<[Var; 4]>, bool) {
        if arguments.iter().any(|argument| matches!(argument, Element::Spread(_))) {
            let list = self.list(arguments, span);
            return (smallvec![list], true);
        }
        let args = arguments
            .iter()
            .map(|argument| match argument {
                Element::One(value) | Element::Spread(value) => self.value(value),
            })
            .collect();
        (args, false)
    }
}

/// Whether a key is a number below zero that was written out.
pub(super) fn from_end(key: &Expr) -> bool {
    match &key.kind {
        ExprKind::Number(number) => *number < 0.0,
        ExprKind::Unary(Unary::Negate, inner) => matches!(inner.kind, ExprKind::Number(number) if number > 0.0),
        _ => false,
    }
}
