//! JSON: read with limits, written as JavaScript writes it.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::confidence::Lanes;
use super::fault::Fault;
use super::limits::{KEY, Meter, check_depth};
use super::number;
use super::object::Object;
use super::payload::{Value, View};
use super::text::Key;
use crate::diagnostic::Code;

/// The value of a JSON text, all parts with the same lanes. `R011` for what is no JSON or has a key twice, `R015` for
/// what is too large or nests too deep.
pub fn parse(text: &str, lanes: Lanes, meter: &mut Meter) -> Result<Value, Fault> {
    meter.steps(text.len() as u64)?;
    let mut failed = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    // The depth is counted here, at the depth of values, before the reader's own limit.
    let part = Part { lanes, depth: 0, meter, failed: &mut failed };
    let result = part.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match (result, failed) {
        (Ok(value), _) => Ok(value),
        (Err(_), Some(fault)) => Err(fault),
        (Err(error), None) => Err(Fault::new(Code::R011, format!("no JSON: {error}"))),
    }
    .map_err(|fault| fault.under(lanes))
}

struct Part<'a> {
    lanes: Lanes,
    depth: u8,
    meter: &'a mut Meter,
    failed: &'a mut Option<Fault>,
}

impl Part<'_> {
    fn check<T, E: serde::de::Error>(&mut self, result: Result<T, Fault>) -> Result<T, E> {
        result.map_err(|fault| {
            *self.failed = Some(fault);
            E::custom("refused")
        })
    }

    fn inner(&mut self) -> Part<'_> {
        Part { lanes: self.lanes, depth: self.depth, meter: self.meter, failed: self.failed }
    }

    fn enter<E: serde::de::Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        self.check(check_depth(self.depth))
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::NULL.with(self.lanes))
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
        Ok(Value::bool(bool).with(self.lanes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::number(number as f64).with(self.lanes))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::number(number as f64).with(self.lanes))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::number(number).with(self.lanes))
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<Value, E> {
        let charged = self.meter.text(text.len() as u64);
        self.check(charged)?;
        Ok(Value::text(text).with(self.lanes))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Value, A::Error> {
        self.enter()?;
        let charged = self.meter.list(0);
        self.check(charged)?;
        let mut items = Vec::new();
        while let Some(item) = elements.next_element_seed(self.inner())? {
            let charged = self.meter.elements(items.len(), 1);
            self.check(charged)?;
            items.push(item);
        }
        let list = Value::list(items);
        Ok(self.check(list)?.with(self.lanes))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        self.enter()?;
        let charged = self.meter.object(0);
        self.check(charged)?;
        let mut object = Object::empty();
        while let Some(name) = entries.next_key::<std::borrow::Cow<'de, str>>()? {
            let charged = self.meter.text(name.len() as u64).and_then(|()| self.meter.entry(object.len()));
            self.check(charged)?;
            let key = Key::new(&name);
            if object.find(key.as_value()).is_some() {
                let fault = Fault::new(Code::R011, format!("the key `{}` occurs twice; keep one", brief(&name)));
                return Err(self.check::<(), _>(Err(fault)).err().unwrap_or_else(|| serde::de::Error::custom("twice")));
            }
            let value = entries.next_value_seed(self.inner())?;
            let inserted = object.insert(key, value);
            self.check(inserted)?;
        }
        Ok(Value::from(object).with(self.lanes))
    }
}

fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The JSON text of a value as `JSON.stringify` gives it, indented by `indent` unless that is empty. What JSON has no
/// form for is null in a list and left out of an object, as in JavaScript; an error is an object of its fields.
pub fn stringify(value: &Value, indent: &str, meter: &mut Meter) -> Result<String, Fault> {
    stringify_keys(value, indent, None, meter)
}

/// As [`stringify()`], with only these keys of objects, in their order, where some are given.
pub fn stringify_keys(
    value: &Value,
    indent: &str,
    keys: Option<&[String]>,
    meter: &mut Meter,
) -> Result<String, Fault> {
    let mut writer = Writer { out: String::new(), charged: 0, indent, keys, level: 0, meter };
    writer.value(value)?;
    let Writer { out, charged, meter, .. } = writer;
    // A little more than was written may be charged already.
    let rest = out.len().saturating_sub(charged);
    meter.append(charged.min(out.len()) as u64, rest as u64)?;
    Ok(out)
}

