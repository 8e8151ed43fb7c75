//! Functions of numbers.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type};
use datafusion::common::Result;
use datafusion::logical_expr::lit;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast, cast_array};
use crate::coercion::{adjusted, as_decimal, implicit, is_integral, is_numeric};
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["abs"], (1, 1), abs),
    Function::scalar(&["round"], (1, 2), round),
    Function::scalar(&["floor"], (1, 1), |call| whole(call, "spark_floor", f64::floor)),
    Function::scalar(&["ceil", "ceiling"], (1, 1), |call| whole(call, "spark_ceil", f64::ceil)),
    Function::scalar(&["sqrt"], (1, 1), |call| real(call, "spark_sqrt", |a, _| each(a, f64::sqrt))),
    Function::scalar(&["exp"], (1, 1), |call| real(call, "spark_exp", |a, _| each(a, f64::exp))),
    Function::scalar(&["ln"], (1, 1), |call| real(call, "spark_ln", |a, _| each_or_null(a, f64::ln))),
    Function::scalar(&["log10"], (1, 1), |call| real(call, "spark_log10", |a, _| each_or_null(a, f64::log10))),
    Function::scalar(&["log2"], (1, 1), |call| real(call, "spark_log2", |a, _| each_or_null(a, f64::log2))),
    Function::scalar(&["sin"], (1, 1), |call| real(call, "spark_sin", |a, _| each(a, f64::sin))),
    Function::scalar(&["cos"], (1, 1), |call| real(call, "spark_cos", |a, _| each(a, f64::cos))),
    Function::scalar(&["tan"], (1, 1), |call| real(call, "spark_tan", |a, _| each(a, f64::tan))),
    Function::scalar(&["pow", "power"], (2, 2), |call| real(call, "spark_pow", pow_kernel)),
    Function::scalar(&["sign", "signum"], (1, 1), |call| real(call, "spark_sign", |a, _| each(a, sign))),
    Function::scalar(&["pi"], (0, 0), |_| Ok(Typed::new(lit(std::f64::consts::PI), SparkType::Double))),
];

fn number(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let argument = call.arguments[index].clone();
    if is_numeric(&argument.data_type) {
        return Ok(argument);
    }
    let data_type = argument.data_type.clone();
    implicit(argument, &SparkType::Double).unwrap_or_else(|| {
        Err(Fault::mismatch(format!("`{}` needs a number, not {data_type}", call.name), Some(index)))
    })
}

/// A function of doubles.
fn real(call: &Call<'_>, name: &'static str, kernel: kernel::Kernel) -> Result<Typed, Fault> {
    let arguments = (0..call.arguments.len()).map(|index| cast(number(call, index)?, &SparkType::Double, Mode::Ansi));
    kernel::call(name, kernel, arguments.collect::<Result<_, _>>()?, SparkType::Double)
}

fn each(arguments: &[ArrayRef], function: fn(f64) -> f64) -> Result<ArrayRef> {
    Ok(Arc::new(arguments[0].as_primitive::<Float64Type>().unary::<_, Float64Type>(function)))
}

/// The logarithm of zero or less is NULL.
fn each_or_null(arguments: &[ArrayRef], function: fn(f64) -> f64) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Float64Type>().iter();
    Ok(Arc::new(values.map(|value| value.filter(|value| *value > 0.0).map(function)).collect::<Float64Array>()))
}

fn sign(value: f64) -> f64 {
    if value == 0.0 || value.is_nan() { value } else { value.signum() }
}

fn pow_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (base, power) = (arguments[0].as_primitive::<Float64Type>(), arguments[1].as_primitive::<Float64Type>());
    let values = base.iter().zip(power).map(|(base, power)| Some(base?.powf(power?)));
    Ok(Arc::new(values.collect::<Float64Array>()))
}

fn abs(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = number(call, 0)?;
    let result = value.data_type.clone();
    kernel::call("spark_abs", abs_kernel, vec![value], result)
}

fn abs_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    use datafusion::arrow::compute::kernels::{cmp, numeric, zip::zip};
    let zero = datafusion::common::ScalarValue::new_zero(arguments[0].data_type())?.to_scalar()?;
    let negative = cmp::lt(&arguments[0], &zero)?;
    let negated = numeric::neg(&arguments[0]).map_err(|_| {
        let message = "the absolute value does not fit its type".to_owned();
        let condition = lakesmith_diagnostic::Condition::ARITHMETIC_OVERFLOW;
        lakesmith_engine::DataError { condition, message }.into_datafusion()
    })?;
    Ok(zip(&negative, &negated, &arguments[0])?)
}

