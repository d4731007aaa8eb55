//! `prism check`: what is wrong with programs, without running them.

use std::path::PathBuf;

use super::screen::{Style, print};
use super::{ColorChoice, Exit, Usage, counted, front, render, source};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, fix, json, sarif};
use crate::source::{FileId, Sources};

/// Look for faults without running anything
#[derive(clap::Args, Debug)]
pub(super) struct Check {
    /// Programs, folders of programs, or `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Refuse warnings as well
    #[arg(long)]
    strict: bool,
    /// Write the mends that are certain into the files
    #[arg(long)]
    fix: bool,
}

/// Text is for people, the others for programs.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, Debug)]
enum Format {
    Text,
    Json,
    Sarif,
}

/// After so many rounds of mends the rest is left to people.
const ROUNDS: usize = 5;

/// Everything that one look at the files gave.
struct Found {
    sources: Sources,
    files: Vec<FileId>,
    findings: Diagnostics,
}

impl Check {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let paths = source::files(&self.paths)?;
        let mut found = look(&paths)?;
        let mut mended = 0;
        if self.fix {
            if paths.iter().any(|path| path.as_os_str() == source::STDIN) {
                return Err(Usage::new("`--fix` cannot write to standard input; save the program in a file"));
            }
            for _ in 0..ROUNDS {
                match found.mend(&paths)? {
                    0 => break,
                    count => mended += count,
                }
                found = look(&paths)?;
            }
        }
        let findings: Vec<Diagnostic> = found.findings.iter().map(|finding| self.weighed(finding)).collect();
        let Found { sources, files, .. } = &found;
        match self.format {
            Format::Text => print(&text(sources, files, &findings, mended, Style::stdout(color))),
            Format::Json => print(&line(json::report(sources, files, &findings, Vec::new()))),
            Format::Sarif => print(&line(sarif::log(sources, files, &findings))),
        }
        let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
        Ok(if refused { Exit::Failed } else { Exit::Fine })
    }

    /// A finding with the severity that was asked for.
    fn weighed(&self, finding: &Diagnostic) -> Diagnostic {
        let mut finding = finding.clone();
        if self.strict && finding.severity == Severity::Warning {
            finding.severity = Severity::Error;
        }
        finding
    }
}

fn look(paths: &[PathBuf]) -> Result<Found, Usage> {
    let mut found = Found { sources: Sources::new(), files: Vec::new(), findings: Diagnostics::new() };
    for path in paths {
        let file = source::read(path, &mut found.sources, &mut found.findings)?;
        found.files.push(file);
        front::examine(&found.sources, file, &mut found.findings);
    }
    found.findings.settle();
    Ok(found)
}

impl Found {
    /// Writes the certain mends into the files that were asked for, and says how many there were.
    fn mend(&self, paths: &[PathBuf]) -> Result<usize, Usage> {
        let ours = |finding: &&Diagnostic| {
            let edits = finding.fixes.first().map_or(&[][..], |fix| &fix.edits);
            edits.iter().all(|edit| self.files.contains(&edit.at.file))
        };
        let (texts, applied) = fix::mend(&self.sources, self.findings.iter().filter(ours));
        for (file, text) in texts {
            let index =
                self.files.iter().position(|&id| id == file).expect("only files that were asked for are mended");
            let path = &paths[index];
            source::write(path, &text)?;
        }
        Ok(applied)
    }
}

fn text(sources: &Sources, files: &[FileId], findings: &[Diagnostic], mended: usize, style: Style) -> String {
    let findings: Vec<&Diagnostic> = findings.iter().collect();
    let mut out = render::findings(sources, &findings, style);
    if mended > 0 {
        out.push_str(&format!("{} written\n", counted(mended, "mend")));
    }
    let files = counted(files.len(), "file");
    if findings.is_empty() {
        out.push_str(&format!("no faults in {files}\n"));
    } else {
        out.push_str(&format!("{} in {files}", render::summary(&findings)));
        let certain = findings.iter().filter(|found| found.fixes.first().is_some_and(|fix| fix.certain)).count();
        if certain > 0 {
            out.push_str(&format!("; `prism check --fix` mends {certain}"));
        }
        out.push('\n');
    }
    out
}

fn line(value: serde_json::Value) -> String {
    format!("{value}\n")
}
