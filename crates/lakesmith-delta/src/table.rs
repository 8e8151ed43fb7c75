//! [`DeltaTable`]: a handle of one table at one version.
//!
//! It holds what is needed to plan and to commit, not the list of files: that is loaded when first asked for and then kept up
//! to date commit by commit. Following the log costs what is new in it: the next commit's name is tried, and nothing lists the
//! log's folder, except opening a table whose `_last_checkpoint` is lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use lakesmith_engine::{Actor, EngineError, ErrorKind};

use crate::action::{DataFile, Metadata, Protocol, Txn};
use crate::active_files::ActiveFiles;
use crate::checkpoint_file;
use crate::log::{self, CheckpointRef};
use crate::log_entry::LogEntry;
use crate::protocol::{check_readable, refused};
use crate::store::TableStore;

/// A table at a version. A clone is cheap and follows the log by itself.
#[derive(Debug, Clone)]
pub struct DeltaTable {
    store: TableStore,
    version: i64,
    protocol: Arc<Protocol>,
    metadata: Arc<Metadata>,
    txns: Arc<BTreeMap<String, i64>>,
    files: Option<ActiveFiles>,
}

impl DeltaTable {
    /// Opens the newest version; `None` when there is no table in the folder.
    ///
    /// A table that asks for a reader feature we do not have is refused, and the error names the feature.
    pub async fn open(store: &TableStore) -> Result<Option<Self>, EngineError> {
        if let Some(checkpoint) = log::hinted_checkpoint(store).await? {
            match Self::open_from(store, &checkpoint, None).await {
                Ok(table) => return Ok(Some(table)),
                // the hint may name a checkpoint that is gone; the listing below knows
                Err(error) if error.kind == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(first) = log::read_commit(store, 0).await? {
            let mut table = Self::begin(store, first)?;
            table.follow(None).await?;
            return Ok(Some(table));
        }
        let listing = log::list(store).await?;
        match (listing.checkpoints.last(), listing.commits.first()) {
            (Some(checkpoint), _) => Self::open_from(store, checkpoint, None).await.map(Some),
            (None, Some(_)) if listing.has_v2_checkpoint => {
                Err(refused("read", "v2Checkpoint").with("path", store.folder()))
            }
            (None, Some(_)) => Err(log::missing(0)),
            (None, None) => Ok(None),
        }
    }

    /// Opens a certain version; an error of kind `NotFound` when the log does not hold it, `None` when there is no table.
    pub async fn open_at(store: &TableStore, version: i64) -> Result<Option<Self>, EngineError> {
        let listing = log::list(store).await?;
        if listing.commits.is_empty() && listing.checkpoints.is_empty() {
            return Ok(None);
        }
        let checkpoint = listing.checkpoints.iter().rev().find(|checkpoint| checkpoint.version <= version);
        let table = match checkpoint {
            Some(checkpoint) => Self::open_from(store, checkpoint, Some(version)).await?,
            None => {
                let first = log::read_commit(store, 0).await?.ok_or_else(|| log::missing(0))?;
                let mut table = Self::begin(store, first)?;
                table.follow(Some(version)).await?;
                table
            }
        };
        if table.version == version { Ok(Some(table)) } else { Err(log::missing(version)) }
    }

    /// Follows the log to its end; reads nothing but the new commits. Tells whether there were any.
    pub async fn refresh(&mut self) -> Result<bool, EngineError> {
        let before = self.version;
        self.follow(None).await?;
        Ok(self.version != before)
    }

    /// The active files at this version, ordered by path.
    pub async fn files(&mut self) -> Result<Vec<DataFile>, EngineError> {
        if self.files.is_none() {
            self.files = Some(self.load_files().await?);
        }
        let columns = &self.metadata.partition_columns;
        let files = self.files.iter_mut().flat_map(ActiveFiles::list);
        Ok(files.map(|file| with_partition_order(file.clone(), columns)).collect())
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

    /// The table as its first commit makes it.
    pub(crate) fn begin(store: &TableStore, first: LogEntry) -> Result<Self, EngineError> {
        let (mut table, adds) = Self::from_state(store, 0, first)?;
        let mut files = ActiveFiles::default();
        files.apply(Vec::new(), adds);
        table.files = Some(files);
        Ok(table)
    }

    async fn open_from(
        store: &TableStore,
        checkpoint: &CheckpointRef,
        up_to: Option<i64>,
    ) -> Result<Self, EngineError> {
        let state = checkpoint_file::read_state(store, checkpoint).await?;
        let (mut table, _) = Self::from_state(store, checkpoint.version, state)?;
        table.follow(up_to).await?;
        Ok(table)
    }

    /// A handle without files, and the files that the state names.
    fn from_state(store: &TableStore, version: i64, state: LogEntry) -> Result<(Self, Vec<DataFile>), EngineError> {
        let (Some(protocol), Some(metadata)) = (state.protocol, state.metadata) else {
            let message = "the log begins without a protocol or without metadata";
            let error = EngineError::new(ErrorKind::Storage, "open table", message).for_actor(Actor::Target);
            return Err(error.with("path", store.folder()).with("version", version));
        };
        check_readable(&protocol, &metadata).map_err(|error| error.with("path", store.folder()))?;
        let txns = state.txns.into_iter().map(|txn| (txn.app_id, txn.version)).collect();
        let (protocol, metadata, txns) = (Arc::new(protocol), Arc::new(metadata), Arc::new(txns));
        Ok((Self { store: store.clone(), version, protocol, metadata, txns, files: None }, state.adds))
    }

    async fn follow(&mut self, up_to: Option<i64>) -> Result<(), EngineError> {
        while up_to.is_none_or(|end| self.version < end) {
            match log::read_commit(&self.store, self.version + 1).await? {
                Some(entry) => self.apply(entry)?,
                None => break,
            }
        }
        Ok(())
    }

    /// Goes on to the next version, which `entry` makes. On an error the handle stays as it was.
    pub(crate) fn apply(&mut self, entry: LogEntry) -> Result<(), EngineError> {
        let protocol = entry.protocol.map_or_else(|| Arc::clone(&self.protocol), Arc::new);
        let metadata = entry.metadata.map_or_else(|| Arc::clone(&self.metadata), Arc::new);
        check_readable(&protocol, &metadata).map_err(|error| error.with("path", self.store.folder()))?;
        (self.protocol, self.metadata) = (protocol, metadata);
        if !entry.txns.is_empty() {
            let txns = Arc::make_mut(&mut self.txns);
            txns.extend(entry.txns.into_iter().map(|Txn { app_id, version }| (app_id, version)));
        }
        if let Some(files) = &mut self.files {
            files.apply(entry.removes, entry.adds);
        }
        self.version += 1;
        Ok(())
    }

    /// Replays the files up to this version from the newest checkpoint that is not after it.
    async fn load_files(&self) -> Result<ActiveFiles, EngineError> {
        let hinted = log::hinted_checkpoint(&self.store).await?;
        let checkpoint = match hinted.filter(|checkpoint| checkpoint.version <= self.version) {
            Some(checkpoint) => Some(checkpoint),
            None => {
                let found = log::list(&self.store).await?.checkpoints;
                found.into_iter().rev().find(|checkpoint| checkpoint.version <= self.version)
            }
        };
        let mut files = ActiveFiles::default();
        let mut next = 0;
        if let Some(checkpoint) = checkpoint {
            let entry = checkpoint_file::read_files(&self.store, &checkpoint).await?;
            files.apply(Vec::new(), entry.adds);
            next = checkpoint.version + 1;
        }
        for version in next..=self.version {
            let entry = log::read_commit(&self.store, version).await?.ok_or_else(|| log::missing(version))?;
            files.apply(entry.removes, entry.adds);
        }
        Ok(files)
    }
}

/// The file with its partition values in the table's order; a column that the log leaves out is NULL.
pub(crate) fn with_partition_order(mut file: DataFile, columns: &[String]) -> DataFile {
    let mut values = std::mem::take(&mut file.partition_values);
    let mut take = |column: &String| {
        let found = values.iter().position(|(name, _)| name == column);
        (column.clone(), found.and_then(|index| values.swap_remove(index).1))
    };
    file.partition_values = columns.iter().map(&mut take).collect();
    file
}

#[cfg(test)]
mod tests;
