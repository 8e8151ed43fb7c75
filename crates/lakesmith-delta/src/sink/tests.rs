use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::physical_plan::collect;
use datafusion::prelude::{SessionContext, col};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::codec::PlanCodecRegistry;
use lakesmith_engine::{EngineError, ErrorKind};
use lakesmith_unresolved::{SparkType, StructField};

use super::*;
use crate::action::DataFile;
use crate::scan_provider;
use crate::testing::{FailAt, NOW, session, session_with_memory};

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("p", DataType::Utf8, true), Field::new("id", DataType::Int64, false)]))
}

fn quarantine_schema() -> SchemaRef {
    let element = Arc::new(Field::new("element", DataType::Utf8, true));
    let at = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("p", DataType::Utf8, true),
        Field::new("id", DataType::Int64, true),
        Field::new("_violated", DataType::List(element), true),
        Field::new("_quarantined_at", at, true),
        Field::new("_source_file", DataType::Utf8, true),
        Field::new("_update_id", DataType::Utf8, true),
    ]))
}

fn spec(folder: &tempfile::TempDir, partition_columns: &[&str]) -> SinkSpec {
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    SinkSpec {
        node: "sink:orders".into(),
        folder: at("orders"),
        schema: schema(),
        partition_columns: partition_columns.iter().map(|name| (*name).to_owned()).collect(),
        verdict: Some("_verdict".into()),
        quarantine: Some(QuarantineSpec {
            node: "quarantine:orders".into(),
            folder: at("orders_quarantine"),
            schema: quarantine_schema(),
            quarantined_at_micros: NOW * 1000,
            update_id: "u1".into(),
            source_file_column: Some("_file".into()),
        }),
        part_prefix: "orders".into(),
    }
}

type Row<'a> = (Option<&'a str>, Option<i64>, Option<&'a str>);

/// A batch of the sink's input, whose columns stand in another order than the table's.
fn batch(rows: &[Row<'_>]) -> RecordBatch {
    let texts = |texts: Vec<Option<&str>>| -> ArrayRef { Arc::new(StringArray::from(texts)) };
    let ids: ArrayRef = Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.1)));
    RecordBatch::try_from_iter_with_nullable([
        ("_verdict", texts(rows.iter().map(|row| row.2).collect()), true),
        ("id", ids, true),
        ("_file", texts(vec![Some("in.json"); rows.len()]), true),
        ("p", texts(rows.iter().map(|row| row.0).collect()), true),
    ])
    .unwrap()
}

fn sink(spec: SinkSpec, partitions: &[Vec<RecordBatch>]) -> SinkExec {
    let input = MemorySourceConfig::try_new_exec(partitions, batch(&[]).schema(), None).unwrap();
    SinkExec::try_new(Arc::new(spec), input).unwrap()
}

fn counter(report: &[ReportEntry], wanted: &str) -> i64 {
    let value = |entry: &ReportEntry| match entry {
        ReportEntry::Counter { name, value, .. } if name == wanted => Some(*value),
        _ => None,
    };
    report.iter().filter_map(value).sum()
}

fn files_of(report: &[ReportEntry], wanted: &str) -> Vec<DataFile> {
    let of = |entry: &&ReportEntry| matches!(entry, ReportEntry::File { node, .. } if node == wanted);
    report.iter().filter(of).filter_map(|entry| DataFile::from_report(entry, NOW)).collect()
}

fn parts_below(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { parts_below(&path) } else { vec![path.display().to_string()] }).collect()
}

fn columns() -> Vec<StructField> {
    vec![StructField::nullable("p", SparkType::STRING), StructField::nullable("id", SparkType::Long)]
}

