//! `prism fmt`: programs in their canonical spelling.

use std::io::IsTerminal;
use std::path::PathBuf;

use super::screen::{Style, print, warn};
use super::{ColorChoice, Exit, Usage, counted, render, source};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::format::{Refusal, spell};
use crate::source::{FileId, Sources};

/// Write programs in their canonical spelling
#[derive(clap::Args, Debug)]
pub(super) struct Fmt {
    /// Programs or folders of programs; standard input, which goes to standard output, when there are none, or for `-`
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing, name the files that would change, and fail if there are any
    #[arg(long)]
    check: bool,
}

/// What became of one file.
enum Outcome {
    /// It is canonical.
    Same,
    /// It was not.
    Changed(String),
    /// It does not parse.
    Refused,
    /// The formatter has a fault.
    Faulty,
}

impl Fmt {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        if self.paths.is_empty() && std::io::stdin().is_terminal() {
            return Err(Usage::new("nothing to format; name files or folders, such as `.`"));
        }
        let given = if self.paths.is_empty() { vec![PathBuf::from(source::STDIN)] } else { self.paths };
        let paths = source::files(&given)?;
        let mut sources = Sources::new();
        let mut findings = Diagnostics::new();
        let mut exit = Exit::Fine;
        let mut changed = 0;
        for path in &paths {
            let file = source::read(path, &mut sources, &mut findings)?;
            let piped = path.as_os_str() == source::STDIN && !self.check;
            match spelled(&sources, file, &mut findings) {
                Outcome::Same if piped => print(sources.file(file).text()),
                Outcome::Same => {}
                Outcome::Changed(text) if piped => print(&text),
                Outcome::Changed(_) if self.check => {
                    changed += 1;
                    exit = exit.max(Exit::Failed);
                    print(&format!("{}\n", path.display()));
                }
                Outcome::Changed(text) => {
                    changed += 1;
                    source::write(path, &text)?;
                }
                Outcome::Refused => exit = exit.max(Exit::Failed),
                Outcome::Faulty => exit = exit.max(Exit::Internal),
            }
        }
        findings.settle();
        let listed: Vec<(&Sources, &Diagnostic)> = findings.iter().map(|finding| (&sources, finding)).collect();
        warn(&render::findings(&listed, Style::stderr(color)));
        if changed > 0 {
            let files = counted(changed, "file");
            warn(&if self.check { format!("{files} would change\n") } else { format!("{files} formatted\n") });
        }
        Ok(exit)
    }
}

fn spelled(sources: &Sources, file: FileId, findings: &mut Diagnostics) -> Outcome {
    if findings.iter().any(|finding| finding.at.file == file) {
        return Outcome::Refused;
    }
    let text = sources.file(file).text();
    match spell(file, text) {
        Ok(out) if *out == **text => Outcome::Same,
        Ok(out) => Outcome::Changed(out),
        Err(Refusal::Unreadable(found)) => {
            for finding in found.into_vec() {
                findings.push(finding);
            }
            Outcome::Refused
        }
        Err(Refusal::Changed(span)) => {
            let (name, line) = (sources.file(file).name(), sources.file(file).position(span.start).line);
            warn(&format!(
                "prism: internal error: the formatter would change what line {line} of `{name}` means, so the file was left \
                 alone; please report this line with the program\n"
            ));
            Outcome::Faulty
        }
    }
}
