//! What a computation on values can come to instead of a value.

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
}

impl Fault {
    /// A fault with its message.
    #[cold]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Body { code, message: message.into() }))
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
