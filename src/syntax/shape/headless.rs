//! Declarations without the word they begin with, without their name, or without the sign before a type: each is told as
//! that, and read as what was meant, so that nothing inside is told as well.

use super::place::{Construct, Place, Stage, What};
use super::{Kind, Shape};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Location, Span};
use crate::syntax::ast::{Band, Infix};
use crate::syntax::token::Token;

impl Shape<'_, '_> {
    /// `Name { ask(q: string): T }` without `agent`, and `Name(q: string): T { … }` without `pattern` or `function`. Whether it
    /// was one.
    pub(super) fn mend_headless(&mut self, token: Token) -> bool {
        let next = self.at + 1;
        match self.raw[next].kind {
            Kind::BraceOpen if self.holds_members(next) => {
                self.lacks_word(token, "agent");
                self.construct_begin(What::Agent, true);
                self.emit(Kind::Agent);
            }
            Kind::ParenOpen if self.has_body(next) && self.holds_parameters(next) => {
                // Patterns have names like types.
                let pattern = self.written(token).starts_with(char::is_uppercase);
                self.lacks_word(token, if pattern { "pattern" } else { "function" });
                self.construct_begin(What::Function, true);
                self.emit(if pattern { Kind::Pattern } else { Kind::Function });
            }
            _ => return false,
        }
        self.take(Kind::Name);
        self.operand = false;
        true
    }

    /// `agent { … }` and `pattern(…) { … }` without a name. Whether it was one.
    pub(super) fn mend_nameless(&mut self, token: Token) -> bool {
        let next = self.at + 1;
        let what = match (token.kind, self.peek(1)) {
            (Kind::Agent, Some(Kind::BraceOpen)) if self.holds_members(next) => What::Agent,
            (Kind::Pattern, Some(Kind::ParenOpen)) if self.has_body(next) => What::Function,
            _ => return false,
        };
        let word = self.written(token).to_owned();
        self.report(
            Code::P001,
            Self::span(token),
            format!("this `{word}` has no name"),
            format!("write `{word} Name`"),
        );
        self.construct_begin(what, true);
        self.take(token.kind);
        self.emit(Kind::Name);
        self.operand = false;
        true
    }

    fn lacks_word(&mut self, token: Token, word: &str) {
        let span = Self::span(token);
        let message = format!("`{word}` is missing before `{}`", self.written(token));
        let report = Diagnostic::new(Code::P001, Location::new(self.file, span), message);
        let report = report.help(format!("write `{word} {}`", self.written(token)));
        let report = report.fix(format!("write `{word}`"), Span::at(token.start), format!("{word} "));
        self.diagnostics.push(report);
        self.top_mut().fresh = false;
    }

