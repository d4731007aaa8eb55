//! What strangers write between operands and before keys, and what to tell them.

use super::Shape;
use super::place::{Mode, NONE, Place};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::{Location, Span};
use crate::syntax::ast::{Infix, Prefix};
use crate::syntax::token::{Kind, Token};

/// What JavaScript makes with `new`, and what to write instead.
const CONSTRUCTORS: &[(&str, &str)] = &[
    ("Set", "keep a list and ask `includes`, or write `unique(list)`"),
    ("WeakSet", "keep a list and ask `includes`, or write `unique(list)`"),
    ("Map", "write an object: `{ }`, with `o[key]`, `o.has(key)`, `o.keys()`"),
    ("WeakMap", "write an object: `{ }`, with `o[key]`, `o.has(key)`, `o.keys()`"),
    ("Date", "write `now()` for the time in milliseconds"),
    ("Promise", "call the agent: it is waited for by itself; `parallel([…])` asks several at once"),
    ("RegExp", "write the regular expression as a literal: `/…/`"),
    ("Array", "write a list: `[ ]`, or `range(n).map(…)`"),
    ("Object", "write an object: `{ }`"),
    ("TypeError", "write `new Error(message)`"),
    ("RangeError", "write `new Error(message)`"),
    ("SyntaxError", "write `new Error(message)`"),
];

impl Shape<'_, '_> {
    /// Mends a token where an operand is expected. Whether the tokens changed.
    pub(super) fn mend_operand(&mut self, token: Token) -> bool {
        match token.kind {
            Kind::Absent => {
                match self.written(token) {
                    "class" if matches!(self.previous(), Some(Kind::Let(_))) => {
                        let message = "`class` is a reserved word";
                        self.report(Code::P001, Self::span(token), message, "choose another name");
                        self.take(Kind::Name);
                        self.operand = false;
                        return true;
                    }
                    "class" => {
                        self.class();
                        return true;
                    }
                    "this" => self.absent(
                        token,
                        "there is no `this`",
                        "hand the object over as a parameter, or name the variable that holds it",
                    ),
                    _ => self.absent(token, "there is no `super`", "call the other function by its name"),
                }
                self.take(Kind::Invalid);
                self.operand = false;
                true
            }
            Kind::Import if self.peek(1) == Some(Kind::ParenOpen) => self.mend_import_call(),
            Kind::Infix(Infix::Less) => self.mend_brackets(token),
            Kind::Name => self.mend_word(token),
            _ => false,
        }
    }

    /// Words of other languages where an operand is expected.
    fn mend_word(&mut self, token: Token) -> bool {
        let Some(next) = self.next().filter(|next| !next.newline) else { return false };
        let apart = next.kind == Kind::ParenOpen && next.start > token.end;
        let operand = next.kind.is_name()
            || matches!(next.kind, Kind::Number | Kind::Text | Kind::True | Kind::False | Kind::Null);
        match self.written(token) {
            "not" if operand || apart => {
                self.replace(Code::P008, Self::span(token), "there is no `not`", "!");
                self.take(Kind::Prefix(Prefix::Not));
                true
            }
            "void" if operand || next.kind == Kind::Prefix(Prefix::Not) => {
                self.absent(token, "there is no `void`", "write `null`");
                self.at += 1;
                true
            }
            "yield" if operand => {
                self.generates(token);
                self.at += 1;
                true
            }
            "lambda" if next.kind.is_name() || next.kind == Kind::Colon => {
                self.absent(token, "there is no `lambda`", "write `x => …`");
                let line = self.raw[self.at + 1..].iter().position(|t| t.newline || t.kind == Kind::Colon);
                self.at += line.map_or(1, |found| found + 2);
                true
            }
            "f" | "r" | "b" | "u" if next.kind == Kind::Text && next.start == token.end => {
                self.prefixed(Span::new(token.start, next.end));
                self.at += 1;
                true
            }
            _ => false,
        }
    }

