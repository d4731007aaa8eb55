//! The walk: which values can stand where.
//!
//! A function is interpreted anew for each place that calls it, with what is known there, until nothing changes any more.
//! Every step is counted; when the work is used up the program is too complex (CF900), never accepted.

use super::amount::{Amount, Cost};
use super::chart::Chart;
use super::control::Wiring;
use super::deciding::Gathered;
use super::domain::{Agent, CellId, Closure, Fact, Hidden, Id, Known, Mark, Null, Raw, SURE, Told};
use super::escape::{Doubts, Escapes, thrown_again};
use super::few::Sides;
use super::finding::Findings;
use super::graph::{Definition, Graph, Row, Waiting};
use super::meter::Circling;
use super::recall::Calls;
use super::setting::Setting;
use super::spread::SpreadOut;
use super::state::State;
use super::truth::MOST_FRESH;
use super::widen::PATIENCE;
use super::witness::{Record, Witness};
use super::written::Written;
use crate::builtin::{self, Law};
use crate::hir::{Binary, FunctionId};
use crate::ir::{BlockId, End, Function, Inst, Op, Program, Target, Var};
use crate::source::{Location, Span};
use foldhash::{HashMap, HashMapExt};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Steps before a program is too complex.
const MOST_WORK: u64 = 1_000_000;

/// What may be spent on putting together what is known.
const MOST_EFFORT: u64 = 6_000_000;

/// The walk over a program.
pub(super) struct Flow<'a> {
    /// What is walked.
    pub program: &'a Program,
    /// What the operator and the agents file say.
    pub setting: &'a Setting,
    /// Where the text says what the code does.
    pub written: Written<'a>,
    /// What was found.
    pub findings: Findings,
    graphs: Vec<Option<Rc<Graph>>>,
    /// The calls that are being walked, and what is remembered of those that were.
    pub calls: Calls,
    /// Calls that lead from a function back to itself.
    pub cycles: BTreeMap<FunctionId, super::recursion::Cycle>,
    /// All calls, for functions that call each other.
    pub edges: super::recursion::Edges,
    /// What a call takes of functions that call themselves.
    pub circling: BTreeMap<FunctionId, Circling>,
    /// The fields of parameters that are followed from call to call.
    pub fields: super::recursion::Fields,
    /// The call that is being walked, and whether its callee is only known at run time.
    pub site: (Location, bool),
    /// Whether a value changed in the block that is being walked.
    pub changed: bool,
    /// What the stretch being walked takes so far.
    pub taken: Cost,
    /// Whether something was found that takes more steps than a run may.
    pub lengthy: bool,
    /// Whether a loop was found that nothing ends.
    pub endless: bool,
    /// How often the loops of walked functions turn, by activation and head.
    pub turned: HashMap<(u32, usize), super::turns::Turning>,
    /// Doubtful conditions around the calls being walked, the outermost first.
    pub conditions: Vec<(Known, Location)>,
    /// Whether something asked for these conditions since somebody last looked.
    pub asked_why: bool,
    /// Tests around the calls being walked whose thresholds the input chose.
    pub chosen: Vec<Location>,
    /// What the pattern being walked asks of answers: agent, method, least confidence.
    pub requires: Vec<(String, String, f64)>,
    /// The forms around what is walked that may run it again or drop it.
    pub repeats: Vec<(&'static str, Location)>,
    /// What was known where somebody watches.
    pub watched: BTreeMap<u32, Known>,
    /// What was read out of lists at fixed places.
    pub read_at: HashMap<Id, BTreeSet<Id>>,
    /// Where answers were given, and which value the agent was that gave them.
    pub given_at: HashMap<Id, (Location, Id)>,
    /// What agents are told that is in doubt, by the place where they are asked.
    pub doubtful: HashMap<Location, super::answer::Doubtful>,
    /// Agents that may have judged their own answers, and where.
    pub unsettled: BTreeMap<Agent, Location>,
    /// Which of the agents at hand the pattern being walked takes.
    pub seats: Option<super::seat::Seats>,
    /// How deep the functions go that answer for agents, whoever asks.
    pub rehearsed: super::amount::Amount,
    /// The parameters that are lists of agents.
    pub rosters: BTreeSet<Id>,
    /// Who stands behind the names of agents in the certificate.
    pub labels: HashMap<Rc<str>, super::domain::AgentShape>,
    /// How large the values are that sums are made of.
    pub ranges: HashMap<super::line::Atom, super::line::Range>,
    /// What the lengths of the input's values are called.
    pub sizes: HashMap<Id, Rc<str>>,
    /// What is told of the value that the instruction being walked gives.
    pub pending: Vec<super::line::Line>,
    /// The arguments of the call that is about to be walked, where a list is spread out of which nobody knows how many there are,
    /// or not surely.
    pub spread_out: Option<SpreadOut>,
    /// Whether an error that leaves what is walked is caught somewhere.
    pub guarded: bool,
    /// Whether a condition decides that what is walked runs.
    pub perhaps: bool,
    /// What may be called in what the program throws.
    pub thrown: Hidden,
    /// What events are sent and handled.
    pub events: super::event::Events,
    /// How many calls stand around the task that is being walked, where it is one.
    pub around_task: Option<usize>,
    /// Whether the instruction that is being walked changes a variable of another task.
    pub changes_foreign: bool,
    /// Whether what is walked has arguments that nobody knows: only what is certain counts.
    pub lenient: bool,
    /// What the walk settles on, and what it was told.
    pub record: Record,
    /// What the stretch being walked does besides coming to its end.
    pub escapes: Escapes,
    /// What decides over what in functions of which some blocks end early.
    pub wirings: HashMap<(FunctionId, Vec<usize>), Rc<Wiring>>,
    /// The work done so far.
    pub work: u64,
}

