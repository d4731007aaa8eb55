//! What is found can be shown in every way, as JSON that can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prism::diagnostic::{Diagnostics, json, sarif};
use prism::hir::{self, Alone};
use prism::source::Sources;
use prism::syntax::Limits;

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut findings = Diagnostics::new();
    hir::load(file, &mut sources, &Alone, Limits::CHECK, &mut findings);
    findings.settle();
    let all = || findings.iter().map(|found| (&sources, found));
    for value in [json::report(&["main.prism"], all(), Vec::new()), sarif::log(&["main.prism"], all(), [], Vec::new())]
    {
        assert_eq!(value.to_string().parse::<serde_json::Value>().ok(), Some(value));
    }
});