    /// `new X(…)` of anything but an error. Whether it was one.
    pub(super) fn mend_new(&mut self, token: Token) -> bool {
        let Some(name) = self.next().filter(|next| next.kind.is_name()) else { return false };
        let written = self.written(name).to_string();
        if written == "Error" {
            return false;
        }
        let known = CONSTRUCTORS.iter().find(|(constructor, _)| *constructor == written);
        let agent = "take it as a parameter: `pattern P(model: Model)`; the agents file says who answers";
        let otherwise = match written.as_str() {
            "Agent" | "Model" | "LLM" | "OpenAI" | "Anthropic" | "ChatOpenAI" | "Assistant" | "Client" => agent,
            _ => "write a function that gives an object, and call it without `new`",
        };
        let help = known.map_or(otherwise, |(_, help)| help);
        let span = Span::new(token.start, name.end);
        let message = match known {
            Some(_) if written.ends_with("Error") => format!("there is no `{written}`"),
            Some(_) => format!("there is no `new {written}`"),
            None => "there are no classes, so `new` makes errors alone".to_string(),
        };
        // Of a class that is written here it was said already.
        if !self.classes.contains(written.as_str()) {
            self.report(Code::P008, span, message, help);
        }
        self.take(Kind::Invalid);
        self.at += 1;
        if self.peek(0) == Some(Kind::ParenOpen) {
            self.at = self.partner[self.at] as usize + 1;
        }
        self.operand = false;
        true
    }

    /// `println!(…)` and its like, which is read as a call. Whether it was one.
    fn mend_macro(&mut self, token: Token) -> bool {
        let Some(name) = self.out.last().copied() else { return false };
        if name.kind != Kind::Name || name.end != token.start {
            return false;
        }
        let help = match self.written(name) {
            "print" | "println" | "eprintln" | "dbg" => "write `print(…)`",
            "format" => "write a template: `` `… ${x} …` ``",
            "vec" => "write `[…]`",
            "panic" | "todo" | "unimplemented" => "write `throw \"…\"`",
            "assert" | "assert_eq" | "assert_ne" => "write `expect(…)` in a test",
            _ => "write a function, and call it",
        };
        let whole = Span::new(name.start, token.end);
        self.report(Code::P008, whole, format!("there is no `{}`", whole.of(self.text)), help);
        self.at += 1;
        true
    }

    /// Whether the `:` at hand stands where the `=>` of an arm does.
    fn ends_arm(&self) -> bool {
        self.top().questions == 0 && !self.operand
    }

