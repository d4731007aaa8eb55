//! Scenarios as tests in the one style.

use super::candidate::Pattern;
use super::rehearsal::{Rehearsal, names};
use crate::format;
use crate::value::{Limits, Meter, Value, json};

/// The test of a choice, after it ran and did what it says; nothing where it cannot be written.
pub(super) fn test(
    rehearsal: &mut Rehearsal<'_>,
    pattern: &Pattern,
    choice: &[usize],
    goals: &[usize],
    text: &str,
    taken: &mut Vec<String>,
) -> Option<String> {
    let (lines, call) = rehearsal.stage(choice);
    let setup = lines.join("\n");
    let run = rehearsal.bodies(&[format!("{setup}\n{call}")]).pop()?;
    let result = if names(text).find("result").is_some() && setup.contains("result") { "outcome" } else { "result" };
    let ending = match &run.end {
        Ok(value) => {
            let mut out = format!("const {result} = {call}\n");
            out.push_str(&expectations(value, result));
            out
        }
        Err(failure) if failure.can_be_caught() => format!("expect.error(\"{}\", () => {call})", failure.code()),
        Err(_) => return None,
    };
    let ending = if ending.contains("expect") { ending } else { call.clone() };
    let mut bodies = vec![format!("{setup}\n{ending}")];
    if run.end.is_ok() {
        bodies.push(format!("{setup}\n{call}"));
    }
    // What cannot be compared in a program is not claimed, and nothing that the test itself does not show.
    let holds = |body: &&String| {
        let run = rehearsal.bodies(std::slice::from_ref(*body)).pop();
        run.is_some_and(|run| run.end.is_ok() && goals.iter().all(|goal| run.reached.contains(goal)))
    };
    let body = bodies.iter().find(holds)?;
    let what: Vec<&str> = goals.iter().map(|goal| rehearsal.what(*goal)).collect();
    let mut name = format!("{}: {}", pattern.name, what.join(", ")).replace(['"', '\\'], "");
    while taken.contains(&name) || text.contains(&format!("\"{name}\"")) {
        name.push_str(", once more");
    }
    taken.push(name.clone());
    let written = format!("test \"{name}\" {{\n{body}\n}}\n");
    Some(format::format(&written).unwrap_or(written))
}

/// The longest result that a test repeats, as JSON.
const MOST_COMPARED: usize = 120;

/// What can be said of a result.
fn expectations(value: &Value, result: &str) -> String {
    let mut out = String::new();
    let mut meter = Meter::new(Limits::SANDBOX);
    if let Ok(json) = json::stringify(value, "", &mut meter)
        && json.len() < MOST_COMPARED
    {
        out.push_str(&format!("expect({result} == {json})\n"));
    }
    match value.lanes().confidence.number() {
        None => out.push_str(&format!("expect(~{result} == null)\n")),
        Some(confidence) if confidence < 1.0 => {
            let rounded = (confidence * 100.0).floor() / 100.0;
            out.push_str(&format!("expect(~{result} >= {rounded})\n"));
        }
        Some(_) => {}
    }
    out
}
