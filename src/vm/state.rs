//! A paused machine as plain data.
//!
//! What values share stays shared, and variables that functions share stay one variable: contents go to a pool, once each,
//! and a value is its place there. The pool belongs to one store or load, which is why a value can be written only within
//! [`save`] and read only within [`load`].

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use super::Vm;
use super::agents::Bound;
use super::budget::{Budget, Deadline};
use super::cells::Cells;
use super::code::Compiled;
use super::failure::Failure;
use super::task::{Task, TaskId};
use crate::builtin::{Routine, StoredRoutine};
use crate::diagnostic::Code;
use crate::hir::{self, FunctionId, GlobalId};
use crate::host::{Batch, Directory, Id};
use crate::ir::{Home, Slot};
use crate::source::{FileId, Location, Span};
use crate::types::InterfaceId;
use crate::value::encode::{Decoder, Encoder, Pool, Stored};
use crate::value::path::Link;
use crate::value::{Confidence, Error, Evidence, Fault, Lanes, Limits, Value};

/// A paused machine. It can be kept anywhere and resumed in another process, with the same program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pool: Pool,
    machine: Json,
}

/// What of a machine changes while it runs.
#[derive(Serialize, Deserialize)]
struct Machine {
    steps: u64,
    memory: u64,
    pause_at: u64,
    sweep_at: u64,
    ending: bool,
    fatal: Option<Failure>,
    tasks: Vec<Option<Box<Task>>>,
    ready: VecDeque<TaskId>,
    tidying: VecDeque<TaskId>,
    waiting: Vec<(Id, TaskId)>,
    batch: Batch,
    cells: Cells,
    globals: Vec<Value>,
    agents: Vec<Bound>,
    names: Vec<(Arc<str>, u32)>,
    mocks: usize,
    budgets: Vec<Budget>,
    counts: Vec<u64>,
    deadlines: Vec<(Id, Deadline)>,
    input: Value,
    identities: u64,
    owners: u32,
    forks: u32,
    output: u64,
}

thread_local! {
    static ENCODER: RefCell<Option<Encoder>> = const { RefCell::new(None) };
    static DECODER: RefCell<Option<Decoder>> = const { RefCell::new(None) };
}

fn save<T: Serialize>(what: &T) -> Result<(Pool, Json), Fault> {
    ENCODER.with(|encoder| encoder.replace(Some(Encoder::new())));
    let json = serde_json::to_value(what);
    let encoder = ENCODER.with(|encoder| encoder.take()).unwrap_or_default();
    match json {
        Ok(json) => Ok((encoder.finish(), json)),
        Err(error) => Err(Fault::new(Code::R014, format!("this state cannot be kept: {error}"))),
    }
}

fn load<T: DeserializeOwned>(pool: &Pool, json: &Json) -> Result<T, Fault> {
    let decoder = Decoder::new(pool)?;
    DECODER.with(|slot| slot.replace(Some(decoder)));
    let loaded = T::deserialize(json);
    DECODER.with(|slot| slot.take());
    loaded
        .map_err(|error| Fault::new(Code::R012, format!("the stored state is damaged ({error}); start the run again")))
}

impl Vm {
    /// The machine as plain data, when it waits or paused. What [`Vm::take_batch`] gave before is not in it.
    pub fn save(&mut self) -> Result<State, Fault> {
        for task in self.tasks.iter_mut().flatten() {
            task.registers.truncate(task.top);
        }
        let names = self.agents.names().iter().filter_map(|name| Some((name.clone(), self.agents.find(name)?)));
        let names = names.collect();
        let mut waiting: Vec<_> = std::mem::take(&mut self.waiting).into_iter().collect();
        waiting.sort();
        let mut deadlines: Vec<_> = std::mem::take(&mut self.deadlines).into_iter().collect();
        deadlines.sort_by(|(a, _), (b, _)| a.cmp(b));
        let machine = Machine {
            steps: self.meter.steps_left(),
            memory: self.meter.limits.memory - self.meter.memory_left(),
            pause_at: self.pause_at,
            sweep_at: self.sweep_at,
            ending: self.ending,
            fatal: self.fatal.take(),
            tasks: std::mem::take(&mut self.tasks),
            ready: std::mem::take(&mut self.ready),
            tidying: std::mem::take(&mut self.tidying),
            waiting,
            batch: std::mem::take(&mut self.batch),
            cells: std::mem::take(&mut self.cells),
            globals: std::mem::take(&mut self.globals),
            agents: self.agents.take(),
            names,
            mocks: self.mocks,
            budgets: std::mem::take(&mut self.budgets),
            counts: std::mem::take(&mut self.counts),
            deadlines,
            input: std::mem::take(&mut self.input),
            identities: self.identities,
            owners: self.owners,
            forks: self.forks,
            output: self.output,
        };
        let saved = save(&machine);
        self.restore(machine);
        let (pool, machine) = saved?;
        Ok(State { pool, machine })
    }

