//! Intervals times and by numbers, by intervals, and their size: results are whole months or microseconds, rounded half up.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DurationMicrosecondArray, Int64Array, IntervalYearMonthArray,
};
use datafusion::arrow::datatypes::{
    DataType, Decimal128Type, DurationMicrosecondType, Float64Type, Int64Type, IntervalYearMonthType,
};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::coercion::{is_integral, is_text};
use crate::function::{Fault, Typed};
use crate::interval::{DAYS_TO_SECONDS, YEARS_TO_MONTHS};
use crate::kernel::{self, Kernels, refused};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_divide_interval", |a, t| scaled_kernel(a, t, quotient)),
    ("spark_divide_intervals", ratio_kernel),
    ("spark_interval_of", |a, t| intervals(a[0].as_primitive::<Int64Type>().iter().collect(), t)),
    ("spark_interval_size", |a, _| Ok(Arc::new(sizes(&a[0]).into_iter().collect::<Int64Array>()))),
    ("spark_legacy_divide_intervals", legacy_ratio_kernel),
    ("spark_mean_interval", |a, t| scaled_kernel(a, t, quotient)),
    ("spark_multiply_interval", |a, t| scaled_kernel(a, t, product)),
    ("spark_multiply_interval_last", |a, t| scaled_kernel(a, t, product)),
    ("spark_number_of", counted_kernel),
    ("spark_trim_interval", trim_kernel),
    ("spark_try_divide_interval", |a, t| attempt(a, t, quotient)),
    ("spark_try_interval_of", |a, t| {
        let fits = |size: &i64| !matches!(t, DataType::Interval(_)) || i32::try_from(*size).is_ok();
        intervals(a[0].as_primitive::<Int64Type>().iter().map(|size| size.filter(fits)).collect(), t)
    }),
    ("spark_try_multiply_interval", |a, t| attempt(a, t, product)),
];

/// Whether a type is one of intervals of months or of microseconds.
pub(crate) fn is_interval(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::YearMonthInterval { .. } | SparkType::DayTimeInterval { .. })
}

/// An interval times a number in either order; `None` where neither is an interval.
pub(crate) fn times(left: &Typed, right: &Typed, mode: Mode) -> Option<Result<Typed, Fault>> {
    let (interval, number, name) = match (is_interval(&left.data_type), is_interval(&right.data_type), mode) {
        (true, _, Mode::Ansi) => (left, right, "spark_multiply_interval"),
        (_, true, Mode::Ansi) => (right, left, "spark_multiply_interval_last"),
        (true, _, Mode::Try) => (left, right, "spark_try_multiply_interval"),
        (_, true, Mode::Try) => (right, left, "spark_try_multiply_interval"),
        _ => return None,
    };
    Some(scaled(interval, number, name, "*"))
}

/// An interval by a number; `None` where neither is an interval.
pub(crate) fn by(left: &Typed, right: &Typed, mode: Mode) -> Option<Result<Typed, Fault>> {
    let name = if mode == Mode::Ansi { "spark_divide_interval" } else { "spark_try_divide_interval" };
    match (is_interval(&left.data_type), is_interval(&right.data_type)) {
        (true, false) => Some(scaled(left, right, name, "/")),
        (false, false) => None,
        _ => Some(Err(misfit(left, right, "/"))),
    }
}

/// The mean of intervals by their sum and their number; NULL of none.
pub(crate) fn mean(total: &Typed, count: &Typed, mode: Mode) -> Result<Typed, Fault> {
    let name = if mode == Mode::Ansi { "spark_mean_interval" } else { "spark_try_divide_interval" };
    scaled(total, count, name, "avg")
}

/// A number of units as an interval.
pub(crate) fn number_of(unit: &Typed, number: &Typed, mode: Mode) -> Result<Typed, Fault> {
    let name = if mode == Mode::Try { "spark_try_multiply_interval" } else { "spark_number_of" };
    scaled(unit, number, name, "cast")
}

/// How often an interval fits into another of its kind; `None` where neither is an interval.
pub(crate) fn whole(left: &Typed, right: &Typed) -> Option<Result<Typed, Fault>> {
    let kind = |value: &Typed| match value.data_type {
        SparkType::YearMonthInterval { .. } => 1,
        SparkType::DayTimeInterval { .. } => 2,
        SparkType::Null => 0,
        _ => 3,
    };
    match (kind(left), kind(right)) {
        (l, r) if !(1..=2).contains(&l) && !(1..=2).contains(&r) => None,
        (0, r) if r < 3 => whole(&cast(left.clone(), &right.data_type, Mode::Ansi).ok()?, right),
        (l, 0) if l < 3 => whole(left, &cast(right.clone(), &left.data_type, Mode::Ansi).ok()?),
        (l, r) if l == r => {
            let ratio = kernel::call("spark_divide_intervals", vec![left.clone(), right.clone()], SparkType::Long);
            Some(ratio.map(|ratio| ratio.with_nullable(true)))
        }
        _ => Some(Err(misfit(left, right, "div"))),
    }
}

