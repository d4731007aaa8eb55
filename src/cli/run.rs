//! `prism run`: a program from its text to its result, with agents whose answers stand in a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

use super::disk::Disk;
use super::front;
use super::input::{self, Input};
use super::screen::{Style, print, warn};
use super::{ColorChoice, Exit, Usage, interrupt, policy, render, source};
use crate::check::{Policy, Setting};
use crate::diagnostic::{self, Code, Diagnostic, Diagnostics, Severity};
use crate::engine::{self, Checked, Drive, Examination, Note, Show};
use crate::hir;
use crate::host::{self, Directory, Kind, Request, Stream};
use crate::mend;
use crate::source::{Location, Sources, Span};
use crate::value::{self, Fault, Lanes, Limits, Meter, NESTING, display, shaped};
use crate::vm::Failure;

/// Run a program
#[derive(clap::Args, Debug)]
pub(super) struct Run {
    /// The program, or `-` for standard input
    #[arg(value_name = "FILE")]
    program: PathBuf,
    /// The pattern to run, where the file has several
    #[arg(long, value_name = "NAME")]
    entry: Option<String>,
    /// The input
    #[arg(long, value_name = "JSON", conflicts_with = "input_file", allow_negative_numbers = true)]
    input: Option<String>,
    /// A file with the input, or `-` for standard input
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
    /// The input has the shape of a result: value, confidence, evidence, parts
    #[arg(long)]
    shaped: bool,
    /// The agents, in YAML, TOML or JSON
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    /// Write down what goes between the program and the world, one line of JSON each
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Print the result as JSON, and nothing else
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    bounds: Bounds,
    /// What the operator rules, in TOML: limits, what effects need, who may be asked
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Run what the validator refuses, within its limits
    #[arg(long)]
    unchecked: bool,
}

/// What a run may use.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Bounds {
    /// The steps it may take
    #[arg(long, value_name = "N", value_parser = amount, allow_negative_numbers = true)]
    fuel: Option<u64>,
    /// The memory it may hold, such as `64MiB`
    #[arg(long, value_name = "BYTES", value_parser = amount, allow_negative_numbers = true)]
    memory: Option<u64>,
    /// The time it may take, such as `30s`
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    timeout: Option<String>,
    /// Any limit by its name, such as `list=10000000`
    #[arg(long, value_name = "NAME=N")]
    limit: Vec<String>,
}

