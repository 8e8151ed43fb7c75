//! [`ViewState`]: what a materialized view was computed from, so that it is computed anew only when that has changed.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use lakesmith_base::Fingerprint;
use lakesmith_delta::DeltaTable;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_graph::{Dataset, Flow};
use lakesmith_stream::FlowCheckpoint;
use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;
use crate::fault::{engine_fault, stream_fault};
use crate::pipeline::Pipeline;
use crate::reads::Batch;
use crate::source::Source;
use crate::tables::Tables;
use crate::update::fingerprint;

/// Why a view is left alone.
pub(crate) const UNCHANGED: &str = "nothing it reads has changed";

/// What a materialized view was computed from, kept after its commit.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ViewState {
    /// Digest of the definition, the settings and everything that was read.
    pub inputs: String,
    /// The version that the computation made.
    pub version: i64,
    /// The table's own id.
    pub table_id: String,
}

/// What an update and a plan of one both have.
pub(crate) struct Surroundings<'a> {
    pub pipeline: &'a Pipeline,
    pub analysis: &'a Analysis,
    pub tables: &'a Tables,
}

impl ViewState {
    /// The state of a view that was computed from `inputs` and is now at the table's version.
    pub fn of(inputs: &str, table: &DeltaTable) -> Self {
        Self { inputs: inputs.to_owned(), version: table.version(), table_id: table.metadata().id.clone() }
    }

    /// The state that was kept. One that cannot be read is as none: the view is computed.
    pub fn kept(checkpoint: &FlowCheckpoint) -> Result<Option<Self>, Vec<Diagnostic>> {
        let kept = checkpoint.source_note("view", "state").map_err(|error| vec![stream_fault(&error)])?;
        Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Forgets the state: the table is no view any more.
    pub fn forget(checkpoint: &FlowCheckpoint) -> Result<(), Vec<Diagnostic>> {
        checkpoint.forget_source_notes("view").map_err(|error| vec![stream_fault(&error)])
    }

    /// Keeps the state.
    pub fn keep(&self, checkpoint: &FlowCheckpoint) -> Result<(), Vec<Diagnostic>> {
        let Ok(text) = serde_json::to_vec(self) else { return Ok(()) };
        checkpoint.keep_source_note("view", "state", &text).map_err(|error| vec![stream_fault(&error)])
    }
}

/// Whether the view would be left alone.
pub(crate) async fn is_current(
    surroundings: &Surroundings<'_>,
    flow: &Flow,
    dataset: &Dataset,
    table: &DeltaTable,
    checkpoint: &FlowCheckpoint,
) -> Result<bool, Vec<Diagnostic>> {
    let slices = BTreeMap::new();
    let inputs = inputs(surroundings, flow, dataset, &Batch::new(&slices, 0)).await?;
    Ok(ViewState::kept(checkpoint)? == Some(ViewState::of(&inputs, table)))
}

/// A digest of the definition and of everything the query reads. What was looked at is noted in the batch.
pub(crate) async fn inputs(
    surroundings: &Surroundings<'_>,
    flow: &Flow,
    dataset: &Dataset,
    batch: &Batch<'_>,
) -> Result<String, Vec<Diagnostic>> {
    let Surroundings { pipeline, analysis, tables } = surroundings;
    let mut digest = Fingerprint::of(&fingerprint::of(pipeline, analysis, flow, dataset));
    for used in analysis.flows.get(&flow.id).iter().flat_map(|analyzed| &analyzed.uses) {
        digest = digest.with(&used.source.key(pipeline));
        match &used.source {
            Source::Table { folder, .. } => {
                let table = tables.current(folder).await.map_err(|error| vec![engine_fault(&error)])?;
                if let Some(table) = table {
                    digest = digest.with(&table.metadata().id).with(&table.version().to_string());
                    batch.pinned.lock().await.insert(folder.clone(), table);
                }
            }
            Source::Files { pattern, options, .. } => {
                let files = lakesmith_ingest::list(pattern, options, &|_| false);
                let files = files.map_err(|error| vec![engine_fault(&error).at(flow.span, "")])?;
                for file in &files {
                    digest = digest.with(&file.uri).with(&format!("{} {}", file.size, file.modified_micros));
                }
                let mut listed = batch.listed.lock().unwrap_or_else(PoisonError::into_inner);
                listed.insert(used.source.key(pipeline), files);
            }
        }
    }
    Ok(digest.to_string())
}
