//! A run of a small pattern with ghosts: what is believed of each value at most, and what decided that it is there.

use super::{ACTIONS, Cond, Expr, Pattern, Stmt};
use prism::host::Seed;
use prism::value::Evidence;
use std::collections::{BTreeMap, BTreeSet};

/// A confidence in tenths, one higher; 0 is unknown.
type Sure = u32;

const SURE: Sure = 11;
const NONE: Sure = 1;

/// So many runs show each way that a condition comes out.
const MANY: u64 = 2_000;

/// A value with its ghosts.
#[derive(Clone, Debug)]
struct Ghost {
    /// Its content; nothing is null.
    text: Option<String>,
    /// Whether the program says that itself, whoever judges it and whatever tests of confidences chose it.
    own: bool,
    /// Whether that null means that nothing was found.
    nothing: bool,
    /// Whether it is never null, in no run.
    never_null: bool,
    claimed: Sure,
    /// What is believed of it at most.
    cap: Sure,
    evidence: Evidence,
    /// The greatest threshold that it was tested against and passed.
    tested: Sure,
    /// Whether a judge said how sure it is, whatever it is.
    judged: bool,
}

impl Ghost {
    fn exact(text: &str) -> Self {
        let text = Some(text.to_owned());
        let (claimed, cap, evidence) = (SURE, SURE, Evidence::Exact);
        Self { text, own: true, nothing: false, never_null: true, claimed, cap, evidence, tested: 0, judged: false }
    }

    fn null() -> Self {
        Self { text: None, never_null: false, ..Self::exact("") }
    }

    fn earned(&self) -> Sure {
        self.claimed.min(self.cap)
    }

    /// With what decided that it is this one.
    fn under(mut self, decider: &Ghost) -> Self {
        self.claimed = self.claimed.min(decider.claimed);
        self.cap = self.cap.min(decider.cap);
        self.evidence = self.evidence.min(decider.evidence);
        self.own &= decider.own;
        self.judged |= decider.judged;
        self
    }

    /// Whether it is null, whatever anybody says: as the program says itself, as a gate did not pass, or as nobody agreed.
    fn is_surely_null(&self) -> bool {
        self.text.is_none() && (self.own || self.nothing)
    }

    /// As a condition: what the program says itself comes out one way in every run, and decides nothing.
    fn doubt(&self) -> Sure {
        if self.own { SURE } else { self.earned() }
    }

    fn truth(&self) -> bool {
        self.text.as_ref().is_some_and(|text| !text.is_empty())
    }
}

/// What an action was done with that it must not be done with.
#[derive(Clone, PartialEq, Debug)]
pub(in super::super) struct Violation(pub(in super::super) String);

/// What a run showed.
#[derive(Clone, Default, Debug)]
pub(in super::super) struct Run {
    pub(in super::super) violations: Vec<Violation>,
    pub(in super::super) actions: usize,
    /// The same by how grave they are.
    acted: [usize; ACTIONS.len()],
    /// The same without those whose value passed a test that is as high as they need.
    swayed: [usize; ACTIONS.len()],
    /// The same without those behind a test, as high as they need, of what a judge said how sure it is: that decides, whatever
    /// was said.
    unjudged: [usize; ACTIONS.len()],
    /// Whether agents agreed, each time: that is exact, whatever they said.
    agreed: Vec<bool>,
    /// Whether each condition, by where it stands, came out true, and whether it came out false.
    came: BTreeMap<usize, [bool; 2]>,
}

#[derive(Clone)]
struct Runner<'a> {
    pattern: &'a Pattern,
    random: Seed,
    names: BTreeMap<u32, Ghost>,
    /// Doubtful conditions around what is run: what they have earned, and the test that what they are about has passed.
    doubts: Vec<(Sure, Sure)>,
    /// What was assigned under them, in turn.
    assigned: Vec<u32>,
    /// Where agents are only as sure as their contracts make them: those who are sure enough for an action of this kind say the
    /// same in all runs, as do judges.
    grave: Option<usize>,
    /// The highest test that something passed of which a judge said how sure it is, whatever that is.
    heard: Sure,
    /// Conditions that come out the same in every run: they decide nothing.
    constant: &'a BTreeSet<usize>,
    run: Run,
}

/// How a statement ends.
enum Flow {
    On,
    Left(Ghost),
}

