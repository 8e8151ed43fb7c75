//! [`Commit`]: one new version of a table, written whole or not at all.

use std::time::Duration;

use lakesmith_engine::store::engine_error;
use lakesmith_engine::{Actor, EngineError, ErrorKind};
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};
use serde_json::Value;
use uuid::Uuid;

use crate::action::{DataFile, Metadata, Protocol, Txn};
use crate::log;
use crate::log_entry::{CommitInfo, LogEntry};
use crate::protocol::{Wanted, check_readable, check_writable, needed};
use crate::store::TableStore;
use crate::table::DeltaTable;

/// What a commit writes and under which conditions.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Operation for the history, for example `STREAMING UPDATE`.
    pub operation: String,
    /// Parameters of the operation for the history.
    pub parameters: Vec<(String, String)>,
    /// What the operation did in numbers, for the history.
    pub metrics: Vec<(String, String)>,
    /// Whether all rows that the commit adds meet the table's CHECK constraints. A table that has some takes no other commit.
    pub keeps_constraints: bool,
    /// Whether the commit only appends and its content does not depend on what the table holds.
    pub is_blind_append: bool,
    /// The new protocol, if it changes. A first commit without one gets the lowest that its schema needs.
    pub protocol: Option<Protocol>,
    /// The new metadata, if it changes. A first commit must have it.
    pub metadata: Option<Metadata>,
    /// Files to add.
    pub adds: Vec<DataFile>,
    /// Files to remove, as they are listed; the time of their removal is the commit's.
    pub removes: Vec<DataFile>,
    /// Applications' versions to set.
    pub txns: Vec<Txn>,
    /// What applications' versions must be at the moment of the commit; `None`: not set.
    pub expected_txns: Vec<(String, Option<i64>)>,
    /// Which version the commit must follow.
    pub on_version: OnVersion,
    /// When the commit happens, in milliseconds.
    pub timestamp_millis: i64,
}

/// Which version a commit must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnVersion {
    /// Whichever is newest.
    Any,
    /// This one; -1: the table must not exist.
    Exactly(i64),
}

/// Why a commit was not made.
///
/// Except after `Failed`, the table is known not to hold it. `Failed` leaves it open when the store could not even tell what it
/// holds, or holds the commit but not durably: the `txn`s of the table, opened anew, are the truth, and its parts may be needed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// An application's version is not the expected one.
    #[error("application `{app_id}` is at {found:?} and not at {expected:?}")]
    TxnConflict {
        /// The application.
        app_id: String,
        /// What the commit expected.
        expected: Option<i64>,
        /// What the table holds.
        found: Option<i64>,
    },
    /// Someone changed the table's metadata since the handle's version.
    #[error("version {version} changed the metadata")]
    MetadataChanged {
        /// The version that did.
        version: i64,
    },
    /// Someone changed the table's protocol since the handle's version.
    #[error("version {version} changed the protocol")]
    ProtocolChanged {
        /// The version that did.
        version: i64,
    },
    /// The table is not at the version that the commit must follow, or a file to remove is already gone.
    #[error("the table is at version {found}")]
    VersionMoved {
        /// The table's version.
        found: i64,
    },
    /// The store failed before the commit was made.
    #[error(transparent)]
    Failed(#[from] EngineError),
    /// The store failed, and does not tell whether the commit was made: its files may be rows of the table.
    #[error(transparent)]
    Unsure(EngineError),
}

impl Commit {
    /// A commit of nothing yet, on any version.
    pub fn new(operation: impl Into<String>, timestamp_millis: i64) -> Self {
        Self {
            operation: operation.into(),
            parameters: Vec::new(),
            metrics: Vec::new(),
            keeps_constraints: false,
            is_blind_append: false,
            protocol: None,
            metadata: None,
            adds: Vec::new(),
            removes: Vec::new(),
            txns: Vec::new(),
            expected_txns: Vec::new(),
            on_version: OnVersion::Any,
            timestamp_millis,
        }
    }
}

