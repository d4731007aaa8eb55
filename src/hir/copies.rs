//! Copies that are changed while nobody looks at them.

use super::Kind;
use super::lower::{Imported, Lowering};
use super::scope::UseKind;
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Form, FunctionId, Infix, Node, NodeId};

const HELP: &str = "give it a name first: `let copy = …`, then change the copy";

/// Mutating methods that give no more than how long the changed list is.
const GIVES_LENGTH: [&str; 2] = ["push", "unshift"];

/// The last thing that a function does, and whether it stands there without a block of its own.
type End = (NodeId, bool);

impl Lowering<'_> {
    /// P012: a statement that changes a copy and does nothing with it. `alone` is one that stands in no block.
    pub(super) fn check_dropped(&mut self, node: NodeId, alone: bool) {
        let test = self.frame().kind == Kind::Test;
        if let Some(method) = self.changed_copy(node, test) {
            self.refuse_copy(node, &method, alone);
        }
    }

    /// P012 of functions whose result nobody takes, and T009 of those where somebody may, that change a copy last.
    pub(super) fn check_ends(&mut self) {
        let tree = self.tree;
        let tests: Vec<Span> = tree
            .functions
            .iter()
            .filter(|function| function.form == Form::Test)
            .filter_map(|function| function.body.map(|body| self.span(body)))
            .collect();
        for (id, function) in tree.functions.iter().enumerate() {
            let Some(body) = function.body else { continue };
            if matches!(function.form, Form::Pattern | Form::Test | Form::Handler) {
                continue;
            }
            let mut ends = Vec::new();
            self.ends(body, true, &mut ends);
            for (node, alone) in ends {
                let span = self.span(node);
                let test = tests.iter().any(|test| test.holds(span));
                let Some(method) = self.changed_copy(node, test) else { continue };
                if self.is_unheard(FunctionId(id as u32)) {
                    self.refuse_copy(node, &method, alone);
                } else if GIVES_LENGTH.contains(&&*method) {
                    let message = format!("`{method}` changes a copy that is never read again");
                    let found = self.finding(Code::T009, self.span(node), message);
                    self.report(self.mended_copy(found.help(HELP), node, alone));
                }
            }
        }
    }

    fn refuse_copy(&mut self, node: NodeId, method: &str, alone: bool) {
        let found = self.finding(Code::P012, self.span(node), format!("`{method}` changes a copy that nobody uses"));
        self.report(self.mended_copy(found.help(HELP), node, alone));
    }

    /// The mutating method that a chain calls last, when what it changes is a copy.
    fn changed_copy(&self, node: NodeId, test: bool) -> Option<String> {
        let node = self.bare(node);
        let Node::Chain { base, links } = self.node(node) else { return None };
        let &[ref before @ .., member, call] = self.tree.list(links) else { return None };
        let (Node::Member { name, .. }, Node::Call { .. }) = (self.node(member), self.node(call)) else { return None };
        let method = self.name_text(name);
        if !builtin::is_mutating(method) {
            return None;
        }
        let called = before.iter().any(|&link| matches!(self.node(link), Node::Call { .. }));
        let certain = match self.node(base) {
            // A path of a variable changes that variable; what agents and modules offer is no mutation.
            Node::Name(root) if self.name_text(root) == "agents" => false,
            Node::Name(root) if !called => match self.scopes.resolved(base) {
                Some(id) => match self.imported.get(&id) {
                    None => false,
                    Some(Imported::Module(_)) => !before.is_empty(),
                    Some(_) => true,
                },
                None => self.is_given(self.name_text(root)),
            },
            Node::List(_) | Node::Object(_) => true,
            _ => !self.may_be_own_method(method) && !test,
        };
        certain.then(|| method.to_owned())
    }

    /// Adds the edit that changes what `(path ??= value).push(x)` means: the path.
    fn mended_copy(&self, found: Diagnostic, node: NodeId, alone: bool) -> Diagnostic {
        let node = self.bare(node);
        let Node::Chain { base, .. } = self.node(node) else { return found };
        let inner = self.bare(base);
        let Node::Assign { operator: Some(Infix::Coalesce | Infix::Or), target, .. } = self.node(inner) else {
            return found;
        };
        if !self.is_still_path(target) {
            return found;
        }
        let span = self.span(node);
        let (first, path) = (self.source(self.span(inner)), self.source(self.span(target)));
        let rest = self.source(Span::new(self.span(base).end, span.end));
        let changed = format!("{path}{rest}");
        let statements = format!("{first}; {changed}");
        let text = if alone { format!("{{ {statements} }}") } else { statements };
        super::edit::suggest(found, format!("change it where it is: `{changed}`"), span, text, true)
    }

    /// Whether an expression is a path that can be gone twice: a variable, and keys that are names or written out.
    fn is_still_path(&self, node: NodeId) -> bool {
        match self.node(node) {
            Node::Name(_) | Node::Text | Node::Number(_) => true,
            Node::Chain { base, links } => {
                let still = |&link: &NodeId| match self.node(link) {
                    Node::Member { .. } => true,
                    Node::Index { key, .. } => self.is_still_path(key),
                    _ => false,
                };
                self.is_still_path(base) && self.tree.list(links).iter().all(still)
            }
            _ => false,
        }
    }

    /// What a body does last, in each of its branches.
    fn ends(&self, node: NodeId, alone: bool, out: &mut Vec<End>) {
        match self.node(node) {
            Node::Chain { .. } => out.push((node, alone)),
            Node::Paren(inner) => self.ends(inner, alone, out),
            Node::Block(list) => {
                if let Some(&last) = self.tree.list(list).iter().rfind(|&&node| !self.is_passed_over(node)) {
                    self.ends(last, false, out);
                }
            }
            Node::If { arms, otherwise } => {
                for &arm in self.tree.list(arms) {
                    if let Node::Arm { body, .. } = self.node(arm) {
                        self.ends(body, true, out);
                    }
                }
                if let Some(body) = otherwise {
                    self.ends(body, true, out);
                }
            }
            Node::Match { arms, .. } => {
                for &arm in self.tree.list(arms) {
                    if let Node::MatchArm { body, .. } = self.node(arm) {
                        self.ends(body, true, out);
                    }
                }
            }
            Node::Try { body, handler, .. } => {
                self.ends(body, true, out);
                if let Some(Node::Catch { body, .. }) = handler.map(|handler| self.node(handler)) {
                    self.ends(body, true, out);
                }
            }
            Node::UncertainIf { bands, .. } => {
                for &band in self.tree.list(bands) {
                    if let Node::Band { body, .. } = self.node(band) {
                        self.ends(body, true, out);
                    }
                }
            }
            Node::Context { body, .. } => self.ends(body, true, out),
            _ => {}
        }
    }

    /// Whether nobody takes what a function gives: `forEach` calls it, or nothing but statements that are calls of it.
    fn is_unheard(&self, function: FunctionId) -> bool {
        if self.unheard.contains(&function) {
            return true;
        }
        let Some(id) = self.scopes.owner(function).and_then(|(owner, _)| self.scopes.stands_for(owner)) else {
            return false;
        };
        let declared = self.scopes.declaration(id);
        let mut uses = self.scopes.uses.iter().filter(|used| self.scopes.resolved(used.node) == Some(id)).peekable();
        !declared.exported && uses.peek().is_some() && uses.all(|used| used.kind == UseKind::Call && used.dropped)
    }

    /// Remembers functions whose results a built-in throws away.
    pub(super) fn note_unheard(&mut self, method: &str, arguments: &[NodeId]) {
        if method != "forEach" || self.may_be_own_method(method) {
            return;
        }
        for &argument in arguments {
            if let Node::Function(id) = self.node(self.bare(argument)) {
                self.unheard.insert(id);
            }
        }
    }
}
