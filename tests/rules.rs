//! The rules of the language, one program each with what it gives on top, run by the binary as a stranger would.
//!
//! `// expect:` is the result as JSON, `// error:` the code of the fault (or its letter); `// confidence:`, `// evidence:`
//! and `// parts:` are of the result, `// output:` is a line it prints, `// agents:` and `// input:` are what it is given.
//! `// passes:` is how many tests it has, all of which pass.
//! `PRISM_ONLY=text` runs those whose path holds the text.

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::binary::{Folder, Outcome};

/// What stands on top of a program.
#[derive(Default)]
pub(crate) struct Header {
    pub(crate) expect: Option<Json>,
    pub(crate) error: Option<String>,
    confidence: Option<String>,
    evidence: Option<String>,
    parts: Option<Json>,
    output: Vec<String>,
    passes: Option<usize>,
    pub(crate) agents: Option<Json>,
    pub(crate) input: Option<Json>,
}

impl Header {
    pub(crate) fn read(text: &str) -> Self {
        let mut header = Self::default();
        let json = |text: &str| Some(serde_json::from_str(text).unwrap_or_else(|fault| panic!("`{text}`: {fault}")));
        for line in text.lines() {
            let Some((key, rest)) = line.strip_prefix("// ").and_then(|line| line.split_once(':')) else { break };
            let rest = rest.trim();
            match key {
                "expect" => header.expect = json(rest),
                "error" => header.error = Some(rest.to_owned()),
                "confidence" => header.confidence = Some(rest.to_owned()),
                "evidence" => header.evidence = Some(rest.to_owned()),
                "parts" => header.parts = json(rest),
                "passes" => header.passes = Some(rest.parse().expect("a number of tests")),
                "output" => header.output.push(rest.to_owned()),
                "agents" => header.agents = json(rest),
                "input" => header.input = json(rest),
                _ => break,
            }
        }
        assert!(
            [header.expect.is_some(), header.error.is_some(), header.passes.is_some()].iter().filter(|it| **it).count()
                == 1,
            "a program says what it gives, how it fails or how many tests it has"
        );
        header
    }
}

/// All programs of the corpus, a folder for each area; what others import stands in folders called `lib`.
pub(crate) fn programs() -> Vec<PathBuf> {
    fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("lib") {
                walk(&path, depth + 1, found);
            } else if depth > 0 && path.extension().is_some_and(|extension| extension == "prism") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language"), 0, &mut found);
    found.sort();
    let only = std::env::var("PRISM_ONLY").unwrap_or_default();
    found.retain(|path| path.to_string_lossy().contains(&only));
    found
}

fn same(want: &Json, got: &Json) -> bool {
    match (want, got) {
        (Json::Number(want), Json::Number(got)) => {
            let (want, got) = (want.as_f64().unwrap(), got.as_f64().unwrap());
            want == got || (want - got).abs() <= 1e-12 * want.abs().max(1.0)
        }
        (Json::Array(want), Json::Array(got)) => {
            want.len() == got.len() && want.iter().zip(got).all(|(want, got)| same(want, got))
        }
        (Json::Object(want), Json::Object(got)) => {
            want.len() == got.len() && want.iter().all(|(key, want)| got.get(key).is_some_and(|got| same(want, got)))
        }
        _ => want == got,
    }
}

/// What is wrong with a program of the corpus, if anything is.
fn fault(path: &Path, folder: &Folder) -> Option<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let header = Header::read(&text);
    let file = path.to_str().unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap();
    if let Some(passes) = header.passes {
        let outcome = folder.prism(&["test", file]);
        let wanted = format!("{passes} of {passes} test");
        let said: Vec<&str> = outcome.out.lines().filter(|line| !line.starts_with("ok ")).collect();
        let shows =
            said.iter().zip(&header.output).filter(|(said, wanted)| said == wanted).count() == header.output.len();
        let fine = outcome.out.contains(&wanted) && shows;
        return (!fine).then(|| format!("wanted {wanted}, {:?}: {}{}", header.output, outcome.out, outcome.err));
    }
    // What the validator reports is not the question here, unless it is what is expected.
    let refused = header.error.as_ref().is_some_and(|code| code.starts_with('T'));
    let mut arguments = vec!["run".to_owned(), file.to_owned()];
    arguments.extend((!refused).then(|| "--unchecked".to_owned()));
    if let Some(agents) = &header.agents {
        let agents_file = format!("{name}.agents.json");
        folder.write(&agents_file, agents.to_string());
        arguments.extend(["--agents".to_owned(), agents_file]);
    }
    if let Some(input) = &header.input {
        arguments.extend(["--input".to_owned(), input.to_string(), "--shaped".to_owned()]);
    }
    let plain: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let json: Vec<&str> = plain.iter().copied().chain(["--json"]).collect();
    if !header.output.is_empty() || header.error.is_some() {
        let outcome = folder.prism(&plain);
        if !outcome.out.starts_with(&header.output.join("\n")) {
            return Some(format!("wanted output {:?}, got {:?}", header.output, outcome.out));
        }
        let Some(code) = &header.error else { return result_fault(&header, &folder.prism(&json)) };
        let shown = |at: usize| outcome.err[at..].starts_with(&format!("[{code}"));
        let named = (0..outcome.err.len()).any(|at| outcome.err.is_char_boundary(at) && shown(at));
        return (outcome.code == 0 || !named).then(|| format!("wanted {code}, got {}{}", outcome.out, outcome.err));
    }
    result_fault(&header, &folder.prism(&json))
}

/// What is wrong with the result of a run.
fn result_fault(header: &Header, outcome: &Outcome) -> Option<String> {
    let Ok(result) = serde_json::from_str::<Json>(&outcome.out) else {
        return Some(format!("exit {}: {}{}", outcome.code, outcome.out, outcome.err));
    };
    let mut wrong = Vec::new();
    if !same(header.expect.as_ref().unwrap(), &result["value"]) {
        wrong.push(format!("wanted {}, got {}", header.expect.as_ref().unwrap(), result["value"]));
    }
    if let Some(want) = &header.confidence {
        let close = |want: f64| result["confidence"].as_f64().is_some_and(|got| (want - got).abs() < 1e-9);
        let right = if want == "unknown" { result["confidence"].is_null() } else { close(want.parse().unwrap()) };
        wrong.extend((!right).then(|| format!("wanted confidence {want}, got {}", result["confidence"])));
    }
    if let Some(want) = &header.evidence
        && result["evidence"] != **want
    {
        wrong.push(format!("wanted evidence {want}, got {}", result["evidence"]));
    }
    if let Some(want) = &header.parts
        && !same(want, &result["parts"])
    {
        wrong.push(format!("wanted parts {want}, got {}", result["parts"]));
    }
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

#[test]
fn every_rule_holds() {
    let folder = Folder::new("language");
    let programs = programs();
    let next = Mutex::new(programs.iter());
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = { next.lock().unwrap().next() } {
                    if let Some(fault) = fault(path, &folder) {
                        let shown = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display();
                        faults.lock().unwrap().push(format!("{shown}: {fault}"));
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().unwrap();
    faults.sort();
    assert!(faults.is_empty(), "{} of {} programs\n{}", faults.len(), programs.len(), faults.join("\n"));
}
