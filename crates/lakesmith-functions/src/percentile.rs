//! Percentiles: the values of a group are gathered and sorted, so that even approximate ones are exact.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, ListArray};
use datafusion::arrow::compute::{sort_to_indices, take};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::lit;
use lakesmith_unresolved::SparkType;

use crate::aggregate::{collect, double};
use crate::cast::{Mode, cast};
use crate::coercion::is_numeric;
use crate::function::{Call, Fault, Typed};
use crate::kernel::{self, Kernels};

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_percentile", |a, t| each(a, t, interpolated)),
    ("spark_percentile_approx", |a, t| each(a, t, picked)),
    ("spark_percentiles", |a, t| each_list(a, t, interpolated)),
    ("spark_percentiles_approx", |a, t| each_list(a, t, picked)),
];

/// `percentile(value, share)`: between two values it lies in proportion.
pub(crate) fn exact(call: &Call<'_>) -> Result<Typed, Fault> {
    let values = collect(&Call { arguments: vec![double(call)?], ..call.clone() }, false)?;
    let (share, is_list) = shares(call)?;
    let result = if is_list { list_of(SparkType::Double) } else { SparkType::Double };
    let name = if is_list { "spark_percentiles" } else { "spark_percentile" };
    Ok(kernel::call(name, vec![values, share], result)?.with_nullable(true))
}

/// The value in the middle.
pub(crate) fn median(call: &Call<'_>) -> Result<Typed, Fault> {
    let half = Typed::new(lit(0.5), SparkType::Double).with_nullable(false);
    exact(&Call { arguments: vec![call.arguments[0].clone(), half], ..call.clone() })
}

/// `percentile_approx(value, share[, accuracy])`: the first value that as many values are not above.
pub(crate) fn nearest(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    if !is_numeric(&value.data_type) {
        return Err(Fault::not_built(format!("`{}` of values of type {}", call.name, value.data_type)));
    }
    let element = value.data_type.clone();
    let values = collect(&Call { arguments: vec![value], ..call.clone() }, false)?;
    let (share, is_list) = shares(call)?;
    let result = if is_list { list_of(element) } else { element };
    let name = if is_list { "spark_percentiles_approx" } else { "spark_percentile_approx" };
    Ok(kernel::call(name, vec![values, share], result)?.with_nullable(true))
}

fn list_of(element: SparkType) -> SparkType {
    SparkType::Array { element: Box::new(element), contains_null: false }
}

/// The wanted shares, and whether they are several.
fn shares(call: &Call<'_>) -> Result<(Typed, bool), Fault> {
    let share = call.arguments[1].clone();
    match &share.data_type {
        SparkType::Array { .. } => Ok((cast(share, &list_of(SparkType::Double), Mode::Ansi)?, true)),
        _ => Ok((cast(share, &SparkType::Double, Mode::Ansi)?, false)),
    }
}

/// The value at a share of sorted values, which are not empty.
type Choice = fn(&ArrayRef, f64) -> Result<ArrayRef>;

fn interpolated(sorted: &ArrayRef, share: f64) -> Result<ArrayRef> {
    let values = sorted.as_primitive::<Float64Type>();
    let position = share * (values.len() - 1) as f64;
    let (low, high) = (position.floor(), position.ceil());
    let at = |position: f64| values.value((position as usize).min(values.len() - 1));
    let value = match low == high || at(low) == at(high) {
        true => at(low),
        false => (high - position) * at(low) + (position - low) * at(high),
    };
    Ok(Arc::new(Float64Array::from(vec![value])))
}

fn picked(sorted: &ArrayRef, share: f64) -> Result<ArrayRef> {
    let rank = (share * sorted.len() as f64).ceil().max(1.0) as usize;
    Ok(sorted.slice(rank.min(sorted.len()) - 1, 1))
}

fn sorted(values: &ArrayRef) -> Result<ArrayRef> {
    let order = sort_to_indices(values, None, None)?;
    Ok(take(values, &order, None)?)
}

fn each(arguments: &[ArrayRef], to: &DataType, choose: Choice) -> Result<ArrayRef> {
    let (lists, shares) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Float64Type>());
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let values = sorted(&lists.value(row))?;
        parts.push(match values.is_empty() || shares.is_null(row) {
            true => datafusion::arrow::array::new_null_array(to, 1),
            false => choose(&values, shares.value(row))?,
        });
    }
    joined(&parts, to)
}

fn each_list(arguments: &[ArrayRef], to: &DataType, choose: Choice) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("percentiles of type {to}")) };
    let (lists, shares) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let mut parts: Vec<ArrayRef> = Vec::new();
    let mut lengths = Vec::with_capacity(lists.len());
    let mut present = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let (values, wanted) = (sorted(&lists.value(row))?, shares.value(row));
        present.push(!values.is_empty());
        lengths.push(if values.is_empty() { 0 } else { wanted.len() });
        if !values.is_empty() {
            for share in wanted.as_primitive::<Float64Type>().values() {
                parts.push(choose(&values, *share)?);
            }
        }
    }
    let offsets = datafusion::arrow::buffer::OffsetBuffer::from_lengths(lengths);
    let values = joined(&parts, field.data_type())?;
    let nulls = datafusion::arrow::buffer::NullBuffer::from(present);
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, Some(nulls))?))
}

fn joined(parts: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    if parts.is_empty() {
        return Ok(take(&datafusion::arrow::array::new_empty_array(to), &Int64Array::from(Vec::<i64>::new()), None)?);
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    Ok(datafusion::arrow::compute::concat(&parts)?)
}
