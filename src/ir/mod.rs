//! The one intermediate form, which the validator and both engines read.
//!
//! A function is blocks of instructions in static single assignment with block parameters. What the tree left implicit is
//! explicit here: which confidences a chosen value is under, where a variable is shared, what an instruction may do to the
//! world, what a block costs, and which use of a value is its last, so that a write knows whether it must copy.
//!
//! Memory that is not a value of this form is of three kinds: *cells* (variables that closures change), *globals*
//! (variables of modules that several functions see), and *slots* (variables of one function that a `try` must see as
//! they were when an error came). Everything else that a program assigns is renamed away.

mod build;
mod call;
mod choice;
pub mod cost;
mod exit;
mod expression;
mod facts;
mod fold;
mod lower;
mod operate;
mod order;
mod pattern;
mod place;
mod print;
pub mod prompt;
#[cfg(test)]
mod random;
mod rows;
mod settle;
mod survey;
#[cfg(test)]
mod tests;
mod turns;
mod uses;
mod verify;
mod visit;

pub use fold::{Folding, fold};
pub use lower::{Lowering, lower};
pub use operate::{binary, no_step, not_unpacked, turns, unary, unpack, unpack_object};
pub use order::Order;
pub use print::print;
pub use rows::Rows;
pub use verify::verify;

use crate::builtin::BuiltinId;
use crate::diagnostic::Code;
use crate::hir::{Bands, Binary, FunctionId, GlobalId, Kind, Regex, Unary};
use crate::source::{FileId, Name, Span};
use crate::syntax::ast::Band;
use crate::types::Type;
use smallvec::SmallVec;
use std::sync::Arc;

/// All functions of a program, with what the tree says of them beside the code.
#[derive(Clone, Debug)]
pub struct Program {
    /// By [`FunctionId`], the same as in the resolved program.
    pub functions: Vec<Function>,
    /// Modules, types, interfaces, globals, names: the resolved program. Its bodies are no longer needed by an engine.
    pub declarations: Arc<crate::hir::Program>,
}

/// The code of one function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, for messages.
    pub name: Option<Name>,
    /// What it is.
    pub kind: Kind,
    /// The file of all its spans.
    pub file: FileId,
    /// All of it.
    pub span: Span,
    /// How many arguments it takes, a rest parameter aside. What a call leaves out is null.
    pub arity: u32,
    /// Whether what is left over arrives as a list behind the others; without it, left over arguments are R008.
    pub rest: bool,
    /// Whether it is declared once and captures nothing, so that its value is the same wherever it is read.
    pub stands: bool,
    /// How many values or cells its closure carries; they are the entry block's parameters behind the arguments.
    pub captures: u32,
    /// Which of the captures are cells; the others are values.
    pub cells: Vec<bool>,
    /// How many slots it has.
    pub slots: u32,
    /// The thresholds of its bands.
    pub bands: Bands,
    /// The code; the first block is the entry.
    pub blocks: Vec<Block>,
    /// What is known of each value.
    pub values: Vec<Fact>,
    /// Where an error inside a `try` goes.
    pub handlers: Vec<Handler>,
    /// The loops as they were written, outer ones first; what the validator says of a loop it says in these words.
    pub loops: Vec<Loop>,
}

/// A loop as it was written.
#[derive(Clone, PartialEq, Debug)]
pub struct Loop {
    /// The block that each turn begins with.
    pub head: BlockId,
    /// Its form.
    pub form: Form,
    /// The bound that `max` gives, where there is one.
    pub max: Option<Var>,
    /// Its head in the text: from the word to the last token before the body (of `do`, the condition).
    pub span: Span,
}

/// The form of a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `for x in xs`
    Each,
    /// `for (init; condition; step)`
    Count,
    /// `while`
    While,
    /// `do … while`
    Do,
    /// `uncertain while`
    Uncertain,
}

/// A value of a function: it is defined once, by an instruction or as a block's parameter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Var(pub u32);

/// A block of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BlockId(pub u32);

/// A slot of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Slot(pub u32);

/// An entry of [`Function::handlers`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct HandlerId(pub u32);

