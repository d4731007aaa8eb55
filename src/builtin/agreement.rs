//! Agreement: what several answers come to.
//!
//! Everything is whole numbers: a share is two weights, a mean a sum and a count, and they are rounded once, together.

use super::call::Call;
use super::table::{Builtin, LIST, Law, Size, native};
use crate::diagnostic::Code;
use crate::value::{Confidence, Evidence, Fault, Kind, Lanes, Meter, STEPS, Value, order};

/// The signature of an agreement, whose second parameter has this name.
macro_rules! strategies {
    (name) => {
        "\"plurality\" | \"weighted\" | \"majority\" | \"moderate\" | \"strong\" | \"unanimous\" | \"ranked\""
    };
    ($parameter:literal) => {
        concat!(
            "(results: any[], ",
            $parameter,
            "?: ",
            strategies!(name),
            " | { strategy?: ",
            strategies!(name),
            ", threshold?: number, weights?: number[], tie?: \"first\" | \"surest\" | \"none\", ",
            "stop?: \"decided\" }): any"
        )
    };
}
pub(super) use strategies;

pub(super) const TABLE: &[Builtin] = &[
    native(
        "consensus",
        strategies!("strategy"),
        "The value most agreed on, the first written on a tie, at share × mean of its group; null at 0 where the strategy (`plurality`, `weighted`, `majority`, `moderate`, `strong`, `unanimous`, `ranked`) is not satisfied.",
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
    /// Whether each result is a list of choices, the dearest first.
    pub ranked: bool,
    /// The share that is needed, in steps.
    pub share: u32,
    /// Whether it must be exceeded.
    pub exceed: bool,
    /// Who wins where several have most.
    pub tie: Tie,
}

/// Who wins where several have most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tie {
    /// The first written.
    First,
    /// The one with the surest results; the first written of several.
    Surest,
    /// Nobody.
    None,
}

impl Strategy {
    /// The largest share wins, whatever it is.
    pub const PLURALITY: Self = Self { weighted: false, ranked: false, share: 0, exceed: false, tie: Tie::First };

