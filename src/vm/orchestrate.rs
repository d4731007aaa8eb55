//! The forms that run one operation after the other: `sequential`, `retry`, `fallback`, `escalate`.

use super::Vm;
use super::failure::Failure;
use super::native::Step;
use super::task::{Args, Input, Task};
use crate::builtin;
use crate::diagnostic::Code;
use crate::host::{Id, Reply, Timer};
use crate::ir::cost;
use crate::value::{Confidence, Fault, Kind, Value, operator};
use serde::{Deserialize, Serialize};

/// The options that a form was given, by name.
pub(super) struct Options<'a> {
    form: &'a str,
    object: &'a Value,
}

impl<'a> Options<'a> {
    /// Those of an object or nothing; refused when there is one that the form does not know.
    pub(super) fn new(form: &'a str, object: &'a Value, known: &[&str]) -> Result<Self, Fault> {
        match object.as_object() {
            None if object.is_null() => {}
            None => {
                let kind = object.kind().phrase();
                let message = format!("`{form}` takes its options as an object, not {kind}");
                return Err(Fault::new(Code::R005, message).about(object));
            }
            Some(options) => {
                if let Some(other) = options.keys().find(|key| !known.contains(&key.as_str())) {
                    let known = known.join("`, `");
                    return Err(Fault::new(
                        Code::R005,
                        format!("`{form}` has no option `{}`; it has `{known}`", other.as_str()),
                    )
                    .about(object));
                }
            }
        }
        Ok(Self { form, object })
    }

    /// An option; nothing when it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.as_object()?.get(name).filter(|value| !value.is_null())
    }

    /// An option that is a whole number from 0.
    pub(super) fn count(&self, name: &str) -> Result<Option<usize>, Fault> {
        self.get(name).map(|value| count(value, &format!("{}` option `{name}", self.form))).transpose()
    }

    /// An option that is a time in milliseconds.
    pub(super) fn time(&self, name: &str) -> Result<Option<f64>, Fault> {
        self.get(name).map(|value| time(value, &format!("{}` option `{name}", self.form))).transpose()
    }

    /// An option that is a text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Fault> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => match value.as_text() {
                Some(text) => Ok(Some(text)),
                None => Err(Fault::new(Code::R005, format!("`{name}` of `{}` is a string", self.form))),
            },
        }
    }
}

/// A whole number from 0; `R021` for anything else.
pub(super) fn count(value: &Value, whose: &str) -> Result<usize, Fault> {
    match value.as_number() {
        Some(number) if number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0 => {
            Ok(number as usize)
        }
        _ => {
            Err(Fault::new(Code::R021, format!("`{whose}` takes a whole number from 0; round it and keep it above -1")))
        }
    }
}

/// A time in milliseconds; `R021` for anything else.
pub(super) fn time(value: &Value, whose: &str) -> Result<f64, Fault> {
    match value.as_number() {
        Some(number) if builtin::Numbers::Time.has(number) => Ok(number),
        _ => Err(Fault::new(
            Code::R021,
            format!("`{whose}` takes a time such as `30s`, a year at most; give a number of milliseconds from 0"),
        )),
    }
}

/// What an operand of a form comes to: a function is called, anything else stands for itself.
fn operand(value: Value) -> Result<Step, Value> {
    if value.kind() == Kind::Function { Ok(Step::Call(value, Args::new())) } else { Err(value) }
}

/// `sequential` under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sequence {
    steps: Vec<Value>,
    next: usize,
    current: Value,
}

