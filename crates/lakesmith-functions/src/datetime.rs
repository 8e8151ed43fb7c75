//! Functions of dates and times, and what `+` and `-` mean for them.

mod by_pattern;

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, Int32Array, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int32Type, Int64Type, IntervalYearMonthType, TimestampMicrosecondType,
};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::spark_type::{DayTimeUnit, YearMonthUnit};
use lakesmith_value::{Fraction, Zone};

use by_pattern::{date_format, format_kernel, from_unixtime, parse_kernel, read, unix_timestamp};

use crate::arithmetic::{DAYS, add_days_kernel, add_micros_kernel, attempt, of_intervals};
use crate::cast::{Mode, cast, cast_array};
use crate::cast_nullability::may_lose;
use crate::civil_date::CivilDate;
use crate::coercion::{implicit, is_integral, is_numeric, is_text};
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::interval::DAYS_TO_SECONDS;
use crate::interval_arithmetic::is_interval;
use crate::kernel::{self, Kernels, texts};
use crate::rules::{is_ansi, timestamp_type, zone_at};
use crate::text_value::{DAY_MICROS, day_number, format_decimal, months_later};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["current_timestamp", "getdate", "now"], (0, 0), |call| Ok(now(call))),
    Function::scalar(&["current_date", "curdate"], (0, 0), |call| cast(now(call), &SparkType::Date, Mode::Ansi)),
    Function::scalar(&["year"], (1, 1), |call| part(call, "spark_year")),
    Function::scalar(&["quarter"], (1, 1), |call| part(call, "spark_quarter")),
    Function::scalar(&["month"], (1, 1), |call| part(call, "spark_month")),
    Function::scalar(&["weekofyear"], (1, 1), |call| part(call, "spark_week")),
    Function::scalar(&["day", "dayofmonth"], (1, 1), |call| part(call, "spark_day")),
    Function::scalar(&["dayofyear"], (1, 1), |call| part(call, "spark_dayofyear")),
    Function::scalar(&["dayofweek"], (1, 1), |call| part(call, "spark_dayofweek")),
    Function::scalar(&["weekday"], (1, 1), |call| part(call, "spark_weekday")),
    Function::scalar(&["hour"], (1, 1), |call| part(call, "spark_hour")),
    Function::scalar(&["minute"], (1, 1), |call| part(call, "spark_minute")),
    Function::scalar(&["second"], (1, 1), |call| part(call, "spark_second")),
    Function::scalar(&["extract", "date_part", "datepart"], (2, 2), extract),
    Function::scalar(&["date_format"], (2, 2), date_format),
    Function::scalar(&["to_date"], (1, 2), |call| read(call, SparkType::Date, Mode::Ansi)),
    Function::scalar(&["try_to_date"], (1, 2), |call| read(call, SparkType::Date, Mode::Try)),
    Function::scalar(&["to_timestamp"], (1, 2), |call| read(call, timestamp_type(), Mode::Ansi)),
    Function::scalar(&["to_timestamp_ltz"], (1, 2), |call| read(call, SparkType::Timestamp, Mode::Ansi)),
    Function::scalar(&["to_timestamp_ntz"], (1, 2), |call| read(call, SparkType::TimestampNtz, Mode::Ansi)),
    Function::scalar(&["try_to_timestamp"], (1, 2), |call| read(call, timestamp_type(), Mode::Try)),
    Function::scalar(&["unix_timestamp", "to_unix_timestamp"], (0, 2), unix_timestamp),
    Function::scalar(&["from_unixtime"], (1, 2), from_unixtime),
    Function::scalar(&["timestamp_seconds"], (1, 1), |call| {
        only_number(call)?;
        let seconds = call.arguments[0].clone();
        if matches!(seconds.data_type, SparkType::Decimal { .. }) {
            return kernel::call("spark_timestamp_of_decimal", vec![seconds], SparkType::Timestamp);
        }
        if !matches!(seconds.data_type, SparkType::Float | SparkType::Double) {
            let seconds = cast(seconds, &SparkType::Long, Mode::Ansi)?;
            return kernel::call("spark_timestamp_seconds", vec![seconds], SparkType::Timestamp);
        }
        let seconds = cast(seconds, &SparkType::Double, Mode::Ansi)?;
        Ok(kernel::call("spark_timestamp_of_fraction", vec![seconds], SparkType::Timestamp)?.with_nullable(true))
    }),
    Function::scalar(&["timestamp_millis"], (1, 1), |call| from_micros(call, "spark_timestamp_millis")),
    Function::scalar(&["timestamp_micros"], (1, 1), |call| from_micros(call, "spark_timestamp_micros")),
    Function::scalar(&["date_add", "dateadd"], (2, 2), |call| move_days(call, false)),
    Function::scalar(&["date_sub"], (2, 2), |call| move_days(call, true)),
    Function::scalar(&["datediff", "date_diff"], (2, 2), |call| {
        kernel::call("spark_datediff", typed(call, &[SparkType::Date])?, SparkType::Integer)
    }),
    Function::scalar(&["add_months"], (2, 2), |call| {
        let arguments = typed(call, &[SparkType::Date, SparkType::Integer])?;
        kernel::call("spark_add_months", arguments, SparkType::Date)
    }),
    Function::scalar(&["months_between"], (2, 3), |call| {
        let types = [SparkType::Timestamp, SparkType::Timestamp, SparkType::Boolean];
        kernel::call("spark_months_between", typed(call, &types)?, SparkType::Double)
    }),
    Function::scalar(&["last_day"], (1, 1), |call| {
        kernel::call("spark_last_day", typed(call, &[SparkType::Date])?, SparkType::Date)
    }),
    Function::scalar(&["date_trunc"], (2, 2), |call| {
        let arguments = typed(call, &[SparkType::STRING, SparkType::Timestamp])?;
        if is_no_unit(&arguments[0], |unit| truncated(unit, 0).is_some()) {
            return constant::null(&SparkType::Timestamp);
        }
        kernel::call("spark_date_trunc", arguments, SparkType::Timestamp)
    }),
    Function::scalar(&["trunc"], (2, 2), |call| {
        let mut arguments = typed(call, &[SparkType::Date, SparkType::STRING])?;
        if is_no_unit(&arguments[1], |unit| !is_short(unit) && truncated(unit, 0).is_some()) {
            return constant::null(&SparkType::Date);
        }
        arguments[0] = cast(arguments[0].clone(), &SparkType::TimestampNtz, Mode::Ansi)?;
        arguments.swap(0, 1);
        let moment = kernel::call("spark_trunc", arguments, SparkType::TimestampNtz)?;
        Ok(cast(moment, &SparkType::Date, Mode::Ansi)?.with_nullable(true))
    }),
    Function::scalar(&["make_date"], (3, 3), |call| {
        kernel::call("spark_make_date", typed(call, &[SparkType::Integer])?, SparkType::Date)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_add_interval_months", |a, t| add_interval_months(a, t, 1)),
    ("spark_add_intervals", |a, _| numeric::add(&a[0], &a[1]).map_err(|error| of_intervals(error, &a[0]))),
    ("spark_add_micros", add_micros_kernel),
    ("spark_add_months", add_months_kernel),
    ("spark_date_add", add_days_kernel),
    ("spark_date_format", format_kernel),
    ("spark_date_sub", subtract_days_kernel),
    ("spark_date_trunc", date_trunc_kernel),
    ("spark_datediff", days_between),
    ("spark_day", |a, _| of_date(a, |date| date.day)),
    ("spark_dayofweek", |a, _| of_date(a, |date| (date.weekday() + 1) % 7 + 1)),
    ("spark_dayofyear", |a, _| of_date(a, |date| date.day_of_year())),
    ("spark_difference", difference_kernel),
    ("spark_hour", |a, _| of_time(a, |time| time / 3_600)),
    ("spark_iso_weekday", |a, _| of_date(a, |date| date.weekday() + 1)),
    ("spark_last_day", last_day_kernel),
    ("spark_legacy_make_date", |a, t| attempt(a, t, make_date_kernel)),
    ("spark_make_date", make_date_kernel),
    ("spark_minute", |a, _| of_time(a, |time| time / 60 % 60)),
    ("spark_month", |a, _| of_date(a, |date| date.month)),
    ("spark_months_between", months_between_kernel),
    ("spark_parse_moment", |a, t| parse_kernel(a, t, Mode::Ansi)),
    ("spark_quarter", |a, _| of_date(a, |date| (date.month - 1) / 3 + 1)),
    ("spark_second", |a, _| of_time(a, |time| time % 60)),
    ("spark_seconds_since_epoch", |a, _| {
        let micros = a[0].as_primitive::<TimestampMicrosecondType>();
        Ok(Arc::new(micros.unary::<_, Int64Type>(|micros| micros / 1_000_000)))
    }),
    ("spark_subtract_intervals", |a, _| numeric::sub(&a[0], &a[1]).map_err(|error| of_intervals(error, &a[0]))),
    ("spark_subtract_micros", subtract_micros_kernel),
    ("spark_subtract_months", |a, t| add_interval_months(a, t, -1)),
    ("spark_timestamp_micros", |a, t| scaled(a, t, 1)),
    ("spark_timestamp_millis", |a, t| scaled(a, t, 1000)),
    ("spark_timestamp_of_decimal", timestamp_of_decimal),
    ("spark_timestamp_of_fraction", timestamp_of_fraction),
    ("spark_timestamp_seconds", |a, t| scaled(a, t, 1_000_000)),
    ("spark_trunc", trunc_kernel),
    ("spark_try_add_interval_months", |a, t| attempt(a, t, |a, t| add_interval_months(a, t, 1))),
    ("spark_try_add_intervals", |a, t| attempt(a, t, |a, _| Ok(numeric::add(&a[0], &a[1])?))),
    ("spark_try_add_micros", |a, t| attempt(a, t, add_micros_kernel)),
    ("spark_try_date_add", |a, t| attempt(a, t, add_days_kernel)),
    ("spark_try_date_sub", |a, t| attempt(a, t, subtract_days_kernel)),
    ("spark_try_difference", |a, t| attempt(a, t, difference_kernel)),
    ("spark_try_parse_moment", |a, t| parse_kernel(a, t, Mode::Try)),
    ("spark_try_subtract_intervals", |a, t| attempt(a, t, |a, _| Ok(numeric::sub(&a[0], &a[1])?))),
    ("spark_try_subtract_micros", |a, t| attempt(a, t, subtract_micros_kernel)),
    ("spark_try_subtract_months", |a, t| attempt(a, t, |a, t| add_interval_months(a, t, -1))),
    ("spark_week", |a, _| of_date(a, |date| date.week().1)),
    ("spark_weekday", |a, _| of_date(a, |date| date.weekday())),
    ("spark_wrapping_date_add", |a, _| wrapping_days(a, i32::wrapping_add)),
    ("spark_wrapping_date_sub", |a, _| wrapping_days(a, i32::wrapping_sub)),
    ("spark_year_of_week", |a, _| of_date(a, |date| date.week().0)),
    ("spark_year", |a, _| of_date(a, |date| date.year)),
];

fn now(call: &Call<'_>) -> Typed {
    let value = ScalarValue::TimestampMicrosecond(Some(call.session.now_micros), Some("UTC".into()));
    Typed { expr: lit(value), data_type: SparkType::Timestamp, nullable: false }
}

fn typed(call: &Call<'_>, types: &[SparkType]) -> Result<Vec<Typed>, Fault> {
    let last = &types[types.len() - 1];
    let arguments = call.arguments.iter().enumerate().map(|(index, argument)| {
        let wanted = types.get(index).unwrap_or(last);
        implicit(argument.clone(), wanted).unwrap_or_else(|| {
            let title = format!("`{}` needs {wanted} here, not {}", call.name, argument.data_type);
            Err(Fault::mismatch(title, Some(index)))
        })
    });
    arguments.collect()
}

fn is_moment(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz)
}

