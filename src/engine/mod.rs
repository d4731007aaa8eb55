//! The pipeline as types, each of which consumes the one before, so that nothing is run that was not compiled, and nothing
//! compiled that was refused.

mod allowance;
mod bind;
mod drive;
mod examination;
mod identity;
mod marks;
mod origin;

pub use allowance::Allowed;
pub use bind::{agents, arguments, directory};
pub use drive::{Drive, End, Note, Show};
pub use examination::Examination;
pub use identity::digest;
pub use marks::{Branch, Taken, mark, pausing};
pub use origin::{Origins, Sure, record};

use std::sync::Arc;

use crate::diagnostic::Diagnostics;
use crate::hir;
use crate::ir;
use crate::vm;

/// A program that nothing refuses.
#[derive(Debug)]
pub struct Checked {
    form: Form,
}

/// How far a program got.
#[derive(Debug)]
enum Form {
    Resolved(Arc<hir::Program>),
    Lowered(ir::Program),
}

/// A program ready to run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Compiled(pub Arc<vm::Compiled>);

impl Checked {
    /// The program, unless something refuses it.
    pub fn new(program: Arc<hir::Program>, diagnostics: &Diagnostics) -> Option<Self> {
        (!diagnostics.has_errors()).then_some(Self { form: Form::Resolved(program) })
    }

    /// A program that was examined, unless something refuses it.
    pub fn examined(examination: &mut Examination) -> Option<Self> {
        let lowered = examination.lowered.take().map(Form::Lowered);
        let form = lowered.unwrap_or_else(|| Form::Resolved(examination.program.clone()));
        (examination.errors() == 0).then_some(Self { form })
    }

    /// Folds and emits it.
    pub fn compile(self, diagnostics: &mut Diagnostics) -> Compiled {
        let mut folding = ir::Folding::default();
        self.emitted(|function| folding.fold(function), diagnostics)
    }

    /// Emits it as it was written, so that a test that fails can show both sides of a comparison.
    pub fn emit(self, diagnostics: &mut Diagnostics) -> Compiled {
        self.emitted(|_| {}, diagnostics)
    }

    /// Emits it function by function, each changed before. Nothing is kept of one when the next is lowered, its body in the
    /// resolved program included, unless somebody else holds that.
    fn emitted(self, mut change: impl FnMut(&mut ir::Function), diagnostics: &mut Diagnostics) -> Compiled {
        let (emitter, declarations) = match self.form {
            Form::Lowered(ir::Program { functions, declarations }) => {
                let mut emitter = vm::Emitter::new(functions.len());
                for mut function in functions {
                    change(&mut function);
                    emitter.emit(&declarations, &function, diagnostics);
                }
                (emitter, declarations)
            }
            Form::Resolved(mut program) => {
                let mut emitter = vm::Emitter::new(program.functions.len());
                let mut lowering = ir::Lowering::new(&program);
                for id in (0..program.functions.len() as u32).map(hir::FunctionId) {
                    let mut function = lowering.lower(&program, id);
                    if let Some(program) = Arc::get_mut(&mut program) {
                        program.functions[id.0 as usize].forget();
                    }
                    change(&mut function);
                    emitter.emit(&program, &function, diagnostics);
                    lowering.reuse(function);
                }
                (emitter, program)
            }
        };
        Compiled(Arc::new(emitter.finish(declarations)))
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
