//! What can be done before a run is done before the run.
//!
//! Literals are computed as the machine would compute them, unless that fails; nothing that grows is computed. What a walk
//! over numbers meets at a turn is counted from where it begins, or the turn itself. Ways that
//! cannot be taken go, empty blocks are stepped over, and what costs nothing is joined to the block before it. A block keeps
//! what it cost before, and where, so a run uses the same fuel up to the place where it fails; last uses stay as they were
//! marked.

use super::operate;
use super::settle::Settling;
use super::{Block, Constant, End, Function, Inst, Op, Order, Plain, Program, Target, Var};
use crate::hir::{Binary, Unary};
use crate::value::{Limits, Meter, Value, operator};
use smallvec::smallvec;

/// How many numbers are taken out of the loops of a function at most.
const HOISTED: usize = 64;

/// Folds all functions.
pub fn fold(program: &mut Program) {
    let mut folding = Folding::default();
    program.functions.iter_mut().for_each(|function| folding.fold(function));
}

/// What is known while a function is folded. One serves all functions, one after the other.
#[derive(Default)]
pub struct Folding {
    known: Vec<Option<Literal>>,
    /// The ranges of numbers, and where each begins.
    ranges: Vec<(Var, Var)>,
    /// By value, the one that stands for it.
    stands: Vec<Option<Var>>,
    /// By block: where its loop ends, or how many ways lead to it.
    counts: Vec<usize>,
    /// Where each empty block leads in the end.
    ends: Vec<Option<Target>>,
    order: Order,
    settling: Settling,
}

impl Folding {
    /// Folds a function.
    pub fn fold(&mut self, function: &mut Function) {
        self.stands.clear();
        let computed = compute(function, &mut self.known, &mut self.ranges, &mut self.stands);
        hoist(function, &mut self.stands, &mut self.counts);
        replace(function, &self.stands);
        let stepped = step_over(function, &mut self.ends, &mut self.order);
        let united = unite(function, &mut self.counts, &mut self.order);
        if computed {
            self.settling.renumber(function, self.order.of(function));
        } else if stepped || united {
            self.settling.rearrange(function, self.order.of(function));
        }
    }
}

/// A literal, as far as anything is computed with it.
#[derive(Clone, Copy, PartialEq)]
enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    /// A text or a regular expression, which counts as true or not.
    Other(bool),
}

impl Literal {
    fn of(constant: &Constant) -> Self {
        match constant {
            Constant::Null => Self::Null,
            Constant::Bool(value) => Self::Bool(*value),
            Constant::Number(value) => Self::Number(*value),
            Constant::Text(text) => Self::Other(!text.is_empty()),
            Constant::Regex(_) => Self::Other(true),
        }
    }

    /// Null, booleans and numbers; texts stay where they are.
    fn value(self) -> Option<Value> {
        match self {
            Self::Null => Some(Value::NULL),
            Self::Bool(value) => Some(Value::bool(value)),
            Self::Number(value) => Some(Value::number(value)),
            Self::Other(_) => None,
        }
    }

    fn truth(self) -> bool {
        match self {
            Self::Other(truth) => truth,
            plain => plain.value().is_some_and(|value| value.truth()),
        }
    }
}

