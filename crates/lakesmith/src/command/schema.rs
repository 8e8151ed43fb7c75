//! `lakesmith schema`: the JSON schemas of the pipeline spec and of everything that is printed as JSON.
//!
//! The schemas are files of the binary, so that an editor finds them without a network. Tests compare them with what is read and
//! with every JSON text that a spec prints.

use crate::arguments::SchemaName;
use crate::exit::Exit;
use crate::printer::Printer;

/// The schema of `spark-pipeline.yml`.
pub const SPEC: &str = include_str!("../../schemas/spec.json");

/// Prints a schema.
pub fn run(name: SchemaName, printer: &mut Printer) -> Exit {
    printer.data(match name {
        SchemaName::Spec => SPEC,
        SchemaName::DryRun => include_str!("../../schemas/dry-run.json"),
        SchemaName::Run => include_str!("../../schemas/run.json"),
        SchemaName::Plan => include_str!("../../schemas/plan.json"),
        SchemaName::Graph => include_str!("../../schemas/graph.json"),
        SchemaName::Rows => include_str!("../../schemas/rows.json"),
        SchemaName::Tables => include_str!("../../schemas/tables.json"),
        SchemaName::History => include_str!("../../schemas/history.json"),
        SchemaName::Events => include_str!("../../schemas/events.json"),
        SchemaName::Explain => include_str!("../../schemas/explain.json"),
        SchemaName::SampleData => include_str!("../../schemas/sample-data.json"),
    });
    Exit::Done
}
