//! What is said about a token that fits nowhere.

use std::collections::HashSet;

use super::token::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, escaped};
use crate::source::{Lines, Location, Span};

/// How many unexpected tokens of one file are reported.
pub(crate) const FAULTS: u32 = 200;

/// A token that the grammar did not expect.
pub(crate) fn unexpected(text: &str, at: Location, kind: Option<Kind>, expected: &[String]) -> Diagnostic {
    let found = match kind {
        None => "the end of the text".to_string(),
        Some(Kind::End) => ending(text, at.span),
        Some(Kind::Then) => "a statement".to_string(),
        Some(_) => {
            let written: String = at.span.of(text).chars().take(40).collect();
            format!("`{}`", escaped(&written))
        }
    };
    if kind.is_some_and(|kind| kind.is_word() && !kind.is_name()) && expected.len() <= 8 && names(expected) {
        let report = Diagnostic::new(Code::P001, at, format!("{found} is a reserved word"));
        return match kind {
            Some(Kind::Let(_)) => {
                report.help("leave it out between declarations, `let a = 1, b = 2`, or begin a line with it")
            }
            _ => report.help("choose another name"),
        };
    }
    let report = Diagnostic::new(Code::P001, at, format!("unexpected {found}"));
    match wanted(expected) {
        Some(wanted) => report.help(format!("write {wanted} here")),
        None => report,
    }
}

/// Whether a name was expected.
fn names(expected: &[String]) -> bool {
    expected.iter().any(|text| text.trim_matches('"') == "name")
}

/// What ends a statement there.
fn ending(text: &str, span: Span) -> String {
    match text[span.end as usize..].trim_start_matches([' ', '\t']).chars().next() {
        None => "end of the text".into(),
        Some('}') => "`}`".into(),
        Some(';') => "`;`".into(),
        _ => "end of the line".into(),
    }
}

