//! Columns of a batch that its file tells: `_metadata`, and the values in the names of folders. All rows come from one file.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Int64Array, StringArray, StructArray, TimestampMicrosecondArray, new_null_array,
};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;

use crate::csv::one_value;
use crate::listing::FoundFile;
use crate::partition;
use crate::uri::file_name;

/// `rows` times the facts about a file. The block is always the whole file, so that the column does not depend on how a scan
/// was split.
pub(crate) fn metadata_array(field: &FieldRef, file: &FoundFile, rows: usize) -> Result<ArrayRef> {
    let DataType::Struct(fields) = field.data_type() else {
        return Err(internal_datafusion_err!("{} is no struct", field.name()));
    };
    let size = i64::try_from(file.size).unwrap_or(i64::MAX);
    let text = |value: &str| Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, rows))) as ArrayRef;
    let number = |value: i64| Arc::new(Int64Array::from_value(value, rows)) as ArrayRef;
    let modified = TimestampMicrosecondArray::from_value(file.modified_micros, rows).with_timezone("UTC");
    let columns =
        vec![text(&file.uri), text(file_name(&file.uri)), number(size), number(0), number(size), Arc::new(modified)];
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, None)?))
}

/// `rows` times what a folder's name says for a column.
pub(crate) fn partition_array(field: &FieldRef, file: &FoundFile, folders: usize, rows: usize) -> Result<ArrayRef> {
    let values = partition::values(&file.path, folders);
    let value = values.into_iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(field.name()));
    let Some(text) = value.and_then(|(_, text)| text) else { return Ok(new_null_array(field.data_type(), rows)) };
    let Some(one) = one_value(field.data_type(), &text)? else {
        let (name, path) = (field.name(), file.path.display());
        let message = format!("`{name}={text}` in `{path}` is no value of the column's type");
        return Err(DataError { condition: Condition::CAST_INVALID_INPUT, message }.into_datafusion());
    };
    ScalarValue::try_from_array(&one, 0)?.to_array_of_size(rows)
}
