//! Calls: what a function gives for what it is given.
//!
//! A function is walked anew for each different set of arguments, whoever calls it with them; who the arguments are does
//! not count, only what is known of them. When there are too many sets for one function, they are taken together. A
//! function that calls itself, over others too, is walked until what it gives agrees with what was assumed of the calls
//! inside; the functions on such a circle are each walked once a round, with all that they were given so far.

use super::amount::{Amount, Cost};
use super::circle::{Member, hold, throws};
use super::domain::{CellId, Closure, Id, Known, SURE};
use super::effort::spent;
use super::escape::{Doubts, Escapes, elsewhere};
use super::few::Sides;
use super::finding::Listed;
use super::flow::Flow;
use super::line::Line;
use super::rename::RENAMED;
use super::state::{Learned, State};
use super::widen::{grown, takes_in};
use super::within::WITHIN;
use super::witness::Settled;
use crate::hir::FunctionId;
use crate::source::Location;
use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// What a call costs besides the instructions of the function, for the meter.
const CALL_WORK: u64 = 20;

/// Calls inside calls before a program is too complex.
const DEEPEST_CALLS: usize = 1_000;

/// Sets of arguments of one function before they are taken together.
const MOST_WAYS: usize = 24;

/// What may be kept to answer calls from memory, as the meter counts it; further calls are walked each time.
const MOST_KEPT: u64 = 200_000 * RENAMED;

/// The same with what the calls that are being walked were given, before a program is too complex.
const MOST_HELD: u64 = 300_000 * RENAMED;

/// Rounds before what still grows is forgotten.
pub(super) const MOST_ROUNDS: u32 = 6;

/// The activation that the identities of remembered arguments belong to.
const REMEMBERED: u32 = u32::MAX - 3;

/// Room for the names that most arguments need.
const SOME_NAMES: usize = 28;

/// The place that calls whose arguments are taken together come from.
const TOGETHER: u32 = u32::MAX - 2;

/// The calls that are being walked, and what is remembered of those that were.
#[derive(Debug)]
pub(super) struct Calls {
    /// Functions being walked, the innermost last.
    pub stack: Vec<FunctionId>,
    /// Their activations.
    pub active: Vec<u32>,
    /// The places that call them, and whether the text says whom.
    sites: Vec<(Location, bool)>,
    /// The lowest place in the stack that a call inside each of them leads back to.
    lows: Vec<usize>,
    /// How many conditions were around the call of each of them.
    around: Vec<usize>,
    /// The number of the round that each of them is in.
    rounds: Vec<u64>,
    round: u64,
    /// Where in the stack a function is.
    depth: Vec<Option<usize>>,
    frames: HashMap<(u32, u32, FunctionId), u32>,
    /// How many activations were numbered before the walk, and those that were met.
    numbered: u32,
    seen: BTreeSet<u32>,
    /// Functions on circles that are being walked.
    members: HashMap<FunctionId, Box<Member>>,
    /// The same in the order in which they were met.
    met: Vec<FunctionId>,
    /// Whether an assumption about a circle changed in this round.
    grown: bool,
    /// Functions on circles of which a call was answered from memory, so that not every way was walked.
    pub shared: BTreeSet<FunctionId>,
    /// The same of which too much was given to be told apart.
    pub forgotten: BTreeSet<FunctionId>,
    ways: HashMap<FunctionId, Vec<Rc<Way>>>,
    together: HashMap<FunctionId, (Vec<Known>, u32)>,
    /// What it took to put these there, and what the calls that are being walked were given.
    kept: u64,
    /// The memory that the walk read or wrote.
    touched: BTreeSet<CellId>,
    /// Functions that were walked.
    pub walked: BTreeSet<FunctionId>,
    /// Activations that were walked.
    pub entered: HashSet<u32>,
}