/// Computes what is known, block by block in the order they can run in, which is the one they are in; a value is known before
/// it is used, loops aside. Says whether anything was.
fn compute(
    function: &mut Function,
    known: &mut Vec<Option<Literal>>,
    ranges: &mut Vec<(Var, Var)>,
    stands: &mut Vec<Option<Var>>,
) -> bool {
    let Function { blocks, values, .. } = function;
    known.clear();
    known.resize(values.len(), None);
    ranges.clear();
    let mut changed = false;
    for block in blocks {
        block.code.retain_mut(|inst| {
            let Some(result) = inst.result else { return true };
            if let Some(constant) = outcome(inst, known, |var| values[var.0 as usize].kind) {
                inst.op = Op::Const(constant);
                inst.args.clear();
                inst.moves = 0;
                values[result.0 as usize].exact = true;
                changed = true;
            }
            let number = |var: Var| values[var.0 as usize].kind == Plain::Number;
            match inst.op {
                Op::Const(ref constant) => known[result.0 as usize] = Some(Literal::of(constant)),
                Op::Range { .. } if number(inst.args[0]) => ranges.push((result, inst.args[0])),
                Op::Item if values[result.0 as usize].exact => {
                    let range = ranges.iter().rev().find(|(range, _)| *range == inst.args[0]);
                    let Some(&(_, start)) = range else { return true };
                    changed = true;
                    if known[start.0 as usize] == Some(Literal::Number(0.0)) {
                        stands.resize(values.len(), None);
                        stands[result.0 as usize] = Some(inst.args[1]);
                        return false;
                    }
                    // Numbers own nothing, so none of them has a last use.
                    (inst.op, inst.moves) = (Op::Binary(Binary::Add), 0);
                    inst.args = smallvec![inst.args[1], start];
                }
                // A literal on the right needs no register.
                Op::Binary(Binary::Add | Binary::Multiply)
                    if known[inst.args[0].0 as usize].is_some() && inst.args.iter().all(|arg| number(*arg)) =>
                {
                    inst.args.swap(0, 1);
                    inst.moves = 0;
                }
                _ => {}
            }
            true
        });
        if let End::Branch { condition, then, otherwise } = &mut block.end
            && let Some(literal) = known[condition.0 as usize]
        {
            let target = if literal.truth() { then } else { otherwise };
            block.end = End::Jump(Target { args: std::mem::take(&mut target.args), ..*target });
            changed = true;
        }
    }
    changed
}

/// What an instruction gives, where that is certain and small.
fn outcome(inst: &Inst, known: &[Option<Literal>], kind: impl Fn(Var) -> Plain) -> Option<Constant> {
    let arg = |at: usize| known[inst.args.get(at)?.0 as usize];
    match &inst.op {
        Op::IsNull => match arg(0) {
            Some(literal) => Some(Constant::Bool(literal == Literal::Null)),
            // Whoever lets go of a value has to run.
            None if inst.moves != 0 => None,
            None => match kind(inst.args[0]) {
                Plain::Unseen | Plain::Any => None,
                Plain::Null => Some(Constant::Bool(true)),
                _ => Some(Constant::Bool(false)),
            },
        },
        Op::Truth => arg(0).map(|literal| Constant::Bool(literal.truth())),
        Op::Unary(Unary::Not) => arg(0).map(|literal| Constant::Bool(!literal.truth())),
        Op::Unary(Unary::Negate) => constant(operator::negate(&arg(0)?.value()?).ok()?),
        Op::Unary(Unary::Plus) => constant(operator::plus(&arg(0)?.value()?).ok()?),
        Op::Step(by) => constant(operator::subtract(&arg(0)?.value()?, &Value::number(-by)).ok()?),
        Op::Binary(operator) => binary(*operator, arg(0)?, arg(1)?),
        _ => None,
    }
}

fn binary(operator: Binary, left: Literal, right: Literal) -> Option<Constant> {
    let (a, b) = (left.value()?, right.value()?);
    let numbers = a.as_number().is_some() && b.as_number().is_some();
    let computes = operator.gives_number() || operator.compares() || operator == Binary::Add && numbers;
    if !computes {
        return None;
    }
    constant(operate::binary(operator, a, b, &mut Meter::new(Limits::SANDBOX)).ok()?)
}

fn constant(value: Value) -> Option<Constant> {
    if value.is_null() {
        Some(Constant::Null)
    } else if let Some(value) = value.as_bool() {
        Some(Constant::Bool(value))
    } else {
        value.as_number().map(Constant::Number)
    }
}

/// Takes numbers, booleans and null out of loops, each of them once. Those that one stands for are values of nothing then.
fn hoist(function: &mut Function, stands: &mut Vec<Option<Var>>, ends: &mut Vec<usize>) {
    if function.loops.is_empty() || function.blocks[0].handler.is_some() {
        return;
    }
    let mut first: Vec<(Constant, Var)> = Vec::new();
    let mut moved = Vec::new();
    // A turn of a loop is what lies between its head and what leads back there.
    let count = function.values.len();
    ends.clear();
    ends.resize(function.blocks.len(), 0);
    for (index, block) in function.blocks.iter().enumerate() {
        block.end.leads(|target| {
            if target.block.0 as usize <= index {
                ends[target.block.0 as usize] = index + 1;
            }
        });
    }
    let mut end = 0;
    for (index, block) in function.blocks.iter_mut().enumerate() {
        end = end.max(ends[index]);
        if index >= end {
            continue;
        }
        block.code.retain(|inst| {
            let (Op::Const(constant), Some(result)) = (&inst.op, inst.result) else { return true };
            if matches!(constant, Constant::Text(_) | Constant::Regex(_)) || first.len() >= HOISTED {
                return true;
            }
            // Numbers that are told apart by their bits only, as the two zeros are, stay apart.
            let same = |other: &Constant| match (other, constant) {
                (Constant::Number(a), Constant::Number(b)) => a.to_bits() == b.to_bits(),
                (a, b) => a == b,
            };
            match first.iter().find(|(other, _)| same(other)) {
                Some((_, var)) => {
                    stands.resize(count, None);
                    stands[result.0 as usize] = Some(*var);
                }
                None => {
                    first.push((constant.clone(), result));
                    moved.push(inst.clone());
                }
            }
            false
        });
    }
    function.blocks[0].code.splice(0..0, moved);
}

