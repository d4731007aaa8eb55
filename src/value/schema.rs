//! Whether JSON is what a JSON Schema says.

use crate::diagnostic::nearest;
use serde_json::Value as Json;

/// Where a value is not what a schema says.
#[derive(PartialEq, Debug)]
pub struct Mismatch<'a> {
    /// The way to the part, such as `.items[0]`.
    pub path: String,
    /// What is there, if anything.
    pub found: Option<&'a Json>,
    /// What the schema says of it, such as `type: "number"`.
    pub wanted: String,
}

impl Mismatch<'_> {
    fn within(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }
}

/// Keywords that say something to people only.
const REMARKS: [&str; 6] = ["title", "description", "default", "examples", "$schema", "$comment"];

/// What of a schema is not looked at, in words: who relied on it would believe that it was.
pub fn fault(schema: &Json) -> Option<String> {
    let Json::Object(keywords) = schema else {
        return (!schema.is_boolean())
            .then(|| format!("a schema is an object such as `{{ type: \"number\" }}`, not `{schema}`"));
    };
    keywords.iter().find_map(|(keyword, wanted)| {
        let all = |wanted: &Json| wanted.as_array().is_some_and(|all| !all.is_empty());
        let inner: Vec<&Json> = match keyword.as_str() {
            "items" | "additionalProperties" => vec![wanted],
            "properties" => wanted.as_object().into_iter().flat_map(|parts| parts.values()).collect(),
            "anyOf" | "allOf" => wanted.as_array().into_iter().flatten().collect(),
            _ => Vec::new(),
        };
        let fine = match keyword.as_str() {
            "type" => {
                let named = |name: &Json| name.as_str().is_some_and(|name| TYPES.contains(&name));
                named(wanted) || all(wanted) && wanted.as_array().is_some_and(|names| names.iter().all(named))
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => wanted.is_number(),
            "minLength" | "maxLength" | "minItems" | "maxItems" => wanted.as_u64().is_some(),
            "enum" | "anyOf" | "allOf" => all(wanted),
            "required" => wanted.as_array().is_some_and(|keys| keys.iter().all(Json::is_string)),
            "properties" => wanted.is_object(),
            "const" | "items" | "additionalProperties" => true,
            other if REMARKS.contains(&other) => true,
            other => {
                let instead = match (nearest(other, KEYWORDS), wanted) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, Json::String(name)) if TYPES.contains(&name.as_str()) => {
                        format!("a part of an object is told as `{{ type: \"object\", properties: {{ {other}: {{ type: \"{name}\" }} }} }}`")
                    }
                    (None, Json::Object(_)) => format!("a part of an object stands in its `properties: {{ {other}: … }}`"),
                    _ => "write a function that looks at it".to_owned(),
                };
                return Some(format!("`{other}` of a schema is not looked at here; {instead}"));
            }
        };
        match fine {
            true => inner.into_iter().find_map(fault),
            false => Some(format!("`{keyword}` of a schema cannot be `{wanted}`")),
        }
    })
}

/// The names of types, those of the language among them.
const TYPES: [&str; 8] = ["null", "boolean", "number", "integer", "string", "array", "list", "object"];

/// What a schema can say.
const KEYWORDS: [&str; 17] = [
    "type",
    "const",
    "enum",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "items",
    "required",
    "properties",
    "additionalProperties",
    "anyOf",
    "allOf",
];

/// Whether a schema accepts a value: the keywords that types of the language become, and the usual bounds.
pub fn accepts(schema: &Json, value: &Json) -> bool {
    mismatch(schema, value).is_none()
}

/// The first part of a value that a schema does not accept.
pub fn mismatch<'a>(schema: &Json, value: &'a Json) -> Option<Mismatch<'a>> {
    find(schema, value, 0)
}

fn find<'a>(schema: &Json, value: &'a Json, depth: u32) -> Option<Mismatch<'a>> {
    let here = |wanted: String| Some(Mismatch { path: String::new(), found: Some(value), wanted });
    let Json::Object(schema) = schema else {
        return if schema == &Json::Bool(false) { here("false".to_owned()) } else { None };
    };
    if let Some((keyword, wanted)) = schema.iter().find(|(keyword, wanted)| !allows(keyword, wanted, value)) {
        return here(format!("{keyword}: {wanted}"));
    }
    if depth == 64 {
        return here("no more nesting".to_owned());
    }
    let inner = |schema: &Json, value: &'a Json| find(schema, value, depth + 1);
    let all = |key: &str| schema.get(key).and_then(Json::as_array);
    if let Some(any) = all("anyOf")
        && any.iter().all(|schema| inner(schema, value).is_some())
    {
        return here(format!("anyOf: {}", Json::from(any.clone())));
    }
    if let Some(found) = all("allOf").and_then(|all| all.iter().find_map(|schema| inner(schema, value))) {
        return Some(found);
    }
    match value {
        Json::Array(items) => {
            let schema = schema.get("items")?;
            let item = |(at, item)| inner(schema, item).map(|found| found.within(&format!("[{at}]")));
            items.iter().enumerate().find_map(item)
        }
        Json::Object(entries) => {
            let missing = all("required").and_then(|keys| {
                keys.iter().filter_map(Json::as_str).find(|key| !entries.contains_key(*key)).map(|key| Mismatch {
                    path: format!(".{key}"),
                    found: None,
                    wanted: "required".to_owned(),
                })
            });
            let properties = schema.get("properties").and_then(Json::as_object);
            missing.or_else(|| {
                entries.iter().find_map(|(key, part)| {
                    let known = properties.and_then(|known| known.get(key));
                    let schema = known.or_else(|| schema.get("additionalProperties"))?;
                    inner(schema, part).map(|found| found.within(&format!(".{key}")))
                })
            })
        }
        _ => None,
    }
}

