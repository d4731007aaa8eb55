//! Numbers as sums of others, and what tests tell of such sums.
//!
//! A loop or a circle of calls ends when some sum of its variables falls by one or more each time and never below a bound:
//! `n - i`, `xs.length + ys.length`, `hi - lo`. Tests give the bounds, assignments and arguments the steps.

use super::domain::{Id, Integrity, Known, Number, Shape};
use super::flow::Flow;
use super::interval::{is_exact, keeps_exact};
use super::state::State;
use super::turns::EXACT;
use crate::hir::Binary;
use std::cmp::Ordering;

/// The most values in one sum.
const MOST_ATOMS: usize = 4;

/// Up to here a step of a number that is not whole loses nothing that counts.
const SMALL: f64 = 4_294_967_296.0;

/// How deep a proof goes.
const DEEPEST: u32 = 3;

/// The most lists put together whose lengths are added.
const MOST_JOINED: usize = 3;

/// The most relations that are kept.
pub(super) const MOST_RELATIONS: usize = 16;

/// A value, or the length of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Atom {
    /// Which value.
    pub id: Id,
    /// Whether it is its length that counts.
    pub length: bool,
}

/// A sum of values with whole factors, and a number.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// In order; those with factor 0 are not used.
    atoms: [(Atom, i32); MOST_ATOMS],
    /// What is added.
    #[serde(with = "super::witness::real")]
    pub constant: f64,
}

const UNUSED: (Atom, i32) = (Atom { id: Id::NONE, length: false }, 0);

impl Line {
    /// A number.
    pub fn constant(constant: f64) -> Self {
        Self { atoms: [UNUSED; MOST_ATOMS], constant }
    }

    /// A value, or its length.
    pub fn atom(id: Id, length: bool) -> Self {
        let mut line = Self::constant(0.0);
        line.atoms[0] = (Atom { id, length }, 1);
        line
    }

    /// Its values with their factors.
    pub fn atoms(&self) -> impl Iterator<Item = (Atom, i32)> + '_ {
        self.atoms.iter().copied().filter(|(_, factor)| *factor != 0)
    }

    /// Whether a value has a part in it.
    pub fn mentions(&self, id: Id) -> bool {
        self.atoms().any(|(atom, _)| atom.id == id)
    }

    /// `self + factor * other`; nothing when there are too many values, or the constant is too large to be exact.
    pub fn plus(&self, other: &Line, factor: i32) -> Option<Line> {
        let mut atoms = [UNUSED; MOST_ATOMS];
        let mut places = atoms.iter_mut();
        let used = |all: &[(Atom, i32); MOST_ATOMS], from: usize| {
            (from..MOST_ATOMS).find(|&at| all[at].1 != 0).unwrap_or(MOST_ATOMS)
        };
        let (mut mine, mut theirs) = (used(&self.atoms, 0), used(&other.atoms, 0));
        loop {
            let (own, more) = (self.atoms.get(mine), other.atoms.get(theirs));
            let order = match (own, more) {
                (Some((own, _)), Some((other, _))) => own.cmp(other),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let (own, more) = (own.filter(|_| order.is_le()), more.filter(|_| order.is_ge()));
            let by = more.map_or(Some(0), |(_, by)| by.checked_mul(factor))?;
            let sum = own.map_or(0, |(_, own)| *own).checked_add(by)?;
            if let Some((atom, _)) = own.or(more).filter(|_| sum != 0) {
                *places.next()? = (*atom, sum);
            }
            if order.is_le() {
                mine = used(&self.atoms, mine + 1);
            }
            if order.is_ge() {
                theirs = used(&other.atoms, theirs + 1);
            }
        }
        let constant = self.constant + f64::from(factor) * other.constant;
        (constant.abs() < EXACT).then_some(Line { atoms, constant })
    }

    /// So many times.
    pub fn times(&self, factor: i32) -> Option<Line> {
        if factor == 1 { Some(*self) } else { Line::constant(0.0).plus(self, factor) }
    }

    /// Under other identities.
    pub fn renamed(&self, to: &mut dyn FnMut(Id) -> Id) -> Line {
        let mut line = Line::constant(self.constant);
        for (atom, factor) in self.atoms() {
            let own = Line::atom(to(atom.id), atom.length);
            line = line.plus(&own, factor).unwrap_or(line);
        }
        line
    }
}

