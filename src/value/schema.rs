//! Whether JSON is what a JSON Schema says.

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
        "minLength" => least(characters()),
        "maxLength" => most(characters()),
        "minItems" => least(items()),
        "maxItems" => most(items()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{accepts, mismatch};
    use serde_json::json;

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
