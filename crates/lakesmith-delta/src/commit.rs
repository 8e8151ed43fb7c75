//! [`Commit`]: one new version of a table, written whole or not at all.

use lakesmith_engine::EngineError;

use crate::action::{DataFile, Metadata, Protocol, Txn};
use crate::store::TableStore;
use crate::table::DeltaTable;

/// What a commit writes and under which conditions.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Operation for the history, for example `STREAMING UPDATE`.
    pub operation: String,
    /// Parameters of the operation for the history.
    pub parameters: Vec<(String, String)>,
    /// Whether the commit only appends and its content does not depend on what the table holds.
    pub is_blind_append: bool,
    /// The new protocol, if it changes. A first commit without one gets the lowest that its schema needs.
    pub protocol: Option<Protocol>,
    /// The new metadata, if it changes. A first commit must have it.
    pub metadata: Option<Metadata>,
    /// Files to add.
    pub adds: Vec<DataFile>,
    /// Files to remove.
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

/// Why a commit was not made. Except in `Failed`, the table is known not to hold it.
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
    /// The store failed; whether the commit stands was looked up where that was possible.
    #[error(transparent)]
    Failed(#[from] EngineError),
}

impl Commit {
    /// A commit of nothing yet, on any version.
    pub fn new(operation: impl Into<String>, timestamp_millis: i64) -> Self {
        Self {
            operation: operation.into(),
            parameters: Vec::new(),
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
    /// nobody changed metadata or protocol since the handle's version.
    pub async fn commit(&mut self, commit: &Commit) -> Result<i64, CommitError> {
        let _ = commit;
        todo!()
    }

    /// Makes the table by its first commit. When someone made it first: `VersionMoved`.
    pub async fn create(store: &TableStore, commit: &Commit) -> Result<Self, CommitError> {
        let _ = (store, commit);
        todo!()
    }
}
