//! Each operator on everything that two values can be: what the validator makes of intervals, held against what the machine
//! makes of the confidences in them. At small scales every interval and every confidence in it; at full scale random ones,
//! mostly at the edges of thresholds. `PRISM_BOXES=10000000 cargo test --release proofs::transfer` looks at so many.

use super::number;
use super::watch::{Subject, holds, show};
use prism::check::Setting;
use prism::engine::Compiled;
use prism::host::{Directory, Seed};
use prism::value::{Limits, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is done with two values.
const OPERATIONS: &[&str] = &[
    "~X",
    "confidence(X)",
    "evidence(X)",
    "X ~> 0.5",
    "X ~> 0.75",
    "X ~> ~Y",
    "X ~> null",
    "confident(X, 0.625)",
    "cap(X, 0.5)",
    "cap(X, ~Y)",
    "decay(X, 0.25)",
    "value(X)",
    "endorse(X, 0.625, \"seen\")",
    "calibrate(X, [[0, 0], [1, 0.5]])",
    "calibrate(X, c => (c ?? 0) * 0.5)",
    "gate(X, 0.5)",
    "gate(X, 0.75) ?? Y",
    "gate(X, 0.5) ~?? Y",
    "X ~@> 0.625",
    "X ~?> [0.5, Y]",
    "X ~?> (v => v)",
    "orElse(gate(X, 0.625), Y)",
    "X ?? Y",
    "X ~?? Y",
    "X ~||> Y",
    "best(X, Y)",
    "best([X, Y, \"z\" ~> 0.5])",
    "X ~~ Y",
    "chain(X, Y)",
    "X ~|> (v => v + \"!\")",
    "X && Y",
    "X || Y",
    "X ~&& Y",
    "X ~|| Y",
    "!X",
    "X == Y",
    "X != Y",
    "X ~== Y",
    "X < Y",
    "X + Y",
    "X ~+ Y",
    "`${X} and ${Y}`",
    "X.length + Y.length",
    "X.toUpperCase()",
    "X.slice(0, 1)",
    "typeof X",
    "[X, Y]",
    "[X, Y][0]",
    "[X, Y].length",
    "[...[X, Y], \"z\"]",
    "[X, Y].map(v => v + \"!\")",
    "[X, Y].filter(v => ~v >= 0.5)",
    "[X, Y].filter(v => v == \"yes\")",
    "[X, Y].find(v => v == \"yes\") ?? X",
    "[X, Y].reduce((s, v) => s + v, \"\")",
    "[X, Y].join(\",\")",
    "[X, Y].includes(\"yes\")",
    "[X, Y].concat([X])",
    "[X, Y].sortBy(v => v)",
    "[X, Y].take(1)",
    "({ x: X, y: Y })",
    "({ x: X, y: Y }).x",
    "({ x: X, y: Y })~.x",
    "({ ...{ x: X }, y: Y })",
    "Object.values({ x: X, y: Y })",
    "JSON.stringify([X, Y])",
    "confidences([X, Y])",
    "combine([X, Y], \"min\")",
    "combine([X, Y], \"max\")",
    "combine([X, Y], \"mean\")",
    "combine([X, Y], \"product\")",
    "combine([X, Y], \"noisy-or\")",
    "X ~> combine([X, Y], \"mean\")",
    "consensus([X, Y])",
    "consensus([X, Y, X], \"moderate\")",
    "vote([X, Y])",
    "vote([X, Y, \"yes\"], { strategy: \"weighted\" })",
    "vote([X, Y], { strategy: \"unanimous\" })",
    "parallel([X, Y])",
    "~X >= 0.5 ? X : Y",
    "~X < 0.5 ? Y : X",
    "~X == null ? Y : X",
    "X ~> 0.625 ? X : Y",
    "X ? Y : \"z\"",
    "X == \"yes\" ? X : Y",
    "X == \"yes\" ? \"z\" : \"w\"",
    "~X >= 0.5 && ~Y >= 0.5 ? X + Y : null",
    "~X >= 0.5 || ~Y >= 0.5 ? [X, Y] : null",
    "match X { v ~>= 0.625 => v, _ => Y }",
    "match X { \"yes\" => Y, _ => X }",
    "verify(X, { schema: { type: \"string\" } })",
    "Math.min(~X ?? 0, ~Y ?? 0)",
    "X ~> Math.min(~X ?? 0, 0.5)",
];

/// A program with all of them on these values: `a` and `b` keep contracts, nothing is known of `u`.
fn program() -> (Subject, String) {
    let mut text = String::from(
        "const a = agents.a.say(\"q\")\nconst b = agents.b.say(\"q\")\nconst u = agents.u.say(\"q\")\nconst d = cap(u, 0.75)\n",
    );
    let mut count = 0;
    for operation in OPERATIONS {
        for (x, y) in [("a", "b"), ("b", "d"), ("d", "a"), ("a", "\"yes\"")] {
            let written = operation.replace('X', x).replace('Y', y);
            text.push_str(&format!("const r{count} = ({written})\n"));
            count += 1;
        }
    }
    let subject = Subject::read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
    (subject.watched(), text)
}

/// An agent that says something at some confidence, `None` for unknown.
fn agent(says: &str, confidence: Option<f64>, contract: Option<(f64, f64)>) -> Json {
    let mut reply = json!({ "value": says });
    if let Some(confidence) = confidence {
        reply["confidence"] = json!(confidence);
    }
    let mut agent = json!({ "transport": "mock", "replies": { "say": [reply] } });
    if let Some((low, high)) = contract {
        agent["contract"] = json!({ "confidence": [low, high], "samples": 1000 });
    }
    agent
}

/// Two intervals, and worlds whose confidences lie in them.
struct Box {
    intervals: [(f64, f64); 2],
    worlds: Vec<([f64; 2], Option<f64>, [&'static str; 3])>,
}

const WORDS: [[&str; 3]; 3] = [["yes", "yes", "yes"], ["yes", "no", "yes"], ["", "yes", "no"]];

/// What does not lie in what was computed of a box, if anything; and how many operations were looked at.
fn look(subject: &Subject, text: &str, compiled: &Compiled, it: &Box) -> Result<u64, String> {
    let directory = |confidences: [f64; 2], third: Option<f64>, words: [&str; 3]| {
        let agents = json!({
            "a": agent(words[0], Some(confidences[0]), Some(it.intervals[0])),
            "b": agent(words[1], Some(confidences[1]), Some(it.intervals[1])),
            "u": agent(words[2], third, None),
        });
        Directory::read(&agents).expect("an agents file")
    };
    let ends = [it.intervals[0].0, it.intervals[1].0];
    let agents = directory(ends, None, WORDS[0]);
    let verdict = subject.check(&Setting { agents: Some(agents), ..Setting::default() });
    for (confidences, third, words) in &it.worlds {
        let agents = Arc::new(directory(*confidences, *third, *words));
        let trace = subject.run(compiled, Limits::RUN, &agents, &Value::NULL).expect("a run begins");
        let world = || format!("{:?}, {confidences:?} and {third:?}, {words:?}", it.intervals);
        if let Err(failure) = &trace.end {
            return Err(format!("{} {}: {}", failure.code(), failure.message(), world()));
        }
        for (place, value) in &trace.watched {
            let known = verdict.seen.get(place).ok_or_else(|| format!("{} is reached", subject.place(*place, text)));
            if let Err(why) = known.and_then(|seen| holds(seen, value)) {
                let (at, known) = (subject.line(*place, text), verdict.seen.get(place));
                let text = format!("{at} {why}\n  value {}\n  known {known:?}\n  {}", show(value), world());
                return Err(text);
            }
        }
    }
    Ok(OPERATIONS.len() as u64 * 4)
}

/// Looks at boxes on all cores until there are no more.
fn all(boxes: impl Iterator<Item = Box> + Send) -> u64 {
    let (boxes, looked, faults) = (std::sync::Mutex::new(boxes), AtomicU64::new(0), std::sync::Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let (subject, text) = program();
                let compiled = subject.compile();
                while let Some(it) = { boxes.lock().unwrap().next() } {
                    match look(&subject, &text, &compiled, &it) {
                        Ok(count) => looked.fetch_add(count, Ordering::Relaxed),
                        Err(why) => return faults.lock().unwrap().push(why),
                    };
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    looked.into_inner()
}

#[test]
fn operators_lie_in_what_was_computed_at_small_scales() {
    let steps = number("PRISM_STEPS").unwrap_or(2);
    let grid: Vec<f64> = (0..=steps).map(|step| step as f64 / steps as f64).collect();
    let mut intervals = Vec::new();
    for (at, &low) in grid.iter().enumerate() {
        intervals.extend(grid[at..].iter().map(|&high| (low, high)));
    }
    let inside = |(low, high): (f64, f64)| grid.iter().copied().filter(move |x| (low..=high).contains(x));
    let boxes = intervals.iter().flat_map(|&first| {
        let (grid, inside) = (&grid, &inside);
        intervals.iter().map(move |&second| {
            let mut worlds = Vec::new();
            for (x, y) in inside(first).flat_map(|x| inside(second).map(move |y| (x, y))) {
                let third = (worlds.len() + worlds.len() / 3) % (grid.len() + 1);
                worlds.push(([x, y], grid.get(third).copied(), WORDS[worlds.len() % WORDS.len()]));
            }
            Box { intervals: [first, second], worlds }
        })
    });
    let looked = all(boxes);
    println!("{looked} operations on intervals of {steps} steps");
}

#[test]
fn operators_lie_in_what_was_computed_at_full_scale() {
    let wanted = number("PRISM_BOXES").unwrap_or(2_000);
    let mut random = Seed::new(number("PRISM_FIRST").unwrap_or(1));
    let mut confidence = move || {
        let edges = [0.0, 0.25, 0.375, 0.5, 0.625, 0.75, 1.0];
        let near = edges[(random.bits() >> 20) as usize % edges.len()];
        let by = match (random.bits() >> 20) % 4 {
            0 => 0.0,
            1 => 1e-9,
            2 => -1e-9,
            _ => return ((random.bits() >> 11) as f64 / (1u64 << 53) as f64 * 1e9).round() / 1e9,
        };
        (((near + by) * 1e9_f64).round() / 1e9).clamp(0.0, 1.0)
    };
    let each = OPERATIONS.len() as u64 * 4;
    let mut pair = move || {
        let (x, y) = (confidence(), confidence());
        let inside = confidence().clamp(x.min(y), x.max(y));
        ((x.min(y), x.max(y)), inside)
    };
    let boxes = (0..wanted.div_ceil(each)).map(move |at| {
        let ((first, x), (second, y)) = (pair(), pair());
        let word = WORDS[at as usize % WORDS.len()];
        let (_, third) = pair();
        let worlds = vec![
            ([first.0, second.0], None, word),
            ([first.1, second.1], Some(third), word),
            ([x, y], Some(second.1), word),
        ];
        Box { intervals: [first, second], worlds }
    });
    let looked = all(boxes);
    println!("{looked} operations on intervals of full scale");
}
