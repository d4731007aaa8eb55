//! Durations as files write them.

use serde_json::Value as Json;

/// Milliseconds of a number, or of a text such as `30s`, `1.5h` or `180d`; nothing for anything else, negative or not finite.
pub fn duration(json: &Json) -> Option<f64> {
    let value = match json {
        Json::Number(number) => number.as_f64()?,
        Json::String(text) => {
            let text = text.trim();
            let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
            let number: f64 = text[..digits].trim().replace('_', "").parse().ok()?;
            let unit = match &text[digits..] {
                "" | "ms" => 1.0,
                "s" => 1_000.0,
                "m" => 60_000.0,
                "h" => 3_600_000.0,
                "d" => 86_400_000.0,
                _ => return None,
            };
            number * unit
        }
        _ => return None,
    };
    (value.is_finite() && value >= 0.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_texts() {
        assert_eq!(duration(&json!(250)), Some(250.0));
        assert_eq!(duration(&json!("250ms")), Some(250.0));
        assert_eq!(duration(&json!("30s")), Some(30_000.0));
        assert_eq!(duration(&json!("1.5h")), Some(5_400_000.0));
        assert_eq!(duration(&json!("180d")), Some(15_552_000_000.0));
        for bad in [json!("-1s"), json!("1y"), json!(""), json!(-1), json!(null), json!("inf")] {
            assert_eq!(duration(&bad), None, "{bad}");
        }
    }
}
