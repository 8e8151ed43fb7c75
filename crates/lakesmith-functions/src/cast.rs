//! CAST: explicit ones and those that coercion inserts.
//!
//! In ANSI mode a value that does not fit is an error with Spark's condition; in try mode it is NULL. Instants are read and
//! shown in the zone that a cast has as its second argument, in UTC where it has none.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int64Array, ListArray, MapArray, StringArray, StructArray, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, FieldRef, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;
use lakesmith_value::{Fraction, Zone};

use crate::cast_nullability::may_lose;
use crate::cast_text::{has_text, interval_text, to_text_in, with_decimal_texts};
use crate::coercion::{as_decimal, is_numeric, is_text};
use crate::double_decimal::DoubleDecimals;
use crate::function::{Call, Fault, Function, Typed};
use crate::interval_arithmetic;
use crate::kernel::{self, Kernels};
use crate::legacy_cast;
use crate::rules::{self, Rules};
use crate::text_value as text;

/// What happens to a value that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// An error.
    Ansi,
    /// NULL.
    Try,
    /// What Spark does while ANSI mode is off: whole numbers wrap around, all else is NULL.
    Legacy,
}

/// Casts written as calls: `int(x)`, `date(x)`.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["boolean"], (1, 1), |call| named(call, SparkType::Boolean)),
    Function::scalar(&["tinyint"], (1, 1), |call| named(call, SparkType::Byte)),
    Function::scalar(&["smallint"], (1, 1), |call| named(call, SparkType::Short)),
    Function::scalar(&["int"], (1, 1), |call| named(call, SparkType::Integer)),
    Function::scalar(&["bigint"], (1, 1), |call| named(call, SparkType::Long)),
    Function::scalar(&["float"], (1, 1), |call| named(call, SparkType::Float)),
    Function::scalar(&["double"], (1, 1), |call| named(call, SparkType::Double)),
    Function::scalar(&["decimal"], (1, 1), |call| named(call, SparkType::Decimal { precision: 10, scale: 0 })),
    Function::scalar(&["string"], (1, 1), |call| named(call, SparkType::STRING)),
    Function::scalar(&["binary"], (1, 1), |call| named(call, SparkType::Binary)),
    Function::scalar(&["date"], (1, 1), |call| named(call, SparkType::Date)),
    Function::scalar(&["timestamp"], (1, 1), |call| named(call, SparkType::Timestamp)),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_cast", ansi_kernel),
    ("spark_legacy_cast", legacy_kernel),
    ("spark_try_cast", try_kernel),
    ("spark_legacy_text", |a, _| to_text_in(&with_decimal_texts(&a[0])?, &rules::zone_at(a, 1)?)),
    ("spark_widen", ansi_kernel),
];

fn named(call: &Call<'_>, to: SparkType) -> Result<Typed, Fault> {
    cast(call.arguments[0].clone(), &to, Mode::Ansi)
}

/// `value` as type `to`; itself when it has that type.
///
/// Whether [`Mode::Ansi`] is what it says is the session's choice: with ANSI mode off it is [`Mode::Legacy`].
pub fn cast(value: Typed, to: &SparkType, mode: Mode) -> Result<Typed, Fault> {
    let mode = if mode == Mode::Ansi && !rules::is_ansi() { Mode::Legacy } else { mode };
    if value.data_type == *to {
        return Ok(value);
    }
    let nullable = value.nullable || may_lose(&value.data_type, to, mode);
    converted(value, to, mode).map(|cast| cast.with_nullable(nullable))
}

