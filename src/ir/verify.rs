//! What must hold of every function, whatever a pass did to it. Run after each pass in tests and debug builds.

use std::collections::HashSet;

use super::{BlockId, End, Function, Home, Inst, Op, Order, Program, Target, Threshold, Var};

/// Checks all functions; says what is wrong and where, if anything is.
pub fn verify(program: &Program) -> Result<(), String> {
    for (index, function) in program.functions.iter().enumerate() {
        check(function, program).map_err(|fault| format!("function {index}: {fault}"))?;
    }
    Ok(())
}

/// Where a value is defined: in which block, and before which instruction it is not there yet.
#[derive(Clone, Copy)]
struct Place {
    block: BlockId,
    at: usize,
}

fn check(function: &Function, program: &Program) -> Result<(), String> {
    let places = definitions(function)?;
    let mut order = Order::default();
    let order = order.of(function);
    if order.len() != function.blocks.len() {
        return Err(format!("{} of {} blocks are reached", order.len(), function.blocks.len()));
    }
    let dominators = intervals(&dominators(function, order));
    let entry = &function.blocks[0];
    let given = function.arity as usize + usize::from(function.rest) + function.captures as usize;
    if entry.parameters.len() != given || function.cells.len() != function.captures as usize {
        return Err(format!("the entry takes {} values, {given} are given", entry.parameters.len()));
    }
    for handler in &function.handlers {
        let block = function.blocks.get(handler.block.0 as usize).ok_or("a handler without a block")?;
        if block.parameters.len() != 1 {
            return Err(format!("the handler {} takes {} values", handler.block.0, block.parameters.len()));
        }
    }
    let seen = |var: Var, block: BlockId, at: usize| -> Result<(), String> {
        let place = places
            .get(var.0 as usize)
            .copied()
            .flatten()
            .ok_or_else(|| format!("v{} is used in b{} and defined nowhere", var.0, block.0))?;
        let fine = if place.block == block { place.at <= at } else { dominates(&dominators, place.block, block) };
        if fine { Ok(()) } else { Err(format!("v{} is used in b{} where it may be undefined", var.0, block.0)) }
    };
    // The machine may keep a range that is only walked as something else than a list.
    let ranges = |inst: &Inst| inst.result.filter(|_| matches!(inst.op, Op::Range { walked: true, .. }));
    let ranges: HashSet<Var> = function.blocks.iter().flat_map(|block| block.code.iter().filter_map(ranges)).collect();
    for (index, block) in function.blocks.iter().enumerate() {
        let id = BlockId(index as u32);
        if block.handler.is_some_and(|handler| handler.0 as usize >= function.handlers.len()) {
            return Err(format!("b{index} has a handler that is none"));
        }
        for &var in &block.gone {
            seen(var, id, 0)?;
        }
        for (at, inst) in block.code.iter().enumerate() {
            for &arg in &inst.args {
                seen(arg, id, at)?;
                if ranges.contains(&arg) && !matches!(inst.op, Op::Count | Op::Item | Op::Beside) {
                    return Err(format!("b{index} {at}: {:?} takes a range that is only walked", inst.op));
                }
            }
            shape(function, program, &inst.op, inst.args.len()).map_err(|fault| format!("b{index} {at}: {fault}"))?;
            let second = matches!(inst.op, Op::Delete { home: Home::Value, .. } | Op::Mutate { home: Home::Value, .. });
            if inst.second.is_some() && !second {
                return Err(format!("b{index} {at}: {:?} has no second result", inst.op));
            }
        }
        let end = block.code.len();
        let mut fault = Ok(());
        block.end.looks(|var| fault = std::mem::replace(&mut fault, Ok(())).and(seen(var, id, end)));
        fault?;
        for Target { block: to, args, .. } in block.end.targets() {
            let takes = function.blocks.get(to.0 as usize).ok_or_else(|| format!("b{index} leads nowhere"))?;
            if takes.parameters.len() != args.len() {
                return Err(format!(
                    "b{index} gives b{} {} values, it takes {}",
                    to.0,
                    args.len(),
                    takes.parameters.len()
                ));
            }
            for &arg in args {
                seen(arg, id, end)?;
                if ranges.contains(&arg) {
                    return Err(format!("b{index} hands on a range that is only walked"));
                }
            }
        }
        if let End::Route { bands, .. } = &block.end {
            let fixed = |threshold: &Threshold| match threshold {
                Threshold::Fixed(number) => Some(*number),
                Threshold::Computed(_) => None,
            };
            if bands.is_empty() || bands.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
                return Err(format!("b{index} routes by bands that are not in order"));
            }
            if bands.iter().filter_map(|(_, threshold, _)| fixed(threshold)).any(f64::is_nan) {
                return Err(format!("b{index} routes by a threshold that is no number"));
            }
        }
    }
    if function.loops.iter().any(|at| at.head.0 as usize >= function.blocks.len()) {
        return Err("a loop without a block".into());
    }
    Ok(())
}

