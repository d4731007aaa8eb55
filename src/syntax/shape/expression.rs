//! What a token is inside an expression or a type.

use super::place::{Frame, Mode, NONE, Place, What};
use super::{Kind, Shape};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Infix, Prefix};
use crate::syntax::token::Token;

impl Shape<'_, '_> {
    /// A token of an expression.
    pub(super) fn expression(&mut self, token: Token) {
        if self.is_behind_dot() && self.after_dot(token) {
            return;
        }
        if token.kind == Kind::Semicolon {
            return self.semicolon();
        }
        if self.operand { self.operand(token) } else { self.operator(token) }
    }

    /// What follows a dot: a property name, or the bracket behind `?.`.
    fn after_dot(&mut self, token: Token) -> bool {
        self.operand = false;
        if token.kind.is_word() {
            self.take(Kind::Name);
            return true;
        }
        false
    }

    fn semicolon(&mut self) {
        let top = *self.top();
        match top.place {
            Place::Loop => {
                self.take(Kind::Semicolon);
                let top = self.top_mut();
                top.mode = Mode::Expression;
                top.part();
                self.operand = true;
            }
            Place::Body => self.end_statement(),
            place if place.has_statements() => {
                self.at += 1;
                self.end_statement();
            }
            Place::Head { end: NONE } => self.abandon(),
            Place::Object => {
                let token = self.raw[self.at];
                self.replace(Code::P001, Self::span(token), "the entries of an object stand between commas", ",");
                self.raw[self.at].kind = Kind::Comma;
            }
            _ => {
                self.take(Kind::Semicolon);
                self.operand = true;
            }
        }
    }

    /// A token where an operand is expected.
    fn operand(&mut self, token: Token) {
        let kind = match token.kind {
            Kind::BraceOpen if matches!(self.previous(), Some(Kind::Arrow)) && !self.is_entry_brace() => {
                return self.open(Kind::BraceOpen, Place::Statements);
            }
            Kind::BraceOpen => return self.open(Kind::ObjectOpen, Place::Object),
            Kind::SquareOpen => return self.open(Kind::SquareOpen, Place::Group),
            Kind::ParenOpen if self.begins_parameters() || self.mend_result() => {
                return self.open(Kind::ArrowOpen, Place::Parameters);
            }
            Kind::ParenOpen => {
                self.open(Kind::ParenOpen, Place::Group);
                self.top_mut().alone = true;
                return;
            }
            Kind::Prefix(Prefix::New) if self.mend_new(token) => return,
            Kind::TemplateOpen => Kind::TemplateOpen,
            Kind::Infix(Infix::Subtract) => Kind::Prefix(Prefix::Negate),
            Kind::Infix(Infix::Add) => Kind::Prefix(Prefix::Plus),
            Kind::Infix(operator @ (Infix::TildeSubtract | Infix::TildeAdd)) => {
                let sign = if operator == Infix::TildeAdd { Prefix::Plus } else { Prefix::Negate };
                return self.split(token, Kind::Prefix(Prefix::Confidence), Kind::Prefix(sign));
            }
            Kind::Infix(Infix::Chain) => {
                let span = token.span();
                let message = "`~~` does not cut a number's decimals here";
                self.report(Code::P008, span, message, "write `Math.trunc(x)`");
                Kind::Prefix(Prefix::Plus)
            }
            Kind::Step(by) => Kind::StepBefore(by),
            Kind::Dot if matches!(self.previous(), Some(Kind::Infix(Infix::Pipe | Infix::TildePipe))) => Kind::PipeDot,
            Kind::Ellipsis | Kind::Prefix(_) => token.kind,
            Kind::Bar | Kind::Bits => Kind::Infix(Infix::Alternative),
            Kind::Comma => return self.comma(),
            Kind::Colon => return self.colon(),
            _ if self.mend_operand(token) => return,
            _ if self.begin(token, false) => return,
            kind if kind.is_name() => {
                self.take(Kind::Name);
                self.operand = false;
                return;
            }
            kind => {
                self.take(kind);
                self.operand = !kind.ends_operand();
                return;
            }
        };
        self.take(kind);
        self.nest();
    }

