//! Types as programs write them, for messages.

use super::Program;
use crate::types::{Literal, Type};
use crate::value::number;

impl Program {
    /// A type as programs write it.
    pub fn spelled(&self, kind: &Type) -> String {
        match kind {
            Type::Any => "any".into(),
            Type::Null => "null".into(),
            Type::Boolean => "boolean".into(),
            Type::Number => "number".into(),
            Type::String => "string".into(),
            Type::Literal(Literal::Text(text)) => format!("\"{text}\""),
            Type::Literal(Literal::Number(number)) => number::render(*number),
            Type::Literal(Literal::Bool(bool)) => bool.to_string(),
            Type::List(element) => match &**element {
                Type::Union(_) | Type::Function(_) => format!("({})[]", self.spelled(element)),
                _ => format!("{}[]", self.spelled(element)),
            },
            Type::Object(shape) if shape.is_expression() => "RegExp".into(),
            Type::Object(shape) => {
                let mark = |optional| if optional { "?" } else { "" };
                let field = |name: &str, optional, value| format!("{name}{}: {}", mark(optional), self.spelled(value));
                let fields = shape.fields.iter().map(|one| field(&one.name, one.optional, &one.value));
                let others = shape.others.iter().map(|others| field("[key: string]", false, others));
                let parts: Vec<String> = fields.chain(others).collect();
                if parts.is_empty() { "{}".into() } else { format!("{{ {} }}", parts.join(", ")) }
            }
            Type::Function(signature) => {
                let parameter = |one: &crate::types::Parameter| format!("{}: {}", one.name, self.spelled(&one.value));
                let parameters: Vec<String> = signature.parameters.iter().map(parameter).collect();
                format!("({}) => {}", parameters.join(", "), self.spelled(&signature.result))
            }
            Type::Union(members) => members.iter().map(|member| self.spelled(member)).collect::<Vec<_>>().join(" | "),
            Type::Agent(None) => "Agent".into(),
            Type::Agent(Some(id)) => self.names.text(self.interfaces[id.0 as usize].name).into(),
            Type::Agents { interface, low, high } => {
                let range = if low == high { low.to_string() } else { format!("{low}..{high}") };
                format!("{}[{range}]", self.spelled(&Type::Agent(*interface)))
            }
            Type::Named(id) => self.names.text(self.types[id.0 as usize].name).into(),
        }
    }
}
