//! Arithmetic operators. Whole numbers are checked (ARITHMETIC_OVERFLOW), `/` of whole numbers is a DOUBLE, decimals have
//! Spark's precision rules, division by zero is an error (DIVIDE_BY_ZERO); `try_…` forms give NULL instead.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array};
use datafusion::arrow::compute::kernels::{cmp, numeric, zip::zip};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType, i256};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;
use lakesmith_unresolved::spark_type::DayTimeUnit;

use crate::cast::{Mode, cast, cast_array};
use crate::coercion::{adjusted, as_decimal, common_type, is_integral, is_numeric, is_text};
use crate::datetime;
use crate::function::{Call, Fault, Function, Typed};
use crate::interval_arithmetic::{self, is_interval};
use crate::kernel::{self, Kernel, Kernels};
use crate::negated;
use crate::text_value::DAY_MICROS;

/// The operators.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["+"], (2, 2), |call| plus_or_minus(call, PLUS)),
    Function::scalar(&["-"], (2, 2), |call| plus_or_minus(call, MINUS)),
    Function::scalar(&["*"], (2, 2), |call| numbers(call, TIMES)),
    Function::scalar(&["/"], (2, 2), |call| divide(call, "spark_divide")),
    Function::scalar(&["try_divide"], (2, 2), |call| divide(call, "spark_try_divide")),
    Function::scalar(&["try_add"], (2, 2), |call| plus_or_minus(call, TRY_PLUS)),
    Function::scalar(&["try_subtract"], (2, 2), |call| plus_or_minus(call, TRY_MINUS)),
    Function::scalar(&["try_multiply"], (2, 2), |call| numbers(call, TRY_TIMES)),
    Function::scalar(&["try_mod"], (2, 2), |call| numbers(call, TRY_REMAINDER)),
    Function::scalar(&["pmod"], (2, 2), |call| numbers(call, POSITIVE_REMAINDER)),
    Function::scalar(&["%", "mod"], (2, 2), |call| numbers(call, REMAINDER)),
    Function::scalar(&["div"], (2, 2), whole_division),
    Function::scalar(&["negative"], (1, 1), negate),
    Function::scalar(&["positive"], (1, 1), positive),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_add", |a, t| chained(a, t, add_kernel)),
    ("spark_div", whole_kernel),
    ("spark_div_decimal", decimal_ratio_kernel),
    ("spark_divide", divide_kernel),
    ("spark_multiply", |a, t| chained(a, t, multiply_kernel)),
    ("spark_negative", |arguments, _| match negated::is_long(&arguments[0]) {
        true => negated::negated(&arguments[0], false),
        false => numeric::neg(&arguments[0]).map_err(|error| of_intervals(error, &arguments[0])),
    }),
    ("spark_pmod", positive_remainder_kernel),
    ("spark_remainder", remainder_kernel),
    ("spark_subtract", |a, t| chained(a, t, subtract_kernel)),
    ("spark_legacy_div", |a, t| match whole_kernel(a, t) {
        Ok(quotients) => Ok(quotients),
        // one divided by zero or the least number by -1
        Err(_) => {
            let (left, right) = (a[0].as_primitive::<Int64Type>().iter(), a[1].as_primitive::<Int64Type>());
            let quotients = left
                .zip(right)
                .map(|(l, r)| l?.checked_div(r?).or_else(|| Some(l?.wrapping_div(r.filter(|r| *r != 0)?))));
            Ok(Arc::new(quotients.collect::<Int64Array>()))
        }
    }),
    ("spark_legacy_div_decimal", |arguments, _| decimal_ratios(arguments, |ratio| Ok(ratio.map(low_bits)))),
    ("spark_legacy_pmod", |a, t| attempt(a, t, positive_remainder_kernel)),
    ("spark_try_add", |a, t| attempt(a, t, add_kernel)),
    ("spark_try_divide", |a, t| attempt(a, t, divide_kernel)),
    ("spark_try_mod", |a, t| attempt(a, t, remainder_kernel)),
    ("spark_try_multiply", |a, t| attempt(a, t, multiply_kernel)),
    ("spark_try_subtract", |a, t| attempt(a, t, subtract_kernel)),
    ("spark_wrapping_add", |a, t| chained(a, t, |a, t| wrapping(a, t, add_kernel, numeric::add_wrapping))),
    ("spark_wrapping_multiply", |a, t| chained(a, t, |a, t| wrapping(a, t, multiply_kernel, numeric::mul_wrapping))),
    ("spark_wrapping_negative", |arguments, _| match negated::is_long(&arguments[0]) {
        true => negated::negated(&arguments[0], false),
        false => Ok(numeric::neg_wrapping(&arguments[0])?),
    }),
    ("spark_wrapping_subtract", |a, t| chained(a, t, |a, t| wrapping(a, t, subtract_kernel, numeric::sub_wrapping))),
];

