//! Expressions, which statements are as well, and the patterns that take values apart.

use super::{FunctionId, LocalId, Variable};
use crate::builtin::BuiltinId;
use crate::source::Span;
use crate::syntax::ast::Band;
use crate::types::Type;
use smallvec::SmallVec;
use std::sync::Arc;

/// An expression, which every statement is as well. There are many, so what is large in one stands in a box.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place in the function's file.
    pub span: Span,
}

/// What an expression is. Where a comment says *value*, confidence and evidence go with it.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`, and what a diagnostic stands for
    Null,
    /// `true`
    Bool(bool),
    /// `42`
    Number(f64),
    /// `"text"`
    Text(Arc<str>),
    /// `/source/flags`
    Regex(Arc<Regex>),
    /// `` `text ${hole}` ``
    Template(Vec<Part>),
    /// `[a, ...b]`
    List(Vec<Element>),
    /// `{ a: 1, [k]: 2, ...o }`
    Object(Vec<Member>),
    /// The value of a variable
    Read(Variable),
    /// A built-in as a value, or what is called by the first link of a chain
    Builtin(BuiltinId),
    /// The global `input` of a script
    Input,
    /// The global `agents`
    Agents,
    /// The list of all bound agents, `agentList`
    AgentList,
    /// A closure over what the function captures
    Function(FunctionId),
    /// `op x`
    Unary(Unary, Box<Expr>),
    /// A row of one level, grouped to the left, `a + b - c`: the operators with their places, and what follows each
    Binary(Box<Row<(Binary, Span, Expr)>>),
    /// `&&`, `||`, `??`, `~??`: the right side runs only if needed
    Logical(Box<Row<(Logical, Expr)>>),
    /// Asking `x ~> t`: true if x is true and its confidence at least t; reads as `x && ~x >= t`
    Ask {
        /// What is asked about.
        value: Box<Expr>,
        /// The least confidence.
        threshold: Box<Expr>,
    },
    /// `a..b`, `a..=b`
    Range {
        /// From.
        low: Box<Expr>,
        /// To.
        high: Box<Expr>,
        /// Whether the end counts.
        inclusive: bool,
    },
    /// `x.a?.b[c](d).m(e)`: a null before an optional link makes the whole chain null
    Chain(Box<Row<Link>>),
    /// `x instanceof T`
    Instance(Box<Expr>, Type),
    /// A form that runs tasks of its own: `parallel race anyOf quorum`, and `vote` of tasks
    Fork(Box<Fork>),
    /// `if`, `? :`; without a condition that holds, `otherwise` or null. The value chosen is under all conditions asked
    If {
        /// Conditions and what they guard, in order.
        arms: Vec<(Expr, Expr)>,
        /// What runs when none holds.
        otherwise: Option<Box<Expr>>,
    },
    /// `match`
    Match {
        /// What is looked at.
        subject: Box<Expr>,
        /// The arms in order.
        arms: Vec<Arm>,
    },
    /// `switch`: tests by `==` in order; empty cases were merged with what follows them
    Switch {
        /// What is compared.
        subject: Box<Expr>,
        /// The tests of each case (one at least, unless it is the default alone) and its body.
        cases: Vec<Case>,
    },
    /// `uncertain if`
    Uncertain {
        /// What routes.
        subject: Box<Expr>,
        /// The branches.
        branches: Vec<Branch>,
    },
    /// `try`
    Try {
        /// What is guarded.
        body: Box<Expr>,
        /// What takes an error, and what runs then.
        handler: Option<Box<(Option<Pattern>, Expr)>>,
        /// What runs in any case.
        finalizer: Option<Box<Expr>>,
    },
    /// A scope: its functions exist from its beginning; its value is that of its last expression that is not passed over
    Block(Block),
    /// `let pattern = value`; null
    Let {
        /// What takes the value.
        pattern: Box<Pattern>,
        /// The value; null where none is written.
        value: Option<Box<Expr>>,
    },
    /// `target = value`, `target op= value`: the new value
    Assign {
        /// What changes.
        target: Box<Place>,
        /// The operator of a compound assignment; the right side of a logical one runs only if needed.
        operator: Option<Compound>,
        /// To what.
        value: Box<Expr>,
    },
    /// `pattern = value`: the value
    Unpack {
        /// What takes its parts: names that exist and paths.
        pattern: Box<Pattern>,
        /// What is taken apart.
        value: Box<Expr>,
    },
    /// `x++`, `--x`
    Step {
        /// What changes.
        target: Box<Place>,
        /// By how much.
        by: f64,
        /// Whether the new value is the value.
        prefix: bool,
    },
    /// `delete o.k`: whether it was there
    Delete(Box<Place>),
    /// `while c max N { }`, `do { } while c max N`; null
    While {
        /// What decides.
        condition: Box<Expr>,
        /// The most turns.
        max: Option<Box<Expr>>,
        /// What runs.
        body: Body,
        /// Whether the body runs before the first question (`do`).
        late: bool,
    },
    /// `for pattern in source`; null. With two patterns: value and index of a list, key and value of an object
    ForEach {
        /// What is walked, and what takes it.
        head: Box<Each>,
        /// The most turns.
        max: Option<Box<Expr>>,
        /// What runs.
        body: Body,
    },
    /// `for (init; condition; step)`; null. Its own variables are fresh each turn
    ForCount {
        /// What stands between the semicolons.
        head: Box<Count>,
        /// The most turns.
        max: Option<Box<Expr>>,
        /// What runs.
        body: Body,
    },
    /// `return x`
    Return(Option<Box<Expr>>),
    /// `throw x`
    Throw(Box<Expr>),
    /// `break` of the innermost loop
    Break,
    /// `break` of the innermost `switch`; at the end of a case it was removed
    Leave,
    /// `continue`
    Continue,
    /// `context "name" { }`
    Context {
        /// The label.
        name: Box<Expr>,
        /// What runs under it.
        body: Box<Expr>,
    },
    /// `agents.name = mock(…)` in a test
    Bind {
        /// The agent's name.
        name: Arc<str>,
        /// What it is bound to.
        value: Box<Expr>,
    },
}

