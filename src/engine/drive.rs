//! A driver for machines whose world is in memory: it answers at once, and its time is virtual.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Compiled, bind};
use crate::diagnostic::Code;
use crate::hir::{FunctionId, Kind};
use crate::host::{Directory, Memory, Request};
use crate::value::{Fault, Limits, Value};
use crate::vm::{Entry, Failure, Outcome, Vm};

/// What is shown while a program runs: printed text, events, decisions.
pub trait Show {
    /// Shows a request that needs no reply.
    fn show(&mut self, request: &Request);
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
}

/// How a run ended.
pub type End = Result<Value, Failure>;

impl Drive {
    /// A run of a compiled program.
    pub fn new(program: &Compiled, limits: Limits, directory: Arc<Directory>, input: Value) -> Self {
        let world = Memory::new(directory.clone(), 0);
        Self { vm: Vm::new(program.0.clone(), limits.clone(), directory, input), world, limits }
    }

    /// Runs an entry: a pattern with its parameters bound, or the statements of a file.
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
            Kind::Module => Entry::Program,
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

    /// Runs a test of the program, after its modules.
    pub fn test(&mut self, function: FunctionId, show: &mut dyn Show) -> End {
        self.vm.start(Entry::Function(function, Vec::new()));
        self.finish(show)
    }

    /// The machine.
    pub fn machine(&mut self) -> &mut Vm {
        &mut self.vm
    }

    /// The world it runs in.
    pub fn world(&mut self) -> &mut Memory {
        &mut self.world
    }

    /// Runs what was started until it is done.
    pub fn finish(&mut self, show: &mut dyn Show) -> End {
        let began = Instant::now();
        let limit = self.limits.time;
        loop {
            let outcome = self.vm.run();
            for request in self.world.submit(self.vm.take_batch()) {
                show.show(&request);
            }
            match outcome {
                Outcome::Done(value) => return Ok(value),
                Outcome::Failed(failure) => return Err(failure),
                Outcome::Waiting => {}
            }
            let late = began.elapsed() > Duration::from_millis(limit);
            let next = if self.vm.is_ready() { Some(self.world.elapsed()) } else { self.world.next_time() };
            if late || next.is_some_and(|next| next > limit as f64) {
                let failure =
                    self.vm.interrupt(Code::R093, format!("not done within {limit} ms; raise `--timeout`, or do less"));
                for request in self.world.submit(self.vm.take_batch()) {
                    show.show(&request);
                }
                return Err(failure);
            }
            if self.vm.is_ready() {
                continue;
            }
            match self.world.next_event() {
                Some((id, reply)) => self.vm.resume(&id, reply),
                None => {
                    return Err(Failure::new(Code::R095, "the program waits for something that nobody will answer"));
                }
            }
        }
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
