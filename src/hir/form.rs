//! The forms of section 8, which wrap what they are given into tasks.

use super::call::{Argument, Handed};
use super::lower::Lowering;
use super::{Element, Expr, ExprKind, Fork, FunctionId, Kind, Link, LinkKind, Logical, Row, Tasks};
use crate::builtin::{self, Body, BuiltinId};
use crate::source::Span;
use crate::syntax::ast::{Infix, List, Node, NodeId};

/// How a form treats what it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manner {
    /// Runs tasks; so many arguments stand before them.
    Fork(usize),
    /// A fork when it may stop early.
    Vote,
    /// Runs its first operand when its turn comes.
    First,
    /// Runs all its operands when their turn comes.
    All,
    /// Evaluates its second argument only if needed.
    OrElse,
}

impl Manner {
    /// The manner of a built-in, unless it is an ordinary function.
    pub(super) fn of(id: BuiltinId) -> Option<Manner> {
        let Body::Form(form, _) = id.entry().kind else { return None };
        Some(match form {
            builtin::Form::Parallel | builtin::Form::Race | builtin::Form::AnyOf => Manner::Fork(0),
            builtin::Form::Quorum => Manner::Fork(1),
            builtin::Form::Vote => Manner::Vote,
            builtin::Form::Retry | builtin::Form::Timeout => Manner::First,
            builtin::Form::Fallback => Manner::All,
            builtin::Form::OrElse => Manner::OrElse,
            _ => return None,
        })
    }
}

impl<'a> Lowering<'a> {
    /// A call of a form; nothing where it is an ordinary call.
    pub(super) fn orchestration(
        &mut self,
        manner: Manner,
        id: BuiltinId,
        mut arguments: Vec<Argument<'a>>,
        span: Span,
    ) -> Option<Expr> {
        let before = match manner {
            Manner::Fork(before) => before,
            Manner::Vote if self.may_stop(arguments.get(1)) => 0,
            Manner::Vote => {
                if let Some(&Argument::Node(list)) = arguments.first() {
                    self.note_ballots(list);
                }
                return None;
            }
            Manner::OrElse => {
                let [first, second] = <[_; 2]>::try_from(arguments).ok()?;
                let first = self.argument(first);
                let row = Row::of(first, [(Logical::OrElse, self.argument(second))]);
                return Some(Expr { kind: ExprKind::Logical(row), span });
            }
            Manner::First | Manner::All => {
                let operands = if manner == Manner::All { arguments.len() } else { 1 };
                // What has to be done in time can be left behind, so it is a task of its own.
                let forked = matches!(id.entry().kind, Body::Form(builtin::Form::Timeout, _));
                let mut out = Vec::with_capacity(arguments.len());
                for (i, argument) in arguments.into_iter().enumerate() {
                    let value = match i < operands {
                        true => self.operand_task(argument, forked),
                        false => self.argument(argument),
                    };
                    out.push(Element::One(value));
                }
                let base = Expr { kind: ExprKind::Builtin(id), span };
                let call = Link { kind: LinkKind::Call(out), optional: false, span };
                return Some(self.filled(Expr { kind: ExprKind::Chain(Row::of(base, [call])), span }));
            }
        };
        if arguments.len() <= before {
            return None;
        }
        let after = arguments.split_off(before + 1);
        let tasks = arguments.pop()?;
        let before = arguments.into_iter().map(|argument| self.argument(argument)).collect();
        let tasks = self.tasks(tasks);
        let after = after.into_iter().map(|argument| self.argument(argument)).collect();
        Some(self.filled(Expr { kind: ExprKind::Fork(Box::new(Fork { form: id, tasks, before, after })), span }))
    }

    /// Whether the options of a `vote` say when to stop.
    fn may_stop(&self, options: Option<&Argument>) -> bool {
        let Some(&Argument::Node(options)) = options else { return false };
        let Node::Object(members) = self.node(self.bare(options)) else { return false };
        self.tree.list(members).iter().any(|&member| {
            let name = match self.node(member) {
                Node::Entry { key, .. } => match self.node(key) {
                    Node::Key(name) => self.name_text(name),
                    Node::Text => return &*self.literal(key) == "stop",
                    _ => return false,
                },
                Node::Shorthand { name, .. } => self.name_text(name),
                _ => return false,
            };
            name == "stop"
        })
    }

