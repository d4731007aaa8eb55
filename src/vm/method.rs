//! Who answers `x.name(…)`: an agent, a function under that key, or a built-in of the value's kind.

use std::sync::Arc;

use super::Vm;
use super::code::{Function, Site};
use super::failure::Failure;
use super::fork::Fork;
use super::judge::Judgement;
use super::machine::Called;
use super::native::{Job, Native, Replace};
use super::orchestrate::{Escalate, Fallback, Retry, Sequence, time};
use super::perform::{Flow, links, peek, read};
use super::task::{Args, Task};
use crate::builtin::{self, Body, BuiltinId, Form, Mutation, Started};
use crate::diagnostic::Code;
use crate::host::{Purpose, Slot};
use crate::ir::{self, Home, Op};
use crate::value::{Confidence, Fault, Kind, Lanes, Value, View, display, operator, path};

impl Vm {
    /// Calls a method, with as surely so many arguments as is said.
    pub(super) fn method(
        &mut self,
        task: &mut Task,
        receiver: Value,
        name: &Arc<str>,
        mut args: Args,
        count: Lanes,
    ) -> Result<Called, Failure> {
        if receiver.as_agent().is_some() {
            if let Some(id) = builtin::find_method(Kind::Agent, name) {
                args.insert(0, receiver);
                return self.builtin(task, id, args);
            }
            let question = self.question(task, &receiver, name, Purpose::Method, &args, Vec::new())?;
            task.begin(question);
            return Ok(Called::Frame);
        }
        if let Some(own) = own_function(&receiver, name)? {
            return self.call_with(task, own, args, count);
        }
        let Some(id) = builtin::find_method(receiver.kind(), name) else {
            return Err(no_method(&receiver, name).into());
        };
        args.insert(0, receiver);
        self.builtin_under(task, id, args, count)
    }

    /// Whether a value has a method.
    pub(super) fn offers(&self, receiver: &Value, name: &str) -> Result<bool, Fault> {
        if receiver.is_null() {
            return Err(of_null(name));
        }
        if let Some(agent) = receiver.as_agent() {
            return Ok(self.agents.entry(agent.id).is_none_or(|entry| entry.offers(name)));
        }
        let own = receiver.as_object().and_then(|object| object.get(name)).is_some_and(|value| !value.is_null());
        Ok(own || builtin::find_method(receiver.kind(), name).is_some())
    }

    /// Calls a built-in that stands at a site, of which some forms want to see more than the arguments.
    pub(super) fn builtin_at(
        &mut self,
        task: &mut Task,
        id: BuiltinId,
        args: Args,
        site: &Site,
    ) -> Result<Called, Failure> {
        match id.entry().kind {
            Body::Form(Form::Expect, _) if site.sides.is_some() => {
                builtin::check_count(id, args.len())?;
                self.expect(task, &args[0], Some(site)).map(Called::Value)
            }
            Body::Form(Form::Llm, _) => {
                builtin::check_count(id, args.len())?;
                let prompt = self.prompt(task, site)?;
                self.llm(task, args, Some((site, prompt)))
            }
            _ => self.builtin(task, id, args),
        }
    }

    /// Calls a built-in whose result is no surer than this.
    pub(super) fn builtin_under(
        &mut self,
        task: &mut Task,
        id: BuiltinId,
        args: Args,
        lanes: Lanes,
    ) -> Result<Called, Failure> {
        Ok(match self.builtin(task, id, args)? {
            Called::Value(value) => Called::Value(value.under(lanes)),
            Called::Frame if lanes == Lanes::EXACT => Called::Frame,
            Called::Frame => {
                task.begin_below(Box::new(Native::Under(lanes)));
                Called::Frame
            }
        })
    }

