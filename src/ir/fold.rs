//! What can be done before a run is done before the run.
//!
//! Literals are computed as the machine would compute them, unless that fails; nothing that grows is computed. Ways that
//! cannot be taken go, empty blocks are stepped over, and what costs nothing is joined to the block before it. A block keeps
//! what it cost before, and where, so a run uses the same fuel up to the place where it fails; last uses stay as they were
//! marked.

use super::settle::number;
use super::{Block, Constant, End, Function, Inst, Op, Program, Target, Var};
use crate::hir::{Binary, Unary};
use crate::types::Type;
use crate::value::operator::{self, Comparison};
use crate::value::{Limits, Meter, Value};

/// How many numbers are taken out of the loops of a function at most.
const HOISTED: usize = 64;

/// Folds all functions.
pub fn fold(program: &mut Program) {
    for function in &mut program.functions {
        compute(function);
        hoist(function);
        step_over(function);
        unite(function);
        let order = function.order();
        let forward: Vec<Var> = (0..function.values.len() as u32).map(Var).collect();
        number(function, &order, &forward, true);
    }
}

/// Computes what is known, block by block in the order they can run in, which is the one they are in; a value is known before
/// it is used, loops aside.
fn compute(function: &mut Function) {
    let Function { blocks, values, .. } = function;
    let mut known: Vec<Option<Constant>> = vec![None; values.len()];
    for block in blocks {
        for inst in &mut block.code {
            let Some(result) = inst.result else { continue };
            if let Some(constant) = outcome(inst, &known, |var| &values[var.0 as usize].kind) {
                inst.op = Op::Const(constant);
                inst.args.clear();
                inst.moves = 0;
            }
            if let Op::Const(constant) = &inst.op {
                values[result.0 as usize].exact = true;
                known[result.0 as usize] = Some(constant.clone());
            }
        }
        if let End::Branch { condition, then, otherwise } = &block.end
            && let Some(constant) = &known[condition.0 as usize]
        {
            let target = if truth(constant) { then } else { otherwise };
            block.end = End::Jump(target.clone());
        }
    }
}

/// What an instruction gives, where that is certain and small.
fn outcome<'a>(inst: &Inst, known: &[Option<Constant>], kind: impl Fn(Var) -> &'a Type) -> Option<Constant> {
    let arg = |at: usize| known[inst.args.get(at)?.0 as usize].as_ref();
    match &inst.op {
        Op::IsNull => match arg(0) {
            Some(constant) => Some(Constant::Bool(*constant == Constant::Null)),
            // Whoever lets go of a value has to run.
            None if inst.moves != 0 => None,
            None => match kind(inst.args[0]) {
                Type::Boolean | Type::Number | Type::String | Type::List(_) | Type::Object(_) => {
                    Some(Constant::Bool(false))
                }
                Type::Null => Some(Constant::Bool(true)),
                _ => None,
            },
        },
        Op::Truth => arg(0).map(|constant| Constant::Bool(truth(constant))),
        Op::Unary(Unary::Not) => arg(0).map(|constant| Constant::Bool(!truth(constant))),
        Op::Unary(Unary::Negate) => constant(operator::negate(&value(arg(0)?)?).ok()?),
        Op::Unary(Unary::Plus) => constant(operator::plus(&value(arg(0)?)?).ok()?),
        Op::Step(by) => constant(operator::subtract(&value(arg(0)?)?, &Value::number(-by)).ok()?),
        Op::Binary(operator) => binary(*operator, arg(0)?, arg(1)?),
        _ => None,
    }
}

fn binary(operator: Binary, left: &Constant, right: &Constant) -> Option<Constant> {
    let (a, b) = (value(left)?, value(right)?);
    let mut meter = Meter::new(Limits::SANDBOX);
    let mut compare = |comparison: Comparison| comparison.of(&a, &b, &mut meter);
    let result = match operator {
        Binary::Add if a.as_number().is_some() && b.as_number().is_some() => {
            operator::add(a, &b, &mut Meter::new(Limits::SANDBOX))
        }
        Binary::Subtract => operator::subtract(&a, &b),
        Binary::Multiply => operator::multiply(&a, &b),
        Binary::Divide => operator::divide(&a, &b),
        Binary::Remainder => operator::remainder(&a, &b),
        Binary::Power => operator::power(&a, &b),
        Binary::Less => compare(Comparison::Less),
        Binary::LessEqual => compare(Comparison::LessEqual),
        Binary::Greater => compare(Comparison::Greater),
        Binary::GreaterEqual => compare(Comparison::GreaterEqual),
        Binary::Equal => operator::equal(&a, &b, &mut meter),
        Binary::NotEqual => operator::not_equal(&a, &b, &mut meter),
        _ => return None,
    };
    constant(result.ok()?)
}

