//! The exported grammars say what the parser says.
//!
//! `tests/grammar/accept.py` gives every program of the project, formatted, to a real Lark; here a part of them, and all
//! with `PRISM_LARK=all cargo test lark -- --nocapture`. Without Python, or without the package and a way to get it, that
//! test says that it was skipped.

use std::path::PathBuf;
use std::process::Command;

use crate::goldens::place;

/// A Python that has the package `lark`: the one of the machine, or one of the project's own.
fn python() -> Option<PathBuf> {
    let has_lark = |python: &PathBuf| {
        let tried = Command::new(python).args(["-c", "import lark"]).output();
        tried.is_ok_and(|done| done.status.success())
    };
    let machine = PathBuf::from("python3");
    if has_lark(&machine) {
        return Some(machine);
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lark");
    let own = folder.join("bin/python");
    if !has_lark(&own) {
        Command::new(machine).args(["-m", "venv"]).arg(&folder).output().ok()?;
        let install = ["-m", "pip", "install", "--quiet", "--retries", "0", "--timeout", "10", "lark==1.3.1"];
        Command::new(&own).args(install).output().ok()?;
    }
    has_lark(&own).then_some(own)
}

#[test]
fn lark_accepts_every_program() {
    let Some(python) = python() else {
        println!("skipped: there is no Python with the package `lark`");
        return;
    };
    let every = if std::env::var_os("PRISM_LARK").is_some() { "1" } else { "25" };
    let done = Command::new(python)
        .arg(place("tests/grammar/accept.py"))
        .args(["--bin", env!("CARGO_BIN_EXE_prism"), "--every", every])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    println!("{said}");
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
}
