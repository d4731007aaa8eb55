//! Calls: functions, agents, and what an action needs of the values that reach it.

use super::domain::{
    Agent, AgentShape, Callee, Claim, Closure, Id, Integrity, Known, Mark, NONE, Nothing, Null, Raw, SURE, Shape, Why,
    number,
};
use super::finding::{Noted, Reached};
use super::flow::{Activation, Flow};
use super::state::State;
use crate::diagnostic::{Code, Severity, nearest};
use crate::hir::{Interface, Method};
use crate::host::Directory;
use crate::ir::Inst;
use crate::source::Location;
use crate::types::{Effect, InterfaceId, Type};
use crate::value::Evidence;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::rc::Rc;

/// What an agent is asked, as far as it is declared.
struct Asked<'a> {
    /// The gravest it may be.
    effect: Effect,
    /// All that it may be.
    effects: BTreeSet<Effect>,
    /// By each interface that it may have.
    methods: Vec<Option<&'a Method>>,
    /// An interface that lists methods, and not this one.
    lacking: Option<&'a Interface>,
}

impl Asked<'_> {
    /// What it answers, as far as all say the same.
    fn result(&self) -> Type {
        let mut results = self.methods.iter().map(|m| m.map_or(&Type::Any, |m| &m.signature.result));
        let first = results.next().unwrap_or(&Type::Any);
        if results.all(|result| result == first) { first.clone() } else { Type::Any }
    }
}

impl<'a> Flow<'a> {
    /// A call of one of several functions.
    pub fn enter_any(
        &mut self,
        act: &mut Activation<'a>,
        callee: &Callee,
        args: &[Known],
        inst: &Inst,
        slot: u32,
        state: &mut State,
    ) -> Option<Known> {
        match callee {
            Callee::Own(closure) => self.enter_call(act, closure, args, inst, slot, state),
            Callee::BuiltIn(builtin) => self.builtin(act, *builtin, args, inst, state),
        }
    }

    /// Walks a function from an instruction; `slot` tells apart the calls of one instruction.
    pub fn enter_call(
        &mut self,
        act: &mut Activation<'a>,
        callee: &Closure,
        args: &[Known],
        inst: &Inst,
        slot: u32,
        state: &mut State,
    ) -> Option<Known> {
        let place = inst.result.map_or(inst.span.start | 0x0800_0000, |var| var.0) * 8 + slot;
        let depth = self.conditions.len();
        let around = self.own_doubts(act, state);
        self.conditions.extend(around);
        let chosen = self.chosen.len();
        self.chosen.extend(act.chosen());
        let site = (act.at(inst.span), self.unknown_callee(act, inst));
        let outer = std::mem::replace(&mut self.site, site);
        let caller = self.findings.begin_call(self.site.0);
        let result = self.called_from(act, |flow| flow.run((act.frame, place), callee, args, state));
        self.site = outer;
        self.findings.end_call(caller);
        self.conditions.truncate(depth);
        self.chosen.truncate(chosen);
        result
    }

    /// Whether the callee of a call comes out of a list, an object or a parameter, so that the text does not name it.
    fn unknown_callee(&self, act: &Activation<'a>, inst: &Inst) -> bool {
        use super::graph::Definition;
        if !matches!(inst.op, crate::ir::Op::Call { .. }) {
            return false;
        }
        match act.graph.definitions[inst.args[0].0 as usize] {
            Definition::Parameter(0, index) => index < act.code.arity as usize,
            Definition::Instruction(block, index) => {
                matches!(
                    act.code.blocks[block].code[index].op,
                    crate::ir::Op::Index { .. } | crate::ir::Op::Field(_) | crate::ir::Op::Item
                )
            }
            _ => false,
        }
    }

