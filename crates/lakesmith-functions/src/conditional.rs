//! CASE, IF, COALESCE and their like: the results meet in their common type.

use datafusion::functions::core;
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, is_not_null, is_null, lit};
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::coercion::{common_of, common_of_operands, comparison_type, implicit, is_text};
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::guard;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["when"], (2, MANY), when),
    Function::scalar(&["if", "iff"], (3, 3), when),
    Function::scalar(&["coalesce"], (1, MANY), coalesce),
    Function::scalar(&["nvl", "ifnull"], (2, 2), coalesce),
    Function::scalar(&["nvl2"], (3, 3), nvl2),
    Function::scalar(&["nullif"], (2, 2), nullif),
    Function::scalar(&["nullifzero"], (1, 1), |call| {
        let zero = Typed::new(lit(0i32), SparkType::Integer).with_nullable(false);
        nullif(&Call { arguments: vec![call.arguments[0].clone(), zero], ..call.clone() })
    }),
    Function::scalar(&["zeroifnull"], (1, 1), |call| {
        let zero = Typed::new(lit(0i32), SparkType::Integer).with_nullable(false);
        coalesce(&Call { arguments: vec![call.arguments[0].clone(), zero], ..call.clone() })
    }),
    Function::scalar(&["decode"], (2, MANY), decode),
    Function::scalar(&["typeof"], (1, 1), |call| {
        let name = call.arguments[0].data_type.simple_name();
        Ok(Typed::new(lit(name), SparkType::STRING).with_nullable(false))
    }),
    Function::scalar(&["greatest"], (2, MANY), |call| extreme(call, core::greatest())),
    Function::scalar(&["least"], (2, MANY), |call| extreme(call, core::least())),
];

fn results(call: &Call<'_>, indices: &[usize]) -> Result<(Vec<Typed>, SparkType), Fault> {
    let common = common_of(&format!("`{}`", call.name), indices.iter().map(|index| &call.arguments[*index].data_type))?;
    let cast = indices.iter().map(|index| cast(call.arguments[*index].clone(), &common, Mode::Ansi));
    Ok((cast.collect::<Result<_, _>>()?, common))
}

/// Condition, value, condition, value, …, and perhaps the value of ELSE.
fn when(call: &Call<'_>) -> Result<Typed, Fault> {
    let pairs = call.arguments.len() / 2;
    let otherwise = (call.arguments.len() % 2 == 1).then(|| call.arguments.len() - 1);
    let indices: Vec<usize> = (0..pairs).map(|pair| pair * 2 + 1).chain(otherwise).collect();
    let (mut values, common) = results(call, &indices)?;
    // what stands after a condition TRUE is never asked
    let is_true = |pair: usize| call.arguments[pair * 2].expr == lit(true);
    let nullable = match (0..pairs).find(|pair| is_true(*pair)).filter(|_| call.name != "if") {
        Some(last) => values[..=last].iter().any(|value| value.nullable),
        None => otherwise.is_none() || values.iter().any(|value| value.nullable),
    };
    let otherwise = otherwise.and_then(|_| values.pop()).map(|value| value.expr);
    let mut branches = Vec::with_capacity(pairs);
    for (pair, value) in values.into_iter().enumerate() {
        let index = pair * 2;
        let condition = call.arguments[index].clone();
        let data_type = condition.data_type.clone();
        // `if` takes a bare NULL, CASE does not
        let is_bare = data_type == SparkType::Null && call.name != "if";
        if is_bare || is_text(&data_type) {
            return Err(Fault::mismatch(format!("a condition is BOOLEAN, this value is {data_type}"), Some(index)));
        }
        let condition = implicit(condition, &SparkType::Boolean).unwrap_or_else(|| {
            Err(Fault::mismatch(format!("a condition is BOOLEAN, this value is {data_type}"), Some(index)))
        })?;
        branches.push((condition.expr, value.expr));
    }
    let expr = guard::case(branches, otherwise, &common)?;
    Ok(Typed { expr, data_type: common, nullable })
}

