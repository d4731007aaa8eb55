//! Prism: programs that orchestrate agents whose answers may be wrong.
//!
//! The modules are floors of one building. A floor may name only the floors above it in this list
//! (the ground comes first); `tests/tidy.rs` reads the order from this file and fails on any other path.

// ground: data that knows no stage of the language
pub mod source;
pub mod diagnostic;
pub mod types;
pub mod value;
pub mod host;
pub mod builtin;

// language: pure functions of their input
pub mod syntax;
pub mod format;
pub mod grammar;
pub mod hir;
pub mod ir;
pub mod check;

// execution: no async, no I/O
pub mod vm;
pub mod engine;

// advice: what to write instead, tried before it is offered
pub mod mend;
pub mod scenario;
pub mod verify;

// surface
#[cfg(feature = "cli")]
pub mod cli;
