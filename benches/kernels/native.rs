//! The kernels in Rust. What a compiler could work out without running it is hidden from it.

#![allow(
    clippy::same_item_push,
    clippy::needless_range_loop,
    clippy::excessive_precision,
    reason = "each kernel does the same work in every language, step by step"
)]

use std::collections::HashMap;
use std::hint::black_box;

/// A kernel, which gives the number that it comes to.
pub(crate) type Kernel = fn() -> f64;

/// All of them by name, in the order of the table.
pub(crate) const KERNELS: &[(&str, Kernel)] = &[
    ("fib", fib),
    ("collatz", collatz),
    ("mandel", mandel),
    ("sieve", sieve),
    ("words", words),
    ("closures", closures),
    ("props", props),
    ("mapkeys", mapkeys),
    ("nbody", nbody),
    ("conf", conf),
    ("panel", panel),
];

fn fib() -> f64 {
    #[inline(never)]
    fn fib(n: f64) -> f64 {
        if n < 2.0 { n } else { fib(black_box(n) - 1.0) + fib(n - 2.0) }
    }
    fib(black_box(32.0))
}

fn collatz() -> f64 {
    let mut total = 0u64;
    for i in 1..black_box(300_000u64) {
        let mut n = i;
        while n != 1 {
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            total += 1;
        }
    }
    total as f64
}

fn mandel() -> f64 {
    let mut total = 0u64;
    for y in 0..black_box(400) {
        for x in 0..400 {
            let (a, b) = (f64::from(x) / 200.0 - 1.5, f64::from(y) / 200.0 - 1.0);
            let (mut zr, mut zi, mut i) = (0.0, 0.0, 0);
            while i < 50 && zr * zr + zi * zi < 4.0 {
                let t = zr * zr - zi * zi + a;
                zi = 2.0 * zr * zi + b;
                zr = t;
                i += 1;
            }
            total += i;
        }
    }
    total as f64
}

fn sieve() -> f64 {
    let n = black_box(2_000_000usize);
    let mut composite = Vec::new();
    for _ in 0..=n {
        composite.push(false);
    }
    let mut count = 0;
    for i in 2..=n {
        if !composite[i] {
            count += 1;
            let mut j = i * i;
            while j <= n {
                composite[j] = true;
                j += i;
            }
        }
    }
    f64::from(count)
}

