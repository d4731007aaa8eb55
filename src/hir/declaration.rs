//! Functions of every spelling, and what stands at the top of a file.

use super::lower::{Imported, Lowering};
use super::scope::ScopeId;
use super::{
    Block, Export, Expr, ExprKind, FunctionId, Handler, Interface, Kind, Method, Module, NamedType, Origin, Parameter,
    Pattern, PatternKind, Test, Variable,
};
use crate::diagnostic::Code;
use crate::source::{Name, Span};
use crate::syntax::ast::{self, Form, List, Node, NodeId, Taken};
use crate::types::{InterfaceId, Signature, Type, TypeId};
use std::sync::Arc;

impl Lowering<'_> {
    // ---- functions

    /// Whether a function in the place of a statement is a declaration.
    pub(super) fn is_declared(&self, id: ast::FunctionId) -> bool {
        let function = self.tree.function(id);
        function.name.is_some() && !matches!(function.form, Form::Lambda | Form::Method | Form::Signature)
    }

    /// The functions among statements, which exist before any of them runs.
    pub(super) fn hoisted(&mut self, nodes: &[NodeId]) -> Vec<(Variable, FunctionId)> {
        let mut out = Vec::new();
        for &statement in nodes {
            let mut node = statement;
            let mut exported = false;
            loop {
                node = match self.node(node) {
                    Node::Export { declaration, .. } => {
                        exported = true;
                        declaration
                    }
                    Node::Decorated { declaration, .. } => declaration,
                    _ => break,
                };
            }
            let Node::Function(id) = self.node(node) else { continue };
            let function = *self.tree.function(id);
            let Some(name) = function.name.filter(|_| self.is_declared(id)) else { continue };
            let Node::Name(_) = self.node(name) else { continue };
            if function.form == Form::Pattern && !self.is_top() {
                let span = self.span(name);
                self.refuse(
                    Code::P001,
                    span,
                    "a pattern stands at the top of a file",
                    "write `function` inside others",
                );
            }
            let span = self.span(statement);
            let made = self.scopes.scope(self.scope).start;
            let lowered = self.function(id, if exported { span } else { self.span(node) }, made);
            if function.form == Form::Pattern {
                self.module.patterns.push(lowered);
            }
            let Some(declared) = self.scopes.resolved(name) else { continue };
            let variable = self.variable(declared);
            self.note_function(declared, &Expr { kind: ExprKind::Function(lowered), span });
            match variable {
                Variable::Global(global) => {
                    let global = &mut self.program.globals[global.0 as usize];
                    global.function = (!global.reassigned).then_some(lowered);
                }
                Variable::Local(local) => {
                    let local = &mut self.frame().locals[local.0 as usize];
                    local.function = (!local.reassigned).then_some(lowered);
                }
                Variable::Capture(_) => {}
            }
            out.push((variable, lowered));
        }
        out
    }

    /// A function as a value.
    pub(super) fn function_value(&mut self, id: ast::FunctionId, node: NodeId) -> Expr {
        let span = self.span(node);
        let function = *self.tree.function(id);
        if matches!(function.form, Form::Test | Form::Handler | Form::Signature) {
            return self.refuse(Code::P001, span, "this stands at the top of a file", "");
        }
        let own_name = function.name.filter(|_| self.scopes.opened(node).is_some());
        let Some(name) = own_name else {
            let id = self.function(id, span, span.start);
            return Expr { kind: ExprKind::Function(id), span };
        };
        // `function f() { … f() … }` as a value: its name is known inside it.
        self.scoped(node, |this| {
            let (keeping, forking) = (std::mem::take(&mut this.keeping), std::mem::take(&mut this.forking));
            let variable = this.scopes.resolved(name).map(|declared| this.variable(declared));
            (this.keeping, this.forking) = (keeping, forking);
            let id = this.function(id, span, span.start);
            let Some(variable) = variable else { return Expr { kind: ExprKind::Function(id), span } };
            let read = Expr { kind: ExprKind::Read(variable), span };
            Expr { kind: ExprKind::Block(Block { functions: [(variable, id)].into(), exprs: [read].into() }), span }
        })
    }

    /// A function whose closure is made at a place of the function around.
    pub(super) fn function(&mut self, id: ast::FunctionId, span: Span, made: u32) -> FunctionId {
        let function = *self.tree.function(id);
        let kind = match function.form {
            Form::Pattern => Kind::Pattern,
            Form::Test => Kind::Test,
            Form::Handler => Kind::Handler,
            _ => Kind::Plain,
        };
        let hint = self.hint.take();
        let lowered = self.reserve(kind, span);
        if self.ballots.contains(&id) {
            self.note_ballot(self.frames.last().map(|frame| frame.id), lowered, span);
        }
        self.enter(lowered, made);
        let (forked, kept) = (std::mem::take(&mut self.forking), std::mem::take(&mut self.keeping));
        self.frame().forked = forked;
        self.frame().kept = kept;
        if forked {
            self.note_task(lowered);
        }
        if kind == Kind::Pattern {
            self.frame().input = !function.has_parameters;
        }
        let outer = self.scope;
        if let Some((_, scope)) = self.scopes.owner(id) {
            self.scope = scope;
            self.open(scope);
        }
        let decorators = self.decorators(function.decorators, Self::decorated(kind));
        if kind == Kind::Pattern {
            self.refuse_uncounted(function.parameters);
        }
        let parameters = self.parameters(function.parameters);
        if kind == Kind::Pattern {
            self.refuse_choice_of_agents(&parameters);
            self.check_contracts(&decorators.requires, &parameters);
        }
        let result = self.optional_type(function.result);
        let cap = self.optional(function.cap);
        let used = !matches!(kind, Kind::Test | Kind::Handler);
        let body = match function.body {
            Some(body) => match self.node(body) {
                Node::Block(list) => {
                    let block = self.statements(list, used);
                    Expr { kind: ExprKind::Block(block), span: self.span(body) }
                }
                _ => self.valued(body, used),
            },
            None => Expr { kind: ExprKind::Null, span },
        };
        self.scope = outer;
        let name = match function.name.map(|name| self.node(name)) {
            Some(Node::Name(name)) => Some(name),
            _ => hint,
        };
        let out = &mut self.program.functions[lowered.0 as usize];
        out.name = name;
        out.decorators = decorators;
        out.parameters = parameters;
        out.result = result;
        out.cap = cap;
        out.head = match function.name {
            Some(name) => self.tree.span(name),
            None => {
                Span::new(span.start, function.body.map_or(span.end, |body| self.tree.span(body).start.max(span.start)))
            }
        };
        let doc = self.doc_before(span.start);
        self.program.functions[lowered.0 as usize].doc = doc;
        self.leave(body);
        lowered
    }

    fn parameters(&mut self, list: List) -> Vec<Parameter> {
        let nodes = self.tree.list(list);
        let mut out = Vec::with_capacity(nodes.len());
        for (i, &node) in nodes.iter().enumerate() {
            let span = self.span(node);
            let (pattern, annotation, default) = match self.node(node) {
                Node::Parameter { pattern, annotation, default } => (pattern, annotation, default),
                _ => (node, None, None),
            };
            let (pattern, rest) = match self.node(pattern) {
                Node::Spread(inner) => (inner, true),
                _ => (pattern, false),
            };
            if rest && i + 1 < nodes.len() {
                let help = "move it to the end";
                self.refuse(Code::P014, span, "`...` takes all arguments that are left, so it must be the last", help);
            }
            let name = match self.node(pattern) {
                Node::Name(name) => Some(name),
                _ => None,
            };
            let pattern = self.bound(pattern);
            let annotation = match (&pattern.kind, annotation) {
                (PatternKind::Bind(Variable::Local(local)), Some(_)) => {
                    self.frame().locals[local.0 as usize].annotation.clone()
                }
                (_, written) => self.optional_type(written),
            };
            let default = default.map(|default| self.expression(default));
            out.push(Parameter { name, pattern, annotation, default, rest, span });
        }
        out
    }

    /// The doc comments that end right before a place.
    pub(super) fn doc_before(&self, start: u32) -> Option<Arc<str>> {
        let text = crate::syntax::comments::doc_before(self.tree, self.text, start);
        Some(text.trim().into()).filter(|text: &Arc<str>| !text.is_empty())
    }

    // ---- the top of a file

    /// Whether the present place is the top of the file.
    fn is_top(&self) -> bool {
        self.frames.len() == 1 && self.scope == ScopeId(0)
    }

    /// Takes in the types and interfaces of the file, so that they may name each other.
    pub(super) fn declare_types(&mut self) {
        for &statement in self.tree.list(self.tree.root) {
            let node = self.declared_by(statement);
            let Some(name) = self.tree.declared(node) else { continue };
            let span = self.span(name);
            let Node::Name(text) = self.node(name) else { continue };
            if self.types.contains(text) {
                let name = self.name_text(text).to_owned();
                self.refuse(Code::P017, span, format!("`{name}` is declared already"), "choose another name");
                continue;
            }
            if let Node::Type { .. } = self.node(node) {
                let id = TypeId(self.program.types.len() as u32);
                let (file, definition) = (self.file, Type::Any);
                self.program.types.push(NamedType { name: text, definition, file, span });
                self.types.insert_type(text, id);
            } else {
                let id = InterfaceId(self.program.interfaces.len() as u32);
                let file = self.file;
                let (capabilities, methods) = (Vec::new(), Vec::new());
                self.program.interfaces.push(Interface { name: text, capabilities, methods, file, span });
                self.types.insert_interface(text, id);
            }
        }
    }

    /// The declaration inside `export` and decorators.
    fn declared_by(&self, mut node: NodeId) -> NodeId {
        loop {
            node = match self.node(node) {
                Node::Export { declaration, .. } | Node::Decorated { declaration, .. } => declaration,
                _ => return node,
            };
        }
    }

    /// Says what the types and interfaces of the file are.
    pub(super) fn define_types(&mut self) {
        for &statement in self.tree.list(self.tree.root) {
            match self.node(self.declared_by(statement)) {
                Node::Type { name, definition } => {
                    let Some((Type::Named(id), at)) = self.own_type(name) else { continue };
                    let definition = self.type_of(definition);
                    if self.program.types[id.0 as usize].span == at {
                        self.program.types[id.0 as usize].definition = definition;
                        self.check_circle(id);
                    }
                }
                Node::Agent { head, members } => {
                    let Node::AgentHead { decorators, name } = self.node(head) else { continue };
                    self.refuse_decorators(decorators);
                    let Some((Type::Agent(Some(id)), at)) = self.own_type(name) else { continue };
                    if self.program.interfaces[id.0 as usize].span == at {
                        self.interface(id, members);
                    }
                }
                _ => {}
            }
        }
    }

    fn own_type(&self, name: NodeId) -> Option<(Type, Span)> {
        let Node::Name(text) = self.node(name) else { return None };
        Some((self.types.get(text)?.clone(), self.span(name)))
    }

    /// Refuses a type that is nothing but itself.
    fn check_circle(&mut self, id: TypeId) {
        let mut open = vec![id];
        let mut seen = vec![id];
        while let Some(next) = open.pop() {
            let members = match &self.program.types[next.0 as usize].definition {
                Type::Union(members) => members.to_vec(),
                other => vec![other.clone()],
            };
            for member in members {
                let Type::Named(other) = member else { continue };
                if other == id {
                    let named = &self.program.types[id.0 as usize];
                    let (span, text) = (named.span, self.name_text(named.name).to_owned());
                    self.program.types[id.0 as usize].definition = Type::Any;
                    let help = "say what it holds";
                    self.refuse(Code::T003, span, format!("`{text}` is defined as itself"), help);
                    return;
                }
                if !seen.contains(&other) {
                    seen.push(other);
                    open.push(other);
                }
            }
        }
    }

    fn interface(&mut self, id: InterfaceId, members: List) {
        for &member in self.tree.list(members) {
            let span = self.span(member);
            match self.node(member) {
                Node::AgentMethod(function) => {
                    let method = self.method(function, span);
                    let interface = &self.program.interfaces[id.0 as usize];
                    if interface.methods.iter().any(|known| known.name == method.name) {
                        let message = format!("the agent has `{}` already", method.name);
                        self.refuse(Code::P011, method.span, message, "remove one of them");
                    } else {
                        self.program.interfaces[id.0 as usize].methods.push(method);
                    }
                }
                Node::Entry { key, value } => self.interface_entry(id, key, value),
                Node::Missing => {}
                _ => {
                    let help = "write `capabilities: [\"…\"]` or `name(parameter: type): type`";
                    self.refuse(Code::P001, span, "an agent has capabilities and methods", help);
                }
            }
        }
    }

    fn interface_entry(&mut self, id: InterfaceId, key: NodeId, value: NodeId) {
        let span = self.span(key);
        let name = match self.node(key) {
            Node::Key(name) => self.name_text(name).to_owned(),
            Node::Text => self.literal(key).to_string(),
            _ => String::new(),
        };
        if name != "capabilities" {
            let bound = [
                "model",
                "provider",
                "temperature",
                "prompt",
                "system",
                "systemPrompt",
                "instructions",
                "role",
                "tools",
            ];
            let help = match bound.contains(&&*name) {
                true => "leave it out: which model answers, and how, stands in the agents file or in `agents { … }`",
                false => "write `capabilities: [\"…\"]` or `name(parameter: type): type`",
            };
            self.refuse(Code::P010, span, format!("an agent has no `{name}`"), help);
            return;
        }
        let Node::List(list) = self.node(value) else {
            let at = self.span(value);
            self.refuse(Code::T001, at, "`capabilities` is a list of texts", "write `[\"…\"]`");
            return;
        };
        for &element in self.tree.list(list) {
            match self.node(element) {
                Node::Text => {
                    let capability = self.literal(element);
                    self.program.interfaces[id.0 as usize].capabilities.push(capability);
                }
                _ => {
                    let at = self.span(element);
                    self.refuse(Code::T001, at, "a capability is a text", "write it in quotes");
                }
            }
        }
    }

    fn method(&mut self, id: ast::FunctionId, span: Span) -> Method {
        let function = *self.tree.function(id);
        let (name, at) = match function.name.map(|name| (self.node(name), name)) {
            Some((Node::Name(name) | Node::Key(name), node)) => (Arc::from(self.name_text(name)), self.span(node)),
            Some((Node::Text, node)) => (self.literal(node), self.span(node)),
            _ => (Arc::from(""), span),
        };
        for &parameter in self.tree.list(function.parameters) {
            if let Node::Parameter { default: Some(default), .. } = self.node(parameter) {
                let help = "write `name?: type`, and what is meant where it is called";
                self.refuse(Code::P008, self.span(default), "a parameter of an agent's method has no default", help);
            }
        }
        let parameters = self.type_parameters(function.parameters);
        let result = self.optional_type(function.result).unwrap_or(Type::Any);
        let effect = self.method_effect(function.decorators);
        let doc = self.doc_before(span.start);
        Method { name, signature: Signature { parameters, result }, effect, doc, span: at }
    }

    /// What stands at the top of a file and does nothing in its turn, or is handed to other modules.
    pub(super) fn declaration(&mut self, node: NodeId, out: &mut Vec<Expr>) {
        let span = self.span(node);
        if let Node::Function(id) = self.node(node) {
            match self.tree.function(id).form {
                Form::Test | Form::Handler if !self.is_top() => {
                    self.refuse(Code::P001, span, "this stands at the top of a file", "move it out of the block");
                }
                Form::Test => self.test(id, span),
                Form::Handler => self.handler(id, span),
                _ => {}
            }
            return;
        }
        if !self.is_top() {
            self.refuse(Code::P001, span, "this stands at the top of a file", "move it out of the block");
            return;
        }
        match self.node(node) {
            Node::Export { default, declaration } => self.export(default, declaration, span, out),
            Node::ExportNames { specifiers, from: None } => self.export_names(specifiers),
            Node::Agents(object) => {
                let object = self.expression(object);
                self.module.agents.push(object);
            }
            Node::Decorated { decorators, declaration } => {
                if !matches!(self.node(declaration), Node::Agent { .. } | Node::Type { .. }) {
                    self.refuse_decorators(decorators);
                } else if let Node::Type { .. } = self.node(declaration) {
                    self.refuse_decorators(decorators);
                }
                let mut nodes = Vec::new();
                self.statement_inside(declaration, &mut nodes);
                out.append(&mut nodes);
            }
            // Types, interfaces and imports were taken in before.
            _ => {}
        }
    }

    /// A statement behind `export` or a decorator.
    fn statement_inside(&mut self, node: NodeId, out: &mut Vec<Expr>) {
        match self.node(node) {
            Node::Let { keyword, declarators } => self.declarators(keyword, declarators, out),
            Node::Function(_) | Node::Agent { .. } | Node::Type { .. } | Node::Missing => self.declaration(node, out),
            Node::Export { .. } | Node::Agents(_) | Node::Decorated { .. } => self.declaration(node, out),
            _ => {
                let value = self.expression(node);
                out.push(value);
            }
        }
    }

    fn export(&mut self, default: bool, declaration: NodeId, span: Span, out: &mut Vec<Expr>) {
        let inner = self.declared_by(declaration);
        let exported = match self.node(inner) {
            Node::Let { declarators, .. } => {
                self.statement_inside(declaration, out);
                self.export_declared(declarators);
                return;
            }
            Node::Function(id) if self.is_declared(id) => {
                let name = self.tree.function(id).name;
                let declared = name.and_then(|name| self.scopes.resolved(name));
                let global = declared.and_then(|declared| self.global_of(declared));
                match (global, name.map(|name| self.node(name))) {
                    (Some(global), Some(Node::Name(name))) => Some((name, Export::Global(global))),
                    _ => None,
                }
            }
            Node::Type { .. } | Node::Agent { .. } => {
                self.tree.declared(inner).and_then(|name| match (self.own_type(name), self.node(name)) {
                    (Some((Type::Named(id), _)), Node::Name(name)) => Some((name, Export::Type(id))),
                    (Some((Type::Agent(Some(id)), _)), Node::Name(name)) => Some((name, Export::Interface(id))),
                    _ => None,
                })
            }
            _ if default => {
                let name = self.program.names.intern("default");
                let value = self.titled(inner, Some(name));
                if let ExprKind::Read(Variable::Global(known)) = value.kind
                    && self.program.globals[known.0 as usize].origin == Origin::Function
                {
                    self.set_default(Export::Global(known), span);
                    return;
                }
                let global = self.global(name, span, Origin::Const, None, false, false);
                if let ExprKind::Function(function) = value.kind {
                    self.program.globals[global.0 as usize].function = Some(function);
                }
                let variable = Variable::Global(global);
                let pattern = Box::new(Pattern { kind: PatternKind::Bind(variable), span });
                out.push(Expr { kind: ExprKind::Let { pattern, value: Some(Box::new(value)) }, span });
                out.push(Expr { kind: ExprKind::Read(variable), span });
                self.set_default(Export::Global(global), span);
                return;
            }
            _ => {
                self.statement_inside(declaration, out);
                let help = "write `export` before a declaration, or `export { name }`";
                self.refuse(Code::P001, span, "this cannot be exported", help);
                None
            }
        };
        let Some((name, export)) = exported else { return };
        match default {
            true => self.set_default(export, span),
            false => self.add_export(name, export, span),
        }
    }

    fn export_declared(&mut self, declarators: List) {
        let mut names = Vec::new();
        for &declarator in self.tree.list(declarators) {
            if let Node::Declarator { pattern, .. } = self.node(declarator) {
                self.pattern_names(pattern, &mut names);
            }
        }
        for (name, node) in names {
            if let Some(global) = self.scopes.resolved(node).and_then(|declared| self.global_of(declared)) {
                self.add_export(name, Export::Global(global), self.span(node));
            }
        }
    }

    fn pattern_names(&self, node: NodeId, out: &mut Vec<(Name, NodeId)>) {
        match self.node(node) {
            Node::Name(name) | Node::Shorthand { name, .. } => out.push((name, node)),
            Node::Paren(inner) | Node::Spread(inner) | Node::Entry { value: inner, .. } => {
                self.pattern_names(inner, out);
            }
            Node::Assign { target, .. } => self.pattern_names(target, out),
            Node::List(list) | Node::Object(list) => {
                self.tree.list(list).iter().for_each(|&inner| self.pattern_names(inner, out));
            }
            _ => {}
        }
    }

    fn export_names(&mut self, specifiers: List) {
        for &specifier in self.tree.list(specifiers) {
            let Node::Specifier { taken: Taken::Named(name), local } = self.node(specifier) else { continue };
            let span = self.span(specifier);
            let outside = match self.node(local) {
                Node::Name(name) | Node::Key(name) => name,
                _ => name,
            };
            let declared = self.scopes.resolved(specifier);
            let imported = declared.and_then(|declared| self.imported.get(&declared).copied());
            let export = match (declared, imported) {
                (_, Some(Imported::Global(global))) => Some(Export::Global(global)),
                (_, Some(Imported::Nothing)) => continue,
                (Some(declared), None) => self.global_of(declared).map(Export::Global),
                _ => None,
            };
            let export = export.or(match self.types.get(name) {
                Some(Type::Named(id)) => Some(Export::Type(*id)),
                Some(Type::Agent(Some(id))) => Some(Export::Interface(*id)),
                _ => None,
            });
            let Some(export) = export else {
                self.read(name, specifier);
                continue;
            };
            match self.name_text(outside) {
                "default" => self.set_default(export, span),
                _ => self.add_export(outside, export, span),
            }
        }
    }

    pub(super) fn add_export(&mut self, name: Name, export: Export, span: Span) {
        if self.module.exports.iter().any(|(known, _)| *known == name) {
            let text = self.name_text(name).to_owned();
            let again = format!("`{text}` is declared here already");
            // A declaration that stands there twice is told as that.
            if !self.diagnostics.iter().any(|found| found.code == Code::P011 && found.message == again) {
                self.refuse(Code::P011, span, format!("`{text}` is exported already"), "remove one of them");
            }
            return;
        }
        self.module.exports.push((name, export));
    }

    pub(super) fn set_default(&mut self, export: Export, span: Span) {
        if self.module.default.is_some() {
            self.refuse(Code::P017, span, "a file has one default export only", "remove `default` from the others");
            return;
        }
        self.module.default = Some(export);
    }

    fn test(&mut self, id: ast::FunctionId, span: Span) {
        let name = self.label(id);
        if let Some(first) = self.module.tests.iter().find(|test| test.name == name) {
            let first = first.span;
            let found = self.finding(Code::P017, span, format!("a test is called `{name}` already"));
            self.report(found.note_at(self.at(first), "the first stands here").help("choose another name"));
        }
        let function = self.function(id, span, span.start);
        self.module.tests.push(Test { name, function, span });
    }

    fn handler(&mut self, id: ast::FunctionId, span: Span) {
        let event = self.label(id);
        let max = self.tree.function(id).max.map(|max| self.expression(max));
        let function = self.function(id, span, span.start);
        self.module.handlers.push(Handler { event, max, function, span });
    }

    fn label(&self, id: ast::FunctionId) -> Arc<str> {
        match self.tree.function(id).name {
            Some(name) if matches!(self.node(name), Node::Text) => self.literal(name),
            _ => "".into(),
        }
    }

    /// A module without anything in it yet.
    pub(super) fn empty_module(file: crate::source::FileId, body: FunctionId) -> Module {
        Module {
            file,
            body,
            exports: Vec::new(),
            default: None,
            patterns: Vec::new(),
            tests: Vec::new(),
            handlers: Vec::new(),
            agents: Vec::new(),
            metadata: super::Metadata::default(),
            foreign: false,
            embedded: false,
        }
    }
}
