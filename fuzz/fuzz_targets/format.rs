//! What can be read can be formatted, and formatting twice changes nothing more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prism::format::{Refusal, format};

fuzz_target!(|text: &str| {
    match format(text) {
        Ok(once) => match format(&once) {
            Ok(twice) => assert_eq!(once, twice),
            Err(refusal) => panic!("{refusal:?}\n{once}"),
        },
        Err(Refusal::Unreadable(_)) => {}
        Err(Refusal::Changed(span)) => panic!("changed at {span:?}"),
    }
});
