//! Certificates: made of everything that is accepted, shown again in one pass, and refused when anything in them is changed.

use crate::binary::Folder;
use prism::check::{Account, Setting, account};
use prism::diagnostic::{Diagnostics, Severity};
use prism::engine::Examination;
use prism::hir::Alone;
use prism::ir;
use prism::source::Sources;
use prism::verify::{Basis, certify, verify};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

fn examine(text: &str) -> Examination {
    let mut sources = Sources::new();
    let file = sources.add("main.prism", text);
    Examination::of(file, sources, &Alone, Diagnostics::new())
}

/// Programs that the validator accepts: examples, and what the documentation and the cases call fine.
fn accepted() -> Vec<String> {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let mut all: Vec<String> = crate::goldens::files("examples", "prism").iter().map(|path| read(path)).collect();
    for (folder, fence) in [("docs/codes", "```prism pass\n"), ("tests/check", "```prism\n")] {
        for path in crate::goldens::files(folder, "md") {
            let text = read(&path);
            let programs = text.split(fence).skip(1).filter_map(|rest| rest.split("\n```").next());
            all.extend(programs.map(|program| format!("{program}\n")));
        }
    }
    all.retain(|text| {
        let examination = examine(text);
        examination.errors() == 0 && examination.validate(&Setting::default()).errors() == 0
    });
    all
}

/// The certificate with its seal made anew, as someone who forges one would.
fn sealed(mut certificate: Json) -> Json {
    certificate.as_object_mut().unwrap().shift_remove("seal");
    let digest = Sha256::digest(certificate.to_string().as_bytes());
    let seal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    certificate["seal"] = seal.into();
    certificate
}

fn shown(certificate: &Json, text: &str) -> Result<Account, String> {
    verify(certificate, &examine(text), &Setting::default(), Basis::default())
}

/// Loops in loops, and functions that call each other.
const LOOPS: &str = "pattern P(rows: number[][], a: Oracle): number {
  let total = 0
  let worst = null
  for row in rows.take(10) {
    let best = 0
    for x in row.take(10) {
      let n = 0
      while (n < 5) max 5 {
        n += 1
        if (x > best) { best = x }
      }
      total += n
    }
    if (worst == null || best < worst) { worst = best }
    const answer = a.rate(best)
    if (~answer >= 0.6) { total += answer }
  }
  function even(n) { n <= 0 ? true : odd(n - 1) }
  function odd(n) { n <= 0 ? false : even(n - 1) }
  even(10) ? total : 0
}
agent Oracle { rate(x: number): number }
";

/// Prices, time, evidence, actions, choices, and a recursion that counts down.
const MONEY: &str = "pattern Pay(order: string, clerk: Clerk, boss: Boss, desks: Desk[1..4]): string {
  function steps(n) { n <= 0 ? 0 : steps(n - 1) + 1 }
  const amount = clerk.amount(order)
  const plan = verify(amount, { agent: boss })
  let sent = 0
  for desk in desks {
    const word = desk.read(order)
    if (~word >= 0.8) { sent += 1 }
  }
  if (~plan >= 0.9) { clerk.pay(plan) }
  value(`${sent} and ${steps(5)}`)
}
agent Clerk {
  amount(order: string): number
  @effect(\"act\") pay(amount: number): string
}
agent Boss { verify(x: any): boolean }
agent Desk { read(order: string): string }
";

#[test]
fn what_is_accepted_has_a_certificate_that_holds() {
    let mut without = Vec::new();
    // Loops that turn once or not at all.
    let once = [
        "let n = 0\ndo { n += 1 } while (false)\nn\n",
        "let n = 0\nfor i in 0..3 { try { break } finally { n += 1 } }\nn\n",
        "for x in [] { }\nwhile false { }\n",
    ];
    let all: Vec<String> = accepted().into_iter().chain(once.map(str::to_owned)).collect();
    for text in &all {
        match certify(&examine(text), &Setting::default(), Basis::default()) {
            Ok(certificate) => {
                let again: Json = serde_json::from_str(&certificate.to_string()).unwrap();
                if let Err(why) = shown(&again, text) {
                    panic!("{why}\n{text}");
                }
            }
            Err(why) => without.push(format!("{why}\n{text}")),
        }
    }
    assert!(all.len() > 100, "only {} programs are accepted", all.len());
    assert!(without.is_empty(), "{} of {} have no certificate\n{}", without.len(), all.len(), without.join("\n"));
}

/// Everything below a value that has no parts, with the path to it.
fn leaves(value: &Json, path: String, out: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().enumerate().for_each(|(i, item)| leaves(item, format!("{path}/{i}"), out)),
        Json::Object(entries) => entries.iter().for_each(|(key, item)| leaves(item, format!("{path}/{key}"), out)),
        _ => out.push(path),
    }
}

