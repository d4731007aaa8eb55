//! The stages that every command begins with.

use std::path::Path;

use super::{Usage, source};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::source::{FileId, Sources};

/// A program that was looked at.
#[derive(Debug)]
pub(super) struct Program {
    /// Its texts, modules included.
    pub(super) sources: Sources,
    /// Its own text.
    pub(super) file: FileId,
    /// What is wrong with it, in the order of the places.
    pub(super) findings: Vec<Diagnostic>,
}

impl Program {
    /// How many findings refuse it.
    pub(super) fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error).count()
    }
}

/// Reads a program and says what is wrong with it.
pub(super) fn examine(path: &Path) -> Result<Program, Usage> {
    let mut sources = Sources::new();
    let mut findings = Diagnostics::new();
    let file = source::read(path, &mut sources, &mut findings)?;
    findings.settle();
    Ok(Program { sources, file, findings: findings.into_vec() })
}
