//! The modules that belong to the language, whose texts are compiled in: `import * as voting from "std/voting"`.

/// What their paths begin with.
pub(super) const PREFIX: &str = "std/";

/// What the files of programs end with.
pub(super) const ENDING: &str = ".prism";

/// Their paths and texts, in alphabetical order.
pub const LIBRARY: &[(&str, &str)] = &[
    ("std/confidence", include_str!("../../stdlib/confidence.prism")),
    ("std/control", include_str!("../../stdlib/control.prism")),
    ("std/coordination", include_str!("../../stdlib/coordination.prism")),
    ("std/execution", include_str!("../../stdlib/execution.prism")),
    ("std/knowledge", include_str!("../../stdlib/knowledge.prism")),
    ("std/transaction", include_str!("../../stdlib/transaction.prism")),
    ("std/voting", include_str!("../../stdlib/voting.prism")),
];

/// What stands before the first test of a module: tests come last there, and who imports it has no use for them.
const FIRST_TEST: &str = "\n\ntest \"";

/// The text of the module with a path, as programs that import it read it.
pub(super) fn text(path: &str) -> Option<&'static str> {
    let (_, text) = LIBRARY.iter().find(|(name, _)| *name == path)?;
    Some(text.find(FIRST_TEST).map_or(*text, |end| &text[..=end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_tests_is_imported() {
        for (path, whole) in LIBRARY {
            let imported = text(path).expect("a module");
            let tests = &whole[imported.len()..];
            assert!(!imported.contains("\ntest \""), "{path}");
            for declaration in ["\nexport ", "\nfunction ", "\npattern ", "\nconst ", "\nlet "] {
                assert!(!tests.contains(declaration), "{path} declares something behind its first test");
            }
        }
    }
}
