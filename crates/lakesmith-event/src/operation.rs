//! What events tell about work besides the flows' states: reading files, upkeep, hooks, people.

use serde::{Deserialize, Serialize};

/// A longer operation inside a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationProgress {
    /// What is done.
    #[serde(rename = "type")]
    pub operation: OperationType,
    /// How far it is.
    pub status: OperationStatus,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// About files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_loader_details: Option<AutoLoaderDetails>,
    /// About AUTO CDC of snapshots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cdc_snapshot: Option<CdcSnapshot>,
}

/// The longer operations. All but `AutoLoaderDecoding` are Databricks'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationType {
    /// New files are looked for.
    AutoLoaderListing,
    /// Files that a notification missed are looked for.
    AutoLoaderBackfill,
    /// Files are decoded.
    AutoLoaderDecoding,
    /// A connector fetches.
    ConnectorFetch,
    /// A snapshot is compared with the target.
    CdcSnapshot,
}

impl OperationType {
    /// The name in the event log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AutoLoaderListing => "AUTO_LOADER_LISTING",
            Self::AutoLoaderBackfill => "AUTO_LOADER_BACKFILL",
            Self::AutoLoaderDecoding => "AUTO_LOADER_DECODING",
            Self::ConnectorFetch => "CONNECTOR_FETCH",
            Self::CdcSnapshot => "CDC_SNAPSHOT",
        }
    }
}

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationStatus {
    /// It has begun.
    Started,
    /// It has ended well.
    Completed,
    /// It was given up.
    Canceled,
    /// It failed.
    Failed,
    /// It goes on.
    InProgress,
}

/// Files that were listed or decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoLoaderDetails {
    /// Where the files are.
    pub source_path: String,
    /// How many were listed.
    pub num_files_listed: i64,
    /// What was found in each file that was decoded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileCounts>,
}

/// What was found in one file: `records = decoded + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCounts {
    /// The file.
    pub path: String,
    /// Records that it holds.
    pub records: i64,
    /// Records that became rows.
    pub decoded: i64,
    /// Records that did not.
    pub rejected: i64,
    /// Why the first of them did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_rejection: Option<String>,
}

/// The snapshot of AUTO CDC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CdcSnapshot {
    /// The target.
    pub table_name: String,
}

/// Upkeep of a table. Databricks has no such event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceProgress {
    /// `OPTIMIZE`, `VACUUM` or `CHECKPOINT`.
    pub operation: String,
    /// How far it is.
    pub status: OperationStatus,
    /// Files added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_files_added: Option<i64>,
    /// Files removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_files_removed: Option<i64>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
}

/// Somebody did something with the pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAction {
    /// Who, by name.
    pub user_name: String,
    /// Who, by number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// `START`, `STOP`, `CREATE`, `EDIT` or `DELETE`.
    pub action: String,
}

/// An event hook ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookProgress {
    /// The hook.
    pub name: String,
    /// `SUCCESS`, `FAILURE` or `DISABLED`.
    pub status: String,
}

/// What the update runs on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeDetails {
    /// The engine and its version, where Databricks has that of its runtime.
    pub dbr_version: String,
    /// The Python that runs the sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_environment_version: Option<String>,
}

/// A batch of a streaming query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamProgress {
    /// Spark's `StreamingQueryProgress` as JSON text.
    pub progress_json: String,
}

/// The pipeline uses something that will go away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deprecation {
    /// What.
    pub feature: String,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}
