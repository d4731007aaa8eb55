//! What a script says of itself in the tags of its leading doc comment: `@name`, `@version`, `@input` and their like.

use super::Metadata;
use super::edit::is_slip;
use super::lower::Lowering;
use crate::diagnostic::Code;
use crate::syntax::comments::{Tag, leading_tags};
use crate::types::{Field, Literal, Shape, Type};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

const TAGS: [&str; 7] = ["name", "version", "description", "input", "agents", "minAgents", "confidence"];

impl Lowering<'_> {
    /// What the tags say; those of a file with patterns document what follows.
    pub(super) fn metadata(&mut self) -> Metadata {
        let mut metadata = Metadata::default();
        if self.script {
            for tag in leading_tags(self.tree, self.text) {
                self.tag(&tag, &mut metadata);
            }
        }
        metadata
    }

    fn tag(&mut self, tag: &Tag, out: &mut Metadata) {
        if !TAGS.contains(&&*tag.name) {
            // Other tools have tags of their own.
            if let Some(near) = TAGS.into_iter().find(|known| is_slip(&tag.name, known)) {
                let message = format!("there is no tag `@{}`", tag.name);
                self.refuse(Code::P015, tag.span, message, &format!("did you mean `@{near}`?"));
            }
            return;
        }
        let json: Option<Json> = serde_json::from_str(&tag.value).ok();
        let text = || match &json {
            Some(Json::String(text)) => text.clone(),
            _ => tag.value.clone(),
        };
        let number = json.as_ref().and_then(Json::as_f64);
        let wanted = match &*tag.name {
            "name" => {
                out.name = Some(text()).filter(|name| is_plain(name));
                (out.name.is_none(), "a name", "@name Greeter")
            }
            "version" => {
                out.version = Some(text()).filter(|version| is_version(version)).map(Arc::from);
                (out.version.is_none(), "a version", "@version 1.0.0")
            }
            "description" => {
                out.description = Some(text()).filter(|text| !text.is_empty());
                (out.description.is_none(), "a text", "@description What it does")
            }
            "input" => {
                out.input = match &json {
                    Some(json) => type_of(json),
                    None => type_in(&tag.value),
                };
                (out.input.is_none(), "types as JSON", "@input { \"name\": \"string\" }")
            }
            "agents" => {
                out.agents = agents(json.as_ref(), &tag.value).unwrap_or_default();
                (out.agents.is_empty(), "the names of agents", "@agents [\"analyst\", \"critic\"]")
            }
            "minAgents" => {
                out.least_agents = number.filter(|n| *n >= 0.0 && n.fract() == 0.0).map(|n| n as usize);
                (out.least_agents.is_none(), "a whole number from 0", "@minAgents 3")
            }
            _ => {
                out.confidence = number.filter(|c| (0.0..=1.0).contains(c));
                (out.confidence.is_none(), "a number from 0 to 1", "@confidence 0.8")
            }
        };
        if let (true, what, example) = wanted {
            let message = format!("`@{}` wants {what}", tag.name);
            self.refuse(Code::P015, tag.span, message, &format!("write `{example}`"));
        }
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|char| char.is_alphanumeric() || " _-.".contains(char))
}

/// Numbers between dots, and what follows `-` or `+`.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (numbers, rest) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
    let number = |part: &str| !part.is_empty() && part.chars().all(|char| char.is_ascii_digit());
    numbers.split('.').all(number) && rest.chars().all(|char| char.is_ascii_alphanumeric() || ".-+".contains(char))
}

/// A list of names, or names between commas.
fn agents(json: Option<&Json>, text: &str) -> Option<Vec<String>> {
    match json {
        Some(Json::Array(names)) => names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
        Some(Json::String(name)) => Some(vec![name.clone()]),
        Some(_) => None,
        None => {
            let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
            names.iter().all(|name| is_plain(name)).then_some(names)
        }
    }
}

