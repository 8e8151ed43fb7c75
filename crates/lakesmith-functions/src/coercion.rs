//! Which type values of different types meet in, and when a value is cast without being asked: Spark's ANSI rules.
//!
//! See <https://spark.apache.org/docs/latest/sql-ref-ansi-compliance.html#type-promotion-and-precedence>.

use lakesmith_unresolved::{SparkType, StructField};

use crate::cast::{Mode, cast};
use crate::function::{Fault, Typed};

const MAX_PRECISION: u8 = 38;

/// Whether a type is one of numbers.
pub fn is_numeric(data_type: &SparkType) -> bool {
    is_integral(data_type) || is_fractional(data_type) || matches!(data_type, SparkType::Decimal { .. })
}

/// Whether a type is one of whole numbers.
pub fn is_integral(data_type: &SparkType) -> bool {
    integral_rank(data_type).is_some()
}

fn is_fractional(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::Float | SparkType::Double)
}

/// Whether a type is one of text.
pub fn is_text(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::String { .. } | SparkType::Char(_) | SparkType::Varchar(_))
}

fn integral_rank(data_type: &SparkType) -> Option<u8> {
    match data_type {
        SparkType::Byte => Some(0),
        SparkType::Short => Some(1),
        SparkType::Integer => Some(2),
        SparkType::Long => Some(3),
        _ => None,
    }
}

/// Digits and scale that hold every value of a whole or decimal type.
pub fn as_decimal(data_type: &SparkType) -> Option<(u8, i8)> {
    match data_type {
        SparkType::Byte => Some((3, 0)),
        SparkType::Short => Some((5, 0)),
        SparkType::Integer => Some((10, 0)),
        SparkType::Long => Some((20, 0)),
        SparkType::Decimal { precision, scale } => Some((*precision, *scale)),
        _ => None,
    }
}

/// The narrowest type that holds values of both, as CASE, COALESCE, UNION, IN and comparisons need it.
pub fn common_type(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    if !crate::rules::is_ansi() {
        let is_simple = |data_type: &SparkType| {
            !matches!(
                data_type,
                SparkType::Array { .. }
                    | SparkType::Map { .. }
                    | SparkType::Struct(_)
                    | SparkType::Boolean
                    | SparkType::Binary
                    | SparkType::Variant
                    | SparkType::Null
            )
        };
        match (is_text(left), is_text(right)) {
            // by the old rules all that is not flags, bytes or nested meets a text as a text
            (true, false) if *right != SparkType::Null => return is_simple(right).then_some(SparkType::STRING),
            (false, true) if *left != SparkType::Null => return is_simple(left).then_some(SparkType::STRING),
            _ => {}
        }
    }
    if left == right {
        return Some(left.clone());
    }
    match (left, right) {
        (SparkType::Null, other) | (other, SparkType::Null) => return Some(other.clone()),
        (SparkType::Array { element: a, contains_null: m }, SparkType::Array { element: b, contains_null: n }) => {
            let element = Box::new(common_type(a, b)?);
            return Some(SparkType::Array { element, contains_null: *m || *n });
        }
        (
            SparkType::Map { key: k1, value: v1, value_contains_null: m },
            SparkType::Map { key: k2, value: v2, value_contains_null: n },
        ) => {
            let (key, value) = (Box::new(common_type(k1, k2)?), Box::new(common_type(v1, v2)?));
            return Some(SparkType::Map { key, value, value_contains_null: *m || *n });
        }
        (SparkType::Struct(a), SparkType::Struct(b)) => return common_struct(a, b),
        (SparkType::DayTimeInterval { start: a, end: b }, SparkType::DayTimeInterval { start: c, end: d }) => {
            return Some(SparkType::DayTimeInterval { start: *a.min(c), end: *b.max(d) });
        }
        (SparkType::YearMonthInterval { start: a, end: b }, SparkType::YearMonthInterval { start: c, end: d }) => {
            return Some(SparkType::YearMonthInterval { start: *a.min(c), end: *b.max(d) });
        }
        _ => {}
    }
    if is_numeric(left) && is_numeric(right) {
        return common_numeric(left, right);
    }
    if is_text(left) && is_text(right) {
        return Some(SparkType::STRING);
    }
    // a text meets another simple type in that type, and the widest of its kind
    let (text, other) = if is_text(left) { (true, right) } else { (is_text(right), left) };
    if text {
        return text_with(other);
    }
    match (left, right) {
        (SparkType::Date, SparkType::Timestamp) | (SparkType::Timestamp, SparkType::Date) => Some(SparkType::Timestamp),
        (SparkType::Date, SparkType::TimestampNtz) | (SparkType::TimestampNtz, SparkType::Date) => {
            Some(SparkType::TimestampNtz)
        }
        (SparkType::TimestampNtz, SparkType::Timestamp) | (SparkType::Timestamp, SparkType::TimestampNtz) => {
            Some(SparkType::Timestamp)
        }
        _ => None,
    }
}

