//! The stages that every command begins with.

use std::path::Path;
use std::sync::Arc;

use super::disk::Disk;
use super::{Usage, source};
use crate::check::{self, Certificate, Setting};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::engine;
use crate::hir;
use crate::ir;
use crate::source::{FileId, Sources};
use crate::syntax::Limits;

/// A program that was looked at.
#[derive(Debug)]
pub(super) struct Program {
    /// Its texts, modules included.
    pub(super) sources: Sources,
    /// Its own text.
    pub(super) file: FileId,
    /// What it means, its modules included.
    pub(super) program: Arc<hir::Program>,
    /// What is wrong with it, in the order of the places.
    pub(super) findings: Vec<Diagnostic>,
    /// What is proved of its patterns, where the validator was asked.
    pub(super) certificates: Vec<Certificate>,
}

impl Program {
    /// How many findings refuse it.
    pub(super) fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }

    /// Asks the validator whether it may run, unless something refuses it already.
    pub(super) fn validate(mut self, setting: &Setting) -> Self {
        let mut findings = Diagnostics::new();
        std::mem::take(&mut self.findings).into_iter().for_each(|finding| findings.push(finding));
        if !findings.has_errors() {
            let lowered = ir::lower(self.program.clone());
            let mut setting = setting.clone();
            // What the program itself says of agents counts as what the agents file says.
            if self.program.modules.iter().any(|module| !module.agents.is_empty()) {
                let bound = setting.agents.take().unwrap_or_default();
                setting.agents = engine::directory(&self.program, &bound).ok();
            }
            self.certificates = check::check(&lowered, &setting, &mut findings);
        }
        findings.settle();
        self.findings = findings.into_vec();
        self
    }
}

/// Reads a program and says what is wrong with it.
pub(super) fn examine(path: &Path) -> Result<Program, Usage> {
    let mut sources = Sources::new();
    let mut findings = Diagnostics::new();
    let file = source::read(path, &mut sources, &mut findings)?;
    Ok(look(sources, file, findings))
}

/// Says what is wrong with a text.
pub(super) fn examine_text(name: &str, text: &str) -> Program {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    look(sources, file, Diagnostics::new())
}

fn look(mut sources: Sources, file: FileId, mut findings: Diagnostics) -> Program {
    let program = hir::load(file, &mut sources, &Disk, Limits::RUN, &mut findings);
    findings.settle();
    Program { sources, file, program: Arc::new(program), findings: findings.into_vec(), certificates: Vec::new() }
}
