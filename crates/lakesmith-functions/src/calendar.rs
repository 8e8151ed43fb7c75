//! Rarer functions of dates and times: numbers since the epoch, names, parts of both, ranges.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;
use lakesmith_value::{DAYS, MONTHS, Zone};

use crate::arithmetic::attempt;
use crate::array::argument;
use crate::cast::{Mode, cast};
use crate::civil_date::CivilDate;
use crate::function::{Call, Fault, Function, Typed};
use crate::interval::moved_instant;
use crate::kernel::{self, Kernels, texts};
use crate::rules::{zone_at, zone_of};
use crate::text_value::DAY_MICROS;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["unix_micros"], (1, 1), |call| since(call, "spark_unix_micros")),
    Function::scalar(&["unix_millis"], (1, 1), |call| since(call, "spark_unix_millis")),
    Function::scalar(&["unix_seconds"], (1, 1), |call| since(call, "spark_unix_seconds")),
    Function::scalar(&["unix_date"], (1, 1), |call| {
        kernel::call("spark_unix_date", vec![argument(call, 0, &SparkType::Date)?], SparkType::Integer)
    }),
    Function::scalar(&["date_from_unix_date"], (1, 1), |call| {
        kernel::call("spark_date_from_days", vec![argument(call, 0, &SparkType::Integer)?], SparkType::Date)
    }),
    Function::scalar(&["dayname"], (1, 1), |call| named(call, "spark_dayname")),
    Function::scalar(&["monthname"], (1, 1), |call| named(call, "spark_monthname")),
    Function::scalar(&["next_day"], (2, 2), |call| {
        let arguments = vec![argument(call, 0, &SparkType::Date)?, argument(call, 1, &SparkType::STRING)?];
        kernel::call("spark_next_day", arguments, SparkType::Date)
    }),
    Function::scalar(&["from_utc_timestamp"], (2, 2), |call| zoned(call, "spark_from_utc")),
    Function::scalar(&["to_utc_timestamp"], (2, 2), |call| zoned(call, "spark_to_utc")),
    Function::scalar(&["timestampadd"], (3, 3), |call| {
        let unit = unit(call)?;
        let value = call.arguments[2].clone();
        let result =
            if value.data_type == SparkType::TimestampNtz { SparkType::TimestampNtz } else { SparkType::Timestamp };
        let arguments = vec![unit, argument(call, 1, &SparkType::Long)?, argument(call, 2, &result)?];
        kernel::call("spark_timestampadd", arguments, result)
    }),
    Function::scalar(&["timestampdiff"], (3, 3), |call| {
        let moments = [argument(call, 1, &SparkType::Timestamp)?, argument(call, 2, &SparkType::Timestamp)?];
        let [start, end] = moments;
        kernel::call("spark_timestampdiff", vec![unit(call)?, start, end], SparkType::Long)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_date_from_days", date_from_days_kernel),
    ("spark_dayname", |a, _| names(a, |date| &DAYS[index(date.weekday())][..3])),
    ("spark_from_utc", |a, t| moved(a, t, true)),
    ("spark_legacy_next_day", |a, t| attempt(a, t, next_day_kernel)),
    ("spark_monthname", |a, _| names(a, |date| &MONTHS[index(date.month - 1)][..3])),
    ("spark_next_day", next_day_kernel),
    ("spark_seconds", seconds_kernel),
    ("spark_timestampadd", add_kernel),
    ("spark_timestampdiff", difference_kernel),
    ("spark_to_utc", |a, t| moved(a, t, false)),
    ("spark_unix_date", unix_date_kernel),
    ("spark_unix_micros", |a, _| divided(a, 1)),
    ("spark_unix_millis", |a, _| divided(a, 1000)),
    ("spark_unix_seconds", |a, _| divided(a, 1_000_000)),
];

/// The first argument, a unit that is known.
fn unit(call: &Call<'_>) -> Result<Typed, Fault> {
    let unit = call.arguments[0].clone();
    match &unit.expr {
        Expr::Literal(ScalarValue::Utf8(Some(name)), _) if length(name).is_some() => Ok(unit),
        _ => Err(Fault::not_built(format!("this unit of `{}`", call.name))),
    }
}

/// How long a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Months(i64),
    Micros(i64),
}