fn part(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let of_day = ["spark_hour", "spark_minute", "spark_second"].contains(&name);
    let read = if of_day { SparkType::Timestamp } else { SparkType::Date };
    let value = if is_moment(&value.data_type) { value } else { typed(call, std::slice::from_ref(&read))?.remove(0) };
    // Spark takes it from the value's date, and says of that cast that it may be NULL
    let may_lose = may_lose(&value.data_type, &read, Mode::Ansi) && read == SparkType::Date;
    let part = kernel::call(name, vec![value], SparkType::Integer)?;
    let nullable = part.nullable || may_lose;
    Ok(part.with_nullable(nullable))
}

/// `extract(YEAR FROM d)` is `year(d)`, and so on.
fn extract(call: &Call<'_>) -> Result<Typed, Fault> {
    let field = match constant::value(&call.arguments[0].expr) {
        Some(ScalarValue::Utf8(Some(field))) => field,
        Some(value) if value.is_null() => return constant::null(&SparkType::Double),
        Some(_) => {
            return Err(Fault::mismatch(format!("the field of `{}` is a text", call.name), Some(0)));
        }
        None => {
            let title = format!("the field of `{}` is a constant", call.name);
            return Err(Fault { condition: Condition::NON_FOLDABLE_ARGUMENT, title, argument: Some(0), help: None });
        }
    };
    let field = &field;
    let unknown = || {
        let title = format!("`{}` of {} has no field `{field}`", call.name, call.arguments[1].data_type);
        Fault { condition: Condition::INVALID_EXTRACT_FIELD, title, argument: Some(0), help: None }
    };
    if is_interval(&call.arguments[1].data_type) {
        return crate::interval_field::field(&call.arguments[1], field).unwrap_or_else(|| Err(unknown()));
    }
    let name = match field.to_ascii_lowercase().as_str() {
        "year" | "y" | "years" | "yr" | "yrs" => "year",
        "quarter" | "qtr" => "quarter",
        "month" | "mon" | "mons" | "months" => "month",
        "week" | "w" | "weeks" => "weekofyear",
        "day" | "d" | "days" => "day",
        "dayofweek" | "dow" => "dayofweek",
        "doy" => "dayofyear",
        "hour" | "h" | "hours" | "hr" | "hrs" => "hour",
        "minute" | "m" | "min" | "mins" | "minutes" => "minute",
        "second" | "s" | "sec" | "seconds" | "secs" => {
            return crate::calendar::seconds(call.arguments[1].clone());
        }
        "dayofweek_iso" | "dow_iso" => return crate::calendar::iso_weekday(call.arguments[1].clone()),
        "yearofweek" => {
            return crate::calendar::year_of_week(call.arguments[1].clone());
        }
        _ => return Err(unknown()),
    };
    let function = crate::registry::find(name).ok_or_else(|| Fault::not_built(format!("`{name}`")))?;
    (function.resolve)(&Call { name, arguments: vec![call.arguments[1].clone()], ..call.clone() })
}

