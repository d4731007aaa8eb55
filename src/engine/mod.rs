//! The pipeline as types, each of which consumes the one before, so that nothing is run that was not compiled, and nothing
//! compiled that was refused.

mod allowance;
mod bind;
mod drive;
mod examination;
mod marks;
mod origin;

pub use allowance::Allowed;
pub use bind::{agents, arguments, directory};
pub use drive::{Drive, End, Note, Show};
pub use examination::Examination;
pub use marks::{Branch, Taken, mark};
pub use origin::{Origins, Sure, record};

use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::hir;
use crate::ir;
use crate::vm;

/// A program that nothing refuses.
#[derive(Debug)]
pub struct Checked {
    program: ir::Program,
}

/// A program ready to run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Compiled(pub Arc<vm::Compiled>);

impl Checked {
    /// The program, unless something refuses it.
    pub fn new(program: Arc<hir::Program>, diagnostics: &Diagnostics) -> Option<Self> {
        (!diagnostics.has_errors()).then(|| Self { program: ir::lower(program) })
    }

    /// A program that was examined, unless something refuses it.
    pub fn examined(examination: &mut Examination) -> Option<Self> {
        let lowered = examination.lowered.take().unwrap_or_else(|| ir::lower(examination.program.clone()));
        (examination.errors() == 0).then_some(Self { program: lowered })
    }

    /// Folds and emits it.
    pub fn compile(mut self, diagnostics: &mut Diagnostics) -> Compiled {
        ir::fold(&mut self.program);
        self.emit(diagnostics)
    }

    /// Emits it as it was written, so that a test that fails can show both sides of a comparison.
    pub fn emit(self, diagnostics: &mut Diagnostics) -> Compiled {
        Compiled(Arc::new(vm::emit(&self.program, diagnostics)))
    }
}

/// Says which functions are larger than the machine can run, so that nobody is told so only later. Only where one may be is
/// anything emitted for it.
pub fn admit(program: &ir::Program, diagnostics: &mut Diagnostics) {
    if program.functions.iter().any(vm::may_be_too_large) {
        let mut folded = program.clone();
        ir::fold(&mut folded);
        vm::emit(&folded, diagnostics);
    }
}