    /// Mends a token where an operator is expected. Whether the tokens changed.
    pub(super) fn mend_operator(&mut self, token: Token) -> bool {
        let stuck = self.next().filter(|next| next.start == token.end).map(|next| next.kind);
        match token.kind {
            Kind::Name => {
                let plain = match self.written(token) {
                    "and" => Infix::And,
                    "or" => Infix::Or,
                    "is" if self.next().is_some_and(|next| self.written(next) == "not") => {
                        let end = self.raw[self.at + 1].end;
                        self.replace(Code::P008, Span::new(token.start, end), "there is no `is not`", "!=");
                        self.take(Kind::Infix(Infix::NotEqual));
                        self.at += 1;
                        self.operand = true;
                        return true;
                    }
                    "is" => Infix::Equal,
                    "then" => return self.then(token),
                    "satisfies" => return self.mend_satisfies(token),
                    "not" if self.peek(1) == Some(Kind::Infix(Infix::In)) => {
                        self.absent(token, "there is no `not in`", "write `!(key in object)`");
                        self.at += 1;
                        return true;
                    }
                    _ => return false,
                };
                let message = format!("there is no `{}`", self.written(token));
                self.replace(Code::P008, Self::span(token), message, plain.spelling());
                self.take(Kind::Infix(plain));
                self.operand = true;
                true
            }
            Kind::Prefix(Prefix::Not) if matches!(stuck, Some(Kind::ParenOpen | Kind::SquareOpen)) => {
                self.mend_macro(token)
            }
            Kind::ThinArrow
                if stuck.is_some_and(Kind::is_name) && self.out.last().is_some_and(|last| last.end == token.start) =>
            {
                self.absent(token, "there is no `->`", "write `.` to read a property, `=>` for a function");
                self.raw[self.at].kind = Kind::Arrow;
                true
            }
            Kind::ThinArrow => {
                self.replace(Code::P001, Self::span(token), "a function is not written with `->`", "=>");
                self.raw[self.at].kind = Kind::Arrow;
                true
            }
            Kind::Infix(Infix::Less) if stuck == Some(Kind::Infix(Infix::Greater)) => {
                let end = token.end + 1;
                self.replace(Code::P008, Span::new(token.start, end), "there is no `<>`", "!=");
                self.take(Kind::Infix(Infix::NotEqual));
                self.at += 1;
                self.operand = true;
                true
            }
            Kind::Ellipsis if stuck.is_some() && self.out.last().is_some_and(|last| last.end == token.start) => {
                self.replace(Code::P001, Self::span(token), "a range is not written with `...`", "..");
                self.take(Kind::Infix(Infix::Range));
                self.operand = true;
                true
            }
            Kind::Infix(Infix::Equal | Infix::StrictEqual) if self.top().mode == Mode::Declarator => {
                self.replace(Code::P001, Self::span(token), "a declaration gives its value with `=`", "=");
                self.raw[self.at].kind = Kind::Equal;
                true
            }
            Kind::Equal if self.top().place == Place::Members && self.top().mode == Mode::Named => {
                self.replace(Code::P001, Self::span(token), "a member of an agent has its value behind `:`", ":");
                self.raw[self.at].kind = Kind::Colon;
                true
            }
            Kind::Colon if self.top().place == Place::Arms && self.top().mode == Mode::Pattern && self.ends_arm() => {
                if !self.cases {
                    let at = Location::new(self.file, Self::span(token));
                    let report = Diagnostic::new(Code::P001, at, "an arm has `=>` behind what it looks for");
                    self.diagnostics.push(report.help("write `=>`").fix("write `=>`", at.span, " =>"));
                }
                self.raw[self.at].kind = Kind::Arrow;
                true
            }
            Kind::Arrow if self.top().mode == Mode::Label => {
                self.replace(Code::P001, Self::span(token), "a case has `:` behind its value", ":");
                self.raw[self.at].kind = Kind::Colon;
                true
            }
            Kind::Colon if stuck == Some(Kind::Equal) && self.top().questions == 0 => {
                self.replace(Code::P001, Span::new(token.start, token.end + 1), "there is no `:=`", "=");
                self.at += 1;
                true
            }
            Kind::Question(_) if stuck == Some(Kind::Colon) && self.top().mode != Mode::Declarator => {
                self.replace(Code::P008, Span::new(token.start, token.end + 1), "there is no `?:`", "??");
                self.take(Kind::Infix(Infix::Coalesce));
                self.at += 1;
                self.operand = true;
                true
            }
            Kind::Infix(Infix::Subtract) if stuck == Some(Kind::Name) && self.declares(token) => {
                let rest = self.raw[self.at + 1];
                let start = self.out.last().map_or(token.start, |last| last.start);
                let span = Span::new(start, rest.end);
                let joined = span.of(self.text).replace('-', "_");
                self.report(
                    Code::P001,
                    span,
                    "a name has no `-` in it",
                    format!("write `{joined}`, wherever it stands"),
                );
                self.at += 2;
                true
            }
            Kind::As if self.peek(1).is_some_and(Kind::is_word) => {
                self.absent(token, "there are no casts", "remove `as` and the type");
                self.at += 2;
                while self.peek(0) == Some(Kind::SquareOpen) && self.peek(1) == Some(Kind::SquareClose) {
                    self.at += 2;
                }
                true
            }
            Kind::Prefix(Prefix::Not)
                if self.raw[self.at - 1].end == token.start
                    && matches!(
                        self.peek(1),
                        None | Some(
                            Kind::Dot
                                | Kind::Colon
                                | Kind::SquareOpen
                                | Kind::ParenClose
                                | Kind::Comma
                                | Kind::SquareClose
                                | Kind::Semicolon
                        )
                    ) =>
            {
                let at = Location::new(self.file, Self::span(token));
                let report = Diagnostic::new(Code::P008, at, "there is no `!` behind a value");
                let report = report.help("remove it; `?.` reads what may be missing");
                self.diagnostics.push(report.fix("remove `!`", at.span, ""));
                self.at += 1;
                true
            }
            Kind::Text
                if self.out.last().is_some_and(|last| {
                    last.kind == Kind::Name && last.end == token.start && last.end - last.start == 1
                }) =>
            {
                self.prefixed(Span::new(token.start - 1, token.end));
                self.out.pop();
                self.operand = true;
                true
            }
            _ => false,
        }
    }

