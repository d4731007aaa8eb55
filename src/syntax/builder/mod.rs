//! What the grammar's actions do: they add nodes to the tree and hand on their numbers.
//!
//! Rows under construction are linked cells that are never changed, so that error recovery may drop any symbol it likes;
//! they are copied into the tree once, when they are complete. What is complete first began last, so the cells behind its
//! first one are free then.

mod declaration;
mod expression;
mod function;
mod statement;

use super::ast::*;
use super::literal;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Location, Name, Names, Span};

/// How much of each kind may be under construction before more room is needed.
const ROOM: usize = 32;

/// A row of nodes under construction: the number of its last cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells(u32);

impl Cells {
    /// No nodes yet.
    pub(crate) const EMPTY: Cells = Cells(u32::MAX);
}

/// One node of a row, and the cell before it.
struct Linked {
    before: u32,
    node: NodeId,
}

/// What stands before the last operand of an expression: the number of its last part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head(u32);

impl Head {
    /// Nothing.
    pub(crate) const NONE: Head = Head(u32::MAX);
}

/// One part of an expression's row, and the part before it.
#[derive(Clone, Copy)]
struct Part {
    before: u32,
    item: Item,
}

#[derive(Clone, Copy)]
enum Item {
    Prefix { start: u32, operator: Prefix },
    StepBefore { start: u32, by: i8 },
    Infix { left: NodeId, operator: NodeId, infix: Infix },
    Assign { left: NodeId, operator: Option<Infix>, span: Span },
    Question { left: NodeId, tilde: bool, then: NodeId },
}

/// A postfix chain under construction.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    base: NodeId,
    links: Cells,
    end: u32,
}

/// What stands between a function's name and its body, by its number.
#[derive(Clone, Copy)]
pub(crate) struct Signature(u32);

/// Parameters, result and cap of a function.
#[derive(Clone, Copy)]
struct Promise {
    parameters: Option<List>,
    result: Option<NodeId>,
    cap: Option<NodeId>,
}

/// The head of a `for`, and what it walks.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    head: NodeId,
    source: Option<NodeId>,
}

/// The tree under construction.
pub(crate) struct Builder<'a> {
    /// The file that is read.
    pub(crate) file: FileId,
    /// Its text.
    pub(crate) text: &'a str,
    /// What was built so far.
    pub(crate) tree: Tree,
    /// The names of the program.
    pub(crate) names: &'a mut Names,
    /// Where faults go.
    pub(crate) diagnostics: &'a mut Diagnostics,
    cells: Vec<Linked>,
    parts: Vec<Part>,
    row: Vec<Item>,
    operands: Vec<NodeId>,
    operators: Vec<Item>,
    promises: Vec<Promise>,
}

impl<'a> Builder<'a> {
    /// An empty tree for a text.
    pub(crate) fn new(
        file: FileId,
        text: &'a str,
        names: &'a mut Names,
        diagnostics: &'a mut Diagnostics,
        tokens: usize,
    ) -> Self {
        let mut tree = Tree::default();
        tree.nodes.reserve(tokens);
        tree.spans.reserve(tokens);
        tree.links.reserve(tokens / 2);
        tree.functions.reserve(tokens / 64);
        Self {
            file,
            text,
            tree,
            names,
            diagnostics,
            cells: Vec::with_capacity(ROOM),
            parts: Vec::with_capacity(ROOM),
            row: Vec::with_capacity(ROOM),
            operands: Vec::with_capacity(ROOM),
            operators: Vec::with_capacity(ROOM),
            promises: Vec::with_capacity(ROOM),
        }
    }

    /// Adds a node.
    #[inline]
    pub(crate) fn node(&mut self, start: u32, end: u32, node: Node) -> NodeId {
        let id = NodeId::at(self.tree.nodes.len());
        self.tree.nodes.push(node);
        self.tree.spans.push(Span::new(start, end));
        id
    }

    /// `...` with nothing behind it, which ends a list in a pattern.
    pub(crate) fn bare_rest(&mut self, start: u32, end: u32) -> NodeId {
        let nothing = self.node(end, end, Node::Elision);
        self.node(start, end, Node::Spread(nothing))
    }

    /// The number of the name at a place.
    #[inline]
    fn intern(&mut self, start: u32, end: u32) -> Name {
        self.names.intern(Span::new(start, end).of(self.text))
    }

    fn place(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let at = self.place(span);
        self.diagnostics.push(Diagnostic::new(code, at, message).help(help));
    }