/// A value in another type.
fn converted(value: Typed, to: &SparkType, mode: Mode) -> Result<Typed, Fault> {
    // an interval of more units holds the same values
    let has_more_units = match (&value.data_type, to) {
        (SparkType::DayTimeInterval { start: a, end: b }, SparkType::DayTimeInterval { start: c, end: d }) => {
            c <= a && b <= d
        }
        (SparkType::YearMonthInterval { start: a, end: b }, SparkType::YearMonthInterval { start: c, end: d }) => {
            c <= a && b <= d
        }
        _ => false,
    };
    if has_more_units {
        return Ok(Typed { data_type: to.clone(), ..value });
    }
    if is_text(to)
        && let Some(text) = interval_text(value.clone())
    {
        return text;
    }
    match (&value.data_type, to) {
        (SparkType::DayTimeInterval { .. }, SparkType::DayTimeInterval { .. })
        | (SparkType::YearMonthInterval { .. }, SparkType::YearMonthInterval { .. }) => {
            return interval_arithmetic::trimmed(value, to);
        }
        _ => {}
    }
    if let Some(done) = crate::interval_cast::interval_cast(&value, to, mode) {
        return done;
    }
    if let Some(moment) = crate::moment_word::cast(&value, to) {
        return Ok(moment);
    }
    if let Some(done) = crate::nested_cast::by_parts(&value, to, mode) {
        return done;
    }
    if !is_castable(&value.data_type, to, mode) {
        let title = format!("a value of type {} cannot be cast to {to}", value.data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    if mode == Mode::Legacy && is_text(to) && has_decimal(&value.data_type) {
        return kernel::call("spark_legacy_text", vec![value], to.clone());
    }
    let widens = widens(&value.data_type, to);
    match mode {
        Mode::Ansi | Mode::Legacy if widens => kernel::call("spark_widen", vec![value], to.clone()),
        Mode::Ansi => kernel::call("spark_cast", vec![value], to.clone()),
        Mode::Try => kernel::call("spark_try_cast", vec![value], to.clone()),
        Mode::Legacy => kernel::call("spark_legacy_cast", vec![value], to.clone()),
    }
}

/// Whether a type is DECIMAL or has it among its parts.
fn has_decimal(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Decimal { .. } => true,
        SparkType::Array { element, .. } => has_decimal(element),
        SparkType::Map { key, value, .. } => has_decimal(key) || has_decimal(value),
        SparkType::Struct(fields) => fields.iter().any(|field| has_decimal(&field.data_type)),
        _ => false,
    }
}

/// Whether every value of one type fits the other, so that the cast cannot fail.
pub(crate) fn widens(from: &SparkType, to: &SparkType) -> bool {
    let rank = |data_type: &SparkType| match data_type {
        SparkType::Byte => Some(1),
        SparkType::Short => Some(2),
        SparkType::Integer => Some(3),
        SparkType::Long => Some(4),
        SparkType::Float | SparkType::Double => Some(5),
        _ => None,
    };
    *from == SparkType::Null
        || is_text(to)
        || matches!((rank(from), rank(to)), (Some(from), Some(to)) if from <= to)
        || matches!((as_decimal(from), as_decimal(to)), (Some((p1, s1)), Some((p2, s2)))
            if matches!(to, SparkType::Decimal { .. }) && s1 <= s2 && i16::from(p1) - i16::from(s1) <= i16::from(p2) - i16::from(s2))
        || matches!((from, to), (SparkType::Date, SparkType::Timestamp | SparkType::TimestampNtz))
}

/// Whether Spark has a cast between the types.
fn is_castable(from: &SparkType, to: &SparkType, mode: Mode) -> bool {
    let is_castable = |from: &SparkType, to: &SparkType| is_castable(from, to, mode);
    if mode == Mode::Legacy && legacy_cast::is_castable(from, to) {
        return true;
    }
    let temporal =
        |data_type: &SparkType| matches!(data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz);
    match (from, to) {
        (SparkType::Null, _) => true,
        (SparkType::Array { element: a, .. }, SparkType::Array { element: b, .. }) => a == b || is_castable(a, b),
        (SparkType::Map { key: k1, value: v1, .. }, SparkType::Map { key: k2, value: v2, .. }) => {
            let keeps_keys = mode != Mode::Legacy || !legacy_cast::may_lose(k1, k2);
            keeps_keys && (k1 == k2 || is_castable(k1, k2)) && (v1 == v2 || is_castable(v1, v2))
        }
        (SparkType::Struct(a), SparkType::Struct(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|(a, b)| a.data_type == b.data_type || is_castable(&a.data_type, &b.data_type))
        }
        (from, to) if is_text(to) => has_text(from),
        (from, to) if is_text(from) => {
            is_numeric(to) || temporal(to) || matches!(to, SparkType::Boolean | SparkType::Binary)
        }
        (from, to) if is_numeric(from) => is_numeric(to) || matches!(to, SparkType::Boolean | SparkType::Timestamp),
        (SparkType::Boolean, to) => is_numeric(to),
        (SparkType::Timestamp, to) if is_numeric(to) => true,
        (from, to) => temporal(from) && temporal(to),
    }
}

/// What clocks of a zone show at an instant, as a TIMESTAMP_NTZ.
pub(crate) fn local(instant: Typed, zone: &Zone) -> Result<Typed, Fault> {
    let arguments = vec![instant, rules::zone_value(zone)];
    kernel::call_as_is("spark_cast", arguments, SparkType::TimestampNtz)
}

fn ansi_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    cast_in(&arguments[0], to, Mode::Ansi, &rules::zone_at(arguments, 1)?)
}