/// A type as far as values are told apart before a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plain {
    /// Nothing was seen yet; so only while facts are found.
    Unseen,
    /// Anything.
    Any,
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `number`
    Number,
    /// `string`
    String,
    /// A list of numbers that is not built.
    Range,
    /// A list.
    List,
    /// An object.
    Object,
}

/// What is known of a value before a run.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fact {
    /// Its type.
    pub kind: Plain,
    /// Whether its confidence is 1 and its evidence exact, whatever happens.
    pub exact: bool,
    /// The variable it is a state of, for messages.
    pub name: Option<Name>,
}

impl Fact {
    /// Whether a share of something may be held by it: it is not known to be a number, a boolean or null.
    pub fn has_storage(&self) -> bool {
        !matches!(self.kind, Plain::Number | Plain::Boolean | Plain::Null)
    }
}

/// Instructions that run one after the other.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is entered with.
    pub parameters: SmallVec<[Var; 4]>,
    /// Values whose life ended on the way here; an engine lets go of them before the code runs. Some may have been moved away.
    pub gone: SmallVec<[Var; 4]>,
    /// What it does.
    pub code: Vec<Inst>,
    /// How it ends.
    pub end: End,
    /// The place of its beginning, for messages: where it is charged.
    pub span: Span,
    /// The place of its end, for messages.
    pub end_span: Span,
    /// Where an error inside it goes; out of the function when there is none.
    pub handler: Option<HandlerId>,
    /// The steps it takes, charged when it is entered.
    pub cost: u32,
}

/// Where errors of some blocks go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    /// The block, which takes the error as its one parameter.
    pub block: BlockId,
    /// Whether it only tidies up (`finally`): such a handler sees errors that cannot be caught and cancellations as well, and
    /// ends by throwing on what it was given.
    pub tidies: bool,
    /// How many `context` regions of the function are open in it; an error leaves the inner ones.
    pub contexts: u32,
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Inst {
    /// What it gives; none where nobody reads it.
    pub result: Option<Var>,
    /// The second result: the changed root of a [`Op::Delete`] or [`Op::Mutate`] whose home is a value.
    pub second: Option<Var>,
    /// What it does.
    pub op: Op,
    /// What it works on.
    pub args: SmallVec<[Var; 4]>,
    /// Which arguments are used here for the last time, one bit each from the lowest: an engine moves them. An instruction
    /// with more than 64 arguments moves none of the others.
    pub moves: u64,
    /// Its place.
    pub span: Span,
}

