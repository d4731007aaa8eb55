//! The run loop: one task, until it is done or has to wait.
//!
//! It never waits itself and never recurses: a call is a frame, and so is everything that takes several steps. What an
//! instruction finds wrong comes out of the inner loop as a failure, and the outer one looks for who catches it.

use super::Vm;
use super::code::{Code, Comparison, Compiled, Function, Limit, Operand, Property};
use super::failure::Failure;
use super::native::{Native, Step};
use super::perform::{self, Flow};
use super::task::{Args, Call, Frame, Input, Task};
use crate::diagnostic::Code as Fault;
use crate::hir::Binary;
use crate::value::{self, Closure, Lanes, Value, operator, path};

/// Why a task stops running.
pub(super) enum Stop {
    /// It is done.
    Done(Result<Value, Failure>),
    /// It waits for a request, a timer or its fork.
    Waiting,
    /// It may go on, but others want to look at the clock first.
    Paused,
}

/// Why the inner loop ends.
enum Exit {
    /// A frame of several steps is on top now.
    Native,
    /// The outermost call of a row of calls gave this.
    Value(Value),
    /// Others want to look at the clock.
    Pause,
}

/// What a call came to.
pub(super) enum Called {
    /// A value, at once.
    Value(Value),
    /// A new frame is on top.
    Frame,
}

impl Vm {
    /// Runs a task until it stops.
    pub(super) fn run_task(&mut self, task: &mut Task) -> Stop {
        let program = self.program.clone();
        let mut input = task.inbox.pop_front();
        loop {
            let native = matches!(task.frames.last(), Some(Frame::Native(_)));
            match input.take() {
                Some(Input::Failed(failure)) => match self.unwind(task, &program, failure) {
                    Ok(next) => input = next,
                    Err(failure) => return Stop::Done(Err(failure)),
                },
                Some(given) if native => match self.step(task, given) {
                    Ok(next) => input = next,
                    Err(failure) => input = Some(Input::Failed(failure)),
                },
                Some(Input::Value(value)) => match task.frames.last() {
                    Some(Frame::Code(call)) => {
                        let to = call.base as usize + call.to as usize;
                        task.registers[to] = value;
                    }
                    _ => return Stop::Done(Ok(value)),
                },
                None if native => match task.inbox.pop_front() {
                    Some(next) => input = Some(next),
                    None => return Stop::Waiting,
                },
                Some(_) | None => match self.run_code(task, &program) {
                    Ok(Exit::Native) => input = Some(Input::Begin),
                    Ok(Exit::Value(value)) => input = Some(Input::Value(value)),
                    Ok(Exit::Pause) => return Stop::Paused,
                    Err(failure) => input = self.catch(task, &program, failure),
                },
            }
        }
    }

    /// Hands an input to the frame of several steps on top.
    fn step(&mut self, task: &mut Task, input: Input) -> Result<Option<Input>, Failure> {
        let Some(Frame::Native(mut native)) = task.frames.pop() else { return Ok(Some(input)) };
        Ok(match native.step(self, task, input)? {
            Step::Done(value) => Some(Input::Value(value)),
            Step::Wait => {
                task.frames.push(Frame::Native(native));
                None
            }
            Step::Call(callee, args) => {
                task.frames.push(Frame::Native(native));
                match self.call(task, callee, args)? {
                    Called::Value(value) => Some(Input::Value(value)),
                    Called::Frame => self.begin(task),
                }
            }
            Step::CallAs(callee, args, owner) => {
                task.frames.push(Frame::Native(native));
                match callee.as_closure() {
                    Some(closure) => {
                        self.push(task, closure, args, callee.lanes(), owner)?;
                        None
                    }
                    None => match self.call(task, callee, args)? {
                        Called::Value(value) => Some(Input::Value(value)),
                        Called::Frame => self.begin(task),
                    },
                }
            }
            Step::Method(receiver, name, args) => {
                task.frames.push(Frame::Native(native));
                match self.method(task, receiver, &name, args)? {
                    Called::Value(value) => Some(Input::Value(value)),
                    Called::Frame => self.begin(task),
                }
            }
            Step::Push(other) => {
                task.frames.push(Frame::Native(native));
                task.frames.push(Frame::Native(other));
                Some(Input::Begin)
            }
        })
    }

