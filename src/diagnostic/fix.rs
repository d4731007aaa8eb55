//! Edits put into effect.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Diagnostic, Edit};
use crate::source::{FileId, Sources};

/// The texts of all files that the certain mends of these findings change, and how many mends were applied. Each finding
/// gives at most its first mend; one whose edits touch those of an earlier one is left for another round.
pub fn mend<'a>(
    sources: &Sources,
    findings: impl IntoIterator<Item = &'a Diagnostic>,
) -> (BTreeMap<FileId, String>, usize) {
    let mut chosen: BTreeMap<(FileId, u32), &Edit> = BTreeMap::new();
    let mut applied = 0;
    for fix in findings.into_iter().filter_map(|found| found.fixes.first()).filter(|fix| fix.certain) {
        let fits = |edit: &Edit| sources.file(edit.at.file).text().get(range(edit)).is_some();
        let free = |edit: &Edit| fits(edit) && !meets(&chosen, edit);
        if fix.edits.is_empty() || !apart(&fix.edits) || !fix.edits.iter().all(free) {
            continue;
        }
        chosen.extend(fix.edits.iter().map(|edit| ((edit.at.file, edit.at.span.start), edit)));
        applied += 1;
    }
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for ((file, _), edit) in chosen {
        files.entry(file).or_default().push(edit);
    }
    let texts = files.into_iter().map(|(file, edits)| (file, replace(sources.file(file).text(), edits))).collect();
    (texts, applied)
}

/// The text after edits that do not touch each other, in whatever order they come.
pub fn replace<'a>(text: &str, edits: impl IntoIterator<Item = &'a Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| (edit.at.span.start, edit.at.span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        let place = range(edit);
        out.push_str(&text[from..place.start]);
        out.push_str(&edit.text);
        from = place.end;
    }
    out.push_str(&text[from..]);
    out
}

fn range(edit: &Edit) -> Range<usize> {
    edit.at.span.start as usize..edit.at.span.end as usize
}

/// Whether an edit overlaps or meets one that was chosen before: what one writes could change what the other means. The
/// chosen ones do not meet each other, so only the last that begins before the edit's end can.
fn meets(chosen: &BTreeMap<(FileId, u32), &Edit>, edit: &Edit) -> bool {
    let (file, span) = (edit.at.file, edit.at.span);
    chosen.range((file, 0)..=(file, span.end)).next_back().is_some_and(|(_, last)| last.at.span.end >= span.start)
}

/// Whether the edits of one mend leave each other alone; they may meet, but not begin at one place.
fn apart(edits: &[Edit]) -> bool {
    edits.iter().enumerate().all(|(i, a)| {
        edits[..i].iter().all(|b| {
            a.at.file != b.at.file
                || (a.at.span.start != b.at.span.start
                    && (a.at.span.end <= b.at.span.start || b.at.span.end <= a.at.span.start))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Location, Span};

    fn finding(file: FileId, start: u32, end: u32, text: &str) -> Diagnostic {
        let span = Span::new(start, end);
        Diagnostic::new(Code::P001, Location::new(file, span), "x").fix("y", span, text)
    }

    #[test]
    fn applies_what_does_not_touch() {
        let mut sources = Sources::new();
        let file = sources.add("a", "one two three");
        let all =
            [finding(file, 8, 13, "3"), finding(file, 0, 3, "1"), finding(file, 2, 5, "!"), finding(file, 0, 3, "1")];
        let (texts, applied) = mend(&sources, &all);
        assert_eq!(texts[&file], "1 two 3");
        assert_eq!(applied, 2);
    }

    #[test]
    fn leaves_what_is_not_certain() {
        let mut sources = Sources::new();
        let file = sources.add("a", "one");
        let mut one = finding(file, 0, 3, "1");
        one.fixes[0].certain = false;
        assert!(mend(&sources, [&one]).0.is_empty());
    }
}
