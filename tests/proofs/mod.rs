//! What the validator says, held against runs: the proofs of `src/check` by test.
//!
//! Each proof is short in `cargo test`; `PRISM_PROGRAMS=n cargo test --release proofs -- --nocapture` makes it long, on
//! all cores, `PRISM_SEED=n` looks at one seed and shrinks what it finds, and `PRISM_FILE=x.prism` holds what is claimed of one
//! program against its run.

mod acceptance;
mod breaking;
mod fuel;
mod mutants;
mod precision;
mod relations;
mod small;
mod soundness;
mod transfer;
mod watch;
mod worst;

use crate::cores::{number, on_all_cores};
use small::{Pattern, Style};
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Looks at the seeds of a proof on all cores, as many as are asked for; the first fault, in words, fails the test.
fn each_seed(name: &str, few: u64, look: impl Fn(u64) -> Result<(), String> + Sync) {
    let first = number("PRISM_FIRST").unwrap_or(1);
    let (seeds, most) = match number("PRISM_SEED") {
        Some(seed) => (seed..seed + 1, 1),
        None => (first..first + number("PRISM_PROGRAMS").unwrap_or(few), number("PRISM_MOST").unwrap_or(1)),
    };
    let faults = Mutex::new(Vec::new());
    on_all_cores(seeds, |seed| {
        if faults.lock().unwrap().len() as u64 >= most {
            return ControlFlow::Break(());
        }
        if let Err(words) = look(seed) {
            let command = format!("PRISM_SEED={seed} cargo test proofs::{name} -- --nocapture");
            faults.lock().unwrap().push(format!("{command}\n{words}"));
        }
        ControlFlow::Continue(())
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n----\n"));
}

/// Looks at all of these on all cores, and gives what it says of them in their order.
fn each<T: Sync>(all: &[T], look: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let said = Mutex::new(Vec::new());
    on_all_cores(0..all.len() as u64, |at| {
        said.lock().unwrap().extend(look(&all[at as usize]).map(|words| (at, words)));
        ControlFlow::Continue(())
    });
    let mut said = said.into_inner().unwrap();
    said.sort();
    said.into_iter().map(|(_, words)| words).collect()
}

/// Looks at a pattern; one with a fault is made as small as it goes while it has one.
fn look(made: Pattern, fault: impl Fn(&Pattern) -> Option<String>) -> Result<(), String> {
    let Some(mut why) = fault(&made) else { return Ok(()) };
    let mut held = made;
    while let Some((smaller, what)) = held.smaller().into_iter().find_map(|it| fault(&it).map(|what| (it, what))) {
        (held, why) = (smaller, what);
    }
    Err(held.print(Style::Plain) + &why)
}
