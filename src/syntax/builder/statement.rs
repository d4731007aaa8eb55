//! Statements, loops and what stands in their braces.

use super::{Builder, Cells, Parts};
use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::*;

impl Builder<'_> {
    /// `{ … }` as a block.
    pub(crate) fn block(&mut self, start: u32, end: u32, statements: Cells) -> NodeId {
        let list = self.list(statements);
        self.node(start, end, Node::Block(list))
    }

    /// `let a = 1, b`
    pub(crate) fn let_(&mut self, start: u32, end: u32, keyword: Keyword, declarators: Cells) -> NodeId {
        let declarators = self.list(declarators);
        self.node(start, end, Node::Let { keyword, declarators })
    }

    /// A further condition of an `if`.
    pub(crate) fn arm(&mut self, arms: Cells, start: u32, end: u32, condition: NodeId, body: NodeId) -> Cells {
        self.check_condition(condition);
        let arm = self.node(start, end, Node::Arm { condition, body });
        self.push(arms, arm)
    }

    /// `while`
    pub(crate) fn while_(
        &mut self,
        start: u32,
        end: u32,
        condition: NodeId,
        max: Option<NodeId>,
        body: NodeId,
    ) -> NodeId {
        self.check_condition(condition);
        self.node(start, end, Node::While { condition, max, body })
    }

    /// A condition that assigns was meant to compare.
    fn check_condition(&mut self, condition: NodeId) {
        let mut inner = condition;
        if let Node::Paren(x) = self.tree.nodes[condition.place()] {
            inner = x;
        }
        let Node::Assign { operator: None, target, value } = self.tree.nodes[inner.place()] else { return };
        let between = Span::new(self.span(target).end, self.span(value).start);
        let Some(at) = between.of(self.text).find('=') else { return };
        let start = between.start + at as u32;
        let place = self.place(Span::new(start, start + 1));
        self.diagnostics.push(
            Diagnostic::new(Code::P001, place, "`=` assigns, it does not compare")
                .help("write `==`; an assignment that is meant stands in parentheses of its own")
                .mend(Fix {
                    title: "write `==`".into(),
                    certain: false,
                    edits: vec![Edit { at: place, text: "==".into() }],
                }),
        );
    }

    /// `if … else …`
    pub(crate) fn if_(&mut self, start: u32, end: u32, arms: Cells, otherwise: Option<NodeId>) -> NodeId {
        let arms = self.list(arms);
        self.node(start, end, Node::If { arms, otherwise })
    }

    /// `match x { … }`
    pub(crate) fn match_(&mut self, start: u32, end: u32, subject: NodeId, arms: Cells) -> NodeId {
        let arms = self.list(arms);
        self.node(start, end, Node::Match { subject, arms })
    }

    /// `switch x { … }`
    pub(crate) fn switch(&mut self, start: u32, end: u32, subject: NodeId, cases: Cells) -> NodeId {
        let cases = self.list(cases);
        self.node(start, end, Node::Switch { subject, cases })
    }

    /// `case x: …`
    pub(crate) fn case(&mut self, start: u32, end: u32, test: Option<NodeId>, body: Cells) -> NodeId {
        let body = self.list(body);
        self.node(start, end, Node::Case { test, body })
    }

    /// `uncertain if x { … }`
    pub(crate) fn uncertain_if(&mut self, start: u32, end: u32, subject: NodeId, bands: Cells) -> NodeId {
        let bands = self.list(bands);
        self.node(start, end, Node::UncertainIf { subject, bands })
    }

    /// A branch with a threshold of its own.
    pub(crate) fn band(
        &mut self,
        start: u32,
        end: u32,
        band: Band,
        (from, to, operator): (u32, u32, Infix),
        threshold: NodeId,
        body: NodeId,
    ) -> NodeId {
        if operator != Infix::GreaterEqual {
            let at = self.place(Span::new(from, to));
            let report = Diagnostic::new(Code::P001, at, format!("`{}` cannot set a threshold", operator.spelling()));
            self.diagnostics.push(report.help("write `>=`").fix("write `>=`", at.span, ">="));
        }
        self.node(start, end, Node::Band { band, threshold: Some(threshold), body })
    }

    /// The body of an `uncertain` loop.
    pub(crate) fn bands(&mut self, start: u32, end: u32, bands: Cells) -> NodeId {
        let list = self.list(bands);
        self.node(start, end, Node::Bands(list))
    }

    /// `let x, i in xs`
    pub(crate) fn for_each(
        &mut self,
        start: u32,
        keyword: Option<Keyword>,
        variables: Cells,
        (of, end): (bool, u32),
        source: NodeId,
    ) -> Parts {
        let patterns = self.list(variables);
        for index in patterns.start..patterns.start + patterns.len {
            let id = self.tree.links[index as usize];
            if let Node::Declarator { pattern, annotation, value } = self.tree.nodes[id.place()] {
                self.tree.links[index as usize] = pattern;
                if let Some(extra) = value.or(annotation) {
                    let span = self.span(extra);
                    self.report(Code::P001, span, "a loop variable has neither type nor value", "remove it");
                }
            }
        }
        if patterns.len > 2 {
            let third = self.tree.links[patterns.start as usize + 2];
            let span = self.span(third);
            self.report(Code::P001, span, "a loop has two variables at most", "remove it");
        }
        let head = self.node(start, end, Node::ForEachHead { keyword, patterns, of, max: None });
        Parts { head, source: Some(source) }
    }

    /// `init; condition; step`
    pub(crate) fn for_count(
        &mut self,
        start: u32,
        end: u32,
        init: Option<NodeId>,
        condition: Option<NodeId>,
        steps: Option<Cells>,
    ) -> Parts {
        let step = steps.and_then(|cells| self.single(cells));
        let head = self.node(start, end, Node::ForCountHead { init, condition, step });
        Parts { head, source: None }
    }

    /// The one expression of a row; a second one would be the comma operator.
    pub(crate) fn single(&mut self, cells: Cells) -> Option<NodeId> {
        let list = self.list(cells);
        if list.len > 1 {
            let second = self.tree.links[list.start as usize + 1];
            let span = self.span(second);
            self.report(
                Code::P008,
                span,
                "there is no comma operator",
                "keep one expression here, and move the other into the loop or before it",
            );
        }
        self.tree.links.get(list.start as usize).copied()
    }

    /// A `for` with its body.
    pub(crate) fn for_(&mut self, start: u32, end: u32, parts: Parts, max: Option<NodeId>, body: NodeId) -> NodeId {
        let head = parts.head;
        match parts.source {
            Some(source) => {
                if let Node::ForEachHead { max: most, .. } = &mut self.tree.nodes[head.place()] {
                    *most = max;
                }
                self.node(start, end, Node::ForEach { head, source, body })
            }
            None => self.node(start, end, Node::ForCount { head, max, body }),
        }
    }
}
