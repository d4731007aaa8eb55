//! Text to tree.

pub mod ast;

/// Replaced by the lexer's own.
#[derive(Clone, Copy, Debug)]
pub enum Token {
    /// Any.
    Any,
}
