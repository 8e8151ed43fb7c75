//! [`Elements`]: the elements of the lists or maps of a batch, one after the other, each with its row.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::compute::take;
use datafusion::common::Result;

/// Elements without those that lie beneath NULL lists.
#[derive(Debug)]
pub(super) struct Elements {
    /// The elements of a list, or the keys and the values of a map.
    pub columns: Vec<ArrayRef>,
    /// Where the elements of each row begin.
    pub offsets: OffsetBuffer<i32>,
    /// Rows without a list.
    pub nulls: Option<NullBuffer>,
    /// The row of each element.
    pub owners: Int64Array,
}

impl Elements {
    /// Of lists.
    pub fn of_lists(array: &ArrayRef) -> Result<Self> {
        let lists = array.as_list::<i32>();
        Self::new(vec![lists.values().clone()], lists.offsets(), lists.nulls())
    }

    /// Of maps.
    pub fn of_maps(array: &ArrayRef) -> Result<Self> {
        let maps = array.as_map();
        Self::new(vec![maps.keys().clone(), maps.values().clone()], maps.offsets(), maps.nulls())
    }

    fn new(columns: Vec<ArrayRef>, offsets: &OffsetBuffer<i32>, nulls: Option<&NullBuffer>) -> Result<Self> {
        let rows = offsets.len() - 1;
        let is_present = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
        let length = |row: usize| offsets[row + 1] - offsets[row];
        let is_dense = (0..rows).all(|row| is_present(row) || length(row) == 0);
        let mut owners = Vec::new();
        for row in (0..rows).filter(|row| is_present(*row)) {
            owners.extend((0..length(row)).map(|_| at(row)));
        }
        let (first, count) = (offsets[0] as usize, owners.len());
        let (columns, offsets) = if is_dense {
            let shifted: ScalarBuffer<i32> = offsets.iter().map(|offset| offset - offsets[0]).collect();
            (columns.iter().map(|column| column.slice(first, count)).collect(), OffsetBuffer::new(shifted))
        } else {
            let present = (0..rows).filter(|row| is_present(*row));
            let kept: Int64Array =
                present.flat_map(|row| (offsets[row]..offsets[row + 1]).map(i64::from)).collect::<Vec<_>>().into();
            let lengths = (0..rows).map(|row| if is_present(row) { length(row) as usize } else { 0 });
            let columns = columns.iter().map(|column| take(column, &kept, None)).collect::<Result<_, _>>()?;
            (columns, OffsetBuffer::from_lengths(lengths))
        };
        Ok(Self { columns, offsets, nulls: nulls.cloned(), owners: owners.into() })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether a row has a list.
    pub fn is_present(&self, row: usize) -> bool {
        self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row))
    }

    /// The elements of a row, by their numbers.
    pub fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    /// The place of each element in its list, counted from 0.
    pub fn places(&self) -> Vec<i32> {
        (0..self.rows()).flat_map(|row| 0..self.range(row).len() as i32).collect()
    }
}

/// A number of a row or element, as `take` wants it.
pub(super) fn at(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
