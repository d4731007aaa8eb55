//! Where statements begin and end.

use super::place::{Mode, Place, What};
use super::{Kind, Shape};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Span};
use crate::syntax::ast::{Band, Infix};
use crate::syntax::token::Token;

impl Shape<'_, '_> {
    /// The end of a statement, an arm or a member.
    pub(super) fn end(&mut self) {
        self.emit(Kind::End);
    }

    /// Ends the statement at hand, and those whose last body it was.
    pub(super) fn end_statement(&mut self) {
        self.commaed = 0;
        loop {
            self.end();
            if self.top().place != Place::Body {
                let top = self.top_mut();
                top.fresh = true;
                top.part();
                top.mode = Mode::Expression;
                self.operand = true;
                return;
            }
            self.frames.pop();
            self.operand = false;
            if !self.next_part() {
                return;
            }
        }
    }

    /// Whether the last token cannot end an expression, so that the line goes on.
    pub(super) fn operand_follows(&self) -> bool {
        self.operand && !matches!(self.previous(), Some(Kind::Return | Kind::Break | Kind::Continue))
    }

    /// Whether a token at the beginning of a line continues the line before.
    pub(super) fn continues(&self, token: Token) -> bool {
        let next = self.raw.get(self.at + 1);
        let stuck = next.is_some_and(|next| next.start == token.end && !next.newline);
        match token.kind {
            Kind::Infix(Infix::Add | Infix::Subtract | Infix::TildeAdd | Infix::TildeSubtract) => !stuck,
            Kind::Infix(_) | Kind::Assign(_) | Kind::Equal | Kind::Bits | Kind::Bar => true,
            Kind::Dot | Kind::OptionalDot | Kind::TildeDot | Kind::Question(_) | Kind::Colon => true,
            Kind::Arrow | Kind::Comma | Kind::Semicolon => true,
            _ => false,
        }
    }

    /// Ends what a line end ends before this token. Whether anything changed.
    pub(super) fn line_ends(&mut self, token: Token) -> bool {
        let top = *self.top();
        match top.place {
            Place::Type => {
                self.frames.pop();
                true
            }
            Place::Head { .. } | Place::Loop if token.kind == Kind::BraceOpen => false,
            Place::Head { .. } | Place::Loop if top.close == super::NONE && self.in_statement() => {
                self.abandon();
                true
            }
            Place::Construct(_) if token.kind == Kind::BraceOpen => false,
            Place::Construct(_) => {
                self.abandon();
                true
            }
            Place::TypeObject if !top.fresh => {
                self.emit(Kind::Comma);
                let top = self.top_mut();
                top.mode = Mode::Key;
                top.fresh = true;
                self.operand = true;
                true
            }
            place if place.has_statements() && !top.fresh => {
                self.end_statement();
                true
            }
            _ => false,
        }
    }

    /// Whether a line end can end something here: no bracket of an expression is open.
    fn in_statement(&self) -> bool {
        let bracket = self
            .frames
            .iter()
            .rev()
            .find(|frame| frame.close != super::NONE || matches!(frame.place, Place::Statements | Place::Body));
        bracket.is_none_or(|frame| frame.place.has_statements())
    }

