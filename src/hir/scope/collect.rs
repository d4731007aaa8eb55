//! The walk that finds scopes, declarations and uses. It decides nothing that depends on what comes later.

use super::{Declaration, DeclarationId, DeclarationKind, Enclosure, FEW, Owner, Scope, ScopeId, Scopes, Use, UseKind};
use crate::builtin;
use crate::hir::Origin;
use crate::source::{Name, Names, Span};
use crate::syntax::ast::{Form, FunctionId, Infix, Keyword, List, Node, NodeId, Prefix, Tree};
use foldhash::{HashSet, HashSetExt};
use smallvec::SmallVec;

/// Mutating methods that one does not call for the value they give.
const FOR_THE_CHANGE: [&str; 3] = ["push", "unshift", "set"];

/// How the value of an expression is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Somebody takes it.
    Taken,
    /// The end of a block or lambda: perhaps.
    Tail,
    /// Nobody.
    Dropped,
}

impl Scopes {
    /// Settles all names of a tree.
    pub(in crate::hir) fn of(tree: &Tree, names: &Names) -> Scopes {
        let count = tree.nodes.len();
        let mut walk = Walk {
            tree,
            names,
            // About as many of each as programs have, so that nothing large is moved while it grows.
            out: Scopes {
                scopes: Vec::with_capacity(count / 16),
                declarations: Vec::with_capacity(count / 8),
                functions: Vec::with_capacity(tree.functions.len() + 1),
                uses: Vec::with_capacity(count / 4),
                opened: vec![0; count],
                resolved: vec![0; count],
                owners: vec![None; tree.functions.len()],
                ..Scopes::default()
            },
            scope: ScopeId(0),
            top: ScopeId(0),
            hoisted: HashSet::new(),
            owner: Owner(0),
            loops: 0,
            in_head: false,
            alternative: false,
            exporting: false,
        };
        walk.out.functions.push(Enclosure { parent: None, start: 0, hoisted: None, named: false, first: 0 });
        walk.out.scopes.push(Scope { parent: None, owner: Owner(0), start: 0, declarations: SmallVec::new() });
        walk.statements(tree.root, Position::Tail);
        let mut scopes = walk.out;
        scopes.settle();
        scopes
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    names: &'a Names,
    out: Scopes,
    scope: ScopeId,
    /// The outermost scope of the function.
    top: ScopeId,
    /// What `var` declares.
    hoisted: HashSet<DeclarationId>,
    owner: Owner,
    loops: u32,
    in_head: bool,
    /// Whether the names of a pattern's first alternative are met again.
    alternative: bool,
    exporting: bool,
}

/// How a name is declared.
#[derive(Clone, Copy)]
struct Manner {
    origin: Origin,
    constant: bool,
    ends: u32,
}

impl Walk<'_> {
    fn statements(&mut self, list: List, end: Position) {
        let nodes = self.tree.list(list);
        for (i, &node) in nodes.iter().enumerate() {
            let position = if i + 1 == nodes.len() { end } else { Position::Dropped };
            self.statement(node, position);
        }
    }

