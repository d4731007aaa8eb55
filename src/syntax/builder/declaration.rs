//! Declarations, imports and types.

use super::{Builder, Cells};
use crate::source::Span;
use crate::syntax::ast::*;

impl Builder<'_> {
    /// `@name(…)`
    pub(crate) fn decorator(
        &mut self,
        start: u32,
        name_start: u32,
        name_end: u32,
        end: u32,
        arguments: Cells,
    ) -> NodeId {
        let name = self.intern(name_start, name_end);
        let arguments = self.list(arguments);
        self.node(start, end, Node::Decorator { name, arguments })
    }

    /// A declaration with what stands before it.
    pub(crate) fn decorate(&mut self, decorators: Cells, declaration: NodeId) -> NodeId {
        let list = self.list(decorators);
        let first = self.tree.links[list.start as usize];
        let start = self.span(first).start;
        let mut inner = declaration;
        while let Node::Export { declaration, .. } = self.tree.nodes[inner.place()] {
            self.tree.spans[inner.place()].start = start;
            inner = declaration;
        }
        match &mut self.tree.nodes[inner.place()] {
            Node::Function(id) => self.tree.functions[id.0 as usize].decorators = list,
            Node::Agent { head, .. } => {
                let head = head.place();
                if let Node::AgentHead { decorators, .. } = &mut self.tree.nodes[head] {
                    *decorators = list;
                }
            }
            _ => {
                let end = self.span(declaration).end;
                return self.node(start, end, Node::Decorated { decorators: list, declaration });
            }
        }
        self.tree.spans[inner.place()].start = start;
        declaration
    }

    /// `agent Name { … }`
    pub(crate) fn agent(&mut self, start: u32, end: u32, name: NodeId, members: Cells) -> NodeId {
        let members = self.list(members);
        let at = self.span(name);
        let head = self.node(at.start, at.end, Node::AgentHead { decorators: List::default(), name });
        self.node(start, end, Node::Agent { head, members })
    }

    /// `import … from "…"`
    pub(crate) fn import(&mut self, start: u32, end: u32, specifiers: Cells, from: NodeId) -> NodeId {
        let specifiers = self.list(specifiers);
        self.node(start, end, Node::Import { specifiers, from })
    }

    /// `export { … }`
    pub(crate) fn export_names(&mut self, start: u32, end: u32, specifiers: Cells, from: Option<NodeId>) -> NodeId {
        let specifiers = self.list(specifiers);
        self.node(start, end, Node::ExportNames { specifiers, from })
    }

    /// `a as b`
    pub(crate) fn specifier(&mut self, start: u32, name_end: u32, end: u32, local: Option<NodeId>) -> NodeId {
        let written = Span::new(start, name_end).of(self.text);
        let taken = match written {
            "default" => Taken::Default,
            _ => Taken::Named(self.intern(start, name_end)),
        };
        let local = match local {
            Some(local) => local,
            None => self.name(start, name_end),
        };
        self.node(start, end, Node::Specifier { taken, local })
    }

    /// `T | U`, or one type alone.
    pub(crate) fn union(&mut self, start: u32, end: u32, parts: Cells) -> NodeId {
        let list = self.list(parts);
        if list.len == 1 {
            return self.tree.links[list.start as usize];
        }
        self.node(start, end, Node::TypeUnion(list))
    }

    /// `(a: T) => U`
    pub(crate) fn function_type(&mut self, start: u32, end: u32, parameters: Cells, result: NodeId) -> NodeId {
        let parameters = self.list(parameters);
        self.node(start, end, Node::TypeFunction { parameters, result })
    }

    /// `{ a: T }`
    pub(crate) fn type_object(&mut self, start: u32, end: u32, fields: Cells) -> NodeId {
        let fields = self.list(fields);
        self.node(start, end, Node::TypeObject(fields))
    }
}
