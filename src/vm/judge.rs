//! `verify` and `approve`: a value goes to somebody, or something, who says yes or no.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::Vm;
use super::failure::Failure;
use super::native::Step;
use super::orchestrate::Options;
use super::task::{Args, Input, Task};
use crate::diagnostic::Code;
use crate::host::{Purpose, Transport};
use crate::value::{Confidence, Evidence, Kind, Lanes, Value, json, schema, shaped};

/// A judgement under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Judgement {
    subject: Value,
    judge: Judge,
    within: Option<f64>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Judge {
    /// An agent or a command, whose answer counts at its own confidence.
    Agent { agent: Value, method: Arc<str>, purpose: Purpose, more: Args, evidence: Evidence },
    /// A person.
    Person(Value),
    /// A function of the program.
    Function(Value),
    /// Something with the shape of JSON Schema.
    Schema(Value),
}

impl Judgement {
    /// `verify(x, check)`
    pub(super) fn verify(args: &mut Args, vm: &mut Vm) -> Result<Self, Failure> {
        let subject = std::mem::take(&mut args[0]);
        let check = std::mem::take(&mut args[1]);
        let judge = if check.kind() == Kind::Function {
            Judge::Function(check)
        } else if check.as_agent().is_some() {
            vm.reviewer(check)
        } else {
            const JUDGES: [&str; 4] = ["agent", "human", "command", "schema"];
            let options = Options::new("verify", &check, &JUDGES)?;
            if let [first, second, ..] = JUDGES.iter().filter(|it| options.get(it).is_some()).collect::<Vec<_>>()[..] {
                let message = format!(
                    "`verify` asks one judge, and is given `{first}` and `{second}`; call it once for each of them"
                );
                return Err(Failure::new(Code::R005, message));
            }
            if let Some(agent) = options.get("agent") {
                let agent = vm.who(agent)?;
                vm.reviewer(agent)
            } else if let Some(person) = options.get("human") {
                Judge::Person(vm.who(person)?)
            } else if let Some(command) = options.get("command") {
                let mut more = Args::new();
                let agent = match command.as_text() {
                    Some(line) => {
                        let mut words = line.split_whitespace();
                        let first = Value::text(words.next().unwrap_or_default());
                        more.extend(words.map(Value::text));
                        vm.who(&first)?
                    }
                    None => vm.who(command)?,
                };
                Judge::Agent { agent, method: "run".into(), purpose: Purpose::Check, more, evidence: Evidence::Checked }
            } else if let Some(schema) = options.get("schema") {
                Judge::Schema(schema.clone())
            } else {
                let message = "`verify` takes a function or `{ command }`, `{ agent }`, `{ human }`, `{ schema }`";
                return Err(Failure::new(Code::R005, message));
            }
        };
        Ok(Self { subject, judge, within: None })
    }

