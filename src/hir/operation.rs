//! Rows of infix operators, and conditions, in which `~>` asks.
//!
//! A row groups to the left, so what stands before an operator always runs first. Where one level mixes forms that
//! cannot be one flat row, the part so far is kept in a hidden variable once in a while, and nothing nests deeply.

use super::lower::Lowering;
use super::{Binary, Block, Compound, Expr, ExprKind, Logical, Row, Unary};
use crate::diagnostic::Edit;
use crate::diagnostic::{Code, Fix};
use crate::source::Span;
use crate::syntax::ast::{Infix, List, Node, NodeId, Prefix};

/// The operator of two values, both of which run.
pub(super) fn binary(operator: Infix) -> Option<Binary> {
    Some(match operator {
        Infix::Power | Infix::TildePower => Binary::Power,
        Infix::Multiply | Infix::TildeMultiply => Binary::Multiply,
        Infix::Divide | Infix::TildeDivide => Binary::Divide,
        Infix::Remainder | Infix::TildeRemainder => Binary::Remainder,
        Infix::Add | Infix::TildeAdd => Binary::Add,
        Infix::Subtract | Infix::TildeSubtract => Binary::Subtract,
        Infix::Less | Infix::TildeLess => Binary::Less,
        Infix::LessEqual | Infix::TildeLessEqual => Binary::LessEqual,
        Infix::Greater => Binary::Greater,
        Infix::GreaterEqual => Binary::GreaterEqual,
        Infix::In => Binary::In,
        Infix::Equal | Infix::StrictEqual | Infix::TildeEqual => Binary::Equal,
        Infix::NotEqual | Infix::StrictNotEqual | Infix::TildeNotEqual => Binary::NotEqual,
        Infix::Best => Binary::Best,
        Infix::Chain => Binary::Chain,
        Infix::Confident => Binary::State,
        Infix::Gate | Infix::GateOr => Binary::Gate,
        Infix::TildeAnd => Binary::Both,
        Infix::TildeOr => Binary::Either,
        _ => return None,
    })
}

/// The operator whose right side runs only if needed.
fn logical(operator: Infix) -> Option<Logical> {
    Some(match operator {
        Infix::And => Logical::And,
        Infix::Or => Logical::Or,
        Infix::Coalesce => Logical::Coalesce,
        Infix::OrElse => Logical::OrElse,
        _ => return None,
    })
}

/// The operator of a compound assignment.
pub(super) fn compound(operator: Infix) -> Option<Compound> {
    match logical(operator) {
        Some(operator) => Some(Compound::Logical(operator)),
        None => binary(operator).map(Compound::Binary),
    }
}

/// How often a row may wrap what it has so far before it keeps it in a variable.
const WRAPS: u32 = 4;

/// The part of a row that was read so far.
struct Begun {
    value: Expr,
    kept: Vec<Expr>,
    form: RowForm,
    wraps: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RowForm {
    Operand,
    Binary,
    Logical,
    Wrapped,
}

impl Lowering<'_> {
    /// Operands and operators in turn.
    pub(super) fn operation(&mut self, list: List, span: Span) -> Expr {
        let nodes = self.tree.list(list);
        if let Some(Node::Operator(Infix::Pipe | Infix::TildePipe)) = nodes.get(1).map(|&node| self.node(node)) {
            return self.pipeline(nodes, span);
        }
        self.row(nodes, span, false)
    }

    /// A row; in a condition, operands of `&&` and `||` in parentheses may ask.
    fn row(&mut self, nodes: &[NodeId], span: Span, condition: bool) -> Expr {
        let Some(&first) = nodes.first() else { return Expr { kind: ExprKind::Null, span } };
        let value = self.operand(first, nodes.get(1).copied(), condition);
        let mut row = Begun { value, kept: Vec::new(), form: RowForm::Operand, wraps: 0 };
        let mut left = first;
        for pair in nodes[1..].chunks(2) {
            let &[sign, right] = pair else { break };
            let Node::Operator(operator) = self.node(sign) else { continue };
            self.extend(&mut row, operator, sign, left, right, condition);
            left = right;
        }
        let value = Expr { span, ..row.value };
        match row.kept.is_empty() {
            true => value,
            false => {
                let mut exprs = row.kept;
                exprs.push(value);
                Expr { kind: ExprKind::Block(Block::of(exprs)), span }
            }
        }
    }

