//! Expressions: rows of operators grouped by the one table, and postfix chains.

use super::{Builder, Cells, Chain, Head, Item, Part};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::operator::Level;

impl Builder<'_> {
    /// A prefix operator before an operand.
    pub(crate) fn prefix(&mut self, head: Head, start: u32, operator: Prefix) -> Head {
        self.part(head, Item::Prefix { start, operator })
    }

    /// `++` or `--` before an operand.
    pub(crate) fn step_before(&mut self, head: Head, start: u32, by: i8) -> Head {
        self.part(head, Item::StepBefore { start, by })
    }

    /// An operand and the operator behind it.
    pub(crate) fn infix(&mut self, head: Head, left: NodeId, start: u32, end: u32, infix: Infix) -> Head {
        let operator = self.node(start, end, Node::Operator(infix));
        self.part(head, Item::Infix { left, operator, infix })
    }

    /// A target and the assignment behind it.
    pub(crate) fn assign(&mut self, head: Head, left: NodeId, start: u32, end: u32, operator: Option<Infix>) -> Head {
        self.part(head, Item::Assign { left, operator, span: Span::new(start, end) })
    }

    /// A condition and the value between `?` or `~?` and `:`.
    pub(crate) fn question(&mut self, head: Head, left: NodeId, tilde: bool, then: NodeId) -> Head {
        self.part(head, Item::Question { left, tilde, then })
    }

    fn part(&mut self, head: Head, item: Item) -> Head {
        let part = Head(self.parts.len() as u32);
        self.parts.push(Part { before: head.0, item });
        part
    }

    /// The row with its last operand, grouped.
    #[inline]
    pub(crate) fn expression(&mut self, head: Head, last: NodeId) -> NodeId {
        if head.0 == u32::MAX { last } else { self.group(head, last) }
    }

    fn group(&mut self, head: Head, last: NodeId) -> NodeId {
        let mut row = std::mem::take(&mut self.row);
        let (mut at, mut first) = (head.0, self.parts.len());
        while at != u32::MAX {
            let part = self.parts[at as usize];
            row.push(part.item);
            first = at as usize;
            at = part.before;
        }
        self.parts.truncate(first);
        let (operands, operators) = (self.operands.len(), self.operators.len());
        let mut prefixes = row.len();
        for index in (0..row.len()).rev() {
            let item = row[index];
            let (left, level) = match item {
                Item::Prefix { .. } | Item::StepBefore { .. } => continue,
                Item::Infix { left, infix, .. } => (left, infix.level()),
                Item::Question { left, .. } => (left, Level::Conditional),
                Item::Assign { left, .. } => (left, Level::Assignment),
            };
            let operand = self.apply(&row[index + 1..prefixes], left);
            if level == Level::Power && prefixes > index + 1 {
                self.check_power(&row[index + 1..prefixes], operand);
            }
            prefixes = index;
            self.operands.push(operand);
            if level == Level::Assignment {
                self.check_target(item, operators);
            } else {
                self.reduce(operators, level);
            }
            self.operators.push(item);
        }
        let operand = self.apply(&row[..prefixes], last);
        self.operands.push(operand);
        while self.operators.len() > operators {
            self.reduce_run(operators);
        }
        row.clear();
        self.row = row;
        let result = self.operands[operands];
        self.operands.truncate(operands);
        result
    }

    /// Prefix operators, given from the innermost to the outermost, applied to an operand.
    fn apply(&mut self, prefixes: &[Item], operand: NodeId) -> NodeId {
        let mut result = operand;
        let end = self.span(operand).end;
        for item in prefixes {
            result = match *item {
                Item::Prefix { start, operator } => self.node(start, end, Node::Unary { operator, operand: result }),
                Item::StepBefore { start, by } => {
                    self.node(start, end, Node::Step { by, prefix: true, target: result })
                }
                _ => result,
            };
        }
        result
    }

    fn level(item: Item) -> Level {
        match item {
            Item::Infix { infix, .. } => infix.level(),
            Item::Question { .. } => Level::Conditional,
            _ => Level::Assignment,
        }
    }

    /// Groups what binds tighter than `level`.
    fn reduce(&mut self, floor: usize, level: Level) {
        while self.operators.len() > floor && Self::level(self.operators[self.operators.len() - 1]) > level {
            self.reduce_run(floor);
        }
    }

    /// Groups the operators of one level that came last.
    fn reduce_run(&mut self, floor: usize) {
        let level = Self::level(self.operators[self.operators.len() - 1]);
        let mut first = self.operators.len() - 1;
        while first > floor && Self::level(self.operators[first - 1]) == level {
            first -= 1;
        }
        let count = self.operators.len() - first;
        let base = self.operands.len() - count - 1;
        if level.groups_right() {
            let mut result = self.operands[self.operands.len() - 1];
            for index in (0..count).rev() {
                let item = self.operators[first + index];
                let left = self.operands[base + index];
                result = self.pair(item, left, result);
            }
            self.operands[base] = result;
        } else {
            let start = self.tree.links.len();
            self.tree.links.push(self.operands[base]);
            for index in 0..count {
                if let Item::Infix { operator, .. } = self.operators[first + index] {
                    self.tree.links.push(operator);
                }
                self.tree.links.push(self.operands[base + index + 1]);
            }
            let list = List { start: start as u32, len: (self.tree.links.len() - start) as u32 };
            let span = self.span(self.operands[base]).to(self.span(self.operands[base + count]));
            self.operands[base] = self.node(span.start, span.end, Node::Operation(list));
        }
        self.operands.truncate(base + 1);
        self.operators.truncate(first);
    }

    /// One operator that groups to the right.
    fn pair(&mut self, item: Item, left: NodeId, right: NodeId) -> NodeId {
        let span = self.span(left).to(self.span(right));
        let node = match item {
            Item::Infix { operator, .. } => {
                let start = self.tree.links.len() as u32;
                self.tree.links.extend([left, operator, right]);
                Node::Operation(List { start, len: 3 })
            }
            Item::Question { tilde, then, .. } => Node::Conditional { condition: left, tilde, then, otherwise: right },
            Item::Assign { operator, .. } => Node::Assign { operator, target: left, value: right },
            _ => Node::Missing,
        };
        self.node(span.start, span.end, node)
    }

    /// `-2 ** 2` says too little about what is meant.
    fn check_power(&mut self, prefixes: &[Item], operand: NodeId) {
        let refused = prefixes.iter().any(|item| match item {
            Item::Prefix { operator, .. } => !matches!(operator, Prefix::Await | Prefix::New),
            _ => false,
        });
        if refused {
            let span = self.span(operand);
            let at = self.place(span);
            let written = span.of(self.text);
            self.diagnostics.push(
                Diagnostic::new(Code::P008, at, format!("`{written}` before `**` can be read in two ways"))
                    .help(format!("write `({written}) ** …`, or put the power in parentheses"))
                    .mend(Fix {
                        title: format!("write `({written})`"),
                        certain: false,
                        edits: vec![Edit { at, text: format!("({written})") }],
                    }),
            );
        }
    }

    /// What stands before `=` must be all of its side.
    fn check_target(&mut self, item: Item, floor: usize) {
        let Item::Assign { operator, span, .. } = item else { return };
        let alone = match self.operators[floor..].last() {
            None | Some(Item::Assign { .. } | Item::Question { .. }) => true,
            Some(_) => false,
        };
        if !alone {
            self.reduce(floor, Level::Assignment);
            let at = self.place(span);
            let mut report = Diagnostic::new(Code::P012, at, "what stands before this `=` cannot be assigned to");
            report = match operator {
                None => report.help("write `==` to compare, or put the assignment in parentheses"),
                Some(_) => report.help("put the assignment in parentheses"),
            };
            self.diagnostics.push(report);
        }
    }

    /// `x++`
    pub(crate) fn step(&mut self, start: u32, end: u32, target: NodeId, by: i8) -> NodeId {
        self.node(start, end, Node::Step { by, prefix: false, target })
    }

    /// The first application of a chain.
    pub(crate) fn link(&mut self, base: NodeId, link: NodeId) -> Chain {
        let links = self.push(Cells::EMPTY, link);
        Chain { base, links, end: self.span(link).end }
    }

    /// A chain that begins behind `|>`.
    pub(crate) fn pipe_link(&mut self, start: u32, link: NodeId) -> Chain {
        let base = self.node(start, start, Node::Missing);
        self.link(base, link)
    }

    /// A further application of a chain.
    pub(crate) fn relink(&mut self, chain: Chain, link: NodeId) -> Chain {
        Chain { links: self.push(chain.links, link), end: self.span(link).end, ..chain }
    }

    /// The whole chain.
    pub(crate) fn chain(&mut self, chain: Chain) -> NodeId {
        let links = self.list(chain.links);
        let start = self.span(chain.base).start;
        self.node(start, chain.end, Node::Chain { base: chain.base, links })
    }

    /// `.name`
    pub(crate) fn member(&mut self, start: u32, name_start: u32, end: u32, access: Access) -> NodeId {
        let name = self.intern(name_start, end);
        self.node(start, end, Node::Member { name, access })
    }

    /// `(a, b)` behind what is called.
    pub(crate) fn call(&mut self, start: u32, end: u32, arguments: Cells, optional: bool) -> NodeId {
        let arguments = self.list(arguments);
        self.node(start, end, Node::Call { arguments, optional })
    }
}
