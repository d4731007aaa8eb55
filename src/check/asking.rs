//! Asking in either order: whether `x && ~x >= t` holds is as sure as `t` says, for where it is less sure it does not hold,
//! whatever `x` is.

use super::compare::first_beyond;
use super::deciding::{DEEPEST_CONDITION, Gathered};
use super::domain::{Cap, Fact, Known, Null, Raw, SURE};
use super::escape::Doubts;
use super::flow::{Activation, Flow};
use super::state::State;
use crate::hir::{Binary, Unary};
use crate::ir::{BlockId, End, Inst, Op, Target, Var};

/// Whether an instruction does nothing but give something, whatever its arguments are.
fn is_plain(inst: &Inst) -> bool {
    match &inst.op {
        Op::Const(_) | Op::Ask | Op::Truth | Op::Unary(Unary::Confidence | Unary::Not) => true,
        Op::Binary(binary) => binary.orders(),
        _ => false,
    }
}

impl<'a> Flow<'a> {
    /// A condition that decides about nothing but where another one holds as well, which tests how sure it is: below that the
    /// other decides alone, so it has passed that test, wherever code goes on.
    pub fn asked_next(&self, act: &Activation<'a>, condition: Var, decided: Gathered, state: &State) -> Gathered {
        let (known, at) = decided?;
        let End::Branch { then, otherwise, .. } = &act.code.blocks[act.block].end else { return Some((known, at)) };
        let asked = asks(act, then, otherwise, state).or_else(|| asks(act, otherwise, then, state));
        let Some(fact) = asked else { return Some((known, at)) };
        let mut state = state.clone();
        state.learn(&[fact]);
        state.learn(&self.told_of_parts(&[fact]));
        let tested = act.tested(condition, &state, DEEPEST_CONDITION);
        let mut known = state.refine(&known);
        known.claim = known.claim.at_least(tested);
        known.tested = known.tested.max(tested);
        Some((known, at))
    }

    /// What is believed of whether a value is true that came on one of several ways, which were decided by these: at least the
    /// first, where on all other ways it is not true, and the second, where on all others it is.
    pub fn truth_on_the_way(&self, known: &Known, deciding: &Doubts, state: &State) -> (Raw, Raw) {
        let (mut yes, mut no) = known.outcomes();
        match state.learned.get(&known.id).and_then(|learned| learned.truth) {
            Some(true) => no = false,
            Some(false) => yes = false,
            None => {}
        }
        let own = known.truth_earned();
        let believed = |able: bool, truth: bool, own: Raw| {
            if !able {
                return SURE;
            }
            let tests = known.tests.as_deref().map_or(&[][..], |tests| if truth { &tests.yes } else { &tests.no });
            let facts: Vec<Fact> = tests.iter().filter(|fact| matches!(fact, Fact::AtLeast(..))).copied().collect();
            let mut told = State::default();
            told.learn(&facts);
            told.learn(&self.told_of_parts(&facts));
            deciding.iter().map(|(condition, _)| told.refined(condition).earned()).fold(own, Raw::min)
        };
        (believed(yes, true, own.0), believed(no, false, own.1))
    }
}

/// What a test tells where it holds that is all that happens on one way, and where it does not hold that leads where the other
/// way leads.
fn asks<'f>(act: &Activation<'f>, way: &'f Target, other: &'f Target, state: &State) -> Option<Fact> {
    let next = way.block.0 as usize;
    let block = &act.code.blocks[next];
    let End::Branch { condition, then, otherwise } = &block.end else { return None };
    if !act.graph.single[next] || !way.args.is_empty() || !block.code.iter().all(is_plain) {
        return None;
    }
    let leads_there = |target: &Target| destination(act, target) == destination(act, other);
    let truth = match (leads_there(then), leads_there(otherwise)) {
        (false, true) => true,
        (true, false) => false,
        _ => return None,
    };
    told(act, next, *condition, truth, state)
}

/// Where a way leads in the end, and what it gives there.
fn destination<'f>(act: &Activation<'f>, mut target: &'f Target) -> (BlockId, &'f [Var]) {
    loop {
        let block = &act.code.blocks[target.block.0 as usize];
        match &block.end {
            End::Jump(next) if block.code.is_empty() && block.parameters.is_empty() => target = next,
            _ => return (target.block, &target.args),
        }
    }
}