    /// A token where an operator is expected.
    fn operator(&mut self, token: Token) {
        if self.mend_operator(token) {
            return;
        }
        let kind = match token.kind {
            Kind::ParenOpen => return self.open(Kind::ParenOpen, Place::Group),
            Kind::SquareOpen => return self.open(Kind::SquareOpen, Place::Group),
            Kind::BraceOpen => return self.brace_behind(),
            Kind::Prefix(Prefix::Drawn) => {
                return self.split(token, Kind::Infix(Infix::Less), Kind::Prefix(Prefix::Confidence));
            }
            Kind::Step(_) => {
                self.take(token.kind);
                return;
            }
            kind @ Kind::Question(_) => {
                let top = self.top_mut();
                // In `(a?: T)` it belongs to the type.
                if !(top.place == Place::Parameters && top.mode == Mode::Declarator) {
                    top.questions += 1;
                }
                kind
            }
            Kind::Colon => return self.colon(),
            Kind::Comma => return self.comma(),
            Kind::Equal => {
                let top = self.top_mut();
                if top.mode == Mode::Declarator {
                    top.mode = Mode::Value;
                }
                Kind::Equal
            }
            Kind::Arrow if matches!(self.top().mode, Mode::Pattern | Mode::Guard) => return self.arm_body(),
            Kind::If if self.top().mode == Mode::Pattern => {
                let top = self.top_mut();
                top.mode = Mode::Guard;
                top.pattern = false;
                Kind::If
            }
            Kind::Infix(Infix::In) if self.loop_variables() => {
                self.top_mut().mode = Mode::Expression;
                Kind::ForIn
            }
            Kind::Of if self.loop_variables() => {
                self.top_mut().mode = Mode::Expression;
                Kind::ForOf
            }
            Kind::Bar if self.top().pattern => Kind::Infix(Infix::Alternative),
            Kind::Bar | Kind::Bits => return self.bits(token),
            Kind::Else | Kind::While if self.ends_body(token) => return self.end_statement(),
            Kind::Max
                if self.top_is_head()
                    && (self.begins_operand(self.at + 1) || self.peek(1) == Some(Kind::ParenOpen)) =>
            {
                self.frames.pop();
                return self.head_ended();
            }
            Kind::Dot | Kind::OptionalDot | Kind::TildeDot | Kind::Assign(_) => token.kind,
            Kind::Infix(infix) if !matches!(infix, Infix::Add | Infix::Subtract) => token.kind,
            kind => {
                if self.adjacent(token) {
                    return;
                }
                if self.begin(token, false) {
                    return;
                }
                self.take(if kind.is_name() { Kind::Name } else { kind });
                self.operand = !kind.ends_operand();
                if kind == Kind::Arrow {
                    self.nest();
                }
                return;
            }
        };
        self.take(kind);
        self.operand = true;
        let nests = match kind {
            Kind::Question(_) | Kind::Equal | Kind::Assign(_) => true,
            Kind::Infix(infix) => infix.level().groups_right(),
            _ => false,
        };
        if nests {
            self.nest();
        }
    }

    /// Whether the head of a loop or condition without parentheses is on top.
    fn top_is_head(&self) -> bool {
        let top = self.top();
        let loops = self.frames.iter().rev().nth(1).is_some_and(|frame| match frame.place {
            Place::Construct(construct) => matches!(construct.what, What::While | What::For | What::Do),
            _ => false,
        });
        loops && top.close == NONE && matches!(top.place, Place::Head { end: NONE } | Place::Loop)
    }

    /// Whether the variables of a loop are being read.
    fn loop_variables(&self) -> bool {
        let top = self.top();
        top.place == Place::Loop && matches!(top.mode, Mode::Variables | Mode::Declarator)
    }

    /// Whether the word at hand ends a body without braces.
    fn ends_body(&self, token: Token) -> bool {
        if self.top().place != Place::Body {
            return false;
        }
        let below = self.frames.iter().rev().nth(1).map(|frame| frame.place);
        let Some(Place::Construct(construct)) = below else { return false };
        token.kind == Kind::Else || construct.what == What::Do
    }

    /// A `{` behind an operand: it ends a head, or has no meaning.
    fn brace_behind(&mut self) {
        let Frame { place, close, .. } = *self.top();
        match place {
            Place::Head { end: NONE } => {
                self.frames.pop();
                self.head_ended();
            }
            Place::Loop if close == NONE => {
                self.frames.pop();
                self.head_ended();
            }
            _ if self.mend_arrow() => {}
            _ => {
                self.open(Kind::BraceOpen, Place::Statements);
            }
        }
    }

