//! [`Unfinished`]: the tables that a full refresh was asked for and that have not all been started over yet.
//!
//! Each table is started over by a commit of its own. An update that is killed between two of them would leave a stream before a
//! table whose rows are gone, so the names stand in `<storage>/full_refresh` until all have been, and the next update goes on.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use lakesmith_engine::durable::DurableFolder;
use lakesmith_engine::{EngineError, ErrorKind};
use lakesmith_graph::DatasetId;

use crate::engine::Engine;
use crate::pipeline::Pipeline;
use crate::selection::Selected;

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