    fn span(&self, id: NodeId) -> Span {
        self.tree.spans[id.place()]
    }

    // ---- rows

    /// The row with one node more.
    #[inline]
    pub(crate) fn push(&mut self, cells: Cells, node: NodeId) -> Cells {
        let cell = Cells(self.cells.len() as u32);
        self.cells.push(Linked { before: cells.0, node });
        cell
    }

    /// The row with one node before all others.
    pub(crate) fn push_front(&mut self, node: NodeId, cells: Cells) -> Cells {
        let list = self.list(cells);
        let mut row = self.push(Cells::EMPTY, node);
        for index in list.start..list.start + list.len {
            row = self.push(row, self.tree.links[index as usize]);
        }
        row
    }

    /// The row in the tree.
    pub(crate) fn list(&mut self, cells: Cells) -> List {
        let start = self.tree.links.len();
        let (mut at, mut first) = (cells.0, self.cells.len());
        while at != u32::MAX {
            let cell = &self.cells[at as usize];
            self.tree.links.push(cell.node);
            first = at as usize;
            at = cell.before;
        }
        self.cells.truncate(first);
        self.tree.links[start..].reverse();
        List { start: start as u32, len: (self.tree.links.len() - start) as u32 }
    }

    /// What could not be read up to here.
    pub(crate) fn widen(&mut self, node: NodeId, end: u32) -> NodeId {
        self.tree.spans[node.place()].end = end;
        node
    }

    // ---- names and literals

    /// A name.
    #[inline]
    pub(crate) fn name(&mut self, start: u32, end: u32) -> NodeId {
        let name = self.intern(start, end);
        self.node(start, end, Node::Name(name))
    }

    /// A word as a key.
    pub(crate) fn key(&mut self, start: u32, end: u32) -> NodeId {
        let name = self.intern(start, end);
        self.node(start, end, Node::Key(name))
    }

    /// The name of a type.
    pub(crate) fn type_name(&mut self, start: u32, end: u32) -> NodeId {
        let name = self.intern(start, end);
        self.node(start, end, Node::TypeName(name))
    }

    /// A number.
    pub(crate) fn number(&mut self, start: u32, end: u32) -> NodeId {
        let span = Span::new(start, end);
        match literal::number(span.of(self.text)) {
            Ok(value) => self.node(start, end, Node::Number(value)),
            Err((fault, help)) => {
                let shown: String = span.of(self.text).chars().take(40).collect();
                self.report(Code::P004, span, format!("`{shown}` {fault}"), help);
                self.node(start, end, Node::Missing)
            }
        }
    }

    /// A template.
    pub(crate) fn template(&mut self, start: u32, end: u32, parts: Cells) -> NodeId {
        let list = self.list(parts);
        self.node(start, end, Node::Template(list))
    }

    /// `[ … ]`
    pub(crate) fn array(&mut self, start: u32, end: u32, elements: Cells) -> NodeId {
        let list = self.list(elements);
        self.node(start, end, Node::List(list))
    }

    /// `{ … }` as an object.
    pub(crate) fn object(&mut self, start: u32, end: u32, entries: Cells) -> NodeId {
        let list = self.list(entries);
        self.node(start, end, Node::Object(list))
    }

    /// `name` or `name = default` in an object.
    pub(crate) fn shorthand(&mut self, start: u32, name_end: u32, end: u32, default: Option<NodeId>) -> NodeId {
        let name = self.intern(start, name_end);
        self.node(start, end, Node::Shorthand { name, default })
    }

    /// `name ~>= t` in the pattern of an object: an entry whose key is the name that its value begins with.
    pub(crate) fn sure_entry(
        &mut self,
        (start, name_end): (u32, u32),
        (from, operator, to): (u32, Infix, u32),
        threshold: NodeId,
        end: u32,
    ) -> NodeId {
        if operator != Infix::TildeGreaterEqual {
            let at = self.place(Span::new(from, to));
            let report = Diagnostic::new(Code::P001, at, format!("unexpected `{}`", operator.spelling()));
            self.diagnostics.push(report.help("write `:` and a value, or `,`"));
        }
        let key = self.key(start, name_end);
        let name = self.name(start, name_end);
        let operator = self.node(from, to, Node::Operator(operator));
        let row = [name, operator, threshold];
        let list = List { start: self.tree.links.len() as u32, len: row.len() as u32 };
        self.tree.links.extend(row);
        let value = self.node(start, end, Node::Operation(list));
        self.node(start, end, Node::Entry { key, value })
    }
}
