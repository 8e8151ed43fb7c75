//! Kernels of `map_filter`, `transform_keys`, `transform_values` and `map_zip_with`.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Int64Array, MapArray, StructArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, internal_datafusion_err};

use super::array::kept;
use super::elements::{Elements, at};
use crate::lambda::Bound;

/// The entries for which the body is true.
pub(super) fn filter(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let entries = Elements::of_maps(&values[0])?;
    let verdicts = lambdas[0].evaluate(entries.columns.clone(), &entries.owners)?;
    let (offsets, kept) = kept(&entries, &verdicts);
    let columns = entries.columns.iter().map(|column| take(column, &kept, None)).collect::<Result<_, _>>()?;
    map(to, offsets, columns, entries.nulls)
}

/// The entries under the keys that the body gives.
pub(super) fn keys(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let entries = Elements::of_maps(&values[0])?;
    let keys = lambdas[0].evaluate(entries.columns.clone(), &entries.owners)?;
    let rows = (0..entries.rows()).map(|row| entries.is_present(row).then(|| entries.range(row).collect()));
    crate::map::made(&keys, &entries.columns[1], rows.collect(), to)
}

/// The keys with the values that the body gives.
pub(super) fn values(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let entries = Elements::of_maps(&values[0])?;
    let results = lambdas[0].evaluate(entries.columns.clone(), &entries.owners)?;
    let columns = vec![Arc::clone(&entries.columns[0]), results];
    map(to, entries.offsets, columns, entries.nulls)
}

/// For each key of either map, the value that the body makes of the key and both values.
pub(super) fn zip(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let (left, right) = (Elements::of_maps(&values[0])?, Elements::of_maps(&values[1])?);
    let all_keys = concat(&[left.columns[0].as_ref(), right.columns[0].as_ref()])?;
    let second = left.columns[0].len();
    let converter = RowConverter::new(vec![SortField::new(all_keys.data_type().clone())])?;
    let comparable = converter.convert_columns(&[Arc::clone(&all_keys)])?;
    let (mut keys, mut firsts, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
    let (mut owners, mut lengths) = (Vec::new(), Vec::with_capacity(left.rows()));
    for row in 0..left.rows() {
        let before = keys.len();
        if left.is_present(row) && right.is_present(row) {
            let mut places = HashMap::new();
            for entry in left.range(row) {
                places.insert(comparable.row(entry), keys.len());
                keys.push(at(entry));
                firsts.push(Some(at(entry)));
                seconds.push(None);
            }
            for entry in right.range(row) {
                match places.get(&comparable.row(second + entry)) {
                    Some(place) => seconds[*place] = Some(at(entry)),
                    None => {
                        keys.push(at(second + entry));
                        firsts.push(None);
                        seconds.push(Some(at(entry)));
                    }
                }
            }
        }
        lengths.push(keys.len() - before);
        owners.extend((before..keys.len()).map(|_| at(row)));
    }
    let keys = take(&all_keys, &Int64Array::from(keys), None)?;
    let firsts = take(&left.columns[1], &Int64Array::from(firsts), None)?;
    let seconds = take(&right.columns[1], &Int64Array::from(seconds), None)?;
    let results = lambdas[0].evaluate(vec![Arc::clone(&keys), firsts, seconds], &owners.into())?;
    let nulls = NullBuffer::union(left.nulls.as_ref(), right.nulls.as_ref());
    map(to, OffsetBuffer::from_lengths(lengths), vec![keys, results], nulls)
}

fn map(
    to: &DataType,
    offsets: OffsetBuffer<i32>,
    columns: Vec<ArrayRef>,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef> {
    let DataType::Map(entries, sorted) = to else { return Err(internal_datafusion_err!("a map of type {to}")) };
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(internal_datafusion_err!("entries of type {}", entries.data_type()));
    };
    let rows = StructArray::try_new(fields.clone(), columns, None)?;
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, rows, nulls, *sorted)?))
}
