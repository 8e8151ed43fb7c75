//! Commands that are not there: planned ones are refused by name, others with a suggestion.

use lakesmith_base::suggest::closest;

use crate::exit::Exit;
use crate::printer::Printer;

/// Commands that are there.
const BUILT: &[&str] = &["run", "plan", "dry-run", "validate", "graph", "init", "sample-data", "explain", "help"];
/// Commands that will come, each with what helps until then.
const PLANNED: &[(&str, &str)] = &[
    ("history", "there is no history before pipelines run"),
    ("events", "there are no events before pipelines run"),
    ("clean", "there is nothing to clean before pipelines run"),
];

/// Refuses the command.
pub fn run(words: &[String], printer: &mut Printer) -> Exit {
    let name = words.first().map_or("", String::as_str);
    if let Some((_, help)) = PLANNED.iter().find(|(planned, _)| *planned == name) {
        printer.note(&format!("error[LAKESMITH_NOT_BUILT]: `lakesmith {name}` is not built yet\nhelp: {help}"));
        return Exit::Usage;
    }
    printer.note(&format!("error: there is no command `{name}`"));
    let planned = PLANNED.iter().map(|(planned, _)| *planned);
    match closest(name, BUILT.iter().copied().chain(planned), 1).first() {
        Some(similar) => printer.note(&format!("help: did you mean `lakesmith {similar}`?")),
        None => printer.note("help: `lakesmith --help` lists the commands"),
    }
    Exit::Usage
}
