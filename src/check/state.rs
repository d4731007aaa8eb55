//! What is known at a point of the program: what tests have told of values, and what memory holds.

use super::chart::{Chart, Key};
use super::domain::{
    Callee, Cap, CellId, Claim, Fact, Id, Known, Nothing, Null, Number, Passed, Raw, SURE, Shape, Why,
};
use super::few::{Few, Sides};
use super::line::Line;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What tests have told of one value.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Learned {
    /// Its confidence is at least this; 0 when nothing is known.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub low: Raw,
    /// Its confidence is at most this.
    #[serde(deserialize_with = "super::claim::on_scale")]
    pub high: Raw,
    /// Whether its confidence is known.
    pub known: Option<bool>,
    /// Whether it is null.
    pub null: Option<bool>,
    /// Whether it is true.
    pub truth: Option<bool>,
    /// Whether its number is whole.
    pub whole: bool,
    /// Its number is at least and at most this.
    #[serde(with = "super::witness::reals")]
    pub number: (f64, f64),
    /// Its length is at least and at most this.
    #[serde(with = "super::witness::reals")]
    pub length: (f64, f64),
}

impl Default for Learned {
    fn default() -> Self {
        let any = (f64::NEG_INFINITY, f64::INFINITY);
        Self { low: 0, high: SURE, known: None, null: None, truth: None, whole: false, number: any, length: any }
    }
}

impl Learned {
    fn add(&mut self, fact: Fact) {
        match fact {
            Fact::Never | Fact::Holds(_) => {}
            Fact::AtLeast(_, threshold) => {
                self.low = self.low.max(threshold);
                self.known = Some(true);
            }
            Fact::Below(_, threshold) => self.high = self.high.min(threshold.saturating_sub(1)),
            Fact::Unknown(_) => self.known = Some(false),
            Fact::Known(_) => self.known = Some(true),
            Fact::Null(_) => self.null = Some(true),
            Fact::Present(_) => self.null = Some(false),
            Fact::True(_) => self.truth = Some(true),
            Fact::False(_) => self.truth = Some(false),
            Fact::Whole(_) => self.whole = true,
            Fact::From(_, x) => self.number.0 = self.number.0.max(x),
            Fact::To(_, x) => self.number.1 = self.number.1.min(x),
            Fact::LengthFrom(_, x) => self.length.0 = self.length.0.max(x),
            Fact::LengthTo(_, x) => self.length.1 = self.length.1.min(x),
        }
    }

    /// Both are known.
    pub fn meet(&mut self, other: Self) {
        self.low = self.low.max(other.low);
        self.high = self.high.min(other.high);
        self.known = other.known.or(self.known);
        self.null = other.null.or(self.null);
        self.truth = other.truth.or(self.truth);
        self.whole |= other.whole;
        self.number = (self.number.0.max(other.number.0), self.number.1.min(other.number.1));
        self.length = (self.length.0.max(other.length.0), self.length.1.min(other.length.1));
    }

    fn join(self, other: Self) -> Self {
        let same = |a: Option<bool>, b| if a == b { a } else { None };
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            known: same(self.known, other.known),
            null: same(self.null, other.null),
            truth: same(self.truth, other.truth),
            whole: self.whole && other.whole,
            number: (self.number.0.min(other.number.0), self.number.1.max(other.number.1)),
            length: (self.length.0.min(other.length.0), self.length.1.max(other.length.1)),
        }
    }
}

/// What memory holds, and where it speaks of which values, so that it need not be searched for one.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    held: Chart<CellId, Known>,
    /// Cells that stand for several, of which nobody knows which is meant.
    several: Chart<CellId, ()>,
    /// Where something is held that is a value, is a part of it, is measured by it or tells about it; other cells may be
    /// among them.
    spoken: Chart<Id, Chart<CellId, ()>>,
}

impl Memory {
    /// What a place holds.
    pub fn get(&self, cell: &CellId) -> Option<&Known> {
        self.held.get(cell)
    }

    /// Whether a place holds something.
    pub fn contains_key(&self, cell: &CellId) -> bool {
        self.held.contains_key(cell)
    }

    /// Puts something into a place.
    pub fn insert(&mut self, cell: CellId, known: Known) {
        known.speaks_of(&mut |id| {
            if id != Id::NONE && !self.spoken.get(&id).is_some_and(|cells| cells.contains_key(&cell)) {
                self.spoken.update(id, |cells| cells.insert(cell, ()));
            }
        });
        self.held.insert(cell, known);
    }

