//! What changes no meaning changes no verdict; what is written out where it is called loses errors only (a
//! test that always passes is seen better there); and a contract
//! that promises less gives results that promise less.

use super::acceptance::verdict;
use super::small::{Pattern, Style, pattern};
use super::watch::Verdict;
use super::{each_seed, look};
use prism::diagnostic::Code;
use std::collections::BTreeSet;

/// What is wrong about the verdicts on a pattern and on another spelling of it, where both can be read.
fn told(made: &Pattern, other: Result<Verdict, String>, wrong: impl Fn(&Verdict, &Verdict) -> bool) -> Option<String> {
    let (plain, other) = (verdict(made, Style::Plain).ok()?, other.ok()?);
    wrong(&plain, &other).then(|| format!("{:?}, spelt otherwise {:?}", plain.codes, other.codes))
}

/// Errors, where an action that is refused is refused, whatever is told of it first.
fn refused(verdict: &Verdict) -> BTreeSet<Code> {
    let first = |code: Code| match code {
        Code::CF002 | Code::CF013 | Code::CF016 => Code::CF001,
        code => code,
    };
    verdict.errors.iter().copied().map(first).collect()
}

#[test]
fn spelling_changes_no_verdict() {
    each_seed("relations", 150, |seed| {
        [Style::Renamed, Style::Wrapped].into_iter().try_for_each(|style| {
            look(pattern(seed), |made| told(made, verdict(made, style), |plain, other| plain.codes != other.codes))
        })
    });
}

#[test]
fn the_order_of_independent_statements_changes_no_verdict() {
    each_seed("relations", 150, |seed| {
        let other = |made: &Pattern| verdict(&made.reordered(), Style::Plain);
        look(pattern(seed), |made| told(made, other(made), |plain, other| plain.codes != other.codes))
    });
}

#[test]
fn writing_functions_out_removes_reports_only() {
    each_seed("relations", 150, |seed| {
        let inlined = |made: &Pattern| verdict(made, Style::Inlined);
        let more = |called: &Verdict, inlined: &Verdict| !refused(inlined).is_subset(&refused(called));
        look(pattern(seed), |made| told(made, inlined(made), more))
    });
}

#[test]
fn wider_contracts_widen_results() {
    each_seed("relations", 150, |seed| {
        let made = pattern(seed);
        let mut wider = made.clone();
        wider.contracts = wider.contracts.map(|least| least.map(|least| least - 1));
        let (narrow, wide) = (verdict(&made, Style::Plain)?, verdict(&wider, Style::Plain)?);
        let result = |it: &Verdict| it.certificates.first().and_then(|it| it.result);
        let (Some(narrow), Some(wide)) = (result(&narrow), result(&wide)) else { return Ok(()) };
        let inside = wide.confidence.0 <= narrow.confidence.0
            && wide.confidence.1 >= narrow.confidence.1
            && wide.earned.0 <= narrow.earned.0
            && (wide.unknown || !narrow.unknown);
        if inside { Ok(()) } else { Err(format!("{}{narrow:?}, wider {wide:?}", made.print(Style::Plain))) }
    });
}
