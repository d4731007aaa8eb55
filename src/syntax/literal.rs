//! What strings, templates, numbers and regular expressions mean.
//!
//! The tree keeps them as places in the text; whoever needs the content reads it off again here. What is malformed was
//! reported when the text was split into tokens, so reading never fails: it leaves out what has no meaning.

use super::ast::{Infix, Prefix};
use super::token::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Location, Span};
use std::borrow::Cow;

/// The content of a [`super::ast::Node::Text`], given as it is written, quotes included.
pub fn text(written: &str) -> Cow<'_, str> {
    if let Some(inner) = written.strip_prefix("\"\"\"") {
        let inner = inner.strip_suffix("\"\"\"").unwrap_or(inner);
        return block(&[inner]).concat().into();
    }
    let mut letters = written.chars();
    letters.next();
    letters.next_back();
    unescape(letters.as_str())
}

/// The literal parts of a [`super::ast::Node::Template`], given all of it and its [`super::ast::Node::Chunk`]s in order.
/// Between two holes without a literal part there is none here either.
pub fn chunks<'t>(source: &'t str, template: Span, parts: &[Span]) -> Vec<Cow<'t, str>> {
    if !template.of(source).starts_with("\"\"\"") {
        return parts.iter().map(|part| unescape(part.of(source))).collect();
    }
    let first = parts.first().is_some_and(|part| part.start == template.start + 3);
    let last = parts.last().is_some_and(|part| part.end + 3 == template.end);
    let mut written: Vec<&str> = parts.iter().map(|part| part.of(source)).collect();
    if !first {
        written.insert(0, "");
    }
    if !last {
        written.push("");
    }
    let mut read = block(&written);
    if !last {
        read.pop();
    }
    if !first {
        read.remove(0);
    }
    read
}

/// The parts of a `"""` block without the first line end, a blank last line and the common indentation.
fn block<'t>(parts: &[&str]) -> Vec<Cow<'t, str>> {
    let mut parts: Vec<&str> = parts.to_vec();
    let starts_on_next_line = {
        let first = parts[0].trim_start_matches([' ', '\t']);
        first.starts_with('\n') || first.starts_with("\r\n")
    };
    if starts_on_next_line {
        let end = parts[0].find('\n').map_or(0, |at| at + 1);
        parts[0] = &parts[0][end..];
    }
    let count = parts.len();
    let indentation = indentation(&parts, starts_on_next_line);
    if let Some(at) = parts[count - 1].rfind('\n')
        && parts[count - 1][at + 1..].chars().all(|c| c == ' ' || c == '\t')
    {
        let kept = &parts[count - 1][..at];
        parts[count - 1] = kept.strip_suffix('\r').unwrap_or(kept);
    } else if count == 1 && starts_on_next_line && parts[0].chars().all(|c| c == ' ' || c == '\t') {
        parts[0] = "";
    }
    let mut out = Vec::with_capacity(count);
    for (i, part) in parts.iter().enumerate() {
        let mut text = String::with_capacity(part.len());
        for (j, line) in part.split_inclusive('\n').enumerate() {
            let begins_line = j > 0 || (i == 0 && starts_on_next_line);
            let cut = if begins_line { blank_prefix(line).min(indentation) } else { 0 };
            text.push_str(&line[cut..]);
        }
        out.push(unescape(&text).into_owned().into());
    }
    out
}

/// The indentation that all lines of the parts share, more than any line has when there is none. Lines of blanks alone do
/// not count, unless a hole follows.
fn indentation(parts: &[&str], starts_on_next_line: bool) -> usize {
    let mut least = usize::MAX;
    for (i, part) in parts.iter().enumerate() {
        let lines: Vec<&str> = part.split('\n').collect();
        for (j, line) in lines.iter().enumerate() {
            let begins_line = j > 0 || (i == 0 && starts_on_next_line);
            let hole_follows = j + 1 == lines.len() && i + 1 < parts.len();
            let blank = line.trim_matches([' ', '\t', '\r']).is_empty();
            if begins_line && (!blank || hole_follows) {
                least = least.min(blank_prefix(line));
            }
        }
    }
    least
}