    /// Calls a built-in.
    pub(super) fn builtin(&mut self, task: &mut Task, id: BuiltinId, mut args: Args) -> Result<Called, Failure> {
        builtin::check_count(id, args.len())?;
        Ok(match id.entry().kind {
            Body::Native(code) => Called::Value(builtin::run(id, code, &mut args, &mut self.meter)?),
            Body::Change(code) => {
                let mut place = args.remove(0);
                Called::Value(builtin::run_change(id, code, &mut place, &mut args, &mut self.meter)?)
            }
            Body::Routine(start) => match builtin::start(id, start, &mut args, &mut self.meter)? {
                Started::Done(value) => Called::Value(value),
                Started::Running(routine) => {
                    self.admit_call(task)?;
                    task.begin(Box::new(Native::Routine(routine)));
                    Called::Frame
                }
            },
            Body::World(world) => self.wish(task, world, args)?,
            Body::Form(form, plain) => self.form(task, id, form, plain, args)?,
        })
    }

    fn form(
        &mut self,
        task: &mut Task,
        id: BuiltinId,
        form: Form,
        plain: Option<builtin::Native>,
        mut args: Args,
    ) -> Result<Called, Failure> {
        let native = match form {
            Form::Parallel | Form::Race | Form::AnyOf | Form::Quorum => self.fork_of(id, args)?,
            Form::Vote => {
                let tasks = args[0]
                    .as_list()
                    .is_some_and(|list| !list.is_empty() && list.iter().all(|item| item.kind() == Kind::Function));
                match plain {
                    Some(code) if !tasks => {
                        return Ok(Called::Value(builtin::run(id, code, &mut args, &mut self.meter)?));
                    }
                    _ => self.fork_of(id, args)?,
                }
            }
            Form::Sequential => Native::Sequence(Sequence::new(&mut args, self)?),
            Form::Retry => Native::Retry(Box::new(Retry::new(&mut args)?)),
            Form::Fallback => Native::Fallback(Fallback::new(args)),
            Form::Timeout => {
                let limit = time(&args[1], "timeout")?;
                let function = std::mem::take(&mut args[0]);
                if function.kind() != Kind::Function {
                    return Ok(Called::Value(function));
                }
                Native::Fork(Box::new(Fork::timed(id, Job { function, args: Args::new(), follows: false }, limit)))
            }
            Form::Escalate => {
                let (_, medium) = self.bands_of(task);
                Native::Escalate(Escalate::new(&mut args, medium, self)?)
            }
            Form::Verify => Native::Judgement(Box::new(Judgement::verify(&mut args, self)?)),
            Form::Approve => Native::Judgement(Box::new(Judgement::approve(&mut args, self)?)),
            Form::OrElse => {
                let (_, medium) = self.bands_of(task);
                let first = std::mem::take(&mut args[0]);
                let served = !first.is_null() && self.meter.least(&first)?.confidence >= medium;
                return Ok(Called::Value(if served { first } else { std::mem::take(&mut args[1]) }));
            }
            Form::Gate if args[1].kind() == Kind::Function => {
                let (high, _) = self.bands_of(task);
                let least = self.meter.least(&args[0])?;
                if least.confidence < high {
                    return Ok(Called::Value(Value::NULL.with(least)));
                }
                let function = std::mem::take(&mut args[1]);
                let count = self.takes(&function, 1, 1);
                args.truncate(count);
                return self.call(task, function, args);
            }
            Form::Gate => match plain {
                Some(code) => return Ok(Called::Value(builtin::run(id, code, &mut args, &mut self.meter)?)),
                None => return Ok(Called::Value(operator::gate(args[0].clone(), &args[1], &mut self.meter)?)),
            },
            Form::Llm => return self.llm(task, args, None),
            Form::Among => return Ok(Called::Value(self.among(&args[0], &args[1])?)),
            Form::Mock | Form::MockMethods | Form::MockFailing | Form::MockSlow => {
                let owner = task.current_owner();
                return Ok(Called::Value(self.make_mock(form, args, owner)?));
            }
            Form::Expect => return self.expect(task, &args[0], None).map(Called::Value),
            Form::ExpectError => {
                let code = args[0].as_text().and_then(Code::find);
                let Some(code) = code else {
                    return Err(Failure::new(
                        Code::R005,
                        "`expect.error` takes a code such as `\"R012\"` as its first argument",
                    ));
                };
                let function = std::mem::take(&mut args[1]);
                task.begin(Box::new(Native::Expected(code)));
                return match self.call(task, function, Args::new()) {
                    Ok(Called::Frame) => Ok(Called::Frame),
                    Ok(Called::Value(_)) => {
                        task.end();
                        Err(Failure::new(Code::R001, format!("expected the failure {code}, but nothing failed")))
                    }
                    Err(failure) if failure.code() == code => {
                        task.end();
                        Ok(Called::Value(Value::NULL))
                    }
                    Err(failure) => {
                        task.end();
                        Err(failure)
                    }
                };
            }
        };
        self.admit_call(task)?;
        task.begin(Box::new(native));
        Ok(Called::Frame)
    }

