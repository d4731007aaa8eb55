//! Sums that fall: why a loop ends whose counter is not one variable alone.

use super::amount::Turns;
use super::domain::{Id, Integrity, Shape};
use super::flow::{Activation, Flow, WayBack};
use super::graph::{Definition, Natural};
use super::line::{Atom, Line};
use super::state::State;
use super::turns::Turning;

/// The most sums that are tried.
const MOST_SUMS: usize = 24;

/// The most of them of which two are tried together, where each turn makes one of the two fall.
const MOST_PAIRED: usize = 10;

/// The most of them of which one is tried several times beside another, where a turn that makes it fall makes the other grow.
const MOST_WEIGHED: usize = 6;

/// How often.
const WEIGHTS: [i32; 6] = [2, 3, 4, 8, 16, 32];

/// How many meetings of branches are looked behind.
const MOST_MEETINGS: u32 = 3;

/// What a sum shows of a loop.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Fall {
    /// It falls, and the loop turns so often at most.
    Ends(Turning),
    /// It falls, and somebody else than the program chooses from where.
    Chosen,
    /// Nothing was found.
    Unknown,
}

impl Fall {
    /// The same of a sum that is halved every turn at least: so many turns at most as there are binary places, one for 0, and
    /// one that finds it below.
    fn halving(self, halves: bool) -> Self {
        match self {
            Fall::Ends(Turning { turns, test }) if halves && turns.size.is_none() => {
                let most = turns.high.max(1.0).log2().floor() + 3.0;
                Fall::Ends(Turning { turns: Turns { high: turns.high.min(most), ..turns }, test })
            }
            fall => fall,
        }
    }
}

impl<'a> Flow<'a> {
    /// Whether some sum of a loop's variables falls by one at least on every way back, and is never negative there.
    pub fn falls(&mut self, act: &Activation<'a>, natural: &Natural) -> Fall {
        let ways: Vec<(usize, &WayBack)> = act
            .ways_back
            .iter()
            .filter(|((head, from), _)| *head == natural.head && natural.latches.contains(from))
            .map(|((_, from), way)| (*from, way))
            .collect();
        let Some((_, first)) = ways.first() else { return Fall::Unknown };
        let own: Vec<Id> = act.code.blocks[natural.head].parameters.iter().map(|p| Id(act.frame, p.0)).collect();
        let mut sums: Vec<Line> = Vec::new();
        for (i, &id) in own.iter().enumerate() {
            if first.lines[i].is_some() {
                let atom = Line::atom(id, false);
                let range = self.range_of(Atom { id, length: false }, &first.state);
                let from = |low: f64| atom.plus(&Line::constant(-low), 1);
                let to = |high: f64| Line::constant(high).plus(&atom, -1);
                sums.extend(range.low.is_finite().then(|| from(range.low)).flatten());
                sums.extend(range.high.is_finite().then(|| to(range.high)).flatten());
            }
            if !first.longest[i].is_empty() {
                sums.push(Line::atom(id, true));
            }
        }
        sums.extend(first.state.relations.iter().filter(|line| own.iter().any(|id| line.mentions(*id))).copied());
        sums.truncate(MOST_SUMS);
        let paired = &sums[..sums.len().min(MOST_PAIRED)];
        let pairs = paired.iter().enumerate().flat_map(|(i, one)| paired[..i].iter().map(move |other| (one, other)));
        let mut pairs: Vec<Line> = pairs.filter_map(|(one, other)| one.plus(other, 1)).collect();
        let weighed = &sums[..sums.len().min(MOST_WEIGHED)];
        for weight in WEIGHTS {
            let others = weighed
                .iter()
                .flat_map(|one| weighed.iter().filter(move |other| *other != one).map(move |it| (one, it)));
            pairs.extend(others.filter_map(|(one, other)| one.plus(other, weight)));
        }
        let mut found = Fall::Unknown;
        for sum in sums.iter().chain(&pairs) {
            let steady = sum.atoms().all(|(atom, _)| own.contains(&atom.id) || !changes(act, natural, atom.id));
            if !steady || !ways.iter().all(|(_, way)| self.falls_on(act, sum, &own, way)) {
                continue;
            }
            // What it is at least where a turn ends it does not fall by any more.
            let more = |least: &f64| {
                let rest = sum.plus(&Line::constant(-least), 1)?;
                ways.iter().all(|(_, way)| self.never_negative(&rest, &way.state)).then_some(rest)
            };
            let rest = [2.0, 1.0].iter().find_map(more).unwrap_or(*sum);
            let halves = ways.iter().all(|(_, way)| self.halves_on(act, sum, &own, way));
            match self.most_turns(act, natural, &rest, &own).halving(halves) {
                Fall::Ends(turning) if turning.turns.high.is_finite() => return Fall::Ends(turning),
                Fall::Unknown => {}
                fall => {
                    if found == Fall::Unknown || found == Fall::Chosen {
                        found = fall;
                    }
                }
            }
        }
        found
    }

