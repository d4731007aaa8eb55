//! Tree to text, in the one canonical style.
//!
//! A formatter that changes a program is worse than none, so this one proves itself: it reads what it wrote and
//! compares the two trees and the two rows of comments before it hands anything back. The style has no options: 100
//! columns, two spaces, double quotes, no semicolons where a line end serves, operators at the beginning of a line.
//! Words and sigils stay as they were written; which of them to prefer is the linter's matter.

mod chain;
mod comment;
mod compare;
mod declaration;
mod doc;
mod expression;
mod function;
mod row;
mod statement;
mod text;
mod types;
mod writer;

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Names, Span};
use crate::syntax::ast::Tree;
use crate::syntax::parse;

/// Why a text was not formatted.
#[derive(Debug)]
pub enum Refusal {
    /// It does not parse.
    Unreadable(Diagnostics),
    /// The result would not have meant the same from this place of the text on. That is a fault of the formatter.
    Changed(Span),
}

/// The canonical spelling of a text.
pub fn format(text: &str) -> Result<String, Refusal> {
    spell(FileId(0), text)
}

/// The canonical spelling of a file; what a refusal says is about this file.
pub fn spell(file: FileId, text: &str) -> Result<String, Refusal> {
    let mut names = Names::new();
    let mut diagnostics = Diagnostics::new();
    let tree = parse(file, text, &mut names, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(Refusal::Unreadable(diagnostics));
    }
    let out = print(text, &tree);
    let mut findings = Diagnostics::new();
    let again = parse(file, &out, &mut names, &mut findings);
    if findings.has_errors() {
        let place = findings.iter().next().map_or(0, |finding| finding.at.span.start);
        return Err(Refusal::Changed(Span::at(place.min(text.len() as u32))));
    }
    let left = compare::Reading { text, tree: &tree };
    let right = compare::Reading { text: &out, tree: &again };
    match compare::difference(left, right) {
        Some(span) => Err(Refusal::Changed(span)),
        None => Ok(out),
    }
}

/// The canonical spelling of a tree that was read from this text without errors.
pub fn print(text: &str, tree: &Tree) -> String {
    writer::write(text, tree)
}
