//! What is right is called right: the library and all examples without an error and without a warning.

use crate::binary::prism;
use std::path::Path;

#[test]
fn the_library_and_the_examples_have_no_findings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let outcome = prism(root, &["check", "--strict", "stdlib", "examples"]);
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.err);
    for agents in std::fs::read_dir(root.join("examples")).unwrap().map(|file| file.unwrap().path()) {
        let name = agents.file_name().unwrap().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".agents.yaml") else { continue };
        let (program, agents) = (format!("examples/{stem}.prism"), format!("examples/{name}"));
        let outcome = prism(root, &["check", "--strict", "--agents", &agents, &program]);
        assert_eq!(outcome.code, 0, "{program}: {}{}", outcome.out, outcome.err);
    }
}