/// A set of arguments, and what came of it. Identities are those of [`REMEMBERED`] or of activations inside.
#[derive(Debug)]
struct Way {
    /// The activation that was walked.
    frame: u32,
    given: Vec<Known>,
    learned: Vec<(Id, Learned)>,
    repeats: Vec<(&'static str, Location)>,
    guarded: bool,
    relations: Vec<Line>,
    conditions: Vec<(Known, Location)>,
    /// Whether it asked for the conditions.
    asked_why: bool,
    read: Vec<(CellId, Option<Known>)>,
    result: Option<Known>,
    wrote: Vec<(CellId, Known)>,
    told: Vec<(Id, Learned)>,
    thrown: Option<Doubts>,
    held: Vec<(CellId, Known)>,
    taken: Cost,
    listed: Rc<Listed>,
    outer: Vec<u32>,
}

/// Names for identities, in the order in which they are met.
struct Names {
    known: HashMap<Id, Id>,
    back: Vec<Id>,
    /// What those with measures are no larger than.
    measures: Vec<(Id, Sides<Id>)>,
}

impl Names {
    fn of(&mut self, id: Id) -> Id {
        let next = Id(REMEMBERED, self.back.len() as u32);
        *self.known.entry(id).or_insert_with(|| {
            self.back.push(id);
            next
        })
    }

    /// Whose name it is.
    fn original(&self, name: Id) -> Option<Id> {
        if name.0 == REMEMBERED { self.back.get(name.1 as usize).copied() } else { None }
    }
}

impl Calls {
    /// Nothing walked yet.
    pub fn new(functions: usize) -> Self {
        Self {
            stack: Vec::new(),
            active: Vec::new(),
            sites: Vec::new(),
            lows: Vec::new(),
            around: Vec::new(),
            rounds: Vec::new(),
            round: 0,
            depth: vec![None; functions],
            frames: HashMap::new(),
            numbered: 0,
            seen: BTreeSet::new(),
            members: HashMap::new(),
            met: Vec::new(),
            grown: false,
            shared: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            ways: HashMap::new(),
            together: HashMap::new(),
            kept: 0,
            touched: BTreeSet::new(),
            walked: BTreeSet::new(),
            entered: HashSet::new(),
        }
    }

    /// The activations in the order of their numbers; nowhere in place of those that were numbered and never met.
    pub fn frames(&self) -> Vec<(u32, u32, FunctionId)> {
        let mut all: Vec<(u32, (u32, u32, FunctionId))> = self.frames.iter().map(|(place, n)| (*n, *place)).collect();
        all.sort();
        let met = |n: &u32| *n >= self.numbered || self.seen.contains(n);
        let nowhere = |n: u32| (u32::MAX, n, FunctionId(u32::MAX));
        while all.last().is_some_and(|(n, _)| !met(n)) {
            all.pop();
        }
        all.into_iter().map(|(n, place)| if met(&n) { place } else { nowhere(n) }).collect()
    }

    /// Numbers activations as another walk did.
    pub fn number(&mut self, frames: &[(u32, u32, FunctionId)]) {
        self.frames = frames.iter().enumerate().map(|(n, place)| (*place, n as u32)).collect();
        self.numbered = frames.len() as u32;
    }

    fn frame(&mut self, place: (u32, u32), function: FunctionId) -> u32 {
        let next = self.frames.len() as u32;
        let frame = *self.frames.entry((place.0, place.1, function)).or_insert(next);
        if self.numbered > 0 {
            self.seen.insert(frame);
        }
        frame
    }

    /// The activation that the names inside an element get where it is read.
    pub fn reading(&mut self, place: (u32, u32), number: u32) -> u32 {
        self.frame(place, FunctionId(u32::MAX - 1 - number))
    }

    /// Forgets what was walked under other assumptions.
    pub fn forget(&mut self) {
        self.ways.clear();
        self.together.clear();
    }

    /// Whether a call that is being walked was met again inside.
    pub fn circling(&self) -> bool {
        self.stack.iter().any(|function| self.members.get(function).is_some_and(|member| member.called))
    }