    fn comma(&mut self) {
        if self.leaves_body() || self.mend_comma() {
            return;
        }
        let top = self.top_mut();
        top.part();
        match (top.place, top.mode) {
            (Place::Arms | Place::Members, Mode::Expression | Mode::Named | Mode::Value) => {
                self.at += 1;
                return self.end_statement();
            }
            (_, Mode::Value) => top.mode = Mode::Declarator,
            (Place::Object, _) => top.mode = Mode::Key,
            _ => {}
        }
        self.take(Kind::Comma);
        self.operand = true;
    }

    fn colon(&mut self) {
        let top = self.top_mut();
        if top.questions > 0 {
            top.questions -= 1;
            self.take(Kind::Colon);
            self.operand = true;
            return;
        }
        if self.leaves_body() {
            return;
        }
        if matches!(self.top().place, Place::Head { end: NONE } | Place::Loop)
            && self.top().close == NONE
            && self.head_colon()
        {
            return;
        }
        self.take(Kind::Colon);
        let top = self.top_mut();
        match top.mode {
            Mode::Declarator => {
                self.enter(Place::Type);
            }
            Mode::Label => {
                top.mode = Mode::Expression;
                top.fresh = true;
            }
            _ => {}
        }
        self.operand = true;
    }

    /// Whether a body without braces inside an expression ended here.
    fn leaves_body(&mut self) -> bool {
        if self.top().place != Place::Body || matches!(self.top().mode, Mode::Declarator | Mode::Value) {
            return false;
        }
        let below = self.frames.iter().rev().nth(1).map(|frame| frame.place);
        let Some(Place::Construct(construct)) = below else { return false };
        if construct.statement || self.top().fresh {
            return false;
        }
        self.end_statement();
        true
    }

    /// Whether the `(` at hand begins the parameters of a lambda or function type.
    fn begins_parameters(&self) -> bool {
        let arrow = self.behind(self.at).is_some_and(|token| matches!(token.kind, Kind::Arrow | Kind::ThinArrow));
        arrow && !matches!(self.top().mode, Mode::Pattern | Mode::Guard)
    }

    /// Two tokens written as one.
    fn split(&mut self, token: Token, first: Kind, second: Kind) {
        let middle = token.start + 1;
        self.out.push(Token { kind: first, end: middle, ..token });
        self.out.push(Token { kind: second, newline: false, start: middle, end: token.end });
        self.at += 1;
        self.operand = true;
        self.nest();
    }

    // ---- objects and types

    /// A token of an object.
    pub(super) fn object(&mut self, token: Token) {
        if self.top().mode != Mode::Key {
            if self.top().mode == Mode::Named && token.kind == Kind::ParenOpen {
                self.top_mut().mode = Mode::Expression;
                self.construct_begin(What::Function, false);
                return;
            }
            if self.top().mode == Mode::Named && matches!(token.kind, Kind::Colon | Kind::Equal) {
                self.top_mut().mode = Mode::Expression;
                self.take(token.kind);
                self.operand = true;
                return;
            }
            return self.expression(token);
        }
        if self.mend_key(token) {
            return;
        }
        if token.kind == Kind::Async && self.async_key() {
            return self.take(Kind::Async);
        }
        let word = token.kind.is_word();
        let named = word || matches!(token.kind, Kind::SquareOpen | Kind::Text | Kind::Number);
        self.top_mut().mode = if named { Mode::Named } else { Mode::Expression };
        match token.kind {
            Kind::SquareOpen => self.open(Kind::SquareOpen, Place::Group),
            kind if named => {
                self.take(if word { Kind::Name } else { kind });
                self.operand = false;
            }
            _ => self.expression(token),
        }
    }

    /// Whether `async` at hand stands before a method, and is not a key itself.
    fn async_key(&self) -> bool {
        self.peek(1).is_some_and(|kind| kind.is_word() || matches!(kind, Kind::Text | Kind::SquareOpen))
    }