/// Whole numbers wrap around, decimals that do not fit are NULL.
fn wrapping(
    arguments: &[ArrayRef],
    to: &DataType,
    checked: Kernel,
    plain: fn(
        &dyn datafusion::arrow::array::Datum,
        &dyn datafusion::arrow::array::Datum,
    ) -> Result<ArrayRef, ArrowError>,
) -> Result<ArrayRef> {
    match to {
        DataType::Decimal128(..) => attempt(arguments, to, checked),
        _ => Ok(plain(&arguments[0], &arguments[1])?),
    }
}

/// Digits of a decimal type: all of them, and those after the point.
type Digits = (i16, i16);

/// An operator: the name of its kernel and the precision of its result on decimals.
#[derive(Clone, Copy)]
struct Operator {
    symbol: &'static str,
    name: &'static str,
    precision: fn(Digits, Digits) -> Digits,
}

const PLUS: Operator = Operator { symbol: "+", name: "spark_add", precision: sum_precision };
const MINUS: Operator = Operator { symbol: "-", name: "spark_subtract", precision: sum_precision };
const TIMES: Operator =
    Operator { symbol: "*", name: "spark_multiply", precision: |(p1, s1), (p2, s2)| (p1 + p2 + 1, s1 + s2) };
const REMAINDER: Operator = Operator {
    symbol: "%",
    name: "spark_remainder",
    precision: |(p1, s1), (p2, s2)| ((p1 - s1).min(p2 - s2) + s1.max(s2), s1.max(s2)),
};

const TRY_PLUS: Operator = Operator { symbol: "try_add", name: "spark_try_add", ..PLUS };
const TRY_MINUS: Operator = Operator { symbol: "try_subtract", name: "spark_try_subtract", ..MINUS };
const TRY_TIMES: Operator = Operator { symbol: "try_multiply", name: "spark_try_multiply", ..TIMES };
const TRY_REMAINDER: Operator = Operator { symbol: "try_mod", name: "spark_try_mod", ..REMAINDER };
const POSITIVE_REMAINDER: Operator = Operator { symbol: "pmod", name: "spark_pmod", ..REMAINDER };

fn sum_precision((p1, s1): (i16, i16), (p2, s2): (i16, i16)) -> (i16, i16) {
    let scale = s1.max(s2);
    ((p1 - s1).max(p2 - s2) + scale + 1, scale)
}

fn plus_or_minus(call: &Call<'_>, operator: Operator) -> Result<Typed, Fault> {
    let (left, right) = (&call.arguments[0], &call.arguments[1]);
    match datetime::arithmetic(left, right, matches!(operator.symbol, "-" | "try_subtract")) {
        Some(result) if operator.symbol.starts_with("try_") => {
            result.map(|value| kernel::attempted(value).with_nullable(true))
        }
        Some(result) => result,
        None => numbers(call, operator),
    }
}

