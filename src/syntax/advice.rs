//! What to say of a token that fits nowhere when it shows which other language was meant.

use super::token::{Kind, Token};
use crate::diagnostic::Code;
use crate::source::Span;

/// What is wrong, and what to type instead.
pub(super) struct Advice {
    /// What shows it.
    pub(super) span: Span,
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Words behind a value that other languages write as operators.
const OPERATORS: &[(&str, &str)] = &[
    ("mod", "write `%`"),
    ("div", "write `Math.trunc(a / b)`"),
    ("xor", "write `a != b` of two booleans"),
    ("eq", "write `==`"),
    ("ne", "write `!=`"),
    ("to", "write `a..=b` for the numbers from `a` to `b`"),
    ("unless", "write `if (!(…)) { … }` around it"),
    ("contains", "write `list.includes(x)`"),
    ("matches", "write `/…/.test(text)`, or `match value { … }`"),
];

/// Words of other languages that begin a statement, and what to write instead.
const STATEMENTS: &[(&str, &str)] = &[
    ("loop", "write `while (true) max 100 { … }`, with the most turns it may take"),
    ("repeat", "write `for (i in 1..=n) { … }`"),
    ("goto", "move what is jumped to into a function, and call it"),
    ("using", "write `import { a } from \"./m.prism\"`"),
    ("include", "write `import { a } from \"./m.prism\"`"),
    ("package", "remove it: a file is a module"),
    ("module", "remove it: a file is a module"),
    ("public", "write `export` before what other files may use"),
    ("pub", "write `export` before what other files may use"),
    ("private", "remove it: what is not exported is seen by its file alone"),
    ("protected", "remove it: what is not exported is seen by its file alone"),
    ("static", "remove it"),
    ("global", "remove it: functions see the variables of their file"),
    ("nonlocal", "remove it: functions see the variables around them"),
    ("begin", "write `{` before a block and `}` behind it"),
    ("defer", "write it in the `finally` of a `try`"),
    ("go", "write `parallel([() => …, () => …])` for what may run at the same time"),
    ("spawn", "write `parallel([() => …, () => …])` for what may run at the same time"),
];

/// What is said of `for (x : xs)`.
const BEFORE_COLON: &str = "the variable of a loop does not stand before `:`";

/// The advice about a token, with those before it, where other tokens were expected.
pub(super) fn advise(text: &str, before: &[Token], token: Token, expected: &[String]) -> Option<Advice> {
    let written = |token: &Token| token.span().of(text);
    let wants = |name: &str| expected.iter().any(|text| text.trim_matches('"') == name);
    let last = before.iter().rev().find(|token| token.start < token.end)?;
    let stuck = last.end == token.start;
    let previous = before.len().checked_sub(2).map(|at| before[at].kind);
    let span = token.span();
    let absent = |span, spelled: &str, help| {
        Some(Advice { span, code: Code::P008, message: format!("there is no `{spelled}`"), help })
    };
    let wrong = |message: &str, help| Some(Advice { span, code: Code::P001, message: message.to_string(), help });
    let word = written(&token);
    let operand = wants("number") && wants("name");
    let operator = !operand && ["infix", "end", ",", ")", "]"].into_iter().any(wants);
    match token.kind {
        Kind::Infix(_) | Kind::Bits | Kind::Bar | Kind::Equal if stuck && operand => match (written(last), word) {
            ("&&", "&" | "&&") => absent(Span::new(last.start, token.end), "&&&", "write `&&`"),
            ("||", "|" | "||") => absent(Span::new(last.start, token.end), "|||", "write `||`"),
            ("=", "<") => absent(Span::new(last.start, token.end), "=<", "write `<=`"),
            ("=" | "==" | "===", "==" | "=") => absent(Span::new(last.start, token.end), "====", "write `===`"),
            _ => None,
        },
        _ if operand && matches!(written(last), "%") && previous == Some(Kind::Number) && token.kind != Kind::Text => {
            wrong("`%` is the remainder", "write a share as a number: `0.5`")
        }
        Kind::Infix(_) if word == "*" && last.kind == Kind::Export => {
            let whole = Span::new(last.start, token.end);
            absent(whole, "export *", "name what is handed on: `export { a, b } from \"./m.prism\"`")
        }
        Kind::If if operator => wrong(
            "`if` does not stand behind a value",
            "write `condition ? a : b`, or `if (condition) { … }` around it",
        ),
        Kind::For if operator => wrong("`for` does not stand behind a value", "write `list.map(x => …)`"),
        Kind::Name if last.kind == Kind::SquareOpen && wants("]") && wants("number") => {
            let help = match before.len().checked_sub(2).map(|at| written(&before[at])) {
                Some("Optional") => "write `T | null`",
                Some("Union") => "write `A | B`",
                Some("Dict" | "dict" | "Map" | "Mapping") => "write `{ [key: string]: T }`",
                _ => "write `T[]` for a list of `T`",
            };
            wrong("a type has no arguments in brackets", help)
        }
        Kind::BraceOpen if wants("of") => {
            let marks = before.iter().rev().take_while(|token| !matches!(token.kind, Kind::For | Kind::End));
            let colon = marks.filter(|token| token.kind == Kind::Colon).last()?;
            let message = BEFORE_COLON.to_owned();
            Some(Advice { span: colon.span(), code: Code::P001, message, help: "write `of`" })
        }
        Kind::Colon if wants("]") => wrong("`:` does not cut a list", "write `list.slice(from, to)`"),
        Kind::Colon
            if wants(")") && last.kind == Kind::Name && matches!(previous, Some(Kind::ParenOpen | Kind::Comma)) =>
        {
            let caught = before.len() > 2 && before[before.len() - 3].kind == Kind::Catch;
            match caught {
                true => wrong("a caught error has no type", "remove `:` and the type"),
                false => wrong("arguments have no names", "hand over an object: `f({ name: value })`"),
            }
        }
        Kind::Colon if wants("of") => wrong(BEFORE_COLON, "write `of`"),
        Kind::Arrow | Kind::Colon if operator && wants("{") && matches!(last.kind, Kind::Band(_)) => {
            wrong("the branch of a band stands in braces", "write `{ … }`")
        }
        Kind::Arrow if operator && !wants("arm =>") => {
            wrong("`=>` stands behind the parameters of a function", "write `>=` to compare, or `(a, b) => …`")
        }
        Kind::Arrow | Kind::Equal | Kind::Return if wants("{") && wants("cap") => {
            wrong("the body of a function stands in braces", "write `{ return … }`")
        }
        Kind::Name if word == "from" && wants("from") => {
            wrong("the file is missing behind `from`", "write it in quotes: `from \"./m.prism\"`")
        }
        Kind::At if operator => wrong("a decorator stands before a declaration", "write `~>` to state a confidence"),
        Kind::Bar if operand && last.kind == Kind::ParenOpen => {
            wrong("a function is not written with `|x|`", "write `x => …`")
        }
        Kind::Prefix(_) if operator && word == "~" => {
            wrong("`~` stands before a value", "write `~>` to state a confidence")
        }
        Kind::Text | Kind::Name if operator && last.kind == Kind::Step(1) => {
            wrong("`++` adds one to a variable", "write `+` to join texts, `[...a, ...b]` to join lists")
        }
        _ if operator
            && written(last) == "max"
            && text[..last.start as usize].trim_end().ends_with(',')
            && before.iter().rev().any(|token| matches!(token.kind, Kind::While | Kind::For)) =>
        {
            wrong("`max` stands behind the condition", "write `while (…) max 3 { … }`")
        }
        _ if operator => {
            let statement = previous.is_none_or(|kind| matches!(kind, Kind::End | Kind::BraceOpen | Kind::Then));
            match (statement, written(last)) {
                (true, _)
                    if token.kind == Kind::Colon
                        && last.kind == Kind::Name
                        && text[token.end as usize..].lines().next().is_some_and(|line| line.contains(" = ")) =>
                {
                    return wrong("a variable with a type begins with `let`", "write `let name: type = …`");
                }
                (true, "test") => {
                    return wrong("a test has a name in quotes and a body in braces", "write `test \"…\" { … }`");
                }
                (true, "on") => return wrong("an event stands in quotes", "write `on \"…\" as event max 10 { … }`"),
                _ => {}
            }
            if let Some((foreign, help)) = STATEMENTS.iter().find(|(foreign, _)| statement && *foreign == written(last))
            {
                return absent(last.span(), foreign, help);
            }
            let (foreign, help) = OPERATORS.iter().find(|(foreign, _)| *foreign == word)?;
            absent(span, foreign, help)
        }
        _ => None,
    }
}
