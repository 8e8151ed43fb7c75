//! Complete flows: a materialized view is computed anew and replaced in one commit, or left alone when nothing it reads changed.

pub(crate) mod view_state;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use datafusion::physical_plan::ExecutionPlan;
use lakesmith_delta::{
    Commit, DataFile, DeltaTable, Metadata, OnVersion, Protocol, QuarantineSpec, SinkExec, SinkSpec, needed, report_of,
};
use lakesmith_diagnostic::Diagnostic;
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::report::ReportEntry;
use lakesmith_engine::{EngineError, Executor, LocalExecutor};
use lakesmith_expectation::{ExpectationExec, VERDICT};
use lakesmith_graph::{Dataset, Flow};
use lakesmith_stream::BatchPlan;
use lakesmith_unresolved::pipeline::Expectation;
use uuid::Uuid;

use crate::append::Ended;
use crate::complete::view_state::{Surroundings, UNCHANGED, ViewState};
use crate::fault::{Uncommitted, engine_fault};
use crate::flow_rows::{self, SOURCE_FILE, quarantines};
use crate::materialize;
use crate::outcome::FlowWork;
use crate::quarantine;
use crate::reads::{Batch, Reads, checkpoint};
use crate::update::UpdateRun;

/// One batch of a flow: what is run, and into which table.
#[derive(Clone, Copy)]
pub(crate) struct BatchTask<'a> {
    pub flow: &'a Flow,
    pub dataset: &'a Dataset,
    pub table: &'a DeltaTable,
    pub plan: &'a BatchPlan,
    /// What the names of its parts contain.
    pub prefix: &'a str,
}

/// What a sink wrote and nobody has committed yet.
pub(crate) struct Written {
    pub added: Vec<DataFile>,
    pub quarantined: Vec<DataFile>,
    pub work: FlowWork,
}

/// The message of a flow that failed while it ran; a violated expectation is shown where it stands.
fn flow_fault(error: &EngineError, flow: &Flow, dataset: &Dataset) -> Diagnostic {
    let fault = engine_fault(error);
    let violated = lakesmith_delta::ExpectationViolated::find(error).and_then(|violated| violated.names.first());
    let is_violated = |expectation: &&Expectation| violated.is_some_and(|name| expectation.name.text.matches(name));
    match dataset.expectations().iter().find(is_violated) {
        Some(expectation) => fault.at(expectation.span, "violated"),
        None if fault.primary.is_some() => fault.note(format!("in the flow into `{}`", dataset.name)),
        None => fault.at(flow.span, "this flow"),
    }
}

/// A plan that runs; dropped before it has ended, it is given up.
struct AtWork<'a> {
    run: &'a UpdateRun<'a>,
    plan: Option<Arc<dyn ExecutionPlan>>,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.run.given_up.lock().unwrap_or_else(PoisonError::into_inner).extend(self.plan.take());
    }
}

/// Runs the flow of a materialized view.
pub(crate) async fn run(run: &UpdateRun<'_>, flow: &Flow, dataset: &Dataset) -> Ended {
    let mut work = FlowWork::default();
    let result = refresh(run, flow, dataset, &mut work).await;
    Ended { work, result }
}

