//! [`Exit`]: what the process says when it ends.

use std::process::ExitCode;

/// Exit codes of every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// The pipeline is wrong.
    Wrong,
    /// The command line or the settings are wrong.
    Usage,
    /// A fault of Lakesmith itself.
    Bug,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Wrong => 1,
            Exit::Usage => 2,
            Exit::Bug => 101,
        })
    }
}
