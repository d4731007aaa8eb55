//! Reads the grammar file of the parser as data.
//!
//! Only what the file uses of its notation is understood: rules, captures, what may be missing, actions. Actions are
//! passed over; alternatives that recover from faults are left out, because a text that needs them is no word of the
//! language.

/// A part of an alternative.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Symbol {
    /// A token, by the name that the grammar file gives it.
    Token(String),
    /// A rule.
    Rule(String),
    /// Something that may be missing.
    Option(Box<Symbol>),
    /// Something any number of times.
    Many(Box<Symbol>),
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is called.
    pub name: String,
    /// Its alternatives, each a row of symbols.
    pub alternatives: Vec<Vec<Symbol>>,
}

/// The rules of a grammar file, in its order. It has been through the parser generator, so what does not fit is a fault
/// of this reader.
pub(super) fn rules(text: &str) -> Vec<Rule> {
    let mut reader = Reader { text, at: 0 };
    let mut rules: Vec<Rule> = Vec::new();
    while reader.peek().is_some() {
        if reader.eats("use") || reader.eats("grammar") {
            reader.code(b";");
            reader.eats(";");
        } else if reader.eats("extern") {
            reader.code(b"{");
            reader.at += 1;
            reader.code(&[]);
            reader.at += 1;
        } else {
            reader.eats("#[inline]");
            reader.eats("pub");
            rules.push(reader.rule());
        }
    }
    join(&mut rules);
    rules
}

/// Joins a rule that is nothing or another one with that one: they are apart for the parser's sake alone.
fn join(rules: &mut Vec<Rule>) {
    let other = |rule: &Rule| match rule.alternatives.as_slice() {
        [none, other] if none.is_empty() => match other.as_slice() {
            [Symbol::Rule(other)] => Some(other.clone()),
            _ => None,
        },
        _ => None,
    };
    while let Some((at, other)) = rules.iter().enumerate().find_map(|(at, rule)| Some((at, other(rule)?))) {
        let Rule { name, .. } = rules.remove(at);
        if let Some(rule) = rules.iter_mut().find(|rule| rule.name == other) {
            rule.name = name;
            rule.alternatives.insert(0, Vec::new());
        }
    }
}

/// The names of the tokens of the `extern` block, each with the variant that stands for it.
pub(super) fn tokens(text: &str) -> Vec<(String, String)> {
    let block = text.split_once("enum Kind").map_or("", |(_, block)| block);
    let lines = block.lines().map(str::trim).take_while(|line| *line != "}");
    let pair = |line: &str| {
        let (name, kind) = line.split_once("\" => Kind::")?;
        let variant = kind.split(|c: char| !c.is_alphanumeric()).next()?;
        Some((name.strip_prefix('"')?.to_string(), variant.to_string()))
    };
    lines.filter_map(pair).collect()
}

/// A place in the grammar file.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The first byte of what comes next, behind blanks and comments.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            let rest = &self.text[self.at..];
            if !rest.starts_with("//") {
                return rest.bytes().next();
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// Passes a word or a sign, if it comes next.
    fn eats(&mut self, token: &str) -> bool {
        self.peek();
        let rest = &self.text.as_bytes()[self.at..];
        let word = token.bytes().all(is_word);
        let there = rest.starts_with(token.as_bytes()) && !(word && rest.get(token.len()).is_some_and(|&c| is_word(c)));
        if there {
            self.at += token.len();
        }
        there
    }

    fn word(&mut self) -> String {
        self.peek();
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(|&c| is_word(c)).count();
        assert!(length > 0, "a word is expected before {:?}", rest.lines().next());
        self.at += length;
        rest[..length].to_string()
    }

    /// Passes Rust code up to one of these bytes outside of brackets, or to a bracket that closes nothing.
    fn code(&mut self, ends: &[u8]) -> &'a str {
        self.peek();
        let start = self.at;
        let mut depth = 0;
        while let Some(c) = self.peek() {
            match c {
                _ if depth == 0 && ends.contains(&c) => break,
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' if depth == 0 => break,
                b')' | b']' | b'}' => depth -= 1,
                b'"' => drop(self.string()),
                _ => {}
            }
            self.at += usize::from(c != b'"');
        }
        &self.text[start..self.at]
    }

    fn string(&mut self) -> String {
        let rest = &self.text[self.at + 1..];
        let length = rest.find('"').unwrap_or(rest.len());
        self.at += length + 2;
        rest[..length].to_string()
    }

    fn rule(&mut self) -> Rule {
        let name = self.word();
        if self.eats(":") {
            self.code(b"=");
        }
        self.eats("=");
        let mut alternatives = Vec::new();
        if self.eats("{") {
            while !self.eats("}") {
                alternatives.push(self.alternative());
                self.eats(",");
            }
        } else {
            alternatives.push(self.alternative());
        }
        self.eats(";");
        Rule { name, alternatives }
    }

    /// An alternative with its action.
    fn alternative(&mut self) -> Vec<Symbol> {
        let mut symbols = Vec::new();
        loop {
            if self.eats("=>") {
                self.code(b",;");
                break;
            }
            match self.peek() {
                None | Some(b',' | b';' | b'}') => break,
                Some(b'@') => self.at += 2,
                Some(b'<') => {
                    self.at += 1;
                    let rest = self.text[self.at..].split('>').next().unwrap_or_default();
                    self.at += rest.find(": ").map_or(0, |colon| colon + 2);
                    continue;
                }
                Some(b'>') => self.at += 1,
                Some(_) => symbols.push(self.symbol()),
            }
        }
        symbols
    }

    fn symbol(&mut self) -> Symbol {
        let mut symbol = match self.peek() {
            Some(b'"') => Symbol::Token(self.string()),
            _ => Symbol::Rule(self.word()),
        };
        loop {
            symbol = if self.eats("?") {
                Symbol::Option(Box::new(symbol))
            } else if self.eats("*") {
                Symbol::Many(Box::new(symbol))
            } else {
                return symbol;
            };
        }
    }
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_notation_has() {
        let text = "use a::{b, c};\ngrammar(b: &mut B<'_>);\nextern { enum Kind { \"x\" => Kind::X, } }\n\
                    // a comment\npub A: N = <B>;\nB: N = {\n => E,\n <l: @L> \"{\" <b: B?> \"}\" => b.f(l, { \"}\" }),\n};\n";
        let read = rules(text);
        let b = Symbol::Rule("B".into());
        assert_eq!(read[0].alternatives, [vec![b.clone()]]);
        let brace = |text: &str| Symbol::Token(text.into());
        assert_eq!(read[1].alternatives, [vec![], vec![brace("{"), Symbol::Option(Box::new(b)), brace("}")]]);
        assert_eq!(tokens("enum Kind {\n \"infix\" => Kind::Infix(<Infix>),\n}"), [("infix".into(), "Infix".into())]);
    }
}
