//! Templates: literal parts and holes, and what is done about a template without its end.
//!
//! Such a template would swallow the rest of the text, or end where the next one begins. So when one is open at the end of
//! the text, the text is read once more, and the template that looks like it ends with its line.

use super::Lexer;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::literal;
use crate::syntax::token::Kind;

/// An open brace.
pub(super) enum Mode {
    Brace,
    Hole(Fence),
}

/// What ends a template.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fence {
    Tick,
    TripleTick,
    TripleQuote,
}

impl Fence {
    pub(super) fn text(self) -> &'static str {
        match self {
            Fence::Tick => "`",
            Fence::TripleTick => "```",
            Fence::TripleQuote => "\"\"\"",
        }
    }
}

/// An open template.
pub(super) struct Template {
    /// Its first byte.
    start: usize,
    /// Where its last hole begins.
    hole: usize,
    fence: Fence,
}

impl Lexer<'_, '_> {
    pub(super) fn template(&mut self, fence: Fence, start: usize, end: usize) {
        self.push(Kind::TemplateOpen, start, end);
        self.open.push(Template { start, hole: start, fence });
        self.chunk(fence, end);
    }

    /// `"""`: a text, unless a hole comes before its end.
    pub(super) fn triple_quote(&mut self, start: usize, end: usize) {
        let (stop, closed) = self.chunk_end(Fence::TripleQuote, end);
        if closed {
            if self.text[end..stop].contains('\\') {
                literal::check_escapes(self.file, self.text, Span::new(end as u32, stop as u32), self.diagnostics);
            }
            self.push(Kind::Text, start, stop + 3);
            self.resume(stop + 3);
        } else {
            self.template(Fence::TripleQuote, start, end);
        }
    }

    /// Where a literal part ends, and whether the template ends there.
    fn chunk_end(&self, fence: Fence, from: usize) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let close = fence.text().as_bytes();
        let mut at = from;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 1,
                b'$' if bytes.get(at + 1) == Some(&b'{') => return (at, false),
                byte if byte == close[0] && bytes[at..].starts_with(close) => return (at, true),
                _ => {}
            }
            at += 1;
        }
        (bytes.len(), false)
    }

    /// A literal part and what ends it.
    pub(super) fn chunk(&mut self, fence: Fence, from: usize) {
        let (mut stop, mut closed) = self.chunk_end(fence, from);
        let torn = self.is_torn();
        if torn {
            let line = self.line_end(from);
            closed &= stop <= line;
            stop = stop.min(line);
        }
        if stop > from {
            if self.text[from..stop].contains('\\') {
                literal::check_escapes(self.file, self.text, Span::new(from as u32, stop as u32), self.diagnostics);
            }
            self.push(Kind::Chunk, from, stop);
        }
        if closed {
            let end = stop + fence.text().len();
            self.push(Kind::TemplateClose, stop, end);
            self.resume(end);
            if let Some(template) = self.open.pop().filter(|_| self.open.is_empty() && fence == Fence::Tick) {
                self.suspect(template.start, stop);
            }
        } else if self.text[stop..].starts_with("${") {
            if let Some(template) = self.open.last_mut() {
                template.hole = stop;
            }
            self.push(Kind::HoleOpen, stop, stop + 2);
            self.modes.push(Mode::Hole(fence));
            self.resume(stop + 2);
        } else if torn {
            if let Some(Template { start, .. }) = self.open.pop() {
                let message = "this template has no end";
                let report = Diagnostic::new(Code::P002, self.place(start, start + 1), message);
                let edit = Edit { at: self.place(stop, stop), text: "`".into() };
                let fix = Fix { title: "write a backtick there".into(), certain: false, edits: vec![edit] };
                self.diagnostics.push(report.label("it begins here").help("write a backtick where it ends").mend(fix));
            }
            self.push(Kind::TemplateClose, stop, stop);
            self.resume(stop);
        } else {
            // The missing end is reported with the other brackets that have none.
            self.resume(stop);
        }
    }

    /// Whether the template at hand ends with its line.
    fn is_torn(&self) -> bool {
        self.open.last().is_some_and(|open| self.torn.contains(&open.start))
    }

    /// Where the template begins that has no end, if one is open at the end of the text and its line was not meant to go on.
    pub(super) fn culprit(&self) -> Option<usize> {
        let outermost = self.open.iter().find(|template| template.fence == Fence::Tick)?;
        let start = self.suspect.unwrap_or(outermost.start);
        let line = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        let closed = self.text[start + 1..line].contains('`');
        (closed || self.suspect.is_some() || begins_code(&self.text[line..])).then_some(start)
    }

    /// Notes a template that goes over several lines and ends where another one seems to begin.
    fn suspect(&mut self, start: usize, stop: usize) {
        let text = &self.text[start + 1..stop];
        if self.suspect.is_some() || self.torn.contains(&start) || !text.contains('\n') {
            return;
        }
        let before = text.trim_end_matches(' ').ends_with(['=', '(', ',', '[', ':', '+', '>', '?', '{']);
        let after = self.text[stop + 1..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$'));
        if before || after {
            self.suspect = Some(start);
        }
    }

    /// Ends the template at hand, whose hole is open, if it has no end. Whether it was one.
    pub(super) fn closes_torn(&mut self, at: usize) -> bool {
        let closes = self.end_torn(at);
        // The mark itself ends the template; only the end of its hole is put in.
        if let Some(last) = self.tokens.last_mut().filter(|_| closes) {
            (last.start, last.end) = (at as u32, at as u32 + 1);
        }
        closes
    }

    /// Ends the template at hand here if it has no end, with its hole if one is open. Whether it was one.
    pub(super) fn end_torn(&mut self, at: usize) -> bool {
        if !self.is_torn() {
            return false;
        }
        while let Some(mode) = self.modes.pop() {
            if matches!(mode, Mode::Hole(_)) {
                break;
            }
        }
        let Some(Template { hole, .. }) = self.open.pop() else { return false };
        let newline = std::mem::take(&mut self.newline);
        let end = self.tokens.last().map_or(at, |token| token.end as usize);
        self.push(Kind::HoleClose, end, end);
        self.push(Kind::TemplateClose, end, end);
        self.newline = newline;
        let place = self.place(hole, hole + 2);
        let report = Diagnostic::new(Code::P002, place, "this `${` is never closed").label("it is opened here");
        let report = report.note_at(self.place(end, end), "`}` is missing about here");
        let edit = Edit { at: self.place(end, end), text: "}".into() };
        let fix = Fix { title: "write `}` there".into(), certain: false, edits: vec![edit] };
        self.diagnostics.push(report.help("write `}` where it ends").mend(fix));
        true
    }
}

/// Whether the next line that is not empty begins like a statement.
fn begins_code(rest: &str) -> bool {
    let Some(line) = rest.lines().map(str::trim).find(|line| !line.is_empty()) else { return false };
    let word: &str = &line[..line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(line.len())];
    let behind = line[word.len()..].trim_start();
    let keyword = matches!(
        word,
        "let" | "const" | "var" | "return" | "if" | "for" | "while" | "function" | "fn" | "throw" | "import" | "export"
    );
    let named = !word.is_empty() && (behind.starts_with('(') || behind.starts_with('=') || behind.starts_with('.'));
    keyword || named && !line.ends_with('.') || line.starts_with('}')
}
