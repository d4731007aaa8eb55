//! Names that other languages and hosts have, with what to write instead.

use super::lower::Lowering;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Names, and what to write instead.
const NAMES: &[(&str, &str)] = &[
    ("require", "write `import { name } from \"./file.prism\"`"),
    ("module", "write `export` before what others may use"),
    ("exports", "write `export` before what others may use"),
    ("eval", "a program cannot run text as code"),
    ("Function", "a program cannot run text as code"),
    ("arguments", "write `...rest` as the last parameter"),
    ("setTimeout", "write `delay(t)` and go on behind it"),
    ("setInterval", "write a loop with `delay(t)` in it"),
    ("setImmediate", "call the function where it should run"),
    ("clearTimeout", "write `timeout(op, t)`"),
    ("queueMicrotask", "call the function where it should run"),
    ("fetch", "only agents reach the world; declare one and call its method"),
    ("encodeURIComponent", "hand the plain text to the agent; whoever makes an address of it encodes it"),
    ("encodeURI", "hand the plain text to the agent; whoever makes an address of it encodes it"),
    ("decodeURIComponent", "write `replaceAll(…)` for what stands encoded in a text"),
    ("decodeURI", "write `replaceAll(…)` for what stands encoded in a text"),
    ("btoa", "hand the plain text to the agent; whoever sends it encodes it"),
    ("atob", "let the agent give plain text"),
    ("process", "only `input` and agents reach a program"),
    ("globalThis", "name what is meant"),
    ("window", "name what is meant"),
    ("global", "name what is meant"),
    ("document", "a program has no page; give a result instead"),
    ("alert", "write `print(…)`"),
    ("debugger", "write `print(…)` to see what a value is"),
    ("pass", "remove it: a block may be empty"),
    ("localStorage", "nothing is kept from run to run; give it as the result"),
    ("assert", "write `expect(…)` in a `test \"…\" { … }`, or throw an error"),
    ("prompt", "what is asked comes as `input`; ask a person with `approve(x, { to: … })`"),
    ("Symbol", "use a text as a key"),
    ("Proxy", "write a function"),
    ("Reflect", "use `Object.keys` and the like"),
    ("Set", "use a list with `unique()`, or an object as a table"),
    ("Map", "use an object: `{}`, `o[key] = value`, `key in o`"),
    ("WeakMap", "use an object"),
    ("WeakSet", "use a list with `unique()`"),
    ("BigInt", "numbers are exact up to 2^53"),
    ("RegExp", "write the expression out: `/…/`"),
    ("Intl", "put texts together with templates"),
    ("TypeError", "write `Error(message)`"),
    ("RangeError", "write `Error(message)`"),
    ("SyntaxError", "write `Error(message)`"),
    ("len", "write `x.length`"),
    ("str", "write `String(x)`"),
    ("int", "write `Math.trunc(Number(x))`"),
    ("float", "write `Number(x)`"),
    ("sorted", "write `toSorted(xs)`"),
    ("reversed", "write `toReversed(xs)`"),
    ("enumerate", "write `for x, place in xs`"),
    ("isinstance", "write `x instanceof T`, or ask `typeof x`"),
    ("dict", "write `{}`"),
    ("elif", "write `else if`"),
    ("None", "write `null`"),
    ("nil", "write `null`"),
    ("True", "write `true`"),
    ("False", "write `false`"),
    ("self", "functions take what they need as parameters"),
    ("puts", "write `print(…)`"),
    ("println", "write `print(…)`"),
    ("echo", "write `print(…)`"),
];

/// Names that another spelling replaces, whatever stands around them.
const SPELLINGS: &[(&str, &str)] = &[
    ("None", "null"),
    ("nil", "null"),
    ("True", "true"),
    ("False", "false"),
    ("sorted", "toSorted"),
    ("reversed", "toReversed"),
    ("puts", "print"),
    ("println", "print"),
    ("alert", "print"),
];

/// What to say of a name that other languages have.
pub(super) fn refusal(lowering: &Lowering, name: &str, span: Span) -> Option<Diagnostic> {
    let (_, help) = NAMES.iter().find(|(known, _)| *known == name)?;
    let found = lowering.finding(Code::P008, span, format!("`{name}` does not exist here")).help(*help);
    Some(match SPELLINGS.iter().find(|(known, _)| *known == name) {
        Some((_, instead)) => found.fix(format!("write `{instead}`"), span, *instead),
        None => found,
    })
}

/// What to say of `new` before a name.
pub(super) fn construction(name: &str) -> (String, &'static str) {
    let help = match name {
        "Error" => "write `new Error(message)`",
        "TypeError" | "RangeError" | "SyntaxError" => "write `new Error(message)`",
        "Set" => "use a list with `unique()`, or an object as a table",
        "Map" | "WeakMap" => "use an object: `{}`, `o[key] = value`, `key in o`",
        "Array" => "write a list: `[]`, or `range(n).map(…)`",
        "Object" => "write `{}`",
        "Date" => "write `now()`, the time in milliseconds",
        "Promise" => "calls wait by themselves; fork with `parallel([…])`",
        "RegExp" => "write the expression out: `/…/`",
        "Function" => "write a function: `x => …`",
        _ => "call a function that gives an object",
    };
    (format!("`new {name}` does not exist here; `new` makes errors only"), help)
}

/// What to write instead of a member that a namespace does not have.
pub(super) fn missing_static(namespace: &str, member: &str) -> Option<&'static str> {
    Some(match (namespace, member) {
        ("Promise", "allSettled") => {
            "write `parallel(tasks, { errors: \"collect\" })`: what fails is an error among the results, `typeof r == \"error\"`"
        }
        ("Promise", "resolve" | "reject") => "calls wait by themselves; write the value, or `throw`",
        ("Object", "is") => "write `a == b`; `isNaN(x)` finds what is no number",
        ("JSON", _) => "write `JSON.stringify(x)` or `JSON.parse(text)`",
        ("Math", "clamp") => "write `Math.min(Math.max(x, low), high)`",
        ("Object", "create" | "setPrototypeOf" | "getPrototypeOf") => "objects have no prototypes; write `{ ...o }`",
        ("Object", "defineProperty") => "write `o.key = value`",
        ("Object", "freeze" | "seal") => "data are values, so nobody else can change them",
        ("Date", _) => "write `now()`, the time in milliseconds",
        ("console", "table" | "dir") => "write `print(JSON.stringify(x))`",
        ("console", _) => "write `print(…)`",
        _ => return None,
    })
}
