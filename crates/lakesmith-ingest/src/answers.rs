//! Files of odd shapes, and what Apache Spark reads from them; `client/oracle/files.py` records it.
//!
//! A block whose answer differs for a reason has a line `~ why`. All others must be the same, whatever the number of partitions
//! and the size of batches.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::cast::AsArray;
use datafusion::arrow::array::types::{Date32Type, Decimal128Type, Float32Type, Float64Type, TimestampMicrosecondType};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionConfig, SessionContext};
use lakesmith_unresolved::StructField;

use crate::counts::counts_of;
use crate::infer::infer;
use crate::listing::list;
use crate::options::{ReaderOptions, Usage};
use crate::provider::provider;

#[derive(Default)]
struct Block {
    options: Vec<(String, String)>,
    content: Vec<u8>,
    columns: Vec<String>,
    rows: Vec<String>,
    fails: bool,
    differs: bool,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in text.split("\n\n") {
        let mut block = Block::default();
        let (mut content, mut is_hex) = (String::new(), false);
        for line in part.lines() {
            let rest = line.get(2..).unwrap_or_default();
            match line.as_bytes().first() {
                Some(b'?') => {
                    let options: serde_json::Map<String, serde_json::Value> = serde_json::from_str(rest).unwrap();
                    is_hex = options.contains_key("hex");
                    let pairs = options.iter().filter(|(key, _)| *key != "hex");
                    block.options =
                        pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect();
                }
                Some(b'>') => content.push_str(rest),
                Some(b':') => block.columns.push(rest.to_owned()),
                Some(b'=') => block.rows.push(rest.to_owned()),
                Some(b'!') => block.fails = true,
                Some(b'~') => block.differs = true,
                _ => {}
            }
        }
        block.content = if is_hex { bytes_of(&content) } else { unescaped(&content).into_bytes() };
        if !block.options.is_empty() {
            blocks.push(block);
        }
    }
    blocks
}

fn bytes_of(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next().unwrap() {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'b' => '\u{8}',
                'f' => '\u{c}',
                same => same,
            },
            other => other,
        });
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\\' | '|' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other => out.push(other),
        }
    }
    out
}

/// What CAST to STRING gives in Spark.
fn shown(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return "NULL".to_owned();
    }
    match array.data_type() {
        DataType::Float32 => {
            lakesmith_value::format_double(array.as_primitive::<Float32Type>().value(row).to_string().parse().unwrap())
        }
        DataType::Float64 => lakesmith_value::format_double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(..) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let time = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::from_microsecond(micros).unwrap());
            let fraction = format!("{:06}", micros.rem_euclid(1_000_000));
            let fraction = fraction.trim_end_matches('0');
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{}{point}{fraction}", time.strftime("%Y-%m-%d %H:%M:%S"))
        }
        DataType::Date32 => array.as_primitive::<Date32Type>().value_as_date(row).unwrap().to_string(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Binary => array.as_binary::<i32>().value(row).iter().fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02X}");
            out
        }),
        _ => {
            let format = FormatOptions::new();
            ArrayFormatter::try_new(array, &format).unwrap().value(row).to_string()
        }
    }
}

/// Columns and rows as the file of answers has them.
async fn read(folder: &Path, block: &Block, partitions: usize) -> Result<(Vec<String>, Vec<String>), String> {
    let config =
        SessionConfig::new().with_target_partitions(partitions).with_batch_size(if partitions == 1 { 8192 } else { 2 });
    let session = SessionContext::new_with_config(config);
    let options = ReaderOptions::parse(None, &block.options, Usage::Reader).map_err(|faults| format!("{faults:?}"))?;
    let files = list(folder, &options, &|_| false).map_err(|error| error.to_string())?;
    let columns: Vec<StructField> = match options.given_columns() {
        Some(columns) => columns,
        None => infer(&files, &options, &session).await.map_err(|error| error.to_string())?.columns,
    };
    let named = columns
        .iter()
        .map(|column| format!("{} :: {}", escaped(column.name.as_str()), column.data_type.to_string().to_lowercase()));
    let named: Vec<String> = named.collect();
    let projection: Vec<usize> = (0..columns.len()).collect();
    let table = provider(files, columns, &options);
    let plan = table.scan(&session.state(), Some(&projection), &[], None).await.map_err(|error| error.to_string())?;
    let batches = collect(Arc::clone(&plan), session.task_ctx()).await.map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|array| escaped(&shown(array, row)));
            rows.push(values.collect::<Vec<_>>().join(" | "));
        }
    }
    for counts in counts_of(&plan) {
        assert_eq!(counts.records, counts.decoded + counts.rejected);
        assert_eq!(counts.decoded, rows.len() as u64);
    }
    Ok((named, rows))
}

async fn compare(name: &str, format: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let mut faults = Vec::new();
    for block in blocks(&text) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(format!("f.{format}")), &block.content).unwrap();
        let first = read(folder.path(), &block, 1).await;
        let second = read(folder.path(), &block, 3).await;
        assert_eq!(first.as_ref().ok(), second.as_ref().ok(), "{:?}", block.options);
        if block.differs {
            continue;
        }
        let is_same = match &first {
            Ok((columns, rows)) => !block.fails && *columns == block.columns && *rows == block.rows,
            Err(_) => block.fails,
        };
        if !is_same {
            let content = String::from_utf8_lossy(&block.content).into_owned();
            faults.push(format!(
                "{:?}\n{content:?}\nexpected {:?} {:?}{}\nfound    {first:?}",
                block.options,
                block.columns,
                block.rows,
                if block.fails { " an error" } else { "" }
            ));
        }
    }
    assert!(faults.is_empty(), "{} differ:\n{}", faults.len(), faults.join("\n\n"));
}

#[tokio::test]
async fn csv_of_odd_shapes_is_read_as_by_spark() {
    compare("csv.txt", "csv").await;
}

#[tokio::test]
async fn quotes_of_all_kinds_are_read_as_by_spark() {
    compare("csv_quotes.txt", "csv").await;
}