    fn statement(&mut self, node: NodeId, position: Position) {
        match *self.tree.node(node) {
            Node::Function(id) if self.is_declaration(id) => {
                let exported = std::mem::take(&mut self.exporting);
                if let Some(name) = self.tree.function(id).name
                    && let Node::Name(text) = *self.tree.node(name)
                {
                    let start = self.out.scope(self.scope).start;
                    let manner = Manner { origin: Origin::Function, constant: false, ends: start + 1 };
                    let kind = DeclarationKind::Function(id);
                    let declared = self.declare(text, name, manner, kind);
                    self.out.declarations[declared.0 as usize].exported |= exported;
                    self.function(id, self.tree.span(node), Some(declared));
                } else {
                    self.function(id, self.tree.span(node), None);
                }
            }
            Node::Let { keyword, declarators } => {
                let exported = std::mem::take(&mut self.exporting);
                let before = self.out.declarations.len();
                self.declarators(keyword, declarators, None);
                for declared in &mut self.out.declarations[before..] {
                    declared.exported |= exported && declared.scope == ScopeId(0);
                }
            }
            Node::Export { declaration, .. } => {
                self.exporting = self.scope == ScopeId(0);
                self.statement(declaration, Position::Taken);
                self.exporting = false;
            }
            Node::ExportNames { specifiers, from: None } => {
                for &specifier in self.tree.list(specifiers) {
                    if let Node::Specifier { taken: crate::syntax::ast::Taken::Named(name), .. } =
                        *self.tree.node(specifier)
                    {
                        self.out.handed_on.push(name);
                        self.record(name, specifier, UseKind::Mention);
                    }
                }
            }
            Node::Import { specifiers, .. } => {
                for &specifier in self.tree.list(specifiers) {
                    if let Node::Specifier { local, .. } = *self.tree.node(specifier)
                        && let Node::Name(name) = *self.tree.node(local)
                    {
                        let manner = Manner { origin: Origin::Const, constant: true, ends: 0 };
                        self.declare(name, local, manner, DeclarationKind::Import(specifier));
                    }
                }
            }
            Node::Decorated { declaration, .. } => self.statement(declaration, position),
            Node::Agents(object) => self.expression(object),
            _ => {
                self.exporting = false;
                self.valued(node, position);
            }
        }
    }

    /// Whether a function in the place of a statement declares its name.
    fn is_declaration(&self, id: FunctionId) -> bool {
        let function = self.tree.function(id);
        let inside = matches!(function.form, Form::Lambda | Form::Method | Form::Signature);
        function.name.is_some() && !inside
    }

    fn declarators(&mut self, keyword: Keyword, declarators: List, origin: Option<Origin>) {
        for &declarator in self.tree.list(declarators) {
            if let Node::Declarator { pattern, annotation, value } = *self.tree.node(declarator) {
                let first = self.out.declarations.len();
                if keyword == Keyword::Var && !self.is_first(pattern, value) {
                    self.hoist(pattern);
                    if value.is_some() {
                        self.target(pattern, UseKind::Assign);
                    }
                    self.optional(value);
                    continue;
                }
                let constant = keyword == Keyword::Const;
                let origin = origin.unwrap_or(if constant { Origin::Const } else { Origin::Let });
                let ends = self.tree.span(declarator).end;
                let before = self.out.declarations.len();
                self.binding(pattern, Manner { origin, constant, ends });
                if let Some(value) = value {
                    self.expression(value);
                }
                if matches!(self.tree.node(pattern), Node::Name(_)) && before < self.out.declarations.len() {
                    let own = value.and_then(|value| self.function_at(value));
                    let declared = &mut self.out.declarations[before];
                    declared.annotation = annotation;
                    declared.value = value;
                    declared.own_function = own;
                }
                if keyword == Keyword::Var {
                    self.out.declarations[first..].iter_mut().for_each(|declared| declared.hoisted = true);
                    self.hoisted.extend((first..self.out.declarations.len()).map(|at| DeclarationId(at as u32)));
                }
            }
        }
    }

    /// Whether a `var` is as good as a `let`: it stands where its function's variables live, and nothing there has its names.
    fn is_first(&self, pattern: NodeId, value: Option<NodeId>) -> bool {
        let mut fresh = true;
        self.named(pattern, &mut |name, _| fresh &= self.out.own(name, self.top).is_none());
        self.scope == self.top && value.is_some() && fresh
    }

