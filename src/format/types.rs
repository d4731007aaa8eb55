//! Types.

use super::writer::Writer;
use crate::syntax::ast::{List, Node, NodeId};

impl Writer<'_> {
    /// `type Name = …`
    pub(super) fn type_declaration(&mut self, definition: NodeId) {
        self.word("type");
        self.name();
        self.space();
        self.token("=");
        let Node::TypeUnion(members) = self.get(definition) else {
            self.space();
            self.node(definition);
            return;
        };
        let group = self.doc.open();
        self.doc.indent();
        self.doc.line();
        self.skip("|");
        self.doc.broken(b'|');
        self.doc.broken(b' ');
        self.leading();
        self.members(members);
        self.doc.dedent();
        self.doc.close(group);
    }

    /// `T | U`
    pub(super) fn type_union(&mut self, members: List) {
        self.skip("|");
        let group = self.doc.open();
        self.doc.indent();
        self.members(members);
        self.doc.dedent();
        self.doc.close(group);
    }

    fn members(&mut self, members: List) {
        for (i, &member) in self.list(members).iter().enumerate() {
            if i > 0 {
                self.trailing();
                self.doc.line();
                self.word("|");
            }
            self.node(member);
        }
    }

    /// `T[3..5]`, `T[3]`
    pub(super) fn type_count(&mut self, element: NodeId, low: NodeId, high: Option<NodeId>) {
        self.node(element);
        self.token("[");
        self.node(low);
        if let Some(high) = high {
            self.token("..");
            self.node(high);
        }
        self.token("]");
    }

    /// `name?: T`
    pub(super) fn type_field(&mut self, key: NodeId, optional: bool, value: NodeId) {
        self.node(key);
        if optional {
            self.token("?");
        }
        self.word(":");
        self.node(value);
    }

    /// `[key: string]: T`
    pub(super) fn type_indexer(&mut self, value: NodeId) {
        self.token("[");
        self.name();
        self.word(":");
        self.name();
        self.token("]");
        self.word(":");
        self.node(value);
    }
}
