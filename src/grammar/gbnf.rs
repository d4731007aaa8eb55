//! The grammar for constrained decoding, in the notation of llama.cpp.
//!
//! A decoder writes letter by letter and cannot look ahead, so this is a subset of the language of which every word
//! parses: `grammar/canonical.rules` says which rules it has otherwise, and the table here which blanks stand around a
//! token. Names are spelled letter by letter along the words that are none.

use super::normal::{Form, Plain, with_spelling};
use super::source::Rule;
use super::token::{Spelling, words};
use crate::syntax::ast::Infix;
use crate::syntax::operator::{Level, OPERATORS};

const HEAD: &str =
    "# A canonical subset of Prism, generated from the grammar of its parser by `prism grammar --format gbnf`.
# Every text of it that nests at most 128 deep parses.

";

/// How the tokens are spelled, with the blanks that stand around them.
const TOKENS: &[(&str, &str)] = &[
    ("name", "name"),
    ("word", "word"),
    ("number", "number"),
    ("count", "[1-9]"),
    ("text", "text"),
    ("regular expression", "regex"),
    ("`", "\"`\""),
    ("chunk", "chunk"),
    ("${", "\"${\" ws"),
    ("hole }", "ws \"}\""),
    ("end `", "\"`\""),
    ("true", "\"true\""),
    ("false", "\"false\""),
    ("null", "\"null\""),
    ("(", "\"(\" ws"),
    ("parameters (", "\"(\" ws"),
    (")", "ws \")\""),
    ("[", "\"[\" ws"),
    ("]", "ws \"]\""),
    ("{", "sp \"{\" ws"),
    ("object {", "\"{\" ws"),
    ("}", "ws \"}\""),
    (",", "\",\" ws"),
    (";", "\";\" sp"),
    (":", "\":\" sp"),
    (".", "ws \".\""),
    ("?.", "ws \"?.\""),
    ("~.", "ws \"~.\""),
    ("...", "\"...\""),
    ("=>", "sp \"=>\" ws"),
    ("arm =>", "sp \"=>\" ws"),
    ("@", "\"@\""),
    ("|", "ws \"|\" ws"),
    ("*", "\"*\""),
    ("?", "\"?\""),
    ("=", "sp \"=\" ws"),
    ("step", "( \"++\" | \"--\" )"),
    ("prefix", "( \"!\" | \"-\" | \"~\" | \"typeof \" | \"await \" )"),
    ("cap", "space \"~>\" space"),
    ("let", "( \"let\" | \"const\" ) space"),
    ("band", "( \"high\" | \"medium\" | \"low\" | \"default\" )"),
    ("error", "\"new Error\""),
    ("sure", "space \"~>=\" space"),
    ("or", "gap \"|\" gap"),
    ("to", "\"..\""),
    ("end", "eol"),
    ("line", "eol"),
    ("gap", "gap"),
    ("space", "space"),
];

/// What a token is at a place, where that is not what it is elsewhere.
const PLACES: &[(&str, &str, &str)] = &[
    ("FirstHead", "?", "gap \"?\" gap"),
    ("FirstHead", ":", "gap \":\" gap"),
    ("Head", "?", "gap \"?\" gap"),
    ("Head", ":", "gap \":\" gap"),
    ("ArmEnd", "end", "( sp \",\" ws | eol )"),
    ("MemberName", "name", "word"),
    ("BandBranch", "infix", "space \">=\" space"),
    ("TypeValue", "prefix", "\"-\""),
];

/// Keywords with nothing behind them that could grow together with them.
const BARE: &[&str] = &["return", "break", "continue", "default", "function"];

/// Keywords that stand behind an operand or a bracket.
const JOINING: &[&str] = &["in", "of", "as", "from", "max", "if"];

/// Words that are no names here, because in places the parser takes them for those of another language.
const FOREIGN: &[&str] =
    &["not", "void", "yield", "lambda", "elif", "elsif", "elseif", "except", "rescue", "and", "or", "is", "then"];