    /// Declares the names of a `var` for its whole function, unless a parameter or another `var` did.
    fn hoist(&mut self, pattern: NodeId) {
        let mut named = Vec::new();
        self.named(pattern, &mut |name, node| named.push((name, node)));
        self.out.assigning.insert(pattern);
        for (name, node) in named {
            let span = self.tree.span(node);
            match self.out.own(name, self.top) {
                Some(known) => {
                    let shared = self.out.declaration(known).origin == Origin::Parameter;
                    if !shared && !self.hoisted.contains(&known) {
                        self.out.repeated.push((known, span));
                    }
                    self.out.set_resolved(node, known);
                }
                None => {
                    let kind = DeclarationKind::Variable;
                    let made = Declaration::new(Some(name), span, self.top, self.owner, Origin::Implied, kind);
                    let made = self.out.add(made);
                    self.hoisted.insert(made);
                    self.out.set_resolved(node, made);
                }
            }
        }
    }

    /// The names in a pattern that takes a value apart.
    fn named(&self, pattern: NodeId, each: &mut impl FnMut(Name, NodeId)) {
        match *self.tree.node(pattern) {
            Node::Name(name) if self.names.text(name) != "_" => each(name, pattern),
            Node::Shorthand { name, .. } => each(name, pattern),
            Node::Paren(inner) | Node::Spread(inner) => self.named(inner, each),
            Node::List(list) | Node::Object(list) => {
                self.tree.list(list).iter().for_each(|&element| self.named(element, each));
            }
            Node::Entry { value, .. } => self.named(value, each),
            Node::Assign { operator: None, target, .. } => self.named(target, each),
            _ => {}
        }
    }

    /// The function that an expression is.
    fn function_at(&self, mut node: NodeId) -> Option<Owner> {
        while let Node::Paren(inner) = *self.tree.node(node) {
            node = inner;
        }
        match *self.tree.node(node) {
            Node::Function(id) => self.out.owner(id).map(|(owner, _)| owner),
            _ => None,
        }
    }

    // ---- expressions

    fn expression(&mut self, node: NodeId) {
        self.valued(node, Position::Taken);
    }

    fn expressions(&mut self, list: List) {
        for &node in self.tree.list(list) {
            self.expression(node);
        }
    }

    fn optional(&mut self, node: Option<NodeId>) {
        if let Some(node) = node {
            self.expression(node);
        }
    }

    /// A branch or body: a block with a scope of its own, or a statement.
    fn body(&mut self, node: NodeId, position: Position) {
        self.statement(node, position);
    }

