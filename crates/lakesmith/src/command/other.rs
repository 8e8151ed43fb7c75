//! Words that are no command: refused with a suggestion.

use lakesmith_base::suggest::closest;

use crate::exit::Exit;
use crate::printer::Printer;

/// The commands.
const COMMANDS: &[&str] = &[
    "run",
    "plan",
    "dry-run",
    "validate",
    "graph",
    "sql",
    "tables",
    "show",
    "history",
    "events",
    "clean",
    "init",
    "sample-data",
    "explain",
    "schema",
    "completions",
    "man",
    "help",
];

/// Refuses the command.
pub fn run(words: &[String], printer: &mut Printer) -> Exit {
    let name = words.first().map_or("", String::as_str);
    printer.note(&format!("error: there is no command `{name}`"));
    match closest(name, COMMANDS.iter().copied(), 1).first() {
        Some(similar) => printer.note(&format!("help: did you mean `lakesmith {similar}`?")),
        None => printer.note("help: `lakesmith --help` lists the commands"),
    }
    Exit::Usage
}