/// Where a condition stands.
fn place(cond: &Cond) -> usize {
    std::ptr::from_ref(cond).addr()
}

/// The conditions that come out the same in many runs of a pattern.
pub(in super::super) fn constant(pattern: &Pattern) -> BTreeSet<usize> {
    let mut came: BTreeMap<usize, [bool; 2]> = BTreeMap::new();
    for (place, [no, yes]) in (0..MANY).flat_map(|seed| perform(pattern, seed, &BTreeSet::new()).came) {
        let all = came.entry(place).or_default();
        *all = [all[0] || no, all[1] || yes];
    }
    came.into_iter().filter(|(_, ways)| *ways != [true, true]).map(|(place, _)| place).collect()
}

/// Runs a pattern once, agents at the ends of their contracts.
pub(in super::super) fn perform(pattern: &Pattern, seed: u64, constant: &BTreeSet<usize>) -> Run {
    let mut runner = Runner::new(pattern, seed, None, constant);
    let result = match runner.stmts(&pattern.body) {
        Flow::Left(result) => result,
        Flow::On => {
            let result = runner.expr(&pattern.result);
            runner.decided(result)
        }
    };
    if let Some(least) = pattern.ensures
        && result.earned() < least + 1
    {
        let earned = result.earned();
        runner.run.violations.push(Violation(format!("the result earns {earned} of {}", least + 1)));
    }
    runner.run
}

/// Whether what agents say that are not sure enough for an action decides nothing about how often that is done, in two runs that
/// differ in nothing else.
pub(in super::super) fn unswayed(pattern: &Pattern, grave: usize, seeds: [u64; 2], constant: &BTreeSet<usize>) -> bool {
    let [one, other] = seeds.map(|seed| {
        let mut runner = Runner::new(pattern, seed, Some(grave), constant);
        runner.stmts(&pattern.body);
        runner.run
    });
    let same = |count: fn(&Run) -> &[usize; ACTIONS.len()]| count(&one)[grave] == count(&other)[grave];
    one.agreed != other.agreed || same(|run| &run.acted) || same(|run| &run.swayed) || same(|run| &run.unjudged)
}

impl<'a> Runner<'a> {
    fn new(pattern: &'a Pattern, seed: u64, grave: Option<usize>, constant: &'a BTreeSet<usize>) -> Self {
        let (random, names, run) = (Seed::new(seed), BTreeMap::new(), Run::default());
        Self { pattern, random, names, doubts: Vec::new(), assigned: Vec::new(), grave, heard: 0, constant, run }
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[((self.random.bits() >> 24) % all.len() as u64) as usize]
    }

    fn answer(&mut self, least: Option<u32>) -> (String, Sure) {
        if let Some(grave) = self.grave {
            let sure = least.map_or(4, |least| least + 1);
            let said = if sure > ACTIONS[grave].1 { "yes" } else { self.pick(&["", "a", "b", "yes"]) };
            return (said.to_owned(), sure);
        }
        let text = self.pick(&["", "a", "b", "yes"]).to_owned();
        let sure = match least {
            Some(least) => self.pick(&[least + 1, least + 1, SURE, (least + 1 + SURE) / 2]),
            None => self.pick(&[0, NONE, 4, 6, 7, 8, 10, SURE]),
        };
        (text, sure)
    }

