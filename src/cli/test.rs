//! `prism test`: the tests of programs, each in a machine of its own.

use std::path::PathBuf;
use std::sync::Arc;

use super::front;
use super::run::{Bounds, agents, placed, report, said};
use super::screen::{Style, print};
use super::{ColorChoice, Exit, Usage, counted, render, source};
use crate::diagnostic::Diagnostics;
use crate::engine::{self, Checked, Drive, Examination};
use crate::host::{Directory, Request};
use crate::source::Location;
use crate::value::{Limits, Value};

/// Run the tests of programs
#[derive(clap::Args, Debug)]
pub(super) struct Test {
    /// Programs, or folders of programs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The tests whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// The agents, in YAML, TOML or JSON
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    #[command(flatten)]
    bounds: Bounds,
}

#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Test {
    pub(super) fn run(self, color: ColorChoice) -> Result<Exit, Usage> {
        let limits = self.bounds.limits()?;
        let bound = agents(self.agents.as_deref())?;
        let style = Style::stdout(color);
        let paths = source::files(&self.paths)?;
        let mut count = Count::default();
        let mut broken = false;
        for path in &paths {
            let mut program = front::examine(path)?;
            program.findings.retain(|finding| finding.code.name().starts_with('P'));
            if program.errors() > 0 {
                report(&program, style);
                broken = true;
                continue;
            }
            self.file(&program, &limits, &bound, style, &mut count);
        }
        let total = count.passed + count.failed;
        print(&format!("{} of {} passed\n", count.passed, counted(total, "test")));
        Ok(if broken || count.failed > 0 { Exit::Failed } else { Exit::Fine })
    }

    fn file(&self, program: &Examination, limits: &Limits, bound: &Directory, style: Style, count: &mut Count) {
        let declarations = &program.program;
        let Some(module) = declarations.modules.last() else { return };
        let directory = Arc::new(engine::directory(declarations, bound).unwrap_or_default());
        let mut diagnostics = Diagnostics::new();
        let compiled =
            Checked::new(declarations.clone(), &diagnostics).map(|checked| checked.compile(&mut diagnostics));
        let Some(compiled) = compiled.filter(|_| !diagnostics.has_errors()) else {
            let all: Vec<_> = diagnostics.iter().map(|finding| (&program.sources, finding)).collect();
            print(&render::findings(&all, style));
            count.failed += 1;
            return;
        };
        let wanted = |name: &str| self.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
        for test in module.tests.iter().filter(|test| wanted(&test.name)) {
            let mut drive = Drive::new(&compiled, limits.clone(), directory.clone(), Value::NULL);
            let ended = drive.test(test.function, &mut |request: &Request| said(request, false));
            let file = program.sources.file(program.file).name();
            match ended {
                Ok(_) => {
                    count.passed += 1;
                    print(&format!("ok     {file}: {}\n", test.name));
                }
                Err(failure) => {
                    count.failed += 1;
                    print(&format!("failed {file}: {}\n", test.name));
                    let found = placed(&failure, Location::new(program.file, test.span));
                    print(&render::report(&program.sources, &found, style));
                }
            }
        }
    }
}