    /// An operand; `sign` is an operator beside it.
    fn operand(&mut self, node: NodeId, sign: Option<NodeId>, condition: bool) -> Expr {
        let asks =
            condition && sign.is_some_and(|sign| matches!(self.node(sign), Node::Operator(Infix::And | Infix::Or)));
        match asks {
            true => self.asking(node),
            false => self.expression(node),
        }
    }

    fn extend(&mut self, row: &mut Begun, operator: Infix, sign: NodeId, left: NodeId, right: NodeId, condition: bool) {
        if matches!(binary(operator), Some(Binary::Equal | Binary::NotEqual)) {
            self.check_typeof(left, right);
        }
        let at = self.span(sign);
        if let Some(operator) = logical(operator) {
            let operand = self.operand(right, Some(sign), condition);
            if let (ExprKind::Logical(all), RowForm::Logical) = (&mut row.value.kind, row.form) {
                all.rest.push((operator, operand));
                return;
            }
            self.wrap(row, RowForm::Logical, operand.span, |first| {
                ExprKind::Logical(Row::of(first, [(operator, operand)]))
            });
            return;
        }
        if let Some(operator) = binary(operator) {
            let operand = self.expression(right);
            if let (ExprKind::Binary(all), RowForm::Binary) = (&mut row.value.kind, row.form) {
                all.rest.push((operator, at, operand));
                return;
            }
            self.wrap(row, RowForm::Binary, operand.span, |first| {
                ExprKind::Binary(Row::of(first, [(operator, at, operand)]))
            });
            return;
        }
        match operator {
            Infix::Range | Infix::RangeInclusive => {
                let high = self.boxed(right);
                let inclusive = operator == Infix::RangeInclusive;
                self.wrap(row, RowForm::Wrapped, high.span, |low| ExprKind::Range {
                    low: Box::new(low),
                    high,
                    inclusive,
                });
            }
            Infix::Instanceof => self.instance(row, right),
            Infix::TildeGreaterEqual => {
                self.expression(right);
                let help = "write `x >= t` to compare, `~x >= t` to test confidence";
                self.refuse(Code::P001, at, "`~>=` has a meaning in `match` only", help);
            }
            _ => {
                self.expression(right);
                self.refuse(Code::P001, at, "this operator has no meaning here", "");
            }
        }
    }

    fn wrap(&mut self, row: &mut Begun, form: RowForm, end: Span, make: impl FnOnce(Expr) -> ExprKind) {
        if row.wraps >= WRAPS {
            let value = std::mem::replace(&mut row.value, Expr { kind: ExprKind::Null, span: end });
            let (kept, read) = self.keep(value);
            row.kept.push(kept);
            row.value = read;
            row.wraps = 0;
        }
        row.wraps += 1;
        row.form = form;
        let span = row.value.span.to(end);
        let first = std::mem::replace(&mut row.value, Expr { kind: ExprKind::Null, span });
        row.value = Expr { kind: make(first), span };
    }

    /// `x instanceof T`: a type of the program, or one of JavaScript's constructors that says the same as `typeof`.
    fn instance(&mut self, row: &mut Begun, right: NodeId) {
        let span = self.span(right);
        let Node::Name(name) = self.node(self.bare(right)) else {
            self.expression(right);
            self.refuse(Code::T003, span, "`instanceof` wants the name of a type", "");
            return;
        };
        let plain = match self.name_text(name) {
            "Error" => Some("error"),
            "Array" => Some("list"),
            "Object" => Some("object"),
            "Function" => Some("function"),
            "Agent" => Some("agent"),
            _ => None,
        };
        if let Some(plain) = plain.filter(|_| !self.types.contains(name)) {
            let text = Expr { kind: ExprKind::Text(plain.into()), span };
            self.wrap(row, RowForm::Wrapped, span, |value| {
                let given = Expr { span: value.span, kind: ExprKind::Unary(Unary::Typeof, Box::new(value)) };
                ExprKind::Binary(Row::of(given, [(Binary::Equal, span, text)]))
            });
            return;
        }
        let wanted = self.named_type(name, span);
        self.wrap(row, RowForm::Wrapped, span, |value| ExprKind::Instance(Box::new(value), wanted));
    }

    // ---- asking

