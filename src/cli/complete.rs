//! What the repl offers when a word is begun: names of the language from its tables, and those entered before.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::repl::COMMANDS;
use crate::builtin;

/// Words of the language that begin or join expressions.
const WORDS: &[&str] = &[
    "agent",
    "agents",
    "break",
    "catch",
    "const",
    "continue",
    "default",
    "delete",
    "else",
    "export",
    "false",
    "finally",
    "for",
    "function",
    "high",
    "if",
    "import",
    "in",
    "let",
    "low",
    "match",
    "max",
    "medium",
    "null",
    "pattern",
    "return",
    "switch",
    "test",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "uncertain",
    "while",
];

/// What completes words.
#[derive(Default, Debug)]
pub(super) struct Guide {
    /// Names that were entered.
    pub(super) names: Vec<String>,
    /// The agents there are.
    pub(super) agents: Vec<String>,
}

impl Guide {
    /// The names that a line may go on with, and where the word begins.
    fn offers(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = &line[..at];
        let is_part = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
        let start = before
            .rfind(|char| !is_part(char))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let word = &before[start..];
        let fits = |name: &str| name.starts_with(word) && name != word;
        let mut all: Vec<String> = match before[..start].strip_suffix('.') {
            Some(owner) => {
                let begin = owner.rfind(|char| !is_part(char)).map_or(0, |at| at + 1);
                let owner = owner.get(begin..).unwrap_or_default();
                match owner {
                    "agents" => self.agents.clone(),
                    _ if builtin::is_namespace(owner) => {
                        builtin::names_in(owner).iter().map(|name| (*name).to_owned()).collect()
                    }
                    _ => {
                        let methods = builtin::all().filter(|(_, it)| !it.receivers.is_empty());
                        methods.map(|(_, it)| it.name.to_owned()).chain(["length".to_owned()]).collect()
                    }
                }
            }
            None if before[..start].trim_start() == ":" => {
                COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect()
            }
            None if word.is_empty() => Vec::new(),
            None => {
                let plain = builtin::all().flat_map(|(_, it)| it.spellings());
                let names = plain.map(|name| name.split('.').next().unwrap_or(name).to_owned());
                names.chain(WORDS.iter().map(|word| (*word).to_owned())).chain(self.names.iter().cloned()).collect()
            }
        };
        all.retain(|name| fits(name));
        all.sort_unstable();
        all.dedup();
        (start, all)
    }
}

impl Completer for Guide {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, offers) = self.offers(line, at);
        Ok((start, offers.into_iter().map(|name| Pair { display: name.clone(), replacement: name }).collect()))
    }
}

impl Hinter for Guide {
    type Hint = String;
}

impl Highlighter for Guide {}

impl Validator for Guide {}

impl Helper for Guide {}

#[cfg(test)]
mod tests {
    use super::Guide;

    fn offers(line: &str) -> Vec<String> {
        let guide = Guide { names: vec!["reviewers".into()], agents: vec!["ada".into(), "bo".into()] };
        guide.offers(line, line.len()).1
    }

    #[test]
    fn words_go_on_with_what_is_known() {
        assert_eq!(offers("conse"), ["consensus"]);
        assert_eq!(offers("let x = rev"), ["reverse", "reviewers"]);
        assert_eq!(offers("Math.flo"), ["floor"]);
        assert!(offers("xs.fil").contains(&"filter".to_owned()));
        assert_eq!(offers("agents."), ["ada", "bo"]);
        assert_eq!(offers("1 + agents.a"), ["ada"]);
        assert_eq!(offers(":ty"), ["type"]);
        assert!(offers("").is_empty());
    }
}
