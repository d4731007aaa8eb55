//! Agents for tests, which answer within the machine.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

use super::Vm;
use super::agents::{Bound, Who};
use super::ask::ANSWER;
use super::boundary;
use super::failure::Failure;
use super::native::Step;
use super::task::{Args, Input, Task};
use crate::builtin::Form;
use crate::diagnostic::Code;
use crate::host::{Id, MOST_RETRIES, Reply, Timer};
use crate::types::Type;
use crate::value::{self, Error, Evidence, Fault, Key, Kind, Lanes, Meter, Object, Value, View, display};
use crate::value::{ELEMENT, HEADER, KEY, MADE};

/// What an answer takes beside its value.
const ANSWER_BYTES: u64 = size_of::<Answer>() as u64;
/// What a method takes beside its name and its answers: both are stored apart.
const METHOD: u64 = size_of::<(Arc<str>, Script)>() as u64 + 2 * HEADER;
/// What a mock takes beside its methods: it and its name are stored apart, and the list that it stands in may grow.
const MOCK: u64 = (size_of::<Mock>() + 2 * size_of::<Bound>()) as u64 + 2 * HEADER;

/// A mock.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mock {
    /// The answer to each method.
    methods: Vec<(Arc<str>, Script)>,
    /// The answer to any other.
    any: Option<Script>,
    /// What it was asked so far.
    calls: Vec<Value>,
    /// Whose variables its functions may write.
    owner: u32,
}

/// The answers to a method, in turn, the last one repeating.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
struct Script {
    answers: Vec<Answer>,
    used: usize,
}

/// What a mock says once.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
struct Answer {
    value: Value,
    after: f64,
    fails: bool,
}

impl Script {
    fn next(&mut self) -> Answer {
        let answer = self.answers.get(self.used).or(self.answers.last()).cloned().unwrap_or_default();
        self.used += 1;
        answer
    }

    fn bytes(&self) -> u64 {
        ANSWER_BYTES * self.answers.len() as u64
    }
}

impl Mock {
    /// What it says to a method.
    fn script(&mut self, method: &str) -> Option<&mut Script> {
        let named = self.methods.iter_mut().find(|(known, _)| **known == *method).map(|(_, script)| script);
        named.or(self.any.as_mut())
    }

    /// What it takes beside its values. It stays as long as the run, since what is an agent holds its number alone.
    pub(super) fn bytes(&self) -> u64 {
        let methods = self.methods.iter().map(|(name, script)| script.bytes() + name.len() as u64);
        let any = self.any.iter().map(Script::bytes);
        MOCK + methods.chain(any).map(|bytes| METHOD + bytes).sum::<u64>() + ELEMENT * self.calls.len() as u64
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        let scripts = self.methods.iter().map(|(_, script)| script).chain(&self.any);
        let answers = scripts.flat_map(|script| &script.answers).map(|answer| &answer.value);
        answers.chain(&self.calls).collect()
    }
}

/// A question to a mock under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rehearsal {
    agent: Value,
    method: Arc<str>,
    args: Args,
    answer: Answer,
    /// How often it is asked again when it fails.
    retries: u64,
    /// The milliseconds that are left to it, where there is such a limit.
    left: Option<f64>,
    owner: u32,
    lanes: Lanes,
    timer: Option<Id>,
    /// Whether a function answers.
    called: bool,
}