/// One function being walked at one place.
pub(super) struct Activation<'a> {
    /// Its number, the same whenever the same place calls.
    pub frame: u32,
    /// Whether it was walked before, so that its values may be known elsewhere.
    pub again: bool,
    /// The activations around it, in order, the host's among them.
    pub outer: Vec<u32>,
    /// Which function it is.
    pub function: FunctionId,
    /// Its code.
    pub code: &'a Function,
    /// What is known of the code's shape.
    pub graph: Rc<Graph>,
    /// The block that is being walked.
    pub block: usize,
    pub values: Vec<Option<Known>>,
    pub entries: Vec<Option<State>>,
    /// The conditions that blocks end with and that are in doubt or tested against a chosen threshold, and how many there are.
    pub decided: Vec<Gathered>,
    pub doubtful: usize,
    /// The conditions of circles and of what decides about them, of the first circles.
    pub gathered: RefCell<Vec<Gathered>>,
    /// The conditions on which what blocks call throws.
    pub thrown: BTreeMap<usize, Doubts>,
    /// The same of the block that is being walked, so far.
    pub met: Doubts,
    /// The conditions on which an error leaves the function, if one does.
    pub escape: Option<Doubts>,
    /// What decides which error comes to a handler, by its block and the one that fails.
    pub errors: BTreeMap<(usize, usize), Doubts>,
    /// What decides over what, and the blocks that are found to throw since.
    pub wiring: Rc<Wiring>,
    pub early: BTreeSet<usize>,
    /// Whether values that a block may read have changed since it was walked.
    pub stale: Vec<bool>,
    pub visits: Vec<u32>,
    /// How each way back to a loop's head was taken last.
    pub ways_back: BTreeMap<(usize, usize), WayBack>,
    /// What the calls of each block of a loop put into memory.
    pub called: BTreeMap<usize, BTreeSet<CellId>>,
    /// The lists below whose length the index of a write lies, by the value that the write gives; nobody's where the list that
    /// is written is long enough in any case.
    pub inside: BTreeMap<Var, Vec<Id>>,
    /// What each block takes.
    pub costs: Vec<Cost>,
    /// Whether what a block does never comes to its end.
    pub stopped: Vec<bool>,
    result: Option<Known>,
    exit: Option<State>,
}