/// A number of the day of each date or timestamp.
fn of_date(arguments: &[ArrayRef], number: fn(CivilDate) -> i64) -> Result<ArrayRef> {
    let days: Box<dyn Iterator<Item = Option<i64>>> = match arguments[0].data_type() {
        DataType::Date32 => Box::new(arguments[0].as_primitive::<Date32Type>().iter().map(|days| days.map(i64::from))),
        _ => {
            let micros = arguments[0].as_primitive::<TimestampMicrosecondType>().iter();
            Box::new(micros.map(|micros| micros.map(|micros| micros.div_euclid(DAY_MICROS))))
        }
    };
    let values = days.map(|days| i32::try_from(number(CivilDate::of_days(days?))).ok());
    Ok(Arc::new(values.collect::<Int32Array>()))
}

/// A number of the time of day, which is given in seconds; that of a date is midnight.
fn of_time(arguments: &[ArrayRef], number: fn(i64) -> i64) -> Result<ArrayRef> {
    if let DataType::Date32 = arguments[0].data_type() {
        return Ok(Arc::new(arguments[0].as_primitive::<Date32Type>().unary::<_, Int32Type>(|_| 0)));
    }
    let micros = arguments[0].as_primitive::<TimestampMicrosecondType>().iter();
    let values = micros.map(|micros| i32::try_from(number(micros?.rem_euclid(DAY_MICROS) / 1_000_000)).ok());
    Ok(Arc::new(values.collect::<Int32Array>()))
}