/// Partition values and ids in a table, ordered by id.
async fn rows(session: &SessionContext, spec: &SinkSpec, report: &[ReportEntry]) -> Vec<(Option<String>, i64)> {
    let files = files_of(report, &spec.node);
    let provider = scan_provider(&columns(), &spec.partition_columns, files, &spec.folder).unwrap();
    let batches = session.read_table(provider).unwrap().sort_by(vec![col("id")]).unwrap().collect().await.unwrap();
    let of_batch = |batch: &RecordBatch| {
        let (p, id) = (batch.column(0).as_string::<i32>().clone(), batch.column(1).as_primitive::<Int64Type>().clone());
        (0..batch.num_rows())
            .map(|row| (p.is_valid(row).then(|| p.value(row).to_owned()), id.value(row)))
            .collect::<Vec<_>>()
    };
    batches.iter().flat_map(of_batch).collect()
}

#[tokio::test]
async fn kept_rows_are_stored_and_passed_on_and_the_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&folder);
    let input = batch(&[
        (Some("a"), Some(1), None),
        (Some("b"), None, Some(r#"D["has_id"]"#)),
        (None, Some(3), Some(r#"Q["valid_p","x"]"#)),
        (Some("c"), Some(4), None),
    ]);
    let spec = spec(&folder, &[]);
    let plan: Arc<dyn ExecutionPlan> = Arc::new(sink(spec.clone(), &[vec![input], vec![]]));
    let passed = collect(Arc::clone(&plan), session.task_ctx()).await.unwrap();
    assert_eq!(passed.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
    assert_eq!(passed[0].schema(), schema());
    let report = report_of(&plan);
    assert_eq!((counter(&report, "written"), counter(&report, "dropped"), counter(&report, "quarantined")), (2, 1, 1));
    assert_eq!(rows(&session, &spec, &report).await, [(Some("a".into()), 1), (Some("c".into()), 4)]);
    let quarantined = files_of(&report, "quarantine:orders");
    assert_eq!(quarantined.len(), 1);
    let path = folder.path().join("orders_quarantine").join(&quarantined[0].path);
    let read = session.read_parquet(path.to_str().unwrap(), Default::default()).await.unwrap().collect().await.unwrap();
    let shown = arrow::util::pretty::pretty_format_batches(&read).unwrap().to_string();
    assert!(shown.contains("[valid_p, x]") && shown.contains("in.json") && shown.contains("| u1 "), "{shown}");
    // a partition of the input without rows writes no file
    assert_eq!(parts_below(&folder.path().join("orders")).len(), 1);
}

#[tokio::test]
async fn statistics_and_names_of_parts_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let input = batch(&[(Some("b"), Some(7), None), (Some("a"), Some(-1), None)]);
    let sink = sink(spec(&folder, &[]), &[vec![input]]);
    collect(Arc::new(sink.clone()), session(&folder).task_ctx()).await.unwrap();
    let files = files_of(&sink.report(), "sink:orders");
    assert!(files[0].path.starts_with("part-00000-") && files[0].path.ends_with("-orders.parquet"));
    let stats: serde_json::Value = serde_json::from_str(files[0].statistics.as_deref().unwrap()).unwrap();
    let expected = serde_json::json!({
        "numRecords": 2, "minValues": { "p": "a", "id": -1 }, "maxValues": { "p": "b", "id": 7 },
        "nullCount": { "p": 0, "id": 0 },
    });
    assert_eq!(stats, expected);
    let size = std::fs::metadata(folder.path().join("orders").join(&files[0].path)).unwrap().len();
    assert_eq!(u64::try_from(files[0].size), Ok(size));
}

#[tokio::test]
async fn a_nan_is_found_as_the_greatest_number() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&folder);
    let values: ArrayRef = Arc::new(arrow::array::Float64Array::from(vec![Some(1.5), Some(f64::NAN), None]));
    let batch = RecordBatch::try_from_iter([("x", values)]).unwrap();
    let input = MemorySourceConfig::try_new_exec(&[vec![batch.clone()]], batch.schema(), None).unwrap();
    let spec = SinkSpec { schema: batch.schema(), verdict: None, quarantine: None, ..spec(&folder, &[]) };
    let sink = SinkExec::try_new(Arc::new(spec.clone()), input).unwrap();
    collect(Arc::new(sink.clone()), session.task_ctx()).await.unwrap();
    let files = files_of(&sink.report(), "sink:orders");
    let stats: serde_json::Value = serde_json::from_str(files[0].statistics.as_deref().unwrap()).unwrap();
    let expected = serde_json::json!({
        "numRecords": 3, "minValues": { "x": 1.5 }, "maxValues": {}, "nullCount": { "x": 1 },
    });
    assert_eq!(stats, expected);
    let column = [StructField::nullable("x", SparkType::Double)];
    let table = session.read_table(scan_provider(&column, &[], files, &spec.folder).unwrap()).unwrap();
    let found = table.filter(col("x").gt(datafusion::prelude::lit(100.0))).unwrap().count().await.unwrap();
    assert_eq!(found, 1);
}

#[tokio::test]
async fn partition_values_with_special_characters_and_null_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&folder);
    let values = [Some("a/b:c"), None, Some("ü %"), Some("x=y"), Some("a/b:c"), Some("#1")];
    let input: Vec<Row<'_>> = (0i64..).zip(values).map(|(id, value)| (value, Some(id), None)).collect();
    let spec = spec(&folder, &["p"]);
    let sink = sink(spec.clone(), &[vec![batch(&input)]]);
    collect(Arc::new(sink.clone()), session.task_ctx()).await.unwrap();
    let report = sink.report();
    assert_eq!(files_of(&report, "sink:orders").len(), 5);
    let expected: Vec<_> = (0i64..).zip(values).map(|(id, value)| (value.map(str::to_owned), id)).collect();
    let found: Vec<_> = rows(&session, &spec, &report).await.into_iter().map(|(p, id)| (id, p)).collect();
    assert_eq!(found, expected.into_iter().map(|(p, id)| (id, p)).collect::<Vec<_>>());
    assert!(folder.path().join("orders/p=a%2Fb%3Ac").is_dir());
    assert!(folder.path().join("orders/p=__HIVE_DEFAULT_PARTITION__").is_dir());
}

