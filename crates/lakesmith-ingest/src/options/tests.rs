//! Which options are accepted, refused and not known.

use super::*;

fn parse(format: Option<&str>, pairs: &[(&str, &str)], usage: Usage) -> Result<ReaderOptions, Vec<OptionFault>> {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    ReaderOptions::parse(format, &pairs, usage)
}

fn fault(format: Option<&str>, pairs: &[(&str, &str)]) -> String {
    let faults = parse(format, pairs, Usage::ReadFiles).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    format!("{}: {} ({})", faults[0].key, faults[0].message, faults[0].help.as_deref().unwrap_or(""))
}

#[test]
fn keys_are_read_in_any_case_with_and_without_prefix() {
    let pairs = [
        ("CLOUDFILES.Format", "JSON"),
        ("cloudFiles.maxFilesPerTrigger", "7"),
        ("MAXBYTESPERTRIGGER", "10g"),
        ("cloudFiles.schemaHints", "id INT"),
        ("cloudfiles.inferColumnTypes", "TRUE"),
        ("mode", "failfast"),
        ("rescuedDataColumn", "_r"),
        ("cloudFiles.schemaLocation", "/anywhere"),
        ("cloudFiles.useNotifications", "false"),
        ("allowSingleQuotes", "false"),
    ];
    let options = parse(Some("cloudFiles"), &pairs, Usage::CloudFiles).unwrap();
    assert_eq!((options.format, options.mode), (Format::Json, ParseMode::FailFast));
    assert_eq!((options.max_files_per_trigger, options.max_bytes_per_trigger), (7, Some(10 << 30)));
    assert!(options.infer_column_types && !options.json.single_quotes && options.schema_hints.len() == 1);
    assert_eq!(options.rescued_data_column(), Some("_r"));
}

#[test]
fn defaults_depend_on_where_options_are_written() {
    let of = |usage| parse(Some("json"), &[], usage).unwrap();
    assert!(of(Usage::ReadFiles).infer_column_types && !of(Usage::CloudFiles).infer_column_types);
    assert_eq!(of(Usage::CloudFiles).rescued_data_column(), Some("_rescued_data"));
    assert_eq!(of(Usage::Reader).rescued_data_column(), None);
    assert_eq!(of(Usage::Reader).max_files_per_trigger, 1_000);
    assert_eq!(parse(None, &[], Usage::Reader).unwrap().format, Format::Parquet);
}

/// Format, options and fault.
type Case = (Option<&'static str>, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn an_option_of_another_format_says_nothing() {
    let options = [("header", "true"), ("allowComments", "true")];
    let read = parse(Some("parquet"), &options, Usage::CloudFiles).unwrap();
    assert_eq!(read.format, Format::Parquet);
    assert!(!read.json.comments);
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    let table: &[Case] = &[
        (Some("orc"), &[], "format: format `orc` is not built yet (`json`, `csv`, `text` and `parquet` are)"),
        (None, &[], "format: no format is given (add `format => 'json'`)"),
        (Some("jsn"), &[], "format: no format is called `jsn` (did you mean `json`?)"),
        (
            Some("csv"),
            &[("badRecordsPath", "bad")],
            "badRecordsPath: option `badRecordsPath` is not built yet (remove it)",
        ),
        (Some("csv"), &[("skipRows", "-1")], "skipRows: `-1` is no whole number ()"),
        (
            Some("csv"),
            &[("unescapedQuoteHandling", "BACK_TO_DELIMITER")],
            "unescapedQuoteHandling: `BACK_TO_DELIMITER` is not built yet ()",
        ),
        (Some("csv"), &[("sep", "")], "sep: a separator needs a character ()"),
        (Some("csv"), &[("quote", "“")], "quote: `“` as a quote, escape or comment is not built yet ()"),
        (
            Some("csv"),
            &[("encoding", "klingon")],
            "encoding: encoding `klingon` is not known; `utf-8`, `utf-16` and `iso-8859-1` are ()",
        ),
        (Some("csv"), &[("dateFormat", "GG")], "dateFormat: the letter `G` of a date pattern is not built yet ()"),
        (
            Some("json"),
            &[("maxFilesPerTriger", "1")],
            "maxFilesPerTriger: no reader option is called `maxFilesPerTriger` (did you mean `maxFilesPerTrigger`?)",
        ),
        (
            Some("json"),
            &[("cloudFiles.schemaEvolutionMode", "addNewColumnsWithTypeWidening")],
            "cloudFiles.schemaEvolutionMode: schema evolution mode `addNewColumnsWithTypeWidening` is not built yet; `addNewColumns` is ()",
        ),
        (
            Some("json"),
            &[("schema", "a INT"), ("schemaEvolutionMode", "addNewColumns")],
            "schemaEvolutionMode: a schema that is given gets no new columns (give types of single columns as `schemaHints` instead of `schema`)",
        ),
        (Some("json"), &[("maxFilesPerTrigger", "0")], "maxFilesPerTrigger: `0` is no whole number above zero ()"),
        (Some("json"), &[("pathGlobFilter", "[a")], "pathGlobFilter: `[a` is no pattern: a `[` is not closed ()"),
    ];
    for (format, pairs, text) in table {
        assert_eq!(fault(*format, pairs), *text);
    }
}

#[test]
fn all_faults_are_found_at_once() {
    let pairs = [("schema", "a"), ("mode", "maybe"), ("x", "y")];
    assert_eq!(parse(Some("orc"), &pairs, Usage::Reader).unwrap_err().len(), 4);
    let both = [("schema", "a INT"), ("schemaHints", "a INT")];
    assert_eq!(parse(Some("json"), &both, Usage::Reader).unwrap_err()[0].key, "schemaHints");
}
