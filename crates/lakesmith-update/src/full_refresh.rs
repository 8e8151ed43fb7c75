//! [`Unfinished`]: the tables that a full refresh was asked for and that have not all been started over yet.
//!
//! Each table is started over by a commit of its own. An update that is killed between two of them would leave a stream before a
//! table whose rows are gone, so the names stand in `<storage>/full_refresh` until all have been, and the next update goes on.
//!
//! A table whose flows then fail before any of them has written gets back the rows that it had, and the next update starts it over
//! again.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, PoisonError};

use lakesmith_delta::action::DataFile;
use lakesmith_delta::{Commit, Metadata, OnVersion};
use lakesmith_diagnostic::Diagnostic;
use lakesmith_engine::durable::DurableFolder;
use lakesmith_engine::{EngineError, ErrorKind};
use lakesmith_graph::DatasetId;

use crate::engine::Engine;
use crate::fault::{commit_fault, engine_fault};
use crate::outcome::{FlowOutcome, FlowResult};
use crate::pipeline::Pipeline;
use crate::selection::Selected;
use crate::update::UpdateRun;

const FILE: &str = "full_refresh";

/// The full refreshes that have begun and are not through.
pub(crate) struct Unfinished<'a> {
    pipeline: &'a Pipeline,
    folder: DurableFolder,
    names: BTreeSet<String>,
}

impl<'a> Unfinished<'a> {
    /// What earlier updates have left.
    pub fn load(pipeline: &'a Pipeline, engine: &Engine) -> Result<Self, EngineError> {
        let folder = DurableFolder::new(&pipeline.storage).with_faults(Arc::clone(&engine.faults));
        let bytes = folder.read(FILE)?;
        let names = bytes.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        let names = names.map_err(|error| {
            EngineError::new(ErrorKind::Storage, "read full refresh", error.to_string())
                .with("path", pipeline.storage.join(FILE).display())
        })?;
        Ok(Self { pipeline, folder, names: names.unwrap_or_default() })
    }

    /// Adds to a selection what is left of earlier full refreshes; those that are not to be refreshed now are left for later.
    pub fn add_to(&self, selected: &mut Selected) {
        let left = self.pipeline.graph.datasets.iter().filter(|dataset| self.names.contains(&dataset.name.to_string()));
        let left: Vec<DatasetId> = left.map(|dataset| dataset.id).filter(|id| selected.refresh.contains(id)).collect();
        selected.full.extend(left);
    }

    /// Remembers what is about to be started over.
    pub fn begin(&mut self, full: &HashSet<DatasetId>) -> Result<(), EngineError> {
        let before = self.names.len();
        let names: Vec<String> = full.iter().map(|id| self.name(*id)).collect();
        self.names.extend(names);
        if self.names.len() == before { Ok(()) } else { self.keep() }
    }

    /// Forgets what has been started over.
    pub fn end(&mut self, done: impl Iterator<Item = DatasetId>) -> Result<(), EngineError> {
        let before = self.names.len();
        for id in done {
            self.names.remove(&self.name(id));
        }
        // datasets that the pipeline no longer has are nobody's to start over
        let known: HashSet<String> =
            self.pipeline.graph.datasets.iter().map(|dataset| dataset.name.to_string()).collect();
        self.names.retain(|name| known.contains(name));
        if self.names.len() == before { Ok(()) } else { self.keep() }
    }

    /// Remembers a table that is to be started over again.
    fn again(&mut self, id: DatasetId) -> Result<(), EngineError> {
        self.names.insert(self.name(id));
        self.keep()
    }

    fn keep(&self) -> Result<(), EngineError> {
        if self.names.is_empty() {
            return self.folder.remove(FILE);
        }
        let bytes = serde_json::to_vec(&self.names);
        let bytes =
            bytes.map_err(|error| EngineError::new(ErrorKind::Internal, "write full refresh", error.to_string()))?;
        self.folder.put(FILE, &bytes)
    }

    fn name(&self, id: DatasetId) -> String {
        self.pipeline.graph.dataset(id).name.to_string()
    }
}

/// What a table was before it was started over.
#[derive(Debug)]
pub(crate) struct Before {
    /// The version of the commit that started it over.
    pub version: i64,
    pub metadata: Metadata,
    pub files: Vec<DataFile>,
}

impl UpdateRun<'_> {
    /// Gives tables that were started over their rows back, where a flow into them did not come to its end and none has written.
    pub(crate) async fn restore(&self, outcomes: &[FlowOutcome], unfinished: &mut Unfinished<'_>) -> Vec<Diagnostic> {
        let started_over = std::mem::take(&mut *self.started_over.lock().unwrap_or_else(PoisonError::into_inner));
        let mut faults = Vec::new();
        for (id, before) in started_over {
            let graph = &self.pipeline.graph;
            let governing = graph.dataset(id).quarantine_of().unwrap_or(id);
            let dataset = self.pipeline.shown(governing);
            let ended =
                |outcome: &FlowOutcome| matches!(outcome.result, FlowResult::Completed | FlowResult::UpToDate(_));
            let of_table: Vec<_> = outcomes.iter().filter(|outcome| outcome.dataset == dataset).collect();
            if before.files.is_empty() || !of_table.is_empty() && of_table.into_iter().all(ended) {
                continue;
            }
            match self.restore_table(id, before).await {
                Ok(false) => {}
                Ok(true) => faults.extend(unfinished.again(governing).err().map(|error| engine_fault(&error))),
                Err(fault) => faults.push(*fault),
            }
        }
        faults
    }

    /// Whether the table got its rows back: not where rows have been written since.
    async fn restore_table(&self, id: DatasetId, before: Before) -> Result<bool, Box<Diagnostic>> {
        let dataset = self.pipeline.graph.dataset(id);
        let folder = self.pipeline.folder(&dataset.name);
        let table = self.tables.current(&folder).await.map_err(|error| Box::new(engine_fault(&error)))?;
        let Some(mut table) = table.filter(|table| table.version() == before.version) else { return Ok(false) };
        let mut commit = Commit::new("RESTORE", self.engine.now_millis());
        // to who reads the table as a stream these rows are not new
        commit.adds = before.files.into_iter().map(|file| DataFile { data_change: false, ..file }).collect();
        commit.metadata = Some(before.metadata);
        commit.keeps_constraints = true;
        commit.on_version = OnVersion::Exactly(before.version);
        let name = self.pipeline.shown(id);
        table.commit(&commit).await.map_err(|error| Box::new(commit_fault(&name, &error).at(dataset.name_span, "")))?;
        self.tables.keep(&folder, &table).await;
        Ok(true)
    }
}
