//! Findings for people.

use std::fmt::Write;

use ariadne::{Cache, Color, Config, IndexType, Label, Report, ReportKind, Source};

use super::excerpt::excerpt;
use super::screen::Style;
use crate::diagnostic::{Diagnostic, Fix, Severity, escaped, fix};
use crate::engine::Allowed;
use crate::source::{FileId, Location, Sources, Span};

/// At most this many findings are shown; nobody reads on.
const SHOWN: usize = 50;

/// Findings one below the other, errors in preference where there are too many, without a summary.
pub(super) fn findings(findings: &[(&Sources, &Diagnostic)], style: Style) -> String {
    let spare = SHOWN.saturating_sub(findings.iter().filter(|(_, found)| found.severity == Severity::Error).count());
    let (mut errors, mut others) = (0, 0);
    let mut out = String::new();
    for (sources, found) in findings {
        let (count, most) = if found.severity == Severity::Error { (&mut errors, SHOWN) } else { (&mut others, spare) };
        if *count < most {
            *count += 1;
            out.push_str(&report(sources, found, style));
            out.push('\n');
        }
    }
    if errors + others < findings.len() {
        let _ = writeln!(out, "… and {} more", findings.len() - errors - others);
    }
    out
}

/// What comments in the texts allow, a line each.
pub(super) fn allowed(allowed: &[(&Sources, &Allowed)]) -> String {
    let line = |(sources, allowed): &(&Sources, &Allowed)| {
        let file = sources.file(allowed.at.file);
        let line = file.position(allowed.finding.at.span.start).line;
        let reason = if allowed.reason.is_empty() { "no reason is given".into() } else { escaped(&allowed.reason) };
        format!("allowed {} at {}:{line}: {reason}\n", allowed.finding.code, named(file.name()))
    };
    allowed.iter().map(line).collect()
}

/// How many there are of each kind: `2 errors, 1 warning`; nothing when there are none.
pub(super) fn summary(findings: &[(&Sources, &Diagnostic)]) -> String {
    let count = |severity| findings.iter().filter(|(_, found)| found.severity == severity).count();
    [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (count(severity), word(severity)))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| super::counted(count, word))
        .collect::<Vec<_>>()
        .join(", ")
}

/// One finding with its source, each line without trailing spaces.
pub(super) fn report(sources: &Sources, found: &Diagnostic, style: Style) -> String {
    let line = |at: Location| (at.file, sources.file(at.file).position(at.span.start).line);
    let shared = found.notes.iter().filter_map(|note| note.at).any(|at| line(at) == line(found.at));
    let told = found.label.as_deref().unwrap_or(if shared { "here" } else { "" });
    let mut labels = vec![Mark { at: found.at, text: told, first: true }];
    for note in &found.notes {
        labels.extend(note.at.map(|at| Mark { at, text: &note.message, first: false }));
    }
    let view = View::new(sources, &labels, style.width);
    let color = tone(found.severity);
    let config = Config::new().with_color(style.color).with_index_type(IndexType::Byte);
    let mut report = Report::build(ReportKind::Custom(word(found.severity), color), view.place(0))
        .with_config(config)
        .with_code(found.code)
        .with_message(flat(&found.message));
    for (index, label) in labels.iter().enumerate() {
        let order = view.order(index);
        report.add_label(
            Label::new(view.place(index))
                .with_message(flat(label.text))
                .with_order(order)
                .with_priority(i32::from(label.first))
                .with_color(if label.first { color } else { Color::Cyan }),
        );
    }
    let room = style.width.saturating_sub(14).max(20);
    for note in found.notes.iter().filter(|note| note.at.is_none()) {
        report.add_note(wrapped(&escaped(&note.message), room));
    }
    let help = found.help.as_ref().or_else(|| found.fixes.first().map(|fix| &fix.title));
    if let Some(help) = help {
        let mut text = wrapped(&escaped(help), room);
        for line in found.fixes.first().into_iter().flat_map(|fix| mended(sources, fix, help, room)) {
            text.push('\n');
            text.push_str(&line);
        }
        report.add_help(text);
    }
    let mut bytes = Vec::new();
    report.finish().write(&view, &mut bytes).expect("a vector takes everything");
    tidy(&String::from_utf8_lossy(&bytes), style.color)
}

