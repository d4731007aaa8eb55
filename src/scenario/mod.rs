//! Which answers lead where: for each branch and each refusal of a program the fewest answers of its agents that lead there,
//! as tests that run.
//!
//! Nothing is proved here. Programs are run in the world in memory with answers that are likely to matter: the texts and
//! numbers that the program compares with, values of the types that it declares, confidences at and just below its
//! thresholds. One answer after the other is changed, beginning with agents that are sure of everything; whatever leads to
//! a place that was not seen before is kept, and then made as plain as possible. A scenario is printed only after its text
//! ran and did what it says.

mod candidate;
mod rehearsal;
mod write;

use crate::engine::{self, Examination};
use crate::hir::{Modules, Program};
use crate::source::{FileId, Sources, Span};
use candidate::Pattern;
use rehearsal::{Rehearsal, Run};
use std::collections::BTreeMap;

/// Runs of one pattern before the rest is left unreached.
const MOST_RUNS: usize = 1_500;

/// How far answers are changed from those that lead somewhere new.
const ROUNDS: usize = 4;

/// Answers that lead somewhere.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// The pattern.
    pub pattern: String,
    /// What is reached, and where it stands in the text.
    pub reaches: Vec<(String, Span)>,
    /// The test, in the one style.
    pub text: String,
}

/// What answers lead to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scenarios {
    /// The scenarios, in the order of the places that they lead to.
    pub found: Vec<Scenario>,
    /// The places that no run came to.
    pub missed: Vec<(String, Span)>,
}

/// A place to reach.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Goal {
    /// What happens there, in a few words.
    what: String,
    /// Where it stands.
    at: Span,
}

/// A program that tells which branches it takes, and for each, by its number, the goal that it is: what needs answers of its
/// own, in a file.
fn marked(program: &Program, sources: &Sources, file: FileId) -> (Program, Vec<Option<Goal>>) {
    let (marked, branches) = engine::mark(program, sources);
    let goal = |branch: engine::Branch| {
        let line = sources.file(branch.file).position(branch.span.start).line;
        let what = format!("{} in line {line}", branch.what);
        (branch.file == file && !branch.usual).then_some(Goal { what, at: branch.span })
    };
    (marked, branches.into_iter().map(goal).collect())
}

/// A choice for every part: the place of a candidate each.
type Choice = Vec<usize>;

/// Looks for the scenarios of a program that nothing refuses.
pub fn scenarios(examination: &Examination, modules: &dyn Modules) -> Scenarios {
    let text = examination.sources.file(examination.file).text().clone();
    let (_, goals) = marked(&examination.program, &examination.sources, examination.file);
    let mut goals: Vec<Goal> = goals.into_iter().flatten().collect();
    goals.sort_by_key(|goal| (goal.at.start, goal.at.end));
    let mut out = Scenarios::default();
    let mut reached: BTreeMap<usize, (usize, Choice)> = BTreeMap::new();
    let patterns = candidate::patterns(examination);
    if patterns.is_empty() {
        // A script runs before any test of it could bind an agent.
        return out;
    }
    for (index, pattern) in patterns.iter().enumerate() {
        let mut rehearsal = Rehearsal::new(examination, modules, pattern, &goals);
        let open: Vec<usize> = (0..goals.len()).filter(|goal| !reached.contains_key(goal)).collect();
        for (goal, choice) in explore(&mut rehearsal, pattern, &open) {
            reached.insert(goal, (index, choice));
        }
    }
    // Answers that lead to several places are one test.
    let mut tests: Vec<((usize, Choice), Vec<usize>)> = Vec::new();
    for (goal, found) in reached {
        match tests.iter_mut().find(|(other, _)| *other == found) {
            Some((_, goals)) => goals.push(goal),
            None => tests.push((found, vec![goal])),
        }
    }
    let mut names = Vec::new();
    for ((index, choice), all) in tests {
        let pattern = &patterns[index];
        let mut rehearsal = Rehearsal::new(examination, modules, pattern, &goals);
        if let Some(text) = write::test(&mut rehearsal, pattern, &choice, &all, &text, &mut names) {
            let reaches = all.iter().map(|goal| (goals[*goal].what.clone(), goals[*goal].at)).collect();
            out.found.push(Scenario { pattern: pattern.name.clone(), reaches, text });
        }
    }
    let seen: Vec<(String, Span)> = out.found.iter().flat_map(|scenario| scenario.reaches.iter().cloned()).collect();
    let all = goals.into_iter().map(|goal| (goal.what, goal.at));
    out.missed = all.filter(|goal| !seen.contains(goal)).collect();
    out
}

