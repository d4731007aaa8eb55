//! What is wrong with a program, as values.
//!
//! Every stage takes `&mut Diagnostics` and adds what it finds; nothing prints. Renderers live where their dependencies
//! are: JSON and SARIF beside this module, text for people on the surface floor.

use crate::source::{Location, Span};

mod code;
mod escape;
pub mod explanation;
pub mod fix;
pub mod json;
pub mod sarif;
mod suggest;

pub use code::{CODES, Code, Entry};
pub use escape::{escaped, is_treacherous};
pub use suggest::nearest;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The program is refused.
    Error,
    /// Worth a look; refuses under `--strict`.
    Warning,
    /// Never refuses.
    Info,
}

/// One finding.
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How much it weighs; the code's own severity unless the finding says otherwise.
    pub severity: Severity,
    /// What is wrong: lower case, no final stop, user text in backticks.
    pub message: String,
    /// Where.
    pub at: Location,
    /// A short text at the place itself.
    pub label: Option<String>,
    /// Further places and facts, in the order they should be read.
    pub notes: Vec<Note>,
    /// One next step.
    pub help: Option<String>,
    /// Edits that mend it, the best first; each has been applied and checked again before it is offered.
    pub fixes: Vec<Fix>,
}

/// A further fact, with its place where it has one.
#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    /// The fact.
    pub message: String,
    /// Where it can be seen.
    pub at: Option<Location>,
}

/// A set of edits that belong together.
#[derive(Clone, PartialEq, Debug)]
pub struct Fix {
    /// What it does, as an order: ``write `let` ``.
    pub title: String,
    /// Whether it may be applied without asking.
    pub certain: bool,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// One replacement of text.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub at: Location,
    /// What stands there afterwards.
    pub text: String,
}

impl Diagnostic {
    /// A finding with its code's own severity.
    pub fn new(code: Code, at: Location, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            at,
            label: None,
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// With another severity than the code's own.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With a text at the place itself.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = Some(text.into());
        self
    }

    /// With a further fact that has no place.
    pub fn note(mut self, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: message.into(), at: None });
        self
    }

    /// With a further fact and its place.
    pub fn note_at(mut self, at: Location, message: impl Into<String>) -> Self {
        self.notes.push(Note { message: message.into(), at: Some(at) });
        self
    }

    /// With one next step.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// With a certain mend that replaces one range of the same file.
    pub fn fix(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let at = Location::new(self.at.file, span);
        self.mend(Fix { title: title.into(), certain: true, edits: vec![Edit { at, text: text.into() }] })
    }

    /// With a mend.
    pub fn mend(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }
}

/// All findings of a run of stages.
#[derive(Clone, Default, Debug)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether any finding refuses the program.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// The findings in the order they were made.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Keeps of the findings from the `first` on those that are wanted; each is given with its number.
    pub fn keep_from(&mut self, first: usize, mut wanted: impl FnMut(usize, &Diagnostic) -> bool) {
        let mut number = 0;
        self.list.retain(|finding| {
            number += 1;
            number <= first || wanted(number - 1, finding)
        });
    }

    /// Sorts by file and place, keeping the order of findings at one place, and drops exact repetitions.
    pub fn settle(&mut self) {
        self.list.sort_by_key(|d| (d.at.file, d.at.span.start, d.at.span.end));
        self.list.dedup();
    }

    /// The findings themselves.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.list
    }
}
