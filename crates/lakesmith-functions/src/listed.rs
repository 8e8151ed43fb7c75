//! Aggregates that gather the values of a group and then look at them together: `listagg`, `mode`, the rows of `max_by` and
//! `min_by` with a number, percentiles WITHIN GROUP.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Int64Array, StringArray};
use datafusion::arrow::compute::{SortOptions, take};
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::Case;
use datafusion::logical_expr::{Expr, is_not_null, lit};
use lakesmith_diagnostic::Condition;
use lakesmith_unresolved::SparkType;

use crate::aggregate::collect;
use crate::array::gathered;
use crate::cast::{Mode, cast};
use crate::cast_text::range;
use crate::coercion::implicit;
use crate::collection::row;
use crate::constant;
use crate::function::{Call, Fault, Function, Ordered, Typed};
use crate::kernel::{self, Kernels, texts};
use crate::percentile;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::aggregate(&["listagg", "string_agg"], (1, 2), listagg),
    Function::aggregate(&["mode"], (0, 2), mode),
    Function::aggregate(&["percentile_cont"], (1, 1), |call| {
        percentile::within(call, only_order(call)?, percentile::Rule::Continuous)
    }),
    Function::aggregate(&["percentile_disc"], (1, 1), |call| {
        percentile::within(call, only_order(call)?, percentile::Rule::Discrete)
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_listagg", listagg_kernel),
    ("spark_max_by_rows", |a, t| first_kernel(a, t, true)),
    ("spark_min_by_rows", |a, t| first_kernel(a, t, false)),
    ("spark_mode", |a, _| most_frequent(a, false)),
    ("spark_mode_desc", |a, _| most_frequent(a, true)),
];

/// The one key of WITHIN GROUP.
fn only_order<'a>(call: &'a Call<'_>) -> Result<&'a Ordered, Fault> {
    let fault = |condition, title: String| Fault { condition, title, argument: None, help: None };
    match call.order.as_slice() {
        [only] => Ok(only),
        [] => Err(fault(
            Condition::INVALID_WITHIN_GROUP_EXPRESSION_WITHIN_GROUP_MISSING,
            format!("`{}` needs WITHIN GROUP (ORDER BY …)", call.name),
        )),
        several => Err(fault(
            Condition::INVALID_WITHIN_GROUP_EXPRESSION_WRONG_NUM_ORDERINGS,
            format!("`{}` is ordered by one value, not by {}", call.name, several.len()),
        )),
    }
}

/// Values where `present` is true, NULL elsewhere.
fn only_where(present: Expr, value: Typed) -> Typed {
    let expr = Expr::Case(Case::new(None, vec![(Box::new(present), Box::new(value.expr))], None));
    Typed { expr, nullable: true, ..value }
}

fn listagg(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let value = match &value.data_type {
        SparkType::Binary => value,
        _ => text(call, value, 0)?,
    };
    let result = value.data_type.clone();
    let separator = match call.arguments.get(1) {
        None => cast(Typed::new(lit(ScalarValue::Null), SparkType::Null), &result, Mode::Ansi)?,
        Some(separator) if !separator.expr.column_refs().is_empty() => {
            return Err(Fault::mismatch(format!("the separator of `{}` is a constant", call.name), Some(1)));
        }
        Some(separator)
            if (separator.data_type == SparkType::Binary) != (result == SparkType::Binary)
                && separator.data_type != SparkType::Null =>
        {
            let title = format!("the separator of `{}` is of another type than its values", call.name);
            return Err(Fault::mismatch(title, Some(1)));
        }
        Some(separator) if result == SparkType::Binary => cast(separator.clone(), &result, Mode::Ansi)?,
        Some(separator) => text(call, separator.clone(), 1)?,
    };
    if call.distinct {
        call.order.iter().try_for_each(|key| distinct_order(call, key, &value))?;
    }
    let present = is_not_null(value.expr.clone());
    let keys: Vec<Typed> = [value].into_iter().chain(call.order.iter().map(|key| key.value.clone())).collect();
    let rows = collect(&Call { arguments: vec![only_where(present, row(&keys)?)], ..call.clone() }, false)?;
    let order: String = call.order.iter().map(direction).collect();
    let order = Typed::new(lit(order.as_str()), SparkType::STRING).with_nullable(false);
    Ok(kernel::call("spark_listagg", vec![rows, order, separator], result)?.with_nullable(true))
}

/// Distinct values are ordered by themselves, or by what they are texts of where different values have different texts.
fn distinct_order(call: &Call<'_>, key: &Ordered, value: &Typed) -> Result<(), Fault> {
    if key.value.expr == value.expr {
        return Ok(());
    }
    let of_key = implicit(key.value.clone(), &value.data_type).and_then(Result::ok);
    let fault = |condition, title| Err(Fault { condition, title, argument: None, help: None });
    if of_key.is_none_or(|of_key| of_key.expr != value.expr) {
        let condition = Condition::INVALID_WITHIN_GROUP_EXPRESSION_MISMATCH_WITH_DISTINCT_INPUT;
        return fault(condition, format!("`{}(DISTINCT …)` can only be ordered by its value", call.name));
    }
    if matches!(key.value.data_type, SparkType::Float | SparkType::Double | SparkType::Timestamp) {
        let condition = Condition::INVALID_WITHIN_GROUP_EXPRESSION_MISMATCH_WITH_DISTINCT_INPUT_UNSAFE_CAST;
        let title = format!("different values of type {} can have the same text", key.value.data_type);
        return fault(condition, title);
    }
    Ok(())
}

fn text(call: &Call<'_>, value: Typed, index: usize) -> Result<Typed, Fault> {
    let data_type = value.data_type.clone();
    implicit(value, &SparkType::STRING)
        .unwrap_or_else(|| Err(Fault::mismatch(format!("`{}` needs text, not {data_type}", call.name), Some(index))))
}

/// How a kernel is told of an order: `a` or `d`, and `f` or `l` for where NULLs go.
fn direction(key: &Ordered) -> &'static str {
    match (key.descending, key.nulls_first) {
        (false, true) => "af",
        (false, false) => "al",
        (true, true) => "df",
        (true, false) => "dl",
    }
}

