//! Hyperbolic functions and their inverses, and the reciprocals of the trigonometric ones.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::Float64Type;
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["acosh"], (1, 1), |call| real(call, "spark_acosh")),
    Function::scalar(&["asinh"], (1, 1), |call| real(call, "spark_asinh")),
    Function::scalar(&["atanh"], (1, 1), |call| real(call, "spark_atanh")),
    Function::scalar(&["cot"], (1, 1), |call| real(call, "spark_cot")),
    Function::scalar(&["csc"], (1, 1), |call| real(call, "spark_csc")),
    Function::scalar(&["sec"], (1, 1), |call| real(call, "spark_sec")),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_acosh", |a, _| each(a, f64::acosh)),
    ("spark_asinh", |a, _| each(a, asinh)),
    ("spark_atanh", |a, _| each(a, atanh)),
    ("spark_cot", |a, _| each(a, |value| 1.0 / value.tan())),
    ("spark_csc", |a, _| each(a, |value| 1.0 / value.sin())),
    ("spark_sec", |a, _| each(a, |value| 1.0 / value.cos())),
];

fn real(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, vec![argument(call, 0, &SparkType::Double)?], SparkType::Double)
}

fn each(arguments: &[ArrayRef], function: fn(f64) -> f64) -> Result<ArrayRef> {
    Ok(Arc::new(arguments[0].as_primitive::<Float64Type>().unary::<_, Float64Type>(function)))
}

/// By the textbook formula, whose rounding is Spark's.
fn atanh(value: f64) -> f64 {
    0.5 * (value.ln_1p() - (-value).ln_1p())
}

/// The square of a great number does not fit.
fn asinh(value: f64) -> f64 {
    match value.asinh() {
        infinite if infinite.is_infinite() && value.is_finite() => {
            (value.abs().ln() + std::f64::consts::LN_2).copysign(value)
        }
        fitting => fitting,
    }
}
