//! Operators on the bits of whole numbers.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int32Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int32Type, Int64Type};
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast, cast_array};
use crate::coercion::{common_type, implicit, is_integral, is_text};
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels};

/// The operators.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["&"], (2, 2), |call| both(call, "spark_bit_and")),
    Function::scalar(&["|"], (2, 2), |call| both(call, "spark_bit_or")),
    Function::scalar(&["^"], (2, 2), |call| both(call, "spark_bit_xor")),
    Function::scalar(&["~"], (1, 1), |call| {
        let value = whole(call, 0)?;
        let result = value.data_type.clone();
        kernel::call("spark_bit_not", vec![value], result)
    }),
    Function::scalar(&["shiftleft", "<<"], (2, 2), |call| shift(call, "spark_shiftleft")),
    Function::scalar(&["shiftright", ">>"], (2, 2), |call| shift(call, "spark_shiftright")),
    Function::scalar(&["shiftrightunsigned", ">>>"], (2, 2), |call| shift(call, "spark_shiftrightunsigned")),
    Function::scalar(&["bit_count"], (1, 1), |call| {
        let value = call.arguments[0].clone();
        let value = if value.data_type == SparkType::Boolean {
            cast(value, &SparkType::Integer, Mode::Ansi)?
        } else {
            whole(call, 0)?
        };
        let value = cast(value, &SparkType::Long, Mode::Ansi)?;
        kernel::call("spark_bit_count", vec![value], SparkType::Integer)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_bit_and", |a, t| each(a, t, |l, r| l & r)),
    ("spark_bit_count", bit_count_kernel),
    ("spark_bit_not", |a, t| each(&[Arc::clone(&a[0]), Arc::clone(&a[0])], t, |l, _| !l)),
    ("spark_bit_or", |a, t| each(a, t, |l, r| l | r)),
    ("spark_bit_xor", |a, t| each(a, t, |l, r| l ^ r)),
    ("spark_shiftleft", |a, t| shifted(a, t, i32::wrapping_shl, i64::wrapping_shl)),
    ("spark_shiftright", |a, t| shifted(a, t, i32::wrapping_shr, i64::wrapping_shr)),
    ("spark_shiftrightunsigned", shiftrightunsigned_kernel),
];

fn whole(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let value = call.arguments[index].clone();
    if is_integral(&value.data_type) {
        return Ok(value);
    }
    if value.data_type == SparkType::Null {
        return cast(value, &SparkType::Integer, Mode::Ansi);
    }
    Err(Fault::mismatch(format!("`{}` works on whole numbers, not on {}", call.name, value.data_type), Some(index)))
}

fn both(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let types = [0, 1].map(|index: usize| &call.arguments[index].data_type);
    let as_whole = |index: usize| match is_text(&call.arguments[index].data_type) && crate::rules::is_ansi() {
        true => cast(call.arguments[index].clone(), &SparkType::Long, Mode::Ansi),
        // NULL is of the other side's type
        false if *types[index] == SparkType::Null && is_integral(types[1 - index]) => {
            cast(call.arguments[index].clone(), types[1 - index], Mode::Ansi)
        }
        false => whole(call, index),
    };
    let (left, right) = (as_whole(0)?, as_whole(1)?);
    let common = common_type(&left.data_type, &right.data_type).unwrap_or(SparkType::Long);
    let arguments = vec![cast(left, &common, Mode::Ansi)?, cast(right, &common, Mode::Ansi)?];
    kernel::call(name, arguments, common)
}

fn each(arguments: &[ArrayRef], to: &DataType, operate: fn(i64, i64) -> i64) -> Result<ArrayRef> {
    let left = cast_array(&arguments[0], &DataType::Int64, Mode::Ansi)?;
    let right = cast_array(&arguments[1], &DataType::Int64, Mode::Ansi)?;
    let values = left.as_primitive::<Int64Type>().iter().zip(right.as_primitive::<Int64Type>());
    let values: ArrayRef = Arc::new(values.map(|(l, r)| Some(operate(l?, r?))).collect::<Int64Array>());
    cast_array(&values, to, Mode::Ansi)
}

/// INT and narrower numbers are shifted as INT.
fn shift(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let as_whole = |index: usize| match implicit(call.arguments[index].clone(), &SparkType::Integer) {
        Some(value) if !is_integral(&call.arguments[index].data_type) => value,
        _ => whole(call, index),
    };
    let (value, by) = (as_whole(0)?, as_whole(1)?);
    let result = if value.data_type == SparkType::Long { SparkType::Long } else { SparkType::Integer };
    let arguments = vec![cast(value, &result, Mode::Ansi)?, cast(by, &SparkType::Integer, Mode::Ansi)?];
    kernel::call(name, arguments, result)
}

fn shifted(
    arguments: &[ArrayRef],
    to: &DataType,
    narrow: fn(i32, u32) -> i32,
    wide: fn(i64, u32) -> i64,
) -> Result<ArrayRef> {
    let by = arguments[1].as_primitive::<Int32Type>();
    if *to == DataType::Int64 {
        let values = arguments[0].as_primitive::<Int64Type>().iter().zip(by);
        return Ok(Arc::new(values.map(|(v, by)| Some(wide(v?, by?.cast_unsigned()))).collect::<Int64Array>()));
    }
    let values = arguments[0].as_primitive::<Int32Type>().iter().zip(by);
    Ok(Arc::new(values.map(|(v, by)| Some(narrow(v?, by?.cast_unsigned()))).collect::<Int32Array>()))
}

fn shiftrightunsigned_kernel(a: &[ArrayRef], t: &DataType) -> Result<ArrayRef> {
    let narrow = |value: i32, by: u32| value.cast_unsigned().wrapping_shr(by).cast_signed();
    shifted(a, t, narrow, |value, by| value.cast_unsigned().wrapping_shr(by).cast_signed())
}

fn bit_count_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Int64Type>().iter();
    Ok(Arc::new(values.map(|value| value.map(|v| v.count_ones().cast_signed())).collect::<Int32Array>()))
}
