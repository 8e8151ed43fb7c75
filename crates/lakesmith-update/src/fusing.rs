//! Fusing: a flow's rows pass on, as they are stored, into the flows that read them, in one plan and without a file between.
//!
//! It is an optimisation that may always be given up. A rider is a flow whose next batch would read exactly the version that the
//! flow before it is about to commit. Its plan says so like any other plan; when that version turns out to be another one, or the
//! process dies between the commits, the rider's parts are dropped and its plan is run like any other.

use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as NativeResult;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::expressions::Column;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};
use lakesmith_delta::{DeltaTable, SinkExec};
use lakesmith_diagnostic::Diagnostic;
use lakesmith_graph::{Dataset, Flow, FlowKind};
use lakesmith_stream::{BatchPlan, Slice};
use lakesmith_unresolved::expression::ExpressionKind;
use lakesmith_unresolved::{Relation, RelationKind};

use crate::append::AppendFlow;
use crate::complete::Written;
use crate::fault::engine_fault;
use crate::outcome::FlowWork;
use crate::pipeline::Pipeline;
use crate::reads::Batch;
use crate::source::{Source, table_key};

/// The setting that keeps flows apart.
const SETTING: &str = "lakesmith.fusing";

/// A flow that goes along with the batch of the flow before it.
pub(crate) struct Rider<'a> {
    flow: AppendFlow<'a>,
    plan: BatchPlan,
    /// The version that the flow before it must make.
    wanted: i64,
}

impl<'a> AppendFlow<'a> {
    /// The flows that can go along with this flow's next batch, one reading the other. Where one cannot, it runs by itself later.
    pub(crate) async fn riders(&self, plan: &BatchPlan) -> Vec<Rider<'a>> {
        let mut riders: Vec<Rider<'a>> = Vec::new();
        if self.run.pipeline.setting(SETTING).is_some_and(|value| value.eq_ignore_ascii_case("false")) {
            return riders;
        }
        loop {
            let last = riders.last().map_or(self, |rider| &rider.flow);
            let Some(next) = last.rider(plan.batch_time_micros).await else { return riders };
            riders.push(next);
        }
    }

    async fn rider(&self, batch_time_micros: i64) -> Option<Rider<'a>> {
        let run = self.run;
        if !run.is_only_writer(self.flow, self.dataset) {
            return None;
        }
        let folder = run.pipeline.folder(&self.dataset.name);
        let (flow, dataset) = self.reader_by_row()?;
        let rider = AppendFlow::start(run, flow, dataset).await.ok()?;
        let committed = rider.committed().ok()?;
        let open = rider.checkpoint.highest_plan(&rider.identity).ok()?;
        if open.is_some_and(|open| open.number != committed) {
            return None;
        }
        let progress = rider.checkpoint.progress(&rider.identity, committed).ok()?;
        let version = self.table.version();
        let table_id = self.table.metadata().id.clone();
        let is_up_to_date = match progress.tables.get(&table_key(run.pipeline, &folder)) {
            Some(position) => position.table_id == table_id && position.version == version,
            None => is_empty(&self.table).await,
        };
        if !is_up_to_date {
            return None;
        }
        let slice = Slice::Table { table_id, after: Some(version), up_to: version + 1 };
        let plan = BatchPlan {
            number: committed + 1,
            base: committed,
            batch_time_micros,
            fingerprint: rider.fingerprint.clone(),
            slices: [(table_key(run.pipeline, &folder), slice)].into(),
        };
        rider.checkpoint.put_plan(&rider.identity, &plan).ok()?;
        Some(Rider { flow: rider, plan, wanted: version + 1 })
    }

    /// The first flow that reads this flow's table as its only source, row by row.
    fn reader_by_row(&self) -> Option<(&'a Flow, &'a Dataset)> {
        let run = self.run;
        let folder = run.pipeline.folder(&self.dataset.name);
        run.pipeline.graph.flows.iter().find_map(|flow| {
            let dataset = run.pipeline.graph.dataset(flow.target?);
            let uses = &run.analysis.flows.get(&flow.id)?.uses;
            let reads_only_this = matches!(uses.as_slice(), [only] if only.is_streaming
                && matches!(&only.source, Source::Table { folder: own, options, .. }
                    if *own == folder && options.start.is_none()));
            let can_ride = flow.kind == FlowKind::Append
                && flow.id != self.flow.id
                && reads_only_this
                && run.is_selected(dataset.id)
                && run.settled(flow).is_none()
                && is_by_row(flow, run.pipeline);
            can_ride.then_some((flow, dataset))
        })
    }

    /// Runs a batch together with its riders. Nothing when it cannot be done so; the flow then runs alone.
    pub(crate) async fn fused_batch(
        &mut self,
        plan: &BatchPlan,
        riders: Vec<Rider<'a>>,
    ) -> Result<Option<FlowWork>, Vec<Diagnostic>> {
        let Some(written) = self.written_together(plan, &riders).await else { return Ok(None) };
        let mut written = written.into_iter();
        let Some(own) = written.next() else { return Ok(None) };
        let work = match self.commit(plan, own).await {
            Ok(work) => work,
            Err(faults) => {
                drop_parts(&riders, written).await;
                return Err(faults);
            }
        };
        let mut made = work.version;
        let mut left: Vec<Rider<'a>> = riders.into_iter().rev().collect();
        while let Some(mut rider) = left.pop() {
            self.run.engine.faults.reach("fused.between_commits").map_err(|error| vec![engine_fault(&error)])?;
            let Some(parts) = written.next() else { break };
            if made != Some(rider.wanted) {
                left.push(rider);
                left.reverse();
                drop_parts(&left, std::iter::once(parts).chain(written)).await;
                break;
            }
            // what fails here is run again, and reported, when it is the rider's own turn
            let Ok(done) = rider.flow.commit(&rider.plan, parts).await else {
                left.reverse();
                drop_parts(&left, written).await;
                break;
            };
            made = done.version;
            self.run.rode_along(rider.flow.flow, rider.flow.dataset, rider.plan.number, done);
            rider.flow.after_commit(&rider.plan).await?;
        }
        Ok(Some(work))
    }

    /// Runs the plans of this flow and its riders as one.
    async fn written_together(&self, plan: &BatchPlan, riders: &[Rider<'a>]) -> Option<Vec<Written>> {
        let run = self.run;
        let prefix = self.identity.part_prefix(plan.number);
        let batch = Batch::new(&plan.slices, plan.batch_time_micros);
        let first = run.prepare(self.task(plan, &prefix), &batch).await.ok()?;
        let mut prepared = vec![first];
        let mut folder = run.pipeline.folder(&self.dataset.name);
        for rider in riders {
            let own = &rider.flow;
            let input = Arc::clone(&prepared.last()?.sink);
            let mut batch = Batch::new(&rider.plan.slices, rider.plan.batch_time_micros);
            batch.fused = Some((folder, input));
            let prefix = own.identity.part_prefix(rider.plan.number);
            let next = run.prepare(own.task(&rider.plan, &prefix), &batch).await.ok()?;
            prepared.push(next);
            folder = run.pipeline.folder(&own.dataset.name);
        }
        let top = Arc::clone(&prepared.last()?.sink);
        // an optimizer may have found that rows are not needed; they are, for the tables below
        if sinks(&top) != prepared.len() {
            return None;
        }
        let top = run.engine.delivered(top).ok()?;
        run.execute(&top).await.ok()?;
        Some(prepared.iter().map(|part| run.gathered(&top, part)).collect())
    }
}

