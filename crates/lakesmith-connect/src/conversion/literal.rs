//! Constants that a client sends.
//!
//! A list, map or struct says its type in `data_type` (current clients), in its own message (older ones), or not at all, when it
//! follows from what it holds.

use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_unresolved::{Literal, SparkType};
use spark_connect_proto as proto;
use spark_connect_proto::expression::literal::{self as wire, LiteralType};

use super::{ConversionError, Depth, data_type};

/// A constant.
pub(super) fn literal(message: &proto::expression::Literal, depth: Depth) -> Result<Literal, ConversionError> {
    let Some(kind) = &message.literal_type else {
        return Err(ConversionError::OneOfNotSet {
            message: "spark.connect.Expression.Literal",
            field: "literal_type",
        });
    };
    let declared = data_type::optional(message.data_type.as_ref(), depth)?;
    match kind {
        LiteralType::Null(null) => null_of(null, declared, depth),
        LiteralType::Array(array) => array_of(array, declared, depth),
        LiteralType::Map(map) => map_of(map, declared, depth),
        LiteralType::Struct(fields) => struct_of(fields, declared, depth),
        LiteralType::SpecializedArray(array) => specialized(array, declared),
        LiteralType::YearMonthInterval(months) => year_month(*months, declared),
        LiteralType::DayTimeInterval(microseconds) => day_time(*microseconds, declared),
        scalar => {
            let value = scalar_of(scalar)?;
            agrees(&value, declared)?;
            Ok(value)
        }
    }
}

/// A constant that must be there.
pub(super) fn required(message: Option<&proto::expression::Literal>, depth: Depth) -> Result<Literal, ConversionError> {
    match message {
        Some(message) => depth.descend(|depth| literal(message, depth)),
        None => {
            Err(ConversionError::OneOfNotSet { message: "spark.connect.Expression.Literal", field: "literal_type" })
        }
    }
}

/// Constants in order.
pub(super) fn all(messages: &[proto::expression::Literal], depth: Depth) -> Result<Vec<Literal>, ConversionError> {
    messages.iter().map(|message| required(Some(message), depth)).collect()
}

fn scalar_of(kind: &LiteralType) -> Result<Literal, ConversionError> {
    Ok(match kind {
        LiteralType::Binary(bytes) => Literal::Binary(bytes.to_vec()),
        LiteralType::Boolean(value) => Literal::Boolean(*value),
        LiteralType::Byte(value) => Literal::Byte(i8::try_from(*value).map_err(|_| out_of_range("byte", value))?),
        LiteralType::Short(value) => Literal::Short(i16::try_from(*value).map_err(|_| out_of_range("short", value))?),
        LiteralType::Integer(value) => Literal::Integer(*value),
        LiteralType::Long(value) => Literal::Long(*value),
        LiteralType::Float(value) => Literal::Float(*value),
        LiteralType::Double(value) => Literal::Double(*value),
        LiteralType::Decimal(value) => decimal(value)?,
        LiteralType::String(value) => Literal::String(value.clone()),
        LiteralType::Date(days) => Literal::Date(*days),
        LiteralType::Timestamp(micros) => Literal::Timestamp(*micros),
        LiteralType::TimestampNtz(micros) => Literal::TimestampNtz(*micros),
        LiteralType::CalendarInterval(interval) => Literal::CalendarInterval {
            months: interval.months,
            days: interval.days,
            microseconds: interval.microseconds,
        },
        LiteralType::Time(time) => {
            Literal::Time { nanos: time.nano, precision: data_type::time_precision(time.precision)? }
        }
        LiteralType::TimestampNtzNanos(value) => {
            data_type::nine_digits(value.precision, "timestamp_ntz_nanos")?;
            Literal::TimestampNanos { nanos: nanos(value.epoch_micros, value.nanos_within_micro), zoned: false }
        }
        LiteralType::TimestampLtzNanos(value) => {
            data_type::nine_digits(value.precision, "timestamp_ltz_nanos")?;
            Literal::TimestampNanos { nanos: nanos(value.epoch_micros, value.nanos_within_micro), zoned: true }
        }
        LiteralType::Null(_)
        | LiteralType::Array(_)
        | LiteralType::Map(_)
        | LiteralType::Struct(_)
        | LiteralType::SpecializedArray(_)
        | LiteralType::YearMonthInterval(_)
        | LiteralType::DayTimeInterval(_) => {
            return Err(ConversionError::LiteralKind { kind: "within a scalar".into() });
        }
    })
}

