//! Whether lists get shorter while a loop turns.

use super::domain::{Callee, Id, Known, Null, Shape};
use super::flow::{Activation, Flow};
use super::graph::{Definition, Natural};
use super::line::Line;
use super::state::State;
use super::turns::{Place, lasts, memory_of, stays_put, write_of};
use crate::hir::Binary;
use crate::ir::{End, Home, Inst, Key, Op, Var};
use std::sync::Arc;

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
            let each = |var| lengthened(act, natural, var, root, depth + 1);
            act.graph.in_a_turn(act.code, natural, (block, index), each, Length::join, &Length::SAME)
        }
        Definition::Instruction(block, index) => {
            let inst = &act.code.blocks[block].code[index];
            let state = State::default();
            let number = |i: usize| inst.args.get(i).and_then(|&v| act.value(v, &state).as_constant());
            let before = |var: Var| lengthened(act, natural, var, root, depth + 1);
            match &inst.op {
                Op::Under | Op::Ready => before(inst.args[0]),
                Op::Mutate { home: Home::Value, change, spread } if change.keys.is_empty() => {
                    let list = is_list(act, inst.args[0]) && !spread && inst.second == Some(var);
                    let before = before(inst.args[0]).filter(|_| list)?;
                    match &*change.method {
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

impl<'a> Flow<'a> {
    /// Takes note of the lists below whose length the index of a write in a loop lies.
    pub fn written_inside(
        &mut self,
        act: &mut Activation<'a>,
        write: &Inst,
        root: &Known,
        path: &[super::place::Step],
        state: &State,
    ) {
        let (Some(result), Some((super::place::Step::Any(key), before))) = (write.result, path.split_last()) else {
            return;
        };
        if !act.graph.turns[act.block] {
            return;
        }
        let number = super::interval::numbers(key);
        let list = self.reached(root, before);
        let long_enough = match &list.shape {
            Shape::List(list) => number.low >= 0.0 && number.high < list.low as f64,
            _ => false,
        };
        let mut lists = Vec::new();
        if long_enough && key.null == Null::Never {
            lists.push(Id::NONE);
        } else if let Some(index) = self.line_of(key).filter(|_| key.null == Null::Never) {
            let mut lengths: Vec<Id> = state
                .relations
                .iter()
                .chain([&index])
                .flat_map(|line| line.atoms())
                .filter(|(atom, _)| atom.length)
                .map(|(atom, _)| atom.id)
                .collect();
            lengths.sort_unstable();
            lengths.dedup();
            for id in lengths {
                let left = Line::atom(id, true).plus(&index, -1).and_then(|left| left.plus(&Line::constant(-1.0), 1));
                if left.is_some_and(|left| self.never_negative(&left, state)) {
                    lists.push(id);
                }
            }
        }
        act.inside.insert(result, lists);
    }
}

/// Whether the length of a list, or of what lies in a list or an object, is the same in every turn of a loop: what is written
/// to an index that a list has never makes it longer.
pub(super) fn keeps_length(act: &Activation<'_>, natural: &Natural, list: Var) -> bool {
    let mut path: Vec<Step> = Vec::new();
    let identity = |var: Var| act.values[var.0 as usize].as_ref().map_or(Id::NONE, |known| known.id);
    // The values that have the same length.
    let mut same = vec![identity(list)];
    let mut at = list;
    while let Definition::Instruction(block, index) = act.graph.definitions[at.0 as usize] {
        let inst = &act.code.blocks[block].code[index];
        match &inst.op {
            _ if !natural.has(block) => break,
            Op::Field(name) => path.insert(0, Step::Field(name.clone())),
            Op::Index { from_end: false } if stays_put(act, natural, inst.args[1]) => {
                path.insert(0, step(act, inst.args[1]))
            }
            Op::Under | Op::Ready => {}
            Op::Load { .. } | Op::Global { .. } | Op::Slot(_) => {
                let Some(place) = memory_of(inst) else { return false };
                let mut code = natural.blocks.iter().flat_map(|&block| &act.code.blocks[block].code);
                if path.is_empty() {
                    let read = code.clone().filter(|inst| memory_of(inst) == Some(place));
                    same.extend(read.filter_map(|inst| inst.result).map(identity));
                }
                let spared = |inst: &Inst| {
                    write_of(inst).is_none_or(|(written, _)| written != place) || spares(act, inst, &path, &same)
                };
                return lasts(act, natural, place) && !act.calls_write(natural, place) && code.all(spared);
            }
            _ => break,
        }
        at = inst.args[0];
    }
    let mut origin = None;
    let mut met = vec![at];
    let mut waiting = vec![at];
    let mut writes = Vec::new();
    // All ways back lead through writes that spare the length to one and the same value from before.
    while let Some(var) = waiting.pop() {
        let mut before = Vec::new();
        match act.graph.definitions[var.0 as usize] {
            Definition::Parameter(head, index) if natural.has(head) => {
                for &from in &act.graph.before[head] {
                    if head == natural.head && !natural.latches.contains(&from) {
                        continue;
                    }
                    let targets = act.code.blocks[from].end.targets();
                    before.extend(targets.filter(|target| target.block.0 as usize == head).map(|t| t.args[index]));
                }
                if head == natural.head && origin.replace(var).is_some_and(|other| other != var) {
                    return false;
                }
            }
            Definition::Instruction(block, index) if natural.has(block) => {
                let inst = &act.code.blocks[block].code[index];
                let changed = match &inst.op {
                    Op::Under | Op::Ready => true,
                    Op::Mutate { home: Home::Value, .. } => inst.second == Some(var),
                    Op::Update { home: Home::Value, .. } => true,
                    _ => false,
                };
                if !changed {
                    return false;
                }
                writes.push(inst);
                before.push(inst.args[0]);
            }
            _ if origin.replace(var).is_some_and(|other| other != var) => return false,
            _ => {}
        }
        for var in before {
            if !met.contains(&var) {
                met.push(var);
                waiting.push(var);
            }
        }
    }
    if path.is_empty() {
        same.extend(met.into_iter().map(identity));
    }
    writes.into_iter().all(|inst| matches!(inst.op, Op::Under | Op::Ready) || spares(act, inst, &path, &same))
}

/// A step on the way into a value.
#[derive(Clone, PartialEq, Debug)]
enum Step {
    /// A field.
    Field(Arc<str>),
    /// A number.
    Place,
    /// Anything.
    Any,
}

fn step(act: &Activation<'_>, key: Var) -> Step {
    let known = act.value(key, &State::default());
    match known.as_number() {
        Some(_) if known.null == Null::Never => Step::Place,
        _ => Step::Any,
    }
}

/// Whether a write leaves the length of what lies at a path as it is, where that is as long as some values.
fn spares(act: &Activation<'_>, write: &Inst, path: &[Step], same: &[Id]) -> bool {
    let (home, keys) = match &write.op {
        Op::Update { home, keys } => (home, keys),
        Op::Mutate { home, change, .. } => (home, &change.keys),
        _ => return false,
    };
    let mut args = write.args.iter().skip(usize::from(matches!(home, Home::Value | Home::Cell { .. })));
    let mut written = keys.iter().map(|key| match key {
        Key::Fixed(name) => Some(Step::Field(name.clone())),
        Key::Computed => args.next().map(|key| step(act, *key)),
        Key::FromEnd => args.next().map(|_| Step::Place),
    });
    for own in path {
        match (own, written.next().flatten()) {
            (Step::Field(name), Some(Step::Field(other))) if *name != other => return true,
            (Step::Field(_), Some(Step::Place)) | (Step::Place, Some(Step::Field(_))) => return true,
            (_, Some(_)) => {}
            (_, None) => return false,
        }
    }
    // What is written behind the end makes it longer; under a property of what is not there nothing is written.
    let inside = || {
        let lists = write.result.and_then(|result| act.inside.get(&result));
        lists.is_some_and(|lists| lists.iter().any(|id| *id == Id::NONE || same.contains(id)))
    };
    match (written.next().flatten(), &write.op) {
        (Some(step), Op::Update { .. }) if written.next().is_none() => step == Step::Place && inside(),
        (Some(step), _) => step == Step::Place,
        (None, Op::Mutate { change, .. }) => matches!(&*change.method, "sort" | "reverse"),
        (None, _) => false,
    }
}

/// How long what a built-in makes of a list is.
fn shortened(name: &str, before: Length, by: Option<f64>, alone: bool) -> Option<Length> {
    match name {
        "drop" | "slice" if alone => Some(before.less(by.filter(|n| *n >= 1.0)?.trunc())),
        // Of two and more there are fewer groups than elements, of one there is one.
        "chunk" if by.is_some_and(|size| size >= 2.0) => {
            Some(Length { by: before.by - 1.0, or: (before.or - 1.0).max(1.0) })
        }
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
                Op::Mutate { change, .. } if change.keys.is_empty() => match &*change.method {
                    "pop" | "shift" if act.every_turn(natural, block, Some(index)) => length = length.less(1.0),
                    "pop" | "shift" | "sort" | "reverse" => {}
                    _ => return false,
                },
                _ => return false,
            }
        }
    }
    length.is_shorter(least)
}

impl Flow<'_> {
    /// Whether what is called leaves out one element at least, as `xs.filter((x, at) => at != place)` does of a list that has
    /// something at that place.
    pub fn leaves_one_out(&mut self, name: &str, args: &[Known], state: &State) -> bool {
        let ("filter", [list, test, ..]) = (name, args) else { return false };
        let Shape::Functions(functions) = &test.shape else { return false };
        let [Callee::Own(closure)] = &functions[..] else { return false };
        let code = self.code(closure.function);
        let [only] = &code.blocks[..] else { return false };
        let End::Return(kept) = only.end else { return false };
        let made = |var: Var| only.code.iter().find(|inst| inst.result == Some(var));
        let Some(unequal) = made(kept).filter(|inst| matches!(inst.op, Op::Binary(Binary::NotEqual))) else {
            return false;
        };
        let at = only.parameters.get(1).filter(|_| code.arity >= 2 && !code.rest);
        let place = match (unequal.args[0], unequal.args[1]) {
            (one, place) if Some(&one) == at => place,
            (place, other) if Some(&other) == at => place,
            _ => return false,
        };
        // What it is held against is captured, as it is or in its cell.
        let cell = made(place).filter(|inst| matches!(inst.op, Op::Load { .. })).map(|inst| inst.args[0]);
        let captured = only.parameters[code.arity as usize..].iter().position(|own| *own == cell.unwrap_or(place));
        let Some(captured) = captured.and_then(|i| closure.captures.get(i)) else { return false };
        let place = if cell.is_some() { self.load(captured, state) } else { captured.clone() };
        let whole = place.null == Null::Never && place.as_number().is_some_and(|n| n.whole && n.low >= 0.0);
        let Some(line) = self.line_of(&place).filter(|_| whole && list.id != Id::NONE) else { return false };
        let behind = Line::atom(list.id, true).plus(&line, -1).and_then(|rest| rest.plus(&Line::constant(-1.0), 1));
        behind.is_some_and(|rest| self.never_negative(&rest, state))
    }
}