    fn valued(&mut self, node: NodeId, position: Position) {
        let span = self.tree.span(node);
        match *self.tree.node(node) {
            Node::Name(name) => self.record(name, node, UseKind::Read),
            Node::Template(list) | Node::List(list) | Node::Object(list) => self.expressions(list),
            Node::Spread(inner) | Node::Computed(inner) | Node::Throw(inner) => self.expression(inner),
            Node::Paren(inner) => self.valued(inner, position),
            Node::Entry { key, value } => {
                self.key(key);
                self.expression(value);
            }
            Node::Shorthand { name, default } => {
                self.record(name, node, UseKind::Read);
                self.optional(default);
            }
            Node::Method { key, function } => {
                self.key(key);
                self.function(function, span, None);
            }
            Node::Function(id) => self.function_expression(id, node),
            Node::Chain { base, links } => self.chain(base, links, position),
            Node::Operation(list) => self.expressions(list),
            Node::Unary { operator: Prefix::Delete, operand } => self.target(operand, UseKind::Assign),
            Node::Unary { operator: Prefix::Await, operand } => self.valued(operand, position),
            Node::Unary { operand, .. } => self.expression(operand),
            Node::Step { target, .. } => self.target(target, UseKind::Update),
            Node::Conditional { condition, then, otherwise, .. } => {
                self.expression(condition);
                self.valued(then, position);
                self.valued(otherwise, position);
            }
            Node::Assign { operator, target, value } => {
                let kind = match operator {
                    None => UseKind::Assign,
                    Some(Infix::Coalesce | Infix::Or) => UseKind::Ensure,
                    Some(_) => UseKind::Update,
                };
                self.target(target, kind);
                self.expression(value);
            }
            Node::Block(list) => {
                let end = if position == Position::Dropped { position } else { Position::Tail };
                self.scoped(node, |walk| walk.statements(list, end));
            }
            Node::If { arms, otherwise } => {
                for &arm in self.tree.list(arms) {
                    if let Node::Arm { condition, body } = *self.tree.node(arm) {
                        self.expression(condition);
                        self.body(body, position);
                    }
                }
                if let Some(body) = otherwise {
                    self.body(body, position);
                }
            }
            Node::Match { subject, arms } => {
                self.expression(subject);
                for &arm in self.tree.list(arms) {
                    if let Node::MatchArm { pattern, guard, body } = *self.tree.node(arm) {
                        self.scoped(arm, |walk| {
                            let ends = walk.tree.span(pattern).end;
                            walk.binding(pattern, Manner { origin: Origin::Matched, constant: false, ends });
                            walk.optional(guard);
                            walk.body(body, position);
                        });
                    }
                }
            }
            Node::Switch { subject, cases } => {
                self.expression(subject);
                for &case in self.tree.list(cases) {
                    if let Node::Case { test, body } = *self.tree.node(case) {
                        self.optional(test);
                        self.scoped(case, |walk| walk.statements(body, Position::Tail));
                    }
                }
            }
            Node::Try { body, handler, finalizer } => {
                self.body(body, position);
                if let Some(handler) = handler
                    && let Node::Catch { parameter, body } = *self.tree.node(handler)
                {
                    self.scoped(handler, |walk| {
                        if let Some(parameter) = parameter {
                            let ends = walk.tree.span(parameter).end;
                            walk.binding(parameter, Manner { origin: Origin::Caught, constant: false, ends });
                        }
                        walk.body(body, position);
                    });
                }
                if let Some(body) = finalizer {
                    self.body(body, Position::Dropped);
                }
            }
            Node::UncertainIf { subject, bands } => {
                self.expression(subject);
                self.bands(bands, position);
            }
            Node::Bands(bands) => self.bands(bands, Position::Dropped),
            Node::While { condition, max, body } => {
                self.optional(max);
                self.turning(span, |walk| {
                    walk.expression(condition);
                    walk.body(body, Position::Dropped);
                });
            }
            Node::DoWhile { body, condition, max } => {
                self.optional(max);
                self.turning(span, |walk| {
                    walk.body(body, Position::Dropped);
                    walk.expression(condition);
                });
            }
            Node::ForEach { head, source, body } => {
                self.expression(source);
                let Node::ForEachHead { keyword, patterns, max, .. } = *self.tree.node(head) else { return };
                self.optional(max);
                self.scoped(node, |walk| {
                    walk.turning(span, |walk| {
                        let manner = Manner {
                            origin: Origin::Loop,
                            constant: keyword == Some(Keyword::Const),
                            ends: walk.tree.span(head).end,
                        };
                        for &pattern in walk.tree.list(patterns) {
                            walk.binding(pattern, manner);
                        }
                        walk.body(body, Position::Dropped);
                    });
                });
            }
            Node::ForCount { head, max, body } => {
                self.optional(max);
                let Node::ForCountHead { init, condition, step } = *self.tree.node(head) else { return };
                self.scoped(node, |walk| {
                    let outer = std::mem::replace(&mut walk.in_head, true);
                    if let Some(init) = init {
                        walk.counter(init);
                    }
                    walk.turning(span, |walk| {
                        walk.optional(condition);
                        if let Some(step) = step {
                            walk.valued(step, Position::Dropped);
                        }
                        walk.in_head = outer;
                        walk.body(body, Position::Dropped);
                    });
                });
            }
            Node::Context { name, body } => {
                self.expression(name);
                self.body(body, position);
            }
            Node::Return(value) => self.optional(value),
            // Declarations where a value belongs are refused later; what is in them is resolved all the same.
            Node::Let { .. } | Node::Decorated { .. } | Node::Agents(_) => self.statement(node, position),
            _ => {}
        }
    }

