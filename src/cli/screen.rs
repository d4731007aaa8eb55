//! Where output goes: what a terminal may be sent, and what happens when nobody reads any more.

use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;

/// How text for people looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Whether colours may be used.
    pub(super) color: bool,
    /// How many columns there are.
    pub(super) width: usize,
}

/// When to use colours. `Auto` means on a terminal, unless `NO_COLOR` is set.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub(super) enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// Columns where there is no terminal to ask.
const WIDTH: usize = 100;

impl Style {
    /// For text that goes to standard output.
    pub(super) fn stdout(choice: ColorChoice) -> Self {
        Self::of(choice, io::stdout().is_terminal())
    }

    /// For text that goes to standard error.
    pub(super) fn stderr(choice: ColorChoice) -> Self {
        Self::of(choice, io::stderr().is_terminal())
    }

    fn of(choice: ColorChoice, terminal: bool) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let color = match choice {
            ColorChoice::Auto => terminal && !refused,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let size = if terminal { terminal_size::terminal_size() } else { None };
        let said = || std::env::var("COLUMNS").ok()?.parse().ok();
        let width = size.map(|(width, _)| usize::from(width.0)).or_else(said).unwrap_or(WIDTH);
        Self { color, width: width.clamp(40, 200) }
    }
}

/// Writes to standard output. When nobody reads any more, the process ends quietly.
pub(super) fn print(text: &str) {
    write(io::stdout().lock(), text);
}

/// Writes to standard error, where a reader who has gone changes nothing.
pub(super) fn warn(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn write(mut out: impl Write, text: &str) {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            warn(&format!("prism: cannot write the output: {error}\n"));
            std::process::exit(1);
        }
    }
}
