//! `lakesmith sql`: queries over the tables, files and events of a project.

use std::io::Read;
use std::path::Path;

use crate::arguments::Sql;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::query::{self, QueryText};

/// Runs the queries of the argument or of a file.
pub fn run(arguments: &Sql, printer: &mut Printer) -> Exit {
    let (name, text) = match (&arguments.query, &arguments.file) {
        (Some(query), _) => ("query".to_owned(), query.clone()),
        (None, Some(file)) => match read(file) {
            Ok(text) => (file.display().to_string(), text),
            Err(error) => {
                printer.note(&format!("error: `{}` cannot be read: {error}", file.display()));
                return Exit::Usage;
            }
        },
        (None, None) => ("query".to_owned(), String::new()),
    };
    query::run(&arguments.session, &QueryText { name: &name, text: &text }, arguments.output, printer)
}

fn read(file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        return std::io::stdin().read_to_string(&mut text).map(|_| text);
    }
    std::fs::read_to_string(file)
}