fn nanos(micros: i64, within: i32) -> i128 {
    i128::from(micros) * 1000 + i128::from(within)
}

fn out_of_range(kind: &str, value: &i32) -> ConversionError {
    ConversionError::LiteralKind { kind: format!("{value} of type {kind}") }
}

/// Refuses a declared type that is not the value's own. Lengths and collations of strings need a cast.
fn agrees(value: &Literal, declared: Option<SparkType>) -> Result<(), ConversionError> {
    let own = type_of(value);
    match declared {
        Some(declared) if declared != own => Err(mismatch(&declared, kind_of(value))),
        _ => Ok(()),
    }
}

fn mismatch(declared: &SparkType, literal: &'static str) -> ConversionError {
    ConversionError::LiteralType { data_type: declared.to_string(), literal }
}

/// A decimal from text such as `-1.50` or `1E+3`, with at least the precision and scale that were sent along.
fn decimal(message: &wire::Decimal) -> Result<Literal, ConversionError> {
    let refuse = || ConversionError::LiteralKind { kind: format!("decimal `{}`", message.value) };
    let (digits, exponent) = message.value.split_once(['e', 'E']).unwrap_or((&message.value, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let unscaled: i128 = format!("{whole}{fraction}").parse().map_err(|_| refuse())?;
    let exponent: i32 = exponent.parse().map_err(|_| refuse())?;
    let own_scale = i32::try_from(fraction.len()).ok().and_then(|length| length.checked_sub(exponent));
    let own_scale = own_scale.ok_or_else(refuse)?;
    let scale = own_scale.max(message.scale.unwrap_or(0)).max(0);
    let shift = scale.checked_sub(own_scale).and_then(|shift| u32::try_from(shift).ok()).ok_or_else(refuse)?;
    let unscaled = 10i128.checked_pow(shift).and_then(|power| unscaled.checked_mul(power)).ok_or_else(refuse)?;
    let length = i32::try_from(unscaled.unsigned_abs().to_string().len()).map_err(|_| refuse())?;
    let precision = length.max(scale).max(message.precision.unwrap_or(0));
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) => Ok(Literal::Decimal { unscaled, precision, scale }),
        _ => Err(refuse()),
    }
}

fn null_of(null: &proto::DataType, declared: Option<SparkType>, depth: Depth) -> Result<Literal, ConversionError> {
    match declared {
        Some(declared) => Ok(Literal::Null(declared)),
        None => data_type::required(Some(null), depth).map(Literal::Null),
    }
}

fn year_month(months: i32, declared: Option<SparkType>) -> Result<Literal, ConversionError> {
    match declared {
        None => Ok(Literal::YearMonthInterval { months, start: YearMonthUnit::Year, end: YearMonthUnit::Month }),
        Some(SparkType::YearMonthInterval { start, end }) => Ok(Literal::YearMonthInterval { months, start, end }),
        Some(other) => Err(mismatch(&other, "year_month_interval")),
    }
}

fn day_time(microseconds: i64, declared: Option<SparkType>) -> Result<Literal, ConversionError> {
    match declared {
        None => Ok(Literal::DayTimeInterval { microseconds, start: DayTimeUnit::Day, end: DayTimeUnit::Second }),
        Some(SparkType::DayTimeInterval { start, end }) => Ok(Literal::DayTimeInterval { microseconds, start, end }),
        Some(other) => Err(mismatch(&other, "day_time_interval")),
    }
}

