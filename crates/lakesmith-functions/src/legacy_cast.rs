//! What a cast does with values that do not fit while ANSI mode is off: whole numbers wrap around as Java's casts do, all else
//! is NULL.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, Int64Array, PrimitiveArray,
    TimestampMicrosecondArray, new_null_array,
};
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Fraction;

use crate::cast::{Mode, cast_array};
use crate::coercion::{is_integral, is_numeric, is_text};
use crate::kernel::texts;

/// Whether only this mode has a cast between two flat types.
pub(crate) fn is_castable(from: &SparkType, to: &SparkType) -> bool {
    match (from, to) {
        (SparkType::Timestamp, SparkType::Boolean) | (SparkType::Boolean, SparkType::Timestamp) => true,
        (SparkType::Date, to) => is_numeric(to) || *to == SparkType::Boolean,
        (from, SparkType::Binary) => is_integral(from),
        _ => false,
    }
}

/// Whether the cast of a value may be NULL, so that no key of a map can be cast so.
pub(crate) fn may_lose(from: &SparkType, to: &SparkType) -> bool {
    from != to && is_text(from) && !is_text(to) && *to != SparkType::Binary
        || matches!(from, SparkType::Timestamp | SparkType::Date) && is_numeric(to)
}

/// The cast of flat values where it differs from one that gives NULL for what does not fit.
pub(crate) fn cast_flat(array: &ArrayRef, to: &DataType) -> Result<Option<ArrayRef>> {
    Ok(Some(match (array.data_type(), to) {
        (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, to) if to.is_integer() => {
            let longs = texts(array)?;
            let longs = longs.iter().map(|text| lakesmith_value::parse_integer(text?, Fraction::Truncate));
            // what does not fit a narrow type is NULL here, and wraps around only from numbers
            cast_array(&(Arc::new(longs.collect::<Int64Array>()) as ArrayRef), to, Mode::Try)?
        }
        (from, to) if from.is_integer() && to.is_integer() => {
            let longs = cast_array(array, &DataType::Int64, Mode::Try)?;
            narrowed(longs.as_primitive::<Int64Type>(), to)
        }
        (from, to) if from.is_floating() && to.is_integer() => {
            let doubles = cast_array(array, &DataType::Float64, Mode::Try)?;
            let doubles = doubles.as_primitive::<Float64Type>();
            // casts of Rust stop at the bounds of their type and take NaN for 0, as Java's do
            let longs: Int64Array = match to {
                DataType::Int64 => doubles.unary(|value| value as i64),
                _ => doubles.unary(|value| i64::from(value as i32)),
            };
            narrowed(&longs, to)
        }
        (DataType::Decimal128(_, scale), to) if to.is_integer() => {
            let unit = 10i128.pow(u32::from(scale.unsigned_abs()));
            let values = array.as_primitive::<Decimal128Type>();
            let longs: Int64Array = values.unary(|value| (value / unit) as i64);
            narrowed(&longs, to)
        }
        (DataType::Timestamp(..), DataType::Boolean) => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().iter();
            Arc::new(micros.map(|micros| micros.map(|micros| micros != 0)).collect::<BooleanArray>())
        }
        (DataType::Boolean, DataType::Timestamp(_, zone)) => {
            let micros = array.as_boolean().iter().map(|value| value.map(i64::from));
            Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone_opt(zone.clone()))
        }
        (DataType::Date32, to) if to.is_numeric() || *to == DataType::Boolean => new_null_array(to, array.len()),
        (DataType::Int8, DataType::Binary) => bytes::<Int8Type>(array, |value| value.to_be_bytes().to_vec()),
        (DataType::Int16, DataType::Binary) => bytes::<Int16Type>(array, |value| value.to_be_bytes().to_vec()),
        (DataType::Int32, DataType::Binary) => bytes::<Int32Type>(array, |value| value.to_be_bytes().to_vec()),
        (DataType::Int64, DataType::Binary) => bytes::<Int64Type>(array, |value| value.to_be_bytes().to_vec()),
        _ => return Ok(None),
    }))
}

#[allow(clippy::cast_possible_truncation, reason = "the lowest bits are what Java keeps")]
fn narrowed(longs: &Int64Array, to: &DataType) -> ArrayRef {
    match to {
        DataType::Int8 => Arc::new(longs.unary::<_, Int8Type>(|value| value as i8)),
        DataType::Int16 => Arc::new(longs.unary::<_, Int16Type>(|value| value as i16)),
        DataType::Int32 => Arc::new(longs.unary::<_, Int32Type>(|value| value as i32)),
        _ => Arc::new(longs.clone()),
    }
}

fn bytes<T: ArrowPrimitiveType>(array: &ArrayRef, of: fn(T::Native) -> Vec<u8>) -> ArrayRef {
    let values: &PrimitiveArray<T> = array.as_primitive::<T>();
    Arc::new(values.iter().map(|value| value.map(of)).collect::<BinaryArray>())
}
