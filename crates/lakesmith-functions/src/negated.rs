//! The other sign of decimals. Spark computes it with 34 digits: a decimal that has more is rounded half to even, and may then have
//! a digit more than its type.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, DecimalType};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;

/// The digits that Spark computes with.
const DIGITS: u32 = 34;

/// Decimals that may have more digits than Spark computes with.
pub(crate) fn is_long(values: &ArrayRef) -> bool {
    matches!(values.data_type(), DataType::Decimal128(precision, _) if u32::from(*precision) > DIGITS)
}

/// Each value of long decimals with the other sign; of an absolute value only those below zero.
pub(crate) fn negated(values: &ArrayRef, only_negative: bool) -> Result<ArrayRef> {
    let decimals = values.as_primitive::<Decimal128Type>();
    let (precision, scale) = (decimals.precision(), decimals.scale());
    let turned = decimals.try_unary::<_, Decimal128Type, _>(|value| {
        if only_negative && value >= 0 {
            return Ok(value);
        }
        let turned = -rounded(value);
        match Decimal128Type::is_valid_decimal_precision(turned, precision) {
            true => Ok(turned),
            false => {
                let condition = Condition::NUMERIC_VALUE_OUT_OF_RANGE;
                let message = format!("{value} with the other sign, rounded to 34 digits, does not fit its type");
                Err(DataError { condition, message }.into_datafusion())
            }
        }
    })?;
    Ok(Arc::new(turned.with_precision_and_scale(precision, scale)?))
}

/// The number with its first 34 digits, half to even.
fn rounded(value: i128) -> i128 {
    let digits = value.unsigned_abs().checked_ilog10().map_or(1, |power| power + 1);
    if digits <= DIGITS {
        return value;
    }
    let unit = 10_i128.pow(digits - DIGITS);
    let (kept, rest) = (value / unit, (value % unit).abs());
    let is_up = match (2 * rest).cmp(&unit) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => kept % 2 != 0,
        std::cmp::Ordering::Greater => true,
    };
    (kept + if is_up { value.signum() } else { 0 }) * unit
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn more_than_34_digits_are_rounded_half_to_even() {
        for (value, expected) in [
            (12_345_678_901_234_567_890_123_456_789_012_344_999, 12_345_678_901_234_567_890_123_456_789_012_340_000),
            (12_345_678_901_234_567_890_123_456_789_012_345_000, 12_345_678_901_234_567_890_123_456_789_012_340_000),
            (12_345_678_901_234_567_890_123_456_789_012_345_001, 12_345_678_901_234_567_890_123_456_789_012_350_000),
            (12_345_678_901_234_567_890_123_456_789_012_355_000, 12_345_678_901_234_567_890_123_456_789_012_360_000),
            (99_999_999_999_999_999_999_999_999_999_999_999_999, 100_000_000_000_000_000_000_000_000_000_000_000_000),
            (9_999_999_999_999_999_999_999_999_999_999_999, 9_999_999_999_999_999_999_999_999_999_999_999),
            (0, 0),
        ] {
            assert_eq!(rounded(value), expected);
            assert_eq!(rounded(-value), -expected);
        }
    }
}
