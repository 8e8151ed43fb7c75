//! Intervals made of their parts, and moments moved by intervals of months, days and time.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, DurationMicrosecondArray, IntervalMonthDayNanoArray, IntervalYearMonthArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int32Type, IntervalMonthDayNano, IntervalMonthDayNanoType,
    TimestampMicrosecondType,
};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_value::Zone;

use crate::array::argument;
use crate::calendar::zone;
use crate::cast::{Mode, cast};
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused};
use crate::rules::zone_at;
use crate::text_value::{DAY_MICROS, months_later};

pub(crate) const YEARS_TO_MONTHS: SparkType =
    SparkType::YearMonthInterval { start: YearMonthUnit::Year, end: YearMonthUnit::Month };
pub(crate) const DAYS_TO_SECONDS: SparkType =
    SparkType::DayTimeInterval { start: DayTimeUnit::Day, end: DayTimeUnit::Second };
const HOUR: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["make_interval"], (0, 7), |call| calendar(call, "spark_make_interval")),
    Function::scalar(&["try_make_interval"], (1, 7), |call| calendar(call, "spark_try_make_interval")),
    Function::scalar(&["make_dt_interval"], (0, 4), |call| {
        let arguments = parts(call, 3)?;
        kernel::call("spark_make_dt_interval", arguments, DAYS_TO_SECONDS)
    }),
    Function::scalar(&["make_ym_interval"], (0, 2), |call| {
        let whole = |index: usize| match call.arguments.get(index) {
            Some(_) => argument(call, index, &SparkType::Integer),
            None => Ok(Typed::new(lit(0i32), SparkType::Integer).with_nullable(false)),
        };
        kernel::call("spark_make_ym_interval", vec![whole(0)?, whole(1)?], YEARS_TO_MONTHS)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_add_calendar", |a, t| moved_kernel(a, t, 1)),
    ("spark_make_dt_interval", day_time_kernel),
    ("spark_make_interval", |a, _| calendar_kernel(a, Mode::Ansi)),
    ("spark_make_ym_interval", year_month_kernel),
    ("spark_subtract_calendar", |a, t| moved_kernel(a, t, -1)),
    ("spark_try_make_interval", |a, _| calendar_kernel(a, Mode::Try)),
];

/// The arguments as whole numbers, seconds as the last; 0 for those that are left out.
fn parts(call: &Call<'_>, wholes: usize) -> Result<Vec<Typed>, Fault> {
    let seconds = SparkType::Decimal { precision: 18, scale: 6 };
    let part = |index: usize| {
        let wanted = if index < wholes { &SparkType::Integer } else { &seconds };
        match call.arguments.get(index) {
            Some(_) => argument(call, index, wanted),
            None => cast(Typed::new(lit(0i32), SparkType::Integer).with_nullable(false), wanted, Mode::Ansi),
        }
    };
    (0..=wholes).map(part).collect()
}

fn calendar(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let made = kernel::call(name, parts(call, 6)?, SparkType::CalendarInterval)?;
    let nullable = made.nullable || name.starts_with("spark_try_");
    Ok(made.with_nullable(nullable))
}

fn calendar_kernel(arguments: &[ArrayRef], mode: Mode) -> Result<ArrayRef> {
    let parts: Vec<_> = arguments[..6].iter().map(|array| array.as_primitive::<Int32Type>()).collect();
    let seconds = arguments[6].as_primitive::<Decimal128Type>();
    let rows = (0..seconds.len()).map(|row| {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            return Ok(None);
        }
        let [years, months, weeks, days, hours, minutes] = [0, 1, 2, 3, 4, 5].map(|at: usize| parts[at].value(row));
        let interval = || {
            let months = years.checked_mul(12)?.checked_add(months)?;
            let days = weeks.checked_mul(7)?.checked_add(days)?;
            let micros = i64::try_from(seconds.value(row)).ok()?;
            let micros = micros.checked_add(i64::from(hours) * HOUR)?.checked_add(i64::from(minutes) * MINUTE)?;
            Some((months, days, micros))
        };
        let interval = || match interval() {
            None => Ok(None),
            Some((months, days, micros)) => match micros.checked_mul(1000) {
                Some(nanos) => Ok(Some(IntervalMonthDayNano::new(months, days, nanos))),
                None => {
                    let message = "an INTERVAL of more than 292 years of hours, minutes and seconds is not there yet";
                    Err(refused(Condition::UNSUPPORTED_FEATURE, message))
                }
            },
        };
        match interval()? {
            None if mode == Mode::Ansi => Err(refused(Condition::ARITHMETIC_OVERFLOW, "the interval is too long")),
            interval => Ok(interval),
        }
    });
    Ok(Arc::new(IntervalMonthDayNanoArray::from(rows.collect::<Result<Vec<_>>>()?)))
}

fn too_long() -> DataFusionError {
    refused(Condition::INTERVAL_ARITHMETIC_OVERFLOW, "the interval is too long for its type")
}

fn day_time_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let parts: Vec<_> = arguments[..3].iter().map(|array| array.as_primitive::<Int32Type>()).collect();
    let seconds = arguments[3].as_primitive::<Decimal128Type>();
    let rows = (0..seconds.len()).map(|row| {
        if arguments.iter().any(|argument| argument.is_null(row)) {
            return Ok(None);
        }
        let [days, hours, minutes] = [0, 1, 2].map(|at: usize| i64::from(parts[at].value(row)));
        let micros = || {
            let micros = i64::try_from(seconds.value(row)).ok()?.checked_add(days.checked_mul(DAY_MICROS)?)?;
            micros.checked_add(hours * HOUR)?.checked_add(minutes * MINUTE)
        };
        micros().map(Some).ok_or_else(too_long)
    });
    Ok(Arc::new(rows.collect::<Result<DurationMicrosecondArray>>()?))
}