    /// Takes note that memory is read or written.
    pub fn touch(&mut self, cell: CellId) {
        if !self.touched.contains(&cell) {
            self.touched.insert(cell);
        }
    }
}

impl<'a> Flow<'a> {
    /// Walks a function with these arguments from a place (a frame and a number there). Gives what it returns, if it ever
    /// does; `state` is then what is known behind the call.
    pub fn run(
        &mut self,
        place: (u32, u32),
        closure: &Closure,
        arguments: &[Known],
        state: &mut State,
    ) -> Option<Known> {
        let function = closure.function;
        let mut arguments = self.filled(function, arguments);
        for (argument, number) in arguments.iter_mut().zip(1..) {
            self.this_one(argument, place, number, state);
        }
        let arguments = &arguments[..];
        self.work += CALL_WORK;
        if self.calls.stack.len() >= DEEPEST_CALLS {
            self.give_up();
        }
        if self.exhausted() {
            return Some(Known::anything());
        }
        self.edge(closure, arguments);
        if let Some(from) = self.calls.depth[function.0 as usize] {
            return self.recur(from, closure, arguments, state);
        }
        if self.calls.members.contains_key(&function) {
            return self.again(place, closure, arguments, state);
        }
        let many = self.calls.ways.get(&function).is_some_and(|ways| ways.len() >= MOST_WAYS);
        if !many {
            return self.remembered(place, closure, arguments, state);
        }
        let given: Vec<Known> = arguments.iter().chain(closure.captures.iter()).map(Known::detached).collect();
        let together = match self.calls.together.get(&function) {
            None => given,
            Some((old, growths)) => grown(old, &given, *growths),
        };
        let growths = self.calls.together.get(&function).map_or(0, |(old, n)| n + u32::from(*old != together));
        self.calls.together.insert(function, (together.clone(), growths));
        let (arguments, closure) = parted(function, &together, arguments.len());
        self.remembered((TOGETHER, 0), &closure, &arguments, state).map(|known| known.detached())
    }

