//! Scenarios do what they claim: their tests pass, and the branches that they name run.
//!
//! That a branch runs is seen here in another way than the search sees it: each branch is made to print, and the tests are
//! run by the binary.

use crate::binary::{Folder, prism};
use crate::goldens::{files, place};
use prism::diagnostic::Diagnostics;
use prism::engine::Examination;
use prism::format;
use prism::hir::Alone;
use prism::scenario::{Scenarios, scenarios};
use prism::source::Sources;

/// Programs with patterns: the examples, and what the codes show.
fn programs() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in files("examples", "prism") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        all.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    for path in files("docs/codes", "md") {
        let text = std::fs::read_to_string(&path).unwrap();
        let family = path.file_stem().unwrap().to_string_lossy().into_owned();
        let programs = text.split("```prism pass\n").skip(1).filter_map(|rest| rest.split("\n```").next());
        let programs = programs.filter(|program| program.contains("pattern ") && !program.contains("import "));
        all.extend(programs.enumerate().map(|(i, program)| (format!("{family}-{i}"), format!("{program}\n"))));
    }
    all
}

fn look(text: &str) -> Scenarios {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    let examination = Examination::of(file, sources, &Alone, Diagnostics::new());
    assert_eq!(examination.errors(), 0, "{text}");
    scenarios(&examination, &Alone)
}

/// The program with a print at the beginning of each block that a scenario names; an expression becomes such a block where
/// it is an arm.
fn printing(text: &str, scenarios: &Scenarios) -> String {
    let mut edits: Vec<(usize, String)> = Vec::new();
    for (what, at) in scenarios.found.iter().flat_map(|scenario| &scenario.reaches) {
        if is_shown(text, what, at.start as usize) {
            edits.push((at.start as usize + 1, format!("\nprint(\"came to {what}\")\n")));
        }
    }
    edits.sort();
    edits.dedup();
    let mut out = text.to_owned();
    for (place, print) in edits.into_iter().rev() {
        out.insert_str(place, &print.replace('`', "'"));
    }
    out
}

/// Whether a print can show that a goal was reached.
fn is_shown(text: &str, what: &str, start: usize) -> bool {
    text[start..].starts_with('{')
        && !what.contains("left out")
        && !what.contains("value behind")
        && !what.contains("arm ")
}

#[test]
fn scenarios_lead_where_they_say() {
    let folder = Folder::new("scenarios");
    let (mut count, mut shown) = (0, 0);
    let mut all = Vec::new();
    for (name, text) in programs() {
        let found = look(&text);
        let tests: Vec<&str> = found.found.iter().map(|scenario| scenario.text.as_str()).collect();
        for test in &tests {
            assert_eq!(format::format(test).unwrap(), **test, "{name} is not in the one style");
        }
        let own = text.split("\ntest \"").next().unwrap();
        folder.write(&format!("plain/{name}.prism"), format!("{own}\n{}", tests.join("\n")));
        folder.write(&format!("printing/{name}.prism"), format!("{}\n{}", printing(own, &found), tests.join("\n")));
        count += tests.len();
        all.push((name, text, found));
    }
    assert!(count > 60, "only {count} scenarios");
    let outcome = folder.prism(&["test", "plain"]);
    let failed: Vec<&str> = outcome.out.lines().filter(|line| line.starts_with("failed")).collect();
    assert!(outcome.code == 0 && failed.is_empty(), "{}\n{}", failed.join("\n"), outcome.err);
    assert!(
        outcome.out.contains(&format!("{count} of {count} tests passed")),
        "{count}: {}",
        outcome.out.lines().last().unwrap()
    );
    let outcome = folder.prism(&["test", "printing"]);
    let mut printed: Vec<&str> = Vec::new();
    for line in outcome.out.lines() {
        if let Some(came) = line.strip_prefix("came to ") {
            printed.push(came);
        } else if let Some((_, named)) = line.strip_prefix("ok ").and_then(|line| line.split_once(": ")) {
            let seen = std::mem::take(&mut printed);
            let same = |scenario: &&prism::scenario::Scenario| scenario.text.starts_with(&format!("test \"{named}\""));
            let (_, text, scenario) = all
                .iter()
                .filter(|(name, ..)| line.contains(&format!("/{name}.prism")))
                .find_map(|(name, text, found)| Some((name, text, found.found.iter().find(same)?)))
                .unwrap_or_else(|| panic!("no scenario is called {named}"));
            for (what, at) in &scenario.reaches {
                if is_shown(text, what, at.start as usize) {
                    shown += 1;
                    assert!(seen.contains(&what.replace('`', "'").as_str()), "{named} does not come to {what}");
                }
            }
        }
    }
    assert!(shown > 30, "only {shown} branches were seen");
}

