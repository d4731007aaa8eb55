//! Programs that tell which branches they took, for the coverage of tests.
//!
//! A mark is a decision to be recorded (`track`) in front of a branch. So the machine knows nothing of marks, and a
//! marked program does what it did, in a few more steps.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::builtin;
use crate::hir::{self, Block, Body, Element, Expr, ExprKind, FunctionId, Kind, Link, LinkKind, Program, Row};
use crate::host::{self, Request};
use crate::source::{FileId, Span};
use crate::syntax::ast::Band;

/// What a mark's text begins with; no program's own text does.
const SIGN: &str = "\u{1}mark ";

/// A branch, which tests may take or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Branch {
    /// What it is, such as `else`.
    pub what: String,
    /// The file it stands in.
    pub file: FileId,
    /// Its place.
    pub span: Span,
}

/// Which branches were taken, by their numbers.
#[derive(Clone, Default, Debug)]
pub struct Taken(HashSet<usize>);

impl Taken {
    /// Takes note of what a marked program records.
    pub fn note(&mut self, request: &Request) {
        let host::Kind::Track { decision, .. } = &request.kind else { return };
        let mark = decision.get("value").and_then(Json::as_str).and_then(|text| text.strip_prefix(SIGN));
        self.0.extend(mark.and_then(|mark| mark.parse::<usize>().ok()));
    }

    /// Whether a branch was taken.
    pub fn has(&self, branch: usize) -> bool {
        self.0.contains(&branch)
    }
}

/// A call of a built-in, whatever a program calls by that name.
fn call(name: &str, argument: ExprKind, at: Span) -> Option<Expr> {
    let argument = Element::One(Expr { kind: argument, span: at });
    let call = Link { kind: LinkKind::Call(vec![argument]), optional: false, span: at };
    let base = Expr { kind: ExprKind::Builtin(builtin::find_function(name)?), span: at };
    Some(Expr { kind: ExprKind::Chain(Row::of(base, [call])), span: at })
}

/// The program with a wait in the place of each statement that is nothing but `null`, so that handlers run there.
pub fn pausing(program: &Program) -> Program {
    let mut pausing = program.clone();
    let Some(module) = pausing.modules.last() else { return pausing };
    let body = &mut pausing.functions[module.body.0 as usize].body;
    let statements: &mut [Expr] = match &mut body.kind {
        ExprKind::Block(block) => &mut block.exprs,
        _ => std::slice::from_mut(body),
    };
    for statement in statements.iter_mut().filter(|statement| matches!(statement.kind, ExprKind::Null)) {
        if let Some(wait) = call("delay", ExprKind::Number(0.0), statement.span) {
            *statement = wait;
        }
    }
    pausing
}

/// The program with a mark in each branch, tests excepted, and the branches by their numbers.
pub fn mark(program: &Program) -> (Program, Vec<Branch>) {
    let mut marked = program.clone();
    let mut branches = Vec::new();
    for index in 0..program.functions.len() {
        if is_test(program, FunctionId(index as u32)) {
            continue;
        }
        let function = &mut marked.functions[index];
        let mut marks = Marks { branches: &mut branches, file: function.file };
        marks.enter(&mut function.body);
        if function.kind == Kind::Plain || function.kind == Kind::Pattern {
            let name = function.name.map(|name| program.names.text(name));
            let what = name.map_or("function".to_owned(), |name| format!("function `{name}`"));
            marks.put(&mut function.body, what, function.head);
        }
    }
    (marked, branches)
}

/// Whether a function is a test or stands in one.
fn is_test(program: &Program, id: FunctionId) -> bool {
    let function = &program.functions[id.0 as usize];
    function.kind == Kind::Test || function.parent.is_some_and(|parent| is_test(program, parent))
}

struct Marks<'a> {
    branches: &'a mut Vec<Branch>,
    file: FileId,
}

impl Marks<'_> {
    /// Puts a mark in front of an expression.
    fn put(&mut self, expr: &mut Expr, what: impl Into<String>, span: Span) {
        let text = format!("{SIGN}{}", self.branches.len());
        self.branches.push(Branch { what: what.into(), file: self.file, span });
        let at = expr.span;
        let Some(call) = call("track", ExprKind::Text(Arc::from(text)), at) else { return };
        let body = std::mem::replace(expr, Expr { kind: ExprKind::Null, span: at });
        expr.kind = ExprKind::Block(Block::of(vec![call, body]));
    }

    /// Marks the branches within an expression.
    fn enter(&mut self, expr: &mut Expr) {
        let span = expr.span;
        match &mut expr.kind {
            ExprKind::If { arms, otherwise } => {
                arms.iter_mut().for_each(|(condition, then)| self.put(then, "then", condition.span));
                let nothing = || Box::new(Expr { kind: ExprKind::Null, span });
                self.put(otherwise.get_or_insert_with(nothing), "else", span);
            }
            ExprKind::Match { arms, .. } => {
                arms.iter_mut().for_each(|arm| self.put(&mut arm.body, "arm", arm.pattern.span));
            }
            ExprKind::Switch { cases, .. } => {
                for case in cases {
                    let what = if case.tests.is_empty() { "default" } else { "case" };
                    self.put(&mut case.body, what, case.span);
                }
            }
            ExprKind::Uncertain { branches, .. } => self.bands(branches),
            ExprKind::Try { handler: Some(handler), .. } => {
                let (_, handler) = &mut **handler;
                let at = handler.span;
                self.put(handler, "catch", at);
            }
            ExprKind::While { body, .. } | ExprKind::ForEach { body, .. } | ExprKind::ForCount { body, .. } => {
                match body {
                    Body::Plain(turn) => self.put(turn, "loop", span),
                    Body::Bands(branches) => self.bands(branches),
                }
            }
            _ => {}
        }
        hir::inner(expr).into_iter().for_each(|inner| self.enter(inner));
    }

    fn bands(&mut self, branches: &mut [hir::Branch]) {
        for branch in branches {
            let what = match branch.band {
                Band::High => "high",
                Band::Medium => "medium",
                Band::Low => "low",
                Band::Default => "default",
            };
            self.put(&mut branch.body, what, branch.span);
        }
    }
}
