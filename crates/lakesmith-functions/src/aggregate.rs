//! Aggregate functions. The expression of a call holds the aggregate, perhaps under a cast; the resolver lifts it out.

use std::sync::Arc;

use datafusion::functions_aggregate as native;
use datafusion::logical_expr::expr::{AggregateFunction, NullTreatment};
use datafusion::logical_expr::{AggregateUDF, Expr, is_not_null, lit};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_unresolved::SparkType;

use crate::cast::{Mode, cast};
use crate::checked_sum::checked_sum;
use crate::coercion::{adjusted, implicit, is_integral};
use crate::distinct_count::distinct_count;
use crate::function::{Call, Fault, Function, MANY, Typed};
use crate::interval_arithmetic::{self, is_interval};
use crate::kernel::Kernels;
use crate::percentile;
use crate::tallied;
use crate::tally::Measure;

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::aggregate(&["count"], (0, MANY), count),
    Function::aggregate(&["count_if"], (1, 1), count_if),
    Function::aggregate(&["sum"], (1, 1), |call| sum(call, Mode::Ansi)),
    Function::aggregate(&["try_sum"], (1, 1), |call| sum(call, Mode::Try)),
    Function::aggregate(&["corr"], (2, 2), |call| paired(call, Measure::Correlation)),
    Function::aggregate(&["covar_samp"], (2, 2), |call| paired(call, Measure::CovarianceSample)),
    Function::aggregate(&["covar_pop"], (2, 2), |call| paired(call, Measure::CovariancePopulation)),
    Function::aggregate(&["percentile"], (2, 3), percentile::exact),
    Function::aggregate(&["median"], (1, 1), percentile::median),
    Function::aggregate(&["percentile_approx", "approx_percentile"], (2, 3), percentile::nearest),
    Function::aggregate(&["avg", "mean"], (1, 1), |call| avg(call, Mode::Ansi)),
    Function::aggregate(&["try_avg"], (1, 1), |call| avg(call, Mode::Try)),
    Function::aggregate(&["min"], (1, 1), |call| same(call, native::min_max::min_udaf())),
    Function::aggregate(&["max"], (1, 1), |call| same(call, native::min_max::max_udaf())),
    Function::aggregate(&["first", "first_value", "any_value"], (1, 2), |call| {
        positional(call, native::first_last::first_value_udaf())
    }),
    Function::aggregate(&["last", "last_value"], (1, 2), |call| {
        positional(call, native::first_last::last_value_udaf())
    }),
    Function::aggregate(&["max_by"], (2, 3), |call| by(call, false)),
    Function::aggregate(&["min_by"], (2, 3), |call| by(call, true)),
    Function::aggregate(&["bit_and"], (1, 1), |call| bits(call, native::bit_and_or_xor::bit_and_udaf())),
    Function::aggregate(&["bit_or"], (1, 1), |call| bits(call, native::bit_and_or_xor::bit_or_udaf())),
    Function::aggregate(&["bit_xor"], (1, 1), |call| bits(call, native::bit_and_or_xor::bit_xor_udaf())),
    Function::aggregate(&["bool_and", "every"], (1, 1), |call| logical(call, native::bool_and_or::bool_and_udaf())),
    Function::aggregate(&["bool_or", "any", "some"], (1, 1), |call| logical(call, native::bool_and_or::bool_or_udaf())),
    Function::aggregate(&["collect_list", "array_agg"], (1, 1), |call| collect(call, false)),
    Function::aggregate(&["collect_set"], (1, 1), |call| {
        let element = &call.arguments[0].data_type;
        if crate::higher_order::holds_map(element) {
            return Err(Fault::mismatch(format!("values of type {element} cannot be compared"), Some(0)));
        }
        collect(call, true)
    }),
    Function::aggregate(&["approx_count_distinct"], (1, 2), crate::estimated_count::approx_count_distinct),
    Function::aggregate(&["stddev", "stddev_samp", "std"], (1, 1), |call| real(call, Measure::DeviationSample)),
    Function::aggregate(&["stddev_pop"], (1, 1), |call| real(call, Measure::DeviationPopulation)),
    Function::aggregate(&["variance", "var_samp"], (1, 1), |call| real(call, Measure::VarianceSample)),
    Function::aggregate(&["var_pop"], (1, 1), |call| real(call, Measure::VariancePopulation)),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_empty_for_null", empty_for_null_kernel),
    ("spark_legacy_mean", |a, t| crate::arithmetic::attempt(a, t, mean_kernel)),
    ("spark_legacy_sum_list", |a, t| sum_list(a, t, Mode::Legacy)),
    ("spark_mean", mean_kernel),
    ("spark_sum_list", |a, t| sum_list(a, t, Mode::Ansi)),
    ("spark_try_sum_list", |a, t| sum_list(a, t, Mode::Try)),
];

