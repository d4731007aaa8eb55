//! Lists of which it matters in which order they are, or who says how many elements they have.

use super::domain::{Integrity, Known, Mark, Shape};
use super::flow::Flow;
use crate::diagnostic::Code;
use crate::source::Location;

impl Known {
    /// Whether what a callback says of elements is how sure they are, of three or more.
    pub fn ranks(&self, most: Option<u64>) -> bool {
        most.is_none_or(|most| most >= 3) && (self.exact || self.as_number().is_some_and(|n| n.assessed.is_some()))
    }

    /// Read out of a list: the first or last of those that are in order of how sure they are is the best of them.
    pub fn ranked_in(self, list: &Known) -> Known {
        match list.marks.iter().find(|(mark, _)| *mark == Mark::Ranked) {
            Some((_, at)) => self.unmarked(Mark::Ranked).marked(Mark::Picked, *at),
            None => self,
        }
    }

    /// A list of as many as a number says, or the `length` of an object.
    pub fn counted_by(self, args: &[Known], at: Location) -> Known {
        let chosen = |arg: &Known| {
            let number = match &arg.shape {
                Shape::Object(object) => object.field("length").unwrap_or_else(Known::null),
                _ => arg.clone(),
            };
            let open = number.as_number().is_some_and(|number| !number.is_finite());
            open && number.integrity >= Integrity::Input
        };
        let open = matches!(&self.shape, Shape::List(list) if list.high.is_none());
        if open && args.iter().any(chosen) { self.marked(Mark::Counted, at) } else { self }
    }
}

impl Flow<'_> {
    /// A list is walked of which somebody else chose how many elements it has.
    pub fn counted_out(&mut self, list: &Known) {
        let open = matches!(&list.shape, Shape::List(list) if list.high.is_none());
        for (_, at) in list.marks.iter().filter(|(mark, _)| open && *mark == Mark::Counted) {
            let message = "an agent or the input chooses how often this turns";
            self.findings.report(Code::TM06, *at, message, |d| d.help("bound it: `Math.min(n, 100)`"));
        }
    }
}
