//! Policies from disk.

use std::path::Path;

use super::{Usage, source};
use crate::check::Policy;

/// The policy of a file, if one is given.
pub(super) fn read(path: Option<&Path>) -> Result<Option<Policy>, Usage> {
    let Some(path) = path else { return Ok(None) };
    let shown = path.display();
    let text = source::text(path, source::LARGEST)?;
    let json: serde_json::Value = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Usage::new(format!("`{shown}`, line {line}: {}; a policy is written in TOML", error.message()))
    })?;
    Policy::read(&json).map(Some).map_err(|problems| Usage::new(format!("`{shown}`: {}", problems.join("; "))))
}
