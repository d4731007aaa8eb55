//! How often a loop turns.
//!
//! A loop is bounded by a test that every turn passes and that one day fails: a number that moves towards a bound that
//! stays, or a list that loses an element. The code does not tell how the loop was written, so the forms that the language
//! promises to be bounded (`for … in`, `max`) come out of the same rule as the others.

use super::amount::Turns;
use super::domain::{Id, Integrity, Known, Null, Number, Shape};
use super::falling::Fall;
use super::flow::{Activation, Flow};
use super::graph::{Definition, Natural};
use super::growing::growth;
use super::interval::numbers;
use super::moving::Move;
use super::shorter::{keeps_length, shrinks, shrinks_in_memory};
use super::state::State;
use crate::diagnostic::Code;
use crate::hir::{Binary, Unary};
use crate::ir::{End, Form, Home, Inst, Loop, Op, Var};
use crate::source::{Location, Span};
use std::rc::Rc;

/// The most turns that `max` may give.
pub(super) const MOST_TURNS: f64 = 10_000.0;

/// Up to here whole numbers are exact.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0;

/// Why no bound was found, from the most telling to the least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fault {
    Confidence,
    Chosen,
    Unequal,
    Changed,
    Step,
    Break,
    None,
}

/// Whether a value is computed from another, as it was when the turn began, in this part of the text alone.
fn made_in(act: &Activation<'_>, natural: &Natural, text: Span, var: Var, from: Var, depth: u32) -> bool {
    let Definition::Instruction(block, index) = act.graph.definitions[root(act, natural, var).0 as usize] else {
        return false;
    };
    let inst = &act.code.blocks[block].code[index];
    let made = |arg: &Var| root(act, natural, *arg) == from || made_in(act, natural, text, *arg, from, depth + 1);
    depth < 8 && text.holds(inst.span) && inst.args.iter().any(made)
}

/// How often a loop turns, and what shows it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Turning {
    /// The turns that lead back to the head.
    pub turns: Turns,
    /// The block that only so many turns get beyond; one that gets there and no further is one more.
    pub test: Option<usize>,
}

impl Turning {
    /// Nothing shows that it ends.
    pub fn endless() -> Self {
        Self { turns: Turns::between(0.0, f64::INFINITY), test: None }
    }

    /// The same, where something else may end it before.
    fn at_most(self) -> Self {
        Self { turns: Turns { low: 0.0, ..self.turns }, ..self }
    }
}

impl<'a> Flow<'a> {
    /// The turns of every loop of a walked function; what has no bound is reported.
    pub fn loops(&mut self, act: &Activation<'a>) {
        let graph = act.graph.clone();
        for natural in &graph.loops {
            if !act.entered(natural.head) {
                continue;
            }
            let written = graph.written(act.code, natural.head);
            let turning = self.turns(act, natural, written);
            let at = written.map(|l| act.at(l.span));
            match turning {
                Ok(turning) => {
                    self.turned.insert((act.frame, natural.head), turning);
                }
                Err(fault) => {
                    self.turned.insert((act.frame, natural.head), Turning::endless());
                    self.endless = true;
                    if let Some(at) = at {
                        self.unbounded(fault, written.map_or(Form::While, |l| l.form), at);
                    }
                }
            }
        }
    }

