//! Confidence by its plain names.

use super::call::Call;
use super::routine::{Routine, Started, Step, Way};
use super::table::{ANY, Body, Builtin, Calls, Cost, Keeps, Law, Numbers, Size, declare, native};
use crate::value::encode::{Decoder, Encoder, Stored};
use crate::value::{Confidence, Evidence, Fault, Kind, Lanes, STEPS, Value, operator, shaped};

pub(super) const TABLE: &[Builtin] = &[
    native("confident", "(x: any, c: number | null): any", "x, stated at confidence c, as `x ~> c`; null means unknown.", ("~confident(5, 0.8)", "0.8"), confident)
        .on(ANY)
        .takes(&[("c", Numbers::Confidence)])
        .keeps(Keeps::All)
        .cost(Cost::Constant)
        .law(Law::Stated)
        .size(Size::Same),
    native("confidence", "(x: any): number | null", "How sure x is, its least sure part included, as `~x`; null when unknown.", ("confidence(5 ~> 0.8)", "0.8"), confidence)
        .on(ANY)
        .law(Law::Exact),
    native("value", "(x: any): any", "x at confidence 1, evidence `stated`, in all its parts: the one way to drop confidence.", ("~value(5 ~> 0.2)", "1"), value)
        .on(ANY)
        .law(Law::Dropped)
        .size(Size::Same),
    native("evidence", "(x: any): string", "What stands behind x, the weakest of its parts.", ("evidence(5)", "\"exact\""), evidence)
        .on(ANY)
        .law(Law::Exact),
    native("confidences", "(xs: any[]): any[]", "How sure each element is, null where that is unknown.", ("confidences([1 ~> 0.5, 2])", "[0.5,1]"), confidences)
        .on(ANY)
        .law(Law::Exact)
        .size(Size::Same),
    native("best", "(...xs: any[]): any", "The surest, the first of equals; of one list its surest element.", ("best(1 ~> 0.5, 2 ~> 0.8)", "2"), best)
        .law(Law::Best),
    native("chain", "(...xs: any[]): any", "The last, with the minimum of all, as `a ~~ b`.", ("~chain(1 ~> 0.5, 2)", "0.5"), chain)
        .law(Law::Chain)
        .size(Size::Limit),
    native(
        "combine",
        "(xs: any[], law: \"min\" | \"max\" | \"mean\" | \"product\" | \"weighted\" | \"noisy-or\"): number | null",
        "The confidences of the elements in one number, which counts as a confidence only when it is stated; null when it is unknown or there is nothing.",
        ("combine([1 ~> 0.5, 2 ~> 0.9], \"mean\")", "0.7"),
        combine,
    )
    .on(super::table::LIST)
    .law(Law::Exact),
    native("decay", "(x: any, rate: number): any", "x with its confidence multiplied by 1 − rate.", ("~decay(5 ~> 0.8, 0.5)", "0.4"), decay)
        .on(ANY)
        .takes(&[("rate", Numbers::Confidence)])
        .keeps(Keeps::All)
        .cost(Cost::Constant)
        .law(Law::Decay)
        .size(Size::Same),
    native("cap", "(x: any, c: number | null): any", "x with a confidence of at most c.", ("~cap(5, 0.6)", "0.6"), cap)
        .on(ANY)
        .takes(&[("c", Numbers::Confidence)])
        .keeps(Keeps::All)
        .cost(Cost::Constant)
        .law(Law::Cap)
        .size(Size::Same),
    declare(
        "calibrate",
        "(x: any, map: ((claimed: number) => any) | any[] | { [key: string]: any }): any",
        "x at the confidence that the map gives for its own: a function, or what was measured for what was claimed, as a list of `[claimed, measured]` or as an object, straight lines between them.",
        ("~calibrate(5 ~> 0.9, [[0, 0], [1, 0.5]])", "0.45"),
        Body::Routine(calibrate),
    )
    .on(ANY)
    .keeps(Keeps::All)
    .calls(Calls::Once)
    .law(Law::Calibrated)
    .size(Size::Same),
    native("endorse", "(x: any, c: number | null, reason: string): any", "x at confidence c, for a reason that the certificate lists.", ("~endorse(5 ~> 0.4, 0.8, \"seen before\")", "0.8"), endorse)
        .on(ANY)
        .takes(&[("c", Numbers::Confidence)])
        .cost(Cost::Constant)
        .law(Law::Endorsed)
        .size(Size::Same),
    native("independent", "(...agents: any[]): null", "Says of agents, with the reason last, that none of them depends on another.", ("independent(\"different makers\")", "null"), independent)
        .cost(Cost::Constant)
        .law(Law::Exact),
];

type Made = Result<Value, Fault>;

fn confident(call: &mut Call<'_>) -> Made {
    operator::confident(call.arguments.take(0), call.arguments.get(1))
}

