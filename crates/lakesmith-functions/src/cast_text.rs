//! Casts to STRING: every value as text, nested ones as `[1, null]`, `{a -> 1}` and `{1, x}`, intervals as their literals.

use std::fmt::Write;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StringArray, StructArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, DurationMicrosecondType, FieldRef, Float32Type, Float64Type, Int32Type,
    IntervalMonthDayNanoType, IntervalUnit, IntervalYearMonthType, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_value::Zone;

use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};
use crate::text_value as text;

/// The kernels.
pub(crate) const KERNELS: Kernels =
    &[("spark_day_time_text", day_time_kernel), ("spark_year_month_text", year_month_kernel)];

/// Whether values of a type have a text.
pub fn has_text(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Array { element, .. } => has_text(element),
        SparkType::Map { key, value, .. } => has_text(key) && has_text(value),
        SparkType::Struct(fields) => fields.iter().all(|field| has_text(&field.data_type)),
        // texts within nested values do not know the units of an interval
        SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } => false,
        SparkType::Variant => false,
        _ => true,
    }
}

/// Every value as text, instants in UTC.
pub fn to_text(array: &ArrayRef) -> Result<ArrayRef> {
    to_text_in(array, &Zone::default())
}

/// Every value as text, instants in a zone.
pub fn to_text_in(array: &ArrayRef, zone: &Zone) -> Result<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) if !zone.is_utc() => {
            let instants = array.as_primitive::<TimestampMicrosecondType>().iter();
            let text = |instant: i64| text::format_timestamp(zone.local(instant));
            Arc::new(instants.map(|instant| instant.map(text)).collect::<StringArray>())
        }
        DataType::Float64 => {
            let doubles = array.as_primitive::<Float64Type>();
            Arc::new(doubles.iter().map(|value| value.map(lakesmith_value::format_double)).collect::<StringArray>())
        }
        DataType::Float32 => {
            let floats = array.as_primitive::<Float32Type>();
            Arc::new(floats.iter().map(|value| value.map(text::format_float)).collect::<StringArray>())
        }
        DataType::Date32 => {
            let dates = array.as_primitive::<Date32Type>();
            Arc::new(dates.iter().map(|days| days.map(text::format_date)).collect::<StringArray>())
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>();
            Arc::new(micros.iter().map(|micros| micros.map(text::format_timestamp)).collect::<StringArray>())
        }
        DataType::Binary => {
            let values = array.as_binary::<i32>().iter();
            Arc::new(values.map(|bytes| bytes.map(String::from_utf8_lossy)).collect::<StringArray>())
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let intervals = array.as_primitive::<IntervalMonthDayNanoType>().iter();
            Arc::new(intervals.map(|interval| interval.map(crate::interval::text_of)).collect::<StringArray>())
        }
        DataType::Struct(_) => structs(array, zone)?,
        DataType::List(_) => lists(array, zone)?,
        DataType::Map(..) => maps(array, zone)?,
        _ => cast_with_options(array, &DataType::Utf8, &CastOptions { safe: false, ..CastOptions::default() })?,
    })
}

/// The same values, decimals among them as the texts that `toString` of Java makes.
pub(crate) fn with_decimal_texts(array: &ArrayRef) -> Result<ArrayRef> {
    let retyped = |field: &FieldRef, values: &ArrayRef| {
        Arc::new(field.as_ref().clone().with_data_type(values.data_type().clone())) as FieldRef
    };
    Ok(match array.data_type() {
        DataType::Decimal128(_, scale) => {
            let values = array.as_primitive::<Decimal128Type>().iter();
            Arc::new(values.map(|value| Some(text::format_decimal(value?, *scale))).collect::<StringArray>())
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns().iter().map(with_decimal_texts).collect::<Result<Vec<_>>>()?;
            let fields = fields.iter().zip(&columns).map(|(field, column)| retyped(field, column)).collect();
            Arc::new(StructArray::try_new_with_length(fields, columns, array.nulls().cloned(), array.len())?)
        }
        DataType::List(item) => {
            let lists = array.as_list::<i32>();
            let values = with_decimal_texts(lists.values())?;
            let item = retyped(item, &values);
            Arc::new(ListArray::try_new(item, lists.offsets().clone(), values, lists.nulls().cloned())?)
        }
        DataType::Map(entry, ordered) => {
            let maps = array.as_map();
            let entries: ArrayRef = Arc::new(maps.entries().clone());
            let entries = with_decimal_texts(&entries)?;
            let (entry, nulls) = (retyped(entry, &entries), maps.nulls().cloned());
            Arc::new(MapArray::try_new(entry, maps.offsets().clone(), entries.as_struct().clone(), nulls, *ordered)?)
        }
        _ => Arc::clone(array),
    })
}

fn texts(array: &ArrayRef, zone: &Zone) -> Result<StringArray> {
    Ok(to_text_in(array, zone)?.as_string::<i32>().clone())
}

fn value(texts: &StringArray, row: usize) -> &str {
    if texts.is_null(row) { "null" } else { texts.value(row) }
}

fn structs(array: &ArrayRef, zone: &Zone) -> Result<ArrayRef> {
    let columns = array.as_struct().columns().iter().map(|column| texts(column, zone)).collect::<Result<Vec<_>>>()?;
    let row = |row: usize| {
        let values: Vec<&str> = columns.iter().map(|column| value(column, row)).collect();
        array.is_valid(row).then(|| format!("{{{}}}", values.join(", ")))
    };
    Ok(Arc::new((0..array.len()).map(row).collect::<StringArray>()))
}

