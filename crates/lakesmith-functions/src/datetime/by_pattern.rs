//! Dates and times as texts that follow a pattern, written and read.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Expr, lit};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;

use super::{is_moment, now, typed};
use crate::cast::{Mode, cast};
use crate::coercion::{implicit, is_numeric, is_text};
use crate::function::{Call, Fault, Typed};
use crate::kernel::{self, texts};
use crate::pattern::{Pattern, Use};
use crate::rules::{is_ansi, zone_at};

/// The pattern as a constant, checked now so that an unknown letter is shown at its place. Spark looks at no pattern where there is
/// no value.
fn constant_pattern(call: &Call<'_>, index: usize, purpose: Use) -> Result<Typed, Fault> {
    let argument = call.arguments[index].clone();
    let has_value = !kernel::constant(&call.arguments[0].expr).is_some_and(|value| value.is_null());
    if let Expr::Literal(ScalarValue::Utf8(Some(text)), _) = &argument.expr
        && has_value
    {
        Pattern::new(text, purpose).map_err(|unusable| Fault {
            condition: unusable.condition,
            title: unusable.to_string(),
            argument: Some(index),
            help: None,
        })?;
    }
    implicit(argument, &SparkType::STRING)
        .unwrap_or_else(|| Err(Fault::mismatch(format!("the pattern of `{}` is a text", call.name), Some(index))))
}

/// Applies a pattern to each row that has one and a value; compiled again only when it changes.
fn with_patterns<T>(
    patterns: &ArrayRef,
    purpose: Use,
    values: &dyn Array,
    apply: impl Fn(&Pattern, usize) -> Result<Option<T>>,
) -> Result<Vec<Option<T>>> {
    let patterns = texts(patterns)?;
    let mut last: Option<(String, Pattern)> = None;
    let mut made = Vec::with_capacity(values.len());
    for row in 0..values.len() {
        if values.is_null(row) || patterns.is_null(row) {
            made.push(None);
            continue;
        }
        let text = patterns.value(row);
        if last.as_ref().is_none_or(|(known, _)| known != text) {
            let pattern = Pattern::new(text, purpose)
                .map_err(|unusable| kernel::refused(unusable.condition, unusable.to_string()))?;
            last = Some((text.to_owned(), pattern));
        }
        made.push(match &last {
            Some((_, pattern)) => apply(pattern, row)?,
            None => None,
        });
    }
    Ok(made)
}

pub(super) fn date_format(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = typed(call, &[SparkType::Timestamp, SparkType::STRING])?.remove(0);
    kernel::call("spark_date_format", vec![value, constant_pattern(call, 1, Use::Write)?], SparkType::STRING)
}

pub(super) fn format_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let moments = arguments[0].as_primitive::<TimestampMicrosecondType>();
    let zone = zone_at(arguments, 2)?;
    let values = with_patterns(&arguments[1], Use::Write, moments, |pattern, row| {
        Ok(pattern.format_in(moments.value(row), &zone))
    })?;
    Ok(Arc::new(StringArray::from(values)))
}

