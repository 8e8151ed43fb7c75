//! Percentiles: the values of a group are gathered, and those at a place of their order found; approximate ones look into the
//! digest that Spark makes.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, ListArray};
use datafusion::arrow::compute::{cast as arrow_cast, take};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::expr::{AggregateFunction, Case};
use datafusion::logical_expr::{Expr, is_not_null, lit};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;

use crate::aggregate::{collect, double};
use crate::array::gathered;
use crate::cast::{Mode, cast};
use crate::cast_text::range;
use crate::coercion::{is_integral, is_numeric};
use crate::function::{Call, Fault, Ordered, Typed};
use crate::gathered_numbers::{gathered_numbers, list_type};
use crate::kernel::{self, Kernels};
use crate::quantile::Summary;

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_percentile", |a, _| each(a, interpolated, false)),
    ("spark_percentile_approx", approximate),
    ("spark_percentile_desc", |a, _| each(a, interpolated, true)),
    ("spark_percentile_disc", |a, _| each(a, picked, false)),
    ("spark_percentile_disc_desc", |a, _| each(a, picked, true)),
    ("spark_percentiles", |a, t| each_list(a, t, interpolated, false)),
    ("spark_percentiles_approx", approximate_each),
    ("spark_percentiles_desc", |a, t| each_list(a, t, interpolated, true)),
    ("spark_percentiles_disc", |a, t| each_list(a, t, picked, false)),
    ("spark_percentiles_disc_desc", |a, t| each_list(a, t, picked, true)),
    ("spark_repeat_values", repeat_kernel),
];

/// How a percentile is found among sorted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Between two values it lies in proportion.
    Continuous,
    /// It is one of the values.
    Discrete,
}

/// `percentile(value, share[, frequency])`: between two values it lies in proportion.
pub(crate) fn exact(call: &Call<'_>) -> Result<Typed, Fault> {
    if let [value, _, frequency] = call.arguments.as_slice() {
        return weighted(call, value.clone(), frequency.clone());
    }
    let value = double(call)?;
    found(call, value, false, Rule::Continuous)
}

/// The value in the middle.
pub(crate) fn median(call: &Call<'_>) -> Result<Typed, Fault> {
    let half = Typed::new(lit(0.5), SparkType::Double).with_nullable(false);
    exact(&Call { arguments: vec![call.arguments[0].clone(), half], ..call.clone() })
}

/// `percentile_cont(share)` and `percentile_disc(share)` WITHIN GROUP.
pub(crate) fn within(call: &Call<'_>, order: &Ordered, rule: Rule) -> Result<Typed, Fault> {
    if matches!(order.value.data_type, SparkType::YearMonthInterval { .. } | SparkType::DayTimeInterval { .. }) {
        return Err(Fault::not_built(format!("`{}` of {}", call.name, order.value.data_type)));
    }
    let arguments = vec![order.value.clone(), call.arguments[0].clone()];
    let call = Call { arguments, order: Vec::new(), ..call.clone() };
    let value = double(&call)?;
    found(&call, value, order.descending, rule)
}

fn found(call: &Call<'_>, value: Typed, descending: bool, rule: Rule) -> Result<Typed, Fault> {
    let values = match call.distinct {
        true => collect(&Call { arguments: vec![value], ..call.clone() }, true)?,
        false => {
            let function = gathered_numbers();
            let call = AggregateFunction::new_udf(function, vec![value.expr], false, None, vec![], None);
            Typed::new(Expr::AggregateFunction(call), list_type()).with_nullable(false)
        }
    };
    let (share, is_list) = shares(call)?;
    let result = if is_list { list_of(SparkType::Double) } else { SparkType::Double };
    let name = match (rule, descending, is_list) {
        (Rule::Continuous, false, false) => "spark_percentile",
        (Rule::Continuous, false, true) => "spark_percentiles",
        (Rule::Continuous, true, false) => "spark_percentile_desc",
        (Rule::Continuous, true, true) => "spark_percentiles_desc",
        (Rule::Discrete, false, false) => "spark_percentile_disc",
        (Rule::Discrete, false, true) => "spark_percentiles_disc",
        (Rule::Discrete, true, false) => "spark_percentile_disc_desc",
        (Rule::Discrete, true, true) => "spark_percentiles_disc_desc",
    };
    Ok(kernel::call(name, vec![values, share], result)?.with_nullable(true))
}

