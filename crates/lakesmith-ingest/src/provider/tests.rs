//! Rows and counts of scans of line-delimited JSON.

use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::execution::TaskContext;
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionConfig, SessionContext};
use lakesmith_engine::codec::PlanCodecRegistry;
use lakesmith_engine::{EngineError, ErrorKind};

use super::*;
use crate::counts::{FileCounts, counts_of};
use crate::listing::list;
use crate::options::Usage;
use crate::scan::split::FilePart;

fn options(pairs: &[(&str, &str)], usage: Usage) -> ReaderOptions {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    ReaderOptions::parse(Some("json"), &pairs, usage).unwrap()
}

fn session(partitions: usize, batch_size: usize) -> SessionContext {
    SessionContext::new_with_config(SessionConfig::new().with_target_partitions(partitions).with_batch_size(batch_size))
}

/// Each row as its values with `|` between.
fn shown(batches: &[RecordBatch]) -> Vec<String> {
    let format = FormatOptions::new().with_null("∅");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &format).unwrap()).collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"));
        }
    }
    rows
}

struct Read {
    rows: Vec<String>,
    counts: Vec<FileCounts>,
}

async fn run(plan: Arc<dyn ExecutionPlan>, context: Arc<TaskContext>) -> Result<Read, EngineError> {
    let batches = collect(Arc::clone(&plan), context).await;
    let batches = batches.map_err(|error| EngineError::from_datafusion("run query", error))?;
    Ok(Read { rows: shown(&batches), counts: counts_of(&plan) })
}

/// Reads the data columns of all files of a folder.
async fn read(folder: &Path, options: &ReaderOptions) -> Result<Read, EngineError> {
    let session = session(2, 3);
    let files = list(folder, options, &|_| false)?;
    let columns = options.schema.clone().unwrap();
    let projection: Vec<usize> = (0..columns.len()).collect();
    let table = provider(files, columns, options);
    let plan = table.scan(&session.state(), Some(&projection), &[], None).await.unwrap();
    run(plan, session.task_ctx()).await
}

async fn read_text(text: impl AsRef<[u8]>, pairs: &[(&str, &str)], usage: Usage) -> Result<Read, EngineError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.json"), text).unwrap();
    let mut read = read(folder.path(), &options(pairs, usage)).await?;
    let shown_folder = format!("file://{}", folder.path().display());
    read.rows.iter_mut().for_each(|row| *row = row.replace(&shown_folder, "…"));
    Ok(read)
}

#[tokio::test]
async fn a_string_column_takes_any_value_as_it_stands() {
    let text = "{\"a\": {\"x\" : 1, \"y\": [1, 2]}, \"b\":1.50, \"c\":true, \"d\":[ 1 ]}\n{\"a\":\"s\\u00e9\",\"b\":null,\"c\":NaN}";
    let read = read_text(text, &[("schema", "a string, b string, c string, d string")], Usage::Reader).await.unwrap();
    assert_eq!(read.rows, ["{\"x\" : 1, \"y\": [1, 2]}|1.50|true|[ 1 ]", "sé|∅|NaN|∅"]);
}

#[tokio::test]
async fn mistyped_values_are_null_where_spark_has_null() {
    let line = r#"{"a":[1,"x"],"s":{"p":"q","r":1},"m":{"k":1,"l":"z"}, "l":[{"p":1},{"p":"x","r":2}]}"#;
    let schema = "a array<int>, s struct<p:int,r:int>, m map<string,int>, l array<struct<p:int,r:int>>";
    let with_corrupt = format!("{schema}, _corrupt_record string");
    let read = read_text(line, &[("schema", &with_corrupt)], Usage::Reader).await.unwrap();
    assert_eq!(read.rows, [format!("∅|{{p: ∅, r: 1}}|∅|[{{p: 1, r: ∅}}, {{p: ∅, r: 2}}]|{line}")]);
    let rescuing = [("schema", &*format!("{schema}, _rescued_data string"))];
    let read = read_text(line, &rescuing, Usage::ReadFiles).await.unwrap();
    let rescued =
        r#"{"a":[1,"x"],"s":{"p":"q"},"m":{"k":1,"l":"z"},"l":[{"p":1},{"p":"x","r":2}],"_file_path":"…/f.json"}"#;
    assert_eq!(read.rows, [format!("∅|{{p: ∅, r: 1}}|∅|[{{p: 1, r: ∅}}, {{p: ∅, r: 2}}]|{rescued}")]);
}

