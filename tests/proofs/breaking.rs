//! What fails with some answers and not with others is decided by the answer, so what a handler does because of it is under
//! the answer's doubt: every built-in, in every place of its signature, run with all kinds of values.

use prism::builtin;
use prism::check::{Setting, check};
use prism::diagnostic::{Diagnostics, Severity};
use prism::engine::{Checked, Drive};
use prism::hir::{self, Alone};
use prism::host::{Directory, Request};
use prism::ir;
use prism::source::Sources;
use prism::syntax;
use prism::types::{Parameter, Type};
use prism::value::{Lanes, Limits, Meter, shaped};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What an agent may be declared to answer, and answers of that kind.
fn kinds() -> Vec<(&'static str, Vec<Json>)> {
    let numbers = vec![json!(0), json!(1), json!(-1), json!(0.5), json!(7), json!(1e9), json!(-1e300)];
    let texts = vec![json!(""), json!("a"), json!("[1]"), json!("\u{e9}x y"), json!("min")];
    let lists = vec![json!([]), json!([1, 2]), json!(["b", "a"]), json!([[1], { "a": 1 }, null])];
    let objects = vec![json!({}), json!({ "a": 1 }), json!({ "a": { "b": [1] }, "length": 2 })];
    let other = vec![json!(null), json!(true), json!(false)];
    let all = [numbers.clone(), texts.clone(), lists.clone(), objects.clone(), other].concat();
    vec![
        ("any", all),
        ("number", numbers.clone()),
        ("string", texts.clone()),
        ("boolean", vec![json!(true), json!(false)]),
        ("string | number", [numbers.clone(), texts.clone()].concat()),
        ("string?", [texts, vec![json!(null)]].concat()),
        ("number | null", [numbers, vec![json!(null)]].concat()),
        ("number[]", vec![json!([]), json!([1, 2]), json!([0.5, -7])]),
        ("string[] | null", vec![json!([]), json!(["b", "a"]), json!(null)]),
        ("any[]", lists),
        ("{ a: number }", vec![json!({ "a": 1 }), json!({ "a": -0.5 })]),
    ]
}

/// Something that suits a parameter; what takes anything gets several things, one after the other.
fn sample(wanted: &Type, variant: usize) -> &'static str {
    match wanted {
        Type::Number => "1",
        Type::String => "\"a\"",
        Type::Boolean => "true",
        Type::List(each) if matches!(**each, Type::Function(_)) => "[() => 1, () => 2]",
        Type::List(each) if matches!(**each, Type::String) => "[\"a\", \"b\"]",
        Type::List(_) => "[1, 2]",
        Type::Function(_) => "v => v",
        Type::Object(_) => "{}",
        Type::Union(all) => sample(&all[0], variant),
        Type::Null => "null",
        _ => ["[1, 2]", "\"a\"", "1", "{ a: 1 }"][variant],
    }
}

/// Forms that are no calls of built-ins.
const FORMS: &[&str] = &[
    "x.y",
    "x?.y.z",
    "x[0]",
    "[1, 2][x]",
    "({ a: 1 })[x]",
    "\"abc\"[x]",
    "x()",
    "x.y()",
    "f(...x)",
    "[...x]",
    "({ ...x })",
    "({ [x]: 1 })",
    "-x",
    "+x",
    "!x",
    "~x",
    "typeof x",
    "x + 1",
    "1 + x",
    "x - 1",
    "x * 2",
    "2 ** x",
    "1 / x",
    "7 % x",
    "x < 2",
    "x < \"b\"",
    "x == 1",
    "x in { a: 1 }",
    "1 in x",
    "x ?? 1",
    "x && 1",
    "`a${x}`",
    "1 ~> x",
    "x ~> 0.5",
    "x ~?> 0.5",
    "1 ~@> x",
    "x ~|> 1",
    "x ~&& true",
    "x ~+ 1",
    "x |> f",
    "for y in x { }",
    "for y in 0..x { }",
    "for (const y of x) { }",
    "for y, i in x max 10 { }",
    "while (false) max x { }",
    "const [p, q] = x",
    "const { p } = x",
    "const { p: { q } } = x",
    "const [p = 1, ...r] = x",
    "match x { 1 => 2 }",
    "match x { [a] => 2, _ => 1 }",
    "switch (x) { case 1: break }",
    "uncertain if (x) { high { 1 } low { 2 } }",
    "let o = { a: 1 }\no[x] = 1",
    "let o = { a: 1 }\no[x] += 1",
    "let o = [1]\no[x] = 1",
    "let o = x\no.a = 1",
    "let o = x\no[0] = 1",
    "let o = { a: x }\no.a.b = 1",
    "let o = { a: x }\no.a.b += 1",
    "let o = { a: 1 }\ndelete o[x]",
    "let o = x\ndelete o.a",
    "let n = x\nn++",
    "let n = 1\nn += x",
    "let n = 1\nn -= x",
    "throw x",
    "if (x) { throw \"no\" }",
    "if (x == 1) { throw \"no\" }",
    "x.a.b.c",
    "x?.[0].a",
    "g(x)",
    "const n: number = x",
    "const { p = 1 } = x",
    "f(1, ...x)",
    "[1].concat(...x)",
];