    /// A cell stands for several from now on.
    pub fn multiply(&mut self, cell: CellId) {
        self.several.insert(cell, ());
    }

    /// Whether a cell stands for several.
    pub fn is_several(&self, cell: &CellId) -> bool {
        self.several.contains_key(cell)
    }

    /// Cells that nobody can get at any more.
    pub fn drop(&mut self, cell: &CellId) {
        self.held.remove(cell);
        self.several.remove(cell);
    }

    /// All places and what they hold.
    pub fn iter(&self) -> impl Iterator<Item = (&CellId, &Known)> {
        self.held.iter()
    }

    /// The cells that can be got at from these values, directly or through others.
    pub fn reached<'a>(&'a self, from: impl Iterator<Item = &'a Known>) -> BTreeSet<CellId> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&Known> = from.collect();
        while let Some(known) = waiting.pop() {
            known.cells(&mut |cell| {
                if reached.insert(cell) {
                    waiting.extend(self.get(&cell));
                }
            });
        }
        reached
    }

    /// What the places hold that hold something else in another.
    pub fn beyond(&self, other: &Memory) -> Vec<(CellId, &Known)> {
        self.held.beyond(&other.held)
    }

    fn join(&self, other: &Memory) -> Memory {
        let mut held = self.held.union(&other.held, &mut |a, b| a.join(b));
        for (one, another) in [(self, other), (other, self)] {
            let alone = one.beyond(another).into_iter().filter(|(cell, _)| !another.contains_key(cell));
            for (cell, known) in alone {
                if let Some(unwritten) = unwritten(cell) {
                    held.insert(cell, known.join(&unwritten));
                }
            }
        }
        let mut both = |(): &(), (): &()| ();
        Memory {
            held,
            several: self.several.union(&other.several, &mut both),
            spoken: self.spoken.union(&other.spoken, &mut |a, b| a.union(b, &mut both)),
        }
    }

    /// Nothing that is held is this value any more, or tells of it.
    fn forget(&mut self, id: Id) {
        let Some(cells) = self.spoken.get(&id).cloned() else { return };
        self.spoken.remove(&id);
        for (&cell, ()) in cells.iter() {
            if let Some(detached) = self.held.get(&cell).filter(|known| known.speaks(id)).map(Known::detached) {
                self.held.insert(cell, detached);
            }
        }
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.held == other.held && self.several == other.several
    }
}

impl serde::Serialize for Memory {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let several: Vec<&CellId> = self.several.iter().map(|(cell, ())| cell).collect();
        serde::Serialize::serialize(&(&self.held, several), serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Memory {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut memory = Memory::default();
        let (held, several) = <(Vec<(CellId, Known)>, Vec<CellId>) as serde::Deserialize>::deserialize(deserializer)?;
        held.into_iter().for_each(|(cell, known)| memory.insert(cell, known));
        several.into_iter().for_each(|cell| memory.multiply(cell));
        Ok(memory)
    }
}

impl Key for Id {
    type Bits = u64;

    fn bits(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.1)
    }
}

impl Key for CellId {
    type Bits = u128;

    fn bits(self) -> u128 {
        match self {
            CellId::Cell(id) => id.bits().into(),
            CellId::Global(global) => 1 << 64 | u128::from(global.0),
            CellId::Slot(frame, slot) => 2 << 64 | u128::from(Id(frame, slot).bits()),
        }
    }
}

/// What is known at a point.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// What tests have told on every way here.
    pub learned: Chart<Id, Learned>,
    /// What cells, globals and slots hold.
    pub memory: Memory,
    /// Sums that are never below 0.
    pub relations: Rc<Vec<Line>>,
}

/// What a variable is that was not written on a way; a cell is not there before it is made.
fn unwritten(cell: CellId) -> Option<Known> {
    matches!(cell, CellId::Slot(..) | CellId::Global(_)).then(Known::null)
}

impl State {
    /// Takes in what a test told.
    pub fn learn(&mut self, facts: &[Fact]) {
        for &fact in facts {
            if let Fact::Holds(line) = fact {
                self.relate(line);
            }
            let mut alone = Learned::default();
            alone.add(fact);
            // Of what is told nothing, nothing is kept, as where two ways meet.
            if fact.about() != Id::NONE && alone != Learned::default() {
                self.learned.update(fact.about(), |learned| learned.add(fact));
            }
        }
    }

