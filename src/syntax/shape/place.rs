//! Where a token stands.

/// No closing bracket.
pub(super) const NONE: u32 = u32::MAX;

/// A place on the stack, with what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) place: Place,
    /// Index of the closing bracket, or [`NONE`].
    pub(super) close: u32,
    pub(super) mode: Mode,
    /// How many `?` wait for their `:`.
    pub(super) questions: u32,
    /// How deep in the tree it stands, at most.
    pub(super) depth: u32,
    /// How many operators that nest what follows stand in the part of it at hand.
    pub(super) nested: u32,
    /// Whether `|` separates alternatives here.
    pub(super) pattern: bool,
    /// Whether a statement, an entry or an arm begins here.
    pub(super) fresh: bool,
    /// Whether it is a block that is a statement or the body of an arm, or parentheses around one expression.
    pub(super) alone: bool,
    /// The indentation that ends a block written without braces.
    pub(super) indent: Option<u32>,
}

/// How many nodes may wrap an operand on behalf of what stands behind it: a step, a power, a condition, an assignment, an
/// arrow and a declaration; and how many parts of a construct do.
pub(super) const WRAPS: u32 = 6;
const CONSTRUCT_WRAPS: u32 = 3;

impl Frame {
    pub(super) fn new(place: Place, close: u32) -> Self {
        let mode = match place {
            Place::Parameters => Mode::Declarator,
            Place::Object | Place::TypeObject => Mode::Key,
            _ => Mode::Expression,
        };
        Self {
            place,
            close,
            mode,
            questions: 0,
            depth: 0,
            nested: 0,
            pattern: false,
            fresh: true,
            alone: false,
            indent: None,
        }
    }

    /// Whether an expression goes on here, unless something of its own begins.
    #[inline]
    pub(super) fn goes_on(&self) -> bool {
        match self.place {
            Place::Group | Place::Hole | Place::Parameters | Place::Loop | Place::Head { .. } => true,
            Place::Object => self.mode == Mode::Expression,
            _ => self.place.has_statements() && !self.fresh,
        }
    }

    /// How deep in the tree a place in this one stands, at most.
    pub(super) fn below(&self) -> u32 {
        let wraps = if matches!(self.place, Place::Construct(_)) { CONSTRUCT_WRAPS } else { WRAPS };
        self.depth + self.nested + wraps
    }

    /// Another statement, entry or argument begins.
    pub(super) fn part(&mut self) {
        self.questions = 0;
        self.nested = 0;
    }
}

/// What kind of place it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// The file, or a block
    Statements,
    /// A body without braces
    Body,
    /// `{ case … }`
    Switch,
    /// The `{ … }` of a `match`
    Arms,
    /// The `{ high … }` of an `uncertain`
    Bands,
    /// The `{ … }` of an agent
    Members,
    /// `{ a: 1 }`
    Object,
    /// `( … )` or `[ … ]` of expressions
    Group,
    /// `${ … }`
    Hole,
    /// `( … )` of a function's parameters
    Parameters,
    /// The head of a `for`
    Loop,
    /// A head that ends at the bracket `end`, or at a `{` where an operator is expected
    Head { end: u32 },
    /// A type, up to what cannot belong to it
    Type,
    /// `( … )` or `[ … ]` in a type
    TypeGroup,
    /// `{ … }` in a type
    TypeObject,
    /// Something that waits for its next part
    Construct(Construct),
}

impl Place {
    /// Whether what it holds ends with [`super::Kind::End`].
    pub(super) fn has_statements(self) -> bool {
        use Place::{Arms, Bands, Body, Members, Statements, Switch};
        matches!(self, Statements | Body | Switch | Arms | Bands | Members)
    }
}

/// How the tokens of a place are read at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// As an expression
    Expression,
    /// As what is declared, before `=`
    Declarator,
    /// As the value behind the `=` of a declaration
    Value,
    /// As a key of an object
    Key,
    /// Behind a key
    Named,
    /// As the pattern of an arm
    Pattern,
    /// As the guard of an arm
    Guard,
    /// As the test of a `case`
    Label,
    /// Behind the parameters of a function type
    Arrow,
    /// As the variables of a loop
    Variables,
}

/// Something of several parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Construct {
    pub(super) what: What,
    /// Whether it began a statement, so that it ends with its last block.
    pub(super) statement: bool,
    /// Whether its bodies are branches by confidence.
    pub(super) uncertain: bool,
    /// Which part comes next.
    pub(super) stage: Stage,
}

/// Which construct.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    If,
    While,
    For,
    Do,
    Switch,
    Match,
    Try,
    UncertainIf,
    Band,
    /// `function`, `fn`, `pattern`, a method
    Function,
    /// The method of an agent
    Signature,
    /// `agent Name`
    Agent,
    /// `agents`, `test`, `on`, `context`
    Labelled,
}

/// Which part of a construct comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// The first
    First,
    /// The `max` behind a loop's head
    Max,
    /// The body
    Body,
    /// What comes after the `else`, the `catch`, the `while` of a `do`
    Last,
}
