//! Task reports: what sinks, expectations and decoders tell the driver when a task ends.
//!
//! All of them use one fixed Arrow schema, so a report crosses a cluster as ordinary batches. Rows of data are never in it
//! except the few samples of a violation. A task that runs again replaces its report; the reader keeps one per task.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::common::{DataFusionError, Result, internal_datafusion_err};

/// One entry of a report. `node` names the plan node that speaks, for example `sink:silver_orders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportEntry {
    /// A data file that a sink finished.
    File {
        /// The node.
        node: String,
        /// Path below the table's folder.
        path: String,
        /// Size in bytes.
        bytes: i64,
        /// Rows.
        rows: i64,
        /// Partition columns and values.
        partition: Vec<(String, Option<String>)>,
        /// Column statistics, as the JSON of Delta's `stats`.
        statistics: Option<String>,
    },
    /// A number of rows or bytes; counters of one name are added up over tasks.
    Counter {
        /// The node.
        node: String,
        /// What is counted.
        name: String,
        /// How much.
        value: i64,
    },
    /// A row shown as an example, for example of a violated expectation.
    Sample {
        /// The node.
        node: String,
        /// What it is an example of.
        name: String,
        /// The row as text.
        text: String,
    },
}

/// The schema of every report.
pub static REPORT_SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let texts = || DataType::List(Arc::new(Field::new("element", DataType::Utf8, true)));
    Arc::new(Schema::new(vec![
        Field::new("kind", DataType::Utf8, false),
        Field::new("node", DataType::Utf8, false),
        Field::new("name", DataType::Utf8, false),
        Field::new("value", DataType::Int64, false),
        Field::new("bytes", DataType::Int64, true),
        Field::new("text", DataType::Utf8, true),
        Field::new("partition_columns", texts(), false),
        Field::new("partition_values", texts(), false),
    ]))
});

/// Writes entries as one batch.
pub fn encode(entries: &[ReportEntry]) -> Result<RecordBatch> {
    let mut rows = Vec::with_capacity(entries.len());
    let (mut columns, mut values) = (list_builder(), list_builder());
    for entry in entries {
        if let ReportEntry::File { partition, .. } = entry {
            for (column, value) in partition {
                columns.values().append_value(column);
                values.values().append_option(value.as_deref());
            }
        }
        columns.append(true);
        values.append(true);
        rows.push(match entry {
            ReportEntry::File { node, path, bytes, rows, statistics, .. } => {
                ("file", node, path, *rows, Some(*bytes), statistics.as_deref())
            }
            ReportEntry::Counter { node, name, value } => ("counter", node, name, *value, None, None),
            ReportEntry::Sample { node, name, text } => ("sample", node, name, 0, None, Some(text.as_str())),
        });
    }
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.2))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.3))),
        Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.4))),
        Arc::new(StringArray::from_iter(rows.iter().map(|row| row.5))),
        Arc::new(columns.finish()),
        Arc::new(values.finish()),
    ];
    Ok(RecordBatch::try_new(Arc::clone(&REPORT_SCHEMA), arrays)?)
}

fn list_builder() -> ListBuilder<StringBuilder> {
    ListBuilder::new(StringBuilder::new()).with_field(Field::new("element", DataType::Utf8, true))
}

/// Reads the entries of a batch that [`encode`] wrote.
pub fn decode(batch: &RecordBatch) -> Result<Vec<ReportEntry>> {
    if batch.schema().fields() != REPORT_SCHEMA.fields() {
        return Err(internal_datafusion_err!("a task report has another schema than reports have"));
    }
    (0..batch.num_rows()).map(|row| decode_row(batch, row)).collect()
}

fn decode_row(batch: &RecordBatch, row: usize) -> Result<ReportEntry> {
    let text = |column: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
    let (node, name) = (text(1), text(2));
    let value = batch.column(3).as_primitive::<Int64Type>().value(row);
    match text(0).as_str() {
        "file" => {
            let columns = batch.column(6).as_list::<i32>().value(row);
            let values = batch.column(7).as_list::<i32>().value(row);
            let (columns, values) = (columns.as_string::<i32>(), values.as_string::<i32>());
            let partition = columns.iter().zip(values).map(|(c, v)| (c.unwrap_or("").to_owned(), v.map(str::to_owned)));
            let statistics = batch.column(5).is_valid(row).then(|| text(5));
            let bytes = batch.column(4).as_primitive::<Int64Type>().value(row);
            Ok(ReportEntry::File { node, path: name, bytes, rows: value, partition: partition.collect(), statistics })
        }
        "counter" => Ok(ReportEntry::Counter { node, name, value }),
        "sample" => Ok(ReportEntry::Sample { node, name, text: text(5) }),
        other => Err(DataFusionError::Internal(format!("a task report has an entry of kind {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_back_as_it_was_written() {
        let node = || "sink:orders".to_owned();
        let entries = vec![
            ReportEntry::File {
                node: node(),
                path: "part-0.parquet".into(),
                bytes: 512,
                rows: 3,
                partition: vec![("day".into(), Some("2024-01-01".into())), ("region".into(), None)],
                statistics: None,
            },
            ReportEntry::Counter { node: node(), name: "rows".into(), value: 3 },
            ReportEntry::Sample { node: node(), name: "valid_price".into(), text: "order_id=17".into() },
        ];
        assert_eq!(decode(&encode(&entries).unwrap()).unwrap(), entries);
    }

    #[test]
    fn an_empty_report_has_no_entries() {
        assert!(decode(&encode(&[]).unwrap()).unwrap().is_empty());
    }
}
