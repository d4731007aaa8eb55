//! Where each value of a function is needed, and which register holds it.
//!
//! A value that goes into a loop and the one that comes back from its end should share a register, or each turn pays for a
//! move. So live ranges keep their holes: a value is where it is read later, not everywhere between its first and last
//! place; and the two ends of an edge are preferred partners.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::code::Register;
use crate::ir::{Function, Var};

/// A place in the order of blocks; each instruction has one, each block one for its beginning and one for its end.
type Place = u32;

/// What the registers of a function hold.
#[derive(Debug)]
pub(super) struct Registers {
    of: Vec<Register>,
    taken: Vec<Vec<(Place, Place)>>,
    starts: Vec<Place>,
    /// How many there are.
    pub(super) count: u32,
}

impl Registers {
    /// Of no values.
    pub(super) fn none() -> Self {
        Self { of: Vec::new(), taken: Vec::new(), starts: Vec::new(), count: 0 }
    }

    /// Whether the register of a value holds nothing that is read from the beginning of a block on.
    pub(super) fn idle(&self, var: Var, block: usize) -> bool {
        let place = self.starts[block];
        !self.taken[self.of(var) as usize].iter().any(|&(start, end)| start <= place && place < end)
    }

    /// The register of a value.
    pub(super) fn of(&self, var: Var) -> Register {
        self.of[var.0 as usize]
    }
}

/// What the allocation has to know beside the function itself.
pub(super) struct Needs<'a> {
    /// Which values live in no register: constants that every reader finds elsewhere.
    pub(super) nowhere: &'a [bool],
    /// Values that an instruction reads beside its arguments, by block and index.
    pub(super) beside: &'a HashMap<(usize, usize), Vec<Var>>,
}

struct Blocks<'a> {
    function: &'a Function,
    starts: Vec<Place>,
    ends: Vec<Place>,
    before: Vec<Vec<u32>>,
    guarded: Vec<Vec<u32>>,
}

impl<'a> Blocks<'a> {
    fn new(function: &'a Function) -> Self {
        let count = function.blocks.len();
        let (mut starts, mut ends) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let (mut before, mut guarded) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        let mut place = 0;
        for (index, block) in function.blocks.iter().enumerate() {
            starts.push(place);
            place += block.code.len() as u32 + 2;
            ends.push(place - 1);
            for target in block.end.targets() {
                before[target.block.0 as usize].push(index as u32);
            }
            if let Some(handler) = block.handler {
                guarded[function.handlers[handler.0 as usize].block.0 as usize].push(index as u32);
            }
        }
        Self { function, starts, ends, before, guarded }
    }

    fn instruction(&self, block: usize, index: usize) -> Place {
        self.starts[block] + 1 + index as u32
    }
}

/// Gives each value a register. The parameters of the entry are in the first ones, in order.
pub(super) fn allocate(function: &Function, needs: &Needs) -> Registers {
    let blocks = Blocks::new(function);
    let ranges = live(&blocks, needs);
    Allocation::new(function, ranges).run(needs, blocks.starts)
}

fn live(blocks: &Blocks, needs: &Needs) -> Vec<Vec<(Place, Place)>> {
    let function = blocks.function;
    let count = function.values.len();
    let mut born = vec![(0u32, 0 as Place); count];
    let mut uses: Vec<Vec<(u32, Place)>> = vec![Vec::new(); count];
    for (index, block) in function.blocks.iter().enumerate() {
        for var in &block.parameters {
            born[var.0 as usize] = (index as u32, blocks.starts[index]);
        }
        for (at, inst) in block.code.iter().enumerate() {
            let place = blocks.instruction(index, at);
            for var in inst.result.iter().chain(&inst.second) {
                born[var.0 as usize] = (index as u32, place);
            }
            for var in &inst.args {
                uses[var.0 as usize].push((index as u32, place));
            }
        }
        // Letting go of a value is a use of it: its share lasts so long, whatever is left of who would have read it.
        for var in &block.gone {
            uses[var.0 as usize].push((index as u32, blocks.starts[index]));
        }
        let mut read = |var: Var| uses[var.0 as usize].push((index as u32, blocks.ends[index]));
        block.end.looks(&mut read);
        block.end.targets().flat_map(|target| target.args.iter().copied()).for_each(read);
    }
    for (&(block, at), vars) in needs.beside {
        for var in vars {
            uses[var.0 as usize].push((block as u32, blocks.instruction(block, at)));
        }
    }
    let mut seen = vec![u32::MAX; function.blocks.len()];
    let mut work = Vec::new();
    (0..count)
        .map(|var| {
            if needs.nowhere[var] {
                return Vec::new();
            }
            let (home, birth) = born[var];
            let mut ranges = vec![(birth, birth + 1)];
            for &(block, place) in &uses[var] {
                if block == home && place >= birth {
                    ranges.push((birth, place));
                    continue;
                }
                ranges.push((blocks.starts[block as usize], place));
                work.push(block);
                while let Some(block) = work.pop() {
                    let block = block as usize;
                    for &earlier in blocks.before[block].iter().chain(&blocks.guarded[block]) {
                        let all = earlier as usize;
                        if std::mem::replace(&mut seen[all], var as u32) == var as u32 {
                            continue;
                        }
                        if earlier == home {
                            ranges.push((birth, blocks.ends[all] + 1));
                        } else {
                            ranges.push((blocks.starts[all], blocks.ends[all] + 1));
                            work.push(earlier);
                        }
                    }
                }
            }
            joined(ranges)
        })
        .collect()
}

