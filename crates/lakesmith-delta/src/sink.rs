//! [`SinkExec`]: writes its input's rows as Parquet parts of a table and passes on the rows that it stored.
//!
//! It does not commit: the parts, as its report names them, become rows of the table when someone commits them. Each partition
//! of the input is one task with writers of its own; a task that fails or is dropped removes its parts. Start reading at
//! [`task`]; [`verdict`] splits a batch, [`part`] writes a file.

mod codec;
mod column_statistics;
mod encoder;
mod hybrid;
mod part;
mod shape;
mod spec;
mod task;
mod text_bounds;
mod text_column;
mod text_dictionary;
mod verdict;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use lakesmith_engine::input::only_input;
use lakesmith_engine::report::ReportEntry;
use lakesmith_engine::{Faults, NoFaults};
use object_store::ObjectStore;
use object_store::path::Path;
use tokio::sync::watch;

pub use codec::register_codecs;
pub use spec::{ExpectationViolated, QuarantineSpec, SinkSpec};

use shape::Shape;

pub(crate) const NAME: &str = "SinkExec";

/// How long a task may take to notice that it was given up.
const LONGEST_END: Duration = Duration::from_secs(10);

/// What each partition that has ended reported, by its number.
type Reports = Arc<Mutex<BTreeMap<usize, Vec<ReportEntry>>>>;

/// The tasks of a sink that have not ended, and the parts that those left behind which were dropped.
#[derive(Debug, Default)]
struct Unended {
    running: watch::Sender<usize>,
    parts: Mutex<Vec<Path>>,
}

impl Unended {
    fn leave(&self, parts: &[Path]) {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(parts);
    }

    /// The parts that dropped tasks left, when no task runs any more; tasks that do not end are not waited for longer.
    async fn parts(&self) -> Vec<Path> {
        let mut running = self.running.subscribe();
        // a task that outlives this removes its parts by itself
        let _late = tokio::time::timeout(LONGEST_END, running.wait_for(|running| *running == 0)).await;
        std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The node.
#[derive(Debug, Clone)]
pub struct SinkExec {
    spec: Arc<SinkSpec>,
    input: Arc<dyn ExecutionPlan>,
    shape: Arc<Shape>,
    properties: Arc<PlanProperties>,
    reports: Reports,
    unended: Arc<Unended>,
    faults: Arc<dyn Faults>,
}

impl SinkExec {
    /// A sink of `input`; an error when the input lacks a column that the specification names.
    pub fn try_new(spec: Arc<SinkSpec>, input: Arc<dyn ExecutionPlan>) -> Result<Self> {
        let shape = Arc::new(Shape::new(&spec, &input.schema())?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&spec.schema)),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        let (properties, reports, unended) = (Arc::new(properties), Reports::default(), Arc::default());
        Ok(Self { spec, input, shape, properties, reports, unended, faults: Arc::new(NoFaults) })
    }

    /// The same sink with crash points; they are not shipped with the plan.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = faults;
        self
    }

    /// What is written and where.
    pub fn spec(&self) -> &SinkSpec {
        &self.spec
    }

    /// What the partitions that have ended reported; a partition that ran twice counts once, with its later run.
    pub fn report(&self) -> Vec<ReportEntry> {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.values().flatten().cloned().collect()
    }

    /// Removes what tasks have left that did not end. Waits until none runs.
    pub(crate) async fn remove_unended(&self, store: &Arc<dyn ObjectStore>) {
        task::remove(Arc::clone(store), self.unended.parts().await).await;
    }
}

/// The reports of all sinks of a plan, a sink before those beneath it.
pub fn report_of(plan: &Arc<dyn ExecutionPlan>) -> Vec<ReportEntry> {
    let node: &dyn std::any::Any = plan.as_ref();
    let mut entries = node.downcast_ref::<SinkExec>().map(SinkExec::report).unwrap_or_default();
    for child in plan.children() {
        entries.extend(report_of(child));
    }
    entries
}

impl DisplayAs for SinkExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}: node={}, folder={}", self.spec.node, self.spec.folder)?;
        if !self.spec.partition_columns.is_empty() {
            write!(f, ", partitioned by [{}]", self.spec.partition_columns.join(", "))?;
        }
        if let Some(verdict) = &self.spec.verdict {
            write!(f, ", verdict={verdict}")?;
        }
        match &self.spec.quarantine {
            Some(quarantine) => write!(f, ", quarantine={}", quarantine.folder),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for SinkExec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let input = only_input(NAME, &children)?;
        let mut sink = Self::try_new(Arc::clone(&self.spec), input)?.with_faults(Arc::clone(&self.faults));
        // whoever holds the node from before the plan was rewritten reads the same reports
        sink.reports = Arc::clone(&self.reports);
        sink.unended = Arc::clone(&self.unended);
        Ok(Arc::new(sink))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        task::run(self, partition, input, &context)
    }
}

#[cfg(test)]
mod tests;
