//! Constructs of several parts: their heads, their bodies, and what may still follow.

use super::mistake::is_open_head;
use super::place::{Construct, Frame, Mode, NONE, Place, Stage, What};
use super::{Kind, Shape};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Span};
use crate::syntax::ast::{Infix, Prefix};
use crate::syntax::token::Token;

impl Shape<'_, '_> {
    /// Begins the construct whose first word is at hand. Whether it was one.
    pub(super) fn begin(&mut self, token: Token, statement: bool) -> bool {
        match token.kind {
            Kind::If => {
                self.construct_begin(What::If, statement);
                self.take(Kind::If);
                self.head();
            }
            Kind::While => {
                self.construct_begin(What::While, statement);
                self.take(Kind::While);
                self.head();
            }
            Kind::For => {
                self.construct_begin(What::For, statement);
                self.take(Kind::For);
                if let Some(token) =
                    self.raw.get(self.at).filter(|token| token.kind == Kind::Prefix(Prefix::Await)).copied()
                {
                    self.absent(token, "there is no `for await`", "remove `await`: a call is waited for by itself");
                    self.at += 1;
                }
                self.loop_head();
            }
            Kind::Do => {
                self.construct_begin(What::Do, statement);
                self.take(Kind::Do);
                self.body();
            }
            Kind::Switch => {
                self.construct_begin(What::Switch, statement);
                self.take(Kind::Switch);
                self.enter_head();
            }
            Kind::Match if self.match_keyword() => {
                self.construct_begin(What::Match, false);
                self.take(Kind::Match);
                self.enter_head();
            }
            Kind::Try => {
                self.construct_begin(What::Try, statement);
                self.take(Kind::Try);
            }
            Kind::Uncertain => self.uncertain(statement),
            Kind::Function => self.begin_function(statement),
            Kind::Async if matches!(self.peek(1), Some(Kind::Function)) => self.begin_function(statement),
            Kind::Async if self.peek(1) == Some(Kind::Fn) && self.fn_keyword(self.at + 1) => {
                self.begin_function(statement)
            }
            Kind::Fn if self.fn_keyword(self.at) => self.begin_function(statement),
            Kind::Context if self.context_keyword() => {
                self.construct_begin(What::Labelled, statement);
                self.take(Kind::Context);
                self.enter_head();
            }
            _ => return false,
        }
        true
    }

    pub(super) fn construct_begin(&mut self, what: What, statement: bool) {
        self.enter(Place::Construct(Construct { what, statement, uncertain: false, stage: Stage::First }));
    }

    fn uncertain(&mut self, statement: bool) {
        let kind = self.peek(1);
        let what = match kind {
            Some(Kind::If) => What::UncertainIf,
            Some(Kind::While) => What::While,
            Some(Kind::For) => What::For,
            _ => {
                let token = self.raw[self.at];
                let span = token.span();
                let message = "`uncertain` stands before `if`, `while` or `for`";
                self.report(Code::P001, span, message, "write `uncertain if (…) { high { } medium { } low { } }`");
                self.at += 1;
                return;
            }
        };
        let construct = Construct { what, statement, uncertain: true, stage: Stage::First };
        self.enter(Place::Construct(construct));
        self.take(if what == What::UncertainIf { Kind::Uncertain } else { Kind::UncertainLoop });
        self.take(kind.unwrap_or(Kind::If));
        match what {
            What::UncertainIf => self.enter_head(),
            What::While => self.head(),
            _ => self.loop_head(),
        }
    }

    /// `function`, `fn` or `pattern`, with its name.
    pub(super) fn begin_function(&mut self, statement: bool) {
        self.construct_begin(What::Function, statement);
        if self.peek(0) == Some(Kind::Async) {
            self.take(Kind::Async);
        }
        let kind = self.raw[self.at].kind;
        self.take(kind);
        self.mend_generator();
        if self.peek(0).is_some_and(Kind::is_word) {
            self.take(Kind::Name);
        }
        self.operand = false;
    }

    // ---- words that are keywords in their places

    /// Whether `match` is the keyword here: an operand and a `{` follow it on its line.
    fn match_keyword(&mut self) -> bool {
        if is_open_head(self.top().place, self.top().close) {
            return false;
        }
        let Some(next) = self.raw.get(self.at + 1).copied().filter(|next| !next.newline) else { return false };
        let first = self.at + 1;
        match next.kind {
            Kind::ParenOpen | Kind::SquareOpen | Kind::BraceOpen | Kind::TemplateOpen => {
                self.brace_ahead(self.partner[first] as usize)
            }
            _ => self.begins_operand(first) && self.brace_ahead(first),
        }
    }

