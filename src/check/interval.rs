//! Numbers between bounds.

use super::domain::{Known, Number, Shape};
use super::few::Few;
use super::turns::EXACT;
use crate::hir::Binary;
use std::rc::Rc;

/// What arithmetic gives.
pub(super) fn arithmetic(binary: Binary, a: &Known, b: &Known) -> Shape {
    if binary == Binary::Add {
        if let (Some(x), Some(y)) = (a.as_text(), b.as_text()) {
            return if x.len() + y.len() < 4096 { Shape::Text(Rc::from(format!("{x}{y}"))) } else { Shape::Plain };
        }
        if a.as_number().is_none() || b.as_number().is_none() {
            return Shape::Plain;
        }
    }
    let (x, y) = (numbers(a), numbers(b));
    let corners = |f: fn(f64, f64) -> f64| {
        let all = [f(x.low, y.low), f(x.low, y.high), f(x.high, y.low), f(x.high, y.high)];
        if all.iter().any(|v| v.is_nan()) {
            return (f64::NEG_INFINITY, f64::INFINITY);
        }
        (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    let none = x.may_be_none() || y.may_be_none() || binary == Binary::Power;
    let (low, high) = match binary {
        _ if none => (f64::NEG_INFINITY, f64::INFINITY),
        Binary::Add => (x.low + y.low, x.high + y.high),
        Binary::Subtract => (x.low - y.high, x.high - y.low),
        Binary::Multiply => corners(|p, q| p * q),
        Binary::Divide if y.low > 0.0 || y.high < 0.0 => corners(|p, q| p / q),
        // The remainder of what is not finite is no number.
        Binary::Remainder if y.low > 0.0 && (x.whole || x.low.is_finite() && x.high.is_finite()) => {
            let most = if x.whole && y.whole { y.high - 1.0 } else { y.high };
            (if x.low >= 0.0 { 0.0 } else { -most }, most.min(if x.low >= 0.0 { x.high } else { most }))
        }
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    };
    let low = if low.is_nan() { f64::NEG_INFINITY } else { low };
    let high = if high.is_nan() { f64::INFINITY } else { high };
    let kept = matches!(binary, Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Remainder);
    // What is too large for a number is not whole any more.
    let bounded = |n: &Number| n.low.is_finite() && n.high.is_finite();
    let exceeds = bounded(&x) && bounded(&y) && !(low.is_finite() && high.is_finite());
    // What is multiplied turn after turn leaves all bounds; a length is no such number.
    let plain = |n: &Number| bounded(n) || n.length_of.is_some();
    let tame = binary != Binary::Multiply || plain(&x) && plain(&y);
    let whole = x.whole && y.whole && kept && !exceeds && tame;
    let assessed = match (&x.assessed, &y.assessed) {
        (Some(p), Some(q)) => Some(p.union(q)),
        (p, q) => p.clone().or_else(|| q.clone()),
    };
    let changed = assessed.is_some();
    Shape::Number(Rc::new(Number {
        low,
        high,
        whole,
        rounded: kept && x.is_rounded() && y.is_rounded(),
        nan: none,
        confidence_of: None,
        below: Few::NONE,
        length_of: None,
        assessed,
        changed,
        sized: tame && stays_finite(binary, &x, &y),
        finite: false,
        line: None,
        ratio: None,
    }))
}

/// The numbers a value can be; any, where that is not known. Data that nobody computed are numbers, if anything.
pub(super) fn numbers(x: &Known) -> Number {
    let unknown = || if x.shape == Shape::Any { Number::real() } else { Number::any() };
    x.as_number().cloned().unwrap_or_else(unknown)
}

impl Known {
    /// Whether it may be the number that nothing can be divided by.
    pub fn may_be_nought(&self) -> bool {
        self.as_number().is_none_or(|number| number.low <= 0.0 && number.high >= 0.0)
    }
}

/// The least or the greatest of several numbers.
pub(super) fn extreme(all: &[Known], least: bool) -> Shape {
    let mut found: Option<Number> = None;
    for known in all {
        let x = numbers(known);
        found = Some(match found {
            None => x,
            Some(y) => {
                let pick = |a: f64, b: f64| if least { a.min(b) } else { a.max(b) };
                let assessed = match (&x.assessed, &y.assessed) {
                    // The least of several is no more than each of them was assessed to be.
                    (Some(p), Some(q)) if least => Some(p.union(q)),
                    (p, q) => p.clone().or_else(|| q.clone()),
                };
                // A constant ceiling is a cap: whatever arithmetic did before it, no more than the cap is stated.
                let capped = least && (x.constant().is_some() || y.constant().is_some());
                // With what is no number there is neither a least nor a greatest.
                let none = x.may_be_none() || y.may_be_none();
                let (low, high) = match none {
                    true => (f64::NEG_INFINITY, f64::INFINITY),
                    false => (pick(x.low, y.low), pick(x.high, y.high)),
                };
                Number {
                    low,
                    high,
                    whole: x.whole && y.whole,
                    rounded: x.is_rounded() && y.is_rounded(),
                    nan: none,
                    confidence_of: None,
                    below: if least { x.below.union(&y.below) } else { Few::NONE },
                    length_of: None,
                    assessed,
                    changed: (x.changed || y.changed) && !capped,
                    sized: x.is_finite() && y.is_finite(),
                    finite: x.is_bounded() && y.is_bounded(),
                    line: None,
                    ratio: None,
                }
                .settled()
            }
        });
    }
    Shape::Number(Rc::new(found.unwrap_or_else(Number::any)))
}

/// Whether what is computed of two finite numbers is finite as well.
fn stays_finite(binary: Binary, x: &Number, y: &Number) -> bool {
    let apart = y.low >= LEAST || y.high <= -LEAST;
    let keeps = match binary {
        Binary::Add | Binary::Subtract | Binary::Multiply => true,
        Binary::Divide | Binary::Remainder => apart,
        _ => false,
    };
    keeps && x.is_finite() && y.is_finite()
}

/// What is divided by this or more does not grow beyond all bounds.
const LEAST: f64 = 1e-6;

/// Whether a number that so much is taken from cannot be taken from for ever: by fractions it can, and beyond what is exact
/// nothing may be gone.
pub(super) fn steps_down(x: &Number, by: f64) -> bool {
    by >= 1.0 && by.is_finite() && keeps_exact(x) && (x.whole || x.sized || x.high < EXACT)
}

/// Whether nothing says that a number lies beyond what is exact.
pub(super) fn keeps_exact(x: &Number) -> bool {
    is_exact(x.low) && is_exact(x.high)
}

/// The same of an end of what it can be.
pub(super) fn is_exact(end: f64) -> bool {
    end.is_infinite() || end.abs() < EXACT
}

/// What a computed number is no larger than: what it falls from by a step, when it is bounded below.
pub(super) fn measured(binary: Binary, a: &Known, b: &Known, result: Known) -> Known {
    let Some(number) = result.as_number() else { return result };
    let (x, y) = (numbers(a), numbers(b));
    match binary {
        Binary::Subtract if y.low >= 0.0 && number.low.is_finite() => result.measured(a, steps_down(&x, y.low)),
        Binary::Add if y.high <= 0.0 && number.low.is_finite() => result.measured(a, steps_down(&x, -y.high)),
        Binary::Divide if y.low >= 2.0 && x.low >= 1.0 && x.low.is_finite() => result.measured(a, true),
        Binary::Remainder if y.low > 0.0 && number.low >= 0.0 && x.whole && y.whole => result.measured(b, true),
        _ => result,
    }
}

#[cfg(test)]
mod proof;
