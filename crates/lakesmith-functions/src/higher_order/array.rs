//! Kernels of `transform`, `filter`, `exists`, `forall` and `zip_with`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, ListArray};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_datafusion_err};

use super::elements::{Elements, at};
use crate::lambda::Bound;

/// The body's value for each element, which may be told its place.
pub(super) fn transform(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let elements = Elements::of_lists(&values[0])?;
    let results = lambdas[0].evaluate(with_places(&elements, &lambdas[0]), &elements.owners)?;
    list(to, elements.offsets, results, elements.nulls)
}

/// The elements for which the body is true.
pub(super) fn filter(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let elements = Elements::of_lists(&values[0])?;
    let verdicts = lambdas[0].evaluate(with_places(&elements, &lambdas[0]), &elements.owners)?;
    let (offsets, kept) = kept(&elements, &verdicts);
    list(to, offsets, take(&elements.columns[0], &kept, None)?, elements.nulls)
}

/// Where the rows of the elements that are kept begin, and their numbers.
pub(super) fn kept(elements: &Elements, verdicts: &ArrayRef) -> (OffsetBuffer<i32>, Int64Array) {
    let verdicts = verdicts.as_boolean();
    let is_kept = |element: &usize| verdicts.is_valid(*element) && verdicts.value(*element);
    let lengths = (0..elements.rows()).map(|row| elements.range(row).filter(is_kept).count());
    let offsets = OffsetBuffer::from_lengths(lengths);
    let kept: Vec<i64> = (0..verdicts.len()).filter(is_kept).map(at).collect();
    (offsets, kept.into())
}

fn with_places(elements: &Elements, lambda: &Bound<'_>) -> Vec<ArrayRef> {
    let mut parameters = elements.columns.clone();
    if lambda.parameters() > 1 {
        parameters.push(Arc::new(Int32Array::from(elements.places())));
    }
    parameters
}

/// Whether the body is true for an element; unknown when it is not, and unknown for one.
pub(super) fn exists(values: &[ArrayRef], lambdas: &[Bound<'_>], _to: &DataType) -> Result<ArrayRef> {
    quantified(values, &lambdas[0], true)
}

/// Whether the body is true for all elements; unknown when it is false for none, and unknown for one.
pub(super) fn forall(values: &[ArrayRef], lambdas: &[Bound<'_>], _to: &DataType) -> Result<ArrayRef> {
    quantified(values, &lambdas[0], false)
}

/// The answer is `decisive` when one verdict is, unknown when one is unknown, else the opposite.
fn quantified(values: &[ArrayRef], lambda: &Bound<'_>, decisive: bool) -> Result<ArrayRef> {
    let elements = Elements::of_lists(&values[0])?;
    let Ok(verdicts) = lambda.evaluate(elements.columns.clone(), &elements.owners) else {
        // an element behind the decisive one must not end in an error
        return in_turn(&elements, lambda, decisive);
    };
    let verdicts = verdicts.as_boolean();
    let answer = |row: usize| {
        let mut known = true;
        for element in elements.range(row) {
            match verdicts.is_valid(element).then(|| verdicts.value(element)) {
                Some(verdict) if verdict == decisive => return Some(decisive),
                Some(_) => {}
                None => known = false,
            }
        }
        known.then_some(!decisive)
    };
    let answers = (0..elements.rows()).map(|row| if elements.is_present(row) { answer(row) } else { None });
    Ok(Arc::new(answers.collect::<BooleanArray>()))
}

/// The same, place by place over all rows that are not decided yet.
fn in_turn(elements: &Elements, lambda: &Bound<'_>, decisive: bool) -> Result<ArrayRef> {
    let present = (0..elements.rows()).map(|row| elements.is_present(row));
    let mut answers: Vec<Option<bool>> = present.map(|present| present.then_some(!decisive)).collect();
    let mut open: Vec<usize> = (0..elements.rows()).filter(|row| elements.is_present(*row)).collect();
    let mut place = 0;
    loop {
        open.retain(|row| elements.range(*row).len() > place);
        if open.is_empty() {
            return Ok(Arc::new(BooleanArray::from(answers)));
        }
        let numbers: Int64Array =
            open.iter().map(|row| at(elements.range(*row).start + place)).collect::<Vec<_>>().into();
        let owners: Int64Array = open.iter().map(|row| at(*row)).collect::<Vec<_>>().into();
        let columns = elements.columns.iter().map(|column| take(column, &numbers, None)).collect::<Result<_, _>>()?;
        let verdicts = lambda.evaluate(columns, &owners)?;
        let verdicts = verdicts.as_boolean();
        let mut number = 0;
        open.retain(|row| {
            let verdict = verdicts.is_valid(number).then(|| verdicts.value(number));
            number += 1;
            match verdict {
                Some(verdict) if verdict == decisive => answers[*row] = Some(decisive),
                Some(_) => {}
                None => answers[*row] = None,
            }
            verdict != Some(decisive)
        });
        place += 1;
    }
}

/// The body's value for each pair of elements; the shorter list is filled up with NULL.
pub(super) fn zip(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let (left, right) = (Elements::of_lists(&values[0])?, Elements::of_lists(&values[1])?);
    let nulls = NullBuffer::union(left.nulls.as_ref(), right.nulls.as_ref());
    let (mut first, mut second): (Vec<Option<i64>>, Vec<Option<i64>>) = (Vec::new(), Vec::new());
    let (mut owners, mut lengths) = (Vec::new(), Vec::with_capacity(left.rows()));
    for row in 0..left.rows() {
        let (a, b) = (left.range(row), right.range(row));
        let length = if left.is_present(row) && right.is_present(row) { a.len().max(b.len()) } else { 0 };
        lengths.push(length);
        owners.extend((0..length).map(|_| at(row)));
        let padded = |range: std::ops::Range<usize>| {
            (0..length).map(move |place| (place < range.len()).then(|| at(range.start + place)))
        };
        first.extend(padded(a));
        second.extend(padded(b));
    }
    let pairs = vec![
        take(&left.columns[0], &Int64Array::from(first), None)?,
        take(&right.columns[0], &Int64Array::from(second), None)?,
    ];
    let results = lambdas[0].evaluate(pairs, &owners.into())?;
    list(to, OffsetBuffer::from_lengths(lengths), results, nulls)
}

fn list(to: &DataType, offsets: OffsetBuffer<i32>, values: ArrayRef, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, nulls)?))
}
