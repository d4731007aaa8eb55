//! Agents: those that the host binds, the mocks of tests, and who judges.

use super::value::*;
use indexmap::IndexMap;
use prism::host::{Call, Directory, Failure, Kind, Purpose, Reply, Transport};
use prism::{hir::Program, types::Effect, types::InterfaceId};

/// All agents of a run; a value that is an agent holds its number here.
pub struct Agents {
    directory: Arc<Directory>,
    list: Vec<Bound>,
    names: IndexMap<Arc<str>, u32>,
    mocks: u32,
}

pub struct Bound {
    pub name: Arc<str>,
    mock: Option<Mock>,
    interfaces: Vec<InterfaceId>,
    /// What patterns ask of its answers.
    pub requires: Vec<(Arc<str>, Confidence)>,
}

/// An agent of a test: an answer for each method, `*` for any other.
#[derive(Clone)]
struct Mock {
    methods: Vec<(String, Script)>,
    calls: Vec<Value>,
    owner: u32,
}

/// What is said in turn, and how much of it was: each with its time, and whether it is how the mock fails.
type Script = (Vec<Said>, usize);
type Said = (Value, f64, bool);

const REPORTED: Lanes = Lanes::new(Confidence::UNKNOWN, Evidence::Reported);

impl Mock {
    /// What it says next, the last answer repeating.
    fn next(&mut self, method: &str) -> Said {
        let place = [method, "*"].iter().find_map(|name| self.methods.iter().position(|(known, _)| known == name));
        let (answers, used) = &mut self.methods[place.expect("a method that is known")].1;
        *used += 1;
        answers.get(*used - 1).or(answers.last()).cloned().unwrap_or_default()
    }
}

pub fn value(id: u32) -> Value {
    Value::agent(prism::value::Agent { id, options: Value::NULL })
}

impl Agents {
    pub fn new(directory: Arc<Directory>) -> Agents {
        let mut agents = Agents { directory: directory.clone(), list: Vec::new(), names: IndexMap::new(), mocks: 0 };
        for agent in directory.agents() {
            agents.add(agent.name.clone(), None);
            agents.bind(&agent.name, &value(agents.list.len() as u32 - 1));
        }
        agents
    }

    fn add(&mut self, name: Arc<str>, mock: Option<Mock>) {
        self.list.push(Bound { name, mock, interfaces: Vec::new(), requires: Vec::new() });
    }

    /// Lets a name lead to an agent.
    pub fn bind(&mut self, name: &Arc<str>, value: &Value) {
        self.names.extend(value.as_agent().map(|it| (name.clone(), it.id)));
    }

    pub fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    pub fn get(&mut self, id: u32) -> &mut Bound {
        &mut self.list[id as usize]
    }

    pub fn object(&self) -> Result<Value, Fault> {
        Value::object(self.names.iter().map(|(name, id)| (key(name), value(*id))))
    }

    pub fn list(&self) -> Result<Value, Fault> {
        Value::list(self.names.iter().map(|(_, id)| value(*id)).collect())
    }

    /// What the host says of an agent.
    pub(super) fn entry(&self, id: u32) -> Option<&prism::host::Agent> {
        self.directory.agents().get(id as usize)
    }

    /// Whether an agent is of an interface; if so, it is held to it from now on.
    pub fn serves(&mut self, id: u32, interface: InterfaceId, program: &Program) -> bool {
        let serves = self.entry(id).is_none_or(|it| it.can(&program.interfaces[interface.0 as usize].capabilities));
        let held = &mut self.get(id).interfaces;
        held.extend((serves && !held.contains(&interface)).then_some(interface));
        serves
    }

    /// `m.calls`, `a.name`
    pub fn property(&self, id: u32, name: &str) -> Result<Value, Fault> {
        let bound = &self.list[id as usize];
        match (name, &bound.mock) {
            ("calls", Some(mock)) => Value::list(mock.calls.clone()),
            ("name", _) => Ok(Value::text(&bound.name)),
            _ => Ok(Value::NULL),
        }
    }
}

