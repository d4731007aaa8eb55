//! What decides whether a place is reached, and what leaves a function as an error.
//!
//! An error that is thrown on a doubtful condition carries the doubt to whoever catches it: what follows the call runs only
//! because nothing was thrown, and the `catch` only because something was. And it leaves memory as it was when it was
//! thrown, so that a `catch` may find whatever a variable held meanwhile.

use super::chart::Chart;
use super::control::Wiring;
use super::domain::{Cap, CellId, Fact, Id, Integrity, Known, Mark, SURE, Shape, Told, Why};
use super::few::Few;
use super::flow::{Activation, Flow};
use super::graph::Row;
use super::read::own;
use super::state::State;
use crate::hir::FunctionId;
use crate::ir::{HandlerId, Inst};
use crate::source::Location;
use std::rc::Rc;

/// Conditions that decide about something, with their places.
pub(super) type Doubts = Vec<(Known, Location)>;

/// Conditions of one error that are told apart before they are taken together.
const MOST_DOUBTS: usize = 8;

/// What a stretch of code does besides coming to its end.
#[derive(Clone, Default, Debug)]
pub(super) struct Escapes {
    /// The conditions on which it throws, where it does; there may be none.
    pub thrown: Option<Doubts>,
    /// All that was put into memory.
    pub held: Chart<CellId, Known>,
}

impl Escapes {
    /// Throws on these conditions, in one way or another.
    pub fn throw(&mut self, doubts: Doubts) {
        absorb(self.thrown.get_or_insert_default(), doubts);
    }

    /// Something was put into memory.
    pub fn hold(&mut self, cell: CellId, known: &Known) {
        let known = known.detached();
        match self.held.get(&cell) {
            Some(old) => {
                let joined = old.join(&known);
                if joined != *old {
                    self.held.insert(cell, joined);
                }
            }
            None => self.held.insert(cell, known),
        }
    }

    /// The same of another stretch.
    pub fn take_in(&mut self, other: Escapes) {
        if let Some(doubts) = other.thrown {
            self.throw(doubts);
        }
        if !other.held.is_empty() {
            self.held = self.held.union(&other.held, &mut |old, new| old.join(new));
        }
    }

    /// All that was put into memory before this stretch.
    pub fn precede(&mut self, held: Chart<CellId, Known>) {
        self.held = if self.held.is_empty() { held } else { held.union(&self.held, &mut |old, new| old.join(new)) };
    }

    /// The slots of an activation are gone when it ends.
    pub fn forget(&mut self, frame: u32) {
        let own = |cell: &CellId| matches!(cell, CellId::Slot(owner, _) if *owner == frame);
        let gone: Vec<CellId> = self.held.iter().map(|(cell, _)| *cell).filter(own).collect();
        gone.iter().for_each(|cell| self.held.remove(cell));
    }

    /// Memory at any time of it, given what it was before or after.
    pub fn meanwhile(&self, state: &mut State) {
        for (cell, known) in self.held.iter() {
            state.write(*cell, known.clone(), true);
        }
    }
}

/// Takes further conditions in; too many are taken together.
pub(super) fn absorb(doubts: &mut Doubts, more: Doubts) {
    for (known, at) in more {
        match doubts.iter_mut().find(|(_, place)| *place == at) {
            Some((old, _)) => *old = old.join(&known),
            None => doubts.push((known, at)),
        }
    }
    if doubts.len() > MOST_DOUBTS {
        let at = doubts[0].1;
        let joined = doubts.drain(..).map(|(known, _)| known.detached()).reduce(|a, b| a.join(&b));
        doubts.extend(joined.map(|known| (known, at)));
    }
}

/// That something is called for each of a list, and how often, is as sure as the list.
pub(super) fn walked(list: &Known, at: Location) -> Option<(Known, Location)> {
    let walked = own(std::slice::from_ref(list), Shape::Plain);
    (walked.earned() < SURE).then(|| (Known { id: list.id, ..walked }, at))
}

/// Which function is called was decided as surely as it is, and what it does with it.
pub(super) fn chosen_callee(callee: &Known, at: Location) -> Option<(Known, Location)> {
    (!callee.claim.is_full() || callee.cap.bound < SURE).then(|| (callee.clone(), at))
}

/// Which error it was decides which one it is where it is thrown again.
pub(super) fn thrown_again(thrown: &Known, at: Location) -> Option<(Known, Location)> {
    walked(thrown, at).filter(|_| thrown.has(Mark::Caught))
}