impl DeltaTable {
    /// Commits on top of the newest version and gives the version made; the handle then is at that version.
    ///
    /// A lost race is tried again on top of the winner, as long as the guards hold: the expected `txn`s, the version, and that
    /// nobody changed metadata or protocol since the handle's version. When the commit is not made, the handle stays where it
    /// was, so that a second call checks the same guards.
    pub async fn commit(&mut self, commit: &Commit) -> Result<i64, CommitError> {
        check_writable(self.protocol(), self.metadata(), commit.keeps_constraints)?;
        let protocol = self.needed_protocol(commit);
        check_result(
            protocol.as_ref().unwrap_or(self.protocol()),
            commit.metadata.as_ref().unwrap_or(self.metadata()),
            commit,
        )?;
        self.check_still_there().await?;
        let attempt = Attempt::new(commit, protocol);
        let mut table = self.clone();
        let mut lost = 0;
        loop {
            check_guards(&table, commit)?;
            match attempt.put(self.store(), table.version() + 1).await? {
                Put::Written(entry) => {
                    table.apply(entry)?;
                    *self = table;
                    return Ok(self.version());
                }
                Put::Lost(winner) => follow_winner(&mut table, commit, winner)?,
            }
            while let Some(winner) = log::read_commit(self.store(), table.version() + 1).await? {
                follow_winner(&mut table, commit, winner)?;
            }
            pause(lost).await;
            lost += 1;
        }
    }

    /// Makes the table by its first commit. When someone made it first: `VersionMoved`.
    pub async fn create(store: &TableStore, commit: &Commit) -> Result<Self, CommitError> {
        let Some(metadata) = &commit.metadata else {
            let message = "the first commit of a table has no metadata";
            return Err(EngineError::new(ErrorKind::Internal, "create table", message).into());
        };
        if let Some((app_id, expected)) = commit.expected_txns.iter().find(|(_, expected)| expected.is_some()) {
            return Err(CommitError::TxnConflict { app_id: app_id.clone(), expected: *expected, found: None });
        }
        if let OnVersion::Exactly(0..) = commit.on_version {
            return Err(CommitError::VersionMoved { found: -1 });
        }
        let protocol = commit.protocol.clone().or_else(|| needed(None, metadata, &Wanted::default()));
        if let Some(protocol) = &protocol {
            check_result(protocol, metadata, commit)?;
        }
        match Attempt::new(commit, protocol).put(store, 0).await? {
            Put::Written(entry) => Ok(Self::begin(store, entry)?),
            Put::Lost(_) => {
                let found = Self::open(store).await?.map_or(0, |table| table.version());
                Err(CommitError::VersionMoved { found })
            }
        }
    }

    /// Refuses to go on with a log that does not hold the handle's version any more, which would leave a gap in it.
    async fn check_still_there(&self) -> Result<(), EngineError> {
        match self.store().store().head(&log::commit_path(self.store(), self.version())).await {
            Ok(_) => Ok(()),
            Err(Error::NotFound { .. }) => {
                let message = "the table was deleted or replaced while it was in use";
                let error = EngineError::new(ErrorKind::NotFound, "commit", message).for_actor(Actor::Target);
                Err(error.with("path", self.store().folder()).with("version", self.version()))
            }
            Err(error) => Err(engine_error("commit", error)),
        }
    }

    fn needed_protocol(&self, commit: &Commit) -> Option<Protocol> {
        let needed = || {
            commit.metadata.as_ref().and_then(|metadata| needed(Some(self.protocol()), metadata, &Wanted::default()))
        };
        commit.protocol.clone().or_else(needed)
    }
}

/// Refuses a commit after which the table would be none that we can read, or that takes rows from an append-only table.
fn check_result(protocol: &Protocol, metadata: &Metadata, commit: &Commit) -> Result<(), EngineError> {
    check_readable(protocol, metadata)?;
    let is_append_only = metadata.property("delta.appendOnly") == Some("true");
    if is_append_only && commit.removes.iter().any(|file| file.data_change) {
        let message = "the table only takes appends (`delta.appendOnly` is true), but the commit removes rows";
        return Err(EngineError::new(ErrorKind::Unsupported, "commit", message).for_actor(Actor::Pipeline));
    }
    Ok(())
}

/// Checks what a commit expects of the version it would follow.
fn check_guards(table: &DeltaTable, commit: &Commit) -> Result<(), CommitError> {
    if let OnVersion::Exactly(version) = commit.on_version
        && version != table.version()
    {
        return Err(CommitError::VersionMoved { found: table.version() });
    }
    for (app_id, expected) in &commit.expected_txns {
        let found = table.txn(app_id);
        if found != *expected {
            return Err(CommitError::TxnConflict { app_id: app_id.clone(), expected: *expected, found });
        }
    }
    Ok(())
}