    /// A call of a value.
    pub fn call(
        &mut self,
        act: &mut Activation<'a>,
        callee: &Known,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        match &callee.shape {
            Shape::Functions(functions) => {
                let before = state.clone();
                let mut after: Option<State> = None;
                let mut given: Option<Known> = None;
                // Which function it is was decided as surely as the callee is, and what it does with it.
                let spread_out = self.spread_out.clone();
                self.under(super::escape::chosen_callee(callee, act.at(inst.span)), |flow| {
                    flow.one_of(functions.iter().enumerate(), |flow, (i, function)| {
                        let mut own = before.clone();
                        let facts = act.told_by_key(inst, function, &own);
                        own.learn(&facts);
                        own.learn(&flow.told_of_parts(&facts));
                        let args: Vec<Known> = args.iter().map(|arg| own.refine(arg)).collect();
                        let function = &within(callee, function);
                        flow.spread_out.clone_from(&spread_out);
                        if let Some(known) = flow.enter_any(act, function, &args, inst, (i % 8) as u32, &mut own) {
                            given = Some(given.take().map_or_else(|| known.clone(), |old| old.join(&known)));
                            after = Some(after.take().map_or_else(|| own.clone(), |old| old.join(&own)));
                        }
                    });
                });
                if let Some(after) = after {
                    *state = after;
                }
                given.map(|known| if callee.earned() == SURE { known } else { known.under(callee) })
            }
            Shape::Builtin(builtin) => self.builtin(act, *builtin, args, inst, state),
            _ => {
                if callee.hidden.functions && !self.lenient {
                    self.unknown_function(act.at(inst.span));
                }
                Some(Known { null: Null::Maybe, ..Known::computed(args.iter().chain([callee]), Shape::Any) })
            }
        }
    }

    /// What a function gives to a built-in that calls it: one that is built in itself is handed what it needs, the element, or
    /// two of them where somebody compares or adds up.
    pub fn call_back(
        &mut self,
        act: &mut Activation<'a>,
        function: &Known,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let Shape::Builtin(builtin) = function.shape else { return self.call(act, function, args, inst, state) };
        let handed = |needed| &args[..builtin.as_callback(args.len(), needed)];
        let given = self.call(act, function, handed(1), inst, state);
        if handed(1).len() == handed(2).len() {
            return given;
        }
        match (given, self.call(act, function, handed(2), inst, state)) {
            (Some(one), Some(other)) => Some(one.join(&other)),
            (one, other) => one.or(other),
        }
    }

    /// A method of something that may be any agent there is: it counts as the gravest of what any of them offers. Nothing
    /// if it is none.
    pub fn perhaps_asked(
        &mut self,
        act: &mut Activation<'a>,
        receiver: &Known,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &State,
    ) -> Option<Known> {
        let hidden = receiver.hidden;
        if receiver.shape != Shape::Any || self.lenient || !hidden.agents && !hidden.functions {
            return None;
        }
        let mut offering: BTreeSet<Option<InterfaceId>> = BTreeSet::new();
        for (i, interface) in self.program.declarations.interfaces.iter().enumerate() {
            if interface.methods.iter().any(|method| &*method.name == name) {
                offering.insert(Some(InterfaceId(i as u32)));
            }
        }
        let listed = |directory: &Directory| directory.agents().iter().any(|agent| agent.effects.contains_key(name));
        let offered = !offering.is_empty() || self.setting.agents.as_ref().is_some_and(listed);
        let own = crate::builtin::find_function(name).is_some();
        // Functions are not sent to agents.
        if own && (!offered || args.iter().any(|arg| arg.shape.is_function())) {
            return None;
        }
        if !own && hidden.functions && !offered {
            self.unknown_function(act.at(inst.span));
            return None;
        }
        if !hidden.agents {
            return None;
        }
        if offering.is_empty() {
            offering.insert(None);
        }
        let anyone = AgentShape { interfaces: offering, ..AgentShape::one(Agent::Anyone, None) };
        let asked = Known { shape: Shape::Agent(Rc::new(anyone)), ..receiver.clone() };
        // It may as well be none.
        let outer = std::mem::take(&mut self.taken);
        let given = self.ask(act, &asked, name, args, inst, state);
        let once = std::mem::replace(&mut self.taken, outer);
        self.taken.add(&once.times(&super::amount::Turns::between(0.0, 1.0)));
        Some(given)
    }

