//! Whether a value is of a type.

use super::data::*;
use super::eval::Eval;
use prism::types::{Literal, Type};

impl Eval<'_> {
    pub fn fits(&self, value: &Val, kind: &Type) -> bool {
        match (kind, &value.data) {
            (Type::Any, _) => true,
            (Type::Null, Data::Null)
            | (Type::Boolean, Data::Bool(_))
            | (Type::Number, Data::Number(_))
            | (Type::String, Data::Text(_))
            | (Type::Function(_), Data::Closure(_) | Data::Builtin(_))
            | (Type::Agent(_), Data::Agent(_)) => true,
            (Type::Literal(Literal::Text(wanted)), Data::Text(it)) => wanted == it,
            (Type::Literal(Literal::Number(wanted)), Data::Number(it)) => wanted == it,
            (Type::Literal(Literal::Bool(wanted)), Data::Bool(it)) => wanted == it,
            (Type::List(kind), Data::List(it)) => it.iter().all(|it| self.fits(it, kind)),
            (Type::Object(shape), Data::Object(it)) => {
                let named = shape.fields.iter().all(|field| match it.get(&field.name) {
                    Some(value) => self.fits(value, &field.value) || field.optional && value.is_null(),
                    None => field.optional || self.fits(&Val::null(), &field.value),
                });
                let is_named = |key: &str| shape.fields.iter().any(|field| *field.name == *key);
                let others = it.iter().filter(|(key, _)| !is_named(key));
                named
                    && others
                        .into_iter()
                        .all(|(_, value)| shape.others.as_ref().is_none_or(|kind| self.fits(value, kind)))
            }
            (Type::Union(all), _) => all.iter().any(|kind| self.fits(value, kind)),
            (Type::Agents { low, high, .. }, Data::List(it)) => {
                (*low as usize..=*high as usize).contains(&it.len())
                    && it.iter().all(|it| matches!(it.data, Data::Agent(_)))
            }
            (Type::Named(id), _) => self.fits(value, &self.program.types[id.0 as usize].definition),
            _ => false,
        }
    }
}
