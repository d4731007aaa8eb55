//! The interpreter, which defines what programs mean.
//!
//! It never awaits, reads no clock and touches nothing outside: it runs all tasks until each is done or waits, and then
//! says what it wants, as one batch. Whoever drives it answers request by request. Everything it holds is plain data.

mod agents;
mod amend;
mod ask;
mod boundary;
mod budget;
mod cells;
mod code;
mod compute;
mod dispatch;
mod emission;
mod emit;
mod failure;
mod fork;
mod judge;
mod machine;
mod method;
mod mock;
mod moves;
mod native;
mod orchestrate;
mod perform;
mod quick;
mod ranges;
mod registers;
mod start;
mod state;
mod task;

pub use code::{Compiled, Function};
pub use emit::{Emitter, emit, may_be_too_large};
pub use failure::Failure;
pub use start::{Entry, spread};
pub use state::State;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use agents::Agents;
use budget::{Budget, Deadline};
use cells::Cells;
use machine::Stop;
use native::Native;
use task::{Frame, Input, TASK, Task, TaskId};

use crate::diagnostic::Code;
use crate::hir::{self, FunctionId, GlobalId};
use crate::host::{Batch, Directory, Id, Path, Reply};
use crate::source::Location;
use crate::value::{Fault, Limits, Meter, Value, nest, weigh};

/// The cell that is none: a variable that holds it has no value yet.
const EMPTY: u32 = u32::MAX;
/// The steps after which a driver gets to look at the clock.
const SLICE: u64 = 1_000_000;
/// The bytes of waiting output after which a driver gets to show it.
const SHOW: usize = 256;
/// The steps that are left to tidy up with when a limit ends a run.
const GRACE: u64 = 100_000;
/// The bytes that are left for it.
const SPARE: u64 = 1 << 20;

/// A run.
#[derive(Debug)]
pub struct Vm {
    program: Arc<Compiled>,
    meter: Meter,
    /// Below so many steps left the machine pauses.
    pause_at: u64,
    /// Below so many bytes left the machine weighs what it holds.
    sweep_at: u64,
    /// How many bytes the driver holds of what the program said.
    outside: u64,
    /// Whether it has ended, and only tidies up.
    ending: bool,
    fatal: Option<Failure>,
    tasks: Vec<Option<Box<Task>>>,
    ready: VecDeque<TaskId>,
    /// What was cancelled and has to tidy up before anything else goes on.
    tidying: VecDeque<TaskId>,
    waiting: HashMap<Id, TaskId>,
    batch: Batch,
    cells: Cells,
    globals: Vec<Value>,
    agents: Agents,
    mocks: usize,
    budgets: Vec<Budget>,
    /// The calls so far within the outermost one of functions whose calls are counted, where several tasks make them.
    counts: Vec<u64>,
    deadlines: HashMap<Id, Deadline>,
    input: Value,
    identities: u64,
    owners: u32,
    /// The forks of the first task, and of what ran after it.
    forks: u32,
    output: u64,
    watched: Vec<(u32, Value)>,
    outcome: Option<Result<Value, Failure>>,
}

/// What a machine comes to when it stops.
#[derive(Debug)]
pub enum Outcome {
    /// The result.
    Done(Value),
    /// It failed.
    Failed(Failure),
    /// It wants this. When nothing of it needs a reply and nothing is under way, it only paused and can go on.
    Waiting,
}

impl Vm {
    /// A run of a program, at its beginning.
    pub fn new(program: Arc<Compiled>, limits: Limits, directory: Arc<Directory>, input: Value) -> Self {
        let globals = vec![Value::cell(EMPTY); program.declarations.globals.len()];
        let calls = limits.calls;
        let mut vm = Self {
            meter: Meter::new(limits),
            pause_at: 0,
            sweep_at: 0,
            outside: 0,
            ending: false,
            fatal: None,
            tasks: Vec::new(),
            ready: VecDeque::new(),
            tidying: VecDeque::new(),
            waiting: HashMap::new(),
            batch: Batch::default(),
            cells: Cells::default(),
            globals,
            agents: Agents::new(directory),
            mocks: 0,
            budgets: vec![Budget::whole(calls)],
            counts: Vec::new(),
            deadlines: HashMap::new(),
            input,
            identities: 1 << 32,
            owners: 0,
            forks: 0,
            output: 0,
            watched: Vec::new(),
            outcome: None,
            program,
        };
        vm.sweep_at = vm.meter.memory_left() / 2;
        vm.pause_at = vm.meter.steps_left().saturating_sub(SLICE);
        vm.meter.watch(vm.pause_at, vm.sweep_at);
        vm
    }

