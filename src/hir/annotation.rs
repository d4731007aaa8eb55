//! Types as they are written, and the names they use.

use super::lower::Lowering;
use crate::diagnostic::Code;
use crate::source::{Name, Span};
use crate::syntax::ast::{List, Node, NodeId, Prefix};
use crate::types::{Field, InterfaceId, Literal, Parameter, Shape, Signature, Type, TypeId};
use foldhash::{HashSet, HashSetExt};
use indexmap::IndexMap;
use std::sync::Arc;

/// The type names of a module.
#[derive(Default, Debug)]
pub(super) struct TypeNames {
    names: IndexMap<Name, Type>,
}

impl TypeNames {
    /// Whether a name is a declared type.
    pub(super) fn contains(&self, name: Name) -> bool {
        self.names.contains_key(&name)
    }

    /// What a declared name means.
    pub(super) fn get(&self, name: Name) -> Option<&Type> {
        self.names.get(&name)
    }

    /// Takes in a type.
    pub(super) fn insert_type(&mut self, name: Name, id: TypeId) {
        self.names.insert(name, Type::Named(id));
    }

    /// Takes in an interface.
    pub(super) fn insert_interface(&mut self, name: Name, id: InterfaceId) {
        self.names.insert(name, Type::Agent(Some(id)));
    }
}

/// The names of types that every program has.
const BUILT_IN: [&str; 6] = ["number", "string", "boolean", "null", "any", "Agent"];

