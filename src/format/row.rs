//! Rows in brackets: arguments, parameters, lists, objects, specifiers.

use super::writer::Writer;
use crate::syntax::ast::{List, Node, NodeId};

/// How a row in brackets is laid out.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// The opening bracket.
    pub(super) open: &'static str,
    /// The closing bracket.
    pub(super) close: &'static str,
    /// Whether a space stands inside the brackets on one line.
    pub(super) spaced: bool,
    /// Whether a comma may follow the last item.
    pub(super) comma: bool,
    /// Whether a line end behind the opening bracket keeps the row on several lines.
    pub(super) kept: bool,
    /// Whether as many items as fit share a line.
    pub(super) filled: bool,
}

/// `{ a, b }`
pub(super) const OBJECT: Row = Row { open: "{", close: "}", spaced: true, comma: true, kept: true, filled: false };

/// `[a, b]`
pub(super) const ARRAY: Row = Row { open: "[", close: "]", spaced: false, ..OBJECT };

/// `(a, b)`
pub(super) const ARGUMENTS: Row = Row { open: "(", close: ")", kept: false, ..ARRAY };

impl Writer<'_> {
    /// Writes a row in a group of its own.
    pub(super) fn row(&mut self, row: Row, items: List) {
        self.token(row.open);
        if items.is_empty() {
            self.emptiness(row.close);
            return;
        }
        let items = self.list(items);
        let from = self.at;
        let start = self.peek();
        let kept = row.kept && self.breaks(from, start);
        let group = self.doc.open();
        self.doc.indent();
        self.trailing();
        if kept {
            self.doc.hard();
        } else if row.spaced {
            self.doc.line();
        } else {
            self.doc.soft();
        }
        self.items(row, items, kept);
        self.doc.dedent();
        if row.spaced {
            self.doc.line()
        } else {
            self.doc.soft()
        }
        self.doc.close(group);
        self.token(row.close);
    }

    /// Writes the items of a row with their commas.
    pub(super) fn items(&mut self, row: Row, items: &[NodeId], kept: bool) {
        for (i, &item) in items.iter().enumerate() {
            if i > 0 {
                if kept && self.blank_before() {
                    self.doc.blank();
                } else if row.filled {
                    self.doc.fill();
                } else {
                    self.doc.line();
                }
            }
            self.leading();
            self.node(item);
            self.comma(row, i + 1 == items.len(), item);
        }
        self.remaining();
    }

    /// Writes the comma behind an item and the comments that end its line.
    pub(super) fn comma(&mut self, row: Row, last: bool, item: NodeId) {
        self.inner();
        if !self.skip(",") {
            self.skip(";");
        }
        if !last || matches!(self.get(item), Node::Elision) {
            self.doc.text(",");
        } else if row.comma && !self.is_rest(item) {
            self.doc.broken(b',');
        }
        self.trailing();
    }

    /// Whether an item takes the rest, behind which patterns have no comma.
    fn is_rest(&self, item: NodeId) -> bool {
        match self.get(item) {
            Node::Spread(_) => true,
            Node::Parameter { pattern, .. } => matches!(self.get(pattern), Node::Spread(_)),
            _ => false,
        }
    }

    /// Writes what stands between brackets that hold nothing, and the closing bracket.
    pub(super) fn emptiness(&mut self, close: &str) {
        if self.has_comment() {
            let group = self.doc.open();
            self.doc.indent();
            self.trailing();
            self.remaining();
            self.doc.dedent();
            if close == "}" {
                self.doc.line()
            } else {
                self.doc.soft()
            }
            self.doc.close(group);
        }
        self.token(close);
    }
}
