//! The operators on values, with their laws of confidence.

use std::cmp::Ordering;

use super::confidence::{Confidence, Lanes};
use super::fault::Fault;
use super::limits::Meter;
use super::list::Range;
use super::payload::{Kind, Value};
use super::{display, order};
use crate::diagnostic::Code;

/// `a + b`: numbers are added, texts joined; a text renders what stands beside it. A text on the left grows in place
/// when nobody else holds it.
#[inline]
pub fn add(a: Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return Ok(Value::number(x + y).with(a.lanes().meet(b.lanes())));
    }
    join(a, b, meter)
}

fn join(a: Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    if a.kind() != Kind::Text && b.kind() != Kind::Text {
        return Err(mismatch("+", &a, b));
    }
    let lanes = meter.least(&a)?.meet(meter.least(b)?);
    let right = display::spelled(b, meter)?;
    let right = right.as_str();
    let joined = match a.as_text() {
        Some(left) => {
            match a.is_shared() || a.address().is_none() {
                true => meter.text((left.len() + right.len()) as u64)?,
                false => meter.append(left.len() as u64, right.len() as u64)?,
            }
            a.appended(right)
        }
        None => {
            let left = display::spelled(&a, meter)?;
            let left = left.as_str();
            meter.text((left.len() + right.len()) as u64)?;
            Value::joined(left, right)
        }
    };
    Ok(joined.with(lanes))
}

#[cold]
fn mismatch(operator: &str, a: &Value, b: &Value) -> Fault {
    let hint = match operator {
        "+" => "add two numbers, or make one side a string with `String(x)`",
        _ => "make both numbers, with `Number(x)` perhaps",
    };
    let (left, right) = (a.kind().phrase(), b.kind().phrase());
    Fault::new(Code::R002, format!("`{operator}` does not take {left} and {right}; {hint}")).about(a).about(b)
}

fn numbers(operator: &str, a: &Value, b: &Value) -> Result<(f64, f64, Lanes), Fault> {
    match (a.as_number(), b.as_number()) {
        (Some(x), Some(y)) => Ok((x, y, a.lanes().meet(b.lanes()))),
        _ => Err(mismatch(operator, a, b)),
    }
}

/// `a - b`
#[inline]
pub fn subtract(a: &Value, b: &Value) -> Result<Value, Fault> {
    let (x, y, lanes) = numbers("-", a, b)?;
    Ok(Value::number(x - y).with(lanes))
}

/// `a * b`
#[inline]
pub fn multiply(a: &Value, b: &Value) -> Result<Value, Fault> {
    let (x, y, lanes) = numbers("*", a, b)?;
    Ok(Value::number(x * y).with(lanes))
}

/// `a / b`; `R007` by zero
#[inline]
pub fn divide(a: &Value, b: &Value) -> Result<Value, Fault> {
    let (x, y, lanes) = numbers("/", a, b)?;
    if y == 0.0 { Err(by_zero("/")) } else { Ok(Value::number(x / y).with(lanes)) }
}

/// `a % b`, with the sign of a; `R007` by zero
#[inline]
pub fn remainder(a: &Value, b: &Value) -> Result<Value, Fault> {
    let (x, y, lanes) = numbers("%", a, b)?;
    if y == 0.0 { Err(by_zero("%")) } else { Ok(Value::number(modulo(x, y)).with(lanes)) }
}

/// What is left of a division, with the sign of the first number. Whole numbers need no division of fractions.
#[inline]
pub fn modulo(x: f64, y: f64) -> f64 {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let (a, b) = (x as i64, y as i64);
    if a as f64 == x && b as f64 == y && b != 0 && x.abs() < EXACT && y.abs() < EXACT {
        let (a, b) = (a.unsigned_abs(), b.unsigned_abs());
        // Short division is several times as fast.
        let left = match (u32::try_from(a), u32::try_from(b)) {
            (Ok(a), Ok(b)) => f64::from(a % b),
            _ => (a % b) as f64,
        };
        return left.copysign(x);
    }
    x % y
}

#[cold]
fn by_zero(operator: &str) -> Fault {
    Fault::new(Code::R007, format!("`{operator}` by zero; test the right side first"))
}

