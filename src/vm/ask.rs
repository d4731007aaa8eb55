//! Requests to the world: agents, the time, randomness, ids, delays, and what needs no reply.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::agents::Who;
use super::budget::Worst;
use super::code::Site;
use super::failure::Failure;
use super::machine::Called;
use super::native::{Native, Step};
use super::orchestrate::{Options, time};
use super::task::{Args, Input, Task};
use super::{Vm, boundary};
use crate::builtin::World;
use crate::diagnostic::Code;
use crate::hir::Method;
use crate::host::{self, EffectName, Failure as Cause, Id, Kind, Purpose, Reply, Request, Slot, Stream, Timer};
use crate::types::Type;
use crate::value::{self, Confidence, EVENT, Error, Evidence, Fault, Lanes, Value, display, json, shaped, weigh_data};

/// What an answer has unless its agent's extraction strategy says more, and what is told of one that is no good.
pub(super) const ANSWER: Lanes = Lanes::new(Confidence::UNKNOWN, Evidence::Reported);

/// A question to an agent under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask {
    /// Who is asked.
    pub(super) agent: Value,
    /// What.
    pub(super) call: Box<host::Call>,
    /// What the result is lowered by.
    pub(super) lanes: Lanes,
    /// The request, once it is made.
    pub(super) id: Option<Id>,
    /// What it takes at most.
    pub(super) worst: Worst,
}

impl Ask {
    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        let agent = self.agent.as_agent().map_or(0, |agent| agent.id);
        match input {
            Input::Begin => {
                let id = task.next_id();
                let request =
                    Request { id: id.clone(), kind: Kind::Call(self.call.clone()), context: task.contexts.clone() };
                let retries = self.call.options.get("retries").and_then(Json::as_f64);
                self.worst = vm.charge_call(task, agent, 1.0 + retries.unwrap_or(0.0))?;
                vm.submit(task, request);
                self.id = Some(id);
                Ok(Step::Wait)
            }
            Input::Reply(id, reply) if self.id.as_ref() == Some(&id) => {
                let value = self.read(vm, task, agent, reply)?;
                Ok(Step::Done(value.under(self.lanes)))
            }
            other => other.nothing(),
        }
    }

    fn read(&mut self, vm: &mut Vm, task: &Task, agent: u32, reply: Reply) -> Result<Value, Failure> {
        let (name, method) = (&self.call.agent, &self.call.method);
        match reply {
            Reply::Answer(answer) => {
                vm.charge_answer(task, self.worst, answer.cost, answer.tokens)?;
                let size = size_of_json(&answer.shape);
                if size > vm.meter.limits.answer {
                    let limit = vm.meter.limits.answer;
                    return Err(Failure::new(
                        Code::R030,
                        format!("the answer of `{name}` is longer than {limit} bytes"),
                    ));
                }
                let value = shaped::read(&answer.shape, ANSWER, &mut vm.meter).map_err(|fault| match fault.code {
                    code if (Code::R090..=Code::R097).contains(&code) => Failure::from(fault),
                    _ => {
                        let message = format!("the answer of `{name}` cannot be read: {}", fault.message);
                        Fault::new(Code::R030, message).under(ANSWER).into()
                    }
                })?;
                vm.admit_answer(&self.agent, method, value)
            }
            Reply::Failed(Cause::Error { message, cost, tokens }) => {
                vm.charge_answer(task, self.worst, cost, tokens)?;
                let message = Value::string(message).with(ANSWER);
                let error = Error { code: Code::R030, message, data: vm.who_failed(agent, method)? };
                Err(Failure::of(error, Lanes::EXACT))
            }
            Reply::Failed(Cause::Timeout) => {
                let message = format!("agent `{name}` did not answer `{method}` in time");
                Err(Failure::new(Code::R031, message))
            }
            Reply::Failed(Cause::Unknown { message }) => Err(Failure::new(Code::R032, message)),
            _ => Err(Failure::new(Code::R030, format!("agent `{name}` gave something that is no answer"))),
        }
    }
}

fn size_of_json(json: &Json) -> u64 {
    match json {
        Json::String(text) => text.len() as u64 + 2,
        Json::Array(items) => items.iter().map(|item| size_of_json(item) + 1).sum::<u64>() + 2,
        Json::Object(entries) => {
            entries.iter().map(|(key, item)| key.len() as u64 + 4 + size_of_json(item)).sum::<u64>() + 2
        }
        _ => 8,
    }
}

/// A wish under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wish {
    world: World,
    after: f64,
    id: Option<Id>,
}

