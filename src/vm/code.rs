//! What the machine runs: instructions of eight bytes over numbered registers.
//!
//! What programs do all the time has an instruction of its own, with its registers in it; everything else is a *site*,
//! which names the operation of the intermediate form and where its operands are. So the run loop stays small, and no
//! operation is said twice.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::amend::Amend;
use super::quick;
use crate::hir::{Bands, Binary, FunctionId, Kind, Unary};
use crate::ir::{Op, Threshold};
use crate::source::{FileId, Location, Name, Span};
use crate::value::{Confidence, Key, Value};
use smallvec::SmallVec;

/// The register of a frame.
pub(super) type Register = u16;

/// A program ready to run.
#[derive(Debug)]
pub struct Compiled {
    /// By number of the function.
    pub functions: Vec<Function>,
    /// Modules, types, interfaces, names.
    pub declarations: Arc<crate::hir::Program>,
}

impl Compiled {
    /// The function with a number.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// What a function is called in messages.
    pub fn name(&self, function: &Function) -> String {
        match (function.name, function.kind) {
            (Some(name), _) => self.declarations.names.text(name).to_owned(),
            (None, Kind::Module) => "the program".into(),
            (None, Kind::Task) => "a task".into(),
            (None, Kind::Test) => "a test".into(),
            (None, _) => "a function".into(),
        }
    }
}

/// The code of one function.
#[derive(Debug)]
pub struct Function {
    /// Its name, for messages.
    pub name: Option<Name>,
    /// What it is.
    pub kind: Kind,
    /// The file of its spans.
    pub file: FileId,
    /// All of it.
    pub span: Span,
    /// How many arguments it takes, a rest parameter aside.
    pub arity: u16,
    /// Whether what is left over arrives as a list.
    pub rest: bool,
    /// Whether its value is the same wherever it is read.
    pub stands: bool,
    /// Whether each call is looked at, because of what its decorators say.
    pub watched: bool,
    /// How many registers it works with.
    pub size: u16,
    /// The register of its first slot.
    pub slots: u16,
    /// Registers from here on own nothing when the function is left.
    pub plain: u16,
    /// The thresholds of its bands.
    pub bands: Bands,
    /// The instructions.
    pub code: Vec<Code>,
    /// Their places, by the same index.
    pub spans: Vec<Span>,
    /// Its literals.
    pub constants: Vec<Value>,
    /// Operations with operands elsewhere.
    pub sites: Vec<Site>,
    /// Calls of functions that are known before the run.
    pub calls: Vec<Direct>,
    /// Names of properties, each with where it was found last.
    pub keys: Vec<Property>,
    /// Functions of one number.
    pub applied: Vec<fn(f64) -> f64>,
    /// Numbers that are changed in their places.
    pub amends: Vec<Amend>,
    /// Branches by confidence.
    pub routes: Vec<Route>,
    /// Where errors go, by the range of instructions.
    pub guards: Vec<Guard>,
}

impl Function {
    /// The place of an instruction.
    pub fn location(&self, at: usize) -> Location {
        Location::new(self.file, self.spans.get(at).copied().unwrap_or(self.span))
    }

    /// Empties the slots among its registers, before it begins.
    #[inline(always)]
    pub(super) fn empty_slots(&self, registers: &mut [Value]) {
        // Behind the slots there is only the register to swap with.
        if self.slots + 1 < self.size {
            registers[self.slots as usize..self.size as usize - 1].iter_mut().for_each(|slot| slot.put(Value::NULL));
        }
    }

    /// Where an error of an instruction goes.
    pub fn guard(&self, at: usize) -> Option<&Guard> {
        self.guards.iter().find(|guard| (guard.from as usize..guard.to as usize).contains(&at))
    }
}

/// The name of a property and where it was found last, which is only a guess.
#[derive(Debug)]
pub struct Property {
    /// The name.
    pub key: Key,
    hint: AtomicU32,
}

impl Property {
    /// A property nobody has looked for yet.
    pub fn new(name: &str) -> Self {
        Self { key: Key::new(name), hint: AtomicU32::new(0) }
    }

    /// Where it was found last.
    #[inline]
    pub fn hint(&self) -> usize {
        self.hint.load(Ordering::Relaxed) as usize
    }

    /// Takes note of where it was found.
    #[inline]
    pub fn found(&self, place: usize) {
        self.hint.store(place as u32, Ordering::Relaxed);
    }
}