    fn key(&mut self, key: NodeId) {
        if let Node::Computed(inner) = *self.tree.node(key) {
            self.expression(inner);
        }
    }

    fn bands(&mut self, bands: List, position: Position) {
        for &band in self.tree.list(bands) {
            if let Node::Band { threshold, body, .. } = *self.tree.node(band) {
                self.optional(threshold);
                self.body(body, position);
            }
        }
    }

    /// The first part of a counted loop, whose names are the loop's unless something around has them.
    fn counter(&mut self, init: NodeId) {
        match *self.tree.node(init) {
            Node::Let { keyword: Keyword::Var, declarators } => {
                for &declarator in self.tree.list(declarators) {
                    if let Node::Declarator { pattern, value, .. } = *self.tree.node(declarator) {
                        self.counting(pattern, value, self.tree.span(declarator).end);
                    }
                }
            }
            Node::Let { keyword, declarators } => self.declarators(keyword, declarators, Some(Origin::Loop)),
            Node::Assign { operator: None, target, value } => {
                self.counting(target, Some(value), self.tree.span(init).end);
            }
            _ => self.expression(init),
        }
    }

    /// Something that a counted loop begins with, which is the loop's own unless something around has its name.
    fn counting(&mut self, target: NodeId, value: Option<NodeId>, ends: u32) {
        if let Node::Name(name) = *self.tree.node(target) {
            let manner = Manner { origin: Origin::Loop, constant: false, ends };
            let declared = self.declare(name, target, manner, DeclarationKind::Variable);
            self.out.declarations[declared.0 as usize].tentative = true;
            self.out.declarations[declared.0 as usize].value = value;
        }
        if let Some(value) = value {
            self.target(target, UseKind::Assign);
            self.expression(value);
        }
    }

    fn chain(&mut self, base: NodeId, links: List, position: Position) {
        let nodes = self.tree.list(links);
        if let Node::Name(name) = *self.tree.node(base) {
            self.record(name, base, self.use_of(nodes, position));
            let dropped = position == Position::Dropped && nodes.len() == 1;
            self.out.uses.last_mut().into_iter().for_each(|used| used.dropped = dropped);
        } else {
            self.expression(base);
        }
        for &link in nodes {
            match *self.tree.node(link) {
                Node::Index { key, .. } => self.expression(key),
                Node::Call { arguments, .. } => self.expressions(arguments),
                _ => {}
            }
        }
    }

    /// What a chain does with the name it begins with.
    fn use_of(&self, links: &[NodeId], position: Position) -> UseKind {
        if let Some(Node::Call { .. }) = links.first().map(|&link| self.tree.node(link)) {
            return UseKind::Call;
        }
        let call = links.iter().position(|&link| matches!(self.tree.node(link), Node::Call { .. }));
        let Some(call) = call else { return UseKind::Read };
        let Node::Member { name, .. } = *self.tree.node(links[call - 1]) else { return UseKind::Read };
        let method = self.names.text(name);
        if !builtin::is_mutating(method) {
            return UseKind::Read;
        }
        let looked_at = match position {
            Position::Taken => true,
            Position::Tail => !FOR_THE_CHANGE.contains(&method),
            Position::Dropped => false,
        };
        if looked_at || call + 1 < links.len() { UseKind::Take } else { UseKind::Change }
    }

    /// What an assignment changes.
    fn target(&mut self, node: NodeId, kind: UseKind) {
        match *self.tree.node(node) {
            Node::Name(name) => self.record(name, node, kind),
            Node::Paren(inner) | Node::Spread(inner) => self.target(inner, kind),
            Node::Chain { base, links } => {
                let nodes = self.tree.list(links);
                let path = nodes.iter().all(|&link| !matches!(self.tree.node(link), Node::Call { .. }));
                match *self.tree.node(base) {
                    Node::Name(name) if path => self.record(name, base, UseKind::Change),
                    _ => {
                        self.chain(base, links, Position::Taken);
                        return;
                    }
                }
                for &link in nodes {
                    if let Node::Index { key, .. } = *self.tree.node(link) {
                        self.expression(key);
                    }
                }
            }
            Node::List(list) | Node::Object(list) => {
                for &element in self.tree.list(list) {
                    self.target(element, kind);
                }
            }
            Node::Entry { key, value } => {
                self.key(key);
                self.target(value, kind);
            }
            Node::Shorthand { name, default } => {
                self.record(name, node, kind);
                self.optional(default);
            }
            Node::Assign { operator: None, target, value } => {
                self.target(target, kind);
                self.expression(value);
            }
            _ => self.expression(node),
        }
    }