    /// The first token of a statement.
    pub(super) fn statement(&mut self, token: Token) {
        if self.mend_statement(token) {
            return;
        }
        let switch = self.top().place == Place::Switch;
        let body = self.top().place == Place::Body;
        self.operand = true;
        match token.kind {
            Kind::Semicolon if body => {
                let span = token.span();
                self.report(
                    Code::P001,
                    span,
                    "a body is missing before `;`",
                    "write `{ }` for a body that does nothing",
                );
                self.top_mut().fresh = false;
                self.emit(Kind::Invalid);
                self.end_statement();
                return;
            }
            Kind::Semicolon => {
                self.at += 1;
                return;
            }
            Kind::At => return self.decorator(),
            Kind::Comma if switch => {}
            _ => {}
        }
        let top = self.top_mut();
        top.fresh = false;
        top.mode = Mode::Expression;
        top.part();
        match token.kind {
            Kind::Let(_) => {
                self.top_mut().mode = Mode::Declarator;
                self.take(token.kind);
            }
            Kind::Return | Kind::Throw | Kind::Break | Kind::Continue => self.jump(token.kind),
            Kind::Case if switch => {
                self.take(token.kind);
                self.top_mut().mode = Mode::Label;
            }
            Kind::Default if switch && matches!(self.peek(1), Some(Kind::Colon | Kind::Arrow)) => {
                self.take(token.kind);
                if let Some(arrow) = self.raw.get(self.at).copied().filter(|next| next.kind == Kind::Arrow) {
                    self.replace(Code::P001, arrow.span(), "a case has `:` behind its value", ":");
                }
                self.take(Kind::Colon);
                self.top_mut().fresh = true;
            }
            Kind::Import => self.import(),
            Kind::Export => self.export(),
            Kind::BraceOpen => self.brace(),
            _ if self.declaration(token) => {}
            Kind::Agent | Kind::Pattern if self.mend_nameless(token) => {}
            _ if self.begin(token, true) => {}
            Kind::Regex => {
                let span = token.span();
                self.report(
                    Code::P001,
                    span,
                    "a statement cannot begin with a regular expression",
                    "put it in parentheses, or give it a name with `let`",
                );
                self.take(Kind::Invalid);
                self.operand = false;
            }
            _ => self.expression(token),
        }
    }

    /// Declarations that begin with a word that is a name elsewhere. Whether it was one.
    fn declaration(&mut self, token: Token) -> bool {
        let next = self.raw.get(self.at + 1).copied();
        let Some(next) = next.filter(|next| !next.newline || next.kind == Kind::BraceOpen) else { return false };
        match token.kind {
            Kind::Pattern if next.kind.is_name() => self.begin_function(true),
            Kind::Agent if next.kind.is_name() => {
                self.construct_begin(What::Agent, true);
                self.take(Kind::Agent);
                self.take(Kind::Name);
            }
            Kind::Agents if next.kind == Kind::BraceOpen && !next.newline => {
                self.construct_begin(What::Labelled, true);
                self.take(Kind::Agents);
                self.open(Kind::ObjectOpen, Place::Object);
            }
            Kind::Type if next.kind.is_name() => {
                self.take(Kind::Type);
                self.take(Kind::Name);
                self.operand = false;
                if let Some(next) = self.raw.get(self.at).copied() {
                    self.mend_type_parameters(next, "write one type for each use, or `any`");
                }
                if self.peek(0) == Some(Kind::Equal) {
                    self.take(Kind::Equal);
                    self.enter(Place::Type);
                    self.operand = true;
                }
            }
            Kind::Test if next.kind == Kind::Text && self.peek(2) == Some(Kind::BraceOpen) => {
                self.construct_begin(What::Labelled, true);
                self.take(Kind::Test);
                self.take(Kind::Text);
            }
            Kind::On if next.kind == Kind::Text => {
                self.construct_begin(What::Labelled, true);
                self.take(Kind::On);
                self.take(Kind::Text);
                if self.peek(0) == Some(Kind::As) && self.peek(1).is_some_and(Kind::is_name) {
                    self.take(Kind::As);
                    self.take(Kind::Name);
                }
                self.operand = false;
                if self.peek(0) == Some(Kind::Max) {
                    self.take(Kind::Max);
                    self.enter(Place::Head { end: super::NONE });
                    self.operand = true;
                }
            }
            _ => return false,
        }
        true
    }

    /// `@name` with its arguments; the statement is still to come.
    pub(super) fn decorator(&mut self) {
        self.take(Kind::At);
        if self.peek(0).is_some_and(Kind::is_word) {
            self.take(Kind::Name);
            self.operand = false;
            if self.raw.get(self.at).is_some_and(|token| token.kind == Kind::ParenOpen && !token.newline) {
                self.open(Kind::ParenOpen, Place::Group);
            }
        }
    }

    /// `import …` up to its file.
    fn import(&mut self) {
        if self.mend_import_call() {
            return;
        }
        self.take(Kind::Import);
        self.operand = false;
        while let Some(token) = self.raw.get(self.at).copied() {
            match token.kind {
                Kind::Type if self.mend_type_import() => {}
                Kind::Text => return self.take(Kind::Text),
                Kind::BraceOpen => self.specifiers(),
                Kind::Infix(Infix::Multiply) => self.take(Kind::Star),
                Kind::Comma => self.take(Kind::Comma),
                Kind::From if self.peek(1) == Some(Kind::Text) => self.take(Kind::From),
                kind if kind.is_word() && !token.newline => self.specifier(kind),
                _ => return,
            }
        }
    }

