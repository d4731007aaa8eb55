//! What a computation on values can come to instead of a value.

use super::confidence::Lanes;
use super::payload::Value;
use crate::diagnostic::Code;

/// A run-time fault: a code, what is wrong, and one next step within the same sentence.
///
/// It is one pointer wide, so that a result of a value or a fault is as small as a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault(Box<Body>);

/// What a [`Fault`] says.
#[derive(Clone, PartialEq, Debug)]
pub struct Body {
    /// The stable code.
    pub code: Code,
    /// What is wrong: lower case, no final stop, the program's text in backticks.
    pub message: String,
    /// How sure the message is: as sure as the values that it tells of.
    pub lanes: Lanes,
}

impl Fault {
    /// A fault with its message.
    #[cold]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Body { code, message: message.into(), lanes: Lanes::EXACT }))
    }

    /// With a message that tells of this value, so that it is no surer.
    #[must_use]
    pub fn about(self, value: &Value) -> Self {
        self.under(value.least())
    }

    /// With a message that is no surer than this.
    #[must_use]
    pub fn under(mut self, lanes: Lanes) -> Self {
        self.0.lanes = self.0.lanes.meet(lanes);
        self
    }

    /// Whether a program may catch it: everything but a limit of the run.
    pub fn can_be_caught(&self) -> bool {
        self.code < Code::R090 || self.code > Code::R097
    }

    /// Code and message.
    pub fn into_body(self) -> Body {
        *self.0
    }
}

impl std::ops::Deref for Fault {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.0
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Fault {}
