//! A pattern as a whole: what it is given, what it gives, what it declares.

use super::amount::Cost;
use super::domain::{Agent, AgentShape, Id, Integrity, Known, List, Mark, Null, Shape, raw};
use super::finding::{Noted, Reached};
use super::flow::Flow;
use super::state::State;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ExprKind, Function, FunctionId};
use crate::source::{Location, Span};
use crate::syntax::ast::Band;
use crate::types::{Effect, Type};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What was found of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    /// Which.
    pub function: FunctionId,
    /// What it gives, if it ever does.
    pub result: Option<Known>,
    /// The calls that reach agents.
    pub reached: BTreeSet<Reached>,
    /// What it can take.
    pub cost: Cost,
    /// What is listed besides.
    pub noted: BTreeSet<Noted>,
}

/// What the statements of modules come to that run before anything else.
#[derive(Default)]
pub(super) struct Before {
    reached: BTreeSet<Reached>,
    cost: Cost,
    noted: BTreeSet<Noted>,
}

impl<'a> Flow<'a> {
    /// Walks the statements of a module, behind those of others.
    pub fn statements(&mut self, function: FunctionId, state: &mut State, before: &mut Before) -> Walked {
        self.conditions.clear();
        self.taken = Cost::default();
        let closure = self.plain(function);
        let result = self.run((u32::MAX, function.0), &closure, &[], state);
        before.reached.extend(self.findings.reached.iter().cloned());
        before.noted.extend(self.findings.noted.iter().cloned());
        before.cost.add(&std::mem::take(&mut self.taken));
        let (reached, noted) = (before.reached.clone(), before.noted.clone());
        Walked { function, result, reached, cost: before.cost.clone(), noted }
    }

    /// Walks a pattern with whatever its declaration allows.
    pub fn pattern(&mut self, function: FunctionId, state: &State, before: &Before) -> Walked {
        let declarations = &self.program.declarations;
        let declared = &declarations.functions[function.0 as usize];
        let names = &declarations.names;
        self.conditions.clear();
        self.requires = declared
            .decorators
            .requires
            .iter()
            .map(|c| (names.text(c.agent).to_owned(), c.method.to_string(), c.least))
            .collect();
        if !self.requires.is_empty() {
            self.calls.forget();
        }
        let arguments: Vec<Known> = declared
            .parameters
            .iter()
            .enumerate()
            .map(|(i, parameter)| {
                let name = parameter.name.map_or("it", |n| names.text(n));
                let kind = parameter.annotation.clone().unwrap_or(Type::Any);
                self.given(name, &kind, Id(u32::MAX - 1, function.0.wrapping_mul(64).wrapping_add(i as u32)))
            })
            .collect();
        let others = std::mem::take(&mut self.findings.reached);
        let noted = std::mem::take(&mut self.findings.noted);
        self.taken = Cost::default();
        let mut inside = state.clone();
        let closure = self.plain(function);
        let result = self.run((u32::MAX, function.0), &closure, &arguments, &mut inside);
        let mut reached = std::mem::replace(&mut self.findings.reached, others);
        self.findings.reached.extend(reached.iter().cloned());
        let mut noted = std::mem::replace(&mut self.findings.noted, noted);
        let asks = !reached.is_empty();
        reached.extend(before.reached.iter().cloned());
        noted.extend(before.noted.iter().cloned());
        let mut cost = before.cost.clone();
        cost.add(&std::mem::take(&mut self.taken));
        let walked = Walked { function, result, reached, cost, noted };
        self.declared(declared, &walked, asks);
        self.budgeted(declared, &walked);
        if !self.requires.is_empty() {
            self.requires.clear();
            self.calls.forget();
        }
        walked
    }

    /// What a parameter is given.
    pub fn given(&self, name: &str, kind: &Type, id: Id) -> Known {
        let agent = |who: Agent, interface| Known::constant(Shape::Agent(Rc::new(AgentShape::one(who, interface))));
        match kind {
            Type::Agent(interface) => agent(Agent::Named(Rc::from(name)), *interface),
            Type::Agents { interface, low, high } => {
                let member = agent(Agent::Member(Rc::from(name)), *interface);
                let list = List {
                    element: Some(member),
                    low: u64::from(*low),
                    high: Some(u64::from(*high)),
                    items: None,
                    size: Some(Rc::from(format!("{name}.length"))),
                };
                Known::constant(Shape::List(Rc::new(list))).born(id)
            }
            _ => {
                let known = Known {
                    integrity: Integrity::Input,
                    null: super::call::null_of(kind),
                    ..Known::constant(self.shape_of(kind, 0))
                };
                known.spread_to_parts().named(name).born(id)
            }
        }
    }

