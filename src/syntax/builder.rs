//! What the grammar's actions do: they add nodes to the tree and hand on their numbers.
//!
//! Rows under construction are linked cells that are never changed, so that error recovery may drop any symbol it likes;
//! they are copied into the tree once, when they are complete.

use std::cell::Cell;

use lalrpop_util::ErrorRecovery;

use super::ast::*;
use super::literal;
use super::message;
use super::operator::Level;
use super::token::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, Fix};
use crate::source::{FileId, Location, Name, Names, Span};

/// How many names are kept at hand.
const RECENT: usize = 1024;

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
    Question { left: NodeId, then: NodeId },
}

/// A postfix chain under construction.
#[derive(Clone, Copy)]
pub(crate) struct Chain {
    base: NodeId,
    links: Cells,
    end: u32,
}

/// Parameters, result and cap of a function.
#[derive(Clone, Copy)]
pub(crate) struct Signature {
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
    /// How many unexpected tokens were reported.
    faults: &'a Cell<u32>,
    /// Names read lately, by a hash of their letters: most names of a text come again soon.
    recent: Vec<(Span, Name)>,
}

impl<'a> Builder<'a> {
    /// An empty tree for a text.
    pub(crate) fn new(
        file: FileId,
        text: &'a str,
        names: &'a mut Names,
        diagnostics: &'a mut Diagnostics,
        faults: &'a Cell<u32>,
        tokens: usize,
    ) -> Self {
        let mut tree = Tree::default();
        tree.nodes.reserve(tokens);
        tree.spans.reserve(tokens);
        tree.links.reserve(tokens / 2);
        Self {
            file,
            text,
            tree,
            names,
            diagnostics,
            cells: Vec::with_capacity(tokens / 2),
            parts: Vec::new(),
            row: Vec::new(),
            operands: Vec::new(),
            operators: Vec::new(),
            faults,
            recent: vec![(Span::default(), Name(0)); RECENT],
        }
    }

