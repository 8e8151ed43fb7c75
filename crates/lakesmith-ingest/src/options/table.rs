//! The table of all reader options, and how it is applied.
//!
//! An option that is known but not built is refused by its name; one without effect here is accepted, because what it asks
//! for holds anyway, or because it is about files of another format.

use super::csv::{character, characters, delimiter, unescaped_quote};
use super::layout::{encoding, line_end, pattern, zone};
use super::value::{boolean, bytes, positive, ratio, time, whole};
use super::{Compression, Format, Names, OptionFault, ParseMode, ReaderOptions, SchemaEvolution, Usage, columns};

/// What a value of an option does.
enum Meaning {
    /// Sets something; the error says what is wrong with the value.
    Set(fn(&mut ReaderOptions, &str) -> Result<(), String>),
    /// Only these values, compared without case, are built: they are how files are read anyway.
    Only(&'static [&'static str]),
    /// Asks for something that holds anyway or that does not exist here; any value is accepted.
    NoEffect,
    /// Known and not built with any value.
    NotBuilt,
}

use Meaning::{NoEffect, NotBuilt, Only, Set};

const FALSE: &[&str] = &["false"];

/// Options of every format. The second part of an entry says what is built.
const GENERAL: &[(&str, Meaning)] = &[
    ("allowOverwrites", Only(FALSE)),
    ("backfillInterval", NoEffect),
    ("basePath", Set(|o, v| set(&mut o.base_path, name(v).map(Some)))),
    ("cleanSource", Only(&["off"])),
    ("columnNameOfCorruptRecord", Set(|o, v| set(&mut o.corrupt_record_name, name(v)))),
    ("compression", Set(|o, v| set(&mut o.compression, compression(v)))),
    ("fetchParallelism", NoEffect),
    ("fileNamePattern", Set(file_name_pattern)),
    ("format", Set(|_, _| Ok(()))),
    ("ignoreCorruptFiles", Set(|o, v| set(&mut o.ignore_corrupt_files, boolean(v).map(Some)))),
    ("ignoreMissingFiles", Set(|o, v| set(&mut o.ignore_missing_files, boolean(v)))),
    ("includeExistingFiles", Set(|o, v| set(&mut o.include_existing_files, boolean(v)))),
    ("inferColumnTypes", Set(|o, v| set(&mut o.infer_column_types, boolean(v)))),
    ("inferSchema", Set(|o, v| set(&mut o.infer_column_types, boolean(v)))),
    ("latestFirst", Only(FALSE)),
    ("maxBytesPerTrigger", Set(|o, v| set(&mut o.max_bytes_per_trigger, bytes(v).map(Some)))),
    ("maxFileAge", NotBuilt),
    ("maxFilesPerTrigger", Set(|o, v| set(&mut o.max_files_per_trigger, positive(v)))),
    ("mergeSchema", NoEffect),
    ("mode", Set(|o, v| set(&mut o.mode, mode(v)))),
    ("modifiedAfter", Set(|o, v| set(&mut o.modified_after, time(v).map(Some)))),
    ("modifiedBefore", Set(|o, v| set(&mut o.modified_before, time(v).map(Some)))),
    ("partitionColumns", Set(partition_columns)),
    ("pathGlobFilter", Set(file_name_pattern)),
    ("pathRewrites", NotBuilt),
    ("readerCaseSensitive", Set(|o, v| set(&mut o.names, names(v)))),
    ("recursiveFileLookup", Set(|o, v| set(&mut o.ignores_folders, boolean(v)))),
    ("rescuedDataColumn", Set(|o, v| set(&mut o.rescued_data_name, name(v).map(Some)))),
    ("resourceTag", NoEffect),
    // a smaller sample would only be wrong more often
    ("samplingRatio", Set(|_, v| ratio(v))),
    ("schema", Set(|o, v| set(&mut o.schema, columns::schema(v).map(Some)))),
    ("schemaEvolutionMode", Set(|o, v| set(&mut o.schema_evolution, schema_evolution(v)))),
    ("schemaHints", Set(|o, v| set(&mut o.schema_hints, columns::hints(v)))),
    ("schemaLocation", NoEffect),
    ("singleVariantColumn", NotBuilt),
    ("timeZone", Set(|o, v| set(&mut o.layout.times.zone, zone(v)))),
    ("useIncrementalListing", NoEffect),
    ("useManagedFileEvents", NoEffect),
    ("useNotifications", NoEffect),
    ("useStrictGlobber", NoEffect),
    ("validateOptions", NoEffect),
];

