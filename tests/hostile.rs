//! Texts that must not hurt: each is answered with a report, in time, and never by a crash.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use prism::diagnostic::{Code, Diagnostics};
use prism::source::{FileId, Names};
use prism::syntax::parse;
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
    // Rows of statements are fewer where nothing is optimised.
    let some = if cfg!(debug_assertions) { 2_000 } else { 20_000 };
    let many = |text: &str, count: usize| text.repeat(count);
    let around = |open: &str, inner: &str, close: &str, count: usize| {
        format!("{}{inner}{}", open.repeat(count), close.repeat(count)).into_bytes()
    };
    let text = |text: String| text.into_bytes();
    vec![
        ("parentheses", around("(", "1", ")", 100_000), DEPTH),
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
        ("a chain of else if", text("if (1) {}".to_string() + &many(" else if (1) {}", 500)), Any),
        ("nested conditionals", text(many("1?1:", 50_000) + "1"), Any),
        ("nested types", text(format!("let a: {}number{} = 1\na", many("(", 50_000), many(")", 50_000))), Any),
        ("many attempts", text(many("try { f() } catch (e) { }\n", some) + "function f() { }"), Any),
        ("many chains of pipes", text("f = x => x\n".to_string() + &many("1 |> f |> f |> f\n", some)), Any),
        ("unary words", text(many("typeof ", 100_000) + "1"), DEPTH),
        ("nested lists that close", around("[", "", "]", 50_000), DEPTH),
        ("nested objects that close", text(format!("x = {}1{}", many("{a:", 50_000), many("}", 50_000))), DEPTH),
        ("nested calls", around("f(", "1", ")", 50_000), DEPTH),
        ("a member chain", text("a = { }\na".to_string() + &many(".b", 100_000)), Any),
        ("open templates", text(many("`${", 50_000)), Refused(&["P002", "P006"])),
        ("open holes", text(many("`a ${ b\n", 20_000)), Refused(&["P001", "P002", "P006", "P010"])),
        ("backticks", text(many("`", 100_001)), Any),
        ("open strings", text(many("x = \"a\n", some)), Refused(&["P002"])),
        ("open brackets of each kind", text(many("([{", 50_000)), Refused(&["P002", "P006"])),
        ("brackets that do not fit", text(many("(]", 2 * some)), Refused(&["P002", "P006"])),
        ("blocks without their ends", text(many("if (a) {\n  b()\n", 20_000)), Refused(&["P002", "P006"])),
        (
            "steps of indentation",
            text((0..2_000).map(|i| format!("{}if (a) {{\n", " ".repeat(i))).collect()),
            Refused(&["P002", "P006"]),
        ),
        (
            "Python's blocks",
            text((0..2_000).map(|i| format!("{}if a:\n", " ".repeat(i))).collect()),
            Refused(&["P006", "P008", "P001"]),
        ),
        ("commas", text(many(",", 100_000)), Any),
        ("semicolons", text(many(";", 1_000_000)), Fine),
        ("line ends", text(many("\n", 4_000_000)), Fine),
        ("decorators", text(many("@a ", 50_000)), Any),
        ("words beside each other", text(many("a b ", 50_000)), Any),
        ("a row of questions", text(many("a ? ", 50_000)), Any),
        ("tildes", text(many("~", 100_000) + "1"), Any),
        ("dots", text("a".to_string() + &many(".", 100_000)), Any),
        ("unknown words that look like keywords", text(many("whlie (x) { }\n", some)), Any),
        ("quotes of a word processor", text(many("\u{201c}", 5 * some)), Refused(&["P001"])),
        ("comment openings", text(many("/* ", 100_000)), Refused(&["P002"])),
        ("nothing", text(String::new()), Fine),
        ("a mark of order", text("\u{feff}".into()), Fine),
        ("a mark of order before a program", text("\u{feff}print(1)\n".into()), Fine),
        ("white space", text(" \t\r\n\n  ".into()), Fine),
        ("a comment", text("// nothing".into()), Fine),
        (
            "a comment that hides the end of a head",
            text("pattern P(a: A, b#c) {\n  a.b()\n}\n".into()),
            Refused(&["P002"]),
        ),
        ("a comment without end", text("a = 1 /* b".into()), Refused(&["P002"])),
        ("a template without end", text("a = `b ${a".into()), Refused(&["P002"])),
        ("a lone carriage return", text("a = 1\rb = 2".into()), Refused(&["P003"])),
        ("line ends of both kinds", text("let a = 1\r\nlet b = 2\nprint(a, b)\r\n".into()), Fine),
        ("a name in two alphabets", text("let \u{430} = 1\nlet a = 2\nprint(a, \u{430})".into()), Fine),
        ("a gate in other letters", text("\u{261}ate(1, 0.5)".into()), Refused(&["P010"])),
        ("a number between dots", text("print(.5.)".into()), Refused(&["P001", "P004"])),
        ("an escape beyond Unicode", text("print(\"\\u{110000}\")".into()), Refused(&["P005"])),
        ("a null character", text("a = 1\n\0".into()), Refused(&["P003"])),
        ("a line separator", text("a = 1\u{2028}b = 2\na + b".into()), Refused(&["P003"])),
        ("a form feed", text("a = 1\u{c}".into()), Refused(&["P003"])),
        ("overlong UTF-8", b"a = \xc0\xaf".to_vec(), Refused(&["P003"])),
        ("a surrogate in UTF-8", b"a = \"\xed\xa0\x80\"".to_vec(), Refused(&["P003"])),
        ("an open string that ends in an emoji", text("print(\"👩".into()), Refused(&["P002"])),
        ("an escape at the end", text("print(\"\\".into()), Refused(&["P002", "P005"])),
        ("an emoji before a fault", text("print(\"👩‍👩‍👧é\u{301}\") )".into()), Refused(&["P001", "P002"])),
        ("a direction in a comment", text("/* \u{202e} */ print(1)".into()), Refused(&["P003"])),
        ("a long name", text(many("a", 1 << 20)), Refused(&["P007"])),
        ("a long line", text(many("print(1); ", 100_000)), Any),
        ("a long string", text(format!("print(\"{}\")", many("x", 1 << 20))), Any),
        ("strange numbers", text("print(1e309, 1e-400, 9007199254740993)".into()), Any),
        ("malformed numbers", text("print(0x, 1_)".into()), Refused(&["P004"])),
        ("400 digits", text(format!("print({})", many("9", 400))), Any),
        ("many escapes", text(format!("print(\"{}\")", many("\\u{10FFFF}", 100_000))), Any),
        ("a surrogate escape", text("print(\"\\u{D800}\")".into()), Refused(&["P005"])),
        ("many errors", text(many(") ", 50_000)), Refused(&["P001", "P002"])),
        ("many unknown names", text((0..some).map(|i| format!("print(name{i})\n")).collect()), Any),
        (
            "many parameters",
            text(format!("function f({}) {{ }}", (0..40_000).map(|i| format!("a{i}, ")).collect::<String>())),
            Any,
        ),
        (
            "a type of many fields",
            text(format!("type T = {{ {} }}\n", (0..60_000).map(|i| format!("a{i}: number, ")).collect::<String>())),
            Any,
        ),
        ("many declarations", text((0..some).map(|i| format!("let name{i} = {i}\n")).collect()), Any),
        ("a large regular expression", text(format!("print(/{}/)", many("(a|b)*", 100_000))), Any),
        ("a nested regular expression", text(format!("print(/{}a{}/)", many("(", 50_000), many(")", 50_000))), Any),
        (
            "a counted regular expression",
            text("print(/((((a{100}){100}){100}){100}){100}/)".into()),
            Refused(&["P009"]),
        ),
    ]
}