impl Wish {
    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => {
                let id = task.next_id();
                self.id = Some(id.clone());
                let kind = match self.world {
                    World::Now => Kind::Now,
                    World::Random => Kind::Random,
                    World::Uuid => Kind::Uuid,
                    _ => {
                        vm.set_timer(task, Timer { id, after: self.after });
                        return Ok(Step::Wait);
                    }
                };
                vm.submit(task, Request { id, kind, context: task.contexts.clone() });
                Ok(Step::Wait)
            }
            Input::Reply(id, reply) if self.id.as_ref() == Some(&id) => Ok(Step::Done(match reply {
                Reply::Number(number) => Value::number(number),
                Reply::Text(text) => Value::string(text),
                Reply::Fired => Value::NULL,
                _ => return Err(Failure::new(Code::R030, "the host did not say")),
            })),
            other => other.nothing(),
        }
    }
}

impl Vm {
    /// A wish to the world.
    pub(super) fn wish(&mut self, task: &mut Task, world: World, mut args: Args) -> Result<Called, Failure> {
        let stream = match world {
            World::Now | World::Random | World::Uuid => {
                task.begin(Box::new(Native::Wish(Wish { world, after: 0.0, id: None })));
                return Ok(Called::Frame);
            }
            World::Delay => {
                let after = time(args.first().unwrap_or(&Value::NULL), "delay")?;
                task.begin(Box::new(Native::Wish(Wish { world, after, id: None })));
                return Ok(Called::Frame);
            }
            World::Emit => return self.emit_event(task, &args),
            World::Track => return self.track(task, &args),
            World::Print => Stream::Output,
            World::Warn => Stream::Warning,
            World::Error => Stream::Error,
            World::Debug => Stream::Debug,
        };
        let mut text = String::new();
        for (index, value) in args.drain(..).enumerate() {
            if index > 0 {
                text.push(' ');
            }
            let piece = display::show(&value, &mut self.meter)?;
            self.meter.append(text.len() as u64, piece.len() as u64)?;
            text.push_str(&piece);
        }
        self.charge_output(text.len() as u64 + 1)?;
        self.say(task, Kind::Print { stream, text });
        Ok(Called::Value(Value::NULL))
    }

    fn emit_event(&mut self, task: &mut Task, args: &Args) -> Result<Called, Failure> {
        let null = Value::NULL;
        let Some(name) = args.first().and_then(Value::as_text) else {
            return Err(Failure::new(Code::R005, "`emit` takes the event's name as its first argument"));
        };
        let options = Options::new("emit", args.get(2).unwrap_or(&null), &["delay", "condition"])?;
        let data = shaped::write(args.get(1).unwrap_or(&null), &mut self.meter)?;
        self.meter.memory(EVENT + name.len() as u64 + weigh_data(&data))?;
        let kind = Kind::Emit {
            name: name.to_owned(),
            data,
            delay: options.time("delay")?,
            condition: options.get("condition").map(|value| json::export(value, &mut self.meter)).transpose()?,
        };
        self.charge_output(name.len() as u64)?;
        self.say(task, kind);
        Ok(Called::Value(Value::NULL))
    }

    fn track(&mut self, task: &mut Task, args: &Args) -> Result<Called, Failure> {
        let null = Value::NULL;
        let options = Options::new("track", args.get(1).unwrap_or(&null), &["confidence", "context"])?;
        let confidence = options.get("confidence").map(value::operator::stated).transpose()?;
        let kind = Kind::Track {
            decision: shaped::write(args.first().unwrap_or(&null), &mut self.meter)?,
            confidence: confidence.and_then(Confidence::number),
            context: options.get("context").map(|value| json::export(value, &mut self.meter)).transpose()?,
        };
        self.say(task, kind);
        Ok(Called::Value(Value::NULL))
    }

    /// The frame of a question to an agent.
    pub(super) fn question(
        &mut self,
        task: &Task,
        agent: &Value,
        method: &Arc<str>,
        purpose: Purpose,
        args: &[Value],
        prompt: Vec<Slot>,
    ) -> Result<Box<Native>, Failure> {
        let lanes = agent.lanes();
        let Some(bound) = agent.as_agent() else {
            return Err(Failure::new(Code::R006, "only an agent can be asked"));
        };
        let id = bound.id;
        self.may_ask(task, id, method, purpose)?;
        let schema = self.schema(&bound.options)?;
        if let Who::Mock(_) = self.agents.get(id).who {
            let rehearsal = self.rehearse(agent, bound, method, args.iter().cloned().collect())?;
            return Ok(Box::new(Native::Rehearsal(Box::new(rehearsal))));
        }
        if let Some(message) = self.agents.entry(id).and_then(|entry| entry.lacks(method)) {
            return Err(Failure::new(Code::R032, message));
        }
        let program = self.program.clone();
        let declared = self.agents.method(id, method, &program.declarations);
        let mut arguments = Vec::with_capacity(args.len());
        for arg in args {
            arguments.push(shaped::write(arg, &mut self.meter)?);
        }
        let size: u64 = arguments.iter().map(size_of_json).sum();
        if size > self.meter.limits.prompt {
            let limit = self.meter.limits.prompt;
            return Err(Failure::new(
                Code::R015,
                format!("what is said to an agent is longer than {limit} bytes; send less"),
            ));
        }
        let mut options = match bound.options.as_object() {
            Some(_) => match json::export(&bound.options, &mut self.meter)? {
                Json::Object(options) => options,
                _ => Map::new(),
            },
            None => Map::new(),
        };
        options.remove("schema");
        let typed = declared.filter(|method| method.signature.result != Type::Any);
        let of_type = |method: &Method| boundary::schema_of(&method.signature.result, &program.declarations);
        let schema = schema.or_else(|| typed.map(of_type));
        let call = host::Call {
            agent: self.agents.get(id).name.clone(),
            method: method.clone(),
            purpose,
            description: declared.and_then(|method| method.doc.clone()),
            prompt,
            arguments,
            names: declared.map_or_else(Vec::new, |method| {
                method.signature.parameters.iter().map(|parameter| parameter.name.clone()).collect()
            }),
            schema,
            effect: declared.and_then(|method| method.effect).map(EffectName),
            options,
        };
        let (agent, call, worst) = (agent.clone(), Box::new(call), Worst::default());
        Ok(Box::new(Native::Ask(Box::new(Ask { agent, call, lanes, id: None, worst }))))
    }

