//! Numbers as texts, exactly as JavaScript writes and reads them.

use std::fmt::Write;

/// The number as a whole one from 0 that fits into 32 bits, if it is that.
#[inline(always)]
pub fn small_whole(number: f64) -> Option<u32> {
    // Moves the whole part of what is below it to the lowest bits. A conversion would look for what is too large first; here
    // that is found out by the comparison.
    const SHIFT: f64 = 4_503_599_627_370_496.0;
    let whole = (number + SHIFT).to_bits() as u32;
    (f64::from(whole) == number).then_some(whole)
}

/// The shortest text that reads back as the number.
pub fn render(number: f64) -> String {
    let mut out = String::with_capacity(24);
    write(&mut out, number);
    out
}

/// Adds the shortest text that reads back as the number.
pub fn write(out: &mut String, number: f64) {
    if number.is_nan() {
        return out.push_str("NaN");
    }
    if number.is_infinite() {
        return out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    if let Some(digits) = Digits::of(number) {
        return out.push_str(digits.as_str());
    }
    if number < 0.0 {
        out.push('-');
    }
    let (digits, exponent) = shortest(number.abs());
    place(out, &digits, exponent);
}

/// The text of a whole number. It is what is made a text most, and this takes a fraction of the time that formatting does,
/// and no storage.
pub struct Digits {
    bytes: [u8; Self::MOST],
    from: usize,
}

impl Digits {
    /// The digits of the largest number that is written without an exponent here, and a sign.
    const MOST: usize = 16;

    /// Of a number, if it is whole and not too large.
    pub fn of(number: f64) -> Option<Self> {
        let whole = number as i64;
        if whole as f64 != number || number.abs() >= 1e15 {
            return None;
        }
        let (mut bytes, mut from) = ([b'0'; Self::MOST], Self::MOST);
        let mut left = whole.unsigned_abs();
        loop {
            from -= 1;
            bytes[from] += (left % 10) as u8;
            left /= 10;
            if left == 0 {
                break;
            }
        }
        if whole < 0 {
            from -= 1;
            bytes[from] = b'-';
        }
        Some(Self { bytes, from })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.from..]).unwrap_or_default()
    }
}

/// The shortest digits of a positive number, and the power of ten of the first.
fn shortest(number: f64) -> (String, i32) {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (digits, exponent) = (mantissa.replace('.', ""), exponent.parse().unwrap_or(0));
    (evened(number, &digits).unwrap_or(digits), exponent)
}

/// The other digits, where a number lies exactly between two that are as short and the even one is meant. Only numbers that
/// take nearly all digits there are can.
fn evened(number: f64, digits: &str) -> Option<String> {
    let (front, last) = digits.split_at_checked(digits.len().checked_sub(1)?)?;
    let last = last.as_bytes()[0];
    if digits.len() < 15 || last % 2 == 0 {
        return None;
    }
    let even = format!("{front}{}", char::from(last - 1));
    let exact = format!("{number:.*e}", digits.len() + 40);
    let exact = exact.split('e').next()?.replace('.', "");
    let rest = exact.strip_prefix(&even)?.strip_prefix('5')?;
    rest.bytes().all(|digit| digit == b'0').then_some(even)
}

/// Digits with their point where JavaScript puts it.
fn place(out: &mut String, digits: &str, exponent: i32) {
    let count = digits.len() as i32;
    match exponent {
        0..=20 if exponent + 1 >= count => {
            out.push_str(digits);
            out.extend(std::iter::repeat_n('0', (exponent + 1 - count) as usize));
        }
        0..=20 => {
            let (whole, part) = digits.split_at(exponent as usize + 1);
            out.push_str(whole);
            out.push('.');
            out.push_str(part);
        }
        -6..=-1 => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
            out.push_str(digits);
        }
        _ => scientific(out, digits, exponent),
    }
}

fn scientific(out: &mut String, digits: &str, exponent: i32) {
    let (first, rest) = digits.split_at(1);
    out.push_str(first);
    if !rest.is_empty() {
        out.push('.');
        out.push_str(rest);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "e{sign}{}", exponent.abs());
}

/// With so many digits behind the point, exact halves away from zero; `digits` is at most 100.
pub fn fixed(number: f64, digits: usize) -> String {
    if !number.is_finite() || number.abs() >= 1e21 {
        return render(number);
    }
    // An exact half ends right behind the digit that decides, so twenty more digits tell it from everything near it.
    let exact = format!("{:.*}", digits + 21, number.abs());
    let (kept, rest) = exact.split_at(exact.len() - 21);
    let half = rest.starts_with('5') && rest[1..].bytes().all(|byte| byte == b'0');
    let mut text = if half { bump(kept.trim_end_matches('.')) } else { format!("{:.digits$}", number.abs()) };
    if number < 0.0 {
        text.insert(0, '-');
    }
    text
}

