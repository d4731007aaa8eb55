//! Warnings that a comment in the text switches off: `// prism-allow CODE: reason`.
//!
//! A comment behind code speaks of its own line, one on a line of its own of the statement that follows, up to the block
//! that the statement opens. Only what does not refuse a program can be allowed, and an allowance without a reason, or
//! without anything to allow, is a finding itself: it would mislead whoever reads on.

use crate::diagnostic::{CODES, Code, Diagnostic, Diagnostics, Edit, Fix, Severity, nearest};
use crate::source::{File, FileId, Location, Sources, Span};
use crate::syntax::ast::Comment;
use crate::syntax::token::{Kind, Token};
use crate::syntax::{comments, lexer};

/// A finding that a comment switches off.
#[derive(Clone, PartialEq, Debug)]
pub struct Allowed {
    /// What was found.
    pub finding: Diagnostic,
    /// Why it is left.
    pub reason: String,
    /// The comment.
    pub at: Location,
}

/// The word that such a comment begins with.
const WORD: &str = "prism-allow";

/// One code of a comment, and the places it speaks of.
struct Allowance {
    code: Code,
    reason: String,
    at: Location,
    covers: Span,
    used: bool,
}

/// Takes out what comments allow, and adds what is wrong with the comments. Where errors keep the validator from looking,
/// nothing is said of comments that nothing answers to.
pub(super) fn apply(sources: &Sources, findings: &mut Vec<Diagnostic>, complete: bool) -> Vec<Allowed> {
    let mut allowances = Vec::new();
    let mut more = Vec::new();
    for (id, file) in sources.files().filter(|(_, file)| file.text().contains(WORD)) {
        read(id, file, &mut allowances, &mut more);
    }
    if allowances.is_empty() && more.is_empty() {
        return Vec::new();
    }
    let mut allowed = Vec::new();
    findings.retain(|found| {
        let fits = |allowance: &&mut Allowance| {
            allowance.code == found.code
                && allowance.at.file == found.at.file
                && allowance.covers.start <= found.at.span.start
                && found.at.span.start <= allowance.covers.end
        };
        let Some(allowance) = allowances.iter_mut().find(fits) else { return true };
        let first = !std::mem::replace(&mut allowance.used, true);
        if found.severity == Severity::Error {
            if first {
                let message = format!("`{}` refuses the program here, and cannot be allowed", found.code);
                more.push(finding(allowance.at, message, "mend the program, and remove the comment"));
            }
            return true;
        }
        allowed.push(Allowed { finding: found.clone(), reason: allowance.reason.clone(), at: allowance.at });
        false
    });
    for allowance in &allowances {
        if complete && !allowance.used {
            let message = format!("nothing here is a `{}`, so there is nothing to allow", allowance.code);
            more.push(finding(allowance.at, message, "remove the comment"));
        }
    }
    findings.append(&mut more);
    allowed
}

fn finding(at: Location, message: String, help: &str) -> Diagnostic {
    Diagnostic::new(Code::L108, at, message).help(help)
}

/// Reads the comments of a text.
fn read(id: FileId, file: &File, allowances: &mut Vec<Allowance>, more: &mut Vec<Diagnostic>) {
    let text = file.text();
    let lexed = lexer::lex(id, text, &mut Diagnostics::new());
    for comment in &lexed.comments {
        let content = comments::content(*comment, text);
        let Some(rest) = content.trim().strip_prefix(WORD) else { continue };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-') {
            continue;
        }
        let at = Location::new(id, comment.span);
        let (mut listed, mut reason) = rest.split_once(':').unwrap_or((rest, ""));
        if let Some(end) = end_of_codes(listed) {
            // What follows the codes is the reason.
            (listed, reason) = rest.split_at(end);
            let written = &text[comment.span.start as usize..comment.span.end as usize];
            let place = written.find(rest).map(|begins| comment.span.start + (begins + end) as u32);
            let mut found = finding(at, "a colon is missing before the reason".into(), "write `:` behind the code");
            if let Some(place) = place {
                let edit = Edit { at: Location::new(id, Span::at(place)), text: ":".to_owned() };
                found = found.mend(Fix { title: "write `:`".into(), certain: true, edits: vec![edit] });
            }
            more.push(found);
        }
        let reason = reason.trim();
        let codes: Vec<&str> = listed.split([',', ' ']).filter(|code| !code.is_empty()).collect();
        if reason.is_empty() {
            let named = codes.first().map_or_else(|| "CF010".to_owned(), |code| code.to_string());
            let help = format!("say why, as in `// {WORD} {named}: the two are known to agree`");
            more.push(finding(at, "this allows something without a reason".into(), &help));
        }
        if codes.is_empty() {
            more.push(finding(at, "this names no code".into(), &format!("write `// {WORD} CODE: reason`")));
        }
        let covers = covered(text, &lexed.tokens, *comment);
        for code in codes {
            match Code::find(code) {
                Some(code) => allowances.push(Allowance { code, reason: reason.to_owned(), at, covers, used: false }),
                None => {
                    let near = nearest(code, CODES.iter().map(|entry| entry.name));
                    let help = near.map_or_else(
                        || "codes stand in brackets before each finding".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    more.push(finding(at, format!("there is no code `{code}`"), &help));
                }
            }
        }
    }
}

/// Where the codes end that words follow, and no colon.
fn end_of_codes(listed: &str) -> Option<usize> {
    let is_code = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        letters.len() < word.len() && !letters.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic())
    };
    let mut end = 0;
    loop {
        let rest = &listed[end..];
        let word = rest.trim_start_matches([',', ' ']);
        let next = word.split([',', ' ']).next().unwrap_or_default();
        if next.is_empty() {
            return None;
        }
        if !is_code(next) {
            return (end > 0).then_some(end);
        }
        end += rest.len() - word.len() + next.len();
    }
}

/// What a comment speaks of: its line where code stands before it, else the statement that follows.
fn covered(text: &str, tokens: &[Token], comment: Comment) -> Span {
    let start = text[..comment.span.start as usize].rfind('\n').map_or(0, |at| at as u32 + 1);
    let next = tokens.partition_point(|token| token.start < comment.span.start);
    if next > 0 && tokens[next - 1].end > start {
        return Span::new(start, comment.span.start);
    }
    let Some(first) = tokens.get(next) else { return comment.span };
    let (mut depth, mut end) = (0i32, first.end);
    for token in &tokens[next..] {
        if token.newline && depth <= 0 && token.start != first.start {
            break;
        }
        match token.kind {
            Kind::ParenOpen | Kind::SquareOpen => depth += 1,
            Kind::ParenClose | Kind::SquareClose => depth -= 1,
            _ => {}
        }
        end = token.end;
    }
    Span::new(first.start, end)
}