#[allow(deprecated, reason = "older clients send the type in the message")]
fn array_of(array: &wire::Array, declared: Option<SparkType>, depth: Depth) -> Result<Literal, ConversionError> {
    let values = all(&array.elements, depth)?;
    let element = match declared {
        Some(SparkType::Array { element, .. }) => Some(*element),
        Some(other) => return Err(mismatch(&other, "array")),
        None => data_type::optional(array.element_type.as_ref(), depth)?.or_else(|| common_type(&values)),
    };
    let element = element.ok_or(ConversionError::ArrayLiteralType)?;
    Ok(Literal::Array { element, values })
}

#[allow(deprecated, reason = "older clients send the types in the message")]
fn map_of(map: &wire::Map, declared: Option<SparkType>, depth: Depth) -> Result<Literal, ConversionError> {
    let (keys, values) = (all(&map.keys, depth)?, all(&map.values, depth)?);
    if keys.len() != values.len() {
        let text = format!("a map literal has {} keys and {} values", keys.len(), values.len());
        return Err(ConversionError::Assertion { text });
    }
    let types = match declared {
        Some(SparkType::Map { key, value, .. }) => Some((*key, *value)),
        Some(other) => return Err(mismatch(&other, "map")),
        None => {
            let key = data_type::optional(map.key_type.as_ref(), depth)?.or_else(|| common_type(&keys));
            key.zip(data_type::optional(map.value_type.as_ref(), depth)?.or_else(|| common_type(&values)))
        }
    };
    let (key, value) = types.ok_or(ConversionError::MapLiteralType)?;
    Ok(Literal::Map { key, value, entries: keys.into_iter().zip(values).collect() })
}

#[allow(deprecated, reason = "older clients send the type in the message")]
fn struct_of(fields: &wire::Struct, declared: Option<SparkType>, depth: Depth) -> Result<Literal, ConversionError> {
    let values = all(&fields.elements, depth)?;
    let data_type = match declared {
        Some(declared) => Some(declared),
        None => data_type::optional(fields.struct_type.as_ref(), depth)?,
    };
    match data_type {
        Some(data_type) => match &data_type {
            SparkType::Struct(types) if types.len() == values.len() => Ok(Literal::Struct { data_type, values }),
            _ => Err(mismatch(&data_type, "struct")),
        },
        None => Err(ConversionError::StructLiteralType),
    }
}

fn specialized(array: &wire::SpecializedArray, declared: Option<SparkType>) -> Result<Literal, ConversionError> {
    use wire::specialized_array::ValueType;
    let (own, values): (_, Vec<Literal>) = match &array.value_type {
        Some(ValueType::Bools(list)) => {
            (SparkType::Boolean, list.values.iter().copied().map(Literal::Boolean).collect())
        }
        Some(ValueType::Ints(list)) => {
            (SparkType::Integer, list.values.iter().copied().map(Literal::Integer).collect())
        }
        Some(ValueType::Longs(list)) => (SparkType::Long, list.values.iter().copied().map(Literal::Long).collect()),
        Some(ValueType::Floats(list)) => (SparkType::Float, list.values.iter().copied().map(Literal::Float).collect()),
        Some(ValueType::Doubles(list)) => {
            (SparkType::Double, list.values.iter().copied().map(Literal::Double).collect())
        }
        Some(ValueType::Strings(list)) => {
            (SparkType::STRING, list.values.iter().cloned().map(Literal::String).collect())
        }
        None => {
            let message = "spark.connect.Expression.Literal.SpecializedArray";
            return Err(ConversionError::OneOfNotSet { message, field: "value_type" });
        }
    };
    match declared {
        Some(SparkType::Array { element, .. }) if *element != own => Err(mismatch(&element, "specialized_array")),
        Some(other) if !matches!(other, SparkType::Array { .. }) => Err(mismatch(&other, "specialized_array")),
        _ => Ok(Literal::Array { element: own, values }),
    }
}

/// The type of the values, when there are any and those that are not NULL have one type.
fn common_type(values: &[Literal]) -> Option<SparkType> {
    let mut types = values.iter().map(type_of).filter(|own| *own != SparkType::Null);
    match types.next() {
        Some(first) => types.all(|other| other == first).then_some(first),
        None => (!values.is_empty()).then_some(SparkType::Null),
    }
}

