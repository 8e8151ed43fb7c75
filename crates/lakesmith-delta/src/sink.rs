//! [`SinkExec`]: writes its input's rows as Parquet parts of a table and passes on the rows that it stored.
//!
//! It does not commit: the parts, as its report names them, become rows of the table when someone commits them. A task that
//! fails or is dropped removes its own parts.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::physical_plan::ExecutionPlan;
use lakesmith_engine::codec::PlanCodecRegistry;
use lakesmith_engine::report::ReportEntry;

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
    /// Where quarantined rows go; without it they are dropped and counted as quarantined.
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

/// A row broke an expectation that stops the flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{count} rows violate {}", names.join(", "))]
pub struct ExpectationViolated {
    /// The sink that met it.
    pub node: String,
    /// The violated expectations.
    pub names: Vec<String>,
    /// How many rows of the batch violate one.
    pub count: usize,
    /// The first of these rows as text.
    pub rows: Vec<String>,
}

/// The node.
#[derive(Debug)]
pub struct SinkExec {
    spec: Arc<SinkSpec>,
    input: Arc<dyn ExecutionPlan>,
}

impl SinkExec {
    /// What the partitions that have ended reported; a partition that ran twice counts once.
    pub fn report(&self) -> Vec<ReportEntry> {
        todo!()
    }
}

/// The reports of all sinks of a plan.
pub fn report_of(plan: &Arc<dyn ExecutionPlan>) -> Vec<ReportEntry> {
    let _ = plan;
    todo!()
}

/// Registers how sinks are written as bytes.
pub fn register_codecs(registry: &mut PlanCodecRegistry) {
    let _ = registry;
    todo!()
}