/// Both operands as numbers: a text is a DOUBLE beside a fraction and a BIGINT beside a whole number.
fn operands(call: &Call<'_>, symbol: &str) -> Result<(Typed, Typed), Fault> {
    let (left, right) = (call.arguments[0].clone(), call.arguments[1].clone());
    let ansi = crate::rules::is_ansi();
    let numeric = |own: &Typed, other: &Typed| -> Option<SparkType> {
        match &own.data_type {
            data_type if is_numeric(data_type) => Some(data_type.clone()),
            SparkType::Null if is_numeric(&other.data_type) => Some(other.data_type.clone()),
            SparkType::Null => Some(SparkType::Double),
            data_type if ansi && is_text(data_type) && is_integral(&other.data_type) => Some(SparkType::Long),
            data_type if is_text(data_type) => Some(SparkType::Double),
            _ => None,
        }
    };
    // by the old rules a text is a DOUBLE, beside a text too
    let is_bare = |side: &Typed| is_text(&side.data_type) || side.data_type == SparkType::Null;
    let has_text = is_text(&left.data_type) || is_text(&right.data_type);
    let texts = ansi && has_text && is_bare(&left) && is_bare(&right);
    match (numeric(&left, &right), numeric(&right, &left)) {
        (Some(l), Some(r)) if !texts => Ok((cast(left, &l, Mode::Ansi)?, cast(right, &r, Mode::Ansi)?)),
        (first, _) => {
            let wrong = usize::from(first.is_some());
            let (a, b) = (&call.arguments[0].data_type, &call.arguments[1].data_type);
            Err(Fault::mismatch(format!("`{symbol}` does not work on {a} and {b}"), Some(wrong))
                .with_help("cast the operands to numbers"))
        }
    }
}

fn numbers(call: &Call<'_>, operator: Operator) -> Result<Typed, Fault> {
    let mode = if operator.name == TRY_TIMES.name { Mode::Try } else { Mode::Ansi };
    if operator.name.ends_with("multiply")
        && let Some(product) = interval_arithmetic::times(&call.arguments[0], &call.arguments[1], mode)
    {
        return product;
    }
    let (left, right) = operands(call, operator.symbol)?;
    let decimal =
        matches!(left.data_type, SparkType::Decimal { .. }) || matches!(right.data_type, SparkType::Decimal { .. });
    if decimal && let (Some(l), Some(r)) = (digits_of(&left), digits_of(&right)) {
        let (precision, scale) = (operator.precision)(wide(l), wide(r));
        let (left, right) = (to_decimal(left, l)?, to_decimal(right, r)?);
        return fallible(operator, left, right, adjusted(precision, scale));
    }
    let common = common_type(&left.data_type, &right.data_type).unwrap_or(SparkType::Double);
    let (left, right) = (cast(left, &common, Mode::Ansi)?, cast(right, &common, Mode::Ansi)?);
    fallible(operator, left, right, common)
}

/// Digits of a number as a decimal; a whole constant has no more than it is written with, unless it is a TINYINT.
pub(crate) fn digits_of(value: &Typed) -> Option<(u8, i8)> {
    let constant = match &value.expr {
        Expr::Literal(ScalarValue::Int16(Some(number)), _) => Some(i64::from(*number)),
        Expr::Literal(ScalarValue::Int32(Some(number)), _) => Some(i64::from(*number)),
        Expr::Literal(ScalarValue::Int64(Some(number)), _) => Some(*number),
        _ => None,
    };
    match constant {
        Some(number) => Some((u8::try_from(number.unsigned_abs().to_string().len()).unwrap_or(20), 0)),
        None => as_decimal(&value.data_type),
    }
}

fn wide((precision, scale): (u8, i8)) -> (i16, i16) {
    (i16::from(precision), i16::from(scale))
}

fn to_decimal(value: Typed, (precision, scale): (u8, i8)) -> Result<Typed, Fault> {
    cast(value, &SparkType::Decimal { precision, scale }, Mode::Ansi)
}

fn fallible(operator: Operator, left: Typed, right: Typed, result: SparkType) -> Result<Typed, Fault> {
    let value = match operator.symbol {
        "+" | "-" | "*" => kernel::chain(operator.name, left, right, result),
        _ => kernel::call(operator.name, vec![left, right], result),
    }?;
    let is_decimal = matches!(value.data_type, SparkType::Decimal { .. });
    let may_be_null = operator.name == "spark_remainder"
        || operator.name.starts_with("spark_try_")
        || is_decimal && !crate::rules::is_ansi();
    Ok(if may_be_null { value.with_nullable(true) } else { value })
}

/// An operator on many values, from left to right.
fn chained(arguments: &[ArrayRef], to: &DataType, operator: Kernel) -> Result<ArrayRef> {
    let (pair, further) = arguments.split_at(2);
    further.iter().try_fold(operator(pair, to)?, |left, right| operator(&[left, Arc::clone(right)], to))
}

