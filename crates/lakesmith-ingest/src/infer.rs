//! [`infer`]: the columns of files whose schema was not given.

mod hints;
mod json;
mod parquet;
mod shape;

use datafusion::prelude::SessionContext;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::{SparkType, StructField};

use crate::listing::FoundFile;
use crate::options::{Format, ReaderOptions};

/// Most files that are looked at.
const MOST_FILES: usize = 1_000;

/// Bytes after which no further file is looked at.
const MOST_BYTES: u64 = 50 << 30;

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
/// JSON: Spark's rules over the first 64 MiB of each of the first 1,000 files, at most 50 GB; columns are sorted by name. Of
/// names that differ only by case the first in that order is the column, and the others are unknown fields. Objects more
/// than 64 levels deep are STRING. With [`crate::Usage::Reader`] malformed records make a corrupt-record column, as in Spark.
/// Parquet: from the footers of the same files, in the order of the first file, further columns at the end; a type that
/// differs becomes the wider one where one holds the other's values, and else stays as it was first. Hints replace types and add columns. A given schema is not looked at: use [`ReaderOptions::schema`] instead of calling this.
pub async fn infer(
    files: &[FoundFile],
    options: &ReaderOptions,
    session: &SessionContext,
) -> Result<Inferred, EngineError> {
    let mut inferred = Inferred::default();
    let files = sample(files);
    if files.is_empty() {
        inferred.warnings.push("there are no files to infer columns from".to_owned());
    }
    match options.format {
        Format::Json => json::infer(files, options, session, &mut inferred).await?,
        Format::Parquet => parquet::infer(files, options, session, &mut inferred).await?,
    }
    if inferred.columns.is_empty() && options.schema_hints.is_empty() {
        return Ok(inferred);
    }
    hints::apply(&options.schema_hints, &mut inferred);
    if let Some(name) = options.rescued_data_column()
        && !inferred.columns.iter().any(|column| column.name.matches(name))
    {
        inferred.columns.push(StructField::nullable(name, SparkType::STRING));
    }
    Ok(inferred)
}

const OPERATION: &str = "infer schema";

/// The files that are looked at.
fn sample(files: &[FoundFile]) -> &[FoundFile] {
    let mut bytes = 0;
    let count = files.iter().take(MOST_FILES).take_while(|file| {
        let is_within = bytes < MOST_BYTES;
        bytes += file.size;
        is_within
    });
    let count = count.count();
    &files[..count]
}

#[cfg(test)]
mod tests;
