//! Every text has a tree whose nodes lie in the text, and so do the findings and their edits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prism::diagnostic::Diagnostics;
use prism::source::{Names, Sources};

fuzz_target!(|text: &str| {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let mut findings = Diagnostics::new();
    let mut names = Names::new();
    let tree = prism::syntax::parse(file, text, &mut names, &mut findings);
    for span in &tree.spans {
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?}");
    }
    for found in findings.iter() {
        let edits = found.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.at);
        let notes = found.notes.iter().filter_map(|note| note.at);
        for place in edits.chain(notes).chain([found.at]) {
            assert!(text.get(place.span.start as usize..place.span.end as usize).is_some(), "{found:?}");
        }
    }
    prism::syntax::print::tree(text, &names, &tree);
});
