//! A program with its names resolved and its sugar removed.
//!
//! This is what a program means, said once: every variable is a number, every form of section 8 is marked as what it is,
//! asking and stating `~>` are different things, and a pipeline is a call. It is still a tree, so it can be walked in
//! the most obvious way; the reference evaluator of the tests does just that. It nests no deeper than the text did.

mod annotation;
mod band;
mod call;
mod catalogue;
mod confusable;
mod copies;
mod declaration;
mod decorator;
mod edit;
mod entry;
mod expr;
mod expression;
mod foreign;
mod form;
mod framework;
mod javascript;
mod library;
mod lint;
mod lower;
mod modules;
mod operation;
mod pattern;
mod pipeline;
mod place;
mod print;
mod scope;
mod spelling;
mod statement;
mod tags;
mod task;
mod walk;

pub use catalogue::catalogue;
pub use entry::entry;
pub use expr::*;
pub use library::LIBRARY;
pub use modules::{Alone, Modules, load};
pub use print::print;
pub use walk::inner;

#[cfg(test)]
mod tests;

use crate::source::{FileId, Name, Names, Span};
use crate::types::{Effect, InterfaceId, Signature, Type};
use std::sync::Arc;

/// All modules of a program, each before those that import it.
#[derive(Clone, Debug)]
pub struct Program {
    /// The modules in the order they run; the last is the file that was asked for.
    pub modules: Vec<Module>,
    /// All functions of all modules.
    pub functions: Vec<Function>,
    /// Variables of modules that functions or other modules see; the rest are locals of the module's own function.
    pub globals: Vec<Global>,
    /// Declared types, by [`crate::types::TypeId`].
    pub types: Vec<NamedType>,
    /// Declared agent interfaces, by [`InterfaceId`].
    pub interfaces: Vec<Interface>,
    /// The texts of all names.
    pub names: Names,
}

/// One file.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its text.
    pub file: FileId,
    /// Its statements, run once.
    pub body: FunctionId,
    /// What other modules may take, in order of writing.
    pub exports: Vec<(Name, Export)>,
    /// The default export.
    pub default: Option<Export>,
    /// Its patterns in order of writing.
    pub patterns: Vec<FunctionId>,
    /// Its tests in order of writing.
    pub tests: Vec<Test>,
    /// What handles its events.
    pub handlers: Vec<Handler>,
    /// The objects of its `agents { … }` declarations.
    pub agents: Vec<Expr>,
    /// What a script says of itself.
    pub metadata: Metadata,
    /// Whether it reads the names that other hosts give (`agentResults` and its like, section 11).
    pub foreign: bool,
    /// Whether it belongs to the language.
    pub embedded: bool,
}

/// What the tags of a script's leading doc comment say.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `@name`
    pub name: Option<String>,
    /// `@version`
    pub version: Option<Arc<str>>,
    /// `@description`
    pub description: Option<String>,
    /// `@input`
    pub input: Option<Type>,
    /// `@agents`: those that have to be bound.
    pub agents: Vec<String>,
    /// `@minAgents`
    pub least_agents: Option<usize>,
    /// `@confidence`
    pub confidence: Option<f64>,
}

/// What another module can take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Export {
    /// A variable or function.
    Global(GlobalId),
    /// A type.
    Type(crate::types::TypeId),
    /// An agent interface.
    Interface(InterfaceId),
}

/// A declared type.
#[derive(Clone, Debug)]
pub struct NamedType {
    /// Its name.
    pub name: Name,
    /// What it means.
    pub definition: Type,
    /// Where it is declared.
    pub file: FileId,
    /// Its name's place.
    pub span: Span,
}

/// A declared agent interface.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Its name.
    pub name: Name,
    /// The capabilities an agent must have.
    pub capabilities: Vec<Arc<str>>,
    /// What it can be asked.
    pub methods: Vec<Method>,
    /// Where it is declared.
    pub file: FileId,
    /// Its name's place.
    pub span: Span,
}

