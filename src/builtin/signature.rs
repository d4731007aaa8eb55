//! Signatures of the table, read from the notation in which the reference prints them.

use std::sync::Arc;

use crate::types::{Field, Literal, Parameter, Shape, Signature, Type};

/// How many arguments a signature needs at least and takes at most. The parameters are counted and not read.
pub(super) fn arity(text: &str) -> (usize, Option<usize>) {
    let (mut required, mut count, mut rest) = (0, 0, false);
    let (mut depth, mut start) = (0, 1);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b',' | b')' if depth == 1 => {
                let parameter = text[start..at].trim();
                let name = parameter.split(':').next().unwrap_or_default();
                rest |= name.starts_with("...");
                required += usize::from(!name.is_empty() && !name.ends_with('?') && !name.starts_with("..."));
                count += usize::from(!name.is_empty());
                if byte == b')' {
                    break;
                }
                start = at + 1;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
    }
    (required, (!rest).then_some(count))
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
        assert_eq!(read("(f: (() => any)[]): null").parameters.len(), 1);
    }
}
