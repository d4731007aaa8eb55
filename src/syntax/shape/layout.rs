//! What is done about brackets that do not fit: the lines and their indentation say what was meant.
//!
//! A `}` at the beginning of a line closes the block whose line is indented like it. A line that begins a statement, and is
//! indented no deeper than the line of an open `(`, `[` or object, ends that. A block that nothing closes ends where its
//! indentation does, which a first walk finds out for a second one. A string without its end takes the brackets of its line
//! with it, so that these are closed without a word. Missing brackets are put in, surplus ones left out, each with one
//! message, so that whoever reads the tokens afterwards sees brackets that fit.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, Fix};
use crate::source::{FileId, Location, Span};
use crate::syntax::message::FAULTS;
use crate::syntax::token::{Kind, Token};

use super::DEPTH;

/// Puts in the brackets that are missing and leaves out those that are too many.
pub(super) fn mend(file: FileId, text: &str, tokens: &[Token], diagnostics: &mut Diagnostics) -> Vec<Token> {
    let mut mender = Mender::new(file, text, Layout::default());
    mender.walk(tokens);
    if !mender.learned.early.is_empty() || mender.learned.surplus.is_some() {
        let layout = std::mem::take(&mut mender.learned);
        mender = Mender::new(file, text, layout);
        mender.walk(tokens);
    }
    mender.reports.truncate(FAULTS as usize);
    mender.reports.into_iter().for_each(|report| diagnostics.push(report));
    mender.out
}

/// An open bracket.
struct Open {
    token: Token,
    /// The indentation of its line.
    column: u32,
    /// Whether it holds a condition or parameters, which a block follows.
    head: bool,
    /// Whether it is a `{` that holds entries and no statements.
    object: bool,
    /// Whether its first line is indented deeper than its own.
    deeper: bool,
    /// The end of what stands before the first line that is not.
    dedent: Option<u32>,
}

/// What a first walk over the tokens found out for a second one.
#[derive(Default)]
struct Layout {
    /// Openers that nothing closes, in the order of their places.
    early: Vec<u32>,
    /// A `}` that its indentation shows to be the surplus one.
    surplus: Option<u32>,
}

struct Mender<'t> {
    file: FileId,
    text: &'t str,
    layout: Layout,
    learned: Layout,
    open: Vec<Open>,
    /// How many of each class are open.
    counts: [u32; 5],
    /// How many of each class may still come that were closed without a word.
    owed: [u32; 5],
    /// The last `}` at the beginning of a line whose indentation is not that of its block.
    askew: Option<u32>,
    /// The beginning of the line at hand, where it holds a string without its end.
    torn: Option<u32>,
    /// The beginning of the line at hand.
    line: u32,
    out: Vec<Token>,
    reports: Vec<Diagnostic>,
}

fn class(kind: Kind) -> usize {
    match kind {
        Kind::ParenOpen | Kind::ParenClose => 0,
        Kind::SquareOpen | Kind::SquareClose => 1,
        Kind::BraceOpen | Kind::BraceClose => 2,
        Kind::HoleOpen | Kind::HoleClose => 3,
        _ => 4,
    }
}

fn spelling(kind: Kind, text: &str, token: Token) -> String {
    match kind {
        Kind::ParenClose => ")".into(),
        Kind::SquareClose => "]".into(),
        Kind::TemplateClose => Span::new(token.start, token.end).of(text).into(),
        _ => "}".into(),
    }
}

/// Whether a word stands there that begins a statement and can stand in no expression.
fn begins_statement(tokens: &[Token], index: usize) -> bool {
    let statement = matches!(
        tokens[index].kind,
        Kind::Let(_)
            | Kind::Return
            | Kind::Throw
            | Kind::Break
            | Kind::Continue
            | Kind::Import
            | Kind::Export
            | Kind::While
            | Kind::For
            | Kind::Do
    );
    statement && !is_key(tokens, index)
}

