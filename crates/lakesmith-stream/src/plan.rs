//! [`BatchPlan`]: what one batch reads, written before anything is read and never changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::progress::Progress;

/// One numbered batch of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchPlan {
    /// Its number; numbers grow by one, and a plan that was superseded keeps its own.
    pub number: i64,
    /// The committed plan that it goes on from; 0 at the start.
    pub base: i64,
    /// The time that `current_timestamp()` gives, microseconds since the epoch.
    pub batch_time_micros: i64,
    /// A digest of the flow's definition and settings.
    pub fingerprint: String,
    /// What is read of each source, by the source's key.
    pub slices: BTreeMap<String, Slice>,
}

/// What a batch reads of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slice {
    /// Whole files.
    Files(Vec<FileEntry>),
    /// Files that are passed over, because they were there before the flow began.
    Passed(Vec<FileEntry>),
    /// Versions of a Delta table.
    Table {
        /// The table's own id.
        table_id: String,
        /// The version after which rows are new; `None` takes everything that the table holds at `up_to`.
        after: Option<i64>,
        /// The last version that is read.
        up_to: i64,
    },
}

/// A file as it was when it was listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path relative to the project where it lies in it, otherwise absolute.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change, microseconds since the epoch.
    pub modified_micros: i64,
}

impl BatchPlan {
    /// Whether the batch is the first of a source: it notes where the flow begins, rows or none.
    pub fn begins(&self, progress: &Progress) -> bool {
        let is_first = |key: &String, slice: &Slice| match slice {
            Slice::Table { after: Some(_), .. } => !progress.tables.contains_key(key),
            Slice::Passed(_) => !progress.files.contains_key(key),
            Slice::Files(_) | Slice::Table { after: None, .. } => false,
        };
        self.slices.iter().any(|(key, slice)| is_first(key, slice))
    }

    /// Whether the batch reads nothing new.
    pub fn is_empty(&self) -> bool {
        self.slices.values().all(|slice| match slice {
            Slice::Files(files) => files.is_empty(),
            Slice::Passed(_) => true,
            Slice::Table { after, up_to, .. } => *after == Some(*up_to),
        })
    }
}
