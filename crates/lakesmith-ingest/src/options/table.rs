//! The table of all reader options, and how it is applied.
//!
//! An option that is known but not built is refused by its name; one without effect here is accepted, because what it asks
//! for holds anyway.

use super::value::{boolean, bytes, positive, time};
use super::{Compression, Format, OptionFault, ParseMode, ReaderOptions, SchemaEvolution, Usage, columns};

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

const TRUE: &[&str] = &["true"];
const FALSE: &[&str] = &["false"];

/// Options of every format. The second part of an entry says what is built.
const GENERAL: &[(&str, Meaning)] = &[
    ("allowOverwrites", Only(FALSE)),
    ("backfillInterval", NoEffect),
    ("cleanSource", Only(&["off"])),
    ("columnNameOfCorruptRecord", Set(|o, v| set(&mut o.corrupt_record_name, name(v)))),
    ("compression", Set(|o, v| set(&mut o.compression, compression(v)))),
    ("dateFormat", Only(&["yyyy-MM-dd"])),
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
    ("partitionColumns", Only(&[""])),
    ("pathGlobFilter", Set(file_name_pattern)),
    ("pathRewrites", NotBuilt),
    ("readerCaseSensitive", Only(TRUE)),
    ("recursiveFileLookup", Only(TRUE)),
    ("rescuedDataColumn", Set(|o, v| set(&mut o.rescued_data_name, name(v).map(Some)))),
    ("resourceTag", NoEffect),
    ("samplingRatio", Only(&["1", "1.0"])),
    ("schema", Set(|o, v| set(&mut o.schema, columns::schema(v).map(Some)))),
    ("schemaEvolutionMode", Set(|o, v| set(&mut o.schema_evolution, schema_evolution(v)))),
    ("schemaHints", Set(|o, v| set(&mut o.schema_hints, columns::hints(v)))),
    ("schemaLocation", NoEffect),
    ("singleVariantColumn", NotBuilt),
    ("timeZone", Only(&["UTC", "Etc/UTC", "Z", "GMT", "+00:00"])),
    ("timestampFormat", Only(&["yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"])),
    ("timestampNTZFormat", Only(&["yyyy-MM-dd'T'HH:mm:ss[.SSS]"])),
    ("useIncrementalListing", NoEffect),
    ("useManagedFileEvents", Only(FALSE)),
    ("useNotifications", Only(FALSE)),
    ("useStrictGlobber", NoEffect),
    ("validateOptions", NoEffect),
];

/// Options of JSON.
const JSON: &[(&str, Meaning)] = &[
    ("allowBackslashEscapingAnyCharacter", Set(|o, v| set(&mut o.json.any_backslash_escape, boolean(v)))),
    ("allowComments", Only(FALSE)),
    ("allowNonNumericNumbers", Set(|o, v| set(&mut o.json.non_numeric_numbers, boolean(v)))),
    ("allowNumericLeadingZeros", Set(|o, v| set(&mut o.json.leading_zeros, boolean(v)))),
    ("allowSingleQuotes", Set(|o, v| set(&mut o.json.single_quotes, boolean(v)))),
    ("allowUnquotedControlChars", Set(|o, v| set(&mut o.json.control_characters, boolean(v)))),
    ("allowUnquotedFieldNames", Only(FALSE)),
    ("badRecordsPath", NotBuilt),
    ("charset", Only(&["utf-8", "utf8"])),
    ("dropFieldIfAllNull", Set(|o, v| set(&mut o.json.drop_field_if_all_null, boolean(v)))),
    ("encoding", Only(&["utf-8", "utf8"])),
    ("inferTimestamp", Set(|o, v| set(&mut o.json.infer_timestamp, boolean(v)))),
    ("lineSep", Only(&["\n", "\\n"])),
    ("locale", Only(&["en-us", "en"])),
    ("multiLine", Only(FALSE)),
    ("prefersDecimal", Set(|o, v| set(&mut o.json.prefers_decimal, boolean(v)))),
    ("primitivesAsString", Set(|o, v| set(&mut o.json.primitives_as_string, boolean(v)))),
];

/// Options of Parquet.
const PARQUET: &[(&str, Meaning)] =
    &[("datetimeRebaseMode", Only(&["corrected"])), ("int96RebaseMode", Only(&["corrected"]))];

/// Formats that are known by name and not built.
const OTHER_FORMATS: &[&str] = &["avro", "binaryFile", "csv", "delta", "excel", "orc", "text", "xml"];

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
    if read.schema.is_some() && !read.schema_hints.is_empty() {
        faults.push(
            OptionFault::new("schemaHints", "hints have no use beside a given schema").help("remove one of them"),
        );
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

fn without_prefix(key: &str) -> &str {
    match key.get(..11) {
        Some(prefix) if prefix.eq_ignore_ascii_case("cloudFiles.") => &key[11..],
        _ => key,
    }
}

fn find_format(outside: Option<&str>, options: &[(String, String)], usage: Usage) -> Result<Format, OptionFault> {
    let outside = outside.filter(|name| !name.eq_ignore_ascii_case("cloudFiles"));
    let inside = options.iter().rev().find(|(key, _)| without_prefix(key).eq_ignore_ascii_case("format"));
    let (key, name) = match (outside, inside) {
        (Some(name), _) => ("format", name),
        (None, Some((key, name))) => (key.as_str(), name.as_str()),
        (None, None) if usage == Usage::Reader => return Ok(Format::Parquet),
        (None, None) => return Err(OptionFault::new("format", "no format is given").help("add `format => 'json'`")),
    };
    match name.trim().to_ascii_lowercase().as_str() {
        "json" | "ndjson" => return Ok(Format::Json),
        "parquet" => return Ok(Format::Parquet),
        _ => {}
    }
    if let Some(known) = OTHER_FORMATS.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        return Err(
            OptionFault::new(key, format!("format `{known}` is not built yet")).help("`json` and `parquet` are")
        );
    }
    let known = ["json", "parquet"].iter().chain(OTHER_FORMATS).copied();
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
    let (own, other) = match options.format {
        Format::Json => (JSON, PARQUET),
        Format::Parquet => (PARQUET, JSON),
    };
    let plain = without_prefix(key);
    let find = |table: &'static [(&'static str, Meaning)]| table.iter().find(|(n, _)| n.eq_ignore_ascii_case(plain));
    let Some((name, meaning)) = find(GENERAL).or_else(|| find(own)) else {
        if let Some((name, _)) = find(other) {
            return Err(OptionFault::new(key, format!("option `{name}` belongs to another format")).help("remove it"));
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
        "gzip" | "gz" => Ok(Compression::Gzip),
        "zstd" | "zst" => Ok(Compression::Zstd),
        _ => Err(format!("compression `{text}` is not built yet; `gzip`, `zstd` and `none` are")),
    }
}

fn schema_evolution(text: &str) -> Result<SchemaEvolution, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "rescue" => Ok(SchemaEvolution::Rescue),
        "none" => Ok(SchemaEvolution::None),
        "addnewcolumns" | "failonnewcolumns" | "addnewcolumnswithtypewidening" => {
            Err(format!("schema evolution mode `{text}` is not built yet; `rescue` keeps new fields in a column"))
        }
        _ => Err(format!("no schema evolution mode is called `{text}`; there are `rescue` and `none`")),
    }
}

fn file_name_pattern(options: &mut ReaderOptions, text: &str) -> Result<(), String> {
    options.file_name_pattern = Some(crate::listing::Glob::new(text)?);
    Ok(())
}