impl Lowering<'_> {
    /// A type where one may be written.
    pub(super) fn optional_type(&mut self, node: Option<NodeId>) -> Option<Type> {
        node.map(|node| self.type_of(node))
    }

    /// A type as it is written.
    pub(super) fn type_of(&mut self, node: NodeId) -> Type {
        let span = self.span(node);
        match self.node(node) {
            Node::TypeName(name) | Node::Name(name) => self.named_type(name, span),
            Node::TypeLiteral(inner) => self.literal_type(inner),
            Node::TypeParen(inner) => self.type_of(inner),
            Node::TypeList(inner) => Type::List(Arc::new(self.type_of(inner))),
            Node::TypeOptional(inner) => {
                let inner = self.type_of(inner);
                union([inner, Type::Null])
            }
            Node::TypeUnion(list) => {
                let members: Vec<Type> = self.tree.list(list).iter().map(|&member| self.type_of(member)).collect();
                union(members)
            }
            Node::TypeObject(list) => Type::Object(Arc::new(self.shape(list))),
            Node::TypeFunction { parameters, result } => {
                let parameters = self.type_parameters(parameters);
                let result = self.type_of(result);
                Type::Function(Arc::new(Signature { parameters, result }))
            }
            Node::TypeCount { element, low, high } => self.counted(element, low, high, span),
            _ => Type::Any,
        }
    }

    /// What a type's name means.
    pub(super) fn named_type(&mut self, name: Name, span: Span) -> Type {
        if let Some(known) = self.types.get(name) {
            return known.clone();
        }
        match self.name_text(name) {
            "number" => Type::Number,
            "string" => Type::String,
            "boolean" => Type::Boolean,
            "null" | "undefined" => Type::Null,
            "any" => Type::Any,
            "Agent" => Type::Agent(None),
            _ => {
                self.refuse_type(name, span);
                Type::Any
            }
        }
    }

    fn refuse_type(&mut self, name: Name, span: Span) {
        let text = self.name_text(name).to_owned();
        // Its declaration may be what could not be read.
        if text.is_empty() || self.broken || !self.unknown_types.insert(name) {
            return;
        }
        let found = self.finding(Code::T003, span, format!("there is no type `{text}`"));
        let known = match text.as_str() {
            "bool" | "Boolean" => Some("boolean"),
            "str" | "String" | "text" => Some("string"),
            "int" | "integer" | "float" | "Number" | "double" => Some("number"),
            "unknown" | "object" | "Object" | "never" => Some("any"),
            "void" | "undefined" | "None" | "nil" => Some("null"),
            _ => None,
        };
        let found = match known {
            Some(instead) => found.help(format!("write `{instead}`")).fix(format!("write `{instead}`"), span, instead),
            None if text.ends_with("Error") => {
                found.help("every error is an `Error`; `e.code` tells which, as in `e.code == \"R003\"`, and `e.kind` of which kind")
            }
            None => {
                let own = self.types.names.keys().map(|&name| self.program.names.text(name));
                match crate::diagnostic::nearest(&text, own.chain(BUILT_IN)).map(str::to_owned) {
                    Some(near) => {
                        let slip = super::edit::is_slip(&text, &near);
                        let found = found.help(format!("did you mean `{near}`?"));
                        super::edit::suggest(found, format!("write `{near}`"), span, near, slip)
                    }
                    None => found.help(format!("declare it: `type {text} = …`, or `agent {text} {{ … }}`")),
                }
            }
        };
        self.report(found);
    }

    fn literal_type(&mut self, node: NodeId) -> Type {
        match self.node(node) {
            Node::Text => Type::Literal(Literal::Text(self.literal(node))),
            Node::Number(value) => Type::Literal(Literal::Number(value)),
            Node::Bool(value) => Type::Literal(Literal::Bool(value)),
            Node::Null => Type::Null,
            Node::Unary { operator: Prefix::Negate, operand } => match self.node(operand) {
                Node::Number(value) => Type::Literal(Literal::Number(-value)),
                _ => Type::Any,
            },
            _ => Type::Any,
        }
    }

    fn shape(&mut self, list: List) -> Shape {
        let mut shape = Shape::default();
        let mut named = HashSet::new();
        for &member in self.tree.list(list) {
            match self.node(member) {
                Node::TypeField { key, optional, value } => {
                    let name: Arc<str> = match self.node(key) {
                        Node::Text => self.literal(key),
                        Node::Key(name) | Node::Name(name) => self.name_text(name).into(),
                        _ => continue,
                    };
                    if !named.insert(name.clone()) {
                        let span = self.span(key);
                        self.refuse(Code::P011, span, format!("the type has `{name}` twice"), "remove one of them");
                    }
                    let value = self.type_of(value);
                    shape.fields.push(Field { name, optional, value });
                }
                Node::TypeIndexer(value) => shape.others = Some(self.type_of(value)),
                _ => {}
            }
        }
        shape
    }

    /// The parameters of a signature or a function's type.
    pub(super) fn type_parameters(&mut self, list: List) -> Vec<Parameter> {
        let mut out = Vec::with_capacity(list.len as usize);
        for &node in self.tree.list(list) {
            let Node::Parameter { pattern, annotation, default } = self.node(node) else { continue };
            let (pattern, rest) = match self.node(pattern) {
                Node::Spread(inner) => (inner, true),
                _ => (pattern, false),
            };
            let name: Arc<str> = match self.node(pattern) {
                Node::Name(name) => self.name_text(name).into(),
                _ => "".into(),
            };
            let value = self.optional_type(annotation).unwrap_or(Type::Any);
            out.push(Parameter { name, value, optional: default.is_some(), rest });
        }
        out
    }

    /// `Analyst[3..5]`
    fn counted(&mut self, element: NodeId, low: NodeId, high: Option<NodeId>, span: Span) -> Type {
        let member = self.type_of(element);
        let (Some(low), Some(high)) = (self.count(low), self.count(high.unwrap_or(low))) else {
            let help = "write whole numbers: `Agent[3..5]`";
            self.refuse(Code::T003, span, "a list of agents is counted in whole numbers", help);
            return Type::List(Arc::new(member));
        };
        if low > high {
            let help = format!("write `[{high}..{low}]`");
            self.refuse(Code::T003, span, "the fewest is above the most", &help);
        }
        match member {
            Type::Agent(interface) => Type::Agents { interface, low, high },
            other => {
                if other != Type::Any {
                    let at = self.span(element);
                    self.refuse(Code::T003, at, "only lists of agents are counted", "write `T[]` for a list");
                }
                Type::List(Arc::new(other))
            }
        }
    }

    /// `Analyst[]` of a pattern: the host binds its agents, and wants to know how many.
    pub(super) fn refuse_uncounted(&mut self, parameters: List) {
        for &parameter in self.tree.list(parameters) {
            let Node::Parameter { annotation: Some(annotation), .. } = self.node(parameter) else { continue };
            let Node::TypeList(element) = self.node(annotation) else { continue };
            let Node::TypeName(name) = self.node(element) else { continue };
            let agent = match self.types.get(name) {
                Some(known) => matches!(known, Type::Agent(_)),
                None => self.name_text(name) == "Agent",
            };
            if agent {
                let instead = format!("{}[1..16]", self.name_text(name));
                let span = self.span(annotation);
                let found = self.finding(Code::T003, span, "a pattern says how many agents a list takes");
                let found = found.help(format!("write `{instead}`, or as many as there may be"));
                self.report(super::edit::suggest(found, format!("write `{instead}`"), span, instead, true));
            }
        }
    }

    /// `Analyst?`, `Analyst | Editor` of a pattern: the host binds an agent to one interface, or gives data.
    pub(super) fn refuse_choice_of_agents(&mut self, parameters: &[super::Parameter]) {
        for parameter in parameters {
            let Some(annotation) = &parameter.annotation else { continue };
            let Type::Union(members) = annotation else {
                // `Analyst[]` is told how many already.
                let counted = matches!(annotation, Type::List(element) if matches!(**element, Type::Agent(_)));
                if !counted && holds_agent(annotation) {
                    let help = "take each agent as a parameter of its own, or a list as in `Analyst[2..4]`";
                    self.refuse(Code::T003, parameter.span, "agents that a pattern is given stand in no data", help);
                }
                continue;
            };
            let Some(agent) = members.iter().find(|member| matches!(member, Type::Agent(_))) else { continue };
            let missing = members.contains(&Type::Null);
            let agent = self.program.spelled(agent);
            let help = match missing {
                true => format!("write `{agent}[0..1]`, a list of one or none"),
                false => format!("write `{agent}`; an interface may have the methods of both"),
            };
            self.refuse(Code::T003, parameter.span, "an agent that a pattern is given has one interface", &help);
        }
    }

    fn count(&self, node: NodeId) -> Option<u32> {
        match self.node(node) {
            Node::Number(value) if value >= 0.0 && value.fract() == 0.0 && value <= 1e6 => Some(value as u32),
            _ => None,
        }
    }
}