struct Writer<'a> {
    out: String,
    charged: usize,
    indent: &'a str,
    keys: Option<&'a [String]>,
    level: usize,
    meter: &'a mut Meter,
}

/// How much a text grows between two charges.
const CHUNK: usize = 4096;

impl Writer<'_> {
    /// Charges for what is about to be written.
    fn charge(&mut self, bytes: usize) -> Result<(), Fault> {
        let ahead = self.out.len() + bytes;
        if ahead >= self.charged + CHUNK {
            self.meter.append(self.charged as u64, (ahead - self.charged) as u64)?;
            self.charged = ahead;
        }
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        match value.view() {
            View::Bool(bool) => self.out.push_str(if bool { "true" } else { "false" }),
            View::Number(number) if number.is_finite() => number::write(&mut self.out, number),
            View::Text(text) => {
                self.meter.steps(text.len() as u64 / 4)?;
                self.charge(quoted_length(text))?;
                quote(&mut self.out, text);
            }
            View::List(list) => {
                self.meter.steps(4 * list.len() as u64)?;
                self.out.push('[');
                self.level += 1;
                for (index, item) in list.iter().enumerate() {
                    self.separate(index == 0)?;
                    self.value(item)?;
                }
                self.close(']', list.is_empty())?;
            }
            View::Object(object) => {
                self.meter.steps(KEY * object.len() as u64)?;
                self.out.push('{');
                self.level += 1;
                let mut empty = true;
                let chosen = self.keys.map(|keys| keys.iter().filter_map(|key| Some((key.as_str(), object.get(key)?))));
                let all = self.keys.is_none().then(|| object.iter().map(|(key, value)| (key.as_str(), value)));
                for (key, value) in chosen.into_iter().flatten().chain(all.into_iter().flatten()) {
                    if has_json(value) {
                        self.separate(empty)?;
                        empty = false;
                        self.entry(key, value)?;
                    }
                }
                self.close('}', empty)?;
            }
            View::Error(error) => {
                self.out.push('{');
                self.level += 1;
                for (index, name) in super::Error::FIELDS.into_iter().enumerate() {
                    self.separate(index == 0)?;
                    self.entry(name, &error.field(name))?;
                }
                self.close('}', false)?;
            }
            _ => self.out.push_str("null"),
        }
        Ok(())
    }

    fn entry(&mut self, key: &str, value: &Value) -> Result<(), Fault> {
        self.charge(quoted_length(key) + 2)?;
        quote(&mut self.out, key);
        self.out.push_str(if self.indent.is_empty() { ":" } else { ": " });
        self.value(value)
    }

    fn separate(&mut self, first: bool) -> Result<(), Fault> {
        if !first {
            self.out.push(',');
        }
        self.line()
    }

    fn close(&mut self, bracket: char, empty: bool) -> Result<(), Fault> {
        self.level -= 1;
        if !empty {
            self.line()?;
        }
        self.out.push(bracket);
        Ok(())
    }

    fn line(&mut self) -> Result<(), Fault> {
        self.charge(32 + self.indent.len() * self.level)?;
        if !self.indent.is_empty() {
            self.out.push('\n');
            for _ in 0..self.level {
                self.out.push_str(self.indent);
            }
        }
        Ok(())
    }
}

/// Whether JSON has a form for it.
pub fn has_json(value: &Value) -> bool {
    !matches!(value.view(), View::Closure(_) | View::Native(_) | View::Agent(_) | View::Cell(_))
}

/// How long a text is in quotes, with its escapes.
fn quoted_length(text: &str) -> usize {
    let further = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0..0x20 => 5,
        _ => 0,
    });
    text.len() + 2 + further.sum::<usize>()
}

