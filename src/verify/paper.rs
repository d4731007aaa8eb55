//! Certificates as texts: the seal, and where two differ.

use crate::engine::digest;
use serde_json::Value as Json;

/// The digest of a certificate without its seal. It shows that nothing was lost on the way; that what is said holds, it
/// does not.
pub(super) fn seal(certificate: &Json) -> String {
    let mut sealed = certificate.clone();
    if let Some(object) = sealed.as_object_mut() {
        object.shift_remove("seal");
    }
    digest(sealed.to_string().as_bytes())
}

/// The path to the first place where two differ.
pub(super) fn difference(a: &Json, b: &Json, path: String) -> Option<String> {
    match (a, b) {
        (Json::Object(left), Json::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            keys.into_iter().find_map(|key| match (left.get(key), right.get(key)) {
                (Some(a), Some(b)) => difference(a, b, format!("{path}.{key}")),
                _ => Some(format!("{path}.{key}")),
            })
        }
        (Json::Array(left), Json::Array(right)) if left.len() == right.len() => {
            left.iter().zip(right).enumerate().find_map(|(i, (a, b))| difference(a, b, format!("{path}[{i}]")))
        }
        _ if a == b => None,
        // A number that is whole is written with and without a point.
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ => Some(path),
    }
}
