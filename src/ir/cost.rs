//! The one table of what instructions cost, in steps.
//!
//! A block is charged when it is entered, for all it will do; what built-ins and copies do beyond that is charged by their
//! size while they run. Where a block is only jumped to, those that jump there are charged for it, so that a turn of a loop is
//! charged once. The validator's bounds and every engine's meter read these figures.

use super::{End, Function, Op, Rows};
use crate::builtin::Body;

/// The steps of an error that is caught, by a program or by a form that goes on with it.
pub const CAUGHT: u32 = 128;

/// The steps of a task, from its beginning to the result that its fork takes.
pub const TASK: u32 = 256;

/// The steps of a form that asks, tries or chooses.
const FORM: u32 = 128;

/// The steps of a wish to the world: the time, randomness, what is printed.
const WORLD: u32 = 96;

/// The steps that an instruction takes, whatever the size of what it works on.
pub fn of(op: &Op, arguments: usize) -> u32 {
    let arguments = arguments as u32;
    match op {
        Op::Const(_) | Op::Empty | Op::Ready | Op::Watch(_) => 0,
        Op::Under | Op::Has(_) => 1 + arguments,
        Op::Text => 4 + 4 * arguments,
        Op::List { .. } | Op::Omit(_) => 8 + arguments,
        Op::Closure(_) => 16 + arguments,
        Op::Object(_) => 8 + 2 * arguments,
        Op::Cell => 4,
        Op::Rest(_) => 16,
        Op::Update { keys, .. } => 1 + 4 * keys.len() as u32,
        Op::Delete { keys, .. } => 8 + 4 * keys.len() as u32,
        Op::Mutate { change, .. } => 4 + 4 * change.keys.len() as u32 + arguments,
        Op::Call { .. } | Op::CallFunction(_) => 2 + arguments,
        Op::CallBuiltin { builtin, .. } => {
            arguments
                + match builtin.entry().kind {
                    Body::Form(..) => FORM,
                    Body::World(_) => WORLD,
                    Body::Routine(_) => 24,
                    Body::Native(_) | Body::Change(_) => 12,
                }
        }
        Op::CallMethod { .. } => 16 + arguments,
        Op::Fork { .. } => FORM + arguments,
        _ => 1,
    }
}

/// The steps that the end of a block takes.
pub fn of_end(end: &End) -> u32 {
    match end {
        End::Jump(_) => 0,
        End::Route { bands, .. } => 1 + bands.len() as u32,
        End::Branch { .. } | End::Return(_) | End::Throw(_) | End::Fail(..) => 1,
    }
}

/// What is known while blocks are charged. One serves all functions, one after the other.
#[derive(Default)]
pub(super) struct Costs {
    /// The blocks that jump to each block.
    jumps: Rows<u32>,
    /// Whether a block keeps what it costs.
    fixed: Vec<bool>,
    /// Whether a block is the first of a loop.
    heads: Vec<bool>,
}

impl Costs {
    /// Writes down what each block costs, and where it is charged. The first block of a loop costs something even when nothing is
    /// in it.
    pub(super) fn charge(&mut self, function: &mut Function) {
        for index in 0..function.blocks.len() {
            let block = &function.blocks[index];
            let code: u32 = block.code.iter().map(|inst| of(&inst.op, inst.args.len())).fold(0, u32::saturating_add);
            let back = block.end.targets().any(|target| target.block.0 as usize <= index);
            let mut cost = code.saturating_add(of_end(&block.end)).max(u32::from(back));
            if function.handlers.iter().any(|handler| handler.block.0 as usize == index) {
                cost = cost.saturating_add(CAUGHT);
            }
            let span = block.code.first().map_or(block.end_span, |inst| inst.span);
            let block = &mut function.blocks[index];
            (block.cost, block.span) = (cost, span);
        }
        if function.blocks.len() > 1 {
            self.gather(function);
        }
    }

    /// Moves what a block costs to the blocks before it, where all of them only jump there. A way through the blocks costs what
    /// it did, wherever it ends.
    fn gather(&mut self, function: &mut Function) {
        let Self { jumps, fixed, heads } = self;
        let count = function.blocks.len();
        for marks in [&mut *fixed, heads] {
            marks.clear();
            marks.resize(count, false);
        }
        fixed[0] = true;
        function.handlers.iter().for_each(|handler| fixed[handler.block.0 as usize] = true);
        for (index, block) in function.blocks.iter().enumerate() {
            block.end.leads(|target| {
                let to = target.block.0 as usize;
                heads[to] |= to <= index;
                match block.end {
                    End::Jump(_) if function.blocks[to].handler == block.handler && to != index => {
                        jumps.put(target.block.0, index as u32);
                    }
                    _ => fixed[to] = true,
                }
            });
        }
        jumps.arrange(count);
        // The heads of loops first, so that what the last block of a turn is given goes on to the turn's beginning.
        for head in [true, false] {
            for at in (0..count).rev().filter(|at| heads[*at] == head && !fixed[*at]) {
                let cost = std::mem::take(&mut function.blocks[at].cost);
                for &before in jumps.row(at) {
                    let block = &mut function.blocks[before as usize];
                    block.cost = block.cost.saturating_add(cost);
                }
            }
        }
    }
}