    fn begin(&self, task: &Task) -> Option<Input> {
        matches!(task.frames.last(), Some(Frame::Native(_))).then_some(Input::Begin)
    }

    /// An error of the call on top: to its own handler, or out of it.
    fn catch(&mut self, task: &mut Task, program: &Compiled, failure: Failure) -> Option<Input> {
        match self.handle(task, program, failure) {
            Ok(()) => None,
            Err(failure) => {
                self.pop(task);
                Some(Input::Failed(failure))
            }
        }
    }

    /// Takes an error to the next frame that wants it; out of the task when there is none.
    fn unwind(&mut self, task: &mut Task, program: &Compiled, mut failure: Failure) -> Result<Option<Input>, Failure> {
        loop {
            match task.frames.last() {
                None => return Err(failure),
                Some(Frame::Native(_)) if failure.can_be_caught() => {
                    return Ok(match self.step(task, Input::Failed(failure)) {
                        Ok(next) => next,
                        Err(failure) => Some(Input::Failed(failure)),
                    });
                }
                Some(Frame::Native(_)) => {
                    task.frames.pop();
                }
                Some(Frame::Code(call)) => {
                    let function = &program.functions[call.function as usize];
                    let at = function.location(call.next.saturating_sub(1) as usize);
                    match failure.at() {
                        None => failure.locate(at),
                        Some(_) => failure.within(|| program.name(function), at),
                    }
                    match self.handle(task, program, failure) {
                        Ok(()) => return Ok(None),
                        Err(back) => {
                            failure = back;
                            self.pop(task);
                        }
                    }
                }
            }
        }
    }