fn sinks(plan: &Arc<dyn ExecutionPlan>) -> usize {
    usize::from(plan.is::<SinkExec>()) + plan.children().into_iter().map(sinks).sum::<usize>()
}

async fn is_empty(table: &DeltaTable) -> bool {
    table.clone().files().await.is_ok_and(|files| files.is_empty())
}

async fn drop_parts(riders: &[Rider<'_>], written: impl Iterator<Item = Written>) {
    for (rider, parts) in riders.iter().zip(written) {
        // parts that nobody committed are rows of nothing; what stays is found by a clean-up
        let _ = lakesmith_delta::cleanup::remove_parts(rider.flow.table.store(), &parts.added).await;
        if let Some(table) = rider.flow.quarantine_table().await.ok().flatten() {
            let _ = lakesmith_delta::cleanup::remove_parts(table.store(), &parts.quarantined).await;
        }
    }
}

/// Whether each row of a flow comes from one row of its table and every row is read, through views too.
fn is_by_row(flow: &Flow, pipeline: &Pipeline) -> bool {
    flow.query().is_some_and(|query| gives_rows_one_by_one(query, flow, pipeline))
}

fn gives_rows_one_by_one(query: &Relation, flow: &Flow, pipeline: &Pipeline) -> bool {
    match query.kind.as_ref() {
        RelationKind::NamedTable { name, time_travel: None, .. } => {
            let dataset = name.qualified().and_then(|name| pipeline.dataset(&name, &flow.namespace));
            match dataset.filter(|dataset| !dataset.is_table()) {
                None => true,
                Some(view) => pipeline.graph.flows_into(view.id).all(|inner| is_by_row(inner, pipeline)),
            }
        }
        RelationKind::Project { input, .. }
        | RelationKind::Filter { input, .. }
        | RelationKind::SubqueryAlias { input, .. }
        | RelationKind::Hint { input, .. } => {
            has_plain_expressions(query) && gives_rows_one_by_one(input, flow, pipeline)
        }
        _ => false,
    }
}

/// Whether a relation's own expressions look at one row each.
fn has_plain_expressions(relation: &Relation) -> bool {
    let mut open = relation.expressions();
    while let Some(expression) = open.pop() {
        if matches!(expression.kind, ExpressionKind::Window { .. } | ExpressionKind::Subquery(_)) {
            return false;
        }
        open.extend(expression.children());
    }
    true
}

/// The rows that a sink stores, as a table.
#[derive(Debug)]
pub(crate) struct StoredRows {
    plan: Arc<dyn ExecutionPlan>,
}

impl StoredRows {
    pub fn new(plan: Arc<dyn ExecutionPlan>) -> Self {
        Self { plan }
    }
}

#[async_trait::async_trait]
impl TableProvider for StoredRows {
    fn schema(&self) -> SchemaRef {
        self.plan.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Temporary
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> NativeResult<Arc<dyn ExecutionPlan>> {
        let Some(projection) = projection else { return Ok(Arc::clone(&self.plan)) };
        let schema = self.plan.schema();
        let column = |index: &usize| {
            let name = schema.field(*index).name();
            (Arc::new(Column::new(name, *index)) as Arc<dyn PhysicalExpr>, name.clone())
        };
        let columns: Vec<_> = projection.iter().map(column).collect();
        Ok(Arc::new(ProjectionExec::try_new(columns, Arc::clone(&self.plan))?))
    }
}