/// What else a fact could be.
fn otherwise(fact: &Json) -> Vec<Json> {
    match fact {
        Json::Null => vec![0.into(), "x".into(), false.into()],
        Json::Bool(truth) => vec![(!truth).into(), Json::Null],
        Json::String(text) => vec![format!("{text}x").into(), "".into(), Json::Null],
        Json::Number(number) => {
            let near = number.as_i64().map(|whole| [(whole - 1).into(), (whole + 1).into()]);
            let was = number.as_f64().unwrap();
            let near = near.unwrap_or([(was - 0.01).into(), (was + 0.01).into()]);
            near.into_iter().chain([(was * 2.0 + 1.0).into(), Json::Null]).collect()
        }
        _ => Vec::new(),
    }
}

/// The path without its numbers: what kind of fact it is.
fn kind(path: &str) -> String {
    path.split('/').filter(|step| step.parse::<u64>().is_err()).collect::<Vec<_>>().join("/")
}

#[test]
fn a_certificate_with_any_fact_changed_is_refused() {
    for text in [LOOPS, MONEY] {
        let examination = examine(text);
        let certificate = certify(&examination, &Setting::default(), Basis::default()).unwrap();
        assert!(shown(&certificate, text).is_ok());
        // Without a new seal any change is seen.
        let mut plain = certificate.clone();
        plain["patterns"][0]["bounds"]["calls"]["max"] = 1.into();
        assert!(shown(&plain, text).unwrap_err().contains("seal"));
        let mut paths = Vec::new();
        leaves(&certificate, String::new(), &mut paths);
        paths.retain(|path| path != "/date" && path != "/seal");
        // Every kind of fact, and of those there are many of, some.
        let step = if cfg!(debug_assertions) { 1 + paths.len() / 400 } else { 1 };
        let mut seen: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        let first = |path: &String, seen: &BTreeMap<String, _>| !seen.contains_key(&kind(path));
        let (mut tried, mut weaker) = (0, Vec::new());
        for (at, path) in paths.iter().enumerate() {
            if at % step != 0 && !first(path, &seen) {
                continue;
            }
            for other in otherwise(certificate.pointer(path).unwrap()) {
                let mut changed = certificate.clone();
                *changed.pointer_mut(path).unwrap() = other.clone();
                tried += 1;
                let of_kind = seen.entry(kind(path)).or_default();
                of_kind.0 += 1;
                if shown(&sealed(changed), text).is_ok() {
                    of_kind.1 += 1;
                    // What a loop carries along unchanged may be told a little more widely and is still an invariant; that
                    // the claims follow from it was shown anew. Nothing else may pass.
                    assert!(path.starts_with("/invariants/"), "{path} as {other} was not seen");
                    weaker.push(format!("{path} as {other}"));
                }
            }
        }
        let never: Vec<_> = seen.iter().filter(|(_, (tried, passed))| tried == passed).collect();
        assert!(never.is_empty(), "no change of these is seen: {never:?}");
        println!("{tried} changes of {} kinds of facts, {} of them weaken an invariant", seen.len(), weaker.len());
        assert!(weaker.len() * 20 < tried, "{} of {tried} changes were not seen:\n{}", weaker.len(), weaker.join("\n"));
    }
}

#[test]
fn a_certificate_with_something_random_in_it_is_refused() {
    let examination = examine(LOOPS);
    let certificate = certify(&examination, &Setting::default(), Basis::default()).unwrap();
    let mut paths = Vec::new();
    leaves(&certificate, String::new(), &mut paths);
    paths.retain(|path| path != "/date" && path != "/seal");
    let mut random = prism::host::Seed::new(3);
    let mut passed = Vec::new();
    let changes = if cfg!(debug_assertions) { 200 } else { 5_000 };
    for _ in 0..changes {
        // Something that stands elsewhere in the certificate, or nothing at all.
        let mut pick = || &paths[(random.bits() >> 16) as usize % paths.len()];
        let (into, from) = (pick(), pick());
        let mut changed = certificate.clone();
        let other = certificate.pointer(from).unwrap().clone();
        let place = changed.pointer_mut(into).unwrap();
        if *place == other {
            continue;
        }
        *place = other;
        if shown(&sealed(changed), LOOPS).is_ok() {
            assert!(into.starts_with("/invariants/"), "{into} as {from} was not seen");
            passed.push(format!("{into} as {from}"));
        }
    }
    assert!(passed.len() * 20 < changes, "{} were not seen:\n{}", passed.len(), passed.join("\n"));
}