/// The values of a kernel; NULL in rows that it refuses.
pub(crate) fn attempt(arguments: &[ArrayRef], to: &DataType, kernel: Kernel) -> Result<ArrayRef> {
    if let Ok(values) = kernel(arguments, to) {
        return Ok(values);
    }
    let null = datafusion::arrow::array::new_null_array(to, 1);
    let rows = (0..arguments[0].len()).map(|row| {
        let slices: Vec<ArrayRef> = arguments.iter().map(|argument| argument.slice(row, 1)).collect();
        kernel(&slices, to).unwrap_or_else(|_| Arc::clone(&null))
    });
    let rows: Vec<ArrayRef> = rows.collect();
    let rows: Vec<&dyn Array> = rows.iter().map(AsRef::as_ref).collect();
    Ok(datafusion::arrow::compute::concat(&rows)?)
}

/// The remainder with the sign of the divisor.
fn positive_remainder_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let rest = remainder_kernel(arguments, to)?;
    let divisor = Arc::clone(&arguments[1]);
    if to.is_integer() {
        return whole_positive(&rest, &divisor, to);
    }
    // the divisor may have more digits than what is left of it
    let wide = match to {
        DataType::Decimal128(_, scale) => DataType::Decimal128(38, *scale),
        other => other.clone(),
    };
    let sum = add_kernel(&[Arc::clone(&rest), Arc::clone(&divisor)], &wide)?;
    let wrapped = remainder_kernel(&[sum, divisor], to)?;
    // a negative zero is not less than zero
    let zero = match to {
        DataType::Float32 => ScalarValue::Float32(Some(-0.0)),
        DataType::Float64 => ScalarValue::Float64(Some(-0.0)),
        other => ScalarValue::new_zero(other)?,
    };
    Ok(zip(&cmp::lt(&rest, &zero.to_scalar()?)?, &wrapped, &rest)?)
}

/// Remainders of whole numbers that are negative, moved by their divisors; the sum may not fit the type, its remainder does.
fn whole_positive(rest: &ArrayRef, divisor: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let (rest, divisor) =
        (cast_array(rest, &DataType::Int64, Mode::Ansi)?, cast_array(divisor, &DataType::Int64, Mode::Ansi)?);
    let pairs = rest.as_primitive::<Int64Type>().iter().zip(divisor.as_primitive::<Int64Type>());
    let moved = pairs.map(|(rest, divisor)| {
        let (rest, divisor) = (rest?, divisor?);
        let moved = (i128::from(rest) + i128::from(divisor)) % i128::from(divisor);
        if rest < 0 { i64::try_from(moved).ok() } else { Some(rest) }
    });
    let moved: ArrayRef = Arc::new(moved.collect::<datafusion::arrow::array::Int64Array>());
    cast_array(&moved, to, Mode::Ansi)
}

fn divide(call: &Call<'_>, name: &'static str) -> Result<Typed, Fault> {
    let mode = if name == "spark_divide" { Mode::Ansi } else { Mode::Try };
    if let Some(quotient) = interval_arithmetic::by(&call.arguments[0], &call.arguments[1], mode) {
        return quotient;
    }
    let (left, right) = operands(call, "/")?;
    let decimal =
        matches!(left.data_type, SparkType::Decimal { .. }) || matches!(right.data_type, SparkType::Decimal { .. });
    if decimal && let (Some(l), Some(r)) = (digits_of(&left), digits_of(&right)) {
        let ((p1, s1), (p2, s2)) = (wide(l), wide(r));
        let scale = (s1 + p2 + 1).max(6);
        let result = adjusted(p1 - s1 + s2 + scale, scale);
        let quotient = kernel::call(name, vec![to_decimal(left, l)?, to_decimal(right, r)?], result)?;
        return Ok(quotient.with_nullable(true));
    }
    let (left, right) = (cast(left, &SparkType::Double, Mode::Ansi)?, cast(right, &SparkType::Double, Mode::Ansi)?);
    Ok(kernel::call(name, vec![left, right], SparkType::Double)?.with_nullable(true))
}