const LINES: &str = r#"{"a":1} {"a":2}
[{"a":4},{"a":5}]
[1,{"a":6}]
[]
5
{"a":8
{"A":9}
{"a":1,"a":2}
{'a':10}
{"a":"11"}
{"a":12.0}
{"a":99999999999}
"#;

#[tokio::test]
async fn malformed_lines_go_where_the_mode_says() {
    let read = read_text(LINES, &[("schema", "a int, _corrupt_record string")], Usage::Reader).await.unwrap();
    assert_eq!(
        read.rows,
        [
            "1|∅",
            "4|∅",
            "5|∅",
            "∅|[1,{\"a\":6}]",
            "∅|5",
            "∅|{\"a\":8",
            "∅|∅",
            "2|∅",
            "10|∅",
            "∅|{\"a\":\"11\"}",
            "∅|{\"a\":12.0}",
            "∅|{\"a\":99999999999}",
        ]
    );
    let permissive = read_text(LINES, &[("schema", "a int")], Usage::Reader).await.unwrap();
    assert_eq!(permissive.rows, ["1", "4", "5", "∅", "2", "10", "∅", "∅", "∅"]);
    let counts = &permissive.counts[0];
    assert_eq!((counts.records, counts.decoded, counts.rejected), (13, 9, 4));
    let lines: Vec<u64> = counts.rejected_samples.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 3, 5, 6]);
    assert_eq!(counts.rejected_samples[3].1, "the line ends inside an object or list (byte 7)");
    let drop = read_text(LINES, &[("schema", "a int"), ("mode", "dropmalformed")], Usage::Reader).await.unwrap();
    assert_eq!(drop.rows, ["1", "4", "5", "∅", "2", "10"]);
    assert_eq!((drop.counts[0].records, drop.counts[0].decoded, drop.counts[0].rejected), (13, 6, 7));
    let fail = read_text(LINES, &[("schema", "a int"), ("mode", "FAILFAST")], Usage::Reader).await.err().unwrap();
    assert!(matches!(fail.kind, ErrorKind::Data(_)) && fail.message.contains("f.json:3: "), "{}", fail.message);
}

#[tokio::test]
async fn unknown_mistyped_and_differently_cased_fields_are_rescued() {
    let text = r#"{"ID":1, "x" : {"y" : [ 1, 'z' ]},"id":"q\u00e9","n":{"k":1,"u":2}}
{"id":2,"n":{"k":null}}
"#;
    let pairs =
        [("schema", "id int, n struct<k:int>, rest string"), ("rescuedDataColumn", "rest"), ("mode", "FAILFAST")];
    let read = read_text(text, &pairs, Usage::Reader).await.unwrap();
    let rescued = r#"{"ID":1,"x":{"y":[1,"z"]},"id":"q\u00e9","n":{"u":2},"_file_path":"…/f.json"}"#;
    assert_eq!(read.rows, [format!("∅|{{k: 1}}|{rescued}"), "2|{k: ∅}|∅".to_owned()]);
}

#[tokio::test]
async fn values_have_the_types_of_their_columns() {
    let text = r#"{"d":"2024-01-31","t":"2024-01-31T10:00:00","n":"2024-01-31 10:00:00","x":1.5,"dec":"1,234.565","b":"AQI=","y":300}
{"t":12,"d":5,"dec":12.345,"x":"1.5","n":1,"b":"!","y":-128}
{"t":"2024-01-31T10:00:00+02:00","n":"2024-01-31T10:00:00Z","x":"NaN","d":"2024-01-31T10:00"}
{"t":"","d":"","n":"","x":"","dec":""}
"#;
    let schema = "d date, t timestamp, n timestamp_ntz, x double, dec decimal(10,2), b binary, y tinyint";
    let read = read_text(text, &[("schema", schema)], Usage::Reader).await.unwrap();
    assert_eq!(
        read.rows,
        [
            "2024-01-31|2024-01-31T10:00:00Z|2024-01-31T10:00:00|1.5|1234.57|0102|∅",
            "∅|1970-01-01T00:00:12Z|∅|∅|12.35|∅|-128",
            "2024-01-31|2024-01-31T08:00:00Z|∅|NaN|∅|∅|∅",
            "∅|∅|∅|∅|∅|∅|∅",
        ]
    );
}

