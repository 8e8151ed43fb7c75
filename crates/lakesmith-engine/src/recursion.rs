//! [`RecursionExec`]: a query that goes on from its own rows until a step gives none.
//!
//! DataFusion plans it as its own recursive query, which knows no greatest number of steps and cannot be shipped; [`Recursions`]
//! puts this node into its place. Its limits are part of the query's name, which [`name`] makes.

mod codec;
mod step;

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics, internal_datafusion_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, reset_plan_states};
use datafusion::physical_plan::recursive_query::RecursiveQueryExec;
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use futures::StreamExt;
use futures::stream::try_unfold;
use lakesmith_diagnostic::Condition;

pub(crate) use codec::{RecursionCodec, StepCodec};
use step::StepRows;
pub use step::StepTable;

use crate::DataError;

/// Name of the node.
const NAME: &str = "RecursionExec";

/// When a recursive query gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// After more steps than these.
    pub steps: Option<u64>,
    /// When there are as many rows as these.
    pub rows: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: Some(100), rows: Some(1_000_000) }
    }
}

/// The name of a recursive query with limits.
pub fn name(label: &str, limits: Limits) -> String {
    let shown = |limit: Option<u64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    format!("{label}/{}/{}", shown(limits.steps), shown(limits.rows))
}

/// The limits of a query of a name.
fn limits(name: &str) -> Limits {
    let mut parts = name.rsplit('/').map(|part| part.parse().ok());
    let (rows, steps) = (parts.next().flatten(), parts.next().flatten());
    Limits { steps, rows }
}

/// Puts [`RecursionExec`] into the place of DataFusion's node.
#[derive(Debug)]
pub(crate) struct Recursions;

impl PhysicalOptimizerRule for Recursions {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let replace = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<RecursiveQueryExec>() {
            Some(query) => {
                let (first, next) = (Arc::clone(query.static_term()), Arc::clone(query.recursive_term()));
                let node = RecursionExec::try_new(query.name().to_owned(), first, next, node.schema())?;
                Ok(Transformed::yes(Arc::new(node) as Arc<dyn ExecutionPlan>))
            }
            None => Ok(Transformed::no(node)),
        };
        plan.transform_up(replace).map(|plan| plan.data)
    }

    fn name(&self) -> &str {
        "recursions"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Gives the rows of its first input, then again and again those of its second, which reads the rows of the step before.
#[derive(Debug)]
struct RecursionExec {
    query: String,
    first: Arc<dyn ExecutionPlan>,
    next: Arc<dyn ExecutionPlan>,
    rows: Arc<StepRows>,
    properties: Arc<PlanProperties>,
}

impl RecursionExec {
    fn try_new(
        query: String,
        first: Arc<dyn ExecutionPlan>,
        next: Arc<dyn ExecutionPlan>,
        schema: SchemaRef,
    ) -> Result<Self> {
        let rows = Arc::new(StepRows::new(&query));
        let assign = |node: Arc<dyn ExecutionPlan>| {
            Ok(match node.with_new_state(Arc::clone(&rows) as Arc<dyn std::any::Any + Send + Sync>) {
                Some(node) => Transformed::yes(node),
                None => Transformed::no(node),
            })
        };
        let next = next.transform_down(assign)?.data;
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { query, first, next, rows, properties: Arc::new(properties) })
    }
}

impl DisplayAs for RecursionExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}: query={}", self.query)
    }
}

impl ExecutionPlan for RecursionExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.first, &self.next]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let [first, next] = <[Arc<dyn ExecutionPlan>; 2]>::try_from(children)
            .map_err(|children| internal_datafusion_err!("{NAME} of {} inputs", children.len()))?;
        Ok(Arc::new(Self::try_new(self.query.clone(), first, next, self.schema())?))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let stream = self.first.execute(partition, Arc::clone(&context))?;
        let memory = |what: &str| MemoryConsumer::new(format!("{NAME} {what}")).register(context.memory_pool());
        let run = Run {
            schema: self.schema(),
            rows: Arc::clone(&self.rows),
            next: Arc::clone(&self.next),
            stream,
            step: 0,
            count: 0,
            limits: limits(&self.query),
            given: Vec::new(),
            of_given: memory("given"),
            of_read: memory("read"),
            context,
        };
        let batches = try_unfold(run, |mut run| async move { Ok(run.next_batch().await?.map(|batch| (batch, run))) });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema())))
    }
}

/// One run of a recursive query.
struct Run {
    schema: SchemaRef,
    rows: Arc<StepRows>,
    next: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
    /// The rows of the step that runs.
    stream: SendableRecordBatchStream,
    step: u64,
    /// How many rows there are.
    count: u64,
    limits: Limits,
    /// What the step has given.
    given: Vec<RecordBatch>,
    of_given: MemoryReservation,
    of_read: MemoryReservation,
}

impl Run {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.stream.next().await {
                let batch = batch?;
                if batch.num_rows() == 0 {
                    continue;
                }
                let batch = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())?;
                self.count += batch.num_rows() as u64;
                if let Some(most) = self.limits.rows.filter(|most| self.count >= *most) {
                    let message = format!("the recursive query gives {most} rows or more");
                    let condition = Condition::RECURSION_ROW_LIMIT_EXCEEDED;
                    return Err(DataError { condition, message }.into_datafusion());
                }
                self.of_given.try_grow(batch.get_array_memory_size())?;
                self.given.push(batch.clone());
                return Ok(Some(batch));
            }
            if self.given.is_empty() {
                self.rows.set(Vec::new());
                return Ok(None);
            }
            self.begin_step()?;
        }
    }

    fn begin_step(&mut self) -> Result<()> {
        self.step += 1;
        if let Some(most) = self.limits.steps.filter(|most| self.step > *most) {
            let message = format!("the recursive query did not end after {most} steps");
            return Err(DataError { condition: Condition::RECURSION_LEVEL_LIMIT_EXCEEDED, message }.into_datafusion());
        }
        self.rows.set(std::mem::take(&mut self.given));
        self.of_read = self.of_given.take();
        let next = reset_plan_states(Arc::clone(&self.next))?;
        self.stream = next.execute(0, Arc::clone(&self.context))?;
        Ok(())
    }
}
