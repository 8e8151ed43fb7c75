//! `format_string`, `printf` and `format_number`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::cast::{Mode, cast, cast_array};
use crate::cast_text::to_text;
use crate::coercion::{as_decimal, is_integral, is_numeric};
use crate::constant;
use crate::decimal_pattern::DecimalPattern;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::java_format::{Format, Value, Wrong};
use crate::kernel::{self, Kernels, refused, texts};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["format_string", "printf"], (1, MANY), format_string),
    Function::scalar(&["format_number"], (2, 2), format_number),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_format_number", places_kernel),
    ("spark_format_number_as", pattern_kernel),
    ("spark_format_string", format_kernel),
];

fn format_string(call: &Call<'_>) -> Result<Typed, Fault> {
    let format = argument(call, 0, &SparkType::STRING)?;
    if let Some(datafusion::common::ScalarValue::Utf8(Some(text))) = constant::value(&format.expr)
        && let Err(wrong) = Format::parse(&text)
    {
        let (condition, title) = told(wrong);
        return Err(Fault { condition, title, argument: Some(0), help: None });
    }
    let mut arguments = vec![format];
    for (index, value) in call.arguments.iter().enumerate().skip(1) {
        arguments.push(match &value.data_type {
            // Spark writes what it holds: days and microseconds since the epoch
            SparkType::Date => unix(call, index, "unix_date")?,
            SparkType::Timestamp => unix(call, index, "unix_micros")?,
            SparkType::TimestampNtz => {
                let zoned = cast(value.clone(), &SparkType::Timestamp, Mode::Ansi)?;
                let mut arguments = call.arguments.clone();
                arguments[index] = zoned;
                unix(&Call { arguments, ..call.clone() }, index, "unix_micros")?
            }
            SparkType::Array { .. } | SparkType::Map { .. } | SparkType::Struct(_) | SparkType::Binary => {
                return Err(Fault::not_built(format!("`{}` of {}", call.name, value.data_type)));
            }
            SparkType::Variant
            | SparkType::CalendarInterval
            | SparkType::DayTimeInterval { .. }
            | SparkType::YearMonthInterval { .. } => {
                return Err(Fault::not_built(format!("`{}` of {}", call.name, value.data_type)));
            }
            _ => value.clone(),
        });
    }
    let nullable = arguments[0].nullable;
    Ok(kernel::call("spark_format_string", arguments, SparkType::STRING)?.with_nullable(nullable))
}

fn unix(call: &Call<'_>, index: usize, name: &str) -> Result<Typed, Fault> {
    let function = crate::registry::find(name).ok_or_else(|| Fault::not_built(format!("`{name}`")))?;
    (function.resolve)(&Call { name, arguments: vec![call.arguments[index].clone()], ..call.clone() })
}

fn told(wrong: Wrong) -> (Condition, String) {
    match wrong {
        Wrong::Format(title) => (Condition::INVALID_PARAMETER_VALUE, title),
        Wrong::NotBuilt(title) => (Condition::LAKESMITH_NOT_BUILT, title),
    }
}

/// The values of a column.
enum Column {
    Nothing,
    Booleans(datafusion::arrow::array::BooleanArray),
    Wholes(datafusion::arrow::array::Int64Array, u32),
    Reals(datafusion::arrow::array::Float64Array),
    Texts(StringArray),
}

impl Column {
    fn new(array: &ArrayRef) -> Result<Self> {
        let wholes = |bits| -> Result<Self> {
            let values = cast_array(array, &DataType::Int64, Mode::Ansi)?;
            Ok(Self::Wholes(values.as_primitive::<Int64Type>().clone(), bits))
        };
        Ok(match array.data_type() {
            DataType::Null => Self::Nothing,
            DataType::Boolean => Self::Booleans(array.as_boolean().clone()),
            DataType::Int8 => wholes(8)?,
            DataType::Int16 => wholes(16)?,
            DataType::Int32 => wholes(32)?,
            DataType::Int64 => wholes(64)?,
            DataType::Float64 => Self::Reals(array.as_primitive::<Float64Type>().clone()),
            DataType::Float32 => {
                let values = cast_array(array, &DataType::Float64, Mode::Ansi)?;
                Self::Reals(values.as_primitive::<Float64Type>().clone())
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                // as Java's formatter gets them
                let micros = array.as_primitive::<TimestampMicrosecondType>();
                Self::Wholes(micros.unary::<_, Int64Type>(|micros| micros), 64)
            }
            _ => Self::Texts(to_text(array)?.as_string::<i32>().clone()),
        })
    }

    fn value(&self, row: usize) -> Value<'_> {
        match self {
            Self::Booleans(values) if values.is_valid(row) => Value::Boolean(values.value(row)),
            Self::Wholes(values, bits) if values.is_valid(row) => Value::Whole(values.value(row), *bits),
            Self::Reals(values) if values.is_valid(row) => Value::Real(values.value(row)),
            Self::Texts(values) if values.is_valid(row) => Value::Text(values.value(row)),
            _ => Value::Null,
        }
    }
}