    /// A token of a type.
    pub(super) fn in_type(&mut self, token: Token) {
        let place = self.top().place;
        if self.operand {
            match token.kind {
                Kind::BraceOpen => self.open(Kind::ObjectOpen, Place::TypeObject),
                Kind::ParenOpen if self.begins_parameters() => self.open(Kind::ArrowOpen, Place::Parameters),
                Kind::ParenOpen => self.open(Kind::ParenOpen, Place::TypeGroup),
                Kind::SquareOpen if self.mend_tuple() => {}
                Kind::SquareOpen => self.open(Kind::SquareOpen, Place::TypeGroup),
                Kind::Infix(Infix::Subtract) => self.take(Kind::Prefix(Prefix::Negate)),
                Kind::Bar => self.take(Kind::Bar),
                Kind::Number | Kind::Text | Kind::True | Kind::False | Kind::Null | Kind::Invalid => {
                    self.take(token.kind);
                    self.operand = false;
                }
                kind if kind.is_word() && (self.mend_generic(token) || self.mend_type_word(token)) => {}
                kind if kind.is_word() => {
                    self.take(Kind::Name);
                    self.operand = false;
                }
                _ if place == Place::Type => {
                    self.type_missing(token);
                    self.frames.pop();
                    self.operand = false;
                }
                kind => {
                    self.take(kind);
                    self.operand = false;
                }
            }
            return;
        }
        match token.kind {
            Kind::Bar => {
                self.take(Kind::Bar);
                self.operand = true;
            }
            Kind::Question(_) => {
                self.take(token.kind);
                self.nest();
            }
            Kind::SquareOpen => {
                self.nest();
                self.open(Kind::SquareOpen, Place::TypeGroup);
            }
            Kind::Arrow if self.top().mode == Mode::Arrow => {
                self.top_mut().mode = Mode::Expression;
                self.take(Kind::Arrow);
                self.nest();
                self.operand = true;
            }
            Kind::Bits => self.bits(token),
            _ if place == Place::Type => {
                self.frames.pop();
            }
            Kind::Infix(Infix::Add)
                if self.previous() == Some(Kind::Number) && self.peek(1) == Some(Kind::SquareClose) =>
            {
                let message = "a list of agents has a greatest number";
                self.report(Code::P001, Self::span(token), message, "write `[3..10]` for three to ten");
                self.take(Kind::Infix(Infix::Range));
                self.operand = true;
            }
            Kind::Infix(_) | Kind::Colon | Kind::Comma if self.previous() == Some(Kind::Number) => {
                if !matches!(token.kind, Kind::Infix(Infix::Range | Infix::RangeInclusive)) {
                    self.replace(Code::P001, Self::span(token), "a list of agents is counted with `..`", "..");
                }
                self.take(Kind::Infix(Infix::Range));
                self.operand = true;
            }
            Kind::Colon => {
                self.take(Kind::Colon);
                self.enter(Place::Type);
                self.operand = true;
            }
            kind => {
                self.take(kind);
                self.operand = matches!(kind, Kind::Infix(_) | Kind::Comma);
            }
        }
    }

    /// Puts in a type where none is.
    fn type_missing(&mut self, token: Token) {
        let mark = self.out.last().map_or(Span::at(token.start), |last| last.span());
        let message = format!("a type is missing behind `{}`", mark.of(self.text));
        self.report(Code::P001, mark, message, "write one, such as `string`, `number[]` or `any`");
        self.emit(Kind::Invalid);
    }

    /// A token of an object type.
    pub(super) fn type_object(&mut self, token: Token) {
        let key = self.top().mode == Mode::Key;
        match token.kind {
            Kind::Comma | Kind::Semicolon => {
                if self.top().fresh {
                    self.at += 1;
                } else {
                    self.take(Kind::Comma);
                }
                let top = self.top_mut();
                top.mode = Mode::Key;
                top.fresh = true;
                self.operand = true;
            }
            Kind::SquareOpen if key => {
                let top = self.top_mut();
                top.mode = Mode::Named;
                top.fresh = false;
                self.open(Kind::SquareOpen, Place::TypeGroup);
            }
            Kind::Name if key && self.mend_type_key(token) => {}
            kind if key && (kind.is_word() || kind == Kind::Text) => {
                let top = self.top_mut();
                top.mode = Mode::Named;
                top.fresh = false;
                self.take(if kind == Kind::Text { kind } else { Kind::Name });
                self.operand = false;
            }
            Kind::Colon => {
                self.take(Kind::Colon);
                self.top_mut().mode = Mode::Expression;
                self.enter(Place::Type);
                self.operand = true;
            }
            Kind::Question(_) => self.take(token.kind),
            kind => {
                self.top_mut().fresh = false;
                if kind == Kind::ParenOpen && self.previous() == Some(Kind::Name) {
                    let message = "a type has no methods";
                    self.report(Code::P001, Self::span(token), message, "write `name: (a: string) => number`");
                }
                if kind.opens() && kind != Kind::TemplateOpen {
                    return self.open(kind, Place::Group);
                }
                self.take(kind);
                self.operand = false;
            }
        }
    }
}
