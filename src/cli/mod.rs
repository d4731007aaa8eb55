//! The commands, one file each.
//!
//! A command is a structure of its arguments that runs to an exit code. What it cannot do because of how it was called is a
//! usage error, and everything it finds in a program is a diagnostic.

mod bounds;
mod check;
mod complete;
mod disk;
mod excerpt;
mod explain;
mod fmt;
mod front;
mod grammar;
mod input;
mod interrupt;
mod new;
mod policy;
mod render;
mod repl;
mod run;
mod screen;
mod source;
mod test;
mod verify;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use screen::{ColorChoice, warn};

/// Programs that orchestrate agents whose answers may be wrong
#[derive(Parser, Debug)]
#[command(name = "prism", version, arg_required_else_help = true, max_term_width = 100, after_help = CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: ColorChoice,
}

/// Said below the help.
const CODES: &str = "Exit codes: 0 fine, 1 the program or a check failed, 2 wrong usage, 3 a limit or budget stopped it, \
                     70 internal error";

#[derive(Subcommand, Debug)]
enum Command {
    Check(check::Check),
    Explain(explain::Explain),
    Fmt(fmt::Fmt),
    Grammar(grammar::Grammar),
    New(new::New),
    Repl(repl::Repl),
    Run(run::Run),
    Test(test::Test),
    Verify(verify::Verify),
}

/// How the process ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Exit {
    /// All is well.
    Fine = 0,
    /// The program or a check failed.
    Failed = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// A limit or budget stopped it.
    Limit = 3,
    /// This program has a fault of its own.
    Internal = 70,
}

/// What is wrong with how a command was used.
#[derive(Debug)]
struct Usage(String);

impl Usage {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let what = panic.payload_as_str().unwrap_or("a panic").replace('\n', " ");
        warn(&format!(
            "prism: internal error{place}: {what}; please report this line with the program that caused it\n"
        ));
        std::process::exit(Exit::Internal as i32);
    }));
    let arguments = Arguments::try_parse().unwrap_or_else(|error| meant(error).exit());
    let command = std::thread::Builder::new().stack_size(STACK).spawn(move || arguments.run());
    let exit = command.expect("the system gives a thread").join().unwrap_or(Exit::Internal);
    ExitCode::from(exit as u8)
}

/// A wrong use, with the command that was probably meant.
fn meant(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let written = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(written)) => written.clone(),
        _ => return error,
    };
    let command = Arguments::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    if let Some(near) = crate::diagnostic::nearest(&written, names) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![near.to_owned()]));
    }
    error
}

/// Programs nest 128 deep, and every stage may recurse over what was accepted; that much room is enough for all of them.
/// It is taken only where it is used.
const STACK: usize = 256 << 20;

impl Arguments {
    fn run(self) -> Exit {
        let outcome = match self.command {
            Command::Check(check) => check.run(self.color),
            Command::Explain(explain) => explain.run(self.color),
            Command::Fmt(fmt) => fmt.run(self.color),
            Command::Grammar(grammar) => grammar.run(),
            Command::New(new) => new.run(),
            Command::Repl(repl) => repl.run(self.color),
            Command::Run(run) => run.run(self.color),
            Command::Test(test) => test.run(self.color),
            Command::Verify(verify) => verify.run(self.color),
        };
        outcome.unwrap_or_else(|Usage(message)| {
            warn(&format!("prism: {}\n", crate::diagnostic::escaped(&message)));
            Exit::Usage
        })
    }
}

/// A number with its word: `1 error`, `2 errors`.
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
