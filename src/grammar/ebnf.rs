//! The grammar for people, in the notation of the XML recommendation.

use super::normal::{Form, Plain};
use super::notation::Notation;
use super::token::{Class, Spelling, reserved};

const HEAD: &str = "/* The grammar of Prism, generated from the grammar of its parser by `prism grammar --format ebnf`.

   It describes programs in the spelling of `prism fmt`. Between tokens stand blanks, line ends and comments
   (`//` and `#` to the end of the line, `/* … */`); the longest token that fits is taken. Words that begin or join
   statements and are not listed as reserved are names wherever the rules let a name stand. How the operators group is
   said in the table of operators, not here. */

";

/// Prints the rules, and behind them the tokens.
pub(super) fn print(rules: &[Plain]) -> String {
    let mut printer = Printer { tokens: Vec::new() };
    let mut out = HEAD.to_string();
    for (name, form) in rules {
        let rows = match form {
            Form::Choice(forms) => forms.iter().map(|form| printer.form(form, false)).collect(),
            form => vec![printer.form(form, false)],
        };
        out += &production(name, &rows);
    }
    out.push_str("\n/* tokens */\n\n");
    for (name, rows) in &printer.tokens {
        out += &production(name, rows);
    }
    out += &format!("\n/* reserved: {} */\n", reserved().join(" "));
    out
}

fn production(name: &str, rows: &[String]) -> String {
    let long = rows.iter().map(|row| row.len() + 3).sum::<usize>() > 100;
    let signs = rows.iter().all(|row| row.len() < 15 && row.starts_with('\''));
    if long && signs {
        let lines: Vec<String> = rows.chunks(12).map(|row| row.join(" | ")).collect();
        return format!("{name} ::= {}\n", lines.join("\n    | "));
    }
    format!("{name} ::= {}\n", rows.join(if long { "\n    | " } else { " | " }))
}

struct Printer {
    /// The tokens used so far that have more than one spelling.
    tokens: Vec<(String, Vec<String>)>,
}

impl Notation for Printer {
    const BRACKETS: (&str, &str) = ("( ", " )");

    fn rule(&self, name: &str) -> String {
        name.to_string()
    }

    fn token(&mut self, spelling: &Spelling) -> String {
        let (name, rows) = match spelling {
            Spelling::Fixed(_, texts) if texts.len() == 1 => return words(&texts[0]),
            Spelling::Fixed(name, texts) => (constant(name), texts.iter().map(|text| words(text)).collect()),
            Spelling::Class(class) => {
                let (name, row) = class_of(*class);
                (name.to_string(), vec![row.to_string()])
            }
            Spelling::End => ("END".to_string(), vec!["';'".to_string(), "#xA".to_string()]),
            Spelling::ItemEnd => ("ITEM-END".to_string(), ["','", "';'", "#xA"].map(str::to_string).to_vec()),
            Spelling::Nothing => return String::new(),
        };
        if !self.tokens.iter().any(|(known, _)| *known == name) {
            self.tokens.push((name.clone(), rows));
        }
        name
    }
}

/// `StepBefore` as `STEP-BEFORE`.
fn constant(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(c.to_uppercase());
    }
    out
}

/// What a class of tokens is called, and what it looks like.
fn class_of(class: Class) -> (&'static str, &'static str) {
    match class {
        Class::Name => ("NAME", "WORD /* that is not reserved */"),
        Class::Word => ("WORD", "[$_\\p{XID_Start}] [$\\p{XID_Continue}]*"),
        Class::Number => (
            "NUMBER",
            "( [0-9] ( '_'? [0-9] )* ( '.' [0-9] ( '_'? [0-9] )* )? | '.' [0-9] ( '_'? [0-9] )* ) \
             ( [eE] [-+]? [0-9] ( '_'? [0-9] )* | 'ms' | [smhd] )?
    | '0' [xX] [0-9a-fA-F] ( '_'? [0-9a-fA-F] )*
    | '0' [oO] [0-7] ( '_'? [0-7] )*
    | '0' [bB] [01] ( '_'? [01] )*",
        ),
        Class::Text => (
            "TEXT",
            "'\"' ( [^\"\\#xA#xD] | '\\' . )* '\"' | \"'\" ( [^'\\#xA#xD] | '\\' . )* \"'\" | '\"\"\"' BLOCK-CHUNK? '\"\"\"'",
        ),
        Class::Regex => ("REGEX", "'/' ( [^/\\#x5B#xA] | '\\' . | '[' ( [^#x5D\\#xA] | '\\' . )* ']' )+ '/' [a-z]*"),
        Class::Chunk("`") => ("CHUNK", "( [^`\\$] | '\\' . | '$' /* before no '{' */ )+"),
        Class::Chunk("```") => ("LONG-CHUNK", "( [^\\$] | '\\' . | '$' /* before no '{' */ )+ /* without ``` */"),
        Class::Chunk(_) => ("BLOCK-CHUNK", "( [^\\$] | '\\' . | '$' /* before no '{' */ )+ /* without \"\"\" */"),
    }
}

/// A word or sign in quotes; two words as two.
fn words(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    text.split(' ').map(|word| format!("{quote}{word}{quote}")).collect::<Vec<_>>().join(" ")
}
