//! All integration tests in one binary, because each further one links everything again.

mod check;
mod binary;
mod cli;
mod errors;
mod explanations;
mod format;
mod goldens;
mod language;
mod reference;
mod stages;
mod tidy;
