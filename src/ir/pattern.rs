//! Patterns: taking values apart, and `match`.

use super::build::{Args, Builder, Join};
use super::choice::scalar;
use super::{End, Op, Var};
use crate::diagnostic::Code;
use crate::hir::{Arm, Binary, Expr, Key, Pattern, PatternKind};
use crate::source::Span;
use smallvec::smallvec;
use std::sync::Arc;

/// A `match` under way.
struct Trial {
    /// Where an arm leads that does not fit, with what decided so far.
    fail: Join,
    /// What decided so far; its confidence alone counts.
    decider: Var,
    /// The value that is matched.
    subject: Var,
    /// Whether its confidence is in the decider already.
    looked: bool,
    /// Whether the value of the whole is wanted.
    wanted: bool,
}

/// Keys that are written out or computed.
type Keys = Vec<Option<Arc<str>>>;

impl Builder<'_> {
    /// Takes a value apart.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Var) {
        if self.dead {
            return;
        }
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Ignore => {}
            PatternKind::Bind(variable) => self.declare(*variable, value, span),
            PatternKind::Place(place) => {
                self.put(place, value, span);
            }
            PatternKind::Default(inner, default) => {
                let value = self.or_default(value, default);
                self.bind(inner, value);
            }
            PatternKind::List { elements, rest } => {
                let list = self.emit(Op::Unpack, smallvec![value], span);
                for (at, element) in elements.iter().enumerate() {
                    if !matches!(element.kind, PatternKind::Ignore) {
                        let item = self.element(list, at, element.span);
                        self.bind(element, item);
                    }
                }
                if let Some(rest) = rest {
                    let others = self.emit(Op::Rest(elements.len() as u32), smallvec![list], rest.span);
                    self.bind(rest, others);
                }
            }
            PatternKind::Object { entries, rest } => {
                let object = self.emit(Op::UnpackObject, smallvec![value], span);
                let mut keys = Keys::new();
                let mut computed = Args::new();
                for (key, entry) in entries {
                    let item = match key {
                        Key::Fixed(name) => {
                            keys.push(Some(name.clone()));
                            self.emit(Op::Field(name.clone()), smallvec![object], entry.span)
                        }
                        Key::Computed(key) => {
                            keys.push(None);
                            let key = self.value(key);
                            computed.push(key);
                            self.emit(Op::Index { from_end: false }, smallvec![object, key], entry.span)
                        }
                    };
                    self.bind(entry, item);
                }
                if let Some(rest) = rest {
                    let others = self.omit(object, keys, &computed, rest.span);
                    self.bind(rest, others);
                }
            }
            // These are in `match` only, where they are tried.
            PatternKind::Equal(_) | PatternKind::Either(_) | PatternKind::Sure(..) => {}
        }
    }

    fn element(&mut self, list: Var, at: usize, span: Span) -> Var {
        let index = self.number(at as f64, span);
        self.emit(Op::Index { from_end: false }, smallvec![list, index], span)
    }

    fn omit(&mut self, object: Var, keys: Keys, computed: &[Var], span: Span) -> Var {
        let mut args: Args = smallvec![object];
        args.extend_from_slice(computed);
        self.emit(Op::Omit(keys.into()), args, span)
    }

    /// `match`
    pub(super) fn matched(&mut self, subject: &Expr, arms: &[Arm], wanted: bool, span: Span) -> Var {
        let value = self.value(subject);
        if self.dead {
            return Var(0);
        }
        let start = self.mark();
        let mut done = self.join_at(start);
        let decider = self.null();
        let mut trial = Trial { fail: self.join_at(start), decider, subject: value, looked: false, wanted };
        for arm in arms {
            self.attempt_arm(arm, value, &mut trial, &mut done);
            let fail = std::mem::replace(&mut trial.fail, self.join_at(start));
            trial.decider = self.enter(fail).first().copied().unwrap_or(Var(0));
            if self.dead {
                break;
            }
        }
        self.end(End::Fail(Code::R009, Some(value)), span);
        self.enter(done).first().copied().unwrap_or(Var(0))
    }

    fn attempt_arm(&mut self, arm: &Arm, value: Var, trial: &mut Trial, done: &mut Join) {
        self.test(&arm.pattern, value, trial);
        if let Some(guard) = &arm.guard
            && !self.dead
        {
            let condition = self.value(guard);
            if trial.wanted {
                trial.decider = self.under(trial.decider, &[condition], guard.span);
            }
            self.require(condition, trial, guard.span);
        }
        let decider = trial.decider;
        let mut result = self.lower(&arm.body, trial.wanted);
        if trial.wanted {
            result = self.under(result, &[decider], arm.body.span);
        }
        self.go(done, &[result], arm.body.span);
    }

    /// Goes on if a test holds; otherwise the arm does not fit.
    fn require(&mut self, condition: Var, trial: &mut Trial, span: Span) {
        let (then, otherwise) = self.part(condition, span);
        self.resume(otherwise);
        self.go(&mut trial.fail, &[trial.decider], span);
        self.resume(then);
    }

    /// The payload of a value is looked at.
    fn look(&mut self, value: Var, trial: &mut Trial, span: Span) {
        if trial.wanted && !(trial.looked && value == trial.subject) {
            trial.decider = self.under(trial.decider, &[value], span);
            trial.looked |= value == trial.subject;
        }
    }

    /// Goes on if a value fits a pattern.
    fn test(&mut self, pattern: &Pattern, value: Var, trial: &mut Trial) {
        if self.dead {
            return;
        }
        let span = pattern.span;
        match &pattern.kind {
            PatternKind::Ignore => {}
            PatternKind::Bind(variable) => self.declare(*variable, value, span),
            PatternKind::Place(place) => {
                self.put(place, value, span);
            }
            PatternKind::Default(inner, default) => {
                let value = self.or_default(value, default);
                self.test(inner, value, trial);
            }
            PatternKind::Equal(expected) => {
                let other = self.value(expected);
                let same = self.emit(Op::Binary(Binary::Equal), smallvec![value, other], span);
                if scalar(expected) {
                    self.look(value, trial, span);
                } else if trial.wanted {
                    trial.decider = self.under(trial.decider, &[same], span);
                }
                self.require(same, trial, span);
            }
            PatternKind::List { elements, rest } => {
                let op = Op::Fits { length: elements.len() as u32, open: rest.is_some() };
                let fits = self.emit(op, smallvec![value], span);
                self.look(value, trial, span);
                self.require(fits, trial, span);
                for (at, element) in elements.iter().enumerate() {
                    if !matches!(element.kind, PatternKind::Ignore) {
                        let item = self.element(value, at, element.span);
                        self.test(element, item, trial);
                    }
                }
                if let Some(rest) = rest
                    && !matches!(rest.kind, PatternKind::Ignore)
                {
                    let others = self.emit(Op::Rest(elements.len() as u32), smallvec![value], rest.span);
                    self.test(rest, others, trial);
                }
            }
            PatternKind::Object { entries, rest } => {
                let mut keys = Keys::new();
                let mut args: Args = smallvec![value];
                let mut found = Vec::with_capacity(entries.len());
                for (key, entry) in entries {
                    // What has a default need not be there.
                    let optional = matches!(entry.kind, PatternKind::Default(..));
                    let key = match key {
                        Key::Fixed(name) => {
                            if !optional {
                                keys.push(Some(name.clone()));
                            }
                            Ok(name.clone())
                        }
                        Key::Computed(key) => {
                            let key = self.value(key);
                            if !optional {
                                keys.push(None);
                                args.push(key);
                            }
                            Err(key)
                        }
                    };
                    found.push((key, entry));
                }
                let has = self.emit(Op::Has(keys.into()), args, span);
                self.look(value, trial, span);
                self.require(has, trial, span);
                let mut names = Keys::new();
                let mut computed = Args::new();
                for (key, entry) in found {
                    let item = match key {
                        Ok(name) => {
                            names.push(Some(name.clone()));
                            self.emit(Op::Field(name), smallvec![value], entry.span)
                        }
                        Err(key) => {
                            names.push(None);
                            computed.push(key);
                            self.emit(Op::Index { from_end: false }, smallvec![value, key], entry.span)
                        }
                    };
                    self.test(entry, item, trial);
                }
                if let Some(rest) = rest
                    && !matches!(rest.kind, PatternKind::Ignore)
                {
                    let others = self.omit(value, names, &computed, rest.span);
                    self.test(rest, others, trial);
                }
            }
            PatternKind::Either(alternatives) => self.either(alternatives, value, trial, span),
            PatternKind::Sure(inner, threshold) => {
                self.test(inner, value, trial);
                let sure = self.sure(value, threshold, span);
                self.require(sure, trial, span);
            }
        }
    }

    fn either(&mut self, alternatives: &[Pattern], value: Var, trial: &mut Trial, span: Span) {
        let Some((last, others)) = alternatives.split_last() else { return };
        let mut fits = self.join();
        let outer = std::mem::replace(&mut trial.fail, self.join());
        // What the first alternative looks at was looked at on every way; what the others look at was not.
        let mut looked = None;
        for alternative in others {
            self.test(alternative, value, trial);
            self.go(&mut fits, &[trial.decider], span);
            looked = looked.or(Some(trial.looked));
            let next = self.join_at(fits.base());
            let fail = std::mem::replace(&mut trial.fail, next);
            trial.decider = self.enter(fail).first().copied().unwrap_or(Var(0));
        }
        trial.fail = outer;
        self.test(last, value, trial);
        self.go(&mut fits, &[trial.decider], span);
        trial.looked = looked.unwrap_or(trial.looked);
        trial.decider = self.enter(fits).first().copied().unwrap_or(Var(0));
    }
}
