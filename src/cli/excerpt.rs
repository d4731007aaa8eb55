//! The lines of a file that a report shows, made fit for a terminal.
//!
//! A report never sees the file itself: it gets a text with as many lines, of which only those it points at are filled.
//! In these, characters that would steer the terminal are escapes, tabs are spaces, and a line too long for the screen is
//! cut around the place it is shown for. So line numbers stay true and nothing depends on how the file was written.

use std::collections::BTreeMap;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::diagnostic::is_treacherous;
use crate::source::{File, MARK, Span};

/// The text to show, and where in it each span lies; none of them is empty.
pub(super) fn excerpt(file: &File, spans: &[Span], room: usize) -> (String, Vec<Range<usize>>) {
    let (lines, text) = (file.lines(), file.text());
    let mut wanted: BTreeMap<usize, u32> = BTreeMap::new();
    for span in spans {
        let (first, last) = ends(file, *span);
        wanted.entry(first).or_insert(span.start);
        wanted.entry(last).or_insert(span.end);
    }
    let mut out = String::new();
    let mut shown: BTreeMap<usize, (usize, Line)> = BTreeMap::new();
    let end = wanted.last_key_value().map_or(0, |(&line, _)| line);
    for index in 0..=end {
        if let Some(&anchor) = wanted.get(&index) {
            let mark = if index == 0 && text.starts_with(MARK) { MARK.len_utf8() as u32 } else { 0 };
            let start = lines.start(index) + mark;
            let stop = if index + 1 < lines.count() { lines.start(index + 1) as usize } else { text.len() };
            let raw = text[start as usize..stop].trim_end_matches(['\n', '\r']);
            let line = Line::new(raw, start, anchor, room);
            let at = out.len();
            out.push_str(&line.text);
            shown.insert(index, (at, line));
        }
        out.push('\n');
    }
    let places = spans.iter().map(|span| {
        let (first, last) = ends(file, *span);
        let place = |line: usize, offset: u32| shown[&line].0 + shown[&line].1.place(offset);
        let start = place(first, span.start);
        let end = place(last, span.end);
        if end > start { start..end } else { start..start + out[start..].chars().next().map_or(1, char::len_utf8) }
    });
    let places = places.collect();
    (out, places)
}

/// The lines of a span's first and last character.
fn ends(file: &File, span: Span) -> (usize, usize) {
    let lines = file.lines();
    (lines.line(span.start), lines.line(span.end.saturating_sub(1).max(span.start)))
}

/// One line as it is shown.
struct Line {
    text: String,
    /// Pairs of a byte in the file and its byte in `text`, in order; the last is the end.
    marks: Vec<(u32, usize)>,
}

impl Line {
    fn new(raw: &str, start: u32, anchor: u32, room: usize) -> Self {
        let middle = raw.floor_char_boundary((anchor.saturating_sub(start) as usize).min(raw.len()));
        let (mut from, before) = reach(raw[..middle].char_indices().rev(), middle, room / 2);
        let ahead = raw[middle..].char_indices().map(|(at, c)| (middle + at + c.len_utf8(), c));
        let (to, after) = reach(ahead, middle, room.saturating_sub(before));
        if to == raw.len() {
            let behind = raw[..from].char_indices().rev();
            from = reach(behind, from, room.saturating_sub(before + after)).0;
        }
        let mut line = Self { text: String::new(), marks: Vec::new() };
        if from > 0 {
            line.text.push('…');
        }
        for (at, c) in raw[from..to].char_indices() {
            line.marks.push((start + (from + at) as u32, line.text.len()));
            line.push(c);
        }
        line.marks.push((start + to as u32, line.text.len()));
        // What follows the last character must be there to be pointed at.
        line.text.push(if to < raw.len() { '…' } else { ' ' });
        line
    }

    fn push(&mut self, c: char) {
        match c {
            '\t' => self.text.push_str(TAB),
            c if is_treacherous(c) => self.text.push_str(&format!("\\u{{{:x}}}", c as u32)),
            c => self.text.push(c),
        }
    }

    /// Where a byte of the file is shown; what was cut off counts as the nearest end.
    fn place(&self, offset: u32) -> usize {
        let index = self.marks.partition_point(|&(at, _)| at < offset);
        self.marks[index.min(self.marks.len() - 1)].1
    }
}

const TAB: &str = "    ";

/// How far one gets in so many columns, and how many were used. What takes no column is cut where there is too much of it:
/// letters carry a few marks, and a line of nothing else is no text.
fn reach(chars: impl Iterator<Item = (usize, char)>, from: usize, room: usize) -> (usize, usize) {
    let (mut at, mut used) = (from, 0);
    for (next, c) in chars.take(4 * room) {
        let width = width(c);
        if used + width > room {
            break;
        }
        used += width;
        at = next;
    }
    (at, used)
}

fn width(c: char) -> usize {
    match c {
        '\t' => TAB.len(),
        c if is_treacherous(c) => 6,
        c => c.width().unwrap_or(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn shown(text: &str, span: Span, room: usize) -> (String, String) {
        let mut sources = Sources::new();
        let id = sources.add("a", text);
        let (out, places) = excerpt(sources.file(id), &[span], room);
        (out.trim_end().to_string(), out[places[0].clone()].to_string())
    }

    #[test]
    fn keeps_line_numbers() {
        assert_eq!(shown("one\r\ntwo\r\nthree", Span::new(5, 8), 80), ("\ntwo".into(), "two".into()));
    }

    #[test]
    fn points_behind_the_end() {
        assert_eq!(shown("one\n", Span::at(4), 80), ("".into(), " ".into()));
        assert_eq!(shown("one", Span::at(3), 80), ("one".into(), " ".into()));
        assert_eq!(shown("", Span::at(0), 80), ("".into(), " ".into()));
        assert_eq!(shown("\u{feff}", Span::at(0), 80), ("".into(), " ".into()));
    }

    #[test]
    fn escapes_and_expands() {
        assert_eq!(shown("\u{feff}ab", Span::new(3, 4), 80), ("ab".into(), "a".into()));
        assert_eq!(shown("\ta\x1bb", Span::new(2, 3), 80), ("    a\\u{1b}b".into(), "\\u{1b}".into()));
    }

    #[test]
    fn cuts_around_the_place() {
        let text = format!("{}家XX{}", "a".repeat(500), "b".repeat(500));
        let (line, place) = shown(&text, Span::new(503, 505), 20);
        assert_eq!(place, "XX");
        assert_eq!(line, "…aaaaaaaa家XXbbbbbbbb…");
        let (line, _) = shown(&text, Span::at(1005), 20);
        assert_eq!(line, format!("…{}", "b".repeat(20)));
        let (line, place) = shown(&text, Span::new(0, 1005), 20);
        assert_eq!(line, format!("{}…", "a".repeat(20)));
        assert_eq!(place, "a".repeat(20));
    }

    #[test]
    fn cuts_what_takes_no_column() {
        for mark in ["\u{200d}", "a\u{301}\u{301}\u{301}\u{301}\u{301}"] {
            let (line, _) = shown(&mark.repeat(10_000), Span::new(0, 3), 20);
            assert!(line.len() < 400, "{}", line.len());
        }
    }

    #[test]
    fn never_splits_a_character() {
        let text = "a👩‍👩‍👧é\u{301}\u{202e}\t家\r\n\u{2028}x\rlast";
        for start in 0..=text.len() as u32 {
            for end in start..=text.len() as u32 {
                for room in [1, 3, 80] {
                    shown(text, Span::new(start, end), room);
                }
            }
        }
    }
}
