//! Which of the agents at hand each parameter of a pattern takes. The run binds them so, and the validator asks whether
//! somebody sits in two places: an agent that has two names judges its own answer without the text showing it.

use super::domain::Agent as Who;
use super::finding::Noted;
use super::flow::Flow;
use crate::diagnostic::Code;
use crate::hir::{FunctionId, Parameter, Program};
use crate::host::{Agent, Directory};
use crate::source::{Location, Span};
use crate::types::{InterfaceId, Type};
use crate::value::Fault;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The places in the directory that parameters with agents take, by the parameters' names.
pub(super) type Seats = BTreeMap<Rc<str>, Vec<usize>>;

/// What a parameter wants of the agents: which interface, and for a list how many.
type Wish = (Option<InterfaceId>, Option<(u32, u32)>);

pub(crate) fn wants(parameter: &Parameter) -> Option<Wish> {
    match parameter.annotation.as_ref()? {
        Type::Agent(interface) => Some((*interface, None)),
        Type::Agents { interface, low, high } => Some((*interface, Some((*low, *high)))),
        _ => None,
    }
}

pub(crate) fn refused(message: String) -> Fault {
    Fault::new(Code::R033, message)
}

/// What to do where agents are missing.
const BIND: &str = "bind more with `--agents`";

/// Agents are missing.
pub(crate) fn unbound(missing: &str) -> Fault {
    refused(format!("{missing}; {BIND}"))
}

/// The places in the directory of the agents that each parameter takes; nothing for data parameters.
pub fn seats(program: &Program, entry: FunctionId, directory: &Directory) -> Result<Vec<Option<Vec<usize>>>, Fault> {
    seated(program, entry, directory).map_err(|missing| {
        let all: Vec<String> = missing.into_iter().map(|(_, message)| message).collect();
        unbound(&all.join("; "))
    })
}

/// A parameter that finds too few agents, and what is said of it.
type Missing = (Span, String);

/// The same; where they do not fit, all parameters that find too few.
fn seated(
    program: &Program,
    entry: FunctionId,
    directory: &Directory,
) -> Result<Vec<Option<Vec<usize>>>, Vec<Missing>> {
    let function = &program.functions[entry.0 as usize];
    let all = directory.agents();
    let mut taken = vec![false; all.len()];
    let mut bound: Vec<Option<Vec<usize>>> = vec![None; function.parameters.len()];
    let mut missing = Vec::new();
    let name = |parameter: &Parameter| parameter.name.map_or("", |name| program.names.text(name)).to_owned();
    let serves = |agent: &Agent, interface: Option<InterfaceId>| {
        let Some(interface) = interface else { return true };
        let interface = &program.interfaces[interface.0 as usize];
        agent.can(&interface.capabilities)
    };
    let offers = |agent: &Agent, interface: Option<InterfaceId>| {
        let Some(interface) = interface else { return true };
        program.interfaces[interface.0 as usize].methods.iter().all(|method| agent.offers(&method.name))
    };
    for (parameter, bound) in function.parameters.iter().zip(&mut bound) {
        let Some((_, None)) = wants(parameter) else { continue };
        // Capabilities are for the search: who is called by name is meant.
        if let Some((place, _)) = directory.find(&name(parameter)) {
            taken[place] = true;
            *bound = Some(vec![place]);
        }
    }
    for (parameter, bound) in function.parameters.iter().zip(&mut bound) {
        let Some((interface, None)) = wants(parameter) else { continue };
        if bound.is_some() {
            continue;
        }
        let found = (0..all.len()).find(|&at| !taken[at] && serves(&all[at], interface) && offers(&all[at], interface));
        let Some(place) = found else {
            let message =
                format!("no agent is left for `{}`, which needs {}", name(parameter), needs(program, interface));
            missing.push((parameter.span, message));
            continue;
        };
        taken[place] = true;
        *bound = Some(vec![place]);
    }
    for (parameter, bound) in function.parameters.iter().zip(&mut bound) {
        let Some((interface, Some((low, high)))) = wants(parameter) else { continue };
        let name = name(parameter);
        let grouped: Vec<usize> = (0..all.len()).filter(|&at| all[at].group.as_deref() == Some(&*name)).collect();
        let mut members = grouped;
        if members.is_empty() {
            members = (0..all.len())
                .filter(|&at| !taken[at] && serves(&all[at], interface) && offers(&all[at], interface))
                .collect();
        }
        members.truncate(high as usize);
        if (members.len() as u32) < low {
            let found = members.len();
            let message = format!(
                "`{name}` takes at least {low} agents with {}, and {found} are bound",
                needs(program, interface)
            );
            missing.push((parameter.span, message));
        }
        *bound = Some(members);
    }
    if missing.is_empty() { Ok(bound) } else { Err(missing) }
}

