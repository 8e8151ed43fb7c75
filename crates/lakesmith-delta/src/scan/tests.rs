use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use arrow::util::pretty::pretty_format_batches;
use datafusion::physical_plan::displayable;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::prelude::{SessionContext, col, lit};
use lakesmith_engine::codec::PlanCodecRegistry;
use lakesmith_unresolved::SparkType;
use parquet::arrow::ArrowWriter;

use super::*;
use crate::testing::{file, session};

fn columns() -> Vec<StructField> {
    vec![
        StructField::nullable("part", SparkType::STRING),
        StructField::nullable("id", SparkType::Long),
        StructField::nullable("name", SparkType::STRING),
    ]
}

/// A data file of ids, without the column `name` when there are no names.
fn write(folder: &tempfile::TempDir, path: &str, part: Option<&str>, ids: &[i64], names: Option<&[&str]>) -> DataFile {
    let mut columns: Vec<(&str, ArrayRef)> = vec![("id", Arc::new(Int64Array::from(ids.to_vec())))];
    if let Some(names) = names {
        columns.push(("name", Arc::new(StringArray::from(names.to_vec()))));
    }
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let full = folder.path().join(path);
    std::fs::create_dir_all(full.parent().unwrap()).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&full).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let (least, greatest) = (ids.iter().min().unwrap(), ids.iter().max().unwrap());
    let statistics = format!(
        r#"{{"numRecords":{},"minValues":{{"id":{least}}},"maxValues":{{"id":{greatest}}},"nullCount":{{"id":0}}}}"#,
        ids.len()
    );
    DataFile {
        size: i64::try_from(std::fs::metadata(full).unwrap().len()).unwrap(),
        partition_values: vec![("part".into(), part.map(str::to_owned))],
        statistics: Some(statistics),
        ..file(path)
    }
}

fn table(folder: &tempfile::TempDir) -> (SessionContext, Arc<dyn TableProvider>) {
    let files = vec![
        write(folder, "part=a%3Ab/1.parquet", Some("a:b"), &[1, 2], Some(&["x", "y"])),
        write(folder, "part=__HIVE_DEFAULT_PARTITION__/old.parquet", None, &[3], None),
        write(folder, "2 3.parquet", Some("c"), &[40, 50, 60], Some(&["u", "v", "w"])),
    ];
    let provider = scan_provider(&columns(), &["part".into()], files, folder.path().to_str().unwrap()).unwrap();
    (session(folder), provider)
}

fn text(batches: &[RecordBatch]) -> String {
    pretty_format_batches(batches).unwrap().to_string()
}

#[tokio::test]
async fn rows_have_the_tables_columns_in_order_and_null_where_a_file_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let (session, provider) = table(&folder);
    let rows = session.read_table(provider).unwrap().sort_by(vec![col("id")]).unwrap().collect().await.unwrap();
    let expected = "\
+------+----+------+
| part | id | name |
+------+----+------+
| a:b  | 1  | x    |
| a:b  | 2  | y    |
|      | 3  |      |
| c    | 40 | u    |
| c    | 50 | v    |
| c    | 60 | w    |
+------+----+------+";
    assert_eq!(text(&rows), expected);
}

#[tokio::test]
async fn a_filter_is_taken_over_by_the_scan_on_file_and_partition_columns() {
    let folder = tempfile::tempdir().unwrap();
    let (session, provider) = table(&folder);
    for (filter, expected) in [
        (col("id").gt(lit(59i64)), 1),
        (col("part").eq(lit("a:b")), 2),
        (col("part").is_null(), 1),
        (col("part").eq(lit("c")).and(col("id").eq(lit(50i64))), 1),
    ] {
        let frame = session.read_table(Arc::clone(&provider)).unwrap().filter(filter).unwrap();
        let plan = frame.clone().create_physical_plan().await.unwrap();
        let shown = displayable(plan.as_ref()).indent(true).to_string();
        assert!(shown.contains("predicate=") && !shown.contains("FilterExec"), "{shown}");
        assert_eq!(frame.count().await.unwrap(), expected, "{shown}");
    }
}

