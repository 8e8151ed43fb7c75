//! Keeps expressions that can fail behind the conditions that guard them.
//!
//! DataFusion may compute both sides of AND and OR for all rows, and it rewrites a CASE of truth values into AND and OR. Only
//! the branches of a CASE of other values are computed for their own rows alone, so a truth value that can fail travels
//! through CASE as a number.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int8Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::expr::{Case, ScalarFunction};
use datafusion::logical_expr::{Expr, Operator, lit};
use lakesmith_unresolved::SparkType;

use crate::function::{Fault, Typed};
use crate::kernel::{self, Kernels};
use crate::lambda::LambdaFunction;

/// The kernels.
pub(crate) const KERNELS: Kernels = &[("spark_only_row", only_row_kernel), ("spark_truth_number", truth_number_kernel)];

/// Kernels that refuse some values.
pub(crate) const FALLIBLE: [&str; 99] = [
    "spark_abs",
    "spark_add",
    "spark_add_calendar",
    "spark_add_interval_months",
    "spark_add_intervals",
    "spark_add_micros",
    "spark_add_months",
    "spark_aes_decrypt",
    "spark_aes_encrypt",
    "spark_array_insert",
    "spark_array_item",
    "spark_bit_get",
    "spark_bround",
    "spark_bround_decimal",
    "spark_bround_whole",
    "spark_cast",
    "spark_ceil",
    "spark_conv",
    "spark_convert_timezone",
    "spark_date_add",
    "spark_date_sub",
    "spark_decode",
    "spark_div",
    "spark_div_decimal",
    "spark_divide",
    "spark_divide_interval",
    "spark_divide_intervals",
    "spark_element_at",
    "spark_elt",
    "spark_encode",
    "spark_floor",
    "spark_format_string",
    "spark_from_csv",
    "spark_from_csv_strictly",
    "spark_from_json_strictly",
    "spark_from_utc",
    "spark_hmac",
    "spark_ilike",
    "spark_interval_of",
    "spark_like",
    "spark_lpad",
    "spark_make_date",
    "spark_make_dt_interval",
    "spark_make_interval",
    "spark_make_timestamp",
    "spark_make_ym_interval",
    "spark_map",
    "spark_map_concat",
    "spark_map_from_arrays",
    "spark_map_from_entries",
    "spark_mean",
    "spark_mean_interval",
    "spark_multiply",
    "spark_multiply_interval",
    "spark_multiply_interval_last",
    "spark_negative",
    "spark_next_day",
    "spark_number_of",
    "spark_only_row",
    "spark_parse_interval",
    "spark_parse_moment",
    "spark_parse_url",
    "spark_pmod",
    "spark_remainder",
    "spark_repeat",
    "spark_repeat_values",
    "spark_round",
    "spark_round_decimal",
    "spark_round_whole",
    "spark_rpad",
    "spark_sequence",
    "spark_slice",
    "spark_space",
    "spark_split_part",
    "spark_store_char",
    "spark_store_varchar",
    "spark_str_to_map",
    "spark_subtract",
    "spark_subtract_calendar",
    "spark_subtract_intervals",
    "spark_subtract_micros",
    "spark_subtract_months",
    "spark_sum_list",
    "spark_time_bucket",
    "spark_timestamp_millis",
    "spark_timestamp_of_seconds",
    "spark_timestampadd",
    "spark_to_binary",
    "spark_to_number",
    "spark_to_utc",
    "spark_try_make_timestamp",
    "spark_unbase64",
    "spark_url_decode",
    "spark_validate_utf8",
    "spark_vector_cosine_similarity",
    "spark_vector_inner_product",
    "spark_vector_l2_distance",
    "spark_vector_norm",
    "spark_vector_normalize",
];

/// Whether computing the expression can end in an error for some row. Constants are computed once, when the query is planned.
pub fn can_fail(expr: &Expr) -> bool {
    let fails = |node: &Expr| match node {
        // these two are never computed while the query is planned
        Expr::ScalarFunction(call) if ["spark_assert_true", "spark_raise_error"].contains(&call.name()) => true,
        Expr::ScalarFunction(call) => {
            let is_fallible = FALLIBLE.contains(&call.name()) && !has_sure_pattern(call);
            (is_fallible || holds_fallible_lambda(call)) && !node.column_refs().is_empty()
        }
        _ => false,
    };
    expr.exists(|node| Ok(fails(node))).unwrap_or(true)
}

/// Whether a call of LIKE has a constant pattern that is one: it takes every text.
fn has_sure_pattern(call: &ScalarFunction) -> bool {
    let [_, pattern @ ..] = call.args.as_slice() else { return false };
    if !matches!(call.name(), "spark_like" | "spark_ilike") || !pattern.iter().all(is_constant) {
        return false;
    }
    let args = std::iter::once(lit("")).chain(pattern.iter().cloned()).collect();
    kernel::evaluated(&Expr::ScalarFunction(ScalarFunction { func: Arc::clone(&call.func), args })).is_ok()
}

/// Whether a lambda of the call, or what becomes of its values, can end in an error.
fn holds_fallible_lambda(call: &ScalarFunction) -> bool {
    let Some(function) = call.func.inner().downcast_ref::<LambdaFunction>() else { return false };
    matches!(call.name(), "spark_array_sort_by" | "spark_transform_keys")
        || function.lambdas().iter().any(|lambda| lambda.body().is_none_or(can_fail))
}

