//! Where the text says what the code does: branches of `uncertain if`, arms of `match`.

use crate::hir::{
    Arm, Body, Branch, Element, Expr, ExprKind, Fork, Function, Key, Link, LinkKind, Member, Part, Pattern,
    PatternKind, Place, Program, Root, Tasks,
};
use crate::source::{Location, Span};
use foldhash::HashMap;

/// An `uncertain` with its branches.
#[derive(Debug)]
pub(super) struct Uncertain<'a> {
    /// Its branches.
    pub branches: &'a [Branch],
}

/// What the walk over the text found, by place.
#[derive(Default, Debug)]
pub(super) struct Written<'a> {
    /// `uncertain if` and loops by the place of the whole.
    pub uncertain: HashMap<Location, Uncertain<'a>>,
    /// Branches of `uncertain if`, and arms of a `match` that asks for confidence, that give null.
    pub silent: Vec<Location>,
    /// Arms of `match` that ask for confidence: the place of the pattern, and of the arm.
    pub arms: Vec<(Location, Span)>,
}

impl<'a> Written<'a> {
    /// Reads all functions of a program.
    pub fn of(program: &'a Program) -> Self {
        let mut written = Self::default();
        for function in &program.functions {
            written.function(function);
        }
        written
    }

    fn function(&mut self, function: &'a Function) {
        let mut stack: Vec<&'a Expr> = vec![&function.body];
        for parameter in &function.parameters {
            stack.extend(parameter.default.iter());
        }
        while let Some(expr) = stack.pop() {
            let at = Location::new(function.file, expr.span);
            match &expr.kind {
                ExprKind::Uncertain { branches, .. } => {
                    self.uncertain.insert(at, Uncertain { branches });
                    let silent = branches.iter().filter(|branch| gives_null(&branch.body));
                    self.silent.extend(silent.map(|branch| Location::new(function.file, branch.span)));
                }
                ExprKind::While { body: Body::Bands(branches), .. }
                | ExprKind::ForEach { body: Body::Bands(branches), .. }
                | ExprKind::ForCount { body: Body::Bands(branches), .. } => {
                    self.uncertain.insert(at, Uncertain { branches });
                }
                ExprKind::Match { arms, .. } => {
                    let before = self.arms.len();
                    arms.iter().for_each(|arm| self.arm(function, arm));
                    if self.arms.len() > before {
                        let silent = arms.iter().filter(|arm| gives_null(&arm.body));
                        self.silent.extend(silent.map(|arm| Location::new(function.file, arm.span)));
                    }
                }
                _ => {}
            }
            children(expr, &mut |child| stack.push(child));
        }
    }

    fn arm(&mut self, function: &Function, arm: &'a Arm) {
        let mut patterns = vec![&arm.pattern];
        while let Some(pattern) = patterns.pop() {
            match &pattern.kind {
                PatternKind::Sure(..) => self.arms.push((Location::new(function.file, pattern.span), arm.span)),
                PatternKind::Either(all) => patterns.extend(all),
                _ => {}
            }
        }
    }

    /// The `uncertain` that routes at a place: the innermost one around it.
    pub fn uncertain_at(&self, at: Location) -> Option<&Uncertain<'a>> {
        self.uncertain.get(&at).or_else(|| {
            let inner = self.uncertain.iter().filter(|(place, _)| place.holds(at));
            inner.min_by_key(|(place, _)| place.span.end - place.span.start).map(|(_, uncertain)| uncertain)
        })
    }

    /// The branch or arm that gives null, around a place.
    pub fn silent_at(&self, at: Location) -> Option<Span> {
        let inner = self.silent.iter().filter(|arm| arm.holds(at)).min_by_key(|arm| arm.span.end - arm.span.start);
        inner.map(|arm| arm.span)
    }

    /// The arm whose pattern asks at a place.
    pub fn arm_at(&self, at: Location) -> Option<Span> {
        self.arms.iter().find(|(pattern, _)| pattern.holds(at)).map(|(_, arm)| *arm)
    }
}

