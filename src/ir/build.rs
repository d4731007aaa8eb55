//! What all of the lowering stands on: values, blocks, variables as they are on the way, and places where ways meet.
//!
//! Programs are structured, so single assignment needs no search: the lowering walks a function once with an environment
//! that says which value each variable is, and a journal of its changes. Where ways part, the journal is the way back; where
//! they meet, the journals of the ways name the variables that differ, and only these become parameters of the block. A
//! loop's parameters are the variables that the survey saw assigned inside it.

use super::survey::{Notes, Survey};
use super::{Block, BlockId, Constant, End, Fact, Function, Handler, HandlerId, Inst, Loop, Op, Plain, Target, Var};
use crate::diagnostic::Code;
use crate::hir::{self, FunctionId, LocalId};
use crate::source::{Name, Span};
use smallvec::{SmallVec, smallvec};

/// Values an instruction works on.
pub(super) type Args = SmallVec<[Var; 4]>;

/// No value: what a variable is before it came into being.
pub(super) const NONE: Var = Var(u32::MAX);

/// No block: where a way leads that nothing enters.
pub(super) const NOWHERE: BlockId = BlockId(u32::MAX);

/// A function on its way from the tree to blocks.
pub(super) struct Builder<'a> {
    pub(super) program: &'a hir::Program,
    pub(super) survey: &'a Survey,
    pub(super) notes: &'a Notes,
    pub(super) function: &'a hir::Function,
    pub(super) id: FunctionId,
    pub(super) blocks: Vec<Block>,
    pub(super) values: Vec<Fact>,
    pub(super) handlers: Vec<Handler>,
    pub(super) loops: Vec<Loop>,
    /// The block that is being written.
    pub(super) block: BlockId,
    /// Whether nothing leads here; then nothing is written.
    pub(super) dead: bool,
    /// Where errors of new blocks go.
    pub(super) handler: Option<HandlerId>,
    /// How many `context` regions are open.
    pub(super) contexts: u32,
    /// What each local is now: its value, or its cell.
    pub(super) env: Vec<Var>,
    /// Changes of `env` with what was there before.
    journal: Vec<(LocalId, Var)>,
    /// When each local was last seen by a walk over the journal.
    stamps: Vec<u32>,
    stamp: u32,
    /// What the function captures, as values or cells.
    pub(super) captured: Vec<Var>,
    /// What `break`, `continue` and `return` pass on their way out.
    pub(super) regions: Vec<super::exit::Region>,
    /// Where all ways out of the function meet, when something is left to do there.
    pub(super) exit: Option<Join>,
    /// Constants that are written once, in the entry.
    pub(super) null: Option<Var>,
    /// Room for the code of blocks.
    codes: Vec<Vec<Inst>>,
}

/// The instructions that a block of its own has room for at first.
const CODE: usize = 8;

/// The blocks whose room is kept for the next function. What a large one took beyond that is given back, for what is made of
/// the functions needs room as well.
const CODES: usize = 64;

/// What one function after the other is built with.
#[derive(Default)]
pub(super) struct Room {
    env: Vec<Var>,
    journal: Vec<(LocalId, Var)>,
    stamps: Vec<u32>,
    captured: Vec<Var>,
    regions: Vec<super::exit::Region>,
    blocks: Vec<Block>,
    values: Vec<Fact>,
    loops: Vec<Loop>,
    codes: Vec<Vec<Inst>>,
}

impl Room {
    /// Takes the room of a function that nobody needs any more.
    pub(super) fn reuse(&mut self, function: Function) {
        let Function { mut blocks, mut values, mut loops, .. } = function;
        let left = CODES.saturating_sub(self.codes.len());
        self.codes.extend(blocks.drain(..).take(left).map(|mut block| {
            block.code.clear();
            block.code
        }));
        values.clear();
        loops.clear();
        (self.blocks, self.values, self.loops) = (blocks, values, loops);
    }
}

/// A state of the environment to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

/// A place where ways meet, which becomes a block when it is entered.
pub(super) struct Join {
    base: Mark,
    edges: SmallVec<[Edge; 2]>,
}

impl Join {
    /// The state in which the ways to it begin.
    pub(super) fn base(&self) -> Mark {
        self.base
    }
}

struct Edge {
    from: BlockId,
    changes: SmallVec<[(LocalId, Var); 4]>,
    args: SmallVec<[Var; 2]>,
}

/// The first block of a loop, before its last way back is known.
pub(super) struct Head {
    pub(super) block: BlockId,
    locals: Vec<LocalId>,
    /// The parameters that the form itself carries from turn to turn.
    pub(super) carried: SmallVec<[Var; 2]>,
}

