//! What an LR(1) grammar cannot see, settled before it reads: where statements end, whether `{` begins a block or an
//! object, whether `(` begins parameters, which words are keywords at their place, and what a `-`, a `|` or a `<~` is.
//!
//! One walk over the tokens with a stack of places. A place is a pair of brackets, or something that has no brackets of
//! its own: a head, a body without braces, a type, a construct that waits for its next part. Matching brackets are known
//! beforehand, so that nothing is read twice. What comes out has balanced brackets and an [`Kind::End`] behind every
//! statement, whatever came in.

mod brackets;
mod construct;
mod expression;
mod generic;
mod headless;
mod indentation;
mod layout;
mod mistake;
mod place;
mod slip;
mod statement;
mod turned;
mod typescript;

use std::collections::HashSet;

use super::token::{Kind, Token};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Location, Span};
use place::{Frame, Mode, NONE, Place, WRAPS};

/// How many brackets may stand in each other.
pub const DEPTH: u32 = 128;

/// Tokens that the grammar reads.
pub struct Shaped {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// How deep the tree of them nests at most, where they fit.
    pub depth: u32,
}

/// Turns tokens as they are written into tokens that the grammar reads. Nothing comes out when brackets nest too deep.
pub fn shape(file: FileId, text: &str, tokens: Vec<Token>, diagnostics: &mut Diagnostics) -> Option<Shaped> {
    let (raw, partner) = brackets::pair(file, text, tokens, diagnostics);
    let mut shape = Shape {
        file,
        text,
        out: Vec::with_capacity(raw.len() + raw.len() / 4 + 8),
        partner,
        frames: Vec::with_capacity(64),
        at: 0,
        operand: true,
        depth: 0,
        deepest: 0,
        too_deep: None,
        column: 0,
        indented: 0,
        brace_ahead: None,
        uncommaed: NONE,
        commaed: 0,
        generated: false,
        labelled: false,
        cases: false,
        classes: HashSet::new(),
        skip_from: None,
        diagnostics,
        raw,
    };
    shape.run();
    match shape.too_deep {
        Some(token) => {
            let at = Location::new(file, token.span());
            diagnostics.push(too_deep(at));
            None
        }
        None => Some(Shaped { tokens: shape.out, depth: shape.deepest }),
    }
}

/// The finding for a place that nests too deep.
pub fn too_deep(at: Location) -> Diagnostic {
    Diagnostic::new(Code::P006, at, format!("this is nested deeper than {DEPTH}"))
        .help("move an inner part into a function or a variable of its own")
}

struct Shape<'t, 'd> {
    file: FileId,
    text: &'t str,
    raw: Vec<Token>,
    /// For each bracket the index of the other one.
    partner: Vec<u32>,
    out: Vec<Token>,
    frames: Vec<Frame>,
    /// Index of the next token.
    at: usize,
    /// Whether an operand is expected.
    operand: bool,
    /// How many brackets are open.
    depth: u32,
    /// How deep the tree nests at most.
    deepest: u32,
    too_deep: Option<Token>,
    /// The indentation of the current line.
    column: u32,
    /// How many blocks made by indentation are open.
    indented: u32,
    /// For each token, whether a `{` follows on its line and level; made when first asked for.
    brace_ahead: Option<Vec<bool>>,
    /// The end of the list in which a missing comma was reported last.
    uncommaed: u32,
    /// How deep a comma that is no operator was reported, while the statement behind it may end with another.
    commaed: usize,
    /// Whether a generator was reported.
    generated: bool,
    /// Whether a label was reported.
    labelled: bool,
    /// Whether arms were written as the cases of a `switch`.
    cases: bool,
    /// The classes that were reported.
    classes: HashSet<&'t str>,
    /// Tokens that are left out.
    skip_from: Option<(usize, usize)>,
    diagnostics: &'d mut Diagnostics,
}