    /// The thresholds of the function that calls.
    pub(super) fn bands_of(&self, task: &Task) -> (Confidence, Confidence) {
        let bands =
            task.innermost().map(|call| self.program.functions[call.function as usize].bands).unwrap_or_default();
        let threshold = |number: f64| Confidence::from_number(number).unwrap_or(Confidence::ONE);
        (threshold(bands.high), threshold(bands.medium))
    }

    fn among(&mut self, members: &Value, name: &Value) -> Result<Value, Fault> {
        let lanes = members.lanes().meet(name.lanes());
        let (Some(list), Some(name)) = (members.as_list(), name.as_text()) else {
            return Err(Fault::new(Code::R005, "`among` takes a list of agents and a name"));
        };
        self.meter.steps(list.len() as u64)?;
        let found =
            list.iter().find(|item| item.as_agent().is_some_and(|agent| *self.agents.get(agent.id).name == *name));
        Ok(found.cloned().unwrap_or_default().under(lanes))
    }

    fn expect(&mut self, task: &Task, condition: &Value, site: Option<&Site>) -> Result<Value, Failure> {
        if condition.truth() {
            return Ok(Value::NULL);
        }
        let mut message = "expected this to be true".to_owned();
        let sides = site.and_then(|site| Some((site, site.sides?, task.innermost()?)));
        if let Some((site, operator, call)) = sides {
            let function = &self.program.clone().functions[call.function as usize];
            let registers = &task.registers[call.base as usize..];
            let mut shown = site.beside.iter().map(|operand| {
                let mut view = registers[..function.size as usize].to_vec();
                let value = read(function, &mut view, *operand);
                display::quoted(&value, &mut self.meter).unwrap_or_else(|_| value.kind().phrase().to_owned())
            });
            let (left, right) = (shown.next().unwrap_or_default(), shown.next().unwrap_or_default());
            message =
                format!("expected `{}`, where the left side is {left} and the right side is {right}", symbol(operator));
        }
        Err(Failure::new(Code::R001, message))
    }

    /// The prompt of an `llm` in parts: what the program says, and what is filled in.
    fn prompt(&mut self, task: &Task, site: &Site) -> Result<Vec<Slot>, Failure> {
        let Some(call) = task.innermost() else { return Ok(Vec::new()) };
        let program = self.program.clone();
        let function = &program.functions[call.function as usize];
        let registers = &task.registers[call.base as usize..call.base as usize + function.size as usize];
        let mut slots = Vec::new();
        for operand in site.beside.iter() {
            let (value, literal) = match *operand {
                super::code::Operand::Constant(index) => (&function.constants[index as usize], true),
                super::code::Operand::Keep(register) | super::code::Operand::Take(register) => {
                    (&registers[register as usize], false)
                }
            };
            let text = display::render(value, &mut self.meter)?;
            slots.push(if literal { Slot::Instruction(text.into()) } else { Slot::Data(text) });
        }
        Ok(slots)
    }

