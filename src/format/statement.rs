//! Statements, blocks and what guards them.

use super::writer::Writer;
use crate::syntax::ast::{Keyword, List, Node, NodeId};

impl Writer<'_> {
    /// A row of statements, each on its line.
    pub(super) fn statements(&mut self, list: List) {
        let list = self.list(list);
        for (i, &id) in list.iter().enumerate() {
            while self.skip(";") {}
            if i > 0 {
                self.separate();
            }
            self.leading();
            match (self.get(id), list.get(i + 1)) {
                (Node::Block(inner), None) => self.last_block(inner),
                _ => self.node(id),
            }
            self.inner();
            if list.get(i + 1).is_some_and(|&next| self.goes_on(next)) {
                self.doc.text(";");
            }
            while self.skip(";") {}
            self.trailing();
        }
    }

    /// Whether a statement begins in a way that would continue the line before it: with a sign and a space.
    fn goes_on(&self, id: NodeId) -> bool {
        let text = &self.text[self.start(id)..];
        let text = text.strip_prefix('~').map_or(text, str::trim_start);
        let Some(sign) = text.chars().next().filter(|sign| matches!(sign, '-' | '+')) else { return false };
        let behind = &text[1..];
        let operand = behind.trim_start();
        operand.starts_with(['/', '#']) || operand.len() < behind.len() && operand.starts_with(sign)
    }

    /// A block at the end of a row. Empty, or around a single name, it would be read as an object without a `;`.
    fn last_block(&mut self, inner: List) {
        let name = match self.list(inner) {
            [] => None,
            &[only] if matches!(self.get(only), Node::Name(_)) => Some(only),
            _ => return self.block(inner),
        };
        self.token("{");
        let group = self.doc.open();
        self.doc.indent();
        if let Some(name) = name {
            self.doc.line();
            self.leading();
            self.node(name);
            self.inner();
        }
        while self.skip(";") {}
        self.doc.text(";");
        self.trailing();
        self.remaining();
        self.doc.dedent();
        if name.is_some() {
            self.doc.line();
        }
        self.doc.close(group);
        self.token("}");
    }

    /// `{ … }`; one statement that was written on the line of its brace stays there.
    pub(super) fn block(&mut self, list: List) {
        self.braces(list, false);
    }

    /// `{ … }`, on several lines if it is `open` or was written so.
    fn braces(&mut self, list: List, open: bool) {
        self.token("{");
        let items = self.list(list);
        if items.is_empty() {
            while self.skip(";") {}
            self.emptiness("}");
            return;
        }
        let from = self.at;
        let start = self.peek();
        let group = self.doc.open();
        self.doc.indent();
        self.trailing();
        if open || items.len() > 1 || self.breaks(from, start) {
            self.doc.hard()
        } else {
            self.doc.line()
        }
        self.statements(list);
        self.remaining();
        self.doc.dedent();
        self.doc.line();
        self.doc.close(group);
        self.token("}");
    }

    /// Rows in braces with one item a line.
    pub(super) fn lines(&mut self, items: List, comma: bool) {
        self.token("{");
        if items.is_empty() {
            self.emptiness("}");
            return;
        }
        let group = self.doc.open();
        self.doc.indent();
        self.separators();
        self.trailing();
        self.doc.hard();
        for (i, &item) in self.list(items).iter().enumerate() {
            if i > 0 {
                self.separate();
            }
            self.leading();
            self.node(item);
            self.inner();
            self.separators();
            if comma {
                self.doc.text(",");
            }
            self.trailing();
        }
        self.remaining();
        self.doc.dedent();
        self.doc.hard();
        self.doc.close(group);
        self.token("}");
    }

    /// Whether all these bodies may stand on one line together: blocks of at most one statement, written so.
    fn are_short(&self, bodies: impl IntoIterator<Item = NodeId>) -> bool {
        bodies.into_iter().all(|body| match self.get(body) {
            Node::Block(list) => match self.list(list) {
                [] => true,
                &[only] => !self.breaks(self.start(body), self.start(only)),
                _ => false,
            },
            _ => true,
        })
    }

    /// One of several bodies of a statement. Short ones share the group around, so that all are broken or none.
    fn branch(&mut self, body: NodeId, short: bool) {
        match self.get(body) {
            Node::Block(list) if short && !list.is_empty() => {
                self.token("{");
                self.doc.indent();
                self.trailing();
                self.doc.line();
                self.statements(list);
                self.remaining();
                self.doc.dedent();
                self.doc.line();
                self.token("}");
            }
            Node::Block(list) => self.braces(list, !short),
            _ => {
                self.node(body);
                self.inner();
                self.skip(";");
            }
        }
    }

    /// What stands between a body and the word that continues its statement.
    fn between(&mut self, body: NodeId) {
        match self.get(body) {
            Node::Block(_) => self.space(),
            _ if self.is_statement(body) => self.doc.hard(),
            _ => self.doc.line(),
        }
    }

    /// Whether a body is a statement whose last word may not be followed on its line.
    fn is_statement(&self, body: NodeId) -> bool {
        matches!(
            self.get(body),
            Node::Break
                | Node::Continue
                | Node::Return(_)
                | Node::Throw(_)
                | Node::If { .. }
                | Node::While { .. }
                | Node::DoWhile { .. }
                | Node::ForEach { .. }
                | Node::ForCount { .. }
        )
    }

    /// `if c { } else if d { } else { }`
    pub(super) fn branches(&mut self, arms: List, otherwise: Option<NodeId>) {
        let arms = self.list(arms);
        let bodies = arms.iter().filter_map(|&arm| match self.get(arm) {
            Node::Arm { body, .. } => Some(body),
            _ => None,
        });
        let short = self.are_short(bodies.chain(otherwise));
        let group = self.doc.open();
        let mut last = None;
        for &arm in arms {
            let Node::Arm { condition, body } = self.get(arm) else { continue };
            if let Some(last) = last.replace(body) {
                self.between(last);
                self.word("else");
            }
            self.word("if");
            self.head(condition);
            self.space();
            self.branch(body, short);
        }
        if let (Some(last), Some(otherwise)) = (last, otherwise) {
            self.between(last);
            self.word("else");
            self.branch(otherwise, short);
        }
        self.doc.close(group);
    }

    /// The head of a statement, with its parentheses where it has them.
    pub(super) fn head(&mut self, condition: NodeId) {
        if self.is_wrapped(condition) {
            self.token("(");
            self.enclosed(condition);
            self.token(")");
        } else {
            self.node(condition);
        }
    }

    /// Whether a parenthesis that is no part of the node opens before it.
    fn is_wrapped(&mut self, id: NodeId) -> bool {
        self.sees("(") && self.start(id) > self.at
    }

    /// `match x { … }`
    pub(super) fn selection(&mut self, subject: NodeId, arms: List) {
        self.word("match");
        self.head(subject);
        self.space();
        self.lines(arms, true);
    }

    /// `pattern if guard => body`
    pub(super) fn match_arm(&mut self, pattern: NodeId, guard: Option<NodeId>, body: NodeId) {
        self.node(pattern);
        if let Some(guard) = guard {
            self.space();
            self.word("if");
            self.node(guard);
        }
        self.space();
        self.token("=>");
        self.value(body);
    }

    /// `switch x { … }`
    pub(super) fn switch(&mut self, subject: NodeId, cases: List) {
        self.word("switch");
        self.head(subject);
        self.space();
        self.lines(cases, false);
    }

    /// `case x: …`
    pub(super) fn case(&mut self, test: Option<NodeId>, body: List) {
        match test {
            Some(test) => {
                self.word("case");
                self.node(test);
            }
            None => self.token("default"),
        }
        self.token(":");
        match self.list(body) {
            [] => {}
            &[only] if matches!(self.get(only), Node::Block(_)) => {
                self.space();
                self.node(only);
            }
            _ => {
                let group = self.doc.open();
                self.doc.indent();
                self.trailing();
                self.doc.hard();
                self.statements(body);
                self.doc.dedent();
                self.doc.close(group);
            }
        }
    }

    /// `try { } catch (e) { } finally { }`
    pub(super) fn attempt(&mut self, body: NodeId, handler: Option<NodeId>, finalizer: Option<NodeId>) {
        let caught = handler.map(|handler| match self.get(handler) {
            Node::Catch { parameter, body } => (parameter, body),
            _ => (None, handler),
        });
        let short = self.are_short([body].into_iter().chain(caught.map(|caught| caught.1)).chain(finalizer));
        let group = self.doc.open();
        self.word("try");
        self.branch(body, short);
        if let Some((parameter, body)) = caught {
            self.skip(";");
            self.space();
            self.catch_head(parameter);
            self.branch(body, short);
        }
        if let Some(finalizer) = finalizer {
            self.skip(";");
            self.space();
            self.word("finally");
            self.branch(finalizer, short);
        }
        self.doc.close(group);
    }

    /// `catch (e) { … }`
    pub(super) fn catch(&mut self, parameter: Option<NodeId>, body: NodeId) {
        self.catch_head(parameter);
        self.node(body);
    }

    fn catch_head(&mut self, parameter: Option<NodeId>) {
        self.word("catch");
        if let Some(parameter) = parameter {
            self.head(parameter);
            self.space();
        }
    }

    /// `{ high … medium … low … }`
    pub(super) fn bands(&mut self, bands: List) {
        self.lines(bands, false);
    }

    /// `high >= 0.9 { … }`
    pub(super) fn band(&mut self, threshold: Option<NodeId>, body: NodeId) {
        self.name();
        self.space();
        if let Some(threshold) = threshold {
            self.word(">=");
            self.node(threshold);
            self.space();
        }
        self.node(body);
    }

    fn uncertain(&mut self, body: NodeId) {
        if matches!(self.get(body), Node::Bands(_)) {
            self.word("uncertain");
        }
    }

    /// ` max N`
    pub(super) fn limit(&mut self, max: Option<NodeId>) {
        if let Some(max) = max {
            self.space();
            self.word("max");
            self.node(max);
        }
    }

    /// `while c max N { }`
    pub(super) fn loop_while(&mut self, condition: NodeId, max: Option<NodeId>, body: NodeId) {
        self.uncertain(body);
        self.word("while");
        self.head(condition);
        self.limit(max);
        self.space();
        self.node(body);
    }

    /// `do { } while c max N`
    pub(super) fn loop_until(&mut self, body: NodeId, condition: NodeId, max: Option<NodeId>) {
        self.word("do");
        let group = self.doc.open();
        self.node(body);
        self.inner();
        self.skip(";");
        self.between(body);
        self.word("while");
        self.doc.close(group);
        self.head(condition);
        self.limit(max);
    }

    /// `for x, i in xs max N { }`
    pub(super) fn loop_each(&mut self, head: NodeId, source: NodeId, body: NodeId) {
        self.uncertain(body);
        self.word("for");
        let wrapped = self.is_wrapped(head);
        if wrapped {
            self.token("(");
        }
        self.node(head);
        self.space();
        self.name();
        self.space();
        self.node(source);
        if wrapped {
            self.token(")");
        }
        if let Node::ForEachHead { max, .. } = self.get(head) {
            self.limit(max);
        }
        self.space();
        self.node(body);
    }

    /// `let x, i` of a loop
    pub(super) fn each_head(&mut self, keyword: Option<Keyword>, patterns: List) {
        if keyword.is_some() {
            self.name();
            self.space();
        }
        for (i, &pattern) in self.list(patterns).iter().enumerate() {
            if i > 0 {
                self.word(",");
            }
            self.node(pattern);
        }
    }

    /// `for (init; condition; step) max N { }`
    pub(super) fn loop_count(&mut self, head: NodeId, max: Option<NodeId>, body: NodeId) {
        self.uncertain(body);
        self.word("for");
        if self.sees("(") {
            self.token("(");
            let group = self.doc.open();
            self.doc.indent();
            self.doc.soft();
            self.node(head);
            self.doc.dedent();
            self.doc.soft();
            self.doc.close(group);
            self.token(")");
        } else {
            self.node(head);
        }
        self.limit(max);
        self.space();
        self.node(body);
    }

    /// `init; condition; step`
    pub(super) fn count_head(&mut self, init: Option<NodeId>, condition: Option<NodeId>, step: Option<NodeId>) {
        if let Some(init) = init {
            self.node(init);
        }
        for part in [condition, step] {
            self.token(";");
            if let Some(part) = part {
                self.doc.line();
                self.node(part);
            }
        }
    }

    /// `let a = 1, b`
    pub(super) fn declaration(&mut self, declarators: List) {
        self.name();
        self.space();
        let [first, rest @ ..] = self.list(declarators) else { return };
        self.node(*first);
        if rest.is_empty() {
            return;
        }
        let group = self.doc.open();
        self.doc.indent();
        for &declarator in rest {
            self.token(",");
            self.trailing();
            self.doc.line();
            self.node(declarator);
        }
        self.doc.dedent();
        self.doc.close(group);
    }

    /// `pattern: type = value`
    pub(super) fn declarator(&mut self, pattern: NodeId, annotation: Option<NodeId>, value: Option<NodeId>) {
        self.node(pattern);
        if let Some(annotation) = annotation {
            self.word(":");
            self.node(annotation);
        }
        if let Some(value) = value {
            self.space();
            self.token("=");
            self.value(value);
        }
    }

    /// `return x`, `throw x`; the value begins on the same line.
    pub(super) fn leap(&mut self, word: &str, value: Option<NodeId>) {
        self.token(word);
        if let Some(value) = value {
            self.space();
            self.node(value);
        }
    }
}