/// What the tokens are made of. Letters that are refused anywhere, such as those that turn the direction of a text, are in
/// none of the classes.
const LETTERS: &str = r##"
word ::= [a-zA-Z_$] [a-zA-Z0-9_$]*
number ::= ( "0" | [1-9] [0-9]{0,14} ) ( "." [0-9]{1,9} )? | [1-9] [0-9]{0,3} ( "ms" | [smhd] )
text ::= "\"" ( [^"\\\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069] | "\\" ["\\/bfnrt] )* "\""
chunk ::= [^`\\$\x00-\x09\x0B-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069] | "\\" [`\\$nrt]
regex ::= "/" ( ( [a-zA-Z0-9_ ] | "." | "\\" [dws./] ) [*+?]? )+ "/" ( "i" | "g" )?
comment ::= "//" [^\x00-\x1F\x7F-\x9F\u2028-\u202E\u2066-\u2069]*
sp ::= " "*
space ::= " "+
eol ::= sp comment? "\n" ws
ws ::= ( [ \n] | comment "\n" )*
gap ::= [ \n] ws
"##;

/// Prints the rules.
pub(super) fn print(rules: &[Rule]) -> String {
    let plain = with_spelling(rules, &|rule, token| Some(Spelling::only(&fragment(rule, token)?)));
    let mut out = format!("{HEAD}root ::= ws {} ws comment?\n", kebab(&plain[0].0));
    plain.iter().for_each(|rule| out += &production(rule));
    let mut words: Vec<String> = words().into_iter().map(|(text, _)| text).collect();
    words.extend(FOREIGN.iter().map(|word| (*word).to_string()));
    words.sort();
    words.dedup();
    out + &format!("name ::= {}\n", other_than(&words, "")) + LETTERS.trim_start()
}

/// How a token is spelled in a rule; none for one that the subset does not have.
fn fragment(rule: &str, token: &str) -> Option<String> {
    if let Some((_, _, text)) = PLACES.iter().find(|(at, name, _)| *at == rule && *name == token) {
        return Some((*text).to_string());
    }
    if let Some((_, text)) = TOKENS.iter().find(|(name, _)| *name == token) {
        return Some((*text).to_string());
    }
    let power = |infix: Infix| infix.level() == Level::Power;
    match token {
        "infix" => Some(infix(&|infix| !power(infix))),
        "power" => Some(infix(&power)),
        "assignment" => Some("space ( \"+=\" | \"-=\" | \"*=\" | \"/=\" | \"%=\" ) ws".to_string()),
        _ if !token.starts_with(|c: char| c.is_ascii_lowercase())
            || ["absent", "broken", "invalid", "then"].contains(&token) =>
        {
            None
        }
        "match" | "uncertain loop" => Some(format!("\"{}\" space", token.split(' ').next().unwrap_or(token))),
        "else" | "catch" | "finally" => Some(format!("sp \"{token}\" sp")),
        "else if" => Some("sp \"else if\" space".to_string()),
        _ if rule == "IfArms" => Some(format!("\"{token}\" space")),
        _ if rule == "UncertainIf" && token == "if" => Some("\"if\" space".to_string()),
        _ if rule == "Loop" && token == "while" => Some("sp \"while\" space".to_string()),
        _ if BARE.contains(&token) => Some(format!("\"{token}\"")),
        _ if JOINING.contains(&token) => Some(format!("space \"{token}\" space")),
        _ => Some(format!("\"{token}\" space")),
    }
}