/// Values that count as often as their frequency says.
fn weighted(call: &Call<'_>, value: Typed, frequency: Typed) -> Result<Typed, Fault> {
    if !is_integral(&frequency.data_type) {
        let title = format!("the frequency of `percentile` is a whole number, not {}", frequency.data_type);
        return Err(Fault::mismatch(title, Some(2)));
    }
    let value = double(&Call { arguments: vec![value], ..call.clone() })?;
    let frequency = cast(frequency, &SparkType::Long, Mode::Ansi)?;
    let both = is_not_null(value.expr.clone()).and(is_not_null(frequency.expr.clone()));
    let pair = crate::collection::row(&[value, frequency])?;
    let expr = Expr::Case(Case::new(None, vec![(Box::new(both), Box::new(pair.expr))], None));
    let pairs = collect(&Call { arguments: vec![Typed::new(expr, pair.data_type)], ..call.clone() }, false)?;
    let values = list_of(SparkType::Double);
    let repeated = kernel::call("spark_repeat_values", vec![pairs], values)?;
    let (share, is_list) = shares(call)?;
    let result = if is_list { list_of(SparkType::Double) } else { SparkType::Double };
    let name = if is_list { "spark_percentiles" } else { "spark_percentile" };
    Ok(kernel::call(name, vec![repeated, share], result)?.with_nullable(true))
}

fn repeat_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let lists = arguments[0].as_list::<i32>();
    let pairs = lists.values().as_struct();
    let counts = pairs.column(1).as_primitive::<Int64Type>();
    let mut rows = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let mut items = Vec::new();
        for item in range(lists.value_offsets(), row) {
            let count = usize::try_from(counts.value(item)).map_err(|_| {
                let message = format!("a value occurs {} times in `percentile`", counts.value(item));
                DataError { condition: Condition::NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION, message }.into_datafusion()
            })?;
            items.extend(std::iter::repeat_n(i64::try_from(item).ok(), count));
        }
        rows.push(Some(items));
    }
    gathered(pairs.column(0), rows, to)
}

/// `percentile_approx(value, share[, accuracy])`.
pub(crate) fn nearest(call: &Call<'_>) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let moment = matches!(value.data_type, SparkType::Date | SparkType::Timestamp | SparkType::TimestampNtz);
    if !is_numeric(&value.data_type) && !moment {
        return Err(Fault::not_built(format!("`{}` of values of type {}", call.name, value.data_type)));
    }
    let accuracy = match call.arguments.get(2) {
        None => 10_000,
        Some(accuracy) => match crate::math::constant_integer(&accuracy.expr) {
            Some(accuracy) if accuracy > 0 => accuracy,
            _ => {
                return Err(Fault::mismatch(
                    "the accuracy of an approximate percentile is a constant above 0",
                    Some(2),
                ));
            }
        },
    };
    let element = value.data_type.clone();
    let values = collect(&Call { arguments: vec![value], ..call.clone() }, false)?;
    let (share, is_list) = shares(call)?;
    let result = if is_list { list_of(element) } else { element };
    let name = if is_list { "spark_percentiles_approx" } else { "spark_percentile_approx" };
    let accuracy = Typed::new(lit(accuracy), SparkType::Long).with_nullable(false);
    Ok(kernel::call(name, vec![values, share, accuracy], result)?.with_nullable(true))
}

/// A list's values as numbers, and the digest of them.
fn digest(values: &ArrayRef, accuracy: &ArrayRef) -> Result<(Float64Array, Summary)> {
    let plain = match values.data_type() {
        DataType::Date32 => arrow_cast(values, &DataType::Int32)?,
        DataType::Timestamp(..) => arrow_cast(values, &DataType::Int64)?,
        _ => Arc::clone(values),
    };
    let numbers = arrow_cast(&plain, &DataType::Float64)?.as_primitive::<Float64Type>().clone();
    let accuracy = accuracy.as_primitive::<Int64Type>().value(0) as f64;
    let summary = Summary::new(numbers.values(), 1.0 / accuracy);
    Ok((numbers, summary))
}

fn place(numbers: &Float64Array, summary: &Summary, share: f64) -> Option<i64> {
    let found = summary.quantile(share)?;
    let at = numbers.values().iter().position(|number| number.total_cmp(&found).is_eq())?;
    i64::try_from(at).ok()
}

fn approximate(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (lists, shares) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Float64Type>());
    let mut parts: Vec<ArrayRef> = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let values = lists.value(row);
        let (numbers, summary) = digest(&values, &arguments[2])?;
        let at = if shares.is_valid(row) { place(&numbers, &summary, shares.value(row)) } else { None };
        parts.push(take(&values, &Int64Array::from(vec![at]), None)?);
    }
    joined(&parts, to)
}

fn approximate_each(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let (lists, shares) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let mut rows = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let (numbers, summary) = digest(&lists.value(row), &arguments[2])?;
        let (start, wanted) = (i64::from(lists.value_offsets()[row]), shares.value(row));
        let wanted = wanted.as_primitive::<Float64Type>();
        let at = |share: &f64| place(&numbers, &summary, *share).map(|at| start + at);
        rows.push((!numbers.is_empty()).then(|| wanted.values().iter().map(at).collect()));
    }
    gathered(lists.values(), rows, to)
}

