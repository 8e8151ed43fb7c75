//! Writes the rescued data of Parquet rows: the columns that the table does not have, or has with another type.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringBuilder, new_null_array};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::common::Result;

use crate::json::text::write_text;

/// For each row its leftover values that are not NULL, as JSON with the file's path; NULL when there are none.
pub(super) fn rescued(leftovers: &RecordBatch, uri: &str) -> Result<ArrayRef> {
    let rows = leftovers.num_rows();
    if leftovers.num_columns() == 0 || rows == 0 {
        return Ok(new_null_array(&DataType::Utf8, rows));
    }
    let mut lines = Vec::new();
    let mut writer = LineDelimitedWriter::new(&mut lines);
    writer.write(leftovers)?;
    writer.finish()?;
    let mut path = ",\"_file_path\":".to_owned();
    write_text(uri, &mut path);
    let mut column = StringBuilder::new();
    for line in String::from_utf8_lossy(&lines).lines() {
        match line.strip_suffix('}') {
            Some("{") | None => column.append_null(),
            Some(open) => column.append_value(format!("{open}{path}}}")),
        }
    }
    Ok(Arc::new(column.finish()))
}
