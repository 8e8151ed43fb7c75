//! Functions of vectors, which are arrays of FLOAT: products, distances, lengths, and sums of many.
//!
//! Numbers are added one after the other, as FLOAT or DOUBLE where Spark does so.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float32Array, ListArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Float32Type};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;
use lakesmith_unresolved::SparkType;

use crate::cast_text::range;
use crate::function::{Call, Fault, Function, Typed};
use crate::kernel::{self, Kernels};

/// The functions.
pub const FUNCTIONS: &[Function] = &[
    Function::scalar(&["vector_inner_product"], (2, 2), |call| of_two(call, "spark_vector_inner_product")),
    Function::scalar(&["vector_cosine_similarity"], (2, 2), |call| of_two(call, "spark_vector_cosine_similarity")),
    Function::scalar(&["vector_l2_distance"], (2, 2), |call| of_two(call, "spark_vector_l2_distance")),
    Function::scalar(&["vector_norm"], (1, 2), |call| {
        Ok(kernel::call("spark_vector_norm", with_degree(call)?, SparkType::Float)?.with_nullable(true))
    }),
    Function::scalar(&["vector_normalize"], (1, 2), |call| {
        let result = SparkType::Array { element: Box::new(SparkType::Float), contains_null: true };
        Ok(kernel::call("spark_vector_normalize", with_degree(call)?, result)?.with_nullable(true))
    }),
];

/// The kernels.
pub(crate) const KERNELS: Kernels = &[
    ("spark_vector_avg", |a, t| totals(a, t, Total::Mean)),
    ("spark_vector_cosine_similarity", |a, _| pairs(a, "vector_cosine_similarity", cosine)),
    ("spark_vector_inner_product", |a, _| pairs(a, "vector_inner_product", product)),
    ("spark_vector_l2_distance", |a, _| pairs(a, "vector_l2_distance", distance)),
    ("spark_vector_norm", norm_kernel),
    ("spark_vector_normalize", normalize_kernel),
    ("spark_vector_sum", |a, t| totals(a, t, Total::Sum)),
];

fn vector(call: &Call<'_>, index: usize) -> Result<Typed, Fault> {
    let value = call.arguments[index].clone();
    match &value.data_type {
        SparkType::Array { element, .. } if **element == SparkType::Float => Ok(value),
        other => Err(Fault::mismatch(format!("`{}` needs an ARRAY<FLOAT> here, not {other}", call.name), Some(index))),
    }
}

fn of_two(call: &Call<'_>, name: &str) -> Result<Typed, Fault> {
    let arguments = vec![vector(call, 0)?, vector(call, 1)?];
    Ok(kernel::call(name, arguments, SparkType::Float)?.with_nullable(true))
}

fn with_degree(call: &Call<'_>) -> Result<Vec<Typed>, Fault> {
    let degree = match call.arguments.get(1) {
        None => Typed::new(datafusion::logical_expr::lit(2.0f32), SparkType::Float).with_nullable(false),
        Some(degree) if degree.data_type == SparkType::Float => degree.clone(),
        Some(degree) => {
            let title = format!("`{}` needs a FLOAT here, not {}", call.name, degree.data_type);
            return Err(Fault::mismatch(title, Some(1)));
        }
    };
    Ok(vec![vector(call, 0)?, degree])
}

/// The numbers of a row; nothing when there is a NULL.
fn numbers(lists: &ListArray, row: usize) -> Option<&[f32]> {
    let values = lists.values().as_primitive::<Float32Type>();
    let items = range(lists.value_offsets(), row);
    let is_known = lists.is_valid(row) && items.clone().all(|item| values.is_valid(item));
    is_known.then(|| &values.values()[items])
}

fn pairs(arguments: &[ArrayRef], function: &str, result: fn(&[f32], &[f32]) -> Option<f32>) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].as_list::<i32>(), arguments[1].as_list::<i32>());
    let row = |row: usize| {
        if left.is_null(row) || right.is_null(row) {
            return Ok(None);
        }
        let (a, b) = (left.value_length(row), right.value_length(row));
        if a != b {
            let message = format!("`{function}` has vectors of {a} and {b} numbers");
            return Err(DataError { condition: Condition::VECTOR_DIMENSION_MISMATCH, message }.into_datafusion());
        }
        Ok(numbers(left, row).zip(numbers(right, row)).and_then(|(a, b)| result(a, b)))
    };
    Ok(Arc::new((0..left.len()).map(row).collect::<Result<Float32Array>>()?))
}

/// The sum over pairs, eight at a time as Spark adds them.
fn product(left: &[f32], right: &[f32]) -> Option<f32> {
    Some(summed(left, right, |a, b| a * b))
}

fn summed(left: &[f32], right: &[f32], term: fn(f32, f32) -> f32) -> f32 {
    let mut sum = 0.0;
    let (mut a, mut b) = (left.chunks_exact(8), right.chunks_exact(8));
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        let mut terms = a.iter().zip(b).map(|(a, b)| term(*a, *b));
        let first = terms.next().unwrap_or_default();
        sum += terms.fold(first, |part, term| part + term);
    }
    a.remainder().iter().zip(b.remainder()).fold(sum, |sum, (a, b)| sum + term(*a, *b))
}

