//! `prism test`: the tests of programs, each in a machine of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::disk::Disk;
use super::front;
use super::run::{Bounds, agents, placed, report, said, setting};
use super::screen::{Style, print, warn};
use super::{ColorChoice, Exit, Usage, counted, interrupt, render, source, watch};
use crate::diagnostic::{self, Diagnostic, Diagnostics, escaped};
use crate::engine::{self, Branch, Checked, Drive, Examination, Taken};
use crate::host::{Directory, Request};
use crate::mend;
use crate::source::Location;
use crate::value::{Limits, Value};

/// Run the tests of programs
#[derive(clap::Args, Debug)]
pub(super) struct Test {
    /// Programs, or folders of programs
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only the tests whose name contains this
    #[arg(long, alias = "only", value_name = "TEXT")]
    filter: Option<String>,
    /// How results are shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Say which branches, bands, alternatives and refusals no test took
    #[arg(long)]
    coverage: bool,
    /// Test again whenever a file changes
    #[arg(long)]
    watch: bool,
    /// The agents, in YAML, TOML or JSON
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
}

#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

/// What was found so far.
#[derive(Default)]
struct Results {
    passed: usize,
    failed: usize,
    broken: bool,
    /// How many files there were, and how many tests in them that nobody asked for.
    read: usize,
    others: usize,
    tests: Vec<Json>,
    diagnostics: Vec<Json>,
    /// The files that were tested.
    files: Vec<String>,
    /// The branches of all files, by their names.
    covered: BTreeMap<String, BTreeMap<Place, Seen>>,
}

/// Which branch of a file it is, in the order of the text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    start: u32,
    end: u32,
    what: String,
}

/// What is known of a branch.
struct Seen {
    line: u32,
    column: u32,
    taken: bool,
}

/// A test that took so long says so.
const SLOW: Duration = Duration::from_millis(200);

impl Test {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        if !self.watch {
            return Ok(self.round(color, &interrupt::wished())?.0);
        }
        if self.paths.iter().any(|path| path.as_os_str() == source::STDIN) {
            return Err(Usage::new("`--watch` cannot watch standard input; save the program in a file"));
        }
        let also = self.paths.iter().chain(&self.agents).cloned().collect();
        let never = Arc::default();
        watch::rounds(also, || self.round(color, &never))
    }

    /// Runs all tests once; the exit code, and the files that were read.
    fn round(&self, color: ColorChoice, cancelled: &Arc<AtomicBool>) -> Result<(Exit, Vec<PathBuf>), Usage> {
        let limits = self.bounds.limits()?;
        let bound = agents(self.agents.as_deref())?;
        let style = Style::stdout(color);
        let mut results = Results::default();
        let mut read = Vec::new();
        for path in &source::files(&self.paths)? {
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            let mut program = front::examine(path)?;
            let files = program.sources.files().map(|(_, file)| PathBuf::from(file.name()));
            read.extend(files.filter(|file| file.is_file()));
            program.findings.retain(|finding| finding.code.name().starts_with('P'));
            if program.errors() > 0 {
                results.broken = true;
                mend::offer(&mut program, &Disk, &setting(self.agents.is_some().then(|| bound.clone()), None));
                match self.format {
                    Format::Text => report(&program, style),
                    Format::Json => {
                        let json = program.findings.iter().map(|it| diagnostic::json::diagnostic(&program.sources, it));
                        results.diagnostics.extend(json);
                    }
                }
                continue;
            }
            self.file(&program, &limits, &bound, cancelled, style, &mut results);
        }
        let stopped = cancelled.load(Ordering::Relaxed);
        if results.passed + results.failed == 0 && !results.broken && !stopped {
            if self.format == Format::Json && results.others == 0 {
                self.end(&results);
            }
            warn(&format!("prism: {}\n", escaped(&self.nothing(&results))));
            return Ok((if results.others > 0 { Exit::Usage } else { Exit::Fine }, read));
        }
        self.end(&results);
        let exit = if stopped {
            Exit::Limit
        } else if results.broken || results.failed > 0 {
            Exit::Failed
        } else {
            Exit::Fine
        };
        Ok((exit, read))
    }

    /// Why nothing was tested.
    fn nothing(&self, results: &Results) -> String {
        let files = counted(results.read, "file");
        match &self.filter {
            Some(filter) if results.others > 0 => {
                let others = counted(results.others, "test");
                format!("no test has `{filter}` in its name, of {others} in {files}")
            }
            _ => format!("there is no `test` block in {files}"),
        }
    }

    fn end(&self, results: &Results) {
        let total = results.passed + results.failed;
        if self.format == Format::Json {
            let mut all = json!({
                "tests": results.tests,
                "passed": results.passed,
                "failed": results.failed,
                "diagnostics": results.diagnostics,
            });
            if self.coverage {
                all["coverage"] = json!(results.coverage());
            }
            return print(&format!("{all}\n"));
        }
        let of = if results.passed < total { format!("{total} tests") } else { counted(total, "test") };
        print(&format!("{} of {of} passed\n", results.passed));
        if self.coverage {
            results.tell_coverage();
        }
    }

    fn file(
        &self,
        program: &Examination,
        limits: &Limits,
        bound: &Directory,
        cancelled: &Arc<AtomicBool>,
        style: Style,
        results: &mut Results,
    ) {
        let Some(module) = program.program.modules.last() else { return };
        let (declarations, branches) = match self.coverage {
            true => engine::mark(&program.program, &program.sources),
            false => ((*program.program).clone(), Vec::new()),
        };
        let directory = Arc::new(engine::directory(&declarations, bound).unwrap_or_default());
        let mut diagnostics = Diagnostics::new();
        let compiled = Checked::new(Arc::new(declarations), &diagnostics).map(|checked| checked.emit(&mut diagnostics));
        let Some(compiled) = compiled.filter(|_| !diagnostics.has_errors()) else {
            let all: Vec<_> = diagnostics.iter().map(|finding| (&program.sources, finding)).collect();
            print(&render::findings(&all, style));
            results.failed += 1;
            return;
        };
        let file = program.sources.file(program.file).name().to_owned();
        let wanted = |name: &str| self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()));
        let quiet = self.format == Format::Json;
        results.read += 1;
        results.others += module.tests.iter().filter(|test| !wanted(&test.name)).count();
        let mut taken = Taken::default();
        for test in module.tests.iter().filter(|test| wanted(&test.name)) {
            if cancelled.load(Ordering::Relaxed) {
                break;
            }
            let drive = Drive::new(&compiled, limits.clone(), directory.clone(), Value::NULL);
            let mut drive = drive.ended_by(cancelled.clone());
            let began = Instant::now();
            let mut show = |request: &Request| {
                taken.note(request);
                said(request, quiet);
            };
            let ended = drive.test(test.function, &mut show);
            let time = began.elapsed();
            let found = ended.err().map(|failure| placed(&failure, Location::new(program.file, test.span)));
            self.tell(program, &file, &test.name, time, found.as_ref(), style, results);
        }
        if self.coverage {
            results.cover(program, &branches, &taken);
            results.files.push(file);
        }
    }

    /// How one test ended.
    #[allow(clippy::too_many_arguments)]
    fn tell(
        &self,
        program: &Examination,
        file: &str,
        name: &str,
        time: Duration,
        found: Option<&Diagnostic>,
        style: Style,
        results: &mut Results,
    ) {
        *(if found.is_none() { &mut results.passed } else { &mut results.failed }) += 1;
        if self.format == Format::Json {
            results.tests.push(json!({
                "file": file,
                "name": name,
                "passed": found.is_none(),
                "time": time.as_secs_f64() * 1e3,
                "diagnostic": found.map(|found| diagnostic::json::diagnostic(&program.sources, found)),
            }));
            return;
        }
        let slow = if time >= SLOW { format!(" ({} ms)", time.as_millis()) } else { String::new() };
        let word = if found.is_none() { "ok    " } else { "failed" };
        print(&format!("{word} {}: {}{slow}\n", escaped(file), escaped(name)));
        if let Some(found) = found {
            print(&render::report(&program.sources, found, style));
        }
    }
}

