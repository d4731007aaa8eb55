//! Whether JSON is what a JSON Schema says.

use serde_json::Value as Json;

/// Whether a schema accepts a value: the keywords that types of the language become, and the usual bounds.
pub fn accepts(schema: &Json, value: &Json) -> bool {
    accepts_at(schema, value, 0)
}

fn accepts_at(schema: &Json, value: &Json, depth: u32) -> bool {
    let Json::Object(schema) = schema else { return schema != &Json::Bool(false) };
    let all = |key: &str| schema.get(key).and_then(Json::as_array);
    let number = |key: &str| schema.get(key).and_then(Json::as_f64);
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
    let inner = |schema: &Json, value: &Json| depth < 64 && accepts_at(schema, value, depth + 1);
    let typed = match schema.get("type") {
        None => true,
        Some(Json::String(name)) => kind(name),
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).any(kind),
        Some(_) => false,
    };
    let sized = |length: usize, least: &str, most: &str| {
        number(least).is_none_or(|least| length as f64 >= least)
            && number(most).is_none_or(|most| length as f64 <= most)
    };
    typed
        && schema.get("const").is_none_or(|wanted| wanted == value)
        && all("enum").is_none_or(|values| values.contains(value))
        && all("anyOf").is_none_or(|any| any.iter().any(|schema| inner(schema, value)))
        && all("allOf").is_none_or(|all| all.iter().all(|schema| inner(schema, value)))
        && match value {
            Json::Number(n) => {
                let n = n.as_f64().unwrap_or(f64::NAN);
                number("minimum").is_none_or(|least| n >= least) && number("maximum").is_none_or(|most| n <= most)
            }
            Json::String(text) => sized(text.chars().count(), "minLength", "maxLength"),
            Json::Array(items) => {
                sized(items.len(), "minItems", "maxItems")
                    && schema.get("items").is_none_or(|schema| items.iter().all(|item| inner(schema, item)))
            }
            Json::Object(entries) => {
                let properties = schema.get("properties").and_then(Json::as_object);
                all("required")
                    .is_none_or(|keys| keys.iter().filter_map(Json::as_str).all(|key| entries.contains_key(key)))
                    && entries.iter().all(|(key, part)| match properties.and_then(|known| known.get(key)) {
                        Some(schema) => inner(schema, part),
                        None => schema.get("additionalProperties").is_none_or(|schema| inner(schema, part)),
                    })
            }
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::accepts;
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
        assert!(accepts(&json!(true), &json!(1)) && !accepts(&json!(false), &json!(1)));
    }
}
