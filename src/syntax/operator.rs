//! The one table of operators: spelling, level, grouping, plain name.

use super::ast::{Infix, Prefix};

/// What the table says of an infix operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operator {
    /// The operator.
    pub infix: Infix,
    /// How it is written.
    pub spelling: &'static str,
    /// How tightly it binds; higher is tighter.
    pub level: Level,
    /// The function that does the same, where there is one.
    pub plain: Option<&'static str>,
}

/// How tightly an operator binds, from loose to tight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// `=`, `+=`: groups to the right
    Assignment,
    /// `|>` `~|>`
    Pipe,
    /// `? :`: groups to the right
    Conditional,
    /// `~@>` `~?>`
    Gate,
    /// `~>`
    Confident,
    /// `~~`
    Chain,
    /// `~||>`
    Best,
    /// `??` `~??`
    Coalesce,
    /// `||` `~||`
    Or,
    /// `&&` `~&&`
    And,
    /// `==` and its like
    Equality,
    /// `<` and its like, `in`, `instanceof`
    Comparison,
    /// `|` of a pattern
    Alternative,
    /// `..` `..=`
    Range,
    /// `+ -`
    Sum,
    /// `* / %`
    Product,
    /// `**`: groups to the right
    Power,
}

impl Level {
    /// Whether `a op b op c` is `a op (b op c)`.
    pub fn groups_right(self) -> bool {
        matches!(self, Level::Power | Level::Conditional | Level::Assignment)
    }
}

macro_rules! operators {
    ($($infix:ident $spelling:literal $level:ident $($plain:literal)?;)*) => {
        /// All infix operators, in the order of the enumeration.
        pub const OPERATORS: &[Operator] = &[
            $(Operator {
                infix: Infix::$infix,
                spelling: $spelling,
                level: Level::$level,
                plain: operators!(@ $($plain)?),
            },)*
        ];
    };
    (@) => { None };
    (@ $plain:literal) => { Some($plain) };
}

operators! {
    Power "**" Power;
    Multiply "*" Product;
    Divide "/" Product;
    Remainder "%" Product;
    Add "+" Sum;
    Subtract "-" Sum;
    Range ".." Range;
    RangeInclusive "..=" Range;
    Less "<" Comparison;
    LessEqual "<=" Comparison;
    Greater ">" Comparison;
    GreaterEqual ">=" Comparison;
    In "in" Comparison;
    Instanceof "instanceof" Comparison;
    Equal "==" Equality;
    NotEqual "!=" Equality;
    StrictEqual "===" Equality;
    StrictNotEqual "!==" Equality;
    And "&&" And;
    Or "||" Or;
    Coalesce "??" Coalesce;
    Best "~||>" Best "best";
    Chain "~~" Chain "chain";
    Confident "~>" Confident "confident";
    Gate "~@>" Gate "gate";
    GateOr "~?>" Gate "gate";
    Pipe "|>" Pipe;
    TildePipe "~|>" Pipe;
    OrElse "~??" Coalesce "orElse";
    TildeAnd "~&&" And;
    TildeOr "~||" Or;
    TildePower "~**" Power "**";
    TildeMultiply "~*" Product "*";
    TildeDivide "~/" Product "/";
    TildeRemainder "~%" Product "%";
    TildeAdd "~+" Sum "+";
    TildeSubtract "~-" Sum "-";
    TildeLess "~<" Comparison "<";
    TildeLessEqual "~<=" Comparison "<=";
    TildeGreaterEqual "~>=" Comparison;
    TildeEqual "~==" Equality "==";
    TildeNotEqual "~!=" Equality "!=";
    Alternative "|" Alternative;
}

impl Infix {
    /// What the table says of it.
    pub fn entry(self) -> &'static Operator {
        &OPERATORS[self as usize]
    }

    /// How it is written.
    pub fn spelling(self) -> &'static str {
        self.entry().spelling
    }

    /// How tightly it binds.
    pub fn level(self) -> Level {
        self.entry().level
    }

    /// The function, or the operator without `~`, that does the same.
    pub fn plain(self) -> Option<&'static str> {
        self.entry().plain
    }
}

impl Prefix {
    /// How it is written.
    pub fn spelling(self) -> &'static str {
        match self {
            Prefix::Negate => "-",
            Prefix::Plus => "+",
            Prefix::Not => "!",
            Prefix::Confidence => "~",
            Prefix::Drawn => "<~",
            Prefix::Typeof => "typeof",
            Prefix::Await => "await",
            Prefix::Delete => "delete",
            Prefix::New => "new",
        }
    }

    /// The function that does the same, where there is one.
    pub fn plain(self) -> Option<&'static str> {
        match self {
            Prefix::Confidence | Prefix::Drawn => Some("confidence"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_in_the_order_of_the_enumeration() {
        for (index, operator) in OPERATORS.iter().enumerate() {
            assert_eq!(operator.infix as usize, index, "{}", operator.spelling);
        }
    }
}