fn words() -> f64 {
    let mut all = Vec::new();
    let mut seed = black_box(42u64);
    for _ in 0..1_000_000 {
        seed = seed * 16_807 % 2_147_483_647;
        all.push(format!("w{}", seed % 5000));
    }
    let text = all.join(" ");
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for word in text.split(' ') {
        *counts.entry(word).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or_default();
    let keys: Vec<&str> = counts.keys().copied().collect();
    (keys.join(",").len() as u64 + most + text.len() as u64) as f64
}

fn closures() -> f64 {
    let xs: Vec<f64> = (0..black_box(1_000_000)).map(f64::from).collect();
    let k = black_box(3.0);
    let mut total = 0.0;
    for turn in 0..5 {
        let mapped: Vec<f64> = xs.iter().map(|x| x * k + f64::from(turn)).collect();
        let even: Vec<f64> = black_box(mapped).into_iter().filter(|x| (*x as u64).is_multiple_of(2)).collect();
        total += black_box(even).iter().fold(0.0, |sum, x| sum + x);
    }
    total
}

struct Point {
    x: f64,
    y: f64,
    z: f64,
}

fn props() -> f64 {
    let mut p = Box::new(Point { x: 0.0, y: 1.0, z: 2.0 });
    for _ in 0..2_000_000 {
        let p = black_box(&mut p);
        p.x += p.y;
        p.y = p.z - p.y;
    }
    p.x + p.y
}

fn mapkeys() -> f64 {
    let mut o: HashMap<String, f64> = HashMap::new();
    for i in 0..black_box(1_000_000u32) {
        *o.entry(format!("key{}", i * 7 % 50_000)).or_default() += f64::from(i);
    }
    o.values().map(|v| v % 1000.0).sum::<f64>() + o.len() as f64
}

#[derive(Clone, Copy)]
struct Planet {
    at: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

const PLANETS: [Planet; 5] = [
    Planet { at: [0.0; 3], speed: [0.0; 3], mass: 39.47841760435743 },
    Planet {
        at: [4.841_431_442_464_721, -1.160_320_044_027_428_4, -0.103_622_044_471_123_11],
        speed: [0.606326392995832, 2.81198684491626, -0.02521836165988763],
        mass: 0.03769367487038949,
    },
    Planet {
        at: [8.343_366_718_244_58, 4.124_798_564_124_305, -0.403_523_417_114_321_4],
        speed: [-1.01077434617879, 1.82566237123041, 0.00841576137658415],
        mass: 0.011286326131968767,
    },
    Planet {
        at: [12.894_369_562_139_13, -15.111_151_401_698_631, -0.223_307_578_892_655_73],
        speed: [1.08279100644154, 0.868713018169608, -0.010832637401363636],
        mass: 0.0017237240570597112,
    },
    Planet {
        at: [15.379_697_114_850_917, -25.919_314_609_987_964, 0.179_258_772_950_371_18],
        speed: [0.979090732243898, 0.594698998647676, -0.034755955550407395],
        mass: 0.0020336868699246304,
    },
];

fn nbody() -> f64 {
    let mut bodies = black_box(PLANETS);
    for _ in 0..500_000 {
        for i in 0..5 {
            for j in i + 1..5 {
                let d: [f64; 3] = std::array::from_fn(|k| bodies[i].at[k] - bodies[j].at[k]);
                let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                let magnitude = 0.01 / (square * square.sqrt());
                let (mi, mj) = (bodies[i].mass * magnitude, bodies[j].mass * magnitude);
                for k in 0..3 {
                    bodies[i].speed[k] -= d[k] * mj;
                    bodies[j].speed[k] += d[k] * mi;
                }
            }
        }
        for body in &mut bodies {
            for k in 0..3 {
                body.at[k] += 0.01 * body.speed[k];
            }
        }
    }
    ((bodies[0].at[0] + bodies[1].at[1]) * 1e9 + 0.5).floor()
}

/// A number and how sure it is, in steps of a billionth.
#[derive(Clone, Copy)]
struct Sure {
    value: f64,
    confidence: u32,
}

impl Sure {
    fn new(value: f64, confidence: f64) -> Self {
        Self { value, confidence: (confidence * 1e9 + 0.5) as u32 }
    }
}

impl std::ops::Add for Sure {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, confidence: self.confidence.min(other.confidence) }
    }
}

fn conf() -> f64 {
    let (mut high, mut medium, mut low) = (0u64, 0u64, 0u64);
    for i in 0..black_box(5_000_000u32) {
        let seen = Sure::new(f64::from(i), f64::from(i % 97) / 96.0);
        let known = Sure::new(1.0, f64::from(i % 89) / 88.0);
        let both = black_box(seen + known);
        match both.confidence {
            700_000_000.. => high += 1,
            500_000_000.. => medium += 1,
            _ => low += 1,
        }
    }
    (high * 4 + medium * 2 + low) as f64
}

fn consensus(results: &[Sure]) -> Sure {
    let mut groups: Vec<(f64, u64, u64)> = Vec::new();
    let mut whole = 0;
    for result in results {
        whole += u64::from(result.confidence);
        match groups.iter_mut().find(|group| group.0 == result.value) {
            Some(group) => (group.1, group.2) = (group.1 + u64::from(result.confidence), group.2 + 1),
            None => groups.push((result.value, u64::from(result.confidence), 1)),
        }
    }
    let mut best: Option<(f64, u64, u64)> = None;
    for group in groups {
        if group.1 > best.map_or(0, |best| best.1) {
            best = Some(group);
        }
    }
    let Some((value, weight, count)) = best else { return Sure { value: 0.0, confidence: 0 } };
    let (over, under) = (u128::from(weight) * u128::from(weight), u128::from(whole) * u128::from(count));
    Sure { value, confidence: ((over * 2 + under) / (under * 2)) as u32 }
}

fn panel() -> f64 {
    let panels: Vec<Vec<Sure>> = (0..64u32)
        .map(|p| {
            let answer = |i: u32| Sure {
                value: f64::from((i * 7 + p * 3) % 5),
                confidence: (i * 13 + p * 29) % 101 * 10_000_000,
            };
            (0..15).map(answer).collect()
        })
        .collect();
    let mut total = 0.0;
    for turn in 0..200_000 {
        let agreed = consensus(black_box(&panels[turn % 64]));
        total += agreed.value * 10.0 + f64::from(agreed.confidence / 1_000_000);
    }
    total
}