fn whole_division(call: &Call<'_>) -> Result<Typed, Fault> {
    if let Some(ratio) = interval_arithmetic::whole(&call.arguments[0], &call.arguments[1]) {
        return ratio;
    }
    let (left, right) = operands(call, "div")?;
    let is_real = |side: &Typed| matches!(side.data_type, SparkType::Float | SparkType::Double);
    if let Some(at) = call.arguments.iter().position(is_real) {
        let title = format!("`div` divides whole numbers and decimals, not {}", call.arguments[at].data_type);
        return Err(Fault::mismatch(title, Some(at)).with_help("cast the operands to BIGINT"));
    }
    if !crate::rules::is_ansi()
        && let Some(at) = call.arguments.iter().position(|argument| is_text(&argument.data_type))
    {
        let title = "`div` divides no texts while ANSI mode is off";
        return Err(Fault::mismatch(title, Some(at)).with_help("cast the operands to numbers"));
    }
    if let (Some(l), Some(r), true) = (digits_of(&left), digits_of(&right), is_decimal(&left) || is_decimal(&right)) {
        let ratio =
            kernel::call("spark_div_decimal", vec![to_decimal(left, l)?, to_decimal(right, r)?], SparkType::Long);
        return Ok(ratio?.with_nullable(true));
    }
    let (left, right) = (cast(left, &SparkType::Long, Mode::Ansi)?, cast(right, &SparkType::Long, Mode::Ansi)?);
    Ok(kernel::call("spark_div", vec![left, right], SparkType::Long)?.with_nullable(true))
}

fn positive(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    match &value.data_type {
        data_type if is_numeric(data_type) || is_interval(data_type) || *data_type == SparkType::CalendarInterval => {
            Ok(value)
        }
        data_type if is_text(data_type) || *data_type == SparkType::Null => cast(value, &SparkType::Double, Mode::Ansi),
        other => Err(Fault::mismatch(format!("`+` does not work on {other}"), Some(0))),
    }
}

fn negate(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let is_read = is_text(&value.data_type) || value.data_type == SparkType::Null;
    let value = if is_read { cast(value, &SparkType::Double, Mode::Ansi)? } else { value };
    if !is_numeric(&value.data_type) && !is_interval(&value.data_type) {
        return Err(Fault::mismatch(format!("`-` does not work on {}", value.data_type), Some(0)));
    }
    let result = value.data_type.clone();
    kernel::call("spark_negative", vec![value], result)
}

fn refuse(condition: Condition, message: &str) -> datafusion::common::DataFusionError {
    DataError { condition, message: message.to_owned() }.into_datafusion()
}

fn overflow(error: ArrowError) -> datafusion::common::DataFusionError {
    match error {
        ArrowError::ArithmeticOverflow(_) => refuse(Condition::ARITHMETIC_OVERFLOW, "the result does not fit its type"),
        ArrowError::DivideByZero => refuse(Condition::DIVIDE_BY_ZERO, "division by zero"),
        other => other.into(),
    }
}

/// The overflow of an operation, which has another name for intervals.
pub(crate) fn of_intervals(error: ArrowError, operand: &ArrayRef) -> datafusion::common::DataFusionError {
    match (&error, operand.data_type()) {
        (ArrowError::ArithmeticOverflow(_), DataType::Duration(_) | DataType::Interval(_)) => {
            refuse(Condition::INTERVAL_ARITHMETIC_OVERFLOW, "the interval is too long for its type")
        }
        _ => overflow(error),
    }
}