/// Options of JSON.
const JSON: &[(&str, Meaning)] = &[
    ("allowBackslashEscapingAnyCharacter", Set(|o, v| set(&mut o.json.any_backslash_escape, boolean(v)))),
    ("allowComments", Set(|o, v| set(&mut o.json.comments, boolean(v)))),
    ("allowNonNumericNumbers", Set(|o, v| set(&mut o.json.non_numeric_numbers, boolean(v)))),
    ("allowNumericLeadingZeros", Set(|o, v| set(&mut o.json.leading_zeros, boolean(v)))),
    ("allowSingleQuotes", Set(|o, v| set(&mut o.json.single_quotes, boolean(v)))),
    ("allowUnquotedControlChars", Set(|o, v| set(&mut o.json.control_characters, boolean(v)))),
    ("allowUnquotedFieldNames", Set(|o, v| set(&mut o.json.unquoted_names, boolean(v)))),
    ("badRecordsPath", NotBuilt),
    ("charset", Set(|o, v| set(&mut o.layout.encoding, encoding(v)))),
    ("dateFormat", Set(|o, v| set(&mut o.layout.times.date, pattern(v)))),
    ("dropFieldIfAllNull", Set(|o, v| set(&mut o.json.drop_field_if_all_null, boolean(v)))),
    ("encoding", Set(|o, v| set(&mut o.layout.encoding, encoding(v)))),
    ("inferTimestamp", Set(|o, v| set(&mut o.json.infer_timestamp, boolean(v)))),
    ("lineSep", Set(|o, v| set(&mut o.layout.line_end, line_end(v)))),
    ("locale", Only(&["en-us", "en"])),
    ("multiLine", Set(|o, v| set(&mut o.layout.is_multi_line, boolean(v)))),
    ("prefersDecimal", Set(|o, v| set(&mut o.json.prefers_decimal, boolean(v)))),
    ("primitivesAsString", Set(|o, v| set(&mut o.json.primitives_as_string, boolean(v)))),
    ("timestampFormat", Set(|o, v| set(&mut o.layout.times.timestamp, pattern(v)))),
    ("timestampNTZFormat", Set(|o, v| set(&mut o.layout.times.timestamp_ntz, pattern(v)))),
];