impl Sequence {
    /// Steps through which a value goes.
    pub(super) fn new(args: &mut Args, vm: &mut Vm) -> Result<Self, Fault> {
        vm.meter.build(&args[0])?;
        let lanes = args[0].lanes();
        let steps = args[0].as_list().map(|list| list.iter().map(|step| step.clone().under(lanes)).collect::<Vec<_>>());
        let steps = steps.filter(|steps| steps.iter().all(|step| step.kind() == Kind::Function));
        let Some(steps) = steps else {
            return Err(builtin::no_steps());
        };
        let current = args.get_mut(1).map(std::mem::take).unwrap_or_default();
        Ok(Self { steps, next: 0, current })
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &Vm, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => {}
            Input::Value(value) => self.current = value,
            other => return other.nothing(),
        }
        let current = std::mem::take(&mut self.current);
        match self.steps.get(self.next) {
            None => Ok(Step::Done(current)),
            Some(function) => {
                self.next += 1;
                let args = if vm.takes(function, 1, 1) == 0 { Args::new() } else { Args::from_iter([current]) };
                Ok(Step::Call(function.clone(), args))
            }
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        self.steps.iter().chain([&self.current]).collect()
    }
}

/// `retry` under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Retry {
    operation: Value,
    attempts: usize,
    until: Option<Confidence>,
    delay: f64,
    backoff: f64,
    made: usize,
    best: Option<Value>,
    failure: Option<Failure>,
    timer: Option<Id>,
}

impl Retry {
    /// Attempts at an operation.
    pub(super) fn new(args: &mut Args) -> Result<Self, Fault> {
        let given = args.get(1).cloned().unwrap_or_default();
        let options = Options::new("retry", &given, &["attempts", "max", "until", "delay", "backoff"])?;
        let attempts = match options.count("attempts")? {
            Some(attempts) => attempts,
            None => options.count("max")?.unwrap_or(3),
        };
        if attempts == 0 {
            return Err(Fault::new(Code::R021, "`retry` of 0 attempts has no result; make one attempt at least"));
        }
        let backoff = match options.get("backoff") {
            None => 1.0,
            Some(value) => {
                value.as_number().filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(|| {
                    Fault::new(Code::R021, "`backoff` of `retry` is a number from 0, by which each delay is multiplied")
                })?
            }
        };
        Ok(Self {
            operation: std::mem::take(&mut args[0]),
            attempts,
            until: options.get("until").map(operator::threshold).transpose()?,
            delay: options.time("delay")?.unwrap_or(0.0),
            backoff,
            made: 0,
            best: None,
            failure: None,
            timer: None,
        })
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, task: &mut Task, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => return self.attempt(vm),
            Input::Reply(id, Reply::Fired) if self.timer.as_ref() == Some(&id) => {
                self.timer = None;
                return self.attempt(vm);
            }
            Input::Value(value) => {
                if let Some(done) = self.take(vm, value)? {
                    return Ok(Step::Done(done));
                }
            }
            Input::Failed(failure) => {
                vm.meter.steps(u64::from(cost::CAUGHT))?;
                self.failure = Some(failure);
            }
            other => return other.nothing(),
        }
        if self.made >= self.attempts {
            return self.end();
        }
        let delay = self.delay * self.backoff.powi(self.made as i32 - 1);
        if delay > 0.0 {
            let id = task.next_id();
            vm.set_timer(task, Timer { id: id.clone(), after: delay.min(builtin::Numbers::Time.bounds().1) });
            self.timer = Some(id);
            return Ok(Step::Wait);
        }
        self.attempt(vm)
    }

    fn attempt(&mut self, vm: &mut Vm) -> Result<Step, Failure> {
        self.made += 1;
        match operand(self.operation.clone()) {
            Ok(call) => Ok(call),
            // A value is the same at every attempt.
            Err(value) => {
                self.made = self.attempts;
                match self.take(vm, value)? {
                    Some(done) => Ok(Step::Done(done)),
                    None => self.end(),
                }
            }
        }
    }

    /// Takes an attempt's value; gives it back when it is sure enough.
    fn take(&mut self, vm: &mut Vm, value: Value) -> Result<Option<Value>, Failure> {
        let sure = vm.meter.least(&value)?.confidence;
        if self.until.is_none_or(|until| sure >= until) {
            return Ok(Some(value));
        }
        let better = match &self.best {
            None => true,
            Some(best) => sure > vm.meter.least(best)?.confidence,
        };
        if better {
            self.best = Some(value);
        }
        Ok(None)
    }

    fn end(&mut self) -> Result<Step, Failure> {
        match (self.best.take(), self.failure.take()) {
            (Some(best), _) => Ok(Step::Done(best)),
            (None, Some(failure)) => Err(failure),
            (None, None) => Ok(Step::Done(Value::NULL)),
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        std::iter::once(&self.operation).chain(&self.best).collect()
    }
}