/// That what comes next is asked is decided by whether this is null; whether a gate passed is certain.
pub(super) fn passed_on(result: &Known, at: Location) -> Option<(Known, Location)> {
    let certain = result.null != super::domain::Null::Maybe;
    let told = result.is_told_by_null().is_some_and(|cap| cap.bound == SURE);
    walked(result, at).filter(|_| !certain && !told)
}

/// A condition as the callers of a function see it: nobody there knows the values inside.
fn outward(known: &Known, frame: u32) -> Known {
    beyond(known, |id| id.0 == frame)
}

/// A condition where nobody knows any of its values.
pub(super) fn elsewhere(known: &Known) -> Known {
    beyond(known, |_| true)
}

/// A condition without the values that only some know.
fn beyond(known: &Known, inside: impl Fn(&Id) -> bool) -> Known {
    let mut parts = known.parts.clone();
    if parts.iter().any(&inside) {
        parts = Few::one(Id::NONE);
    }
    Known {
        claim: known.claim,
        cap: known.cap,
        evidence: known.evidence,
        integrity: known.integrity,
        tested: known.tested,
        id: if inside(&known.id) { Id::NONE } else { known.id },
        parts,
        marks: known.marks.clone(),
        ..Known::constant(Shape::Plain)
    }
}

impl<'a> Flow<'a> {
    /// The doubtful conditions that decide whether a place is reached, those around its call first.
    pub fn doubts(&mut self, act: &Activation<'a>, state: &State) -> Doubts {
        self.asked_why = true;
        let outer = self.conditions.iter().map(|(known, at)| (state.refined(known), *at));
        let doubtful = outer.filter(|(known, _)| known.earned() < SURE);
        let mut doubts: Doubts = doubtful.map(|(known, at)| (known.into_owned(), at)).collect();
        doubts.extend(self.own_doubts(act, state));
        doubts
    }

    /// The same inside the function alone.
    pub fn own_doubts(&self, act: &Activation<'a>, state: &State) -> Doubts {
        let mut doubts = act.deciding(state);
        doubts.retain(|(known, _)| known.earned() < SURE);
        doubts
    }

    /// The tests that decide whether a place is reached and whose thresholds the input chose, those around its call as well.
    pub fn chosen_around(&self, act: &Activation<'a>) -> Vec<Location> {
        let mut all = act.chosen();
        all.extend(&self.chosen);
        all
    }

    /// A value as it is when doubtful conditions decided that it is this one.
    pub fn decided(&self, known: &Known, doubts: &[(Known, Location)]) -> Known {
        let mut result = known.clone();
        if !doubts.is_empty() {
            result.told = Told::Doubt;
        }
        for (condition, at) in doubts {
            // What is made of a value is no surer than it, so whoever tests that has tested whether there is one as well.
            let asks = |fact: &Fact| matches!(fact, Fact::Null(id) if *id == known.id || known.above.get(id).is_some());
            if condition.tests.as_ref().is_some_and(|tests| tests.yes.iter().any(asks)) {
                continue;
            }
            // A test on what is no surer than the condition tells of the condition, as far as that is believed.
            let told = !condition.cap.scaled && known.never_surer(condition);
            let bound = if told { condition.cap.bound } else { condition.earned() };
            let asked = if told { self.asked_in_doubt(condition.cap) } else { self.doubt_of(condition) };
            let cap = Cap { bound, why: Why::Decided(asked.unwrap_or(*at)), scaled: false };
            result.cap = result.cap.min(cap);
            result.doubt_truth(bound);
            result.exact &= bound == SURE;
            result.integrity = result.integrity.max(condition.integrity.min(Integrity::Input));
        }
        result
    }

    /// Walks something that runs, or runs so often, because of these conditions: they decide as well which errors leave it.
    pub fn under<T>(
        &mut self,
        conditions: impl IntoIterator<Item = (Known, Location)>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let depth = self.conditions.len();
        self.conditions.extend(conditions);
        let conditions = self.conditions[depth..].to_vec();
        let before = self.escapes.thrown.take();
        let given = run(self);
        if self.escapes.thrown.is_some() {
            self.escapes.throw(conditions);
        }
        before.into_iter().for_each(|doubts| self.escapes.throw(doubts));
        self.conditions.truncate(depth);
        given
    }

    /// The doubtful conditions on which something that ran for this instruction failed, so that nothing else runs.
    pub fn failed_so_far(&self) -> Doubts {
        let thrown = self.escapes.thrown.iter().flatten();
        thrown.filter(|(known, _)| known.earned() < SURE).cloned().collect()
    }

