//! Time windows: the stretches of time that `window(time, length[, slide[, start]])` puts a row into, those that
//! `session_window(time, gap)` begins with, and `window_time`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, StructArray, TimestampMicrosecondArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Fields, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, internal_err};
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, lit};
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::{SparkType, StructField};

use crate::array::argument;
use crate::calendar::zone;
use crate::cast::{Mode, cast};
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::interval::moved;
use crate::kernel::{self, Kernels};

/// The functions. `window` and `session_window` are the resolver's, since they give several rows for one, and one for several.
pub const FUNCTIONS: &[Function] = &[Function::scalar(&["window_time"], (1, 1), window_time)];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_session_window", session_kernel),
    ("spark_window", window_kernel),
    ("spark_window_time", |arguments, to| {
        let ends = arguments[0].as_primitive::<TimestampMicrosecondType>();
        let last = ends.unary::<_, TimestampMicrosecondType>(|end| end.wrapping_sub(1));
        Ok(Arc::new(last.with_timezone_opt(zone(to))))
    }),
    ("spark_windows", windows_kernel),
];

/// The windows of each row.
#[derive(Debug, Clone)]
pub struct TimeWindow {
    /// A struct of start and end, or a list of them when windows overlap.
    pub windows: Typed,
    /// Whether they overlap.
    pub is_list: bool,
    /// Whether a row is in any.
    pub is_held: Expr,
}

/// The session that a row would be alone: from its time on until nothing has followed for as long as the gap, which may differ
/// from row to row. A gap that is NULL, or no length, is no session.
pub fn session_window(call: &Call<'_>) -> Result<TimeWindow, Fault> {
    let [_, gap] = call.arguments.as_slice() else {
        let title = format!("function `session_window` takes 2 arguments, not {}", call.arguments.len());
        return Err(Fault { condition: Condition::WRONG_NUM_ARGS, title, argument: None, help: None });
    };
    let time = moment(call)?;
    let gap = match &gap.data_type {
        SparkType::String { .. } | SparkType::Null | SparkType::CalendarInterval => {
            cast(gap.clone(), &SparkType::CalendarInterval, Mode::Try)?
        }
        other => {
            let title = format!("the gap of a session is a text such as '5 minutes', not {other}");
            return Err(Fault::mismatch(title, Some(1)));
        }
    };
    let end = moved(time.clone(), gap, false)?;
    let is_held = end.expr.clone().gt(time.expr.clone());
    let window = kernel::call("spark_session_window", vec![time.clone(), end], window_of(&time.data_type))?;
    Ok(TimeWindow { windows: window, is_list: false, is_held })
}

/// A window as a value: its start and its end, both of one type.
pub fn between(start: Typed, end: Typed) -> Result<Typed, Fault> {
    let window = window_of(&start.data_type);
    kernel::call("spark_session_window", vec![start, end], window)
}

/// The type of windows of a moment.
fn window_of(moment: &SparkType) -> SparkType {
    SparkType::Struct(["start", "end"].map(|name| StructField::nullable(name, moment.clone())).into())
}

/// The time of a row.
fn moment(call: &Call<'_>) -> Result<Typed, Fault> {
    match &call.arguments[0].data_type {
        SparkType::TimestampNtz => Ok(call.arguments[0].clone()),
        SparkType::Struct(_) => Err(Fault::not_built("a window of windows")),
        _ => argument(call, 0, &SparkType::Timestamp),
    }
}

/// The windows of a call: the time, the length, how far one start is from the next, and where the first begins.
pub fn time_window(call: &Call<'_>) -> Result<TimeWindow, Fault> {
    if !(2..=4).contains(&call.arguments.len()) {
        let title = format!("function `window` takes 2 to 4 arguments, not {}", call.arguments.len());
        return Err(Fault { condition: Condition::WRONG_NUM_ARGS, title, argument: None, help: None });
    }
    let time = moment(call)?;
    let length = duration(call, 1)?;
    let slide = if call.arguments.len() > 2 { duration(call, 2)? } else { length };
    let start = if call.arguments.len() > 3 { duration(call, 3)? } else { 0 };
    let wrong = |title: &str, index| Err(Fault::mismatch(title, Some(index)));
    if length <= 0 {
        return wrong("the length of a window is more than nothing", 1);
    }
    if slide <= 0 || slide > length {
        return wrong("windows follow each other by more than nothing and at most their length", 2);
    }
    if start.abs() >= slide {
        return wrong("the start of windows is less than the distance from one to the next", 3);
    }
    let is_list = slide < length;
    let window = window_of(&time.data_type);
    let number = |micros: i64| Typed::new(lit(micros), SparkType::Long).with_nullable(false);
    let is_held = time.expr.clone().is_not_null();
    let arguments = vec![time, number(length), number(slide), number(start)];
    let (name, result) = match is_list {
        true => ("spark_windows", SparkType::Array { element: Box::new(window), contains_null: false }),
        false => ("spark_window", window),
    };
    Ok(TimeWindow { windows: kernel::call(name, arguments, result)?, is_list, is_held })
}