    fn turns(&mut self, act: &Activation<'a>, natural: &Natural, written: Option<&Loop>) -> Result<Turning, Fault> {
        let state = State::default();
        let form = written.map(|l| l.form);
        let mut refused = None;
        let mut best: Option<Turning> = None;
        if let Some(max) = written.and_then(|l| l.max) {
            let known = act.value(max, &state);
            let number = numbers(&known);
            if number.high > MOST_TURNS && number.high.is_finite() {
                let at = written.map(|l| act.at(l.span)).expect("a loop with `max` was written");
                self.too_many_turns(number.high, at);
            }
            if number.high.is_finite() {
                let turns = Turns::between(0.0, number.high.max(0.0));
                best = Some(Turning { turns, test: Some(natural.head) });
            } else {
                // What is walked or counted may bound what `max` does not.
                refused = Some(if known.integrity >= Integrity::Input { Fault::Chosen } else { Fault::None });
            }
        }
        // The first turn leaves it, whatever comes.
        if !natural.latches.iter().any(|&latch| act.ways_back.contains_key(&(natural.head, latch))) {
            return Ok(Turning { turns: Turns::between(0.0, 0.0), test: None });
        }
        let limited = best.is_some();
        let mut fault = Fault::None;
        let mut chosen = 0;
        let exits = exits(act, natural, written);
        for &(block, condition, stays) in &exits {
            match self.ranked(act, natural, condition, stays, &state, 0) {
                Ok(turns) => {
                    if best.as_ref().is_none_or(|best| turns.high < best.turns.high) {
                        best = Some(Turning { turns, test: Some(block) });
                    }
                }
                Err(found) => {
                    chosen += usize::from(found == Fault::Chosen);
                    fault = fault.min(found);
                }
            }
        }
        match (best, refused) {
            (Some(best), None) if !limited => return Ok(best),
            // Whichever comes first.
            (Some(best), _) if best.turns.high.is_finite() => return Ok(best.at_most()),
            (_, Some(refused)) if form != Some(Form::Each) => return Err(refused),
            _ => {}
        }
        if form == Some(Form::Each) {
            // The exit of `max` itself does not count.
            return if chosen > usize::from(refused == Some(Fault::Chosen)) {
                Err(Fault::Chosen)
            } else {
                let turns = match exits.iter().find_map(|&(_, condition, _)| self.walked(act, condition, &state)) {
                    Some(most) => Turns::between(0.0, most),
                    None => Turns { low: 0.0, high: f64::INFINITY, size: Some(Rc::from(super::sizes::ANY)) },
                };
                Ok(Turning { turns, test: Some(natural.head) })
            };
        }
        let breaks = natural.blocks.iter().any(|&b| {
            let ends = &act.code.blocks[b];
            let heads = written.is_some_and(|l| l.span.holds(ends.end_span));
            if heads || matches!(ends.end, End::Branch { condition, .. } if certain(act, condition)) {
                return false;
            }
            ends.end.targets().any(|t| !natural.has(t.block.0 as usize))
        });
        if breaks && exits.is_empty() {
            return Err(Fault::Break);
        }
        // A counter that steps towards what it is not to be can step over it, however it begins.
        let steps =
            fault == Fault::Unequal && exits.iter().any(|(_, condition, _)| self.steps_to(act, natural, *condition));
        let recounted = form == Some(Form::Count) && fault == Fault::Changed;
        if !steps && !recounted {
            match self.falls(act, natural) {
                Fall::Ends(turning) => return Ok(turning),
                Fall::Chosen => fault = fault.min(Fault::Chosen),
                Fall::Unknown => {}
            }
        }
        Err(fault)
    }

    /// More turns than `max` may give.
    pub fn too_many_turns(&mut self, turns: f64, at: Location) {
        let message = format!("{turns} turns are too many: a loop may have {MOST_TURNS}");
        self.findings.report(Code::TM11, at, message, |d| d.help(format!("lower `max` to {MOST_TURNS} or less")));
    }