    /// Goes to the handler of the call on top, if it has one that wants this error.
    fn handle(&mut self, task: &mut Task, program: &Compiled, failure: Failure) -> Result<(), Failure> {
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Err(failure) };
        let function = &program.functions[call.function as usize];
        let mut guard = function.guard(call.next.saturating_sub(1) as usize);
        if !failure.can_be_caught() {
            // What a `catch` does not see goes on to the `finally` around it.
            while let Some(inner) = guard.filter(|guard| !guard.tidies) {
                guard = function.guard(inner.target as usize);
            }
            if guard.is_some() && !task.cancelled {
                self.grace(Some(&failure));
            }
        }
        let Some(guard) = guard else { return Err(failure) };
        let value = failure.value();
        call.next = guard.target;
        task.registers[call.base as usize + guard.register as usize] = value.clone();
        task.contexts.truncate(call.contexts as usize + guard.contexts as usize);
        task.remember(value, failure);
        Ok(())
    }

    /// Leaves the call on top.
    fn pop(&mut self, task: &mut Task) {
        if let Some(Frame::Code(call)) = task.frames.pop() {
            task.registers.truncate(call.base as usize);
            task.contexts.truncate(call.contexts as usize);
        }
    }

    /// Calls a value.
    pub(super) fn call(&mut self, task: &mut Task, callee: Value, args: Args) -> Result<Called, Failure> {
        let lanes = callee.lanes();
        if let Some(closure) = callee.as_closure() {
            let owner = task.current_owner();
            self.push(task, closure, args, lanes, owner)?;
            return Ok(Called::Frame);
        }
        if let Some(id) = callee.as_native() {
            let called = self.builtin(task, crate::builtin::BuiltinId(id), args)?;
            return Ok(match called {
                Called::Value(value) => Called::Value(value.under(lanes)),
                Called::Frame if lanes == Lanes::EXACT => Called::Frame,
                Called::Frame => {
                    let top = task.frames.len() - 1;
                    task.frames.insert(top, Frame::Native(Box::new(Native::Under(lanes))));
                    Called::Frame
                }
            });
        }
        let kind = callee.kind().phrase();
        Err(Failure::new(Fault::R006, format!("{kind} is no function; call one, or drop the parentheses")))
    }

    /// Puts the call of a function of the program on top.
    pub(super) fn push(
        &mut self,
        task: &mut Task,
        closure: &Closure,
        args: Args,
        under: Lanes,
        owner: u32,
    ) -> Result<(), Failure> {
        let function = &self.program.functions[closure.code as usize];
        let (arity, size) = (function.arity as usize, function.size as usize);
        let (takes_rest, watched) = (function.rest, function.watched);
        self.admit_call(task)?;
        let base = task.registers.len();
        self.reserve(&mut task.registers, base + size)?;
        let given = args.len();
        let mut args = args.into_iter();
        task.registers.extend(args.by_ref().take(arity));
        task.registers.resize_with(base + arity, || Value::NULL);
        if takes_rest {
            let rest: Vec<Value> = args.collect();
            match self.meter.list(rest.len()).and_then(|()| Value::list(rest)) {
                Ok(rest) => task.registers.push(rest),
                Err(fault) => {
                    task.registers.truncate(base);
                    return Err(fault.into());
                }
            }
        } else if given > arity {
            task.registers.truncate(base);
            return Err(surplus(&self.program, &self.program.functions[closure.code as usize], given));
        }
        task.registers.extend(closure.captures.iter().cloned());
        task.registers.resize_with(base + size, || Value::NULL);
        let contexts = task.contexts.len() as u16;
        let budget = task.current_budget();
        let call = Call { function: closure.code, next: 0, base: base as u32, to: 0, contexts, owner, budget, under };
        task.frames.push(Frame::Code(call));
        if watched { self.watch(task, closure.code) } else { Ok(()) }
    }

    /// Refuses a call too many within each other.
    pub(super) fn admit_call(&self, task: &Task) -> Result<(), Failure> {
        let depth = task.depth as u64 + task.frames.len() as u64;
        if depth >= self.meter.limits.depth {
            return Err(too_deep(self.meter.limits.depth));
        }
        Ok(())
    }

    /// Charges the registers of a task when it needs more of them than ever before.
    #[inline]
    fn reserve(&mut self, registers: &mut Vec<Value>, needed: usize) -> Result<(), Failure> {
        if needed > registers.capacity() {
            let further = (needed * 2).max(32) - registers.len();
            self.meter.memory(16 * further as u64)?;
            registers.reserve_exact(further);
        }
        Ok(())
    }

    fn run_code(&mut self, task: &mut Task, program: &Compiled) -> Result<Exit, Failure> {
        'frame: loop {
            let depth = u64::from(task.depth) + task.frames.len() as u64;
            let Some(Frame::Code(call)) = task.frames.last_mut() else { return Ok(Exit::Native) };
            let function = &program.functions[call.function as usize];
            let code = &function.code[..];
            let base = call.base as usize;
            let (owner, budget) = (call.owner, call.budget);
            let mut next = call.next as usize;
            let r = &mut task.registers[base..base + function.size as usize];

            macro_rules! fail {
                ($fault:expr) => {{
                    call.next = next as u32;
                    let mut failure = Failure::from($fault);
                    failure.locate(function.location(next - 1));
                    return Err(failure);
                }};
            }
            macro_rules! attempt {
                ($result:expr) => {
                    match $result {
                        Ok(value) => value,
                        Err(fault) => fail!(fault),
                    }
                };
            }
            macro_rules! arithmetic {
                ($to:ident, $a:ident, $b:ident, $numbers:expr, $slow:expr) => {{
                    let (x, y) = (&r[$a as usize], &r[$b as usize]);
                    match (x.as_number(), y.as_number()) {
                        (Some(p), Some(q)) => {
                            let lanes = x.lanes().meet(y.lanes());
                            let number: fn(f64, f64) -> f64 = $numbers;
                            r[$to as usize] = Value::number(number(p, q)).with(lanes);
                        }
                        _ => {
                            let slow: fn(&Value, &Value) -> Result<Value, value::Fault> = $slow;
                            let result = attempt!(slow(x, y));
                            r[$to as usize] = result;
                        }
                    }
                }};
            }
            macro_rules! with_number {
                ($to:ident, $a:ident, $k:ident, $op:expr, $numbers:expr) => {{
                    let x = &r[$a as usize];
                    match x.as_number() {
                        Some(p) => {
                            let lanes = x.lanes();
                            let number: fn(f64, f64) -> f64 = $numbers;
                            r[$to as usize] = Value::number(number(p, f64::from($k))).with(lanes);
                        }
                        None => {
                            let x = x.clone();
                            let result = attempt!(perform::binary($op, x, Value::number(f64::from($k)), self));
                            r[$to as usize] = result;
                        }
                    }
                }};
            }

            loop {
                let instruction = code[next];
                next += 1;
                match instruction {
                    Code::Charge(steps) => {
                        attempt!(self.meter.steps(u64::from(steps)));
                        if self.meter.steps_left() < self.pause_at || self.meter.memory_left() < self.sweep_at {
                            call.next = next as u32;
                            return Ok(Exit::Pause);
                        }
                    }
                    Code::Jump(to) => next = to as usize,
                    Code::JumpIf(condition, to) => {
                        if r[condition as usize].truth() {
                            next = to as usize;
                        }
                    }
                    Code::JumpUnless(condition, to) => {
                        if !r[condition as usize].truth() {
                            next = to as usize;
                        }
                    }
                    Code::JumpUnlessCompare(comparison, a, b, by) => {
                        let (x, y) = (&r[a as usize], &r[b as usize]);
                        let holds = match (x.as_number(), y.as_number()) {
                            (Some(p), Some(q)) => comparison.holds(p, q),
                            _ => attempt!(compare(comparison, x, y, &mut self.meter)).truth(),
                        };
                        if !holds {
                            next = (next as isize - 1 + by as isize) as usize;
                        }
                    }
                    Code::JumpUnlessCompareNumber(comparison, a, k, by) => {
                        let x = &r[a as usize];
                        let holds = match x.as_number() {
                            Some(p) => comparison.holds(p, f64::from(k)),
                            None => {
                                attempt!(compare(comparison, x, &Value::number(f64::from(k)), &mut self.meter)).truth()
                            }
                        };
                        if !holds {
                            next = (next as isize - 1 + by as isize) as usize;
                        }
                    }
                    Code::Route(subject, route) => {
                        let route = &function.routes[route as usize];
                        let sure = attempt!(self.meter.least(&r[subject as usize])).confidence;
                        let mut last = None;
                        let mut to = route.otherwise;
                        let mut found = !sure.is_known();
                        if found {
                            to = route.unknown;
                        }
                        for (limit, target) in &route.bands {
                            let threshold = match limit {
                                Limit::Fixed(confidence) => *confidence,
                                Limit::Computed(register) => attempt!(operator::threshold(&r[*register as usize])),
                            };
                            if last.is_some_and(|last| threshold >= last) {
                                fail!(value::Fault::new(
                                    Fault::R020,
                                    "the bands do not fall; give each a lower threshold than the one above it"
                                ));
                            }
                            last = Some(threshold);
                            if !found && sure >= threshold {
                                to = *target;
                                found = true;
                            }
                        }
                        next = to as usize;
                    }
                    Code::Return(register) => {
                        let mut value = std::mem::take(&mut r[register as usize]);
                        if call.under != Lanes::EXACT {
                            value = value.under(call.under);
                        }
                        let contexts = call.contexts as usize;
                        task.frames.pop();
                        task.registers.truncate(base);
                        task.contexts.truncate(contexts);
                        match task.frames.last() {
                            Some(Frame::Code(outer)) => {
                                let to = outer.base as usize + outer.to as usize;
                                task.registers[to] = value;
                                continue 'frame;
                            }
                            _ => return Ok(Exit::Value(value)),
                        }
                    }
                    Code::Throw(register) => {
                        // A handler may read it once more.
                        let value = r[register as usize].clone();
                        call.next = next as u32;
                        let at = function.location(next - 1);
                        let mut failure = match task.recall(&value) {
                            Some(failure) => failure.clone(),
                            None => self.thrown(value),
                        };
                        failure.locate(at);
                        return Err(failure);
                    }
                    Code::Fail(site) => {
                        let site = &function.sites[site as usize];
                        let value = site.operands.first().map(|operand| perform::read(function, r, *operand));
                        fail!(self.language_fault(&site.op, value));
                    }
                    Code::Move(to, from) => {
                        let value = std::mem::take(&mut r[from as usize]);
                        r[to as usize] = value;
                    }
                    Code::Copy(to, from) => {
                        let value = r[from as usize].clone();
                        r[to as usize] = value;
                    }
                    Code::Drop(register) => r[register as usize] = Value::NULL,
                    Code::Constant(to, index) => r[to as usize] = function.constants[index as usize].clone(),
                    Code::Number(to, number) => r[to as usize] = Value::number(f64::from(number)),
                    Code::Add(to, a, b) => {
                        let (x, y) = (&r[a as usize], &r[b as usize]);
                        let result = match (x.as_number(), y.as_number()) {
                            (Some(p), Some(q)) => Value::number(p + q).with(x.lanes().meet(y.lanes())),
                            _ => attempt!(operator::add(x.clone(), y, &mut self.meter)),
                        };
                        r[to as usize] = result;
                    }
                    Code::AddTake(to, a, b) => {
                        let (x, y) = (&r[a as usize], &r[b as usize]);
                        let result = match (x.as_number(), y.as_number()) {
                            (Some(p), Some(q)) => Value::number(p + q).with(x.lanes().meet(y.lanes())),
                            _ => {
                                let x = std::mem::take(&mut r[a as usize]);
                                attempt!(operator::add(x, &r[b as usize], &mut self.meter))
                            }
                        };
                        r[to as usize] = result;
                    }
                    Code::Subtract(to, a, b) => arithmetic!(to, a, b, |p, q| p - q, operator::subtract),
                    Code::Multiply(to, a, b) => arithmetic!(to, a, b, |p, q| p * q, operator::multiply),
                    Code::Divide(to, a, b) => {
                        let result = attempt!(operator::divide(&r[a as usize], &r[b as usize]));
                        r[to as usize] = result;
                    }
                    Code::Remainder(to, a, b) => {
                        let result = attempt!(operator::remainder(&r[a as usize], &r[b as usize]));
                        r[to as usize] = result;
                    }
                    Code::AddNumber(to, a, k) => with_number!(to, a, k, Binary::Add, |p, q| p + q),
                    Code::SubtractNumber(to, a, k) => with_number!(to, a, k, Binary::Subtract, |p, q| p - q),
                    Code::MultiplyNumber(to, a, k) => with_number!(to, a, k, Binary::Multiply, |p, q| p * q),
                    Code::DivideNumber(to, a, k) => with_number!(to, a, k, Binary::Divide, |p, q| p / q),
                    Code::RemainderNumber(to, a, k) => with_number!(to, a, k, Binary::Remainder, operator::modulo),
                    Code::Compare(comparison, to, a, b) => {
                        let (x, y) = (&r[a as usize], &r[b as usize]);
                        let result = match (x.as_number(), y.as_number()) {
                            (Some(p), Some(q)) => Value::bool(comparison.holds(p, q)).with(x.lanes().meet(y.lanes())),
                            _ => attempt!(compare(comparison, x, y, &mut self.meter)),
                        };
                        r[to as usize] = result;
                    }
                    Code::CompareNumber(comparison, to, a, k) => {
                        let x = &r[a as usize];
                        let result = match x.as_number() {
                            Some(p) => Value::bool(comparison.holds(p, f64::from(k))).with(x.lanes()),
                            None => attempt!(compare(comparison, x, &Value::number(f64::from(k)), &mut self.meter)),
                        };
                        r[to as usize] = result;
                    }
                    Code::Binary(op, to, a, b) => {
                        let (x, y) = (r[a as usize].clone(), r[b as usize].clone());
                        let result = attempt!(perform::binary(op, x, y, self));
                        r[to as usize] = result;
                    }
                    Code::Unary(op, to, a) => {
                        let result = attempt!(perform::unary(op, &r[a as usize], self));
                        r[to as usize] = result;
                    }
                    Code::Field(to, a, index) => {
                        let property = &function.keys[index as usize];
                        let hint = property.hint();
                        if let Some(agent) = r[a as usize].as_agent() {
                            let value = attempt!(self.agent_property(agent, property.key.as_str()));
                            r[to as usize] = value;
                            continue;
                        }
                        let (value, place) = attempt!(path::property_near(&r[a as usize], &property.key, hint));
                        if place != hint {
                            property.found(place);
                        }
                        r[to as usize] = value;
                    }
                    Code::IndexField(index) => {
                        // Only a guess: what it does not find at once, the two instructions behind it do.
                        let site = &function.sites[index as usize];
                        if let (&[Operand::Keep(a), Operand::Keep(b)], Some(to)) = (&*site.operands, site.to) {
                            let property = &function.keys[site.property as usize];
                            if let Some(value) = quick(&r[a as usize], &r[b as usize], property) {
                                r[to as usize] = value;
                                next += 2;
                            }
                        }
                    }
                    Code::Index(to, a, b) => {
                        let result = attempt!(path::index(&r[a as usize], &r[b as usize], &mut self.meter));
                        r[to as usize] = result;
                    }
                    Code::Under(to, a, b) => {
                        let lanes = r[b as usize].lanes();
                        let value = r[a as usize].clone();
                        r[to as usize] = value.under(lanes);
                    }
                    Code::UnderTake(to, a, b) => {
                        let lanes = r[b as usize].lanes();
                        if to != a {
                            let value = std::mem::take(&mut r[a as usize]);
                            r[to as usize] = value;
                        }
                        if lanes != Lanes::EXACT {
                            let own = r[to as usize].lanes();
                            r[to as usize].set_lanes(own.meet(lanes));
                        }
                    }
                    Code::Step(to, a, by) => {
                        let x = &r[a as usize];
                        let Some(number) = x.as_number() else { fail!(perform::no_step(x)) };
                        r[to as usize] = Value::number(number + f64::from(by)).with(x.lanes());
                    }
                    Code::IsNull(to, a) => r[to as usize] = Value::bool(r[a as usize].is_null()),
                    Code::Truth(to, a) => {
                        let x = &r[a as usize];
                        r[to as usize] = Value::bool(x.truth()).with(x.lanes());
                    }
                    Code::Ask(to, a, b) => {
                        let result = attempt!(self.ask(&r[a as usize], &r[b as usize]));
                        r[to as usize] = result;
                    }
                    Code::Item(to, a, b) => {
                        let result = perform::item(&r[a as usize], &r[b as usize]);
                        r[to as usize] = result;
                    }
                    Code::Load(to, a) => {
                        let value = self.cells.get(&r[a as usize]).clone();
                        r[to as usize] = value;
                    }
                    Code::Global(to, index) => r[to as usize] = self.globals[index as usize].clone(),
                    Code::CallFunction(index) => {
                        let site = &function.sites[index as usize];
                        let crate::ir::Op::CallFunction(id) = site.op else { continue };
                        call.next = next as u32;
                        call.to = site.to.unwrap_or(function.size - 1);
                        let callee = &program.functions[id.0 as usize];
                        let arity = callee.arity as usize;
                        let size = callee.size as usize;
                        if depth >= self.meter.limits.depth {
                            fail!(too_deep(self.meter.limits.depth));
                        }
                        if site.operands.len() > arity && !callee.rest {
                            fail!(surplus(program, callee, site.operands.len()));
                        }
                        let above = base + function.size as usize;
                        if above + size > task.registers.capacity() {
                            attempt!(self.reserve(&mut task.registers, above + size));
                        }
                        let contexts = task.contexts.len() as u16;
                        let registers = &mut task.registers;
                        for operand in site.operands.iter().take(arity) {
                            let value = match *operand {
                                Operand::Keep(register) => registers[base + register as usize].clone(),
                                Operand::Take(register) => std::mem::take(&mut registers[base + register as usize]),
                                Operand::Constant(index) => function.constants[index as usize].clone(),
                            };
                            registers.push(value);
                        }
                        registers.resize_with(above + arity, || Value::NULL);
                        if callee.rest {
                            let left = site.operands.get(arity..).unwrap_or_default();
                            let own = &mut registers[base..above];
                            let rest: Vec<Value> =
                                left.iter().map(|operand| perform::read(function, own, *operand)).collect();
                            let listed = self.meter.list(rest.len()).and_then(|()| Value::list(rest));
                            match listed {
                                Ok(rest) => registers.push(rest),
                                Err(fault) => {
                                    registers.truncate(above);
                                    fail!(fault);
                                }
                            }
                        }
                        registers.resize_with(above + size, || Value::NULL);
                        let inner = Call {
                            function: id.0,
                            next: 0,
                            base: above as u32,
                            to: 0,
                            contexts,
                            owner,
                            budget,
                            under: Lanes::EXACT,
                        };
                        task.frames.push(Frame::Code(inner));
                        continue 'frame;
                    }
                    Code::Do(index) => {
                        let site = &function.sites[index as usize];
                        let flow = attempt!(self.perform(function, r, site, owner));
                        if let Flow::Next = flow {
                            continue;
                        }
                        call.next = next as u32;
                        call.to = site.to.unwrap_or(function.size - 1);
                        let to = base + call.to as usize;
                        let called = match flow {
                            Flow::Next => continue,
                            Flow::Enter(label) => {
                                task.contexts.push(label);
                                continue;
                            }
                            Flow::Leave => {
                                task.contexts.pop();
                                continue;
                            }
                            Flow::Call { callee, args } => self.call(task, callee, args),
                            Flow::Builtin(id, args) => self.builtin_at(task, id, args, site),
                            Flow::Method { receiver, name, args } => self.method(task, receiver, &name, args),
                            Flow::Native(native) => {
                                task.frames.push(Frame::Native(native));
                                Ok(Called::Frame)
                            }
                        };
                        match called {
                            Ok(Called::Value(value)) => task.registers[to] = value,
                            Ok(Called::Frame) => {}
                            Err(mut failure) => {
                                failure.locate(function.location(next - 1));
                                return Err(failure);
                            }
                        }
                        continue 'frame;
                    }
                }
            }
        }
    }
}

