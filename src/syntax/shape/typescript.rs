//! Words of TypeScript that say of types what is not said here: each gets one message, and is read as if it were not there.

use super::Shape;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Span};
use crate::syntax::ast::{Keyword, Prefix};
use crate::syntax::token::{Kind, Token};

impl Shape<'_, '_> {
    /// `readonly T`, `keyof T`, `typeof x` and `enum { … }` where a type is expected. Whether it was one of them.
    pub(super) fn mend_type_word(&mut self, token: Token) -> bool {
        let Some(next) = self.next().filter(|next| !next.newline) else { return false };
        match (self.written(token), next.kind) {
            ("readonly", kind) if kind.is_word() || matches!(kind, Kind::SquareOpen | Kind::BraceOpen) => {
                self.unchanging(token, next);
                true
            }
            ("keyof", kind) if kind.is_word() => {
                let prefixed = kind == Kind::Prefix(Prefix::Typeof);
                let end =
                    self.raw.get(self.at + 2).filter(|third| prefixed && third.kind.is_word()).unwrap_or(&next).end;
                let span = Span::new(token.start, end);
                let help = "write `string`, or the names of the properties: `\"a\" | \"b\"`";
                let found =
                    Diagnostic::new(Code::P008, Location::new(self.file, span), "there is no `keyof`").help(help);
                self.diagnostics.push(found.fix("write `string`", span, "string"));
                self.leave_out(end);
                true
            }
            ("typeof", kind) if kind.is_word() => {
                let span = Span::new(token.start, next.end);
                let help = "give the type a name, `type Name = …`, and write that";
                self.report(Code::P008, span, "a type is not taken from a value", help);
                self.leave_out(next.end);
                true
            }
            ("enum", Kind::BraceOpen) => {
                let end = self.raw[self.partner[self.at + 1] as usize].end;
                self.absent(token, "there is no `enum`", "write the texts that it may be: `\"a\" | \"b\"`");
                self.leave_out(end);
                true
            }
            _ => false,
        }
    }

    /// `readonly` before a property of an object type. Whether it was that.
    pub(super) fn mend_type_key(&mut self, token: Token) -> bool {
        let property = self.next().filter(|next| next.kind.is_word() || next.kind == Kind::SquareOpen);
        let Some(next) = property.filter(|_| self.written(token) == "readonly") else { return false };
        self.unchanging(token, next);
        true
    }

    fn unchanging(&mut self, token: Token, next: Token) {
        let at = Location::new(self.file, Self::span(token));
        let help = "remove it: lists and objects are values, and nobody else changes one's own";
        let found = Diagnostic::new(Code::P008, at, "there is no `readonly`").help(help);
        self.diagnostics.push(found.fix("remove `readonly`", Span::new(token.start, next.start), ""));
        self.at += 1;
    }

    /// `x satisfies T` and the type. Whether it was one.
    pub(super) fn mend_satisfies(&mut self, token: Token) -> bool {
        let Some(next) = self.next().filter(|next| !next.newline) else { return false };
        let mut index = match next.kind {
            Kind::BraceOpen => self.partner[self.at + 1] as usize + 1,
            kind if kind.is_word() => self.at + 2,
            _ => return false,
        };
        if self.raw.get(index).is_some_and(|token| token.kind == Kind::Infix(crate::syntax::ast::Infix::Less)) {
            let from = self.raw[index].start;
            let Some(length) = super::generic::closed(&self.text[from as usize..]) else { return false };
            while self.raw.get(index).is_some_and(|token| token.start < from + length as u32) {
                index += 1;
            }
        }
        while matches!(self.raw.get(index..index + 2), Some([open, close]) if open.kind == Kind::SquareOpen && close.kind == Kind::SquareClose)
        {
            index += 2;
        }
        let before = self.out.last().map_or(token.start, |last| last.end);
        let span = Span::new(token.start, self.raw[index - 1].end);
        let help = "declare the type where the value gets its name: `const x: T = …`";
        let found = Diagnostic::new(Code::P008, Location::new(self.file, span), "there is no `satisfies`").help(help);
        self.diagnostics.push(found.fix("remove `satisfies` and the type", Span::new(before, span.end), ""));
        self.at = index;
        true
    }

    /// `declare` before what stands elsewhere. Whether it was that.
    pub(super) fn mend_declare(&mut self, token: Token, next: Token) -> bool {
        let at = Location::new(self.file, Self::span(token));
        let found = Diagnostic::new(Code::P008, at, "there is no `declare`");
        match next.kind {
            Kind::Let(_) => {
                let help =
                    "what the host gives are the parameters of a pattern, or `input` and `agents`: take it from there";
                let span = Span::new(token.start, next.end);
                self.diagnostics.push(found.help(help).fix("write `let`", span, "let"));
                self.at += 1;
                self.raw[self.at].kind = Kind::Let(Keyword::Let);
            }
            Kind::Type | Kind::Agent => {
                let span = Span::new(token.start, next.start);
                self.diagnostics.push(found.help("remove it").fix("remove `declare`", span, ""));
                self.at += 1;
            }
            Kind::Function | Kind::Absent | Kind::Name => {
                let help = "remove it with what it declares: a name is imported, a parameter, or a built-in";
                self.diagnostics.push(found.help(help));
                self.skip_declaration();
            }
            _ => return false,
        }
        true
    }
}