    fn expr(&mut self, expr: &Expr) -> Ghost {
        match expr {
            Expr::Text(which) => Ghost::exact(["a", "b", ""][*which as usize]),
            Expr::Input => Ghost { own: false, ..Ghost::exact("in") },
            Expr::Name(name) => self.named(*name),
            Expr::Ask(speaker, x) => {
                let x = self.expr(x);
                let (text, claimed) = self.answer(self.pattern.contracts[*speaker]);
                let cap = x.earned();
                Ghost { claimed, cap, evidence: Evidence::Reported, own: false, ..Ghost::exact(&text) }
            }
            Expr::Join(a, b) => {
                let (a, b) = (self.expr(a), self.expr(b));
                let nothing = a.nothing || b.nothing;
                let text = format!("{} and {}", a.text.clone().unwrap_or_default(), b.text.clone().unwrap_or_default());
                Ghost { text: Some(text), nothing, never_null: true, tested: 0, ..a.under(&b) }
            }
            Expr::State(x, k) => {
                let x = self.expr(x);
                let claimed = k + 1;
                if claimed <= x.claimed {
                    // What is said of it is less than what is believed anyway.
                    return Ghost { claimed, tested: 0, ..x };
                }
                Ghost { claimed, cap: x.earned(), evidence: x.evidence.min(Evidence::Stated), tested: 0, ..x }
            }
            Expr::Cap(x, k) => {
                let x = self.expr(x);
                Ghost { claimed: x.claimed.min(k + 1), tested: 0, ..x }
            }
            Expr::Drop(x) => {
                let x = self.expr(x);
                Ghost { claimed: SURE, cap: x.earned(), evidence: Evidence::Stated, tested: 0, ..x }
            }
            Expr::Gate(x, t) => {
                let x = self.expr(x);
                let never_null = x.never_null && *t == 0 && x.claimed > 0;
                if x.claimed > *t {
                    self.hear(&x, t + 1);
                    Ghost { never_null, tested: x.tested.max(t + 1), ..x }
                } else {
                    Ghost { text: None, own: false, nothing: true, never_null, tested: 0, ..x }
                }
            }
            Expr::Else(a, b) => {
                let a = self.expr(a);
                if a.text.is_some() { a } else { self.expr(b) }
            }
            Expr::OrElse(a, b) => {
                let a = self.expr(a);
                if a.text.is_some() && a.claimed > 5 { a } else { self.expr(b) }
            }
            Expr::Best(a, b) => {
                let (a, b) = (self.expr(a), self.expr(b));
                let never_null = a.never_null && b.never_null;
                // It was tested against the other, where that is not in doubt.
                let passed = |chosen: Ghost, other: &Ghost| {
                    let tested = if other.earned() == SURE { SURE } else { chosen.tested };
                    Ghost { never_null, tested, ..chosen }
                };
                if b.claimed > a.claimed { passed(b, &a) } else { passed(a, &b) }
            }
            Expr::Agree(a, b) => {
                let (a, b) = (self.expr(a), self.expr(b));
                let agree = a.text.is_some() && a.text == b.text;
                self.run.agreed.push(agree);
                let claimed = if agree { a.claimed.midpoint(b.claimed) } else { NONE };
                let (cap, evidence) = (a.cap.min(b.cap), a.evidence.min(b.evidence).min(Evidence::Agreed));
                let (text, own, nothing) = (a.text.filter(|_| agree), a.own && b.own, !agree);
                Ghost { text, own, nothing, never_null: false, claimed, cap, evidence, tested: 0, judged: false }
            }
            Expr::Pick(x, a, b) => {
                let (a, b, x) = (self.expr(a), self.expr(b), self.expr(x));
                let picked = match x.text.as_deref() {
                    Some("yes") => a,
                    Some("a") => b,
                    _ => Ghost::null(),
                };
                Ghost { never_null: false, tested: 0, ..picked.under(&x) }
            }
            Expr::Choose(cond, a, b) => {
                let (truth, decider, _) = self.cond(cond);
                let chosen = if truth { self.expr(a) } else { self.expr(b) };
                Ghost { never_null: false, ..chosen.under(&decider) }
            }
            Expr::Verify(x, _) => {
                let x = self.expr(x);
                let (answer, sure) = if self.grave.is_some() { ("yes".into(), SURE) } else { self.answer(None) };
                let claimed = if answer.is_empty() { NONE } else { sure };
                Ghost { claimed, cap: SURE, evidence: Evidence::Reviewed, tested: 0, judged: true, ..x }
            }
            Expr::Approve(x) => {
                let x = self.expr(x);
                let claimed = if self.grave.is_some() { SURE } else { self.pick(&[NONE, SURE]) };
                Ghost { claimed, cap: SURE, evidence: Evidence::Approved, tested: 0, judged: true, ..x }
            }
            Expr::Call(function, x) => {
                let x = self.expr(x);
                let held = std::mem::replace(&mut self.names, BTreeMap::from([(u32::MAX, x)]));
                let body = self.pattern.functions[*function].clone();
                let result = self.call(&body);
                self.names = held;
                result
            }
        }
    }

    /// The body of a function, whose input is its parameter.
    fn call(&mut self, body: &Expr) -> Ghost {
        self.expr(&body.with_input(u32::MAX))
    }