fn blank_prefix(line: &str) -> usize {
    line.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The text with its escapes resolved; line ends are `\n`.
fn unescape(written: &str) -> Cow<'_, str> {
    if !written.bytes().any(|byte| matches!(byte, b'\\' | b'\r')) {
        return written.into();
    }
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find(['\\', '\r']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('\r') {
            out.push('\n');
            rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
        } else {
            let (length, meaning) = escape(rest);
            if let Ok(Some(c)) = meaning {
                out.push(c);
            }
            rest = &rest[length..];
        }
    }
    out.push_str(rest);
    out.into()
}

/// Reports the malformed escapes of a stretch of text.
pub fn check_escapes(file: FileId, text: &str, span: Span, diagnostics: &mut Diagnostics) {
    let written = span.of(text);
    let mut at = 0;
    while let Some(next) = written[at..].find('\\') {
        at += next;
        let (length, meaning) = escape(&written[at..]);
        if let Err(fault) = meaning {
            let start = span.start + at as u32;
            let place = Location::new(file, Span::new(start, start + length as u32));
            let message = format!("`{}` {}", &written[at..at + length], fault.0);
            diagnostics.push(Diagnostic::new(Code::P005, place, message).help(fault.1));
        }
        at += length;
    }
}

/// What is wrong with an escape, and what to write.
struct Fault(&'static str, &'static str);

/// The length of the escape that a text begins with, and its character, if it stands for one.
fn escape(rest: &str) -> (usize, Result<Option<char>, Fault>) {
    let Some(c) = rest[1..].chars().next() else {
        return (1, Err(Fault("has nothing behind it", "write `\\\\` for a backslash")));
    };
    let length = 1 + c.len_utf8();
    let simple = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        '0' if !rest[2..].starts_with(|d: char| d.is_ascii_digit()) => '\0',
        '0'..='9' => return (length, Err(Fault("is an octal escape", "write `\\xHH` with two hexadecimal digits"))),
        'x' => {
            return match hex(&rest[2..], 2) {
                Some(code) => (4, Ok(char::from_u32(code))),
                None => (2, Err(Fault("lacks its two hexadecimal digits", "write `\\xHH`, as in `\\x41`"))),
            };
        }
        'u' => return unicode_escape(rest),
        '\n' | '\u{2028}' | '\u{2029}' => return (length, Ok(None)),
        '\r' => return (length + usize::from(rest[2..].starts_with('\n')), Ok(None)),
        other => other,
    };
    (length, Ok(Some(simple)))
}

fn unicode_escape(rest: &str) -> (usize, Result<Option<char>, Fault>) {
    if let Some(inner) = rest.strip_prefix("\\u{") {
        let digits = inner.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits == 0 || inner.as_bytes().get(digits) != Some(&b'}') {
            return (
                3 + digits,
                Err(Fault("lacks its closing brace or its digits", "write `\\u{…}` with one to six digits")),
            );
        }
        let code = u32::from_str_radix(&inner[..digits], 16).ok().and_then(char::from_u32);
        return match code {
            Some(c) => (4 + digits, Ok(Some(c))),
            None => (4 + digits, Err(Fault("is no character", "write a number up to 10FFFF that is no surrogate"))),
        };
    }
    let Some(first) = hex(&rest[2..], 4) else {
        return (2, Err(Fault("lacks its four hexadecimal digits", "write `\\uHHHH` or `\\u{…}`")));
    };
    if !(0xd800..0xe000).contains(&first) {
        return (6, Ok(char::from_u32(first)));
    }
    let second = rest[6..].strip_prefix("\\u").and_then(|inner| hex(inner, 4));
    match second {
        Some(second) if first < 0xdc00 && (0xdc00..0xe000).contains(&second) => {
            (12, Ok(char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))))
        }
        _ => (6, Err(Fault("is half a character", "write both halves, or `\\u{…}`"))),
    }
}

fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

/// The value of a number as it is written, or why it has none.
pub fn number(written: &str) -> Result<f64, (&'static str, &'static str)> {
    let bytes = written.as_bytes();
    let radix = match bytes {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'b' | b'B', ..] => 2,
        [b'0', b'o' | b'O', ..] => 8,
        _ => 10,
    };
    if radix != 10 {
        return whole(&written[2..], radix);
    }
    if bytes.iter().all(u8::is_ascii_digit) && bytes.len() <= 15 {
        if bytes.len() > 1 && bytes[0] == b'0' {
            return Err(("has a leading zero", "write it without, or with `0o` for an octal number"));
        }
        return Ok(bytes.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0')) as f64);
    }
    let plain = match written.contains('_') {
        true => Cow::Owned(written.replace('_', "")),
        false => Cow::Borrowed(written),
    };
    let (digits, factor) = match plain.as_bytes() {
        [.., b'm', b's'] => (&plain[..plain.len() - 2], 1.0),
        [.., b's'] => (&plain[..plain.len() - 1], 1e3),
        [.., b'm'] => (&plain[..plain.len() - 1], 60e3),
        [.., b'h'] => (&plain[..plain.len() - 1], 3600e3),
        [.., b'd'] => (&plain[..plain.len() - 1], 86400e3),
        _ => (&plain[..], 1.0),
    };
    if digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit() {
        return Err(("has a leading zero", "write it without"));
    }
    let value: f64 = digits.parse().unwrap_or(f64::NAN);
    let scaled = value * factor;
    if !scaled.is_finite() {
        return Err(("is too large for a number", "write one below 1.8e308"));
    }
    if value == 0.0 && digits.split(['e', 'E']).next().is_some_and(|m| m.bytes().any(|b| (b'1'..=b'9').contains(&b))) {
        return Err(("is too small to be told from 0", "write `0`"));
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) && format!("{value:.0}") != digits {
        return Err(("is no number that can be held exactly", "write at most 9007199254740992, or a text"));
    }
    Ok(scaled)
}

fn whole(digits: &str, radix: u32) -> Result<f64, (&'static str, &'static str)> {
    let mut value: u64 = 0;
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        value = match value.checked_mul(u64::from(radix)).and_then(|v| v.checked_add(u64::from(digit))) {
            Some(value) => value,
            None => return Err(("is too large", "write at most 0x20000000000000")),
        };
    }
    if value as f64 as u64 != value || value == u64::MAX {
        return Err(("is no number that can be held exactly", "write at most 0x20000000000000"));
    }
    Ok(value as f64)
}

/// Why digits are no number, and what to write.
pub fn number_fault(written: &str) -> (String, String) {
    let help = "write digits, with `_` only between two of them; a duration ends in `ms`, `s`, `m`, `h` or `d`";
    let lower = written.to_ascii_lowercase();
    let (what, help) = match lower.as_str() {
        "0x" => ("lacks its hexadecimal digits", "write some, as in `0xff`"),
        "0b" => ("lacks its binary digits", "write some, as in `0b1010`"),
        _ if lower.ends_with('n') && lower[..lower.len() - 1].bytes().all(|b| b.is_ascii_digit()) => {
            ("is a BigInt, which does not exist here", "write it without the `n`")
        }
        _ => ("is no number", help),
    };
    let shown: String = written.chars().take(40).collect();
    (format!("`{shown}` {what}"), help.to_string())
}

/// A regular expression as it is written, in its pattern and its flags.
pub fn regex(written: &str) -> (&str, &str) {
    match written.rfind('/') {
        Some(end) if end > 0 => (&written[1..end], &written[end + 1..]),
        _ => ("", ""),
    }
}

