//! What decides whether a place of a walked function is reached.

use super::control::Deciding;
use super::domain::{Known, Mark, Raw, SURE, Shape};
use super::escape::Doubts;
use super::flow::Activation;
use super::graph::Natural;
use super::state::State;
use crate::ir::{End, Inst, Op};
use crate::source::Location;
use std::borrow::Cow;

/// How far the values behind a condition are followed.
pub(super) const DEEPEST_CONDITION: u32 = 6;

/// Conditions of a circle and of all that decides about it, as one, where there are any.
pub(super) type Gathered = Option<(Known, Location)>;

/// What is as sure as both conditions at once.
fn both(a: &(Known, Location), b: &(Known, Location)) -> (Known, Location) {
    let known = super::read::own([&a.0, &b.0], Shape::Plain);
    let at = if b.0.earned() < a.0.earned() { b.1 } else { a.1 };
    (Known { tested: a.0.tested.min(b.0.tested), sources: super::few::Sides::NONE, ..known }, at)
}

impl Activation<'_> {
    /// Keeps what a block's end depends on, where that is in doubt or its threshold was chosen.
    pub fn decides(&mut self, block: usize, decided: Gathered) {
        let old = std::mem::replace(&mut self.decided[block], decided);
        let new = &self.decided[block];
        self.doubtful += usize::from(new.is_some());
        self.doubtful -= usize::from(old.is_some());
        if old != *new {
            self.gather_again(self.wiring.end(block));
        }
    }

    /// Keeps the conditions on which what a block calls throws; whether they are others than before.
    pub fn throws(&mut self, block: usize) -> bool {
        if self.met.is_empty() || self.thrown.get(&block) == Some(&self.met) {
            return false;
        }
        self.thrown.insert(block, self.met.clone());
        self.gather_again(block);
        true
    }

    /// What was gathered of a node and of all that it may decide about holds no longer.
    fn gather_again(&mut self, node: usize) {
        self.gathered.get_mut().truncate(self.wiring.controls.circle_of(node));
    }

    /// Whether an error may come out of the block that is walked.
    pub fn may_throw(&self) -> bool {
        let calls = |inst: &Inst| {
            matches!(
                inst.op,
                Op::Call { .. }
                    | Op::CallMethod { .. }
                    | Op::CallFunction(_)
                    | Op::CallBuiltin { .. }
                    | Op::Fork { .. }
                    | Op::Mutate { .. }
            )
        };
        let block = &self.code.blocks[self.block];
        matches!(block.end, End::Throw(_) | End::Fail(..))
            || self.wiring.ends_early(self.block)
            || block.code.iter().any(calls)
    }

    /// The conditions on a circle and of all that decides about it, as one.
    fn gathered(&self, circle: usize) -> Gathered {
        let mut all = self.gathered.borrow_mut();
        while all.len() <= circle {
            let (members, deciding) = self.wiring.controls.circle(all.len());
            let before = deciding.filter_map(|other| all[other].as_ref());
            let mut conditions = members.iter().flat_map(|&node| self.found_at(node)).chain(before);
            let first = conditions.next().cloned();
            let gathered = first.map(|first| conditions.fold(first, |a, b| both(&a, b)));
            all.push(gathered);
        }
        all[circle].clone()
    }

    /// The conditions that were found at a node of the wiring.
    fn found_at(&self, node: usize) -> &[(Known, Location)] {
        let (block, thrown) = self.wiring.block(node);
        if thrown { self.thrown.get(&block).map_or(&[], Vec::as_slice) } else { self.decided[block].as_slice() }
    }

    /// The conditions that were found where it is decided.
    fn conditions(&self, deciding: Deciding) -> Doubts {
        let behind = deciding.behind.into_iter().filter_map(|circle| self.gathered(circle));
        behind.chain(deciding.near.iter().flat_map(|&node| self.found_at(node)).cloned()).collect()
    }

    /// Whether anything in the function is decided by what is in doubt.
    fn is_decided(&self) -> bool {
        self.doubtful > 0 || !self.thrown.is_empty() || !self.met.is_empty()
    }

    /// What decides whether code goes on from a block to another, and is not decided by then; all of the turn where that
    /// begins another one.
    fn deciding_way(&self, from: usize, to: usize, turning: Option<&Natural>) -> Doubts {
        if self.doubtful == 0 && self.thrown.is_empty() {
            return Vec::new();
        }
        let node = self.wiring.end(from);
        let Some(turning) = turning else { return self.conditions(self.wiring.controls.left(node, to)) };
        let mut all = self.wiring.controls.all(node);
        let inside = |node: &usize| turning.has(self.wiring.block(*node).0);
        all.near.retain(inside);
        all.behind.retain(|&circle| self.wiring.controls.circle(circle).0.iter().any(inside));
        self.conditions(all)
    }

    /// The same as far as it is in doubt with what is known there.
    pub fn doubts_on_way(&self, from: usize, to: usize, turning: Option<&Natural>, state: &State) -> Doubts {
        let mut deciding = self.deciding_way(from, to, turning);
        deciding.iter_mut().for_each(|(known, _)| {
            if let Cow::Owned(refined) = state.refined(known) {
                *known = refined;
            }
            known.claim = known.claim.at_least(known.tested);
        });
        deciding.retain(|(known, _)| known.earned() < SURE);
        deciding
    }

    /// What all that decides which way leads to a block has been tested against by now.
    pub fn tested_ways(&self, block: usize, state: &State, depth: u32) -> Raw {
        let ways = self.graph.before[block].iter();
        let deciding = ways.map(|&before| self.wiring.controls.left(self.wiring.end(before), block));
        let tested = deciding.map(|deciding| {
            let near = deciding.near.iter().map(|&node| self.tested_at(node, state, depth));
            let behind = deciding.behind.iter().filter_map(|&circle| self.gathered(circle));
            near.chain(behind.map(|(known, _)| known.tested)).min().unwrap_or(SURE)
        });
        tested.min().unwrap_or(SURE)
    }

    /// The same of the conditions of a node.
    fn tested_at(&self, node: usize, state: &State, depth: u32) -> Raw {
        let (block, thrown) = self.wiring.block(node);
        match &self.code.blocks[block].end {
            End::Branch { condition, .. } if !thrown && self.decided[block].is_some() => {
                self.tested(*condition, state, depth)
            }
            _ => self.found_at(node).iter().map(|(known, _)| state.refined(known).tested).min().unwrap_or(SURE),
        }
    }

    /// The conditions that decide whether the place that is walked is reached, sure ones among them.
    pub fn deciding(&self, state: &State) -> Doubts {
        if !self.is_decided() {
            return Vec::new();
        }
        let deciding = self.wiring.controls.all(self.block);
        let mut all: Doubts = deciding.behind.into_iter().filter_map(|circle| self.gathered(circle)).collect();
        for node in deciding.near {
            let (block, thrown) = self.wiring.block(node);
            for (known, at) in self.found_at(node) {
                let mut known = state.refine(known);
                if let (false, End::Branch { condition, .. }) = (thrown, &self.code.blocks[block].end) {
                    let tested = self.tested(*condition, state, DEEPEST_CONDITION);
                    known.claim = known.claim.at_least(tested);
                    known.tested = known.tested.max(tested);
                }
                all.push((known, *at));
            }
        }
        all.extend(self.met.iter().map(|(known, at)| (state.refine(known), *at)));
        all
    }

    /// The tests that decide whether a place of the function is reached and whose thresholds the input chose.
    pub fn chosen(&self) -> Vec<Location> {
        if !self.is_decided() {
            return Vec::new();
        }
        let deciding = self.conditions(self.wiring.controls.all(self.block));
        let marks = deciding.iter().chain(&self.met).flat_map(|(known, _)| known.marks.iter());
        marks.filter(|(mark, _)| *mark == Mark::Chosen).map(|(_, at)| *at).collect()
    }
}
