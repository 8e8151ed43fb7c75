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
    /// `plan --detailed-exitcode`: an update would change something.
    WouldChange,
    /// Interrupted.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Wrong => 1,
            Exit::Usage => 2,
            Exit::Bug => 101,
            Exit::WouldChange => 3,
            Exit::Interrupted => 130,
        })
    }
}
