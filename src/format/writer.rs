//! The walk from tree to document.
//!
//! The tree does not know its punctuation and its comments, the text does. So the writer walks both at once: a cursor
//! in the text follows the tokens that are written, and whatever comment it passes is written too. A comment can
//! therefore not be lost, wherever it stands, and every choice of spelling (`of` or `in`, `~?` or `?`) is copied.

use super::comment::is_space;
use super::doc::Doc;
use crate::source::Span;
use crate::syntax::ast::{List, Node, NodeId, Tree};

/// The walk over one tree.
pub(super) struct Writer<'a> {
    pub(super) text: &'a str,
    pub(super) tree: &'a Tree,
    pub(super) doc: Doc,
    /// Everything before this byte has been passed.
    pub(super) at: usize,
    /// The first comment that has not been written.
    pub(super) comment: usize,
    /// The first comment that the cursor has not passed.
    pub(super) passed: usize,
}

/// Writes a whole tree.
pub(super) fn write(text: &str, tree: &Tree) -> String {
    let mut writer = Writer { text, tree, doc: Doc::new(text.len()), at: 0, comment: 0, passed: 0 };
    writer.file();
    let mut out = writer.doc.print();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

impl<'a> Writer<'a> {
    fn file(&mut self) {
        self.statements(self.tree.root);
        self.at = self.text.len();
        self.passed = self.tree.comments.len();
        self.remaining();
    }

    /// Where the next token begins; the cursor passes white space and comments on the way.
    #[inline]
    pub(super) fn peek(&mut self) -> usize {
        // Nearly always something stands there that is no comment.
        let there = self.text.as_bytes().get(self.at).is_some_and(|byte| *byte > b' ' && *byte < 0x80);
        let comment = self.tree.comments.get(self.passed);
        if there && comment.is_none_or(|comment| comment.span.start as usize > self.at) {
            return self.at;
        }
        self.pass()
    }

    /// Passes white space and comments.
    fn pass(&mut self) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            while let Some(&byte) = bytes.get(self.at) {
                if matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                    self.at += 1;
                } else if byte < 0x80 && byte > b' ' {
                    break;
                } else {
                    match self.text[self.at..].chars().next() {
                        Some(c) if is_space(c) => self.at += c.len_utf8(),
                        _ => break,
                    }
                }
            }
            match self.tree.comments.get(self.passed) {
                Some(comment) if comment.span.start as usize <= self.at => {
                    self.at = self.at.max(comment.span.end as usize);
                    self.passed += 1;
                }
                _ => return self.at,
            }
        }
    }

    /// Whether the next token begins with this.
    pub(super) fn sees(&mut self, token: &str) -> bool {
        let at = self.peek();
        self.text.as_bytes()[at..].starts_with(token.as_bytes())
    }

    /// Writes a token, with the comments before it; the cursor passes it if it stands there.
    pub(super) fn token(&mut self, token: &str) {
        if self.sees(token) {
            self.flush();
            self.at += token.len();
        }
        self.doc.text(token);
    }

    /// Writes a token and a space.
    pub(super) fn word(&mut self, token: &str) {
        self.token(token);
        self.space();
    }

    /// Writes a space.
    pub(super) fn space(&mut self) {
        self.doc.text(" ");
    }

    /// Passes a token that is not written, if it stands there.
    pub(super) fn skip(&mut self, token: &str) -> bool {
        let there = self.sees(token);
        if there {
            self.at += token.len();
        }
        there
    }

    /// Passes what may stand between items of a row that have lines of their own.
    pub(super) fn separators(&mut self) {
        while self.skip(",") || self.skip(";") {}
    }

    /// Writes the name that comes next.
    pub(super) fn name(&mut self) {
        let at = self.peek();
        let rest = &self.text[at..];
        let plain = rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')));
        let length = match plain {
            Some(length) if rest.as_bytes()[length] < 0x80 => length,
            _ => rest.find(|c: char| !is_name(c)).unwrap_or(rest.len()),
        };
        self.one_line(at, at + length);
    }

    /// Writes the operator that comes next, up to and with its `=`.
    pub(super) fn assignment(&mut self) {
        let at = self.peek();
        let length = self.text[at..].find('=').map_or(1, |equals| equals + 1);
        self.copy(at, at + length);
    }

    /// Writes a piece of the text as it stands, with the comments before it.
    pub(super) fn copy(&mut self, start: usize, end: usize) {
        self.reach(start);
        self.doc.verbatim(&self.text[start..end]);
        self.leave(end);
    }

    /// The same for a piece without a line end.
    fn one_line(&mut self, start: usize, end: usize) {
        self.reach(start);
        self.doc.text(&self.text[start..end]);
        self.leave(end);
    }

    /// Writes a node's text as it stands.
    pub(super) fn leaf(&mut self, id: NodeId) {
        let Span { start, end } = self.tree.span(id);
        self.copy(start as usize, end as usize);
    }

    /// Writes a node's text, which has no line end.
    pub(super) fn word_leaf(&mut self, id: NodeId) {
        let Span { start, end } = self.tree.span(id);
        self.one_line(start as usize, end as usize);
    }

    /// Moves the cursor to a place and writes the comments before it.
    pub(super) fn reach(&mut self, start: usize) {
        self.peek();
        while self.tree.comments.get(self.passed).is_some_and(|comment| (comment.span.start as usize) < start) {
            self.passed += 1;
        }
        self.at = self.at.max(start);
        self.flush();
    }

    /// Moves the cursor behind a piece that has been written; comments inside it are part of it.
    pub(super) fn leave(&mut self, end: usize) {
        self.at = end;
        while self.tree.comments.get(self.passed).is_some_and(|comment| (comment.span.start as usize) < end) {
            self.passed += 1;
        }
        self.comment = self.passed;
    }

    /// The nodes of a row.
    pub(super) fn list(&self, list: List) -> &'a [NodeId] {
        self.tree.list(list)
    }

    /// A copy of a node.
    pub(super) fn get(&self, id: NodeId) -> Node {
        *self.tree.node(id)
    }

    /// The place where a node begins.
    pub(super) fn start(&self, id: NodeId) -> usize {
        self.tree.span(id).start as usize
    }

    /// Whether a line ends between two places.
    pub(super) fn breaks(&self, from: usize, to: usize) -> bool {
        from < to && self.text.as_bytes()[from..to].contains(&b'\n')
    }

    /// Writes any node.
    pub(super) fn node(&mut self, id: NodeId) {
        match self.get(id) {
            Node::Missing | Node::Elision => {}
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Name(_) | Node::Key(_) => self.word_leaf(id),
            Node::Operator(_) | Node::TypeName(_) => self.word_leaf(id),
            Node::Template(_) | Node::Chunk | Node::Regex => self.leaf(id),
            Node::Text => self.string(id),
            Node::List(items) => self.array(items),
            Node::Spread(value) => {
                self.token("...");
                self.node(value);
            }
            Node::Object(items) => self.object(items),
            Node::Entry { key, value } => self.entry(key, value),
            Node::Computed(key) => {
                self.token("[");
                self.node(key);
                self.token("]");
            }
            Node::Shorthand { default, .. } => self.shorthand(default),
            Node::Method { key, function } => self.method(key, function),
            Node::Paren(inner) => self.paren(inner),
            Node::Function(function) => self.function(function),
            Node::Chain { base, links } => self.chain(base, links),
            Node::Member { access, .. } => self.member(access),
            Node::Index { key, optional } => self.index(key, optional),
            Node::Call { arguments, optional } => self.call(arguments, optional, None),
            Node::Operation(row) => self.operation(row, true),
            Node::Unary { operator, operand } => self.unary(operator, operand),
            Node::Step { by, prefix, target } => self.step(by, prefix, target),
            Node::Conditional { condition, tilde, then, otherwise } => {
                self.conditional(condition, tilde, then, otherwise)
            }
            Node::Assign { target, value, .. } => {
                self.node(target);
                self.space();
                self.assignment();
                self.value(value);
            }
            Node::Block(list) => self.block(list),
            Node::If { arms, otherwise } => self.branches(arms, otherwise),
            Node::Arm { condition, body } => {
                self.head(condition);
                self.space();
                self.node(body);
            }
            Node::Match { subject, arms } => self.selection(subject, arms),
            Node::MatchArm { pattern, guard, body } => self.match_arm(pattern, guard, body),
            Node::Switch { subject, cases } => self.switch(subject, cases),
            Node::Case { test, body } => self.case(test, body),
            Node::Try { body, handler, finalizer } => self.attempt(body, handler, finalizer),
            Node::Catch { parameter, body } => self.catch(parameter, body),
            Node::UncertainIf { subject, bands } => {
                self.word("uncertain");
                self.word("if");
                self.head(subject);
                self.space();
                self.bands(bands);
            }
            Node::Band { threshold, body, .. } => self.band(threshold, body),
            Node::While { condition, max, body } => self.loop_while(condition, max, body),
            Node::DoWhile { body, condition, max } => self.loop_until(body, condition, max),
            Node::ForEach { head, source, body } => self.loop_each(head, source, body),
            Node::ForEachHead { keyword, patterns, .. } => self.each_head(keyword, patterns),
            Node::ForCount { head, max, body } => self.loop_count(head, max, body),
            Node::ForCountHead { init, condition, step } => self.count_head(init, condition, step),
            Node::Bands(bands) => self.bands(bands),
            Node::Let { declarators, .. } => self.declaration(declarators),
            Node::Declarator { pattern, annotation, value } => self.declarator(pattern, annotation, value),
            Node::Return(value) => self.leap("return", value),
            Node::Throw(value) => self.leap("throw", Some(value)),
            Node::Break => self.token("break"),
            Node::Continue => self.token("continue"),
            Node::Context { name, body } => {
                self.word("context");
                self.node(name);
                self.space();
                self.node(body);
            }
            Node::Decorator { arguments, .. } => self.decorator(id, arguments),
            Node::Agent { head, members } => {
                self.node(head);
                self.agent(members);
            }
            Node::AgentHead { decorators, .. } => self.agent_head(decorators),
            Node::AgentMethod(function) => self.function(function),
            Node::Agents(object) => {
                self.word("agents");
                self.node(object);
            }
            Node::Type { definition, .. } => self.type_declaration(definition),
            Node::Import { specifiers, from } => self.import(specifiers, from),
            Node::Specifier { local, .. } => self.specifier(local),
            Node::Export { default, declaration } => self.export(default, declaration),
            Node::ExportNames { specifiers, from } => self.export_names(specifiers, from),
            Node::Decorated { decorators, declaration } => {
                self.decorators(decorators);
                self.node(declaration);
            }
            Node::TypeLiteral(value) => self.node(value),
            Node::TypeList(element) => {
                self.node(element);
                self.token("[");
                self.token("]");
            }
            Node::TypeOptional(inner) => {
                self.node(inner);
                self.token("?");
            }
            Node::TypeCount { element, low, high } => self.type_count(element, low, high),
            Node::TypeUnion(members) => self.type_union(members),
            Node::TypeObject(fields) => self.object(fields),
            Node::TypeField { key, optional, value } => self.type_field(key, optional, value),
            Node::TypeIndexer(value) => self.type_indexer(value),
            Node::TypeFunction { parameters, result } => {
                self.parameters(parameters);
                self.doc.text(" ");
                self.word("=>");
                self.node(result);
            }
            Node::TypeParen(inner) => self.paren(inner),
            Node::Parameter { pattern, annotation, default } => self.parameter(pattern, annotation, default),
        }
    }
}

/// Whether a name may hold this character.
pub(super) fn is_name(c: char) -> bool {
    c == '$' || c == '_' || unicode_ident::is_xid_continue(c)
}
