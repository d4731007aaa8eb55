//! Numbers.

use super::call::Call;
use super::table::{Builtin, Cost, NUMBER, Native, Numbers, Size, native};
use crate::value::{Fault, Kind, Value, number, operator};

/// A function of one number.
macro_rules! unary {
    ($name:literal, $doc:literal, $example:literal => $result:literal, $code:expr) => {
        native($name, "(x: number): number", $doc, ($example, $result), {
            const CODE: Native = |call| {
                let code: fn(f64) -> f64 = $code;
                Ok(Value::number(code(call.arguments.number(0)?)))
            };
            CODE
        })
        .not_plain()
        .cost(Cost::Constant)
        .also(&[concat!("Math.", $name)])
        .of_number($code)
    };
}

pub(super) const TABLE: &[Builtin] = &[
    unary!("abs", "The number without its sign.", "Math.abs(-2)" => "2", f64::abs),
    unary!("ceil", "The least whole number from x on.", "Math.ceil(1.2)" => "2", f64::ceil),
    unary!("floor", "The greatest whole number up to x.", "Math.floor(-1.2)" => "-2", f64::floor),
    unary!("round", "The nearest whole number, halves up.", "Math.round(-1.5)" => "-1", round),
    unary!("trunc", "The number without its fraction.", "Math.trunc(-1.7)" => "-1", f64::trunc),
    unary!("sign", "-1, 0 or 1.", "Math.sign(-3)" => "-1", sign),
    unary!("sqrt", "The square root.", "Math.sqrt(9)" => "3", f64::sqrt),
    unary!("cbrt", "The cube root.", "Math.cbrt(27)" => "3", f64::cbrt),
    unary!("exp", "e to the power of x.", "Math.exp(0)" => "1", f64::exp),
    unary!("expm1", "e to the power of x, less 1.", "Math.expm1(0)" => "0", f64::exp_m1),
    unary!("log", "The natural logarithm.", "Math.log(1)" => "0", f64::ln),
    unary!("log1p", "The natural logarithm of 1 + x.", "Math.log1p(0)" => "0", f64::ln_1p),
    unary!("log2", "The binary logarithm.", "Math.log2(8)" => "3", f64::log2),
    unary!("log10", "The decimal logarithm.", "Math.log10(1000)" => "3", f64::log10),
    unary!("sin", "The sine.", "Math.sin(0)" => "0", f64::sin),
    unary!("cos", "The cosine.", "Math.cos(0)" => "1", f64::cos),
    unary!("tan", "The tangent.", "Math.tan(0)" => "0", f64::tan),
    unary!("asin", "The arc sine.", "Math.asin(0)" => "0", f64::asin),
    unary!("acos", "The arc cosine.", "Math.acos(1)" => "0", f64::acos),
    unary!("atan", "The arc tangent.", "Math.atan(0)" => "0", f64::atan),
    unary!("sinh", "The hyperbolic sine.", "Math.sinh(0)" => "0", f64::sinh),
    unary!("cosh", "The hyperbolic cosine.", "Math.cosh(0)" => "1", f64::cosh),
    unary!("tanh", "The hyperbolic tangent.", "Math.tanh(0)" => "0", f64::tanh),
    unary!("asinh", "The inverse hyperbolic sine.", "Math.asinh(0)" => "0", f64::asinh),
    unary!("acosh", "The inverse hyperbolic cosine.", "Math.acosh(1)" => "0", f64::acosh),
    unary!("atanh", "The inverse hyperbolic tangent.", "Math.atanh(0)" => "0", f64::atanh),
    unary!("fround", "The nearest number of single precision.", "Math.fround(5.5)" => "5.5", |x| f64::from(x as f32)),
    unary!("clz32", "How many zeros begin the number as 32 bits.", "Math.clz32(1)" => "31", |x| f64::from(bits(x).leading_zeros())),
    native("pow", "(x: number, y: number): number", "x to the power of y.", ("Math.pow(2, 10)", "1024"), pow)
        .not_plain()
        .cost(Cost::Constant)
        .also(&["Math.pow"]),
    native(
        "atan2",
        "(y: number, x: number): number",
        "The angle of the point (x, y).",
        ("Math.atan2(0, 1)", "0"),
        atan2,
    )
    .not_plain()
    .cost(Cost::Constant)
    .also(&["Math.atan2"]),
    native("imul", "(x: number, y: number): number", "The product as 32 bits.", ("Math.imul(3, 4)", "12"), imul)
        .not_plain()
        .cost(Cost::Constant)
        .also(&["Math.imul"]),
    native(
        "hypot",
        "(...xs: number[]): number",
        "The square root of the sum of squares.",
        ("Math.hypot(3, 4)", "5"),
        hypot,
    )
    .not_plain()
    .also(&["Math.hypot"]),
    native(
        "Number",
        "(x?: any): number",
        "The number that a text, a boolean or null stands for; NaN if there is none.",
        ("Number(\"42\")", "42"),
        to_number,
    ),
    native(
        "parseInt",
        "(s: any, radix?: number): number",
        "The whole number at the beginning of the text, or NaN.",
        ("parseInt(\"42px\")", "42"),
        parse_int,
    )
    .also(&["Number.parseInt"]),
    native(
        "parseFloat",
        "(s: any): number",
        "The number at the beginning of the text, or NaN.",
        ("parseFloat(\"1.5kg\")", "1.5"),
        parse_float,
    )
    .also(&["Number.parseFloat"]),
    native(
        "isNaN",
        "(x: any): boolean",
        "Whether x is not a number when it is read as one.",
        ("isNaN(\"x\")", "true"),
        is_nan,
    )
    .cost(Cost::Constant),
    native(
        "isNaN",
        "(x: any): boolean",
        "Whether x is the number NaN.",
        ("Number.isNaN(\"x\")", "false"),
        is_number_nan,
    )
    .not_plain()
    .cost(Cost::Constant)
    .also(&["Number.isNaN"]),
    native(
        "isFinite",
        "(x: any): boolean",
        "Whether x is a finite number when it is read as one.",
        ("isFinite(\"5\")", "true"),
        is_finite,
    )
    .cost(Cost::Constant),
    native(
        "isFinite",
        "(x: any): boolean",
        "Whether x is a finite number.",
        ("Number.isFinite(\"5\")", "false"),
        is_number_finite,
    )
    .not_plain()
    .cost(Cost::Constant)
    .also(&["Number.isFinite"]),
    native(
        "isInteger",
        "(x: any): boolean",
        "Whether x is a whole number.",
        ("Number.isInteger(1.5)", "false"),
        is_integer,
    )
    .not_plain()
    .cost(Cost::Constant)
    .also(&["Number.isInteger"]),
    native(
        "isSafeInteger",
        "(x: any): boolean",
        "Whether x is a whole number within 2^53.",
        ("Number.isSafeInteger(1)", "true"),
        is_safe_integer,
    )
    .not_plain()
    .cost(Cost::Constant)
    .also(&["Number.isSafeInteger"]),
    native(
        "toFixed",
        "(x: number, digits?: number): string",
        "The number with so many digits behind the point, none unless given.",
        ("(1.25).toFixed(1)", "\"1.3\""),
        to_fixed,
    )
    .on(NUMBER)
    .takes(&[("digits", Numbers::Cut(0.0, 100.0))])
    .size(Size::Number(1)),
    native(
        "toPrecision",
        "(x: number, digits?: number): string",
        "The number with so many significant digits.",
        ("(123.456).toPrecision(4)", "\"123.5\""),
        to_precision,
    )
    .on(NUMBER)
    .takes(&[("digits", Numbers::Cut(1.0, 100.0))])
    .size(Size::Number(1))
    .not_plain(),
    native(
        "toExponential",
        "(x: number, digits?: number): string",
        "The number in scientific notation.",
        ("(12345).toExponential(2)", "\"1.23e+4\""),
        to_exponential,
    )
    .on(NUMBER)
    .takes(&[("digits", Numbers::Cut(0.0, 100.0))])
    .size(Size::Number(1))
    .not_plain(),
];

