//! What to write instead. Every edit that is offered was applied before, and the whole program was read and checked again.
//!
//! A stage that finds a fault knows what is wrong; it seldom knows what else depends on the place. So edits are guesses
//! until they are tried: for each finding the rules of this floor name candidates, each is applied, and what remains
//! is offered only if that finding is gone and no new error came. The work is counted, so a text with many faults gets
//! few offers rather than a long wait.

mod absent;
mod action;
mod band;
mod declared;
mod doubt;
mod edit;
mod foreign;
mod habit;
mod names;
mod page;
mod slip;
mod task;
mod trial;
mod turn;
mod typing;
mod undo;

use crate::check::Setting;
use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
use crate::engine::Examination;
use crate::hir::Modules;
use crate::source::FileId;
use page::Page;
use std::collections::HashMap;
use trial::{Trials, Verdict};

/// How many findings of one program are given edits.
const FINDINGS: usize = 24;

/// How many edits of one finding are offered.
const OFFERS: usize = 3;

/// How many candidates of one finding are tried.
const CANDIDATES: usize = 72;

/// How many are tried where an edit of another finding makes all errors go away.
const FOLLOWING: usize = 12;

/// Offers edits for what is wrong with a program, the best first. What the stages offered themselves is tried as well,
/// and left out where it does not hold.
pub fn offer(examination: &mut Examination, modules: &dyn Modules, setting: &Setting) {
    let findings = std::mem::take(&mut examination.findings);
    let mut trials = Trials::new(examination, &findings, modules, setting);
    let mut pages: HashMap<FileId, Page> = HashMap::new();
    let mut offers: Vec<Vec<Held>> = Vec::new();
    offers.resize_with(findings.len(), Vec::new);
    let mut helps: Vec<Option<String>> = vec![None; findings.len()];
    let grave = |found: &Diagnostic| found.severity != Severity::Info;
    // A text that has no end makes all brackets around it look open, so it comes first.
    let text = |found: &Diagnostic| !found.message.contains("string has no end");
    let mut order: Vec<usize> = (0..findings.len()).filter(|&i| grave(&findings[i])).collect();
    order.sort_by_key(|&i| (findings[i].severity, text(&findings[i])));
    let mut least = usize::MAX;
    for &index in order.iter().take(FINDINGS) {
        let found = &findings[index];
        let page = pages.entry(found.at.file).or_insert_with(|| Page::of(&examination.sources, found.at.file));
        let mut candidates = Vec::new();
        habit::candidates(found, page, &mut candidates);
        foreign::candidates(found, page, &mut candidates);
        let habits = candidates.clone();
        candidates.extend(rules(found, page, examination));
        // A rule knows where a bracket was lost; the parser can only take the other one away.
        let own = if found.code == Code::P002 { candidates.len() } else { habits.len() };
        candidates.splice(own..own, found.fixes.iter().cloned());
        if found.code < Code::P010 && !found.message.ends_with("does not exist here") {
            let sure = candidates.iter().filter(|fix| fix.certain);
            let more: Vec<Fix> = sure.filter_map(|fix| habit::with_constants(fix, page)).collect();
            candidates.extend(more);
        }
        if least == 0 && found.code < Code::T001 {
            candidates.truncate(FOLLOWING);
        }
        let held = preferred(tried(candidates, found, &mut trials));
        least = least.min(held.first().map_or(usize::MAX, |held| held.errors));
        let first = held.first().map(|held| &held.fix);
        helps[index] = match first.filter(|fix| habits.contains(fix)) {
            Some(fix) => Some(fix.title.clone()),
            None if found.code < Code::P010 => slip::help(found, first),
            None => doubt::named_help(found, page),
        };
        offers[index] = held;
    }
    if least == 0 {
        // One edit mends it all, so what leaves errors mends a consequence only.
        offers.iter_mut().for_each(|held| held.retain(|held| held.errors == 0));
    }
    let mut offers: Vec<Vec<Fix>> =
        offers.into_iter().map(|held| held.into_iter().map(|held| held.fix).collect()).collect();
    for (index, hint) in findings.iter().enumerate().filter(|(_, found)| !grave(found)) {
        let held = preferred(tried(hint.fixes.clone(), hint, &mut trials));
        offers[index] = held.into_iter().map(|held| held.fix).collect();
    }
    examination.findings = findings;
    for (found, fixes) in examination.findings.iter_mut().zip(offers) {
        found.fixes = fixes;
    }
    for (found, help) in examination.findings.iter_mut().zip(helps) {
        found.help = help.or_else(|| found.help.take());
    }
}

/// What is certain comes first and alone, unless another edit mends all: in a text with
/// several faults, what makes most of them go away is what hides them.
fn preferred(mut held: Vec<Held>) -> Vec<Held> {
    let best = held.first().map_or(0, |held| held.errors);
    if held.iter().any(|held| held.fix.certain && (held.errors == best || best > 0)) {
        held.retain(|held| held.fix.certain);
    }
    held.truncate(OFFERS);
    held
}

/// An edit that holds.
struct Held {
    errors: usize,
    warnings: usize,
    place: usize,
    fix: Fix,
}

/// The candidates that hold, the best first: fewer errors left, fewer warnings, the order of the rules.
fn tried(candidates: Vec<Fix>, found: &Diagnostic, trials: &mut Trials<'_>) -> Vec<Held> {
    let mut all: Vec<Held> = Vec::new();
    let mut clean = 0;
    let mut seen: Vec<Vec<Edit>> = Vec::new();
    for (place, fix) in candidates.into_iter().take(CANDIDATES).enumerate() {
        if seen.contains(&fix.edits) {
            continue;
        }
        seen.push(fix.edits.clone());
        // More than what mends it is not needed.
        if all.iter().any(|held| fix.edits.starts_with(&held.fix.edits)) {
            continue;
        }
        match trials.judge(&fix.edits, found) {
            Some(Verdict::Holds { errors, warnings }) => {
                clean += usize::from(errors == 0 && warnings <= trials.warnings());
                all.push(Held { errors, warnings, place, fix });
            }
            Some(Verdict::Fails) => {}
            None => break,
        }
        if clean >= OFFERS {
            break;
        }
    }
    all.sort_by_key(|held| (held.errors, held.warnings, held.place));
    all
}

/// The candidates of all rules for a finding, in the order in which they are tried.
fn rules(found: &Diagnostic, page: &Page, examination: &Examination) -> Vec<Fix> {
    let mut out = Vec::new();
    let name = found.code.name();
    match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
        // What is too large or too deep is no slip.
        "P" if matches!(found.code, Code::P006 | Code::P007) => {}
        "P" if found.code == Code::P008 => absent::candidates(found, page, &mut out),
        "P" => {
            names::candidates(found, page, examination, &mut out);
            declared::candidates(found, page, &mut out);
            slip::candidates(found, page, &mut out);
        }
        "T" => {
            names::candidates(found, page, examination, &mut out);
            typing::candidates(found, page, &mut out);
        }
        "CF" => {
            band::candidates(found, page, &mut out);
            action::candidates(found, page, &mut out);
        }
        "R" if found.code == Code::R008 => task::surplus(found, page, &mut out),
        "R" if found.code == Code::R042 => task::candidates(found, page, &mut out),
        "TM" => turn::candidates(found, page, &mut out),
        "B" | "E" => {
            names::candidates(found, page, examination, &mut out);
            declared::candidates(found, page, &mut out);
            action::candidates(found, page, &mut out);
        }
        _ => {}
    }
    out
}
