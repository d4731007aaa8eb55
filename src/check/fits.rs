//! Whether values of one type can be values of another.

use crate::hir::Program;
use crate::types::{Literal, Shape, Type};

/// How a value of one type fits another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Fit {
    /// No value of the type fits.
    Never,
    /// Some may.
    Maybe,
    /// All do.
    Always,
}

/// A named type's definition, and the type itself otherwise.
pub(super) fn resolve<'a>(program: &'a Program, kind: &'a Type) -> &'a Type {
    let mut at = kind;
    // A chain of names is as long as there are names; a circle is refused before.
    for _ in 0..=program.types.len() {
        match at {
            Type::Named(id) => at = &program.types[id.0 as usize].definition,
            _ => break,
        }
    }
    at
}

/// Whether values of `from` fit `to`.
pub(super) fn fits(program: &Program, from: &Type, to: &Type) -> Fit {
    fit(program, from, to, 0)
}

fn fit(program: &Program, from: &Type, to: &Type, depth: u32) -> Fit {
    if depth > 8 || from == to {
        return if from == to { Fit::Always } else { Fit::Maybe };
    }
    let (from, to) = (resolve(program, from), resolve(program, to));
    match (from, to) {
        (_, Type::Any) => Fit::Always,
        (Type::Any, _) => Fit::Maybe,
        (Type::Union(all), _) => {
            let each: Vec<Fit> = all.iter().map(|one| fit(program, one, to, depth + 1)).collect();
            if each.iter().all(|f| *f == Fit::Always) {
                Fit::Always
            } else if each.iter().all(|f| *f == Fit::Never) {
                Fit::Never
            } else {
                Fit::Maybe
            }
        }
        (_, Type::Union(all)) => all.iter().map(|one| fit(program, from, one, depth + 1)).max().unwrap_or(Fit::Never),
        (Type::Literal(a), Type::Literal(b)) => {
            if a == b {
                Fit::Always
            } else {
                Fit::Never
            }
        }
        (Type::Literal(a), _) => fit(program, &widened(a), to, depth + 1),
        (_, Type::Literal(b)) => {
            if *from == widened(b) {
                Fit::Maybe
            } else {
                Fit::Never
            }
        }
        (Type::List(a), Type::List(b)) => match fit(program, a, b, depth + 1) {
            // An empty list fits whatever its elements are said to be.
            Fit::Never => Fit::Maybe,
            other => other,
        },
        (Type::Object(a), Type::Object(b)) => shapes(program, a, b, depth),
        (Type::Function(_), Type::Function(_)) => Fit::Maybe,
        (Type::Agent(_) | Type::Agents { .. }, _) | (_, Type::Agent(_) | Type::Agents { .. }) => {
            let plain = |t: &Type| matches!(t, Type::Number | Type::String | Type::Boolean | Type::Null);
            let one = matches!(from, Type::Agent(_)) || matches!(to, Type::Agent(_));
            let other = |t: &Type| plain(t) || one && matches!(t, Type::List(_) | Type::Function(_));
            if other(from) || other(to) { Fit::Never } else { Fit::Maybe }
        }
        _ if std::mem::discriminant(from) == std::mem::discriminant(to) => Fit::Always,
        _ => Fit::Never,
    }
}

fn shapes(program: &Program, from: &Shape, to: &Shape, depth: u32) -> Fit {
    let mut worst = Fit::Always;
    for wanted in &to.fields {
        let found = match from.fields.iter().find(|f| f.name == wanted.name) {
            Some(given) => {
                let fit = fit(program, &given.value, &wanted.value, depth + 1);
                if given.optional && !wanted.optional { fit.min(Fit::Maybe) } else { fit }
            }
            None if wanted.optional => Fit::Always,
            None if from.others.is_some() => Fit::Maybe,
            None => fit(program, &Type::Null, &wanted.value, depth + 1),
        };
        worst = worst.min(found);
    }
    if let Some(wanted) = &to.others {
        let named = |name: &str| to.fields.iter().any(|field| &*field.name == name);
        for given in from.fields.iter().filter(|given| !named(&given.name)) {
            worst = worst.min(fit(program, &given.value, wanted, depth + 1));
        }
        worst = match &from.others {
            Some(others) => worst.min(fit(program, others, wanted, depth + 1).max(Fit::Maybe)),
            None => worst,
        };
    }
    worst
}

/// The type whose value a literal is.
pub(super) fn widened(literal: &Literal) -> Type {
    match literal {
        Literal::Text(_) => Type::String,
        Literal::Number(_) => Type::Number,
        Literal::Bool(_) => Type::Boolean,
    }
}
