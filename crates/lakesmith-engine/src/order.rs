//! [`SortWhereUnsorted`]: sorts beneath nodes that need an order which their input does not have.
//!
//! DataFusion leaves a sort out where it sees an order, as that of partitions of one constant row each, and may lose sight of it while it
//! rewrites what is beneath. Its last rule then refuses the plan; this one comes before it and sorts.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::physical_expr::LexOrdering;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::{ChildrenPropertiesMode, ReplaceChildrenOptions};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// The name of the rule that checks orders.
pub(crate) const CHECKS_ORDERS: &str = "SanityCheckPlan";

/// Sorts what is not in the order that is needed.
#[derive(Debug)]
pub(crate) struct SortWhereUnsorted;

impl PhysicalOptimizerRule for SortWhereUnsorted {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(with_sorted_inputs).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "sort_where_unsorted"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn with_sorted_inputs(node: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let needed = node.required_input_ordering();
    let mut inputs = Vec::new();
    let mut sorted = false;
    for (input, order) in node.children().into_iter().zip(needed) {
        let order = order.map(|order| order.into_single());
        let unsorted = match order {
            Some(order) if !input.equivalence_properties().ordering_satisfy_requirement(order.clone())? => Some(order),
            _ => None,
        };
        inputs.push(match unsorted {
            Some(order) => {
                sorted = true;
                let sort = SortExec::new(LexOrdering::from(order), Arc::clone(input));
                Arc::new(sort.with_preserve_partitioning(true)) as Arc<dyn ExecutionPlan>
            }
            None => Arc::clone(input),
        });
    }
    if !sorted {
        return Ok(Transformed::no(node));
    }
    let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    node.replace_children(inputs, options).map(Transformed::yes)
}