/// A method of an [`Interface`].
#[derive(Clone, Debug)]
pub struct Method {
    /// Its name.
    pub name: Arc<str>,
    /// What it takes and gives.
    pub signature: Signature,
    /// How grave it is, where the program says so.
    pub effect: Option<Effect>,
    /// Its doc comment, which the agent is told.
    pub doc: Option<Arc<str>>,
    /// Where it is declared.
    pub span: Span,
}

/// A `test "…" { }`.
#[derive(Clone, Debug)]
pub struct Test {
    /// What it says it shows.
    pub name: Arc<str>,
    /// Its body, without parameters.
    pub function: FunctionId,
    /// Its place.
    pub span: Span,
}

/// An `on "…" as e max N { }`.
#[derive(Clone, Debug)]
pub struct Handler {
    /// The event.
    pub event: Arc<str>,
    /// The most times it runs.
    pub max: Option<Expr>,
    /// Its body, with the event as its parameter.
    pub function: FunctionId,
    /// Its place.
    pub span: Span,
}

/// A function of a [`Program`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FunctionId(pub u32);

/// A variable that belongs to a module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct GlobalId(pub u32);

/// A variable of one function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LocalId(pub u32);

/// A variable of an outer function, seen from inside: an index in [`Function::captures`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct CaptureId(pub u32);

/// A variable of a module that is seen from outside the module's own body.
#[derive(Clone, Debug)]
pub struct Global {
    /// Its name.
    pub name: Name,
    /// Where it is declared.
    pub file: FileId,
    /// Its name's place.
    pub span: Span,
    /// How it came about.
    pub origin: Origin,
    /// Its type, where one is written.
    pub annotation: Option<Type>,
    /// Whether it is assigned, or changed along a path, after its declaration.
    pub reassigned: bool,
    /// Whether it might be read before its declaration ran (R017), so that reading checks.
    pub early: bool,
    /// The function it always is: a declaration that is never assigned again. It is listed in [`Block::functions`] as well.
    pub function: Option<FunctionId>,
}

/// What a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A module's statements.
    Module,
    /// `pattern`
    Pattern,
    /// `function`, `fn`, a lambda, a method of an object
    Plain,
    /// An element of a fork or an operand of `retry` and its kin, which the language wrapped: takes nothing, runs as a task of
    /// its own where its form says so
    Task,
    /// `test`
    Test,
    /// `on`
    Handler,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name, for messages.
    pub name: Option<Name>,
    /// What it is.
    pub kind: Kind,
    /// The file it stands in; all its spans are places there.
    pub file: FileId,
    /// All of it.
    pub span: Span,
    /// Its name, or its head where it has none.
    pub head: Span,
    /// The function it stands in.
    pub parent: Option<FunctionId>,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// Its result's type, where one is written.
    pub result: Option<Type>,
    /// `~> c` behind its parameters.
    pub cap: Option<Box<Expr>>,
    /// What runs; its value is the result unless `return` gives another.
    pub body: Expr,
    /// Its own variables, parameters first, then as they appear.
    pub locals: Vec<Local>,
    /// What it sees of functions around it.
    pub captures: Vec<Capture>,
    /// The thresholds of `high` and `medium` inside it.
    pub bands: Bands,
    /// Whether it sees what a run is given as `input`.
    pub input: bool,
    /// What its decorators say.
    pub decorators: Decorators,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
}

impl Function {
    /// A function that takes nothing, does nothing and sees nothing of what stands around it.
    pub fn new(kind: Kind, file: FileId, span: Span, parent: Option<FunctionId>) -> Self {
        Self {
            name: None,
            kind,
            file,
            span,
            head: span,
            parent,
            parameters: Vec::new(),
            result: None,
            cap: None,
            body: Expr { kind: ExprKind::Null, span },
            locals: Vec::new(),
            captures: Vec::new(),
            bands: Bands::default(),
            input: false,
            decorators: Decorators::default(),
            doc: None,
        }
    }

