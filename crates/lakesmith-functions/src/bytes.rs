//! Functions of texts that Spark has for BINARY too: they count bytes and give bytes.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Int32Array};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::cast::Mode;
use crate::cast::cast_array;
use crate::function::{Call, Fault, Typed};
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_concat_bytes", |a, _| concatenated(a)),
    ("spark_contains_bytes", |a, _| {
        each_pair(a, |all, part| part.is_empty() || all.windows(part.len()).any(|window| window == part))
    }),
    ("spark_endswith_bytes", |a, _| each_pair(a, |all, part| all.ends_with(part))),
    ("spark_length_bytes", lengths),
    ("spark_lpad_bytes", |a, _| padded(a, |bytes, fill| [fill, bytes].concat())),
    ("spark_reverse_bytes", |a, _| {
        let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
        Ok(Arc::new(bytes(&a[0])?.iter().map(|bytes| bytes.map(reversed)).collect::<BinaryArray>()))
    }),
    ("spark_rpad_bytes", |a, _| padded(a, |bytes, fill| [bytes, fill].concat())),
    ("spark_startswith_bytes", |a, _| each_pair(a, |all, part| all.starts_with(part))),
    ("spark_substring_bytes", |a, _| substring(a)),
];

/// Whether the first arguments of a call, as many as are said, are BINARY.
pub(crate) fn are_bytes(call: &Call<'_>, count: usize) -> bool {
    call.arguments.iter().take(count).all(|argument| argument.data_type == SparkType::Binary)
}

/// `octet_length` and `bit_length`: the bytes of a text or of BINARY, in units of which each byte has so many.
pub(crate) fn length(call: &Call<'_>, units: i32) -> Result<Typed, Fault> {
    let value = match call.arguments[0].data_type {
        SparkType::Binary => call.arguments[0].clone(),
        _ => argument(call, 0, &SparkType::STRING)?,
    };
    let units = Typed::new(lit(units), SparkType::Integer).with_nullable(false);
    kernel::call("spark_length_bytes", vec![value, units], SparkType::Integer)
}

/// `startswith`, `endswith` and `contains`.
pub(crate) fn test(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, call.arguments.clone(), SparkType::Boolean)
}

/// `lpad` and `rpad`, with zeros where nothing else is said.
pub(crate) fn pad(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let fill = match call.arguments.get(2) {
        Some(_) => argument(call, 2, &SparkType::Binary)?,
        None => Typed::new(lit(ScalarValue::Binary(Some(vec![0]))), SparkType::Binary).with_nullable(false),
    };
    let arguments = vec![call.arguments[0].clone(), argument(call, 1, &SparkType::Integer)?, fill];
    kernel::call(name, arguments, SparkType::Binary)
}

/// `substring` with a start and perhaps a length, and `left`, whose start is the first byte.
pub(crate) fn part(call: &Call<'_>) -> Result<Typed, Fault> {
    let number = |value: i32| Typed::new(lit(value), SparkType::Integer).with_nullable(false);
    let (start, length) = match (call.name, call.arguments.len()) {
        ("left", _) => (number(1), argument(call, 1, &SparkType::Integer)?),
        (_, 2) => (argument(call, 1, &SparkType::Integer)?, number(i32::MAX)),
        _ => (argument(call, 1, &SparkType::Integer)?, argument(call, 2, &SparkType::Integer)?),
    };
    kernel::call("spark_substring_bytes", vec![call.arguments[0].clone(), start, length], SparkType::Binary)
}

fn bytes(array: &ArrayRef) -> Result<BinaryArray> {
    Ok(cast_array(array, &DataType::Binary, Mode::Ansi)?.as_binary::<i32>().clone())
}

fn lengths(arguments: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (bytes, units) = (bytes(&arguments[0])?, arguments[1].as_primitive::<Int32Type>());
    let in_units = |(bytes, units): (Option<&[u8]>, Option<i32>)| {
        let length = i32::try_from(bytes?.len()).unwrap_or(i32::MAX);
        Some(length.saturating_mul(units?))
    };
    Ok(Arc::new(bytes.iter().zip(units).map(in_units).collect::<Int32Array>()))
}

/// The bytes of all columns one after the other; NULL where one is.
fn concatenated(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let columns = arguments.iter().map(bytes).collect::<Result<Vec<_>>>()?;
    let row = |row: usize| {
        let parts = columns.iter().map(|column| column.is_valid(row).then(|| column.value(row)));
        parts.collect::<Option<Vec<_>>>().map(|parts| parts.concat())
    };
    let rows = columns.first().map_or(0, |column| column.len());
    Ok(Arc::new((0..rows).map(row).collect::<BinaryArray>()))
}

fn each_pair(arguments: &[ArrayRef], test: impl Fn(&[u8], &[u8]) -> bool) -> Result<ArrayRef> {
    let (left, right) = (bytes(&arguments[0])?, bytes(&arguments[1])?);
    let values = left.iter().zip(&right).map(|(left, right)| Some(test(left?, right?)));
    Ok(Arc::new(values.collect::<BooleanArray>()))
}

fn padded(arguments: &[ArrayRef], join: fn(&[u8], &[u8]) -> Vec<u8>) -> Result<ArrayRef> {
    let (values, fills) = (bytes(&arguments[0])?, bytes(&arguments[2])?);
    let lengths = arguments[1].as_primitive::<Int32Type>();
    crate::string::refuse_long(lengths.iter().flatten().map(i64::from))?;
    let row = |row: usize| {
        if values.is_null(row) || fills.is_null(row) || lengths.is_null(row) {
            return None;
        }
        let (value, wanted) = (values.value(row), usize::try_from(lengths.value(row)).unwrap_or(0));
        if value.len() >= wanted {
            return Some(value[..wanted].to_vec());
        }
        let fill: Vec<u8> = fills.value(row).iter().copied().cycle().take(wanted - value.len()).collect();
        Some(join(value, &fill))
    };
    Ok(Arc::new((0..values.len()).map(row).collect::<BinaryArray>()))
}

fn substring(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let values = bytes(&arguments[0])?;
    let (starts, lengths) = (arguments[1].as_primitive::<Int32Type>(), arguments[2].as_primitive::<Int32Type>());
    let row = |row: usize| {
        if values.is_null(row) || starts.is_null(row) || lengths.is_null(row) {
            return None;
        }
        let value = values.value(row);
        let total = i64::try_from(value.len()).unwrap_or(i64::MAX);
        let begin = match i64::from(starts.value(row)) {
            start @ 1.. => start - 1,
            0 => 0,
            start => total + start,
        };
        let end = (begin + i64::from(lengths.value(row))).clamp(0, total);
        let [begin, end] = [begin.clamp(0, total), end].map(|at| usize::try_from(at).unwrap_or(0));
        Some(value.get(begin..end).unwrap_or_default().to_vec())
    };
    Ok(Arc::new((0..values.len()).map(row).collect::<BinaryArray>()))
}
