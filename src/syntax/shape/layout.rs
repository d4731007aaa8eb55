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
use super::turned::{Turns, is_turned, line_fits, other_brace};

/// Puts in the brackets that are missing and leaves out those that are too many.
pub(super) fn mend(file: FileId, text: &str, tokens: &[Token], diagnostics: &mut Diagnostics) -> Vec<Token> {
    let turns = Turns::of(tokens);
    let mut mender = Mender::new(file, text, turns, Layout::default());
    mender.walk(tokens);
    if mender.learned.anything() {
        let layout = std::mem::take(&mut mender.learned);
        mender = Mender::new(file, text, turns, layout);
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
    /// Its number among the tokens.
    index: u32,
    /// Whether it is a `{` that holds entries and no statements.
    object: bool,
    /// Whether its first line is indented deeper than its own.
    deeper: bool,
    /// The end of what stands before the first line that is not.
    dedent: Option<u32>,
}

/// The head of a construct on a line of its own, which a block should follow.
struct Head {
    column: u32,
    /// How many brackets are open behind it.
    depth: usize,
    /// Index of the token behind it.
    end: usize,
}

/// What a first walk over the tokens found out for a second one.
#[derive(Default)]
struct Layout {
    /// Index of a token before which a `{` is missing, and the `}` that shows it.
    opener: Option<(usize, u32)>,
    /// Openers that nothing closes, in the order of their places.
    early: Vec<u32>,
    /// A `}` that its indentation shows to be the surplus one.
    surplus: Option<u32>,
    /// The second `{` of each `{{` of which one is never closed.
    doubled: Vec<u32>,
}

impl Layout {
    fn anything(&self) -> bool {
        !self.early.is_empty() || !self.doubled.is_empty() || self.surplus.is_some() || self.opener.is_some()
    }
}

/// What a closing bracket may mean.
#[derive(Clone, Copy)]
enum Meaning {
    /// It closes the bracket at this depth.
    Closes(usize),
    /// It closes nothing.
    Surplus,
    /// It closes the innermost bracket, whose own closing bracket is another.
    Another,
}

/// How many open brackets are looked at when a closing one does not fit, and how many tokens behind it.
const SIGHT: usize = 32;

/// How many brackets do not fit on the rest of a line, with these open at its beginning, each with whether it was opened on
/// the line itself.
fn faults(mut open: Vec<(Kind, bool)>, rest: &[Token]) -> usize {
    let mut faults = 0;
    let mut last = None;
    for token in rest.iter().take(SIGHT) {
        if token.newline {
            let goes_on = !token.kind.is_word() || last.is_some_and(|kind: Kind| !kind.ends_operand());
            let left = open.iter().filter(|(kind, here)| *here && matches!(kind, Kind::ParenOpen | Kind::SquareOpen));
            return faults + if goes_on { 0 } else { left.count() };
        }
        last = Some(token.kind);
        if token.kind.opens() {
            open.push((token.kind, true));
        } else if token.kind.closes() {
            match open.iter().rposition(|(kind, _)| kind.closer() == token.kind) {
                Some(depth) => {
                    faults += open.len() - 1 - depth;
                    open.truncate(depth);
                }
                None => faults += 1,
            }
        }
    }
    faults
}

struct Mender<'t> {
    file: FileId,
    text: &'t str,
    turns: Turns,
    layout: Layout,
    learned: Layout,
    open: Vec<Open>,
    /// How many of each class are open.
    counts: [u32; 5],
    /// How many of each class may still come that were closed without a word.
    owed: [u32; 5],
    /// The last `}` at the beginning of a line whose indentation is not that of its block, and the end of the head that has it.
    askew: Option<(u32, Option<usize>)>,
    /// Heads that a deeper line follows and no `{`, the last one last.
    heads: Vec<Head>,
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
        Kind::TemplateClose => token.span().of(text).into(),
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

/// Whether a `{` shows that the `(` of a head has no end: it stands behind an operand, and nothing in the head has a block.
pub(super) fn leaves_head(tokens: &[Token], head: u32, index: usize) -> bool {
    let head = head as usize;
    let blocks = |token: &Token| {
        let block = matches!(token.kind, Kind::Match | Kind::Switch | Kind::If | Kind::Try | Kind::Context);
        block || matches!(token.kind, Kind::Fn | Kind::Function | Kind::Uncertain | Kind::Arrow)
    };
    // Behind the variables of a loop `of` is no name.
    let walks = tokens[index - 1].kind == Kind::Of
        && head + 2 < index
        && head.checked_sub(1).is_some_and(|before| tokens[before].kind == Kind::For);
    tokens[head].kind == Kind::ParenOpen
        && (tokens[index - 1].kind.ends_operand() || matches!(tokens[index - 1].kind, Kind::Step(_)))
        && !walks
        && index - head < 2 * SIGHT
        && begins_head(tokens, head)
        && !tokens[head..index].iter().any(blocks)
}

/// Whether the line that begins there begins something that has a block.
fn begins_block(tokens: &[Token], first: usize) -> bool {
    let skip = usize::from(tokens[first].kind == Kind::BraceClose);
    let next = tokens.get(first + skip + 1).map(|token| token.kind);
    match tokens.get(first + skip).map(|token| token.kind) {
        Some(Kind::If | Kind::Else | Kind::While | Kind::For | Kind::Do | Kind::Switch | Kind::Try | Kind::Catch) => {
            true
        }
        Some(Kind::Finally | Kind::Function | Kind::Uncertain | Kind::Export | Kind::Async | Kind::Band(_)) => true,
        Some(Kind::Default | Kind::Fn | Kind::Pattern | Kind::Agent | Kind::Test | Kind::On | Kind::Context) => {
            next.is_some_and(|kind| kind.is_name() || kind == Kind::Text)
        }
        Some(Kind::Match) => true,
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
    fn new(file: FileId, text: &'t str, turns: Turns, layout: Layout) -> Self {
        Mender {
            file,
            text,
            turns,
            layout,
            learned: Layout::default(),
            open: Vec::new(),
            counts: [0; 5],
            owed: [0; 5],
            askew: None,
            heads: Vec::new(),
            torn: None,
            line: 0,
            out: Vec::new(),
            reports: Vec::new(),
        }
    }

    fn walk(&mut self, tokens: &[Token]) {
        let (mut column, mut first) = (0, 0);
        for (index, token) in tokens.iter().enumerate() {
            let begins_line = token.newline || index == 0;
            if begins_line {
                self.mend_torn();
                self.line = token.start;
                let before = column;
                column = self.column(*token);
                if column > before
                    && self.out.last().is_some_and(|last| last.kind.ends_operand())
                    && begins_block(tokens, first)
                {
                    self.heads.push(Head { column: before, depth: self.open.len(), end: index });
                }
                first = index;
                self.open_block(index);
                self.indentation(*token, column);
            }
            if self.layout.doubled.binary_search(&token.start).is_ok() {
                self.doubled(*token);
                continue;
            }
            let token = &match self.turns(tokens, first, index, column) {
                true => self.turn(*token),
                false => *token,
            };
            if token.kind.opens() {
                if token.kind == Kind::BraceOpen
                    && self.open.last().is_some_and(|open| leaves_head(tokens, open.index, index))
                {
                    self.missing(None);
                }
                if token.kind == Kind::BraceOpen && self.out.last().is_some_and(|last| last.kind == Kind::Comma) {
                    self.end_object();
                }
                let object = token.kind == Kind::BraceOpen && begins_object(tokens, index);
                let deeper = tokens.get(index + 1).is_some_and(|next| {
                    let line = &self.text.as_bytes()[..next.start as usize];
                    next.newline && line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32 > column
                });
                self.counts[class(token.kind)] += 1;
                self.open.push(Open { token: *token, column, index: index as u32, object, deeper, dedent: None });
                self.out.push(*token);
            } else if token.kind.closes() {
                if token.kind == Kind::TemplateClose && token.start == token.end {
                    self.torn = Some(self.line);
                }
                self.close(*token, &tokens[index + 1..], begins_line.then_some(column));
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
                    // What ends the line stands in the string, and what closes it on another line.
                    let swallowed = token.span().of(self.text).trim_end().ends_with('{');
                    self.owed[class(Kind::BraceOpen)] += u32::from(swallowed);
                }
                if token.kind.is_word() && !joins(token.kind) {
                    self.leave_decorator(tokens);
                }
                self.out.push(*token);
            }
        }
        self.mend_torn();
        let mut swallowed = false;
        while let Some(open) = self.open.last() {
            if open.dedent.is_some() && self.double(open.token).is_none() {
                self.learned.early.push(open.token.start);
            }
            // A template without its end holds what closes the brackets around it.
            let template = matches!(open.token.kind, Kind::TemplateOpen | Kind::HoleOpen);
            let told = self.reports.len();
            self.missing(None);
            if swallowed {
                self.reports.truncate(told);
            }
            swallowed |= template;
        }
        self.learned.early.reverse();
        self.learned.doubled.sort_unstable();
    }

    /// The indentation of the line that a token begins.
    fn column(&self, token: Token) -> u32 {
        let line = &self.text.as_bytes()[..token.start as usize];
        line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32
    }

    /// Whether the brace there is the other one, as its place, its line or the next one show.
    fn turns(&self, tokens: &[Token], first: usize, index: usize, column: u32) -> bool {
        let token = tokens[index];
        match (self.turns, token.kind) {
            (Turns::Both, Kind::BraceOpen | Kind::BraceClose) => return is_turned(tokens, index),
            (Turns::Openers(1..), Kind::BraceOpen) | (Turns::Closers(1..), Kind::BraceClose) => {}
            _ => return false,
        }
        if is_turned(tokens, index) {
            return true;
        }
        let next = tokens.get(index + 1);
        let below = next.filter(|next| next.newline).map(|next| self.column(*next));
        let ends = next.is_none_or(|next| next.newline);
        let mends = || !line_fits(tokens, first, None) && line_fits(tokens, first, Some(index));
        let here = self.open.last().filter(|open| open.token.kind == Kind::BraceOpen);
        let inside = here.is_some_and(|open| open.token.start >= self.line);
        match token.kind {
            Kind::BraceClose if index == first => false,
            Kind::BraceClose if inside => false,
            Kind::BraceClose => below.is_some_and(|below| below > column) || mends(),
            _ if index == first => {
                let left = here.is_some_and(|open| open.column == column && open.deeper);
                left && if ends { below.is_none_or(|below| below <= column) } else { mends() }
            }
            _ if ends => inside && tokens[index - 1].kind.ends_operand() && below.is_none_or(|below| below <= column),
            _ => inside && mends(),
        }
    }

    /// The other brace, which was meant.
    fn turn(&mut self, token: Token) -> Token {
        let kind = other_brace(token.kind);
        if let Turns::Openers(left) | Turns::Closers(left) = &mut self.turns {
            *left -= 1;
        }
        let at = Location::new(self.file, token.span());
        let (written, meant) = if kind == Kind::BraceOpen { ("}", "{") } else { ("{", "}") };
        let report = Diagnostic::new(Code::P002, at, format!("`{written}` stands where `{meant}` is meant"));
        self.reports.push(report.help(format!("write `{meant}`")).mend(Fix {
            title: format!("write `{meant}`"),
            certain: false,
            edits: vec![Edit { at, text: meant.into() }],
        }));
        Token { kind, ..token }
    }

    /// The second `{` of a `{{`, one of which is at hand.
    fn double(&self, token: Token) -> Option<u32> {
        let bytes = self.text.as_bytes();
        let at = token.start as usize;
        match token.kind {
            Kind::BraceOpen if bytes.get(at + 1) == Some(&b'{') => Some(token.start + 1),
            Kind::BraceOpen if at > 0 && bytes[at - 1] == b'{' => Some(token.start),
            _ => None,
        }
    }

    /// A `{` that is left out, since another stands before it.
    fn doubled(&mut self, token: Token) {
        let at = Location::new(self.file, token.span());
        let report = Diagnostic::new(Code::P002, at, "this `{` is never closed").label("another stands before it");
        self.reports.push(report.help("remove it").mend(Fix {
            title: "remove `{`".into(),
            certain: false,
            edits: vec![Edit { at, text: String::new() }],
        }));
    }

    /// Puts in the `{` that is missing before the line at hand, if one is.
    fn open_block(&mut self, index: usize) {
        let Some((_, shown)) = self.layout.opener.filter(|(missing, _)| *missing == index) else { return };
        let end = self.out.last().map_or(0, |token| token.end);
        let token = Token { kind: Kind::BraceOpen, newline: false, start: end, end };
        let at = Location::new(self.file, Span::new(shown, shown + 1));
        let place = Location::new(self.file, Span::at(end));
        let report = Diagnostic::new(Code::P002, at, "this `}` closes nothing");
        self.reports.push(report.note_at(place, "`{` is missing about here").help("write `{` before the block").mend(
            Fix { title: "write `{` there".into(), certain: false, edits: vec![Edit { at: place, text: " {".into() }] },
        ));
        self.counts[class(Kind::BraceOpen)] += 1;
        let column = self.heads.last().map_or(0, |head| head.column);
        self.open.push(Open { token, column, index: index as u32, object: false, deeper: true, dedent: None });
        self.out.push(token);
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

    fn close(&mut self, token: Token, rest: &[Token], column: Option<u32>) {
        if self.layout.surplus == Some(token.start) {
            return self.surplus(token, column);
        }
        let depth = match self.meant(token, rest, column) {
            Meaning::Closes(depth) => depth,
            Meaning::Surplus => return self.surplus(token, column),
            Meaning::Another => return self.another(token),
        };
        while self.open.len() > depth + 1 {
            self.missing(Some(token));
        }
        if let Some(opener) = self.open.pop() {
            self.counts[class(opener.token.kind)] -= 1;
            if token.kind == Kind::BraceClose && column.is_some_and(|column| column > opener.column) {
                self.askew = Some((token.start, column.and_then(|column| self.head_of(column))));
            }
        }
        self.out.push(token);
    }

    /// What a closing bracket means: of all it may, what leaves the fewest faults on its line.
    fn meant(&self, token: Token, rest: &[Token], column: Option<u32>) -> Meaning {
        let class_of = class(token.kind);
        let Some(last) = self.open.last() else { return Meaning::Surplus };
        if last.token.kind.closer() == token.kind && column.is_none() {
            return Meaning::Closes(self.open.len() - 1);
        }
        let closes = (self.counts[class_of] > 0).then(|| self.opener(token, column));
        if self.owed[class_of] > 0 && closes.is_none() {
            return Meaning::Surplus;
        }
        if closes == Some(self.open.len() - 1) || token.kind == Kind::HoleClose || token.kind == Kind::TemplateClose {
            return closes.map_or(Meaning::Surplus, Meaning::Closes);
        }
        let top = self.open.len().saturating_sub(SIGHT);
        let stack: Vec<(Kind, bool)> =
            self.open[top..].iter().map(|open| (open.token.kind, open.token.start >= self.line)).collect();
        let mut best = (1 + faults(stack.clone(), rest), Meaning::Surplus);
        if matches!(last.token.kind, Kind::ParenOpen | Kind::SquareOpen) && token.kind != Kind::BraceClose {
            let faults = 1 + faults(stack[..stack.len() - 1].to_vec(), rest);
            if faults < best.0 {
                best = (faults, Meaning::Another);
            }
        }
        if let Some(depth) = closes {
            let missing = self.open.len() - 1 - depth;
            let below = stack[..depth.saturating_sub(top)].to_vec();
            if missing + faults(below, rest) <= best.0 {
                best.1 = Meaning::Closes(depth);
            }
        }
        best.1
    }

    /// A closing bracket of another kind than the one that is open.
    fn another(&mut self, token: Token) {
        let Some(Open { token: opener, .. }) = self.open.pop() else { return };
        self.counts[class(opener.kind)] -= 1;
        let at = Location::new(self.file, token.span());
        let place = Location::new(self.file, opener.span());
        let (written, open) = (at.span.of(self.text), place.span.of(self.text));
        let closer = spelling(opener.kind.closer(), self.text, opener);
        let report = Diagnostic::new(Code::P002, at, format!("`{written}` cannot close `{open}`"));
        let report = report.note_at(place, format!("this `{open}` is open"));
        self.reports.push(report.help(format!("write `{closer}`")).mend(Fix {
            title: format!("write `{closer}`"),
            certain: false,
            edits: vec![Edit { at, text: closer }],
        }));
        self.out.push(Token { kind: opener.kind.closer(), ..token });
    }

    /// A closing bracket that no open one fits.
    fn surplus(&mut self, token: Token, column: Option<u32>) {
        let class_of = class(token.kind);
        if self.owed[class_of] > 0 {
            self.owed[class_of] -= 1;
            return;
        }
        if matches!(token.kind, Kind::HoleClose | Kind::TemplateClose) {
            return;
        }
        let at = Location::new(self.file, token.span());
        let written = at.span.of(self.text);
        if token.kind == Kind::BraceClose && self.learned.opener.is_none() {
            let here = column.and_then(|column| self.head_of(column)).map(|end| (end, token.start));
            let before = || self.askew.and_then(|(shown, head)| Some((head?, shown)));
            self.learned.opener = here.or_else(before);
            if self.learned.surplus.is_none() && self.learned.opener.is_none() {
                self.learned.surplus = self.askew.map(|(shown, _)| shown);
            }
        }
        let report = Diagnostic::new(Code::P002, at, format!("this `{written}` closes nothing"));
        let help = "remove it, or write the bracket that it should close";
        self.reports.push(report.help(help).mend(Fix {
            title: format!("remove `{written}`"),
            certain: token.kind != Kind::BraceClose,
            edits: vec![Edit { at, text: String::new() }],
        }));
    }

    /// The end of the last head without a block whose line is indented like this.
    fn head_of(&self, column: u32) -> Option<usize> {
        let fits = |head: &&Head| head.column == column && head.depth >= self.open.len();
        self.heads.iter().rev().find(fits).map(|head| head.end)
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
        let keyword = begins_statement(tokens, index);
        let empty = keyword && matches!(last, Kind::ParenOpen | Kind::SquareOpen);
        if last.opens() && !empty || last == Kind::Dot {
            return;
        }
        let kind = tokens[index].kind;
        let key = tokens.get(index + 1).is_some_and(|next| next.kind == Kind::Colon);
        let begins = kind.is_word() || matches!(kind, Kind::At | Kind::Text | Kind::Number | Kind::TemplateOpen);
        let adjacent = last.ends_operand() && begins && !joins(kind) && !key;
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

    /// Closes an object before the comma behind which another `{` stands, where an entry would have a key.
    fn end_object(&mut self) {
        if self.open.last().is_some_and(|open| open.object)
            && let Some(comma) = self.out.pop()
        {
            self.missing(None);
            self.out.push(comma);
        }
    }

    /// Closes the arguments of a decorator before a word that stands behind a value: it is what the decorator is for.
    fn leave_decorator(&mut self, tokens: &[Token]) {
        let named = |open: &Open| {
            let before = |count: usize| (open.index as usize).checked_sub(count).map(|index| tokens[index].kind);
            open.token.kind == Kind::ParenOpen && before(1).is_some_and(Kind::is_word) && before(2) == Some(Kind::At)
        };
        if self.out.last().is_some_and(|last| last.kind.ends_operand()) && self.open.last().is_some_and(named) {
            self.missing(None);
        }
    }

    /// Puts in what closes the innermost bracket, and says so.
    fn missing(&mut self, before: Option<Token>) {
        let Some(Open { token: opener, dedent, .. }) = self.open.pop() else { return };
        self.counts[class(opener.kind)] -= 1;
        self.learned.doubled.extend(self.double(opener));
        let end = self.out.last().map_or(opener.end, |token| token.end);
        let written = opener.span().of(self.text);
        let closer = spelling(opener.kind.closer(), self.text, opener);
        let here = Location::new(self.file, opener.span());
        let (message, label) = match opener.kind {
            Kind::TemplateOpen => ("this template has no end".to_owned(), "it begins here"),
            _ => (format!("this `{written}` is never closed"), "it is opened here"),
        };
        let mut report = Diagnostic::new(Code::P002, here, message).label(label);
        let place = Location::new(self.file, Span::at(dedent.unwrap_or(end)));
        report = match before {
            Some(token) if dedent.is_none() => {
                let other = token.span();
                report.note_at(Location::new(self.file, other), format!("`{}` comes first", other.of(self.text)))
            }
            _ if opener.kind == Kind::TemplateOpen => report,
            _ => report.note_at(place, format!("`{closer}` is missing about here")),
        };
        let spelled = match closer.as_str() {
            "`" => "a backtick".to_owned(),
            "```" => "three backticks".to_owned(),
            closer => format!("`{closer}`"),
        };
        self.reports.push(report.help(format!("write {spelled} where it ends")));
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
