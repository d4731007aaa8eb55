//! How much memory values hold, counted once where they share it.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::limits::{DATUM, ELEMENT, ENTRY, HEADER};
use super::payload::{Value, View};
use super::text::Body;

/// The bytes that these values hold, in the measure in which [`super::Meter`] charges them, with the room that is kept for
/// what may be added. Work in proportion to what
/// they hold, whatever the depth.
pub fn weigh<'a>(roots: impl Iterator<Item = &'a Value>) -> u64 {
    let mut seen = HashSet::new();
    let mut ahead: Vec<&Value> = roots.collect();
    let mut bytes = 0;
    while let Some(value) = ahead.pop() {
        let Some(address) = value.address() else { continue };
        // What stands in one place only is met once, and need not be remembered.
        if may_be_shared(value) && !seen.insert(address) {
            continue;
        }
        bytes += HEADER + content(value);
        // What has no storage weighs nothing: of many numbers none is put aside.
        match value.as_range() {
            Some(_) => {}
            None => match value.as_list() {
                Some(list) => ahead.extend(list.iter().filter(|item| item.address().is_some())),
                None => value.parts(&mut ahead),
            },
        }
    }
    bytes
}

/// The same of plain data, which nobody shares.
pub fn weigh_data(data: &Json) -> u64 {
    match data {
        Json::String(text) => HEADER + text.len() as u64,
        Json::Array(items) => HEADER + items.iter().map(|item| DATUM + weigh_data(item)).sum::<u64>(),
        Json::Object(entries) => {
            // The entries and the table of their keys are stored apart.
            let entry = |(key, item): (&String, &Json)| 2 * DATUM + HEADER + key.len() as u64 + weigh_data(item);
            2 * HEADER + entries.iter().map(entry).sum::<u64>()
        }
        _ => 0,
    }
}

fn may_be_shared(value: &Value) -> bool {
    value.is_shared() || matches!(value.view(), View::Closure(_) | View::Agent(_))
}

fn content(value: &Value) -> u64 {
    if value.as_range().is_some_and(|range| !range.is_built()) {
        return 0;
    }
    match value.view() {
        View::Text(text) => value.as_body().map_or(text.len(), Body::room) as u64,
        View::List(list) => ELEMENT * list.room() as u64,
        View::Object(object) => ENTRY * object.room() as u64,
        View::Closure(closure) => ELEMENT * closure.captures.len() as u64,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_storage_is_weighed_once() {
        let inner = Value::list(vec![Value::text("a text of some length")]).unwrap();
        let alone = weigh([&inner].into_iter());
        let both = Value::list(vec![inner.clone(), inner.clone()]).unwrap();
        assert_eq!(weigh([&both, &inner].into_iter()), alone + HEADER + 2 * ELEMENT);
    }
}
