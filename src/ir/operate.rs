//! What the operators give for values, before a run and in it.

use crate::diagnostic::Code;
use crate::hir::{Binary, Unary};
use crate::value::{Fault, Kind, Meter, Value, operator};

/// An operator of two values.
pub fn binary(op: Binary, a: Value, b: Value, meter: &mut Meter) -> Result<Value, Fault> {
    match op {
        Binary::Power => operator::power(&a, &b),
        Binary::Multiply => operator::multiply(&a, &b),
        Binary::Divide => operator::divide(&a, &b),
        Binary::Remainder => operator::remainder(&a, &b),
        Binary::Add => operator::add(a, &b, meter),
        Binary::Subtract => operator::subtract(&a, &b),
        Binary::Less => operator::Comparison::Less.of(&a, &b, meter),
        Binary::LessEqual => operator::Comparison::LessEqual.of(&a, &b, meter),
        Binary::Greater => operator::Comparison::Greater.of(&a, &b, meter),
        Binary::GreaterEqual => operator::Comparison::GreaterEqual.of(&a, &b, meter),
        Binary::Equal => operator::equal(&a, &b, meter),
        Binary::NotEqual => operator::not_equal(&a, &b, meter),
        Binary::In => operator::contains(&a, &b, meter),
        Binary::State => operator::confident(a, &b),
        Binary::Gate => operator::gate(a, &b, meter),
        Binary::Best => operator::best(a, b, meter),
        Binary::Chain => operator::chain(&a, b, meter),
        Binary::Both => operator::both(a, b, meter),
        Binary::Either => operator::either(a, b, meter),
        Binary::Under => {
            let lanes = meter.least(&a)?;
            Ok(b.under(lanes))
        }
    }
}

/// An operator of one value.
pub fn unary(op: Unary, a: &Value, meter: &mut Meter) -> Result<Value, Fault> {
    match op {
        Unary::Negate => operator::negate(a),
        Unary::Plus => operator::plus(a),
        Unary::Not => Ok(operator::not(a)),
        Unary::Confidence => operator::confidence(a, meter),
        Unary::Typeof => Ok(operator::type_of(a)),
    }
}

/// The turns that a loop takes at most.
pub fn turns(value: &Value) -> Result<Value, Fault> {
    match value.as_number() {
        Some(number) if number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0 => {
            Ok(Value::number(number))
        }
        _ => Err(Fault::new(Code::R021, "`max` takes a whole number from 0; round it and keep it above -1")),
    }
}

/// Whether a value can be taken apart as a list is.
pub fn unpack(value: &Value) -> Result<(), Fault> {
    match value.kind() {
        Kind::List | Kind::Text => Ok(()),
        _ => Err(not_unpacked(value, "a list")),
    }
}

/// Whether a value can be taken apart as an object is.
pub fn unpack_object(value: &Value) -> Result<(), Fault> {
    match value.kind() {
        Kind::Object | Kind::List | Kind::Text | Kind::Error | Kind::Agent => Ok(()),
        _ => Err(not_unpacked(value, "an object")),
    }
}

/// The fault of a value that cannot be taken apart.
#[cold]
pub fn not_unpacked(value: &Value, wanted: &str) -> Fault {
    Fault::new(Code::R004, format!("{} cannot be unpacked here; give {wanted}", value.kind().phrase())).about(value)
}

/// The fault of counting what is no number.
#[cold]
pub fn no_step(value: &Value) -> Fault {
    Fault::new(Code::R002, format!("`++` and `--` do not take {}; make it a number first", value.kind().phrase()))
        .about(value)
}