    /// The turns that a test allows that ends the loop when it fails.
    fn ranked(
        &mut self,
        act: &Activation<'a>,
        natural: &Natural,
        condition: Var,
        stays: bool,
        state: &State,
        depth: u32,
    ) -> Result<Turns, Fault> {
        if depth > 8 {
            return Err(Fault::None);
        }
        if stays && let Some(turns) = self.counted_down(act, natural, condition, state) {
            return Ok(turns);
        }
        if stays && let Some(turns) = self.drained(act, natural, condition, state) {
            return Ok(turns);
        }
        if stays && let Some(turns) = self.divided_away(act, natural, condition, state) {
            return Ok(turns);
        }
        let Definition::Instruction(block, index) = act.graph.definitions[condition.0 as usize] else {
            return Err(Fault::None);
        };
        let inst = &act.code.blocks[block].code[index];
        match &inst.op {
            Op::Unary(Unary::Not) => self.ranked(act, natural, inst.args[0], !stays, state, depth + 1),
            Op::Truth | Op::Under => self.ranked(act, natural, inst.args[0], stays, state, depth + 1),
            Op::Binary(binary) if binary.orders() => {
                let (a, b) = (inst.args[0], inst.args[1]);
                // As `left < right` or `left <= right` while the loop goes on.
                let (left, right, strict) = match (binary, stays) {
                    (Binary::Less, true) => (a, b, true),
                    (Binary::LessEqual, true) => (a, b, false),
                    (Binary::Greater, true) => (b, a, true),
                    (Binary::GreaterEqual, true) => (b, a, false),
                    (Binary::Less, false) => (b, a, false),
                    (Binary::LessEqual, false) => (b, a, true),
                    (Binary::Greater, false) => (a, b, false),
                    _ => (a, b, true),
                };
                let least = act.value(left, state);
                let least = least.as_number().filter(|_| stays && least.null == Null::Never);
                let divided = least.and_then(|n| self.divided_down(act, natural, right, (n.low, strict), state));
                match divided {
                    Some(turns) => Ok(turns),
                    None => self.approaching(act, natural, left, right, (strict, stays), state),
                }
            }
            Op::Binary(Binary::NotEqual | Binary::Equal) | Op::IsNull | Op::Ask | Op::Unary(Unary::Confidence) => {
                let all: Vec<Known> = inst.args.iter().map(|&v| act.value(v, state)).collect();
                let while_something = stays == matches!(inst.op, Op::Binary(Binary::NotEqual));
                let against_null = matches!(inst.op, Op::IsNull) || all[1..].iter().any(|k| k.null == Null::Always);
                if while_something
                    && against_null
                    && let Some(turns) = self.drained(act, natural, inst.args[0], state)
                {
                    return Ok(turns);
                }
                if all.iter().any(waits) || matches!(inst.op, Op::Ask) {
                    return Err(Fault::Confidence);
                }
                let numeric = all.iter().all(|k| k.as_number().is_some());
                let while_unequal = matches!(
                    (&inst.op, stays),
                    (Op::Binary(Binary::NotEqual), true) | (Op::Binary(Binary::Equal), false)
                );
                if while_unequal
                    && (numeric || all.iter().any(|k| k.as_number().is_some_and(|n| n.constant().is_some())))
                {
                    for (length, other) in [(0, 1), (1, 0)] {
                        // As long as there is something left of it.
                        if all.get(other).is_some_and(|other| other.as_constant() == Some(0.0)) {
                            if let Some(turns) = self.divided_away(act, natural, inst.args[length], state) {
                                return Ok(turns);
                            }
                            if let Ok(turns) = self.emptied(act, natural, inst.args[length], 1.0, state) {
                                return Ok(turns);
                            }
                        }
                    }
                    return Err(Fault::Unequal);
                }
                Err(Fault::None)
            }
            Op::Field(_) | Op::Count if stays => self.emptied(act, natural, condition, 1.0, state),
            _ => Err(Fault::None),
        }
    }

    /// A whole number that falls by one each turn while it is not 0, and is not below 0 to begin with.
    fn counted_down(&mut self, act: &Activation<'a>, natural: &Natural, var: Var, state: &State) -> Option<Turns> {
        let one = Move { low: -1.0, high: -1.0 };
        let (counter, ahead) = match self.movement(act, natural, var) {
            Some(_) => (var, Move::STILL),
            None => self.counter_behind(act, natural, var)?,
        };
        let begins = self.start(act, natural, counter, state);
        let number = ahead.of(begins.as_number().filter(|_| begins.null == Null::Never)?.clone());
        let falls = number.whole && number.low >= 0.0 && self.movement(act, natural, counter) == Some(one);
        if !falls || waits(&begins) {
            return None;
        }
        if number.high < EXACT {
            return Some(Turns::between(number.low, number.high));
        }
        let sized = number.sized && number.high.is_infinite();
        sized.then(|| self.so_often(act, var, &begins, 0.0, &at_head(act, natural)))
    }

