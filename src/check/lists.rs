//! Lists made from lists.

use super::domain::{Id, Known, List, Null, Number, Shape};
use super::read::{anywhere, elements, kept};
use std::rc::Rc;

/// What `take`, `concat`, `entries` and their like give.
pub(super) fn listed(name: &str, args: &[Known]) -> Known {
    let nothing = Known::null();
    let x = args.first().unwrap_or(&nothing);
    let (element, low, high) = kept(x);
    let count = args.get(1).map(super::interval::numbers).unwrap_or_else(Number::any);
    let (fewest, most) = count.counts();
    let mut known = Known::constant(Shape::Plain);
    known.absorb(&Known { shape: Shape::Plain, ..x.clone() });
    for arg in args.iter().skip(1) {
        // What is no list is put in as it is, and says nothing of the list.
        let read = name != "concat" || matches!(arg.shape, Shape::List(_) | Shape::Any);
        if read {
            let before = known.claim;
            known.absorb(&Known { shape: Shape::Plain, ..arg.clone() });
            if name == "concat" && matches!(arg.shape, Shape::Any) {
                known.claim = known.claim.join(before);
            }
        }
    }
    known.nothing = None;
    let least = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let plain = Known { null: Null::Never, id: Id::NONE, ..Known::computed(args.iter(), Shape::Plain) };
    if matches!(name, "take" | "drop" | "slice" | "concat") && !matches!(x.shape, Shape::List(_)) {
        // Of a text a text, of anything anything.
        let shape = if matches!(x.shape, Shape::Text(_) | Shape::Plain) { Shape::Plain } else { Shape::Any };
        let whole = Known { shape, ..plain };
        return match name {
            "drop" | "slice" => whole.measured(x, count.low >= 1.0 && x.is_filled()),
            "take" => whole.measured(x, false),
            _ => whole,
        };
    }
    let (element, low, high) = match name {
        "take" => (element, low.min(fewest), least(high, most)),
        "drop" => (element, low.saturating_sub(most.unwrap_or(u64::MAX)), high.map(|h| h.saturating_sub(fewest))),
        "slice" => {
            let end = args.get(2).map(super::interval::numbers);
            // Places are cut to whole numbers.
            let from = if count.low >= 0.0 && count.low.is_finite() { count.low as u64 } else { 0 };
            let cut = match &end {
                Some(end) if end.low >= 0.0 && count.low >= 0.0 => {
                    least(high.map(|h| h.saturating_sub(from)), end.counts().1.map(|e| e.saturating_sub(from)))
                }
                _ => high.map(|h| h.saturating_sub(from)),
            };
            (element, if end.is_some() { 0 } else { low.saturating_sub(most.unwrap_or(u64::MAX)) }, cut)
        }
        "reverse" | "toReversed" | "values" | "from" => {
            if let Shape::Object(object) = &x.shape {
                let all = object.fields.values().chain(object.others.iter()).cloned().reduce(|a, b| a.join(&b));
                let bounded = object.others.is_none().then_some(object.fields.len() as u64);
                (all, bounded.unwrap_or(0), bounded)
            } else {
                (element, low, high)
            }
        }
        "concat" => {
            let mut all = element;
            let (mut low, mut high) = (low, high);
            for arg in &args[1..] {
                let (more, from, to) = if matches!(arg.shape, Shape::List(_) | Shape::Any) {
                    kept(arg)
                } else {
                    (Some(arg.clone()), 1, Some(1))
                };
                all = match (all, more) {
                    (Some(a), Some(b)) => Some(a.join(&b)),
                    (a, b) => a.or(b),
                };
                low += from;
                high = high.zip(to).map(|(a, b)| a + b);
            }
            (all, low, high)
        }
        "chunk" => {
            let inner = known.clone();
            let rows = Known {
                shape: Shape::List(Rc::new(List { element, low: 1, high: least(high, most), items: None, size: None })),
                ..inner
            };
            (
                Some(rows),
                most.map_or(u64::from(low > 0), |most| low.div_ceil(most.max(1))),
                high.map(|h| h.div_ceil(fewest.max(1))),
            )
        }
        "entries" => {
            let pair = match &x.shape {
                Shape::Object(object) => {
                    let all = object.fields.values().chain(object.others.iter()).cloned().reduce(|a, b| a.join(&b));
                    vec![plain.clone(), all.unwrap_or_else(Known::null)]
                }
                _ => vec![plain.clone(), element.unwrap_or_else(Known::null)],
            };
            let pair = List { element: None, low: 2, high: Some(2), items: Some(Rc::new(pair)), size: None };
            (Some(Known::constant(Shape::List(Rc::new(pair)))), low, high)
        }
        "range" => {
            let (from, to) = if args.len() == 1 {
                (Number::exactly(0.0), super::interval::numbers(x))
            } else {
                (super::interval::numbers(x), count.clone())
            };
            let span = Number { low: to.low - from.high, high: to.high - from.low, ..Number::any() };
            let (low, high) = if args.len() > 2 { (0, span.counts().1) } else { span.counts() };
            let element =
                Number { low: from.low, high: (to.high - 1.0).max(from.low), whole: from.whole, ..Number::any() };
            (Some(Known { shape: Shape::Number(Rc::new(element)), ..plain }), low, high)
        }
        "flat" => match element.map(|e| (e.shape.clone(), e)) {
            Some((Shape::List(inner), e)) if args.len() == 1 => {
                let before = known.claim;
                known.absorb(&Known { shape: Shape::Plain, ..e });
                if low == 0 {
                    known.claim = known.claim.join(before);
                }
                (inner.any(), 0, None)
            }
            Some((Shape::Number(_) | Shape::Text(_) | Shape::Bool(_) | Shape::Plain, e)) => (Some(e), low, high),
            Some(_) => {
                let before = known.claim;
                known.absorb(&Known { shape: Shape::Plain, ..anywhere(x) });
                known.claim = known.claim.join(before);
                (Some(anywhere(x)), 0, None)
            }
            None => (None, 0, Some(0)),
        },
        "zip" => {
            let columns = args.iter().map(|list| kept(list).0.unwrap_or_else(Known::null)).collect();
            let count = args.len() as u64;
            let row = List { element: None, low: count, high: Some(count), items: Some(Rc::new(columns)), size: None };
            let row = Known { shape: Shape::List(Rc::new(row)), ..plain };
            let fewest = args.iter().map(|list| elements(list).1).min().unwrap_or(0);
            (Some(row), fewest, args.iter().filter_map(|list| elements(list).2).min())
        }
        "split" => (Some(plain), 1, None),
        "keys" => (Some(plain), low, high),
        _ => (Some(plain), 0, None),
    };
    known.shape = Shape::List(Rc::new(List { element, low, high, items: None, size: None }));
    known.measures = Rc::default();
    known.filled = false;
    match name {
        "drop" | "slice" => known.measured(x, count.low >= 1.0 && x.is_filled()),
        "take" | "reverse" | "toReversed" => known.measured(x, false),
        _ => known,
    }
}
