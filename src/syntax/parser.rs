//! Text to tree. It never fails: what cannot be read is a [`super::ast::Node::Missing`] in the tree and a finding.

use super::ast::Tree;
use super::builder::Builder;
use super::{driver, lexer, message, shape, visit};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Location, Names, Span};

/// How large a text may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Its bytes.
    pub bytes: u32,
    /// The nodes of its tree.
    pub nodes: u32,
}

impl Limits {
    /// For a program that is run.
    pub const RUN: Limits = Limits { bytes: 4 << 20, nodes: 1_000_000 };
    /// For a program that is checked on behalf of strangers.
    pub const CHECK: Limits = Limits { bytes: 256 << 10, nodes: 50_000 };
}

/// Reads a text within the limits of a run.
pub fn parse(file: FileId, text: &str, names: &mut Names, diagnostics: &mut Diagnostics) -> Tree {
    parse_within(file, text, Limits::RUN, names, diagnostics)
}

/// Reads a text. A text that is too large or nests too deep has an empty tree.
pub fn parse_within(
    file: FileId,
    text: &str,
    limits: Limits,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Tree {
    if text.len() > limits.bytes as usize {
        let message = format!("the text has {} bytes, {} are allowed", text.len(), limits.bytes);
        diagnostics.push(too_large(file, text, message));
        return Tree::default();
    }
    let first = diagnostics.len();
    let lexed = lexer::lex(file, text, diagnostics);
    let shaped = diagnostics.len();
    let comments = lexed.comments;
    let Some(tokens) = shape::shape(file, text, lexed.tokens, diagnostics) else {
        return Tree { comments, ..Tree::default() };
    };
    let read = diagnostics.len();
    let mut builder = Builder::new(file, text, names, diagnostics, tokens.len());
    let root = driver::drive(&mut builder, &tokens);
    let mut tree = builder.tree;
    tree.comments = comments;
    tree.root = root.unwrap_or_default();
    if diagnostics.len() > first + 1 {
        message::keep_causes(text, diagnostics, [first, shaped, read]);
    }
    if tree.nodes.len() > limits.nodes as usize {
        let message = format!("the text has {} parts, {} are allowed", tree.nodes.len(), limits.nodes);
        diagnostics.push(too_large(file, text, message));
        return Tree { comments: tree.comments, ..Tree::default() };
    }
    if let Some(span) = visit::too_deep(&tree) {
        diagnostics.push(shape::too_deep(Location::new(file, span)));
        return Tree { comments: tree.comments, ..Tree::default() };
    }
    tree
}

fn too_large(file: FileId, text: &str, message: String) -> Diagnostic {
    let end = text.find('\n').unwrap_or(text.len()).min(80);
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    Diagnostic::new(Code::P007, Location::new(file, Span::new(0, end as u32)), message)
        .help("split it into modules that import each other")
}
