//! Text from elsewhere, made harmless for a terminal or a page.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every character that could steer a terminal, reorder a line or hide itself written as an escape. Line
/// feeds and tabs stay.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && c != '\t' && is_treacherous(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c != '\n' && c != '\t' && is_treacherous(c) {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a character has an effect that cannot be seen: control characters, line ends of other worlds, direction marks,
/// characters without width. The joiners of scripts and emoji are none of these.
pub fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_honest_text_alone() {
        assert!(matches!(escaped("naïve\n\t家 👩‍👩‍👧"), Cow::Borrowed(_)));
    }

    #[test]
    fn shows_what_would_hide() {
        assert_eq!(escaped("\x1b[2Ja\u{202e}b\r"), "\\u{1b}[2Ja\\u{202e}b\\u{d}");
    }
}
