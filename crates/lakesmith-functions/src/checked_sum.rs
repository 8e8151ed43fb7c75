//! [`checked_sum`]: the sum of whole numbers and decimals, exact whatever the order of the rows, and refused when it does not
//! fit its type. DataFusion's own sum wraps around.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use lakesmith_diagnostic::Condition;
use lakesmith_engine::DataError;

use crate::cast::Mode;
use crate::codec::Aggregates;
use crate::place::Place;

/// The aggregates of ours that are made of their result's type alone.
pub(crate) const AGGREGATES: Aggregates = &[
    ("spark_legacy_sum", |result| checked_sum(result, Mode::Legacy)),
    ("spark_sum", |result| checked_sum(result, Mode::Ansi)),
    ("spark_try_sum", |result| checked_sum(result, Mode::Try)),
];

/// The sum of BIGINT or DECIMAL values of the argument's scale; one that does not fit `result` is an error, NULL, or
/// wraps around.
pub fn checked_sum(result: DataType, mode: Mode) -> Arc<AggregateUDF> {
    let name = match mode {
        Mode::Ansi => "spark_sum",
        Mode::Try => "spark_try_sum",
        Mode::Legacy => "spark_legacy_sum",
    };
    let signature = Signature::any(1, Volatility::Immutable);
    Arc::new(AggregateUDF::from(CheckedSum { name, result, mode, signature, place: Place::current() }))
}

/// Where a call of [`checked_sum`] stands.
pub(crate) fn place(sum: &AggregateUDF) -> Option<Place> {
    sum.inner().downcast_ref::<CheckedSum>().map(|sum| sum.place)
}

