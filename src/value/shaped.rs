//! Results with their confidence as JSON, written and read back.
//!
//! The shape is `{ "value", "confidence", "evidence", "parts" }`. A part is named only where its own lanes differ from
//! its parent's, so most results have none.

use serde_json::{Map, Value as Json, json};

use super::confidence::{Confidence, Evidence, Lanes};
use super::fault::Fault;
use super::json::{export, import, to_json_number, within};
use super::limits::Meter;
use super::path::Link;
use super::payload::{Value, View};
use crate::diagnostic::Code;

/// The shape of a value; `R013` and `R014` for what cannot leave the program.
pub fn write(value: &Value, meter: &mut Meter) -> Result<Json, Fault> {
    let content = export(value, meter)?;
    let mut parts = Map::new();
    collect(value, &mut String::new(), &mut parts);
    let mut shape = lanes_to_json(value.lanes());
    shape.insert_at(content);
    if !parts.is_empty() {
        shape.0.insert("parts".to_owned(), Json::Object(parts));
    }
    Ok(Json::Object(shape.0))
}

struct Shape(Map<String, Json>);

impl Shape {
    /// The content comes first.
    fn insert_at(&mut self, content: Json) {
        let lanes = std::mem::take(&mut self.0);
        self.0.insert("value".to_owned(), content);
        self.0.extend(lanes);
    }
}

fn lanes_to_json(lanes: Lanes) -> Shape {
    let mut all = Map::new();
    let confidence = lanes.confidence.number().map_or(Json::Null, to_json_number);
    all.insert("confidence".to_owned(), confidence);
    all.insert("evidence".to_owned(), json!(lanes.evidence.name()));
    Shape(all)
}

fn collect(value: &Value, path: &mut String, parts: &mut Map<String, Json>) {
    let parent = value.lanes();
    let mut visit = |step: &str, part: &Value| {
        within(path, step, |path| {
            if part.lanes() != parent {
                parts.insert(path.clone(), Json::Object(lanes_to_json(part.lanes()).0));
            }
            collect(part, path, parts);
        });
    };
    match value.view() {
        // Where no part is less sure than the whole is anything to be said at all.
        View::List(list) => list.iter().enumerate().for_each(|(index, item)| visit(&index.to_string(), item)),
        View::Object(object) => object.iter().for_each(|(key, item)| visit(key.as_str(), item)),
        View::Error(error) => {
            visit("message", &error.message);
            visit("data", &error.data);
        }
        _ => {}
    }
}

/// Reads a shape. What it does not say is taken from `default`; `R012` for what is no shape, `R020` for no confidence.
pub fn read(shape: &Json, default: Lanes, meter: &mut Meter) -> Result<Value, Fault> {
    let no_shape = || {
        let keys = "`value`, `confidence`, `evidence` and `parts`";
        Fault::new(Code::R012, format!("not the shape of a result; give an object with {keys}"))
    };
    let object = shape.as_object().ok_or_else(no_shape)?;
    let known = ["value", "confidence", "evidence", "parts"];
    if object.keys().any(|key| !known.contains(&key.as_str())) {
        return Err(no_shape());
    }
    let content = object.get("value").ok_or_else(no_shape)?;
    let lanes = read_lanes(object, default)?;
    let mut value = import(content, lanes, meter)?;
    let mut stated: Vec<(Vec<String>, &Map<String, Json>)> = Vec::new();
    match object.get("parts") {
        None | Some(Json::Null) => {}
        Some(Json::Object(parts)) => {
            for (pointer, part) in parts {
                let steps = steps(pointer).ok_or_else(|| no_part(pointer))?;
                stated.push((steps, part.as_object().ok_or_else(no_shape)?));
            }
        }
        Some(_) => return Err(no_shape()),
    }
    // Parents first, because what is within a part is as the part unless it is named itself.
    stated.sort_by_key(|(steps, _)| steps.len());
    for (steps, part) in stated {
        meter.steps(steps.len() as u64 + 1)?;
        let links = links(&value, &steps).ok_or_else(|| no_part(&format!("/{}", steps.join("/"))))?;
        super::path::change(&mut value, &links, 0, meter, |place, meter| {
            let lanes = read_lanes(part, place.lanes())?;
            repaint(place, lanes, meter)
        })?;
    }
    Ok(value)
}

fn no_part(pointer: &str) -> Fault {
    Fault::new(Code::R012, format!("`{pointer}` names no part of the value; use a JSON pointer such as `/items/0`"))
}

