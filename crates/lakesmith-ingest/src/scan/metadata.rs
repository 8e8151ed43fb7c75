//! The column `_metadata` of a batch, all of whose rows come from one file.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray, StructArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::{Result, internal_datafusion_err};

use crate::listing::FoundFile;
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