fn options(order: &str) -> Vec<SortOptions> {
    let pairs = order.as_bytes().chunks(2);
    pairs.map(|pair| SortOptions { descending: pair[0] == b'd', nulls_first: pair.get(1) == Some(&b'f') }).collect()
}

/// What the columns of structs behind the first compare as.
fn comparable(columns: &[ArrayRef], options: Vec<SortOptions>) -> Result<Rows> {
    let fields = columns.iter().zip(options);
    let fields = fields.map(|(column, options)| SortField::new_with_options(column.data_type().clone(), options));
    Ok(RowConverter::new(fields.collect())?.convert_columns(columns)?)
}

fn listagg_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let structs = lists.values().as_struct();
    let order = texts(&arguments[1])?;
    let order = if order.is_empty() { "" } else { order.value(0) };
    let keys = match order.is_empty() {
        true => None,
        false => Some(comparable(&structs.columns()[1..], options(order))?),
    };
    let sorted = |row: usize| {
        let mut items: Vec<usize> = range(lists.value_offsets(), row).collect();
        if let Some(keys) = &keys {
            items.sort_by(|a, b| keys.row(*a).cmp(&keys.row(*b)));
        }
        items
    };
    if let DataType::Binary = structs.column(0).data_type() {
        let (values, separators) = (structs.column(0).as_binary::<i32>(), arguments[2].as_binary::<i32>());
        let joined = |row: usize| {
            let parts: Vec<&[u8]> = sorted(row).into_iter().map(|item| values.value(item)).collect();
            let separator: &[u8] = if separators.is_valid(row) { separators.value(row) } else { &[] };
            (!parts.is_empty()).then(|| parts.join(separator))
        };
        return Ok(Arc::new((0..lists.len()).map(joined).collect::<BinaryArray>()));
    }
    let (values, separators) = (texts(structs.column(0))?, texts(&arguments[2])?);
    let joined = |row: usize| {
        let parts: Vec<&str> = sorted(row).into_iter().map(|item| values.value(item)).collect();
        let separator = if separators.is_valid(row) { separators.value(row) } else { "" };
        (!parts.is_empty()).then(|| parts.join(separator))
    };
    Ok(Arc::new((0..lists.len()).map(joined).collect::<StringArray>()))
}

