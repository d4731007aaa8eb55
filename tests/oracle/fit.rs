//! Whether a value is of a type.

use super::value::*;
use prism::types::{Literal, Type};

impl Eval<'_> {
    /// Whether a value is of a type; an agent that is of an interface is held to it from then on.
    pub fn fits(&self, value: &Value, kind: &Type) -> bool {
        match (kind, value.view()) {
            (Type::Any, _) => true,
            (Type::Null, View::Null) | (Type::Boolean, View::Bool(_)) | (Type::Number, View::Number(_)) => true,
            (Type::String, View::Text(_)) | (Type::Object(_), View::Error(_)) => true,
            (Type::Function(_), View::Closure(_) | View::Native(_)) => true,
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
