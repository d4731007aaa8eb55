//! How time grows with the work: each line is one kind of work, at a size and at twice and four times that. What is linear
//! takes the same time a piece.

use super::{compile, limits, run};

const KINDS: &[(&str, &str)] = &[
    ("pushes", "const xs = []\nfor i in 0..N { xs.push(i) }\nxs.length"),
    ("text appends", "let s = \"\"\nfor i in 0..N { s += \"ab\" }\ns.length"),
    ("path writes", "const o = { a: [{ b: 0 }, { b: 0 }] }\nfor i in 0..N { o.a[i % 2].b += 1 }\no.a[0].b + o.a[1].b"),
    (
        "object insertions",
        "const o = {}\nfor i in 0..N { o[\"key\" + i] = i }\nlet sum = 0\nfor i in 0..N { sum += o[\"key\" + i] }\nsum",
    ),
    ("pushes in a closure", "const xs = []\nfn add(x) { xs.push(x) }\nfor i in 0..N { add(i) }\nxs.length"),
    (
        "reads through a call",
        "fn at(xs, i) { return xs[i] }\nconst xs = range(N).map(x => x)\nlet sum = 0\nfor i in 0..N { sum += at(xs, i) }\nsum",
    ),
    (
        "reads in a closure",
        "const xs = range(N).map(x => x)\nconst at = i => xs[i]\nlet sum = 0\nfor i in 0..N { sum += at(i) }\nsum",
    ),
    (
        "a hundred tasks",
        "const xs = range(N).map(x => x)\nconst tasks = range(100).map(k => () => xs[k] + xs.length)\nparallel(tasks).length * N / 100",
    ),
    (
        "a queue",
        "const xs = []\nfor i in 0..N { xs.push(i) }\nlet sum = 0\nwhile xs.length > 0 { sum += xs.shift() }\nsum",
    ),
    ("a list that grows and is read", "const xs = [0]\nfor i in 0..N { xs.push(xs[i] + 1) }\nxs[N]"),
];

/// Prints the curves: nanoseconds a piece.
pub(crate) fn show() {
    println!("{:32}{:>12}{:>12}{:>12}", "nanoseconds a piece, of", "250,000", "500,000", "1,000,000");
    for (name, text) in KINDS {
        print!("{name:32}");
        for size in [250_000, 500_000, 1_000_000] {
            let program = compile(name, &text.replace('N', &size.to_string()));
            let took = (0..3).map(|_| run(&program, limits()).1).fold(f64::INFINITY, f64::min);
            print!("{:>12.0}", took * 1e6 / f64::from(size));
        }
        println!();
    }
}