/// `list[index].name` of a list of objects, where nothing is missing.
#[inline]
fn quick(base: &Value, key: &Value, property: &Property) -> Option<Value> {
    if base.as_range().is_some() {
        return None;
    }
    let number = key.as_number()?;
    let at = number as usize;
    let item = base.as_list()?.get(at).filter(|_| at as f64 == number)?;
    let object = item.as_object()?;
    let place = object.find_near(&property.key, property.hint())?;
    property.found(place);
    let value = object.at(place)?;
    let lanes = base.lanes().meet(key.lanes()).meet(item.lanes());
    Some(value.clone().under(lanes))
}

fn compare(comparison: Comparison, a: &Value, b: &Value, meter: &mut value::Meter) -> Result<Value, value::Fault> {
    match comparison {
        Comparison::Less => operator::Comparison::Less.of(a, b, meter),
        Comparison::LessEqual => operator::Comparison::LessEqual.of(a, b, meter),
        Comparison::Greater => operator::Comparison::Greater.of(a, b, meter),
        Comparison::GreaterEqual => operator::Comparison::GreaterEqual.of(a, b, meter),
        Comparison::Equal => operator::equal(a, b, meter),
        Comparison::NotEqual => operator::not_equal(a, b, meter),
    }
}

#[cold]
fn too_deep(limit: u64) -> Failure {
    Failure::new(
        Fault::R092,
        format!("calls nest deeper than {limit}; use a loop, or make something smaller at each call"),
    )
}

#[cold]
fn surplus(program: &Compiled, function: &Function, given: usize) -> Failure {
    let (name, takes) = (program.name(function), function.arity);
    let name = if function.name.is_some() { format!("`{name}`") } else { name };
    let plural = if takes == 1 { "" } else { "s" };
    Failure::new(Fault::R008, format!("{name} takes {takes} argument{plural}, not {given}; leave out the others"))
}