/// Whether a keyword that looks at a value alone allows it.
fn allows(keyword: &str, wanted: &Json, value: &Json) -> bool {
    let kind = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "string" => value.is_string(),
        "array" | "list" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    let bound = wanted.as_f64();
    let least = |number: Option<f64>| number.zip(bound).is_none_or(|(number, least)| number >= least);
    let most = |number: Option<f64>| number.zip(bound).is_none_or(|(number, most)| number <= most);
    let characters = || value.as_str().map(|text| text.chars().count() as f64);
    let items = || value.as_array().map(|items| items.len() as f64);
    match keyword {
        "type" => match wanted {
            Json::String(name) => kind(name),
            Json::Array(names) => names.iter().filter_map(Json::as_str).any(kind),
            _ => false,
        },
        "const" => wanted == value,
        "enum" => wanted.as_array().is_none_or(|values| values.contains(value)),
        "minimum" => least(value.as_f64()),
        "maximum" => most(value.as_f64()),
        "exclusiveMinimum" => value.as_f64().zip(bound).is_none_or(|(number, least)| number > least),
        "exclusiveMaximum" => value.as_f64().zip(bound).is_none_or(|(number, most)| number < most),
        "minLength" => least(characters()),
        "maxLength" => most(characters()),
        "minItems" => least(items()),
        "maxItems" => most(items()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{accepts, fault, mismatch};
    use serde_json::json;

    #[test]
    fn what_is_not_looked_at_is_told() {
        let fine = json!({
            "type": ["string", "null"], "title": "a word", "exclusiveMinimum": 1, "required": ["a"],
            "properties": { "multipleOf": { "const": "any name" } }, "anyOf": [{ "items": { "type": "list" } }, true],
        });
        assert_eq!(fault(&fine), None);
        for (schema, told) in [
            (json!({ "multipleOf": 2 }), "`multipleOf` of a schema is not looked at"),
            (json!({ "items": { "typ": "number" } }), "did you mean `type`?"),
            (json!({ "type": "nubmer" }), "`type` of a schema cannot be `\"nubmer\"`"),
            (json!({ "anyOf": [{ "minimum": "x" }] }), "`minimum` of a schema cannot be"),
            (json!([]), "a schema is an object"),
        ] {
            assert!(fault(&schema).is_some_and(|it| it.contains(told)), "{schema}: {:?}", fault(&schema));
        }
        assert!(
            accepts(&json!({ "exclusiveMinimum": 1 }), &json!(1.5))
                && !accepts(&json!({ "exclusiveMinimum": 1 }), &json!(1))
        );
    }

    #[test]
    fn keywords_narrow() {
        let schema = json!({
            "type": "object",
            "required": ["n"],
            "properties": { "n": { "type": "integer", "minimum": 1 }, "s": { "enum": ["a", "b"] } },
            "additionalProperties": { "type": "array", "items": { "type": "string", "maxLength": 2 } },
        });
        let fine = [json!({ "n": 1 }), json!({ "n": 2, "s": "a", "more": ["xy"] })];
        let wrong = [
            json!({}),
            json!({ "n": 0 }),
            json!({ "n": 1.5 }),
            json!({ "n": 1, "s": "c" }),
            json!({ "n": 1, "m": ["xyz"] }),
        ];
        assert!(fine.iter().all(|value| accepts(&schema, value)));
        assert!(!wrong.iter().any(|value| accepts(&schema, value)));
        assert!(accepts(&json!({ "anyOf": [{ "const": 1 }, { "type": ["null", "string"] }] }), &json!(null)));
        let place = |value| mismatch(&schema, &value).map(|found| (found.path, found.wanted));
        assert_eq!(place(json!({ "n": 1, "m": ["xyz"] })), Some((".m[0]".to_owned(), "maxLength: 2".to_owned())));
        assert_eq!(place(json!({})), Some((".n".to_owned(), "required".to_owned())));
        assert!(accepts(&json!(true), &json!(1)) && !accepts(&json!(false), &json!(1)));
    }
}