/// `a ** b`
#[inline]
pub fn power(a: &Value, b: &Value) -> Result<Value, Fault> {
    let (x, y, lanes) = numbers("**", a, b)?;
    Ok(Value::number(raise(x, y)).with(lanes))
}

/// A number to the power of another, as JavaScript has it.
pub fn raise(x: f64, y: f64) -> f64 {
    if y.is_nan() || (x.abs() == 1.0 && y.is_infinite()) { f64::NAN } else { x.powf(y) }
}

/// `-a`
#[inline]
pub fn negate(a: &Value) -> Result<Value, Fault> {
    match a.as_number() {
        Some(number) => Ok(Value::number(-number).with(a.lanes())),
        None => Err(not_a_number("-", a)),
    }
}

/// `+a`, which gives the number as it is
pub fn plus(a: &Value) -> Result<Value, Fault> {
    if a.kind() == Kind::Number { Ok(a.clone()) } else { Err(not_a_number("+", a)) }
}

#[cold]
fn not_a_number(operator: &str, a: &Value) -> Fault {
    Fault::new(
        Code::R002,
        format!("`{operator}` does not take {}; make it a number with `Number(x)`", a.kind().phrase()),
    )
    .about(a)
}

/// `!a`
#[inline]
pub fn not(a: &Value) -> Value {
    Value::bool(!a.truth()).with(a.lanes())
}

/// `typeof a`
pub fn type_of(a: &Value) -> Value {
    Value::text(a.kind().name()).with(a.lanes())
}

/// `a == b`
#[inline]
pub fn equal(a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    let lanes = order::equality_lanes(a, b, meter)?;
    Ok(Value::bool(order::equal(a, b, meter)?).with(lanes))
}

/// `a != b`
#[inline]
pub fn not_equal(a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    let lanes = order::equality_lanes(a, b, meter)?;
    Ok(Value::bool(!order::equal(a, b, meter)?).with(lanes))
}

/// A comparison: `<`, `<=`, `>` and `>=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl Comparison {
    #[inline]
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }

    /// The comparison of two values; false for NaN and for two nulls.
    #[inline]
    pub fn of(self, a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
        let lanes = a.lanes().meet(b.lanes());
        if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
            let holds = match self {
                Self::Less => x < y,
                Self::LessEqual => x <= y,
                Self::Greater => x > y,
                Self::GreaterEqual => x >= y,
            };
            return Ok(Value::bool(holds).with(lanes));
        }
        let order = order::compare(a, b, meter)?;
        let holds = !a.is_null_beside(b) && order.is_some_and(|order| self.holds(order));
        Ok(Value::bool(holds).with(lanes))
    }
}

impl Value {
    #[inline]
    fn is_null_beside(&self, other: &Self) -> bool {
        self.is_null() && other.is_null()
    }
}

/// `a..b`, or with `inclusive` `a..=b`; refused when a list could not be so long.
pub fn range(a: &Value, b: &Value, inclusive: bool, meter: &Meter) -> Result<Value, Fault> {
    let range = walked(a, b, inclusive)?;
    meter.list_size(range.size().unwrap_or(0) as u64)?;
    Ok(range)
}

/// The same for whoever only walks it, so that it may be longer than any list.
pub fn walked(a: &Value, b: &Value, inclusive: bool) -> Result<Value, Fault> {
    let operator = if inclusive { "..=" } else { ".." };
    let (start, end, lanes) = numbers(operator, a, b)?;
    match turns(start, end, inclusive) {
        Some(turns) => Ok(stepped(start, 1.0, turns, lanes)),
        None => Err(Fault::new(Code::R002, format!("`{operator}` has no end there; write finite numbers"))),
    }
}

/// How many numbers there are from one to another; none where there is no end.
#[inline]
pub fn turns(start: f64, end: f64, inclusive: bool) -> Option<usize> {
    if !start.is_finite() || !end.is_finite() {
        return None;
    }
    let span = end - start;
    let len = if inclusive { (span + 1.0).floor() } else { span.ceil() };
    let last = start + (len - 1.0);
    // The span was rounded, perhaps to more than there is room for.
    let beyond = if inclusive { last > end } else { last >= end };
    Some(if beyond { len - 1.0 } else { len }.max(0.0) as usize)
}

