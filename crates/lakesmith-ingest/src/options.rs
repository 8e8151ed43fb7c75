//! [`ReaderOptions`]: what the options of `read_files`, `cloudFiles` and `spark.read` mean, checked.
//!
//! Keys are read in any case, with and without the prefix `cloudFiles.`; of equal keys the last one holds. Every option that
//! Lakesmith knows stands in one table (`table.rs`), also those that are refused by name and those that have no effect here.
//! Nothing is skipped: a key that is in no table is a fault.

mod columns;
mod table;
mod value;

use lakesmith_unresolved::StructField;
use serde::{Deserialize, Serialize};

pub(crate) use columns::nullable_field;
pub use columns::{HintStep, SchemaHint, as_nullable};
pub use value::OptionFault;

use crate::listing::Glob;

/// How files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// JSON, one object a line.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// Which interface the options come from; it decides defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// The SQL function `read_files`: types are inferred, and an inferred schema has a rescued-data column.
    ReadFiles,
    /// Auto Loader's `cloudFiles`: JSON columns are strings unless `inferColumnTypes` is set, and an inferred schema has a
    /// rescued-data column.
    CloudFiles,
    /// `spark.read` and `spark.readStream` with a format: types are inferred, nothing is rescued unless asked for.
    Reader,
}

/// What becomes of records that are no records of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParseMode {
    /// They fill the corrupt-record column when the schema has one; otherwise they are rejected and counted. A value of
    /// another type becomes NULL, and is rescued when the schema has a rescued-data column.
    Permissive,
    /// They are rejected and counted. So are records with a value of another type, unless that is rescued.
    DropMalformed,
    /// The first one fails the scan with its file and line. So does a value of another type, unless it is rescued.
    FailFast,
}

/// What becomes of fields that the schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaEvolution {
    /// They are kept in the rescued-data column.
    Rescue,
    /// They are ignored unless the schema has a rescued-data column.
    None,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compression {
    /// By the end of its name: `.gz`, `.zst`, anything else is not compressed.
    ByName,
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// Checked options. Made by [`ReaderOptions::parse`]; the fields are what flows and resolvers need to know.
#[derive(Debug, Clone)]
pub struct ReaderOptions {
    /// Format of the files.
    pub format: Format,
    /// Where the options were written.
    pub usage: Usage,
    /// The schema that was given (`schema`), nullable throughout; no inference then.
    pub schema: Option<Vec<StructField>>,
    /// Types that override inferred ones (`schemaHints`).
    pub schema_hints: Vec<SchemaHint>,
    /// Whether JSON columns get types (`inferColumnTypes`); otherwise all are STRING.
    pub infer_column_types: bool,
    /// Name of the rescued-data column when it was given (`rescuedDataColumn`). See
    /// [`ReaderOptions::rescued_data_column`].
    pub rescued_data_name: Option<String>,
    /// Most files of one micro-batch (`maxFilesPerTrigger`, 1,000).
    pub max_files_per_trigger: u64,
    /// Bytes after which a micro-batch takes no further file (`maxBytesPerTrigger`).
    pub max_bytes_per_trigger: Option<u64>,
    /// Whether files that are there when a stream starts are read (`includeExistingFiles`).
    pub include_existing_files: bool,
    /// What becomes of malformed records (`mode`).
    pub mode: ParseMode,
    /// Name of the corrupt-record column (`columnNameOfCorruptRecord`); it exists only if the schema has it as STRING.
    pub corrupt_record_name: String,
    /// What becomes of unknown fields (`schemaEvolutionMode`).
    pub schema_evolution: SchemaEvolution,
    /// Whether a path that does not exist is an empty source, and a file that vanishes after it was listed an empty file,
    /// rather than an error (`ignoreMissingFiles`).
    pub ignore_missing_files: bool,
    /// Whether a file that cannot be decoded is rejected and counted (`ignoreCorruptFiles`). Unset, a Parquet file that
    /// fails the check before it is opened is rejected, and a damaged compressed file is an error.
    pub ignore_corrupt_files: Option<bool>,
    /// Only files modified after this time, in microseconds since the epoch (`modifiedAfter`).
    pub modified_after: Option<i64>,
    /// Only files modified before this time, in microseconds since the epoch (`modifiedBefore`).
    pub modified_before: Option<i64>,
    /// How files are compressed (`compression`).
    pub compression: Compression,
    pub(crate) file_name_pattern: Option<Glob>,
    pub(crate) json: JsonRules,
}

/// How JSON text is read and inferred; the defaults are Spark's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JsonRules {
    pub(crate) single_quotes: bool,
    pub(crate) non_numeric_numbers: bool,
    pub(crate) leading_zeros: bool,
    pub(crate) any_backslash_escape: bool,
    pub(crate) control_characters: bool,
    pub(crate) primitives_as_string: bool,
    pub(crate) prefers_decimal: bool,
    pub(crate) drop_field_if_all_null: bool,
    pub(crate) infer_timestamp: bool,
}

impl Default for JsonRules {
    fn default() -> Self {
        Self {
            single_quotes: true,
            non_numeric_numbers: true,
            leading_zeros: false,
            any_backslash_escape: false,
            control_characters: false,
            primitives_as_string: false,
            prefers_decimal: false,
            drop_field_if_all_null: false,
            infer_timestamp: false,
        }
    }
}

impl ReaderOptions {
    /// Checks options; all faults are found at once. `format` is the format named outside the options, where `cloudFiles`
    /// means that the options name it.
    pub fn parse(format: Option<&str>, options: &[(String, String)], usage: Usage) -> Result<Self, Vec<OptionFault>> {
        table::read(format, options, usage)
    }

    /// The options of a format with all defaults.
    pub fn defaults(format: Format, usage: Usage) -> Self {
        Self {
            format,
            usage,
            schema: None,
            schema_hints: Vec::new(),
            infer_column_types: usage != Usage::CloudFiles,
            rescued_data_name: None,
            max_files_per_trigger: 1_000,
            max_bytes_per_trigger: None,
            include_existing_files: true,
            mode: ParseMode::Permissive,
            corrupt_record_name: "_corrupt_record".to_owned(),
            schema_evolution: SchemaEvolution::Rescue,
            ignore_missing_files: false,
            ignore_corrupt_files: None,
            modified_after: None,
            modified_before: None,
            compression: Compression::ByName,
            file_name_pattern: None,
            json: JsonRules::default(),
        }
    }

    /// Name of the rescued-data column. A schema that is given has it only if it or the options name it; an inferred
    /// schema always has it, except for [`Usage::Reader`] without `rescuedDataColumn`.
    pub fn rescued_data_column(&self) -> Option<&str> {
        match (&self.rescued_data_name, self.usage) {
            (Some(name), _) => Some(name),
            (None, Usage::ReadFiles | Usage::CloudFiles) => Some("_rescued_data"),
            (None, Usage::Reader) => None,
        }
    }
}

#[cfg(test)]
mod tests;