    /// `f"… {x} …"`, as Python writes a template.
    fn prefixed(&mut self, span: Span) {
        let at = Location::new(self.file, span);
        let report = Diagnostic::new(Code::P008, at, "a string has no prefix");
        let report = report.help("write a template: `` `… ${x} …` ``");
        let inner = span.of(self.text).get(2..span.of(self.text).len() - 1).unwrap_or_default();
        let plain = !inner.contains(['`', '$', '\\', '"', '\'', ':']) && !inner.contains("{{");
        let template = format!("`{}`", inner.replace('{', "${"));
        self.diagnostics.push(match plain && span.of(self.text).starts_with('f') {
            true => report.fix("write a template", span, template),
            false => report,
        });
    }

    /// A body behind `( … )` in the place of an operand, where `=>` should stand between them. Whether it was one.
    pub(super) fn mend_arrow(&mut self) -> bool {
        if self.previous() != Some(Kind::ParenClose) {
            return false;
        }
        let Some(open) = self.out.iter().rposition(|token| token.kind == Kind::ParenOpen) else { return false };
        let names = &self.out[open + 1..self.out.len() - 1];
        let named = names.iter().all(|token| matches!(token.kind, Kind::Name | Kind::Comma));
        let operand =
            open > 0 && matches!(self.out[open - 1].kind, Kind::ParenOpen | Kind::Comma | Kind::Equal | Kind::Colon);
        if !named || !operand {
            return false;
        }
        let token = self.raw[self.at];
        let end = self.out.last().map_or(token.start, |last| last.end);
        let at = Location::new(self.file, Self::span(token));
        let report = Diagnostic::new(Code::P001, at, "`=>` is missing between the parameters and the body");
        let help = format!("write `=>` before `{}`", self.written(token));
        self.diagnostics.push(report.help(help).fix("write `=>`", Span::at(end), " =>"));
        self.out[open].kind = Kind::ArrowOpen;
        self.emit(Kind::Arrow);
        self.operand = true;
        true
    }

    /// `then` behind a condition.
    fn then(&mut self, token: Token) -> bool {
        if !matches!(self.top().place, Place::Head { .. }) {
            return false;
        }
        self.absent(token, "there is no `then`", "write `{` before what is done, and `}` behind it");
        self.at += 1;
        self.frames.pop();
        self.head_ended();
        true
    }