/// Runs an operation; on decimals the exact result is computed wide and then rounded half up to the result's scale.
fn operate(
    arguments: &[ArrayRef],
    to: &DataType,
    plain: fn(&ArrayRef, &ArrayRef) -> Result<ArrayRef, ArrowError>,
    exact: fn(Operand, Operand, i8) -> Option<i256>,
) -> Result<ArrayRef> {
    let DataType::Decimal128(precision, scale) = to else {
        let narrow = matches!(to, DataType::Int8 | DataType::Int16);
        return plain(&arguments[0], &arguments[1]).map(|values| crate::float::one_nan(&values)).map_err(|error| {
            match error {
                ArrowError::ArithmeticOverflow(_) if narrow => {
                    refuse(Condition::BINARY_ARITHMETIC_OVERFLOW, "the result does not fit its type")
                }
                other => overflow(other),
            }
        });
    };
    let scale_of = |array: &ArrayRef| match array.data_type() {
        DataType::Decimal128(_, scale) => *scale,
        _ => 0,
    };
    let (s1, s2) = (scale_of(&arguments[0]), scale_of(&arguments[1]));
    let (left, right) = (arguments[0].as_primitive::<Decimal128Type>(), arguments[1].as_primitive::<Decimal128Type>());
    let limit = 10i128.pow(u32::from(*precision));
    let values = left.iter().zip(right).map(|pair| match pair {
        (Some(l), Some(r)) => exact((i256::from_i128(l), s1), (i256::from_i128(r), s2), *scale)
            .and_then(|value| value.to_i128())
            .filter(|value| value.abs() < limit)
            .map(Some)
            .ok_or_else(|| refuse(Condition::NUMERIC_VALUE_OUT_OF_RANGE, "the result does not fit its decimal type")),
        _ => Ok(None),
    });
    let values = values.collect::<Result<Vec<Option<i128>>>>()?;
    Ok(Arc::new(Decimal128Array::from(values).with_precision_and_scale(*precision, *scale)?))
}

/// An unscaled value and its scale.
type Operand = (i256, i8);

fn rescale(value: i256, from: i16, to: i16) -> Option<i256> {
    let power = |digits: i16| i256::from_i128(10).checked_pow(u32::try_from(digits).ok()?);
    if to >= from {
        return value.checked_mul(power(to - from)?);
    }
    rounded_quotient(value, power(from - to)?)
}

/// The quotient rounded half away from zero.
fn rounded_quotient(left: i256, right: i256) -> Option<i256> {
    let (quotient, rest) = (left.checked_div(right)?, left.checked_rem(right)?);
    let half = rest.wrapping_abs().checked_mul(i256::from_i128(2))? >= right.wrapping_abs();
    let sign = if (left < i256::ZERO) == (right < i256::ZERO) { i256::ONE } else { i256::MINUS_ONE };
    if half { quotient.checked_add(sign) } else { Some(quotient) }
}

fn aligned((l, s1): Operand, (r, s2): Operand) -> Option<(i256, i256, i16)> {
    let scale = i16::from(s1.max(s2));
    Some((rescale(l, s1.into(), scale)?, rescale(r, s2.into(), scale)?, scale))
}

fn add_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    operate(
        arguments,
        to,
        |l, r| numeric::add(l, r),
        |l, r, scale| {
            let (l, r, common) = aligned(l, r)?;
            rescale(l.checked_add(r)?, common, scale.into())
        },
    )
}

fn subtract_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    operate(
        arguments,
        to,
        |l, r| numeric::sub(l, r),
        |l, r, scale| {
            let (l, r, common) = aligned(l, r)?;
            rescale(l.checked_sub(r)?, common, scale.into())
        },
    )
}

fn multiply_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    operate(
        arguments,
        to,
        |l, r| numeric::mul(l, r),
        |(l, s1), (r, s2), scale| rescale(l.checked_mul(r)?, i16::from(s1) + i16::from(s2), scale.into()),
    )
}

fn remainder_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    refuse_zero(&arguments[0], &arguments[1], Condition::REMAINDER_BY_ZERO)?;
    operate(
        arguments,
        to,
        |l, r| numeric::rem(l, r),
        |l, r, scale| {
            let (l, r, common) = aligned(l, r)?;
            rescale(l.checked_rem(r)?, common, scale.into())
        },
    )
}

pub(crate) fn divide_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    refuse_zero(&arguments[0], &arguments[1], Condition::DIVIDE_BY_ZERO)?;
    operate(
        arguments,
        to,
        |l, r| numeric::div(l, r),
        |(l, s1), (r, s2), scale| {
            let shifted = rescale(l, s1.into(), i16::from(scale) + i16::from(s2))?;
            rounded_quotient(shifted, r)
        },
    )
}

fn is_decimal(value: &Typed) -> bool {
    matches!(value.data_type, SparkType::Decimal { .. })
}