    /// The schema among the options of an agent. Nobody, a mock included, is asked under one that is none.
    fn schema(&mut self, options: &Value) -> Result<Option<Json>, Failure> {
        let given = options.as_object().and_then(|options| options.get("schema")).filter(|schema| !schema.is_null());
        let Some(given) = given else { return Ok(None) };
        let schema = json::export(given, &mut self.meter)?;
        match value::schema::fault(&schema) {
            Some(fault) => Err(Failure::new(Code::R005, fault)),
            None => Ok(Some(schema)),
        }
    }

    /// `llm`: a prompt to the agent bound as `default`.
    pub(super) fn llm(
        &mut self,
        task: &mut Task,
        mut args: Args,
        site: Option<(&Site, Vec<Slot>)>,
    ) -> Result<Called, Failure> {
        let Some(id) = self.agents.find("default") else {
            let message = "`llm` asks the agent named `default`, and there is none; bind one with `--agents`";
            return Err(Failure::new(Code::R032, message));
        };
        let options = args.get_mut(1).map(std::mem::take).unwrap_or_default();
        Options::new("llm", &options, &["model", "schema", "temperature"])?;
        args.truncate(1);
        let prompt = site.map(|(_, prompt)| prompt).unwrap_or_default();
        let agent = Value::agent(value::Agent { id, options });
        let native = self.question(task, &agent, &"llm".into(), Purpose::Prompt, &args, prompt)?;
        task.begin(native);
        Ok(Called::Frame)
    }

    /// An answer, when it is what the agent's interface, the schema it was given and its contract say (R012, R022).
    pub(super) fn admit_answer(&mut self, asked: &Value, method: &str, answer: Value) -> Result<Value, Failure> {
        let program = self.program.clone();
        let agent = asked.as_agent().map_or(0, |agent| agent.id);
        let name = self.agents.get(agent).name.clone();
        let schema = asked.as_agent().and_then(|agent| agent.options.as_object()?.get("schema"));
        if let Some(schema) = schema.filter(|schema| !schema.is_null()) {
            let thing = format!("the answer of `{name}.{method}`");
            boundary::hold_to_schema(self, &answer, schema, &thing).map_err(|fault| fault.under(ANSWER))?;
        }
        if let Some(declared) = self.agents.method(agent, method, &program.declarations) {
            let whose = boundary::Whose::Thing(format!("the answer of `{name}.{method}`"));
            let result = &declared.signature.result;
            if let Err(mut fault) = boundary::check(self, &answer, result, &whose) {
                if let Some(meant) = self.meant_whole(agent, method, result) {
                    let told = &fault.message;
                    let message = format!("{told}: a list given to a mock is answers in turn, so write `{meant}`");
                    fault = Fault::new(fault.code, message).about(&answer);
                }
                return Err(fault.under(ANSWER).into());
            }
        }
        let sure = self.meter.least(&answer)?.confidence;
        let mut range = (Confidence::UNKNOWN, Confidence::ONE);
        if let Some(contract) = self.agents.entry(agent).and_then(|entry| entry.contract.as_ref()) {
            let bound = |number| Confidence::from_number(number).unwrap_or(Confidence::UNKNOWN);
            range = (bound(contract.confidence.0), bound(contract.confidence.1));
        }
        let required =
            self.agents.get(agent).requires.iter().filter(|(known, _)| **known == *method).map(|(_, least)| *least);
        range.0 = required.fold(range.0, Confidence::max);
        if sure < range.0 || sure > range.1 {
            let shown = display::percent(sure);
            let message = format!(
                "the answer of `{name}.{method}` is {shown} sure, where {} to {} is promised; ask again or mend the contract",
                display::percent(range.0),
                display::percent(range.1),
            );
            return Err(Fault::new(Code::R022, message).under(ANSWER).into());
        }
        Ok(answer)
    }
}
