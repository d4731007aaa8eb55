//! The inner loop: instructions that need the registers of one call, and calls from function to function.
//!
//! It is apart from the rest because it has to be small: what it holds on to between two instructions fits into the
//! processor's own registers, and whatever is not the common case is a call to somebody else. A register is found without a
//! look at how many there are, because the loop works on a window of a fixed size; functions that need more registers
//! than the largest window run the same loop on all there are.

use std::hint::{black_box, cold_path};
use std::mem::ManuallyDrop;

use super::code::{Code, Compiled, Function, Operand, Register};
use super::dispatch::Exit;
use super::machine::too_deep;
use super::task::{Frame, Task};
use super::{Vm, quick};
use crate::hir::Binary;
use crate::value::{Fault, Lanes, Value, number, operator};

/// Why the inner loop ends. The place of the instruction is in the frame on top.
pub(super) enum Halt {
    /// The next instruction is for somebody else.
    Other,
    /// The call on top wants another window.
    Window,
    /// The task goes on elsewhere.
    Exit(Exit),
    /// The instruction before the next failed.
    Fault(Fault),
}

/// The registers of a call as the inner loop sees them.
pub(super) trait Window {
    /// How many registers a function may have to run in it.
    const ROOM: usize;

    /// The registers that have to be there for a function to run in it, if it fits.
    fn room(function: &Function) -> Option<usize>;

    /// The window at the beginning of some registers, if it fits.
    fn of(registers: &mut [Value]) -> Option<&mut Self>;

    /// A register.
    fn at(&self, register: Register) -> &Value;

    /// A register to be changed.
    fn put(&mut self, register: Register) -> &mut Value;

    /// All of them.
    fn all(&mut self) -> &mut [Value];
}

impl<const N: usize> Window for [Value; N] {
    const ROOM: usize = N;

    #[inline(always)]
    fn room(function: &Function) -> Option<usize> {
        (function.size as usize <= N).then_some(N)
    }

    #[inline(always)]
    fn of(registers: &mut [Value]) -> Option<&mut Self> {
        registers.first_chunk_mut()
    }

    // The remainder changes no register of a function that fits, and tells the compiler that there is one.
    #[inline(always)]
    fn at(&self, register: Register) -> &Value {
        &self[register as usize % N]
    }

    #[inline(always)]
    fn put(&mut self, register: Register) -> &mut Value {
        &mut self[register as usize % N]
    }

    #[inline(always)]
    fn all(&mut self) -> &mut [Value] {
        self
    }
}

impl Window for [Value] {
    const ROOM: usize = usize::MAX;

    #[inline(always)]
    fn room(function: &Function) -> Option<usize> {
        Some(function.size as usize)
    }

    #[inline(always)]
    fn of(registers: &mut [Value]) -> Option<&mut Self> {
        Some(registers)
    }

    #[inline(always)]
    fn at(&self, register: Register) -> &Value {
        &self[register as usize]
    }

    #[inline(always)]
    fn put(&mut self, register: Register) -> &mut Value {
        &mut self[register as usize]
    }

    #[inline(always)]
    fn all(&mut self) -> &mut [Value] {
        self
    }
}

/// The window that most functions fit into.
pub(super) type Small = [Value; 32];
/// The window that nearly all fit into.
pub(super) type Large = [Value; 256];

/// The registers that have to be there for a function to run in its window.
#[inline(always)]
pub(super) fn room(function: &Function) -> usize {
    match function.size as usize {
        0..=Small::ROOM => Small::ROOM,
        size if size <= Large::ROOM => Large::ROOM,
        size => size,
    }
}

/// The function of the call on top, where its registers begin, and its next instruction.
#[inline(always)]
fn top<'a>(task: &Task, program: &'a Compiled) -> Option<(&'a Function, usize, usize)> {
    let Some(Frame::Code(call)) = task.frames.last() else { return None };
    Some((&program.functions[call.function as usize], call.base as usize, call.next as usize))
}

