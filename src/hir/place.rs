//! What can be changed: a variable, or what is reached from one by keys.

use super::lower::{Imported, Lowering};
use super::scope::{DeclarationId, DeclarationKind};
use super::{Expr, ExprKind, Key, Kind, Origin, Place, Root, Variable};
use crate::builtin;
use crate::diagnostic::{Code, Edit, Fix};
use crate::source::{Name, Span};
use crate::syntax::ast::{Access, Form, Infix, Node, NodeId, Prefix};
use std::sync::Arc;

impl Lowering<'_> {
    /// The place that an expression names; a finding where it names none. `reads` says whether its value is read first.
    pub(super) fn place(&mut self, node: NodeId, reads: bool) -> Option<Place> {
        let span = self.span(node);
        match self.node(node) {
            Node::Name(name) => {
                let root = Root::Variable(self.assigned(name, node, reads)?);
                Some(Place { root, keys: Vec::new(), span })
            }
            Node::Paren(inner) => self.place(inner, reads),
            Node::Chain { base, links } => self.path(node, base, self.tree.list(links), span),
            Node::Missing => None,
            // A row of operators before `=` was refused when the text was read.
            Node::Operation(_) | Node::Unary { .. } => {
                self.expression(node);
                None
            }
            _ => {
                self.expression(node);
                let help = "only a variable, or a key of one, can be assigned to";
                self.refuse(Code::P012, span, "this cannot be assigned to", help);
                None
            }
        }
    }

    /// A variable that gets a value.
    pub(super) fn assigned(&mut self, name: Name, node: NodeId, reads: bool) -> Option<Variable> {
        let span = self.span(node);
        let Some(id) = self.scopes.resolved(node) else {
            let text = self.name_text(name).to_owned();
            if builtin::find_function(&text).is_some() {
                let message = format!("`{text}` is built in and has no value to change");
                self.refuse(Code::P012, span, message, "give a variable of your own a value first");
            } else if self.is_given(&text) {
                self.refuse_given(&text, span);
            } else if reads {
                self.read(name, node);
            } else {
                self.refuse(Code::P012, span, format!("`{text}` cannot be assigned"), "choose another name");
            }
            return None;
        };
        let declared = self.scopes.declaration(id);
        let at = declared.span;
        let text = self.name_text(name).to_owned();
        match declared.kind {
            DeclarationKind::Import(_) => {
                let help = "assign it to a variable of your own";
                self.refuse(Code::P012, span, format!("`{text}` belongs to another module"), help);
                return None;
            }
            DeclarationKind::Function(function) if self.tree.function(function).form == Form::Pattern => {
                let message = format!("`{text}` is a pattern and stays what it is");
                self.refuse(Code::P012, span, message, "choose another name");
                return None;
            }
            _ if declared.constant => {
                self.refuse_constant(id, &text, span, at);
                return None;
            }
            _ => {}
        }
        if declared.origin == Origin::Let && !declared.hoisted && self.is_before(id, span) {
            let found = self
                .finding(Code::P012, span, format!("`{text}` is assigned before its `let`"))
                .note_at(self.at(at), format!("`{text}` is declared here"))
                .help("move the declaration up, or leave out its `let`");
            self.report(found);
            return None;
        }
        self.check_task(id, span);
        Some(self.variable(id))
    }

    /// Whether a place stands before a declaration, in its function: then its `let` has never run.
    fn is_before(&mut self, id: DeclarationId, span: Span) -> bool {
        let declared = self.scopes.declaration(id);
        span.end <= declared.span.start && self.depth_of(id) + 1 == self.frames.len()
    }

    fn refuse_given(&mut self, text: &str, span: Span) {
        let copy = if text == "input" { "data" } else { "own" };
        let message = format!("`{text}` is given by the host and cannot be changed");
        self.refuse(Code::P012, span, message, &format!("copy it first: `let {copy} = {text}`"));
    }

    fn refuse_constant(&mut self, id: DeclarationId, text: &str, span: Span, at: Span) {
        let found = self
            .finding(Code::P051, span, format!("`{text}` is a `const` and keeps its value"))
            .note_at(self.at(at), format!("`{text}` is declared here"))
            .help("declare it with `let`, or give the new value another name");
        let found = match self.keyword_before(id) {
            Some(keyword) => {
                let edit = Edit { at: self.at(keyword), text: "let".into() };
                found.mend(Fix { title: "write `let`".into(), certain: true, edits: vec![edit] })
            }
            None => found,
        };
        self.report(found);
    }

    /// The `const` that a plain declaration begins with.
    fn keyword_before(&self, id: DeclarationId) -> Option<Span> {
        let before = &self.text[..self.scopes.declaration(id).span.start as usize];
        let trimmed = before.trim_end();
        let start = trimmed.strip_suffix("const")?;
        let bounded = !start.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        bounded.then(|| Span::new(start.len() as u32, trimmed.len() as u32))
    }

    fn path(&mut self, node: NodeId, base: NodeId, links: &[NodeId], span: Span) -> Option<Place> {
        for &link in links {
            let optional = match self.node(link) {
                Node::Member { access, .. } => access != Access::Plain,
                Node::Index { optional, .. } => optional,
                _ => false,
            };
            if optional {
                let at = self.span(link);
                self.refuse(Code::P012, at, "what may be missing cannot be assigned to", "test for null first");
                return None;
            }
        }
        let last_call = links.iter().rposition(|&link| matches!(self.node(link), Node::Call { .. }));
        if last_call.is_none()
            && let Node::Name(name) = self.node(base)
        {
            return match self.scopes.resolved(base) {
                Some(id) if self.imported.contains_key(&id) => {
                    let text = self.name_text(name).to_owned();
                    let help = "copy it to a variable of your own first";
                    let message = format!("`{text}` belongs to another module and cannot be changed here");
                    self.refuse(Code::P012, span, message, help);
                    None
                }
                Some(id) => {
                    self.check_task(id, span);
                    let root = Root::Variable(self.variable(id));
                    let keys = self.keys(links);
                    Some(Place { root, keys, span })
                }
                None => {
                    let text = self.name_text(name).to_owned();
                    if text == "agents" {
                        let help = "`agents.name = mock(…)` stands in a `test` only";
                        self.refuse(Code::P012, span, "an agent is bound by the host", help);
                    } else if builtin::is_namespace(&text) || builtin::find_function(&text).is_some() {
                        let message = format!("`{text}` is built in and cannot be changed");
                        self.refuse(Code::P012, span, message, "use a variable of your own");
                    } else if self.is_given(&text) {
                        self.refuse_given(&text, span);
                    } else {
                        self.read(name, base);
                    }
                    None
                }
            };
        }
        self.expression(node);
        let help = "give it a name first: `let copy = …`, then change the copy";
        self.refuse(Code::P012, span, "this changes a copy that nobody uses", help);
        None
    }

    pub(super) fn keys(&mut self, links: &[NodeId]) -> Vec<Key> {
        let mut keys = Vec::with_capacity(links.len());
        for &link in links {
            match self.node(link) {
                Node::Member { name, .. } => keys.push(Key::Fixed(self.shared_text(name))),
                Node::Index { key, .. } => keys.push(self.index(key).into_key()),
                _ => {}
            }
        }
        keys
    }

    /// The key in brackets; a number below zero that is written out stands for itself.
    pub(super) fn index(&mut self, key: NodeId) -> Expr {
        let span = self.span(key);
        if let Node::Unary { operator: Prefix::Negate, operand } = self.node(self.bare(key))
            && let Node::Number(value) = self.node(self.bare(operand))
        {
            return Expr { kind: ExprKind::Number(-value), span };
        }
        self.expression(key)
    }

    /// The name in `agents.name = …` of a test.
    pub(super) fn bound_agent(&mut self, node: NodeId, operator: Option<Infix>) -> Option<Arc<str>> {
        let Node::Chain { base, links } = self.node(node) else { return None };
        let &[link] = self.tree.list(links) else { return None };
        let Node::Name(root) = self.node(base) else { return None };
        let test = self.frames.iter().any(|frame| frame.kind == Kind::Test);
        if !test || operator.is_some() || self.name_text(root) != "agents" || self.scopes.resolved(base).is_some() {
            return None;
        }
        match self.node(link) {
            Node::Member { name, .. } => Some(self.name_text(name).into()),
            Node::Index { key, .. } if matches!(self.node(key), Node::Text) => Some(self.literal(key)),
            _ => None,
        }
    }

    /// Refuses a change of a variable by a task that did not make it.
    pub(super) fn check_task(&mut self, id: DeclarationId, span: Span) {
        self.note_change(id, span);
        let owner = self.depth_of(id);
        for depth in (owner + 1..self.frames.len()).rev() {
            if self.frames[depth].kept && !self.frames[depth].forked {
                return;
            }
            if self.frames[depth].forked {
                self.refuse_task(id, span);
                return;
            }
        }
    }

    pub(super) fn refuse_task(&mut self, id: DeclarationId, span: Span) {
        self.note_refused(span);
        let declared = self.scopes.declaration(id);
        let at = declared.span;
        let Some(name) = declared.name else { return };
        let text = self.name_text(name).to_owned();
        let found = self
            .finding(Code::P050, span, format!("a task changes `{text}`, which belongs to the task around it"))
            .note_at(self.at(at), format!("`{text}` is made here"))
            .help("let the task give its part as its result, and put the results together after the fork");
        self.report(found);
    }

    /// Whether a variable of the program is what an imported name is.
    pub(super) fn is_imported(&self, id: DeclarationId) -> bool {
        matches!(self.imported.get(&id), Some(Imported::Global(_) | Imported::Module(_)))
    }
}

impl Expr {
    /// The expression as a key.
    pub(super) fn into_key(self) -> Key {
        match self.kind {
            ExprKind::Text(text) => Key::Fixed(text),
            _ => Key::Computed(Box::new(self)),
        }
    }
}
