//! [`RowSequence`]: functions whose values follow one another from row to row, such as `rand(seed)`.
//!
//! These are the only functions whose value depends on the rows before. All tasks of a plan draw from one sequence: a plan of
//! one task gives the values of Spark's first partition, one of several gives the same values to rows in no fixed order.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use lakesmith_engine::arrow_type::to_arrow;
use lakesmith_unresolved::SparkType;

use crate::function::{Fault, Typed};

/// Where the values come from.
pub trait Sequence: std::fmt::Debug + Send + 'static {
    /// The next values.
    fn take(&mut self, rows: usize) -> Result<ArrayRef>;
}

/// A function that takes values from a sequence. Two are equal only when they share it.
#[derive(Debug, Clone)]
struct RowSequence {
    name: &'static str,
    result: DataType,
    signature: Signature,
    sequence: Arc<Mutex<dyn Sequence>>,
}

impl PartialEq for RowSequence {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.sequence, &other.sequence)
    }
}
impl Eq for RowSequence {}
impl Hash for RowSequence {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.sequence).cast::<()>().hash(state);
    }
}

impl ScalarUDFImpl for RowSequence {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut sequence = self.sequence.lock().unwrap_or_else(PoisonError::into_inner);
        sequence.take(args.number_rows).map(ColumnarValue::Array)
    }
}

/// Whether a function takes its values from a sequence.
pub fn is_sequence(function: &ScalarUDF) -> bool {
    function.inner().downcast_ref::<RowSequence>().is_some()
}

/// A call that gives each row the next value of a sequence, which is never NULL.
pub fn call(name: &'static str, sequence: impl Sequence, result: SparkType) -> Result<Typed, Fault> {
    let arrow = to_arrow(&result).map_err(|error| Fault::not_built(format!("a value of type {}", error.0)))?;
    let sequence = Arc::new(Mutex::new(sequence));
    let function = RowSequence { name, result: arrow, signature: Signature::nullary(Volatility::Volatile), sequence };
    let function = Arc::new(ScalarUDF::from(function));
    let expr = Expr::ScalarFunction(ScalarFunction::new_udf(function, Vec::new()));
    Ok(Typed::new(expr, result).with_nullable(false))
}
