//! Text to tree: tokens, tokens as they are at their place, a tree. Parsing never fails.

mod advice;
pub mod ast;
pub(crate) mod builder;
pub mod comments;
mod driver;
pub mod lexer;
pub mod literal;
mod message;
pub mod operator;
mod parser;
pub mod print;
pub mod shape;
pub mod token;
pub mod visit;

pub use parser::{Limits, parse, parse_within};
