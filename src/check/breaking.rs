//! Which arguments of a built-in tell whether it fails: those that may not suit its signature, and those of which it takes
//! some values of a type and refuses others.

use super::domain::{Known, List, Null, Shape};
use super::failing::{between, number, open, ordered};
use super::oversize::makes_too_much;
use super::read::elements;
use crate::builtin::{self, BuiltinId, Numbers};
use crate::hir::NamedType;
use crate::types::{Field, Literal, Parameter, Type};
use crate::value::Kind;

/// The arguments that tell whether a built-in fails.
pub(super) fn breaks(builtin: BuiltinId, args: &[Known]) -> Vec<&Known> {
    args.iter().enumerate().filter(|(place, _)| breaks_at(builtin, args, *place)).map(|(_, arg)| arg).collect()
}

/// Whether the argument at a place tells whether a built-in fails.
fn breaks_at(builtin: BuiltinId, args: &[Known], place: usize) -> bool {
    let (name, arg) = (builtin.entry().name, &args[place]);
    let parameters = &builtin.signature().parameters;
    let parameter = parameters.get(place).or(parameters.last().filter(|last| last.rest));
    parameter.is_some_and(|parameter| !suits_parameter(arg, parameter))
        || is_outside(builtin, place, arg)
        || parameter.is_some_and(|parameter| is_set_up(arg, &parameter.value))
        || is_refused(name, place, args)
        || by_content(name, args)
        || makes_too_much(name, args, place)
}

/// Whether the receiver tells whether a method fails, and which arguments do.
pub(super) fn breaks_as_method<'k>(name: &str, receiver: &Known, given: &'k [Known]) -> (bool, Vec<&'k Known>) {
    let all: Vec<Known> = std::iter::once(receiver).chain(given).cloned().collect();
    let of_receiver = |builtin: &&BuiltinId| {
        let receivers = builtin.entry().receivers;
        kind(receiver).map_or(!receivers.is_empty(), |kind| receivers.contains(&kind))
    };
    let meant: Vec<BuiltinId> = builtin::named(name).iter().filter(of_receiver).copied().collect();
    let fails = |place: usize| meant.iter().any(|builtin| breaks_at(*builtin, &all, place));
    let told = given.iter().enumerate().filter(|(at, _)| fails(at + 1)).map(|(_, arg)| arg).collect();
    (meant.is_empty() || fails(0), told)
}

/// What kind of value it is for certain, as far as methods are concerned.
fn kind(known: &Known) -> Option<Kind> {
    Some(match &known.shape {
        Shape::List(_) => Kind::List,
        Shape::Object(_) => Kind::Object,
        Shape::Number(_) => Kind::Number,
        Shape::Text(_) => Kind::Text,
        Shape::Bool(_) => Kind::Bool,
        _ => return None,
    })
}

/// The arguments of a form that tell whether it fails before any of its tasks begins.
pub(super) fn breaks_form(form: BuiltinId, args: &[Known]) -> Vec<&Known> {
    let set_up = |arg: &Known| matches!(arg.shape, Shape::Object(_)) && !is_fixed(arg);
    let fails = |(place, arg): &(usize, &Known)| {
        open(arg) || is_outside(form, *place, arg) || lists_no_tasks(arg) || set_up(arg)
    };
    args.iter().enumerate().filter(fails).map(|(_, arg)| arg).collect()
}

/// Whether it is a list in which there may be something else than a task.
fn lists_no_tasks(known: &Known) -> bool {
    let Shape::List(_) = known.shape else { return false };
    elements(known).0.is_some_and(|element| open(&element) || !element.shape.is_function())
}

/// Whether a built-in refuses some numbers at a place, and this may be one of them.
fn is_outside(builtin: BuiltinId, place: usize, arg: &Known) -> bool {
    let name = builtin.entry().name;
    let told = match limited(name, place) {
        Some(bounds) => Some((bounds, true)),
        None => {
            let parameter = builtin.signature().parameters.get(place);
            let numbers = parameter.and_then(|parameter| builtin.numbers(&parameter.name));
            numbers.map(|numbers| (numbers.bounds(), matches!(numbers, Numbers::Count(..))))
        }
    };
    told.is_some_and(|((low, high), whole)| {
        !(between(arg, low, high) && arg.as_number().is_some_and(|number| number.whole || !whole))
    })
}

/// The whole numbers with which a built-in does not fail because of what it makes, where it fails with others.
fn limited(name: &str, place: usize) -> Option<(f64, f64)> {
    Some(match (name, place) {
        // What they make is no larger than a list or text may be.
        ("repeat" | "padStart" | "padEnd", 1) => (0.0, 10_000.0),
        ("range", 0 | 1) => (-10_000.0, 10_000.0),
        ("range", 2) => (1.0, 9_007_199_254_740_991.0),
        ("fromCodePoint", _) => (0.0, f64::from(0xd7ff)),
        _ => return None,
    })
}

/// Whether something is set up by this: of what options name, some is refused, whatever it is. What is only written down, or asked
/// whether it is true, never is.
fn is_set_up(arg: &Known, wanted: &Type) -> bool {
    match wanted {
        Type::Object(wanted) if !wanted.fields.is_empty() => match &arg.shape {
            Shape::Object(object) => {
                let harmless = |name: &str| matches!(name, "context" | "condition");
                let fields = object.fields.iter().filter(|(name, _)| !harmless(name)).map(|(_, field)| field);
                !fields.chain(&object.others).all(is_fixed)
            }
            _ => !is_fixed(arg),
        },
        Type::Union(all) => all.iter().any(|wanted| is_set_up(arg, wanted)),
        _ => false,
    }
}

