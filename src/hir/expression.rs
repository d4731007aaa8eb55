//! Expressions.

use super::lower::Lowering;
use super::operation::compound;
use super::{Element, Expr, ExprKind, Key, Member, Part, PatternKind, Regex, Unary};
use crate::builtin;
use crate::diagnostic::Code;
use crate::source::{Name, Span};
use crate::syntax::ast::{Infix, List, Node, NodeId, Prefix};
use std::sync::Arc;

impl Lowering<'_> {
    /// An expression whose value somebody takes.
    pub(super) fn expression(&mut self, node: NodeId) -> Expr {
        self.valued(node, true)
    }

    pub(super) fn boxed(&mut self, node: NodeId) -> Box<Expr> {
        Box::new(self.expression(node))
    }

    pub(super) fn optional(&mut self, node: Option<NodeId>) -> Option<Box<Expr>> {
        node.map(|node| self.boxed(node))
    }

    /// An expression; `used` says whether its value matters to anybody.
    pub(super) fn valued(&mut self, node: NodeId, used: bool) -> Expr {
        let span = self.span(node);
        let kind = match self.node(node) {
            Node::Missing | Node::Null => ExprKind::Null,
            Node::Bool(value) => ExprKind::Bool(value),
            Node::Number(value) => ExprKind::Number(value),
            Node::Text => ExprKind::Text(self.literal(node)),
            Node::Template(parts) => ExprKind::Template(self.template(parts, span)),
            Node::Regex => self.regex(span),
            Node::Name(name) => return self.read(name, node),
            Node::List(elements) => ExprKind::List(self.elements(elements)),
            Node::Object(members) => ExprKind::Object(self.members(members)),
            Node::Paren(inner) => return Expr { span, ..self.valued(inner, used) },
            Node::Function(id) => return self.function_value(id, node),
            Node::Chain { .. } => return self.chain(node),
            Node::Operation(row) => return self.operation(row, span),
            Node::Unary { operator, operand } => return self.unary(operator, operand, span, used),
            Node::Step { by, prefix, target } => match self.place(target, true) {
                Some(target) => ExprKind::Step { target: Box::new(target), by: f64::from(by), prefix },
                None => ExprKind::Null,
            },
            Node::Conditional { .. } => self.conditional(node, used),
            Node::Assign { operator, target, value } => return self.assign(operator, target, value, span),
            Node::Elision => ExprKind::Null,
            Node::Spread(inner) => {
                self.expression(inner);
                return self.refuse(
                    Code::P001,
                    span,
                    "`...` spreads into a list, an object or a call only",
                    "put brackets around it: `[...x]`",
                );
            }
            _ => return self.structured(node, used),
        };
        Expr { kind, span }
    }

    // ---- literals

    /// What a text in quotes says.
    pub(super) fn literal(&self, node: NodeId) -> Arc<str> {
        crate::syntax::literal::text(self.source(self.span(node))).into()
    }

    fn template(&mut self, parts: List, span: Span) -> Vec<Part> {
        let nodes = self.tree.list(parts);
        let chunks = nodes.iter().filter(|&&node| matches!(self.node(node), Node::Chunk));
        let spans: Vec<Span> = chunks.map(|&node| self.span(node)).collect();
        let mut texts = crate::syntax::literal::chunks(self.text, span, &spans).into_iter();
        let mut out = Vec::with_capacity(nodes.len());
        for &node in nodes {
            match self.node(node) {
                Node::Chunk => out.push(Part::Text(texts.next().unwrap_or_default().into())),
                _ => out.push(Part::Hole(self.expression(node))),
            }
        }
        out
    }

    fn regex(&mut self, span: Span) -> ExprKind {
        let (source, flags) = crate::syntax::literal::regex(self.source(span));
        if let Err(wrong) = crate::builtin::regex::check(source, flags) {
            self.refuse(Code::P009, span, &wrong, crate::builtin::regex::help(&wrong));
        }
        ExprKind::Regex(Arc::new(Regex { source: source.into(), flags: flags.into() }))
    }

    pub(super) fn elements(&mut self, list: List) -> Vec<Element> {
        self.tree.list(list).iter().map(|&node| self.element(node)).collect()
    }

    pub(super) fn element(&mut self, node: NodeId) -> Element {
        match self.node(node) {
            Node::Spread(inner) => self.spread(inner),
            _ => Element::One(self.kept(node)),
        }
    }

    /// `...x` in a list or a call.
    pub(super) fn spread(&mut self, inner: NodeId) -> Element {
        if let Node::Elision = self.node(inner) {
            let help = "write `...list`; alone it ends a pattern of `match`";
            return Element::One(self.refuse(Code::P001, self.span(inner), "there is nothing behind `...`", help));
        }
        Element::Spread(self.expression(inner))
    }

    /// A value that goes into a list or an object; a function there may be called by anyone, at any time.
    fn kept(&mut self, node: NodeId) -> Expr {
        self.keeping = matches!(self.node(self.bare(node)), Node::Function(_));
        let value = self.expression(node);
        self.keeping = false;
        value
    }

    /// A value that gets a name, which is the function's name if it is one.
    pub(super) fn titled(&mut self, node: NodeId, name: Option<Name>) -> Expr {
        self.hint = name.filter(|_| matches!(self.node(self.bare(node)), Node::Function(_)));
        let value = self.expression(node);
        self.hint = None;
        value
    }

    fn members(&mut self, list: List) -> Vec<Member> {
        let mut out = Vec::with_capacity(list.len as usize);
        for &node in self.tree.list(list) {
            match self.node(node) {
                Node::Entry { key, value } => {
                    let key = self.key(key);
                    self.keeping = matches!(self.node(self.bare(value)), Node::Function(_));
                    if let (true, Key::Fixed(name)) = (self.keeping, &key) {
                        self.hint = self.program.names.find(name);
                    }
                    let value = self.expression(value);
                    (self.keeping, self.hint) = (false, None);
                    out.push(Member::Entry(key, value));
                }
                Node::Shorthand { name, default } => {
                    let text = self.shared_text(name);
                    let value = match default {
                        None => self.read(name, node),
                        Some(default) => {
                            let span = self.span(node);
                            let message = "`=` in an object gives a default in a pattern only";
                            let found = self.finding(Code::P012, span, message).help("write `:` before a value");
                            let sign = Span::new(span.start + text.len() as u32, self.span(default).start);
                            self.report(super::edit::suggest(found, "write `:`".into(), sign, ": ".into(), true));
                            self.expression(default)
                        }
                    };
                    out.push(Member::Entry(Key::Fixed(text), value));
                }
                Node::Method { key, function } => {
                    let key = self.key(key);
                    let span = self.span(node);
                    self.keeping = true;
                    let id = self.function(function, span, span.start);
                    out.push(Member::Entry(key, Expr { kind: ExprKind::Function(id), span }));
                }
                Node::Spread(inner) => out.push(Member::Spread(self.expression(inner))),
                _ => {
                    self.expression(node);
                }
            }
        }
        out
    }

    /// A key before a colon.
    pub(super) fn key(&mut self, node: NodeId) -> Key {
        match self.node(node) {
            Node::Key(name) | Node::Name(name) => Key::Fixed(self.shared_text(name)),
            Node::Text => Key::Fixed(self.literal(node)),
            Node::Number(value) => Key::Fixed(number_key(value)),
            Node::Computed(inner) => match self.node(self.bare(inner)) {
                Node::Text => Key::Fixed(self.literal(self.bare(inner))),
                _ => Key::Computed(self.boxed(inner)),
            },
            _ => Key::Computed(self.boxed(node)),
        }
    }

    // ---- operators

    fn unary(&mut self, operator: Prefix, operand: NodeId, span: Span, used: bool) -> Expr {
        let operator = match operator {
            Prefix::Await => return Expr { span, ..self.valued(operand, used) },
            Prefix::New => return self.instantiate(operand, span),
            Prefix::Delete => {
                let kind = match self.node(self.bare(operand)) {
                    Node::Chain { .. } => self.place(operand, false).map(|place| ExprKind::Delete(Box::new(place))),
                    _ => {
                        self.expression(operand);
                        let help = "write `delete object.key`";
                        self.refuse(Code::P012, span, "`delete` takes a key away from an object", help);
                        None
                    }
                };
                return Expr { kind: kind.unwrap_or(ExprKind::Null), span };
            }
            Prefix::Negate => Unary::Negate,
            Prefix::Plus => Unary::Plus,
            Prefix::Not => Unary::Not,
            Prefix::Confidence | Prefix::Drawn => Unary::Confidence,
            Prefix::Typeof => Unary::Typeof,
        };
        Expr { kind: ExprKind::Unary(operator, self.boxed(operand)), span }
    }

    /// `new Error(message)`; nothing else can be made with `new`.
    fn instantiate(&mut self, operand: NodeId, span: Span) -> Expr {
        let named = match self.node(operand) {
            Node::Chain { base, .. } => base,
            _ => operand,
        };
        let Node::Name(name) = self.node(named) else {
            self.expression(operand);
            return self.refuse(Code::P008, span, "`new` makes errors only", "write `new Error(message)`");
        };
        let text = self.name_text(name).to_owned();
        if text == "Error" && self.scopes.resolved(named).is_none() && named != operand {
            return self.chain(operand);
        }
        let (message, help) = super::javascript::construction(&text);
        self.refuse(Code::P008, span, message, help)
    }

    fn conditional(&mut self, mut node: NodeId, used: bool) -> ExprKind {
        let mut arms = Vec::new();
        while let Node::Conditional { condition, then, otherwise, .. } = self.node(node) {
            let condition = self.condition(condition);
            arms.push((condition, self.valued(then, used)));
            node = otherwise;
        }
        ExprKind::If { arms, otherwise: Some(Box::new(self.valued(node, used))) }
    }

    pub(super) fn assign(&mut self, operator: Option<Infix>, target: NodeId, value: NodeId, span: Span) -> Expr {
        let place = self.bare(target);
        if let Node::List(_) | Node::Object(_) = self.node(place) {
            if operator.is_some() {
                self.expression(value);
                let help = "name one variable on the left";
                return self.refuse(Code::P012, self.span(target), "only `=` takes a value apart", help);
            }
            let value = self.boxed(value);
            let pattern = Box::new(self.unpacked(place));
            return Expr { kind: ExprKind::Unpack { pattern, value }, span };
        }
        if let Some(agent) = self.bound_agent(place, operator) {
            let value = self.boxed(value);
            return Expr { kind: ExprKind::Bind { name: agent, value }, span };
        }
        let target = self.place(place, operator.is_some());
        let target_name = match self.node(place) {
            Node::Name(name) => Some(name),
            _ => None,
        };
        let value = match target_name {
            Some(_) => self.titled(value, target_name),
            None => self.kept(value),
        };
        let value = Box::new(value);
        let Some(target) = target else { return Expr { kind: ExprKind::Null, span } };
        let operator = match operator {
            None => None,
            Some(written) => match compound(written) {
                Some(known) => Some(known),
                None => {
                    return self.refuse(Code::P001, span, "this operator does not assign", "write it out: `x = x … y`");
                }
            },
        };
        Expr { kind: ExprKind::Assign { target: Box::new(target), operator, value }, span }
    }

    /// `let` of a part of a statement.
    pub(super) fn declare(&mut self, pattern: NodeId, value: Option<NodeId>, span: Span) -> Expr {
        let name = match self.node(pattern) {
            Node::Name(name) => Some(name),
            _ => None,
        };
        let value = value.map(|value| Box::new(self.titled(value, name)));
        if let (Some(declared), Some(value)) = (self.scopes.resolved(pattern), &value) {
            self.note_function(declared, value);
        }
        let pattern = self.bound(pattern);
        if value.is_none() && !self.broken && !matches!(pattern.kind, PatternKind::Bind(_) | PatternKind::Ignore) {
            let help = "write `=` and what is taken apart";
            self.refuse(Code::P001, pattern.span, "a pattern without a value takes nothing apart", help);
        }
        Expr { kind: ExprKind::Let { pattern: Box::new(pattern), value }, span }
    }

    /// `typeof x == "text"` with a text that `typeof` never gives.
    pub(super) fn check_typeof(&mut self, left: NodeId, right: NodeId) {
        for (subject, text) in [(left, right), (right, left)] {
            let Node::Unary { operator: Prefix::Typeof, operand } = self.node(self.bare(subject)) else { continue };
            let text = self.bare(text);
            if let Node::Text = self.node(text) {
                self.check_type_name(text, Some((operand, self.span(left).to(self.span(right)))));
            }
        }
    }

    /// A text that the result of `typeof` is compared with; `whole` is the subject and the comparison, where there is one.
    pub(super) fn check_type_name(&mut self, text: NodeId, whole: Option<(NodeId, Span)>) {
        let written = self.literal(text);
        if TYPE_NAMES.contains(&&*written) {
            return;
        }
        let span = self.span(text);
        let found = self.finding(Code::T007, span, format!("`typeof` never gives `\"{written}\"`"));
        let instead = match &*written {
            "array" | "Array" => Some("list"),
            "bool" => Some("boolean"),
            "integer" | "int" | "float" | "bigint" => Some("number"),
            "Error" => Some("error"),
            "undefined" => None,
            other => crate::diagnostic::nearest(other, TYPE_NAMES.iter().copied()),
        };
        let found = match (&*written, whole, instead) {
            ("undefined", Some((operand, comparison)), _) => {
                let text = self.source(comparison);
                let operator = if text.contains("!=") { "!=" } else { "==" };
                let mended = format!("{} {operator} null", self.source(self.span(operand)));
                found.help("a missing value is null").fix(format!("write `{mended}`"), comparison, mended)
            }
            ("undefined", None, _) => found.help("a missing value is null").fix("write `\"null\"`", span, "\"null\""),
            (_, _, Some(name)) => {
                let mended = format!("\"{name}\"");
                found.help(format!("did you mean `{mended}`?")).fix(format!("write `{mended}`"), span, mended)
            }
            _ => found.help(format!("it gives one of {}", TYPE_NAMES.map(|name| format!("`\"{name}\"`")).join(", "))),
        };
        self.report(found);
    }

    /// A built-in by its name, even where the program has its own of that name.
    pub(super) fn builtin(&self, name: &str, span: Span) -> Expr {
        let kind = builtin::find_function(name).map_or(ExprKind::Null, ExprKind::Builtin);
        Expr { kind, span }
    }
}

/// What `typeof` gives.
const TYPE_NAMES: [&str; 9] = ["null", "boolean", "number", "string", "list", "object", "function", "agent", "error"];

/// A number as a key, as it is written.
fn number_key(value: f64) -> Arc<str> {
    format!("{value}").into()
}
