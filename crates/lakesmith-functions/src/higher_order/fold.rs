//! Kernel of `aggregate`: a value is carried from element to element, for all rows at a time.

use datafusion::arrow::array::{Array, ArrayRef, Int64Array};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::elements::{Elements, at};
use crate::lambda::Bound;

/// The value that the first lambda carries through a list, given to the second if there is one.
pub(super) fn fold(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let elements = Elements::of_lists(&values[0])?;
    let mut rows: Vec<usize> = (0..elements.rows()).filter(|row| elements.is_present(*row)).collect();
    // rows with the longest lists first, so that those with elements left are always the first ones
    rows.sort_by_key(|row| std::cmp::Reverse(elements.range(*row).len()));
    let owners: Int64Array = rows.iter().map(|row| at(*row)).collect::<Vec<_>>().into();
    let carried = carry(&elements, &rows, take(&values[1], &owners, None)?, &owners, &lambdas[0])?;
    let results = match lambdas.get(1) {
        Some(finish) => finish.evaluate(vec![carried], &owners)?,
        None => carried,
    };
    let mut places = vec![None; elements.rows()];
    rows.iter().enumerate().for_each(|(place, row)| places[*row] = Some(at(place)));
    if rows.is_empty() {
        return Ok(datafusion::arrow::array::new_null_array(to, elements.rows()));
    }
    Ok(take(&results, &Int64Array::from(places), None)?)
}

/// What is carried to the end, in the order of `rows`.
fn carry(
    elements: &Elements,
    rows: &[usize],
    zero: ArrayRef,
    owners: &Int64Array,
    merge: &Bound<'_>,
) -> Result<ArrayRef> {
    // ends of rows without further elements, the shortest lists first
    let mut ended: Vec<ArrayRef> = Vec::new();
    let mut carried = zero;
    for place in 0.. {
        let active = rows[..carried.len()].partition_point(|row| elements.range(*row).len() > place);
        if active < carried.len() {
            ended.push(carried.slice(active, carried.len() - active));
            carried = carried.slice(0, active);
        }
        if active == 0 {
            break;
        }
        let starts = rows[..active].iter().map(|row| at(elements.range(*row).start + place));
        let next = take(&elements.columns[0], &Int64Array::from(starts.collect::<Vec<_>>()), None)?;
        carried = merge.evaluate(vec![carried, next], &owners.slice(0, active))?;
    }
    ended.push(carried);
    let parts: Vec<&dyn Array> = ended.iter().rev().map(AsRef::as_ref).collect();
    Ok(concat(&parts)?)
}