    /// `receiver.name(arguments)`.
    pub fn method(
        &mut self,
        act: &mut Activation<'a>,
        receiver: &Known,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &mut State,
    ) -> Option<Known> {
        let at = act.at(inst.span);
        if let Shape::Agent(agent) = &receiver.shape {
            if name == "with" {
                let nothing = Known::null();
                let options = args.first().unwrap_or(&nothing);
                let manner = self.with_model(agent, agent.manner.set(options), options, at);
                let set = AgentShape { manner, ..(**agent).clone() };
                return Some(Known { shape: Shape::Agent(Rc::new(set)), ..receiver.clone() });
            }
            if agent.chosen && receiver.integrity >= Integrity::Agent {
                self.chosen_by_agent(at, "agent");
            }
            return Some(self.ask(act, receiver, name, args, inst, state));
        }
        if let Some(own) = self.own_method(receiver, name) {
            if own.null == Null::Never || !crate::builtin::is_method(name) {
                return self.call(act, &own, args, inst, state);
            }
            // It may have no such function, and then a built-in one is called.
            let all: Vec<Known> = std::iter::once(receiver).chain(args).cloned().collect();
            let mut given: Vec<Known> = Vec::new();
            self.one_of([true, false], |flow, own_one| {
                given.extend(match own_one {
                    true => flow.call(act, &own, args, inst, state),
                    false => flow.native(act, name, &all, true, inst, state),
                });
            });
            return given.into_iter().reduce(|one, other| one.join(&other));
        }
        if name == "with" && receiver.hidden.agents && receiver.shape == Shape::Any {
            self.model_chosen(args.first().unwrap_or(&Known::null()), at);
            return Some(receiver.clone());
        }
        self.lacks(receiver, name, at);
        let asked = self.perhaps_asked(act, receiver, name, args, inst, state);
        if asked.is_some() && crate::builtin::find_function(name).is_none() {
            return asked;
        }
        self.read_of_nothing(receiver, at, "its method is called here");
        let all: Vec<Known> = std::iter::once(receiver).chain(args).cloned().collect();
        let given = self.native(act, name, &all, true, inst, state);
        self.charge_builtin(crate::builtin::find_function(name), name, &all, given.as_ref());
        match (given, asked) {
            (Some(given), Some(asked)) => Some(given.join(&asked)),
            (given, asked) => given.or(asked),
        }
    }

    /// A null that means nothing was found is read from.
    pub fn read_of_nothing(&mut self, known: &Known, at: Location, how: impl std::fmt::Display) {
        if let Some((kind, from)) = known.nothing
            && known.null != Null::Never
        {
            self.findings.report(
                Code::CF017,
                at,
                format!("this may be null because {}, and {how}", because(kind)),
                |d| {
                    d.note_at(from, "the null comes from here")
                        .help("give an alternative with `??`, or test for null first")
                },
            );
        }
    }

    /// What interfaces say of a method of an agent that is reached by its name, where patterns are given that agent; of anyone's,
    /// what all say. That it is no graver than any says nothing.
    fn said_elsewhere(&self, agent: &AgentShape, name: &str) -> Option<Effect> {
        let declarations = &self.program.declarations;
        let patterns = declarations.modules.iter().flat_map(|module| &module.patterns);
        let parameters = patterns.flat_map(|pattern| &declarations.functions[pattern.0 as usize].parameters);
        let meant = parameters.filter_map(|parameter| {
            let own = parameter.name.map(|own| declarations.names.text(own));
            let named = |who: &Agent| who.is_any() || matches!(who, Agent::Named(name) if own == Some(&**name));
            match parameter.annotation {
                Some(Type::Agent(Some(id)) | Type::Agents { interface: Some(id), .. }) => {
                    agent.who.iter().any(named).then(|| &declarations.interfaces[id.0 as usize])
                }
                _ => None,
            }
        });
        let methods = meant.flat_map(|interface| &interface.methods).filter(|method| &*method.name == name);
        methods.filter_map(|method| method.effect).max().filter(|effect| *effect > Effect::Ask)
    }

