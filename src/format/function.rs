//! Functions of every spelling, and their parameters.

use super::doc::Group;
use super::row::ARGUMENTS;
use super::writer::Writer;
use crate::syntax::ast::{Form, Function, FunctionId, List, Node, NodeId};

impl Writer<'_> {
    /// Any function.
    pub(super) fn function(&mut self, id: FunctionId) {
        match self.tree.function(id).form {
            Form::Lambda => self.lambda(id, &[]),
            _ => self.plain_function(id, &[]),
        }
    }

    /// `x => …`; `around` are loose groups that look no further than the body's first line end.
    pub(super) fn lambda(&mut self, id: FunctionId, around: &[Option<Group>]) {
        let function = *self.tree.function(id);
        if function.is_async {
            self.word("async");
        }
        match self.bare_parameter(&function) {
            Some(name) => {
                let wrapped = self.skip("(");
                self.node(name);
                if wrapped {
                    self.skip(",");
                    self.skip(")");
                }
            }
            None => self.parameters(function.parameters),
        }
        self.results(&function);
        self.space();
        self.token("=>");
        let Some(body) = function.body else { return };
        self.watch(around);
        if self.stays(body) {
            self.space();
            self.node(body);
        } else {
            self.below(body);
        }
    }

    /// Whether the body of a lambda begins on the line of its arrow.
    fn stays(&self, body: NodeId) -> bool {
        self.holds_on(body) || matches!(self.get(body), Node::Paren(_))
    }

    /// Whether a node is a lambda whose body may stand on lines of its own, without brackets around them.
    pub(super) fn trails_off(&self, id: NodeId) -> bool {
        let Node::Function(function) = self.get(id) else { return false };
        let function = self.tree.function(function);
        function.form == Form::Lambda && function.body.is_some_and(|body| !self.stays(body))
    }

    /// The one parameter of a lambda that needs no parentheses.
    fn bare_parameter(&mut self, function: &Function) -> Option<NodeId> {
        let &[only] = self.list(function.parameters) else { return None };
        let pattern = match self.get(only) {
            Node::Parameter { pattern, annotation: None, default: None } => pattern,
            Node::Name(_) => only,
            _ => return None,
        };
        let Node::Name(_) = self.get(pattern) else { return None };
        if !self.sees("(") {
            return Some(pattern);
        }
        let body = function.body.map_or(self.text.len(), |body| self.start(body));
        let comment = self.tree.comments.get(self.passed).is_some_and(|comment| (comment.span.start as usize) < body);
        (!comment && !function.is_async).then_some(pattern)
    }

    /// A function that begins with a word, a method of an agent, a pattern, a test, a handler.
    pub(super) fn plain_function(&mut self, id: FunctionId, around: &[Option<Group>]) {
        let function = *self.tree.function(id);
        match function.form {
            Form::Signature => self.inline_decorators(function.decorators),
            _ => self.decorators(function.decorators),
        }
        if function.is_async {
            self.word("async");
        }
        let word = match function.form {
            Form::Function => "function",
            Form::Fn => "fn",
            Form::Pattern => "pattern",
            Form::Test => "test",
            Form::Handler => "on",
            Form::Lambda | Form::Method | Form::Signature => "",
        };
        if !word.is_empty() {
            self.word(word);
        }
        if let Some(name) = function.name {
            self.node(name);
        }
        if function.form == Form::Handler {
            self.handler(&function);
        } else {
            self.signature(&function);
        }
        self.watch(around);
        self.body(&function);
    }

    fn handler(&mut self, function: &Function) {
        for &parameter in self.list(function.parameters) {
            self.space();
            self.word("as");
            self.node(parameter);
        }
        self.limit(function.max);
    }

    /// `(a, b): T ~> c`
    pub(super) fn signature(&mut self, function: &Function) {
        if function.has_parameters {
            self.parameters(function.parameters);
        }
        self.results(function);
    }

    fn results(&mut self, function: &Function) {
        if let Some(result) = function.result {
            self.word(":");
            self.node(result);
        }
        if let Some(cap) = function.cap {
            self.space();
            self.word("~>");
            self.node(cap);
        }
    }

    /// The body of a function that is no lambda.
    pub(super) fn body(&mut self, function: &Function) {
        if let Some(body) = function.body {
            self.space();
            self.node(body);
        }
    }

    /// `(a: T, b = 1, ...rest)`
    pub(super) fn parameters(&mut self, parameters: List) {
        let items = self.list(parameters);
        if let &[only] = items
            && self.is_object_parameter(only)
        {
            self.token("(");
            self.leading();
            self.node(only);
            self.inner();
            self.skip(",");
            self.token(")");
            return;
        }
        self.row(ARGUMENTS, parameters);
    }

    /// Whether a parameter has braces of its own, which may stand directly in the parentheses.
    fn is_object_parameter(&self, id: NodeId) -> bool {
        let Node::Parameter { pattern, annotation, default: None } = self.get(id) else { return false };
        match annotation {
            Some(annotation) => matches!(self.get(annotation), Node::TypeObject(_)),
            None => matches!(self.get(pattern), Node::Object(_)),
        }
    }

    /// `pattern: type = default`
    pub(super) fn parameter(&mut self, pattern: NodeId, annotation: Option<NodeId>, default: Option<NodeId>) {
        self.node(pattern);
        if let Some(annotation) = annotation {
            let mut written = annotation;
            if let (true, Node::TypeOptional(inner)) = (self.sees("?"), self.get(annotation)) {
                self.token("?");
                written = inner;
            }
            self.word(":");
            self.node(written);
        }
        if let Some(default) = default {
            self.space();
            self.token("=");
            self.value(default);
        }
    }
}