impl Shape<'_, '_> {
    fn run(&mut self) {
        self.frames.push(Frame::new(Place::Statements, NONE));
        while self.at < self.raw.len() && self.too_deep.is_none() {
            self.step();
        }
        while self.frames.len() > 1 {
            self.abandon();
        }
        if !self.top().fresh {
            self.end();
        }
    }

    /// Takes one token, or changes the place and leaves the token to the next step.
    fn step(&mut self) {
        if let Some((_, to)) = self.skip_from.filter(|(from, _)| self.at >= *from) {
            self.at = self.at.max(to);
            self.skip_from = None;
            return;
        }
        let token = self.raw[self.at];
        if token.newline {
            self.begin_line(token);
            if self.indented > 0 && self.dedent() {
                return;
            }
        }
        if self.top().goes_on() && self.plain(token) {
            return;
        }
        match token.kind {
            Kind::ParenClose | Kind::SquareClose | Kind::BraceClose | Kind::HoleClose => return self.close(),
            Kind::Chunk | Kind::HoleOpen | Kind::TemplateClose => return self.template(token),
            _ => {}
        }
        if token.newline && !self.operand_follows() && !self.continues(token) && self.line_ends(token) {
            return;
        }
        match self.top().place {
            Place::Construct(_) => self.construct(token),
            Place::Type | Place::TypeGroup => self.in_type(token),
            Place::TypeObject => self.type_object(token),
            Place::Object => self.object(token),
            Place::Arms if self.top().fresh => self.arm(token),
            Place::Bands if self.top().fresh => self.band(token),
            Place::Members if self.top().fresh => self.member(token),
            Place::Statements | Place::Switch | Place::Body if self.top().fresh => self.statement(token),
            _ => self.expression(token),
        }
    }

    /// Hands a token on that is the same wherever an expression goes on, as most are. Whether it was one.
    #[inline]
    fn plain(&mut self, token: Token) -> bool {
        match token.kind {
            Kind::Name if self.operand && !token.newline && !self.may_mislead(token) => self.operand = false,
            Kind::Number | Kind::Text if self.operand && !token.newline && !self.is_behind_dot() => {
                self.operand = false
            }
            Kind::Dot if !self.operand => self.operand = true,
            _ => return false,
        }
        self.take(token.kind);
        true
    }

    /// Whether the name at hand could be a word of another language.
    #[inline]
    fn may_mislead(&self, token: Token) -> bool {
        let Some(next) = self.raw.get(self.at + 1) else { return true };
        match next.kind {
            Kind::Dot | Kind::Comma | Kind::ParenClose | Kind::SquareOpen | Kind::SquareClose | Kind::Infix(_) => false,
            Kind::BraceClose | Kind::HoleClose | Kind::Equal | Kind::Arrow | Kind::Assign(_) => false,
            Kind::ParenOpen => next.start != token.end,
            _ => true,
        }
    }

    fn is_behind_dot(&self) -> bool {
        matches!(self.previous(), Some(Kind::Dot | Kind::OptionalDot | Kind::TildeDot | Kind::PipeDot))
    }

    // ---- the stack of places

