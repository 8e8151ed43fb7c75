//! The commands, one file each.

mod clean;
mod completions;
mod dry_run;
mod events;
mod explain;
mod graph;
mod history;
mod init;
mod other;
mod plan;
mod run;
pub mod sample_data;
mod schema;
mod show;
mod sql;
mod tables;

use crate::arguments::Command;
use crate::exit::Exit;
use crate::printer::Printer;

/// Runs a command to its end.
pub fn run(command: Command, printer: &mut Printer) -> Exit {
    match command {
        Command::DryRun(arguments) => dry_run::run(&arguments, printer),
        Command::Run(arguments) => run::run(&arguments, printer),
        Command::Plan(arguments) => plan::run(&arguments, printer),
        Command::Graph(arguments) => graph::run(&arguments, printer),
        Command::Sql(arguments) => sql::run(&arguments, printer),
        Command::Tables(arguments) => tables::run(&arguments, printer),
        Command::Show(arguments) => show::run(&arguments, printer),
        Command::History(arguments) => history::run(&arguments, printer),
        Command::Events(arguments) => events::run(&arguments, printer),
        Command::Clean(arguments) => clean::run(&arguments, printer),
        Command::Init(arguments) => init::run(&arguments, printer),
        Command::SampleData(arguments) => sample_data::run(&arguments, printer),
        Command::Explain { code, output } => explain::run(code.as_deref(), output, printer),
        Command::Schema { name } => schema::run(name, printer),
        Command::Completions { shell } => completions::run(shell, printer),
        Command::Man => completions::manual(printer),
        Command::Other(words) => other::run(&words, printer),
    }
}
