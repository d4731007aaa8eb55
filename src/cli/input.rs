//! The input of a run: its text, what it stands for, and what to write where it does not fit.

use std::path::Path;

use super::{Usage, source};
use crate::check::wants;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Function, Parameter, Program};
use crate::source::{Location, Sources, Span};
use crate::types::{Literal, Type};
use crate::value::{Fault, Lanes, Meter, Value, View, json, shaped};

/// The text of an input, and what messages call it.
pub(super) struct Input {
    name: String,
    text: String,
}

impl Input {
    /// The input that was given, if one was; `-` is standard input, which a program may take already.
    pub(super) fn read(text: Option<&str>, file: Option<&Path>, program: &Path) -> Result<Option<Self>, Usage> {
        let stdin = Path::new(source::STDIN);
        let read = |path: &Path, name: String| Ok(Self { name, text: source::text(path, source::INPUT)? });
        match (text, file) {
            (Some(text), _) => Ok(Some(Self { name: "--input".to_owned(), text: text.to_owned() })),
            (None, None) => Ok(None),
            (None, Some(path)) if path == stdin && program == stdin => {
                Err(Usage::new("program and input cannot both come from standard input; save one in a file"))
            }
            (None, Some(path)) => read(path, source::shown(path)).map(Some),
        }
    }

    /// The value that it stands for; what is wrong with it is shown in its own text.
    pub(super) fn value(&self, in_shape: bool, meter: &mut Meter, sources: &mut Sources) -> Result<Value, Diagnostic> {
        let read = if in_shape {
            let shape = serde_json::from_str(&self.text);
            let shape = shape.map_err(|error| Fault::new(Code::R011, format!("no JSON: {error}")));
            shape.and_then(|shape| shaped::read(&shape, Lanes::EXACT, meter))
        } else {
            json::parse(&self.text, Lanes::EXACT, meter)
        };
        read.map_err(|fault| self.refused(&fault, sources))
    }

    /// Where the text stops being JSON; its beginning if it never does.
    fn unreadable(&self) -> usize {
        let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&self.text) else { return 0 };
        let before: usize = self.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        (before + error.column().saturating_sub(1)).min(self.text.len())
    }

    fn refused(&self, fault: &Fault, sources: &mut Sources) -> Diagnostic {
        let file = sources.add(self.name.clone(), self.text.clone());
        let start = self.text.floor_char_boundary(self.unreadable());
        let end = start + self.text[start..].chars().next().map_or(0, char::len_utf8);
        let at = Location::new(file, Span::new(start as u32, end as u32));
        let Some(reason) = fault.message.strip_prefix("no JSON: ").filter(|_| fault.code == Code::R011) else {
            return Diagnostic::new(fault.code, at, fault.message.clone());
        };
        // The place is shown beside it.
        let reason = reason.split(" at line ").next().unwrap_or(reason);
        let found = Diagnostic::new(Code::R011, at, format!("the input is no JSON: {reason}"));
        match self.text.trim_start().starts_with(['{', '[', '"']) {
            true => found,
            false => found.help("a text is written in quotes, as in `--input '\"a text\"'`"),
        }
    }
}

/// Says of an input that does not fit its parameters how it is given.
pub(super) fn advise(found: Diagnostic, program: &Program, entry: &Function, input: Option<&Value>) -> Diagnostic {
    let data: Vec<&Parameter> = entry.parameters.iter().filter(|parameter| wants(parameter).is_none()).collect();
    let here = found.at.file == entry.file && found.notes.is_empty() && found.help.is_none();
    let about = match found.code {
        Code::R033 => found.message.contains("input"),
        Code::R012 => data.iter().any(|parameter| parameter.span == found.at.span),
        _ => false,
    };
    if !here || !about || data.is_empty() {
        return found;
    }
    let name = |parameter: &Parameter| parameter.name.map_or("", |name| program.names.text(name)).to_owned();
    let members: Vec<String> =
        data.iter().map(|parameter| format!("\"{}\": {}", name(parameter), sample(parameter, program))).collect();
    let example = format!("--input '{{ {} }}'", members.join(", "));
    let key = match (&data[..], input.map(Value::view)) {
        ([only], Some(View::Object(object))) => object.keys().next().map(|key| (key.as_str().to_owned(), name(only))),
        _ => None,
    };
    match key {
        Some((key, wanted)) if found.code == Code::R012 && key != wanted => {
            found.help(format!("the input has the key `{key}`, and the parameter is `{wanted}`: `{example}`"))
        }
        _ if input.is_none() => found.help(format!("there is no input; give one as in `{example}`")),
        _ => found.help(format!("give it as in `{example}`")),
    }
}

/// Something that a parameter takes, as JSON.
fn sample(parameter: &Parameter, program: &Program) -> String {
    parameter.annotation.as_ref().map_or_else(|| "…".to_owned(), |kind| of_type(kind, program, 3))
}

/// Something of a type as JSON, so deep at most.
fn of_type(kind: &Type, program: &Program, depth: usize) -> String {
    let below = |kind: &Type| match depth {
        0 => "…".to_owned(),
        _ => of_type(kind, program, depth - 1),
    };
    match kind {
        Type::Null => "null".to_owned(),
        Type::Boolean => "true".to_owned(),
        Type::Number => "1".to_owned(),
        Type::String => "\"…\"".to_owned(),
        Type::Literal(Literal::Text(text)) => serde_json::Value::from(&**text).to_string(),
        Type::Literal(Literal::Number(number)) => json::to_json_number(*number).to_string(),
        Type::Literal(Literal::Bool(bool)) => bool.to_string(),
        Type::List(element) => format!("[{}]", below(element)),
        Type::Union(members) => members.first().map_or_else(|| "…".to_owned(), below),
        Type::Named(id) => below(&program.types[id.0 as usize].definition),
        Type::Object(shape) => {
            let wanted = shape.fields.iter().filter(|field| !field.optional);
            let fields: Vec<String> =
                wanted.map(|field| format!("\"{}\": {}", field.name, below(&field.value))).collect();
            if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        _ => "…".to_owned(),
    }
}