type Made = Result<Value, Fault>;

fn round(x: f64) -> f64 {
    // Adding a half first would round 0.49999999999999994 up.
    let floor = x.floor();
    if x - floor >= 0.5 { floor + 1.0 } else { floor }
}

fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { x.signum() }
}

fn bits(x: f64) -> u32 {
    if x.is_finite() { x.trunc().rem_euclid(4_294_967_296.0) as u32 } else { 0 }
}

fn pow(call: &mut Call<'_>) -> Made {
    Ok(Value::number(operator::raise(call.arguments.number(0)?, call.arguments.number(1)?)))
}

fn atan2(call: &mut Call<'_>) -> Made {
    Ok(Value::number(call.arguments.number(0)?.atan2(call.arguments.number(1)?)))
}

fn imul(call: &mut Call<'_>) -> Made {
    let product = bits(call.arguments.number(0)?).wrapping_mul(bits(call.arguments.number(1)?));
    Ok(Value::number(f64::from(product as i32)))
}

fn hypot(call: &mut Call<'_>) -> Made {
    call.meter.steps(call.arguments.given() as u64)?;
    let mut sum = 0f64;
    for index in 0..call.arguments.given() {
        sum = sum.hypot(call.arguments.number(index)?);
    }
    Ok(Value::number(sum))
}

