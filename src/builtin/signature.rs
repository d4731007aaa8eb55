//! Signatures of the table, read from the notation in which the reference prints them.

use std::sync::Arc;

use crate::types::{Field, Literal, Parameter, Shape, Signature, Type};

/// How many arguments a signature needs at least and takes at most. The parameters are counted and not read.
pub(super) fn arity(text: &str) -> (usize, Option<usize>) {
    let (mut required, mut count, mut rest) = (0, 0, false);
    for name in names(text) {
        rest |= name.starts_with("...");
        required += usize::from(!name.ends_with('?') && !name.starts_with("..."));
        count += 1;
    }
    (required, (!rest).then_some(count))
}

/// The name of the parameter that takes an argument.
pub(super) fn parameter(text: &str, index: usize) -> &str {
    let name = names(text).nth(index).or_else(|| names(text).last()).unwrap_or_default();
    name.trim_start_matches("...").trim_end_matches('?')
}

/// The names of the parameters, with the marks of what may be left out.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut start) = (0, 1);
    let ends = text.bytes().enumerate().filter_map(move |(at, byte)| {
        depth += match byte {
            b'(' | b'[' | b'{' => 1,
            b')' | b']' | b'}' => -1,
            _ => 0,
        };
        match (byte, depth) {
            (b',', 1) => Some((at, false)),
            (b')', 0) => Some((at, true)),
            _ => None,
        }
    });
    let mut ended = false;
    ends.map_while(move |(at, last)| {
        let parameter = &text[std::mem::replace(&mut start, at + 1)..at];
        (!std::mem::replace(&mut ended, last)).then(|| parameter.split(':').next().unwrap_or_default().trim())
    })
    .filter(|name| !name.is_empty())
}

/// The signature that a text of the table stands for.
pub(super) fn read(text: &'static str) -> Signature {
    let mut reader = Reader { rest: text };
    let parameters = reader.parameters();
    reader.expect(":");
    let result = reader.union();
    debug_assert!(reader.rest.is_empty(), "what is {:?} in {text}", reader.rest);
    Signature { parameters, result }
}

struct Reader {
    rest: &'static str,
}

impl Reader {
    fn parameters(&mut self) -> Vec<Parameter> {
        self.expect("(");
        let mut parameters = Vec::new();
        while !self.eat(")") {
            let rest = self.eat("...");
            let name = Arc::from(self.word());
            let optional = self.eat("?");
            self.expect(":");
            let value = self.union();
            parameters.push(Parameter { name, value, optional, rest });
            self.eat(",");
        }
        parameters
    }

    fn union(&mut self) -> Type {
        let mut all = vec![self.postfix()];
        while self.eat("|") {
            all.push(self.postfix());
        }
        if all.len() == 1 { all.remove(0) } else { Type::Union(all.into()) }
    }

    fn postfix(&mut self) -> Type {
        let mut base = self.primary();
        while self.eat("[]") {
            base = match base {
                Type::Agent(interface) => Type::Agents { interface, low: 0, high: u32::MAX },
                base => Type::List(Arc::new(base)),
            };
        }
        base
    }

    fn primary(&mut self) -> Type {
        if self.rest.starts_with('(') {
            // A parameter list has a colon or is empty; everything else in parentheses is a type.
            let inner = self.rest[1..].trim_start();
            let word = inner.trim_start_matches("...").find(|char: char| !char.is_alphanumeric()).unwrap_or(0);
            if inner.starts_with(')')
                || inner.trim_start_matches("...")[word..].trim_start_matches('?').starts_with(':')
            {
                let parameters = self.parameters();
                self.expect("=>");
                let result = self.union();
                return Type::Function(Arc::new(Signature { parameters, result }));
            }
            self.expect("(");
            let inner = self.union();
            self.expect(")");
            return inner;
        }
        if self.eat("{") {
            return Type::Object(Arc::new(self.shape()));
        }
        if self.rest.starts_with('"') {
            let end = self.rest[1..].find('"').map_or(self.rest.len(), |at| at + 1);
            let text = &self.rest[1..end];
            self.rest = self.rest[end + 1..].trim_start();
            return Type::Literal(Literal::Text(text.into()));
        }
        match self.word() {
            "null" => Type::Null,
            "boolean" => Type::Boolean,
            "number" => Type::Number,
            "string" => Type::String,
            "Agent" => Type::Agent(None),
            "RegExp" => {
                let field = |name: &str| Field { name: name.into(), optional: false, value: Type::String };
                Type::Object(Arc::new(Shape { fields: vec![field("source"), field("flags")], others: Some(Type::Any) }))
            }
            _ => Type::Any,
        }
    }

    fn shape(&mut self) -> Shape {
        let mut shape = Shape::default();
        while !self.eat("}") {
            if self.eat("[") {
                self.word();
                self.expect(":");
                self.union();
                self.expect("]");
                self.expect(":");
                shape.others = Some(self.union());
            } else {
                let name = Arc::from(self.word());
                let optional = self.eat("?");
                self.expect(":");
                let value = self.union();
                shape.fields.push(Field { name, optional, value });
            }
            self.eat(",");
        }
        shape
    }

    fn word(&mut self) -> &'static str {
        let end = self.rest.find(|char: char| !char.is_alphanumeric()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) {
        let found = self.eat(token);
        debug_assert!(found, "no {token:?} before {:?}", self.rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_read() {
        let signature = read(
            "(xs: any[] | string, f?: (x: any, index: number) => boolean, ...rest: number[]): { a: number, b?: \"x\" | null }",
        );
        assert_eq!(signature.parameters.len(), 3);
        assert!(matches!(&signature.parameters[0].value, Type::Union(all) if all.len() == 2));
        assert!(matches!(&signature.parameters[1].value, Type::Function(f) if f.parameters.len() == 2));
        assert!(signature.parameters[1].optional && signature.parameters[2].rest);
        assert!(
            matches!(&signature.result, Type::Object(shape) if shape.fields.len() == 2 && shape.fields[1].optional)
        );
        assert_eq!(arity("(a: number, b?: number): number"), (1, Some(2)));
        assert_eq!(arity("(...values: any[]): null"), (0, None));
        let takes = "(xs: { a: any, b: any }[], f?: (a: any, b: any) => any, ...more: any[]): (c: any, d: any) => any";
        assert_eq!((arity(takes), arity("(): number")), ((1, None), (0, Some(0))));
        assert_eq!([0, 1, 2, 5].map(|index| parameter(takes, index)), ["xs", "f", "more", "more"]);
        assert_eq!(read("(f: (() => any)[]): null").parameters.len(), 1);
    }
}
