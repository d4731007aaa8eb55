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

/// The text of the module with a path.
pub(super) fn text(path: &str) -> Option<&'static str> {
    LIBRARY.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}
