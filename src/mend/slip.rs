//! Slips of the hand in a text that cannot be read: a bracket, a comma, a quote or a letter that is missing or too many.
//!
//! Where the parser stopped is seldom where the hand slipped, but it is near. So the marks of the language are put in,
//! taken out, and words replaced by keywords around that place, the likeliest first; what reads again is offered.

use super::edit::{certain, quoted};
use super::page::Page;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix, nearest};
use crate::source::{Location, Span};
use crate::syntax::token::{Kind, Token};

/// Words that mean something in their places, for words that look like one.
const WORDS: &[&str] = &[
    "let",
    "const",
    "var",
    "function",
    "return",
    "if",
    "else",
    "for",
    "while",
    "do",
    "in",
    "of",
    "break",
    "continue",
    "switch",
    "case",
    "try",
    "catch",
    "finally",
    "throw",
    "import",
    "export",
    "from",
    "as",
    "uncertain",
    "match",
    "fn",
    "pattern",
    "agent",
    "agents",
    "type",
    "test",
    "on",
    "high",
    "medium",
    "low",
    "default",
    "max",
    "context",
    "typeof",
    "true",
    "false",
    "null",
    "new",
    "await",
    "async",
    "delete",
    "instanceof",
    "undefined",
];

/// What may be missing at the place itself, the likeliest first.
const MARKS: &[&str] = &[", ", ")", "(", " }", " {", "]", "[", " = ", " => ", ": ", "\"", "}", "."];

/// How many places of one kind are tried.
const PLACES: usize = 16;

/// Candidates for a text that cannot be read.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    if found.code >= Code::P010 && found.code != Code::P018 && found.code != Code::P013 {
        words(found, page, out);
        return;
    }
    let written = page.at(found.at.span);
    if found.code == Code::P002 && matches!(written, "(" | "[" | "{" | "${") {
        commented(found, page, out);
        closers(found, page, out);
        words(found, page, out);
        return;
    }
    if found.code == Code::P002 && matches!(written, ")" | "]" | "}") {
        openers(found, page, out);
        words(found, page, out);
        return;
    }
    if written == "/*" {
        // It ends where its line does, or before what the line still closes.
        let end = page.line_end(found.at.span.end);
        let closing = page.text[..end as usize].trim_end_matches([')', ',', ';', ']', '}', ' ']).len() as u32;
        for at in [end, closing] {
            out.push(page.insert("write `*/`", at.max(found.at.span.end), " */"));
        }
        return;
    }
    if matches!(written.as_bytes().first(), Some(b'"' | b'\'' | b'`')) && found.code != Code::P001 {
        quotes(found, page, out);
    }
    dashed(found, page, out);
    if found.help.as_deref() == Some("write `:` here")
        && page.text[found.at.span.start as usize..page.line_end(found.at.span.start) as usize].trim().is_empty()
    {
        // A choice without its second value: what stands on the next line is another statement.
        out.push(page.insert("write what it is otherwise, `: null`", found.at.span.start, " : null"));
        return;
    }
    words(found, page, out);
    if found.message.ends_with("is no keyword") {
        return;
    }
    // A text or a number that is written wrongly is not read otherwise for a mark beside it.
    if !matches!(found.code, Code::P003 | Code::P004) && !page.whole {
        marks(found, page, out);
    }
}

/// What to do about a token that fits nowhere. The parser names all that it would have read; where one of those marks mends
/// the text, that one is told, and where none does, none is.
pub(super) fn help(found: &Diagnostic, best: Option<&Fix>) -> Option<String> {
    let wanted = found.help.as_deref()?.strip_prefix("write ")?.strip_suffix(" here")?;
    let removes = |fix: &&Fix| fix.edits.iter().all(|edit| edit.text.is_empty());
    if let Some(fix) = best.filter(|fix| !removes(fix)) {
        return Some(fix.title.clone());
    }
    let parts = wanted.split(", ").flat_map(|part| part.split(" or "));
    let tried = |part: &&str| MARKS.iter().any(|mark| part.trim_matches('`') == mark.trim());
    let left: Vec<&str> = parts.filter(|part| !tried(part)).collect();
    Some(match left.as_slice() {
        [] => best.map_or("something before it is missing or too many", |fix| &fix.title).to_owned(),
        [one] => format!("write {one} here"),
        [most @ .., last] => format!("write {} or {last} here", most.join(", ")),
    })
}