/// Options of CSV.
const CSV: &[(&str, Meaning)] = &[
    ("badRecordsPath", NotBuilt),
    ("charToEscapeQuoteEscaping", Set(|o, v| set(&mut o.csv.dialect.escape_escape, character(v)))),
    ("charset", Set(|o, v| set(&mut o.layout.encoding, encoding(v)))),
    ("columnPruning", NoEffect),
    ("comment", Set(|o, v| set(&mut o.csv.dialect.comment, character(v)))),
    ("dateFormat", Set(|o, v| set(&mut o.layout.times.date, pattern(v)))),
    ("delimiter", Set(|o, v| set(&mut o.csv.dialect.delimiter, delimiter(v)))),
    ("emptyValue", Set(|o, v| set(&mut o.csv.empty_text, Ok(v.to_owned())))),
    ("encoding", Set(|o, v| set(&mut o.layout.encoding, encoding(v)))),
    ("enforceSchema", Set(enforce_schema)),
    ("escape", Set(|o, v| set(&mut o.csv.dialect.escape, character(v)))),
    ("header", Set(|o, v| set(&mut o.csv.has_header, boolean(v)))),
    ("ignoreLeadingWhiteSpace", Set(|o, v| set(&mut o.csv.dialect.trims_leading, boolean(v)))),
    ("ignoreTrailingWhiteSpace", Set(|o, v| set(&mut o.csv.dialect.trims_trailing, boolean(v)))),
    ("lineSep", Set(|o, v| set(&mut o.layout.line_end, line_end(v)))),
    ("locale", Only(&["en-us", "en"])),
    ("maxCharsPerColumn", Set(|o, v| set(&mut o.csv.dialect.max_characters, characters(v)))),
    ("maxColumns", Set(max_columns)),
    ("multiLine", Set(|o, v| set(&mut o.layout.is_multi_line, boolean(v)))),
    ("nanValue", Set(|o, v| set(&mut o.csv.not_a_number, Ok(v.to_owned())))),
    ("negativeInf", Set(|o, v| set(&mut o.csv.negative_infinity, Ok(v.to_owned())))),
    ("nullValue", Set(|o, v| set(&mut o.csv.null_text, Ok(v.to_owned())))),
    ("parserCaseSensitive", Set(|o, v| set(&mut o.names, names(v)))),
    ("positiveInf", Set(|o, v| set(&mut o.csv.positive_infinity, Ok(v.to_owned())))),
    ("preferDate", Set(|o, v| set(&mut o.csv.prefers_date, boolean(v)))),
    ("quote", Set(|o, v| set(&mut o.csv.dialect.quote, character(v)))),
    ("sep", Set(|o, v| set(&mut o.csv.dialect.delimiter, delimiter(v)))),
    ("skipRows", Set(|o, v| set(&mut o.csv.skipped_lines, whole(v)))),
    ("timestampFormat", Set(|o, v| set(&mut o.layout.times.timestamp, pattern(v)))),
    ("timestampNTZFormat", Set(|o, v| set(&mut o.layout.times.timestamp_ntz, pattern(v)))),
    ("unescapedQuoteHandling", Set(|o, v| set(&mut o.csv.dialect.unescaped_quote, unescaped_quote(v)))),
];

/// Options of text.
const TEXT: &[(&str, Meaning)] = &[
    ("encoding", Set(|o, v| set(&mut o.layout.encoding, encoding(v)))),
    ("lineSep", Set(|o, v| set(&mut o.layout.line_end, line_end(v)))),
    ("wholetext", Set(|o, v| set(&mut o.layout.is_multi_line, boolean(v)))),
];

/// Options of Parquet.
const PARQUET: &[(&str, Meaning)] =
    &[("datetimeRebaseMode", Only(&["corrected"])), ("int96RebaseMode", Only(&["corrected"]))];

/// Formats that are built.
const FORMATS: &[(&str, Format)] = &[
    ("csv", Format::Csv),
    ("json", Format::Json),
    ("ndjson", Format::Json),
    ("parquet", Format::Parquet),
    ("text", Format::Text),
];

/// Formats that are known by name and not built.
const OTHER_FORMATS: &[&str] = &["avro", "binaryFile", "delta", "excel", "orc", "xml"];

