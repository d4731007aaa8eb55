//! Trees made at random: whatever they are, what becomes of them is well formed, and nobody reads what was moved away.

use super::Function as Code;
use super::tests::*;
use super::{BlockId, Program, Var};
use crate::hir::*;
use crate::source::Span;
use crate::syntax::ast::Band;

/// Makes trees.
struct Maker {
    state: u64,
    locals: Vec<Local>,
    /// The locals that are in scope.
    visible: Vec<u32>,
    loops: u32,
    switches: bool,
}

impl Maker {
    fn roll(&mut self, sides: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 16) % sides
    }

    fn local(&mut self) -> Option<u32> {
        let count = self.visible.len() as u64;
        (count > 0).then(|| self.roll(count)).map(|at| self.visible[at as usize])
    }

    fn fresh(&mut self, origin: Origin) -> u32 {
        let shared = self.roll(8) == 0;
        self.locals.push(variable(origin, shared));
        self.locals.len() as u32 - 1
    }

    fn value(&mut self, depth: u32) -> Expr {
        let Some(depth) = depth.checked_sub(1) else {
            return match self.local() {
                Some(local) => read(local),
                None => num(1.0),
            };
        };
        match self.roll(14) {
            0 => num(2.0),
            1 => call(vec![self.value(depth), self.value(depth)]),
            2 => less(self.value(depth), self.value(depth)),
            3 => {
                let operator = [Logical::And, Logical::Or, Logical::Coalesce, Logical::OrElse][self.roll(4) as usize];
                let rest: Vec<_> = (0..1 + self.roll(3)).map(|_| (operator, self.value(depth))).collect();
                e(ExprKind::Logical(Row::of(self.value(depth), rest)))
            }
            4 => {
                let arms = (0..1 + self.roll(3)).map(|_| (self.value(depth), self.block(depth))).collect();
                let otherwise = (self.roll(2) == 0).then(|| Box::new(self.block(depth)));
                e(ExprKind::If { arms, otherwise })
            }
            5 => self.matched(depth),
            6 => self.switch(depth),
            7 => e(ExprKind::Uncertain { subject: Box::new(self.value(depth)), branches: self.branches(depth) }),
            8 => {
                let handler = (self.roll(3) > 0).then(|| self.block(depth));
                let finalizer = (handler.is_none() || self.roll(2) == 0).then(|| self.block(depth));
                attempt(self.block(depth), handler, finalizer)
            }
            9 => {
                let links: Vec<_> = (0..1 + self.roll(3))
                    .map(|_| Link {
                        kind: LinkKind::Index(self.value(depth)),
                        optional: self.roll(2) == 0,
                        span: Span::default(),
                    })
                    .collect();
                e(ExprKind::Chain(Row::of(self.value(depth), links)))
            }
            10 => match self.local() {
                Some(local) => add(local, self.value(depth)),
                None => num(0.0),
            },
            11 => match self.local() {
                Some(local) => {
                    let key = Key::Computed(Box::new(self.value(depth)));
                    let operator = match self.roll(3) {
                        0 => None,
                        1 => Some(Compound::Binary(Binary::Add)),
                        _ => Some(Compound::Logical(Logical::Coalesce)),
                    };
                    let value = Box::new(self.value(depth));
                    e(ExprKind::Assign { target: Box::new(place(local, vec![key])), operator, value })
                }
                None => num(0.0),
            },
            12 => {
                let (value, threshold) = (Box::new(self.value(depth)), Box::new(self.value(depth)));
                e(ExprKind::Ask { value, threshold })
            }
            _ => self.block(depth),
        }
    }

    fn matched(&mut self, depth: u32) -> Expr {
        let subject = Box::new(self.value(depth));
        let arms = (0..1 + self.roll(3))
            .map(|_| {
                let visible = self.visible.len();
                let pattern = self.pattern(depth.min(2), true);
                let guard = (self.roll(3) == 0).then(|| self.value(depth));
                let body = self.value(depth);
                self.visible.truncate(visible);
                Arm { pattern, guard, body, span: Span::default() }
            })
            .collect();
        e(ExprKind::Match { subject, arms })
    }

    fn pattern(&mut self, depth: u32, tried: bool) -> Pattern {
        let depth = depth.saturating_sub(1);
        let kind = match self.roll(if tried { 8 } else { 5 }) {
            0 => PatternKind::Ignore,
            1 if depth > 0 => PatternKind::List {
                elements: vec![self.pattern(depth, tried), self.pattern(depth, tried)],
                rest: (self.roll(2) == 0).then(|| Box::new(self.pattern(0, false))),
            },
            2 if depth > 0 => PatternKind::Object {
                entries: vec![(Key::Fixed("a".into()), self.pattern(depth, tried))],
                rest: (self.roll(2) == 0).then(|| Box::new(self.pattern(0, false))),
            },
            3 => PatternKind::Default(Box::new(self.pattern(depth, false)), Box::new(self.value(depth))),
            5 => PatternKind::Equal(Box::new(self.value(depth))),
            6 => PatternKind::Either(vec![
                Pattern { kind: PatternKind::Equal(Box::new(num(1.0))), span: Span::default() },
                Pattern { kind: PatternKind::Equal(Box::new(self.value(depth))), span: Span::default() },
                Pattern { kind: PatternKind::Ignore, span: Span::default() },
            ]),
            7 => PatternKind::Sure(Box::new(self.pattern(depth, true)), Box::new(self.value(depth))),
            _ => {
                let local = self.fresh(Origin::Matched);
                self.visible.push(local);
                PatternKind::Bind(Variable::Local(LocalId(local)))
            }
        };
        Pattern { kind, span: Span::default() }
    }

    fn switch(&mut self, depth: u32) -> Expr {
        let subject = Box::new(self.value(depth));
        let default = self.roll(4);
        let before = std::mem::replace(&mut self.switches, true);
        let cases = (0..1 + self.roll(3))
            .map(|at| Case {
                tests: (0..u64::from(at != default) + self.roll(2)).map(|_| self.value(depth)).collect(),
                default: at == default,
                body: self.block(depth),
                span: Span::default(),
            })
            .collect();
        self.switches = before;
        e(ExprKind::Switch { subject, cases })
    }

    fn branches(&mut self, depth: u32) -> Vec<Branch> {
        let mut branches = Vec::new();
        for band in [Band::High, Band::Medium, Band::Low, Band::Default] {
            if self.roll(3) > 0 {
                let threshold = (band != Band::Default && self.roll(4) == 0).then(|| self.value(depth));
                branches.push(Branch { band, threshold, body: self.block(depth), span: Span::default() });
            }
        }
        branches
    }

    fn body(&mut self, depth: u32) -> Body {
        self.loops += 1;
        let switches = std::mem::replace(&mut self.switches, false);
        let body = match self.roll(4) {
            0 => Body::Bands(self.branches(depth).into()),
            _ => Body::Plain(Box::new(self.block(depth))),
        };
        self.switches = switches;
        self.loops -= 1;
        body
    }

    fn block(&mut self, depth: u32) -> Expr {
        let visible = self.visible.len();
        let exprs = (0..self.roll(4)).map(|_| self.statement(depth)).collect();
        self.visible.truncate(visible);
        block(exprs)
    }

    fn statement(&mut self, depth: u32) -> Expr {
        let Some(depth) = depth.checked_sub(1) else { return self.value(0) };
        match self.roll(16) {
            0..3 => {
                let value = self.value(depth);
                let local = self.fresh(Origin::Let);
                self.visible.push(local);
                declare(local, value)
            }
            3 => {
                e(ExprKind::Let { value: Some(Box::new(self.value(depth))), pattern: Box::new(self.pattern(2, false)) })
            }
            4 if self.loops > 0 => e(ExprKind::Break),
            5 if self.loops > 0 => e(ExprKind::Continue),
            6 if self.switches => e(ExprKind::Leave),
            7 if self.roll(3) == 0 => e(ExprKind::Return(Some(Box::new(self.value(depth))))),
            8 if self.roll(3) == 0 => e(ExprKind::Throw(Box::new(self.value(depth)))),
            9 => {
                let max = (self.roll(2) == 0).then(|| Box::new(self.value(depth)));
                let condition = Box::new(self.value(depth));
                let late = self.roll(2) == 0;
                e(ExprKind::While { condition, max, body: self.body(depth), late })
            }
            10 => {
                let source = self.value(depth);
                let max = (self.roll(2) == 0).then(|| Box::new(self.value(depth)));
                let visible = self.visible.len();
                let patterns = (0..1 + self.roll(2)).map(|_| self.pattern(2, false)).collect();
                let body = self.body(depth);
                self.visible.truncate(visible);
                e(ExprKind::ForEach { head: Box::new(Each { patterns, source }), max, body })
            }
            11 => {
                let init = self.value(depth);
                let local = self.fresh(Origin::Loop);
                self.visible.push(local);
                let head = Box::new(Count {
                    init: Some(declare(local, init)),
                    fresh: vec![LocalId(local)],
                    condition: (self.roll(3) > 0).then(|| self.value(depth)),
                    step: Some(add(local, num(1.0))),
                });
                let looped = e(ExprKind::ForCount { head, max: None, body: self.body(depth) });
                self.visible.pop();
                looped
            }
            12 => e(ExprKind::Context { name: Box::new(self.value(0)), body: Box::new(self.block(depth)) }),
            13 => match self.local() {
                Some(local) => {
                    let link = Link {
                        kind: LinkKind::Method {
                            name: "push".into(),
                            arguments: vec![Element::One(self.value(depth))],
                            place: Some(Box::new(place(local, vec![]))),
                            optional_call: self.roll(3) == 0,
                        },
                        optional: self.roll(3) == 0,
                        span: Span::default(),
                    };
                    e(ExprKind::Chain(Row::of(read(local), [link])))
                }
                None => num(0.0),
            },
            _ => self.value(depth),
        }
    }
}

