//! Rows, counts and columns of Parquet files.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, UInt32Array,
};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionConfig, SessionContext};
use lakesmith_engine::{EngineError, ErrorKind};
use parquet::arrow::ArrowWriter;
use parquet::data_type::{Int96, Int96Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::counts::{FileCounts, counts_of};
use crate::infer::infer;
use crate::listing::{FoundFile, list};
use crate::options::{ReaderOptions, Usage};
use crate::provider::provider;

fn options(pairs: &[(&str, &str)], usage: Usage) -> ReaderOptions {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    ReaderOptions::parse(Some("parquet"), &pairs, usage).unwrap()
}

fn write(path: &Path, columns: &[(&str, ArrayRef)]) {
    let batch = RecordBatch::try_from_iter(columns.iter().cloned()).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(40)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

type Read = (Vec<String>, Vec<FileCounts>);

async fn read(files: Vec<FoundFile>, options: &ReaderOptions, partitions: usize) -> Result<Read, EngineError> {
    let config = SessionConfig::new().with_target_partitions(partitions).with_batch_size(7);
    let session = SessionContext::new_with_config(config);
    let columns = match &options.schema {
        Some(schema) => schema.clone(),
        None => infer(&files, options, &session).await?.columns,
    };
    let projection: Vec<usize> = (0..columns.len()).collect();
    let table = provider(files, columns, options);
    let plan = table.scan(&session.state(), Some(&projection), &[], None).await.unwrap();
    let batches = collect(Arc::clone(&plan), session.task_ctx()).await;
    let batches = batches.map_err(|error| EngineError::from_datafusion("run query", error))?;
    let format = FormatOptions::new().with_null("∅");
    let mut rows = Vec::new();
    for batch in &batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &format).unwrap()).collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|"));
        }
    }
    Ok((rows, counts_of(&plan)))
}

async fn read_folder(folder: &Path, options: &ReaderOptions) -> Result<Read, EngineError> {
    let (mut rows, counts) = read(list(folder, options, &|_| false)?, options, 2).await?;
    rows.iter_mut().for_each(|row| *row = row.replace(&format!("file://{}", folder.display()), "…"));
    rows.sort();
    Ok((rows, counts))
}

#[tokio::test]
async fn types_of_files_become_those_of_spark() {
    let folder = tempfile::tempdir().unwrap();
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1), None])]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("u", Arc::new(UInt32Array::from(vec![u32::MAX]))),
        ("d", Arc::new(Date32Array::from(vec![1]))),
        ("n", Arc::new(Decimal128Array::from(vec![12_345]).with_precision_and_scale(9, 2).unwrap())),
        ("t", Arc::new(TimestampMicrosecondArray::from(vec![1]).with_timezone("+02:00"))),
        ("l", Arc::new(TimestampNanosecondArray::from(vec![1_000]))),
        ("a", Arc::new(list)),
    ];
    write(&folder.path().join("f.parquet"), &columns);
    let options = options(&[], Usage::Reader);
    let files = list_of(folder.path(), &options);
    let inferred = infer(&files, &options, &SessionContext::new()).await.unwrap();
    let text: Vec<String> = inferred.columns.iter().map(|c| format!("{} {}", c.name, c.data_type)).collect();
    assert_eq!(text.join(", "), "u BIGINT, d DATE, n DECIMAL(9,2), t TIMESTAMP, l TIMESTAMP_NTZ, a ARRAY<BIGINT>");
    let (rows, _) = read(files, &options, 1).await.unwrap();
    let row = "4294967295|1970-01-02|123.45|1970-01-01T00:00:00.000001Z|1970-01-01T00:00:00.000001|[1, ∅]";
    assert_eq!(rows, [row]);
}

fn list_of(folder: &Path, options: &ReaderOptions) -> Vec<FoundFile> {
    list(folder, options, &|_| false).unwrap()
}

#[tokio::test]
async fn int96_is_a_timestamp_of_any_year() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Arc::new(parse_message_type("message m { optional int96 t; }").unwrap());
    let file = File::create(folder.path().join("f.parquet")).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let mut value = Int96::new();
    // Noon of 9999-12-31: its julian day and the nanoseconds of its day, low half first.
    let nanos = 43_200_000_000_000_u64;
    value.set_data(u32::try_from(nanos & 0xffff_ffff).unwrap(), u32::try_from(nanos >> 32).unwrap(), 5_373_484);
    column.typed::<Int96Type>().write_batch(&[value], Some(&[1]), None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let (rows, _) = read_folder(folder.path(), &options(&[], Usage::Reader)).await.unwrap();
    assert_eq!(rows, ["9999-12-31T12:00:00Z"]);
}