/// The plainest choices that reach goals.
fn explore(rehearsal: &mut Rehearsal<'_>, pattern: &Pattern, open: &[usize]) -> BTreeMap<usize, Choice> {
    let parts = &pattern.parts;
    let mut found: BTreeMap<usize, Choice> = BTreeMap::new();
    let mut left = MOST_RUNS;
    let base: Choice = vec![0; parts.len()];
    let mut known = vec![base.clone()];
    let mut bases = vec![base.clone()];
    for round in 0..=ROUNDS {
        let mut next: Vec<Choice> = Vec::new();
        let choices: Vec<Choice> = if round == 0 {
            vec![base.clone()]
        } else {
            let mut choices = Vec::new();
            for from in &bases {
                for (part, candidates) in parts.iter().enumerate() {
                    for candidate in (0..candidates.answers.len()).filter(|candidate| *candidate != from[part]) {
                        let mut choice = from.clone();
                        choice[part] = candidate;
                        if !known.contains(&choice) {
                            known.push(choice.clone());
                            choices.push(choice);
                        }
                    }
                }
            }
            if round == 1 {
                // The members of a list are often asked to agree, so they change together as well.
                for group in pattern.groups() {
                    for candidate in 1..group.iter().map(|part| parts[*part].answers.len()).min().unwrap_or(0) {
                        let mut choice = base.clone();
                        group.iter().for_each(|part| choice[*part] = candidate);
                        if !known.contains(&choice) {
                            known.push(choice.clone());
                            choices.push(choice);
                        }
                    }
                    // And to disagree: each says something else.
                    let mut choice = base.clone();
                    for (turn, part) in group.iter().enumerate() {
                        let distinct = parts[*part].distinct();
                        choice[*part] = distinct.get(turn % distinct.len().max(1)).copied().unwrap_or(0);
                    }
                    if !known.contains(&choice) {
                        known.push(choice.clone());
                        choices.push(choice);
                    }
                }
            }
            choices.truncate(left);
            choices
        };
        left -= choices.len().min(left);
        let runs = rehearsal.run(&choices);
        for (choice, run) in choices.into_iter().zip(runs) {
            let mut new = false;
            for &goal in open {
                if run.reached.contains(&goal) && !found.contains_key(&goal) {
                    found.insert(goal, choice.clone());
                    new = true;
                }
            }
            if new || (round == 0 && next.is_empty()) {
                next.push(choice);
            }
        }
        if found.len() == open.len() || left == 0 {
            break;
        }
        bases = next;
        if bases.is_empty() {
            break;
        }
    }
    for (goal, choice) in &mut found {
        plainer(rehearsal, *goal, choice);
    }
    found
}

/// Takes back every change that a goal does not need.
fn plainer(rehearsal: &mut Rehearsal<'_>, goal: usize, choice: &mut Choice) {
    loop {
        let changed: Vec<usize> = (0..choice.len()).filter(|part| choice[*part] != 0).collect();
        if changed.len() < 2 {
            return;
        }
        let trials: Vec<Choice> = changed
            .iter()
            .map(|part| {
                let mut trial = choice.clone();
                trial[*part] = 0;
                trial
            })
            .collect();
        let runs: Vec<Run> = rehearsal.run(&trials);
        match trials.into_iter().zip(runs).find(|(_, run)| run.reached.contains(&goal)) {
            Some((trial, _)) => *choice = trial,
            None => return,
        }
    }
}