/// Puts what stands for a value in its place.
fn replace(function: &mut Function, stands: &[Option<Var>]) {
    if stands.is_empty() {
        return;
    }
    let stand = |var: &mut Var| *var = stands[var.0 as usize].unwrap_or(*var);
    for block in &mut function.blocks {
        block.code.iter_mut().flat_map(|inst| &mut inst.args).for_each(stand);
        block.end.looks_mut(stand);
        block.end.leads_mut(|target| target.args.iter_mut().for_each(stand));
        block.gone.iter_mut().for_each(stand);
    }
    for at in &mut function.loops {
        at.max.iter_mut().for_each(stand);
    }
}

/// Leads ways past blocks in which nothing happens. Says whether there are any.
fn step_over(function: &mut Function, ends: &mut Vec<Option<Target>>, order: &mut Order) -> bool {
    let count = function.blocks.len();
    let empty = |block: &Block| {
        block.code.is_empty() && block.gone.is_empty() && block.parameters.is_empty() && block.cost == 0
    };
    if !function.blocks.iter().any(empty) {
        return false;
    }
    // Found from the last to the first so that rows of empty blocks are short.
    ends.clear();
    ends.resize(count, None);
    let order = order.of(function);
    for &id in order.iter().rev() {
        let block = function.block(id);
        if let End::Jump(target) = &block.end
            && empty(block)
            && target.block != id
        {
            ends[id.0 as usize] = Some(match &ends[target.block.0 as usize] {
                Some(further) => further.clone(),
                None => target.clone(),
            });
        }
    }
    for &id in order {
        for target in function.blocks[id.0 as usize].end.targets_mut() {
            if let Some(end) = &ends[target.block.0 as usize] {
                *target = end.clone();
            }
        }
    }
    true
}

/// Makes one block of two where only the first leads to the second and the second costs nothing: what it cost would be
/// charged before the first had a chance to fail. Says whether there are any.
fn unite(function: &mut Function, ways: &mut Vec<usize>, order: &mut Order) -> bool {
    let joins = |block: &Block| block.cost == 0 && block.parameters.is_empty() && block.gone.is_empty();
    if !function.blocks[1..].iter().any(joins) {
        return false;
    }
    let order = order.of(function);
    ways.clear();
    ways.resize(function.blocks.len(), 0);
    // The entry, heads of loops and handlers are led to from elsewhere as well.
    ways[0] = 2;
    function.loops.iter().for_each(|at| ways[at.head.0 as usize] = 2);
    function.handlers.iter().for_each(|handler| ways[handler.block.0 as usize] = 2);
    for &id in order {
        function.block(id).end.leads(|target| ways[target.block.0 as usize] += 1);
    }
    let mut united = false;
    for &id in order {
        // Joined to another.
        if ways[id.0 as usize] == 0 {
            continue;
        }
        while let End::Jump(target) = &function.block(id).end {
            let next = target.block;
            let second = function.block(next);
            let alone = ways[next.0 as usize] == 1
                && next != id
                && joins(second)
                && second.handler == function.block(id).handler;
            if !alone {
                break;
            }
            ways[next.0 as usize] = 0;
            united = true;
            let second = &mut function.blocks[next.0 as usize];
            let code = std::mem::take(&mut second.code);
            let end = std::mem::replace(&mut second.end, End::Fail(crate::diagnostic::Code::R009, None));
            let span = second.end_span;
            let first = &mut function.blocks[id.0 as usize];
            first.code.extend(code);
            first.end = end;
            first.end_span = span;
        }
    }
    united
}