/// What an instruction does. The comment names its arguments. Unless said otherwise the result has the minimum of the
/// arguments' confidences and the weakest of their evidences.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    // ---- values
    /// A literal: confidence 1, exact
    Const(Constant),
    /// `op x`
    Unary(Unary),
    /// `x op y`, by the operator's own law
    Binary(Binary),
    /// `low..high`
    Range {
        /// Whether the end counts.
        inclusive: bool,
        /// Whether it is only walked, by [`Op::Count`], [`Op::Item`] and [`Op::Beside`], so that it may be longer than any list.
        walked: bool,
    },
    /// Parts, rendered and joined
    Text,
    /// Elements; those marked are lists whose elements are taken (R004 when they are none). Own confidence 1 if none is spread
    List {
        /// Which arguments are spread; empty when none is.
        spread: Box<[bool]>,
    },
    /// Values of the members in order; a computed key stands before its value
    Object(Arc<[Member]>),
    /// A function with what it captures, in the order of its captures: values, or cells
    Closure(FunctionId),
    /// A built-in as a value
    Builtin(BuiltinId),
    /// The host's input
    Input,
    /// The object of all bound agents
    Agents,
    /// The list of all bound agents
    AgentList,
    // ---- reading
    /// `x.name`: R003 on null; `length`; never another built-in
    Field(Arc<str>),
    /// `x[key]`; a literal negative index counts from the end
    Index {
        /// Whether the index is a negative literal.
        from_end: bool,
    },
    /// Whether x is null; without confidence of its own (exact): only for what decides inside the language
    IsNull,
    /// Whether x is true (section 2); confidence as x
    Truth,
    /// How many turns a walk over x takes: elements, entries, characters of text, numbers of a range; R005 for others. Exact
    Count,
    /// x, i: what a walk over x meets at turn i (from 0): the element, the key of an object, the character, the number
    Item,
    /// x, i: what goes with it: the value under an object's key, the index of anything else
    Beside,
    /// x: itself as an exact count, when it is a whole number from 0; R021 otherwise
    Turns,
    /// x: x plus this number; R002 when x is no number
    Step(f64),
    /// x: whether it has a method of this name: an agent's, a function under that key, a built-in; R003 on null
    Offers(Arc<str>),
    // ---- taking apart
    /// x: itself, when it is a list (or text); R004 otherwise
    Unpack,
    /// x: itself, when it has properties; R004 on null and plain values
    UnpackObject,
    /// x: the elements from this one on
    Rest(u32),
    /// x, computed keys …: the entries without these keys
    Omit(Box<[Option<Arc<str>>]>),
    /// x: whether it is a list of this many elements, or at least as many
    Fits {
        /// How many.
        length: u32,
        /// Whether more are fine.
        open: bool,
    },
    /// x, computed keys …: whether it is an object that has these keys
    Has(Box<[Option<Arc<str>>]>),
    /// x: whether it is of this type, for `instanceof`
    Instance(Type),
    /// x: itself, when it fits the type at a boundary; R012 with the path otherwise. The name is the parameter's that it
    /// is for; the result has none
    Expect(Arc<Type>, Option<Name>),
    // ---- confidence
    /// x, deciders …: x with the minimum of its confidence and theirs, the weakest evidence: what was chosen
    Under,
    /// x, t: asking: whether x is true and its confidence at least t. As `x && ~x >= t`, so with x's confidence
    Ask,
    /// t: the threshold that it is, rounded to the nearest step; R020 if it is no number from 0 to 1
    Threshold,
    /// x, c: x capped at c
    Cap,
    // ---- memory
    /// A new cell, with a value, or empty until it is written (reading it is R017)
    Cell,
    /// cell: its value
    Load {
        /// Whether it may still be empty.
        early: bool,
    },
    /// cell, x: puts x into it; R045 from another task than the one that made it
    Store,
    /// The value of a global
    Global {
        /// Which.
        global: GlobalId,
        /// Whether it may still be empty.
        early: bool,
    },
    /// x: puts it into a global; R045 from a task
    SetGlobal(GlobalId),
    /// The value of a slot, null before anything was put there
    Slot(Slot),
    /// x: puts it into a slot
    SetSlot(Slot),
    /// The value of a variable that may not have its value yet: R017 if the argument is the empty mark, else the argument
    Ready,
    /// The empty mark, which [`Op::Ready`] refuses
    Empty,
    // ---- changing values
    /// home, keys …, x: puts x at the path. R003, R016. Result the changed root, when the home is a value
    Update {
        /// Where the root is.
        home: Home,
        /// The keys, outermost first.
        keys: Box<[Key]>,
    },
    /// home, keys …: result whether it was there, second the root without it, when the home is a value
    Delete {
        /// Where the root is.
        home: Home,
        /// The keys, outermost first.
        keys: Box<[Key]>,
    },
    /// home, keys …, arguments …: a mutating method on what is at the path, unless an agent or a function of one's own stands
    /// there, which is called instead. Result what the method gives, second the changed root, when the home is a value
    Mutate {
        /// Where the root is.
        home: Home,
        /// What is done there.
        change: Box<Change>,
        /// Whether the arguments are one list.
        spread: bool,
    },
    // ---- calls
    /// callee, arguments …: R006 when it is no function
    Call {
        /// Whether the arguments are one list.
        spread: bool,
    },
    /// arguments …: a function that captures nothing, known before the run
    CallFunction(FunctionId),
    /// arguments …: a built-in
    CallBuiltin {
        /// Which.
        builtin: BuiltinId,
        /// Whether the arguments are one list.
        spread: bool,
    },
    /// receiver, arguments …: an agent's method, a function under that key, or a built-in
    CallMethod {
        /// The method.
        name: Arc<str>,
        /// Whether the arguments are one list.
        spread: bool,
    },
    /// before …, tasks …, after …: runs a form of section 8; each task is a function, or list and function, or a list of
    /// functions
    Fork {
        /// Which form.
        form: BuiltinId,
        /// How many arguments stand before the tasks.
        before: u32,
        /// The tasks.
        tasks: Box<[Task]>,
    },
    /// x: begins a `context` with this label
    Enter,
    /// Ends the innermost `context` of the function
    Leave,
    /// x: binds an agent's name for the rest of the test
    Bind(Arc<str>),
    /// x: shows it, under this number, to who drives the machine and to who asks the validator. Nothing is lowered to it; a
    /// proof puts it in
    Watch(u32),
}