impl Rehearsal {
    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => {
                vm.charge_call(task, self.who(), 1.0)?;
                self.attempt(vm, task)
            }
            Input::Reply(id, Reply::Fired) if self.timer.as_ref() == Some(&id) => match self.answer(vm)? {
                Some(step) => Ok(step),
                None => self.attempt(vm, task),
            },
            Input::Value(value) => self.finish(vm, &value),
            Input::Failed(failure) if self.called => {
                self.again(vm, failure)?;
                self.attempt(vm, task)
            }
            other => other.nothing(),
        }
    }

    fn who(&self) -> u32 {
        self.agent.as_agent().map_or(0, |agent| agent.id)
    }

    /// Waits no longer than so many milliseconds.
    pub(super) fn hurry(&mut self, within: f64) {
        self.left = Some(self.left.map_or(within, |left| left.min(within)));
    }

    /// Asks until somebody has to wait, or there is an answer.
    fn attempt(&mut self, vm: &mut Vm, task: &mut Task) -> Result<Step, Failure> {
        loop {
            vm.meter.steps(1)?;
            let after = self.left.map_or(self.answer.after, |left| left.min(self.answer.after));
            if after > 0.0 {
                let id = task.next_id();
                vm.set_timer(task, Timer { id: id.clone(), after });
                self.timer = Some(id);
                return Ok(Step::Wait);
            }
            if let Some(step) = self.answer(vm)? {
                return Ok(step);
            }
        }
    }

    /// The answer, once its time has come; nothing when it failed and is asked again.
    fn answer(&mut self, vm: &mut Vm) -> Result<Option<Step>, Failure> {
        if self.left.is_some_and(|left| self.answer.after > left) {
            let name = &vm.agents.get(self.who()).name;
            return Err(Failure::new(Code::R031, format!("agent `{name}` did not answer `{}` in time", self.method)));
        }
        self.left = self.left.map(|left| left - self.answer.after);
        let Answer { value, fails, .. } = std::mem::take(&mut self.answer);
        if fails {
            let message = value.with(ANSWER);
            let error = Error { code: Code::R030, message, data: vm.who_failed(self.who(), &self.method)? };
            return self.again(vm, Failure::of(error, Lanes::EXACT)).map(|()| None);
        }
        if let Some(error) = value.as_error() {
            return self.again(vm, Failure::of(error.clone(), value.lanes())).map(|()| None);
        }
        if value.kind() != Kind::Function {
            return self.finish(vm, &value).map(Some);
        }
        self.called = true;
        let mut args = self.args.clone();
        args.truncate(vm.takes(&value, args.len(), args.len()));
        // The function runs as the test that made the mock, so it may write the test's variables.
        Ok(Some(Step::CallAs(value, args, self.owner)))
    }

    /// After a failure: the next answer, if it is asked again.
    fn again(&mut self, vm: &mut Vm, failure: Failure) -> Result<(), Failure> {
        self.called = false;
        self.retries = self.retries.checked_sub(1).ok_or(failure)?;
        self.answer =
            vm.agents.mock(self.who()).and_then(|mock| mock.script(&self.method)).map(Script::next).unwrap_or_default();
        Ok(())
    }

    fn finish(&mut self, vm: &mut Vm, value: &Value) -> Result<Step, Failure> {
        let answer = reported(value, &mut HashMap::new(), &mut vm.meter)?;
        let answer = vm.admit_answer(&self.agent, &self.method, answer)?;
        Ok(Step::Done(answer.under(self.lanes)))
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        [&self.agent, &self.answer.value].into_iter().chain(&self.args).collect()
    }
}

/// A value as an agent's answer: each part at its own confidence, all of it `reported`. What is shared stays shared.
fn reported(value: &Value, made: &mut HashMap<usize, Value>, meter: &mut Meter) -> Result<Value, Fault> {
    let lanes = Lanes::new(value.confidence(), Evidence::Reported);
    let place = value.address().filter(|_| value.is_shared());
    if let Some(known) = place.and_then(|place| made.get(&place)) {
        return Ok(known.clone().with(lanes));
    }
    let answer = match value.view() {
        View::List(list) => {
            meter.alive()?;
            meter.list(list.len())?;
            let items = list.iter().map(|item| reported(item, made, meter)).collect::<Result<Vec<_>, _>>()?;
            Value::list(items)?
        }
        View::Object(object) => {
            meter.alive()?;
            meter.object(object.len())?;
            let entries = object.iter().map(|(key, item)| Ok((key.clone(), reported(item, made, meter)?)));
            Value::object(entries.collect::<Result<Vec<_>, Fault>>()?)?
        }
        View::Closure(_) | View::Native(_) | View::Agent(_) => {
            return Err(Fault::new(
                Code::R014,
                "a function or an agent is no answer; give plain data, or what each method gives with `mock.methods({ … })`",
            ));
        }
        _ => value.clone(),
    };
    if let Some(place) = place {
        made.insert(place, answer.clone());
    }
    Ok(answer.with(lanes))
}

impl Vm {
    /// The mock that a form makes.
    pub(super) fn make_mock(&mut self, form: Form, mut args: Args, owner: u32) -> Result<Value, Fault> {
        let mut arg = |at: usize| args.get_mut(at).map(std::mem::take).unwrap_or_default();
        let mut mock = Mock { methods: Vec::new(), any: None, calls: Vec::new(), owner };
        match form {
            Form::MockMethods => {
                let methods = arg(0);
                let Some(object) = methods.as_object() else {
                    return Err(Fault::new(Code::R005, "`mock.methods` takes an object of methods and answers"));
                };
                for (key, answer) in object {
                    let script = self.script(answer.clone(), 0.0)?;
                    self.meter.steps(KEY)?;
                    match key.as_str() {
                        "*" => mock.any = Some(script),
                        name => mock.methods.push((name.into(), script)),
                    }
                }
            }
            Form::MockFailing => {
                let message = arg(0);
                let value = if message.is_null() { Value::text("failed") } else { message };
                mock.any = Some(Script { answers: vec![Answer { value, after: 0.0, fails: true }], used: 0 });
            }
            Form::MockSlow => {
                let answer = arg(0);
                let after = super::orchestrate::time(&arg(1), "mock.slow")?;
                mock.any = Some(self.script(answer, after)?);
            }
            _ => mock.any = Some(self.script(arg(0), 0.0)?),
        }
        self.meter.steps(MADE)?;
        self.meter.memory(mock.bytes())?;
        let number = self.agents.add(format!("mock {}", self.mocks + 1).into(), Who::Mock(Box::new(mock)));
        self.mocks += 1;
        Ok(self.agents.value(number))
    }

