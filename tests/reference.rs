//! The reference is the table of built-ins, and that of the library is the library.

use crate::binary::Folder;
use crate::goldens::{compare, place, report};

#[test]
fn the_reference_is_printed_from_the_table() {
    report([compare(&place("docs/reference.md"), &prism::builtin::reference())]);
}

#[test]
fn every_built_in_is_documented() {
    for (_, builtin) in prism::builtin::all() {
        assert!(builtin.doc.ends_with('.') && builtin.doc.len() > 5, "{}: {}", builtin.name, builtin.doc);
    }
}

#[test]
fn the_library_is_printed_from_its_modules() {
    report([compare(&place("docs/library.md"), &prism::hir::catalogue())]);
}

#[test]
fn every_function_of_the_library_is_shown_at_work() {
    let folder = Folder::new("library");
    let text = prism::hir::catalogue();
    let entries: Vec<&str> = text.split("\n### ").skip(1).collect();
    for (number, entry) in entries.iter().enumerate() {
        let program = entry.split("```prism\n").nth(1).and_then(|rest| rest.split("```").next());
        folder.write(&format!("{number}.prism"), program.unwrap_or_else(|| panic!("no test shows {entry}")));
        assert!(entry.contains("\n- confidence: "), "which law is this? {entry}");
    }
    let outcome = folder.prism(&["test", "."]);
    let passed = format!("{} of {} tests passed", entries.len(), entries.len());
    assert!(outcome.err.contains(&passed) || outcome.out.contains(&passed), "{}{}", outcome.out, outcome.err);
}