    /// A mutating method on what a path leads to.
    pub(super) fn mutate(
        &mut self,
        function: &Function,
        r: &mut [Value],
        site: &Site,
        (home, keys, method, spread): (Home, &[ir::Key], &Arc<str>, bool),
        owner: u32,
    ) -> Result<Flow, Fault> {
        let skip = usize::from(matches!(home, Home::Value | Home::Cell { .. }));
        // The root may be among the arguments, which are moved.
        let early = matches!(home, Home::Value).then(|| read(function, r, site.operands[0]));
        let mut operands = site.operands[skip..].iter();
        let links = links(function, r, &site.keys, &mut operands, keys);
        let left = operands.as_slice();
        let (mut args, count) = self.arguments(function, r, left, spread)?;
        let mut root = early.map_or_else(|| self.open(function, r, site, home, owner), Ok)?;
        let (above, action) = self.receive(&root, &links, method);
        let outcome = match action {
            Ok(Action::Change(id, code)) => {
                let incoming = args.iter().map(Value::depth).max().unwrap_or(0);
                builtin::check_count(id, args.len() + 1).and_then(|()| {
                    path::change(&mut root, &links, incoming, &mut self.meter, |place, meter| {
                        let value = builtin::run_change(id, code, place, &mut args, meter)?;
                        *place = std::mem::take(place).under(count);
                        Ok(value)
                    })
                    .map(|value| (Flow::Next, Some(value.under(above.meet(count)))))
                })
            }
            Ok(Action::Replace(id, target)) => {
                args.insert(0, target);
                self.replace(function, site, (id, home, &links), &mut root, args, r)
            }
            Ok(Action::Call(callee)) => Ok((Flow::Call { callee, args, count }, None)),
            Ok(Action::Method(receiver)) => Ok((Flow::Method { receiver, name: method.clone(), args, count }, None)),
            Err(fault) => Err(fault),
        };
        match (home, site.second) {
            (Home::Value, Some(second)) => r[second as usize] = root,
            (Home::Value, None) => {}
            _ => self.close(function, r, site, home, root),
        }
        let (flow, value) = outcome?;
        if let (Some(value), Some(to)) = (value, site.to) {
            r[to as usize] = value;
        }
        Ok(flow)
    }

    /// Who answers a mutating method at the end of a path, and how sure what the path leads through is.
    fn receive(&mut self, root: &Value, links: &[path::Link], method: &Arc<str>) -> (Lanes, Result<Action, Fault>) {
        let (mut place, mut above) = (root, Lanes::EXACT);
        for link in links {
            above = above.meet(place.lanes()).meet(link.key.lanes());
            place = match self.part(place, link) {
                Ok(Some(part)) => part,
                Ok(None) => return (above, Err(of_null(method))),
                Err(fault) => return (above, Err(fault)),
            };
        }
        (above, answering(place, above, method))
    }

