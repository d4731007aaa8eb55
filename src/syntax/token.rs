//! The tokens of the language.
//!
//! One enumeration serves the lexer and the shaping pass: the lexer gives what the letters say, the shaping pass
//! replaces it by what it is at its place (a `-` that is a sign, a `{` that begins an object, a word that is a keyword
//! only here) and adds the ends of statements. Whatever can be read off the text again stays in the text.

use logos::Logos;

use super::ast::{Band, Infix, Keyword, Prefix};
use crate::source::Span;

/// A token and its place, in twelve bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Whether a line end stands before it.
    pub newline: bool,
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

impl Token {
    /// Where it stands.
    pub fn span(&self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// What a token is. The comment of a variant is the text it stands for.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Debug)]
#[logos(skip r"[ \t]+")]
pub enum Kind {
    // ---- never leave the lexer
    /// A line end with the indentation behind it
    #[regex(r"[\r\n][ \t\r\n]*")]
    Line,
    /// `//`, `#`
    #[token("//")]
    #[token("#")]
    LineComment,
    /// `/*`
    #[token("/*")]
    BlockComment,
    /// `"""`
    #[token("\"\"\"")]
    TripleQuote,
    /// Three backticks
    #[token("```")]
    TripleTick,
    /// A string with escapes
    #[regex(r#""([^"\\\n\r]|\\(\r\n|[^\r]|\r))*""#, priority = 2)]
    #[regex(r"'([^'\\\n\r]|\\(\r\n|[^\r]|\r))*'", priority = 2)]
    Escaped,
    /// Digits that are no number
    #[regex(r"[0-9][0-9a-zA-Z_$]*", priority = 2)]
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9a-zA-Z_$]*", priority = 2)]
    Digits,
    /// A letter beyond ASCII, or what is no token at all
    #[regex(r"[^\x00-\x7f]", priority = 1)]
    Foreign,

    // ---- literals
    /// `name`
    #[regex(r"[a-zA-Z_$][a-zA-Z0-9_$]*", priority = 2)]
    Name,
    /// `42`, `3.14`, `0xff`, `30s`
    #[regex(r"[0-9](_?[0-9])*(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?", priority = 20)]
    #[regex(r"\.[0-9](_?[0-9])*([eE][+-]?[0-9](_?[0-9])*)?", priority = 20)]
    #[regex(r"0[xX][0-9a-fA-F](_?[0-9a-fA-F])*", priority = 20)]
    #[regex(r"0[bB][01](_?[01])*", priority = 20)]
    #[regex(r"0[oO][0-7](_?[0-7])*", priority = 20)]
    #[regex(r"[0-9](_?[0-9])*(\.[0-9](_?[0-9])*)?(ms|s|m|h|d)", priority = 20)]
    Number,
    /// `"…"`, `'…'`, `"""…"""` without holes
    #[regex(r#""[^"\\\n\r]*""#, priority = 20)]
    #[regex(r"'[^'\\\n\r]*'", priority = 20)]
    Text,
    /// `/…/flags`
    Regex,
    /// The opening of a template, or of a `"""` with holes
    #[token("`")]
    TemplateOpen,
    /// A literal part of a template
    Chunk,
    /// `${`
    HoleOpen,
    /// The `}` of a `${`
    HoleClose,
    /// The end of a template
    TemplateClose,
    /// `true`
    #[token("true")]
    True,
    /// `false`
    #[token("false")]
    False,
    /// `null`, `undefined`
    #[token("null")]
    #[token("undefined")]
    Null,

    // ---- brackets and marks
    /// `(`
    #[token("(")]
    ParenOpen,
    /// `(` of parameters before `=>`
    ArrowOpen,
    /// `)`
    #[token(")")]
    ParenClose,
    /// `[`
    #[token("[")]
    SquareOpen,
    /// `]`
    #[token("]")]
    SquareClose,
    /// `{` of a block or a body
    #[token("{")]
    BraceOpen,
    /// `{` of an object or an object type
    ObjectOpen,
    /// `}`
    #[token("}")]
    BraceClose,
    /// `,`
    #[token(",")]
    Comma,
    /// `;`, which leaves the shaping pass only in the head of a loop
    #[token(";")]
    Semicolon,
    /// `:`
    #[token(":")]
    Colon,
    /// `.`
    #[token(".")]
    Dot,
    /// `.` behind `|>`
    PipeDot,
    /// `?.`
    #[token("?.")]
    OptionalDot,
    /// `~.`
    #[token("~.")]
    TildeDot,
    /// `...`
    #[token("...")]
    Ellipsis,
    /// `?`, `~?`
    #[token("?", |_| false)]
    #[token("~?", |_| true)]
    Question(bool),
    /// `=>`
    #[token("=>")]
    Arrow,
    /// `->`, which is no operator here
    #[token("->")]
    ThinArrow,
    /// `=>` of a `match` arm
    ArmArrow,
    /// `@`
    #[token("@")]
    At,
    /// `|`, between types
    #[token("|")]
    Bar,
    /// `=`
    #[token("=")]
    Equal,
    /// `+=` and its like
    #[token("**=", |_| Infix::Power)]
    #[token("*=", |_| Infix::Multiply)]
    #[token("/=", |_| Infix::Divide)]
    #[token("%=", |_| Infix::Remainder)]
    #[token("+=", |_| Infix::Add)]
    #[token("-=", |_| Infix::Subtract)]
    #[token("&&=", |_| Infix::And)]
    #[token("||=", |_| Infix::Or)]
    #[token("??=", |_| Infix::Coalesce)]
    #[token("~*=", |_| Infix::TildeMultiply)]
    #[token("~/=", |_| Infix::TildeDivide)]
    #[token("~%=", |_| Infix::TildeRemainder)]
    #[token("~+=", |_| Infix::TildeAdd)]
    #[token("~-=", |_| Infix::TildeSubtract)]
    Assign(Infix),
    /// `++`, `--`
    #[token("++", |_| 1)]
    #[token("--", |_| -1)]
    Step(i8),
    /// `++`, `--` before their operand
    StepBefore(i8),
    /// JavaScript's operators on bits
    #[token("&")]
    #[token("^")]
    #[token("<<")]
    #[token(">>")]
    #[token(">>>")]
    #[token("&=")]
    #[token("|=")]
    #[token("^=")]
    #[token("<<=")]
    #[token(">>=")]
    #[token(">>>=")]
    Bits,
    /// An operator between operands
    #[token("**", |_| Infix::Power)]
    #[token("*", |_| Infix::Multiply)]
    #[token("/", |_| Infix::Divide)]
    #[token("%", |_| Infix::Remainder)]
    #[token("+", |_| Infix::Add)]
    #[token("-", |_| Infix::Subtract)]
    #[token("..", |_| Infix::Range)]
    #[token("..=", |_| Infix::RangeInclusive)]
    #[token("<", |_| Infix::Less)]
    #[token("<=", |_| Infix::LessEqual)]
    #[token(">", |_| Infix::Greater)]
    #[token(">=", |_| Infix::GreaterEqual)]
    #[token("in", |_| Infix::In)]
    #[token("instanceof", |_| Infix::Instanceof)]
    #[token("==", |_| Infix::Equal)]
    #[token("!=", |_| Infix::NotEqual)]
    #[token("===", |_| Infix::StrictEqual)]
    #[token("!==", |_| Infix::StrictNotEqual)]
    #[token("&&", |_| Infix::And)]
    #[token("||", |_| Infix::Or)]
    #[token("??", |_| Infix::Coalesce)]
    #[token("~||>", |_| Infix::Best)]
    #[token("~~", |_| Infix::Chain)]
    #[token("~>", |_| Infix::Confident)]
    #[token("~@>", |_| Infix::Gate)]
    #[token("~?>", |_| Infix::GateOr)]
    #[token("|>", |_| Infix::Pipe)]
    #[token("~|>", |_| Infix::TildePipe)]
    #[token("~??", |_| Infix::OrElse)]
    #[token("~&&", |_| Infix::TildeAnd)]
    #[token("~||", |_| Infix::TildeOr)]
    #[token("~**", |_| Infix::TildePower)]
    #[token("~*", |_| Infix::TildeMultiply)]
    #[token("~/", |_| Infix::TildeDivide)]
    #[token("~%", |_| Infix::TildeRemainder)]
    #[token("~+", |_| Infix::TildeAdd)]
    #[token("~-", |_| Infix::TildeSubtract)]
    #[token("~<", |_| Infix::TildeLess)]
    #[token("~<=", |_| Infix::TildeLessEqual)]
    #[token("~>=", |_| Infix::TildeGreaterEqual)]
    #[token("~==", |_| Infix::TildeEqual)]
    #[token("~!=", |_| Infix::TildeNotEqual)]
    Infix(Infix),
    /// An operator before its operand
    #[token("!", |_| Prefix::Not)]
    #[token("~", |_| Prefix::Confidence)]
    #[token("<~", |_| Prefix::Drawn)]
    #[token("typeof", |_| Prefix::Typeof)]
    #[token("await", |_| Prefix::Await)]
    #[token("delete", |_| Prefix::Delete)]
    #[token("new", |_| Prefix::New)]
    Prefix(Prefix),

    // ---- words that are always keywords
    /// `let`, `const`, `var`
    #[token("let", |_| Keyword::Let)]
    #[token("const", |_| Keyword::Const)]
    #[token("var", |_| Keyword::Var)]
    Let(Keyword),
    /// `function`
    #[token("function")]
    Function,
    /// `return`
    #[token("return")]
    Return,
    /// `if`
    #[token("if")]
    If,
    /// `else`
    #[token("else")]
    Else,
    /// `else if`
    ElseIf,
    /// `for`
    #[token("for")]
    For,
    /// `while`
    #[token("while")]
    While,
    /// `do`
    #[token("do")]
    Do,
    /// `break`
    #[token("break")]
    Break,
    /// `continue`
    #[token("continue")]
    Continue,
    /// `switch`
    #[token("switch")]
    Switch,
    /// `case`
    #[token("case")]
    Case,
    /// `try`
    #[token("try")]
    Try,
    /// `catch`
    #[token("catch")]
    Catch,
    /// `finally`
    #[token("finally")]
    Finally,
    /// `throw`
    #[token("throw")]
    Throw,
    /// `import`
    #[token("import")]
    Import,
    /// `export`
    #[token("export")]
    Export,
    /// `async`
    #[token("async")]
    Async,
    /// `uncertain`
    #[token("uncertain")]
    Uncertain,
    /// `uncertain` of a loop
    UncertainLoop,
    /// `class`, `this`, `super`
    #[token("class")]
    #[token("this")]
    #[token("super")]
    Absent,

    // ---- words that are keywords in their places
    /// `match`
    #[token("match")]
    Match,
    /// `fn`
    #[token("fn")]
    Fn,
    /// `from`
    #[token("from")]
    From,
    /// `as`
    #[token("as")]
    As,
    /// `of`
    #[token("of")]
    Of,
    /// `pattern`
    #[token("pattern")]
    Pattern,
    /// `agent`
    #[token("agent")]
    Agent,
    /// `agents`
    #[token("agents")]
    Agents,
    /// `type`
    #[token("type")]
    Type,
    /// `test`
    #[token("test")]
    Test,
    /// `on`
    #[token("on")]
    On,
    /// `high`, `medium`, `low`
    #[token("high", |_| Band::High)]
    #[token("medium", |_| Band::Medium)]
    #[token("low", |_| Band::Low)]
    Band(Band),
    /// `default`
    #[token("default")]
    Default,
    /// `max`
    #[token("max")]
    Max,
    /// `context`
    #[token("context")]
    Context,

    // ---- from the shaping pass alone
    /// The end of a statement
    End,
    /// Before the body of a head that is no block
    Then,
    /// `in` behind the variables of a loop
    ForIn,
    /// `of` behind the variables of a loop
    ForOf,
    /// `~>` behind a function's parameters
    Cap,
    /// `*` of an import
    Star,
    /// Where an operand was refused already
    Invalid,

    // ---- from the parser alone
    /// A stretch that could not be read
    Broken,
}

impl Kind {
    /// Whether it is a word, which may be a property name or a key whatever else it means.
    pub fn is_word(self) -> bool {
        match self {
            Kind::Name | Kind::True | Kind::False | Kind::Null | Kind::Let(_) | Kind::Absent => true,
            Kind::Prefix(operator) => {
                matches!(operator, Prefix::Typeof | Prefix::Await | Prefix::Delete | Prefix::New)
            }
            Kind::Infix(operator) => matches!(operator, Infix::In | Infix::Instanceof),
            _ => self.is_keyword() || self.is_contextual(),
        }
    }

