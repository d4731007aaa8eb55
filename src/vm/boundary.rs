//! Where values cross a boundary: whether they are what was declared, and the declaration as JSON Schema.

use serde_json::{Map, Value as Json, json};

use super::Vm;
use crate::diagnostic::Code;
use crate::hir::Program;
use crate::types::{Literal, Type};
use crate::value::schema::{self, Mismatch};
use crate::value::{Fault, Kind, Value, View, display, json};

/// Whether a value is of a type.
pub(super) fn fits(vm: &mut Vm, value: &Value, kind: &Type) -> bool {
    Walk { vm, path: String::new() }.find(value, kind).is_none()
}

/// What crosses a boundary.
pub(super) enum Whose {
    /// A variable, by its name.
    Variable(String),
    /// Something that a message calls so.
    Thing(String),
}

/// Refuses what is not of a type (`R012`), naming the part and whose value it is.
pub(super) fn check(vm: &mut Vm, value: &Value, kind: &Type, whose: &Whose) -> Result<(), Fault> {
    let mut walk = Walk { vm, path: String::new() };
    let Some((path, wanted, found)) = walk.find(value, kind) else { return Ok(()) };
    let subject = match whose {
        Whose::Variable(name) => format!("`{name}{path}` is {found}"),
        Whose::Thing(thing) if path.is_empty() => format!("{thing} is {found}"),
        Whose::Thing(thing) => format!("{thing} is {found} at `{}`", path.trim_start_matches('.')),
    };
    let message = format!("{subject}, where `{wanted}` is declared; give what the type says");
    Err(Fault::new(Code::R012, message).about(value))
}

/// Refuses what a JSON Schema does not accept (`R012`), naming the part.
pub(super) fn hold_to_schema(vm: &mut Vm, value: &Value, schema: &Value, thing: &str) -> Result<(), Fault> {
    let (schema, data) = (json::export(schema, &mut vm.meter)?, json::export(value, &mut vm.meter)?);
    let Some(Mismatch { path, found, wanted }) = schema::mismatch(&schema, &data) else { return Ok(()) };
    let found = match found {
        None => "nothing".to_owned(),
        Some(Json::Array(_)) => Kind::List.phrase().to_owned(),
        Some(Json::Object(_)) => Kind::Object.phrase().to_owned(),
        Some(Json::String(text)) => display::brief(&Value::text(text), &mut vm.meter),
        Some(other) => other.to_string(),
    };
    let place = if path.is_empty() { String::new() } else { format!(" at `{}`", path.trim_start_matches('.')) };
    let message = format!("{thing} is {found}{place}, where the schema says `{wanted}`; give what the schema says");
    Err(Fault::new(Code::R012, message).about(value))
}

/// The JSON Schema of a type, for those who answer.
pub(super) fn schema_of(kind: &Type, program: &Program) -> Json {
    let mut used = Vec::new();
    let mut root = part(kind, program, &mut used);
    let mut definitions = Map::new();
    let mut next = 0;
    while let Some(&id) = used.get(next) {
        let named = &program.types[id as usize];
        let body = part(&named.definition, program, &mut used);
        definitions.insert(program.names.text(named.name).to_owned(), body);
        next += 1;
    }
    if let (false, Json::Object(root)) = (definitions.is_empty(), &mut root) {
        root.insert("$defs".into(), Json::Object(definitions));
    }
    root
}