    /// What is known when either is.
    pub fn join(&self, other: &State) -> State {
        let learned = self.learned.common(&other.learned, &mut |a, b| {
            let both = a.join(*b);
            (both != Learned::default()).then_some(both)
        });
        let relations = if Rc::ptr_eq(&self.relations, &other.relations) || self.relations == other.relations {
            self.relations.clone()
        } else {
            Rc::new(self.relations.iter().filter(|line| other.relations.contains(line)).copied().collect())
        };
        State { learned, memory: self.memory.join(&other.memory), relations }
    }

    /// Puts a value into memory; the old one is gone, unless the place stands for several.
    pub fn write(&mut self, cell: CellId, known: Known, several: bool) {
        let value = match self.memory.get(&cell) {
            Some(old) if several || self.memory.is_several(&cell) => old.join(&known),
            _ => known,
        };
        self.memory.insert(cell, value);
    }

    /// A value is about to be made anew at a place: what was learned of the last one made there holds no longer, and what
    /// memory holds is not this one.
    pub fn forget(&mut self, id: Id) {
        self.learned.remove(&id);
        if self.relations.iter().any(|line| line.mentions(id)) {
            Rc::make_mut(&mut self.relations).retain(|line| !line.mentions(id));
        }
        self.memory.forget(id);
    }

    /// A value with all that tests have told of it.
    pub fn refine(&self, known: &Known) -> Known {
        self.refined(known).into_owned()
    }

    /// The same of a value that is only looked at.
    pub fn refined<'k>(&self, known: &'k Known) -> Cow<'k, Known> {
        let learned = self.learned.get(&known.id);
        let least = self.least_told(&known.parts);
        let believed = self.believed(known.cap);
        if learned.is_none() && least == 0 && believed == known.cap.bound {
            return Cow::Borrowed(known);
        }
        let mut result = known.clone();
        result.cap.bound = believed;
        if let Some(learned) = learned {
            result.apply(learned);
        }
        if least > 0 {
            result.claim = result.claim.at_least(least);
            // What it was made from, states or has dropped keeps it down all the same; of what decided that it is this value, no
            // test tells.
            if known.tells(least) && !matches!(result.cap.why, Why::Decided(_)) {
                result.tested = result.tested.max(least.min(result.cap.bound));
            }
        }
        Cow::Owned(result)
    }

    /// What is believed at most, where tests have told of what holds it down.
    fn believed(&self, cap: Cap) -> Raw {
        let learned = |id: Id| self.learned.get(&id).map_or(0, |learned| learned.low);
        let least = if self.learned.is_empty() { None } else { cap.doubted().ids().map(learned).min() };
        least.map_or(cap.bound, |least| least.max(cap.bound))
    }

    /// What tests have told of all of these at least; 0 where it is not known which they are.
    fn least_told(&self, parts: &Few<Id>) -> Raw {
        if self.learned.is_empty() || parts.contains(&Id::NONE) {
            return 0;
        }
        parts.iter().map(|part| self.learned.get(part).map_or(0, |learned| learned.low)).min().unwrap_or(0)
    }

    /// The same of its parts as well.
    pub fn refine_within(&self, known: &Known) -> Known {
        let mut result = self.refine(known);
        match &mut result.shape {
            Shape::List(list) if list.items.is_some() => {
                let items = Rc::make_mut(list).items.iter_mut();
                items.flat_map(|items| items.change()).for_each(|item| *item = self.refine_within(item));
            }
            Shape::Object(object) => {
                Rc::make_mut(object).fields.each(|field| self.refine_within(field));
            }
            _ => {}
        }
        result
    }
}

impl Known {
    /// Whether passing a test tells anything: what the program itself states passes what is lower, whatever the run is like.
    fn tells(&self, threshold: Raw) -> bool {
        !self.sources.is_empty() || self.claim.unknown || self.claim.low < threshold
    }

    /// It passed a test. That tells of what it is worth, as far as that is believed, and nothing of what decided that it is
    /// this value.
    fn test(&mut self, threshold: Raw) {
        if !matches!(self.cap.why, Why::Decided(_)) {
            self.tested = self.tested.max(threshold.min(self.cap.bound));
        }
        // Of a whole the test is on the least of its parts.
        self.each_part(|part| part.test(threshold));
    }

