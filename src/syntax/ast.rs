//! The tree of a text: one flat table of nodes.
//!
//! Nodes name each other by number, children before parents, so that nothing recurses when a tree is dropped, cloned or
//! measured, and a pass over all nodes is a loop. What is written as a flat row is a flat row here as well: operators of
//! one level (`a + b - c`), postfix chains (`a.b(c)[d]`), `else if`, pipelines. What is left nests, and nests at most
//! 128 deep, so every later stage may recurse over a tree that was accepted.
//!
//! The tree is permissive: it holds whatever the grammar reads, and lowering refuses what has no meaning. A pattern
//! (of `let`, parameters, `match`, the left side of `=`) is parsed as an expression. Content that can be read off the
//! text again, such as the escapes of a string, stays in the text, at the node's span.

use crate::source::{Name, Span};
use std::num::NonZeroU32;

/// A node of a [`Tree`]: one more than its place, so that a node that may be missing takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    /// The node at a place in [`Tree::nodes`].
    #[inline]
    pub fn at(place: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(place as u32))
    }

    /// Its place in [`Tree::nodes`].
    #[inline]
    pub fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A row of nodes in [`Tree::links`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct List {
    /// Index of the first in [`Tree::links`].
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// A parsed text.
#[derive(Clone, Default, Debug)]
pub struct Tree {
    /// All nodes, children before parents.
    pub nodes: Vec<Node>,
    /// Their spans, by the same index.
    pub spans: Vec<Span>,
    /// The elements of all [`List`]s.
    pub links: Vec<NodeId>,
    /// Functions of every spelling, patterns, tests and handlers included.
    pub functions: Vec<Function>,
    /// The statements of the file.
    pub root: List,
    /// Comments in order of their places; nodes do not know of them.
    pub comments: Vec<Comment>,
}

/// A comment in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment {
    /// All of it, with its marks.
    pub span: Span,
    /// Whether it documents what follows.
    pub doc: bool,
}

/// One node. The comment of a variant is the text it stands for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Node {
    // ---- expressions
    /// Nothing where something belongs; a diagnostic says so.
    Missing,
    /// `null`, `undefined`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`, `0xff`, `30s`
    Number(f64),
    /// `"…"`, `'…'`, and `"""…"""` without holes
    Text,
    /// Rows of [`Node::Chunk`] and expressions: a template, or `"""…"""` with holes
    Template(List),
    /// A literal part of a template
    Chunk,
    /// `/…/flags`
    Regex,
    /// `name`, `_`
    Name(Name),
    /// `[a, , ...b]`: elements, [`Node::Spread`], [`Node::Elision`]
    List(List),
    /// Nothing between two commas
    Elision,
    /// `...x`
    Spread(NodeId),
    /// `{ … }`: [`Node::Entry`], [`Node::Shorthand`], [`Node::Method`], [`Node::Spread`]
    Object(List),
    /// `key: value`; the key is [`Node::Key`], [`Node::Text`], [`Node::Number`] or [`Node::Computed`]
    Entry {
        /// What stands before the colon.
        key: NodeId,
        /// What stands behind it.
        value: NodeId,
    },
    /// A word as key or property
    Key(Name),
    /// `[key]` as a key
    Computed(NodeId),
    /// `name` or, in a pattern, `name = default`, in an object
    Shorthand {
        /// The name.
        name: Name,
        /// What stands in for null.
        default: Option<NodeId>,
    },
    /// `name(…) { … }` in an object
    Method {
        /// The key.
        key: NodeId,
        /// What it does.
        function: FunctionId,
    },
    /// `(x)`
    Paren(NodeId),
    /// A function expression or declaration, a lambda, a pattern, a test, a handler
    Function(FunctionId),
    /// `base` with [`Node::Member`], [`Node::Index`] and [`Node::Call`] behind it
    Chain {
        /// What they are applied to; [`Node::Missing`] with an empty span in `x |> .method()`.
        base: NodeId,
        /// The applications, left to right.
        links: List,
    },
    /// `.name`, `?.name`, `~.name`
    Member {
        /// The property.
        name: Name,
        /// How it is reached.
        access: Access,
    },
    /// `[key]`, `?.[key]`
    Index {
        /// The key.
        key: NodeId,
        /// Whether null gives null.
        optional: bool,
    },
    /// `(a, ...b)`, `?.(a)`
    Call {
        /// What is handed over.
        arguments: List,
        /// Whether null gives null.
        optional: bool,
    },
    /// Operands and [`Node::Operator`]s in turn, all of one level that groups to the left (or one pair of another)
    Operation(List),
    /// An infix operator in an [`Node::Operation`]
    Operator(Infix),
    /// `-x`, `!x`, `~x`, `await x` …
    Unary {
        /// The operator.
        operator: Prefix,
        /// What it applies to.
        operand: NodeId,
    },
    /// `x++`, `--x`
    Step {
        /// By how much: 1 or -1.
        by: i8,
        /// Whether the operator stands before, so that the value is the new one.
        prefix: bool,
        /// What changes.
        target: NodeId,
    },
    /// `c ? a : b`, `c ~? a : b`
    Conditional {
        /// What decides.
        condition: NodeId,
        /// Whether it is written with `~?`.
        tilde: bool,
        /// The value if it is true.
        then: NodeId,
        /// The value if not.
        otherwise: NodeId,
    },
    /// `target = value`, `target += value` …
    Assign {
        /// The operator; none for plain `=`.
        operator: Option<Infix>,
        /// What changes: a pattern or a path.
        target: NodeId,
        /// To what.
        value: NodeId,
    },
    // ---- statements that are expressions as well
    /// `{ … }` as a block
    Block(List),
    /// `if c { } else if d { } else { }`: [`Node::Arm`]s, then the `else` body
    If {
        /// The conditions and what they guard.
        arms: List,
        /// The body behind the last `else`.
        otherwise: Option<NodeId>,
    },
    /// One condition of an `if` with its body
    Arm {
        /// What decides.
        condition: NodeId,
        /// What runs.
        body: NodeId,
    },
    /// `match x { … }`: [`Node::MatchArm`]s
    Match {
        /// What is looked at.
        subject: NodeId,
        /// The arms.
        arms: List,
    },
    /// `pattern if guard => body`; the pattern may hold `|` and `~>=`
    MatchArm {
        /// What must fit.
        pattern: NodeId,
        /// What must be true as well.
        guard: Option<NodeId>,
        /// The value.
        body: NodeId,
    },
    /// `switch x { … }`: [`Node::Case`]s
    Switch {
        /// What is compared.
        subject: NodeId,
        /// The cases.
        cases: List,
    },
    /// `case x: …`; without a test, `default: …`
    Case {
        /// What the subject must equal.
        test: Option<NodeId>,
        /// The statements.
        body: List,
    },
    /// `try { } catch (e) { } finally { }`
    Try {
        /// The guarded block.
        body: NodeId,
        /// [`Node::Catch`], where there is one.
        handler: Option<NodeId>,
        /// The block that runs in any case.
        finalizer: Option<NodeId>,
    },
    /// `catch (e) { … }`
    Catch {
        /// What takes the error; a pattern.
        parameter: Option<NodeId>,
        /// What runs.
        body: NodeId,
    },
    /// `uncertain if x { high … }`: [`Node::Band`]s
    UncertainIf {
        /// What routes.
        subject: NodeId,
        /// The branches.
        bands: List,
    },
    /// `high >= 0.9 { … }`
    Band {
        /// Which.
        band: Band,
        /// A threshold of its own.
        threshold: Option<NodeId>,
        /// What runs.
        body: NodeId,
    },
    /// `while c max N { }`; the body is a [`Node::Bands`] when it is `uncertain`
    While {
        /// What decides.
        condition: NodeId,
        /// The most turns.
        max: Option<NodeId>,
        /// What runs.
        body: NodeId,
    },
    /// `do { } while c max N`
    DoWhile {
        /// What runs.
        body: NodeId,
        /// What decides.
        condition: NodeId,
        /// The most turns.
        max: Option<NodeId>,
    },
    /// `for let x, i in xs { }`; the body is a [`Node::Bands`] when it is `uncertain`
    ForEach {
        /// [`Node::ForEachHead`]
        head: NodeId,
        /// What is walked.
        source: NodeId,
        /// The body.
        body: NodeId,
    },
    /// `let x, i in` of a loop; `of` is the same
    ForEachHead {
        /// `let`, `const`, `var`, or nothing.
        keyword: Option<Keyword>,
        /// One or two patterns.
        patterns: List,
        /// Whether it was written `of`.
        of: bool,
        /// The most turns; they stand behind what is walked.
        max: Option<NodeId>,
    },
    /// `for (init; condition; step) { }`
    ForCount {
        /// [`Node::ForCountHead`]
        head: NodeId,
        /// The most turns.
        max: Option<NodeId>,
        /// The body; a [`Node::Bands`] when it is `uncertain`.
        body: NodeId,
    },
    /// `init; condition; step`
    ForCountHead {
        /// What runs first: a [`Node::Let`] or an expression.
        init: Option<NodeId>,
        /// What decides.
        condition: Option<NodeId>,
        /// What runs after each turn.
        step: Option<NodeId>,
    },
    /// The body of an `uncertain` loop: [`Node::Band`]s
    Bands(List),
    // ---- statements
    /// `let a = 1, b`: [`Node::Declarator`]s
    Let {
        /// Which word.
        keyword: Keyword,
        /// What is declared.
        declarators: List,
    },
    /// `pattern: type = value`
    Declarator {
        /// What takes the value.
        pattern: NodeId,
        /// Its type, where one is written.
        annotation: Option<NodeId>,
        /// The value, where one is written.
        value: Option<NodeId>,
    },
    /// `return x`
    Return(Option<NodeId>),
    /// `throw x`
    Throw(NodeId),
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `context "name" { … }`
    Context {
        /// The label.
        name: NodeId,
        /// What runs under it.
        body: NodeId,
    },
    // ---- declarations
    /// `@name(arguments)` before a declaration, a parameter or a method
    Decorator {
        /// Which.
        name: Name,
        /// What it is given.
        arguments: List,
    },
    /// `agent Name { … }`: [`Node::Entry`]s and [`Node::AgentMethod`]s
    Agent {
        /// [`Node::AgentHead`]
        head: NodeId,
        /// What it has.
        members: List,
    },
    /// `Name` of an agent
    AgentHead {
        /// What stands before the agent.
        decorators: List,
        /// A [`Node::Name`].
        name: NodeId,
    },
    /// `@effect("read") name(a: T): U` of an agent
    AgentMethod(FunctionId),
    /// `agents { name: { … } }`
    Agents(NodeId),
    /// `type Name = …`
    Type {
        /// A [`Node::Name`].
        name: NodeId,
        /// What it means.
        definition: NodeId,
    },
    /// `import { a, b as c } from "…"`, `import * as m from`, `import m from`: [`Node::Specifier`]s
    Import {
        /// What is taken.
        specifiers: List,
        /// A [`Node::Text`].
        from: NodeId,
    },
    /// `a as b`; `*` and the default export are names of their own
    Specifier {
        /// What is taken.
        taken: Taken,
        /// The name it gets; the same as its own where nothing is said.
        local: NodeId,
    },
    /// `export` before a declaration, `export default` before a declaration or an expression
    Export {
        /// Whether it is the default.
        default: bool,
        /// What is exported.
        declaration: NodeId,
    },
    /// `export { a, b as c } from "…"`
    ExportNames {
        /// What is handed on.
        specifiers: List,
        /// A [`Node::Text`] where it comes from another file.
        from: Option<NodeId>,
    },
    /// A declaration with decorators that is no function: refused later, except on agents and types
    Decorated {
        /// What stands before it.
        decorators: List,
        /// What follows.
        declaration: NodeId,
    },
    // ---- types
    /// `string`, `Verdict`
    TypeName(Name),
    /// `"a"`, `1`, `true`, `null` as a type
    TypeLiteral(NodeId),
    /// `T[]`
    TypeList(NodeId),
    /// `T?`
    TypeOptional(NodeId),
    /// `T[3..5]`, `T[3]`
    TypeCount {
        /// The member's type.
        element: NodeId,
        /// The fewest.
        low: NodeId,
        /// The most, where it is not the same.
        high: Option<NodeId>,
    },
    /// `T | U`
    TypeUnion(List),
    /// `{ a: T, b?: U }`: [`Node::TypeField`]s and [`Node::TypeIndexer`]s
    TypeObject(List),
    /// `name?: T`
    TypeField {
        /// A [`Node::Key`] or [`Node::Text`].
        key: NodeId,
        /// Whether it may be absent.
        optional: bool,
        /// What it holds.
        value: NodeId,
    },
    /// `[key: string]: T`
    TypeIndexer(NodeId),
    /// `(a: T) => U`: [`Node::Parameter`]s
    TypeFunction {
        /// What it takes.
        parameters: List,
        /// What it gives.
        result: NodeId,
    },
    /// `(T)` as a type
    TypeParen(NodeId),
    /// `pattern: type = default`, `...rest` as a parameter
    Parameter {
        /// What takes the argument; a [`Node::Spread`] for a rest.
        pattern: NodeId,
        /// Its type, where one is written; `Agent[3..5]` included.
        annotation: Option<NodeId>,
        /// What stands in for null.
        default: Option<NodeId>,
    },
}