/// A way back to a loop's head: what was known, and what the head's parameters become.
#[derive(Clone, Debug)]
pub(super) struct WayBack {
    /// What was known at its end.
    pub state: State,
    /// The numbers, as sums.
    pub lines: Vec<Option<super::line::Line>>,
    /// The lengths, no more than one of these.
    pub longest: Vec<Vec<super::line::Line>>,
}

impl WayBack {
    /// What one of a head's parameters becomes, or its length: one of these.
    pub fn becomes(&self, parameters: &[Id], atom: super::line::Atom) -> Option<Vec<super::line::Line>> {
        let i = parameters.iter().position(|id| *id == atom.id)?;
        Some(if atom.length { self.longest[i].clone() } else { self.lines[i].into_iter().collect() })
    }
}

impl<'a> Activation<'a> {
    /// The instruction that gives a value.
    pub fn instruction(&self, var: Var) -> Option<&'a Inst> {
        match self.graph.definitions[var.0 as usize] {
            Definition::Instruction(block, index) => Some(&self.code.blocks[block].code[index]),
            _ => None,
        }
    }

    /// The same of one by its name, if that is one of this activation.
    pub fn instruction_of(&self, id: Id) -> Option<&'a Inst> {
        let own = id.0 == self.frame && (id.1 as usize) < self.graph.definitions.len();
        own.then(|| self.instruction(Var(id.1))).flatten()
    }

    /// A place in its file.
    pub fn at(&self, span: Span) -> Location {
        Location::new(self.code.file, span)
    }

    /// Puts what is known of a value in its place.
    pub fn hold(&mut self, var: Var, known: Known) {
        self.values[var.0 as usize] = Some(known);
    }

    /// Whether a block is ever reached.
    pub fn entered(&self, block: usize) -> bool {
        self.entries[block].is_some()
    }

    /// What is known of a value wherever it is read.
    pub fn held(&self, var: Var) -> Option<&Known> {
        self.values[var.0 as usize].as_ref()
    }

    /// What is known of a value here.
    pub fn value(&self, var: Var, state: &State) -> Known {
        self.seen(var, state).into_owned()
    }

    /// The same where it is only looked at.
    pub fn seen(&self, var: Var, state: &State) -> Cow<'_, Known> {
        let held = self.values[var.0 as usize].as_ref();
        held.map_or_else(|| Cow::Owned(Known::anything()), |known| state.refined(known))
    }

    /// What a value, or all that it was computed from, has been tested against by now: a test of `p` speaks of `p > 8` as
    /// well, also when that was asked before.
    pub fn tested(&self, var: Var, state: &State, depth: u32) -> Raw {
        let known = Known::seen_whole(self.seen(var, state));
        if known.claim.is_full() && known.earned() == SURE {
            return SURE;
        }
        if depth == 0 {
            return known.tested;
        }
        let least = |of: &[Var]| of.iter().map(|&var| self.tested(var, state, depth - 1)).min().unwrap_or(0);
        let parts = match self.graph.definitions[var.0 as usize] {
            Definition::Instruction(block, index) => {
                let inst = &self.code.blocks[block].code[index];
                if takes_the_minimum(&inst.op) { least(&inst.args) } else { 0 }
            }
            Definition::Parameter(block, index) => {
                let given = least(&self.graph.arguments(self.code, block, index));
                if given == 0 { 0 } else { given.min(self.tested_ways(block, state, depth - 1)) }
            }
            Definition::Nowhere => 0,
        };
        known.tested.max(parts)
    }
}

/// Whether an operation's result is as sure as the least sure of its arguments.
fn takes_the_minimum(op: &Op) -> bool {
    match op {
        Op::Unary(_) | Op::Under | Op::Text | Op::Index { .. } | Op::Field(_) | Op::Truth | Op::Instance(_) => true,
        Op::Binary(binary) => *binary != Binary::State,
        Op::CallBuiltin { builtin, .. } => {
            builtin.entry().law == Law::Minimum && builtin.entry().calls == builtin::Calls::None
        }
        _ => false,
    }
}