/// An operation with its operands.
#[derive(Debug)]
pub struct Site {
    /// What it does.
    pub op: Op,
    /// What it works on.
    pub operands: Operands,
    /// The names in it, in order.
    pub keys: Box<[Key]>,
    /// Where its result goes.
    pub to: Option<Register>,
    /// Where its second result goes.
    pub second: Option<Register>,
    /// What it looks at beside its operands: the sides of the comparison that `expect` is given, the parts of the template
    /// that `llm` is given.
    pub beside: Box<[Operand]>,
    /// The name in `agents.name.method(…)`.
    pub agent: Option<Arc<str>>,
    /// The operator of the comparison that `expect` is given.
    pub sides: Option<Binary>,
}

impl Site {
    /// An operation without results, names and what is seen beside it.
    pub(super) fn bare(op: Op, operands: Operands) -> Self {
        let (keys, beside) = (Box::new([]), Box::new([]));
        Self { op, operands, keys, to: None, second: None, beside, agent: None, sides: None }
    }
}

/// A call of a function that captures nothing, takes no rest and is given no more than it takes.
#[derive(Debug)]
pub struct Direct {
    /// The function.
    pub callee: u32,
    /// Where its result goes.
    pub to: Register,
    /// What it is given: as much as the function takes, null for what is left out.
    pub operands: Box<[Operand]>,
}

/// Where what an operation works on is. Few have more than three operands.
pub type Operands = SmallVec<[Operand; 3]>;

/// Where an operand is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// In a register, which keeps it.
    Keep(Register),
    /// In a register, which nobody reads again.
    Take(Register),
    /// Among the constants.
    Constant(u32),
}

/// Where an error of some instructions goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guard {
    /// The first instruction.
    pub from: u32,
    /// One past the last.
    pub to: u32,
    /// Where control goes.
    pub target: u32,
    /// Where the error goes.
    pub register: Register,
    /// Whether it sees what cannot be caught as well.
    pub tidies: bool,
    /// How many contexts of the function are open there.
    pub contexts: u16,
}

/// A branch by confidence.
#[derive(Debug)]
pub struct Route {
    /// Thresholds from high to low, and where they lead.
    pub bands: Vec<(Limit, u32)>,
    /// The same with the lowest and unknown behind them, where all thresholds are known before the run and fall; else nothing.
    pub known: Vec<(Confidence, u32)>,
    /// Where to for unknown.
    pub unknown: u32,
    /// Where to when no band is reached.
    pub otherwise: u32,
}

/// A threshold of a [`Route`].
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// Known before the run.
    Fixed(Confidence),
    /// In a register.
    Computed(Register),
}

impl Route {
    /// A branch by these bands whose places are still to be filled in.
    pub(super) fn new(bands: Vec<(Limit, u32)>) -> Self {
        Self { bands, known: Vec::new(), unknown: 0, otherwise: 0 }
    }

    /// Takes note of what is known, when all places are filled in.
    pub(super) fn settle(&mut self) {
        let fixed = |(limit, place): &(Limit, u32)| match limit {
            Limit::Fixed(confidence) => Some((*confidence, *place)),
            Limit::Computed(_) => None,
        };
        let ends = [(Confidence::ZERO, self.otherwise), (Confidence::UNKNOWN, self.unknown)];
        let bands = self.bands.iter().map(fixed).chain(ends.map(Some)).collect::<Option<Vec<_>>>();
        self.known = bands.filter(|known| known[..self.bands.len()].is_sorted_by(|a, b| a.0 > b.0)).unwrap_or_default();
    }
}

impl Limit {
    /// The threshold that the intermediate form names.
    pub fn of(threshold: Threshold, register: impl FnOnce(crate::ir::Var) -> Register) -> Self {
        match threshold {
            Threshold::Fixed(number) => Self::Fixed(Confidence::from_number(number).unwrap_or(Confidence::ONE)),
            Threshold::Computed(var) => Self::Computed(register(var)),
        }
    }
}

/// A comparison that two numbers decide at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Comparison {
    /// The comparison that an operator is.
    pub fn of(op: Binary) -> Option<Self> {
        Some(match op {
            Binary::Less => Self::Less,
            Binary::LessEqual => Self::LessEqual,
            Binary::Greater => Self::Greater,
            Binary::GreaterEqual => Self::GreaterEqual,
            Binary::Equal => Self::Equal,
            Binary::NotEqual => Self::NotEqual,
            _ => return None,
        })
    }

    /// The operator it is.
    pub fn operator(self) -> Binary {
        match self {
            Self::Less => Binary::Less,
            Self::LessEqual => Binary::LessEqual,
            Self::Greater => Binary::Greater,
            Self::GreaterEqual => Binary::GreaterEqual,
            Self::Equal => Binary::Equal,
            Self::NotEqual => Binary::NotEqual,
        }
    }

    /// Whether it holds of two numbers.
    #[inline]
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
            Self::Equal => a == b,
            Self::NotEqual => a != b,
        }
    }
}