/// What `+` and `-` mean when an operand is a date, time or interval; `None` when neither is.
pub(crate) fn arithmetic(left: &Typed, right: &Typed, minus: bool) -> Option<Result<Typed, Fault>> {
    let (l, r) = (&left.data_type, &right.data_type);
    let interval = |t: &SparkType| {
        matches!(
            t,
            SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } | SparkType::CalendarInterval
        )
    };
    if (interval(l) || is_integral(l) && *r == SparkType::Date) && is_moment(r) && !minus {
        return arithmetic(right, left, minus);
    }
    if *l == SparkType::Null || *r == SparkType::Null {
        return with_null(left, right, minus);
    }
    match (l, r) {
        (SparkType::Date, SparkType::Long) => {
            Some(Err(Fault::mismatch("days are added as an INT, not a BIGINT", Some(1)).with_help("cast them to INT")))
        }
        (SparkType::Date, r) if is_integral(r) => Some(shift_days(left.clone(), right.clone(), minus)),
        (SparkType::Date, SparkType::Date) if minus => {
            let nullable = left.nullable || right.nullable;
            let days = difference(left.clone(), right.clone(), SparkType::Date);
            Some(days.map(|days| days.with_nullable(nullable)))
        }
        (l, r) if is_moment(l) && is_moment(r) && minus => {
            Some(difference(left.clone(), right.clone(), SparkType::Timestamp))
        }
        (l, SparkType::YearMonthInterval { .. }) if is_moment(l) => {
            let name = if minus { "spark_subtract_months" } else { "spark_add_interval_months" };
            Some(kernel::call(name, vec![left.clone(), right.clone()], l.clone()))
        }
        (l, SparkType::CalendarInterval) if is_moment(l) => {
            Some(crate::interval::moved(left.clone(), right.clone(), minus))
        }
        (l, SparkType::DayTimeInterval { end, .. }) if is_moment(l) => {
            let days = *end == DayTimeUnit::Day;
            Some(add_duration(left.clone(), right.clone(), minus, days))
        }
        (SparkType::DayTimeInterval { start: s1, end: e1 }, SparkType::DayTimeInterval { start: s2, end: e2 }) => {
            let result = SparkType::DayTimeInterval { start: (*s1).min(*s2), end: (*e1).max(*e2) };
            Some(same_kind(left.clone(), right.clone(), minus, result))
        }
        (SparkType::YearMonthInterval { start: s1, end: e1 }, SparkType::YearMonthInterval { start: s2, end: e2 }) => {
            let has = |unit: YearMonthUnit| [s1, e1, s2, e2].iter().any(|known| **known == unit);
            let start = if has(YearMonthUnit::Year) { YearMonthUnit::Year } else { YearMonthUnit::Month };
            let end = if has(YearMonthUnit::Month) { YearMonthUnit::Month } else { YearMonthUnit::Year };
            Some(same_kind(left.clone(), right.clone(), minus, SparkType::YearMonthInterval { start, end }))
        }
        (l, r) if minus && is_moment(l) && is_text(r) && is_ansi() => {
            let read = cast(right.clone(), l, Mode::Ansi);
            read.map_or_else(|fault| Some(Err(fault)), |right| arithmetic(left, &right, minus))
        }
        // by the old rules only a date is taken from a text
        (l, r) if minus && is_text(l) && is_moment(r) && (is_ansi() || *r == SparkType::Date) => {
            let read = cast(left.clone(), r, Mode::Ansi);
            read.map_or_else(|fault| Some(Err(fault)), |left| arithmetic(&left, right, minus))
        }
        (l, r) if is_moment(l) || is_moment(r) || interval(l) || interval(r) => {
            let symbol = if minus { "-" } else { "+" };
            if (is_text(l) || is_text(r)) && (interval(l) || interval(r)) {
                return Some(Err(Fault::not_built(format!("`{symbol}` of {l} and {r}"))));
            }
            Some(Err(Fault::mismatch(format!("`{symbol}` does not work on {l} and {r}"), None)))
        }
        _ => None,
    }
}

