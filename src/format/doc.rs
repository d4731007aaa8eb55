//! A text whose line ends are still open.
//!
//! The usual document algebra is a tree of small allocations and asks of each group anew whether it fits. Here a
//! document is one row of marks over one buffer of text, written in reading order, and the width that decides a group
//! is known as soon as the first possible line end behind the group has been written. So building and printing are
//! each one pass without recursion, and a group costs the same however large it is.

/// The longest line that is not broken.
pub(super) const WIDTH: u64 = 100;

/// Columns of one step of indentation.
const STEP: usize = 2;

/// What a line end that must happen adds to the width of the groups around it.
const NEVER: u64 = 1 << 24;

/// The width of a group that has not been decided.
const UNKNOWN: u32 = u32::MAX;

/// A mark of a [`Doc`].
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// That many bytes of the buffer, without a line end in them.
    Text(u32),
    /// That many bytes of the buffer, which may have line ends in them.
    Verbatim(u32),
    /// A space, or a line end in a broken group.
    Line,
    /// Nothing, or a line end in a broken group.
    Soft,
    /// A line end.
    Hard,
    /// A line end and an empty line.
    Blank,
    /// A space, or a line end where the text up to the next possible line end, this wide, does not fit.
    Fill(u32),
    /// A line end where the group that closed last was broken and this one is loose.
    Echo,
    /// This byte in a broken group, otherwise nothing.
    Broken(u8),
    /// A space, unless a space or a line end stands before.
    Gap,
    /// The same, and none behind a bracket.
    Apart,
    /// A space before the next text, unless it begins with closing punctuation.
    Follow,
    /// A line end before whatever comes next.
    Stop,
    /// One step further right.
    Indent,
    /// Back to where the last `Indent` found it.
    Dedent,
    /// The beginning of a group, and how many columns it is to the first possible line end behind it.
    Open(u32),
    /// The same for a loose group, whose groups decide for themselves even if it stays on its line itself.
    Loose(u32),
    /// The end of a group.
    Close,
}

/// How a group is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// On one line, with everything inside.
    Flat,
    /// Its own line ends closed; those of the groups inside decide for themselves.
    Loose,
    /// All its own line ends open.
    Broken,
}

/// A group that has been opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    mark: usize,
    begin: u64,
}

/// A document under construction.
#[derive(Default, Debug)]
pub(super) struct Doc {
    text: String,
    marks: Vec<Mark>,
    /// Width of everything so far as if it stood on one line.
    width: u64,
    /// Groups that have closed and wait for the next possible line end.
    closed: Vec<Group>,
    /// Loose groups that end, for their decision, at the next possible line end.
    watched: Vec<Group>,
    /// The last [`Mark::Fill`], until the next possible line end.
    filled: Option<Group>,
}

