//! The places of a program that scenarios lead to.

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Names, Span};
use crate::syntax::ast::{Band, Form, Infix, Node, NodeId, Tree};
use crate::syntax::parse;

/// A place to reach.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Goal {
    /// What happens there, in a few words.
    pub what: String,
    /// Where it stands: the body that runs, or the expression that refuses.
    pub at: Span,
    /// How one sees that it was reached.
    pub kind: Kind,
}

/// How one sees that a goal was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Something in the place ran.
    Runs,
    /// The condition was asked and the place did not run.
    Skipped(Span),
    /// The expression at the place gave null, or where a judge is asked something of confidence 0.
    Refuses {
        /// Whether a judge is asked.
        judged: bool,
    },
}

/// Forms and built-ins that refuse by what they give.
const REFUSING: &[&str] = &["gate", "approve", "verify", "consensus", "vote", "buildConsensus"];

/// All goals of a text, in the order of their places; tests are no part of it.
pub(super) fn goals(text: &str) -> Vec<Goal> {
    let tree = parse(FileId(0), text, &mut Names::new(), &mut Diagnostics::new());
    let mut goals = Goals { text, tree: &tree, found: Vec::new() };
    let tests: Vec<Span> = goals
        .nodes()
        .filter(|(_, node, _)| matches!(node, Node::Function(f) if tree.function(*f).form == Form::Test))
        .map(|(.., span)| span)
        .collect();
    for index in 0..tree.nodes.len() {
        let at = tree.spans[index];
        if !tests.iter().any(|test| test.start <= at.start && at.end <= test.end) {
            goals.look(NodeId::at(index));
        }
    }
    let mut found = goals.found;
    found.sort_by_key(|goal| (goal.at.start, goal.at.end));
    found.dedup();
    found
}

struct Goals<'a> {
    text: &'a str,
    tree: &'a Tree,
    found: Vec<Goal>,
}

impl Goals<'_> {
    fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node, Span)> {
        (0..self.tree.nodes.len()).map(|i| (NodeId::at(i), &self.tree.nodes[i], self.tree.spans[i]))
    }

    fn line(&self, at: Span) -> usize {
        self.text[..at.start as usize].matches('\n').count() + 1
    }

    fn source(&self, id: NodeId) -> &str {
        self.tree.span(id).of(self.text)
    }

    fn add(&mut self, what: impl Into<String>, at: Span, kind: Kind) {
        let what = format!("{} in line {}", what.into(), self.line(at));
        self.found.push(Goal { what, at, kind });
    }

    /// A body that runs, unless nothing stands in it.
    fn body(&mut self, what: impl Into<String>, body: NodeId) {
        let empty = matches!(self.tree.node(body), Node::Block(list) if list.is_empty());
        if !empty {
            self.add(what, self.tree.span(body), Kind::Runs);
        }
    }

    fn look(&mut self, id: NodeId) {
        match *self.tree.node(id) {
            Node::If { arms, otherwise } => {
                for &arm in self.tree.list(arms) {
                    let Node::Arm { condition, body } = *self.tree.node(arm) else { continue };
                    self.body("the `if`", body);
                    if otherwise.is_none() {
                        let condition = self.tree.span(condition);
                        self.add("the `if` left out", self.tree.span(body), Kind::Skipped(condition));
                    }
                }
                if let Some(body) = otherwise {
                    self.body("the `else`", body);
                }
            }
            Node::Conditional { then, otherwise, .. } => {
                self.body("the value behind `?`", then);
                self.body("the value behind `:`", otherwise);
            }
            Node::Band { band, body, .. } => {
                let name = match band {
                    Band::High => "high",
                    Band::Medium => "medium",
                    Band::Low => "low",
                    Band::Default => "default",
                };
                self.body(format!("the band `{name}`"), body);
            }
            Node::MatchArm { pattern, body, .. } => {
                let pattern: String = self.source(pattern).chars().take(30).collect();
                self.body(format!("the arm {}", pattern.replace(['"', '\n', '\\'], "")), body);
            }
            Node::Case { test, body } => {
                if let (Some(&first), Some(&last)) = (self.tree.list(body).first(), self.tree.list(body).last()) {
                    let name = if test.is_some() { "a `case`" } else { "the `default`" };
                    let at = Span::new(self.tree.span(first).start, self.tree.span(last).end);
                    self.add(name, at, Kind::Runs);
                }
            }
            Node::Catch { body, .. } => self.body("the `catch`", body),
            Node::While { body, .. } | Node::ForEach { body, .. } | Node::ForCount { body, .. } => {
                if matches!(self.tree.node(body), Node::Block(_)) {
                    self.body("the loop", body);
                }
            }
            Node::Throw(_) => self.add("the `throw`", self.tree.span(id), Kind::Runs),
            Node::Chain { base, .. } if REFUSING.contains(&self.source(base)) => {
                let what = format!("a refusal of `{}`", self.source(base));
                let judged = matches!(self.source(base), "approve" | "verify");
                self.add(what, self.tree.span(id), Kind::Refuses { judged });
            }
            Node::Operation(row) => {
                let parts = self.tree.list(row);
                for index in (1..parts.len()).step_by(2) {
                    match self.tree.node(parts[index]) {
                        Node::Operator(Infix::Coalesce | Infix::OrElse) => {
                            let sign = self.source(parts[index]).to_owned();
                            self.body(format!("the value behind `{sign}`"), parts[index + 1]);
                        }
                        Node::Operator(Infix::Gate | Infix::GateOr) => {
                            self.add("a refusal of the gate", self.tree.span(id), Kind::Refuses { judged: false });
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}
