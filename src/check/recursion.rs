//! Whether calls that lead back to themselves end: size-change termination.
//!
//! While a function is walked, every value remembers which parameters it is no larger than, and which it is smaller than.
//! A call back to the function gives a graph from its parameters to the new arguments. If in every composition of these
//! graphs that is its own square some parameter gets smaller, an endless chain of calls would make something smaller for
//! ever, and lists, texts, objects and guarded numbers cannot (Lee, Jones and Ben-Amram).

use super::domain::{Id, Known};
use super::flow::Flow;
use crate::diagnostic::Code;
use crate::hir::{FunctionId, Kind};
use crate::source::Location;
use std::collections::{BTreeMap, BTreeSet};

/// The most parameters that are followed.
const MOST_PARAMETERS: usize = 8;

/// The most graphs that are composed.
const MOST_GRAPHS: usize = 20_000;

/// From parameter to argument: whether it gets smaller.
pub(super) type Arrows = BTreeMap<(u8, u8), bool>;

/// What is known of the calls that lead from a function back to itself.
#[derive(Clone, Default, Debug)]
pub(super) struct Cycle {
    graphs: BTreeSet<Vec<((u8, u8), bool)>>,
    calls: BTreeMap<Location, Vec<FunctionId>>,
    unknown: bool,
}

impl Cycle {
    /// Takes in what another walk found.
    pub fn merge(&mut self, other: Cycle) {
        self.graphs.extend(other.graphs);
        self.calls.extend(other.calls);
        self.unknown |= other.unknown;
    }

    /// A call back, with the functions on the way.
    pub fn call(
        &mut self,
        frame: u32,
        parameters: &[u32],
        arguments: &[Known],
        at: Location,
        way: Vec<FunctionId>,
        unknown: bool,
    ) {
        let mut arrows = Arrows::new();
        for (to, argument) in arguments.iter().enumerate().take(MOST_PARAMETERS) {
            for (from, parameter) in parameters.iter().enumerate().take(MOST_PARAMETERS) {
                if let Some(smaller) = argument.measures.get(&Id(frame, *parameter)) {
                    arrows.insert((from as u8, to as u8), *smaller);
                }
            }
        }
        self.graphs.insert(arrows.into_iter().collect());
        self.calls.insert(at, way);
        self.unknown |= unknown;
    }
}

/// What composing graphs showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Ends,
    MayNot,
    TooMany,
}

fn decide(graphs: &BTreeSet<Vec<((u8, u8), bool)>>) -> Verdict {
    let mut all: BTreeSet<Vec<((u8, u8), bool)>> = graphs.clone();
    let mut fresh: Vec<Arrows> = graphs.iter().map(|g| g.iter().copied().collect()).collect();
    while let Some(graph) = fresh.pop() {
        let square = compose(&graph, &graph);
        if square == graph && !graph.iter().any(|((from, to), smaller)| from == to && *smaller) {
            return Verdict::MayNot;
        }
        for base in graphs {
            let base: Arrows = base.iter().copied().collect();
            let next = compose(&graph, &base);
            if all.insert(next.iter().map(|(k, v)| (*k, *v)).collect()) {
                fresh.push(next);
            }
        }
        if all.len() > MOST_GRAPHS {
            return Verdict::TooMany;
        }
    }
    Verdict::Ends
}

fn compose(first: &Arrows, second: &Arrows) -> Arrows {
    let mut result = Arrows::new();
    for ((from, middle), a) in first {
        for ((start, to), b) in second.range((*middle, 0)..=(*middle, u8::MAX)) {
            debug_assert_eq!(start, middle);
            *result.entry((*from, *to)).or_insert(false) |= *a || *b;
        }
    }
    result
}

impl Flow<'_> {
    /// Reports the functions whose calls back need not end.
    pub fn recursions(&mut self) {
        let cycles = std::mem::take(&mut self.cycles);
        let mut said: BTreeSet<BTreeSet<FunctionId>> = BTreeSet::new();
        for (function, cycle) in &cycles {
            let declared = &self.program.declarations.functions[function.0 as usize];
            if declared.decorators.max_calls.is_some() {
                continue;
            }
            let verdict = decide(&cycle.graphs);
            if verdict == Verdict::Ends {
                continue;
            }
            let name = |f: FunctionId| {
                let function = &self.program.declarations.functions[f.0 as usize];
                function
                    .name
                    .map_or_else(|| "a lambda".to_owned(), |n| format!("`{}`", self.program.declarations.names.text(n)))
            };
            let Some((&at, way)) = cycle.calls.iter().next() else { continue };
            if !said.insert(way.iter().copied().collect()) {
                continue;
            }
            let patterns = way.iter().any(|f| self.program.declarations.functions[f.0 as usize].kind == Kind::Pattern);
            let path: Vec<String> = way.iter().chain([function]).map(|f| name(*f)).collect();
            let path = path.join(" → ");
            let many = declared.parameters.len() > MOST_PARAMETERS;
            let (code, message, help) = if verdict == Verdict::TooMany || many {
                (Code::TM09, "there are too many ways of calling to follow".to_owned(), "split the function")
            } else if patterns {
                (
                    Code::TM10,
                    format!("patterns call each other in a circle: {path}"),
                    "let one of them answer without calling the others",
                )
            } else if declared.decorators.decreases.is_some() {
                (
                    Code::TM12,
                    "what `@decreases` names does not get smaller at this call".to_owned(),
                    "call with something smaller, or count the calls: `@maxCalls(100)`",
                )
            } else if cycle.unknown {
                (
                    Code::TM07,
                    format!("a function that is only known at run time may call itself: {path}"),
                    "call a function that is declared, on something that gets smaller",
                )
            } else {
                (
                    Code::TM08,
                    format!("no argument gets smaller on the way back: {path}"),
                    "call with something smaller (`n - 1` under a guard, `xs.slice(1)`), or count the calls: `@maxCalls(100)`",
                )
            };
            self.findings.report(code, at, message, |d| d.help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(arrows: &[(u8, u8, bool)]) -> Vec<((u8, u8), bool)> {
        let mut all: Vec<((u8, u8), bool)> = arrows.iter().map(|(a, b, s)| ((*a, *b), *s)).collect();
        all.sort();
        all
    }

    #[test]
    fn one_falling_argument_ends() {
        assert_eq!(decide(&BTreeSet::from([graph(&[(0, 0, true)])])), Verdict::Ends);
        assert_eq!(decide(&BTreeSet::from([graph(&[(0, 0, false)])])), Verdict::MayNot);
    }

    #[test]
    fn ackermann_and_swapped_arguments_end() {
        assert_eq!(
            decide(&BTreeSet::from([graph(&[(0, 0, true)]), graph(&[(0, 0, false), (1, 1, true)])])),
            Verdict::Ends
        );
        assert_eq!(decide(&BTreeSet::from([graph(&[(0, 1, true), (1, 0, false)])])), Verdict::Ends);
    }

    #[test]
    fn two_calls_that_undo_each_other_do_not() {
        let up = graph(&[(1, 1, true)]);
        let down = graph(&[(0, 0, true)]);
        assert_eq!(decide(&BTreeSet::from([up, down])), Verdict::MayNot);
    }
}
