//! Values as texts: in templates and joins, and for people at a terminal.

use super::confidence::{Confidence, STEPS};
use super::fault::Fault;
use super::limits::Meter;
use super::number::Digits;
use super::payload::{Kind, Value, View};
use super::{json, number};
use crate::diagnostic::Code;

/// The text of a value as `+`, templates, `String` and `join` have it: numbers as in JavaScript, lists and objects as
/// JSON, an error as its message. Functions and agents have none (`R002`).
pub fn render(value: &Value, meter: &mut Meter) -> Result<String, Fault> {
    Ok(match value.view() {
        View::Null | View::Cell(_) => "null".to_owned(),
        View::Bool(bool) => bool.to_string(),
        View::Number(number) => number::render(number),
        View::Text(text) => {
            meter.text(text.len() as u64)?;
            text.to_owned()
        }
        View::List(_) | View::Object(_) => json::stringify(value, "", meter)?,
        View::Error(error) => return render(&error.message, meter),
        View::Closure(_) | View::Native(_) | View::Agent(_) => {
            let kind = value.kind().phrase();
            return Err(Fault::new(Code::R002, format!("{kind} has no text; call it, or name it yourself")));
        }
    })
}

/// The text of a value, in storage of its own only where it needs that.
pub enum Spelled<'a> {
    /// It is one.
    Text(&'a str),
    /// Of a whole number.
    Digits(Digits),
    /// Of anything else.
    Made(String),
}

impl Spelled<'_> {
    /// The text.
    #[inline]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Digits(digits) => digits.as_str(),
            Self::Made(text) => text,
        }
    }
}

/// The text of a value as [`render`] has it. That of a text costs nothing.
pub fn spelled<'a>(value: &'a Value, meter: &mut Meter) -> Result<Spelled<'a>, Fault> {
    if let Some(text) = value.as_text() {
        return Ok(Spelled::Text(text));
    }
    match value.as_number().and_then(Digits::of) {
        Some(digits) => Ok(Spelled::Digits(digits)),
        None => render(value, meter).map(Spelled::Made),
    }
}

/// A confidence as people read it: a percentage rounded down, `?` when unknown.
pub fn percent(confidence: Confidence) -> String {
    match confidence.steps() {
        Some(steps) => format!("{}%", steps / (STEPS / 100)),
        None => "?".to_owned(),
    }
}

/// The value and how sure it is, `23.5 (~92%)`, as `print`, results on a terminal and reports show it. Confidence 1 is
/// not shown. Control characters are escaped, so that no answer of an agent can steer a terminal.
pub fn show(value: &Value, meter: &mut Meter) -> Result<String, Fault> {
    let confidence = meter.least(value)?.confidence;
    let mut text = match value.view() {
        View::Closure(_) | View::Native(_) => "function".to_owned(),
        View::Agent(agent) => format!("agent {}", agent.id),
        _ => escape(&render(value, meter)?),
    };
    if confidence < Confidence::ONE {
        text.push_str(&format!(" (~{})", percent(confidence)));
    }
    Ok(text)
}

/// The same for a report that sets two values side by side: a text is told from what it spells by its quotes.
pub fn quoted(value: &Value, meter: &mut Meter) -> Result<String, Fault> {
    let Some(text) = value.as_text() else { return show(value, meter) };
    let mut out = String::new();
    json::quote(&mut out, text);
    show(&Value::string(out).with(value.lanes()), meter)
}

/// With control characters and bidirectional overrides escaped; line ends and tabs stay.
pub fn escape(text: &str) -> String {
    let hidden = |char: char| {
        (char.is_control() && !matches!(char, '\n' | '\t'))
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    if !text.contains(hidden) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if hidden(char) { out.push_str(&format!("\\u{{{:x}}}", char as u32)) } else { out.push(char) }
    }
    out
}

/// A value in a message: short, in one line, whatever it is.
pub fn brief(value: &Value, meter: &mut Meter) -> String {
    let text = match value.kind() {
        Kind::Text => {
            let mut out = String::new();
            let text = value.as_text().unwrap_or_default();
            match text.char_indices().nth(60) {
                Some((end, _)) => json::quote(&mut out, &format!("{}…", &text[..end])),
                None => json::quote(&mut out, text),
            }
            out
        }
        Kind::List | Kind::Object if value.size().unwrap_or(0) > 20 || value.depth() > 3 => {
            value.kind().phrase().to_owned()
        }
        Kind::Function | Kind::Agent => value.kind().phrase().to_owned(),
        _ => render(value, meter).unwrap_or_else(|_| value.kind().phrase().to_owned()),
    };
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", escape(&text[..at])),
        None => escape(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Lanes, Limits};
    use super::*;

    fn meter() -> Meter {
        Meter::new(Limits::SANDBOX)
    }

    #[test]
    fn values_render_as_in_javascript() {
        let mut m = meter();
        let list = Value::list(vec![Value::number(1.0), Value::text("a"), Value::NULL]).unwrap();
        assert_eq!(render(&list, &mut m).unwrap(), r#"[1,"a",null]"#);
        let object = Value::object([(Key::new("a"), Value::number(0.5)), (Key::new("b"), list)]).unwrap();
        assert_eq!(render(&object, &mut m).unwrap(), r#"{"a":0.5,"b":[1,"a",null]}"#);
        assert_eq!(render(&Value::NULL, &mut m).unwrap(), "null");
        assert_eq!(render(&Value::native(0), &mut m).unwrap_err().code, Code::R002);
    }

    #[test]
    fn doubt_is_shown_rounded_down() {
        let mut m = meter();
        let at = |steps| Value::number(23.5).with(Lanes::EXACT.capped(Confidence::from_steps(steps)));
        assert_eq!(show(&at(929_999_999), &mut m).unwrap(), "23.5 (~92%)");
        assert_eq!(show(&at(999_999_999), &mut m).unwrap(), "23.5 (~99%)");
        assert_eq!(show(&at(STEPS), &mut m).unwrap(), "23.5");
        assert_eq!(show(&Value::TRUE.with(Lanes::UNKNOWN), &mut m).unwrap(), "true (~?)");
        assert_eq!(show(&Value::text("a\u{1b}[2Jb\nc"), &mut m).unwrap(), "a\\u{1b}[2Jb\nc");
    }
}
