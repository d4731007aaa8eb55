//! Remarks that go with a value wherever it goes.

use super::domain::{Cap, Known, SURE, Why};
use crate::source::Location;

/// A remark that stays with a value until it reaches something that matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum Mark {
    /// Its confidence was dropped by `value`.
    Declassified,
    /// It is the best of many uncalibrated answers.
    Picked,
    /// An agent's contract promises more than what the agent was given had earned.
    Washed,
    /// The null of a form reaches it with no alternative.
    Unserved,
    /// A branch or an arm gives null, and it may be that.
    Silent,
    /// It is a list in the order of how sure its elements are.
    Ranked,
    /// Somebody else than the program chose how many elements it has.
    Counted,
    /// How sure it is was computed from what is in doubt.
    Doubtful,
    /// The input chose the threshold that it passed.
    Chosen,
    /// It is an error that was caught, and what is in doubt decided which of several.
    Caught,
    /// It may be an error, which says nothing where answers are counted.
    Failed,
}

impl Known {
    /// Marked, at a place.
    pub fn marked(mut self, mark: Mark, at: Location) -> Known {
        self.marks = self.marks.with((mark, at));
        self
    }

    /// How sure it is was computed from a number: a test of that is as much in doubt as the number.
    pub fn measured_by(self, number: Option<&Known>, at: Location) -> Known {
        let Some(earned) = number.map(Known::earned).filter(|earned| *earned < SURE) else { return self };
        let cap = self.cap.min(Cap { bound: earned, why: Why::Made(at), scaled: false });
        Known { cap, ..self }.marked(Mark::Doubtful, at)
    }

    /// Whether it has a kind of mark.
    pub fn has(&self, mark: Mark) -> bool {
        self.marks.iter().any(|(own, _)| *own == mark)
    }

    /// Without a kind of mark.
    pub fn unmarked(mut self, mark: Mark) -> Known {
        if self.has(mark) {
            self.marks = self.marks.iter().filter(|(m, _)| *m != mark).copied().collect();
        }
        self
    }
}