/// An argument of the call at a place, or the list that is spread out where it would stand.
pub(super) fn argument(program: &Program, call: Location, index: usize) -> Option<Span> {
    let functions = program.functions.iter().filter(|function| function.file == call.file);
    let mut stack: Vec<&Expr> = functions.map(|function| &function.body).collect();
    while let Some(expr) = stack.pop() {
        if let ExprKind::Chain(chain) = &expr.kind {
            let ends = |link: &&Link| chain.first.span.start == call.span.start && link.span.end == call.span.end;
            let arguments = chain.rest.iter().find(ends).and_then(|link| match &link.kind {
                LinkKind::Call(all) | LinkKind::Method { arguments: all, .. } => Some(all),
                LinkKind::Member(_) | LinkKind::Index(_) => None,
            });
            if let Some(all) = arguments {
                let spread = all.iter().take(index).position(|given| matches!(given, Element::Spread(_)));
                return all.get(spread.unwrap_or(index)).map(|given| element(given).span);
            }
        }
        children(expr, &mut |child| stack.push(child));
    }
    None
}

/// Whether a body's value is a null that stands there, or nothing at all.
fn gives_null(body: &Expr) -> bool {
    match &body.kind {
        ExprKind::Null => true,
        ExprKind::Block(block) => block.exprs.last().is_none_or(gives_null),
        _ => false,
    }
}

/// The expressions directly inside one, of patterns and places too, but not of other functions.
pub(super) fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Template(parts) => parts.iter().for_each(|part| {
            if let Part::Hole(hole) = part {
                visit(hole);
            }
        }),
        ExprKind::List(elements) => elements.iter().for_each(|e| visit(element(e))),
        ExprKind::Object(members) => members.iter().for_each(|member| match member {
            Member::Entry(key_of, value) => {
                key(key_of, visit);
                visit(value);
            }
            Member::Spread(value) => visit(value),
        }),
        ExprKind::Unary(_, x) | ExprKind::Throw(x) | ExprKind::Instance(x, _) => visit(x),
        ExprKind::Bind { value, .. } => visit(value),
        ExprKind::Binary(row) => {
            visit(&row.first);
            row.rest.iter().for_each(|(_, _, x)| visit(x));
        }
        ExprKind::Logical(row) => {
            visit(&row.first);
            row.rest.iter().for_each(|(_, x)| visit(x));
        }
        ExprKind::Ask { value, threshold } => {
            visit(value);
            visit(threshold);
        }
        ExprKind::Range { low, high, .. } => {
            visit(low);
            visit(high);
        }
        ExprKind::Chain(chain) => {
            visit(&chain.first);
            for link in &chain.rest {
                match &link.kind {
                    LinkKind::Member(_) => {}
                    LinkKind::Index(x) => visit(x),
                    LinkKind::Call(all) => all.iter().for_each(|e| visit(element(e))),
                    LinkKind::Method { arguments, .. } => arguments.iter().for_each(|e| visit(element(e))),
                }
            }
        }
        ExprKind::Fork(fork) => {
            let Fork { tasks, before, after, .. } = &**fork;
            before.iter().chain(after).for_each(&mut *visit);
            for task in tasks {
                match task {
                    Tasks::One(..) => {}
                    Tasks::Each { list, function } => {
                        visit(list);
                        visit(function);
                    }
                    Tasks::Functions(x) => visit(x),
                }
            }
        }
        ExprKind::If { arms, otherwise } => {
            arms.iter().for_each(|(condition, body)| {
                visit(condition);
                visit(body);
            });
            otherwise.iter().for_each(|x| visit(x));
        }
        ExprKind::Match { subject, arms } => {
            visit(subject);
            for arm in arms {
                pattern(&arm.pattern, visit);
                arm.guard.iter().for_each(&mut *visit);
                visit(&arm.body);
            }
        }
        ExprKind::Switch { subject, cases } => {
            visit(subject);
            for case in cases {
                case.tests.iter().for_each(&mut *visit);
                visit(&case.body);
            }
        }
        ExprKind::Uncertain { subject, branches } => {
            visit(subject);
            bands(branches, visit);
        }
        ExprKind::Try { body, handler, finalizer } => {
            visit(body);
            if let Some((parameter, handler)) = handler.as_deref() {
                parameter.iter().for_each(|p| pattern(p, visit));
                visit(handler);
            }
            finalizer.iter().for_each(|x| visit(x));
        }
        ExprKind::Block(block) => block.exprs.iter().for_each(visit),
        ExprKind::Let { pattern: target, value } => {
            pattern(target, visit);
            value.iter().for_each(|x| visit(x));
        }
        ExprKind::Assign { target, value, .. } => {
            place(target, visit);
            visit(value);
        }
        ExprKind::Unpack { pattern: target, value } => {
            pattern(target, visit);
            visit(value);
        }
        ExprKind::Step { target, .. } | ExprKind::Delete(target) => place(target, visit),
        ExprKind::While { condition, max, body: inner, .. } => {
            visit(condition);
            max.iter().for_each(|x| visit(x));
            turns(inner, visit);
        }
        ExprKind::ForEach { head, max, body: inner } => {
            head.patterns.iter().for_each(|p| pattern(p, visit));
            visit(&head.source);
            max.iter().for_each(|x| visit(x));
            turns(inner, visit);
        }
        ExprKind::ForCount { head, max, body: inner } => {
            [&head.init, &head.condition, &head.step].into_iter().flatten().for_each(&mut *visit);
            max.iter().for_each(|x| visit(x));
            turns(inner, visit);
        }
        ExprKind::Return(value) => value.iter().for_each(|x| visit(x)),
        ExprKind::Context { name, body } => {
            visit(name);
            visit(body);
        }
        _ => {}
    }
}

