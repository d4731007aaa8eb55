//! The laws of sections 2 and 3, said once more over the library's values.

pub use super::eval::{Eval, Flow, Run, is_function};
pub use prism::value::{Closure, Confidence, Error, Evidence, Fault, Lanes, Limits, Object, Value, View};
use prism::value::{Key, Meter, order};
pub use prism::value::{display, json, schema, shaped};
pub use prism::{diagnostic::Code, source::FileId, source::Span};
pub use std::{cmp::Ordering, cmp::Ordering::Greater, cmp::Ordering::Less, sync::Arc};

pub fn meter() -> Meter {
    Meter::new(Limits::RUN)
}

pub fn key(text: &str) -> Key {
    Key::new(text)
}

/// The parts of a list, an object or an error.
pub fn parts(value: &Value) -> Vec<Value> {
    match value.view() {
        View::List(it) => it.items().to_vec(),
        View::Object(it) => it.values().cloned().collect(),
        View::Error(it) => vec![it.message.clone(), it.data.clone()],
        _ => Vec::new(),
    }
}

/// The minimum over its own lanes and those of all its parts: what reads the whole.
pub fn whole(value: &Value) -> Lanes {
    parts(value).iter().fold(value.lanes(), |lanes, part| lanes.meet(whole(part)))
}

/// `~x`
pub fn sure(value: &Value) -> Confidence {
    whole(value).confidence
}

/// `x ~> c`: stated, when it raises; own is compared with own.
pub fn state(value: Value, confidence: Confidence) -> Value {
    let lanes = value.lanes();
    let evidence = if confidence > lanes.confidence { Evidence::Stated } else { lanes.evidence };
    value.with(Lanes::new(confidence, evidence))
}

/// Section 2: same type and deeply equal content, never coercion.
pub fn equal(a: &Value, b: &Value) -> bool {
    order::equal(a, b, &mut meter()).expect("a comparison within the limits")
}

/// What `==` reads: the whole where types and lengths agree, else only what it looked at.
pub fn equal_lanes(a: &Value, b: &Value) -> Lanes {
    let agree = match (a.view(), b.view()) {
        (View::List(a), View::List(b)) => a.len() == b.len(),
        (View::Object(a), View::Object(b)) => a.len() == b.len(),
        (View::Error(_), View::Error(_)) => true,
        _ => false,
    };
    if agree { whole(a).meet(whole(b)) } else { a.lanes().meet(b.lanes()) }
}

/// Section 2: two numbers or two texts by code point; null is below every number; nothing for what has no order.
/// `None` inside is "neither" (NaN, two nulls).
pub fn compare(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    Some(match (a.view(), b.view()) {
        (View::Number(a), View::Number(b)) => a.partial_cmp(&b),
        (View::Text(a), View::Text(b)) => Some(a.chars().cmp(b.chars())),
        (View::Null, View::Null) => None,
        (View::Null, View::Number(b)) => (!b.is_nan()).then_some(Less),
        (View::Number(a), View::Null) => (!a.is_nan()).then_some(Greater),
        _ => return None,
    })
}

/// A number from 0 to 1 in steps.
pub fn confidence(number: f64) -> Confidence {
    Confidence::from_number(number).expect("a number from 0 to 1")
}