/// The interval in other units of its kind: parts below the last unit are cut off.
pub(crate) fn trimmed(interval: Typed, to: &SparkType) -> Result<Typed, Fault> {
    let unit = match to {
        SparkType::YearMonthInterval { end, .. } => match end {
            lakesmith_unresolved::spark_type::YearMonthUnit::Year => 12,
            lakesmith_unresolved::spark_type::YearMonthUnit::Month => 1,
        },
        SparkType::DayTimeInterval { end, .. } => match end {
            lakesmith_unresolved::spark_type::DayTimeUnit::Day => 86_400_000_000,
            lakesmith_unresolved::spark_type::DayTimeUnit::Hour => 3_600_000_000,
            lakesmith_unresolved::spark_type::DayTimeUnit::Minute => 60_000_000,
            lakesmith_unresolved::spark_type::DayTimeUnit::Second => 1,
        },
        _ => 1i64,
    };
    if unit == 1 {
        return Ok(Typed { data_type: to.clone(), ..interval });
    }
    let unit = Typed::new(datafusion::logical_expr::lit(unit), SparkType::Long).with_nullable(false);
    kernel::call("spark_trim_interval", vec![interval, unit], to.clone())
}

/// The months or microseconds of an interval.
pub(crate) fn size(interval: Typed) -> Result<Typed, Fault> {
    kernel::call("spark_interval_size", vec![interval], SparkType::Long)
}

/// The interval of whole months or microseconds.
pub(crate) fn of_size(size: Typed, kind: &SparkType, mode: Mode) -> Result<Typed, Fault> {
    let name = if mode == Mode::Ansi { "spark_interval_of" } else { "spark_try_interval_of" };
    kernel::call(name, vec![size], kind.clone())
}

fn misfit(left: &Typed, right: &Typed, symbol: &str) -> Fault {
    Fault::mismatch(format!("`{symbol}` does not work on {} and {}", left.data_type, right.data_type), None)
}

fn scaled(interval: &Typed, number: &Typed, name: &str, symbol: &str) -> Result<Typed, Fault> {
    let number = match &number.data_type {
        data_type if is_integral(data_type) => cast(number.clone(), &SparkType::Long, Mode::Ansi)?,
        SparkType::Decimal { .. } => number.clone(),
        data_type
            if is_text(data_type) || matches!(data_type, SparkType::Float | SparkType::Double | SparkType::Null) =>
        {
            cast(number.clone(), &SparkType::Double, Mode::Ansi)?
        }
        _ => return Err(misfit(interval, number, symbol)),
    };
    let months = matches!(interval.data_type, SparkType::YearMonthInterval { .. });
    let result = if months { YEARS_TO_MONTHS } else { DAYS_TO_SECONDS };
    let nullable = interval.nullable || number.nullable || name.starts_with("spark_try_");
    Ok(kernel::call(name, vec![interval.clone(), number], result)?.with_nullable(nullable))
}

/// A number that an interval is multiplied or divided by.
#[derive(Clone, Copy)]
enum Factor {
    Whole(i64),
    /// An unscaled value and its scale.
    Decimal(i128, u32),
    Double(f64),
}

fn product(size: i64, factor: Factor) -> Result<i64> {
    let exact = match factor {
        Factor::Whole(number) => size.checked_mul(number),
        Factor::Decimal(unscaled, scale) => {
            i128::from(size).checked_mul(unscaled).zip(10i128.checked_pow(scale)).and_then(|(l, r)| halved_up(l, r))
        }
        Factor::Double(number) => rounded(size as f64 * number),
    };
    exact.ok_or_else(too_long)
}

fn quotient(size: i64, factor: Factor) -> Result<i64> {
    let zero = match factor {
        Factor::Whole(number) => number == 0,
        Factor::Decimal(unscaled, _) => unscaled == 0,
        Factor::Double(number) => number == 0.0,
    };
    if zero {
        return Err(refused(Condition::INTERVAL_DIVIDED_BY_ZERO, "an interval is divided by zero"));
    }
    let exact = match factor {
        Factor::Whole(number) => halved_up(i128::from(size), i128::from(number)),
        Factor::Decimal(unscaled, scale) => {
            let scaled = 10i128.checked_pow(scale).and_then(|power| i128::from(size).checked_mul(power));
            scaled.and_then(|scaled| halved_up(scaled, unscaled))
        }
        Factor::Double(number) => rounded(size as f64 / number),
    };
    exact.ok_or_else(too_long)
}

/// The quotient rounded half away from zero.
fn halved_up(left: i128, right: i128) -> Option<i64> {
    let (quotient, rest) = (left / right, left % right);
    let up = rest.unsigned_abs() * 2 >= right.unsigned_abs();
    let sign = if (left < 0) == (right < 0) { 1 } else { -1 };
    i64::try_from(if up && rest != 0 { quotient + sign } else { quotient }).ok()
}

fn rounded(value: f64) -> Option<i64> {
    let value = value.round();
    (value.is_finite() && value.abs() < i64::MAX as f64).then_some(value as i64)
}