#[tokio::test]
async fn files_of_different_columns_make_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let inner = |name: &str, value: ArrayRef| -> ArrayRef {
        Arc::new(StructArray::from(vec![(Arc::new(Field::new(name, value.data_type().clone(), true)), value)]))
    };
    let one: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    let two: ArrayRef = Arc::new(Int64Array::from(vec![2]));
    write(&folder.path().join("a.parquet"), &[("id", one.clone()), ("s", inner("x", one.clone()))]);
    write(&folder.path().join("b.parquet"), &[("s", inner("y", two.clone())), ("id", two.clone()), ("z", two)]);
    let options = options(&[], Usage::Reader);
    let (rows, counts) = read_folder(folder.path(), &options).await.unwrap();
    assert_eq!(rows, ["1|{x: 1, y: ∅}|∅", "2|{x: ∅, y: 2}|2"]);
    assert_eq!(
        counts.iter().map(|file| (file.records, file.decoded, file.rejected)).collect::<Vec<_>>(),
        [(1, 1, 0); 2]
    );
}

#[tokio::test]
async fn what_has_no_place_is_rescued_or_an_error_with_column_and_file() {
    let folder = tempfile::tempdir().unwrap();
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\"b"), None]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    write(&folder.path().join("f.parquet"), &[("id", texts), ("ID", numbers.clone()), ("n", numbers)]);
    let rescuing = options(&[("schema", "n bigint, id int, _rescued_data string")], Usage::ReadFiles);
    let (rows, _) = read_folder(folder.path(), &rescuing).await.unwrap();
    let first = r#"1|∅|{"id":"a\"b","ID":1,"_file_path":"…/f.parquet"}"#;
    assert_eq!(rows, [first, r#"2|∅|{"ID":2,"_file_path":"…/f.parquet"}"#]);
    let plain = options(&[("schema", "N bigint")], Usage::ReadFiles);
    assert_eq!(read_folder(folder.path(), &plain).await.unwrap().0, ["1", "2"]);
    let strict = options(&[("schema", "id int")], Usage::ReadFiles);
    let error = read_folder(folder.path(), &strict).await.unwrap_err();
    assert!(error.message.contains("`id`") && error.message.contains("f.parquet"), "{}", error.message);
}

#[tokio::test]
async fn a_hostile_file_is_rejected_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..3));
    write(&folder.path().join("good.parquet"), &[("n", numbers)]);
    std::fs::write(folder.path().join("empty.parquet"), "").unwrap();
    std::fs::write(folder.path().join("text.parquet"), "{\"n\":1}\n{\"n\":2}\n").unwrap();
    let mut long = b"PAR1".to_vec();
    long.extend_from_slice(&[0; 100]);
    long.extend_from_slice(b"\xff\xff\xff\x7fPAR1");
    std::fs::write(folder.path().join("long.parquet"), long).unwrap();
    let lenient = options(&[], Usage::ReadFiles);
    let (rows, counts) = read_folder(folder.path(), &lenient).await.unwrap();
    assert_eq!(rows, ["0|∅", "1|∅", "2|∅"]);
    let counts: Vec<(u64, u64)> = counts.iter().map(|file| (file.decoded, file.rejected)).collect();
    assert_eq!(counts, [(0, 1), (3, 0), (0, 1), (0, 1)]);
    let strict = options(&[("ignoreCorruptFiles", "false")], Usage::ReadFiles);
    let error = read_folder(folder.path(), &strict).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Data(_)) && error.message.contains(".parquet` is damaged"), "{error}");
}

#[tokio::test]
async fn every_declared_row_of_a_mutated_file_is_decoded_or_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.parquet");
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..100).map(|n| format!("text {}", n % 7))));
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100));
    write(&path, &[("t", texts), ("n", numbers)]);
    let valid = std::fs::read(&path).unwrap();
    let options = options(&[("schema", "t string, n bigint")], Usage::ReadFiles);
    let mut state = 1_u64;
    let mut roll = |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % sides
    };
    for round in 0..300 {
        let mut file = valid.clone();
        for _ in 0..1 + roll(3) {
            let at = if round % 2 == 0 { roll(file.len()) } else { file.len() - 1 - roll(400) };
            file[at] ^= 1 << roll(8);
        }
        if roll(10) == 0 {
            file.truncate(roll(file.len()));
        }
        std::fs::write(&path, &file).unwrap();
        let mut seen: Option<Read> = None;
        for partitions in [1, 2] {
            let (rows, counts) = read(list_of(&path, &options), &options, partitions).await.unwrap();
            assert_eq!(counts[0].records, counts[0].decoded + counts[0].rejected);
            assert_eq!(counts[0].decoded, rows.len() as u64);
            assert!(counts[0].records > 0 || rows.is_empty());
            match &seen {
                None => seen = Some((rows, counts)),
                Some(seen) => assert_eq!(*seen, (rows, counts)),
            }
        }
    }
}

#[test]
fn the_element_of_a_list_may_have_any_name() {
    let array: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]));
    let wanted = DataType::List(Arc::new(Field::new("element", DataType::Int64, true)));
    let adapted = super::adapt::adapt(&array, &wanted, crate::options::Names::Exact).unwrap();
    assert_eq!(adapted.data_type(), &wanted);
}