/// What an expression begins with, and what follows from left to right. Most have one part behind the first, which stands with
/// it in one place.
#[derive(Clone, Debug)]
pub struct Row<T> {
    /// The first operand, or what the links of a chain apply to.
    pub first: Expr,
    /// What follows it.
    pub rest: SmallVec<[T; 1]>,
}

impl<T> Row<T> {
    /// A row in its box.
    pub fn of(first: Expr, rest: impl IntoIterator<Item = T>) -> Box<Self> {
        Box::new(Self { first, rest: rest.into_iter().collect() })
    }
}

/// A form that runs tasks.
#[derive(Clone, Debug)]
pub struct Fork {
    /// Which form.
    pub form: BuiltinId,
    /// The tasks in order of writing.
    pub tasks: Vec<Tasks>,
    /// Arguments before the tasks (`n` of `quorum`).
    pub before: Vec<Expr>,
    /// Arguments behind the tasks (options).
    pub after: Vec<Expr>,
}

/// The head of a `for … in`.
#[derive(Clone, Debug)]
pub struct Each {
    /// One or two.
    pub patterns: Vec<Pattern>,
    /// What is walked, over a snapshot.
    pub source: Expr,
}

/// The head of a `for (init; condition; step)`.
#[derive(Clone, Debug)]
pub struct Count {
    /// Runs first.
    pub init: Option<Expr>,
    /// The variables that `init` declares, copied to fresh ones each turn.
    pub fresh: Vec<LocalId>,
    /// What decides.
    pub condition: Option<Expr>,
    /// What runs after each turn.
    pub step: Option<Expr>,
}

/// A scope.
#[derive(Clone, Debug)]
pub struct Block {
    /// Functions declared here, which exist from the beginning.
    pub functions: Box<[(Variable, FunctionId)]>,
    /// What runs, in order. Declarations that do nothing at run time are not among them.
    pub exprs: Box<[Expr]>,
}

impl Expr {
    /// Where the value comes from, as far as one sees without running anything: the last statement of a block.
    pub fn last(&self) -> Span {
        match &self.kind {
            ExprKind::Block(block) => block.exprs.last().map_or(self.span, Self::last),
            _ => self.span,
        }
    }
}

/// A regular expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Regex {
    /// Between the slashes.
    pub source: Arc<str>,
    /// Behind them.
    pub flags: Arc<str>,
}

impl Block {
    /// A scope that declares no functions.
    pub fn of(exprs: Vec<Expr>) -> Self {
        Self { functions: Box::new([]), exprs: exprs.into() }
    }
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// What the program says.
    Text(Arc<str>),
    /// What is filled in.
    Hole(Expr),
}

/// An element of a list, or an argument.
#[derive(Clone, Debug)]
pub enum Element {
    /// One.
    One(Expr),
    /// All of a list.
    Spread(Expr),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub enum Member {
    /// `key: value`
    Entry(Key, Expr),
    /// All entries of an object.
    Spread(Expr),
}

/// A key of an object, a pattern or a path. In a path, a number below zero that was written out counts from the end.
#[derive(Clone, Debug)]
pub enum Key {
    /// A name or text.
    Fixed(Arc<str>),
    /// Computed.
    Computed(Box<Expr>),
}

/// A link of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// What it does.
    pub kind: LinkKind,
    /// Whether null before it makes the whole chain null.
    pub optional: bool,
    /// Its place.
    pub span: Span,
}

