//! Whether the proofs would notice: mistakes put into the validator on purpose, each of which some proof must find within
//! 10,000 programs.
//!
//! `mutants.txt` lists them: what is wrong, the file, a text that it stands behind, and an expression with what stands there
//! instead. All are built into one copy of the sources, under `target/mutants`, where the environment chooses one:
//! `PRISM_MUTANTS=1 cargo test --release proofs::mutants -- --nocapture`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A mistake.
struct Mutant<'a> {
    what: &'a str,
    file: &'a str,
    /// Where its expression begins and ends in the file.
    at: (usize, usize),
    instead: &'a str,
}

const LIST: &str = include_str!("mutants.txt");

/// The proofs, those first that find most in the least time.
const PROOFS: [&str; 6] = [
    "proofs::transfer::",
    "proofs::acceptance::",
    "proofs::relations::",
    "proofs::soundness::",
    "proofs::fuel::",
    "recursion::proof::",
];

/// How many programs each proof looks at.
const PROGRAMS: &str = "10000";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// All of them, or what is wrong with the list.
fn mutants<'a>(texts: &mut BTreeMap<&'a str, String>, list: &'a str) -> Result<Vec<Mutant<'a>>, String> {
    list.split("\n\n")
        .map(|entry| {
            let mut lines = entry.trim().lines();
            let mut line = |mark: &str| {
                let line: Option<&'a str> = lines.next().and_then(|line| line.strip_prefix(mark));
                line.ok_or_else(|| format!("`{mark}` is missing in\n{entry}"))
            };
            let (what, file, behind, from, instead) = (line("# ")?, line("src/")?, line("")?, line("- ")?, line("+ ")?);
            let text = texts.entry(file).or_insert_with(|| read(&root().join("src").join(file)));
            let behind = text.find(behind).ok_or_else(|| format!("{what}: src/{file} has no `{behind}`"))?;
            let start = text[behind..].find(from).ok_or_else(|| format!("{what}: src/{file} has no `{from}` there"))?;
            let at = (behind + start, behind + start + from.len());
            Ok(Mutant { what, file, at, instead })
        })
        .collect()
}

#[test]
fn every_mistake_has_its_place() {
    let all = mutants(&mut BTreeMap::new(), LIST).unwrap();
    assert!(all.len() >= 25, "only {} mistakes", all.len());
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if std::fs::read(to).ok() != std::fs::read(from).ok() {
        // What is the same stays as it is, so that it need not be built again.
        std::fs::copy(from, to).unwrap();
    }
}

/// A copy of the package that has all mistakes in it.
fn sources(mutants: &[Mutant], texts: &BTreeMap<&str, String>) -> PathBuf {
    let place = root().join("target/mutants");
    std::fs::create_dir_all(&place).unwrap();
    for entry in std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name();
        if name != "src" && name != "target" && !name.to_string_lossy().starts_with('.') {
            copy(&entry.path(), &place.join(name));
        }
    }
    let kept = place.join("sources");
    let _ = std::fs::remove_dir_all(&kept);
    copy(&root().join("src"), &kept);
    for (file, text) in texts {
        let mut own: Vec<(usize, &Mutant)> =
            mutants.iter().enumerate().filter(|(_, mutant)| mutant.file == *file).collect();
        own.sort_by_key(|(_, mutant)| std::cmp::Reverse(mutant.at));
        let mut text = text.clone();
        for (index, Mutant { at, instead, .. }) in own {
            let was = text[at.0..at.1].to_owned();
            text.replace_range(
                at.0..at.1,
                &format!("(if crate::mutant({}) {{ {instead} }} else {{ {was} }})", index + 1),
            );
        }
        std::fs::write(kept.join(file), text).unwrap();
    }
    let switch = "\n/// Whether a mistake is asked for.\npub fn mutant(number: u32) -> bool {\n\
        static ASKED: std::sync::OnceLock<u32> = std::sync::OnceLock::new();\n\
        let read = || std::env::var(\"PRISM_MUTANT\").ok().and_then(|text| text.parse().ok()).unwrap_or(0);\n\
        *ASKED.get_or_init(read) == number\n}\n";
    let library = kept.join("lib.rs");
    std::fs::write(&library, read(&library) + switch).unwrap();
    copy(&kept, &place.join("src"));
    place
}

/// The test programs of the copy, the library's and the others.
fn build(place: &Path) -> Vec<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    let cargo = cargo.current_dir(place).env("CARGO_TARGET_DIR", root().join("target/mutants/target"));
    let output = cargo.args(["test", "--release", "--no-run", "--lib", "--test", "main"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let built = told.lines().filter_map(|line| line.split_once("Executable")?.1.split_once('(')?.1.strip_suffix(')'));
    built.map(|path| place.join(path)).collect()
}

fn run(programs: &[PathBuf], place: &Path, mutant: usize, proof: &str) -> bool {
    let ran = |program: &PathBuf| -> Output {
        let mut command = Command::new(program);
        let command = command.current_dir(place).env("PRISM_MUTANT", mutant.to_string());
        let command = command.env("PRISM_PROGRAMS", PROGRAMS).env("PRISM_STEPS", "4");
        command.args([proof, "--skip", "proofs::mutants"]).output().unwrap()
    };
    programs.iter().all(|program| ran(program).status.success())
}

#[test]
fn every_mistake_is_found() {
    // It builds everything again and runs it some hundred times.
    if std::env::var_os("PRISM_MUTANTS").is_none() {
        return;
    }
    let mut texts = BTreeMap::new();
    let all = mutants(&mut texts, LIST).unwrap();
    let place = sources(&all, &texts);
    let programs = build(&place);
    assert_eq!(programs.len(), 2, "{programs:?}");
    // A proof that finds something without a mistake would find anything.
    let proofs: Vec<&str> = PROOFS.into_iter().filter(|proof| run(&programs, &place, 0, proof)).collect();
    println!("of {} proofs {} find nothing without a mistake", PROOFS.len(), proofs.len());
    let mut missed = Vec::new();
    for (index, mutant) in all.iter().enumerate() {
        match proofs.iter().find(|proof| !run(&programs, &place, index + 1, proof)) {
            Some(proof) => println!("{}: {}: found by {}", index + 1, mutant.what, proof.trim_end_matches("::")),
            None => {
                println!("{}: {}: not found", index + 1, mutant.what);
                missed.push(mutant.what);
            }
        }
    }
    assert!(missed.is_empty(), "{} mistakes were not found:\n{}", missed.len(), missed.join("\n"));
}
