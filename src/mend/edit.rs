//! Edits in the words of the rules.

use super::page::Page;
use crate::diagnostic::{Edit, Fix};
use crate::source::{Location, Span};

impl Page {
    /// One replacement in this text.
    pub fn edit(&self, span: Span, text: impl Into<String>) -> Edit {
        Edit { at: Location::new(self.file, span), text: text.into() }
    }

    /// A mend of one replacement that somebody should look at.
    pub fn replace(&self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Fix {
        Fix { title: title.into(), certain: false, edits: vec![self.edit(span, text)] }
    }

    /// A mend that puts something in.
    pub fn insert(&self, title: impl Into<String>, at: u32, text: impl Into<String>) -> Fix {
        self.replace(title, Span::at(at), text)
    }

    /// A mend of several replacements.
    pub fn several(&self, title: impl Into<String>, edits: Vec<(Span, String)>) -> Fix {
        let edits = edits.into_iter().map(|(span, text)| self.edit(span, text)).collect();
        Fix { title: title.into(), certain: false, edits }
    }
}

/// The same mend, for one that leaves no doubt.
pub(super) fn certain(fix: Fix) -> Fix {
    Fix { certain: true, ..fix }
}

/// A text as a title shows it.
pub(super) fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}