fn definitions(function: &Function) -> Result<Vec<Option<Place>>, String> {
    let mut places: Vec<Option<Place>> = vec![None; function.values.len()];
    let mut define = |var: Var, block: BlockId, at: usize| {
        let place = places.get_mut(var.0 as usize).ok_or_else(|| format!("v{} has no fact", var.0))?;
        match place.replace(Place { block, at }) {
            None => Ok(()),
            Some(_) => Err(format!("v{} is defined twice", var.0)),
        }
    };
    for (index, block) in function.blocks.iter().enumerate() {
        let id = BlockId(index as u32);
        for &parameter in &block.parameters {
            define(parameter, id, 0)?;
        }
        for (at, inst) in block.code.iter().enumerate() {
            for &result in inst.result.iter().chain(&inst.second) {
                define(result, id, at + 1)?;
            }
        }
    }
    Ok(places)
}

/// Whether an instruction has as many arguments as it needs, and means things that exist.
fn shape(function: &Function, program: &Program, op: &Op, count: usize) -> Result<(), String> {
    let root = |home: &Home| usize::from(matches!(home, Home::Value | Home::Cell { .. }));
    let computed = |keys: &[super::Key]| keys.iter().filter(|key| !matches!(key, super::Key::Fixed(_))).count();
    let (least, most) = match op {
        Op::Const(_) | Op::Builtin(_) | Op::Input | Op::Agents | Op::AgentList | Op::Global { .. } | Op::Slot(_) => {
            (0, 0)
        }
        Op::Empty | Op::Leave => (0, 0),
        Op::Cell => (0, 1),
        Op::Unary(_) | Op::Field(_) | Op::IsNull | Op::Truth | Op::Count | Op::Turns | Op::Step(_) | Op::Offers(_) => {
            (1, 1)
        }
        Op::Unpack | Op::UnpackObject | Op::Rest(_) | Op::Fits { .. } | Op::Instance(_) | Op::Expect(..) => (1, 1),
        Op::Load { .. } | Op::SetGlobal(_) | Op::SetSlot(_) | Op::Ready | Op::Threshold => (1, 1),
        Op::Enter | Op::Bind(_) | Op::Watch(_) => (1, 1),
        Op::Binary(_) | Op::Range { .. } | Op::Index { .. } | Op::Item | Op::Beside | Op::Ask | Op::Cap | Op::Store => {
            (2, 2)
        }
        Op::Under => (2, usize::MAX),
        Op::Text | Op::CallFunction(_) | Op::CallBuiltin { .. } | Op::Fork { .. } => (0, usize::MAX),
        Op::Call { .. } | Op::CallMethod { .. } => (1, usize::MAX),
        Op::List { spread } => (spread.len(), if spread.is_empty() { usize::MAX } else { spread.len() }),
        Op::Object(members) => {
            let count = members.iter().map(|member| 1 + usize::from(matches!(member, super::Member::Computed))).sum();
            (count, count)
        }
        Op::Omit(keys) | Op::Has(keys) => {
            let count = 1 + keys.iter().filter(|key| key.is_none()).count();
            (count, count)
        }
        Op::Update { home, keys } => (root(home) + computed(keys) + 1, root(home) + computed(keys) + 1),
        Op::Delete { home, keys } => (root(home) + computed(keys), root(home) + computed(keys)),
        Op::Mutate { home, change, spread } => {
            let least = root(home) + computed(&change.keys);
            (least + usize::from(*spread), if *spread { least + 1 } else { usize::MAX })
        }
        Op::Closure(id) => {
            let captures = program.functions.get(id.0 as usize).map(|inner| inner.captures as usize);
            let captures = captures.ok_or("a closure of no function")?;
            (captures, captures)
        }
    };
    if let Op::Slot(slot) | Op::SetSlot(slot) = op
        && slot.0 >= function.slots
    {
        return Err(format!("slot {} of {}", slot.0, function.slots));
    }
    if count < least || count > most { Err(format!("{op:?} with {count} arguments")) } else { Ok(()) }
}

