//! Blocks as Python writes them, and words that are not quite those that continue a construct.

use super::Shape;
use super::place::{Place, What};
use crate::diagnostic::{Code, nearest};
use crate::syntax::token::{Kind, Token};

/// Whether a handler's body can begin so.
fn begins_body(kind: Kind) -> bool {
    matches!(kind, Kind::Colon | Kind::BraceOpen | Kind::ParenOpen | Kind::Arrow)
}

impl Shape<'_, '_> {
    /// A `:` where a body is expected, as Python writes it. Whether it was one.
    pub(super) fn mend_colon(&mut self) -> bool {
        if self.peek(0) != Some(Kind::Colon) {
            return false;
        }
        let Place::Construct(construct) = self.top().place else { return false };
        let next = self.raw.get(self.at + 1).copied();
        let on_next_line = next.is_none_or(|next| next.newline);
        if construct.what == What::Function && !on_next_line {
            return false;
        }
        let token = self.raw[self.at];
        self.absent(token, "a block stands in braces, not behind `:`", "write `{` here, and `}` behind the block");
        self.at += 1;
        self.indented_block();
        true
    }

    /// A `:` in a head without parentheses. Whether it ended the head.
    pub(super) fn head_colon(&mut self) -> bool {
        let conditional = self.frames.iter().rev().nth(1).is_some_and(|frame| match frame.place {
            Place::Construct(construct) => matches!(construct.what, What::If | What::While | What::For),
            _ => false,
        });
        if !conditional {
            return false;
        }
        self.frames.pop();
        self.head_ended();
        true
    }

    /// A misspelt or foreign word behind the body of a construct is made what is meant.
    pub(super) fn mend_else(&mut self, what: What, skip: usize) {
        let index = self.at + skip;
        let Some(token) = self.raw.get(index).copied().filter(|token| token.kind == Kind::Name) else { return };
        let next = self.raw.get(index + 1).copied();
        let word = self.written(token).to_string();
        match what {
            What::If
                if matches!(word.as_str(), "elif" | "elsif" | "elseif")
                    && next
                        .is_some_and(|next| !next.newline && next.kind.is_word() || next.kind == Kind::ParenOpen) =>
            {
                self.replace(Code::P008, Self::span(token), format!("there is no `{word}`"), "else if");
                self.raw[index].kind = Kind::ElseIf;
            }
            What::If
                if next.is_some_and(|next| {
                    !next.newline && matches!(next.kind, Kind::BraceOpen | Kind::If | Kind::Colon)
                }) && nearest(&word, ["else"]).is_some() =>
            {
                self.replace(Code::P001, Self::span(token), format!("`{word}` is no keyword"), "else");
                self.raw[index].kind = Kind::Else;
            }
            What::Do if word == "until" => {
                let help = "write `while (!(…))`, or turn the condition around";
                self.absent(token, "there is no `until`", help);
                self.raw[index].kind = Kind::While;
            }
            What::Try
                if (word == "except" || word == "rescue")
                    && next.is_some_and(|next| !next.newline && (next.kind.is_name() || begins_body(next.kind))) =>
            {
                self.replace(Code::P008, Self::span(token), format!("there is no `{word}`"), "catch");
                self.raw[index].kind = Kind::Catch;
                let mut end = index + 1;
                while self
                    .raw
                    .get(end)
                    .is_some_and(|token| !token.newline && !matches!(token.kind, Kind::Colon | Kind::BraceOpen))
                {
                    end += 1;
                }
                // What was caught is left out: the tokens are kept, so that indices stay, and stepped over.
                self.skip_from = Some((index + 1, end));
            }
            What::Try
                if next.is_some_and(|next| !next.newline && matches!(next.kind, Kind::BraceOpen | Kind::ParenOpen)) =>
            {
                let kind = match nearest(&word, ["catch", "finally"]) {
                    Some("catch") => Kind::Catch,
                    Some(_) => Kind::Finally,
                    None => return,
                };
                let plain = if kind == Kind::Catch { "catch" } else { "finally" };
                self.replace(Code::P001, Self::span(token), format!("`{word}` is no keyword"), plain);
                self.raw[index].kind = kind;
            }
            _ => {}
        }
    }

    /// `catch e {` without parentheses. Whether they were put in.
    pub(super) fn mend_catch(&mut self, token: Token) -> bool {
        if !token.kind.is_name() || self.peek(1) != Some(Kind::BraceOpen) {
            return false;
        }
        let plain = format!("({})", self.written(token));
        self.replace(Code::P001, Self::span(token), "the caught error stands in parentheses", &plain);
        self.emit(Kind::ParenOpen);
        self.take(Kind::Name);
        self.emit(Kind::ParenClose);
        true
    }
}