#[tokio::test]
async fn a_filter_that_leaves_many_rows_stays_above_the_scan_and_still_leaves_out_files() {
    let folder = tempfile::tempdir().unwrap();
    let (session, provider) = table(&folder);
    for (filter, expected) in [(col("id").gt(lit(3i64)), 3), (col("name").is_null(), 1)] {
        let frame = session.read_table(Arc::clone(&provider)).unwrap().filter(filter).unwrap();
        let plan = frame.clone().create_physical_plan().await.unwrap();
        let shown = displayable(plan.as_ref()).indent(true).to_string();
        assert!(shown.contains("FilterExec") && shown.contains("pruning_predicate="), "{shown}");
        assert_eq!(frame.count().await.unwrap(), expected, "{shown}");
    }
}

#[tokio::test]
async fn files_are_dealt_out_evenly_and_a_projection_reads_its_columns_only() {
    let folder = tempfile::tempdir().unwrap();
    let (session, provider) = table(&folder);
    let frame = session.read_table(provider).unwrap().select(vec![col("name"), col("part")]).unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let shown = displayable(plan.as_ref()).indent(true).to_string();
    assert!(shown.contains("DataSourceExec: file_groups={2 groups"), "{shown}");
    assert!(shown.contains("projection=[name, part]"), "{shown}");
}

#[tokio::test]
async fn rows_are_counted_without_reading_them() {
    let folder = tempfile::tempdir().unwrap();
    let (session, provider) = table(&folder);
    std::fs::remove_file(folder.path().join("2 3.parquet")).unwrap();
    assert_eq!(provider.statistics().unwrap().num_rows.get_value(), Some(&6));
    let rows = session.read_table(provider).unwrap().count().await.unwrap();
    assert_eq!(rows, 6);
}

#[tokio::test]
async fn how_many_groups_a_large_table_has_is_read_from_a_dictionary() {
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<i64> = (0..140_000).collect();
    let names: Vec<String> = ids.iter().map(|id| format!("name {}", id % 7)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let file = write(&folder, "1.parquet", None, &ids, Some(&names));
    let provider = scan_provider(&columns()[1..], &[], vec![file], folder.path().to_str().unwrap()).unwrap();
    let session = session(&folder);
    let rows = async |column: &str| {
        let frame = session.read_table(Arc::clone(&provider)).unwrap().filter(col("name").is_not_null()).unwrap();
        let plan = frame.aggregate(vec![col(column)], vec![]).unwrap().create_physical_plan().await.unwrap();
        let statistics = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).unwrap();
        statistics.num_rows.get_value().copied()
    };
    assert_eq!(rows("name").await, Some(7));
    // these do not fit into a dictionary
    assert!(rows("id").await.unwrap() > 1000);
}

#[tokio::test]
async fn the_plan_is_shipped_and_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (session, provider) = table(&folder);
    let frame = session.read_table(provider).unwrap().filter(col("id").lt(lit(50i64))).unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let context = session.task_ctx();
    let back = PlanCodecRegistry::default().round_trip(&plan, &context).unwrap();
    let rows = datafusion::physical_plan::collect(back, context).await.unwrap();
    let ids: i64 = rows.iter().flat_map(|batch| batch.column(1).as_primitive::<Int64Type>().values().to_vec()).sum();
    assert_eq!(ids, 1 + 2 + 3 + 40);
}

#[tokio::test]
async fn a_table_without_files_has_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let provider = scan_provider(&columns(), &[], Vec::new(), folder.path().to_str().unwrap()).unwrap();
    let frame = session(&folder).read_table(provider).unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    assert_eq!(plan.name(), "EmptyExec");
    assert_eq!(plan.schema().fields().len(), 3);
}

#[test]
fn a_partition_value_of_the_wrong_type_names_the_file() {
    let bad = DataFile { partition_values: vec![("id".into(), Some("x".into()))], ..file("a.parquet") };
    let error = scan_provider(&columns(), &["id".into()], vec![bad], "/t").unwrap_err();
    assert!(error.to_string().contains("`x`") && error.to_string().contains("t/a.parquet"), "{error}");
}