    /// As long as there is something to take out of a list that gets no longer.
    fn drained(&mut self, act: &Activation<'a>, natural: &Natural, taken: Var, state: &State) -> Option<Turns> {
        let mut each = vec![root(act, natural, taken)];
        let mut last = 0;
        if let Definition::Parameter(head, index) = act.graph.definitions[each[0].0 as usize]
            && head == natural.head
        {
            // What the turn before took out is looked at; the last look finds nothing.
            each = natural.brought_back(act.code, index).map(|end| root(act, natural, end)).collect();
            last = 1;
        }
        let mut lists = each.iter().map(|&var| {
            let inst = act.instruction(var)?;
            let Op::Mutate { home: Home::Value, change, spread: false } = &inst.op else { return None };
            let takes = change.keys.is_empty() && matches!(&*change.method, "shift" | "pop");
            let Definition::Instruction(block, index) = act.graph.definitions[var.0 as usize] else { return None };
            let always = natural.has(block) && act.every_turn(natural, block, Some(index));
            (takes && always && inst.result == Some(var)).then(|| root(act, natural, inst.args[0]))
        });
        let list = lists.next()??;
        let Definition::Parameter(head, index) = act.graph.definitions[list.0 as usize] else { return None };
        let shorter = |end: Var| shrinks(act, natural, end, list, 1.0);
        let loses = head == natural.head && natural.brought_back(act.code, index).all(shorter);
        if !loses || !lists.all(|other| other == Some(list)) {
            return None;
        }
        let known = self.start(act, natural, list, state);
        let Shape::List(shape) = &known.shape else { return None };
        if let Some(high) = shape.high {
            return Some(Turns::between(0.0, (high + last) as f64));
        }
        Some(self.once_for_each(act, (Some(list), &known), last as f64, &at_head(act, natural)))
    }

    /// Whether a condition holds a number that moves by steps against another for equality.
    fn steps_to(&self, act: &Activation<'a>, natural: &Natural, condition: Var) -> bool {
        let Definition::Instruction(block, index) = act.graph.definitions[condition.0 as usize] else { return false };
        let inst = &act.code.blocks[block].code[index];
        match &inst.op {
            Op::Unary(Unary::Not) | Op::Truth | Op::Under => self.steps_to(act, natural, inst.args[0]),
            Op::Binary(Binary::NotEqual | Binary::Equal) => {
                inst.args.iter().any(|&side| self.movement(act, natural, side).is_some_and(|by| by.low != 0.0))
            }
            _ => false,
        }
    }

