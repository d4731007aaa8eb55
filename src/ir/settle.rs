//! Tidies what the lowering wrote, before anything is decided about it: blocks that nothing reaches, parameters that are always
//! the same value, values that nobody reads. Blocks and values are numbered anew in the order in which they can run.

use super::build::{NONE, NOWHERE};
use super::{Block, BlockId, Fact, Function, Handler, HandlerId, Op, Rows, Var};
use smallvec::{Array, SmallVec};

/// How often parameters are looked through again because others turned out to be the same; what is left costs a move.
const ROUNDS: usize = 8;

/// The mark of a parameter that is several values.
const MANY: Var = Var(u32::MAX - 1);

/// What is known while a function is tidied. One serves all functions, one after the other.
#[derive(Default)]
pub(super) struct Settling {
    /// What stands for each value: itself, or for a parameter the one value it always is.
    forward: Vec<Var>,
    /// The one value that was found for each parameter so far.
    single: Vec<Var>,
    sources: Vec<Source>,
    /// The ways to each block that takes parameters.
    ways: Rows<(BlockId, u32)>,
    needed: Vec<bool>,
    /// How many values somebody reads.
    readers: usize,
    work: Vec<Var>,
    /// The new number of each block.
    blocks: Vec<BlockId>,
    /// Of the parameters of all blocks, one behind the other, which stay.
    kept: Vec<bool>,
    kept_from: Vec<usize>,
    /// The new number of each value.
    vars: Vec<Var>,
    /// The blocks in their new order.
    all: Vec<Block>,
    /// The facts in their new order.
    values: Vec<Fact>,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source {
    Nowhere,
    Code(BlockId, u32),
    Parameter(BlockId, u32),
}

/// Makes a row of equal marks.
fn reset<T: Clone>(marks: &mut Vec<T>, count: usize, mark: T) {
    marks.clear();
    marks.resize(count, mark);
}

fn find(forward: &[Var], mut var: Var) -> Var {
    while forward[var.0 as usize] != var {
        var = forward[var.0 as usize];
    }
    var
}

/// One bit of last uses.
fn bit(moves: u64, at: u32) -> u64 {
    if at < 64 { moves >> at & 1 } else { 0 }
}

/// Drops arguments, and their bits of last uses with them; gives the bits of the others.
fn keep_some<A: Array<Item = Var>>(args: &mut SmallVec<A>, moves: u64, mut keep: impl FnMut(u32, Var) -> bool) -> u64 {
    let (mut from, mut to, mut kept) = (0, 0, 0);
    args.retain(|arg| {
        let keep = keep(from, *arg);
        if keep {
            kept |= bit(moves, from) << to.min(63);
            to += 1;
        }
        from += 1;
        keep
    });
    kept
}

impl Settling {
    /// Tidies a function whose blocks can run in this order; afterwards that is the order they are in.
    pub(super) fn settle(&mut self, function: &mut Function, order: &[BlockId]) {
        self.stand_for_themselves(function);
        self.same(function, order);
        self.number(function, order, false);
    }

    /// Drops what nobody reads any more and numbers anew what is left, once last uses are marked: a value that may share
    /// storage stays even where nobody reads it any more, since whether a later write copies must not depend on what was
    /// folded.
    pub(super) fn renumber(&mut self, function: &mut Function, order: &[BlockId]) {
        self.stand_for_themselves(function);
        self.number(function, order, true);
    }

    fn stand_for_themselves(&mut self, function: &Function) {
        self.forward.clear();
        self.forward.extend((0..function.values.len() as u32).map(Var));
    }

    /// Finds what stands for each value.
    fn same(&mut self, function: &Function, order: &[BlockId]) {
        let Self { forward, single, .. } = self;
        let mut found = false;
        // What is under exact values alone is what it was.
        for inst in order.iter().flat_map(|&id| &function.block(id).code) {
            if let (Op::Under, Some(result)) = (&inst.op, inst.result)
                && inst.args[1..].iter().all(|decider| function.values[decider.0 as usize].exact)
            {
                forward[result.0 as usize] = inst.args[0];
                found = true;
            }
        }
        reset(single, function.values.len(), NONE);
        for _ in 0..ROUNDS {
            let mut changed = false;
            for &id in order {
                function.block(id).end.leads(|target| {
                    for (at, &arg) in target.args.iter().enumerate() {
                        let parameter = function.block(target.block).parameters[at];
                        let arg = find(forward, arg);
                        if find(forward, parameter) == parameter && arg != parameter {
                            let known = &mut single[parameter.0 as usize];
                            *known = if *known == NONE || *known == arg { arg } else { MANY };
                        }
                    }
                });
            }
            for &parameter in order.iter().flat_map(|&id| &function.block(id).parameters) {
                let value = std::mem::replace(&mut single[parameter.0 as usize], NONE);
                if value != NONE && value != MANY && forward[parameter.0 as usize] == parameter {
                    let value = find(forward, value);
                    if value != parameter {
                        forward[parameter.0 as usize] = value;
                        changed = true;
                    }
                }
            }
            found |= changed;
            if !changed {
                break;
            }
        }
        if found {
            for index in 0..forward.len() {
                forward[index] = find(forward, Var(index as u32));
            }
        }
    }

