//! Arguments that must be constants: their values while a query is planned.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, lit};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::coercion::{implicit, is_text};
use crate::function::{Call, Fault, Typed};

/// The value of an expression over constants; `None` when it needs a row.
pub fn value(expr: &Expr) -> Option<ScalarValue> {
    if let Expr::Literal(value, _) = expr {
        return Some(value.clone());
    }
    if expr.any_column_refs() || expr.is_volatile() {
        return None;
    }
    let context = SimplifyContext::builder().with_schema(Arc::new(DFSchema::empty())).build();
    match ExprSimplifier::new(context).simplify(expr.clone()) {
        Ok(Expr::Literal(value, _)) => Some(value),
        _ => None,
    }
}

/// A constant text, or NULL; a fault when the argument is no constant.
pub fn text_argument(call: &Call<'_>, index: usize, argument: &Typed) -> Result<Option<String>, Fault> {
    let data_type = argument.data_type.clone();
    let text = implicit(argument.clone(), &SparkType::STRING).unwrap_or_else(|| {
        Err(Fault::mismatch(format!("`{}` needs a STRING here, not {data_type}", call.name), Some(index)))
    })?;
    match value(&text.expr) {
        Some(ScalarValue::Utf8(text)) => Ok(text),
        Some(value) if value.is_null() => Ok(None),
        _ => Err(not_constant(call, index)),
    }
}

/// A constant whole number, or NULL; a fault when the argument is no constant.
pub fn whole_argument(call: &Call<'_>, index: usize) -> Result<Option<i64>, Fault> {
    let argument = call.arguments[index].clone();
    match value(&cast(argument, &SparkType::Long, Mode::Ansi)?.expr) {
        Some(ScalarValue::Int64(value)) => Ok(value),
        _ => Err(not_constant(call, index)),
    }
}

/// The fault of an argument that varies from row to row where it must not.
pub fn not_constant(call: &Call<'_>, index: usize) -> Fault {
    let title = format!("argument {} of `{}` must be a constant", index + 1, call.name);
    Fault::mismatch(title, Some(index))
}

/// NULL of a type.
pub fn null(data_type: &SparkType) -> Result<Typed, Fault> {
    cast(Typed::new(lit(ScalarValue::Null), SparkType::Null), data_type, Mode::Ansi)
}

/// Options: a constant map of texts, names in lower case.
pub fn options(call: &Call<'_>, index: usize) -> Result<Vec<(String, String)>, Fault> {
    let Some(argument) = call.arguments.get(index) else { return Ok(Vec::new()) };
    let wrong = |title: String| Fault {
        condition: Condition::INVALID_OPTIONS,
        title,
        argument: Some(index),
        help: Some("write `map('name', 'value', …)`".into()),
    };
    let SparkType::Map { key, value: item, .. } = &argument.data_type else {
        return Err(wrong(format!("the options of `{}` are a map, not {}", call.name, argument.data_type)));
    };
    if !is_text(key) || !is_text(item) {
        return Err(wrong(format!("the options of `{}` are a map of texts, not {}", call.name, argument.data_type)));
    }
    let Some(ScalarValue::Map(map)) = value(&argument.expr) else {
        return Err(wrong(format!("the options of `{}` must be constants", call.name)));
    };
    let (keys, items) = (map.keys().as_string::<i32>(), map.values().as_string::<i32>());
    let pair = |at: usize| (keys.value(at).to_ascii_lowercase(), items.value(at).to_owned());
    Ok((0..keys.len()).filter(|at| items.is_valid(*at)).map(pair).collect())
}