fn aggregate(function: Arc<AggregateUDF>, arguments: Vec<Expr>, distinct: bool) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(function, arguments, distinct, None, vec![], None))
}

/// Counts rows in which no argument is NULL.
pub(crate) fn count(call: &Call<'_>) -> Result<Typed, Fault> {
    let expr = match call.arguments.as_slice() {
        [] => aggregate(native::count::count_udaf(), vec![lit(1i64)], call.distinct),
        [argument] => aggregate(counting(call), vec![argument.expr.clone()], call.distinct),
        several if call.distinct => {
            let present = several.iter().map(|argument| is_not_null(argument.expr.clone())).reduce(Expr::and);
            let rows = crate::collection::row(several)?;
            let branch = present.into_iter().map(|present| (Box::new(present), Box::new(rows.expr.clone()))).collect();
            let known = Expr::Case(datafusion::logical_expr::expr::Case::new(None, branch, None));
            aggregate(counting(call), vec![known], true)
        }
        several => {
            let present = several.iter().map(|argument| is_not_null(argument.expr.clone())).reduce(Expr::and);
            let one = datafusion::logical_expr::expr::Case::new(
                None,
                present.into_iter().map(|present| (Box::new(present), Box::new(lit(1i64)))).collect(),
                None,
            );
            aggregate(native::count::count_udaf(), vec![Expr::Case(one)], false)
        }
    };
    Ok(Typed { expr, data_type: SparkType::Long, nullable: false })
}

fn counting(call: &Call<'_>) -> Arc<AggregateUDF> {
    if call.distinct { distinct_count() } else { native::count::count_udaf() }
}

fn count_if(call: &Call<'_>) -> Result<Typed, Fault> {
    let condition = boolean(call)?;
    let branch = (Box::new(condition.expr), Box::new(lit(1i64)));
    let one = Expr::Case(datafusion::logical_expr::expr::Case::new(None, vec![branch], None));
    let expr = aggregate(native::count::count_udaf(), vec![one], call.distinct);
    Ok(Typed { expr, data_type: SparkType::Long, nullable: false })
}

fn boolean(call: &Call<'_>) -> Result<Typed, Fault> {
    let argument = call.arguments[0].clone();
    let data_type = argument.data_type.clone();
    implicit(argument, &SparkType::Boolean)
        .unwrap_or_else(|| Err(Fault::mismatch(format!("`{}` needs a condition, not {data_type}", call.name), Some(0))))
}

pub(crate) fn double(call: &Call<'_>) -> Result<Typed, Fault> {
    let argument = call.arguments[0].clone();
    let data_type = argument.data_type.clone();
    implicit(argument, &SparkType::Double)
        .unwrap_or_else(|| Err(Fault::mismatch(format!("`{}` needs a number, not {data_type}", call.name), Some(0))))
}

/// BIGINT of whole numbers, ten digits more of decimals, else DOUBLE.
fn sum(call: &Call<'_>, mode: Mode) -> Result<Typed, Fault> {
    let mode = if mode == Mode::Ansi && !crate::rules::is_ansi() { Mode::Legacy } else { mode };
    let argument = call.arguments[0].clone();
    let (argument, result) = match argument.data_type.clone() {
        data_type if is_integral(&data_type) => (cast(argument, &SparkType::Long, Mode::Ansi)?, SparkType::Long),
        SparkType::Decimal { precision, scale } => {
            let result = adjusted((i16::from(precision) + 10).min(38), i16::from(scale));
            (argument, result)
        }
        SparkType::DayTimeInterval { .. } | SparkType::YearMonthInterval { .. } => {
            let kind = argument.data_type.clone();
            let sizes = vec![interval_arithmetic::size(argument)?];
            return interval_arithmetic::of_size(sum(&Call { arguments: sizes, ..call.clone() }, mode)?, &kind, mode);
        }
        _ => {
            return real(call, Measure::Sum);
        }
    };
    let arrow = to_arrow(&result).map_err(|error| Fault::not_built(format!("a sum of type {}", error.0)))?;
    if !call.distinct {
        return Ok(Typed::new(aggregate(checked_sum(arrow, mode), vec![argument.expr], false), result));
    }
    // different values are few, so they are gathered and added at the end
    let values = collect(&Call { arguments: vec![argument], ..call.clone() }, true)?;
    let name = match mode {
        Mode::Ansi => "spark_sum_list",
        Mode::Try => "spark_try_sum_list",
        Mode::Legacy => "spark_legacy_sum_list",
    };
    Ok(crate::kernel::call(name, vec![values], result)?.with_nullable(true))
}

