//! Whether Spark says that the cast of a present value may be NULL. It asks the types alone: not the values, and not ANSI mode.

use lakesmith_unresolved::SparkType;

use crate::cast::Mode;
use crate::coercion::{as_decimal, is_integral, is_numeric, is_text};

/// What Spark says of a cast.
pub(crate) fn may_lose(from: &SparkType, to: &SparkType, mode: Mode) -> bool {
    match mode {
        Mode::Ansi | Mode::Legacy => may_be_null(from, to),
        Mode::Try => !is_safe(from, to),
    }
}

/// CAST: Spark's rule is older than ANSI mode, in which most of these are errors.
fn may_be_null(from: &SparkType, to: &SparkType) -> bool {
    use SparkType as T;
    match (from, to) {
        (T::Null, _) => false,
        (from, to) if from == to => false,
        (from, to) if is_text(from) => !is_text(to) && *to != T::Binary,
        (_, to) if is_text(to) => false,
        (T::Timestamp, T::Byte | T::Short | T::Integer) | (T::Float | T::Double, T::Timestamp) => true,
        (T::Timestamp, T::Date) | (T::Date, T::Timestamp) => false,
        (_, T::Date | T::CalendarInterval) | (T::Date, _) => true,
        (T::Boolean, T::Decimal { precision, scale }) => !holds((*precision, *scale), (1, 0)),
        (from, T::Decimal { precision, scale }) => {
            as_decimal(from).is_none_or(|digits| !holds((*precision, *scale), digits))
        }
        (T::Float | T::Double | T::Decimal { .. }, to) => is_integral(to),
        _ => false,
    }
}

/// `try_cast`: a type that holds all values of the other.
fn is_safe(from: &SparkType, to: &SparkType) -> bool {
    use SparkType as T;
    let keeps = |from_null: bool, to_null: bool| !from_null || to_null;
    match (from, to) {
        (T::Null, _) => true,
        (from, to) if from == to => true,
        (T::Array { element: a, contains_null: m }, T::Array { element: b, contains_null: n }) => {
            keeps(*m, *n) && is_safe(a, b)
        }
        (T::Map { key: j, value: a, value_contains_null: m }, T::Map { key: k, value: b, value_contains_null: n }) => {
            keeps(*m, *n) && is_safe(j, k) && is_safe(a, b)
        }
        (T::Struct(left), T::Struct(right)) => {
            let is_kept = |(a, b): (&lakesmith_unresolved::StructField, &lakesmith_unresolved::StructField)| {
                keeps(a.nullable, b.nullable) && is_safe(&a.data_type, &b.data_type)
            };
            left.len() == right.len() && left.iter().zip(right).all(is_kept)
        }
        (T::Array { .. } | T::Map { .. } | T::Struct(_), _) => false,
        (_, to) if is_text(to) => true,
        (from, T::Binary) => is_text(from),
        (T::Date, T::Timestamp | T::TimestampNtz)
        | (T::Timestamp, T::TimestampNtz | T::Long)
        | (T::TimestampNtz | T::Long, T::Timestamp)
        | (T::DayTimeInterval { .. }, T::DayTimeInterval { .. })
        | (T::YearMonthInterval { .. }, T::YearMonthInterval { .. }) => true,
        (T::Decimal { precision, scale }, to) if is_integral(to) => {
            as_decimal(to).is_some_and(|digits| holds(digits, (*precision, *scale)))
        }
        (from, T::Decimal { precision, scale }) => {
            as_decimal(from).is_some_and(|digits| holds((*precision, *scale), digits))
        }
        (from, to) => is_numeric(from) && matches!((rank(from), rank(to)), (Some(from), Some(to)) if from <= to),
    }
}

/// Whether one number of digits and of digits behind the point is room enough for another.
fn holds((precision, scale): (u8, i8), (digits, behind): (u8, i8)) -> bool {
    let whole = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
    whole(precision, scale) >= whole(digits, behind) && scale >= behind
}

fn rank(data_type: &SparkType) -> Option<u8> {
    use SparkType as T;
    let order = [T::Byte, T::Short, T::Integer, T::Long, T::Float, T::Double];
    order.iter().position(|known| known == data_type).and_then(|at| u8::try_from(at).ok())
}
