//! Where values cross a boundary: whether they are what was declared, and the declaration as JSON Schema.

use std::collections::HashMap;
use std::ptr;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use smallvec::SmallVec;

use super::Vm;
use crate::diagnostic::Code;
use crate::hir::Program;
use crate::types::{Literal, Shape, Type, TypeId};
use crate::value::schema::{self, Mismatch};
use crate::value::{Fault, Kind, Meter, Object, Value, View, display, json};

/// Whether a value is of a type.
pub(super) fn fits(vm: &mut Vm, value: &Value, kind: &Type) -> Result<bool, Fault> {
    let program = vm.program.clone();
    Ok(Walk::new(vm, &program.declarations, value).find(value, kind)?.is_none())
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
    let program = vm.program.clone();
    let declarations = &program.declarations;
    let Some(misfit) = Walk::new(vm, declarations, value).find(value, kind)? else { return Ok(()) };
    let (path, wanted, found) = (misfit.place(), declarations.spelled(&misfit.wanted), misfit.shown(&mut vm.meter));
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

/// A part that is not what is declared.
struct Misfit<'a> {
    /// The way to it, its last step first.
    path: Vec<Step<'a>>,
    wanted: Type,
    found: Found<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Element(usize),
    Field(&'a str),
}

#[derive(Clone, Copy)]
enum Found<'a> {
    Value(&'a Value),
    Nothing,
    /// A list of so many agents.
    Agents(usize),
}

impl<'a> Misfit<'a> {
    fn new(wanted: &Type, found: Found<'a>) -> Self {
        Self { path: Vec::new(), wanted: wanted.clone(), found }
    }

    fn behind(mut self, step: Step<'a>) -> Self {
        self.path.push(step);
        self
    }

    /// The way to it as programs write it.
    fn place(&self) -> String {
        let written = |step: &Step<'_>| match step {
            Step::Element(index) => format!("[{index}]"),
            Step::Field(name) => format!(".{name}"),
        };
        self.path.iter().rev().map(written).collect()
    }

    fn shown(&self, meter: &mut Meter) -> String {
        match self.found {
            Found::Nothing => "missing".to_owned(),
            Found::Agents(1) => "a list of 1 agent".to_owned(),
            Found::Agents(length) => format!("a list of {length} agents"),
            Found::Value(value) => match value.view() {
                View::Null | View::Bool(_) | View::Number(_) | View::Text(_) => display::brief(value, meter),
                _ => value.kind().phrase().to_owned(),
            },
        }
    }
}

/// What a part that is remembered takes in memory.
const REMEMBERED: u64 = 32;

/// A value beside its type. A step is charged for each part, for each member of a union that is tried on it and for each name
/// that is looked up; `check::crossing` counts how many there can be.
struct Walk<'a, 'v> {
    vm: &'v mut Vm,
    program: &'a Program,
    root: &'a Value,
    /// Whether lists and objects that are shared fit, by their places and those of the types.
    shared: HashMap<(usize, usize), bool>,
    /// The same of all, while a union is under way of which several members may look into the same parts.
    torn: HashMap<(usize, usize), bool>,
    /// The value of that union.
    between: Option<&'a Value>,
    /// For how many of those there is room.
    room: usize,
}

/// What does not fit, if anything.
type Looked<'a> = Result<Option<Misfit<'a>>, Fault>;

impl<'a, 'v> Walk<'a, 'v> {
    fn new(vm: &'v mut Vm, program: &'a Program, root: &'a Value) -> Self {
        Self { vm, program, root, shared: HashMap::new(), torn: HashMap::new(), between: None, room: 0 }
    }