async fn refresh(
    run: &UpdateRun<'_>,
    flow: &Flow,
    dataset: &Dataset,
    work: &mut FlowWork,
) -> Result<Option<String>, Vec<Diagnostic>> {
    let folder = run.pipeline.folder(&dataset.name);
    let table = run.tables.current(&folder).await.map_err(|error| vec![engine_fault(&error)])?;
    let mut table = table.ok_or_else(|| {
        let error = EngineError::new(lakesmith_engine::ErrorKind::NotFound, "open table", "the table has gone");
        vec![engine_fault(&error)]
    })?;
    let checkpoint = checkpoint(run.pipeline, run.engine, flow);
    let slices = BTreeMap::new();
    let batch = Batch::new(&slices, run.engine.now_micros());
    let surroundings = Surroundings { pipeline: run.pipeline, analysis: run.analysis, tables: &run.tables };
    let inputs = view_state::inputs(&surroundings, flow, dataset, &batch).await?;
    let state = ViewState::of(&inputs, &table);
    if !run.starts_over(dataset.id) && !run.is_volatile(flow.id) && ViewState::kept(&checkpoint)? == Some(state) {
        return Ok(Some(UNCHANGED.to_owned()));
    }
    let number = table.version() + 1;
    let plan = BatchPlan {
        number,
        base: 0,
        batch_time_micros: batch.now_micros,
        fingerprint: inputs.clone(),
        slices: BTreeMap::new(),
    };
    let prefix = Uuid::new_v4().simple().to_string()[..12].to_owned();
    let task = BatchTask { flow, dataset, table: &table, plan: &plan, prefix: &prefix };
    let written = run.write(task, &batch).await?;
    let done = replace(run, dataset, &mut table, written).await?;
    let version = done.version.unwrap_or_default();
    work.add(done);
    run.engine.faults.reach("update.before_view_state").map_err(|error| vec![engine_fault(&error)])?;
    ViewState { version, ..ViewState::of(&inputs, &table) }.keep(&checkpoint)?;
    run.maintain_replaced(&mut table).await;
    Ok(None)
}

/// Replaces everything that the view holds in one commit, and before it what its quarantine holds.
async fn replace(
    run: &UpdateRun<'_>,
    dataset: &Dataset,
    table: &mut DeltaTable,
    written: Written,
) -> Result<FlowWork, Vec<Diagnostic>> {
    let outcome = async {
        if let Some(other) = quarantine::table_of(&run.pipeline.graph, dataset.id) {
            let folder = run.pipeline.folder(&other.name);
            let found = run.tables.current(&folder).await.map_err(|error| vec![engine_fault(&error)])?;
            if let Some(mut quarantine) = found {
                overwrite(run, &mut quarantine, &written.quarantined, (None, None), "the quarantine table").await?;
                run.tables.keep(&folder, &quarantine).await;
            }
        }
        run.engine.faults.reach("update.before_overwrite").map_err(|error| vec![engine_fault(&error)])?;
        let target = run.analysis.targets.get(&dataset.id);
        let metadata = target.and_then(|target| materialize::replaced_metadata(table.metadata(), target));
        let protocol = target.and_then(|target| {
            needed(Some(table.protocol()), metadata.as_ref().unwrap_or(table.metadata()), &target.wanted)
        });
        overwrite(run, table, &written.added, (metadata, protocol), &run.pipeline.shown(dataset.id)).await
    };
    match outcome.await {
        Ok(version) => {
            run.tables.keep(&run.pipeline.folder(&dataset.name), table).await;
            run.engine.faults.reach("update.after_overwrite").map_err(|error| vec![engine_fault(&error)])?;
            let mut work = written.work;
            work.batches = 1;
            work.version = Some(version);
            Ok(work)
        }
        Err(Uncommitted { faults, is_unsure: true }) => Err(faults),
        Err(Uncommitted { faults, .. }) => {
            let _ = lakesmith_delta::cleanup::remove_parts(table.store(), &written.added).await;
            if let Some(other) = quarantine::table_of(&run.pipeline.graph, dataset.id) {
                let found = run.tables.current(&run.pipeline.folder(&other.name)).await;
                if let Some(table) = found.ok().flatten() {
                    let _ = lakesmith_delta::cleanup::remove_parts(table.store(), &written.quarantined).await;
                }
            }
            Err(faults)
        }
    }
}

async fn overwrite(
    run: &UpdateRun<'_>,
    table: &mut DeltaTable,
    added: &[DataFile],
    (metadata, protocol): (Option<Metadata>, Option<Protocol>),
    name: &str,
) -> Result<i64, Uncommitted> {
    let mut commit = Commit::new("WRITE", run.engine.now_millis());
    commit.parameters = vec![("mode".to_owned(), "Overwrite".to_owned())];
    commit.removes = table.files().await.map_err(|error| vec![engine_fault(&error)])?;
    commit.adds = added.to_vec();
    commit.metadata = metadata;
    commit.protocol = protocol;
    commit.on_version = OnVersion::Exactly(table.version());
    table.commit(&commit).await.map_err(|error| Uncommitted::new(name, &error))
}

