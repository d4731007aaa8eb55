//! What strangers write first: words of other languages, slips of the finger, Python's blocks. Each gets one message that
//! says what to type, and is then read as what was meant, so that the rest of the program is read as usual.

use super::Shape;
use super::place::{NONE, Place, What};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix, nearest};
use crate::source::{Location, Span};
use crate::syntax::ast::{Infix, Keyword};
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

/// Forms that are calls, and how they are written.
const FORMS: &[(&str, &str)] = &[
    ("parallel", "write `parallel([() => …, () => …])`"),
    ("race", "write `race([() => …, () => …])`"),
    ("sequential", "write `sequential([x => …, x => …], x)`"),
    ("retry", "write `retry(() => …, { attempts: 3 })`"),
    ("fallback", "write `fallback(() => …, () => …)`"),
    ("timeout", "write `timeout(() => …, 30s)`"),
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

impl Shape<'_, '_> {
    pub(super) fn written(&self, token: Token) -> &str {
        Self::span(token).of(self.text)
    }

    pub(super) fn next(&self) -> Option<Token> {
        self.raw.get(self.at + 1).copied()
    }

    /// Reports a token that the language has not.
    pub(super) fn absent(&mut self, token: Token, message: impl Into<String>, help: impl Into<String>) {
        self.report(Code::P008, Self::span(token), message, help);
    }

    /// Reports a token that stands for another one, with the edit.
    pub(super) fn replace(&mut self, code: Code, span: Span, message: impl Into<String>, plain: &str) {
        let at = Location::new(self.file, span);
        let report = Diagnostic::new(code, at, message).help(format!("write `{plain}`"));
        self.diagnostics.push(report.fix(format!("write `{plain}`"), span, plain));
    }

    pub(super) fn span(token: Token) -> Span {
        token.span()
    }

    /// Mends the beginning of a statement. Whether the tokens changed.
    pub(super) fn mend_statement(&mut self, token: Token) -> bool {
        if token.kind == Kind::Absent && self.written(token) == "class" {
            self.class();
            return true;
        }
        if token.kind == Kind::From && self.import_from() || token.kind == Kind::Import && self.import_module() {
            return true;
        }
        let enumerates = |shape: &Self| shape.next().is_some_and(|next| shape.written(next) == "enum");
        if matches!(token.kind, Kind::Let(_)) && enumerates(self) && self.peek(3) == Some(Kind::BraceOpen) {
            self.at += 1;
            return self.declaration_elsewhere(self.raw[self.at], "enum");
        }
        if token.kind == Kind::Name
            && matches!(self.written(token), "abstract" | "final" | "sealed" | "data")
            && self.next().is_some_and(|next| next.kind == Kind::Absent && !next.newline)
        {
            self.at += 1;
            return true;
        }
        if token.kind == Kind::Async && self.asynchronous(token) {
            return true;
        }
        if token.kind == Kind::Match && self.matches_lines() {
            self.left_out(token, "a block stands in braces, not behind `:`", "write `match (x) { value => … }`");
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
            return next.kind == Kind::ParenOpen && self.mend_headless(token);
        }
        let word = self.written(token).to_string();
        match word.as_str() {
            "declare" if self.mend_declare(token, next) => return true,
            "interface" if next.kind.is_name() => return self.interface(token),
            "enum" | "struct" | "namespace" | "trait" | "impl" if next.kind.is_name() => {
                return self.declaration_elsewhere(token, &word);
            }
            "yield" => {
                self.generates(token);
                self.at += 1;
                return true;
            }
            "print" | "echo" | "puts" | "expect" if adjacent => {
                self.absent(
                    token,
                    format!("`{word}` is a function here"),
                    format!("write `{}(…)`", if word == "expect" { "expect" } else { "print" }),
                );
                self.at += 1;
                return true;
            }
            "unless" if head => {
                let help = "write `if (!(…))`, or turn the condition around";
                self.absent(token, "there is no `unless`", help);
                self.raw[self.at].kind = Kind::If;
                return true;
            }
            "assert" if adjacent => {
                let help = "write `expect(…)` in a `test \"…\" { … }`, or throw an error";
                self.left_out(token, "there is no `assert`", help);
                return true;
            }
            "with" if adjacent => {
                let help = "call the function, and keep what it gives in a variable";
                self.left_out(token, "there is no `with`", help);
                return true;
            }
            "lambda" | "not" | "and" | "or" | "with" | "debugger" => return false,
            _ => {}
        }
        if let Some((_, help)) = FORMS.iter().find(|(form, _)| *form == word)
            && (head || matches!(next.kind, Kind::BraceOpen | Kind::Number))
        {
            self.absent(token, format!("`{word}` is a function here"), *help);
            self.skip_declaration();
            return true;
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
            let at = Location::new(self.file, Self::span(token));
            let report = Diagnostic::new(Code::P008, at, "a type does not begin a declaration").help(help);
            self.diagnostics.push(report.fix("write `let`", at.span, "let"));
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
        let Some(plain) = nearest(&word, candidates) else { return self.mend_headless(token) };
        self.replace(Code::P001, Self::span(token), format!("`{word}` is no keyword"), plain);
        self.raw[self.at].kind = keyword(plain);
        true
    }

    /// `class X { … }`, which is left out.
    pub(super) fn class(&mut self) {
        let token = self.raw[self.at];
        let head = self.raw[self.at + 1..].iter().take_while(|token| !token.newline);
        let indented = head.last().is_some_and(|last| last.kind == Kind::Colon);
        if let Some(name) = self.next().filter(|next| next.kind.is_name()) {
            self.classes.insert(name.span().of(self.text));
        }
        let message = "there are no classes";
        let help = "write a function that gives an object with the functions in it, what changes among them, as in `turns: () => turns`";
        if indented && self.top().place.has_statements() {
            return self.left_out(token, message, help);
        }
        self.absent(token, message, help);
        self.skip_declaration();
    }

    /// Leaves out a declaration up to the end of its braces, and puts an operand in its place.
    pub(super) fn skip_declaration(&mut self) {
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
        self.absent(token, format!("there is no `{word}`"), help);
        self.skip_declaration();
        true
    }

    /// `interface X { … }`, which is a type.
    fn interface(&mut self, token: Token) -> bool {
        let name = self.raw[self.at + 1];
        let at = Location::new(self.file, Self::span(token));
        let report = Diagnostic::new(Code::P008, at, "there is no `interface`");
        let edit = |span, text: &str| Edit { at: Location::new(at.file, span), text: text.to_owned() };
        let signs = self.peek(2) == Some(Kind::BraceOpen) && self.holds_methods(self.at + 2);
        let (word, mut edits) = match signs {
            true => ("agent", Vec::new()),
            false => ("type", vec![edit(Span::at(name.end), " =")]),
        };
        edits.push(edit(at.span, word));
        let sign = if signs { "" } else { "= " };
        let title = format!("write `{word} {} {sign}{{ … }}`", self.written(name));
        self.diagnostics.push(report.help(title.clone()).mend(Fix { title, certain: true, edits }));
        self.top_mut().fresh = false;
        if signs {
            self.construct_begin(What::Agent, true);
            self.take(Kind::Agent);
            self.take(Kind::Name);
            self.operand = false;
            return true;
        }
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
        self.names_first();
        true
    }

    /// `import m`, as Python writes it. Whether it was one.
    fn import_module(&mut self) -> bool {
        let named = self.peek(1) == Some(Kind::Name) && self.next().is_some_and(|next| !next.newline);
        let ends = self.raw.get(self.at + 2).is_none_or(|behind| match behind.kind {
            Kind::Dot | Kind::As => true,
            Kind::From | Kind::Comma => false,
            _ => behind.newline,
        });
        if named && ends {
            self.names_first();
        }
        named && ends
    }

    fn names_first(&mut self) {
        let help = "write `import { a } from \"./m.prism\"`";
        self.left_out(self.raw[self.at], "an import names first what it takes", help);
    }

    /// Whether a line ends with `:` here, and the next begins with `case`.
    fn matches_lines(&self) -> bool {
        let rest = &self.raw[self.at + 1..];
        let line = rest.iter().take_while(|token| !token.newline).count();
        line > 0 && rest[line - 1].kind == Kind::Colon && rest.get(line).is_some_and(|token| token.kind == Kind::Case)
    }

    /// Reports a statement that the language has not, and leaves it out, with the block that is indented below it.
    fn left_out(&mut self, token: Token, message: &str, help: &str) {
        self.absent(token, message, help);
        self.top_mut().fresh = false;
        let column = self.column;
        self.take(Kind::Invalid);
        let mut last = Kind::Invalid;
        while let Some(token) = self.raw.get(self.at).filter(|token| !token.newline && !token.kind.closes()) {
            last = token.kind;
            self.at = if last.opens() { self.partner[self.at] as usize + 1 } else { self.at + 1 };
        }
        while last == Kind::Colon && self.raw.get(self.at).is_some_and(|token| !token.kind.closes()) {
            let token = self.raw[self.at];
            if token.newline {
                self.begin_line(token);
                if self.column <= column {
                    break;
                }
            }
            self.at = if token.kind.opens() { self.partner[self.at] as usize + 1 } else { self.at + 1 };
        }
        self.column = column;
        self.operand = false;
        self.end_statement();
    }

    /// `name:` before a loop.
    fn label(&mut self, token: Token) -> bool {
        if !matches!(self.peek(2), Some(Kind::For | Kind::While | Kind::Do | Kind::Uncertain)) {
            return false;
        }
        let end = self.raw[self.at + 1].end;
        self.no_labels(Span::new(token.start, end));
        self.at += 2;
        true
    }

    /// `break` and `continue`, and the label behind them.
    pub(super) fn jump(&mut self, kind: Kind) {
        self.take(kind);
        let label = self.raw.get(self.at).filter(|next| next.kind == Kind::Name && !next.newline).copied();
        if let Some(label) = label.filter(|_| matches!(kind, Kind::Break | Kind::Continue)) {
            self.no_labels(Self::span(label));
            self.at += 1;
        }
    }

    /// Labels are told once.
    fn no_labels(&mut self, span: Span) {
        if !std::mem::replace(&mut self.labelled, true) {
            let help = "move the inner loop into a function and leave it with `return`";
            self.report(Code::P008, span, "there are no labels", help);
        }
    }

    /// `import(…)`, whose `import` is at hand. Whether it was one.
    pub(super) fn mend_import_call(&mut self) -> bool {
        if self.peek(1) != Some(Kind::ParenOpen) {
            return false;
        }
        let token = self.raw[self.at];
        self.absent(
            token,
            "modules are not loaded while a program runs",
            "write `import { a } from \"./m.prism\"` at the beginning of the file",
        );
        self.take(Kind::Invalid);
        self.at = self.partner[self.at] as usize + 1;
        self.operand = false;
        true
    }

    /// `import type { T }` and `{ type T }`, as TypeScript tells types from values.
    pub(super) fn mend_type_import(&mut self) -> bool {
        let named = |next: &Token| {
            let word = next.kind.is_word() && !matches!(next.kind, Kind::From | Kind::As);
            !next.newline && (word || next.kind == Kind::BraceOpen)
        };
        let Some(next) = self.next().filter(|_| self.peek(0) == Some(Kind::Type)).filter(named) else { return false };
        let token = self.raw[self.at];
        let at = Location::new(self.file, Self::span(token));
        let report = Diagnostic::new(Code::P008, at, "types are imported and exported as values are");
        let report = report.help("remove `type`");
        self.diagnostics.push(report.fix("remove `type`", Span::new(token.start, next.start), ""));
        self.at += 1;
        true
    }

    /// `function*`
    pub(super) fn mend_generator(&mut self) {
        if self.peek(0) == Some(Kind::Infix(Infix::Multiply)) {
            let token = self.raw[self.at];
            self.generates(token);
            self.at += 1;
        }
    }

    /// A word of a generator, whose first tells it all.
    pub(super) fn generates(&mut self, token: Token) {
        if !self.generated {
            self.absent(token, "there are no generators", "collect the values in a list and return it");
        }
        self.generated = true;
    }

    /// `async` before what waits by itself. Whether it was one.
    fn asynchronous(&mut self, token: Token) -> bool {
        let word = match self.peek(1) {
            Some(Kind::Pattern) => "pattern",
            Some(Kind::Test) => "test",
            Some(Kind::Agent) => "agent",
            _ => return false,
        };
        if self.next().is_none_or(|next| next.newline)
            || !self.raw.get(self.at + 2).is_some_and(|third| third.kind.is_word() || third.kind == Kind::Text)
        {
            return false;
        }
        let at = Location::new(self.file, Self::span(token));
        let report = Diagnostic::new(Code::P008, at, format!("there is no `async {word}`"));
        let span = Span::new(token.start, self.raw[self.at + 1].start);
        self.diagnostics.push(report.help("remove `async`: a call is waited for by itself").fix(
            "remove `async`",
            span,
            "",
        ));
        self.at += 1;
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
