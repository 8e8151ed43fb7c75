//! The tables of a pipeline, each with its quarantine tables and its checkpoint, which go together or not at all.

use lakesmith_graph::Dataset;
use lakesmith_project::path::table_folder;
use lakesmith_update::Pipeline;
use lakesmith_update::selection::may_reset;

use crate::command::clean::Found;
use crate::command::clean::removal::{Removal, aside};

/// Finds all tables that this pipeline has made.
pub fn find(pipeline: &Pipeline) -> Found {
    let mut found = Found::default();
    let tables = pipeline.graph.datasets.iter().filter(|dataset| dataset.is_table());
    for table in tables.filter(|table| table.quarantine_of().is_none()) {
        let name = pipeline.shown(table.id);
        if !may_reset(table) {
            found.kept.push(format!("`{name}` stays: its property `pipelines.reset.allowed` is false"));
            continue;
        }
        match group(pipeline, table) {
            Ok(Some(group)) if group.is_empty() => {}
            Ok(Some(group)) => found.groups.push(group),
            Ok(None) => found.kept.push(format!("`{name}` stays: it has no checkpoint of this pipeline")),
            Err(why) => found.kept.push(format!("`{name}` stays with all that belongs to it: {why}")),
        }
    }
    found
}

/// The tables first and the checkpoint last: a checkpoint without its table begins anew, a table without its checkpoint does not.
///
/// `None` for a table that somebody else has made, as far as the lack of a checkpoint tells.
fn group(pipeline: &Pipeline, table: &Dataset) -> Result<Option<Vec<Removal>>, String> {
    let checkpoints = pipeline.storage.join("_checkpoints");
    let name = pipeline.shown(table.id);
    let what = format!("checkpoint of `{name}`");
    let checkpoint = Removal::find(&pipeline.storage, table_folder(&checkpoints, &table.name), what)?;
    let of_quarantine = |other: &&Dataset| other.quarantine_of() == Some(table.id);
    let mut group = Vec::new();
    for dataset in std::iter::once(table).chain(pipeline.graph.datasets.iter().filter(of_quarantine)) {
        let folder = pipeline.folder(&dataset.name);
        let what = format!("table `{}`", pipeline.shown(dataset.id));
        let rest = format!("rest of the deleted {what}");
        group.extend(Removal::find(&pipeline.warehouse, folder.clone(), what)?);
        group.extend(Removal::find(&pipeline.warehouse, aside(&folder), rest)?);
    }
    if checkpoint.is_none() && !group.is_empty() {
        return Ok(None);
    }
    group.extend(checkpoint);
    Ok(Some(group))
}
