//! `prism new`: a small project that runs, checks and tests at once.

use std::path::PathBuf;

use super::screen::print;
use super::{Exit, Usage, source};

/// Make a folder with a small program, its agents and its tests
#[derive(clap::Args, Debug)]
pub(super) struct New {
    /// The folder, which must not be there yet
    name: PathBuf,
}

/// The files of the project. `NAME` in them stands for its name.
const FILES: &[(&str, &str)] = &[
    ("main.prism", include_str!("project/main.prism")),
    ("agents.yaml", include_str!("project/agents.yaml")),
    ("README.md", include_str!("project/README.md")),
];

impl New {
    pub(super) fn run(self) -> Result<Exit, Usage> {
        let shown = self.name.display();
        let Some(name) = self.name.file_name().map(|name| name.to_string_lossy()) else {
            return Err(Usage::new(format!("`{shown}` is no name for a new folder")));
        };
        let above = self.name.parent().filter(|above| !above.as_os_str().is_empty());
        above
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::create_dir(&self.name))
            .map_err(|error| Usage::new(format!("cannot make the folder `{shown}`: {}", source::reason(&error))))?;
        for (file, text) in FILES {
            source::write(&self.name.join(file), &text.replace("NAME", &name))?;
        }
        print(&format!(
            "made {shown}; try:\n\n  cd {}\n  prism test main.prism\n  \
             prism run main.prism --agents agents.yaml --input '\"why is the sky blue?\"'\n",
            quoted(&shown.to_string()),
        ));
        Ok(Exit::Fine)
    }
}

/// A word of a command line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./+@,".contains(c);
    if word.starts_with('-') {
        // A shell takes it for an option otherwise.
        return quoted(&format!("./{word}"));
    }
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
