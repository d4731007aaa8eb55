//! A walk over the tree in the order in which it runs.

use crate::hir::{
    Block, Body, Branch, Element, Expr, ExprKind, Fork, FunctionId, Key, LinkKind, Member, Part, Pattern, PatternKind,
    Place, Root, Tasks,
};

/// What is done at each node; the default is to go on.
pub(super) trait Visit {
    /// At an expression.
    fn expr(&mut self, expr: &Expr);
    /// At a scope.
    fn block(&mut self, block: &Block);
    /// At a pattern.
    fn pattern(&mut self, pattern: &Pattern);
    /// At what can be changed, and whether it is.
    fn place(&mut self, place: &Place, changed: bool);
    /// At a task of a fork.
    fn task(&mut self, function: FunctionId);
}

/// Visits what an expression is made of.
pub(super) fn walk(visit: &mut impl Visit, expr: &Expr) {
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Text(_)
        | ExprKind::Regex(_)
        | ExprKind::Read(_)
        | ExprKind::Builtin(_)
        | ExprKind::Input
        | ExprKind::Agents
        | ExprKind::AgentList
        | ExprKind::Function(_)
        | ExprKind::Break
        | ExprKind::Leave
        | ExprKind::Continue => {}
        ExprKind::Template(parts) => {
            for part in parts {
                if let Part::Hole(expr) = part {
                    visit.expr(expr);
                }
            }
        }
        ExprKind::List(list) => elements(visit, list),
        ExprKind::Object(members) => {
            for member in members {
                match member {
                    Member::Entry(key, value) => {
                        walk_key(visit, key);
                        visit.expr(value);
                    }
                    Member::Spread(value) => visit.expr(value),
                }
            }
        }
        ExprKind::Unary(_, value)
        | ExprKind::Instance(value, _)
        | ExprKind::Throw(value)
        | ExprKind::Bind { value, .. } => {
            visit.expr(value);
        }
        ExprKind::Binary(row) => {
            visit.expr(&row.first);
            row.rest.iter().for_each(|(_, _, value)| visit.expr(value));
        }
        ExprKind::Logical(row) => {
            visit.expr(&row.first);
            row.rest.iter().for_each(|(_, value)| visit.expr(value));
        }
        ExprKind::Ask { value, threshold } => {
            visit.expr(value);
            visit.expr(threshold);
        }
        ExprKind::Range { low, high, .. } => {
            visit.expr(low);
            visit.expr(high);
        }
        ExprKind::Chain(chain) => {
            visit.expr(&chain.first);
            for link in &chain.rest {
                match &link.kind {
                    LinkKind::Member(_) => {}
                    LinkKind::Index(key) => visit.expr(key),
                    LinkKind::Call(arguments) => elements(visit, arguments),
                    LinkKind::Method { arguments, place, .. } => {
                        elements(visit, arguments);
                        if let Some(place) = place {
                            visit.place(place, true);
                        }
                    }
                }
            }
        }
        ExprKind::Fork(fork) => {
            let Fork { tasks, before, after, .. } = &**fork;
            before.iter().for_each(|value| visit.expr(value));
            for task in tasks {
                match task {
                    Tasks::One(function, _) => visit.task(*function),
                    Tasks::Each { list, function } => {
                        visit.expr(list);
                        visit.expr(function);
                    }
                    Tasks::Functions(list) => visit.expr(list),
                }
            }
            after.iter().for_each(|value| visit.expr(value));
        }
        ExprKind::If { arms, otherwise } => {
            for (condition, value) in arms {
                visit.expr(condition);
                visit.expr(value);
            }
            optional(visit, otherwise);
        }
        ExprKind::Match { subject, arms } => {
            visit.expr(subject);
            for arm in arms {
                visit.pattern(&arm.pattern);
                arm.guard.iter().for_each(|guard| visit.expr(guard));
                visit.expr(&arm.body);
            }
        }
        ExprKind::Switch { subject, cases } => {
            visit.expr(subject);
            for case in cases {
                case.tests.iter().for_each(|test| visit.expr(test));
                visit.expr(&case.body);
            }
        }
        ExprKind::Uncertain { subject, branches: list } => {
            visit.expr(subject);
            branches(visit, list);
        }
        ExprKind::Try { body, handler, finalizer } => {
            visit.expr(body);
            if let Some((pattern, handler)) = handler.as_deref() {
                pattern.iter().for_each(|pattern| visit.pattern(pattern));
                visit.expr(handler);
            }
            optional(visit, finalizer);
        }
        ExprKind::Block(block) => visit.block(block),
        ExprKind::Let { pattern, value } => {
            optional(visit, value);
            visit.pattern(pattern);
        }
        ExprKind::Assign { target, value, .. } => {
            visit.expr(value);
            visit.place(target, true);
        }
        ExprKind::Unpack { pattern, value } => {
            visit.expr(value);
            visit.pattern(pattern);
        }
        ExprKind::Step { target, .. } | ExprKind::Delete(target) => visit.place(target, true),
        ExprKind::While { condition, max, body, .. } => {
            optional(visit, max);
            visit.expr(condition);
            walk_body(visit, body);
        }
        ExprKind::ForEach { head, max, body } => {
            visit.expr(&head.source);
            optional(visit, max);
            head.patterns.iter().for_each(|pattern| visit.pattern(pattern));
            walk_body(visit, body);
        }
        ExprKind::ForCount { head, max, body } => {
            head.init.iter().for_each(|init| visit.expr(init));
            optional(visit, max);
            head.condition.iter().for_each(|condition| visit.expr(condition));
            walk_body(visit, body);
            head.step.iter().for_each(|step| visit.expr(step));
        }
        ExprKind::Return(value) => optional(visit, value),
        ExprKind::Context { name, body } => {
            visit.expr(name);
            visit.expr(body);
        }
    }
}