/// The sum of an array's values, under the same rules; NULL of none.
pub(crate) fn total(values: &ArrayRef, result: &DataType, mode: Mode) -> Result<ScalarValue> {
    let mut sum = RowSum { total: Total { result: result.clone(), mode, place: Place::default() }, sum: 0, count: 0 };
    sum.add(values, 1)?;
    sum.evaluate()
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct CheckedSum {
    name: &'static str,
    result: DataType,
    mode: Mode,
    signature: Signature,
    place: Place,
}

/// The type of sums under way: 38 digits, and the number itself above them.
fn state_type(result: &DataType) -> DataType {
    match result {
        DataType::Decimal128(_, scale) => DataType::Decimal128(38, *scale),
        _ => DataType::Decimal128(38, 0),
    }
}

impl AggregateUDFImpl for CheckedSum {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[sum]", args.name), state_type(&self.result), true))])
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return Err(internal_datafusion_err!("a checked sum of distinct values"));
        }
        Ok(Box::new(RowSum { total: Total::new(self), sum: 0, count: 0 }))
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(GroupSums { total: Total::new(self), sums: Vec::new(), seen: Vec::new() }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// What becomes of a sum at the end.
#[derive(Debug, Clone)]
struct Total {
    result: DataType,
    mode: Mode,
    place: Place,
}

impl Total {
    fn new(sum: &CheckedSum) -> Self {
        Self { result: sum.result.clone(), mode: sum.mode, place: sum.place }
    }

    fn limit(&self) -> (i128, i128) {
        match &self.result {
            DataType::Decimal128(precision, _) => {
                let limit = 10i128.pow(u32::from(*precision)) - 1;
                (-limit, limit)
            }
            _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
        }
    }

    fn refuse(&self) -> datafusion::common::DataFusionError {
        let message = "the sum does not fit its type; cast the values to a wider DECIMAL".to_owned();
        self.place.of(DataError { condition: Condition::ARITHMETIC_OVERFLOW, message }.into_datafusion())
    }

    fn finish(&self, sums: impl Iterator<Item = Option<i128>>) -> Result<ArrayRef> {
        let (least, most) = self.limit();
        let checked = sums.map(|sum| match sum {
            Some(sum) if sum < least || sum > most => match self.mode {
                Mode::Ansi => Err(self.refuse()),
                // the lowest bits of the exact sum are those of one that wraps around again and again
                Mode::Legacy if self.result == DataType::Int64 => Ok(Some(i128::from(sum as i64))),
                Mode::Try | Mode::Legacy => Ok(None),
            },
            sum => Ok(sum),
        });
        match &self.result {
            DataType::Decimal128(precision, scale) => {
                let sums = Decimal128Array::from(checked.collect::<Result<Vec<_>>>()?);
                Ok(Arc::new(sums.with_precision_and_scale(*precision, *scale)?))
            }
            _ => {
                let sums = checked.map(|sum| Ok(sum?.and_then(|sum| i64::try_from(sum).ok())));
                Ok(Arc::new(sums.collect::<Result<Int64Array>>()?))
            }
        }
    }

    fn state(&self, sums: Vec<Option<i128>>) -> Result<ArrayRef> {
        let sums = Decimal128Array::from(sums);
        Ok(Arc::new(sums.with_data_type(state_type(&self.result))))
    }
}

/// Calls a function with each value that is there, and its row.
fn each(values: &ArrayRef, filter: Option<&BooleanArray>, mut add: impl FnMut(usize, i128)) -> Result<()> {
    let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
    match values.data_type() {
        DataType::Int64 => {
            let values = values.as_primitive::<Int64Type>();
            if values.null_count() == 0 && filter.is_none() {
                values.values().iter().enumerate().for_each(|(row, value)| add(row, i128::from(*value)));
                return Ok(());
            }
            let present = (0..values.len()).filter(|row| values.is_valid(*row) && passes(*row));
            present.for_each(|row| add(row, i128::from(values.value(row))));
        }
        DataType::Decimal128(..) => {
            let values = values.as_primitive::<Decimal128Type>();
            let present = (0..values.len()).filter(|row| values.is_valid(*row) && passes(*row));
            present.for_each(|row| add(row, values.value(row)));
        }
        other => return Err(internal_datafusion_err!("a checked sum of {other}")),
    }
    Ok(())
}

/// The sum of one group or of a window's frame.
#[derive(Debug)]
struct RowSum {
    total: Total,
    sum: i128,
    count: i64,
}

impl RowSum {
    fn add(&mut self, values: &ArrayRef, sign: i128) -> Result<()> {
        let (sum, count) = (&mut self.sum, &mut self.count);
        each(values, None, |_, value| {
            // a sum beyond 38 digits stays beyond them, so it is refused at the end
            *sum = sum.saturating_add(value * sign);
            *count += 1;
        })?;
        if sign < 0 {
            self.count -= 2 * i64::try_from(values.len() - values.null_count()).unwrap_or(0);
        }
        Ok(())
    }
}

impl Accumulator for RowSum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.add(&values[0], 1)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.add(&values[0], -1)
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.add(&states[0], 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = (self.count > 0).then_some(self.sum);
        ScalarValue::try_from_array(&self.total.finish(std::iter::once(sum))?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let sum = (self.count > 0).then_some(self.sum);
        Ok(vec![ScalarValue::try_from_array(&self.total.state(vec![sum])?, 0)?])
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// The sums of many groups.
#[derive(Debug)]
struct GroupSums {
    total: Total,
    sums: Vec<i128>,
    seen: Vec<bool>,
}

impl GroupSums {
    fn add(&mut self, values: &ArrayRef, groups: &[usize], filter: Option<&BooleanArray>, total: usize) -> Result<()> {
        self.sums.resize(total, 0);
        self.seen.resize(total, false);
        let (sums, seen) = (&mut self.sums, &mut self.seen);
        each(values, filter, |row, value| {
            let group = groups[row];
            sums[group] = sums[group].saturating_add(value);
            seen[group] = true;
        })
    }

    fn take(&mut self, emit_to: EmitTo) -> Vec<Option<i128>> {
        let (sums, seen) = (emit_to.take_needed(&mut self.sums), emit_to.take_needed(&mut self.seen));
        sums.into_iter().zip(seen).map(|(sum, seen)| seen.then_some(sum)).collect()
    }
}

impl GroupsAccumulator for GroupSums {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.add(&values[0], groups, filter, total)
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.add(&values[0], groups, None, total)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = self.take(emit_to);
        self.total.finish(sums.into_iter())
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let sums = self.take(emit_to);
        Ok(vec![self.total.state(sums)?])
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut sums = vec![None; values[0].len()];
        each(&values[0], filter, |row, value| sums[row] = Some(value))?;
        Ok(vec![self.total.state(sums)?])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<i128>() + self.seen.capacity()
    }
}
