//! Functions of numbers.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int32Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::lit;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::arithmetic::attempt;
use crate::cast::{Mode, cast, cast_array};
use crate::coercion::{adjusted, as_decimal, bounded, implicit, is_integral, is_numeric};
use crate::function::{Call, Fault, Function, Typed};
use crate::interval_arithmetic::{self, is_interval};
use crate::kernel::{self, Kernels};
use crate::negated;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["abs"], (1, 1), abs),
    Function::scalar(&["round"], (1, 2), round),
    Function::scalar(&["bround"], (1, 2), bround),
    Function::scalar(&["floor"], (1, 2), |call| whole(call, "spark_floor", "spark_floor_decimal")),
    Function::scalar(&["ceil", "ceiling"], (1, 2), |call| whole(call, "spark_ceil", "spark_ceil_decimal")),
    Function::scalar(&["cbrt"], (1, 1), |call| real(call, "spark_cbrt")),
    Function::scalar(&["expm1"], (1, 1), |call| real(call, "spark_expm1")),
    Function::scalar(&["log1p"], (1, 1), |call| real(call, "spark_log1p")),
    Function::scalar(&["asin"], (1, 1), |call| real(call, "spark_asin")),
    Function::scalar(&["acos"], (1, 1), |call| real(call, "spark_acos")),
    Function::scalar(&["atan"], (1, 1), |call| real(call, "spark_atan")),
    Function::scalar(&["sinh"], (1, 1), |call| real(call, "spark_sinh")),
    Function::scalar(&["cosh"], (1, 1), |call| real(call, "spark_cosh")),
    Function::scalar(&["tanh"], (1, 1), |call| real(call, "spark_tanh")),
    Function::scalar(&["atan2"], (2, 2), |call| real(call, "spark_atan2")),
    Function::scalar(&["hypot"], (2, 2), |call| real(call, "spark_hypot")),
    Function::scalar(&["degrees"], (1, 1), |call| real(call, "spark_degrees")),
    Function::scalar(&["radians"], (1, 1), |call| real(call, "spark_radians")),
    Function::scalar(&["rint"], (1, 1), |call| real(call, "spark_rint")),
    Function::scalar(&["isnan"], (1, 1), is_nan),
    Function::scalar(&["nanvl"], (2, 2), nanvl),
    Function::scalar(&["log"], (1, 2), |call| match call.arguments.len() {
        1 => real(call, "spark_ln"),
        _ => real(call, "spark_log"),
    }),
    Function::scalar(&["e"], (0, 0), |_| {
        Ok(Typed::new(lit(std::f64::consts::E), SparkType::Double).with_nullable(false))
    }),
    Function::scalar(&["sqrt"], (1, 1), |call| real(call, "spark_sqrt")),
    Function::scalar(&["exp"], (1, 1), |call| real(call, "spark_exp")),
    Function::scalar(&["ln"], (1, 1), |call| real(call, "spark_ln")),
    Function::scalar(&["log10"], (1, 1), |call| real(call, "spark_log10")),
    Function::scalar(&["log2"], (1, 1), |call| real(call, "spark_log2")),
    Function::scalar(&["sin"], (1, 1), |call| real(call, "spark_sin")),
    Function::scalar(&["cos"], (1, 1), |call| real(call, "spark_cos")),
    Function::scalar(&["tan"], (1, 1), |call| real(call, "spark_tan")),
    Function::scalar(&["pow", "power"], (2, 2), |call| real(call, "spark_pow")),
    Function::scalar(&["sign", "signum"], (1, 1), signum),
    Function::scalar(&["pi"], (0, 0), |_| {
        Ok(Typed::new(lit(std::f64::consts::PI), SparkType::Double).with_nullable(false))
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_abs", abs_kernel),
    ("spark_legacy_bround_decimal", |a, t| attempt(a, t, |a, t| round_decimal(a, t, Rounding::HalfEven))),
    ("spark_legacy_round_decimal", |a, t| attempt(a, t, |a, t| round_decimal(a, t, Rounding::HalfUp))),
    ("spark_wrapping_abs", wrapping_abs_kernel),
    ("spark_wrapping_bround", |a, t| wrapping_round(a, t, Rounding::HalfEven)),
    ("spark_wrapping_round", |a, t| wrapping_round(a, t, Rounding::HalfUp)),
    ("spark_acos", |a, _| each(a, f64::acos)),
    ("spark_asin", |a, _| each(a, f64::asin)),
    ("spark_atan", |a, _| each(a, f64::atan)),
    ("spark_atan2", |a, _| pairwise(a, |y, x| (y + 0.0).atan2(x + 0.0))),
    ("spark_bround", |a, t| round_double(a, t, Rounding::HalfEven)),
    ("spark_bround_decimal", |a, t| round_decimal(a, t, Rounding::HalfEven)),
    ("spark_bround_whole", |a, t| round_whole(a, t, Rounding::HalfEven)),
    ("spark_cbrt", |a, _| each(a, f64::cbrt)),
    ("spark_ceil", double_ceil),
    ("spark_ceil_decimal", decimal_ceil),
    ("spark_cos", |a, _| each(a, f64::cos)),
    ("spark_cosh", |a, _| each(a, f64::cosh)),
    ("spark_degrees", |a, _| each(a, f64::to_degrees)),
    ("spark_exp", |a, _| each(a, f64::exp)),
    ("spark_expm1", |a, _| each(a, f64::exp_m1)),
    ("spark_floor", double_floor),
    ("spark_ceil_to", |a, t| round_decimal(a, t, Rounding::Ceiling)),
    ("spark_floor_decimal", decimal_floor),
    ("spark_floor_to", |a, t| round_decimal(a, t, Rounding::Floor)),
    ("spark_hypot", |a, _| pairwise(a, f64::hypot)),
    ("spark_interval_sign", interval_sign_kernel),
    ("spark_isnan", isnan_kernel),
    ("spark_ln", |a, _| each_or_null(a, f64::ln, 0.0)),
    ("spark_log", log_kernel),
    ("spark_log10", |a, _| each_or_null(a, f64::log10, 0.0)),
    ("spark_log1p", |a, _| each_or_null(a, |v| if v > -1.0 { v.ln_1p() } else { f64::NAN }, -1.0)),
    ("spark_log2", |a, _| each_or_null(a, f64::log2, 0.0)),
    ("spark_pow", pow_kernel),
    ("spark_radians", |a, _| each(a, f64::to_radians)),
    ("spark_rint", |a, _| each(a, f64::round_ties_even)),
    ("spark_round", |a, t| round_double(a, t, Rounding::HalfUp)),
    ("spark_round_decimal", |a, t| round_decimal(a, t, Rounding::HalfUp)),
    ("spark_round_whole", |a, t| round_whole(a, t, Rounding::HalfUp)),
    ("spark_sign", |a, _| each(a, sign)),
    ("spark_sin", |a, _| each(a, f64::sin)),
    ("spark_sinh", |a, _| each(a, f64::sinh)),
    ("spark_sqrt", |a, _| each(a, f64::sqrt)),
    ("spark_tan", |a, _| each(a, f64::tan)),
    ("spark_tanh", |a, _| each(a, f64::tanh)),
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

/// -1, 0 or 1 of a number or of an interval.
fn signum(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    match is_interval(&value.data_type) {
        true => kernel::call("spark_interval_sign", vec![value], SparkType::Double),
        false => real(call, "spark_sign"),
    }
}

/// A function of doubles.
fn real(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let arguments = (0..call.arguments.len()).map(|index| cast(number(call, index)?, &SparkType::Double, Mode::Ansi));
    kernel::call(name, arguments.collect::<Result<_, _>>()?, SparkType::Double)
}

fn each(arguments: &[ArrayRef], function: fn(f64) -> f64) -> Result<ArrayRef> {
    // a processor gives NaN either sign, and the sign would decide the order
    let one_nan = |value: f64| Some(function(value)).filter(|result| !result.is_nan()).unwrap_or(f64::NAN);
    Ok(Arc::new(arguments[0].as_primitive::<Float64Type>().unary::<_, Float64Type>(one_nan)))
}

/// NULL of values up to a bound: the logarithm of zero or less.
fn each_or_null(arguments: &[ArrayRef], function: fn(f64) -> f64, bound: f64) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Float64Type>().iter();
    let known = |value: &f64| *value > bound || value.is_nan();
    Ok(Arc::new(values.map(|value| value.filter(known).map(function)).collect::<Float64Array>()))
}

fn pairwise(arguments: &[ArrayRef], function: fn(f64, f64) -> f64) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].as_primitive::<Float64Type>(), arguments[1].as_primitive::<Float64Type>());
    Ok(Arc::new(left.iter().zip(right).map(|(l, r)| Some(function(l?, r?))).collect::<Float64Array>()))
}

