//! All integration tests in one binary, because each further one links everything again.

// The grammar for editors is one deep literal.
#![recursion_limit = "256"]

mod check;
mod binary;
mod cli;
mod docs;
mod editors;
mod errors;
mod explanations;
mod format;
mod goldens;
mod language;
mod reference;
mod stages;
mod tidy;
