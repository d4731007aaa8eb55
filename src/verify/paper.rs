//! Certificates as texts: the seal, and where two differ.

use crate::engine::digest;
use serde::Serializer;
use serde_json::Value as Json;

/// The digest of a certificate without its seal. It shows that nothing was lost on the way; that what is said holds, it
/// does not.
pub(super) fn seal(certificate: &Json) -> String {
    let entries = certificate.as_object().into_iter().flatten().filter(|(key, _)| *key != "seal");
    let mut text = Vec::new();
    let written = serde_json::Serializer::new(&mut text).collect_map(entries);
    written.expect("data that was read can be written");
    digest(&text)
}

/// The path to the first place where two differ. It is put together from its end, since most never do.
pub(super) fn difference(a: &Json, b: &Json) -> Option<String> {
    match (a, b) {
        (Json::Object(left), Json::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            keys.into_iter().find_map(|key| match (left.get(key), right.get(key)) {
                (Some(a), Some(b)) => difference(a, b).map(|rest| format!(".{key}{rest}")),
                _ => Some(format!(".{key}")),
            })
        }
        (Json::Array(left), Json::Array(right)) if left.len() == right.len() => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(i, (a, b))| difference(a, b).map(|rest| format!("[{i}]{rest}")))
        }
        _ if a == b => None,
        // A number that is whole is written with and without a point.
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ => Some(String::new()),
    }
}
