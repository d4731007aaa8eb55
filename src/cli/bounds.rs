//! What is proved of a pattern, as a table.

use crate::check::{Certificate, Measure};

/// The certificate of a pattern, a line a fact.
pub(super) fn table(certificate: &Certificate) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, text: String| rows.push((name.to_owned(), text));
    match certificate.result {
        None => row("result", "none: it never returns".into()),
        Some(worth) => {
            let (low, high) = worth.confidence;
            let unknown = if worth.unknown { ", or unknown" } else { "" };
            row("result", format!("confidence {}{unknown}, evidence {} at least", between(low, high), worth.evidence));
            row("", format!("earned {}", between(worth.earned.0, worth.earned.1)));
        }
    }
    row("calls", measure(&certificate.calls));
    for (agent, amount) in &certificate.agents {
        row(&format!("  {agent}"), measure(amount));
    }
    row("cost", money(&certificate.cost));
    row("tokens", measure(&certificate.tokens));
    row("time", time(&certificate.time));
    row("steps", measure(&certificate.steps));
    row("memory", format!("{} bytes", measure(&certificate.memory)));
    row("output", format!("{} bytes", measure(&certificate.output)));
    row("depth", measure(&certificate.depth));
    row("width", measure(&certificate.width));
    row("effects", listed(certificate.effects.iter().map(|effect| effect.name().to_owned())));
    row("actions", listed(certificate.actions.iter().cloned()));
    row("choices", listed(certificate.choices.iter().cloned()));
    row("declassified", listed(certificate.declassified.iter().cloned()));
    row("deferred", listed(certificate.deferred.iter().cloned()));
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let entry = if certificate.entry { "" } else { " (not the entry)" };
    let body: String = rows.iter().map(|(name, text)| format!("  {name:width$}  {text}\n")).collect();
    format!("{}{entry}\n{body}\n", certificate.name)
}

fn between(low: f64, high: f64) -> String {
    if low == high { format!("{low}") } else { format!("{low} to {high}") }
}

fn measure(measure: &Measure) -> String {
    let text = match measure.high {
        Some(high) if high == measure.low => format!("{high}"),
        Some(high) => format!("{} to {high}", measure.low),
        None => format!("{} and more: no bound", measure.low),
    };
    match &measure.formula {
        Some(formula) if formula.parse::<f64>().is_err() => format!("{text} ({formula})"),
        _ => text,
    }
}

/// Money is counted in millionths.
fn money(amount: &Measure) -> String {
    let whole = |x: f64| x / 1_000_000.0;
    match amount.high {
        Some(high) if high == amount.low => format!("{}", whole(high)),
        Some(high) => format!("{} to {}", whole(amount.low), whole(high)),
        None => measure(amount),
    }
}

fn time(amount: &Measure) -> String {
    match amount.high {
        Some(high) => format!("{} s at most", high / 1_000.0),
        None => measure(amount),
    }
}

fn listed(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}