/// Whether the word there is a key or an element.
fn is_key(tokens: &[Token], index: usize) -> bool {
    let next = tokens.get(index + 1).map(|token| token.kind);
    matches!(next, Some(Kind::Colon | Kind::Comma | Kind::ParenClose | Kind::SquareClose | Kind::BraceClose))
}

/// Whether the `(` there holds a condition or parameters.
fn begins_head(tokens: &[Token], index: usize) -> bool {
    let before = |count: usize| index.checked_sub(count).map(|index| tokens[index].kind);
    match before(1) {
        Some(Kind::If | Kind::While | Kind::For | Kind::Switch | Kind::Function | Kind::Fn | Kind::Catch) => true,
        Some(kind) if kind.is_name() => matches!(before(2), Some(Kind::Function | Kind::Fn | Kind::Pattern)),
        _ => false,
    }
}

/// Whether the `{` there holds entries, as far as its first tokens tell.
fn begins_object(tokens: &[Token], index: usize) -> bool {
    let key = tokens.get(index + 1).map(|token| token.kind);
    let next = tokens.get(index + 2).map(|token| token.kind);
    match key {
        Some(Kind::Ellipsis) => true,
        Some(kind) if kind.is_word() || kind == Kind::Text => matches!(next, Some(Kind::Colon | Kind::Comma)),
        _ => false,
    }
}

impl<'t> Mender<'t> {
    fn new(file: FileId, text: &'t str, layout: Layout) -> Self {
        Mender {
            file,
            text,
            layout,
            learned: Layout::default(),
            open: Vec::new(),
            counts: [0; 5],
            owed: [0; 5],
            askew: None,
            torn: None,
            line: 0,
            out: Vec::new(),
            reports: Vec::new(),
        }
    }

    fn walk(&mut self, tokens: &[Token]) {
        let mut column = 0;
        for (index, token) in tokens.iter().enumerate() {
            let begins_line = token.newline || index == 0;
            if begins_line {
                self.mend_torn();
                self.line = token.start;
                let line = &self.text.as_bytes()[..token.start as usize];
                column = line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32;
                self.indentation(*token, column);
            }
            if token.kind.opens() {
                if token.kind == Kind::BraceOpen {
                    self.leave_head();
                }
                let head = token.kind == Kind::ParenOpen && begins_head(tokens, index);
                let object = token.kind == Kind::BraceOpen && begins_object(tokens, index);
                let deeper = tokens.get(index + 1).is_some_and(|next| {
                    let line = &self.text.as_bytes()[..next.start as usize];
                    next.newline && line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32 > column
                });
                self.counts[class(token.kind)] += 1;
                self.open.push(Open { token: *token, column, head, object, deeper, dedent: None });
                self.out.push(*token);
            } else if token.kind.closes() {
                self.close(*token, tokens.get(index + 1).copied(), begins_line.then_some(column));
            } else if matches!(token.kind, Kind::Chunk) && self.counts[class(Kind::TemplateOpen)] == 0 {
                // What is left of a template whose hole was ended by its line.
            } else {
                if begins_line {
                    self.leave_parentheses(tokens, index, column);
                }
                if token.kind == Kind::Invalid
                    && self.text[token.start as usize..].starts_with(['"', '\'', '/', '“', '”', '‘', '’'])
                {
                    self.torn = Some(self.line);
                }
                self.out.push(*token);
            }
        }
        self.mend_torn();
        while let Some(open) = self.open.last() {
            if open.dedent.is_some() {
                self.learned.early.push(open.token.start);
            }
            self.missing(None);
        }
        self.learned.early.reverse();
    }

    /// Closes what was opened on a line behind which a string had no end: the string holds what closes it.
    fn mend_torn(&mut self) {
        let Some(line) = self.torn.take() else { return };
        while let Some(open) =
            self.open.pop_if(|open| open.token.start >= line && (open.token.kind != Kind::BraceOpen || open.object))
        {
            self.counts[class(open.token.kind)] -= 1;
            self.owed[class(open.token.kind)] += 1;
            self.put_in(open.token.kind.closer());
        }
    }

