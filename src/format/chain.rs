//! Postfix chains and calls.

use super::doc::Group;
use super::row::ARGUMENTS;
use super::writer::Writer;
use crate::syntax::ast::{Access, Form, Infix, List, Node, NodeId};

/// Where the lines of a chain may end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Links {
    /// Nowhere.
    Closed,
    /// At all links or at none, as fits; at none if the last call's arguments alone have to be broken.
    Loose,
    /// At all properties or at none, as fits: there is no call.
    Properties,
    /// At all links or at none, as fits.
    Open,
    /// At all links.
    Broken,
}

/// The properties from which a row of them may be broken.
const MANY: usize = 4;

impl Writer<'_> {
    /// `a.b(c)[d]`
    pub(super) fn chain(&mut self, base: NodeId, links: List) {
        let links = self.list(links);
        let shape = self.links(base, links);
        self.node(base);
        let group = match shape {
            Links::Closed => None,
            Links::Loose => Some(self.doc.open_loose()),
            Links::Properties | Links::Open | Links::Broken => Some(self.doc.open()),
        };
        if group.is_some() {
            self.doc.indent();
        }
        let mut first = self.is_short(base);
        for (i, &link) in links.iter().enumerate() {
            let dotted = self.is_dotted_call(links, i)
                || (shape == Links::Properties && matches!(self.get(link), Node::Member { .. }));
            if dotted && !std::mem::take(&mut first) {
                if shape != Links::Closed {
                    self.trailing();
                }
                match shape {
                    Links::Closed => {}
                    Links::Loose | Links::Properties | Links::Open => self.doc.soft(),
                    Links::Broken => self.doc.hard(),
                }
            }
            match self.get(link) {
                Node::Call { arguments, optional } if i + 1 == links.len() && shape == Links::Loose => {
                    self.call(arguments, optional, group);
                }
                _ => self.node(link),
            }
        }
        if let Some(group) = group {
            self.doc.dedent();
            self.doc.close(group);
        }
    }

    fn links(&self, base: NodeId, links: &[NodeId]) -> Links {
        let dotted = (0..links.len()).filter(|&i| self.is_dotted_call(links, i)).count();
        let calls = dotted - usize::from(dotted > 0 && self.is_short(base));
        let functions = links.iter().filter(|&&link| self.takes_function(link)).count();
        let properties = links.iter().filter(|&&link| matches!(self.get(link), Node::Member { .. })).count();
        let called = links.iter().any(|&link| matches!(self.get(link), Node::Call { .. }));
        match calls {
            0 if properties >= MANY && !called => Links::Properties,
            0 | 1 => Links::Closed,
            _ if functions > 2 => Links::Broken,
            2 => Links::Loose,
            _ => Links::Open,
        }
    }

    /// Whether a link is a property that is called.
    fn is_dotted_call(&self, links: &[NodeId], i: usize) -> bool {
        matches!(self.get(links[i]), Node::Member { .. })
            && links.get(i + 1).is_some_and(|&next| matches!(self.get(next), Node::Call { .. }))
    }

    /// Whether a base keeps its first call on its line: nothing, or a name of a library such as `Object`.
    fn is_short(&self, base: NodeId) -> bool {
        let text = self.tree.span(base).of(self.text);
        match self.get(base) {
            Node::Missing => true,
            Node::Name(_) => text.starts_with(|c: char| c.is_ascii_uppercase()),
            _ => false,
        }
    }

    /// How many of these are calls that are handed a function.
    pub(super) fn calls_with_functions(&self, ids: impl Iterator<Item = NodeId>) -> usize {
        ids.filter(|&id| match self.get(id) {
            Node::Chain { links, .. } => self.list(links).iter().any(|&link| self.takes_function(link)),
            _ => false,
        })
        .count()
    }

    fn takes_function(&self, link: NodeId) -> bool {
        match self.get(link) {
            Node::Call { arguments, .. } => {
                self.list(arguments).iter().any(|&argument| matches!(self.get(argument), Node::Function(_)))
            }
            _ => false,
        }
    }

    /// `.name`, `?.name`, `~.name`
    pub(super) fn member(&mut self, access: Access) {
        self.token(match access {
            Access::Plain => ".",
            Access::Optional => "?.",
            Access::Tilde => "~.",
        });
        self.name();
    }

    /// `[key]`, `?.[key]`
    pub(super) fn index(&mut self, key: NodeId, optional: bool) {
        if optional {
            self.token("?.");
        }
        self.token("[");
        match self.get(key) {
            Node::Operation(row)
                if self.list(row).get(1).is_none_or(|&o| self.get(o) != Node::Operator(Infix::Range)) =>
            {
                self.enclosed(key);
            }
            _ => self.node(key),
        }
        self.token("]");
    }

    /// `(a, ...b)`, `?.(a)`; `around` is a loose group that looks no further than the last argument.
    pub(super) fn call(&mut self, arguments: List, optional: bool, around: Option<Group>) {
        if optional {
            self.token("?.");
        }
        let items = self.list(arguments);
        let Some(&last) = items.last() else {
            self.token("(");
            self.emptiness(")");
            return;
        };
        let hugged = self.hugged(items);
        self.token("(");
        let group = if hugged.is_some() { self.doc.open_loose() } else { self.doc.open() };
        self.doc.indent();
        if let (None, Some(around)) = (hugged, around) {
            self.doc.watch(around);
        }
        self.trailing();
        self.doc.soft();
        for (i, &item) in items.iter().enumerate() {
            if i > 0 {
                self.doc.line();
            }
            self.leading();
            if hugged == Some(i) {
                self.hug(item, group, around);
            } else {
                self.node(item);
            }
            self.comma(ARGUMENTS, item == last, item);
        }
        self.remaining();
        self.doc.dedent();
        if hugged == Some(items.len() - 1) && self.trails_off(last) {
            self.doc.echo();
        }
        self.doc.soft();
        self.doc.close(group);
        self.token(")");
    }

    /// The argument that may be broken while the call's own lines stay closed.
    fn hugged(&self, items: &[NodeId]) -> Option<usize> {
        let last = items.len() - 1;
        let function = |&id: &NodeId| matches!(self.get(id), Node::Function(_)) || self.is_block_like(id);
        let bracket = |&id: &NodeId| match self.get(id) {
            Node::List(list) | Node::Object(list) => !list.is_empty(),
            _ => false,
        };
        let (before, behind) = (&items[..last], &items[1..]);
        if function(&items[last]) && !before.iter().any(function) {
            return Some(last);
        }
        if bracket(&items[last]) && !before.iter().any(bracket) {
            return Some(last);
        }
        let leads = last > 0 && function(&items[0]) && self.holds_on(items[0]) && !self.is_commented(items);
        (leads && !behind.iter().any(|id| function(id) || bracket(id))).then_some(0)
    }

    /// Whether comments stand behind the first argument, each of which may want a line of its own.
    fn is_commented(&self, items: &[NodeId]) -> bool {
        let end = |item: Option<&NodeId>| item.map_or(0, |&item| self.tree.span(item).end);
        let (first, last) = (end(items.first()), end(items.last()));
        let comments = &self.tree.comments;
        let next = comments.get(comments.partition_point(|comment| comment.span.start < first));
        next.is_some_and(|comment| {
            let between = self.text.get(last as usize..comment.span.start as usize);
            between.is_none_or(|between| between.chars().all(|c| c == ',' || c.is_whitespace()))
        })
    }

    /// Writes the hugged argument; from its own first line end on, the groups around do not look at it.
    fn hug(&mut self, item: NodeId, group: Group, around: Option<Group>) {
        let groups = [Some(group), around];
        match self.get(item) {
            Node::Function(id) if self.tree.function(id).form == Form::Lambda => self.lambda(id, &groups),
            Node::Function(id) => self.plain_function(id, &groups),
            _ => {
                self.watch(&groups);
                self.node(item);
            }
        }
    }

    /// From here on these groups look no further than the next possible line end.
    pub(super) fn watch(&mut self, groups: &[Option<Group>]) {
        for &group in groups.iter().flatten() {
            self.doc.watch(group);
        }
    }
}
