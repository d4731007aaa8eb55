//! Prism: programs that orchestrate agents whose answers may be wrong.
//!
//! The modules are floors of one building. A floor may name only the floors above it in this list
//! (the ground comes first); `tests/tidy.rs` reads the order from this file and fails on any other path.

// ground: data that knows no stage of the language
pub mod builtin;
pub mod diagnostic;
pub mod source;
pub mod types;

// language: pure functions of their input
pub mod hir;
pub mod ir;
pub mod syntax;
