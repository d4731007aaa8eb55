//! Constants that are reached through a namespace.

/// The constants: spelling, number, meaning.
pub const CONSTANTS: &[(&str, f64, &str)] = &[
    ("Math.E", std::f64::consts::E, "the base of the natural logarithm"),
    ("Math.LN10", std::f64::consts::LN_10, "the natural logarithm of 10"),
    ("Math.LN2", std::f64::consts::LN_2, "the natural logarithm of 2"),
    ("Math.LOG10E", std::f64::consts::LOG10_E, "the decimal logarithm of e"),
    ("Math.LOG2E", std::f64::consts::LOG2_E, "the binary logarithm of e"),
    ("Math.PI", std::f64::consts::PI, "the circumference of a circle of diameter 1"),
    ("Math.SQRT1_2", std::f64::consts::FRAC_1_SQRT_2, "the square root of ½"),
    ("Math.SQRT2", std::f64::consts::SQRT_2, "the square root of 2"),
    ("Number.EPSILON", f64::EPSILON, "the distance from 1 to the next number"),
    ("Number.MAX_SAFE_INTEGER", 9_007_199_254_740_991.0, "the greatest number up to which all whole numbers are exact"),
    ("Number.MAX_VALUE", f64::MAX, "the greatest finite number"),
    ("Number.MIN_SAFE_INTEGER", -9_007_199_254_740_991.0, "the least number from which all whole numbers are exact"),
    ("Number.MIN_VALUE", 5e-324, "the least number above 0"),
    ("Number.NaN", f64::NAN, "what is no number"),
    ("Number.NEGATIVE_INFINITY", f64::NEG_INFINITY, "below all numbers"),
    ("Number.POSITIVE_INFINITY", f64::INFINITY, "above all numbers"),
];

/// The constant with a name in a namespace, such as `PI` in `Math`.
pub fn constant(namespace: &str, name: &str) -> Option<f64> {
    let at = |spelling: &str| spelling.split_once('.') == Some((namespace, name));
    CONSTANTS.iter().find(|(spelling, _, _)| at(spelling)).map(|(_, number, _)| *number)
}
