//! The rows that a step of a recursive query reads: those that the step before gave.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::memory::MemoryStream;
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};

/// Name of the node.
pub(super) const NAME: &str = "StepExec";

/// Rows that a step gave, shared by the query and what reads them.
#[derive(Debug)]
pub(super) struct StepRows {
    query: String,
    batches: Mutex<Vec<RecordBatch>>,
}

impl StepRows {
    pub(super) fn new(query: &str) -> Self {
        Self { query: query.to_owned(), batches: Mutex::default() }
    }

    pub(super) fn set(&self, batches: Vec<RecordBatch>) {
        *self.batches.lock().unwrap_or_else(PoisonError::into_inner) = batches;
    }

    fn get(&self) -> Vec<RecordBatch> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A recursive query as a table of the rows of its last step. It may be read several times in a step.
#[derive(Debug)]
pub struct StepTable {
    query: String,
    schema: SchemaRef,
}

impl StepTable {
    /// The table of a query's name.
    pub fn new(query: String, schema: SchemaRef) -> Self {
        Self { query, schema }
    }
}

#[async_trait]
impl TableProvider for StepTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = || (0..self.schema.fields().len()).collect();
        let projection = projection.cloned().unwrap_or_else(all);
        Ok(Arc::new(StepExec::try_new(Arc::new(StepRows::new(&self.query)), Arc::clone(&self.schema), projection)?))
    }
}

/// Reads the rows of the step before.
#[derive(Debug)]
pub(super) struct StepExec {
    rows: Arc<StepRows>,
    table: SchemaRef,
    projection: Vec<usize>,
    properties: Arc<PlanProperties>,
}

impl StepExec {
    pub(super) fn try_new(rows: Arc<StepRows>, table: SchemaRef, projection: Vec<usize>) -> Result<Self> {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(table.project(&projection)?)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { rows, table, projection, properties: Arc::new(properties) })
    }

    pub(super) fn query(&self) -> &str {
        &self.rows.query
    }

    pub(super) fn table(&self) -> &SchemaRef {
        &self.table
    }

    pub(super) fn projection(&self) -> &[usize] {
        &self.projection
    }
}

impl DisplayAs for StepExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}: query={}, projection={:?}", self.rows.query, self.projection)
    }
}

impl ExecutionPlan for StepExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let batches = self.rows.get().into_iter().map(|batch| {
            let batch = RecordBatch::try_new(Arc::clone(&self.table), batch.columns().to_vec())?;
            batch.project(&self.projection)
        });
        let batches = batches.collect::<Result<Vec<_>, _>>()?;
        Ok(Box::pin(MemoryStream::try_new(batches, self.schema(), None)?))
    }

    fn statistics_from_inputs(&self, _: &[Arc<Statistics>], _: &StatisticsArgs) -> Result<Arc<Statistics>> {
        Ok(Arc::new(Statistics::new_unknown(&self.schema())))
    }

    /// Takes the rows of the query that this node belongs to.
    fn with_new_state(&self, state: Arc<dyn Any + Send + Sync>) -> Option<Arc<dyn ExecutionPlan>> {
        let rows = state.downcast::<StepRows>().ok().filter(|rows| rows.query == self.rows.query)?;
        let node = Self::try_new(rows, Arc::clone(&self.table), self.projection.clone()).ok()?;
        Some(Arc::new(node))
    }
}
