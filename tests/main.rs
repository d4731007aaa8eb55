//! All integration tests in one binary, because each further one links everything again.

mod binary;
mod explanations;
mod tidy;