impl<'a> Flow<'a> {
    /// Nothing walked yet.
    pub fn new(program: &'a Program, setting: &'a Setting) -> Self {
        super::amount::forget_names();
        super::effort::begin();
        let embedded = program.declarations.modules.iter().filter(|module| module.embedded).map(|module| module.file);
        Self {
            program,
            setting,
            written: Written::of(&program.declarations),
            findings: Findings::beside(embedded.collect()),
            graphs: vec![None; program.functions.len()],
            calls: Calls::new(program.functions.len()),
            cycles: BTreeMap::new(),
            edges: BTreeMap::new(),
            circling: BTreeMap::new(),
            fields: BTreeMap::new(),
            site: (Location::default(), false),
            changed: false,
            taken: Cost::default(),
            lengthy: false,
            endless: false,
            turned: HashMap::new(),
            conditions: Vec::new(),
            asked_why: false,
            chosen: Vec::new(),
            requires: Vec::new(),
            repeats: Vec::new(),
            watched: BTreeMap::new(),
            read_at: HashMap::new(),
            given_at: HashMap::new(),
            doubtful: HashMap::new(),
            unsettled: BTreeMap::new(),
            seats: None,
            rehearsed: super::amount::Amount::default(),
            rosters: BTreeSet::new(),
            labels: HashMap::new(),
            ranges: HashMap::new(),
            sizes: HashMap::new(),
            pending: Vec::new(),
            spread_out: None,
            guarded: false,
            perhaps: false,
            thrown: Hidden::default(),
            events: super::event::Events::default(),
            around_task: None,
            changes_foreign: false,
            lenient: false,
            record: Record::default(),
            escapes: Escapes::default(),
            wirings: HashMap::new(),
            work: 0,
        }
    }

