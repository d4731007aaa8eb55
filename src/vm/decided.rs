//! Whether a vote is over before everyone was asked.
//!
//! It is when no answer that is still open, whatever it says and however sure it is, can change the winner, whether the
//! strategy is satisfied, or the band of the result.

use super::Vm;
use super::failure::Failure;
use crate::value::{Confidence, Fault, Kind, Value, order};

struct Group {
    value: Value,
    count: f64,
    sum: f64,
}

/// Whether the open answers (those without a result) can change nothing any more.
pub(super) fn is_decided(
    results: &[Option<Result<Value, Failure>>],
    options: &Value,
    bands: (Confidence, Confidence),
    vm: &mut Vm,
) -> Result<bool, Fault> {
    let option = |name: &str| options.as_object().and_then(|options| options.get(name)).and_then(Value::as_text);
    if option("stop") != Some("decided") {
        return Ok(false);
    }
    let strategy = option("strategy").or(options.as_text()).unwrap_or("plurality");
    let weighted = strategy == "weighted";
    let needed = match strategy {
        "majority" => Some((0.5, true)),
        "moderate" => Some((0.5, false)),
        "strong" => Some((0.75, false)),
        "unanimous" => Some((1.0, false)),
        _ => None,
    };
    let open = results.iter().filter(|result| result.is_none()).count() as f64;
    let total = results.len() as f64;
    let mut groups: Vec<Group> = Vec::new();
    let mut weight = 0.0;
    for result in results.iter().flatten() {
        let value = &match result {
            Ok(value) => value.clone(),
            Err(failure) => failure.value(),
        };
        let sure = vm.meter.least(value)?.confidence.number().unwrap_or(0.0);
        weight += sure;
        if matches!(value.kind(), Kind::Null | Kind::Error) {
            continue;
        }
        let mut found = None;
        for (index, group) in groups.iter().enumerate() {
            if order::equal(&group.value, value, &mut vm.meter)? {
                found = Some(index);
                break;
            }
        }
        match found {
            Some(index) => {
                groups[index].count += 1.0;
                groups[index].sum += sure;
            }
            None => groups.push(Group { value: value.clone(), count: 1.0, sum: sure }),
        }
    }
    let size = |group: &Group| if weighted { group.sum } else { group.count };
    let mut winner = 0;
    for (index, group) in groups.iter().enumerate() {
        if size(group) > size(&groups[winner]) {
            winner = index;
        }
    }
    let enough = |(share, strictly): (f64, bool), count: f64| {
        if strictly { count > share * total } else { count >= share * total }
    };
    // Where no group can become large enough any more, the result is nothing, whatever is said.
    if let Some(needed) = needed {
        let largest = groups.iter().map(|group| group.count).fold(0.0, f64::max);
        if !enough(needed, largest + open) {
            return Ok(true);
        }
    }
    let Some(won) = groups.get(winner) else { return Ok(open == 0.0) };
    let safe = |index: usize, other: f64| if index < winner { other < size(won) } else { other <= size(won) };
    let unbeaten = groups.iter().enumerate().all(|(index, group)| index == winner || safe(index, size(group) + open));
    if !unbeaten || !safe(winner + 1, open) {
        return Ok(false);
    }
    if needed.is_some_and(|needed| enough(needed, won.count) != enough(needed, won.count + open)) {
        return Ok(false);
    }
    let outcomes = if weighted {
        let all = weight + open;
        let ratio = |a: f64, b: f64, c: f64, d: f64| if b == 0.0 || d == 0.0 { 0.0 } else { a / b * (c / d) };
        vec![
            ratio(won.sum, all, won.sum, won.count),
            ratio(won.sum, weight, won.sum, won.count + open),
            ratio(won.sum + open, all, won.sum + open, won.count + open),
        ]
    } else {
        vec![won.sum / total, (won.sum + open) / total]
    };
    let band = |confidence: f64| {
        let confidence = Confidence::from_number(confidence.clamp(0.0, 1.0)).unwrap_or(Confidence::UNKNOWN);
        (confidence >= bands.0, confidence >= bands.1)
    };
    Ok(outcomes.windows(2).all(|pair| band(pair[0]) == band(pair[1])))
}
