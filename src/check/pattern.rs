//! A pattern as a whole: what it is given, what it gives, what it declares.

use super::amount::{Cost, Turns};
use super::domain::{Agent, AgentShape, Id, Known, List, Mark, Null, SURE, Shape, Tests, raw};
use super::escape::{Doubts, elsewhere};
use super::finding::Listed;
use super::flow::Flow;
use super::state::State;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::hir::{ExprKind, Function, FunctionId, Module, Parameter};
use crate::source::{Location, Span};
use crate::syntax::ast::Band;
use crate::types::{Effect, Literal, Type};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What was found of a pattern.
#[derive(Clone, Debug)]
pub(super) struct Walked {
    /// Which.
    pub function: FunctionId,
    /// What it gives, if it ever does.
    pub result: Option<Known>,
    /// What it lists.
    pub listed: Rc<Listed>,
    /// What it can take.
    pub cost: Cost,
    /// The conditions on which it ends with an error, as far as they are in doubt.
    pub thrown: Doubts,
}

impl Walked {
    /// With another walk, that many times.
    pub fn with(&mut self, other: &Walked, turns: &Turns) {
        self.cost.add(&other.cost.times(turns));
        let mut listed = Listed::default();
        listed.take_in(self.listed.clone());
        listed.take_in(other.listed.clone());
        self.listed = Rc::new(listed);
    }
}

impl<'a> Flow<'a> {
    /// Walks a function by itself, in the frame of those that nobody calls.
    pub fn alone(&mut self, frame: u32, function: FunctionId, arguments: &[Known], state: &mut State) -> Walked {
        let walked = self.alone_on(Vec::new(), (frame, function), arguments, state);
        self.events.end_early(&walked);
        walked
    }

    /// The same where conditions that are in doubt decide that it runs at all.
    pub fn alone_on(
        &mut self,
        conditions: Doubts,
        (frame, function): (u32, FunctionId),
        arguments: &[Known],
        state: &mut State,
    ) -> Walked {
        self.conditions = conditions;
        let before = std::mem::take(&mut self.findings.listed);
        self.taken = Cost::default();
        let result = self.run((frame, function.0), &self.plain(function), arguments, state);
        let listed = Rc::new(std::mem::replace(&mut self.findings.listed, before));
        self.findings.listed.take_in(listed.clone());
        let mut thrown = self.escapes.thrown.take().unwrap_or_default();
        thrown.retain(|(known, _)| known.earned() < SURE);
        thrown.iter_mut().for_each(|(known, _)| *known = elsewhere(known));
        Walked { function, result, listed, cost: std::mem::take(&mut self.taken), thrown }
    }

    /// Walks the statements of all modules; what comes of the last is the result.
    pub fn statements(&mut self, modules: &[Module], state: &mut State) -> Option<Walked> {
        let mut all: Option<Walked> = None;
        for module in modules {
            let mut walked = self.alone(u32::MAX, module.body, &[], state);
            if let Some(before) = &all {
                walked.with(before, &Turns::between(1.0, 1.0));
            }
            all = Some(walked);
        }
        all
    }

