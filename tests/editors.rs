//! The words and operators that editors colour are those of the lexer.
//!
//! `editors/prism.tmLanguage.json` is a TextMate grammar, written from the spellings in `src/syntax/token.rs`: each is
//! given to the lexer, which says what it is. `UPDATE=1` writes the file anew.

use logos::Logos;
use prism::syntax::token::Kind;
use serde_json::{Value, json};

use crate::goldens::{compare, place, report};

#[test]
fn editors_know_the_tokens() {
    let text = serde_json::to_string_pretty(&grammar()).unwrap() + "\n";
    report([compare(&place("editors/prism.tmLanguage.json"), &text)]);
}

/// Every `#[token("…")]` of the lexer with what it is.
fn spellings() -> Vec<(String, Kind)> {
    let source = std::fs::read_to_string(place("src/syntax/token.rs")).unwrap();
    source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("#[token(\"")?.rsplit_once('"').map(|(text, _)| text))
        .map(|text| text.replace("\\\"", "\""))
        .filter_map(|text| {
            let kind = Kind::lexer(&text).next()?.ok()?;
            Some((text.clone(), kind))
        })
        .collect()
}

fn grammar() -> Value {
    let spellings = spellings();
    let words = |chosen: &dyn Fn(Kind) -> bool| {
        let chosen = spellings.iter().filter(|(text, kind)| is_word(text) && chosen(*kind));
        format!("(?<![\\w$.])(?:{})(?![\\w$])", chosen.map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("|"))
    };
    let constant = |kind| matches!(kind, Kind::True | Kind::False | Kind::Null);
    let storage = |kind| matches!(kind, Kind::Let(_) | Kind::Function | Kind::Fn | Kind::Async);
    let operator = |kind| matches!(kind, Kind::Infix(_) | Kind::Prefix(_));
    let place = |kind: Kind| kind.is_contextual() && !storage(kind);
    let control = |kind| !constant(kind) && !storage(kind) && !operator(kind) && !place(kind) && kind != Kind::Absent;
    let signs = |tilde: bool| {
        let mut signs: Vec<&str> = spellings
            .iter()
            .filter(|(text, kind)| !is_word(text) && text.contains('~') == tilde && is_operator(*kind))
            .map(|(text, _)| text.as_str())
            .collect();
        signs.sort_by_key(|text| std::cmp::Reverse(text.len()));
        signs.iter().map(|text| escaped(text)).collect::<Vec<_>>().join("|")
    };
    let hole = json!({
        "name": "meta.embedded.prism", "begin": "\\$\\{", "end": "\\}",
        "beginCaptures": { "0": { "name": "punctuation.section.embedded.prism" } },
        "endCaptures": { "0": { "name": "punctuation.section.embedded.prism" } },
        "patterns": [{ "include": "#braces" }, { "include": "$self" }],
    });
    let escape = json!({
        "name": "constant.character.escape.prism", "match": "\\\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\\{[0-9a-fA-F]+\\}|.)",
    });
    let text = |name: &str, mark: &str, end: &str, holes: bool| {
        json!({
            "name": format!("string.{name}.prism"), "begin": mark, "end": end,
            "patterns": if holes { json!([escape, hole]) } else { json!([escape]) },
        })
    };
    let order: Vec<Value> = [
        "comments",
        "texts",
        "regex",
        "numbers",
        "decorators",
        "declarations",
        "keys",
        "words",
        "builtins",
        "calls",
        "signs",
    ]
    .map(|name| json!({ "include": format!("#{name}") }))
    .into();
    json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Prism",
        "scopeName": "source.prism",
        "fileTypes": ["prism"],
        "patterns": order,
        "repository": {
            "braces": {
                "begin": "\\{", "end": "\\}", "patterns": [{ "include": "#braces" }, { "include": "$self" }],
            },
            "comments": { "patterns": [
                { "name": "comment.line.documentation.prism", "match": "///.*$" },
                { "name": "comment.line.double-slash.prism", "match": "//.*$" },
                { "name": "comment.line.number-sign.prism", "match": "#.*$" },
                { "name": "comment.block.documentation.prism", "begin": "/\\*\\*(?!/)", "end": "\\*/" },
                { "name": "comment.block.prism", "begin": "/\\*", "end": "\\*/" },
            ] },
            "texts": { "patterns": [
                text("quoted.triple", "\"\"\"", "\"\"\"", true),
                text("quoted.double", "\"", "\"|$", false),
                text("quoted.single", "'", "'|$", false),
                text("template", "```", "```", true),
                text("template", "`", "`", true),
            ] },
            "regex": {
                "name": "string.regexp.prism",
                "match": "(?<![\\w$)\\]}'\"`])\\s*/(?![/*\\s])(?:\\\\.|\\[(?:\\\\.|[^\\]\\\\])*\\]|[^/\\\\\\[])+/[a-z]*",
            },
            "numbers": { "patterns": [
                { "name": "constant.numeric.hex.prism", "match": "\\b0[xX][0-9a-fA-F_]+\\b" },
                { "name": "constant.numeric.binary.prism", "match": "\\b0[bB][01_]+\\b" },
                { "name": "constant.numeric.duration.prism", "match": "\\b[0-9][0-9_]*(?:\\.[0-9_]+)?(?:ms|s|m|h|d)\\b" },
                { "name": "constant.numeric.decimal.prism", "match": "\\b[0-9][0-9_]*(?:\\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9_]+)?\\b" },
            ] },
            "decorators": { "name": "entity.name.function.decorator.prism", "match": "@[\\p{L}_$][\\w$]*" },
            "declarations": {
                "match": "\\b(function|fn|pattern|agent|type)\\s+([\\p{L}_$][\\w$]*)",
                "captures": { "1": { "name": "storage.type.prism" }, "2": { "name": "entity.name.function.prism" } },
            },
            "keys": { "name": "variable.other.property.prism", "match": "(?<![?\\s]\\s)[\\p{L}_$][\\w$]*(?=\\s*:(?!:))" },
            "words": { "patterns": [
                { "name": "constant.language.prism", "match": words(&constant) },
                { "name": "storage.type.prism", "match": words(&storage) },
                { "name": "keyword.operator.word.prism", "match": words(&operator) },
                { "name": "keyword.control.prism", "match": words(&control) },
                { "name": "keyword.other.prism", "match": format!("{}(?=\\s*[^\\s=.,)\\]:;])", words(&place)) },
                { "name": "invalid.illegal.prism", "match": words(&|kind| kind == Kind::Absent) },
            ] },
            "builtins": { "name": "support.function.prism", "match": format!("(?<![\\w$.])(?:{})(?=\\s*\\()", builtins()) },
            "calls": { "name": "entity.name.function.call.prism", "match": "[\\p{L}_$][\\w$]*(?=\\s*\\()" },
            "signs": { "patterns": [
                { "name": "keyword.operator.confidence.prism", "match": signs(true) },
                { "name": "keyword.operator.prism", "match": signs(false) },
            ] },
        },
    })
}

/// The names of built-in functions, longest first.
fn builtins() -> String {
    let mut names: Vec<&str> = prism::builtin::all()
        .map(|(_, builtin)| builtin.name)
        .filter(|name| prism::builtin::find_function(name).is_some())
        .collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.dedup();
    names.join("|")
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_operator(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Infix(_)
            | Kind::Prefix(_)
            | Kind::Assign(_)
            | Kind::Step(_)
            | Kind::Equal
            | Kind::Arrow
            | Kind::Question(_)
            | Kind::Ellipsis
            | Kind::OptionalDot
            | Kind::TildeDot
            | Kind::Bar
    )
}

fn escaped(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_punctuation() && c != '~' { format!("\\{c}") } else { c.to_string() }).collect()
}