impl Vm {
    /// Runs the call on top, and what it calls and returns to, as long as the instructions are for this loop.
    pub(super) fn compute<W: Window + ?Sized>(&mut self, task: &mut Task, program: &Compiled) -> Halt {
        let deepest = self.meter.limits.depth.saturating_sub(u64::from(task.depth));
        // What of the call on top is looked at between two instructions; a call or a return puts its own there.
        let Some((mut function, mut base, mut next)) = top(task, program) else { return Halt::Window };
        // Its end is a value of its own: as a beginning and a length it would be computed anew before each instruction.
        let mut code = black_box(function.code.iter());
        'frame: loop {
            let Some(registers) = task.registers.get_mut(base..) else { return Halt::Window };
            let (Some(_), Some(mut r)) = (W::room(function), W::of(registers)) else { return Halt::Window };
            let Some(rest) = code.as_slice().get(next..) else { return Halt::Window };
            // What runs next, as the rest of the code: reading on takes neither a base nor a number to add to it.
            let mut ahead = rest.iter();

            macro_rules! place {
                () => {
                    code.len() - ahead.len()
                };
            }
            macro_rules! stay_at {
                ($place:expr) => {
                    if let Some(Frame::Code(call)) = task.frames.last_mut() {
                        call.next = $place as u32;
                    }
                };
            }
            // Leaves the instruction to others.
            macro_rules! pass_on {
                () => {{
                    stay_at!(place!() - 1);
                    return Halt::Other;
                }};
            }
            let fault: Fault = 'fault: {
                macro_rules! attempt {
                    ($result:expr) => {
                        match $result {
                            Ok(value) => value,
                            Err(fault) => break 'fault fault,
                        }
                    };
                }
                // The same of what is done when the short way is closed.
                macro_rules! otherwise {
                    ($result:expr) => {{
                        cold_path();
                        attempt!($result)
                    }};
                }
                // Charges the block that begins next, as long as nobody wants a look around; else its own instruction does.
                macro_rules! enter {
                    () => {
                        if let Some(&Code::Charge(steps)) = ahead.as_slice().first()
                            && self.meter.begin(u64::from(steps))
                        {
                            ahead.next();
                        }
                    };
                }
                // Copies what lies elsewhere into a register.
                macro_rules! copy {
                    ($to:ident, $value:ident) => {{
                        let value = $value.clone();
                        r.put($to).put(value);
                    }};
                }
                macro_rules! jump {
                    ($to:expr) => {
                        match code.as_slice().get($to as usize..) {
                            Some(rest) => ahead = rest.iter(),
                            None => return Halt::Window,
                        }
                    };
                }
                // Moves a counter on, and goes elsewhere while a comparison holds.
                macro_rules! onward {
                    ($comparison:ident, $counter:ident, $by:expr, $limit:expr, $to:ident) => {
                        if let Some(number) = r.at($counter.into()).exact_number()
                            && let Some(by) = $by
                            && let Some(limit) = $limit
                        {
                            r.put($counter.into()).put_number(number + by);
                            if $comparison.holds(number + by, limit) {
                                jump!($to);
                            } else {
                                skip!(2);
                            }
                            enter!();
                        }
                    };
                }
                // Steps over instructions that were done in another way.
                macro_rules! skip {
                    (1) => {
                        if ahead.next().is_none() {
                            return Halt::Window;
                        }
                    };
                    ($count:literal) => {
                        if ahead.nth($count - 1).is_none() {
                            return Halt::Window;
                        }
                    };
                }
                macro_rules! arithmetic {
                    ($op:expr, $to:ident, $a:ident, $b:ident, $numbers:expr) => {{
                        match r.at($a).exact_numbers(r.at($b)) {
                            Some((p, q)) => {
                                let number: fn(f64, f64) -> f64 = $numbers;
                                r.put($to).put_number(number(p, q));
                            }
                            None => match r.at($a).numbers(r.at($b)) {
                                Some((p, q, lanes)) => {
                                    let number: fn(f64, f64) -> f64 = $numbers;
                                    r.put($to).put(Value::number(number(p, q)).with(lanes));
                                }
                                None => otherwise!(quick::arithmetic($op, r.all(), [$to, $a, $b], &mut self.meter)),
                            },
                        }
                    }};
                }
                macro_rules! product {
                    ($to:ident, $a:ident, $b:ident, $c:ident, $numbers:expr) => {
                        if let Some((p, q)) = r.at($a.into()).exact_numbers(r.at($b.into()))
                            && let Some(c) = r.at($c.into()).exact_number()
                        {
                            let number: fn(f64, f64) -> f64 = $numbers;
                            r.put($to.into()).put_number(number(c, p * q));
                            skip!(2);
                        }
                    };
                }
                macro_rules! with_number {
                    ($op:expr, $to:ident, $a:ident, $k:ident, $numbers:expr) => {{
                        match r.at($a).exact_number() {
                            Some(p) => {
                                let number: fn(f64, i16) -> f64 = $numbers;
                                r.put($to).put_number(number(p, $k));
                            }
                            None => otherwise!(quick::with_number($op, r.all(), [$to, $a], $k, &mut self.meter)),
                        }
                    }};
                }
                // Puts down whether something holds, and branches by it where that is what follows.
                macro_rules! told {
                    ($to:ident, $holds:expr) => {{
                        let holds = $holds;
                        r.put($to).put(Value::bool(holds));
                        if let Some(&Code::JumpUnless(condition, to)) = ahead.as_slice().first()
                            && condition == $to
                        {
                            if holds {
                                skip!(1);
                            } else {
                                jump!(to);
                            }
                            enter!();
                        }
                    }};
                }
                macro_rules! compare {
                    ($comparison:ident, $operator:tt, $holds:literal, $a:ident, $b:ident, $to:ident) => {{
                        // Each way has a branch of its own: a condition that both leave behind would be looked at twice.
                        match r.at($a).exact_numbers(r.at($b)) {
                            Some((p, q)) if (p $operator q) == $holds => jump!($to),
                            Some(_) => {}
                            None => {
                                let comparison = Binary::$comparison;
                                if otherwise!(quick::holds(comparison, r.at($a), r.at($b), &mut self.meter)) == $holds {
                                    jump!($to);
                                }
                            }
                        }
                        enter!();
                    }};
                }
                macro_rules! compare_number {
                    ($comparison:ident, $operator:tt, $holds:literal, $a:ident, $k:ident, $to:ident) => {{
                        match r.at($a).exact_number() {
                            Some(p) if (p $operator f64::from($k)) == $holds => jump!($to),
                            Some(_) => {}
                            None => {
                                let comparison = Binary::$comparison;
                                if otherwise!(quick::number_holds(comparison, r.at($a), $k, &mut self.meter)) == $holds {
                                    jump!($to);
                                }
                            }
                        }
                        enter!();
                    }};
                }

                enter!();
                loop {
                    // Each instruction reads what it needs of itself; all of it at once would be more than most need.
                    let Some(instruction) = ahead.next() else { return Halt::Window };
                    match *instruction {
                        Code::Charge(steps) => {
                            if !self.meter.begin(u64::from(steps)) {
                                pass_on!();
                            }
                        }
                        Code::Jump(to) => {
                            jump!(to);
                            enter!();
                        }
                        Code::JumpIf(condition, to) => {
                            let x = r.at(condition);
                            if x.as_bool().unwrap_or_else(|| x.truth()) {
                                jump!(to);
                            }
                            enter!();
                        }
                        Code::JumpUnless(condition, to) => {
                            let x = r.at(condition);
                            if !x.as_bool().unwrap_or_else(|| x.truth()) {
                                jump!(to);
                            }
                            enter!();
                        }
                        Code::IfLess(a, b, to) => compare!(Less, <, true, a, b, to),
                        Code::UnlessLess(a, b, to) => compare!(Less, <, false, a, b, to),
                        Code::IfLessEqual(a, b, to) => compare!(LessEqual, <=, true, a, b, to),
                        Code::UnlessLessEqual(a, b, to) => compare!(LessEqual, <=, false, a, b, to),
                        Code::IfGreater(a, b, to) => compare!(Greater, >, true, a, b, to),
                        Code::UnlessGreater(a, b, to) => compare!(Greater, >, false, a, b, to),
                        Code::IfGreaterEqual(a, b, to) => compare!(GreaterEqual, >=, true, a, b, to),
                        Code::UnlessGreaterEqual(a, b, to) => compare!(GreaterEqual, >=, false, a, b, to),
                        Code::IfEqual(a, b, to) => compare!(Equal, ==, true, a, b, to),
                        Code::UnlessEqual(a, b, to) => compare!(Equal, ==, false, a, b, to),
                        Code::IfNotEqual(a, b, to) => compare!(NotEqual, !=, true, a, b, to),
                        Code::UnlessNotEqual(a, b, to) => compare!(NotEqual, !=, false, a, b, to),
                        Code::IfLessNumber(a, k, to) => compare_number!(Less, <, true, a, k, to),
                        Code::UnlessLessNumber(a, k, to) => compare_number!(Less, <, false, a, k, to),
                        Code::IfLessEqualNumber(a, k, to) => compare_number!(LessEqual, <=, true, a, k, to),
                        Code::UnlessLessEqualNumber(a, k, to) => compare_number!(LessEqual, <=, false, a, k, to),
                        Code::IfGreaterNumber(a, k, to) => compare_number!(Greater, >, true, a, k, to),
                        Code::UnlessGreaterNumber(a, k, to) => compare_number!(Greater, >, false, a, k, to),
                        Code::IfGreaterEqualNumber(a, k, to) => compare_number!(GreaterEqual, >=, true, a, k, to),
                        Code::UnlessGreaterEqualNumber(a, k, to) => compare_number!(GreaterEqual, >=, false, a, k, to),
                        Code::IfEqualNumber(a, k, to) => compare_number!(Equal, ==, true, a, k, to),
                        Code::UnlessEqualNumber(a, k, to) => compare_number!(Equal, ==, false, a, k, to),
                        Code::IfNotEqualNumber(a, k, to) => compare_number!(NotEqual, !=, true, a, k, to),
                        Code::UnlessNotEqualNumber(a, k, to) => compare_number!(NotEqual, !=, false, a, k, to),
                        Code::Turn(a, b, to) => {
                            match r.at(a).exact_numbers(r.at(b)) {
                                Some((p, q)) => {
                                    r.put(a).put_number(p + 1.0);
                                    if p + 1.0 < q {
                                        jump!(to);
                                    }
                                }
                                None => {
                                    cold_path();
                                    attempt!(quick::step(r.all(), [a, a], 1));
                                    if attempt!(quick::holds(Binary::Less, r.at(a), r.at(b), &mut self.meter)) {
                                        jump!(to);
                                    }
                                }
                            }
                            enter!();
                        }
                        Code::Onward(comparison, counter, by, limit, to) => {
                            let (by, limit) = (r.at(by.into()).exact_number(), r.at(limit.into()).exact_number());
                            onward!(comparison, counter, by, limit, to)
                        }
                        Code::OnwardBy(comparison, counter, by, limit, to) => {
                            let limit = r.at(limit.into()).exact_number();
                            onward!(comparison, counter, Some(f64::from(by)), limit, to)
                        }
                        Code::OnwardTo(comparison, counter, by, limit, to) => {
                            onward!(comparison, counter, Some(f64::from(by)), Some(f64::from(limit)), to)
                        }
                        Code::Divides(is, a, rest, k, to) => {
                            if let Some(number) = r.at(a.into()).exact_number().and_then(number::small_whole) {
                                if (quick::whole_rest(number, k) == u32::from(rest)) == is {
                                    jump!(to);
                                } else {
                                    skip!(2);
                                }
                                enter!();
                            }
                        }
                        Code::Route(subject, index) => {
                            let route = &function.routes[index as usize];
                            let to = match quick::known_route(route, r.at(subject)) {
                                Some(target) => target,
                                None => otherwise!(quick::route(route, subject, r.all(), &mut self.meter)),
                            };
                            jump!(to);
                            enter!();
                        }
                        Code::Return(register) => {
                            let Some((Frame::Code(call), outer)) = task.frames.split_last() else {
                                return Halt::Window;
                            };
                            let Some(Frame::Code(outer)) = outer.last() else {
                                cold_path();
                                let native = task.natives.last_mut().map(|native| &mut **native);
                                if task.contexts.len() <= call.contexts as usize
                                    && self.turn(call, native, function, r.all(), register)
                                {
                                    ahead = code.clone();
                                    enter!();
                                    continue;
                                }
                                if let Some(exit) = self.hand_over(task, function, register) {
                                    return Halt::Exit(exit);
                                }
                                match top(task, program) {
                                    Some(called) => (function, base, next) = called,
                                    None => return Halt::Window,
                                }
                                code = function.code.iter();
                                continue 'frame;
                            };
                            if call.under != Lanes::EXACT {
                                cold_path();
                                r.put(register).lower(call.under);
                            }
                            let (below, own) = task.registers.split_at_mut(base);
                            let value = own[register as usize].take();
                            below[outer.base as usize + outer.to as usize].put(value);
                            Value::clear_all(&mut own[..function.plain as usize]);
                            (task.top, base, next) = (base, outer.base as usize, outer.next as usize);
                            function = &program.functions[outer.function as usize];
                            code = function.code.iter();
                            task.close_contexts(call.contexts);
                            task.frames.pop();
                            continue 'frame;
                        }
                        Code::Move(to, from) => {
                            let value = r.put(from).take();
                            r.put(to).put(value);
                        }
                        Code::Copy(to, from) => {
                            let value = r.at(from).clone();
                            r.put(to).put(value);
                        }
                        Code::Drop(register) => r.put(register).put(Value::NULL),
                        Code::Constant(to, index) => r.put(to).put(function.constants[index as usize].clone()),
                        Code::Number(to, number) => r.put(to).put_number(f64::from(number)),
                        Code::Add(to, a, b) => arithmetic!(Binary::Add, to, a, b, |p, q| p + q),
                        Code::AddTake(to, a, b) => match r.at(a).exact_numbers(r.at(b)) {
                            Some((p, q)) => r.put(to).put_number(p + q),
                            None => otherwise!(quick::add_take(r.all(), [to, a, b], &mut self.meter)),
                        },
                        Code::AddBoth(to, a, b) => match r.at(a).exact_numbers(r.at(b)) {
                            Some((p, q)) => r.put(to).put_number(p + q),
                            None => otherwise!(quick::add_both(r.all(), [to, a, b], &mut self.meter)),
                        },
                        Code::Subtract(to, a, b) => arithmetic!(Binary::Subtract, to, a, b, |p, q| p - q),
                        Code::Multiply(to, a, b) => arithmetic!(Binary::Multiply, to, a, b, |p, q| p * q),
                        Code::Divide(to, a, b) => match r.at(a).exact_numbers(r.at(b)) {
                            Some((p, q)) if q != 0.0 => r.put(to).put_number(p / q),
                            _ => otherwise!(quick::arithmetic(Binary::Divide, r.all(), [to, a, b], &mut self.meter)),
                        },
                        Code::Remainder(to, a, b) => match r.at(a).exact_numbers(r.at(b)) {
                            Some((p, q)) if q != 0.0 => r.put(to).put_number(operator::modulo(p, q)),
                            _ => otherwise!(quick::arithmetic(Binary::Remainder, r.all(), [to, a, b], &mut self.meter)),
                        },
                        Code::AddNumber(to, a, k) => with_number!(Binary::Add, to, a, k, |p, k| p + f64::from(k)),
                        Code::AddNumberTake(to, a, k) => match r.at(a).exact_number() {
                            Some(p) => r.put(to).put_number(p + f64::from(k)),
                            None => otherwise!(quick::add_number_take(r.all(), [to, a], k, &mut self.meter)),
                        },
                        Code::SubtractNumber(to, a, k) => {
                            with_number!(Binary::Subtract, to, a, k, |p, k| p - f64::from(k))
                        }
                        Code::MultiplyNumber(to, a, k) => {
                            with_number!(Binary::Multiply, to, a, k, |p, k| p * f64::from(k))
                        }
                        Code::DivideNumber(to, a, k) => with_number!(Binary::Divide, to, a, k, |p, k| p / f64::from(k)),
                        Code::Part(to, a, power) => match r.at(a).exact_number() {
                            Some(p) => r.put(to).put_number(quick::part(p, power)),
                            None => {
                                let k = 1 << power;
                                otherwise!(quick::with_number(Binary::Divide, r.all(), [to, a], k, &mut self.meter))
                            }
                        },
                        Code::RemainderNumber(to, a, k) => match r.at(a).exact_number() {
                            Some(p) => r.put(to).put_number(quick::remainder(p, k)),
                            None => {
                                let k = k.get() as i16;
                                otherwise!(quick::with_number(Binary::Remainder, r.all(), [to, a], k, &mut self.meter))
                            }
                        },
                        Code::Rest(to, a, power) => match r.at(a).exact_number() {
                            Some(p) => r.put(to).put_number(quick::rest(p, power)),
                            None => {
                                let k = 1 << power;
                                otherwise!(quick::with_number(Binary::Remainder, r.all(), [to, a], k, &mut self.meter))
                            }
                        },
                        Code::Two(pair, to, a, k, l) => {
                            if let Some(p) = r.at(a.into()).exact_number() {
                                r.put(to.into()).put_number(pair.of_number(p, k, l));
                                skip!(2);
                            }
                        }
                        Code::Compare(comparison, to, a, b) => match r.at(a).exact_numbers(r.at(b)) {
                            Some((p, q)) => told!(to, comparison.holds(p, q)),
                            None => {
                                cold_path();
                                let operator = comparison.operator();
                                let result = attempt!(quick::compared(operator, r.at(a), r.at(b), &mut self.meter));
                                r.put(to).put(result);
                            }
                        },
                        Code::CompareNumber(comparison, to, a, k) => match r.at(a).exact_number() {
                            Some(p) => told!(to, comparison.holds(p, f64::from(k))),
                            None => {
                                cold_path();
                                let k = Value::number(f64::from(k));
                                let operator = comparison.operator();
                                let result = attempt!(quick::compared(operator, r.at(a), &k, &mut self.meter));
                                r.put(to).put(result);
                            }
                        },
                        Code::State(to, a, b) => {
                            if !quick::state(r, [to, a, b]) {
                                otherwise!(self.binary_at(Binary::State, r.all(), [to, a, b]));
                            }
                        }
                        Code::Binary(op, to, a, b) => attempt!(self.binary_at(op, r.all(), [to, a, b])),
                        Code::Unary(op, to, a) => attempt!(self.unary_at(op, r.all(), [to, a])),
                        Code::Field(to, a, index) => {
                            let property = &function.keys[index as usize];
                            match quick::property(r.at(a), property) {
                                Some(value) => copy!(to, value),
                                None => otherwise!(self.field_at(r.all(), [to, a], property)),
                            }
                        }
                        Code::IndexField(property, to, a, b) => {
                            // Only a guess: what it does not find at once, the two instructions behind it do.
                            let property = &function.keys[property as usize];
                            if let Some(value) = quick::element_property(r.at(a), r.at(b), property) {
                                copy!(to, value);
                                skip!(2);
                            }
                        }
                        Code::WithField(op, to, a, base, property) => {
                            let property = &function.keys[property as usize];
                            let value = quick::property(r.at(base.into()), property);
                            if let Some(number) = quick::with(op, r.at(a.into()), value) {
                                r.put(to.into()).put_number(number);
                                skip!(2);
                            }
                        }
                        Code::WithPart(op, to, a, list, key, property) => {
                            let property = &function.keys[property as usize];
                            let value = quick::element_property(r.at(list.into()), r.at(key.into()), property);
                            if let Some(number) = quick::with(op, r.at(a.into()), value) {
                                r.put(to.into()).put_number(number);
                                skip!(4);
                            }
                        }
                        Code::Amend(index) => {
                            let amend = &function.amends[index as usize];
                            if amend.run(r, &function.keys) {
                                jump!(amend.past);
                            }
                        }
                        Code::Index(to, a, b) => match r.at(a).element(r.at(b)) {
                            Some(value) => copy!(to, value),
                            None => otherwise!(quick::index(r.all(), [to, a, b], &mut self.meter)),
                        },
                        Code::Under(to, a, b) => {
                            let lanes = r.at(b).lanes();
                            let value = r.at(a).clone();
                            r.put(to).put(value.under(lanes));
                        }
                        Code::UnderTake(to, a, b) => {
                            let lanes = r.at(b).lanes();
                            if to != a {
                                let value = r.put(a).take();
                                r.put(to).put(value);
                            }
                            r.put(to).lower(lanes);
                        }
                        Code::Step(to, a, by) => match r.at(a).exact_number() {
                            Some(number) => r.put(to).put_number(number + f64::from(by)),
                            None => otherwise!(quick::step(r.all(), [to, a], by)),
                        },
                        Code::IsNull(to, a) => {
                            let value = Value::bool(r.at(a).is_null());
                            r.put(to).put(value);
                        }
                        Code::Truth(to, a) => {
                            let x = r.at(a);
                            let value = Value::bool(x.truth()).with(x.lanes());
                            r.put(to).put(value);
                        }
                        Code::Ask(to, a, b) => {
                            let result = attempt!(self.ask(r.at(a), r.at(b)));
                            r.put(to).put(result);
                        }
                        Code::Item(to, a, b) => match r.at(a).exact_numbers(r.at(b)) {
                            Some((start, turn)) => r.put(to).put_number(start + turn),
                            None => quick::item(r.all(), [to, a, b]),
                        },
                        Code::Walk(inclusive, range, count, a, b) => {
                            if let Some((start, end)) = r.at(a.into()).exact_numbers(r.at(b.into()))
                                && let Some(turns) = operator::turns(start, end, inclusive)
                            {
                                r.put(range.into()).put_number(start);
                                r.put(count.into()).put_number(turns as f64);
                                skip!(2);
                            }
                        }
                        Code::Load(to, a) => {
                            let value = self.cells.get(r.at(a)).clone();
                            r.put(to).put(value);
                        }
                        Code::Global(to, index) => r.put(to).put(self.globals[index as usize].clone()),
                        Code::Call(index) => {
                            let direct = &function.calls[index as usize];
                            let callee = &program.functions[direct.callee as usize];
                            if task.frames.len() as u64 > deepest {
                                stay_at!(place!());
                                return Halt::Fault(too_deep(self.meter.limits.depth));
                            }
                            let start = task.top;
                            let (own, free) = task.registers.split_at_mut(start);
                            let Some(room) = W::room(callee) else { pass_on!() };
                            if free.len() < room {
                                pass_on!();
                            }
                            let Some(free) = W::of(free) else { return Halt::Window };
                            let Some(Frame::Code(call)) = task.frames.last_mut() else { return Halt::Window };
                            (call.next, call.to) = (place!() as u32, direct.to);
                            let (budget, owner) = (call.budget, call.owner);
                            let own = &mut own[base..];
                            for (at, operand) in direct.operands.iter().enumerate() {
                                free.put(at as Register).put(match *operand {
                                    Operand::Take(from) => own[from as usize].take(),
                                    Operand::Keep(from) => own[from as usize].clone(),
                                    Operand::Constant(index) => function.constants[index as usize].clone(),
                                });
                            }
                            callee.empty_slots(free.all());
                            task.top = start + callee.size as usize;
                            let contexts = task.contexts.len();
                            task.frames.push(Frame::call(direct.callee, start, contexts, Lanes::EXACT, owner, budget));
                            (function, base, r) = (callee, start, free);
                            code = function.code.iter();
                            ahead = code.clone();
                            enter!();
                        }
                        Code::Builtin(index) => {
                            attempt!(self.native_at(function, r.all(), &function.sites[index as usize]))
                        }
                        // Guesses as well: the instruction behind each does what is not done.
                        Code::Push(index) => {
                            let owner = if let Some(Frame::Code(call)) = task.frames.last() { call.owner } else { 0 };
                            if attempt!(self.quick_push(function, r.all(), &function.sites[index as usize], owner)) {
                                skip!(1);
                            }
                        }
                        Code::Append(root, value) => {
                            let item = r.at(value).bare().map(ManuallyDrop::new);
                            if let Some(item) = item
                                && attempt!(quick::append(r.put(root), item, &mut self.meter))
                            {
                                skip!(2);
                            }
                        }
                        Code::AppendConstant(root, index) => {
                            let item = function.constants[index as usize].bare().map(ManuallyDrop::new);
                            if let Some(item) = item
                                && attempt!(quick::append(r.put(root), item, &mut self.meter))
                            {
                                skip!(2);
                            }
                        }
                        Code::SetField(root, value, property) => {
                            let property = &function.keys[property as usize];
                            if quick::set_field(r, root, value, property) {
                                skip!(1);
                            }
                        }
                        Code::SetIndex(root, key, value) => {
                            if quick::set_index(r, [root, key, value]) {
                                skip!(1);
                            }
                        }
                        Code::SetPart(property, root, key, value) => {
                            if quick::set_part(r, [root, key, value], &function.keys[property as usize]) {
                                skip!(1);
                            }
                        }
                        Code::Apply(to, a, index) => {
                            if let Some(number) = r.at(a).exact_number() {
                                r.put(to).put_number(function.applied[index as usize](number));
                                skip!(1);
                            }
                        }
                        Code::AddProduct(to, a, b, c) => product!(to, a, b, c, |c, product| c + product),
                        Code::SubtractProduct(to, a, b, c) => product!(to, a, b, c, |c, product| c - product),
                        // All are named, so that none is looked for in vain before the others.
                        Code::Throw(_) | Code::Fail(_) | Code::Do(_) => pass_on!(),
                    }
                }
            };
            stay_at!(place!());
            return Halt::Fault(fault);
        }
    }
}
