//! The agents of a run: those that the host binds, and the mocks that a test makes.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

use super::mock::Mock;
use crate::diagnostic::{Code, nearest};
use crate::hir::{Method, Program};
use crate::host::{Agent, Directory, Purpose};
use crate::types::{Effect, InterfaceId};
use crate::value::{self, Confidence, Fault, Key, Value};

/// All agents of a run. A value that is an agent holds its number here.
#[derive(Debug)]
pub(super) struct Agents {
    directory: Arc<Directory>,
    list: Vec<Bound>,
    names: HashMap<Arc<str>, u32>,
    order: Vec<Arc<str>>,
    shown: Option<Value>,
}

/// An agent of a run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bound {
    /// Its name.
    pub(super) name: Arc<str>,
    /// Who answers.
    pub(super) who: Who,
    /// The interfaces it was bound to so far.
    pub(super) interfaces: Vec<InterfaceId>,
    /// What patterns ask of its answers: method and least confidence.
    pub(super) requires: Vec<(Arc<str>, Confidence)>,
}

/// Who answers for an agent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Who {
    /// The host; the place in its directory.
    Host(usize),
    /// A mock, which answers within the machine.
    Mock(Box<Mock>),
}

impl Agents {
    /// Those of a directory.
    pub(super) fn new(directory: Arc<Directory>) -> Self {
        let mut agents = Self {
            list: Vec::new(),
            names: HashMap::new(),
            order: Vec::new(),
            shown: None,
            directory: directory.clone(),
        };
        for (place, agent) in directory.agents().iter().enumerate() {
            let id = agents.add(agent.name.clone(), Who::Host(place));
            agents.bind(&agent.name, id);
        }
        agents
    }

    /// An agent that no name leads to yet.
    pub(super) fn add(&mut self, name: Arc<str>, who: Who) -> u32 {
        self.list.push(Bound { name, who, interfaces: Vec::new(), requires: Vec::new() });
        self.list.len() as u32 - 1
    }

    /// Lets a name lead to an agent.
    pub(super) fn bind(&mut self, name: &Arc<str>, id: u32) {
        if self.names.insert(name.clone(), id).is_none() {
            self.order.push(name.clone());
        }
        self.shown = None;
    }

    /// The agents themselves, to be stored.
    pub(super) fn take(&mut self) -> Vec<Bound> {
        std::mem::take(&mut self.list)
    }

    /// Puts agents back, with the names that lead to them.
    pub(super) fn put(&mut self, list: Vec<Bound>, names: Vec<(Arc<str>, u32)>) {
        self.list = list;
        self.order = names.iter().map(|(name, _)| name.clone()).collect();
        self.names = names.into_iter().collect();
        self.shown = None;
    }

    /// The agent with a number.
    pub(super) fn get(&self, id: u32) -> &Bound {
        &self.list[id as usize]
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, id: u32) -> &mut Bound {
        &mut self.list[id as usize]
    }

    /// The mock that an agent is.
    pub(super) fn mock(&mut self, id: u32) -> Option<&mut Mock> {
        match &mut self.get_mut(id).who {
            Who::Mock(mock) => Some(mock),
            Who::Host(_) => None,
        }
    }

    /// What the host's directory says of an agent.
    pub(super) fn entry(&self, id: u32) -> Option<&Agent> {
        match self.get(id).who {
            Who::Host(place) => self.directory.agents().get(place),
            Who::Mock(_) => None,
        }
    }

    /// The agent that a name leads to.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// The names that lead somewhere, in order.
    pub(super) fn names(&self) -> &[Arc<str>] {
        &self.order
    }

    /// Why a name leads nowhere.
    pub(super) fn unknown(&self, name: &str) -> Fault {
        let hint = match nearest(name, self.order.iter().map(|known| &**known)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "bind it with `--agents`".to_owned(),
        };
        Fault::new(Code::R032, format!("there is no agent `{name}`; {hint}"))
    }

    /// The value that an agent is.
    pub(super) fn value(&self, id: u32) -> Value {
        Value::agent(value::Agent { id, options: Value::NULL })
    }

    /// All bound agents as an object, by name.
    pub(super) fn object(&mut self) -> Result<Value, Fault> {
        if self.shown.is_none() {
            let entries = self.order.iter().map(|name| (Key::new(name), self.value(self.names[name])));
            self.shown = Some(Value::object(entries)?);
        }
        Ok(self.shown.clone().unwrap_or_default())
    }

    /// All bound agents as a list.
    pub(super) fn list(&self) -> Result<Value, Fault> {
        Value::list(self.order.iter().map(|name| self.value(self.names[name])).collect())
    }

    /// Holds what an agent answers to an interface from now on.
    pub(super) fn hold(&mut self, id: u32, interface: Option<InterfaceId>) {
        let bound = self.get_mut(id);
        if let Some(interface) = interface
            && !bound.interfaces.contains(&interface)
        {
            bound.interfaces.push(interface);
        }
    }

    /// What an interface that the agent was bound to says of a method.
    pub(super) fn method<'a>(&self, id: u32, name: &str, program: &'a Program) -> Option<&'a Method> {
        let interfaces = &self.get(id).interfaces;
        interfaces.iter().find_map(|interface| {
            program.interfaces[interface.0 as usize].methods.iter().find(|method| *method.name == *name)
        })
    }

    /// How grave it is to ask an agent this: the graver of what the interfaces that it was bound to and the host's directory
    /// say. How it is reached counts only for what is called as a method.
    pub(super) fn effect(&self, id: u32, name: &str, purpose: Purpose, program: &Program) -> Effect {
        let interfaces = self.get(id).interfaces.iter().map(|interface| &program.interfaces[interface.0 as usize]);
        let methods = interfaces.flat_map(|interface| &interface.methods).filter(|method| *method.name == *name);
        let said = methods.filter_map(|method| method.effect).max();
        let reached = said.is_none() && purpose == Purpose::Method;
        let listed = self.entry(id).and_then(|entry| entry.class(name, reached));
        said.max(listed).unwrap_or(Effect::Ask)
    }

    /// The only method of the interface that the agent was bound to.
    pub(super) fn only_method(&self, id: u32, program: &Program) -> Option<Arc<str>> {
        match &self.get(id).interfaces[..] {
            [interface] => match &program.interfaces[interface.0 as usize].methods[..] {
                [method] => Some(method.name.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The values in mocks.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        self.mocks().flat_map(Mock::values)
    }

    /// What mocks take beside their values.
    pub(super) fn bytes(&self) -> u64 {
        self.mocks().map(Mock::bytes).sum()
    }

    fn mocks(&self) -> impl Iterator<Item = &Mock> {
        self.list.iter().filter_map(|bound| match &bound.who {
            Who::Mock(mock) => Some(&**mock),
            Who::Host(_) => None,
        })
    }
}
