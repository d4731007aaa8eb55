//! Whether lists get shorter while a loop turns.

use super::domain::Shape;
use super::flow::Activation;
use super::graph::{Definition, Natural, targets};
use super::state::State;
use super::turns::{Place, write_of};
use crate::ir::{Home, Op, Var};

/// How long a list is at most: this much longer than at the beginning of the turn, or this long.
#[derive(Clone, Copy, PartialEq)]
struct Length {
    by: f64,
    or: f64,
}

impl Length {
    const SAME: Length = Length { by: 0.0, or: f64::NEG_INFINITY };

    /// So many were taken, as far as there were any.
    fn less(self, count: f64) -> Self {
        Length { by: self.by - count, or: (self.or - count).max(0.0) }
    }

    fn more(self, count: f64) -> Self {
        Length { by: self.by + count, or: self.or + count }
    }

    fn join(self, other: Self) -> Self {
        Length { by: self.by.max(other.by), or: self.or.max(other.or) }
    }

    /// Whether that is shorter than at the beginning of a turn that begins with so many elements at least.
    fn is_shorter(self, least: f64) -> bool {
        self.by <= -1.0 && self.or <= least - 1.0
    }
}

/// Whether a list that has so many elements at least at the beginning of a turn is shorter at its end.
pub(super) fn shrinks(act: &Activation<'_>, natural: &Natural, var: Var, root: Var, least: f64) -> bool {
    lengthened(act, natural, var, root, 0).is_some_and(|length| length.is_shorter(least))
}

/// How long a list is at most, seen from the beginning of the turn.
fn lengthened(act: &Activation<'_>, natural: &Natural, var: Var, root: Var, depth: u32) -> Option<Length> {
    if var == root {
        return Some(Length::SAME);
    }
    if depth > 24 {
        return None;
    }
    match act.graph.definitions[var.0 as usize] {
        Definition::Parameter(block, index) => {
            if block == natural.head || !natural.has(block) {
                return None;
            }
            let mut most: Option<Length> = None;
            for &before in &act.graph.before[block] {
                for target in targets(&act.code.blocks[before].end) {
                    if target.block.0 as usize == block {
                        let length = lengthened(act, natural, target.args[index], root, depth + 1)?;
                        most = Some(most.map_or(length, |most| most.join(length)));
                    }
                }
            }
            let inner = act.graph.loops.iter().any(|l| l.head == block && l.head != natural.head);
            if inner && most != Some(Length::SAME) { None } else { most }
        }
        Definition::Instruction(block, index) => {
            let inst = &act.code.blocks[block].code[index];
            let state = State::default();
            let number = |i: usize| inst.args.get(i).and_then(|&v| act.value(v, &state).as_constant());
            let before = |var: Var| lengthened(act, natural, var, root, depth + 1);
            match &inst.op {
                Op::Under | Op::Ready => before(inst.args[0]),
                Op::Mutate { home: Home::Value, keys, method, spread } if keys.is_empty() => {
                    let list = is_list(act, inst.args[0]) && !spread && inst.second == Some(var);
                    let before = before(inst.args[0]).filter(|_| list)?;
                    match &**method {
                        "pop" | "shift" => Some(before.less(1.0)),
                        "push" | "unshift" => Some(before.more((inst.args.len() - 1) as f64)),
                        "sort" | "reverse" => Some(before),
                        // What begins behind the end takes nothing.
                        "splice" if inst.args.len() == 3 && number(1) == Some(0.0) => {
                            Some(before.less(number(2).filter(|n| *n >= 1.0)?.trunc()))
                        }
                        _ => None,
                    }
                }
                Op::CallMethod { name, spread: false } if has_length(act, inst.args[0]) => {
                    shortened(name, before(inst.args[0])?, number(1), inst.args.len() == 2)
                }
                Op::CallBuiltin { builtin, spread: false } => {
                    let list = inst.args.first().copied().filter(|&list| has_length(act, list))?;
                    shortened(builtin.entry().name, before(list)?, number(1), inst.args.len() == 2)
                }
                Op::Rest(n) => Some(before(inst.args[0])?.less(f64::from(*n))),
                _ => None,
            }
        }
        Definition::Nowhere => None,
    }
}

/// Whether a value is a list for certain, or data that has no methods of its own.
fn is_list(act: &Activation<'_>, var: Var) -> bool {
    let known = act.value(var, &State::default());
    matches!(known.shape, Shape::List(_)) || matches!(known.shape, Shape::Any) && !known.hides().functions
}

/// The same of a list or a text.
fn has_length(act: &Activation<'_>, var: Var) -> bool {
    let text = matches!(act.value(var, &State::default()).shape, Shape::Text(_) | Shape::Plain);
    text || is_list(act, var)
}

/// How long what a built-in makes of a list is.
fn shortened(name: &str, before: Length, by: Option<f64>, alone: bool) -> Option<Length> {
    match name {
        "drop" | "slice" if alone => Some(before.less(by.filter(|n| *n >= 1.0)?.trunc())),
        "filter" | "toSorted" | "toReversed" | "reverse" | "map" => Some(before),
        _ => None,
    }
}

/// The same of a list in memory, which nobody else writes.
pub(super) fn shrinks_in_memory(act: &Activation<'_>, natural: &Natural, place: Place, list: Var, least: f64) -> bool {
    if !is_list(act, list) {
        return false;
    }
    let mut length = Length::SAME;
    for &block in &natural.blocks {
        for (index, inst) in act.code.blocks[block].code.iter().enumerate() {
            let Some((written, _)) = write_of(inst) else { continue };
            if written != place {
                continue;
            }
            match &inst.op {
                Op::Mutate { keys, method, .. } if keys.is_empty() && matches!(&**method, "pop" | "shift") => {
                    if act.every_turn(natural, block, Some(index)) {
                        length = length.less(1.0);
                    }
                }
                Op::Mutate { keys, method, .. } if keys.is_empty() && matches!(&**method, "sort" | "reverse") => {}
                _ => return false,
            }
        }
    }
    length.is_shorter(least)
}
