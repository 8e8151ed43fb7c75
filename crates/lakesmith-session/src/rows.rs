//! [`Rows`]: the rows that a statement gives about the catalog, as the result of a query.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Int32Array, Int64Array, ListBuilder, MapBuilder, MapFieldNames, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::Schema;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use lakesmith_engine::EngineError;
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_unresolved::{SparkType, StructField};

use crate::result::QueryResult;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// NULL.
    Null,
    /// STRING.
    Text(String),
    /// BOOLEAN.
    Bool(bool),
    /// INT.
    Int(i32),
    /// BIGINT.
    Long(i64),
    /// TIMESTAMP, microseconds since the epoch.
    Time(i64),
    /// ARRAY<STRING>.
    List(Vec<String>),
    /// MAP<STRING, STRING>.
    Map(Vec<(String, String)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Columns and rows.
#[derive(Debug)]
pub(crate) struct Rows {
    columns: Vec<StructField>,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// No rows yet, of these columns.
    pub fn new(columns: &[(&str, SparkType)]) -> Self {
        let columns = columns.iter().map(|(name, data_type)| StructField::nullable(*name, data_type.clone())).collect();
        Self { columns, rows: Vec::new() }
    }

    /// No rows yet, of columns of texts.
    pub fn texts(columns: &[&str]) -> Self {
        let columns: Vec<(&str, SparkType)> = columns.iter().map(|name| (*name, SparkType::STRING)).collect();
        Self::new(&columns)
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = Value>) {
        self.rows.push(row.into_iter().collect());
    }

    /// Adds a row of texts.
    pub fn push_texts<const N: usize>(&mut self, row: [&str; N]) {
        self.push(row.map(Value::from));
    }

    /// The result with these rows.
    pub fn result(self) -> Result<QueryResult, EngineError> {
        let broken = |error| EngineError::from_datafusion("list rows", error);
        let schema = to_arrow_schema(&self.columns).map_err(|unmapped| {
            EngineError::new(lakesmith_engine::ErrorKind::Internal, "list rows", unmapped.to_string())
        })?;
        let arrays: Vec<ArrayRef> = self.columns.iter().enumerate().map(|(at, field)| self.array(at, field)).collect();
        // the fields take their inner names from the arrays, which nothing reads
        let fields: Vec<_> = schema
            .fields()
            .iter()
            .zip(&arrays)
            .map(|(field, array)| field.as_ref().clone().with_data_type(array.data_type().clone()))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let batch = if arrays.is_empty() {
            RecordBatch::new_empty(Arc::clone(&schema))
        } else {
            RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|error| broken(error.into()))?
        };
        let rows = RecordBatchStreamAdapter::new(schema, futures::stream::iter([Ok(batch)]));
        Ok(QueryResult::new(self.columns, Vec::new(), Box::pin(rows)))
    }

    fn array(&self, at: usize, field: &StructField) -> ArrayRef {
        let values = self.rows.iter().map(|row| row.get(at).unwrap_or(&Value::Null));
        match &field.data_type {
            SparkType::Boolean => Arc::new(BooleanArray::from_iter(values.map(|value| match value {
                Value::Bool(value) => Some(*value),
                _ => None,
            }))),
            SparkType::Integer => Arc::new(Int32Array::from_iter(values.map(|value| match value {
                Value::Int(value) => Some(*value),
                _ => None,
            }))),
            SparkType::Long => Arc::new(Int64Array::from_iter(values.map(|value| match value {
                Value::Long(value) => Some(*value),
                _ => None,
            }))),
            SparkType::Timestamp => {
                let times = values.map(|value| match value {
                    Value::Time(micros) => Some(*micros),
                    _ => None,
                });
                Arc::new(TimestampMicrosecondArray::from_iter(times).with_timezone("UTC"))
            }
            SparkType::Array { .. } => {
                let mut lists = ListBuilder::new(StringBuilder::new());
                for value in values {
                    if let Value::List(items) = value {
                        items.iter().for_each(|item| lists.values().append_value(item));
                        lists.append(true);
                    } else {
                        lists.append(false);
                    }
                }
                Arc::new(lists.finish())
            }
            SparkType::Map { .. } => maps(values),
            _ => Arc::new(StringArray::from_iter(values.map(|value| match value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            }))),
        }
    }
}

fn maps<'a>(values: impl Iterator<Item = &'a Value>) -> ArrayRef {
    let names = MapFieldNames { entry: "entries".into(), key: "key".into(), value: "value".into() };
    let mut maps = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
    for value in values {
        let entries = match value {
            Value::Map(entries) => Some(entries),
            _ => None,
        };
        for (key, value) in entries.into_iter().flatten() {
            maps.keys().append_value(key);
            maps.values().append_value(value);
        }
        // keys and values were appended in pairs
        let _appended = maps.append(entries.is_some());
    }
    Arc::new(maps.finish())
}

/// The result of a statement that has no rows to give.
pub(crate) fn nothing() -> Result<QueryResult, EngineError> {
    Rows::texts(&[]).result()
}
