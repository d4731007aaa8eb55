//! Text to tree. It never fails: what cannot be read is a [`super::ast::Node::Missing`] in the tree and a finding.

use super::ast::Tree;
use super::builder::Builder;
use super::shape::Shaped;
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
    let Some(Shaped { tokens, depth }) = shape::shape(file, text, lexed.tokens, diagnostics) else {
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
    // What was put in the place of something else may nest in other ways.
    let shallow = depth <= shape::DEPTH && diagnostics.len() == first;
    debug_assert!(!shallow || visit::too_deep(&tree).is_none(), "the shaping pass knows how deep a tree is at most");
    if let Some(span) = (!shallow).then(|| visit::too_deep(&tree)).flatten() {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What nests, with `@` in the place of what is nested.
    const NESTS: &[&str] = &[
        "(@)",
        "[@]",
        "-@",
        "!await @",
        "@++",
        "x = @",
        "{ a: @ }",
        "f(@)",
        "a[@]",
        "`${@}`",
        "a ? b : @",
        "(@) ? b : c",
        "(@) ** 2",
        "(@) ** 2 ? b : c",
        "2 ** @",
        "x => @",
        "(p = @) => p",
        "x => { return @ }",
        "if (a) @",
        "if (@) b; else c",
        "if (a) { @ } else b",
        "if a { b } else if @ { c }",
        "do { @ } while (b) max 3",
        "while (@) max 3 b",
        "for (a in @) b",
        "for (a in b) @",
        "match @ { _ => 1 }",
        "match a { _ => { @ } }",
        "match a { _ if @ => b }",
        "switch a { case @: b }",
        "uncertain if (@) { high { a } low { b } }",
        "uncertain if (a) { high >= 0.9 { @ } low { b } }",
        "try { @ } catch (e) { b }",
        "function f(a: string, b = @) { }",
        "function f(a: { b: number }[][]?) ~> 0.5 { @ }",
        "context \"a\" { @ }",
        "{ a() { @ } }",
        "{ [@]: 1 }",
        "test \"a\" { @ }",
        "on \"a\" max @ { }",
        "agent A { a: @ }",
        "let a: (b: string) => { c: number }[] = @",
        "a |> f(@) |> .b",
        "...@",
    ];

    /// The same for types.
    const TYPES: &[&str] =
        &["(@)", "@[]", "@?", "@[3]", "{ a: @ }", "(a: @) => b", "(a: b) => @", "a | @", "{ a?: @[] }"];

    /// Every two of them in each other, as deep as it goes: whether a tree is too deep is known without a look at it, which
    /// parsing holds against a look when it is tested.
    #[test]
    fn knows_how_deep_a_tree_is() {
        let read = |text: &str| {
            let mut found = Diagnostics::new();
            parse(FileId(0), text, &mut Names::new(), &mut found);
            found.iter().any(|found| found.code == Code::P006)
        };
        let mut deep = 0;
        let bare: Vec<&str> = NESTS.iter().copied().filter(|nest| !nest.contains(['{', '['])).collect();
        for (firsts, seconds, around) in [(NESTS, &bare[..], "@"), (TYPES, TYPES, "type A = @")] {
            for first in firsts {
                for second in seconds {
                    for times in [44, 65] {
                        let mut text = "x".to_string();
                        for _ in 0..times {
                            text = first.replacen('@', &second.replacen('@', &text, 1), 1);
                        }
                        deep += usize::from(read(&around.replacen('@', &text, 1)));
                    }
                }
            }
        }
        assert!(deep > 500, "{deep}");
    }
}
