//! How fast programs run: the same work in Prism, in Rust, and in the languages people would have used instead.
//!
//! `cargo bench --bench kernels` runs all there is; words behind `--` choose kernels by name, `--rounds N` says how often
//! (the best counts), `--alone` leaves the peers out, `--growth` shows how time grows with the work. A peer that is not
//! installed is left out: `apt-get install lua5.4 luajit nodejs python3` installs all of them.

mod growth;
mod native;

use prism::diagnostic::Diagnostics;
use prism::engine::{Checked, Compiled, Drive};
use prism::hir::{self, Alone, FunctionId};
use prism::host::{Directory, Request};
use prism::source::Sources;
use prism::syntax;
use prism::value::{Limits, Value};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The first ten count for the mean.
const COUNTED: usize = 10;

struct Peer {
    name: &'static str,
    command: &'static [&'static str],
    extension: &'static str,
}

const PEERS: &[Peer] = &[
    Peer { name: "lua 5.4", command: &["lua5.4", "-l", "prelude"], extension: "lua" },
    Peer { name: "luajit", command: &["luajit", "-l", "prelude"], extension: "lua" },
    Peer { name: "luajit -joff", command: &["luajit", "-joff", "-l", "prelude"], extension: "lua" },
    Peer { name: "node", command: &["node", "-r", "./prelude.js"], extension: "js" },
    Peer { name: "python", command: &["python3", "prelude.py"], extension: "py" },
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/kernels")
}

/// The milliseconds of processor time that this thread has used.
pub(crate) fn used() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("the kernel counts processor time");
    text.split(' ').next().and_then(|first| first.parse::<f64>().ok()).expect("a number of nanoseconds") / 1e6
}

/// Limits that no kernel meets.
pub(crate) fn limits() -> Limits {
    Limits { steps: 1 << 50, memory: 4 << 30, list: 1 << 24, object: 1 << 24, text: 1 << 30, ..Limits::RUN }
}

/// A program ready to run.
pub(crate) fn compile(name: &str, text: &str) -> (Compiled, FunctionId) {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let file = sources.add(name, text);
    let program = Arc::new(hir::load(file, &mut sources, &Alone, syntax::Limits::RUN, &mut diagnostics));
    let entry = hir::entry(&program, None).expect("an entry");
    let checked = Checked::new(program, &diagnostics).unwrap_or_else(|| panic!("{name}: {diagnostics:?}"));
    (checked.compile(&mut diagnostics), entry)
}

/// The result of a program and the milliseconds it took.
pub(crate) fn run((program, entry): &(Compiled, FunctionId), limits: Limits) -> (Value, f64) {
    let directory = Arc::new(Directory::new());
    let mut drive = Drive::new(program, limits, directory.clone(), Value::NULL);
    let before = used();
    let ended = drive.run(program, *entry, &Value::NULL, &directory, &mut |_: &Request| {});
    let took = used() - before;
    (ended.unwrap_or_else(|failure| panic!("{}", failure.message())), took)
}

/// A number and the milliseconds it took.
type Took = (f64, f64);

fn prism(name: &str) -> Took {
    let text = std::fs::read_to_string(folder().join(format!("{name}.prism"))).expect("the kernel");
    let (value, took) = run(&compile(name, &text), limits());
    (value.as_number().expect("a number"), took)
}

fn peer(peer: &Peer, name: &str) -> Option<Took> {
    let own = format!("{name}.{}.{}", peer.command[0], peer.extension);
    let script = if folder().join(&own).exists() { own } else { format!("{name}.{}", peer.extension) };
    let (first, rest) = peer.command.split_first()?;
    let output = Command::new(first).args(rest).arg(&script).current_dir(folder()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(result)), Some(Ok(took))) => Some((result, took)),
        _ => panic!("{} {script}: {text}{}", peer.name, String::from_utf8_lossy(&output.stderr)),
    }
}

fn best(rounds: usize, mut run: impl FnMut() -> Took) -> Took {
    let mut all = (0..rounds).map(|_| run());
    let first = all.next().expect("a round");
    all.fold(first, |(result, least), (other, took)| {
        assert_eq!(result, other, "the same work gives the same");
        (result, least.min(took))
    })
}

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let mut flag = |name: &str| words.iter().position(|word| word == name).map(|at| words.remove(at)).is_some();
    let (alone, grows) = (flag("--alone"), flag("--growth"));
    let mut rounds = 5;
    if let Some(at) = words.iter().position(|word| word == "--rounds") {
        rounds = words.get(at + 1).and_then(|word| word.parse().ok()).expect("--rounds takes a number");
        words.drain(at..at + 2);
    }
    if grows {
        return growth::show();
    }
    let peers: Vec<&Peer> = PEERS.iter().filter(|peer| !alone && is_there(peer)).collect();
    let width = 13;
    print!("{:10}{:>width$}{:>width$}", "kernel", "native ms", "prism");
    peers.iter().for_each(|peer| print!("{:>width$}", peer.name));
    println!();
    let mut ratios: Vec<Vec<f64>> = vec![Vec::new(); 1 + peers.len()];
    let mut behind = Vec::new();
    for (index, (name, native)) in native::KERNELS.iter().enumerate() {
        if !words.is_empty() && !words.iter().any(|word| word == name) {
            continue;
        }
        let timed = || {
            let before = used();
            let result = native();
            (result, used() - before)
        };
        let (wanted, least) = best(rounds, timed);
        let mut row = vec![best(rounds, || prism(name))];
        row.extend(peers.iter().map(|it| best(rounds.min(3), || peer(it, name).expect("the peer is there"))));
        print!("{name:10}{least:>width$.1}");
        for (at, (result, took)) in row.iter().enumerate() {
            assert_eq!(*result, wanted, "{name}: the same work gives the same");
            print!("{:>width$.1}", took / least);
            if index < COUNTED {
                ratios[at].push(took / least);
            }
        }
        println!();
        let faster = row[1..].iter().zip(&peers).filter(|((_, took), _)| *took < row[0].1);
        let faster: Vec<&str> = faster.map(|(_, peer)| peer.name).collect();
        if !faster.is_empty() {
            behind.push(format!("{name} behind {}", faster.join(", ")));
        }
    }
    print!("{:10}{:>width$}", "mean", "1.0");
    for all in &ratios {
        let mean = (all.iter().map(|ratio| ratio.ln()).sum::<f64>() / all.len().max(1) as f64).exp();
        print!("{mean:>width$.1}");
    }
    println!("\n{}", behind.join("\n"));
}

fn is_there(peer: &Peer) -> bool {
    Command::new(peer.command[0]).arg(if peer.extension == "lua" { "-v" } else { "--version" }).output().is_ok()
}
