//! [`distinct_count`]: how many different values each group has.
//!
//! DataFusion's own keeps one set for each group of anything but whole numbers, and cuts each batch into one slice for each of
//! its groups. Here all groups share one table that numbers the values and one set of pairs of a group and a number.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, UInt32Array};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::{filter, is_not_null, take};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::{HashSet, Result, ScalarValue, internal_datafusion_err};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;

use crate::codec::Aggregates;

/// The aggregates of ours that are made of their result's type alone.
pub(crate) const AGGREGATES: Aggregates = &[("spark_count", |_| distinct_count())];

/// The number of different values but NULL. A call that is not marked as distinct counts as `count` does, which is what remains
/// of it when the planner has made groups of the values.
pub fn distinct_count() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(DistinctCount { signature: Signature::any(1, Volatility::Immutable) }))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct DistinctCount {
    signature: Signature,
}

impl AggregateUDFImpl for DistinctCount {
    fn name(&self) -> &str {
        "spark_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn default_value(&self, _data_type: &DataType) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(0)))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        if !args.is_distinct {
            return count_udaf().state_fields(args);
        }
        let [value] = args.input_fields else { return Err(one_argument()) };
        let element = Field::new_list_field(value.data_type().clone(), true);
        Ok(vec![Arc::new(Field::new_list(format!("{}[values]", args.name), element, false))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if !args.is_distinct {
            return count_udaf().accumulator(args);
        }
        Ok(Box::new(RowCount::new(GroupCounts::of(&args)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        if !args.is_distinct {
            return count_udaf().create_groups_accumulator(args);
        }
        Ok(Box::new(GroupCounts::of(&args)?))
    }
}

fn one_argument() -> datafusion::common::DataFusionError {
    internal_datafusion_err!("different values of several columns are counted as one struct")
}

/// Different values of many groups.
struct GroupCounts {
    data_type: DataType,
    /// Numbers the values of all groups.
    values: Box<dyn GroupValues>,
    /// A group in the upper half, the number of one of its values in the lower.
    pairs: HashSet<u64>,
    counts: Vec<i64>,
    /// Numbers of the values of a batch.
    numbers: Vec<usize>,
}

impl GroupCounts {
    fn of(args: &AccumulatorArgs) -> Result<Self> {
        let [value] = args.expr_fields else { return Err(one_argument()) };
        Self::new(value.data_type().clone())
    }

    fn new(data_type: DataType) -> Result<Self> {
        let values = numbering(&data_type)?;
        Ok(Self { data_type, values, pairs: HashSet::default(), counts: Vec::new(), numbers: Vec::new() })
    }

    /// Adds values of groups; none of the values is NULL.
    fn add(&mut self, values: ArrayRef, mut groups: impl Iterator<Item = usize>) -> Result<()> {
        self.values.intern(&[values], &mut self.numbers)?;
        for number in &self.numbers {
            let Some(group) = groups.next() else { break };
            if self.pairs.insert(pair(group, *number)?) {
                self.counts[group] += 1;
            }
        }
        Ok(())
    }

    fn grow(&mut self, total: usize) {
        if self.counts.len() < total {
            self.counts.resize(total, 0);
        }
    }

    /// Takes the counts that are emitted, and the pairs of their groups; the groups that stay are numbered anew.
    fn emit(&mut self, emit_to: EmitTo) -> Result<(Vec<i64>, Vec<u64>, ArrayRef)> {
        let counts = emit_to.take_needed(&mut self.counts);
        let all = self.values.emit(EmitTo::All)?.pop().ok_or_else(|| internal_datafusion_err!("no values"))?;
        // the numbers given so far mean nothing from here on
        self.values.clear_shrink(0);
        let pairs = std::mem::take(&mut self.pairs);
        let first_kept = u64::try_from(counts.len()).unwrap_or(u64::MAX) << 32;
        let (emitted, kept): (Vec<u64>, Vec<u64>) = pairs.into_iter().partition(|pair| *pair < first_kept);
        if !kept.is_empty() {
            let values = take(&all, &UInt32Array::from_iter_values(kept.iter().map(|pair| number_of(*pair))), None)?;
            self.values.intern(&[values], &mut self.numbers)?;
            let moved = kept.iter().zip(&self.numbers);
            self.pairs = moved
                .map(|(kept, number)| pair(((kept - first_kept) >> 32) as usize, *number))
                .collect::<Result<_>>()?;
        }
        Ok((counts, emitted, all))
    }
}

fn numbering(data_type: &DataType) -> Result<Box<dyn GroupValues>> {
    let schema = Schema::new(vec![Field::new("value", data_type.clone(), true)]);
    new_group_values(Arc::new(schema), &GroupOrdering::None)
}

fn pair(group: usize, number: usize) -> Result<u64> {
    match (u32::try_from(group), u32::try_from(number)) {
        (Ok(group), Ok(number)) => Ok(u64::from(group) << 32 | u64::from(number)),
        _ => Err(internal_datafusion_err!("more than four billion groups or values in one task")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
fn number_of(pair: u64) -> u32 {
    pair as u32
}

/// The rows that count, where not all of them do.
fn counted(values: &ArrayRef, passing: Option<&BooleanArray>) -> Result<Option<BooleanArray>> {
    let present = (values.logical_null_count() > 0).then(|| is_not_null(values)).transpose()?;
    Ok(match (present, passing) {
        (None, None) => None,
        (Some(present), None) => Some(present),
        (present, Some(passing)) => {
            let known = |row: usize| present.as_ref().is_none_or(|present| present.value(row));
            let passes = |row: usize| passing.is_valid(row) && passing.value(row) && known(row);
            Some((0..values.len()).map(|row| Some(passes(row))).collect())
        }
    })
}

impl GroupsAccumulator for GroupCounts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        passing: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.grow(total);
        match counted(&values[0], passing)? {
            None => self.add(Arc::clone(&values[0]), groups.iter().copied()),
            Some(rows) => {
                let groups = groups.iter().enumerate().filter(|(row, _)| rows.value(*row)).map(|(_, group)| *group);
                self.add(filter(&values[0], &rows)?, groups)
            }
        }
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.grow(total);
        let lists = states[0].as_list::<i32>();
        let offsets = lists.value_offsets();
        let (Some(start), Some(end)) = (offsets.first(), offsets.last()) else { return Ok(()) };
        let values = lists.values().slice(*start as usize, (end - start) as usize);
        let lengths = offsets.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
        self.add(values, groups.iter().zip(lengths).flat_map(|(group, length)| std::iter::repeat_n(*group, length)))
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(Arc::new(Int64Array::from(self.emit(emit_to)?.0)))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (counts, pairs, all) = self.emit(emit_to)?;
        let lengths = counts.iter().map(|count| usize::try_from(*count).unwrap_or(0));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let mut next: Vec<i32> = offsets.iter().copied().collect();
        let mut numbers = vec![0; pairs.len()];
        for pair in pairs {
            let group = (pair >> 32) as usize;
            numbers[next[group] as usize] = number_of(pair);
            next[group] += 1;
        }
        let values = take(&all, &UInt32Array::from(numbers), None)?;
        let element = Arc::new(Field::new_list_field(self.data_type.clone(), true));
        Ok(vec![Arc::new(ListArray::try_new(element, offsets, values, None)?)])
    }

    fn convert_to_state(&self, values: &[ArrayRef], passing: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let element = Arc::new(Field::new_list_field(self.data_type.clone(), true));
        let rows = counted(&values[0], passing)?;
        let (offsets, values) = match rows {
            None => (OffsetBuffer::from_lengths(std::iter::repeat_n(1, values[0].len())), Arc::clone(&values[0])),
            Some(rows) => {
                let lengths = (0..rows.len()).map(|row| usize::from(rows.value(row)));
                (OffsetBuffer::from_lengths(lengths), filter(&values[0], &rows)?)
            }
        };
        Ok(vec![Arc::new(ListArray::try_new(element, offsets, values, None)?)])
    }

    fn size(&self) -> usize {
        let pairs = self.pairs.capacity() * (size_of::<u64>() + 1);
        self.values.size()
            + pairs
            + self.counts.capacity() * size_of::<i64>()
            + self.numbers.capacity() * size_of::<usize>()
    }
}

/// Different values of all rows.
struct RowCount {
    /// Locked only because an accumulator must be [`Sync`], which the numbering is not.
    counts: Mutex<GroupCounts>,
    groups: Vec<usize>,
}

impl std::fmt::Debug for RowCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowCount").finish_non_exhaustive()
    }
}

impl RowCount {
    fn new(counts: GroupCounts) -> Self {
        Self { counts: Mutex::new(counts), groups: Vec::new() }
    }

    /// The counts, and the group of each of so many rows.
    fn parts(&mut self, rows: usize) -> (&mut GroupCounts, &[usize]) {
        self.groups.resize(rows, 0);
        let counts = self.counts.get_mut().unwrap_or_else(PoisonError::into_inner);
        counts.grow(1);
        (counts, &self.groups)
    }
}

impl Accumulator for RowCount {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (counts, groups) = self.parts(values[0].len());
        counts.update_batch(values, groups, None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (counts, groups) = self.parts(states[0].len());
        counts.merge_batch(states, groups, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(self.parts(0).0.counts.first().copied()))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let states = self.parts(0).0.state(EmitTo::All)?;
        states.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn size(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.size() + self.groups.capacity() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Float64Array, StringArray};

    use super::*;

    fn texts(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringArray::from(values.to_vec()))
    }

    fn counts(array: &ArrayRef) -> Vec<i64> {
        array.as_primitive::<datafusion::arrow::datatypes::Int64Type>().values().to_vec()
    }

    #[test]
    fn values_are_counted_once_for_each_group_and_nulls_and_filtered_rows_never() {
        let mut groups = GroupCounts::new(DataType::Utf8).unwrap();
        let values = texts(&[Some("a"), Some("a"), None, Some("b"), Some("a"), Some("c")]);
        groups.update_batch(&[values], &[0, 0, 0, 0, 1, 1], None, 3).unwrap();
        let passing = BooleanArray::from(vec![Some(true), Some(false), None, Some(true)]);
        let values = texts(&[Some("d"), Some("x"), Some("y"), None]);
        groups.update_batch(&[values], &[0, 0, 0, 1], Some(&passing), 3).unwrap();
        assert_eq!(counts(&groups.evaluate(EmitTo::All).unwrap()), [3, 2, 0]);
    }

    #[test]
    fn states_of_two_tasks_are_merged() {
        let mut first = GroupCounts::new(DataType::Utf8).unwrap();
        first.update_batch(&[texts(&[Some("a"), Some("b"), Some("c")])], &[0, 0, 1], None, 3).unwrap();
        let second = GroupCounts::new(DataType::Utf8).unwrap();
        let converted = second.convert_to_state(&[texts(&[Some("b"), None, Some("d")])], None).unwrap();
        let state = first.state(EmitTo::All).unwrap();
        assert_eq!(state[0].len(), 3);
        let mut merged = GroupCounts::new(DataType::Utf8).unwrap();
        merged.merge_batch(&state, &[1, 0, 2], 3).unwrap();
        merged.merge_batch(&converted, &[1, 1, 0], 3).unwrap();
        assert_eq!(counts(&merged.evaluate(EmitTo::All).unwrap()), [2, 2, 0]);
    }

    #[test]
    fn groups_that_are_emitted_early_leave_the_others_their_values() {
        let mut groups = GroupCounts::new(DataType::Utf8).unwrap();
        groups.update_batch(&[texts(&[Some("a"), Some("b"), Some("b"), Some("c")])], &[0, 0, 1, 2], None, 3).unwrap();
        assert_eq!(counts(&groups.evaluate(EmitTo::First(1)).unwrap()), [2]);
        groups.update_batch(&[texts(&[Some("b"), Some("a"), Some("c")])], &[0, 0, 1], None, 2).unwrap();
        assert_eq!(counts(&groups.evaluate(EmitTo::All).unwrap()), [2, 1]);
    }

    #[test]
    fn one_group_of_all_rows_gives_the_same() {
        let mut rows = RowCount::new(GroupCounts::new(DataType::Float64).unwrap());
        assert_eq!(rows.evaluate().unwrap(), ScalarValue::Int64(Some(0)));
        let values: ArrayRef =
            Arc::new(Float64Array::from(vec![Some(1.5), None, Some(1.5), Some(f64::NAN), Some(f64::NAN)]));
        rows.update_batch(&[values]).unwrap();
        let state = rows.state().unwrap();
        let mut merged = RowCount::new(GroupCounts::new(DataType::Float64).unwrap());
        merged.merge_batch(&[state[0].to_array().unwrap()]).unwrap();
        assert_eq!(merged.evaluate().unwrap(), ScalarValue::Int64(Some(2)));
    }
}
