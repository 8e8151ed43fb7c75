//! [`approx_count_distinct`]: how many different values there are, about, by HyperLogLog++ over Spark's hashes, so that small
//! counts are Spark's to the number.
//!
//! Spark corrects counts between its threshold for linear counting and five times the number of registers by tables that were
//! measured; here these are estimated as in O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017).

use std::collections::VecDeque;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Int64Type};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err};
use datafusion::logical_expr::expr::{AggregateFunction, Case};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility, is_not_null, lit,
};
use lakesmith_unresolved::SparkType;

use crate::codec::Aggregates;
use crate::constant;
use crate::function::{Call, Fault, Typed};
use crate::kernel;
use crate::normal::normal;

/// The aggregates of ours that are made of their result's type alone.
pub(crate) const AGGREGATES: Aggregates = &[("spark_approx_count_distinct", |_| estimated_count())];

/// The error that Spark accepts when none is said.
const USUAL_ERROR: f64 = 0.05;

/// `approx_count_distinct(value[, error])`.
pub(crate) fn approx_count_distinct(call: &Call<'_>) -> Result<Typed, Fault> {
    let error = match call.arguments.get(1) {
        None => USUAL_ERROR,
        Some(error) => {
            let error = crate::cast::cast(error.clone(), &SparkType::Double, crate::cast::Mode::Ansi)?;
            match constant::value(&error.expr) {
                Some(ScalarValue::Float64(Some(error))) => error,
                _ => return Err(constant::not_constant(call, 1)),
            }
        }
    };
    let bits = (2.0 * (1.106 / error).log2()).ceil();
    if !(4.0..=18.0).contains(&bits) {
        return Err(Fault::not_built(format!("`{}` with an error of {error}", call.name)));
    }
    let value = call.arguments[0].clone();
    let present = is_not_null(value.expr.clone());
    let hash = kernel::call("spark_xxhash64", vec![normal(value)?], SparkType::Long)?;
    let hash = Expr::Case(Case::new(None, vec![(Box::new(present), Box::new(hash.expr))], None));
    let arguments = vec![hash, lit(bits as i32)];
    let call = AggregateFunction::new_udf(estimated_count(), arguments, false, None, vec![], None);
    Ok(Typed::new(Expr::AggregateFunction(call), SparkType::Long).with_nullable(false))
}

fn estimated_count() -> Arc<AggregateUDF> {
    Arc::new(AggregateUDF::from(EstimatedCount { signature: Signature::any(2, Volatility::Immutable) }))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct EstimatedCount {
    signature: Signature,
}

impl AggregateUDFImpl for EstimatedCount {
    fn name(&self) -> &str {
        "spark_approx_count_distinct"
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
        Ok(vec![Arc::new(Field::new(format!("{}[registers]", args.name), DataType::Binary, true))])
    }

    fn accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::<Sketch>::default())
    }

    fn create_sliding_accumulator(&self, _args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::<Frame>::default())
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The hashes of a batch, and by how many bits they are told apart.
fn hashes(values: &[ArrayRef]) -> Option<(impl Iterator<Item = u64>, u32)> {
    let bits = values[1].as_primitive::<Int32Type>().iter().flatten().next()?;
    let hashes = values[0].as_primitive::<Int64Type>().iter().flatten().map(i64::cast_unsigned);
    Some((hashes, bits.cast_unsigned()))
}

/// For each beginning of a hash the longest run of zeros after it; empty before the first value.
#[derive(Debug, Default)]
struct Sketch {
    registers: Vec<u8>,
}

impl Sketch {
    fn add(&mut self, hash: u64, bits: u32) {
        if self.registers.is_empty() {
            self.registers = vec![0; 1 << bits];
        }
        let rest = hash << bits | 1 << (bits - 1);
        let run = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        if let Some(register) = self.registers.get_mut((hash >> (64 - bits)) as usize) {
            *register = run.max(*register);
        }
    }

    fn merge(&mut self, other: &[u8]) {
        if self.registers.is_empty() {
            self.registers = other.to_vec();
            return;
        }
        self.registers.iter_mut().zip(other).for_each(|(own, other)| *own = (*own).max(*other));
    }

    fn estimate(&self) -> i64 {
        if self.registers.is_empty() {
            return 0;
        }
        let count = self.registers.len() as f64;
        let zeros = self.registers.iter().filter(|register| **register == 0).count() as f64;
        let linear = if zeros > 0.0 { count * (count / zeros).ln() } else { f64::INFINITY };
        if linear <= threshold(self.registers.len()) {
            return linear.round() as i64;
        }
        let inverse: f64 = self.registers.iter().map(|run| 2f64.powi(-i32::from(*run))).sum();
        let raw = alpha(self.registers.len()) * count * count / inverse;
        let estimate = if raw < 5.0 * count { self.unbiased() } else { raw };
        estimate.round() as i64
    }

    /// Ertl's estimate, which needs no correction.
    fn unbiased(&self) -> f64 {
        let count = self.registers.len() as f64;
        let longest = 64 - self.registers.len().trailing_zeros();
        let share = |run: u32| self.registers.iter().filter(|own| u32::from(**own) == run).count() as f64 / count;
        let mut sum = tau(1.0 - share(longest + 1)) * count;
        for run in (1..=longest).rev() {
            sum = 0.5 * (sum + share(run) * count);
        }
        sum += count * sigma(share(0));
        count * count / (2.0 * std::f64::consts::LN_2 * sum)
    }
}

fn sigma(share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (share, 1.0, share);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

fn tau(share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (share, 1.0, 1.0 - share);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}

/// Up to which count, for a number of registers, empty ones tell more than runs.
fn threshold(registers: usize) -> f64 {
    const THRESHOLDS: [f64; 15] = [
        10.0, 20.0, 40.0, 80.0, 220.0, 400.0, 900.0, 1800.0, 3100.0, 6500.0, 11500.0, 20000.0, 50000.0, 120_000.0,
        350_000.0,
    ];
    let at = (registers.trailing_zeros() as usize).saturating_sub(4);
    THRESHOLDS.get(at).copied().unwrap_or(0.0)
}

fn alpha(registers: usize) -> f64 {
    match registers {
        16 => 0.673,
        32 => 0.697,
        64 => 0.709,
        more => 0.7213 / (1.0 + 1.079 / more as f64),
    }
}

impl Accumulator for Sketch {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let Some((hashes, bits)) = hashes(values) {
            hashes.for_each(|hash| self.add(hash, bits));
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states[0].as_binary::<i32>().iter().flatten().for_each(|registers| self.merge(registers));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(self.estimate())))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let registers = (!self.registers.is_empty()).then(|| std::mem::take(&mut self.registers));
        Ok(vec![ScalarValue::Binary(registers)])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.registers.capacity()
    }
}

/// The hashes of a window's frame that moves.
#[derive(Debug, Default)]
struct Frame {
    hashes: VecDeque<u64>,
    bits: u32,
}

impl Accumulator for Frame {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let Some((hashes, bits)) = hashes(values) {
            self.bits = bits;
            self.hashes.extend(hashes);
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let gone = values[0].len() - values[0].null_count();
        self.hashes.drain(..gone.min(self.hashes.len()));
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        Err(internal_datafusion_err!("frames of windows are not merged"))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut sketch = Sketch::default();
        self.hashes.iter().for_each(|hash| sketch.add(*hash, self.bits));
        Ok(ScalarValue::Int64(Some(sketch.estimate())))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Err(internal_datafusion_err!("frames of windows have no state"))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.hashes.capacity() * size_of::<u64>()
    }
}
