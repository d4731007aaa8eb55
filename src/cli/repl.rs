//! `prism repl`: one line after the other.
//!
//! What was entered so far is one program, and each entry runs it again from its beginning in a fresh world with the same
//! seed. Everything that happened before happens again exactly, so only what is new is shown, and every rule of the
//! language holds as it does in a file.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::Editor;
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;

use super::complete::Guide;
use super::front;
use super::run::{Bounds, agents, placed, said};
use super::screen::{Style, print, warn};
use super::{ColorChoice, Exit, Usage, interrupt, render};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity, escaped};
use crate::engine::{self, Checked, Drive, Examination, Origins};
use crate::hir::Program;
use crate::host::{Directory, Kind, Request};
use crate::source::{Location, Span};
use crate::value::{Confidence, Fault, Limits, Meter, Value, View, display, json};
use crate::vm::Vm;

/// Try things out, line by line
#[derive(clap::Args, Debug)]
pub(super) struct Repl {
    /// The agents, in YAML, TOML or JSON
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
}

/// What a line that begins with a colon asks for, and what it is told.
pub(super) const COMMANDS: &[(&str, &str)] = &[
    ("type", "`:type EXPR` says what kind of value an expression gives"),
    ("why", "`:why EXPR` says where its confidence came from"),
    ("forget", "`:forget` begins anew"),
    ("help", "`:help` says this"),
    ("quit", "`:quit` ends, as do `:q` and ctrl-d; ctrl-c drops what was typed"),
];

/// What other languages' prompts are left with.
const LEAVING: [&str; 2] = ["exit", "quit"];

/// Stands between what was entered and an entry. Where an entry only declares, its value is this null and not that of the
/// entry before, and an entry does not go on with the one before.
const BETWEEN: &str = "null;\n";

struct Session {
    text: String,
    /// The requests that needed no reply and were shown already.
    shown: usize,
    limits: Limits,
    bound: Directory,
    style: Style,
    /// Names that were declared.
    names: Vec<String>,
    /// The agents there are.
    agents: Vec<String>,
    /// Set by whoever wants an entry to end.
    cancelled: Arc<AtomicBool>,
}

/// What becomes of a line.
enum Entry {
    /// It is done with.
    Whole,
    /// It goes on with the next.
    Open,
    /// It was the last.
    Last,
}

/// What ends the lines of an entry so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// The line itself.
    None,
    /// An empty line: what brackets hold goes on behind it.
    Blank,
    /// A second empty line, or nothing more to read.
    End,
}

impl Repl {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let limits = self.bounds.limits()?;
        let bound = agents(self.agents.as_deref())?;
        let style = Style::stdout(color);
        // What is read from a pipe ends as a whole.
        let cancelled = if std::io::stdin().is_terminal() { interrupt::typed() } else { Arc::default() };
        let (text, names) = (String::new(), Vec::new());
        let agents = called(&bound);
        let mut session = Session { text, shown: 0, limits, bound, style, names, agents, cancelled };
        let editor = Editor::<Guide, DefaultHistory>::new();
        let mut editor = editor.map_err(|error| Usage::new(format!("there is no terminal: {error}")))?;
        editor.set_helper(Some(session.guide()));
        let mut entry = String::new();
        let mut told = false;
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
                    let gap = match blank {
                        true if entry.ends_with("\n\n\n") => Gap::End,
                        true => Gap::Blank,
                        false => Gap::None,
                    };
                    match session.enter(&entry, gap) {
                        Entry::Open => {}
                        Entry::Last => return Ok(Exit::Fine),
                        Entry::Whole => {
                            let _ = editor.add_history_entry(entry.trim_end());
                            entry.clear();
                            editor.set_helper(Some(session.guide()));
                        }
                    }
                }
                Err(ReadlineError::Interrupted) => {
                    if entry.is_empty() && !std::mem::replace(&mut told, true) {
                        print("ctrl-d or `:quit` ends\n");
                    }
                    entry.clear();
                }
                Err(ReadlineError::Eof) => {
                    // What waits for more is told what is missing.
                    if !entry.is_empty() {
                        session.enter(&entry, Gap::End);
                    }
                    return Ok(Exit::Fine);
                }
                Err(error) => return Err(Usage::new(format!("cannot read the next line: {error}"))),
            }
        }
    }
}

