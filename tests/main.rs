//! All integration tests in one binary, because each further one links everything again.
// The grammar for editors is one deep literal.
#![recursion_limit = "256"]

mod agree;
mod binary;
mod builtins;
mod broken;
mod certificates;
mod check;
mod cli;
mod cores;
mod docs;
mod edits;
mod editors;
mod errors;
mod examples;
mod explanations;
mod format;
mod generate;
mod goldens;
mod grammar;
mod hostile;
mod linear;
mod limits;
mod machine;
mod mends;
mod mistakes;
mod operator;
mod oracle;
mod proofs;
mod reference;
mod repl;
mod rules;
mod running;
mod scenarios;
mod stages;
mod tidy;
