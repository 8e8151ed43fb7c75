//! Keeps filters above projections that compute values which can fail.
//!
//! DataFusion's physical optimizer moves a filter beneath any projection and merges it with a filter there, so that a value is
//! computed for rows that the lower filter drops. [`Raise`] puts a node above each projection that holds a call of [`FENCE`] before
//! the other rules run, and [`TakeAway`] takes it away after them, so no plan that is executed has one.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

use crate::input::only_input;

/// The name of the function that marks values which can fail.
pub const FENCE: &str = "spark_fence";

/// Raises fences.
#[derive(Debug)]
pub(crate) struct Raise;

impl PhysicalOptimizerRule for Raise {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let raise = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<ProjectionExec>() {
            Some(projection) if projection.expr().iter().any(|output| holds_fence(&output.expr)) => {
                Ok(Transformed::yes(Arc::new(FenceExec(node)) as Arc<dyn ExecutionPlan>))
            }
            _ => Ok(Transformed::no(node)),
        };
        plan.transform_up(raise).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "raise_fences"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn holds_fence(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let is_fence = |expr: &Arc<dyn PhysicalExpr>| {
        Ok(expr.downcast_ref::<ScalarFunctionExpr>().is_some_and(|call| call.fun().name() == FENCE))
    };
    expr.exists(is_fence).unwrap_or(true)
}

/// Takes fences away.
#[derive(Debug)]
pub(crate) struct TakeAway;

impl PhysicalOptimizerRule for TakeAway {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let take_away = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<FenceExec>() {
            Some(fence) => Ok(Transformed::yes(Arc::clone(&fence.0))),
            None => Ok(Transformed::no(node)),
        };
        plan.transform_up(take_away).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "take_fences_away"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A node that gives its input's rows and lets no filter through.
#[derive(Debug)]
struct FenceExec(Arc<dyn ExecutionPlan>);

impl DisplayAs for FenceExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FenceExec")
    }
}

impl ExecutionPlan for FenceExec {
    fn name(&self) -> &str {
        "FenceExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.0.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.0]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self(only_input(self.name(), &children)?)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.0.execute(partition, context)
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(&self, input_stats: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        match input_stats {
            [input] => Ok(Arc::clone(input)),
            _ => Ok(Arc::new(Statistics::new_unknown(&self.schema()))),
        }
    }
}
