//! What the program's own statements and patterns do not reach: handlers of events, and functions that nobody calls.

use super::amount::Turns;
use super::domain::{Id, Known, Null, Shape};
use super::flow::{Activation, Flow};
use super::state::State;
use crate::diagnostic::Code;
use crate::hir::{Function, FunctionId, Kind, Module};
use crate::ir::Inst;
use crate::source::Location;
use crate::types::Type;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Rounds over the handlers before what they send each other is taken as unknown.
const MOST_ROUNDS: u32 = 4;

/// Arguments of what answers for an agent, at most as far as they are told apart.
const MOST_ASKED: usize = 8;

/// The events that a program sends: what it sends with them, and from which handlers.
#[derive(Default, Debug)]
pub(super) struct Events {
    sent: BTreeMap<Rc<str>, Known>,
    /// From the event that is being handled to those that are sent meanwhile.
    pub leads: BTreeMap<Rc<str>, Vec<Rc<str>>>,
    /// The event that is being handled.
    pub handled: Option<Rc<str>>,
    /// Handlers that send events whose names nobody knows before the run.
    pub unnamed: BTreeSet<Rc<str>>,
}

impl Events {
    /// An event is sent.
    pub fn send(&mut self, name: &Rc<str>, data: &Known) {
        let data = data.whole().detached();
        let joined = self.sent.get(name).map_or_else(|| data.clone(), |old| old.join(&data));
        self.sent.insert(name.clone(), joined);
        if let Some(handled) = &self.handled {
            let leads = self.leads.entry(handled.clone()).or_default();
            if !leads.contains(name) {
                leads.push(name.clone());
            }
        }
    }
}

impl<'a> Flow<'a> {
    /// Walks the handlers of a module, with what the host or the program itself sends.
    pub fn handlers(&mut self, module: &'a Module, state: &mut State) {
        for round in 0.. {
            let (sent_before, before) = (self.events.sent.clone(), state.clone());
            for handler in &module.handlers {
                let name: Rc<str> = Rc::from(&*handler.event);
                let sent = self.events.sent.get(&name);
                let data = match sent {
                    _ if round + 1 >= MOST_ROUNDS => Known::anything(),
                    Some(sent) => self.input().join(sent),
                    None => self.input(),
                };
                let data = Known { null: Null::Maybe, ..data }.born(Id(u32::MAX - 4, handler.function.0));
                self.events.handled = Some(name);
                let closure = self.plain(handler.function);
                // It may run or not, and again after others.
                let mut after = state.clone();
                self.run((u32::MAX - 4, handler.function.0), &closure, &[data], &mut after);
                *state = state.join(&after);
                self.events.handled = None;
            }
            if round > 0 {
                *state = state.widened_from(&before, 5 * round);
            }
            let same = state.memory == before.memory;
            if same && (self.events.sent == sent_before || round + 1 >= MOST_ROUNDS) || self.exhausted() {
                break;
            }
        }
        // An event of which nobody knows the name may be any that is handled.
        for handled in self.events.unnamed.iter().cloned().collect::<Vec<_>>() {
            let leads = self.events.leads.entry(handled).or_default();
            leads.extend(module.handlers.iter().map(|handler| Rc::from(&*handler.event)));
        }
        for handler in &module.handlers {
            let at = Location::new(module.file, handler.span);
            let event = &handler.event;
            if let Some(path) = self.circle_of_events(event) {
                let message = format!("events lead back to themselves: {}", path.join(" → "));
                let help = "let a handler on the way answer without sending an event";
                self.findings.report(Code::TM10, at, message, |d| d.help(help));
            } else if handler.max.is_none() {
                self.findings.report(Code::TM01, at, format!("nothing says how often `{event}` is handled"), |d| {
                    d.help(format!("say how often at most: `on \"{event}\" as event max 10 {{ … }}`"))
                });
            }
        }
    }

    /// Functions that answer for an agent are called whenever it is asked, with whatever it is asked.
    pub fn rehearsed(&mut self, act: &mut Activation<'a>, args: &[Known], inst: &Inst, state: &mut State) {
        let given = args.iter().flat_map(|arg| match &arg.shape {
            Shape::Object(object) => object.fields.values().chain(&object.others).collect(),
            _ => vec![arg],
        });
        for function in given.filter(|known| matches!(known.shape, Shape::Functions(_))) {
            let outer = std::mem::take(&mut self.escapes);
            let asked = vec![Known::anything(); MOST_ASKED];
            self.apply(act, function, &asked, &Turns::between(0.0, f64::INFINITY), inst, state);
            let mut escapes = std::mem::replace(&mut self.escapes, outer);
            // Nobody knows when it writes.
            if escapes.held.iter().any(|(cell, _)| state.memory.contains_key(cell)) {
                self.unknown_function(act.at(inst.span));
            }
            escapes.thrown = None;
            self.escapes.take_in(escapes);
        }
    }

    /// The events on the way from an event back to itself.
    fn circle_of_events(&self, event: &str) -> Option<Vec<String>> {
        let mut ways: Vec<Vec<&str>> = vec![vec![event]];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(way) = ways.pop() {
            let at = *way.last()?;
            for next in self.events.leads.get(at).into_iter().flatten() {
                let mut longer = way.clone();
                longer.push(next);
                if **next == *event {
                    return Some(longer.iter().map(|name| format!("`{name}`")).collect());
                }
                if !seen.contains(&&**next) {
                    seen.push(next);
                    ways.push(longer);
                }
            }
        }
        None
    }

    /// Walks the functions of a module that nobody calls, each with arguments of which nothing speaks against it: what is
    /// wrong with them is wrong whoever calls.
    pub fn uncalled(&mut self, module: &Module, state: &State) {
        let functions = &self.program.declarations.functions;
        self.lenient = true;
        for (index, function) in functions.iter().enumerate() {
            let id = FunctionId(index as u32);
            let mine = function.kind == Kind::Plain && function.file == module.file && function.name.is_some();
            if !mine || self.calls.walked.contains(&id) || !self.code(id).cells.is_empty() || self.code(id).captures > 0
            {
                continue;
            }
            let arguments = self.anyones(function, id);
            let closure = self.plain(id);
            let mut inside = state.clone();
            self.run((u32::MAX - 5, id.0), &closure, &arguments, &mut inside);
        }
        self.lenient = false;
    }

    fn anyones(&self, function: &Function, id: FunctionId) -> Vec<Known> {
        let names = &self.program.declarations.names;
        let parameter = |(i, parameter): (usize, &crate::hir::Parameter)| {
            let name = parameter.name.map_or("it", |name| names.text(name));
            let kind = parameter.annotation.clone().unwrap_or(Type::Any);
            let known = self.given(name, &kind, Id(u32::MAX - 5, id.0.wrapping_mul(64).wrapping_add(i as u32)));
            known.trusted()
        };
        function.parameters.iter().enumerate().map(parameter).collect()
    }
}

impl Known {
    /// As if the program itself had written it.
    fn trusted(mut self) -> Known {
        self.integrity = super::domain::Integrity::Program;
        self.each_part(|part| *part = part.clone().trusted());
        self
    }
}
