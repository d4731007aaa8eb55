//! What the tokens of the grammar file look like in a text.
//!
//! The lexer's own table says it for most of them: the attributes in `src/syntax/token.rs` are read here, and the table
//! of operators. What only the shaping pass makes is a word or a sign that the lexer knows under another name.

use std::collections::HashMap;

use super::source;
use crate::syntax::operator::OPERATORS;

/// The lexer's table of tokens.
const TABLE: &str = include_str!("../syntax/token.rs");

/// What a token looks like.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Spelling {
    /// One of these, by the name that they have together.
    Fixed(String, Vec<String>),
    /// One of many.
    Class(Class),
    /// The end of a statement.
    End,
    /// The end of an arm or a member, which may be a comma.
    ItemEnd,
    /// Nothing at all.
    Nothing,
}

impl Spelling {
    /// This text and no other.
    pub(super) fn only(text: &str) -> Self {
        Self::Fixed(String::new(), vec![text.to_string()])
    }
}

/// Tokens of which there are many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Class {
    /// A name.
    Name,
    /// A word that may be reserved: the name of a property, a key.
    Word,
    Number,
    Text,
    Regex,
    /// A literal part of a template between these marks.
    Chunk(&'static str),
}

/// The marks around a template.
pub(super) const FENCES: [&str; 3] = ["`", "```", "\"\"\""];

/// What the shaping pass makes of a token that the lexer knows under another name.
const SHAPED: &[(&str, &[&str])] = &[
    ("ArrowOpen", &["("]),
    ("ObjectOpen", &["{"]),
    ("HoleOpen", &["${"]),
    ("HoleClose", &["}"]),
    ("PipeDot", &["."]),
    ("ArmArrow", &["=>"]),
    ("StepBefore", &["++", "--"]),
    ("ElseIf", &["else if"]),
    ("UncertainLoop", &["uncertain"]),
    ("ForIn", &["in"]),
    ("ForOf", &["of"]),
    ("Cap", &["~>"]),
    ("Star", &["*"]),
];

/// Where a token is less, or more, than it is elsewhere: a rule, a token, and what stands there.
const PLACES: &[(&str, &str, Place)] = &[
    ("PipeLink", "name", Place::Word),
    ("Link", "name", Place::Word),
    ("Key", "name", Place::Word),
    ("Decorator", "name", Place::Word),
    ("Specifier", "name", Place::Word),
    ("MemberName", "name", Place::Word),
    ("TypePart", "name", Place::Word),
    ("TypePart", "infix", Place::Only("..")),
    ("TypeValue", "prefix", Place::Only("-")),
    ("BandBranch", "infix", Place::Only(">=")),
    ("Entry", "infix", Place::Only("~>=")),
    ("Arms", "end", Place::ItemEnd),
    ("Members", "end", Place::ItemEnd),
];

/// What stands at a place of [`PLACES`].
#[derive(Clone, Copy)]
enum Place {
    Word,
    Only(&'static str),
    ItemEnd,
}

/// What the tokens of the grammar file look like.
pub(super) struct Tokens {
    spellings: HashMap<String, Spelling>,
}

impl Tokens {
    /// Reads the tables.
    pub(super) fn new() -> Self {
        let lexer = attributes("#[token(\"");
        let spelling = |variant: &str| {
            let shaped = SHAPED.iter().find(|(name, _)| *name == variant).map(|(_, texts)| *texts);
            let mut texts: Vec<String> = shaped.unwrap_or_default().iter().map(|text| (*text).to_string()).collect();
            texts.extend(lexer.iter().filter(|(_, name)| name == variant).map(|(text, _)| text.clone()));
            match variant {
                "Name" => return Some(Spelling::Class(Class::Name)),
                "Number" => return Some(Spelling::Class(Class::Number)),
                "Text" => return Some(Spelling::Class(Class::Text)),
                "Regex" => return Some(Spelling::Class(Class::Regex)),
                "Chunk" => return Some(Spelling::Class(Class::Chunk(FENCES[0]))),
                "End" => return Some(Spelling::End),
                "Then" => return Some(Spelling::Nothing),
                "Infix" => texts = OPERATORS.iter().map(|operator| operator.spelling.to_string()).collect(),
                "Prefix" => texts.extend(["-".to_string(), "+".to_string()]),
                "Band" => texts.push("default".to_string()),
                "TemplateOpen" | "TemplateClose" => return Some(Spelling::only(FENCES[0])),
                "Absent" | "Broken" | "Invalid" | "ThinArrow" => return None,
                _ => {}
            }
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
            texts.dedup();
            assert!(!texts.is_empty(), "nobody knows what `{variant}` looks like");
            if let [text] = texts.as_slice() {
                return Some(Spelling::only(text));
            }
            Some(Spelling::Fixed(variant.to_string(), texts))
        };
        let all = source::tokens(super::GRAMMAR);
        let spellings = all.into_iter().filter_map(|(name, variant)| Some((name, spelling(&variant)?))).collect();
        Self { spellings }
    }

