//! [`OnceTable`]: a query that is computed once, however often the query around it reads it.
//!
//! It is planned on its own, and each of its readers has a leaf [`OnceExec`] until all rules have run, so that nothing that one
//! reader asks for is moved into it. [`shared`] then puts its plan beneath all of them, and the same rows.

mod codec;
mod rows;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, Statistics, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures::{StreamExt, TryStreamExt};

pub(crate) use codec::OnceCodec;
use rows::Rows;

use crate::input::only_input;

/// Name of the node.
const NAME: &str = "OnceExec";

/// Tells queries of one process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A query as a table of its rows.
#[derive(Debug)]
pub struct OnceTable {
    number: u64,
    query: LogicalPlan,
}

impl OnceTable {
    /// The table of a query.
    pub fn new(query: LogicalPlan) -> Self {
        Self { number: NUMBER.fetch_add(1, Ordering::Relaxed), query }
    }
}

#[async_trait]
impl TableProvider for OnceTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.query.schema().inner())
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = session.create_physical_plan(&self.query).await?;
        let all = || (0..source.schema().fields().len()).collect();
        let columns = projection.cloned().unwrap_or_else(all);
        Ok(Arc::new(OnceExec::try_new(self.number, source, columns, Sharing::Planned)?))
    }
}

/// Gives all plans of a query that is computed once the same rows; a query with one reader is its plan.
#[derive(Debug)]
pub(crate) struct ShareRows;

impl PhysicalOptimizerRule for ShareRows {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        shared(plan)
    }

    fn name(&self) -> &str {
        "share_rows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The plan in which all readers of a query have the same rows.
pub(crate) fn shared(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let is_once = |node: &Arc<dyn ExecutionPlan>| Ok(node.is::<OnceExec>());
    if !plan.exists(is_once)? {
        return Ok(plan);
    }
    // what a query reads may itself be computed once, so plans come up first
    let show = |node: Arc<dyn ExecutionPlan>| match node.downcast_ref::<OnceExec>() {
        Some(once) => Ok(Transformed::yes(Arc::new(once.shown()?) as Arc<dyn ExecutionPlan>)),
        None => Ok(Transformed::no(node)),
    };
    let plan = plan.transform_down(show)?.data;
    let mut known: Vec<OnceExec> = Vec::new();
    let share = |node: Arc<dyn ExecutionPlan>| {
        let Some(once) = node.downcast_ref::<OnceExec>() else { return Ok(Transformed::no(node)) };
        let first = match known.iter().position(|first| first.number == once.number) {
            Some(at) => &known[at],
            None => {
                let rows = Arc::new(Rows::new(&once.source));
                known.push(OnceExec::try_new(
                    once.number,
                    Arc::clone(&once.source),
                    once.columns.clone(),
                    Sharing::Rows(rows),
                )?);
                let Some(first) = known.last() else { return internal_err!("a query was not noted") };
                first
            }
        };
        let node =
            OnceExec::try_new(once.number, Arc::clone(&first.source), once.columns.clone(), first.sharing.clone())?;
        Ok(Transformed::yes(Arc::new(node) as Arc<dyn ExecutionPlan>))
    };
    plan.transform_up(share).map(|plan| plan.data)
}

/// Gives the rows of a query that is computed once.
#[derive(Debug)]
struct OnceExec {
    number: u64,
    /// The query's plan.
    source: Arc<dyn ExecutionPlan>,
    /// Its columns that are read.
    columns: Vec<usize>,
    sharing: Sharing,
    properties: Arc<PlanProperties>,
}

/// What a reader has of the query's rows.
#[derive(Debug, Clone)]
enum Sharing {
    /// Nothing yet: the plan around is being made, and the query's is hidden from its rules.
    Planned,
    /// The rows that all readers share.
    Rows(Arc<Rows>),
}

impl OnceExec {
    fn try_new(number: u64, source: Arc<dyn ExecutionPlan>, columns: Vec<usize>, sharing: Sharing) -> Result<Self> {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(source.schema().project(&columns)?)),
            Partitioning::UnknownPartitioning(source.output_partitioning().partition_count()),
            EmissionType::Final,
            Boundedness::Bounded,
        );
        Ok(Self { number, source, columns, sharing, properties: Arc::new(properties) })
    }

    /// The node with its plan beneath it.
    fn shown(&self) -> Result<Self> {
        let sharing = Sharing::Rows(Arc::new(Rows::new(&self.source)));
        Self::try_new(self.number, Arc::clone(&self.source), self.columns.clone(), sharing)
    }
}

impl DisplayAs for OnceExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}: query={}, columns={:?}", self.number, self.columns)
    }
}

impl ExecutionPlan for OnceExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        match self.sharing {
            Sharing::Planned => Vec::new(),
            Sharing::Rows(_) => vec![&self.source],
        }
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false; self.children().len()]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false; self.children().len()]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        if children.is_empty() {
            return Ok(self);
        }
        let source = only_input(NAME, &children)?;
        Ok(Arc::new(Self::try_new(self.number, source, self.columns.clone(), self.sharing.clone())?))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let Sharing::Rows(rows) = &self.sharing else {
            return internal_err!("a query that is computed once was run before it was shared");
        };
        let (rows, source) = (Arc::clone(rows), Arc::clone(&self.source));
        let (columns, schema) = (self.columns.clone(), self.schema());
        let read = futures::stream::once(async move { rows.read(partition, &source, &context).await }).try_flatten();
        let batches = read.map(move |batch| Ok(batch?.project(&columns)?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema())))
    }
}

#[cfg(test)]
mod tests;
