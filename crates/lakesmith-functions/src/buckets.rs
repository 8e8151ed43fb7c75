//! Functions of whole numbers: digits in another base, factorials, buckets of a histogram, single bits, places in bitmaps.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int8Array, Int64Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::cast::{Mode, cast, cast_array};
use crate::coercion::is_integral;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["factorial"], (1, 1), |call| {
        let number = argument(call, 0, &SparkType::Integer)?;
        Ok(kernel::call("spark_factorial", vec![number], SparkType::Long)?.with_nullable(true))
    }),
    Function::scalar(&["width_bucket"], (4, 4), width_bucket),
    Function::scalar(&["conv"], (3, 3), |call| {
        let arguments = vec![
            argument(call, 0, &SparkType::STRING)?,
            argument(call, 1, &SparkType::Integer)?,
            argument(call, 2, &SparkType::Integer)?,
        ];
        Ok(kernel::call("spark_conv", arguments, SparkType::STRING)?.with_nullable(true))
    }),
    Function::scalar(&["bit_get", "getbit"], (2, 2), bit_get),
    Function::scalar(&["bitmap_bit_position"], (1, 1), |call| bitmap(call, "spark_bitmap_bit_position")),
    Function::scalar(&["bitmap_bucket_number"], (1, 1), |call| bitmap(call, "spark_bitmap_bucket_number")),
    Function::scalar(&["bitmap_count"], (1, 1), |call| {
        let value = call.arguments[0].clone();
        if !matches!(value.data_type, SparkType::Binary | SparkType::Null) {
            let title = format!("`bitmap_count` counts the bits of BINARY, not of {}", value.data_type);
            return Err(Fault::mismatch(title, Some(0)));
        }
        let value = cast(value, &SparkType::Binary, Mode::Ansi)?;
        kernel::call("spark_bitmap_count", vec![value], SparkType::Long)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_bit_get", |arguments, _| {
        let (values, places) = (arguments[0].as_primitive::<Int64Type>(), arguments[1].as_primitive::<Int32Type>());
        let sizes = arguments[2].as_primitive::<Int32Type>();
        let rows = values.iter().zip(places).zip(sizes).map(|((value, place), size)| {
            let (Some(value), Some(place), Some(size)) = (value, place, size) else { return Ok(None) };
            if !(0..size).contains(&place) {
                let message = format!("a number of {size} bits has no bit {place}, they are counted from 0");
                return Err(refused(Condition::INVALID_PARAMETER_VALUE, message));
            }
            Ok(Some(i8::from(value >> place & 1 == 1)))
        });
        Ok(Arc::new(rows.collect::<Result<Int8Array>>()?))
    }),
    ("spark_bitmap_bit_position", |a, _| {
        each(a, |n| if n > 0 { (n - 1) % BITMAP_BITS } else { n.wrapping_neg() % BITMAP_BITS })
    }),
    ("spark_bitmap_bucket_number", |a, _| each(a, |n| if n > 0 { 1 + (n - 1) / BITMAP_BITS } else { n / BITMAP_BITS })),
    ("spark_bitmap_count", |arguments, _| {
        let bits = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(byte.count_ones())).sum::<i64>();
        let values = arguments[0].as_binary::<i32>().iter();
        Ok(Arc::new(values.map(|bytes| bytes.map(bits)).collect::<Int64Array>()))
    }),
    ("spark_conv", |a, t| conv(a, t, Mode::Ansi)),
    ("spark_legacy_conv", |a, t| conv(a, t, Mode::Legacy)),
    ("spark_factorial", |arguments, _| {
        let numbers = arguments[0].as_primitive::<Int32Type>().iter();
        let known = numbers.map(|number| number.filter(|number| (0..=20).contains(number)));
        Ok(Arc::new(
            known.map(|number| number.map(|number| (1..=i64::from(number)).product::<i64>())).collect::<Int64Array>(),
        ))
    }),
    ("spark_interval_units", |arguments, _| {
        let whole: ArrayRef = match arguments[0].data_type() {
            DataType::Duration(_) => cast_array(&arguments[0], &DataType::Int64, Mode::Ansi)?,
            _ => {
                let months = arguments[0].as_primitive::<datafusion::arrow::datatypes::IntervalYearMonthType>();
                Arc::new(months.unary::<_, Int64Type>(i64::from))
            }
        };
        cast_array(&whole, &DataType::Float64, Mode::Ansi)
    }),
    ("spark_width_bucket", bucket_kernel),
];

/// Bits of one bitmap: those of 4 KiB.
const BITMAP_BITS: i64 = 32_768;

fn bitmap(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, vec![argument(call, 0, &SparkType::Long)?], SparkType::Long)
}

fn each(arguments: &[ArrayRef], function: fn(i64) -> i64) -> Result<ArrayRef> {
    Ok(Arc::new(arguments[0].as_primitive::<Int64Type>().unary::<_, Int64Type>(function)))
}