/// What a value can be at most and at least, and whether it is whole.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Range {
    /// At least.
    pub low: f64,
    /// At most.
    pub high: f64,
    /// Whether it is whole.
    pub whole: bool,
    /// Whether somebody else than the program chose it, and nothing keeps it small.
    pub chosen: bool,
    /// Whether it is made from lengths.
    pub sized: bool,
}

impl Flow<'_> {
    /// Takes note of how large a value can be; what was noted before holds as well, since tests may have been passed there
    /// that were not passed everywhere.
    pub fn note_range(&mut self, atom: Atom, range: Range) {
        let old = self.ranges.entry(atom).or_insert(range);
        *old = Range {
            low: old.low.min(range.low),
            high: old.high.max(range.high),
            whole: old.whole && range.whole,
            chosen: old.chosen || range.chosen,
            sized: old.sized && range.sized,
        };
    }

    /// A value as a sum, and takes note of how large what it is made of can be.
    pub fn line_of(&mut self, known: &Known) -> Option<Line> {
        let Shape::Number(number) = &known.shape else { return None };
        if let Some(line) = number.line {
            return Some(line);
        }
        let length = number.length_of.filter(|id| self.ranges.contains_key(&Atom { id: *id, length: true }));
        if let Some(x) = number.constant().filter(|_| length.is_none()) {
            return (x.abs() < EXACT).then(|| Line::constant(x));
        }
        let (id, length) = match number.length_of {
            Some(id) if id != Id::NONE => (id, true),
            _ => (known.id, false),
        };
        if id == Id::NONE {
            return None;
        }
        if length {
            let range = Range { low: 0.0, high: f64::INFINITY, whole: number.whole, chosen: false, sized: true };
            self.note_range(Atom { id, length }, range);
        } else {
            self.note_number(id, known);
        }
        Some(Line::atom(id, length))
    }

    /// Takes note of how large a number can be, under the name of a value.
    pub fn note_number(&mut self, id: Id, known: &Known) {
        let Some(&Number { low, high, whole, sized, .. }) = known.as_number() else { return };
        let chosen = !sized && known.integrity >= Integrity::Input;
        self.note_range(Atom { id, length: false }, Range { low, high, whole, chosen, sized });
    }

    /// The same at a point, where it is known how long it is at least.
    pub fn longest_here(&mut self, known: &Known) -> Vec<Line> {
        let least = match &known.shape {
            Shape::List(list) => list.low as f64,
            _ => f64::from(u8::from(known.filled)),
        };
        let mut all = self.longest_of(known);
        if all.len() > 1 {
            all.retain(|line| line.atoms().next().is_some() || line.constant >= least);
        }
        all
    }

    /// The sum that arithmetic gives, and what else is told of it here.
    pub fn summed(&mut self, binary: Binary, a: &Known, b: &Known, result: &mut Known, state: &State) {
        // What may be rounded is no sum of what it was made from.
        let Some(number) = result.as_number().filter(|number| keeps_exact(number)).cloned() else { return };
        let (Some(x), Some(y)) = (self.line_of(a), self.line_of(b)) else { return };
        let factor = |line: &Line| {
            let constant = line.atoms().next().is_none().then_some(line.constant)?;
            (constant.fract() == 0.0 && constant.abs() < 1e6 && constant != 0.0).then_some(constant as i32)
        };
        let line = match binary {
            Binary::Add => x.plus(&y, 1),
            Binary::Subtract => x.plus(&y, -1),
            Binary::Multiply => match (factor(&x), factor(&y)) {
                (Some(by), _) => y.times(by),
                (_, Some(by)) => x.times(by),
                _ => None,
            },
            Binary::Divide => {
                if let Some(by) = factor(&y).filter(|by| *by > 1 && x.atoms().next().is_some()) {
                    result.shape = Shape::Number(std::rc::Rc::new(Number { ratio: Some((x, by)), ..number }));
                }
                return;
            }
            _ => None,
        };
        let Some(line) = line.filter(|line| line.atoms().next().is_some()) else { return };
        let mut low = number.low;
        for relation in state.relations.iter() {
            if relation.atoms().eq(line.atoms()) {
                low = low.max(line.constant - relation.constant);
            }
        }
        result.shape = Shape::Number(std::rc::Rc::new(Number { low, line: Some(line), ..number }));
    }

    /// A number as a sum of whole numbers, divided by a whole one above 0: by 1 where it was not divided. What is divided is small
    /// enough that this loses nothing that a comparison with a whole number could tell.
    pub fn divided(&mut self, known: &Known) -> Option<(Line, i32)> {
        let (line, by) = match known.as_number()?.ratio {
            Some(ratio) => ratio,
            None => (self.line_of(known)?, 1),
        };
        let small = |range: &Range| by == 1 || range.low.abs() <= SMALL && range.high.abs() <= SMALL;
        let counts = line.atoms().all(|(atom, _)| {
            self.ranges.get(&atom).is_some_and(|range| range.whole && (atom.length || range.sized || small(range)))
        });
        (counts && line.constant.fract() == 0.0 && line.constant.abs() <= SMALL).then_some((line, by))
    }

    /// What is told of a number that was rounded, to be taken note of when it is there.
    pub fn rounded(&mut self, name: &str, x: &Known, id: Id) {
        let Some((line, by)) = x.as_number().and_then(|number| number.ratio) else { return };
        let whole = line.constant.fract() == 0.0
            && line.atoms().all(|(atom, _)| self.ranges.get(&atom).is_some_and(|range| range.whole));
        if !whole {
            return;
        }
        let own = Line::atom(id, false);
        let part = |factor: i32, of: i32, constant: i32| {
            let sum = line.times(of)?.plus(&own, factor)?;
            sum.plus(&Line::constant(f64::from(constant)), 1)
        };
        let sides = match name {
            // by * own <= line < by * own + by
            "floor" | "trunc" => [part(-by, 1, 0), part(by, -1, by - 1)],
            "ceil" => [part(by, -1, 0), part(-by, 1, by - 1)],
            _ => [part(-2 * by, 2, by), part(2 * by, -2, by)],
        };
        self.pending.extend(sides.into_iter().flatten());
    }

    /// A remainder is below what was divided by.
    pub fn remaining(&mut self, x: &Known, by: &Known, id: Id) {
        let (x, number) = (super::interval::numbers(x), super::interval::numbers(by));
        if x.whole
            && x.low >= 0.0
            && number.whole
            && number.low > 0.0
            && let Some(line) = self.line_of(by)
        {
            let below = line.plus(&Line::atom(id, false), -1);
            self.pending.extend(below.and_then(|below| below.plus(&Line::constant(1.0), -1)));
        }
    }

    /// What is told of the least or greatest of some numbers.
    pub fn picked(&mut self, all: &[Known], least: bool, id: Id) {
        for known in all {
            let own = Line::atom(id, false);
            if let Some(line) = self.line_of(known) {
                let side = if least { line.plus(&own, -1) } else { own.plus(&line, -1) };
                self.pending.extend(side);
            }
        }
    }

    /// What is told of the length of a list or text that is asked for it.
    pub fn asked_length(&mut self, known: &Known, state: &State) {
        if known.longest.is_none() || known.id == Id::NONE {
            return;
        }
        let all = self.longest_here(known);
        let most = all.iter().find(|most| {
            let more = |line: &Line| most.plus(line, -1).is_some_and(|more| self.never_negative(&more, state));
            all.iter().all(more)
        });
        self.pending.extend(most.and_then(|most| most.plus(&Line::atom(known.id, true), -1)));
    }

    /// What the length of a part of a list or text is no more than.
    pub fn cut(&mut self, name: &str, args: &[Known], state: &State) -> Option<std::rc::Rc<[Line]>> {
        let source = args.first()?;
        let all = self.longest_of(source);
        let from = args.get(1).filter(|_| {
            !matches!(name, "split" | "chunk" | "map" | "filter" | "sortBy" | "sort" | "toSorted" | "unique")
        });
        let from = from.and_then(|from| self.line_of(from));
        let to = args.get(2).map(|to| self.line_of(to));
        let nothing = Line::constant(0.0);
        let after = |from: &Line| {
            let rest: Option<Vec<Line>> = all.iter().map(|line| line.plus(from, -1)).collect();
            rest.map(|rest| rest.into_iter().chain([nothing]).collect::<Vec<Line>>())
        };
        let longest = match (name, from, to) {
            ("filter" | "sort" | "toSorted" | "sortBy" | "reverse" | "toReversed" | "map" | "trim" | "unique", ..) => {
                all
            }
            ("slice", None, None) if args.len() == 1 => all,
            // A part is no longer than one character, and behind the last separator there is one more.
            ("chunk" | "words" | "keys" | "values" | "entries" | "groupBy" | "countBy" | "mapValues", ..) => all,
            ("split" | "lines", ..) if args.get(1).is_none_or(|by| matches!(by.shape, Shape::Text(_))) => {
                return added(&all, 1.0);
            }
            ("concat", ..) if args.iter().all(|arg| arg.shape != Shape::Any) => {
                let lists: Vec<bool> = args.iter().map(|arg| matches!(arg.shape, Shape::List(_))).collect();
                return self.around(args, &lists).filter(|_| lists[0]);
            }
            ("slice", Some(from), Some(Some(to)))
                if to.atoms().next().is_none() && to.constant < 0.0 && self.never_negative(&from, state) =>
            {
                // So many before the end.
                let less: Option<Vec<Line>> = after(&from)?.iter().map(|line| line.plus(&to, 1)).collect();
                less?.into_iter().chain([nothing]).collect()
            }
            ("take", Some(count), None) if self.never_negative(&count, state) => vec![count],
            ("drop" | "slice" | "substring", Some(from), None) if self.never_negative(&from, state) => after(&from)?,
            ("slice" | "substring", Some(from), Some(Some(to)))
                if self.never_negative(&from, state) && self.never_negative(&to, state) =>
            {
                vec![to.plus(&from, -1)?, nothing]
            }
            _ => return None,
        };
        (!longest.is_empty()).then(|| longest.into())
    }

    /// The same for a list that is written out around others.
    pub fn around(&mut self, args: &[Known], spread: &[bool]) -> Option<std::rc::Rc<[Line]>> {
        let within: Vec<&Known> = args.iter().zip(spread).filter(|(_, spread)| **spread).map(|(arg, _)| arg).collect();
        let (first, others) = within.split_first().filter(|_| within.len() <= MOST_JOINED)?;
        let mut all = self.longest_of(first);
        for other in others {
            let more = self.longest_of(other);
            let sums = all.iter().flat_map(|line| more.iter().map(|more| line.plus(more, 1)));
            all = sums.collect::<Option<_>>()?;
        }
        added(&all, (args.len() - within.len()) as f64)
    }

    /// The same for a list that gets longer or shorter by so many.
    pub fn changed_by(&mut self, source: &Known, by: f64) -> Option<std::rc::Rc<[Line]>> {
        added(&self.longest_of(source), by)
    }

    /// What the length of a list or text is no more than: one of these.
    pub fn longest_of(&mut self, known: &Known) -> Vec<Line> {
        if let Some(longest) = &known.longest {
            return longest.to_vec();
        }
        match &known.shape {
            Shape::Text(text) => return vec![Line::constant(text.chars().count() as f64)],
            Shape::List(list) if list.high == Some(list.low) => return vec![Line::constant(list.low as f64)],
            Shape::Object(object) if let Some(most) = object.most_fields() => return vec![Line::constant(most as f64)],
            Shape::List(_) | Shape::Object(_) | Shape::Plain | Shape::Any => {}
            _ => return Vec::new(),
        }
        if known.id == Id::NONE {
            return Vec::new();
        }
        let range = Range { low: 0.0, high: f64::INFINITY, whole: true, chosen: false, sized: true };
        self.note_range(Atom { id: known.id, length: true }, range);
        if let Some(name) = known.size() {
            self.sizes.insert(known.id, name);
        }
        vec![Line::atom(known.id, true)]
    }

    /// How large a value of a sum can be here.
    pub fn range_of(&self, atom: Atom, state: &State) -> Range {
        let open = Range { low: f64::NEG_INFINITY, high: f64::INFINITY, whole: false, chosen: false, sized: false };
        let mut range = self.ranges.get(&atom).copied().unwrap_or(open);
        if atom.length {
            range.low = range.low.max(0.0);
            range.whole = true;
        }
        if let Some(learned) = state.learned.get(&atom.id) {
            let (low, high) = if atom.length { learned.length } else { learned.number };
            range.low = range.low.max(low);
            range.high = range.high.min(high);
        }
        range
    }

    /// The least that a sum can be here, by what is known of each value alone.
    pub fn floor(&self, line: &Line, state: &State) -> f64 {
        line.constant
            + line
                .atoms()
                .map(|(atom, factor)| {
                    let range = self.range_of(atom, state);
                    f64::from(factor) * if factor > 0 { range.low } else { range.high }
                })
                .sum::<f64>()
    }

    /// The most that a sum can be here by what is told of it and of so many sums more, each measured by what is known of its values
    /// alone.
    pub fn most_told(&self, line: &Line, state: &State, more: u32, alone: &dyn Fn(&Line) -> f64) -> f64 {
        let own = alone(line);
        if more == 0 || own.is_finite() && line.atoms().next().is_none() {
            return own;
        }
        // What is not negative may be added.
        let added = |(atom, factor): (Atom, i32)| {
            let telling = state.relations.iter().filter(move |told| told.atoms().any(|it| it == (atom, -factor)));
            telling.filter_map(|told| line.plus(told, 1))
        };
        let further = line.atoms().flat_map(added);
        further.map(|line| self.most_told(&line, state, more - 1, alone)).fold(own, f64::min)
    }

    /// The most that the greatest of some sums can be here; no bound where there is none of them.
    pub fn most_of(&self, sums: &[Line], state: &State) -> f64 {
        let alone = |line: &Line| line.times(-1).map_or(f64::INFINITY, |line| -self.floor(&line, state));
        sums.iter().map(|line| self.most_told(line, state, 2, &alone)).reduce(f64::max).unwrap_or(f64::INFINITY)
    }

    /// Whether a sum that falls by one in numbers falls by one in the machine's as well, or very nearly: its values are
    /// whole, or small enough that rounding takes next to nothing away.
    pub fn keeps_count(&self, line: &Line, state: &State) -> bool {
        line.atoms().all(|(atom, factor)| {
            let range = self.range_of(atom, state);
            let small = |x: f64| x.abs() <= SMALL;
            is_exact(range.low)
                && is_exact(range.high)
                && (range.whole || range.sized || factor.abs() == 1 && small(range.low) && small(range.high))
        })
    }

    /// Whether a sum is never below 0 here.
    pub fn never_negative(&self, line: &Line, state: &State) -> bool {
        let whole = line.constant.fract() == 0.0 && line.atoms().all(|(atom, _)| self.range_of(atom, state).whole);
        self.shown(line, 1, whole, state, 0)
    }

    fn shown(&self, line: &Line, scale: i32, whole: bool, state: &State, depth: u32) -> bool {
        // A whole number that is above -1 is not negative.
        let slack = if whole { f64::from(scale - 1) } else { 0.0 };
        if self.floor(line, state) + slack >= 0.0 {
            return true;
        }
        if depth >= DEEPEST {
            return false;
        }
        line.atoms().any(|(atom, factor)| {
            state.relations.iter().any(|relation| {
                let Some((_, given)) = relation.atoms().find(|(a, f)| *a == atom && f.signum() == factor.signum())
                else {
                    return false;
                };
                let (mine, theirs) = (given.abs(), factor.abs());
                let divisor = divisor(mine, theirs);
                let (mine, theirs) = (mine / divisor, theirs / divisor);
                let Some(scale) = scale.checked_mul(mine).filter(|scale| *scale < 1_000_000) else { return false };
                let rest = line.times(mine).and_then(|line| line.plus(relation, -theirs));
                rest.is_some_and(|rest| self.shown(&rest, scale, whole, state, depth + 1))
            })
        })
    }
}