fn read_lanes(shape: &Map<String, Json>, default: Lanes) -> Result<Lanes, Fault> {
    let confidence = match shape.get("confidence") {
        None => default.confidence,
        Some(Json::Null) => Confidence::UNKNOWN,
        Some(Json::Number(number)) => Confidence::of(number.as_f64().unwrap_or(f64::NAN))?,
        Some(_) => return Err(Fault::new(Code::R020, "a confidence is a number from 0 to 1, or null when unknown")),
    };
    let evidence = match shape.get("evidence") {
        None | Some(Json::Null) => default.evidence,
        Some(name) => name.as_str().and_then(Evidence::find).ok_or_else(|| {
            let names = Evidence::ALL.map(Evidence::name).join(", ");
            Fault::new(Code::R020, format!("`{name}` is no evidence; write one of {names}"))
        })?,
    };
    Ok(Lanes::new(confidence, evidence))
}

fn steps(pointer: &str) -> Option<Vec<String>> {
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let steps = pointer.strip_prefix('/')?.split('/');
    Some(steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

fn links(value: &Value, steps: &[String]) -> Option<Vec<Link>> {
    let mut links = Vec::with_capacity(steps.len());
    let mut at = value;
    for step in steps {
        at = match at.view() {
            View::List(list) => {
                let index: usize = step.parse().ok()?;
                links.push(Link::new(Value::number(index as f64)));
                list.get(index)?
            }
            View::Object(object) => {
                links.push(Link::new(Value::text(step)));
                object.get(step)?
            }
            _ => return None,
        };
    }
    Some(links)
}

/// Gives a value and all its parts the same lanes, charged by their number.
pub fn repaint(value: &mut Value, lanes: Lanes, meter: &mut Meter) -> Result<(), Fault> {
    meter.steps(1)?;
    meter.copy(value)?;
    if let Some(list) = value.as_list_mut() {
        for index in 0..list.len() {
            if let Some(part) = list.open(index) {
                repaint(part, lanes, meter)?;
            }
        }
    } else if let Some(object) = value.as_object_mut() {
        for place in 0..object.len() {
            if let Some(part) = object.open(place) {
                repaint(part, lanes, meter)?;
            }
        }
    }
    value.set_lanes(lanes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Limits;
    use super::*;

    fn meter() -> Meter {
        Meter::new(Limits::SANDBOX)
    }

    #[test]
    fn a_shape_survives_a_round_trip() {
        for shape in [
            json!({ "value": 5, "confidence": null, "evidence": "unknown" }),
            json!({ "value": { "a": 1, "b~/": [2, "x"] }, "confidence": 0.9, "evidence": "reported",
                    "parts": { "/a": { "confidence": 0.4, "evidence": "reported" },
                               "/b~0~1": { "confidence": 1, "evidence": "exact" },
                               "/b~0~1/1": { "confidence": 0.72, "evidence": "agreed" } } }),
        ] {
            let mut m = meter();
            let value = read(&shape, Lanes::EXACT, &mut m).unwrap();
            assert_eq!(write(&value, &mut m).unwrap().to_string(), shape.to_string());
        }
    }

    #[test]
    fn what_is_not_said_is_as_the_whole() {
        let shape =
            json!({ "value": { "a": [1], "b": 2 }, "confidence": 0.9, "parts": { "/a": { "confidence": 0.4 } } });
        let value = read(&shape, Lanes::EXACT, &mut meter()).unwrap();
        let object = value.as_object().unwrap();
        let number = |value: &Value| value.confidence().number();
        assert_eq!(number(object.get("b").unwrap()), Some(0.9));
        let a = object.get("a").unwrap();
        assert_eq!((number(a), number(&a.as_list().unwrap().items()[0])), (Some(0.4), Some(0.4)));
        assert_eq!(value.least().confidence.number(), Some(0.4));
    }

    #[test]
    fn what_is_no_shape_is_refused() {
        let code = |shape: Json| read(&shape, Lanes::EXACT, &mut meter()).unwrap_err().code;
        assert_eq!(code(json!(5)), Code::R012);
        assert_eq!(code(json!({ "confidence": 1 })), Code::R012);
        assert_eq!(code(json!({ "value": 1, "confidence": 1.0000001 })), Code::R020);
        assert_eq!(code(json!({ "value": 1, "confidence": "95%" })), Code::R020);
        assert_eq!(code(json!({ "value": 1, "evidence": "sure" })), Code::R020);
        assert_eq!(code(json!({ "value": [1], "parts": { "/1": { "confidence": 1 } } })), Code::R012);
        assert_eq!(code(json!({ "value": [1], "parts": { "0": { "confidence": 1 } } })), Code::R012);
    }
}