    /// Whether a sum is not negative at the end of a way back, and one smaller at least.
    fn falls_on(&self, act: &Activation<'a>, sum: &Line, own: &[Id], way: &WayBack) -> bool {
        if !self.never_negative(sum, &way.state) || !self.keeps_count(sum, &way.state) {
            return false;
        }
        let one = Line::constant(1.0);
        let falls = |next: &Line| {
            let lost = sum.plus(next, -1).and_then(|lost| lost.plus(&one, -1));
            lost.is_some_and(|lost| self.shown_on_all_ways(act, &lost, &way.state, 0))
        };
        afterwards(sum, |atom| way.becomes(own, atom)).is_some_and(|all| all.iter().all(falls))
    }

    /// Whether a sum is at most half of what it was at the end of a way back.
    fn halves_on(&self, act: &Activation<'a>, sum: &Line, own: &[Id], way: &WayBack) -> bool {
        let halves =
            |next: &Line| sum.plus(next, -2).is_some_and(|rest| self.shown_on_all_ways(act, &rest, &way.state, 0));
        afterwards(sum, |atom| way.becomes(own, atom)).is_some_and(|all| all.iter().all(halves))
    }

    /// Whether a sum is never negative here, if need be on each way to where branches met that its values come from.
    pub fn shown_on_all_ways(&self, act: &Activation<'a>, sum: &Line, state: &State, depth: u32) -> bool {
        if self.never_negative(sum, state) {
            return true;
        }
        let met = sum.atoms().find_map(|(atom, _)| {
            if atom.id.0 != act.frame {
                return None;
            }
            match act.graph.definitions.get(atom.id.1 as usize) {
                Some(Definition::Parameter(block, _)) if act.graph.loop_of[*block].is_none() => Some(*block),
                _ => None,
            }
        });
        let Some(block) = met.filter(|_| depth < MOST_MEETINGS) else { return false };
        let parameters: Vec<Id> = act.code.blocks[block].parameters.iter().map(|p| Id(act.frame, p.0)).collect();
        let mut ways = act.ways_back.range((block, 0)..=(block, usize::MAX)).map(|(_, way)| way).peekable();
        ways.peek().is_some()
            && ways.all(|way| {
                let before = substituted(sum, false, |atom| way.becomes(&parameters, atom));
                before.is_some_and(|all| all.iter().all(|sum| self.shown_on_all_ways(act, sum, &way.state, depth + 1)))
            })
    }

    /// How often a loop turns at most whose sum falls by one each time.
    fn most_turns(&mut self, act: &Activation<'a>, natural: &Natural, sum: &Line, own: &[Id]) -> Fall {
        let state = State::default();
        let mut most = sum.constant;
        let (mut chosen, mut open, mut sized) = (false, false, None);
        for (atom, factor) in sum.atoms() {
            let range = match own.iter().position(|id| *id == atom.id) {
                Some(i) if !atom.length => {
                    let known = self.start(act, natural, act.code.blocks[natural.head].parameters[i], &state);
                    let number = super::interval::numbers(&known);
                    super::line::Range {
                        low: number.low,
                        high: number.high,
                        whole: number.whole,
                        chosen: !number.sized && known.integrity >= Integrity::Input,
                        sized: number.sized,
                    }
                }
                Some(i) => {
                    let known = self.start(act, natural, act.code.blocks[natural.head].parameters[i], &state);
                    let (low, high) = match &known.shape {
                        Shape::List(list) => (list.low as f64, list.high.map_or(f64::INFINITY, |high| high as f64)),
                        Shape::Text(text) => (0.0, text.chars().count() as f64),
                        _ => (0.0, f64::INFINITY),
                    };
                    super::line::Range { low, high, whole: true, chosen: false, sized: true }
                }
                None => self.range_of(atom, &state),
            };
            let end = if factor > 0 { range.high } else { range.low };
            if !end.is_finite() {
                chosen |= range.chosen;
                if range.sized || atom.length {
                    sized = Some(atom);
                } else {
                    open = true;
                }
            }
            most += f64::from(factor) * end;
        }
        if most.is_finite() {
            let turns = Turns::between(0.0, (most.floor() + 1.0).max(0.0));
            return Fall::Ends(Turning { turns, test: self.limit_of(act, natural, sum) });
        }
        if chosen {
            return Fall::Chosen;
        }
        if open {
            // Nothing shows that it is finite to begin with.
            return Fall::Unknown;
        }
        if sized.is_none() {
            return Fall::Unknown;
        }
        let begins = self.beginning(act, natural, sum, own);
        let name = begins.and_then(|all| self.sum_of_sizes(&all, 1.0)).unwrap_or_else(|| super::sizes::ANY.into());
        let turns = Turns { low: 0.0, high: f64::INFINITY, size: Some(name) };
        Fall::Ends(Turning { turns, test: self.limit_of(act, natural, sum) })
    }

