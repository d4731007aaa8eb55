//! Equality and order of values.
//!
//! Both look at content alone. Whatever walks into a list or object charges for it first: shared storage makes it easy
//! to build a value that is far larger to walk than to hold.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use super::confidence::Lanes;
use super::fault::Fault;
use super::limits::{KEY, Meter};
use super::payload::{Value, View};
use crate::diagnostic::Code;

/// The steps of going into a list or object, which lies elsewhere, beside its parts.
const INSIDE: u64 = 3;

/// Whether two values are of the same type and deeply equal; functions and agents by identity.
#[inline]
pub fn equal(a: &Value, b: &Value, meter: &mut Meter) -> Result<bool, Fault> {
    if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
        return Ok(a == b);
    }
    equal_content(a, b, meter)
}

fn equal_content(a: &Value, b: &Value, meter: &mut Meter) -> Result<bool, Fault> {
    Ok(match (a.view(), b.view()) {
        (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Text(a), View::Text(b)) => {
            if a.len() == b.len() {
                meter.steps(a.len() as u64 / 16)?;
            }
            a == b
        }
        (View::List(a), View::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            meter.walk(INSIDE + a.len() as u64)?;
            for (a, b) in a.iter().zip(b) {
                if !equal(a, b, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        (View::Object(a), View::Object(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            meter.walk(INSIDE + a.len() as u64)?;
            for (index, (key, a)) in a.iter().enumerate() {
                let other = b.find_near(key, index).and_then(|place| b.at(place));
                match other {
                    Some(b) if equal(a, b, meter)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        (View::Closure(a), View::Closure(b)) => a.identity == b.identity,
        (View::Native(a), View::Native(b)) => a == b,
        (View::Agent(a), View::Agent(b)) => a.id == b.id && equal(&a.options, &b.options, meter)?,
        (View::Error(a), View::Error(b)) => {
            a.code == b.code && equal(&a.message, &b.message, meter)? && equal(&a.data, &b.data, meter)?
        }
        _ => false,
    })
}

/// The lanes of a test for equality: of all parts where types and lengths agree, else of the two values' own.
#[inline]
pub fn equality_lanes(a: &Value, b: &Value, meter: &mut Meter) -> Result<Lanes, Fault> {
    if a.is_plain() || b.is_plain() {
        return Ok(a.lanes().meet(b.lanes()));
    }
    if a.kind() == b.kind() && a.size() == b.size() {
        Ok(meter.least(a)?.meet(meter.least(b)?))
    } else {
        Ok(a.lanes().meet(b.lanes()))
    }
}

/// How two values stand to each other: numbers, texts by code point, null below every number and equal to null.
/// Nothing for NaN; the fault `R002` for what has no order.
#[inline]
pub fn compare(a: &Value, b: &Value, meter: &mut Meter) -> Result<Option<Ordering>, Fault> {
    match (a.view(), b.view()) {
        (View::Number(a), View::Number(b)) => Ok(a.partial_cmp(&b)),
        (View::Text(a), View::Text(b)) => {
            meter.steps(a.len().min(b.len()) as u64 / 16)?;
            Ok(Some(a.cmp(b)))
        }
        (View::Null, View::Null) => Ok(Some(Ordering::Equal)),
        (View::Null, View::Number(b)) => Ok((!b.is_nan()).then_some(Ordering::Less)),
        (View::Number(a), View::Null) => Ok((!a.is_nan()).then_some(Ordering::Greater)),
        _ => Err(unordered(a, b)),
    }
}

/// For each value the index of the first that it equals: its own where it is the first. NaN equals nothing.
pub fn classes(values: &[Value], meter: &mut Meter) -> Result<Vec<usize>, Fault> {
    let mut seen: HashTable<(u64, usize)> = HashTable::with_capacity(values.len().min(16));
    let mut classes = Vec::with_capacity(values.len());
    meter.steps((1 + KEY) * values.len() as u64)?;
    for (index, value) in values.iter().enumerate() {
        let hash = hash(value, meter)?;
        let mut failed = Ok(());
        let same = |&(other, first): &(u64, usize)| {
            other == hash
                && equal(&values[first], value, meter).unwrap_or_else(|fault| {
                    failed = Err(fault);
                    true
                })
        };
        let class = seen.find(hash, same).map_or(index, |&(_, first)| first);
        failed?;
        if class == index {
            seen.insert_unique(hash, (hash, index), |&(hash, _)| hash);
        }
        classes.push(class);
    }
    Ok(classes)
}

/// The indices of the values that equal none before them.
pub fn firsts(values: &[Value], meter: &mut Meter) -> Result<Vec<usize>, Fault> {
    let classes = classes(values, meter)?;
    Ok(classes.iter().enumerate().filter(|&(index, &class)| index == class).map(|(index, _)| index).collect())
}

/// A number that is the same for equal values, and drawn anew for each process so that nobody can prepare collisions.
fn hash(value: &Value, meter: &mut Meter) -> Result<u64, Fault> {
    static SEED: OnceLock<RandomState> = OnceLock::new();
    let seed = SEED.get_or_init(RandomState::default);
    let mut hasher = seed.build_hasher();
    hasher.write_u8(value.kind() as u8);
    match value.view() {
        View::Bool(bool) => hasher.write_u8(bool.into()),
        // Both zeros are equal.
        View::Number(number) => hasher.write_u64(if number == 0.0 { 0 } else { number.to_bits() }),
        View::Text(text) => {
            meter.steps(text.len() as u64 / 16)?;
            hasher.write(text.as_bytes());
        }
        View::List(list) => {
            meter.walk(list.len() as u64)?;
            for item in list {
                hasher.write_u64(hash(item, meter)?);
            }
        }
        View::Object(object) => {
            meter.walk(object.len() as u64)?;
            let mut sum = 0u64;
            for (key, value) in object {
                // Objects are equal whatever the order of their keys.
                let mut entry = seed.build_hasher();
                entry.write(key.as_str().as_bytes());
                entry.write_u64(hash(value, meter)?);
                sum = sum.wrapping_add(entry.finish());
            }
            hasher.write_u64(sum);
        }
        View::Native(id) => hasher.write_u16(id),
        View::Closure(closure) => hasher.write_u64(closure.identity),
        View::Agent(agent) => hasher.write_u32(agent.id),
        View::Error(error) => hasher.write(error.code.name().as_bytes()),
        View::Null | View::Cell(_) => {}
    }
    Ok(hasher.finish())
}

#[cold]
fn unordered(a: &Value, b: &Value) -> Fault {
    let message =
        format!("{} and {} have no order; compare two numbers or two strings", a.kind().phrase(), b.kind().phrase());
    Fault::new(Code::R002, message).about(a).about(b)
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Limits};
    use super::*;

    #[test]
    fn equal_values_fall_into_one_class() {
        let mut meter = Meter::new(Limits::SANDBOX);
        let object = |keys: [&str; 2]| Value::object(keys.map(|key| (Key::new(key), Value::text(key)))).unwrap();
        let values = [
            Value::number(0.0),
            Value::number(-0.0),
            Value::number(f64::NAN),
            Value::number(f64::NAN),
            object(["a", "b"]),
            object(["b", "a"]),
            Value::text("0"),
            Value::NULL,
            Value::FALSE,
            Value::list(vec![Value::number(1.0)]).unwrap(),
            Value::from(super::super::Range::new(1.0, 1.0, 1, Lanes::EXACT)),
        ];
        assert_eq!(classes(&values, &mut meter).unwrap(), [0, 0, 2, 3, 4, 4, 6, 7, 8, 9, 9]);
        assert_eq!(firsts(&values, &mut meter).unwrap(), [0, 2, 3, 4, 6, 7, 8, 9]);
    }
}
