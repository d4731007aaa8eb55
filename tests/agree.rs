//! The reference evaluator and the machine give the same: value, confidences and evidences of all parts, requests in
//! order, what is printed, code and place of an error. So does the machine with code that was not folded, and with the same
//! fuel.
//!
//! `PRISM_PROGRAMS=200000 cargo test --release agree -- --nocapture` tries so many random programs on all cores;
//! `PRISM_SEED=n cargo test agree -- --nocapture` one of them, and shrinks it when there is a difference.

use crate::cores::{number, on_all_cores};
use crate::{generate, machine, oracle, rules};
use prism::diagnostic::{Code, Diagnostics, Severity};
use prism::engine::{self, Checked, Compiled, Drive, Note, Show};
use prism::hir::{self, FunctionId, Modules, Program};
use prism::host::{Directory, Kind, Request, Stream};
use prism::ir;
use prism::source::{FileId, Sources, Span};
use prism::syntax;
use prism::value::{Lanes, Limits, Meter, Value, View, shaped};
use prism::vm::{self, Failure};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What can be seen of a run.
#[derive(PartialEq, Debug)]
pub(crate) struct Seen {
    pub(crate) result: String,
    pub(crate) requests: Vec<String>,
    pub(crate) output: Vec<String>,
}

/// A request to an agent in one line.
fn asked(request: &Request) -> Option<String> {
    let Kind::Call(call) = &request.kind else { return None };
    let arguments: Vec<String> = call.arguments.iter().map(Json::to_string).collect();
    let (context, options) = (request.context.join("/"), Json::from(call.options.clone()));
    Some(format!("{} {context}>{}.{}({}) {options}", request.id, call.agent, call.method, arguments.join(", ")))
}