    /// `approve(x, options)`
    pub(super) fn approve(args: &mut Args, vm: &mut Vm) -> Result<Self, Failure> {
        let given = args.get_mut(1).map(std::mem::take).unwrap_or_default();
        let options = Options::new("approve", &given, &["to", "within"])?;
        let person = match options.get("to") {
            Some(to) => vm.who(to)?,
            None => vm.somebody()?,
        };
        let within = options.time("within")?;
        Ok(Self { subject: std::mem::take(&mut args[0]), judge: Judge::Person(person), within })
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &Task, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => self.begin(vm, task),
            Input::Value(answer) => self.judged(vm, answer).map(Step::Done),
            Input::Failed(failure) if failure.code() == Code::R031 && self.within.is_some() => {
                self.judged(vm, Value::FALSE).map(Step::Done)
            }
            Input::Failed(failure) => Err(failure),
            other => other.nothing(),
        }
    }

    fn begin(&mut self, vm: &mut Vm, task: &Task) -> Result<Step, Failure> {
        let mut args = Args::from_iter([self.subject.clone()]);
        match &self.judge {
            Judge::Function(function) => {
                let count = vm.takes(function, 1, 1);
                args.truncate(count);
                Ok(Step::Call(function.clone(), args))
            }
            Judge::Schema(wanted) => {
                let wanted = json::export(wanted, &mut vm.meter)?;
                if let Some(fault) = schema::fault(&wanted) {
                    return Err(Failure::new(Code::R005, fault));
                }
                let subject = json::export(&self.subject, &mut vm.meter)?;
                vm.meter.steps(self.subject.size().unwrap_or(1) as u64)?;
                let answer = Value::bool(schema::accepts(&wanted, &subject));
                self.judged(vm, answer).map(Step::Done)
            }
            Judge::Agent { agent, method, purpose, more, .. } => {
                args.extend(more.iter().cloned());
                Ok(Step::Push(vm.question(task, agent, method, *purpose, &args, Vec::new())?))
            }
            Judge::Person(person) => {
                let mut question = vm.question(task, person, &"approve".into(), Purpose::Consent, &args, Vec::new())?;
                if let Some(within) = self.within {
                    question.hurry(within);
                }
                Ok(Step::Push(question))
            }
        }
    }

    fn judged(&mut self, vm: &mut Vm, answer: Value) -> Result<Value, Failure> {
        let mut subject = std::mem::take(&mut self.subject);
        let yes = answer.truth();
        let sure = vm.meter.least(&answer)?.confidence;
        let lanes = match &self.judge {
            Judge::Function(_) | Judge::Schema(_) => {
                let own = subject.lanes();
                let confidence = if yes { own.confidence.min(sure) } else { Confidence::ZERO };
                return Ok(subject.with(Lanes::new(confidence, own.evidence)));
            }
            Judge::Agent { evidence, .. } => Lanes::new(if yes { sure } else { Confidence::ZERO }, *evidence),
            Judge::Person(_) => Lanes::new(if yes { Confidence::ONE } else { Confidence::ZERO }, Evidence::Approved),
        };
        shaped::repaint(&mut subject, lanes, &mut vm.meter)?;
        Ok(subject)
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        let judge = match &self.judge {
            Judge::Agent { agent, .. } => agent,
            Judge::Person(value) | Judge::Function(value) | Judge::Schema(value) => value,
        };
        vec![&self.subject, judge]
    }
}

impl Vm {
    /// The agent that an agent or the name of one is.
    pub(super) fn who(&self, value: &Value) -> Result<Value, Failure> {
        if value.as_agent().is_some() {
            return Ok(value.clone());
        }
        match value.as_text() {
            Some(name) => match self.agents.find(name) {
                Some(id) => Ok(self.agents.value(id).under(value.lanes())),
                None => Err(self.agents.unknown(name).into()),
            },
            None => {
                let kind = value.kind().phrase();
                Err(Failure::new(Code::R005, format!("an agent or the name of a bound one is wanted here, not {kind}")))
            }
        }
    }

    fn reviewer(&self, agent: Value) -> Judge {
        let method = self.only_method(&agent, "verify");
        Judge::Agent { agent, method, purpose: Purpose::Review, more: Args::new(), evidence: Evidence::Reviewed }
    }

    /// The only method of the interface that an agent was bound to, or the one that is usual.
    pub(super) fn only_method(&self, agent: &Value, usual: &str) -> Arc<str> {
        let only = agent.as_agent().and_then(|agent| self.agents.only_method(agent.id, &self.program.declarations));
        only.unwrap_or_else(|| usual.into())
    }

    /// The person who is asked when the program names none: the first one bound.
    fn somebody(&self) -> Result<Value, Failure> {
        let person = self
            .agents
            .names()
            .iter()
            .filter_map(|name| self.agents.find(name))
            .find(|id| self.agents.entry(*id).is_some_and(|agent| agent.transport == Some(Transport::Human)));
        match person.or_else(|| self.agents.find("human")) {
            Some(id) => Ok(self.agents.value(id)),
            None => {
                let message = "`approve` asks a person, and none is bound; name one with `to`";
                Err(Failure::new(Code::R032, message))
            }
        }
    }
}