    /// The machine that was stored, with the program, the limits and the directory it ran with.
    pub fn load(
        program: Arc<Compiled>,
        limits: Limits,
        directory: Arc<Directory>,
        state: &State,
    ) -> Result<Self, Fault> {
        let machine: Machine = load(&state.pool, &state.machine)?;
        let mut vm = Self::new(program, limits, directory, Value::NULL);
        vm.meter.set_steps_left(machine.steps);
        vm.meter.settle(machine.memory);
        vm.restore(machine);
        Ok(vm)
    }

    fn restore(&mut self, machine: Machine) {
        self.pause_at = machine.pause_at;
        self.sweep_at = machine.sweep_at;
        self.meter.watch(self.pause_at, self.sweep_at);
        self.ending = machine.ending;
        self.fatal = machine.fatal;
        self.tasks = machine.tasks;
        self.ready = machine.ready;
        self.tidying = machine.tidying;
        self.waiting = machine.waiting.into_iter().collect::<HashMap<_, _>>();
        self.batch = machine.batch;
        self.cells = machine.cells;
        self.globals = machine.globals;
        self.agents.put(machine.agents, machine.names);
        self.mocks = machine.mocks;
        self.budgets = machine.budgets;
        self.counts = machine.counts;
        self.deadlines = machine.deadlines.into_iter().collect();
        self.input = machine.input;
        self.identities = machine.identities;
        self.owners = machine.owners;
        self.forks = machine.forks;
        self.output = machine.output;
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = ENCODER.with(|encoder| encoder.borrow_mut().as_mut().map(|encoder| encoder.store(self)));
        stored.ok_or_else(|| S::Error::custom("a value is stored with its machine only"))?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        DECODER.with(|decoder| match &*decoder.borrow() {
            Some(decoder) => decoder.load(stored).map_err(|fault| D::Error::custom(&fault.message)),
            None => Err(D::Error::custom("a value is read with its machine only")),
        })
    }
}

impl Serialize for Routine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = ENCODER.with(|encoder| encoder.borrow_mut().as_mut().map(|encoder| self.store(encoder)));
        stored.ok_or_else(|| S::Error::custom("a routine is stored with its machine only"))?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Routine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredRoutine::deserialize(deserializer)?;
        DECODER.with(|decoder| match &*decoder.borrow() {
            Some(decoder) => Routine::load(&stored, decoder).map_err(|fault| D::Error::custom(&fault.message)),
            None => Err(D::Error::custom("a routine is read with its machine only")),
        })
    }
}

/// Writes and reads a type as another one that is plain data already.
macro_rules! plain {
    ($type:ty as $as:ty, |$value:ident| $to:expr, |$stored:ident| $from:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                let stored: $as = $to;
                stored.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $stored = <$as>::deserialize(deserializer)?;
                let value: Option<$type> = $from;
                value.ok_or_else(|| D::Error::custom("what is stored stands for nothing"))
            }
        }
    };
}

plain!(Confidence as u32, |confidence| confidence.bits(), |bits| Confidence::from_bits(bits));
plain!(Evidence as String, |evidence| evidence.name().to_owned(), |name| Evidence::find(&name));
plain!(Lanes as (Confidence, Evidence), |lanes| (lanes.confidence, lanes.evidence), |parts| Some(Lanes::new(
    parts.0, parts.1
)));
plain!(Code as String, |code| code.name().to_owned(), |name| Code::find(&name));
plain!(Error as (Code, Value, Value), |error| (error.code, error.message.clone(), error.data.clone()), |parts| {
    Some(Error { code: parts.0, message: parts.1, data: parts.2 })
});
plain!(FunctionId as u32, |id| id.0, |id| Some(FunctionId(id)));
plain!(InterfaceId as u32, |id| id.0, |id| Some(InterfaceId(id)));
plain!(Link as (Value, bool), |link| (link.key.clone(), link.from_end), |parts| {
    Some(Link { key: parts.0, from_end: parts.1 })
});
plain!(Location as (u32, u32, u32), |at| (at.file.0, at.span.start, at.span.end), |parts| {
    Some(Location::new(FileId(parts.0), Span::new(parts.1, parts.2)))
});
plain!(hir::Budget as u8, |budget| *budget as u8, |index| {
    use hir::Budget::*;
    [Calls, Tokens, Cost, Time, Agents].into_iter().find(|budget| *budget as u8 == index)
});
plain!(
    Home as (u8, u32, bool),
    |home| match home {
        Home::Value => (0, 0, false),
        Home::Cell { early } => (1, 0, *early),
        Home::Global { global, early } => (2, global.0, *early),
        Home::Slot { slot, early } => (3, slot.0, *early),
    },
    |parts| match parts {
        (0, _, _) => Some(Home::Value),
        (1, _, early) => Some(Home::Cell { early }),
        (2, global, early) => Some(Home::Global { global: GlobalId(global), early }),
        (3, slot, early) => Some(Home::Slot { slot: Slot(slot), early }),
        _ => None,
    }
);
