//! The actions of a Delta log as this crate's users see them: [`Protocol`], [`Metadata`], [`DataFile`], [`Txn`].
//!
//! Paths here are as the file system names them; the log's percent-encoding is undone when it is read and done when it is
//! written.

use lakesmith_engine::report::ReportEntry;
use lakesmith_unresolved::StructField;

/// What a reader and a writer of the table must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    /// Lowest reader version that may read the table.
    pub min_reader_version: i32,
    /// Lowest writer version that may write it.
    pub min_writer_version: i32,
    /// Features a reader must know; only for reader version 3.
    pub reader_features: Option<Vec<String>>,
    /// Features a writer must know; only for writer version 7.
    pub writer_features: Option<Vec<String>>,
}

/// What the table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// A UUID that stays as long as the table does.
    pub id: String,
    /// Name, if any.
    pub name: Option<String>,
    /// Description, if any.
    pub description: Option<String>,
    /// All columns in order, partition columns among them.
    pub schema: Vec<StructField>,
    /// Names of the columns that the table is partitioned by.
    pub partition_columns: Vec<String>,
    /// Table properties, ordered by name.
    pub configuration: Vec<(String, String)>,
    /// When the table was created, in milliseconds.
    pub created_time: Option<i64>,
}

impl Metadata {
    /// The value of a table property.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.configuration.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A data file that a commit adds or removes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DataFile {
    /// Path below the table's folder, as on disk; or a `file:` URL for a file outside of it.
    pub path: String,
    /// Size in bytes; 0 in a removal that does not say.
    pub size: i64,
    /// Partition columns in the table's order, with their values as the log writes them.
    pub partition_values: Vec<(String, Option<String>)>,
    /// Column statistics as Delta's JSON text.
    pub statistics: Option<String>,
    /// When the file was written (in a removal: removed), in milliseconds.
    pub modification_time: i64,
    /// Whether rows are new or gone; `false` for a mere rearrangement.
    pub data_change: bool,
}

impl DataFile {
    /// The file that a sink reported; `None` when the entry is none.
    pub fn from_report(entry: &ReportEntry, modification_time: i64) -> Option<Self> {
        let ReportEntry::File { path, bytes, partition, statistics, .. } = entry else { return None };
        Some(Self {
            path: path.clone(),
            size: *bytes,
            partition_values: partition.clone(),
            statistics: statistics.clone(),
            modification_time,
            data_change: true,
        })
    }
}

/// The last version of an application's own counting that the table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Txn {
    /// The application.
    pub app_id: String,
    /// Its version.
    pub version: i64,
}
