//! Patterns, which are parsed as expressions: what declares names, what assigns to places, and what `match` looks for.

use super::lower::Lowering;
use super::{Expr, ExprKind, Key, Pattern, PatternKind, Place, Root, Unary};
use crate::diagnostic::Code;
use crate::source::{Name, Span};
use crate::syntax::ast::{Infix, List, Node, NodeId, Prefix};

/// What a pattern is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Declares names.
    Declare,
    /// Assigns to what exists.
    Assign,
    /// Looks at a value, and declares names.
    Match,
}

impl Lowering<'_> {
    /// A pattern that declares its names.
    pub(super) fn bound(&mut self, node: NodeId) -> Pattern {
        self.pattern(node, Purpose::Declare)
    }

    /// A pattern on the left of `=`.
    pub(super) fn unpacked(&mut self, node: NodeId) -> Pattern {
        self.pattern(node, Purpose::Assign)
    }

    /// A pattern of `match`.
    pub(super) fn matched(&mut self, node: NodeId) -> Pattern {
        self.pattern(node, Purpose::Match)
    }

    fn pattern(&mut self, node: NodeId, purpose: Purpose) -> Pattern {
        let span = self.span(node);
        let kind = match self.node(node) {
            Node::Missing | Node::Elision => PatternKind::Ignore,
            Node::Name(name) => self.named(name, node, purpose),
            Node::Paren(inner) => return self.pattern(inner, purpose),
            Node::List(list) => self.list_pattern(list, purpose),
            Node::Object(list) => self.object_pattern(list, purpose),
            Node::Assign { operator: None, target, value } => {
                let inner = Box::new(self.pattern(target, purpose));
                PatternKind::Default(inner, self.boxed(value))
            }
            Node::Chain { .. } if purpose == Purpose::Assign => match self.place(node, false) {
                Some(place) => PatternKind::Place(Box::new(place)),
                None => PatternKind::Ignore,
            },
            _ if purpose == Purpose::Match => return self.tested(node),
            _ => {
                self.expression(node);
                let message = match purpose {
                    Purpose::Assign => "this cannot be assigned to",
                    _ => "this is no pattern",
                };
                let help = "a pattern has names, `[…]` and `{…}` only";
                self.refuse(Code::P012, span, message, help);
                PatternKind::Ignore
            }
        };
        Pattern { kind, span }
    }

    fn named(&mut self, name: Name, node: NodeId, purpose: Purpose) -> PatternKind {
        if purpose == Purpose::Assign {
            if self.name_text(name) == "_" {
                return PatternKind::Ignore;
            }
            let span = self.span(node);
            return match self.assigned(name, node, false) {
                Some(variable) => {
                    PatternKind::Place(Box::new(Place { root: Root::Variable(variable), keys: Vec::new(), span }))
                }
                None => PatternKind::Ignore,
            };
        }
        match self.scopes.resolved(node) {
            Some(declared) if self.scopes.declaration(declared).name == Some(name) => {
                PatternKind::Bind(self.variable(declared))
            }
            _ => PatternKind::Ignore,
        }
    }

    fn list_pattern(&mut self, list: List, purpose: Purpose) -> PatternKind {
        let nodes = self.tree.list(list);
        let mut elements = Vec::new();
        let mut rest = None;
        for (i, &node) in nodes.iter().enumerate() {
            match self.node(node) {
                Node::Spread(inner) => rest = self.rest(inner, node, i + 1 == nodes.len(), purpose),
                _ => elements.push(self.pattern(node, purpose)),
            }
        }
        PatternKind::List { elements, rest }
    }

    /// What takes the others.
    fn rest(&mut self, inner: NodeId, node: NodeId, last: bool, purpose: Purpose) -> Option<Box<Pattern>> {
        if !last {
            let span = self.span(node);
            let help = "move it to the end";
            self.refuse(Code::P014, span, "`...` takes all that is left, so it must be the last", help);
        }
        Some(Box::new(self.pattern(inner, purpose)))
    }

    fn object_pattern(&mut self, list: List, purpose: Purpose) -> PatternKind {
        let nodes = self.tree.list(list);
        let mut entries = Vec::new();
        let mut rest = None;
        for (i, &node) in nodes.iter().enumerate() {
            let span = self.span(node);
            match self.node(node) {
                Node::Entry { key, value } => {
                    let key = self.key(key);
                    entries.push((key, self.pattern(value, purpose)));
                }
                Node::Shorthand { name, default } => {
                    let key = Key::Fixed(self.shared_text(name));
                    let own = Span::new(span.start, span.start + self.name_text(name).len() as u32);
                    let mut pattern = Pattern { kind: self.named(name, node, purpose), span: own };
                    if let Some(default) = default {
                        let kind = PatternKind::Default(Box::new(pattern), self.boxed(default));
                        pattern = Pattern { kind, span };
                    }
                    entries.push((key, pattern));
                }
                Node::Spread(inner) => rest = self.rest(inner, node, i + 1 == nodes.len(), purpose),
                Node::Missing => {}
                _ => {
                    self.refuse(Code::P012, span, "this is no pattern", "write `key` or `key: pattern`");
                }
            }
        }
        PatternKind::Object { entries, rest }
    }

    /// What only `match` knows: values, alternatives, and confidence.
    fn tested(&mut self, node: NodeId) -> Pattern {
        let span = self.span(node);
        let kind = match self.node(node) {
            Node::Operation(list) => {
                let nodes = self.tree.list(list);
                match nodes.get(1).map(|&sign| self.node(sign)) {
                    Some(Node::Operator(Infix::Alternative)) => {
                        let parts = nodes.iter().step_by(2).map(|&part| self.matched(part)).collect();
                        self.check_alternatives(parts, span)
                    }
                    Some(Node::Operator(Infix::TildeGreaterEqual)) if nodes.len() == 3 => {
                        let inner = Box::new(self.matched(nodes[0]));
                        PatternKind::Sure(inner, self.boxed(nodes[2]))
                    }
                    _ => return self.refuse_test(node),
                }
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text => PatternKind::Equal(self.boxed(node)),
            Node::Unary { operator: Prefix::Negate, operand } if matches!(self.node(operand), Node::Number(_)) => {
                let operand = self.boxed(operand);
                let value = Expr { kind: ExprKind::Unary(Unary::Negate, operand), span };
                PatternKind::Equal(Box::new(value))
            }
            // `limits.low =>` compares with what stands there.
            Node::Chain { .. } | Node::Template(_) => PatternKind::Equal(self.boxed(node)),
            _ => return self.refuse_test(node),
        };
        Pattern { kind, span }
    }

    fn refuse_test(&mut self, node: NodeId) -> Pattern {
        // It takes some values and not all, so that arms behind it are no mistake too.
        let value = self.boxed(node);
        let span = self.span(node);
        let help = "write a value, a name, `[…]` or `{…}`, and put what else must hold behind `if`";
        self.refuse(Code::P012, span, "this is no pattern", help);
        Pattern { kind: PatternKind::Equal(value), span }
    }

    fn check_alternatives(&mut self, parts: Vec<Pattern>, span: Span) -> PatternKind {
        let mut sets = parts.iter().map(|part| {
            let mut names = Vec::new();
            names_of(part, &mut names);
            names.sort_unstable();
            names
        });
        let first = sets.next().unwrap_or_default();
        if sets.any(|names| names != first) {
            let help = "use the same names in each, or write two arms";
            self.refuse(Code::P012, span, "the alternatives of a pattern must bind the same names", help);
        }
        PatternKind::Either(parts)
    }
}

