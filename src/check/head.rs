//! What is known where a turn of a loop begins.

use super::domain::{Fact, Id, Integrity, Known, Shape};
use super::falling::substituted;
use super::flow::{Activation, Flow, WayBack};
use super::line::{Atom, Line, MOST_RELATIONS, Range};
use super::state::State;
use super::turns::is_length;
use super::widen::PATIENCE;
use crate::hir::Binary;
use crate::ir::{Constant, End, Inst, Op, Target, Var};
use std::rc::Rc;

impl<'a> Flow<'a> {
    /// Begins a loop with what the walk was told of it.
    pub fn begin(&mut self, act: &mut Activation<'a>, head: usize) {
        let Some(told) = self.record.head(act.frame, head) else { return };
        let parameters = &act.code.blocks[head].parameters;
        if told.values.len() != parameters.len() {
            return;
        }
        let (mut values, entry) = (told.values.clone(), told.entry.clone());
        values.iter_mut().flatten().for_each(|value| self.own_size(value));
        for (parameter, value) in parameters.iter().zip(values) {
            act.values[parameter.0 as usize] = value;
        }
        act.entries[head] = Some(entry);
        act.visits[head] = PATIENCE + 1;
    }

    /// A parameter of a loop's head is a value of its own in sums, also while it is only known to be what it begins with.
    pub fn own_size(&mut self, known: &mut Known) {
        let id = known.id;
        match &mut known.shape {
            Shape::Number(number) => {
                let chosen = !number.sized && known.integrity >= Integrity::Input;
                let (low, high, whole, sized) = (number.low, number.high, number.whole, number.sized);
                self.note_range(Atom { id, length: false }, Range { low, high, whole, chosen, sized });
                let own = Some(Line::atom(id, false));
                if number.line != own {
                    Rc::make_mut(number).line = own;
                }
            }
            Shape::Object(object) if object.others.is_none() && object.fields.len() > 0 => {}
            Shape::List(_) | Shape::Object(_) => {
                let range = Range { low: 0.0, high: f64::INFINITY, whole: true, chosen: false, sized: true };
                self.note_range(Atom { id, length: true }, range);
                known.longest = Some(Rc::from([Line::atom(id, true)]));
            }
            _ => {}
        }
    }

    /// What each argument of an edge is as a sum, and what is known of how long it is.
    pub fn sums_given(
        &mut self,
        act: &Activation<'a>,
        target: &Target,
        state: &State,
    ) -> (Vec<Option<Line>>, Vec<Vec<Line>>) {
        let seen = target.args.iter().map(|&var| act.seen(var, state));
        seen.map(|known| (self.line_of(&known), self.longest_here(&known))).unzip()
    }

    /// What holds of sums when a loop's head is reached: at first that its parameters are what they begin with, later only
    /// what still holds of what they become.
    pub fn back_at_head(&mut self, act: &mut Activation<'a>, from: usize, target: &Target, state: &mut State) {
        let to = target.block.0 as usize;
        let (lines, longest) = self.sums_given(act, target, state);
        let own: Vec<Id> = act.code.blocks[to].parameters.iter().map(|p| Id(act.frame, p.0)).collect();
        if act.graph.position[from] < act.graph.position[to] {
            let mut relations = state.relations.to_vec();
            relations.retain(|line| !own.iter().any(|id| line.mentions(*id)));
            let held = Rc::new(relations);
            state.relations = held.clone();
            for (id, line) in own.iter().zip(&lines) {
                let Some(line) = line else { continue };
                let same = Line::atom(*id, false);
                [same.plus(line, -1), line.plus(&same, -1)].into_iter().flatten().for_each(|line| state.relate(line));
            }
            let bounded = self.counted_to(act, to, &own, &lines, state);
            for line in bounded
                .into_iter()
                .chain(told_of_lengths(&own, &lines, &longest))
                .chain(told_of_parameters(&own, &lines, &held))
            {
                // Of what there is no room for nothing is computed.
                if state.relations.len() >= MOST_RELATIONS {
                    break;
                }
                state.relate(line);
            }
            return;
        }
        let before = act.entries[to].as_ref().map(|entry| entry.relations.clone()).unwrap_or_default();
        let way = WayBack { state: state.clone(), lines, longest };
        let holds = |line: &&Line| {
            // Most are not about what changes here.
            if !own.iter().any(|id| line.mentions(*id)) && state.relations.contains(line) {
                return true;
            }
            let after = substituted(line, false, |atom| way.becomes(&own, atom));
            after.is_some_and(|all| all.iter().all(|next| self.shown_on_all_ways(act, next, state, 0)))
        };
        let kept: Vec<Line> = before.iter().filter(holds).copied().collect();
        act.ways_back.insert((to, from), way);
        state.relations = Rc::new(kept);
    }

    /// How long the lists of a loop are at most behind it, where its head says it: a list is no longer than a counter is far
    /// that adds to both.
    pub fn lengths_behind(&self, act: &Activation<'a>, head: usize, state: &State) -> Vec<Fact> {
        let lists = act.code.blocks[head].parameters.iter().filter(|parameter| {
            let known = act.values[parameter.0 as usize].as_ref();
            known.is_some_and(|known| match &known.shape {
                Shape::List(list) => list.high.is_none(),
                Shape::Object(object) => object.most_fields().is_none(),
                _ => false,
            })
        });
        let most = |parameter: &Var| {
            let id = Id(act.frame, parameter.0);
            let high = self.longest_told(act, id, state);
            high.is_finite().then_some(Fact::LengthTo(id, high))
        };
        lists.filter_map(most).collect()
    }

