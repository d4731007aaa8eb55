//! Whether the arms of a `match` leave something out.

use super::Typing;
use crate::check::fits::{Fit, fits, resolve};
use crate::diagnostic::Code;
use crate::hir::{Arm, ExprKind, Key, Pattern, PatternKind, Program};
use crate::source::Span;
use crate::types::{Literal, Type};

impl Typing<'_> {
    /// Whether some arm fits whatever comes.
    pub(super) fn exhaustive(&mut self, kind: &Type, arms: &[Arm], span: Span) {
        let sure: Vec<&Pattern> =
            arms.iter().filter(|arm| arm.guard.is_none()).flat_map(|arm| each(&arm.pattern)).collect();
        // Behind an arm that takes everything nothing is reached anyway.
        let open = arms.iter().position(|arm| arm.guard.is_none() && each(&arm.pattern).into_iter().any(is_open));
        for arm in &arms[..open.map_or(arms.len(), |at| at + 1)] {
            let never = |pattern: &Pattern| match &pattern.kind {
                PatternKind::Equal(value) => {
                    literal(&value.kind).is_some_and(|one| fits(self.program, &one, kind) == Fit::Never)
                }
                _ => false,
            };
            if each(&arm.pattern).into_iter().all(never) {
                let message = "this arm is never reached: what comes is never that";
                self.report(Code::T012, arm.span, message.to_owned(), "take it out, or correct what it is to fit");
            }
        }
        if sure.iter().any(|pattern| is_open(pattern)) {
            return;
        }
        let mut left: Vec<Type> = match resolve(self.program, kind) {
            Type::Union(all) => all.to_vec(),
            Type::Boolean => vec![Type::Literal(Literal::Bool(true)), Type::Literal(Literal::Bool(false))],
            Type::Literal(one) => vec![Type::Literal(one.clone())],
            other => vec![other.clone()],
        };
        left.retain(|kind| !sure.iter().any(|pattern| takes(self.program, pattern, kind)));
        if every_length(&sure) {
            // Of what nobody says what it is, the arms say that it is a list.
            left.retain(|kind| !matches!(resolve(self.program, kind), Type::List(_) | Type::Agents { .. } | Type::Any));
        }
        if left.is_empty() {
            return;
        }
        let rest = left
            .iter()
            .filter(|t| matches!(t, Type::Literal(_) | Type::Null))
            .map(|t| format!("`{}`", self.program.spelled(t)))
            .collect::<Vec<_>>();
        let message = if rest.is_empty() {
            "no arm may fit what comes".to_owned()
        } else {
            format!("no arm fits {}", rest.join(", "))
        };
        let head = Span::new(span.start, span.start + 5);
        self.report(Code::T011, head, message, "add an arm for the rest: `_ => …`");
    }
}

/// The type of a literal.
fn literal(value: &ExprKind) -> Option<Type> {
    Some(match value {
        ExprKind::Text(text) => Type::Literal(Literal::Text(text.clone())),
        ExprKind::Number(x) => Type::Literal(Literal::Number(*x)),
        ExprKind::Bool(b) => Type::Literal(Literal::Bool(*b)),
        ExprKind::Null => Type::Null,
        _ => return None,
    })
}

/// The alternatives of a pattern.
fn each(pattern: &Pattern) -> Vec<&Pattern> {
    match &pattern.kind {
        PatternKind::Either(all) => all.iter().flat_map(each).collect(),
        _ => vec![pattern],
    }
}

/// Whether a pattern fits whatever comes.
fn is_open(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Ignore | PatternKind::Bind(_) => true,
        PatternKind::Default(inner, _) => is_open(inner),
        PatternKind::Either(all) => all.iter().any(is_open),
        _ => false,
    }
}

/// Whether a pattern fits all that a type says.
fn takes(program: &Program, pattern: &Pattern, kind: &Type) -> bool {
    match (&pattern.kind, resolve(program, kind)) {
        (PatternKind::Equal(value), kind) => literal(&value.kind).as_ref() == Some(kind),
        (PatternKind::Object { entries, .. }, Type::Object(shape)) => entries.iter().all(|(key, inner)| {
            let Key::Fixed(name) = key else { return false };
            let field = shape.fields.iter().find(|field| field.name == *name && !field.optional);
            field.is_some_and(|field| takes(program, inner, &field.value))
        }),
        _ => is_open(pattern),
    }
}

/// Whether some pattern fits any list, by how long it is alone.
fn every_length(patterns: &[&Pattern]) -> bool {
    let (mut exact, mut from) = (Vec::new(), None);
    for pattern in patterns {
        if let PatternKind::List { elements, rest } = &pattern.kind
            && elements.iter().all(is_open)
        {
            match rest {
                Some(_) => from = Some(from.map_or(elements.len(), |least: usize| least.min(elements.len()))),
                None => exact.push(elements.len()),
            }
        }
    }
    from.is_some_and(|from| (0..from).all(|length| exact.contains(&length)))
}