    /// What the declaration promises of the result and the effects; `asks` whether it reaches agents itself.
    fn declared(&mut self, declared: &Function, walked: &Walked, asks: bool) {
        let file = declared.file;
        let decorator = |name: &str| {
            declared.decorators.spans.iter().find(|(n, _)| &**n == name).map(|(_, span)| Location::new(file, *span))
        };
        let head = Location::new(file, declared.head);
        if let Some(result) = &walked.result {
            let whole = result.whole();
            if let Some((least, span)) = declared.decorators.ensures {
                let earned = whole.earned();
                if earned < raw(least) {
                    let at = decorator("ensures").unwrap_or(Location::new(file, span));
                    let gets = super::call::percent(earned);
                    self.findings.report(
                        Code::CF021,
                        at,
                        format!("the result is to have confidence {least}, and earns {gets}"),
                        |d| d.help(format!("test what is returned, as in `gate(x, {least}) ?? …`, or promise less")),
                    );
                }
                for (mark, from) in whole.marks.iter() {
                    self.matter(*mark, *from);
                }
            }
            for (mark, from) in whole.marks.iter() {
                match mark {
                    Mark::Washed => self.matter(*mark, *from),
                    Mark::Declassified if !whole.sources.is_empty() && !carries(result, &whole) => {
                        self.findings.report(
                            Code::CF019,
                            *from,
                            "the confidence of an answer is dropped here, and the answer is the result",
                            |d| d.help("return the answer itself: its confidence goes with it"),
                        );
                    }
                    _ => {}
                }
            }
            let admits =
                declared.result.as_ref().is_some_and(|t| super::call::null_of(t) != Null::Never && *t != Type::Any);
            if let Some(from) = whole.unserved()
                && !admits
            {
                self.null_as_result(from);
            }
            let silent = whole.marks.iter().filter(|(mark, _)| *mark == Mark::Silent && whole.null != Null::Never);
            for (_, from) in silent.filter(|_| !admits && whole.unserved().is_none()) {
                if !self.acts_beside(*from) {
                    self.null_as_result(*from);
                }
            }
        }
        let used: BTreeSet<Effect> = walked.reached.iter().map(|r| r.effect).collect();
        if let Some(effects) = &declared.decorators.effects {
            let allowed: BTreeSet<Effect> = effects.iter().copied().collect();
            for call in &walked.reached {
                if !allowed.contains(&call.effect) && call.effect > Effect::Read {
                    let name = call.effect.name();
                    self.findings.report(
                        Code::E001,
                        call.at,
                        format!("`{}` has the effect `{name}`, which is not declared", call.what),
                        |d| d.help(format!("add `\"{name}\"` to `@effects`")),
                    );
                }
            }
            for effect in &allowed {
                if !used.contains(effect) {
                    let at = decorator("effects").unwrap_or(head);
                    let name = effect.name();
                    self.findings.report(
                        Code::E002,
                        at,
                        format!("the effect `{name}` is declared and never used"),
                        |d| d.help("take it out of `@effects`"),
                    );
                }
            }
        }
        let names_agents =
            declared.parameters.iter().any(|p| matches!(p.annotation, Some(Type::Agent(_) | Type::Agents { .. })));
        if names_agents && !asks {
            self.findings.report(Code::E003, head, "this pattern takes agents and asks none", |d| {
                d.help("ask one, or write a function")
            });
        }
    }

    fn null_as_result(&mut self, from: Location) {
        self.findings.report(Code::E005, from, "the null of this can become the result", |d| {
            d.help("give an alternative with `??`, or declare the result as `T | null`")
        });
    }

