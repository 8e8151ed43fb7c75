//! [`present_values`]: window functions that pass over NULLs.
//!
//! DataFusion keeps IGNORE NULLS beside the function, and loses it when a plan is shipped; so the function itself says it here.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::functions_window as native;
use datafusion::logical_expr::function::{ExpressionArgs, PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{LimitEffect, PartitionEvaluator, Signature, WindowUDF, WindowUDFImpl};
use datafusion::physical_plan::PhysicalExpr;

/// Gives a function of DataFusion's.
type Make = fn() -> Arc<WindowUDF>;

/// The functions by their names, and whose values they take.
const FUNCTIONS: [(&str, Make); 5] = [
    ("spark_first_present", native::nth_value::first_value_udwf),
    ("spark_lag_present", native::lead_lag::lag_udwf),
    ("spark_last_present", native::nth_value::last_value_udwf),
    ("spark_lead_present", native::lead_lag::lead_udwf),
    ("spark_nth_present", native::nth_value::nth_value_udwf),
];

/// The form of a function that passes over NULLs; `None` when it has none.
pub(crate) fn present_values(function: &WindowUDF) -> Option<Arc<WindowUDF>> {
    let (name, inner) = FUNCTIONS.iter().find(|(_, inner)| inner().name() == function.name())?;
    Some(Arc::new(WindowUDF::from(PresentValues { name, inner: inner() })))
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<Arc<WindowUDF>> {
    let (name, inner) = FUNCTIONS.iter().find(|(known, _)| *known == name)?;
    Some(Arc::new(WindowUDF::from(PresentValues { name, inner: inner() })))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PresentValues {
    name: &'static str,
    inner: Arc<WindowUDF>,
}

impl WindowUDFImpl for PresentValues {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn expressions(&self, arguments: ExpressionArgs) -> Vec<Arc<dyn PhysicalExpr>> {
        self.inner.expressions(arguments)
    }

    fn partition_evaluator(&self, arguments: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        let (exprs, fields) = (arguments.input_exprs(), arguments.input_fields());
        let arguments = PartitionEvaluatorArgs::new(exprs, fields, arguments.is_reversed(), true);
        self.inner.partition_evaluator_factory(arguments)
    }

    fn field(&self, arguments: WindowUDFFieldArgs) -> Result<FieldRef> {
        self.inner.field(arguments)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn limit_effect(&self, _arguments: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::Unknown
    }
}
