//! What commits changed: [`DeltaTable::changes`], for streams and incremental views that read a table.

use lakesmith_engine::EngineError;

use crate::action::{DataFile, Txn};
use crate::log;
use crate::table::{DeltaTable, with_partition_order};

/// What one commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitChanges {
    /// The version it made.
    pub version: i64,
    /// When it was committed, in milliseconds; 0 when the commit does not say.
    pub timestamp_millis: i64,
    /// The operation, for example `WRITE`.
    pub operation: Option<String>,
    /// Whether it says of itself that it only appended, without reading the table.
    pub is_blind_append: bool,
    /// Files it added, each with its `data_change`.
    pub adds: Vec<DataFile>,
    /// Files it removed, each with its `data_change`.
    pub removes: Vec<DataFile>,
    /// Applications' versions it set.
    pub txns: Vec<Txn>,
    /// Whether it changed the metadata.
    pub metadata_changed: bool,
    /// Whether it changed the protocol.
    pub protocol_changed: bool,
}

/// Why changes cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// The log no longer holds this commit, or never did.
    #[error("commit {version} is no longer in the log")]
    VersionMissing {
        /// The version.
        version: i64,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Failed(#[from] EngineError),
}

impl DeltaTable {
    /// What every commit after `after_version` up to and including `up_to_version` did, oldest first.
    pub async fn changes(&self, after_version: i64, up_to_version: i64) -> Result<Vec<CommitChanges>, ChangesError> {
        let mut changes = Vec::new();
        for version in after_version + 1..=up_to_version {
            let entry = log::read_commit(self.store(), version).await?;
            let entry = entry.ok_or(ChangesError::VersionMissing { version })?;
            let columns = match &entry.metadata {
                Some(metadata) => &metadata.partition_columns,
                None => &self.metadata().partition_columns,
            };
            changes.push(CommitChanges {
                version,
                timestamp_millis: entry.info.in_commit_timestamp.or(entry.info.timestamp).unwrap_or(0),
                operation: entry.info.operation,
                is_blind_append: entry.info.is_blind_append.unwrap_or(false),
                adds: entry.adds.into_iter().map(|file| with_partition_order(file, columns)).collect(),
                removes: entry.removes.into_iter().map(|file| with_partition_order(file, columns)).collect(),
                txns: entry.txns,
                metadata_changed: entry.metadata.is_some(),
                protocol_changed: entry.protocol.is_some(),
            });
        }
        Ok(changes)
    }
}