    // ---- forks

    fn tasks(&mut self, argument: Argument<'a>) -> Vec<Tasks> {
        match argument {
            Argument::Node(node) => {
                let bare = self.bare(node);
                match self.node(bare) {
                    Node::List(elements) => self.written_tasks(elements),
                    _ => vec![self.applications(bare)],
                }
            }
            Argument::Each(list, function) => vec![Tasks::Each { list: *list, function: self.task_function(function) }],
            other => vec![Tasks::Functions(self.argument(other))],
        }
    }

    fn written_tasks(&mut self, elements: List) -> Vec<Tasks> {
        let mut out = Vec::with_capacity(elements.len as usize);
        for &element in self.tree.list(elements) {
            let span = self.span(element);
            out.push(match self.node(element) {
                Node::Spread(inner) => self.applications(self.bare(inner)),
                _ => Tasks::One(self.task(span, true, |this| this.element_task(element)), span),
            });
        }
        out
    }

    /// An element of a fork; a function that it names is called.
    fn element_task(&mut self, element: NodeId) -> Expr {
        let bare = self.bare(element);
        if let Some(declared) = self.scopes.resolved(bare) {
            self.note_call(declared, self.span(bare));
        }
        self.expression(element)
    }

    /// `list.map(function)` in any of its spellings, or a list of functions.
    fn applications(&mut self, node: NodeId) -> Tasks {
        match self.node(node) {
            Node::Chain { base, links } => {
                let links = self.tree.list(links);
                if let Some(function) = self.mapped_by(links) {
                    let before = &links[..links.len() - 2];
                    let end = before.last().map_or(self.span(base), |&link| self.span(link));
                    let span = self.span(base).to(end);
                    let list = self.chain_of(base, before, Handed::Nothing, span);
                    return Tasks::Each { list, function: self.task_function(function) };
                }
                if let Some((list, function)) = self.made_from(base, links) {
                    return Tasks::Each { list, function: self.task_function(function) };
                }
                if let (Node::Name(name), &[call]) = (self.node(base), links)
                    && let Node::Call { arguments, .. } = self.node(call)
                    && let &[list, function] = self.tree.list(arguments)
                    && self.is_map(name, base)
                    && !self.is_spread(list)
                    && !self.is_spread(function)
                {
                    let list = self.expression(list);
                    return Tasks::Each { list, function: self.task_function(function) };
                }
            }
            Node::Operation(row) => {
                let nodes = self.tree.list(row);
                if let Some((before, function)) = self.piped_map(nodes) {
                    let span = self.span(before[0]).to(self.span(before[before.len() - 1]));
                    let list = self.pipeline(before, span);
                    return Tasks::Each { list, function: self.task_function(function) };
                }
            }
            _ => self.note_applied_at(node),
        }
        Tasks::Functions(self.expression(node))
    }

    /// The function of links that end in `.map(function)`.
    fn mapped_by(&self, links: &[NodeId]) -> Option<NodeId> {
        let &[.., member, call] = links else { return None };
        let Node::Member { name, .. } = self.node(member) else { return None };
        let Node::Call { arguments, optional: false } = self.node(call) else { return None };
        let &[function] = self.tree.list(arguments) else { return None };
        (self.name_text(name) == "map" && !self.is_spread(function)).then_some(function)
    }

    /// `Array.from(source, function)`: the list that `Array.from(source)` gives, and the function.
    fn made_from(&mut self, base: NodeId, links: &'a [NodeId]) -> Option<(Expr, NodeId)> {
        let (Node::Name(space), &[member, call]) = (self.node(base), links) else { return None };
        let Node::Member { name, .. } = self.node(member) else { return None };
        let Node::Call { arguments, optional: false } = self.node(call) else { return None };
        let &[source, function] = self.tree.list(arguments) else { return None };
        let from = builtin::find_static(self.name_text(space), self.name_text(name))?;
        let written = !self.is_spread(source) && !self.is_spread(function);
        if from.entry().name != "from" || !written || self.scopes.resolved(base).is_some() {
            return None;
        }
        let span = self.span(base).to(self.span(source));
        let base = Expr { kind: ExprKind::Builtin(from), span: self.span(base).to(self.span(member)) };
        let arguments = vec![Element::One(self.expression(source))];
        let call = Link { kind: LinkKind::Call(arguments), optional: false, span };
        Some((Expr { kind: ExprKind::Chain(Row::of(base, [call])), span }, function))
    }

