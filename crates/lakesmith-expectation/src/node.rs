//! [`ExpectationExec`]: takes the conditions' columns off each batch, counts them, and adds the verdict.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::{filter_record_batch, is_null};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties};
use futures::StreamExt;
use lakesmith_engine::EngineError;
use lakesmith_engine::input::only_input;

use crate::check::{Action, Check};
use crate::verdict::{VERDICT, judge};

/// The node's name.
pub(crate) const NAME: &str = "ExpectationExec";

/// How many rows satisfied and violated one expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationCounts {
    /// The dataset whose expectation it is.
    pub dataset: String,
    /// The expectation.
    pub check: Check,
    /// Rows that satisfied it.
    pub passed: u64,
    /// Rows that violated it.
    pub failed: u64,
}

#[derive(Debug, Clone, Default)]
struct Counted {
    rows: u64,
    passed: Vec<u64>,
}

/// A row of a view broke an expectation that stops the update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewViolated {
    /// The view.
    pub dataset: String,
    /// Its expectations that stop the update; at least one of them is violated.
    pub names: Vec<String>,
    /// How many rows of a batch violate one.
    pub count: usize,
}

impl ViewViolated {
    /// The violation in an error's chain of causes.
    pub fn find(error: &EngineError) -> Option<&Self> {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(violated) = error.downcast_ref::<Self>() {
                return Some(violated);
            }
            next = match error.downcast_ref::<DataFusionError>() {
                Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
                Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
                _ => error.source(),
            };
        }
        None
    }
}

impl fmt::Display for ViewViolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows of view {} violate one of: {}", self.count, self.dataset, self.names.join(", "))
    }
}

impl std::error::Error for ViewViolated {}

/// Counts conditions and adds the verdict on each row.
///
/// The input's columns from [`Self::first_condition`] on are the conditions, Boolean, one for each check; the output has the
/// columns before them and the verdict. A partition that is run again replaces its counts.
#[derive(Debug)]
pub struct ExpectationExec {
    input: Arc<dyn ExecutionPlan>,
    dataset: String,
    checks: Vec<Check>,
    first: usize,
    applies: bool,
    counted: Arc<Mutex<BTreeMap<usize, Counted>>>,
    properties: Arc<PlanProperties>,
}

impl ExpectationExec {
    /// A node over conditions that are the last columns of `input`.
    pub fn try_new(input: Arc<dyn ExecutionPlan>, dataset: String, checks: Vec<Check>, first: usize) -> Result<Self> {
        Self::build(input, dataset, checks, first, false)
    }

    /// The same node, which acts on its verdicts itself instead of handing them on: there is no sink above a view. A row that
    /// would be quarantined is dropped.
    pub fn applying(&self) -> Result<Self> {
        Self::build(Arc::clone(&self.input), self.dataset.clone(), self.checks.clone(), self.first, true)
    }

    /// Whether the node acts on its verdicts itself.
    pub fn applies(&self) -> bool {
        self.applies
    }

    fn build(
        input: Arc<dyn ExecutionPlan>,
        dataset: String,
        checks: Vec<Check>,
        first: usize,
        applies: bool,
    ) -> Result<Self> {
        let schema = input.schema();
        let conditions = schema.fields().get(first..).unwrap_or_default();
        if conditions.len() != checks.len() || conditions.iter().any(|field| *field.data_type() != DataType::Boolean) {
            return internal_err!("the expectations of {dataset} do not fit the columns of their input");
        }
        let fields = schema.fields()[..first].iter().cloned();
        let verdict = (!applies).then(|| Arc::new(Field::new(VERDICT, DataType::Utf8, true)));
        let schema = Arc::new(Schema::new(fields.chain(verdict).collect::<Vec<_>>()));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            input.output_partitioning().clone(),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Ok(Self { input, dataset, checks, first, applies, counted: Arc::default(), properties: Arc::new(properties) })
    }

