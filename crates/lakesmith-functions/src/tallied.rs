//! [`tallied`]: sums, means, variances and correlations of DOUBLE values, as [`Tally`] computes them.
//!
//! DataFusion's own add in another order, and take values back from a frame that moves, which infinity does not survive. Here
//! a frame that moves keeps its values and is gone through for each row, as Spark does.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, ListArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use crate::cast_text::range;
use crate::codec::Aggregates;
use crate::kernel::Kernels;
use crate::tally::{Measure, Pairs, Spread, Tally, Total};

/// The aggregates of ours that are made of their result's type alone.
pub(crate) const AGGREGATES: Aggregates = &[
    ("spark_double_sum", |_| tallied(Measure::Sum)),
    ("spark_double_avg", |_| tallied(Measure::Mean)),
    ("spark_var_pop", |_| tallied(Measure::VariancePopulation)),
    ("spark_var_samp", |_| tallied(Measure::VarianceSample)),
    ("spark_stddev_pop", |_| tallied(Measure::DeviationPopulation)),
    ("spark_stddev_samp", |_| tallied(Measure::DeviationSample)),
    ("spark_covar_pop", |_| tallied(Measure::CovariancePopulation)),
    ("spark_covar_samp", |_| tallied(Measure::CovarianceSample)),
    ("spark_corr", |_| tallied(Measure::Correlation)),
];

/// The kernels: what the functions of one argument give of the values of a list.
pub(crate) const KERNELS: Kernels = &[
    ("spark_list_avg", |a, _| of_lists::<Total>(a, Measure::Mean)),
    ("spark_list_stddev_pop", |a, _| of_lists::<Spread>(a, Measure::DeviationPopulation)),
    ("spark_list_stddev_samp", |a, _| of_lists::<Spread>(a, Measure::DeviationSample)),
    ("spark_list_sum", |a, _| of_lists::<Total>(a, Measure::Sum)),
    ("spark_list_var_pop", |a, _| of_lists::<Spread>(a, Measure::VariancePopulation)),
    ("spark_list_var_samp", |a, _| of_lists::<Spread>(a, Measure::VarianceSample)),
];

/// The aggregate of a measure, over one or two DOUBLE arguments. Rows with NULL do not count.
pub(crate) fn tallied(measure: Measure) -> Arc<AggregateUDF> {
    let arguments = if is_of_pairs(measure) { 2 } else { 1 };
    Arc::new(AggregateUDF::from(Tallied { measure, signature: Signature::any(arguments, Volatility::Immutable) }))
}

/// The kernel that gives a measure of lists.
pub(crate) fn of_list(measure: Measure) -> Option<&'static str> {
    match measure {
        Measure::Sum => Some("spark_list_sum"),
        Measure::Mean => Some("spark_list_avg"),
        Measure::VariancePopulation => Some("spark_list_var_pop"),
        Measure::VarianceSample => Some("spark_list_var_samp"),
        Measure::DeviationPopulation => Some("spark_list_stddev_pop"),
        Measure::DeviationSample => Some("spark_list_stddev_samp"),
        Measure::CovariancePopulation | Measure::CovarianceSample | Measure::Correlation => None,
    }
}

fn of_lists<T: Tally>(arguments: &[ArrayRef], measure: Measure) -> Result<ArrayRef> {
    let lists: &ListArray = arguments[0].as_list();
    let values = lists.values().as_primitive::<Float64Type>();
    let row = |row: usize| {
        let mut tally = T::default();
        range(lists.value_offsets(), row).for_each(|item| tally.add(values.value(item), 0.0));
        tally.result(measure)
    };
    Ok(Arc::new((0..lists.len()).map(row).collect::<Float64Array>()))
}

fn is_of_pairs(measure: Measure) -> bool {
    of_list(measure).is_none()
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Tallied {
    measure: Measure,
    signature: Signature,
}

impl Tallied {
    fn parts(&self) -> &'static [&'static str] {
        match self.measure {
            Measure::Sum | Measure::Mean => Total::PARTS,
            _ if is_of_pairs(self.measure) => Pairs::PARTS,
            _ => Spread::PARTS,
        }
    }
}

