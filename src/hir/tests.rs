//! Programs with what is found in them, and with what they come to.

use super::{Modules, entry, load, print};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::hir::Program;
use crate::source::Sources;
use crate::syntax::Limits;
use std::collections::HashMap;

/// Files in memory; all names are paths of one folder.
struct Files(HashMap<&'static str, &'static str>);

impl Modules for Files {
    fn find(&self, _: &str, path: &str) -> Option<String> {
        let name = path.strip_prefix("./")?;
        self.0.contains_key(name).then(|| name.to_owned())
    }

    fn read(&self, name: &str) -> Result<String, String> {
        self.0.get(name).map(|text| text.to_string()).ok_or_else(|| "gone".to_owned())
    }

    fn nearby(&self, _: &str) -> Vec<String> {
        let mut names: Vec<String> = self.0.keys().map(|name| format!("./{name}")).collect();
        names.sort();
        names
    }
}

fn load_files(files: &[(&'static str, &'static str)]) -> (Program, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add(files[0].0, files[0].1);
    let mut diagnostics = Diagnostics::new();
    let modules = Files(files.iter().copied().collect());
    let program = load(file, &mut sources, &modules, Limits::RUN, &mut diagnostics);
    diagnostics.settle();
    (program, diagnostics.into_vec())
}

fn load_text(text: &'static str) -> (Program, Vec<Diagnostic>) {
    load_files(&[("main.prism", text)])
}

/// `CODE line` of every finding.
fn codes(text: &'static str) -> String {
    shown(text, &load_text(text).1)
}

fn shown(text: &str, found: &[Diagnostic]) -> String {
    let line = |found: &Diagnostic| text[..(found.at.span.start as usize).min(text.len())].matches('\n').count() + 1;
    let all: Vec<String> = found.iter().map(|found| format!("{:?}:{}", found.code, line(found))).collect();
    all.join(" ")
}

/// The text after the first edit of the first finding.
fn mended(text: &'static str) -> String {
    let (_, found) = load_text(text);
    match found.first().and_then(|found| found.fixes.first()) {
        Some(fix) => crate::diagnostic::fix::replace(text, &fix.edits),
        None => format!("no edit: {found:?}"),
    }
}

/// Compares all pairs, and shows every one that differs.
fn compare(pairs: Vec<(String, String, String)>) {
    let wrong = pairs.iter().filter(|(_, found, expected)| found != expected);
    let shown: Vec<String> =
        wrong.map(|(text, found, expected)| format!("{text}\n  found    {found}\n  expected {expected}\n")).collect();
    assert!(shown.is_empty(), "{}", shown.join("\n"));
}

