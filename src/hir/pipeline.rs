//! Pipelines. Each stage after the first takes what came before from a hidden variable, so that no length of a pipeline
//! nests deeply.

use super::call::{Argument, Handed};
use super::form::Manner;
use super::lower::Lowering;
use super::{Binary, Block, Expr, ExprKind, Row};
use crate::builtin;
use crate::source::Span;
use crate::syntax::ast::{Infix, Node, NodeId, Prefix};

/// How many stages of a pipeline may run what comes before them as a task of theirs.
const MOST_TASKS: usize = 64;

impl<'a> Lowering<'a> {
    /// `x |> f |> g(1, _)`: the operand, then operators and stages in turn.
    pub(super) fn pipeline(&mut self, nodes: &'a [NodeId], span: Span) -> Expr {
        if nodes.len() < 3 {
            return match nodes.first() {
                Some(&only) => self.expression(only),
                None => Expr { kind: ExprKind::Null, span },
            };
        }
        let mut kept = Vec::new();
        // Whatever comes before the last stage that runs its operand by itself belongs to that stage.
        let (mut value, mut at) = match self.last_runner(nodes) {
            Some(stage) if self.runners < MOST_TASKS => {
                self.runners += 1;
                let value = self.stage(nodes[stage], Argument::Row(&nodes[..stage - 1]));
                self.runners -= 1;
                (Argument::Made(value), stage + 1)
            }
            _ => (Argument::Node(nodes[0]), 1),
        };
        while let &[sign, stage, ..] = &nodes[at..] {
            at += 2;
            let end = self.span(stage);
            if let Node::Operator(Infix::TildePipe) = self.node(sign) {
                let subject = self.argument(value);
                let (keep, read) = self.keep(subject);
                kept.push(keep);
                let made = self.stage(stage, Argument::Made(read.clone()));
                let whole = read.span.to(end);
                let kind = ExprKind::Binary(Row::of(read, [(Binary::Under, self.span(sign), made)]));
                value = Argument::Made(Expr { kind, span: whole });
                continue;
            }
            if let Some(function) = self.map_stage(stage)
                && self.is_fork_stage(nodes, at)
            {
                let list = self.argument(value);
                value = Argument::Each(Box::new(list), function);
                continue;
            }
            if self.needs_variable(&value, stage, at) {
                let made = self.argument(value);
                let (keep, read) = self.keep(made);
                kept.push(keep);
                value = Argument::Made(read);
            }
            let made = self.stage(stage, value);
            value = Argument::Made(made);
        }
        let value = Expr { span, ..self.argument(value) };
        if kept.is_empty() {
            return value;
        }
        kept.push(value);
        Expr { kind: ExprKind::Block(Block::of(kept)), span }
    }

    /// Whether a stage should find what comes before it in a variable.
    fn needs_variable(&self, value: &Argument, stage: NodeId, at: usize) -> bool {
        match value {
            Argument::Made(value) if at > 3 => !matches!(value.kind, ExprKind::Read(_)),
            _ => self.holes(stage) > 1,
        }
    }

    /// How many `_` stand among the arguments of a stage.
    fn holes(&self, stage: NodeId) -> usize {
        let Node::Chain { links, .. } = self.node(self.bare(stage)) else { return 0 };
        let holes = |&link: &NodeId| match self.node(link) {
            Node::Call { arguments, .. } => {
                self.tree.list(arguments).iter().filter(|&&node| self.is_hole(node)).count()
            }
            _ => 0,
        };
        self.tree.list(links).iter().map(holes).sum()
    }

    /// One stage, applied to a value.
    fn stage(&mut self, stage: NodeId, value: Argument<'a>) -> Expr {
        let bare = self.bare(stage);
        let span = self.span(bare);
        let tree = self.tree;
        match self.node(bare) {
            Node::Chain { base, links } => {
                let links = tree.list(links);
                if let Node::Missing = self.node(base)
                    && self.span(base).is_empty()
                {
                    let base = self.argument(value);
                    let whole = base.span.to(span);
                    return self.links(base, links, Handed::Nothing, whole);
                }
                let handed = if self.holes(bare) > 0 {
                    Handed::Holes(value)
                } else if matches!(links.last().map(|&link| self.node(link)), Some(Node::Call { .. })) {
                    Handed::First(value)
                } else {
                    Handed::Alone(value)
                };
                self.chain_of(base, links, handed, span)
            }
            Node::Unary { operator: Prefix::New, operand } => self.stage(operand, value),
            _ => self.chain_of(bare, &[], Handed::Alone(value), span),
        }
    }

    /// The built-in that a stage calls by its name.
    fn called(&self, stage: NodeId) -> Option<crate::builtin::BuiltinId> {
        let bare = self.bare(stage);
        let base = match self.node(bare) {
            Node::Chain { base, links } => {
                let &[call] = self.tree.list(links) else { return None };
                let Node::Call { .. } = self.node(call) else { return None };
                base
            }
            _ => bare,
        };
        let Node::Name(name) = self.node(base) else { return None };
        if self.scopes.resolved(base).is_some() {
            return None;
        }
        builtin::find_function(self.name_text(name))
    }

    /// Whether the stage at a place forks over what comes before it.
    fn is_fork_stage(&self, nodes: &[NodeId], at: usize) -> bool {
        let &[sign, stage, ..] = &nodes[at..] else { return false };
        let form = self.called(stage).and_then(Manner::of);
        matches!(self.node(sign), Node::Operator(Infix::Pipe)) && matches!(form, Some(Manner::Fork(_) | Manner::Vote))
    }

    /// The last stage that is `retry` or one of its kin, with a pipeline of two stages or more as its operand.
    fn last_runner(&self, nodes: &[NodeId]) -> Option<usize> {
        let stages = (4..nodes.len()).step_by(2).rev();
        let mut runners = stages.filter(|&at| {
            matches!(self.node(nodes[at - 1]), Node::Operator(Infix::Pipe))
                && matches!(self.called(nodes[at]).and_then(Manner::of), Some(Manner::First | Manner::All))
        });
        runners.next()
    }
}
