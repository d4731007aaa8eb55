//! Braces that are the wrong way round.
//!
//! One `}` in the place of a `{` makes two too many of it, so the numbers say which braces may be the other one, and the line
//! of each whether it is: turned round, it fits.

use crate::syntax::token::{Kind, Token};

/// How many tokens of a line are looked at.
const LINE: usize = 128;

/// Whether a `}` or `{` there can only be the other one: it stands where a value is expected, or before what goes on behind
/// one.
pub(super) fn is_turned(tokens: &[Token], index: usize) -> bool {
    match tokens[index].kind {
        Kind::BraceClose => match index.checked_sub(1).map(|index| tokens[index].kind) {
            Some(Kind::ParenOpen | Kind::SquareOpen | Kind::Equal | Kind::Assign(_) | Kind::Arrow) => true,
            Some(kind @ Kind::Infix(_)) => !kind.is_word(),
            _ => false,
        },
        Kind::BraceOpen => {
            let next = tokens.get(index + 1).map(|token| token.kind);
            matches!(next, Some(Kind::Comma | Kind::ParenClose | Kind::SquareClose | Kind::Dot))
        }
        _ => false,
    }
}

/// Whether the brackets of a line fit, what it closes at its beginning and opens at its end aside, with the brace at a place
/// taken for the other one if it is named. A long line is not looked at.
pub(super) fn line_fits(tokens: &[Token], first: usize, turned: Option<usize>) -> bool {
    let mut open = Vec::new();
    let mut leads = true;
    for (index, token) in tokens.iter().enumerate().skip(first).take(LINE) {
        if index > first && token.newline {
            return open.is_empty();
        }
        let kind = if turned == Some(index) { other_brace(token.kind) } else { token.kind };
        if kind.opens() {
            let ends = tokens.get(index + 1).is_none_or(|next| next.newline);
            if !ends {
                open.push(kind.closer());
            }
        } else if kind.closes() && !(leads && open.is_empty()) && open.pop() != Some(kind) {
            return false;
        }
        leads &= kind.closes();
    }
    open.is_empty() && tokens.len() - first < LINE
}

/// The other brace.
pub(super) fn other_brace(kind: Kind) -> Kind {
    if kind == Kind::BraceOpen { Kind::BraceClose } else { Kind::BraceOpen }
}

/// Which braces may be the other one: a brace that is makes two too many of it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Turns {
    /// None.
    None,
    /// So many `{` where `}` is meant.
    Openers(u64),
    /// So many `}` where `{` is meant.
    Closers(u64),
    /// One of each, where their places show it.
    Both,
}

impl Turns {
    /// What the numbers of the braces say.
    pub(super) fn of(tokens: &[Token]) -> Turns {
        let (mut more, mut openers, mut closers) = (0i64, false, false);
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::BraceOpen => (more, openers) = (more + 1, openers || is_turned(tokens, index)),
                Kind::BraceClose => (more, closers) = (more - 1, closers || is_turned(tokens, index)),
                _ => {}
            }
        }
        match more {
            0 if openers && closers => Turns::Both,
            0 => Turns::None,
            _ if more % 2 != 0 => Turns::None,
            _ if more > 0 => Turns::Openers(more.unsigned_abs() / 2),
            _ => Turns::Closers(more.unsigned_abs() / 2),
        }
    }
}