    /// Whether it is a reserved word that begins or continues a statement.
    fn is_keyword(self) -> bool {
        matches!(
            self,
            Kind::Function
                | Kind::Return
                | Kind::If
                | Kind::Else
                | Kind::For
                | Kind::While
                | Kind::Do
                | Kind::Break
                | Kind::Continue
                | Kind::Switch
                | Kind::Case
                | Kind::Try
                | Kind::Catch
                | Kind::Finally
                | Kind::Throw
                | Kind::Import
                | Kind::Export
                | Kind::Async
                | Kind::Uncertain
        )
    }

    /// Whether it is a word that is an ordinary name except in its places.
    pub fn is_contextual(self) -> bool {
        matches!(
            self,
            Kind::Match
                | Kind::Fn
                | Kind::From
                | Kind::As
                | Kind::Of
                | Kind::Pattern
                | Kind::Agent
                | Kind::Agents
                | Kind::Type
                | Kind::Test
                | Kind::On
                | Kind::Band(_)
                | Kind::Default
                | Kind::Max
                | Kind::Context
        )
    }

    /// Whether it is a name, or a word that may be one.
    pub fn is_name(self) -> bool {
        self == Kind::Name || self.is_contextual()
    }

    /// Whether it opens a bracket.
    pub fn opens(self) -> bool {
        matches!(self, Kind::ParenOpen | Kind::SquareOpen | Kind::BraceOpen | Kind::HoleOpen | Kind::TemplateOpen)
    }