    /// `left < right`: the left side grows, or the right side falls.
    fn approaching(
        &mut self,
        act: &Activation<'a>,
        natural: &Natural,
        left: Var,
        right: Var,
        (strict, compared): (bool, bool),
        state: &State,
    ) -> Result<Turns, Fault> {
        // What is below the least of several is below each of them; that they are no numbers ends the loop.
        if compared && let Some(several) = least_of(act, right) {
            let all = several.iter().map(|&one| self.approaching(act, natural, left, one, (strict, true), state));
            let found = all.flatten().reduce(|a, b| if b.high < a.high { b } else { a });
            if let Some(turns) = found {
                return Ok(Turns { low: 0.0, ..turns });
            }
        }
        // Nothing is below the null of nothing, and that null is below everything.
        let right_waits = if compared { doubts } else { waits };
        if waits(&act.value(left, state)) || right_waits(&act.value(right, state)) {
            return Err(Fault::Confidence);
        }
        let least = self.least_length(act, natural, left, strict, state);
        if let Ok(turns) = self.emptied(act, natural, right, least, state) {
            return Ok(turns);
        }
        let mut fault = Fault::None;
        let base = self.growing_root(act, natural, left);
        for (moving, bound, grows) in [(base.unwrap_or(left), right, true), (right, left, false)] {
            let grown = || growth(act, natural, moving).filter(|_| grows);
            let longer = || Some(Move { low: grown()?, high: f64::INFINITY });
            let mut counter =
                self.movement(act, natural, moving).or_else(longer).map(|step| (moving, Move::STILL, step));
            if counter.is_none() {
                counter = self
                    .counter_behind(act, natural, moving)
                    .and_then(|(counter, ahead)| Some((counter, ahead, self.movement(act, natural, counter)?)));
            }
            let (moving, ahead, step) = match counter {
                Some(counter) => counter,
                None if self.stepped_in_head(act, natural, moving) => {
                    fault = fault.min(Fault::Step);
                    continue;
                }
                None => {
                    if self.changed_elsewhere(act, natural, moving) || self.moves_at_all(act, natural, moving) {
                        fault = fault.min(Fault::Changed);
                    }
                    continue;
                }
            };
            let towards = if grows { step.low } else { -step.high };
            if towards < 1.0 || !towards.is_finite() {
                let body = self.moves_at_all(act, natural, moving) && !self.stepped_in_head(act, natural, moving);
                fault = fault.min(if body { Fault::Changed } else { Fault::Step });
                continue;
            }
            if !stays_put(act, natural, bound) {
                let other = self.movement(act, natural, bound);
                let away = match other {
                    Some(other) if grows => other.high > 0.0,
                    Some(other) => other.low < 0.0,
                    None => true,
                };
                if away {
                    fault = fault.min(Fault::Changed);
                    continue;
                }
            }
            let (begins, fixed) = (self.start(act, natural, moving, state), act.value(bound, state));
            let (tested, other) = (ahead.of(numbers(&begins)), numbers(&fixed));
            let (from, to, x, mut y) =
                if grows { (begins, fixed, tested, other) } else { (fixed, begins, other, tested) };
            if base.is_some() && grows {
                let root = |end: f64| end.max(0.0).sqrt();
                y = Number { low: root(y.low), high: root(y.high), whole: false, ..y };
            }
            let whole = x.whole && y.whole;
            let more = if strict { 0.0 } else { 1.0 };
            // What is not whole is rounded at every step; beyond what is exact one more may be none.
            let far = x.low.abs().max(y.high.abs());
            let rounding =
                if whole && step.low.fract() == 0.0 && step.high.fract() == 0.0 { 0.0 } else { far * f64::EPSILON };
            let high = match far < EXACT {
                true => ((y.high - x.low + more) / (towards - rounding)).ceil().max(0.0),
                false => f64::INFINITY,
            };
            let low = if whole {
                ((y.low - x.high + more) / step.low.abs().max(step.high.abs())).floor().max(0.0)
            } else {
                0.0
            };
            if high.is_finite() {
                return Ok(Turns { low, high, size: None });
            }
            let bound_known = if grows { &to } else { &from };
            if self.chosen_range(act, bound, state) {
                return Err(Fault::Chosen);
            }
            let finite = |end: f64, n: &Number| end.is_finite() || n.sized;
            if !far.is_finite() && finite(x.low, &x) && finite(y.high, &y) {
                let counted = if grows { bound } else { moving };
                return Ok(self.so_often(act, counted, &to, more - x.low, &at_head(act, natural)));
            }
            let chosen = from.integrity >= Integrity::Input && !x.low.is_finite()
                || to.integrity >= Integrity::Input && !y.high.is_finite();
            fault = fault.min(if chosen || bound_known.integrity >= Integrity::Input {
                Fault::Chosen
            } else {
                Fault::None
            });
        }
        Err(fault)
    }

    /// Whether a count is that of a range whose end somebody else than the program chooses.
    fn chosen_range(&self, act: &Activation<'a>, count: Var, state: &State) -> bool {
        let Some(inst) = act.instruction(count) else { return false };
        if !matches!(inst.op, Op::Count) {
            return false;
        }
        let Some(range) = act.instruction(inst.args[0]) else { return false };
        let counts = match &range.op {
            Op::Range { .. } => true,
            Op::CallBuiltin { builtin, .. } => builtin.entry().name == "range",
            _ => false,
        };
        counts
            && range.args.iter().any(|&end| {
                let known = act.value(end, state);
                let number = numbers(&known);
                known.integrity >= Integrity::Input
                    && !number.sized
                    && !(number.low.is_finite() && number.high.is_finite())
            })
            && range.args.last().is_some_and(|&end| !numbers(&act.value(end, state)).high.is_finite())
    }