    fn find(&mut self, value: &'a Value, kind: &'a Type) -> Looked<'a> {
        self.look(value, kind, &mut SmallVec::new())
    }

    /// The same, where types with these names were tried on this very value, in vain.
    fn look(&mut self, value: &'a Value, kind: &'a Type, tried: &mut SmallVec<[TypeId; 4]>) -> Looked<'a> {
        let program = self.program;
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
            Type::List(element) if kind_of == Kind::List => {
                if matches!(**element, Type::Any) {
                    return Ok(None);
                }
                let place = Arc::as_ptr(element) as usize;
                return self.once((value, kind), place, |walk| walk.elements(value, element));
            }
            Type::List(_) => false,
            Type::Object(shape) => match value.as_object() {
                Some(object) => {
                    let place = Arc::as_ptr(shape) as usize;
                    return self.once((value, kind), place, |walk| walk.fields(object, shape));
                }
                // An error has the fields of one, and may be declared as an object.
                None => kind_of == Kind::Error,
            },
            Type::Union(members) => {
                let tears = self.between.is_none() && members.iter().filter(|member| looks_inside(member)).count() > 1;
                if tears {
                    self.between = Some(value);
                }
                let (mut alike, mut nearest) = (0, None);
                let mut fits = false;
                for member in &**members {
                    self.vm.meter.walk(1)?;
                    let Some(misfit) = self.look(value, member, tried)? else {
                        fits = true;
                        break;
                    };
                    if self.is_alike(member, kind_of) {
                        alike += 1;
                        nearest = Some(misfit);
                    }
                }
                if tears {
                    self.between = None;
                    self.torn = HashMap::new();
                }
                // What is wrong within the one member that could be meant.
                if !fits && alike == 1 {
                    return Ok(nearest);
                }
                fits
            }
            Type::Agent(interface) => match value.as_agent() {
                Some(agent) => {
                    self.vm.agents.hold(agent.id, *interface);
                    true
                }
                None => false,
            },
            Type::Agents { interface, low, high } => match value.as_list() {
                Some(list) => {
                    self.vm.meter.walk(list.len() as u64)?;
                    for (index, item) in list.iter().enumerate() {
                        let Some(agent) = item.as_agent() else {
                            let single = Misfit::new(&Type::Agent(*interface), Found::Value(item));
                            return Ok(Some(single.behind(Step::Element(index))));
                        };
                        self.vm.agents.hold(agent.id, *interface);
                    }
                    let fits = (*low as usize..=*high as usize).contains(&list.len());
                    return Ok((!fits).then(|| Misfit::new(kind, Found::Agents(list.len()))));
                }
                None => false,
            },
            Type::Named(id) if tried.contains(id) => false,
            Type::Named(id) => {
                self.vm.meter.walk(1)?;
                tried.push(*id);
                return self.look(value, &program.types[id.0 as usize].definition, tried);
            }
        };
        Ok((!fits).then(|| Misfit::new(kind, Found::Value(value))))
    }

    fn elements(&mut self, value: &'a Value, element: &'a Type) -> Looked<'a> {
        self.vm.meter.build(value)?;
        let Some(list) = value.as_list() else { return Ok(None) };
        self.vm.meter.walk(list.len() as u64)?;
        for (index, item) in list.iter().enumerate() {
            if let Some(misfit) = self.find(item, element)? {
                return Ok(Some(misfit.behind(Step::Element(index))));
            }
        }
        Ok(None)
    }

    fn fields(&mut self, object: &'a Object, shape: &'a Shape) -> Looked<'a> {
        self.vm.meter.walk(shape.fields.len() as u64)?;
        for field in &shape.fields {
            let misfit = match object.get(&field.name) {
                Some(part) if part.is_null() && field.optional => None,
                Some(part) => self.find(part, &field.value)?,
                None if field.optional || admits_null(&field.value, self.program) => None,
                None => Some(Misfit::new(&field.value, Found::Nothing)),
            };
            if let Some(misfit) = misfit {
                return Ok(Some(misfit.behind(Step::Field(&field.name))));
            }
        }
        let Some(others) = &shape.others else { return Ok(None) };
        for (key, part) in object {
            self.vm.meter.walk(1 + shape.fields.len() as u64)?;
            if shape.fields.iter().any(|field| *field.name == *key.as_str()) {
                continue;
            }
            if let Some(misfit) = self.find(part, others)? {
                return Ok(Some(misfit.behind(Step::Field(key.as_str()))));
            }
        }
        Ok(None)
    }

    /// Looks into a list or object, unless that was done before: one that is shared in many places would have as many parts as
    /// there are ways to them, and one that several members of unions may look into would be met on all of their ways.
    fn once(
        &mut self,
        (value, kind): (&'a Value, &Type),
        type_place: usize,
        look: impl FnOnce(&mut Self) -> Looked<'a>,
    ) -> Looked<'a> {
        let shared = value.is_shared() && !ptr::eq(value, self.root);
        let torn = self.between.is_some_and(|between| !ptr::eq(value, between));
        let Some(place) = value.address().filter(|_| shared || torn) else { return look(self) };
        let at = (place, type_place);
        let known = if shared { self.shared.get(&at) } else { self.torn.get(&at) };
        match known {
            Some(true) => return Ok(None),
            Some(false) => return Ok(Some(Misfit::new(kind, Found::Value(value)))),
            None => {}
        }
        let found = look(self)?;
        if shared {
            self.vm.meter.memory(REMEMBERED)?;
            self.shared.insert(at, found.is_none());
        } else {
            self.torn.insert(at, found.is_none());
            if self.torn.len() > self.room {
                self.room += 1;
                self.vm.meter.memory(REMEMBERED)?;
            }
        }
        Ok(found)
    }

    fn is_alike(&self, member: &Type, kind: Kind) -> bool {
        let member = match member {
            Type::Named(id) => &self.program.types[id.0 as usize].definition,
            other => other,
        };
        matches!((member, kind), (Type::Object(_), Kind::Object) | (Type::List(_), Kind::List))
    }
}

/// Whether a type may look at the parts of a value.
fn looks_inside(kind: &Type) -> bool {
    matches!(kind, Type::List(_) | Type::Object(_) | Type::Named(_))
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
