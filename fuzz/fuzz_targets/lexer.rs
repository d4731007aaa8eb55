//! Tokens and comments lie in the text, in order, and whatever they are, the shaping pass gives brackets that fit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prism::diagnostic::Diagnostics;
use prism::source::FileId;
use prism::syntax::{lexer, shape};

fuzz_target!(|text: &str| {
    let mut findings = Diagnostics::new();
    let lexed = lexer::lex(FileId(0), text, &mut findings);
    let mut end = 0;
    for token in &lexed.tokens {
        assert!(end <= token.start && token.start <= token.end, "{token:?}");
        assert!(text.get(token.start as usize..token.end as usize).is_some(), "{token:?}");
        end = token.end;
    }
    for comment in &lexed.comments {
        assert!(text.get(comment.span.start as usize..comment.span.end as usize).is_some(), "{comment:?}");
    }
    shape::shape(FileId(0), text, lexed.tokens, &mut findings);
});