/// `+` and `-` of a moment and a bare NULL, which counts as the interval or number of days that fits.
fn with_null(left: &Typed, right: &Typed, minus: bool) -> Option<Result<Typed, Fault>> {
    let (l, r) = (&left.data_type, &right.data_type);
    let as_type = |value: &Typed, to: SparkType| cast(value.clone(), &to, Mode::Ansi);
    let moved = match (l, r) {
        (moment, SparkType::Null) if !minus && is_moment(moment) => {
            as_type(right, DAYS_TO_SECONDS).map(|null| (left.clone(), null))
        }
        (SparkType::Null, moment) if !minus && is_moment(moment) => {
            as_type(left, DAYS_TO_SECONDS).map(|null| (null, right.clone()))
        }
        (moment, SparkType::Null) if minus && is_moment(moment) => {
            as_type(right, moment.clone()).map(|null| (left.clone(), null))
        }
        (SparkType::Null, moment) if minus && is_moment(moment) => {
            as_type(left, moment.clone()).map(|null| (null, right.clone()))
        }
        (SparkType::Null, other) | (other, SparkType::Null) if is_interval(other) => {
            let null = if *l == SparkType::Null { left } else { right };
            let null = as_type(null, other.clone());
            null.map(|null| if *l == SparkType::Null { (null, right.clone()) } else { (left.clone(), null) })
        }
        _ => return None,
    };
    match moved {
        Ok((left, right)) => arithmetic(&left, &right, minus),
        Err(fault) => Some(Err(fault)),
    }
}

fn same_kind(left: Typed, right: Typed, minus: bool, result: SparkType) -> Result<Typed, Fault> {
    let name = if minus { "spark_subtract_intervals" } else { "spark_add_intervals" };
    kernel::call(name, vec![left, right], result)
}

fn shift_days(date: Typed, days: Typed, minus: bool) -> Result<Typed, Fault> {
    let days = cast(days, &SparkType::Integer, Mode::Ansi)?;
    kernel::call(if minus { "spark_date_sub" } else { "spark_date_add" }, vec![date, days], SparkType::Date)
}

fn subtract_days_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let negative = arguments[1].as_primitive::<Int32Type>().unary::<_, Int32Type>(i32::wrapping_neg);
    add_days_kernel(&[Arc::clone(&arguments[0]), Arc::new(negative)], to)
}

fn wrapping_days(arguments: &[ArrayRef], moved: fn(i32, i32) -> i32) -> Result<ArrayRef> {
    let (days, by) = (arguments[0].as_primitive::<Date32Type>(), arguments[1].as_primitive::<Int32Type>());
    Ok(Arc::new(days.iter().zip(by).map(|(days, by)| Some(moved(days?, by?))).collect::<Date32Array>()))
}

fn move_days(call: &Call<'_>, minus: bool) -> Result<Typed, Fault> {
    let days = &call.arguments[1].data_type;
    if !matches!(days, SparkType::Byte | SparkType::Short | SparkType::Integer | SparkType::Null) && !is_text(days) {
        return Err(Fault::mismatch(format!("`{}` moves by days as an INT, not {days}", call.name), Some(1)));
    }
    if is_text(days) && !is_ansi() {
        written_days(call)?;
    }
    let mut arguments = typed(call, &[SparkType::Date, SparkType::Integer])?;
    let days = arguments.remove(1);
    shift_days(arguments.remove(0), days, minus)
}

