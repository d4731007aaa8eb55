//! What is certain of a value before a run: its type where it is plain, and whether it is exact.

use super::Op;

/// Whether the result is exact, given whether all arguments are.
pub(super) fn exact(op: &Op, arguments: bool) -> bool {
    use crate::hir::{Binary, Unary};
    match op {
        Op::Const(_) | Op::IsNull | Op::Count | Op::Turns | Op::Unary(Unary::Confidence) | Op::Offers(_) => true,
        Op::Unary(_) | Op::Text | Op::Range { .. } | Op::Step(_) | Op::Truth | Op::Ask => arguments,
        Op::Binary(operator) => {
            arguments && !matches!(operator, Binary::State | Binary::Gate | Binary::Under | Binary::Best)
        }
        Op::Under | Op::Index { .. } | Op::Field(_) | Op::Fits { .. } | Op::Has(_) => false,
        _ => false,
    }
}