/// Lengths that so many more are added to, or so many fewer; none is below 0.
fn added(all: &[Line], by: f64) -> Option<std::rc::Rc<[Line]>> {
    let moved: Option<Vec<Line>> = all.iter().map(|line| line.plus(&Line::constant(by), 1)).collect();
    let floor = (by < 0.0).then(|| Line::constant(0.0));
    moved.filter(|moved| !moved.is_empty()).map(|moved| moved.into_iter().chain(floor).collect())
}

fn divisor(a: i32, b: i32) -> i32 {
    if b == 0 { a.max(1) } else { divisor(b, a % b) }
}

impl Known {
    /// With the most that is known of its length, or of the number of its keys.
    pub fn no_longer(self, longest: Option<std::rc::Rc<[Line]>>) -> Known {
        match self.shape {
            Shape::List(_) | Shape::Object(_) => Known { longest, ..self },
            _ => self,
        }
    }
}

impl State {
    /// A sum is never below 0 from here on.
    pub fn relate(&mut self, line: Line) {
        if line.atoms().next().is_none() || self.relations.contains(&line) {
            return;
        }
        let relations = std::rc::Rc::make_mut(&mut self.relations);
        if relations.len() >= MOST_RELATIONS {
            relations.remove(0);
        }
        relations.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up() {
        let (a, b) = (Line::atom(Id(0, 1), false), Line::atom(Id(0, 2), false));
        let sum = a.plus(&b, -1).unwrap().plus(&Line::constant(3.0), 1).unwrap();
        assert_eq!(sum.plus(&b, 1), a.plus(&Line::constant(3.0), 1));
        assert!(sum.mentions(Id(0, 2)) && !sum.mentions(Id(0, 3)));
    }
}
