//! A driver for machines whose world is in memory: it answers at once, and its time is virtual.

use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::{Compiled, bind};
use crate::diagnostic::Code;
use crate::hir::{self, FunctionId};
use crate::host::{Directory, Id, Kind, Memory, Reply, Request, Timer};
use crate::value::{EVENT, Fault, Lanes, Limits, Value, shaped, weigh_data};
use crate::vm::{Entry, Failure, Outcome, Vm};

/// What is shown while a program runs: printed text, events, decisions.
pub trait Show {
    /// Shows a request that needs no reply.
    fn show(&mut self, request: &Request);

    /// Nothing more is shown for now: what was kept back has to appear.
    fn pause(&mut self) {}

    /// Takes note of what goes between the machine and the world, in its order.
    fn note(&mut self, _: Note<'_>) {}
}

/// Something that goes between the machine and the world.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Note<'a> {
    /// The machine wants this.
    Request(&'a Request),
    /// It wants to be told when some time has gone by.
    Timer(&'a Timer),
    /// It wants this no longer.
    Cancelled(&'a Id),
    /// The world says this.
    Reply {
        /// What it answers.
        id: &'a Id,
        /// The answer.
        reply: &'a Reply,
    },
}

impl<F: FnMut(&Request)> Show for F {
    fn show(&mut self, request: &Request) {
        self(request)
    }
}

/// A run about to begin.
#[derive(Debug)]
pub struct Drive {
    vm: Vm,
    world: Memory,
    limits: Limits,
    began: Instant,
    /// Whether computing takes time.
    live: bool,
    /// The functions, for their handlers.
    declarations: Arc<hir::Program>,
    /// When events are handed over while something else runs.
    along: Along,
    /// How often each handler ran.
    ran: Vec<f64>,
    /// What the program emitted and nobody handled yet, by its moment and the order in which it was said. The bits of what
    /// is not negative stand in the order of the numbers.
    events: BTreeMap<(u64, u64), Event>,
    emitted: u64,
    /// What the events weigh together.
    weight: u64,
    /// The handlers of the event that was taken last that did not run yet, with its moment and what they are given.
    handlers: VecDeque<(f64, FunctionId, Vec<Value>)>,
    /// How a handler failed when the result was there.
    late_failure: Option<Failure>,
}

/// An event on its way to the handlers of the program.
#[derive(Debug)]
struct Event {
    at: f64,
    name: String,
    data: Json,
}

impl Event {
    /// How many bytes it takes, as the machine counts them.
    fn weight(&self) -> u64 {
        EVENT + self.name.len() as u64 + weigh_data(&self.data)
    }
}

/// When the events of a program reach its handlers, which run one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Along {
    /// Once what was asked for is done. Of a test, which asks for several things, also while it waits itself; never within a
    /// pattern or the statements of a file, which find their variables as they left them.
    Between,
    /// Whenever it waits.
    AtOnce,
}

/// How a run ended.
pub type End = Result<Value, Failure>;

impl Drive {
    /// A run of a compiled program.
    pub fn new(program: &Compiled, limits: Limits, directory: Arc<Directory>, input: Value) -> Self {
        let world = Memory::new(directory.clone(), 0);
        let vm = Vm::new(program.0.clone(), limits.clone(), directory, input);
        let declarations = program.0.declarations.clone();
        let handlers = declarations.modules.iter().map(|module| module.handlers.len()).sum();
        Self {
            vm,
            world,
            limits,
            began: Instant::now(),
            live: false,
            declarations,
            along: Along::Between,
            ran: vec![0.0; handlers],
            events: BTreeMap::new(),
            emitted: 0,
            weight: 0,
            handlers: VecDeque::new(),
            late_failure: None,
        }
    }

    /// The same, ended by whoever sets this (`R095`).
    pub fn ended_by(mut self, cancelled: Arc<AtomicBool>) -> Self {
        self.vm.end_when(cancelled);
        self
    }

    /// The same with events that are handled whenever the program waits, and not only once it is done.
    pub fn handling_at_once(mut self) -> Self {
        self.along = Along::AtOnce;
        self
    }

    /// The same at a moment, in milliseconds since 1970, with randomness that begins with a seed. Computing takes the time
    /// that it takes, so a limit of time ends it; waiting, which is for nobody but this world, takes none.
    pub fn live(mut self, now: f64, seed: u64) -> Self {
        self.world.begin(now, seed);
        (self.live, self.began) = (true, Instant::now());
        self
    }

    /// Lets the world's clock go on by what was computed.
    fn follow(&mut self) {
        if self.live {
            self.world.computed(self.began.elapsed().as_secs_f64() * 1_000.0);
        }
    }

    /// Lets a moment come, in milliseconds since the beginning.
    fn wait(&mut self, until: f64) {
        self.follow();
        self.world.pass(until);
    }

    /// Hands over what has happened while the machine was busy, and lets its other tasks go on as well.
    fn catch_up(&mut self, show: &mut dyn Show) {
        if !self.live {
            return;
        }
        self.follow();
        let now = self.world.elapsed();
        while self.world.next_time().is_some_and(|at| at <= now) {
            self.happen(show);
        }
        self.vm.give_way();
    }

    /// Hands over what happens next, if anything does.
    fn happen(&mut self, show: &mut dyn Show) -> bool {
        let Some((id, reply)) = self.world.next_event() else { return false };
        show.note(Note::Reply { id: &id, reply: &reply });
        self.vm.resume(&id, reply);
        true
    }

    /// Runs an entry: a pattern with its parameters bound, or the statements of a file. What it emits reaches the program's
    /// own handlers once it is done; where one fails, the result stays, and [`Drive::late_failure`] says how.
    pub fn run(
        &mut self,
        program: &Compiled,
        entry: FunctionId,
        input: &Value,
        directory: &Directory,
        show: &mut dyn Show,
    ) -> End {
        self.begin(program, entry, input, directory)?;
        self.finish(show)
    }

    /// How a handler failed after the result was there.
    pub fn late_failure(&mut self) -> Option<Failure> {
        self.late_failure.take()
    }

    /// The handlers of an event that may still run, with what they are given.
    fn handled_by(&mut self, event: &Event) -> Result<Vec<(FunctionId, Vec<Value>)>, Fault> {
        let declarations = self.declarations.clone();
        let handlers = declarations.modules.iter().flat_map(|module| &module.handlers);
        let mut all = Vec::new();
        for (handler, ran) in handlers.zip(&mut self.ran).filter(|(handler, _)| *handler.event == *event.name) {
            let most = match &handler.max {
                None => f64::INFINITY,
                Some(max) => {
                    let max = bind::constant(max).and_then(|max| max.as_f64());
                    max.filter(|max| *max >= 0.0 && max.fract() == 0.0).ok_or_else(|| {
                        Fault::new(Code::R021, "`max` of a handler is a whole number from 0 that is written out")
                    })?
                }
            };
            if *ran >= most {
                continue;
            }
            *ran += 1.0;
            let data = shaped::read(&event.data, Lanes::EXACT, self.vm.meter())?;
            let takes = declarations.functions[handler.function.0 as usize].parameters.len();
            all.push((handler.function, [data].into_iter().take(takes).collect()));
        }
        Ok(all)
    }

    /// Begins the next handler, if one may run now and the moment of its event comes before the next one of the world. Whether
    /// there was one.
    fn hand_over(&mut self, over: bool, next: Option<f64>) -> Result<bool, Fault> {
        let due = |at: f64| match self.along {
            Along::AtOnce => true,
            Along::Between => (over || !self.vm.is_within()) && next.is_none_or(|next| at < next),
        };
        let at = self.handlers.front().map(|(at, ..)| *at).or(self.events.first_key_value().map(|(_, event)| event.at));
        let Some(at) = at.filter(|at| !self.vm.is_aside() && due(*at)) else { return Ok(false) };
        if self.handlers.is_empty()
            && let Some((_, event)) = self.events.pop_first()
        {
            self.weight -= event.weight();
            let handled = self.handled_by(&event)?;
            self.handlers.extend(handled.into_iter().map(|(function, arguments)| (at, function, arguments)));
        }
        self.wait(at);
        if let Some((_, function, arguments)) = self.handlers.pop_front() {
            self.vm.start_aside(function, arguments);
        }
        Ok(true)
    }

    /// Begins an entry, its parameters bound, without running anything yet.
    pub fn begin(
        &mut self,
        program: &Compiled,
        entry: FunctionId,
        input: &Value,
        directory: &Directory,
    ) -> Result<(), Fault> {
        let declarations = &program.0.declarations;
        let entry = match declarations.functions[entry.0 as usize].kind {
            hir::Kind::Module => {
                let said = declarations.modules.last().map(|module| &module.metadata);
                said.map_or(Ok(()), |said| bind::script(said, directory))?;
                if let Some(kind) = said.and_then(|said| said.input.clone()) {
                    self.vm.hold_input(&kind)?;
                }
                Entry::Program
            }
            _ => {
                let agents = bind::agents(declarations, entry, directory)?;
                let data = bind::arguments(declarations, entry, input)?;
                let mut arguments = Vec::with_capacity(data.len());
                for (agents, data) in agents.into_iter().zip(data) {
                    arguments.push(match (agents, data) {
                        (_, Some(value)) => value,
                        (Some(places), None) => self.bound(declarations, entry, arguments.len(), &places, directory)?,
                        (None, None) => Value::NULL,
                    });
                }
                Entry::Function(entry, arguments)
            }
        };
        self.vm.start(entry);
        Ok(())
    }

    /// Runs the statements of the program.
    pub fn statements(&mut self, show: &mut dyn Show) -> End {
        self.vm.start(Entry::Program);
        self.finish(show)
    }

    /// Runs a test of the program, after its modules. Handlers run while it waits, and after it.
    pub fn test(&mut self, function: FunctionId, show: &mut dyn Show) -> End {
        self.vm.start(Entry::Function(function, Vec::new()));
        let value = self.finish(show)?;
        self.late_failure().map_or(Ok(value), Err)
    }

    /// The machine.
    pub fn machine(&mut self) -> &mut Vm {
        &mut self.vm
    }

    /// The world it runs in.
    pub fn world(&mut self) -> &mut Memory {
        &mut self.world
    }

    /// Runs what was started until it is done, and what handles its events.
    pub fn finish(&mut self, show: &mut dyn Show) -> End {
        let limit = self.limits.time;
        if let Some(deadline) = self.began.checked_add(Duration::from_millis(limit)) {
            self.vm.end_by(deadline);
        }
        let mut done = None;
        let late = || format!("not done within {limit} ms; raise `--timeout`, or do less");
        loop {
            let ends = self.vm.is_ending();
            if !ends && self.vm.is_cancelled() {
                self.vm.interrupt(Code::R095, "the run was stopped from outside");
            } else if !ends && self.began.elapsed() > Duration::from_millis(limit) {
                self.vm.interrupt(Code::R093, late());
            }
            let outcome = self.vm.run();
            self.submit(show);
            match outcome {
                Outcome::Done(value) => done = Some(value),
                Outcome::Failed(failure) => {
                    let value = done.take().ok_or_else(|| failure.clone())?;
                    self.late_failure = Some(failure);
                    return Ok(value);
                }
                Outcome::Waiting => {}
            }
            let over = self.vm.is_idle() && self.events.is_empty() && self.handlers.is_empty();
            if let Some(value) = done.take_if(|_| over) {
                return Ok(value);
            }
            let next = if self.vm.is_ready() { Some(self.world.elapsed()) } else { self.world.next_time() };
            let waits_long = |next| self.limits.counts_virtual && self.world.waited_by(next) > limit as f64;
            if !self.vm.is_ending() && next.is_some_and(waits_long) {
                self.vm.interrupt(Code::R093, late());
                continue;
            }
            if self.vm.is_ready() {
                self.catch_up(show);
                continue;
            }
            if !self.vm.is_ending() && self.hand_over(done.is_some(), next)? {
                continue;
            }
            if let Some(next) = next {
                self.wait(next);
            }
            if !self.happen(show) {
                return Err(Failure::new(Code::R095, "the program waits for something that nobody will answer"));
            }
        }
    }

    /// Hands what the machine wants to the world.
    fn submit(&mut self, show: &mut dyn Show) {
        self.follow();
        let batch = self.vm.take_batch();
        batch.requests.iter().for_each(|request| show.note(Note::Request(request)));
        batch.timers.iter().chain(&batch.deadlines).for_each(|timer| show.note(Note::Timer(timer)));
        batch.cancellations.iter().for_each(|id| show.note(Note::Cancelled(id)));
        for request in self.world.submit(batch) {
            show.show(&request);
            if let Kind::Emit { name, data, delay, condition } = request.kind
                && condition.as_ref().is_none_or(holds)
            {
                let at = self.world.elapsed() + delay.unwrap_or(0.0).max(0.0);
                self.emitted += 1;
                let event = Event { at, name, data };
                self.weight += event.weight();
                self.events.insert((at.to_bits(), self.emitted), event);
            }
        }
        self.vm.weigh_outside(self.weight);
        show.pause();
    }

    /// The agents of a parameter: one, or a list where its type is one.
    fn bound(
        &self,
        declarations: &crate::hir::Program,
        entry: FunctionId,
        parameter: usize,
        places: &[usize],
        directory: &Directory,
    ) -> Result<Value, Fault> {
        let agent = |place: &usize| self.vm.agent(&directory.agents()[*place].name).unwrap_or_default();
        let annotation = &declarations.functions[entry.0 as usize].parameters[parameter].annotation;
        match annotation {
            Some(crate::types::Type::Agents { .. }) => Value::list(places.iter().map(agent).collect()),
            _ => Ok(places.first().map(agent).unwrap_or_default()),
        }
    }
}

/// Whether the condition of an event holds, as `if` would take it.
fn holds(condition: &Json) -> bool {
    match condition {
        Json::Null | Json::Bool(false) => false,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        _ => true,
    }
}