/// What a link of a chain does.
#[derive(Clone, Debug)]
pub enum LinkKind {
    /// `.name`
    Member(Arc<str>),
    /// `[key]`; a number below zero that was written out ([`ExprKind::Number`]) counts from the end
    Index(Expr),
    /// `(arguments)`
    Call(Vec<Element>),
    /// `.name(arguments)`: an agent's method, a function under that key, or a built-in. Where it is a mutating built-in of a
    /// path that begins at a variable, `place` is that path, the links before this one included; its keys are names, numbers,
    /// texts and variables that nobody changes meanwhile, so that they can be read twice. It is changed as it is after the
    /// arguments were evaluated
    Method {
        /// The method.
        name: Arc<str>,
        /// What it is given.
        arguments: Vec<Element>,
        /// Where the change is written back.
        place: Option<Box<Place>>,
        /// Whether null in place of the method gives null: `?.()`.
        optional_call: bool,
    },
}

/// What can be changed: a variable, or what is reached from one by keys; of anything else, a copy.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it begins.
    pub root: Root,
    /// The keys, outermost first.
    pub keys: Vec<Key>,
    /// Its place in the text.
    pub span: Span,
}

/// Where a [`Place`] begins.
#[derive(Clone, Debug)]
pub enum Root {
    /// A variable.
    Variable(Variable),
    /// A value that nobody else sees.
    Copy(Box<Expr>),
}

/// Tasks of a fork.
#[derive(Clone, Debug)]
pub enum Tasks {
    /// An element written out: a function of [`super::Kind::Task`].
    One(FunctionId, Span),
    /// `list.map(function)`: each application.
    Each {
        /// What is walked.
        list: Expr,
        /// What is applied.
        function: Expr,
    },
    /// A list of functions.
    Functions(Expr),
}

/// An arm of `match`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// What must fit.
    pub pattern: Pattern,
    /// What must be true as well.
    pub guard: Option<Expr>,
    /// The value.
    pub body: Expr,
    /// Its place.
    pub span: Span,
}

/// A case of `switch`.
#[derive(Clone, Debug)]
pub struct Case {
    /// Any of these fits.
    pub tests: Vec<Expr>,
    /// Whether it runs when nothing fits.
    pub default: bool,
    /// What runs.
    pub body: Expr,
    /// Its place.
    pub span: Span,
}

/// A branch of `uncertain`.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Which band.
    pub band: Band,
    /// A threshold of its own.
    pub threshold: Option<Expr>,
    /// What runs.
    pub body: Expr,
    /// Its place.
    pub span: Span,
}

/// The body of a loop.
#[derive(Clone, Debug)]
pub enum Body {
    /// Runs each turn.
    Plain(Box<Expr>),
    /// Routes each turn: a `while` on its condition, a `for` on its first variable.
    Bands(Box<[Branch]>),
}

/// What takes a value apart, or what a value must look like.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Its place.
    pub span: Span,
}

/// What a pattern is.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// `_`, or a gap
    Ignore,
    /// A name that is declared here
    Bind(Variable),
    /// Something that exists already
    Place(Box<Place>),
    /// A value it must equal; in `match` only
    Equal(Box<Expr>),
    /// `[a, b, ...c]`
    List {
        /// The elements.
        elements: Vec<Pattern>,
        /// What takes the others.
        rest: Option<Box<Pattern>>,
    },
    /// `{ a, b: c, ...d }`
    Object {
        /// The entries.
        entries: Vec<(Key, Pattern)>,
        /// What takes the others.
        rest: Option<Box<Pattern>>,
    },
    /// `a = default`
    Default(Box<Pattern>, Box<Expr>),
    /// `a | b`; in `match` only; all alternatives bind the same names
    Either(Vec<Pattern>),
    /// `a ~>= t`; in `match` only
    Sure(Box<Pattern>, Box<Expr>),
}

/// A prefix operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unary {
    /// `-`
    Negate,
    /// `+`: the number it is
    Plus,
    /// `!`
    Not,
    /// `~`
    Confidence,
    /// `typeof`
    Typeof,
}

/// An operator of two values, both of which run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binary {
    /// `**`
    Power,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `+`
    Add,
    /// `-`
    Subtract,
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
    /// `in`
    In,
    /// Stating `~>`
    State,
    /// `~@>` and `~?>`
    Gate,
    /// `~||>`
    Best,
    /// `~~`
    Chain,
    /// `~&&`
    Both,
    /// `~||`
    Either,
    /// `x ~|> f` with x and the result: the result with the minimum of both
    Under,
}

impl Binary {
    /// Whether it asks which of two comes first.
    pub fn orders(self) -> bool {
        matches!(self, Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual)
    }

    /// Whether it asks which of two comes first, or whether they are the same.
    pub fn compares(self) -> bool {
        self.orders() || matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it gives a number or fails, whatever it is given.
    pub fn gives_number(self) -> bool {
        matches!(self, Self::Power | Self::Multiply | Self::Divide | Self::Remainder | Self::Subtract)
    }
}

/// An operator whose right side runs only if needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Logical {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `??`
    Coalesce,
    /// `~??`
    OrElse,
}

/// The operator of a compound assignment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compound {
    /// `+=` and its kin.
    Binary(Binary),
    /// `??=` and its kin.
    Logical(Logical),
}