pub(super) fn read(call: &Call<'_>, to: SparkType, mode: Mode) -> Result<Typed, Fault> {
    let mut value = call.arguments[0].clone();
    // a number is an instant, or else a text
    if to == SparkType::TimestampNtz && !is_moment(&value.data_type) && value.data_type != SparkType::Null {
        value = cast(value, &SparkType::STRING, mode)?;
    }
    if call.arguments.len() == 1 || is_moment(&value.data_type) {
        if matches!(value.data_type, SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_)) {
            return Err(Fault::mismatch(format!("`{}` reads a text, not {}", call.name, value.data_type), Some(0)));
        }
        let is_read = is_text(&value.data_type) || is_moment(&value.data_type) || value.data_type == SparkType::Null;
        // all others are texts first, numbers for a TIMESTAMP excepted
        let value = match is_read || to == SparkType::Timestamp && is_numeric(&value.data_type) {
            true => value,
            false => cast(value, &SparkType::STRING, Mode::Ansi)?,
        };
        return cast(value, &to, mode);
    }
    let value = implicit(value, &SparkType::STRING)
        .unwrap_or_else(|| Err(Fault::mismatch(format!("`{}` reads a text", call.name), Some(0))))?;
    let purpose = if to == SparkType::TimestampNtz { Use::ReadLocal } else { Use::Read };
    let arguments = vec![value, constant_pattern(call, 1, purpose)?];
    let read_as = if to == SparkType::TimestampNtz { SparkType::TimestampNtz } else { SparkType::Timestamp };
    let moment = match mode {
        Mode::Ansi | Mode::Legacy => kernel::call("spark_parse_moment", arguments, read_as),
        Mode::Try => kernel::call("spark_try_parse_moment", arguments, read_as),
    }?;
    let nullable = moment.nullable || mode == Mode::Try;
    cast(moment.with_nullable(nullable), &to, mode)
}

pub(super) fn parse_kernel(arguments: &[ArrayRef], to: &DataType, mode: Mode) -> Result<ArrayRef> {
    let values = texts(&arguments[0])?;
    let own = zone_at(arguments, 2)?;
    let zone = match to {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    };
    let purpose = if zone.is_some() { Use::Read } else { Use::ReadLocal };
    let micros = with_patterns(&arguments[1], purpose, &values, |pattern, row| {
        let parsed = match zone {
            Some(_) => pattern.parse_in(values.value(row), &own),
            None => pattern.parse_local(values.value(row)),
        };
        match parsed {
            None if mode == Mode::Ansi => {
                let message = format!(
                    "`{}` does not follow the pattern; `try_to_timestamp` gives NULL instead",
                    values.value(row)
                );
                Err(DataError { condition: Condition::CANNOT_PARSE_TIMESTAMP, message }.into_datafusion())
            }
            parsed => Ok(parsed),
        }
    })?;
    Ok(Arc::new(TimestampMicrosecondArray::from(micros).with_timezone_opt(zone)))
}

pub(super) fn unix_timestamp(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments.first().map(|argument| &argument.data_type);
    if let Some(other) = value.filter(|known| !is_moment(known) && !is_text(known) && **known != SparkType::Null) {
        let title = format!("`{}` reads a text, a date or a timestamp, not {other}", call.name);
        return Err(Fault::mismatch(title, Some(0)));
    }
    let moment = match call.arguments.first() {
        None => now(call),
        // read as if clocks showed UTC
        Some(local) if local.data_type == SparkType::TimestampNtz => local.clone(),
        Some(text) if call.arguments.len() == 1 && is_text(&text.data_type) => {
            let pattern = Typed::new(lit("yyyy-MM-dd HH:mm:ss"), SparkType::STRING).with_nullable(false);
            let arguments = vec![text.clone(), pattern];
            read(&Call { arguments, ..call.clone() }, SparkType::Timestamp, Mode::Ansi)?
        }
        Some(_) => read(call, SparkType::Timestamp, Mode::Ansi)?,
    };
    // a cast rounds down, this function towards 1970
    let seconds = kernel::call("spark_seconds_since_epoch", vec![moment], SparkType::Long)?;
    let nullable = seconds.nullable || !is_ansi();
    Ok(seconds.with_nullable(nullable))
}

pub(super) fn from_unixtime(call: &Call<'_>) -> Result<Typed, Fault> {
    let seconds = typed(call, &[SparkType::Long, SparkType::STRING])?.remove(0);
    let moment = cast(seconds, &SparkType::Timestamp, Mode::Ansi)?;
    let pattern = match call.arguments.len() {
        2 => constant_pattern(call, 1, Use::Write)?,
        _ => Typed::new(lit("yyyy-MM-dd HH:mm:ss"), SparkType::STRING).with_nullable(false),
    };
    kernel::call("spark_date_format", vec![moment, pattern], SparkType::STRING)
}