#[test]
fn finds_what_is_wrong() {
    let table = [
        // names
        ("let total = 1\nprint(totl)", "P010:2"),
        ("print(x)\nprint(x)", "P010:1"),
        ("x = 1\nx", ""),
        ("count += 1", "P010:1"),
        ("function f() { inner = 1 }\nf()\ninner", "P010:3"),
        ("x = 1\nfunction f() { x = 2 }\nf()\nx", ""),
        ("max = 3\nmax", ""),
        ("let a = 1\nlet a = 2\na", "P011:2"),
        ("{ let a = 1; print(a) }\n{ let a = 2; print(a) }", ""),
        ("let input = 1\nlet agents = 2", "P012:1 P012:2"),
        ("function f(input) { input }\nf(1)", ""),
        ("pattern P(input: any) { input }", ""),
        ("pattern P { input }", ""),
        ("pattern P(text: string) { input + text }", "P010:1"),
        ("const a = 1\na = 2\na", "P051:2"),
        ("const a = []\na.push(1)\na", ""),
        ("for i = 0; i < 3; i++ { print(i) }\nprint(i)", "P010:2"),
        ("i = 5\nfor i = 0; i < 3; i++ { print(i) }\nprint(i)", ""),
        ("require(\"fs\")", "P008:1"),
        ("new Set()", "P008:1"),
        ("Math.flor(1.5)", "P010:1"),
        ("console.log(1)\nObject.keys({})", ""),
        ("_ + 1", "P013:1"),
        ("[1].map((_, i) => i)", ""),
        // places
        ("1 = 2", "P012:1"),
        ("function f() { [1] }\nf().x = 2", "P012:2"),
        ("[3, 1].sort()\n1", "P012:1"),
        ("[3, 1].sort()", ""),
        ("input?.a = 1", "P012:1"),
        ("print = 1\nprint", ""),
        ("[...a, b] = [1, 2]", "P014:1"),
        ("function f(...a, b) { a + b }\nf()", "P014:1"),
        // control
        ("break", "P013:1"),
        ("for x in [1] { print(x); continue }", ""),
        ("switch (1) { case 1: break }", ""),
        ("switch (1) { case 1: continue }", "P013:1"),
        ("return 1", ""),
        ("parallel([if (input) { return 1 }])", "P013:1"),
        ("function f() { return 1; print(2) }\nf()", "T012:1"),
        ("match 1 { x => x, 2 => 3 }", "T012:1"),
        ("match [1] { [a] | [_, a] => a, _ => 0 }", ""),
        ("match 1 { a | 2 => 1 }", "P012:1"),
        ("match [1] { [a, a] => a, _ => 0 }", "P011:1"),
        ("match 1 { 1 | 2 => 1, 2 => 2, _ => 3 }", "T012:1"),
        ("switch (1) { case 1: 2; case 1: 3 }", "T012:1"),
        ("function f(x) { if (x) { return 1 } else { return 2 }; print(3) }\nf(1)", "T012:1"),
        ("input.xs.push(1)\n2", "P012:1"),
        ("input.xs.sort()", ""),
        ("Math", "P010:1"),
        // confidence
        ("let a = 1\nlet b = 2\nif (a && b ~> 0.5) { print(1) }", "P018:3"),
        ("let a = 1\nif (!a ~> 0.5) { print(1) }", "P018:2"),
        ("let a = 1\nif (a ~> 0.5) { print(1) }", "L101:2"),
        ("let a = 1\nif (a && ~a >= 0.5) { print(1) }", ""),
        ("[1].filter(x => x ~> 0.5)", "L101:1"),
        ("[1].map(x => x ~> 0.5)", ""),
        ("uncertain if (1) { high >= 0.4 { 1 } medium { 2 } }", "P016:1"),
        ("uncertain if (1) { high { 1 } high { 2 } }", "P016:1"),
        ("uncertain if (1) { low { 1 } high { 2 } }", ""),
        ("uncertain if (1) { high >= 1.5 { 1 } low { 2 } }", "P016:1"),
        ("@bands({ high: 0.5, medium: 0.7 })\npattern P() { 1 }", "P016:1"),
        ("@bands({ high: 0.7, medium: 0.7 })\npattern P() { 1 }", "P016:1"),
        // decorators and types
        ("@versoin(\"1\")\npattern P() { 1 }", "P015:1"),
        ("@budget({ calls: 1 })\nfunction f() { 1 }\nf()", "P015:1"),
        ("@budget({ call: 1 })\npattern P() { 1 }", "P015:1"),
        ("@effects(\"aks\")\npattern P() { 1 }", "P015:1"),
        ("@decreases(n)\nfunction f(n) { n <= 0 ? 0 : f(n - 1) }\nf(3)", ""),
        ("let x: strng = \"a\"\nx", "T003:1"),
        ("type T = T | T\nlet x: T = 1\nx", "T003:1"),
        ("type A = { next: A | null }\nlet x: A = { next: null }\nx", ""),
        ("typeof 1 == \"undefined\"", "T007:1"),
        ("typeof 1 == \"list\"", ""),
        ("switch (typeof 1) { case \"array\": 1 }", "T007:1"),
        // twice
        ("pattern P() { 1 }\npattern P() { 2 }", "P017:2"),
        ("test \"a\" { expect(true) }\ntest \"a\" { expect(true) }", "P017:2"),
        ("export default 1\nexport default 2", "P017:2"),
        ("agent A { ask(q: string): string }\nagent A { ask(q: string): string }", "P017:2"),
        // tasks
        ("let n = 0\nparallel([1, 2].map(x => { n += x }))\nn", "P050:2"),
        ("let n = 0\nparallel([() => { n = 1 }])\nn", "P050:2"),
        ("let n = 0\nfunction bump() { n += 1 }\nparallel([bump(), 2])\nn", "P050:3"),
        ("let n = 0\nfunction bump(x) { n += x }\nparallel([1, 2].map(bump))\nn", "P050:3"),
        ("let n = 0\n[1, 2].forEach(x => { n += x })\nn", ""),
        ("let n = 0\nretry(() => { n += 1 })\nn", ""),
        ("parallel([1, 2].map(x => { let n = 0; n += x; n }))", ""),
        // copies and lints
        ("function f(xs) { xs.push(1); 2 }\nf([])", "T009:1"),
        ("for row in [[1]] { row.push(2) }", "T009:1"),
        ("let out = []\nfor x in [1] { out.push(x) }\nout", ""),
        ("let o = {}\nfunction add(k) { (o[k] ??= []).push(1) }\nadd(1)\no", "P012:2"),
        ("let o = {}\nconst add = k => (o[k] ??= []).push(1)\nfor k in [1] { add(k) }\no", "P012:2"),
        ("let o = {}\n[1].forEach(k => { if (k) { (o[k] ??= []).push(1) } })\no", "P012:2"),
        ("let o = {}\n[1].forEach(k => (o[k] ??= []).push(1))\no", "P012:2"),
        ("let o = {}\nfunction add(k) { (o[k] ??= []).push(1) }\n[add(1), o]", "T009:2"),
        ("function ending(xs) { xs.slice().pop() }\nending([1])", ""),
        ("const sorted = xs => xs.slice().sort()\nsorted([1])", ""),
        ("test \"a\" {\n  const o = {}\n  const add = k => { o.list().push(k) }\n  add(1)\n}", ""),
        ("let stack = [1]\nlet last = stack.pop()\nlast", ""),
        ("let a = 1\n2", "L106:1"),
        ("let xs = [1]\nfor i in xs { print(xs[i]) }", "L104:2"),
        ("let o = { a: 1 }\nfor k in o { print(o[k]) }", ""),
        ("function max(a, b) { a > b ? a : b }\nmax(1, 2)", "L103:1"),
        ("let first = 1\nfirst", ""),
        // read before its `let`
        ("function f(xs) {\n  const sum = sum(xs)\n  sum\n}\nf([1])", "P010:2"),
        ("let x = x + 1\nx", "P010:1"),
        ("print(y)\nlet y = 1", "P010:1"),
        ("for x in [1] {\n  print(y)\n  let y = x\n  y\n}", "P010:2"),
        ("let y = 1\n{\n  let x = y\n  y + x\n}", ""),
        ("let f = n => n > 0 ? f(n - 1) : n\nf(1)", ""),
        ("const g = () => z\nconst z = 2\ng() + z", ""),
        ("let { a, b = a } = { a: 1 }\na + b", ""),
        ("var v = v ?? 1\nv", ""),
        ("1 ~+ 2", "L102:1"),
        ("let pаge = 1\nlet page = 2\npage + pаge", "L105:1"),
    ];
    compare(table.map(|(text, expected)| (text.to_owned(), codes(text), expected.to_owned())).into());
}

