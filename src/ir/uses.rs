//! Last uses: which argument an engine may move, and which values it may let go of where ways part.
//!
//! A write copies what somebody shares. So that every engine copies the same, the last uses are written down once, here,
//! before anything is folded. A value is followed from its uses up to its definition; an error may come from anywhere in a
//! block, so what a handler reads lives through all the blocks whose errors it takes. Numbers, booleans and null are nobody's
//! share and are left out.

use super::{Constant, End, Function, Op, Rows, Var, prompt};

/// How many steps of following are spent on one function for each of its instructions, and beyond. Values for which nothing
/// is left are never moved.
const STEPS: (usize, usize) = (64, 1 << 20);

/// Where a value is used: in a block, at an instruction or at its end.
#[derive(Clone, Copy)]
struct Use {
    block: u32,
    at: u32,
}

const END: u32 = u32::MAX;

/// Where a value comes from.
#[derive(Clone, Copy)]
struct Home {
    block: u32,
    last: Last,
}

/// Where a value is used last in the block that it comes from.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Nowhere,
    At(u32),
    /// It is one that cannot be shared.
    Plain,
}

/// What is known while last uses are marked. One serves all functions, one after the other.
#[derive(Default)]
pub(super) struct Uses {
    homes: Vec<Home>,
    /// The uses in other blocks of each value that can be shared, in the order of the blocks.
    away: Rows<Use>,
    walk: Walk,
}

impl Uses {
    /// Marks the last use of each value.
    pub(super) fn mark(&mut self, function: &mut Function) {
        self.find(function);
        self.walk.begin(function);
        for (index, &home) in self.homes.iter().enumerate() {
            let var = Var(index as u32);
            let away = self.away.row(index);
            match home.last {
                Last::Nowhere | Last::Plain if away.is_empty() => continue,
                // Nothing is to follow of what stays in the block that it comes from.
                Last::At(at) if at != END && away.is_empty() => last_at(function, var, home.block, at),
                _ => {
                    self.walk.follow(away, home.block);
                    if self.walk.left == 0 {
                        return;
                    }
                    self.walk.last(function, var, home, away);
                }
            }
        }
    }

    /// Finds where values are used. A value is defined before it is used, in the order of the blocks.
    fn find(&mut self, function: &Function) {
        self.homes.clear();
        self.homes.resize(function.values.len(), Home { block: 0, last: Last::Nowhere });
        let Self { homes, away, .. } = self;
        let define = |homes: &mut [Home], var: Var, block: u32, scalar: bool| {
            let plain = scalar || !function.values[var.0 as usize].has_storage();
            homes[var.0 as usize] = Home { block, last: if plain { Last::Plain } else { Last::Nowhere } };
        };
        let mut used = |homes: &mut [Home], var: Var, block: u32, at: u32| {
            let home = &mut homes[var.0 as usize];
            match home.last {
                Last::Plain => {}
                _ if home.block == block => home.last = Last::At(at),
                _ => away.put(var.0, Use { block, at }),
            }
        };
        let mut makers = None;
        for (index, block) in function.blocks.iter().enumerate() {
            let index = index as u32;
            block.parameters.iter().for_each(|&var| define(homes, var, index, false));
            for (at, inst) in block.code.iter().enumerate() {
                inst.args.iter().for_each(|&arg| used(homes, arg, index, at as u32));
                if let Some(prompt) = prompt::of(inst) {
                    // What a prompt was made of is read once more when it is told. An engine itself keeps the parts of a
                    // template of the same block.
                    let makers = makers.get_or_insert_with(|| prompt::makers(function));
                    let template = makers[prompt.0 as usize].is_some_and(|inst| inst.op == Op::Text);
                    if !template || homes[prompt.0 as usize].block != index {
                        let parts = prompt::parts(function, prompt, |var| makers[var.0 as usize]);
                        parts.into_iter().for_each(|part| used(homes, part, index, at as u32));
                    }
                }
                inst.result.iter().for_each(|&var| define(homes, var, index, scalar(&inst.op)));
                inst.second.iter().for_each(|&var| define(homes, var, index, false));
            }
            block.end.looks(|var| used(homes, var, index, END));
            block.end.leads(|target| target.args.iter().for_each(|&arg| used(homes, arg, index, END)));
        }
        away.arrange(function.values.len());
    }
}

/// Whether the result is no text, list, object or function.
fn scalar(op: &Op) -> bool {
    match op {
        Op::Const(constant) => !matches!(constant, Constant::Text(_) | Constant::Regex(_)),
        Op::IsNull | Op::Truth | Op::Count | Op::Turns | Op::Step(_) | Op::Offers(_) | Op::Empty => true,
        Op::Fits { .. } | Op::Has(_) | Op::Instance(_) | Op::Ask | Op::Threshold => true,
        _ => false,
    }
}