fn element(element: &Element) -> &Expr {
    match element {
        Element::One(x) | Element::Spread(x) => x,
    }
}

fn key<'a>(key: &'a Key, visit: &mut dyn FnMut(&'a Expr)) {
    if let Key::Computed(x) = key {
        visit(x);
    }
}

/// What each turn of a loop runs.
pub(super) fn turns<'a>(body: &'a Body, visit: &mut dyn FnMut(&'a Expr)) {
    match body {
        Body::Plain(x) => visit(x),
        Body::Bands(branches) => bands(branches, visit),
    }
}

fn bands<'a>(branches: &'a [Branch], visit: &mut dyn FnMut(&'a Expr)) {
    for branch in branches {
        branch.threshold.iter().for_each(&mut *visit);
        visit(&branch.body);
    }
}

fn place<'a>(place: &'a Place, visit: &mut dyn FnMut(&'a Expr)) {
    if let Root::Copy(x) = &place.root {
        visit(x);
    }
    place.keys.iter().for_each(|k| key(k, visit));
}

fn pattern<'a>(target: &'a Pattern, visit: &mut dyn FnMut(&'a Expr)) {
    match &target.kind {
        PatternKind::Ignore | PatternKind::Bind(_) => {}
        PatternKind::Place(p) => place(p, visit),
        PatternKind::Equal(x) => visit(x),
        PatternKind::List { elements, rest } => {
            elements.iter().for_each(|p| pattern(p, visit));
            rest.iter().for_each(|p| pattern(p, visit));
        }
        PatternKind::Object { entries, rest } => {
            entries.iter().for_each(|(k, p)| {
                key(k, visit);
                pattern(p, visit);
            });
            rest.iter().for_each(|p| pattern(p, visit));
        }
        PatternKind::Default(p, x) | PatternKind::Sure(p, x) => {
            pattern(p, visit);
            visit(x);
        }
        PatternKind::Either(all) => all.iter().for_each(|p| pattern(p, visit)),
    }
}
