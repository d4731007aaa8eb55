//! The reference of built-ins, printed from the table.

use std::fmt::Write;

use super::table::{Body, Builtin, Mutation};
use super::{CONSTANTS, all};
use crate::value::Kind;

/// The reference as Markdown: one entry for each built-in, in the order of the table.
pub fn reference() -> String {
    let mut out = String::from(
        "# Built-ins\n\nMost methods of a value are functions with the value first as well; those that change a variable are methods \
         alone. Times are milliseconds, which `5s`, `2m` and `1h` write out. A result is as sure as its line *confidence* \
         says, and an answer is as sure as its agent.\n",
    );
    for area in AREAS {
        let _ = write!(out, "\n## {area}\n");
        all().filter(|(_, builtin)| area_of(builtin) == area).for_each(|(_, builtin)| entry(&mut out, builtin));
    }
    out.push_str("\n## Constants\n\n| name | meaning |\n|---|---|\n");
    for (name, _, meaning) in CONSTANTS {
        let _ = writeln!(out, "| `{name}` | {meaning} |");
    }
    out
}

/// The parts of the reference, in their order.
const AREAS: [&str; 6] = ["Lists", "Texts", "Objects", "Values", "Forms", "The world"];

fn area_of(builtin: &Builtin) -> &'static str {
    match builtin.kind {
        Body::World(_) => "The world",
        Body::Form(..) => "Forms",
        _ if builtin.signature.starts_with("(xs") => "Lists",
        _ if builtin.signature.starts_with("(s:") || builtin.signature.starts_with("(pattern") => "Texts",
        _ if builtin.signature.starts_with("(o") => "Objects",
        _ => "Values",
    }
}

fn entry(out: &mut String, builtin: &Builtin) {
    let spelling = builtin.spellings().last().unwrap_or(builtin.name);
    let name = if builtin.plain { builtin.name } else { spelling };
    let _ = write!(out, "\n### `{name}`\n\n");
    let _ = writeln!(out, "`{name}{}`\n", builtin.signature);
    let _ = writeln!(out, "{}\n", builtin.doc);
    let (program, result) = builtin.example;
    let _ = writeln!(out, "```prism\n{program}\n```\n\ngives `{result}`.\n");
    let also: Vec<String> =
        builtin.spellings().filter(|name| *name != builtin.name).map(|name| format!("`{name}`")).collect();
    if !also.is_empty() {
        let _ = writeln!(out, "- also: {}", also.join(", "));
    }
    let kinds: Vec<&str> = builtin.receivers.iter().map(|kind: &Kind| kind.name()).collect();
    if !kinds.is_empty() {
        let _ = writeln!(out, "- method of: {}", kinds.join(", "));
    }
    match builtin.mutation {
        Mutation::None => {}
        Mutation::Place => out.push_str("- changes the variable it is called on\n"),
        Mutation::Replace => out.push_str("- as a method changes the variable it is called on\n"),
    }
    if let Some(effect) = builtin.effect {
        let _ = writeln!(out, "- effect: `{}`", effect.name());
    }
    let _ = writeln!(out, "- confidence: {}", builtin.law.text());
}