    fn part<'a>(&mut self, place: &'a Value, link: &path::Link) -> Result<Option<&'a Value>, Fault> {
        self.meter.build(place)?;
        Ok(match place.view() {
            View::List(list) => {
                let index = link.key.as_number().filter(|number| number.fract() == 0.0);
                index.and_then(|number| match number < 0.0 {
                    true if link.from_end => list.get(list.len().checked_sub(-number as usize)?),
                    true => None,
                    false => list.get(number as usize),
                })
            }
            View::Object(object) => object.get(path::key(&link.key)?.as_str()),
            _ => None,
        })
    }

    /// A method whose result takes the place of what the variable holds.
    #[allow(clippy::type_complexity)]
    fn replace(
        &mut self,
        function: &Function,
        site: &Site,
        (id, home, links): (BuiltinId, Home, &[path::Link]),
        root: &mut Value,
        mut args: Args,
        r: &mut [Value],
    ) -> Result<(Flow, Option<Value>), Fault> {
        builtin::check_count(id, args.len())?;
        let value = match id.entry().kind {
            Body::Native(code) => builtin::run(id, code, &mut args, &mut self.meter)?,
            Body::Routine(start) => match builtin::start(id, start, &mut args, &mut self.meter)? {
                Started::Done(value) => value,
                Started::Running(routine) => {
                    let cell = match home {
                        Home::Cell { .. } => peek(function, r, site.operands[0]).clone(),
                        _ => Value::NULL,
                    };
                    let replace =
                        Replace { routine, home, root: root.clone(), cell, links: links.to_vec(), second: site.second };
                    return Ok((Flow::Native(Box::new(Native::Replace(Box::new(replace)))), None));
                }
            },
            _ => return Err(no_method(root, id.entry().name)),
        };
        path::write(root, links, value.clone(), &mut self.meter)?;
        Ok((Flow::Next, Some(value)))
    }

    /// The fault that the language itself raises at the end of a block.
    pub(super) fn language_fault(&mut self, op: &Op, value: Option<Value>) -> Fault {
        let name = match op {
            Op::Const(ir::Constant::Text(name)) => &**name,
            _ => "R009",
        };
        let code = Code::find(name).unwrap_or(Code::R009);
        let shown = value.as_ref().map(|value| display::brief(value, &mut self.meter));
        let message = match (code, shown) {
            (Code::R009, Some(shown)) => format!("no arm matches {shown}; end with `_ => …`"),
            (_, Some(shown)) => format!("{}: {shown}", code.entry().title),
            (_, None) => code.entry().title.to_owned(),
        };
        value.iter().fold(Fault::new(code, message), Fault::about)
    }
}

enum Action {
    Change(BuiltinId, builtin::Change),
    Replace(BuiltinId, Value),
    Call(Value),
    Method(Value),
}

/// Who answers a mutating method of a value that was found through something as sure as this.
fn answering(place: &Value, above: Lanes, method: &str) -> Result<Action, Fault> {
    if let Some(own) = own_function(place, method)? {
        return Ok(Action::Call(own.under(above)));
    }
    let read = || place.clone().under(above);
    match builtin::find_method(place.kind(), method).map(|id| (id, id.entry())) {
        Some((id, entry)) => match (&entry.kind, entry.mutation) {
            (Body::Change(code), _) => Ok(Action::Change(id, *code)),
            (_, Mutation::Replace) => Ok(Action::Replace(id, read())),
            _ => Ok(Action::Method(read())),
        },
        None if place.kind() == Kind::Agent => Ok(Action::Method(read())),
        None => Err(no_method(place, method)),
    }
}

/// The function that an object has under a key.
pub(super) fn own_function(receiver: &Value, name: &str) -> Result<Option<Value>, Fault> {
    let Some(object) = receiver.as_object() else { return Ok(None) };
    match object.get(name) {
        Some(own) if own.kind() == Kind::Function => Ok(Some(own.clone().under(receiver.lanes()))),
        Some(own) if !own.is_null() && builtin::find_method(Kind::Object, name).is_none() => {
            let kind = own.kind().phrase();
            let message = format!("`{name}` is {kind}, no function; read it without parentheses");
            Err(Fault::new(Code::R006, message).about(own).about(receiver))
        }
        _ => Ok(None),
    }
}

fn of_null(name: &str) -> Fault {
    Fault::new(Code::R003, format!("`.{name}` of null; write `?.{name}` where it may be null"))
}

fn no_method(receiver: &Value, name: &str) -> Fault {
    if receiver.is_null() {
        return of_null(name);
    }
    builtin::no_method(receiver.kind(), name).about(receiver)
}

fn symbol(operator: crate::hir::Binary) -> &'static str {
    use crate::hir::Binary::*;
    match operator {
        Less => "<",
        LessEqual => "<=",
        Greater => ">",
        GreaterEqual => ">=",
        NotEqual => "!=",
        _ => "==",
    }
}