fn try_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    cast_in(&arguments[0], to, Mode::Try, &rules::zone_at(arguments, 1)?)
}

/// Casts every value of an array as a session's rules have it; `None` where Spark has no such cast.
pub fn cast_under(array: &ArrayRef, from: &SparkType, to: &SparkType, rules: &Rules) -> Option<Result<ArrayRef>> {
    let mode = if rules.ansi { Mode::Ansi } else { Mode::Legacy };
    if !is_castable(from, to, mode) {
        return None;
    }
    let arrow = lakesmith_engine::arrow_type::to_arrow(to).ok()?;
    Some(cast_in(array, &arrow, mode, &rules.zone))
}

fn legacy_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    cast_in(&arguments[0], to, Mode::Legacy, &rules::zone_at(arguments, 1)?)
}

/// Values as clocks of a zone show them: every instant within them without its zone.
pub fn shown_in(array: &ArrayRef, zone: &Zone) -> Result<ArrayRef> {
    if zone.is_utc() {
        Ok(Arc::clone(array))
    } else {
        cast_in(array, &without_zone(array.data_type()), Mode::Ansi, zone)
    }
}

fn without_zone(data_type: &DataType) -> DataType {
    let field = |field: &FieldRef| Arc::new(field.as_ref().clone().with_data_type(without_zone(field.data_type())));
    match data_type {
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, None),
        DataType::List(element) => DataType::List(field(element)),
        DataType::Map(entries, sorted) => DataType::Map(field(entries), *sorted),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(field).collect()),
        other => other.clone(),
    }
}

/// Casts every value of an array, in UTC.
pub fn cast_array(array: &ArrayRef, to: &DataType, mode: Mode) -> Result<ArrayRef> {
    cast_in(array, to, mode, &Zone::default())
}

