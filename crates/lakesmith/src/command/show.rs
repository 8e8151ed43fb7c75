//! `lakesmith show`: the first rows of a table, whichever they are.

use crate::arguments::Show;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::query::{self, QueryText};

/// Prints rows of a table.
pub fn run(arguments: &Show, printer: &mut Printer) -> Exit {
    let text = format!("SELECT * FROM {} LIMIT {}", arguments.table, arguments.rows);
    query::run(&arguments.session, &QueryText::new("query", &text), arguments.output, printer)
}
