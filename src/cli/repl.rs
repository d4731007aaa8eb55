//! `prism repl`: one line after the other.
//!
//! What was entered so far is one program, and each entry runs it again from its beginning in a fresh world with the same
//! seed. Everything that happened before happens again exactly, so only what is new is shown, and every rule of the
//! language holds as it does in a file.

use std::path::PathBuf;
use std::sync::Arc;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::front;
use super::run::{Bounds, agents, placed, said};
use super::screen::{Style, print, warn};
use super::{ColorChoice, Exit, Usage, render};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity};
use crate::engine::{self, Checked, Drive, Examination};
use crate::host::{Directory, Kind, Request};
use crate::source::{Location, Span};
use crate::value::{Limits, Value, display};

/// Try things out, line by line
#[derive(clap::Args, Debug)]
pub(super) struct Repl {
    /// The agents, in YAML, TOML or JSON
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
}

struct Session {
    text: String,
    /// The requests that needed no reply and were shown already.
    shown: usize,
    limits: Limits,
    bound: Directory,
    style: Style,
}

impl Repl {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let limits = self.bounds.limits()?;
        let bound = agents(self.agents.as_deref())?;
        let mut session = Session { text: String::new(), shown: 0, limits, bound, style: Style::stdout(color) };
        let mut editor = DefaultEditor::new().map_err(|error| Usage::new(format!("there is no terminal: {error}")))?;
        let mut entry = String::new();
        loop {
            let prompt = if entry.is_empty() { "> " } else { "… " };
            match editor.readline(prompt) {
                Ok(line) => {
                    let blank = line.trim().is_empty();
                    if blank && entry.is_empty() {
                        continue;
                    }
                    entry.push_str(&line);
                    entry.push('\n');
                    if session.enter(&entry, blank) {
                        let _ = editor.add_history_entry(entry.trim_end());
                        entry.clear();
                    }
                }
                Err(ReadlineError::Interrupted) if !entry.is_empty() => entry.clear(),
                Err(ReadlineError::Interrupted | ReadlineError::Eof) => return Ok(Exit::Fine),
                Err(error) => return Err(Usage::new(format!("cannot read the next line: {error}"))),
            }
        }
    }
}

impl Session {
    /// Takes an entry in; says whether it was whole, so that the next line begins a new one.
    fn enter(&mut self, entry: &str, forced: bool) -> bool {
        // Where an entry only declares, its value is this null and not that of the entry before.
        let program = front::examine_text("<repl>", &format!("{}null\n{entry}", self.text));
        let refusing: Vec<&Diagnostic> = program
            .findings
            .iter()
            .filter(|found| found.severity == Severity::Error && found.code.name().starts_with('P'))
            .collect();
        let open = |found: &&Diagnostic| found.code == Code::P002 && found.at.span.end as usize + 1 >= self.text.len();
        if !forced && refusing.iter().any(open) {
            return false;
        }
        if !refusing.is_empty() {
            let all: Vec<_> = refusing.into_iter().map(|found| (&program.sources, found)).collect();
            warn(&render::findings(&all, self.style));
            return true;
        }
        match self.evaluate(&program) {
            Ok((value, shown)) => {
                if let Some(value) = value {
                    print(&format!("{value}\n"));
                }
                self.text.push_str(entry);
                self.shown = shown;
            }
            Err(found) => warn(&render::report(&program.sources, &found, self.style)),
        }
        true
    }

    /// Runs all that was entered; gives the last value as it is shown, and how much was said.
    fn evaluate(&self, program: &Examination) -> Result<(Option<String>, usize), Diagnostic> {
        let at = Location::new(program.file, Span::at(0));
        let declarations = &program.program;
        let directory = engine::directory(declarations, &self.bound)
            .map_err(|problems| Diagnostic::new(Code::R033, at, problems.join("; ")))?;
        let mut diagnostics = Diagnostics::new();
        let compiled =
            Checked::new(declarations.clone(), &diagnostics).map(|checked| checked.compile(&mut diagnostics));
        let Some(compiled) = compiled.filter(|_| !diagnostics.has_errors()) else {
            let first = diagnostics.into_vec().into_iter().next();
            return Err(first.unwrap_or_else(|| Diagnostic::new(Code::P007, at, "this cannot be compiled")));
        };
        let mut drive = Drive::new(&compiled, self.limits.clone(), Arc::new(directory), Value::NULL);
        let mut count = 0;
        let mut show = |request: &Request| {
            if let Kind::Print { .. } = request.kind {
                count += 1;
                if count > self.shown {
                    said(request, false);
                }
            }
        };
        let value = drive.statements(&mut show).map_err(|failure| placed(&failure, at))?;
        let meter = drive.machine().meter();
        let shown = match value.is_null() && value.is_exact() {
            true => None,
            false => Some(
                display::show(&value, meter).map_err(|fault| Diagnostic::new(fault.code, at, fault.message.clone()))?,
            ),
        };
        Ok((shown, count))
    }
}
