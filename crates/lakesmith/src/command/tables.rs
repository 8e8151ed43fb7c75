//! `lakesmith tables`: the tables of a project's warehouse and what their logs say.

use lakesmith_engine::EngineError;
use lakesmith_functions::text_value::format_timestamp;
use lakesmith_graph::DataflowGraph;
use lakesmith_project::Location;
use lakesmith_session::{TableFacts, Warehouse};
use serde::Serialize;

use crate::arguments::{ListForm, Tables};
use crate::exit::Exit;
use crate::load::{Loaded, load};
use crate::printer::Printer;
use crate::query::failure;
use crate::rows::bordered;
use crate::runtime;

/// One table of the list.
#[derive(Debug, Serialize)]
struct Row {
    /// Name without the project's default catalog and schema.
    name: String,
    /// What the pipeline says it is.
    kind: Option<&'static str>,
    version: i64,
    rows: Option<u64>,
    files: usize,
    bytes: u64,
    /// Time of the last commit, in UTC.
    committed: Option<String>,
    /// Relative to the project where it lies below it.
    folder: String,
}

/// Prints the tables of the warehouse.
pub fn run(arguments: &Tables, printer: &mut Printer) -> Exit {
    let loaded = load(&arguments.project);
    let Some(project) = &loaded.project else {
        printer.diagnostics(&loaded.sources, &loaded.diagnostics);
        return Exit::Usage;
    };
    let Location::Local(folder) = &project.warehouse else {
        printer.note("error[LAKESMITH_NOT_BUILT]: a warehouse in an object store is not built yet");
        return Exit::Usage;
    };
    let warehouse = Warehouse::new(folder);
    let (mut rows, mut exit) = (Vec::new(), Exit::Done);
    let found = runtime::block_on(facts(&warehouse));
    for table in found.unwrap_or_else(|error| vec![Err(EngineError::io("start threads", folder, error))]) {
        match table {
            Ok(facts) => rows.push(row(&loaded, facts)),
            Err(error) => {
                printer.note(&failure(&error));
                exit = Exit::Wrong;
            }
        }
    }
    match arguments.output {
        ListForm::Table => printer.line(&table(&rows)),
        ListForm::Json => match serde_json::to_string_pretty(&rows) {
            Ok(text) => printer.line(&text),
            Err(error) => {
                printer.note(&format!("error: the list cannot be written as JSON: {error}"));
                return Exit::Bug;
            }
        },
    }
    exit
}

/// The facts of every table; one that cannot be read is an error beside the others.
async fn facts(warehouse: &Warehouse) -> Vec<Result<TableFacts, EngineError>> {
    let mut found = Vec::new();
    for name in warehouse.tables() {
        match warehouse.facts(&name).await {
            Ok(Some(facts)) => found.push(Ok(facts)),
            Ok(None) => {}
            Err(error) => found.push(Err(error)),
        }
    }
    found
}

fn row(loaded: &Loaded, facts: TableFacts) -> Row {
    let defaults = &loaded.defaults;
    let name = match facts.name.parts() {
        [catalog, schema, table] if *catalog == defaults.catalog && *schema == defaults.schema => table.to_string(),
        [catalog, schema, table] if *catalog == defaults.catalog => format!("{schema}.{table}"),
        _ => facts.name.to_string(),
    };
    let root = loaded.project.as_ref().and_then(|project| std::path::absolute(&project.root).ok());
    let folder = root.and_then(|root| facts.folder.strip_prefix(root).ok()).unwrap_or(&facts.folder);
    Row {
        name,
        kind: loaded.graph.as_ref().and_then(|graph| kind(graph, &facts)),
        version: facts.version,
        rows: facts.rows,
        files: facts.files,
        bytes: facts.bytes,
        committed: facts.committed_micros.map(format_timestamp),
        folder: folder.display().to_string(),
    }
}

fn kind(graph: &DataflowGraph, facts: &TableFacts) -> Option<&'static str> {
    let dataset = graph.datasets.iter().find(|dataset| dataset.name == facts.name)?;
    Some(if dataset.quarantine_of().is_some() { "quarantine table" } else { dataset.kind.name() })
}

fn table(rows: &[Row]) -> String {
    let mut table = bordered();
    table.set_header(["name", "kind", "version", "rows", "files", "size", "last commit", "folder"]);
    for row in rows {
        let unknown = || "?".to_owned();
        table.add_row([
            row.name.clone(),
            row.kind.unwrap_or("-").to_owned(),
            row.version.to_string(),
            row.rows.map_or_else(unknown, |rows| rows.to_string()),
            row.files.to_string(),
            size(row.bytes),
            row.committed.as_deref().map_or_else(unknown, |time| time.get(..19).unwrap_or(time).to_owned()),
            row.folder.clone(),
        ]);
    }
    for number in [2, 3, 4, 5] {
        if let Some(column) = table.column_mut(number) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table.to_string()
}

/// `512 B`, `1.5 KiB`.
#[allow(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_shown_with_one_digit() {
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(5 << 30), "5.0 GiB");
    }
}