    /// Walks a callback over a list. That it is called for an element, and how often, is as sure as the list; of a search
    /// and of sorting, how it goes on is as sure as what was answered.
    pub fn one_by_one(
        &mut self,
        act: &mut Activation<'a>,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        self.under(walked(args.first()?, at), |flow| {
            let asked = std::mem::take(&mut flow.asked_why);
            let given = flow.walk_over(act, name, args, inst, state);
            // What asks for no conditions is the same under further ones, unless errors leave it because of them.
            let matters = flow.asked_why || flow.escapes.thrown.is_some();
            flow.asked_why |= asked;
            let goes_on_by_answers = matches!(
                name,
                "some" | "every" | "find" | "findLast" | "findIndex" | "findLastIndex" | "sort" | "toSorted"
            );
            let found = given.as_ref().filter(|found| matters && goes_on_by_answers && found.earned() < SURE);
            let Some(answers) = found.map(|found| (own(std::slice::from_ref(found), Shape::Plain), at)) else {
                return given;
            };
            let counted = flow.taken.clone();
            let further = flow.under([answers], |flow| flow.walk_over(act, name, args, inst, state));
            flow.taken = counted;
            given.into_iter().chain(further).reduce(|first, next| first.join(&next))
        })
    }

    /// An error leaves the place that is walked, decided by these conditions and those around it.
    pub fn thrown_here(&mut self, act: &mut Activation<'a>, doubts: Doubts, state: &State) {
        if act.code.blocks[act.block].handler.is_none() {
            let around = act.deciding(state);
            let frame = act.frame;
            let escape = act.escape.get_or_insert_default();
            let all = around.iter().chain(&doubts).map(|(known, at)| (outward(known, frame), *at)).collect();
            absorb(escape, all);
        }
        absorb(&mut act.met, doubts);
    }

    /// An error came out of a call.
    pub fn thrown_by_call(&mut self, act: &mut Activation<'a>, doubts: Doubts, state: &State) {
        self.thrown_here(act, doubts, state);
        if !act.wiring.ends_early(act.block) {
            act.early.insert(act.block);
        }
    }

    /// What a handler may see: memory as it is now, and an error. Which one of several it is was decided by `which` and by what let
    /// this one be thrown, where the handler runs in any case.
    pub fn guard(
        &mut self,
        act: &mut Activation<'a>,
        handler: HandlerId,
        which: Doubts,
        state: &State,
        again: &mut Row,
    ) {
        let block = act.code.handlers[handler.0 as usize].block.0 as usize;
        let mut changed = self.changed;
        if let Some(parameter) = act.code.blocks[block].parameters.first().copied() {
            let mut deciding = which;
            if act.may_throw() {
                deciding.extend(act.doubts_on_way(act.block, block, None, state));
            }
            if deciding.is_empty() {
                act.errors.remove(&(block, act.block));
            } else {
                act.errors.insert((block, act.block), deciding);
            }
            let mut doubts = Vec::new();
            for (_, deciding) in act.errors.range((block, 0)..(block + 1, 0)) {
                self.work += 1;
                absorb(&mut doubts, deciding.clone());
            }
            let error = Known::error(self.thrown).marked(Mark::Failed, act.at(act.code.span));
            let error = self.decided(&error, &doubts).born(Id(act.frame, parameter.0));
            let error = doubts.first().map_or(error.clone(), |(_, at)| error.marked(Mark::Caught, *at));
            changed |= act.held(parameter) != Some(&error);
            act.hold(parameter, error);
        }
        self.enter(act, block, state, again);
        if changed && act.graph.position[block] > act.graph.position[act.block] {
            // What changed before it failed may be read there.
            act.stale[block] = true;
            if !again.contains(&block) {
                again.push(block);
            }
        }
    }

    /// What decides over what, once calls that throw are known; the blocks that must be walked again by that.
    pub fn rewired(&mut self, act: &mut Activation<'a>, function: FunctionId) -> Vec<usize> {
        if act.early.is_empty() {
            return Vec::new();
        }
        let mut early: Vec<usize> = act.wiring.early.to_vec();
        early.extend(std::mem::take(&mut act.early));
        early.sort_unstable();
        self.work += act.graph.order.len() as u64;
        let (code, graph) = (act.code, &act.graph);
        let known = self.wirings.entry((function, early));
        act.gathered.get_mut().clear();
        act.wiring = known.or_insert_with_key(|(_, early)| Rc::new(Wiring::of(graph, code, early))).clone();
        (0..code.blocks.len()).filter(|&block| act.entered(block)).collect()
    }
}