    /// Whether the `{` there holds signatures of methods, as far as its beginning tells.
    fn holds_members(&self, open: usize) -> bool {
        let first = open + 1;
        match self.raw.get(first).map(|token| token.kind) {
            Some(Kind::At) => true,
            Some(kind) if kind.is_word() => match self.raw.get(first + 1).map(|token| token.kind) {
                Some(Kind::ParenOpen) => self.behind(first + 1).is_some_and(|token| token.kind == Kind::Colon),
                Some(Kind::Colon) => self.written(self.raw[first]) == "capabilities",
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a member of the `{` there is a method.
    pub(super) fn holds_methods(&self, open: usize) -> bool {
        let end = self.partner[open] as usize;
        let mut index = open + 1;
        while index + 1 < end {
            let (first, second) = (self.raw[index].kind, self.raw[index + 1].kind);
            if first.is_word() && second == Kind::ParenOpen {
                return self.behind(index + 1).is_some_and(|token| token.kind == Kind::Colon);
            }
            index = if first.opens() { self.partner[index] as usize + 1 } else { index + 1 };
        }
        false
    }

    /// Whether a body, or a type with a body behind it, follows the parentheses there.
    fn has_body(&self, open: usize) -> bool {
        let end = self.partner[open] as usize;
        let line = self.raw.get(end + 1..).unwrap_or_default().iter().take_while(|token| !token.newline);
        let mut line = line.map(|token| token.kind);
        match line.next() {
            Some(Kind::BraceOpen) => true,
            Some(Kind::Colon) => line.any(|kind| kind == Kind::BraceOpen),
            _ => false,
        }
    }

    /// Whether the parentheses there begin with a parameter that has a type.
    fn holds_parameters(&self, open: usize) -> bool {
        let colon = match self.raw.get(open + 2).map(|token| token.kind) {
            Some(Kind::Question(_)) => open + 3,
            _ => open + 2,
        };
        self.raw.get(open + 1).is_some_and(|token| token.kind.is_name())
            && self.raw.get(colon).is_some_and(|token| token.kind == Kind::Colon)
    }

    /// A word where the name of a band stands, and the band that is meant.
    pub(super) fn mend_band(&mut self, token: Token) -> Band {
        const BANDS: [(&str, Band); 4] =
            [("high", Band::High), ("medium", Band::Medium), ("low", Band::Low), ("default", Band::Default)];
        let word = self.written(token).to_lowercase();
        let like = |(name, _): &&(&str, Band)| name.starts_with(&word) || word.starts_with(name);
        let others = ["else", "otherwise", "_", "other", "rest", "unknown"];
        let near = || nearest(&word, BANDS.iter().map(|(name, _)| *name));
        let near = || near().and_then(|near| BANDS.into_iter().find(|(name, _)| *name == near));
        let other = || others.contains(&&*word).then_some(BANDS[3]);
        let meant = BANDS.into_iter().find(|band| like(&band)).or_else(other).or_else(near);
        let message = format!("`{}` is no band", self.written(token));
        let Some((name, band)) = meant else {
            self.report(Code::P001, Self::span(token), message, "write `high`, `medium`, `low` or `default`");
            return Band::Default;
        };
        self.replace(Code::P001, Self::span(token), message, name);
        band
    }

    /// A result's type without the `:` before it, or a `:` without a type behind it. Whether it was one.
    pub(super) fn mend_result_type(&mut self, construct: Construct, token: Token) -> bool {
        let function = construct.what == What::Function;
        if !matches!(construct.what, What::Function | What::Signature) || construct.stage == Stage::First && function {
            return false;
        }
        if self.previous() != Some(Kind::ParenClose) || token.newline {
            return false;
        }
        let next = self.next();
        match token.kind {
            Kind::Colon if function && next.is_some_and(|next| next.kind == Kind::BraceOpen && !next.newline) => {
                // A type, or a part of one, has a body or another part behind it.
                let typed = self.behind(self.at + 1).is_some_and(|token| {
                    let more = matches!(token.kind, Kind::SquareOpen | Kind::Question(_) | Kind::Bar | Kind::Bits);
                    more || matches!(token.kind, Kind::BraceOpen | Kind::Infix(Infix::Confident))
                });
                if typed {
                    return false;
                }
                let report = Diagnostic::new(
                    Code::P001,
                    Location::new(self.file, Self::span(token)),
                    "the type of the result is missing behind `:`",
                );
                let report = report.help("write a type, or leave the `:` out");
                self.diagnostics.push(report.fix("leave it out", Self::span(token), ""));
                self.at += 1;
                true
            }
            kind if kind.is_name() || kind == Kind::Text => {
                let body = |next: Option<Token>| next.is_some_and(|next| next.kind == Kind::BraceOpen && !next.newline);
                let wrapped =
                    |kind: Kind| matches!(kind, Kind::SquareOpen | Kind::Bar | Kind::Bits | Kind::Question(_));
                let fits = match next {
                    Some(next) if wrapped(next.kind) && !next.newline => true,
                    next if function => body(next),
                    next => next.is_none_or(|next| next.newline || next.kind.closes() || next.kind == Kind::Comma),
                };
                if !fits {
                    return false;
                }
                let place = Span::at(self.raw[self.at - 1].end);
                let message = format!("`:` is missing before the type `{}`", self.written(token));
                let report = Diagnostic::new(Code::P001, Location::new(self.file, Self::span(token)), message);
                let report = report.help("a result's type stands behind `:`").fix("write `:`", place, ":");
                self.diagnostics.push(report);
                self.emit(Kind::Colon);
                self.enter(Place::Type);
                self.operand = true;
                true
            }
            _ => false,
        }
    }
}