/// Adds a text in quotes, escaped as JavaScript escapes it.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        from = at + 1;
        out.push_str(escape);
        if escape.is_empty() {
            out.push_str(if byte < 0x10 { "\\u000" } else { "\\u001" });
            out.push(char::from(b"0123456789abcdef"[usize::from(byte & 0xf)]));
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// The value as JSON data for what lies outside: `R013` for a number that is not finite, `R014` for a function or agent,
/// with the place.
pub fn export(value: &Value, meter: &mut Meter) -> Result<serde_json::Value, Fault> {
    export_at(value, &mut String::new(), meter)
}

fn export_at(value: &Value, path: &mut String, meter: &mut Meter) -> Result<serde_json::Value, Fault> {
    use serde_json::Value as Json;
    meter.steps(1)?;
    stays(value, path)?;
    Ok(match value.view() {
        View::Null | View::Cell(_) | View::Closure(_) | View::Native(_) | View::Agent(_) => Json::Null,
        View::Bool(bool) => Json::Bool(bool),
        View::Number(number) => to_json_number(number),
        View::Text(text) => {
            meter.text(text.len() as u64)?;
            // The shortest is stored apart as well.
            meter.data(0)?;
            Json::String(text.to_owned())
        }
        View::List(list) => {
            meter.list_size(list.len() as u64)?;
            meter.steps(list.len() as u64)?;
            meter.data(list.len())?;
            let mut all = Vec::with_capacity(list.len());
            for (index, item) in list.iter().enumerate() {
                all.push(within(path, &index.to_string(), |path| export_at(item, path, meter))?);
            }
            Json::Array(all)
        }
        View::Object(object) => {
            meter.object_size(object.len() as u64)?;
            meter.steps(object.len() as u64)?;
            meter.data(2 * object.len())?;
            let mut all = serde_json::Map::with_capacity(object.len());
            for (key, value) in object {
                let json = within(path, key.as_str(), |path| export_at(value, path, meter))?;
                all.insert(key.as_str().to_owned(), json);
            }
            Json::Object(all)
        }
        View::Error(error) => {
            let mut all = serde_json::Map::new();
            for name in super::Error::FIELDS {
                let json = within(path, name, |path| export_at(&error.field(name), path, meter))?;
                all.insert(name.to_owned(), json);
            }
            Json::Object(all)
        }
    })
}

/// Refuses what [`export`] refuses, and makes nothing.
pub fn can_leave(value: &Value, meter: &mut Meter) -> Result<(), Fault> {
    parts_leave(value, &mut String::new(), &mut HashSet::new(), meter)
}

/// What is shared leaves wherever it is met, if it does at one place.
fn parts_leave(value: &Value, path: &mut String, seen: &mut HashSet<usize>, meter: &mut Meter) -> Result<(), Fault> {
    meter.walk(1)?;
    stays(value, path)?;
    if value.is_shared() && value.address().is_some_and(|place| !seen.insert(place)) {
        return Ok(());
    }
    let mut part = |step: &str, part: &Value| within(path, step, |path| parts_leave(part, path, seen, meter));
    match value.view() {
        View::List(list) => list.iter().enumerate().try_for_each(|(index, item)| part(&index.to_string(), item)),
        View::Object(object) => object.iter().try_for_each(|(key, item)| part(key.as_str(), item)),
        View::Error(error) => super::Error::FIELDS.into_iter().try_for_each(|name| part(name, &error.field(name))),
        _ => Ok(()),
    }
}

/// Refuses what cannot leave by itself, its parts aside.
fn stays(value: &Value, path: &str) -> Result<(), Fault> {
    match value.view() {
        View::Number(number) if !number.is_finite() => {
            let shown = number::render(number);
            Err(Fault::new(Code::R013, format!("`{shown}`{} is not finite; test it before it leaves", place(path))))
        }
        View::Closure(_) | View::Native(_) | View::Agent(_) => {
            let kind = value.kind().phrase();
            let message = format!("{kind}{} cannot leave the program; give its result or name", place(path));
            Err(Fault::new(Code::R014, message))
        }
        _ => Ok(()),
    }
}

/// A number as JSON writes it: a whole one without a point.
pub fn to_json_number(number: f64) -> serde_json::Value {
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        serde_json::Value::from(number as i64)
    } else {
        serde_json::Value::from(number)
    }
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{path}`") }
}

/// Runs with one more step at the end of a JSON pointer.
pub(super) fn within<R>(path: &mut String, step: &str, run: impl FnOnce(&mut String) -> R) -> R {
    let len = path.len();
    path.push('/');
    match step.contains(['~', '/']) {
        true => path.push_str(&step.replace('~', "~0").replace('/', "~1")),
        false => path.push_str(step),
    }
    let result = run(path);
    path.truncate(len);
    result
}

/// The value of JSON data from outside, all parts with the same lanes.
pub fn import(json: &serde_json::Value, lanes: Lanes, meter: &mut Meter) -> Result<Value, Fault> {
    import_at(json, lanes, 0, meter)
}

fn import_at(json: &serde_json::Value, lanes: Lanes, depth: u8, meter: &mut Meter) -> Result<Value, Fault> {
    use serde_json::Value as Json;
    check_depth(depth)?;
    let value = match json {
        Json::Null => Value::NULL,
        Json::Bool(bool) => Value::bool(*bool),
        Json::Number(number) => Value::number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => {
            meter.text(text.len() as u64)?;
            Value::text(text)
        }
        Json::Array(all) => {
            meter.list(all.len())?;
            Value::list(all.iter().map(|json| import_at(json, lanes, depth + 1, meter)).collect::<Result<_, _>>()?)?
        }
        Json::Object(all) => {
            meter.object(all.len())?;
            let mut object = Object::with_capacity(all.len());
            for (key, json) in all {
                meter.text(key.len() as u64)?;
                object.insert(Key::new(key), import_at(json, lanes, depth + 1, meter)?)?;
            }
            Value::from(object)
        }
    };
    Ok(value.with(lanes))
}

#[cfg(test)]
mod tests {
    use super::super::{Confidence, Limits};
    use super::*;

    fn meter() -> Meter {
        Meter::new(Limits::SANDBOX)
    }

    #[test]
    fn texts_survive_a_round_trip() {
        for text in [
            r#"{"a":[1,2.5,true,null,"x"],"b":{}}"#,
            r#"[]"#,
            r#""a\"\\\n\u0001é😀""#,
            "-1.5e-7",
            r#"{"__proto__":1,"constructor":2,"":3}"#,
        ] {
            let mut m = meter();
            let value = parse(text, Lanes::EXACT, &mut m).unwrap();
            assert_eq!(stringify(&value, "", &mut m).unwrap(), text);
        }
    }

    #[test]
    fn every_part_has_the_lanes_of_the_text() {
        let lanes = Lanes::EXACT.capped(Confidence::MEDIUM);
        let value = parse("[[1]]", lanes, &mut meter()).unwrap();
        assert_eq!(value.as_list().unwrap().items()[0].lanes(), lanes);
        assert_eq!(value.least(), lanes);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let code = |text: &str| parse(text, Lanes::EXACT, &mut meter()).unwrap_err().code;
        for bad in ["", "{oops", "[1,]", "1 2", r#"{"a":1,"a":2}"#, "NaN", "1e999", r#""\ud800""#, "'a'"] {
            assert_eq!(code(bad), Code::R011, "{bad}");
        }
        assert_eq!(code(&"[".repeat(100_000)), Code::R015);
        assert_eq!(code(&format!("[{}1]", "1,".repeat(100_000))), Code::R015);
        let keys: String = (0..10_001).map(|n| format!("\"{n}\":1,")).collect();
        assert_eq!(code(&format!("{{{}}}", keys.trim_end_matches(','))), Code::R015);
    }

    #[test]
    fn indentation_is_that_of_javascript() {
        let mut m = meter();
        let value = parse(r#"{"a":[1,{}],"b":[]}"#, Lanes::EXACT, &mut m).unwrap();
        let text = "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}";
        assert_eq!(stringify(&value, "  ", &mut m).unwrap(), text);
    }

    #[test]
    fn what_json_lacks_is_left_out_or_refused_at_the_boundary() {
        let mut m = meter();
        let list = Value::list(vec![Value::native(0), Value::number(f64::NAN)]).unwrap();
        let object = Value::object([(Key::new("f"), Value::native(0)), (Key::new("x/y"), list)]).unwrap();
        assert_eq!(stringify(&object, "", &mut m).unwrap(), r#"{"x/y":[null,null]}"#);
        let fault = export(&object, &mut m).unwrap_err();
        assert_eq!(fault.code, Code::R014);
        let nan = Value::object([(Key::new("x/y"), Value::number(f64::INFINITY))]).unwrap();
        let fault = export(&nan, &mut m).unwrap_err();
        assert_eq!((fault.code, fault.message.contains("/x~1y")), (Code::R013, true));
    }
}
