//! Tidies what the lowering wrote, before anything is decided about it: blocks that nothing reaches, parameters that are always
//! the same value, values that nobody reads. Blocks and values are numbered anew in the order in which they can run.

use super::build::{NONE, NOWHERE};
use super::{BlockId, Function, HandlerId, Op, Var};

/// How often parameters are looked through again because others turned out to be the same; what is left costs a move.
const ROUNDS: usize = 8;

/// Tidies a function whose blocks can run in this order; afterwards that is the order they are in.
pub(super) fn settle(function: &mut Function, order: &[BlockId]) {
    let forward = same(function, order);
    number(function, order, &forward, false);
}

fn find(forward: &[Var], mut var: Var) -> Var {
    while forward[var.0 as usize] != var {
        var = forward[var.0 as usize];
    }
    var
}

/// What stands for each value: itself, or for a parameter the one value it always is.
fn same(function: &Function, order: &[BlockId]) -> Vec<Var> {
    const MANY: Var = Var(u32::MAX - 1);
    let mut forward: Vec<Var> = (0..function.values.len() as u32).map(Var).collect();
    let mut single = vec![NONE; function.values.len()];
    // What is under exact values alone is what it was.
    for inst in order.iter().flat_map(|&id| &function.block(id).code) {
        if let (Op::Under, Some(result)) = (&inst.op, inst.result)
            && inst.args[1..].iter().all(|decider| function.values[decider.0 as usize].exact)
        {
            forward[result.0 as usize] = inst.args[0];
        }
    }
    for _ in 0..ROUNDS {
        for &id in order {
            for target in function.block(id).end.targets() {
                let block = function.block(target.block);
                for (&parameter, &arg) in block.parameters.iter().zip(&target.args) {
                    let arg = find(&forward, arg);
                    if find(&forward, parameter) == parameter && arg != parameter {
                        let known = &mut single[parameter.0 as usize];
                        *known = if *known == NONE || *known == arg { arg } else { MANY };
                    }
                }
            }
        }
        let mut changed = false;
        for &id in order {
            for &parameter in &function.block(id).parameters {
                let value = std::mem::replace(&mut single[parameter.0 as usize], NONE);
                if value != NONE && value != MANY && forward[parameter.0 as usize] == parameter {
                    let value = find(&forward, value);
                    if value != parameter {
                        forward[parameter.0 as usize] = value;
                        changed = true;
                    }
                }
            }
        }
        if !changed {
            break;
        }
    }
    for index in 0..forward.len() {
        forward[index] = find(&forward, Var(index as u32));
    }
    forward
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source {
    Nowhere,
    Code(BlockId, u32),
    Parameter(BlockId, u32),
}

/// Which values somebody reads; or holds a share of, where that may count.
fn needed(function: &Function, order: &[BlockId], forward: &[Var], shares: bool) -> Vec<bool> {
    let count = function.values.len();
    let mut sources = vec![Source::Nowhere; count];
    let mut ways: Vec<Vec<(BlockId, u32)>> = vec![Vec::new(); function.blocks.len()];
    for &id in order {
        let block = function.block(id);
        for (at, parameter) in block.parameters.iter().enumerate() {
            sources[parameter.0 as usize] = Source::Parameter(id, at as u32);
        }
        for (at, inst) in block.code.iter().enumerate() {
            for result in inst.result.iter().chain(&inst.second) {
                sources[result.0 as usize] = Source::Code(id, at as u32);
            }
        }
        for (at, target) in block.end.targets().enumerate() {
            if !target.args.is_empty() {
                ways[target.block.0 as usize].push((id, at as u32));
            }
        }
    }
    let mut needed = vec![false; count];
    let mut work: Vec<Var> = Vec::new();
    fn mark(needed: &mut [bool], work: &mut Vec<Var>, var: Var) {
        if !std::mem::replace(&mut needed[var.0 as usize], true) {
            work.push(var);
        }
    }
    for &id in order {
        let block = function.block(id);
        if shares {
            let results = block.code.iter().flat_map(|inst| inst.result.iter().chain(&inst.second));
            let held =
                block.parameters.iter().chain(results).filter(|var| function.values[var.0 as usize].has_storage());
            held.for_each(|var| mark(&mut needed, &mut work, forward[var.0 as usize]));
        }
        for inst in block.code.iter().filter(|inst| !inst.op.pure()) {
            inst.args.iter().for_each(|arg| mark(&mut needed, &mut work, forward[arg.0 as usize]));
        }
        block.end.looks(|var| mark(&mut needed, &mut work, forward[var.0 as usize]));
    }
    for bound in function.loops.iter().filter_map(|at| at.max) {
        mark(&mut needed, &mut work, forward[bound.0 as usize]);
    }
    while let Some(var) = work.pop() {
        match sources[var.0 as usize] {
            Source::Nowhere => {}
            Source::Code(id, at) => {
                let inst = &function.block(id).code[at as usize];
                inst.args.iter().for_each(|arg| mark(&mut needed, &mut work, forward[arg.0 as usize]));
            }
            Source::Parameter(id, at) => {
                for &(from, way) in &ways[id.0 as usize] {
                    if let Some(target) = function.block(from).end.targets().nth(way as usize) {
                        mark(&mut needed, &mut work, forward[target.args[at as usize].0 as usize]);
                    }
                }
            }
        }
    }
    needed
}

/// One bit of last uses.
fn bit(moves: u64, at: u32) -> u64 {
    if at < 64 { moves >> at & 1 } else { 0 }
}

/// Drops what nobody reads and numbers anew what is left. Once last uses are marked, a value that may share storage stays even
/// where nobody reads it any more: whether a later write copies must not depend on what was folded.
pub(super) fn number(function: &mut Function, order: &[BlockId], forward: &[Var], marked: bool) {
    let needed = needed(function, order, forward, marked);
    let mut blocks = vec![NOWHERE; function.blocks.len()];
    for (index, id) in order.iter().enumerate() {
        blocks[id.0 as usize] = BlockId(index as u32);
    }
    // The entry and handlers take what they are given, whoever reads it.
    let mut fixed = vec![false; function.blocks.len()];
    fixed[0] = true;
    for handler in &function.handlers {
        if let Some(fixed) = fixed.get_mut(handler.block.0 as usize) {
            *fixed = true;
        }
    }
    // Of the parameters of all blocks, one behind the other.
    let mut kept: Vec<bool> = Vec::with_capacity(function.values.len());
    let mut kept_from: Vec<usize> = Vec::with_capacity(function.blocks.len());
    for (block, &fixed) in function.blocks.iter().zip(&fixed) {
        let keeps = |var: &Var| fixed || (needed[var.0 as usize] && forward[var.0 as usize] == *var);
        kept_from.push(kept.len());
        kept.extend(block.parameters.iter().map(keeps));
    }
    let mut vars = vec![NONE; function.values.len()];
    let mut values = Vec::with_capacity(function.values.len());
    let mut old: Vec<Option<super::Block>> = std::mem::take(&mut function.blocks).into_iter().map(Some).collect();
    let mut all = Vec::with_capacity(order.len());
    for &id in order {
        let Some(mut block) = old[id.0 as usize].take() else { continue };
        let mut define = |var: Var| {
            values.push(function.values[var.0 as usize].clone());
            let new = Var(values.len() as u32 - 1);
            vars[var.0 as usize] = new;
            new
        };
        let mut keeps = kept[kept_from[id.0 as usize]..].iter();
        block.parameters.retain(|_| keeps.next().copied().unwrap_or(true));
        block.parameters.iter_mut().for_each(|var| *var = define(*var));
        block.code.retain_mut(|inst| {
            let used = |var: Option<Var>| var.is_some_and(|var| needed[var.0 as usize]);
            let stands = |var: Option<Var>| var.is_some_and(|var| forward[var.0 as usize] == var);
            if inst.op.pure() && !(used(inst.result) && stands(inst.result)) {
                return false;
            }
            if inst.op == Op::Under {
                let (mut from, mut to, mut moves) = (0, 0, 0);
                inst.args.retain(|arg| {
                    let keep = from == 0 || !function.values[arg.0 as usize].exact;
                    if keep {
                        moves |= bit(inst.moves, from) << to.min(63);
                        to += 1;
                    }
                    from += 1;
                    keep
                });
                inst.moves = moves;
            }
            inst.result = inst.result.filter(|var| needed[var.0 as usize]).map(&mut define);
            inst.second = inst.second.filter(|var| needed[var.0 as usize]).map(&mut define);
            true
        });
        all.push(block);
    }
    for block in &mut all {
        block.gone.retain_mut(|var| {
            *var = vars[var.0 as usize];
            *var != NONE
        });
        for arg in block.code.iter_mut().flat_map(|inst| &mut inst.args) {
            *arg = vars[forward[arg.0 as usize].0 as usize];
        }
        block.end.looks_mut(|var| *var = vars[forward[var.0 as usize].0 as usize]);
        for target in block.end.targets_mut() {
            let mut keeps = kept[kept_from[target.block.0 as usize]..].iter();
            let mut moves = 0;
            let (mut from, mut to) = (0, 0);
            target.args.retain(|_| {
                let keep = keeps.next().copied().unwrap_or(true);
                if keep {
                    moves |= bit(target.moves, from) << to.min(63);
                    to += 1;
                }
                from += 1;
                keep
            });
            target.moves = moves;
            target.args.iter_mut().for_each(|arg| *arg = vars[forward[arg.0 as usize].0 as usize]);
            target.block = blocks[target.block.0 as usize];
        }
    }
    let mut handlers = vec![None; function.handlers.len()];
    let mut left = Vec::new();
    for (index, handler) in function.handlers.iter().enumerate() {
        let block = blocks.get(handler.block.0 as usize).copied().unwrap_or(NOWHERE);
        if block != NOWHERE {
            handlers[index] = Some(HandlerId(left.len() as u32));
            left.push(super::Handler { block, ..*handler });
        }
    }
    for block in &mut all {
        block.handler = block.handler.and_then(|handler| handlers[handler.0 as usize]);
    }
    function.loops.retain_mut(|at| {
        at.head = blocks[at.head.0 as usize];
        at.max = at.max.map(|max| vars[forward[max.0 as usize].0 as usize]).filter(|&max| max != NONE);
        at.head != NOWHERE
    });
    function.handlers = left;
    function.blocks = all;
    function.values = values;
}