    /// From memory, or walked and put there.
    fn remembered(
        &mut self,
        place: (u32, u32),
        closure: &Closure,
        arguments: &[Known],
        state: &mut State,
    ) -> Option<Known> {
        let function = closure.function;
        // Where a member of a list of agents stands is known of that list alone.
        let mut known = HashMap::with_capacity(SOME_NAMES);
        known.extend(self.rosters.iter().map(|id| (*id, *id)));
        let mut names = Names { known, back: self.rosters.iter().copied().collect(), measures: Vec::new() };
        let before = spent();
        let mut measured: Vec<(Id, Sides<Id>)> = Vec::new();
        let mut canonical = |known: &Known| {
            let mut note = |part: &Known| {
                if part.id != Id::NONE && !part.measures.is_empty() {
                    measured.push((part.id, part.measures.clone()));
                }
                Sides::NONE
            };
            state.refine(known).renamed_with_measures(&mut |id| names.of(id), &mut note)
        };
        let canon: Vec<Known> = arguments.iter().chain(closure.captures.iter()).map(&mut canonical).collect();
        let conditions: Vec<(Known, Location)> =
            self.conditions.iter().map(|(known, at)| (canonical(known), *at)).collect();
        let learned: Vec<(Id, Learned)> =
            names.back.iter().filter_map(|id| Some((names.known[id], *state.learned.get(id)?))).collect();
        names.measures = measured;
        let asked = spent() - before;
        // Only what is told of the arguments can matter inside.
        let told = |line: &Line| line.atoms().any(|(atom, _)| names.known.contains_key(&atom.id));
        let relations: Vec<Line> = state.relations.iter().filter(|line| told(line)).copied().collect();
        let frame = self.calls.frame(place, function);
        let ways = self.calls.ways.get(&function).map_or(&[][..], Vec::as_slice);
        let known = ways.iter().position(|way| {
            way.given == canon
                && way.learned == learned
                && way.conditions == conditions
                && way.repeats == self.repeats
                && way.guarded == self.guarded
                && way.relations == relations
                && way.outer.iter().all(|frame| self.calls.active.contains(frame))
                && way.read.iter().all(|(cell, value)| state.memory.get(cell) == value.as_ref())
        });
        if let Some(known) = known {
            return self.replay(frame, closure, arguments, known, &names, state);
        }
        self.calls.kept += asked;
        if self.calls.kept > MOST_HELD {
            self.give_up();
        }
        let touched = std::mem::take(&mut self.calls.touched);
        let listed = std::mem::take(&mut self.findings.listed);
        let before = std::mem::take(&mut self.taken);
        let escapes = std::mem::take(&mut self.escapes);
        let asked_why = std::mem::take(&mut self.asked_why);
        let outside = std::mem::replace(&mut state.relations, Rc::new(relations.clone()));
        let entry = state.clone();
        let given = arguments.iter().chain(closure.captures.iter()).cloned().collect();
        let result = self.settle(frame, closure, arguments.len(), Member::given(given), state);
        state.relations = outside;
        // What was told of values inside is known of what they became; nobody else can ask for it.
        let inside = std::mem::take(&mut state.learned);
        state.learned = inside.common(&entry.learned, &mut |learned, _| Some(*learned));
        for id in &names.back {
            if let Some(learned) = inside.get(id) {
                state.learned.insert(*id, *learned);
            }
        }
        let taken = std::mem::replace(&mut self.taken, before);
        self.taken.add(&taken);
        let inside = std::mem::replace(&mut self.escapes, escapes);
        self.escapes.take_in(inside.clone());
        let asked_here = self.asked_why;
        self.asked_why |= asked_why;
        let listed = std::mem::replace(&mut self.findings.listed, listed);
        // Most walks of a function list the same.
        let same = self.calls.ways.get(&function).and_then(|ways| ways.last()).filter(|way| *way.listed == listed);
        let listed = same.map_or_else(|| Rc::new(listed), |way| way.listed.clone());
        self.findings.listed.take_in(listed.clone());
        let touched = std::mem::replace(&mut self.calls.touched, touched);
        self.calls.touched.extend(touched.iter().copied());
        let member = self.calls.members.contains_key(&function);
        let kept = |cell: &CellId| {
            state.memory.get(cell).is_some_and(Known::holds_cells)
                || inside.held.get(cell).is_some_and(Known::holds_cells)
        };
        let full = self.calls.kept > MOST_KEPT;
        if full
            || member
            || self.exhausted()
            || result.as_ref().is_some_and(Known::holds_cells)
            || touched.iter().any(kept)
        {
            self.calls.kept -= asked;
            return result;
        }
        let is_outside = |cell: &CellId| match cell {
            CellId::Global(_) => true,
            _ => entry.memory.contains_key(cell),
        };
        let parameters: Vec<Id> = self.code(function).blocks[0].parameters.iter().map(|p| Id(frame, p.0)).collect();
        // What it was given is as large as what it will be given in its place.
        let mut measured = |known: &Known| -> Sides<Id> {
            let given = parameters.iter().enumerate();
            given.filter_map(|(i, id)| Some((Id(REMEMBERED, i as u32), known.measures.get(id)?))).collect()
        };
        let mut outer: BTreeSet<u32> = BTreeSet::new();
        let active = &self.calls.active;
        let before = spent();
        let mut named = |id: Id| match names.known.get(&id) {
            Some(name) => *name,
            None => {
                if active.contains(&id.0) {
                    outer.insert(id.0);
                }
                id
            }
        };
        let stored = result.as_ref().map(|known| known.renamed_with_measures(&mut named, &mut measured));
        let mut store = |known: &Known| known.renamed(&mut named);
        let way = Way {
            frame,
            result: stored,
            wrote: touched
                .iter()
                .filter(|cell| is_outside(cell))
                .filter_map(|cell| Some((*cell, state.memory.get(cell)?)))
                .filter(|(cell, value)| entry.memory.get(cell) != Some(value))
                .map(|(cell, value)| (cell, store(value)))
                .collect(),
            told: names
                .back
                .iter()
                .filter_map(|id| Some((names.known[id], *state.learned.get(id)?)))
                .filter(|told| !learned.contains(told))
                .collect(),
            read: touched.iter().filter(|c| is_outside(c)).map(|c| (*c, entry.memory.get(c).cloned())).collect(),
            thrown: inside.thrown.map(|doubts| doubts.iter().map(|(known, at)| (store(known), *at)).collect()),
            held: inside
                .held
                .iter()
                .filter(|(cell, _)| is_outside(cell))
                .map(|(cell, value)| (*cell, store(value)))
                .collect(),
            given: canon,
            learned,
            conditions,
            asked_why: asked_here,
            repeats: self.repeats.clone(),
            guarded: self.guarded,
            relations,
            taken,
            listed,
            outer: outer.into_iter().collect(),
        };
        self.calls.kept += spent() - before;
        let ways = self.calls.ways.entry(function).or_default();
        if ways.len() >= 4 * MOST_WAYS {
            ways.truncate(MOST_WAYS);
        }
        ways.push(Rc::new(way));
        result
    }