/// `fallback` under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Fallback {
    operands: Vec<Value>,
    next: usize,
    failures: usize,
    last: Option<String>,
}

impl Fallback {
    /// Operands of which the first that serves is wanted.
    pub(super) fn new(args: Args) -> Self {
        Self { operands: args.into_vec(), next: 0, failures: 0, last: None }
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, input: Input) -> Result<Step, Failure> {
        let mut given = match input {
            Input::Begin => None,
            Input::Value(value) => Some(Ok(value)),
            Input::Failed(failure) => Some(Err(failure)),
            other => return other.nothing(),
        };
        loop {
            match given.take() {
                Some(Ok(value)) if !value.is_null() || self.next >= self.operands.len() => {
                    return Ok(Step::Done(value));
                }
                Some(Err(failure)) => {
                    self.failures += 1;
                    if self.failures == self.operands.len() {
                        let first = self.last.take().unwrap_or_else(|| failure.message().to_owned());
                        let message = format!(
                            "every alternative of `fallback` failed ({first}); end with a value that cannot fail"
                        );
                        return Err(Failure::new(Code::R043, message));
                    }
                    if self.next >= self.operands.len() {
                        return Err(failure);
                    }
                    self.last.get_or_insert_with(|| failure.message().to_owned());
                }
                _ => {}
            }
            let Some(next) = self.operands.get_mut(self.next).map(std::mem::take) else {
                return Ok(Step::Done(Value::NULL));
            };
            self.next += 1;
            match operand(next) {
                Ok(call) => return Ok(call),
                Err(value) => given = Some(Ok(value)),
            }
        }
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        self.operands.iter().collect()
    }
}

/// `escalate` under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Escalate {
    subject: Value,
    path: Vec<Value>,
    next: usize,
    least: Confidence,
}

impl Escalate {
    /// A value and the handlers it goes to, until one is sure enough not to be in the low band.
    pub(super) fn new(args: &mut Args, medium: Confidence, vm: &mut Vm) -> Result<Self, Fault> {
        vm.meter.build(&args[1])?;
        let path = match args[1].as_list() {
            Some(list) => list.iter().map(|handler| handler.clone().under(args[1].lanes())).collect(),
            None => vec![args[1].clone()],
        };
        let fine = |handler: &Value| matches!(handler.kind(), Kind::Function | Kind::Agent);
        if path.is_empty() || !path.iter().all(fine) {
            return Err(builtin::no_path());
        }
        Ok(Self { subject: std::mem::take(&mut args[0]), path, next: 0, least: medium })
    }

    /// Goes on with what came.
    pub(super) fn step(&mut self, vm: &mut Vm, input: Input) -> Result<Step, Failure> {
        match input {
            Input::Begin => {}
            Input::Value(value) => {
                let served = !value.is_null() && vm.meter.least(&value)?.confidence >= self.least;
                if served || self.next >= self.path.len() {
                    return Ok(Step::Done(value));
                }
            }
            other => return other.nothing(),
        }
        let handler = self.path[self.next].clone();
        self.next += 1;
        let args = Args::from_iter([self.subject.clone()]);
        if handler.as_agent().is_some() {
            let method = vm.only_method(&handler, "analyze");
            return Ok(Step::Method(handler, method, args));
        }
        let count = vm.takes(&handler, 1, 1);
        Ok(Step::Call(handler, args.into_iter().take(count).collect()))
    }

    /// The values it holds.
    pub(super) fn values(&self) -> Vec<&Value> {
        self.path.iter().chain([&self.subject]).collect()
    }
}
