//! The forms of orchestration, and judging.

use super::account::Consent;
use super::amount::{Amount, Cost, Turns};
use super::domain::{
    Agent, AgentShape, Cap, Claim, Id, Integrity, Known, Mark, NONE, Nothing, Null, Passed, SURE, Shape, Source,
};
use super::escape::{Doubts, absorb, passed_on, walked};
use super::few::{Few, Sides};
use super::finding::Noted;
use super::flow::{Activation, Flow};
use super::read::{confidence_of, elements, read};
use super::state::State;
use crate::diagnostic::{Code, Edit, Fix};
use crate::host::Transport;
use crate::ir::{Inst, Var, cost, prompt};
use crate::source::{Location, Span};
use crate::types::{Effect, Type};
use crate::value::Evidence;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The most attempts of a `retry`.
const MOST_ATTEMPTS: f64 = 10.0;

impl<'a> Flow<'a> {
    /// `retry`, `fallback`, `timeout`, `escalate`, `sequential`, `expect.error`.
    pub fn form(
        &mut self,
        act: &mut Activation<'a>,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        let medium = act.code.bands.medium;
        let mut run = |flow: &mut Self, known: &Known, given: &[Known], state: &mut State| match &known.shape {
            Shape::Functions(_) | Shape::Builtin(_) => {
                let before = state.clone();
                let outer = std::mem::take(&mut flow.escapes);
                let catches = matches!(name, "retry" | "fallback" | "error");
                let result = flow.guarding(catches, |flow| flow.call(act, known, given, inst, state));
                let escapes = std::mem::replace(&mut flow.escapes, outer);
                *state = before.join(state);
                // It may be left at any time, and something else goes on.
                escapes.meanwhile(state);
                flow.escapes.take_in(escapes);
                result
            }
            Shape::Agent(agent) => {
                let given = given.to_vec();
                let agent = agent.clone();
                Some(flow.handled_by(act, &agent, &given, inst, state))
            }
            _ => {
                if known.hides().functions && !flow.lenient {
                    flow.unknown_function(at);
                }
                Some(known.clone())
            }
        };
        match name {
            "error" => run(self, args.get(1)?, &[], state),
            "retry" => {
                let options = args.get(1);
                let option = |name: &str| options?.option(name);
                let (until, given) = (option("until"), option("attempts").or_else(|| option("max")));
                let chosen = given.as_ref().is_some_and(|given| given.integrity >= Integrity::Input);
                // Less than one attempt is refused before anything is tried.
                let attempts = given.as_ref().map_or(3.0, |given| super::interval::numbers(given).high.max(1.0));
                if chosen && !attempts.is_finite() {
                    let message = "an agent or the input chooses how often this is tried";
                    self.findings.report(Code::TM06, at, message, |d| d.help("bound it: `Math.min(n, 10)`"));
                } else if attempts > MOST_ATTEMPTS {
                    self.findings.report(Code::TM11, at, format!("more than {MOST_ATTEMPTS} attempts"), |d| {
                        d.help("try at most ten times: `{ attempts: 3 }`")
                    });
                }
                let outer = std::mem::take(&mut self.taken);
                self.repeats.push(("retry", at));
                let tried = args.first()?;
                let mut result = self.again_and_again(false, state, |flow, state| run(flow, tried, &[], state));
                let mut once = std::mem::replace(&mut self.taken, outer);
                once.steps.add(&Amount::up_to(f64::from(cost::CAUGHT)));
                let depth = self.conditions.len();
                // What a failure, or a number, decided is that there is another attempt, and that this one gives the result.
                let mut doubts = self.escapes.thrown.clone();
                let sure = until.as_ref().zip(result.as_ref()).map(|(_, result)| confidence_of(result));
                for number in [&given, &until, &sure].into_iter().flatten() {
                    if let Some(steered) = walked(number, at) {
                        absorb(doubts.get_or_insert_default(), vec![steered]);
                    }
                }
                if let Some(doubts) = doubts {
                    self.conditions.extend(doubts.iter().cloned());
                    let counted = std::mem::take(&mut self.taken);
                    let again = self.again_and_again(false, state, |flow, state| run(flow, tried, &[], state));
                    result = result.into_iter().chain(again).reduce(|a, b| a.join(&b));
                    result = result.map(|result| self.decided(&result, &doubts));
                    self.taken = counted;
                }
                self.conditions.truncate(depth);
                self.repeats.pop();
                self.taken.add(&once.times(&Turns::between(1.0, attempts)));
                if let Some(delay) = option("delay") {
                    // Each further attempt waits, longer from time to time where there is a `backoff`.
                    let backoff = option("backoff").map_or(1.0, |b| super::interval::numbers(&b).high);
                    let pauses: f64 = (1..attempts.min(100.0) as i32).map(|made| backoff.powi(made - 1)).sum();
                    let pause = super::interval::numbers(&delay).high * pauses;
                    self.taken.time.add(&Amount::up_to(pause.max(0.0)));
                }
                if let Some(until) = until {
                    self.chosen_threshold(&until, at);
                }
                let mut result = result?.detached();
                result.id = Id::NONE;
                Some(if attempts > 3.0 { result.marked(Mark::Picked, at) } else { result })
            }
            "timeout" => {
                let outer = std::mem::take(&mut self.taken);
                self.repeats.push(("timeout", at));
                let result = run(self, args.first()?, &[], state);
                self.repeats.pop();
                let mut once = std::mem::replace(&mut self.taken, outer);
                once.steps.add(&Amount::up_to(f64::from(cost::TASK)));
                once.width.max(&Amount::exactly(1.0));
                once.depth.add(&Amount::up_to(2.0));
                if let Some(limit) = args.get(1).map(super::interval::numbers) {
                    once.time = once.time.capped(limit.high);
                }
                self.taken.add(&once);
                result
            }
            "fallback" => {
                let mut given: Option<Known> = None;
                let depth = self.conditions.len();
                let mut failed: Doubts = Vec::new();
                for (i, operand) in args.iter().enumerate() {
                    let last = i + 1 == args.len();
                    let outer = std::mem::take(&mut self.taken);
                    let given_here = run(self, operand, &[], state).map(|result| self.decided(&result, &failed));
                    if let Some(doubts) = self.escapes.thrown.take() {
                        // What comes next runs because this failed.
                        self.conditions.extend(doubts.iter().cloned());
                        absorb(&mut failed, doubts);
                        if last {
                            self.escapes.throw(failed.clone());
                        }
                    }
                    let once = std::mem::replace(&mut self.taken, outer);
                    // One that fails may have been cut off before it asked.
                    self.taken.add(&once.times(&Turns::between(0.0, 1.0)));
                    if let Some(mut result) = given_here {
                        if !last {
                            let decides = passed_on(&result, at);
                            self.conditions.extend(decides.iter().cloned());
                            absorb(&mut failed, decides.into_iter().collect());
                            if result.null == Null::Always {
                                continue;
                            }
                            result.cleared();
                            result.null = Null::Never;
                            if result.passed.least > 0 {
                                let passed = result.passed.least;
                                result.raise(passed);
                            }
                        }
                        given = Some(given.map_or_else(|| result.clone(), |old| old.join(&result)));
                    }
                }
                self.conditions.truncate(depth);
                given.map(|given| self.decided(&given, &failed))
            }
            "escalate" => {
                let x = args.first()?;
                let mut given: Option<Known> = None;
                let handlers = args.get(1).map(in_turn).unwrap_or_default();
                // What decides that a handler is asked: those before it, which did not fail either.
                let mut decides: Doubts = args.get(1).and_then(|path| walked(path, at)).into_iter().collect();
                for (i, (handler, turns)) in handlers.iter().enumerate() {
                    let last = i + 1 == handlers.len();
                    let outer = std::mem::take(&mut self.taken);
                    let once = |flow: &mut Self, state: &mut State| run(flow, handler, std::slice::from_ref(x), state);
                    let around = [decides.clone(), self.failed_so_far()].concat();
                    let handled = self.under(around, |flow| flow.again_and_again(turns.high > 1.0, state, once));
                    let once = std::mem::replace(&mut self.taken, outer);
                    let least = if i == 0 { turns.low.min(1.0) } else { 0.0 };
                    self.taken.add(&once.times(&Turns { low: least, ..turns.clone() }));
                    if let Some(mut result) = handled {
                        if !last {
                            decides.extend(passed_on(&result, at));
                            decides.extend(walked(&confidence_of(&result), at));
                            result.cleared();
                            result.null = Null::Never;
                            result.raise(super::domain::raw(medium));
                        }
                        given = Some(given.map_or_else(|| result.clone(), |old| old.join(&result)));
                    }
                }
                given.map(|given| self.decided(&given, &decides))
            }
            _ => {
                let Shape::List(_) = &args.first()?.shape else { return Some(Known::computed(args, Shape::Any)) };
                let mut x = args.get(1).cloned().unwrap_or_else(Known::null);
                let listed: Doubts = walked(&args[0], at).into_iter().collect();
                for (step, turns) in in_turn(&args[0]) {
                    // It runs only because those before it did not fail.
                    let around = [listed.clone(), self.failed_so_far()].concat();
                    x = self.under(around, |flow| {
                        if (turns.low, turns.high) == (1.0, 1.0) {
                            return run(flow, &step, &[x.clone()], state);
                        }
                        Some(flow.accumulated(x.clone(), |flow, x| {
                            let outer = std::mem::take(&mut flow.taken);
                            let once = |flow: &mut Self, state: &mut State| run(flow, &step, &[x.detached()], state);
                            let given = flow.again_and_again(turns.high > 1.0, state, once);
                            let once = std::mem::replace(&mut flow.taken, outer);
                            flow.taken.add(&once.times(&turns));
                            given
                        }))
                    })?;
                }
                Some(self.decided(&x, &listed))
            }
        }
    }

