//! Comparisons, logic, and predicates on NULL and lists.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::{
    Expr, Operator, binary_expr, is_not_false, is_not_null, is_not_true, is_null, lit, not,
};
use datafusion::prelude::in_list;
use lakesmith_unresolved::SparkType;

use crate::arithmetic;
use crate::cast::{Mode, cast};
use crate::cast_nullability::may_lose;
use crate::coercion::{common_of, comparison_type, implicit, is_integral, is_numeric, is_text, with_nulls};
use crate::constant;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::guard;
use crate::normal::normal;

/// The operators.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["==", "="], (2, 2), |call| compare(call, Operator::Eq)),
    Function::scalar(&["!=", "<>"], (2, 2), |call| compare(call, Operator::NotEq)),
    Function::scalar(&["<"], (2, 2), |call| compare(call, Operator::Lt)),
    Function::scalar(&["<="], (2, 2), |call| compare(call, Operator::LtEq)),
    Function::scalar(&[">"], (2, 2), |call| compare(call, Operator::Gt)),
    Function::scalar(&[">="], (2, 2), |call| compare(call, Operator::GtEq)),
    Function::scalar(&["<=>", "equal_null"], (2, 2), |call| null_safe(call, Operator::IsNotDistinctFrom)),
    Function::scalar(&["isdistinctfrom"], (2, 2), |call| null_safe(call, Operator::IsDistinctFrom)),
    Function::scalar(&["and"], (2, MANY), |call| logic(call, Operator::And)),
    Function::scalar(&["or"], (2, MANY), |call| logic(call, Operator::Or)),
    Function::scalar(&["not", "!"], (1, 1), |call| {
        let condition = boolean(call, 0)?;
        Ok(Typed { expr: not(condition.expr), ..condition })
    }),
    Function::scalar(&["isnull"], (1, 1), |call| Ok(sure(is_null(call.arguments[0].expr.clone())))),
    Function::scalar(&["isnotnull"], (1, 1), |call| Ok(sure(is_not_null(call.arguments[0].expr.clone())))),
    Function::scalar(&["istrue"], (1, 1), |call| is_just(call, true)),
    Function::scalar(&["isfalse"], (1, 1), |call| is_just(call, false)),
    Function::scalar(&["isunknown"], (1, 1), |call| Ok(sure(is_null(truth(call)?)))),
    Function::scalar(&["isnotunknown"], (1, 1), |call| Ok(sure(is_not_null(truth(call)?)))),
    Function::scalar(&["in"], (2, MANY), within),
    Function::scalar(&["between"], (3, 3), between),
];

/// The condition of IS UNKNOWN, which no text is.
fn truth(call: &Call<'_>) -> Result<Expr, Fault> {
    match &call.arguments[0].data_type {
        SparkType::Boolean | SparkType::Null => Ok(boolean(call, 0)?.expr),
        other => Err(Fault::mismatch(format!("a condition is BOOLEAN, this value is {other}"), Some(0))),
    }
}

fn sure(expr: Expr) -> Typed {
    Typed { expr, data_type: SparkType::Boolean, nullable: false }
}

/// `x IS TRUE`, as the comparison that it is for Spark: what DataFusion has for it is NULL in some of its plans and not in others.
fn is_just(call: &Call<'_>, wanted: bool) -> Result<Typed, Fault> {
    Ok(sure(binary_expr(boolean(call, 0)?.expr, Operator::IsNotDistinctFrom, lit(wanted))))
}

/// The arguments in their common type.
fn aligned(call: &Call<'_>) -> Result<Vec<Typed>, Fault> {
    let what = format!("`{}`", if call.name == "==" { "=" } else { call.name });
    let common = common_of(&what, call.arguments.iter().map(|argument| &argument.data_type))?;
    call.arguments.iter().map(|argument| cast(argument.clone(), &common, Mode::Ansi)).collect()
}

/// Two values in the type that they are compared in.
fn compared(call: &Call<'_>, operator: Operator) -> Result<Vec<Typed>, Fault> {
    let [left, right] = call.arguments.as_slice() else { return aligned(call) };
    let (l, r) = (&left.data_type, &right.data_type);
    let asks_equality =
        matches!(operator, Operator::Eq | Operator::NotEq | Operator::IsDistinctFrom | Operator::IsNotDistinctFrom);
    // by the old rules true is 1
    let common = match (l, r) {
        (SparkType::Boolean, other) | (other, SparkType::Boolean)
            if asks_equality && !crate::rules::is_ansi() && is_numeric(other) =>
        {
            Some(other.clone())
        }
        _ => comparison_type(l, r),
    };
    match common {
        None if !crate::rules::is_ansi() && is_text(l) != is_text(r) => {
            Err(Fault::mismatch(format!("a value of type {l} is not compared with one of type {r}"), None))
        }
        Some(common) => Ok(vec![cast(left.clone(), &common, Mode::Ansi)?, cast(right.clone(), &common, Mode::Ansi)?]),
        None if matches!(l, SparkType::Array { .. } | SparkType::Struct(_))
            && std::mem::discriminant(l) == std::mem::discriminant(r) =>
        {
            Err(Fault::mismatch(format!("values of type {l} and {r} are not compared"), None)
                .with_help("cast one side to the type of the other"))
        }
        None => aligned(call),
    }
}