/// What it tells of how sure a value is that something computed in a block is true, or is not.
fn told(act: &Activation<'_>, block: usize, var: Var, truth: bool, state: &State) -> Option<Fact> {
    let made = |var: Var| act.code.blocks[block].code.iter().find(|inst| inst.result == Some(var));
    let inst = made(var)?;
    let number = |var: Var| {
        let known = match made(var).map(|inst| &inst.op) {
            Some(Op::Const(constant)) => super::transfer::literal(constant),
            Some(_) => return None,
            None => act.value(var, state),
        };
        (known.null == Null::Never).then(|| known.as_number().map(|number| number.low))?
    };
    let of = |var: Var| match made(var) {
        Some(Inst { op: Op::Unary(Unary::Confidence), args, .. }) => Some(act.value(args[0], state).id),
        _ => None,
    };
    match (&inst.op, truth) {
        (Op::Truth, _) => told(act, block, inst.args[0], truth, state),
        (Op::Unary(Unary::Not), _) => told(act, block, inst.args[0], !truth, state),
        (Op::Ask, true) => {
            Some(Fact::AtLeast(act.value(inst.args[0], state).id, first_beyond(number(inst.args[1])?, false).min(SURE)))
        }
        (Op::Binary(binary), _) => {
            let (left, right) = (inst.args[0], inst.args[1]);
            let (sure, least, strict) = match (binary, truth) {
                (Binary::GreaterEqual, true) | (Binary::Less, false) => (left, right, false),
                (Binary::Greater, true) | (Binary::LessEqual, false) => (left, right, true),
                (Binary::LessEqual, true) => (right, left, false),
                (Binary::Less, true) => (right, left, true),
                // That a number is not above what there is none of says nothing.
                _ => return None,
            };
            Some(Fact::AtLeast(of(sure)?, first_beyond(number(least)?, strict).min(SURE)))
        }
        _ => None,
    }
}

impl Known {
    /// What is believed of whether it is true: at least the first where one of several ways makes it true, and at least the
    /// second where one makes it not true.
    pub fn truth_earned(&self) -> (Raw, Raw) {
        let own = self.settled_truth();
        let (yes, no) = self.tests.as_ref().map_or((0, 0), |tests| tests.earned);
        (yes.max(own), no.max(own))
    }

    /// The same whatever is told of it.
    fn settled_truth(&self) -> Raw {
        if self.exact { SURE } else { self.earned() }
    }

    /// With what is believed of whether it is true, where that is more than what is believed of it.
    pub fn with_truth_earned(mut self, (yes, no): (Raw, Raw)) -> Known {
        let own = self.settled_truth();
        let earned = (if yes > own { yes } else { 0 }, if no > own { no } else { 0 });
        if earned != self.tests.as_ref().map_or((0, 0), |tests| tests.earned) {
            let tests = self.tests.get_or_insert_default();
            std::rc::Rc::make_mut(tests).earned = earned;
        }
        self
    }

    /// Something that is believed no more than this decides about it.
    pub fn doubt_truth(&mut self, earned: Raw) {
        if self.tests.as_ref().is_some_and(|tests| tests.earned.0.max(tests.earned.1) > earned) {
            let tests = std::rc::Rc::make_mut(self.tests.get_or_insert_default());
            tests.earned = (tests.earned.0.min(earned), tests.earned.1.min(earned));
        }
    }

    /// What is believed of whether one or the other is true.
    pub fn joined_truth(&self, other: &Known) -> (Raw, Raw) {
        let (mine, theirs) = (self.truth_earned(), other.truth_earned());
        (mine.0.min(theirs.0), mine.1.min(theirs.1))
    }

    /// What is believed of whether it is true.
    pub fn truth_believed(&self) -> Raw {
        let (yes, no) = self.truth_earned();
        yes.max(no)
    }

    /// The same as what decides: as sure as whether it is true.
    pub fn believed_as_truth(mut self) -> Known {
        let believed = self.truth_believed();
        if believed > self.earned() {
            self.claim = self.claim.at_least(believed);
            self.cap = Cap { bound: self.cap.bound.max(believed), ..self.cap };
            self.tested = self.tested.max(believed);
        }
        self
    }
}
