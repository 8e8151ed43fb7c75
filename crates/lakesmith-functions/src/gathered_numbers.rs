//! [`gathered_numbers`]: all numbers of each group, in a list.
//!
//! DataFusion's `array_agg` keeps whole batches and picks the values of each group out of them in the end, twice where a query runs
//! in several tasks. Numbers are copied into a buffer of their group as they come.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, ListArray};
use datafusion::arrow::buffer::{OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err, resources_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_unresolved::SparkType;

use crate::codec::Aggregates;

/// The aggregates of ours that are made of their result's type alone.
pub(crate) const AGGREGATES: Aggregates = &[("spark_numbers", |_| gathered_numbers())];

/// The numbers but NULL, in no order.
pub(crate) fn gathered_numbers() -> Arc<AggregateUDF> {
    let signature = Signature::exact(vec![DataType::Float64], Volatility::Immutable);
    Arc::new(AggregateUDF::from(GatheredNumbers { signature }))
}

/// The type of the lists.
pub(crate) fn list_type() -> SparkType {
    SparkType::Array { element: Box::new(SparkType::Double), contains_null: false }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct GatheredNumbers {
    signature: Signature,
}

impl AggregateUDFImpl for GatheredNumbers {
    fn name(&self) -> &str {
        "spark_numbers"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        to_arrow(&list_type()).map_err(|error| internal_datafusion_err!("{}", error.0))
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[numbers]", args.name), self.return_type(&[])?, false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(RowNumbers::default()))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(GroupNumbers::default()))
    }
}

fn list_array(lengths: impl ExactSizeIterator<Item = usize>, numbers: Vec<f64>) -> Result<ListArray> {
    if i32::try_from(numbers.len()).is_err() {
        return Err(resources_datafusion_err!("a percentile of more than {} numbers in one task", i32::MAX));
    }
    let element = Arc::new(match to_arrow(&list_type()) {
        Ok(DataType::List(element)) => element.as_ref().clone(),
        _ => return Err(internal_datafusion_err!("there is no list of numbers")),
    });
    let numbers = Float64Array::new(ScalarBuffer::from(numbers), None);
    Ok(ListArray::try_new(element, OffsetBuffer::from_lengths(lengths), Arc::new(numbers), None)?)
}

/// Numbers of many groups.
#[derive(Debug, Default)]
struct GroupNumbers {
    groups: Vec<Vec<f64>>,
    /// How many numbers the buffers have room for.
    room: usize,
}

impl GroupNumbers {
    fn grow(&mut self, total: usize) {
        if self.groups.len() < total {
            self.groups.resize_with(total, Vec::new);
        }
    }

    fn add(&mut self, group: usize, numbers: &[f64]) {
        let own = &mut self.groups[group];
        let before = own.capacity();
        own.extend_from_slice(numbers);
        self.room += own.capacity() - before;
    }

    fn emit(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = emit_to.take_needed(&mut self.groups);
        self.room -= groups.iter().map(Vec::capacity).sum::<usize>();
        let numbers = groups.concat();
        Ok(Arc::new(list_array(groups.iter().map(Vec::len), numbers)?))
    }
}

/// Whether a row counts.
fn counts(numbers: &Float64Array, passing: Option<&BooleanArray>, row: usize) -> bool {
    numbers.is_valid(row) && passing.is_none_or(|passing| passing.is_valid(row) && passing.value(row))
}

impl GroupsAccumulator for GroupNumbers {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        passing: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        let numbers = values[0].as_primitive::<Float64Type>();
        let all = numbers.null_count() == 0 && passing.is_none();
        for (row, group) in groups.iter().enumerate() {
            if all || counts(numbers, passing, row) {
                self.add(*group, &numbers.values()[row..=row]);
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        let lists = states[0].as_list::<i32>();
        let numbers = lists.values().as_primitive::<Float64Type>().values();
        for (ends, group) in lists.value_offsets().windows(2).zip(groups) {
            self.add(*group, &numbers[ends[0] as usize..ends[1] as usize]);
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        self.emit(emit_to)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.emit(emit_to)?])
    }

    fn convert_to_state(&self, values: &[ArrayRef], passing: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let numbers = values[0].as_primitive::<Float64Type>();
        let rows = 0..numbers.len();
        let lengths = rows.clone().map(|row| usize::from(counts(numbers, passing, row)));
        let kept = rows.filter(|row| counts(numbers, passing, *row)).map(|row| numbers.value(row));
        Ok(vec![Arc::new(list_array(lengths, kept.collect())?)])
    }

    fn size(&self) -> usize {
        self.groups.capacity() * size_of::<Vec<f64>>() + self.room * size_of::<f64>()
    }
}

/// Numbers of all rows, or of a frame that moves over them.
#[derive(Debug, Default)]
struct RowNumbers {
    numbers: Vec<f64>,
    /// Numbers at the front that the frame has left behind.
    gone: usize,
}

impl RowNumbers {
    fn kept(&self) -> &[f64] {
        &self.numbers[self.gone..]
    }

    fn list(&self) -> Result<ScalarValue> {
        let kept = self.kept();
        Ok(ScalarValue::List(Arc::new(list_array(std::iter::once(kept.len()), kept.to_vec())?)))
    }
}

impl Accumulator for RowNumbers {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.numbers.extend(values[0].as_primitive::<Float64Type>().iter().flatten());
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let lists = states[0].as_list::<i32>();
        let numbers = lists.values().as_primitive::<Float64Type>().values();
        let offsets = lists.value_offsets();
        if let (Some(start), Some(end)) = (offsets.first(), offsets.last()) {
            self.numbers.extend_from_slice(&numbers[*start as usize..*end as usize]);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.list()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.list()?])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.numbers.capacity() * size_of::<f64>()
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.gone += values[0].len() - values[0].null_count();
        if self.gone > self.numbers.len() / 2 {
            self.numbers.drain(..self.gone);
            self.gone = 0;
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[Option<f64>]) -> ArrayRef {
        Arc::new(Float64Array::from(values.to_vec()))
    }

    fn lists(array: &ArrayRef) -> Vec<Vec<f64>> {
        let lists = array.as_list::<i32>();
        (0..lists.len()).map(|row| lists.value(row).as_primitive::<Float64Type>().values().to_vec()).collect()
    }

    #[test]
    fn numbers_of_groups_are_gathered_without_nulls_and_filtered_rows() {
        let mut groups = GroupNumbers::default();
        let values = numbers(&[Some(1.0), None, Some(2.0), Some(3.0)]);
        groups.update_batch(&[values], &[0, 0, 1, 0], None, 3).unwrap();
        let passing = BooleanArray::from(vec![Some(true), Some(false), None]);
        groups.update_batch(&[numbers(&[Some(4.0), Some(5.0), Some(6.0)])], &[1, 1, 1], Some(&passing), 3).unwrap();
        assert_eq!(lists(&groups.evaluate(EmitTo::First(1)).unwrap()), [vec![1.0, 3.0]]);
        assert_eq!(lists(&groups.evaluate(EmitTo::All).unwrap()), [vec![2.0, 4.0], vec![]]);
        assert_eq!(groups.room, 0);
    }

    #[test]
    fn states_of_two_tasks_are_merged() {
        let mut first = GroupNumbers::default();
        first.update_batch(&[numbers(&[Some(1.0), Some(2.0)])], &[0, 1], None, 2).unwrap();
        let converted = GroupNumbers::default().convert_to_state(&[numbers(&[None, Some(3.0)])], None).unwrap();
        let state = first.state(EmitTo::All).unwrap();
        let mut merged = GroupNumbers::default();
        merged.merge_batch(&state, &[1, 0], 2).unwrap();
        merged.merge_batch(&converted, &[0, 1], 2).unwrap();
        assert_eq!(lists(&merged.evaluate(EmitTo::All).unwrap()), [vec![2.0], vec![1.0, 3.0]]);
        let mut rows = RowNumbers::default();
        rows.merge_batch(&state).unwrap();
        assert_eq!(rows.kept(), [1.0, 2.0]);
    }

    #[test]
    fn a_frame_forgets_the_numbers_that_it_leaves() {
        let mut frame = RowNumbers::default();
        frame.update_batch(&[numbers(&[Some(1.0), None, Some(2.0), Some(3.0)])]).unwrap();
        frame.retract_batch(&[numbers(&[Some(1.0), None])]).unwrap();
        assert_eq!(frame.kept(), [2.0, 3.0]);
        frame.retract_batch(&[numbers(&[Some(2.0)])]).unwrap();
        frame.update_batch(&[numbers(&[Some(4.0)])]).unwrap();
        assert_eq!(frame.kept(), [3.0, 4.0]);
    }
}
