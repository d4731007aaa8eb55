//! Errors as values.

use super::fault::Fault;
use super::payload::Value;
use crate::diagnostic::Code;

/// What `catch` gives.
#[derive(Clone, Debug)]
pub struct Error {
    /// The code; `R001` of what the program throws.
    pub code: Code,
    /// What is wrong.
    pub message: Value,
    /// The thrown value, or further facts; null when there are none.
    pub data: Value,
}

impl Error {
    /// The kind of fault that a code stands for, in one word.
    pub fn kind(&self) -> &'static str {
        match self.code {
            Code::R001 => "thrown",
            Code::R002 | Code::R004 | Code::R005 | Code::R006 | Code::R008 | Code::R012 => "type",
            Code::R003 => "null",
            Code::R007 => "arithmetic",
            Code::R009 => "match",
            Code::R011 => "syntax",
            Code::R010 | Code::R013 | Code::R014 | Code::R016 | Code::R017 => "value",
            Code::R015 => "size",
            Code::R020 | Code::R022 => "confidence",
            Code::R021 => "count",
            Code::R030 => "agent",
            Code::R031 => "timeout",
            Code::R032 | Code::R033 => "binding",
            Code::R042 | Code::R043 | Code::R044 | Code::R045 => "orchestration",
            _ => "limit",
        }
    }

    /// What a program reads under a name; null for every other.
    pub fn field(&self, name: &str) -> Value {
        match name {
            "kind" => Value::text(self.kind()),
            "code" => Value::text(self.code.name()),
            "message" => self.message.clone(),
            "data" => self.data.clone(),
            _ => Value::NULL,
        }
    }

    /// The names of its fields, in order.
    pub const FIELDS: [&'static str; 4] = ["kind", "code", "message", "data"];
}

impl From<&Fault> for Error {
    fn from(fault: &Fault) -> Self {
        Self { code: fault.code, message: Value::text(&fault.message).with(fault.lanes), data: Value::NULL }
    }
}