/// Up to here a text has neither too many bytes nor too many nodes to be checked.
const SMALL: usize = 50_000;

/// `PRISM_ONLY=text` looks at the cases whose name holds the text alone.
#[test]
fn hostile_texts_are_answered() {
    let cases = cases();
    let only = std::env::var("PRISM_ONLY").unwrap_or_default();
    let next = AtomicUsize::new(0);
    let work = |thread: usize| {
        let mut faults = Vec::new();
        while let Some((name, text, verdict)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if name.contains(&only) {
                let folder = Folder::new(&format!("hostile-{thread}"));
                folder.write("main.prism", text);
                faults.extend(answer(&folder, (verdict, text.len())).err().map(|fault| format!("{name}: {fault}")));
            }
        }
        faults
    };
    let faults: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|number| {
                let work = &work;
                scope.spawn(move || work(number))
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Looks at a text in every way, and at how long that takes.
fn answer(folder: &Folder, verdict: (&Verdict, usize)) -> Result<(), String> {
    let start = Instant::now();
    let json = folder.prism(&["check", "--format", "json", "main.prism"]);
    let text = folder.prism(&["check", "main.prism"]);
    let formatted = folder.prism(&["fmt", "--check", "main.prism"]);
    let took = start.elapsed() / 3;
    judge(&json, &text, verdict)?;
    if !(0..=1).contains(&formatted.code) {
        return Err(format!("the formatter gives {}", formatted.code));
    }
    // Tests are not optimised and share the machine.
    let patience = Duration::from_secs(if cfg!(debug_assertions) { 12 } else { 1 });
    if took > patience { Err(format!("took {took:?}")) } else { Ok(()) }
}

fn judge(outcome: &Outcome, shown: &Outcome, (verdict, size): (&Verdict, usize)) -> Result<(), String> {
    if !(0..=1).contains(&outcome.code) || outcome.code != shown.code {
        let err: String = outcome.err.chars().take(300).collect();
        return Err(format!("exit {} and {}: {err}", outcome.code, shown.code));
    }
    let report: Value = serde_json::from_str(&outcome.out).map_err(|error| format!("no report: {error}"))?;
    let errors = report["diagnostics"].as_array().unwrap().iter().filter(|found| found["severity"] == "error");
    let codes: Vec<&str> = errors.map(|found| found["code"].as_str().unwrap()).collect();
    // What is too large to be checked is refused as that alone.
    let fits = match verdict {
        _ if codes == ["P007"] => size > SMALL,
        Any => true,
        Fine => codes.is_empty(),
        Refused(wanted) => codes.iter().any(|code| wanted.contains(code)),
    };
    if fits { Ok(()) } else { Err(format!("{:?}", &codes[..codes.len().min(5)])) }
}

/// What nests, with how often each part of a text around the innermost one nests by itself.
#[test]
fn exactly_128_levels_are_allowed() {
    let read = |text: &str| {
        let mut found = Diagnostics::new();
        parse(FileId(0), text, &mut Names::new(), &mut found);
        found.iter().map(|found| found.code).next()
    };
    // Opening, inner text, closing, and the levels that the rest of the text needs.
    for (open, inner, close, others) in [
        ("(", "1", ")", 0),
        ("[", "1", "]", 0),
        ("f(", "1", ")", 0),
        ("a[", "1", "]", 0),
        ("`${", "1", "}`", 0),
        ("- ", "1", "", 0),
        ("!", "1", "", 0),
        ("typeof ", "1", "", 0),
        ("~ ", "1", "", 0),
        ("2 ** ", "2", "", 0),
        ("x => ", "x", "", 0),
        ("a ? b : ", "c", "", 0),
        ("a = ", "1", "", 0),
        ("if (a) ", "b", "", 1),
        ("while (a) ", "b", "", 1),
        ("if (a) { ", "b", " }", 0),
        ("match a { _ => (", "b", ") }", 0),
    ] {
        let per = if open.starts_with("match") { 2 } else { 1 };
        let text = |levels: usize| format!("{}{inner}{}", open.repeat(levels / per), close.repeat(levels / per));
        assert_eq!(read(&text(128 - others)), None, "{open}");
        assert_eq!(read(&text(128 + per)), Some(Code::P006), "{open}");
        if per == 1 {
            assert_eq!(read(&text(129 - others)), Some(Code::P006), "{open}");
        }
    }
    for (before, open, inner, close, after) in [
        ("x = ", "{ a: ", "1", " }", ""),
        ("let a: ", "(", "number", ")", " = 1"),
        ("let a: ", "{ b: ", "number", " }", " = 1"),
        ("let a: number", "[]", "", "", " = 1"),
        ("let ", "[", "a", "]", " = b"),
        ("let ", "{ a: ", "b", " }", " = c"),
        ("", "{ ", "f()", " }", ""),
    ] {
        let text = |levels: usize| format!("{before}{}{inner}{}{after}", open.repeat(levels), close.repeat(levels));
        let last = (1..=200).rev().find(|levels| read(&text(*levels)).is_none());
        assert!(matches!(last, Some(127 | 128)), "{before}{open}: {last:?}");
        assert_eq!(read(&text(129)), Some(Code::P006), "{before}{open}");
    }
}
