//! A text with its tree and tokens, and questions that rules ask of it.

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Names, Sources, Span};
use crate::syntax::ast::{Node, NodeId, Tree};
use crate::syntax::token::Token;
use crate::syntax::{lexer, parse, visit};
use std::collections::HashSet;
use std::sync::Arc;

/// A text that rules look at.
pub(super) struct Page {
    /// Which one.
    pub file: FileId,
    /// What stands there.
    pub text: Arc<str>,
    /// Its tree, as far as it could be read.
    pub tree: Tree,
    /// Whether all of it could be read: what is wrong is no slip in a mark.
    pub whole: bool,
    /// The texts of its names.
    pub names: Names,
    /// Its tokens, comments left out.
    pub tokens: Vec<Token>,
    parents: Vec<Option<NodeId>>,
}

impl Page {
    /// Reads a text again.
    pub fn of(sources: &Sources, file: FileId) -> Self {
        let text = sources.file(file).text().clone();
        let mut names = Names::new();
        let mut faults = Diagnostics::new();
        let tree = parse(file, &text, &mut names, &mut faults);
        let tokens = lexer::lex(file, &text, &mut Diagnostics::new()).tokens;
        let mut parents = vec![None; tree.nodes.len()];
        for index in 0..tree.nodes.len() {
            let id = NodeId::at(index);
            visit::children(&tree, id, |child| parents[child.place()] = Some(id));
        }
        Self { file, text, tree, whole: !faults.has_errors(), names, tokens, parents }
    }

    /// What stands at a place.
    pub fn at(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// What a node is written as.
    pub fn source(&self, node: NodeId) -> &str {
        self.at(self.tree.span(node))
    }

    /// All nodes of a kind, in the order of the tree: inner ones before those around them.
    pub fn all(&self) -> impl Iterator<Item = (NodeId, &Node, Span)> {
        (0..self.tree.nodes.len()).map(|i| (NodeId::at(i), &self.tree.nodes[i], self.tree.spans[i]))
    }

    /// The innermost node around a place that is of a kind.
    pub fn around(&self, span: Span, wanted: impl Fn(&Node) -> bool) -> Option<NodeId> {
        self.all()
            .filter(|(_, node, at)| at.holds(span) && wanted(node))
            .min_by_key(|(_, _, at)| at.end - at.start)
            .map(|(id, ..)| id)
    }

    /// The node that a node stands in.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.parents[node.place()]
    }

    /// The statement that a place stands in: the outermost node below the innermost block.
    pub fn statement(&self, span: Span) -> Option<NodeId> {
        let mut node = self.around(span, |_| true)?;
        while let Some(parent) = self.parent(node) {
            if matches!(self.tree.node(parent), Node::Block(_) | Node::Case { .. }) {
                return Some(node);
            }
            node = parent;
        }
        Some(node)
    }

    /// The names that are read below a node, without functions of its own, each once.
    pub fn reads(&self, node: NodeId) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            match self.tree.node(node) {
                Node::Name(name) => {
                    let text = self.names.text(*name).to_owned();
                    if !out.contains(&text) {
                        out.push(text);
                    }
                }
                Node::Shorthand { name, .. } => out.push(self.names.text(*name).to_owned()),
                Node::Function(_) => {}
                _ => {
                    let from = waiting.len();
                    visit::children(&self.tree, node, |child| waiting.push(child));
                    waiting[from..].reverse();
                }
            }
        }
        out
    }

    /// The names that the text gives to values, parameters and functions.
    pub fn declared(&self) -> HashSet<&str> {
        let named = |(_, node, _): (NodeId, &Node, Span)| match *node {
            Node::Parameter { pattern, .. } | Node::Declarator { pattern, .. } => Some(self.source(pattern)),
            Node::Function(id) => self.tree.function(id).name.map(|name| self.source(name)),
            _ => None,
        };
        self.all().filter_map(named).collect()
    }

    /// Where the line of a place begins.
    pub fn line_start(&self, offset: u32) -> u32 {
        self.text[..offset as usize].rfind('\n').map_or(0, |at| at as u32 + 1)
    }

    /// Where the line of a place ends, its line end left out.
    pub fn line_end(&self, offset: u32) -> u32 {
        let rest = &self.text[offset as usize..];
        offset + rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32
    }

    /// What the line of a place is indented by.
    pub fn indent(&self, offset: u32) -> &str {
        let line = &self.text[self.line_start(offset) as usize..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// The pattern or function around a place.
    pub fn function(&self, span: Span) -> Option<NodeId> {
        self.around(span, |node| matches!(node, Node::Function(_)))
    }

    /// The parameters of the pattern around a place whose type is an agent's or looks like one: name, type.
    pub fn agents(&self, span: Span) -> Vec<(String, String)> {
        let interfaces: Vec<String> = self
            .all()
            .filter_map(|(_, node, _)| match node {
                Node::AgentHead { name, .. } => Some(self.source(*name).to_owned()),
                _ => None,
            })
            .collect();
        let mut out = Vec::new();
        for (_, node, at) in self.all() {
            let Node::Function(id) = node else { continue };
            if at.start > span.start || span.end > at.end {
                continue;
            }
            for &parameter in self.tree.list(self.tree.function(*id).parameters) {
                if let Node::Parameter { pattern, annotation: Some(kind), .. } = self.tree.node(parameter) {
                    let kind = self.source(*kind).to_owned();
                    if kind == "Agent" || interfaces.contains(&kind) {
                        out.push((self.source(*pattern).to_owned(), kind));
                    }
                }
            }
        }
        out
    }

    /// Whether an interface lists a method to be asked by, or none at all; one method alone is what its agents are asked to
    /// judge by.
    pub fn lists(&self, interface: &str, method: &str) -> bool {
        let head = |head: &NodeId| matches!(self.tree.node(*head), Node::AgentHead { name, .. } if self.source(*name) == interface);
        let found = self.all().find_map(|(_, node, _)| match node {
            Node::Agent { head: own, members } if head(own) => Some(self.tree.list(*members)),
            _ => None,
        });
        let methods = found.unwrap_or_default().iter().filter_map(|member| match self.tree.node(*member) {
            Node::AgentMethod(id) => self.tree.function(*id).name.map(|name| self.source(name)),
            _ => None,
        });
        let methods: Vec<&str> = methods.collect();
        methods.is_empty() || methods.contains(&method) || method == "verify" && methods.len() == 1
    }

    /// The index of the first token that begins at or behind a place.
    pub fn token_from(&self, offset: u32) -> usize {
        self.tokens.partition_point(|token| token.start < offset)
    }
}

/// The last number of a text, and where in it it stands.
pub(super) fn number(text: &str) -> Option<(usize, usize)> {
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = text[..end].rfind(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).map_or(0, |at| at + 1);
    Some((start, end))
}