/// Casts every value of an array in a zone.
pub(crate) fn cast_in(array: &ArrayRef, to: &DataType, mode: Mode, zone: &Zone) -> Result<ArrayRef> {
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(Arc::clone(array)),
        (from, to) if mode == Mode::Legacy && !from.is_nested() && !to.is_nested() => {
            match legacy_cast::cast_flat(array, to)? {
                Some(cast) => Ok(cast),
                None => cast_in(array, to, Mode::Try, zone),
            }
        }
        (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, _) => {
            cast_text(&kernel::texts(array)?, to, mode, zone)
        }
        (_, DataType::Utf8) => to_text_in(array, zone),
        (DataType::Timestamp(unit, Some(_)), DataType::Timestamp(_, None) | DataType::Date32) if !zone.is_utc() => {
            let instants = array.as_primitive::<TimestampMicrosecondType>();
            let locals = instants.unary::<_, TimestampMicrosecondType>(|instant| zone.local(instant));
            let locals: ArrayRef = Arc::new(locals.with_timezone_opt(None::<Arc<str>>));
            debug_assert_eq!(*unit, TimeUnit::Microsecond);
            plain_cast(&locals, to, mode)
        }
        (DataType::Timestamp(_, None) | DataType::Date32, DataType::Timestamp(unit, Some(name))) if !zone.is_utc() => {
            let locals = plain_cast(array, &DataType::Timestamp(*unit, None), mode)?;
            let locals = locals.as_primitive::<TimestampMicrosecondType>();
            let instants = locals.unary::<_, TimestampMicrosecondType>(|local| zone.instant(local));
            Ok(Arc::new(instants.with_timezone_opt(Some(Arc::clone(name)))))
        }
        (DataType::List(_), DataType::List(field)) => {
            let lists = array.as_list::<i32>();
            let values = cast_in(lists.values(), field.data_type(), mode, zone)?;
            let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, nulls)?))
        }
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let rows = array.as_struct();
            let columns =
                rows.columns().iter().zip(fields).map(|(column, f)| cast_in(column, f.data_type(), mode, zone));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, rows.nulls().cloned())?))
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let maps = array.as_map();
            let rows: ArrayRef = Arc::new(maps.entries().clone());
            let rows = cast_in(&rows, entries.data_type(), mode, zone)?.as_struct().clone();
            let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
            Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, rows, nulls, *sorted)?))
        }
        (DataType::Timestamp(..), to) if to.is_numeric() => timestamp_to_number(array, to, mode),
        (from, DataType::Timestamp(TimeUnit::Microsecond, zone)) if from.is_numeric() => {
            number_to_timestamp(array, zone.clone(), mode)
        }
        (DataType::Decimal128(..), DataType::Boolean) => {
            let values = array.as_primitive::<Decimal128Type>().iter();
            Ok(Arc::new(values.map(|value| value.map(|value| value != 0)).collect::<BooleanArray>()))
        }
        (DataType::Float32, DataType::Decimal128(..)) => {
            cast_array(&plain_cast(array, &DataType::Float64, mode)?, to, mode)
        }
        (DataType::Float64, DataType::Decimal128(precision, scale)) => {
            let scaled = DoubleDecimals::new(*precision, *scale);
            let numbers = array.as_primitive::<Float64Type>();
            let values = numbers.iter().map(|number| match number {
                // a number without digits has no decimal
                Some(number) if !number.is_finite() => Ok(None),
                None => Ok(None),
                Some(number) => match scaled.of(number) {
                    None if mode == Mode::Ansi => {
                        let shown = lakesmith_value::format_double(number);
                        Err(refusal(Condition::NUMERIC_VALUE_OUT_OF_RANGE, &shown, to))
                    }
                    value => Ok(value),
                },
            });
            let values = Decimal128Array::from(values.collect::<Result<Vec<_>>>()?);
            Ok(Arc::new(values.with_precision_and_scale(*precision, *scale)?))
        }
        (DataType::Float32 | DataType::Float64, DataType::Int64) if mode != Mode::Legacy => {
            // 2^63 counts as the greatest number, as Java's comparison has it
            let doubles = plain_cast(array, &DataType::Float64, mode)?;
            let bound = i64::MAX as f64;
            let wholes = doubles.as_primitive::<Float64Type>().iter().map(|value| match value {
                Some(value) if !(value.floor() <= bound && value.ceil() >= -bound) => match mode {
                    Mode::Try | Mode::Legacy => Ok(None),
                    Mode::Ansi => Err(refusal(Condition::CAST_OVERFLOW, &lakesmith_value::format_double(value), to)),
                },
                value => Ok(value.map(|value| value as i64)),
            });
            Ok(Arc::new(wholes.collect::<Result<Int64Array>>()?))
        }
        (DataType::Boolean, DataType::Decimal128(..)) => {
            let numbers = plain_cast(array, &DataType::Int32, mode)?;
            plain_cast(&numbers, to, mode)
        }
        _ => plain_cast(array, to, mode),
    }
}