    /// A condition. An `x ~> t` that is all of it asks, and so does one in parentheses below `!`, `&&` and `||`.
    pub(super) fn condition(&mut self, node: NodeId) -> Expr {
        let mut inner = node;
        while let Node::Paren(deeper) = self.node(inner) {
            inner = deeper;
        }
        let span = self.span(inner);
        match self.node(inner) {
            Node::Operation(list) => {
                let nodes = self.tree.list(list);
                match nodes.get(1).map(|&sign| self.node(sign)) {
                    Some(Node::Operator(Infix::Confident)) if self.is_asking(nodes) => self.ask(nodes, span),
                    Some(Node::Operator(Infix::And | Infix::Or)) => self.row(nodes, span, true),
                    _ => self.expression(inner),
                }
            }
            Node::Unary { operator: Prefix::Not, operand } => {
                let operand = Box::new(self.asking(operand));
                Expr { kind: ExprKind::Unary(Unary::Not, operand), span }
            }
            _ => self.expression(inner),
        }
    }

    /// An operand of `!`, `&&` or `||` in a condition.
    fn asking(&mut self, node: NodeId) -> Expr {
        match self.node(node) {
            Node::Paren(_) => self.condition(node),
            Node::Unary { operator: Prefix::Not, .. } => self.condition(node),
            Node::Operation(list) => match self.tree.list(list).get(1).map(|&sign| self.node(sign)) {
                Some(Node::Operator(Infix::And | Infix::Or)) => self.condition(node),
                _ => self.expression(node),
            },
            _ => self.expression(node),
        }
    }

    /// Whether the last operator of a row of one level is `~>`.
    fn is_asking(&self, nodes: &[NodeId]) -> bool {
        let last = nodes.len().checked_sub(2).map(|at| self.node(nodes[at]));
        matches!(last, Some(Node::Operator(Infix::Confident)))
    }

    fn ask(&mut self, nodes: &[NodeId], span: Span) -> Expr {
        let (&threshold, before) = nodes.split_last().expect("a row has operands");
        let subject = &before[..before.len() - 1];
        if self.refuse_loose(nodes, span) {
            let value = Box::new(self.row(subject, span, false));
            let threshold = self.boxed(threshold);
            return Expr { kind: ExprKind::Ask { value, threshold }, span };
        }
        if let &[subject] = subject {
            self.note_asking(subject, threshold, span);
        }
        let end = self.span(subject[subject.len() - 1]);
        let value = Box::new(self.row(subject, self.span(subject[0]).to(end), false));
        let threshold = self.boxed(threshold);
        Expr { kind: ExprKind::Ask { value, threshold }, span }
    }

    /// `a && b ~> t`: it groups as `(a && b) ~> t`, which nobody means.
    fn refuse_loose(&mut self, nodes: &[NodeId], span: Span) -> bool {
        let operands: Vec<NodeId> = nodes.iter().copied().step_by(2).collect();
        if !operands.iter().any(|&operand| self.is_loose(operand)) {
            return false;
        }
        let mut edits = Vec::new();
        for pair in operands.windows(2) {
            let start = self.span(self.edge(pair[0], false)).start;
            let end = self.span(self.edge(pair[1], true)).end;
            edits.push((start, "("));
            edits.push((end, ")"));
        }
        let message = "`~>` groups looser than `&&`, `||`, `??` and `!`, so this asks about all of it";
        let found = self.finding(Code::P018, span, message).help("put parentheses around the `x ~> t` that is meant");
        let edits = edits.into_iter().map(|(at, text)| Edit { at: self.at(Span::at(at)), text: text.into() });
        let fix = Fix { title: "put parentheses around `x ~> t`".into(), certain: true, edits: edits.collect() };
        self.report(found.mend(fix));
        true
    }

    /// Whether an operand without parentheses is made by an operator that people expect to be looser than `~>`.
    fn is_loose(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Unary { operator: Prefix::Not, .. } => true,
            Node::Operation(list) => {
                let sign = self.tree.list(list).get(1).map(|&sign| self.node(sign));
                matches!(sign, Some(Node::Operator(sign)) if logical(sign).is_some() || matches!(sign, Infix::TildeAnd | Infix::TildeOr))
            }
            _ => false,
        }
    }

    /// The operand at an end of a loose one: of `a && !b` the right one is `b`.
    fn edge(&self, mut node: NodeId, left: bool) -> NodeId {
        loop {
            node = match self.node(node) {
                Node::Unary { operator: Prefix::Not, operand } if !left => operand,
                Node::Operation(list) if self.is_loose(node) => {
                    let nodes = self.tree.list(list);
                    if left { nodes[0] } else { nodes[nodes.len() - 1] }
                }
                _ => return node,
            };
        }
    }
}
