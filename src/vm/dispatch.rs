//! The run loop: one instruction after the other, until a frame of several steps is on top or the task has to stop.
//!
//! What programs do most of the time, on values that are exact, is done here in a few machine instructions; everything else
//! is a call to somebody else, so that little has to be kept in mind between two instructions.

use super::Vm;
use super::code::{Code, Compiled, Limit, Operand, Register, Site};
use super::failure::Failure;
use super::machine::{Called, surplus, too_deep};
use super::native::Native;
use super::perform::{self, Flow};
use super::quick;
use super::task::{Args, Frame, Task};
use crate::builtin;
use crate::hir::Binary;
use crate::ir::Op;
use crate::value::{Lanes, Value, operator, path};

/// Why the run loop ends.
pub(super) enum Exit {
    /// A frame of several steps is on top now.
    Native,
    /// The outermost call of a row of calls gave this.
    Value(Value),
    /// A built-in that calls functions failed; its frame is gone.
    Failed(Failure),
    /// Others want to look at the clock.
    Pause,
}

/// What comes after a function gave its value to the frame of several steps that called it.
enum Next {
    /// A function is called.
    Call,
    /// The task goes on elsewhere.
    Exit(Exit),
}

impl Vm {
    /// Runs the calls of functions on top of a task.
    pub(super) fn run_code(&mut self, task: &mut Task, program: &Compiled) -> Result<Exit, Failure> {
        'frame: loop {
            let Some(Frame::Code(call)) = task.frames.last() else { return Ok(Exit::Native) };
            let function = &program.functions[call.function as usize];
            let (base, owner) = (call.base as usize, call.owner);
            let mut next = call.next as usize;
            let code = &function.code[..];
            let r = &mut task.registers[base..base + function.size as usize];

            let failure: Failure = 'fault: {
                macro_rules! attempt {
                    ($result:expr) => {
                        match $result {
                            Ok(value) => value,
                            Err(fault) => break 'fault Failure::from(fault),
                        }
                    };
                }
                macro_rules! stay {
                    () => {
                        if let Some(Frame::Code(call)) = task.frames.last_mut() {
                            call.next = next as u32;
                        }
                    };
                }
                // Charges the block that begins next, as long as nobody wants a look around; else its own instruction does.
                macro_rules! enter {
                    () => {
                        if let Code::Charge(steps) = code[next]
                            && self.meter.begin(u64::from(steps))
                        {
                            next += 1;
                        }
                    };
                }
                macro_rules! jump {
                    ($by:ident) => {
                        next = (next as isize - 1 + $by as isize) as usize
                    };
                }
                macro_rules! arithmetic {
                    ($op:expr, $to:ident, $a:ident, $b:ident, $numbers:expr) => {{
                        let (x, y) = (&r[$a as usize], &r[$b as usize]);
                        match x.exact_numbers(y) {
                            Some((p, q)) => {
                                let number: fn(f64, f64) -> f64 = $numbers;
                                r[$to as usize].put_number(number(p, q));
                            }
                            None => {
                                let result = attempt!(quick::arithmetic($op, x, y, &mut self.meter));
                                r[$to as usize] = result;
                            }
                        }
                    }};
                }
                macro_rules! with_number {
                    ($op:expr, $to:ident, $a:ident, $k:ident, $numbers:expr) => {{
                        let x = &r[$a as usize];
                        match x.exact_number() {
                            Some(p) => {
                                let number: fn(f64, f64) -> f64 = $numbers;
                                r[$to as usize].put_number(number(p, f64::from($k)));
                            }
                            None => {
                                let k = Value::number(f64::from($k));
                                let result = attempt!(quick::arithmetic($op, x, &k, &mut self.meter));
                                r[$to as usize] = result;
                            }
                        }
                    }};
                }
                macro_rules! compare {
                    ($comparison:ident, $operator:tt, $holds:literal, $a:ident, $b:ident, $by:ident) => {{
                        let (x, y) = (&r[$a as usize], &r[$b as usize]);
                        let holds = match x.exact_numbers(y) {
                            Some((p, q)) => p $operator q,
                            None => attempt!(quick::holds(Binary::$comparison, x, y, &mut self.meter)),
                        };
                        if holds == $holds {
                            jump!($by);
                        }
                        enter!();
                    }};
                }
                macro_rules! compare_number {
                    ($comparison:ident, $operator:tt, $holds:literal, $a:ident, $k:ident, $by:ident) => {{
                        let x = &r[$a as usize];
                        let holds = match x.exact_number() {
                            Some(p) => p $operator f64::from($k),
                            None => {
                                let k = Value::number(f64::from($k));
                                attempt!(quick::holds(Binary::$comparison, x, &k, &mut self.meter))
                            }
                        };
                        if holds == $holds {
                            jump!($by);
                        }
                        enter!();
                    }};
                }

                loop {
                    let instruction = code[next];
                    next += 1;
                    match instruction {
                        Code::Charge(steps) => {
                            if !self.meter.begin(u64::from(steps)) {
                                attempt!(self.meter.steps(u64::from(steps)));
                                if self.meter.steps_left() < self.pause_at || self.meter.memory_left() < self.sweep_at {
                                    stay!();
                                    return Ok(Exit::Pause);
                                }
                                self.meter.watch(self.pause_at, self.sweep_at);
                            }
                        }
                        Code::Jump(to) => {
                            next = to as usize;
                            enter!();
                        }
                        Code::JumpIf(condition, to) => {
                            if r[condition as usize].truth() {
                                next = to as usize;
                            }
                            enter!();
                        }
                        Code::JumpUnless(condition, to) => {
                            if !r[condition as usize].truth() {
                                next = to as usize;
                            }
                            enter!();
                        }
                        Code::IfLess(a, b, by) => compare!(Less, <, true, a, b, by),
                        Code::UnlessLess(a, b, by) => compare!(Less, <, false, a, b, by),
                        Code::IfLessEqual(a, b, by) => compare!(LessEqual, <=, true, a, b, by),
                        Code::UnlessLessEqual(a, b, by) => compare!(LessEqual, <=, false, a, b, by),
                        Code::IfGreater(a, b, by) => compare!(Greater, >, true, a, b, by),
                        Code::UnlessGreater(a, b, by) => compare!(Greater, >, false, a, b, by),
                        Code::IfGreaterEqual(a, b, by) => compare!(GreaterEqual, >=, true, a, b, by),
                        Code::UnlessGreaterEqual(a, b, by) => compare!(GreaterEqual, >=, false, a, b, by),
                        Code::IfEqual(a, b, by) => compare!(Equal, ==, true, a, b, by),
                        Code::UnlessEqual(a, b, by) => compare!(Equal, ==, false, a, b, by),
                        Code::IfNotEqual(a, b, by) => compare!(NotEqual, !=, true, a, b, by),
                        Code::UnlessNotEqual(a, b, by) => compare!(NotEqual, !=, false, a, b, by),
                        Code::IfLessNumber(a, k, by) => compare_number!(Less, <, true, a, k, by),
                        Code::UnlessLessNumber(a, k, by) => compare_number!(Less, <, false, a, k, by),
                        Code::IfLessEqualNumber(a, k, by) => compare_number!(LessEqual, <=, true, a, k, by),
                        Code::UnlessLessEqualNumber(a, k, by) => compare_number!(LessEqual, <=, false, a, k, by),
                        Code::IfGreaterNumber(a, k, by) => compare_number!(Greater, >, true, a, k, by),
                        Code::UnlessGreaterNumber(a, k, by) => compare_number!(Greater, >, false, a, k, by),
                        Code::IfGreaterEqualNumber(a, k, by) => compare_number!(GreaterEqual, >=, true, a, k, by),
                        Code::UnlessGreaterEqualNumber(a, k, by) => compare_number!(GreaterEqual, >=, false, a, k, by),
                        Code::IfEqualNumber(a, k, by) => compare_number!(Equal, ==, true, a, k, by),
                        Code::UnlessEqualNumber(a, k, by) => compare_number!(Equal, ==, false, a, k, by),
                        Code::IfNotEqualNumber(a, k, by) => compare_number!(NotEqual, !=, true, a, k, by),
                        Code::UnlessNotEqualNumber(a, k, by) => compare_number!(NotEqual, !=, false, a, k, by),
                        Code::Route(subject, route) => {
                            let route = &function.routes[route as usize];
                            let subject = &r[subject as usize];
                            let limit = |limit: &Limit| match limit {
                                Limit::Fixed(confidence) => Ok(*confidence),
                                Limit::Computed(register) => operator::threshold(&r[*register as usize]),
                            };
                            next = attempt!(quick::route(route, subject, limit, &mut self.meter)) as usize;
                            enter!();
                        }
                        Code::Return(register) => {
                            let mut value = std::mem::take(&mut r[register as usize]);
                            r.iter_mut().for_each(Value::clear);
                            task.top = base;
                            if let Some(Frame::Code(call)) = task.frames.pop() {
                                if call.under != Lanes::EXACT {
                                    value = value.under(call.under);
                                }
                                if task.contexts.len() > call.contexts as usize {
                                    task.contexts.truncate(call.contexts as usize);
                                }
                            }
                            match task.frames.last() {
                                Some(Frame::Code(outer)) => {
                                    let to = outer.base as usize + outer.to as usize;
                                    task.registers[to].put(value);
                                    continue 'frame;
                                }
                                Some(Frame::Native(_)) => match self.hand_over(task, program, value) {
                                    Next::Call => continue 'frame,
                                    Next::Exit(exit) => return Ok(exit),
                                },
                                None => return Ok(Exit::Value(value)),
                            }
                        }
                        Code::Throw(register) => {
                            // A handler may read it once more.
                            let value = r[register as usize].clone();
                            break 'fault match task.recall(&value) {
                                Some(failure) => failure.clone(),
                                None => self.thrown(value),
                            };
                        }
                        Code::Fail(site) => {
                            let site = &function.sites[site as usize];
                            let value = site.operands.first().map(|operand| perform::read(function, r, *operand));
                            break 'fault Failure::from(self.language_fault(&site.op, value));
                        }
                        Code::Move(to, from) => {
                            let value = std::mem::take(&mut r[from as usize]);
                            r[to as usize].put(value);
                        }
                        Code::Copy(to, from) => {
                            let value = r[from as usize].clone();
                            r[to as usize].put(value);
                        }
                        Code::Drop(register) => r[register as usize].put(Value::NULL),
                        Code::Constant(to, index) => r[to as usize].put_copy(&function.constants[index as usize]),
                        Code::Number(to, number) => r[to as usize].put_number(f64::from(number)),
                        Code::Add(to, a, b) => arithmetic!(Binary::Add, to, a, b, |p, q| p + q),
                        Code::AddTake(to, a, b) => {
                            if let Some((p, q)) = r[a as usize].exact_numbers(&r[b as usize]) {
                                r[to as usize].put_number(p + q);
                            } else {
                                let x = std::mem::take(&mut r[a as usize]);
                                let result = attempt!(operator::add(x, &r[b as usize], &mut self.meter));
                                r[to as usize] = result;
                            }
                        }
                        Code::Subtract(to, a, b) => arithmetic!(Binary::Subtract, to, a, b, |p, q| p - q),
                        Code::Multiply(to, a, b) => arithmetic!(Binary::Multiply, to, a, b, |p, q| p * q),
                        Code::Divide(to, a, b) => {
                            let (x, y) = (&r[a as usize], &r[b as usize]);
                            match x.exact_numbers(y) {
                                Some((p, q)) if q != 0.0 => r[to as usize].put_number(p / q),
                                _ => {
                                    let result = attempt!(operator::divide(x, y));
                                    r[to as usize] = result;
                                }
                            }
                        }
                        Code::Remainder(to, a, b) => {
                            let (x, y) = (&r[a as usize], &r[b as usize]);
                            match x.exact_numbers(y) {
                                Some((p, q)) if q != 0.0 => r[to as usize].put_number(operator::modulo(p, q)),
                                _ => {
                                    let result = attempt!(operator::remainder(x, y));
                                    r[to as usize] = result;
                                }
                            }
                        }
                        Code::AddNumber(to, a, k) => with_number!(Binary::Add, to, a, k, |p, q| p + q),
                        Code::SubtractNumber(to, a, k) => with_number!(Binary::Subtract, to, a, k, |p, q| p - q),
                        Code::MultiplyNumber(to, a, k) => with_number!(Binary::Multiply, to, a, k, |p, q| p * q),
                        Code::DivideNumber(to, a, k) => with_number!(Binary::Divide, to, a, k, |p, q| p / q),
                        Code::RemainderNumber(to, a, k) => with_number!(Binary::Remainder, to, a, k, operator::modulo),
                        Code::Compare(comparison, to, a, b) => {
                            let (x, y) = (&r[a as usize], &r[b as usize]);
                            let result = match x.exact_numbers(y) {
                                Some((p, q)) => Value::bool(comparison.holds(p, q)),
                                None => attempt!(quick::compared(comparison.operator(), x, y, &mut self.meter)),
                            };
                            r[to as usize].put(result);
                        }
                        Code::CompareNumber(comparison, to, a, k) => {
                            let x = &r[a as usize];
                            let result = match x.exact_number() {
                                Some(p) => Value::bool(comparison.holds(p, f64::from(k))),
                                None => {
                                    let k = Value::number(f64::from(k));
                                    attempt!(quick::compared(comparison.operator(), x, &k, &mut self.meter))
                                }
                            };
                            r[to as usize].put(result);
                        }
                        Code::Binary(Binary::State, to, a, b) => {
                            let value = r[a as usize].clone();
                            let result = attempt!(operator::confident(value, &r[b as usize]));
                            r[to as usize].put(result);
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
                            let x = &r[a as usize];
                            let value = match quick::property(x, property) {
                                Some(value) => value,
                                None => match x.as_agent() {
                                    Some(agent) => attempt!(self.agent_property(agent, property.key.as_str())),
                                    None => attempt!(path::property(x, &property.key)),
                                },
                            };
                            r[to as usize].put(value);
                        }
                        Code::IndexField => {
                            // Only a guess: what it does not find at once, the two instructions behind it do.
                            if let [Code::Index(_, a, b), Code::Field(to, _, property), ..] = code[next..] {
                                let property = &function.keys[property as usize];
                                if let Some(value) = quick::element_property(&r[a as usize], &r[b as usize], property) {
                                    r[to as usize].put(value);
                                    next += 2;
                                }
                            }
                        }
                        Code::Index(to, a, b) => {
                            let (x, y) = (&r[a as usize], &r[b as usize]);
                            let value = match x.element(y) {
                                Some(value) if x.is_exact() => value.clone(),
                                _ => attempt!(path::index(x, y, &mut self.meter)),
                            };
                            r[to as usize].put(value);
                        }
                        Code::Under(to, a, b) => {
                            let lanes = r[b as usize].lanes();
                            let value = r[a as usize].clone();
                            r[to as usize].put(value.under(lanes));
                        }
                        Code::UnderTake(to, a, b) => {
                            let lanes = r[b as usize].lanes();
                            if to != a {
                                let value = std::mem::take(&mut r[a as usize]);
                                r[to as usize].put(value);
                            }
                            if lanes != Lanes::EXACT {
                                let own = r[to as usize].lanes();
                                r[to as usize].set_lanes(own.meet(lanes));
                            }
                        }
                        Code::Step(to, a, by) => {
                            let x = &r[a as usize];
                            match x.exact_number() {
                                Some(number) => r[to as usize].put_number(number + f64::from(by)),
                                None => {
                                    let Some(number) = x.as_number() else {
                                        break 'fault Failure::from(perform::no_step(x));
                                    };
                                    let value = Value::number(number + f64::from(by)).with(x.lanes());
                                    r[to as usize].put(value);
                                }
                            }
                        }
                        Code::IsNull(to, a) => {
                            let value = Value::bool(r[a as usize].is_null());
                            r[to as usize].put(value);
                        }
                        Code::Truth(to, a) => {
                            let x = &r[a as usize];
                            let value = Value::bool(x.truth()).with(x.lanes());
                            r[to as usize].put(value);
                        }
                        Code::Ask(to, a, b) => {
                            let result = attempt!(self.ask(&r[a as usize], &r[b as usize]));
                            r[to as usize] = result;
                        }
                        Code::Item(to, a, b) => {
                            let (x, y) = (&r[a as usize], &r[b as usize]);
                            if let Some(number) = quick::in_range(x, y) {
                                r[to as usize].put_number(number);
                                continue;
                            }
                            let value = match x.element(y) {
                                Some(value) if x.is_exact() => value.clone(),
                                _ => perform::item(x, y),
                            };
                            r[to as usize].put(value);
                        }
                        Code::Load(to, a) => {
                            let value = self.cells.get(&r[a as usize]).clone();
                            r[to as usize].put(value);
                        }
                        Code::Global(to, index) => r[to as usize].put_copy(&self.globals[index as usize]),
                        Code::CallFunction(index) => {
                            let site = &function.sites[index as usize];
                            let Op::CallFunction(id) = site.op else { continue };
                            let callee = &program.functions[id.0 as usize];
                            let (arity, given) = (callee.arity as usize, site.operands.len());
                            if u64::from(task.depth) + task.frames.len() as u64 >= self.meter.limits.depth {
                                break 'fault too_deep(self.meter.limits.depth);
                            }
                            let mut rest = None;
                            if given > arity {
                                if !callee.rest {
                                    break 'fault surplus(program, callee, given);
                                }
                                let left = site.operands[arity..].iter();
                                let left: Vec<Value> =
                                    left.map(|operand| perform::read(function, r, *operand)).collect();
                                rest = Some(left);
                            }
                            if callee.rest {
                                let rest = rest.get_or_insert_default();
                                attempt!(self.meter.list(rest.len()));
                            }
                            let rest = match rest {
                                Some(rest) => Some(attempt!(Value::list(rest))),
                                None => None,
                            };
                            let Some(Frame::Code(call)) = task.frames.last_mut() else { continue };
                            call.next = next as u32;
                            call.to = site.to.unwrap_or(function.size - 1);
                            let budget = call.budget;
                            attempt!(task.make_room(callee, &mut self.meter));
                            let (own, free) = task.registers.split_at_mut(task.top);
                            let own = &mut own[base..];
                            for (at, to) in free[..arity].iter_mut().enumerate() {
                                match site.operands.get(at) {
                                    Some(Operand::Take(from)) => to.put(std::mem::take(&mut own[*from as usize])),
                                    Some(Operand::Keep(from)) => to.put_copy(&own[*from as usize]),
                                    Some(Operand::Constant(index)) => to.put_copy(&function.constants[*index as usize]),
                                    None => to.put(Value::NULL),
                                }
                            }
                            if let Some(rest) = rest {
                                free[arity].put(rest);
                            }
                            task.enter(id.0, callee, Lanes::EXACT, owner, budget);
                            continue 'frame;
                        }
                        Code::Builtin(index) => {
                            let site = &function.sites[index as usize];
                            let Op::CallBuiltin { builtin, .. } = site.op else { continue };
                            let mut args: Args =
                                site.operands.iter().map(|operand| perform::read(function, r, *operand)).collect();
                            attempt!(builtin::check_count(builtin, args.len()));
                            let builtin::Body::Native(native) = builtin.entry().kind else { continue };
                            let value = attempt!(builtin::run(builtin, native, &mut args, &mut self.meter));
                            if let Some(to) = site.to {
                                r[to as usize].put(value);
                            }
                        }
                        // Guesses as well: the instruction behind each does what is not done.
                        Code::Push(index) => {
                            if attempt!(self.quick_push(function, r, &function.sites[index as usize], owner)) {
                                next += 1;
                            }
                        }
                        Code::SetField(root, value, property) => {
                            let property = &function.keys[property as usize];
                            if quick::set_field(r, root as usize, value as usize, property) {
                                next += 1;
                            }
                        }
                        Code::SetIndex(root, key, value) => {
                            if quick::set_index(r, root as usize, key as usize, value as usize) {
                                next += 1;
                            }
                        }
                        Code::Set(index) => {
                            if attempt!(quick::set(function, r, &function.sites[index as usize])) {
                                next += 1;
                            }
                        }
                        Code::Do(index) => {
                            let site = &function.sites[index as usize];
                            let flow = attempt!(self.perform(function, r, site, owner));
                            if let Flow::Next = flow {
                                continue;
                            }
                            if let Err(mut failure) = self.follow(task, flow, site, function.size - 1, next) {
                                failure.locate(function.location(next - 1));
                                return Err(failure);
                            }
                            continue 'frame;
                        }
                    }
                }
            };
            if let Some(Frame::Code(call)) = task.frames.last_mut() {
                call.next = next as u32;
            }
            let mut failure = failure;
            failure.locate(function.location(next - 1));
            return Err(failure);
        }
    }

    /// Does what an operation left to be done: a call, or what has to do with contexts.
    fn follow(
        &mut self,
        task: &mut Task,
        flow: Flow,
        site: &Site,
        spare: Register,
        next: usize,
    ) -> Result<(), Failure> {
        let Some(Frame::Code(call)) = task.frames.last_mut() else { return Ok(()) };
        call.next = next as u32;
        call.to = site.to.unwrap_or(spare);
        let to = call.base as usize + call.to as usize;
        let called = match flow {
            Flow::Next => return Ok(()),
            Flow::Enter(label) => {
                task.contexts.push(label);
                return Ok(());
            }
            Flow::Leave => {
                task.contexts.pop();
                return Ok(());
            }
            Flow::Call { callee, args } => self.call(task, callee, args),
            Flow::Builtin(id, args) => self.builtin_at(task, id, args, site),
            Flow::Method { receiver, name, args } => self.method(task, receiver, &name, args),
            Flow::Native(native) => {
                task.frames.push(Frame::Native(native));
                Ok(Called::Frame)
            }
        };
        if let Called::Value(value) = called? {
            task.registers[to].put(value);
        }
        Ok(())
    }

    /// Hands the value of a call to the frame of several steps on top. A built-in that only wants the same function called
    /// again gets that at once.
    fn hand_over(&mut self, task: &mut Task, program: &Compiled, value: Value) -> Next {
        let depth = u64::from(task.depth) + task.frames.len() as u64;
        let Some(Frame::Native(native)) = task.frames.last_mut() else { return Next::Exit(Exit::Value(value)) };
        let Native::Routine(routine) = &mut **native else { return Next::Exit(Exit::Value(value)) };
        let step = match routine.resume(value, &mut self.meter) {
            Ok(builtin::Step::Call) => self.meter.steps(1).map(|()| None),
            Ok(builtin::Step::Done(value)) => Ok(Some(value)),
            Err(fault) => Err(fault),
        };
        match step {
            Ok(None) => {}
            Ok(Some(value)) => {
                task.frames.pop();
                return Next::Exit(Exit::Value(value));
            }
            Err(fault) => {
                task.frames.pop();
                return Next::Exit(Exit::Failed(fault.into()));
            }
        }
        let callee = routine.function();
        let simple = callee.as_closure().map(|closure| (closure, &program.functions[closure.code as usize]));
        let Some((closure, function)) = simple.filter(|(_, function)| !function.rest && !function.watched) else {
            return self.call_for_routine(task);
        };
        let (code, under) = (closure.code, callee.lanes());
        if depth >= self.meter.limits.depth {
            return Next::Exit(Exit::Failed(too_deep(self.meter.limits.depth)));
        }
        let (arity, offered) = (function.arity as usize, routine.offered());
        let count = arity.min(offered);
        let end = task.top + function.size as usize;
        if end > task.registers.len() {
            return self.call_for_routine(task);
        }
        let registers = &mut task.registers[task.top..end];
        for (at, register) in registers[..arity].iter_mut().enumerate() {
            register.put(if at < count { routine.argument(at) } else { Value::NULL });
        }
        for (register, captured) in registers[arity..].iter_mut().zip(&closure.captures) {
            register.put_copy(captured);
        }
        for slot in &mut registers[function.slots as usize..function.size as usize - 1] {
            slot.put(Value::NULL);
        }
        let (owner, budget) = (task.current_owner(), task.current_budget());
        task.enter(code, function, under, owner, budget);
        Next::Call
    }

    /// Calls the function of the built-in on top in the ordinary way.
    #[cold]
    fn call_for_routine(&mut self, task: &mut Task) -> Next {
        let Some(Frame::Native(native)) = task.frames.last() else { return Next::Exit(Exit::Native) };
        let Native::Routine(routine) = &**native else { return Next::Exit(Exit::Native) };
        let callee = routine.function().clone();
        let count = self.takes(&callee, routine.offered(), routine.needed());
        let args = (0..count).map(|index| routine.argument(index)).collect();
        match self.call(task, callee, args) {
            Ok(Called::Value(value)) => Next::Exit(Exit::Value(value)),
            Ok(Called::Frame) => match task.frames.last() {
                Some(Frame::Code(_)) => Next::Call,
                _ => Next::Exit(Exit::Native),
            },
            Err(failure) => Next::Exit(Exit::Failed(failure)),
        }
    }
}