/// So many numbers from `start` on.
pub fn stepped(start: f64, step: f64, len: usize, lanes: Lanes) -> Value {
    Value::from(Range::new(start, step, len, lanes)).with(lanes)
}

/// `~x`: the confidence over all parts, as an exact number, or null when it is unknown
pub fn confidence(x: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    Ok(meter.least(x)?.confidence.number().map_or(Value::NULL, Value::number))
}

/// The confidence that a number or null of the program stands for; `R020` for everything else.
pub fn stated(c: &Value) -> Result<Confidence, Fault> {
    match (c.kind(), c.as_number()) {
        (Kind::Null, _) => Ok(Confidence::UNKNOWN),
        (_, Some(number)) => Confidence::of(number).map_err(|fault| fault.about(c)),
        _ => Err(no_confidence(c)),
    }
}

/// The threshold that a number of the program stands for; `R020` for everything else.
pub fn threshold(t: &Value) -> Result<Confidence, Fault> {
    match t.as_number() {
        Some(number) => Confidence::of(number).map_err(|fault| fault.about(t)),
        None => Err(no_confidence(t)),
    }
}

#[cold]
fn no_confidence(c: &Value) -> Fault {
    Fault::new(Code::R020, format!("{} is no confidence; write a number from 0 to 1", c.kind().phrase())).about(c)
}

/// `x ~> c`: x, stated at confidence c
#[inline]
pub fn confident(x: Value, c: &Value) -> Result<Value, Fault> {
    let lanes = x.lanes().stated(stated(c)?);
    Ok(x.with(lanes))
}

/// x at a confidence of at most c
pub fn capped(x: Value, c: &Value) -> Result<Value, Fault> {
    let lanes = x.lanes().capped(stated(c)?);
    Ok(x.with(lanes))
}

/// `x ~@> t`: x if it is at least as sure as t, else null at its confidence
pub fn gate(x: Value, t: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    let threshold = threshold(t)?;
    let least = meter.least(&x)?;
    Ok(if least.confidence >= threshold { x } else { Value::NULL.with(least) })
}

/// `a ~||> b`: the surer one; a tie goes left
pub fn best(a: Value, b: Value, meter: &mut Meter) -> Result<Value, Fault> {
    Ok(if meter.least(&b)?.confidence > meter.least(&a)?.confidence { b } else { a })
}

/// `a ~~ b`: b with the minimum of both
pub fn chain(a: &Value, b: Value, meter: &mut Meter) -> Result<Value, Fault> {
    Ok(b.under(meter.least(a)?))
}

/// `a ~&& b`: both true: b with the minimum; otherwise the false one, the surer of two
pub fn both(a: Value, b: Value, meter: &mut Meter) -> Result<Value, Fault> {
    match (a.truth(), b.truth()) {
        (true, true) => Ok(b.under(a.lanes())),
        (true, false) => Ok(b),
        (false, true) => Ok(a),
        (false, false) => best(a, b, meter),
    }
}

/// `a ~|| b`: the true one, the surer of two; both false: b with the minimum
pub fn either(a: Value, b: Value, meter: &mut Meter) -> Result<Value, Fault> {
    match (a.truth(), b.truth()) {
        (false, false) => Ok(b.under(a.lanes())),
        (true, false) => Ok(a),
        (false, true) => Ok(b),
        (true, true) => best(a, b, meter),
    }
}

/// `a in b`: whether an object has a key or a list an element
pub fn contains(a: &Value, b: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    if let Some(object) = b.as_object() {
        let key = super::path::key(a)?;
        return Ok(Value::bool(object.find(key.as_value()).is_some()).with(a.lanes().meet(b.lanes())));
    }
    meter.build(b)?;
    let Some(list) = b.as_list() else {
        let kind = b.kind().phrase();
        return Err(Fault::new(
            Code::R002,
            format!("`in` does not take {kind} on its right; give it an object or a list"),
        )
        .about(b));
    };
    let (place, lanes) = position(list.items(), a, meter)?;
    Ok(Value::bool(place.is_some()).with(lanes.meet(b.lanes())))
}

