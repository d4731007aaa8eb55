//! Which bracket closes which, and what is done when one has no other.
//!
//! When all brackets fit, one walk with a stack pairs them. When they do not, a second walk asks the layout: a `}` at the
//! beginning of a line closes the block whose line is indented like it, and a word that begins a statement at the
//! beginning of a line stands in no parentheses. Missing brackets are put in, surplus ones left out, each with one
//! message, so that whoever reads the tokens afterwards sees brackets that fit.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Location, Span};
use crate::syntax::message::FAULTS;
use crate::syntax::token::{Kind, Token};

/// The tokens with brackets that fit, and for each bracket the index of the other one.
pub(super) fn pair(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Token>, Vec<u32>) {
    match partners(&tokens) {
        Some(partner) => (tokens, partner),
        None => {
            let tokens = mend(file, text, &tokens, diagnostics);
            let partner = partners(&tokens).unwrap_or_default();
            (tokens, partner)
        }
    }
}

fn partners(tokens: &[Token]) -> Option<Vec<u32>> {
    let mut partner = vec![0; tokens.len()];
    let mut open: Vec<u32> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.kind.opens() {
            open.push(index as u32);
        } else if token.kind.closes() {
            let other = open.pop()?;
            if tokens[other as usize].kind.closer() != token.kind {
                return None;
            }
            partner[other as usize] = index as u32;
            partner[index] = other;
        }
    }
    open.is_empty().then_some(partner)
}

/// An open bracket.
struct Open {
    token: Token,
    /// The indentation of its line.
    column: u32,
    /// Whether it holds a condition or parameters, which a block follows.
    head: bool,
}

struct Mender<'t, 'd> {
    file: FileId,
    text: &'t str,
    open: Vec<Open>,
    /// How many of each kind are open.
    counts: [u32; 5],
    out: Vec<Token>,
    /// How many were reported.
    faults: u32,
    diagnostics: &'d mut Diagnostics,
}

fn mend(file: FileId, text: &str, tokens: &[Token], diagnostics: &mut Diagnostics) -> Vec<Token> {
    let mut mender = Mender {
        file,
        text,
        open: Vec::new(),
        counts: [0; 5],
        out: Vec::with_capacity(tokens.len() + 8),
        faults: 0,
        diagnostics,
    };
    let mut column = 0;
    for (index, token) in tokens.iter().enumerate() {
        let begins_line = token.newline || index == 0;
        if begins_line {
            let line = &text.as_bytes()[..token.start as usize];
            column = line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32;
        }
        if token.kind.opens() {
            if token.kind == Kind::BraceOpen {
                mender.leave_head();
            }
            let head = token.kind == Kind::ParenOpen && begins_head(tokens, index);
            mender.counts[class(token.kind)] += 1;
            mender.open.push(Open { token: *token, column, head });
            mender.out.push(*token);
        } else if token.kind.closes() {
            mender.close(*token, begins_line.then_some(column));
        } else {
            if begins_line && begins_statement(tokens, index) {
                mender.leave_parentheses(column);
            }
            mender.out.push(*token);
        }
    }
    while !mender.open.is_empty() {
        mender.missing(None);
    }
    mender.out
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
    let token = tokens[index];
    let statement = matches!(
        token.kind,
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
    let next = tokens.get(index + 1).map(|token| token.kind);
    let key = matches!(next, Some(Kind::Colon | Kind::Comma | Kind::ParenClose | Kind::SquareClose | Kind::BraceClose));
    statement && !key
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

impl Mender<'_, '_> {
    fn push(&mut self, report: Diagnostic) {
        self.faults += 1;
        if self.faults <= FAULTS {
            self.diagnostics.push(report);
        }
    }

    /// Closes the parentheses of a head before its block.
    fn leave_head(&mut self) {
        let behind_operand = self.out.last().is_some_and(|token| token.kind.ends_operand());
        if behind_operand && self.open.last().is_some_and(|open| open.head) {
            self.missing(None);
        }
    }

    fn close(&mut self, token: Token, column: Option<u32>) {
        if self.counts[class(token.kind)] == 0 {
            let written = Span::new(token.start, token.end).of(self.text);
            let at = Location::new(self.file, Span::new(token.start, token.end));
            let report = Diagnostic::new(Code::P002, at, format!("this `{written}` closes nothing"));
            let help = "remove it, or write the bracket that it should close";
            self.push(report.help(help).fix(format!("remove `{written}`"), at.span, ""));
            return;
        }
        let depth = self.opener(token, column);
        while self.open.len() > depth + 1 {
            self.missing(Some(token));
        }
        if let Some(opener) = self.open.pop() {
            self.counts[class(opener.token.kind)] -= 1;
        }
        self.out.push(token);
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

    /// Closes parentheses that a statement cannot stand in.
    fn leave_parentheses(&mut self, column: u32) {
        let behind_opener = self.out.last().is_some_and(|token| token.kind.opens() || token.kind == Kind::Dot);
        while !behind_opener
            && self.open.last().is_some_and(|open| {
                matches!(open.token.kind, Kind::ParenOpen | Kind::SquareOpen) && open.column <= column
            })
        {
            self.missing(None);
        }
    }

    /// Puts in what closes the innermost bracket.
    fn missing(&mut self, before: Option<Token>) {
        let Some(Open { token: opener, .. }) = self.open.pop() else { return };
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
        let place = Location::new(self.file, Span::at(end));
        report = match before {
            Some(token) => {
                let other = Span::new(token.start, token.end);
                report.note_at(Location::new(self.file, other), format!("`{}` comes first", other.of(self.text)))
            }
            None if opener.kind == Kind::TemplateOpen => report,
            None => report.note_at(place, format!("`{closer}` is missing about here")),
        };
        let help = format!("write `{closer}` where it ends");
        self.push(report.help(help));
        self.out.push(Token { kind: opener.kind.closer(), newline: false, start: end, end });
    }
}