/// The next decimal of as many digits.
fn bump(text: &str) -> String {
    let mut out: Vec<u8> = text.bytes().collect();
    for byte in out.iter_mut().rev() {
        match byte {
            b'9' => *byte = b'0',
            b'.' => {}
            _ => {
                *byte += 1;
                return String::from_utf8(out).unwrap_or_default();
            }
        }
    }
    out.insert(0, b'1');
    String::from_utf8(out).unwrap_or_default()
}

/// With so many significant digits, 1 to 100.
pub fn precision(number: f64, digits: usize) -> String {
    if !number.is_finite() {
        return render(number);
    }
    if number == 0.0 {
        return fixed(0.0, digits - 1);
    }
    let (text, exponent) = rounded(number.abs(), digits);
    let mut out = String::new();
    if number < 0.0 {
        out.push('-');
    }
    if (-6..digits as i32).contains(&exponent) {
        if exponent < 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
            out.push_str(&text);
        } else {
            let (whole, part) = text.split_at(exponent as usize + 1);
            out.push_str(whole);
            if !part.is_empty() {
                out.push('.');
                out.push_str(part);
            }
        }
    } else {
        scientific(&mut out, &text, exponent);
    }
    out
}

/// In scientific notation; with so many digits behind the point, or as many as it takes.
pub fn exponential(number: f64, digits: Option<usize>) -> String {
    if !number.is_finite() {
        return render(number);
    }
    let (text, exponent) = match digits {
        _ if number == 0.0 => ("0".repeat(digits.unwrap_or(0) + 1), 0),
        Some(digits) => rounded(number.abs(), digits + 1),
        None => shortest(number.abs()),
    };
    let mut out = String::new();
    if number < 0.0 {
        out.push('-');
    }
    scientific(&mut out, &text, exponent);
    out
}

/// So many significant digits of a positive number, exact halves upwards, and the power of ten of the first.
fn rounded(number: f64, digits: usize) -> (String, i32) {
    let exact = format!("{:.*e}", digits + 20, number);
    let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let all = mantissa.replace('.', "");
    let (kept, rest) = all.split_at(digits);
    if rest.as_bytes()[0] < b'5' {
        return (kept.to_owned(), exponent);
    }
    let mut up = bump(kept);
    if up.len() > digits {
        up.pop();
        return (up, exponent + 1);
    }
    (up, exponent)
}

/// In a radix from 2 to 36, as JavaScript engines write it.
pub fn radix(number: f64, radix: u32) -> String {
    if !number.is_finite() || radix == 10 {
        return render(number);
    }
    let digit = |value: u32| char::from_digit(value, radix).unwrap_or('0');
    let (mut whole, mut part) = (number.abs().trunc(), number.abs().fract());
    let base = f64::from(radix);
    // How far the number reaches: what cannot be told apart from it any more is not written.
    let mut delta = (0.5 * (number.abs().next_up() - number.abs())).max(f64::from_bits(1));
    let mut behind: Vec<u32> = Vec::new();
    if part >= delta {
        loop {
            part *= base;
            delta *= base;
            behind.push(part as u32);
            part = part.fract();
            let up = part > 0.5 || (part == 0.5 && behind.last().is_some_and(|last| last & 1 == 1));
            if up && part + delta > 1.0 {
                carry(&mut behind, &mut whole, radix);
                break;
            }
            if part < delta {
                break;
            }
        }
    }
    let mut front = Vec::new();
    while whole >= 9_007_199_254_740_992.0 {
        // Beyond exact whole numbers the low digits are zeros.
        whole /= base;
        front.push('0');
    }
    whole = whole.trunc();
    loop {
        front.push(digit((whole % base) as u32));
        whole = (whole / base).trunc();
        if whole <= 0.0 {
            break;
        }
    }
    let mut out = String::new();
    if number < 0.0 {
        out.push('-');
    }
    out.extend(front.iter().rev());
    if !behind.is_empty() {
        out.push('.');
        out.extend(behind.into_iter().map(digit));
    }
    out
}

fn carry(behind: &mut Vec<u32>, whole: &mut f64, radix: u32) {
    while let Some(last) = behind.pop() {
        if last + 1 < radix {
            behind.push(last + 1);
            return;
        }
    }
    *whole += 1.0;
}

/// The number that a whole text stands for, as `Number(text)` reads it; NaN when it is none.
pub fn read(text: &str) -> f64 {
    let text = trim(text);
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return if !digits.is_empty() && digits.chars().all(|char| char.is_digit(radix)) {
                whole(digits, radix)
            } else {
                f64::NAN
            };
        }
    }
    match decimal(text) {
        Some(end) if end == text.len() => parse(text),
        _ => f64::NAN,
    }
}

/// The number at the beginning of a text, as `parseFloat` reads it.
pub fn read_float(text: &str) -> f64 {
    let text = trim(text);
    decimal(text).map_or(f64::NAN, |end| parse(&text[..end]))
}

