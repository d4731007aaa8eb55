//! Bounds as fuel: a program that is accepted and run with its own bound of requests as the limit never meets it; and what
//! is accepted is never refused at load.

use super::soundness::{End, honest};
use super::watch::Subject;
use super::{each_seed, number};
use crate::generate;
use prism::check::Setting;
use prism::diagnostic::{Code, Diagnostics};
use prism::host::Directory;
use prism::value::{self, Lanes, Limits, Meter};
use prism::vm;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// How an accepted program meets a limit or is refused, if it does.
fn fault(text: &str, agents: &Json, input: &Json, asked: &str) -> Option<String> {
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
    let input = value::json::parse(&input.to_string(), Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("an input");
    let mut limits = Limits { steps: 10_000_000, ..Limits::RUN };
    let measures = [
        ("calls", &certificate.calls),
        ("steps", &certificate.steps),
        ("memory", &certificate.memory),
        ("output", &certificate.output),
        ("depth", &certificate.depth),
        ("width", &certificate.width),
    ];
    for name in asked.split(',') {
        assert!(measures.iter().any(|(own, _)| *own == name), "nothing bounds `{name}`");
    }
    for (name, measure) in measures {
        let (Some(high), Some(limit)) = (measure.high, limits.named(name)) else { continue };
        let looked_at = asked.split(',').any(|asked| asked == name);
        // A fork may be wider than runs usually allow, and another limit than the one that is looked at is not to be met.
        *limit = if looked_at { (*limit).min(high as u64) } else { (*limit).max(high as u64) };
    }
    let trace = subject.run(&subject.compile(), limits, &Arc::new(directory), &input)?;
    let code = trace.end.err()?.code();
    // Of what only a formula bounds the run has its own limit.
    let bounded = |name: &str| measures.iter().any(|(own, measure)| *own == name && measure.high.is_some());
    let limit = asked.split(',').filter(|name| bounded(name)).any(|name| match name {
        "calls" => code == Code::R094,
        "steps" => code == Code::R090,
        "memory" => code == Code::R091,
        "output" => code == Code::R096,
        _ => code == Code::R092,
    });
    let met = limit || code == Code::R033 || code.name().starts_with('P');
    met.then(|| format!("{code} with {certificate:?}"))
}

#[test]
fn what_is_made_beside_instructions_is_counted() {
    for text in [
        "function f(...rest) { 1 }\nlet n = 0\nfor i in 0..100 { n += f() }\nn",
        "function f(a, ...rest) { a }\nlet n = 0\nfor i in 0..100 { n += f(1, 2, 3, 4, 5, 6, 7, 8, 9) }\nn",
        "const f = (...xs) => xs.length\nf()",
        "for i in 0..10 { [Math.max(...range(1000)), Math.hypot(...range(1000)), chain(...range(1000))] }",
        "let n = 0\nfor i in 0..100 { n += timeout(() => 5, 1s) }\nn",
        "for i in 0..100 { parallel([]) }",
        "pattern R(xs: number[]): number { xs.length }\nexport default pattern P() {\nconst xs = range(1000)\nlet n = 0\nfor i in 0..100 { n += R(xs) }\nn\n}",
        "type O = { a?: 1, b?: 2, c?: 3, d?: 4, e?: 5, f?: 6, g?: 7, h?: 8 }\ntype U = O[] | string | 1 | 2 | 3\nfunction f(xs) { let n = 0\nfor x in xs { if (x instanceof U) { n += 1 } }\nn }\nf([[{}, {}, {}], [{}, {}, {}], \"a\"])",
        "let n = 0\nfor i in 0..10 { n += matches(\"ab\".repeat(400), /(a|b){3,30}c/).length }\nn",
        "type O = { a: 1, [key: string]: number }\nfor i in 0..100 { ({ a: 1, b: 2, c: 3, d: 4 }) instanceof O }",
    ] {
        let refused = Subject::read(text).map(|subject| subject.check(&Setting::default()).errors);
        assert!(refused.is_ok_and(|errors| errors.is_empty()), "{text}");
        assert_eq!(fault(text, &json!({}), &json!({}), "steps"), None, "{text}");
    }
}

#[test]
fn what_is_printed_is_counted() {
    for text in ["print()", "console.error()", "for i in 0..100 { print() }", "print(...range(1000))", "print(...[])"] {
        let refused = Subject::read(text).map(|subject| subject.check(&Setting::default()).errors);
        assert!(refused.is_ok_and(|errors| errors.is_empty()), "{text}");
        for asked in ["output", "steps"] {
            assert_eq!(fault(text, &json!({}), &json!({}), asked), None, "{text}");
        }
    }
}

#[test]
fn what_is_called_once_too_often_is_refused_as_that() {
    for text in [
        "@maxCalls(20)\nfunction f(n) { n > 0 ? f(n + 1) : 0 }\nf(1)",
        "@maxCalls(20)\nfunction f(n) { n > 0 ? g(n + 1) : 0 }\n@maxCalls(30)\nfunction g(n) { f(n) }\nf(1)",
    ] {
        let accepted = Subject::read(text).map(|subject| subject.check(&Setting::default()).errors);
        assert!(accepted.is_ok_and(|errors| errors.is_empty()), "{text}");
        for asked in ["depth", "steps", "memory"] {
            assert_eq!(fault(text, &json!({}), &json!({}), asked), None, "{text}");
        }
    }
}

#[test]
fn what_is_called_by_others_stands_on_who_calls() {
    for text in [
        "const m = mock(x => [x].map(y => y))\nconst f = x => m.count(x)\nconst g = x => f(x)\ng(1)",
        "replace(\"a\", /a/, String)",
        "gate(1, String)",
        "const m = mock(x => 1)\nconst n = mock(x => m.count(x))\nconst f = x => n.count(x)\nf(1)",
    ] {
        let refused = Subject::read(text).map(|subject| subject.check(&Setting::default()).errors);
        assert!(refused.is_ok_and(|errors| errors.is_empty()), "{text}");
        assert_eq!(fault(text, &json!({}), &json!({}), "depth"), None, "{text}");
    }
}

#[test]
fn bounds_are_enough() {
    let asked = std::env::var("PRISM_FUEL").unwrap_or_else(|_| "calls".into());
    let size = number("PRISM_SIZE").unwrap_or(40) as u32;
    each_seed("fuel", 600, |seed| {
        let case = generate::case(seed, size);
        let (agents, input) = (honest(&case, seed, End::Either), &case.input["value"]);
        if fault(&case.tree.print(), &agents, input, &asked).is_none() {
            return Ok(());
        }
        let small = case.tree.clone().shrink(|tree| fault(&tree.print(), &agents, input, &asked).is_some());
        Err(format!("{}\n{}", small.print(), fault(&small.print(), &agents, input, &asked).unwrap_or_default()))
    });
}
