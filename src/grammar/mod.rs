//! The grammar for other tools, in their notations.
//!
//! What a parser generator, a constrained decoder or a reader wants to know of the language stands in the grammar file
//! and in the tokens of the lexer already. So nothing is written down here a second time: the file is read as data, the
//! tokens are given back the letters that the lexer reads, what an LR parser needs and nobody else is taken out, and the
//! rest is printed. The parser reads tokens after the shaping pass; the notations describe texts, so ends of statements
//! become line ends, and words that are keywords only at their place are both.

mod ebnf;
mod gbnf;
mod lark;
mod normal;
mod notation;
pub mod source;
mod token;

use source::Rule;

/// The grammar file, which is what the parser is generated from.
const GRAMMAR: &str = include_str!("../../grammar/prism.lalrpop");

/// What the canonical subset has in place of rules of the grammar file.
const CANONICAL: &str = include_str!("../../grammar/canonical.rules");

/// A notation for grammars.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notation {
    /// The notation of the XML recommendation, for people.
    Ebnf,
    /// What llama.cpp reads, for constrained decoding: a canonical subset of which every word parses.
    Gbnf,
    /// What Lark reads; for its Earley parser.
    Lark,
}

/// The grammar in a notation.
pub fn export(notation: Notation) -> String {
    match notation {
        Notation::Ebnf => ebnf::print(&normal::texts(&rules())),
        Notation::Gbnf => gbnf::print(&canonical()),
        Notation::Lark => lark::print(&normal::texts(&rules())),
    }
}

/// The rules of the grammar file, the start first, without what recovers from faults.
pub fn rules() -> Vec<Rule> {
    source::rules(GRAMMAR)
}

/// The rules of the canonical subset: those of the grammar file, some of them by others.
fn canonical() -> Vec<Rule> {
    let mut rules = rules();
    for rule in source::rules(CANONICAL) {
        match rules.iter_mut().find(|known| known.name == rule.name) {
            Some(known) => *known = rule,
            None => rules.push(rule),
        }
    }
    rules
}

/// The tokens of the grammar file: the name that rules use, and the variant of [`crate::syntax::token::Kind`].
pub fn tokens() -> Vec<(String, String)> {
    source::tokens(GRAMMAR)
}