#[test]
fn mends() {
    for (text, expected) in [
        ("let total = 1\nprint(total, totla)", "let total = 1\nprint(total, total)"),
        ("const a = 1\na = 2\na", "let a = 1\na = 2\na"),
        ("let a = 1\nlet b = 2\nif (a && b ~> 0.5) { 1 }", "let a = 1\nlet b = 2\nif (a && (b ~> 0.5)) { 1 }"),
        ("let a = 1\nlet b = 2\nif (a ~> 0.5 && b) { 1 }", "let a = 1\nlet b = 2\nif ((a ~> 0.5) && b) { 1 }"),
        ("let a = 1\nif (!a ~> 0.5) { 1 }", "let a = 1\nif (!(a ~> 0.5)) { 1 }"),
        ("let a = 1\na ~> 0.6 ? a : 2", "let a = 1\na && ~a >= 0.6 ? a : 2"),
        ("typeof input == \"undefined\"", "input == null"),
        ("let xs = [1]\nfor i in xs { xs[i] }", "let xs = [1]\nfor i in 0..xs.length { xs[i] }"),
        ("const sum = sum([1])\nsum / 2", "const ownSum = sum([1])\nownSum / 2"),
        ("let max = 3\nmax([1]) + max", "let ownMax = 3\nmax([1]) + ownMax"),
        ("let max = (a, b) => a\nmax(1, 2)", "let ownMax = (a, b) => a\nownMax(1, 2)"),
    ] {
        assert_eq!(mended(text), expected);
    }
}