/// What an edit does, where the help does not say it, and the lines that it leaves, as they would be typed; none where it
/// is nearly all of a program, or takes something away and writes nothing.
fn mended(sources: &Sources, fix: &Fix, help: &str, room: usize) -> Vec<String> {
    let Some(first) = fix.edits.first() else { return Vec::new() };
    let file = sources.file(first.at.file);
    let span = fix.edits.iter().fold(first.at.span, |span, edit| span.to(edit.at.span));
    if fix.edits.iter().any(|edit| edit.at.file != first.at.file) {
        return Vec::new();
    }
    let (text, lines) = (file.text(), file.lines());
    let start = lines.start(lines.line(span.start)) as usize;
    let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at);
    let after = fix::replace(text, &fix.edits);
    let kept = text.len() - end;
    let shown: Vec<&str> = after[start..after.len() - kept].lines().filter(|line| !line.trim().is_empty()).collect();
    let indent = shown.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let removes = fix.edits.iter().all(|edit| edit.text.trim().is_empty());
    if removes || shown.is_empty() || shown.len() > MOST_MENDED {
        return Vec::new();
    }
    let cut = |line: &&str| {
        let line = escaped(&line[indent..]);
        let short: String = line.chars().take(room.saturating_sub(3)).collect();
        if short.len() < line.len() { format!("  {short}…") } else { format!("  {line}") }
    };
    let title = (fix.title != help).then(|| wrapped(&format!("{}:", escaped(&fix.title)), room));
    title.into_iter().chain(shown.iter().map(cut)).collect()
}

/// The most lines that a mend is shown with.
const MOST_MENDED: usize = 5;

/// A place with its text.
struct Mark<'a> {
    at: Location,
    text: &'a str,
    first: bool,
}

/// What a report sees of the sources: an excerpt of each file it speaks of.
struct View {
    files: Vec<(FileId, String, Source<String>)>,
    places: Vec<(usize, std::ops::Range<usize>)>,
    order: Vec<i32>,
}

/// Ends the location that is known, before the one that the report computes from the excerpt.
const CUT: char = '\u{1}';

impl View {
    fn new(sources: &Sources, marks: &[Mark], width: usize) -> Self {
        let mut files: Vec<FileId> = Vec::new();
        for mark in marks {
            if !files.contains(&mark.at.file) {
                files.push(mark.at.file);
            }
        }
        let mut view = Self { files: Vec::new(), places: vec![(0, 0..0); marks.len()], order: vec![0; marks.len()] };
        for (index, id) in files.into_iter().enumerate() {
            let file = sources.file(id);
            let here: Vec<usize> = (0..marks.len()).filter(|&mark| marks[mark].at.file == id).collect();
            let spans: Vec<Span> = here.iter().map(|&mark| marks[mark].at.span).collect();
            let (text, places) = excerpt(file, &spans, width.saturating_sub(10).max(20));
            for (&mark, place) in here.iter().zip(places) {
                view.places[mark] = (index, place);
            }
            let position = file.position(spans[0].start);
            let name = format!("{}:{}:{}{CUT}", named(file.name()), position.line, position.column);
            view.files.push((id, name, Source::from(text)));
        }
        // Within a file from top to bottom, so that it is shown once.
        let mut sorted: Vec<usize> = (0..marks.len()).collect();
        sorted.sort_by_key(|&mark| (view.places[mark].0, view.places[mark].1.end, view.places[mark].1.start));
        for (order, mark) in sorted.into_iter().enumerate() {
            view.order[mark] = order as i32;
        }
        view
    }

    fn place(&self, mark: usize) -> (usize, std::ops::Range<usize>) {
        self.places[mark].clone()
    }

    fn order(&self, mark: usize) -> i32 {
        self.order[mark]
    }
}

impl Cache<usize> for &View {
    type Storage = String;

    fn fetch(&mut self, index: &usize) -> Result<&Source<String>, impl std::fmt::Debug> {
        Ok::<_, ()>(&self.files[*index].2)
    }