impl UpdateRun<'_> {
    /// Runs a plan's query into the parts of its target and of its quarantine.
    pub(crate) async fn write(&self, task: BatchTask<'_>, batch: &Batch<'_>) -> Result<Written, Vec<Diagnostic>> {
        let prepared = self.prepare(task, batch).await?;
        let fault = |error| vec![flow_fault(&error, task.flow, task.dataset)];
        let sink = self.engine.delivered(Arc::clone(&prepared.sink)).map_err(fault)?;
        self.execute(&sink).await.map_err(fault)?;
        Ok(self.gathered(&sink, &prepared))
    }

    /// Runs a plan to its end. What a plan that fails has written is removed.
    pub(crate) async fn execute(&self, sink: &Arc<dyn ExecutionPlan>) -> Result<(), EngineError> {
        let executor = LocalExecutor::new(self.engine.session().task_ctx());
        let mut at_work = AtWork { run: self, plan: Some(Arc::clone(sink)) };
        let drained = executor.drain(Arc::clone(sink)).await;
        at_work.plan = None;
        if drained.is_err() {
            self.remove_parts_of(sink).await;
        }
        drained.map(|_| ())
    }

    /// Removes what plans that were given up while they ran had written.
    pub(crate) async fn remove_given_up(&self) {
        let given_up = std::mem::take(&mut *self.given_up.lock().unwrap_or_else(PoisonError::into_inner));
        for plan in given_up {
            self.remove_parts_of(&plan).await;
        }
    }

    async fn remove_parts_of(&self, plan: &Arc<dyn ExecutionPlan>) {
        // what cannot be removed now is found by a clean-up
        if let Ok(store) = self.tables.store(&self.pipeline.warehouse) {
            let _ = lakesmith_delta::cleanup::remove_parts_of(plan, store.store()).await;
        }
    }

    /// The physical plan of a batch, with the sink on top.
    pub(crate) async fn prepare(&self, task: BatchTask<'_>, batch: &Batch<'_>) -> Result<Prepared, Vec<Diagnostic>> {
        let BatchTask { flow, dataset, table, .. } = task;
        let Some(query) = flow.query() else { return Err(Vec::new()) };
        let checkpoint = checkpoint(self.pipeline, self.engine, flow);
        let uses = std::sync::Mutex::default();
        let reads = Reads {
            pipeline: self.pipeline,
            engine: self.engine,
            tables: &self.tables,
            schemas: &self.analysis.schemas,
            namespace: &flow.namespace,
            settings: &flow.settings,
            span: flow.span,
            checkpoint: Some(&checkpoint),
            target: &dataset.name,
            batch: Some(batch),
            is_dry: false,
            uses: &uses,
        };
        let checked = flow_rows::resolve(query, dataset, &reads, reads.options()).await?;
        let metadata = match self.analysis.targets.get(&dataset.id) {
            // a view takes the columns of its query, a streaming table keeps those it has
            Some(target) if flow.kind == lakesmith_graph::FlowKind::Complete => {
                materialize::replaced_metadata(table.metadata(), target)
            }
            _ => None,
        };
        let metadata = metadata.as_ref().unwrap_or(table.metadata());
        let rows = flow_rows::rows(&checked, dataset, &metadata.schema, &reads).await?;
        let spec = self.sink_spec(task, metadata, &checked)?;
        let internal = |error| vec![engine_fault(&EngineError::from_datafusion("plan flow", error)).at(flow.span, "")];
        let sink = SinkExec::try_new(Arc::new(spec), rows).map_err(internal)?;
        let sink: Arc<dyn ExecutionPlan> = Arc::new(sink.with_faults(Arc::clone(&self.engine.faults)));
        Ok(Prepared { sink, name: self.pipeline.shown(dataset.id) })
    }

    fn sink_spec(
        &self,
        task: BatchTask<'_>,
        metadata: &lakesmith_delta::Metadata,
        checked: &lakesmith_plan::Checked,
    ) -> Result<SinkSpec, Vec<Diagnostic>> {
        let BatchTask { dataset, table, plan, prefix, .. } = task;
        let name = self.pipeline.shown(dataset.id);
        let arrow = |columns: &[lakesmith_unresolved::StructField]| {
            to_arrow_schema(columns).map(Arc::new).map_err(|unmapped| {
                let condition = lakesmith_diagnostic::Condition::UNSUPPORTED_DATATYPE;
                vec![Diagnostic::error(condition, unmapped.to_string()).at(dataset.name_span, "")]
            })
        };
        let takes_quarantined = dataset.expectations().iter().any(|expectation| quarantines(&expectation.on_violation));
        let other = takes_quarantined.then(|| quarantine::table_of(&self.pipeline.graph, dataset.id)).flatten();
        let quarantine = match other {
            Some(other) => Some(QuarantineSpec {
                node: quarantine_node(&name),
                folder: self.pipeline.folder(&other.name).display().to_string(),
                schema: arrow(&quarantine::schema(&metadata.schema))?,
                quarantined_at_micros: plan.batch_time_micros,
                update_id: self.update_id.to_string(),
                source_file_column: checked.source_file.as_ref().map(|_| SOURCE_FILE.to_owned()),
            }),
            None => None,
        };
        Ok(SinkSpec {
            node: sink_node(&name),
            folder: table.store().folder().to_owned(),
            schema: arrow(&metadata.schema)?,
            partition_columns: metadata.partition_columns.clone(),
            verdict: (!dataset.expectations().is_empty()).then(|| VERDICT.to_owned()),
            quarantine,
            part_prefix: prefix.to_owned(),
        })
    }

    /// What the nodes of one flow tell when the plan that they are part of has ended.
    pub(crate) fn gathered(&self, plan: &Arc<dyn ExecutionPlan>, flow: &Prepared) -> Written {
        let now = self.engine.now_millis();
        let (sink, quarantine) = (sink_node(&flow.name), quarantine_node(&flow.name));
        let mut written = Written { added: Vec::new(), quarantined: Vec::new(), work: FlowWork::default() };
        for entry in report_of(plan) {
            match &entry {
                ReportEntry::File { node, bytes, .. } => {
                    let Some(file) = DataFile::from_report(&entry, now) else { continue };
                    if *node == sink {
                        written.work.bytes += bytes;
                        written.added.push(file);
                    } else if *node == quarantine {
                        written.quarantined.push(file);
                    }
                }
                ReportEntry::Counter { node, name, value } if *node == sink => match name.as_str() {
                    "written" => written.work.written += value,
                    "dropped" => written.work.dropped += value,
                    "quarantined" => written.work.quarantined += value,
                    _ => {}
                },
                ReportEntry::Counter { .. } | ReportEntry::Sample { .. } => {}
            }
        }
        // what stands beneath another flow's sink is that flow's
        let own = find_sink(plan, &sink).unwrap_or_else(|| Arc::clone(plan));
        for child in own.children() {
            gather_nodes(child, &mut written.work);
        }
        written
    }
}

