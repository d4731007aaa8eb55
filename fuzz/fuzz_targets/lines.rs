//! Every byte of every text has a place, and places go forward; a mark of the order of bytes is part of no line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prism::source::{Lines, MARK};

fuzz_target!(|text: &str| {
    let lines = Lines::of(text);
    let mut last = (0, 0);
    for (offset, _) in text.char_indices().skip(usize::from(text.starts_with(MARK))) {
        let place = lines.position(text, offset as u32);
        assert!((place.line, place.column) > last);
        last = (place.line, place.column);
    }
});