    /// Whether the `fn` there is the keyword: a name follows, or parameters with a body behind them.
    fn fn_keyword(&mut self, at: usize) -> bool {
        if is_open_head(self.top().place, self.top().close) {
            return false;
        }
        let Some(next) = self.raw.get(at + 1).copied().filter(|next| !next.newline) else { return false };
        if next.kind.is_name() {
            return true;
        }
        if next.kind != Kind::ParenOpen {
            return false;
        }
        let close = self.partner[at + 1] as usize;
        match self.raw.get(close + 1).filter(|token| !token.newline).map(|token| token.kind) {
            Some(Kind::BraceOpen) => true,
            Some(Kind::Infix(Infix::Confident)) => self.brace_ahead(close + 1),
            Some(Kind::Colon) => match self.raw.get(close + 2).map(|token| token.kind) {
                Some(Kind::BraceOpen | Kind::ParenOpen) => self.brace_ahead(self.partner[close + 2] as usize),
                _ => self.brace_ahead(close + 1),
            },
            _ => false,
        }
    }

    fn context_keyword(&mut self) -> bool {
        match self.peek(1) {
            Some(Kind::Text) => self.peek(2) == Some(Kind::BraceOpen),
            Some(Kind::TemplateOpen) => {
                self.behind(self.at + 1).is_some_and(|token| token.kind == Kind::BraceOpen && !token.newline)
            }
            _ => false,
        }
    }

    /// Whether `max` at hand, behind a loop's head, is the keyword: an operand follows.
    fn max_keyword(&self) -> bool {
        if self.peek(0) != Some(Kind::Max) {
            return false;
        }
        match self.peek(1) {
            Some(Kind::ParenOpen) => self.behind(self.at + 1).is_some_and(|token| token.kind == Kind::BraceOpen),
            Some(Kind::SquareOpen | Kind::BraceOpen | Kind::TemplateOpen) => false,
            Some(_) => self.begins_operand(self.at + 1),
            None => false,
        }
    }

    /// Whether the token there can only begin an operand, seen from behind a word.
    pub(super) fn begins_operand(&self, index: usize) -> bool {
        let Some(token) = self.raw.get(index) else { return false };
        match token.kind {
            Kind::Number | Kind::Text | Kind::True | Kind::False | Kind::Null | Kind::Absent | Kind::Regex => true,
            Kind::TemplateOpen | Kind::Function | Kind::Async | Kind::Invalid => true,
            Kind::Prefix(Prefix::Drawn) => false,
            Kind::Prefix(_) => true,
            Kind::Infix(Infix::Add | Infix::Subtract) | Kind::Step(_) => {
                let after = self.raw.get(index + 1);
                after.is_some_and(|after| after.start == token.end && !after.kind.closes())
                    && self.raw[index - 1].end != token.start
            }
            kind => kind.is_name(),
        }
    }

    /// Whether the token there can begin a statement.
    fn begins_statement(&self, index: usize) -> bool {
        let Some(token) = self.raw.get(index) else { return true };
        match token.kind {
            Kind::ParenOpen | Kind::SquareOpen | Kind::BraceOpen | Kind::TemplateOpen | Kind::At | Kind::Step(_) => {
                true
            }
            Kind::Infix(Infix::Add | Infix::Subtract | Infix::TildeAdd | Infix::TildeSubtract) => {
                let after = self.raw.get(index + 1);
                after.is_some_and(|after| after.start == token.end)
                    && (token.newline || self.raw[index - 1].end != token.start)
            }
            Kind::Infix(_) | Kind::Else | Kind::Catch | Kind::Finally => false,
            Kind::Prefix(_) => true,
            Kind::Semicolon | Kind::BraceClose | Kind::HoleClose | Kind::Invalid => true,
            kind => kind.is_word() || self.begins_operand(index),
        }
    }

    /// Whether a `{` where an operator is expected follows the token there on its line and level.
    pub(super) fn brace_ahead(&mut self, index: usize) -> bool {
        if self.brace_ahead.is_none() {
            self.brace_ahead = Some(self.find_braces());
        }
        self.brace_ahead.as_ref().is_some_and(|ahead| ahead[index])
    }

    fn find_braces(&self) -> Vec<bool> {
        let mut ahead = vec![false; self.raw.len()];
        let mut levels = Vec::new();
        let mut found = false;
        for (index, token) in self.raw.iter().enumerate().rev() {
            ahead[index] = found;
            if token.kind.closes() && token.kind != Kind::TemplateClose && token.kind != Kind::HoleClose {
                levels.push(found);
                found = false;
                continue;
            }
            if token.kind.opens() && token.kind != Kind::TemplateOpen && token.kind != Kind::HoleOpen {
                found = levels.pop().unwrap_or(false);
                // Behind an operand, a step or a bracket the brace is a body; behind an operator it is an operand.
                let body = index > 0
                    && (self.raw[index - 1].kind.ends_operand() || matches!(self.raw[index - 1].kind, Kind::Step(_)));
                if token.kind == Kind::BraceOpen && body {
                    found = true;
                }
            } else if token.kind == Kind::Semicolon || token.kind == Kind::Comma {
                found = false;
            }
            if token.newline {
                found = false;
            }
        }
        ahead
    }