/// Floor and ceiling: BIGINT of a DOUBLE, a decimal without fraction of a decimal.
fn whole(call: &Call<'_>, name: &'static str, function: fn(f64) -> f64) -> Result<Typed, Fault> {
    let value = number(call, 0)?;
    if is_integral(&value.data_type) {
        return cast(value, &SparkType::Long, Mode::Ansi);
    }
    if let Some((precision, scale)) = as_decimal(&value.data_type) {
        let result = adjusted(i16::from(precision) - i16::from(scale) + 1, 0);
        let kernel = if function(0.5) == 0.0 { decimal_floor } else { decimal_ceil };
        return kernel::call(name, kernel, vec![value], result);
    }
    let value = cast(value, &SparkType::Double, Mode::Ansi)?;
    let kernel = if function(0.5) == 0.0 { double_floor } else { double_ceil };
    kernel::call(name, kernel, vec![value], SparkType::Long)
}

fn double_floor(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    Ok(Arc::new(
        arguments[0].as_primitive::<Float64Type>().iter().map(|v| v.map(|v| v.floor() as i64)).collect::<Int64Array>(),
    ))
}

fn double_ceil(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    Ok(Arc::new(
        arguments[0].as_primitive::<Float64Type>().iter().map(|v| v.map(|v| v.ceil() as i64)).collect::<Int64Array>(),
    ))
}

fn decimal_floor(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    decimal_whole(arguments, to, |value, unit| value.div_euclid(unit))
}

fn decimal_ceil(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    decimal_whole(arguments, to, |value, unit| -(-value).div_euclid(unit))
}

fn decimal_whole(arguments: &[ArrayRef], to: &DataType, divide: fn(i128, i128) -> i128) -> Result<ArrayRef> {
    use datafusion::arrow::datatypes::Decimal128Type;
    let values = arguments[0].as_primitive::<Decimal128Type>();
    let unit = 10i128.pow(u32::from(values.scale().unsigned_abs()));
    let values = values.unary::<_, Decimal128Type>(|value| divide(value, unit));
    let (precision, scale) = match to {
        DataType::Decimal128(precision, scale) => (*precision, *scale),
        _ => (38, 0),
    };
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}

/// Rounds half up (away from zero), as `java.math.RoundingMode.HALF_UP`.
fn round(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = number(call, 0)?;
    let digits = match call.arguments.get(1).map(|argument| &argument.expr) {
        None => 0,
        Some(expr) => constant_integer(expr)
            .ok_or_else(|| Fault::mismatch("the number of digits of `round` must be a constant", Some(1)))?,
    };
    let (result, kernel): (SparkType, kernel::Kernel) = match &value.data_type {
        SparkType::Decimal { precision, scale } => {
            let kept = i16::try_from(digits.clamp(0, i64::from(*scale))).unwrap_or(0);
            let whole = i16::from(*precision) - i16::from(*scale);
            (adjusted(whole + kept + i16::from(kept < i16::from(*scale)), kept), round_decimal)
        }
        data_type if is_integral(data_type) && digits >= 0 => return Ok(value),
        data_type => (data_type.clone(), round_double),
    };
    let digits = Typed::new(lit(i32::try_from(digits).unwrap_or(0)), SparkType::Integer).with_nullable(false);
    kernel::call("spark_round", kernel, vec![value, digits], result)
}

/// The value of a whole constant, possibly behind a sign.
pub(crate) fn constant_integer(expr: &datafusion::logical_expr::Expr) -> Option<i64> {
    use datafusion::common::ScalarValue;
    use datafusion::logical_expr::Expr;
    match expr {
        Expr::Literal(ScalarValue::Int32(Some(value)), _) => Some(i64::from(*value)),
        Expr::Literal(ScalarValue::Int64(Some(value)), _) => Some(*value),
        Expr::ScalarFunction(call) if call.func.name() == "spark_negative" => {
            constant_integer(&call.args[0]).map(|v| -v)
        }
        _ => None,
    }
}

fn round_decimal(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    // Arrow's cast between decimals rounds half away from zero
    cast_array(&arguments[0], to, Mode::Ansi)
}

fn round_double(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let values = cast_array(&arguments[0], &DataType::Float64, Mode::Ansi)?;
    let digits = arguments[1].as_primitive::<Int32Type>();
    let rounded = values.as_primitive::<Float64Type>().iter().zip(digits);
    let rounded: Float64Array = rounded.map(|(value, digits)| Some(round_half_up(value?, digits?))).collect();
    cast_array(&(Arc::new(rounded) as ArrayRef), to, Mode::Ansi)
}

/// Rounds the shortest decimal text of the number, as `BigDecimal(Double.toString(x))` does, so 2.675 becomes 2.68.
fn round_half_up(value: f64, digits: i32) -> f64 {
    if !value.is_finite() {
        return value;
    }
    let scale = i8::try_from(digits.clamp(-30, 30)).unwrap_or(0);
    match crate::text_value::parse_decimal(&format!("{value:e}"), 38, scale) {
        Some(unscaled) => format!("{unscaled}e{}", -i32::from(scale)).parse().unwrap_or(value),
        None => value,
    }
}
