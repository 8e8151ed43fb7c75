//! Values as text, as Spark's `show()` writes them: `2024-01-15 12:00:00`, `1.0E7`, `{a, 1}`, `[1, 2]`, `{k -> v}`, `NULL`.

use std::fmt::Write;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType, TimeUnit,
    TimestampMicrosecondType,
};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use lakesmith_functions::text_value::{format_date, format_float, format_timestamp};
use lakesmith_value::format_double;

const NULL: &str = "NULL";

/// The value in a row as text; NULL is `NULL`.
pub fn text(array: &ArrayRef, row: usize) -> String {
    let mut out = String::new();
    write(array, row, &mut out);
    out
}

/// Whether the value in a row is NULL.
pub fn is_null(array: &ArrayRef, row: usize) -> bool {
    array.data_type() == &DataType::Null || array.is_null(row)
}

/// Appends the value in a row.
fn write(array: &ArrayRef, row: usize, out: &mut String) {
    if is_null(array, row) {
        out.push_str(NULL);
        return;
    }
    match array.data_type() {
        DataType::Utf8 => out.push_str(array.as_string::<i32>().value(row)),
        DataType::Binary => bytes(array.as_binary::<i32>().value(row), out),
        DataType::Struct(_) => {
            let values = array.as_struct();
            list(values.columns().iter().map(|column| (column, row)), ('{', '}'), out);
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            list((0..items.len()).map(|item| (&items, item)), ('[', ']'), out);
        }
        DataType::Map(_, _) => {
            let entries = array.as_map().value(row);
            map(entries.column(0), entries.column(1), out);
        }
        _ => out.push_str(&scalar(array, row)),
    }
}

/// A value that is neither text nor nested.
pub(crate) fn scalar(array: &ArrayRef, row: usize) -> String {
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float32 => format_float(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => format_double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => decimal(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Date32 => format_date(array.as_primitive::<Date32Type>().value(row)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            format_timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            day_time(array.as_primitive::<DurationMicrosecondType>().value(row))
        }
        DataType::Interval(IntervalUnit::YearMonth) => {
            year_month(array.as_primitive::<IntervalYearMonthType>().value(row))
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            calendar(value.months, value.days, value.nanoseconds / 1000)
        }
        // no Spark type maps to another Arrow type
        _ => ArrayFormatter::try_new(array, &FormatOptions::default())
            .map_or_else(|error| error.to_string(), |formatter| formatter.value(row).to_string()),
    }
}

fn list<'a>(values: impl Iterator<Item = (&'a ArrayRef, usize)>, brackets: (char, char), out: &mut String) {
    out.push(brackets.0);
    for (index, (array, row)) in values.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(array, row, out);
    }
    out.push(brackets.1);
}

fn map(keys: &ArrayRef, values: &ArrayRef, out: &mut String) {
    out.push('{');
    for entry in 0..keys.len() {
        if entry > 0 {
            out.push_str(", ");
        }
        write(keys, entry, out);
        out.push_str(" -> ");
        write(values, entry, out);
    }
    out.push('}');
}

fn bytes(value: &[u8], out: &mut String) {
    let digits: Vec<String> = value.iter().map(|byte| format!("{byte:02X}")).collect();
    // writing to a String cannot fail
    let _ = write!(out, "[{}]", digits.join(" "));
}

/// A decimal number without exponent, with all digits of its scale.
fn decimal(unscaled: i128, scale: i8) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = unscaled.unsigned_abs().to_string();
    match usize::try_from(scale) {
        Ok(0) => format!("{sign}{digits}"),
        Ok(scale) => {
            let digits = format!("{digits:0>width$}", width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            format!("{sign}{whole}.{fraction}")
        }
        Err(_) if unscaled == 0 => "0".to_owned(),
        Err(_) => format!("{sign}{digits}{}", "0".repeat(usize::from(scale.unsigned_abs()))),
    }
}

fn day_time(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let size = micros.unsigned_abs();
    let (seconds, fraction) = (size / 1_000_000, size % 1_000_000);
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
    let fraction = match fraction {
        0 => String::new(),
        fraction => format!(".{}", format!("{fraction:06}").trim_end_matches('0')),
    };
    format!("INTERVAL '{sign}{days} {clock}{fraction}' DAY TO SECOND")
}

fn year_month(months: i32) -> String {
    let sign = if months < 0 { "-" } else { "" };
    let size = months.unsigned_abs();
    format!("INTERVAL '{sign}{}-{}' YEAR TO MONTH", size / 12, size % 12)
}

fn calendar(months: i32, days: i32, micros: i64) -> String {
    let part = |value: i64, unit: &str| (value != 0).then(|| format!("{value} {unit}"));
    let seconds = micros % 60_000_000;
    let seconds = (seconds != 0).then(|| {
        let sign = if seconds < 0 { "-" } else { "" };
        let size = seconds.unsigned_abs();
        let text = format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000);
        format!("{} seconds", text.trim_end_matches('0').trim_end_matches('.'))
    });
    let parts = [
        part(i64::from(months / 12), "years"),
        part(i64::from(months % 12), "months"),
        part(i64::from(days), "days"),
        part(micros / 3_600_000_000, "hours"),
        part(micros / 60_000_000 % 60, "minutes"),
        seconds,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_all_digits_of_their_scale() {
        assert_eq!(decimal(-15, 1), "-1.5");
        assert_eq!(decimal(5, 3), "0.005");
        assert_eq!(decimal(0, 18), "0.000000000000000000");
        assert_eq!(decimal(12, 0), "12");
        assert_eq!(decimal(12, -2), "1200");
    }

    #[test]
    fn intervals_are_written_as_their_literals() {
        assert_eq!(day_time(-90_061_500_000), "INTERVAL '-1 01:01:01.5' DAY TO SECOND");
        assert_eq!(year_month(14), "INTERVAL '1-2' YEAR TO MONTH");
        assert_eq!(calendar(14, 3, -1_500_000), "1 years 2 months 3 days -1.5 seconds");
        assert_eq!(calendar(0, 0, 0), "0 seconds");
    }
}