/// The quotient of decimals without its fraction.
fn decimal_ratio_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    refuse_zero(&arguments[0], &arguments[1], Condition::DIVIDE_BY_ZERO)?;
    decimal_ratios(arguments, |ratio| {
        let ratio = ratio.and_then(i256::to_i128).and_then(|ratio| i64::try_from(ratio).ok());
        ratio.map(Some).ok_or_else(|| refuse(Condition::ARITHMETIC_OVERFLOW, "the result does not fit its type"))
    })
}

/// The last 64 bits of a number, as Java makes a `long` of it.
fn low_bits(number: i256) -> i64 {
    let (low, _) = number.to_parts();
    low as i64
}

/// How often decimals go into others; `fitted` gets each as a whole number, or none where the divisor is zero.
fn decimal_ratios(arguments: &[ArrayRef], fitted: fn(Option<i256>) -> Result<Option<i64>>) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].as_primitive::<Decimal128Type>(), arguments[1].as_primitive::<Decimal128Type>());
    let (s1, s2) = (left.scale(), right.scale());
    let ratios = left.iter().zip(right).map(|pair| match pair {
        (Some(l), Some(r)) => {
            fitted(aligned((i256::from_i128(l), s1), (i256::from_i128(r), s2)).and_then(|(l, r, _)| l.checked_div(r)))
        }
        _ => Ok(None),
    });
    Ok(Arc::new(ratios.collect::<Result<datafusion::arrow::array::Int64Array>>()?))
}

fn whole_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    refuse_zero(&arguments[0], &arguments[1], Condition::DIVIDE_BY_ZERO)?;
    numeric::div(&arguments[0], &arguments[1]).map_err(overflow)
}

/// Which values are zero; false for NULL.
fn zeros(array: &ArrayRef) -> Result<BooleanArray> {
    let zero = ScalarValue::new_zero(array.data_type())?.to_scalar()?;
    let zeros = cmp::eq(&crate::normal::normal_array(array)?, &zero)?;
    Ok(zeros.iter().map(|zero| Some(zero == Some(true))).collect())
}

/// Fails when a row divides a value by zero; NULL divided by zero is NULL.
fn refuse_zero(left: &ArrayRef, right: &ArrayRef, condition: Condition) -> Result<()> {
    let zero = zeros(right)?;
    if zero.iter().enumerate().any(|(row, zero)| zero == Some(true) && left.is_valid(row)) {
        return Err(refuse(condition, "division by zero; `try_divide` and `try_mod` give NULL instead"));
    }
    Ok(())
}

/// A value plus a number of microseconds, in the value's type; used for timestamps.
pub(crate) fn add_micros_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_primitive::<TimestampMicrosecondType>();
    let micros = cast_array(&arguments[1], &DataType::Int64, Mode::Ansi)?;
    let own = crate::rules::zone_at(arguments, 2)?;
    // whole days are days of the calendar
    let moved = |value: i64, micros: i64| {
        crate::interval::moved_instant(value, 0, micros / DAY_MICROS, &own)?.checked_add(micros % DAY_MICROS)
    };
    let sums = values.iter().zip(micros.as_primitive::<Int64Type>()).map(|pair| match pair {
        (Some(value), Some(micros)) => moved(value, micros)
            .map(Some)
            .ok_or_else(|| refuse(Condition::ARITHMETIC_OVERFLOW, "the timestamp is out of range")),
        _ => Ok(None),
    });
    let sums = sums.collect::<Result<Vec<_>>>()?;
    let sums = datafusion::arrow::array::TimestampMicrosecondArray::from(sums);
    Ok(Arc::new(sums.with_timezone_opt(match to {
        DataType::Timestamp(_, zone) => zone.clone(),
        _ => None,
    })))
}

/// Days plus days.
pub(crate) fn add_days_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let days = cast_array(&arguments[0], &DataType::Int32, Mode::Ansi)?;
    let more = arguments[1].as_primitive::<Int32Type>();
    // days wrap around, as in Spark
    let sum = numeric::add_wrapping(&days.as_primitive::<Int32Type>(), &more)?;
    cast_array(&sum, to, Mode::Ansi)
}

/// The type of a difference of dates.
pub(crate) const DAYS: SparkType = SparkType::DayTimeInterval { start: DayTimeUnit::Day, end: DayTimeUnit::Day };