    /// Whether it holds, how sure that is, and how much of it is in doubt.
    fn cond(&mut self, cond: &Cond) -> (bool, Ghost, Sure) {
        let (holds, decider, doubt) = self.came_out(cond);
        self.run.came.entry(place(cond)).or_default()[usize::from(holds)] = true;
        match self.constant.contains(&place(cond)) {
            true => (holds, Ghost { cap: SURE, ..decider }, SURE),
            false => (holds, decider, doubt),
        }
    }

    fn came_out(&mut self, cond: &Cond) -> (bool, Ghost, Sure) {
        let exact = Ghost::exact("");
        match cond {
            Cond::Sure(name, t) => {
                let holds = self.named(*name).claimed > *t;
                if holds {
                    self.test(*name, t + 1);
                }
                (holds, exact, SURE)
            }
            Cond::True(name) => {
                let x = self.named(*name);
                // That a gate did not pass, and that nobody agreed, is exact.
                let doubt = if x.nothing && x.text.is_none() { SURE } else { x.doubt() };
                (x.truth(), x, doubt)
            }
            Cond::Asks(name, t) => {
                let x = self.named(*name);
                let holds = x.truth() && x.claimed > *t;
                if x.claimed > *t {
                    self.hear(&x, t + 1);
                }
                if holds {
                    self.test(*name, t + 1);
                }
                // Where it is not sure enough, nothing else is asked; otherwise whether it is in doubt what it is about is left open.
                let doubt = if x.claimed > *t { x.claimed } else { SURE };
                (holds, Ghost { cap: SURE, ..x }, doubt)
            }
            // Exact, and in the run as sure as what is asked.
            Cond::Present(name) => {
                let x = self.named(*name);
                (x.text.is_some(), Ghost { cap: SURE, tested: 0, ..x }, SURE)
            }
            Cond::Same(name, y) => {
                let itself = matches!(y, Expr::Name(other) if other == name);
                let y = self.expr(y);
                let x = self.named(*name);
                let holds = x.text == y.text;
                let apart = |x: &Ghost, y: &Ghost| x.is_surely_null() && y.never_null;
                let both_null = x.is_surely_null() && y.is_surely_null();
                let certain = itself || both_null || apart(&x, &y) || apart(&y, &x);
                let both = x.under(&y);
                let doubt = if certain { SURE } else { both.doubt() };
                (holds, both, doubt)
            }
            Cond::And(a, b) => {
                let (holds, first, doubt) = self.cond(a);
                if !holds {
                    let doubt = if self.tests_alone(b) == Some(false) { SURE } else { doubt };
                    return (false, first, doubt);
                }
                // Where the second does not hold, the first decides nothing.
                let (holds, second, more) = self.cond(b);
                (holds, second.under(&first), if holds { doubt.min(more) } else { more })
            }
            Cond::Or(a, b) => {
                let (holds, first, doubt) = self.cond(a);
                if holds {
                    let doubt = if self.tests_alone(b) == Some(true) { SURE } else { doubt };
                    return (true, first, doubt);
                }
                let (holds, second, more) = self.cond(b);
                (holds, second.under(&first), if holds { more } else { doubt.min(more) })
            }
            Cond::Not(a) => {
                let (holds, decider, doubt) = self.cond(a);
                (!holds, decider, doubt)
            }
        }
    }

