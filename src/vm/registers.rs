//! Which register holds each value.
//!
//! Values get their registers in the order of their definitions. The two ends of an edge are preferred partners, and so are an
//! operation's result and its first argument, so that moves are few.

use super::code::Register;
use super::ranges::{Place, Range, Ranges};
use crate::ir::{Function, Rows, Var};

/// What the registers of a function hold. One serves all functions, one after the other.
#[derive(Default, Debug)]
pub(super) struct Registers {
    ranges: Ranges,
    of: Vec<u32>,
    /// When each register holds something; those behind the count are left from other functions.
    taken: Vec<Vec<Range>>,
    count: u32,
    free: Vec<u32>,
    /// By place, the last of the [`Ending`]s there.
    ending: Vec<u32>,
    endings: Vec<Ending>,
    /// The first place whose endings were not looked at.
    ahead: Place,
    partners: Rows<u32>,
}

const NONE: u32 = u32::MAX;

/// A register that may hold nothing from a place on, and the one before it that ends at the same place.
#[derive(Clone, Copy, Debug)]
struct Ending {
    register: u32,
    before: u32,
}

impl Registers {
    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The register of a value.
    #[inline]
    pub(super) fn of(&self, var: Var) -> Register {
        self.of[var.0 as usize] as Register
    }

    /// Whether the register of a value holds nothing that is read from the beginning of a block on.
    pub(super) fn idle(&self, var: Var, block: usize) -> bool {
        let place = self.ranges.start(block);
        let taken = &self.taken[self.of(var) as usize];
        let next = taken.partition_point(|&(_, end)| end <= place);
        taken.get(next).is_none_or(|&(start, _)| start > place)
    }

    /// Gives each value of a function a register. The parameters of the entry are in the first ones, in order. Values that live
    /// nowhere get none; what an instruction reads beside its arguments is given with its block and index.
    pub(super) fn allocate(&mut self, function: &Function, nowhere: &[bool], beside: &[(u32, u32, Var)]) {
        self.ranges.find(function, nowhere, beside);
        self.pair(function);
        self.of.clear();
        self.of.resize(function.values.len(), NONE);
        self.count = 0;
        self.free.clear();
        self.ending.clear();
        self.ending.resize(self.ranges.end() as usize + 1, NONE);
        self.endings.clear();
        self.ahead = 0;
        for var in &function.blocks[0].parameters {
            let register = self.open();
            self.assign(var.0 as usize, register);
        }
        for at in 0..self.ranges.born().len() {
            let var = self.ranges.born()[at].0 as usize;
            let Some(&(start, _)) = self.ranges.of(var).first() else { continue };
            if self.of[var] != NONE {
                continue;
            }
            let partners = self.partners.row(var).iter().map(|&other| self.of[other as usize]);
            let liked = partners.filter(|&register| register != NONE).find(|&register| self.fits(var, register));
            let register = liked.unwrap_or_else(|| self.fresh(start));
            self.assign(var, register);
        }
        for register in &mut self.of {
            *register = if *register == NONE { 0 } else { *register };
        }
    }

    /// Finds which values would like to share a register. The later of two follows the earlier, which has one by then.
    fn pair(&mut self, function: &Function) {
        for block in &function.blocks {
            block.end.leads(|target| {
                for (parameter, arg) in function.block(target.block).parameters.iter().zip(&target.args) {
                    self.partners.put(parameter.0.max(arg.0), parameter.0.min(arg.0));
                }
            });
            for inst in &block.code {
                if let (Some(result), Some(first)) = (inst.second.or(inst.result), inst.args.first()) {
                    self.partners.put(result.0, first.0);
                }
            }
        }
        self.partners.arrange(function.values.len());
    }

    fn fits(&self, var: usize, register: u32) -> bool {
        let taken = &self.taken[register as usize];
        let ranges = self.ranges.of(var);
        if taken.last().is_none_or(|&(_, end)| end <= ranges[0].0) {
            return true;
        }
        ranges.iter().all(|&(start, end)| {
            let next = taken.partition_point(|&(_, other_end)| other_end <= start);
            taken.get(next).is_none_or(|&(other_start, _)| other_start >= end)
        })
    }

    /// A register that holds nothing from a place on.
    fn fresh(&mut self, start: Place) -> u32 {
        while self.ahead <= start {
            let here = self.free.len();
            let mut at = self.ending[self.ahead as usize];
            while let Some(&Ending { register, before }) = self.endings.get(at as usize) {
                self.free.push(register);
                at = before;
            }
            self.free[here..].sort_unstable();
            self.ahead += 1;
        }
        while let Some(register) = self.free.pop() {
            if self.taken[register as usize].last().is_none_or(|&(_, end)| end <= start) {
                return register;
            }
        }
        self.open()
    }

    /// A register that held nothing so far.
    fn open(&mut self) -> u32 {
        let register = self.count;
        self.count += 1;
        match self.taken.get_mut(register as usize) {
            Some(taken) => taken.clear(),
            None => self.taken.push(Vec::new()),
        }
        register
    }

    fn assign(&mut self, var: usize, register: u32) {
        self.of[var] = register;
        let taken = &mut self.taken[register as usize];
        for &range in self.ranges.of(var) {
            if taken.last().is_none_or(|&(start, _)| start < range.0) {
                taken.push(range);
            } else {
                let at = taken.partition_point(|&(start, _)| start < range.0);
                taken.insert(at, range);
            }
        }
        if let Some(&(_, end)) = taken.last() {
            let last = &mut self.ending[end as usize];
            let before = std::mem::replace(last, self.endings.len() as u32);
            self.endings.push(Ending { register, before });
        }
    }
}