fn length(unit: &str) -> Option<Length> {
    Some(match unit.to_ascii_uppercase().as_str() {
        "YEAR" => Length::Months(12),
        "QUARTER" => Length::Months(3),
        "MONTH" => Length::Months(1),
        "WEEK" => Length::Micros(7 * DAY_MICROS),
        "DAY" | "DAYOFYEAR" => Length::Micros(DAY_MICROS),
        "HOUR" => Length::Micros(3_600_000_000),
        "MINUTE" => Length::Micros(60_000_000),
        "SECOND" => Length::Micros(1_000_000),
        "MILLISECOND" => Length::Micros(1000),
        "MICROSECOND" => Length::Micros(1),
        _ => return None,
    })
}

fn add_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (units, numbers) = (texts(&arguments[0])?, arguments[1].as_primitive::<Int64Type>());
    let moments = arguments[2].as_primitive::<TimestampMicrosecondType>();
    let own = zone_at(arguments, 3)?;
    let rows = (0..moments.len()).map(|row| {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            return Ok(None);
        }
        added(units.value(row), numbers.value(row), moments.value(row), &own).map(Some).ok_or_else(|| {
            let message = "the timestamp is out of range".to_owned();
            DataError { condition: Condition::DATETIME_OVERFLOW, message }.into_datafusion()
        })
    });
    let moments = TimestampMicrosecondArray::from(rows.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(moments.with_timezone_opt(zone(to))))
}

/// Months, weeks and days are those of the calendar, shorter units lengths of time.
fn added(unit: &str, number: i64, micros: i64, own: &Zone) -> Option<i64> {
    match length(unit)? {
        Length::Micros(length @ DAY_MICROS..) => {
            moved_instant(micros, 0, number.checked_mul(length / DAY_MICROS)?, own)
        }
        Length::Micros(length) => micros.checked_add(number.checked_mul(length)?),
        Length::Months(length) => moved_instant(micros, i32::try_from(number.checked_mul(length)?).ok()?, 0, own),
    }
}

fn difference_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let units = texts(&arguments[0])?;
    let starts = arguments[1].as_primitive::<TimestampMicrosecondType>();
    let ends = arguments[2].as_primitive::<TimestampMicrosecondType>();
    let rows = units.iter().zip(starts).zip(ends).map(|((unit, start), end)| between(unit?, start?, end?));
    Ok(Arc::new(rows.collect::<Int64Array>()))
}

/// How many whole units lie between two moments; negative when the second comes first.
fn between(unit: &str, start: i64, end: i64) -> Option<i64> {
    match length(unit)? {
        Length::Micros(length) => end.checked_sub(start).map(|micros| micros / length),
        Length::Months(length) => {
            let split = |micros: i64| (micros.div_euclid(DAY_MICROS), micros.rem_euclid(DAY_MICROS));
            let ((first, first_time), (mut last, last_time)) = (split(start), split(end));
            // a day that has not ended does not count
            if last > first && last_time < first_time {
                last -= 1;
            } else if last < first && last_time > first_time {
                last += 1;
            }
            let packed = |days: i64| {
                let date = CivilDate::of_days(days);
                (date.year * 12 + date.month - 1) * 32 + date.day
            };
            Some((packed(last) - packed(first)) / 32 / length)
        }
    }
}

