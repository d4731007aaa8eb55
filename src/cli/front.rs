//! The stages that every command begins with.

use std::path::Path;

use super::disk::Disk;
use super::{Usage, source};
use crate::diagnostic::Diagnostics;
use crate::engine::Examination;
use crate::source::Sources;
use crate::syntax::Limits;

/// Reads a program that is to run and says what is wrong with it.
pub(super) fn examine(path: &Path) -> Result<Examination, Usage> {
    examine_within(Limits::RUN, path)
}

/// The same of a program that may be no larger than these limits say.
pub(super) fn examine_within(limits: Limits, path: &Path) -> Result<Examination, Usage> {
    let mut sources = Sources::new();
    let mut findings = Diagnostics::new();
    let file = source::read(path, &mut sources, &mut findings)?;
    Ok(Examination::within(limits, file, sources, &Disk, findings))
}

/// Says what is wrong with a text.
pub(super) fn examine_text(name: &str, text: &str) -> Examination {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    Examination::of(file, sources, &Disk, Diagnostics::new())
}
