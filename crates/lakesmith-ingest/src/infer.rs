//! [`infer`]: the columns of files whose schema was not given.

use datafusion::prelude::SessionContext;
use lakesmith_engine::{EngineError, ErrorKind};
use lakesmith_unresolved::StructField;

use crate::listing::FoundFile;
use crate::options::ReaderOptions;

/// What files look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inferred {
    /// The columns, nullable throughout; the rescued-data column last when the options have one.
    pub columns: Vec<StructField>,
    /// What the user should know: files without records, names that differ only by case, hints that fit nowhere.
    pub warnings: Vec<String>,
}

/// Finds the columns of files.
///
/// JSON: Spark's rules over the first 64 MiB of each of the first 1,000 files, at most 50 GB; columns are sorted by name.
/// Parquet: from the footers of the same files, in the order of the first file, further columns at the end. Hints replace
/// types and add columns. A given schema is not looked at: use [`ReaderOptions::schema`] instead of calling this.
pub async fn infer(
    files: &[FoundFile],
    options: &ReaderOptions,
    session: &SessionContext,
) -> Result<Inferred, EngineError> {
    let _ = (files, options, session);
    Err(EngineError::new(ErrorKind::Unsupported, "infer schema", "inference is not built yet"))
}
