//! Tests as the frameworks of JavaScript write them, `test("…", () => { … })` and `expect(x).toBe(y)`: what to write instead.

use super::lower::Lowering;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{Node, NodeId};

impl Lowering<'_> {
    /// Refuses a call that begins with a name of a framework. Whether it was one.
    pub(super) fn refuse_framework(&mut self, name: &str, span: Span, links: &[NodeId]) -> bool {
        let Some(&call) = links.first() else { return false };
        let Node::Call { arguments, .. } = self.node(call) else { return false };
        match (name, self.tree.list(arguments)) {
            ("expect", &[value]) if links.len() > 1 => self.refuse_matcher(value, span, links),
            ("test" | "it" | "describe", &[title, body]) if matches!(self.node(title), Node::Text) => {
                self.refuse_call_of_test(title, body, span.to(self.span(call)))
            }
            ("on" | "context", &[label, _]) if matches!(self.node(label), Node::Text | Node::Template(_)) => {
                let (found, help) = match name {
                    "on" => ("a handler is no call", "write `on \"…\" as event max 10 { … }` at the top of the file"),
                    _ => ("a context is no call", "write `context \"…\" { … }`"),
                };
                self.refuse(Code::P008, span.to(self.span(call)), found, help);
                true
            }
            _ => false,
        }
    }

    /// `expect(x).toBe(y)`
    fn refuse_matcher(&mut self, value: NodeId, span: Span, links: &[NodeId]) -> bool {
        let members = links.iter().filter_map(|&link| match self.node(link) {
            Node::Member { name, .. } => Some(self.name_text(name)),
            _ => None,
        });
        let members: Vec<String> = members.map(str::to_owned).collect();
        let Some(matcher) = members.last() else { return false };
        let wanted = match links.last().map(|&link| self.node(link)) {
            Some(Node::Call { arguments, .. }) => self.tree.list(arguments).first().map(|&wanted| self.bounded(wanted)),
            _ => None,
        };
        let denied = members.iter().any(|member| member == "not");
        self.expression(value);
        let condition = condition(matcher, denied, &self.bounded(value), wanted.as_deref());
        let whole = links.last().map_or(span, |&link| span.to(self.span(link)));
        let found = self.finding(Code::P008, whole, format!("there is no `.{matcher}` of `expect`"));
        self.report(match condition {
            None if matcher.starts_with("toThrow") || matcher == "rejects" => {
                found.help("write `expect.error(\"R001\", () => …)`, with the code that is expected")
            }
            None => found.help("write the condition: `expect(x == y)`"),
            Some(condition) => {
                let instead = format!("expect({condition})");
                let found = found.help(format!("write `{instead}`"));
                super::edit::suggest(found, format!("write `{instead}`"), whole, instead, true)
            }
        });
        true
    }

    /// `test("…", () => { … })`
    fn refuse_call_of_test(&mut self, title: NodeId, body: NodeId, whole: Span) -> bool {
        let Node::Function(id) = self.node(self.bare(body)) else { return false };
        self.expression(body);
        let title = self.source(self.span(title)).to_owned();
        let found = self.finding(Code::P008, whole, "a test is no call").help(format!("write `test {title} {{ … }}`"));
        let block = self.tree.function(id).body.filter(|&body| matches!(self.node(body), Node::Block(_)));
        self.report(match block {
            None => found,
            Some(block) => {
                let instead = format!("test {title} {}", self.source(self.span(block)));
                super::edit::suggest(found, format!("write `test {title} {{ … }}`"), whole, instead, true)
            }
        });
        true
    }
}

/// What a matcher asks, as a condition.
fn condition(matcher: &str, denied: bool, value: &str, wanted: Option<&str>) -> Option<String> {
    let compared = |plain: &str, other: &str| {
        let sign = if denied { other } else { plain };
        wanted.map(|wanted| format!("{value} {sign} {wanted}"))
    };
    let negated = |condition: String| if denied { format!("!{condition}") } else { condition };
    match matcher {
        "toBe" | "toEqual" | "toStrictEqual" | "equal" | "eql" => compared("==", "!="),
        "toBeGreaterThan" => compared(">", "<="),
        "toBeGreaterThanOrEqual" => compared(">=", "<"),
        "toBeLessThan" => compared("<", ">="),
        "toBeLessThanOrEqual" => compared("<=", ">"),
        "toBeTruthy" => Some(negated(value.to_owned())),
        "toBeFalsy" => Some(if denied { value.to_owned() } else { format!("!{value}") }),
        "toBeNull" | "toBeUndefined" => Some(format!("{value} {} null", if denied { "!=" } else { "==" })),
        "toBeDefined" => Some(format!("{value} {} null", if denied { "==" } else { "!=" })),
        "toContain" => Some(negated(format!("{value}.includes({})", wanted?))),
        "toHaveLength" => {
            let sign = if denied { "!=" } else { "==" };
            Some(format!("{value}.length {sign} {}", wanted?))
        }
        _ => None,
    }
}