    /// An operand directly behind another one. Whether something was put between them.
    pub(super) fn adjacent(&mut self, token: Token) -> bool {
        if self.top().place == Place::Members && !token.newline && (token.kind == Kind::At || token.kind.is_word()) {
            self.part_members(token);
            return true;
        }
        let begins = matches!(token.kind, Kind::BraceOpen | Kind::TemplateOpen) || self.begins_operand(self.at);
        if !begins {
            return false;
        }
        if token.kind != Kind::BraceOpen && !token.newline && (self.quoted_within(token) || self.mend_arrow()) {
            return true;
        }
        if self.declared() && self.out.last().is_some_and(|last| self.written(*last) == "mut") {
            return self.mutable(token);
        }
        if token.kind == Kind::TemplateOpen && self.out.last().is_some_and(|last| last.end == token.start) {
            self.absent(token, "there are no tagged templates", "call the function with the text: `` tag(`…`) ``");
            self.emit(Kind::Infix(Infix::Add));
            self.operand = true;
            return true;
        }
        let top = *self.top();
        let at = Location::new(self.file, Self::span(token));
        let end = self.out.last().map_or(token.start, |last| last.end);
        let written = self.written(token).to_string();
        let missing = match (top.place, top.mode) {
            (Place::Object, _) if self.begins_entry(self.at) || token.newline => Kind::Comma,
            (Place::Group, _) if !top.alone => Kind::Comma,
            (Place::Statements | Place::Body | Place::Switch | Place::Loop, Mode::Declarator) if self.declared() => {
                Kind::Equal
            }
            _ => return false,
        };
        let typed = matches!(&self.out[..], [.., catch, open, class]
            if catch.kind == Kind::Catch && open.kind.opens() && class.kind == Kind::Name);
        if typed {
            let class = self.out.last().map_or(at.span, |class| class.span());
            let help =
                format!("remove `{}`; `{written}.code` and `{written}.kind` say what failed", class.of(self.text));
            self.report(Code::P001, class, "a caught error has no type", help);
            self.emit(missing);
            self.operand = true;
            return true;
        }
        let mark = if missing == Kind::Comma { "," } else { "=" };
        let insert = if missing == Kind::Comma { ",".to_string() } else { " =".to_string() };
        let mut report = Diagnostic::new(Code::P001, at, format!("`{mark}` is missing before `{written}`"));
        report = match top.place {
            Place::Group => report.help("write `,` or an operator between them"),
            _ => report.help(format!("write `{mark}`")).fix(format!("write `{mark}`"), Span::at(end), insert),
        };
        // Whoever forgets the commas of a list forgets all of them.
        if missing != Kind::Comma || top.place != Place::Group || self.uncommaed != top.close {
            self.diagnostics.push(report);
        }
        if missing == Kind::Comma {
            self.uncommaed = top.close;
        }
        self.emit(missing);
        self.operand = true;
        match missing {
            Kind::Comma if top.place == Place::Object => self.top_mut().mode = Mode::Key,
            Kind::Equal => self.top_mut().mode = Mode::Value,
            _ => {}
        }
        true
    }

    /// A member of an agent directly behind another one.
    fn part_members(&mut self, token: Token) {
        let end = self.out.last().map_or(token.start, |last| last.end);
        let at = Location::new(self.file, Self::span(token));
        let message = format!("`,` is missing before `{}`", self.written(token));
        let report = Diagnostic::new(Code::P001, at, message).help("write `,`, or begin a line");
        self.diagnostics.push(report.fix("write `,`", Span::at(end), ","));
        self.end_statement();
    }

    /// `"say "hi" now"`: quotes of the same kind within a text. Whether it was one.
    fn quoted_within(&mut self, token: Token) -> bool {
        let Some(before) = self.out.last().copied() else { return false };
        if before.kind != Kind::Text || before.end != token.start || !token.kind.is_word() {
            return false;
        }
        // Typographic quotes are another slip.
        let Some(quote @ ('"' | '\'')) = self.written(before).chars().next() else { return false };
        let line = self.raw[self.at..].iter().skip(1).take_while(|token| !token.newline);
        let mut rest = line.enumerate();
        let Some((ahead, last)) =
            rest.find(|(_, token)| token.kind == Kind::Text && self.written(**token).starts_with(quote))
        else {
            return false;
        };
        let last = *last;
        if self.raw[self.at + ahead].end != last.start {
            return false;
        }
        let at = Location::new(self.file, Span::new(before.end - 1, last.start + 1));
        let edit = |place| Edit { at: Location::new(self.file, Span::at(place)), text: "\\".to_owned() };
        let report = Diagnostic::new(Code::P001, at, format!("this `{quote}` ends the text"));
        let title = format!("write `\\{quote}` inside the text");
        let edits = vec![edit(before.end - 1), edit(last.start)];
        let help = format!("write `\\{quote}` inside a text, or put other quotes around it");
        self.diagnostics.push(report.help(help).mend(Fix { title, certain: true, edits }));
        self.at += ahead + 2;
        true
    }