/// A whole number, also of thousands or bytes: `1_000`, `10k`, `64MiB`.
fn amount(text: &str) -> Result<u64, String> {
    let end = text.find(|char: char| !(char.is_ascii_digit() || char == '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kb" => Some(1_000),
        "m" | "mb" => Some(1_000_000),
        "g" | "gb" => Some(1_000_000_000),
        "kib" => Some(1 << 10),
        "mib" => Some(1 << 20),
        "gib" => Some(1 << 30),
        _ => None,
    };
    let number = number.replace('_', "").parse::<u64>().ok();
    let amount = number.zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    amount.ok_or_else(|| "write a whole number, such as `1000000` or `64MiB`".to_owned())
}

impl Bounds {
    /// The limits of a run.
    pub(super) fn limits(&self) -> Result<Limits, Usage> {
        let mut limits = Limits::RUN;
        limits.counts_virtual = self.timeout.is_some() || self.limit.iter().any(|limit| limit.starts_with("time="));
        for limit in &self.limit {
            let Some((name, number)) = limit.split_once('=') else {
                return Err(Usage::new(format!("`--limit {limit}` names no number; write `--limit list=10000000`")));
            };
            let read = match name {
                "time" => host::duration(&Json::from(number)).map(|time| time as u64),
                _ => number.replace('_', "").parse().ok(),
            };
            let Some(number) = read else {
                return Err(Usage::new(format!("`{number}` in `--limit {limit}` is no whole number from 0")));
            };
            match limits.named(name) {
                Some(_) if name == "nesting" && number > u64::from(NESTING) => {
                    let why = "it bounds every walk over a value";
                    return Err(Usage::new(format!(
                        "`nesting` is at most {NESTING}, because {why}; lower it, or leave it"
                    )));
                }
                Some(known) => *known = number,
                None => {
                    let known = Limits::NAMES.join("`, `");
                    return Err(Usage::new(format!("there is no limit `{name}`; there are `{known}`")));
                }
            }
        }
        limits.steps = self.fuel.unwrap_or(limits.steps);
        limits.memory = self.memory.unwrap_or(limits.memory);
        if let Some(timeout) = &self.timeout {
            let time = host::duration(&Json::String(timeout.clone()));
            let time =
                time.ok_or_else(|| Usage::new(format!("`--timeout {timeout}` is no time; write one such as `30s`")))?;
            limits.time = time as u64;
        }
        Ok(limits)
    }
}

impl Run {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let policy = policy::read(self.policy.as_deref())?;
        let limits = self.bounds.limits()?;
        let limits = policy.as_ref().map_or(limits.clone(), |policy| policy.limit(limits));
        let ruled = policy.as_ref().map(|policy| policy.limits.clone()).unwrap_or_default();
        let reached = limits.clone();
        let bound = agents(self.agents.as_deref())?;
        let input = Input::read(self.input.as_deref(), self.input_file.as_deref(), &self.program)?;
        let style = Style::stderr(color);
        let mut program = front::examine(&self.program)?;
        let bound_here = self.agents.is_some().then(|| bound.clone());
        let setting = Setting { shaped: self.shaped, bound: true, ..setting(bound_here, policy) };
        if self.unchecked {
            program.findings.retain(|finding| finding.code.name().starts_with('P'));
        } else {
            program = program.validate(&setting);
        }
        if program.errors() > 0 {
            mend::offer(&mut program, &Disk, &setting);
            if self.json {
                print(&refusal(&program.sources, errors(&program)));
            }
            report(&program, style);
            return Ok(Exit::Failed);
        }
        let record = self.record(&program.sources)?;
        let outcome = self.outcome(&mut program, limits, &bound, input, record);
        match outcome {
            Ok(Ended { text, late, recorded }) => {
                print(&text);
                let exit = if recorded { Exit::Fine } else { Exit::Failed };
                Ok(late.map_or(exit, |diagnostic| {
                    warn(&render::report(&program.sources, &diagnostic, style));
                    exit_of(&diagnostic)
                }))
            }
            Err(mut diagnostic) => {
                told_of_policy(&mut diagnostic, &ruled, reached);
                if self.json {
                    print(&refusal(&program.sources, [&diagnostic]));
                }
                warn(&render::report(&program.sources, &diagnostic, style));
                Ok(exit_of(&diagnostic))
            }
        }
    }

    /// How it ended with a result.
    fn outcome(
        &self,
        program: &mut Examination,
        limits: Limits,
        bound: &Directory,
        input: Option<Input>,
        record: Option<BufWriter<File>>,
    ) -> Result<Ended, Diagnostic> {
        let checked = Checked::examined(program);
        let declarations = &program.program;
        let entry = hir::entry(declarations, self.entry.as_deref())?;
        let head = declarations.functions[entry.0 as usize].head;
        let at = Location::new(
            program.file,
            if declarations.functions[entry.0 as usize].kind == hir::Kind::Module { Span::at(0) } else { head },
        );
        let given = Location::new(program.file, declarations.functions[entry.0 as usize].body.last());
        let unfit = |fault: Fault| Diagnostic::new(fault.code, given, fault.message.clone());
        let directory = engine::directory(declarations, bound)
            .map_err(|problems| Diagnostic::new(Code::R033, at, problems.join("; ")))?;
        let mut diagnostics = Diagnostics::new();
        let compiled = checked.map(|checked| checked.compile(&mut diagnostics));
        let Some(compiled) = compiled.filter(|_| !diagnostics.has_errors()) else {
            return Err(diagnostics
                .into_vec()
                .into_iter()
                .next()
                .unwrap_or_else(|| Diagnostic::new(Code::P007, at, "this program cannot be compiled")));
        };
        let mut outside = outside(&limits);
        let read = input.map(|input| input.value(self.shaped, &mut outside, &mut program.sources)).transpose()?;
        let input = read.clone().unwrap_or_default();
        let seed = RandomState::new().hash_one(std::process::id());
        let drive = Drive::new(&compiled, limits, Arc::new(directory.clone()), input.clone());
        let drive = drive.ended_by(interrupt::wished());
        let mut drive = drive.live(since_1970().as_secs_f64() * 1_000.0, seed);
        let kept_back = if std::io::stdout().is_terminal() { 0 } else { KEPT_BACK };
        let mut screen = Screen { quiet: self.json, said: String::new(), kept_back, record };
        let ended = drive.run(&compiled, entry, &input, &directory, &mut screen);
        let entry = &declarations.functions[entry.0 as usize];
        let advised = |failure: Failure| input::advise(placed(&failure, at), declarations, entry, read.as_ref());
        let value = ended.map_err(advised)?;
        let late = drive.late_failure().map(|failure| placed(&failure, at));
        let recorded = self.record.is_none() || screen.record.is_some();
        if self.json {
            let shape = shaped::write(&value, &mut outside).map_err(unfit)?;
            return Ok(Ended { text: format!("{shape}\n"), late, recorded });
        }
        let mut shown = display::show(&value, &mut outside).map_err(unfit)?;
        value::json::can_leave(&value, &mut outside).map_err(unfit)?;
        shown.push('\n');
        Ok(Ended { text: shown, late, recorded })
    }

    /// The file that the record goes to.
    fn record(&self, sources: &Sources) -> Result<Option<BufWriter<File>>, Usage> {
        let Some(path) = &self.record else { return Ok(None) };
        let given = [&self.input_file, &self.agents, &self.policy].into_iter().flatten().map(PathBuf::as_path);
        source::apart("--record", path, given.chain(sources.files().map(|(_, file)| Path::new(file.name()))))?;
        let file = File::create(path)
            .map_err(|error| Usage::new(format!("cannot write `{}`: {}", path.display(), source::reason(&error))))?;
        Ok(Some(BufWriter::new(file)))
    }
}

