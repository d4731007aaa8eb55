//! The grammar as Lark reads it, for its Earley parser: blanks and line ends are passed over everywhere, and a line end is
//! the end of a statement where one may stand. The terminals take the longest sign that fits, as the lexer does.

use super::normal::{Form, Plain};
use super::notation::Notation;
use super::token::{Class, Spelling, is_word, patterns, reserved, signs};

const HEAD: &str = r##"// The grammar of Prism in the notation of Lark, generated from the grammar of its parser by
// `prism grammar --format lark`. It describes programs in the spelling of `prism fmt`.
//
//   lark.Lark(text, parser="earley", start="program")

"##;

/// What is passed over. A line end is apart from blanks, because it may end a statement as well.
const IGNORED: &str = r##"
BLANKS: /[ \t\ufeff]+/
LINE: /\r?\n[ \t\r\n]*/
LINE_COMMENT: /(?:\/\/|#)[^\r\n]*/
BLOCK_COMMENT: /\/\*[\s\S]*?\*\//
%ignore BLANKS
%ignore LINE
%ignore LINE_COMMENT
%ignore BLOCK_COMMENT
"##;

/// Prints the rules and the terminals that they use.
pub(super) fn print(rules: &[Plain]) -> String {
    let mut printer = Printer { signs: signs(), terminals: Vec::new() };
    let mut out = HEAD.to_string();
    for (name, form) in rules {
        let rows = match form {
            Form::Choice(forms) => forms.iter().map(|form| printer.form(form, false)).collect(),
            form => vec![printer.form(form, false)],
        };
        out += &format!("{}: {}\n", snake(name), rows.join("\n  | "));
    }
    out.push('\n');
    for (name, pattern) in &printer.terminals {
        out += &format!("{name}: /{pattern}/\n");
    }
    out + IGNORED
}

struct Printer {
    signs: Vec<String>,
    /// The terminals used so far, with their regular expressions.
    terminals: Vec<(String, String)>,
}

impl Notation for Printer {
    const BRACKETS: (&str, &str) = ("(", ")");

    fn rule(&self, name: &str) -> String {
        snake(name)
    }

    /// A terminal by its name, or in place where it is one word or sign.
    fn token(&mut self, spelling: &Spelling) -> String {
        let (name, pattern) = match spelling {
            Spelling::Fixed(name, texts) => {
                let parts: Vec<String> = texts.iter().map(|text| self.fixed(text)).collect();
                if parts.len() == 1 {
                    let plain = !is_word(&texts[0]) && parts[0] == escaped(&texts[0]) && !texts[0].contains('"');
                    return if plain { format!("\"{}\"", texts[0]) } else { format!("/{}/", parts[0]) };
                }
                (upper(name), parts.join("|"))
            }
            Spelling::Class(class) => self.class(*class),
            Spelling::End => ("END".to_string(), r"\r?\n|;".to_string()),
            Spelling::ItemEnd => ("ITEM_END".to_string(), r"\r?\n|[,;]".to_string()),
            Spelling::Nothing => return String::new(),
        };
        if !self.terminals.iter().any(|(known, _)| *known == name) {
            self.terminals.push((name.clone(), pattern));
        }
        name
    }
}

impl Printer {
    /// A word that ends where it ends, or a sign that is no part of a longer one.
    fn fixed(&self, text: &str) -> String {
        if is_word(text) {
            return format!(r"{}(?![\w$])", text.replace(' ', r"[ \t\r\n]+"));
        }
        // `<~` behind an operand and `~-` before one are two signs.
        let apart = |rest: &str| text == "<" && rest == "~" || text == "~" && rest.starts_with(['-', '+']);
        let mut rest: Vec<&str> = self.signs.iter().filter_map(|sign| sign.strip_prefix(text)).collect();
        rest.retain(|rest| !rest.is_empty() && !apart(rest));
        rest.sort_unstable();
        rest.dedup_by(|long, short| long.starts_with(*short));
        let rest: Vec<String> = rest.into_iter().map(escaped).collect();
        if rest.is_empty() { escaped(text) } else { format!("{}(?!{})", escaped(text), rest.join("|")) }
    }

    fn class(&self, class: Class) -> (String, String) {
        const WORD: &str = r"(?:[^\W\d]|\$)[\w$]*";
        let (name, pattern) = match class {
            Class::Name => ("NAME", format!(r"(?!(?:{})(?![\w$])){WORD}", reserved().join("|"))),
            Class::Word => ("WORD", WORD.to_string()),
            Class::Number => ("NUMBER", format!(r"(?:{})(?![\w$]|\.[0-9])", patterns("Number").join("|"))),
            Class::Text => {
                let mut all = vec![r#""""(?:(?!"""|\$\{)[^\\]|\\[\s\S])*""""#.to_string()];
                all.extend(patterns("Escaped"));
                ("TEXT", all.join("|"))
            }
            Class::Regex => {
                ("REGEX", r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\r\n])*\]|[^/\\\[\r\n])+/[a-zA-Z0-9]*".to_string())
            }
            Class::Chunk("`") => ("CHUNK", r"(?:\\[\s\S]|\$(?!\{)|[^`\\$])+".to_string()),
            Class::Chunk("```") => ("LONG_CHUNK", r"(?:\\[\s\S]|\$(?!\{)|(?!```)[^\\$])+".to_string()),
            Class::Chunk(_) => ("BLOCK_CHUNK", r#"(?:\\[\s\S]|\$(?!\{)|(?!""")[^\\$])+"#.to_string()),
        };
        (name.to_string(), pattern.replace('/', r"\/"))
    }
}

fn escaped(text: &str) -> String {
    let special = |c: char| r"\.+*?()|[]{}^$/-~&#".contains(c) && !"-~&#".contains(c);
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

/// `TypePart` as `type_part`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn upper(name: &str) -> String {
    snake(name).to_uppercase()
}