    /// Lets go of what runs, once there is code for it.
    pub fn forget(&mut self) {
        self.body.kind = ExprKind::Null;
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name where it is a plain one; a key of the input.
    pub name: Option<Name>,
    /// What takes the argument.
    pub pattern: Pattern,
    /// Its type, where one is written.
    pub annotation: Option<Type>,
    /// What stands in for null.
    pub default: Option<Expr>,
    /// Whether it takes all that follow.
    pub rest: bool,
    /// Its place.
    pub span: Span,
}

/// A variable of a function.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name; none for what the lowering made.
    pub name: Option<Name>,
    /// Its name's first place.
    pub span: Span,
    /// How it came about.
    pub origin: Origin,
    /// Its type, where one is written.
    pub annotation: Option<Type>,
    /// Whether an inner function sees it.
    pub captured: bool,
    /// Whether an inner function must see what becomes of it later (some [`Capture::shared`]), so that its value alone is
    /// not enough.
    pub shared: bool,
    /// Whether it is assigned, or changed along a path, after its declaration.
    pub reassigned: bool,
    /// Whether it might be read before its declaration ran (R017), so that reading checks.
    pub early: bool,
    /// The function it always is, as for a [`Global`].
    pub function: Option<FunctionId>,
}

/// How a variable came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// `let`, `var`
    Let,
    /// `const`
    Const,
    /// An assignment without declaration; null until then
    Implied,
    /// A parameter
    Parameter,
    /// A loop's variable, fresh each turn
    Loop,
    /// `catch (e)`
    Caught,
    /// A name in a pattern of `match`
    Matched,
    /// A function's declaration
    Function,
    /// Made by the lowering
    Hidden,
}

/// A variable of an outer function.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What it is in [`Function::parent`]: a local or a capture of that function.
    pub from: Variable,
    /// Its name.
    pub name: Option<Name>,
    /// Whether it may change after the closure is made, be it by its declaration, which for a function that is declared
    /// may run later; if not, its value may be captured instead.
    pub shared: bool,
}

/// A variable as a function sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Variable {
    /// Its own.
    Local(LocalId),
    /// An outer function's.
    Capture(CaptureId),
    /// A module's.
    Global(GlobalId),
}

/// Thresholds of the bands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bands {
    /// `high` from here.
    pub high: f64,
    /// `medium` from here.
    pub medium: f64,
}

impl Default for Bands {
    fn default() -> Self {
        Self { high: 0.7, medium: 0.5 }
    }
}

/// What a function's decorators say, as data.
#[derive(Clone, Default, Debug)]
pub struct Decorators {
    /// `@version`
    pub version: Option<Arc<str>>,
    /// `@budget`: the keys and their limits, in order of writing.
    pub budget: Vec<(Budget, f64, Span)>,
    /// `@effects`, where it stands.
    pub effects: Option<Vec<Effect>>,
    /// `@requires(agent.method, confidence >= c)`: parameter or agent, method, least confidence.
    pub requires: Vec<Contract>,
    /// `@ensures(confidence >= c)`
    pub ensures: Option<(f64, Span)>,
    /// `@critical`
    pub critical: bool,
    /// `@decreases(expr)`, over the parameters.
    pub decreases: Option<Box<Expr>>,
    /// `@maxCalls(N)`
    pub max_calls: Option<u64>,
    /// `@author`, `@tags` and the like: name and values.
    pub notes: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// `@primitive({ … })`
    pub primitive: Option<Box<Expr>>,
    /// Every decorator's name and place, for messages.
    pub spans: Vec<(Arc<str>, Span)>,
}

impl Decorators {
    /// Where one stands.
    pub fn at(&self, name: &str) -> Option<Span> {
        self.spans.iter().find(|(own, _)| **own == *name).map(|(_, span)| *span)
    }
}

/// What a pattern asks of an agent's answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Contract {
    /// A parameter's name, or an agent's.
    pub agent: Name,
    /// The method.
    pub method: Arc<str>,
    /// The least confidence.
    pub least: f64,
    /// Its place.
    pub span: Span,
}

/// What a budget can limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Budget {
    /// Requests to agents.
    Calls,
    /// Tokens of models.
    Tokens,
    /// Money.
    Cost,
    /// Time, in milliseconds.
    Time,
    /// Different agents.
    Agents,
}