    /// What a walk gave that began with the same.
    fn replay(
        &mut self,
        frame: u32,
        closure: &Closure,
        arguments: &[Known],
        known: usize,
        names: &Names,
        state: &mut State,
    ) -> Option<Known> {
        let function = closure.function;
        let Flow { calls, findings, taken, escapes, asked_why, .. } = self;
        let way = &calls.ways[&function][known];
        *asked_why |= way.asked_why;
        let (frames, active, seen) = (&mut calls.frames, &calls.active, &mut calls.seen);
        let mut fresh: BTreeSet<Id> = BTreeSet::new();
        let mut restore = |id: Id| -> Id {
            if id.0 == REMEMBERED {
                return names.back[id.1 as usize];
            }
            if active.contains(&id.0) || id.0 >= WITHIN {
                return id;
            }
            if way.frame == frame {
                fresh.insert(id);
                return id;
            }
            let next = frames.len() as u32;
            let inside = *frames.entry((frame, id.0 | 0x8000_0000, function)).or_insert(next);
            seen.insert(inside);
            let id = Id(inside, id.1);
            fresh.insert(id);
            id
        };
        let given: Vec<&Known> = arguments.iter().chain(closure.captures.iter()).collect();
        let mut measured = |known: &Known| {
            let each = known.measures.iter().filter_map(|(id, smaller)| Some((given.get(id.1 as usize)?, *smaller)));
            // A part of what was given is no larger than it was before the call.
            let same = names.measures.iter().find(|(id, _)| Some(*id) == names.original(known.id));
            let same = same.map_or(Sides::NONE, |(_, measures)| measures.clone());
            each.fold(Known { measures: same, ..Known::null() }, |all, (given, smaller)| all.measured(given, smaller))
                .measures
        };
        let result = way.result.as_ref().map(|known| known.renamed_with_measures(&mut restore, &mut measured));
        let thrown = way.thrown.as_ref();
        let thrown: Option<Doubts> =
            thrown.map(|doubts| doubts.iter().map(|(known, at)| (known.renamed(&mut restore), *at)).collect());
        let held = way.held.iter().map(|(cell, value)| (*cell, value.renamed(&mut restore))).collect();
        escapes.take_in(Escapes { thrown, held });
        let wrote: Vec<(CellId, Known)> =
            way.wrote.iter().map(|(cell, value)| (*cell, value.renamed(&mut restore))).collect();
        taken.add(&way.taken);
        findings.listed.take_in(way.listed.clone());
        for (cell, _) in &way.read {
            calls.touched.insert(*cell);
        }
        for id in fresh {
            state.forget(id);
        }
        for (name, learned) in &way.told {
            let id = if name.0 == REMEMBERED { names.back[name.1 as usize] } else { *name };
            state.learned.update(id, |old| old.meet(*learned));
        }
        for (cell, value) in wrote {
            state.write(cell, value, false);
        }
        result
    }

    /// Walks until what is assumed of the calls back agrees with what comes of them.
    fn settle(
        &mut self,
        frame: u32,
        closure: &Closure,
        count: usize,
        first: Member,
        state: &mut State,
    ) -> Option<Known> {
        let function = closure.function;
        let index = self.calls.stack.len();
        let outer_grown = std::mem::replace(&mut self.calls.grown, false);
        let before = std::mem::take(&mut self.taken);
        let changed = self.changed;
        let known_cycle = self.cycles.remove(&function);
        let met = self.calls.met.len();
        let initial = first.all.given.clone();
        let first = self.begin_circle(frame, function, first);
        if self.calls.members.insert(function, Box::new(first)).is_none() {
            self.calls.met.push(function);
        }
        self.calls.walked.insert(function);
        self.calls.stack.push(function);
        self.calls.active.push(frame);
        self.calls.sites.push(self.site);
        self.calls.lows.push(usize::MAX);
        self.calls.around.push(self.conditions.len());
        self.calls.rounds.push(0);
        self.calls.depth[function.0 as usize] = Some(index);
        let mut rounds = 0;
        let result = loop {
            self.calls.round += 1;
            self.calls.rounds[index] = self.calls.round;
            self.calls.lows[index] = usize::MAX;
            self.calls.grown = false;
            self.cycles.remove(&function);
            let result = self.round(index, frame, closure, count, state, rounds > MOST_ROUNDS);
            rounds += 1;
            let low = self.calls.lows[index];
            if low != index || !self.calls.grown || self.exhausted() {
                break result;
            }
            self.record.grown = true;
            if rounds > 4 * MOST_ROUNDS {
                self.give_up();
                break result;
            }
        };
        let low = self.calls.lows[index];
        self.calls.stack.pop();
        self.calls.active.pop();
        self.calls.sites.pop();
        self.calls.lows.pop();
        self.calls.around.pop();
        self.calls.rounds.pop();
        self.calls.depth[function.0 as usize] = None;
        self.changed = changed;
        if low >= index {
            // Nothing below was called: what was assumed inside holds no longer than this.
            for id in self.calls.met.split_off(met) {
                let member = self.calls.members.remove(&id);
                self.calls.forgotten.extend(member.as_ref().filter(|member| member.forgot()).map(|_| id));
                if let Some(member) = member.filter(|member| member.called) {
                    self.record.keep_circle(frame, id, member.all);
                }
            }
            self.calls.grown = outer_grown;
        } else {
            let round = self.calls.rounds[low];
            let member = self.calls.members.get_mut(&function).expect("it was put there above");
            (member.low, member.round) = (low, round);
            self.calls.grown |= outer_grown;
            if let Some(caller) = self.calls.lows.last_mut() {
                *caller = (*caller).min(low);
            }
        }
        self.taken.depth.add(&Amount::exactly(1.0));
        // What only leads back to a call further out is counted there.
        let counted = self.cycles.contains_key(&function) || self.is_counted(function);
        if low == index || low < index && counted {
            self.taken = self.repeated(function, &initial, low < index);
        }
        if let Some(member) = self.calls.members.get_mut(&function) {
            member.taken = self.taken.clone();
        }
        let inside = std::mem::replace(&mut self.taken, before);
        self.taken.add(&inside);
        if let Some(known) = known_cycle {
            self.cycles.entry(function).or_default().merge(known);
        }
        result
    }