    fn top(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    fn top_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Opens the bracket at hand as a place.
    fn open(&mut self, kind: Kind, place: Place) {
        let pattern = self.top().pattern;
        let token = self.raw[self.at];
        self.depth += 1;
        if self.depth > DEPTH && self.too_deep.is_none() {
            self.too_deep = Some(token);
        }
        let mut frame = Frame::new(place, self.partner[self.at]);
        frame.pattern = pattern && matches!(place, Place::Group | Place::Object);
        self.take(kind);
        self.push(frame);
        self.operand = true;
    }

    /// Enters a place that has no brackets.
    fn enter(&mut self, place: Place) {
        if self.frames.len() > 8 * DEPTH as usize && self.too_deep.is_none() {
            self.too_deep = self.raw.get(self.at).or(self.raw.last()).copied();
        }
        self.push(Frame::new(place, NONE));
    }

    /// Puts a place into the one at hand.
    fn push(&mut self, mut frame: Frame) {
        frame.depth = self.top().below();
        self.deepest = self.deepest.max(frame.depth);
        self.frames.push(frame);
    }

    /// Leaves a place that was not finished.
    fn abandon(&mut self) {
        let frame = *self.top();
        if matches!(frame.place, Place::Statements | Place::Body) && !frame.fresh {
            self.end();
        }
        if frame.indent.is_some() {
            self.indented -= 1;
            self.emit(Kind::BraceClose);
        }
        self.frames.pop();
        self.operand = false;
        if matches!(frame.place, Place::Body) || frame.indent.is_some() {
            self.body_ended();
        }
    }

    /// The closing bracket at hand.
    fn close(&mut self) {
        let index = self.at as u32;
        while self.frames.len() > 1 && self.top().close != index {
            if self.top().close != NONE {
                break;
            }
            self.abandon();
        }
        let frame = *self.top();
        if frame.close != index {
            let token = self.raw[self.at];
            self.take(token.kind);
            self.operand = false;
            return;
        }
        self.depth -= 1;
        if frame.place.has_statements() && !frame.fresh {
            self.end();
        }
        let token = self.raw[self.at];
        self.frames.pop();
        self.operand = false;
        if matches!(frame.place, Place::Loop) {
            self.at += 1;
            return self.head_ended();
        }
        self.take(token.kind);
        self.closed(frame, index);
    }

    /// What follows from a closed bracket.
    fn closed(&mut self, frame: Frame, index: u32) {
        let top = *self.top();
        match frame.place {
            Place::Statements | Place::Switch | Place::Arms | Place::Bands | Place::Members | Place::Object => {
                match top.place {
                    Place::Construct(_) => self.body_ended(),
                    _ if frame.alone => self.end_statement(),
                    _ => {}
                }
            }
            Place::Parameters => {
                if matches!(top.place, Place::Type | Place::TypeGroup) {
                    self.top_mut().mode = Mode::Arrow;
                }
            }
            Place::Group => match top.place {
                Place::Head { end } if end == index => {
                    self.frames.pop();
                    self.head_ended();
                }
                _ => {}
            },
            Place::Hole => self.operand = true,
            _ => {}
        }
    }

    // ---- tokens

    /// The kind of the token `ahead` places further on.
    fn peek(&self, ahead: usize) -> Option<Kind> {
        self.raw.get(self.at + ahead).map(|token| token.kind)
    }

    /// The token behind the bracket that closes the one at `index`.
    fn behind(&self, index: usize) -> Option<Token> {
        self.raw.get(self.partner[index] as usize + 1).copied()
    }

    /// Hands the token at hand on as what it is here.
    #[inline]
    fn take(&mut self, kind: Kind) {
        let token = self.raw[self.at];
        self.out.push(Token { kind, ..token });
        self.at += 1;
    }

    /// What follows stands deeper in the tree, up to the next part of the place.
    fn nest(&mut self) {
        let top = self.top_mut();
        top.nested += 1;
        // What wraps a type stands behind it, as often as one likes.
        let wrapped = matches!(top.place, Place::Type | Place::TypeGroup | Place::TypeObject) && top.nested >= WRAPS;
        let deep = if wrapped { u32::MAX } else { top.below() };
        self.deepest = self.deepest.max(deep);
    }

    /// Hands on a token that takes no room.
    fn emit(&mut self, kind: Kind) {
        let place = self.out.last().map_or(0, |token| token.end);
        self.out.push(Token { kind, newline: false, start: place, end: place });
    }

    /// What was handed on last.
    fn previous(&self) -> Option<Kind> {
        self.out.last().map(|token| token.kind)
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let at = Location::new(self.file, span);
        self.diagnostics.push(Diagnostic::new(code, at, message).help(help));
    }

    /// The indentation of the line that was read last.
    fn line_column(&self) -> u32 {
        let end = self.out.last().map_or(0, |token| token.start) as usize;
        let line = &self.text.as_bytes()[..end];
        let start = line.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
        line[start..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32
    }

    fn begin_line(&mut self, token: Token) {
        let line = &self.text.as_bytes()[..token.start as usize];
        self.column = line.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count() as u32;
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::source::{FileId, Names};
    use crate::syntax::{parse, print};

    /// The tree of a text as one line, and the faults found.
    fn read(text: &str) -> (String, Vec<String>) {
        let mut names = Names::new();
        let mut diagnostics = Diagnostics::new();
        let tree = parse(FileId(0), text, &mut names, &mut diagnostics);
        let faults = diagnostics.iter().map(|found| format!("{} {}", found.code, found.message)).collect();
        (print::tree(text, &names, &tree).trim_end().replace('\n', " ; "), faults)
    }

    fn all_read_as(cases: &[(&str, &str)]) {
        for (text, tree) in cases {
            assert_eq!(read(text), ((*tree).to_string(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn ends_statements_at_lines() {
        all_read_as(&[
            ("a\n-b", "a ; (- b)"),
            ("a\n- b", "(op a - b)"),
            ("a\n~-b", "a ; (~ (- b))"),
            ("a\n~- b", "(op a ~- b)"),
            ("a\n~b", "a ; (~ b)"),
            ("a\n~~ b", "(op a ~~ b)"),
            ("a\n~> b", "(op a ~> b)"),
            ("a\n<~b", "a ; (<~ b)"),
            ("a <~b", "(op a < (~ b))"),
            ("a\n(b)", "a ; (paren b)"),
            ("a\n[b]", "a ; (list b)"),
            ("a\n`b`", "a ; (template \"b\")"),
            ("a\n.b", "(chain a .b)"),
            ("a\n|> b", "(op a |> b)"),
            ("a = b ?\n c : d", "(= a (?: b c d))"),
            ("a\n? b\n: c", "(?: a b c)"),
            ("let a: b?\nc", "(let (a (: (? b)))) ; c"),
            ("return\na", "(return) ; a"),
            ("a +\nb", "(op a + b)"),
            ("f(a\n, b)", "(chain f (call a b))"),
            ("if a { b } c", "(if (arm a (block b))) ; c"),
            ("if (a) b; else c", "(if (arm (paren a) b) (else c))"),
            ("if (a)\n  b\nelse\n  c", "(if (arm (paren a) b) (else c))"),
            ("if (a) if (b) c\nelse d", "(if (arm (paren a) (if (arm (paren b) c) (else d))))"),
            ("do a; while (b)\nc", "(do a (paren b)) ; c"),
            ("function f() { } g()", "(function f () (block)) ; (chain g (call))"),
            ("let a = if (b) 1 else 2; c", "(let (a (if (arm (paren b) 1) (else 2)))) ; c"),
        ]);
    }

    #[test]
    fn tells_objects_from_blocks() {
        all_read_as(&[
            ("{ a }\nb", "(block a) ; b"),
            ("{ a }", "(object (shorthand a))"),
            ("{}", "(object)"),
            ("{ a, b } = c", "(= (object (shorthand a) (shorthand b)) c)"),
            ("{ \"a\": 1 }", "(object (entry \"a\" 1))"),
            ("{ ...a }", "(object (... a))"),
            ("x => {}", "(lambda (x) (block))"),
            ("x => { a: 1 }", "(lambda (x) (object (entry 'a 1)))"),
            ("x => { a }", "(lambda (x) (block a))"),
            ("if (a) {}", "(if (arm (paren a) (block)))"),
            ("for x in { a: 1 } { }", "(for (in x) (object (entry 'a 1)) (block))"),
            ("match a { _ => { b: 1 } }", "(match a (arm _ (object (entry 'b 1))))"),
        ]);
    }

    #[test]
    fn finds_the_end_of_a_head() {
        all_read_as(&[
            ("if (a) && b { c }", "(if (arm (op (paren a) && b) (block c)))"),
            ("if (a) -b", "(if (arm (paren a) (- b)))"),
            ("while (a) max 3 { }", "(while (paren a) (max 3) (block))"),
            ("while (a) max (b) { }", "(while (paren a) (max (paren b)) (block))"),
            ("while (a) max(b)", "(while (paren a) (chain max (call b)))"),
            ("while a max b { }", "(while a (max b) (block))"),
            ("while match(a) { }", "(while (chain match (call a)) (block))"),
            ("for (;;) { }", "(for (count - - -) (block))"),
            ("for i = 0; i < 3; i++ { }", "(for (count (= i 0) (op i < 3) (_++ i)) (block))"),
            ("for (const [a, b] of c) d", "(for (of const (list a b)) c d)"),
        ]);
    }

    #[test]
    fn knows_words_by_their_place() {
        all_read_as(&[
            ("match (a) { 1 => 2 }", "(match (paren a) (arm 1 2))"),
            ("match(a)", "(chain match (call a))"),
            ("fn(a) { b }", "(fn (a) (block b))"),
            ("fn(a)", "(chain fn (call a))"),
            ("c ? fn(a) : { b: 1 }", "(?: c (chain fn (call a)) (object (entry 'b 1)))"),
            ("type = pattern + on", "(= type (op pattern + on))"),
            ("type A = b", "(type A b)"),
            ("test(\"a\")", "(chain test (call \"a\"))"),
            ("a.if.match.new", "(chain a .if .match .new)"),
            (
                "({ if: 1, match(a) { }, async })",
                "(paren (object (entry 'if 1) (method 'match (a) (block)) (shorthand async)))",
            ),
            ("match a { b if c => d => e }", "(match a (arm b (if c) (lambda (d) e)))"),
        ]);
    }

    #[test]
    fn groups_by_the_table() {
        all_read_as(&[
            ("a + b * c ** d ** e", "(op a + (op b * (op c ** (op d ** e))))"),
            ("a - b + c", "(op a - b + c)"),
            ("a ? b : c = d |> e", "(?: a b (= c (op d |> e)))"),
            ("a ? b : c |> d", "(op (?: a b c) |> d)"),
            ("a ~> b == c && d", "(op a ~> (op (op b == c) && d))"),
            ("a ~||> b ~~ c ?? d", "(op (op a ~||> b) ~~ (op c ?? d))"),
            ("0..a + 1", "(op 0 .. (op a + 1))"),
            ("a = b = c", "(= a (= b c))"),
            ("!a && typeof b == c", "(op (! a) && (op (typeof b) == c))"),
        ]);
    }

    #[test]
    fn says_what_to_type() {
        for (text, fault) in [
            ("fucntion f() { }", "P001 `fucntion` is no keyword"),
            ("def f(x):\n  return x\n", "P008 there is no `def`"),
            ("if a:\n  b\n  c\nd", "P008 a block stands in braces, not behind `:`"),
            ("if (a) { } elif (b) { }", "P008 there is no `elif`"),
            ("if (a) { } esle { }", "P001 `esle` is no keyword"),
            ("class A { constructor() { this.a = 1 } }", "P008 there are no classes"),
            ("let a = new Set([1])", "P008 there is no `new Set`"),
            ("let a == 1", "P001 a declaration gives its value with `=`"),
            ("if (a = 1) { }", "P001 `=` assigns, it does not compare"),
            ("a = (1, 2)", "P008 there is no comma operator"),
            ("a & b", "P008 there is no `&` on numbers"),
            ("-2 ** 2", "P008 `-2` before `**` can be read in two ways"),
            ("let a = \u{201c}b\u{201d}", "P001 `\u{201c}` is a quote of a word processor"),
            ("outer: for (a of b) { }", "P008 there are no labels"),
            ("f(a b)", "P001 `,` is missing before `b`"),
            ("a + ", "P001 unexpected end of the text"),
            ("foo bar", "P001 unexpected `bar`"),
            ("function f() {\n  if (a) {\n    b\n}\nc", "P002 this `{` is never closed"),
            ("let a = (1\nlet b = 2", "P002 this `(` is never closed"),
            ("uncertain 5", "P001 `uncertain` stands before `if`, `while` or `for`"),
            ("match (x) { case 1: a()\n case 2: b()\n break\n default: c() }", "P001 an arm of `match` has no `case`"),
            ("match x:\n  case 1:\n    a()\n  case _:\n    b()\nc", "P008 a block stands in braces, not behind `:`"),
            ("match x { 1: a\n _ => b }", "P001 an arm has `=>` behind what it looks for"),
            ("switch (x) { case 1 => a()\n default: b() }", "P001 a case has `:` behind its value"),
            ("assert a == 1, \"m\"\nb", "P008 there is no `assert`"),
            ("with open(\"f\") as f:\n  a(f)\nb", "P008 there is no `with`"),
            ("import os.path\nb", "P008 an import names first what it takes"),
            ("if (a is not b) { }", "P008 there is no `is not`"),
            ("pattern P(a: A[1-3]) { a }", "P001 a list of agents is counted with `..`"),
            ("pattern P(a: A[1:3]) { a }", "P001 a list of agents is counted with `..`"),
            ("pattern P(a: A[3+]) { a }", "P001 a list of agents has a greatest number"),
            ("retry(3) { a() }", "P008 `retry` is a function here"),
            ("for (let x : xs) { a(x) }", "P001 the variable of a loop does not stand before `:`"),
            ("print(o->a)", "P008 there is no `->`"),
            ("try { a() } catch (Error e) { b(e) }", "P001 a caught error has no type"),
            ("type A = { f(x: number): void }", "P001 a type has no methods"),
            ("type A = B & { b: number }", "P008 there is no `&` of types"),
            ("println!(\"{}\", s)", "P008 there is no `println!`"),
            ("x: int = 1", "P001 a variable with a type begins with `let`"),
            ("while (c, max 3) { a() }", "P001 `max` stands behind the condition"),
            (
                "class A:\n  def f(self):\n    return 1\n\n  def g(self):\n    pass\n\na = A()",
                "P008 there are no classes",
            ),
            ("class A { }\nlet a = new A()", "P008 there are no classes"),
        ] {
            let (_, faults) = read(text);
            assert_eq!(faults.first().map(String::as_str), Some(fault), "{text}");
            let expected = if text.starts_with("def") { 2 } else { 1 };
            assert_eq!(faults.len(), expected, "{text}: {faults:?}");
        }
    }

    #[test]
    fn ten_mistakes_are_ten_messages() {
        let text = "let a = 1 +\n;let = 2\nfoo bar\nf(a, , b)\nif (a { b }\nlet c = { d: }\nx = [1 2]\nfor in y { }\n\
                    match z { 1 => }\nlet e = 'abc\nok = 1\n";
        let (tree, faults) = read(text);
        assert_eq!(faults.len(), 10, "{faults:#?}");
        assert!(tree.ends_with("(= ok 1)"), "{tree}");
    }

    #[test]
    fn depth_is_limited() {
        let nested = |open: &str, close: &str, count: usize| format!("{}1{}", open.repeat(count), close.repeat(count));
        assert!(read(&nested("(", ")", 128)).1.is_empty());
        for text in [
            nested("(", ")", 129),
            nested("- ", "", 50_000),
            nested("x => ", "", 5_000),
            nested("2 ** ", "", 50_000),
            nested("`${", "}`", 5_000),
            nested("if (a) ", "", 50_000),
            nested("a ? b : ", "", 50_000),
        ] {
            let (tree, faults) = read(&text);
            assert_eq!((tree.as_str(), faults.len()), ("", 1), "{faults:?}");
            assert!(faults[0].starts_with("P006"), "{faults:?}");
        }
        for text in ["a.b".to_string() + &"?.c".repeat(50_000), "1".to_string() + &" + 1".repeat(50_000)] {
            assert!(read(&text).1.is_empty());
        }
    }
}
