//! Constants as DataFusion values.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_functions::cast::{Mode, cast};
use lakesmith_functions::rules::Rules;
use lakesmith_functions::text_value::{format_typed, names_zone};
use lakesmith_functions::{Fault, Typed};
use lakesmith_unresolved::{Literal, SparkType};

/// A typed constant whose text is a word: `DATE 'today'`, `TIMESTAMP 'epoch'`.
pub fn special_moment(literal: &Literal, now_micros: i64, rules: &Rules) -> Option<Literal> {
    if let Literal::Moment(text) = literal {
        return special_moment(&moment(text), now_micros, rules);
    }
    let Literal::Typed { data_type, text } = literal else { return None };
    match lakesmith_functions::moment_word::value(text, data_type, now_micros, &rules.zone)? {
        ScalarValue::Date32(Some(days)) => Some(Literal::Date(days)),
        ScalarValue::TimestampMicrosecond(Some(micros), Some(_)) => Some(Literal::Timestamp(micros)),
        ScalarValue::TimestampMicrosecond(Some(micros), None) => Some(Literal::TimestampNtz(micros)),
        _ => None,
    }
}

/// `TIMESTAMP '…'` where timestamps have no zone.
pub fn moment(text: &str) -> Literal {
    let data_type = if names_zone(text) { SparkType::Timestamp } else { SparkType::TimestampNtz };
    Literal::Typed { data_type, text: text.to_owned() }
}

/// The constant as an expression.
pub fn literal(literal: &Literal) -> Result<Typed, Fault> {
    let sure = |value: ScalarValue, data_type: SparkType| Ok(Typed { expr: lit(value), data_type, nullable: false });
    match literal {
        Literal::Null(data_type) => {
            let arrow = to_arrow(data_type).map_err(|error| Fault::not_built(format!("a NULL of type {}", error.0)))?;
            let value = ScalarValue::try_from(&arrow).map_err(Fault::not_built)?;
            Ok(Typed::new(lit(value), data_type.clone()))
        }
        Literal::Boolean(value) => sure((*value).into(), SparkType::Boolean),
        Literal::Byte(value) => sure((*value).into(), SparkType::Byte),
        Literal::Short(value) => sure((*value).into(), SparkType::Short),
        Literal::Integer(value) => sure((*value).into(), SparkType::Integer),
        Literal::Long(value) => sure((*value).into(), SparkType::Long),
        Literal::Float(value) => sure((*value).into(), SparkType::Float),
        Literal::Double(value) => sure((*value).into(), SparkType::Double),
        Literal::Decimal { unscaled, precision, scale } => {
            let data_type = SparkType::Decimal { precision: *precision, scale: *scale };
            sure(ScalarValue::Decimal128(Some(*unscaled), *precision, *scale), data_type)
        }
        Literal::String(value) => sure(ScalarValue::Utf8(Some(value.clone())), SparkType::STRING),
        Literal::Binary(value) => sure(ScalarValue::Binary(Some(value.clone())), SparkType::Binary),
        Literal::Date(days) => sure(ScalarValue::Date32(Some(*days)), SparkType::Date),
        Literal::Timestamp(micros) => {
            sure(ScalarValue::TimestampMicrosecond(Some(*micros), Some("UTC".into())), SparkType::Timestamp)
        }
        Literal::TimestampNtz(micros) => {
            sure(ScalarValue::TimestampMicrosecond(Some(*micros), None), SparkType::TimestampNtz)
        }
        Literal::Moment(text) => match moment(text) {
            Literal::Typed { data_type, .. } if names_zone(text) && format_typed(&data_type, text).is_none() => {
                let title = format!("`{text}` names a zone that does not exist");
                Err(Fault { condition: Condition::INVALID_TIMEZONE, title, argument: None, help: None })
            }
            moment => self::literal(&moment),
        },
        Literal::Typed { data_type: SparkType::Time(_), .. } => Err(Fault::not_built("a constant of type TIME")),
        Literal::Typed { data_type, text }
            if matches!(data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz)
                && format_typed(data_type, text).is_none() =>
        {
            let title = format!("`{text}` is no {data_type}");
            Err(Fault { condition: Condition::INVALID_TYPED_LITERAL, title, argument: None, help: None })
        }
        Literal::Typed { data_type, text } => {
            let text = Typed { expr: lit(text.as_str()), data_type: SparkType::STRING, nullable: false };
            // it was read before, so it has a value also where ANSI mode is off
            Ok(cast(text, data_type, Mode::Ansi)?.with_nullable(false))
        }
        Literal::YearMonthInterval { months, start, end } => sure(
            ScalarValue::IntervalYearMonth(Some(*months)),
            SparkType::YearMonthInterval { start: *start, end: *end },
        ),
        Literal::DayTimeInterval { microseconds, start, end } => sure(
            ScalarValue::DurationMicrosecond(Some(*microseconds)),
            SparkType::DayTimeInterval { start: *start, end: *end },
        ),
        Literal::CalendarInterval { .. } => Err(Fault::not_built("an INTERVAL of months and days together")),
        Literal::TimestampNanos { .. } | Literal::Time { .. } => Err(Fault::not_built("a constant of this type")),
        Literal::Array { .. } | Literal::Map { .. } | Literal::Struct { .. } => {
            Err(Fault::not_built("a constant of a nested type"))
        }
    }
}