/// How a run ended that has a result.
struct Ended {
    text: String,
    /// How a handler failed after it.
    late: Option<Diagnostic>,
    /// Whether all that was to be written down is.
    recorded: bool,
}

/// How a run ends that failed.
fn exit_of(diagnostic: &Diagnostic) -> Exit {
    let limit = (Code::R090..=Code::R097).contains(&diagnostic.code);
    if limit { Exit::Limit } else { Exit::Failed }
}

/// Tells who reached a limit of the policy that it is one: no option raises it.
fn told_of_policy(found: &mut Diagnostic, ruled: &BTreeMap<String, u64>, mut reached: Limits) {
    let said = |option: &str| found.message.contains(&format!("`--{option}"));
    let options = [("steps", "fuel`"), ("memory", "memory`"), ("time", "timeout`")];
    let named = options.iter().find(|(_, option)| said(option)).map(|(name, _)| *name);
    let Some(name) = named.or_else(|| Limits::NAMES.into_iter().find(|name| said(&format!("limit {name}=")))) else {
        return;
    };
    let most = reached.named(name).map(|limit| *limit);
    if most.is_some() && ruled.get(name).copied() == most {
        let what = found.message.split("; ").next().unwrap_or_default();
        found.message = format!("{what}; the policy allows no more, so do less");
    }
}

/// The meter of what is done for a run outside of it: reading its input and showing its result take nothing of what it may
/// take itself.
fn outside(limits: &Limits) -> Meter {
    let steps = limits.steps.max(Limits::RUN.steps);
    let memory = limits.memory.max(Limits::RUN.memory);
    Meter::new(Limits { steps, memory, ..limits.clone() })
}

/// A failure as a finding; one without a place is about the entry.
pub(super) fn placed(failure: &Failure, entry: Location) -> Diagnostic {
    let mut failure = failure.clone();
    failure.locate(entry);
    failure.diagnostic()
}

/// Shows what a program says, and writes down the rest where somebody wants that.
struct Screen {
    quiet: bool,
    /// What was said and not written yet: many lines are one call of the system.
    said: String,
    /// How many bytes may wait; none where somebody watches.
    kept_back: usize,
    record: Option<BufWriter<File>>,
}

/// The most that is kept back where nobody watches, in bytes.
const KEPT_BACK: usize = 1 << 16;

impl Show for Screen {
    fn show(&mut self, request: &Request) {
        if let Kind::Print { stream: Stream::Output, text } = &request.kind
            && !self.quiet
        {
            self.said.push_str(text);
            self.said.push('\n');
            if self.said.len() >= self.kept_back {
                self.pause();
            }
            return;
        }
        // What goes elsewhere appears in its turn.
        self.pause();
        said(request, self.quiet);
    }

    fn pause(&mut self) {
        if !self.said.is_empty() {
            print(&self.said);
            self.said.clear();
        }
    }