impl AggregateUDFImpl for Tallied {
    fn name(&self) -> &str {
        match self.measure {
            Measure::Sum => "spark_double_sum",
            Measure::Mean => "spark_double_avg",
            Measure::VariancePopulation => "spark_var_pop",
            Measure::VarianceSample => "spark_var_samp",
            Measure::DeviationPopulation => "spark_stddev_pop",
            Measure::DeviationSample => "spark_stddev_samp",
            Measure::CovariancePopulation => "spark_covar_pop",
            Measure::CovarianceSample => "spark_covar_samp",
            Measure::Correlation => "spark_corr",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let field = |part: &&str| Arc::new(Field::new(format!("{}[{part}]", args.name), DataType::Float64, false));
        Ok(self.parts().iter().map(field).collect())
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return Err(internal_datafusion_err!("`{}` of distinct values", self.name()));
        }
        Ok(match self.measure {
            Measure::Sum | Measure::Mean => Box::new(Rows::<Total>::new(self.measure)),
            _ if is_of_pairs(self.measure) => Box::new(Rows::<Pairs>::new(self.measure)),
            _ => Box::new(Rows::<Spread>::new(self.measure)),
        })
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if args.is_distinct {
            return Err(internal_datafusion_err!("`{}` of distinct values", self.name()));
        }
        Ok(match self.measure {
            Measure::Sum | Measure::Mean => Box::new(Frame::<Total>::new(self.measure)),
            _ if is_of_pairs(self.measure) => Box::new(Frame::<Pairs>::new(self.measure)),
            _ => Box::new(Frame::<Spread>::new(self.measure)),
        })
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(match self.measure {
            Measure::Sum | Measure::Mean => Box::new(Groups::<Total>::new(self.measure)),
            _ if is_of_pairs(self.measure) => Box::new(Groups::<Pairs>::new(self.measure)),
            _ => Box::new(Groups::<Spread>::new(self.measure)),
        })
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// Calls a function with each row whose numbers are all there.
fn each(arguments: &[ArrayRef], filter: Option<&BooleanArray>, mut add: impl FnMut(usize, f64, f64)) {
    let xs = arguments[0].as_primitive::<Float64Type>();
    let ys = arguments.get(1).map_or(xs, |array| array.as_primitive::<Float64Type>());
    let passes = |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
    if xs.null_count() == 0 && ys.null_count() == 0 && filter.is_none() {
        (0..xs.len()).for_each(|row| add(row, xs.value(row), ys.value(row)));
        return;
    }
    let present = (0..xs.len()).filter(|row| xs.is_valid(*row) && ys.is_valid(*row) && passes(*row));
    present.for_each(|row| add(row, xs.value(row), ys.value(row)));
}

/// Adds the tally of a row of states. One without rows is no part of a mean.
fn merge<T: Tally>(tally: &mut T, states: &[ArrayRef], row: usize) {
    let other = T::of(|part| states[part].as_primitive::<Float64Type>().value(row));
    if tally.count() == 0.0 {
        *tally = other;
    } else if other.count() > 0.0 {
        tally.merge(&other);
    }
}

/// One group, or a frame that only grows.
#[derive(Debug)]
struct Rows<T> {
    measure: Measure,
    tally: T,
}

impl<T: Tally> Rows<T> {
    fn new(measure: Measure) -> Self {
        Self { measure, tally: T::default() }
    }
}

impl<T: Tally> Accumulator for Rows<T> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        each(values, None, |_, x, y| self.tally.add(x, y));
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        (0..states[0].len()).for_each(|row| merge(&mut self.tally, states, row));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64(self.tally.result(self.measure)))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok((0..T::PARTS.len()).map(|part| ScalarValue::Float64(Some(self.tally.part(part)))).collect())
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// A frame that moves.
#[derive(Debug)]
struct Frame<T> {
    measure: Measure,
    rows: VecDeque<(f64, f64)>,
    tally: PhantomData<T>,
}

impl<T: Tally> Frame<T> {
    fn new(measure: Measure) -> Self {
        Self { measure, rows: VecDeque::new(), tally: PhantomData }
    }
}

impl<T: Tally> Accumulator for Frame<T> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        each(values, None, |_, x, y| self.rows.push_back((x, y)));
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let mut gone = 0;
        each(values, None, |_, _, _| gone += 1);
        self.rows.drain(..gone.min(self.rows.len()));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        Err(internal_datafusion_err!("frames of windows are not merged"))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut tally = T::default();
        self.rows.iter().for_each(|(x, y)| tally.add(*x, *y));
        Ok(ScalarValue::Float64(tally.result(self.measure)))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Err(internal_datafusion_err!("frames of windows have no state"))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.capacity() * size_of::<(f64, f64)>()
    }
}

/// Many groups.
#[derive(Debug)]
struct Groups<T> {
    measure: Measure,
    tallies: Vec<T>,
}

impl<T: Tally> Groups<T> {
    fn new(measure: Measure) -> Self {
        Self { measure, tallies: Vec::new() }
    }
}

/// The numbers of tallies, a column for each.
fn states<T: Tally>(tallies: &[T]) -> Vec<ArrayRef> {
    let column = |part: usize| -> ArrayRef {
        Arc::new(tallies.iter().map(|tally| Some(tally.part(part))).collect::<Float64Array>())
    };
    (0..T::PARTS.len()).map(column).collect()
}

impl<T: Tally> GroupsAccumulator for Groups<T> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.tallies.resize(total, T::default());
        each(values, filter, |row, x, y| self.tallies[groups[row]].add(x, y));
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.tallies.resize(total, T::default());
        groups.iter().enumerate().for_each(|(row, group)| merge(&mut self.tallies[*group], values, row));
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let tallies = emit_to.take_needed(&mut self.tallies);
        Ok(Arc::new(tallies.iter().map(|tally| tally.result(self.measure)).collect::<Float64Array>()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(states(&emit_to.take_needed(&mut self.tallies)))
    }

    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let mut tallies = vec![T::default(); values[0].len()];
        each(values, filter, |row, x, y| tallies[row].add(x, y));
        Ok(states(&tallies))
    }

    fn size(&self) -> usize {
        self.tallies.capacity() * size_of::<T>()
    }
}
