//! Whether a value is of a type, and whether JSON is what a schema says.

use super::eval::Eval;
use prism::types::{Literal, Type};
use prism::value::{Value, View};
use serde_json::Value as Json;

impl Eval<'_> {
    /// Whether a value is of a type; an agent that is of an interface is held to it from then on.
    pub fn fits(&self, value: &Value, kind: &Type) -> bool {
        match (kind, value.view()) {
            (Type::Any, _) => true,
            (Type::Null, View::Null)
            | (Type::Boolean, View::Bool(_))
            | (Type::Number, View::Number(_))
            | (Type::String, View::Text(_))
            | (Type::Object(_), View::Error(_))
            | (Type::Function(_), View::Closure(_) | View::Native(_)) => true,
            (Type::Literal(Literal::Text(wanted)), View::Text(it)) => **wanted == *it,
            (Type::Literal(Literal::Number(wanted)), View::Number(it)) => *wanted == it,
            (Type::Literal(Literal::Bool(wanted)), View::Bool(it)) => *wanted == it,
            (Type::List(kind), View::List(it)) => it.iter().all(|it| self.fits(it, kind)),
            (Type::Object(shape), View::Object(it)) => {
                let named = shape.fields.iter().all(|field| match it.get(&field.name) {
                    Some(value) => self.fits(value, &field.value) || field.optional && value.is_null(),
                    None => field.optional || self.fits(&Value::NULL, &field.value),
                });
                let is_named = |key: &str| shape.fields.iter().any(|field| *field.name == *key);
                let mut others = it.iter().filter(|(key, _)| !is_named(key.as_str()));
                named && others.all(|(_, value)| shape.others.as_ref().is_none_or(|kind| self.fits(value, kind)))
            }
            (Type::Union(all), _) => all.iter().any(|kind| self.fits(value, kind)),
            (Type::Agent(interface), View::Agent(it)) => {
                interface.is_none_or(|interface| self.task.world.agents().serves(it.id, interface, &self.program))
            }
            (Type::Agents { interface, low, high }, View::List(it)) => {
                let single = Type::Agent(*interface);
                it.iter().all(|it| self.fits(it, &single)) && (*low as usize..=*high as usize).contains(&it.len())
            }
            (Type::Named(id), _) => self.fits(value, &self.program.types[id.0 as usize].definition),
            _ => false,
        }
    }
}

/// Whether a schema accepts a value: the keywords that types become, and the usual bounds.
pub fn accepts(schema: &Json, value: &Json) -> bool {
    let Json::Object(schema) = schema else { return schema != &Json::Bool(false) };
    let kind = |name: &Json| match name.as_str().unwrap_or_default() {
        "integer" => value.as_f64().is_some_and(|it| it.fract() == 0.0),
        "array" | "list" => value.is_array(),
        name => name == ["null", "boolean", "number", "string", "array", "object"][place(value)],
    };
    let part = |schema: Option<&Json>, value: &Json| schema.is_none_or(|schema| accepts(schema, value));
    let length = match value {
        Json::Number(it) => it.as_f64(),
        Json::String(it) => Some(it.chars().count() as f64),
        Json::Array(it) => Some(it.len() as f64),
        _ => None,
    };
    let (low, high) = match value {
        Json::Number(_) => ("minimum", "maximum"),
        Json::String(_) => ("minLength", "maxLength"),
        _ => ("minItems", "maxItems"),
    };
    let fields = |key: &str| value.as_object().is_some_and(|it| it.contains_key(key));
    schema.iter().all(|(keyword, wanted)| match (keyword.as_str(), value, wanted) {
        ("type", _, Json::Array(names)) => names.iter().any(kind),
        ("type", ..) => kind(wanted),
        ("const", ..) => wanted == value,
        ("enum", _, Json::Array(all)) => all.contains(value),
        ("anyOf", _, Json::Array(all)) => all.iter().any(|schema| accepts(schema, value)),
        ("allOf", _, Json::Array(all)) => all.iter().all(|schema| accepts(schema, value)),
        ("items", Json::Array(items), _) => items.iter().all(|it| accepts(wanted, it)),
        ("required", Json::Object(_), Json::Array(keys)) => keys.iter().filter_map(Json::as_str).all(fields),
        ("properties", Json::Object(it), _) => it.iter().all(|(key, it)| part(wanted.get(key), it)),
        ("additionalProperties", Json::Object(it), _) => {
            let known = schema.get("properties");
            it.iter().all(|(key, it)| known.is_some_and(|it| it.get(key).is_some()) || accepts(wanted, it))
        }
        (name, ..) if name == low => length.is_none_or(|it| wanted.as_f64().is_none_or(|least| it >= least)),
        (name, ..) if name == high => length.is_none_or(|it| wanted.as_f64().is_none_or(|most| it <= most)),
        _ => true,
    })
}

fn place(value: &Json) -> usize {
    match value {
        Json::Null => 0,
        Json::Bool(_) => 1,
        Json::Number(_) => 2,
        Json::String(_) => 3,
        Json::Array(_) => 4,
        Json::Object(_) => 5,
    }
}
