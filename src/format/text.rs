//! Quotes.

/// The canonical spelling of a string, where it is not the one it has.
///
/// Double quotes, unless the text would then need more escapes than it has. The content is never touched: only the
/// escapes of the quotes themselves come and go.
pub(super) fn quoted(raw: &str) -> Option<String> {
    let inner = raw.strip_prefix('\'')?.strip_suffix('\'')?;
    let (mut doubles, mut singles) = (0, 0);
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => singles += usize::from(bytes.next() == Some(b'\'')),
            b'"' => doubles += 1,
            _ => {}
        }
    }
    if doubles > singles || (doubles > 0 && singles == 0) {
        return None;
    }
    let mut out = String::with_capacity(raw.len());
    out.push('"');
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        match (c, rest.as_str().chars().next()) {
            ('\\', Some('\'')) => {}
            ('\\', Some(escaped)) => {
                out.push('\\');
                out.push(escaped);
                rest.next();
            }
            ('"', _) => out.push_str("\\\""),
            _ => out.push(c),
        }
    }
    out.push('"');
    Some(out)
}

/// Whether two spellings are one string: they may differ in their quotes and in the escapes of these.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right || (is_plain(left) && is_plain(right) && content(left).eq(content(right)))
}

fn is_plain(raw: &str) -> bool {
    raw.len() > 1 && !raw.starts_with("\"\"\"")
}

/// The characters between the quotes, those of escaped quotes without their backslash.
fn content(raw: &str) -> impl Iterator<Item = (bool, char)> {
    let mut rest = raw[1..raw.len() - 1].chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        if c != '\\' {
            return Some((false, c));
        }
        let escaped = rest.next()?;
        Some((!matches!(escaped, '\'' | '"'), escaped))
    })
}

#[cfg(test)]
mod tests {
    use super::{quoted, same};

    #[test]
    fn single_quotes_become_double_where_that_costs_no_escape() {
        assert_eq!(quoted("'a'").as_deref(), Some("\"a\""));
        assert_eq!(quoted(r"'it\'s'").as_deref(), Some("\"it's\""));
        assert_eq!(quoted(r#"'say "a"'"#), None);
        assert_eq!(quoted(r"'a\\\n'").as_deref(), Some(r#""a\\\n""#));
        assert_eq!(quoted("\"a\""), None);
    }

    #[test]
    fn same_content_in_other_quotes() {
        assert!(same(r"'it\'s'", "\"it's\""));
        assert!(!same(r"'\n'", "\"n\""));
        assert!(!same("'a'", "\"b\""));
    }
}