fn confidence(call: &mut Call<'_>) -> Made {
    operator::confidence(call.arguments.get(0), call.meter)
}

fn value(call: &mut Call<'_>) -> Made {
    let mut x = call.arguments.take(0);
    shaped::repaint(&mut x, Lanes::new(Confidence::ONE, Evidence::Stated), call.meter)?;
    Ok(x)
}

fn evidence(call: &mut Call<'_>) -> Made {
    Ok(Value::text(call.meter.least(call.arguments.get(0))?.evidence.name()))
}

/// The lanes of each element, read through the list or object around it.
fn each(call: &mut Call<'_>, index: usize) -> Result<Vec<Lanes>, Fault> {
    let subject = call.arguments.get(index);
    let own = subject.lanes();
    call.meter.steps(subject.size().unwrap_or(0) as u64)?;
    let list = call.arguments.list(index)?;
    list.iter().map(|item| Ok(own.meet(call.meter.least(item)?))).collect()
}

fn confidences(call: &mut Call<'_>) -> Made {
    let subject = call.arguments.get(0);
    let own = subject.lanes();
    let number = |lanes: Lanes| lanes.confidence.number().map_or(Value::NULL, Value::number);
    if let Some(object) = subject.as_object() {
        call.meter.object(object.len())?;
        let mut all = Vec::with_capacity(object.len());
        for (key, item) in object {
            all.push((key.clone(), number(own.meet(call.meter.least(item)?))));
        }
        return Value::object(all);
    }
    let all = each(call, 0)?;
    call.meter.list(all.len())?;
    Value::list(all.into_iter().map(number).collect())
}

fn best(call: &mut Call<'_>) -> Made {
    let alone = call.arguments.given() == 1;
    let own = call.arguments.get(0).lanes();
    let (items, around) = match call.arguments.get(0).as_list() {
        Some(list) if alone => (list.items(), own),
        _ => (call.arguments.all(), Lanes::EXACT),
    };
    call.meter.steps(items.len() as u64)?;
    let mut best: Option<(&Value, Confidence)> = None;
    for item in items {
        let confidence = call.meter.least(item)?.confidence;
        if best.is_none_or(|(_, so_far)| confidence > so_far) {
            best = Some((item, confidence));
        }
    }
    Ok(best.map_or(Value::NULL, |(item, _)| item.clone()).under(around))
}

fn chain(call: &mut Call<'_>) -> Made {
    let end = call.arguments.given().saturating_sub(1);
    let mut lanes = Lanes::EXACT;
    for x in &call.arguments.all()[..end] {
        lanes = lanes.meet(call.meter.least(x)?);
    }
    Ok(call.arguments.take(end).under(lanes))
}

fn combine(call: &mut Call<'_>) -> Made {
    let all: Vec<Confidence> = each(call, 0)?.into_iter().map(|lanes| lanes.confidence).collect();
    let known = |confidence: Confidence| Confidence::from_steps(confidence.weight());
    let sure = |confidence: Confidence| u128::from(confidence.weight());
    let combined = match call.arguments.text(1)? {
        _ if all.is_empty() => Confidence::UNKNOWN,
        "min" => all.iter().copied().min().unwrap_or_default(),
        "max" => all.iter().copied().max().unwrap_or_default(),
        "mean" => Confidence::mean(all).unwrap_or_default(),
        "product" => all.into_iter().map(known).fold(Confidence::ONE, Confidence::times),
        "weighted" => {
            let sum: u128 = all.iter().map(|&one| sure(one)).sum();
            let squares: u128 = all.iter().map(|&one| sure(one) * sure(one)).sum();
            Confidence::ratio(squares, sum)
        }
        "noisy-or" => all.into_iter().map(|one| known(one).rest()).fold(Confidence::ONE, Confidence::times).rest(),
        law => {
            let laws = "`min`, `max`, `mean`, `product`, `weighted` or `noisy-or`";
            return Err(call.arguments.fault(format_args!("knows no law `{law}`; write {laws}")));
        }
    };
    Ok(combined.number().map_or(Value::NULL, Value::number))
}

fn decay(call: &mut Call<'_>) -> Made {
    let rate = operator::threshold(call.arguments.get(1))?;
    let x = call.arguments.take(0);
    let lanes = Lanes::new(x.confidence().times(rate.rest()), x.evidence());
    Ok(x.with(lanes))
}

fn cap(call: &mut Call<'_>) -> Made {
    operator::capped(call.arguments.take(0), call.arguments.get(1))
}

fn endorse(call: &mut Call<'_>) -> Made {
    let confidence = operator::stated(call.arguments.get(1))?;
    call.arguments.text(2)?;
    let x = call.arguments.take(0);
    let lanes = x.lanes().stated(confidence);
    let lanes = Lanes::new(lanes.confidence, lanes.evidence.min(x.evidence()));
    Ok(x.with(lanes))
}