    /// Notes that somebody reads a value.
    #[inline]
    fn mark(&mut self, var: Var) {
        let var = self.forward[var.0 as usize];
        if !std::mem::replace(&mut self.needed[var.0 as usize], true) {
            self.readers += 1;
            self.work.push(var);
        }
    }

    /// Finds which values somebody reads; or holds a share of, where that may count. Says whether there is nothing to tidy:
    /// everything is read, and numbered as it comes.
    fn need(&mut self, function: &Function, order: &[BlockId], shares: bool) -> bool {
        let count = function.values.len();
        reset(&mut self.sources, count, Source::Nowhere);
        reset(&mut self.needed, count, false);
        self.readers = 0;
        let mut tidy = function.handlers.is_empty() && function.blocks.len() == order.len();
        let mut defined = 0;
        for (place, &id) in order.iter().enumerate() {
            tidy &= id.0 as usize == place;
            let block = function.block(id);
            for (at, &parameter) in block.parameters.iter().enumerate() {
                self.define(parameter, Source::Parameter(id, at as u32), function, shares);
                tidy &= parameter.0 == defined;
                defined += 1;
            }
            for (at, inst) in block.code.iter().enumerate() {
                inst.defines(|var| {
                    self.define(var, Source::Code(id, at as u32), function, shares);
                    tidy &= var.0 == defined;
                    defined += 1;
                });
                if !inst.op.pure() {
                    inst.args.iter().for_each(|&arg| self.mark(arg));
                } else if let Op::Under = inst.op {
                    tidy &= !inst.args[1..].iter().any(|decider| function.values[decider.0 as usize].exact);
                }
            }
            block.end.looks(|var| self.mark(var));
            let mut at = 0;
            block.end.leads(|target| {
                if !target.args.is_empty() {
                    self.ways.put(target.block.0, (id, at));
                }
                at += 1;
            });
        }
        self.ways.arrange(function.blocks.len());
        for bound in function.loops.iter().filter_map(|at| at.max) {
            self.mark(bound);
        }
        while let Some(var) = self.work.pop() {
            match self.sources[var.0 as usize] {
                Source::Nowhere => {}
                Source::Code(id, at) => {
                    let inst = &function.block(id).code[at as usize];
                    inst.args.iter().for_each(|&arg| self.mark(arg));
                }
                Source::Parameter(id, at) => {
                    for way in 0..self.ways.row(id.0 as usize).len() {
                        let (from, way) = self.ways.row(id.0 as usize)[way];
                        if let Some(target) = function.block(from).end.targets().nth(way as usize) {
                            self.mark(target.args[at as usize]);
                        }
                    }
                }
            }
        }
        tidy && self.readers == count
    }

    /// Notes where a value comes from.
    #[inline]
    fn define(&mut self, var: Var, source: Source, function: &Function, shares: bool) {
        self.sources[var.0 as usize] = source;
        if shares && function.values[var.0 as usize].has_storage() {
            self.mark(var);
        }
    }

    /// Finds which parameters stay: those that are needed, and all of the entry and of handlers, which take what they are
    /// given, whoever reads it.
    fn keep(&mut self, function: &Function) {
        self.kept.clear();
        self.kept_from.clear();
        for block in &function.blocks {
            self.kept_from.push(self.kept.len());
            let stays = |var: &Var| self.needed[var.0 as usize] && self.forward[var.0 as usize] == *var;
            self.kept.extend(block.parameters.iter().map(stays));
        }
        for id in std::iter::once(BlockId(0)).chain(function.handlers.iter().map(|handler| handler.block)) {
            if let Some(&from) = self.kept_from.get(id.0 as usize) {
                self.kept[from..from + function.block(id).parameters.len()].fill(true);
            }
        }
    }

