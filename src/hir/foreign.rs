//! The names that other hosts give to scripts (section 11): filled on first use, and owned by the module that reads them.

use super::lower::Lowering;
use super::{
    Block, Compound, Element, Export, Expr, ExprKind, GlobalId, Link, LinkKind, Logical, Origin, Place, Program, Root,
    Row, Variable,
};
use crate::source::{Names, Span};
use crate::syntax::ast::{Node, NodeId};
use std::cell::OnceCell;

/// The module that asks the agents.
pub(super) const TEXT: &str = include_str!("../../stdlib/hosts.prism");
/// Its name in messages.
pub(super) const NAME: &str = "std/hosts";

/// The functions of that module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hosts {
    ask: GlobalId,
    answered: GlobalId,
}

/// The variables behind the names that were read.
#[derive(Default, Debug)]
pub(super) struct Given {
    results: Option<GlobalId>,
    successful: Option<GlobalId>,
    /// What a task reads, and the task around it fills before.
    early: Vec<Expr>,
    /// Whether a function that anybody may call reads them, each of the two; found when first asked for.
    helped: OnceCell<[bool; 2]>,
}

const NAMES: [&str; 2] = ["agentResults", "successfulResults"];

/// Whether a program may read what the module gives.
pub(super) fn is_wanted(names: &Names) -> bool {
    names.find("agentResults").is_some() || names.find("successfulResults").is_some()
}

impl Hosts {
    /// The functions of the module that was lowered last.
    pub(super) fn of(program: &Program) -> Option<Self> {
        let exports = &program.modules.last()?.exports;
        let global = |name: &str| {
            let name = program.names.find(name)?;
            match exports.iter().find(|(known, _)| *known == name)? {
                (_, Export::Global(global)) => Some(*global),
                _ => None,
            }
        };
        Some(Self { ask: global("askAll")?, answered: global("answered")? })
    }
}

impl Lowering<'_> {
    /// Whether the host gives a name to the function that is lowered.
    pub(super) fn is_given(&self, text: &str) -> bool {
        match text {
            "agentList" | "agentCount" => true,
            "input" | "agentResults" | "successfulResults" => self.frames.last().is_some_and(|frame| frame.input),
            _ => false,
        }
    }

    /// What a name of another host comes to, if it is one.
    pub(super) fn foreign_name(&mut self, text: &str, span: Span) -> Option<Expr> {
        let expr = match text {
            "agentList" => Expr { kind: ExprKind::AgentList, span },
            "agentCount" => {
                let base = Expr { kind: ExprKind::AgentList, span };
                let link = Link { kind: LinkKind::Member("length".into()), optional: false, span };
                Expr { kind: ExprKind::Chain(Row::of(base, [link])), span }
            }
            "agentResults" if self.frame().input => self.agent_results(self.hosts?, span),
            "successfulResults" if self.frame().input => {
                let hosts = self.hosts?;
                let all = self.agent_results(hosts, span);
                let own = self.foreign.successful.unwrap_or_else(|| self.given(text, span));
                self.foreign.successful = Some(own);
                self.filled_once(own, hosts.answered, vec![all], span)
            }
            _ => return None,
        };
        self.module.foreign = true;
        Some(expr)
    }

    fn agent_results(&mut self, hosts: Hosts, span: Span) -> Expr {
        let own = self.foreign.results.unwrap_or_else(|| self.given("agentResults", span));
        self.foreign.results = Some(own);
        let arguments = [ExprKind::Agents, ExprKind::Input].map(|kind| Expr { kind, span });
        self.filled_once(own, hosts.ask, arguments.into(), span)
    }

    /// `own ??= function(arguments)`, which a task leaves to the one around it.
    fn filled_once(&mut self, own: GlobalId, function: GlobalId, arguments: Vec<Expr>, span: Span) -> Expr {
        let base = Expr { kind: ExprKind::Read(Variable::Global(function)), span };
        let call = LinkKind::Call(arguments.into_iter().map(Element::One).collect());
        let call = Link { kind: call, optional: false, span };
        let value = Box::new(Expr { kind: ExprKind::Chain(Row::of(base, [call])), span });
        let target = Place { root: Root::Variable(Variable::Global(own)), keys: Vec::new(), span };
        let operator = Some(Compound::Logical(Logical::Coalesce));
        let filled = Expr { kind: ExprKind::Assign { target: Box::new(target), operator, value }, span };
        if !self.frames.iter().any(|frame| frame.forked) {
            return filled;
        }
        self.foreign.early.push(filled);
        Expr { kind: ExprKind::Read(Variable::Global(own)), span }
    }

    /// A fork, behind what its tasks read of what the host gives.
    pub(super) fn filled(&mut self, fork: Expr) -> Expr {
        if self.frames.iter().any(|frame| frame.forked) {
            return fork;
        }
        let span = fork.span;
        if self.foreign.early.is_empty() && self.hosts.is_some() && self.frame().input {
            // What a task calls reads them, and has to find them.
            let helped = *self.foreign.helped.get_or_init(|| NAMES.map(|name| self.is_read_in_a_helper(name)));
            let read: Vec<&str> = NAMES.into_iter().zip(helped).filter(|(_, helped)| *helped).map(|it| it.0).collect();
            for name in read {
                let filled = self.foreign_name(name, span);
                self.foreign.early.extend(filled);
            }
        }
        if self.foreign.early.is_empty() {
            return fork;
        }
        let mut all = std::mem::take(&mut self.foreign.early);
        all.push(fork);
        Expr { kind: ExprKind::Block(Block { functions: [].into(), exprs: all.into() }), span }
    }

    /// Whether a declared function, or one that a variable holds, reads a name.
    fn is_read_in_a_helper(&self, text: &str) -> bool {
        let tree = self.tree;
        let Some(name) = self.program.names.find(text) else { return false };
        let helper = |&(at, node): &(usize, &Node)| match *node {
            Node::Function(id) => tree.function(id).name.is_some().then(|| tree.spans[at]),
            Node::Declarator { value: Some(value), .. } if matches!(tree.node(value), Node::Function(_)) => {
                Some(tree.span(value))
            }
            _ => None,
        };
        let nodes = || tree.nodes.iter().enumerate();
        let helpers: Vec<Span> = nodes().filter_map(|node| helper(&node)).collect();
        let mut reads = nodes().filter(|(_, node)| matches!(node, Node::Name(read) if *read == name));
        reads.any(|(at, _)| {
            self.scopes.resolved(NodeId::at(at)).is_none()
                && helpers.iter().any(|helper| (helper.start..helper.end).contains(&tree.spans[at].start))
        })
    }

    fn given(&mut self, text: &str, span: Span) -> GlobalId {
        let name = self.program.names.intern(text);
        self.global(name, span, Origin::Implied, None, true, false)
    }
}
