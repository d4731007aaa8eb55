//! Edits that are offered with findings.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::{Location, Span};

/// A finding with a mend that replaces one range.
pub(super) fn suggest(found: Diagnostic, title: String, span: Span, text: String, certain: bool) -> Diagnostic {
    let at = Location::new(found.at.file, span);
    found.mend(Fix { title, certain, edits: vec![Edit { at, text }] })
}

/// Whether one name is the other with a slip of the finger, so that nobody can have meant anything else: another case,
/// words joined otherwise, or one letter too many, missing, changed or swapped in a name that is not short.
pub(super) fn is_slip(written: &str, meant: &str) -> bool {
    let fold = |name: &str| -> Vec<char> { name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect() };
    let (written, meant) = (fold(written), fold(meant));
    if written == meant {
        return true;
    }
    let (short, long) = if written.len() <= meant.len() { (&written, &meant) } else { (&meant, &written) };
    if short.len() < 4 || long.len() - short.len() > 1 {
        return false;
    }
    let front = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[front..], &long[front..]);
    let back = short.iter().rev().zip(long.iter().rev()).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[..short.len() - back], &long[..long.len() - back]);
    match (short, long) {
        ([], [_]) | ([_], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn slips() {
        for (written, meant) in
            [("reslut", "result"), ("Result", "result"), ("agent_list", "agentList"), ("lenght", "length")]
        {
            assert!(is_slip(written, meant), "{written}");
        }
        for (written, meant) in [("max", "min"), ("total", "table"), ("a", "b"), ("draft", "drawn")] {
            assert!(!is_slip(written, meant), "{written}");
        }
    }
}