fn compare(call: &Call<'_>, operator: Operator) -> Result<Typed, Fault> {
    let is_short = match call.arguments.as_slice() {
        [left, right] => is_short_constant(left, right, operator) || is_short_constant(right, left, operator),
        _ => false,
    };
    let compared = compare_values(call, operator)?;
    let nullable = compared.nullable || is_short;
    Ok(compared.with_nullable(nullable))
}

/// Whether a value is a whole constant that Spark casts to as many digits as it is written with, because it is compared with a
/// decimal: of such a cast it says that it may be NULL. Which of two constants is greater it tells without a cast.
fn is_short_constant(value: &Typed, other: &Typed, operator: Operator) -> bool {
    let is_decimal = matches!(other.data_type, SparkType::Decimal { .. });
    let is_constant = matches!(other.expr, Expr::Literal(ScalarValue::Decimal128(..), _));
    let asks_order = matches!(operator, Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq);
    let digits = arithmetic::digits_of(value).filter(|_| is_decimal && !(is_constant && asks_order));
    digits.is_some_and(|(precision, scale)| {
        is_integral(&value.data_type)
            && may_lose(&value.data_type, &SparkType::Decimal { precision, scale }, Mode::Ansi)
    })
}

fn compare_values(call: &Call<'_>, operator: Operator) -> Result<Typed, Fault> {
    let [left, right] =
        <[Typed; 2]>::try_from(compared(call, operator)?).map_err(|_| Fault::not_built("this comparison"))?;
    if matches!(left.data_type, SparkType::Map { .. }) {
        return Err(Fault::mismatch(format!("values of type {} cannot be compared", left.data_type), Some(0)));
    }
    let nullable = left.nullable || right.nullable;
    // a number that has one form only is found in statistics of files, which know no function of it
    let (left, right) = match has_one_form(&left.expr) || has_one_form(&right.expr) {
        true => (left, right),
        false => (normal(left)?, normal(right)?),
    };
    Ok(Typed::new(binary_expr(left.expr, operator, right.expr), SparkType::Boolean).with_nullable(nullable))
}

/// Whether an expression is a number that is neither zero nor NaN.
fn has_one_form(expr: &Expr) -> bool {
    let is_plain = |value: f64| value != 0.0 && !value.is_nan();
    match expr {
        Expr::Literal(ScalarValue::Float64(Some(value)), _) => is_plain(*value),
        Expr::Literal(ScalarValue::Float32(Some(value)), _) => is_plain(f64::from(*value)),
        _ => false,
    }
}

fn null_safe(call: &Call<'_>, operator: Operator) -> Result<Typed, Fault> {
    Ok(compare(call, operator)?.with_nullable(false))
}

fn boolean(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let argument = call.arguments[index].clone();
    let data_type = argument.data_type.clone();
    let is_refused = !crate::rules::is_ansi() && crate::coercion::is_text(&data_type);
    let argument = if is_refused { None } else { Some(argument) };
    let cast = argument.and_then(|argument| implicit(argument, &SparkType::Boolean));
    cast.unwrap_or_else(|| {
        let title = format!("`{}` needs a condition, not a value of type {data_type}", call.name);
        Err(Fault::mismatch(title, Some(index)).with_help("compare the value with something"))
    })
}

fn logic(call: &Call<'_>, operator: Operator) -> Result<Typed, Fault> {
    let operands = (0..call.arguments.len()).map(|index| boolean(call, index)).collect::<Result<Vec<_>, _>>()?;
    let nullable = operands.iter().any(|operand| operand.nullable);
    let expr = joined(operands.into_iter().map(|operand| operand.expr).collect(), operator)?;
    Ok(Typed::new(expr, SparkType::Boolean).with_nullable(nullable))
}