/// How a property is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// `.`
    Plain,
    /// `?.`
    Optional,
    /// `~.`, the same as `?.`
    Tilde,
}

/// Which word declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keyword {
    /// `let`
    Let,
    /// `const`
    Const,
    /// `var`, the same as `let`
    Var,
}

/// A branch of `uncertain if`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Band {
    /// From 0.7.
    High,
    /// From 0.5.
    Medium,
    /// The rest.
    Low,
    /// Unknown, and bands without a branch.
    Default,
}

/// What a [`Node::Specifier`] takes from a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// An exported name.
    Named(Name),
    /// All of it.
    All,
    /// The default export.
    Default,
}

/// A function of a [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FunctionId(pub u32);

/// Anything that has parameters and a body.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its spelling.
    pub form: Form,
    /// Whether `async` stands before it, which changes nothing.
    pub is_async: bool,
    /// What stands before it: [`Node::Decorator`]s.
    pub decorators: List,
    /// A [`Node::Name`], or the [`Node::Text`] of a test or handler.
    pub name: Option<NodeId>,
    /// [`Node::Parameter`]s; none at all for `pattern Name { … }`, `test` and `on` without `as`.
    pub parameters: List,
    /// Whether a parameter list stands in the text (`pattern Name { … }` has none).
    pub has_parameters: bool,
    /// The type behind `:`.
    pub result: Option<NodeId>,
    /// The confidence behind `~>`.
    pub cap: Option<NodeId>,
    /// `max N` of a handler.
    pub max: Option<NodeId>,
    /// A [`Node::Block`], or the expression of a lambda; none for a method of an agent.
    pub body: Option<NodeId>,
}