/// Whether it is what it is, wherever its confidence comes from.
fn is_fixed(known: &Known) -> bool {
    let shape = match &known.shape {
        Shape::Number(number) => number.constant().is_some(),
        Shape::List(list) => list.high == Some(list.low) && elements(known).0.is_none_or(|element| is_fixed(&element)),
        Shape::Object(object) => object.others.is_none() && object.fields.values().all(is_fixed),
        Shape::Plain => known.null == Null::Always,
        Shape::Any => false,
        _ => true,
    };
    shape && known.null != Null::Maybe
}

/// Whether a built-in, whose signature takes anything at a place, refuses some of it, and this may be one.
fn is_refused(name: &str, place: usize, args: &[Known]) -> bool {
    let arg = &args[place];
    let numbers = || elements(arg).0.is_none_or(|element| number(&element));
    let first = |pair: &List| pair.items.as_ref().and_then(|items| items.first().cloned()).or_else(|| pair.any());
    let pair = |element: &Known| match &element.shape {
        Shape::List(pair) => pair.low >= 2 && first(pair).is_some_and(|key| !open(&key)),
        _ => false,
    };
    match (name, place) {
        ("keys" | "values" | "entries" | "from" | "test", 0) | ("get", 0 | 1) | ("split", 1) => open(arg),
        ("matches" | "replace" | "replaceAll", 1..) => open(arg),
        ("includes" | "indexOf" | "lastIndexOf", 1) => open(arg) && !matches!(args[0].shape, Shape::List(_)),
        ("zip" | "merge", 1..) => open(arg),
        ("pick" | "omit", 1..) => open(arg) || elements(arg).0.is_some_and(|key| open(&key)),
        ("average", 0) => !numbers(),
        ("fromEntries", 0) => elements(arg).0.is_some_and(|element| open(&element) || !pair(&element)),
        ("sequential" | "escalate", _) => lists_no_tasks(arg),
        // What a function measures is looked at where it is called.
        ("calibrate", 1) => !is_fixed(arg),
        _ => false,
    }
}

/// Whether a value suits a parameter in any case; what may be left out may be null.
fn suits_parameter(known: &Known, parameter: &Parameter) -> bool {
    let given = Known { null: Null::Never, ..known.clone() };
    let wanted = match &parameter.value {
        Type::List(each) if parameter.rest => each,
        wanted => wanted,
    };
    suits(&[], if parameter.optional { &given } else { known }, wanted)
}

/// Whether a value is of a type in any case, as far as its kind tells; any text that is not known may be a truth value.
pub(super) fn suits(types: &[NamedType], known: &Known, wanted: &Type) -> bool {
    let there = known.null == Null::Never;
    match wanted {
        Type::Any => true,
        Type::Null => known.null == Null::Always,
        Type::Number => number(known),
        Type::String => there && matches!(known.shape, Shape::Plain | Shape::Text(_)),
        Type::Boolean => there && matches!(known.shape, Shape::Plain | Shape::Bool(_)),
        Type::Literal(Literal::Text(text)) => there && matches!(&known.shape, Shape::Text(is) if **is == **text),
        Type::Literal(Literal::Number(x)) => known.as_constant() == Some(*x),
        Type::Literal(Literal::Bool(x)) => there && known.shape == Shape::Bool(*x),
        Type::List(each) => {
            let suits = |element: Known| suits(types, &element, each);
            there && matches!(known.shape, Shape::List(_)) && elements(known).0.is_none_or(suits)
        }
        Type::Object(wanted) => match &known.shape {
            Shape::Object(object) => {
                let suits = |field: &Field| match object.field(&field.name) {
                    Some(known) if field.optional && known.null == Null::Always => true,
                    Some(known) => suits(types, &known, &field.value),
                    None => field.optional,
                };
                there && wanted.fields.iter().all(suits)
            }
            _ => false,
        },
        Type::Function(_) => there && known.shape.is_function(),
        Type::Union(all) => {
            // Null, and what else it may be, may suit one each.
            let given = Known { null: Null::Never, ..known.clone() };
            let nullable = all.contains(&Type::Null) && known.null == Null::Maybe;
            let known = if nullable { &given } else { known };
            all.iter().any(|one| suits(types, known, one))
        }
        Type::Agent(_) | Type::Agents { .. } => there && matches!(known.shape, Shape::Agent(_) | Shape::List(_)),
        Type::Named(id) => types.get(id.0 as usize).is_some_and(|named| suits(types, known, &named.definition)),
    }
}

/// Whether a built-in fails on some values of the type that it takes, whichever argument tells, and may do so here.
fn by_content(name: &str, args: &[Known]) -> bool {
    match name {
        "parse" | "repeat" | "toFixed" | "reduce" | "reduceRight" | "expect" | "independent" => true,
        "decay" | "cap" | "endorse" | "confident" => args.get(1).is_some_and(|by| !between(by, 0.0, 1.0)),
        "sort" | "toSorted" | "min" | "max" => {
            let element = args.first().and_then(|list| elements(list).0);
            let of = |list: &Known| if args.len() == 1 { element.clone() } else { Some(list.clone()) };
            let all: Vec<Known> = match name {
                "sort" | "toSorted" => element.clone().filter(|_| args.len() == 1).into_iter().collect(),
                _ => args.iter().filter_map(of).collect(),
            };
            !ordered(&all)
        }
        _ => false,
    }
}
