//! Whether a vote is over before everyone was asked.
//!
//! It is when no answer that is still open, whatever it says and however sure it is, can change the winner, whether the
//! strategy is satisfied, or the band of the result. Everything is whole numbers, as in the [agreement](super::agreement).

use super::agreement::{Group, Options, Tally, Tie};
use crate::diagnostic::Code;
use crate::value::{Confidence, Fault, Meter, STEPS, Value};

/// Whether a vote of so many with these options stops when it is decided; `R005` for what are no options of it.
pub fn vote_stops(options: &Value, total: usize) -> Result<bool, Fault> {
    let read = Options::read("vote", options)?;
    match &read.weights {
        Some(weights) if weights.len() != total => {
            Err(Fault::new(Code::R005, "`vote` takes as many weights as results").about(options))
        }
        _ => Ok(read.stops),
    }
}

/// Whether the open answers can change nothing any more: of `results` those that are there, with their place among all; the
/// thresholds are those of the high and the medium band.
pub fn is_decided(
    results: &[(usize, Value)],
    total: usize,
    options: &Value,
    bands: (Confidence, Confidence),
    meter: &mut Meter,
) -> Result<bool, Fault> {
    let options = Options::read("vote", options)?;
    if !options.stops {
        return Ok(false);
    }
    let strategy = options.strategy;
    let open: Vec<usize> = (0..total).filter(|place| results.iter().all(|(known, _)| known != place)).collect();
    let answers: Vec<Value> = results.iter().map(|(_, answer)| first_choice(answer, strategy.ranked)).collect();
    let tally = Tally::of(&answers, |index, lanes| options.weigh(results[index].0, lanes), meter)?;
    // The most that the open answers can weigh together.
    let one = if strategy.weighted { u64::from(STEPS) } else { 1 };
    let weight = |place: &usize| options.weights.as_ref().map_or(one, |weights| weights[*place]);
    let more: u64 = open.iter().map(weight).sum();
    // Where no group can become large enough any more, the result is nothing, whatever is said.
    let each = tally.groups.iter().map(|group| group.weight);
    let largest = if strategy.ranked { each.sum() } else { each.max().unwrap_or(0) };
    if !strategy.satisfied(largest + more, tally.whole + more) {
        return Ok(true);
    }
    if open.is_empty() {
        return Ok(true);
    }
    // Where nothing weighs anything, nothing wins unless more comes.
    let Some((winner, tied)) = tally.winner(strategy.tie) else { return Ok(more == 0) };
    let won = tally.groups[winner];
    // Where both have as much, all that weigh join the other one; those that weigh nothing make it surer, or the winner less sure.
    let weightless = open.iter().filter(|place| weight(place) == 0).count() as u64;
    let overtakes = |index: usize, group: &Group| match strategy.tie {
        _ if group.weight + more != won.weight => group.weight + more > won.weight,
        Tie::First => index < winner,
        Tie::Surest => (0..=weightless).any(|unsure| {
            let other = group.joined_by(open.len() as u64 - unsure, STEPS);
            let won = won.joined_by(unsure, 0);
            other.is_surer(&won) || index < winner && !won.is_surer(&other)
        }),
        Tie::None => true,
    };
    // What nobody has said yet can still be said; it would stand behind all others.
    let newcomer = overtakes(tally.groups.len(), &Group::EMPTY);
    let others = || tally.groups.iter().enumerate().filter(|(index, group)| *index != winner && group.count > 0);
    let settled = tied && strategy.tie == Tie::None && more == 0;
    if !settled && (newcomer || others().any(|(index, group)| overtakes(index, group))) {
        return Ok(false);
    }
    // A ballot without a choice is in no round.
    let counted = tally.groups.iter().map(|group| group.weight).sum::<u64>() + more;
    if strategy.ranked && 2 * u128::from(won.weight) <= u128::from(counted) {
        return Ok(false);
    }
    if settled {
        return Ok(true);
    }
    let heaviest = tally.whole + more;
    let count = open.len() as u64;
    let varies = strategy.weighted;
    let most = strategy.satisfied(won.weight + more, heaviest);
    if strategy.satisfied(won.weight, heaviest) != most {
        return Ok(false);
    }
    if !most {
        return Ok(true);
    }
    let outcome = |weight, whole, sum, joins| Confidence::share_of_mean(weight, whole, sum, won.count + joins);
    // It is surest when all join the winner's with all confidence, and least sure when some join without any, those that weigh
    // least, and the others go elsewhere or nowhere.
    let surest = outcome(won.weight + more, heaviest, won.sum + count * u64::from(STEPS), count);
    let mut weights: Vec<u64> = open.iter().map(weight).collect();
    weights.sort_unstable();
    let mut joined = 0;
    let unsure = |joins: u64| {
        let (weight, whole) = match varies {
            true => (won.weight, heaviest - joined),
            false => (won.weight + joined, heaviest),
        };
        joined += weights.get(joins as usize).copied().unwrap_or(0);
        outcome(weight, whole, won.sum, joins)
    };
    let band = |confidence: Confidence| (confidence >= bands.0, confidence >= bands.1);
    Ok((0..=count).map(unsure).all(|confidence| band(confidence) == band(surest)))
}

/// What a ballot counts for as long as it is the first round.
fn first_choice(answer: &Value, ranked: bool) -> Value {
    match answer.as_list().filter(|_| ranked) {
        Some(list) => {
            let first = list.iter().find(|choice| !choice.is_null());
            first.map_or(Value::NULL, |choice| choice.clone().with(answer.least()))
        }
        None => answer.clone(),
    }
}
