//! Numbers as texts by a format and back: `to_char`, `to_varchar`, `to_number`, `try_to_number`.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Decimal128Array, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Decimal128Type};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::array::argument;
use crate::cast::{Mode, cast};
use crate::coercion::{as_decimal, is_numeric, is_text};
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels, refused, texts};
use crate::number_format::NumberFormat;
use crate::registry;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["to_char", "to_varchar"], (2, 2), to_char),
    Function::scalar(&["to_number"], (2, 2), |call| to_number(call, false)),
    Function::scalar(&["try_to_number"], (2, 2), |call| to_number(call, true)),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_to_char", write_kernel),
    ("spark_to_number", |a, t| read(a, t, false)),
    ("spark_try_to_number", |a, t| read(a, t, true)),
];

/// A moment is written by a date pattern, BINARY in a named encoding, a number by a number format.
fn to_char(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    match &value.data_type {
        SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz => {
            let format = registry::find("date_format").ok_or_else(|| Fault::not_built("`date_format`"))?;
            (format.resolve)(&Call { name: "date_format", ..call.clone() })
        }
        SparkType::Binary => binary(call),
        data_type if is_numeric(data_type) || is_text(data_type) || *data_type == SparkType::Null => {
            let Some(format) = constant::text_argument(call, 1, &call.arguments[1])? else {
                return constant::null(&SparkType::STRING);
            };
            NumberFormat::parse(&format).map_err(invalid)?;
            let (precision, scale) = match as_decimal(data_type) {
                Some(known) => known,
                None if is_text(data_type) => (38, 18),
                None if *data_type == SparkType::Float => (14, 7),
                None => (30, 15),
            };
            let value = cast(value, &SparkType::Decimal { precision, scale }, Mode::Ansi)?;
            kernel::call("spark_to_char", vec![value, text(format)], SparkType::STRING)
        }
        other => Err(Fault::mismatch(format!("`{}` does not take a value of type {other}", call.name), Some(0))),
    }
}

fn text(text: String) -> Typed {
    Typed::new(lit(text), SparkType::STRING).with_nullable(false)
}

fn invalid(title: String) -> Fault {
    Fault { condition: Condition::INVALID_FORMAT, title, argument: Some(1), help: None }
}

fn binary(call: &Call<'_>) -> Result<Typed, Fault> {
    let format = constant::text_argument(call, 1, &call.arguments[1])?;
    let Some(format) = format else { return constant::null(&SparkType::STRING) };
    let (name, arguments) = match format.to_ascii_lowercase().as_str() {
        "base64" => ("base64", vec![call.arguments[0].clone()]),
        "hex" => ("hex", vec![call.arguments[0].clone()]),
        "utf-8" => ("decode", vec![call.arguments[0].clone(), text("utf-8".into())]),
        other => {
            let title = format!("`{}` writes BINARY as `base64`, `hex` or `utf-8`, not as `{other}`", call.name);
            return Err(Fault { condition: Condition::INVALID_PARAMETER_VALUE, title, argument: Some(1), help: None });
        }
    };
    let function = registry::find(name).ok_or_else(|| Fault::not_built(format!("`{name}`")))?;
    (function.resolve)(&Call { name, arguments, ..call.clone() })
}

fn write_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (values, formats) = (arguments[0].as_primitive::<Decimal128Type>(), texts(&arguments[1])?);
    let scale = usize::try_from(values.scale()).unwrap_or(0);
    let mut made = StringBuilder::with_capacity(values.len(), values.len() * 8);
    let mut buffer = String::new();
    let format = constant_format(&formats)?;
    for value in values {
        buffer.clear();
        match (value, &format) {
            (Some(value), Some(format)) => {
                format.write(value, scale, &mut buffer);
                made.append_value(&buffer);
            }
            _ => made.append_null(),
        }
    }
    Ok(Arc::new(made.finish()))
}

/// The format, which is the same in every row.
fn constant_format(formats: &datafusion::arrow::array::StringArray) -> Result<Option<NumberFormat>> {
    let parse = |pattern| NumberFormat::parse(pattern).map_err(|title| refused(Condition::INVALID_FORMAT, title));
    formats.iter().flatten().next().map(parse).transpose()
}

fn to_number(call: &Call<'_>, try_: bool) -> Result<Typed, Fault> {
    let value = argument(call, 0, &SparkType::STRING)?;
    let Some(format) = constant::text_argument(call, 1, &call.arguments[1])? else {
        return constant::null(&SparkType::Decimal { precision: 10, scale: 0 });
    };
    let (precision, scale) = NumberFormat::parse(&format).map_err(invalid)?.precision_and_scale();
    let (Ok(precision @ ..=38), Ok(scale)) = (u8::try_from(precision), i8::try_from(scale)) else {
        let title = format!("the format asks for {precision} digits, a DECIMAL has at most 38");
        let condition = Condition::DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION;
        return Err(Fault { condition, title, argument: Some(1), help: None });
    };
    let name = if try_ { "spark_try_to_number" } else { "spark_to_number" };
    let number = kernel::call(name, vec![value, text(format)], SparkType::Decimal { precision, scale })?;
    let nullable = number.nullable || try_;
    Ok(number.with_nullable(nullable))
}

fn read(arguments: &[ArrayRef], to: &DataType, try_: bool) -> Result<ArrayRef> {
    let (values, formats) = (texts(&arguments[0])?, texts(&arguments[1])?);
    let format = constant_format(&formats)?;
    let rows = values.iter().map(|value| {
        let (Some(value), Some(format)) = (value, &format) else { return Ok(None) };
        match format.read(value) {
            None if !try_ => {
                let message = format!("`{value}` does not follow the number format; `try_to_number` gives NULL for it");
                Err(refused(Condition::INVALID_FORMAT, message))
            }
            number => Ok(number),
        }
    });
    let numbers = rows.collect::<Result<Decimal128Array>>()?;
    let (precision, scale) = match to {
        DataType::Decimal128(precision, scale) => (*precision, *scale),
        _ => (38, 0),
    };
    Ok(Arc::new(numbers.with_precision_and_scale(precision, scale)?))
}
