//! The validator: may this program run here?
//!
//! It reads the intermediate form and nothing else, walks it with everything that can stand where a value stands, and
//! answers with findings: an error refuses the program. What it proves of an accepted program is its certificate. Each
//! pass has a meter; running out of it means "too complex", never "accepted".

mod amount;
mod budget;
mod call;
mod compare;
mod domain;
mod finding;
mod flow;
mod form;
mod graph;
mod interval;
mod meter;
mod native;
mod pattern;
mod recursion;
mod setting;
mod state;
mod transfer;
mod turns;
mod written;

pub use setting::{Need, Setting, day};

use crate::diagnostic::Diagnostics;
use crate::ir::Program;
use crate::source::{Location, Span};
use flow::Flow;
use state::State;
use written::Written;

/// Checks a program.
pub fn check(program: &Program, setting: &Setting, diagnostics: &mut Diagnostics) {
    let declarations = &program.declarations;
    let mut flow = Flow::new(program, setting);
    let mut state = State::default();
    for module in &declarations.modules {
        flow.module(module.body, &mut state);
    }
    if let Some(entry) = declarations.modules.last() {
        for &pattern in &entry.patterns {
            flow.pattern(pattern, &state);
        }
        if flow.exhausted() {
            diagnostics.push(pattern::too_complex(Location::new(entry.file, Span::at(0))));
        }
    }
    flow.recursions();
    let written = Written::of(declarations);
    flow.conclude(&written);
    flow.findings.settle(diagnostics);
}