/// The number that a value stands for; NaN when there is none.
fn read(call: &mut Call<'_>, index: usize) -> Result<f64, Fault> {
    let value = call.arguments.get(index);
    Ok(match value.kind() {
        Kind::Null => 0.0,
        Kind::Bool => f64::from(u8::from(value.truth())),
        Kind::Number => call.arguments.number(index)?,
        Kind::Text => {
            let text = call.arguments.text(index)?;
            call.meter.steps(text.len() as u64 / 16)?;
            number::read(text)
        }
        _ => f64::NAN,
    })
}

fn to_number(call: &mut Call<'_>) -> Made {
    read(call, 0).map(Value::number)
}

fn rendered(call: &mut Call<'_>) -> Result<String, Fault> {
    match call.arguments.get(0).kind() {
        Kind::Text | Kind::Number => crate::value::display::render(call.arguments.get(0), call.meter),
        _ => Ok(String::new()),
    }
}

fn parse_int(call: &mut Call<'_>) -> Made {
    let radix = call.arguments.number_or(1, 0.0)?;
    let text = rendered(call)?;
    Ok(Value::number(number::read_int(
        &text,
        if radix.is_finite() { radix.trunc().clamp(0.0, 99.0) as u32 } else { 0 },
    )))
}

fn parse_float(call: &mut Call<'_>) -> Made {
    Ok(Value::number(number::read_float(&rendered(call)?)))
}

fn is_nan(call: &mut Call<'_>) -> Made {
    Ok(Value::bool(read(call, 0)?.is_nan()))
}

fn test(call: &Call<'_>, test: impl FnOnce(f64) -> bool) -> Made {
    Ok(Value::bool(call.arguments.get(0).as_number().is_some_and(test)))
}

fn is_number_nan(call: &mut Call<'_>) -> Made {
    test(call, f64::is_nan)
}

fn is_finite(call: &mut Call<'_>) -> Made {
    Ok(Value::bool(read(call, 0)?.is_finite()))
}

fn is_number_finite(call: &mut Call<'_>) -> Made {
    test(call, f64::is_finite)
}

fn is_integer(call: &mut Call<'_>) -> Made {
    test(call, |x| x.is_finite() && x.fract() == 0.0)
}

fn is_safe_integer(call: &mut Call<'_>) -> Made {
    test(call, |x| x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_991.0)
}

/// How many digits the second argument asks for, within JavaScript's bounds.
fn digits(call: &Call<'_>, least: f64) -> Result<usize, Fault> {
    let digits = call.arguments.number_or(1, 0.0)?.trunc();
    if (least..=100.0).contains(&digits) {
        return Ok(digits as usize);
    }
    Err(call.arguments.fault(format_args!("takes from {least} to 100 digits")))
}

/// The steps of a number that is written with so many digits.
const WRITTEN: u64 = 64;

fn to_fixed(call: &mut Call<'_>) -> Made {
    call.meter.steps(WRITTEN)?;
    Ok(Value::string(number::fixed(call.arguments.number(0)?, digits(call, 0.0)?)))
}

fn to_precision(call: &mut Call<'_>) -> Made {
    call.meter.steps(WRITTEN)?;
    let x = call.arguments.number(0)?;
    if call.arguments.get(1).is_null() {
        return Ok(Value::string(number::render(x)));
    }
    Ok(Value::string(number::precision(x, digits(call, 1.0)?)))
}

fn to_exponential(call: &mut Call<'_>) -> Made {
    call.meter.steps(WRITTEN)?;
    let x = call.arguments.number(0)?;
    let digits = if call.arguments.get(1).is_null() { None } else { Some(digits(call, 0.0)?) };
    Ok(Value::string(number::exponential(x, digits)))
}
