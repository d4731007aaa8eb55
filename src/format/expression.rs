//! Expressions, and patterns, which the tree holds as expressions.

use super::row::{ARRAY, OBJECT, Row};
use super::text::quoted;
use super::writer::Writer;
use crate::syntax::ast::{Form, FunctionId, Infix, List, Node, NodeId, Prefix};

impl Writer<'_> {
    /// Writes a string in its canonical quotes.
    pub(super) fn string(&mut self, id: NodeId) {
        let span = self.tree.span(id);
        let raw = span.of(self.text);
        match quoted(raw) {
            Some(text) => {
                self.reach(span.start as usize);
                self.doc.text(&text);
                self.leave(span.end as usize);
            }
            None => self.leaf(id),
        }
    }

    /// `[a, b]`
    pub(super) fn array(&mut self, items: List) {
        let numbers = items.len > 3 && self.list(items).iter().all(|&item| self.is_number(item));
        self.row(Row { filled: numbers, ..ARRAY }, items);
    }

    fn is_number(&self, id: NodeId) -> bool {
        match self.get(id) {
            Node::Number(_) => true,
            Node::Unary { operator: Prefix::Negate, operand } => matches!(self.get(operand), Node::Number(_)),
            _ => false,
        }
    }

    /// `{ a, b: 1 }`, as a type too
    pub(super) fn object(&mut self, items: List) {
        self.row(OBJECT, items);
    }

    /// `key: value`
    pub(super) fn entry(&mut self, key: NodeId, value: NodeId) {
        // In `{ name ~>= 0.8 }` the value begins with the key.
        if self.start(key) == self.start(value) {
            return self.node(value);
        }
        self.node(key);
        self.token(":");
        self.value(value);
    }

    /// `name` or `name = default` in an object
    pub(super) fn shorthand(&mut self, default: Option<NodeId>) {
        self.name();
        if let Some(default) = default {
            self.space();
            self.token("=");
            self.value(default);
        }
    }

    /// `name(…) { … }` in an object
    pub(super) fn method(&mut self, key: NodeId, function: FunctionId) {
        let function = *self.tree.function(function);
        if function.is_async {
            self.word("async");
        }
        self.node(key);
        self.signature(&function);
        self.body(&function);
    }

    /// `(x)`
    pub(super) fn paren(&mut self, inner: NodeId) {
        self.token("(");
        if self.holds_on(inner) {
            self.node(inner);
        } else {
            self.enclosed(inner);
        }
        self.token(")");
    }

    /// Writes a node between brackets that may stand on lines of their own.
    pub(super) fn enclosed(&mut self, inner: NodeId) {
        let group = self.doc.open();
        self.doc.indent();
        self.doc.soft();
        self.leading();
        match self.get(inner) {
            Node::Operation(row) => self.operation(row, false),
            _ => self.node(inner),
        }
        self.trailing();
        self.doc.dedent();
        self.doc.soft();
        self.doc.close(group);
    }

    /// Whether a node has brackets of its own around everything that could be broken.
    pub(super) fn holds_on(&self, id: NodeId) -> bool {
        match self.get(id) {
            Node::List(_) | Node::Object(_) | Node::Template(_) | Node::TypeObject(_) => true,
            Node::Function(function) => {
                let function = self.tree.function(function);
                function.form != Form::Lambda || function.body.is_some_and(|body| self.holds_on(body))
            }
            _ => self.is_block_like(id),
        }
    }

    /// Whether a node is a block or a statement that ends with one.
    pub(super) fn is_block_like(&self, id: NodeId) -> bool {
        matches!(
            self.get(id),
            Node::Block(_)
                | Node::If { .. }
                | Node::Match { .. }
                | Node::Switch { .. }
                | Node::Try { .. }
                | Node::UncertainIf { .. }
        )
    }

    /// Writes what stands behind `=` or `:`, with the space before it.
    pub(super) fn value(&mut self, id: NodeId) {
        let breaks = match self.get(id) {
            _ if self.has_comment() => true,
            Node::Operation(row) => !self.is_tight(row) && !self.is_flow(row),
            Node::Name(_) | Node::Text | Node::Number(_) | Node::Regex => true,
            Node::Unary { operand, .. } => matches!(self.get(operand), Node::Name(_)),
            Node::Chain { links, .. } => {
                !self.list(links).iter().any(|&link| matches!(self.get(link), Node::Call { .. }))
            }
            Node::Conditional { condition, .. } => matches!(self.get(condition), Node::Operation(_)),
            _ => false,
        };
        if !breaks {
            self.space();
            self.node(id);
            return;
        }
        self.below(id);
    }

    /// Writes a node on the same line or, a step further right, on the next one.
    pub(super) fn below(&mut self, id: NodeId) {
        let group = self.doc.open();
        self.doc.indent();
        self.trailing();
        self.doc.line();
        self.leading();
        match self.get(id) {
            Node::Operation(row) => self.operation(row, false),
            _ => self.node(id),
        }
        self.doc.dedent();
        self.doc.close(group);
    }

    /// Whether a row of operands is a flow of one value, which reads from its first line on.
    fn is_flow(&self, row: List) -> bool {
        let operator = self.list(row).get(1).map(|&operator| self.get(operator));
        matches!(
            operator,
            Some(Node::Operator(
                Infix::Pipe | Infix::TildePipe | Infix::Confident | Infix::Gate | Infix::GateOr | Infix::Best
            ))
        )
    }

    /// Whether a row has no line end of its own: a range, or two operands of which one holds on by its brackets.
    fn is_tight(&self, row: List) -> bool {
        let row = self.list(row);
        match row {
            [_, operator, _] if self.is_range(*operator) => true,
            [left, _, right] => self.holds_on(*left) || matches!(self.get(*right), Node::List(_) | Node::Object(_)),
            _ => false,
        }
    }

    fn is_range(&self, operator: NodeId) -> bool {
        matches!(self.get(operator), Node::Operator(Infix::Range | Infix::RangeInclusive))
    }

    /// `a + b - c`; a line that is broken off begins with the operator.
    pub(super) fn operation(&mut self, row: List, indented: bool) {
        let tight = self.is_tight(row);
        let (&first, rest) = self.list(row).split_first().expect("an operation has operands");
        if tight {
            self.node(first);
            for &id in rest {
                self.tight_part(id);
            }
            return;
        }
        let many = self.calls_with_functions(rest.iter().copied()) > 2;
        let group = self.doc.open();
        self.node(first);
        if indented {
            self.doc.indent();
        }
        for pair in rest.chunks(2) {
            if many {
                self.doc.hard()
            } else {
                self.doc.line()
            }
            self.node(pair[0]);
            self.space();
            self.node(pair[1]);
        }
        if indented {
            self.doc.dedent();
        }
        self.doc.close(group);
    }

    /// An operator with its spaces, which a range has not, or an operand.
    fn tight_part(&mut self, id: NodeId) {
        let spaced = matches!(self.get(id), Node::Operator(_)) && !self.is_range(id);
        if spaced {
            self.space();
        }
        self.node(id);
        if spaced {
            self.space();
        }
    }

    /// `-x`, `await x`
    pub(super) fn unary(&mut self, operator: Prefix, operand: NodeId) {
        match operator {
            Prefix::Negate => self.sign("-", operand),
            Prefix::Plus => self.sign("+", operand),
            Prefix::Not => self.token("!"),
            Prefix::Confidence => self.sign("~", operand),
            Prefix::Drawn => self.word("<~"),
            Prefix::Typeof => self.word("typeof"),
            Prefix::Await => self.word("await"),
            Prefix::Delete => self.word("delete"),
            Prefix::New => self.word("new"),
        }
        self.node(operand);
    }

    /// A sign, which must not grow together with what its operand begins with.
    fn sign(&mut self, sign: &str, operand: NodeId) {
        self.token(sign);
        let next = self.peek();
        let text = &self.text[next..];
        let grows = match sign {
            "~" => text.starts_with(['~', '<', '.', '/']) || text.starts_with("--") || text.starts_with("++"),
            _ => text.starts_with(sign),
        };
        if self.start(operand) <= next && grows {
            self.space();
        }
    }

    /// `x++`, `--x`
    pub(super) fn step(&mut self, by: i8, prefix: bool, target: NodeId) {
        let sign = if by < 0 { "--" } else { "++" };
        if prefix {
            self.token(sign);
        }
        self.node(target);
        if !prefix {
            self.token(sign);
        }
    }

    /// `c ? a : b`
    pub(super) fn conditional(&mut self, condition: NodeId, tilde: bool, then: NodeId, otherwise: NodeId) {
        let group = self.doc.open();
        self.node(condition);
        self.doc.indent();
        self.trailing();
        self.inner();
        self.doc.line();
        self.word(if tilde { "~?" } else { "?" });
        self.node(then);
        self.trailing();
        self.inner();
        self.doc.line();
        self.word(":");
        self.node(otherwise);
        self.doc.dedent();
        self.doc.close(group);
    }
}