/// A name with `-` in it is written with `_` wherever it stands.
fn dashed(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let written = page.at(found.at.span);
    let places = page.tokens.windows(3).filter_map(|three| match three {
        [Token { kind: Kind::Name, start, .. }, dash, Token { kind: Kind::Name, end, .. }] => {
            let span = Span::new(*start, *end);
            (page.at(span) == written && page.at(dash.span()) == "-").then_some(span)
        }
        _ => None,
    });
    let joined = written.replace('-', "_");
    let edit = |span| Edit { at: Location::new(page.file, span), text: joined.clone() };
    let edits: Vec<Edit> = places.map(edit).collect();
    if !edits.is_empty() {
        out.push(Fix { title: format!("write {}", quoted(&joined)), certain: false, edits });
    }
}

/// Words around the place that are nearly keywords.
fn words(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = page.token_from(found.at.span.start);
    let near = (at.saturating_sub(4)..(at + 3).min(page.tokens.len())).rev();
    for token in near.map(|i| page.tokens[i]).filter(|token| token.kind == Kind::Name) {
        let span = token.span();
        let word = page.at(span);
        if let Some(meant) = nearest(word, WORDS.iter().copied()).filter(|_| !super::names::is_group(word)) {
            out.push(page.replace(format!("write `{meant}`"), span, meant));
        }
    }
}

