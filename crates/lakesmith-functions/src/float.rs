//! Fractions by their place in the order of all, for functions that compare bits, and NaN in one form.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type};
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast_array};
use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_fraction_of_rank", of_rank_kernel), ("spark_fraction_rank", rank_kernel)];

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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Float64Array;

    use super::*;

    #[test]
    fn places_are_in_the_order_of_values() {
        let values = vec![f64::NEG_INFINITY, -1.5, -0.0, 0.0, 1.5, f64::INFINITY, -f64::NAN];
        let array: ArrayRef = Arc::new(Float64Array::from(values.clone()));
        let places = rank_kernel(&[array], &DataType::Int64).unwrap();
        let found = places.as_primitive::<Int64Type>().values().to_vec();
        assert!(found.is_sorted());
        let back = of_rank_kernel(&[places], &DataType::Float64).unwrap();
        assert_eq!(back.as_primitive::<Float64Type>().values()[..6], values[..6]);
    }
}
