//! Comparisons, and what they tell about confidences, lengths and nulls.

use super::domain::{Cap, Fact, Integrity, Known, Mark, NONE, Null, Number, Raw, SURE, Shape, raw};
use super::flow::{Activation, Flow};
use super::graph::Definition;
use super::line::Line;
use super::state::State;
use super::transfer::tests;
use crate::diagnostic::{Code, Severity};
use crate::hir::{Binary, Unary};
use crate::ir::{Inst, Op, Var};
use crate::source::Location;
use crate::value::Evidence;

impl Activation<'_> {
    /// Whether a value is true or false, whatever it tests.
    fn is_truth(&self, var: Var) -> bool {
        let Definition::Instruction(block, index) = self.graph.definitions[var.0 as usize] else { return false };
        match &self.code.blocks[block].code[index].op {
            Op::IsNull | Op::Truth | Op::Ask | Op::Unary(Unary::Not) => true,
            Op::Binary(binary) => binary.compares(),
            _ => false,
        }
    }
}

/// The numbers that a side of a comparison can be. Null, which is below all of them, leaves no least.
fn lowest(x: &Known) -> Number {
    let number = super::interval::numbers(x);
    match x.null {
        Null::Never => number,
        // An unknown confidence is told apart where it is tested.
        _ if number.confidence_of.is_some() => number,
        _ => Number { low: f64::NEG_INFINITY, ..number },
    }
}