    // ---- heads

    fn enter_head(&mut self) {
        self.enter(Place::Head { end: NONE });
        self.operand = true;
    }

    /// The head of `if` or `while`.
    pub(super) fn head(&mut self) {
        let end = match self.peek(0) {
            Some(Kind::ParenOpen) if self.parenthesised() => self.partner[self.at],
            _ => NONE,
        };
        self.enter(Place::Head { end });
        self.operand = true;
    }

    /// Whether the head at hand ends with its first closing parenthesis.
    fn parenthesised(&self) -> bool {
        let after = self.partner[self.at] as usize + 1;
        self.begins_statement(after) || self.raw[after].kind == Kind::Colon
    }

    fn loop_head(&mut self) {
        let close = match self.peek(0) {
            Some(Kind::ParenOpen) if self.parenthesised() => {
                self.depth += 1;
                let close = self.partner[self.at];
                self.at += 1;
                close
            }
            _ => NONE,
        };
        self.enter(Place::Loop);
        let top = self.top_mut();
        top.close = close;
        top.mode = Mode::Variables;
        self.operand = true;
        if let Some(kind @ Kind::Let(_)) = self.peek(0) {
            self.take(kind);
            self.top_mut().mode = Mode::Declarator;
        }
    }

    /// Behind a head: `max`, or the body.
    pub(super) fn head_ended(&mut self) {
        let Place::Construct(construct) = self.top().place else { return };
        self.operand = false;
        let repeats = matches!(construct.what, What::While | What::For) || construct.stage == Stage::Last;
        if repeats && construct.stage != Stage::Max && self.max_keyword() {
            self.set_stage(if construct.what == What::Do { Stage::Last } else { Stage::Max });
            self.take(Kind::Max);
            return self.enter_head();
        }
        match construct.what {
            What::Do => {
                self.frames.pop();
                let here = self.raw.get(self.at);
                if construct.statement && here.is_none_or(|token| token.kind != Kind::Semicolon && !token.newline) {
                    self.end_statement();
                }
            }
            What::If | What::While | What::For | What::UncertainIf => self.body(),
            _ => {}
        }
    }

    fn set_stage(&mut self, stage: Stage) {
        if let Place::Construct(construct) = &mut self.top_mut().place {
            construct.stage = stage;
        }
    }

    /// The body of the construct on top: a block, or a statement.
    pub(super) fn body(&mut self) {
        let Place::Construct(construct) = self.top().place else { return };
        if construct.stage != Stage::Last {
            self.set_stage(Stage::Body);
        }
        if self.mend_colon() {
            return;
        }
        match self.peek(0) {
            Some(Kind::BraceOpen) => self.body_brace(construct),
            _ if construct.uncertain || construct.what == What::UncertainIf => {}
            None | Some(Kind::BraceClose | Kind::ParenClose | Kind::SquareClose | Kind::HoleClose) => {}
            Some(_) => {
                self.emit(Kind::Then);
                self.enter(Place::Body);
                self.operand = true;
            }
        }
    }

    fn body_brace(&mut self, construct: Construct) {
        let place = match construct.what {
            What::Switch => Place::Switch,
            What::Match => Place::Arms,
            What::UncertainIf => Place::Bands,
            What::While | What::For if construct.uncertain => Place::Bands,
            What::Agent => Place::Members,
            _ => Place::Statements,
        };
        self.open(Kind::BraceOpen, place);
    }