#[test]
fn every_branch_of_the_examples_has_answers() {
    for (name, text) in programs().into_iter().filter(|(name, _)| !name.contains('-')) {
        let found = look(&text);
        // Three verdicts of two always have a majority.
        let never = |what: &str| name == "review" && what.starts_with("a refusal of `consensus`");
        let missed: Vec<_> = found.missed.iter().filter(|(what, _)| !never(what)).collect();
        assert!(missed.is_empty(), "{name}: {missed:?}");
        assert_eq!(found, look(&text), "{name} gives other scenarios the second time");
    }
}

#[test]
fn scenarios_are_printed_as_a_program() {
    let outcome = prism(&place("examples"), &["check", "--scenarios", "triage.prism"]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.out.starts_with("test \"Triage: "), "{}", outcome.out);
    assert!(outcome.err.contains("no faults"), "{}", outcome.err);
}

/// What a test of a program says, or nothing where no answers lead there.
fn leads(program: &str, what: &str) -> Option<String> {
    let found = look(program);
    found.found.iter().find(|it| it.reaches.iter().any(|(goal, _)| goal.contains(what))).map(|it| it.text.clone())
}

#[test]
fn what_fails_before_a_branch_does_not_lead_there() {
    let program = "pattern V(text: string, ms: Model[3..5], mailer: Mailer) {\n  \
        const decision = vote(parallel(ms.map(m => m.ok(text))), { strategy: \"majority\" })\n  \
        if (decision && ~decision >= 0.5) { mailer.send(text) }\n}\n\
        agent Model { ok(q: string): boolean }\nagent Mailer { @effect(\"notify\") send(t: string): boolean }\n";
    let skipped = leads(program, "the `if` left out").expect("answers");
    assert!(!skipped.contains("expect.error") && !skipped.contains("failing"), "{skipped}");
}

#[test]
fn an_answer_that_is_a_list_is_one_answer() {
    let program = "pattern P(goal: string, planner: Planner) {\n  const plan = planner.plan(goal)\n  \
        for s in plan.take(5) { print(s) }\n  \"ok\"\n}\nagent Planner { plan(goal: string): string[] }\n";
    let turns = leads(program, "the loop").expect("answers");
    assert!(turns.contains("mock([[") && !turns.contains("expect.error"), "{turns}");
    let several = program.replace("string[] }", "string[]\n  next(): string }");
    let turns = leads(&several, "the loop").expect("answers");
    assert!(turns.contains("plan: [[") && !turns.contains("expect.error"), "{turns}");
}

#[test]
fn a_refusal_of_a_vote_is_one() {
    let program = "pattern C(q: string, panel: Model[3]) {\n  \
        const c = panel.map(m => m.answer(q)) |> consensus(\"majority\")\n  \
        if (c == null) { return \"no majority\" }\n  c\n}\nagent Model { answer(q: string): string }\n";
    let refused = leads(program, "a refusal of `consensus`").expect("answers");
    assert!(refused.contains("result == \"no majority\""), "{refused}");
}

#[test]
fn alternatives_and_sides_have_answers() {
    let program = "pattern F(q: string, one: Model, two: Model) {\n  \
        const a = fallback(one.answer(q), two.answer(q), \"later\")\n  \
        if (a == \"now\" && ~a >= 0.8) { return \"sure\" }\n  a\n}\nagent Model { answer(q: string): string }\n";
    let first = leads(program, "alternative 1").expect("answers");
    assert!(first.contains("one = mock.failing") && !first.contains("two = mock.failing"), "{first}");
    let second = leads(program, "alternative 2").expect("answers");
    assert!(second.contains("two = mock.failing") && second.contains("result == \"later\""), "{second}");
    let right = leads(program, "the right side of `&&` in line 3").expect("answers");
    assert!(right.contains("\"now\""), "{right}");
    assert!(leads(program, "the right side of `&&` left out").is_some());
}
