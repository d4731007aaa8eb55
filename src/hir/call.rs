//! Chains of members, indices and calls, and what their first links mean: built-ins, modules, forms, mutations.

use super::form::Manner;
use super::lower::{Imported, Lowering};
use super::{Element, Expr, ExprKind, Key, Link, LinkKind, Place, Root, Row};
use crate::builtin;
use crate::builtin::BuiltinId;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Access, Node, NodeId};
use smallvec::SmallVec;
use std::sync::Arc;

/// An argument of a call, written out or handed along a pipeline.
#[derive(Clone, Debug)]
pub(super) enum Argument<'t> {
    /// Written out.
    Node(NodeId),
    /// The beginning of a pipeline that nothing was made of yet.
    Row(&'t [NodeId]),
    /// `list |> map(function)`
    Each(Box<Expr>, NodeId),
    /// A value.
    Made(Expr),
}

/// What a pipeline adds to the calls of a stage.
#[derive(Clone, Debug)]
pub(super) enum Handed<'t> {
    /// Nothing.
    Nothing,
    /// For each `_` among arguments.
    Holes(Argument<'t>),
    /// Before the arguments of the last call.
    First(Argument<'t>),
    /// As the one argument of a call of the whole.
    Alone(Argument<'t>),
}

/// A chain that is being lowered.
struct Rest<'n> {
    base: Expr,
    links: &'n [NodeId],
    /// Whether what a pipeline hands on was taken already.
    taken: bool,
}

impl<'a> Lowering<'a> {
    /// A chain.
    pub(super) fn chain(&mut self, node: NodeId) -> Expr {
        let Node::Chain { base, links } = self.node(node) else { return self.expression(node) };
        let links = self.tree.list(links);
        self.chain_of(base, links, Handed::Nothing, self.span(node))
    }

    /// A base with links, and what a pipeline hands to its calls.
    pub(super) fn chain_of(&mut self, base: NodeId, links: &'a [NodeId], handed: Handed<'a>, span: Span) -> Expr {
        if let Some(changed) = self.mutation(base, links, &handed, span) {
            return changed;
        }
        let Rest { base, links, taken } = self.start(base, links, &handed);
        self.links(base, links, if taken { Handed::Nothing } else { handed }, span)
    }

    /// Links behind a base that is known.
    pub(super) fn links(&mut self, base: Expr, links: &[NodeId], handed: Handed<'a>, span: Span) -> Expr {
        // Most calls make one link with the name before them.
        let calls = links.iter().filter(|&&link| matches!(self.node(link), Node::Call { .. })).count();
        let mut out: SmallVec<[Link; 1]> = SmallVec::with_capacity(links.len() - calls);
        let mut at = 0;
        while at < links.len() {
            let link = links[at];
            let own = self.span(link);
            at += 1;
            if let Some(Node::Call { arguments, optional: optional_call }) = links.get(at).map(|&next| self.node(next))
                && let Some((name, optional)) = self.key_named(link)
            {
                let arguments = self.tree.list(arguments);
                self.note_stating(&name, arguments);
                self.note_unheard(&name, arguments);
                let arguments = self.arguments(arguments, &handed, at + 1 == links.len());
                let end = self.span(links[at]);
                at += 1;
                let kind = LinkKind::Method { name, arguments, place: None, optional_call };
                out.push(Link { kind, optional, span: own.to(end) });
                continue;
            }
            let (kind, optional) = match self.node(link) {
                Node::Call { arguments, optional } => {
                    let arguments = self.tree.list(arguments);
                    (LinkKind::Call(self.arguments(arguments, &handed, at == links.len())), optional)
                }
                part => match (self.key_named(link), part) {
                    (Some((name, optional)), _) => (LinkKind::Member(name), optional),
                    (None, Node::Index { key, optional }) => (LinkKind::Index(self.index(key)), optional),
                    (None, _) => continue,
                },
            };
            out.push(Link { kind, optional, span: own });
        }
        if let Handed::Alone(value) = handed {
            let arguments = vec![Element::One(self.argument(value))];
            let end = Span::at(span.end);
            match out.pop() {
                Some(Link { kind: LinkKind::Member(name), optional, span }) => {
                    let kind = LinkKind::Method { name, arguments, place: None, optional_call: false };
                    out.push(Link { kind, optional, span });
                }
                last => {
                    out.extend(last);
                    out.push(Link { kind: LinkKind::Call(arguments), optional: false, span: end });
                }
            }
        }
        if out.is_empty() {
            return base;
        }
        Expr { kind: ExprKind::Chain(Box::new(Row { first: base, rest: out })), span }
    }

    /// What `.name` and `["name"]` name, which are read alike, and whether what stands before may be missing.
    fn key_named(&mut self, link: NodeId) -> Option<(Arc<str>, bool)> {
        match self.node(link) {
            Node::Member { name, access } => Some((self.shared_text(name), access != Access::Plain)),
            Node::Index { key, optional } if matches!(self.node(key), Node::Text) => {
                Some((self.literal(key), optional))
            }
            _ => None,
        }
    }

    // ---- the beginning

    /// What a chain begins with, and the links that are left.
    fn start<'n>(&mut self, base: NodeId, links: &'n [NodeId], handed: &Handed<'a>) -> Rest<'n>
    where
        'a: 'n,
    {
        let span = self.span(base);
        let Node::Name(name) = self.node(base) else {
            return Rest { base: self.expression(base), links, taken: false };
        };
        match self.scopes.resolved(base) {
            Some(id) => {
                if let Some(Imported::Module(module)) = self.imported.get(&id).copied()
                    && let Some(Node::Member { name: taken, .. }) = links.first().map(|&link| self.node(link))
                {
                    let whole = span.to(self.span(links[0]));
                    return Rest {
                        base: self.member_of_module(module, taken, whole),
                        links: &links[1..],
                        taken: false,
                    };
                }
                if let Some(Node::Call { .. }) = links.first().map(|&link| self.node(link)) {
                    self.note_call(id, span);
                }
                Rest { base: self.read(name, base), links, taken: false }
            }
            None => {
                let text = self.name_text(name).to_owned();
                if let Some(Node::Member { name: member, .. }) = links.first().map(|&link| self.node(link)) {
                    let member_text = self.name_text(member).to_owned();
                    let whole = span.to(self.span(links[0]));
                    if let Some(id) = builtin::find_static(&text, &member_text) {
                        if let Some(form) = self.form(id, &links[1..], handed, whole) {
                            return Rest { base: form, links: links.get(2..).unwrap_or(&[]), taken: links.len() <= 2 };
                        }
                        return Rest {
                            base: Expr { kind: ExprKind::Builtin(id), span: whole },
                            links: &links[1..],
                            taken: false,
                        };
                    }
                    if let Some(value) = builtin::constant(&text, &member_text) {
                        return Rest {
                            base: Expr { kind: ExprKind::Number(value), span: whole },
                            links: &links[1..],
                            taken: false,
                        };
                    }
                    if builtin::is_namespace(&text) {
                        return Rest {
                            base: self.refuse_static(&text, &member_text, whole, self.span(links[0])),
                            links: &links[1..],
                            taken: false,
                        };
                    }
                }
                if self.refuse_framework(&text, span, links) {
                    return Rest { base: Expr { kind: ExprKind::Null, span }, links: &[], taken: true };
                }
                if let Some(Node::Call { arguments, .. }) = links.first().map(|&link| self.node(link)) {
                    self.note_stating(&text, self.tree.list(arguments));
                    self.note_unheard(&text, self.tree.list(arguments));
                }
                if let Some(id) = builtin::find_function(&text)
                    && let Some(form) = self.form(id, links, handed, span)
                {
                    let used = links.len().min(1);
                    return Rest { base: form, links: &links[used..], taken: links.len() <= 1 };
                }
                Rest { base: self.read(name, base), links, taken: false }
            }
        }
    }

    fn refuse_static(&mut self, namespace: &str, member: &str, whole: Span, link: Span) -> Expr {
        let found = self.finding(Code::P010, whole, format!("`{namespace}` has no `{member}`"));
        let near = crate::diagnostic::nearest(member, builtin::names_in(namespace).iter().copied());
        let found = match near {
            Some(near) => {
                let at = Span::new(link.end - member.len().min((link.end - link.start) as usize) as u32, link.end);
                let slip = super::edit::is_slip(member, near);
                let found = found.help(format!("did you mean `{namespace}.{near}`?"));
                super::edit::suggest(found, format!("write `{near}`"), at, near.to_owned(), slip)
            }
            None => match super::javascript::missing_static(namespace, member) {
                Some(help) => found.help(help),
                None => found,
            },
        };
        self.report(found);
        Expr { kind: ExprKind::Null, span: whole }
    }

    /// A form of section 8 at the beginning of a chain, when its call follows at once.
    fn form(&mut self, id: BuiltinId, links: &[NodeId], handed: &Handed<'a>, span: Span) -> Option<Expr> {
        let manner = Manner::of(id)?;
        let (written, last) = match links.first().map(|&link| self.node(link)) {
            Some(Node::Call { arguments, .. }) => (self.tree.list(arguments), links.len() == 1),
            None if matches!(handed, Handed::Alone(_)) => (&[][..], true),
            _ => return None,
        };
        let mut arguments: Vec<Argument<'a>> = Vec::with_capacity(written.len() + 1);
        match handed {
            Handed::First(value) | Handed::Alone(value) if last => arguments.push(value.clone()),
            _ => {}
        }
        for &node in written {
            match (self.node(node), handed) {
                (Node::Spread(_), _) => return None,
                (Node::Name(name), Handed::Holes(value)) if self.name_text(name) == "_" => {
                    arguments.push(value.clone())
                }
                _ => arguments.push(Argument::Node(node)),
            }
        }
        let span = links.first().map_or(span, |&link| span.to(self.span(link)));
        self.orchestration(manner, id, arguments, span)
    }

    // ---- arguments

    fn arguments(&mut self, nodes: &[NodeId], handed: &Handed<'a>, last: bool) -> Vec<Element> {
        let first = usize::from(matches!(handed, Handed::First(_)) && last);
        let mut out = Vec::with_capacity(nodes.len() + first);
        if let (Handed::First(value), true) = (handed, last) {
            out.push(Element::One(self.argument(value.clone())));
        }
        for &node in nodes {
            let hole = match self.node(node) {
                Node::Name(name) => self.name_text(name) == "_",
                _ => false,
            };
            match handed {
                Handed::Holes(value) if hole => out.push(Element::One(self.argument(value.clone()))),
                _ => out.push(match self.node(node) {
                    Node::Spread(inner) => self.spread(inner),
                    _ => Element::One(self.expression(node)),
                }),
            }
        }
        out
    }

    /// An argument as a value.
    pub(super) fn argument(&mut self, argument: Argument<'a>) -> Expr {
        match argument {
            Argument::Node(node) => self.expression(node),
            Argument::Made(value) => value,
            Argument::Row(nodes) => {
                let span = self.span(nodes[0]).to(self.span(nodes[nodes.len() - 1]));
                self.pipeline(nodes, span)
            }
            Argument::Each(list, function) => {
                let span = list.span.to(self.span(function));
                let base = self.builtin("map", self.span(function));
                let arguments = vec![Element::One(*list), Element::One(self.expression(function))];
                let call = Link { kind: LinkKind::Call(arguments), optional: false, span };
                Expr { kind: ExprKind::Chain(Row::of(base, [call])), span }
            }
        }
    }

    // ---- mutations

    /// `path.push(x)` where the path begins at a variable: the path with its keys, then the rest of the chain.
    fn mutation(&mut self, base: NodeId, links: &[NodeId], handed: &Handed<'a>, span: Span) -> Option<Expr> {
        let call = links.iter().position(|&link| matches!(self.node(link), Node::Call { .. }))?;
        let id = self.scopes.resolved(base)?;
        let (name_of_method, optional) = self.key_named(links[call.checked_sub(1)?])?;
        if !builtin::is_mutating(&name_of_method) || self.is_imported(id) {
            return None;
        }
        let Node::Name(name) = self.node(base) else { return None };
        let Node::Call { arguments, optional: optional_call } = self.node(links[call]) else { return None };
        let path = &links[..call - 1];
        let mut kept = Vec::new();
        let keys: Vec<Key> = self.keys(path).into_iter().map(|key| self.steady(key, &mut kept)).collect();
        let mut out = SmallVec::with_capacity(path.len() + 1);
        for (key, &link) in keys.iter().zip(path) {
            let optional = match self.node(link) {
                Node::Member { access, .. } => access != Access::Plain,
                Node::Index { optional, .. } => optional,
                _ => false,
            };
            let kind = match key {
                Key::Fixed(name) => LinkKind::Member(name.clone()),
                Key::Computed(key) => LinkKind::Index((**key).clone()),
            };
            out.push(Link { kind, optional, span: self.span(link) });
        }
        let end = path.last().map_or(self.span(base), |&link| self.span(link));
        let root = Root::Variable(self.variable(id));
        let place = Place { root, keys, span: self.span(base).to(end) };
        let taken = self.tree.list(arguments);
        let arguments = self.arguments(taken, handed, call + 1 == links.len());
        let whole = self.span(links[call - 1]).to(self.span(links[call]));
        if !self.may_be_own_method(&name_of_method) {
            self.check_task(id, self.span(base).to(self.span(links[call])));
        }
        let kind = LinkKind::Method { name: name_of_method, arguments, place: Some(Box::new(place)), optional_call };
        out.push(Link { kind, optional, span: whole });
        let base_read = self.read(name, base);
        let handed = match handed {
            Handed::First(_) if call + 1 == links.len() => Handed::Nothing,
            other => other.clone(),
        };
        let rest = self.links(Expr { kind: ExprKind::Null, span }, &links[call + 1..], handed, span);
        if let ExprKind::Chain(rest) = rest.kind {
            out.extend(rest.rest);
        }
        let chain = Expr { kind: ExprKind::Chain(Box::new(Row { first: base_read, rest: out })), span };
        if kept.is_empty() {
            return Some(chain);
        }
        kept.push(chain);
        Some(Expr { kind: ExprKind::Block(super::Block::of(kept)), span })
    }

    /// A key that can be read twice.
    fn steady(&mut self, key: Key, kept: &mut Vec<Expr>) -> Key {
        match key {
            Key::Computed(inner) => match inner.kind {
                ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Read(_) => Key::Computed(inner),
                _ => {
                    let (keep, read) = self.keep(*inner);
                    kept.push(keep);
                    Key::Computed(Box::new(read))
                }
            },
            fixed => fixed,
        }
    }
}