fn independent(call: &mut Call<'_>) -> Made {
    call.arguments.text(call.arguments.given().saturating_sub(1))?;
    Ok(Value::NULL)
}

/// `gate` with a number, or with `[t, d]`.
pub(super) fn gate(call: &mut Call<'_>) -> Made {
    let given = call.arguments.get(1);
    let (threshold, otherwise) = match given.as_list() {
        Some(pair) if pair.len() == 2 => (pair.items()[0].clone(), Some(pair.items()[1].clone().under(given.lanes()))),
        Some(_) => return Err(call.arguments.fault("takes a threshold, or a list of a threshold and what stands in")),
        None => (given.clone(), None),
    };
    let x = call.arguments.take(0);
    match otherwise {
        Some(otherwise) => {
            let least = call.meter.least(&x)?.confidence;
            Ok(if least >= operator::threshold(&threshold)? { x } else { otherwise })
        }
        None => operator::gate(x, &threshold, call.meter),
    }
}

/// A calibration that waits for its function.
#[derive(Clone)]
pub(super) struct Calibration {
    x: Value,
    function: Value,
}

fn calibrate(call: &mut Call<'_>) -> Result<Started, Fault> {
    let x = call.arguments.get(0);
    if !matches!(call.arguments.get(1).kind(), Kind::List | Kind::Object) {
        call.arguments.function(1).map_err(|_| call.arguments.wrong(1, "a function, a list of pairs or an object"))?;
        let (x, function) = (call.arguments.take(0), call.arguments.take(1));
        return Ok(Started::Running(Routine(Way::Calibrate(Box::new(Calibration { x, function })))));
    }
    let claimed = x.confidence();
    let points = points(call)?;
    let x = call.arguments.take(0);
    let measured = if claimed.is_known() { interpolate(&points, claimed) } else { Confidence::UNKNOWN };
    let lanes = x.lanes().stated(measured);
    Ok(Started::Done(x.with(lanes)))
}

/// The pairs of the map, in the order of what was claimed.
fn points(call: &mut Call<'_>) -> Result<Vec<(Confidence, Confidence)>, Fault> {
    let map = call.arguments.get(1).clone();
    call.meter.steps(map.size().unwrap_or(0) as u64 * 8)?;
    let mut points = Vec::new();
    for pair in map.as_list().into_iter().flatten() {
        match pair.as_list().map(|pair| pair.items()) {
            Some([claimed, measured]) => points.push((operator::threshold(claimed)?, operator::threshold(measured)?)),
            _ => return Err(call.arguments.fault("takes a list of pairs `[claimed, measured]`")),
        }
    }
    for (claimed, measured) in map.as_object().into_iter().flatten() {
        let Ok(claimed) = claimed.as_str().parse::<f64>() else {
            return Err(call
                .arguments
                .fault(format_args!("takes numbers as keys, and `{}` is none", claimed.as_str())));
        };
        points.push((operator::threshold(&Value::number(claimed))?, operator::threshold(measured)?));
    }
    if points.is_empty() {
        return Err(call.arguments.fault("takes at least one pair of what was claimed and what was measured"));
    }
    points.sort_by_key(|&(claimed, _)| claimed);
    Ok(points)
}

/// The measured confidence on the straight line between the two pairs around what was claimed; that of the nearest pair
/// beyond the ends.
fn interpolate(points: &[(Confidence, Confidence)], claimed: Confidence) -> Confidence {
    let above = points.partition_point(|&(at, _)| at < claimed);
    let (Some(&(high, to)), Some(&(low, from))) =
        (points.get(above), above.checked_sub(1).and_then(|at| points.get(at)))
    else {
        let nearest = above.min(points.len() - 1);
        return points[nearest].1;
    };
    let (width, part) = (u128::from(high.weight() - low.weight()), u128::from(claimed.weight() - low.weight()));
    let sum = u128::from(from.weight()) * (width - part) + u128::from(to.weight()) * part;
    Confidence::ratio(sum.min(u128::from(STEPS) * width), width)
}

impl Calibration {
    pub(super) fn function(&self) -> &Value {
        &self.function
    }

    pub(super) fn argument(&self) -> Value {
        self.x.confidence().number().map_or(Value::NULL, Value::number)
    }

    pub(super) fn resume(&mut self, reply: Value) -> Result<Step, Fault> {
        let x = std::mem::take(&mut self.x);
        operator::confident(x, &reply).map(Step::Done)
    }

    pub(super) fn store(&self, encoder: &mut Encoder) -> (Stored, Stored) {
        (encoder.store(&self.x), encoder.store(&self.function))
    }

    pub(super) fn load((x, function): (Stored, Stored), decoder: &Decoder) -> Result<Self, Fault> {
        Ok(Self { x: decoder.load(x)?, function: decoder.load(function)? })
    }

    pub(super) fn values(&self) -> Vec<&Value> {
        vec![&self.x, &self.function]
    }
}