/// Null, booleans and numbers; texts stay where they are.
fn value(constant: &Constant) -> Option<Value> {
    match constant {
        Constant::Null => Some(Value::NULL),
        Constant::Bool(value) => Some(Value::bool(*value)),
        Constant::Number(value) => Some(Value::number(*value)),
        Constant::Text(_) | Constant::Regex { .. } => None,
    }
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

fn truth(constant: &Constant) -> bool {
    match constant {
        Constant::Text(text) => !text.is_empty(),
        Constant::Regex { .. } => true,
        other => value(other).is_some_and(|value| value.truth()),
    }
}

/// Takes numbers, booleans and null out of loops, each of them once.
fn hoist(function: &mut Function) {
    if function.loops.is_empty() || function.blocks[0].handler.is_some() {
        return;
    }
    let mut first: Vec<(Constant, Var)> = Vec::new();
    let mut stands: Vec<Option<Var>> = vec![None; function.values.len()];
    let mut moved = Vec::new();
    for (index, block) in function.blocks.iter_mut().enumerate() {
        block.code.retain(|inst| {
            let (Op::Const(constant), Some(result)) = (&inst.op, inst.result) else { return true };
            if matches!(constant, Constant::Text(_) | Constant::Regex { .. }) || first.len() >= HOISTED {
                return true;
            }
            // Numbers that are told apart by their bits only, as the two zeros are, stay apart.
            let same = |other: &Constant| match (other, constant) {
                (Constant::Number(a), Constant::Number(b)) => a.to_bits() == b.to_bits(),
                (a, b) => a == b,
            };
            match first.iter().find(|(other, _)| same(other)) {
                Some((_, var)) => {
                    stands[result.0 as usize] = Some(*var);
                    false
                }
                None => {
                    first.push((constant.clone(), result));
                    if index > 0 {
                        moved.push(inst.clone());
                    }
                    index == 0
                }
            }
        });
    }
    function.blocks[0].code.splice(0..0, moved);
    let stand = |var: &mut Var| *var = stands[var.0 as usize].unwrap_or(*var);
    for block in &mut function.blocks {
        block.code.iter_mut().flat_map(|inst| &mut inst.args).for_each(stand);
        block.end.looks_mut(stand);
        block.end.targets_mut().flat_map(|target| &mut target.args).for_each(stand);
        block.gone.iter_mut().for_each(stand);
    }
    for at in &mut function.loops {
        at.max.iter_mut().for_each(stand);
    }
}

/// Leads ways past blocks in which nothing happens.
fn step_over(function: &mut Function) {
    let count = function.blocks.len();
    let empty = |block: &Block| {
        block.code.is_empty() && block.gone.is_empty() && block.parameters.is_empty() && block.cost == 0
    };
    if !function.blocks.iter().any(empty) {
        return;
    }
    // Where each empty block leads in the end, found from the last to the first so that rows of them are short.
    let mut ends: Vec<Option<Target>> = vec![None; count];
    let mut order = function.order();
    order.reverse();
    for &id in &order {
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
    for &id in &order {
        for target in function.blocks[id.0 as usize].end.targets_mut() {
            if let Some(end) = &ends[target.block.0 as usize] {
                *target = end.clone();
            }
        }
    }
}

/// Makes one block of two where only the first leads to the second and the second costs nothing: what it cost would be
/// charged before the first had a chance to fail.
fn unite(function: &mut Function) {
    let order = function.order();
    let mut ways = vec![0u32; function.blocks.len()];
    for &id in &order {
        function.block(id).end.targets().for_each(|target| ways[target.block.0 as usize] += 1);
    }
    let heads: Vec<bool> = {
        let mut heads = vec![false; function.blocks.len()];
        function.loops.iter().for_each(|at| heads[at.head.0 as usize] = true);
        function.handlers.iter().for_each(|handler| heads[handler.block.0 as usize] = true);
        heads
    };
    let mut gone = vec![false; function.blocks.len()];
    for &id in &order {
        if gone[id.0 as usize] {
            continue;
        }
        while let End::Jump(target) = &function.block(id).end {
            let next = target.block;
            let second = function.block(next);
            let joins = ways[next.0 as usize] == 1
                && next != id
                && next.0 != 0
                && !heads[next.0 as usize]
                && second.parameters.is_empty()
                && second.gone.is_empty()
                && second.cost == 0
                && second.handler == function.block(id).handler;
            if !joins {
                break;
            }
            gone[next.0 as usize] = true;
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
}
