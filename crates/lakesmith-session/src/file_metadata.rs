//! `_metadata` of a Delta table: the file that a row comes from, as the log has it.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray, StructArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use lakesmith_delta::{DataFile, FileColumn};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_ingest::metadata_field;
use lakesmith_ingest::uri::{file_name, file_uri};

/// The column, with its value for a file at its absolute path.
pub(crate) fn column() -> FileColumn {
    FileColumn { field: metadata_field(), value }
}

fn value(file: &DataFile, path: &str) -> ScalarValue {
    let uri = file_uri(Path::new(path));
    let name = file_name(&uri).to_owned();
    let modified = TimestampMicrosecondArray::from(vec![file.modification_time.saturating_mul(1_000)]);
    let values: [ArrayRef; 6] = [
        Arc::new(StringArray::from(vec![uri])),
        Arc::new(StringArray::from(vec![name])),
        Arc::new(Int64Array::from(vec![file.size])),
        Arc::new(Int64Array::from(vec![0])),
        Arc::new(Int64Array::from(vec![file.size])),
        Arc::new(modified.with_timezone("UTC")),
    ];
    match to_arrow(&metadata_field().data_type) {
        Ok(DataType::Struct(fields)) => match StructArray::try_new(fields, values.to_vec(), None) {
            Ok(row) => ScalarValue::Struct(Arc::new(row)),
            Err(_) => ScalarValue::Null,
        },
        _ => ScalarValue::Null,
    }
}