/// Calls of every built-in with `x` in one place, as function and as method.
fn calls() -> Vec<String> {
    let mut all = Vec::new();
    for (id, entry) in builtin::all() {
        let parameters = &id.signature().parameters;
        if matches!(entry.name, "llm" | "analyze" | "ask") {
            continue;
        }
        for (place, variant) in (0..parameters.len()).flat_map(|place| (0..4).map(move |variant| (place, variant))) {
            let given =
                |(i, parameter): (usize, &Parameter)| if i == place { "x" } else { sample(&parameter.value, variant) };
            let needed = parameters.iter().enumerate().filter(|(i, p)| *i <= place || !p.optional && !p.rest);
            let arguments: Vec<&str> = needed.map(given).collect();
            if let Some(name) = entry.spellings().next() {
                all.push(format!("{name}({})", arguments.join(", ")));
            }
            if !entry.receivers.is_empty() {
                let rest = arguments[1..].join(", ");
                all.push(format!("let o = {}\no.{}({rest})", arguments[0], entry.name));
                all.push(format!("({}).{}({rest})", arguments[0], entry.name));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Whether a form fails with each of these values; nothing where it is no program.
fn failing(form: &str, answers: &[Json]) -> Option<Vec<bool>> {
    let text = format!(
        "const f = y => y\nfunction g(y: string) {{ y }}\nconst x = input\nlet broken = 0\ntry {{\n{form}\n}} catch (e) {{ broken = 1 }}\nbroken"
    );
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add("form.prism", text);
    let program = Arc::new(hir::load(file, &mut sources, &Alone, syntax::Limits::RUN, &mut diagnostics));
    let entry = hir::entry(&program, None).ok()?;
    let compiled = Checked::new(program, &diagnostics)?.compile(&mut diagnostics);
    let directory = Arc::new(Directory::read(&json!({})).expect("no agents"));
    let ends = |answer: &Json| {
        let input =
            shaped::read(&json!({ "value": answer }), Lanes::EXACT, &mut Meter::new(Limits::RUN)).expect("data");
        let limits = Limits { steps: 100_000, ..Limits::RUN };
        let mut drive = Drive::new(&compiled, limits, directory.clone(), input.clone());
        let ended = drive.run(&compiled, entry, &input, &directory, &mut |_: &Request| {});
        ended.is_ok_and(|value| value.as_number() == Some(1.0))
    };
    Some(answers.iter().map(ends).collect())
}

/// Whether the validator refuses that an irreversible call hangs on whether a form fails with an answer of a kind.
fn is_refused(form: &str, kind: &str) -> bool {
    let text = format!(
        "@effects(\"ask\", \"irreversible\")\npattern P(q: string, a: A, w: W) {{\nconst f = y => y\nfunction g(y: string) {{ y }}\nconst x = a.ask(q)\n\
         let broken = false\ntry {{\n{form}\n}} catch (e) {{ broken = true }}\nif (broken) {{ w.erase(q) }}\n}}\n\
         agent A {{ ask(q: string): {kind} }}\nagent W {{ @effect(\"irreversible\") erase(q: string): boolean }}\n"
    );
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add("main.prism", text);
    let program = hir::load(file, &mut sources, &Alone, syntax::Limits::CHECK, &mut diagnostics);
    if !diagnostics.has_errors() {
        check(&ir::lower(Arc::new(program)), &Setting::default(), &mut diagnostics);
    }
    diagnostics.iter().any(|found| found.severity == Severity::Error)
}

#[test]
fn what_an_answer_may_break_is_under_its_doubt() {
    let forms: Vec<String> = FORMS.iter().map(|form| (*form).to_owned()).chain(calls()).collect();
    let (kinds, tried) = (kinds(), AtomicUsize::new(0));
    let unseen = crate::proofs::each(&forms, |form| {
        let kinds = kinds.iter().filter(|(kind, answers)| {
            let ends = failing(form, answers).unwrap_or_default();
            let differs = ends.contains(&true) && ends.contains(&false);
            tried.fetch_add(usize::from(differs), Ordering::Relaxed);
            differs && !is_refused(form, kind)
        });
        let kinds: Vec<&str> = kinds.map(|(kind, _)| *kind).collect();
        (!kinds.is_empty()).then(|| format!("{form}: {}", kinds.join(", ")))
    });
    let tried = tried.into_inner();
    assert!(tried > 500, "only {tried} forms fail with some answers");
    assert!(unseen.is_empty(), "{} of {} forms\n{}", unseen.len(), forms.len(), unseen.join("\n"));
}