    fn note(&mut self, note: Note<'_>) {
        let Some(record) = &mut self.record else { return };
        let written = serde_json::to_writer(&mut *record, &note).map_err(std::io::Error::from);
        // Whatever happens next, what was asked stands in the file.
        if let Err(error) = written.and_then(|()| record.write_all(b"\n")).and_then(|()| record.flush()) {
            warn(&format!("prism: the record ends here: {}\n", source::reason(&error)));
            self.record = None;
        }
    }
}

/// Shows what needs no reply.
pub(super) fn said(request: &Request, quiet: bool) {
    if let Kind::Print { stream, text } = &request.kind {
        let line = format!("{text}\n");
        match stream {
            Stream::Output if !quiet => print(&line),
            _ => warn(&line),
        }
    }
}

/// What refuses a program.
fn errors(program: &Examination) -> impl Iterator<Item = &Diagnostic> {
    program.findings.iter().filter(|finding| finding.severity == Severity::Error)
}

/// Shows what refuses a program.
pub(super) fn report(program: &Examination, style: Style) {
    let refusing: Vec<(&Sources, &Diagnostic)> = errors(program).map(|finding| (&program.sources, finding)).collect();
    warn(&render::findings(&refusing, style));
    warn(&format!("{}\n", render::summary(&refusing)));
}

/// What refuses or ends a run, for programs that read it.
fn refusal<'a>(sources: &Sources, found: impl IntoIterator<Item = &'a Diagnostic>) -> String {
    let all: Vec<Json> = found.into_iter().map(|found| diagnostic::json::diagnostic(sources, found)).collect();
    format!("{}\n", json!({ "diagnostics": all }))
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// What a check goes by: the agents file, the policy, and today.
pub(super) fn setting(agents: Option<Directory>, policy: Option<Policy>) -> Setting {
    let since = since_1970();
    let strict = policy.as_ref().is_some_and(|policy| policy.strict);
    Setting {
        bound: agents.is_some(),
        agents,
        policy,
        strict,
        today: Some((since.as_secs() / 86_400) as i64),
        ..Setting::default()
    }
}

/// What the reader of a file says, in words for those who write one.
fn plainly(said: &str) -> String {
    let said = said.trim_start_matches("error: ");
    let (place, what) = said.split_once(": ").filter(|(place, _)| place.starts_with("line ")).unwrap_or(("", said));
    let named = |mark: char| what.split([mark, ',']).nth(1).unwrap_or_default().trim();
    let what = if what.contains("budget breached: Depth") {
        "it nests too deep; write it flatter".to_owned()
    } else if what.contains("budget breached") {
        "it is too large; write fewer agents and shorter replies".to_owned()
    } else if what.starts_with("duplicate mapping key") {
        format!("`{}` stands there twice; leave one out", named(':'))
    } else if what.contains("deserialize null into string") {
        "`null` is no key; write it in quotes".to_owned()
    } else if what.starts_with("non-finite float") {
        format!("`{}` is no number that can be handed over; write a finite one", named('`'))
    } else {
        what.to_owned()
    };
    if place.is_empty() { what } else { format!("{place}: {what}") }
}

/// The agents that a file binds.
pub(super) fn agents(path: Option<&Path>) -> Result<Directory, Usage> {
    let Some(path) = path else { return Ok(Directory::new()) };
    let shown = path.display();
    let text = source::text(path, source::LARGEST)?;
    let wrong = |error: String| {
        Usage::new(format!("`{shown}` cannot be read: {}", plainly(error.lines().next().unwrap_or_default())))
    };
    let json: Json = match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => {
            let read = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
            // Of two agents of one name the first would be passed over.
            value::json::parse(&text, Lanes::EXACT, &mut Meter::new(Limits::RUN))
                .map_err(|fault| wrong(fault.message.clone()))?;
            read
        }
        Some("toml") => toml::from_str(&text).map_err(|error| wrong(error.to_string()))?,
        // `y` and `no` are names and texts; only `true` and `false` are not.
        _ => serde_saphyr::from_str_with_options(&text, serde_saphyr::options! { strict_booleans: true })
            .map_err(|error| wrong(error.to_string()))?,
    };
    let refused = |problems: Vec<String>| Usage::new(format!("`{shown}`: {}", problems.join("; ")));
    let directory = Directory::read(&json).map_err(refused)?;
    let slips = directory.slips();
    if slips.is_empty() { Ok(directory) } else { Err(refused(slips)) }
}