fn list_of(element: SparkType) -> SparkType {
    SparkType::Array { element: Box::new(element), contains_null: false }
}

/// The wanted shares, and whether they are several.
fn shares(call: &Call<'_>) -> Result<(Typed, bool), Fault> {
    let share = call.arguments[1].clone();
    let is_list = matches!(share.data_type, SparkType::Array { .. });
    let wanted = if is_list { list_of(SparkType::Double) } else { SparkType::Double };
    let share = cast(share, &wanted, Mode::Ansi)?;
    let inside = |value: &f64| (0.0..=1.0).contains(value);
    let fits = match kernel::constant(&share.expr) {
        Some(ScalarValue::Float64(Some(share))) => inside(&share),
        Some(ScalarValue::List(shares)) => {
            shares.values().as_primitive_opt::<Float64Type>().is_none_or(|shares| shares.values().iter().all(inside))
        }
        _ => true,
    };
    let is_null = call.arguments[1].data_type == SparkType::Null
        || kernel::constant(&share.expr).is_some_and(|share: ScalarValue| share.is_null());
    if is_null {
        return Err(Fault::mismatch(format!("the share of `{}` is NULL", call.name), Some(1)));
    }
    if !fits {
        return Err(Fault::mismatch(format!("the share of `{}` is from 0 to 1", call.name), Some(1)));
    }
    Ok((share, is_list))
}

/// The value at a share of so many values, of which a function gives the one at a place of their order.
type Choice = fn(&mut dyn FnMut(usize) -> f64, usize, f64) -> f64;

fn interpolated(at: &mut dyn FnMut(usize) -> f64, count: usize, share: f64) -> f64 {
    let position = share * (count - 1) as f64;
    let (low, high) = (position.floor(), position.ceil());
    let below = at(low as usize);
    let above = if low == high { below } else { at((high as usize).min(count - 1)) };
    if low == high || below == above { below } else { (high - position) * below + (position - low) * above }
}

fn picked(at: &mut dyn FnMut(usize) -> f64, count: usize, share: f64) -> f64 {
    let rank = (share * count as f64).ceil().max(1.0) as usize;
    at(rank.min(count) - 1)
}

fn order(descending: bool) -> impl Fn(&f64, &f64) -> Ordering {
    move |left, right| if descending { right.total_cmp(left) } else { left.total_cmp(right) }
}

/// One value is found without sorting the others.
fn each(arguments: &[ArrayRef], choose: Choice, descending: bool) -> Result<ArrayRef> {
    let (lists, shares) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Float64Type>());
    let numbers = lists.values().as_primitive::<Float64Type>().values();
    let mut values: Vec<f64> = Vec::new();
    let found = (0..lists.len()).map(|row| {
        values.clear();
        values.extend_from_slice(&numbers[range(lists.value_offsets(), row)]);
        let mut at = |place: usize| *values.select_nth_unstable_by(place, order(descending)).1;
        let count = range(lists.value_offsets(), row).len();
        (count > 0 && shares.is_valid(row)).then(|| choose(&mut at, count, shares.value(row)))
    });
    Ok(Arc::new(found.collect::<Float64Array>()))
}

fn each_list(arguments: &[ArrayRef], to: &DataType, choose: Choice, descending: bool) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("percentiles of type {to}")) };
    let (lists, shares) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let numbers = lists.values().as_primitive::<Float64Type>().values();
    let mut found: Vec<f64> = Vec::new();
    let mut lengths = Vec::with_capacity(lists.len());
    let mut present = Vec::with_capacity(lists.len());
    for row in 0..lists.len() {
        let (mut values, wanted) = (numbers[range(lists.value_offsets(), row)].to_vec(), shares.value(row));
        values.sort_unstable_by(order(descending));
        present.push(!values.is_empty());
        lengths.push(if values.is_empty() { 0 } else { wanted.len() });
        if !values.is_empty() {
            let wanted = wanted.as_primitive::<Float64Type>().values();
            found.extend(wanted.iter().map(|share| choose(&mut |place| values[place], values.len(), *share)));
        }
    }
    let offsets = datafusion::arrow::buffer::OffsetBuffer::from_lengths(lengths);
    let nulls = datafusion::arrow::buffer::NullBuffer::from(present);
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, Arc::new(Float64Array::from(found)), Some(nulls))?))
}

fn joined(parts: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    if parts.is_empty() {
        return Ok(take(&datafusion::arrow::array::new_empty_array(to), &Int64Array::from(Vec::<i64>::new()), None)?);
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    Ok(datafusion::arrow::compute::concat(&parts)?)
}