fn format_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let formats = texts(&arguments[0])?;
    let columns = arguments[1..].iter().map(Column::new).collect::<Result<Vec<_>>>()?;
    let mut made = StringBuilder::with_capacity(formats.len(), formats.value_data().len());
    let (mut buffer, mut values) = (String::new(), Vec::with_capacity(columns.len()));
    let mut last: Option<(&str, Format)> = None;
    let error = |wrong| {
        let (condition, title) = told(wrong);
        refused(condition, title)
    };
    for (row, text) in formats.iter().enumerate() {
        let Some(text) = text else {
            made.append_null();
            continue;
        };
        if last.as_ref().is_none_or(|(known, _)| *known != text) {
            last = Some((text, Format::parse(text).map_err(error)?));
        }
        buffer.clear();
        values.clear();
        values.extend(columns.iter().map(|column| column.value(row)));
        if let Some((_, format)) = &last {
            format.write(&values, &mut buffer).map_err(error)?;
        }
        made.append_value(&buffer);
    }
    Ok(Arc::new(made.finish()))
}

/// `format_number(number, places)`, or with a pattern for the places.
fn format_number(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    if !is_numeric(&value.data_type) && value.data_type != SparkType::Null {
        return Err(Fault::mismatch(format!("`format_number` needs a number, not {}", value.data_type), Some(0)));
    }
    let value = match &value.data_type {
        data_type if is_integral(data_type) => {
            let (precision, scale) = as_decimal(data_type).unwrap_or((20, 0));
            cast(value, &SparkType::Decimal { precision, scale }, Mode::Ansi)?
        }
        SparkType::Decimal { .. } => value,
        _ => cast(value, &SparkType::Double, Mode::Ansi)?,
    };
    let format = &call.arguments[1];
    let (name, format) = match &format.data_type {
        SparkType::Integer | SparkType::Short | SparkType::Byte | SparkType::Null => {
            ("spark_format_number", cast(format.clone(), &SparkType::Integer, Mode::Ansi)?)
        }
        data_type if crate::coercion::is_text(data_type) => {
            let pattern = constant::text_argument(call, 1, format)?;
            let Some(pattern) = pattern else { return constant::null(&SparkType::STRING) };
            DecimalPattern::parse(&pattern).map_err(Fault::not_built)?;
            let pattern = Typed::new(lit(pattern), SparkType::STRING).with_nullable(false);
            ("spark_format_number_as", pattern)
        }
        other => {
            let title = format!("the format of `format_number` is a number of places or a pattern, not {other}");
            return Err(Fault::mismatch(title, Some(1)));
        }
    };
    Ok(kernel::call(name, vec![value, format], SparkType::STRING)?.with_nullable(true))
}

fn places_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let places = arguments[1].as_primitive::<Int32Type>();
    let pattern = |row: usize| {
        let places = places.is_valid(row).then(|| places.value(row))?;
        usize::try_from(places).ok().map(DecimalPattern::places)
    };
    formatted(&arguments[0], pattern)
}

fn pattern_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let texts = texts(&arguments[1])?;
    let parse = |text| DecimalPattern::parse(text).map_err(|title| refused(Condition::LAKESMITH_NOT_BUILT, title));
    let pattern = texts.iter().flatten().next().map(parse).transpose()?;
    formatted(&arguments[0], |_| pattern.clone())
}

fn formatted(numbers: &ArrayRef, pattern: impl Fn(usize) -> Option<DecimalPattern>) -> Result<ArrayRef> {
    let mut made = StringBuilder::with_capacity(numbers.len(), numbers.len() * 8);
    let mut buffer = String::new();
    for row in 0..numbers.len() {
        let Some(pattern) = pattern(row).filter(|_| numbers.is_valid(row)) else {
            made.append_null();
            continue;
        };
        buffer.clear();
        let (shift, places) = pattern.shift_and_places();
        match numbers.data_type() {
            DataType::Decimal128(_, scale) => {
                let value = numbers.as_primitive::<datafusion::arrow::datatypes::Decimal128Type>().value(row);
                let (value, scale) = match usize::try_from(i32::from(*scale) - shift) {
                    Ok(scale) => (value, scale),
                    Err(_) => (value * 10i128.pow((shift - i32::from(*scale)).unsigned_abs()), 0),
                };
                pattern.write(&decimal(value.unsigned_abs(), scale, places), value < 0, &mut buffer);
            }
            _ => {
                let value = numbers.as_primitive::<Float64Type>().value(row);
                match value {
                    nan if nan.is_nan() => buffer.push_str("NaN"),
                    infinite if infinite.is_infinite() => pattern.surround("∞", value < 0.0, &mut buffer),
                    value => {
                        let value = value * 10f64.powi(shift);
                        // as many digits as Java writes at most, rounded half to even
                        let digits = match value.abs() {
                            // above all fractions the fewest digits that tell the number, then zeros
                            great if great >= 1e17 => format!("{great}"),
                            other => format!("{other:.*}", places.min(340)),
                        };
                        pattern.write(&digits, value.is_sign_negative(), &mut buffer);
                    }
                }
            }
        }
        made.append_value(&buffer);
    }
    Ok(Arc::new(made.finish()))
}

/// The digits of a decimal with at most so many places, rounded half to even.
fn decimal(unscaled: u128, scale: usize, places: usize) -> String {
    let (unscaled, scale) = match scale.checked_sub(places) {
        None | Some(0) => (unscaled, scale),
        Some(dropped) => {
            let power = 10u128.saturating_pow(u32::try_from(dropped).unwrap_or(u32::MAX));
            let (quotient, rest) = (unscaled / power, unscaled % power);
            let twice = rest.saturating_mul(2);
            let up = twice > power || twice == power && quotient % 2 == 1;
            (quotient + u128::from(up), places)
        }
    };
    let digits = format!("{unscaled:0width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}
