//! What changes no meaning changes no verdict; what is written out where it is called loses errors only (a
//! test that always passes is seen better there); and a contract
//! that promises less gives results that promise less.

use super::acceptance::verdict;
use super::each_seed;
use super::small::{Style, pattern};

#[test]
fn spelling_changes_no_verdict() {
    each_seed("relations", 150, |seed| {
        let made = pattern(seed);
        let plain = verdict(&made, Style::Plain)?;
        for style in [Style::Renamed, Style::Wrapped] {
            let other = verdict(&made, style)?;
            if other.codes != plain.codes {
                let text = made.print(Style::Plain);
                return Err(format!("{text}{:?}, {style:?} {:?}", plain.codes, other.codes));
            }
        }
        Ok(())
    });
}

#[test]
fn the_order_of_independent_statements_changes_no_verdict() {
    each_seed("relations", 150, |seed| {
        let made = pattern(seed);
        let other = made.reordered();
        let (first, second) = (verdict(&made, Style::Plain)?, verdict(&other, Style::Plain)?);
        if first.codes == second.codes {
            return Ok(());
        }
        Err(format!("{}{:?}, in another order {:?}", made.print(Style::Plain), first.codes, second.codes))
    });
}

#[test]
fn writing_functions_out_removes_reports_only() {
    each_seed("relations", 150, |seed| {
        let made = pattern(seed);
        let (called, inlined) = (verdict(&made, Style::Plain)?, verdict(&made, Style::Inlined)?);
        if inlined.errors.is_subset(&called.errors) {
            return Ok(());
        }
        Err(format!("{}{:?}, written out {:?}", made.print(Style::Plain), called.errors, inlined.errors))
    });
}

#[test]
fn wider_contracts_widen_results() {
    each_seed("relations", 150, |seed| {
        let made = pattern(seed);
        let mut wider = made.clone();
        wider.contracts = wider.contracts.map(|least| least.map(|least| least - 1));
        let (narrow, wide) = (verdict(&made, Style::Plain)?, verdict(&wider, Style::Plain)?);
        let result = |it: &super::watch::Verdict| it.certificates.first().and_then(|it| it.result);
        let (Some(narrow), Some(wide)) = (result(&narrow), result(&wide)) else { return Ok(()) };
        let inside = wide.confidence.0 <= narrow.confidence.0
            && wide.confidence.1 >= narrow.confidence.1
            && wide.earned.0 <= narrow.earned.0
            && (wide.unknown || !narrow.unknown);
        if inside { Ok(()) } else { Err(format!("{}{narrow:?}, wider {wide:?}", made.print(Style::Plain))) }
    });
}
