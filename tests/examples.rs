//! Every example and every module of the library is checked without a finding, tested, and written in the one style; each
//! example is in `examples/README.md`, whose outputs `docs` compares.

use std::path::{Path, PathBuf};

use crate::binary::{Folder, prism};

fn programs(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|it| it == "prism")).collect();
    all.sort();
    all
}

/// What commands say of a program that is not as it should be.
fn faults(path: &Path, more: &[&str]) -> Vec<String> {
    let file = path.to_str().unwrap();
    let agents = path.with_extension("agents.yaml");
    let mut check = vec!["check", file];
    check.extend(more);
    if agents.exists() {
        check.extend(["--agents", agents.to_str().unwrap()]);
    }
    let commands =
        [(check, "no faults in 1 file\n"), (vec!["test", file], " passed\n"), (vec!["fmt", "--check", file], "")];
    let tested = std::fs::read_to_string(path).unwrap().lines().any(|line| line.starts_with("test \""));
    let commands = commands.into_iter().filter(|(command, _)| tested || command[0] != "test");
    let wrong = |(command, wanted): (Vec<&str>, &str)| {
        let outcome = prism(path.parent().unwrap(), &command);
        let fine = outcome.code == 0 && outcome.out.ends_with(wanted);
        (!fine).then(|| format!("{}: {}{}", command.join(" "), outcome.out, outcome.err))
    };
    commands.filter_map(wrong).collect()
}

#[test]
fn examples_run_check_and_test() {
    let all = programs("examples");
    assert!(all.len() >= 12);
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/README.md")).unwrap();
    let mut wrong: Vec<String> = all.iter().flat_map(|path| faults(path, &[])).collect();
    for path in &all {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !readme.contains(&format!("```text prism run examples/{name}")) {
            wrong.push(format!("examples/README.md does not show what {name} prints"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first policy of `docs/policy.md`, which is for everybody.
#[test]
fn examples_keep_to_the_policy_of_the_documents() {
    let folder = Folder::new("examples/policy");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap();
    let policy = text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    assert!(policy.contains("\nsteps = ") && policy.contains("\ncalls = "), "{policy}");
    folder.write("policy.toml", policy);
    let file = folder.path().join("policy.toml");
    let more = ["--policy", file.to_str().unwrap()];
    let wrong: Vec<String> = programs("examples").iter().flat_map(|path| faults(path, &more)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_is_checked_and_tested() {
    let all = programs("stdlib");
    let wrong: Vec<String> = all.iter().flat_map(|path| faults(path, &["--strict"])).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What is embedded is what lies there.
    let embedded: Vec<&str> = prism::hir::LIBRARY.iter().map(|(name, _)| name.strip_prefix("std/").unwrap()).collect();
    let files: Vec<&str> = all.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    for name in files.iter().filter(|name| **name != "hosts") {
        assert!(embedded.contains(name), "stdlib/{name}.prism is not embedded");
    }
}

/// Every exported function of the library says what it does, and a test of its module uses it.
#[test]
fn the_library_is_documented() {
    for (name, text) in prism::hir::LIBRARY {
        let lines: Vec<&str> = text.lines().collect();
        let tests: String = text.split("\ntest ").skip(1).collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(head) = line.strip_prefix("export function ") else { continue };
            let function = head.split('(').next().unwrap();
            let above = lines[..at].iter().rev().take_while(|line| !line.is_empty());
            assert!(above.clone().any(|line| line.starts_with("///")), "`{function}` of {name} has no doc comment");
            assert!(
                above.clone().any(|line| line.starts_with("@primitive")),
                "`{function}` of {name} declares nothing"
            );
            assert!(tests.contains(&format!("{function}(")), "no test of {name} uses `{function}`");
        }
    }
}
