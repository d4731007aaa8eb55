//! Durations and days as files write them.

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

/// A date such as `2026-05-01` as days since 1970.
pub fn day(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if text.len() != 10 || !(text.get(4..5)? == "-" && text.get(7..8)? == "-") {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=most).contains(&day) {
        return None;
    }
    // Days from civil: years begin in March, so that the day that comes every four years is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The days that have a date, as days since 1970.
pub const DAYS: std::ops::Range<i64> = 0..2_932_897;

/// The date of a day since 1970, as [`day`] reads it.
pub fn date(day: i64) -> String {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let of_year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let rest = of_era - (365 * of_year + of_year / 4 - of_year / 100);
    let month = (5 * rest + 2) / 153;
    let (day, month) = (rest - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = era * 400 + of_year + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_are_those_of_their_days() {
        let date_of = |text: &str| date(day(text).unwrap());
        for text in ["1970-01-01", "1999-12-31", "2000-02-29", "2026-03-01", "2100-02-28", "2100-03-01", "9999-12-31"] {
            assert_eq!(date_of(text), text);
        }
        assert_eq!(day("9999-12-31"), Some(DAYS.end - 1));
    }

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

    #[test]
    fn days_of_the_calendar() {
        assert_eq!(day("1970-01-01"), Some(0));
        assert_eq!(day("2026-05-01"), Some(20_574));
        assert_eq!(day("2024-02-29"), Some(19_782));
        for bad in
            ["2020-1-1", "01.02.2020", "2026-13-41", "2025-02-29", "soon", "2026-05-01T", "+026-05-01", "äää6-05-1"]
        {
            assert_eq!(day(bad), None, "{bad}");
        }
    }
}