    fn apply(&mut self, learned: &Learned) {
        if learned.low > 0 {
            let tells = self.tells(learned.low);
            self.raise(learned.low);
            if tells {
                self.test(learned.low);
            }
        }
        // A test speaks of the least of a value and its parts: what fails it may have parts to blame.
        let alone = !matches!(self.shape, Shape::Any | Shape::List(_) | Shape::Object(_));
        if learned.high < SURE && alone {
            self.claim.high = self.claim.high.min(learned.high);
        }
        match learned.known {
            Some(true) => self.certain(),
            Some(false) if !alone => {}
            Some(false) => self.claim = Claim::exactly(0),
            None => {}
        }
        match learned.null {
            Some(true) => self.null = Null::Always,
            Some(false) => {
                // A vote that is decided says how sure it is itself, nothing of the parts of what won.
                let alone = matches!(self.nothing, Some((Nothing::Vote | Nothing::Aggregate | Nothing::Uncounted, _)));
                // Of any other null it says nothing that there is none.
                let told = self.nothing.is_some();
                self.cleared();
                self.null = Null::Never;
                if self.passed.least > 0 {
                    let passed = self.passed.least;
                    if alone {
                        self.claim = self.claim.at_least(passed);
                        self.passed = Passed::NOTHING;
                    } else {
                        self.raise(passed);
                    }
                    if told {
                        self.test(passed);
                    }
                }
            }
            None => {}
        }
        if learned.truth == Some(true) {
            self.cleared();
            self.null = Null::Never;
            if self.passed.least > 0 {
                let passed = self.passed.least;
                self.raise(passed);
            }
        }
        if learned.low > 0 && (self.nothing.is_some() && self.clears(learned.low)) {
            self.nothing = None;
            self.null = if self.null == Null::Maybe { Null::Never } else { self.null };
        }
        if let Shape::Number(number) = &self.shape {
            let (low, high) = (number.low.max(learned.number.0), number.high.min(learned.number.1));
            let narrowed = (low, high) != (number.low, number.high) && low <= high;
            if narrowed || learned.whole && !number.whole {
                let (low, high) = if narrowed { (low, high) } else { (number.low, number.high) };
                let whole = number.whole || learned.whole;
                self.shape = Shape::Number(Rc::new(Number { low, high, whole, ..(**number).clone() }.settled()));
            }
        }
        if learned.length.0 >= 1.0 || (learned.truth == Some(true) && matches!(self.shape, Shape::Plain)) {
            self.filled = true;
        }
        if let Shape::Object(object) = &mut self.shape
            && object.others.is_some()
            && learned.length.1 >= 0.0
            && object.most.is_none_or(|most| most as f64 > learned.length.1)
            && learned.length.1.is_finite()
        {
            Rc::make_mut(object).most = Some(learned.length.1 as u64);
        }
        if let Shape::List(list) = &self.shape {
            let low = list.low.max(learned.length.0.max(0.0).ceil() as u64);
            let bound = learned.length.1;
            let high = if bound.is_finite() {
                Some(list.high.map_or(bound as u64, |h| h.min(bound as u64)))
            } else {
                list.high
            };
            if (low, high) != (list.low, list.high) {
                self.shape = Shape::List(Rc::new(super::domain::List { low, high, ..(**list).clone() }));
            }
        }
    }

    /// Whether a test against this threshold shows that it is not the null of a vote or a gate.
    fn clears(&self, threshold: Raw) -> bool {
        use super::domain::NONE;
        match self.nothing.filter(|_| !self.woven) {
            // One that was stated, judged or aggregated anew may be null at any confidence: of it no passing is known.
            Some((Nothing::Vote | Nothing::Aggregate | Nothing::Uncounted | Nothing::Gate, _)) => {
                threshold > NONE && self.passed.null > 0 && self.passed.null <= threshold
            }
            _ => false,
        }
    }

    /// Its confidence, and that of all its parts, is at least this.
    pub fn raise(&mut self, threshold: Raw) {
        self.claim = self.claim.at_least(threshold);
        self.inside = self.inside.take().map(|inside| Rc::new(inside.at_least(threshold)));
        self.each_part(|part| part.raise(threshold));
    }

    /// With all parts that are known one by one, and those that are not as sure as itself.
    pub fn as_it_claims(&self) -> Known {
        let mut alone = self.clone();
        alone.trust();
        alone.whole()
    }

    fn trust(&mut self) {
        self.inside = None;
        self.each_part(Known::trust);
    }