    /// `<T>` before a value: a cast, or parameters of a lambda. Whether it was one.
    fn mend_brackets(&mut self, token: Token) -> bool {
        let Some(length) = super::generic::closed(&self.text[token.start as usize..]) else { return false };
        let end = token.start + length as u32;
        let inside = self.raw[self.at + 1..].iter().take_while(|token| token.start < end);
        let inside: Vec<Token> = inside.copied().collect();
        let Some(next) = self.raw.get(self.at + 1 + inside.len()).copied() else { return false };
        if inside.len() < 2 || next.start < end || next.newline || inside.iter().any(|token| token.newline) {
            return false;
        }
        let lambda = next.kind == Kind::ParenOpen
            && self
                .behind(self.at + 1 + inside.len())
                .is_some_and(|token| matches!(token.kind, Kind::Arrow | Kind::Colon));
        let (message, help) = match lambda {
            true => ("there are no type parameters", "remove them; without a type nothing is assumed"),
            false => ("there are no casts", "remove the type"),
        };
        let span = Span::new(token.start, end);
        let report = Diagnostic::new(Code::P008, Location::new(self.file, span), message).help(help);
        self.diagnostics.push(report.fix("remove it", span, ""));
        self.at += 1 + inside.len();
        true
    }

    /// `let mut name`, as Rust writes it.
    fn mutable(&mut self, token: Token) -> bool {
        let Some(word) = self.out.pop() else { return false };
        let at = Location::new(self.file, Self::span(word));
        let report =
            Diagnostic::new(Code::P008, at, "there is no `mut`").help("remove it: what `let` declares may change");
        self.diagnostics.push(report.fix("remove `mut`", Span::new(word.start, token.start), ""));
        self.operand = true;
        true
    }

    /// Whether a name was just declared that a token is stuck to.
    fn declares(&self, token: Token) -> bool {
        self.declared() && self.out.last().is_some_and(|last| last.end == token.start)
    }

    /// Whether a name was just declared.
    fn declared(&self) -> bool {
        let mut last = self.out.iter().rev();
        matches!(last.next().map(|token| token.kind), Some(Kind::Name))
            && matches!(last.next().map(|token| token.kind), Some(Kind::Let(_)))
    }

    /// `(a: T): R => …`, whose result type is left out. Whether the parenthesis at hand begins one.
    pub(super) fn mend_result(&mut self) -> bool {
        let top = *self.top();
        let elsewhere = matches!(top.place, Place::Head { .. } | Place::Loop)
            || matches!(top.mode, Mode::Label | Mode::Pattern | Mode::Guard)
            || top.questions > 0
            || self.skip_from.is_some();
        let colon = self.partner[self.at] as usize + 1;
        if elsewhere || self.raw.get(colon).is_none_or(|token| token.kind != Kind::Colon) {
            return false;
        }
        let mut arrow = colon + 1;
        while let Some(token) = self.raw.get(arrow).filter(|token| !token.newline && token.kind != Kind::Arrow) {
            arrow = match token.kind {
                Kind::SquareOpen | Kind::BraceOpen | Kind::ParenOpen => self.partner[arrow] as usize + 1,
                Kind::Bar | Kind::Question(_) | Kind::Text | Kind::Number => arrow + 1,
                kind if kind.is_word() => arrow + 1,
                _ => return false,
            };
        }
        if arrow == colon + 1 || self.raw.get(arrow).is_none_or(|token| token.kind != Kind::Arrow) {
            return false;
        }
        let span = Span::new(self.raw[colon].start, self.raw[arrow - 1].end);
        let report = Diagnostic::new(Code::P008, Location::new(self.file, span), "a lambda has no result type");
        let report = report.help("remove it, or write `function`").fix("remove the type", span, "");
        self.diagnostics.push(report);
        self.skip_from = Some((colon, arrow));
        true
    }

