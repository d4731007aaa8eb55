//! The modules that belong to the language, whose texts are compiled in: `import * as voting from "std/voting"`.
//!
//! They are the same for every program, so a process parses each of them once, when a program first imports it.

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Name, Names};
use crate::syntax::ast::{Form, List, Node, NodeId, Tree};
use crate::syntax::visit;
use foldhash::HashMap;
use std::sync::OnceLock;

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

/// A module as it was parsed, with names of its own.
struct Read {
    text: &'static str,
    tree: Tree,
    names: Names,
}

static READ: [OnceLock<Read>; LIBRARY.len()] = [const { OnceLock::new() }; LIBRARY.len()];

/// Whether a path is that of a module of the language.
pub(super) fn has(path: &str) -> bool {
    LIBRARY.iter().any(|(name, _)| *name == path)
}

/// The path of the module that exports a function of this name.
pub(super) fn exporting(name: &str) -> Option<&'static str> {
    let head = format!("\nexport function {name}(");
    LIBRARY.iter().find(|(_, text)| text.contains(&head)).map(|(path, _)| *path)
}

/// The module with a path as programs that import it read it: its text, and what parsing that with these names gives.
pub(super) fn module(path: &str, names: &mut Names) -> Option<(&'static str, Tree)> {
    let place = LIBRARY.iter().position(|(name, _)| *name == path)?;
    let read = READ[place].get_or_init(|| {
        let (_, whole) = LIBRARY[place];
        let text = whole.find(FIRST_TEST).map_or(whole, |end| &whole[..=end]);
        let mut names = Names::new();
        let tree = crate::syntax::parse(FileId::default(), text, &mut names, &mut Diagnostics::new());
        Read { text, tree, names }
    });
    // A name is new where it was new when the module was parsed.
    let here: Vec<Name> = read.names.iter().map(|name| names.intern(name)).collect();
    let mut tree = read.tree.clone();
    tree.rename(|name| here[name.0 as usize]);
    Some((read.text, tree))
}

/// Leaves out the functions that nobody needs who takes no more than these names of a module: those that neither they nor the
/// module's other statements mention, directly or through others.
pub(super) fn keep(tree: &mut Tree, taken: &[Name]) {
    let statements = tree.list(tree.root).to_vec();
    let named: HashMap<Name, usize> =
        statements.iter().enumerate().filter_map(|(at, statement)| Some((declared(tree, *statement)?, at))).collect();
    // Whoever takes what there is none of is told of all that there is.
    let given =
        |name: &Name| named.get(name).is_some_and(|&at| matches!(tree.node(statements[at]), Node::Export { .. }));
    if !taken.iter().all(given) {
        return;
    }
    let mut kept = vec![true; statements.len()];
    named.values().for_each(|&at| kept[at] = false);
    taken.iter().for_each(|name| kept[named[name]] = true);
    let mut waiting: Vec<NodeId> =
        statements.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(statement, _)| *statement).collect();
    while let Some(node) = waiting.pop() {
        if let Node::Name(name) | Node::Shorthand { name, .. } = tree.node(node)
            && let Some(&at) = named.get(name)
            && !std::mem::replace(&mut kept[at], true)
        {
            waiting.push(statements[at]);
        }
        visit::children(tree, node, |child| waiting.push(child));
    }
    let start = tree.links.len();
    tree.links.extend(statements.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(statement, _)| statement));
    tree.root = List { start: start as u32, len: (tree.links.len() - start) as u32 };
}

/// The name of the function that a statement declares, where it does nothing else.
fn declared(tree: &Tree, statement: NodeId) -> Option<Name> {
    match *tree.node(statement) {
        Node::Export { default: false, declaration } => declared(tree, declaration),
        Node::Function(id) if matches!(tree.function(id).form, Form::Function | Form::Fn) => {
            match *tree.node(tree.function(id).name?) {
                Node::Name(name) => Some(name),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_tests_is_imported() {
        for (path, whole) in LIBRARY {
            let (imported, _) = module(path, &mut Names::new()).expect("a module");
            let tests = &whole[imported.len()..];
            assert!(!imported.contains("\ntest \""), "{path}");
            for declaration in ["\nexport ", "\nfunction ", "\npattern ", "\nconst ", "\nlet "] {
                assert!(!tests.contains(declaration), "{path} declares something behind its first test");
            }
        }
    }

    #[test]
    fn what_nobody_needs_is_left_out() {
        let left = |path: &str, taken: &[&str]| {
            let mut names = Names::new();
            let (_, mut tree) = module(path, &mut names).expect("a module");
            let taken: Vec<Name> = taken.iter().map(|name| names.intern(name)).collect();
            keep(&mut tree, &taken);
            let statements = tree.list(tree.root).iter();
            statements.filter_map(|it| Some(names.text(declared(&tree, *it)?).to_owned())).collect::<Vec<String>>()
        };
        assert_eq!(left("std/voting", &["borda", "tally"]), ["tally", "borda"]);
        // What is taken may need what nobody can take.
        assert_eq!(left("std/confidence", &["uncertainBranch"]), ["uncertainBranch", "taken"]);
        for wrong in ["taken", "nothing"] {
            assert!(left("std/confidence", &["least", wrong]).contains(&"fade".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn what_was_parsed_once_is_what_parsing_gives() {
        let known = || {
            let mut names = Names::new();
            for name in ["results", "of", "something", "else"] {
                names.intern(name);
            }
            names
        };
        for (path, _) in LIBRARY {
            let (mut here, mut there, mut found) = (known(), known(), Diagnostics::new());
            let (text, tree) = module(path, &mut here).expect("a module");
            let parsed = crate::syntax::parse(FileId::default(), text, &mut there, &mut found);
            assert_eq!(format!("{tree:?}"), format!("{parsed:?}"), "{path}");
            assert!(found.iter().next().is_none() && here.iter().eq(there.iter()), "{path}");
        }
    }
}
