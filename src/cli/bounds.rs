//! What is proved of a pattern, as a table for somebody who has not read it and decides whether it may run.

use std::collections::BTreeMap;

use crate::check::{Action, Certificate, Measure, UNNAMED};
use crate::value::Limits;

/// The certificate of a pattern, a line a fact: what it does to the world first, then what its answer is worth, then what it
/// takes.
pub(super) fn table(certificate: &Certificate) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, text: String| rows.push((name.to_owned(), text));
    row("effects", listed(certificate.effects.iter().map(|effect| effect.name().to_owned())));
    let mut first = "actions";
    for action in &certificate.actions {
        row(first, acts(action));
        first = "";
    }
    if certificate.actions.is_empty() {
        row(first, "none: it changes nothing outside".into());
    }
    match certificate.result {
        None => row("result", "none: it never returns".into()),
        Some(worth) => {
            let (low, high) = worth.confidence;
            let unknown = if worth.unknown { ", or unknown" } else { "" };
            row("result", format!("confidence {}{unknown}", between(low, high)));
            row("", format!("earned {}, whatever it claims", between(worth.earned.0, worth.earned.1)));
            row("", format!("evidence {} at least", worth.evidence));
        }
    }
    row("calls", stopped(&certificate.calls, grouped, certificate.most_calls));
    for (agent, amount) in &certificate.agents {
        row(&format!("  {agent}"), measure(amount, grouped));
    }
    row("cost", measure(&certificate.cost, |micro| format!("{}", micro / 1_000_000.0)));
    row("tokens", measure(&certificate.tokens, grouped));
    row("time", measure(&certificate.time, duration));
    row("steps", stopped(&certificate.steps, grouped, Limits::RUN.steps));
    row("memory", stopped(&certificate.memory, bytes, Limits::RUN.memory));
    row("output", stopped(&certificate.output, bytes, Limits::RUN.output));
    row("depth", stopped(&certificate.depth, grouped, Limits::RUN.depth));
    row("width", stopped(&certificate.width, grouped, Limits::RUN.width));
    let mut several = |name: &str, all: &[String]| {
        if !all.is_empty() {
            row(name, all.join(", "));
        }
    };
    several("choices", &certificate.choices);
    several("declassified", &certificate.declassified);
    several("deferred", &deferred(&certificate.deferred));
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let entry = if certificate.entry { "" } else { " (not the entry)" };
    let body: String = rows.iter().map(|(name, text)| format!("  {name:width$}  {text}\n")).collect();
    let version = certificate.metadata.iter().find_map(|(name, value)| value.as_str().filter(|_| *name == "version"));
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    format!("{}{version}{entry}\n{body}\n", certificate.name)
}

/// What it may do to the world, and on what.
fn acts(action: &Action) -> String {
    let mut needs = Vec::new();
    if action.confidence > 0.0 {
        needs.push(format!("what has earned {}", action.confidence));
    }
    if let Some(evidence) = action.evidence {
        needs.push(format!("evidence {evidence} at least"));
    }
    let on = if needs.is_empty() { "on anything".into() } else { format!("only on {}", needs.join(" and ")) };
    format!("{}: {}, {on}", action.what, action.effect.name())
}

/// What is left to the host, by what it is of.
fn deferred(all: &[String]) -> Vec<String> {
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut others = Vec::new();
    for open in all {
        match open.rsplit_once(" of ") {
            Some((what, who)) => of.entry(who).or_default().push(what),
            None => others.push(open.clone()),
        }
    }
    of.into_iter().map(|(who, what)| format!("{} of {who}", what.join(" and "))).chain(others).collect()
}

fn between(low: f64, high: f64) -> String {
    if low == high { format!("{low}") } else { format!("{low} to {high}") }
}

/// At least and at most, and what the most is made of. What grows with texts and lists that have no name says only that.
fn measure(measure: &Measure, show: impl Fn(f64) -> String) -> String {
    let formula = measure.formula.as_deref().filter(|formula| formula.parse::<f64>().is_err());
    let nameless = formula.is_some_and(|formula| formula.contains(UNNAMED));
    let low = show(measure.low);
    match (measure.high, formula) {
        (Some(high), _) if high == measure.low => low,
        (Some(high), Some(formula)) if !nameless => format!("{low} to {} ({formula})", show(high)),
        (Some(high), _) => format!("{low} to {}", show(high)),
        (None, Some(_)) if nameless => format!("{low} or more, by the sizes of texts and lists"),
        (None, Some(formula)) if measure.low == 0.0 => formula.to_owned(),
        (None, Some(formula)) => format!("{low} or more ({formula})"),
        (None, None) => format!("{low} or more: no bound"),
    }
}

/// The same, where every run is stopped at a limit.
fn stopped(amount: &Measure, show: impl Fn(f64) -> String, limit: u64) -> String {
    let limit = limit as f64;
    let text = measure(amount, &show);
    if amount.high.is_some_and(|high| high <= limit) { text } else { format!("{text}; a run stops at {}", show(limit)) }
}

fn duration(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms} ms") } else { format!("{} s", grouped(ms / 1_000.0)) }
}

fn bytes(count: f64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.iter().find(|(_, bits)| count >= f64::from(1 << bits)) {
        Some((unit, bits)) => format!("{} {unit}", grouped((count / f64::from(1 << bits) * 10.0).ceil() / 10.0)),
        None => format!("{count} bytes"),
    }
}

/// A number with its thousands apart.
fn grouped(number: f64) -> String {
    let text = format!("{number}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

fn listed(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}