/// `log(base, value)`.
fn log_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (base, value) = (arguments[0].as_primitive::<Float64Type>(), arguments[1].as_primitive::<Float64Type>());
    let values = base.iter().zip(value).map(|(base, value)| {
        let (base, value) = (base?, value?);
        // NaN is neither
        let is_known = |number: f64| number > 0.0 || number.is_nan();
        (is_known(base) && is_known(value)).then(|| value.ln() / base.ln())
    });
    Ok(Arc::new(values.collect::<Float64Array>()))
}

fn is_nan(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = cast(number(call, 0)?, &SparkType::Double, Mode::Ansi)?;
    Ok(kernel::call("spark_isnan", vec![value], SparkType::Boolean)?.with_nullable(false))
}

fn sign(value: f64) -> f64 {
    if value == 0.0 || value.is_nan() { value } else { value.signum() }
}

fn interval_sign_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let sizes = interval_arithmetic::sizes(&arguments[0]).into_iter();
    Ok(Arc::new(sizes.map(|size| size.map(|size| size.signum() as f64)).collect::<Float64Array>()))
}

/// A power as Java has it: one to the power of NaN or infinity is NaN.
fn java_pow(base: f64, power: f64) -> f64 {
    let is_open = power.is_nan() || base.abs() == 1.0 && power.is_infinite();
    if is_open { f64::NAN } else { base.powf(power) }
}

