//! `prism explain`: what a code means.

use super::render::wrapped;
use super::screen::{Style, print};
use super::{ColorChoice, Exit, Usage};
use crate::diagnostic::explanation;
use crate::diagnostic::{CODES, Code, nearest};

/// Say what a code means, with a program that has it and one without
#[derive(clap::Args, Debug)]
pub(super) struct Explain {
    /// The code, such as P010; without one, all codes are listed
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let style = Style::stdout(color);
        match self.code {
            None => print(&table()),
            Some(name) => print(&text(find(&name)?, style)),
        }
        Ok(Exit::Fine)
    }
}

/// The code with a name; a stranger's brackets are forgiven, because messages show `[P010]`.
fn find(name: &str) -> Result<Code, Usage> {
    let bare = name.trim_matches(['[', ']', ' ']);
    Code::find(bare).ok_or_else(|| {
        let near = nearest(&bare.to_uppercase(), CODES.iter().map(|entry| entry.name));
        Usage::new(match near {
            Some(near) => format!("there is no code `{name}`; did you mean `{near}`?"),
            None => format!("there is no code `{name}`; `prism explain` lists all"),
        })
    })
}

fn table() -> String {
    let mut out = String::new();
    let mut family = "";
    for entry in CODES {
        let letters = entry.name.trim_end_matches(|c: char| c.is_ascii_digit());
        if letters != family {
            family = letters;
            out.push_str(if out.is_empty() { "" } else { "\n" });
            out.push_str(&format!("{}\n", heading(family)));
        }
        out.push_str(&format!("  {:<6} {}\n", entry.name, entry.title));
    }
    out
}

fn heading(family: &str) -> &'static str {
    match family {
        "P" => "Text, syntax, names: refused",
        "T" => "Types: refused where certain",
        "CF" => "Confidence flow",
        "TM" => "Termination: refused",
        "B" => "Bounds: refused",
        "E" => "Effects",
        "R" => "Run time",
        _ => "Lint: never refuses",
    }
}

fn text(code: Code, style: Style) -> String {
    let entry = code.entry();
    let bold = |text: &str| if style.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_string() };
    let mut out = format!("{}\n", bold(&format!("{} {}", entry.name, entry.title)));
    let Some(explanation) = explanation::of(code) else { return out };
    for paragraph in explanation.cause.split("\n\n") {
        out.push('\n');
        let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push_str(&wrapped(&line, style.width.min(100)));
        out.push('\n');
    }
    for block in &explanation.blocks {
        out.push_str(&format!("\n{}\n\n", bold(block.role.heading())));
        for line in block.text.lines() {
            out.push_str(format!("    {line}").trim_end());
            out.push('\n');
        }
    }
    out
}
