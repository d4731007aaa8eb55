//! The first edit that is offered makes a broken program valid again, in four of five.
//!
//! `PRISM_BROKEN=1000 cargo test --release mends -- --nocapture` breaks so many and prints the table;
//! `PRISM_SEED=n cargo test mends -- --nocapture` shows one.

use crate::broken::{Dice, Program, WAYS};
use crate::cores::{number, on_all_cores};
use prism::check::Setting;
use prism::diagnostic::{Diagnostics, Severity, fix};
use prism::engine::Examination;
use prism::hir::Alone;
use prism::mend;
use prism::source::Sources;
use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

/// What is wrong with a text.
pub(crate) fn examine(text: &str) -> Examination {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    Examination::of(file, sources, &Alone, Diagnostics::new()).validate(&Setting::default())
}

/// All texts of a folder with an ending.
pub(crate) fn texts(folder: &str, extension: &str) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
    }
    files.sort();
    files.into_iter().map(|path| String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned()).collect()
}

/// Programs of this repository that nothing refuses.
fn valid() -> Vec<String> {
    let mut all = Vec::new();
    for folder in ["examples", "stdlib", "tests/language"] {
        all.extend(texts(folder, "prism"));
    }
    for (folder, fence) in [("tests/check", "```prism\n"), ("docs/codes", "```prism pass\n")] {
        for text in texts(folder, "md") {
            let programs = text.split(fence).skip(1).filter_map(|rest| rest.split("\n```").next());
            all.extend(programs.map(|program| format!("{program}\n")));
        }
    }
    all.retain(|text| text.len() < 4_000 && examine(text).errors() == 0);
    all
}

/// How a broken program was mended.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    /// The slip makes no fault.
    Harmless,
    /// Nothing is offered.
    Nothing,
    /// The first edit leaves errors.
    Errors,
    /// The first edit makes it valid.
    Valid,
}

fn outcome(broken: &str) -> (Outcome, String) {
    let mut seen = examine(broken);
    if seen.errors() == 0 {
        return (Outcome::Harmless, String::new());
    }
    mend::offer(&mut seen, &Alone, &Setting::default());
    let said: Vec<String> = seen
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    let said = said.join("; ");
    let order = |severity| seen.findings.iter().filter(move |found| found.severity == severity);
    let offered = order(Severity::Error).find_map(|found| found.fixes.first());
    let Some(first) = offered else { return (Outcome::Nothing, said) };
    let text = fix::replace(seen.sources.file(seen.file).text(), &first.edits);
    if examine(&text).errors() == 0 {
        (Outcome::Valid, format!("{said} -> {}", first.title))
    } else {
        (Outcome::Errors, format!("{said} -> {}", first.title))
    }
}

/// The broken program of a seed.
fn case(corpus: &[(String, Program)], seed: u64) -> Option<(&'static str, String)> {
    let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let way = &WAYS[(seed % WAYS.len() as u64) as usize];
    // Few programs have a place for a rare way, so several are asked.
    for _ in 0..400 {
        let (_, program) = &corpus[dice.below(corpus.len())];
        if let Some(broken) = program.broken(way, &mut dice) {
            return Some((way.0, broken));
        }
    }
    None
}

#[test]
fn mends_make_programs_valid_again() {
    let corpus: Vec<(String, Program)> = valid().into_iter().map(|text| (text.clone(), Program::of(&text))).collect();
    assert!(corpus.len() > 300, "only {} valid programs", corpus.len());
    if let Some(seed) = number("PRISM_SEED") {
        let (kind, broken) = case(&corpus, seed).expect("a case");
        let (result, said) = outcome(&broken);
        let words = ["harmless", "nothing offered", "errors left", "valid"][result as usize];
        println!("{kind}: {words}\n{broken}\n{said}");
        return;
    }
    let wanted = number("PRISM_BROKEN").unwrap_or(90) as usize;
    let show = std::env::var_os("PRISM_SHOW").is_some();
    let per_way = wanted.div_ceil(WAYS.len());
    let table: Mutex<BTreeMap<&'static str, [usize; 4]>> = Mutex::new(BTreeMap::new());
    let seen: Mutex<HashSet<String>> = Mutex::new(HashSet::new());
    let last = (wanted * 40) as u64;
    on_all_cores(1..last + 1, |seed| {
        let broken = |counts: &[usize; 4]| counts[1] + counts[2] + counts[3];
        // Ways with few places give what they have, and the others make up for it.
        let full = |counts: &[usize; 4]| broken(counts) >= 2 * per_way;
        let done = {
            let table = table.lock().expect("no thread panics");
            table.values().map(broken).sum::<usize>() >= wanted
        };
        if done {
            return ControlFlow::Break(());
        }
        let Some((kind, broken)) = case(&corpus, seed) else { return ControlFlow::Continue(()) };
        if table.lock().expect("no thread panics").get(kind).is_some_and(full)
            || !seen.lock().expect("no thread panics").insert(broken.clone())
        {
            return ControlFlow::Continue(());
        }
        let (result, said) = outcome(&broken);
        table.lock().expect("no thread panics").entry(kind).or_default()[result as usize] += 1;
        if show && matches!(result, Outcome::Nothing | Outcome::Errors) {
            println!("PRISM_SEED={seed} {kind}: {said}");
        }
        ControlFlow::Continue(())
    });
    let table = table.into_inner().expect("no thread panics");
    println!("{:22}{:>8}{:>10}{:>10}{:>10}{:>8}", "kind", "broken", "nothing", "errors", "valid", "");
    let mut total = [0; 4];
    for (name, _) in WAYS {
        let counts = table.get(name).copied().unwrap_or_default();
        row(name, counts);
        (0..4).for_each(|i| total[i] += counts[i]);
    }
    row("all", total);
    let broken = total[1] + total[2] + total[3];
    assert!(broken * 2 > wanted, "only {broken} of {wanted} programs were broken");
    assert!(total[3] * 5 >= broken * 4, "only {} of {broken} were made valid", total[3]);
}

fn row(name: &str, counts: [usize; 4]) {
    let broken = counts[1] + counts[2] + counts[3];
    let share = (counts[3] * 100).checked_div(broken).unwrap_or(0);
    println!("{name:22}{broken:>8}{:>10}{:>10}{:>10}{share:>7}%", counts[1], counts[2], counts[3]);
}
