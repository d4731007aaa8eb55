//! The walk: which values can stand where.
//!
//! A function is interpreted anew for each place that calls it, with what is known there, until nothing changes any more.
//! Every step is counted; when the work is used up the program is too complex (CF900), never accepted.

use super::amount::Cost;
use super::domain::{Closure, Fact, Id, Known, Number, Raw, SURE, Shape, Tests, Why, raw};
use super::finding::Findings;
use super::graph::Graph;
use super::setting::Setting;
use super::state::State;
use super::written::Written;
use crate::hir::FunctionId;
use crate::ir::{BlockId, End, Function, HandlerId, Inst, Program, Target, Threshold, Var};
use crate::source::{Location, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Steps before a program is too complex.
const MOST_WORK: u64 = 2_000_000;

/// What walking a function costs besides its instructions: a call inside a call is walked anew for each place, so this is
/// what bounds programs whose calls multiply.
const CALL_WORK: u64 = 300;

/// Visits of a loop's head before what still changes is forgotten.
const PATIENCE: u32 = 4;

/// Calls inside calls before a callee is taken as unknown.
const DEEPEST_CALLS: usize = 40;

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
    frames: HashMap<(u32, u32, FunctionId), u32>,
    /// Functions being walked, the innermost last.
    pub stack: Vec<FunctionId>,
    active: Vec<u32>,
    /// Calls that lead from a function back to itself.
    pub cycles: std::collections::BTreeMap<FunctionId, super::recursion::Cycle>,
    /// The call that is being walked, and whether its callee is only known at run time.
    pub site: (Location, bool),
    recursive: HashMap<FunctionId, Summary>,
    changed: bool,
    /// What the stretch being walked takes so far.
    pub taken: Cost,
    /// How often the loops of walked functions turn, by activation and head.
    pub turned: HashMap<(u32, usize), super::amount::Turns>,
    /// Doubtful conditions around the calls being walked, the outermost first.
    pub conditions: Vec<(Known, Location)>,
    /// What the pattern being walked asks of answers: agent, method, least confidence.
    pub requires: Vec<(String, String, f64)>,
    /// The forms around what is walked that may run it again or drop it.
    pub repeats: Vec<(&'static str, Location)>,
    /// What was known where somebody watches.
    pub watched: BTreeMap<u32, Known>,
    work: u64,
}

/// What a function that calls itself was given and gave so far.
#[derive(Clone, Default)]
struct Summary {
    arguments: Vec<Known>,
    result: Option<Known>,
    called: bool,
}

/// One function being walked at one place.
pub(super) struct Activation<'a> {
    /// Its number, the same whenever the same place calls.
    pub frame: u32,
    /// Its code.
    pub code: &'a Function,
    /// What is known of the code's shape.
    pub graph: Rc<Graph>,
    /// The block that is being walked.
    pub block: usize,
    values: Vec<Option<Known>>,
    entries: Vec<Option<State>>,
    decided: Vec<Option<(Known, Location)>>,
    /// Whether values that a block may read have changed since it was walked.
    stale: Vec<bool>,
    visits: Vec<u32>,
    /// What each block takes.
    pub costs: Vec<Cost>,
    result: Option<Known>,
    exit: Option<State>,
}

impl Activation<'_> {
    /// A place in its file.
    pub fn at(&self, span: Span) -> Location {
        Location::new(self.code.file, span)
    }

    /// Whether a block is ever reached.
    pub fn entered(&self, block: usize) -> bool {
        self.entries[block].is_some()
    }

    /// Whether the block that is being walked can run more than once.
    pub fn repeats(&self) -> bool {
        self.graph.loops.iter().any(|l| l.blocks.contains(&self.block))
    }

    /// What is known of a value here.
    pub fn value(&self, var: Var, state: &State) -> Known {
        self.values[var.0 as usize].as_ref().map_or_else(Known::anything, |known| state.refine(known))
    }
}

