//! What plan nodes of one input share.

use std::sync::Arc;

use datafusion::common::{Result, internal_datafusion_err};
use datafusion::physical_plan::ExecutionPlan;

/// The input of a node that has exactly one.
pub fn only_input(node: &str, inputs: &[Arc<dyn ExecutionPlan>]) -> Result<Arc<dyn ExecutionPlan>> {
    match inputs {
        [input] => Ok(Arc::clone(input)),
        _ => Err(internal_datafusion_err!("{node} has one input and not {}", inputs.len())),
    }
}