fn pow_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (base, power) = (arguments[0].as_primitive::<Float64Type>(), arguments[1].as_primitive::<Float64Type>());
    let values = base.iter().zip(power).map(|(base, power)| Some(java_pow(base?, power?)));
    Ok(Arc::new(values.collect::<Float64Array>()))
}

fn abs(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = match &call.arguments[0] {
        interval if is_interval(&interval.data_type) => interval.clone(),
        _ => number(call, 0)?,
    };
    let result = value.data_type.clone();
    kernel::call("spark_abs", vec![value], result)
}

fn abs_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    if negated::is_long(&arguments[0]) {
        return negated::negated(&arguments[0], true);
    }
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

fn wrapping_abs_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    if negated::is_long(&arguments[0]) {
        return negated::negated(&arguments[0], true);
    }
    use datafusion::arrow::compute::kernels::{cmp, numeric, zip::zip};
    let zero = datafusion::common::ScalarValue::new_zero(arguments[0].data_type())?.to_scalar()?;
    let negative = cmp::lt(&arguments[0], &zero)?;
    Ok(zip(&negative, &numeric::neg_wrapping(&arguments[0])?, &arguments[0])?)
}

/// Floor and ceiling: BIGINT of a DOUBLE, a decimal without fraction of a decimal.
fn whole(call: &Call<'_>, double: &'static str, decimal: &'static str) -> Result<Typed, Fault> {
    if call.arguments.len() == 2 {
        return whole_to(call, if decimal == "spark_floor_decimal" { "spark_floor_to" } else { "spark_ceil_to" });
    }
    let value = number(call, 0)?;
    if is_integral(&value.data_type) {
        return cast(value, &SparkType::Long, Mode::Ansi);
    }
    if let Some((precision, scale)) = as_decimal(&value.data_type) {
        if scale == 0 && matches!(value.data_type, SparkType::Decimal { .. }) {
            return Ok(value);
        }
        let result = adjusted(i16::from(precision) - i16::from(scale) + 1, 0);
        return kernel::call(decimal, vec![value], result);
    }
    let value = cast(value, &SparkType::Double, Mode::Ansi)?;
    kernel::call(double, vec![value], SparkType::Long)
}

fn double_floor(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    wholes(arguments, f64::floor)
}

fn double_ceil(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    wholes(arguments, f64::ceil)
}