impl<'a> Flow<'a> {
    /// `<`, `<=`, `>`, `>=`.
    pub fn compare(&mut self, act: &Activation<'a>, binary: Binary, a: &Known, b: &Known, inst: &Inst) -> Known {
        let at = act.at(inst.span);
        let (x, y) = (lowest(a), lowest(b));
        let mut known = Known::computed([a, b], Shape::Plain).without_nothing();
        let mut yes = Vec::new();
        let mut no = Vec::new();
        // Written as `left at most right` with a flag for strictness.
        let (left, right, l, r, strict) = match binary {
            Binary::Less => (a, b, &x, &y, true),
            Binary::LessEqual => (a, b, &x, &y, false),
            Binary::Greater => (b, a, &y, &x, true),
            _ => (b, a, &y, &x, false),
        };
        let gap = |whole: bool| if strict && whole { 1.0 } else { 0.0 };
        let whole = l.whole && r.whole;
        for (known, other, is_left) in [(l, r, true), (r, l, false)] {
            if let Some(id) = known.confidence_of {
                // left <= right: for the confidence on the right, at least the left; and the other way round.
                // Beyond 0 and 1 there is none, so a bound there tells less, or nothing.
                let above = |more: bool| first_beyond(other.low, more).min(SURE);
                let below = |less: bool| (other.high <= 1.0).then(|| Fact::Below(id, first_beyond(other.high, !less)));
                if is_left {
                    yes.extend(below(strict));
                    no.push(Fact::AtLeast(id, above(!strict)));
                } else {
                    yes.push(Fact::AtLeast(id, above(strict)));
                    no.extend(below(!strict));
                }
            }
            // Whatever is at least as sure as a number says is beyond what the number is beyond.
            for &id in known.below.iter().filter(|id| known.confidence_of != Some(**id)) {
                let above = |more: bool| {
                    let told = other.low > 0.0 || more && other.low >= 0.0;
                    told.then(|| Fact::AtLeast(id, first_beyond(other.low, more).min(SURE)))
                };
                if is_left {
                    no.extend(above(!strict));
                } else {
                    yes.extend(above(strict));
                }
            }
            if let Some(id) = known.length_of {
                if is_left {
                    yes.push(Fact::LengthTo(id, other.high - gap(whole)));
                    no.push(Fact::LengthFrom(id, other.low + if strict { 0.0 } else { 1.0 }));
                } else {
                    yes.push(Fact::LengthFrom(id, other.low + gap(whole)));
                    no.push(Fact::LengthTo(id, other.high - if strict { 0.0 } else { 1.0 }));
                }
            }
        }
        let beyond = |line: Option<Line>, by: bool| {
            line.and_then(|line| line.plus(&Line::constant(-f64::from(u8::from(by))), 1)).map(Fact::Holds)
        };
        if let (Some(p), Some(q)) = (self.line_of(left), self.line_of(right)) {
            yes.extend(beyond(q.plus(&p, -1), strict && whole));
            no.extend(beyond(p.plus(&q, -1), !strict && whole));
        }
        if let (Some((p, by)), Some((q, of))) = (self.divided(left), self.divided(right))
            && (by, of) != (1, 1)
            && let (Some(p), Some(q)) = (p.times(of), q.times(by))
        {
            yes.extend(beyond(q.plus(&p, -1), strict));
            no.extend(beyond(p.plus(&q, -1), !strict));
        }
        yes.push(Fact::To(left.id, r.high - gap(whole)));
        yes.push(Fact::From(right.id, l.low + gap(whole)));
        if whole {
            no.push(Fact::From(left.id, r.low + if strict { 0.0 } else { 1.0 }));
            no.push(Fact::To(right.id, l.high - if strict { 0.0 } else { 1.0 }));
        } else {
            no.push(Fact::From(left.id, r.low));
            no.push(Fact::To(right.id, l.high));
        }
        if right.null != Null::Never
            && left.null == Null::Never
            && (l.constant().is_some() || l.confidence_of.is_some())
        {
            yes.push(Fact::Present(right.id));
        }
        if x.may_be_none() || y.may_be_none() {
            // What is no number is neither below nor above: that one does not hold says nothing of the other.
            no.clear();
        }
        known.tests = tests(yes, no);
        if let Some(of) = x.confidence_of.or(y.confidence_of) {
            let (claim, other, confidence_left) =
                if l.confidence_of == Some(of) { (left, r, true) } else { (right, l, false) };
            self.confidence_test(claim, other.low, other.high, confidence_left, strict, at);
            let chosen = self.chosen_threshold(if confidence_left { right } else { left }, at);
            // A test on a confidence is exact, as far as what it is held against is.
            let told = |x: &Known| x.claim.told && x.as_number().is_some_and(|n| n.confidence_of.is_some());
            let exact = |x: &&Known| told(x) && x.earned() == SURE && x.evidence == Evidence::Exact;
            // Whatever chose a confidence is at least as sure as that: where it is below the threshold, this does not hold.
            let least = raw(other.low);
            let held = |x: &Known| if told(x) { x.claim.at_least(least) } else { x.claim };
            let held = [a, b].map(|x| Known { claim: held(x), ..x.clone() });
            let doubtful = held.iter().filter(|x| !exact(x));
            known = Known { tests: known.tests, ..Known::computed(doubtful, Shape::Plain) };
            if chosen {
                known = known.marked(Mark::Chosen, at);
            }
        }
        known
    }

    /// Whether a fact cannot be: the way it belongs to is never taken.
    pub fn contradicts(&self, act: &Activation<'a>, fact: Fact, state: &State) -> bool {
        let id = fact.about();
        if fact == Fact::Never {
            return true;
        }
        // A parameter is the value that it was called with.
        let held = if id.0 == act.frame {
            act.values.get(id.1 as usize).and_then(Option::as_ref).filter(|known| known.id == id)
        } else {
            act.code.blocks[0].parameters.iter().find_map(|var| act.held(*var).filter(|known| known.id == id))
        };
        let Some(known) = held else { return false };
        let refined = state.refine(known);
        match fact {
            Fact::AtLeast(..) | Fact::Below(..) | Fact::Known(_) | Fact::Unknown(_) => refined.whole().claim.empty(),
            Fact::Null(_) => known.null == Null::Never,
            Fact::Present(_) => known.null == Null::Always,
            _ => false,
        }
    }

