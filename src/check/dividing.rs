//! Loops that divide: `while (n > 0) { n = Math.floor(n / 10) }` ends, whatever finite number it begins with.
//!
//! What is at most a part of what it was, turn after turn, falls below any number above 0; what is rounded down on the way is
//! 0 before it is less than 1.

use super::amount::Turns;
use super::domain::{Known, Null, Shape};
use super::flow::{Activation, Flow};
use super::graph::{Definition, Natural};
use super::interval::numbers;
use super::state::State;
use super::turns::root;
use crate::hir::Binary;
use crate::ir::{Form, Inst, Op, Var};
use std::rc::Rc;

/// What is divided by less is not looked at: it takes too long.
const LEAST: f64 = 1.01;

/// The smallest number above 0 that division still makes smaller as it should.
const TINY: f64 = 1e-300;

/// How many operations behind each other are looked at.
const DEEPEST: u32 = 16;

impl<'a> Flow<'a> {
    /// The turns of a loop that goes on only while a number is above another, or as much at least where that is not `strict`.
    pub fn divided_down(
        &self,
        act: &Activation<'a>,
        natural: &Natural,
        var: Var,
        (least, strict): (f64, bool),
        state: &State,
    ) -> Option<Turns> {
        let counter = root(act, natural, var);
        let Definition::Parameter(head, index) = act.graph.definitions[counter.0 as usize] else { return None };
        let counted = act.graph.written(act.code, natural.head).is_some_and(|written| written.form == Form::Count);
        if head != natural.head || counted && !self.stepped_in_head(act, natural, counter) {
            return None;
        }
        let ends: Vec<Var> = natural.brought_back(act.code, index).collect();
        let by = ends.iter().map(|&end| divisor(act, natural, end, counter, 0));
        let by = by.reduce(|a, b| Some(a?.min(b?)))??;
        let rounded = || ends.iter().all(|&end| numbers(&act.value(end, state)).is_rounded() || settles(act, end));
        let floor = if least >= TINY {
            least
        } else if strict && least >= 0.0 && rounded() {
            1.0
        } else {
            return None;
        };
        let begins = numbers(&self.start(act, natural, counter, state));
        if by < LEAST || !begins.is_bounded() {
            return None;
        }
        // One more than it takes: so many divisions are each rounded.
        let places = (begins.high.clamp(floor, f64::MAX).log2() - floor.log2()) / by.log2();
        Some(Turns::between(0.0, places.floor() + 2.0))
    }

    /// The same of one that goes on while a number is not 0: it is not below 0 either.
    pub fn divided_away(&self, act: &Activation<'a>, natural: &Natural, var: Var, state: &State) -> Option<Turns> {
        let begins = self.start(act, natural, var, state);
        let counts = begins.null == Null::Never && begins.as_number().is_some_and(|number| number.low >= 0.0);
        counts.then(|| self.divided_down(act, natural, var, (0.0, true), state)).flatten()
    }
}

impl Known {
    /// The numbers in it may be infinite.
    pub fn perhaps_infinite(&mut self) {
        if let Shape::Number(number) = &mut self.shape {
            Rc::make_mut(number).finite = false;
        }
        self.each_part(Known::perhaps_infinite);
    }
}

/// By how much at least a value is less than another that is not below 0.
fn divisor(act: &Activation<'_>, natural: &Natural, var: Var, from: Var, depth: u32) -> Option<f64> {
    let var = root(act, natural, var);
    if var == from {
        return Some(1.0);
    }
    let state = State::default();
    let of = |var: Var| if depth < DEEPEST { divisor(act, natural, var, from, depth + 1) } else { None };
    match act.graph.definitions[var.0 as usize] {
        Definition::Parameter(block, index) => {
            act.graph.in_a_turn(act.code, natural, (block, index), of, f64::min, &1.0)
        }
        Definition::Instruction(block, index) => {
            let inst = &act.code.blocks[block].code[index];
            let number = |arg: usize| numbers(&act.value(inst.args[arg], &state));
            match &inst.op {
                Op::Cap => of(inst.args[0]),
                Op::CallBuiltin { builtin, spread: false } if matches!(builtin.entry().name, "floor" | "trunc") => {
                    of(*inst.args.first()?)
                }
                Op::Binary(Binary::Divide) => {
                    let by = number(1).low;
                    if by >= 1.0 { Some(of(inst.args[0])? * by) } else { None }
                }
                Op::Binary(Binary::Multiply) => {
                    let part = number(1);
                    let shrinks = part.low >= 0.0 && part.high > 0.0 && part.high <= 1.0;
                    if shrinks { Some(of(inst.args[0])? / part.high) } else { None }
                }
                Op::Binary(Binary::Subtract) => {
                    let less = number(1).low >= 0.0 || remainder(act, inst).is_some();
                    if less { of(inst.args[0]) } else { None }
                }
                _ => None,
            }
        }
        Definition::Nowhere => None,
    }
}

/// Of `n - n % k` its k, where that is a whole number above 0: what is left is not below 0 where n is not, and a multiple of k.
fn remainder(act: &Activation<'_>, inst: &Inst) -> Option<f64> {
    let Op::Binary(Binary::Subtract) = inst.op else { return None };
    let taken = act.instruction(inst.args[1]).filter(|taken| matches!(taken.op, Op::Binary(Binary::Remainder)))?;
    let by = act.held(taken.args[1])?.as_constant()?;
    (taken.args[0] == inst.args[0] && by >= 1.0 && by.fract() == 0.0).then_some(by)
}

/// Whether it is `(n - n % k) / k`, which is 0 or 1 at least where n is not below 0.
fn settles(act: &Activation<'_>, var: Var) -> bool {
    let Some(inst) = act.instruction(var).filter(|inst| matches!(inst.op, Op::Binary(Binary::Divide))) else {
        return false;
    };
    let by = act.held(inst.args[1]).and_then(|by| by.as_constant());
    by.is_some() && act.instruction(inst.args[0]).and_then(|less| remainder(act, less)) == by
}