    // ---- declarations

    /// The names that a pattern declares.
    fn binding(&mut self, node: NodeId, manner: Manner) {
        match *self.tree.node(node) {
            Node::Name(name) => {
                if self.names.text(name) != "_" {
                    self.declare(name, node, manner, DeclarationKind::Variable);
                }
            }
            Node::Shorthand { name, default } => {
                self.declare(name, node, manner, DeclarationKind::Variable);
                self.optional(default);
            }
            Node::Paren(inner) | Node::Spread(inner) => self.binding(inner, manner),
            Node::List(list) | Node::Object(list) => {
                for &element in self.tree.list(list) {
                    self.binding(element, manner);
                }
            }
            Node::Entry { key, value } => {
                self.key(key);
                self.binding(value, manner);
            }
            Node::Assign { operator: None, target, value } => {
                self.binding(target, manner);
                self.expression(value);
            }
            Node::Operation(list) if manner.origin == Origin::Matched => {
                let mut bound = true;
                let outer = self.alternative;
                for &part in self.tree.list(list) {
                    match *self.tree.node(part) {
                        Node::Operator(Infix::Alternative) => (bound, self.alternative) = (true, true),
                        Node::Operator(_) => bound = false,
                        _ if bound => self.binding(part, manner),
                        _ => self.expression(part),
                    }
                }
                self.alternative = outer;
            }
            _ => self.expression(node),
        }
    }

    fn declare(&mut self, name: Name, node: NodeId, manner: Manner, kind: DeclarationKind) -> DeclarationId {
        let span = self.tree.span(node);
        let known = self.out.own(name, self.scope);
        if let Some(first) = known {
            if !self.alternative {
                self.out.repeated.push((first, span));
            }
            self.out.set_resolved(node, first);
            return first;
        }
        let made = Declaration::new(Some(name), span, self.scope, self.owner, manner.origin, kind);
        let id = self.out.add(Declaration { node: Some(node), ends: manner.ends, constant: manner.constant, ..made });
        self.out.set_resolved(node, id);
        id
    }

    fn function_expression(&mut self, id: FunctionId, node: NodeId) {
        let function = *self.tree.function(id);
        let span = self.tree.span(node);
        match function.name {
            Some(name) if matches!(function.form, Form::Function | Form::Fn | Form::Pattern) => {
                self.scoped(node, |walk| {
                    if let Node::Name(text) = *walk.tree.node(name) {
                        let manner = Manner { origin: Origin::Function, constant: false, ends: span.start + 1 };
                        let declared = walk.declare(text, name, manner, DeclarationKind::Function(id));
                        // The expression itself reads it.
                        walk.out.declarations[declared.0 as usize].reads = 1;
                        walk.function(id, span, Some(declared));
                    }
                });
            }
            _ => self.function(id, span, None),
        }
    }