    /// `export` before a declaration, or of names.
    fn export(&mut self) {
        self.take(Kind::Export);
        if self.peek(0) == Some(Kind::Type) && self.peek(1) == Some(Kind::BraceOpen) {
            self.mend_type_import();
        }
        match self.peek(0) {
            Some(Kind::BraceOpen) => {
                self.specifiers();
                self.operand = false;
                if self.peek(0) == Some(Kind::From) && self.peek(1) == Some(Kind::Text) {
                    self.take(Kind::From);
                    self.take(Kind::Text);
                }
            }
            Some(Kind::Default) => {
                self.take(Kind::Default);
                if self.peek(0) != Some(Kind::BraceOpen) {
                    self.top_mut().fresh = true;
                }
            }
            _ => self.top_mut().fresh = true,
        }
    }

    /// `{ a, b as c }`
    fn specifiers(&mut self) {
        let end = self.partner[self.at] as usize;
        self.take(Kind::BraceOpen);
        while self.at < end {
            let token = self.raw[self.at];
            match token.kind {
                Kind::Type if self.mend_type_import() => {}
                kind if kind.is_word() => self.specifier(kind),
                kind => self.take(kind),
            }
        }
        self.take(Kind::BraceClose);
    }

    /// A word of an import or export.
    fn specifier(&mut self, kind: Kind) {
        let joins = kind == Kind::As
            && matches!(self.previous(), Some(Kind::Name | Kind::Star))
            && self.peek(1).is_some_and(Kind::is_word);
        self.take(if joins { Kind::As } else { Kind::Name });
    }

    /// `{` at the beginning of a statement.
    fn brace(&mut self) {
        if self.is_object() {
            self.open(Kind::ObjectOpen, Place::Object);
        } else {
            self.open(Kind::BraceOpen, Place::Statements);
            self.top_mut().alone = true;
        }
    }

    /// Whether a `{` at the beginning of a statement is an object.
    fn is_object(&self) -> bool {
        let close = self.partner[self.at] as usize;
        if self.raw.get(close + 1).is_some_and(|token| token.kind == Kind::Equal) {
            return true;
        }
        let first = self.at + 1;
        if self.begins_entry(first) || self.raw[first].kind == Kind::Ellipsis {
            return true;
        }
        let named = self.raw[first].kind.is_name() || self.raw[first].kind == Kind::Text;
        if named && self.raw.get(first + 1).is_some_and(|token| token.kind == Kind::Comma) {
            return true;
        }
        let single = first == close || (self.raw[first].kind.is_name() && first + 1 == close);
        single && self.nothing_follows(close + 1)
    }

    /// Whether `key:` stands there.
    pub(super) fn begins_entry(&self, index: usize) -> bool {
        let key = self.raw[index].kind;
        let after = match key {
            Kind::SquareOpen => self.partner[index] as usize + 1,
            Kind::Text | Kind::Number => index + 1,
            _ if key.is_word() => index + 1,
            _ => return false,
        };
        self.raw.get(after).is_some_and(|token| token.kind == Kind::Colon)
    }

    /// Whether the enclosing block ends there.
    fn nothing_follows(&self, mut index: usize) -> bool {
        while self.raw.get(index).is_some_and(|token| token.kind == Kind::Semicolon) {
            index += 1;
        }
        self.raw.get(index).is_none_or(|token| token.kind == Kind::BraceClose)
            && matches!(self.top().place, Place::Statements | Place::Switch)
    }

    // ---- what stands in the braces of other constructs

