//! What graphs of calls show together.

use super::{Arrows, Edges, Graph, MOST_PARAMETERS};
use crate::hir::FunctionId;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The most graphs that are composed.
const MOST_GRAPHS: usize = 20_000;

/// What composing graphs showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Something gets smaller on every circle.
    Ends,
    /// Nothing shows that it does.
    MayNot,
    /// There was too much to look at.
    TooMany,
}

/// Decides it of a function whose calls back are these graphs.
pub(super) fn decide(graphs: &BTreeSet<Graph>, work: &mut usize) -> Verdict {
    let mut all: BTreeSet<Graph> = graphs.clone();
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
            *work += 1;
        }
        if all.len() > MOST_GRAPHS || *work > MOST_WORK {
            return Verdict::TooMany;
        }
    }
    Verdict::Ends
}

/// The most compositions that are tried for all functions of a program together.
const MOST_WORK: usize = 300_000;

/// The calls among some functions.
type Inside<'e> = Vec<(&'e (FunctionId, FunctionId), &'e BTreeSet<Graph>)>;

/// The same for several functions that call each other: all chains of calls from each of them back to itself.
pub(super) fn decide_among(edges: &Edges, members: &BTreeSet<FunctionId>, work: &mut usize) -> Verdict {
    let inside: Inside<'_> =
        edges.iter().filter(|((from, to), _)| members.contains(from) && members.contains(to)).collect();
    if circles_without_loss(&inside) {
        return Verdict::MayNot;
    }
    // Mostly that is all there is to it, and soon seen.
    if one_falls_each(&inside, work) {
        return Verdict::Ends;
    }
    type Step = (FunctionId, FunctionId, Graph);
    let base: Vec<Step> =
        inside.iter().flat_map(|((from, to), graphs)| graphs.iter().map(|g| (*from, *to, g.clone()))).collect();
    let mut by_start: BTreeMap<FunctionId, Vec<usize>> = BTreeMap::new();
    base.iter().enumerate().for_each(|(i, (from, ..))| by_start.entry(*from).or_default().push(i));
    let mut all: BTreeSet<Step> = base.iter().cloned().collect();
    let mut fresh: Vec<Step> = base.clone();
    while let Some((from, to, graph)) = fresh.pop() {
        let graph: Arrows = graph.into_iter().collect();
        if from == to && compose(&graph, &graph) == graph && !graph.iter().any(|((a, b), smaller)| a == b && *smaller) {
            return Verdict::MayNot;
        }
        for &i in by_start.get(&to).into_iter().flatten() {
            let (_, end, next) = &base[i];
            let next: Arrows = next.iter().copied().collect();
            let step = (from, *end, compose(&graph, &next).into_iter().collect());
            if all.insert(step.clone()) {
                fresh.push(step);
            }
            *work += 1;
        }
        if all.len() > MOST_GRAPHS || *work > MOST_WORK {
            return Verdict::TooMany;
        }
    }
    Verdict::Ends
}

/// Whether on every circle of these calls one argument, handed on from call to call, never grows, and on all circles that are
/// left without the calls that make it smaller another one does, and so on.
fn one_falls_each(edges: &Inside<'_>, work: &mut usize) -> bool {
    let circles = circles(edges.iter().map(|(ends, _)| **ends));
    let firsts: BTreeSet<FunctionId> = circles.values().filter_map(|circle| circle.first().copied()).collect();
    firsts.into_iter().all(|first| {
        let circle = &circles[&first];
        let within = |(from, to): &(FunctionId, FunctionId)| circle.contains(from) && circle.contains(to);
        let inside: Inside<'_> = edges.iter().filter(|(ends, _)| within(ends)).copied().collect();
        inside.is_empty()
            || (0..MOST_PARAMETERS as u8).any(|parameter| {
                *work += inside.len();
                let left = level(&inside, first, parameter).filter(|left| left.len() < inside.len());
                left.is_some_and(|left| *work < MOST_WORK && one_falls_each(&left, work))
            })
    })
}