/// Where the bracket that is never closed may end.
fn closers(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let opener = found.at.span;
    let closer = match page.at(opener) {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    let title = format!("write `{closer}`");
    let line_end = page.line_end(opener.start);
    let first = page.token_from(opener.end);
    let ends = |token: &Token| token.end;
    if closer == "}" && page.text[opener.end as usize..line_end as usize].trim().is_empty() {
        // A block over several lines ends before the first line that stands no deeper than its head.
        let indent = page.indent(opener.start).to_owned();
        let mut lines: Vec<u32> = Vec::new();
        let mut offset = line_end;
        while (offset as usize) < page.text.len() {
            let start = (offset + 1).min(page.text.len() as u32);
            let line = &page.text[start as usize..page.line_end(start) as usize];
            let depth = line.len() - line.trim_start_matches([' ', '\t']).len();
            if !line.trim().is_empty() && depth <= indent.len() {
                lines.push(start);
            }
            offset = page.line_end(start).max(start);
            if offset as usize >= page.text.len() {
                break;
            }
        }
        for start in lines.into_iter().take(PLACES) {
            let at = page.text[..start as usize].trim_end().len() as u32;
            out.push(page.insert(title.as_str(), at, format!("\n{indent}}}")));
        }
        out.push(page.insert(title.as_str(), page.text.trim_end().len() as u32, format!("\n{indent}}}")));
    }
    let text = if closer == "}" { " }" } else { closer };
    let on_line: Vec<u32> = page.tokens[first..].iter().take_while(|token| token.start < line_end).map(ends).collect();
    let note = found.notes.iter().filter_map(|note| note.at).find(|at| at.file == found.at.file);
    let told = note.map(|at| page.text[..at.span.start as usize].trim_end().len() as u32);
    let line_ends = page.tokens[first..].windows(2).filter(|pair| pair[1].newline).map(|pair| pair[0].end);
    let mut places: Vec<u32> = told.into_iter().filter(|at| *at >= opener.end).collect();
    // The bracket's own line: before what closes or opens a block, at its end, then further in.
    places.extend(on_line.iter().rev().copied().take(PLACES));
    places.push(opener.end);
    places.extend(line_ends.take(PLACES));
    for at in places {
        out.push(page.insert(title.as_str(), at, text));
    }
    out.push(page.replace(format!("remove `{}`", page.at(opener)), opener, ""));
}

/// A text without its first quote whose rest reads as a comment, which hides what would close the bracket.
fn commented(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let behind = |span: Span| span.start >= found.at.span.end && page.at(span).contains(['"', '\'']);
    for comment in page.tree.comments.iter().filter(|comment| behind(comment.span)).take(PLACES / 4) {
        let quote = if page.at(comment.span).contains('"') { "\"" } else { "'" };
        out.push(page.insert(format!("write `{quote}`"), comment.span.start, quote));
    }
}

/// Where the bracket that closes nothing may begin.
fn openers(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let closer = found.at.span;
    let opener = match page.at(closer) {
        ")" => "(",
        "]" => "[",
        _ => "{",
    };
    let title = format!("write `{opener}`");
    let last = page.token_from(closer.start);
    let line = page.line_start(closer.start);
    if opener == "{" {
        // The head of a block stands on a line that is followed by a deeper one.
        let depth = page.indent(closer.start).len();
        let mut places = Vec::new();
        let mut start = line;
        while start > 0 && places.len() < PLACES {
            let end = start - 1;
            start = page.line_start(end);
            let line = &page.text[start as usize..end as usize];
            if !line.trim().is_empty() && page.indent(start).len() <= depth {
                places.push(start + line.trim_end().len() as u32);
            }
        }
        for at in places {
            out.push(page.insert(title.as_str(), at, " {"));
        }
    }
    let before = page.tokens[..last].iter().rev().take_while(|token| token.start >= line).take(PLACES);
    let before: Vec<&Token> = before.collect();
    // Two names that ran together when the bracket between them went.
    for token in before.iter().filter(|token| token.kind == Kind::Name) {
        let word = page.at(token.span());
        let names = page.tokens.iter().map(|other| page.at(other.span()));
        let ends = names.filter(|name| name.len() < word.len() && !name.is_empty() && word.ends_with(name));
        for name in ends.take(2) {
            out.push(page.insert(title.as_str(), token.end - name.len() as u32, opener));
        }
    }
    for token in &before {
        let next = page.tokens.get(page.token_from(token.end)).map_or(token.end, |next| next.start);
        let stuck = next == token.end;
        let empty = next == closer.start && matches!(token.kind, Kind::ParenClose | Kind::SquareClose);
        if opener == "{" {
            out.push(page.insert(title.as_str(), token.end, " {"));
        } else if (token.kind.is_word() || token.kind.ends_operand()) && !empty {
            // Behind a name it is a call; a space tells that something was taken away there or not.
            out.push(page.insert(title.as_str(), token.end, opener));
        }
        if opener != "{" && !stuck {
            out.push(page.insert(title.as_str(), token.start, opener));
        }
    }
    for token in before {
        out.push(page.insert(title.as_str(), token.start, opener));
    }
    if let Some(token) = page.tokens[..last].last() {
        out.push(page.insert(title.as_str(), token.end, opener));
    }
}

/// Where a text that has no end, or no beginning, has it.
fn quotes(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = found.at.span.start;
    let quote = &page.at(found.at.span)[..1];
    let title = if quote == "`" { "write a backtick".to_owned() } else { format!("write `{quote}`") };
    let end = page.line_end(at);
    let line = &page.text[at as usize + 1..end as usize];
    // An apostrophe ended the text before.
    let start = page.line_start(at);
    let inner = page.tokens.iter().filter(|token| token.kind == Kind::Text && token.start >= start && token.end <= at);
    let stands = |token: &&Token| {
        page.at(token.span()).ends_with(quote) && page.text[token.end as usize..].starts_with(char::is_alphanumeric)
    };
    for token in inner.filter(stands) {
        out.push(certain(page.insert(format!("write `\\{quote}` inside the text"), token.end - 1, "\\")));
    }
    // It ends on a line below.
    let below = page.text[end as usize..].find(quote).map(|found| end + found as u32);
    if let Some(close) = below.filter(|close| quote != "`" && page.at(Span::new(end, *close)).lines().count() <= 5) {
        let edits = [at, close].map(|quote| (Span::new(quote, quote + 1), "\"\"\"".to_owned()));
        out.push(page.several("write `\"\"\"` before and behind a text of several lines", edits.to_vec()));
    }
    // It ends before the brackets and marks at the line's end, or before one of the marks on its way.
    let trimmed = |marks: &[char]| at + 1 + line.trim_end_matches(marks).len() as u32;
    let mut places = vec![
        trimmed(&[')', ',', ';', ']', '}', ' ']),
        trimmed(&[')', ',', ';', ' ']),
        trimmed(&[')', ' ', '{']),
        trimmed(&[',', ' ']),
        end,
    ];
    let marks = line.char_indices().filter(|(_, c)| matches!(c, ')' | ',' | ']' | '}' | ' ' | ':' | ';'));
    places.extend(marks.map(|(i, _)| at + 1 + i as u32).take(PLACES));
    let mut seen = Vec::new();
    for place in places {
        if !seen.contains(&place) {
            seen.push(place);
            out.push(page.insert(title.as_str(), place, quote));
        }
    }
    // Or this is its end, and it began before.
    let start = page.line_start(at);
    let head = &page.text[start as usize..at as usize];
    let begins = head.char_indices().rev().filter(|(_, c)| matches!(c, '(' | ',' | '[' | ' ' | '{' | '>' | '='));
    for (i, c) in begins.take(PLACES) {
        let place = start + (i + c.len_utf8()) as u32;
        out.push(page.insert(title.as_str(), place, quote));
    }
    out.push(page.insert(title.as_str(), start + (head.len() - head.trim_start().len()) as u32, quote));
    let title = if quote == "`" { "remove the backtick".to_owned() } else { format!("remove `{quote}`") };
    out.push(page.replace(title, Span::new(at, at + 1), ""));
}

/// Whether what stands around a gap may want a mark that reads nearly anywhere, and means something else there.
fn is_forgotten(mark: &str, found: &Diagnostic, page: &Page, gap: u32) -> bool {
    let next = page.token_from(gap);
    let line = page.line_start(gap);
    let before = page.tokens[..next].iter().rev().take_while(|token| token.start >= line);
    let before: Vec<&Token> = before.collect();
    let (Some(last), Some(first), Some(behind)) = (before.first(), before.last(), page.tokens.get(next)) else {
        return !matches!(mark, " = " | " => " | ".");
    };
    match mark {
        // A declaration, or a variable of one's own before a value that is written out.
        " = " => match first.kind {
            Kind::Let(_) | Kind::Type | Kind::Export => {
                before.len() > 1 && before.iter().all(|token| token.kind != Kind::Equal)
            }
            Kind::Name => {
                let name = page.at(first.span());
                let own = before.len() == 1 && crate::builtin::find_function(name).is_none();
                own && matches!(behind.kind, Kind::Number | Kind::SquareOpen | Kind::True | Kind::False | Kind::Null)
            }
            _ => false,
        },
        " => " => last.kind == Kind::ParenClose || found.help.as_deref().is_some_and(|help| help.contains("`=>`")),
        "." => behind.kind.is_word() && behind.start == gap,
        _ => true,
    }
}

/// Marks put in and taken out around the place.
fn marks(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let at = page.token_from(found.at.span.start);
    let gaps: Vec<u32> = [at, at.wrapping_sub(1), at + 1, at.wrapping_sub(2)]
        .into_iter()
        .filter_map(|i| i.checked_sub(1).and_then(|i| page.tokens.get(i)).map(|token| token.end))
        .collect();
    for (place, gap) in gaps.iter().enumerate() {
        for mark in MARKS {
            // Far from the place only what is often forgotten is tried.
            let near = place < 2 || matches!(*mark, ", " | ")" | "(" | " {");
            if near && is_forgotten(mark, found, page, *gap) {
                let spaced = page.text[*gap as usize..].starts_with([' ', '\n']);
                let text = if spaced { mark.trim_end() } else { mark };
                out.push(page.insert(format!("write `{}`", mark.trim()), *gap, text));
            }
        }
    }
    for index in [at, at.wrapping_sub(1), at + 1] {
        if let Some(token) = page.tokens.get(index) {
            let span = token.span();
            out.push(page.replace(format!("remove {}", quoted(page.at(span))), span, ""));
        }
    }
}
