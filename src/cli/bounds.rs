//! What is proved of a pattern, as a table for somebody who has not read it and decides whether it may run.

use std::collections::BTreeMap;

use super::render;
use super::screen::Style;
use crate::check::{self, Action, Certificate, Consent, Measure, Sent, Told, UNNAMED};
use crate::diagnostic::escaped;
use crate::value::Limits;

/// Names with what is said of them; what goes on has no name.
#[derive(Default)]
struct Rows(Vec<(String, String)>);

impl Rows {
    fn one(&mut self, name: &str, text: String) {
        self.0.push((name.to_owned(), text));
    }

    fn all(&mut self, name: &str, all: impl IntoIterator<Item = String>) {
        for (at, text) in all.into_iter().enumerate() {
            self.one(if at == 0 { name } else { "" }, text);
        }
    }
}

/// The certificate of a pattern, a line a fact: what it does to the world first, then what its answer is worth, then what it
/// takes.
pub(super) fn table(certificate: &Certificate, style: Style) -> String {
    let mut rows = Rows::default();
    if let Some(says) = &certificate.says {
        rows.one("says", format!("“{}”", escaped(&says.split_whitespace().collect::<Vec<_>>().join(" "))));
    }
    rows.all("takes", certificate.takes.iter().map(|(name, kind)| format!("{name}: {kind}")));
    rows.one("effects", listed(certificate.effects.iter().map(|effect| effect.name().to_owned())));
    if certificate.actions.is_empty() {
        rows.one("actions", "none: it changes nothing outside".into());
    }
    rows.all("actions", certificate.actions.iter().map(acts));
    rows.all("consents", certificate.consents.iter().map(consent));
    rows.all("events", certificate.events.iter().map(event));
    rows.all("told", certificate.told.iter().map(|(who, told)| format!("{who}: {}", hears(told))));
    match certificate.result {
        None => rows.one("result", "none: it never returns".into()),
        Some(worth) => {
            let (low, high) = worth.confidence;
            let unknown = if worth.unknown { ", or unknown" } else { "" };
            rows.one("result", format!("confidence {}{unknown}", between(low, high)));
            rows.one("", format!("earned {}, whatever it claims", between(worth.earned.0, worth.earned.1)));
            rows.one("", format!("evidence {} at least", worth.evidence));
        }
    }
    rows.one("calls", stopped(&certificate.calls, grouped, certificate.most_calls));
    for (agent, amount) in &certificate.agents {
        rows.one(&format!("  {agent}"), measure(amount, grouped));
    }
    rows.one("cost", measure(&in_units(&certificate.cost, money), money));
    rows.one("tokens", measure(&certificate.tokens, grouped));
    rows.one("time", measure(&in_units(&certificate.time, duration), duration));
    rows.one("steps", stopped(&certificate.steps, grouped, Limits::RUN.steps));
    rows.one("memory", stopped(&certificate.memory, bytes, Limits::RUN.memory));
    rows.one("output", stopped(&certificate.output, bytes, Limits::RUN.output));
    rows.one("depth", stopped(&certificate.depth, grouped, Limits::RUN.depth));
    rows.one("width", stopped(&certificate.width, grouped, Limits::RUN.width));
    rows.all("choices", certificate.choices.clone());
    rows.all("declassified", certificate.declassified.clone());
    rows.all("deferred", deferred(&certificate.deferred));
    let width = rows.0.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let entry = if certificate.entry { "" } else { " (not the entry)" };
    let room = style.width.saturating_sub(width + 4).max(20);
    let mut body = String::new();
    for (name, text) in &rows.0 {
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
    let waits = if action.tested > 0.0 { format!(", after a test for {}", action.tested) } else { String::new() };
    format!("{}: {}, {on}{waits}", action.what, action.effect.name())
}

/// Who is asked whether something may go on.
fn consent(consent: &Consent) -> String {
    let who = &consent.who;
    match consent.role {
        "human" => format!("{who}, a person, is asked to agree"),
        "command" => format!("{who}, a command, is asked to check"),
        _ => format!("{who}, another agent, is asked to review"),
    }
}

/// What an agent is told.
fn hears(told: &Told) -> String {
    if told.anything {
        return "anything".into();
    }
    let input = told.input.then(|| "the input".to_owned());
    let all: Vec<String> =
        input.into_iter().chain(told.answers.iter().map(|who| format!("what {who} answered"))).collect();
    if all.is_empty() { "only what the program says".into() } else { format!("at most {}", all.join(", ")) }
}

/// An event, and what it sets off.
fn event(sent: &Sent) -> String {
    let name =
        |name: &Option<String>| name.as_ref().map_or("any event".to_owned(), |name| format!("`{}`", escaped(name)));
    let mut text = format!("{}, sent {} times", name(&sent.name), measure(&sent.sent, grouped));
    if sent.handled.is_empty() {
        text.push_str(", is handled nowhere here");
    }
    for handled in &sent.handled {
        let most =
            handled.most.map_or("any number of times".to_owned(), |most| format!("{} times at most", grouped(most)));
        text.push_str(&format!("; handled {most}"));
        let sends = handled.sends.iter().map(|event| format!("sends {}", name(event)));
        let all: Vec<String> = handled.does.iter().cloned().chain(sends).collect();
        if !all.is_empty() {
            text.push_str(&format!(", where it calls {}", all.join(", ")));
        }
    }
    text
}

/// What is left to the host, by what it is.
fn deferred(all: &[String]) -> Vec<String> {
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut others = Vec::new();
    for open in all {
        match open.rsplit_once(" of ") {
            Some((what, who)) => of.entry(what).or_default().push(who),
            None => others.push(open.clone()),
        }
    }
    // What is asked of the same ones is said once.
    let mut whose: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    of.into_iter().for_each(|(what, who)| whose.entry(who).or_default().push(what));
    let of = whose.into_iter().map(|(who, what)| match *what {
        ["effect"] => format!("how grave {} is: `ask`, unless the agents file says more", who.join(", ")),
        _ => format!("{} of {}", what.join(" and "), who.join(", ")),
    });
    of.chain(others).collect()
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