    /// Looks which blocks a line no longer belongs to.
    fn indentation(&mut self, token: Token, column: u32) {
        if token.kind.closes() || !(token.kind.is_word() || token.kind == Kind::At) {
            return;
        }
        let end = self.out.last().map_or(0, |token| token.end);
        for open in self.open.iter_mut().rev().take(DEPTH as usize) {
            if open.token.kind == Kind::BraceOpen && open.deeper && open.column >= column && open.dedent.is_none() {
                open.dedent = Some(end);
            }
        }
        let early = &self.layout.early;
        let leaves = |open: &Open| open.column >= column && early.binary_search(&open.token.start).is_ok();
        let from = self.open.len().saturating_sub(DEPTH as usize);
        if let Some(depth) = self.open[from..].iter().position(leaves) {
            while self.open.len() > from + depth {
                self.missing(None);
            }
        }
    }

    /// Closes the parentheses of a head before its block.
    fn leave_head(&mut self) {
        let behind_operand = self.out.last().is_some_and(|token| token.kind.ends_operand());
        if behind_operand && self.open.last().is_some_and(|open| open.head) {
            self.missing(None);
        }
    }

    fn close(&mut self, token: Token, next: Option<Token>, column: Option<u32>) {
        let class_of = class(token.kind);
        if self.counts[class_of] == 0 || self.layout.surplus == Some(token.start) {
            return self.surplus(token, next);
        }
        let depth = self.opener(token, column);
        while self.open.len() > depth + 1 {
            self.missing(Some(token));
        }
        if let Some(opener) = self.open.pop() {
            self.counts[class(opener.token.kind)] -= 1;
            if token.kind == Kind::BraceClose && column.is_some_and(|column| column > opener.column) {
                self.askew = Some(token.start);
            }
        }
        self.out.push(token);
    }

    /// A closing bracket that no open one fits.
    fn surplus(&mut self, token: Token, next: Option<Token>) {
        let class_of = class(token.kind);
        if self.owed[class_of] > 0 {
            self.owed[class_of] -= 1;
            return;
        }
        if matches!(token.kind, Kind::HoleClose | Kind::TemplateClose) {
            return;
        }
        let at = Location::new(self.file, Span::new(token.start, token.end));
        let written = at.span.of(self.text);
        let other = self.open.last().filter(|open| {
            matches!(open.token.kind, Kind::ParenOpen | Kind::SquareOpen)
                && next.is_none_or(|next| next.kind != open.token.kind.closer())
        });
        if let Some(open) = other {
            let (opener, closer) = (open.token, spelling(open.token.kind.closer(), self.text, open.token));
            let open_text = Span::new(opener.start, opener.end).of(self.text);
            let report = Diagnostic::new(Code::P002, at, format!("`{written}` cannot close `{open_text}`"));
            let place = Location::new(self.file, Span::new(opener.start, opener.end));
            let report = report.note_at(place, format!("this `{open_text}` is open"));
            self.reports.push(report.help(format!("write `{closer}`")).mend(Fix {
                title: format!("write `{closer}`"),
                certain: false,
                edits: vec![Edit { at, text: closer }],
            }));
            self.open.pop();
            self.counts[class(opener.kind)] -= 1;
            self.out.push(Token { kind: opener.kind.closer(), ..token });
            return;
        }
        if token.kind == Kind::BraceClose && self.layout.surplus.is_none() && self.learned.surplus.is_none() {
            self.learned.surplus = self.askew;
        }
        let report = Diagnostic::new(Code::P002, at, format!("this `{written}` closes nothing"));
        let help = "remove it, or write the bracket that it should close";
        self.reports.push(report.help(help).mend(Fix {
            title: format!("remove `{written}`"),
            certain: token.kind != Kind::BraceClose,
            edits: vec![Edit { at, text: String::new() }],
        }));
    }

