//! A function on a circle of calls: its calls are taken together, whatever they were given and gave so far.

use super::amount::Cost;
use super::domain::{CellId, Closure, Id, Known};
use super::escape::{Doubts, Escapes, absorb};
use super::recall::MOST_ROUNDS;
use super::state::{Memory, State};
use super::widen::{grown, takes_in};
use super::witness::{Held, Settled};

/// A function on a circle: what it was given and gave so far.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// What its calls were given, gave, wrote and threw so far.
    pub all: Settled,
    /// The memory that it was walked with last.
    pub entry: Memory,
    /// How often that grew.
    growths: u32,
    /// The lowest place in the stack that it leads back to.
    pub low: usize,
    /// The round in which it was walked.
    pub round: u64,
    /// Whether it was called from the circle.
    pub called: bool,
    /// What one call takes.
    pub taken: Cost,
    /// What it was given last, which is mostly what it is given next.
    last: Vec<Known>,
}

impl Member {
    /// Nothing known yet of what comes of these arguments.
    pub fn given(given: Vec<Known>) -> Self {
        Self::new(Settled { given, ..Settled::default() })
    }

    /// A function of which this is known.
    pub fn new(all: Settled) -> Self {
        Self {
            all,
            entry: Memory::default(),
            growths: 0,
            low: usize::MAX,
            round: 0,
            called: false,
            taken: Cost::default(),
            last: Vec::new(),
        }
    }

    /// Whether it was given so much that what that has to do with its parameters may be forgotten.
    pub fn forgot(&self) -> bool {
        self.growths > 2 * MOST_ROUNDS
    }

    /// Takes in further arguments; whether they are new. `first` are those of a round: which values those of the rounds before
    /// were nobody asks any more.
    pub fn take_in(&mut self, closure: &Closure, arguments: &[Known], first: bool) -> bool {
        let given: Vec<Known> = arguments.iter().chain(closure.captures.iter()).cloned().collect();
        if given == self.last {
            return false;
        }
        if first && self.growths < MOST_ROUNDS {
            for (old, new) in self.all.given.iter_mut().zip(&given) {
                if old.id != Id::NONE && new.id != Id::NONE && old.id != new.id {
                    *old = Known { id: new.id, ..old.detached() };
                }
            }
        }
        let detached = |all: &[Known]| all.iter().map(Known::detached).collect::<Vec<Known>>();
        // The same value may keep what tests tell of it; of different ones only what all have in common stays.
        let old = &self.all.given;
        let same = given.len() == old.len() && given.iter().zip(old).all(|(new, old)| new.id == old.id);
        let mut joined = if same {
            grown(old, &given, self.growths)
        } else {
            grown(&detached(old), &detached(&given), self.growths)
        };
        let grew = joined != *old;
        // Round a long circle what comes is no larger than what ever fewer of its functions were given, one less each time;
        // the single calls tell the same, and nothing else need be forgotten for it.
        if grew && self.growths >= MOST_ROUNDS {
            joined.iter_mut().for_each(Known::unmeasure);
        }
        self.growths += u32::from(grew);
        self.all.given = joined;
        self.last = given;
        grew
    }

    /// Takes in what memory holds at a further call; whether that is new. `circle` are the activations on the circle: what
    /// is theirs alone is made anew by each call, unless the call is handed it.
    pub fn find(&mut self, state: &State, circle: &[u32]) -> bool {
        let mut beyond = state.memory.beyond(&self.entry);
        let own = |cell: &CellId| match cell {
            CellId::Cell(id) => circle.contains(&id.0),
            CellId::Slot(frame, _) => circle.contains(frame),
            CellId::Global(_) => false,
        };
        if beyond.iter().any(|(cell, _)| own(cell)) {
            let others = state.memory.iter().filter(|(cell, _)| !own(cell)).map(|(_, known)| known);
            let reached = state.memory.reached(self.last.iter().chain(others));
            beyond.retain(|(cell, _)| !own(cell) || reached.contains(cell));
        }
        let last = self.forgot();
        let grew = beyond
            .iter()
            .fold(false, |grew, (cell, known)| hold(&mut self.all.found, *cell, &known.detached(), last) | grew);
        self.growths += u32::from(grew);
        grew
    }

    /// Takes in the conditions on which a further call is made; whether there are more than before.
    pub fn happens(&mut self, around: &Doubts) -> bool {
        let before = self.all.around.clone();
        absorb(&mut self.all.around, around.clone());
        self.all.around != before
    }

    /// What a call gives as far as is known. A cell of an activation on the circle may be another in each call.
    pub fn answer(&self, state: &mut State, circle: &[u32], escapes: &mut Escapes) -> Option<Known> {
        for (cell, value) in &self.all.wrote {
            escapes.hold(*cell, value);
            if matches!(cell, CellId::Cell(id) if circle.contains(&id.0)) {
                state.memory.multiply(*cell);
            }
            state.write(*cell, value.detached(), true);
        }
        if let Some(doubts) = &self.all.thrown {
            escapes.throw(doubts.iter().map(|(known, at)| (known.detached(), *at)).collect());
        }
        self.all.result.as_ref().map(Known::detached)
    }
}

/// Takes in on what a function throws; whether that is more than before.
pub(super) fn throws(all: &mut Option<Doubts>, thrown: Option<&Doubts>, last: bool) -> bool {
    let Some(doubts) = thrown else { return false };
    let mut grown = all.is_none();
    let own = all.get_or_insert_default();
    for (known, at) in doubts {
        match own.iter_mut().find(|(_, place)| place == at) {
            Some((old, _)) => grown |= takes_in(old, &known.detached(), last),
            None => {
                grown = true;
                own.push((known.detached(), *at));
            }
        }
    }
    grown
}

/// Takes in what a place holds; whether that is new.
pub(super) fn hold(held: &mut Held, cell: CellId, value: &Known, last: bool) -> bool {
    match held.iter_mut().find(|(other, _)| *other == cell) {
        Some((_, old)) => takes_in(old, value, last),
        None => {
            held.push((cell, value.clone()));
            true
        }
    }
}