    /// Adds a node.
    #[inline]
    pub(crate) fn node(&mut self, start: u32, end: u32, node: Node) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(node);
        self.tree.spans.push(Span::new(start, end));
        id
    }

    /// The number of the name at a place.
    #[inline]
    fn intern(&mut self, start: u32, end: u32) -> Name {
        let span = Span::new(start, end);
        let written = span.of(self.text);
        let bytes = written.as_bytes();
        let mut hash = bytes.len();
        for byte in bytes.iter().take(16) {
            hash = hash.wrapping_mul(31).wrapping_add(*byte as usize);
        }
        let slot = (hash ^ hash >> 10) % RECENT;
        let (known, name) = self.recent[slot];
        if known.of(self.text) == written && !bytes.is_empty() {
            return name;
        }
        let name = self.names.intern(written);
        self.recent[slot] = (span, name);
        name
    }

    fn place(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        let at = self.place(span);
        self.diagnostics.push(Diagnostic::new(code, at, message).help(help));
    }

    fn span(&self, id: NodeId) -> Span {
        self.tree.spans[id.0 as usize]
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
        let mut at = cells.0;
        while at != u32::MAX {
            let cell = &self.cells[at as usize];
            self.tree.links.push(cell.node);
            at = cell.before;
        }
        self.tree.links[start..].reverse();
        List { start: start as u32, len: (self.tree.links.len() - start) as u32 }
    }

    // ---- faults

    /// A stretch that could not be read.
    pub(crate) fn broken(&mut self, start: u32, end: u32, error: ErrorRecovery<u32, Kind, ()>) -> NodeId {
        self.faults.set(self.faults.get() + 1);
        let (span, kind, expected) = message::place(error.error, self.text);
        // A bracket that was put in was reported when it was.
        let put_in = span.is_empty() && kind.is_some_and(Kind::closes);
        if self.faults.get() <= message::FAULTS && !put_in {
            let at = self.place(span);
            self.diagnostics.push(message::unexpected(self.text, at, kind, &expected));
        }
        self.node(start, end.max(start), Node::Missing)
    }

    /// A stretch that goes on after a bracket in it.
    pub(crate) fn broken_again(&mut self, node: NodeId, end: u32, _: ErrorRecovery<u32, Kind, ()>) -> NodeId {
        self.widen(node, end)
    }

    /// The stretch up to here.
    pub(crate) fn widen(&mut self, node: NodeId, end: u32) -> NodeId {
        self.tree.spans[node.0 as usize].end = end;
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

    // ---- expressions

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

    /// A condition and the value between `?` and `:`.
    pub(crate) fn question(&mut self, head: Head, left: NodeId, then: NodeId) -> Head {
        self.part(head, Item::Question { left, then })
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
        let mut at = head.0;
        while at != u32::MAX {
            let part = self.parts[at as usize];
            row.push(part.item);
            at = part.before;
        }
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
                self.check_target(item, operators, operand);
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
            Item::Question { then, .. } => Node::Conditional { condition: left, then, otherwise: right },
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
    fn check_target(&mut self, item: Item, floor: usize, operand: NodeId) {
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
        let _ = operand;
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

    // ---- functions

    fn add(&mut self, function: Function) -> FunctionId {
        let id = FunctionId(self.tree.functions.len() as u32);
        self.tree.functions.push(function);
        id
    }

    fn bare(form: Form) -> Function {
        Function {
            form,
            is_async: false,
            decorators: List::default(),
            name: None,
            parameters: List::default(),
            has_parameters: true,
            result: None,
            cap: None,
            max: None,
            body: None,
        }
    }

    /// What stands between a function's name and its body.
    pub(crate) fn signature(
        &mut self,
        parameters: Option<Cells>,
        result: Option<NodeId>,
        cap: Option<NodeId>,
    ) -> Signature {
        Signature { parameters: parameters.map(|cells| self.list(cells)), result, cap }
    }

    /// A function, named or not.
    pub(crate) fn function(
        &mut self,
        start: u32,
        end: u32,
        (form, is_async): (Form, bool),
        name: Option<NodeId>,
        signature: Signature,
        body: NodeId,
    ) -> NodeId {
        let id = self.add(Function {
            is_async,
            name,
            parameters: signature.parameters.unwrap_or_default(),
            has_parameters: signature.parameters.is_some(),
            result: signature.result,
            cap: signature.cap,
            body: Some(body),
            ..Self::bare(form)
        });
        self.node(start, end, Node::Function(id))
    }

    /// `name(…) { … }` in an object.
    pub(crate) fn method(
        &mut self,
        start: u32,
        end: u32,
        is_async: bool,
        key: NodeId,
        signature: Signature,
        body: NodeId,
    ) -> NodeId {
        let function = self.add(Function {
            is_async,
            parameters: signature.parameters.unwrap_or_default(),
            result: signature.result,
            cap: signature.cap,
            body: Some(body),
            ..Self::bare(Form::Method)
        });
        self.node(start, end, Node::Method { key, function })
    }

    /// `x => …`
    pub(crate) fn lambda(&mut self, start: u32, end: u32, is_async: bool, parameters: Cells, body: NodeId) -> NodeId {
        let parameters = self.list(parameters);
        let id = self.add(Function { is_async, parameters, body: Some(body), ..Self::bare(Form::Lambda) });
        self.node(start, end, Node::Function(id))
    }

    /// The parameter of a lambda that has no parentheses.
    pub(crate) fn lambda_parameter(&mut self, start: u32, end: u32) -> Cells {
        let pattern = self.name(start, end);
        let parameter = self.parameter(start, end, pattern, None, None);
        self.push(Cells::EMPTY, parameter)
    }

    /// One parameter.
    pub(crate) fn parameter(
        &mut self,
        start: u32,
        end: u32,
        pattern: NodeId,
        annotation: Option<NodeId>,
        default: Option<NodeId>,
    ) -> NodeId {
        self.node(start, end, Node::Parameter { pattern, annotation, default })
    }

    /// `test "…" { }`, `on "…" as e max N { }`
    pub(crate) fn labelled(
        &mut self,
        start: u32,
        end: u32,
        form: Form,
        name: NodeId,
        parameter: Option<NodeId>,
        max: Option<NodeId>,
        body: NodeId,
    ) -> NodeId {
        let cells = match parameter {
            Some(parameter) => self.push(Cells::EMPTY, parameter),
            None => Cells::EMPTY,
        };
        let parameters = self.list(cells);
        let id = self.add(Function {
            name: Some(name),
            parameters,
            has_parameters: parameter.is_some(),
            max,
            body: Some(body),
            ..Self::bare(form)
        });
        self.node(start, end, Node::Function(id))
    }

    /// The method of an agent.
    pub(crate) fn agent_method(
        &mut self,
        start: u32,
        end: u32,
        decorators: Option<Cells>,
        name: NodeId,
        parameters: Cells,
        result: Option<NodeId>,
    ) -> NodeId {
        let decorators = decorators.map(|cells| self.list(cells)).unwrap_or_default();
        let parameters = self.list(parameters);
        let id = self.add(Function { decorators, name: Some(name), parameters, result, ..Self::bare(Form::Signature) });
        self.node(start, end, Node::AgentMethod(id))
    }

    // ---- statements

    /// `{ … }` as a block.
    pub(crate) fn block(&mut self, start: u32, end: u32, statements: Cells) -> NodeId {
        let list = self.list(statements);
        self.node(start, end, Node::Block(list))
    }

    /// `let a = 1, b`
    pub(crate) fn let_(&mut self, start: u32, end: u32, keyword: Keyword, declarators: Cells) -> NodeId {
        let declarators = self.list(declarators);
        self.node(start, end, Node::Let { keyword, declarators })
    }

    /// A further condition of an `if`.
    pub(crate) fn arm(&mut self, arms: Cells, start: u32, end: u32, condition: NodeId, body: NodeId) -> Cells {
        self.check_condition(condition);
        let arm = self.node(start, end, Node::Arm { condition, body });
        self.push(arms, arm)
    }

    /// `while`
    pub(crate) fn while_(
        &mut self,
        start: u32,
        end: u32,
        condition: NodeId,
        max: Option<NodeId>,
        body: NodeId,
    ) -> NodeId {
        self.check_condition(condition);
        self.node(start, end, Node::While { condition, max, body })
    }

    /// A condition that assigns was meant to compare.
    fn check_condition(&mut self, condition: NodeId) {
        let mut inner = condition;
        if let Node::Paren(x) = self.tree.nodes[condition.0 as usize] {
            inner = x;
        }
        let Node::Assign { operator: None, target, value } = self.tree.nodes[inner.0 as usize] else { return };
        let between = Span::new(self.span(target).end, self.span(value).start);
        let Some(at) = between.of(self.text).find('=') else { return };
        let start = between.start + at as u32;
        let place = self.place(Span::new(start, start + 1));
        self.diagnostics.push(
            Diagnostic::new(Code::P001, place, "`=` assigns, it does not compare")
                .help("write `==`; an assignment that is meant stands in parentheses of its own")
                .mend(Fix {
                    title: "write `==`".into(),
                    certain: false,
                    edits: vec![Edit { at: place, text: "==".into() }],
                }),
        );
    }

    /// `if … else …`
    pub(crate) fn if_(&mut self, start: u32, end: u32, arms: Cells, otherwise: Option<NodeId>) -> NodeId {
        let arms = self.list(arms);
        self.node(start, end, Node::If { arms, otherwise })
    }

    /// `match x { … }`
    pub(crate) fn match_(&mut self, start: u32, end: u32, subject: NodeId, arms: Cells) -> NodeId {
        let arms = self.list(arms);
        self.node(start, end, Node::Match { subject, arms })
    }

    /// `switch x { … }`
    pub(crate) fn switch(&mut self, start: u32, end: u32, subject: NodeId, cases: Cells) -> NodeId {
        let cases = self.list(cases);
        self.node(start, end, Node::Switch { subject, cases })
    }

    /// `case x: …`
    pub(crate) fn case(&mut self, start: u32, end: u32, test: Option<NodeId>, body: Cells) -> NodeId {
        let body = self.list(body);
        self.node(start, end, Node::Case { test, body })
    }

    /// `uncertain if x { … }`
    pub(crate) fn uncertain_if(&mut self, start: u32, end: u32, subject: NodeId, bands: Cells) -> NodeId {
        let bands = self.list(bands);
        self.node(start, end, Node::UncertainIf { subject, bands })
    }

    /// A branch with a threshold of its own.
    pub(crate) fn band(
        &mut self,
        start: u32,
        end: u32,
        band: Band,
        (from, to, operator): (u32, u32, Infix),
        threshold: NodeId,
        body: NodeId,
    ) -> NodeId {
        if operator != Infix::GreaterEqual {
            let at = self.place(Span::new(from, to));
            let report = Diagnostic::new(Code::P001, at, format!("`{}` cannot set a threshold", operator.spelling()));
            self.diagnostics.push(report.help("write `>=`").fix("write `>=`", at.span, ">="));
        }
        self.node(start, end, Node::Band { band, threshold: Some(threshold), body })
    }

    /// The body of an `uncertain` loop.
    pub(crate) fn bands(&mut self, start: u32, end: u32, bands: Cells) -> NodeId {
        let list = self.list(bands);
        self.node(start, end, Node::Bands(list))
    }

    /// `let x, i in xs`
    pub(crate) fn for_each(
        &mut self,
        start: u32,
        keyword: Option<Keyword>,
        variables: Cells,
        (of, end): (bool, u32),
        source: NodeId,
    ) -> Parts {
        let patterns = self.list(variables);
        for index in patterns.start..patterns.start + patterns.len {
            let id = self.tree.links[index as usize];
            if let Node::Declarator { pattern, annotation, value } = self.tree.nodes[id.0 as usize] {
                self.tree.links[index as usize] = pattern;
                if let Some(extra) = value.or(annotation) {
                    let span = self.span(extra);
                    self.report(Code::P001, span, "a loop variable has neither type nor value", "remove it");
                }
            }
        }
        if patterns.len > 2 {
            let third = self.tree.links[patterns.start as usize + 2];
            let span = self.span(third);
            self.report(Code::P001, span, "a loop has two variables at most", "remove it");
        }
        let head = self.node(start, end, Node::ForEachHead { keyword, patterns, of });
        Parts { head, source: Some(source) }
    }

    /// `init; condition; step`
    pub(crate) fn for_count(
        &mut self,
        start: u32,
        end: u32,
        init: Option<NodeId>,
        condition: Option<NodeId>,
        steps: Option<Cells>,
    ) -> Parts {
        let step = steps.and_then(|cells| self.single(cells));
        let head = self.node(start, end, Node::ForCountHead { init, condition, step });
        Parts { head, source: None }
    }

    /// The one expression of a row; a second one would be the comma operator.
    pub(crate) fn single(&mut self, cells: Cells) -> Option<NodeId> {
        let list = self.list(cells);
        if list.len > 1 {
            let second = self.tree.links[list.start as usize + 1];
            let span = self.span(second);
            self.report(
                Code::P008,
                span,
                "there is no comma operator",
                "keep one expression here, and move the other into the loop or before it",
            );
        }
        self.tree.links.get(list.start as usize).copied()
    }

    /// A `for` with its body.
    pub(crate) fn for_(&mut self, start: u32, end: u32, parts: Parts, max: Option<NodeId>, body: NodeId) -> NodeId {
        let head = parts.head;
        match parts.source {
            Some(source) => self.node(start, end, Node::ForEach { head, source, body, max }),
            None => self.node(start, end, Node::ForCount { head, max, body }),
        }
    }

    // ---- declarations

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
        while let Node::Export { declaration, .. } = self.tree.nodes[inner.0 as usize] {
            self.tree.spans[inner.0 as usize].start = start;
            inner = declaration;
        }
        match &mut self.tree.nodes[inner.0 as usize] {
            Node::Function(id) => self.tree.functions[id.0 as usize].decorators = list,
            Node::Agent { decorators, .. } => *decorators = list,
            _ => {
                let end = self.span(declaration).end;
                return self.node(start, end, Node::Decorated { decorators: list, declaration });
            }
        }
        self.tree.spans[inner.0 as usize].start = start;
        declaration
    }

    /// `agent Name { … }`
    pub(crate) fn agent(&mut self, start: u32, end: u32, name: NodeId, members: Cells) -> NodeId {
        let members = self.list(members);
        self.node(start, end, Node::Agent { decorators: List::default(), name, members })
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

    // ---- types

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