    /// Which open bracket a closing one means.
    fn opener(&self, token: Token, column: Option<u32>) -> usize {
        let fits = |open: &Open| open.token.kind.closer() == token.kind;
        let nearest = self.open.iter().rposition(fits).unwrap_or(0);
        let Some(column) = column.filter(|_| token.kind == Kind::BraceClose) else { return nearest };
        if self.open[nearest].column <= column {
            return nearest;
        }
        let mut depth = nearest;
        while self.open[depth].column > column && depth > 0 {
            depth -= 1;
        }
        if fits(&self.open[depth]) && self.open[depth].column == column { depth } else { nearest }
    }

    /// Closes what the statement that begins at a token cannot stand in.
    fn leave_parentheses(&mut self, tokens: &[Token], index: usize, column: u32) {
        let Some(last) = self.out.last().map(|token| token.kind) else { return };
        if last.opens() || last == Kind::Dot {
            return;
        }
        let keyword = begins_statement(tokens, index);
        let kind = tokens[index].kind;
        let key = tokens.get(index + 1).is_some_and(|next| next.kind == Kind::Colon);
        let adjacent = last.ends_operand() && (kind.is_word() || kind == Kind::At) && !joins(kind) && !key;
        if !keyword && !adjacent {
            return;
        }
        while self.open.last().is_some_and(|open| match open.token.kind {
            Kind::ParenOpen | Kind::SquareOpen | Kind::HoleOpen => keyword || open.column >= column,
            Kind::BraceOpen => open.object && open.column >= column,
            _ => false,
        }) {
            self.missing(None);
        }
    }

    /// Puts in what closes the innermost bracket, and says so.
    fn missing(&mut self, before: Option<Token>) {
        let Some(Open { token: opener, dedent, .. }) = self.open.pop() else { return };
        self.counts[class(opener.kind)] -= 1;
        let end = self.out.last().map_or(opener.end, |token| token.end);
        let written = Span::new(opener.start, opener.end).of(self.text);
        let closer = spelling(opener.kind.closer(), self.text, opener);
        let here = Location::new(self.file, Span::new(opener.start, opener.end));
        let (message, label) = match opener.kind {
            Kind::TemplateOpen => (format!("this template has no end: `{written}` is never closed"), "it begins here"),
            _ => (format!("this `{written}` is never closed"), "it is opened here"),
        };
        let mut report = Diagnostic::new(Code::P002, here, message).label(label);
        let place = Location::new(self.file, Span::at(dedent.unwrap_or(end)));
        report = match before {
            Some(token) if dedent.is_none() => {
                let other = Span::new(token.start, token.end);
                report.note_at(Location::new(self.file, other), format!("`{}` comes first", other.of(self.text)))
            }
            _ if opener.kind == Kind::TemplateOpen => report,
            _ => report.note_at(place, format!("`{closer}` is missing about here")),
        };
        self.reports.push(report.help(format!("write `{closer}` where it ends")));
        self.put_in(opener.kind.closer());
        // A template whose hole has no end has none either, which goes without saying.
        if opener.kind == Kind::HoleOpen && self.open.pop_if(|open| open.token.kind == Kind::TemplateOpen).is_some() {
            self.counts[class(Kind::TemplateOpen)] -= 1;
            self.put_in(Kind::TemplateClose);
        }
    }

    fn put_in(&mut self, kind: Kind) {
        let end = self.out.last().map_or(0, |token| token.end);
        self.out.push(Token { kind, newline: false, start: end, end });
    }
}

/// Whether a word stands between operands.
fn joins(kind: Kind) -> bool {
    matches!(kind, Kind::Infix(_) | Kind::Else | Kind::Catch | Kind::Finally | Kind::As | Kind::Of | Kind::From)
}
