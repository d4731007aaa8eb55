//! Ways out: `return`, `break`, `continue`, errors, and what must happen on the way.

use super::build::{Builder, Join, NONE};
use super::{Constant, End, Handler, HandlerId, Op, Var};
use crate::diagnostic::Code;
use crate::hir::{Binary, Expr, Pattern};
use crate::source::Span;
use smallvec::smallvec;

/// What encloses the code that is being written and must know of ways out.
pub(super) enum Region {
    /// A loop.
    Loop {
        /// Where `break` leads.
        exit: Join,
        /// Where `continue` leads.
        next: Join,
    },
    /// A `switch`.
    Switch {
        /// Where its `break` leads.
        end: Join,
    },
    /// A `context`.
    Context,
    /// What has a `finally`.
    Tidied {
        /// Where the finalizer begins: what it was entered for, and a value.
        join: Join,
        /// The ways out that lead through it, beside those of [`Completion`].
        ways: Vec<Way>,
    },
    /// A finalizer: what it was entered for, and a value.
    Finalizer(Var, Var),
}

/// A way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// `break` of the innermost loop.
    Break,
    /// `break` of the innermost `switch`.
    Leave,
    /// `continue`
    Continue,
    /// `return`, with a value.
    Return,
}

/// What a finalizer is entered for: to go on, to throw on, or the first of the ways out.
struct Completion;

impl Completion {
    const NORMAL: f64 = 0.0;
    const THROWN: f64 = 1.0;
    const WAYS: usize = 2;
}