/// The index of the first element that equals a value, with the lanes of all that was compared for it.
pub fn position(items: &[Value], a: &Value, meter: &mut Meter) -> Result<(Option<usize>, Lanes), Fault> {
    let mut lanes = a.lanes();
    for (index, item) in items.iter().enumerate() {
        meter.steps(1)?;
        lanes = lanes.meet(order::equality_lanes(item, a, meter)?);
        if order::equal(item, a, meter)? {
            return Ok((Some(index), lanes));
        }
    }
    Ok((None, lanes))
}

#[cfg(test)]
mod tests {
    use super::super::{Evidence, Limits};
    use super::*;

    fn meter() -> Meter {
        Meter::new(Limits::SANDBOX)
    }

    fn at(value: impl Into<Value>, confidence: f64) -> Value {
        confident(value.into(), &Value::number(confidence)).unwrap()
    }

    #[test]
    fn results_have_the_minimum_of_their_operands() {
        let sum = add(at(1.0, 0.9), &at(2.0, 0.6), &mut meter()).unwrap();
        assert_eq!((sum.as_number(), sum.confidence()), (Some(3.0), Confidence::of(0.6).unwrap()));
        let unknown = Value::number(1.0).with(Lanes::UNKNOWN);
        assert_eq!(subtract(&unknown, &at(1.0, 0.1)).unwrap().lanes(), Lanes::UNKNOWN);
        let text = add(Value::text("x"), &Value::list(vec![at(1.0, 0.3)]).unwrap(), &mut meter()).unwrap();
        assert_eq!((text.as_text(), text.confidence()), (Some("x[1]"), Confidence::of(0.3).unwrap()));
    }

    #[test]
    fn order_is_that_of_section_two() {
        let mut m = meter();
        let mut holds = |c: Comparison, a: Value, b: Value| c.of(&a, &b, &mut m).map(|v| v.truth());
        use Comparison::*;
        assert_eq!(holds(Less, Value::NULL, Value::number(-1e300)), Ok(true));
        assert_eq!(holds(GreaterEqual, Value::NULL, Value::number(0.0)), Ok(false));
        assert_eq!(holds(LessEqual, Value::NULL, Value::NULL), Ok(false));
        assert_eq!(holds(Less, Value::text("Z"), Value::text("a")), Ok(true));
        assert_eq!(holds(Less, Value::text("\u{ffff}"), Value::text("😀")), Ok(true));
        assert_eq!(holds(LessEqual, Value::number(f64::NAN), Value::number(1.0)), Ok(false));
        assert_eq!(holds(Less, Value::NULL, Value::number(f64::NAN)), Ok(false));
        assert_eq!(holds(Less, Value::NULL, Value::text("a")).unwrap_err().code, Code::R002);
        assert_eq!(holds(Less, Value::TRUE, Value::number(2.0)).unwrap_err().code, Code::R002);
    }

    #[test]
    fn zero_divides_nothing() {
        let (one, zero) = (Value::number(1.0), Value::number(-0.0));
        assert_eq!(divide(&one, &zero).unwrap_err().code, Code::R007);
        assert_eq!(remainder(&one, &zero).unwrap_err().code, Code::R007);
        assert_eq!(remainder(&Value::number(-7.0), &Value::number(3.0)).unwrap().as_number(), Some(-1.0));
        assert!(raise(1.0, f64::INFINITY).is_nan());
    }

    #[test]
    fn equality_reads_all_parts_where_lengths_agree() {
        let mut m = meter();
        let a = Value::list(vec![Value::number(1.0), at(2.0, 0.4)]).unwrap();
        let b = Value::list(vec![Value::number(9.0), Value::number(2.0)]).unwrap();
        let short = Value::list(vec![]).unwrap();
        assert_eq!(equal(&a, &b, &mut m).unwrap().confidence(), Confidence::of(0.4).unwrap());
        assert_eq!(equal(&a, &short, &mut m).unwrap().confidence(), Confidence::ONE);
        let nan = Value::list(vec![Value::number(f64::NAN)]).unwrap();
        assert!(!equal(&nan, &nan.clone(), &mut m).unwrap().truth());
    }