/// Whole seconds, rounded down; fractions and decimals keep the microseconds.
fn timestamp_to_number(array: &ArrayRef, to: &DataType, mode: Mode) -> Result<ArrayRef> {
    let micros = array.as_primitive::<TimestampMicrosecondType>();
    if to.is_floating() {
        let seconds: Float64Array = micros.unary(|micros| micros as f64 / 1e6);
        return plain_cast(&(Arc::new(seconds) as ArrayRef), to, mode);
    }
    if matches!(to, DataType::Decimal128(..)) {
        let seconds: Decimal128Array = micros.unary(i128::from);
        return plain_cast(&(Arc::new(seconds.with_precision_and_scale(20, 6)?) as ArrayRef), to, mode);
    }
    let seconds: Int64Array = micros.unary(|micros| micros.div_euclid(1_000_000));
    plain_cast(&(Arc::new(seconds) as ArrayRef), to, mode)
}

fn number_to_timestamp(array: &ArrayRef, zone: Option<Arc<str>>, mode: Mode) -> Result<ArrayRef> {
    let micros = match array.data_type() {
        from if from.is_integer() => plain_cast(array, &DataType::Int64, mode)?
            .as_primitive::<Int64Type>()
            .unary::<_, TimestampMicrosecondType>(|seconds| seconds.saturating_mul(1_000_000)),
        from if from.is_floating() => {
            let seconds = plain_cast(array, &DataType::Float64, mode)?;
            let micros = seconds.as_primitive::<Float64Type>().iter().map(|value| match value.map(|v| v * 1e6) {
                Some(micros) if !micros.is_finite() || micros.abs() >= 9.3e18 => match mode {
                    Mode::Try | Mode::Legacy => Ok(None),
                    Mode::Ansi => {
                        let invalid = micros.is_nan() || value.is_some_and(f64::is_infinite);
                        let condition = if invalid { Condition::CAST_INVALID_INPUT } else { Condition::CAST_OVERFLOW };
                        let to = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
                        Err(refusal(condition, &format!("{}", micros / 1e6), &to))
                    }
                },
                micros => Ok(micros.map(|micros| micros as i64)),
            });
            micros.collect::<Result<_>>()?
        }
        _ => {
            let micros = plain_cast(array, &DataType::Decimal128(38, 6), mode)?;
            let micros = micros.as_primitive::<Decimal128Type>().iter();
            micros.map(|value| value.and_then(|value| i64::try_from(value).ok())).collect()
        }
    };
    Ok(Arc::new(micros.with_timezone_opt(zone)))
}

fn plain_cast(array: &ArrayRef, to: &DataType, mode: Mode) -> Result<ArrayRef> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let cast = cast_with_options(array, to, &options)?;
    // an array of type NULL has no validity of its own, so its values do not count as lost
    let lost = array.data_type() != &DataType::Null && cast.null_count() > array.logical_null_count();
    if mode == Mode::Ansi && lost {
        let row = (0..array.len()).find(|row| array.is_valid(*row) && cast.is_null(*row)).unwrap_or(0);
        let value =
            to_text_in(&array.slice(row, 1), &Zone::default()).map(|text| text.as_string::<i32>().value(0).to_owned());
        let shown = value.unwrap_or_else(|_| "a value".into());
        let is_decimal = matches!(to, DataType::Decimal128(..));
        let condition = if is_decimal { Condition::NUMERIC_VALUE_OUT_OF_RANGE } else { Condition::CAST_OVERFLOW };
        return Err(refusal(condition, &shown, to));
    }
    Ok(cast)
}

fn refusal(condition: Condition, value: &str, to: &DataType) -> datafusion::common::DataFusionError {
    let target = lakesmith_engine::arrow_type::to_spark(to).map_or_else(|_| to.to_string(), |spark| spark.to_string());
    let shown = if value.is_empty() { "an empty text".to_owned() } else { format!("`{value}`") };
    let message = format!("{shown} cannot be cast to {target}; `try_cast` gives NULL instead");
    DataError { condition, message }.into_datafusion()
}

