//! What tests tell of values.

use super::domain::{Id, Raw};
use super::line::Line;
use std::rc::Rc;

/// What a boolean tells about other values.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tests {
    /// When it is true.
    pub yes: Vec<Fact>,
    /// When it is not.
    pub no: Vec<Fact>,
    /// When it is one of these texts, where it is one of them in any case.
    pub cases: Vec<(Rc<str>, Vec<Fact>)>,
    /// What is believed of whether it is true, where that is more than of the value: where one way makes it true, and where one
    /// makes it not true.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub earned: (Raw, Raw),
}

fn is_nothing(earned: &(Raw, Raw)) -> bool {
    *earned == (0, 0)
}

/// Something a test tells.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Fact {
    /// It never comes out this way.
    Never,
    /// The value's confidence is at least this.
    AtLeast(Id, Raw),
    /// The value's confidence is below this, or unknown.
    Below(Id, Raw),
    /// The value's confidence is unknown.
    Unknown(Id),
    /// The value's confidence is known.
    Known(Id),
    /// The value is null.
    Null(Id),
    /// The value is not null.
    Present(Id),
    /// The value is true.
    True(Id),
    /// The value is not true.
    False(Id),
    /// The value is a whole number.
    Whole(Id),
    /// The length of the value, or its number, is at least this.
    From(Id, #[serde(with = "super::witness::real")] f64),
    /// The length of the value, or its number, is at most this.
    To(Id, #[serde(with = "super::witness::real")] f64),
    /// The same for the length of a list or text.
    LengthFrom(Id, #[serde(with = "super::witness::real")] f64),
    /// The same for the length of a list or text.
    LengthTo(Id, #[serde(with = "super::witness::real")] f64),
    /// A sum is never below 0.
    Holds(Line),
}

impl Fact {
    /// The value it tells about.
    pub fn about(self) -> Id {
        match self {
            Fact::Never | Fact::Holds(_) => Id::NONE,
            Fact::AtLeast(id, _)
            | Fact::Below(id, _)
            | Fact::Unknown(id)
            | Fact::Known(id)
            | Fact::Null(id)
            | Fact::Present(id)
            | Fact::True(id)
            | Fact::False(id)
            | Fact::Whole(id)
            | Fact::From(id, _)
            | Fact::To(id, _)
            | Fact::LengthFrom(id, _)
            | Fact::LengthTo(id, _) => id,
        }
    }
}