    fn asked(&self, agent: &AgentShape, name: &str) -> Asked<'a> {
        let interfaces = &self.program.declarations.interfaces;
        let mut asked = Asked { effect: Effect::Read, effects: BTreeSet::new(), methods: Vec::new(), lacking: None };
        for id in &agent.interfaces {
            let interface = id.map(|id| &interfaces[id.0 as usize]);
            let method = interface.and_then(|i| i.methods.iter().find(|m| &*m.name == name));
            let said = if id.is_some() { method.and_then(|m| m.effect) } else { self.said_elsewhere(agent, name) };
            asked.effects.insert(said.unwrap_or(Effect::Ask));
            asked.lacking = asked.lacking.or(interface.filter(|i| method.is_none() && !i.methods.is_empty()));
            asked.methods.push(method);
        }
        let declared = asked.effects.iter().next_back().copied().unwrap_or(Effect::Ask);
        // How an agent is reached says something only where nobody else does.
        let unmarked = asked.methods.iter().any(|method| method.is_none_or(|method| method.effect.is_none()));
        for entry in agent.who.iter().flat_map(|who| self.entries(who, agent)) {
            let said = entry.class(name, unmarked);
            asked.effects.extend(said.filter(|said| *said > declared));
        }
        asked.effect = asked.effects.iter().next_back().copied().unwrap_or(Effect::Ask);
        asked
    }

    /// How grave a method is that is not called as one: what the interface or the agents file says of it.
    pub fn declared_effect(&self, agent: &AgentShape, name: &str) -> Effect {
        let asked = self.asked(agent, name);
        let said = |method: &Option<&Method>| method.is_some_and(|method| method.effect.is_some());
        let listed = agent.who.iter().flat_map(|who| self.entries(who, agent)).any(|it| it.effects.contains_key(name));
        if listed || asked.methods.iter().any(said) { asked.effect } else { Effect::Ask }
    }

    /// Whether it does no harm to ask any of them twice.
    fn idempotent(&self, agent: &AgentShape) -> bool {
        let mut entries = agent.who.iter().map(|who| self.entries(who, agent));
        entries.all(|all| !all.is_empty() && all.iter().all(|entry| entry.idempotent))
    }

    /// The declared agents that may be meant.
    fn entries(&self, who: &Agent, agent: &AgentShape) -> Vec<&'a crate::host::Agent> {
        let Some(directory) = &self.setting.agents else { return Vec::new() };
        let behind = self.behind(who, agent);
        if behind.is_empty() && !matches!(who, Agent::Named(_)) { directory.agents().iter().collect() } else { behind }
    }

    /// A method that the interface of an agent does not list.
    fn listed(&mut self, asked: &Asked<'a>, label: &str, name: &str, at: Location) {
        let Some(interface) = asked.lacking else { return };
        let names = || interface.methods.iter().map(|m| &*m.name);
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("its interface lists {}", names().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
            }
        };
        self.findings.report(Code::E004, at, format!("`{label}` has no method `{name}`"), |d| d.help(help));
    }

    /// The same of one that is asked to judge.
    pub fn judges(&mut self, agent: &AgentShape, name: &str, at: Location) {
        self.listed(&self.asked(agent, name), &describe(agent), name, at);
    }

    /// A request to an agent.
    pub fn ask(
        &mut self,
        act: &mut Activation<'a>,
        receiver: &Known,
        name: &str,
        args: &[Known],
        inst: &Inst,
        state: &State,
    ) -> Known {
        let Shape::Agent(agent) = &receiver.shape else { return Known::anything() };
        let at = act.at(inst.span);
        let asked = self.asked(agent, name);
        let label = describe(agent);
        if agent.who.len() > 1 {
            self.findings.listed.note(Noted::Choice(format!("{label} for `{name}`")));
        }
        self.listed(&asked, &label, name, at);
        self.try_asking(act, inst, agent, name);
        let marked = asked.methods.iter().all(|m| m.is_some_and(|m| m.effect.is_some()));
        self.request(asked.effect, at, (agent, &label), name, marked);
        for &effect in &asked.effects {
            self.findings.reaches(Reached::of(agent, name, effect, at, marked));
        }
        self.hears(&label, args);
        if self.setting.acts(asked.effect) {
            let what = format!("`{label}.{name}`");
            self.action(act, (asked.effect, &what), args, receiver, at, state);
        }
        let result = asked.result();
        let site = Id(act.frame, inst.result.map_or(inst.span.start | 0x0800_0000, |v| v.0));
        let mut answer = self.answer(agent, name, args, &result, site, at);
        self.given_at.insert(site, (at, receiver.id));
        if !receiver.claim.is_full() {
            answer = answer.under(receiver);
        }
        answer
    }

    /// What a question and its answer take besides: they are written and read.
    pub fn spoken(&mut self, args: &[Known]) {
        self.charge_builtin(None, "request", args, Some(&Known::anything()));
    }

    /// An action: what reaches it must be sure enough, and what decides that it happens as well.
    pub fn action(
        &mut self,
        act: &Activation<'a>,
        (effect, what): (Effect, &str),
        args: &[Known],
        receiver: &Known,
        at: Location,
        state: &State,
    ) {
        let need = self.setting.need(effect);
        let mut tested = false;
        let chosen = self.chosen_around(act);
        for arg in args {
            let whole = arg.whole();
            tested |= whole.tested >= need.confidence && !whole.claim.is_full();
            let claimed = arg.as_it_claims().claim;
            // Of a value that was tested against what somebody chose, the choice is what is wrong.
            let chosen = whole.has(Mark::Chosen) || !chosen.is_empty() && whole.claim.known();
            self.reaches(&whole, claimed, (need.confidence, need.evidence), chosen, what, at);
        }
        let agent = if let Shape::Agent(agent) = &receiver.shape { Some(agent) } else { None };
        let severity = if effect == Effect::Irreversible { Severity::Error } else { Severity::Warning };
        if effect < Effect::Act || agent.is_some_and(|agent| self.idempotent(agent)) {
        } else if let Some((form, from)) = self.repeats.last().copied() {
            self.findings.report(Code::CF022, at, format!("{what} can happen twice or be lost inside `{form}`"), |d| {
                d.severity(severity)
                    .note_at(from, format!("`{form}` runs it"))
                    .help("ask inside the form, and act on the answer behind it")
            });
        } else if let Some((harm, option)) = agent.and_then(|agent| agent.manner.harm()) {
            let message = format!("{what} can {harm}, because `with` sets `{option}`");
            self.findings.report(Code::CF022, at, message, |d| {
                d.severity(severity).help(format!("leave `{option}` out where something is done rather than asked"))
            });
        }
        if !tested {
            chosen.into_iter().for_each(|from| self.matter(Mark::Chosen, from));
        }
        let mut doubts = self.doubts(act, state);
        self.waits(what, args, &doubts);
        if receiver.earned() < need.confidence {
            doubts.push((receiver.clone(), at));
        }
        let doubt = doubts.iter().find(|(condition, _)| {
            // A threshold that somebody chose is told as such.
            let told = condition.has(Mark::Chosen);
            !told && condition.earned() < need.confidence && condition.tested < need.confidence
        });
        if let Some((condition, from)) = doubt
            && !tested
        {
            let severity = if effect >= Effect::Act { Severity::Error } else { Severity::Warning };
            let sure = percent(condition.earned());
            let wanted = number(need.confidence);
            let told = self.doubt_of(condition).and_then(|from| self.told_in_doubt(from));
            self.findings.report(Code::CF016, at, format!("{what} happens on a condition that is in doubt"), |d| {
                let d = d.severity(severity).note_at(*from, format!("this decides, and has earned {sure}"));
                match told {
                    Some((told, place)) => d.note_at(place, told).help(before(wanted)),
                    None => d.help(format!("test what it is about first, as in `~x >= {wanted}`")),
                }
            });
        }
    }

    /// One value reaches an action.
    fn reaches(
        &mut self,
        whole: &Known,
        claimed: Claim,
        (need, evidence): (Raw, Evidence),
        chosen: bool,
        what: &str,
        at: Location,
    ) {
        let earned = whole.earned();
        if let Some((kind, from)) = whole.nothing {
            let code = if matches!(kind, Nothing::Aggregate | Nothing::Uncounted) { Code::CF011 } else { Code::CF017 };
            self.findings.report(code, at, format!("{what} may get a null, because {}", because(kind)), |d| {
                d.note_at(from, "the null comes from here")
                    .help("give an alternative with `??`, or test for null first")
            });
        } else if earned < need {
            let raised = claimed.least() >= need && matches!(whole.cap.why, Why::Stated(_));
            let (wanted, claims) = (number(need), interval(claimed));
            if let (true, Why::Stated(from)) = (raised, whole.cap.why) {
                self.findings.report(
                    Code::CF002,
                    from,
                    format!("{what} passes only because this raises the confidence"),
                    |d| {
                        d.note_at(
                            at,
                            format!("the action needs {wanted}, and the value has earned {}", percent(earned)),
                        )
                        .help("lower with `cap`, or have the value verified: a confidence that is stated is not earned")
                    },
                );
            } else if !chosen {
                let (this, help) = match whole.claim.least() >= need {
                    true => ("; this was made from something that", before(wanted)),
                    false => (", and this", format!("test it first, as in `if (~x >= {wanted}) {{ … }}`")),
                };
                let message = format!("{what} needs confidence {wanted}{this} has earned {}", percent(earned));
                let path = self.path(whole, need, at);
                self.findings.report(Code::CF001, at, message, |d| {
                    path(d.note(format!("what it claims of itself is {claims}"))).help(help)
                });
            }
        } else if whole.evidence < evidence {
            let (has, wants) = (whole.evidence.name(), evidence.name());
            let path = self.path(whole, need, at);
            let own = whole.sources.keys().find_map(|source| self.unsettled.get_key_value(&source.agent));
            let own = own.map(|(who, at)| (named([who]), *at));
            self.findings.report(Code::CF013, at, format!("{what} needs evidence `{wants}`, and this is `{has}`"), |d| {
                let d = match own {
                    Some((list, at)) => d.note_at(at, format!("a member of `{list}` may judge its own answer here; judge with one that stands at another place, as in `{list}[1]` of what `{list}[0]` says")),
                    None => d,
                };
                path(d).help("have it judged: `verify(x, { agent: judge })`, `verify(x, { command: … })` or `approve(x, { to: person })`")
            });
        }
        for (mark, from) in whole.marks.iter() {
            self.matter(*mark, *from);
        }
    }

    /// A mark reached something that matters.
    pub fn matter(&mut self, mark: Mark, from: Location) {
        match mark {
            Mark::Picked => self.findings.report(
                Code::CF012,
                from,
                "the best of many answers that were never calibrated looks surer than it is",
                |d| d.help("ask at most three times, or agree on the answers with `consensus`"),
            ),
            Mark::Washed => self.findings.report(
                Code::CF010,
                from,
                "this agent promises more than what it is given has earned",
                |d| d.help("test what it is given first; an answer about something doubtful is doubtful"),
            ),
            Mark::Chosen => self.findings.graver(Code::CF018, from),
            _ => {}
        }
    }

    /// What a type says of a value's shape.
    pub fn shape_of(&self, kind: &Type, depth: u32) -> Shape {
        match kind {
            Type::Boolean | Type::String | Type::Null | Type::Literal(_) => Shape::Plain,
            Type::Number => Shape::Number(Rc::new(super::domain::Number::given())),
            Type::List(element) if depth < 3 => {
                let mut known = Known { null: null_of(element), ..Known::constant(self.shape_of(element, depth + 1)) };
                known.integrity = Integrity::Input;
                Shape::List(Rc::new(super::domain::List {
                    element: Some(known),
                    low: 0,
                    high: None,
                    items: None,
                    size: None,
                }))
            }
            Type::Object(shape) if depth < 3 => {
                let mut object = super::domain::Object::default();
                for field in &shape.fields {
                    let null = if field.optional { Null::Maybe } else { null_of(&field.value) };
                    let known = Known {
                        null,
                        integrity: Integrity::Input,
                        ..Known::constant(self.shape_of(&field.value, depth + 1))
                    };
                    object.fields.insert(Rc::from(&*field.name), known);
                }
                // An object that fits may have more fields than its type says.
                let other = shape.others.as_ref().map_or(Shape::Any, |others| self.shape_of(others, depth + 1));
                object.others =
                    Some(Known { null: Null::Maybe, integrity: Integrity::Input, ..Known::constant(other) });
                Shape::Object(Rc::new(object))
            }
            Type::Union(all) => {
                let mut shapes = all.iter().filter(|t| **t != Type::Null).map(|t| self.shape_of(t, depth));
                let first = shapes.next().unwrap_or(Shape::Plain);
                if shapes.all(|s| s == first) { first } else { Shape::Any }
            }
            Type::Named(id) if depth < 3 => {
                self.shape_of(&self.program.declarations.types[id.0 as usize].definition, depth + 1)
            }
            Type::Agent(interface) => Shape::Agent(Rc::new(AgentShape::one(Agent::Anyone, *interface))),
            _ => Shape::Any,
        }
    }

    /// A value that was seen to fit a type.
    pub fn fitted(&self, known: &Known, kind: &Type) -> Known {
        if known.shape == Shape::Any {
            let shape = self.shape_of(kind, 0);
            let null = if known.null == Null::Maybe { null_of(kind) } else { known.null };
            let mut fitted = Known { shape, null, ..known.clone() }.spread_to_parts();
            // What the program made itself may be infinite.
            fitted.perhaps_infinite();
            return fitted;
        }
        known.clone()
    }
}

