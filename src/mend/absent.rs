//! What other languages have and this one has not, where it is clear what stands for it.

use super::edit::certain;
use super::page::Page;
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::token::Kind;

/// Candidates for something that does not exist.
pub(super) fn candidates(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let span = found.at.span;
    // What keys, members and points in time are kept in has methods of its own in JavaScript.
    let other = |kept: &&str| page.at(span).ends_with(kept);
    let sure = !["Map", "Set", "Date"].iter().any(other);
    let fix = match page.at(span) {
        ":" => block(page, span),
        "~~" => operand(page, span.end).map(|operand| {
            let text = format!("Math.trunc({})", page.at(operand));
            page.replace(format!("write `{text}`"), span.to(operand), text)
        }),
        "lambda" => lambda(page, span),
        written => {
            let made = written.strip_prefix("new").map(str::trim_start);
            let instead = match made {
                Some("Map" | "Object" | "WeakMap") => "{}",
                Some("Date") => "now()",
                Some("Array" | "Set" | "WeakSet") => "[]",
                _ => return,
            };
            nothing_in_parentheses(page, span).map(|whole| page.replace(format!("write `{instead}`"), whole, instead))
        }
    };
    out.extend(fix.map(|fix| if sure { certain(fix) } else { fix }));
}

/// A block that stands behind `:` and is indented: braces around it.
fn block(page: &Page, colon: Span) -> Option<Fix> {
    let indent = page.indent(colon.start);
    let first = page.tokens.get(page.token_from(colon.end))?;
    let end = if first.newline {
        let deeper = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > indent.len();
        let from = page.line_end(colon.end) as usize + 1;
        let block: usize = page.text.get(from..)?.split_inclusive('\n').take_while(deeper).map(str::len).sum();
        from + page.text[from..from + block].trim_end().len()
    } else {
        page.line_end(colon.end) as usize
    };
    // A comment at the end of the line would take the brace into itself.
    let last = page.tokens[..page.token_from(end as u32)].last()?.end as usize;
    let close = if first.newline || last != end { format!("\n{indent}}}") } else { " }".to_owned() };
    let head = page.text[..colon.start as usize].trim_end().len() as u32;
    let open = (Span::new(head, colon.end), " {".to_owned());
    (end as u32 > colon.end).then(|| page.several("put the block in braces", vec![open, (Span::at(end as u32), close)]))
}

/// `lambda x, y: x + y`: the part up to the colon is written as a list of parameters.
fn lambda(page: &Page, word: Span) -> Option<Fix> {
    let from = page.token_from(word.end);
    let colon =
        page.tokens[from..].iter().take_while(|token| !token.newline).find(|token| token.kind == Kind::Colon)?;
    let names = page.text[word.end as usize..colon.start as usize].trim();
    let head = if names.contains(',') || names.is_empty() { format!("({names}) =>") } else { format!("{names} =>") };
    Some(page.replace(format!("write `{head}`"), Span::new(word.start, colon.end), head))
}

/// A call's head with the empty parentheses behind it.
fn nothing_in_parentheses(page: &Page, head: Span) -> Option<Span> {
    let next = page.token_from(head.end);
    let [open, close] = page.tokens.get(next..next + 2)? else { return None };
    (open.kind == Kind::ParenOpen && close.kind == Kind::ParenClose).then(|| Span::new(head.start, close.end))
}

/// The operand that begins at a place, with the calls, indices and properties behind it.
fn operand(page: &Page, from: u32) -> Option<Span> {
    let mut index = page.token_from(from);
    let start = page.tokens.get(index)?.start;
    let mut end = None;
    while let Some(token) = page.tokens.get(index) {
        let goes_on = match token.kind {
            Kind::ParenOpen | Kind::SquareOpen => end.is_none() || !token.newline,
            Kind::Dot => end.is_some(),
            kind => end.is_none() && (kind.is_word() || kind.ends_operand()),
        };
        if !goes_on {
            break;
        }
        index = match token.kind {
            Kind::ParenOpen | Kind::SquareOpen => closed(page, index)?,
            Kind::Dot => index + 1,
            _ => index,
        };
        end = Some(page.tokens.get(index)?.end);
        index += 1;
    }
    end.map(|end| Span::new(start, end))
}

/// The token that closes the bracket.
fn closed(page: &Page, open: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in page.tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::ParenOpen | Kind::SquareOpen | Kind::BraceOpen => depth += 1,
            Kind::ParenClose | Kind::SquareClose | Kind::BraceClose => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}