    /// The code of a function.
    pub fn code(&self, function: FunctionId) -> &'a Function {
        &self.program.functions[function.0 as usize]
    }

    /// The shape of its code.
    pub fn graph(&mut self, function: FunctionId) -> Rc<Graph> {
        let index = function.0 as usize;
        let code = &self.program.functions[index];
        self.graphs[index].get_or_insert_with(|| Rc::new(Graph::of(code))).clone()
    }

    /// Begins with what another walk settled on.
    pub fn tell(&mut self, witness: Option<&Witness>) {
        self.record = Record::of(witness);
        if let Some(witness) = witness {
            self.calls.number(&witness.frames);
        }
    }

    /// The instructions that were interpreted.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Whether the work is used up.
    pub fn exhausted(&self) -> bool {
        self.work > MOST_WORK || super::effort::spent() > MOST_EFFORT
    }

    /// Walks the code of a function once, until nothing changes any more.
    pub fn walk(&mut self, frame: u32, closure: &Closure, arguments: &[Known], state: &mut State) -> Option<Known> {
        let function = closure.function;
        let code = self.code(function);
        let graph = self.graph(function);
        let blocks = code.blocks.len();
        let mut outer: Vec<u32> = self.calls.active.iter().copied().filter(|other| *other != frame).collect();
        outer.extend([u32::MAX - 5, u32::MAX - 4, u32::MAX - 1]);
        outer.sort_unstable();
        let again = !self.calls.entered.insert(frame);
        let mut act = Activation {
            frame,
            again,
            outer,
            function,
            code,
            graph: graph.clone(),
            block: 0,
            values: vec![None; code.values.len()],
            entries: vec![None; blocks],
            decided: vec![None; blocks],
            doubtful: 0,
            gathered: RefCell::default(),
            thrown: BTreeMap::new(),
            met: Vec::new(),
            escape: None,
            errors: BTreeMap::new(),
            wiring: graph.wiring.clone(),
            early: BTreeSet::new(),
            stale: vec![false; blocks],
            visits: vec![0; blocks],
            ways_back: BTreeMap::new(),
            called: BTreeMap::new(),
            inside: BTreeMap::new(),
            costs: vec![Cost::default(); blocks],
            stopped: vec![false; blocks],
            result: None,
            exit: None,
        };
        let parameters = &code.blocks[0].parameters;
        let arity = code.arity as usize + usize::from(code.rest);
        for (i, &parameter) in parameters.iter().enumerate() {
            let mut known = if i < arity {
                arguments.get(i).cloned().unwrap_or_else(Known::null)
            } else {
                closure.captures.get(i - arity).cloned().unwrap_or_else(Known::anything)
            };
            if known.id == Id::NONE {
                known.id = Id(frame, parameter.0);
            }
            let outer = known.measures.iter().filter(|(id, _)| id.0 != frame).map(|(id, smaller)| (*id, *smaller));
            known.measures = outer.chain([(Id(frame, parameter.0), false)]).collect();
            self.follow_fields(function, frame, i, &mut known);
            act.values[parameter.0 as usize] = Some(known);
        }
        act.entries[0] = Some(state.clone());
        let mut waiting = Waiting::new(blocks);
        waiting.put(0);
        loop {
            let Some(position) = waiting.take() else {
                let again = self.rewired(&mut act, function);
                if again.is_empty() {
                    break;
                }
                again.into_iter().for_each(|block| waiting.put(graph.position[block]));
                continue;
            };
            let block = graph.order[position];
            let reached = self.block(&mut act, block);
            reached.into_iter().map(|b| graph.position[b]).filter(|&p| p != usize::MAX).for_each(|p| waiting.put(p));
            if self.exhausted() {
                break;
            }
        }
        for natural in &graph.loops {
            if let Some(entry) = &act.entries[natural.head] {
                let parameters = code.blocks[natural.head].parameters.iter();
                let values = parameters.map(|var| act.values[var.0 as usize].clone()).collect();
                self.record.keep_head(frame, natural.head, entry.clone(), values);
            }
        }
        self.loops(&act);
        let total = self.total(&act);
        self.too_long_in_all(&act, function, &total.steps);
        if !total.backs.is_nothing() {
            let back: Vec<bool> = act.costs.iter().map(|cost| !cost.backs.is_nothing()).collect();
            let beside = graph.beside(&back);
            let going = self.total_within(&mut act, |block| beside[block]);
            let ending = self.total_within(&mut act, |block| !back[block]);
            self.circling.insert(function, Circling { going, ending });
        }
        self.taken.add(&total);
        if let Some(exit) = act.exit {
            *state = exit;
            self.leave(frame, act.result.as_ref(), state);
        }
        if let Some(doubts) = act.escape {
            self.escapes.throw(doubts);
        }
        act.result
    }

    /// Walks a block and says which blocks must be walked again.
    fn block(&mut self, act: &mut Activation<'a>, block: usize) -> Row {
        let code = act.code;
        let mut state = act.entries[block].clone().expect("a block is walked after it was entered");
        act.visits[block] += 1;
        act.block = block;
        self.changed = std::mem::take(&mut act.stale[block]);
        let outer = std::mem::take(&mut self.taken);
        let again = self.inside(act, block, &mut state);
        if let (0, true) = (block, code.rest)
            && let Some(rest) = &act.values[code.blocks[0].parameters[code.arity as usize].0 as usize]
        {
            // The list of all arguments that follow is made as the call begins.
            self.copied(rest);
        }
        act.costs[block] = std::mem::replace(&mut self.taken, outer);
        act.costs[block].steps.add(&Amount::exactly(f64::from(code.blocks[block].cost)));
        again
    }

    fn inside(&mut self, act: &mut Activation<'a>, block: usize, state: &mut State) -> Row {
        let handler = act.code.blocks[block].handler;
        let mut again = Row::new();
        if let Some(handler) = handler {
            self.guard(act, handler, Vec::new(), state, &mut again);
        }
        let outer = std::mem::take(&mut self.escapes);
        act.met.clear();
        let goes_on = self.steps(act, block, state);
        let mut escapes = std::mem::replace(&mut self.escapes, outer);
        self.changed |= act.throws(block);
        if let Some(handler) = handler {
            let mut meanwhile = state.clone();
            escapes.meanwhile(&mut meanwhile);
            self.guard(act, handler, Vec::new(), &meanwhile, &mut again);
        }
        escapes.forget(act.frame);
        self.escapes.take_in(escapes);
        act.stopped[block] = goes_on == Some(false);
        if goes_on == Some(true) {
            self.end(act, block, state, &mut again);
        }
        again
    }

    /// Walks the instructions of a block: whether what follows them is reached; nothing if the work is used up.
    fn steps(&mut self, act: &mut Activation<'a>, block: usize, state: &mut State) -> Option<bool> {
        for inst in &act.code.blocks[block].code {
            self.work += 1;
            let goes_on = self.step_noted(act, block, inst, state);
            if let Some(doubts) = self.escapes.thrown.take() {
                self.thrown_by_call(act, doubts, state);
            }
            if !goes_on {
                return Some(false);
            }
            if self.exhausted() {
                return None;
            }
        }
        Some(true)
    }

    /// A block is reached with what is known; whether that is more than before.
    pub fn enter(&mut self, act: &mut Activation<'a>, block: usize, state: &State, again: &mut Row) -> bool {
        let patience = if act.graph.loop_of[block].is_some() { 0 } else { PATIENCE };
        let joined = match &act.entries[block] {
            // What came the one way before is what comes now, and no longer that.
            Some(_) if act.graph.single[block] => state.clone(),
            Some(old) if act.visits[block] > patience => old.join(state).widened_from(old, act.visits[block]),
            Some(old) => old.join(state),
            None => state.clone(),
        };
        let changed = act.entries[block].as_ref() != Some(&joined);
        if changed {
            act.entries[block] = Some(joined);
            if !again.contains(&block) {
                again.push(block);
            }
        }
        changed
    }

    /// Puts what an instruction gives into its place.
    pub fn give(&mut self, act: &mut Activation<'a>, var: Option<Var>, mut known: Known, state: &mut State) {
        let Some(var) = var else { return };
        let id = Id(act.frame, var.0);
        known.be_modest(id);
        self.this_one(&mut known, (act.frame, var.0), 0, state);
        let new = known.id == Id::NONE || known.id == id;
        if new {
            known.id = id;
            if act.again || act.values[var.0 as usize].is_some() {
                self.another(id, state);
            }
        }
        let slot = &mut act.values[var.0 as usize];
        if slot.as_ref() != Some(&known) {
            self.changed = true;
            *slot = Some(known);
        }
    }

    /// One instruction; false if what follows it is never reached.
    pub fn step(&mut self, act: &mut Activation<'a>, inst: &Inst, state: &mut State) -> bool {
        let args: SmallVec<[Known; 2]> = inst.args.iter().map(|&var| act.value(var, state)).collect();
        self.charge(inst, &args);
        let depth = self.conditions.len();
        if self.is_guarded(act)
            && let Some(doubts) = self.fails_by(act, inst, &args, state)
        {
            // What it does itself it does unless it fails.
            self.conditions.extend(doubts.iter().cloned());
            self.escapes.throw(doubts);
        }
        self.try_out(act, inst, &args);
        self.calls_obscure(act, inst, &args);
        let given = self.transfer(act, inst, &args, state);
        self.conditions.truncate(depth);
        let Some((mut result, second)) = given else { return false };
        if std::mem::take(&mut self.changes_foreign) {
            self.changed_by_task(act.at(inst.span));
        }
        // What is made anew is null for reasons of its own.
        if result.told == Told::Way && !matches!(inst.op, Op::Load { .. } | Op::Global { .. } | Op::Slot(_) | Op::Ready)
        {
            result.told = Told::Itself;
        }
        if let Some(second) = second {
            self.give(act, inst.second, second, state);
        }
        self.give(act, inst.result, result, state);
        self.recognise(act, inst, &args, state);
        std::mem::take(&mut self.pending).into_iter().for_each(|line| state.relate(line));
        true
    }

    fn end(&mut self, act: &mut Activation<'a>, block: usize, state: &State, again: &mut Row) {
        let code = act.code;
        let at = act.at(code.blocks[block].end_span);
        match &code.blocks[block].end {
            End::Jump(target) => {
                self.jump(act, block, target, &[], state, again);
            }
            End::Branch { condition, then, otherwise } => {
                let known = act.seen(*condition, state);
                let (mut when, unless) = (known.when(true), known.when(false));
                when.extend(act.shows_length(*condition));
                let (mut yes, mut no) = known.outcomes();
                yes &= !when.contains(&Fact::Never);
                no &= !unless.contains(&Fact::Never);
                // Of what is sure, only a threshold that somebody chose is asked for later; what goes one way decides nothing.
                let chosen = known.has(super::domain::Mark::Chosen);
                let decides = !known.exact && (chosen || known.earned() < SURE) && yes && no;
                let decided = decides.then(|| (known.as_condition(), at));
                let decided = self.asked_next(act, *condition, decided, state);
                act.decides(block, decided);
                if yes {
                    self.jump(act, block, then, &when, state, again);
                }
                if no {
                    self.jump(act, block, otherwise, &unless, state, again);
                }
            }
            End::Route { .. } => self.route(act, block, state, again),
            End::Return(var) => {
                // What decides that it was called decides as well what becomes of what it gives.
                let doubts = self.own_doubts(act, state);
                let mut known = self.decided(&act.value(*var, state), &doubts);
                for from in act.chosen() {
                    known = known.marked(super::domain::Mark::Chosen, from);
                }
                // Which of several ends was reached tells what was tested on the way there.
                let ends = code.blocks.iter().filter(|block| matches!(block.end, End::Return(_)));
                if ends.count() > 1 {
                    let began = act.entries[0].as_ref().map(|entry| &entry.learned);
                    let mut fresh = state.learned.last_beyond(began.unwrap_or(&Chart::default()), MOST_FRESH);
                    fresh.retain(|(id, _)| id.0 != act.frame);
                    known.tests = known.tests_on_the_way(state, &fresh);
                }
                act.result = Some(act.result.take().map_or_else(|| known.clone(), |old| old.join_with_tests(&known)));
                act.exit = Some(act.exit.take().map_or_else(|| state.clone(), |old| old.join(state)));
            }
            End::Throw(_) | End::Fail(..) => {
                let mut which = Vec::new();
                if let End::Throw(thrown) = &code.blocks[block].end {
                    let thrown = act.value(*thrown, state);
                    self.thrown = self.thrown.or(thrown.hides());
                    which.extend(thrown_again(&thrown, at));
                    if let Some(handler) = code.blocks[block].handler {
                        self.guard(act, handler, which.clone(), state, again);
                    }
                }
                code.blocks[block].end.looks(|var| self.told(&act.value(var, state)));
                self.thrown_here(act, which, state);
            }
        }
    }

    pub fn jump(
        &mut self,
        act: &mut Activation<'a>,
        from: usize,
        target: &Target,
        facts: &[Fact],
        state: &State,
        again: &mut Row,
    ) {
        let to = target.block.0 as usize;
        let mut state = state.clone();
        state.learn(facts);
        state.learn(&self.told_of_parts(facts));
        state.learn(&act.told_of_lists(facts));
        if facts.iter().any(|fact| self.contradicts(act, *fact, &state)) {
            return;
        }
        if act.graph.loop_at(BlockId(from as u32)).is_some_and(|natural| !natural.has(to)) {
            state.learn(&self.lengths_behind(act, from, &state));
        }
        let turning = act.graph.loop_at(BlockId(to as u32));
        let head = turning.is_some();
        // What another turn leaves was decided by all that let it happen, the loop's own condition among it.
        let again_from = turning.filter(|_| act.graph.position[from] >= act.graph.position[to]);
        let deciding =
            if target.args.is_empty() { Vec::new() } else { act.doubts_on_way(from, to, again_from, &state) };
        let first = head && act.entries[to].is_none();
        if first {
            self.begin(act, to);
        }
        if head {
            self.back_at_head(act, from, target, &mut state);
        } else if act.graph.turns[to] && !target.args.is_empty() {
            let (lines, longest) = self.sums_given(act, target, &state);
            act.ways_back.insert((to, from), WayBack { state: state.clone(), lines, longest });
        }
        // Whatever way leads here, it passed this block, and what was known there is known here.
        let parting = act.entries[act.graph.dominator[to]].as_ref().map(|entry| &entry.learned);
        let (mut fresh, mut standing) = (Vec::new(), Sides::NONE);
        if !target.args.is_empty() {
            fresh =
                if head { fresh } else { state.learned.last_beyond(parting.unwrap_or(&Chart::default()), MOST_FRESH) };
            standing = self.standing_in(act, &state);
        }
        let mut changed = false;
        let mut arriving = Vec::new();
        for (&parameter, &var) in act.code.blocks[to].parameters.iter().zip(&target.args) {
            let mut known = act.value(var, &state);
            let mut truth = known.truth_earned();
            if !deciding.is_empty() && !act.is_standing_agent(parameter) {
                truth = self.truth_on_the_way(&known, &deciding, &state);
                known = self.decided(&known, &deciding);
            }
            known.measures = known.measures.or(&standing);
            let id = Id(act.frame, parameter.0);
            if head {
                known = Known { id, ..known.detached() };
                self.own_size(&mut known);
            } else {
                known.tests = known.tests_on_the_way(&state, &fresh);
                known = known.with_truth_earned(truth);
                if known.null == Null::Always && !self.written.silent.is_empty() {
                    let arm = self.written.silent_at(act.at(act.code.blocks[from].end_span));
                    known = arm.map_or(known.clone(), |arm| known.marked(Mark::Silent, act.at(arm)));
                }
            }
            if head && self.record.told {
                arriving.push(known.clone());
            }
            let slot = &act.values[parameter.0 as usize];
            let mut joined = match slot {
                Some(old) if act.entries[to].is_some() && !act.graph.single[to] => old.join_with_tests(&known),
                _ => known,
            };
            joined.be_handed(id, slot.as_ref());
            if head {
                joined.id = id;
                let most = joined.most_elements().filter(|_| act.visits[to] <= PATIENCE);
                joined = joined.widened_after(slot.as_ref(), act.visits[to]);
                if let (Some(most), Some(natural)) = (most, act.graph.loop_at(BlockId(to as u32))) {
                    joined.grows_to(|| super::growing::tested_length(act, natural, most));
                }
                self.own_size(&mut joined);
            } else if joined.id == Id::NONE {
                joined.id = id;
            }
            if slot.as_ref() != Some(&joined) {
                changed = true;
                act.values[parameter.0 as usize] = Some(joined);
            }
        }
        if head {
            let own: Vec<Id> = act.code.blocks[to].parameters.iter().map(|p| Id(act.frame, p.0)).collect();
            let relations = std::mem::take(&mut state.relations);
            own.into_iter().for_each(|id| state.forget(id));
            state.relations = relations;
            if self.record.told {
                self.record.arrive(act.frame, to, &state, arriving);
            }
        }
        let more = self.enter(act, to, &state, again);
        if head && self.record.told {
            self.record.grown |= changed || more;
            if first && !again.contains(&to) {
                again.push(to);
            }
        }
        // What changed here may be read wherever this leads to, but for a loop's head, which reads its parameters.
        let onward = self.changed && act.graph.position[to] > act.graph.position[from];
        if changed || onward {
            act.stale[to] = true;
            if !again.contains(&to) {
                again.push(to);
            }
        }
    }
}