/// `decode(value, search, result, …, default)`; NULL is found by NULL.
fn decode(call: &Call<'_>) -> Result<Typed, Fault> {
    if call.arguments.len() == 2 {
        return crate::encoding::decode(call);
    }
    let value = &call.arguments[0];
    let mut arguments = Vec::new();
    let pairs = call.arguments[1..].chunks_exact(2);
    let otherwise = pairs.remainder().first().cloned();
    for pair in pairs {
        let common = match comparison_type(&value.data_type, &pair[0].data_type) {
            Some(common) => common,
            None => common_of("`decode`", [&value.data_type, &pair[0].data_type])?,
        };
        let (own, search) = (cast(value.clone(), &common, Mode::Ansi)?, cast(pair[0].clone(), &common, Mode::Ansi)?);
        let operator = datafusion::logical_expr::Operator::IsNotDistinctFrom;
        let equal = datafusion::logical_expr::binary_expr(own.expr, operator, search.expr);
        arguments.push(Typed::new(equal, SparkType::Boolean).with_nullable(false));
        arguments.push(pair[1].clone());
    }
    arguments.extend(otherwise);
    when(&Call { arguments, ..call.clone() })
}

fn coalesce(call: &Call<'_>) -> Result<Typed, Fault> {
    let indices: Vec<usize> = (0..call.arguments.len()).collect();
    let (mut values, common) = results(call, &indices)?;
    let nullable = values.iter().all(|value| value.nullable);
    // CASE evaluates a later value only where the earlier ones are NULL
    let last = values.pop().map(|value| Box::new(value.expr));
    if values.is_empty() {
        return Ok(Typed {
            expr: last.map_or_else(|| lit(datafusion::common::ScalarValue::Null), |e| *e),
            data_type: common,
            nullable,
        });
    }
    let branches = values.into_iter().map(|value| (Box::new(is_not_null(value.expr.clone())), Box::new(value.expr)));
    Ok(Typed { expr: Expr::Case(Case::new(None, branches.collect(), last)), data_type: common, nullable })
}

fn nvl2(call: &Call<'_>) -> Result<Typed, Fault> {
    let (values, common) = results(call, &[1, 2])?;
    let [present, absent] = <[Typed; 2]>::try_from(values).map_err(|_| Fault::not_built("this call of nvl2"))?;
    let nullable = present.nullable || absent.nullable;
    let branch = (Box::new(is_null(call.arguments[0].expr.clone())), Box::new(absent.expr));
    let expr = Expr::Case(Case::new(None, vec![branch], Some(Box::new(present.expr))));
    Ok(Typed { expr, data_type: common, nullable })
}

fn nullif(call: &Call<'_>) -> Result<Typed, Fault> {
    let (values, _) = results(call, &[0, 1])?;
    let equal = values[0].expr.clone().eq(values[1].expr.clone());
    let value = call.arguments[0].clone();
    let null =
        cast(Typed::new(lit(datafusion::common::ScalarValue::Null), SparkType::Null), &value.data_type, Mode::Ansi)?;
    let expr = Expr::Case(Case::new(None, vec![(Box::new(equal), Box::new(null.expr))], Some(Box::new(value.expr))));
    Ok(Typed::new(expr, value.data_type))
}

fn extreme(call: &Call<'_>, function: std::sync::Arc<datafusion::logical_expr::ScalarUDF>) -> Result<Typed, Fault> {
    let what = format!("`{}`", call.name);
    let common = common_of_operands(&what, call.arguments.iter().map(|argument| &argument.data_type))?;
    let values = call.arguments.iter().map(|argument| cast(argument.clone(), &common, Mode::Ansi));
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let nullable = values.iter().all(|value| value.nullable);
    let arguments = values.into_iter().map(|value| value.expr).collect();
    let expr = Expr::ScalarFunction(datafusion::logical_expr::expr::ScalarFunction::new_udf(function, arguments));
    Ok(Typed { expr, data_type: common, nullable })
}