    /// Drops what nobody reads and numbers anew what is left.
    fn number(&mut self, function: &mut Function, order: &[BlockId], marked: bool) {
        if self.need(function, order, marked) {
            return;
        }
        self.keep(function);
        let Self { forward, needed, kept, kept_from, vars, values, .. } = self;
        reset(vars, function.values.len(), NONE);
        let Function { values: facts, blocks: old, .. } = function;
        values.reserve(facts.len());
        // A value is defined before it is read, in the order of the blocks.
        for &id in order {
            let block = &mut old[id.0 as usize];
            let mut define = |facts: &[Fact], vars: &mut [Var], var: Var| {
                values.push(facts[var.0 as usize]);
                let new = Var(values.len() as u32 - 1);
                vars[var.0 as usize] = new;
                new
            };
            let renamed = |vars: &[Var], var: Var| vars[forward[var.0 as usize].0 as usize];
            let mut keeps = kept[kept_from[id.0 as usize]..].iter();
            block.parameters.retain(|_| keeps.next().copied().unwrap_or(true));
            block.parameters.iter_mut().for_each(|var| *var = define(facts, vars, *var));
            block.gone.retain(|var| {
                *var = vars[var.0 as usize];
                *var != NONE
            });
            block.code.retain_mut(|inst| {
                let used = |var: &Var| needed[var.0 as usize];
                let stands = |var: Var| used(&var) && forward[var.0 as usize] == var;
                if !inst.result.is_some_and(stands) && inst.op.pure() {
                    return false;
                }
                if let Op::Under = inst.op {
                    let keep = |at: u32, arg: Var| at == 0 || !facts[arg.0 as usize].exact;
                    inst.moves = keep_some(&mut inst.args, inst.moves, keep);
                }
                inst.args.iter_mut().for_each(|arg| *arg = renamed(vars, *arg));
                inst.result = inst.result.filter(used).map(|var| define(facts, vars, var));
                inst.second = inst.second.filter(used).map(|var| define(facts, vars, var));
                true
            });
            block.end.looks_mut(|var| *var = renamed(vars, *var));
            block.end.leads_mut(|target| {
                if !target.args.is_empty() {
                    let mut keeps = kept[kept_from[target.block.0 as usize]..].iter();
                    target.moves =
                        keep_some(&mut target.args, target.moves, |_, _| keeps.next().copied().unwrap_or(true));
                    target.args.iter_mut().for_each(|arg| *arg = renamed(vars, *arg));
                }
            });
        }
        let renamed = |var: Var| vars[forward[var.0 as usize].0 as usize];
        for at in &mut function.loops {
            at.max = at.max.map(renamed).filter(|&max| max != NONE);
        }
        std::mem::swap(facts, values);
        values.clear();
        self.rearrange(function, order);
    }

    /// Puts the blocks of a function in the order in which they can run, and drops the others. Values stay what they are.
    pub(super) fn rearrange(&mut self, function: &mut Function, order: &[BlockId]) {
        let Function { blocks: old, loops, .. } = function;
        if order.len() == old.len() && order.iter().enumerate().all(|(place, id)| id.0 as usize == place) {
            return;
        }
        let Self { blocks, all, .. } = self;
        reset(blocks, old.len(), NOWHERE);
        for (index, id) in order.iter().enumerate() {
            blocks[id.0 as usize] = BlockId(index as u32);
        }
        all.extend(order.iter().map(|id| {
            let mut block = std::mem::replace(&mut old[id.0 as usize], Block::empty(None));
            block.end.leads_mut(|target| target.block = blocks[target.block.0 as usize]);
            block
        }));
        std::mem::swap(old, all);
        all.clear();
        loops.retain_mut(|at| {
            at.head = blocks[at.head.0 as usize];
            at.head != NOWHERE
        });
        self.handlers(function);
    }

    /// Drops the handlers that nothing leads to.
    fn handlers(&self, function: &mut Function) {
        if function.handlers.is_empty() {
            return;
        }
        let mut renamed = vec![None; function.handlers.len()];
        let mut left = Vec::new();
        for (index, handler) in function.handlers.iter().enumerate() {
            let block = self.blocks.get(handler.block.0 as usize).copied().unwrap_or(NOWHERE);
            if block != NOWHERE {
                renamed[index] = Some(HandlerId(left.len() as u32));
                left.push(Handler { block, ..*handler });
            }
        }
        for block in &mut function.blocks {
            block.handler = block.handler.and_then(|handler| renamed[handler.0 as usize]);
        }
        function.handlers = left;
    }
}