    /// Begins a circle with what the walk was told of the functions on it.
    fn begin_circle(&mut self, frame: u32, function: FunctionId, mut first: Member) -> Member {
        let circles = self.record.circles(frame);
        // A circle that begins here is one that this function is on.
        self.record.grown |= !circles.is_empty() && circles.iter().all(|told| told.function != function);
        for told in circles {
            let mut member = Member::new(told.settled);
            member.called = true;
            if told.function == function {
                let given = grown(&member.all.given, &first.all.given, 0);
                self.record.grown |= given != member.all.given;
                member.all.given = given;
                first = member;
            } else if let Entry::Vacant(place) = self.calls.members.entry(told.function) {
                place.insert(Box::new(member));
                self.calls.met.push(told.function);
            }
        }
        first
    }

    /// Walks once with all that was given so far, and remembers what came of it.
    fn round(
        &mut self,
        index: usize,
        frame: u32,
        closure: &Closure,
        count: usize,
        state: &mut State,
        last: bool,
    ) -> Option<Known> {
        let function = closure.function;
        let Settled { given, found, around, .. } = &self.calls.members[&function].all;
        let (given, found, around) = (given.clone(), found.clone(), around.clone());
        let (arguments, captures) = given.split_at(count.min(given.len()));
        let together: Closure;
        let closure = if captures == &closure.captures[..] {
            closure
        } else {
            together = Closure { function, captures: Rc::new(captures.to_vec()) };
            &together
        };
        self.taken = Cost::default();
        let mut inside = state.clone();
        for (cell, known) in found {
            inside.write(cell, known, true);
        }
        self.calls.members.get_mut(&function).expect("it is being walked").entry = inside.memory.clone();
        let outer_touched = std::mem::take(&mut self.calls.touched);
        let outer_escapes = std::mem::take(&mut self.escapes);
        let depth = self.conditions.len();
        self.conditions.extend(around);
        let result = self.walk(frame, closure, arguments, &mut inside);
        self.conditions.truncate(depth);
        let escapes = std::mem::replace(&mut self.escapes, outer_escapes);
        let all = &mut self.calls.members.get_mut(&function).expect("it is being walked").all;
        let mut grown = false;
        if let Some(new) = &result {
            grown |= match &mut all.result {
                Some(old) => takes_in(old, new, last),
                None => {
                    all.result = Some(new.clone());
                    true
                }
            };
        }
        grown |= throws(&mut all.thrown, escapes.thrown.as_ref(), last);
        let touched = self.calls.touched.iter();
        let wrote = touched.filter_map(|cell| Some((cell, inside.memory.get(cell)?))).chain(escapes.held.iter());
        for (cell, value) in wrote.filter(|(cell, value)| state.memory.get(cell) != Some(value)) {
            grown |= hold(&mut all.wrote, *cell, value, last);
        }
        let called = self.calls.members[&function].called;
        let touched = std::mem::replace(&mut self.calls.touched, outer_touched);
        self.calls.touched.extend(touched);
        self.escapes.take_in(escapes);
        // Only what somebody assumed can have been assumed wrongly.
        self.calls.grown |= grown && (called || self.calls.lows[index] < index);
        if self.calls.lows[index] != index || !self.calls.grown {
            *state = inside;
        }
        result
    }

