//! `sequence`: whole numbers, dates and moments in equal steps. Steps of months are counted from the first moment, so that the
//! last day of a month is met again after a shorter one.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Int64Array, ListArray, TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, DurationMicrosecondType, Int64Type, IntervalYearMonthType, TimestampMicrosecondType,
};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;
use lakesmith_value::Zone;

use crate::cast::{Mode, cast, cast_array};
use crate::civil_date::CivilDate;
use crate::coercion::{common_type, is_integral};
use crate::function::{Call, Fault, Function, Typed};
use crate::interval::moved_instant;
use crate::kernel::{self, Kernels};
use crate::rules::zone_at;
use crate::text_value::DAY_MICROS;

/// The function.
pub const FUNCTIONS: &[Function] = &[Function::scalar(&["sequence"], (2, 3), sequence)];

/// The kernel.
pub(crate) const KERNELS: Kernels = &[("spark_sequence", sequence_kernel)];

/// The most elements that Spark lets an array have.
const MOST: i64 = 2_147_483_632;
/// A month at its shortest, by which Spark reckons how long a sequence may get.
const SHORT_MONTH_MICROS: i64 = 28 * DAY_MICROS;

fn is_moment(data_type: &SparkType) -> bool {
    matches!(data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz)
}

fn sequence(call: &Call<'_>) -> Result<Typed, Fault> {
    let (first, last) = (call.arguments[0].clone(), call.arguments[1].clone());
    let common = common_type(&first.data_type, &last.data_type);
    let Some(common) = common.filter(|common| is_integral(common) || is_moment(common)) else {
        let title = format!(
            "`sequence` leads between whole numbers or moments, not {} and {}",
            first.data_type, last.data_type
        );
        return Err(Fault::mismatch(title, Some(0)));
    };
    let mut arguments = vec![cast(first, &common, Mode::Ansi)?, cast(last, &common, Mode::Ansi)?];
    if let Some(step) = call.arguments.get(2) {
        let is_interval =
            matches!(step.data_type, SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. });
        let fits = if is_moment(&common) { is_interval } else { is_integral(&step.data_type) };
        if step.data_type == SparkType::CalendarInterval {
            return Err(Fault::not_built("`sequence` in steps of INTERVAL"));
        }
        if !fits && step.data_type != SparkType::Null {
            let title = format!("`sequence` of {common} cannot be in steps of {}", step.data_type);
            return Err(Fault::mismatch(title, Some(2)));
        }
        let wanted = if is_interval { step.data_type.clone() } else { SparkType::Long };
        arguments.push(cast(step.clone(), &wanted, Mode::Ansi)?);
    }
    let result = SparkType::Array { element: Box::new(common), contains_null: false };
    kernel::call("spark_sequence", arguments, result)
}

/// One step: so many months and microseconds, or so much of a number.
#[derive(Debug, Clone, Copy)]
struct Step {
    months: i32,
    amount: i64,
}

fn sequence_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a sequence of type {to}")) };
    let (first, last) = (plain(&arguments[0])?, plain(&arguments[1])?);
    let is_moment = !field.data_type().is_integer();
    let last_argument = arguments.len() - 1;
    let zone = match arguments[last_argument].data_type() {
        DataType::Utf8 => zone_at(arguments, last_argument)?,
        _ => Zone::default(),
    };
    let steps = arguments.get(2).filter(|steps| steps.data_type() != &DataType::Utf8);
    let (mut values, mut lengths, mut present) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..first.len() {
        let is_present = arguments.iter().all(|argument| argument.is_valid(row));
        let before = values.len();
        if is_present {
            let (first, last) = (first.value(row), last.value(row));
            let unit = if is_moment { DAY_MICROS } else { 1 };
            let step = match steps {
                Some(steps) => step_of(steps, row)?,
                None => Step { months: 0, amount: if first <= last { unit } else { -unit } },
            };
            if field.data_type() == &DataType::Date32 && step.months == 0 && step.amount.abs() < DAY_MICROS {
                return Err(refused("a sequence of dates has steps of days or months".into()));
            }
            extend(&mut values, first, last, step, &zone)?;
        }
        lengths.push(values.len() - before);
        present.push(is_present);
    }
    let values: ArrayRef = match field.data_type() {
        DataType::Date32 => {
            let days = values.iter().map(|micros| i32::try_from(micros.div_euclid(DAY_MICROS)).unwrap_or(i32::MAX));
            Arc::new(Date32Array::from_iter_values(days))
        }
        DataType::Timestamp(_, zone) => {
            Arc::new(TimestampMicrosecondArray::from(values).with_timezone_opt(zone.clone()))
        }
        other => cast_array(&(Arc::new(Int64Array::from(values)) as ArrayRef), other, Mode::Ansi)?,
    };
    let (offsets, nulls) = (OffsetBuffer::from_lengths(lengths), NullBuffer::from(present));
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, Some(nulls))?))
}

