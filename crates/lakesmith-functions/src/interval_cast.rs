//! Casts between intervals and numbers, and from texts to intervals. A number counts the last unit of the interval's type.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, DurationMicrosecondArray, Int64Array, IntervalMonthDayNanoArray,
    IntervalYearMonthArray,
};
use datafusion::arrow::datatypes::{DataType, Int32Type, Int64Type, IntervalMonthDayNano, IntervalUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::cast_text::unit_ranks;
use crate::coercion::{is_integral, is_text};
use crate::function::{Fault, Typed};
use crate::interval_arithmetic::{is_interval, number_of, sizes, trimmed};
use crate::kernel::{self, Kernels, refused};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_interval_number", number_kernel),
    ("spark_interval_seconds", seconds_kernel),
    ("spark_parse_interval", |a, t| parse_kernel(a, t, Mode::Ansi)),
    ("spark_try_parse_interval", |a, t| parse_kernel(a, t, Mode::Try)),
];

const MICROS: [i64; 4] = [86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000];

/// Months or microseconds of the last unit of a type.
fn last_unit(data_type: &SparkType) -> Option<i64> {
    let (_, last) = unit_ranks(data_type)?;
    let at = usize::try_from(last).ok()?;
    match data_type {
        SparkType::YearMonthInterval { .. } => Some(if at == 0 { 12 } else { 1 }),
        _ => MICROS.get(at).copied(),
    }
}

/// A cast between an interval and a number or text; `None` for other casts.
pub(crate) fn interval_cast(value: &Typed, to: &SparkType, mode: Mode) -> Option<Result<Typed, Fault>> {
    let from = &value.data_type;
    if is_text(from) && (is_interval(to) || *to == SparkType::CalendarInterval) {
        return Some(parsed(value.clone(), to, mode));
    }
    let is_exact = |data_type: &SparkType| is_integral(data_type) || matches!(data_type, SparkType::Decimal { .. });
    if is_exact(from) && is_interval(to) {
        let unit = last_unit(to)?;
        let unit = match to {
            SparkType::YearMonthInterval { .. } => ScalarValue::IntervalYearMonth(i32::try_from(unit).ok()),
            _ => ScalarValue::DurationMicrosecond(Some(unit)),
        };
        let unit = Typed::new(lit(unit), to.clone()).with_nullable(false);
        let interval = number_of(&unit, value, mode);
        // parts below the last unit are cut off
        return Some(interval.and_then(|interval| match from {
            SparkType::Decimal { .. } => trimmed(interval, to),
            _ => Ok(Typed { data_type: to.clone(), ..interval }),
        }));
    }
    if is_interval(from) && is_exact(to) {
        let unit = last_unit(from)?;
        let has_fraction = unit == MICROS[3] && matches!(from, SparkType::DayTimeInterval { .. });
        let number = if has_fraction && matches!(to, SparkType::Decimal { .. }) {
            let seconds = SparkType::Decimal { precision: 20, scale: 6 };
            kernel::call("spark_interval_seconds", vec![value.clone()], seconds)
        } else {
            let unit = Typed::new(lit(unit), SparkType::Long).with_nullable(false);
            kernel::call("spark_interval_number", vec![value.clone(), unit], SparkType::Long)
        };
        return Some(number.and_then(|number| strict(number, to, mode)));
    }
    None
}

/// A number of an interval that does not fit is an error whatever the rules.
fn strict(number: Typed, to: &SparkType, mode: Mode) -> Result<Typed, Fault> {
    match mode {
        Mode::Legacy if number.data_type != *to => {
            let nullable = number.nullable;
            Ok(kernel::call("spark_cast", vec![number], to.clone())?.with_nullable(nullable))
        }
        _ => cast(number, to, mode),
    }
}

fn number_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let units = arguments[1].as_primitive::<Int64Type>();
    let sizes = sizes(&arguments[0]).into_iter().enumerate();
    Ok(Arc::new(sizes.map(|(row, size)| size.map(|size| size / units.value(row))).collect::<Int64Array>()))
}

fn seconds_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let micros: Decimal128Array = sizes(&arguments[0]).into_iter().map(|size| size.map(i128::from)).collect();
    Ok(Arc::new(micros.with_precision_and_scale(20, 6)?))
}

fn parsed(text: Typed, to: &SparkType, mode: Mode) -> Result<Typed, Fault> {
    let (first, last) = unit_ranks(to).unwrap_or((0, 0));
    let rank = |rank: i32| Typed::new(lit(rank), SparkType::Integer).with_nullable(false);
    // a text that is no interval is an error whatever the rules
    let name = if mode == Mode::Try { "spark_try_parse_interval" } else { "spark_parse_interval" };
    Ok(kernel::call(name, vec![text, rank(first), rank(last)], to.clone())?.with_nullable(true))
}

fn parse_kernel(arguments: &[ArrayRef], to: &DataType, mode: Mode) -> Result<ArrayRef> {
    let texts = kernel::texts(&arguments[0])?;
    if *to == DataType::Interval(IntervalUnit::MonthDayNano) {
        let intervals = texts.iter().map(|text| text.and_then(parse_calendar));
        return Ok(Arc::new(intervals.collect::<IntervalMonthDayNanoArray>()));
    }
    let rank = |at: usize| arguments[at].as_primitive::<Int32Type>();
    let (firsts, lasts) = (rank(1), rank(2));
    let months = matches!(to, DataType::Interval(_));
    let mut sizes = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        let Some(text) = text else {
            sizes.push(None);
            continue;
        };
        match parse_units(text, months, firsts.value(row), lasts.value(row)) {
            None if mode == Mode::Ansi => {
                let message = format!("`{text}` is no interval of this type");
                return Err(refused(Condition::INVALID_INTERVAL_FORMAT, message));
            }
            size => sizes.push(size),
        }
    }
    if months {
        let months = sizes.into_iter().map(|size| size.and_then(|size| i32::try_from(size).ok()));
        return Ok(Arc::new(months.collect::<IntervalYearMonthArray>()));
    }
    Ok(Arc::new(DurationMicrosecondArray::from(sizes)))
}

