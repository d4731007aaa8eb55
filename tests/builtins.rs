//! Built-ins: their examples are what happens, and where they mean what JavaScript means they give what it gives.
//!
//! `tests/builtins/javascript.txt` has lines `expression => result`, the results as Node.js gave them, with `"NaN"` for what
//! JSON has not, null for `undefined`, and `throws` for an exception. `tests/builtins/ours.txt` has what is meant otherwise:
//! results of ours, under a comment that says why.

use prism::builtin::{self, Body, Law};
use prism::types::Type;
use prism::value::{Confidence, Evidence, Lanes, Limits, Meter, Value};
use serde_json::Value as Json;
use std::path::Path;

use crate::binary::Folder;

/// Shows what JSON has not.
const SHOW: &str = "function show(v) {
  if (typeof v == \"number\") { return Number.isFinite(v) ? v : String(v) }
  if (typeof v == \"list\") { return v.map(x => show(x)) }
  if (typeof v == \"object\") { return mapValues(v, x => show(x)) }
  return v
}
let results = []
";

/// What each expression comes to.
fn results(folder: &Folder, expressions: &[&str]) -> Vec<Json> {
    let mut text = SHOW.to_owned();
    for expression in expressions {
        text.push_str(&format!(
            "try {{ results.push(show({expression})) }} catch (e) {{ results.push(\"throws\") }}\n"
        ));
    }
    text.push_str("results\n");
    folder.write("expressions.prism", text);
    let outcome = folder.prism(&["run", "--unchecked", "--json", "expressions.prism"]);
    match serde_json::from_str::<Json>(&outcome.out) {
        Ok(result) => result["value"].as_array().expect("a list").clone(),
        Err(_) => panic!("{}", outcome.err),
    }
}

fn same(wanted: &Json, got: &Json) -> bool {
    match (wanted, got) {
        (Json::Number(a), Json::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a == b || (a - b).abs() <= 2e-15 * a.abs().max(b.abs())
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
        }
        _ => wanted == got,
    }
}

fn compare(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/builtins").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<(&str, Json)> = text
        .lines()
        .filter(|line| !line.starts_with("//") && !line.is_empty())
        .map(|line| {
            let (expression, result) = line.rsplit_once(" => ").expect("`expression => result`");
            (expression, serde_json::from_str(result).unwrap_or_else(|fault| panic!("{line}: {fault}")))
        })
        .collect();
    let folder = Folder::new(&format!("builtins-{name}"));
    let mut wrong = Vec::new();
    for part in cases.chunks(400) {
        let expressions: Vec<&str> = part.iter().map(|(expression, _)| *expression).collect();
        for ((expression, wanted), got) in part.iter().zip(results(&folder, &expressions)) {
            if !same(wanted, &got) {
                wrong.push(format!("{expression}: wanted {wanted}, got {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_javascript_gives() {
    compare("javascript.txt");
}

#[test]
fn what_is_meant_otherwise() {
    compare("ours.txt");
}

#[test]
fn examples_are_what_happens() {
    let folder = Folder::new("builtins-examples");
    let mut wrong = Vec::new();
    for (_, builtin) in builtin::all() {
        let (program, wanted) = builtin.example;
        folder.write("example.prism", program);
        folder.write(
            "agents.json",
            r#"{ "default": { "transport": "mock", "replies": { "llm": [{ "value": "short" }] } } }"#,
        );
        let arguments = ["run", "--unchecked", "--json", "--agents", "agents.json", "example.prism"];
        let outcome = folder.prism(&arguments);
        let got = serde_json::from_str::<Json>(&outcome.out).map(|result| result["value"].clone());
        let wanted: Json = serde_json::from_str(wanted).expect("the result of an example is JSON");
        if !got.as_ref().is_ok_and(|got| same(&wanted, got)) {
            wrong.push(format!("{program}: wanted {wanted}, got {}{}", outcome.out, outcome.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A small value of a type.
fn value_of(kind: &Type) -> Value {
    match kind {
        Type::Number => Value::number(2.0),
        Type::String => Value::text("ab"),
        Type::Boolean => Value::TRUE,
        Type::List(element) => Value::list(vec![value_of(element)]).unwrap(),
        Type::Object(_) => Value::object([(prism::value::Key::new("a"), Value::number(1.0))]).unwrap(),
        Type::Union(members) => value_of(&members[0]),
        Type::Literal(prism::types::Literal::Text(text)) => Value::text(text),
        _ => Value::number(1.0),
    }
}

/// Whoever reads a doubtful argument is no surer than it; what is refused is refused.
#[test]
fn a_result_is_no_surer_than_what_was_read() {
    let doubt = Lanes::new(Confidence::from_number(0.3).unwrap(), Evidence::Stated);
    let mut tried = 0;
    for (id, builtin) in builtin::all() {
        let Body::Native(code) = builtin.kind else { continue };
        if builtin.law != Law::Minimum {
            continue;
        }
        let parameters = &id.signature().parameters;
        for doubtful in 0..parameters.len() {
            let mut arguments: Vec<Value> = parameters.iter().map(|parameter| value_of(&parameter.value)).collect();
            let inside = arguments[doubtful].clone().with(doubt);
            // Doubt about an element counts as much as doubt about the whole.
            for argument in [inside.clone(), nested(&inside, doubt)] {
                arguments[doubtful] = argument;
                let mut given = arguments.clone();
                let Ok(result) = builtin::run(id, code, &mut given, &mut Meter::new(Limits::RUN)) else { continue };
                tried += 1;
                assert_eq!(result.least(), doubt, "{} with a doubtful argument {doubtful}", builtin.name);
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

fn nested(value: &Value, doubt: Lanes) -> Value {
    match value.as_list() {
        Some(list) => Value::list(list.iter().map(|item| item.clone().with(doubt)).collect()).unwrap(),
        None => value.clone(),
    }
}