/// The calls that leave one argument as it is at most, which is handed on from call to call beginning with this parameter and
/// which no call makes larger; nothing where there is no such argument.
fn level<'e>(edges: &Inside<'e>, first: FunctionId, parameter: u8) -> Option<Inside<'e>> {
    let mut held: BTreeMap<FunctionId, u8> = BTreeMap::from([(first, parameter)]);
    let mut fresh = vec![first];
    while let Some(at) = fresh.pop() {
        let begin = edges.partition_point(|((from, _), _)| *from < at);
        for ((_, to), graphs) in edges[begin..].iter().take_while(|((from, _), _)| *from == at) {
            if !held.contains_key(to) {
                let mut arrows = graphs.first()?.iter().filter(|((from, _), _)| *from == held[&at]);
                let any = arrows.clone().next();
                let ((_, next), _) = arrows.find(|(_, smaller)| *smaller).or(any)?;
                held.insert(*to, *next);
                fresh.push(*to);
            }
        }
    }
    let mut left = Vec::new();
    for edge @ ((from, to), graphs) in edges {
        let own = (held[from], held[to]);
        let smaller = |graph: &Graph| graph.iter().find(|(ends, _)| *ends == own).map(|(_, smaller)| *smaller);
        let all = graphs.iter().try_fold(true, |all, graph| Some(all & smaller(graph)?))?;
        left.extend((!all).then_some(*edge));
    }
    Some(left)
}

/// Whether there is a circle of calls on which nothing gets smaller at all.
fn circles_without_loss(edges: &Inside<'_>) -> bool {
    let mut ahead: BTreeMap<FunctionId, usize> = BTreeMap::new();
    let mut back: BTreeMap<FunctionId, Vec<FunctionId>> = BTreeMap::new();
    for ((from, to), graphs) in edges {
        if graphs.iter().any(|graph| graph.iter().all(|(_, smaller)| !smaller)) {
            *ahead.entry(*from).or_default() += 1;
            back.entry(*to).or_default().push(*from);
        }
    }
    // A function from which no circle can be reached is put aside; what is left when nothing more can be, is on one.
    let mut done: Vec<FunctionId> = back.keys().copied().filter(|to| !ahead.contains_key(to)).collect();
    while let Some(function) = done.pop() {
        for from in back.get(&function).into_iter().flatten() {
            let left = ahead.get_mut(from).expect("it calls");
            *left -= 1;
            if *left == 0 {
                ahead.remove(from);
                done.push(*from);
            }
        }
    }
    !ahead.is_empty()
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

/// For each function the functions that lie on circles of calls with it.
pub(super) fn circles(
    edges: impl Iterator<Item = (FunctionId, FunctionId)>,
) -> BTreeMap<FunctionId, Rc<BTreeSet<FunctionId>>> {
    let mut onward: BTreeMap<FunctionId, Vec<FunctionId>> = BTreeMap::new();
    let mut back: BTreeMap<FunctionId, Vec<FunctionId>> = BTreeMap::new();
    for (from, to) in edges {
        onward.entry(from).or_default().push(to);
        back.entry(to).or_default().push(from);
    }
    // Kosaraju: the functions in the order in which their calls are done, then backwards from the last.
    let mut seen: BTreeSet<FunctionId> = BTreeSet::new();
    let mut done: Vec<FunctionId> = Vec::new();
    for &root in onward.keys() {
        let mut stack = if seen.insert(root) { vec![(root, 0)] } else { Vec::new() };
        while let Some((at, next)) = stack.pop() {
            match onward.get(&at).and_then(|all| all.get(next)) {
                Some(&to) => {
                    stack.push((at, next + 1));
                    if seen.insert(to) {
                        stack.push((to, 0));
                    }
                }
                None => done.push(at),
            }
        }
    }
    let mut found: BTreeMap<FunctionId, Rc<BTreeSet<FunctionId>>> = BTreeMap::new();
    for &root in done.iter().rev() {
        if found.contains_key(&root) {
            continue;
        }
        let mut circle = BTreeSet::from([root]);
        let mut stack = vec![root];
        while let Some(at) = stack.pop() {
            for &from in back.get(&at).into_iter().flatten() {
                if !found.contains_key(&from) && circle.insert(from) {
                    stack.push(from);
                }
            }
        }
        let circle = Rc::new(circle);
        circle.iter().for_each(|function| {
            found.insert(*function, circle.clone());
        });
    }
    found
}