impl Results {
    /// Takes note of which branches the tests of a program took, those of its modules included.
    fn cover(&mut self, program: &Examination, branches: &[Branch], taken: &Taken) {
        for (number, branch) in branches.iter().enumerate() {
            let source = program.sources.file(branch.file);
            let at = source.position(branch.span.start);
            let place = Place { start: branch.span.start, end: branch.span.end, what: branch.what.clone() };
            let all = self.covered.entry(source.name().to_owned()).or_default();
            let known = all.entry(place).or_insert(Seen { line: at.line, column: at.column, taken: false });
            known.taken |= taken.has(number);
        }
    }

    /// Says which branches of the files that were tested no test took, and how many were.
    fn tell_coverage(&self) {
        let (mut all, mut taken) = (0, 0);
        for file in &self.files {
            for (place, seen) in self.covered.get(file).into_iter().flatten() {
                all += 1;
                taken += usize::from(seen.taken);
                if !seen.taken {
                    print(&format!("not taken {}:{}:{}: {}\n", escaped(file), seen.line, seen.column, place.what));
                }
            }
        }
        print(&format!("{taken} of {} taken\n", branches(all)));
    }

    /// The same as JSON, an object for each file.
    fn coverage(&self) -> Vec<Json> {
        let of = |file: &String| {
            let seen: Vec<(&Place, &Seen)> = self.covered.get(file).into_iter().flatten().collect();
            let missed = seen.iter().filter(|(_, seen)| !seen.taken).map(|(place, seen)| {
                let start = json!({ "line": seen.line, "column": seen.column, "offset": place.start });
                json!({ "what": place.what, "start": start })
            });
            let missed: Vec<Json> = missed.collect();
            json!({ "file": file, "branches": seen.len(), "taken": seen.len() - missed.len(), "missed": missed })
        };
        self.files.iter().map(of).collect()
    }
}

fn branches(count: usize) -> String {
    if count == 1 { "1 branch".to_owned() } else { format!("{count} branches") }
}
