//! Every text can be checked, from its letters to its certificates.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use prism::check::{Setting, check};
use prism::diagnostic::Diagnostics;
use prism::hir::{self, Alone};
use prism::ir;
use prism::source::Sources;
use prism::syntax::Limits;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut findings = Diagnostics::new();
    let program = hir::load(file, &mut sources, &Alone, Limits::CHECK, &mut findings);
    if !findings.has_errors() {
        check(&ir::lower(Arc::new(program)), &Setting::default(), &mut findings);
    }
});