/// Two operators of numbers, one after the other.
macro_rules! pairs {
    ($($name:ident: $first:ident $second:ident,)*) => {
        /// Two operators of numbers, one after the other.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Pair {
            $(#[doc = concat!("`", stringify!($first), "`, then `", stringify!($second), "`")] $name,)*
        }

        impl Pair {
            /// The pair of two operators, if each has a whole number on the right.
            pub fn of(first: Binary, second: Binary) -> Option<Self> {
                match (first, second) {
                    $((Binary::$first, Binary::$second) => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// What it makes of a number.
            #[inline(always)]
            pub(super) fn of_number(self, x: f64, k: i16, l: i16) -> f64 {
                match self {
                    $(Self::$name => quick::of_numbers(Binary::$second, quick::of_numbers(Binary::$first, x, k), l),)*
                }
            }
        }
    };
}

pairs! {
    AddAdd: Add Add,
    AddSubtract: Add Subtract,
    AddMultiply: Add Multiply,
    AddDivide: Add Divide,
    AddRemainder: Add Remainder,
    SubtractAdd: Subtract Add,
    SubtractSubtract: Subtract Subtract,
    SubtractMultiply: Subtract Multiply,
    SubtractDivide: Subtract Divide,
    SubtractRemainder: Subtract Remainder,
    MultiplyAdd: Multiply Add,
    MultiplySubtract: Multiply Subtract,
    MultiplyMultiply: Multiply Multiply,
    MultiplyDivide: Multiply Divide,
    MultiplyRemainder: Multiply Remainder,
    DivideAdd: Divide Add,
    DivideSubtract: Divide Subtract,
    DivideMultiply: Divide Multiply,
    DivideDivide: Divide Divide,
    DivideRemainder: Divide Remainder,
    RemainderAdd: Remainder Add,
    RemainderSubtract: Remainder Subtract,
    RemainderMultiply: Remainder Multiply,
    RemainderDivide: Remainder Divide,
    RemainderRemainder: Remainder Remainder,
}

/// One instruction. Jumps lead to places, those with a comparison in them only to the first 65,536.
#[derive(Clone, Copy, Debug)]
pub enum Code {
    /// Charges the steps of the block that begins here.
    Charge(u32),
    /// Goes elsewhere.
    Jump(u32),
    /// Goes elsewhere if the condition is true.
    JumpIf(Register, u32),
    /// Goes elsewhere if the condition is false.
    JumpUnless(Register, u32),
    /// Goes elsewhere if `a < b`.
    IfLess(Register, Register, u16),
    /// Goes elsewhere unless `a < b`.
    UnlessLess(Register, Register, u16),
    /// Goes elsewhere if `a < k`.
    IfLessNumber(Register, i16, u16),
    /// Goes elsewhere unless `a < k`.
    UnlessLessNumber(Register, i16, u16),
    /// Goes elsewhere if `a <= b`.
    IfLessEqual(Register, Register, u16),
    /// Goes elsewhere unless `a <= b`.
    UnlessLessEqual(Register, Register, u16),
    /// Goes elsewhere if `a <= k`.
    IfLessEqualNumber(Register, i16, u16),
    /// Goes elsewhere unless `a <= k`.
    UnlessLessEqualNumber(Register, i16, u16),
    /// Goes elsewhere if `a > b`.
    IfGreater(Register, Register, u16),
    /// Goes elsewhere unless `a > b`.
    UnlessGreater(Register, Register, u16),
    /// Goes elsewhere if `a > k`.
    IfGreaterNumber(Register, i16, u16),
    /// Goes elsewhere unless `a > k`.
    UnlessGreaterNumber(Register, i16, u16),
    /// Goes elsewhere if `a >= b`.
    IfGreaterEqual(Register, Register, u16),
    /// Goes elsewhere unless `a >= b`.
    UnlessGreaterEqual(Register, Register, u16),
    /// Goes elsewhere if `a >= k`.
    IfGreaterEqualNumber(Register, i16, u16),
    /// Goes elsewhere unless `a >= k`.
    UnlessGreaterEqualNumber(Register, i16, u16),
    /// Goes elsewhere if `a == b`.
    IfEqual(Register, Register, u16),
    /// Goes elsewhere unless `a == b`.
    UnlessEqual(Register, Register, u16),
    /// Goes elsewhere if `a == k`.
    IfEqualNumber(Register, i16, u16),
    /// Goes elsewhere unless `a == k`.
    UnlessEqualNumber(Register, i16, u16),
    /// Goes elsewhere if `a != b`.
    IfNotEqual(Register, Register, u16),
    /// Goes elsewhere unless `a != b`.
    UnlessNotEqual(Register, Register, u16),
    /// Goes elsewhere if `a != k`.
    IfNotEqualNumber(Register, i16, u16),
    /// Goes elsewhere unless `a != k`.
    UnlessNotEqualNumber(Register, i16, u16),
    /// Begins a walk from one exact number to another, with the end or without: puts down the first number, which stands for the
    /// range, and how many turns there are; else nothing, and the two instructions behind it do it
    Walk(bool, u8, u8, u8, u8),
    /// Moves a counter on by 1, and goes elsewhere if `a < b` then.
    Turn(Register, Register, u16),
    /// Moves an exact counter on by `b`, and goes elsewhere if it compares with `c` then; else nothing, and the two instructions
    /// behind it do it
    Onward(Comparison, u8, u8, u8, u16),
    /// The same by a whole number
    OnwardBy(Comparison, u8, i8, u8, u16),
    /// The same by a whole number, compared with another
    OnwardTo(Comparison, u8, i8, i16, u16),
    /// Goes elsewhere if whether `a % k` is a small whole number is as said, of an exact whole number from 0; else nothing, and the
    /// two instructions behind it do it
    Divides(bool, u8, u8, NonZeroU16, u16),
    /// Goes elsewhere by the confidence of a value.
    Route(Register, u32),
    /// Leaves the function with a value.
    Return(Register),
    /// Throws a value.
    Throw(Register),
    /// Fails with the error of a site.
    Fail(u32),
    /// Moves a value; the source is not read again.
    Move(Register, Register),
    /// Copies a value.
    Copy(Register, Register),
    /// Puts a constant into a register.
    Constant(Register, u32),
    /// Puts a whole number into a register.
    Number(Register, i32),
    /// `a + b`
    Add(Register, Register, Register),
    /// `a + b`, where a is not read again, so that a text can grow in place.
    AddTake(Register, Register, Register),
    /// `a + b`, where neither is read again.
    AddBoth(Register, Register, Register),
    /// `a - b`
    Subtract(Register, Register, Register),
    /// `a * b`
    Multiply(Register, Register, Register),
    /// `a / b`
    Divide(Register, Register, Register),
    /// `a % b`
    Remainder(Register, Register, Register),
    /// `a + k`
    AddNumber(Register, Register, i16),
    /// `a + k`, where a is not read again, so that a text can grow in place.
    AddNumberTake(Register, Register, i16),
    /// `a - k`
    SubtractNumber(Register, Register, i16),
    /// `a * k`
    MultiplyNumber(Register, Register, i16),
    /// `a / k`, where k is not zero
    DivideNumber(Register, Register, i16),
    /// `a / 2ⁿ`
    Part(Register, Register, u16),
    /// `a % k`
    RemainderNumber(Register, Register, NonZeroU16),
    /// `a % 2ⁿ`
    Rest(Register, Register, u16),
    /// Two operators with whole numbers on an exact number; else nothing, and the two instructions behind it do it
    Two(Pair, u8, u8, i16, i16),
    /// A comparison as a value
    Compare(Comparison, Register, Register, Register),
    /// The same with a whole number on the right.
    CompareNumber(Comparison, Register, Register, i16),
    /// `x ~> c`
    State(Register, Register, Register),
    /// Any other operator of two values
    Binary(Binary, Register, Register, Register),
    /// An operator of one value
    Unary(Unary, Register, Register),
    /// The property of a value
    Field(Register, Register, u16),
    /// `x[key].name`, if a list of objects makes that easy; else nothing, and the two instructions behind it do it
    IndexField(u8, Register, Register, Register),
    /// `a op x.name`, if exact numbers make that easy; else nothing, and the two instructions behind it do it
    WithField(Binary, u8, u8, u8, u16),
    /// `a op x[key].name` likewise; else the four instructions behind it do it
    WithPart(Binary, u8, u8, u8, u8, u8),
    /// Changes a number in its place; else nothing, and the instructions behind it do it
    Amend(u32),
    /// `x[key]`
    Index(Register, Register, Register),
    /// The value with lanes lowered by another's
    Under(Register, Register, Register),
    /// The same, where the value is not read again
    UnderTake(Register, Register, Register),
    /// Lets go of a value
    Drop(Register),
    /// A number one or more steps further
    Step(Register, Register, i16),
    /// Whether a value is null
    IsNull(Register, Register),
    /// The truth of a value
    Truth(Register, Register),
    /// Whether a value is true and as sure as asked
    Ask(Register, Register, Register),
    /// The element at a turn of a walk
    Item(Register, Register, Register),
    /// The value of a cell
    Load(Register, Register),
    /// The value of a module's variable
    Global(Register, u32),
    /// Calls a function that is known before the run
    Call(u32),
    /// Calls a built-in that computes, or begins one that calls functions
    Builtin(u32),
    /// Adds an element at the end of a list in a variable
    Push(u32),
    /// Adds a plain value at the end of a list that stays in its register; else nothing, and one of the two
    /// instructions behind it does it
    Append(Register, Register),
    /// The same of a constant
    AppendConstant(Register, u32),
    /// `root.name = value` of a plain value
    SetField(Register, Register, u16),
    /// `root[key] = value` of a plain value
    SetIndex(Register, Register, Register),
    /// `root[key].name = value` of a plain value
    SetPart(u8, Register, Register, Register),
    /// A function of an exact number; else nothing, and the instruction behind it does it
    Apply(Register, Register, u16),
    /// `c + a * b` of exact numbers; else nothing, and the two instructions behind it do it
    AddProduct(u8, u8, u8, u8),
    /// `c - a * b` likewise
    SubtractProduct(u8, u8, u8, u8),
    /// Everything else
    Do(u32),
}

impl Code {
    /// A jump by a comparison, with where to still to be filled in.
    pub(super) fn compare(comparison: Comparison, if_holds: bool, a: Register, b: Result<Register, i16>) -> Self {
        macro_rules! jumps {
            ($($name:ident: $when:ident $unless:ident $when_number:ident $unless_number:ident,)*) => {
                match (comparison, if_holds, b) {
                    $(
                        (Comparison::$name, true, Ok(b)) => Self::$when(a, b, 0),
                        (Comparison::$name, false, Ok(b)) => Self::$unless(a, b, 0),
                        (Comparison::$name, true, Err(k)) => Self::$when_number(a, k, 0),
                        (Comparison::$name, false, Err(k)) => Self::$unless_number(a, k, 0),
                    )*
                }
            };
        }
        jumps! {
            Less: IfLess UnlessLess IfLessNumber UnlessLessNumber,
            LessEqual: IfLessEqual UnlessLessEqual IfLessEqualNumber UnlessLessEqualNumber,
            Greater: IfGreater UnlessGreater IfGreaterNumber UnlessGreaterNumber,
            GreaterEqual: IfGreaterEqual UnlessGreaterEqual IfGreaterEqualNumber UnlessGreaterEqualNumber,
            Equal: IfEqual UnlessEqual IfEqualNumber UnlessEqualNumber,
            NotEqual: IfNotEqual UnlessNotEqual IfNotEqualNumber UnlessNotEqualNumber,
        }
    }

    /// Where a jump by a comparison leads.
    pub(super) fn goal(&mut self) -> Option<&mut u16> {
        match self {
            Self::IfLess(_, _, to)
            | Self::Turn(_, _, to)
            | Self::Divides(.., to)
            | Self::Onward(.., to)
            | Self::OnwardBy(.., to)
            | Self::OnwardTo(.., to)
            | Self::UnlessLess(_, _, to)
            | Self::IfLessEqual(_, _, to)
            | Self::UnlessLessEqual(_, _, to)
            | Self::IfGreater(_, _, to)
            | Self::UnlessGreater(_, _, to)
            | Self::IfGreaterEqual(_, _, to)
            | Self::UnlessGreaterEqual(_, _, to)
            | Self::IfEqual(_, _, to)
            | Self::UnlessEqual(_, _, to)
            | Self::IfNotEqual(_, _, to)
            | Self::UnlessNotEqual(_, _, to)
            | Self::IfLessNumber(_, _, to)
            | Self::UnlessLessNumber(_, _, to)
            | Self::IfLessEqualNumber(_, _, to)
            | Self::UnlessLessEqualNumber(_, _, to)
            | Self::IfGreaterNumber(_, _, to)
            | Self::UnlessGreaterNumber(_, _, to)
            | Self::IfGreaterEqualNumber(_, _, to)
            | Self::UnlessGreaterEqualNumber(_, _, to)
            | Self::IfEqualNumber(_, _, to)
            | Self::UnlessEqualNumber(_, _, to)
            | Self::IfNotEqualNumber(_, _, to)
            | Self::UnlessNotEqualNumber(_, _, to) => Some(to),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_small() {
        assert_eq!(size_of::<Code>(), 8);
    }
}
