//! Tokens and trees as compact text, for goldens.

use std::fmt::Write;

use super::ast::{Access, Band, Form, Function, Keyword, List, Node, NodeId, Taken, Tree};
use super::token::{Kind, Token};
use crate::source::Names;

/// The tokens that the grammar reads, a line for each statement.
pub fn tokens(text: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens {
        let written = token.span().of(text).replace('\n', "⏎");
        let name = format!("{:?}", token.kind);
        let name = name.split('(').next().unwrap_or_default();
        match token.kind {
            Kind::End => out.push_str(";\n"),
            Kind::Name => {
                let _ = write!(out, "{written} ");
            }
            _ if written.is_empty() => {
                let _ = write!(out, "<{name}> ");
            }
            _ => {
                let _ = write!(out, "{name}‹{written}› ");
            }
        }
    }
    out
}

/// The tree as nested parentheses, a line for each statement of the file.
pub fn tree(text: &str, names: &Names, tree: &Tree) -> String {
    let mut printer = Printer { text, names, tree, out: String::new() };
    for statement in tree.list(tree.root) {
        printer.node(*statement);
        printer.out.push('\n');
    }
    printer.out
}

struct Printer<'a> {
    text: &'a str,
    names: &'a Names,
    tree: &'a Tree,
    out: String,
}