impl Block {
    /// A block in which nothing happens yet.
    pub(super) fn empty(handler: Option<HandlerId>) -> Self {
        Self {
            parameters: SmallVec::new(),
            gone: SmallVec::new(),
            code: Vec::new(),
            end: End::Fail(Code::R009, None),
            span: Span::default(),
            end_span: Span::default(),
            handler,
            cost: 0,
        }
    }
}

impl<'a> Builder<'a> {
    /// A function of which nothing is written yet.
    pub(super) fn new(
        program: &'a hir::Program,
        survey: &'a Survey,
        notes: &'a Notes,
        id: FunctionId,
        room: &mut Room,
    ) -> Self {
        let function = &program.functions[id.0 as usize];
        let locals = function.locals.len();
        let Room { mut env, journal, mut stamps, captured, regions, blocks, values, loops, codes } =
            std::mem::take(room);
        env.clear();
        env.resize(locals, NONE);
        stamps.clear();
        stamps.resize(locals, 0);
        let mut builder = Builder {
            program,
            survey,
            notes,
            function,
            id,
            blocks,
            values,
            handlers: Vec::new(),
            loops,
            block: BlockId(0),
            dead: false,
            handler: None,
            contexts: 0,
            env,
            journal,
            stamps,
            stamp: 0,
            captured,
            regions,
            exit: None,
            null: None,
            codes,
        };
        builder.journal.clear();
        builder.captured.clear();
        builder.regions.clear();
        builder.block = builder.create();
        builder
    }

    /// Leaves the room to the next function.
    pub(super) fn leave_room(&mut self, room: &mut Room) {
        *room = Room {
            env: std::mem::take(&mut self.env),
            journal: std::mem::take(&mut self.journal),
            stamps: std::mem::take(&mut self.stamps),
            captured: std::mem::take(&mut self.captured),
            regions: std::mem::take(&mut self.regions),
            codes: std::mem::take(&mut self.codes),
            ..Room::default()
        };
    }

    // ---- values and instructions

    /// A new value.
    pub(super) fn define(&mut self, exact: bool, name: Option<Name>) -> Var {
        self.values.push(Fact { kind: Plain::Any, exact, name });
        Var(self.values.len() as u32 - 1)
    }

    /// A new parameter of a block.
    pub(super) fn parameter(&mut self, block: BlockId, name: Option<Name>) -> Var {
        let var = self.define(false, name);
        self.blocks[block.0 as usize].parameters.push(var);
        var
    }

    /// Writes an instruction with one result.
    pub(super) fn emit(&mut self, op: Op, args: Args, span: Span) -> Var {
        if self.dead {
            return Var(0);
        }
        let exact = super::facts::exact(&op, args.iter().all(|arg| self.values[arg.0 as usize].exact));
        let result = self.define(exact, None);
        self.append(Inst { result: Some(result), second: None, op, args, moves: 0, span });
        result
    }

    /// Writes an instruction for what it does.
    pub(super) fn act(&mut self, op: Op, args: Args, span: Span) {
        self.append(Inst { result: None, second: None, op, args, moves: 0, span });
    }

    /// Writes an instruction with two results.
    pub(super) fn emit_two(&mut self, op: Op, args: Args, span: Span) -> (Var, Var) {
        if self.dead {
            return (Var(0), Var(0));
        }
        let result = self.define(false, None);
        let second = self.define(false, None);
        self.append(Inst { result: Some(result), second: Some(second), op, args, moves: 0, span });
        (result, second)
    }

    fn append(&mut self, inst: Inst) {
        if !self.dead {
            self.blocks[self.block.0 as usize].code.push(inst);
        }
    }

    /// Writes a literal.
    pub(super) fn constant(&mut self, constant: Constant, span: Span) -> Var {
        self.emit(Op::Const(constant), smallvec![], span)
    }

    /// A number that the lowering needs.
    pub(super) fn number(&mut self, number: f64, span: Span) -> Var {
        self.constant(Constant::Number(number), span)
    }

    /// `null`, written once.
    pub(super) fn null(&mut self) -> Var {
        if let Some(null) = self.null {
            return null;
        }
        let null = self.define(true, None);
        let span = Span::at(self.function.span.start);
        let inst =
            Inst { result: Some(null), second: None, op: Op::Const(Constant::Null), args: smallvec![], moves: 0, span };
        self.blocks[0].code.insert(0, inst);
        self.null = Some(null);
        null
    }

    /// Whether a value is known to be exact.
    pub(super) fn exact(&self, var: Var) -> bool {
        self.dead || self.values[var.0 as usize].exact
    }

