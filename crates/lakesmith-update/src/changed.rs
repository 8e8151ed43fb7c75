//! What a definition cannot change of a table that is there, and the tables that the pipeline no longer defines.

use std::path::Path;

use lakesmith_base::QualifiedName;
use lakesmith_delta::{DeltaTable, Metadata};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_graph::{Dataset, FlowKind};
use lakesmith_project::path::table_folder;
use lakesmith_stream::FlowIdentity;

use crate::complete::view_state::ViewState;
use crate::engine::Engine;
use crate::materialize::is_view;
use crate::pipeline::Pipeline;
use crate::reads::checkpoint;
use crate::target::Target;

/// Faults of a definition that the table cannot follow without losing rows: another kind, another type, another partitioning.
pub(crate) fn change_faults(
    pipeline: &Pipeline,
    engine: &Engine,
    dataset: &Dataset,
    target: &Target,
    table: &DeltaTable,
) -> Vec<Diagnostic> {
    match kind_fault(pipeline, engine, dataset, table) {
        Some(fault) => vec![fault],
        // a view is replaced with its columns
        None if is_view(dataset) => Vec::new(),
        None => column_faults(dataset, target, table.metadata()),
    }
}

fn kind_fault(pipeline: &Pipeline, engine: &Engine, dataset: &Dataset, table: &DeltaTable) -> Option<Diagnostic> {
    if dataset.quarantine_of().is_some() {
        return None;
    }
    let (was, is, loss) = if is_view(dataset) {
        if FlowIdentity::all_current(table.txns()).is_empty() {
            return None;
        }
        let loss = "computed anew, it would lose the rows whose sources are gone";
        ("a streaming table", "a materialized view", loss)
    } else {
        let mut flows = pipeline.graph.flows_into(dataset.id).filter(|flow| flow.kind != FlowKind::View);
        let was_view = flows.any(|flow| {
            let kept = ViewState::kept(&checkpoint(pipeline, engine, flow)).ok().flatten();
            kept.is_some_and(|kept| kept.table_id == table.metadata().id)
        });
        if !was_view {
            return None;
        }
        let loss = "its flows would add the rows of their sources to those that the view has computed";
        ("a materialized view", "a streaming table", loss)
    };
    let name = dataset.name.last().as_str();
    let title = format!("`{name}` was {was} and is {is} now");
    let help = format!("start it over with `--full-refresh {name}`, or give one of the two another name");
    let fault = Diagnostic::error(Condition::LAKESMITH_SCHEMA_CHANGE, title).at(dataset.name_span, "");
    Some(fault.note(loss).help(help))
}

fn column_faults(dataset: &Dataset, target: &Target, known: &Metadata) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for column in &target.schema {
        let Some(stored) = known.schema.iter().find(|stored| stored.name == column.name) else { continue };
        if !lakesmith_ingest::extends(&column.data_type, &stored.data_type) {
            let title = format!(
                "column `{}` of `{}` is {} in the table and {} in the pipeline",
                column.name.as_str(),
                dataset.name.last().as_str(),
                stored.data_type,
                column.data_type
            );
            let fault = Diagnostic::error(Condition::LAKESMITH_SCHEMA_CHANGE, title).at(dataset.name_span, "");
            faults.push(fault.help(format!(
                "cast it to {}, or start the table over with `--full-refresh {}`",
                stored.data_type,
                dataset.name.last().as_str()
            )));
        }
    }
    if target.partition_columns != known.partition_columns {
        let title = format!("`{}` is partitioned in another way than the pipeline says", dataset.name.last().as_str());
        let fault = Diagnostic::error(Condition::LAKESMITH_SCHEMA_CHANGE, title).at(dataset.name_span, "");
        faults.push(fault.help(format!("start the table over with `--full-refresh {}`", dataset.name.last().as_str())));
    }
    faults
}

/// Tables that flows of the pipeline have filled and that it does not define any more, by their names.
pub(crate) fn left_tables(pipeline: &Pipeline) -> Vec<QualifiedName> {
    let checkpoints = pipeline.storage.join("_checkpoints");
    let is_defined = |name: &QualifiedName| {
        let folder = table_folder(&checkpoints, name);
        pipeline.graph.datasets.iter().any(|dataset| table_folder(&checkpoints, &dataset.name) == folder)
    };
    let mut left = Vec::new();
    for catalog in folders(&checkpoints) {
        for schema in folders(&checkpoints.join(&catalog)) {
            for table in folders(&checkpoints.join(&catalog).join(&schema)) {
                let parts = [&catalog, &schema, &table].map(|part| decoded(part).as_str().into());
                let Some(name) = QualifiedName::from_parts(parts.to_vec()) else { continue };
                if !is_defined(&name) && pipeline.folder(&name).join("_delta_log").is_dir() {
                    left.push(name);
                }
            }
        }
    }
    left
}

fn folders(of: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(of) else { return Vec::new() };
    let entries = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// A name from its folder's name.
fn decoded(folder: &str) -> String {
    let mut bytes = Vec::with_capacity(folder.len());
    let mut rest = folder.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|code| u8::from_str_radix(code, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
