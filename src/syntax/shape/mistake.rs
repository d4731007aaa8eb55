//! What strangers write first: words of other languages, slips of the finger, Python's blocks. Each gets one message that
//! says what to type, and is then read as what was meant, so that the rest of the program is read as usual.

use super::Shape;
use super::place::{Mode, NONE, Place, What};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::{Location, Span};
use crate::syntax::ast::{Infix, Keyword, Prefix};
use crate::syntax::token::{Kind, Token};

/// Words of other languages that begin a statement, and the keyword that is meant.
const FOREIGN_WORDS: &[(&str, &str)] = &[
    ("def", "function"),
    ("func", "function"),
    ("fun", "function"),
    ("sub", "function"),
    ("proc", "function"),
    ("foreach", "for"),
    ("val", "const"),
    ("mut", "let"),
    ("local", "let"),
    ("auto", "let"),
    ("dim", "let"),
    ("raise", "throw"),
    ("elif", "else if"),
    ("elsif", "else if"),
    ("elseif", "else if"),
    ("until", "while"),
];

/// Keywords that begin a statement, and what the lexer makes of them.
const KEYWORDS: &[(&str, Kind)] = &[
    ("let", Kind::Let(Keyword::Let)),
    ("const", Kind::Let(Keyword::Const)),
    ("var", Kind::Let(Keyword::Var)),
    ("function", Kind::Function),
    ("return", Kind::Return),
    ("if", Kind::If),
    ("for", Kind::For),
    ("while", Kind::While),
    ("do", Kind::Do),
    ("switch", Kind::Switch),
    ("try", Kind::Try),
    ("throw", Kind::Throw),
    ("import", Kind::Import),
    ("export", Kind::Export),
    ("async", Kind::Async),
    ("uncertain", Kind::Uncertain),
    ("pattern", Kind::Pattern),
    ("agent", Kind::Agent),
    ("agents", Kind::Agents),
    ("type", Kind::Type),
    ("test", Kind::Test),
    ("match", Kind::Match),
    ("else", Kind::Else),
];

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
    fn written(&self, token: Token) -> &str {
        Span::new(token.start, token.end).of(self.text)
    }

    fn next(&self) -> Option<Token> {
        self.raw.get(self.at + 1).copied()
    }

    /// Reports a token that stands for another one, with the edit.
    fn replace(&mut self, code: Code, span: Span, message: impl Into<String>, plain: &str) {
        let at = Location::new(self.file, span);
        let report = Diagnostic::new(code, at, message).help(format!("write `{plain}`"));
        self.diagnostics.push(report.fix(format!("write `{plain}`"), span, plain));
    }

    fn span(token: Token) -> Span {
        Span::new(token.start, token.end)
    }

    // ---- where a statement begins

    /// Mends the beginning of a statement. Whether the tokens changed.
    pub(super) fn mend_statement(&mut self, token: Token) -> bool {
        if token.kind == Kind::Absent && self.written(token) == "class" {
            self.class();
            return true;
        }
        if token.kind == Kind::From && self.import_from() {
            return true;
        }
        if !token.kind.is_name() {
            return false;
        }
        let Some(next) = self.next() else { return false };
        let same_line = !next.newline;
        if next.kind == Kind::Colon && token.kind == Kind::Name {
            return self.label(token);
        }
        if !same_line || token.kind != Kind::Name {
            return false;
        }
        let head = next.kind == Kind::ParenOpen
            && self.behind(self.at + 1).is_some_and(|after| after.kind == Kind::BraceOpen && !after.newline);
        let adjacent = next.kind.is_name()
            || next.kind.is_word() && !matches!(next.kind, Kind::Infix(_))
            || self.begins_operand(self.at + 1);
        if !(head || adjacent || next.kind == Kind::BraceOpen || next.kind == Kind::HoleOpen) {
            return false;
        }
        let word = self.written(token).to_string();
        match word.as_str() {
            "interface" if next.kind.is_name() => return self.interface(token),
            "enum" | "struct" | "namespace" | "trait" | "impl" if next.kind.is_name() => {
                return self.declaration_elsewhere(token, &word);
            }
            "yield" => {
                self.report(
                    Code::P008,
                    Self::span(token),
                    "there are no generators",
                    "collect the values in a list and return it",
                );
                self.at += 1;
                return true;
            }
            "print" | "echo" | "puts" if adjacent => {
                self.report(Code::P008, Self::span(token), format!("`{word}` is a function here"), "write `print(…)`");
                self.at += 1;
                return true;
            }
            "lambda" | "not" | "and" | "or" | "with" | "debugger" => return false,
            _ => {}
        }
        if let Some((_, plain)) = FOREIGN_WORDS.iter().find(|(foreign, _)| *foreign == word) {
            self.replace(Code::P008, Self::span(token), format!("there is no `{word}`"), plain);
            self.raw[self.at].kind = match *plain {
                "else if" => Kind::If,
                plain => keyword(plain),
            };
            return true;
        }
        if next.kind.is_name()
            && !next.newline
            && self.raw.get(self.at + 2).is_some_and(|third| third.kind == Kind::Equal)
            && matches!(
                word.as_str(),
                "int"
                    | "float"
                    | "double"
                    | "string"
                    | "number"
                    | "bool"
                    | "boolean"
                    | "any"
                    | "object"
                    | "list"
                    | "dict"
            )
        {
            let help = format!("write `let {}: …`, or without the type", self.written(next));
            self.report(Code::P008, Self::span(token), "a type does not begin a declaration", help);
            self.raw[self.at].kind = Kind::Let(Keyword::Let);
            return true;
        }
        let third = self.raw.get(self.at + 2).map(|token| token.kind);
        let body = head || self.brace_ahead(self.at);
        let fits = |kind: Kind| match kind {
            Kind::If | Kind::While | Kind::For | Kind::Switch => body,
            Kind::Match => adjacent && body,
            Kind::Return | Kind::Throw => adjacent,
            Kind::Uncertain => matches!(next.kind, Kind::If | Kind::While | Kind::For),
            Kind::Async => next.kind == Kind::Function,
            Kind::Do | Kind::Try | Kind::Agents => next.kind == Kind::BraceOpen,
            Kind::Else => matches!(next.kind, Kind::BraceOpen | Kind::If),
            Kind::Function => head || next.kind.is_name() && third == Some(Kind::ParenOpen),
            Kind::Test => next.kind == Kind::Text,
            Kind::Let(_) | Kind::Type => {
                next.kind.is_name() && matches!(third, Some(Kind::Equal | Kind::Colon)) || next.kind == Kind::BraceOpen
            }
            Kind::Import | Kind::Export => next.kind != Kind::ParenOpen,
            _ => next.kind.is_name() && matches!(third, Some(Kind::ParenOpen | Kind::BraceOpen)),
        };
        let candidates = KEYWORDS.iter().filter(|(_, kind)| fits(*kind)).map(|(text, _)| *text);
        let Some(plain) = nearest(&word, candidates) else { return false };
        self.replace(Code::P001, Self::span(token), format!("`{word}` is no keyword"), plain);
        self.raw[self.at].kind = keyword(plain);
        true
    }

    /// `class X { … }`, which is left out.
    fn class(&mut self) {
        let token = self.raw[self.at];
        self.report(
            Code::P008,
            Self::span(token),
            "there are no classes",
            "write a function that gives an object with the functions in it",
        );
        self.skip_declaration();
    }

    /// Leaves out a declaration up to the end of its braces, and puts an operand in its place.
    fn skip_declaration(&mut self) {
        let mut index = self.at + 1;
        while let Some(token) = self.raw.get(index).copied() {
            if token.kind == Kind::BraceOpen {
                index = self.partner[index] as usize + 1;
                break;
            }
            if token.newline || token.kind.closes() || token.kind == Kind::Semicolon {
                break;
            }
            index = if token.kind.opens() { self.partner[index] as usize + 1 } else { index + 1 };
        }
        self.top_mut().fresh = false;
        self.take(Kind::Invalid);
        self.at = index;
        self.operand = false;
        if self.top().place.has_statements() {
            self.end_statement();
        }
    }

    /// `enum X { … }` and its like.
    fn declaration_elsewhere(&mut self, token: Token, word: &str) -> bool {
        let help = match word {
            "enum" => "write `type Name = \"a\" | \"b\"`",
            "struct" => "write `type Name = { field: type }`",
            _ => "write functions, and `export` them from a module of their own",
        };
        self.report(Code::P008, Self::span(token), format!("there is no `{word}`"), help);
        self.skip_declaration();
        true
    }

    /// `interface X { … }`, which is a type.
    fn interface(&mut self, token: Token) -> bool {
        let name = self.raw[self.at + 1];
        let help = format!("write `type {} = {{ … }}`", self.written(name));
        self.report(Code::P008, Self::span(token), "there is no `interface`", help);
        self.top_mut().fresh = false;
        self.take(Kind::Type);
        self.take(Kind::Name);
        self.emit(Kind::Equal);
        self.enter(Place::Type);
        self.operand = true;
        true
    }

    /// `from m import a`, as Python writes it.
    fn import_from(&mut self) -> bool {
        let imports = (1..8).any(|ahead| {
            let line =
                self.raw.get(self.at + 1..self.at + ahead).is_some_and(|tokens| tokens.iter().all(|t| !t.newline));
            line && self.peek(ahead) == Some(Kind::Import)
        });
        if !imports {
            return false;
        }
        let token = self.raw[self.at];
        self.report(
            Code::P008,
            Self::span(token),
            "an import names first what it takes",
            "write `import { a } from \"./m.prism\"`",
        );
        self.top_mut().fresh = false;
        self.take(Kind::Invalid);
        while self.raw.get(self.at).is_some_and(|token| !token.newline && !token.kind.closes()) {
            self.at += 1;
        }
        self.operand = false;
        self.end_statement();
        true
    }

    /// `name:` before a loop.
    fn label(&mut self, token: Token) -> bool {
        if !matches!(self.peek(2), Some(Kind::For | Kind::While | Kind::Do | Kind::Uncertain)) {
            return false;
        }
        let end = self.raw[self.at + 1].end;
        self.report(
            Code::P008,
            Span::new(token.start, end),
            "there are no labels",
            "move the inner loop into a function and leave it with `return`",
        );
        self.at += 2;
        true
    }

    /// `import(…)`, whose `import` is at hand. Whether it was one.
    pub(super) fn mend_import_call(&mut self) -> bool {
        if self.peek(1) != Some(Kind::ParenOpen) {
            return false;
        }
        let token = self.raw[self.at];
        self.report(
            Code::P008,
            Self::span(token),
            "modules are not loaded while a program runs",
            "write `import { a } from \"./m.prism\"` at the beginning of the file",
        );
        self.take(Kind::Invalid);
        self.at = self.partner[self.at] as usize + 1;
        self.operand = false;
        true
    }

    /// `function*`
    pub(super) fn mend_generator(&mut self) {
        if self.peek(0) == Some(Kind::Infix(Infix::Multiply)) {
            let token = self.raw[self.at];
            self.report(
                Code::P008,
                Self::span(token),
                "there are no generators",
                "collect the values in a list and return it",
            );
            self.at += 1;
        }
    }

    // ---- between operands

    /// Mends a token where an operand is expected. Whether the tokens changed.
    pub(super) fn mend_operand(&mut self, token: Token) -> bool {
        match token.kind {
            Kind::Absent => {
                match self.written(token) {
                    "class" => {
                        self.class();
                        return true;
                    }
                    "this" => self.report(
                        Code::P008,
                        Self::span(token),
                        "there is no `this`",
                        "hand the object over as a parameter, or name the variable that holds it",
                    ),
                    _ => self.report(
                        Code::P008,
                        Self::span(token),
                        "there is no `super`",
                        "call the other function by its name",
                    ),
                }
                self.take(Kind::Invalid);
                self.operand = false;
                true
            }
            Kind::Import if self.peek(1) == Some(Kind::ParenOpen) => self.mend_import_call(),
            Kind::Name => self.mend_word(token),
            _ => false,
        }
    }

    /// Words of other languages where an operand is expected.
    fn mend_word(&mut self, token: Token) -> bool {
        let Some(next) = self.next().filter(|next| !next.newline) else { return false };
        let operand = next.kind.is_name()
            || matches!(next.kind, Kind::Number | Kind::Text | Kind::True | Kind::False | Kind::Null);
        match self.written(token) {
            "not" if operand => {
                self.replace(Code::P008, Self::span(token), "there is no `not`", "!");
                self.take(Kind::Prefix(Prefix::Not));
                true
            }
            "void" if operand || next.kind == Kind::Prefix(Prefix::Not) => {
                self.report(Code::P008, Self::span(token), "there is no `void`", "write `null`");
                self.at += 1;
                true
            }
            "yield" if operand => {
                self.report(
                    Code::P008,
                    Self::span(token),
                    "there are no generators",
                    "collect the values in a list and return it",
                );
                self.at += 1;
                true
            }
            "lambda" if next.kind.is_name() || next.kind == Kind::Colon => {
                self.report(Code::P008, Self::span(token), "there is no `lambda`", "write `x => …`");
                let line = self.raw[self.at + 1..].iter().position(|t| t.newline || t.kind == Kind::Colon);
                self.at += line.map_or(1, |found| found + 2);
                true
            }
            "f" | "r" | "b" | "u" if next.kind == Kind::Text && next.start == token.end => {
                self.report(
                    Code::P008,
                    Span::new(token.start, next.end),
                    "a string has no prefix",
                    "write a template: `` `… ${x} …` ``",
                );
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
        let help = known.map_or("write a function that gives an object, and call it without `new`", |(_, help)| help);
        let span = Span::new(token.start, name.end);
        let message = match known {
            Some(_) if written.ends_with("Error") => format!("there is no `{written}`"),
            Some(_) => format!("there is no `new {written}`"),
            None => "there are no classes, so `new` makes errors alone".to_string(),
        };
        self.report(Code::P008, span, message, help);
        self.take(Kind::Invalid);
        self.at += 1;
        if self.peek(0) == Some(Kind::ParenOpen) {
            self.at = self.partner[self.at] as usize + 1;
        }
        self.operand = false;
        true
    }

    /// Mends a token where an operator is expected. Whether the tokens changed.
    pub(super) fn mend_operator(&mut self, token: Token) -> bool {
        let stuck = self.next().filter(|next| next.start == token.end).map(|next| next.kind);
        match token.kind {
            Kind::Name => {
                let plain = match self.written(token) {
                    "and" => Infix::And,
                    "or" => Infix::Or,
                    "is" => Infix::Equal,
                    "then" => return self.then(token),
                    "not" if self.peek(1) == Some(Kind::Infix(Infix::In)) => {
                        self.report(Code::P008, Self::span(token), "there is no `not in`", "write `!(key in object)`");
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
            Kind::Infix(Infix::Equal | Infix::StrictEqual) if self.top().mode == Mode::Declarator => {
                self.replace(Code::P001, Self::span(token), "a declaration gives its value with `=`", "=");
                self.raw[self.at].kind = Kind::Equal;
                true
            }
            Kind::Colon if stuck == Some(Kind::Equal) && self.top().questions == 0 => {
                self.replace(Code::P001, Span::new(token.start, token.end + 1), "there is no `:=`", "=");
                self.at += 1;
                true
            }
            Kind::Question if stuck == Some(Kind::Colon) => {
                self.replace(Code::P008, Span::new(token.start, token.end + 1), "there is no `?:`", "??");
                self.take(Kind::Infix(Infix::Coalesce));
                self.at += 1;
                self.operand = true;
                true
            }
            Kind::As if self.peek(1).is_some_and(Kind::is_word) => {
                self.report(Code::P008, Self::span(token), "there are no casts", "remove `as` and the type");
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
                                | Kind::SquareOpen
                                | Kind::ParenClose
                                | Kind::Comma
                                | Kind::SquareClose
                                | Kind::Semicolon
                        )
                    ) =>
            {
                self.report(
                    Code::P008,
                    Self::span(token),
                    "there is no `!` behind a value",
                    "remove it; `?.` reads what may be missing",
                );
                self.at += 1;
                true
            }
            Kind::Text
                if self.out.last().is_some_and(|last| {
                    last.kind == Kind::Name && last.end == token.start && last.end - last.start == 1
                }) =>
            {
                let start = token.start - 1;
                self.report(
                    Code::P008,
                    Span::new(start, token.end),
                    "a string has no prefix",
                    "write a template: `` `… ${x} …` ``",
                );
                self.out.pop();
                self.operand = true;
                true
            }
            Kind::Semicolon if self.top().place == Place::Object => {
                self.replace(Code::P001, Self::span(token), "the entries of an object stand between commas", ",");
                self.raw[self.at].kind = Kind::Comma;
                true
            }
            _ => false,
        }
    }

    /// `then` behind a condition.
    fn then(&mut self, token: Token) -> bool {
        if !matches!(self.top().place, Place::Head { .. }) {
            return false;
        }
        self.report(
            Code::P008,
            Self::span(token),
            "there is no `then`",
            "write `{` before what is done, and `}` behind it",
        );
        self.at += 1;
        self.frames.pop();
        self.head_ended();
        true
    }

    /// An operand directly behind another one. Whether something was put between them.
    pub(super) fn adjacent(&mut self, token: Token) -> bool {
        let begins = matches!(token.kind, Kind::BraceOpen | Kind::TemplateOpen) || self.begins_operand(self.at);
        if !begins {
            return false;
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
        let mark = if missing == Kind::Comma { "," } else { "=" };
        let insert = if missing == Kind::Comma { ",".to_string() } else { " =".to_string() };
        let mut report = Diagnostic::new(Code::P001, at, format!("`{mark}` is missing before `{written}`"));
        report = match top.place {
            Place::Group => report.help("write `,` or an operator between them"),
            _ => report.help(format!("write `{mark}`")).fix(format!("write `{mark}`"), Span::at(end), insert),
        };
        self.diagnostics.push(report);
        self.emit(missing);
        self.operand = true;
        match missing {
            Kind::Comma if top.place == Place::Object => self.top_mut().mode = Mode::Key,
            Kind::Equal => self.top_mut().mode = Mode::Value,
            _ => {}
        }
        true
    }

    /// Whether a name was just declared.
    fn declared(&self) -> bool {
        let mut last = self.out.iter().rev();
        matches!(last.next().map(|token| token.kind), Some(Kind::Name))
            && matches!(last.next().map(|token| token.kind), Some(Kind::Let(_)))
    }

    /// An operator on bits.
    pub(super) fn bits(&mut self, token: Token) {
        let written = self.written(token).to_string();
        let help = match written.as_str() {
            "|" => "write `||` for either of two, `Math.trunc(x)` to cut decimals, a list and `includes` for flags",
            "&" => "write `&&` for both of two, `x % 2` for the last bit, a list and `includes` for flags",
            "^" => "write `!=` for exactly one of two, `**` for a power",
            "<<" | "<<=" => "write `x * 2 ** n`",
            ">>" | ">>>" | ">>=" | ">>>=" => "write `Math.floor(x / 2 ** n)`",
            _ => "write a list and `includes` for flags",
        };
        self.report(Code::P008, Self::span(token), format!("there is no `{written}` on numbers"), help);
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
        self.report(Code::P008, Self::span(token), "there is no comma operator", help);
        if matches!(top.place, Place::Statements | Place::Switch) && top.mode == Mode::Expression {
            self.at += 1;
            self.end_statement();
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

    // ---- keys

    /// Mends what stands before a key. Whether the tokens changed.
    pub(super) fn mend_key(&mut self, token: Token) -> bool {
        if token.kind == Kind::Infix(Infix::Multiply) {
            self.report(
                Code::P008,
                Self::span(token),
                "there are no generators",
                "collect the values in a list and return it",
            );
            self.at += 1;
            return true;
        }
        let accessor = token.kind == Kind::Name
            && matches!(self.written(token), "get" | "set" | "static")
            && self.peek(1).is_some_and(Kind::is_word)
            && self.peek(2) == Some(Kind::ParenOpen);
        if accessor {
            let message = format!("there is no `{}` before a method", self.written(token));
            self.report(Code::P008, Self::span(token), message, "write an ordinary method, and call it");
            self.at += 1;
        }
        accessor
    }

    // ---- blocks by indentation

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
        self.report(
            Code::P008,
            Self::span(token),
            "a block stands in braces, not behind `:`",
            "write `{` here, and `}` behind the block",
        );
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
            What::If if matches!(word.as_str(), "elif" | "elsif" | "elseif") => {
                self.replace(Code::P008, Self::span(token), format!("there is no `{word}`"), "else if");
                self.raw[index].kind = Kind::ElseIf;
            }
            What::If
                if next.is_some_and(|next| {
                    !next.newline && matches!(next.kind, Kind::BraceOpen | Kind::If | Kind::Colon)
                }) =>
            {
                if nearest(&word, ["else"]).is_some() {
                    self.replace(Code::P001, Self::span(token), format!("`{word}` is no keyword"), "else");
                    self.raw[index].kind = Kind::Else;
                }
            }
            What::Try if word == "except" || word == "rescue" => {
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

    /// `f<T>(…)`: type parameters, which are left out. Whether there were any.
    pub(super) fn mend_type_parameters(&mut self, token: Token) -> bool {
        if token.kind != Kind::Infix(Infix::Less) {
            return false;
        }
        let rest = &self.raw[self.at..];
        let end = rest.iter().take(64).position(|token| token.kind == Kind::Infix(Infix::Greater));
        let Some(end) = end else { return false };
        let span = Span::new(token.start, rest[end].end);
        self.report(Code::P008, span, "there are no type parameters", "remove them; without a type nothing is assumed");
        self.at += end + 1;
        true
    }
}

fn keyword(plain: &str) -> Kind {
    KEYWORDS.iter().find(|(text, _)| *text == plain).map_or(Kind::Name, |(_, kind)| *kind)
}

/// Whether a place is a head without parentheses.
pub(super) fn is_open_head(place: Place, close: u32) -> bool {
    matches!(place, Place::Head { end: NONE }) || place == Place::Loop && close == NONE
}