/// The whole number at the beginning of a text, as `parseInt` reads it; radix 0 leaves it to the text.
pub fn read_int(text: &str, radix: u32) -> f64 {
    let text = trim(text);
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (text, radix) = match (radix, hex) {
        (0 | 16, Some(rest)) => (rest, 16),
        (0, None) => (text, 10),
        _ => (text, radix),
    };
    if !(2..=36).contains(&radix) {
        return f64::NAN;
    }
    let end = text.find(|char: char| !char.is_digit(radix)).unwrap_or(text.len());
    if end == 0 {
        return f64::NAN;
    }
    let number = whole(&text[..end], radix);
    if negative { -number } else { number }
}

fn whole(digits: &str, radix: u32) -> f64 {
    if radix == 10 {
        return digits.parse().unwrap_or(f64::NAN);
    }
    digits
        .chars()
        .filter_map(|char| char.to_digit(radix))
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))
}

fn parse(text: &str) -> f64 {
    match text.trim_start_matches(['+', '-']) {
        "Infinity" if text.starts_with('-') => f64::NEG_INFINITY,
        "Infinity" => f64::INFINITY,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}

/// Where the longest decimal number at the beginning of a text ends.
fn decimal(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if text[sign..].starts_with("Infinity") {
        return Some(sign + 8);
    }
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let front = digits(sign);
    let mut end = sign + front;
    let mut behind = 0;
    if bytes.get(end) == Some(&b'.') {
        behind = digits(end + 1);
        if front + behind > 0 {
            end += 1 + behind;
        }
    }
    if front + behind == 0 {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let count = if signed <= bytes.len() { digits(signed) } else { 0 };
        if count > 0 {
            end = signed + count;
        }
    }
    Some(end)
}

/// Without the white space that JavaScript takes away.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Whether JavaScript takes it for white space.
pub fn is_space(char: char) -> bool {
    (char.is_whitespace() && char != '\u{85}') || char == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_javascript() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-42.5, "-42.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1e+21"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e20, "100000000000000000000"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (1e-7, "1e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (9007199254740993.0, "9007199254740992"),
            (1e15, "1000000000000000"),
            // Exactly between two of the same length the even digit is taken.
            (1729474312709756.0 + 0.25, "1729474312709756.2"),
            (-1729474312709756.0 - 0.75, "-1729474312709756.8"),
            (1729474312709755.5, "1729474312709755.5"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(render(number), text);
        }
    }

    #[test]
    fn fixed_rounds_the_exact_number() {
        for (number, digits, text) in [
            (1.005, 2, "1.00"),
            (2.5, 0, "3"),
            (-2.5, 0, "-3"),
            (0.5, 0, "1"),
            (1.45, 1, "1.4"),
            (8.345, 2, "8.35"),
            (0.000001, 7, "0.0000010"),
            (123.456, 2, "123.46"),
            (9.995, 2, "9.99"),
            (99.5, 0, "100"),
            (1e21, 2, "1e+21"),
            (-0.0, 1, "0.0"),
            (-0.0000001, 2, "-0.00"),
            (1.25, 1, "1.3"),
        ] {
            assert_eq!(fixed(number, digits), text, "{number} {digits}");
        }
    }

    #[test]
    fn other_notations_are_those_of_javascript() {
        assert_eq!(precision(123.456, 4), "123.5");
        assert_eq!(precision(0.000123, 2), "0.00012");
        assert_eq!(precision(1234567.0, 2), "1.2e+6");
        assert_eq!(precision(99.99, 3), "100");
        assert_eq!(precision(0.0, 3), "0.00");
        assert_eq!(exponential(12345.0, Some(2)), "1.23e+4");
        assert_eq!(exponential(0.00015, None), "1.5e-4");
        assert_eq!(exponential(0.0, Some(1)), "0.0e+0");
        assert_eq!(radix(255.0, 16), "ff");
        assert_eq!(radix(-255.5, 2), "-11111111.1");
        assert_eq!(radix(0.1, 2), "0.0001100110011001100110011001100110011001100110011001101");
        assert_eq!(radix(0.1, 36), "0.3lllllllllm");
    }

    #[test]
    fn texts_are_read_as_in_javascript() {
        for (text, number) in [
            ("42", 42.0),
            (" 1e3 \n", 1000.0),
            ("", 0.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("0x1f", 31.0),
            ("0b101", 5.0),
            ("-Infinity", f64::NEG_INFINITY),
            ("+7", 7.0),
        ] {
            assert_eq!(read(text), number, "{text}");
        }
        for text in ["1 2", "abc", "1e", ".", "-0x10", "0x", "infinity", "nan", "1_000", "1e1000x"] {
            assert!(read(text).is_nan(), "{text}");
        }
        assert_eq!(read_float("3.25abc"), 3.25);
        assert_eq!(read_float("1e+"), 1.0);
        assert_eq!(read_float(".5.5"), 0.5);
        assert!(read_float("x1").is_nan());
        assert_eq!(read_int("42px", 0), 42.0);
        assert_eq!(read_int("-0x1f", 0), -31.0);
        assert_eq!(read_int("101", 2), 5.0);
        assert_eq!(read_int("z", 36), 35.0);
        assert!(read_int("", 0).is_nan() && read_int("9", 8).is_nan() && read_int("1", 1).is_nan());
    }
}