/// Reads each text by `parse`; one that it refuses is NULL or an error.
fn read<T>(
    texts: &StringArray,
    to: &DataType,
    mode: Mode,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>> {
    let values = texts.iter().map(|text| match text {
        None => Ok(None),
        Some(text) => match parse(text) {
            None if is_instant(to) && text::is_time_of_day(text) => {
                let message =
                    format!("`{text}` as a TIMESTAMP is not there yet: it is a time of the day that it is computed on");
                Err(kernel::refused(Condition::UNSUPPORTED_FEATURE, message))
            }
            None if mode == Mode::Ansi => Err(refusal(Condition::CAST_INVALID_INPUT, text, to)),
            value => Ok(value),
        },
    });
    values.collect()
}

fn is_instant(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(_, Some(_)))
}

fn cast_text(texts: &StringArray, to: &DataType, mode: Mode, own: &Zone) -> Result<ArrayRef> {
    Ok(match to {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            let limit = |value: &i64| match to {
                DataType::Int8 => i8::try_from(*value).is_ok(),
                DataType::Int16 => i16::try_from(*value).is_ok(),
                DataType::Int32 => i32::try_from(*value).is_ok(),
                _ => true,
            };
            let parse = |value: &str| lakesmith_value::parse_integer(value, Fraction::Refuse).filter(limit);
            let longs = read(texts, to, mode, parse)?;
            plain_cast(&(Arc::new(Int64Array::from(longs)) as ArrayRef), to, mode)?
        }
        DataType::Float64 => Arc::new(Float64Array::from(read(texts, to, mode, lakesmith_value::parse_double)?)),
        DataType::Float32 => {
            let floats = read(texts, to, mode, |value| {
                let wide = lakesmith_value::parse_double(value)?;
                // read anew, because a double rounded to a float is rounded twice
                let digits = lakesmith_value::trim_cast(value).trim_end_matches(['d', 'D', 'f', 'F']);
                Some(digits.parse::<f32>().unwrap_or(wide as f32))
            })?;
            Arc::new(Float32Array::from(floats))
        }
        DataType::Decimal128(precision, scale) => decimals(texts, (*precision, *scale), mode)?,
        DataType::Boolean => Arc::new(BooleanArray::from(read(texts, to, mode, lakesmith_value::parse_boolean)?)),
        DataType::Date32 => Arc::new(Date32Array::from(read(texts, to, mode, lakesmith_value::parse_date)?)),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let offset = |region: Option<&str>, local| text::offset_in(own, region, local);
            let micros = match zone {
                Some(_) => read(texts, to, mode, |value| lakesmith_value::parse_timestamp(value, offset))?,
                None => read(texts, to, mode, text::parse_local)?,
            };
            Arc::new(TimestampMicrosecondArray::from(micros).with_timezone_opt(zone.clone()))
        }
        DataType::Binary => Arc::new(texts.iter().map(|text| text.map(str::as_bytes)).collect::<BinaryArray>()),
        _ => plain_cast(&(Arc::new(texts.clone()) as ArrayRef), to, mode)?,
    })
}

/// Texts as decimals: one that is no number differs from one with too many digits.
fn decimals(texts: &StringArray, (precision, scale): (u8, i8), mode: Mode) -> Result<ArrayRef> {
    let to = DataType::Decimal128(precision, scale);
    let values = texts.iter().map(|shown| {
        let Some(shown) = shown else { return Ok(None) };
        let trimmed = lakesmith_value::trim_cast(shown);
        match text::parse_decimal(trimmed, precision, scale) {
            None if mode != Mode::Ansi => Ok(None),
            None if text::is_decimal(trimmed) => Err(refusal(Condition::NUMERIC_VALUE_OUT_OF_RANGE, shown, &to)),
            None => Err(refusal(Condition::CAST_INVALID_INPUT, shown, &to)),
            value => Ok(value),
        }
    });
    let values = Decimal128Array::from(values.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}
