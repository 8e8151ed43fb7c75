//! CSV to Arrow arrays, with Spark's meaning.
//!
//! A record goes through three steps: `tokens` cuts it into fields (`quoted` where quotes stand in it), `header` says which
//! field belongs to which column, `decode` appends one value to each column. `value` holds Spark's rules from text to values,
//! which are not those of its casts.

mod column;
pub(crate) mod decode;
pub(crate) mod header;
mod quoted;
pub(crate) mod tokens;
pub(crate) mod value;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use crate::options::{CsvRules, TimeFormats};

/// An array of one value, read from a text as CSV reads it; `None` for a text of another type.
pub(crate) fn one_value(data_type: &DataType, text: &str) -> Result<Option<ArrayRef>> {
    let mut column = column::CsvColumn::new(data_type)?;
    let converter = value::Converter::new(&CsvRules::default(), &TimeFormats::default());
    let fits = column.append(text, &converter);
    Ok(fits.then(|| column.finish()))
}