    /// An operator on bits.
    pub(super) fn bits(&mut self, token: Token) {
        let written = self.written(token).to_string();
        if matches!(self.top().place, Place::Type | Place::TypeGroup) {
            self.absent(
                token,
                format!("there is no `{written}` of types"),
                "write one type with the properties of both",
            );
            self.take(Kind::Bar);
            self.operand = true;
            return;
        }
        let help = match written.as_str() {
            "|" => "write `||` for either of two, `Math.trunc(x)` to cut decimals, a list and `includes` for flags",
            "&" => "write `&&` for both of two, `x % 2` for the last bit, a list and `includes` for flags",
            "^" => "write `!=` for exactly one of two, `**` for a power",
            "<<" | "<<=" => "write `x * 2 ** n`",
            ">>" | ">>>" | ">>=" | ">>>=" => "write `Math.floor(x / 2 ** n)`",
            _ => "write a list and `includes` for flags",
        };
        self.absent(token, format!("there is no `{written}` on numbers"), help);
        let assigns = written.len() > 1 && written.ends_with('=');
        self.take(if assigns { Kind::Assign(Infix::And) } else { Kind::Infix(Infix::And) });
        self.operand = true;
    }

    /// The comma operator. Whether it was one.
    pub(super) fn mend_comma(&mut self) -> bool {
        let token = self.raw[self.at];
        let top = *self.top();
        let help = match (top.place, top.mode) {
            (_, Mode::Label) => "write `case a:` and `case b:` one behind the other",
            (Place::Statements | Place::Body | Place::Switch, Mode::Expression) => "write two statements",
            (Place::Head { .. }, _) => "write `&&` or `||`",
            (Place::Hole, _) => "keep the last expression, and move the others before it",
            (Place::Group, _) if top.alone => "keep the last expression, and move the others before it",
            _ => return false,
        };
        let declares = self.out.last().is_some_and(|last| last.kind == Kind::Name) && top.place == Place::Statements;
        let help = if declares && self.frames.len() > 1 && self.lambda_object() {
            "write two statements; an object behind `=>` stands in parentheses: `({ a, b })`"
        } else {
            help
        };
        let depth = self.frames.len();
        // Of a row of commas the first says it all.
        let row = top.close != NONE && self.uncommaed == top.close;
        if self.commaed != depth && !row {
            self.absent(token, "there is no comma operator", help);
            self.uncommaed = top.close;
        }
        if matches!(top.place, Place::Statements | Place::Switch) && top.mode == Mode::Expression {
            self.at += 1;
            self.end_statement();
            self.commaed = depth;
        } else {
            self.take(Kind::Infix(Infix::And));
            self.operand = true;
        }
        true
    }

    /// Whether the block at hand is the body of a lambda and looks like an object.
    fn lambda_object(&self) -> bool {
        let last = self.out.len();
        last > 2 && self.out[last - 2].kind == Kind::BraceOpen && self.out[last - 3].kind == Kind::Arrow
    }

    /// Mends what stands before a key. Whether the tokens changed.
    pub(super) fn mend_key(&mut self, token: Token) -> bool {
        if token.kind == Kind::Infix(Infix::Multiply) {
            self.generates(token);
            self.at += 1;
            return true;
        }
        let accessor = token.kind == Kind::Name
            && matches!(self.written(token), "get" | "set" | "static")
            && self.peek(1).is_some_and(Kind::is_word)
            && self.peek(2) == Some(Kind::ParenOpen);
        if accessor {
            let message = format!("there is no `{}` before a method", self.written(token));
            self.absent(token, message, "write an ordinary method, and call it");
            self.at += 1;
        }
        accessor
    }
}