/// The type that JSON stands for: a text in the notation of types, or objects and lists of them.
fn type_of(json: &Json) -> Option<Type> {
    match json {
        Json::String(text) => type_in(text),
        Json::Array(of) => match &of[..] {
            [of] => Some(Type::List(Arc::new(type_of(of)?))),
            _ => None,
        },
        Json::Object(schema) if schema.keys().all(|key| SCHEMA.contains(&&**key)) => schema_type(schema),
        Json::Object(entries) => {
            let field = |(key, value): (&String, &Json)| {
                let (name, optional) = key.strip_suffix('?').map_or((&**key, false), |name| (name, true));
                Some(Field { name: name.into(), optional, value: type_of(value)? })
            };
            let fields = entries.iter().map(field).collect::<Option<_>>()?;
            Some(Type::Object(Arc::new(Shape { fields, others: None })))
        }
        _ => None,
    }
}

/// The words of a JSON Schema that are read.
const SCHEMA: [&str; 7] = ["type", "properties", "required", "items", "enum", "description", "title"];

/// The type that a JSON Schema stands for.
fn schema_type(schema: &Map<String, Json>) -> Option<Type> {
    if let Some(Json::Array(values)) = schema.get("enum") {
        let literal = |value: &Json| value.as_str().map(|text| Type::Literal(Literal::Text(text.into())));
        return Some(Type::Union(values.iter().map(literal).collect::<Option<_>>()?));
    }
    Some(match schema.get("type")?.as_str()? {
        "integer" => Type::Number,
        "array" => Type::List(Arc::new(schema.get("items").map_or(Some(Type::Any), type_of)?)),
        "object" => {
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            let field = |(name, part): (&String, &Json)| {
                Some(Field { name: (&**name).into(), optional: !required.contains(&&**name), value: type_of(part)? })
            };
            let properties = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
            Type::Object(Arc::new(Shape { fields: properties.map(field).collect::<Option<_>>()?, others: None }))
        }
        plain => type_in(plain)?,
    })
}

/// `string`, `number[]`, `"a" | "b"`, `boolean?`
fn type_in(text: &str) -> Option<Type> {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    if let [_, _, ..] = parts[..] {
        return Some(Type::Union(parts.into_iter().map(type_in).collect::<Option<_>>()?));
    }
    let text = text.trim();
    if let Some(of) = text.strip_suffix("[]") {
        return Some(Type::List(Arc::new(type_in(of)?)));
    }
    if let Some(of) = text.strip_suffix('?') {
        return Some(Type::Union([type_in(of)?, Type::Null].into()));
    }
    if let Ok(literal) = serde_json::from_str::<String>(text) {
        return Some(Type::Literal(Literal::Text(literal.into())));
    }
    Some(match text {
        "string" => Type::String,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        "null" => Type::Null,
        "any" => Type::Any,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_stand_in_json() {
        let of = |text: &str| serde_json::from_str(text).ok().and_then(|json| type_of(&json));
        assert_eq!(of(r#""number[]""#), Some(Type::List(Arc::new(Type::Number))));
        assert_eq!(of(r#"["string"]"#), Some(Type::List(Arc::new(Type::String))));
        let Some(Type::Object(shape)) = of(r#"{ "a": "string", "b?": { "c": "\"x\" | null" } }"#) else { panic!() };
        assert!(!shape.fields[0].optional && shape.fields[1].optional);
        let Some(Type::Object(shape)) = of(
            r#"{ "type": "object", "properties": { "a": { "type": "integer" }, "b": { "enum": ["x"] } }, "required": ["a"] }"#,
        ) else {
            panic!()
        };
        assert!(!shape.fields[0].optional && shape.fields[1].optional);
        assert_eq!(
            of(r#"{ "type": "array", "items": { "type": "string" } }"#),
            Some(Type::List(Arc::new(Type::String)))
        );
        for nonsense in [r#""strin""#, "5", "[]", r#"{ "a": 1 }"#, r#""string |""#] {
            assert_eq!(of(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn versions_are_numbers() {
        assert!(["1", "2.1.0", "v1.0", "1.0.0-beta.1", "1.0+5"].into_iter().all(is_version));
        assert!(!["", "one.two", "1..2", "{bad", "1.0 beta"].into_iter().any(is_version));
    }
}
