//! `prism grammar`: the grammar of the language for other tools.

use clap::ValueEnum;

use super::screen::print;
use super::{Exit, Usage};
use crate::grammar::{Notation, export};

/// Print the grammar of the language, generated from that of the parser
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Grammar {
    /// The notation
    #[arg(long, value_enum, default_value = "ebnf")]
    format: Format,
}

const EXAMPLES: &str = "Examples:
  prism grammar | less
  prism grammar --format lark > prism.lark    then: lark.Lark(text, parser=\"earley\", start=\"program\")
  prism grammar --format gbnf > prism.gbnf    then: llama-cli --grammar-file prism.gbnf";

/// A notation for grammars.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
enum Format {
    /// For people: the notation of the XML recommendation
    Ebnf,
    /// For constrained decoding with llama.cpp: a canonical subset of which every text parses
    Gbnf,
    /// For Lark's Earley parser: programs in the spelling of `prism fmt`
    Lark,
}

impl Grammar {
    pub(super) fn run(self) -> Result<Exit, Usage> {
        print(&export(match self.format {
            Format::Ebnf => Notation::Ebnf,
            Format::Gbnf => Notation::Gbnf,
            Format::Lark => Notation::Lark,
        }));
        Ok(Exit::Fine)
    }
}