    /// The first token of an arm.
    pub(super) fn arm(&mut self, token: Token) {
        if matches!(token.kind, Kind::Comma | Kind::Semicolon) {
            self.at += 1;
            return;
        }
        let token = match token.kind {
            Kind::Case => self.case_of_arm(token),
            Kind::Break if self.cases => {
                self.at += 1;
                return;
            }
            _ => token,
        };
        let top = self.top_mut();
        top.fresh = false;
        top.mode = Mode::Pattern;
        top.pattern = true;
        top.part();
        self.operand = true;
        if matches!(token.kind, Kind::Else | Kind::Default) && matches!(self.peek(1), Some(Kind::Arrow | Kind::Colon)) {
            if !self.cases {
                let message = format!("`{}` is no pattern", self.written(token));
                self.replace(Code::P001, Self::span(token), message, "_");
            }
            self.raw[self.at].kind = Kind::Name;
        }
        self.expression(self.raw[self.at]);
    }

    /// `case` before an arm, which is told once: what stands behind it.
    fn case_of_arm(&mut self, token: Token) -> Token {
        if !std::mem::replace(&mut self.cases, true) {
            self.report(Code::P001, token.span(), "an arm of `match` has no `case`", "remove it");
        }
        self.at += 1;
        self.raw.get(self.at).copied().unwrap_or(token)
    }

    /// Behind the `=>` of an arm.
    pub(super) fn arm_body(&mut self) {
        self.take(Kind::ArmArrow);
        let top = self.top_mut();
        top.mode = Mode::Expression;
        top.pattern = false;
        top.part();
        self.operand = true;
        match self.peek(0) {
            Some(Kind::BraceOpen) if !self.is_entry_brace() => {
                self.open(Kind::BraceOpen, Place::Statements);
                self.top_mut().alone = true;
            }
            Some(kind @ (Kind::Return | Kind::Throw | Kind::Break | Kind::Continue)) => self.jump(kind),
            Some(kind @ Kind::Let(_)) => {
                self.take(kind);
                self.top_mut().mode = Mode::Declarator;
            }
            _ => {}
        }
    }

    /// Whether the `{` at hand, behind `=>`, begins an object.
    pub(super) fn is_entry_brace(&self) -> bool {
        let first = self.at + 1;
        self.begins_entry(first) || self.raw[first].kind == Kind::Ellipsis
    }

    /// The first token of a branch by confidence.
    pub(super) fn band(&mut self, token: Token) {
        let band = match token.kind {
            Kind::Comma | Kind::Semicolon => {
                self.at += 1;
                return;
            }
            Kind::Band(band) => band,
            Kind::Default => Band::Default,
            kind if kind.is_word() && self.next().is_some_and(|next| next.kind == Kind::BraceOpen) => {
                self.mend_band(token)
            }
            _ => {
                self.top_mut().fresh = false;
                return self.expression(token);
            }
        };
        self.top_mut().fresh = false;
        self.construct_begin(What::Band, true);
        self.take(Kind::Band(band));
        self.operand = false;
        if let Some(kind @ Kind::Infix(_)) = self.peek(0) {
            self.take(kind);
            self.enter(Place::Head { end: super::NONE });
            self.operand = true;
        }
    }

    /// The first token of an agent's member.
    pub(super) fn member(&mut self, token: Token) {
        match token.kind {
            Kind::Comma | Kind::Semicolon => self.at += 1,
            Kind::At => self.decorator(),
            Kind::Function | Kind::Fn | Kind::Async
                if self.next().is_some_and(|next| next.kind.is_word() && !next.newline) =>
            {
                let at = Location::new(self.file, Self::span(token));
                let report = Diagnostic::new(Code::P008, at, "a method of an agent is its name with its parameters");
                let report = report.help(format!("remove `{}`", self.written(token)));
                let end = self.raw[self.at + 1].start;
                self.diagnostics.push(report.fix("remove it", Span::new(token.start, end), ""));
                self.at += 1;
            }
            kind if kind.is_word() || kind == Kind::Text => {
                let top = self.top_mut();
                top.fresh = false;
                top.mode = Mode::Named;
                self.take(if kind == Kind::Text { kind } else { Kind::Name });
                self.operand = false;
                if self.peek(0) == Some(Kind::ParenOpen) {
                    self.construct_begin(What::Signature, false);
                    self.open(Kind::ParenOpen, Place::Parameters);
                }
            }
            _ => {
                self.top_mut().fresh = false;
                self.expression(token);
            }
        }
    }
}