    /// Its confidence, and that of all its parts, is known.
    fn certain(&mut self) {
        self.claim.unknown = false;
        self.each_part(Known::certain);
    }

    /// Visits the parts that a list or object is known to have.
    pub fn each_part(&mut self, visit: impl Fn(&mut Known)) {
        match &mut self.shape {
            Shape::List(list) => {
                let list = Rc::make_mut(list);
                list.element.iter_mut().for_each(&visit);
                if let Some(items) = &mut list.items {
                    items.change().iter_mut().for_each(&visit);
                }
            }
            Shape::Object(object) => {
                let object = Rc::make_mut(object);
                object.fields.values_mut().for_each(&visit);
                object.others.iter_mut().for_each(&visit);
            }
            _ => {}
        }
    }

    /// Visits the values that what is known of it, or of something in it, rests on: that it is, that it is the least of, that
    /// its number or length is given by, and that it tells of.
    fn speaks_of(&self, visit: &mut dyn FnMut(Id)) {
        self.names(visit);
        match &self.shape {
            Shape::List(list) => {
                let items = list.items.iter().flat_map(|items| items.iter());
                items.chain(&list.element).for_each(|part| part.speaks_of(visit));
            }
            Shape::Object(object) => {
                object.fields.values().chain(&object.others).for_each(|part| part.speaks_of(visit));
            }
            Shape::Functions(functions) => {
                functions.iter().flat_map(Callee::captures).for_each(|part| part.speaks_of(visit));
            }
            _ => {}
        }
    }

    /// Whether what is known of it rests on a value.
    fn speaks(&self, id: Id) -> bool {
        let mut found = false;
        self.speaks_of(&mut |other| found |= other == id);
        found
    }

    /// The same without its parts.
    pub fn names(&self, visit: &mut dyn FnMut(Id)) {
        visit(self.id);
        self.parts.iter().chain(self.above.keys()).for_each(|other| visit(*other));
        self.cap.doubted().ids().for_each(&mut *visit);
        let number = self.as_number();
        if let Some(number) = number {
            let of = number.confidence_of.iter().chain(&number.length_of).chain(number.below.iter());
            of.for_each(|other| visit(*other));
        }
        let lines = self.longest.iter().flat_map(|longest| longest.iter());
        let lines = lines.chain(number.and_then(|number| number.line.as_ref()));
        let lines = lines.chain(number.and_then(|number| number.ratio.as_ref()).map(|(line, _)| line));
        lines.for_each(|line| line.atoms().for_each(|(atom, _)| visit(atom.id)));
        if let Some(tests) = &self.tests {
            let cases = tests.cases.iter().flat_map(|(_, told)| told);
            for fact in tests.yes.iter().chain(&tests.no).chain(cases) {
                match fact {
                    Fact::Holds(line) => line.atoms().for_each(|(atom, _)| visit(atom.id)),
                    fact => visit(fact.about()),
                }
            }
        }
    }

    /// The same value without its identity: what may be another one by the time it is looked at again.
    pub fn detached(&self) -> Known {
        let mut result = self.clone();
        result.id = Id::NONE;
        if !result.parts.is_empty() || !result.claim.is_full() {
            result.parts = Few::one(Id::NONE);
        }
        result.above = Sides::NONE;
        result.cap = result.cap.at_most(result.cap.bound);
        result.tests = None;
        result.longest = None;
        match &mut result.shape {
            Shape::Number(number)
                if number.confidence_of.is_some()
                    || number.length_of.is_some()
                    || number.line.is_some()
                    || number.ratio.is_some()
                    || !number.below.is_empty() =>
            {
                let number = Rc::make_mut(number);
                number.below = Few::NONE;
                number.confidence_of = None;
                number.length_of = None;
                number.line = None;
                number.ratio = None;
            }
            Shape::List(list) => {
                let list = Rc::make_mut(list);
                list.element = list.element.as_ref().map(Known::as_any);
                list.items = list.items.as_ref().map(|items| items.iter().map(Known::detached).collect());
            }
            Shape::Object(object) => {
                let object = Rc::make_mut(object);
                object.fields.each(Known::detached);
                object.others = object.others.as_ref().map(Known::detached);
            }
            Shape::Functions(functions) => {
                for function in Rc::make_mut(functions) {
                    *function = function.carrying(Known::detached);
                }
            }
            _ => {}
        }
        result
    }
}
