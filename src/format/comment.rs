//! Where comments go.
//!
//! A comment stays between the same two tokens. Before an item of a row it keeps its own line; behind one it keeps to
//! the end of that line; anywhere else it is written in place, and since a line comment ended its line in the text, a
//! line may end there in the result as well.

use super::writer::Writer;
use crate::syntax::ast::Comment;

impl Writer<'_> {
    /// Comments that the cursor has passed and that are not written.
    fn pending(&self) -> &[Comment] {
        &self.tree.comments[self.comment..self.passed]
    }

    /// Whether a comment waits before the next token.
    pub(super) fn has_comment(&mut self) -> bool {
        self.peek();
        self.comment < self.passed
    }

    /// Writes the comments before the next token in place.
    #[inline]
    pub(super) fn flush(&mut self) {
        while self.comment < self.passed {
            let comment = self.tree.comments[self.comment];
            if self.is_line(comment) && self.own_line(comment) {
                self.doc.hard();
            }
            self.write_comment(comment);
        }
    }

    /// Writes the comments before an item of a row, each on its own line where it stood on one.
    pub(super) fn leading(&mut self) {
        self.peek();
        while self.comment < self.passed {
            let comment = self.tree.comments[self.comment];
            self.write_comment(comment);
            let behind = match self.pending().first() {
                Some(next) => next.span.start as usize,
                None => self.at,
            };
            let lines = self.lines_before(behind);
            if lines > 1 {
                self.doc.blank();
            } else if lines > 0 || comment.doc || self.is_line(comment) {
                self.doc.hard();
            }
        }
    }

    /// Writes the comments that end the line of what was written last.
    pub(super) fn trailing(&mut self) {
        self.peek();
        while let Some(&comment) = self.pending().first() {
            let last = self.is_line(comment)
                || self.breaks_after(comment)
                || self.pending().get(1).is_some_and(|next| self.lines_before(next.span.start as usize) == 0);
            if comment.doc || self.own_line(comment) || !last {
                return;
            }
            self.write_comment(comment);
        }
    }

    /// Writes the comments before a closing bracket, or at the end of the file, each on a line of its own.
    pub(super) fn remaining(&mut self) {
        self.peek();
        while let Some(&comment) = self.pending().first() {
            match self.lines_before(comment.span.start as usize) {
                0 => {}
                1 => self.doc.hard(),
                _ => self.doc.blank(),
            }
            self.write_comment(comment);
        }
    }

    /// Writes the comments that stand before a comma or semicolon on the line of what was written last.
    pub(super) fn inner(&mut self) {
        self.peek();
        while let Some(&comment) = self.pending().first() {
            if self.is_line(comment) || self.own_line(comment) {
                return;
            }
            self.write_comment(comment);
        }
    }

    /// Ends the line before the next item of a row, with an empty line where there was one.
    pub(super) fn separate(&mut self) {
        if self.blank_before() { self.doc.blank() } else { self.doc.hard() }
    }

    /// Whether an empty line stands before the next token or the comments before it.
    pub(super) fn blank_before(&mut self) -> bool {
        self.peek();
        let next = self.pending().first().map_or(self.at, |comment| comment.span.start as usize);
        self.lines_before(next) > 1
    }

    fn write_comment(&mut self, comment: Comment) {
        let text = comment.span.of(self.text).trim_end();
        self.comment += 1;
        if self.is_line(comment) {
            self.doc.comment(text);
            return;
        }
        self.doc.apart();
        if text.contains(['\n', '\r']) {
            self.block_comment(text)
        } else {
            self.doc.text(text)
        }
        self.doc.follow();
    }

    /// A comment of several lines; one whose lines all begin with `*` moves with what it belongs to.
    fn block_comment(&mut self, text: &str) {
        let starred = text.lines().skip(1).all(|line| line.trim_start().starts_with('*'));
        if !starred {
            let text = if text.contains('\r') { &text.replace("\r\n", "\n") } else { text };
            self.doc.verbatim(text);
            return;
        }
        for (i, line) in text.lines().enumerate() {
            if i > 0 {
                self.doc.hard();
                self.doc.text(" ");
            }
            self.doc.text(line.trim());
        }
    }

    fn is_line(&self, comment: Comment) -> bool {
        !comment.span.of(self.text).starts_with("/*")
    }

    /// Whether nothing but white space stands before a comment on its line.
    fn own_line(&self, comment: Comment) -> bool {
        let start = comment.span.start as usize;
        let before = self.text[..start].trim_end_matches([' ', '\t', '\u{feff}']);
        before.is_empty() || before.ends_with(['\n', '\r'])
    }

    fn breaks_after(&self, comment: Comment) -> bool {
        let behind = self.text[comment.span.end as usize..].trim_start_matches([' ', '\t']);
        behind.is_empty() || behind.starts_with(['\n', '\r'])
    }

    /// How many line ends stand directly before a place.
    fn lines_before(&self, place: usize) -> usize {
        let before = &self.text.as_bytes()[..place];
        let space = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        space.filter(|&&byte| byte == b'\n').count()
    }
}

/// Whether a character is nothing between tokens.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}