impl<'a> Flow<'a> {
    /// Nothing walked yet.
    pub fn new(program: &'a Program, setting: &'a Setting) -> Self {
        Self {
            program,
            setting,
            written: Written::of(&program.declarations),
            findings: Findings::default(),
            graphs: vec![None; program.functions.len()],
            frames: HashMap::new(),
            stack: Vec::new(),
            active: Vec::new(),
            cycles: BTreeMap::new(),
            site: (Location::default(), false),
            recursive: HashMap::new(),
            changed: false,
            taken: Cost::default(),
            turned: HashMap::new(),
            conditions: Vec::new(),
            requires: Vec::new(),
            repeats: Vec::new(),
            watched: BTreeMap::new(),
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

    /// Whether the work is used up.
    pub fn exhausted(&self) -> bool {
        self.work > MOST_WORK
    }

    /// Walks a function with these arguments from a place (a frame and a number there). Gives what it returns, if it ever
    /// does; `state` is then what is known behind the call.
    pub fn run(
        &mut self,
        place: (u32, u32),
        closure: &Closure,
        arguments: &[Known],
        state: &mut State,
    ) -> Option<Known> {
        let function = closure.function;
        if self.exhausted() || self.stack.len() >= DEEPEST_CALLS {
            return Some(Known::anything());
        }
        self.work += CALL_WORK;
        if self.stack.contains(&function) {
            return self.recur(function, arguments);
        }
        let outer = self.recursive.remove(&function);
        self.recursive.insert(function, Summary { arguments: arguments.to_vec(), ..Summary::default() });
        let next = self.frames.len() as u32;
        let frame = *self.frames.entry((place.0, place.1, function)).or_insert(next);
        self.stack.push(function);
        self.active.push(frame);
        let known_cycle = self.cycles.remove(&function);
        let mut round = 0;
        let before = self.taken.clone();
        let changed = self.changed;
        let result = loop {
            let given = self.recursive[&function].arguments.clone();
            self.cycles.remove(&function);
            self.taken = before.clone();
            let mut inside = state.clone();
            let result = self.walk(frame, closure, &given, &mut inside);
            let summary = self.recursive.get_mut(&function).expect("it was put there above");
            round += 1;
            let grown = match (&summary.result, &result) {
                (Some(old), Some(new)) => {
                    let joined = old.join(new);
                    let grown = joined != *old;
                    summary.result = Some(if round > 6 { Known::anything() } else { joined });
                    grown
                }
                (None, Some(new)) => {
                    summary.result = Some(new.clone());
                    true
                }
                _ => false,
            };
            let settled = !summary.called || (!grown && summary.arguments == given) || round > 7;
            if settled || self.exhausted() {
                *state = inside;
                break result;
            }
        };
        self.changed = changed;
        self.stack.pop();
        self.active.pop();
        if let Some(known) = known_cycle {
            self.cycles.entry(function).or_default().merge(known);
        }
        self.recursive.remove(&function);
        if let Some(outer) = outer {
            self.recursive.insert(function, outer);
        }
        result
    }

    fn recur(&mut self, function: FunctionId, arguments: &[Known]) -> Option<Known> {
        let from = self.stack.iter().rposition(|f| *f == function).expect("the function is being walked");
        let parameters: Vec<u32> = self.code(function).blocks[0].parameters.iter().map(|p| p.0).collect();
        let way = self.stack[from..].to_vec();
        let (at, unknown) = self.site;
        self.cycles.entry(function).or_default().call(self.active[from], &parameters, arguments, at, way, unknown);
        let summary = self.recursive.entry(function).or_default();
        summary.called = true;
        for (i, given) in arguments.iter().enumerate() {
            let given = given.detached();
            match summary.arguments.get_mut(i) {
                Some(known) => {
                    let joined = known.join(&given);
                    if joined != *known {
                        *known = joined.widened();
                    }
                }
                None => summary.arguments.push(given),
            }
        }
        summary.result.as_ref().map(Known::detached)
    }

    fn walk(&mut self, frame: u32, closure: &Closure, arguments: &[Known], state: &mut State) -> Option<Known> {
        let function = closure.function;
        let code = self.code(function);
        let graph = self.graph(function);
        let blocks = code.blocks.len();
        let mut act = Activation {
            frame,
            code,
            graph: graph.clone(),
            block: 0,
            values: vec![None; code.values.len()],
            entries: vec![None; blocks],
            decided: vec![None; blocks],
            stale: vec![false; blocks],
            visits: vec![0; blocks],
            costs: vec![Cost::default(); blocks],
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
            known.measures = Rc::new(outer.chain([(Id(frame, parameter.0), false)]).collect());
            act.values[parameter.0 as usize] = Some(known);
        }
        act.entries[0] = Some(state.clone());
        let mut waiting: BTreeSet<usize> = BTreeSet::from([0]);
        while let Some(position) = waiting.pop_first() {
            let block = graph.order[position];
            let reached = self.block(&mut act, block);
            waiting.extend(reached.into_iter().map(|b| graph.position[b]).filter(|&p| p != usize::MAX));
            if self.exhausted() {
                break;
            }
        }
        self.loops(&act);
        let total = self.total(&act);
        self.taken.add(&total);
        if let Some(exit) = act.exit {
            *state = exit;
        }
        act.result
    }

    /// Walks a block and says which blocks must be walked again.
    fn block(&mut self, act: &mut Activation<'a>, block: usize) -> Vec<usize> {
        let code = act.code;
        let mut state = act.entries[block].clone().expect("a block is walked after it was entered");
        act.visits[block] += 1;
        act.block = block;
        self.changed = std::mem::take(&mut act.stale[block]);
        let outer = std::mem::take(&mut self.taken);
        let again = self.inside(act, block, &mut state);
        act.costs[block] = std::mem::replace(&mut self.taken, outer);
        act.costs[block].add(&Cost::steps(code.blocks[block].cost));
        again
    }

    fn inside(&mut self, act: &mut Activation<'a>, block: usize, state: &mut State) -> Vec<usize> {
        let code = act.code;
        let mut again = Vec::new();
        if let Some(handler) = code.blocks[block].handler {
            self.guard(act, handler, state, &mut again);
        }
        for inst in &code.blocks[block].code {
            self.work += 1;
            if !self.step(act, inst, state) {
                return again;
            }
            if self.exhausted() {
                return again;
            }
        }
        if let Some(handler) = code.blocks[block].handler {
            self.guard(act, handler, state, &mut again);
        }
        self.end(act, block, state, &mut again);
        again
    }

    /// What a handler may see: memory as it is now, and an error.
    fn guard(&mut self, act: &mut Activation<'a>, handler: HandlerId, state: &State, again: &mut Vec<usize>) {
        let handler = act.code.handlers[handler.0 as usize].block;
        let parameter = act.code.blocks[handler.0 as usize].parameters.first().copied();
        if let Some(parameter) = parameter {
            let error = Known::error().born(Id(act.frame, parameter.0));
            act.values[parameter.0 as usize] = Some(error);
        }
        self.enter(act, handler.0 as usize, state, again);
    }

    fn enter(&mut self, act: &mut Activation<'a>, block: usize, state: &State, again: &mut Vec<usize>) -> bool {
        let joined = match &act.entries[block] {
            Some(old) if act.visits[block] > PATIENCE => old.join(state).widened_from(old, act.visits[block]),
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
    pub fn give(&mut self, act: &mut Activation<'a>, var: Option<Var>, known: Known, state: &mut State) {
        let Some(var) = var else { return };
        let id = Id(act.frame, var.0);
        let mut known = known;
        if known.id == Id::NONE {
            known.id = id;
            state.forget(id);
        } else if known.id == id {
            state.forget(id);
        }
        let slot = &mut act.values[var.0 as usize];
        if slot.as_ref() != Some(&known) {
            self.changed = true;
            *slot = Some(known);
        }
    }

    /// One instruction; false if what follows it is never reached.
    fn step(&mut self, act: &mut Activation<'a>, inst: &Inst, state: &mut State) -> bool {
        let args: Vec<Known> = inst.args.iter().map(|&var| act.value(var, state)).collect();
        let Some((result, second)) = self.transfer(act, inst, &args, state) else { return false };
        if let Some(second) = second {
            self.give(act, inst.second, second, state);
        }
        self.give(act, inst.result, result, state);
        true
    }

    /// The doubtful conditions that decide whether a block runs, those around its call first.
    pub fn doubts(&self, act: &Activation<'a>, state: &State) -> Vec<(Known, Location)> {
        let own = act.graph.controls[act.block].iter().filter_map(|&branch| act.decided[branch].as_ref());
        self.conditions
            .iter()
            .chain(own)
            .map(|(known, at)| (state.refine(known), *at))
            .filter(|(known, _)| known.earned() < SURE)
            .collect()
    }

    /// A value as it is when doubtful conditions decided that it is this one.
    pub fn decided(&self, known: &Known, doubts: &[(Known, Location)]) -> Known {
        let mut result = known.clone();
        for (condition, at) in doubts {
            let cap = super::domain::Cap { bound: condition.earned(), why: Why::Decided(*at) };
            result.cap = result.cap.min(cap);
            result.integrity = result.integrity.max(condition.integrity.min(super::domain::Integrity::Input));
        }
        result
    }

    fn end(&mut self, act: &mut Activation<'a>, block: usize, state: &State, again: &mut Vec<usize>) {
        let code = act.code;
        let at = act.at(code.blocks[block].end_span);
        match &code.blocks[block].end {
            End::Jump(target) => {
                self.jump(act, block, target, &[], state, again);
            }
            End::Branch { condition, then, otherwise } => {
                let known = act.value(*condition, state);
                act.decided[block] = (!known.exact).then(|| (known.clone(), at));
                let (yes, no) = known.outcomes();
                if yes {
                    let facts = known.when(true);
                    self.jump(act, block, then, &facts, state, again);
                }
                if no {
                    let facts = known.when(false);
                    self.jump(act, block, otherwise, &facts, state, again);
                }
            }
            End::Route { subject, bands, unknown, otherwise, default } => {
                let known = act.value(*subject, state);
                self.route(act, &known, at, *default, state);
                let whole = known.whole();
                // A subject that is a confidence itself is T008; what its branches do then says nothing.
                let wrong = known.as_number().is_some_and(|n| n.assessed.is_some());
                let mut above: Option<Raw> = None;
                for (band, threshold, target) in bands {
                    let from = match threshold {
                        Threshold::Fixed(x) => raw(*x),
                        Threshold::Computed(var) => {
                            let value = act.value(*var, state);
                            self.chosen_threshold(&value, at);
                            value.as_number().map_or(super::domain::NONE, |n| raw(n.low))
                        }
                    };
                    let mut claim = whole.claim;
                    claim.unknown = false;
                    claim = claim.at_least(from);
                    if let Some(above) = above {
                        claim = claim.below(above);
                    }
                    self.findings.arm(at, *band, !claim.empty() || wrong);
                    if !claim.empty() {
                        let mut facts = vec![Fact::AtLeast(known.id, from)];
                        facts.extend(above.map(|a| Fact::Below(known.id, a)));
                        self.jump(act, block, target, &facts, state, again);
                    }
                    above = Some(from);
                }
                if whole.claim.unknown {
                    self.jump(act, block, unknown, &[Fact::Unknown(known.id)], state, again);
                }
                let mut rest = whole.claim;
                rest.unknown = false;
                if let Some(above) = above {
                    rest = rest.below(above);
                }
                self.findings.arm(at, crate::syntax::ast::Band::Low, wrong || whole.claim.unknown || !rest.empty());
                if !rest.empty() {
                    let facts: Vec<Fact> =
                        above.map(|a| Fact::Below(known.id, a)).into_iter().chain([Fact::Known(known.id)]).collect();
                    self.jump(act, block, otherwise, &facts, state, again);
                }
            }
            End::Return(var) => {
                let doubts = self.doubts(act, state);
                let known = self.decided(&act.value(*var, state), &doubts);
                act.result = Some(act.result.take().map_or_else(|| known.clone(), |old| old.join(&known)));
                act.exit = Some(act.exit.take().map_or_else(|| state.clone(), |old| old.join(state)));
            }
            End::Throw(_) | End::Fail(..) => {}
        }
    }

    fn jump(
        &mut self,
        act: &mut Activation<'a>,
        from: usize,
        target: &Target,
        facts: &[Fact],
        state: &State,
        again: &mut Vec<usize>,
    ) {
        let to = target.block.0 as usize;
        let mut state = state.clone();
        state.learn(facts);
        if facts.iter().any(|fact| self.contradicts(act, *fact, &state)) {
            return;
        }
        let head = act.graph.loop_at(BlockId(to as u32)).is_some();
        let deciding: Vec<(Known, Location)> = act.graph.controls[from]
            .iter()
            .chain((facts.is_empty()).then_some(&from).into_iter().filter(|_| false))
            .filter(|branch| !act.graph.controls[to].contains(branch))
            .filter_map(|&branch| act.decided[branch].clone())
            .map(|(known, at)| (state.refine(&known), at))
            .filter(|(known, _)| known.earned() < SURE)
            .collect();
        let mut changed = false;
        for (&parameter, &var) in act.code.blocks[to].parameters.iter().zip(&target.args) {
            let mut known = self.decided(&act.value(var, &state), &deciding);
            known.tests = known.tests_on_the_way(&state);
            if head {
                known = known.detached();
            }
            let id = Id(act.frame, parameter.0);
            let slot = &act.values[parameter.0 as usize];
            let mut joined = match slot {
                Some(old) if act.entries[to].is_some() => old.join_with_tests(&known),
                _ => known,
            };
            if head {
                joined.id = id;
                joined = joined.widened_after(slot.as_ref(), act.visits[to]);
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
            own.into_iter().for_each(|id| state.forget(id));
        }
        self.enter(act, to, &state, again);
        // What changed here may be read wherever this leads to, but for a loop's head, which reads its parameters.
        let onward = self.changed && act.graph.position[to] > act.graph.position[from];
        if changed || onward {
            act.stale[to] = true;
            if !again.contains(&to) {
                again.push(to);
            }
        }
    }

    /// Whether a fact cannot be: the way it belongs to is never taken.
    fn contradicts(&self, act: &Activation<'a>, fact: Fact, state: &State) -> bool {
        let id = fact.about();
        if fact == Fact::Never {
            return true;
        }
        if id.0 != act.frame {
            return false;
        }
        let Some(Some(known)) = act.values.get(id.1 as usize) else { return false };
        if known.id != id {
            return false;
        }
        let refined = state.refine(known);
        match fact {
            Fact::AtLeast(..) | Fact::Below(..) | Fact::Known(_) | Fact::Unknown(_) => refined.whole().claim.empty(),
            Fact::Null(_) => known.null == crate::check::domain::Null::Never,
            Fact::Present(_) => known.null == crate::check::domain::Null::Always,
            _ => false,
        }
    }

    /// A function without captures.
    pub fn plain(&self, function: FunctionId) -> Closure {
        Closure { function, captures: Rc::default() }
    }
}

impl Known {
    /// Whether it can be true, and whether it can be not true.
    pub fn outcomes(&self) -> (bool, bool) {
        match &self.shape {
            _ if self.null == super::domain::Null::Always => (false, true),
            Shape::Bool(b) => (*b, !*b),
            Shape::Number(n) => match n.constant() {
                Some(x) => (x != 0.0, x == 0.0),
                None => (true, true),
            },
            Shape::Text(t) => (!t.is_empty(), t.is_empty()),
            Shape::Functions(_) | Shape::Builtin(_) | Shape::Agent(_) | Shape::List(_) | Shape::Object(_)
                if self.null == super::domain::Null::Never =>
            {
                (true, false)
            }
            _ => (true, true),
        }
    }

    /// What is known when it is true, or when it is not.
    pub fn when(&self, truth: bool) -> Vec<Fact> {
        let mut facts = match &self.tests {
            Some(tests) if truth => tests.yes.clone(),
            Some(tests) => tests.no.clone(),
            None => Vec::new(),
        };
        facts.push(if truth { Fact::True(self.id) } else { Fact::False(self.id) });
        facts
    }

    /// Its tests, with what the way here has told: of a value chosen on one way, that way was taken as well.
    fn tests_on_the_way(&self, state: &State) -> Option<Rc<Tests>> {
        let (mut yes, mut no) = self.outcomes();
        match state.learned.get(&self.id).and_then(|learned| learned.truth) {
            Some(true) => no = false,
            Some(false) => yes = false,
            None => {}
        }
        if yes && no && self.tests.is_none() {
            return None;
        }
        let mut tests = self.tests.as_deref().cloned().unwrap_or_default();
        let mut on_the_way = Vec::new();
        for (&id, learned) in state.learned.iter() {
            if learned.low > 0 {
                on_the_way.push(Fact::AtLeast(id, learned.low));
            }
            if learned.null == Some(false) {
                on_the_way.push(Fact::Present(id));
            }
            if learned.high < SURE {
                on_the_way.push(Fact::Below(id, learned.high + 1));
            }
        }
        tests.yes.extend(on_the_way.iter().copied());
        tests.no.extend(on_the_way);
        if !yes {
            tests.yes = vec![Fact::Never];
        }
        if !no {
            tests.no = vec![Fact::Never];
        }
        Some(Rc::new(tests))
    }

    /// One or the other, where both are truth values: when the joined one is true, it was one that can be true.
    fn join_with_tests(&self, other: &Known) -> Known {
        let mut joined = self.join(other);
        let never = |facts: &[Fact]| facts.contains(&Fact::Never);
        let pick = |mine: Option<&Vec<Fact>>, theirs: Option<&Vec<Fact>>| match (mine, theirs) {
            (Some(mine), theirs) if never(mine) => theirs.cloned().unwrap_or_default(),
            (mine, Some(theirs)) if never(theirs) => mine.cloned().unwrap_or_default(),
            (Some(mine), Some(theirs)) => mine.iter().filter(|fact| theirs.contains(fact)).copied().collect(),
            _ => Vec::new(),
        };
        let (mine, theirs) = (self.tests.as_deref(), other.tests.as_deref());
        let tests = Tests {
            yes: pick(mine.map(|t| &t.yes), theirs.map(|t| &t.yes)),
            no: pick(mine.map(|t| &t.no), theirs.map(|t| &t.no)),
        };
        if tests != Tests::default() {
            joined.tests = Some(Rc::new(tests));
        }
        joined
    }

    /// What an error that was caught is: its code is exact, what it carries may be anything.
    pub fn error() -> Known {
        let exact = Known::constant(Shape::Plain);
        let said =
            Known { integrity: super::domain::Integrity::Agent, null: super::domain::Null::Never, ..Known::anything() };
        let fields = [
            ("kind", exact.clone()),
            ("code", exact),
            ("message", said.clone()),
            ("data", Known { null: super::domain::Null::Maybe, ..said }),
        ];
        let object =
            super::domain::Object { fields: fields.into_iter().map(|(k, v)| (Rc::from(k), v)).collect(), others: None };
        Known::constant(Shape::Object(Rc::new(object)))
    }

    /// Forgetting what may still change: numbers and lengths.
    pub fn widened(&self) -> Known {
        let mut result = self.clone();
        match &mut result.shape {
            Shape::Number(number) if number.constant().is_none() => {
                let number = Rc::make_mut(number);
                number.low = if number.low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
                number.high = f64::INFINITY;
            }
            Shape::List(list) => Rc::make_mut(list).high = None,
            _ => {}
        }
        result
    }

    /// The same against what it was before: only what changed is forgotten.
    fn widened_from(&self, old: Option<&Known>) -> Known {
        let Some(old) = old else { return self.clone() };
        if self == old {
            return self.clone();
        }
        let mut result = self.clone();
        match (&mut result.shape, &old.shape) {
            (Shape::Number(new), Shape::Number(old)) => {
                let number = Rc::make_mut(new);
                if number.low < old.low {
                    number.low = if number.low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
                }
                if number.high > old.high {
                    number.high = f64::INFINITY;
                }
            }
            (Shape::List(new), Shape::List(old)) => {
                let list = Rc::make_mut(new);
                if list.high != old.high {
                    list.high = None;
                }
                if list.low < old.low {
                    list.low = 0;
                }
                *list = list.summed();
                list.element = list.element.as_ref().map(|element| element.widened_from(old.any().as_ref()));
            }
            (Shape::Object(new), Shape::Object(old)) => {
                let object = Rc::make_mut(new);
                for (key, field) in &mut object.fields {
                    *field = field.widened_from(old.fields.get(key));
                }
                object.others = object.others.as_ref().map(|others| others.widened_from(old.others.as_ref()));
            }
            _ => {}
        }
        if result.claim != old.claim {
            let low = super::domain::NONE.min(result.claim.low);
            result.claim = super::domain::Claim { unknown: result.claim.unknown, low, high: SURE };
        }
        result
    }
}

impl State {
    /// Forgetting what still changes from turn to turn; after many turns, everything that does.
    fn widened_from(&self, old: &State, turns: u32) -> State {
        let mut result = self.clone();
        if result.memory != old.memory {
            for (cell, known) in Rc::make_mut(&mut result.memory).iter_mut() {
                *known = known.widened_after(old.memory.get(cell), turns);
            }
        }
        if result.learned != old.learned {
            Rc::make_mut(&mut result.learned).values_mut().for_each(|learned| {
                let nothing = super::state::Learned::default();
                learned.number = nothing.number;
                learned.length = nothing.length;
            });
        }
        result
    }
}

impl Known {
    /// What is left of a value that changes from turn to turn.
    fn widened_after(&self, old: Option<&Known>, turns: u32) -> Known {
        if turns <= PATIENCE || old.is_none_or(|old| old == self) {
            self.clone()
        } else if turns <= 4 * PATIENCE {
            self.widened_from(old)
        } else {
            let marks = self.marks.clone();
            Known { id: self.id, sources: self.sources.clone(), marks, ..Known::anything() }
        }
    }
}

impl Number {
    /// Its interval as counts of turns or elements.
    pub fn counts(&self) -> (u64, Option<u64>) {
        let low = if self.low.is_finite() { self.low.max(0.0).ceil() as u64 } else { 0 };
        (low, self.high.is_finite().then(|| self.high.max(0.0).floor() as u64))
    }
}