    /// The strategy with a name.
    pub fn find(name: &str) -> Option<Self> {
        let share = |share, exceed| Self { share, exceed, ..Self::PLURALITY };
        Some(match name {
            "plurality" => Self::PLURALITY,
            "weighted" => Self { weighted: true, ..Self::PLURALITY },
            "ranked" => Self { ranked: true, ..Self::PLURALITY },
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

    fn weight(self, lanes: Lanes) -> u64 {
        if self.weighted { u64::from(lanes.confidence.weight()) } else { 1 }
    }
}

/// The value that results agree on, by a strategy.
pub fn agree(results: &[Value], strategy: Strategy, meter: &mut Meter) -> Result<Value, Fault> {
    agree_weighing(results, strategy, |_, lanes| strategy.weight(lanes), meter)
}

/// Results that are equal.
#[derive(Clone, Copy)]
pub(super) struct Group {
    pub(super) weight: u64,
    pub(super) sum: u64,
    pub(super) count: u64,
    evidence: Evidence,
    reported: bool,
}

impl Group {
    pub(super) const EMPTY: Self = Self { weight: 0, sum: 0, count: 0, evidence: Evidence::Exact, reported: true };

    fn add(&mut self, weight: u64, lanes: Lanes) {
        self.weight += weight;
        self.sum += u64::from(lanes.confidence.weight());
        self.count += 1;
        self.evidence = self.evidence.min(lanes.evidence);
        self.reported &= lanes.evidence >= Evidence::Reported;
    }

    /// What its value has, with this weight of all results.
    fn lanes(&self, whole: u64) -> Lanes {
        let confidence = Confidence::share_of_mean(self.weight, whole, self.sum, self.count);
        Lanes::new(confidence, if self.count >= 2 && self.reported { Evidence::Agreed } else { self.evidence })
    }

    /// The same with so many more that are this sure.
    pub(super) fn joined_by(self, count: u64, sure: u32) -> Self {
        Self { sum: self.sum + count * u64::from(sure), count: self.count + count, ..self }
    }

    pub(super) fn is_surer(&self, other: &Self) -> bool {
        u128::from(self.sum) * u128::from(other.count) > u128::from(other.sum) * u128::from(self.count)
    }
}

/// Results by what they say.
pub(super) struct Tally {
    /// By the index of the first that says so; the others are empty.
    pub(super) groups: Vec<Group>,
    /// The weight of all.
    pub(super) whole: u64,
    weakest: Evidence,
}

impl Tally {
    /// Counts results; errors and nulls are in no group.
    pub(super) fn of(results: &[Value], weigh: impl Fn(usize, Lanes) -> u64, meter: &mut Meter) -> Result<Self, Fault> {
        let classes = order::classes(results, meter)?;
        let groups = vec![Group::EMPTY; results.len()];
        let mut tally = Self { groups, whole: 0, weakest: Evidence::Exact };
        for (index, result) in results.iter().enumerate() {
            let lanes = meter.least(result)?;
            let weight = weigh(index, lanes);
            tally.count(result, weight, lanes);
            if !matches!(result.kind(), Kind::Null | Kind::Error) {
                tally.groups[classes[index]].add(weight, lanes);
            }
        }
        Ok(tally)
    }

    fn count(&mut self, result: &Value, weight: u64, lanes: Lanes) {
        self.whole += weight;
        // Who failed has said nothing.
        if result.kind() != Kind::Error {
            self.weakest = self.weakest.min(lanes.evidence);
        }
    }

    /// The group that has most, and whether others have as much.
    pub(super) fn winner(&self, tie: Tie) -> Option<(usize, bool)> {
        let mut winner: Option<(usize, bool)> = None;
        for (index, group) in self.groups.iter().enumerate().filter(|(_, group)| group.weight > 0) {
            winner = match winner {
                Some((best, tied)) if group.weight <= self.groups[best].weight => {
                    let same = group.weight == self.groups[best].weight;
                    let surer = same && tie == Tie::Surest && group.is_surer(&self.groups[best]);
                    Some((if surer { index } else { best }, tied || same))
                }
                _ => Some((index, false)),
            };
        }
        winner
    }

    fn nothing(&self) -> Value {
        Value::NULL.with(Lanes::new(Confidence::ZERO, self.weakest))
    }
}

fn agree_weighing(
    results: &[Value],
    strategy: Strategy,
    weigh: impl Fn(usize, Lanes) -> u64,
    meter: &mut Meter,
) -> Result<Value, Fault> {
    if strategy.ranked {
        return run_off(results, strategy, weigh, meter);
    }
    let tally = Tally::of(results, weigh, meter)?;
    let winner = tally.winner(strategy.tie).filter(|(_, tied)| !tied || strategy.tie != Tie::None);
    let Some((winner, _)) = winner else { return Ok(tally.nothing()) };
    let group = tally.groups[winner];
    if !strategy.satisfied(group.weight, tally.whole) {
        return Ok(tally.nothing());
    }
    Ok(results[winner].clone().with(group.lanes(tally.whole)))
}

/// The choices of a ballot, the dearest first; what is no list is one choice.
fn choices(ballot: &Value, meter: &mut Meter) -> Result<Vec<Value>, Fault> {
    meter.build(ballot)?;
    Ok(match (ballot.kind(), ballot.as_list()) {
        (Kind::Null | Kind::Error, _) => Vec::new(),
        (_, Some(list)) => {
            meter.list(list.len())?;
            list.iter().filter(|choice| !choice.is_null()).cloned().collect()
        }
        _ => vec![ballot.clone()],
    })
}

/// Ballots that rank their choices: as long as no choice has more than half, the one with the least goes (of several the last
/// written), and each ballot counts for the dearest of its choices that is left.
fn run_off(
    ballots: &[Value],
    strategy: Strategy,
    weigh: impl Fn(usize, Lanes) -> u64,
    meter: &mut Meter,
) -> Result<Value, Fault> {
    let (mut all, mut rows, mut weights) = (Vec::new(), Vec::with_capacity(ballots.len()), Vec::new());
    let mut tally = Tally { groups: Vec::new(), whole: 0, weakest: Evidence::Exact };
    for (index, ballot) in ballots.iter().enumerate() {
        let lanes = meter.least(ballot)?;
        let from = all.len();
        all.extend(choices(ballot, meter)?);
        rows.push(from..all.len());
        weights.push((weigh(index, lanes), lanes));
        tally.count(ballot, weights[index].0, lanes);
    }
    let classes = order::classes(&all, meter)?;
    let mut stands: Vec<bool> = classes.iter().enumerate().map(|(index, &class)| index == class).collect();
    loop {
        meter.steps(all.len() as u64)?;
        tally.groups = vec![Group::EMPTY; all.len()];
        let mut counted = 0;
        for (row, &(weight, lanes)) in rows.iter().zip(&weights) {
            if let Some(choice) = row.clone().find(|&at| stands[classes[at]]) {
                tally.groups[classes[choice]].add(weight, lanes);
                counted += weight;
            }
        }
        let Some((winner, tied)) = tally.winner(strategy.tie) else { return Ok(tally.nothing()) };
        let standing = || stands.iter().enumerate().filter(|(_, stands)| **stands).map(|(index, _)| index);
        let most = tally.groups[winner].weight;
        let even = standing().all(|index| tally.groups[index].weight == most);
        if 2 * u128::from(most) > u128::from(counted) || even {
            let won = (!tied || strategy.tie != Tie::None) && strategy.satisfied(most, tally.whole);
            let group = tally.groups[winner];
            return Ok(if won { all[winner].clone().with(group.lanes(tally.whole)) } else { tally.nothing() });
        }
        let least = standing().map(|index| tally.groups[index].weight).min().unwrap_or_default();
        if let Some(last) = standing().rfind(|&index| tally.groups[index].weight == least) {
            stands[last] = false;
        }
    }
}

/// The elements of the first argument, read through the list around them.
fn results(call: &mut Call<'_>) -> Result<Vec<Value>, Fault> {
    let own = call.arguments.get(0).lanes();
    let len = call.arguments.list(0)?.len();
    call.meter.list(len)?;
    Ok(call.arguments.list(0)?.iter().map(|item| item.clone().under(own)).collect())
}

/// What the options of an agreement say.
pub(super) struct Options {
    pub(super) strategy: Strategy,
    pub(super) weights: Option<Vec<u64>>,
    /// Whether no more is asked once it is decided.
    pub(super) stops: bool,
}

impl Options {
    /// Reads a name, or an object with `strategy`, `threshold`, `weights`, `tie` and `stop`.
    pub(super) fn read(name: &'static str, options: &Value) -> Result<Self, Fault> {
        let fault = |words: String| Fault::new(Code::R005, format!("`{name}` {words}")).about(options);
        let object = match (options.kind(), options.as_object()) {
            (Kind::Null | Kind::Text, _) => None,
            (_, Some(object)) => Some(object),
            _ => return Err(fault("takes the name of a strategy or an object as its options".into())),
        };
        let known = ["strategy", "threshold", "weights", "tie", "stop"];
        if let Some(other) = object.and_then(|object| object.keys().find(|key| !known.contains(&key.as_str()))) {
            return Err(fault(format!("has no option `{}`; it has `{}`", other.as_str(), known.join("`, `"))));
        }
        let option = |name: &str| object.and_then(|object| object.get(name)).filter(|value| !value.is_null());
        let named = if options.as_text().is_some() { Some(options) } else { option("strategy") };
        let mut strategy = match named.map(|value| (value, value.as_text())) {
            None => Strategy::PLURALITY,
            Some((_, Some(text))) => Strategy::find(text).ok_or_else(|| {
                let names = "`plurality`, `weighted`, `majority`, `moderate`, `strong`, `unanimous` or `ranked`";
                fault(format!("knows no strategy `{text}`; write {names}"))
            })?,
            Some(_) => return Err(fault("takes the name of a strategy as `strategy`".into())),
        };
        if let Some(threshold) = option("threshold") {
            let needed = crate::value::operator::threshold(threshold)?.weight();
            strategy.share = strategy.share.max(needed);
        }
        strategy.tie = match option("tie").map(Value::as_text) {
            None | Some(Some("first")) => Tie::First,
            Some(Some("surest")) => Tie::Surest,
            Some(Some("none")) => Tie::None,
            Some(_) => return Err(fault("takes `\"first\"`, `\"surest\"` or `\"none\"` as `tie`".into())),
        };
        let stops = match option("stop").map(Value::as_text) {
            None => false,
            Some(Some("decided")) => true,
            Some(_) => return Err(fault("takes `\"decided\"` as `stop`".into())),
        };
        let weights = match option("weights").map(|weights| (weights.as_list(), weights)) {
            None => None,
            Some((Some(list), _)) => {
                let read = |weight: &Value| match weight.as_number() {
                    Some(weight) if (0.0..=1e6).contains(&weight) => Ok((weight * f64::from(STEPS)).round() as u64),
                    _ => Err(fault("takes weights from 0 to 1000000".into())),
                };
                Some(list.iter().map(read).collect::<Result<Vec<_>, _>>()?)
            }
            Some(_) => return Err(fault("takes a list of numbers as `weights`".into())),
        };
        Ok(Self { strategy, weights, stops })
    }

    /// What the result at an index weighs.
    pub(super) fn weigh(&self, index: usize, lanes: Lanes) -> u64 {
        match &self.weights {
            None => self.strategy.weight(lanes),
            // A weight of many steps times a confidence of many steps would not fit; the product is rounded down.
            Some(weights) if self.strategy.weighted => {
                (u128::from(weights[index]) * u128::from(lanes.confidence.weight()) / u128::from(STEPS)) as u64
            }
            Some(weights) => weights[index],
        }
    }
}

fn by_argument(call: &mut Call<'_>) -> Made {
    let results = results(call)?;
    let options = Options::read(call.arguments.name(), call.arguments.get(1))?;
    if options.weights.as_ref().is_some_and(|weights| weights.len() != results.len()) {
        return Err(call.arguments.fault("takes as many weights as results"));
    }
    agree_weighing(&results, options.strategy, |index, lanes| options.weigh(index, lanes), call.meter)
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
    let own = call.arguments.get(0).lanes();
    let answers: Vec<Value> = results(call)?.iter().map(answer).collect();
    let mut best: Option<(usize, Confidence)> = None;
    for (index, answer) in answers.iter().enumerate() {
        let confidence = call.meter.least(answer)?.confidence;
        if best.is_none_or(|(_, so_far)| confidence > so_far) {
            best = Some((index, confidence));
        }
    }
    Ok(best.map_or(Value::NULL.with(own), |(index, _)| answers[index].clone()))
}

fn majority_vote(call: &mut Call<'_>) -> Made {
    let answers: Vec<Value> = results(call)?.iter().map(answer).collect();
    let majority = Strategy { share: STEPS / 2, exceed: true, ..Strategy::PLURALITY };
    agree(&answers, majority, call.meter)
}
