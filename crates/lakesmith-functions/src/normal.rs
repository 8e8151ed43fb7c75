//! [`normal`]: values as Spark groups, joins and orders them, where `-0.0` is `0.0`, every NaN is the same, and the order of a
//! map's entries is no part of it.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, UInt64Array};
use datafusion::arrow::compute::{sort_to_indices, take};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::Result;
use lakesmith_unresolved::SparkType;

use crate::function::{Fault, Typed};
use crate::higher_order::holds_map;
use crate::kernel::{self, Kernels};

/// The kernel.
pub(crate) const KERNELS: Kernels = &[("spark_normal", |arguments, _| normal_array(&arguments[0]))];

/// The value in the form that all its equals have.
pub fn normal(value: Typed) -> Result<Typed, Fault> {
    if !has_forms(&value.data_type) {
        return Ok(value);
    }
    let (data_type, nullable) = (value.data_type.clone(), value.nullable);
    Ok(kernel::call("spark_normal", vec![value], data_type)?.with_nullable(nullable))
}

/// The value as a key of ORDER BY: a type that holds a map or an interval of months and days has no order.
pub fn ordered(value: Typed) -> Result<Typed, Fault> {
    if holds_map(&value.data_type) || holds_calendar(&value.data_type) {
        let title = format!("values of type {} have no order", value.data_type);
        return Err(Fault::mismatch(title, Some(0)));
    }
    normal(value)
}

/// Whether a type holds intervals of months and days together.
fn holds_calendar(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::CalendarInterval => true,
        SparkType::Array { element, .. } => holds_calendar(element),
        SparkType::Struct(fields) => fields.iter().any(|field| holds_calendar(&field.data_type)),
        _ => false,
    }
}

/// Whether values of a type can be equal and differ.
fn has_forms(data_type: &SparkType) -> bool {
    match data_type {
        SparkType::Float | SparkType::Double => true,
        SparkType::Array { element, .. } => has_forms(element),
        SparkType::Struct(fields) => fields.iter().any(|field| has_forms(&field.data_type)),
        SparkType::Map { .. } => true,
        _ => false,
    }
}

pub(crate) fn normal_array(array: &ArrayRef) -> Result<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Float32 => {
            let one = |value: f32| if value.is_nan() { f32::NAN } else { value + 0.0 };
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(one))
        }
        DataType::Float64 => {
            let one = |value: f64| if value.is_nan() { f64::NAN } else { value + 0.0 };
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(one))
        }
        DataType::List(element) => {
            let lists = array.as_list::<i32>();
            let values = normal_array(lists.values())?;
            let (offsets, nulls) = (lists.offsets().clone(), lists.nulls().cloned());
            Arc::new(ListArray::try_new(Arc::clone(element), offsets, values, nulls)?)
        }
        DataType::Struct(fields) => {
            let structs = array.as_struct();
            let columns = structs.columns().iter().map(normal_array).collect::<Result<Vec<_>>>()?;
            let (length, nulls) = (structs.len(), structs.nulls().cloned());
            Arc::new(StructArray::try_new_with_length(fields.clone(), columns, nulls, length)?)
        }
        DataType::Map(entries, ordered) => {
            let maps = array.as_map();
            let pairs: ArrayRef = Arc::new(maps.entries().clone());
            let pairs = normal_array(&take(&normal_array(&pairs)?, &by_key(maps)?, None)?)?;
            let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
            let pairs = pairs.as_struct().clone();
            Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, nulls, *ordered)?)
        }
        _ => Arc::clone(array),
    })
}

/// The entries of each map in the order of their keys.
fn by_key(maps: &MapArray) -> Result<UInt64Array> {
    let mut order: Vec<u64> = (0..maps.entries().len() as u64).collect();
    for range in maps.offsets().windows(2) {
        let (start, end) = (range[0] as usize, range[1] as usize);
        let sorted = sort_to_indices(&maps.keys().slice(start, end - start), None, None)?;
        for (place, from) in order[start..end].iter_mut().zip(sorted.values()) {
            *place = start as u64 + u64::from(*from);
        }
    }
    Ok(order.into())
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Float64Array;

    use super::*;

    #[test]
    fn zeros_and_nans_have_one_form_each() {
        let array: ArrayRef = Arc::new(Float64Array::from(vec![Some(-0.0), Some(-f64::NAN), Some(-1.5), None]));
        let normal = normal_array(&array).unwrap();
        let values = normal.as_primitive::<Float64Type>();
        assert_eq!(values.value(0).to_bits(), 0.0f64.to_bits());
        assert_eq!(values.value(1).to_bits(), f64::NAN.to_bits());
        assert_eq!(values.value(2), -1.5);
        assert!(values.is_null(3));
    }
}
