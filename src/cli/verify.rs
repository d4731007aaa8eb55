//! `prism verify`: whether a certificate shows what it claims of a program.

use std::path::{Path, PathBuf};

use super::screen::{Style, print, warn};
use super::{ColorChoice, Exit, Usage, bounds, front, policy, run, source};
use crate::check::Setting;
use crate::diagnostic::escaped;
use crate::host::date;
use crate::value::{Lanes, Limits, Meter, json};
use crate::verify::{self, Basis};
use serde_json::Value as Json;

/// Check the certificate of a program, without searching for the proof again
#[derive(clap::Args, Debug)]
pub(super) struct Verify {
    /// The certificate, as `prism check --certificate` wrote it
    certificate: PathBuf,
    /// The program
    #[arg(value_name = "FILE")]
    program: PathBuf,
    /// The agents that the certificate counts on
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    /// The policy that the certificate counts on
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// The texts that certificates are about besides the program.
pub(super) struct Texts {
    agents: Option<String>,
    policy: Option<String>,
}

impl Texts {
    /// Reads them.
    pub(super) fn read(agents: Option<&Path>, policy: Option<&Path>) -> Result<Self, Usage> {
        let text = |path: Option<&Path>| path.map(file).transpose();
        Ok(Self { agents: text(agents)?, policy: text(policy)? })
    }

    /// The same, borrowed.
    pub(super) fn basis(&self) -> Basis<'_> {
        Basis { agents: self.agents.as_deref(), policy: self.policy.as_deref() }
    }
}

fn file(path: &Path) -> Result<String, Usage> {
    source::text(path, source::INPUT)
}

impl Verify {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let shown = self.certificate.display();
        let text = file(&self.certificate)?;
        let none = |why: &dyn std::fmt::Display| Usage::new(format!("`{shown}` is no certificate: {why}"));
        let json: Json = serde_json::from_str(&text).map_err(|error| none(&error))?;
        // What stands there twice is one thing here, and another for whoever else reads it.
        json::parse(&text, Lanes::EXACT, &mut Meter::new(Limits::RUN)).map_err(|fault| none(&fault.message))?;
        let directory = self.agents.as_deref().map(|path| run::agents(Some(path))).transpose()?;
        let setting: Setting = run::setting(directory, policy::read(self.policy.as_deref())?);
        let texts = Texts::read(self.agents.as_deref(), self.policy.as_deref())?;
        let program = front::examine(&self.program)?;
        if program.errors() > 0 {
            run::report(&program, Style::stderr(color));
            return Ok(Exit::Failed);
        }
        let name = program.sources.file(program.file).name().to_owned();
        match verify::verify(&json, &program, &setting, texts.basis()) {
            Ok(account) => {
                account
                    .certificates
                    .iter()
                    .for_each(|certificate| print(&bounds::table(certificate, Style::stdout(color))));
                let day = json["date"].as_i64().map_or("no day, so that nothing has expired".to_owned(), date);
                print(&format!("the certificate shows this of {}, as of {day}\n", escaped(&name)));
                Ok(Exit::Fine)
            }
            Err(why) => {
                warn(&format!(
                    "prism: the certificate does not show what it claims of {}: {}\n",
                    escaped(&name),
                    escaped(&why)
                ));
                Ok(Exit::Failed)
            }
        }
    }
}