/// The type that two values are compared in.
pub fn comparison_type(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    if is_nested(left) && is_nested(right) {
        return nested_type(left, right);
    }
    if crate::rules::is_ansi() || is_text(left) == is_text(right) {
        return common_type(left, right);
    }
    let other = if is_text(left) { right } else { left };
    match other {
        SparkType::Null => Some(SparkType::STRING),
        SparkType::Decimal { .. } => Some(SparkType::Double),
        SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_) | SparkType::Variant => None,
        SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } | SparkType::CalendarInterval => None,
        other => Some(other.clone()),
    }
}

fn is_nested(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_))
}

/// The type that nested values are compared in: their parts meet only where one type holds both.
fn nested_type(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    let common = common_type(left, right)?;
    let parts = |left: &SparkType, right: &SparkType| match is_nested(left) && is_nested(right) {
        true => nested_type(left, right).is_some(),
        false => crate::arrange::tightest(left, right).is_some(),
    };
    let fits = match (left, right) {
        (SparkType::Array { element: a, .. }, SparkType::Array { element: b, .. }) => parts(a, b),
        (SparkType::Struct(a), SparkType::Struct(b)) => a.iter().zip(b).all(|(a, b)| parts(&a.data_type, &b.data_type)),
        _ => true,
    };
    fits.then_some(common)
}

/// Whether the fields of structs have the same names wherever both types have structs.
fn has_same_names(left: &SparkType, right: &SparkType) -> bool {
    match (left, right) {
        (SparkType::Array { element: a, .. }, SparkType::Array { element: b, .. }) => has_same_names(a, b),
        (SparkType::Map { key: k1, value: v1, .. }, SparkType::Map { key: k2, value: v2, .. }) => {
            has_same_names(k1, k2) && has_same_names(v1, v2)
        }
        (SparkType::Struct(a), SparkType::Struct(b)) => {
            a.iter().zip(b).all(|(a, b)| a.name == b.name && has_same_names(&a.data_type, &b.data_type))
        }
        _ => true,
    }
}

/// [`common_type`], but by the old rules nothing meets a text that is none.
pub fn common_without_text(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    if mixes_text(left, right) && !crate::rules::is_ansi() { None } else { common_type(left, right) }
}

fn mixes_text(left: &SparkType, right: &SparkType) -> bool {
    match (left, right) {
        (SparkType::Null, _) | (_, SparkType::Null) => false,
        (SparkType::Array { element: a, .. }, SparkType::Array { element: b, .. }) => mixes_text(a, b),
        (SparkType::Map { key: k1, value: v1, .. }, SparkType::Map { key: k2, value: v2, .. }) => {
            mixes_text(k1, k2) || mixes_text(v1, v2)
        }
        (left, right) => is_text(left) != is_text(right),
    }
}