impl Session {
    /// Takes an entry in.
    fn enter(&mut self, entry: &str, gap: Gap) -> Entry {
        if let Some(command) = entry.trim().strip_prefix(':') {
            let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
            return self.command(name, rest.trim());
        }
        let word = entry.trim().trim_start_matches('.').trim_end_matches("()");
        if LEAVING.contains(&word) && !self.names.iter().any(|name| name == word) {
            return Entry::Last;
        }
        let (text, entry) = self.redone(entry);
        let before = std::mem::replace(&mut self.text, text);
        let Some(program) = self.read(&entry, gap) else {
            self.text = before;
            return Entry::Open;
        };
        let mut taken = false;
        if let Ok(program) = program {
            match self.evaluate(&program, &program.program, &mut |_: &Request| {}) {
                Ok((value, shown, mut drive)) => {
                    if !value.is_null() || !value.is_exact() {
                        self.show(&value, drive.machine());
                    }
                    self.text.push_str(&entry);
                    self.shown = shown;
                    self.names = names(&program.program);
                    let all = engine::directory(&program.program, &self.bound).unwrap_or_default();
                    self.agents = called(&all);
                    taken = true;
                }
                Err(found) => warn(&render::report(&program.sources, &found, self.style)),
            }
        }
        if !taken {
            self.text = before;
        }
        Entry::Whole
    }

