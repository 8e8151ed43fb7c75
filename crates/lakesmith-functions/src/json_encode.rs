//! `to_json`: values as JSON texts. Fields that are NULL are left out; elements and entries that are NULL are written.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Decimal128Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::cast_text::{range, to_text};
use crate::coercion::{is_integral, is_text};
use crate::function::{Call, Fault, Function, Typed};
use crate::json_options::JsonOptions;
use crate::kernel::{self, Kernels};
use crate::pattern::{Use, offset_text};
use crate::text_value::{DAY_MICROS, format_date, format_decimal};

/// The functions.
pub const FUNCTIONS: &[Function] = &[Function::scalar(&["to_json"], (1, 2), to_json)];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_to_json", to_json_kernel)];

fn to_json(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    if !matches!(value.data_type, SparkType::Struct(_) | SparkType::Array { .. } | SparkType::Map { .. }) {
        let title = format!("`to_json` takes a STRUCT, ARRAY or MAP, not {}", value.data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    if !is_writable(&value.data_type) {
        return Err(Fault::not_built(format!("`to_json` of {}", value.data_type)));
    }
    let nullable = value.nullable;
    let mut arguments = vec![value];
    match call.arguments.len() {
        1 => arguments.extend(JsonOptions::usual()),
        _ => arguments.push(JsonOptions::of(call, 1, Use::Write)?.1),
    }
    Ok(kernel::call("spark_to_json", arguments, SparkType::STRING)?.with_nullable(nullable))
}

fn is_writable(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Array { element, .. } => is_writable(element),
        SparkType::Map { key, value, .. } => is_key(key) && is_writable(value),
        SparkType::Struct(fields) => fields.iter().all(|field| is_writable(&field.data_type)),
        SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } | SparkType::CalendarInterval => false,
        SparkType::Binary | SparkType::Variant => false,
        _ => true,
    }
}

/// Whether keys of a type are written as they are cast to STRING.
fn is_key(data_type: &SparkType) -> bool {
    is_text(data_type) || is_integral(data_type) || matches!(data_type, SparkType::Boolean)
}

fn write(array: &ArrayRef, row: usize, options: &JsonOptions, out: &mut String) -> Result<()> {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            out.push('{');
            let mut first = true;
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                let is_null = column.is_null(row) || column.data_type() == &DataType::Null;
                if is_null && !options.writes_nulls {
                    continue;
                }
                separate(&mut first, out);
                quoted(field.name(), out);
                out.push(':');
                write(column, row, options, out)?;
            }
            out.push('}');
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            out.push('[');
            let mut first = true;
            for item in range(lists.value_offsets(), row) {
                separate(&mut first, out);
                write(lists.values(), item, options, out)?;
            }
            out.push(']');
        }
        DataType::Map(..) => {
            let maps = array.as_map();
            out.push('{');
            let mut first = true;
            for entry in range(maps.value_offsets(), row) {
                separate(&mut first, out);
                let key = to_text(&maps.keys().slice(entry, 1))?;
                quoted(key.as_string::<i32>().value(0), out);
                out.push(':');
                write(maps.values(), entry, options, out)?;
            }
            out.push('}');
        }
        _ => scalar(array, row, options, out)?,
    }
    Ok(())
}

fn separate(first: &mut bool, out: &mut String) {
    if !*first {
        out.push(',');
    }
    *first = false;
}

fn scalar(array: &ArrayRef, row: usize, options: &JsonOptions, out: &mut String) -> Result<()> {
    let text = to_text(&array.slice(row, 1))?;
    let text = text.as_string::<i32>().value(0);
    match array.data_type() {
        DataType::Float32 | DataType::Float64 if text.contains("N") || text.contains("Inf") => quoted(text, out),
        DataType::Boolean => out.push_str(text),
        DataType::Decimal128(_, scale) => {
            out.push_str(&format_decimal(array.as_primitive::<Decimal128Type>().value(row), *scale));
        }
        kind if kind.is_numeric() => out.push_str(text),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(row);
            let pattern = if zone.is_some() { &options.timestamp } else { &options.timestamp_ntz };
            let own = zone.as_ref().map(|_| &options.zone);
            let written = pattern.as_ref().map(|pattern| match own {
                Some(own) => pattern.format_in(micros, own),
                None => pattern.format(micros),
            });
            match written.flatten() {
                Some(text) => quoted(&text, out),
                None => quoted(&moment(micros, own), out),
            }
        }
        DataType::Date32 if options.date.is_some() => {
            let micros = i64::from(array.as_primitive::<Date32Type>().value(row)) * DAY_MICROS;
            let written = options.date.as_ref().and_then(|pattern| pattern.format(micros));
            quoted(written.as_deref().unwrap_or(text), out);
        }
        _ => quoted(text, out),
    }
    Ok(())
}

/// `yyyy-MM-dd'T'HH:mm:ss.SSS`, with the offset or `Z` when it has a zone.
pub(crate) fn moment(micros: i64, zone: Option<&Zone>) -> String {
    let offset = zone.map_or_else(String::new, |zone| offset_text(zone, micros.div_euclid(1_000_000)));
    let micros = zone.map_or(micros, |zone| zone.local(micros));
    let days = i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX);
    let (seconds, millis) = (micros.rem_euclid(DAY_MICROS) / 1_000_000, micros.rem_euclid(1_000_000) / 1000);
    let clock = format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{}T{clock}{offset}", format_date(days))
}

fn quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // writing to a String cannot fail
            other if u32::from(other) < 0x20 => {
                let _ = write!(out, "\\u{:04X}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn to_json_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let array = &arguments[0];
    let options = JsonOptions::read(arguments.get(1), Use::Write)?;
    let rows = (0..array.len()).map(|row| {
        if array.is_null(row) {
            return Ok(None);
        }
        let mut text = String::new();
        write(array, row, &options, &mut text)?;
        Ok(Some(text))
    });
    Ok(Arc::new(rows.collect::<Result<StringArray>>()?))
}
