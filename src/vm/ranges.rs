//! Where each value of a function is needed.
//!
//! A value that goes into a loop and the one that comes back from its end should share a register, or each turn pays for a
//! move. So live ranges keep their holes: a value is where it is read later, not everywhere between its first and last
//! place. Most values are read in their own block alone, where the last reader is all there is to find.

use crate::ir::{BlockId, Function, Rows, Var};

/// A place in the order of blocks; each instruction has one, each block one for its beginning and one for its end.
pub(super) type Place = u32;

/// The places from the first to the one before the second.
pub(super) type Range = (Place, Place);

/// The live ranges of a function's values. One serves all functions, one after the other.
#[derive(Default, Debug)]
pub(super) struct Ranges {
    /// Where each block begins, and where the last one ends.
    starts: Vec<Place>,
    of: Rows<Range>,
    births: Vec<Birth>,
    /// The values in the order of their definitions.
    born: Vec<Var>,
    /// The blocks that lead to each block.
    before: Rows<BlockId>,
    /// Where values are read outside of the block they come from.
    away: Rows<(u32, Place)>,
    seen: Vec<u32>,
    work: Vec<u32>,
    several: Vec<Range>,
}

/// Where a value comes from, and the last place in the same block that reads it.
#[derive(Clone, Copy, Debug)]
struct Birth {
    block: u32,
    place: Place,
    last: Place,
}

impl Birth {
    /// Of what nothing defines, which has no ranges.
    const NEVER: Birth = Birth { block: u32::MAX, place: 0, last: 0 };
}

impl Ranges {
    /// Where a block begins.
    pub(super) fn start(&self, block: usize) -> Place {
        self.starts[block]
    }

    /// Where the last block ends.
    pub(super) fn end(&self) -> Place {
        self.starts[self.starts.len() - 1]
    }

    /// The ranges of a value, in order; none for a value that lives nowhere.
    pub(super) fn of(&self, var: usize) -> &[Range] {
        self.of.row(var)
    }

    /// The values in the order of their definitions.
    pub(super) fn born(&self) -> &[Var] {
        &self.born
    }

    /// Finds the ranges of all values but those that live in no register. What an instruction reads beside its arguments is
    /// given with its block and index.
    pub(super) fn find(&mut self, function: &Function, nowhere: &[bool], beside: &[(u32, u32, Var)]) {
        self.read(function);
        for &(block, at, var) in beside {
            self.used(var, block, self.starts[block as usize] + 1 + at);
        }
        self.away.arrange(function.values.len());
        if !self.away.is_empty() {
            function.predecessors(&mut self.before);
            self.seen.clear();
            self.seen.resize(function.blocks.len(), u32::MAX);
        }
        self.of.clear();
        for (var, &nowhere) in nowhere.iter().enumerate() {
            let birth = self.births[var];
            if !nowhere && birth.block != Birth::NEVER.block {
                let here = (birth.place, birth.last.max(birth.place + 1));
                if self.away.row(var).is_empty() {
                    self.of.push(here);
                } else {
                    self.several.clear();
                    self.several.push(here);
                    self.follow(var, birth);
                    self.join();
                }
            }
            self.of.close();
        }
    }

    /// Notes where values come from and where they are read. A value is defined before it is read, in the order of blocks.
    fn read(&mut self, function: &Function) {
        self.births.clear();
        self.births.resize(function.values.len(), Birth::NEVER);
        self.born.clear();
        self.starts.clear();
        let mut place = 0;
        for (index, block) in function.blocks.iter().enumerate() {
            let index = index as u32;
            self.starts.push(place);
            for &var in &block.parameters {
                self.defined(var, index, place);
            }
            // Letting go of a value is a use of it: its share lasts so long, whatever is left of who would have read it.
            for &var in &block.gone {
                self.used(var, index, place);
            }
            for inst in &block.code {
                place += 1;
                for &var in &inst.args {
                    self.used(var, index, place);
                }
                inst.defines(|var| self.defined(var, index, place));
            }
            place += 1;
            block.end.looks(|var| self.used(var, index, place));
            block.end.leads(|target| target.args.iter().for_each(|&var| self.used(var, index, place)));
            place += 1;
        }
        self.starts.push(place);
    }

    #[inline]
    fn defined(&mut self, var: Var, block: u32, place: Place) {
        self.births[var.0 as usize] = Birth { block, place, last: place };
        self.born.push(var);
    }

    fn used(&mut self, var: Var, block: u32, place: Place) {
        let birth = &mut self.births[var.0 as usize];
        if birth.block == block {
            birth.last = birth.last.max(place);
        } else {
            self.away.put(var.0, (block, place));
        }
    }

    /// Follows a value from where it is read up to where it comes from.
    fn follow(&mut self, var: usize, birth: Birth) {
        for &(block, place) in self.away.row(var) {
            self.several.push((self.starts[block as usize], place));
            self.work.push(block);
            while let Some(block) = self.work.pop() {
                for &BlockId(earlier) in self.before.row(block as usize) {
                    let at = earlier as usize;
                    if std::mem::replace(&mut self.seen[at], var as u32) == var as u32 {
                        continue;
                    }
                    let end = self.starts[at + 1];
                    if earlier == birth.block {
                        add(&mut self.several, (birth.place, end));
                    } else {
                        add(&mut self.several, (self.starts[at], end));
                        self.work.push(earlier);
                    }
                }
            }
        }
    }

    /// Joins what touches and adds it to the ranges of the value at hand.
    fn join(&mut self) {
        self.several.sort_unstable_by_key(|range| range.0);
        let mut last = self.several[0];
        for &(start, end) in &self.several[1..] {
            if start <= last.1 {
                last.1 = last.1.max(end);
            } else {
                self.of.push(std::mem::replace(&mut last, (start, end)));
            }
        }
        self.of.push(last);
    }
}

/// Adds a range. Most blocks are followed to the one right before them.
fn add(ranges: &mut Vec<Range>, (start, end): Range) {
    match ranges.last_mut() {
        Some(last) if last.0 == end => last.0 = start,
        _ => ranges.push((start, end)),
    }
}