fn year_month_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (years, months) = (arguments[0].as_primitive::<Int32Type>(), arguments[1].as_primitive::<Int32Type>());
    let rows = years.iter().zip(months).map(|(years, months)| match years.zip(months) {
        Some((years, months)) => {
            years.checked_mul(12).and_then(|all| all.checked_add(months)).map(Some).ok_or_else(too_long)
        }
        None => Ok(None),
    });
    Ok(Arc::new(rows.collect::<Result<IntervalYearMonthArray>>()?))
}

/// A moment moved by an interval of months, days and time: in that order, months keep the day where the month has it.
pub(crate) fn moved(moment: Typed, interval: Typed, minus: bool) -> Result<Typed, Fault> {
    let result = moment.data_type.clone();
    let name = if minus { "spark_subtract_calendar" } else { "spark_add_calendar" };
    kernel::call(name, vec![moment, interval], result)
}

fn moved_kernel(arguments: &[ArrayRef], to: &DataType, sign: i32) -> Result<ArrayRef> {
    let intervals = arguments[1].as_primitive::<IntervalMonthDayNanoType>();
    if *to == DataType::Date32 {
        let dates = arguments[0].as_primitive::<Date32Type>().iter().zip(intervals);
        let rows = dates.map(|(days, interval)| {
            let Some((days, interval)) = days.zip(interval) else { return Ok(None) };
            if interval.nanoseconds != 0 {
                let message = "a DATE cannot be moved by hours, minutes and seconds; cast it to TIMESTAMP";
                return Err(refused(Condition::INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION, message));
            }
            moved_date(days, interval, sign).map(Some).ok_or_else(out_of_range)
        });
        return Ok(Arc::new(rows.collect::<Result<Date32Array>>()?));
    }
    let own = zone_at(arguments, 2)?;
    let moments = arguments[0].as_primitive::<TimestampMicrosecondType>().iter().zip(intervals);
    let rows = moments.map(|(micros, interval)| {
        let Some((micros, interval)) = micros.zip(interval) else { return Ok(None) };
        let (months, days) = (interval.months.checked_mul(sign), interval.days.checked_mul(sign));
        let moved = || {
            let moment = moved_instant(micros, months?, i64::from(days?), &own)?;
            moment.checked_add(interval.nanoseconds / 1000 * i64::from(sign))
        };
        moved().map(Some).ok_or_else(out_of_range)
    });
    let moments = TimestampMicrosecondArray::from(rows.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(moments.with_timezone_opt(zone(to))))
}

fn out_of_range() -> DataFusionError {
    refused(Condition::DATETIME_OVERFLOW, "the moment is out of range")
}

/// An instant moved by months and then by days, as clocks of a zone show it.
pub(crate) fn moved_instant(instant: i64, months: i32, days: i64, zone: &Zone) -> Option<i64> {
    let mut instant = instant;
    if months != 0 {
        let local = zone.local(instant);
        let day = months_later(i32::try_from(local.div_euclid(DAY_MICROS)).ok()?, i64::from(months))?;
        let moved = i64::from(day).checked_mul(DAY_MICROS)?.checked_add(local.rem_euclid(DAY_MICROS))?;
        instant = zone.instant_near(moved, instant);
    }
    if days == 0 {
        return Some(instant);
    }
    let moved = zone.local(instant).checked_add(days.checked_mul(DAY_MICROS)?)?;
    Some(zone.instant_near(moved, instant))
}

fn moved_date(days: i32, interval: IntervalMonthDayNano, sign: i32) -> Option<i32> {
    let moved = months_later(days, i64::from(interval.months) * i64::from(sign))?;
    moved.checked_add(interval.days.checked_mul(sign)?)
}

/// `1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds`, parts that are zero left out.
pub(crate) fn text_of(interval: IntervalMonthDayNano) -> String {
    let micros = interval.nanoseconds / 1000;
    let (rest, seconds) = (micros % HOUR, micros % MINUTE);
    let wholes = [
        (i64::from(interval.months / 12), "years"),
        (i64::from(interval.months % 12), "months"),
        (i64::from(interval.days), "days"),
        (micros / HOUR, "hours"),
        (rest / MINUTE, "minutes"),
    ];
    let mut words: Vec<String> =
        wholes.iter().filter(|(number, _)| *number != 0).map(|(number, unit)| format!("{number} {unit}")).collect();
    if seconds != 0 {
        let (sign, size) = (if seconds < 0 { "-" } else { "" }, seconds.abs());
        let number = format!("{}.{:06}", size / 1_000_000, size % 1_000_000);
        words.push(format!("{sign}{} seconds", number.trim_end_matches('0').trim_end_matches('.')));
    }
    if words.is_empty() { "0 seconds".into() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_told_in_the_units_that_it_has() {
        let interval = IntervalMonthDayNano::new(1211, 8, 45_001_001_001_000);
        assert_eq!(text_of(interval), "100 years 11 months 8 days 12 hours 30 minutes 1.001001 seconds");
        assert_eq!(text_of(IntervalMonthDayNano::new(0, 0, 0)), "0 seconds");
        assert_eq!(
            text_of(IntervalMonthDayNano::new(-10, -17, -14_993_000_000_000)),
            "-10 months -17 days -4 hours -9 minutes -53 seconds"
        );
    }
}