    /// What a token looks like where it stands in a rule; none for one that no text has.
    pub(super) fn at(&self, rule: &str, token: &str) -> Option<Spelling> {
        let place = PLACES.iter().find(|(at, name, _)| *at == rule && *name == token);
        match place.map(|(_, _, place)| *place) {
            Some(Place::Word) => Some(Spelling::Class(Class::Word)),
            Some(Place::Only(text)) => Some(Spelling::only(text)),
            Some(Place::ItemEnd) => Some(Spelling::ItemEnd),
            None => self.spellings.get(token).cloned(),
        }
    }
}

/// The words that are no names.
pub(super) fn reserved() -> Vec<String> {
    let mut words = words();
    words.retain(|(_, variant)| !CONTEXTUAL.contains(&variant.as_str()));
    words.into_iter().map(|(text, _)| text).collect()
}

/// All words that the lexer knows, in order, each with its variant.
pub(super) fn words() -> Vec<(String, String)> {
    let mut words = attributes("#[token(\"");
    words.retain(|(text, _)| is_word(text));
    words.sort();
    words
}

/// The variants of words that are ordinary names except in their places.
const CONTEXTUAL: &[&str] = &[
    "Match", "Fn", "From", "As", "Of", "Pattern", "Agent", "Agents", "Type", "Test", "On", "Band", "Default", "Max",
    "Context",
];

/// Every sign that the lexer reads as one token.
pub(super) fn signs() -> Vec<String> {
    attributes("#[token(\"").into_iter().map(|(text, _)| text).filter(|text| !is_word(text)).collect()
}

/// The regular expressions by which the lexer reads tokens of a variant.
pub(super) fn patterns(variant: &str) -> Vec<String> {
    let patterns = attributes("#[regex(r");
    patterns.into_iter().filter(|(_, name)| name == variant).map(|(text, _)| text).collect()
}

/// Whether a token is spelled with letters.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The texts of the attributes that begin like this, each with the variant that it stands before.
fn attributes(begin: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting = Vec::new();
    for line in TABLE.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix(begin) {
            waiting.push(if begin.ends_with('r') { raw(rest) } else { quoted(rest) });
        } else if line.starts_with(|c: char| c.is_ascii_uppercase()) {
            let variant = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            found.extend(waiting.drain(..).map(|text| (text, variant.to_string())));
        }
    }
    found
}

/// The content of a raw string of Rust whose `r` has been read.
fn raw(rest: &str) -> String {
    let end = if rest.starts_with('#') { "\"#" } else { "\"" };
    let inner = rest.trim_start_matches('#').strip_prefix('"').unwrap_or_default();
    inner.split(end).next().unwrap_or_default().to_string()
}

/// The content of a string of Rust whose opening quote has been read.
fn quoted(rest: &str) -> String {
    let mut out = String::new();
    let mut letters = rest.chars();
    while let Some(c) = letters.next().filter(|c| *c != '"') {
        out.push(if c == '\\' { letters.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::token::Kind;
    use logos::Logos;

    #[test]
    fn every_spelling_is_one_token_of_the_lexer() {
        for (text, variant) in attributes("#[token(\"") {
            let kind = Kind::lexer(&text).next().unwrap().unwrap();
            assert_eq!(format!("{kind:?}").split('(').next(), Some(variant.as_str()), "{text}");
        }
    }

    fn lexed(text: &str) -> Kind {
        Kind::lexer(text).next().unwrap().unwrap()
    }

    #[test]
    fn contextual_words_are_names() {
        let reserved = reserved();
        for (text, _) in words() {
            assert_eq!(lexed(&text).is_contextual(), !reserved.contains(&text), "{text}");
        }
    }

    #[test]
    fn every_place_is_in_the_grammar() {
        let rules = super::super::rules();
        for (rule, token, _) in PLACES {
            let rule = rules.iter().find(|known| known.name == *rule).unwrap();
            let named = format!("{:?}", rule.alternatives);
            assert!(named.contains(&format!("Token({token:?})")), "{} has no {token}", rule.name);
        }
        Tokens::new();
    }
}