    /// What stands before the next entry: nothing before the first.
    fn between(&self) -> &'static str {
        if self.text.is_empty() { "" } else { BETWEEN }
    }

    /// What was entered, and an entry in which a name that is declared already gets its new value instead.
    fn redone(&self, entry: &str) -> (String, String) {
        let same = || (self.text.clone(), entry.to_owned());
        let (mut text, mut changed) = same();
        let whole = format!("{text}{}{entry}", self.between());
        let from = whole.len() - entry.len();
        let program = front::examine_text("<repl>", &whole);
        let places = program.findings.iter().filter_map(|found| {
            let (here, there) = (found.at.span, found.notes.first()?.at?.span);
            match found.code {
                Code::P011 => Some((here, there.start as usize)),
                // It was assigned before, and now it is declared.
                Code::P012 => Some((there, here.start as usize)),
                _ => None,
            }
        });
        let mut places: Vec<(Span, usize)> =
            places.filter(|(new, old)| new.start as usize >= from && *old < from).collect();
        places.sort_unstable_by_key(|(new, _)| std::cmp::Reverse(new.start));
        for &(new, old) in &places {
            let (start, end) = (new.start as usize - from, new.end as usize - from);
            let before = entry[..start].trim_end();
            let keyword = |word: &&&str| before.ends_with(**word);
            if before.ends_with("function") {
                let name = &entry[start..end];
                changed.replace_range(before.len() - "function".len()..end, &format!("{name} = function "));
            } else if let Some(word) = ["let", "const", "var"].iter().find(keyword) {
                changed.replace_range(before.len() - word.len()..start, "");
            } else {
                return same();
            }
            let declared = text[..old].trim_end();
            if let Some(at) = declared.strip_suffix("const").map(str::len) {
                text.replace_range(at..at + "const".len(), "let  ");
            }
        }
        if !places.is_empty() {
            changed.push_str("null\n");
        }
        (text, changed)
    }

    /// What may complete a word now.
    fn guide(&self) -> Guide {
        Guide { names: self.names.clone(), agents: self.agents.clone() }
    }

    fn show(&self, value: &Value, machine: &Vm) {
        let mut meter = Meter::new(self.limits.clone());
        let text = match json::can_leave(value, &mut meter) {
            Err(fault) if fault.code == Code::R014 => {
                outline(value, machine, &mut meter).map(|text| display::escape(&text))
            }
            _ => display::show(value, &mut meter),
        };
        match text {
            Ok(text) => print(&format!("{text}\n")),
            Err(fault) => warn(&format!("{}\n", fault.message)),
        }
    }

    /// The program with an entry behind it: nothing when more must follow, and an error when it was refused.
    fn read(&self, entry: &str, gap: Gap) -> Option<Result<Examination, ()>> {
        let program = front::examine_text("<repl>", &format!("{}{}{entry}", self.text, self.between()));
        let refusing: Vec<&Diagnostic> = program
            .findings
            .iter()
            .filter(|found| found.severity == Severity::Error && found.code.name().starts_with('P'))
            .collect();
        // A bracket or text that this entry opened may be closed by the next line, and what stops at its end may go on.
        let text = program.sources.file(program.file).text();
        let open = |found: &&Diagnostic| {
            let rest = text.get(found.at.span.end as usize..).unwrap_or_default();
            match found.code {
                Code::P002 => {
                    let here = found.at.span.end as usize > self.text.len();
                    let closed = ["closes nothing", "on its line"].iter().any(|it| found.message.contains(it));
                    here && !closed && gap != Gap::End
                }
                _ => {
                    let stopped = ["end of the text", "end of the line"].iter().any(|it| found.message.ends_with(it));
                    stopped && rest.trim().is_empty() && gap == Gap::None
                }
            }
        };
        // What is said of the next declaration waits for it.
        let said = entry.lines().last().is_some_and(|line| line.trim_start().starts_with("///")) && gap == Gap::None;
        if said || refusing.iter().any(open) {
            return None;
        }
        if refusing.is_empty() {
            return Some(Ok(program));
        }
        let all: Vec<_> = refusing.into_iter().map(|found| (&program.sources, found)).collect();
        warn(&render::findings(&all, self.style));
        Some(Err(()))
    }

    fn command(&mut self, name: &str, rest: &str) -> Entry {
        match name {
            "quit" | "q" | "exit" => return Entry::Last,
            "forget" => {
                (self.text, self.shown, self.names) = (String::new(), 0, Vec::new());
                self.agents = called(&self.bound);
            }
            "help" | "h" | "?" => COMMANDS.iter().for_each(|(_, said)| print(&format!("{said}\n"))),
            "type" | "why" if rest.is_empty() => print(&format!("write an expression behind `:{name}`\n")),
            "type" => self.ask(rest, false),
            "why" => self.ask(rest, true),
            _ => {
                let known: Vec<String> = COMMANDS.iter().map(|(name, _)| format!("`:{name}`")).collect();
                warn(&format!("there is no `:{}`; there are {}\n", escaped(name), known.join(", ")));
            }
        }
        Entry::Whole
    }

    /// Says of an expression what it is, or where its confidence came from.
    fn ask(&self, expr: &str, why: bool) {
        let Some(Ok(program)) = self.read(&format!("{expr}\n"), Gap::End) else { return };
        let recording = match why {
            true => Arc::new(engine::record(&program.program)),
            false => program.program.clone(),
        };
        let mut origins = Origins::default();
        let ended = self.evaluate(&program, &recording, &mut |request: &Request| origins.note(request));
        match ended {
            Err(found) => warn(&render::report(&program.sources, &found, self.style)),
            Ok((value, _, _)) if !why => print(&format!("{}\n", kind_of(&value))),
            Ok((value, _, _)) => {
                let lines = origins.of_last(&program.program);
                if lines.is_empty() {
                    print(&format!(
                        "{} {}\n",
                        percent(value.least().confidence.number()),
                        value.least().evidence.name()
                    ));
                }
                for (depth, span, sure) in lines {
                    let text = program.sources.text(Location::new(program.file, span));
                    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    let text: String =
                        if text.chars().count() > 60 { text.chars().take(59).chain(['…']).collect() } else { text };
                    let (indent, evidence) = ("  ".repeat(depth), &sure.evidence);
                    print(&format!("{indent}{} {evidence}  {}\n", percent(sure.confidence), escaped(&text)));
                }
            }
        }
    }

    /// Runs all that was entered; gives the last value, and how much was said.
    fn evaluate(
        &self,
        program: &Examination,
        declarations: &Arc<Program>,
        note: &mut dyn FnMut(&Request),
    ) -> Result<(Value, usize, Drive), Diagnostic> {
        let at = Location::new(program.file, Span::at(0));
        let directory = engine::directory(declarations, &self.bound)
            .map_err(|problems| Diagnostic::new(Code::R033, at, problems.join("; ")))?;
        let mut diagnostics = Diagnostics::new();
        // Between two entries handlers run.
        let pausing = Arc::new(engine::pausing(declarations));
        let compiled = Checked::new(pausing, &diagnostics).map(|checked| checked.compile(&mut diagnostics));
        let Some(compiled) = compiled.filter(|_| !diagnostics.has_errors()) else {
            let first = diagnostics.into_vec().into_iter().next();
            return Err(first.unwrap_or_else(|| Diagnostic::new(Code::P007, at, "this cannot be compiled")));
        };
        self.cancelled.store(false, Ordering::Relaxed);
        let drive = Drive::new(&compiled, self.limits.clone(), Arc::new(directory), Value::NULL);
        let mut drive = drive.ended_by(self.cancelled.clone()).handling_at_once();
        let mut count = 0;
        let mut show = |request: &Request| {
            note(request);
            if let Kind::Print { .. } = request.kind {
                count += 1;
                if count > self.shown {
                    said(request, false);
                }
            }
        };
        let value = drive.statements(&mut show).map_err(|failure| placed(&failure, at))?;
        Ok((value, count, drive))
    }
}

