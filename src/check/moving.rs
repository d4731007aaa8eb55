//! How a number moves from turn to turn of a loop.

use super::domain::Number;
use super::flow::{Activation, Flow};
use super::graph::{Definition, Natural};
use super::interval::numbers;
use super::state::State;
use super::turns::{lasts, memory_of, root, write_of};
use crate::hir::Binary;
use crate::ir::{Inst, Op, Var};

/// How a number moves in one turn: by at least and at most this.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Move {
    pub low: f64,
    pub high: f64,
}

impl Move {
    /// It stays where it is.
    pub const STILL: Move = Move { low: 0.0, high: 0.0 };

    /// One or the other.
    fn or(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// What lies so far from a number.
    pub fn of(self, number: Number) -> Number {
        let whole = number.whole && self.low == self.high && self.low.fract() == 0.0;
        Number { low: number.low + self.low, high: number.high + self.high, whole, ..number }
    }
}

impl<'a> Flow<'a> {
    /// The counter that a tested number lies a known way ahead of, as in `i + 1 < n`, and how far.
    pub fn counter_behind(&self, act: &Activation<'a>, natural: &Natural, tested: Var) -> Option<(Var, Move)> {
        let mut counters = act.code.blocks[natural.head].parameters.iter().copied();
        counters.find_map(|counter| Some((counter, self.distance(act, natural, tested, counter, 0)?)))
    }

    /// How a value of the loop moves from turn to turn; nothing if that cannot be told.
    pub fn movement(&self, act: &Activation<'a>, natural: &Natural, var: Var) -> Option<Move> {
        let root = root(act, natural, var);
        match act.graph.definitions[root.0 as usize] {
            Definition::Parameter(block, index) if block == natural.head => {
                let ends = natural.brought_back(act.code, index);
                let all: Option<Vec<Move>> = ends.map(|end| self.distance(act, natural, end, root, 0)).collect();
                all?.into_iter().reduce(Move::or)
            }
            Definition::Instruction(block, index) => {
                self.memory_step(act, natural, &act.code.blocks[block].code[index])
            }
            _ => None,
        }
    }

    /// How far a value lies from the loop's own at the beginning of the turn.
    fn distance(&self, act: &Activation<'a>, natural: &Natural, var: Var, root: Var, depth: u32) -> Option<Move> {
        if var == root {
            return Some(Move::STILL);
        }
        if depth > 24 {
            return None;
        }
        match act.graph.definitions[var.0 as usize] {
            Definition::Parameter(block, index) => {
                let each = |var| self.distance(act, natural, var, root, depth + 1);
                let found = act.graph.in_a_turn(act.code, natural, (block, index), each, Move::or, &Move::STILL);
                let inner = || act.graph.loops.iter().find(|inner| inner.head == block && block != natural.head);
                found.or_else(|| {
                    let loops = (natural, inner().filter(|_| natural.has(block))?);
                    self.moved_by(act, loops, index, |var| self.distance(act, natural, var, root, depth + 1))
                })
            }
            Definition::Instruction(block, index) => {
                let inst = &act.code.blocks[block].code[index];
                let state = State::default();
                match &inst.op {
                    Op::Step(by) => shifted(self.distance(act, natural, inst.args[0], root, depth + 1)?, *by, *by),
                    Op::Under | Op::Ready | Op::Cap => self.distance(act, natural, inst.args[0], root, depth + 1),
                    Op::Binary(Binary::Add) => {
                        for (moving, by) in [(0, 1), (1, 0)] {
                            if let Some(step) = self.distance(act, natural, inst.args[moving], root, depth + 1) {
                                let n = numbers(&act.value(inst.args[by], &state));
                                return shifted(step, n.low, n.high);
                            }
                        }
                        None
                    }
                    Op::Binary(Binary::Subtract) => {
                        let step = self.distance(act, natural, inst.args[0], root, depth + 1)?;
                        let n = numbers(&act.value(inst.args[1], &state));
                        shifted(step, -n.high, -n.low)
                    }
                    // Twice a number is as far ahead of it as it is of 0.
                    Op::Binary(Binary::Multiply) => {
                        let [a, b] = [0, 1].map(|arg| numbers(&act.value(inst.args[arg], &state)));
                        let (moving, n, times) = match (a.constant(), b.constant()) {
                            (Some(times), _) => (inst.args[1], b, times),
                            (None, times) => (inst.args[0], a, times?),
                        };
                        let step = self.distance(act, natural, moving, root, depth + 1)?;
                        let more = |end: f64| if times > 1.0 { (times - 1.0) * end } else { 0.0 };
                        if times < 1.0 { None } else { shifted(step, more(n.low), more(n.high)) }
                    }
                    _ => None,
                }
            }
            Definition::Nowhere => None,
        }
    }

    /// The same for a variable in memory: it is written at one place of the loop, on every turn, and nobody else writes it.
    fn memory_step(&self, act: &Activation<'a>, natural: &Natural, read: &Inst) -> Option<Move> {
        let place = memory_of(read)?;
        if !lasts(act, natural, place) || act.calls_write(natural, place) {
            return None;
        }
        let mut found: Option<Move> = None;
        for &block in &natural.blocks {
            for (index, inst) in act.code.blocks[block].code.iter().enumerate() {
                let Some((written, value)) = write_of(inst) else { continue };
                if written != place {
                    continue;
                }
                // A loop inside that moves it moves it nobody knows how often.
                let inner =
                    act.graph.loops.iter().any(|l| l.head != natural.head && natural.has(l.head) && l.has(block));
                if found.is_some() || inner || !act.every_turn(natural, block, Some(index)) {
                    return None;
                }
                let Definition::Instruction(b, i) = act.graph.definitions[value?.0 as usize] else { return None };
                let sum = &act.code.blocks[b].code[i];
                let from = |var: Var| match act.graph.definitions[var.0 as usize] {
                    Definition::Instruction(b, i) => {
                        natural.has(b) && memory_of(&act.code.blocks[b].code[i]) == Some(place)
                    }
                    _ => false,
                };
                let state = State::default();
                found = Some(match &sum.op {
                    Op::Step(by) if from(sum.args[0]) => Move { low: *by, high: *by },
                    Op::Binary(Binary::Add) if from(sum.args[0]) => {
                        let n = numbers(&act.value(sum.args[1], &state));
                        Move { low: n.low, high: n.high }
                    }
                    Op::Binary(Binary::Subtract) if from(sum.args[0]) => {
                        let n = numbers(&act.value(sum.args[1], &state));
                        Move { low: -n.high, high: -n.low }
                    }
                    _ => return None,
                });
            }
        }
        found
    }
}

fn shifted(step: Move, low: f64, high: f64) -> Option<Move> {
    let (low, high) = (step.low + low, step.high + high);
    (!low.is_nan() && !high.is_nan()).then_some(Move { low, high })
}
