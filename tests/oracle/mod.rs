//! The reference evaluator: walks the resolved program in the most obvious way, slow and small.
//!
//! It is written from the text that describes the language, not from the machine, so that a disagreement finds a mistake
//! in either. Tasks are threads that pass one baton; variables are shared boxes; values are plain trees.

mod call;
mod data;
mod eval;
mod fit;
mod form;
mod native;
mod path;
mod task;

use crate::agree::{Seen, asked, shown};
use prism::hir::{FunctionId, Kind, Program};
use prism::host::{Directory, Memory};
use prism::value::Value;
use std::sync::Arc;

/// What a program comes to.
pub(crate) fn run(program: &Arc<Program>, entry: FunctionId, directory: &Arc<Directory>, input: &Value) -> Seen {
    let memory = Memory::new(directory.clone(), 0);
    let input = native::Outside::default().back(input);
    let agent = |it: &prism::host::Agent| {
        Arc::new(data::Agent { name: it.name.clone(), options: Default::default(), methods: it.methods.clone() })
    };
    let agents = directory.agents().iter().map(agent).collect();
    let world = Arc::new(task::World::new(program.clone(), input, memory, agents));
    let is_module = program.functions[entry.0 as usize].kind == Kind::Module;
    let result = match task::run(&world, (!is_module).then(|| (entry, Vec::new()))) {
        Ok(value) => shown(&native::Outside::default().out(&value)),
        Err(eval::Flow::Throw(thrown)) => {
            format!("{} at {}..{} of {}", thrown.code, thrown.span.start, thrown.span.end, thrown.file.0)
        }
        Err(eval::Flow::Unknown(name)) => format!("Unknown {name}"),
        Err(other) => format!("{other:?}"),
    };
    let board = world.board.lock().unwrap();
    Seen { result, requests: board.asked.iter().filter_map(asked).collect(), output: board.output.clone() }
}