#[test]
fn modules() {
    let used = "import { a } from \"./b.prism\"\na";
    for (files, expected) in [
        (vec![("main.prism", used), ("b.prism", "export const a = 1")], ""),
        (vec![("main.prism", used), ("c.prism", "export const a = 1")], "P020:1"),
        (vec![("main.prism", used), ("b.prism", "export const aa = 1")], "P022:1"),
        (vec![("main.prism", used), ("b.prism", "import { x } from \"./main.prism\"\nexport const a = x")], "P021:1"),
        (vec![("main.prism", "import * as m from \"./b.prism\"\nm.b"), ("b.prism", "export const a = 1")], "P022:2"),
        (vec![("main.prism", "import m from \"./b.prism\"\nm"), ("b.prism", "export default 5")], ""),
    ] {
        let (_, found) = load_files(&files);
        let main: Vec<Diagnostic> = found;
        assert_eq!(shown(files[0].1, &main), expected, "{files:?} {main:#?}");
    }
}

#[test]
fn entries() {
    let name = |text: &'static str, asked: Option<&str>| {
        let (program, _) = load_text(text);
        match entry(&program, asked) {
            Ok(id) => {
                let name = program.functions[id.0 as usize].name;
                name.map_or("statements".to_owned(), |name| program.names.text(name).to_owned())
            }
            Err(found) => format!("{:?}", found.code),
        }
    };
    assert_eq!(name("1", None), "statements");
    assert_eq!(name("pattern A() { 1 }", None), "A");
    assert_eq!(name("pattern A() { 1 }\npattern B() { 2 }", None), "P010");
    assert_eq!(name("pattern A() { 1 }\nexport default pattern B() { 2 }", None), "B");
    assert_eq!(name("pattern A() { 1 }\npattern B() { 2 }", Some("B")), "B");
    assert_eq!(name("pattern A() { 1 }", Some("C")), "P010");
}

#[test]
fn comes_to() {
    let table = [
        ("x = 1\nx", "module f0\n  %0 x implied\n  x%0 = 1\n  x%0\n"),
        (
            "let n = 1\nfunction f() { n }\nf()",
            "global n#0 let\nglobal f#1 = f1\nmodule f0\n  function f#1 = f1\n  let n#0 = 1\n  f#1()\nfunction f1 f\n  n#0\n",
        ),
        (
            "parallel([1, 2].map(x => x))",
            "module f0\n  fork @parallel()[each f1 of [1, 2]]()\nfunction f1\n  %0 x parameter\n  takes x%0\n  x%0\n",
        ),
        (
            "[1, 2] |> map(x => x) |> parallel",
            "module f0\n  fork @parallel()[each f1 of [1, 2]]()\nfunction f1\n  %0 x parameter\n  takes x%0\n  x%0\n",
        ),
        ("retry(print(1), { attempts: 2 })", "module f0\n  @retry(f1, { attempts: 2 })\ntask f1\n  @print(1)\n"),
        ("[1] |> sum", "module f0\n  @sum([1])\n"),
        (
            "[1] |> filter(x => x) |> .join(\",\")",
            "module f0\n  %0  hidden\n  let %0 = @filter([1], f1)\n  %0.join(\",\")\nfunction f1\n  %0 x parameter\n  takes x%0\n  x%0\n",
        ),
        (
            "let a = [1]\na[-1] = 2\na.push(3)",
            "module f0\n  %0 a let reassigned\n  let a%0 = [1]\n  a%0[-1] = 2\n  a%0.push<a%0>(3)\n",
        ),
        ("orElse(1, 2)", "module f0\n  (1 OrElse 2)\n"),
        ("agentCount", "module f0\n  agentList.length\n"),
        (
            "switch (1) { case 1: case 2: print(1); break; default: 3 }",
            "module f0\n  switch 1\n    1 | 2:\n      @print(1)\n    default:\n      3\n",
        ),
    ];
    let shown = |text| {
        let shown = print(&load_text(text).0);
        shown.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>()
    };
    compare(table.map(|(text, expected)| (text.to_owned(), shown(text), expected.to_owned())).into());
}

#[test]
fn long_rows_are_flat() {
    for text in [
        format!("1{}", "+1".repeat(200_000)),
        format!("let a = 1\na{}", ".b".repeat(100_000)),
        format!("let f = x => x\n1{}", " |> f".repeat(50_000)),
        format!("let a = 1\na{}", " && a ~&& a".repeat(50_000)),
        format!("let a = 1\na{}", " instanceof any".repeat(20_000)),
    ] {
        let mut sources = Sources::new();
        let file = sources.add("main.prism", text);
        let mut diagnostics = Diagnostics::new();
        let program = load(file, &mut sources, &super::Alone, Limits::RUN, &mut diagnostics);
        assert_eq!(program.modules.len(), 1);
    }
}

#[test]
fn nodes_are_small() {
    assert_eq!(size_of::<super::Expr>(), 48);
}