#[tokio::test]
async fn bytes_that_are_no_text_are_rejected_and_a_mark_is_skipped() {
    let text = b"\xef\xbb\xbf{\"a\":\"bom\"}\r\n{\"a\":\"x\xff\"}\n{\"a\":\"\\ud83d\"}\n \t\r\n{\"a\":\"last\"}";
    let read = read_text(text, &[("schema", "a string")], Usage::ReadFiles).await.unwrap();
    assert_eq!(read.rows, ["bom", "?", "last"]);
    assert_eq!(read.counts[0].rejected_samples, [(2, "the line is not UTF-8 at byte 8".to_owned())]);
}

#[tokio::test]
async fn metadata_is_made_when_asked_for_and_other_columns_are_not() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a b.json"), "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n").unwrap();
    let options = options(&[("schema", "a int, b string")], Usage::ReadFiles);
    let files = list(folder.path(), &options, &|_| false).unwrap();
    let session = session(2, 100);
    let table = provider(files.clone(), options.schema.clone().unwrap(), &options);
    assert_eq!(table.schema().field(2).name(), "_metadata");
    session.register_table("t", table).unwrap();
    let frame = session.table("t").await.unwrap();
    let plan = frame.clone().select_columns(&["_metadata", "a"]).unwrap().create_physical_plan().await.unwrap();
    let mut registry = PlanCodecRegistry::default();
    crate::codec::register_codecs(&mut registry);
    let plan = registry.round_trip(&plan, &session.task_ctx()).unwrap();
    let read = run(plan, session.task_ctx()).await.unwrap();
    assert!(
        read.rows[1].starts_with(&format!("{{file_path: {}, file_name: a%20b.json, file_size: 24, ", files[0].uri))
    );
    assert!(read.rows[1].ends_with("|2"));
    assert_eq!(session.table("t").await.unwrap().count().await.unwrap(), 2);
    assert_eq!(frame.limit(0, Some(1)).unwrap().collect().await.unwrap()[0].num_rows(), 1);
}

