//! Window functions. The expression of a call holds the function without its window; the resolver adds the window.

use datafusion::functions_window as native;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::{Expr, WindowFrame, WindowFunctionDefinition, lit};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_unresolved::SparkType;

use crate::coercion::implicit;
use crate::constant;
use crate::function::{Call, Fault, Function, Typed};
use crate::math::constant_integer;
use crate::present_values::present_values;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::window(&["row_number"], (0, 0), |_| number(native::row_number::row_number_udwf())),
    Function::window(&["rank"], (0, 0), |_| number(native::rank::rank_udwf())),
    Function::window(&["dense_rank"], (0, 0), |_| number(native::rank::dense_rank_udwf())),
    Function::window(&["percent_rank"], (0, 0), |_| {
        Ok(Typed::new(window(native::rank::percent_rank_udwf(), vec![]), SparkType::Double))
    }),
    Function::window(&["cume_dist"], (0, 0), |_| {
        Ok(Typed::new(window(native::cume_dist::cume_dist_udwf(), vec![]), SparkType::Double))
    }),
    Function::window(&["ntile"], (0, 1), |call| {
        let buckets = match call.arguments.first() {
            None => lit(1i64),
            Some(number) => match constant_integer(&number.expr) {
                Some(number) if number > 0 => lit(number),
                _ => {
                    let title = "the number of buckets of `ntile` must be a constant greater than 0";
                    return Err(Fault::mismatch(title, Some(0)));
                }
            },
        };
        let arrow = to_arrow(&SparkType::Integer).map_err(|error| Fault::not_built(error.0))?;
        let expr = window(native::ntile::ntile_udwf(), vec![buckets]);
        Ok(Typed { expr: datafusion::logical_expr::cast(expr, arrow), data_type: SparkType::Integer, nullable: false })
    }),
    Function::window(&["nth_value"], (2, 2), |call| {
        let value = call.arguments[0].clone();
        let at = constant_integer(&call.arguments[1].expr)
            .filter(|at| *at > 0)
            .ok_or_else(|| Fault::mismatch("the number of `nth_value` must be a constant greater than 0", Some(1)))?;
        let expr = window(native::nth_value::nth_value_udwf(), vec![value.expr, lit(at)]);
        Ok(Typed::new(if call.ignore_nulls { ignoring_nulls(expr) } else { expr }, value.data_type))
    }),
    Function::window(&["lag"], (1, 3), |call| shifted(call, native::lead_lag::lag_udwf())),
    Function::window(&["lead"], (1, 3), |call| shifted(call, native::lead_lag::lead_udwf())),
];

fn window(function: std::sync::Arc<datafusion::logical_expr::WindowUDF>, args: Vec<Expr>) -> Expr {
    Expr::WindowFunction(Box::new(WindowFunction {
        fun: WindowFunctionDefinition::WindowUDF(function),
        params: WindowFunctionParams {
            args,
            partition_by: vec![],
            order_by: vec![],
            window_frame: WindowFrame::new(None),
            filter: None,
            null_treatment: None,
            distinct: false,
        },
    }))
}

/// The same function, passing over NULLs.
fn ignoring_nulls(expr: Expr) -> Expr {
    let Expr::WindowFunction(mut call) = expr else { return expr };
    if let WindowFunctionDefinition::WindowUDF(function) = &call.fun
        && let Some(function) = present_values(function)
    {
        call.fun = WindowFunctionDefinition::WindowUDF(function);
    }
    Expr::WindowFunction(call)
}

/// Row numbers and ranks are INT in Spark and unsigned in DataFusion.
fn number(function: std::sync::Arc<datafusion::logical_expr::WindowUDF>) -> Result<Typed, Fault> {
    let arrow = to_arrow(&SparkType::Integer).map_err(|error| Fault::not_built(error.0))?;
    let expr = datafusion::logical_expr::cast(window(function, vec![]), arrow);
    Ok(Typed { expr, data_type: SparkType::Integer, nullable: false })
}

fn shifted(call: &Call<'_>, function: std::sync::Arc<datafusion::logical_expr::WindowUDF>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let mut nullable = true;
    let mut arguments = vec![value.expr];
    if let Some(offset) = call.arguments.get(1) {
        let offset = constant_integer(&offset.expr)
            .ok_or_else(|| Fault::mismatch(format!("the offset of `{}` must be a constant", call.name), Some(1)))?;
        arguments.push(lit(offset));
    }
    if let Some(default) = call.arguments.get(2) {
        let from = &default.data_type;
        let default = implicit(default.clone(), &value.data_type).unwrap_or_else(|| {
            Err(Fault::mismatch(
                format!("the default of `{}` is a {from}, not a {}", call.name, value.data_type),
                Some(2),
            ))
        })?;
        nullable = value.nullable || default.nullable;
        match constant::value(&default.expr) {
            Some(constant) => arguments.push(lit(constant)),
            None if default.expr.any_column_refs() => {
                return Err(Fault::not_built(format!("a default of `{}` that is no constant", call.name)));
            }
            None => {
                let title = format!("the default of `{}` is no value of type {}", call.name, value.data_type);
                let condition = Condition::CAST_INVALID_INPUT;
                return Err(Fault { condition, title, argument: Some(2), help: None });
            }
        }
    }
    let expr = window(function, arguments);
    let shifted = Typed::new(if call.ignore_nulls { ignoring_nulls(expr) } else { expr }, value.data_type);
    Ok(shifted.with_nullable(nullable))
}
