//! What is walked, spread, taken apart or read has parts.

use super::Typing;
use crate::builtin;
use crate::check::fits::resolve;
use crate::diagnostic::Code;
use crate::hir::{Expr, LinkKind, Pattern, PatternKind};
use crate::source::Span;
use crate::types::{Literal, Type};
use crate::value::Kind;

impl<'a> Typing<'a> {
    /// What a loop goes through.
    pub(super) fn walked(&mut self, kind: &Type, span: Span) {
        if self.is_always(kind, &has_no_parts) {
            let kind = self.program.spelled(kind);
            let message = format!("`for` goes through a list, an object or a text, and this is `{kind}`");
            self.report(Code::T002, span, message, "give it what it is to go through, as in `0..n` or `range(n)`");
        }
    }

    /// An end of `low..high`.
    pub(super) fn counted(&mut self, end: &'a Expr) {
        let kind = self.visit(end);
        let number = |kind: &Type| matches!(kind, Type::Number | Type::Literal(Literal::Number(_)) | Type::Any);
        if self.is_always(&kind, &|kind| !number(kind)) {
            let message =
                format!("`..` counts from one number to another, and this is `{}`", self.program.spelled(&kind));
            self.refuse(Code::T002, Code::R002, end.span, message, "make it a number: `Number(x)`");
        }
    }

    /// `...x` in a list or among arguments.
    pub(super) fn spread(&mut self, x: &'a Expr) -> Type {
        let kind = self.visit(x);
        self.is_list(&kind, x.span, Code::R002, "`...` takes a list here");
        kind
    }

    /// `...x` in an object.
    pub(super) fn spread_out(&mut self, x: &'a Expr) {
        let kind = self.visit(x);
        let wrong = |kind: &Type| {
            let flat = has_no_parts(kind) && *kind != Type::Null;
            flat || matches!(kind, Type::String | Type::Literal(Literal::Text(_)) | Type::List(_))
        };
        if self.is_always(&kind, &wrong) {
            let kind = self.program.spelled(&kind);
            let message = format!("`...` takes an object here, and this is `{kind}`");
            self.refuse(Code::T002, Code::R004, x.span, message, "");
        }
    }

    /// What a pattern takes apart.
    pub(super) fn taken_apart(&mut self, pattern: &Pattern, kind: &Type) {
        match &pattern.kind {
            PatternKind::List { .. } => self.is_list(kind, pattern.span, Code::R004, "a list is taken apart here"),
            PatternKind::Object { .. } if self.is_always(kind, &has_no_parts) => {
                let kind = self.program.spelled(kind);
                let message = format!("an object is taken apart here, and this is `{kind}`");
                self.refuse(Code::T002, Code::R004, pattern.span, message, "");
            }
            _ => {}
        }
    }

    fn is_list(&mut self, kind: &Type, span: Span, fails: Code, what: &str) {
        if self.is_always(kind, &|kind| has_no_parts(kind) || matches!(kind, Type::Object(_) | Type::Agent(_))) {
            let kind = self.program.spelled(kind);
            self.refuse(Code::T002, fails, span, format!("{what}, and this is `{kind}`"), "");
        }
    }

    /// Null has no properties; the few methods of everything it has as well.
    pub(super) fn read_of_null(&mut self, read: &LinkKind, span: Span) {
        let name = match read {
            LinkKind::Member(name) => format!("`{name}`"),
            LinkKind::Method { name, .. } if builtin::find_method(Kind::Null, name).is_none() => format!("`{name}`"),
            LinkKind::Index(_) => "element".to_owned(),
            _ => return,
        };
        self.report(Code::T006, span, format!("`null` has no {name}"), "");
    }

    /// Whether all that a type may be is of a kind.
    fn is_always(&self, kind: &Type, of: &dyn Fn(&Type) -> bool) -> bool {
        match resolve(self.program, kind) {
            Type::Union(all) => all.iter().all(|one| self.is_always(one, of)),
            kind => of(kind),
        }
    }
}

/// Whether this is one value without elements or entries.
fn has_no_parts(kind: &Type) -> bool {
    matches!(
        kind,
        Type::Null
            | Type::Boolean
            | Type::Number
            | Type::Function(_)
            | Type::Literal(Literal::Number(_) | Literal::Bool(_))
    )
}
