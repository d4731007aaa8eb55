//! An accepted pattern executes an action only with the confidence and the evidence it needs, and gives what it promises:
//! runs of a small language that carry what a value has earned and what decided about it.

use super::small::{Pattern, Style, pattern, perform};
use super::watch::{Subject, Verdict};
use super::{each_seed, look};
use prism::check::Setting;
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
    (0..RUNS).find_map(|run| Some(perform(pattern, seed.wrapping_mul(RUNS) + run).violations.first()?.0.clone()))
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
        let runs = (0..RUNS).map(|run| perform(&made, seed.wrapping_mul(RUNS) + run));
        acted.fetch_add(u64::from(runs.into_iter().any(|run| run.actions > 0)), Ordering::Relaxed);
        look(made, |made| fault(made, seed))
    });
    println!("{accepted:?} accepted, {acted:?} of them act");
}