    /// Whether a test on a confidence can pass, and fail.
    fn confidence_test(
        &mut self,
        confidence: &Known,
        low: f64,
        high: f64,
        confidence_left: bool,
        strict: bool,
        at: Location,
    ) {
        let Some(number) = confidence.as_number() else { return };
        let unknown = confidence.null != Null::Never;
        let known = confidence.null != Null::Always;
        let (can_pass, can_fail) = if confidence_left {
            let pass = if strict { number.low < high } else { number.low <= high };
            let fail = if strict { number.high >= low } else { number.high > low };
            (unknown || (known && pass), known && fail)
        } else {
            let pass = if strict { number.high > low } else { number.high >= low };
            let fail = if strict { number.low <= high } else { number.low < high };
            (known && pass, unknown || (known && fail))
        };
        self.findings.outcome(at, can_pass || self.lenient, can_fail || self.lenient);
    }

    /// What asking against a threshold from here to there can give.
    pub fn ask_outcomes(&mut self, x: &Known, from: Raw, to: Raw, at: Location) {
        let whole = x.whole();
        let passes = whole.claim.known() && whole.claim.high >= from;
        let fails = whole.claim.least() < to;
        self.findings.outcome(at, passes || self.lenient, fails || self.lenient);
    }

    /// `==`, `!=`.
    pub fn equal(&mut self, act: &Activation<'a>, equal: bool, a: &Known, b: &Known, inst: &Inst) -> Known {
        let at = act.at(inst.span);
        let mut known = Known::computed([a, b], Shape::Plain).without_nothing();
        if [a, b].iter().any(|x| matches!(x.shape, Shape::List(_) | Shape::Object(_) | Shape::Any)) {
            // Parts are looked at only where kinds and lengths agree.
            let own = super::read::own([a, b], Shape::Plain);
            known.claim = known.claim.join(own.claim);
            known.above = own.above.clone();
        }
        self.line_of(a);
        self.line_of(b);
        let mut same = Vec::new();
        let mut other = Vec::new();
        for ((x, y), var) in [(a, b), (b, a)].into_iter().zip(&inst.args) {
            if y.null == Null::Always {
                same.push(Fact::Null(x.id));
                other.push(Fact::Present(x.id));
                other.extend(act.shows_length(*var));
                if let Some(number) = x.as_number()
                    && let Some(id) = number.confidence_of
                {
                    same.push(Fact::Unknown(id));
                    other.push(Fact::Known(id));
                }
                if let Some(cap) = x.is_told_by_null() {
                    // Whether a gate passed is certain, however doubtful what it let through.
                    known.cap = cap;
                    known.exact = cap.bound == SURE;
                    known.tested = known.tested.max(x.tested_by_gate());
                }
                if x.as_number().is_some_and(|n| n.confidence_of.is_some()) && x.earned() == SURE {
                    known.cap = Cap::FREE;
                    known.exact = true;
                }
                if x.null != Null::Maybe {
                    // It comes to the same in every run.
                    known.shape = Shape::Bool(equal == (x.null == Null::Always));
                    known.exact = true;
                }
            } else if y.null == Null::Never {
                same.push(Fact::Present(x.id));
            }
            if let (Shape::Bool(truth), Some(told)) = (&y.shape, x.tests.as_deref()) {
                let (when, unless) = if *truth { (&told.yes, &told.no) } else { (&told.no, &told.yes) };
                same.extend(when);
                if act.is_truth(*var) {
                    other.extend(unless);
                }
                known.exact |= x.exact;
            }
            if let (Some(text), Some(told)) = (y.as_text(), x.tests.as_deref()) {
                // One of several texts that were chosen on different ways.
                let (mut here, mut elsewhere) = (None, Vec::new());
                for (case, facts) in &told.cases {
                    if case == text { here = Some(facts) } else { elsewhere.push(facts) }
                }
                if here.is_none() && !told.cases.is_empty() {
                    same.push(Fact::Never);
                } else if elsewhere.is_empty() && here.is_some() && x.null == Null::Never {
                    other.push(Fact::Never);
                }
                same.extend(here.into_iter().flatten());
                let all = elsewhere.into_iter().cloned().reduce(|a, b| super::truth::either(&a, &b));
                other.extend(all.into_iter().flatten());
            }
            if y.as_text().is_some_and(|text| text.is_empty()) {
                same.push(Fact::LengthTo(x.id, 0.0));
                // An empty list is no empty text.
                if matches!(x.shape, Shape::Plain | Shape::Text(_)) {
                    other.push(Fact::LengthFrom(x.id, 1.0));
                }
            }
            if let Some(value) = y.as_constant() {
                if let Some(number) = x.as_number()
                    && let Some(id) = number.length_of
                {
                    same.push(Fact::LengthFrom(id, value));
                    same.push(Fact::LengthTo(id, value));
                    if value == number.low && value.fract() == 0.0 {
                        other.push(Fact::LengthFrom(id, value + 1.0));
                    }
                }
                if let Some(number) = x.as_number().filter(|_| value > 0.0) {
                    let least = first_beyond(value, false).min(SURE);
                    let surer = number.confidence_of.iter().chain(number.below.iter());
                    same.extend(surer.map(|id| Fact::AtLeast(*id, least)));
                }
                same.push(Fact::From(x.id, value));
                same.push(Fact::To(x.id, value));
                if let Some(number) = x.as_number().filter(|number| number.whole && value.fract() == 0.0) {
                    // A whole number that is not at the end of where it lies is one further at least.
                    other.extend((number.low >= value).then_some(Fact::From(x.id, value + 1.0)));
                    other.extend((number.high <= value).then_some(Fact::To(x.id, value - 1.0)));
                }
            }
            if x.as_number().is_some_and(|n| n.confidence_of.is_some()) && y.null != Null::Always {
                self.findings.report(Code::CF015, at, "a confidence is compared for equality with a number", |d| {
                    d.help("write `>=` or `<`; `== null` tests for an unknown confidence")
                });
            }
        }
        if let (Some(x), Some(y)) = (a.as_constant(), b.as_constant()) {
            known.shape = Shape::Bool((x == y) == equal);
        }
        if let (Some(x), Some(y)) = (a.as_text(), b.as_text()) {
            known.shape = Shape::Bool((x == y) == equal);
        }
        known.tests = if equal { tests(same, other) } else { tests(other, same) };
        known
    }

