//! `prism check`: what is wrong with programs, without running them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;

use super::disk::Disk;
use super::front;
use super::screen::{Style, print, warn};
use super::verify::Texts;
use super::{ColorChoice, Exit, Usage, bounds, counted, policy, render, run, source, watch};
use crate::check::Setting;
use crate::diagnostic::{self, Code, Diagnostic, Severity, fix, sarif};
use crate::engine::{Allowed, Examination};
use crate::host::day;
use crate::mend;
use crate::scenario::{self, Scenario, Scenarios};
use crate::source::{Location, Sources, Span};
use crate::syntax::Limits;
use crate::verify;

/// Look for faults without running anything
#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Programs, folders of programs, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Refuse warnings as well, and list those that comments allow
    #[arg(long)]
    strict: bool,
    /// The input will say itself how sure it is, as for `prism run --shaped`
    #[arg(long, conflicts_with = "certificate")]
    shaped: bool,
    /// Write the mends that are certain into the files
    #[arg(long)]
    fix: bool,
    /// Print what is proved of each pattern: what its result is worth, what it can take and do
    #[arg(long)]
    bounds: bool,
    /// The agents that the programs will run with, in YAML, TOML or JSON
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    /// What the operator rules, in TOML: limits, what effects need, who may be asked
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The day the check counts as, such as `2026-05-01`; today unless given
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Print tests whose answers lead to each branch and each refusal; what was found goes to standard error
    #[arg(long)]
    scenarios: bool,
    /// Write what is proved of the program, and why, for `prism verify`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Check again whenever a file changes, until interrupted
    #[arg(long)]
    watch: bool,
}

/// Text is for people, the others for programs.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, Debug)]
enum Format {
    Text,
    Json,
    Sarif,
}

/// After so many rounds of mends the rest is left to people.
const ROUNDS: usize = 5;

/// A finding with the texts it speaks of.
type Found<'a> = (&'a Sources, &'a Diagnostic);

