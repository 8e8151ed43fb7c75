//! The command line: `lakesmith run`, `dry-run`, `plan`, `graph`, `sql` and the others.
//!
//! Only this crate reads the environment and writes to stdout and stderr. A command is one file of [`command`]; [`load`] is what
//! most of them begin with.

mod arguments;
mod command;
mod exit;
mod fault_points;
mod load;
mod outside;
mod parameters;
mod printer;
mod progress;
mod query;
mod recorded;
mod rejections;
mod rows;
mod runtime;
mod selection;
mod shell;
mod update;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::printer::Printer;

/// Queries may nest deeply; their trees are walked recursively.
const STACK_BYTES: usize = 512 << 20;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let mut printer = Printer::new(arguments.colour);
        command::run(arguments.command, &mut printer)
    });
    // A panic has printed its message already; it is a bug, and says so by its exit code.
    let exit = worker.map_or(Exit::Bug, |thread| thread.join().unwrap_or(Exit::Bug));
    exit.into()
}
