//! Agents for tests, which answer within the machine.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::Vm;
use super::agents::Who;
use super::failure::Failure;
use super::native::Step;
use super::task::{Args, Input, Task};
use crate::builtin::Form;
use crate::diagnostic::Code;
use crate::host::{Id, Reply, Timer};
use crate::value::{self, Error, Evidence, Fault, Key, Kind, Lanes, Object, Value, View};

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

#[derive(Debug, Serialize, Deserialize)]
struct Script {
    answers: Vec<Value>,
    used: usize,
    after: f64,
    fails: bool,
}

impl Script {
    fn new(answer: Value, after: f64, fails: bool) -> Self {
        let answers = match answer.as_list() {
            Some(list) if !list.is_empty() => list.iter().map(|item| item.clone().under(answer.lanes())).collect(),
            _ => vec![answer],
        };
        Self { answers, used: 0, after, fails }
    }

    fn next(&mut self) -> Value {
        let answer = self.answers.get(self.used).or(self.answers.last()).cloned().unwrap_or_default();
        self.used += 1;
        answer
    }
}

impl Mock {
    /// What it was asked, as a list of objects.
    pub(super) fn calls(&self) -> Result<Value, Fault> {
        Value::list(self.calls.clone())
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        let scripts = self.methods.iter().map(|(_, script)| script).chain(&self.any);
        scripts.flat_map(|script| &script.answers).chain(&self.calls).collect()
    }
}

/// A question to a mock under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rehearsal {
    agent: Value,
    method: Arc<str>,
    answer: Value,
    args: Args,
    after: f64,
    fails: bool,
    late: bool,
    owner: u32,
    lanes: Lanes,
    timer: Option<Id>,
}

impl Rehearsal {
    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => {
                vm.charge_call(task, self.who())?;
                if self.after == 0.0 {
                    return self.answer(vm);
                }
                let id = task.next_id();
                vm.set_timer(task, Timer { id: id.clone(), after: self.after });
                self.timer = Some(id);
                Ok(Step::Wait)
            }
            Input::Reply(id, Reply::Fired) if self.timer.as_ref() == Some(&id) => self.answer(vm),
            Input::Value(value) => self.finish(vm, value),
            other => other.nothing(),
        }
    }

    fn who(&self) -> u32 {
        self.agent.as_agent().map_or(0, |agent| agent.id)
    }

    /// Waits no longer than so many milliseconds.
    pub(super) fn hurry(&mut self, within: f64) {
        if self.after > within {
            self.after = within;
            self.late = true;
        }
    }

    fn answer(&mut self, vm: &mut Vm) -> Result<Step, Failure> {
        let answer = std::mem::take(&mut self.answer);
        if self.late {
            let name = &vm.agents.get(self.who()).name;
            return Err(Failure::new(Code::R031, format!("agent `{name}` did not answer `{}` in time", self.method)));
        }
        if self.fails {
            let error =
                Error { code: Code::R030, message: reported(answer)?, data: vm.who_failed(self.who(), &self.method)? };
            return Err(Failure::of(error, Lanes::EXACT));
        }
        if let Some(error) = answer.as_error() {
            return Err(Failure::of(error.clone(), answer.lanes()));
        }
        if answer.kind() != Kind::Function {
            return self.finish(vm, answer);
        }
        let mut args = std::mem::take(&mut self.args);
        let count = vm.takes(&answer, args.len(), args.len());
        args.truncate(count);
        // The function runs as the test that made the mock, so it may write the test's variables.
        Ok(Step::CallAs(answer, args, self.owner))
    }

    fn finish(&mut self, vm: &mut Vm, value: Value) -> Result<Step, Failure> {
        let answer = reported(value)?;
        let answer = vm.admit_answer(&self.agent, &self.method, answer)?;
        Ok(Step::Done(answer.under(self.lanes)))
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        [&self.agent, &self.answer].into_iter().chain(&self.args).collect()
    }
}

/// A value as an agent's answer: each part at its own confidence, all of it `reported`.
fn reported(value: Value) -> Result<Value, Fault> {
    let lanes = Lanes::new(value.confidence(), Evidence::Reported);
    Ok(match value.view() {
        View::List(list) => {
            let items = list.iter().map(|item| reported(item.clone())).collect::<Result<Vec<_>, _>>()?;
            Value::list(items)?.with(lanes)
        }
        View::Object(object) => {
            let entries = object.iter().map(|(key, item)| Ok((key.clone(), reported(item.clone())?)));
            Value::object(entries.collect::<Result<Vec<_>, Fault>>()?)?.with(lanes)
        }
        View::Closure(_) | View::Native(_) | View::Agent(_) => {
            return Err(Fault::new(Code::R014, "a function or an agent is no answer; give plain data"));
        }
        _ => value.with(lanes),
    })
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
                    let script = Script::new(answer.clone(), 0.0, false);
                    match key.as_str() {
                        "*" => mock.any = Some(script),
                        name => mock.methods.push((name.into(), script)),
                    }
                }
            }
            Form::MockFailing => {
                let message = arg(0);
                let message = if message.is_null() { Value::text("failed") } else { message };
                mock.any = Some(Script { answers: vec![message], used: 0, after: 0.0, fails: true });
            }
            Form::MockSlow => {
                let answer = arg(0);
                let after = super::orchestrate::time(&arg(1), "mock.slow")?;
                mock.any = Some(Script::new(answer, after, false));
            }
            _ => mock.any = Some(Script::new(arg(0), 0.0, false)),
        }
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
        let Who::Mock(mock) = &mut self.agents.get_mut(agent.id).who else {
            return Err(Failure::new(Code::R032, format!("agent `{name}` cannot be asked here")));
        };
        mock.calls.push(Value::from(call));
        let owner = mock.owner;
        let named = mock.methods.iter_mut().find(|(known, _)| known == method).map(|(_, script)| script);
        let Some(script) = named.or(mock.any.as_mut()) else {
            return Err(Failure::new(
                Code::R032,
                format!("{name} has no method `{method}`; give it one in `mock.methods`"),
            ));
        };
        let option = |name: &str| agent.options.as_object()?.get(name)?.as_number();
        let mut answer = script.next();
        let mut retries = option("retries").unwrap_or(0.0);
        while retries >= 1.0 && answer.as_error().is_some() && script.used < script.answers.len() {
            answer = script.next();
            retries -= 1.0;
        }
        let mut rehearsal = Rehearsal {
            agent: asked.clone(),
            method: method.clone(),
            answer,
            args,
            after: script.after,
            fails: script.fails,
            late: false,
            owner,
            lanes: asked.lanes(),
            timer: None,
        };
        option("timeout").into_iter().for_each(|within| rehearsal.hurry(within));
        Ok(rehearsal)
    }

    /// Which agent failed at what, as the data of an error.
    pub(super) fn who_failed(&self, agent: u32, method: &str) -> Result<Value, Fault> {
        let name = Value::text(&self.agents.get(agent).name);
        Value::object([(Key::new("agent"), name), (Key::new("method"), Value::text(method))])
    }

    /// What a mock was asked so far; nothing of other agents and names.
    pub(super) fn agent_property(&self, agent: &value::Agent, name: &str) -> Result<Value, Fault> {
        match (name, &self.agents.get(agent.id).who) {
            ("calls", Who::Mock(mock)) => mock.calls(),
            ("name", _) => Ok(Value::text(&self.agents.get(agent.id).name)),
            _ => Ok(Value::NULL),
        }
    }
}
