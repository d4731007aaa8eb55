//! Whether lists get shorter while a loop turns.

use super::flow::Activation;
use super::graph::{Definition, Natural, targets};
use super::state::State;
use super::turns::{Place, write_of};
use crate::ir::{Home, Op, Var};

/// Whether a list at the end of a turn is shorter than at its beginning.
pub(super) fn shrinks(act: &Activation<'_>, natural: &Natural, var: Var, root: Var, depth: u32) -> bool {
    lengthened(act, natural, var, root, depth).is_some_and(|by| by <= -1.0)
}

/// By how much longer, at most, a list is than at the beginning of the turn.
fn lengthened(act: &Activation<'_>, natural: &Natural, var: Var, root: Var, depth: u32) -> Option<f64> {
    if var == root {
        return Some(0.0);
    }
    if depth > 24 {
        return None;
    }
    match act.graph.definitions[var.0 as usize] {
        Definition::Parameter(block, index) => {
            if block == natural.head || !natural.has(block) {
                return None;
            }
            let mut most: Option<f64> = None;
            for &before in &act.graph.before[block] {
                for target in targets(&act.code.blocks[before].end) {
                    if target.block.0 as usize == block {
                        let by = lengthened(act, natural, target.args[index], root, depth + 1)?;
                        most = Some(most.map_or(by, |m: f64| m.max(by)));
                    }
                }
            }
            let inner = act.graph.loops.iter().any(|l| l.head == block && l.head != natural.head);
            if inner && most != Some(0.0) { None } else { most }
        }
        Definition::Instruction(block, index) => {
            let inst = &act.code.blocks[block].code[index];
            let state = State::default();
            let number = |i: usize| inst.args.get(i).and_then(|&v| act.value(v, &state).as_constant());
            match &inst.op {
                Op::Under | Op::Ready => lengthened(act, natural, inst.args[0], root, depth + 1),
                Op::Mutate { home: Home::Value, keys, method, .. } if keys.is_empty() && inst.second == Some(var) => {
                    let before = lengthened(act, natural, inst.args[0], root, depth + 1)?;
                    match &**method {
                        "pop" | "shift" => Some(before - 1.0),
                        "push" | "unshift" => Some(before + (inst.args.len() - 1) as f64),
                        "sort" | "reverse" => Some(before),
                        "splice" if inst.args.len() == 3 => Some(before - number(2).filter(|n| *n >= 1.0)?),
                        _ => None,
                    }
                }
                Op::CallMethod { name, .. } => {
                    let before = lengthened(act, natural, inst.args[0], root, depth + 1)?;
                    shortened(name, before, number(1), inst.args.len() == 2)
                }
                Op::CallBuiltin { builtin, .. } => {
                    let before = lengthened(act, natural, *inst.args.first()?, root, depth + 1)?;
                    shortened(builtin.entry().name, before, number(1), inst.args.len() == 2)
                }
                Op::Rest(n) => Some(lengthened(act, natural, inst.args[0], root, depth + 1)? - f64::from(*n)),
                _ => None,
            }
        }
        Definition::Nowhere => None,
    }
}

/// By how much longer what a built-in makes of a list is.
fn shortened(name: &str, before: f64, by: Option<f64>, alone: bool) -> Option<f64> {
    match name {
        "drop" | "slice" if alone => Some(before - by.filter(|n| *n >= 1.0)?),
        "filter" | "toSorted" | "toReversed" | "reverse" | "map" => Some(before),
        _ => None,
    }
}

/// The same of a list in memory, which anything in the loop may write.
pub(super) fn shrinks_in_memory(act: &Activation<'_>, natural: &Natural, place: &Place) -> bool {
    let mut by = 0.0;
    for &block in &natural.blocks {
        for inst in &act.code.blocks[block].code {
            let Some((written, _)) = write_of(inst) else { continue };
            if written != *place {
                continue;
            }
            let on_every_turn = natural.latches.iter().all(|&latch| act.graph.dominates(block, latch));
            match &inst.op {
                Op::Mutate { keys, method, .. } if keys.is_empty() && matches!(&**method, "pop" | "shift") => {
                    if on_every_turn {
                        by -= 1.0;
                    }
                }
                Op::Mutate { keys, method, .. } if keys.is_empty() && matches!(&**method, "sort" | "reverse") => {}
                _ => return false,
            }
        }
    }
    by <= -1.0
}
