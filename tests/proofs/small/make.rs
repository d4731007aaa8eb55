//! Random patterns.

use super::{Cond, Expr, Pattern, SPEAKERS, Stmt};
use prism::host::Seed;

struct Maker {
    random: Seed,
    /// The variables that are declared here.
    names: Vec<u32>,
    next: u32,
    functions: usize,
    budget: i32,
}

/// The pattern of a seed.
pub(in super::super) fn pattern(seed: u64) -> Pattern {
    let mut maker = Maker { random: Seed::new(seed), names: Vec::new(), next: 0, functions: 0, budget: 14 };
    let contracts = std::array::from_fn(|_| (maker.roll(3) > 0).then(|| 4 + maker.roll(6) as u32));
    // A function sees its parameter alone.
    let functions = (0..maker.roll(3)).map(|_| maker.function()).collect::<Vec<_>>();
    maker.functions = functions.len();
    let mut body = vec![maker.declaration()];
    body.extend(maker.statements(6));
    let result = maker.expr(2);
    let ensures = (maker.roll(4) == 0).then(|| 3 + maker.roll(6) as u32);
    Pattern { contracts, functions, body, result, ensures }
}

impl Maker {
    fn roll(&mut self, sides: u64) -> u64 {
        (self.random.bits() >> 24) % sides
    }

    fn tenth(&mut self) -> u32 {
        [0, 3, 5, 6, 7, 7, 8, 9, 9, 10][self.roll(10) as usize]
    }

    fn function(&mut self) -> Expr {
        let held = std::mem::replace(&mut self.names, vec![u32::MAX]);
        let body = self.expr(3);
        self.names = held;
        body
    }

    fn name(&mut self) -> Option<u32> {
        if self.names.is_empty() {
            return None;
        }
        // What was declared last is used most.
        let back = self.roll(3).min(self.names.len() as u64 - 1) as usize;
        Some(self.names[self.names.len() - 1 - back])
    }

    fn expr(&mut self, depth: u32) -> Expr {
        let leaf = |it: &mut Self| match it.name() {
            Some(name) if it.roll(5) > 0 => Expr::Name(name),
            _ if it.roll(2) == 0 => Expr::Input,
            _ => Expr::Text(it.roll(3) as u8),
        };
        if depth == 0 || self.roll(6) == 0 {
            return leaf(self);
        }
        let inner = |it: &mut Self| Box::new(it.expr(depth - 1));
        let tenth = self.tenth();
        match self.roll(21) {
            0..=3 => Expr::Ask(self.roll(SPEAKERS as u64) as usize, inner(self)),
            4 => Expr::Join(inner(self), inner(self)),
            5 => Expr::State(inner(self), tenth),
            6 => Expr::Cap(inner(self), tenth),
            7 => Expr::Drop(inner(self)),
            8 => Expr::Gate(inner(self), tenth),
            9 | 10 => Expr::Else(Box::new(Expr::Gate(inner(self), tenth)), inner(self)),
            11 => Expr::OrElse(inner(self), inner(self)),
            12 => Expr::Best(inner(self), inner(self)),
            13 => match self.cond(1) {
                Some(cond) => Expr::Choose(Box::new(cond), inner(self), inner(self)),
                None => leaf(self),
            },
            14 | 15 => Expr::Verify(inner(self), self.roll(SPEAKERS as u64) as usize),
            16 => Expr::Approve(inner(self)),
            17 => Expr::Agree(self.claimed(depth), self.claimed(depth)),
            18 => Expr::Pick(self.claimed(depth), inner(self), inner(self)),
            // What a function is given has no effects, so that it may be written where the parameter stands.
            _ if self.functions > 0 => {
                let function = self.roll(self.functions as u64) as usize;
                Expr::Call(function, Box::new(leaf(self)))
            }
            _ => leaf(self),
        }
    }

    /// Something that says of itself how sure it is, or of which that is said.
    fn claimed(&mut self, depth: u32) -> Box<Expr> {
        let inner = Box::new(self.expr(depth - 1));
        if self.roll(2) == 0 { inner } else { Box::new(Expr::State(inner, 10)) }
    }

    fn cond(&mut self, depth: u32) -> Option<Cond> {
        let name = self.name()?;
        let tenth = self.tenth();
        Some(match self.roll(if depth > 0 { 12 } else { 9 }) {
            0..=3 => Cond::Sure(name, tenth),
            4 => Cond::True(name),
            5 => Cond::Asks(name, tenth),
            6 | 7 => Cond::Present(name),
            8 => Cond::Same(name, self.expr(0)),
            9 => Cond::And(Box::new(self.cond(depth - 1)?), Box::new(self.cond(depth - 1)?)),
            10 => Cond::Or(Box::new(self.cond(depth - 1)?), Box::new(self.cond(depth - 1)?)),
            _ => Cond::Not(Box::new(self.cond(depth - 1)?)),
        })
    }

    fn declaration(&mut self) -> Stmt {
        let value = self.expr(3);
        self.next += 1;
        self.names.push(self.next);
        Stmt::Let(self.next, value)
    }

    fn block(&mut self, many: usize) -> Vec<Stmt> {
        let held = self.names.len();
        let block = self.statements(many);
        self.names.truncate(held);
        block
    }

    fn statements(&mut self, many: usize) -> Vec<Stmt> {
        let many = 1 + self.roll(many as u64) as usize;
        (0..many).map(|_| self.statement()).collect()
    }

    fn statement(&mut self) -> Stmt {
        self.budget -= 1;
        let Some(name) = self.name().filter(|_| self.budget > 0) else { return self.declaration() };
        match self.roll(16) {
            0..=3 => self.declaration(),
            4 | 5 => Stmt::Assign(name, self.expr(2)),
            6 | 7 => match self.cond(2) {
                Some(cond) => Stmt::If(cond, self.block(2), if self.roll(2) == 0 { self.block(2) } else { Vec::new() }),
                None => self.declaration(),
            },
            8 => Stmt::Bands(name, [self.block(2), self.block(2), self.block(2)]),
            9 => Stmt::Twice(self.block(2)),
            10 => match self.cond(1) {
                Some(cond) => Stmt::Leave(cond, self.expr(1)),
                None => self.declaration(),
            },
            // An action, mostly behind a test.
            _ => {
                let value = if self.roll(3) == 0 { Expr::Input } else { Expr::Name(name) };
                let act = Stmt::Act([0, 0, 1, 1, 2][self.roll(5) as usize], value);
                let tenth = self.tenth();
                match self.roll(5) {
                    0 => act,
                    1 => match self.cond(2) {
                        Some(cond) => Stmt::If(cond, vec![act], Vec::new()),
                        None => act,
                    },
                    _ => Stmt::If(Cond::Sure(name, tenth), vec![act], Vec::new()),
                }
            }
        }
    }
}