/// The closest block that every way to a block passes, by block; the entry is its own. An error comes from the beginning of
/// a block, as what the block defines may not be there yet.
fn dominators(function: &Function, order: &[BlockId]) -> Vec<Option<BlockId>> {
    let count = function.blocks.len();
    let mut number = vec![usize::MAX; count];
    for (at, id) in order.iter().enumerate() {
        number[id.0 as usize] = at;
    }
    let mut before: Vec<Vec<BlockId>> = vec![Vec::new(); count];
    for (index, block) in function.blocks.iter().enumerate() {
        for target in block.end.targets() {
            before[target.block.0 as usize].push(BlockId(index as u32));
        }
    }
    for index in 0..count {
        if let Some(handler) = function.blocks[index].handler {
            let to = function.handlers[handler.0 as usize].block.0 as usize;
            let from = before[index].clone();
            before[to].extend(from);
        }
    }
    // From the last to the first, two neighbours meet close by, which keeps ends of long rows linear.
    before.iter_mut().for_each(|from| from.sort_unstable_by_key(|id| std::cmp::Reverse(number[id.0 as usize])));
    let mut parents: Vec<Option<BlockId>> = vec![None; count];
    parents[0] = Some(BlockId(0));
    loop {
        let mut changed = false;
        for &id in &order[1..] {
            let mut parent: Option<BlockId> = None;
            for &from in &before[id.0 as usize] {
                if parents[from.0 as usize].is_some() {
                    parent = Some(match parent {
                        None => from,
                        Some(other) => meet(&parents, &number, from, other),
                    });
                }
            }
            if parents[id.0 as usize] != parent {
                parents[id.0 as usize] = parent;
                changed = true;
            }
        }
        if !changed {
            return parents;
        }
    }
}

fn meet(parents: &[Option<BlockId>], number: &[usize], mut one: BlockId, mut other: BlockId) -> BlockId {
    while one != other {
        let later = if number[one.0 as usize] > number[other.0 as usize] { &mut one } else { &mut other };
        match parents[later.0 as usize] {
            Some(parent) => *later = parent,
            None => return BlockId(0),
        }
    }
    one
}

/// When a walk over the tree of dominators enters and leaves each block.
fn intervals(parents: &[Option<BlockId>]) -> Vec<(u32, u32)> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
    for (index, parent) in parents.iter().enumerate().skip(1) {
        if let Some(parent) = parent {
            children[parent.0 as usize].push(index);
        }
    }
    let mut intervals = vec![(0, 0); parents.len()];
    let mut clock = 0;
    let mut work = vec![(0, false)];
    while let Some((index, done)) = work.pop() {
        clock += 1;
        if done {
            intervals[index].1 = clock;
        } else {
            intervals[index].0 = clock;
            work.push((index, true));
            work.extend(children[index].iter().map(|&child| (child, false)));
        }
    }
    intervals
}

fn dominates(intervals: &[(u32, u32)], above: BlockId, block: BlockId) -> bool {
    let (above, block) = (intervals[above.0 as usize], intervals[block.0 as usize]);
    above.0 <= block.0 && block.1 <= above.1
}