/// By the old rules a number of days is no text, but for a constant that is a whole number.
fn written_days(call: &Call<'_>) -> Result<(), Fault> {
    let Some(value) = constant::value(&call.arguments[1].expr) else {
        return Err(Fault::mismatch(format!("`{}` moves by days as an INT, not STRING", call.name), Some(1)));
    };
    let is_whole = |text: &str| lakesmith_value::parse_integer(text, Fraction::Refuse).is_some();
    match value.try_as_str() {
        Some(Some(text)) if !is_whole(text) => {
            let title = format!("`{}` moves by a whole number of days, not by `{text}`", call.name);
            let condition = Condition::SECOND_FUNCTION_ARGUMENT_NOT_INTEGER;
            Err(Fault { condition, title, argument: Some(1), help: None })
        }
        _ => Ok(()),
    }
}

/// A difference of dates is an interval of days, one of timestamps an interval of days to seconds.
fn difference(left: Typed, right: Typed, of: SparkType) -> Result<Typed, Fault> {
    let days = of == SparkType::Date;
    let full = SparkType::DayTimeInterval { start: DayTimeUnit::Day, end: DayTimeUnit::Second };
    let is_instant = [&left, &right].iter().any(|side| side.data_type == SparkType::Timestamp);
    let common = if is_instant { SparkType::Timestamp } else { SparkType::TimestampNtz };
    let (left, right) = (cast(left, &common, Mode::Ansi)?, cast(right, &common, Mode::Ansi)?);
    kernel::call("spark_difference", vec![left, right], if days { DAYS } else { full })
}

fn add_duration(value: Typed, interval: Typed, minus: bool, whole_days: bool) -> Result<Typed, Fault> {
    let date = value.data_type == SparkType::Date;
    let result = if date { SparkType::Timestamp } else { value.data_type.clone() };
    let value = cast(value, &result, Mode::Ansi)?;
    let name = if minus { "spark_subtract_micros" } else { "spark_add_micros" };
    let moved = kernel::call(name, vec![value, interval], result)?;
    if date && whole_days { cast(moved, &SparkType::Date, Mode::Ansi) } else { Ok(moved) }
}

fn subtract_micros_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let micros = cast_array(&arguments[1], &DataType::Int64, Mode::Ansi)?;
    let negative: ArrayRef = Arc::new(micros.as_primitive::<Int64Type>().unary::<_, Int64Type>(i64::wrapping_neg));
    let zone = arguments.get(2).cloned();
    let arguments: Vec<ArrayRef> = [Arc::clone(&arguments[0]), negative].into_iter().chain(zone).collect();
    add_micros_kernel(&arguments, to)
}

fn out_of_range() -> datafusion::common::DataFusionError {
    DataError { condition: Condition::ARITHMETIC_OVERFLOW, message: "the date is out of range".into() }
        .into_datafusion()
}

fn add_months_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (days, months) = (arguments[0].as_primitive::<Date32Type>(), arguments[1].as_primitive::<Int32Type>());
    let values = days.iter().zip(months).map(|pair| match pair {
        (Some(days), Some(months)) => months_later(days, i64::from(months)).map(Some).ok_or_else(out_of_range),
        _ => Ok(None),
    });
    Ok(Arc::new(Date32Array::from(values.collect::<Result<Vec<_>>>()?)))
}

fn add_interval_months(arguments: &[ArrayRef], to: &DataType, sign: i32) -> Result<ArrayRef> {
    let months = arguments[1].as_primitive::<IntervalYearMonthType>();
    let zoneless = cast_array(
        &arguments[0],
        &DataType::Timestamp(datafusion::arrow::datatypes::TimeUnit::Microsecond, None),
        Mode::Ansi,
    )?;
    let moments = zoneless.as_primitive::<TimestampMicrosecondType>();
    let zone = zone_at(arguments, 2)?;
    let values = moments.iter().zip(months).map(|pair| match pair {
        (Some(instant), Some(months)) => {
            let micros = zone.local(instant);
            let days = i32::try_from(micros.div_euclid(DAY_MICROS)).map_err(|_| out_of_range())?;
            let moved = months_later(days, i64::from(months) * i64::from(sign)).ok_or_else(out_of_range)?;
            let moved = i64::from(moved) * DAY_MICROS + micros.rem_euclid(DAY_MICROS);
            Ok(Some(zone.instant_near(moved, instant)))
        }
        _ => Ok(None),
    });
    let moved: ArrayRef = Arc::new(TimestampMicrosecondArray::from(values.collect::<Result<Vec<_>>>()?));
    cast_array(&moved, to, Mode::Ansi)
}

