//! Fractions as they are compared: both zeros are one value, all NaN are one value and greater than every other.
//!
//! Arrow orders fractions by their bits. A comparison with a constant keeps the other side as it is, so that scans can use it.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Expr, Operator, lit};
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast_array};
use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_fraction_of_rank", of_rank_kernel),
    ("spark_fraction_rank", rank_kernel),
    ("spark_one_zero", |arguments, _| one_zero_array(&arguments[0])),
];

/// Whether values of a type hold fractions.
pub fn holds_fraction(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Float | SparkType::Double => true,
        SparkType::Array { element, .. } => holds_fraction(element),
        SparkType::Struct(fields) => fields.iter().any(|field| holds_fraction(&field.data_type)),
        _ => false,
    }
}

/// The value with zeros and NaN in one form each, so that equal values have equal bits.
pub fn one_zero(value: Typed) -> Result<Typed, Fault> {
    let (data_type, nullable) = (value.data_type.clone(), value.nullable);
    if !holds_fraction(&data_type) || is_one_zero(&value.expr) {
        return Ok(value);
    }
    Ok(kernel::call("spark_one_zero", vec![value], data_type)?.with_nullable(nullable))
}

/// Whether values that are equal to a constant have its bits.
pub(crate) fn has_one_form(constant: &ScalarValue) -> bool {
    match constant {
        ScalarValue::Float64(Some(number)) => *number != 0.0 && !number.is_nan(),
        ScalarValue::Float32(Some(number)) => *number != 0.0 && !number.is_nan(),
        ScalarValue::List(_) | ScalarValue::Struct(_) => false,
        _ => true,
    }
}

/// Whether the expression gives zeros in one form already.
fn is_one_zero(expr: &Expr) -> bool {
    match expr {
        Expr::ScalarFunction(call) => call.name() == "spark_one_zero",
        Expr::Literal(ScalarValue::Float64(Some(number)), _) => *number != 0.0,
        Expr::Literal(ScalarValue::Float32(Some(number)), _) => *number != 0.0,
        _ => false,
    }
}

/// The place of a fraction in the order of all: NaN last.
pub(crate) fn rank(value: Typed) -> Result<Typed, Fault> {
    kernel::call("spark_fraction_rank", vec![value], SparkType::Long)
}

/// The fraction at a place in the order.
pub(crate) fn of_rank(rank: Typed, data_type: &SparkType) -> Result<Typed, Fault> {
    kernel::call("spark_fraction_of_rank", vec![rank], data_type.clone())
}

/// Bits of a number with a sign as a number in the same order, and back.
fn in_order(bits: i64) -> i64 {
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

fn rank_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = one_nan(&cast_array(&arguments[0], &DataType::Float64, Mode::Ansi)?);
    let place = |value: f64| in_order(value.to_bits().cast_signed());
    Ok(Arc::new(values.as_primitive::<Float64Type>().unary::<_, Int64Type>(place)))
}

fn of_rank_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let value = |place: i64| f64::from_bits(in_order(place).cast_unsigned());
    let values: ArrayRef = Arc::new(arguments[0].as_primitive::<Int64Type>().unary::<_, Float64Type>(value));
    cast_array(&values, to, Mode::Ansi)
}

/// Both sides of a comparison, changed where bits would decide otherwise than values.
pub(crate) fn comparable(left: Typed, operator: Operator, right: Typed) -> Result<(Typed, Typed), Fault> {
    if !holds_fraction(&left.data_type) {
        return Ok((left, right));
    }
    let swapped = operator.swap().unwrap_or(operator);
    if let Some(bound) = bound(&right, operator) {
        return Ok((left, Typed { expr: bound, ..right }));
    }
    if let Some(bound) = bound(&left, swapped) {
        return Ok((Typed { expr: bound, ..left }, right));
    }
    Ok((one_zero(left)?, one_zero(right)?))
}

/// The constant that a value is compared with, zero with the sign that keeps both zeros on one side.
fn bound(constant: &Typed, operator: Operator) -> Option<Expr> {
    let number = match &constant.expr {
        Expr::Literal(ScalarValue::Float64(Some(number)), _) => *number,
        Expr::Literal(ScalarValue::Float32(Some(number)), _) => f64::from(*number),
        _ => return None,
    };
    if number != 0.0 && !number.is_nan() {
        return Some(constant.expr.clone());
    }
    let zero = match operator {
        Operator::Gt | Operator::LtEq if number == 0.0 => 0.0,
        Operator::Lt | Operator::GtEq if number == 0.0 => -0.0,
        _ => return None,
    };
    Some(if constant.data_type == SparkType::Float { lit(zero as f32) } else { lit(zero) })
}

/// The values with all NaN in one form: the sign that a processor gives them would decide their order.
pub(crate) fn one_nan(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float64 => {
            let one = |value: f64| if value.is_nan() { f64::NAN } else { value };
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(one))
        }
        DataType::Float32 => {
            let one = |value: f32| if value.is_nan() { f32::NAN } else { value };
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(one))
        }
        _ => Arc::clone(array),
    }
}

pub(crate) fn one_zero_array(array: &ArrayRef) -> Result<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Float64 => {
            let one = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(one))
        }
        DataType::Float32 => {
            let one = |value: f32| if value.is_nan() { f32::NAN } else { value + 0.0 };
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(one))
        }
        DataType::List(field) => {
            let lists = array.as_list::<i32>();
            let values = one_zero_array(lists.values())?;
            let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, nulls)?)
        }
        DataType::Struct(fields) => {
            let rows = array.as_struct();
            let columns = rows.columns().iter().map(one_zero_array).collect::<Result<Vec<_>>>()?;
            Arc::new(StructArray::try_new(fields.clone(), columns, rows.nulls().cloned())?)
        }
        _ => Arc::clone(array),
    })
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Float64Array;

    use super::*;

    #[test]
    fn zeros_and_nans_have_one_form() {
        let values: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 0.0, -f64::NAN, 1.5]));
        let one = one_zero_array(&values).unwrap();
        let bits: Vec<u64> = one.as_primitive::<Float64Type>().values().iter().map(|value| value.to_bits()).collect();
        assert_eq!(bits, [0, 0, f64::NAN.to_bits(), 1.5f64.to_bits()]);
    }
}
