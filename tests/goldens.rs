//! Files whose expected content stands beside them. `UPDATE=1` writes it anew; the difference belongs to the review.

use std::path::{Path, PathBuf};

/// The place of a file of the project.
pub(crate) fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// All files of a folder with an extension, in the order of their names.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(place(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|known| known == extension))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

/// Whether goldens are to be written.
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| !value.is_empty())
}

/// Compares a text with a file, or writes the file; gives what differs.
pub(crate) fn compare(path: &Path, got: &str) -> Result<(), String> {
    if updating() {
        std::fs::write(path, got).unwrap();
        return Ok(());
    }
    let wanted = std::fs::read_to_string(path).unwrap_or_default();
    if wanted == got {
        return Ok(());
    }
    let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display();
    let line = wanted.lines().zip(got.lines()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| text.lines().skip(line).take(6).map(|line| format!("    {line}\n")).collect::<String>();
    Err(format!(
        "{name}:{}: differs (UPDATE=1 cargo test writes it anew)\n  expected\n{}  got\n{}",
        line + 1,
        show(&wanted),
        show(got)
    ))
}

/// Fails with all differences at once.
pub(crate) fn report(outcomes: impl IntoIterator<Item = Result<(), String>>) {
    let faults: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
