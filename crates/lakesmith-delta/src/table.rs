//! [`DeltaTable`]: a handle of one table at one version.
//!
//! It holds what is needed to plan and to commit, not the list of files: that is loaded when first asked for and then kept up
//! to date commit by commit. Following the log costs what is new in it; nothing lists the log's folder except opening.

use std::collections::BTreeMap;

use lakesmith_engine::EngineError;

use crate::action::{DataFile, Metadata, Protocol};
use crate::store::TableStore;

/// A table at a version.
#[derive(Debug, Clone)]
pub struct DeltaTable {
    store: TableStore,
    version: i64,
    protocol: Protocol,
    metadata: Metadata,
    txns: BTreeMap<String, i64>,
}

impl DeltaTable {
    /// Opens the newest version; `None` when there is no table in the folder.
    ///
    /// A table that asks for a reader feature we do not have is refused, and the error names the feature.
    pub async fn open(store: &TableStore) -> Result<Option<Self>, EngineError> {
        let _ = store;
        todo!()
    }

    /// Opens a certain version; an error of kind `NotFound` when the log no longer holds it.
    pub async fn open_at(store: &TableStore, version: i64) -> Result<Option<Self>, EngineError> {
        let _ = (store, version);
        todo!()
    }

    /// Follows the log to its end; reads nothing but the new commits. Tells whether there were any.
    pub async fn refresh(&mut self) -> Result<bool, EngineError> {
        todo!()
    }

    /// The active files at this version, ordered by path.
    pub async fn files(&mut self) -> Result<Vec<DataFile>, EngineError> {
        todo!()
    }

    /// Where the table lives.
    pub fn store(&self) -> &TableStore {
        &self.store
    }

    /// The version of this handle.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The protocol.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// The metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// All applications' versions by application.
    pub fn txns(&self) -> &BTreeMap<String, i64> {
        &self.txns
    }

    /// An application's version.
    pub fn txn(&self, app_id: &str) -> Option<i64> {
        self.txns.get(app_id).copied()
    }
}