    fn is_spread(&self, node: NodeId) -> bool {
        matches!(self.node(node), Node::Spread(_))
    }

    /// Whether a name is the built-in `map`.
    fn is_map(&self, name: crate::source::Name, node: NodeId) -> bool {
        self.name_text(name) == "map" && self.scopes.resolved(node).is_none()
    }

    /// What a pipeline maps with its last stage: what comes before it, and the function.
    pub(super) fn piped_map(&self, nodes: &'a [NodeId]) -> Option<(&'a [NodeId], NodeId)> {
        let [before @ .., sign, stage] = nodes else { return None };
        if before.is_empty() || !matches!(self.node(*sign), Node::Operator(Infix::Pipe)) {
            return None;
        }
        Some((before, self.map_stage(*stage)?))
    }

    /// The function of a stage `map(function)`, `map(_, function)` or `.map(function)`.
    pub(super) fn map_stage(&self, stage: NodeId) -> Option<NodeId> {
        let Node::Chain { base, links } = self.node(self.bare(stage)) else { return None };
        let links = self.tree.list(links);
        if let Node::Missing = self.node(base)
            && links.len() == 2
        {
            return self.mapped_by(links);
        }
        let Node::Name(name) = self.node(base) else { return None };
        let &[call] = links else { return None };
        let Node::Call { arguments, .. } = self.node(call) else { return None };
        if !self.is_map(name, base) {
            return None;
        }
        match *self.tree.list(arguments) {
            [function] if !self.is_hole(function) && !self.is_spread(function) => Some(function),
            [hole, function] if self.is_hole(hole) && !self.is_spread(function) => Some(function),
            _ => None,
        }
    }

    /// Whether an argument is `_`.
    pub(super) fn is_hole(&self, node: NodeId) -> bool {
        matches!(self.node(node), Node::Name(name) if self.name_text(name) == "_")
    }

    /// The function of `list.map(function)` in a fork, whose applications are tasks.
    fn task_function(&mut self, node: NodeId) -> Expr {
        let bare = self.bare(node);
        self.forking = matches!(self.node(bare), Node::Function(_));
        self.note_applied_at(bare);
        let function = self.expression(node);
        self.forking = false;
        function
    }

    // ---- operands

    /// An operand of `retry` and its kin: what is written as a call runs when its turn comes.
    fn operand_task(&mut self, argument: Argument<'a>, forked: bool) -> Expr {
        let span = match &argument {
            Argument::Node(node) if self.is_call(*node) => self.span(*node),
            Argument::Row(nodes) => self.span(nodes[0]).to(self.span(nodes[nodes.len() - 1])),
            Argument::Node(node) if forked => return self.task_function(*node),
            _ => return self.argument(argument),
        };
        let id = self.task(span, forked, |this| this.argument(argument));
        Expr { kind: ExprKind::Function(id), span }
    }

    /// Whether an operand is written as a call: in parentheses, awaited, with `?.` or as a pipeline too.
    fn is_call(&self, node: NodeId) -> bool {
        let node = self.bare(node);
        match self.node(node) {
            Node::Chain { links, .. } => match self.tree.list(links).last() {
                Some(&last) => matches!(self.node(last), Node::Call { .. }),
                None => false,
            },
            Node::Operation(row) => match self.tree.list(row).get(1) {
                Some(&sign) => matches!(self.node(sign), Node::Operator(Infix::Pipe | Infix::TildePipe)),
                None => false,
            },
            _ => false,
        }
    }

    /// A function that takes nothing and gives what is written.
    pub(super) fn task(&mut self, span: Span, forked: bool, body: impl FnOnce(&mut Self) -> Expr) -> FunctionId {
        let id = self.reserve(Kind::Task, span);
        self.enter(id, span.start);
        self.frame().forked = forked;
        if forked {
            self.note_task(id);
        }
        // What an element gives is called, so a lambda in its place is part of the task.
        let keeping = std::mem::replace(&mut self.keeping, false);
        let body = body(self);
        self.keeping = keeping;
        self.leave(body);
        id
    }
}
