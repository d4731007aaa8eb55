//! A command again and again, whenever a file that it read changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::screen::warn;
use super::{Exit, Usage};
use crate::diagnostic::escaped;

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// How much earlier than it happened a change may be stamped: file systems look at a clock that ticks slowly.
const TICK: Duration = Duration::from_millis(20);

/// What tells that a file or folder is another than before.
type Mark = Option<(SystemTime, u64)>;

fn mark(path: &Path) -> Mark {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len()))
}

/// Runs rounds until the process is interrupted. The first one must succeed; what goes wrong later is shown, and the next
/// change is waited for.
pub(super) fn rounds(
    also: Vec<PathBuf>,
    mut round: impl FnMut() -> Result<(Exit, Vec<PathBuf>), Usage>,
) -> Result<Exit, Usage> {
    thread::sleep(TICK);
    let mut began = SystemTime::now();
    let mut files = round()?.1;
    loop {
        let mut watched: BTreeSet<PathBuf> = also.iter().cloned().collect();
        // Folders change when files in them come and go.
        watched.extend(files.iter().filter_map(|file| file.parent()).map(
            |folder| match folder.as_os_str().is_empty() {
                true => PathBuf::from("."),
                false => folder.to_owned(),
            },
        ));
        watched.extend(files.iter().cloned());
        let before: Vec<Mark> = watched.iter().map(|path| mark(path)).collect();
        // What changed during the round may have been read too early.
        let late = before.iter().flatten().any(|(modified, _)| *modified + TICK > began);
        while !late && watched.iter().map(|path| mark(path)).eq(before.iter().copied()) {
            thread::sleep(PAUSE);
        }
        // Editors write in several steps.
        thread::sleep(PAUSE / 4);
        began = SystemTime::now();
        warn("\n");
        match round() {
            Ok((_, read)) => files = read,
            Err(Usage(message)) => warn(&format!("prism: {}\n", escaped(&message))),
        }
    }
}