    fn display<'a>(&self, index: &'a usize) -> Option<impl std::fmt::Display + 'a> {
        Some(self.files[*index].1.clone())
    }
}

/// Drops the computed locations, stems that lead to no text, trailing spaces, and the colours of the heading that are
/// there in any case.
fn tidy(text: &str, color: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let whole = line.split_once(CUT).map(|(known, computed)| {
            let rest = computed.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
            format!("{known}{rest}")
        });
        let line = whole.as_deref().unwrap_or(line).trim_end();
        let plain = plain(line);
        if let Some(above) = lines.last_mut().filter(|above| above.matches('┬').count() == 1 && leads_nowhere(&plain))
        {
            *above = above.replace('┬', "─");
            continue;
        }
        lines.push(if color { line.to_owned() } else { plain.trim_end().to_owned() });
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut pieces = line.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    first + &pieces.map(|piece| piece.split_once('m').map_or("", |(_, rest)| rest)).collect::<String>()
}

/// Whether a line is the stem of a label that says nothing.
fn leads_nowhere(plain: &str) -> bool {
    plain.contains('╰') && plain.chars().all(|c| matches!(c, '│' | '╰' | '─' | ' '))
}

/// The name of a file, which may have line ends in it.
fn named(file: &str) -> String {
    escaped(file).replace('\n', "\\u{a}")
}

/// Text that stays on one line.
fn flat(text: &str) -> String {
    escaped(text).replace('\n', " ")
}

/// Text broken at spaces to fit a width, its own line ends kept.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for (index, word) in line.split(' ').enumerate() {
            let length = word.chars().count();
            if index > 0 && column + 1 + length > width {
                out.push('\n');
                column = 0;
            } else if index > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
    }
    out
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "hint",
    }
}

fn tone(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Info => Color::Blue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    const STYLE: Style = Style { color: false, width: 80 };

    fn at(file: FileId, start: u32, end: u32) -> Location {
        Location::new(file, Span::new(start, end))
    }

    #[test]
    fn shows_places_in_several_files() {
        let mut sources = Sources::new();
        let main = sources.add("main.prism", "import { a } from \"./m.prism\"\n\n\tgröße = a + \t\u{1b}[2Jb\r\n");
        let module = sources.add("m.prism", "export const a = 1");
        let found = Diagnostic::new(Code::T002, at(main, 42, 43), "`+` takes no agent\u{7}")
            .note_at(at(main, 9, 10), "imported here")
            .note_at(at(module, 13, 14), "declared here")
            .note("an agent is no number")
            .help(
                "call a method of it, such as `a.ask(question)`, and add what it answers to the number that you have",
            );
        insta::assert_snapshot!(report(&sources, &found, STYLE));
    }

    #[test]
    fn shows_every_place_of_every_text() {
        let mut sources = Sources::new();
        let file = sources.add("x", "a\n\n家b\r\nlast\n");
        let length = sources.file(file).text().len() as u32;
        for start in 0..=length {
            for end in start..=length {
                let found = Diagnostic::new(Code::P001, at(file, start, end), "x").note_at(at(file, end, end), "y");
                let shown = report(&sources, &found, STYLE);
                let place = sources.file(file).position(start);
                assert!(shown.contains(&format!("x:{}:{} ", place.line, place.column)), "{shown}");
                assert!(shown.lines().all(|line| line.trim_end() == line));
            }
        }
    }

    #[test]
    fn shows_errors_first_where_there_are_many() {
        let mut sources = Sources::new();
        let file = sources.add("x", "a");
        let warning = Diagnostic::new(Code::T012, at(file, 0, 1), "never reached");
        let error = Diagnostic::new(Code::P001, at(file, 0, 1), "unexpected `a`");
        let found = std::iter::repeat_n(&warning, 60).chain([&error]);
        let all: Vec<(&Sources, &Diagnostic)> = found.map(|found| (&sources, found)).collect();
        let shown = findings(&all, STYLE);
        assert!(shown.contains("[P001] error: unexpected `a`"));
        assert!(shown.ends_with("… and 11 more\n"), "{shown}");
        assert_eq!(summary(&all), "1 error, 60 warnings");
    }
}
