//! Names of every text can be resolved; the edits of what is found can be applied, all of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prism::diagnostic::{Diagnostics, fix};
use prism::hir::{self, Alone};
use prism::source::Sources;
use prism::syntax::Limits;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut findings = Diagnostics::new();
    hir::load(file, &mut sources, &Alone, Limits::CHECK, &mut findings);
    findings.settle();
    fix::mend(&sources, findings.iter());
});