fn make(seed: u64) -> Program {
    let mut maker = Maker {
        state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        locals: Vec::new(),
        visible: Vec::new(),
        loops: 0,
        switches: false,
    };
    for origin in [Origin::Parameter, Origin::Parameter, Origin::Implied] {
        let local = maker.fresh(origin);
        maker.visible.push(local);
    }
    let exprs = (0..4).map(|_| maker.statement(5)).collect();
    let mut function = function(Kind::Plain, 2, maker.locals, block(exprs));
    if seed.is_multiple_of(3) {
        function.cap = Some(Box::new(num(0.5)));
    }
    lowered(Made { functions: vec![function], globals: Vec::new() })
}

/// Says which value is read after it was moved away, if one is.
fn misread(function: &Code) -> Option<(Var, BlockId)> {
    for (index, block) in function.blocks.iter().enumerate() {
        let id = BlockId(index as u32);
        for &var in &block.gone {
            if reads(function, var, id, 0, true) {
                return Some((var, id));
            }
        }
        for (at, inst) in block.code.iter().enumerate() {
            for (bit, &var) in inst.args.iter().enumerate() {
                if bit < 64 && inst.moves >> bit & 1 != 0 && reads(function, var, id, at + 1, true) {
                    return Some((var, id));
                }
            }
        }
        for target in block.end.targets() {
            for (bit, &var) in target.args.iter().enumerate() {
                let again = target.args[bit + 1..].contains(&var);
                let moved = bit < 64 && target.moves >> bit & 1 != 0;
                if moved && (again || reads(function, var, target.block, 0, false)) {
                    return Some((var, id));
                }
            }
        }
    }
    None
}