#[test]
fn invariants_that_are_missing_or_wrong_are_refused() {
    let examination = examine(LOOPS);
    let certificate = certify(&examination, &Setting::default(), Basis::default()).unwrap();
    for list in ["heads", "circles", "frames"] {
        let count = certificate["invariants"][list].as_array().unwrap().len();
        assert!(count > 0, "there are no {list}");
        for index in 0..count {
            let mut changed = certificate.clone();
            changed["invariants"][list].as_array_mut().unwrap().remove(index);
            assert!(shown(&sealed(changed), LOOPS).is_err(), "{list} {index} was not missed");
        }
    }
    // A head whose values decide nothing may be told more widely and still holds; the claims were shown anew.
    let (mut widened, mut refused) = (0, 0);
    for heads in 0..certificate["invariants"]["heads"].as_array().unwrap().len() {
        let mut changed = certificate.clone();
        let head = &mut changed["invariants"]["heads"][heads];
        for value in head["values"].as_array_mut().unwrap() {
            let claim = value["claim"].as_object_mut().unwrap();
            claim.extend([
                ("unknown".into(), true.into()),
                ("low".into(), 1.into()),
                ("high".into(), 1_000_000_001.into()),
            ]);
        }
        widened += usize::from(changed != certificate);
        refused += usize::from(shown(&sealed(changed), LOOPS).is_err());
    }
    assert!(refused * 2 > widened, "{refused} of {widened} wider heads are refused");
}

#[test]
fn what_means_nothing_is_refused() {
    let certificate = certify(&examine(LOOPS), &Setting::default(), Basis::default()).unwrap();
    let mut paths = Vec::new();
    leaves(&certificate["invariants"], "/invariants".to_owned(), &mut paths);
    let ends = ["/claim/low", "/claim/high", "/claim/filled", "/cap/bound", "/passed/least", "/passed/null", "/tested"];
    let learned = |path: &str| path.contains("/learned/") && (path.ends_with("/low") || path.ends_with("/high"));
    paths.retain(|path| ends.iter().any(|end| path.ends_with(end)) || learned(path));
    let mut kinds = std::collections::BTreeSet::new();
    paths.retain(|path| kinds.insert(kind(path)));
    assert!(paths.len() > 20, "{paths:?}");
    // Above the confidence of 1 there is none.
    for path in paths {
        let mut changed = certificate.clone();
        *changed.pointer_mut(&path).unwrap() = 1_000_000_002.into();
        assert!(shown(&sealed(changed), LOOPS).is_err(), "{path} was not seen");
    }
    let frames = certificate["invariants"]["frames"].as_array().unwrap().len();
    for circle in 0..certificate["invariants"]["circles"].as_array().unwrap().len() {
        let begins = &certificate["invariants"]["circles"][circle]["frame"];
        for frame in (0..=frames).filter(|frame| begins.as_u64() != Some(*frame as u64)) {
            let mut changed = certificate.clone();
            changed["invariants"]["circles"][circle]["frame"] = frame.into();
            assert!(shown(&sealed(changed), LOOPS).is_err(), "a circle in {frame} was not seen");
        }
    }
}

#[test]
fn a_certificate_is_about_one_program_and_one_basis() {
    let text = LOOPS.replace("rows.take(10)", "rows.take(11)");
    let certificate = certify(&examine(LOOPS), &Setting::default(), Basis::default()).unwrap();
    assert!(shown(&certificate, &text).unwrap_err().contains("another program"));
    let agents = Basis { agents: Some("a: { }"), policy: None };
    let other = verify(&certificate, &examine(LOOPS), &Setting::default(), agents);
    assert!(other.unwrap_err().contains("other agents"));
    // The text changed, the hash made to fit.
    let mut forged = certificate.clone();
    let digest: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    forged["hashes"]["program"] = digest.into();
    assert!(shown(&sealed(forged), &text).is_err());
}