fn text_with(other: &SparkType) -> Option<SparkType> {
    match other {
        SparkType::Byte | SparkType::Short | SparkType::Integer | SparkType::Long => Some(SparkType::Long),
        SparkType::Float | SparkType::Double | SparkType::Decimal { .. } => Some(SparkType::Double),
        SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz | SparkType::Boolean | SparkType::Binary => {
            Some(other.clone())
        }
        _ => None,
    }
}

fn common_struct(left: &[StructField], right: &[StructField]) -> Option<SparkType> {
    if left.len() != right.len() {
        return None;
    }
    // structs of the same types meet whatever the names of their fields; others are converted by name
    let same_names = left.iter().zip(right).all(|(a, b)| a.name == b.name);
    let same_types = left.iter().zip(right).all(|(a, b)| a.data_type == b.data_type);
    if !same_names && !same_types {
        return None;
    }
    let fields = left.iter().zip(right).map(|(a, b)| {
        let data_type = common_type(&a.data_type, &b.data_type)?;
        Some(StructField { data_type, nullable: a.nullable || b.nullable, ..a.clone() })
    });
    fields.collect::<Option<Vec<_>>>().map(SparkType::Struct)
}

fn common_numeric(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    if let (Some(a), Some(b)) = (integral_rank(left), integral_rank(right)) {
        return Some(if a >= b { left.clone() } else { right.clone() });
    }
    if is_fractional(left) || is_fractional(right) {
        // by the old rules a FLOAT holds whole numbers
        let is_float = |own: &SparkType, other: &SparkType| {
            *own == SparkType::Float && (*other == SparkType::Float || !crate::rules::is_ansi() && is_integral(other))
        };
        let both_float = is_float(left, right) || is_float(right, left);
        return Some(if both_float { SparkType::Float } else { SparkType::Double });
    }
    let ((p1, s1), (p2, s2)) = (as_decimal(left)?, as_decimal(right)?);
    let scale = s1.max(s2);
    let whole = (i16::from(p1) - i16::from(s1)).max(i16::from(p2) - i16::from(s2));
    // whole digits are kept first
    let too_many = (whole + i16::from(scale) - i16::from(MAX_PRECISION)).max(0);
    let scale = i8::try_from((i16::from(scale) - too_many).max(0)).unwrap_or(scale);
    Some(bounded(whole + i16::from(scale), scale))
}

/// A decimal type whose digits are cut to what fits.
pub(crate) fn bounded(precision: i16, scale: i8) -> SparkType {
    let precision = u8::try_from(precision.clamp(1, i16::from(MAX_PRECISION))).unwrap_or(MAX_PRECISION);
    SparkType::Decimal { precision, scale: scale.min(38) }
}

/// A decimal type for a result of `precision` digits, `scale` of them after the point; when they do not fit, digits after the
/// point are given up first, but not below 6.
pub fn adjusted(precision: i16, scale: i16) -> SparkType {
    let max = i16::from(MAX_PRECISION);
    if precision <= max {
        return bounded(precision, i8::try_from(scale).unwrap_or(38));
    }
    let whole = precision - scale;
    let scale = (max - whole).max(scale.min(6));
    bounded(max, i8::try_from(scale).unwrap_or(38))
}

/// The type with NULLs allowed everywhere within.
pub fn with_nulls(data_type: &SparkType) -> SparkType {
    match data_type {
        SparkType::Array { element, .. } => {
            SparkType::Array { element: Box::new(with_nulls(element)), contains_null: true }
        }
        SparkType::Map { key, value, .. } => SparkType::Map {
            key: Box::new(with_nulls(key)),
            value: Box::new(with_nulls(value)),
            value_contains_null: true,
        },
        SparkType::Struct(fields) => {
            let nullable = |field: &StructField| StructField {
                data_type: with_nulls(&field.data_type),
                nullable: true,
                ..field.clone()
            };
            SparkType::Struct(fields.iter().map(nullable).collect())
        }
        other => other.clone(),
    }
}