    /// The most that sums tell of a length, two of them together at most.
    fn longest_told(&self, act: &Activation<'a>, id: Id, state: &State) -> f64 {
        let alone = |line: &Line| self.ceiling(act, line, state);
        self.most_told(&Line::atom(id, true), state, 2, &alone).max(0.0).floor()
    }

    /// The most that a sum can be here, by what is known of each value alone.
    fn ceiling(&self, act: &Activation<'a>, line: &Line, state: &State) -> f64 {
        let most = |(atom, factor): (Atom, i32)| {
            let range = self.range_of(atom, state);
            let list = act.values.get(atom.id.1 as usize).filter(|_| atom.length && atom.id.0 == act.frame);
            let high = match list.and_then(|known| known.as_ref()).map(|known| state.refine(known).shape) {
                Some(Shape::List(list)) => range.high.min(list.high.map_or(f64::INFINITY, |high| high as f64)),
                _ => range.high,
            };
            f64::from(factor) * if factor > 0 { high } else { range.low }
        };
        line.constant + line.atoms().map(most).sum::<f64>()
    }

    /// That a counter has not passed the bound that a loop's head compares it with, where that holds at first.
    fn counted_to(
        &mut self,
        act: &Activation<'a>,
        head: usize,
        own: &[Id],
        lines: &[Option<Line>],
        state: &State,
    ) -> Option<Line> {
        let block = &act.code.blocks[head];
        let End::Branch { condition, .. } = &block.end else { return None };
        let inst = act.instruction(*condition)?;
        let (Op::Binary(binary), [left, right]) = (&inst.op, &inst.args[..]) else { return None };
        let (counter, bound) = match binary {
            Binary::Less | Binary::LessEqual => (left, right),
            Binary::Greater | Binary::GreaterEqual => (right, left),
            _ => return None,
        };
        let place = block.parameters.iter().position(|parameter| parameter == counter)?;
        let bound = match act.instruction(*bound).filter(|_| act.values[bound.0 as usize].is_none()) {
            Some(inst) if is_length(inst) => Line::atom(act.value(inst.args[0], state).id, true),
            Some(Inst { op: Op::Const(Constant::Number(bound)), .. }) if bound.is_finite() => Line::constant(*bound),
            Some(_) => return None,
            None => self.line_of(&act.value(*bound, state))?,
        };
        let first = bound.plus(&lines[place]?, -1)?;
        let told = bound.plus(&Line::atom(own[place], false), -1)?;
        (!bound.mentions(Id::NONE) && self.never_negative(&first, state)).then_some(told)
    }
}

/// The numbers among the parameters of a loop's head, with what they begin with.
fn beginnings<'l>(own: &'l [Id], lines: &'l [Option<Line>]) -> impl Iterator<Item = (Line, Line)> + use<'l> {
    own.iter().zip(lines).filter_map(|(id, line)| Some((Line::atom(*id, false), (*line)?)))
}

/// That a list is at first no longer than a counter is far, and may be so in every turn that adds to both; or than a counter
/// has come down.
fn told_of_lengths(own: &[Id], lines: &[Option<Line>], longest: &[Vec<Line>]) -> Vec<Line> {
    let counters: Vec<(Line, Line)> = beginnings(own, lines).collect();
    let mut told = Vec::new();
    for (id, longest) in own.iter().zip(longest) {
        let length = Line::atom(*id, true);
        for (counter, first) in &counters {
            let least = |of: &dyn Fn(&Line) -> Option<Line>| {
                let fixed = |line: Line| line.atoms().next().is_none().then_some(line.constant);
                longest.iter().map(|length| of(length).and_then(fixed)).reduce(|a, b| Some(a?.min(b?))).flatten()
            };
            let up = least(&|length| first.plus(length, -1));
            told.extend(up.and_then(|least| counter.plus(&length, -1)?.plus(&Line::constant(-least), 1)));
            // The constant of what the counter begins with stands in the sum.
            let down = least(&|length| length.times(-1));
            told.extend(
                down.and_then(|least| first.plus(counter, -1)?.plus(&length, -1)?.plus(&Line::constant(-least), 1)),
            );
        }
    }
    told
}

/// What holds of the parameters of a loop's head at first, and may hold in every turn: what was told of the numbers they begin
/// with, and how far they are from one another.
fn told_of_parameters<'l>(
    own: &[Id],
    lines: &[Option<Line>],
    held: &'l [Line],
) -> impl Iterator<Item = Line> + use<'l> {
    let begins: Rc<[(Line, Line)]> = beginnings(own, lines).collect();
    let pairs = begins.clone();
    let substituted = (0..begins.len()).flat_map(move |i| {
        let (same, line) = begins[i];
        let mut atoms = line.atoms();
        let one = match (atoms.next(), atoms.next()) {
            (Some((atom, 1)), None) => Some(atom),
            _ => None,
        };
        held.iter().filter_map(move |relation| {
            let (_, factor) = relation.atoms().find(|(other, _)| Some(*other) == one)?;
            relation.plus(&same.plus(&line, -1)?, factor)
        })
    });
    let apart = (0..pairs.len()).flat_map(|i| (0..i).map(move |j| (i, j))).flat_map(move |(i, j)| {
        let ((one, first), (other, second)) = (pairs[i], pairs[j]);
        let apart = first.plus(&second, -1).filter(|apart| apart.atoms().next().is_none());
        let more = apart.and_then(|apart| one.plus(&other, -1)?.plus(&apart, -1));
        more.into_iter().chain(more.and_then(|more| more.times(-1)))
    });
    substituted.chain(apart)
}