/// Whether a character may stand nowhere in a text: control characters, line separators, bidirectional overrides.
pub fn is_control(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What to type for a character that looks like a token, and the token.
pub fn plain_spelling(c: char) -> Option<(&'static str, Kind)> {
    Some(match c {
        '–' | '—' | '−' | '‐' => ("-", Kind::Infix(Infix::Subtract)),
        '×' => ("*", Kind::Infix(Infix::Multiply)),
        '÷' => ("/", Kind::Infix(Infix::Divide)),
        '≤' => ("<=", Kind::Infix(Infix::LessEqual)),
        '≥' => (">=", Kind::Infix(Infix::GreaterEqual)),
        '≠' => ("!=", Kind::Infix(Infix::NotEqual)),
        '→' | '⇒' => ("=>", Kind::Arrow),
        '…' => ("...", Kind::Ellipsis),
        '；' => (";", Kind::Semicolon),
        '，' | '、' => (",", Kind::Comma),
        '：' => (":", Kind::Colon),
        '（' => ("(", Kind::ParenOpen),
        '）' => (")", Kind::ParenClose),
        '［' | '【' => ("[", Kind::SquareOpen),
        '］' | '】' => ("]", Kind::SquareClose),
        '｛' => ("{", Kind::BraceOpen),
        '｝' => ("}", Kind::BraceClose),
        '．' => (".", Kind::Dot),
        '？' => ("?", Kind::Question(false)),
        '！' => ("!", Kind::Prefix(Prefix::Not)),
        '＝' => ("=", Kind::Equal),
        '＋' => ("+", Kind::Infix(Infix::Add)),
        '－' => ("-", Kind::Infix(Infix::Subtract)),
        '＊' => ("*", Kind::Infix(Infix::Multiply)),
        '／' => ("/", Kind::Infix(Infix::Divide)),
        '％' => ("%", Kind::Infix(Infix::Remainder)),
        '＜' => ("<", Kind::Infix(Infix::Less)),
        '＞' => (">", Kind::Infix(Infix::Greater)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_escapes() {
        assert_eq!(text(r#""a\n\t\\\"\x41\u0042\u{43}\q""#), "a\n\t\\\"ABCq");
        assert_eq!(text(r#"'\ud83d\ude00'"#), "😀");
        assert_eq!(text("\"a\\\nb\""), "ab");
    }

    #[test]
    fn a_block_loses_what_the_source_gave_it() {
        assert_eq!(text("\"\"\"\n    a\n      b\n    \"\"\""), "a\n  b");
        assert_eq!(text("\"\"\"a\n  b\"\"\""), "a\nb");
        assert_eq!(text("\"\"\"\"\"\""), "");
        assert_eq!(text("\"\"\"\n\"\"\""), "");
        assert_eq!(text("\"\"\"\n  \n\"\"\""), "");
        let source = "\"\"\"\n  a ${x}\n  ${y}\n  \"\"\"";
        let chunk = |start, end| Span::new(start, end);
        let parts = [chunk(3, 8), chunk(12, 15), chunk(19, 22)];
        assert_eq!(chunks(source, chunk(0, source.len() as u32), &parts), ["a ", "\n", ""]);
    }

    #[test]
    fn reads_numbers() {
        for (written, value) in [
            ("42", 42.0),
            ("1_000", 1000.0),
            ("0xff", 255.0),
            ("0b1010", 10.0),
            ("1e6", 1e6),
            ("1.5s", 1500.0),
            ("5m", 300e3),
        ] {
            assert_eq!(number(written), Ok(value), "{written}");
        }
        for written in ["1e309", "1e-400", "9007199254740993", "012", "0xffffffffffffffff"] {
            assert!(number(written).is_err(), "{written}");
        }
        assert_eq!(number("9007199254740992"), Ok(9007199254740992.0));
        assert_eq!(number("0e5"), Ok(0.0));
    }
}