/// The value that occurs most often. Among equals Spark takes any, or the least when asked; here it is always the least, or
/// the greatest for an order that is descending.
fn mode(call: &Call<'_>) -> Result<Typed, Fault> {
    let (value, descending) = match call.arguments.as_slice() {
        [] => {
            let order = only_order(call)?;
            (order.value.clone(), order.descending)
        }
        [value, deterministic @ ..] if call.order.is_empty() => {
            deterministic.first().map_or(Ok(()), |argument| truth(call, argument))?;
            (value.clone(), false)
        }
        _ => {
            let title = "`mode` takes its value from WITHIN GROUP or as an argument".to_owned();
            let condition = Condition::INVALID_WITHIN_GROUP_EXPRESSION_WRONG_NUM_ORDERINGS;
            return Err(Fault { condition, title, argument: None, help: None });
        }
    };
    let result = value.data_type.clone();
    let values = collect(&Call { arguments: vec![value], ..call.clone() }, false)?;
    let name = if descending { "spark_mode_desc" } else { "spark_mode" };
    Ok(kernel::call(name, vec![values], result)?.with_nullable(true))
}

/// Checks an argument that is a constant truth value.
fn truth(call: &Call<'_>, argument: &Typed) -> Result<(), Fault> {
    let fault = |condition, title| Err(Fault { condition, title, argument: Some(1), help: None });
    match (&argument.data_type, constant::value(&argument.expr)) {
        (SparkType::Null, _) => {
            Err(Fault::mismatch(format!("the second argument of `{}` is NULL", call.name), Some(1)))
        }
        (SparkType::Boolean, Some(value)) if value.is_null() => {
            Err(Fault::mismatch(format!("the second argument of `{}` is NULL", call.name), Some(1)))
        }
        (SparkType::Boolean, Some(_)) => Ok(()),
        (SparkType::Boolean, None) => {
            fault(Condition::NON_FOLDABLE_ARGUMENT, format!("the second argument of `{}` is a constant", call.name))
        }
        (other, _) => {
            let title = format!("the second argument of `{}` is a BOOLEAN, not {other}", call.name);
            fault(Condition::UNEXPECTED_INPUT_TYPE, title)
        }
    }
}

fn most_frequent(arguments: &[ArrayRef], greatest: bool) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let rows = comparable(&[Arc::clone(lists.values())], vec![SortOptions::default()])?;
    let row = |row: usize| {
        let mut counts = HashMap::new();
        for item in range(lists.value_offsets(), row) {
            counts.entry(rows.row(item)).or_insert((0u64, item)).0 += 1;
        }
        let best = counts
            .into_iter()
            .max_by(|(a, (m, _)), (b, (n, _))| m.cmp(n).then_with(|| if greatest { a.cmp(b) } else { b.cmp(a) }));
        best.and_then(|(_, (_, item))| i64::try_from(item).ok())
    };
    Ok(take(lists.values(), &(0..lists.len()).map(row).collect::<Int64Array>(), None)?)
}

/// `max_by(value, key, n)` and `min_by`: the values of the first `n` rows by key.
pub(crate) fn first_by(call: &Call<'_>, ascending: bool) -> Result<Typed, Fault> {
    let (value, key) = (call.arguments[0].clone(), call.arguments[1].clone());
    let count = cast(call.arguments[2].clone(), &SparkType::Integer, Mode::Ansi)?;
    if !count.expr.column_refs().is_empty() {
        return Err(Fault::mismatch(format!("the number of rows of `{}` is a constant", call.name), Some(2)));
    }
    if crate::math::constant_integer(&call.arguments[2].expr).is_some_and(|count| !(1..=100_000).contains(&count)) {
        return Err(Fault::mismatch(format!("the number of rows of `{}` is from 1 to 100000", call.name), Some(2)));
    }
    let result = SparkType::Array { element: Box::new(value.data_type.clone()), contains_null: true };
    let present = is_not_null(key.expr.clone());
    let rows = collect(&Call { arguments: vec![only_where(present, row(&[value, key])?)], ..call.clone() }, false)?;
    let name = if ascending { "spark_min_by_rows" } else { "spark_max_by_rows" };
    Ok(kernel::call(name, vec![rows, count], result)?.with_nullable(true))
}

fn first_kernel(arguments: &[ArrayRef], to: &DataType, descending: bool) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let structs = lists.values().as_struct();
    let keys = comparable(&structs.columns()[1..], vec![SortOptions { descending, nulls_first: false }])?;
    let counts = arguments[1].as_primitive::<Int32Type>();
    let picked = (0..lists.len()).map(|row| {
        let mut items: Vec<usize> = range(lists.value_offsets(), row).collect();
        items.sort_by(|a, b| keys.row(*a).cmp(&keys.row(*b)));
        items.truncate(usize::try_from(counts.value(row)).unwrap_or(0));
        (!items.is_empty()).then(|| items.into_iter().map(|item| i64::try_from(item).ok()).collect())
    });
    gathered(structs.column(0), picked.collect(), to)
}
