//! Programs from disk and standard input.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::Usage;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{FileId, Location, MARK, Sources, Span};

/// The most bytes of one program.
pub(super) const LARGEST: u64 = 4 << 20;

/// The most bytes of the input of a run.
pub(super) const INPUT: u64 = 64 << 20;

/// The name of standard input, in arguments and in messages.
pub(super) const STDIN: &str = "-";

/// The files that paths stand for: a folder for all `.prism` files in it, in the order of their names; what is
/// hidden, links to folders and links that lead nowhere are passed over. A file is listed once.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Usage> {
    let mut found = Vec::new();
    for path in paths {
        if path.as_os_str() != STDIN && path.is_dir() {
            let before = found.len();
            walk(path, &mut found)?;
            if found.len() == before {
                return Err(Usage::new(format!("there is no `.prism` file in the folder `{}`", path.display())));
            }
        } else {
            found.push(path.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Usage> {
    let refused =
        |error: io::Error| Usage::new(format!("cannot read the folder `{}`: {}", folder.display(), reason(&error)));
    let mut entries = fs::read_dir(folder).map_err(refused)?.collect::<Result<Vec<_>, _>>().map_err(refused)?;
    entries.sort_by_key(|entry| entry.file_name());
    for entry in entries {
        let kind = entry.file_type().map_err(refused)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let path = if folder == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() };
        if kind.is_dir() {
            if !hidden {
                walk(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "prism") && !hidden && path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads a program; `-` is standard input. What is no text or too large is a finding, and the file is then left out.
pub(super) fn read(path: &Path, sources: &mut Sources, findings: &mut Diagnostics) -> Result<FileId, Usage> {
    let name = shown(path);
    let bytes =
        bytes(path, LARGEST).map_err(|error| Usage::new(format!("cannot read `{name}`: {}", reason(&error))))?;
    if bytes.len() as u64 > LARGEST {
        let file = sources.add(name, "");
        let message = format!("this file is larger than {} MiB", LARGEST >> 20);
        let at = Location::new(file, Span::at(0));
        findings
            .push(Diagnostic::new(Code::P007, at, message).help("split it into modules, or read the data as input"));
        return Ok(file);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(sources.add(name, text)),
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[start];
            // A byte that is no text is shown as one, so that places stay those of the file.
            let chunks = error.as_bytes().utf8_chunks();
            let shown: String =
                chunks.map(|chunk| chunk.valid().to_owned() + &"?".repeat(chunk.invalid().len())).collect();
            let file = sources.add(name, shown);
            let span = Span::new(start as u32, start as u32 + 1);
            let message = format!("the byte 0x{byte:02x} is no UTF-8");
            findings
                .push(Diagnostic::new(Code::P003, Location::new(file, span), message).help("save the file as UTF-8"));
            Ok(file)
        }
    }
}

/// Writes a program or what belongs to one. Whatever happens on the way, the file holds the old text or the new one.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Usage> {
    // Where it stands and not where a link to it does.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    replace(&target, text).map_err(|error| Usage::new(format!("cannot write `{}`: {}", path.display(), reason(&error))))
}

/// Writes a text beside a file and puts it in its place.
fn replace(target: &Path, text: &str) -> io::Result<()> {
    let Some(old) = fs::metadata(target).ok().filter(fs::Metadata::is_file) else { return fs::write(target, text) };
    // Who may not change the file may not have it replaced, whatever the folder allows.
    fs::OpenOptions::new().write(true).open(target)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}", std::process::id()));
    let Ok(mut file) = fs::File::create_new(&beside) else {
        // A folder that takes no further file may still let this one be written.
        return fs::write(target, text);
    };
    let mut written = || {
        file.write_all(text.as_bytes())?;
        file.set_permissions(old.permissions())?;
        file.sync_all()?;
        fs::rename(&beside, target)
    };
    written().inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// What messages call a file.
pub(super) fn shown(path: &Path) -> String {
    if path.as_os_str() == STDIN { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The bytes of a file or of standard input, or one more than is allowed.
fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    match path.as_os_str() == STDIN {
        true => limited(io::stdin().lock(), most),
        false => limited(fs::File::open(path)?, most),
    }
}

/// All bytes, or one more than is allowed.
pub(super) fn limited(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file that belongs to a run, without a mark of the order of its bytes.
pub(super) fn text(path: &Path, most: u64) -> Result<String, Usage> {
    let refused = |why: &str| Usage::new(format!("cannot read `{}`: {why}", shown(path)));
    let bytes = bytes(path, most).map_err(|error| refused(&reason(&error)))?;
    if bytes.len() as u64 > most {
        return Err(refused(&format!("it is larger than {} MiB", most >> 20)));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| refused("it is no UTF-8"))?;
    if text.starts_with(MARK) {
        text.drain(..MARK.len_utf8());
    }
    Ok(text)
}

/// Refuses to write over a file that is read.
pub(super) fn apart<'p>(option: &str, written: &Path, read: impl IntoIterator<Item = &'p Path>) -> Result<(), Usage> {
    let Ok(place) = fs::canonicalize(written) else { return Ok(()) };
    let same = |path: &&Path| fs::canonicalize(path).is_ok_and(|path| path == place);
    match read.into_iter().find(same) {
        Some(_) => Err(Usage::new(format!(
            "`{option}` would write over `{}`, which is read; name another file",
            shown(written)
        ))),
        None => Ok(()),
    }
}

/// Why a file could not be read, without the number of the system's error.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_string(),
        io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        io::ErrorKind::IsADirectory => "it is a folder".to_string(),
        io::ErrorKind::AlreadyExists => "it exists already".to_string(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            text.to_lowercase()
        }
    }
}
