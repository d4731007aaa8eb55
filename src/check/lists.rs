//! Lists made from lists, and objects from objects.

use super::domain::{Fact, Id, Known, List, Null, Number, Object, Shape};
use super::few::Sides;
use super::flow::Activation;
use super::read::{anywhere, elements, kept, kept_part};
use crate::ir::{Op, Var};
use std::rc::Rc;

/// How many fields there are: those that are never null are there.
fn fields(object: &Object) -> (u64, Option<u64>) {
    let low = object.fields.values().filter(|field| field.null == Null::Never).count() as u64;
    (low, object.most_fields())
}

/// What `take`, `concat`, `entries` and their like give.
pub(super) fn listed(name: &str, args: &[Known]) -> Known {
    let nothing = Known::null();
    let x = args.first().unwrap_or(&nothing);
    let (element, low, high) = kept(x);
    let count = args.get(1).map(super::interval::numbers).unwrap_or_else(Number::any);
    let (fewest, most) = count.counts();
    let mut known = Known::constant(Shape::Plain);
    known.absorb_own(x);
    for arg in args.iter().skip(1) {
        // What is no list is put in as it is, and says nothing of the list.
        let read = name != "concat" || matches!(arg.shape, Shape::List(_) | Shape::Any);
        if read {
            let before = known.claim;
            known.absorb_own(arg);
            if matches!(name, "take" | "drop" | "slice") {
                known.claim = known.claim.chosen(before, arg);
            }
            if name == "concat" && matches!(arg.shape, Shape::Any) {
                known.claim = known.claim.join(before);
                known.above = Sides::NONE;
            }
        }
    }
    known = known.without_nothing();
    let least = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let plain = Known { null: Null::Never, id: Id::NONE, ..Known::computed(args.iter(), Shape::Plain) };
    // Which keys there are is as sure as what has them.
    let key = super::read::own(&args[..args.len().min(1)], Shape::Plain).without_nothing();
    let key = Known { null: Null::Never, ..key };
    if matches!(name, "take" | "drop" | "slice" | "concat") && !matches!(x.shape, Shape::List(_)) {
        // Of a text a text, of anything anything.
        let shape = if matches!(x.shape, Shape::Text(_) | Shape::Plain) { Shape::Plain } else { Shape::Any };
        let mut whole = Known { shape, ..plain };
        if whole.shape == Shape::Any {
            // A list is as sure as itself, whatever is in it; a text is read as a whole.
            whole.inside = Some(Rc::new(whole.claim.of_each()));
            // What is no list says nothing of the list that it is put in.
            let list = if name == "concat" { known.claim } else { super::read::own(args, Shape::Plain).claim };
            whole.claim = whole.claim.join(list);
            whole.above = Sides::NONE;
        }
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
                // So many from the end.
                _ if count.high <= -1.0 && count.low.is_finite() => least(high, Some((-count.low).ceil() as u64)),
                _ => high.map(|h| h.saturating_sub(from)),
            };
            let rest = if end.is_some() || count.low < 0.0 && count.high >= 0.0 {
                0
            } else if count.high < 0.0 {
                // So many from the end.
                low.min(-count.high as u64)
            } else {
                low.saturating_sub(most.unwrap_or(u64::MAX))
            };
            (element, rest, cut)
        }
        "from" => match &x.shape {
            Shape::Object(object) => {
                let length = object.field("length");
                let (low, high) =
                    length.as_ref().map_or((0, Some(0)), |length| super::interval::numbers(length).counts());
                known.absorb(&Known { shape: Shape::Plain, ..length.unwrap_or_else(Known::null) });
                (Some(Known::null()), low, high)
            }
            _ => (element, low, high),
        },
        "values" => match &x.shape {
            Shape::Object(object) => {
                let (low, high) = fields(object);
                (object.any().map(|value| value.measured(x, true)), low, high)
            }
            _ => (element, low, high),
        },
        "reverse" | "toReversed" => (element, low, high),
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
            let (key, value) = match &x.shape {
                Shape::Object(object) => (key, object.any().map(|value| value.measured(x, true))),
                Shape::List(_) => (super::read::place_in(x, high), element),
                _ => (key, element),
            };
            let pair = List::of([key, value.unwrap_or_else(Known::null)]);
            (Some(Known { shape: Shape::List(Rc::new(pair)), ..known.clone() }), low, high)
        }
        "range" => {
            // What is left out may be written as null.
            let alone = (Number::exactly(0.0), super::interval::numbers(x));
            let (from, to) = match args.get(1).map_or(Null::Always, |end| end.null) {
                Null::Always => alone,
                Null::Never => (alone.1, count.clone()),
                Null::Maybe => (alone.0.join(&alone.1), alone.1.join(&count)),
            };
            let span = Number { low: (to.low - from.high).ceil(), high: (to.high - from.low).ceil(), ..Number::any() };
            let (low, high, element) = match args.get(2).map(super::interval::numbers) {
                None => {
                    let last = if from.whole && to.whole { to.high - 1.0 } else { to.high };
                    let (low, high) = span.counts();
                    (low, high, Number { low: from.low, high: last.max(from.low), whole: from.whole, ..Number::any() })
                }
                Some(step) => {
                    // Upwards or downwards, as the step says.
                    let most = if step.low > 0.0 {
                        (to.high - from.low) / step.low
                    } else if step.high < 0.0 {
                        (to.low - from.high) / step.high
                    } else {
                        f64::INFINITY
                    };
                    let most = Number { high: most.ceil(), ..Number::any() };
                    let ends = Number { low: from.low.min(to.low), high: from.high.max(to.high), ..Number::any() };
                    (0, most.counts().1, Number { whole: from.whole && step.whole, ..ends })
                }
            };
            (Some(Known { shape: Shape::Number(Rc::new(element)), ..plain }), low, high)
        }
        "flat" => match element.map(|e| (e.shape.clone(), e)) {
            Some((Shape::List(inner), e)) if args.len() == 1 => {
                let before = known.claim;
                known.absorb(&Known { shape: Shape::Plain, ..e });
                if low == 0 {
                    known.claim = known.claim.join(before);
                    known.above = Sides::NONE;
                }
                (inner.any(), 0, high.zip(inner.high).map(|(lists, each)| lists.saturating_mul(each)))
            }
            Some((Shape::Number(_) | Shape::Text(_) | Shape::Bool(_) | Shape::Plain, e)) => (Some(e), low, high),
            Some(_) => {
                let before = known.claim;
                known.absorb(&Known { shape: Shape::Plain, ..anywhere(x) });
                known.claim = known.claim.join(before);
                known.above = Sides::NONE;
                (Some(anywhere(x)), 0, most_flat(x, args.get(1).map_or(Some(1.0), Known::as_constant)))
            }
            None => (None, 0, Some(0)),
        },
        "zip" => {
            // Each has its own names for what is inside.
            let column = |list| kept(list).0.map_or_else(Known::null, |known| known.detached());
            let row = List::of(args.iter().map(column));
            let row = Known { shape: Shape::List(Rc::new(row)), ..known.clone() };
            let fewest = args.iter().map(|list| elements(list).1).min().unwrap_or(0);
            (Some(row), fewest, args.iter().filter_map(|list| elements(list).2).min())
        }
        "split" => {
            let separator = args.get(1).and_then(Known::as_text);
            let most = x.as_text().zip(separator).map(|(text, separator)| match separator.is_empty() {
                true => text.chars().count() as u64,
                false => text.split(&**separator).count() as u64,
            });
            let none = args.len() > 2 || separator.is_none_or(|separator| separator.is_empty()) && !x.is_filled();
            // A group that is not in what separates is null.
            let grouped = args.get(1).is_some_and(|by| super::spread::groups(by) != Some(0));
            let null = if grouped { Null::Maybe } else { plain.null };
            (Some(Known { null, ..plain }), u64::from(!none), most)
        }
        "keys" => (Some(key), low, high),
        "lines" => (Some(plain), 0, x.as_text().map(|text| text.lines().count() as u64)),
        // There is white space between two words.
        "words" => (Some(plain), 0, x.as_text().map(|text| text.chars().count().div_ceil(2) as u64)),
        _ => (Some(plain), 0, None),
    };
    known.shape = Shape::List(Rc::new(List { element, low, high, items: None, size: None }));
    known.measures = Sides::NONE;
    known.filled = false;
    if matches!(name, "take" | "drop" | "slice" | "reverse" | "toReversed") {
        // What is left of a list is left of one that had it.
        let others = args.iter().skip(1).map(|arg| arg.claim.least()).min().unwrap_or(super::domain::SURE);
        known.claim.filled = x.claim.filled.min(others);
    }
    match name {
        "drop" | "slice" => known.measured(x, count.low >= 1.0 && x.is_filled()),
        "take" | "reverse" | "toReversed" => known.measured(x, false),
        _ => known,
    }
}

