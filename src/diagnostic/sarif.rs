//! Findings as SARIF 2.1.0, for code hosts and editors that read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Code, Diagnostic, Edit, Fix, Severity, explanation};
use crate::source::{FileId, Location, Sources};

/// A log of one run, with the rules that it needs: findings, those that comments allow with the reasons, and what is
/// proved of each pattern.
pub fn log<'a>(
    files: &[&str],
    findings: impl IntoIterator<Item = (&'a Sources, &'a Diagnostic)>,
    allowed: impl IntoIterator<Item = (&'a Sources, &'a Diagnostic, &'a str)>,
    patterns: Vec<Value>,
) -> Value {
    let findings: Vec<(&Sources, &Diagnostic)> = findings.into_iter().collect();
    let allowed: Vec<(&Sources, &Diagnostic, &str)> = allowed.into_iter().collect();
    let codes: BTreeSet<Code> =
        findings.iter().map(|(_, found)| found.code).chain(allowed.iter().map(|(_, found, _)| found.code)).collect();
    let rules: Vec<Code> = codes.into_iter().collect();
    let mut results: Vec<Value> = findings.into_iter().map(|(sources, found)| result(sources, &rules, found)).collect();
    for (sources, found, reason) in allowed {
        let mut result = result(sources, &rules, found);
        result["suppressions"] = json!([{ "kind": "inSource", "justification": reason }]);
        results.push(result);
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "prism",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|&code| rule(code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "artifacts": files.iter().map(|file| json!({ "location": { "uri": uri(file) } })).collect::<Vec<_>>(),
            "results": results,
            "properties": { "patterns": patterns },
        }],
    })
}

/// What the table and the documentation say of a code.
fn rule(code: Code) -> Value {
    let entry = code.entry();
    let mut rule = json!({
        "id": entry.name,
        "shortDescription": { "text": entry.title },
        "defaultConfiguration": { "level": level(entry.severity) },
    });
    if let Some(explanation) = explanation::of(code) {
        rule["fullDescription"] = json!({ "text": explanation.cause });
        rule["help"] = json!({ "text": explanation.text(), "markdown": explanation.source });
    }
    rule
}

fn result(sources: &Sources, rules: &[Code], found: &Diagnostic) -> Value {
    let mut text = found.message.clone();
    for more in found.notes.iter().filter(|note| note.at.is_none()).map(|note| &note.message).chain(&found.help) {
        text.push('\n');
        text.push_str(more);
    }
    let mut result = json!({
        "ruleId": found.code.name(),
        "ruleIndex": rules.iter().position(|&code| code == found.code),
        "level": level(found.severity),
        "message": { "text": text },
        "locations": [{ "physicalLocation": physical(sources, found.at) }],
    });
    let related: Vec<Value> = found
        .notes
        .iter()
        .filter_map(|note| Some((note, note.at?)))
        .enumerate()
        .map(|(id, (note, at))| {
            json!({ "id": id, "message": { "text": note.message }, "physicalLocation": physical(sources, at) })
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if !found.fixes.is_empty() {
        result["fixes"] = found.fixes.iter().map(|fix| self::fix(sources, fix)).collect();
    }
    result
}

fn fix(sources: &Sources, fix: &Fix) -> Value {
    let mut files: Vec<FileId> = fix.edits.iter().map(|edit| edit.at.file).collect();
    files.sort();
    files.dedup();
    let changes: Vec<Value> = files
        .into_iter()
        .map(|file| {
            let edits = fix.edits.iter().filter(|edit| edit.at.file == file);
            json!({
                "artifactLocation": artifact(sources, file),
                "replacements": edits.map(|edit| replacement(sources, edit)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

fn replacement(sources: &Sources, edit: &Edit) -> Value {
    json!({ "deletedRegion": region(sources, edit.at), "insertedContent": { "text": edit.text } })
}

fn physical(sources: &Sources, at: Location) -> Value {
    json!({ "artifactLocation": artifact(sources, at.file), "region": region(sources, at) })
}

fn region(sources: &Sources, at: Location) -> Value {
    let file = sources.file(at.file);
    let (start, end) = (file.position(at.span.start), file.position(at.span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": at.span.start,
        "byteLength": at.span.end - at.span.start,
    })
}

fn artifact(sources: &Sources, file: FileId) -> Value {
    json!({ "uri": uri(sources.file(file).name()) })
}

/// A path as a relative or absolute URI reference.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    #[test]
    fn names_rule_place_and_mend() {
        let mut sources = Sources::new();
        let file = sources.add("dir/a b.prism", "wahr");
        let span = Span::new(0, 4);
        let found = Diagnostic::new(Code::P010, Location::new(file, span), "unknown name `wahr`")
            .note_at(Location::new(file, span), "here")
            .fix("write `true`", span, "true");
        let log = log(&["dir/a b.prism"], [(&sources, &found)], [], Vec::new());
        let run = &log["runs"][0];
        let result = &run["results"][0];
        assert_eq!(run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize]["id"], "P010");
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "dir/a%20b.prism");
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["endColumn"], 5);
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["replacements"][0]["insertedContent"]["text"], "true");
        assert_eq!(result["relatedLocations"][0]["message"]["text"], "here");
    }
}
