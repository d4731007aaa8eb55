//! Declarations: decorators, agents, modules.

use super::row::OBJECT;
use super::writer::Writer;
use crate::syntax::ast::{List, Node, NodeId};

impl Writer<'_> {
    /// Decorators, each on its line; those before `export` have been written with it.
    pub(super) fn decorators(&mut self, decorators: List) {
        for &decorator in self.list(decorators) {
            if self.start(decorator) >= self.peek() {
                self.node(decorator);
                self.trailing();
                self.doc.hard();
                self.leading();
            }
        }
    }

    /// Decorators of a method, which keep its line where they stand on it.
    pub(super) fn inline_decorators(&mut self, decorators: List) {
        for &decorator in self.list(decorators) {
            self.node(decorator);
            let from = self.tree.span(decorator).end as usize;
            let next = self.peek();
            self.trailing();
            if self.breaks(from, next) {
                self.doc.hard()
            } else {
                self.space()
            }
            self.leading();
        }
    }

    /// `@name(arguments)`
    pub(super) fn decorator(&mut self, id: NodeId, arguments: List) {
        let end = self.tree.span(id).end as usize;
        self.token("@");
        self.name();
        if self.sees("(") && self.at < end {
            self.call(arguments, false, None);
        }
    }

    /// What stands before an agent with this head.
    pub(super) fn decorators_of(&self, head: NodeId) -> List {
        match self.get(head) {
            Node::AgentHead { decorators, .. } => decorators,
            _ => List::default(),
        }
    }

    /// `agent Name`, with what stands before it
    pub(super) fn agent_head(&mut self, decorators: List) {
        self.decorators(decorators);
        self.word("agent");
        self.name();
        self.space();
    }

    /// `{ … }` of an agent
    pub(super) fn agent(&mut self, members: List) {
        let &[only] = self.list(members) else { return self.lines(members, false) };
        let at = self.peek();
        if self.breaks(at, self.start(only)) {
            return self.lines(members, false);
        }
        self.token("{");
        let group = self.doc.open();
        self.doc.indent();
        self.doc.line();
        self.leading();
        self.node(only);
        self.inner();
        self.separators();
        self.trailing();
        self.remaining();
        self.doc.dedent();
        self.doc.line();
        self.doc.close(group);
        self.token("}");
    }

    /// `import { a, b as c } from "…"`
    pub(super) fn import(&mut self, specifiers: List, from: NodeId) {
        self.word("import");
        let items = self.list(specifiers);
        if self.sees("{") {
            self.row(OBJECT, specifiers);
        } else {
            for (i, &specifier) in items.iter().enumerate() {
                if i > 0 {
                    self.word(",");
                }
                if self.sees("{") {
                    let (start, len) = (specifiers.start + i as u32, specifiers.len - i as u32);
                    self.row(OBJECT, List { start, len });
                    break;
                }
                self.node(specifier);
            }
            // `m, {}` takes no more than `m`.
            let _ = self.skip(",") && self.skip("{") && self.skip("}");
        }
        if !items.is_empty() || self.sees("from") {
            self.space();
            self.word("from");
        }
        self.node(from);
    }

    /// `a as b`, `* as m`, `m`
    pub(super) fn specifier(&mut self, local: NodeId) {
        if self.sees("*") {
            self.token("*");
        } else {
            self.name();
        }
        if self.start(local) >= self.at {
            self.space();
            self.word("as");
            self.node(local);
        }
    }

    /// `export` before a declaration, with the decorators that stand before it
    pub(super) fn export(&mut self, default: bool, declaration: NodeId) {
        if self.sees("@") {
            let decorators = match self.get(declaration) {
                Node::Function(function) => self.tree.function(function).decorators,
                Node::Agent { head, .. } => self.decorators_of(head),
                Node::Decorated { decorators, .. } => decorators,
                _ => List::default(),
            };
            for &decorator in self.list(decorators) {
                if self.start(decorator) <= self.peek() {
                    self.node(decorator);
                    self.trailing();
                    self.doc.hard();
                    self.leading();
                }
            }
        }
        self.word("export");
        if default {
            self.word("default");
        }
        self.node(declaration);
    }

    /// `export { a, b as c } from "…"`
    pub(super) fn export_names(&mut self, specifiers: List, from: Option<NodeId>) {
        self.word("export");
        self.row(OBJECT, specifiers);
        if let Some(from) = from {
            self.space();
            self.word("from");
            self.node(from);
        }
    }
}