/// Conditions under AND or OR. One that can fail is computed only where those before it do not decide; all others stay conjuncts
/// of their own, so they are still pushed down to the scan. The size grows with the number of conditions and no faster.
fn joined(operands: Vec<Expr>, operator: Operator) -> Result<Expr, Fault> {
    let mut free = Vec::with_capacity(operands.len());
    // what stands before `guarded` back to the condition before it that can fail, that one included
    let mut before = Vec::new();
    let mut guarded: Option<Expr> = None;
    for (index, operand) in operands.into_iter().enumerate().rev() {
        if index == 0 || !guard::can_fail(&operand) {
            free.push(operand.clone());
            before.push(operand);
            continue;
        }
        before.push(operand.clone());
        let deciding = std::mem::take(&mut before);
        guarded = Some(match guarded {
            None => operand,
            Some(later) => binary_expr(operand, operator, undecided(deciding, operator, later)?),
        });
    }
    if let Some(later) = guarded {
        free.insert(0, undecided(before, operator, later)?);
    }
    free.reverse();
    Ok(balanced(free, operator))
}

/// `later` where the conditions, last first, leave the result open.
fn undecided(mut conditions: Vec<Expr>, operator: Operator, later: Expr) -> Result<Expr, Fault> {
    conditions.reverse();
    let condition = balanced(conditions, operator);
    let open = if operator == Operator::And { is_not_false(condition) } else { is_not_true(condition) };
    guard::case(vec![(open, later)], Some(lit(operator == Operator::And)), &SparkType::Boolean)
}

/// The conditions in their order as a tree of little depth; DataFusion's time grows with the square of the depth.
fn balanced(mut conditions: Vec<Expr>, operator: Operator) -> Expr {
    while conditions.len() > 1 {
        let mut pairs = conditions.into_iter();
        let mut halved = Vec::with_capacity(pairs.len().div_ceil(2));
        while let Some(left) = pairs.next() {
            halved.push(match pairs.next() {
                Some(right) => binary_expr(left, operator, right),
                None => left,
            });
        }
        conditions = halved;
    }
    conditions.pop().unwrap_or_else(|| lit(operator == Operator::And))
}

fn within(call: &Call<'_>) -> Result<Typed, Fault> {
    let mut values = aligned(&Call { arguments: with_one_names(call)?, ..call.clone() })?;
    let nullable = values.iter().any(|value| value.nullable);
    let can_fail = |value: &Typed| guard::can_fail(&value.expr) || guard::failing_part(&value.expr).is_some();
    if values[2..].iter().any(can_fail) {
        // a value that can fail is computed only where none before it is equal
        let values = values.into_iter().map(normal).collect::<Result<Vec<_>, _>>()?;
        let (value, list) = values.split_first().ok_or_else(|| constant::not_constant(call, 0))?;
        let equal = list.iter().map(|other| binary_expr(value.expr.clone(), Operator::Eq, other.expr.clone()));
        let found = joined(equal.collect(), Operator::Or)?;
        return Ok(Typed::new(found, SparkType::Boolean).with_nullable(nullable));
    }
    if !values[1..].iter().all(|value| has_one_form(&value.expr)) {
        values = values.into_iter().map(normal).collect::<Result<Vec<_>, _>>()?;
    }
    let value = values.remove(0);
    let list = values.into_iter().map(|value| value.expr).collect();
    Ok(Typed::new(in_list(value.expr, list, false), SparkType::Boolean).with_nullable(nullable))
}

/// The arguments of a call, structs whose fields have the first one's types with its names too.
fn with_one_names(call: &Call<'_>) -> Result<Vec<Typed>, Fault> {
    let first = &call.arguments[0].data_type;
    let named = |argument: &Typed| match (first, &argument.data_type) {
        (SparkType::Struct(own), SparkType::Struct(other))
            if own.len() == other.len()
                && own
                    .iter()
                    .zip(other)
                    .all(|(own, other)| with_nulls(&own.data_type) == with_nulls(&other.data_type)) =>
        {
            cast(argument.clone(), first, Mode::Ansi)
        }
        _ => Ok(argument.clone()),
    };
    call.arguments.iter().map(named).collect()
}

fn between(call: &Call<'_>) -> Result<Typed, Fault> {
    let with = |other: usize, name: &'static str| {
        let arguments = vec![call.arguments[0].clone(), call.arguments[other].clone()];
        Call { name, arguments, ..call.clone() }
    };
    let lower = compare_values(&with(1, ">="), Operator::GtEq)?;
    let upper = compare_values(&with(2, "<="), Operator::LtEq)?;
    let value = &call.arguments[0];
    let is_short = call.arguments[1..].iter().any(|bound| is_short_constant(bound, value, Operator::Eq));
    let nullable = lower.nullable || upper.nullable || is_short;
    let within = Typed::new(binary_expr(lower.expr, Operator::And, upper.expr), SparkType::Boolean);
    Ok(within.with_nullable(nullable))
}
