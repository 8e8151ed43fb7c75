//! [`approx_count_distinct`]: how many different values there are, about, by HyperLogLog++ over Spark's hashes.

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
use crate::hyperloglog::{BITS, Registers};
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
    if !(f64::from(*BITS.start())..=f64::from(*BITS.end())).contains(&bits) {
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

/// The registers of the values seen.
#[derive(Debug, Default)]
struct Sketch {
    registers: Registers,
}

impl Accumulator for Sketch {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let Some((hashes, bits)) = hashes(values) {
            hashes.for_each(|hash| self.registers.add(hash, bits));
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        states[0].as_binary::<i32>().iter().flatten().for_each(|registers| self.registers.merge(registers));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(self.registers.estimate())))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let registers = (!self.registers.0.is_empty()).then(|| std::mem::take(&mut self.registers.0));
        Ok(vec![ScalarValue::Binary(registers)])
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.registers.0.capacity()
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
        let mut registers = Registers::default();
        self.hashes.iter().for_each(|hash| registers.add(*hash, self.bits));
        Ok(ScalarValue::Int64(Some(registers.estimate())))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Err(internal_datafusion_err!("frames of windows have no state"))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.hashes.capacity() * size_of::<u64>()
    }
}