    #[test]
    fn gates_and_choices_read_the_least_part() {
        let mut m = meter();
        let list = Value::list(vec![at(1.0, 0.6)]).unwrap();
        let closed = gate(list.clone(), &Value::number(0.7), &mut m).unwrap();
        assert!(closed.is_null());
        assert_eq!(closed.confidence(), Confidence::of(0.6).unwrap());
        assert!(!gate(list.clone(), &Value::number(0.6), &mut m).unwrap().is_null());
        let unknown = Value::number(5.0).with(Lanes::UNKNOWN);
        assert!(gate(unknown.clone(), &Value::number(0.0), &mut m).unwrap().is_null());
        assert_eq!(best(unknown, at(1.0, 0.0), &mut m).unwrap().as_number(), Some(1.0));
        assert_eq!(best(at(1.0, 0.5), at(2.0, 0.5), &mut m).unwrap().as_number(), Some(1.0));
        assert_eq!(gate(list, &Value::NULL, &mut m).unwrap_err().code, Code::R020);
    }

    #[test]
    fn tilde_logic_takes_the_surer() {
        let mut m = meter();
        let (t9, t6) = (at(true, 0.9), at(true, 0.6));
        let (f8, f3) = (at(false, 0.8), at(false, 0.3));
        let c = |v: Value| (v.truth(), v.confidence().number().unwrap());
        assert_eq!(c(both(t9.clone(), t6.clone(), &mut m).unwrap()), (true, 0.6));
        assert_eq!(c(both(t6.clone(), f3.clone(), &mut m).unwrap()), (false, 0.3));
        assert_eq!(c(both(f3.clone(), f8.clone(), &mut m).unwrap()), (false, 0.8));
        assert_eq!(c(either(f3.clone(), t6.clone(), &mut m).unwrap()), (true, 0.6));
        assert_eq!(c(either(t6, t9, &mut m).unwrap()), (true, 0.9));
        assert_eq!(c(either(f3, f8, &mut m).unwrap()), (false, 0.3));
    }

    #[test]
    fn stating_compares_own_with_own() {
        let list = Value::list(vec![at(1.0, 0.2)]).unwrap();
        let lowered = confident(list.clone(), &Value::number(0.9)).unwrap();
        assert_eq!(lowered.evidence(), Evidence::Exact);
        assert_eq!(lowered.least().confidence, Confidence::of(0.2).unwrap());
        assert_eq!(confident(lowered, &Value::number(0.95)).unwrap().evidence(), Evidence::Stated);
        assert_eq!(confident(list.clone(), &Value::NULL).unwrap().confidence(), Confidence::UNKNOWN);
        assert_eq!(confident(list, &Value::text("0.9")).unwrap_err().code, Code::R020);
    }

    #[test]
    fn a_shared_tangle_cannot_be_walked_for_free() {
        let mut tangle = Value::list(vec![Value::NULL]).unwrap();
        for _ in 0..60 {
            tangle = Value::list(vec![tangle.clone(), tangle]).unwrap();
        }
        assert_eq!(equal(&tangle, &tangle.clone(), &mut meter()).unwrap_err().code, Code::R090);
        assert!(add(Value::text(""), &tangle, &mut meter()).is_err());
    }

    #[test]
    fn ranges_are_lists() {
        let m = meter();
        let three = range(&Value::number(0.0), &Value::number(3.0), false, &m).unwrap();
        assert_eq!((three.kind(), three.size()), (Kind::List, Some(3)));
        assert_eq!(three.as_list().unwrap().items()[2].as_number(), Some(2.0));
        assert_eq!(range(&Value::number(0.0), &Value::number(3.0), true, &m).unwrap().size(), Some(4));
        assert_eq!(range(&Value::number(3.0), &Value::number(0.0), false, &m).unwrap().size(), Some(0));
        assert_eq!(range(&Value::number(5.8), &Value::number(5.8 + 3.0), false, &m).unwrap().size(), Some(3));
        assert_eq!(range(&Value::number(0.0), &Value::number(1e9), false, &m).unwrap_err().code, Code::R015);
    }
}
