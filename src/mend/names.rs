//! Names that nobody declares, and what was probably meant.

use super::page::Page;
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic, Fix, nearest};
use crate::engine::Examination;
use crate::source::Span;
use crate::syntax::token::{Kind, Token};

/// How many names are tried for one.
const MEANT: usize = 4;

/// Candidates for a name that is not known.
pub(super) fn candidates(found: &Diagnostic, page: &Page, examination: &Examination, out: &mut Vec<Fix>) {
    let of_names =
        matches!(found.code, Code::P010 | Code::P015 | Code::P020 | Code::P022 | Code::T003 | Code::T006 | Code::E004);
    let span = found.at.span;
    meant(found, page, out);
    if !of_names {
        return;
    }
    let owner = elsewhere(found, page, out);
    let own = page.declared();
    for word in found.message.split('`').skip(1).step_by(2) {
        let Some((place, quote)) = place(page, span, word).filter(|_| owner != Some(word)) else { continue };
        let mut known = known(page, examination);
        known.retain(|name| name != word);
        for turn in 0..MEANT {
            // What the program declares itself is meant before what the language has.
            let declared = |name: &&str| own.contains(*name);
            let near = nearest(word, known.iter().map(String::as_str).filter(declared)).filter(|_| turn == 0);
            let near = near.or_else(|| nearest(word, known.iter().map(String::as_str))).map(str::to_owned);
            let Some(meant) = near.or_else(|| known.iter().find(|name| swapped(word, name)).cloned()) else { break };
            let text = format!("{quote}{meant}{quote}");
            out.push(page.replace(format!("write `{meant}`"), place, text));
            let same = |token: &&Token| page.at(token.span()) == page.at(place);
            let all: Vec<_> = page.tokens.iter().filter(same).map(Token::span).collect();
            if quote.is_empty() && all.len() > 1 {
                let edits = all.into_iter().map(|at| (at, meant.clone())).collect();
                out.push(page.several(format!("write `{meant}` in all places"), edits));
            }
            known.retain(|name| *name != meant);
        }
    }
}

/// What whoever found the fault takes for meant, in the place of the word that the message names last.
fn meant(found: &Diagnostic, page: &Page, out: &mut Vec<Fix>) {
    let help = found.help.as_deref().and_then(|help| help.strip_prefix("did you mean `")?.strip_suffix("`?"));
    let (Some(meant), Some(word)) = (help, found.message.split('`').skip(1).step_by(2).last()) else { return };
    let (meant, word) = (meant.trim_matches('"'), word.trim_matches('"'));
    if let Some((at, quote)) = place(page, found.at.span, word) {
        out.push(page.replace(format!("write `{meant}`"), at, format!("{quote}{meant}{quote}")));
    }
}

/// Where a group of the language has no such member: a member of this name elsewhere, or a function. Gives the group, which
/// is no slip itself.
fn elsewhere<'a>(found: &'a Diagnostic, page: &Page, out: &mut Vec<Fix>) -> Option<&'a str> {
    let (owner, member) = found.message.strip_prefix('`')?.strip_suffix('`')?.split_once("` has no `")?;
    if page.at(found.at.span) != format!("{owner}.{member}") {
        return None;
    }
    // What is known to be written instead is no member elsewhere.
    let other = found.help.as_deref().is_some_and(|help| help.starts_with("write "));
    let same = |name: &&str| name.rsplit('.').next() == Some(member) && !other;
    out.extend(spellings().filter(same).map(|name| page.replace(format!("write `{name}`"), found.at.span, name)));
    is_group(owner).then_some(owner)
}

/// Whether the language has members under a name, as under `Math`.
pub(super) fn is_group(name: &str) -> bool {
    spellings().filter_map(|spelling| spelling.split_once('.')).any(|(group, _)| group == name)
}

/// All names of the language, as they are written.
pub(super) fn spellings() -> impl Iterator<Item = &'static str> {
    builtin::all().flat_map(|(_, builtin)| builtin.spellings())
}

/// Where in a place a word stands, and the quotes around it.
fn place(page: &Page, span: Span, word: &str) -> Option<(Span, &'static str)> {
    let tokens =
        page.tokens.iter().filter(|token| token.start >= span.start && token.end <= span.end.max(span.start + 1));
    for token in tokens {
        let at = token.span();
        let text = page.at(at);
        if text == word {
            return Some((at, ""));
        }
        if text.len() == word.len() + 2 && text[1..].starts_with(word) && token.kind == Kind::Text {
            return Some((at, if text.starts_with('"') { "\"" } else { "'" }));
        }
    }
    None
}

/// All names that the text, its modules and the language have.
fn known(page: &Page, examination: &Examination) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for token in &page.tokens {
        if token.kind.is_word() {
            known.push(page.at(token.span()).to_owned());
        } else if token.kind == Kind::Text {
            known.push(page.at(Span::new(token.start + 1, token.end - 1)).to_owned());
        }
    }
    let program = &examination.program;
    for interface in &program.interfaces {
        known.extend(interface.methods.iter().map(|method| method.name.to_string()));
    }
    for module in &program.modules {
        known.extend(module.exports.iter().map(|(name, _)| program.names.text(*name).to_owned()));
    }
    for name in builtin::all().flat_map(|(_, builtin)| builtin.spellings()) {
        known.extend(name.split('.').map(str::to_owned));
    }
    known.extend(["string", "number", "boolean", "any", "null", "capabilities"].map(str::to_owned));
    known.sort();
    known.dedup();
    known
}

/// Whether two short names have the same letters in another order.
fn swapped(written: &str, meant: &str) -> bool {
    let sorted = |name: &str| {
        let mut letters: Vec<char> = name.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    written.len() == meant.len() && written.len() > 2 && sorted(written) == sorted(meant)
}
