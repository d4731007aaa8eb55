//! What the program's own statements and patterns do not call: functions that answer for agents, and those that nobody calls.

use super::amount::{Amount, Turns};
use super::charge::open;
use super::domain::{Id, Known, List, Shape};
use super::flow::{Activation, Flow};
use super::spread::padded;
use super::state::State;
use crate::hir::{Function, FunctionId, Kind, Module};
use crate::ir::Inst;
use crate::types::Type;
use std::rc::Rc;

/// Bytes of a mock that has one answer.
const MOCK: f64 = 1_024.0;

impl<'a> Flow<'a> {
    /// Functions that answer for an agent are called whenever it is asked, with whatever it is asked.
    pub fn rehearsed(&mut self, act: &mut Activation<'a>, args: &[Known], inst: &Inst, state: &mut State) {
        self.taken.memory.add(&Amount::up_to(MOCK));
        // One among the answers gives all of its own there.
        if args.iter().any(|arg| arg.hides().agents) {
            self.work_on(&open("any data"), 1.0);
        }
        let given = args.iter().flat_map(|arg| match &arg.shape {
            Shape::Object(object) => object.fields.values().chain(&object.others).collect(),
            _ => vec![arg],
        });
        let asked = List { element: Some(Known::anything()), low: 0, high: None, items: None, size: None };
        let asked = Known { shape: Shape::List(Rc::new(asked)), ..Known::constant(Shape::Plain) };
        // Nobody knows when it is called, and what it reads may be another by then.
        let mut later = state.clone();
        for (cell, known) in state.memory.iter().filter(|(_, known)| !matches!(known.shape, Shape::Functions(_))) {
            later.memory.insert(*cell, Known { hidden: known.hides(), ..Known::anything() });
        }
        for function in given.filter(|known| matches!(known.shape, Shape::Functions(_))) {
            let outer = std::mem::take(&mut self.escapes);
            let before = std::mem::take(&mut self.taken);
            let calls = (&asked, &padded(&asked)[..], &Turns::between(0.0, f64::INFINITY));
            self.call_over(act, function, calls, inst, &mut later.clone());
            let taken = std::mem::replace(&mut self.taken, before);
            // It stands on whatever asks, and on the question; one that asks may be asked itself.
            let most = if taken.calls.high() > 0.0 { f64::INFINITY } else { taken.depth.high() + 1.0 };
            self.rehearsed.max(&Amount::up_to(most));
            self.taken.add(&taken);
            let mut escapes = std::mem::replace(&mut self.escapes, outer);
            // Nobody knows when it writes.
            if escapes.held.iter().any(|(cell, _)| state.memory.contains_key(cell)) {
                self.unknown_function(act.at(inst.span));
            }
            escapes.thrown = None;
            self.escapes.take_in(escapes);
        }
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