/// The error of a constant part of an expression that no condition stands before.
pub fn failing_part(expr: &Expr) -> Option<DataFusionError> {
    match expr {
        Expr::Case(case) => case.when_then_expr.first().and_then(|(condition, _)| failing_part(condition)),
        Expr::BinaryExpr(binary) if matches!(binary.op, Operator::And | Operator::Or) => failing_part(&binary.left),
        Expr::ScalarFunction(call) if call.name() == "coalesce" => call.args.first().and_then(failing_part),
        Expr::ScalarFunction(call) => {
            for argument in &call.args {
                if let Some(error) = failing_part(argument) {
                    return Some(error);
                }
                // what comes after a NULL is not computed
                if is_null(argument) {
                    return None;
                }
            }
            let fails = FALLIBLE.contains(&call.name()) && is_constant(expr);
            if fails { kernel::evaluated(expr).err() } else { None }
        }
        Expr::BinaryExpr(binary) => match failing_part(&binary.left) {
            None if is_null(&binary.left) => None,
            None => failing_part(&binary.right),
            error => error,
        },
        Expr::Alias(alias) => failing_part(&alias.expr),
        Expr::Cast(cast) => failing_part(&cast.expr),
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => failing_part(inner),
        Expr::InList(list) => failing_part(&list.expr).or_else(|| list.list.iter().find_map(failing_part)),
        Expr::AggregateFunction(call) => call.params.args.iter().find_map(failing_part),
        _ => None,
    }
}

fn is_null(expr: &Expr) -> bool {
    is_constant(expr) && kernel::evaluated(expr).is_ok_and(|value| value.is_null())
}

fn is_constant(expr: &Expr) -> bool {
    let is_value = |node: &Expr| {
        matches!(
            node,
            Expr::Literal(..) | Expr::ScalarFunction(_) | Expr::Case(_) | Expr::BinaryExpr(_) | Expr::Cast(_)
        )
    };
    !expr.is_volatile() && !expr.exists(|node| Ok(!is_value(node))).unwrap_or(true)
}

/// A CASE whose branches are computed for their rows only.
pub fn case(branches: Vec<(Expr, Expr)>, otherwise: Option<Expr>, data_type: &SparkType) -> Result<Expr, Fault> {
    let risky = branches.iter().any(|(_, value)| can_fail(value)) || otherwise.as_ref().is_some_and(can_fail);
    if !risky || *data_type != SparkType::Boolean {
        return Ok(plain(branches, otherwise));
    }
    let branches = branches.into_iter().map(|(condition, value)| Ok((condition, number(value)?)));
    let otherwise = otherwise.map(number).transpose()?;
    Ok(plain(branches.collect::<Result<_, Fault>>()?, otherwise).eq(lit(1i8)))
}

/// A condition that is computed only where those before it under AND leave the result open, and what stands before it.
pub fn guarded(expr: &Expr) -> Option<(&Expr, &Expr)> {
    let Expr::BinaryExpr(comparison) = expr else { return None };
    let Expr::Case(case) = comparison.left.as_ref() else { return None };
    let ([(open, later)], Some(otherwise)) = (case.when_then_expr.as_slice(), &case.else_expr) else { return None };
    let truth = |number: &Expr| match number {
        Expr::ScalarFunction(call) if call.name() == "spark_truth_number" => call.args.first().cloned(),
        _ => None,
    };
    let is_number = comparison.op == Operator::Eq && *comparison.right == lit(1i8) && case.expr.is_none();
    let (Expr::IsNotFalse(before), Expr::ScalarFunction(call)) = (open.as_ref(), later.as_ref()) else { return None };
    let is_guard = is_number && truth(later).is_some() && truth(otherwise) == Some(lit(true));
    if is_guard { Some((before, call.args.first()?)) } else { None }
}

/// The same value, in a call that DataFusion neither moves nor computes for other rows; the value itself when it cannot fail.
pub fn fenced(expr: Expr, data_type: &SparkType) -> Result<Expr, Fault> {
    if !can_fail(&expr) || expr.column_refs().is_empty() {
        return Ok(expr);
    }
    kernel::fence(Typed::new(expr, data_type.clone())).map(|fenced| fenced.expr)
}

/// The first argument, unless the second, a number of rows, is more than one.
pub fn only_row(arguments: Vec<Typed>) -> Result<Typed, Fault> {
    let result = arguments[0].data_type.clone();
    Ok(kernel::call("spark_only_row", arguments, result)?.with_nullable(true))
}

fn plain(branches: Vec<(Expr, Expr)>, otherwise: Option<Expr>) -> Expr {
    let branches = branches.into_iter().map(|(condition, value)| (Box::new(condition), Box::new(value))).collect();
    Expr::Case(Case::new(None, branches, otherwise.map(Box::new)))
}

/// A truth value as 1 or 0.
fn number(truth: Expr) -> Result<Expr, Fault> {
    let truth = Typed::new(truth, SparkType::Boolean);
    kernel::call("spark_truth_number", vec![truth], SparkType::Byte).map(|number| number.expr)
}

fn only_row_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let counts = arguments[1].as_primitive::<datafusion::arrow::datatypes::Int64Type>();
    if counts.iter().flatten().any(|count| count > 1) {
        let message = "a subquery that stands for one value gave more than one row".to_owned();
        let condition = lakesmith_diagnostic::Condition::SCALAR_SUBQUERY_TOO_MANY_ROWS;
        return Err(lakesmith_engine::DataError { condition, message }.into_datafusion());
    }
    Ok(Arc::clone(&arguments[0]))
}

fn truth_number_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let values = arguments[0].as_boolean().iter().map(|value| value.map(i8::from));
    Ok(Arc::new(values.collect::<Int8Array>()))
}