/// A constant length of time in microseconds.
fn duration(call: &Call<'_>, index: usize) -> Result<i64, Fault> {
    let text = constant::text_argument(call, index, &call.arguments[index])?.unwrap_or_default();
    parse_duration(&text).ok_or_else(|| Fault {
        condition: Condition::CANNOT_PARSE_INTERVAL,
        title: format!("`{text}` is no length of time"),
        argument: Some(index),
        help: Some("write it in weeks, days, hours, minutes and seconds: '1 hour 30 minutes'".into()),
    })
}

/// `1 hour 30 minutes` in microseconds; `None` for what is no length, or one whose months differ in length.
fn parse_duration(text: &str) -> Option<i64> {
    let lower = text.trim().to_ascii_lowercase();
    let rest = lower.strip_prefix("interval").filter(|rest| rest.starts_with(' ')).unwrap_or(&lower);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (pairs, []) = words.as_chunks::<2>() else { return None };
    let mut total = 0i64;
    for [number, unit] in pairs {
        let micros = match unit.strip_suffix('s').unwrap_or(unit) {
            "week" => 604_800_000_000,
            "day" => 86_400_000_000,
            "hour" => 3_600_000_000,
            "minute" => 60_000_000,
            "second" => 1_000_000,
            "millisecond" => 1000,
            "microsecond" => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(micros)?)?;
    }
    (!pairs.is_empty()).then_some(total)
}

/// The start of the last window that holds a time.
fn last_start(time: i64, slide: i64, start: i64) -> i64 {
    time - (time - start).rem_euclid(slide)
}

fn fixed(arguments: &[ArrayRef]) -> [i64; 3] {
    [1, 2, 3].map(|at: usize| arguments[at].as_primitive::<Int64Type>().values().first().copied().unwrap_or(1))
}

fn window_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let times = arguments[0].as_primitive::<TimestampMicrosecondType>();
    let [length, slide, start] = fixed(arguments);
    let DataType::Struct(fields) = to else { return internal_err!("a window of type {to}") };
    let starts = times.unary::<_, TimestampMicrosecondType>(|time| last_start(time, slide, start));
    let ends = starts.unary::<_, TimestampMicrosecondType>(|begin| begin.wrapping_add(length));
    windows(fields, starts, ends, times.nulls().cloned())
}

fn session_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let [starts, ends] = [0, 1].map(|at: usize| arguments[at].as_primitive::<TimestampMicrosecondType>().clone());
    let DataType::Struct(fields) = to else { return internal_err!("a window of type {to}") };
    let nulls = NullBuffer::union(starts.nulls(), ends.nulls());
    windows(fields, starts, ends, nulls)
}

fn windows(
    fields: &Fields,
    starts: TimestampMicrosecondArray,
    ends: TimestampMicrosecondArray,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef> {
    let zone = zone(fields[0].data_type());
    let (starts, ends) = (starts.with_timezone_opt(zone.clone()), ends.with_timezone_opt(zone));
    Ok(Arc::new(StructArray::try_new(fields.clone(), vec![Arc::new(starts), Arc::new(ends)], nulls)?))
}

fn windows_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let times = arguments[0].as_primitive::<TimestampMicrosecondType>();
    let [length, slide, start] = fixed(arguments);
    let DataType::List(element) = to else { return internal_err!("windows of type {to}") };
    let DataType::Struct(fields) = element.data_type() else { return internal_err!("windows of type {to}") };
    let (mut starts, mut lengths) = (Vec::new(), Vec::with_capacity(times.len()));
    for time in times {
        let before = starts.len();
        if let Some(time) = time {
            let last = last_start(time, slide, start);
            let holding = (0..).map(|back| last - back * slide).take_while(|begin| time < begin + length);
            starts.extend(holding);
        }
        lengths.push(starts.len() - before);
    }
    let starts = TimestampMicrosecondArray::from(starts);
    let ends = starts.unary::<_, TimestampMicrosecondType>(|begin| begin.wrapping_add(length));
    let values = windows(fields, starts, ends, None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, values, times.nulls().cloned())?))
}

/// The last microsecond of a window.
fn window_time(call: &Call<'_>) -> Result<Typed, Fault> {
    let window = call.arguments[0].clone();
    let wrong = || Fault::mismatch(format!("`window_time` needs a window, not {}", window.data_type), Some(0));
    let SparkType::Struct(fields) = &window.data_type else { return Err(wrong()) };
    let end = fields.iter().find(|field| field.name.matches("end")).ok_or_else(wrong)?;
    if !matches!(end.data_type, SparkType::Timestamp | SparkType::TimestampNtz) {
        return Err(wrong());
    }
    let end = Typed::new(get_field(window.expr.clone(), end.name.as_str()), end.data_type.clone());
    let result = end.data_type.clone();
    kernel::call("spark_window_time", vec![cast(end, &result, Mode::Ansi)?], result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_told_in_units_that_are_always_as_long() {
        assert_eq!(parse_duration("5 minutes"), Some(300_000_000));
        assert_eq!(parse_duration("interval 1 day 2 hours"), Some(93_600_000_000));
        for text in ["", "x", "1 month", "5", "5 minutes 3"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn windows_before_the_epoch_begin_before_it() {
        assert_eq!(last_start(-1, 10, 0), -10);
        assert_eq!(last_start(0, 10, 0), 0);
        assert_eq!(last_start(7, 10, 8), -2);
    }
}