impl Builder<'_> {
    /// Takes a way out, past all that must happen on it.
    pub(super) fn leave(&mut self, way: Way, value: Var, span: Span) {
        for at in (0..self.regions.len()).rev() {
            if self.dead {
                return;
            }
            match (&mut self.regions[at], way) {
                (Region::Context, _) => self.act(Op::Leave, smallvec![], span),
                (Region::Tidied { ways, .. }, _) => {
                    let index = ways.iter().position(|&other| other == way).unwrap_or_else(|| {
                        ways.push(way);
                        ways.len() - 1
                    });
                    let kind = self.number((Completion::WAYS + index) as f64, span);
                    let value = if way == Way::Return { value } else { self.null() };
                    self.go_region(at, &[kind, value], span);
                }
                (&mut Region::Finalizer(kind, error), _) => self.insist(kind, error, span),
                (Region::Loop { .. }, Way::Break | Way::Continue) => self.go_loop(at, way, span),
                (Region::Switch { .. }, Way::Leave) => {
                    let null = self.null();
                    self.go_region(at, &[null], span);
                }
                _ => {}
            }
        }
        if self.dead {
            return;
        }
        match self.exit.take() {
            Some(mut exit) if way == Way::Return => {
                self.go(&mut exit, &[value], span);
                self.exit = Some(exit);
            }
            other => {
                self.exit = other;
                self.end(End::Return(value), span);
            }
        }
    }

    /// Goes to the join of a `switch` or a finalizer.
    fn go_region(&mut self, at: usize, args: &[Var], span: Span) {
        let mut region = std::mem::replace(&mut self.regions[at], Region::Context);
        if let Region::Switch { end: join } | Region::Tidied { join, .. } = &mut region {
            self.go(join, args, span);
        }
        self.regions[at] = region;
    }

    fn go_loop(&mut self, at: usize, way: Way, span: Span) {
        let mut region = std::mem::replace(&mut self.regions[at], Region::Context);
        if let Region::Loop { exit, next } = &mut region {
            self.go(if way == Way::Break { exit } else { next }, &[], span);
        }
        self.regions[at] = region;
    }

    /// `context "name" { }`
    pub(super) fn context(&mut self, name: &Expr, body: &Expr, wanted: bool, span: Span) -> Var {
        let name = self.value(name);
        self.act(Op::Enter, smallvec![name], span);
        self.regions.push(Region::Context);
        self.contexts += 1;
        let value = self.lower(body, wanted);
        self.contexts -= 1;
        self.regions.pop();
        self.act(Op::Leave, smallvec![], span);
        value
    }

    /// `try { } catch (e) { } finally { }`
    pub(super) fn attempt(
        &mut self,
        body: &Expr,
        handler: Option<&(Option<Pattern>, Expr)>,
        finalizer: Option<&Expr>,
        wanted: bool,
        span: Span,
    ) -> Var {
        if self.dead {
            return Var(0);
        }
        let Some(finalizer) = finalizer else { return self.caught(body, handler, wanted, span) };
        let outer = self.handler;
        let start = self.mark();
        self.regions.push(Region::Tidied { join: self.join(), ways: Vec::new() });
        let tidy = self.handler_here(true);
        self.handler = Some(tidy);
        self.split(span);
        let value = self.caught(body, handler, wanted, span);
        let normal = self.number(Completion::NORMAL, span);
        let at = self.regions.len() - 1;
        self.go_region(at, &[normal, value], span);
        // Errors come to a block of their own and go on into the one finalizer.
        self.handler = outer;
        self.rewind(start);
        let error = self.begin_handler(tidy);
        let thrown = self.number(Completion::THROWN, span);
        self.go_region(at, &[thrown, error], span);
        let Some(Region::Tidied { join, ways }) = self.regions.pop() else { return NONE };
        let given = self.enter(join);
        let (kind, value) = (given[0], given[1]);
        self.regions.push(Region::Finalizer(kind, value));
        // Its own errors come by here as its other ways out do.
        let start = self.mark();
        let failing = self.handler_here(true);
        self.handler = Some(failing);
        self.split(span);
        self.effect(finalizer);
        self.handler = outer;
        let mut done = self.join_at(start);
        self.go(&mut done, &[], span);
        self.rewind(start);
        let error = self.begin_handler(failing);
        self.insist(kind, value, span);
        self.end(End::Throw(error), span);
        self.enter(done);
        self.regions.pop();
        for (number, way) in [(Completion::THROWN, None)]
            .into_iter()
            .chain(ways.iter().enumerate().map(|(index, &way)| ((Completion::WAYS + index) as f64, Some(way))))
        {
            let number = self.number(number, span);
            let same = self.emit(Op::Binary(Binary::Equal), smallvec![kind, number], span);
            let (then, otherwise) = self.part(same, span);
            let here = self.mark();
            self.resume(then);
            match way {
                None => self.end(End::Throw(value), span),
                Some(way) => self.leave(way, value, span),
            }
            self.rewind(here);
            self.resume(otherwise);
        }
        value
    }

    /// What ended the run ends it, also where its finalizer takes another way out.
    fn insist(&mut self, kind: Var, error: Var, span: Span) {
        let number = self.number(Completion::THROWN, span);
        let thrown = self.emit(Op::Binary(Binary::Equal), smallvec![kind, number], span);
        let (then, otherwise) = self.part(thrown, span);
        self.resume(then);
        let code = self.emit(Op::Field("code".into()), smallvec![error], span);
        let first = self.constant(Constant::Text(Code::R090.name().into()), span);
        let ends = self.emit(Op::Binary(Binary::GreaterEqual), smallvec![code, first], span);
        let (ending, other) = self.part(ends, span);
        let here = self.mark();
        self.resume(ending);
        self.end(End::Throw(error), span);
        self.rewind(here);
        self.resume(other);
        let mut join = self.join();
        self.go(&mut join, &[], span);
        self.rewind(here);
        self.resume(otherwise);
        self.go(&mut join, &[], span);
        self.enter(join);
    }

    fn caught(&mut self, body: &Expr, handler: Option<&(Option<Pattern>, Expr)>, wanted: bool, span: Span) -> Var {
        let Some((pattern, handling)) = handler else { return self.lower(body, wanted) };
        let outer = self.handler;
        let start = self.mark();
        let mut done = self.join();
        let catch = self.handler_here(false);
        self.handler = Some(catch);
        self.split(span);
        let value = self.lower(body, wanted);
        self.go(&mut done, &[value], span);
        self.handler = outer;
        self.rewind(start);
        let error = self.begin_handler(catch);
        if let Some(pattern) = pattern {
            self.bind(pattern, error);
        }
        let value = self.lower(handling, wanted);
        self.go(&mut done, &[value], handling.span);
        self.enter(done).first().copied().unwrap_or(Var(0))
    }

    /// A new handler; its block is not begun yet.
    fn handler_here(&mut self, tidies: bool) -> HandlerId {
        self.handlers.push(Handler { block: super::build::NOWHERE, tidies, contexts: self.contexts });
        HandlerId(self.handlers.len() as u32 - 1)
    }

    /// Goes on where a handler begins; gives the error.
    fn begin_handler(&mut self, handler: HandlerId) -> Var {
        let block = self.create();
        self.handlers[handler.0 as usize].block = block;
        let error = self.parameter(block, None);
        self.resume(block);
        error
    }

    /// `throw x`
    pub(super) fn throw(&mut self, value: &Expr, span: Span) {
        let value = self.value(value);
        self.end(End::Throw(value), span);
    }

    /// A value that nobody reads, because nothing comes here.
    pub(super) fn nothing(&mut self) -> Var {
        if self.dead { Var(0) } else { self.constant(Constant::Null, Span::default()) }
    }
}