impl Known {
    /// With the name of its length, and of the lengths of its fields, as the host's input has them.
    pub fn named(mut self, name: &str) -> Known {
        match &mut self.shape {
            Shape::List(list) => {
                let list = Rc::make_mut(list);
                list.size = Some(Rc::from(format!("{name}.length")));
                list.element = list.element.take().map(|element| element.named(&format!("{name}[]")));
            }
            Shape::Object(object) => {
                let object = Rc::make_mut(object);
                for (key, field) in object.fields.iter_mut() {
                    *field = field.clone().named(&format!("{name}.{key}"));
                }
            }
            _ => {}
        }
        self
    }

    /// With parts that are as sure, as doubtful and as foreign as the whole.
    pub fn spread_to_parts(mut self) -> Known {
        let like = self.clone().without_nothing();
        let like = Known { shape: Shape::Plain, tests: None, id: Id::NONE, null: Null::Never, ..like };
        let dress = |part: &Known| {
            let null = part.null;
            Known { shape: part.shape.clone(), null, ..like.clone() }.spread_to_parts()
        };
        match &mut self.shape {
            Shape::List(list) => {
                let list = Rc::make_mut(list);
                list.element = list.element.as_ref().map(dress);
            }
            Shape::Object(object) => {
                let object = Rc::make_mut(object);
                object.fields.each(dress);
                object.others = object.others.as_ref().map(dress);
            }
            _ => {}
        }
        self
    }
}