/// The sum of each list; NULL of an empty one.
fn sum_list(
    arguments: &[datafusion::arrow::array::ArrayRef],
    to: &datafusion::arrow::datatypes::DataType,
    mode: Mode,
) -> datafusion::common::Result<datafusion::arrow::array::ArrayRef> {
    use datafusion::arrow::array::{Array, AsArray};
    let lists = arguments[0].as_list::<i32>();
    let sums = (0..lists.len()).map(|row| crate::checked_sum::total(&lists.value(row), to, mode));
    let sums = sums.collect::<datafusion::common::Result<Vec<_>>>()?;
    if sums.is_empty() {
        return Ok(datafusion::arrow::array::new_empty_array(to));
    }
    datafusion::common::ScalarValue::iter_to_array(sums)
}

fn paired(call: &Call<'_>, measure: Measure) -> Result<Typed, Fault> {
    if call.distinct {
        return Err(Fault::not_built(format!("`{}` of DISTINCT pairs", call.name)));
    }
    let second = double(&Call { arguments: vec![call.arguments[1].clone()], ..call.clone() })?;
    let arguments = vec![double(call)?.expr, second.expr];
    Ok(Typed::new(aggregate(tallied::tallied(measure), arguments, false), SparkType::Double))
}

/// The mean; of decimals whose sum fits no type, an error or NULL.
pub(crate) fn avg(call: &Call<'_>, mode: Mode) -> Result<Typed, Fault> {
    let argument = call.arguments[0].clone();
    if let SparkType::Decimal { precision, scale } = argument.data_type {
        let result = SparkType::Decimal { precision: (precision + 4).min(38), scale: (scale + 4).min(38) };
        let total = sum(call, mode)?;
        let count = count(call)?;
        return Ok(crate::kernel::call("spark_mean", vec![total, count], result)?.with_nullable(true));
    }
    if is_interval(&argument.data_type) {
        let total = sum(call, mode)?;
        let mean = interval_arithmetic::mean(&total, &count(call)?, mode);
        return mean;
    }
    real(call, Measure::Mean)
}

/// A decimal total by the number of values, rounded half up; NULL of no values.
fn mean_kernel(
    arguments: &[datafusion::arrow::array::ArrayRef],
    to: &datafusion::arrow::datatypes::DataType,
) -> datafusion::common::Result<datafusion::arrow::array::ArrayRef> {
    use datafusion::arrow::array::AsArray;
    let counts =
        crate::cast::cast_array(&arguments[1], &datafusion::arrow::datatypes::DataType::Decimal128(20, 0), Mode::Ansi)?;
    let zero = datafusion::common::ScalarValue::Decimal128(None, 20, 0).to_array()?;
    let zero = datafusion::arrow::array::Scalar::new(zero);
    let empty = arguments[1]
        .as_primitive::<datafusion::arrow::datatypes::Int64Type>()
        .iter()
        .map(|count| Some(count == Some(0)))
        .collect();
    let counts = datafusion::arrow::compute::kernels::zip::zip(&empty, &zero, &counts)?;
    crate::arithmetic::divide_kernel(&[Arc::clone(&arguments[0]), counts], to)
}

fn real(call: &Call<'_>, measure: Measure) -> Result<Typed, Fault> {
    let value = double(call)?;
    match tallied::of_list(measure) {
        // different values are few, so they are gathered and gone through at the end
        Some(of_list) if call.distinct => {
            let values = collect(&Call { arguments: vec![crate::normal::normal(value)?], ..call.clone() }, true)?;
            Ok(crate::kernel::call(of_list, vec![values], SparkType::Double)?.with_nullable(true))
        }
        _ => Ok(Typed::new(aggregate(tallied::tallied(measure), vec![value.expr], false), SparkType::Double)),
    }
}

fn same(call: &Call<'_>, function: Arc<AggregateUDF>) -> Result<Typed, Fault> {
    let argument = call.arguments[0].clone();
    if matches!(argument.data_type, SparkType::Map { .. }) {
        return Err(Fault::mismatch(format!("values of type {} have no order", argument.data_type), Some(0)));
    }
    if matches!(argument.data_type, SparkType::Float | SparkType::Double) {
        // DataFusion begins with the greatest or least finite number, which infinity is beyond
        let data_type = argument.data_type.clone();
        let rank = crate::float::rank(argument)?;
        let found = Typed::new(aggregate(function, vec![rank.expr], false), SparkType::Long);
        return crate::float::of_rank(found, &data_type);
    }
    if matches!(argument.data_type, SparkType::Array { .. } | SparkType::Struct(_)) {
        // DataFusion has no order of NULLs within
        let key = crate::normal::normal(argument.clone())?.expr;
        let beside = crate::extreme::extreme(function.name() == "max");
        return Ok(Typed::new(aggregate(beside, vec![argument.expr, key], false), argument.data_type));
    }
    Ok(Typed::new(aggregate(function, vec![argument.expr], false), argument.data_type))
}

