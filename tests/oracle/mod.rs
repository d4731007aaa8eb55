//! The reference evaluator: walks the resolved program in the most obvious way, slow and small.
//!
//! It is written from the text that describes the language, not from the machine, so that a disagreement finds a mistake
//! in either. Tasks are threads that pass one baton; variables are numbered boxes; plain built-ins are the library's.

mod agent;
mod call;
mod eval;
mod event;
mod fit;
mod form;
mod native;
mod path;
mod task;
mod value;

use crate::agree::{Seen, failed, seen, shown};
use prism::hir::{FunctionId, Kind, Program};
use prism::host::{Directory, Memory};
use value::{Arc, Fault, Value};

/// What a program comes to.
pub(crate) fn run(program: &Arc<Program>, entry: FunctionId, directory: &Arc<Directory>, input: &Value) -> Seen {
    let agents = agent::Agents::new(directory.clone());
    let is_module = matches!(program.functions[entry.0 as usize].kind, Kind::Module);
    let given = match (!is_module).then(|| arguments(program, entry, directory, input)).transpose() {
        Ok(given) => given.map(|given| (entry, given)),
        Err(fault) => return seen(format!("{} before the run", fault.code), &[], &[]),
    };
    let memory = Memory::new(directory.clone(), 0);
    let world = Arc::new(task::World::new(program.clone(), entry, input.clone(), memory, agents));
    let failed = |flow| match flow {
        eval::Flow::Throw(thrown) => failed(thrown.error.code, thrown.span, thrown.file),
        eval::Flow::Unknown(name) => format!("Unknown {name}"),
        _ => "Unknown jump".to_owned(),
    };
    let result = match task::run(&world, given) {
        (Ok(value), None) => shown(&value),
        (Ok(value), Some(late)) => format!("{}then {}", shown(&value), failed(late)),
        (Err(flow), _) => failed(flow),
    };
    let board = world.board();
    seen(result, &board.asked, &board.said)
}

/// The values of an entry's parameters: agents by the rules of binding, and the input taken apart.
fn arguments(program: &Program, entry: FunctionId, all: &Directory, input: &Value) -> Result<Vec<Value>, Fault> {
    let parameters = &program.functions[entry.0 as usize].parameters;
    let bound =
        prism::engine::agents(program, entry, all)?.into_iter().zip(prism::engine::arguments(program, entry, input)?);
    let give = |(parameter, (agents, data)): (&prism::hir::Parameter, (Option<Vec<usize>>, Option<Value>))| {
        let mut agents = agents.unwrap_or_default().into_iter().map(|place| agent::value(place as u32));
        match (&parameter.annotation, data) {
            (_, Some(data)) => Ok(data),
            (Some(prism::types::Type::Agents { .. }), _) => Value::list(agents.collect()),
            _ => Ok(agents.next().unwrap_or_default()),
        }
    };
    let (mut all, n) = prism::vm::spread(parameters, parameters.iter().zip(bound).map(give).collect::<Result<_, _>>()?);
    if parameters.last().is_some_and(|it| it.rest) {
        let left = all.split_off(parameters.len() - 1);
        all.push(Value::list(left)?.under(n));
    }
    Ok(all)
}
