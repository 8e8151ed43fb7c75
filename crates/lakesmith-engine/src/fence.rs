//! Keeps filters above projections that compute values which can fail.
//!
//! DataFusion's physical optimizer moves a filter beneath any projection and merges it with a filter there, so that a value is
//! computed for rows that the lower filter drops. [`Raise`] puts a node above each projection that holds a call of [`FENCE`] before
//! the other rules run, and [`TakeAway`] takes it away after them, so no plan that is executed has one.
//!
//! [`Guarded`] puts a node above each scan around one rule. A filter that comes up while a query runs, as that of a join, computes the
//! keys of the join once more within the scan, which does not tell what fails; so it stays above where it computes anything.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_expr::scalar_subquery::ScalarSubqueryExpr;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::filter_pushdown::{ChildFilterDescription, FilterDescription, FilterPushdownPhase};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};

use crate::input::only_input;

/// The name of the function that marks values which can fail.
pub const FENCE: &str = "spark_fence";

/// The name of the function that casts to a wider type, which never fails.
pub const WIDEN: &str = "spark_widen";

/// Raises fences.
#[derive(Debug)]
pub(crate) struct Raise;

impl PhysicalOptimizerRule for Raise {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let raise = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<ProjectionExec>() {
            Some(projection) if projection.expr().iter().any(|output| holds_fence(&output.expr)) => {
                Ok(Transformed::yes(Arc::new(FenceExec { input: node, gate: Gate::Shut }) as Arc<dyn ExecutionPlan>))
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

/// A rule that finds a fence above each scan.
#[derive(Debug)]
pub(crate) struct Guarded(pub Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for Guarded {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, options: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let guard = |node: Arc<dyn ExecutionPlan>| match node.children().is_empty() {
            true => {
                let gate = Gate::ShutToComputed(computed_columns(&node));
                let fence = FenceExec { input: node, gate };
                Ok(Transformed::yes(Arc::new(fence) as Arc<dyn ExecutionPlan>))
            }
            false => Ok(Transformed::no(node)),
        };
        let open = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<FenceExec>() {
            Some(FenceExec { input, gate: Gate::ShutToComputed(_) }) => Ok(Transformed::yes(Arc::clone(input))),
            _ => Ok(Transformed::no(node)),
        };
        let optimized = self.0.optimize(plan.transform_up(guard)?.data, options)?;
        optimized.transform_up(open).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

/// The columns of a scan that it computes by calls.
fn computed_columns(scan: &Arc<dyn ExecutionPlan>) -> Vec<usize> {
    let source = scan.downcast_ref::<DataSourceExec>().map(DataSourceExec::data_source);
    let config = source.and_then(|source| source.downcast_ref::<FileScanConfig>());
    let outputs = config.and_then(|config| config.file_source().projection());
    let outputs = outputs.into_iter().flat_map(|outputs| outputs.iter().enumerate());
    outputs.filter(|(_, output)| holds_call(&output.expr)).map(|(at, _)| at).collect()
}

/// Whether a call stands in an expression that may fail.
fn holds_call(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let is_call = |expr: &Arc<dyn PhysicalExpr>| {
        Ok(expr.downcast_ref::<ScalarFunctionExpr>().is_some_and(|call| call.fun().name() != WIDEN))
    };
    expr.exists(is_call).unwrap_or(true)
}

/// Whether a filter comes up while a query runs, as those of joins and those by the value of a subquery, and computes what may fail,
/// itself or by a column of these.
fn is_computed_late(filter: &Arc<dyn PhysicalExpr>, computed: &[usize]) -> bool {
    let comes_up =
        |expr: &Arc<dyn PhysicalExpr>| Ok(expr.is::<DynamicFilterPhysicalExpr>() || expr.is::<ScalarSubqueryExpr>());
    let is_computed = |expr: &Arc<dyn PhysicalExpr>| {
        Ok(expr.downcast_ref::<Column>().is_some_and(|column| computed.contains(&column.index())))
    };
    filter.exists(comes_up).unwrap_or(true) && (holds_call(filter) || filter.exists(is_computed).unwrap_or(true))
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
            Some(fence) => Ok(Transformed::yes(Arc::clone(&fence.input))),
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

/// A node that gives its input's rows and keeps filters above itself.
#[derive(Debug)]
struct FenceExec {
    input: Arc<dyn ExecutionPlan>,
    gate: Gate,
}

/// Which filters a fence keeps above itself.
#[derive(Debug, Clone)]
enum Gate {
    /// All of them.
    Shut,
    /// Those of [`is_computed_late`], by the columns that the scan beneath computes.
    ShutToComputed(Vec<usize>),
}

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
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
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
        Ok(Arc::new(Self { input: only_input(self.name(), &children)?, gate: self.gate.clone() }))
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription> {
        let Gate::ShutToComputed(computed) = &self.gate else {
            return Ok(FilterDescription::all_unsupported(&filters, &self.children()));
        };
        // a filter on a column that is not there stays above
        let absent = Arc::new(Column::new("", usize::MAX)) as Arc<dyn PhysicalExpr>;
        let kept = |filter: &Arc<dyn PhysicalExpr>| is_computed_late(filter, computed).then(|| Arc::clone(&absent));
        let filters: Vec<_> = filters.iter().map(|filter| kept(filter).unwrap_or_else(|| Arc::clone(filter))).collect();
        let child = ChildFilterDescription::from_child(&filters, &self.input)?;
        Ok(FilterDescription::new().with_child(child))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
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