/// Whether there are agents in lists or objects of this type, which nobody can give from outside.
fn holds_agent(kind: &Type) -> bool {
    let inside = |kind: &Type| matches!(kind, Type::Agent(_) | Type::Agents { .. }) || holds_agent(kind);
    match kind {
        Type::List(element) => inside(element),
        Type::Object(shape) => shape.fields.iter().map(|field| &field.value).chain(&shape.others).any(inside),
        Type::Union(members) => members.iter().any(inside),
        _ => false,
    }
}

/// A union, flat and without repetition.
fn union(members: impl IntoIterator<Item = Type>) -> Type {
    let mut out: Vec<Type> = Vec::new();
    // Unions of texts may be long.
    let mut texts: HashSet<Arc<str>> = HashSet::new();
    let mut add = |member: Type| {
        let new = match &member {
            Type::Literal(Literal::Text(text)) => texts.insert(text.clone()),
            _ => !out.contains(&member),
        };
        if new {
            out.push(member);
        }
    };
    for member in members {
        match member {
            Type::Union(inner) => inner.iter().cloned().for_each(&mut add),
            other => add(other),
        }
    }
    match out.len() {
        1 => out.remove(0),
        _ if out.contains(&Type::Any) => Type::Any,
        _ => Type::Union(out.into()),
    }
}