    /// `value` under what decided; the deciders that are exact say nothing.
    pub(super) fn under(&mut self, value: Var, deciders: &[Var], span: Span) -> Var {
        let mut args: Args = smallvec![value];
        args.extend(deciders.iter().copied().filter(|&decider| decider != value && !self.exact(decider)));
        if args.len() == 1 { value } else { self.emit(Op::Under, args, span) }
    }

    // ---- blocks

    /// A new block without anything in it.
    pub(super) fn create(&mut self) -> BlockId {
        let code = self.codes.pop().unwrap_or_else(|| Vec::with_capacity(CODE));
        self.blocks.push(Block { code, ..Block::empty(self.handler) });
        BlockId(self.blocks.len() as u32 - 1)
    }

    /// Ends the block that is being written; nothing leads behind it.
    pub(super) fn end(&mut self, end: End, span: Span) {
        if !self.dead {
            let block = &mut self.blocks[self.block.0 as usize];
            block.end = end;
            block.end_span = span;
            self.dead = true;
        }
    }

    /// Goes on writing in this block; nowhere, if nothing leads to it.
    pub(super) fn resume(&mut self, block: BlockId) {
        self.block = block;
        self.dead = block == NOWHERE;
    }

    /// Ends the block by the truth of a value; the two ways are new blocks.
    pub(super) fn part(&mut self, condition: Var, span: Span) -> (BlockId, BlockId) {
        if self.dead {
            return (NOWHERE, NOWHERE);
        }
        let (then, otherwise) = (self.create(), self.create());
        self.end(End::Branch { condition, then: target(then), otherwise: target(otherwise) }, span);
        (then, otherwise)
    }

    /// Goes on in a new block, because errors go elsewhere from here.
    pub(super) fn split(&mut self, span: Span) {
        if !self.dead {
            let block = self.create();
            self.end(End::Jump(target(block)), span);
            self.resume(block);
        }
    }

    // ---- the environment

