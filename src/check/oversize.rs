//! What fails because what it makes would be too large or nest too deep, as far as what it is given decides that.
//!
//! What an agent gives is no larger than an answer may be, so that a few answers fit into one text or list; made of more than
//! anybody knows how many, it may be too large. Likewise an answer nests no deeper than a value may, and leaves room for a few
//! levels around it.

use super::domain::{Known, Null, Shape};
use super::flow::Activation;
use super::graph::Definition;
use crate::ir::{Inst, Op};

/// Parts that fit into one text or list, whatever they are.
const MOST_PARTS: u64 = 100;

/// A text that takes no more room than a number.
const SHORT: usize = 8;

/// Levels around an answer that fit.
const MOST_LEVELS: u32 = 12;

/// Whether there may be more parts in it than fit, which were put together here.
pub(super) fn is_heap(known: &Known) -> bool {
    let many = match &known.shape {
        Shape::List(list) => list.high.is_none_or(|most| most > MOST_PARTS),
        _ => false,
    };
    many && known.origins.is_empty() && weighs(known) || known.parts_known().any(is_heap)
}

/// Whether what is in a list may be larger than a number is.
fn weighs(known: &Known) -> bool {
    known.parts_known().any(|part| match &part.shape {
        Shape::Text(text) => text.len() > SHORT,
        Shape::Number(_) | Shape::Bool(_) => false,
        _ => true,
    })
}

/// Whether a text may be of any length.
fn is_long(known: &Known) -> bool {
    matches!(known.shape, Shape::Plain | Shape::Any)
}

/// Whether the argument of a built-in at a place may make what it gives too large.
pub(super) fn makes_too_much(name: &str, args: &[Known], place: usize) -> bool {
    let (first, arg) = (&args[0], &args[place]);
    let pieces = |known: &Known| match &known.shape {
        Shape::List(list) => list.high.is_none_or(|most| most > MOST_PARTS),
        shape => *shape == Shape::Any,
    };
    match name {
        "join" if args.get(1).is_some_and(is_long) => pieces(first),
        "join" | "stringify" | "String" | "toString" => is_heap(arg),
        "flat" | "flatMap" => place == 0 && matches!(first.shape, Shape::List(_)) && pieces(first),
        "replace" | "replaceAll" => args.get(2).is_some_and(|new| outgrows(name, args.get(1), new)),
        _ => false,
    }
}

/// Whether a text may be much longer where something in it is replaced.
fn outgrows(name: &str, old: Option<&Known>, new: &Known) -> bool {
    let old = old.filter(|old| old.null == Null::Never).and_then(|old| match &old.shape {
        Shape::Text(text) => Some(text.len().max(1)),
        _ => None,
    });
    match &new.shape {
        // A text is replaced once.
        _ if name == "replace" && old.is_some() => false,
        Shape::Text(text) => text.len() > 4 * old.unwrap_or(1),
        _ => true,
    }
}

/// The levels that are known around something of which nobody knows how deep it is.
fn levels(known: &Known) -> Option<u32> {
    match known.shape {
        Shape::Any => Some(0),
        _ => known.parts_known().filter_map(levels).max().map(|inner| inner + 1),
    }
}

impl Activation<'_> {
    /// The parts of a list or object that is made by which it nests too deep: what nests deep already, and what is put into
    /// itself in each turn.
    pub fn nested_too_deep(&self, inst: &Inst, args: &[Known]) -> Vec<Known> {
        let spread = match &inst.op {
            Op::List { spread } => &spread[..],
            Op::Object(_) => &[],
            _ => return Vec::new(),
        };
        let carried = |place: usize| match self.graph.definitions[inst.args[place].0 as usize] {
            Definition::Parameter(block, _) => self.graph.loop_of[block].is_some(),
            _ => false,
        };
        let deep = |place: &usize| {
            let around = levels(&args[*place]);
            !spread.get(*place).is_some_and(|spread| *spread)
                && around.is_some_and(|levels| levels >= MOST_LEVELS || carried(*place))
        };
        (0..args.len()).filter(deep).map(|place| args[place].whole()).collect()
    }
}
