//! What the documents show is what happens.
//!
//! The words behind a fence say what a block is. `prism examples/hello.prism` is that file; `prism main.prism` is a
//! program of the document's own, kept for the commands, and so is `yaml agents.yaml`; other `prism` blocks are only checked. `text prism check
//! main.prism` is what that command prints. `UPDATE=1` writes it all anew.

use crate::binary::{Folder, prism, words};
use crate::goldens::{compare, place, report};

const DOCUMENTS: &[&str] = &["README.md", "docs/tour.md", "docs/patterns.md", "examples/README.md"];

#[test]
fn documents_show_what_happens() {
    report(DOCUMENTS.iter().map(|name| {
        let text = std::fs::read_to_string(place(name)).unwrap();
        let folder = Folder::new(&format!("docs/{}", name.replace('/', "-")));
        let mut out = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            out.push_str(line);
            out.push('\n');
            let Some(info) = line.strip_prefix("```") else { continue };
            let body: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            match info.split_once(' ') {
                Some(("prism", file)) if file.contains('/') => {
                    out.push_str(&std::fs::read_to_string(place(file)).map_err(|_| format!("{name}: no {file}"))?);
                }
                Some(("prism" | "yaml", file)) => {
                    folder.write(file, &body);
                    out.push_str(&body);
                }
                Some(("text", command)) => {
                    let command = command.strip_prefix("prism ").ok_or(format!("{name}: what is `{command}`?"))?;
                    let arguments = words(command);
                    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                    let project = arguments.iter().any(|argument| argument.contains('/'));
                    let outcome = if project { prism(&place(""), &arguments) } else { folder.prism(&arguments) };
                    out.push_str(&(outcome.out + &outcome.err));
                }
                _ => out.push_str(&body),
            }
            out.push_str("```\n");
        }
        compare(&place(name), &out)
    }));
}

/// Whoever looks for a function of the library finds it in one place.
#[test]
fn every_function_of_the_library_is_listed() {
    let listed = std::fs::read_to_string(place("docs/patterns.md")).unwrap();
    let missing: Vec<String> = std::fs::read_dir(place("stdlib"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_stem().is_some_and(|name| name != "hosts"))
        .flat_map(|path| {
            let module = format!("`std/{}`", path.file_stem().unwrap().display());
            let text = std::fs::read_to_string(path).unwrap();
            let row = listed.lines().find(|line| line.contains(&module)).unwrap_or_default().to_owned();
            let names = text.lines().filter_map(|line| line.strip_prefix("export function ")?.split('(').next());
            let absent = |name: &&str| !row.contains(&format!("`{name}`")) && !row.contains(&format!("`{name}("));
            names.filter(absent).map(|name| format!("{name} of {module}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
