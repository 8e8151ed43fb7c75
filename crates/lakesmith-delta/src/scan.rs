//! [`scan_provider`]: reads the rows of a list of data files, as a plain Parquet scan that any executor can run.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::StructField;

use crate::action::DataFile;

/// The rows of `files` as a table of the columns of `schema`, in this order; `location` is the table's absolute folder.
///
/// A column that an older file does not have is NULL in its rows.
pub fn scan_provider(
    schema: &[StructField],
    partition_columns: &[String],
    files: Vec<DataFile>,
    location: &str,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    let _ = (schema, partition_columns, files, location);
    todo!()
}