    /// A threshold of a gate, a band, an asking `~>`: whether somebody else than the program chose it. That the input did is an
    /// error only where something is done on it.
    pub fn chosen_threshold(&mut self, t: &Known, at: Location) -> bool {
        let floor = t.as_number().is_some_and(|n| n.low.is_finite() && n.low > 0.0 && n.confidence_of.is_none());
        if floor {
            return false;
        }
        match t.integrity {
            Integrity::Program => false,
            Integrity::Input => {
                let severity = Severity::Warning;
                self.findings.report(Code::CF018, at, "the input can choose this threshold", |d| {
                    d.severity(severity).help("write a number, or keep it from falling too low: `Math.max(t, 0.6)`")
                });
                true
            }
            Integrity::Agent | Integrity::Unknown => {
                if t.as_number().is_some_and(|n| n.confidence_of.is_some() || n.assessed.is_some()) {
                    return false;
                }
                self.findings.report(Code::CF018, at, "an agent can choose this threshold", |d| {
                    d.help("write a number, or keep it from falling too low: `Math.max(t, 0.6)`")
                });
                true
            }
        }
    }
}

/// The least confidence whose number is not below another, or is above it; one beyond all where there is none.
pub(super) fn first_beyond(bound: f64, strict: bool) -> Raw {
    let beyond = |confidence: Raw| {
        let own = super::domain::number(confidence);
        if strict { own > bound } else { own >= bound }
    };
    // What is rounded lies a step away at most.
    let near = raw(bound);
    (near.saturating_sub(1).max(NONE)..=near.saturating_add(1).min(SURE)).find(|at| beyond(*at)).unwrap_or(SURE + 1)
}