    /// A call of a function that is being walked.
    fn recur(&mut self, from: usize, closure: &Closure, arguments: &[Known], state: &mut State) -> Option<Known> {
        let function = closure.function;
        let way = self.calls.stack[from..].to_vec();
        let (at, _) = self.site;
        let frame = self.calls.active[from];
        let sites = self.calls.sites[from + 1..].iter().chain([&self.site]);
        let unknown = sites.filter(|(_, unknown)| *unknown).map(|(at, _)| *at).next();
        let told = |known: &Known| state.refine(known);
        let arguments: Vec<Known> = arguments.iter().map(told).collect();
        let given: Vec<Known> = arguments.iter().cloned().chain(closure.captures.iter().map(told)).collect();
        if self.program.declarations.functions[function.0 as usize].decorators.decreases.is_some() {
            // What stays the same number is no sum of anything.
            let called_with = self.calls.members[&function].all.given.clone();
            let parameters = &self.code(function).blocks[0].parameters;
            parameters.iter().zip(&called_with).for_each(|(var, known)| self.note_number(Id(frame, var.0), known));
        }
        let back = self.back(function, frame, &given, state, at);
        self.cycles.entry(function).or_default().call(back, way, unknown);
        self.taken.backs.add(&Amount::exactly(1.0));
        if let Some(low) = self.calls.lows.last_mut() {
            *low = (*low).min(from);
        }
        let active = self.calls.active[from..].to_vec();
        let around = self.doubts_since(from, state);
        let member = self.calls.members.get_mut(&function).expect("it is being walked");
        let first = !std::mem::replace(&mut member.called, true);
        self.calls.grown |= member.take_in(closure, &arguments, false) | member.find(state, &active) | first;
        self.calls.grown |= member.happens(&around);
        member.answer(state, &active, &mut self.escapes)
    }

    /// The doubtful conditions on which a call is made since a function was called that is being walked.
    fn doubts_since(&mut self, from: usize, state: &State) -> Doubts {
        self.asked_why = true;
        let first = self.calls.around.get(from).copied().unwrap_or_default();
        let since = self.conditions[first..].iter().map(|(known, at)| (state.refined(known), *at));
        since.filter(|(known, _)| known.earned() < SURE).map(|(known, at)| (elsewhere(&known), at)).collect()
    }

    /// A call of a function on a circle that was walked before.
    fn again(&mut self, place: (u32, u32), closure: &Closure, arguments: &[Known], state: &mut State) -> Option<Known> {
        let function = closure.function;
        let arguments: Vec<Known> = arguments.iter().map(|known| state.refine(known)).collect();
        let around = self.doubts_since(self.calls.members[&function].low, state);
        let member = self.calls.members.get_mut(&function).expect("its caller looked");
        let active = self.calls.active.get(member.low..).unwrap_or_default();
        let (low, round) = (member.low, member.round);
        let current = self.calls.rounds.get(low).is_some_and(|now| *now == round);
        let grew = member.take_in(closure, &arguments, !current) | member.find(state, active) | member.happens(&around);
        member.called = true;
        let told = |known: &Known| {
            known.id == Id::NONE || (!state.learned.contains_key(&known.id) && state.relations.is_empty())
        };
        let fresh = current && member.all.given.iter().all(told);
        if fresh && !grew {
            self.calls.shared.extend(self.calls.stack[low..].iter().copied().chain([function]));
            if let Some(caller) = self.calls.lows.last_mut() {
                *caller = (*caller).min(low);
            }
            let member = &self.calls.members[&function];
            self.taken.add(&member.taken);
            return member.answer(state, &self.calls.active[low..], &mut self.escapes);
        }
        self.calls.grown |= grew;
        let member = Member::clone(&self.calls.members[&function]);
        let (_, together) = parted(function, &member.all.given, arguments.len());
        let frame = self.calls.frame(place, function);
        self.settle(frame, &together, arguments.len(), member, state).map(|known| known.detached())
    }

    /// Ends the walk: too complex.
    pub fn give_up(&mut self) {
        self.work = u64::MAX / 2;
    }
}

/// Arguments and captures, which are kept as one list.
fn parted(function: FunctionId, given: &[Known], count: usize) -> (Vec<Known>, Closure) {
    let count = count.min(given.len());
    (given[..count].to_vec(), Closure { function, captures: Rc::new(given[count..].to_vec()) })
}