    /// Whether `high` of the `uncertain if` of a branch does something: what its `low` leaves out is told as that.
    fn acts_beside(&self, branch: Location) -> bool {
        let Some(uncertain) = self.written.uncertain_at(branch) else { return false };
        let high = uncertain.branches.iter().filter(|b| b.band == Band::High).map(|b| b.span);
        let acts = |span: Span| {
            let reached = self.findings.reached.iter().filter(|reached| reached.effect >= Effect::Notify);
            reached
                .map(|reached| reached.at)
                .any(|at| at.file == branch.file && span.start <= at.span.start && at.span.end <= span.end)
        };
        high.into_iter().any(acts)
    }

    /// Findings that stand only when every walk is done: what never runs, and tests that always go one way.
    pub fn conclude(&mut self) {
        let dead: Vec<(Location, Band)> = self.findings.dead().collect();
        for (at, band) in dead {
            let name = match band {
                Band::High => "high",
                Band::Medium => "medium",
                Band::Low => "low",
                Band::Default => continue,
            };
            let arm = self.written.uncertain_at(at).and_then(|u| u.branches.iter().find(|b| b.band == band));
            let Some(arm) = arm else { continue };
            let at = Location::new(at.file, arm.span);
            self.findings.report(
                Code::CF003,
                at,
                format!("`{name}` never runs: the subject's confidence never lies there"),
                |d| d,
            );
        }
        let certain: Vec<(Location, bool)> = self.findings.certain().collect();
        for (at, passes) in certain {
            if let Some(arm) = self.written.arm_at(at) {
                if !passes {
                    let at = Location::new(at.file, arm);
                    self.findings.report(
                        Code::CF003,
                        at,
                        "this arm never runs: what is sure enough for it fits an arm before it",
                        |d| d.help("put the arm that asks for more first"),
                    );
                }
                continue;
            }
            let always = if passes { "always passes" } else { "never passes" };
            self.findings.report(Code::CF004, at, format!("this test {always}"), |d| {
                d.help("test a value whose confidence is not known before the run")
            });
        }
        self.silent();
    }

    /// `low` does nothing where `high` acts.
    fn silent(&mut self) {
        let acts: Vec<(Location, Effect)> =
            self.findings.reached.iter().filter(|r| r.effect >= Effect::Notify).map(|r| (r.at, r.effect)).collect();
        for (at, uncertain) in &self.written.uncertain {
            let inside = |span: Span| {
                acts.iter().any(|(a, _)| a.file == at.file && span.start <= a.span.start && a.span.end <= span.end)
            };
            let high = uncertain.branches.iter().find(|b| b.band == Band::High);
            let low = uncertain
                .branches
                .iter()
                .find(|b| b.band == Band::Low)
                .or_else(|| uncertain.branches.iter().find(|b| b.band == Band::Default));
            let (Some(high), Some(low)) = (high, low) else { continue };
            let empty = match &low.body.kind {
                ExprKind::Block(block) => block.exprs.iter().all(|e| matches!(e.kind, ExprKind::Null)),
                ExprKind::Null => true,
                _ => false,
            };
            if inside(high.span) && empty {
                let at = Location::new(at.file, low.span);
                self.findings.report(Code::CF006, at, "`high` acts, and this does nothing without a word", |d| {
                    d.help("say what happens instead: return a text, ask somebody, or `print` why nothing is done")
                });
            }
        }
    }
}

/// Whether a value holds all answers that are in it elsewhere as they were given.
fn carries(result: &Known, whole: &Known) -> bool {
    let mut given = Vec::new();
    let mut waiting = vec![result];
    while let Some(known) = waiting.pop() {
        if !known.has(Mark::Declassified) {
            given.extend(known.sources.keys());
        }
        match &known.shape {
            Shape::List(list) => waiting.extend(list.items.iter().flat_map(|items| items.iter()).chain(&list.element)),
            Shape::Object(object) => waiting.extend(object.fields.values().chain(&object.others)),
            _ => {}
        }
    }
    whole.sources.keys().all(|source| given.contains(&source))
}

/// What a walk that ran out of work says.
pub(super) fn too_complex(at: Location) -> Diagnostic {
    Diagnostic::new(Code::CF900, at, "this program is too complex to be checked")
        .help("split it into patterns that can be checked one by one")
}
