//! Findings as JSON, for programs that read them.

use serde_json::{Value, json};

use super::{Diagnostic, Edit, Fix, Note, Severity};
use crate::source::{FileId, Location, Sources};

/// The report of a check: the files that were asked for, what was found, and what is known of each pattern.
pub fn report<'a>(
    files: &[&str],
    findings: impl IntoIterator<Item = (&'a Sources, &'a Diagnostic)>,
    patterns: Vec<Value>,
) -> Value {
    json!({
        "files": files,
        "diagnostics": findings.into_iter().map(|(sources, found)| diagnostic(sources, found)).collect::<Vec<_>>(),
        "patterns": patterns,
    })
}

/// One finding.
pub fn diagnostic(sources: &Sources, found: &Diagnostic) -> Value {
    let home = found.at.file;
    json!({
        "code": found.code.name(),
        "severity": severity(found.severity),
        "message": found.message,
        "file": sources.file(home).name(),
        "start": place(sources, found.at, found.at.span.start),
        "end": place(sources, found.at, found.at.span.end),
        "notes": found.notes.iter().map(|note| self::note(sources, note)).collect::<Vec<_>>(),
        "help": found.help,
        "fixes": found.fixes.iter().map(|fix| self::fix(sources, home, fix)).collect::<Vec<_>>(),
    })
}

/// A finding that a comment allows, with the reason it gives.
pub fn allowed(sources: &Sources, found: &Diagnostic, reason: &str, comment: Location) -> Value {
    let mut value = diagnostic(sources, found);
    value["reason"] = reason.into();
    value["comment"] = place(sources, comment, comment.span.start);
    value
}

/// The word for a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn note(sources: &Sources, note: &Note) -> Value {
    match note.at {
        None => json!({ "message": note.message }),
        Some(at) => json!({
            "message": note.message,
            "file": sources.file(at.file).name(),
            "start": place(sources, at, at.span.start),
            "end": place(sources, at, at.span.end),
        }),
    }
}

fn fix(sources: &Sources, home: FileId, fix: &Fix) -> Value {
    json!({
        "title": fix.title,
        "edits": fix.edits.iter().map(|edit| self::edit(sources, home, edit)).collect::<Vec<_>>(),
    })
}

/// An edit names its file only where that is not the file of the finding.
fn edit(sources: &Sources, home: FileId, edit: &Edit) -> Value {
    let mut value = json!({
        "start": place(sources, edit.at, edit.at.span.start),
        "end": place(sources, edit.at, edit.at.span.end),
        "text": edit.text,
    });
    if edit.at.file != home {
        value["file"] = sources.file(edit.at.file).name().into();
    }
    value
}

fn place(sources: &Sources, at: Location, offset: u32) -> Value {
    let position = sources.file(at.file).position(offset);
    json!({ "line": position.line, "column": position.column, "offset": offset })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    #[test]
    fn has_the_documented_shape() {
        let mut sources = Sources::new();
        let file = sources.add("a.prism", "é = 1\nwahr");
        let span = Span::new(7, 11);
        let found = Diagnostic::new(Code::P010, Location::new(file, span), "unknown name `wahr`")
            .note_at(Location::new(file, Span::new(0, 2)), "the only name here")
            .help("write `true`")
            .fix("write `true`", span, "true");
        let got = report(&["a.prism"], [(&sources, &found)], Vec::new());
        let start = json!({ "line": 2, "column": 1, "offset": 7 });
        let end = json!({ "line": 2, "column": 5, "offset": 11 });
        assert_eq!(
            got,
            json!({
                "files": ["a.prism"],
                "diagnostics": [{
                    "code": "P010", "severity": "error", "message": "unknown name `wahr`", "file": "a.prism",
                    "start": start, "end": end,
                    "notes": [{
                        "message": "the only name here", "file": "a.prism",
                        "start": { "line": 1, "column": 1, "offset": 0 }, "end": { "line": 1, "column": 2, "offset": 2 },
                    }],
                    "help": "write `true`",
                    "fixes": [{ "title": "write `true`", "edits": [{ "start": start, "end": end, "text": "true" }] }],
                }],
                "patterns": [],
            })
        );
    }
}