fn bits(call: &Call<'_>, function: Arc<AggregateUDF>) -> Result<Typed, Fault> {
    let argument = call.arguments[0].clone();
    if !is_integral(&argument.data_type) {
        let title = format!("`{}` needs a whole number, not {}", call.name, argument.data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    Ok(Typed::new(aggregate(function, vec![argument.expr], call.distinct), argument.data_type))
}

fn logical(call: &Call<'_>, function: Arc<AggregateUDF>) -> Result<Typed, Fault> {
    Ok(Typed::new(aggregate(function, vec![boolean(call)?.expr], false), SparkType::Boolean))
}

/// The first or last value that arrives; the second argument says whether NULLs are passed over.
fn positional(call: &Call<'_>, function: Arc<AggregateUDF>) -> Result<Typed, Fault> {
    let argument = call.arguments[0].clone();
    let skip = call.arguments.get(1).map(|flag| flag.expr == lit(true)).unwrap_or(call.ignore_nulls);
    let nulls = if skip { NullTreatment::IgnoreNulls } else { NullTreatment::RespectNulls };
    let call = AggregateFunction::new_udf(function, vec![argument.expr], false, None, vec![], Some(nulls));
    Ok(Typed::new(Expr::AggregateFunction(call), argument.data_type))
}

/// The value beside the largest or smallest other value.
fn by(call: &Call<'_>, asc: bool) -> Result<Typed, Fault> {
    if call.arguments.len() == 3 {
        return crate::listed::first_by(call, asc);
    }
    let value = call.arguments[0].clone();
    let key = crate::normal::normal(call.arguments[1].clone())?.expr;
    let found = aggregate(crate::extreme::extreme(!asc), vec![value.expr, key], false);
    Ok(Typed::new(found, value.data_type))
}

/// All values but NULLs; an empty array when there are none.
pub(crate) fn collect(call: &Call<'_>, distinct: bool) -> Result<Typed, Fault> {
    let value = call.arguments[0].clone();
    let result = SparkType::Array { element: Box::new(value.data_type.clone()), contains_null: false };
    let filter = Some(Box::new(is_not_null(value.expr.clone())));
    let distinct = distinct || call.distinct;
    let function = native::array_agg::array_agg_udaf();
    let call = AggregateFunction::new_udf(function, vec![value.expr], distinct, filter, vec![], None);
    let list = Typed::new(Expr::AggregateFunction(call), result.clone());
    Ok(crate::kernel::call("spark_empty_for_null", vec![list], result)?.with_nullable(false))
}

/// The list as Spark has it: empty where a group has no values, and without NULLs, which stand for values that a FILTER drops
/// where there is a window.
fn empty_for_null_kernel(
    arguments: &[datafusion::arrow::array::ArrayRef],
    to: &datafusion::arrow::datatypes::DataType,
) -> datafusion::common::Result<datafusion::arrow::array::ArrayRef> {
    use datafusion::arrow::array::{Array, AsArray, ListArray};
    let lists = arguments[0].as_list::<i32>();
    let datafusion::arrow::datatypes::DataType::List(field) = to else {
        return Ok(Arc::clone(&arguments[0]));
    };
    // DataFusion's lists name their elements otherwise
    let (values, offsets) = match lists.values().null_count() {
        0 => (Arc::clone(lists.values()), lists.offsets().clone()),
        _ => {
            let present = datafusion::arrow::compute::is_not_null(lists.values())?;
            let kept = |range: &[i32]| {
                let (start, end) = (range[0] as usize, range[1] as usize);
                present.values().slice(start, end - start).count_set_bits()
            };
            let lengths: Vec<usize> = lists.offsets().windows(2).map(kept).collect();
            let first = lists.offsets()[0] as usize;
            let used = lists.offsets()[lists.len()] as usize - first;
            let values = lists.values().slice(first, used);
            let values = datafusion::arrow::compute::filter(&values, &present.slice(first, used))?;
            (values, datafusion::arrow::buffer::OffsetBuffer::from_lengths(lengths))
        }
    };
    let values = crate::cast::cast_array(&values, field.data_type(), Mode::Ansi)?;
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, None)?))
}