/// A function with what it carries: that is smaller than itself.
fn within(callee: &Known, function: &Callee) -> Callee {
    if callee.measures.is_empty() {
        return function.clone();
    }
    function.carrying(|known| known.clone().measured(callee, true))
}

/// Whether a type admits null.
pub(super) fn null_of(kind: &Type) -> Null {
    match kind {
        Type::Any => Null::Maybe,
        Type::Null => Null::Always,
        Type::Union(all) if all.contains(&Type::Null) => Null::Maybe,
        _ => Null::Never,
    }
}

/// An agent in words.
pub(super) fn describe(agent: &AgentShape) -> String {
    named(&agent.who)
}

/// Agents in words.
pub(super) fn named<'a>(who: impl IntoIterator<Item = &'a Agent>) -> String {
    let mut names: SmallVec<[&str; 4]> = who
        .into_iter()
        .map(|who| match who {
            Agent::Named(name) | Agent::Member(name, ..) => &**name,
            Agent::Anyone => "agent",
        })
        .collect();
    names.dedup();
    names.join(" or ")
}

/// The agents that a value comes from, in words.
pub(super) fn describe_sources(known: &Known) -> String {
    named(known.sources.keys().map(|source| &source.agent).collect::<BTreeSet<_>>())
}

/// What to do where a value is kept down by what it was made from.
pub(super) fn before(wanted: f64) -> String {
    format!("test what it was made from before that, as in `if (~x >= {wanted}) {{ … }}`")
}

fn because(kind: Nothing) -> &'static str {
    match kind {
        Nothing::Gate => "a gate may not let it pass",
        Nothing::Vote => "a vote may not be decided",
        Nothing::Aggregate | Nothing::Uncounted => "there may be nothing to agree on",
        Nothing::Search => "a search may find nothing",
    }
}

/// A confidence as people read it.
pub(super) fn percent(confidence: Raw) -> String {
    if confidence <= NONE { "none".into() } else { format!("{}%", (number(confidence) * 100.0).floor()) }
}

/// The confidences a value can carry, as people read them.
pub(super) fn interval(claim: Claim) -> String {
    match (claim.known(), claim.unknown) {
        (true, false) => format!("a confidence from {} to {}", number(claim.low), number(claim.high)),
        (true, true) => format!("a confidence from {} to {}, or none at all", number(claim.low), number(claim.high)),
        _ => "no confidence at all".into(),
    }
}