/// The names of the units of months or of days and time.
fn unit_names(months: bool) -> &'static [&'static str] {
    if months { &["YEAR", "MONTH"] } else { &["DAY", "HOUR", "MINUTE", "SECOND"] }
}

/// `1-2`, `1 02:03:04.5`, or a literal such as `INTERVAL '1-2' YEAR TO MONTH`, of exactly the units from `first` to `last`.
fn parse_units(text: &str, months: bool, first: i32, last: i32) -> Option<i64> {
    let (first, last) = (usize::try_from(first).ok()?, usize::try_from(last).ok()?);
    let text = text.trim();
    let (mut negative, mut body) = (false, text.to_owned());
    if text.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("interval")) {
        let rest = text.get(8..)?.trim_start();
        let (sign, rest) = signed(rest);
        negative = sign;
        let (quoted, units) = rest.strip_prefix('\'')?.split_once('\'')?;
        let names = unit_names(months);
        let written: Vec<String> = units.split_whitespace().map(str::to_ascii_uppercase).collect();
        let wanted = if first == last { vec![names[first]] } else { vec![names[first], "TO", names[last]] };
        (written == wanted).then_some(())?;
        quoted.clone_into(&mut body);
    }
    let (sign, digits) = signed(body.trim());
    negative ^= sign;
    let mut total = 0i64;
    let mut rest = digits;
    for unit in first..=last {
        let separator = match (months, unit) {
            _ if unit == last => "",
            (true, _) => "-",
            (false, 0) => " ",
            _ => ":",
        };
        let part = if separator.is_empty() {
            std::mem::take(&mut rest)
        } else {
            let (part, after) = rest.split_once(separator)?;
            rest = after;
            part
        };
        let (whole, fraction) = match part.split_once('.') {
            Some((whole, fraction)) if !months && unit == 3 => (whole, fraction),
            Some(_) => return None,
            None => (part, ""),
        };
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > 9 {
            return None;
        }
        let size = if months { [12, 1][unit] } else { MICROS[unit] };
        let number: i64 = whole.parse().ok()?;
        if unit > first && number >= [i64::MAX, 24, 60, 60][if months { 0 } else { unit }]
            || months && unit == 1 && unit > first && number > 11
        {
            return None;
        }
        let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
        let part = number.checked_mul(size)?.checked_add(micros)?;
        total = if negative { total.checked_sub(part)? } else { total.checked_add(part)? };
    }
    Some(total)
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').map_or(text, str::trim_start)),
    }
}

/// `1 year -2 days 3.5 seconds`, with the word `interval` allowed before it.
fn parse_calendar(text: &str) -> Option<IntervalMonthDayNano> {
    let lower = text.trim().to_ascii_lowercase();
    let rest = lower.strip_prefix("interval").filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(&lower);
    let (mut months, mut days, mut micros) = (0i64, 0i64, 0i64);
    let mut words = rest.split_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let (negative, number) = match word {
            "-" => (true, words.next()?),
            "+" => (false, words.next()?),
            word => signed(word),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) || fraction.len() > 9
        {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let whole = if negative { -whole } else { whole };
        let unit = words.next()?;
        let unit = unit.strip_suffix('s').unwrap_or(unit);
        if !fraction.is_empty() && unit != "second" {
            return None;
        }
        match unit {
            "year" => months = months.checked_add(whole.checked_mul(12)?)?,
            "month" => months = months.checked_add(whole)?,
            "week" => days = days.checked_add(whole.checked_mul(7)?)?,
            "day" => days = days.checked_add(whole)?,
            "hour" => micros = micros.checked_add(whole.checked_mul(MICROS[1])?)?,
            "minute" => micros = micros.checked_add(whole.checked_mul(MICROS[2])?)?,
            "second" => {
                let part: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
                let part = if negative { -part } else { part };
                micros = micros.checked_add(whole.checked_mul(MICROS[3])?)?.checked_add(part)?;
            }
            "millisecond" => micros = micros.checked_add(whole.checked_mul(1000)?)?,
            "microsecond" => micros = micros.checked_add(whole)?,
            _ => return None,
        }
    }
    let (months, days) = (i32::try_from(months).ok()?, i32::try_from(days).ok()?);
    Some(IntervalMonthDayNano::new(months, days, micros.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_intervals_are_of_the_units_that_are_asked_for() {
        assert_eq!(parse_units("-1-2", true, 0, 1), Some(-14));
        assert_eq!(parse_units("interval '3-1' year to month", true, 0, 1), Some(37));
        assert_eq!(parse_units("INTERVAL -'3 00:00:01' DAY TO SECOND", false, 0, 3), Some(-259_201_000_000));
        assert_eq!(parse_units("1 25", false, 0, 1), None);
        assert_eq!(parse_calendar("- 1 second"), Some(IntervalMonthDayNano::new(0, 0, -1_000_000_000)));
        assert_eq!(parse_calendar("- -1 second"), None);
    }
}
