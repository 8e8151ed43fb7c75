//! `time_bucket(width, time[, origin])`: the start of the bucket of equal width that a time is in.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{
    DataType, DurationMicrosecondType, IntervalYearMonthType, TimestampMicrosecondType,
};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::spark_type::DayTimeUnit;

use crate::calendar::zone;
use crate::cast::{Mode, cast};
use crate::civil_date::CivilDate;
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused};
use crate::rules::zone_at;
use crate::text_value::DAY_MICROS;

/// The function.
pub const FUNCTIONS: &[Function] = &[Function::scalar(&["time_bucket"], (2, 3), time_bucket)];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_time_bucket", bucket_kernel)];

fn time_bucket(call: &Call<'_>) -> Result<Typed, Fault> {
    let width = call.arguments[0].clone();
    let (time, result) = bucketed(call, 1)?;
    let (time, origin, result) = match (call.arguments.get(2), time.data_type == SparkType::Null) {
        (None, _) => (time, None, result),
        (Some(_), is_null) => {
            let (origin, of_origin) = bucketed(call, 2)?;
            let result = if is_null { of_origin } else { result };
            if constant::value(&origin.expr).is_none() {
                return Err(constant::not_constant(call, 2));
            }
            if ![&SparkType::Null, &result].contains(&&origin.data_type) {
                let title = format!("buckets of {result} begin at one of these, not at {}", origin.data_type);
                return Err(Fault::mismatch(title, Some(2)));
            }
            (time, Some(origin), result)
        }
    };
    let width = match width.data_type {
        SparkType::Null => {
            cast(width, &SparkType::DayTimeInterval { start: DayTimeUnit::Day, end: DayTimeUnit::Second }, Mode::Ansi)?
        }
        _ => width,
    };
    if !matches!(width.data_type, SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. }) {
        let title = format!("the width of a bucket is an interval, not a value of type {}", width.data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    let size = match constant::value(&width.expr) {
        Some(ScalarValue::DurationMicrosecond(size)) => size,
        Some(ScalarValue::IntervalYearMonth(months)) => months.map(i64::from),
        _ => return Err(constant::not_constant(call, 0)),
    };
    if size.is_some_and(|size| size <= 0) {
        return Err(Fault::mismatch("the width of a bucket is more than nothing", Some(0)));
    }
    let origin = match origin {
        Some(origin) => origin,
        None => {
            let (epoch, zone) = match result {
                SparkType::Timestamp => (call.session.rules.zone.instant(0), Some("UTC".into())),
                _ => (0, None),
            };
            let epoch = ScalarValue::TimestampMicrosecond(Some(epoch), zone);
            Typed::new(lit(epoch), result.clone()).with_nullable(false)
        }
    };
    let (time, origin) = (cast(time, &result, Mode::Ansi)?, cast(origin, &result, Mode::Ansi)?);
    kernel::call("spark_time_bucket", vec![width, time, origin], result)
}

/// An argument that is a time, and the type of buckets that it asks for.
fn bucketed(call: &Call<'_>, index: usize) -> Result<(Typed, SparkType), Fault> {
    let value = call.arguments[index].clone();
    let result = match value.data_type {
        SparkType::Timestamp | SparkType::Null => SparkType::Timestamp,
        SparkType::TimestampNtz => SparkType::TimestampNtz,
        ref other => return Err(Fault::mismatch(format!("`time_bucket` needs a TIMESTAMP, not {other}"), Some(index))),
    };
    Ok((value, result))
}

fn bucket_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let times = arguments[1].as_primitive::<TimestampMicrosecondType>();
    let origins = arguments[2].as_primitive::<TimestampMicrosecondType>();
    let own = zone_at(arguments, 3)?;
    // buckets of a day and more begin and end as clocks show it
    let by_clock = |time: i64, origin: i64, start: &dyn Fn(i64, i64) -> Option<i64>| {
        start(own.local(time), own.local(origin)).map(|start| own.instant(start))
    };
    let rows = times.iter().zip(origins).enumerate().map(|(row, (time, origin))| {
        let (Some(time), Some(origin), true) = (time, origin, arguments[0].is_valid(row)) else { return Ok(None) };
        let start = match arguments[0].data_type() {
            DataType::Duration(_) => {
                let width = arguments[0].as_primitive::<DurationMicrosecondType>().value(row);
                let start = |time: i64, origin: i64| Some(time - time.checked_sub(origin)?.rem_euclid(width));
                if width < DAY_MICROS { start(time, origin) } else { by_clock(time, origin, &start) }
            }
            _ => {
                let width = arguments[0].as_primitive::<IntervalYearMonthType>().value(row);
                by_clock(time, origin, &|time, origin| start_of_months(time, origin, i64::from(width)))
            }
        };
        start.map(Some).ok_or_else(|| refused(Condition::DATETIME_OVERFLOW, "the bucket of the time is out of range"))
    });
    let starts = TimestampMicrosecondArray::from(rows.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(starts.with_timezone_opt(zone(to))))
}

/// The last of the moments a multiple of `width` months from `origin` that is not after `time`.
fn start_of_months(time: i64, origin: i64, width: i64) -> Option<i64> {
    let month = |micros: i64| {
        let date = CivilDate::of_days(micros.div_euclid(DAY_MICROS));
        date.year * 12 + date.month - 1
    };
    let moved = |months: i64| {
        let date = CivilDate::of_days(origin.div_euclid(DAY_MICROS)).months_later(months)?;
        date.days().checked_mul(DAY_MICROS)?.checked_add(origin.rem_euclid(DAY_MICROS))
    };
    let months = (month(time) - month(origin)).div_euclid(width) * width;
    let start = moved(months)?;
    if start <= time { Some(start) } else { moved(months - width) }
}