/// Whole numbers of fractions; one that does not fit is an error.
fn wholes(arguments: &[ArrayRef], round: fn(f64) -> f64) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Float64Type>().iter();
    let wholes = values.map(|value| match value.map(round) {
        Some(value) if value.is_infinite() || value.abs() > i64::MAX as f64 => {
            Err(overflow(lakesmith_diagnostic::Condition::ARITHMETIC_OVERFLOW))
        }
        value => Ok(value.map(|value| value as i64)),
    });
    Ok(Arc::new(wholes.collect::<Result<Int64Array>>()?))
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
    rounded(call, ["spark_round_decimal", "spark_round", "spark_round_whole"])
}

/// Rounds half to the even neighbour, as `java.math.RoundingMode.HALF_EVEN`.
fn bround(call: &Call<'_>) -> Result<Typed, Fault> {
    rounded(call, ["spark_bround_decimal", "spark_bround", "spark_bround_whole"])
}

/// Rounds by the kernel of decimals, of doubles or of whole numbers.
fn rounded(call: &Call<'_>, [decimal, double, whole]: [&'static str; 3]) -> Result<Typed, Fault> {
    let value = number(call, 0)?;
    let digits = match call.arguments.get(1) {
        None => Some(0),
        Some(digits) => places(call, digits)?,
    };
    let is_known = digits.is_some();
    let digits = i16::try_from(digits.unwrap_or(0).clamp(-60, 60)).unwrap_or(0);
    let (result, kernel) = match &value.data_type {
        SparkType::Decimal { precision, scale } => {
            let (precision, scale) = (i16::from(*precision), i16::from(*scale));
            let whole = precision - scale + 1;
            let result = match digits {
                ..0 => adjusted(whole.max(1 - digits), 0),
                kept => bounded((whole + kept.min(scale)).min(38), i8::try_from(kept.min(scale)).unwrap_or(38)),
            };
            (result, decimal)
        }
        data_type if is_integral(data_type) && digits >= 0 && is_known => return Ok(value),
        data_type if is_integral(data_type) => (data_type.clone(), whole),
        data_type => (data_type.clone(), double),
    };
    if !is_known {
        return crate::constant::null(&result);
    }
    let digits = Typed::new(lit(i32::from(digits)), SparkType::Integer).with_nullable(false);
    kernel::call(kernel, vec![value, digits], result)
}

/// The number of digits that a call rounds to, which is cast to an INT; `None` where it is NULL.
fn places(call: &Call<'_>, digits: &Typed) -> Result<Option<i64>, Fault> {
    let refused = |title: String| Fault::mismatch(title, Some(1));
    let from = &digits.data_type;
    let digits = crate::coercion::implicit(digits.clone(), &SparkType::Integer)
        .unwrap_or_else(|| Err(refused(format!("the number of digits of `{}` is an INT, not {from}", call.name))))?;
    match crate::constant::value(&digits.expr) {
        Some(ScalarValue::Int32(value)) => Ok(value.map(i64::from)),
        _ if digits.expr.column_refs().is_empty() && digits.data_type == SparkType::Null => Ok(None),
        _ => Err(refused(format!("the number of digits of `{}` must be a constant", call.name))),
    }
}

/// Floor and ceiling to a number of digits after the point: of a decimal, which all other numbers are made.
fn whole_to(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let digits = match &call.arguments[1] {
        Typed { expr, data_type: SparkType::Integer, .. } => constant_integer(expr),
        _ => None,
    };
    let Some(digits) = digits else {
        let title = format!("the number of digits of `{}` is a constant INT", call.name);
        return Err(Fault { condition: Condition::NON_FOLDABLE_ARGUMENT, title, argument: Some(1), help: None });
    };
    let is_text = matches!(call.arguments[0].data_type, SparkType::String { .. });
    let value = if is_text { call.arguments[0].clone() } else { number(call, 0)? };
    let (precision, scale) = match &value.data_type {
        SparkType::Float => (14, 7),
        SparkType::Double | SparkType::Null => (30, 15),
        other => as_decimal(other).unwrap_or((38, 18)),
    };
    // a DOUBLE with more digits than that is NULL
    let mode = if is_text { Mode::Ansi } else { Mode::Try };
    let value = cast(value, &SparkType::Decimal { precision, scale }, mode)?;
    let digits = i16::try_from(digits.clamp(-60, 60)).unwrap_or(0);
    let (precision, scale) = (i16::from(precision), i16::from(scale));
    let whole = precision - scale + 1;
    let result = match digits {
        ..0 => adjusted(whole.max(1 - digits), 0),
        kept => adjusted(whole + kept.min(scale), kept.min(scale)),
    };
    let digits = Typed::new(lit(i32::from(digits)), SparkType::Integer).with_nullable(false);
    Ok(kernel::call(name, vec![value, digits], result)?.with_nullable(true))
}