/// Visits what a pattern is made of.
pub(super) fn walk_pattern(visit: &mut impl Visit, pattern: &Pattern) {
    match &pattern.kind {
        PatternKind::Ignore | PatternKind::Bind(_) => {}
        PatternKind::Place(place) => visit.place(place, true),
        PatternKind::Equal(value) => visit.expr(value),
        PatternKind::List { elements, rest } => {
            elements.iter().for_each(|element| visit.pattern(element));
            rest.iter().for_each(|rest| visit.pattern(rest));
        }
        PatternKind::Object { entries, rest } => {
            for (key, entry) in entries {
                walk_key(visit, key);
                visit.pattern(entry);
            }
            rest.iter().for_each(|rest| visit.pattern(rest));
        }
        PatternKind::Default(inner, value) | PatternKind::Sure(inner, value) => {
            visit.expr(value);
            visit.pattern(inner);
        }
        PatternKind::Either(alternatives) => alternatives.iter().for_each(|alternative| visit.pattern(alternative)),
    }
}

/// Visits what a place is made of.
pub(super) fn walk_place(visit: &mut impl Visit, place: &Place) {
    if let Root::Copy(value) = &place.root {
        visit.expr(value);
    }
    place.keys.iter().for_each(|key| walk_key(visit, key));
}

fn walk_key(visit: &mut impl Visit, key: &Key) {
    if let Key::Computed(value) = key {
        visit.expr(value);
    }
}

fn walk_body(visit: &mut impl Visit, body: &Body) {
    match body {
        Body::Plain(body) => visit.expr(body),
        Body::Bands(list) => branches(visit, list),
    }
}

fn branches(visit: &mut impl Visit, branches: &[Branch]) {
    for branch in branches {
        branch.threshold.iter().for_each(|threshold| visit.expr(threshold));
        visit.expr(&branch.body);
    }
}

fn elements(visit: &mut impl Visit, elements: &[Element]) {
    for element in elements {
        match element {
            Element::One(value) | Element::Spread(value) => visit.expr(value),
        }
    }
}

fn optional(visit: &mut impl Visit, value: &Option<Box<Expr>>) {
    if let Some(value) = value {
        visit.expr(value);
    }
}