impl Check {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        if self.scenarios && self.format == Format::Sarif {
            return Err(Usage::new("SARIF holds no tests; write `--scenarios` with `--format text` or `json`"));
        }
        if self.certificate.as_deref().is_some_and(|path| path.as_os_str() == source::STDIN) {
            return Err(Usage::new("a certificate goes to a file; name one, such as `certificate.json`"));
        }
        if self.watch {
            if self.paths.iter().any(|path| path.as_os_str() == source::STDIN) {
                return Err(Usage::new("`--watch` cannot watch standard input; save the program in a file"));
            }
            let also = [&self.agents, &self.policy].into_iter().flatten().cloned().collect();
            watch::rounds(also, || self.round(color))
        } else {
            Ok(self.round(color)?.0)
        }
    }

    /// Looks once; gives the files that were read as well.
    fn round(&self, color: ColorChoice) -> Result<(Exit, Vec<PathBuf>), Usage> {
        let paths = source::files(&self.paths)?;
        if self.fix && paths.iter().any(|path| path.as_os_str() == source::STDIN) {
            return Err(Usage::new("`--fix` cannot write to standard input; save the program in a file"));
        }
        let setting = self.setting()?;
        let mut programs = look(&paths, &setting)?;
        self.tell_of_the_unreachable(&mut programs, &setting)?;
        let mended = if self.fix { mend(&paths, &mut programs, &setting)? } else { 0 };
        let files: Vec<&str> = programs.iter().map(|program| program.sources.file(program.file).name()).collect();
        let findings = distinct(&programs);
        let allowed: Vec<(&Sources, &Allowed)> = programs
            .iter()
            .filter(|_| setting.strict)
            .flat_map(|program| program.allowed.iter().map(|allowed| (&program.sources, allowed)))
            .collect();
        let name = |program: &Examination| program.sources.file(program.file).name().to_owned();
        let proved = |program: &Examination| {
            let mut patterns = program.patterns(&program.certificates);
            patterns.iter_mut().for_each(|pattern| pattern["file"] = name(program).into());
            patterns
        };
        let patterns = || programs.iter().flat_map(proved).collect();
        let wanted = programs.iter().filter(|program| self.scenarios && program.errors() == 0);
        let scenarios: Vec<Scenarios> = wanted.map(|program| scenario::scenarios(program, &Disk)).collect();
        // What is used wrongly prints nothing, so what may be comes first.
        let certify = |path| self.certify(path, &programs, &setting);
        let certified = self.certificate.as_deref().map(certify).transpose()?.unwrap_or(true);
        match self.format {
            Format::Text => {
                if self.bounds {
                    for program in programs.iter().filter(|program| !program.certificates.is_empty()) {
                        if programs.len() > 1 {
                            print(&format!("{}\n", name(program)));
                        }
                        program
                            .certificates
                            .iter()
                            .for_each(|certificate| print(&bounds::table(certificate, Style::stdout(color))));
                    }
                }
                let show = if self.scenarios { warn } else { print };
                let style = if self.scenarios { Style::stderr(color) } else { Style::stdout(color) };
                show(&text(files.len(), &findings, self.fix.then_some(mended), style));
                show(&render::allowed(&allowed));
                scenarios.iter().for_each(|found| print(&scenario_text(found)));
            }
            Format::Json => {
                let mut report = diagnostic::json::report(&files, findings.iter().copied(), patterns());
                if self.scenarios {
                    report["scenarios"] = scenarios.iter().flat_map(|all| &all.found).map(scenario_json).collect();
                }
                if setting.strict {
                    let all = allowed.iter().map(|(sources, allowed)| {
                        diagnostic::json::allowed(sources, &allowed.finding, &allowed.reason, allowed.at)
                    });
                    report["allowed"] = all.collect();
                }
                print(&line(report));
            }
            Format::Sarif => {
                let suppressed =
                    allowed.iter().map(|(sources, allowed)| (*sources, &allowed.finding, &*allowed.reason));
                print(&line(sarif::log(&files, findings.iter().copied(), suppressed, patterns())));
            }
        }
        if !certified {
            return Ok((Exit::Failed, paths));
        }
        let refused = findings.iter().any(|(_, finding)| finding.severity == Severity::Error);
        let read = programs.iter().flat_map(|program| program.sources.files());
        let read = read.map(|(_, file)| PathBuf::from(file.name())).chain(paths.iter().cloned()).collect();
        Ok((if refused { Exit::Failed } else { Exit::Fine }, read))
    }

    /// Says which agents of the file no run of this version can ask, where the file names them.
    fn tell_of_the_unreachable(&self, programs: &mut [Examination], setting: &Setting) -> Result<(), Usage> {
        let (Some(path), Some(directory)) = (&self.agents, &setting.agents) else { return Ok(()) };
        let unreachable = directory.agents().iter().filter(|agent| !agent.is_at_hand());
        let unreachable: Vec<_> = unreachable.filter_map(|agent| Some((&agent.name, agent.transport?))).collect();
        if unreachable.is_empty() {
            return Ok(());
        }
        let text = source::text(path, source::LARGEST)?;
        for program in programs {
            let file = program.sources.add(path.display().to_string(), &*text);
            for (name, transport) in &unreachable {
                let at = Location::new(file, named_at(&text, name));
                let how = transport.name();
                let message =
                    format!("`{name}` is reached by `{how}`, which this version cannot do: a call of it fails");
                let found = Diagnostic::new(Code::R030, at, message);
                let help = "write its answers under `replies`; what is checked holds for them as well";
                program.findings.push(found.severity(Severity::Info).help(help));
            }
        }
        Ok(())
    }

    /// Writes the certificate of a program that nothing refuses. Whether there is one.
    fn certify(&self, path: &Path, programs: &[Examination], setting: &Setting) -> Result<bool, Usage> {
        let [program] = programs else {
            return Err(Usage::new("`--certificate` is written for one program; name one file"));
        };
        let given = [&self.agents, &self.policy].into_iter().flatten().map(PathBuf::as_path);
        let files = program.sources.files().map(|(_, file)| Path::new(file.name()));
        source::apart("--certificate", path, given.chain(files))?;
        if program.errors() > 0 {
            return Ok(false);
        }
        let texts = Texts::read(self.agents.as_deref(), self.policy.as_deref())?;
        match verify::certify(program, setting, texts.basis()) {
            Ok(certificate) => source::write(path, &line(certificate)).map(|()| true),
            Err(why) => {
                warn(&format!("prism: there is no certificate of this program: {why}\n"));
                Ok(false)
            }
        }
    }

    /// What the check goes by.
    fn setting(&self) -> Result<Setting, Usage> {
        let directory = self.agents.as_deref().map(|path| run::agents(Some(path))).transpose()?;
        let mut setting = run::setting(directory, policy::read(self.policy.as_deref())?);
        setting.strict |= self.strict;
        setting.shaped = self.shaped;
        if let Some(date) = &self.date {
            let wrong = || Usage::new(format!("`--date {date}` is no day; write one such as `2026-05-01`"));
            setting.today = Some(day(date).ok_or_else(wrong)?);
        }
        Ok(setting)
    }
}

/// Looks at all programs, on all cores, in the order of the paths.
fn look(paths: &[PathBuf], setting: &Setting) -> Result<Vec<Examination>, Usage> {
    let next = AtomicUsize::new(0);
    let looked: Vec<Mutex<Option<Result<Examination, Usage>>>> = paths.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else { break };
            *looked[index].lock().expect("no thread panics") =
                Some(front::examine_within(Limits::CHECK, path).map(|program| {
                    let mut program = program.validate(setting);
                    mend::offer(&mut program, &Disk, setting);
                    program
                }));
        }
    };
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(paths.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            let thread = thread::Builder::new().stack_size(super::STACK);
            thread.spawn_scoped(scope, work).expect("the system gives a thread");
        }
    });
    let done = looked.into_iter().map(|slot| slot.into_inner().expect("no thread panics"));
    done.map(|program| program.expect("every path was looked at")).collect()
}

