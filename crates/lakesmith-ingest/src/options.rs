//! [`ReaderOptions`]: what the options of `read_files`, `cloudFiles` and `spark.read` mean, checked.
//!
//! Keys are read in any case, with and without the prefix `cloudFiles.`; of equal keys the last one holds. Every option that
//! Lakesmith knows stands in one table (`table.rs`), also those that are refused by name and those that have no effect here.
//! Nothing is skipped: a key that is in no table is a fault.

mod columns;
mod csv;
mod layout;
mod table;
mod value;

use std::path::Path;

use lakesmith_unresolved::{SparkType, StructField};
use serde::{Deserialize, Serialize};

pub(crate) use columns::nullable_field;
pub use columns::{HintStep, SchemaHint, as_nullable};
pub(crate) use csv::{CsvDialect, CsvRules, UnescapedQuote};
pub(crate) use layout::{Encoding, TextLayout, TimeFormats};
pub use value::OptionFault;

use crate::format_name::format_by_name;
use crate::listing::Glob;
use crate::partition;

/// How files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// JSON, one object a line, or with `multiLine` one document a file.
    Json,
    /// Values between separators.
    Csv,
    /// Lines, or with `wholetext` whole files, as they stand.
    Text,
    /// Apache Parquet.
    Parquet,
}

/// How records of a format become rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Rules {
    Json(JsonRules, TextLayout),
    Csv(Box<CsvRules>, TextLayout),
    Text(TextLayout),
    Parquet(Names),
}

impl Rules {
    pub(crate) fn encoding(&self) -> &Encoding {
        match self {
            Self::Json(_, layout) | Self::Csv(_, layout) | Self::Text(layout) => &layout.encoding,
            Self::Parquet(_) => &Encoding::Utf8,
        }
    }

    /// The name of the format.
    pub(crate) fn format_name(&self) -> &'static str {
        match self {
            Self::Json(..) => "Json",
            Self::Csv(..) => "Csv",
            Self::Text(_) => "Text",
            Self::Parquet(_) => "Parquet",
        }
    }
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

/// How names of a file are found (`readerCaseSensitive`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Names {
    /// Only with the same case: one of another case is another field, which is rescued.
    #[default]
    Exact,
    /// In any case when no name is the same.
    AnyCase,
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
    /// They become columns before the files that have them are read. The usual mode of a stream whose schema is inferred.
    AddNewColumns,
    /// Files that have them are a fault.
    FailOnNewColumns,
    /// They are kept in the rescued-data column.
    Rescue,
    /// They are ignored unless the schema has a rescued-data column. The usual mode where the schema is given.
    None,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compression {
    /// By the end of its name: `.bz2`, `.deflate`, `.gz`, `.zst`; anything else is not compressed.
    ByName,
    /// Not at all.
    None,
    /// bzip2.
    Bzip2,
    /// zlib, which Hadoop's files name deflate.
    Deflate,
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
    /// Folders that hold no partitions, when it is known which path is read.
    pub(crate) folders: Option<usize>,
    /// The only partition columns (`partitionColumns`).
    pub(crate) partition_names: Option<Vec<String>>,
    /// Names of folders say nothing (`recursiveFileLookup`).
    pub(crate) ignores_folders: bool,
    /// Where partitions start (`basePath`).
    pub(crate) base_path: Option<String>,
    /// How names of files are found (`readerCaseSensitive`).
    pub(crate) names: Names,
    pub(crate) json: JsonRules,
    pub(crate) csv: CsvRules,
    pub(crate) layout: TextLayout,
}

/// How JSON text is read and inferred; the defaults are Spark's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JsonRules {
    pub(crate) comments: bool,
    pub(crate) unquoted_names: bool,
    pub(crate) single_quotes: bool,
    pub(crate) non_numeric_numbers: bool,
    pub(crate) leading_zeros: bool,
    pub(crate) any_backslash_escape: bool,
    pub(crate) control_characters: bool,
    pub(crate) primitives_as_string: bool,
    pub(crate) prefers_decimal: bool,
    pub(crate) drop_field_if_all_null: bool,
    pub(crate) infer_timestamp: bool,
    #[serde(default)]
    pub(crate) names: Names,
}

impl Default for JsonRules {
    fn default() -> Self {
        Self {
            comments: false,
            unquoted_names: false,
            single_quotes: true,
            non_numeric_numbers: true,
            leading_zeros: false,
            any_backslash_escape: false,
            control_characters: false,
            primitives_as_string: false,
            prefers_decimal: false,
            drop_field_if_all_null: false,
            infer_timestamp: false,
            names: Names::Exact,
        }
    }
}