/// The variables that a pattern binds.
fn names_of(pattern: &Pattern, out: &mut Vec<super::Variable>) {
    match &pattern.kind {
        PatternKind::Bind(variable) => out.push(*variable),
        PatternKind::Default(inner, _) | PatternKind::Sure(inner, _) => names_of(inner, out),
        PatternKind::List { elements, rest } => {
            elements.iter().for_each(|element| names_of(element, out));
            rest.iter().for_each(|rest| names_of(rest, out));
        }
        PatternKind::Object { entries, rest } => {
            entries.iter().for_each(|(_, entry)| names_of(entry, out));
            rest.iter().for_each(|rest| names_of(rest, out));
        }
        PatternKind::Either(parts) => {
            if let Some(first) = parts.first() {
                names_of(first, out);
            }
        }
        PatternKind::Ignore | PatternKind::Place(_) | PatternKind::Equal(_) => {}
    }
}

impl Pattern {
    /// Whether it fits every value.
    pub(super) fn takes_all(&self) -> bool {
        match &self.kind {
            PatternKind::Ignore | PatternKind::Bind(_) => true,
            PatternKind::Default(inner, _) => inner.takes_all(),
            PatternKind::Either(parts) => parts.iter().any(Pattern::takes_all),
            _ => false,
        }
    }
}