#[tokio::test]
async fn more_partitions_than_open_files_lose_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&folder);
    let names: Vec<String> = (0..200).map(|number| format!("v{number}")).collect();
    let input: Vec<Row<'_>> = (0i64..).zip(&names).map(|(id, name)| (Some(name.as_str()), Some(id), None)).collect();
    let spec = spec(&folder, &["p"]);
    let sink = sink(spec.clone(), &[vec![batch(&input), batch(&input)]]);
    collect(Arc::new(sink.clone()), session.task_ctx()).await.unwrap();
    assert_eq!(rows(&session, &spec, &sink.report()).await.len(), 400);
}

#[tokio::test]
async fn a_failing_expectation_stops_the_task_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let good = batch(&[(Some("a"), Some(1), None)]);
    let bad: Vec<Row<'_>> = (0..7).map(|id| (None, Some(id), Some(r#"F["valid_price"]"#))).collect();
    let sink = sink(spec(&folder, &[]), &[vec![good, batch(&bad)]]);
    let error = collect(Arc::new(sink.clone()), session(&folder).task_ctx()).await.unwrap_err();
    let error = EngineError::from_datafusion("run", error);
    let violated = ExpectationViolated::find(&error).unwrap();
    assert_eq!(
        (violated.names.as_slice(), violated.count, violated.rows.len()),
        (&["valid_price".to_owned()][..], 7, 5)
    );
    assert_eq!(violated.rows[1], "p=NULL id=1");
    assert!(sink.report().is_empty());
    assert!(parts_below(&folder.path().join("orders")).is_empty());
}

