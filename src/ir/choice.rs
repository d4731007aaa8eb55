//! Choices: conditions, `if`, `switch`, bands, and operators whose right side runs only if needed.

use super::build::{Builder, Join};
use super::exit::Region;
use super::{BlockId, End, Op, Threshold, Var, build};
use crate::hir::{Binary, Branch, Case, Expr, ExprKind, Logical, Unary};
use crate::source::Span;
use crate::syntax::ast::Band;
use smallvec::{SmallVec, smallvec};

/// What decided so far, of a choice whose value is wanted.
#[derive(Default)]
pub(super) struct Deciders {
    vars: SmallVec<[Var; 4]>,
}

/// So many deciders are kept apart before they are taken together, which keeps long rows of conditions linear.
const APART: usize = 4;

/// So many ways lead to one end of a row before another end is begun, which keeps long rows linear.
const ROW: usize = 64;

impl Deciders {
    /// One more decided.
    pub(super) fn add(&mut self, builder: &mut Builder, var: Var, span: Span) {
        if builder.dead || builder.exact(var) || self.vars.contains(&var) {
            return;
        }
        if self.vars.len() == APART {
            let (first, others) = (self.vars[0], SmallVec::<[Var; 4]>::from_slice(&self.vars[1..]));
            let all = builder.under(first, &others, span);
            self.vars = smallvec![all];
        }
        self.vars.push(var);
    }

    /// What was chosen, under what decided.
    pub(super) fn choose(&self, builder: &mut Builder, value: Var, span: Span) -> Var {
        builder.under(value, &self.vars, span)
    }
}