fn index(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn since(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    // a timestamp without zone counts as one of UTC
    let time = match call.arguments[0].data_type {
        SparkType::TimestampNtz => call.arguments[0].clone(),
        _ => argument(call, 0, &SparkType::Timestamp)?,
    };
    kernel::call(name, vec![time], SparkType::Long)
}

fn divided(arguments: &[ArrayRef], by: i64) -> Result<ArrayRef> {
    let micros = arguments[0].as_primitive::<TimestampMicrosecondType>();
    Ok(Arc::new(micros.unary::<_, Int64Type>(|micros| micros.div_euclid(by))))
}

fn named(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    kernel::call(name, vec![argument(call, 0, &SparkType::Date)?], SparkType::STRING)
}

fn names(arguments: &[ArrayRef], name: fn(CivilDate) -> &'static str) -> Result<ArrayRef> {
    let days = arguments[0].as_primitive::<Date32Type>().iter();
    Ok(Arc::new(days.map(|days| Some(name(CivilDate::of_days(i64::from(days?))))).collect::<StringArray>()))
}

/// The first day after a date that has a name; the name may be cut to two or three letters.
fn next_day_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (days, wanted) = (arguments[0].as_primitive::<Date32Type>(), texts(&arguments[1])?);
    let values = days.iter().zip(&wanted).map(|(days, wanted)| {
        let (Some(days), Some(wanted)) = (days, wanted) else { return Ok(None) };
        let Some(target) = weekday(wanted.trim()) else {
            let message = format!("`{wanted}` is no day of the week");
            return Err(DataError { condition: Condition::ILLEGAL_DAY_OF_WEEK, message }.into_datafusion());
        };
        // 1970-01-01 was a Thursday
        let today = (days + 3).rem_euclid(7);
        Ok(Some(days + (target - today - 1).rem_euclid(7) + 1))
    });
    Ok(Arc::new(values.collect::<Result<Date32Array>>()?))
}

/// The number of a day of the week, from Monday.
fn weekday(name: &str) -> Option<i32> {
    const FULL: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    let upper = name.to_ascii_uppercase();
    let found = FULL.iter().position(|day| upper == *day || upper == day[..3] || upper == day[..2]);
    found.and_then(|at| i32::try_from(at).ok())
}

pub(crate) fn zone(to: &DataType) -> Option<Arc<str>> {
    match to {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    }
}

fn zoned(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let arguments = vec![argument(call, 0, &SparkType::Timestamp)?, argument(call, 1, &SparkType::STRING)?];
    kernel::call(name, arguments, SparkType::Timestamp)
}

/// Moves wall-clock time of UTC to that of a zone, or back.
fn moved(arguments: &[ArrayRef], to: &DataType, forward: bool) -> Result<ArrayRef> {
    let (moments, zones) = (arguments[0].as_primitive::<TimestampMicrosecondType>(), texts(&arguments[1])?);
    let values = moments.iter().zip(&zones).map(|(micros, name)| {
        let (Some(micros), Some(name)) = (micros, name) else { return Ok(None) };
        let zone = zone_of(name)?;
        Ok(Some(if forward { zone.local(micros) } else { zone.instant(micros) }))
    });
    let values = TimestampMicrosecondArray::from(values.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(values.with_timezone_opt(zone(to))))
}

/// Seconds of a minute with their fraction, as `extract(SECOND FROM …)` gives them.
pub(crate) fn seconds(value: Typed) -> Result<Typed, Fault> {
    let value = match value.data_type {
        SparkType::TimestampNtz => value,
        _ => cast(value, &SparkType::Timestamp, Mode::Ansi)?,
    };
    kernel::call("spark_seconds", vec![value], SparkType::Decimal { precision: 8, scale: 6 })
}

/// The number of a weekday, 1 for Monday.
pub(crate) fn iso_weekday(value: Typed) -> Result<Typed, Fault> {
    let value = cast(value, &SparkType::Date, Mode::Ansi)?;
    kernel::call("spark_iso_weekday", vec![value], SparkType::Integer)
}

/// The year that the ISO week of a date belongs to.
pub(crate) fn year_of_week(value: Typed) -> Result<Typed, Fault> {
    let value = cast(value, &SparkType::Date, Mode::Ansi)?;
    kernel::call("spark_year_of_week", vec![value], SparkType::Integer)
}

fn unix_date_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let days = arguments[0].as_primitive::<Date32Type>();
    Ok(Arc::new(days.unary::<_, Int32Type>(|days| days)))
}

fn date_from_days_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let days = arguments[0].as_primitive::<Int32Type>();
    Ok(Arc::new(days.unary::<_, Date32Type>(|days| days)))
}

fn seconds_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let micros = arguments[0].as_primitive::<TimestampMicrosecondType>().iter();
    let values = micros.map(|micros| micros.map(|micros| i128::from(micros.rem_euclid(60_000_000))));
    let values: Decimal128Array = values.collect();
    Ok(Arc::new(values.with_precision_and_scale(8, 6)?))
}
