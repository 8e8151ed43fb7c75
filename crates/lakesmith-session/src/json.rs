//! Rows as JSON objects, as Spark's `toJSON` writes them, but with NULLs.
//!
//! Times are ISO 8601 in UTC with at least three digits after the second, BINARY is Base64, NaN and infinities are texts, keys of
//! maps are texts. Columns of one name appear once each: JSON has no rule against it.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Float64Type, TimeUnit, TimestampMicrosecondType};
use lakesmith_functions::text_value::format_timestamp;
use lakesmith_unresolved::StructField;

use crate::cell;

/// The rows of a batch, each as one object on one line without the line's end.
pub fn rows(columns: &[StructField], batch: &RecordBatch) -> Vec<String> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let row = |row: usize| {
        let mut out = String::new();
        object(names.iter().copied().zip(batch.columns()), row, &mut out);
        out
    };
    (0..batch.num_rows()).map(row).collect()
}

fn object<'a>(fields: impl Iterator<Item = (&'a str, &'a ArrayRef)>, row: usize, out: &mut String) {
    out.push('{');
    for (index, (name, array)) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        quoted(name, out);
        out.push(':');
        value(array, row, out);
    }
    out.push('}');
}

fn value(array: &ArrayRef, row: usize, out: &mut String) {
    if cell::is_null(array, row) {
        out.push_str("null");
        return;
    }
    match array.data_type() {
        DataType::Utf8 => quoted(array.as_string::<i32>().value(row), out),
        DataType::Binary => quoted(&base64(array.as_binary::<i32>().value(row)), out),
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Decimal128(_, _) => out.push_str(&cell::scalar(array, row)),
        DataType::Float32 if array.as_primitive::<Float32Type>().value(row).is_finite() => {
            out.push_str(&cell::scalar(array, row));
        }
        DataType::Float64 if array.as_primitive::<Float64Type>().value(row).is_finite() => {
            out.push_str(&cell::scalar(array, row));
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            quoted(&iso(micros, zone.is_some()), out);
        }
        DataType::Struct(fields) => {
            let values = array.as_struct();
            let names = fields.iter().map(|field: &std::sync::Arc<Field>| field.name().as_str());
            object(names.zip(values.columns()), row, out);
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            out.push('[');
            for item in 0..items.len() {
                if item > 0 {
                    out.push(',');
                }
                value(&items, item, out);
            }
            out.push(']');
        }
        DataType::Map(_, _) => {
            let entries = array.as_map().value(row);
            out.push('{');
            for entry in 0..entries.len() {
                if entry > 0 {
                    out.push(',');
                }
                quoted(&cell::text(entries.column(0), entry), out);
                out.push(':');
                value(entries.column(1), entry, out);
            }
            out.push('}');
        }
        _ => quoted(&cell::scalar(array, row), out),
    }
}

/// A text between quotes, escaped.
fn quoted(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// `2024-01-15T12:00:00.000Z`.
fn iso(micros: i64, zoned: bool) -> String {
    let text = format_timestamp(micros).replacen(' ', "T", 1);
    let (seconds, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let zone = if zoned { "Z" } else { "" };
    format!("{seconds}.{fraction:0<3}{zone}")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = group >> (18 - 6 * digit) & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[index as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_at_least_milliseconds() {
        assert_eq!(iso(0, true), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(1_500_000, false), "1970-01-01T00:00:01.500");
        assert_eq!(iso(1, true), "1970-01-01T00:00:00.000001Z");
    }

    #[test]
    fn bytes_are_base64() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foob"), "Zm9vYg==");
    }
}
