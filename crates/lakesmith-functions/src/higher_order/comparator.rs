//! Kernel of `array_sort` with a lambda that compares.
//!
//! The comparisons that the lists of a batch ask for next are made together. Each list is sorted as Java sorts one of fewer
//! than 32 elements, by its first run and binary insertion, so that a lambda which contradicts itself gives Spark's order
//! there; for a consistent one the order is that of any stable sort.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Int32Type};
use datafusion::common::{Result, internal_datafusion_err};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;

use super::elements::{Elements, at};
use crate::lambda::Bound;

/// The elements in the order of the body, which says whether the first comes before (negative) or after (positive).
pub(super) fn sort(values: &[ArrayRef], lambdas: &[Bound<'_>], to: &DataType) -> Result<ArrayRef> {
    let elements = Elements::of_lists(&values[0])?;
    let mut sorts: Vec<Sort> = (0..elements.rows()).map(|row| Sort::new(elements.range(row).collect())).collect();
    let mut open: Vec<usize> = (0..sorts.len()).collect();
    loop {
        open.retain(|row| sorts[*row].question().is_some());
        if open.is_empty() {
            break;
        }
        let asked: Vec<(usize, usize)> = open.iter().filter_map(|row| sorts[*row].question()).collect();
        let owners: Int64Array = open.iter().map(|row| at(*row)).collect::<Vec<_>>().into();
        let side = |numbers: Vec<i64>| take(&elements.columns[0], &Int64Array::from(numbers), None);
        let left = side(asked.iter().map(|(left, _)| at(*left)).collect())?;
        let right = side(asked.iter().map(|(_, right)| at(*right)).collect())?;
        let verdicts = lambdas[0].evaluate(vec![left, right], &owners)?;
        let verdicts = verdicts.as_primitive::<Int32Type>();
        if verdicts.null_count() > 0 {
            let message = "the lambda of `array_sort` gave NULL for two elements; give 0 for equal ones".to_owned();
            return Err(DataError { condition: Condition::COMPARATOR_RETURNS_NULL, message }.into_datafusion());
        }
        for (row, verdict) in open.iter().zip(verdicts.values()) {
            sorts[*row].answer(*verdict);
        }
    }
    let order: Vec<i64> = sorts.into_iter().flat_map(|sort| sort.items).map(at).collect();
    let DataType::List(field) = to else { return Err(internal_datafusion_err!("a list of type {to}")) };
    let sorted = take(&elements.columns[0], &Int64Array::from(order), None)?;
    let list =
        datafusion::arrow::array::ListArray::try_new(Arc::clone(field), elements.offsets, sorted, elements.nulls)?;
    Ok(Arc::new(list))
}

/// The sort of one list, between two comparisons.
#[derive(Debug)]
struct Sort {
    items: Vec<usize>,
    step: Step,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// The first run is read: whether the item at `next` goes on with it. The second item decides its direction.
    Run {
        next: usize,
        descending: bool,
    },
    /// The item at `next` is to be put between `low` and `high`.
    Insert {
        next: usize,
        low: usize,
        high: usize,
    },
    Done,
}

impl Sort {
    fn new(items: Vec<usize>) -> Self {
        let step = if items.len() < 2 { Step::Done } else { Step::Run { next: 1, descending: false } };
        Self { items, step }
    }

    /// The two items that are to be compared next.
    fn question(&self) -> Option<(usize, usize)> {
        match self.step {
            Step::Run { next, .. } => Some((self.items[next], self.items[next - 1])),
            Step::Insert { next, low, high } => Some((self.items[next], self.items[low + (high - low) / 2])),
            Step::Done => None,
        }
    }

    /// Goes on with what the comparison gave.
    fn answer(&mut self, verdict: i32) {
        match self.step {
            Step::Run { next, descending } => {
                let descending = if next == 1 { verdict < 0 } else { descending };
                let goes_on = next == 1 || (verdict < 0) == descending;
                let end = if goes_on { next + 1 } else { next };
                if goes_on && end < self.items.len() {
                    self.step = Step::Run { next: end, descending };
                    return;
                }
                if descending {
                    self.items[..end].reverse();
                }
                self.insert(end);
            }
            Step::Insert { next, low, high } => {
                let middle = low + (high - low) / 2;
                let (low, high) = if verdict < 0 { (low, middle) } else { (middle + 1, high) };
                if low < high {
                    self.step = Step::Insert { next, low, high };
                    return;
                }
                self.items[low..=next].rotate_right(1);
                self.insert(next + 1);
            }
            Step::Done => {}
        }
    }

    fn insert(&mut self, next: usize) {
        let is_over = next >= self.items.len();
        self.step = if is_over { Step::Done } else { Step::Insert { next, low: 0, high: next } };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(items: &[i32], compare: fn(i32, i32) -> i32) -> Vec<i32> {
        let mut sort = Sort::new((0..items.len()).collect());
        while let Some((left, right)) = sort.question() {
            sort.answer(compare(items[left], items[right]));
        }
        sort.items.iter().map(|item| items[*item]).collect()
    }

    #[test]
    fn equal_items_keep_their_order() {
        assert_eq!(sorted(&[31, 12, 22, 11, 32, 21], |a, b| a / 10 - b / 10), [12, 11, 22, 21, 31, 32]);
    }

    #[test]
    fn a_descending_run_is_turned_around_at_once() {
        assert_eq!(sorted(&[5, 4, 3, 2, 1], |a, b| a - b), [1, 2, 3, 4, 5]);
        assert_eq!(sorted(&[3, 1, 2], |_, _| 0), [3, 1, 2]);
    }
}
