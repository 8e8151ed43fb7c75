//! Timestamps made of their parts, and moved from one time zone to another.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int32Type, TimestampMicrosecondType};
use datafusion::common::Result;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::calendar::zone;
use crate::cast::{Mode, cast};
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused, texts};
use crate::rules::{timestamp_type, zone_of, zone_value};
use crate::text_value::{DAY_MICROS, day_number};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["make_timestamp"], (1, 7), |call| make(call, of_parts(call), "spark_make_timestamp")),
    Function::scalar(&["make_timestamp_ltz"], (1, 7), |call| make(call, SparkType::Timestamp, "spark_make_timestamp")),
    Function::scalar(&["make_timestamp_ntz"], (1, 6), |call| {
        make(call, SparkType::TimestampNtz, "spark_make_timestamp")
    }),
    Function::scalar(&["try_make_timestamp"], (1, 7), |call| make(call, of_parts(call), "spark_try_make_timestamp")),
    Function::scalar(&["try_make_timestamp_ltz"], (1, 7), |call| {
        make(call, SparkType::Timestamp, "spark_try_make_timestamp")
    }),
    Function::scalar(&["try_make_timestamp_ntz"], (1, 6), |call| {
        make(call, SparkType::TimestampNtz, "spark_try_make_timestamp")
    }),
    Function::scalar(&["convert_timezone"], (2, 3), convert),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_convert_timezone", |arguments, _| {
        let (from, to): (StringArray, StringArray) = (texts(&arguments[0])?, texts(&arguments[1])?);
        let times = arguments[2].as_primitive::<TimestampMicrosecondType>();
        let rows = from.iter().zip(&to).zip(times).map(|((from, to), time)| match (from, to, time) {
            (Some(from), Some(to), Some(time)) => local(utc(time, from)?, to).map(Some),
            _ => Ok(None),
        });
        Ok(Arc::new(TimestampMicrosecondArray::from(rows.collect::<Result<Vec<_>>>()?)))
    }),
    ("spark_make_timestamp", |a, t| make_kernel(a, t, Mode::Ansi)),
    ("spark_try_make_timestamp", |a, t| make_kernel(a, t, Mode::Try)),
];

/// The type of a timestamp made of single parts; one made of a date is an instant whatever the settings say.
fn of_parts(call: &Call<'_>) -> SparkType {
    if call.arguments.len() < 6 { SparkType::Timestamp } else { timestamp_type() }
}

/// Year, month, day, hour, minute, seconds and perhaps a zone; or a date alone.
fn make(call: &Call<'_>, result: SparkType, name: &'static str) -> Result<Typed, Fault> {
    match call.arguments.len() {
        1 if call.arguments[0].data_type == SparkType::Date => {
            return cast(call.arguments[0].clone(), &result, Mode::Ansi);
        }
        6 | 7 => {}
        count => return Err(Fault::not_built(format!("`{}` with {count} arguments", call.name))),
    }
    let seconds = SparkType::Decimal { precision: 16, scale: 6 };
    let wanted = |index: usize| match index {
        ..5 => SparkType::Integer,
        5 => seconds.clone(),
        _ => SparkType::STRING,
    };
    let arguments = (0..call.arguments.len()).map(|index| argument(call, index, &wanted(index)));
    let mut arguments = arguments.collect::<Result<Vec<_>, _>>()?;
    match result {
        SparkType::Timestamp if arguments.len() == 6 => arguments.push(zone_value(&call.session.rules.zone)),
        // clocks show the same in every zone
        SparkType::TimestampNtz => arguments.truncate(6),
        _ => {}
    }
    let made = kernel::call(name, arguments, result)?;
    let nullable = made.nullable || name.starts_with("spark_try_");
    Ok(made.with_nullable(nullable))
}

fn make_kernel(arguments: &[ArrayRef], to: &DataType, mode: Mode) -> Result<ArrayRef> {
    let parts: Vec<_> = arguments[..5].iter().map(|array| array.as_primitive::<Int32Type>()).collect();
    let seconds = arguments[5].as_primitive::<Decimal128Type>();
    let zones = arguments.get(6).map(texts).transpose()?;
    let rows = (0..seconds.len()).map(|row| {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            return Ok(None);
        }
        let values = [0, 1, 2, 3, 4].map(|part: usize| parts[part].value(row));
        let local = match local_micros(values, seconds.value(row)) {
            Ok(local) => local,
            Err(_) if mode == Mode::Try => return Ok(None),
            Err(error) => return Err(error),
        };
        match &zones {
            Some(zones) => utc(local, zones.value(row)).map(Some),
            None => Ok(Some(local)),
        }
    });
    let micros = TimestampMicrosecondArray::from(rows.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(micros.with_timezone_opt(zone(to))))
}

/// Microseconds of year, month, day, hour, minute and microseconds of the minute; 60 seconds are the next minute.
fn local_micros(parts: [i32; 5], seconds: i128) -> Result<i64> {
    let out_of_bounds = || refused(Condition::DATETIME_FIELD_OUT_OF_BOUNDS, "a part of the timestamp is out of bounds");
    let [year, month, day, hour, minute] = parts;
    let day = day_number(i64::from(year), i64::from(month), i64::from(day)).ok_or_else(out_of_bounds)?;
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..61_000_000).contains(&seconds) {
        return Err(out_of_bounds());
    }
    if seconds > 60_000_000 {
        let message = "the seconds of a timestamp end at 60, which has no fraction";
        return Err(refused(Condition::INVALID_FRACTION_OF_SECOND, message));
    }
    let seconds = i64::try_from(seconds).map_err(|_| out_of_bounds())?;
    let of_day = i64::from(hour * 60 + minute) * 60_000_000 + seconds;
    i64::from(day).checked_mul(DAY_MICROS).and_then(|day| day.checked_add(of_day)).ok_or_else(out_of_bounds)
}

/// The instant of a local time in a zone.
fn utc(local: i64, name: &str) -> Result<i64> {
    zone_of(name).map(|zone| zone.instant(local))
}

/// The local time of an instant in a zone.
fn local(micros: i64, name: &str) -> Result<i64> {
    zone_of(name).map(|zone| zone.local(micros))
}

/// `convert_timezone([from, ]to, time)`; from the session's zone where no other is given.
fn convert(call: &Call<'_>) -> Result<Typed, Fault> {
    let last = call.arguments.len() - 1;
    let from = match last {
        1 => zone_value(&call.session.rules.zone),
        _ => argument(call, 0, &SparkType::STRING)?,
    };
    let to = argument(call, last - 1, &SparkType::STRING)?;
    let time = argument(call, last, &SparkType::TimestampNtz)?;
    kernel::call("spark_convert_timezone", vec![from, to, time], SparkType::TimestampNtz)
}
