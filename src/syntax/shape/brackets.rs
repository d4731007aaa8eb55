//! Which bracket closes which, and what is done when one has no other.
//!
//! When all brackets fit, one walk with a stack pairs them. When they do not, or fit by chance alone, the layout is asked ([`super::layout`]).

use super::layout::{leaves_head, mend};
use super::turned::is_turned;
use crate::diagnostic::Diagnostics;
use crate::source::FileId;
use crate::syntax::token::{Kind, Token};

/// The tokens with brackets that fit, and for each bracket the index of the other one.
pub(super) fn pair(
    file: FileId,
    text: &str,
    tokens: Vec<Token>,
    diagnostics: &mut Diagnostics,
) -> (Vec<Token>, Vec<u32>) {
    if let Some(partner) = partners(&tokens, true) {
        return (tokens, partner);
    }
    // What was mended stands as it is, however it looks.
    let mut tokens = mend(file, text, &tokens, diagnostics);
    let partner = partners(&tokens, false).unwrap_or_else(|| {
        tokens.retain(|token| !token.kind.opens() && !token.kind.closes());
        vec![0; tokens.len()]
    });
    (tokens, partner)
}

/// Which bracket belongs to which; nothing when one has no other, or when they fit by chance alone and that counts.
fn partners(tokens: &[Token], wary: bool) -> Option<Vec<u32>> {
    let mut partner = vec![0; tokens.len()];
    let mut open: Vec<u32> = Vec::new();
    let (mut openers, mut closers) = (false, false);
    for (index, token) in tokens.iter().enumerate() {
        if token.kind.opens() {
            let leaves = |head: &u32| wary && leaves_head(tokens, *head, index);
            if token.kind == Kind::BraceOpen {
                if open.last().is_some_and(leaves) {
                    return None;
                }
                openers |= is_turned(tokens, index);
            }
            open.push(index as u32);
        } else if token.kind.closes() {
            let other = open.pop()?;
            if tokens[other as usize].kind.closer() != token.kind {
                return None;
            }
            closers |= is_turned(tokens, index);
            partner[other as usize] = index as u32;
            partner[index] = other;
        }
    }
    (open.is_empty() && !(wary && openers && closers)).then_some(partner)
}
