//! The reference evaluator and the machine give the same: value, confidences and evidences of all parts, requests in
//! order, what is printed, code and place of an error. So does the machine with code that was not folded, and with the same
//! fuel.
//!
//! `PRISM_PROGRAMS=200000 cargo test --release agree -- --nocapture` tries so many random programs on all cores;
//! `PRISM_SEED=n cargo test agree -- --nocapture` one of them, and shrinks it when there is a difference.

use crate::{generate, oracle, rules};
use prism::diagnostic::{Diagnostics, Severity};
use prism::engine::{Checked, Compiled};
use prism::hir::{self, FunctionId, Modules, Program};
use prism::host::{Directory, Kind, Memory, Request, Stream};
use prism::ir;
use prism::source::Sources;
use prism::syntax;
use prism::value::{Lanes, Limits, Meter, Value, View, shaped};
use prism::vm::{self, Entry, Outcome, Vm};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
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
pub(crate) fn asked(request: &Request) -> Option<String> {
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

/// What the machine makes of a program, and the steps it takes.
fn machine(compiled: &Compiled, entry: Entry, directory: &Arc<Directory>, input: &Value) -> (Seen, u64) {
    let mut world = Memory::new(directory.clone(), 0);
    let mut vm = Vm::new(compiled.0.clone(), Limits::RUN, directory.clone(), input.clone());
    let mut seen = Seen { result: String::new(), requests: Vec::new(), output: Vec::new() };
    vm.start(entry);
    loop {
        let outcome = vm.run();
        let batch = vm.take_batch();
        seen.requests.extend(batch.requests.iter().filter_map(asked));
        for request in world.submit(batch) {
            if let Kind::Print { stream, text } = request.kind {
                seen.output.push(format!("{}{text}", if stream == Stream::Output { "" } else { "! " }));
            }
        }
        match outcome {
            Outcome::Done(value) => seen.result = shown(&value),
            Outcome::Failed(failure) => {
                let at = failure.at().unwrap_or_default();
                seen.result = format!("{} at {}..{} of {}", failure.code(), at.span.start, at.span.end, at.file.0);
            }
            Outcome::Waiting => {
                if !vm.is_ready() {
                    let (id, reply) = world.next_event().expect("somebody answers");
                    vm.resume(&id, reply);
                }
                continue;
            }
        }
        return (seen, Limits::RUN.steps - vm.meter().steps_left());
    }
}

/// A program ready for all.
struct Ready {
    program: Arc<Program>,
    entry: FunctionId,
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

fn compare(ready: &Ready, agents: &Json, input: &Json) -> Found {
    let directory = Arc::new(Directory::read(agents).expect("an agents file"));
    // Each run has its own, because lists remember what one found out about them.
    let input = || shaped::read(input, Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("an input");
    let wanted = oracle::run(&ready.program, ready.entry, &directory, &input());
    let is_module = ready.program.functions[ready.entry.0 as usize].kind == prism::hir::Kind::Module;
    let start = || if is_module { Entry::Program } else { Entry::Function(ready.entry, Vec::new()) };
    let (got, steps) = machine(&ready.compiled, start(), &directory, &input());
    let (plain, plain_steps) = machine(&ready.unfolded, start(), &directory, &input());
    if (&plain, plain_steps) != (&got, steps) {
        let before = difference(("not folded", &plain), ("folded    ", &got));
        return Found::Difference(format!("{before}steps\n  not folded {plain_steps}\n  folded     {steps}\n"));
    }
    // Sizes have limits in the machine only.
    if wanted.result.starts_with("Unknown") || wanted.result.starts_with("R015") {
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

/// The files beside a program.
struct Folder;

impl Modules for Folder {
    fn find(&self, from: &str, path: &str) -> Option<String> {
        let found = Path::new(from).parent()?.join(path);
        found.exists().then(|| found.to_string_lossy().into_owned())
    }

    fn read(&self, name: &str) -> Result<String, String> {
        std::fs::read_to_string(name).map_err(|fault| fault.to_string())
    }

    fn nearby(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Reads and compiles a program; the codes of what refuses it.
fn prepare(name: &str, text: &str) -> Result<Ready, String> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add(name, text);
    let program = Arc::new(hir::load(file, &mut sources, &Folder, syntax::Limits::RUN, &mut diagnostics));
    let codes = |diagnostics: &Diagnostics| {
        let refused = diagnostics.iter().filter(|it| it.severity == Severity::Error);
        refused.map(|it| it.code.to_string()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
    };
    let entry = hir::entry(&program, None).map_err(|it| it.code.to_string())?;
    let Some(checked) = Checked::new(program.clone(), &diagnostics) else { return Err(codes(&diagnostics)) };
    let compiled = checked.compile(&mut diagnostics);
    let unfolded = Compiled(Arc::new(vm::emit(&ir::lower(program.clone()), &mut diagnostics)));
    if diagnostics.has_errors() { Err(codes(&diagnostics)) } else { Ok(Ready { program, entry, compiled, unfolded }) }
}

#[test]
fn the_corpus_agrees() {
    let mut differences = Vec::new();
    let mut same = 0;
    // Sizes have limits in the machine only.
    for path in rules::programs().into_iter().filter(|path| !path.to_string_lossy().contains("/limits/")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let header = rules::Header::read(&text);
        let Ok(ready) = prepare(path.to_str().unwrap(), &text) else { continue };
        if !ready.program.functions[ready.entry.0 as usize].parameters.is_empty() {
            continue;
        }
        let (agents, input) = (header.agents.unwrap_or(json!({})), header.input.unwrap_or(json!({ "value": null })));
        match compare(&ready, &agents, &input) {
            Found::Same(_) => same += 1,
            Found::Refused(_) => {}
            Found::Difference(words) => differences.push(format!("{}\n{words}", path.display())),
        }
    }
    println!("{same} programs of the corpus agree");
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

/// Compares the program of a seed; the smallest program found that differs, in words.
fn differs(seed: u64, size: u32) -> Result<Found, String> {
    let case = generate::case(seed, size);
    let look = |tree: &generate::Tree| match prepare("random.prism", &tree.print()) {
        Ok(ready) => compare(&ready, &case.agents, &case.input),
        Err(codes) => Found::Refused(codes),
    };
    match look(&case.tree) {
        Found::Difference(_) => {}
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
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let size = number("PRISM_SIZE").unwrap_or(60) as u32;
    let first = number("PRISM_FIRST").unwrap_or(1);
    let (seeds, most) = match number("PRISM_SEED") {
        Some(seed) => (seed..seed + 1, 1),
        None => (first..first + number("PRISM_PROGRAMS").unwrap_or(300), number("PRISM_MOST").unwrap_or(1)),
    };
    let (next, refused, failed) = (AtomicU64::new(seeds.start), AtomicU64::new(0), AtomicU64::new(0));
    let codes = Mutex::new(BTreeMap::<String, u64>::new());
    let differences = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end || differences.lock().unwrap().len() as u64 >= most {
                        return;
                    }
                    match differs(seed, size) {
                        Ok(Found::Refused(why)) => {
                            refused.fetch_add(1, Ordering::Relaxed);
                            *codes.lock().unwrap().entry(why).or_default() += 1;
                        }
                        Ok(Found::Same(seen)) if seen.result.starts_with('R') => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            let code = seen.result.split(' ').next().unwrap_or_default().to_owned();
                            *codes.lock().unwrap().entry(code).or_default() += 1;
                        }
                        Ok(_) => {}
                        Err(words) => differences.lock().unwrap().push(words),
                    }
                }
            });
        }
    });
    let all = seeds.end - seeds.start;
    println!(
        "{all} random programs, {refused:?} refused, {failed:?} failed in both: {:?}",
        codes.into_inner().unwrap()
    );
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "{}", differences.join("\n----\n"));
}
