//! What was read and where in it.
//!
//! Everything that later stages say about a text is said in byte offsets of one file, because bytes are what slicing
//! needs; lines and columns, which people and editors need, are computed from them on demand by [`Lines`].

mod lines;
mod name;

pub use lines::{Lines, MARK, Position};
pub use name::{Name, Names};

use std::sync::{Arc, OnceLock};

/// A range of bytes in one file, end exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The empty range at `offset`.
    pub const fn at(offset: u32) -> Self {
        Self::new(offset, offset)
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// Whether another lies within it.
    pub fn holds(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text it covers.
    pub fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }

    /// Whether it covers nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A file of a [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct FileId(pub u32);

/// A range of bytes in a named file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Location {
    /// Where the text stands.
    pub file: FileId,
    /// Which part of it.
    pub span: Span,
}

impl Location {
    /// A range in a file.
    pub const fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }

    /// Whether another lies within it.
    pub fn holds(self, other: Self) -> bool {
        self.file == other.file && self.span.holds(other.span)
    }
}

/// One text with its name as people know it: a path as given, `std/…`, or `<stdin>`.
#[derive(Debug)]
pub struct File {
    name: String,
    text: Arc<str>,
    lines: OnceLock<Lines>,
}

impl File {
    /// The name shown in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Its line starts, found on first use.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(&self.text))
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(&self.text, offset)
    }
}

/// All texts of one program, in the order they were read.
#[derive(Default, Debug)]
pub struct Sources {
    files: Vec<File>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(File { name: name.into(), text: text.into(), lines: OnceLock::new() });
        id
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// All files, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(i as u32), file))
    }

    /// The text at a location.
    pub fn text(&self, at: Location) -> &str {
        at.span.of(&self.file(at.file).text)
    }
}
