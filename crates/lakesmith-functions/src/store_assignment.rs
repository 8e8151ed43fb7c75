//! Store assignment: how INSERT turns a value into one of the column's type, by Spark's policies.
//!
//! Between kinds of types (text to number, number to date) a statement must cast by itself; within a kind a value that does
//! not fit is an error at run time, which names the column. That is the ANSI policy, which holds unless the session has another;
//! ANSI mode has no say in it.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::{SparkType, StructField};

use crate::cast::{Mode, cast, cast_array, widens};
use crate::char_type;
use crate::coercion::{is_numeric, is_text};
use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};
use crate::rules::{self, Rules, StorePolicy};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_store", store_kernel)];

/// `value` as it is stored in a column of type `to`. A type that cannot be stored there is a fault.
pub fn store(value: Typed, to: &SparkType, column: &str) -> Result<Typed, Fault> {
    if matches!(to, SparkType::Char(_) | SparkType::Varchar(_)) {
        return char_type::stored(store(value, &SparkType::STRING, column)?, to, column);
    }
    let current = rules::current();
    match current.store {
        StorePolicy::Ansi => rules::within(&Rules { ansi: true, ..current }, || by_ansi(value, to, column)),
        StorePolicy::Strict if value.data_type != *to && !widens(&value.data_type, to) => {
            Err(unsafe_cast(&value.data_type, to, column))
        }
        StorePolicy::Strict => cast(value, to, Mode::Ansi),
        StorePolicy::Legacy => {
            let from = value.data_type.clone();
            cast(value, to, Mode::Legacy).map_err(|_| unsafe_cast(&from, to, column))
        }
    }
}

fn unsafe_cast(from: &SparkType, to: &SparkType, column: &str) -> Fault {
    let title = format!("a value of type {from} cannot be stored in `{column}` of type {to}");
    let fault = Fault::mismatch(title, None).with_help(format!("write the cast: `CAST(… AS {to})`"));
    Fault { condition: Condition::INCOMPATIBLE_DATA_FOR_TABLE_CANNOT_SAFELY_CAST, ..fault }
}

fn by_ansi(value: Typed, to: &SparkType, column: &str) -> Result<Typed, Fault> {
    if value.data_type == *to {
        return Ok(value);
    }
    if !can_store(&value.data_type, to) {
        return Err(unsafe_cast(&value.data_type, to, column));
    }
    if !may_overflow(&value.data_type, to) {
        return cast(value, to, Mode::Ansi);
    }
    // the cast is checked as one that Spark has; what it does with a value that does not fit is the kernel's
    cast(value.clone(), to, Mode::Ansi)?;
    let (from, nullable) = (value.data_type.to_string(), value.nullable);
    let named = |text: String| Typed { expr: lit(text), data_type: SparkType::STRING, nullable: false };
    let arguments = vec![value, named(column.to_owned()), named(from), named(to.to_string())];
    kernel::call("spark_store", arguments, to.clone()).map(|stored| stored.with_nullable(nullable))
}

/// Whether a value of one type can be stored in a column of another without an explicit cast.
pub fn can_store(from: &SparkType, to: &SparkType) -> bool {
    let temporal =
        |data_type: &SparkType| matches!(data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz);
    match (from, to) {
        (from, to) if from == to => true,
        (SparkType::Null, _) => true,
        (SparkType::Array { element: a, .. }, SparkType::Array { element: b, .. }) => can_store(a, b),
        (SparkType::Map { key: k1, value: v1, .. }, SparkType::Map { key: k2, value: v2, .. }) => {
            can_store(k1, k2) && can_store(v1, v2)
        }
        (SparkType::Struct(a), SparkType::Struct(b)) => {
            let pair = |(a, b): (&StructField, &StructField)| can_store(&a.data_type, &b.data_type);
            a.len() == b.len() && a.iter().zip(b).all(pair)
        }
        (SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_) | SparkType::Variant, _) => false,
        (_, to) if is_text(to) => true,
        (from, to) => is_numeric(from) && is_numeric(to) || temporal(from) && temporal(to),
    }
}

fn may_overflow(from: &SparkType, to: &SparkType) -> bool {
    is_numeric(from) && is_numeric(to)
}

fn store_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let overflows = |error: DataFusionError| {
        let text = |at: usize| arguments[at].as_string::<i32>().value(0).to_owned();
        let [column, from, into] = [text(1), text(2), text(3)];
        let message = format!("a value of type {from} does not fit column `{column}` of type {into}");
        let condition = Condition::CAST_OVERFLOW_IN_TABLE_INSERT;
        match find(&error) {
            Some(true) => DataFusionError::External(Box::new(DataError { condition, message })),
            _ => error,
        }
    };
    cast_array(&Arc::clone(&arguments[0]), to, Mode::Ansi).map_err(overflows)
}

/// Whether an error is a value that did not fit.
fn find(error: &DataFusionError) -> Option<bool> {
    match error {
        DataFusionError::External(inner) => Some(inner.downcast_ref::<DataError>().is_some()),
        DataFusionError::Shared(inner) => find(inner),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => find(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_types_do_not_mix_but_anything_plain_is_a_text() {
        let decimal = SparkType::Decimal { precision: 10, scale: 2 };
        for (from, to, expected) in [
            (SparkType::Long, SparkType::Integer, true),
            (SparkType::Double, decimal.clone(), true),
            (SparkType::STRING, SparkType::Integer, false),
            (SparkType::Boolean, SparkType::Integer, false),
            (SparkType::Boolean, SparkType::STRING, true),
            (SparkType::Integer, SparkType::Date, false),
            (SparkType::Timestamp, SparkType::Date, true),
            (SparkType::Null, SparkType::Date, true),
            (SparkType::array(SparkType::Long), SparkType::array(SparkType::Integer), true),
            (SparkType::array(SparkType::Long), SparkType::STRING, false),
        ] {
            assert_eq!(can_store(&from, &to), expected, "{from} in {to}");
        }
    }
}
