//! The command line.

fn main() -> std::process::ExitCode {
    prism::cli::main()
}
