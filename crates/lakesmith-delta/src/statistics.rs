//! A log's statistics of a file as DataFusion's.
//!
//! Only what is exact is taken over: row and null counts, and bounds of integers, dates and decimals. Bounds of texts may be cut,
//! those of timestamps are cut to milliseconds, and those of floating-point numbers leave out NaN, so a filter or `max()`
//! that trusted them would be wrong.

use arrow::compute::kernels::cast_utils::Parser;
use arrow::datatypes::{DataType, Date32Type, SchemaRef};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct FileStatistics {
    num_records: Option<u64>,
    tight_bounds: Option<bool>,
    min_values: Map<String, Value>,
    max_values: Map<String, Value>,
    null_count: Map<String, Value>,
}

/// The number of rows that a log's statistics tell.
pub(crate) fn row_count(text: &str) -> Option<i64> {
    let stated: FileStatistics = serde_json::from_str(text).ok()?;
    stated.num_records.and_then(|rows| i64::try_from(rows).ok())
}

/// Statistics of a file's own columns and its partition values; unknown where the log says nothing or what cannot be read.
pub(crate) fn file_statistics(
    text: Option<&str>,
    bytes: i64,
    file_schema: &SchemaRef,
    partition_values: &[ScalarValue],
) -> Statistics {
    let stated: FileStatistics = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let rows = stated.num_records.and_then(|rows| usize::try_from(rows).ok());
    let num_rows = rows.map_or(Precision::Absent, Precision::Exact);
    let own = file_schema.fields().iter().map(|field| stated.column(field.name(), field.data_type()));
    let partition = partition_values.iter().map(|value| partition_statistics(value, num_rows));
    Statistics {
        num_rows,
        total_byte_size: usize::try_from(bytes).map_or(Precision::Absent, Precision::Inexact),
        column_statistics: own.chain(partition).collect(),
    }
}

impl FileStatistics {
    fn column(&self, name: &str, data_type: &DataType) -> ColumnStatistics {
        let mut column = ColumnStatistics::new_unknown();
        if let Some(nulls) =
            self.null_count.get(name).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
        {
            column.null_count = Precision::Exact(nulls);
        }
        if self.tight_bounds != Some(false) {
            column.min_value = bound(self.min_values.get(name), data_type);
            column.max_value = bound(self.max_values.get(name), data_type);
        }
        column
    }
}

fn bound(value: Option<&Value>, data_type: &DataType) -> Precision<ScalarValue> {
    let Some(value) = value else { return Precision::Absent };
    let integer = value.as_i64();
    let exact = match data_type {
        DataType::Int8 => integer.and_then(|value| i8::try_from(value).ok()).map(ScalarValue::from),
        DataType::Int16 => integer.and_then(|value| i16::try_from(value).ok()).map(ScalarValue::from),
        DataType::Int32 => integer.and_then(|value| i32::try_from(value).ok()).map(ScalarValue::from),
        DataType::Int64 => integer.map(ScalarValue::from),
        DataType::Date32 => value.as_str().and_then(Date32Type::parse).map(|days| ScalarValue::Date32(Some(days))),
        DataType::Decimal128(..) => decimal(value, data_type),
        _ => None,
    };
    exact.map_or(Precision::Absent, Precision::Exact)
}

fn decimal(value: &Value, data_type: &DataType) -> Option<ScalarValue> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    // beyond this many digits a number of JSON may have been rounded on the way
    let may_be_rounded = text.len() > 15 && !(value.is_i64() || value.is_string());
    if may_be_rounded { None } else { ScalarValue::try_from_string(text, data_type).ok() }
}

fn partition_statistics(value: &ScalarValue, num_rows: Precision<usize>) -> ColumnStatistics {
    let mut column = ColumnStatistics::new_unknown();
    if value.is_null() {
        column.null_count = num_rows;
    } else {
        column.null_count = Precision::Exact(0);
        column.min_value = Precision::Exact(value.clone());
        column.max_value = Precision::Exact(value.clone());
    }
    column
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{Field, Schema};

    use super::*;

    #[test]
    fn only_exact_bounds_are_taken_over() {
        let field = |name: &str, data_type| Field::new(name, data_type, true);
        let schema = Arc::new(Schema::new(vec![
            field("n", DataType::Int64),
            field("x", DataType::Float64),
            field("d", DataType::Date32),
            field("p", DataType::Decimal128(10, 2)),
        ]));
        let text = r#"{"numRecords":3,"minValues":{"n":-1,"x":0.5},
            "maxValues":{"n":9,"x":2.5,"d":"1970-01-03","p":1.25},"nullCount":{"n":1,"x":0}}"#;
        let statistics = file_statistics(Some(text), 100, &schema, &[ScalarValue::Int32(None)]);
        assert_eq!(statistics.num_rows, Precision::Exact(3));
        assert_eq!(statistics.column_statistics[0].max_value, Precision::Exact(ScalarValue::Int64(Some(9))));
        assert_eq!(statistics.column_statistics[1].max_value, Precision::Absent);
        let greatest = |column: usize| statistics.column_statistics[column].max_value.clone();
        assert_eq!(greatest(2), Precision::Exact(ScalarValue::Date32(Some(2))));
        assert_eq!(greatest(3), Precision::Exact(ScalarValue::Decimal128(Some(125), 10, 2)));
        assert_eq!(statistics.column_statistics[4].null_count, Precision::Exact(3));
    }

    #[test]
    fn absent_statistics_are_unknown() {
        let schema = Arc::new(Schema::new(vec![Field::new("n", DataType::Int64, true)]));
        assert_eq!(file_statistics(None, 1, &schema, &[]).num_rows, Precision::Absent);
        assert_eq!(file_statistics(Some("{"), 1, &schema, &[]).num_rows, Precision::Absent);
    }
}