/// The value of a whole constant; a text that is a number is one, as Spark casts it.
pub(crate) fn constant_integer(expr: &datafusion::logical_expr::Expr) -> Option<i64> {
    use datafusion::common::ScalarValue;
    match kernel::constant(expr)? {
        ScalarValue::Int8(value) => value.map(i64::from),
        ScalarValue::Int16(value) => value.map(i64::from),
        ScalarValue::Int32(value) => value.map(i64::from),
        ScalarValue::Int64(value) => value,
        ScalarValue::Utf8(value) => value?.trim().parse::<i32>().ok().map(i64::from),
        _ => None,
    }
}

fn overflow(condition: lakesmith_diagnostic::Condition) -> datafusion::common::DataFusionError {
    let message = "the rounded value does not fit its type".to_owned();
    lakesmith_engine::DataError { condition, message }.into_datafusion()
}

/// How a quotient becomes whole.
#[derive(Clone, Copy, PartialEq)]
enum Rounding {
    HalfUp,
    HalfEven,
    Floor,
    Ceiling,
}

/// The quotient by a power of ten, rounded.
fn divided(value: i128, power: i128, rounding: Rounding) -> i128 {
    match rounding {
        Rounding::Floor => return value.div_euclid(power),
        Rounding::Ceiling => return -(-value).div_euclid(power),
        Rounding::HalfUp | Rounding::HalfEven => {}
    }
    let even = rounding == Rounding::HalfEven;
    let (quotient, rest) = (value / power, (value % power).abs());
    let up = rest * 2 > power || rest * 2 == power && (!even || quotient % 2 != 0);
    if up { quotient + value.signum() } else { quotient }
}

fn round_decimal(arguments: &[ArrayRef], to: &DataType, rounding: Rounding) -> Result<ArrayRef> {
    use datafusion::arrow::array::Decimal128Array;
    use datafusion::arrow::datatypes::Decimal128Type;
    let (values, digits) = (arguments[0].as_primitive::<Decimal128Type>(), arguments[1].as_primitive::<Int32Type>());
    let (from, (precision, scale)) = (
        i32::from(values.scale()),
        match to {
            DataType::Decimal128(precision, scale) => (*precision, *scale),
            _ => (38, 0),
        },
    );
    let power = |digits: i32| 10i128.checked_pow(u32::try_from(digits).unwrap_or(0));
    let rounded = values.iter().zip(digits).map(|(value, digits)| {
        let (Some(value), Some(digits)) = (value, digits) else { return Ok(None) };
        if digits >= from {
            return Ok(Some(value));
        }
        let quotient = power(from - digits).map_or(0, |power| divided(value, power, rounding));
        let scaled =
            if digits < 0 { power(-digits).and_then(|power| quotient.checked_mul(power)) } else { Some(quotient) };
        let fits = scaled.filter(|value| value.abs() < 10i128.pow(u32::from(precision)));
        fits.map(Some).ok_or_else(|| overflow(lakesmith_diagnostic::Condition::NUMERIC_VALUE_OUT_OF_RANGE))
    });
    let rounded = Decimal128Array::from(rounded.collect::<Result<Vec<_>>>()?);
    Ok(Arc::new(rounded.with_precision_and_scale(precision, scale)?))
}