impl Doc {
    /// A document for about this many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes + bytes / 8), marks: Vec::with_capacity(bytes / 4), ..Self::default() }
    }

    /// Text without a line end.
    #[inline]
    pub(super) fn text(&mut self, text: &str) {
        self.width += columns(text);
        self.silent(text);
    }

    /// Text without a line end that no line is broken for.
    #[inline]
    fn silent(&mut self, text: &str) {
        self.text.push_str(text);
        match self.marks.last_mut() {
            Some(Mark::Text(length)) => *length += text.len() as u32,
            _ => self.marks.push(Mark::Text(text.len() as u32)),
        }
    }

    /// Text that is printed as it stands, line ends included; only its first and last line count for the width.
    pub(super) fn verbatim(&mut self, text: &str) {
        let Some(first) = text.find('\n') else { return self.text(text) };
        self.width += columns(&text[..first]);
        self.settle();
        let last = text.rfind('\n').map_or(0, |at| at + 1);
        self.width += columns(&text[last..]);
        self.text.push_str(text);
        self.marks.push(Mark::Verbatim(text.len() as u32));
    }

    /// A comment that reaches to the end of its line, with a space before it and a line end behind it.
    pub(super) fn comment(&mut self, text: &str) {
        self.settle();
        self.marks.push(Mark::Gap);
        self.silent(text);
        self.width += NEVER;
        self.marks.push(Mark::Stop);
    }

    /// A space, or a line end in a broken group.
    pub(super) fn line(&mut self) {
        self.settle();
        self.width += 1;
        self.marks.push(Mark::Line);
    }

    /// Nothing, or a line end in a broken group.
    pub(super) fn soft(&mut self) {
        self.settle();
        self.marks.push(Mark::Soft);
    }

    /// A line end; no second one at the beginning of a line.
    pub(super) fn hard(&mut self) {
        self.settle();
        self.width += NEVER;
        self.marks.push(Mark::Hard);
    }

    /// A line end and an empty line.
    pub(super) fn blank(&mut self) {
        self.settle();
        self.width += NEVER;
        self.marks.push(Mark::Blank);
    }

    /// A space, or a line end where what follows does not fit on the line.
    pub(super) fn fill(&mut self) {
        self.settle();
        self.width += 1;
        self.filled = Some(Group { mark: self.marks.len(), begin: self.width });
        self.marks.push(Mark::Fill(0));
    }

    /// In a loose group that stays on its line, a line end if the group that closed last was broken.
    pub(super) fn echo(&mut self) {
        self.marks.push(Mark::Echo);
    }

    /// A byte that stands there only in a broken group.
    pub(super) fn broken(&mut self, byte: u8) {
        self.marks.push(Mark::Broken(byte));
    }

    /// A space, unless there is one or a bracket stands before.
    pub(super) fn apart(&mut self) {
        self.width += 1;
        self.marks.push(Mark::Apart);
    }

    /// A space before the next text, unless it begins with closing punctuation.
    pub(super) fn follow(&mut self) {
        self.width += 1;
        self.marks.push(Mark::Follow);
    }

    /// One step further right, where the group around is broken.
    pub(super) fn indent(&mut self) {
        self.marks.push(Mark::Indent);
    }

    /// Back by one [`Doc::indent`].
    pub(super) fn dedent(&mut self) {
        self.marks.push(Mark::Dedent);
    }

    /// Begins a group that stays on its line if all of it fits.
    pub(super) fn open(&mut self) -> Group {
        self.begin(Mark::Open(UNKNOWN))
    }

    /// Begins a group that stays on its line if it fits up to the first line end after [`Doc::watch`]; the groups
    /// inside decide for themselves.
    pub(super) fn open_loose(&mut self) -> Group {
        self.begin(Mark::Loose(UNKNOWN))
    }

    fn begin(&mut self, mark: Mark) -> Group {
        let group = Group { mark: self.marks.len(), begin: self.width };
        self.marks.push(mark);
        group
    }

    /// From here on a loose group looks no further than the next possible line end.
    pub(super) fn watch(&mut self, group: Group) {
        self.watched.push(group);
    }

    /// Ends a group.
    pub(super) fn close(&mut self, group: Group) {
        self.marks.push(Mark::Close);
        self.closed.push(group);
    }

    /// A line may end here: what waited for that is decided.
    #[inline]
    fn settle(&mut self) {
        if self.watched.is_empty() && self.closed.is_empty() && self.filled.is_none() {
            return;
        }
        for group in self.watched.drain(..).chain(self.closed.drain(..)) {
            if let Mark::Open(need @ UNKNOWN) | Mark::Loose(need @ UNKNOWN) = &mut self.marks[group.mark] {
                *need = u32::try_from(self.width - group.begin).unwrap_or(UNKNOWN - 1);
            }
        }
        if let Some(fill) = self.filled.take() {
            let need = u32::try_from(self.width - fill.begin).unwrap_or(u32::MAX);
            self.marks[fill.mark] = Mark::Fill(need);
        }
    }

    /// The text with its line ends chosen.
    pub(super) fn print(mut self) -> String {
        self.settle();
        let mut printer = Printer::new(self.text.len());
        let mut from = 0;
        for &mark in &self.marks {
            match mark {
                Mark::Text(length) => {
                    let text = &self.text[from..from + length as usize];
                    from += length as usize;
                    printer.text(text);
                    printer.column += columns(text);
                }
                Mark::Verbatim(length) => {
                    let text = &self.text[from..from + length as usize];
                    from += length as usize;
                    printer.text(text);
                    printer.column = columns(&text[text.rfind('\n').map_or(0, |at| at + 1)..]);
                }
                Mark::Line if printer.mode == Mode::Flat && printer.wish == Wish::Nothing => printer.space(),
                Mark::Soft if printer.mode == Mode::Flat && printer.wish != Wish::Stop => {}
                mark => printer.mark(mark),
            }
        }
        printer.out
    }
}

/// What has to happen before the next text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wish {
    /// Nothing.
    Nothing,
    /// The indentation of a new line.
    Indent,
    /// A line end, because a comment reaches to the end of this line.
    Stop,
    /// A space, unless the text begins with closing punctuation.
    Follow,
}

/// The state of [`Doc::print`].
struct Printer {
    out: String,
    mode: Mode,
    outer: Vec<Mode>,
    indent: usize,
    indents: Vec<usize>,
    column: u64,
    wish: Wish,
    /// Whether the group that closed last was broken.
    last: bool,
}

impl Printer {
    fn new(bytes: usize) -> Self {
        Self {
            out: String::with_capacity(bytes + bytes / 4),
            mode: Mode::Broken,
            outer: Vec::new(),
            indent: 0,
            indents: Vec::new(),
            column: 0,
            wish: Wish::Indent,
            last: false,
        }
    }

    #[inline]
    fn text(&mut self, text: &str) {
        if self.wish != Wish::Nothing {
            self.fulfil(text);
        }
        self.out.push_str(text);
    }

    /// Does what has to happen before this text.
    fn fulfil(&mut self, text: &str) {
        if self.wish == Wish::Stop {
            self.newline();
        }
        if self.wish == Wish::Indent {
            self.out.extend(std::iter::repeat_n(' ', self.indent));
            self.column = self.indent as u64;
        } else if !matches!(text.as_bytes().first(), Some(b')' | b']' | b',' | b';' | b':' | b' ')) {
            self.space();
        }
        self.wish = Wish::Nothing;
    }

