//! The command line as a stranger meets it: a process in a folder of its own.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder that is empty at first.
pub(crate) struct Folder(PathBuf);

/// What a call gave.
pub(crate) struct Outcome {
    /// The exit code; negative when a signal ended it.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Folder {
    /// A new folder; the name must be the test's own.
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// What is in a file.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// Calls the binary here, with something on standard input.
    pub(crate) fn prism_with(&self, arguments: &[&str], input: &str) -> Outcome {
        prism_with(&self.0, arguments, input.as_bytes())
    }

    /// Calls the binary here, with nothing on standard input.
    pub(crate) fn prism(&self, arguments: &[&str]) -> Outcome {
        prism(&self.0, arguments)
    }
}

/// Calls the binary in a folder, with nothing on standard input.
pub(crate) fn prism(folder: &Path, arguments: &[&str]) -> Outcome {
    prism_with(folder, arguments, b"")
}

/// After so long a call has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calls the binary in a folder, with something on standard input.
pub(crate) fn prism_with(folder: &Path, arguments: &[&str], input: &[u8]) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_prism"))
        .args(arguments)
        .env_remove("COLUMNS")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = std::thread::scope(|scope| {
        // Who does not read its input is allowed to.
        scope.spawn(move || stdin.write_all(input).ok());
        scope.spawn(|| stdout.read_to_end(&mut out));
        scope.spawn(|| stderr.read_to_end(&mut err));
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill().unwrap();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    Outcome {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8(out).expect("what is printed is UTF-8"),
        err: String::from_utf8(err).expect("what is printed is UTF-8"),
    }
}

/// The words of a command, with single quotes as in a shell.
pub(crate) fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}
