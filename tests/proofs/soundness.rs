//! What a run shows lies in what the validator computed: confidences, evidence, nulls, numbers, lengths, parts, the ways
//! that are taken, the requests, the result.

use super::watch::{Subject, Trace, Verdict, holds, show};
use super::{each_seed, number};
use crate::generate;
use prism::check::Setting;
use prism::diagnostic::Code;
use prism::host::{Directory, Kind, Seed};
use prism::value::{Lanes, Limits, Meter, json};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Where in their contracts agents are.
#[derive(Clone, Copy)]
pub(super) enum End {
    Low,
    High,
    /// At one of the two, by chance.
    Either,
}

/// Agents of a program that keep their promises: the same contracts for the same seed.
pub(super) fn honest(case: &generate::Case, seed: u64, end: End) -> Json {
    let mut random = Seed::new(seed ^ 0x5eed);
    let mut agents = case.agents.clone();
    for agent in agents.as_object_mut().expect("agents by name").values_mut() {
        let contract = [None, Some((0.5, 1.0)), Some((0.7, 0.9)), Some((0.9, 0.9))][(random.bits() % 4) as usize];
        let mut chance = Seed::new(random.bits());
        if let Some((low, high)) = contract {
            agent["contract"] = json!({ "confidence": [low, high], "samples": 1000 });
        }
        for replies in agent["replies"].as_object_mut().expect("replies by method").values_mut() {
            for reply in replies.as_array_mut().expect("replies in order") {
                if !matches!(reply["evidence"].as_str(), None | Some("reviewed" | "checked" | "agreed")) {
                    reply.as_object_mut().expect("a reply").remove("evidence");
                }
                if let Some((low, high)) = contract
                    && reply.get("error").is_none()
                {
                    reply["confidence"] = match end {
                        End::Low => low.into(),
                        End::High => high.into(),
                        End::Either => (if chance.bits().is_multiple_of(2) { low } else { high }).into(),
                    };
                    reply.as_object_mut().expect("a reply").remove("parts");
                }
            }
        }
    }
    agents
}

