//! Texts that must not hurt: each is answered with a report, in time, and never by a crash.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::binary::{Folder, Outcome};

/// What may become of a text.
enum Verdict {
    /// It is read without an error.
    Fine,
    /// It is refused with one of these codes.
    Refused(&'static [&'static str]),
    /// Either; only the report matters.
    Any,
}
use Verdict::{Any, Fine, Refused};

fn cases() -> Vec<(&'static str, Vec<u8>, Verdict)> {
    const DEPTH: Verdict = Refused(&["P006"]);
    let many = |text: &str, count: usize| text.repeat(count);
    let around = |open: &str, inner: &str, close: &str, count: usize| {
        format!("{}{inner}{}", open.repeat(count), close.repeat(count)).into_bytes()
    };
    let text = |text: String| text.into_bytes();
    vec![
        ("parentheses", around("(", "1", ")", 100_000), DEPTH),
        ("127 parentheses", around("(", "1", ")", 120), Fine),
        ("minus signs", text(many("- ", 100_000) + "1"), DEPTH),
        ("negations", text(many("!", 100_000) + "1"), DEPTH),
        ("powers", text(many("2**", 50_000) + "2"), Any),
        ("open lists", text(many("[", 100_000)), Any),
        ("open objects", text(format!("x = {}", many("{a:", 100_000))), Any),
        ("a flat sum", text(many("1+", 200_000) + "1"), Fine),
        ("a flat chain", text("a".to_string() + &many("?.b", 100_000)), Any),
        ("a flat row of indices", text("a = [[]]\na".to_string() + &many("[0]", 100_000)), Any),
        ("nested templates", around("`${", "1", "}`", 5_000), DEPTH),
        ("nested lambdas", text(many("x=>", 10_000) + "x"), DEPTH),
        ("a long pipeline", text("f = x => x\n1".to_string() + &many(" |> f", 100_000)), Any),
        ("a nested pattern", around("[", "a", "]", 5_000).into_iter().chain(*b" = 1").collect(), DEPTH),
        ("nested blocks", around("{", "", "}", 50_000), DEPTH),
        ("nested ifs", around("if (1) {", "", "}", 50_000), DEPTH),
        ("a chain of else if", text("if (1) {}".to_string() + &many(" else if (1) {}", 20_000)), Any),
        ("nested conditionals", text(many("1?1:", 50_000) + "1"), Any),
        ("nested types", text(format!("let a: {}number{} = 1\na", many("(", 50_000), many(")", 50_000))), Any),
        ("comment openings", text(many("/* ", 100_000)), Refused(&["P002"])),
        ("nothing", text(String::new()), Fine),
        ("a mark of order", text("\u{feff}".into()), Fine),
        ("a mark of order before a program", text("\u{feff}print(1)\n".into()), Fine),
        ("white space", text(" \t\r\n\n  ".into()), Fine),
        ("a comment", text("// nothing".into()), Fine),
        ("a null character", text("a = 1\n\0".into()), Refused(&["P003"])),
        ("a line separator", text("a = 1\u{2028}b = 2\na + b".into()), Any),
        ("a form feed", text("a = 1\u{c}".into()), Any),
        ("overlong UTF-8", b"a = \xc0\xaf".to_vec(), Refused(&["P003"])),
        ("a surrogate in UTF-8", b"a = \"\xed\xa0\x80\"".to_vec(), Refused(&["P003"])),
        ("an open string that ends in an emoji", text("print(\"👩".into()), Refused(&["P002"])),
        ("an escape at the end", text("print(\"\\".into()), Refused(&["P002", "P005"])),
        ("an emoji before a fault", text("print(\"👩‍👩‍👧é\u{301}\") )".into()), Refused(&["P001", "P002"])),
        ("a direction in a comment", text("/* \u{202e} */ print(1)".into()), Refused(&["P003"])),
        ("a long name", text(many("a", 1 << 20)), Any),
        ("a long line", text(many("print(1); ", 100_000)), Any),
        ("a long string", text(format!("print(\"{}\")", many("x", 1 << 20))), Any),
        ("strange numbers", text("print(1e309, 1e-400, 9007199254740993)".into()), Any),
        ("malformed numbers", text("print(0x, 1_)".into()), Refused(&["P004"])),
        ("400 digits", text(format!("print({})", many("9", 400))), Any),
        ("many escapes", text(format!("print(\"{}\")", many("\\u{10FFFF}", 100_000))), Any),
        ("a surrogate escape", text("print(\"\\u{D800}\")".into()), Refused(&["P005"])),
        ("many errors", text(many(") ", 50_000)), Refused(&["P001", "P002"])),
        ("many unknown names", text((0..20_000).map(|i| format!("print(name{i})\n")).collect()), Any),
        ("many declarations", text((0..20_000).map(|i| format!("let name{i} = {i}\n")).collect()), Any),
        ("a large regular expression", text(format!("print(/{}/)", many("(a|b)*", 100_000))), Any),
        ("a nested regular expression", text(format!("print(/{}a{}/)", many("(", 50_000), many(")", 50_000))), Any),
        (
            "a counted regular expression",
            text("print(/((((a{100}){100}){100}){100}){100}/)".into()),
            Refused(&["P009"]),
        ),
    ]
}

#[test]
fn hostile_texts_are_answered() {
    let mut faults = Vec::new();
    for (name, text, verdict) in cases() {
        let folder = Folder::new("hostile");
        folder.write("main.prism", &text);
        let start = Instant::now();
        let outcome = folder.prism(&["check", "--format", "json", "main.prism"]);
        let shown = folder.prism(&["check", "main.prism"]);
        let took = start.elapsed() / 2;
        if let Err(fault) = judge(&outcome, &shown, &verdict) {
            faults.push(format!("{name}: {fault}"));
        }
        if took > Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 }) {
            faults.push(format!("{name}: took {took:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn judge(outcome: &Outcome, shown: &Outcome, verdict: &Verdict) -> Result<(), String> {
    if !(0..=1).contains(&outcome.code) || outcome.code != shown.code {
        let err: String = outcome.err.chars().take(300).collect();
        return Err(format!("exit {} and {}: {err}", outcome.code, shown.code));
    }
    let report: Value = serde_json::from_str(&outcome.out).map_err(|error| format!("no report: {error}"))?;
    let errors = report["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] == "error");
    let codes: Vec<&str> = errors.map(|found| found["code"].as_str().unwrap()).collect();
    let fits = match verdict {
        Any => true,
        Fine => codes.is_empty(),
        Refused(wanted) => codes.iter().any(|code| wanted.contains(code)),
    };
    if fits { Ok(()) } else { Err(format!("{:?}", &codes[..codes.len().min(5)])) }
}
