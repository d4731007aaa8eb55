//! Modules from disk, and those that belong to the language.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::source::{LARGEST, limited, reason};
use crate::hir::Modules;

/// The files that a program on disk may import.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Disk;

/// The path without `.` and with each `..` taken back, so that two ways to a file give one name.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

impl Modules for Disk {
    fn find(&self, from: &str, path: &str) -> Option<String> {
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        let found = plain(&folder.join(path));
        found.is_file().then(|| found.display().to_string())
    }

    fn read(&self, name: &str) -> Result<String, String> {
        let bytes = fs::File::open(name).and_then(|file| limited(file, LARGEST));
        let bytes = bytes.map_err(|error| format!("`{name}` cannot be read: {}", reason(&error)))?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!("`{name}` is larger than {} MiB", LARGEST >> 20));
        }
        String::from_utf8(bytes).map_err(|_| format!("`{name}` is no UTF-8"))
    }

    fn nearby(&self, from: &str) -> Vec<String> {
        let folder = Path::new(from).parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| {
                name.ends_with(".prism") && Some(name.as_str()) != Path::new(from).file_name().and_then(|n| n.to_str())
            })
            .map(|name| format!("./{name}"))
            .collect();
        names.sort();
        names
    }
}