    /// Whether it closes a bracket.
    pub fn closes(self) -> bool {
        matches!(self, Kind::ParenClose | Kind::SquareClose | Kind::BraceClose | Kind::HoleClose | Kind::TemplateClose)
    }

    /// By how much what stands behind it nests deeper.
    pub fn nests(self) -> i32 {
        i32::from(self.opens()) - i32::from(self.closes())
    }

    /// What closes the bracket that it opens.
    pub fn closer(self) -> Kind {
        match self {
            Kind::ParenOpen => Kind::ParenClose,
            Kind::SquareOpen => Kind::SquareClose,
            Kind::HoleOpen => Kind::HoleClose,
            Kind::TemplateOpen => Kind::TemplateClose,
            _ => Kind::BraceClose,
        }
    }

    /// Whether an operand can end with it, so that an operator follows and a `/` divides.
    pub fn ends_operand(self) -> bool {
        match self {
            Kind::Text | Kind::Number | Kind::Regex | Kind::TemplateClose | Kind::True | Kind::False | Kind::Null => {
                true
            }
            Kind::ParenClose | Kind::SquareClose | Kind::BraceClose | Kind::Absent | Kind::Invalid => true,
            _ => self.is_name(),
        }
    }

    // ---- what the grammar asks of a token that it has told from others

    /// The operator between operands, or of an assignment.
    pub(crate) fn infix(self) -> Infix {
        match self {
            Kind::Infix(infix) | Kind::Assign(infix) => infix,
            _ => unreachable!(),
        }
    }

    /// The operator before an operand.
    pub(crate) fn prefix(self) -> Prefix {
        match self {
            Kind::Prefix(prefix) => prefix,
            _ => unreachable!(),
        }
    }

    /// By how much it steps.
    pub(crate) fn step(self) -> i8 {
        match self {
            Kind::Step(by) | Kind::StepBefore(by) => by,
            _ => unreachable!(),
        }
    }

    /// Whether the question is `~?`.
    pub(crate) fn tilde(self) -> bool {
        self == Kind::Question(true)
    }

    /// The word that declares.
    pub(crate) fn keyword(self) -> Keyword {
        match self {
            Kind::Let(keyword) => keyword,
            _ => unreachable!(),
        }
    }

    /// The branch by confidence.
    pub(crate) fn band(self) -> Band {
        match self {
            Kind::Band(band) => band,
            _ => unreachable!(),
        }
    }
}
