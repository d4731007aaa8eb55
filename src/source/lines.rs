//! Byte offsets as lines and columns.

/// Where a byte stands, for people and editors; all counted from 1, except the byte offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in characters.
    pub column: u32,
    /// The column in UTF-16 units, which editors count.
    pub utf16: u32,
    /// The byte offset in the file.
    pub offset: u32,
}

/// The starts of a text's lines. A line ends at `\n`, `\r\n` or a lone `\r`.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of a text.
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (i, &byte) in bytes.iter().enumerate() {
            let ends = byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
            if ends {
                starts.push(i as u32 + 1);
            }
        }
        Self { starts }
    }

    /// How many lines there are; at least one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line, counted from 0, that holds a byte.
    pub fn line(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The byte where a line, counted from 0, begins.
    pub fn start(&self, line: usize) -> u32 {
        self.starts[line]
    }

    /// Line and columns of a byte offset; an offset inside a character counts as its beginning.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let mut end = (offset as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let line = self.line(end as u32);
        let before = &text[self.starts[line] as usize..end];
        Position {
            line: line as u32 + 1,
            column: before.chars().count() as u32 + 1,
            utf16: before.encode_utf16().count() as u32 + 1,
            offset,
        }
    }
}