    /// Whether a condition holds, where tests of confidences alone settle that.
    fn tests_alone(&self, cond: &Cond) -> Option<bool> {
        match cond {
            Cond::Sure(name, t) => Some(self.named(*name).claimed > *t),
            Cond::Asks(name, t) => (self.named(*name).claimed <= *t).then_some(false),
            Cond::True(_) | Cond::Present(_) | Cond::Same(..) => None,
            Cond::And(a, b) => match (self.tests_alone(a), self.tests_alone(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (a, b) => a.and(b),
            },
            Cond::Or(a, b) => match (self.tests_alone(a), self.tests_alone(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (a, b) => a.and(b),
            },
            Cond::Not(a) => self.tests_alone(a).map(|holds| !holds),
        }
    }

    /// What a variable holds: null where nothing was assigned yet.
    fn named(&self, name: u32) -> Ghost {
        self.names.get(&name).cloned().unwrap_or_else(Ghost::null)
    }

    /// The tests that were passed by now.
    fn passed(&self) -> (BTreeMap<u32, Sure>, Sure) {
        (self.names.iter().map(|(name, value)| (*name, value.tested)).collect(), self.heard)
    }

    /// Where another way leads here as well, what was passed on one of them was perhaps not.
    fn behind<'s>(
        &mut self,
        others: impl IntoIterator<Item = &'s Vec<Stmt>>,
        (tested, heard): (BTreeMap<u32, Sure>, Sure),
    ) {
        if others.into_iter().all(|other| matches!(self.clone().stmts(other), Flow::Left(_))) {
            return;
        }
        self.heard = heard;
        for (name, before) in tested {
            if let Some(value) = self.names.get_mut(&name) {
                value.tested = value.tested.min(before);
            }
        }
    }

    /// A value passed a test.
    fn hear(&mut self, value: &Ghost, threshold: Sure) {
        if value.judged {
            self.heard = self.heard.max(threshold);
        }
    }

    fn test(&mut self, name: u32, threshold: Sure) {
        if let Some(value) = self.names.get_mut(&name) {
            value.tested = value.tested.max(threshold);
        }
    }

    /// A value that is put somewhere under conditions.
    fn decided(&self, mut value: Ghost) -> Ghost {
        for (earned, _) in &self.doubts {
            value.cap = value.cap.min(*earned);
        }
        value
    }

    fn stmts(&mut self, stmts: &[Stmt]) -> Flow {
        for stmt in stmts {
            if let Flow::Left(value) = self.stmt(stmt) {
                return Flow::Left(value);
            }
        }
        Flow::On
    }

    /// Runs one of two ways under a condition.
    fn doubting(&mut self, doubt: (Sure, Sure), body: &[Stmt], other: &[Stmt]) -> Flow {
        let (at, before) = (self.doubts.len(), self.assigned.len());
        let leaves = matches!(self.clone().stmts(other), Flow::Left(_));
        self.doubts.push(doubt);
        let flow = self.stmts(body);
        // Behind it nobody knows whether something else was assigned, unless the other way does not lead there; inside, a
        // condition is in doubt and the value is not.
        let least = self.doubts[at..].iter().map(|(earned, _)| *earned).min().unwrap_or(SURE);
        for name in self.assigned[before..].iter().filter(|_| !leaves) {
            if let Some(value) = self.names.get_mut(name) {
                value.cap = value.cap.min(least);
                value.never_null = false;
            }
        }
        // What an early exit inside has added stays.
        self.doubts.remove(at);
        flow
    }

    fn stmt(&mut self, stmt: &Stmt) -> Flow {
        match stmt {
            Stmt::Let(name, value) | Stmt::Assign(name, value) => {
                // What is given its own value is what it was.
                if !matches!(value, Expr::Name(other) if other == name) {
                    self.assigned.push(*name);
                }
                let value = self.expr(value);
                self.names.insert(*name, value);
                Flow::On
            }
            Stmt::If(cond, yes, no) => {
                let before = self.passed();
                let (holds, decider, doubt) = self.cond(cond);
                let (body, other) = if holds { (yes, no) } else { (no, yes) };
                let doubt = if cond.only_tests() { (SURE, 0) } else { (doubt, decider.tested) };
                let flow = self.doubting(doubt, body, other);
                if !self.constant.contains(&place(cond)) {
                    self.behind([other], before);
                }
                flow
            }
            Stmt::Bands(name, bands) => {
                let sure = self.named(*name).claimed;
                let (which, least) = match sure {
                    8.. => (0, 8),
                    6..8 => (1, 6),
                    _ => (2, 0),
                };
                let before = self.passed();
                self.test(*name, least);
                let flow = self.stmts(&bands[which]);
                self.behind(
                    bands.iter().enumerate().filter(|(band, _)| *band != which).map(|(_, other)| other),
                    before,
                );
                flow
            }
            Stmt::Twice(body) => {
                for _ in 0..2 {
                    if let Flow::Left(value) = self.stmts(body) {
                        return Flow::Left(value);
                    }
                }
                Flow::On
            }
            Stmt::Leave(cond, value) => {
                let (holds, decider, doubt) = self.cond(cond);
                let doubt = if cond.only_tests() { SURE } else { doubt };
                if !holds {
                    // What follows is under the condition too; to the end of the function here, which is what is run.
                    self.doubts.push((doubt, decider.tested));
                    return Flow::On;
                }
                let value = self.expr(value);
                let value = self.decided(value);
                Flow::Left(Ghost { cap: value.cap.min(doubt), ..value })
            }
            Stmt::Act(which, value) => {
                let value = self.expr(value);
                self.act(*which, &value);
                Flow::On
            }
        }
    }

    fn act(&mut self, which: usize, value: &Ghost) {
        let (name, confidence, evidence) = ACTIONS[which];
        let need = confidence + 1;
        self.run.actions += 1;
        let passed = |known: &Ghost| known.judged && known.tested >= need;
        let judged = self.heard >= need || self.names.values().any(passed);
        self.run.acted[which] += 1;
        self.run.swayed[which] += usize::from(value.tested < need);
        self.run.unjudged[which] += usize::from(value.tested < need && !judged);
        let mut wrong = |why: String| self.run.violations.push(Violation(format!("`{name}` gets {why}")));
        if value.nothing {
            wrong("a null of a gate".into());
        }
        if value.earned() < need {
            wrong(format!("what claims {} and has earned {} of {need}", value.claimed, value.earned()));
        }
        if value.evidence < evidence {
            wrong(format!("evidence `{}`", value.evidence.name()));
        }
        // Of telling somebody it is only a warning.
        let doubt = self.doubts.iter().find(|(earned, tested)| *earned < need && *tested < need);
        if let Some((earned, _)) = doubt
            && which > 0
            && value.tested < need
        {
            wrong(format!("its turn from a condition that has earned {earned} of {need}"));
        }
    }
}

impl Cond {
    /// Whether it is made of tests of confidences and for null alone, which are exact.
    fn only_tests(&self) -> bool {
        match self {
            Cond::Sure(..) | Cond::Asks(..) | Cond::Present(_) => true,
            Cond::True(_) | Cond::Same(..) => false,
            Cond::And(a, b) | Cond::Or(a, b) => a.only_tests() && b.only_tests(),
            Cond::Not(a) => a.only_tests(),
        }
    }
}

impl Cond {
    /// With a variable for the input.
    fn with_input(&self, name: u32) -> Cond {
        let again = |x: &Cond| Box::new(x.with_input(name));
        match self {
            Cond::Sure(..) | Cond::True(_) | Cond::Asks(..) | Cond::Present(_) => self.clone(),
            Cond::Same(own, y) => Cond::Same(*own, y.with_input(name)),
            Cond::And(a, b) => Cond::And(again(a), again(b)),
            Cond::Or(a, b) => Cond::Or(again(a), again(b)),
            Cond::Not(a) => Cond::Not(again(a)),
        }
    }
}

impl Expr {
    /// With a variable for the input.
    fn with_input(&self, name: u32) -> Expr {
        let again = |x: &Expr| Box::new(x.with_input(name));
        match self {
            Expr::Input => Expr::Name(name),
            Expr::Text(_) | Expr::Name(_) => self.clone(),
            Expr::Ask(who, x) => Expr::Ask(*who, again(x)),
            Expr::Join(a, b) => Expr::Join(again(a), again(b)),
            Expr::State(x, k) => Expr::State(again(x), *k),
            Expr::Cap(x, k) => Expr::Cap(again(x), *k),
            Expr::Drop(x) => Expr::Drop(again(x)),
            Expr::Gate(x, t) => Expr::Gate(again(x), *t),
            Expr::Else(a, b) => Expr::Else(again(a), again(b)),
            Expr::OrElse(a, b) => Expr::OrElse(again(a), again(b)),
            Expr::Best(a, b) => Expr::Best(again(a), again(b)),
            Expr::Agree(a, b) => Expr::Agree(again(a), again(b)),
            Expr::Pick(x, a, b) => Expr::Pick(again(x), again(a), again(b)),
            Expr::Choose(c, a, b) => Expr::Choose(Box::new(c.with_input(name)), again(a), again(b)),
            Expr::Verify(x, judge) => Expr::Verify(again(x), *judge),
            Expr::Approve(x) => Expr::Approve(again(x)),
            Expr::Call(f, x) => Expr::Call(*f, again(x)),
        }
    }
}