/// See [`ReaderOptions::parse`].
pub(super) fn read(
    format: Option<&str>,
    options: &[(String, String)],
    usage: Usage,
) -> Result<ReaderOptions, Vec<OptionFault>> {
    let mut faults = Vec::new();
    let format = match find_format(format, options, usage) {
        Ok(format) => format,
        Err(fault) => {
            faults.push(fault);
            // JSON has the most options, so the fewest faults follow from the first one.
            Format::Json
        }
    };
    let mut read = ReaderOptions::defaults(format, usage);
    for (key, value) in options {
        if let Err(mut fault) = apply(&mut read, key, value) {
            let takes_columns =
                ["schema", "schemaHints"].iter().any(|known| without_prefix(key).eq_ignore_ascii_case(known));
            if takes_columns && fault.help.is_none() {
                fault.help = Some(
                    "write `name TYPE, …` with the types of Spark SQL, such as STRING, BIGINT, TIMESTAMP".to_owned(),
                );
            }
            faults.push(fault);
        }
    }
    // as with Auto Loader, files whose columns are inferred name them
    if read.usage != Usage::Reader && read.schema.is_none() && !options.iter().any(|(key, _)| is_named(key, "header")) {
        read.csv.has_header = true;
    }
    if read.schema.is_some() && !read.schema_hints.is_empty() {
        faults.push(
            OptionFault::new("schemaHints", "hints have no use beside a given schema").help("remove one of them"),
        );
    }
    if read.schema.is_some() && read.schema_evolution == SchemaEvolution::AddNewColumns {
        read.schema_evolution = SchemaEvolution::None;
        if let Some((key, _)) = options.iter().find(|(key, _)| is_named(key, "schemaEvolutionMode")) {
            let fault = OptionFault::new(key, "a schema that is given gets no new columns");
            faults.push(fault.help("give types of single columns as `schemaHints` instead of `schema`"));
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

fn without_prefix(key: &str) -> &str {
    match key.get(..11) {
        Some(prefix) if prefix.eq_ignore_ascii_case("cloudFiles.") => &key[11..],
        _ => key,
    }
}

/// Whether a key names the format of the files.
pub(super) fn is_format_key(key: &str) -> bool {
    is_named(key, "format")
}

fn is_named(key: &str, name: &str) -> bool {
    without_prefix(key).eq_ignore_ascii_case(name)
}

fn find_format(outside: Option<&str>, options: &[(String, String)], usage: Usage) -> Result<Format, OptionFault> {
    let outside = outside.filter(|name| !name.eq_ignore_ascii_case("cloudFiles"));
    let inside = options.iter().rev().find(|(key, _)| is_format_key(key));
    let (key, name) = match (outside, inside) {
        (Some(name), _) => ("format", name),
        (None, Some((key, name))) => (key.as_str(), name.as_str()),
        (None, None) if usage == Usage::Reader => return Ok(Format::Parquet),
        (None, None) => {
            let fault = OptionFault::new("format", "no format is given").help("add `format => 'json'`");
            return Err(OptionFault { needs_file: usage == Usage::ReadFiles, ..fault });
        }
    };
    let is_named = |known: &str| known.eq_ignore_ascii_case(name.trim());
    if let Some((_, format)) = FORMATS.iter().find(|(known, _)| is_named(known)) {
        return Ok(*format);
    }
    if let Some(known) = OTHER_FORMATS.iter().find(|known| is_named(known)) {
        let fault = OptionFault::new(key, format!("format `{known}` is not built yet"));
        return Err(fault.help("`json`, `csv`, `text` and `parquet` are"));
    }
    let known = FORMATS.iter().map(|(known, _)| *known).chain(OTHER_FORMATS.iter().copied());
    Err(unknown(key, &format!("no format is called `{name}`"), name, known))
}

fn unknown<'a>(key: &str, message: &str, written: &str, known: impl Iterator<Item = &'a str>) -> OptionFault {
    let fault = OptionFault::new(key, message);
    match lakesmith_base::suggest::closest(written, known, 1).first() {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None => fault,
    }
}

fn apply(options: &mut ReaderOptions, key: &str, value: &str) -> Result<(), OptionFault> {
    let own = match options.format {
        Format::Json => JSON,
        Format::Csv => CSV,
        Format::Text => TEXT,
        Format::Parquet => PARQUET,
    };
    let plain = without_prefix(key);
    let find = |table: &'static [(&'static str, Meaning)]| table.iter().find(|(n, _)| n.eq_ignore_ascii_case(plain));
    let Some((name, meaning)) = find(GENERAL).or_else(|| find(own)) else {
        // that of another format says nothing about these files, so one list of options can serve several formats
        if [JSON, CSV, TEXT, PARQUET].into_iter().any(|other| find(other).is_some()) {
            return Ok(());
        }
        let known = GENERAL.iter().chain(own).map(|(name, _)| *name);
        return Err(unknown(key, &format!("no reader option is called `{plain}`"), plain, known));
    };
    match meaning {
        Set(set) => set(options, value).map_err(|message| OptionFault::new(key, message)),
        NoEffect => Ok(()),
        Only(values) if values.iter().any(|built| built.eq_ignore_ascii_case(value)) => Ok(()),
        Only(values) => {
            Err(OptionFault::new(key, format!("option `{name}` with the value `{value}` is not built yet"))
                .help(format!("`{}` is how files are read", values[0].escape_default())))
        }
        NotBuilt => Err(OptionFault::new(key, format!("option `{name}` is not built yet")).help("remove it")),
    }
}