    /// Begins the program: its modules, then the entry.
    pub fn start(&mut self, entry: Entry) {
        self.start_at(entry, 0);
    }

    /// Begins at a later module, when the earlier ones have run in this machine.
    pub fn start_at(&mut self, entry: Entry, module: usize) {
        if let Entry::Function(id, _) = &entry {
            let decorators = &self.program.declarations.functions[id.0 as usize].decorators;
            let calls = decorators.budget.iter().find(|(kind, ..)| *kind == hir::Budget::Calls);
            // Where nobody set the limit, the program's own budget takes its place.
            if let (Some((_, calls, _)), true) = (calls, self.meter.limits.calls == Limits::RUN.calls) {
                self.budgets[0] = Budget::whole(*calls as u64);
            }
        }
        let path = match self.tasks.len() {
            0 => Path::root(),
            // What runs later in this machine has ids behind those of what ran before.
            _ => {
                self.forks += 1;
                Path::root().child(self.forks - 1, 0)
            }
        };
        let id = TaskId(self.tasks.len() as u32);
        self.launch(Task::new(id, path, None, 0, 0, 0), entry, module);
    }

    /// Begins something beside what runs or waits. What it gives is dropped; where it fails, the run fails.
    pub fn start_aside(&mut self, function: FunctionId, arguments: Vec<Value>) {
        let id = TaskId(self.tasks.len() as u32);
        let path = Path::root().child(u32::MAX - id.0, 0);
        let task = Task { aside: true, ..Task::new(id, path, None, 0, 0, 0) };
        let behind = self.program.declarations.modules.len();
        self.launch(task, Entry::Function(function, arguments), behind);
    }

    fn launch(&mut self, mut task: Task, entry: Entry, module: usize) {
        let id = task.id;
        task.begin(Box::new(Native::Start(start::Start::new(entry, module))));
        task.inbox.push_back(Input::Begin);
        self.tasks.push(Some(Box::new(task)));
        self.ready.push_back(id);
    }

    /// Runs until everything is done or waits.
    pub fn run(&mut self) -> Outcome {
        let before = nest(self.meter.limits.nesting);
        let outcome = self.run_tasks();
        nest(before);
        outcome
    }

    fn run_tasks(&mut self) -> Outcome {
        let mut doomed = None;
        while self.outcome.is_none() && self.is_ready() {
            self.tidy();
            if !self.tidying.is_empty() {
                break;
            }
            let Some(id) = self.ready.pop_front() else { break };
            let Some(mut task) = self.tasks[id.0 as usize].take() else { continue };
            match self.run_task(&mut task) {
                Stop::Waiting => self.tasks[id.0 as usize] = Some(task),
                Stop::Paused => {
                    self.tasks[id.0 as usize] = Some(task);
                    self.ready.push_front(id);
                    if let Err(fault) = self.breathe() {
                        self.outcome = Some(Err(self.here(fault)));
                        break;
                    }
                    let pauses = self.meter.steps_left() < self.pause_at;
                    if pauses {
                        self.pause_at = self.meter.steps_left().saturating_sub(SLICE);
                    }
                    self.meter.watch(self.pause_at, self.sweep_at);
                    if pauses {
                        return Outcome::Waiting;
                    }
                }
                Stop::Done(result) => {
                    self.finish(&task, result);
                    // What ends the run in the middle of a task leaves it to tidy up.
                    if !task.frames.is_empty() {
                        self.tasks[id.0 as usize] = Some(task);
                        doomed = Some(id);
                    }
                }
            }
            if self.batch.requests.len() > SHOW && self.batch.requests.iter().all(|r| !r.kind.waits()) {
                break;
            }
        }
        match self.outcome.take() {
            None => {}
            Some(Ok(value)) => return Outcome::Done(value),
            Some(Err(failure)) => self.stop(&failure, doomed),
        }
        // What ended the run is told, and not what went wrong while it tidied up.
        match self.fatal.take_if(|_| self.ending && self.tidying.is_empty()) {
            Some(failure) => Outcome::Failed(failure),
            None => Outcome::Waiting,
        }
    }

    /// What the machine wants since it was last asked, in the order of the ids.
    pub fn take_batch(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        let (mut asked, said): (Vec<_>, Vec<_>) = batch.requests.into_iter().partition(|request| request.kind.waits());
        asked.sort_by(|a, b| a.id.cmp(&b.id));
        asked.extend(said);
        batch.requests = asked;
        batch.timers.sort_by(|a, b| a.id.cmp(&b.id));
        batch
    }

    /// What [`crate::ir::Op::Watch`] showed since it was last asked, in the order in which it ran.
    pub fn take_watched(&mut self) -> Vec<(u32, Value)> {
        std::mem::take(&mut self.watched)
    }