fn part(kind: &Type, program: &Program, used: &mut Vec<u32>) -> Json {
    match kind {
        Type::Any | Type::Function(_) | Type::Agent(_) | Type::Agents { .. } => json!({}),
        Type::Null => json!({ "type": "null" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Number => json!({ "type": "number" }),
        Type::String => json!({ "type": "string" }),
        Type::Literal(literal) => json!({ "const": constant(literal) }),
        Type::List(element) => json!({ "type": "array", "items": part(element, program, used) }),
        Type::Object(shape) => {
            let mut properties = Map::new();
            for field in &shape.fields {
                properties.insert(field.name.to_string(), part(&field.value, program, used));
            }
            let required: Vec<&str> =
                shape.fields.iter().filter(|field| !field.optional).map(|field| &*field.name).collect();
            let mut object = json!({ "type": "object", "properties": properties, "required": required });
            if let Some(others) = &shape.others {
                object["additionalProperties"] = part(others, program, used);
            }
            object
        }
        Type::Union(members) => {
            let literals: Option<Vec<Json>> = members
                .iter()
                .map(|member| match member {
                    Type::Literal(literal) => Some(constant(literal)),
                    Type::Null => Some(Json::Null),
                    _ => None,
                })
                .collect();
            match literals {
                Some(values) => json!({ "enum": values }),
                None => {
                    json!({ "anyOf": members.iter().map(|member| part(member, program, used)).collect::<Vec<_>>() })
                }
            }
        }
        Type::Named(id) => {
            if !used.contains(&id.0) {
                used.push(id.0);
            }
            json!({ "$ref": format!("#/$defs/{}", program.names.text(program.types[id.0 as usize].name)) })
        }
    }
}

fn constant(literal: &Literal) -> Json {
    match literal {
        Literal::Text(text) => json!(&**text),
        Literal::Number(number) => json::to_json_number(*number),
        Literal::Bool(bool) => json!(bool),
    }
}

struct Walk<'a> {
    vm: &'a mut Vm,
    path: String,
}

/// The way to a part, what is declared there, and what it is.
type Misfit = Option<(String, String, String)>;

impl Walk<'_> {
    fn find(&mut self, value: &Value, kind: &Type) -> Misfit {
        let kind_of = value.kind();
        let fits = match kind {
            Type::Any => true,
            Type::Null => kind_of == Kind::Null,
            Type::Boolean => kind_of == Kind::Bool,
            Type::Number => kind_of == Kind::Number,
            Type::String => kind_of == Kind::Text,
            Type::Literal(Literal::Text(text)) => value.as_text() == Some(text),
            Type::Literal(Literal::Number(number)) => value.as_number() == Some(*number),
            Type::Literal(Literal::Bool(bool)) => value.as_bool() == Some(*bool),
            Type::Function(_) => kind_of == Kind::Function,
            Type::List(element) => {
                if kind_of != Kind::List {
                    return self.mismatch(value, kind);
                }
                if matches!(**element, Type::Any) {
                    return None;
                }
                return value
                    .as_list()
                    .into_iter()
                    .flatten()
                    .enumerate()
                    .find_map(|(index, item)| self.within(&format!("[{index}]"), |this| this.find(item, element)));
            }
            Type::Object(shape) => {
                let Some(object) = value.as_object() else {
                    // An error has the fields of one, and may be declared as an object.
                    return if kind_of == Kind::Error { None } else { self.mismatch(value, kind) };
                };
                for field in &shape.fields {
                    let step = format!(".{}", field.name);
                    let found = match object.get(&field.name) {
                        Some(part) if part.is_null() && field.optional => None,
                        Some(part) => self.within(&step, |this| this.find(part, &field.value)),
                        None if field.optional || admits_null(&field.value, &self.vm.program.declarations) => None,
                        None => self.within(&step, |this| {
                            Some((this.path.clone(), this.name(&field.value), "missing".to_owned()))
                        }),
                    };
                    if found.is_some() {
                        return found;
                    }
                }
                let others = shape.others.as_ref()?;
                return object.iter().find_map(|(key, part)| {
                    let named = shape.fields.iter().any(|field| *field.name == *key.as_str());
                    if named {
                        None
                    } else {
                        self.within(&format!(".{}", key.as_str()), |this| this.find(part, others))
                    }
                });
            }
            Type::Union(members) => {
                let found = members.iter().any(|member| self.find(value, member).is_none());
                if !found && let Some(only) = self.nearest(value, members) {
                    return only;
                }
                found
            }
            Type::Agent(interface) => match value.as_agent() {
                Some(agent) => {
                    self.vm.agents.hold(agent.id, *interface);
                    true
                }
                None => false,
            },
            Type::Agents { interface, low, high } => {
                let Some(list) = value.as_list() else { return self.mismatch(value, kind) };
                let single = Type::Agent(*interface);
                if let Some(found) = list
                    .iter()
                    .enumerate()
                    .find_map(|(index, item)| self.within(&format!("[{index}]"), |this| this.find(item, &single)))
                {
                    return Some(found);
                }
                if (*low as usize..=*high as usize).contains(&list.len()) {
                    return None;
                }
                let found = match list.len() {
                    1 => "a list of 1 agent".to_owned(),
                    length => format!("a list of {length} agents"),
                };
                return Some((self.path.clone(), self.name(kind), found));
            }
            Type::Named(id) => {
                let program = self.vm.program.clone();
                return self.find(value, &program.declarations.types[id.0 as usize].definition);
            }
        };
        if fits { None } else { self.mismatch(value, kind) }
    }

    /// The mismatch within the one member of a union that could be meant.
    fn nearest(&mut self, value: &Value, members: &[Type]) -> Option<Misfit> {
        let program = self.vm.program.clone();
        let alike = |member: &&Type| {
            let member = match member {
                Type::Named(id) => &program.declarations.types[id.0 as usize].definition,
                other => other,
            };
            matches!((member, value.kind()), (Type::Object(_), Kind::Object) | (Type::List(_), Kind::List))
        };
        let mut alike = members.iter().filter(alike);
        match (alike.next(), alike.next()) {
            (Some(only), None) => Some(self.find(value, only)),
            _ => None,
        }
    }

    fn within(&mut self, step: &str, look: impl FnOnce(&mut Self) -> Misfit) -> Misfit {
        let length = self.path.len();
        self.path.push_str(step);
        let found = look(self);
        self.path.truncate(length);
        found
    }

    fn name(&self, kind: &Type) -> String {
        self.vm.program.declarations.spelled(kind)
    }

    fn mismatch(&mut self, value: &Value, kind: &Type) -> Misfit {
        let found = match value.view() {
            View::Null | View::Bool(_) | View::Number(_) | View::Text(_) => display::brief(value, &mut self.vm.meter),
            _ => value.kind().phrase().to_owned(),
        };
        Some((self.path.clone(), self.name(kind), found))
    }
}

fn admits_null(kind: &Type, program: &Program) -> bool {
    match kind {
        Type::Any | Type::Null => true,
        Type::Union(members) => members.iter().any(|member| admits_null(member, program)),
        Type::Named(id) => match &program.types[id.0 as usize].definition {
            Type::Named(_) => false,
            definition => admits_null(definition, program),
        },
        _ => false,
    }
}
