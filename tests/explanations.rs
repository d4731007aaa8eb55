//! Every code has an explanation, and the programs in it do what it says.
//!
//! The codes whose programs were seen to behave stand in `explanations.passing`; what stands there stays. `UPDATE=1`
//! adds those that behave by now.

use std::collections::BTreeSet;
use std::path::Path;

use prism::diagnostic::explanation::{self, Explanation, Role};
use prism::diagnostic::{CODES, Code};
use serde_json::Value;

use crate::binary::{Folder, words};

/// What cannot be shown by a program that a person would read.
const SHOWN_AS_TEXT: &[Code] = &[Code::P003, Code::P007, Code::CF900, Code::E006, Code::R095];

#[test]
fn every_code_is_explained() {
    for entry in CODES {
        let explanation = explanation::of(entry.code).unwrap_or_else(|| panic!("{} has no explanation", entry.name));
        assert!(explanation.cause.ends_with('.') && explanation.cause.len() > 40, "{}: no cause", entry.name);
        let count = |role| explanation.blocks.iter().filter(|block| block.role == role).count();
        let programs = (count(Role::Fails), count(Role::Passes));
        let wanted = if SHOWN_AS_TEXT.contains(&entry.code) { (0, 0) } else { (1, 1) };
        assert_eq!(programs, wanted, "{}: one failing and one mended program", entry.name);
    }
    let order: Vec<Code> = CODES.iter().map(|entry| entry.code).collect();
    let mut explained: Vec<Code> = explanation::all().iter().map(|explanation| explanation.code).collect();
    explained.sort();
    assert_eq!(explained, order, "one section for each code");
}

#[test]
fn headings_are_the_titles() {
    for family in ["P", "T", "CF", "TM", "B", "E", "R", "L"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/codes/{family}.md"));
        let text = std::fs::read_to_string(path).unwrap();
        let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let titles: Vec<String> = CODES
            .iter()
            .filter(|entry| entry.name.trim_end_matches(|c: char| c.is_ascii_digit()) == family)
            .map(|entry| format!("{} {}", entry.name, entry.title))
            .collect();
        assert_eq!(headings, titles);
    }
}

#[test]
fn programs_do_what_the_explanation_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explanations.passing");
    let known: BTreeSet<String> = std::fs::read_to_string(&path).unwrap().lines().map(str::to_string).collect();
    let update = std::env::var_os("UPDATE").is_some();
    let mut faults = Vec::new();
    let mut passing = known.clone();
    for explanation in explanation::all() {
        let name = explanation.code.name();
        if SHOWN_AS_TEXT.contains(&explanation.code) || !(update || known.contains(name)) {
            continue;
        }
        match behaves(explanation) {
            Ok(()) => drop(passing.insert(name.to_string())),
            Err(why) => faults.push(format!("{name}: {why}")),
        }
    }
    if update {
        faults.iter().for_each(|fault| eprintln!("{fault}"));
        let mut lines: Vec<String> = passing.into_iter().collect();
        lines.sort_by_key(|name| Code::find(name));
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        faults.retain(|fault| known.contains(fault.split(':').next().unwrap()));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Whether the failing program has the code and the mended one has not.
fn behaves(explanation: &Explanation) -> Result<(), String> {
    let name = explanation.code.name();
    for block in &explanation.blocks {
        let fails = match block.role {
            Role::Fails => true,
            Role::Passes => false,
            _ => continue,
        };
        let folder = Folder::new(&format!("explanations/{name}-{}", if fails { "fails" } else { "passes" }));
        folder.write("main.prism", format!("{}\n", block.text));
        for beside in &explanation.blocks {
            match beside.role {
                Role::Module(module) => folder.write(module, format!("{}\n", beside.text)),
                Role::Agents => folder.write("agents.yaml", format!("{}\n", beside.text)),
                _ => {}
            }
        }
        if name.starts_with('R') { runs(&folder, explanation, fails)? } else { checks(&folder, name, fails)? }
    }
    Ok(())
}

fn checks(folder: &Folder, name: &str, fails: bool) -> Result<(), String> {
    let outcome = folder.prism(&["check", "--format", "json", "main.prism"]);
    let report: Value = serde_json::from_str(&outcome.out).map_err(|_| format!("no report: {}", outcome.err))?;
    let all = report["diagnostics"].as_array().ok_or("no diagnostics")?;
    let found = all.iter().any(|found| found["code"] == name);
    let others: Vec<String> = all
        .iter()
        .filter(|found| found["code"] != name && found["severity"] == "error")
        .map(|found| format!("{} {}", found["code"], found["message"]))
        .collect();
    let program = if fails { "the failing program" } else { "the mended program" };
    if found != fails {
        return Err(format!("{program}: {}", if fails { "not reported" } else { "still reported" }));
    }
    if !others.is_empty() {
        return Err(format!("{program} has other errors: {}", others.join("; ")));
    }
    Ok(())
}

fn runs(folder: &Folder, explanation: &Explanation, fails: bool) -> Result<(), String> {
    let name = explanation.code.name();
    let command = explanation.blocks.iter().find(|block| block.role == Role::Command);
    let mut arguments = words(command.map_or("prism run main.prism", |block| block.text));
    arguments.remove(0);
    if fails {
        arguments.push("--unchecked".into());
    }
    let outcome = folder.prism(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let wanted = match fails {
        false => 0,
        true if name >= "R090" => 3,
        true => 1,
    };
    let program = if fails { "the failing program" } else { "the mended program" };
    if outcome.code != wanted || (fails && !outcome.err.contains(&format!("[{name}]"))) {
        return Err(format!("{program}: exit {} instead of {wanted}\n{}{}", outcome.code, outcome.out, outcome.err));
    }
    Ok(())
}
