//! Agreement: what several answers come to.
//!
//! Everything is whole numbers: a share is two weights, a mean a sum and a count, and they are rounded once, together.

use super::call::Call;
use super::table::{Builtin, LIST, Law, Size, native};
use crate::value::{Confidence, Evidence, Fault, Kind, Lanes, Meter, STEPS, Value, order};

pub(super) const TABLE: &[Builtin] = &[
    native(
        "consensus",
        "(results: any[], strategy?: any): any",
        "The value most agreed on, the first written on a tie, at share × mean of its group; null at 0 where the strategy (`plurality`, `weighted`, `majority`, `moderate`, `strong`, `unanimous`) is not satisfied.",
        ("consensus([\"a\", \"b\", \"a\"])", "\"a\""),
        consensus,
    )
    .on(LIST)
    .also(&["buildConsensus"])
    .law(Law::Agreement)
    .size(Size::One),
    native("aggregate", "(results: any[]): any[]", "The list of the results, each at its own confidence.", ("aggregate([1, 2])", "[1,2]"), aggregate)
        .on(LIST)
        .law(Law::Each)
        .size(Size::Same),
    native("average", "(results: any[]): number | null", "The mean of numbers, or of the numbers that are the results of agents.", ("average([1, 2])", "1.5"), average)
        .on(LIST),
    native("synthesize", "(results: any[]): any", "The most confident of the results.", ("synthesize([1 ~> 0.5, 2 ~> 0.9])", "2"), synthesize)
        .on(LIST)
        .law(Law::Best),
    native("majorityVote", "(results: any[]): any", "The result that more than half agree on, at share × mean, or null at 0.", ("majorityVote([1, 1, 2])", "1"), majority_vote)
        .on(LIST)
        .law(Law::Agreement),
];

type Made = Result<Value, Fault>;

/// How results are weighed, and how large a share must be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Strategy {
    /// Whether a result weighs as much as it is sure, instead of 1.
    pub weighted: bool,
    /// The share that is needed, in steps.
    pub share: u32,
    /// Whether it must be exceeded.
    pub exceed: bool,
}

impl Strategy {
    /// The largest share wins, whatever it is.
    pub const PLURALITY: Self = Self { weighted: false, share: 0, exceed: false };

    /// The strategy with a name.
    pub fn find(name: &str) -> Option<Self> {
        let share = |share, exceed| Self { weighted: false, share, exceed };
        Some(match name {
            "plurality" => Self::PLURALITY,
            "weighted" => Self { weighted: true, ..Self::PLURALITY },
            "majority" => share(STEPS / 2, true),
            "moderate" => share(STEPS / 2, false),
            "strong" => share(STEPS / 4 * 3, false),
            "unanimous" => share(STEPS, false),
            _ => return None,
        })
    }

    /// Whether a share, as two weights, is large enough.
    pub fn satisfied(self, part: u64, whole: u64) -> bool {
        let (share, needed) = (u128::from(part) * u128::from(STEPS), u128::from(whole) * u128::from(self.share));
        if self.exceed { share > needed } else { share >= needed }
    }
}

/// The value that results agree on, by a strategy.
pub fn agree(results: &[Value], strategy: Strategy, meter: &mut Meter) -> Result<Value, Fault> {
    agree_weighing(
        results,
        strategy,
        |_, lanes| if strategy.weighted { u64::from(lanes.confidence.weight()) } else { 1 },
        meter,
    )
}

#[derive(Clone, Copy)]
struct Group {
    weight: u64,
    sum: u64,
    count: u64,
    evidence: Evidence,
    reported: bool,
}

fn agree_weighing(
    results: &[Value],
    strategy: Strategy,
    weigh: impl Fn(usize, Lanes) -> u64,
    meter: &mut Meter,
) -> Result<Value, Fault> {
    let classes = order::classes(results, meter)?;
    let none = Group { weight: 0, sum: 0, count: 0, evidence: Evidence::Exact, reported: true };
    let mut groups = vec![none; results.len()];
    let mut whole = 0;
    let mut weakest = Evidence::Exact;
    for (index, result) in results.iter().enumerate() {
        let lanes = meter.least(result)?;
        let weight = weigh(index, lanes);
        whole += weight;
        weakest = weakest.min(lanes.evidence);
        if matches!(result.kind(), Kind::Null | Kind::Error) {
            continue;
        }
        let group = &mut groups[classes[index]];
        group.weight += weight;
        group.sum += u64::from(lanes.confidence.weight());
        group.count += 1;
        group.evidence = group.evidence.min(lanes.evidence);
        group.reported &= lanes.evidence >= Evidence::Reported;
    }
    let nothing = Value::NULL.with(Lanes::new(Confidence::ZERO, weakest));
    let mut winner: Option<usize> = None;
    for (index, group) in groups.iter().enumerate() {
        if group.weight > 0 && winner.is_none_or(|best| group.weight > groups[best].weight) {
            winner = Some(index);
        }
    }
    let Some(winner) = winner else { return Ok(nothing) };
    let group = groups[winner];
    if !strategy.satisfied(group.weight, whole) {
        return Ok(nothing);
    }
    let confidence = Confidence::share_of_mean(group.weight, whole, group.sum, group.count);
    let evidence = if group.count >= 2 && group.reported { Evidence::Agreed } else { group.evidence };
    Ok(results[winner].clone().with(Lanes::new(confidence, evidence)))
}

