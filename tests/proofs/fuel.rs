//! Bounds as fuel: a program that is accepted and run with its own bound of requests as the limit never meets it; and what
//! is accepted is never refused at load.

use super::soundness::honest;
use super::watch::Subject;
use super::{each_seed, number};
use crate::generate;
use prism::check::Setting;
use prism::diagnostic::{Code, Diagnostics};
use prism::host::Directory;
use prism::value::{Lanes, Limits, Meter, json};
use prism::vm;
use serde_json::Value as Json;
use std::sync::Arc;

/// How an accepted program meets a limit or is refused, if it does.
fn fault(text: &str, agents: &Json, input: &Json) -> Option<String> {
    let subject = Subject::read(text).ok()?;
    let directory = Directory::read(agents).expect("an agents file");
    let verdict = subject.check(&Setting { agents: Some(directory.clone()), ..Setting::default() });
    let certificate = verdict.certificates.iter().find(|it| it.entry)?;
    if !verdict.errors.is_empty() {
        return None;
    }
    let mut diagnostics = Diagnostics::new();
    vm::emit(&subject.program, &mut diagnostics);
    if let Some(refused) = diagnostics.iter().next() {
        return Some(format!("accepted, and {} at load", refused.code));
    }
    let input = json::parse(&input.to_string(), Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("an input");
    let calls = certificate.calls.high.map_or(Limits::RUN.calls, |high| (high as u64).min(Limits::RUN.calls));
    let limits = Limits { calls, steps: 10_000_000, ..Limits::RUN };
    let trace = subject.run(&subject.compile(), limits, &Arc::new(directory), &input)?;
    let code = trace.end.err()?.code();
    let met = matches!(code, Code::R033 | Code::R094) || code.name().starts_with('P');
    met.then(|| format!("{code} with {:?}", certificate.calls))
}

#[test]
fn bounds_are_enough() {
    let size = number("PRISM_SIZE").unwrap_or(40) as u32;
    each_seed("fuel", 0, |seed| {
        let case = generate::case(seed, size);
        let (agents, input) = honest(&case, seed);
        if fault(&case.tree.print(), &agents, &input).is_none() {
            return Ok(());
        }
        let small = case.tree.clone().shrink(|tree| fault(&tree.print(), &agents, &input).is_some());
        Err(format!("{}\n{}", small.print(), fault(&small.print(), &agents, &input).unwrap_or_default()))
    });
}