/// Whether a value is read from here on before it is defined anew.
fn reads(function: &Code, var: Var, block: BlockId, from: usize, here: bool) -> bool {
    let mut seen = vec![false; function.blocks.len()];
    let mut work = vec![(block, from, here)];
    while let Some((id, from, here)) = work.pop() {
        let block = function.block(id);
        if !here && (block.parameters.contains(&var) || std::mem::replace(&mut seen[id.0 as usize], true)) {
            continue;
        }
        let mut defined = false;
        for inst in &block.code[from.min(block.code.len())..] {
            if inst.args.contains(&var) {
                return true;
            }
            if inst.result == Some(var) || inst.second == Some(var) {
                defined = true;
                break;
            }
        }
        if let Some(handler) = block.handler {
            work.push((function.handlers[handler.0 as usize].block, 0, false));
        }
        if defined {
            continue;
        }
        let mut read = false;
        block.end.looks(|other| read |= other == var);
        if read || block.end.targets().any(|target| target.args.contains(&var)) {
            return true;
        }
        work.extend(block.end.targets().map(|target| (target.block, 0, false)));
    }
    false
}

#[test]
fn random_trees_become_well_formed() {
    let count = std::env::var("PRISM_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(60);
    for seed in 1..=count {
        let program = make(seed);
        for function in &program.functions {
            if let Some((var, block)) = misread(function) {
                let text = super::print(&program);
                panic!("seed {seed}: v{} is read after it was moved in b{}\n{text}", var.0, block.0);
            }
        }
    }
}
