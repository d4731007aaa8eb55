//! An accepted pattern executes an action only with the confidence and the evidence it needs, and gives what it promises:
//! runs of a small language that carry what a value has earned and what decided about it.

use super::small::{Pattern, Style, constant, pattern, perform, unswayed};
use super::watch::{Subject, Verdict};
use super::{each_seed, look};
use prism::check::Setting;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs of each pattern.
const RUNS: u64 = 24;

/// What the validator says of a pattern, if it can be read.
pub(super) fn verdict(pattern: &Pattern, style: Style) -> Result<Verdict, String> {
    let text = pattern.print(style);
    let subject = Subject::read(&text).map_err(|why| format!("{why}\n{text}"))?;
    Ok(subject.check(&Setting::default()))
}

/// What an accepted pattern does that it must not do.
fn fault(pattern: &Pattern, seed: u64) -> Option<String> {
    if !verdict(pattern, Style::Plain).is_ok_and(|it| it.errors.is_empty()) {
        return None;
    }
    let found = |constant: &BTreeSet<usize>| {
        let run = |run| perform(pattern, seed.wrapping_mul(RUNS) + run, constant);
        (0..RUNS).find_map(|at| Some(run(at).violations.first()?.0.clone()))
    };
    found(&BTreeSet::new()).and_then(|_| found(&constant(pattern)))
}

/// What an accepted pattern does or does not do because of what somebody says who is not sure enough.
fn sway(pattern: &Pattern, seed: u64) -> Option<String> {
    if !verdict(pattern, Style::Plain).is_ok_and(|it| it.errors.is_empty()) {
        return None;
    }
    let found = |constant: &BTreeSet<usize>| {
        let swayed = |run: u64, grave: usize| {
            let first = seed.wrapping_mul(RUNS) + run;
            (!unswayed(pattern, grave, [first, first ^ 0x5ea1], constant))
                .then(|| format!("an answer decides about an action {grave}"))
        };
        (0..RUNS).find_map(|run| swayed(run, 1).or(swayed(run, 2)))
    };
    found(&BTreeSet::new()).and_then(|_| found(&constant(pattern)))
}

#[test]
fn what_is_said_in_doubt_decides_about_no_action() {
    each_seed("acceptance", 400, |seed| look(pattern(seed), |made| sway(made, seed)));
}

#[test]
fn accepted_patterns_act_on_what_is_earned() {
    let (accepted, acted) = (AtomicU64::new(0), AtomicU64::new(0));
    each_seed("acceptance", 400, |seed| {
        let made = pattern(seed);
        if !verdict(&made, Style::Plain)?.errors.is_empty() {
            return Ok(());
        }
        accepted.fetch_add(1, Ordering::Relaxed);
        let runs = (0..RUNS).map(|run| perform(&made, seed.wrapping_mul(RUNS) + run, &BTreeSet::new()));
        acted.fetch_add(u64::from(runs.into_iter().any(|run| run.actions > 0)), Ordering::Relaxed);
        look(made, |made| fault(made, seed))
    });
    println!("{accepted:?} accepted, {acted:?} of them act");
}
