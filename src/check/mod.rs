//! The validator: may this program run here?
//!
//! It reads the intermediate form and nothing else, walks it with everything that can stand where a value stands, and
//! answers with findings: an error refuses the program. What it proves of an accepted program is its certificate. Each
//! pass has a meter; running out of it means "too complex", never "accepted".

mod account;
mod agree;
mod amount;
mod answer;
mod apart;
mod asking;
mod band;
mod breaking;
mod budget;
mod call;
mod cell;
mod certain;
mod certificate;
mod change;
mod charge;
mod chart;
mod claim;
mod choice;
mod circle;
mod compare;
mod control;
mod crossing;
mod deciding;
mod dividing;
mod domain;
mod effort;
mod entered;
mod escape;
mod event;
mod fact;
mod failing;
mod falling;
mod few;
mod finding;
mod fits;
mod flow;
mod fork;
mod form;
mod gauge;
mod graph;
mod growing;
mod head;
mod interval;
mod keyed;
mod line;
mod lists;
mod mark;
mod measure;
mod meter;
mod modest;
mod moving;
mod native;
mod obscure;
mod order;
mod oversize;
mod parts;
mod passing;
mod pattern;
mod place;
mod policy;
mod price;
mod read;
mod recall;
mod recursion;
mod rename;
mod roster;
mod seat;
mod setting;
mod shape;
mod shorter;
mod sizes;
mod spread;
mod standing;
mod state;
mod transfer;
mod truth;
mod turns;
mod typing;
mod watch;
mod widen;
mod within;
mod witness;
mod written;

pub use account::{Consent, Handled, Sent, Told};
pub use amount::{UNNAMED, in_units};
pub use certificate::{Action, Certificate, Measure, Worth};
pub use policy::Policy;
pub use seat::seats;
pub(crate) use seat::{refused, unbound, wants};
pub use setting::{Need, Setting};
pub use watch::{Form, Seen};

use crate::diagnostic::Diagnostics;
use crate::ir::Program;
use crate::source::{Location, Span};
use amount::Turns;
use flow::Flow;
use serde::Deserialize;
use state::State;
use std::collections::BTreeMap;
use witness::Witness;

/// Programs with more functions than this are checked on a thread of their own, because calls inside calls need room.
const MANY_FUNCTIONS: usize = 30;

/// The room for calls inside calls.
const STACK: usize = 256 << 20;

/// Checks a program, and says what is proved of its patterns, or of its statements where it has none.
pub fn check(program: &Program, setting: &Setting, diagnostics: &mut Diagnostics) -> Vec<Certificate> {
    watch(program, setting, diagnostics).0
}

/// The same, and what was known at each [`crate::ir::Op::Watch`]; one that is missing is never reached.
pub fn watch(
    program: &Program,
    setting: &Setting,
    diagnostics: &mut Diagnostics,
) -> (Vec<Certificate>, BTreeMap<u32, Seen>) {
    with_room(program, || {
        let walked = walk(program, setting, None, diagnostics);
        (walked.certificates, walked.watched)
    })
}

/// What a walk proved, and what it rests on.
#[derive(Clone, Debug)]
pub struct Account {
    /// What is proved.
    pub certificates: Vec<Certificate>,
    /// What the walk settled on at the heads of loops and on circles of calls, as data; nothing where that is exactly what it
    /// was told.
    pub invariants: Option<serde_json::Value>,
    /// Whether the walk found more than the invariants that it was told.
    pub grown: bool,
    /// The instructions that it interpreted.
    pub work: u64,
}

/// Checks a program by what another walk settled on: nothing is searched for what the invariants tell, and where they do not
/// hold the walk has grown. Without invariants, or with some that cannot be read, it is a search as any other.
pub fn account(
    program: &Program,
    setting: &Setting,
    invariants: Option<&serde_json::Value>,
    diagnostics: &mut Diagnostics,
) -> Account {
    with_room(program, || {
        let told: Option<Witness> = invariants.and_then(|told| Witness::deserialize(told).ok());
        let walked = walk(program, setting, told.as_ref(), diagnostics);
        let as_told = told.as_ref() == Some(&walked.witness);
        Account {
            certificates: walked.certificates,
            invariants: (!as_told).then(|| serde_json::to_value(&walked.witness).unwrap_or_default()),
            grown: walked.grown || told.is_none(),
            work: walked.work,
        }
    })
}

/// Runs something that may call itself as deep as a program's calls.
fn with_room<T: Send>(program: &Program, work: impl FnOnce() -> T + Send) -> T {
    if program.functions.len() <= MANY_FUNCTIONS {
        return work();
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let walked = thread.spawn_scoped(scope, work).expect("the system gives a thread");
        walked.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault))
    })
}

/// What came of a walk.
#[derive(Default)]
struct Outcome {
    certificates: Vec<Certificate>,
    watched: BTreeMap<u32, Seen>,
    witness: Witness,
    grown: bool,
    work: u64,
}

fn walk(program: &Program, setting: &Setting, told: Option<&Witness>, diagnostics: &mut Diagnostics) -> Outcome {
    let declarations = &program.declarations;
    typing::check(declarations, diagnostics);
    let mut flow = Flow::new(program, setting);
    flow.tell(told);
    let mut state = State::default();
    let Some(entry) = declarations.modules.last() else { return Outcome::default() };
    let mut certificates = Vec::with_capacity(entry.patterns.len().max(1));
    let Some(statements) = flow.statements(&declarations.modules, &mut state) else { return Outcome::default() };
    let exported =
        |pattern| entry.default.is_none() && entry.patterns.len() == 1 || flow_default(entry, declarations, pattern);
    let mut ended = state.clone();
    let patterns: Vec<_> = entry.patterns.iter().map(|&pattern| flow.pattern(pattern, &state, &mut ended)).collect();
    flow.handlers(&declarations.modules, &mut ended);
    for mut walked in patterns {
        // The statements run before it, and the handlers once it is done.
        walked.with(&statements, &Turns::between(1.0, 1.0));
        let walked = flow.answered(walked);
        flow.permitted(&walked);
        if exported(walked.function) {
            flow.all_seated(walked.function);
            flow.can_leave(&walked);
        }
        certificates.push(Certificate::of(&flow, &walked, exported(walked.function)));
    }
    if entry.patterns.is_empty() {
        flow.can_leave(&statements);
        certificates.push(Certificate::of(&flow, &flow.answered(statements), true));
    }
    flow.uncalled(entry, &state);
    if flow.exhausted() {
        diagnostics.push(pattern::too_complex(Location::new(entry.file, Span::at(0))));
    }
    flow.recursions();
    flow.conclude();
    let watched = flow.watched.iter().map(|(place, known)| (*place, Seen::of(known))).collect();
    if let Some(policy) = &setting.policy {
        policy::enforce(program, &flow.findings, &certificates, policy, diagnostics);
    }
    flow.findings.report_failing(diagnostics);
    flow.findings.spare();
    let (work, grown, frames) = (flow.work(), flow.record.grown, flow.calls.frames());
    let witness = std::mem::take(&mut flow.record).witness(frames);
    flow.findings.settle(diagnostics);
    Outcome { certificates, watched, witness, grown, work }
}

/// Whether a pattern is the default export of its module.
fn flow_default(
    entry: &crate::hir::Module,
    declarations: &crate::hir::Program,
    pattern: crate::hir::FunctionId,
) -> bool {
    let Some(crate::hir::Export::Global(global)) = entry.default else { return false };
    declarations.globals[global.0 as usize].function == Some(pattern)
}
