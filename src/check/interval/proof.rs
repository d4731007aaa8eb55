//! Bounds of numbers against the operators themselves: every pair of small boxes with every number of a grid in them, and
//! random boxes of all magnitudes. `PRISM_BOXES=10000000 cargo test --release interval::proof` looks at so many.

use super::*;
use crate::host::Seed;
use crate::value::{Value, operator};

/// What arithmetic there is.
const OPERATIONS: [Binary; 6] =
    [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Divide, Binary::Remainder, Binary::Power];

/// What the machine computes; nothing where it refuses.
fn run(binary: Binary, x: f64, y: f64) -> Option<f64> {
    let (a, b) = (Value::number(x), Value::number(y));
    let given = match binary {
        Binary::Add => operator::subtract(&a, &Value::number(-y)),
        Binary::Subtract => operator::subtract(&a, &b),
        Binary::Multiply => operator::multiply(&a, &b),
        Binary::Divide => operator::divide(&a, &b),
        Binary::Remainder => operator::remainder(&a, &b),
        _ => operator::power(&a, &b),
    };
    given.ok()?.as_number()
}

fn known(low: f64, high: f64, whole: bool) -> Known {
    Known::constant(Shape::Number(Rc::new(Number { low, high, whole, ..Number::any() })))
}

fn lies(x: f64, number: &Number) -> bool {
    let open = number.low == f64::NEG_INFINITY && number.high == f64::INFINITY;
    if x.is_nan() {
        return open && !number.whole;
    }
    number.low <= x && x <= number.high && (!number.whole || x.fract() == 0.0)
}

/// A box with some numbers in it.
struct Sample {
    known: Known,
    inside: Vec<f64>,
}

impl Sample {
    fn of(low: f64, high: f64, whole: bool, grid: &[f64]) -> Self {
        let fits = |x: &f64| low <= *x && *x <= high && (!whole || x.fract() == 0.0);
        Self { known: known(low, high, whole), inside: grid.iter().copied().filter(fits).collect() }
    }
}

impl Sample {
    /// Whether it has no bound on one side.
    fn is_open(&self) -> bool {
        let number = numbers(&self.known);
        number.low.is_infinite() || number.high.is_infinite()
    }
}

fn hold(a: &Sample, b: &Sample) -> Result<(), String> {
    for binary in OPERATIONS {
        let shape = arithmetic(binary, &a.known, &b.known);
        let Shape::Number(number) = &shape else { return Err(format!("{binary:?} gives {shape:?}")) };
        for (&x, &y) in a.inside.iter().flat_map(|x| b.inside.iter().map(move |y| (x, y))) {
            // What has no bound is as large as somebody can count, and whole as long as he does.
            let beyond = |given: &f64| given.is_infinite() && (a.is_open() || b.is_open());
            if let Some(given) = run(binary, x, y).filter(|given| !lies(*given, number) && !beyond(given)) {
                let (p, q) = (numbers(&a.known), numbers(&b.known));
                let text =
                    format!("[{}, {}] and [{}, {}], whole {} {}", p.low, p.high, q.low, q.high, p.whole, q.whole);
                return Err(format!("{x} {binary:?} {y} is {given}, in {text} give {number:?}"));
            }
        }
    }
    for least in [true, false] {
        let shape = extreme(&[a.known.clone(), b.known.clone()], least);
        let Shape::Number(number) = &shape else { return Err(format!("an extreme gives {shape:?}")) };
        for (&x, &y) in a.inside.iter().flat_map(|x| b.inside.iter().map(move |y| (x, y))) {
            let given = if least { x.min(y) } else { x.max(y) };
            if !lies(given, number) {
                return Err(format!("of {x} and {y}, least {least}, {given} is not in {number:?}"));
            }
        }
    }
    Ok(())
}

#[test]
fn small_boxes_hold_all_that_is_computed() {
    let ends = [f64::NEG_INFINITY, -3.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, f64::INFINITY];
    let grid: Vec<f64> = (-8..=8).map(|x| f64::from(x) / 2.0).chain([-1e300, 1e300]).collect();
    let mut boxes = Vec::new();
    for (at, &low) in ends.iter().enumerate() {
        for &high in &ends[at..] {
            if low <= f64::MAX && high >= f64::MIN {
                boxes.extend([false, true].map(|whole| Sample::of(low, high, whole, &grid)));
            }
        }
    }
    let wrong: Vec<String> = boxes.iter().flat_map(|a| boxes.iter().filter_map(|b| hold(a, b).err())).take(5).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A number of any magnitude, often at an edge.
fn some(random: &mut Seed) -> f64 {
    let edges = [0.0, 1.0, 2.0, 0.1, 1e-9, 1e9, 9_007_199_254_740_992.0, 1e18, 1e300, f64::MAX, f64::MIN_POSITIVE];
    let x = match random.bits() % 4 {
        0 => edges[(random.bits() >> 8) as usize % edges.len()],
        1 => ((random.bits() >> 8) % 2_000) as f64,
        2 => ((random.bits() >> 8) % 2_000_000) as f64 / 1_000.0,
        _ => f64::from_bits((random.bits() >> 2) & 0x7fef_ffff_ffff_ffff),
    };
    if random.bits() & 16 == 0 { x } else { -x }
}

fn any(random: &mut Seed) -> Sample {
    let whole = random.bits() & 32 == 0;
    let x = if whole { some(random).trunc() } else { some(random) };
    let y = match random.bits() >> 4 & 7 {
        0 => x,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        _ => some(random),
    };
    let (low, high) = (x.min(y), x.max(y));
    let mut inside = vec![low, high, x, 0.0, 1.0, -1.0, low.ceil(), high.floor(), low / 2.0 + high / 2.0];
    inside.extend([some(random), some(random).trunc()]);
    inside.retain(|x| x.is_finite());
    Sample::of(low, high, whole, &inside)
}

#[test]
fn boxes_of_all_magnitudes_hold_what_is_computed() {
    let count = std::env::var("PRISM_BOXES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let mut random = Seed::new(1);
    for at in 0..count {
        let (a, b) = (any(&mut random), any(&mut random));
        if let Err(why) = hold(&a, &b) {
            panic!("box {at}: {why}");
        }
    }
}