/// How many elements there are at most when so many levels of lists are opened.
fn most_flat(list: &Known, levels: Option<f64>) -> Option<u64> {
    match &list.shape {
        Shape::List(list) => {
            let each = |part: &Known| match levels? {
                more if more >= 1.0 => most_flat(part, Some(more - 1.0)),
                _ => Some(1),
            };
            match &list.items {
                Some(items) => items.iter().map(each).sum(),
                None => list.high?.checked_mul(list.element.as_ref().map_or(Some(0), each)?),
            }
        }
        Shape::Number(_) | Shape::Text(_) | Shape::Bool(_) | Shape::Plain => Some(1),
        _ => None,
    }
}

/// All fields of several objects, the later ones over the earlier.
pub(super) fn merged(args: &[Known]) -> Shape {
    let mut object = Object::default();
    for arg in args.iter().filter(|arg| arg.null != Null::Always) {
        match &arg.shape {
            Shape::Object(given) => object.take_from(arg, given),
            _ => {
                object.put_anywhere(&kept_part(arg), None);
            }
        }
    }
    Shape::Object(Rc::new(object))
}

/// The fields of the first argument that the others name, or those that they do not name.
pub(super) fn chosen(args: &[Known], picks: bool) -> Shape {
    let Some((x, keys)) = args.split_first() else { return Shape::Any };
    let Shape::Object(object) = &x.shape else {
        return Shape::Object(Rc::new(Object { others: Some(kept_part(x)), ..Object::default() }));
    };
    let mut names: Option<Vec<Rc<str>>> = Some(Vec::new());
    for key in keys {
        let listed: Vec<Known> = match &key.shape {
            Shape::List(list) => list.items.as_ref().map_or_else(|| vec![Known::anything()], |items| items.to_vec()),
            _ => vec![key.clone()],
        };
        for key in listed {
            names = names.and_then(|mut names| {
                names.push(key.as_text()?.clone());
                Some(names)
            });
        }
    }
    let mut object = (**object).clone();
    match names {
        Some(names) => object.fields.retain(|key| names.iter().any(|name| **name == *key) == picks),
        None => object.fields.values_mut().for_each(Known::miss),
    }
    Shape::Object(Rc::new(object))
}