/// `width_bucket(value, low, high, buckets)` of numbers or intervals.
fn width_bucket(call: &Call<'_>) -> Result<Typed, Fault> {
    let mut arguments = Vec::new();
    for index in 0..3 {
        let value = call.arguments[index].clone();
        arguments.push(match &value.data_type {
            SparkType::YearMonthInterval { .. } | SparkType::DayTimeInterval { .. } => in_units(value)?,
            _ => argument(call, index, &SparkType::Double)?,
        });
    }
    arguments.push(argument(call, 3, &SparkType::Long)?);
    Ok(kernel::call("spark_width_bucket", arguments, SparkType::Long)?.with_nullable(true))
}

/// An interval as its number of months or microseconds.
fn in_units(interval: Typed) -> Result<Typed, Fault> {
    kernel::call("spark_interval_units", vec![interval], SparkType::Double)
}

fn bucket_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let [values, lows, highs] = [0, 1, 2].map(|at: usize| arguments[at].as_primitive::<Float64Type>());
    let buckets = arguments[3].as_primitive::<Int64Type>();
    let rows = values.iter().zip(lows).zip(highs).zip(buckets);
    Ok(Arc::new(
        rows.map(|(((value, low), high), buckets)| bucket(value?, low?, high?, buckets?)).collect::<Int64Array>(),
    ))
}

/// The bucket from 1, 0 before the first and one more after the last; bounds that fall are counted from the higher one.
fn bucket(value: f64, low: f64, high: f64, buckets: i64) -> Option<i64> {
    if buckets <= 0 || buckets == i64::MAX || value.is_nan() || low == high || !low.is_finite() || !high.is_finite() {
        return None;
    }
    let (before, after, distance) = match low < high {
        true => (value < low, value >= high, value - low),
        false => (value > low, value <= high, low - value),
    };
    Some(match (before, after) {
        (true, _) => 0,
        (_, true) => buckets + 1,
        _ => (buckets as f64 * distance / (high - low).abs()) as i64 + 1,
    })
}

fn bit_get(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let bits = match &value.data_type {
        SparkType::Byte => 8,
        SparkType::Short => 16,
        SparkType::Integer | SparkType::Null => 32,
        data_type if is_integral(data_type) => 64,
        other => {
            return Err(Fault::mismatch(format!("`{}` works on whole numbers, not on {other}", call.name), Some(0)));
        }
    };
    let size = Typed::new(lit(bits), SparkType::Integer).with_nullable(false);
    let arguments = vec![cast(value, &SparkType::Long, Mode::Ansi)?, argument(call, 1, &SparkType::Integer)?, size];
    kernel::call("spark_bit_get", arguments, SparkType::Byte)
}

fn conv(arguments: &[ArrayRef], _to: &DataType, mode: Mode) -> Result<ArrayRef> {
    let numbers = texts(&arguments[0])?;
    let (from, to) = (arguments[1].as_primitive::<Int32Type>(), arguments[2].as_primitive::<Int32Type>());
    let mut made = StringBuilder::with_capacity(numbers.len(), numbers.value_data().len());
    for ((number, from), to) in numbers.iter().zip(from).zip(to) {
        match (number, from, to) {
            (Some(number), Some(from), Some(to)) => {
                made.append_option(converted(number.trim_matches(' '), from, to, mode)?);
            }
            _ => made.append_null(),
        }
    }
    Ok(Arc::new(made.finish()))
}

/// Digits of one base as digits of another. What follows the last digit is passed over; numbers are unsigned unless the new
/// base is negative.
fn converted(number: &str, from: i32, to: i32, mode: Mode) -> Result<Option<String>> {
    let (Ok(radix), base) = (u32::try_from(from), to.unsigned_abs()) else { return Ok(None) };
    if !(2..=36).contains(&radix) || !(2..=36).contains(&base) || number.is_empty() {
        return Ok(None);
    }
    let (negative, digits) = number.strip_prefix('-').map_or((false, number), |digits| (true, digits));
    let mut value = 0u64;
    for digit in digits.chars().map_while(|digit| digit.to_digit(radix)) {
        let next = value.checked_mul(u64::from(radix)).and_then(|value| value.checked_add(u64::from(digit)));
        value = next.or((mode == Mode::Legacy).then_some(u64::MAX)).ok_or_else(|| {
            refused(Condition::ARITHMETIC_OVERFLOW, format!("`{number}` in base {radix} has more than 64 bits"))
        })?;
    }
    let mut shows_sign = negative && to < 0;
    if negative && to > 0 {
        // a number of 64 bits stays what all of them set mean
        value = if value.cast_signed() < 0 { u64::MAX } else { value.wrapping_neg() };
    }
    if to < 0 && value.cast_signed() < 0 {
        value = value.wrapping_neg();
        shows_sign = true;
    }
    let mut text = Vec::with_capacity(64);
    loop {
        let digit = u32::try_from(value % u64::from(base)).unwrap_or(0);
        text.extend(char::from_digit(digit, base).map(|digit| digit.to_ascii_uppercase()));
        value /= u64::from(base);
        if value == 0 {
            break;
        }
    }
    Ok(Some(shows_sign.then_some('-').into_iter().chain(text.into_iter().rev()).collect()))
}