#[derive(Default)]
struct Walk {
    before: Rows<super::BlockId>,
    /// At which value's turn a block was last found to be entered with it.
    within: Vec<u32>,
    /// At which value's turn a block was last found to be left with it.
    behind: Vec<u32>,
    stamp: u32,
    left: usize,
    /// The blocks that are left with the value.
    alive: Vec<u32>,
    work: Vec<u32>,
}

impl Walk {
    fn begin(&mut self, function: &Function) {
        function.predecessors(&mut self.before);
        for marks in [&mut self.within, &mut self.behind] {
            marks.clear();
            marks.resize(function.blocks.len(), 0);
        }
        self.stamp = 0;
        self.left = STEPS.1 + STEPS.0 * function.blocks.iter().map(|block| 1 + block.code.len()).sum::<usize>();
    }

    /// Finds the blocks that a value lives through.
    fn follow(&mut self, uses: &[Use], home: u32) {
        self.stamp += 1;
        self.alive.clear();
        for used in uses {
            self.enter(used.block, home);
        }
        while let Some(block) = self.work.pop() {
            let count = self.before.row(block as usize).len();
            self.left = self.left.saturating_sub(count);
            for way in 0..count {
                let from = self.before.row(block as usize)[way].0;
                if std::mem::replace(&mut self.behind[from as usize], self.stamp) != self.stamp {
                    self.alive.push(from);
                    self.enter(from, home);
                }
            }
        }
    }

    fn enter(&mut self, block: u32, home: u32) {
        if block != home && std::mem::replace(&mut self.within[block as usize], self.stamp) != self.stamp {
            self.work.push(block);
        }
    }

    fn entered(&self, block: super::BlockId) -> bool {
        self.within[block.0 as usize] == self.stamp
    }

    /// Marks the last uses of a value that was followed.
    fn last(&self, function: &mut Function, var: Var, home: Home, away: &[Use]) {
        if let Last::At(at) = home.last {
            self.last_in(function, var, Use { block: home.block, at });
        }
        // Uses stand in the order of the blocks, so those of one block are neighbours.
        for uses in away.chunk_by(|one, next| one.block == next.block) {
            self.last_in(function, var, uses[uses.len() - 1]);
        }
        for &block in &self.alive {
            self.leave(function, var, block);
        }
    }

    /// Marks the last use of a value in a block.
    fn last_in(&self, function: &mut Function, var: Var, last: Use) {
        let alive = self.behind[last.block as usize] == self.stamp;
        if last.at == END {
            self.end(function, var, last.block);
            if !alive {
                self.leave(function, var, last.block);
            }
        } else if !alive {
            last_at(function, var, last.block, last.at);
        }
    }

    /// Moves a value on the ways behind which nobody reads it.
    fn end(&self, function: &mut Function, var: Var, block: u32) {
        for target in function.blocks[block as usize].end.targets_mut() {
            if !self.entered(target.block)
                && let Some(place) = movable(&target.args, var)
            {
                target.moves |= 1 << place;
            }
        }
    }

    /// Lets go of a value that a block is left with, where ways part and nobody reads it.
    fn leave(&self, function: &mut Function, var: Var, block: u32) {
        if matches!(function.blocks[block as usize].end, End::Jump(_)) {
            return;
        }
        let mut dead: smallvec::SmallVec<[u32; 4]> = smallvec::SmallVec::new();
        function.blocks[block as usize].end.leads(|target| {
            let alone = || self.before.row(target.block.0 as usize).len() == 1;
            if !self.entered(target.block) && !target.args.contains(&var) && alone() {
                dead.push(target.block.0);
            }
        });
        for target in dead {
            let gone = &mut function.blocks[target as usize].gone;
            if !gone.contains(&var) {
                gone.push(var);
            }
        }
    }
}

/// Marks the use of a value by an instruction as the last.
fn last_at(function: &mut Function, var: Var, block: u32, at: u32) {
    let inst = &mut function.blocks[block as usize].code[at as usize];
    if let Some(place) = movable(&inst.args, var) {
        inst.moves |= 1 << place;
    }
}

/// The place of a value among arguments, when it is one that can be marked. What stands there twice is shared by that alone.
/// A long row is not searched for each of its values.
fn movable(args: &[Var], var: Var) -> Option<usize> {
    let (front, back) = args.split_at(args.len().min(64));
    let place = front.iter().position(|&arg| arg == var)?;
    (!front[place + 1..].contains(&var) && !back.contains(&var)).then_some(place)
}
