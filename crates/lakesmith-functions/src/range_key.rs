//! Keys of RANGE frames: a frame whose bound lies beyond the limits of its key's type is refused.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast_array};
use crate::coercion::is_integral;
use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels, refused};

/// The kernel.
pub(crate) const KERNELS: Kernels = &[
    ("spark_range_key", |a, t| checked(a, t, Beyond::Overflow)),
    ("spark_range_key_wrapping", |a, t| checked(a, t, Beyond::NotBuilt)),
];

/// What a bound beyond the limits is.
#[derive(Debug, Clone, Copy)]
enum Beyond {
    Overflow,
    /// Where ANSI mode is off Spark goes on with a bound at the other end of the type, and with rows that earlier frames left.
    NotBuilt,
}

/// The key of a frame whose bounds are so far from each row; the key itself where it is no whole number.
pub fn range_key(key: Typed, distances: &[i64]) -> Result<Typed, Fault> {
    if !is_integral(&key.data_type) || distances.is_empty() || !crate::rules::is_ansi() {
        return Ok(key);
    }
    of_distances("spark_range_key", key, distances)
}

/// The key of a frame where ANSI mode is off; `distances` are those of both bounds.
pub fn wrapping_range_key(key: Typed, distances: &[i64]) -> Result<Typed, Fault> {
    if !is_integral(&key.data_type) || distances.is_empty() || crate::rules::is_ansi() {
        return Ok(key);
    }
    of_distances("spark_range_key_wrapping", key, distances)
}

fn of_distances(name: &'static str, key: Typed, distances: &[i64]) -> Result<Typed, Fault> {
    let (data_type, nullable) = (key.data_type.clone(), key.nullable);
    let distances = distances.iter().map(|distance| Typed::new(lit(*distance), SparkType::Long).with_nullable(false));
    let arguments = std::iter::once(key).chain(distances).collect();
    Ok(kernel::call(name, arguments, data_type)?.with_nullable(nullable))
}

fn checked(arguments: &[ArrayRef], to: &DataType, beyond: Beyond) -> Result<ArrayRef> {
    let (least, most, condition) = match to {
        DataType::Int8 => (i64::from(i8::MIN), i64::from(i8::MAX), Condition::BINARY_ARITHMETIC_OVERFLOW),
        DataType::Int16 => (i64::from(i16::MIN), i64::from(i16::MAX), Condition::BINARY_ARITHMETIC_OVERFLOW),
        DataType::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX), Condition::ARITHMETIC_OVERFLOW),
        _ => (i64::MIN, i64::MAX, Condition::ARITHMETIC_OVERFLOW),
    };
    let keys = cast_array(&arguments[0], &DataType::Int64, Mode::Ansi)?;
    let keys = keys.as_primitive::<Int64Type>();
    for distances in &arguments[1..] {
        let distances = distances.as_primitive::<Int64Type>();
        let present = (0..keys.len()).filter(|row| keys.is_valid(*row) && distances.is_valid(*row));
        let fits = |row: usize| {
            let bound = keys.value(row).checked_add(distances.value(row));
            bound.is_some_and(|bound| (least..=most).contains(&bound))
        };
        if !present.into_iter().all(fits) {
            let condition = match beyond {
                Beyond::Overflow => condition,
                Beyond::NotBuilt => Condition::LAKESMITH_NOT_BUILT,
            };
            return Err(refused(condition, "a bound of the frame does not fit the type of the key"));
        }
    }
    Ok(Arc::clone(&arguments[0]))
}