/// A value with the lanes of all its parts.
pub(crate) fn shown(value: &Value) -> String {
    fn write(value: &Value, out: &mut String) {
        match value.view() {
            View::List(items) => {
                out.push('[');
                items.iter().for_each(|item| write(item, out));
                out.push(']');
            }
            View::Object(entries) => {
                out.push('{');
                for (key, item) in entries {
                    let _ = write!(out, "{}: ", key.as_str());
                    write(item, out);
                }
                out.push('}');
            }
            View::Error(error) => {
                let _ = write!(out, "{}", error.code);
            }
            View::Text(text) => {
                let _ = write!(out, "{text:?}");
            }
            View::Number(number) => {
                let _ = write!(out, "{number:?}");
            }
            View::Bool(bool) => {
                let _ = write!(out, "{bool}");
            }
            _ => out.push_str(value.kind().name()),
        }
        let lanes = value.lanes();
        if lanes != Lanes::EXACT {
            let confidence = lanes.confidence.number().map_or_else(|| "?".to_owned(), |number| number.to_string());
            let _ = write!(out, "~{confidence} {}", lanes.evidence.name());
        }
        out.push_str(", ");
    }
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// What can be seen of a run that asked and said this.
pub(crate) fn seen(result: String, requests: &[Request], said: &[Request]) -> Seen {
    let told = |request: &Request| match &request.kind {
        Kind::Print { stream: Stream::Output, text } => text.clone(),
        Kind::Print { text, .. } => format!("! {text}"),
        other => format!("{other:?}"),
    };
    Seen { result, requests: requests.iter().filter_map(asked).collect(), output: said.iter().map(told).collect() }
}

/// What the machine asks and says.
#[derive(Default)]
struct Told(Vec<Request>, Vec<Request>);

impl Show for Told {
    fn show(&mut self, request: &Request) {
        self.1.push(request.clone());
    }

    fn note(&mut self, note: Note<'_>) {
        if let Note::Request(request) = note {
            self.0.push(request.clone());
        }
    }
}

/// What the machine makes of a program, and the steps it takes.
fn performed(compiled: &Compiled, entry: FunctionId, directory: &Arc<Directory>, input: &Value) -> (Seen, u64) {
    // What is waited for is not compared.
    let limits = Limits { time: u64::MAX, ..Limits::RUN };
    let mut drive = Drive::new(compiled, limits, directory.clone(), input.clone());
    if let Err(fault) = drive.begin(compiled, entry, input, directory) {
        return (seen(format!("{} before the run", fault.code), &[], &[]), 0);
    }
    let mut told = Told::default();
    let failed = |failure: Failure| {
        let at = failure.at().unwrap_or_default();
        failed(failure.code(), at.span, at.file)
    };
    let result = match (drive.finish(&mut told), drive.late_failure()) {
        (Ok(value), None) => shown(&value),
        (Ok(value), Some(late)) => format!("{}then {}", shown(&value), failed(late)),
        (Err(failure), _) => failed(failure),
    };
    (seen(result, &told.0, &told.1), Limits::RUN.steps - drive.machine().meter().steps_left())
}

/// An error that nobody caught.
pub(crate) fn failed(code: Code, span: Span, file: FileId) -> String {
    format!("{code} at {}..{} of {}", span.start, span.end, file.0)
}

/// A program ready for all.
struct Ready {
    program: Arc<Program>,
    /// What `run` begins with; nothing where a file has tests only.
    entry: Option<FunctionId>,
    compiled: Compiled,
    /// The same, not folded.
    unfolded: Compiled,
}

/// What was found in comparing.
enum Found {
    /// Both agree.
    Same(Seen),
    /// The program is refused, with the codes.
    Refused(String),
    /// A difference, in words.
    Difference(String),
}

fn compare(ready: &Ready, entry: FunctionId, agents: &Json, input: &Json) -> Found {
    let bound = Directory::read(agents).expect("an agents file");
    let directory = Arc::new(engine::directory(&ready.program, &bound).expect("agents that a program declares"));
    // Each run has its own, because lists remember what one found out about them.
    let input = || shaped::read(input, Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("an input");
    let wanted = oracle::run(&ready.program, entry, &directory, &input());
    let (got, steps) = performed(&ready.compiled, entry, &directory, &input());
    let (plain, plain_steps) = performed(&ready.unfolded, entry, &directory, &input());
    // Looking for memory that is free takes steps by what is held, and what registers hold that nobody reads any more differs.
    let out = ["R090", "R091"].iter().any(|code| plain.result.starts_with(code) && got.result.starts_with(code));
    if !out && plain != got || plain_steps.abs_diff(steps) > steps / 100_000 {
        let before = difference(("not folded", &plain), ("folded    ", &got));
        return Found::Difference(format!("{before}steps\n  not folded {plain_steps}\n  folded     {steps}\n"));
    }
    // How deep calls may go is counted otherwise.
    if wanted.result.contains("Unknown ") && !wanted.result.contains("Unknown panic") || got.result.contains("R092 at")
    {
        return Found::Refused(wanted.result);
    }
    if wanted == got {
        return Found::Same(got);
    }
    Found::Difference(difference(("reference", &wanted), ("machine  ", &got)))
}

/// In which two runs differ, in words.
fn difference((one, wanted): (&str, &Seen), (other, got): (&str, &Seen)) -> String {
    let mut words = String::new();
    let pairs = [("requests", &wanted.requests, &got.requests), ("output", &wanted.output, &got.output)];
    for (what, wanted, got) in pairs {
        if wanted != got {
            let _ = write!(words, "{what}\n  {one} {}\n  {other} {}\n", wanted.join("\n    "), got.join("\n    "));
        }
    }
    if wanted.result != got.result {
        let _ = write!(words, "result\n  {one} {}\n  {other} {}\n", wanted.result, got.result);
    }
    words
}

/// The files beside a program: those of its text that follow a line `//// name`, and those of the disk.
struct Folder<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Folder<'a> {
    /// A text in its files, and the last of them, which is asked for.
    fn of(text: &'a str) -> (Self, &'a str) {
        let mut files: Vec<_> = text.split("//// ").map(|file| file.split_once('\n').unwrap_or((file, ""))).collect();
        match files.pop() {
            Some((_, last)) if !files.is_empty() => (Self(files), last),
            _ => (Self(Vec::new()), text),
        }
    }
}

impl Modules for Folder<'_> {
    fn find(&self, from: &str, path: &str) -> Option<String> {
        let written = path.trim_start_matches("./");
        if self.0.iter().any(|(name, _)| *name == written) {
            return Some(written.to_owned());
        }
        let found = Path::new(from).parent()?.join(path);
        found.exists().then(|| found.to_string_lossy().into_owned())
    }

    fn read(&self, name: &str) -> Result<String, String> {
        match self.0.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Ok((*text).to_owned()),
            None => std::fs::read_to_string(name).map_err(|fault| fault.to_string()),
        }
    }

    fn nearby(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Reads and compiles a program; the codes of what refuses it.
fn prepare(name: &str, text: &str) -> Result<Ready, String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let (folder, text) = Folder::of(text);
    let file = sources.add(name, text);
    let program = Arc::new(hir::load(file, &mut sources, &folder, syntax::Limits::RUN, &mut diagnostics));
    let codes = |diagnostics: &Diagnostics| {
        let refused = diagnostics.iter().filter(|it| it.severity == Severity::Error);
        refused.map(|it| it.code.to_string()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    let entry = hir::entry(&program, None).ok();
    let Some(checked) = Checked::new(program.clone(), &diagnostics) else { return Err(codes(&diagnostics)) };
    let compiled = checked.compile(&mut diagnostics);
    let unfolded = Compiled(Arc::new(vm::emit(&ir::lower(program.clone()), &mut diagnostics)));
    if diagnostics.has_errors() { Err(codes(&diagnostics)) } else { Ok(Ready { program, entry, compiled, unfolded }) }
}

/// A program of the corpus: its file, its text, its agents and its input.
type Case = (String, String, Json, Json);

/// The programs of the tests and the examples. Sizes have limits in the machine only.
fn corpus() -> Vec<Case> {
    let mut all = Vec::new();
    for path in rules::programs().into_iter().filter(|path| !path.to_string_lossy().contains("/limits/")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let header = rules::Header::read(&text);
        let (agents, input) = (header.agents.unwrap_or(json!({})), header.input.unwrap_or(json!({ "value": null })));
        all.push((path.to_string_lossy().into_owned(), text, agents, input));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in std::fs::read_dir(root.join("tests/machine")).unwrap().flatten() {
        for case in machine::cases(&std::fs::read_to_string(file.path()).unwrap()) {
            all.push((case.name, case.program, case.agents, json!({ "value": case.input })));
        }
    }
    for file in std::fs::read_dir(root.join("examples")).unwrap().flatten().map(|file| file.path()) {
        if file.extension().is_some_and(|it| it == "prism") {
            let agents = std::fs::read_to_string(file.with_extension("agents.yaml")).unwrap_or("{}".into());
            let agents = serde_saphyr::from_str(&agents).expect("an agents file");
            let text = std::fs::read_to_string(&file).unwrap();
            all.push((file.to_string_lossy().into_owned(), text, agents, json!({ "value": null })));
        }
    }
    all
}

#[test]
fn the_corpus_agrees() {
    let mut differences = Vec::new();
    let mut same = 0;
    for (name, text, agents, input) in corpus() {
        let Ok(ready) = prepare(&name, &text) else { continue };
        let tests = ready.program.modules.last().into_iter().flat_map(|module| &module.tests);
        let entries: Vec<FunctionId> = ready.entry.into_iter().chain(tests.map(|test| test.function)).collect();
        for entry in entries {
            match compare(&ready, entry, &agents, &input) {
                Found::Same(_) => same += 1,
                Found::Refused(_) => {}
                Found::Difference(words) => differences.push(format!("{name}\n{words}")),
            }
        }
    }
    println!("{same} programs of the corpus agree");
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

/// Compares the program of a seed; the smallest program found that differs, in words.
fn differs(seed: u64, size: u32) -> Result<Found, String> {
    let case = generate::folder(seed, size);
    if std::env::var("PRISM_SHOW").is_ok() {
        println!("{}", case.tree.print());
    }
    let look = |tree: &generate::Tree| match prepare("random.prism", &tree.print()) {
        Ok(ready) => {
            let test = ready.program.modules.last().and_then(|module| module.tests.first()).map(|test| test.function);
            let entry = test.or(ready.entry).expect("something to run");
            compare(&ready, entry, &case.agents, &case.input)
        }
        Err(codes) => Found::Refused(codes),
    };
    match look(&case.tree) {
        // Making it small may take long.
        Found::Difference(words) => eprintln!("seed {seed} differs\n{words}"),
        other => return Ok(other),
    }
    let small = case.tree.clone().shrink(|tree| matches!(look(tree), Found::Difference(_)));
    let Found::Difference(words) = look(&small) else { return Err("a difference that comes and goes".into()) };
    let command = format!("PRISM_SEED={seed} PRISM_SIZE={size} cargo test agree -- --nocapture");
    let used = |agents: &Json| -> String {
        let text = small.print();
        let named = agents.as_object().unwrap().iter().filter(|(name, _)| text.contains(&format!("agents.{name}")));
        named.map(|(name, agent)| format!("{name}: {}\n", agent["replies"])).collect()
    };
    Err(format!("{command}\n{}\n{}{words}", small.print(), used(&case.agents)))
}

#[test]
fn random_programs_agree() {
    let size = number("PRISM_SIZE").unwrap_or(60) as u32;
    let first = number("PRISM_FIRST").unwrap_or(1);
    let (seeds, most) = match number("PRISM_SEED") {
        Some(seed) => (seed..seed + 1, 1),
        None => (first..first + number("PRISM_PROGRAMS").unwrap_or(300), number("PRISM_MOST").unwrap_or(1)),
    };
    let (refused, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let codes = Mutex::new(BTreeMap::<String, (u64, u64)>::new());
    let differences = Mutex::new(Vec::new());
    let all = seeds.end - seeds.start;
    on_all_cores(seeds, |seed| {
        if differences.lock().unwrap().len() as u64 >= most {
            return ControlFlow::Break(());
        }
        // How often each, and the last seed of it.
        let count = |code: &str| {
            let mut codes = codes.lock().unwrap();
            let often = codes.get(code).map_or(0, |(often, _)| *often);
            codes.insert(code.to_owned(), (often + 1, seed));
        };
        match differs(seed, size) {
            Ok(Found::Refused(why)) => {
                refused.fetch_add(1, Ordering::Relaxed);
                count(&why);
            }
            Ok(Found::Same(seen)) if seen.result.starts_with('R') => {
                failed.fetch_add(1, Ordering::Relaxed);
                count(seen.result.split(' ').next().unwrap_or_default());
            }
            Ok(_) => {}
            Err(words) => differences.lock().unwrap().push(words),
        }
        ControlFlow::Continue(())
    });
    println!(
        "{all} random programs, {refused:?} refused, {failed:?} failed in both; how often, and one seed: {:?}",
        codes.into_inner().unwrap()
    );
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "{}", differences.join("\n----\n"));
}