/// What does not fit wraps around, as Java keeps the lowest bits.
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits are what Java keeps")]
fn wrapping_round(arguments: &[ArrayRef], to: &DataType, rounding: Rounding) -> Result<ArrayRef> {
    let values = cast_array(&arguments[0], &DataType::Int64, Mode::Ansi)?;
    let digits = arguments[1].as_primitive::<Int32Type>();
    let values = values.as_primitive::<datafusion::arrow::datatypes::Int64Type>().iter().zip(digits);
    let rounded = values.map(|(value, digits)| {
        let power = 10i128.checked_pow(digits?.unsigned_abs())?;
        Some((divided(i128::from(value?), power, rounding) * power) as i64)
    });
    let rounded: ArrayRef = Arc::new(rounded.collect::<Int64Array>());
    cast_array(&rounded, to, Mode::Legacy)
}

fn round_whole(arguments: &[ArrayRef], to: &DataType, rounding: Rounding) -> Result<ArrayRef> {
    let values = cast_array(&arguments[0], &DataType::Int64, Mode::Ansi)?;
    let digits = arguments[1].as_primitive::<Int32Type>();
    let values = values.as_primitive::<datafusion::arrow::datatypes::Int64Type>().iter().zip(digits);
    let rounded = values.map(|(value, digits)| {
        let (value, digits) = (value?, digits?);
        let power = 10i128.checked_pow(digits.unsigned_abs())?;
        Some(i64::try_from(divided(i128::from(value), power, rounding) * power).ok())
    });
    let condition = lakesmith_diagnostic::Condition::ARITHMETIC_OVERFLOW;
    let rounded = rounded.map(|value| match value {
        Some(None) => Err(overflow(condition)),
        Some(value) => Ok(value),
        None => Ok(None),
    });
    let rounded: ArrayRef = Arc::new(rounded.collect::<Result<Int64Array>>()?);
    cast_array(&rounded, to, Mode::Ansi).map_err(|_| overflow(condition))
}

fn round_double(arguments: &[ArrayRef], to: &DataType, rounding: Rounding) -> Result<ArrayRef> {
    let digits = arguments[1].as_primitive::<Int32Type>();
    let single = *to == DataType::Float32;
    let texts = cast_array(&arguments[0], &DataType::Utf8, Mode::Ansi)?;
    let rounded = texts.as_string::<i32>().iter().zip(digits).map(|(text, digits)| {
        let (text, digits) = (text?, digits?);
        let value: f64 = text.parse().ok()?;
        Some(if value.is_finite() { round_text(text, value, digits, rounding, single) } else { value })
    });
    cast_array(&(Arc::new(rounded.collect::<Float64Array>()) as ArrayRef), to, Mode::Ansi)
}

/// Rounds the decimal text of a number, as `BigDecimal(Double.toString(x))` does, so 2.675 becomes 2.68.
fn round_text(text: &str, value: f64, digits: i32, rounding: Rounding, single: bool) -> f64 {
    let (mantissa, exponent) = text.split_once(['E', 'e']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let scale = i32::try_from(fraction.len()).unwrap_or(0) - exponent.parse::<i32>().unwrap_or(0);
    if digits >= scale {
        // a `BigDecimal` has one zero
        return if value == 0.0 { 0.0 } else { value };
    }
    let Ok(unscaled) = format!("{whole}{fraction}").parse::<i128>() else { return value };
    let dropped = u32::try_from(scale - digits).unwrap_or(0);
    let quotient = 10i128.checked_pow(dropped).map_or(0, |power| divided(unscaled, power, rounding));
    let text = format!("{quotient}e{}", -digits);
    if single { text.parse::<f32>().map_or(value, f64::from) } else { text.parse().unwrap_or(value) }
}

/// The first number, or the second where the first is NaN; the second is computed for those rows only.
fn nanvl(call: &Call<'_>) -> Result<Typed, Fault> {
    let number = |index: usize| cast(number(call, index)?, &SparkType::Double, Mode::Ansi);
    let (first, second) = (number(0)?, number(1)?);
    let is_nan = kernel::call("spark_isnan", vec![first.clone()], SparkType::Boolean)?;
    let nullable = first.nullable || second.nullable;
    let chosen = crate::guard::case(vec![(is_nan.expr, second.expr)], Some(first.expr), &SparkType::Double)?;
    Ok(Typed::new(chosen, SparkType::Double).with_nullable(nullable))
}

fn isnan_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<Float64Type>().iter();
    let nan = values.map(|value| Some(value.is_some_and(f64::is_nan)));
    Ok(Arc::new(nan.collect::<datafusion::arrow::array::BooleanArray>()))
}
