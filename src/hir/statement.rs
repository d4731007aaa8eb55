//! Statements, and the forms that are both statements and expressions.

use super::lower::{Around, Lowering};
use super::scope::ScopeId;
use super::{Arm, Block, Body, Case, Count, Each, Expr, ExprKind, Kind, Pattern, PatternKind, Unary};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Keyword, List, Node, NodeId, Prefix};
use std::collections::HashMap;

/// What is said of a `try` on its own.
const UNCAUGHT: &str = "this `try` has neither `catch` nor `finally`";

impl Lowering<'_> {
    /// Statements of a scope that is open already.
    pub(super) fn statements(&mut self, list: List, used: bool) -> Block {
        let nodes = self.tree.list(list);
        let functions = self.hoisted(nodes);
        let mut exprs = Vec::with_capacity(nodes.len());
        let last = nodes.iter().rposition(|&node| !self.is_passed_over(node));
        let mut ended: Option<Span> = None;
        let mut told = false;
        for (i, &node) in nodes.iter().enumerate() {
            if let Some(end) = ended
                && !told
                && !self.is_passed_over(node)
            {
                told = true;
                let found = self.finding(Code::T012, self.span(node), "this is never reached");
                let found = found.note_at(self.at(end), "what runs before it always leaves here");
                self.report(found.help("remove it, or put what leaves under a condition"));
            }
            let used = used && Some(i) == last;
            self.statement(node, used, &mut exprs);
            if !used {
                self.check_dropped(node, false);
            }
            if self.always_leaves(node) {
                ended.get_or_insert(self.span(node));
            }
        }
        Block { functions: functions.into(), exprs: exprs.into() }
    }

    /// Whether nothing behind a statement runs.
    fn always_leaves(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Return(_) | Node::Throw(_) | Node::Break | Node::Continue => true,
            Node::Block(list) => self.tree.list(list).iter().any(|&inner| self.always_leaves(inner)),
            Node::If { arms, otherwise: Some(otherwise) } => {
                let leaves = |&arm: &NodeId| match self.node(arm) {
                    Node::Arm { body, .. } => self.always_leaves(body),
                    _ => false,
                };
                self.always_leaves(otherwise) && self.tree.list(arms).iter().all(leaves)
            }
            _ => false,
        }
    }

    /// A scope with its statements.
    pub(super) fn block(&mut self, list: List, scope: Option<ScopeId>, used: bool, span: Span) -> Expr {
        let block = match scope {
            Some(scope) => {
                let outer = std::mem::replace(&mut self.scope, scope);
                self.open(scope);
                let block = self.statements(list, used);
                self.scope = outer;
                block
            }
            None => self.statements(list, used),
        };
        Expr { kind: ExprKind::Block(block), span }
    }

    /// Runs a part of the lowering in the scope that a node opens.
    pub(super) fn scoped<T>(&mut self, node: NodeId, inside: impl FnOnce(&mut Self) -> T) -> T {
        let Some(scope) = self.scopes.opened(node) else { return inside(self) };
        let outer = std::mem::replace(&mut self.scope, scope);
        self.open(scope);
        let out = inside(self);
        self.scope = outer;
        out
    }

    /// A branch: a block, or one statement.
    pub(super) fn body(&mut self, node: NodeId, used: bool) -> Expr {
        if let Node::Block(_) = self.node(node) {
            return self.valued(node, used);
        }
        let span = self.span(node);
        let mut exprs = Vec::new();
        let functions = self.hoisted(&[node]);
        self.statement(node, used, &mut exprs);
        if !used {
            self.check_dropped(node, true);
        }
        match exprs.len() {
            1 if functions.is_empty() => exprs.remove(0),
            _ => Expr { kind: ExprKind::Block(Block { functions: functions.into(), exprs: exprs.into() }), span },
        }
    }

    fn statement(&mut self, node: NodeId, used: bool, out: &mut Vec<Expr>) {
        match self.node(node) {
            Node::Let { keyword, declarators } => self.declarators(keyword, declarators, out),
            _ if self.is_passed_over(node) => self.declaration(node, out),
            Node::Export { .. } | Node::Decorated { .. } => self.declaration(node, out),
            _ => {
                let value = self.valued(node, used);
                out.push(value);
            }
        }
    }

    pub(super) fn declarators(&mut self, keyword: Keyword, declarators: List, out: &mut Vec<Expr>) {
        for &declarator in self.tree.list(declarators) {
            let Node::Declarator { pattern, value, .. } = self.node(declarator) else { continue };
            let span = self.span(declarator);
            if keyword == Keyword::Const
                && value.is_none()
                && !self.broken
                && matches!(self.node(pattern), Node::Name(_))
            {
                let help = "write `=` and its value, or declare it with `let`";
                self.refuse(Code::P001, span, "a `const` has its value from the beginning", help);
            }
            if !self.scopes.assigning.contains(&pattern) {
                out.push(self.declare(pattern, value, span));
            } else if let Some(value) = value {
                out.push(self.assign(None, pattern, value, span));
                // As a declaration it has no value.
                out.push(Expr { kind: ExprKind::Null, span });
            }
        }
    }

    /// Whether a statement does nothing when it is its turn, and has no value.
    pub(super) fn is_passed_over(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Function(id) => self.is_declared(id),
            Node::Agent { .. }
            | Node::Agents(_)
            | Node::Type { .. }
            | Node::Import { .. }
            | Node::ExportNames { .. } => true,
            Node::Decorated { declaration, .. } => self.is_passed_over(declaration),
            Node::Export { declaration, default } => {
                self.is_passed_over(declaration) || (default && matches!(self.node(declaration), Node::Function(_)))
            }
            _ => false,
        }
    }

    /// What is both a statement and an expression, or a statement where a value belongs.
    pub(super) fn structured(&mut self, node: NodeId, used: bool) -> Expr {
        let span = self.span(node);
        let kind = match self.node(node) {
            Node::Block(list) => return self.block(list, self.scopes.opened(node), used, span),
            Node::If { arms, otherwise } => {
                let mut out = Vec::with_capacity(arms.len as usize);
                for &arm in self.tree.list(arms) {
                    if let Node::Arm { condition, body } = self.node(arm) {
                        let condition = self.condition(condition);
                        out.push((condition, self.body(body, used)));
                    }
                }
                let otherwise = otherwise.map(|body| Box::new(self.body(body, used)));
                ExprKind::If { arms: out, otherwise }
            }
            Node::Match { subject, arms } => self.match_(subject, arms, used),
            Node::Switch { subject, cases } => self.switch(subject, cases, used),
            Node::Try { body, handler, finalizer } => {
                if handler.is_none() && finalizer.is_none() {
                    let end = self.span(body).end;
                    let found = self.finding(Code::P001, Span::new(span.start, span.start + 3), UNCAUGHT);
                    let found = found.help("write `catch (e) { … }` or `finally { … }` behind its block");
                    let title = "write `catch { }`".to_owned();
                    self.report(super::edit::suggest(found, title, Span::at(end), " catch { }".to_owned(), false));
                }
                let body = Box::new(self.body(body, used));
                let handler = handler.and_then(|handler| match self.node(handler) {
                    Node::Catch { parameter, body } => Some(self.scoped(handler, |this| {
                        let pattern = parameter.map(|parameter| this.bound(parameter));
                        Box::new((pattern, this.body(body, used)))
                    })),
                    _ => None,
                });
                let finalizer = finalizer.map(|body| Box::new(self.body(body, false)));
                ExprKind::Try { body, handler, finalizer }
            }
            Node::UncertainIf { subject, bands } => {
                // `~x` routes as x does.
                let subject = match *self.boxed(subject) {
                    Expr { kind: ExprKind::Unary(Unary::Confidence, inner), .. } => inner,
                    other => Box::new(other),
                };
                ExprKind::Uncertain { subject, branches: self.bands(bands, span, used) }
            }
            Node::While { condition, max, body } => {
                let max = self.optional(max);
                let condition = Box::new(self.condition(condition));
                ExprKind::While { condition, max, body: self.turns(body), late: false }
            }
            Node::DoWhile { body, condition, max } => {
                let body = self.turns(body);
                let condition = Box::new(self.condition(condition));
                ExprKind::While { condition, max: self.optional(max), body, late: true }
            }
            Node::ForEach { head, source, body } => self.for_each(node, head, source, body),
            Node::ForCount { head, max, body } => self.for_count(node, head, body, max),
            Node::Return(value) => {
                let value = self.optional(value);
                if matches!(self.frame().kind, Kind::Task) {
                    let help = "the value of an element is its result; use a function for more";
                    return self.refuse(Code::P013, span, "`return` cannot leave an element of a fork", help);
                }
                ExprKind::Return(value)
            }
            Node::Throw(value) => ExprKind::Throw(self.boxed(value)),
            Node::Break => match self.frame().around.last() {
                Some(Around::Loop) => ExprKind::Break,
                Some(Around::Switch) => ExprKind::Leave,
                None => {
                    let help = "it ends a loop or a `case`";
                    return self.refuse(Code::P013, span, "`break` has nothing to leave here", help);
                }
            },
            Node::Continue => {
                if !self.frame().around.contains(&Around::Loop) {
                    let help = "it goes on with the next turn of a loop";
                    return self.refuse(Code::P013, span, "`continue` has no loop here", help);
                }
                ExprKind::Continue
            }
            Node::Context { name, body } => {
                let name = self.boxed(name);
                ExprKind::Context { name, body: Box::new(self.body(body, used)) }
            }
            Node::Let { keyword, declarators } => {
                let mut exprs = Vec::new();
                self.declarators(keyword, declarators, &mut exprs);
                ExprKind::Block(Block::of(exprs))
            }
            Node::Type { .. }
            | Node::Agent { .. }
            | Node::Agents(_)
            | Node::Import { .. }
            | Node::Export { .. }
            | Node::ExportNames { .. }
            | Node::Decorated { .. } => {
                return self.refuse(Code::P001, span, "a declaration stands by itself, not inside an expression", "");
            }
            _ => ExprKind::Null,
        };
        Expr { kind, span }
    }

    // ---- choices

    fn match_(&mut self, subject: NodeId, arms: List, used: bool) -> ExprKind {
        let on_typeof = matches!(self.node(self.bare(subject)), Node::Unary { operator: Prefix::Typeof, .. });
        let subject = self.boxed(subject);
        let mut out: Vec<Arm> = Vec::with_capacity(arms.len as usize);
        let mut caught: Option<Span> = None;
        let mut values: HashMap<String, Span> = HashMap::new();
        for &arm in self.tree.list(arms) {
            let Node::MatchArm { pattern, guard, body } = self.node(arm) else { continue };
            let span = self.span(arm);
            if on_typeof {
                self.check_type_names(pattern);
            }
            if let Some(first) = caught {
                let found = self.finding(Code::T012, self.span(pattern), "this arm is never reached");
                let found = found.note_at(self.at(first), "this arm takes everything");
                self.report(found.help("move it before that arm, or remove it"));
            }
            let lowered = self.scoped(arm, |this| {
                let pattern = this.matched(pattern);
                let guard = guard.map(|guard| this.condition(guard));
                Arm { pattern, guard, body: this.body(body, used), span }
            });
            if lowered.guard.is_none() {
                if lowered.pattern.takes_all() {
                    caught.get_or_insert(lowered.pattern.span);
                }
                self.check_values(&lowered.pattern, &mut values);
            }
            out.push(lowered);
        }
        ExprKind::Match { subject, arms: out }
    }

    /// Notes an arm whose values all stand in arms before it.
    fn check_values(&mut self, pattern: &Pattern, values: &mut HashMap<String, Span>) {
        let parts = match &pattern.kind {
            PatternKind::Either(parts) => parts.as_slice(),
            _ => std::slice::from_ref(pattern),
        };
        let mut before = None;
        let mut new = false;
        for part in parts {
            let text = match &part.kind {
                PatternKind::Equal(value) => value.constant(),
                _ => None,
            };
            let Some(text) = text else { return };
            match values.get(&text) {
                Some(first) => before = Some(*first),
                None => {
                    values.insert(text, part.span);
                    new = true;
                }
            }
        }
        if let (Some(first), false) = (before, new) {
            let found = self.finding(Code::T012, pattern.span, "this arm is never reached");
            let found = found.note_at(self.at(first), "this arm takes the same value");
            self.report(found.help("remove it, or look for another value"));
        }
    }

    fn check_type_names(&mut self, pattern: NodeId) {
        match self.node(self.bare(pattern)) {
            Node::Text => self.check_type_name(self.bare(pattern), None),
            Node::Operation(list) => {
                for &part in self.tree.list(list) {
                    if let Node::Text = self.node(part) {
                        self.check_type_name(part, None);
                    }
                }
            }
            _ => {}
        }
    }

    fn switch(&mut self, subject: NodeId, cases: List, used: bool) -> ExprKind {
        let on_typeof = matches!(self.node(self.bare(subject)), Node::Unary { operator: Prefix::Typeof, .. });
        let subject = self.boxed(subject);
        let nodes = self.tree.list(cases);
        let mut out = Vec::new();
        let mut tests = Vec::new();
        let mut values: HashMap<String, Span> = HashMap::new();
        let mut default: Option<Span> = None;
        let mut defaulted = false;
        let mut start: Option<Span> = None;
        for (i, &case) in nodes.iter().enumerate() {
            let Node::Case { test, body } = self.node(case) else { continue };
            let span = self.span(case);
            let from = *start.get_or_insert(span);
            match test {
                Some(test) => {
                    if on_typeof && matches!(self.node(self.bare(test)), Node::Text) {
                        self.check_type_name(self.bare(test), None);
                    }
                    let value = self.expression(test);
                    if let Some(text) = value.constant() {
                        match values.get(&text) {
                            Some(&first) => {
                                let found = self.finding(Code::T012, value.span, "this case is never reached");
                                let found = found.note_at(self.at(first), "this case takes the same value");
                                self.report(found.help("remove it, or test another value"));
                            }
                            None => {
                                values.insert(text, value.span);
                            }
                        }
                    }
                    tests.push(value);
                }
                None => {
                    if let Some(first) = default {
                        let found = self.finding(Code::P011, span, "a `switch` has one `default` only");
                        self.report(found.note_at(self.at(first), "the first stands here"));
                    }
                    default.get_or_insert(span);
                    defaulted = true;
                }
            }
            if body.is_empty() && i + 1 < nodes.len() {
                continue;
            }
            self.frame().around.push(Around::Switch);
            let body = self.scoped(case, |this| Expr { kind: this.case(body, used), span });
            self.frame().around.pop();
            let default = std::mem::take(&mut defaulted);
            out.push(Case { tests: std::mem::take(&mut tests), default, body, span: from.to(span) });
            start = None;
        }
        ExprKind::Switch { subject, cases: out }
    }

    /// The statements of a case, without the `break` that ends it.
    fn case(&mut self, body: List, used: bool) -> ExprKind {
        let ends = |node: &NodeId| matches!(self.node(*node), Node::Break);
        let nodes = self.tree.list(body);
        let trailing = nodes.last().is_some_and(ends) as u32;
        if body.len - trailing == 1
            && let Node::Block(inner) = self.node(nodes[0])
        {
            // `case 1: { …; break }`
            let scope = self.scopes.opened(nodes[0]);
            let inner_ends = self.tree.list(inner).last().is_some_and(|node| matches!(self.node(*node), Node::Break));
            let inner = List { len: inner.len - inner_ends as u32, ..inner };
            return self.block(inner, scope, used, self.span(nodes[0])).kind;
        }
        ExprKind::Block(self.statements(List { len: body.len - trailing, ..body }, used))
    }

    // ---- loops

    fn turns(&mut self, body: NodeId) -> Body {
        self.frame().around.push(Around::Loop);
        let body = match self.node(body) {
            Node::Bands(bands) => Body::Bands(self.bands(bands, self.span(body), false).into()),
            _ => Body::Plain(Box::new(self.body(body, false))),
        };
        self.frame().around.pop();
        body
    }

    fn for_each(&mut self, node: NodeId, head: NodeId, source: NodeId, body: NodeId) -> ExprKind {
        let source = self.expression(source);
        let Node::ForEachHead { patterns, max, .. } = self.node(head) else { return ExprKind::Null };
        let max = self.optional(max);
        self.scoped(node, |this| {
            let patterns = this.tree.list(patterns).iter().map(|&pattern| this.bound(pattern)).collect();
            ExprKind::ForEach { head: Box::new(Each { patterns, source }), max, body: this.turns(body) }
        })
    }

    fn for_count(&mut self, node: NodeId, head: NodeId, body: NodeId, max: Option<NodeId>) -> ExprKind {
        let max = self.optional(max);
        let Node::ForCountHead { init, condition, step } = self.node(head) else { return ExprKind::Null };
        self.scoped(node, |this| {
            let mut fresh = Vec::new();
            for id in this.scopes.scope(this.scope).declarations.clone() {
                if let super::Variable::Local(local) = this.variable(id) {
                    fresh.push(local);
                }
            }
            let init = init.map(|init| this.body(init, false));
            let condition = condition.map(|condition| this.condition(condition));
            let step = step.map(|step| this.valued(step, false));
            let head = Box::new(Count { init, fresh, condition, step });
            ExprKind::ForCount { head, max, body: this.turns(body) }
        })
    }
}

impl Expr {
    /// A literal as a text that tells it from others.
    fn constant(&self) -> Option<String> {
        Some(match &self.kind {
            ExprKind::Null => "null".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Number(value) => value.to_string(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Unary(Unary::Negate, operand) => format!("-{}", operand.constant()?),
            _ => return None,
        })
    }
}
