//! An error on its way: what is wrong, where, and who had called.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Location;
use crate::value::{Error, Fault, Lanes, Value};

/// The calls that a trace shows at most.
const TRACE: usize = 20;

/// The characters of a message that a finding shows at most.
const MOST_TOLD: usize = 2_000;

/// An error on its way to whoever catches it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure(Box<Body>);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    error: Arc<Error>,
    lanes: Lanes,
    at: Option<Location>,
    trace: Vec<Call>,
    deeper: usize,
}

/// A call around an error.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call {
    /// Who called.
    pub name: String,
    /// Where.
    pub at: Location,
}

impl Failure {
    /// With a code and what is wrong.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::from(Fault::new(code, message))
    }

    /// Of an error value, such as one that was caught.
    pub fn of(error: Error, lanes: Lanes) -> Self {
        Self(Box::new(Body { error: Arc::new(error), lanes, at: None, trace: Vec::new(), deeper: 0 }))
    }

    /// What `throw x` throws: an error goes on unchanged, anything else becomes the data of one.
    pub fn thrown(value: Value, message: String) -> Self {
        if let Some(error) = value.as_error() {
            return Self::of(error.clone(), value.lanes());
        }
        let lanes = value.least();
        let message = if value.as_text().is_some() { value.clone() } else { Value::string(message).with(lanes) };
        Self::of(Error { code: Code::R001, message, data: value }, Lanes::EXACT)
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.0.error.code
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        self.0.error.message.as_text().unwrap_or("thrown by the program")
    }

    /// What was thrown, or further facts.
    pub fn data(&self) -> &Value {
        &self.0.error.data
    }

    /// Where it came up.
    pub fn at(&self) -> Option<Location> {
        self.0.at
    }

    /// The calls around it, the innermost first, and how many more there are.
    pub fn trace(&self) -> (&[Call], usize) {
        (&self.0.trace, self.0.deeper)
    }

    /// Whether a program may catch it.
    pub fn can_be_caught(&self) -> bool {
        !(Code::R090..=Code::R097).contains(&self.code())
    }

    /// The place, unless it has one already.
    pub fn locate(&mut self, at: Location) {
        self.0.at.get_or_insert(at);
    }

    /// A call around it.
    pub fn within(&mut self, name: impl FnOnce() -> String, at: Location) {
        match self.0.trace.len() < TRACE {
            true => self.0.trace.push(Call { name: name(), at }),
            false => self.0.deeper += 1,
        }
    }

    /// It as the value that `catch` gives.
    pub fn value(&self) -> Value {
        Value::error((*self.0.error).clone()).with(self.0.lanes)
    }

    /// What is wrong, with the agent that said so.
    fn told(&self) -> String {
        let field = |name: &str| self.data().as_object()?.get(name)?.as_text();
        match (self.code(), field("agent"), field("method")) {
            (Code::R030, Some(agent), Some(method)) => format!("`{agent}.{method}` failed: {}", self.message()),
            _ => self.message().to_owned(),
        }
    }

    /// The same, as long as people read: a program can throw all it has.
    fn brief(&self) -> String {
        let mut told = self.told();
        if let Some((end, _)) = told.char_indices().nth(MOST_TOLD) {
            told.truncate(end);
            told.push('…');
        }
        told
    }

    /// It as a finding.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code(), self.0.at.unwrap_or_default(), self.brief());
        for call in &self.0.trace {
            diagnostic = diagnostic.note_at(call.at, format!("called by {}", call.name));
        }
        match self.0.deeper {
            0 => diagnostic,
            more => diagnostic.note(format!("and {more} more calls")),
        }
    }
}

impl From<Fault> for Failure {
    #[cold]
    fn from(fault: Fault) -> Self {
        Self::of(Error::from(&fault), Lanes::EXACT)
    }
}
