//! The expressions directly within an expression, to be changed.

use super::expr::{
    Body, Count, Each, Element, Expr, ExprKind, Fork, Key, LinkKind, Member, Part, Pattern, PatternKind, Place, Root,
    Tasks,
};

/// The expressions directly within an expression, in the order they stand; functions are not entered.
pub fn inner(expr: &mut Expr) -> Vec<&mut Expr> {
    let mut all = Vec::new();
    match &mut expr.kind {
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
        ExprKind::Template(parts) => all.extend(parts.iter_mut().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Hole(hole) => Some(hole),
        })),
        ExprKind::List(elements) => all.extend(elements.iter_mut().map(element)),
        ExprKind::Object(members) => members.iter_mut().for_each(|member| match member {
            Member::Entry(key, value) => {
                all.extend(computed(key));
                all.push(value);
            }
            Member::Spread(it) => all.push(it),
        }),
        ExprKind::Unary(_, it) | ExprKind::Instance(it, _) | ExprKind::Throw(it) => all.push(it),
        ExprKind::Binary(row) => {
            all.push(&mut row.first);
            all.extend(row.rest.iter_mut().map(|(_, _, right)| right));
        }
        ExprKind::Logical(row) => {
            all.push(&mut row.first);
            all.extend(row.rest.iter_mut().map(|(_, right)| right));
        }
        ExprKind::Ask { value, threshold } => all.extend([&mut **value, threshold]),
        ExprKind::Range { low, high, .. } => all.extend([&mut **low, high]),
        ExprKind::Chain(chain) => {
            all.push(&mut chain.first);
            for link in &mut chain.rest {
                match &mut link.kind {
                    LinkKind::Member(_) => {}
                    LinkKind::Index(key) => all.push(key),
                    LinkKind::Call(arguments) | LinkKind::Method { arguments, .. } => {
                        all.extend(arguments.iter_mut().map(element));
                    }
                }
            }
        }
        ExprKind::Fork(fork) => {
            let Fork { tasks, before, after, .. } = &mut **fork;
            all.extend(before);
            for task in tasks {
                match task {
                    Tasks::One(..) => {}
                    Tasks::Each { list, function } => all.extend([list, function]),
                    Tasks::Functions(list) => all.push(list),
                }
            }
            all.extend(after);
        }
        ExprKind::If { arms, otherwise } => {
            arms.iter_mut().for_each(|(condition, then)| all.extend([condition, then]));
            all.extend(otherwise.as_deref_mut());
        }
        ExprKind::Match { subject, arms } => {
            all.push(subject);
            for arm in arms {
                pattern(&mut arm.pattern, &mut all);
                all.extend(&mut arm.guard);
                all.push(&mut arm.body);
            }
        }
        ExprKind::Switch { subject, cases } => {
            all.push(subject);
            for case in cases {
                all.extend(&mut case.tests);
                all.push(&mut case.body);
            }
        }
        ExprKind::Uncertain { subject, branches } => {
            all.push(subject);
            branches.iter_mut().for_each(|branch| all.extend(branch.threshold.iter_mut().chain([&mut branch.body])));
        }
        ExprKind::Try { body, handler, finalizer } => {
            all.push(body);
            if let Some((taken, handler)) = handler.as_deref_mut() {
                taken.iter_mut().for_each(|taken| pattern(taken, &mut all));
                all.push(handler);
            }
            all.extend(finalizer.as_deref_mut());
        }
        ExprKind::Block(block) => all.extend(&mut *block.exprs),
        ExprKind::Let { pattern: taken, value } => {
            pattern(taken, &mut all);
            all.extend(value.as_deref_mut());
        }
        ExprKind::Assign { target, value, .. } => {
            place(target, &mut all);
            all.push(value);
        }
        ExprKind::Unpack { pattern: taken, value } => {
            pattern(taken, &mut all);
            all.push(value);
        }
        ExprKind::Step { target, .. } | ExprKind::Delete(target) => place(target, &mut all),
        ExprKind::While { condition, max, body: turn, .. } => {
            all.push(condition);
            all.extend(max.as_deref_mut());
            body(turn, &mut all);
        }
        ExprKind::ForEach { head, max, body: turn } => {
            let Each { patterns, source } = &mut **head;
            patterns.iter_mut().for_each(|taken| pattern(taken, &mut all));
            all.push(source);
            all.extend(max.as_deref_mut());
            body(turn, &mut all);
        }
        ExprKind::ForCount { head, max, body: turn } => {
            let Count { init, condition, step, .. } = &mut **head;
            all.extend([init, condition, step].into_iter().flatten());
            all.extend(max.as_deref_mut());
            body(turn, &mut all);
        }
        ExprKind::Return(value) => all.extend(value.as_deref_mut()),
        ExprKind::Context { name, body } => all.extend([&mut **name, body]),
        ExprKind::Bind { value, .. } => all.push(value),
    }
    all
}

fn element(element: &mut Element) -> &mut Expr {
    match element {
        Element::One(it) | Element::Spread(it) => it,
    }
}

fn computed(key: &mut Key) -> Option<&mut Expr> {
    match key {
        Key::Fixed(_) => None,
        Key::Computed(it) => Some(it),
    }
}

fn body<'e>(body: &'e mut Body, all: &mut Vec<&'e mut Expr>) {
    match body {
        Body::Plain(it) => all.push(it),
        Body::Bands(branches) => {
            branches.iter_mut().for_each(|branch| all.extend(branch.threshold.iter_mut().chain([&mut branch.body])));
        }
    }
}

fn place<'e>(place: &'e mut Place, all: &mut Vec<&'e mut Expr>) {
    if let Root::Copy(it) = &mut place.root {
        all.push(it);
    }
    all.extend(place.keys.iter_mut().filter_map(computed));
}

fn pattern<'e>(it: &'e mut Pattern, all: &mut Vec<&'e mut Expr>) {
    match &mut it.kind {
        PatternKind::Ignore | PatternKind::Bind(_) => {}
        PatternKind::Place(it) => place(it, all),
        PatternKind::Equal(it) => all.push(it),
        PatternKind::List { elements, rest } => {
            elements.iter_mut().chain(rest.as_deref_mut()).for_each(|it| pattern(it, all));
        }
        PatternKind::Object { entries, rest } => {
            for (key, entry) in entries {
                all.extend(computed(key));
                pattern(entry, all);
            }
            rest.as_deref_mut().into_iter().for_each(|it| pattern(it, all));
        }
        PatternKind::Default(inner, other) | PatternKind::Sure(inner, other) => {
            pattern(inner, all);
            all.push(other);
        }
        PatternKind::Either(alternatives) => alternatives.iter_mut().for_each(|it| pattern(it, all)),
    }
}