impl Activation<'_> {
    /// How long a list is at least out of which something was read at a place, if that is there.
    pub fn shows_length(&self, read: Var) -> Option<Fact> {
        let inst = self.instruction(read).filter(|inst| matches!(inst.op, Op::Index { from_end: false }))?;
        let place = self.held(inst.args[1])?.as_constant().filter(|place| *place >= 0.0)?;
        let list = self.held(inst.args[0])?;
        let unpacked = self.instruction(inst.args[0]).is_some_and(|made| matches!(made.op, Op::Unpack));
        let is_list = unpacked || matches!(list.shape, Shape::List(_));
        is_list.then_some(Fact::LengthFrom(list.id, place.floor() + 1.0))
    }

    /// What it shows of a list that the rest of it is not empty, or that nothing was kept of it.
    pub fn told_of_lists(&self, facts: &[Fact]) -> Vec<Fact> {
        let told = |fact: &Fact| -> Vec<Fact> {
            let (Fact::LengthFrom(id, _) | Fact::LengthTo(id, _)) = *fact else { return Vec::new() };
            let Some(inst) = self.instruction_of(id) else { return Vec::new() };
            let filters = match &inst.op {
                Op::CallMethod { name, .. } => &**name == "filter",
                Op::CallBuiltin { builtin, .. } => builtin.entry().name == "filter",
                _ => false,
            };
            match (*fact, &inst.op) {
                (Fact::LengthFrom(_, least), Op::Rest(from)) if least >= 1.0 => {
                    let whole = self.held(inst.args[0]);
                    whole.map(|whole| Fact::LengthFrom(whole.id, least + f64::from(*from))).into_iter().collect()
                }
                (Fact::LengthTo(_, most), _) if filters && most < 1.0 => {
                    let kept = self.held(Var(id.1)).filter(|kept| kept.id == id);
                    kept.and_then(|kept| kept.tests.as_deref()).map(|tests| tests.no.clone()).unwrap_or_default()
                }
                _ => Vec::new(),
            }
        };
        facts.iter().flat_map(told).collect()
    }
}