    /// What a number is before the first turn.
    pub fn start(&self, act: &Activation<'a>, natural: &Natural, var: Var, state: &State) -> Known {
        let root = root(act, natural, var);
        match act.graph.definitions[root.0 as usize] {
            Definition::Parameter(block, index) if block == natural.head => {
                let mut joined: Option<Known> = None;
                for &before in &act.graph.before[block] {
                    if natural.latches.contains(&before) {
                        continue;
                    }
                    for target in act.code.blocks[before].end.targets() {
                        if target.block.0 as usize == block {
                            let known = self.left(act, before, target.args[index], state);
                            joined = Some(joined.map_or_else(|| known.clone(), |j| j.join(&known)));
                        }
                    }
                }
                joined.unwrap_or_else(Known::anything)
            }
            _ => act.value(root, state),
        }
    }

    /// What a number is where a block is left, with what was known of it where the block began.
    fn left(&self, act: &Activation<'a>, block: usize, var: Var, state: &State) -> Known {
        let known = act.value(var, state);
        let made_here = |id: &Id| {
            let definition = act.graph.definitions.get(id.1 as usize).filter(|_| id.0 == act.frame);
            matches!(definition, Some(Definition::Instruction(made, _) | Definition::Parameter(made, _)) if *made == block)
        };
        match &act.entries[block] {
            Some(entry) if !std::iter::once(&known.id).chain(known.parts.iter()).any(made_here) => entry.refine(&known),
            _ => known,
        }
    }

    /// Whether a value is read from memory that the loop or a call in it writes.
    fn changed_elsewhere(&self, act: &Activation<'a>, natural: &Natural, var: Var) -> bool {
        match act.graph.definitions[root(act, natural, var).0 as usize] {
            Definition::Instruction(block, index) if natural.has(block) => {
                memory_of(&act.code.blocks[block].code[index]).is_some_and(|place| changes(act, natural, place))
            }
            _ => false,
        }
    }

    /// Whether what a counter becomes is written in the loop's own head.
    pub fn stepped_in_head(&self, act: &Activation<'a>, natural: &Natural, var: Var) -> bool {
        let Some(written) = act.graph.written(act.code, natural.head) else { return false };
        let Definition::Parameter(head, index) = act.graph.definitions[root(act, natural, var).0 as usize] else {
            return false;
        };
        let counter = root(act, natural, var);
        let made_here = |end: Var| made_in(act, natural, written.span, end, counter, 0);
        head == natural.head && natural.brought_back(act.code, index).all(made_here)
    }

    fn moves_at_all(&self, act: &Activation<'a>, natural: &Natural, var: Var) -> bool {
        matches!(act.graph.definitions[root(act, natural, var).0 as usize], Definition::Parameter(b, _) if b == natural.head)
    }

    /// A list that loses an element each turn, seen through its length, which is so much at least while the loop goes on.
    fn emptied(
        &mut self,
        act: &Activation<'a>,
        natural: &Natural,
        length: Var,
        least: f64,
        state: &State,
    ) -> Result<Turns, Fault> {
        let Definition::Instruction(block, index) = act.graph.definitions[length.0 as usize] else {
            return Err(Fault::None);
        };
        let inst = &act.code.blocks[block].code[index];
        // An empty list loses nothing.
        if !is_length(inst) || least < 1.0 {
            return Err(Fault::None);
        }
        let list = inst.args[0];
        let source = root(act, natural, list);
        let loses = match act.graph.definitions[source.0 as usize] {
            Definition::Parameter(head, index) if head == natural.head => {
                natural.brought_back(act.code, index).all(|end| shrinks(act, natural, end, source, least))
            }
            Definition::Instruction(b, i) => match memory_of(&act.code.blocks[b].code[i]) {
                Some(place) => {
                    natural.has(b)
                        && lasts(act, natural, place)
                        && !act.calls_write(natural, place)
                        && shrinks_in_memory(act, natural, place, source, least)
                }
                None => false,
            },
            _ => false,
        };
        if !loses {
            return Err(Fault::None);
        }
        let known = self.start(act, natural, list, state);
        match &known.shape {
            Shape::List(shape) if shape.high.is_some() => {
                let high = shape.high.map_or(f64::INFINITY, |high| high as f64);
                Ok(Turns::between(0.0, (high - least + 1.0).max(0.0)))
            }
            _ => Ok(self.once_for_each(act, (Some(list), &known), 0.0, &at_head(act, natural))),
        }
    }

