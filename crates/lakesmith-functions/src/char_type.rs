//! CHAR(n) and VARCHAR(n): columns whose texts have a length, which is checked when they are stored.
//!
//! In a query both are STRING. A CHAR is filled with blanks up to its length, where it is stored, read and compared.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::Int32Type;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;

use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels, texts};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_fill_char", |arguments, _| each(arguments, |text, length, _| Ok(filled_text(text, length)))),
    ("spark_store_char", |arguments, _| {
        each(arguments, |text, length, column| Ok(filled_text(fitting(text, length, column)?, length)))
    }),
    ("spark_store_varchar", |arguments, _| {
        each(arguments, |text, length, column| Ok(fitting(text, length, column)?.to_owned()))
    }),
];

/// A text with blanks at its end up to a length.
pub fn filled(value: Typed, length: u32) -> std::result::Result<Typed, Fault> {
    with_length("spark_fill_char", value, length, "")
}

/// A text as a column of CHAR or VARCHAR stores it; blanks beyond the length are dropped, more is an error of the row, which
/// names the column.
pub(crate) fn stored(value: Typed, to: &SparkType, column: &str) -> std::result::Result<Typed, Fault> {
    match to {
        SparkType::Char(length) => with_length("spark_store_char", value, *length, column),
        SparkType::Varchar(length) => with_length("spark_store_varchar", value, *length, column),
        _ => Ok(value),
    }
}

fn with_length(kernel: &'static str, value: Typed, length: u32, column: &str) -> std::result::Result<Typed, Fault> {
    let nullable = value.nullable;
    let length = Typed::new(lit(i32::try_from(length).unwrap_or(i32::MAX)), SparkType::Integer).with_nullable(false);
    let column = Typed::new(lit(column), SparkType::STRING).with_nullable(false);
    kernel::call(kernel, vec![value, length, column], SparkType::STRING).map(|text| text.with_nullable(nullable))
}

fn each(arguments: &[ArrayRef], of: impl Fn(&str, usize, &str) -> Result<String>) -> Result<ArrayRef> {
    let (values, lengths) = (texts(&arguments[0])?, arguments[1].as_primitive::<Int32Type>());
    let columns = arguments[2].as_string::<i32>();
    let row = |row: usize| match values.is_valid(row) {
        true => of(values.value(row), usize::try_from(lengths.value(row)).unwrap_or(0), columns.value(row)).map(Some),
        false => Ok(None),
    };
    Ok(Arc::new((0..values.len()).map(row).collect::<Result<StringArray>>()?))
}

fn filled_text(text: &str, length: usize) -> String {
    let missing = length.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

/// The text without blanks beyond the length.
fn fitting<'t>(text: &'t str, length: usize, column: &str) -> Result<&'t str> {
    let Some((end, _)) = text.char_indices().nth(length) else { return Ok(text) };
    if text[end..].chars().all(|letter| letter == ' ') {
        return Ok(&text[..end]);
    }
    let letters = text.chars().count();
    let message = format!("a text of {letters} letters exceeds the length of column `{column}`, which is {length}");
    Err(DataFusionError::External(Box::new(DataError { condition: Condition::EXCEED_LIMIT_LENGTH, message })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blanks_may_be_beyond_the_length() {
        assert_eq!(fitting("ab", 3, "c").unwrap(), "ab");
        assert_eq!(fitting("äb   ", 2, "c").unwrap(), "äb");
        assert!(fitting("abc", 2, "c").is_err());
        assert_eq!(filled_text("ä", 3), "ä  ");
        assert_eq!(filled_text("abcd", 3), "abcd");
    }
}