fn cosine(left: &[f32], right: &[f32]) -> Option<f32> {
    let squares = |values: &[f32]| summed(values, values, |a, b| a * b);
    let lengths = f64::from(squares(left)).sqrt() * f64::from(squares(right)).sqrt();
    (lengths != 0.0).then(|| (f64::from(summed(left, right, |a, b| a * b)) / lengths) as f32)
}

fn distance(left: &[f32], right: &[f32]) -> Option<f32> {
    let squares = summed(left, right, |a, b| (a - b) * (a - b));
    Some(f64::from(squares).sqrt() as f32)
}

/// The length of a vector: the sum of numbers (1), the root of the sum of squares (2), the greatest number (infinity).
fn norm(values: &[f32], degree: f32) -> Result<f32> {
    Ok(if degree == 1.0 {
        summed(values, values, |a, _| a.abs())
    } else if degree == 2.0 {
        f64::from(summed(values, values, |a, b| a * b)).sqrt() as f32
    } else if degree == f32::INFINITY {
        values.iter().fold(0.0, |most, value| most.max(value.abs()))
    } else {
        let message = format!("the length of a vector is of degree 1, 2 or infinity, not {degree}");
        return Err(DataError { condition: Condition::INVALID_VECTOR_NORM_DEGREE, message }.into_datafusion());
    })
}

fn norm_kernel(arguments: &[ArrayRef], _to: &DataType) -> Result<ArrayRef> {
    let (lists, degrees) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Float32Type>());
    let row = |row: usize| match numbers(lists, row) {
        Some(values) if degrees.is_valid(row) => norm(values, degrees.value(row)).map(Some),
        _ => Ok(None),
    };
    Ok(Arc::new((0..lists.len()).map(row).collect::<Result<Float32Array>>()?))
}

fn normalize_kernel(arguments: &[ArrayRef], to: &DataType) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let (lists, degrees) = (arguments[0].as_list::<i32>(), arguments[1].as_primitive::<Float32Type>());
    let (mut values, mut lengths, mut present) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..lists.len() {
        let before = values.len();
        let mut is_present = false;
        if let Some(own) = numbers(lists, row)
            && degrees.is_valid(row)
        {
            let length = norm(own, degrees.value(row))?;
            is_present = length != 0.0 || own.is_empty();
            values.extend(own.iter().filter(|_| is_present).map(|value| value / length));
        }
        lengths.push(values.len() - before);
        present.push(is_present);
    }
    let values = Arc::new(Float32Array::from(values));
    let (offsets, nulls) = (OffsetBuffer::from_lengths(lengths), NullBuffer::from(present));
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, Some(nulls))?))
}

/// `vector_sum` and `vector_avg`: number by number over the vectors of a group.
pub const AGGREGATES: &[Function] = &[
    Function::aggregate(&["vector_sum"], (1, 1), |call| over_group(call, "spark_vector_sum")),
    Function::aggregate(&["vector_avg"], (1, 1), |call| over_group(call, "spark_vector_avg")),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Total {
    Sum,
    Mean,
}

fn over_group(call: &Call<'_>, name: &str) -> Result<Typed, Fault> {
    let vectors = crate::aggregate::collect(&Call { arguments: vec![vector(call, 0)?], ..call.clone() }, false)?;
    let result = SparkType::Array { element: Box::new(SparkType::Float), contains_null: false };
    Ok(kernel::call(name, vec![vectors], result)?.with_nullable(true))
}

fn totals(arguments: &[ArrayRef], to: &DataType, total: Total) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let groups = arguments[0].as_list::<i32>();
    let vectors = groups.values().as_list::<i32>();
    let (mut values, mut lengths, mut present) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..groups.len() {
        let mut sums: Option<Vec<f32>> = None;
        let mut count = 0.0f32;
        for vector in range(groups.value_offsets(), row) {
            let Some(numbers) = numbers(vectors, vector) else { continue };
            count += 1.0;
            let sums = sums.get_or_insert_with(|| vec![0.0; numbers.len()]);
            if sums.len() != numbers.len() {
                let message = format!("vectors of {} and {} numbers are added", sums.len(), numbers.len());
                return Err(DataError { condition: Condition::VECTOR_DIMENSION_MISMATCH, message }.into_datafusion());
            }
            for (sum, number) in sums.iter_mut().zip(numbers) {
                *sum = match total {
                    Total::Sum => *sum + number,
                    Total::Mean => *sum + (number - *sum) / count,
                };
            }
        }
        present.push(sums.is_some());
        let sums = sums.unwrap_or_default();
        lengths.push(sums.len());
        values.extend(sums);
    }
    let values = Arc::new(Float32Array::from(values));
    let (offsets, nulls) = (OffsetBuffer::from_lengths(lengths), NullBuffer::from(present));
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, Some(nulls))?))
}