    /// How long a list is at least that is longer than a number, or as long, which does not fall.
    fn least_length(&self, act: &Activation<'a>, natural: &Natural, below: Var, strict: bool, state: &State) -> f64 {
        let stands =
            stays_put(act, natural, below) || self.movement(act, natural, below).is_some_and(|by| by.low >= 0.0);
        if !stands {
            return 0.0;
        }
        let from = numbers(&self.start(act, natural, below, state)).low;
        if strict { from.floor() + 1.0 } else { from.ceil() }
    }

    fn unbounded(&mut self, fault: Fault, form: Form, at: Location) {
        let (code, message, help) = match fault {
            Fault::Confidence => (
                Code::TM02,
                "this waits for a confidence that may never come",
                "say how often at most: `while (…) max 5 { … }`",
            ),
            Fault::Chosen => {
                (Code::TM06, "an agent or the input chooses how often this turns", "bound it: `Math.min(n, 100)`")
            }
            Fault::Unequal => (Code::TM03, "only `!=` ends this, which a step can miss", "write `<` or `>`"),
            Fault::Step if form == Form::Count => (
                Code::TM04,
                "the counter does not move towards the bound by 1 or more each turn",
                "step towards the bound by 1 or more, as in `i += 1`, and make fractions of it: `const x = i * 0.5`",
            ),
            Fault::Changed if form == Form::Count => {
                (Code::TM05, "the counter or its bound is changed in the body", "change it in the loop's head alone")
            }
            Fault::Break => {
                (Code::TM13, "only a `break` ends this", "say how often at most: `while (true) max 20 { … }`")
            }
            _ => (Code::TM01, "nothing shows that this ends", "say how often at most: `while (…) max 20 { … }`"),
        };
        self.findings.report(code, at, message, |d| d.help(help));
    }
}

/// What is known wherever a turn begins.
fn at_head(act: &Activation<'_>, natural: &Natural) -> State {
    act.entries[natural.head].clone().unwrap_or_default()
}

/// Whether an instruction gives the length of its argument.
pub(super) fn is_length(inst: &Inst) -> bool {
    matches!(&inst.op, Op::Field(name) if &**name == "length") || matches!(inst.op, Op::Count)
}

/// A variable in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Cell(Var),
    Global(crate::hir::GlobalId),
    Slot(crate::ir::Slot),
}

pub(super) fn memory_of(inst: &Inst) -> Option<Place> {
    match &inst.op {
        Op::Load { .. } => Some(Place::Cell(inst.args[0])),
        Op::Global { global, .. } => Some(Place::Global(*global)),
        Op::Slot(slot) => Some(Place::Slot(*slot)),
        _ => None,
    }
}

pub(super) fn write_of(inst: &Inst) -> Option<(Place, Option<Var>)> {
    match &inst.op {
        Op::Store => Some((Place::Cell(inst.args[0]), inst.args.get(1).copied())),
        Op::SetGlobal(global) => Some((Place::Global(*global), inst.args.first().copied())),
        Op::SetSlot(slot) => Some((Place::Slot(*slot), inst.args.first().copied())),
        Op::Update { home, .. } | Op::Delete { home, .. } | Op::Mutate { home, .. } => match home {
            Home::Value => None,
            Home::Cell { .. } => Some((Place::Cell(inst.args[0]), None)),
            Home::Global { global, .. } => Some((Place::Global(*global), None)),
            Home::Slot { slot, .. } => Some((Place::Slot(*slot), None)),
        },
        _ => None,
    }
}

/// Whether a loop, or a call in it, writes a variable in memory.
fn changes(act: &Activation<'_>, natural: &Natural, place: Place) -> bool {
    let mut code = natural.blocks.iter().flat_map(|&b| &act.code.blocks[b].code);
    act.calls_write(natural, place) || code.any(|inst| write_of(inst).is_some_and(|(written, _)| written == place))
}

/// Whether a variable in memory is the same one in every turn.
pub(super) fn lasts(act: &Activation<'_>, natural: &Natural, place: Place) -> bool {
    match place {
        Place::Cell(var) => match act.graph.definitions[var.0 as usize] {
            Definition::Parameter(block, _) | Definition::Instruction(block, _) => !natural.has(block),
            Definition::Nowhere => false,
        },
        Place::Global(_) | Place::Slot(_) => true,
    }
}