#[tokio::test]
async fn a_null_in_a_not_null_column_names_column_and_table_unless_the_row_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let input = batch(&[(Some("a"), None, Some(r#"D["has_id"]"#)), (Some("b"), None, None)]);
    let sink = sink(spec(&folder, &[]), &[vec![input]]);
    let error = collect(Arc::new(sink), session(&folder).task_ctx()).await.unwrap_err();
    let error = EngineError::from_datafusion("run", error);
    assert_eq!(error.kind, ErrorKind::Data(&Condition::DELTA_NOT_NULL_CONSTRAINT_VIOLATED));
    assert!(error.message.contains("`id`") && error.message.contains("`orders`"), "{error}");
}

#[tokio::test]
async fn a_task_that_fails_at_a_part_removes_all_its_parts() {
    for point in ["sink.before_part", "sink.after_part"] {
        let folder = tempfile::tempdir().unwrap();
        let input = batch(&[(Some("a"), Some(1), None), (Some("b"), Some(2), None)]);
        let sink = sink(spec(&folder, &["p"]), &[vec![input]]).with_faults(Arc::new(FailAt(point)));
        collect(Arc::new(sink.clone()), session(&folder).task_ctx()).await.unwrap_err();
        assert!(sink.report().is_empty());
        assert_eq!(parts_below(&folder.path().join("orders")), Vec::<String>::new(), "{point}");
    }
}

#[tokio::test]
async fn the_parts_of_partitions_that_ended_before_another_failed_can_be_removed() {
    let folder = tempfile::tempdir().unwrap();
    let context = session(&folder).task_ctx();
    let good = batch(&[(Some("a"), Some(1), None), (None, Some(2), Some(r#"Q["q"]"#))]);
    let bad = batch(&[(None, Some(0), Some(r#"F["f"]"#))]);
    let plan: Arc<dyn ExecutionPlan> = Arc::new(sink(spec(&folder, &[]), &[vec![good], vec![bad]]));
    for partition in [0, 1] {
        let rows = plan.execute(partition, Arc::clone(&context)).unwrap();
        let ended = datafusion::physical_plan::common::collect(rows).await;
        assert_eq!(ended.is_ok(), partition == 0);
    }
    let parts = || (parts_below(&folder.path().join("orders")), parts_below(&folder.path().join("orders_quarantine")));
    assert_eq!((parts().0.len(), parts().1.len()), (1, 1));
    let store: Arc<dyn object_store::ObjectStore> =
        Arc::new(lakesmith_engine::store::DurableStore::new(Arc::new(NoFaults)));
    crate::cleanup::remove_parts_of(&plan, &store).await.unwrap();
    assert_eq!(parts(), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_dropped_stream_removes_its_parts() {
    use futures::StreamExt;
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..100).map(|number| format!("v{number}")).collect();
    let input: Vec<Row<'_>> = names.iter().map(|name| (Some(name.as_str()), Some(1), None)).collect();
    let sink = sink(spec(&folder, &["p"]), &[vec![batch(&input), batch(&input)]]);
    let mut stream = sink.execute(0, session(&folder).task_ctx()).unwrap();
    stream.next().await.unwrap().unwrap();
    // more partitions than files are kept open, so some parts are finished already
    assert!(!parts_below(&folder.path().join("orders")).is_empty());
    drop(stream);
    for _ in 0..500 {
        if parts_below(&folder.path().join("orders")).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(parts_below(&folder.path().join("orders")), Vec::<String>::new());
    assert!(sink.report().is_empty());
}

#[tokio::test]
async fn a_partition_that_runs_twice_counts_once_and_removes_nothing_of_its_first_run() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&folder);
    let sink = sink(spec(&folder, &[]), &[vec![batch(&[(Some("a"), Some(1), None)])]]);
    collect(Arc::new(sink.clone()), session.task_ctx()).await.unwrap();
    let first = files_of(&sink.report(), "sink:orders");
    collect(Arc::new(sink.clone()), session.task_ctx()).await.unwrap();
    let second = files_of(&sink.report(), "sink:orders");
    assert_eq!((counter(&sink.report(), "written"), second.len()), (1, 1));
    assert_ne!(first[0].path, second[0].path);
    assert!(folder.path().join("orders").join(&first[0].path).exists());
}

#[tokio::test]
async fn little_memory_ends_row_groups_early_and_not_the_query() {
    let folder = tempfile::tempdir().unwrap();
    let session = session_with_memory(&folder, 1 << 20);
    let names: Vec<String> = (0..20_000).map(|number| format!("a name that is rather long {number}")).collect();
    let input: Vec<Row<'_>> = (0i64..).zip(&names).map(|(id, name)| (Some(name.as_str()), Some(id), None)).collect();
    let spec = spec(&folder, &[]);
    let batches: Vec<RecordBatch> = input.chunks(1000).map(batch).collect();
    let sink = sink(spec.clone(), &[batches]);
    let context = session.task_ctx();
    let stream = datafusion::physical_plan::execute_stream(Arc::new(sink.clone()), context).unwrap();
    futures::TryStreamExt::try_for_each(stream, |_| std::future::ready(Ok(()))).await.unwrap();
    assert_eq!(counter(&sink.report(), "written"), 20_000);
}

#[tokio::test]
async fn every_row_is_written_dropped_or_quarantined() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let session = session(&folder);
        let (mut next, mut partitions) = (0i64, Vec::new());
        for _ in 0..=random(3) {
            let mut batches = Vec::new();
            for _ in 0..random(4) {
                let rows: Vec<Row<'_>> = (0..random(50))
                    .map(|_| {
                        next += 1;
                        let verdict = [None, None, Some(r#"D["d"]"#), Some(r#"Q["q"]"#)][random(4) as usize];
                        ([None, Some("a"), Some("b")][random(3) as usize], Some(next), verdict)
                    })
                    .collect();
                batches.push(batch(&rows));
            }
            partitions.push(batches);
        }
        let spec = spec(&folder, if random(2) == 0 { &[] } else { &["p"] });
        let sink = sink(spec.clone(), &partitions);
        let passed = collect(Arc::new(sink.clone()), session.task_ctx()).await.unwrap();
        let report = sink.report();
        let written = counter(&report, "written");
        assert_eq!(written + counter(&report, "dropped") + counter(&report, "quarantined"), next);
        assert_eq!(i64::try_from(passed.iter().map(RecordBatch::num_rows).sum::<usize>()), Ok(written));
        let in_files: i64 =
            report.iter().map(|entry| if let ReportEntry::File { rows, .. } = entry { *rows } else { 0 }).sum();
        assert_eq!(in_files, written + counter(&report, "quarantined"));
        assert_eq!(i64::try_from(rows(&session, &spec, &report).await.len()), Ok(written));
    }
}

#[tokio::test]
async fn the_node_is_shipped() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&folder);
    let spec = spec(&folder, &["p"]);
    let empty: Arc<dyn ExecutionPlan> = Arc::new(datafusion::physical_plan::empty::EmptyExec::new(batch(&[]).schema()));
    let plan: Arc<dyn ExecutionPlan> = Arc::new(SinkExec::try_new(Arc::new(spec.clone()), empty).unwrap());
    let mut registry = PlanCodecRegistry::default();
    register_codecs(&mut registry);
    let back = registry.round_trip(&plan, &session.task_ctx()).unwrap();
    let node: &dyn std::any::Any = back.as_ref();
    assert_eq!(node.downcast_ref::<SinkExec>().unwrap().spec(), &spec);
}

#[test]
fn an_input_without_a_column_of_the_table_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let input = Arc::new(datafusion::physical_plan::empty::EmptyExec::new(schema()));
    assert!(SinkExec::try_new(Arc::new(spec(&folder, &[])), input).unwrap_err().to_string().contains("_verdict"));
}