/// What the grammar would have read, in the reader's words.
fn wanted(expected: &[String]) -> Option<String> {
    let has = |name: &str| expected.iter().any(|text| text.trim_matches('"') == name);
    if has("number") && has("name") {
        return Some("an expression".into());
    }
    if has("pattern") && has("function") {
        return Some("a pattern or a function".into());
    }
    if has("infix") {
        let mut ends = vec!["an operator"];
        ends.extend(has("end").then_some("a line end"));
        ends.extend(has(",").then_some("`,`"));
        ends.extend(has(")").then_some("`)`"));
        ends.extend(has("]").then_some("`]`"));
        ends.extend(has("}").then_some("`}`"));
        ends.extend(has("{").then_some("`{`"));
        return Some(join(&ends));
    }
    if has("name") && !has("=") {
        return Some("a name".into());
    }
    let spelled: Vec<String> = expected
        .iter()
        .map(|text| text.trim_matches('"'))
        .filter(|text| !matches!(*text, "then" | "step" | "step before"))
        .map(|text| match text {
            "number" => "a number".to_string(),
            "name" => "a name".to_string(),
            "end" => "a line end".to_string(),
            "text" => "a string".to_string(),
            "object {" => "`{`".to_string(),
            "cap" => "`~>`".to_string(),
            "band" => "`high`, `medium`, `low` or `default`".to_string(),
            "arm =>" => "`=>`".to_string(),
            "parameters (" => "`(`".to_string(),
            text => format!("`{text}`"),
        })
        .collect();
    (!spelled.is_empty() && spelled.len() <= 6).then(|| join(&spelled.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn join(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_string(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Whether a message is about a mark that has its place where lists, types or objects are: it shows that a fault before it
/// hides one of those.
fn is_lost(message: &str) -> bool {
    ["there is no comma operator", "there is no `|` on numbers", "there is no `?:`"]
        .iter()
        .any(|lost| message.starts_with(lost))
}

/// Whether a message is about a mark that parts or ends what stands in brackets.
fn is_mark(message: &str) -> bool {
    let mark = message.strip_prefix("unexpected ").unwrap_or_default();
    matches!(mark, "`]`" | "`|`" | "`:`" | "`,`" | "`)`" | "`?`" | "`??`" | "`=>`")
}

/// A line and those above it that it stands deeper than, the nearest first.
fn heads<'a>(text: &'a str, lines: &'a Lines, line: usize) -> impl Iterator<Item = usize> + 'a {
    let indent = |line: usize| {
        let rest = text[lines.start(line) as usize..].lines().next().unwrap_or_default();
        (!rest.trim().is_empty()).then(|| rest.len() - rest.trim_start().len())
    };
    let mut least = usize::MAX;
    (line.saturating_sub(SIGHT)..=line).rev().filter(move |&line| {
        let heads = indent(line).is_some_and(|indent| indent < least);
        least = indent(line).filter(|_| heads).unwrap_or(least);
        heads
    })
}

/// How many lines above a fault are looked at.
const SIGHT: usize = 40;

/// Leaves out what is said about tokens that fit nowhere, on lines of which something better was said: it follows from that.
/// The findings of the lexer, of the shaping pass and of the grammar begin at the numbers in `stages`.
pub(crate) fn keep_causes(text: &str, diagnostics: &mut Diagnostics, stages: [usize; 3]) {
    let [first, shaped, read] = stages;
    let lines = Lines::of(text);
    let (mut torn, mut told, mut said) = (HashSet::new(), HashSet::new(), HashSet::new());
    let (mut commented, mut begun) = (false, None);
    let tears = |finding: &&Diagnostic| matches!(finding.code, Code::P001 | Code::P002);
    let tears = diagnostics.iter().skip(first).filter(tears);
    let tears: HashSet<usize> = tears.map(|finding| lines.line(finding.at.span.start)).collect();
    let unread = |finding: &&Diagnostic| finding.code == Code::P002 || finding.message.starts_with("unexpected ");
    let unread = diagnostics.iter().skip(first).filter(unread);
    let torn_heads: HashSet<usize> = unread.map(|finding| lines.line(finding.at.span.start)).collect();
    diagnostics.keep_from(first, |number, finding| {
        let line = lines.line(finding.at.span.start);
        // A comment without its end holds what closes brackets, and a text over several lines its other quote.
        let written = finding.at.span.of(text);
        commented |= number < shaped && finding.code == Code::P002 && written.starts_with("/*");
        if commented && number >= shaped {
            return false;
        }
        if number < shaped && finding.code == Code::P002 && written.starts_with(['"', '\'']) {
            let before = text[..finding.at.span.start as usize].chars().next_back();
            let ends = before.is_some_and(|c| c.is_alphanumeric() || ".!?".contains(c));
            if ends && begun.take() == Some((line.wrapping_sub(1), &written[..1])) {
                torn.insert(line);
                return false;
            }
            begun = Some((line, &written[..1]));
        }
        // What cannot follow the line before, where a bracket of that was put in or left out.
        let before = text[..finding.at.span.start as usize].trim_end();
        let behind = lines.line(before.len() as u32);
        let after = number >= read && behind != line && torn.contains(&behind);
        // Of what the shaping pass says of one line each is a mistake of its own, unless the line is torn.
        let follows = match finding.code {
            Code::P001 if number >= read && is_mark(&finding.message) => {
                after
                    || told.contains(&line)
                    || torn.contains(&line)
                    || heads(text, &lines, line).skip(1).any(|line| torn_heads.contains(&line))
            }
            Code::P001 => after || number >= read && told.contains(&line) || number >= shaped && torn.contains(&line),
            Code::P008 => {
                number >= shaped
                    && (torn.contains(&line)
                        || is_lost(&finding.message) && heads(text, &lines, line).any(|line| tears.contains(&line))
                        || !said.insert((line, finding.message.clone())))
            }
            _ => false,
        };
        if follows {
            return false;
        }
        let places = finding.notes.iter().filter_map(|note| note.at).map(|at| lines.line(at.span.start));
        told.extend(places.clone().chain([line]));
        if number < shaped || finding.code == Code::P002 {
            torn.extend(places.chain([line]));
        }
        true
    });
}