    /// The frame in which a mock answers.
    pub(super) fn rehearse(
        &mut self,
        asked: &Value,
        agent: &value::Agent,
        method: &Arc<str>,
        args: Args,
    ) -> Result<Rehearsal, Failure> {
        let name = self.agents.get(agent.id).name.clone();
        self.meter.list(args.len() + 4)?;
        let mut call = Object::with_capacity(2);
        call.insert(Key::new("method"), Value::text(method))?;
        call.insert(Key::new("args"), Value::list(args.to_vec())?)?;
        let Some(mock) = self.agents.mock(agent.id) else {
            return Err(Failure::new(Code::R032, format!("agent `{name}` cannot be asked here")));
        };
        mock.calls.push(Value::from(call));
        let owner = mock.owner;
        let Some(script) = mock.script(method) else {
            return Err(Failure::new(
                Code::R032,
                format!("{name} has no method `{method}`; give it one in `mock.methods`"),
            ));
        };
        let answer = script.next();
        let option = |name: &str| agent.options.as_object()?.get(name)?.as_number();
        Ok(Rehearsal {
            agent: asked.clone(),
            method: method.clone(),
            args,
            answer,
            retries: (option("retries").unwrap_or(0.0) as u64).min(MOST_RETRIES),
            left: option("timeout"),
            owner,
            lanes: asked.lanes(),
            timer: None,
            called: false,
        })
    }

    /// What a mock says in turn. One that stands among the answers of another says there what it says by itself.
    fn script(&mut self, given: Value, after: f64) -> Result<Script, Fault> {
        let all = match given.as_list() {
            Some(list) if !list.is_empty() => list.iter().map(|item| item.clone().under(given.lanes())).collect(),
            _ => vec![given],
        };
        let mut answers = Vec::with_capacity(all.len());
        for value in all {
            let later = |answer: &Answer| Answer { after: after + answer.after, ..answer.clone() };
            match value.as_agent().and_then(|agent| self.agents.mock(agent.id)?.any.as_ref()) {
                Some(script) => {
                    self.meter.steps(script.answers.len() as u64)?;
                    self.meter.memory(script.bytes())?;
                    answers.extend(script.answers.iter().map(later));
                }
                None => {
                    self.meter.steps(1)?;
                    answers.push(Answer { value, after, fails: false });
                }
            }
        }
        Ok(Script { answers, used: 0 })
    }

    /// What to write for a mock whose answers in turn are together what a method is declared to give.
    pub(super) fn meant_whole(&mut self, agent: u32, method: &str, declared: &Type) -> Option<String> {
        let mock = self.agents.mock(agent)?;
        let named = mock.methods.iter().any(|(known, _)| **known == *method);
        let answers = mock.script(method)?.answers.iter().map(|answer| answer.value.clone()).collect();
        let whole = Value::list(answers).ok()?;
        if !boundary::fits(self, &whole, declared).ok()? {
            return None;
        }
        let shown = display::brief(&whole, &mut self.meter);
        let list = if shown.starts_with('[') && shown.ends_with(']') { &shown } else { "[…]" };
        Some(if named { format!("{method}: [{list}]") } else { format!("mock([{list}])") })
    }

    /// Which agent failed at what, as the data of an error.
    pub(super) fn who_failed(&self, agent: u32, method: &str) -> Result<Value, Fault> {
        let name = Value::text(&self.agents.get(agent).name);
        Value::object([(Key::new("agent"), name), (Key::new("method"), Value::text(method))])
    }

    /// What a mock was asked so far; nothing of other agents and names.
    pub(super) fn agent_property(&mut self, agent: &value::Agent, name: &str) -> Result<Value, Fault> {
        match (name, &self.agents.get(agent.id).who) {
            ("calls", Who::Mock(mock)) => {
                self.meter.list(mock.calls.len())?;
                Value::list(mock.calls.clone())
            }
            ("name", _) => Ok(Value::text(&self.agents.get(agent.id).name)),
            _ => Ok(Value::NULL),
        }
    }
}