    #[inline]
    fn space(&mut self) {
        self.out.push(' ');
        self.column += 1;
        self.wish = Wish::Nothing;
    }

    fn newline(&mut self) {
        if self.wish != Wish::Indent {
            if self.out.ends_with(' ') {
                let kept = self.out.trim_end_matches(' ').len();
                self.out.truncate(kept);
            }
            self.out.push('\n');
            self.wish = Wish::Indent;
        }
        self.column = self.indent as u64;
    }

    fn mark(&mut self, mark: Mark) {
        let broken = self.wish == Wish::Stop || self.mode == Mode::Broken;
        match mark {
            Mark::Text(_) | Mark::Verbatim(_) => {}
            Mark::Line | Mark::Soft if broken => self.newline(),
            Mark::Line if self.wish == Wish::Indent => {}
            Mark::Line => self.space(),
            Mark::Soft => {}
            Mark::Hard => self.newline(),
            Mark::Blank => {
                self.newline();
                if !self.out.ends_with("\n\n") && !self.out.is_empty() {
                    self.out.push('\n');
                }
            }
            Mark::Fill(need) => {
                let fits = self.mode == Mode::Flat || self.column + 1 + u64::from(need) <= WIDTH;
                if fits && self.wish != Wish::Stop { self.space() } else { self.newline() }
            }
            Mark::Echo if self.last && self.mode == Mode::Loose => self.newline(),
            Mark::Echo => {}
            Mark::Broken(byte) if self.mode == Mode::Broken => {
                self.text(char::from(byte).encode_utf8(&mut [0; 4]));
                self.column += 1;
            }
            Mark::Broken(_) => {}
            Mark::Gap | Mark::Apart if self.wish == Wish::Stop => self.newline(),
            Mark::Gap | Mark::Apart if self.wish == Wish::Indent || self.out.ends_with(' ') => {}
            Mark::Apart if self.out.ends_with(['(', '[']) => {}
            Mark::Gap | Mark::Apart => self.space(),
            Mark::Follow => self.wish = Wish::Follow,
            Mark::Stop => self.wish = Wish::Stop,
            Mark::Indent => {
                self.indents.push(self.indent);
                if self.mode != Mode::Loose {
                    self.indent += STEP;
                }
            }
            Mark::Dedent => self.indent = self.indents.pop().unwrap_or(0),
            Mark::Open(need) => self.open(need, Mode::Flat),
            Mark::Loose(need) => self.open(need, Mode::Loose),
            Mark::Close => {
                self.last = self.mode == Mode::Broken;
                self.mode = self.outer.pop().unwrap_or(Mode::Broken);
            }
        }
    }

    fn open(&mut self, need: u32, closed: Mode) {
        self.outer.push(self.mode);
        if self.mode != Mode::Flat {
            let fits = self.wish != Wish::Stop && self.column + u64::from(need) <= WIDTH;
            self.mode = if fits { closed } else { Mode::Broken };
        }
    }
}

/// How many columns a text takes.
#[inline]
fn columns(text: &str) -> u64 {
    if text.is_ascii() { text.len() as u64 } else { text.chars().count() as u64 }
}

#[cfg(test)]
mod tests {
    use super::Doc;

    fn call(doc: &mut Doc, arguments: &[&str]) {
        doc.text("call(");
        let group = doc.open();
        doc.indent();
        doc.soft();
        for (i, argument) in arguments.iter().enumerate() {
            if i > 0 {
                doc.text(",");
                doc.line();
            }
            doc.text(argument);
        }
        doc.broken(b',');
        doc.dedent();
        doc.soft();
        doc.close(group);
        doc.text(")");
    }

    #[test]
    fn group_that_fits_stays_on_its_line() {
        let mut doc = Doc::new(16);
        call(&mut doc, &["a", "b"]);
        assert_eq!(doc.print(), "call(a, b)");
    }

    #[test]
    fn group_counts_what_sticks_to_its_end() {
        let long = "x".repeat(47);
        let mut doc = Doc::new(16);
        call(&mut doc, &[&long, &long[..45]]);
        assert!(!doc.print().contains('\n'));
        let mut doc = Doc::new(16);
        call(&mut doc, &[&long, &long[..45]]);
        doc.text(";");
        assert_eq!(doc.print(), format!("call(\n  {long},\n  {},\n);", &long[..45]));
    }

    #[test]
    fn comment_opens_the_lines_around_it() {
        let mut doc = Doc::new(16);
        doc.text("a");
        doc.comment("// c");
        doc.text("b");
        assert_eq!(doc.print(), "a // c\nb");
    }

    #[test]
    fn fill_breaks_only_where_it_must() {
        let mut doc = Doc::new(16);
        let group = doc.open();
        for i in 0..60 {
            if i > 0 {
                doc.fill();
            }
            doc.text(&format!("{i},"));
        }
        doc.close(group);
        let text = doc.print();
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().all(|line| line.len() <= 100));
    }
}