fn too_long() -> datafusion::common::DataFusionError {
    refused(Condition::INTERVAL_ARITHMETIC_OVERFLOW, "the interval is too long for its type")
}

/// Months or microseconds of each row.
pub(crate) fn sizes(array: &ArrayRef) -> Vec<Option<i64>> {
    match array.data_type() {
        DataType::Interval(_) => {
            array.as_primitive::<IntervalYearMonthType>().iter().map(|m| m.map(i64::from)).collect()
        }
        _ => array.as_primitive::<DurationMicrosecondType>().iter().collect(),
    }
}

/// Intervals of a type from months or microseconds.
fn intervals(sizes: Vec<Option<i64>>, to: &DataType) -> Result<ArrayRef> {
    if !matches!(to, DataType::Interval(_)) {
        return Ok(Arc::new(DurationMicrosecondArray::from(sizes)));
    }
    let months = sizes.into_iter().map(|size| size.map(i32::try_from).transpose().map_err(|_| too_long()));
    Ok(Arc::new(months.collect::<Result<IntervalYearMonthArray>>()?))
}

fn factors(array: &ArrayRef) -> Vec<Option<Factor>> {
    match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().map(|number| number.map(Factor::Whole)).collect(),
        DataType::Decimal128(_, scale) => {
            let scale = u32::from(scale.unsigned_abs());
            let numbers = array.as_primitive::<Decimal128Type>().iter();
            numbers.map(|number| number.map(|unscaled| Factor::Decimal(unscaled, scale))).collect()
        }
        _ => array.as_primitive::<Float64Type>().iter().map(|number| number.map(Factor::Double)).collect(),
    }
}

fn scaled_kernel(arguments: &[ArrayRef], to: &DataType, of: fn(i64, Factor) -> Result<i64>) -> Result<ArrayRef> {
    let pairs = sizes(&arguments[0]).into_iter().zip(factors(&arguments[1]));
    let values = pairs.map(|(size, factor)| size.zip(factor).map(|(size, factor)| of(size, factor)).transpose());
    intervals(values.collect::<Result<Vec<_>>>()?, to)
}

/// As `scaled_kernel`, for a number that is cast.
fn counted_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let fits = |size: &i64| !matches!(to, DataType::Interval(_)) || i32::try_from(*size).is_ok();
    let overflow = || refused(Condition::CAST_OVERFLOW, "the number does not fit the interval");
    let pairs = sizes(&arguments[0]).into_iter().zip(factors(&arguments[1]));
    let values = pairs.map(|(size, factor)| {
        let value = size.zip(factor).map(|(size, factor)| product(size, factor).ok().filter(fits).ok_or_else(overflow));
        value.transpose()
    });
    intervals(values.collect::<Result<Vec<_>>>()?, to)
}

/// As `scaled_kernel`, NULL for what does not fit.
fn attempt(arguments: &[ArrayRef], to: &DataType, of: fn(i64, Factor) -> Result<i64>) -> Result<ArrayRef> {
    let fits = |size: &i64| !matches!(to, DataType::Interval(_)) || i32::try_from(*size).is_ok();
    let pairs = sizes(&arguments[0]).into_iter().zip(factors(&arguments[1]));
    let values = pairs.map(|(size, factor)| size.zip(factor).and_then(|(s, f)| of(s, f).ok()).filter(fits));
    intervals(values.collect(), to)
}

/// Ratios, with NULL for what is divided by zero.
fn legacy_ratio_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let pairs = sizes(&arguments[0]).into_iter().zip(sizes(&arguments[1]));
    let ratios = pairs.map(|pair| match pair {
        (Some(left), Some(right)) if right != 0 => Some(left.wrapping_div(right)),
        _ => None,
    });
    Ok(Arc::new(ratios.collect::<Int64Array>()))
}

fn ratio_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let pairs = sizes(&arguments[0]).into_iter().zip(sizes(&arguments[1]));
    let ratios = pairs.map(|pair| match pair {
        (Some(_), Some(0)) => Err(refused(Condition::DIVIDE_BY_ZERO, "an interval is divided by zero")),
        (Some(left), Some(right)) => {
            let ratio = left.checked_div(right);
            ratio.map(Some).ok_or_else(|| refused(Condition::ARITHMETIC_OVERFLOW, "the result does not fit its type"))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(ratios.collect::<Result<Int64Array>>()?))
}

fn trim_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let units = arguments[1].as_primitive::<Int64Type>();
    let sizes = sizes(&arguments[0]).into_iter().enumerate();
    let trimmed = sizes.map(|(row, size)| size.map(|size| size - size % units.value(row.min(units.len() - 1))));
    intervals(trimmed.collect(), to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_is_rounded_away_from_zero() {
        assert_eq!(quotient(-7, Factor::Whole(2)).unwrap(), -4);
        assert_eq!(quotient(7, Factor::Decimal(-20, 1)).unwrap(), -4);
        assert_eq!(product(3, Factor::Double(1.5)).unwrap(), 5);
        assert!(quotient(1, Factor::Double(0.0)).is_err());
    }
}