    /// The dataset whose expectations are checked.
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The expectations, in order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The index of the first condition among the input's columns.
    pub fn first_condition(&self) -> usize {
        self.first
    }

    /// What the partitions that have ended counted.
    pub fn counts(&self) -> Vec<ExpectationCounts> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let rows: u64 = counted.values().map(|partition| partition.rows).sum();
        let count = |(index, check): (usize, &Check)| {
            let passed = counted.values().map(|partition| partition.passed[index]).sum();
            ExpectationCounts { dataset: self.dataset.clone(), check: check.clone(), passed, failed: rows - passed }
        };
        self.checks.iter().enumerate().map(count).collect()
    }
}

/// The counts of all expectation nodes of a plan.
pub fn counts_of(plan: &Arc<dyn ExecutionPlan>) -> Vec<ExpectationCounts> {
    let own = plan.downcast_ref::<ExpectationExec>().map_or_else(Vec::new, ExpectationExec::counts);
    own.into_iter().chain(plan.children().into_iter().flat_map(counts_of)).collect()
}

impl DisplayAs for ExpectationExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.checks.iter().map(|check| check.name.as_str()).collect();
        write!(f, "{NAME}: dataset={}, expectations=[{}]", self.dataset, names.join(", "))
    }
}

impl ExecutionPlan for ExpectationExec {
    fn name(&self) -> &str {
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
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let input = only_input(NAME, &children)?;
        Ok(Arc::new(Self::build(input, self.dataset.clone(), self.checks.clone(), self.first, self.applies)?))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let schema = self.schema();
        let mut task = Task {
            schema: Arc::clone(&schema),
            checks: self.checks.clone(),
            first: self.first,
            applies: self.applies,
            dataset: self.dataset.clone(),
            counted: Counted { rows: 0, passed: vec![0; self.checks.len()] },
            all: Arc::clone(&self.counted),
            partition,
        };
        // what an earlier attempt counted says nothing of this one
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).remove(&partition);
        let ended = futures::stream::once(futures::future::ready(None));
        let stream = input.map(Some).chain(ended).filter_map(move |next| {
            let judged = match next {
                Some(batch) => Some(batch.and_then(|batch| task.judge(&batch))),
                None => {
                    task.publish();
                    None
                }
            };
            futures::future::ready(judged)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

/// The work on one partition.
struct Task {
    schema: SchemaRef,
    checks: Vec<Check>,
    first: usize,
    applies: bool,
    dataset: String,
    counted: Counted,
    all: Arc<Mutex<BTreeMap<usize, Counted>>>,
    partition: usize,
}

impl Task {
    fn judge(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let conditions: Vec<_> = batch.columns()[self.first..].iter().map(AsArray::as_boolean).collect();
        let (verdicts, passed) = judge(&self.checks, &conditions, batch.num_rows());
        self.counted.rows += batch.num_rows() as u64;
        self.counted.passed.iter_mut().zip(passed).for_each(|(total, new)| *total += new);
        let mut columns: Vec<ArrayRef> = batch.columns()[..self.first].to_vec();
        if self.applies {
            return self.apply(columns, &verdicts);
        }
        columns.push(Arc::new(verdicts));
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// Keeps the rows without a verdict; a row that fails ends the work.
    fn apply(&self, columns: Vec<ArrayRef>, verdicts: &StringArray) -> Result<RecordBatch> {
        let failed = verdicts.iter().flatten().filter(|verdict| verdict.starts_with('F')).count();
        if failed > 0 {
            let fails = |check: &&Check| check.action == Action::Fail;
            let names = self.checks.iter().filter(fails).map(|check| check.name.clone()).collect();
            let violated = ViewViolated { dataset: self.dataset.clone(), names, count: failed };
            return Err(DataFusionError::External(Box::new(violated)));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        if verdicts.null_count() == verdicts.len() {
            return Ok(batch);
        }
        Ok(filter_record_batch(&batch, &is_null(verdicts)?)?)
    }

    fn publish(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(self.partition, std::mem::take(&mut self.counted));
    }
}