/// The operators that fit, with blanks; ranges need none.
fn infix(fits: &dyn Fn(Infix) -> bool) -> String {
    let refused = [Infix::Alternative, Infix::TildeGreaterEqual];
    let known = OPERATORS.iter().filter(|operator| fits(operator.infix) && !refused.contains(&operator.infix));
    let (ranges, others): (Vec<_>, Vec<_>) = known.partition(|operator| operator.level == Level::Range);
    let quoted = |row: Vec<&crate::syntax::operator::Operator>| {
        row.iter().map(|operator| format!("\"{}\"", operator.spelling)).collect::<Vec<_>>().join(" | ")
    };
    let others = format!("gap ( {} ) gap", quoted(others));
    if ranges.is_empty() { others } else { format!("( {others} | ws ( {} ) ws )", quoted(ranges)) }
}

/// Names that go on from `prefix` and are none of the words, which are sorted.
fn other_than(words: &[String], prefix: &str) -> String {
    let first = prefix.is_empty();
    let mut next: Vec<char> = words.iter().filter_map(|word| word.strip_prefix(prefix)?.chars().next()).collect();
    next.dedup();
    let class = if first { "a-zA-Z_$" } else { "a-zA-Z0-9_$" };
    let mut rows: Vec<String> = Vec::new();
    for c in &next {
        rows.push(format!("\"{c}\" {}", other_than(words, &format!("{prefix}{c}"))));
    }
    rows.push(format!("{} [a-zA-Z0-9_$]*", without(class, &next)));
    if !first && !words.iter().any(|word| word == prefix) {
        rows.push("\"\"".to_string());
    }
    format!("( {} )", rows.join(" | "))
}

/// A class of letters without some small ones.
fn without(class: &str, letters: &[char]) -> String {
    if letters.is_empty() {
        return format!("[{class}]");
    }
    let kept: String = ('a'..='z').filter(|c| !letters.contains(c)).collect();
    format!("[{kept}{}]", class.strip_prefix("a-z").unwrap_or(class))
}

fn production((name, form): &Plain) -> String {
    format!("{} ::= {}\n", kebab(name), shown(form, false))
}

fn shown(form: &Form, inner: bool) -> String {
    match form {
        Form::Token(Spelling::Fixed(_, texts)) => texts[0].clone(),
        Form::Token(_) => String::new(),
        Form::Rule(name) => kebab(name),
        Form::Row(forms) if forms.is_empty() => "\"\"".to_string(),
        Form::Row(forms) => {
            let parts: Vec<String> = forms.iter().map(|form| shown(form, true)).collect();
            grouped(parts.join(" "), inner && forms.len() > 1)
        }
        Form::Choice(forms) => {
            let parts: Vec<String> = forms.iter().map(|form| shown(form, false)).collect();
            grouped(parts.join(" | "), inner)
        }
        Form::Option(form) => format!("{}?", tight(form)),
        Form::Many(form) => format!("{}*", tight(form)),
    }
}

/// What a repetition applies to; the spelling of a token may be a row.
fn tight(form: &Form) -> String {
    match form {
        Form::Rule(_) => shown(form, true),
        Form::Row(forms) if forms.len() > 1 => shown(form, true),
        Form::Choice(_) => shown(form, true),
        _ => format!("( {} )", shown(form, true)),
    }
}

fn grouped(text: String, group: bool) -> String {
    if group { format!("( {text} )") } else { text }
}

/// `TypePart` as `type-part`. The names of tokens are kept apart from those of rules.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_lowercase());
    }
    match out.as_str() {
        "name" | "text" => format!("a-{out}"),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_of_what_is_not_there() {
        let printed = print(&super::super::canonical());
        for rule in super::super::source::rules(super::super::CANONICAL) {
            assert!(printed.contains(&format!("\n{} ::= ", kebab(&rule.name))), "no rule needs {}", rule.name);
        }
        let rules = super::super::canonical();
        let has = |rule: &Rule, token: &str| format!("{:?}", rule.alternatives).contains(&format!("Token({token:?})"));
        for (token, _) in TOKENS {
            assert!(rules.iter().any(|rule| has(rule, token)), "no rule has {token}");
        }
        for (at, token, _) in PLACES {
            assert!(rules.iter().any(|rule| rule.name == *at && has(rule, token)), "{at} has no {token}");
        }
    }
}
