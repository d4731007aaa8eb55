//! The reference is the table of built-ins.

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