    /// Whether some task could go on right now.
    pub fn is_ready(&self) -> bool {
        match self.tidying.front() {
            Some(id) => self.tasks[id.0 as usize].as_ref().is_none_or(|task| task.waits.is_empty()),
            None => !self.ready.is_empty(),
        }
    }

    /// Lets what has run for long wait for what can go on as well.
    pub fn give_way(&mut self) {
        if let Some(paused) = self.ready.pop_front() {
            self.ready.push_back(paused);
        }
    }

    /// Hands over a reply. One that nobody waits for any more is dropped.
    pub fn resume(&mut self, id: &Id, reply: Reply) {
        if let Some(deadline) = self.deadlines.remove(id) {
            self.end(deadline);
        }
        let Some(task) = self.waiting.remove(id) else { return };
        let Some(waiting) = &mut self.tasks[task.0 as usize] else { return };
        waiting.waits.retain(|wait| wait != id);
        waiting.inbox.push_back(Input::Reply(id.clone(), reply));
        if waiting.grace.is_none() {
            self.ready.push_back(task);
        }
    }

    /// Lets what takes long between two instructions end there as well.
    pub fn end_by(&mut self, deadline: std::time::Instant) {
        self.meter.stop.by(deadline);
    }

    /// Ends the run when somebody sets this.
    pub fn end_when(&mut self, cancelled: Arc<AtomicBool>) {
        self.meter.stop = Arc::new(crate::value::Stop::set_by(cancelled));
    }

    /// Whether somebody did.
    pub fn is_cancelled(&self) -> bool {
        self.meter.stop.is_cancelled()
    }

    /// Whether everything that was begun is done.
    pub fn is_idle(&self) -> bool {
        self.tasks.iter().all(Option::is_none)
    }

    /// Whether it has ended, and only tidies up.
    pub fn is_ending(&self) -> bool {
        self.ending
    }

    /// Ends the run from outside, as when its time is over: what tidies up still runs.
    pub fn interrupt(&mut self, code: Code, message: impl Into<String>) {
        self.outcome = Some(Err(self.here(Fault::new(code, message))));
    }

    /// What goes wrong between two instructions.
    fn here(&self, fault: Fault) -> Failure {
        let mut failure = Failure::from(fault);
        if let Some(at) = self.place() {
            failure.locate(at);
        }
        failure
    }

    /// Counts as its own so many bytes that the driver holds of what the program said.
    pub fn weigh_outside(&mut self, bytes: u64) {
        self.outside = bytes;
    }

    /// Where the task is that would go on next, or the first that waits.
    fn place(&self) -> Option<Location> {
        let next = self.ready.front().and_then(|id| self.tasks[id.0 as usize].as_ref());
        let call = next.or_else(|| self.tasks.iter().rev().flatten().next())?.innermost()?;
        Some(self.program.functions[call.function as usize].location(call.next.saturating_sub(1) as usize))
    }

    /// Whether something runs beside what was asked for.
    pub fn is_aside(&self) -> bool {
        self.tasks.iter().flatten().any(|task| task.aside)
    }

    /// Whether a pattern or the statements of a file are under way.
    pub fn is_within(&self) -> bool {
        let frames = self.tasks.iter().flatten().flat_map(|task| &task.frames);
        let is_whole = |frame: &Frame| match frame {
            Frame::Code(call) => {
                let kind = self.program.declarations.functions[call.function as usize].kind;
                matches!(kind, hir::Kind::Pattern | hir::Kind::Module)
            }
            Frame::Native => false,
        };
        frames.into_iter().any(is_whole)
    }

    /// The value of a module's variable, once it has one.
    pub fn global_value(&self, global: GlobalId) -> Option<&Value> {
        self.globals.get(global.0 as usize).filter(|value| !perform::is_empty(value))
    }

    /// Where work on values of this run is charged.
    pub fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// Refuses an input that is not of a type (`R012`).
    pub fn hold_input(&mut self, kind: &crate::types::Type) -> Result<(), Fault> {
        let input = self.input.clone();
        // As reading it, this takes nothing of what the run may take.
        let outside = self.meter.beside(Limits::RUN);
        let own = std::mem::replace(&mut self.meter, outside);
        let held = boundary::check(self, &input, kind, &boundary::Whose::Variable("input".to_owned()));
        self.meter = own;
        held
    }

    /// What an agent is called, by its number.
    pub fn called(&self, agent: u32) -> &str {
        &self.agents.get(agent).name
    }

    /// The value of an agent that the host bound.
    pub fn agent(&self, name: &str) -> Option<Value> {
        self.agents.find(name).map(|id| self.agents.value(id))
    }