impl Builder<'_> {
    /// Goes where the truth of a condition leads.
    pub(super) fn branch(&mut self, condition: &Expr, then: &mut Join, otherwise: &mut Join) {
        match &condition.kind {
            ExprKind::Unary(Unary::Not, inner) => self.branch(inner, otherwise, then),
            ExprKind::Logical(row)
                if row.rest.iter().all(|(operator, _)| *operator == Logical::And)
                    || row.rest.iter().all(|(operator, _)| *operator == Logical::Or) =>
            {
                let and = row.rest.first().is_some_and(|(operator, _)| *operator == Logical::And);
                let mut operand = &row.first;
                for (_, right) in &row.rest {
                    let mut next = self.join();
                    if and {
                        self.branch(operand, &mut next, otherwise);
                    } else {
                        self.branch(operand, then, &mut next);
                    }
                    self.enter(next);
                    operand = right;
                }
                self.branch(operand, then, otherwise);
            }
            _ => {
                let value = self.value(condition);
                self.decide(value, then, otherwise, condition.span);
            }
        }
    }

    /// Goes where the truth of a value leads.
    pub(super) fn decide(&mut self, value: Var, then: &mut Join, otherwise: &mut Join, span: Span) {
        let (yes, no) = self.part(value, span);
        self.resume(yes);
        self.go(then, &[], span);
        self.resume(no);
        self.go(otherwise, &[], span);
    }

    /// `a && b`, `a || b`, `a ?? b`, `a ~?? b`
    pub(super) fn logical(&mut self, first: &Expr, rest: &[(Logical, Expr)], wanted: bool, span: Span) -> Var {
        let mut left = self.value(first);
        // Operands of one operator share an end: what ends the row early is the value of all of it.
        let mut at = 0;
        while at < rest.len() {
            let operator = rest[at].0;
            let mut done = self.join();
            let mut count = 0;
            while at < rest.len() && rest[at].0 == operator && count < ROW {
                let (go_on, stop) = self.question(operator, left, span);
                let here = self.mark();
                for block in stop {
                    self.rewind(here);
                    self.resume(block);
                    self.go(&mut done, &[left], span);
                }
                self.rewind(here);
                let mut next = self.join();
                for block in go_on {
                    self.resume(block);
                    self.go(&mut next, &[], span);
                }
                self.enter(next);
                let right = self.lower(&rest[at].1, wanted || at + 1 < rest.len());
                let under = matches!(operator, Logical::And | Logical::Or) && (wanted || at + 1 < rest.len());
                left = if under { self.under(right, &[left], rest[at].1.span) } else { right };
                at += 1;
                count += 1;
            }
            self.go(&mut done, &[left], span);
            left = self.enter(done).first().copied().unwrap_or(Var(0));
        }
        left
    }

    /// Whether the right side of an operator runs: the blocks from which it does, and those from which it does not.
    pub(super) fn question(
        &mut self,
        operator: Logical,
        left: Var,
        span: Span,
    ) -> (SmallVec<[BlockId; 4]>, SmallVec<[BlockId; 4]>) {
        match operator {
            Logical::And => {
                let (then, otherwise) = self.part(left, span);
                (smallvec![then], smallvec![otherwise])
            }
            Logical::Or => {
                let (then, otherwise) = self.part(left, span);
                (smallvec![otherwise], smallvec![then])
            }
            Logical::Coalesce => {
                let null = self.emit(Op::IsNull, smallvec![left], span);
                let (then, otherwise) = self.part(null, span);
                (smallvec![then], smallvec![otherwise])
            }
            Logical::OrElse => {
                let null = self.emit(Op::IsNull, smallvec![left], span);
                let (then, otherwise) = self.part(null, span);
                self.resume(otherwise);
                if self.dead {
                    return (smallvec![then], smallvec![otherwise]);
                }
                let (sure, unsure, unknown) = (self.create(), self.create(), self.create());
                let medium = Threshold::Fixed(self.function.bands.medium);
                self.end(
                    End::Route {
                        subject: left,
                        bands: vec![(Band::Medium, medium, build::target(sure))],
                        unknown: build::target(unknown),
                        otherwise: build::target(unsure),
                        default: true,
                    },
                    span,
                );
                (smallvec![then, unsure, unknown], smallvec![sure])
            }
        }
    }

    /// `if`, `? :`
    pub(super) fn choose(&mut self, arms: &[(Expr, Expr)], otherwise: Option<&Expr>, wanted: bool, span: Span) -> Var {
        let mut done = self.join();
        let mut deciders = Deciders::default();
        for (condition, body) in arms {
            let mut then = self.join();
            let mut next = self.join();
            if wanted {
                let value = self.value(condition);
                deciders.add(self, value, condition.span);
                // What is added may have been written behind the condition, so both ways begin here.
                then = self.join();
                next = self.join();
                self.decide(value, &mut then, &mut next, condition.span);
            } else {
                self.branch(condition, &mut then, &mut next);
            }
            self.enter(then);
            let value = self.outcome(body, wanted);
            let value = value.map(|value| deciders.choose(self, value, body.span));
            self.go(&mut done, value.as_slice(), body.span);
            self.enter(next);
            if self.dead {
                break;
            }
        }
        if !self.dead {
            let value = match otherwise {
                Some(body) => self.outcome(body, wanted),
                None => wanted.then(|| self.null()),
            };
            let end = otherwise.map_or(span, |body| body.span);
            let value = value.map(|value| deciders.choose(self, value, end));
            self.go(&mut done, value.as_slice(), end);
        }
        self.enter(done).first().copied().unwrap_or(Var(0))
    }

    /// `switch`
    pub(super) fn switch(&mut self, subject: &Expr, cases: &[Case], wanted: bool, span: Span) -> Var {
        let subject_value = self.value(subject);
        if self.dead {
            return Var(0);
        }
        let start = self.mark();
        self.regions.push(Region::Switch { end: self.join() });
        let mut decider = self.null();
        let mut looked = false;
        let mut last: Option<(Join, &Case)> = None;
        for case in cases {
            let mut hit = self.join_at(start);
            for test in &case.tests {
                let value = self.value(test);
                let same = self.emit(Op::Binary(Binary::Equal), smallvec![subject_value, value], test.span);
                if wanted {
                    if !scalar(test) {
                        decider = self.under(decider, &[same], test.span);
                    } else if !looked {
                        decider = self.under(decider, &[subject_value], test.span);
                        looked = true;
                    }
                }
                let (then, otherwise) = self.part(same, test.span);
                self.resume(then);
                self.go(&mut hit, &[decider], test.span);
                self.resume(otherwise);
            }
            if case.default {
                last = Some((hit, case));
            } else {
                // The body is written in its turn; the next test follows from here.
                let mut rest = self.join_at(start);
                self.go(&mut rest, &[], case.span);
                self.case(hit, case, wanted);
                self.enter(rest);
            }
        }
        match last {
            Some((mut hit, case)) => {
                self.go(&mut hit, &[decider], case.span);
                self.case(hit, case, wanted);
            }
            None => {
                let null = self.null();
                let value = self.under(null, &[decider], span);
                self.finish_case(value, span);
            }
        }
        let Some(Region::Switch { end }) = self.regions.pop() else { return Var(0) };
        self.enter(end).first().copied().unwrap_or(Var(0))
    }

    fn case(&mut self, hit: Join, case: &Case, wanted: bool) {
        let decider = self.enter(hit).first().copied().unwrap_or(Var(0));
        let mut value = self.lower(&case.body, wanted);
        if wanted {
            value = self.under(value, &[decider], case.body.span);
        }
        self.finish_case(value, case.body.span);
    }

    fn finish_case(&mut self, value: Var, span: Span) {
        if let Some(Region::Switch { mut end }) = self.regions.pop() {
            self.go(&mut end, &[value], span);
            self.regions.push(Region::Switch { end });
        }
    }

    /// `uncertain if`: the branch whose threshold the subject's confidence reaches.
    pub(super) fn route(&mut self, subject: Var, branches: &[Branch], wanted: bool, span: Span) -> Var {
        let usual = self.function.bands;
        let (mut high, mut medium) = (Threshold::Fixed(usual.high), Threshold::Fixed(usual.medium));
        for branch in branches {
            match branch.band {
                Band::High => high = self.threshold(branch.threshold.as_ref(), usual.high),
                Band::Medium => medium = self.threshold(branch.threshold.as_ref(), usual.medium),
                Band::Low | Band::Default => {}
            }
        }
        if self.dead {
            return Var(0);
        }
        let find = |band: Band| branches.iter().find(|branch| branch.band == band);
        let default = find(Band::Default);
        let mut done = self.join();
        let (mut low, mut rest) = (self.join(), self.join());
        let (sure, fair, below, unknown) = (self.create(), self.create(), self.create(), self.create());
        let written = default.is_some();
        let lead = |bands, below| End::Route {
            subject,
            bands,
            unknown: build::target(unknown),
            otherwise: build::target(below),
            default: written,
        };
        let upper = (Band::High, high, build::target(sure));
        let lower = (Band::Medium, medium, build::target(fair));
        let mut left: SmallVec<[BlockId; 4]> = smallvec![fair, below, unknown];
        match (find(Band::Medium), high) {
            // Without the branch its threshold says nothing beyond that of `high`.
            (None, Threshold::Fixed(high)) if high <= usual.medium => {
                self.end(lead(vec![upper], below), span);
                left.remove(0);
            }
            (None, Threshold::Computed(_)) => {
                let (further, never) = (self.create(), self.create());
                self.end(lead(vec![upper], further), span);
                self.resume(further);
                let second = End::Route {
                    subject,
                    bands: vec![lower],
                    unknown: build::target(never),
                    otherwise: build::target(below),
                    default: written,
                };
                self.end(second, span);
                left.push(never);
            }
            _ => self.end(lead(vec![upper, lower], below), span),
        }
        // Which branch each of these blocks leads to: `low`, or `default` for a band without a branch.
        for block in left {
            let band = match block {
                block if block == below => Some(Band::Low),
                block if block == fair => Some(Band::Medium),
                _ if written => None,
                _ => Some(Band::Low),
            };
            match band.and_then(find) {
                Some(branch) if branch.band == Band::Medium => {
                    self.resume(block);
                    self.branch_body(branch, &mut done, wanted);
                }
                found => {
                    self.resume(block);
                    self.go(if found.is_some() { &mut low } else { &mut rest }, &[], span);
                }
            }
            self.back(&done);
        }
        self.resume(sure);
        match find(Band::High) {
            Some(branch) => self.branch_body(branch, &mut done, wanted),
            None => self.go(&mut rest, &[], span),
        }
        self.enter(low);
        if let Some(branch) = find(Band::Low) {
            self.branch_body(branch, &mut done, wanted);
        }
        self.enter(rest);
        match default {
            Some(branch) => self.branch_body(branch, &mut done, wanted),
            None => {
                let null = self.null();
                self.go(&mut done, &[null], span);
            }
        }
        self.enter(done).first().copied().unwrap_or(Var(0))
    }

    fn branch_body(&mut self, branch: &Branch, done: &mut Join, wanted: bool) {
        let value = self.lower(&branch.body, wanted);
        self.go(done, &[value], branch.span);
    }

    fn threshold(&mut self, own: Option<&Expr>, usual: f64) -> Threshold {
        match own {
            None => Threshold::Fixed(usual),
            Some(Expr { kind: ExprKind::Number(number), .. }) => Threshold::Fixed(*number),
            Some(own) => Threshold::Computed(self.value(own)),
        }
    }
}

/// Whether comparing with this looks at nothing but the other side's own confidence.
pub(super) fn scalar(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(_))
}
