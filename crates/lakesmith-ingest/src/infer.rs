//! [`infer`]: the columns of files whose schema was not given.

mod csv;
mod field_shape;
mod hints;
mod json;
mod parquet;
mod shape;

use datafusion::prelude::SessionContext;
use lakesmith_base::Identifier;
use lakesmith_engine::EngineError;
use lakesmith_unresolved::{SparkType, StructField};

use crate::listing::FoundFile;
use crate::options::{Format, ReaderOptions, SchemaHint};

/// Most files that are looked at.
const MOST_FILES: usize = 1_000;

/// Bytes of each text file that are looked at, after decompression.
const MOST_OF_FILE: u64 = 64 << 20;

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

/// Finds the columns of files: those of the files, then those that stand in the names of folders.
///
/// JSON: Spark's rules over the first 64 MiB of each of the first 1,000 files, at most 50 GB; columns are sorted by name. Of
/// names that differ only by case the first in that order is the column, and the others are unknown fields. Objects more
/// than 64 levels deep are STRING. With [`crate::Usage::Reader`] malformed records make a corrupt-record column, as in Spark.
/// CSV: the names of the header, or `_c0`, `_c1`, …, in the order of the first file, and Spark's rules over the same part of the
/// files. Where names decide, later files add columns at the end. Text: one column, `value`.
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
        Format::Csv => csv::infer(files, options, session, &mut inferred).await?,
        Format::Text => inferred.columns = vec![StructField::nullable(crate::text::VALUE, SparkType::STRING)],
        Format::Parquet => parquet::infer(files, options, session, &mut inferred).await?,
    }
    for column in crate::partition::columns(files, options) {
        inferred.columns.retain(|known| known.name != column.name);
        inferred.columns.push(column);
    }
    if options.format == Format::Text || inferred.columns.is_empty() && options.schema_hints.is_empty() {
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

/// Of names that differ only by case, the one that a hint writes is the column.
fn spell_as_hinted(columns: &mut [StructField], hidden: &mut [String], hints: &[SchemaHint]) {
    for name in hints.iter().filter(|hint| hint.path.len() == 1).flat_map(|hint| &hint.path) {
        let own = columns.iter_mut().find(|column| column.name.matches(name));
        let other = hidden.iter_mut().find(|other| *other == name);
        if let (Some(column), Some(other)) = (own, other) {
            column.name.as_str().clone_into(other);
            column.name = Identifier::new(name.as_str());
        }
    }
}

/// What is told of a name that is no column because another one has it in another case.
fn hidden(name: &str) -> String {
    format!("the field `{name}` differs from another one only by case and is no column")
}

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