/// The common type of all, or a fault that names the two that have none.
pub fn common_of<'a>(what: &str, types: impl IntoIterator<Item = &'a SparkType>) -> Result<SparkType, Fault> {
    let mut common = SparkType::Null;
    for (index, data_type) in types.into_iter().enumerate() {
        let met = common_type(&common, data_type).filter(|_| has_same_names(&common, data_type));
        common = met.ok_or_else(|| {
            Fault::mismatch(format!("{what} mixes values of type {common} and {data_type}"), Some(index))
                .with_help("cast the values to one type")
        })?;
    }
    Ok(common)
}

/// [`common_type`], but a FLOAT holds whole numbers.
fn common_value(left: &SparkType, right: &SparkType) -> Option<SparkType> {
    match (left, right) {
        (SparkType::Float, whole) | (whole, SparkType::Float) if is_integral(whole) => Some(SparkType::Float),
        (SparkType::Array { element: a, contains_null: m }, SparkType::Array { element: b, contains_null: n }) => {
            Some(SparkType::Array { element: Box::new(common_value(a, b)?), contains_null: *m || *n })
        }
        _ => common_type(left, right),
    }
}

/// The common type of values in one column, where no text becomes another type, or a fault that names the two that have none.
pub fn common_of_values<'a>(what: &str, types: impl IntoIterator<Item = &'a SparkType>) -> Result<SparkType, Fault> {
    let mut common = SparkType::Null;
    for (index, data_type) in types.into_iter().enumerate() {
        let met = if mixes_text(&common, data_type) { None } else { common_value(&common, data_type) };
        common = met.ok_or_else(|| {
            Fault::mismatch(format!("{what} mixes values of type {common} and {data_type}"), Some(index))
                .with_help("cast the values to one type")
        })?;
    }
    Ok(common)
}

/// The common type of operands of which one is the result, where no text becomes another type: in ANSI mode a FLOAT beside a whole
/// number is a DOUBLE.
pub fn common_of_operands<'a>(
    what: &str,
    types: impl Iterator<Item = &'a SparkType> + Clone,
) -> Result<SparkType, Fault> {
    let common = common_of_values(what, types.clone())?;
    let is_widened = crate::rules::is_ansi() && common == SparkType::Float && types.clone().any(is_integral);
    Ok(if is_widened { SparkType::Double } else { common })
}

/// A value as an argument of type `to`, if Spark casts it there without being asked.
pub fn implicit(value: Typed, to: &SparkType) -> Option<Result<Typed, Fault>> {
    let from = &value.data_type;
    let allowed = from == to
        || *from == SparkType::Null
        || is_text(to) && !matches!(from, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_))
        || is_numeric(from) && is_numeric(to)
        || is_text(from) && text_with(to).is_some()
        || matches!(from, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz)
            && matches!(to, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz);
    allowed.then(|| cast(value, to, Mode::Ansi))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(precision: u8, scale: i8) -> SparkType {
        SparkType::Decimal { precision, scale }
    }

    #[test]
    fn numbers_meet_in_the_narrowest_type_that_holds_both() {
        assert_eq!(common_type(&SparkType::Integer, &SparkType::Long), Some(SparkType::Long));
        assert_eq!(common_type(&SparkType::Integer, &decimal(4, 2)), Some(decimal(12, 2)));
        assert_eq!(common_type(&decimal(10, 2), &SparkType::Float), Some(SparkType::Double));
    }

    #[test]
    fn a_text_meets_a_number_as_a_number_and_a_struct_not_at_all() {
        assert_eq!(common_type(&SparkType::STRING, &SparkType::Integer), Some(SparkType::Long));
        assert_eq!(common_type(&SparkType::STRING, &SparkType::Struct(vec![])), None);
    }

    #[test]
    fn a_decimal_result_gives_up_digits_after_the_point_but_not_below_six() {
        assert_eq!(adjusted(23, 13), decimal(23, 13));
        assert_eq!(adjusted(59, 30), decimal(38, 9));
        assert_eq!(adjusted(77, 37), decimal(38, 6));
    }
}