    /// A token where a construct waits for its next part.
    pub(super) fn construct(&mut self, token: Token) {
        let Place::Construct(construct) = self.top().place else { return };
        if self.mend_result_type(construct, token) {
            return;
        }
        match (construct.what, token.kind) {
            (What::Signature, Kind::Colon) | (What::Function, Kind::Colon) => {
                if construct.what == What::Function && self.mend_colon() {
                    return;
                }
                self.take(Kind::Colon);
                self.enter(Place::Type);
                self.operand = true;
            }
            (What::Function | What::Signature, Kind::ThinArrow) => {
                let span = token.span();
                self.report(Code::P001, span, "a result's type stands behind `:`", "write `:`");
                self.raw[self.at].kind = Kind::Colon;
            }
            (What::Signature, Kind::BraceOpen) if !token.newline => {
                let end = self.partner[self.at] as usize + 1;
                let span = Span::new(token.start, self.raw[end - 1].end);
                let before = Span::new(self.raw[self.at - 1].end, span.end);
                let at = Location::new(self.file, span);
                let report = Diagnostic::new(Code::P001, at, "a method of an agent has no body");
                let report = report.help("remove it: who is bound answers; what the program does itself is a function");
                self.diagnostics.push(report.fix("remove the body", before, ""));
                self.at = end;
            }
            (What::Signature, _) => {
                self.frames.pop();
                self.operand = false;
            }
            (What::Function, Kind::ParenOpen) if construct.stage == Stage::First => {
                self.set_stage(Stage::Body);
                self.open(Kind::ParenOpen, Place::Parameters);
            }
            (What::Function, Kind::Infix(Infix::Confident)) => {
                self.take(Kind::Cap);
                self.enter_head();
            }
            (What::Function, _)
                if self.mend_type_parameters(token, "remove them; without a type nothing is assumed") => {}
            (What::Try, _) if construct.stage == Stage::Last && self.mend_catch(token) => {}
            (What::Try, Kind::ParenOpen) if construct.stage == Stage::Last => {
                self.set_stage(Stage::Body);
                self.open(Kind::ParenOpen, Place::Group);
            }
            (What::If | What::Do, _) if token.kind != Kind::BraceOpen => {
                self.frames.pop();
                self.operand = false;
            }
            (What::Try, Kind::Colon) if self.mend_colon() => {}
            (_, Kind::BraceOpen) => self.body_brace(construct),
            _ => {
                self.frames.pop();
                self.operand = false;
            }
        }
    }

    /// A body has ended.
    pub(super) fn body_ended(&mut self) {
        if self.next_part() {
            self.end_statement();
        }
    }

    /// Goes on with the next part of the construct on top. Whether a statement ended with its last one.
    pub(super) fn next_part(&mut self) -> bool {
        let Place::Construct(construct) = self.top().place else { return false };
        let skip = usize::from(self.peek(0) == Some(Kind::Semicolon));
        self.mend_else(construct.what, skip);
        match (construct.what, self.peek(skip)) {
            (What::If, Some(Kind::ElseIf)) if construct.stage != Stage::Last => {
                self.at += skip;
                self.take(Kind::ElseIf);
                self.head();
                false
            }
            (What::If, Some(Kind::Else)) if construct.stage != Stage::Last => {
                self.at += skip;
                if self.peek(1) == Some(Kind::If) {
                    let end = self.raw[self.at + 1].end;
                    self.take(Kind::ElseIf);
                    if let Some(token) = self.out.last_mut() {
                        token.end = end;
                    }
                    self.at += 1;
                    self.head();
                } else {
                    self.take(Kind::Else);
                    self.set_stage(Stage::Last);
                    self.body();
                }
                false
            }
            (What::Do, Some(Kind::While)) if construct.stage != Stage::Last => {
                self.at += skip;
                self.set_stage(Stage::Last);
                self.take(Kind::While);
                self.head();
                false
            }
            (What::Try, Some(Kind::Catch)) => {
                self.at += skip;
                self.take(Kind::Catch);
                self.set_stage(Stage::Last);
                false
            }
            (What::Try, Some(Kind::Finally)) => {
                self.at += skip;
                self.take(Kind::Finally);
                self.set_stage(Stage::Body);
                false
            }
            _ => {
                self.frames.pop();
                self.operand = false;
                construct.statement
            }
        }
    }

    // ---- holes and blocks by indentation

    /// The parts of a template.
    pub(super) fn template(&mut self, token: Token) {
        match token.kind {
            Kind::HoleOpen => self.open(Kind::HoleOpen, Place::Hole),
            kind => {
                self.take(kind);
                self.operand = kind == Kind::Chunk;
            }
        }
    }

    /// Ends the blocks written by indentation that the line at hand no longer belongs to. Whether there were any.
    pub(super) fn dedent(&mut self) -> bool {
        let mut any = false;
        let here = self.at;
        loop {
            // A part that began behind the last block has blocks of its own.
            if self.at != here {
                return true;
            }
            let open = self.frames.iter().rposition(|frame| frame.close != NONE || frame.indent.is_some());
            let Some(index) = open else { return any };
            match self.frames[index].indent {
                Some(indent) if self.column <= indent => {
                    while self.frames.len() > index + 1 {
                        self.abandon();
                    }
                    if self.frames.len() == index + 1 {
                        self.abandon();
                    }
                    any = true;
                }
                _ => return any,
            }
        }
    }

    /// A block that ends where the indentation does.
    pub(super) fn indented_block(&mut self) {
        self.emit(Kind::BraceOpen);
        let mut frame = Frame::new(Place::Statements, NONE);
        frame.indent = Some(self.line_column());
        self.indented += 1;
        self.push(frame);
        self.operand = true;
    }
}