fn days_between(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (end, start) = (arguments[0].as_primitive::<Date32Type>(), arguments[1].as_primitive::<Date32Type>());
    Ok(Arc::new(end.iter().zip(start).map(|(end, start)| Some(end?.wrapping_sub(start?))).collect::<Int32Array>()))
}

fn months_between_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let left = arguments[0].as_primitive::<TimestampMicrosecondType>();
    let right = arguments[1].as_primitive::<TimestampMicrosecondType>();
    let flags = arguments.get(2).filter(|flags| flags.data_type() == &DataType::Boolean);
    let rounded = flags.map(|flags| flags.as_boolean());
    let zone = zone_at(arguments, if flags.is_some() { 3 } else { 2 })?;
    let values = left.iter().zip(right).enumerate().map(|(row, (left, right))| {
        Some(months_between(left?, right?, rounded.is_none_or(|flags| flags.value(row)), &zone))
    });
    Ok(Arc::new(values.collect::<Float64Array>()))
}

/// Whole months when both are the same day or both the last day of their month; else a month has 31 days, and whole seconds
/// count. Eight digits.
fn months_between(left: i64, right: i64, rounded: bool, zone: &Zone) -> f64 {
    let split = |micros: i64| {
        let days = zone.local(micros).div_euclid(DAY_MICROS);
        // what has passed of the day, which may have 23 hours
        (CivilDate::of_days(days), (micros - zone.instant(days * DAY_MICROS)) / 1_000_000)
    };
    let ((l, l_time), (r, r_time)) = (split(left), split(right));
    let months = ((l.year - r.year) * 12 + l.month - r.month) as f64;
    if l.day == r.day || l == l.last_of_month() && r == r.last_of_month() {
        return months;
    }
    let seconds = (l.day - r.day) * 86_400 + l_time - r_time;
    let months = months + seconds as f64 / (31.0 * 86_400.0);
    if rounded { (months * 1e8 + 0.5).floor() / 1e8 } else { months }
}

fn last_day_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let days = arguments[0].as_primitive::<Date32Type>().iter();
    let last = |days: i32| i32::try_from(CivilDate::of_days(i64::from(days)).last_of_month().days()).ok();
    Ok(Arc::new(days.map(|days| last(days?)).collect::<Date32Array>()))
}

fn make_date_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let parts: Vec<_> = arguments.iter().map(|array| array.as_primitive::<Int32Type>()).collect();
    let values = parts[0].iter().zip(parts[1]).zip(parts[2]).map(|((year, month), day)| match (year, month, day) {
        (Some(year), Some(month), Some(day)) => {
            day_number(i64::from(year), i64::from(month), i64::from(day)).map(Some).ok_or_else(|| {
                let message = format!("{year}-{month}-{day} is no date");
                DataError { condition: Condition::DATETIME_FIELD_OUT_OF_BOUNDS, message }.into_datafusion()
            })
        }
        _ => Ok(None),
    });
    Ok(Arc::new(Date32Array::from(values.collect::<Result<Vec<_>>>()?)))
}

fn date_trunc_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (units, moments) = (texts(&arguments[0])?, arguments[1].as_primitive::<TimestampMicrosecondType>());
    let own = zone_at(arguments, 2)?;
    let values = units.iter().zip(moments).map(|(unit, micros)| truncated_in(unit?, micros?, &own));
    let zone = match to {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    };
    Ok(Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone_opt(zone)))
}

/// Whether a unit is a constant that is none, for which no moment is looked at.
fn is_no_unit(unit: &Typed, is_known: impl Fn(&str) -> bool) -> bool {
    let known = constant::value(&unit.expr).map(|unit| unit.try_as_str().map(|unit| unit.is_some_and(&is_known)));
    known == Some(Some(false))
}

/// Whether a unit is one of a day or shorter.
fn is_short(unit: &str) -> bool {
    let units = ["microsecond", "millisecond", "second", "minute", "hour", "day", "dd"];
    units.iter().any(|short| unit.eq_ignore_ascii_case(short))
}

/// The start of the unit that clocks of a zone show at an instant.
fn truncated_in(unit: &str, instant: i64, zone: &Zone) -> Option<i64> {
    let is = |units: &[&str]| units.iter().any(|known| unit.eq_ignore_ascii_case(known));
    if zone.is_utc() || is(&["microsecond", "millisecond", "second"]) {
        return truncated(unit, instant);
    }
    let local = truncated(unit, zone.local(instant))?;
    Some(if is(&["minute", "hour", "day", "dd"]) { zone.instant_near(local, instant) } else { zone.instant(local) })
}

