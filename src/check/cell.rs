//! Memory: variables that functions share, variables of modules, and slots that handlers read.
//!
//! A cell is known by the place that makes it. As long as only one of those made there can be got at, what is read from it
//! is one value until somebody writes, and tests tell of it; after that it stands for all of them.

use super::domain::{CellId, Id, Known, Shape};
use super::flow::{Activation, Flow};
use super::graph::Definition;
use super::state::State;
use crate::diagnostic::Code;
use crate::ir::{Home, Inst, Op, Var};
use crate::source::Location;

/// The cell that a value is.
fn cell_of(known: &Known) -> Option<CellId> {
    if let Shape::Cell(cell) = known.shape { Some(cell) } else { None }
}

impl Activation<'_> {
    /// A cell is about to be made at a place. If one that was made there before can still be got at, the place stands for
    /// several from now on.
    pub fn renew(&self, made: Option<Var>, cell: CellId, state: &mut State) {
        if !state.memory.contains_key(&cell) {
            return;
        }
        let holds = |known: &Known| {
            let mut found = false;
            known.cells(&mut |other| found |= other == cell);
            found
        };
        let older = self.entries[0].as_ref().is_none_or(|entry| entry.memory.contains_key(&cell));
        let kept = || state.memory.iter().any(|(other, known)| *other != cell && holds(known));
        let known_here = || self.values_before(made).any(holds);
        if older || kept() || known_here() {
            state.memory.multiply(cell);
        } else {
            state.memory.drop(&cell);
        }
    }

    /// The values that may be read where an instruction stands, those of earlier turns aside that nothing hands on.
    fn values_before(&self, made: Option<Var>) -> impl Iterator<Item = &Known> {
        let own = made.map_or(Definition::Nowhere, |var| self.graph.definitions[var.0 as usize]);
        let before = move |definition: &Definition| match (*definition, own) {
            (Definition::Instruction(block, index), Definition::Instruction(at, here)) if block == at => index < here,
            (Definition::Instruction(block, _) | Definition::Parameter(block, _), _) => {
                self.graph.dominates(block, self.block)
            }
            (Definition::Nowhere, _) => false,
        };
        let all = self.values.iter().zip(&self.graph.definitions);
        all.filter(move |(_, definition)| before(definition)).filter_map(|(known, _)| known.as_ref())
    }
}

impl<'a> Flow<'a> {
    /// What memory holds at a place.
    pub fn peek(&mut self, cell: CellId, state: &State) -> Option<Known> {
        self.calls.touch(cell);
        state.memory.get(&cell).cloned()
    }

    /// Puts a value into memory; the old one is gone, unless the place stands for several.
    pub fn poke(&mut self, cell: CellId, known: Known, state: &mut State) {
        self.calls.touch(cell);
        self.escapes.hold(cell, &known);
        state.write(cell, known, false);
    }

    /// Puts a value into memory, as much in doubt as what let it happen.
    pub fn put(&mut self, act: &Activation<'a>, cell: CellId, value: &Known, state: &mut State) {
        let doubts = self.doubts(act, state);
        let known = self.decided(value, &doubts);
        self.changes_foreign |= self.is_foreign(cell);
        self.poke(cell, known, state);
    }

    /// Whether a variable is certainly that of another task than the one that is walked.
    fn is_foreign(&self, cell: CellId) -> bool {
        let Some(around) = self.around_task else { return false };
        let around = &self.calls.active[..around.min(self.calls.active.len())];
        match cell {
            CellId::Global(_) => true,
            CellId::Cell(made) => around.contains(&made.0),
            CellId::Slot(..) => false,
        }
    }

    /// A task changes a variable that it did not make, which no run lets it do.
    pub fn changed_by_task(&mut self, at: Location) {
        if self.lenient {
            return;
        }
        let message = "a task changes a variable that belongs to the task around it";
        self.findings.report(Code::P050, at, message, |d| {
            d.help("let the task give its part as its result, and put the results together after the fork")
        });
    }

    /// What a cell holds.
    pub fn load(&mut self, cell: &Known, state: &State) -> Known {
        match cell_of(cell) {
            Some(cell) => self.peek(cell, state).unwrap_or_else(Known::null),
            None => Known::anything(),
        }
    }

    /// Puts a value into a cell.
    pub fn store(&mut self, act: &Activation<'a>, cell: &Known, value: &Known, state: &mut State) {
        if let Some(cell) = cell_of(cell) {
            self.put(act, cell, value, state);
        }
    }

    /// What an instruction changes: the value of its home, and the other arguments.
    pub fn home<'b>(
        &mut self,
        act: &Activation<'a>,
        home: Home,
        args: &'b [Known],
        state: &State,
    ) -> (Known, &'b [Known]) {
        let mut held = |cell| self.peek(cell, state).unwrap_or_else(Known::null);
        match home {
            Home::Value => (args[0].clone(), &args[1..]),
            Home::Cell { .. } => (self.load(&args[0], state), &args[1..]),
            Home::Global { global, .. } => (held(CellId::Global(global)), args),
            Home::Slot { slot, .. } => (held(CellId::Slot(act.frame, slot.0)), args),
        }
    }

    /// Puts back what it became.
    pub fn put_back(&mut self, act: &Activation<'a>, home: Home, args: &[Known], changed: &Known, state: &mut State) {
        match home {
            Home::Value => {}
            Home::Cell { .. } => self.store(act, &args[0], changed, state),
            Home::Global { global, .. } => self.put(act, CellId::Global(global), changed, state),
            Home::Slot { slot, .. } => self.put(act, CellId::Slot(act.frame, slot.0), changed, state),
        }
    }

    /// What is read from one place of memory is the same value as long as nobody writes there.
    pub fn recognise(&self, act: &Activation<'a>, inst: &Inst, args: &[Known], state: &mut State) {
        let Some(var) = inst.result else { return };
        let cell = match &inst.op {
            Op::Load { .. } => args.first().and_then(cell_of),
            Op::Global { global, .. } => Some(CellId::Global(*global)),
            Op::Slot(slot) => Some(CellId::Slot(act.frame, slot.0)),
            _ => None,
        };
        let Some(cell) = cell else { return };
        let Some(held) = state.memory.get(&cell).filter(|held| held.id == Id::NONE) else { return };
        if !state.memory.is_several(&cell) {
            let named = Known { id: Id(act.frame, var.0), ..held.clone() };
            state.memory.insert(cell, named);
        }
    }

    /// Forgets the cells of an activation that nobody can get at any more. On a circle of calls they may be those of a call
    /// that has not ended.
    pub fn leave(&self, frame: u32, result: Option<&Known>, state: &mut State) {
        let own = |cell: &CellId| matches!(cell, CellId::Cell(id) if id.0 == frame);
        if self.calls.circling() || !state.memory.iter().any(|(cell, _)| own(cell)) {
            return;
        }
        let others = state.memory.iter().filter(|(cell, _)| !own(cell)).map(|(_, known)| known);
        let reached = state.memory.reached(result.into_iter().chain(others));
        let left: Vec<CellId> = state.memory.iter().map(|(cell, _)| *cell).collect();
        left.iter().filter(|cell| own(cell) && !reached.contains(cell)).for_each(|cell| state.memory.drop(cell));
    }
}