impl Printer<'_> {
    fn word(&mut self, word: &str) {
        if !matches!(self.out.chars().last(), None | Some('\n' | '(' | ' ')) {
            self.out.push(' ');
        }
        self.out.push_str(word);
    }

    fn open(&mut self, word: &str) {
        self.word("(");
        self.out.push_str(word);
    }

    fn close(&mut self) {
        self.out.push(')');
    }

    fn list(&mut self, list: List) {
        for node in self.tree.list(list) {
            self.node(*node);
        }
    }

    fn maybe(&mut self, name: &str, node: Option<NodeId>) {
        if let Some(node) = node {
            self.open(name);
            self.node(node);
            self.close();
        }
    }

    /// `(word child child …)`
    fn with(&mut self, word: &str, children: &[NodeId]) {
        self.open(word);
        for child in children {
            self.node(*child);
        }
        self.close();
    }

    fn with_list(&mut self, word: &str, list: List) {
        self.open(word);
        self.list(list);
        self.close();
    }

    fn function(&mut self, word: &str, function: &Function, key: Option<NodeId>) {
        self.open(word);
        if function.is_async {
            self.word("async");
        }
        self.list(function.decorators);
        key.or(function.name).into_iter().for_each(|name| self.node(name));
        if function.has_parameters {
            self.with_list("", function.parameters);
        }
        self.maybe(":", function.result);
        self.maybe("~>", function.cap);
        self.maybe("max", function.max);
        function.body.into_iter().for_each(|body| self.node(body));
        self.close();
    }

    fn node(&mut self, id: NodeId) {
        let tree = self.tree;
        let names = self.names;
        let written = tree.span(id).of(self.text);
        match *tree.node(id) {
            Node::Missing => self.word("missing"),
            Node::Null => self.word("null"),
            Node::Bool(value) => self.word(if value { "true" } else { "false" }),
            Node::Number(value) => self.word(&value.to_string()),
            Node::Text | Node::Regex => self.word(&written.replace('\n', "⏎")),
            Node::Template(list) => self.with_list("template", list),
            Node::Chunk => self.word(&format!("{written:?}")),
            Node::Name(name) => self.word(names.text(name)),
            Node::List(list) => self.with_list("list", list),
            Node::Elision => self.word("elision"),
            Node::Spread(x) => self.with("...", &[x]),
            Node::Object(list) => self.with_list("object", list),
            Node::Entry { key, value } => self.with("entry", &[key, value]),
            Node::Key(name) => self.word(&format!("'{}", names.text(name))),
            Node::Computed(x) => self.with("computed", &[x]),
            Node::Shorthand { name, default } => {
                self.open("shorthand");
                self.word(names.text(name));
                default.into_iter().for_each(|x| self.node(x));
                self.close();
            }
            Node::Method { key, function } => self.function("method", tree.function(function), Some(key)),
            Node::Paren(x) => self.with("paren", &[x]),
            Node::Function(function) => {
                let function = tree.function(function);
                let word = match function.form {
                    Form::Function => "function",
                    Form::Fn => "fn",
                    Form::Lambda => "lambda",
                    Form::Method => "method",
                    Form::Pattern => "pattern",
                    Form::Test => "test",
                    Form::Handler => "on",
                    Form::Signature => "signature",
                };
                self.function(word, function, None);
            }
            Node::Chain { base, links } => {
                self.open("chain");
                self.node(base);
                self.list(links);
                self.close();
            }
            Node::Member { name, access } => {
                let dot = match access {
                    Access::Plain => ".",
                    Access::Optional => "?.",
                    Access::Tilde => "~.",
                };
                self.word(&format!("{dot}{}", names.text(name)));
            }
            Node::Index { key, optional } => self.with(if optional { "?.[]" } else { "[]" }, &[key]),
            Node::Call { arguments, optional } => self.with_list(if optional { "?.call" } else { "call" }, arguments),
            Node::Operation(list) => self.with_list("op", list),
            Node::Operator(infix) => self.word(infix.spelling()),
            Node::Unary { operator, operand } => self.with(operator.spelling(), &[operand]),
            Node::Step { by, prefix, target } => {
                let word = match (by, prefix) {
                    (1, true) => "++_",
                    (1, false) => "_++",
                    (_, true) => "--_",
                    (_, false) => "_--",
                };
                self.with(word, &[target]);
            }
            Node::Conditional { condition, tilde, then, otherwise } => {
                self.with(if tilde { "~?:" } else { "?:" }, &[condition, then, otherwise]);
            }
            Node::Assign { operator, target, value } => {
                let word = format!("{}=", operator.map_or("", |infix| infix.spelling()));
                self.with(&word, &[target, value]);
            }
            Node::Block(list) => self.with_list("block", list),
            Node::If { arms, otherwise } => {
                self.open("if");
                self.list(arms);
                self.maybe("else", otherwise);
                self.close();
            }
            Node::Arm { condition, body } => self.with("arm", &[condition, body]),
            Node::Match { subject, arms } => {
                self.open("match");
                self.node(subject);
                self.list(arms);
                self.close();
            }
            Node::MatchArm { pattern, guard, body } => {
                self.open("arm");
                self.node(pattern);
                self.maybe("if", guard);
                self.node(body);
                self.close();
            }
            Node::Switch { subject, cases } => {
                self.open("switch");
                self.node(subject);
                self.list(cases);
                self.close();
            }
            Node::Case { test, body } => {
                self.open(if test.is_some() { "case" } else { "default" });
                test.into_iter().for_each(|x| self.node(x));
                self.list(body);
                self.close();
            }
            Node::Try { body, handler, finalizer } => {
                self.open("try");
                self.node(body);
                handler.into_iter().for_each(|x| self.node(x));
                self.maybe("finally", finalizer);
                self.close();
            }
            Node::Catch { parameter, body } => {
                self.open("catch");
                parameter.into_iter().for_each(|x| self.node(x));
                self.node(body);
                self.close();
            }
            Node::UncertainIf { subject, bands } => {
                self.open("uncertain");
                self.node(subject);
                self.list(bands);
                self.close();
            }
            Node::Band { band, threshold, body } => {
                self.open(match band {
                    Band::High => "high",
                    Band::Medium => "medium",
                    Band::Low => "low",
                    Band::Default => "default",
                });
                self.maybe(">=", threshold);
                self.node(body);
                self.close();
            }
            Node::While { condition, max, body } => {
                self.open("while");
                self.node(condition);
                self.maybe("max", max);
                self.node(body);
                self.close();
            }
            Node::DoWhile { body, condition, max } => {
                self.open("do");
                self.node(body);
                self.node(condition);
                self.maybe("max", max);
                self.close();
            }
            Node::ForEach { head, source, body } => {
                self.open("for");
                self.node(head);
                self.node(source);
                if let Node::ForEachHead { max, .. } = *tree.node(head) {
                    self.maybe("max", max);
                }
                self.node(body);
                self.close();
            }
            Node::ForEachHead { keyword, patterns, of, .. } => {
                self.open(if of { "of" } else { "in" });
                keyword.into_iter().for_each(|keyword| self.word(spelling(keyword)));
                self.list(patterns);
                self.close();
            }
            Node::ForCount { head, max, body } => {
                self.open("for");
                self.node(head);
                self.maybe("max", max);
                self.node(body);
                self.close();
            }
            Node::ForCountHead { init, condition, step } => {
                self.open("count");
                for part in [init, condition, step] {
                    match part {
                        Some(part) => self.node(part),
                        None => self.word("-"),
                    }
                }
                self.close();
            }
            Node::Bands(list) => self.with_list("bands", list),
            Node::Let { keyword, declarators } => self.with_list(spelling(keyword), declarators),
            Node::Declarator { pattern, annotation, value } => {
                self.open("");
                self.node(pattern);
                self.maybe(":", annotation);
                value.into_iter().for_each(|x| self.node(x));
                self.close();
            }
            Node::Return(value) => {
                self.open("return");
                value.into_iter().for_each(|x| self.node(x));
                self.close();
            }
            Node::Throw(x) => self.with("throw", &[x]),
            Node::Break => self.word("break"),
            Node::Continue => self.word("continue"),
            Node::Context { name, body } => self.with("context", &[name, body]),
            Node::Decorator { name, arguments } => self.with_list(&format!("@{}", names.text(name)), arguments),
            Node::Agent { head, members } => {
                self.open("agent");
                self.node(head);
                self.list(members);
                self.close();
            }
            Node::AgentHead { decorators, name } => {
                self.list(decorators);
                self.node(name);
            }
            Node::AgentMethod(function) => self.function("signature", tree.function(function), None),
            Node::Agents(x) => self.with("agents", &[x]),
            Node::Type { name, definition } => self.with("type", &[name, definition]),
            Node::Import { specifiers, from } => {
                self.open("import");
                self.list(specifiers);
                self.node(from);
                self.close();
            }
            Node::Specifier { taken, local } => {
                let word = match taken {
                    Taken::Named(name) => names.text(name),
                    Taken::All => "*",
                    Taken::Default => "default",
                };
                self.with(word, &[local]);
            }
            Node::Export { default, declaration } => {
                self.with(if default { "export-default" } else { "export" }, &[declaration]);
            }
            Node::ExportNames { specifiers, from } => {
                self.open("export");
                self.list(specifiers);
                self.maybe("from", from);
                self.close();
            }
            Node::Decorated { decorators, declaration } => {
                self.open("decorated");
                self.list(decorators);
                self.node(declaration);
                self.close();
            }
            Node::TypeName(name) => self.word(names.text(name)),
            Node::TypeLiteral(x) => self.node(x),
            Node::TypeList(x) => self.with("list", &[x]),
            Node::TypeOptional(x) => self.with("?", &[x]),
            Node::TypeCount { element, low, high } => {
                self.open("count");
                self.node(element);
                self.node(low);
                high.into_iter().for_each(|x| self.node(x));
                self.close();
            }
            Node::TypeUnion(list) => self.with_list("|", list),
            Node::TypeObject(list) => self.with_list("object", list),
            Node::TypeField { key, optional, value } => {
                self.with(if optional { "field?" } else { "field" }, &[key, value]);
            }
            Node::TypeIndexer(x) => self.with("indexer", &[x]),
            Node::TypeFunction { parameters, result } => {
                self.open("=>");
                self.with_list("", parameters);
                self.node(result);
                self.close();
            }
            Node::TypeParen(x) => self.with("paren", &[x]),
            Node::Parameter { pattern, annotation, default } => {
                if annotation.is_none() && default.is_none() {
                    return self.node(pattern);
                }
                self.open("");
                self.node(pattern);
                self.maybe(":", annotation);
                self.maybe("=", default);
                self.close();
            }
        }
    }
}

fn spelling(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Let => "let",
        Keyword::Const => "const",
        Keyword::Var => "var",
    }
}
