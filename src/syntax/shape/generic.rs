//! Types as TypeScript and its like write them with `<…>`, and tuples. Each gets one message that says what to type.

use super::Shape;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Span};
use crate::syntax::ast::Infix;
use crate::syntax::token::{Kind, Token};

/// What a type with arguments is here.
enum Plain {
    /// A list of the first.
    List,
    /// An object with any keys and values of the last.
    Object,
    /// The first, or null.
    Optional,
    /// The first itself, and why.
    Itself(&'static str),
}

/// Names that other languages give arguments.
const GENERIC: &[(&[&str], Plain)] = &[
    (&["Array", "ReadonlyArray", "Set", "List", "Vec", "Iterable", "list", "set", "tuple"], Plain::List),
    (&["Record", "Map", "HashMap", "Dict", "Dictionary", "dict"], Plain::Object),
    (&["Optional", "Option", "Maybe"], Plain::Optional),
    (&["Promise", "PromiseLike", "Awaited", "Future"], Plain::Itself("a call is waited for by itself")),
    (&["Readonly", "NonNullable", "Required"], Plain::Itself("types say what is there, not what may be done")),
];

impl Shape<'_, '_> {
    /// `Array<string>` and its like where a type is expected. Whether it was one.
    pub(super) fn mend_generic(&mut self, token: Token) -> bool {
        let stuck = self.next().filter(|next| next.kind == Kind::Infix(Infix::Less) && !next.newline);
        let Some(length) = stuck.and_then(|next| closed(&self.text[next.start as usize..])) else { return false };
        let end = self.raw[self.at + 1].start + length as u32;
        let name = self.written(token).to_owned();
        let span = Span::new(token.start, end);
        let message = format!("there is no `{name}<…>`");
        self.absent_type(span, message, known(&name), "write what it holds as a type of its own: `type Name = { … }`");
        self.leave_out(end);
        true
    }

    /// `<T>` behind the name of a function or type: type parameters, which are left out. Whether there were any.
    pub(super) fn mend_type_parameters(&mut self, token: Token, help: &str) -> bool {
        if token.kind != Kind::Infix(Infix::Less) || token.newline {
            return false;
        }
        let Some(length) = closed(&self.text[token.start as usize..]) else { return false };
        let span = Span::new(token.start, token.start + length as u32);
        self.report(Code::P008, span, "there are no type parameters", help);
        while self.raw.get(self.at).is_some_and(|token| token.start < span.end) {
            self.at += 1;
        }
        true
    }

    /// `[string, number]` where a type is expected. Whether it was one.
    pub(super) fn mend_tuple(&mut self) -> bool {
        let close = self.raw[self.partner[self.at] as usize];
        if close.kind != Kind::SquareClose || close.start == close.end {
            return false;
        }
        let span = Span::new(self.raw[self.at].start, close.end);
        self.absent_type(span, "there are no tuples as types".to_owned(), Some(&Plain::List), "write `T[]`");
        self.leave_out(close.end);
        true
    }

    fn absent_type(&mut self, span: Span, message: String, known: Option<&Plain>, otherwise: &str) {
        let found = Diagnostic::new(Code::P008, Location::new(self.file, span), message);
        let plain = plain(span.of(self.text));
        self.diagnostics.push(match known {
            None => found.help(otherwise),
            Some(known) => {
                let help = match known {
                    Plain::Itself(why) => format!("write `{plain}`: {why}"),
                    _ => format!("write `{plain}`"),
                };
                found.help(help).fix(format!("write `{plain}`"), span, plain)
            }
        });
    }

    /// Leaves tokens out up to a place, and puts an unknown type there.
    pub(super) fn leave_out(&mut self, end: u32) {
        let mut kept = self.raw[self.at];
        kept.end = end;
        self.raw[self.at] = kept;
        self.take(Kind::Invalid);
        while self.raw.get(self.at).is_some_and(|token| token.end <= end) {
            self.at += 1;
        }
        // `Array<string>= []` has its `=` in one token with the `>`.
        if let Some(token) = self.raw.get_mut(self.at).filter(|token| token.start < end) {
            token.start = end;
            token.kind = Kind::Equal;
        }
        self.operand = false;
    }
}

fn known(name: &str) -> Option<&'static Plain> {
    GENERIC.iter().find(|(names, _)| names.contains(&name)).map(|(_, plain)| plain)
}

/// How long a text is from the bracket that it begins with to the one that closes it.
pub(super) fn closed(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices().take(4096) {
        match c {
            '<' => open.push('>'),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            '>' if matches!(before, '=' | '~') => {}
            '>' | ')' | ']' | '}' => {
                if open.pop() != Some(c) {
                    return None;
                }
                if open.is_empty() {
                    return Some(at + c.len_utf8());
                }
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// The parts of a text between commas outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '<' | '(' | '[' | '{' => at += closed(&text[at..]).unwrap_or(c.len_utf8()),
            _ => {
                if c == ',' {
                    parts.push(text[start..at].trim());
                    start = at + 1;
                }
                at += c.len_utf8();
            }
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// A type as it is written here.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        let name = &rest[..word];
        let behind = &rest[word..];
        let open = behind.len() - behind.trim_start().len();
        if word > 0
            && behind[open..].starts_with('<')
            && let Some(length) = closed(&behind[open..])
        {
            let inner: Vec<String> = parts(&behind[open + 1..open + length - 1]).into_iter().map(plain).collect();
            out.push_str(&applied(name, &inner));
            at += word + open + length;
        } else if word > 0 {
            out.push_str(name);
            at += word;
        } else if c == '['
            && !out.trim_end().ends_with(|c: char| c.is_alphanumeric() || "_$])}{,;".contains(c))
            && let Some(length) = closed(rest)
        {
            let inner: Vec<String> = parts(&rest[1..length - 1]).into_iter().map(plain).collect();
            out.push_str(&list(&inner));
            at += length;
        } else {
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

fn applied(name: &str, inner: &[String]) -> String {
    let (Some(first), Some(last)) = (inner.first(), inner.last()) else { return name.to_owned() };
    match known(name) {
        Some(Plain::List) => list(inner),
        Some(Plain::Object) => format!("{{ [key: string]: {last} }}"),
        Some(Plain::Optional) => format!("{}?", grouped(first)),
        Some(Plain::Itself(_)) => first.clone(),
        None => name.to_owned(),
    }
}

/// A list of whatever is one of some types.
fn list(members: &[String]) -> String {
    let mut each: Vec<&str> = Vec::new();
    for member in members {
        if !each.contains(&member.as_str()) {
            each.push(member);
        }
    }
    if each.is_empty() { "any[]".to_owned() } else { format!("{}[]", grouped(&each.join(" | "))) }
}

/// A type that something may stand behind.
fn grouped(text: &str) -> String {
    let single = parts(&text.replace(['|', '='], ",")).len() == 1;
    if single { text.to_owned() } else { format!("({text})") }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn types_of_others_are_written_as_here() {
        for (theirs, ours) in [
            ("Array<string>", "string[]"),
            ("Array<string | null>", "(string | null)[]"),
            ("Record<string, Array<number>>", "{ [key: string]: number[] }"),
            ("Promise<{ id: string, tags: Set<string> }>", "{ id: string, tags: string[] }"),
            ("[string, number]", "(string | number)[]"),
            ("[string, string][]", "string[][]"),
            ("Map<string, [number, () => void]>", "{ [key: string]: (number | () => void)[] }"),
            ("Array<{ [key: string]: number }>", "{ [key: string]: number }[]"),
            ("Optional<A[]>", "A[]?"),
        ] {
            assert_eq!(plain(theirs), ours);
        }
    }
}