impl Eval<'_> {
    /// `a.method(arguments)`
    pub fn ask_method(&mut self, agent: &Value, method: &str, arguments: Vec<Value>, span: Span) -> Run {
        if method != "with" {
            return self.ask(agent, method, Purpose::Method, arguments, span);
        }
        let given = arguments.into_iter().next().unwrap_or_default();
        self.known(&given, &["timeout", "retries", "model", "temperature", "schema"], span)?;
        self.time(&Self::option(&given, "timeout"), span)?;
        self.count(&Self::option(&given, "retries"), 0.0, span)?;
        let Some(it) = agent.as_agent() else { unreachable!("an agent") };
        let mut options = it.options.as_object().cloned().unwrap_or_default();
        for (name, value) in given.as_object().into_iter().flatten() {
            self.made(options.insert(name.clone(), value.clone()), span)?;
        }
        let copy = prism::value::Agent { id: it.id, options: Value::from(options) };
        Ok(Value::agent(copy).with(agent.lanes()))
    }

    /// A question; its answer has the confidence of its extraction strategy, under that of the agent as a value.
    fn ask(&mut self, who: &Value, method: &str, purpose: Purpose, arguments: Vec<Value>, span: Span) -> Run {
        let Some(agent) = who.as_agent() else { return self.fail(Code::R006, span) };
        let world = self.task.world.clone();
        if self.task.now.cancelled && self.effect(agent.id, method, purpose) > Effect::Notify {
            return self.fail(Code::R095, span);
        }
        let schema = Self::option(&agent.options, "schema");
        self.schema(&schema, span)?;
        let answer = if world.agents().get(agent.id).mock.is_some() {
            self.rehearse(agent, method, arguments, span)?
        } else {
            if world.agents().entry(agent.id).is_some_and(|it| !it.offers(method)) {
                return self.fail(Code::R032, span);
            }
            let shape = |it: &Value| self.made(shaped::write(it, &mut meter()), span);
            let arguments = arguments.iter().map(shape).collect::<Run<Vec<_>>>()?;
            let mut options =
                self.plain(&agent.options, span)?.unwrap_or_default().as_object().cloned().unwrap_or_default();
            options.remove("schema");
            let (name, method) = (world.agents().get(agent.id).name.clone(), Arc::from(method));
            let (description, prompt, names, schema, effect) = Default::default();
            let call =
                Call { agent: name, method, purpose, description, prompt, arguments, names, schema, effect, options };
            let retries = call.options.get("retries").and_then(|it| it.as_f64()).unwrap_or_default();
            let worst = self.charge(agent.id, 1.0 + retries, span)?;
            self.answered(agent.id, call, worst, span)?
        };
        if !schema.is_null() && !self.accepted(&schema, &answer, span)? {
            return self.fail_about(Code::R012, REPORTED, span);
        }
        self.admit(agent.id, method, &answer, span)?;
        Ok(answer.under(who.lanes()))
    }

    /// How grave a call is, as far as interfaces and the host say.
    fn effect(&self, agent: u32, method: &str, purpose: Purpose) -> Effect {
        let mut agents = self.task.world.agents();
        let all = agents.get(agent).interfaces.iter().flat_map(|it| &self.program.interfaces[it.0 as usize].methods);
        let said = all.filter(|it| *it.name == *method).filter_map(|it| it.effect).max();
        let reached = said.is_none() && purpose == Purpose::Method;
        said.max(agents.entry(agent).and_then(|it| it.class(method, reached))).unwrap_or(Effect::Ask)
    }

    /// What the host's agent says: unknown and `reported` unless it says more.
    fn answered(&mut self, agent: u32, call: Call, worst: [f64; 5], span: Span) -> Run {
        let (name, method) = (call.agent.clone(), call.method.clone());
        match self.task.ask(Kind::Call(Box::new(call)))? {
            Reply::Answer(answer) => {
                self.settle(worst, answer.cost, answer.tokens, span)?;
                let read = shaped::read(&answer.shape, REPORTED, &mut meter());
                read.or_else(|_| self.fail_about(Code::R030, REPORTED, span))
            }
            Reply::Failed(Failure::Error { message, cost, tokens }) => {
                self.settle(worst, cost, tokens, span)?;
                self.failed(&name, &method, Value::text(&message).with(REPORTED), span)
            }
            Reply::Failed(Failure::Timeout) => self.fail(Code::R031, span),
            Reply::Failed(Failure::Unknown { .. }) => self.fail(Code::R032, span),
            _ => unreachable!("agent {agent} gave no answer"),
        }
    }

    fn failed<T>(&self, agent: &str, method: &str, message: Value, span: Span) -> Run<T> {
        let data = self.record(&[("agent", Value::text(agent)), ("method", Value::text(method))], span)?;
        self.throw(Error { code: Code::R030, message, data }, Lanes::EXACT, span)
    }

    /// An answer must be what interfaces (R012), contracts and `@requires` (R022) say.
    fn admit(&mut self, agent: u32, method: &str, answer: &Value, span: Span) -> Run<()> {
        let (world, program) = (self.task.world.clone(), self.program.clone());
        let held = world.agents().get(agent).interfaces.clone();
        let methods = held.iter().flat_map(|it| &program.interfaces[it.0 as usize].methods);
        if let Some(declared) = methods.into_iter().find(|it| *it.name == *method)
            && !self.fits(answer, &declared.signature.result)
        {
            return self.fail_about(Code::R012, REPORTED, span);
        }
        let contract = world.agents().entry(agent).and_then(|it| it.contract.clone());
        let (low, high) = contract.map_or((Confidence::UNKNOWN, Confidence::ONE), |it| {
            (confidence(it.confidence.0), confidence(it.confidence.1))
        });
        let requires = world.agents().get(agent).requires.clone();
        let least = requires.iter().filter(|it| *it.0 == *method).map(|it| it.1).fold(low, Confidence::max);
        if (least..=high).contains(&sure(answer)) { Ok(()) } else { self.fail_about(Code::R022, REPORTED, span) }
    }

    /// One mock among the answers of another says there what it says itself.
    fn script(&self, given: &Value, after: f64, fails: bool) -> Script {
        let all = match given.as_list() {
            Some(list) if !list.is_empty() => list.iter().map(|it| it.clone().under(given.lanes())).collect(),
            _ => vec![given.clone()],
        };
        let mut said = Vec::new();
        for answer in all {
            let inner = answer.as_agent().and_then(|it| self.task.world.agents().list[it.id as usize].mock.clone());
            match inner.and_then(|it| it.methods.into_iter().find(|(name, _)| name == "*")) {
                Some((_, (all, _))) => said.extend(all.into_iter().map(|(it, more, fails)| (it, after + more, fails))),
                None => said.push((answer, after, fails)),
            }
        }
        (said, 0)
    }

    /// `mock(…)` and its kin.
    pub fn mock(&mut self, form: &str, first: Value, second: &Value, span: Span) -> Run {
        let methods = match (form, first.as_object()) {
            ("methods", Some(it)) => {
                it.iter().map(|(name, answer)| (name.as_str().to_owned(), self.script(answer, 0.0, false))).collect()
            }
            ("methods", None) => return self.fail(Code::R005, span),
            _ => {
                let first = if form == "failing" && first.is_null() { Value::text("failed") } else { first };
                let after = if form == "slow" { self.time(second, span)? } else { Some(0.0) };
                let Some(after) = after else { return self.fail(Code::R021, span) };
                vec![("*".to_owned(), self.script(&first, after, form == "failing"))]
            }
        };
        let mut agents = self.task.world.agents();
        agents.mocks += 1;
        let name = format!("mock {}", agents.mocks).into();
        agents.add(name, Some(Mock { methods, calls: Vec::new(), owner: self.task.now.owner }));
        Ok(value(agents.list.len() as u32 - 1))
    }

    /// What a mock says: asked again after a failure as often as `retries` says, in the time that it has for all.
    fn rehearse(&mut self, agent: &prism::value::Agent, method: &str, arguments: Vec<Value>, span: Span) -> Run {
        let world = self.task.world.clone();
        let given = self.new_list(arguments.clone(), Lanes::EXACT, span)?;
        let call = self.record(&[("method", Value::text(method)), ("args", given)], span)?;
        let known = {
            let mut agents = world.agents();
            let mock = agents.get(agent.id).mock.as_mut().expect("a mock");
            mock.calls.push(call);
            mock.methods.iter().any(|(name, _)| name == method || name == "*").then_some(mock.owner)
        };
        let Some(mine) = known else { return self.fail(Code::R032, span) };
        self.charge(agent.id, 1.0, span)?;
        let mut left = self.time(&Self::option(&agent.options, "timeout"), span)?.unwrap_or(f64::INFINITY);
        let mut retries = Self::option(&agent.options, "retries").as_number().unwrap_or(0.0);
        loop {
            let (said, after, fails) = world.agents().get(agent.id).mock.as_mut().expect("a mock").next(method);
            if after.min(left) > 0.0 {
                self.task.sleep(after.min(left))?;
            }
            if after > left {
                return self.fail(Code::R031, span);
            }
            left -= after;
            let answer = match said.view() {
                _ if fails => {
                    self.failed(&world.agents().get(agent.id).name.clone(), method, said.with(REPORTED), span)
                }
                View::Error(error) => self.throw(error.clone(), said.lanes(), span),
                View::Closure(_) | View::Native(_) => {
                    // It runs as the test that made the mock.
                    let owner = std::mem::replace(&mut self.task.now.owner, mine);
                    let called = self.call(&said, arguments.clone(), span, arguments.len());
                    self.task.now.owner = owner;
                    called
                }
                _ => Ok(said),
            };
            match answer {
                Err(Flow::Throw(thrown)) if retries >= 1.0 && !super::task::is_final(&thrown) => retries -= 1.0,
                answer => return self.reported(&answer?, span),
            }
        }
    }

    /// A value as an agent's answer: each part at its own confidence, all of it `reported`.
    fn reported(&self, value: &Value, span: Span) -> Run {
        let lanes = Lanes::new(value.confidence(), Evidence::Reported);
        match value.view() {
            View::List(it) => {
                let items = it.iter().map(|it| self.reported(it, span)).collect::<Run<_>>()?;
                self.new_list(items, lanes, span)
            }
            View::Object(it) => {
                let entries = it.iter().map(|(key, it)| Ok((key.clone(), self.reported(it, span)?)));
                let entries = entries.collect::<Run<Vec<_>>>()?;
                Ok(self.made(Value::object(entries), span)?.with(lanes))
            }
            View::Closure(_) | View::Native(_) | View::Agent(_) => self.fail(Code::R014, span),
            _ => Ok(value.clone().with(lanes)),
        }
    }

    /// The agent that an agent or the name of one is.
    fn who(&self, value: &Value, span: Span) -> Run {
        let bound = |name: &str| self.task.world.agents().find(name).map(|id| self::value(id).under(value.lanes()));
        match (value.view(), value.as_text()) {
            (View::Agent(_), _) => Ok(value.clone()),
            (_, Some(name)) => bound(name).map_or_else(|| self.fail(Code::R032, span), Ok),
            _ => self.fail(Code::R005, span),
        }
    }

    /// The only method of the interface that an agent was bound to, or the one that is usual.
    pub fn only_method(&self, agent: &Value, usual: &str) -> String {
        let id = agent.as_agent().map_or(0, |it| it.id);
        let bound = self.task.world.agents().get(id).interfaces.clone();
        let mut methods = bound.iter().flat_map(|it| &self.program.interfaces[it.0 as usize].methods);
        let only = methods.next().filter(|_| bound.len() == 1 && methods.next().is_none());
        only.map_or(usual.to_owned(), |it| it.name.to_string())
    }

    /// Nothing is held to what is no schema.
    fn schema(&self, schema: &Value, span: Span) -> Run<serde_json::Value> {
        let schema = self.plain(schema, span)?.unwrap_or(true.into());
        if schema::fault(&schema).is_some() { self.fail(Code::R005, span) } else { Ok(schema) }
    }

    fn accepted(&self, schema: &Value, x: &Value, span: Span) -> Run<bool> {
        let (wanted, subject) = (self.schema(schema, span)?, self.plain(x, span)?);
        Ok(schema::accepts(&wanted, &subject.unwrap_or_default()))
    }

    /// Judged by a function, a schema, an agent, a person or a command.
    pub fn verify(&mut self, x: Value, check: &Value, span: Span) -> Run {
        let own = x.lanes();
        let judged = |yes: bool, most: Confidence| if yes { most } else { Confidence::ZERO };
        if is_function(check) {
            let verdict = self.call(check, vec![x.clone()], span, 1)?;
            let confidence = judged(verdict.truth(), own.confidence.min(sure(&verdict)));
            return Ok(x.with(Lanes::new(confidence, own.evidence)));
        }
        let agent = check.as_agent().map(|_| check.clone());
        if agent.is_none() {
            let judges = ["agent", "human", "command", "schema"];
            self.known(check, &judges, span)?;
            if judges.iter().filter(|it| !Self::option(check, it).is_null()).count() > 1 {
                return self.fail(Code::R005, span);
            }
        }
        let option = |name: &str| Some(Self::option(check, name)).filter(|it| !it.is_null());
        let (method, purpose, evidence, who, mut more);
        if let Some(it) = agent.or_else(|| option("agent")) {
            who = self.who(&it, span)?;
            (purpose, evidence, more) = (Purpose::Review, Evidence::Reviewed, Vec::new());
            method = self.only_method(&who, "verify");
        } else if let Some(it) = option("human") {
            return self.consent(x, &it, None, span);
        } else if let Some(it) = option("command") {
            let words = |line: &str| line.split_whitespace().map(Value::text).collect();
            let words = it.as_text().map_or(vec![it.clone()], words);
            who = self.who(words.first().unwrap_or(&Value::text("")), span)?;
            more = words.into_iter().skip(1).collect();
            (method, purpose, evidence) = ("run".to_owned(), Purpose::Check, Evidence::Checked);
        } else if let Some(schema) = option("schema") {
            let yes = self.accepted(&schema, &x, span)?;
            return Ok(x.with(Lanes::new(judged(yes, own.confidence), own.evidence)));
        } else {
            return self.fail(Code::R005, span);
        }
        more.insert(0, x.clone());
        let verdict = self.ask(&who, &method, purpose, more, span)?;
        let confidence = judged(verdict.truth(), sure(&verdict));
        self.painted(x, Lanes::new(confidence, evidence), span)
    }

    /// `approve(x, options)`
    pub fn approve(&mut self, x: Value, options: &Value, span: Span) -> Run {
        self.known(options, &["to", "within"], span)?;
        let to = match Self::option(options, "to") {
            it if !it.is_null() => it,
            _ => {
                let agents = self.task.world.agents();
                let is_human = |id: &u32| agents.entry(*id).is_some_and(|it| it.transport == Some(Transport::Human));
                let person = agents.names.iter().map(|(_, id)| *id).find(is_human).or_else(|| agents.find("human"));
                person.map_or(Value::text(""), value)
            }
        };
        let to = self.who(&to, span)?;
        let within = self.time(&Self::option(options, "within"), span)?;
        self.consent(x, &to, within, span)
    }

    fn consent(&mut self, x: Value, person: &Value, within: Option<f64>, span: Span) -> Run {
        let mut person = self.who(person, span)?;
        if let Some(within) = within {
            let hurried = self.record(&[("timeout", Value::number(within))], span)?;
            person = self.ask_method(&person, "with", vec![hurried], span)?;
        }
        let yes = match self.ask(&person, "approve", Purpose::Consent, vec![x.clone()], span) {
            Err(Flow::Throw(thrown)) if within.is_some() && thrown.error.code == Code::R031 => false,
            other => other?.truth(),
        };
        let confidence = if yes { Confidence::ONE } else { Confidence::ZERO };
        self.painted(x, Lanes::new(confidence, Evidence::Approved), span)
    }

    /// The same content with these through all parts.
    pub fn painted(&self, mut x: Value, lanes: Lanes, span: Span) -> Run {
        self.made(shaped::repaint(&mut x, lanes, &mut meter()), span).map(|()| x)
    }

    /// `llm(prompt, options)`
    pub fn llm(&mut self, prompt: Value, options: Value, span: Span) -> Run {
        let Some(id) = self.task.world.agents().find("default") else { return self.fail(Code::R032, span) };
        self.known(&options, &["model", "schema", "temperature"], span)?;
        let agent = Value::agent(prism::value::Agent { id, options });
        self.ask(&agent, "llm", Purpose::Prompt, vec![prompt], span)
    }
}