/// The elements of the first argument, read through the list around them.
fn results(call: &mut Call<'_>) -> Result<Vec<Value>, Fault> {
    let own = call.arguments.get(0).lanes();
    let len = call.arguments.list(0)?.len();
    call.meter.list(len)?;
    Ok(call.arguments.list(0)?.iter().map(|item| item.clone().under(own)).collect())
}

/// What the strategy argument says: a name, or an object with `strategy`, `threshold` and `weights`.
fn by_argument(call: &mut Call<'_>) -> Made {
    let results = results(call)?;
    let option = |call: &Call<'_>, name: &str| match call.arguments.get(1).kind() {
        Kind::Null | Kind::Text => Ok(Value::NULL),
        _ => call.arguments.option(1, name),
    };
    let name = match call.arguments.get(1).kind() {
        Kind::Text => call.arguments.get(1).clone(),
        _ => option(call, "strategy")?,
    };
    if let Some(object) = call.arguments.get(1).as_object() {
        let known = ["strategy", "threshold", "weights", "stop", "limit", "timeout"];
        if let Some(other) = object.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(call.arguments.fault(format_args!("knows no option `{}`; write `strategy`", other.as_str())));
        }
    }
    let mut strategy = match (name.kind(), name.as_text()) {
        (Kind::Null, _) => Strategy::PLURALITY,
        (_, Some(text)) => Strategy::find(text).ok_or_else(|| {
            let names = "`plurality`, `weighted`, `majority`, `moderate`, `strong` or `unanimous`";
            call.arguments.fault(format_args!("knows no strategy `{text}`; write {names}"))
        })?,
        _ => return Err(call.arguments.wrong(1, "the name of a strategy or an object")),
    };
    let threshold = option(call, "threshold")?;
    if !threshold.is_null() {
        let needed = crate::value::operator::threshold(&threshold)?.weight();
        strategy = Strategy { share: strategy.share.max(needed), ..strategy };
    }
    let weights = option(call, "weights")?;
    match weights.as_list() {
        None if weights.is_null() => agree(&results, strategy, call.meter),
        Some(list) if list.len() == results.len() => {
            let read = |weight: &Value| match weight.as_number() {
                Some(weight) if (0.0..=1e6).contains(&weight) => Ok((weight * f64::from(STEPS)).round() as u64),
                _ => Err(call.arguments.fault("takes weights from 0 to 1000000")),
            };
            let weights = list.iter().map(read).collect::<Result<Vec<_>, _>>()?;
            let scaled = |index: usize, lanes: Lanes| match strategy.weighted {
                // A weight of many steps times a confidence of many steps would not fit; the product is rounded down.
                true => (u128::from(weights[index]) * u128::from(lanes.confidence.weight()) / u128::from(STEPS)) as u64,
                false => weights[index],
            };
            agree_weighing(&results, strategy, scaled, call.meter)
        }
        _ => Err(call.arguments.fault("takes as many weights as results")),
    }
}

fn consensus(call: &mut Call<'_>) -> Made {
    by_argument(call)
}

/// `vote` on results that are there.
pub(super) fn vote(call: &mut Call<'_>) -> Made {
    by_argument(call)
}

fn aggregate(call: &mut Call<'_>) -> Made {
    call.arguments.list(0)?;
    Ok(call.arguments.take(0))
}

/// The answer in what a script for other hosts is given for an agent, or the value itself.
fn answer(value: &Value) -> Value {
    let result =
        value.as_object().filter(|object| object.get("agentId").is_some()).and_then(|object| object.get("result"));
    result.map_or_else(|| value.clone(), |result| result.clone().under(value.lanes()))
}

fn average(call: &mut Call<'_>) -> Made {
    let results = results(call)?;
    let mut sum = 0.0;
    for result in &results {
        match answer(result).as_number() {
            Some(number) => sum += number,
            None => return Err(call.arguments.fault("takes results that are numbers; take the numbers out first")),
        }
    }
    Ok(if results.is_empty() { Value::NULL } else { Value::number(sum / results.len() as f64) })
}

fn synthesize(call: &mut Call<'_>) -> Made {
    let answers: Vec<Value> = results(call)?.iter().map(answer).collect();
    let mut best: Option<(usize, Confidence)> = None;
    for (index, answer) in answers.iter().enumerate() {
        let confidence = call.meter.least(answer)?.confidence;
        if best.is_none_or(|(_, so_far)| confidence > so_far) {
            best = Some((index, confidence));
        }
    }
    Ok(best.map_or(Value::NULL, |(index, _)| answers[index].clone()))
}

fn majority_vote(call: &mut Call<'_>) -> Made {
    let answers: Vec<Value> = results(call)?.iter().map(answer).collect();
    let majority = Strategy { weighted: false, share: STEPS / 2, exceed: true };
    agree(&answers, majority, call.meter)
}
