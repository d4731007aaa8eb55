//! Bounds are not idle: programs whose worst answers take at least half of what was computed. A run whose limit is half of
//! its bound meets the limit.

use super::watch::Subject;
use prism::check::{Certificate, Measure, Setting};
use prism::diagnostic::Code;
use prism::host::Directory;
use prism::value::{Limits, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Programs, with how sure their agents are when it is worst.
const PROGRAMS: &[(&str, f64)] = &[
    (
        "let x = agents.a.say(\"q\")\nlet n = 0\nwhile (~x < 0.9) max 8 {\n  x = agents.a.say(x)\n  n += 1\n}\nprint(n)\n",
        0.2,
    ),
    ("for (let i = 0; i < 20; i++) {\n  print(agents.a.say(`question ${i}`))\n}\n", 1.0),
    (
        "const all = parallel([agents.a.say(\"1\"), agents.b.say(\"2\"), agents.a.say(\"3\")])\nprint(consensus(all))\n",
        0.6,
    ),
    (
        "const x = agents.a.say(\"q\")\nconst y = ~x >= 0.8 ? x : agents.b.say(\"again\")\nprint(~y >= 0.8 ? y : agents.c.say(\"last\"))\n",
        0.3,
    ),
    ("const xs = [1, 2, 3, 4, 5, 6, 7, 8]\nprint(parallel(xs.map(x => () => agents.a.say(`${x}`))).length)\n", 1.0),
    ("function down(n) { n <= 0 ? 0 : down(n - 1) + 1 }\nprint(down(30))\n", 1.0),
    ("let s = 0\nfor (let i = 0; i < 50; i++) {\n  for (let j = 0; j < 40; j++) { s += i * j }\n}\nprint(s)\n", 1.0),
    ("let xs = []\nfor (let i = 0; i < 200; i++) { xs.push(i) }\nprint(xs.length)\n", 1.0),
    ("print(retry(() => agents.a.say(\"q\"), { attempts: 5, until: 0.9 }) ?? \"none\")\n", 0.1),
    (
        "print(fallback([() => agents.a.say(\"q\"), () => agents.b.say(\"q\"), () => agents.c.say(\"q\")], 0.9) ?? \"none\")\n",
        0.1,
    ),
    (
        "for (const x of [\"a\", \"b\", \"c\"]) {\n  uncertain if (agents.a.say(x)) {\n    high { print(x) }\n    default { print(agents.b.say(x)) }\n  }\n}\n",
        0.2,
    ),
    ("for (let i = 0; i < 100; i++) { print(\"a line of some length that is printed\") }\n", 1.0),
];

/// A measure by its name, where it stands, and the code of a run that takes more.
type Watched = (&'static str, fn(&Certificate) -> &Measure, Code);

/// The measures of a run.
const MEASURES: [Watched; 6] = [
    ("calls", |it| &it.calls, Code::R094),
    ("steps", |it| &it.steps, Code::R090),
    ("memory", |it| &it.memory, Code::R091),
    ("output", |it| &it.output, Code::R096),
    ("depth", |it| &it.depth, Code::R092),
    ("width", |it| &it.width, Code::R094),
];

fn directory(sure: f64) -> Arc<Directory> {
    let agent = json!({ "transport": "mock", "replies": { "say": [{ "value": "an answer", "confidence": sure }] } });
    let all: Json = ["a", "b", "c"].into_iter().map(|name| (name.to_owned(), agent.clone())).collect();
    Arc::new(Directory::read(&all).expect("an agents file"))
}

#[test]
fn worst_answers_take_half_of_the_bounds() {
    let (mut most, mut idle) = ([(0, 0); MEASURES.len()], Vec::new());
    for (text, sure) in PROGRAMS {
        let subject = Subject::read(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let agents = directory(*sure);
        let verdict = subject.check(&Setting { agents: Some((*agents).clone()), ..Setting::default() });
        let certificate = verdict.certificates.iter().find(|it| it.entry).expect("a certificate");
        let compiled = subject.compile();
        for (index, (name, bound, code)) in MEASURES.iter().enumerate() {
            let Some(high) = bound(certificate).high.filter(|high| *high >= 4.0) else { continue };
            let run = |part: f64| {
                let mut limits = Limits::RUN;
                *limits.named(name).expect("a limit") = part as u64;
                let trace = subject.run(&compiled, limits, &agents, &Value::NULL).expect("a run begins");
                trace.end.err().is_some_and(|failure| failure.code() == *code)
            };
            assert!(!run(high.min(1e12)), "{name} of at most {high} is not enough for\n{text}");
            most[index].1 += 1;
            if run((high / 2.0).floor() - 1.0) {
                most[index].0 += 1;
            } else {
                idle.push(format!("{name}, {high} at most, of\n{text}"));
            }
        }
    }
    let told: Vec<String> =
        MEASURES.iter().zip(most).map(|((name, ..), (tight, all))| format!("{name} {tight} of {all}")).collect();
    println!("at least half: {}", told.join(", "));
    for ((name, ..), (tight, all)) in MEASURES.iter().zip(most) {
        // What answers and texts weigh is not known before, so that steps and bytes are bounds of the largest.
        if matches!(*name, "calls" | "depth" | "width") {
            assert!(tight * 4 >= all * 3, "{name}: {tight} of {all}\n{}", idle.join("\n"));
        }
    }
}