/// Takes over a version that someone else made, unless it makes the commit wrong.
fn follow_winner(table: &mut DeltaTable, commit: &Commit, winner: LogEntry) -> Result<(), CommitError> {
    let version = table.version() + 1;
    if winner.protocol.is_some() {
        return Err(CommitError::ProtocolChanged { version });
    }
    if winner.metadata.is_some() {
        return Err(CommitError::MetadataChanged { version });
    }
    if winner.removes.iter().any(|gone| commit.removes.iter().any(|file| file.path == gone.path)) {
        return Err(CommitError::VersionMoved { found: version });
    }
    Ok(table.apply(winner)?)
}

/// The actions of a commit, ready to be written under any version.
struct Attempt {
    id: String,
    commit: Commit,
    protocol: Option<Protocol>,
}

/// How one try to write a version ended.
enum Put {
    /// The version is ours.
    Written(LogEntry),
    /// The version is someone else's.
    Lost(LogEntry),
}

impl Attempt {
    fn new(commit: &Commit, protocol: Option<Protocol>) -> Self {
        Self { id: Uuid::new_v4().to_string(), commit: commit.clone(), protocol }
    }

    async fn put(&self, store: &TableStore, version: i64) -> Result<Put, CommitError> {
        let failure = match self.write(store, version).await {
            Ok(()) => return Ok(Put::Written(self.entry())),
            Err(error) => error,
        };
        // the answer may have been lost after the write: what stands under the version decides
        match log::read_commit(store, version).await.map_err(CommitError::Unsure)? {
            Some(found) if found.info.txn_id.as_deref() == Some(self.id.as_str()) => {
                // the same bytes once more: the first write may have failed before it was durable
                self.store_as(store, version, PutMode::Overwrite).await.map_err(CommitError::Unsure)?;
                Ok(Put::Written(self.entry()))
            }
            Some(found) => Ok(Put::Lost(found)),
            None => Err(CommitError::Failed(failure)),
        }
    }

    async fn write(&self, store: &TableStore, version: i64) -> Result<(), EngineError> {
        store.faults().reach("delta.before_log_put")?;
        self.store_as(store, version, PutMode::Create).await?;
        store.faults().reach("delta.after_log_put")
    }

    async fn store_as(&self, store: &TableStore, version: i64, mode: PutMode) -> Result<(), EngineError> {
        let bytes = self.entry().write()?;
        let written = store.store().put_opts(&log::commit_path(store, version), bytes.into(), mode.into()).await;
        written.map(|_| ()).map_err(|error| engine_error("commit", error).with("version", version))
    }

    fn entry(&self) -> LogEntry {
        let commit = &self.commit;
        let parameters = commit.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        let info = CommitInfo {
            in_commit_timestamp: None,
            timestamp: Some(commit.timestamp_millis),
            operation: Some(commit.operation.clone()),
            operation_parameters: Value::Object(parameters.collect()),
            operation_metrics: (!commit.metrics.is_empty()).then(|| {
                let metrics = commit.metrics.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
                Value::Object(metrics.collect())
            }),
            is_blind_append: Some(commit.is_blind_append),
            engine_info: Some(concat!("Lakesmith/", env!("CARGO_PKG_VERSION")).into()),
            txn_id: Some(self.id.clone()),
        };
        LogEntry {
            info,
            protocol: self.protocol.clone(),
            metadata: commit.metadata.clone(),
            adds: commit.adds.clone(),
            removes: commit.removes.iter().map(|file| removed_at(file, commit.timestamp_millis)).collect(),
            txns: commit.txns.clone(),
        }
    }
}

/// A file as its removal names it: readers of older versions keep it for as long as the removal is young, not the file.
fn removed_at(file: &DataFile, millis: i64) -> DataFile {
    DataFile { modification_time: millis, ..file.clone() }
}

/// Waits before the next try, longer after each lost race and never as long as another writer does.
async fn pause(lost: u32) {
    let longest = 10u64 << lost.min(6);
    let (random, _) = Uuid::new_v4().as_u64_pair();
    tokio::time::sleep(Duration::from_millis(random % longest)).await;
}

#[cfg(test)]
mod tests;