    /// Walks a pattern with whatever its declaration allows, and says what it may leave behind.
    pub fn pattern(&mut self, function: FunctionId, state: &State, ended: &mut State) -> Walked {
        let declarations = &self.program.declarations;
        let declared = &declarations.functions[function.0 as usize];
        let names = &declarations.names;
        self.requires = declared
            .decorators
            .requires
            .iter()
            .map(|c| (names.text(c.agent).to_owned(), c.method.to_string(), c.least))
            .collect();
        self.seats = self.seating(function);
        if !self.requires.is_empty() || self.seats.is_some() {
            self.calls.forget();
        }
        let arguments: Vec<Known> = declared
            .parameters
            .iter()
            .enumerate()
            .map(|(i, parameter)| {
                let name = parameter.name.map_or("it", |n| names.text(n));
                let kind = parameter.annotation.clone().unwrap_or(Type::Any);
                let id = Id(u32::MAX - 1, function.0.wrapping_mul(64).wrapping_add(i as u32));
                let given = self.given(name, &kind, id);
                self.name_size(&given, name);
                if matches!(kind, Type::Agents { .. }) {
                    self.rosters.insert(id);
                }
                given
            })
            .collect();
        let mut inside = state.clone();
        let walked = self.alone(u32::MAX, function, &arguments, &mut inside);
        *ended = ended.join(&inside);
        self.declared(declared, &walked);
        let seated = self.seats.take().is_some();
        if seated || !self.requires.is_empty() {
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
                let member = agent(Agent::member(name), *interface);
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
                let cases = self.texts_of(kind).unwrap_or_default();
                let tests =
                    Tests { cases: cases.into_iter().map(|text| (text, Vec::new())).collect(), ..Tests::default() };
                let tests = (!tests.cases.is_empty()).then(|| Rc::new(tests));
                let known =
                    Known { null: super::call::null_of(kind), tests, ..Known::constant(self.shape_of(kind, 0)) };
                self.handed_in(known).spread_to_parts().named(name).born(id)
            }
        }
    }

    /// The texts that a type lists, where it admits nothing else.
    fn texts_of(&self, kind: &Type) -> Option<Vec<Rc<str>>> {
        match kind {
            Type::Literal(Literal::Text(text)) => Some(vec![Rc::from(&**text)]),
            Type::Union(all) => {
                let texts: Option<Vec<Vec<Rc<str>>>> = all.iter().map(|one| self.texts_of(one)).collect();
                texts.map(|texts| texts.concat())
            }
            Type::Named(id) => match &self.program.declarations.types[id.0 as usize].definition {
                Type::Named(_) => None,
                definition => self.texts_of(definition),
            },
            _ => None,
        }
    }

    /// What the declaration promises of the result.
    fn declared(&mut self, declared: &Function, walked: &Walked) {
        let file = declared.file;
        let decorator = |name: &str| declared.decorators.at(name).map(|span| Location::new(file, span));
        let head = Location::new(file, declared.head);
        if let Some(result) = &walked.result {
            let whole = result.whole();
            if let Some((least, span)) = declared.decorators.ensures {
                let earned = whole.earned();
                if earned < raw(least) {
                    let at = decorator("ensures").unwrap_or(Location::new(file, span));
                    let gets = super::call::percent(earned);
                    let path = self.path(&whole, raw(least), at);
                    let mend = match whole.claim.least() >= raw(least) {
                        true => super::call::before(least),
                        false => format!("test what is returned, as in `gate(x, {least}) ?? …`"),
                    };
                    self.findings.report(
                        Code::CF021,
                        at,
                        format!("the result is to have confidence {least}, and earns {gets}"),
                        |d| path(d).help(format!("{mend}, or promise less")),
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
        let names_agents =
            declared.parameters.iter().any(|p| matches!(p.annotation, Some(Type::Agent(_) | Type::Agents { .. })));
        // What was not walked to its end may ask one later.
        if names_agents && walked.listed.asks_nobody() && !self.exhausted() {
            self.findings.report(Code::E003, head, "this pattern takes agents and asks none", |d| {
                d.help("ask one, or write a function")
            });
        }
    }

    /// What a program gives is data: a function or an agent cannot leave it.
    pub fn can_leave(&mut self, walked: &Walked) {
        let Some(kind) = walked.result.as_ref().and_then(stays) else { return };
        let function = &self.program.declarations.functions[walked.function.0 as usize];
        let last = match &function.body.kind {
            ExprKind::Block(block) => block.exprs.last().unwrap_or(&function.body),
            _ => &function.body,
        };
        let message = format!("{kind} cannot leave the program, and this is its result");
        self.findings.report(Code::T001, Location::new(function.file, last.span), message, |d| {
            d.help("give what it answers, or its name")
        });
    }

    /// What the declaration permits: effects, and how much may be taken.
    pub fn permitted(&mut self, walked: &Walked) {
        let declared = &self.program.declarations.functions[walked.function.0 as usize];
        if let Some(effects) = &declared.decorators.effects {
            let reached = walked.listed.reached();
            let used: BTreeSet<Effect> = reached.iter().map(|r| r.effect).collect();
            let allowed: BTreeSet<Effect> = effects.iter().copied().collect();
            let mut told = BTreeSet::new();
            for call in reached {
                if !allowed.contains(&call.effect) && call.effect > Effect::Read && told.insert(call.effect) {
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
                    let at = Location::new(declared.file, declared.decorators.at("effects").unwrap_or(declared.head));
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
        self.budgeted(declared, walked);
        declared.parameters.iter().for_each(|parameter| self.classed(declared, parameter));
    }

    /// A class that the agents file gives a method under a name that is close to one of the interface's, and is none of its
    /// names, would be lost.
    fn classed(&mut self, declared: &Function, parameter: &Parameter) {
        let name = parameter.name.map_or("it", |name| self.program.declarations.names.text(name));
        let (who, interface) = match parameter.annotation {
            Some(Type::Agent(Some(interface))) => (Agent::Named(Rc::from(name)), interface),
            Some(Type::Agents { interface: Some(interface), .. }) => (Agent::member(name), interface),
            _ => return,
        };
        let methods = &self.program.declarations.interfaces[interface.0 as usize].methods;
        let at = Location::new(declared.file, parameter.span);
        for agent in self.behind(&who, &AgentShape::one(who.clone(), Some(interface))) {
            let listed = |effect: &str| methods.iter().any(|method| &*method.name == effect);
            let unclassed = methods.iter().map(|m| &*m.name).filter(|name| !agent.effects.contains_key(*name));
            for (effect, class) in agent.effects.iter().filter(|(effect, _)| !listed(effect)) {
                let Some(meant) = nearest(effect, unclassed.clone()) else { continue };
                let message = format!(
                    "the agents file calls `{}.{effect}` {}, and the interface has no `{effect}`",
                    agent.name,
                    class.name()
                );
                self.findings.report(Code::E004, at, message, |d| d.help(format!("did you mean `{meant}`?")));
            }
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
            let listed = self.findings.listed.reached();
            let reached = listed.iter().filter(|reached| reached.effect >= Effect::Notify);
            reached.map(|reached| reached.at).any(|at| Location::new(branch.file, span).holds(at))
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
        if self.written.uncertain.is_empty() {
            return;
        }
        let reached = self.findings.listed.reached();
        let acts: Vec<(Location, Effect)> =
            reached.iter().filter(|r| r.effect >= Effect::Notify).map(|r| (r.at, r.effect)).collect();
        for (at, uncertain) in &self.written.uncertain {
            let inside = |span: Span| acts.iter().any(|(act, _)| Location::new(at.file, span).holds(*act));
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

/// What is certainly in a value and cannot leave the program.
fn stays(known: &Known) -> Option<&'static str> {
    if known.null != Null::Never {
        return None;
    }
    match &known.shape {
        Shape::Functions(_) | Shape::Builtin(_) => Some("a function"),
        Shape::Agent(_) => Some("an agent"),
        Shape::List(list) if list.low > 0 => {
            list.items.iter().flat_map(|items| items.iter()).chain(&list.element).find_map(stays)
        }
        Shape::Object(object) => object.fields.values().find_map(stays),
        _ => None,
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