/// How a function is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `function f() { }`, named or not
    Function,
    /// `fn f() { }`
    Fn,
    /// `x => …`, `(x) => …`
    Lambda,
    /// `f() { }` in an object
    Method,
    /// `pattern Name(…) { }`
    Pattern,
    /// `test "…" { }`
    Test,
    /// `on "…" as e max N { }`
    Handler,
    /// `f(a: T): U` of an agent
    Signature,
}

/// A prefix operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Prefix {
    /// `-`
    Negate,
    /// `+`
    Plus,
    /// `!`
    Not,
    /// `~`
    Confidence,
    /// `<~`
    Drawn,
    /// `typeof`
    Typeof,
    /// `await`, which changes nothing
    Await,
    /// `delete`
    Delete,
    /// `new`, which is known for `Error` alone
    New,
}

/// An infix operator; its spelling, level and plain name stand in the table of operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Infix {
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
    /// `..`
    Range,
    /// `..=`
    RangeInclusive,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `instanceof`
    Instanceof,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `===`
    StrictEqual,
    /// `!==`
    StrictNotEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `??`
    Coalesce,
    /// `~||>`
    Best,
    /// `~~`
    Chain,
    /// `~>`
    Confident,
    /// `~@>`
    Gate,
    /// `~?>`
    GateOr,
    /// `|>`
    Pipe,
    /// `~|>`
    TildePipe,
    /// `~??`
    OrElse,
    /// `~&&`
    TildeAnd,
    /// `~||`
    TildeOr,
    /// `~**`
    TildePower,
    /// `~*`
    TildeMultiply,
    /// `~/`
    TildeDivide,
    /// `~%`
    TildeRemainder,
    /// `~+`
    TildeAdd,
    /// `~-`
    TildeSubtract,
    /// `~<`
    TildeLess,
    /// `~<=`
    TildeLessEqual,
    /// `~>=`, in `match` only
    TildeGreaterEqual,
    /// `~==`
    TildeEqual,
    /// `~!=`
    TildeNotEqual,
    /// `|`, between alternatives of a `match` arm only
    Alternative,
}

impl Tree {
    /// The node with this number.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.place()]
    }

    /// Its span.
    pub fn span(&self, id: NodeId) -> Span {
        self.spans[id.place()]
    }

    /// The nodes of a row.
    pub fn list(&self, list: List) -> &[NodeId] {
        &self.links[list.start as usize..(list.start + list.len) as usize]
    }

    /// Puts other names in the place of its own.
    pub fn rename(&mut self, other: impl Fn(Name) -> Name) {
        for node in &mut self.nodes {
            if let Node::Name(name)
            | Node::Key(name)
            | Node::TypeName(name)
            | Node::Shorthand { name, .. }
            | Node::Member { name, .. }
            | Node::Decorator { name, .. }
            | Node::Specifier { taken: Taken::Named(name), .. } = node
            {
                *name = other(*name);
            }
        }
    }

    /// The name of a type or agent that is declared here.
    pub fn declared(&self, id: NodeId) -> Option<NodeId> {
        match *self.node(id) {
            Node::Type { name, .. } => Some(name),
            Node::Agent { head, .. } => self.declared(head),
            Node::AgentHead { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The function with this number.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }
}

const _: () = assert!(size_of::<Node>() == 16, "there are many nodes");

impl List {
    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}