fn lists(array: &ArrayRef, zone: &Zone) -> Result<ArrayRef> {
    let lists = array.as_list::<i32>();
    let items = texts(lists.values(), zone)?;
    let row = |row: usize| {
        let values: Vec<&str> = range(lists.value_offsets(), row).map(|item| value(&items, item)).collect();
        lists.is_valid(row).then(|| format!("[{}]", values.join(", ")))
    };
    Ok(Arc::new((0..lists.len()).map(row).collect::<StringArray>()))
}

fn maps(array: &ArrayRef, zone: &Zone) -> Result<ArrayRef> {
    let maps = array.as_map();
    let (keys, values) = (texts(maps.keys(), zone)?, texts(maps.values(), zone)?);
    let row = |row: usize| {
        let entries: Vec<String> = range(maps.value_offsets(), row)
            .map(|entry| format!("{} -> {}", value(&keys, entry), value(&values, entry)))
            .collect();
        maps.is_valid(row).then(|| format!("{{{}}}", entries.join(", ")))
    };
    Ok(Arc::new((0..maps.len()).map(row).collect::<StringArray>()))
}

/// The items of a row of a list or map.
pub(crate) fn range(offsets: &[i32], row: usize) -> std::ops::Range<usize> {
    let at = |index: usize| usize::try_from(offsets[index]).unwrap_or(0);
    at(row)..at(row + 1)
}

/// The literal of a day-time interval.
pub fn day_time_literal(micros: i64, start: DayTimeUnit, end: DayTimeUnit) -> String {
    day_time(micros, day_time_rank(start), day_time_rank(end))
}

/// The literal of a year-month interval.
pub fn year_month_literal(months: i32, start: YearMonthUnit, end: YearMonthUnit) -> String {
    year_month(months, year_rank(start), year_rank(end))
}

/// The numbers of the first and the last unit of an interval's type.
pub(crate) fn unit_ranks(data_type: &SparkType) -> Option<(i32, i32)> {
    match data_type {
        SparkType::DayTimeInterval { start, end } => Some((day_time_rank(*start), day_time_rank(*end))),
        SparkType::YearMonthInterval { start, end } => Some((year_rank(*start), year_rank(*end))),
        _ => None,
    }
}

/// An interval as its literal, with the units of its type.
pub fn interval_text(interval: Typed) -> Option<Result<Typed, Fault>> {
    let (units, kernel) = match &interval.data_type {
        SparkType::DayTimeInterval { start, end } => {
            ((day_time_rank(*start), day_time_rank(*end)), "spark_day_time_text")
        }
        SparkType::YearMonthInterval { start, end } => ((year_rank(*start), year_rank(*end)), "spark_year_month_text"),
        _ => return None,
    };
    let unit = |rank: i32| Typed::new(lit(rank), SparkType::Integer).with_nullable(false);
    let arguments = vec![interval, unit(units.0), unit(units.1)];
    Some(kernel::call(kernel, arguments, SparkType::STRING))
}

fn day_time_rank(unit: DayTimeUnit) -> i32 {
    match unit {
        DayTimeUnit::Day => 0,
        DayTimeUnit::Hour => 1,
        DayTimeUnit::Minute => 2,
        DayTimeUnit::Second => 3,
    }
}

fn year_rank(unit: YearMonthUnit) -> i32 {
    i32::from(unit == YearMonthUnit::Month)
}

fn day_time_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let units = (arguments[1].as_primitive::<Int32Type>(), arguments[2].as_primitive::<Int32Type>());
    let values = arguments[0].as_primitive::<DurationMicrosecondType>().iter().enumerate();
    let texts = values.map(|(row, micros)| micros.map(|m| day_time(m, units.0.value(row), units.1.value(row))));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

/// A day-time interval as its literal; units are numbered from DAY.
fn day_time(micros: i64, start: i32, end: i32) -> String {
    const NAMES: [&str; 4] = ["DAY", "HOUR", "MINUTE", "SECOND"];
    const SECONDS: [u64; 4] = [86_400, 3600, 60, 1];
    let sign = if micros < 0 { "-" } else { "" };
    let (mut rest, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let mut text = String::new();
    for unit in start..=end {
        let index = usize::try_from(unit).unwrap_or(0).min(3);
        let (number, separator) = (rest / SECONDS[index], if unit == 1 { " " } else { ":" });
        rest %= SECONDS[index];
        // writing to a String cannot fail
        let _ = match unit {
            _ if unit == start && unit == 0 => write!(text, "{number}"),
            _ if unit == start => write!(text, "{number:02}"),
            _ => write!(text, "{separator}{number:02}"),
        };
    }
    if end == 3 && fraction > 0 {
        let _ = write!(text, ".{}", format!("{fraction:06}").trim_end_matches('0'));
    }
    let name = |unit: i32| NAMES[usize::try_from(unit).unwrap_or(0).min(3)];
    let units = if start == end { name(start).to_owned() } else { format!("{} TO {}", name(start), name(end)) };
    format!("INTERVAL '{sign}{text}' {units}")
}

fn year_month_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let units = (arguments[1].as_primitive::<Int32Type>(), arguments[2].as_primitive::<Int32Type>());
    let values = arguments[0].as_primitive::<IntervalYearMonthType>().iter().enumerate();
    let texts = values.map(|(row, months)| months.map(|m| year_month(m, units.0.value(row), units.1.value(row))));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

fn year_month(months: i32, start: i32, end: i32) -> String {
    let (sign, size) = (if months < 0 { "-" } else { "" }, months.unsigned_abs());
    match (start, end) {
        (0, 0) => format!("INTERVAL '{sign}{}' YEAR", size / 12),
        (0, _) => format!("INTERVAL '{sign}{}-{}' YEAR TO MONTH", size / 12, size % 12),
        _ => format!("INTERVAL '{sign}{size}' MONTH"),
    }
}
