//! `assert_true` and `raise_error`: rows that end a query.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["assert_true"], (1, 2), assert_true),
    Function::scalar(&["raise_error"], (1, 1), |call| {
        let message = argument(call, 0, &SparkType::STRING)?;
        failing("spark_raise_error", vec![message])
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_assert_true", |arguments: &[ArrayRef], _| {
        let (conditions, messages) = (arguments[0].as_boolean(), texts(&arguments[1])?);
        let is_broken = |row: &usize| conditions.is_null(*row) || !conditions.value(*row);
        match (0..conditions.len()).find(is_broken) {
            Some(row) => Err(raised(messages.is_valid(row).then(|| messages.value(row)))),
            None => Ok(Arc::new(datafusion::arrow::array::NullArray::new(conditions.len()))),
        }
    }),
    ("spark_raise_error", |arguments, _| {
        let messages = texts(&arguments[0])?;
        match messages.is_empty() {
            true => Ok(new_null_array(&DataType::Null, 0)),
            false => Err(raised(messages.is_valid(0).then(|| messages.value(0)))),
        }
    }),
];

fn raised(message: Option<&str>) -> datafusion::common::DataFusionError {
    refused(Condition::USER_RAISED_EXCEPTION, message.unwrap_or("null"))
}

/// A call that is computed for each row even when its arguments are constants, so that no row means no error.
fn failing(name: &'static str, arguments: Vec<Typed>) -> Result<Typed, Fault> {
    Ok(kernel::call(name, arguments, SparkType::Null)?.with_nullable(true))
}

fn assert_true(call: &Call<'_>) -> Result<Typed, Fault> {
    let condition = call.arguments[0].clone();
    if !matches!(condition.data_type, SparkType::Boolean | SparkType::Null) {
        let title = format!("`assert_true` needs a condition, not a value of type {}", condition.data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    let condition = crate::cast::cast(condition, &SparkType::Boolean, crate::cast::Mode::Ansi)?;
    let message = match call.arguments.get(1) {
        Some(_) => argument(call, 1, &SparkType::STRING)?,
        None => Typed::new(lit("the condition of `assert_true` is not true"), SparkType::STRING).with_nullable(false),
    };
    failing("spark_assert_true", vec![condition, message])
}