/// The start of the unit a moment lies in; NULL for an unknown unit, as in Spark.
fn truncated(unit: &str, micros: i64) -> Option<i64> {
    let step = match unit.to_ascii_lowercase().as_str() {
        "microsecond" => 1,
        "millisecond" => 1000,
        "second" => 1_000_000,
        "minute" => 60_000_000,
        "hour" => 3_600_000_000,
        "day" | "dd" => DAY_MICROS,
        _ => 0,
    };
    if step > 0 {
        return Some(micros - micros.rem_euclid(step));
    }
    let days = micros.div_euclid(DAY_MICROS);
    let date = CivilDate::of_days(days);
    let start = match unit.to_ascii_lowercase().as_str() {
        "week" => days - date.weekday(),
        "month" | "mon" | "mm" => CivilDate { day: 1, ..date }.days(),
        "quarter" => CivilDate { month: (date.month - 1) / 3 * 3 + 1, day: 1, ..date }.days(),
        "year" | "yyyy" | "yy" => CivilDate { month: 1, day: 1, ..date }.days(),
        _ => return None,
    };
    start.checked_mul(DAY_MICROS)
}

/// Notes an argument that is no number: a text does not count as one.
fn only_number(call: &Call<'_>) -> Result<(), Fault> {
    match &call.arguments[0].data_type {
        SparkType::Null => Ok(()),
        data_type if is_numeric(data_type) => Ok(()),
        other => Err(Fault::mismatch(format!("`{}` needs a number, not {other}", call.name), Some(0))),
    }
}

fn from_micros(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    if !is_integral(&call.arguments[0].data_type) && call.arguments[0].data_type != SparkType::Null {
        let title = format!("`{}` needs a whole number, not {}", call.name, call.arguments[0].data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    kernel::call(name, typed(call, &[SparkType::Long])?, SparkType::Timestamp)
}

fn scaled(arguments: &[ArrayRef], to: &DataType, factor: i64) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Int64Type>().iter();
    let micros = values.map(|value| match value {
        Some(value) => value.checked_mul(factor).map(Some).ok_or_else(|| {
            let message = "the timestamp is out of range".to_owned();
            DataError { condition: Condition::DATETIME_OVERFLOW, message }.into_datafusion()
        }),
        None => Ok(None),
    });
    let zone = match to {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    };
    Ok(Arc::new(TimestampMicrosecondArray::from(micros.collect::<Result<Vec<_>>>()?).with_timezone_opt(zone)))
}

/// A number of seconds is that of whole microseconds.
fn timestamp_of_decimal(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let seconds = arguments[0].as_primitive::<Decimal128Type>();
    let scale = i32::from(seconds.scale());
    let micros = |unscaled: i128| -> Option<i64> {
        let size = 10i128.checked_pow((6 - scale).unsigned_abs())?;
        let micros = match scale <= 6 {
            true => unscaled.checked_mul(size)?,
            false => (unscaled % size == 0).then_some(unscaled / size)?,
        };
        i64::try_from(micros).ok()
    };
    let refused = |unscaled: i128| {
        let shown = format_decimal(unscaled, seconds.scale());
        let message = format!("`{shown}` seconds are no whole microseconds of a TIMESTAMP");
        DataError { condition: Condition::DATETIME_OVERFLOW, message }.into_datafusion()
    };
    let made = seconds.iter().map(|value| value.map(|value| micros(value).ok_or_else(|| refused(value))).transpose());
    let made = made.collect::<Result<Vec<Option<i64>>>>()?;
    Ok(Arc::new(TimestampMicrosecondArray::from(made).with_timezone_opt(crate::calendar::zone(to))))
}

/// What is no number of seconds is NULL; one beyond all timestamps is the last or first of them, as Java's casts have it.
#[allow(clippy::cast_possible_truncation, reason = "casts of Rust stop at the bounds of their type")]
fn timestamp_of_fraction(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let seconds = arguments[0].as_primitive::<datafusion::arrow::datatypes::Float64Type>().iter();
    let micros = seconds.map(|seconds| seconds.filter(|value| value.is_finite()).map(|value| (value * 1e6) as i64));
    let micros = micros.collect::<TimestampMicrosecondArray>();
    Ok(Arc::new(micros.with_timezone_opt(crate::calendar::zone(to))))
}

fn trunc_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let units = texts(&arguments[0])?;
    // DATE has no units below a week
    let kept = units.iter().map(|unit| unit.filter(|unit| !is_short(unit))).collect::<StringArray>();
    date_trunc_kernel(&[Arc::new(kept), Arc::clone(&arguments[1])], to)
}

fn difference_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let difference = numeric::sub(&arguments[0], &arguments[1])?;
    cast_array(&difference, to, Mode::Ansi)
}