/// All findings. What is wrong with a module is said once, however many programs import it.
fn distinct(programs: &[Examination]) -> Vec<Found<'_>> {
    let mut seen = HashSet::new();
    let all = programs.iter().flat_map(|program| program.findings.iter().map(|finding| (&program.sources, finding)));
    all.filter(|(sources, finding)| {
        let file = sources.file(finding.at.file).name();
        seen.insert((file, finding.at.span, finding.code, finding.message.as_str()))
    })
    .collect()
}

/// Writes the certain mends into the files, round by round, and says how many there were. A round that leaves a program
/// with more errors is taken back, and that program left alone.
fn mend(paths: &[PathBuf], programs: &mut Vec<Examination>, setting: &Setting) -> Result<usize, Usage> {
    let mut total = 0;
    let mut left: HashSet<usize> = (0..paths.len()).collect();
    for _ in 0..ROUNDS {
        let mut round = Vec::new();
        for index in 0..paths.len() {
            let (text, applied) = mended(&programs[index]);
            if let Some(text) = text.filter(|_| left.contains(&index)) {
                source::write(&paths[index], &text)?;
                round.push((index, applied));
            }
        }
        if round.is_empty() {
            break;
        }
        let before = std::mem::replace(programs, look(paths, setting)?);
        let mut worse = false;
        for (index, applied) in round {
            if programs[index].errors() > before[index].errors() {
                let program = &before[index];
                source::write(&paths[index], program.sources.file(program.file).text())?;
                left.remove(&index);
                worse = true;
            } else {
                total += applied;
            }
        }
        if worse {
            *programs = look(paths, setting)?;
        }
    }
    Ok(total)
}

/// The text of a program after its certain mends, and how many there are. Modules are mended only when they are asked
/// for themselves.
fn mended(program: &Examination) -> (Option<String>, usize) {
    let own = |finding: &&Diagnostic| {
        let first = finding.fixes.first();
        first.is_some_and(|fix| fix.edits.iter().all(|edit| edit.at.file == program.file))
    };
    let (mut texts, applied) = fix::mend(&program.sources, program.findings.iter().filter(own));
    (texts.remove(&program.file), applied)
}

/// What is said of the findings, and of the mends written, where mends were asked for.
fn text(files: usize, findings: &[Found], mended: Option<usize>, style: Style) -> String {
    let mut out = render::findings(findings, style);
    match mended {
        Some(0) if !findings.is_empty() => {
            out.push_str("no mend written: none of these faults has one that is certain\n")
        }
        Some(mended) if mended > 0 => out.push_str(&format!("{} written\n", counted(mended, "mend"))),
        _ => {}
    }
    let files = counted(files, "file");
    if findings.is_empty() {
        out.push_str(&format!("no faults in {files}\n"));
        return out;
    }
    out.push_str(&format!("{} in {files}", render::summary(findings)));
    let certain = findings.iter().filter(|(_, found)| found.fixes.first().is_some_and(|fix| fix.certain)).count();
    if certain > 0 {
        out.push_str(&format!("; `prism check --fix` mends {certain}"));
    }
    out.push('\n');
    out
}

/// Tests, and what no answers were found for.
fn scenario_text(scenarios: &Scenarios) -> String {
    let tests: Vec<&str> = scenarios.found.iter().map(|scenario| scenario.text.as_str()).collect();
    let missed = scenarios.missed.iter().map(|(what, _)| format!("// no answers were found that lead to {what}\n"));
    let missed: String = missed.collect();
    let gap = if tests.is_empty() || missed.is_empty() { "" } else { "\n" };
    format!("{}{gap}{missed}", tests.join("\n"))
}

fn scenario_json(scenario: &Scenario) -> serde_json::Value {
    let reaches = scenario.reaches.iter();
    let reaches: Vec<_> = reaches.map(|(what, at)| json!({ "what": what, "start": at.start, "end": at.end })).collect();
    json!({ "pattern": scenario.pattern, "reaches": reaches, "test": scenario.text })
}

fn line(value: serde_json::Value) -> String {
    format!("{value}\n")
}

/// Where a file of agents begins to speak of one: its name as a key, or its beginning where that is spelled otherwise.
fn named_at(text: &str, name: &str) -> Span {
    let part_of_word = |char: char| char.is_alphanumeric() || char == '_' || char == '-';
    let is_key = |start: &usize| {
        let behind = text[start + name.len()..].trim_start_matches(['"', '\'']).trim_start();
        !text[..*start].ends_with(part_of_word) && behind.starts_with([':', '=', ']'])
    };
    let start = text.match_indices(name).map(|(start, _)| start).find(is_key);
    start.map_or(Span::at(0), |start| Span::new(start as u32, (start + name.len()) as u32))
}