    fn finish(&mut self, task: &Task, result: Result<Value, Failure>) {
        match task.parent {
            None if task.aside && result.is_ok() => {}
            None => {
                self.outcome = Some(result);
                if task.path == Path::root() {
                    self.forks = task.forks;
                }
            }
            Some((parent, place)) => {
                if let Err(failure) = &result
                    && !failure.can_be_caught()
                {
                    self.outcome = Some(result);
                    return;
                }
                if let Some(waiting) = &mut self.tasks[parent.0 as usize] {
                    waiting.inbox.push_back(Input::Task(place, result));
                    self.ready.push_front(parent);
                }
            }
        }
    }

    /// Ends all tasks: first the one that ended the run, the others as leaving a fork ends those in it.
    fn stop(&mut self, failure: &Failure, doomed: Option<TaskId>) {
        self.grace(failure);
        self.ending = true;
        // What a task that is done was still waiting for.
        let tasks = &self.tasks;
        self.waiting.retain(|_, task| tasks[task.0 as usize].is_some());
        self.batch.timers.retain(|timer| self.waiting.contains_key(&timer.id));
        self.batch.requests.retain(|request| !request.kind.waits() || self.waiting.contains_key(&request.id));
        let all = (0..self.tasks.len()).map(|index| TaskId(index as u32));
        doomed.into_iter().chain(all).for_each(|id| self.cancel(id));
        self.ready.clear();
    }

    /// Something to tidy up with, once, when the run is over in any case.
    fn grace(&mut self, failure: &Failure) {
        if self.fatal.is_none() {
            self.fatal = Some(failure.clone());
            self.meter.set_steps_left(GRACE);
            let spare = self.meter.memory_left().max(SPARE);
            self.meter.settle(self.meter.limits.memory.saturating_sub(spare));
            self.pause_at = 0;
            self.sweep_at = 0;
            self.meter.watch(0, 0);
        }
    }

    /// Weighs what is held when memory runs short, and frees variables that nobody can reach.
    fn breathe(&mut self) -> Result<(), Fault> {
        if self.meter.memory_left() >= self.sweep_at {
            return Ok(());
        }
        let mut cells = std::mem::take(&mut self.cells);
        cells.sweep(self.roots());
        let used = weigh(self.roots().chain(cells.values())) + cells.bytes() + self.agents.bytes() + self.outside;
        self.cells = cells;
        let registers: u64 = self.tasks.iter().flatten().map(|task| 16 * task.registers.capacity() as u64 + TASK).sum();
        self.meter.settle(used + registers);
        self.meter.steps(used / 64)?;
        self.sweep_at = self.meter.memory_left() / 2;
        Ok(())
    }

    fn roots(&self) -> impl Iterator<Item = &Value> {
        let tasks = self.tasks.iter().flatten().flat_map(|task| {
            let natives = task.natives.iter().flat_map(|native| native.values());
            let inbox = task.inbox.iter().filter_map(|input| match input {
                Input::Value(value) | Input::Task(_, Ok(value)) => Some(value),
                _ => None,
            });
            task.registers.iter().chain(natives).chain(inbox).chain(task.caught.iter().map(|(value, _)| value))
        });
        self.globals.iter().chain([&self.input]).chain(self.agents.values()).chain(tasks)
    }

    fn global(&mut self, global: u32) -> Result<Value, Fault> {
        let value = &self.globals[global as usize];
        if perform::is_empty(value) {
            return Err(perform::early(Some(self.global_name(global))));
        }
        Ok(value.clone())
    }

    fn set_global(&mut self, global: u32, value: Value, owner: u32) -> Result<(), Fault> {
        if owner != 0 {
            return Err(cells::foreign(Some(self.global_name(global))));
        }
        self.globals[global as usize] = value;
        Ok(())
    }

    fn take_global(&mut self, global: u32, owner: u32) -> Result<Value, Fault> {
        if owner != 0 {
            return Err(cells::foreign(Some(self.global_name(global))));
        }
        Ok(std::mem::replace(&mut self.globals[global as usize], Value::NULL))
    }

    fn global_name(&self, global: u32) -> &str {
        let declarations = &self.program.declarations;
        declarations.names.text(declarations.globals[global as usize].name)
    }

    fn bind(&mut self, name: &Arc<str>, value: &Value) -> Result<(), Fault> {
        match value.as_agent() {
            Some(agent) => {
                self.agents.bind(name, agent.id);
                Ok(())
            }
            None => Err(Fault::new(Code::R005, format!("`agents.{name}` takes an agent such as `mock(…)`"))),
        }
    }

    fn thrown(&mut self, value: Value) -> Failure {
        let message = crate::value::display::brief(&value, &mut self.meter);
        Failure::thrown(value, message)
    }
}
