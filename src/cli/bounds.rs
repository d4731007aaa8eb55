//! What is proved of a pattern, as a table for somebody who has not read it and decides whether it may run.

use std::collections::BTreeMap;

use super::render;
use super::screen::Style;
use crate::check::{self, Action, Certificate, Measure, UNNAMED};
use crate::value::Limits;

/// The certificate of a pattern, a line a fact: what it does to the world first, then what its answer is worth, then what it
/// takes.
pub(super) fn table(certificate: &Certificate, style: Style) -> String {
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
    row("cost", measure(&in_units(&certificate.cost, money), money));
    row("tokens", measure(&certificate.tokens, grouped));
    row("time", measure(&in_units(&certificate.time, duration), duration));
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
    let room = style.width.saturating_sub(width + 4).max(20);
    let mut body = String::new();
    for (name, text) in &rows {
        for (at, line) in render::wrapped(text, room).lines().enumerate() {
            body.push_str(&format!("  {:width$}  {line}\n", if at == 0 { name } else { "" }));
        }
    }
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

/// The same with the figures of its formula as people read them.
fn in_units(measure: &Measure, show: impl Fn(f64) -> String) -> Measure {
    let formula = measure.formula.as_deref().map(|formula| check::in_units(formula, show));
    Measure { formula, ..measure.clone() }
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
        (Some(high), Some(_)) => format!("{}, {} at most", by_sizes(measure, &low), show(high)),
        (Some(high), None) => format!("{low} to {}", show(high)),
        (None, Some(_)) if nameless => by_sizes(measure, &low),
        (None, Some(formula)) if measure.low == 0.0 => formula.to_owned(),
        (None, Some(formula)) => format!("{low} or more ({formula})"),
        (None, None) => format!("{low} or more: no bound"),
    }
}

/// What grows with texts and lists that have no name.
fn by_sizes(measure: &Measure, low: &str) -> String {
    let sizes = "by the sizes of texts and lists";
    if measure.low == 0.0 { sizes.to_owned() } else { format!("{low} or more, {sizes}") }
}

/// The same, where every run is stopped at a limit.
fn stopped(amount: &Measure, show: impl Fn(f64) -> String, limit: u64) -> String {
    let limit = limit as f64;
    if amount.high.is_some_and(|high| high <= limit) {
        return measure(amount, &show);
    }
    // What is more than a run may take is no figure that anybody has to know, where there are sizes to tell of.
    let by_sizes = amount.formula.as_ref().is_some_and(|formula| formula.parse::<f64>().is_err());
    let high = amount.high.filter(|_| !by_sizes);
    let text = measure(&Measure { high, ..amount.clone() }, &show);
    format!("{text}; a run stops at {}", show(limit))
}

fn money(micro: f64) -> String {
    format!("{}", micro / 1_000_000.0)
}

fn duration(ms: f64) -> String {
    let whole = [("d", 86_400_000.0), ("h", 3_600_000.0), ("min", 60_000.0)];
    match whole.iter().find(|(_, unit)| ms >= *unit && ms % unit == 0.0) {
        Some((name, unit)) => format!("{} {name}", grouped(ms / unit)),
        None if ms >= 1_000.0 => format!("{} s", grouped(ms / 1_000.0)),
        None => format!("{ms} ms"),
    }
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