/// A batch's plan, ready to run.
pub(crate) struct Prepared {
    pub sink: Arc<dyn ExecutionPlan>,
    /// The dataset, as output shows it.
    pub name: String,
}

fn sink_node(dataset: &str) -> String {
    format!("sink:{dataset}")
}

fn quarantine_node(dataset: &str) -> String {
    format!("quarantine:{dataset}")
}

fn find_sink(plan: &Arc<dyn ExecutionPlan>, node: &str) -> Option<Arc<dyn ExecutionPlan>> {
    let is_it = plan.downcast_ref::<SinkExec>().is_some_and(|sink| sink.spec().node == node);
    if is_it { Some(Arc::clone(plan)) } else { plan.children().into_iter().find_map(|child| find_sink(child, node)) }
}

/// Counts of expectations and files down to the next sink.
fn gather_nodes(plan: &Arc<dyn ExecutionPlan>, work: &mut FlowWork) {
    if plan.is::<SinkExec>() {
        return;
    }
    if let Some(node) = plan.downcast_ref::<ExpectationExec>() {
        work.expectations.extend(node.counts());
    }
    if plan.children().is_empty() {
        work.files.extend(lakesmith_ingest::counts_of(plan));
    }
    for child in plan.children() {
        gather_nodes(child, work);
    }
}