fn set<T>(target: &mut T, value: Result<T, String>) -> Result<(), String> {
    *target = value?;
    Ok(())
}

fn name(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("a column needs a name".to_owned()) } else { Ok(text.to_owned()) }
}

fn partition_columns(options: &mut ReaderOptions, text: &str) -> Result<(), String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    options.partition_names = Some(names.collect());
    Ok(())
}

fn enforce_schema(options: &mut ReaderOptions, text: &str) -> Result<(), String> {
    let enforces = boolean(text)?;
    options.csv.is_by_name = !enforces && options.usage != Usage::Reader;
    options.csv.checks_header = !enforces && options.usage == Usage::Reader;
    Ok(())
}

fn max_columns(options: &mut ReaderOptions, text: &str) -> Result<(), String> {
    let number = positive(text)?;
    options.csv.dialect.max_columns = usize::try_from(number).unwrap_or(usize::MAX);
    Ok(())
}

fn names(text: &str) -> Result<Names, String> {
    Ok(if boolean(text)? { Names::Exact } else { Names::AnyCase })
}

fn mode(text: &str) -> Result<ParseMode, String> {
    match text.trim().to_ascii_uppercase().as_str() {
        "PERMISSIVE" => Ok(ParseMode::Permissive),
        "DROPMALFORMED" => Ok(ParseMode::DropMalformed),
        "FAILFAST" => Ok(ParseMode::FailFast),
        _ => Err(format!("`{text}` is none of the modes PERMISSIVE, DROPMALFORMED and FAILFAST")),
    }
}

fn compression(text: &str) -> Result<Compression, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "auto" => Ok(Compression::ByName),
        "none" | "uncompressed" => Ok(Compression::None),
        "bzip2" | "bz2" => Ok(Compression::Bzip2),
        "deflate" => Ok(Compression::Deflate),
        "gzip" | "gz" => Ok(Compression::Gzip),
        "zstd" | "zst" => Ok(Compression::Zstd),
        _ => Err(format!("compression `{text}` is not built yet; `bzip2`, `deflate`, `gzip`, `zstd` and `none` are")),
    }
}

fn schema_evolution(text: &str) -> Result<SchemaEvolution, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "rescue" => Ok(SchemaEvolution::Rescue),
        "none" => Ok(SchemaEvolution::None),
        "addnewcolumns" => Ok(SchemaEvolution::AddNewColumns),
        "failonnewcolumns" => Ok(SchemaEvolution::FailOnNewColumns),
        "addnewcolumnswithtypewidening" => {
            Err(format!("schema evolution mode `{text}` is not built yet; `addNewColumns` is"))
        }
        _ => Err(format!(
            "no schema evolution mode is called `{text}`; there are `addNewColumns`, `failOnNewColumns`, `rescue` and `none`"
        )),
    }
}

fn file_name_pattern(options: &mut ReaderOptions, text: &str) -> Result<(), String> {
    options.file_name_pattern = Some(crate::listing::Glob::new(text)?);
    Ok(())
}
