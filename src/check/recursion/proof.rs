//! The decisions against an enumeration that shares nothing with them: matrices instead of arrows, closed under
//! composition by brute force. `PRISM_PROGRAMS=1000000 cargo test --release recursion::proof` looks at so many sets of
//! calls, `PRISM_SEED=n` at one.

use super::*;
use crate::host::Seed;

/// From parameter to argument: 0 nothing, 1 no larger, 2 smaller.
type Matrix = [[u8; 3]; 3];

/// Calls from one of three functions to another.
type Calls = Vec<(usize, usize, Matrix)>;

fn after(first: &Matrix, second: &Matrix) -> Matrix {
    let mut both = [[0; 3]; 3];
    for (a, row) in both.iter_mut().enumerate() {
        for (c, cell) in row.iter_mut().enumerate() {
            let ways = (0..3).filter(|&b| first[a][b] > 0 && second[b][c] > 0).map(|b| first[a][b].max(second[b][c]));
            *cell = ways.max().unwrap_or(0);
        }
    }
    both
}

/// Whether every endless chain of calls would make something smaller for ever.
fn ends(calls: &Calls) -> bool {
    let mut chains: BTreeSet<(usize, usize, Matrix)> = calls.iter().copied().collect();
    loop {
        let before = chains.len();
        let old: Vec<_> = chains.iter().copied().collect();
        for (from, middle, first) in &old {
            for (start, to, second) in &old {
                if middle == start {
                    chains.insert((*from, *to, after(first, second)));
                }
            }
        }
        if chains.len() == before {
            break;
        }
    }
    chains.iter().all(|(from, to, chain)| {
        from != to || after(chain, chain) != *chain || (0..3).any(|parameter| chain[parameter][parameter] == 2)
    })
}

/// Random calls among functions that all lie on circles with the first.
fn calls(seed: u64) -> Calls {
    let mut random = Seed::new(seed);
    let mut roll = |sides: u64| (random.bits() >> 20) % sides;
    let (functions, parameters) = (1 + roll(3) as usize, 1 + roll(3) as usize);
    let arrows = 2 + roll(4);
    let mut all = Calls::new();
    for _ in 0..1 + roll(5) {
        let mut graph = [[0; 3]; 3];
        for row in graph.iter_mut().take(parameters) {
            for cell in row.iter_mut().take(parameters) {
                *cell = if roll(arrows) == 0 { 1 + roll(2) as u8 } else { 0 };
            }
        }
        all.push((roll(functions as u64) as usize, roll(functions as u64) as usize, graph));
    }
    let reaches = |from: usize, to: usize| {
        let mut seen = BTreeSet::from([from]);
        let mut stack = vec![from];
        while let Some(at) = stack.pop() {
            for (_, next, _) in all.iter().filter(|(start, ..)| *start == at) {
                if seen.insert(*next) {
                    stack.push(*next);
                }
            }
        }
        seen.contains(&to)
    };
    let on_circle = |f: usize| reaches(0, f) && reaches(f, 0);
    let kept: Vec<bool> = (0..3).map(on_circle).collect();
    all.into_iter().filter(|(from, to, _)| kept[*from] && kept[*to]).collect()
}

fn arrows_of(matrix: &Matrix) -> Vec<((u8, u8), bool)> {
    let cells = (0..3u8).flat_map(|a| (0..3u8).map(move |b| (a, b)));
    cells
        .filter_map(|(a, b)| Some(((a, b), matrix[a as usize][b as usize])).filter(|c| c.1 > 0))
        .map(|(at, x)| (at, x == 2))
        .collect()
}

fn look(seed: u64) -> Result<(), String> {
    let calls = calls(seed);
    if calls.is_empty() {
        return Ok(());
    }
    let mut edges = Edges::new();
    let mut members = BTreeSet::new();
    for (from, to, matrix) in &calls {
        let at = (FunctionId(*from as u32), FunctionId(*to as u32));
        members.extend([at.0, at.1]);
        edges.entry(at).or_default().insert(arrows_of(matrix));
    }
    let wanted = if ends(&calls) { Verdict::Ends } else { Verdict::MayNot };
    let mut got = vec![decide_among(&edges, &members, &mut 0)];
    if members.len() == 1 {
        got.push(decide(&edges.values().flatten().cloned().collect(), &mut 0));
    }
    let wrong = got.iter().any(|verdict| *verdict != wanted);
    if wrong { Err(format!("PRISM_SEED={seed}: {calls:?}\nwanted {wanted:?}, got {got:?}")) } else { Ok(()) }
}

#[test]
fn decisions_are_those_of_an_enumeration() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("PRISM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("PRISM_PROGRAMS").unwrap_or(400),
    };
    let wrong: Vec<String> = seeds.filter_map(|seed| look(seed).err()).take(3).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