fn needs(program: &Program, interface: Option<InterfaceId>) -> String {
    let Some(id) = interface else { return "any method".to_owned() };
    let interface = &program.interfaces[id.0 as usize];
    match interface.capabilities.len() {
        0 => format!("the methods of `{}`", program.names.text(interface.name)),
        _ => {
            let name = program.names.text(interface.name);
            format!("the capabilities `{}` and the methods of `{name}`", interface.capabilities.join("`, `"))
        }
    }
}

impl Flow<'_> {
    /// Who sits where when the agents at hand are bound to a pattern; nothing where they are not known or do not fit.
    pub fn seating(&self, function: FunctionId) -> Option<Seats> {
        if !self.setting.bound {
            return None;
        }
        let program = &self.program.declarations;
        let bound = seats(program, function, self.setting.agents.as_ref()?).ok()?;
        let parameters = &program.functions[function.0 as usize].parameters;
        let name = |parameter: &Parameter| parameter.name.map(|name| Rc::from(program.names.text(name)));
        Some(parameters.iter().zip(bound).filter_map(|(parameter, places)| Some((name(parameter)?, places?))).collect())
    }

    /// Says which parameters of a pattern that can be run find too few among the agents at hand.
    pub fn all_seated(&mut self, function: FunctionId) {
        let Some(directory) = self.setting.agents.as_ref().filter(|_| self.setting.bound) else { return };
        let program = &self.program.declarations;
        for (span, message) in seated(program, function, directory).err().into_iter().flatten() {
            let at = Location::new(program.functions[function.0 as usize].file, span);
            self.findings.report(Code::R033, at, &message, |d| d.help(BIND));
        }
    }

    /// The places in the directory of those who may be meant, where it is known who is bound.
    pub fn places(&self, who: &Who) -> Vec<usize> {
        let Some((name, directory)) = name(who).zip(self.setting.agents.as_ref()) else { return Vec::new() };
        match (self.seats.as_ref().and_then(|seats| seats.get(name)), who) {
            (None, Who::Member(..)) => Vec::new(),
            (None, _) => directory.find(name).map(|(place, _)| place).into_iter().collect(),
            (Some(all), Who::Member(_, from, to)) => {
                let span = *from as usize..=*to as usize;
                all.iter().enumerate().filter(|(at, _)| span.contains(at)).map(|(_, place)| *place).collect()
            }
            (Some(all), _) => all.clone(),
        }
    }

    /// Whether somebody may be one of another name, who judges what he answered or is counted beside himself: then the names of both and the agent's. Where it
    /// is not known who is bound, that they differ is left to whoever binds them.
    pub fn under_another_name(&mut self, author: &Who, judge: &Who) -> Option<(String, String, String)> {
        let (first, second) = (name(author)?, name(judge)?);
        if first == second {
            return None;
        }
        let Some(directory) = self.setting.agents.as_ref().filter(|_| self.seats.is_some()) else {
            // Two parameters that are no lists never take the same agent.
            if matches!(author, Who::Member(..)) || matches!(judge, Who::Member(..)) {
                let apart = format!("that `{first}` and `{second}` are different agents");
                self.findings.listed.note(Noted::Apart(apart));
            }
            return None;
        };
        let judges = self.places(judge);
        let both = self.places(author).into_iter().find(|place| judges.contains(place))?;
        Some((first.to_string(), second.to_string(), directory.agents()[both].name.to_string()))
    }
}

/// What an agent is called, if it is one that has a name or a member of a list that has one.
fn name(who: &Who) -> Option<&Rc<str>> {
    match who {
        Who::Named(name) | Who::Member(name, ..) if !who.is_any() => Some(name),
        _ => None,
    }
}
