//! Lists and texts that grow towards a bound, and squares of numbers that do.

use super::domain::{Known, Shape};
use super::flow::{Activation, Flow};
use super::graph::{Definition, Natural};
use super::state::State;
use super::turns::{EXACT, is_length, root};
use crate::hir::Binary;
use crate::ir::{Home, Op, Plain, Var};

/// How much longer a list or text is at least at the end of each turn, seen through its length.
pub(super) fn growth(act: &Activation<'_>, natural: &Natural, length: Var) -> Option<f64> {
    let inst = act.instruction(length).filter(|inst| is_length(inst))?;
    let whole = root(act, natural, inst.args[0]);
    let Definition::Parameter(head, index) = act.graph.definitions[whole.0 as usize] else { return None };
    if head != natural.head || !(is_list(act, whole) || is_text(act, whole)) {
        return None;
    }
    let ends = natural.brought_back(act.code, index);
    let gains: Option<Vec<f64>> = ends.map(|end| gained(act, natural, end, whole, 0)).collect();
    gains?.into_iter().reduce(f64::min)
}

/// How much longer a list or text is at least than at the beginning of the turn.
fn gained(act: &Activation<'_>, natural: &Natural, var: Var, whole: Var, depth: u32) -> Option<f64> {
    if var == whole {
        return Some(0.0);
    }
    if depth > 24 {
        return None;
    }
    let before = |var: Var| gained(act, natural, var, whole, depth + 1);
    match act.graph.definitions[var.0 as usize] {
        Definition::Parameter(block, index) => {
            if block == natural.head || !natural.has(block) {
                return None;
            }
            let gains: Option<Vec<f64>> = act.graph.given(act.code, block, index).map(before).collect();
            gains?.into_iter().reduce(f64::min)
        }
        Definition::Instruction(block, index) => {
            let inst = &act.code.blocks[block].code[index];
            match &inst.op {
                Op::Under | Op::Ready => before(inst.args[0]),
                Op::Mutate { home: Home::Value, change, spread }
                    if change.keys.is_empty() && inst.second == Some(var) && is_list(act, inst.args[0]) =>
                {
                    match &*change.method {
                        "push" | "unshift" if *spread => before(inst.args[0]),
                        "push" | "unshift" => Some(before(inst.args[0])? + (inst.args.len() - 1) as f64),
                        "pop" | "shift" => Some(before(inst.args[0])? - 1.0),
                        "sort" | "reverse" => before(inst.args[0]),
                        _ => None,
                    }
                }
                Op::Binary(Binary::Add) | Op::Text if is_text(act, var) => {
                    // One part is what it was before.
                    let (at, gain) = inst.args.iter().enumerate().find_map(|(at, &arg)| Some((at, before(arg)?)))?;
                    let others = inst.args.iter().enumerate().filter(|(other, _)| *other != at);
                    Some(gain + others.map(|(_, &arg)| characters(&act.value(arg, &State::default()))).sum::<f64>())
                }
                Op::List { spread } => {
                    let spreads = |at: usize| spread.get(at).copied().unwrap_or(false);
                    let own = (0..inst.args.len()).filter(|&at| !spreads(at)).count();
                    let gain = (0..inst.args.len()).filter(|&at| spreads(at)).find_map(|at| before(inst.args[at]))?;
                    Some(gain + own as f64)
                }
                Op::CallMethod { name, spread: false } if &**name == "concat" && is_list(act, inst.args[0]) => {
                    let others = inst.args[1..].iter().map(|&arg| elements(&act.value(arg, &State::default())));
                    Some(before(inst.args[0])? + others.sum::<f64>())
                }
                _ => None,
            }
        }
        Definition::Nowhere => None,
    }
}

/// The least number from one on that a length is held against in a loop, or the next one: what only grows while it is shorter
/// stays there.
pub(super) fn tested_length(act: &Activation<'_>, natural: &Natural, least: u64) -> Option<u64> {
    let code = natural.blocks.iter().flat_map(|&block| &act.code.blocks[block].code);
    let bounds = code.filter_map(|inst| match (&inst.op, &inst.args[..]) {
        (Op::Binary(binary), &[a, b]) if binary.orders() => {
            let against = |length: Var, other: Var| {
                act.instruction(length).filter(|inst| is_length(inst)).and_then(|_| act.held(other)?.as_constant())
            };
            against(a, b).or_else(|| against(b, a))
        }
        _ => None,
    });
    let whole = bounds.filter(|bound| (0.0..EXACT).contains(bound)).map(|bound| bound.ceil() as u64);
    whole.flat_map(|bound| [bound, bound + 1]).filter(|bound| *bound >= least).min()
}

impl Known {
    /// The most elements that a list has, where that is known.
    pub fn most_elements(&self) -> Option<u64> {
        if let Shape::List(list) = &self.shape { list.high } else { None }
    }

    /// A list of which it was forgotten how many elements it has at most has no more than this, unless it still grows.
    pub fn grows_to(&mut self, most: impl FnOnce() -> Option<u64>) {
        if let Shape::List(list) = &mut self.shape
            && list.high.is_none()
        {
            std::rc::Rc::make_mut(list).high = most();
        }
    }
}

/// How many characters a value is at least as a text.
fn characters(known: &Known) -> f64 {
    match &known.shape {
        Shape::Text(text) => text.chars().count() as f64,
        Shape::Number(_) | Shape::Bool(_) => 1.0,
        _ => f64::from(u8::from(known.filled)),
    }
}

/// How many elements `concat` takes from a value at least.
fn elements(known: &Known) -> f64 {
    match &known.shape {
        Shape::List(list) => list.low as f64,
        Shape::Number(_) | Shape::Bool(_) | Shape::Text(_) | Shape::Plain => 1.0,
        _ => 0.0,
    }
}

/// Whether a value is a list for certain.
fn is_list(act: &Activation<'_>, var: Var) -> bool {
    matches!(act.value(var, &State::default()).shape, Shape::List(_))
}

/// The same of a text.
fn is_text(act: &Activation<'_>, var: Var) -> bool {
    matches!(act.code.values[var.0 as usize].kind, Plain::String)
}

impl<'a> Flow<'a> {
    /// The number that a value is the square of, where it is never negative and grows with every turn.
    pub fn growing_root(&self, act: &Activation<'a>, natural: &Natural, square: Var) -> Option<Var> {
        let inst = act.instruction(root(act, natural, square))?;
        let [a, b] = inst.args[..] else { return None };
        let base = root(act, natural, a);
        let grows = || self.movement(act, natural, base).is_some_and(|step| step.low >= 1.0);
        let positive = || super::interval::numbers(&self.start(act, natural, base, &State::default())).low >= 0.0;
        let squared = matches!(inst.op, Op::Binary(Binary::Multiply)) && root(act, natural, b) == base;
        (squared && grows() && positive()).then_some(base)
    }
}
