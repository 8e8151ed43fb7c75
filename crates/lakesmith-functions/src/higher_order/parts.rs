//! Kernel of casts by parts: an array, map or struct with each of its parts cast by a lambda.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, ListArray, MapArray, StructArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};

use super::elements::Elements;
use crate::lambda::Bound;

/// The value in another type of the same shape; one lambda for each part, in order.
pub(super) fn cast(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    part(&values[0], to, &mut lambdas.iter())
}

fn part<'b>(
    array: &ArrayRef,
    to: &DataType,
    casts: &mut (impl Iterator<Item = &'b Bound<'b>> + ?Sized),
) -> Result<ArrayRef> {
    match (array.data_type(), to) {
        (DataType::List(_), DataType::List(item)) => {
            let mut lists = Elements::of_lists(array)?;
            let items = part(&lists.columns.remove(0), item.data_type(), casts)?;
            Ok(Arc::new(ListArray::try_new(Arc::clone(item), lists.offsets, items, lists.nulls)?))
        }
        (DataType::Map(..), DataType::Map(entries, ordered)) => {
            let maps = Elements::of_maps(array)?;
            let DataType::Struct(fields) = entries.data_type() else {
                return Err(internal_datafusion_err!("a map without entries"));
            };
            let mut columns = Vec::new();
            for (column, field) in maps.columns.iter().zip(fields) {
                columns.push(part(column, field.data_type(), casts)?);
            }
            let rows = StructArray::try_new(fields.clone(), columns, None)?;
            Ok(Arc::new(MapArray::try_new(Arc::clone(entries), maps.offsets, rows, maps.nulls, *ordered)?))
        }
        (DataType::Struct(_), DataType::Struct(fields)) => {
            let mut columns = Vec::new();
            for (column, field) in array.as_struct().columns().iter().zip(fields) {
                columns.push(part(column, field.data_type(), casts)?);
            }
            Ok(Arc::new(StructArray::try_new_with_length(
                fields.clone(),
                columns,
                array.nulls().cloned(),
                array.len(),
            )?))
        }
        _ => {
            let cast = casts.next().ok_or_else(|| internal_datafusion_err!("a part without a cast"))?;
            cast.evaluate(vec![Arc::clone(array)], &Int64Array::from(vec![0; array.len()]))
        }
    }
}