    fn function(&mut self, id: FunctionId, span: Span, hoisted: Option<DeclarationId>) {
        let function = *self.tree.function(id);
        self.optional(function.max);
        let owner = Owner(self.out.functions.len() as u32);
        self.out.functions.push(Enclosure {
            parent: Some(self.owner),
            start: span.start,
            hoisted,
            named: false,
            first: span.start,
        });
        let scope = self.open(span.start, owner);
        self.out.owners[id.0 as usize] = Some((owner, scope));
        let outer = (self.scope, self.top, self.owner, self.loops);
        (self.scope, self.top, self.owner, self.loops) = (scope, scope, owner, 0);
        for &parameter in self.tree.list(function.parameters) {
            self.parameter(parameter, span.start);
        }
        for &decorator in self.tree.list(function.decorators) {
            self.decorator(decorator);
        }
        self.optional(function.cap);
        if let Some(body) = function.body {
            if let Node::Block(list) = *self.tree.node(body) {
                self.out.set_opened(body, scope);
                self.statements(list, Position::Tail);
            } else {
                self.valued(body, Position::Tail);
            }
        }
        (self.scope, self.top, self.owner, self.loops) = outer;
    }

    fn parameter(&mut self, node: NodeId, ends: u32) {
        let manner = Manner { origin: Origin::Parameter, constant: false, ends };
        let Node::Parameter { pattern, annotation, default } = *self.tree.node(node) else {
            self.binding(node, manner);
            return;
        };
        let plain = match *self.tree.node(pattern) {
            Node::Spread(inner) => inner,
            _ => pattern,
        };
        if let Node::Name(name) = *self.tree.node(plain) {
            // `(_, i) => …` says that nobody wants it; it can be said of several.
            if self.names.text(name) != "_" || self.out.own(name, self.scope).is_none() {
                let declared = self.declare(name, plain, manner, DeclarationKind::Variable);
                self.out.declarations[declared.0 as usize].annotation = annotation;
            }
        } else {
            self.binding(plain, manner);
        }
        self.optional(default);
    }

    /// What decorators say is data, except the measure of `@decreases`.
    fn decorator(&mut self, node: NodeId) {
        let Node::Decorator { name, arguments } = *self.tree.node(node) else { return };
        match self.names.text(name) {
            "decreases" => self.expressions(arguments),
            "requires" => {
                for &argument in self.tree.list(arguments) {
                    if let Node::Chain { base, .. } = *self.tree.node(argument)
                        && let Node::Name(agent) = *self.tree.node(base)
                    {
                        self.record(agent, base, UseKind::Mention);
                    }
                }
            }
            _ => {}
        }
    }

    // ---- scopes

    fn open(&mut self, start: u32, owner: Owner) -> ScopeId {
        let id = ScopeId(self.out.scopes.len() as u32);
        self.out.scopes.push(Scope { parent: Some(self.scope), owner, start, declarations: SmallVec::new() });
        id
    }

    fn scoped(&mut self, node: NodeId, inside: impl FnOnce(&mut Self)) {
        let scope = self.open(self.tree.span(node).start, self.owner);
        self.out.set_opened(node, scope);
        let outer = std::mem::replace(&mut self.scope, scope);
        inside(self);
        self.scope = outer;
    }

    fn turning(&mut self, span: Span, inside: impl FnOnce(&mut Self)) {
        self.out.loops.push((self.owner, span));
        self.loops += 1;
        inside(self);
        self.loops -= 1;
    }

    fn record(&mut self, name: Name, node: NodeId, kind: UseKind) {
        let span = self.tree.span(node);
        let (scope, loops, in_head) = (self.scope, self.loops, self.in_head);
        self.out.uses.push(Use { name, node, span, scope, kind, loops, in_head, dropped: false });
    }
}

impl Scopes {
    pub(super) fn add(&mut self, declaration: Declaration) -> DeclarationId {
        let id = DeclarationId(self.declarations.len() as u32);
        let scope = declaration.scope;
        self.declarations.push(declaration);
        let own = &mut self.scopes[scope.0 as usize].declarations;
        own.push(id);
        let unlisted = match own.len() {
            count if count <= FEW => count,
            count if count == FEW + 1 => 0,
            count => count - 1,
        };
        for &id in &own[unlisted..] {
            if let Some(name) = self.declarations[id.0 as usize].name {
                self.names.insert((scope, name), id);
            }
        }
        id
    }
}