#[test]
fn a_refused_program_has_no_certificate() {
    let text = "pattern P(n: number) {\n  while (n > 0) { n = n / 2 }\n}\n";
    assert!(certify(&examine(text), &Setting::default(), Basis::default()).is_err());
    let folder = Folder::new("certificates/command");
    folder.write("bad.prism", text);
    folder.write("good.prism", LOOPS);
    assert_eq!(folder.prism(&["check", "--certificate", "bad.json", "bad.prism"]).code, 1);
    let made = folder.prism(&["check", "--date", "2026-05-01", "--certificate", "good.json", "good.prism"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    let outcome = folder.prism(&["verify", "good.json", "good.prism"]);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert!(outcome.out.contains("the certificate shows this of good.prism, as of 2026-05-01"), "{}", outcome.out);
    // Said twice, the first is what others read and the last what is sealed.
    let text = std::fs::read_to_string(folder.path().join("good.json")).unwrap();
    for (key, lie) in [("\"form\":", "0"), ("\"earned\":", "{\"min\":1,\"max\":1}"), ("\"seal\":", "\"\"")] {
        folder.write("twice.json", text.replacen(key, &format!("{key}{lie},{key}"), 1));
        let outcome = folder.prism(&["verify", "twice.json", "good.prism"]);
        assert_eq!(outcome.code, 2, "{key} {}", outcome.out);
        assert!(outcome.err.contains("occurs twice"), "{}", outcome.err);
    }
    for day in [-1, 2_932_897] {
        let mut certificate: Json = serde_json::from_str(&text).unwrap();
        certificate["date"] = day.into();
        folder.write("day.json", sealed(certificate).to_string());
        assert!(folder.prism(&["verify", "day.json", "good.prism"]).err.contains("its date is no day"), "{day}");
    }
    folder.write("good.prism", LOOPS.replace("0.6", "0.5"));
    let outcome = folder.prism(&["verify", "good.json", "good.prism"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("it is about another program"), "{}", outcome.err);
    assert_eq!(folder.prism(&["verify", "good.prism", "good.prism"]).code, 2);
}

#[test]
fn checking_a_certificate_is_less_work_than_finding_it() {
    let examination = examine(LOOPS);
    let lowered = ir::lower(examination.program.clone());
    let certificate = certify(&examination, &Setting::default(), Basis::default()).unwrap();
    let mut found = Diagnostics::new();
    let search = account(&lowered, &Setting::default(), None, &mut found);
    let check = account(&lowered, &Setting::default(), Some(&certificate["invariants"]), &mut found);
    assert!(found.iter().all(|found| found.severity != Severity::Error));
    println!("search {}, check {}", search.work, check.work);
    assert!(!check.grown && check.work * 2 <= search.work, "search {}, check {}", search.work, check.work);
}

/// What decides how often an agent is asked is named after the parameters that do.
#[test]
fn sizes_are_named_after_parameters() {
    let calls = |body: &str| {
        let text = format!(
            "function each(ys, a) {{ for (const y of ys) {{ a.ask(y) }} }}
             function walk(ys, a) {{ if (ys.length == 0) {{ return 0 }}; a.ask(ys[0]); walk(ys.slice(1), a) }}
             pattern P(xs: string[], q: string, o: {{ rows: string[] }}, rows: string[][], a: Oracle) {{ {body} }}
             agent Oracle {{ ask(q: string): string }}"
        );
        let looked = examine(&text).validate(&Setting::default());
        let all = &looked.certificates;
        let certificate = all.iter().find(|certificate| certificate.name == "P").unwrap_or_else(|| panic!("{body}"));
        certificate.calls.formula.clone().unwrap_or_default()
    };
    for (body, formula) in [
        ("for x in xs { a.ask(x) }", "xs.length"),
        ("for (let i = 0; i < xs.length; i++) { a.ask(xs[i]) }", "xs.length"),
        ("for (let i = 0; i < xs.length - 1; i++) { a.ask(xs[i]) }", "xs.length"),
        ("let i = 0; while (i <= xs.length) { a.ask(q); i++ }", "xs.length + 1"),
        ("while (xs.length > 0) { a.ask(xs.pop()) }", "xs.length"),
        ("xs.map(x => x + q).filter(x => x != q).map(x => a.ask(x))", "xs.length"),
        ("for (const x of xs.slice(1)) { a.ask(x) }", "xs.length"),
        ("for (const x of xs.concat(xs)) { a.ask(x) }", "2 * xs.length"),
        ("for (const x of [...xs, q]) { a.ask(x) }", "xs.length + 1"),
        ("for (const x of xs) { for (const c of q) { a.ask(x + c) } }", "q.length * xs.length"),
        ("for (const w of q.split(\" \")) { a.ask(w) }", "q.length + 1"),
        ("for (const w of q.split(\" \")) { for (const x of xs) { a.ask(w + x) } }", "(q.length + 1) * xs.length"),
        ("for (const row of o.rows) { a.ask(row) }", "o.rows.length"),
        ("for (const row of rows) { for (const x of row) { a.ask(x) } }", "rows.length * rows[].length"),
        ("each(xs, a)", "xs.length"),
        ("walk(xs, a)", "xs.length"),
        ("a.ask(q); for (let i = 0; i < 3; i++) { a.ask(q) }", "4"),
    ] {
        assert_eq!(calls(body), formula, "{body}");
    }
}