/// A mutating method, and where it is called.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The keys, outermost first.
    pub keys: Box<[Key]>,
    /// The method.
    pub method: Arc<str>,
}

/// A key of a changed path.
#[derive(Clone, PartialEq, Debug)]
pub enum Key {
    /// A name or text that was written out; no argument.
    Fixed(Arc<str>),
    /// One argument.
    Computed,
    /// One argument: a number below zero that was written out, which counts from the end.
    FromEnd,
}

/// Where the root of a changed path is. Only a value is read before and written after by the form itself; the other homes are
/// changed where they are, without a copy when nobody shares what is in them, and left as they were when the change fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Home {
    /// The first argument is the root.
    Value,
    /// The first argument is a cell.
    Cell {
        /// Whether it may still be empty (R017).
        early: bool,
    },
    /// A global; no argument.
    Global {
        /// Which.
        global: GlobalId,
        /// Whether it may still be empty (R017).
        early: bool,
    },
    /// A slot; no argument.
    Slot {
        /// Which.
        slot: Slot,
        /// Whether it may still be empty (R017).
        early: bool,
    },
}

/// How arguments of a [`Op::Fork`] make tasks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// One argument: a function of no arguments.
    One,
    /// Two arguments: a list and what is applied to each element.
    Each,
    /// One argument: a list of functions.
    Functions,
}

/// A literal.
#[derive(Clone, PartialEq, Debug)]
pub enum Constant {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number
    Number(f64),
    /// A text
    Text(Arc<str>),
    /// A regular expression
    Regex(Arc<Regex>),
}

/// A member of an [`Op::Object`].
#[derive(Clone, PartialEq, Debug)]
pub enum Member {
    /// One argument: the value.
    Fixed(Arc<str>),
    /// Two arguments: key and value.
    Computed,
    /// One argument: an object whose entries are taken.
    Spread,
}

/// Where control goes, and with what.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// The block.
    pub block: BlockId,
    /// Its parameters.
    pub args: SmallVec<[Var; 4]>,
    /// Which of them are used here for the last time.
    pub moves: u64,
}

/// How a block ends.
#[derive(Clone, PartialEq, Debug)]
pub enum End {
    /// To another block.
    Jump(Target),
    /// By the truth of a value.
    Branch {
        /// What decides.
        condition: Var,
        /// Where to if it is true.
        then: Target,
        /// Where to if not.
        otherwise: Target,
    },
    /// By the confidence of a value: to the first branch whose threshold it reaches.
    Route {
        /// What decides.
        subject: Var,
        /// Bands with their thresholds (R020 unless numbers within 0..1 that fall) and where they lead, from high to low.
        bands: Vec<(Band, Threshold, Target)>,
        /// Where to for unknown.
        unknown: Target,
        /// Where to when no band is reached.
        otherwise: Target,
        /// Whether `default` was written; if not, a band without a branch does nothing.
        default: bool,
    },
    /// Out of the function.
    Return(Var),
    /// With this value as an error; an error that was caught is thrown on unchanged.
    Throw(Var),
    /// With an error of the language, such as R009, about a value.
    Fail(Code, Option<Var>),
}

/// The threshold of a band.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Threshold {
    /// Known before the run.
    Fixed(f64),
    /// Computed.
    Computed(Var),
}
