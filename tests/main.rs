//! All integration tests in one binary, because each further one links everything again.

mod check;
mod binary;
mod cli;
mod docs;
mod editors;
mod errors;
mod explanations;
mod format;
mod goldens;
mod hostile;
mod language;
mod reference;
mod stages;
mod tidy;