fn joined(mut ranges: Vec<(Place, Place)>) -> Vec<(Place, Place)> {
    ranges.sort_unstable();
    let mut whole: Vec<(Place, Place)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match whole.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => whole.push((start, end)),
        }
    }
    whole
}

struct Allocation<'a> {
    function: &'a Function,
    ranges: Vec<Vec<(Place, Place)>>,
    of: Vec<Option<u32>>,
    taken: Vec<Vec<(Place, Place)>>,
    free: Vec<u32>,
    ending: BinaryHeap<Reverse<(Place, u32)>>,
}

impl<'a> Allocation<'a> {
    fn new(function: &'a Function, ranges: Vec<Vec<(Place, Place)>>) -> Self {
        let of = vec![None; ranges.len()];
        Self { function, ranges, of, taken: Vec::new(), free: Vec::new(), ending: BinaryHeap::new() }
    }

    fn run(mut self, needs: &Needs, starts: Vec<Place>) -> Registers {
        let partners = self.partners();
        for (register, var) in self.function.blocks[0].parameters.iter().enumerate() {
            self.taken.push(Vec::new());
            self.assign(var.0 as usize, register as u32);
        }
        let mut order: Vec<usize> = (0..self.ranges.len()).filter(|&var| !self.ranges[var].is_empty()).collect();
        order.sort_by_key(|&var| self.ranges[var][0].0);
        for var in order {
            if self.of[var].is_some() || needs.nowhere[var] {
                continue;
            }
            let start = self.ranges[var][0].0;
            let liked = partners[var].iter().filter_map(|&other| self.of[other as usize]).find(|&r| self.fits(var, r));
            let register = liked.unwrap_or_else(|| self.fresh(start));
            self.assign(var, register);
        }
        let of = self.of.iter().map(|register| register.unwrap_or(0) as Register).collect();
        Registers { of, count: self.taken.len() as u32, taken: self.taken, starts }
    }

    fn partners(&self) -> Vec<Vec<u32>> {
        let mut partners = vec![Vec::new(); self.ranges.len()];
        for block in &self.function.blocks {
            for target in block.end.targets() {
                let parameters = &self.function.blocks[target.block.0 as usize].parameters;
                for (parameter, arg) in parameters.iter().zip(&target.args) {
                    partners[parameter.0 as usize].push(arg.0);
                    partners[arg.0 as usize].push(parameter.0);
                }
            }
            for inst in &block.code {
                if let (Some(result), Some(first)) = (inst.second.or(inst.result), inst.args.first()) {
                    partners[result.0 as usize].push(first.0);
                }
            }
        }
        partners
    }

    fn fits(&self, var: usize, register: u32) -> bool {
        let taken = &self.taken[register as usize];
        self.ranges[var].iter().all(|&(start, end)| {
            let next = taken.partition_point(|&(_, other_end)| other_end <= start);
            taken.get(next).is_none_or(|&(other_start, _)| other_start >= end)
        })
    }

    fn fresh(&mut self, start: Place) -> u32 {
        while let Some(&Reverse((end, register))) = self.ending.peek() {
            if end > start {
                break;
            }
            self.ending.pop();
            self.free.push(register);
        }
        while let Some(register) = self.free.pop() {
            if self.taken[register as usize].last().is_none_or(|&(_, end)| end <= start) {
                return register;
            }
        }
        self.taken.push(Vec::new());
        self.taken.len() as u32 - 1
    }

    fn assign(&mut self, var: usize, register: u32) {
        self.of[var] = Some(register);
        let taken = &mut self.taken[register as usize];
        for &range in &self.ranges[var] {
            let at = taken.partition_point(|&(start, _)| start < range.0);
            taken.insert(at, range);
        }
        if let Some(&(_, end)) = taken.last() {
            self.ending.push(Reverse((end, register)));
        }
    }
}
