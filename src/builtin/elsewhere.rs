//! Methods that other languages have, and what to write instead.

use crate::diagnostic::{Code, nearest};
use crate::value::{Fault, Kind};

const METHODS: &[(&str, &str)] = &[
    ("substr", "write `slice(from, to)`"),
    ("toLocaleString", "write `String(x)`, or `toFixed(digits)` of a number"),
    ("normalize", "compare the texts as they are, or write `toLowerCase()`"),
    ("valueOf", "use the value itself"),
    ("then", "a call is waited for by itself: use what it gives"),
    ("toSpliced", "copy it and change the copy: `let ys = xs`, then `ys.splice(…)`"),
    ("with", "copy it and change the copy: `let ys = xs`, then `ys[i] = x`"),
    ("copyWithin", "put a list together: `[...xs.slice(0, n), …]`"),
    ("append", "write `push(x)`"),
    ("extend", "write `push(...xs)`"),
    ("insert", "write `splice(at, 0, x)`"),
    ("remove", "write `filter(x => …)`, or `splice(at, 1)`"),
    ("add", "write `push(x)`"),
    ("contains", "write `includes(x)`"),
    ("has", "write `includes(x)`"),
    ("size", "read `length`"),
    ("len", "read `length`"),
    ("isEmpty", "write `length === 0`"),
    ("strip", "write `trim()`"),
    ("upper", "write `toUpperCase()`"),
    ("lower", "write `toLowerCase()`"),
    ("startswith", "write `startsWith(text)`"),
    ("endswith", "write `endsWith(text)`"),
    ("items", "write `entries()`"),
    ("format", "write a template: `` `… ${x} …` ``"),
    ("isdigit", "write `/^\\d+$/.test(text)`"),
    ("collect", "remove it: what a method gives is a list"),
    ("iter", "remove it: a list is walked as it is"),
];

/// Properties by which other languages and libraries tell how sure an answer is, and what an answer is.
const SURENESS: [&str; 6] = ["confidence", "score", "probability", "certainty", "conf", "logprob"];
const ITSELF: [&str; 11] =
    ["value", "text", "content", "result", "answer", "output", "response", "message", "data", "body", "string"];

/// What to write instead of a property that values of a kind do not have.
pub fn instead_of_property(kind: Kind, name: &str) -> String {
    let sized = matches!(kind, Kind::Text | Kind::List);
    let help = match name {
        _ if SURENESS.contains(&name) => "write `~x` for how sure `x` is",
        _ if ITSELF.contains(&name) => "leave it out: this is the value itself",
        "size" | "len" | "count" if sized => "did you mean `length`?",
        "groups" if kind == Kind::List => "what the groups found are the elements from 1 on: `found[1]`",
        "index" if kind == Kind::List => "`text.indexOf(found[0])` says where something stands in a text",
        _ if super::find_method(kind, name).is_some() => return format!("`{name}` is a method: write `{name}(…)`"),
        _ if sized => "it has `length`, and methods that are called",
        _ => "it has methods that are called, and no properties",
    };
    help.to_owned()
}

/// The fault of a method that values of a kind do not have.
#[cold]
pub fn no_method(kind: Kind, name: &str) -> Fault {
    let hint = instead_of_method(kind, name);
    Fault::new(Code::R006, format!("{} has no method `{name}`; {hint}", kind.phrase()))
}

/// What to write instead of a method that values of a kind do not have.
pub fn instead_of_method(kind: Kind, name: &str) -> String {
    if let Some((_, instead)) = METHODS.iter().find(|(known, _)| *known == name) {
        return (*instead).to_owned();
    }
    if name == "length" && matches!(kind, Kind::Text | Kind::List) {
        return "read `length`".to_owned();
    }
    if let Some(instead) = of_another_kind(kind, name) {
        return instead;
    }
    let group = if kind == Kind::Number { "Math" } else { "Object" };
    let spelled = format!("{group}.{name}");
    if super::all().any(|(_, builtin)| builtin.spellings().any(|known| known == spelled)) {
        return format!("write `{spelled}(x)`");
    }
    let known = super::all().filter(|(_, builtin)| builtin.receivers.contains(&kind)).map(|(_, builtin)| builtin.name);
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "call a method that it has, or write a function".to_owned(),
    }
}

/// What to write for a method that values of another kind have.
fn of_another_kind(kind: Kind, name: &str) -> Option<String> {
    let has = |kind: Kind| super::find_method(kind, name).is_some();
    let goes_through = has(Kind::List) && (!super::is_mutating(name) || matches!(name, "sort" | "reverse"));
    match kind {
        Kind::Text if matches!(name, "push" | "unshift") => Some("join texts with `+`, or write a template".to_owned()),
        Kind::Text if goes_through => Some(format!("`split(\"\")` gives its characters: `text.split(\"\").{name}(…)`")),
        Kind::Text if has(Kind::Number) => Some(format!("make it a number first: `Number(x).{name}(…)`")),
        Kind::Number | Kind::Bool if has(Kind::Text) => Some(format!("make it a text first: `String(x).{name}(…)`")),
        Kind::Number if goes_through => Some("`range(n)` gives the numbers below it as a list".to_owned()),
        Kind::List if has(Kind::Text) => Some(format!("do it for each: `xs.map(x => x.{name}(…))`")),
        Kind::Object if goes_through => Some("`Object.entries(o)` and `Object.values(o)` give lists".to_owned()),
        _ => None,
    }
}
