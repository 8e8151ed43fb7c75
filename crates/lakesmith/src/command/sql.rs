//! `lakesmith sql`: statements over the tables, files and events of a project, or a shell for them.

use std::io::{IsTerminal, Read};
use std::path::Path;

use crate::arguments::Sql;
use crate::exit::Exit;
use crate::parameters;
use crate::printer::Printer;
use crate::query::{self, QueryText};
use crate::shell;

/// Runs the statements of the argument, of a file or of stdin; without any on a terminal, the shell.
pub fn run(arguments: &Sql, printer: &mut Printer) -> Exit {
    let (name, text) = match (&arguments.query, &arguments.file) {
        (Some(query), _) => ("query".to_owned(), query.clone()),
        (None, None) if std::io::stdin().is_terminal() => {
            return shell::run(arguments, printer);
        }
        (None, file) => {
            let file = file.as_deref().unwrap_or(Path::new("-"));
            match read(file) {
                Ok(text) if file == Path::new("-") => ("stdin".to_owned(), text),
                Ok(text) => (file.display().to_string(), text),
                Err(error) => {
                    printer.note(&format!("error: `{}` cannot be read: {error}", file.display()));
                    return Exit::Usage;
                }
            }
        }
    };
    let values = match parameters::arguments(&arguments.param) {
        Ok(values) => values,
        Err(fault) => {
            printer.note(&fault);
            return Exit::Usage;
        }
    };
    let query = QueryText { name: &name, text: &text, arguments: values, is_timed: arguments.timing };
    query::run(&arguments.session, &query, arguments.output, printer)
}

fn read(file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        return std::io::stdin().read_to_string(&mut text).map(|_| text);
    }
    std::fs::read_to_string(file)
}