    /// What a sum is at most before the first turn: one of these.
    fn beginning(&mut self, act: &Activation<'a>, natural: &Natural, sum: &Line, own: &[Id]) -> Option<Vec<Line>> {
        let mut first: Vec<(Atom, Vec<Line>)> = Vec::new();
        for (atom, _) in sum.atoms() {
            if let Some(i) = own.iter().position(|id| *id == atom.id) {
                let parameter = act.code.blocks[natural.head].parameters[i];
                let known = self.start(act, natural, parameter, &State::default());
                let lines =
                    if atom.length { self.longest_of(&known) } else { self.line_of(&known).into_iter().collect() };
                first.push((atom, lines));
            }
        }
        afterwards(sum, |atom| Some(first.iter().find(|(own, _)| *own == atom)?.1.clone()))
    }

    /// The first block of every turn beyond which a sum is not negative, so that no turn that gets there is one too many.
    fn limit_of(&self, act: &Activation<'a>, natural: &Natural, sum: &Line) -> Option<usize> {
        let every = |block: &usize| natural.latches.iter().all(|&latch| act.graph.dominates(*block, latch));
        let shown = |block: &usize| {
            let onward = act.code.blocks[*block].end.targets();
            let mut inside = onward.map(|t| t.block.0 as usize).filter(|&t| t != natural.head && natural.has(t));
            inside.all(|t| act.entries[t].as_ref().is_none_or(|entry| self.never_negative(sum, entry)))
        };
        let guards = natural.blocks.iter().copied().filter(|block| every(block) && shown(block));
        guards.min_by_key(|&block| act.graph.position[block])
    }
}

/// What a sum becomes when values become other sums, each one of several: all that it can be at most. A value that stays
/// what it is has nothing said of it.
pub(super) fn afterwards(sum: &Line, becomes: impl Fn(Atom) -> Option<Vec<Line>>) -> Option<Vec<Line>> {
    substituted(sum, true, becomes)
}

/// The same, and likewise all that it can be at least.
pub(super) fn substituted(sum: &Line, most: bool, becomes: impl Fn(Atom) -> Option<Vec<Line>>) -> Option<Vec<Line>> {
    let mut all = vec![Line::constant(sum.constant)];
    for (atom, factor) in sum.atoms() {
        let own = Line::atom(atom.id, atom.length);
        let next = match becomes(atom) {
            None => vec![own],
            // A length is no more than this; how much less nobody knows: of what grows with it the most can be told, of what
            // falls with it the least.
            Some(next) if atom.length && (factor < 0) == most && next[..] != [own] => return None,
            Some(next) => next,
        };
        let mut sums = Vec::new();
        for line in &all {
            for next in &next {
                sums.push(line.plus(next, factor)?);
            }
        }
        if sums.is_empty() || sums.len() > 16 {
            return None;
        }
        all = sums;
    }
    Some(all)
}

/// Whether a value is made anew inside a loop.
fn changes(act: &Activation<'_>, natural: &Natural, id: Id) -> bool {
    if id.0 != act.frame {
        // A value of a function around this one stays; one of a function that was called may not.
        return act.outer.binary_search(&id.0).is_err();
    }
    match act.graph.definitions.get(id.1 as usize) {
        Some(Definition::Parameter(block, _) | Definition::Instruction(block, _)) => natural.has(*block),
        _ => true,
    }
}
