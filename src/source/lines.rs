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
    counts: Vec<Count>,
}

/// How many characters stand before a byte. There is one every few kilobytes, so that finding a column takes the same
/// time however long the line is.
#[derive(Clone, Copy, Default, Debug)]
struct Count {
    offset: u32,
    characters: u32,
    utf16: u32,
}

/// What some editors write before a text.
pub const MARK: char = '\u{feff}';

/// About how far the counts are apart.
const STRIDE: usize = 4096;

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
        let mut counts = vec![Count::default()];
        let mut last = Count::default();
        while text.len() - last.offset as usize > STRIDE {
            last = last.advanced(text, text.floor_char_boundary(last.offset as usize + STRIDE));
            counts.push(last);
        }
        Self { starts, counts }
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
        let begin = self.starts[line] as usize;
        let (start, here) = if end - begin <= STRIDE {
            let start = Count { offset: begin as u32, ..Count::default() };
            (start, start.advanced(text, end))
        } else {
            (self.counted(text, begin), self.counted(text, end))
        };
        // A mark of the order of bytes is part of the file and of no line.
        let mark = u32::from(begin == 0 && end > 0 && text.starts_with(MARK));
        Position {
            line: line as u32 + 1,
            column: here.characters - start.characters + 1 - mark,
            utf16: here.utf16 - start.utf16 + 1 - mark,
            offset,
        }
    }

    /// How many characters stand before a byte that begins one.
    fn counted(&self, text: &str, offset: usize) -> Count {
        let index = self.counts.partition_point(|count| count.offset as usize <= offset) - 1;
        self.counts[index].advanced(text, offset)
    }
}

impl Count {
    /// Counts on to a later byte that begins a character.
    fn advanced(self, text: &str, offset: usize) -> Self {
        let between = &text[self.offset as usize..offset];
        if between.is_ascii() {
            let length = between.len() as u32;
            return Self { offset: offset as u32, characters: self.characters + length, utf16: self.utf16 + length };
        }
        Self {
            offset: offset as u32,
            characters: self.characters + between.chars().count() as u32,
            utf16: self.utf16 + between.chars().map(|c| c.len_utf16() as u32).sum::<u32>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_people_and_editors_count() {
        let text = format!("{}\r\n{}x\rlast", "é".repeat(5000), "👩".repeat(3000));
        let lines = Lines::of(&text);
        let place = |needle: &str| {
            let at = lines.position(&text, text.find(needle).unwrap() as u32);
            (at.line, at.column, at.utf16)
        };
        assert_eq!(place("\r"), (1, 5001, 5001));
        assert_eq!(place("x"), (2, 3001, 6001));
        assert_eq!(place("last"), (3, 1, 1));
        assert_eq!(Lines::of("").position("", 0).line, 1);
        let marked = "\u{feff}ab\nc";
        let columns = [0, 3, 4, 6].map(|at| Lines::of(marked).position(marked, at).column);
        assert_eq!(columns, [1, 1, 2, 1]);
        assert_eq!(lines.position(&text, u32::MAX).column, 5);
    }
}