    /// An agent as a handler: it is asked its interface's only method.
    fn handled_by(
        &mut self,
        act: &mut Activation<'a>,
        agent: &AgentShape,
        args: &[Known],
        inst: &Inst,
        state: &State,
    ) -> Known {
        let name = self.only_method(agent, "analyze");
        let receiver = Known::constant(Shape::Agent(Rc::new(agent.clone())));
        self.ask(act, &receiver, name, args, inst, state)
    }

    /// The only method of the interface of an agent, or the one that is usual.
    fn only_method(&self, agent: &AgentShape, usual: &'static str) -> &'a str {
        match agent.interface().map(|id| &self.program.declarations.interfaces[id.0 as usize].methods[..]) {
            Some([method]) => &method.name,
            _ => usual,
        }
    }

    /// `verify(x, check)`.
    pub fn verify(&mut self, act: &mut Activation<'a>, args: &[Known], inst: &Inst, state: &mut State) -> Known {
        let at = act.at(inst.span);
        let nothing = Known::null();
        let x = args.first().unwrap_or(&nothing);
        let check = args.get(1).unwrap_or(&nothing);
        let id = place(act, inst);
        let judged = |evidence: Evidence| {
            let mut known = x.clone();
            known.claim = Claim::between(NONE, SURE);
            known.claim.unknown = matches!(evidence, Evidence::Reviewed | Evidence::Checked);
            known.cap = Cap::FREE;
            known.evidence = evidence;
            known.passed = Passed::NOTHING;
            known.tested = 0;
            known.inside = None;
            known.id = Id::NONE;
            known.parts = Few::NONE;
            known.above = Sides::NONE;
            known.origins = x.origins.with(id);
            free_parts(&mut known);
            // How sure it is says the judge, however it was chosen.
            known.unmarked(Mark::Picked)
        };
        if matches!(check.shape, Shape::Agent(_)) {
            let fair = self.judge(act, x, Some(check), ("agent", "verify"), at, state);
            return if fair { judged(Evidence::Reviewed) } else { judged(Evidence::Reviewed).join(x) };
        }
        let Shape::Object(options) = &check.shape else {
            // A function: no more than x earned, and no better evidence.
            let answer = self.call(act, check, std::slice::from_ref(x), inst, state).unwrap_or_else(Known::null);
            let (answer, own) = (answer.whole(), x.whole().sources);
            let mut known = refusable(x.under(&answer));
            // What somebody else answered decides how sure it is.
            if answer.sources.keys().any(|source| own.get(source).is_none()) {
                known = known.measured_by(Some(&answer), at);
            }
            if check.shape != Shape::Any {
                return known;
            }
            // It may as well be somebody who is asked.
            if check.hidden.agents && !self.lenient {
                let anyone = AgentShape::one(Agent::Anyone, None);
                let asked = Known { shape: Shape::Agent(Rc::new(anyone)), ..check.clone() };
                self.judge(act, x, Some(&asked), ("agent", "verify"), at, state);
            }
            return Known { cap: known.cap, ..known.join(&judged(Evidence::Reviewed)) };
        };
        // Whoever may be missing may leave it to the next, and in the end to nobody.
        let mut known: Option<Known> = None;
        for (role, method, evidence) in [
            ("agent", "verify", Evidence::Reviewed),
            ("command", "run", Evidence::Checked),
            ("human", "approve", Evidence::Approved),
        ] {
            let Some(judge) = options.field(role).filter(|judge| judge.null != Null::Always) else { continue };
            let fair = self.judge(act, x, Some(&judge), (role, method), at, state);
            let given = if fair { judged(evidence) } else { judged(evidence).join(x) };
            let all = known.map_or_else(|| given.clone(), |known| known.join(&given));
            if judge.null == Null::Never {
                return all;
            }
            known = Some(all);
        }
        // What the schema refuses or not decides how sure it is, and so does a schema that is in doubt itself.
        let schema = options.field("schema").map(|schema| schema.whole());
        let mut unjudged = refusable(x.clone()).measured_by(schema.as_ref(), at);
        unjudged.claim = unjudged.claim.chosen(unjudged.claim, &x.whole()).told_apart();
        known.map_or_else(|| unjudged.clone(), |known| known.join(&unjudged))
    }

    /// Whoever is named is asked to judge `x`. Whether that is somebody else than who gave it: one's own judgement
    /// changes nothing.
    fn judge(
        &mut self,
        act: &Activation<'a>,
        x: &Known,
        named: Option<&Known>,
        (role, method): (&'static str, &'static str),
        at: Location,
        state: &State,
    ) -> bool {
        let judge = named.map_or(Id::NONE, |named| named.id);
        let named = named.map(|named| (named.whole().integrity, &named.shape));
        if let Some((integrity, shape)) = named
            && integrity >= Integrity::Agent
            && !matches!(shape, Shape::Agent(_))
        {
            self.chosen_by_agent(at, role);
        }
        let who = match named {
            Some((_, Shape::Agent(agent))) => agent.who.clone(),
            Some((_, Shape::Text(name))) => {
                let name = if role == "command" { name.split_whitespace().next().unwrap_or_default() } else { name };
                self.bound(name, at);
                BTreeSet::from([Agent::Named(Rc::from(name))])
            }
            _ => BTreeSet::from([Agent::Named(Rc::from(role))]),
        };
        let asked = match named {
            Some((_, Shape::Agent(agent))) => (**agent).clone(),
            _ => AgentShape { who: who.clone(), interfaces: BTreeSet::from([None]), ..agent_called(role) },
        };
        if role == "human" {
            self.asks_a_person(&asked, at);
        }
        let method = if role == "agent" { self.only_method(&asked, method) } else { method };
        if role == "agent" {
            self.judges(&asked, method, at);
        }
        let effect = self.declared_effect(&asked, method).max(Effect::Ask);
        // What is not known to be an agent may be a mock, which nobody asks.
        let may_be_mock = match named {
            Some((_, Shape::Agent(agent))) => agent.who.contains(&Agent::Anyone),
            Some((_, shape)) => !matches!(shape, Shape::Text(_)),
            None => false,
        };
        let judges = super::call::describe(&asked);
        let outer = std::mem::take(&mut self.taken);
        self.request(effect, at, (&asked, &judges), method, true);
        if may_be_mock {
            self.taken.or(&Cost::default());
        }
        let asking = std::mem::replace(&mut self.taken, outer);
        self.taken.add(&asking);
        if self.setting.acts(effect) {
            // To be judged by somebody who does something with it is to have it done.
            let what = format!("`{judges}.{method}`");
            self.action(act, (effect, &what), std::slice::from_ref(x), &Known::constant(Shape::Plain), at, state);
        }
        self.hears(&judges, std::slice::from_ref(x));
        self.findings.listed.note(Noted::Judged(Consent { who: judges, role }));
        // Of a list of agents any may be meant; the same value is the same one.
        let this_one = |site: &Id| judge != Id::NONE && self.given_at.get(site).is_some_and(|given| given.1 == judge);
        // Nobody knows whose the answers of anyone are, or whether it is somebody else who judges.
        let anyone = match named {
            Some((_, Shape::Agent(agent))) => agent.who.iter().any(Agent::is_any),
            Some((_, Shape::Any)) => true,
            _ => false,
        };
        if anyone {
            return false;
        }
        let sources = x.whole().sources;
        let asks_itself = |who: &&Agent| {
            let own = |s: &Source| s.agent.may_be(who) && (s.agent.is_surely(who) || this_one(&s.site));
            sources.keys().any(own)
        };
        let Some(own) = who.iter().find(asks_itself) else {
            // Whether a member of a list judges another's answer shows in their places.
            let unsettled = sources.keys().find(|source| who.iter().any(|who| source.agent.may_be(who)));
            self.unsettled.extend(unsettled.map(|source| (source.agent.clone(), at)));
            self.judges_under_other_names(&sources, &who, at);
            return unsettled.is_none();
        };
        let own = super::call::named([own]);
        self.findings.report(Code::CF023, at, format!("`{own}` judges its own answer"), |d| {
            d.help("have another agent judge it, or a person")
        });
        false
    }

    /// Looks whether those who judge answered themselves under another name.
    fn judges_under_other_names(&mut self, sources: &Sides<Source>, judges: &BTreeSet<Agent>, at: Location) {
        for (author, judge) in sources.keys().flat_map(|source| judges.iter().map(|judge| (&source.agent, judge))) {
            let Some((author, judge, agent)) = self.under_another_name(author, judge) else { continue };
            let message = format!("`{agent}` is bound to `{author}` and to `{judge}`, and would judge its own answer");
            self.findings.report(Code::R033, at, message, |d| {
                d.help(format!("bind different agents to `{author}` and `{judge}`"))
            });
        }
    }

    /// Whoever is to approve is a person: a model or a command gives nobody's consent.
    fn asks_a_person(&mut self, asked: &AgentShape, at: Location) {
        let machine = |entry: &&crate::host::Agent| {
            matches!(entry.transport, Some(Transport::OpenAi | Transport::Anthropic | Transport::Command))
        };
        let found = asked.who.iter().find(|who| !who.is_any() && self.behind(who, asked).iter().any(machine));
        if let Some(who) = found {
            let name = super::call::named([who]);
            let message = format!("`{name}` is to approve, and is no person in the agents file");
            self.findings.report(Code::R033, at, message, |d| {
                d.help(format!(
                    "bind a person, `transport: human`, or have it reviewed: `verify(x, {{ agent: {name} }})`"
                ))
            });
        }
    }

    /// Where `approve` names nobody, a person is bound, or somebody is called one.
    fn has_somebody(&mut self, given: usize, at: Location) {
        let Some(directory) = &self.setting.agents else { return };
        // How agents are reached stands in the agents file.
        let told = directory.agents().iter().any(|agent| agent.transport.is_some());
        let person = |agent: &crate::host::Agent| agent.transport == Some(Transport::Human) || *agent.name == *"human";
        if !told || directory.agents().iter().any(person) {
            return;
        }
        let declarations = &self.program.declarations;
        let patterns = declarations.modules.iter().flat_map(|module| &module.patterns);
        let parameters = patterns.flat_map(|pattern| &declarations.functions[pattern.0 as usize].parameters);
        let mut consents = parameters.filter(|parameter| match parameter.annotation {
            Some(Type::Agent(Some(id))) => {
                let methods = &declarations.interfaces[id.0 as usize].methods;
                methods.iter().any(|method| *method.name == *"approve")
            }
            _ => false,
        });
        let name = consents.next().filter(|_| consents.next().is_none()).and_then(|parameter| parameter.name);
        let fix = name.filter(|_| given == 1).map(|name| {
            let name = declarations.names.text(name);
            let end = Location::new(at.file, Span::at(at.span.end - 1));
            let edits = vec![Edit { at: end, text: format!(", {{ to: {name} }}") }];
            Fix { title: format!("ask `{name}`"), certain: false, edits }
        });
        self.findings.report(Code::R032, at, "`approve` asks a person, and none is bound", |d| {
            let d = d.label("this fails whenever it runs").help("name one with `to`");
            fix.map_or(d.clone(), |fix| d.mend(fix))
        });
    }

    /// `approve(x, { to })`.
    pub fn approve(&mut self, act: &Activation<'a>, args: &[Known], inst: &Inst, state: &State) -> Known {
        let at = act.at(inst.span);
        let mut known = args.first().cloned().unwrap_or_else(Known::null);
        let option = |name: &str| args.get(1)?.option(name);
        if option("to").is_none_or(|to| to.null == Null::Always) && !self.is_guarded(act) {
            self.has_somebody(args.len(), at);
        }
        let outer = std::mem::take(&mut self.taken);
        let fair = self.judge(act, &known, option("to").as_ref(), ("human", "approve"), at, state);
        let mut asked = std::mem::replace(&mut self.taken, outer);
        if let Some(within) = option("within").map(|within| super::interval::numbers(&within).high) {
            asked.time = asked.time.capped(within);
        }
        self.taken.add(&asked);
        let given = (!fair).then(|| known.clone());
        known.claim = Claim::between(NONE, SURE);
        known.cap = Cap::FREE;
        known.evidence = Evidence::Approved;
        known.passed = Passed::NOTHING;
        known.tested = 0;
        known.inside = None;
        known.id = Id::NONE;
        known.parts = Few::NONE;
        known.above = Sides::NONE;
        free_parts(&mut known);
        known = known.unmarked(Mark::Picked);
        given.map_or_else(|| known.clone(), |given| known.join(&given))
    }

    /// `llm(prompt, options)`.
    pub fn llm(&mut self, act: &Activation<'a>, args: &[Known], inst: &Inst) -> Known {
        let at = act.at(inst.span);
        if let Some(prompt) = args.first()
            && prompt.integrity >= Integrity::Agent
            && !instructs(act.code, inst)
        {
            self.findings.report(Code::CF020, at, "the whole prompt is agent text", |d| {
                d.help("say in the program what is asked, and put the text into a hole: `` `Summarise: ${text}` ``")
            });
        }
        let mut agent = agent_called("default");
        if let Some(options) = args.get(1) {
            agent.manner = self.with_model(&agent, agent.manner, options, at);
        }
        self.request(Effect::Ask, at, (&agent, "default"), "llm", true);
        self.hears("default", args);
        self.answer(&agent, "llm", &args[..args.len().min(1)], &Type::Any, place(act, inst), at)
    }

    /// The names of all agents that the program and the agents file declare, where there are such lists.
    pub fn directory_names(&self) -> Option<Vec<String>> {
        let mut names: Vec<String> = Vec::new();
        let mut any = false;
        if let Some(directory) = &self.setting.agents {
            any = true;
            names.extend(directory.agents().iter().map(|a| a.name.to_string()));
        }
        for module in &self.program.declarations.modules {
            for object in &module.agents {
                any = true;
                if let crate::hir::ExprKind::Object(members) = &object.kind {
                    names.extend(members.iter().filter_map(|m| match m {
                        crate::hir::Member::Entry(crate::hir::Key::Fixed(name), _) => Some(name.to_string()),
                        _ => None,
                    }));
                }
            }
        }
        any.then_some(names)
    }
}

/// What is called one after the other; one that is no list stands for itself.
fn in_turn(list: &Known) -> Vec<(Known, Turns)> {
    let once = || Turns::between(1.0, 1.0);
    match &list.shape {
        Shape::List(all) => match &all.items {
            Some(items) => items.iter().map(|item| (read(list, item), once())).collect(),
            None => elements(list).0.map(|each| (each, super::charge::turns(list))).into_iter().collect(),
        },
        _ => vec![(list.clone(), once())],
    }
}

/// The agent of a name.
fn agent_called(name: &str) -> AgentShape {
    AgentShape::one(Agent::Named(Rc::from(name)), None)
}

fn place(act: &Activation<'_>, inst: &Inst) -> Id {
    Id(act.frame, inst.result.map_or(inst.span.start | 0x0800_0000, |v| v.0))
}

/// What may be refused, and has no confidence then: whatever was shown of it before is shown no longer.
fn refusable(known: Known) -> Known {
    let claim = Claim { filled: 0, ..known.claim.join(Claim::exactly(NONE)) };
    Known { claim, passed: Passed::NOTHING, tested: 0, id: Id::NONE, parts: Few::NONE, ..known }
}

/// A judgement is about the whole: its parts are as sure.
fn free_parts(known: &mut Known) {
    let (cap, claim, evidence) = (known.cap, known.claim, known.evidence);
    let free = |part: &mut Known| {
        part.cap = cap;
        part.claim = claim;
        part.evidence = evidence;
        part.inside = None;
        part.above = Sides::NONE;
        part.id = Id::NONE;
        part.marks = part.clone().unmarked(Mark::Picked).marks;
        free_parts(part);
    };
    known.each_part(free);
}

impl Known {
    /// Whether the null of a gate or vote reaches this.
    pub fn unserved(&self) -> Option<Location> {
        let (kind, at) = self.nothing?;
        (self.null != Null::Never && kind != Nothing::Search).then_some(at)
    }
}

/// Whether a prompt says something of the program's own.
fn instructs(function: &crate::ir::Function, inst: &Inst) -> bool {
    let Some(text) = prompt::of(inst) else { return false };
    let makers = prompt::makers(function);
    let maker = |var: Var| makers[var.0 as usize];
    prompt::parts(function, text, maker).into_iter().any(|part| maker(part).is_some_and(prompt::says))
}
