//! Runs the binary and says how it ended.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// What a crash point ends the process with.
const SIGABRT: i32 = 6;

/// How a run ended and what it said.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn crashed(&self) -> bool {
        self.signal == Some(SIGABRT)
    }

    pub fn succeeded(&self) -> bool {
        self.code == Some(0)
    }

    /// How it ended and its messages, for a failure's text.
    pub fn told(&self) -> String {
        let end = match (self.code, self.signal) {
            (Some(code), _) => format!("exit {code}"),
            (None, signal) => format!("signal {}", signal.unwrap_or_default()),
        };
        format!("{end}\n{}", self.stderr)
    }

    /// The conditions of all errors it told.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.stderr.lines().filter_map(|line| line.strip_prefix("error["));
        errors.filter_map(|line| line.split_once(']')).map(|(condition, _)| condition.to_owned()).collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The command `lakesmith` with these arguments, in a folder.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lakesmith"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs `lakesmith` to its end.
pub fn lakesmith(folder: &Path, arguments: &[&str]) -> Ran {
    command(folder, arguments).output().expect("the binary runs").into()
}

/// Runs `lakesmith` with a fault, as `LAKESMITH_FAULT` takes it.
pub fn lakesmith_with_fault(folder: &Path, arguments: &[&str], fault: &str) -> Ran {
    command(folder, arguments).env("LAKESMITH_FAULT", fault).output().expect("the binary runs").into()
}

/// Starts `lakesmith run`, its output kept.
pub fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = command(folder, arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
}

/// Waits for a run that was started.
pub fn finish(child: Child) -> Ran {
    child.wait_with_output().expect("the binary ends").into()
}