    /// The state of the environment now.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.journal.len())
    }

    /// Makes a local another value.
    pub(super) fn set(&mut self, local: LocalId, var: Var) {
        let place = &mut self.env[local.0 as usize];
        if *place != var {
            self.journal.push((local, *place));
            *place = var;
        }
    }

    /// Goes back to a state of the environment.
    pub(super) fn rewind(&mut self, mark: Mark) {
        while self.journal.len() > mark.0 {
            if let Some((local, before)) = self.journal.pop() {
                self.env[local.0 as usize] = before;
            }
        }
    }

    /// Goes back to the state in which the ways to a join begin.
    pub(super) fn back(&mut self, join: &Join) {
        self.rewind(join.base);
    }

    fn changes(&mut self, mark: Mark) -> SmallVec<[(LocalId, Var); 4]> {
        self.stamp += 1;
        let mut changes = SmallVec::new();
        for &(local, _) in &self.journal[mark.0..] {
            let stamp = &mut self.stamps[local.0 as usize];
            if *stamp != self.stamp {
                *stamp = self.stamp;
                changes.push((local, self.env[local.0 as usize]));
            }
        }
        changes
    }

    // ---- where ways meet

    /// A place where ways meet that all begin in the state of now.
    pub(super) fn join(&self) -> Join {
        self.join_at(self.mark())
    }

    /// A place where ways meet that all begin in a state.
    pub(super) fn join_at(&self, base: Mark) -> Join {
        Join { base, edges: SmallVec::new() }
    }

    /// Ends the block by going to where ways meet, with arguments beside the variables.
    pub(super) fn go(&mut self, join: &mut Join, args: &[Var], span: Span) {
        if self.dead {
            return;
        }
        let changes = self.changes(join.base);
        join.edges.push(Edge { from: self.block, changes, args: SmallVec::from_slice(args) });
        self.end(End::Jump(target(NOWHERE)), span);
    }

    /// Goes on where ways meet. Gives what the arguments became.
    pub(super) fn enter(&mut self, join: Join) -> SmallVec<[Var; 2]> {
        self.rewind(join.base);
        self.dead = true;
        let mut edges = join.edges;
        if edges.len() == 1
            && let Some(edge) = edges.pop()
        {
            for (local, var) in edge.changes {
                self.set(local, var);
            }
            self.resume(edge.from);
            if self.blocks[edge.from.0 as usize].handler != self.handler {
                let span = self.blocks[edge.from.0 as usize].end_span;
                self.split(span);
            }
            return edge.args;
        }
        let Some(first) = edges.first() else { return SmallVec::new() };
        let block = self.create();
        self.resume(block);
        // The variables that differ, in the order in which the ways changed them.
        let mut differing: SmallVec<[LocalId; 8]> = SmallVec::new();
        self.stamp += 1;
        for &(local, _) in edges.iter().flat_map(|edge| &edge.changes) {
            let stamp = &mut self.stamps[local.0 as usize];
            if *stamp != self.stamp {
                *stamp = self.stamp;
                differing.push(local);
            }
        }
        let count = first.args.len();
        let mut rows: SmallVec<[Args; 2]> = edges.iter().map(|edge| SmallVec::from_slice(&edge.args)).collect();
        if !differing.is_empty() {
            self.meet(block, &edges, &differing, &mut rows);
        }
        // Arguments that are the same on all ways need no parameter; the others come first.
        let mut given = SmallVec::new();
        let mut kept = 0;
        let mut at = 0;
        while at < count {
            let same = rows[0][kept];
            if rows.iter().all(|row| row[kept] == same) {
                rows.iter_mut().for_each(|row| {
                    row.remove(kept);
                });
                given.push(same);
            } else {
                let var = self.define(false, None);
                self.blocks[block.0 as usize].parameters.insert(kept, var);
                given.push(var);
                kept += 1;
            }
            at += 1;
        }
        for (edge, args) in edges.iter().zip(rows) {
            self.blocks[edge.from.0 as usize].end = End::Jump(Target { block, args, moves: 0 });
        }
        given
    }

    /// Gives the block a parameter for each variable that differs.
    fn meet(&mut self, block: BlockId, edges: &[Edge], differing: &[LocalId], rows: &mut [Args]) {
        // Row by row: what each variable is on each way.
        let places: std::collections::HashMap<LocalId, usize> = if differing.len() > 8 {
            differing.iter().enumerate().map(|(at, &local)| (local, at)).collect()
        } else {
            Default::default()
        };
        let place = |local: LocalId| {
            if differing.len() > 8 {
                places.get(&local).copied()
            } else {
                differing.iter().position(|&other| other == local)
            }
        };
        let before = |local: &LocalId| self.env[local.0 as usize];
        let mut table: SmallVec<[Var; 8]> = edges.iter().flat_map(|_| differing.iter().map(before)).collect();
        for (edge, row) in edges.iter().zip(table.chunks_exact_mut(differing.len())) {
            for &(local, var) in &edge.changes {
                if let Some(at) = place(local) {
                    row[at] = var;
                }
            }
        }
        for (at, &local) in differing.iter().enumerate() {
            let ways = || table[at..].iter().step_by(differing.len()).copied();
            let first = table[at];
            if ways().any(|var| var == NONE) {
                // It came into being on some ways only, so nobody reads it behind them.
                self.set(local, NONE);
            } else if ways().all(|var| var == first) {
                self.set(local, first);
            } else {
                let name = self.function.locals[local.0 as usize].name;
                let var = self.parameter(block, name);
                rows.iter_mut().zip(ways()).for_each(|(row, value)| row.push(value));
                self.set(local, var);
            }
        }
    }

    // ---- loops

    /// Begins a loop: a block that is entered again and again, with what is carried from turn to turn and the variables that
    /// its turns assign.
    pub(super) fn head(&mut self, locals: &[LocalId], carried: &[Var], span: Span) -> Head {
        let mut args: Args = SmallVec::from_slice(carried);
        let block = self.create();
        let mut kept = Vec::new();
        let mut parameters = SmallVec::new();
        if !self.dead {
            for _ in carried {
                parameters.push(self.parameter(block, None));
            }
            for &local in locals {
                let before = self.env[local.0 as usize];
                if before != NONE {
                    args.push(before);
                    kept.push(local);
                }
            }
            self.end(End::Jump(Target { block, args, moves: 0 }), span);
            for &local in &kept {
                let name = self.function.locals[local.0 as usize].name;
                let var = self.parameter(block, name);
                self.set(local, var);
            }
            self.resume(block);
        } else {
            parameters.extend(carried.iter().copied());
        }
        Head { block, locals: kept, carried: parameters }
    }

    /// Ends the block by going back to the beginning of a loop.
    pub(super) fn again(&mut self, head: &Head, carried: &[Var], span: Span) {
        if !self.dead {
            let mut args: Args = SmallVec::from_slice(carried);
            args.extend(head.locals.iter().map(|local| self.env[local.0 as usize]));
            self.end(End::Jump(Target { block: head.block, args, moves: 0 }), span);
        }
    }
}

/// A target without arguments.
pub(super) fn target(block: BlockId) -> Target {
    Target { block, args: SmallVec::new(), moves: 0 }
}