impl ReaderOptions {
    /// Checks options; all faults are found at once. `format` is the format named outside the options, where `cloudFiles`
    /// means that the options name it.
    pub fn parse(format: Option<&str>, options: &[(String, String)], usage: Usage) -> Result<Self, Vec<OptionFault>> {
        table::read(format, options, usage)
    }

    /// Checks the options of a read of `pattern`, whose files' names tell the format where `read_files` is given none.
    pub fn for_files(
        format: Option<&str>,
        options: &[(String, String)],
        usage: Usage,
        pattern: &Path,
    ) -> Result<Self, Vec<OptionFault>> {
        let is_told = format.is_some() || options.iter().any(|(key, _)| table::is_format_key(key));
        let guessed = if is_told || usage != Usage::ReadFiles { None } else { format_by_name(pattern) };
        let mut read = Self::parse(format.or(guessed.as_deref()), options, usage)?;
        let base = read.base_path.as_deref().map(|base| Path::new(base.strip_prefix("file:").unwrap_or(base)));
        if let Some(base) = base.filter(|base| !pattern.starts_with(base)) {
            let message = format!("`{}` does not lie in `{}`", pattern.display(), base.display());
            return Err(vec![OptionFault::new("basePath", message)]);
        }
        read.folders = Some(partition::depth(base.unwrap_or(pattern)));
        Ok(read)
    }

    /// How many folders of a path hold no partitions; nothing where folders say nothing.
    pub(crate) fn partition_depth(&self) -> Option<usize> {
        self.folders.filter(|_| !self.ignores_folders)
    }

    /// Whether a name in a folder's name is a column.
    pub(crate) fn is_partition(&self, name: &str) -> bool {
        let is_named = |names: &Vec<String>| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        self.partition_names.as_ref().is_none_or(is_named)
    }

    /// The columns of a relation whose schema was given; a rescued-data column that the options name is one of them.
    pub fn given_columns(&self) -> Option<Vec<StructField>> {
        let mut columns = self.schema.clone()?;
        if let Some(name) = &self.rescued_data_name
            && !columns.iter().any(|column| column.name.matches(name))
        {
            columns.push(StructField::nullable(name.as_str(), SparkType::STRING));
        }
        Some(columns)
    }

    /// The options of a format with all defaults.
    pub fn defaults(format: Format, usage: Usage) -> Self {
        Self {
            format,
            usage,
            schema: None,
            schema_hints: Vec::new(),
            infer_column_types: match usage {
                Usage::ReadFiles => true,
                Usage::CloudFiles => false,
                // Spark's reader takes CSV as texts unless `inferSchema` is set
                Usage::Reader => format != Format::Csv,
            },
            rescued_data_name: None,
            max_files_per_trigger: 1_000,
            max_bytes_per_trigger: None,
            include_existing_files: true,
            mode: ParseMode::Permissive,
            corrupt_record_name: "_corrupt_record".to_owned(),
            schema_evolution: match usage {
                Usage::ReadFiles | Usage::CloudFiles => SchemaEvolution::AddNewColumns,
                Usage::Reader => SchemaEvolution::None,
            },
            ignore_missing_files: false,
            ignore_corrupt_files: None,
            modified_after: None,
            modified_before: None,
            compression: Compression::ByName,
            file_name_pattern: None,
            folders: None,
            partition_names: None,
            ignores_folders: false,
            base_path: None,
            names: Names::Exact,
            json: JsonRules::default(),
            csv: CsvRules { is_by_name: usage != Usage::Reader, ..CsvRules::default() },
            layout: TextLayout::default(),
        }
    }

    /// The same options in a session's zone, which holds where no option names another.
    #[must_use]
    pub fn in_zone(mut self, session: &lakesmith_value::Zone) -> Self {
        if !session.is_utc() {
            self.layout.times.zone.get_or_insert_with(|| session.name().to_owned());
        }
        self
    }

    /// Whether records can be found from the middle of a file on.
    pub(crate) fn is_splittable(&self) -> bool {
        self.layout.is_splittable() && self.csv.skipped_lines == 0
    }

    /// How records become rows.
    pub(crate) fn rules(&self) -> Rules {
        match self.format {
            Format::Json => Rules::Json(JsonRules { names: self.names, ..self.json }, self.layout.clone()),
            Format::Csv => {
                Rules::Csv(Box::new(CsvRules { names: self.names, ..self.csv.clone() }), self.layout.clone())
            }
            Format::Text => Rules::Text(self.layout.clone()),
            Format::Parquet => Rules::Parquet(self.names),
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
