//! Text to tokens.
//!
//! A regular language is not enough in three places, so logos is given a mode each. Inside a template the letters are
//! content until `${`, and the `}` that ends the hole is told from that of a block by a stack of open braces. `/` begins
//! a regular expression or divides, which the token before it decides. And strings, numbers and comments that are
//! malformed are taken in whole, so that one fault gives one message.

use logos::Logos;
use unicode_ident::{is_xid_continue, is_xid_start};

mod template;

use super::ast::{Comment, Infix};
use super::literal;
use super::token::{Kind, Token};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, Fix, escaped};
use crate::source::{FileId, Location, Span};
use template::{Fence, Mode, Template};

/// How many templates without an end are looked for.
const REPAIRS: usize = 8;

/// The longest name in bytes.
const NAME_LIMIT: usize = 4096;

/// A text in tokens, its comments apart.
#[derive(Default, Debug)]
pub struct Lexed {
    /// The tokens, brackets not yet paired.
    pub tokens: Vec<Token>,
    /// The comments.
    pub comments: Vec<Comment>,
}

/// Splits a text into tokens. What is malformed is reported and stands for an operand.
pub fn lex(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Lexed {
    report_controls(file, text, diagnostics);
    let known = diagnostics.len();
    let mut torn = Vec::new();
    loop {
        let mut lexer = Lexer {
            file,
            text,
            logos: Kind::lexer(text),
            modes: Vec::new(),
            newline: false,
            operand_before: false,
            tokens: Vec::with_capacity(text.len() / 3),
            comments: Vec::new(),
            line: 0..0,
            torn: &torn,
            open: Vec::new(),
            suspect: None,
            diagnostics,
        };
        lexer.run();
        let (culprit, tokens, comments) = (lexer.culprit(), lexer.tokens, lexer.comments);
        match culprit.filter(|_| torn.len() < REPAIRS) {
            Some(start) => torn.push(start),
            None => return Lexed { tokens, comments },
        }
        diagnostics.keep_from(known, |_, _| false);
    }
}

struct Lexer<'t, 'd> {
    file: FileId,
    text: &'t str,
    logos: logos::Lexer<'t, Kind>,
    modes: Vec<Mode>,
    /// Whether a line ended since the last token.
    newline: bool,
    /// Whether the token before a step operator ended an operand.
    operand_before: bool,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
    /// What is known of the line at hand.
    line: std::ops::Range<usize>,
    /// Where templates begin that end with their line, because nothing else ends them.
    torn: &'d [usize],
    /// The templates that are open.
    open: Vec<Template>,
    /// Where a template begins that ends most likely too late.
    suspect: Option<usize>,
    diagnostics: &'d mut Diagnostics,
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        while let Some(found) = self.logos.next() {
            let span = self.logos.span();
            let (start, end) = (span.start, span.end);
            match found {
                Ok(Kind::Line) => {
                    self.newline = true;
                    self.end_torn(start);
                }
                Ok(Kind::LineComment) => self.line_comment(start),
                Ok(Kind::BlockComment) => self.block_comment(start),
                Ok(Kind::TemplateOpen) if self.closes_torn(start) => {}
                Ok(Kind::TemplateOpen) => self.template(Fence::Tick, start, end),
                Ok(Kind::TripleTick) => self.template(Fence::TripleTick, start, end),
                Ok(Kind::TripleQuote) => self.triple_quote(start, end),
                Ok(Kind::Escaped) => {
                    let file = self.file;
                    literal::check_escapes(
                        file,
                        self.text,
                        Span::new(start as u32 + 1, end as u32 - 1),
                        self.diagnostics,
                    );
                    self.push(Kind::Text, start, end);
                }
                Ok(Kind::Digits) => self.digits(start, end),
                Ok(Kind::Foreign) => self.foreign(start, end),
                Ok(kind @ (Kind::BraceOpen | Kind::BraceClose)) => self.brace(kind, start, end),
                Ok(Kind::Infix(Infix::Divide) | Kind::Assign(Infix::Divide)) if !self.operand_ends() => {
                    self.regex(start)
                }
                // As in JavaScript, `a ?.5 : b` asks and then gives a number.
                Ok(Kind::OptionalDot) if self.text.as_bytes().get(end).is_some_and(u8::is_ascii_digit) => {
                    self.push(Kind::Question(false), start, start + 1);
                    self.resume(start + 1);
                }
                Ok(kind @ Kind::Step(_)) => {
                    self.operand_before = self.operand_ends();
                    self.push(kind, start, end);
                }
                Ok(kind) => {
                    if self.text.as_bytes().get(end).is_some_and(|byte| *byte >= 0x80) && kind.is_word() {
                        self.name(start, end, kind);
                    } else {
                        if kind == Kind::Name && end - start > NAME_LIMIT {
                            self.long_name(start, end);
                        }
                        self.push(kind, start, end);
                    }
                }
                Err(()) => self.unknown(start),
            }
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.tokens.push(Token { kind, newline: self.newline, start: start as u32, end: end as u32 });
        self.newline = false;
    }

    fn place(&self, start: usize, end: usize) -> Location {
        Location::new(self.file, Span::new(start as u32, end as u32))
    }

    fn report(&mut self, code: Code, at: Location, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(code, at, message).help(help));
    }

    /// Goes on at a place that logos did not come to by itself.
    fn resume(&mut self, at: usize) {
        let here = self.logos.span().end;
        if at >= here {
            self.logos.bump(at - here);
        } else {
            self.logos = Kind::lexer(self.text);
            self.logos.bump(at);
        }
    }

    fn operand_ends(&self) -> bool {
        match self.tokens.last().map(|token| token.kind) {
            Some(Kind::Step(_)) => self.operand_before,
            Some(kind) => kind.ends_operand(),
            None => false,
        }
    }

    /// The end of the line that holds a byte. A long line is searched once, however often it is asked for.
    fn line_end(&mut self, from: usize) -> usize {
        if !self.line.contains(&from) {
            let rest = &self.text.as_bytes()[from..];
            let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(self.text.len(), |n| from + n);
            self.line = from..end;
        }
        self.line.end
    }

    fn line_comment(&mut self, start: usize) {
        let end = self.line_end(start);
        let body = &self.text[start..end];
        let doc = body.starts_with("///") && !body.starts_with("////");
        self.comments.push(Comment { span: Span::new(start as u32, end as u32), doc });
        self.resume(end);
    }

    fn block_comment(&mut self, start: usize) {
        let end = match self.text[start + 2..].find("*/") {
            Some(length) => start + 2 + length + 2,
            None => {
                self.report(Code::P002, self.place(start, start + 2), "this comment has no end", "write `*/` after it");
                self.text.len()
            }
        };
        let body = &self.text[start..end];
        let doc = body.starts_with("/**") && !body.starts_with("/***") && body.len() > 4;
        self.newline |= body.contains(['\n', '\r']);
        self.comments.push(Comment { span: Span::new(start as u32, end as u32), doc });
        self.resume(end);
    }

    fn regex(&mut self, start: usize) {
        let bytes = self.text.as_bytes();
        let line = self.line_end(start);
        let mut in_class = false;
        let mut at = start + 1;
        while at < line {
            match bytes[at] {
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => break,
                _ => {}
            }
            at += 1;
        }
        if at >= line {
            let at = self.place(start, start + 1);
            self.report(Code::P002, at, "this regular expression has no end", "write `/` after it on the same line");
            self.push(Kind::Invalid, start, line);
            return self.resume(line);
        }
        at += 1;
        while at < line && bytes[at].is_ascii_alphanumeric() {
            at += 1;
        }
        self.push(Kind::Regex, start, at);
        self.resume(at);
    }

    /// A word that goes on with letters beyond ASCII.
    fn name(&mut self, start: usize, end: usize, kind: Kind) {
        let rest = &self.text[end..];
        let length = rest.find(|c| !(is_xid_continue(c) || c == '$')).unwrap_or(rest.len());
        let stop = end + length;
        if stop - start > NAME_LIMIT {
            self.long_name(start, stop);
        }
        self.push(if length == 0 { kind } else { Kind::Name }, start, stop);
        self.resume(stop);
    }

    fn long_name(&mut self, start: usize, end: usize) {
        let message = format!("this name is {} bytes long, {NAME_LIMIT} are allowed", end - start);
        self.report(Code::P007, self.place(start, end), message, "write a shorter name");
    }

    fn digits(&mut self, start: usize, end: usize) {
        let written = &self.text[start..end];
        let (message, help) = literal::number_fault(written);
        self.report(Code::P004, self.place(start, end), message, help);
        self.push(Kind::Invalid, start, end);
    }

    /// A brace, which may be the end of a template's hole.
    fn brace(&mut self, kind: Kind, start: usize, end: usize) {
        if kind == Kind::BraceOpen {
            self.modes.push(Mode::Brace);
            return self.push(kind, start, end);
        }
        match self.modes.pop() {
            Some(Mode::Hole(fence)) => {
                self.push(Kind::HoleClose, start, end);
                self.chunk(fence, end);
            }
            _ => self.push(kind, start, end),
        }
    }

    /// A character beyond ASCII outside a name, string or comment.
    fn foreign(&mut self, start: usize, end: usize) {
        let c = self.text[start..end].chars().next().unwrap_or(' ');
        if is_xid_start(c) {
            return self.name(start, end, Kind::Name);
        }
        match c {
            '\u{feff}' if start == 0 => {}
            '\u{2028}' | '\u{2029}' | '\u{85}' => self.newline = true,
            '“' | '”' | '„' | '«' | '»' => self.typographic(start, end, '"'),
            '‘' | '’' | '‚' => self.typographic(start, end, '\''),
            _ if c.is_whitespace() || literal::is_control(c) => {}
            _ => {
                let at = self.place(start, end);
                let report = Diagnostic::new(
                    Code::P001,
                    at,
                    format!("`{}` has no meaning here", escaped(&self.text[start..end])),
                );
                let report = match literal::plain_spelling(c) {
                    Some((text, kind)) => {
                        match kind {
                            Kind::BraceOpen | Kind::BraceClose => self.brace(kind, start, end),
                            _ => self.push(kind, start, end),
                        }
                        report.help(format!("write `{text}`")).fix(format!("write `{text}`"), at.span, text)
                    }
                    None => report.help("remove it"),
                };
                self.diagnostics.push(report);
            }
        }
    }

    /// A string between the quotes of a word processor, which ends at the next one on its line.
    fn typographic(&mut self, start: usize, end: usize, quote: char) {
        let line = self.line_end(start);
        let closing = |c: char| match quote {
            '"' => matches!(c, '“' | '”' | '«' | '»' | '"'),
            _ => matches!(c, '‘' | '’' | '\''),
        };
        let stop = self.text[end..line].find(closing).map(|at| end + at);
        let open = &self.text[start..end];
        let message = format!("`{open}` is a quote of a word processor");
        let help = format!("write `{quote}` on both sides of the text");
        let Some(stop) = stop else {
            self.report(Code::P001, self.place(start, end), message, help);
            self.push(Kind::Invalid, start, line);
            return self.resume(line);
        };
        let after = stop + self.text[stop..].chars().next().map_or(0, char::len_utf8);
        let edit = |at: Location| Edit { at, text: quote.to_string() };
        let fix = Fix {
            title: format!("write `{quote}`"),
            certain: !self.text[end..stop].contains([quote, '\\']),
            edits: vec![edit(self.place(start, end)), edit(self.place(stop, after))],
        };
        self.diagnostics.push(Diagnostic::new(Code::P001, self.place(start, end), message).help(help).mend(fix));
        self.push(Kind::Text, start, after);
        self.resume(after);
    }

    /// Where a string without its end stops most likely: before the brackets, commas and semicolons at the end of its line.
    fn string_stop(&self, from: usize, line: usize) -> usize {
        let bytes = &self.text.as_bytes()[..line];
        let mut stop = line;
        let mut at = line;
        while at > from {
            match bytes[at - 1] {
                b' ' | b'\t' => {}
                b'{' if stop == line && self.text[from..at - 1].trim_end().ends_with(')') => stop = at - 1,
                b')' | b']' | b'}' | b',' | b';' => stop = at - 1,
                _ => break,
            }
            at -= 1;
        }
        stop
    }

    /// What logos could not read: a string without its end, or a character without meaning.
    fn unknown(&mut self, start: usize) {
        let Some(c) = self.text[start..].chars().next() else { return };
        match c {
            '"' | '\'' => {
                let line = self.line_end(start);
                let end = self.string_stop(start + 1, line);
                let help = format!("write `{c}` where it ends; a text of several lines stands between `\"\"\"`");
                let at = self.place(start, end);
                let edit = Edit { at: self.place(end, end), text: c.to_string() };
                let fix = Fix { title: format!("write `{c}` there"), certain: false, edits: vec![edit] };
                let report = Diagnostic::new(Code::P002, at, "this string has no end on its line");
                self.diagnostics.push(report.help(help).mend(fix));
                self.push(Kind::Invalid, start, end);
                self.resume(end);
            }
            _ => {
                if !literal::is_control(c) {
                    let at = self.place(start, start + c.len_utf8());
                    self.report(Code::P001, at, format!("`{c}` has no meaning here"), "remove it");
                }
                self.resume(start + c.len_utf8());
            }
        }
    }
}