/// Numbers as they are, dates and moments in microseconds.
fn plain(array: &ArrayRef) -> Result<Int64Array> {
    Ok(match array.data_type() {
        DataType::Date32 => array.as_primitive::<Date32Type>().unary(|days| i64::from(days) * DAY_MICROS),
        DataType::Timestamp(..) => array.as_primitive::<TimestampMicrosecondType>().unary(|micros| micros),
        _ => cast_array(array, &DataType::Int64, Mode::Ansi)?.as_primitive::<Int64Type>().clone(),
    })
}

fn step_of(steps: &ArrayRef, row: usize) -> Result<Step> {
    Ok(match steps.data_type() {
        DataType::Interval(_) => Step { months: steps.as_primitive::<IntervalYearMonthType>().value(row), amount: 0 },
        DataType::Duration(_) => Step { months: 0, amount: steps.as_primitive::<DurationMicrosecondType>().value(row) },
        _ => Step { months: 0, amount: steps.as_primitive::<Int64Type>().value(row) },
    })
}

fn refused(message: String) -> datafusion::common::DataFusionError {
    DataError { condition: Condition::INVALID_PARAMETER_VALUE, message }.into_datafusion()
}

fn extend(values: &mut Vec<i64>, first: i64, last: i64, step: Step, zone: &Zone) -> Result<()> {
    let size = i64::from(step.months).saturating_mul(SHORT_MONTH_MICROS).saturating_add(step.amount);
    let distance = i128::from(last) - i128::from(first);
    if distance != 0 && distance.signum() != i128::from(size.signum()) {
        return Err(refused("no sequence leads from its first value to its last in steps of this size".into()));
    }
    let most = if size == 0 { 1 } else { distance / i128::from(size) + 1 };
    if most > i128::from(MOST) {
        let message = format!("a sequence of {most} elements is too long for an array");
        let condition = Condition::COLLECTION_SIZE_LIMIT_EXCEEDED;
        return Err(DataError { condition, message }.into_datafusion());
    }
    for number in 0.. {
        let Some(value) = at(first, step, number, zone) else { break };
        let is_beyond = if size > 0 { value > last } else { value < last };
        if is_beyond {
            break;
        }
        values.push(value);
        if size == 0 {
            break;
        }
    }
    Ok(())
}

/// The element of a number; nothing beyond what its type holds.
fn at(first: i64, step: Step, number: i64, zone: &Zone) -> Option<i64> {
    let amount = step.amount.checked_mul(number)?;
    if !zone.is_utc() {
        let (days, rest) = (step.amount / DAY_MICROS, step.amount % DAY_MICROS);
        let months = i32::try_from(i64::from(step.months).checked_mul(number)?).ok()?;
        return moved_instant(first, months, days.checked_mul(number)?, zone)?.checked_add(rest.checked_mul(number)?);
    }
    if step.months == 0 {
        return first.checked_add(amount);
    }
    let date = CivilDate::of_days(first.div_euclid(DAY_MICROS));
    let days = date.months_later(i64::from(step.months).checked_mul(number)?)?.days();
    days.checked_mul(DAY_MICROS)?.checked_add(first.rem_euclid(DAY_MICROS))?.checked_add(amount)
}