fn percent(confidence: Option<f64>) -> String {
    let shown = display::percent(confidence.and_then(Confidence::from_number).unwrap_or(Confidence::UNKNOWN));
    let shown = format!("~{shown}");
    format!("{shown:>5}")
}

/// A value that is no plain data, with its agents by their names.
fn outline(value: &Value, machine: &Vm, meter: &mut Meter) -> Result<String, Fault> {
    let text = match value.view() {
        View::Agent(agent) => format!("agent {}", machine.called(agent.id)),
        View::List(list) => {
            let items: Vec<String> = list.iter().map(|item| outline(item, machine, meter)).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(","))
        }
        View::Object(object) => {
            let mut members = Vec::new();
            for (key, value) in object.iter() {
                let mut member = String::new();
                json::quote(&mut member, key.as_str());
                members.push(format!("{member}:{}", outline(value, machine, meter)?));
            }
            format!("{{{}}}", members.join(","))
        }
        View::Text(_) => display::quoted(value, meter)?,
        _ => display::show(value, meter)?,
    };
    meter.text(text.len() as u64)?;
    Ok(text)
}

/// What agents are called.
fn called(agents: &Directory) -> Vec<String> {
    agents.agents().iter().map(|agent| agent.name.to_string()).collect()
}

/// The names that a program declares.
fn names(program: &Program) -> Vec<String> {
    let Some(module) = program.modules.last() else { return Vec::new() };
    let locals = program.functions[module.body.0 as usize].locals.iter().filter_map(|local| local.name);
    let globals = program.globals.iter().filter(|global| global.file == module.file).map(|global| global.name);
    locals.chain(globals).map(|name| program.names.text(name).to_owned()).collect()
}

/// What kind of value this is, in the notation of annotations.
fn kind_of(value: &Value) -> String {
    match value.view() {
        View::List(list) => {
            let mut kinds: Vec<String> = list.iter().map(kind_of).collect();
            kinds.sort_unstable();
            kinds.dedup();
            match &kinds[..] {
                [] => "any[]".to_owned(),
                [one] if !one.contains(' ') || one.starts_with('{') => format!("{one}[]"),
                several => format!("({})[]", several.join(" | ")),
            }
        }
        View::Object(object) => {
            let fields: Vec<String> =
                object.iter().map(|(key, value)| format!("{}: {}", key.as_str(), kind_of(value))).collect();
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        View::Agent(_) => "Agent".to_owned(),
        _ => value.kind().name().to_owned(),
    }
}