#[tokio::test]
async fn a_file_that_vanished_or_changed_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    std::fs::write(&path, "{\"a\":1}\n").unwrap();
    let options = options(&[("schema", "a int")], Usage::ReadFiles);
    let files = list(folder.path(), &options, &|_| false).unwrap();
    let session = session(1, 100);
    let table = provider(files, options.schema.clone().unwrap(), &options);
    for (change, kind) in [("{\"a\":1}\n{\"a\":2}\n", ErrorKind::Conflict), ("", ErrorKind::Conflict)] {
        std::fs::write(&path, change).unwrap();
        let plan = table.scan(&session.state(), None, &[], None).await.unwrap();
        let error = run(plan, session.task_ctx()).await.err().unwrap();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains("f.json"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    let plan = table.scan(&session.state(), None, &[], None).await.unwrap();
    let error = run(plan, session.task_ctx()).await.err().unwrap();
    assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
    assert!(error.message.contains("f.json"), "{error}");
    let lenient = ReaderOptions { ignore_missing_files: true, ..options };
    let gone = FoundFile { path, uri: String::new(), size: 8, modified_micros: 0 };
    let table = provider(vec![gone], lenient.schema.clone().unwrap(), &lenient);
    let plan = table.scan(&session.state(), None, &[], None).await.unwrap();
    assert!(run(plan, session.task_ctx()).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn names_of_files_may_hold_any_character() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["é%20#1 [x]?.json", "a&b=c+d.json", "trailing .json", "quo\"te'.json", "back\\slash.json"] {
        std::fs::write(folder.path().join(name), "{\"a\":1}\n").unwrap();
    }
    let read = read(folder.path(), &options(&[("schema", "a int")], Usage::ReadFiles)).await.unwrap();
    assert_eq!((read.rows.len(), read.counts.len()), (5, 5));
}

/// Small numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

fn valid_file(dice: &mut Dice) -> Vec<u8> {
    let mut text = String::new();
    for row in 0..30 {
        let name = "né".repeat(dice.roll(8));
        let object = format!("{{\"id\":{row},\"name\":\"{name}\",\"tags\":[1,{{\"x\":2}}],\"more\":{{\"p\":1.5}}}}");
        match dice.roll(6) {
            0 => text.push_str(&format!("[{object},{object}]")),
            1 => text.push_str("  \t"),
            _ => text.push_str(&object),
        }
        text.push_str(if dice.roll(4) == 0 { "\r\n" } else { "\n" });
    }
    text.into_bytes()
}

/// The records of a file, counted without the decoder: objects, what is none, and text behind objects.
fn records_of(file: &[u8]) -> u64 {
    let lines = file.split(|byte| b"\n\r".contains(byte));
    lines.filter(|line| line.iter().any(|byte| !b" \t".contains(byte))).map(records_of_line).sum()
}

fn records_of_line(line: &[u8]) -> u64 {
    if std::str::from_utf8(line).is_err() {
        return 1;
    }
    let mut values = serde_json::Deserializer::from_slice(line).into_iter::<serde_json::Value>();
    let records = match values.next() {
        Some(Ok(serde_json::Value::Object(_))) => 1,
        Some(Ok(serde_json::Value::Array(elements))) if elements.iter().all(serde_json::Value::is_object) => {
            elements.len() as u64
        }
        _ => return 1,
    };
    let behind = &line[values.byte_offset()..];
    records + u64::from(behind.iter().any(|byte| !b" \t,]".contains(byte)))
}

#[tokio::test]
async fn records_found_are_records_decoded_or_rejected_however_a_scan_is_split() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    let schema = "id int, name string, more struct<p:double>, _rescued_data string";
    let options = options(&[("schema", schema)], Usage::ReadFiles);
    let mut dice = Dice(1);
    for _ in 0..150 {
        let mut file = valid_file(&mut dice);
        for _ in 0..dice.roll(12) {
            let at = dice.roll(file.len());
            let byte = b"{}[]\",:\\ \n\r\t0x\xff"[dice.roll(15)];
            match dice.roll(3) {
                0 => file[at] = byte,
                1 => file.insert(at, byte),
                _ => file.truncate(at.max(1)),
            }
        }
        std::fs::write(&path, &file).unwrap();
        let files = list(&path, &options, &|_| false).unwrap();
        let table = provider(files.clone(), options.schema.clone().unwrap(), &options);
        let mut expected: Option<Read> = None;
        for cuts in 0..4 {
            let mut scan = FilesScan::new(files.clone(), &table.schema(), &options, 1);
            let mut ends: Vec<u64> = (0..cuts).map(|_| dice.roll(file.len()) as u64).collect();
            ends.extend([0, file.len() as u64]);
            ends.sort_unstable();
            ends.dedup();
            scan.partitions = ends.windows(2).map(|e| vec![FilePart { file: 0, start: e[0], end: e[1] }]).collect();
            let plan = Arc::new(FilesExec::try_new(scan, table.schema()).unwrap());
            let context = session(1, 1 + dice.roll(9)).task_ctx();
            let read = run(plan, context).await.unwrap();
            let counts = &read.counts[0];
            assert_eq!(counts.records, counts.decoded + counts.rejected);
            assert_eq!(counts.decoded, read.rows.len() as u64);
            assert_eq!(counts.bytes, file.len() as u64);
            match &expected {
                None => {
                    assert_eq!(counts.records, records_of(&file), "{}", String::from_utf8_lossy(&file));
                    expected = Some(read);
                }
                Some(expected) => {
                    let mut rows = [read.rows, expected.rows.clone()];
                    rows.iter_mut().for_each(|rows| rows.sort());
                    assert_eq!(rows[0], rows[1], "{ends:?}");
                    assert_eq!(read.counts, expected.counts, "{ends:?}");
                }
            }
        }
    }
}
