//! Equality and order of values.
//!
//! Both look at content alone. Whatever walks into a list or object charges for it first: shared storage makes it easy
//! to build a value that is far larger to walk than to hold.

use std::cmp::Ordering;

use super::confidence::Lanes;
use super::fault::Fault;
use super::limits::Meter;
use super::payload::{Value, View};
use crate::diagnostic::Code;

/// Whether two values are of the same type and deeply equal; functions and agents by identity.
pub fn equal(a: &Value, b: &Value, meter: &mut Meter) -> Result<bool, Fault> {
    Ok(match (a.view(), b.view()) {
        (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Number(a), View::Number(b)) => a == b,
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
            meter.steps(a.len() as u64)?;
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
            meter.steps(a.len() as u64)?;
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
pub fn equality_lanes(a: &Value, b: &Value, meter: &mut Meter) -> Result<Lanes, Fault> {
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

#[cold]
fn unordered(a: &Value, b: &Value) -> Fault {
    let (a, b) = (a.kind().phrase(), b.kind().phrase());
    Fault::new(Code::R002, format!("{a} and {b} have no order; compare two numbers or two strings"))
}
