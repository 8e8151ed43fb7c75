//! [`SinkSpec`] and [`QuarantineSpec`]: what a sink writes and where. [`ExpectationViolated`]: why it stops.

use std::error::Error;

use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use lakesmith_engine::EngineError;

/// What a sink writes and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkSpec {
    /// Name in the report, `sink:<table>`.
    pub node: String,
    /// The table's absolute folder.
    pub folder: String,
    /// The table's columns in order. A column that is not nullable is checked.
    pub schema: SchemaRef,
    /// Columns that the table is partitioned by.
    pub partition_columns: Vec<String>,
    /// Name of the input's verdict column.
    ///
    /// Its text is NULL for a row to keep; otherwise `D` (drop), `Q` (quarantine) or `F` (fail), then a JSON array of the names
    /// of the violated expectations: `Q["valid_price","has_id"]`.
    pub verdict: Option<String>,
    /// Where quarantined rows go; without it they are only counted.
    pub quarantine: Option<QuarantineSpec>,
    /// Part of the names of part files: `part-<5 digits>-<uuid>-<prefix>.parquet`.
    pub part_prefix: String,
}

/// Where and how rows are quarantined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineSpec {
    /// Name in the report, `quarantine:<table>`.
    pub node: String,
    /// The quarantine table's absolute folder.
    pub folder: String,
    /// The table's columns, then `_violated`, `_quarantined_at`, `_source_file` and `_update_id`.
    pub schema: SchemaRef,
    /// Value of `_quarantined_at`, microseconds.
    pub quarantined_at_micros: i64,
    /// Value of `_update_id`.
    pub update_id: String,
    /// The input's column that holds `_source_file`.
    pub source_file_column: Option<String>,
}

/// Names of a sink's counters.
pub(crate) mod counter {
    pub(crate) const WRITTEN: &str = "written";
    pub(crate) const DROPPED: &str = "dropped";
    pub(crate) const QUARANTINED: &str = "quarantined";
}

/// Rows broke an expectation that stops the flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{count} rows of a batch violate {}", names.join(", "))]
pub struct ExpectationViolated {
    /// The sink that met it.
    pub node: String,
    /// The violated expectations, in the order they were met.
    pub names: Vec<String>,
    /// How many rows of the batch violate one.
    pub count: usize,
    /// The first of these rows as text, at most five.
    pub rows: Vec<String>,
}

impl ExpectationViolated {
    /// The violation in an error's chain of causes.
    pub fn find(error: &EngineError) -> Option<&Self> {
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(violated) = error.downcast_ref::<Self>() {
                return Some(violated);
            }
            next = match error.downcast_ref::<DataFusionError>() {
                Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
                Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
                _ => error.source(),
            };
        }
        None
    }

    /// The error as DataFusion carries it.
    pub(crate) fn into_datafusion(self) -> DataFusionError {
        DataFusionError::External(Box::new(self))
    }
}