/// What is wrong with what the validator says of a program, if a run with some of these agents, who have the same contracts,
/// shows anything.
fn fault(text: &str, worlds: &[Json], input: &Json) -> Option<String> {
    let directories: Vec<_> = worlds.iter().map(|agents| Directory::read(agents).expect("an agents file")).collect();
    let (subject, verdict) = claimed(text, directories.first())?;
    let input = json::parse(&input.to_string(), Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("an input");
    let limits = Limits { steps: 3_000_000, ..Limits::RUN };
    let compiled = subject.compile();
    for directory in directories {
        let trace = subject.run(&compiled, limits.clone(), &Arc::new(directory), &input)?;
        // What does not fit its type ends the run where it comes in; what is known holds behind that.
        if trace.end.as_ref().is_err_and(|failure| failure.code() == Code::R012) {
            continue;
        }
        let why = disagreement(&subject, &verdict, &trace, text);
        if why.is_some() || trace.requests.is_empty() {
            return why;
        }
    }
    None
}

/// What is claimed of a program, if anything is.
fn claimed(text: &str, agents: Option<&Directory>) -> Option<(Subject, Verdict)> {
    let subject = Subject::read(text).ok()?.watched();
    let verdict = subject.check(&Setting { agents: agents.cloned(), ..Setting::default() });
    // Where nobody knows which function is called, or when, nothing is claimed of what it leaves; where a type is wrong nobody
    // has asked.
    let unasked = |code: &Code| *code == Code::TM07 || code.name().starts_with("T0");
    let asked = !verdict.codes.contains(&Code::CF900) && !verdict.errors.iter().any(unasked);
    asked.then_some((subject, verdict))
}

/// The same of a program without agents, of which something is claimed.
fn fault_of(text: &str) -> Option<String> {
    assert!(claimed(text, None).is_some(), "nothing is claimed of {text}");
    fault(text, &[json!({})], &json!({}))
}

fn disagreement(subject: &Subject, verdict: &Verdict, trace: &Trace, text: &str) -> Option<String> {
    for (place, value) in &trace.watched {
        let Some(seen) = verdict.seen.get(place) else {
            return Some(format!("{} is reached, with {}", subject.place(*place, text), show(value)));
        };
        if let Err(why) = holds(seen, value) {
            let place = subject.place(*place, text);
            return Some(format!("{place} {why}\n  value {}\n  known {seen:?}", show(value)));
        }
    }
    let certificate = verdict.certificates.iter().find(|it| it.entry)?;
    let asked = trace.requests.iter().filter(|it| matches!(it.kind, Kind::Call(_))).count() as f64;
    let finite = certificate.calls.high.unwrap_or(f64::INFINITY);
    if asked > finite || trace.end.is_ok() && asked < certificate.calls.low {
        return Some(format!("{asked} requests, {:?} were computed", certificate.calls));
    }
    match (&trace.end, &certificate.result) {
        (Ok(value), None) => Some(format!("it gives {}, and was held to give nothing", show(value))),
        _ => None,
    }
}

#[test]
fn what_was_found_lies_in_what_was_computed() {
    for text in [
        "for n, i in [1, 1, 2] ~> 0.49 { print(i) }",
        "for letter, i in \"abc\" ~> 0.4 { print(i) }",
        "print(((a, b) => [b, a])(...([] ~> 0.7), 1))",
        "let o = [0]\no.push(...([] ~> 0.9), 1)\nprint(o)",
        "print([Math.min(), max()])",
        "print(mapValues({ n: 0, s: \"\" }, (...all) => all[1]), mapValues({ n: 0 }, (x, key) => key))",
        "print(deepEqual(parallel([({ n: 1 } ~> 0.1)]), { n: 1 }))",
        "try { retry(() => 1, { attempts: [-1, 2][random() < 2 ? 0 : 1] }) } catch (e) { print(e.code) }",
        "const written = /a/g\nprint(written)",
        "print([3, -2].map(max), mapValues({ xs: [] }, max), [1, -2].reduce(min, 0))",
        "print((1).cap(null), \"a\".cap(0.5 ~> 0.2))",
        "const doubts = [0, null]\nprint(\"a\".endorse(doubts[0], \"so\"))",
        "const doubts = [[0 ~> 0.9] ~> 0.8, null]\nprint(doubts[0].concat({ s: \"\" } ~> 0.6))",
        "print([[{ n: 1 } ~> 0.7].zip([2])], zip([[0] ~> 0.7], [1] ~> 0.6))",
        "print(vote([Error()]), vote([0, Error(\"a\")], { strategy: \"plurality\" }))",
        "print(gate(true, String), gate([1] ~> 0.8, Boolean), gate(1 ~> 0.2, Number))",
        "print(parallel([random, () => [1] ~> 0.4]), race([now, random]), retry(random), timeout(now, 10ms))",
        "print(fallback(now, 1), sequential([String, Number], 1 ~> 0.6), [\"a\" ~> 0.3].forEach(print))",
        "print(\"a1\".replace(/1/, String), mock(String).ask(1 ~> 0.5), [{ a: 1 } ~> 0.4, {}].map(keys), [3, 1].sort(min))",
        "print([1 ~> 0.5, 0].filter(Boolean), [0 ~> 0.2].some(Boolean), [\"a\"].groupBy(String), [2, 3 ~> 0.1].minBy(Number))",
        "print(replace(\"\", \"\", (...all) => all.length), \"ab\".replace(/(a)(c)?/, (...all) => all.length))",
        "print(\"a1b\".replaceAll(/([a-z])(\\d)?/g, (m, a, b, at, s) => b == null ? at : [a, s]))",
        "const either = [[0.9, 7], [0.2]][random() < 0.5 ? 0 : 1]\nprint(gate({ n: 1 } ~> 0.4, either))",
        "print([1 ~> 0.9].toSorted(null), [2, 1 ~> 0.8].sort([null, (a, b) => a - b][random() < 2 ? 0 : 1]))",
        "const xs = [0, 0] ~> 0.9\nfor x, i in xs { print(i || 1, i && 2) }",
        "print([].countBy(null), [1, 1].countBy([null, x => x][0]), \"0\".split(/(\\d)(.)?/), split(\"a b\", / /))",
        "print(range(1, null), range([2, null][0]), synthesize([1, 1 ~> 0.9]), synthesize([{ agentId: 1, result: 2 ~> 0.4 }]))",
        "print(majorityVote([{ agentId: 1 ~> 0.3, result: 2 }, 2]), average([{ agentId: 1, result: 2, n: 3 ~> 0.5 }]))",
        "try { [][0].n } catch (failed) { print(vote([failed])) }",
    ] {
        assert_eq!(fault_of(text), None, "{text}");
    }
}

#[test]
fn what_is_called_back_gets_what_was_computed() {
    let each = "map filter find findIndex findLast findLastIndex some every forEach flatMap groupBy countBy sortBy minBy maxBy \
                partition unique sort toSorted reduce reduceRight";
    let walks = each.split(' ').map(|name| format!("[3 ~> 0.9, 1].{name}(all)"));
    let others = [
        "mapValues({ a: 1, b: 2 ~> 0.4 }, all)",
        "[3, 1].reduce(all, 0)",
        "Array.from({ length: 2 }, all)",
        "calibrate(1 ~> 0.5, (...most) => most.length - 0.5)",
        "gate(1, all)",
        "verify(4, all)",
        "escalate(1, [(...most) => most.length == 0 ? 1 : null, all])",
        "sequential([all, all], 3)",
        "fallback((...most) => { throw Error(\"a\") }, all)",
        "retry(all)",
        "retry((...most) => { throw Error(\"a\") }, { attempts: 2 })",
        "timeout(all, 1s)",
        "race([all])",
        "anyOf([all])",
        "quorum(1, [all])",
        "vote([all, all])",
        "parallel([all, () => all])",
        "parallel([1, 2].map(all))",
        "mock(all).ask(1, 2)",
        "mock.methods({ ask: all }).ask(\"a\")",
        "\"ab\".replace(\"a\", all)",
        "\"ab\".replaceAll(/(a)|(b)/g, all)",
        "[all, all].map(f => f(1, 2))",
        "all(...[1, 2], ...[3])",
    ];
    let wrong = walks.chain(others.map(String::from)).filter_map(|call| {
        let text = format!("const all = (...all) => all.length\ntry {{ print({call}) }} catch (e) {{ print(e.code) }}");
        fault_of(&text).map(|why| format!("{call}: {why}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn values_lie_in_what_was_computed() {
    // One program, as it was shrunk and changed by hand.
    if let Some(path) = std::env::var_os("PRISM_FILE") {
        let text = std::fs::read_to_string(path).expect("a program");
        return assert_eq!(fault_of(&text), None);
    }
    let size = number("PRISM_SIZE").unwrap_or(40) as u32;
    each_seed("soundness", 400, |seed| {
        let case = generate::statements(seed, size);
        let worlds = [End::Low, End::High, End::Either].map(|end| honest(&case, seed, end));
        let input = &case.input["value"];
        if fault(&case.tree.print(), &worlds, input).is_none() {
            return Ok(());
        }
        let small = case.tree.clone().shrink(|tree| fault(&tree.print(), &worlds, input).is_some());
        let why = fault(&small.print(), &worlds, input).unwrap_or_default();
        let asked = |(name, _): &(&String, &Json)| small.print().contains(&format!("agents.{name}"));
        let agents = worlds.iter().filter_map(Json::as_object).flatten().filter(asked);
        let used: String = agents.map(|(name, agent)| format!("{name}: {agent}\n")).collect();
        Err(format!("{}\n{used}{why}", small.print()))
    });
}