/// Reports characters that hide what a text says, wherever they stand.
fn report_controls(file: FileId, text: &str, diagnostics: &mut Diagnostics) {
    /// So many bytes are looked at together, which costs as much as a few do one by one.
    const STRETCH: usize = 64;
    let suspicious =
        |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n')) || byte == 0x7f || byte == 0xc2 || byte == 0xe2;
    for (index, stretch) in text.as_bytes().chunks(STRETCH).enumerate() {
        if stretch.iter().fold(false, |any, byte| any | suspicious(*byte)) {
            let found = stretch.iter().enumerate().filter(|(_, byte)| suspicious(**byte));
            found.for_each(|(offset, _)| report_control(file, text, index * STRETCH + offset, diagnostics));
        }
    }
}

/// Reports the character at a place if it hides what a text says.
fn report_control(file: FileId, text: &str, at: usize, diagnostics: &mut Diagnostics) {
    let c = text[at..].chars().next().unwrap_or(' ');
    let lone_return = c == '\r' && text.as_bytes().get(at + 1) != Some(&b'\n');
    if !lone_return && (c == '\r' || !literal::is_control(c)) {
        return;
    }
    let what = match c {
        '\r' => "a carriage return without a line feed".to_string(),
        '\u{2028}' | '\u{2029}' => format!("the line separator U+{:04X}", c as u32),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            format!("the bidirectional override U+{:04X}, which shows text in another order than it runs", c as u32)
        }
        _ => format!("the control character U+{:04X}", c as u32),
    };
    let place = Location::new(file, Span::new(at as u32, (at + c.len_utf8()) as u32));
    let report = Diagnostic::new(Code::P003, place, format!("the text holds {what}"));
    diagnostics.push(report.help("remove it, or write it as an escape inside a string"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<Code> {
        let mut diagnostics = Diagnostics::new();
        lex(FileId(0), text, &mut diagnostics);
        diagnostics.iter().map(|found| found.code).collect()
    }

    #[test]
    fn reports_what_is_malformed() {
        for (text, code) in [
            ("\"abc", Code::P002),
            ("/* abc", Code::P002),
            ("x = /abc", Code::P002),
            ("a\0b", Code::P003),
            ("a\rb", Code::P003),
            ("// \u{202e} deploy()", Code::P003),
            ("a\u{2028}b", Code::P003),
            ("0x", Code::P004),
            ("1_", Code::P004),
            ("\"\\u{110000}\"", Code::P005),
            ("\"\\u{D800}\"", Code::P005),
            ("\u{201c}a\u{201d}", Code::P001),
            (&"a".repeat(5000), Code::P007),
        ] {
            assert_eq!(faults(text), [code], "{text:?}");
        }
        for text in ["", "\u{feff}", " \n\t", "// x", "\"\\ud83d\\ude00\"", "`a ${`b ${1}`} c`", "a / b / c", "é1 = 2"]
        {
            assert_eq!(faults(text), [], "{text:?}");
        }
    }

    #[test]
    fn one_long_line_is_read_once() {
        for text in ["\u{201c}".repeat(100_000), "x = /".repeat(100_001), "'a".repeat(100_001)] {
            assert!(!faults(&text).is_empty());
        }
    }
}
