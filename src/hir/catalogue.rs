//! What the modules of the language offer, printed for readers from the modules themselves: each function with its
//! documentation, its laws, and a test that shows it.

use std::fmt::Write;

use super::library::LIBRARY;
use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Name, Names};
use crate::syntax::ast::{Form, Function, Node, NodeId, Tree};
use crate::syntax::comments::doc_before;
use crate::syntax::visit;

/// What the laws that a declaration may name say of the confidence of a result.
const LAWS: &[(&str, &str)] = &[
    ("best", "that of the surest version, which is the result"),
    ("check", "its own; what is not sure enough is left out"),
    ("decay", "its own, lowered"),
    ("mean", "the mean of its parts"),
    ("min", "that of the least sure part that it is made of"),
    ("pass", "each part keeps its own"),
    ("served", "that of the answer which is the result"),
    ("share", "the share of the votes, times the mean confidence of those who gave them"),
];

/// The catalogue as Markdown: the modules in the order of their names, their functions in the order of the text.
pub fn catalogue() -> String {
    let mut out = String::from(
        "# Library\n\nWhat need not be part of the language is written in it: `import { debate } from \"std/coordination\"`. The check \
         looks through these functions as if they stood in the program, so what they ask and how often is counted there. Where a \
         function is given agents, the methods that it calls stand in its documentation.\n",
    );
    for (path, text) in LIBRARY {
        Module::read(text).print(path, &mut out);
    }
    out
}

/// A module and how it was parsed, tests included.
struct Module {
    text: &'static str,
    tree: Tree,
    names: Names,
}

impl Module {
    fn read(text: &'static str) -> Self {
        let mut names = Names::new();
        let tree = crate::syntax::parse(FileId::default(), text, &mut names, &mut Diagnostics::new());
        Self { text, tree, names }
    }

    fn print(&self, path: &str, out: &mut String) {
        let about = self.text.split("\n\n").next().unwrap_or_default().trim_start_matches("/// ");
        let _ = write!(out, "\n## `{path}`\n\n{about}\n");
        let exported: Vec<(NodeId, &Function, Name)> = self.exported().collect();
        let names: Vec<Name> = exported.iter().map(|(.., name)| *name).collect();
        for (statement, function, name) in exported {
            let written = self.names.text(name);
            let _ = write!(out, "\n### `{written}`\n\n`{}`\n\n", self.signature(function));
            let doc = doc_before(&self.tree, self.text, self.tree.span(statement).start);
            let doc = doc.strip_prefix(about).unwrap_or(&doc);
            let _ = writeln!(out, "{}\n", doc.trim());
            if let Some(test) = self.tests().find(|test| self.mentions(*test, name)) {
                let used: Vec<&str> =
                    names.iter().filter(|name| self.mentions(test, **name)).map(|it| self.names.text(*it)).collect();
                let shown = self.tree.span(test).of(self.text);
                let _ = writeln!(out, "```prism\nimport {{ {} }} from \"{path}\"\n\n{shown}\n```\n", used.join(", "));
            }
            if let Some((_, law)) = LAWS.iter().find(|(law, _)| self.declared(function, "law") == Some(law)) {
                let _ = writeln!(out, "- confidence: {law}");
            }
            if let Some(cost) = self.declared(function, "cost").filter(|cost| *cost != "none") {
                let _ = writeln!(out, "- calls: {cost}");
            }
        }
    }

    fn statements(&self) -> impl Iterator<Item = NodeId> {
        self.tree.list(self.tree.root).iter().copied()
    }

    fn exported(&self) -> impl Iterator<Item = (NodeId, &Function, Name)> {
        self.statements().filter_map(|statement| {
            let Node::Export { declaration, .. } = *self.tree.node(statement) else { return None };
            let Node::Function(id) = *self.tree.node(declaration) else { return None };
            let function = self.tree.function(id);
            match *self.tree.node(function.name?) {
                Node::Name(name) => Some((statement, function, name)),
                _ => None,
            }
        })
    }

    fn tests(&self) -> impl Iterator<Item = NodeId> {
        self.statements().filter(|statement| match *self.tree.node(*statement) {
            Node::Function(id) => self.tree.function(id).form == Form::Test,
            _ => false,
        })
    }

    fn mentions(&self, within: NodeId, name: Name) -> bool {
        let mut waiting = vec![within];
        while let Some(node) = waiting.pop() {
            if *self.tree.node(node) == Node::Name(name) {
                return true;
            }
            visit::children(&self.tree, node, |child| waiting.push(child));
        }
        false
    }

    /// Name, parameters and result as they are written.
    fn signature(&self, function: &Function) -> &str {
        let start = function.name.map_or(0, |name| self.tree.span(name).start) as usize;
        let end = function.body.map_or(start, |body| self.tree.span(body).start as usize);
        self.text[start..end].trim_end()
    }

    /// What `@primitive` says under a key.
    fn declared(&self, function: &Function, key: &str) -> Option<&str> {
        let said =
            self.tree.list(function.decorators).iter().find_map(|decorator| match *self.tree.node(*decorator) {
                Node::Decorator { arguments, .. } => self.tree.list(arguments).first(),
                _ => None,
            })?;
        let Node::Object(entries) = *self.tree.node(*said) else { return None };
        let value = self.tree.list(entries).iter().find_map(|entry| match *self.tree.node(*entry) {
            Node::Entry { key: spelled, value } if self.tree.span(spelled).of(self.text) == key => Some(value),
            _ => None,
        })?;
        Some(self.tree.span(value).of(self.text).trim_matches('"'))
    }
}