/// Tests of the loop's head that every turn passes and that lead out of it: where each stands, and the truth that it must have
/// to stay.
fn exits(act: &Activation<'_>, natural: &Natural, written: Option<&Loop>) -> Vec<(usize, Var, bool)> {
    let mut found = Vec::new();
    for &block in &natural.blocks {
        if !natural.latches.iter().all(|&latch| act.graph.dominates(block, latch)) {
            continue;
        }
        // What a `break` in the body tests is no condition of the loop.
        let end = act.code.blocks[block].end_span;
        if written.is_some_and(|l| end.start < l.span.start || l.span.end < end.end) {
            continue;
        }
        if let End::Branch { condition, then, otherwise } = &act.code.blocks[block].end {
            if certain(act, *condition) || !act.every_turn(natural, block, None) {
                continue;
            }
            let inside = |t: &crate::ir::Target| natural.has(t.block.0 as usize);
            match (inside(then), inside(otherwise)) {
                (true, false) => found.push((block, *condition, true)),
                (false, true) => found.push((block, *condition, false)),
                _ => {}
            }
        }
    }
    found
}

/// Whether a condition is a literal, as in `while (true)`.
fn certain(act: &Activation<'_>, condition: Var) -> bool {
    match act.graph.definitions[condition.0 as usize] {
        Definition::Instruction(block, index) => matches!(act.code.blocks[block].code[index].op, Op::Const(_)),
        _ => false,
    }
}

/// Whether a value waits for a confidence: it is one, or the null of a gate.
fn waits(known: &Known) -> bool {
    doubts(known) || known.nothing.is_some() && known.null != Null::Never
}

/// Whether a value is a confidence.
fn doubts(known: &Known) -> bool {
    known.as_number().is_some_and(|n| n.confidence_of.is_some() || n.assessed.is_some())
}

/// The values that a value is the least of.
fn least_of<'a>(act: &Activation<'a>, var: Var) -> Option<&'a [Var]> {
    let inst = act.instruction(var).filter(|inst| inst.args.len() > 1)?;
    match &inst.op {
        Op::CallBuiltin { builtin, spread: false } if builtin.entry().name == "min" => Some(&inst.args),
        _ => None,
    }
}

/// The value that a value of the loop is, under other names.
pub(super) fn root(act: &Activation<'_>, natural: &Natural, var: Var) -> Var {
    let mut at = var;
    for _ in 0..16 {
        match act.graph.definitions[at.0 as usize] {
            Definition::Instruction(block, index) if natural.has(block) => {
                let inst = &act.code.blocks[block].code[index];
                match inst.op {
                    Op::Ready | Op::Under | Op::Truth => at = inst.args[0],
                    _ => return at,
                }
            }
            _ => return at,
        }
    }
    at
}

/// Whether a value is the same in every turn.
pub(super) fn stays_put(act: &Activation<'_>, natural: &Natural, var: Var) -> bool {
    match act.graph.definitions[var.0 as usize] {
        Definition::Parameter(block, _) => !natural.has(block),
        Definition::Instruction(block, index) => {
            if !natural.has(block) {
                return true;
            }
            let inst = &act.code.blocks[block].code[index];
            match &inst.op {
                Op::Const(_) | Op::Input | Op::Agents | Op::AgentList => true,
                Op::Field(name) if &**name == "length" => {
                    stays_put(act, natural, inst.args[0]) || keeps_length(act, natural, inst.args[0])
                }
                Op::Field(_)
                | Op::Count
                | Op::Binary(_)
                | Op::Unary(_)
                | Op::Step(_)
                | Op::Truth
                | Op::Under
                | Op::Ready
                | Op::CallBuiltin { .. }
                | Op::Range { .. } => inst.args.iter().all(|&a| stays_put(act, natural, a)),
                Op::Global { .. } | Op::Slot(_) | Op::Load { .. } => {
                    let Some(place) = memory_of(inst) else { return false };
                    lasts(act, natural, place) && !changes(act, natural, place)
                }
                _ => false,
            }
        }
        Definition::Nowhere => true,
    }
}