/// The type of a constant by itself.
fn type_of(value: &Literal) -> SparkType {
    match value {
        Literal::Null(data_type) | Literal::Typed { data_type, .. } | Literal::Struct { data_type, .. } => {
            data_type.clone()
        }
        Literal::Boolean(_) => SparkType::Boolean,
        Literal::Byte(_) => SparkType::Byte,
        Literal::Short(_) => SparkType::Short,
        Literal::Integer(_) => SparkType::Integer,
        Literal::Long(_) => SparkType::Long,
        Literal::Float(_) => SparkType::Float,
        Literal::Double(_) => SparkType::Double,
        Literal::Decimal { precision, scale, .. } => SparkType::Decimal { precision: *precision, scale: *scale },
        Literal::String(_) => SparkType::STRING,
        Literal::Binary(_) => SparkType::Binary,
        Literal::Date(_) => SparkType::Date,
        Literal::Timestamp(_) => SparkType::Timestamp,
        Literal::TimestampNtz(_) | Literal::Moment(_) => SparkType::TimestampNtz,
        Literal::TimestampNanos { zoned: true, .. } => SparkType::TimestampLtzNanos,
        Literal::TimestampNanos { zoned: false, .. } => SparkType::TimestampNtzNanos,
        Literal::Time { precision, .. } => SparkType::Time(*precision),
        Literal::CalendarInterval { .. } => SparkType::CalendarInterval,
        Literal::YearMonthInterval { start, end, .. } => SparkType::YearMonthInterval { start: *start, end: *end },
        Literal::DayTimeInterval { start, end, .. } => SparkType::DayTimeInterval { start: *start, end: *end },
        Literal::Array { element, .. } => SparkType::array(element.clone()),
        Literal::Map { key, value, .. } => SparkType::map(key.clone(), value.clone()),
    }
}

/// The field of the message that holds such a scalar.
const fn kind_of(value: &Literal) -> &'static str {
    match value {
        Literal::Boolean(_) => "boolean",
        Literal::Byte(_) => "byte",
        Literal::Short(_) => "short",
        Literal::Integer(_) => "integer",
        Literal::Long(_) => "long",
        Literal::Float(_) => "float",
        Literal::Double(_) => "double",
        Literal::Decimal { .. } => "decimal",
        Literal::String(_) => "string",
        Literal::Binary(_) => "binary",
        Literal::Date(_) => "date",
        Literal::Timestamp(_) => "timestamp",
        Literal::TimestampNtz(_) => "timestamp_ntz",
        Literal::TimestampNanos { zoned: true, .. } => "timestamp_ltz_nanos",
        Literal::TimestampNanos { zoned: false, .. } => "timestamp_ntz_nanos",
        Literal::Time { .. } => "time",
        Literal::CalendarInterval { .. } => "calendar_interval",
        _ => "literal",
    }
}

#[cfg(test)]
mod tests {
    use super::{Literal, decimal, wire};

    fn read(value: &str, precision: Option<i32>, scale: Option<i32>) -> Option<Literal> {
        decimal(&wire::Decimal { value: value.to_owned(), precision, scale }).ok()
    }

    #[test]
    fn a_decimal_keeps_its_digits_and_takes_a_wider_type() {
        let expect = |unscaled, precision, scale| Some(Literal::Decimal { unscaled, precision, scale });
        assert_eq!(read("-1.50", None, None), expect(-150, 3, 2));
        assert_eq!(read("0.05", None, None), expect(5, 2, 2));
        assert_eq!(read("1.5", Some(10), Some(3)), expect(1500, 10, 3));
        assert_eq!(read("1E+3", None, None), expect(1000, 4, 0));
        assert_eq!(read("1.2e-3", None, None), expect(12, 4, 4));
    }

    #[test]
    fn a_decimal_beyond_38_digits_is_refused() {
        assert_eq!(read("1E+38", None, None), None);
        assert_eq!(read("NaN", None, None), None);
        assert_eq!(read("1E+99999999999", None, None), None);
        assert_eq!(read("", None, None), None);
    }
}
