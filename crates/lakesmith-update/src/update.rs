//! [`run_update`]: one update of a pipeline, from the lease to the folded event log.

mod emitter;
pub(crate) mod fingerprint;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::physical_plan::ExecutionPlan;
use lakesmith_base::UpdateId;
use lakesmith_delta::DeltaTable;
use lakesmith_delta::compaction::CompactionSettings;
use lakesmith_diagnostic::Diagnostic;
use lakesmith_engine::EngineError;
use lakesmith_event::{
    CreateUpdate, Details, EventOrigin, EventSink, FlowStatus, UpdateCause, UpdateProgress, UpdateState,
};
use lakesmith_graph::{Dataset, DatasetId, Flow, FlowId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::analysis::{Analysis, analyze_anew};
use crate::engine::Engine;
use crate::event_log::Journal;
use crate::fault::engine_fault;
use crate::full_refresh::{Before, Unfinished};
use crate::lease::Lease;
use crate::outcome::{FlowOutcome, FlowResult, FlowWork, UpdateOutcome};
use crate::pipeline::Pipeline;
use crate::retries::{Retries, may_pass, wait};
use crate::schedule;
use crate::selection::{Selected, Selection};
use crate::tables::Tables;
use crate::update::emitter::Emitter;
use crate::upkeep::{compaction_settings, upkeep};

/// What is needed to run one update.
#[derive(Clone)]
pub struct UpdateRequest<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The engine.
    pub engine: &'a Engine,
    /// Which datasets.
    pub selection: Selection,
    /// Who is told.
    pub events: Arc<dyn EventSink>,
    /// Becomes true when the update is to stop.
    pub stop: watch::Receiver<bool>,
}

/// One update at work.
pub(crate) struct UpdateRun<'a> {
    pub pipeline: &'a Pipeline,
    pub engine: &'a Engine,
    pub tables: Tables,
    pub analysis: &'a Analysis,
    pub update_id: UpdateId,
    full: HashSet<DatasetId>,
    /// Tables that were started over in this update, as they were before.
    pub started_over: Mutex<HashMap<DatasetId, Before>>,
    emitter: &'a Emitter,
    stop: watch::Receiver<bool>,
    selected: HashSet<DatasetId>,
    broken: Mutex<HashMap<DatasetId, Vec<Diagnostic>>>,
    /// Flows that have ended and will not write any more in this update.
    ended: Mutex<HashSet<FlowId>>,
    /// What flows have done along with the flow before them.
    rode: Mutex<HashMap<FlowId, FlowWork>>,
    /// How flows are tried again.
    pub retries: Retries,
    /// How small files are merged.
    compaction: Option<CompactionSettings>,
    /// Plans that were given up while they ran.
    pub given_up: Mutex<Vec<Arc<dyn ExecutionPlan>>>,
}

/// Runs an update to its end. What could not be done is in the outcome.
///
/// An update that failed by what may pass by itself is followed by another, as often as `pipelines.numUpdateRetryAttempts` says;
/// the outcome is that of the last.
pub async fn run_update(request: UpdateRequest<'_>) -> UpdateOutcome {
    let retries = Retries::of_update(request.pipeline);
    let mut cause = UpdateCause::default();
    let mut retry = 0;
    loop {
        let outcome = run_once(request.clone(), cause).await;
        retry += 1;
        let pause = retries.as_ref().ok().and_then(|retries| retries.pause(retry));
        match pause.filter(|_| outcome.failed_for_now()) {
            Some(pause) => wait(pause, stopped(request.stop.clone())).await,
            None => return outcome,
        }
        cause = UpdateCause::RetryOnFailure;
    }
}

/// Ends when what runs is to stop.
async fn stopped(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // nobody can stop the update any more
        std::future::pending::<()>().await;
    }
}

async fn run_once(request: UpdateRequest<'_>, cause: UpdateCause) -> UpdateOutcome {
    let UpdateRequest { pipeline, engine, selection, events, stop } = request;
    let update_id = UpdateId::new(Uuid::now_v7());
    let started = engine.now_micros();
    let mut outcome = UpdateOutcome {
        update_id: update_id.to_string(),
        flows: Vec::new(),
        diagnostics: Vec::new(),
        is_cancelled: false,
        duration_micros: 0,
    };
    let settings = Retries::of_update(pipeline).and_then(|_| Retries::of_flows(pipeline));
    let settings = settings.and_then(|retries| Ok((retries, compaction_settings(pipeline)?)));
    let (retries, compaction) = match settings {
        Ok(settings) => settings,
        Err(fault) => {
            outcome.diagnostics.push(*fault);
            return outcome;
        }
    };
    let holder = format!("process {}, update {update_id}", std::process::id());
    let lease = match Lease::take(&pipeline.storage, &holder, engine.settings.wait).await {
        Ok(lease) => lease,
        Err(fault) => {
            outcome.diagnostics.push(fault);
            return outcome;
        }
    };
    let mut unfinished = match Unfinished::load(pipeline, engine) {
        Ok(unfinished) => unfinished,
        Err(error) => {
            outcome.diagnostics.push(engine_fault(&error));
            return outcome;
        }
    };
    let mut selected = selection.resolve(&pipeline.graph);
    unfinished.add_to(&mut selected);
    let journal = match Journal::begin(pipeline, engine, update_id).await {
        Ok(journal) => Arc::new(journal),
        Err(fault) => {
            outcome.diagnostics.push(fault);
            return outcome;
        }
    };
    let id = match pipeline.id() {
        Ok(id) => id,
        Err(error) => {
            outcome.diagnostics.push(engine_fault(&error));
            return outcome;
        }
    };
    let origin = EventOrigin::pipeline(id, pipeline.name.clone()).update(update_id);
    let emitter = Emitter::new(origin, engine, update_id, events, Arc::clone(&journal));
    emitter.update(Details::CreateUpdate(created(&selection, cause)));
    emitter.update(Details::UpdateProgress(UpdateProgress::new(UpdateState::Initializing)));
    let analysis = analyze_anew(pipeline, engine, false, &selected.full).await;
    outcome.diagnostics.extend(analysis.diagnostics.iter().filter(|found| !found.is_error()).cloned());
    let run = UpdateRun {
        pipeline,
        engine,
        tables: Tables::new(Arc::clone(&engine.faults)),
        analysis: &analysis,
        update_id,
        full: selected.full.clone(),
        started_over: Mutex::default(),
        emitter: &emitter,
        stop,
        selected: selected.refresh.clone(),
        broken: Mutex::default(),
        ended: Mutex::default(),
        rode: Mutex::default(),
        retries,
        compaction,
        given_up: Mutex::default(),
    };
    emitter.update(Details::UpdateProgress(UpdateProgress::new(UpdateState::SettingUpTables)));
    match run.set_up(&selected, &mut unfinished).await {
        Ok(()) => {
            emitter.update(Details::UpdateProgress(UpdateProgress::new(UpdateState::Running)));
            outcome.flows = schedule::run(&run, &selected).await;
            outcome.diagnostics.extend(run.restore(&outcome.flows, &mut unfinished).await);
        }
        Err(error) => outcome.diagnostics.push(engine_fault(&error)),
    }
    outcome.is_cancelled = run.is_stopping();
    outcome.duration_micros = engine.now_micros() - started;
    let state = match (outcome.is_cancelled, outcome.is_completed()) {
        (true, _) => UpdateState::Canceled,
        (false, true) => UpdateState::Completed,
        (false, false) => UpdateState::Failed,
    };
    emitter.update(Details::UpdateProgress(UpdateProgress::new(state)));
    if let Err(fault) = journal.fold(pipeline, engine).await {
        outcome.diagnostics.push(fault);
    }
    drop(lease);
    outcome
}

fn created(selection: &Selection, cause: UpdateCause) -> CreateUpdate {
    let mut refresh = selection.refresh.clone();
    refresh.extend(selection.select.iter().cloned());
    CreateUpdate {
        cause,
        full_refresh: selection.full_refresh_all,
        refresh_selection: refresh,
        full_refresh_selection: selection.full_refresh.clone(),
        ..CreateUpdate::default()
    }
}

impl UpdateRun<'_> {
    /// Makes and adapts the tables of all selected datasets; what fails here is the failure of the table's flows.
    async fn set_up(&self, selected: &Selected, unfinished: &mut Unfinished<'_>) -> Result<(), EngineError> {
        unfinished.begin(&selected.full)?;
        for id in &self.pipeline.graph.order {
            let dataset = self.pipeline.graph.dataset(*id);
            let governing = dataset.quarantine_of().unwrap_or(*id);
            if !dataset.is_table() || !selected.refresh.contains(&governing) || self.is_stopping() {
                continue;
            }
            if let Err(faults) = self.materialized(dataset).await {
                let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
                broken.insert(governing, faults);
            }
        }
        if self.is_stopping() {
            return Ok(());
        }
        let broken: HashSet<DatasetId> =
            self.broken.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        unfinished.end(selected.full.iter().copied().filter(|id| !broken.contains(id)))
    }

    /// Makes or adapts a table, and again where what failed may pass by itself.
    async fn materialized(&self, dataset: &Dataset) -> Result<(), Vec<Diagnostic>> {
        let mut retry = 0;
        loop {
            let Err(faults) = self.materialize(dataset).await else { return Ok(()) };
            retry += 1;
            match self.retries.pause(retry).filter(|_| may_pass(&faults) && !self.is_stopping()) {
                Some(pause) => wait(pause, self.stopped()).await,
                None => return Err(faults),
            }
        }
    }

    /// Whether a dataset is started over in this update; a quarantine table is with its table.
    pub fn starts_over(&self, id: DatasetId) -> bool {
        let governing = self.pipeline.graph.dataset(id).quarantine_of().unwrap_or(id);
        self.full.contains(&governing)
    }

    /// The end of a flow that cannot even begin.
    pub fn settled(&self, flow: &Flow) -> Option<FlowResult> {
        if let Some(faults) = self.analysis.broken.get(&flow.id) {
            return Some(match self.unknown_source(flow) {
                Some(because) if faults.is_empty() => FlowResult::Skipped { because },
                _ => FlowResult::Failed(faults.clone()),
            });
        }
        let broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        flow.target.and_then(|target| broken.get(&target)).map(|faults| FlowResult::Failed(faults.clone()))
    }

    /// The first dataset that a flow reads and of which nothing is known.
    fn unknown_source(&self, flow: &Flow) -> Option<String> {
        let graph = &self.pipeline.graph;
        let mut at = flow;
        // the root of the trouble, not the next link
        for _ in 0..=graph.datasets.len() {
            let read = graph.edges_of(at.id).map(|edge| edge.dataset);
            let Some(unknown) = { read }.find(|id| !self.analysis.schemas.contains_key(id)) else { break };
            let is_said = |flow: &&Flow| self.analysis.broken.get(&flow.id).is_some_and(|faults| !faults.is_empty());
            if let Some(broken) = graph.flows_into(unknown).find(is_said) {
                return Some(self.pipeline.shown_name(&broken.name));
            }
            match graph.flows_into(unknown).next() {
                Some(next) => at = next,
                None => return Some(self.pipeline.shown(unknown)),
            }
        }
        None
    }

    pub fn is_selected(&self, id: DatasetId) -> bool {
        self.selected.contains(&id)
    }

    /// Whether no other flow writes into a flow's table any more in this update.
    pub fn is_only_writer(&self, flow: &Flow, dataset: &Dataset) -> bool {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let mut others = self.pipeline.graph.flows_into(dataset.id).filter(|other| other.id != flow.id);
        others.all(|other| ended.contains(&other.id))
    }

    /// Notes what a flow has done along with the flow before it.
    pub fn rode_along(&self, flow: &Flow, dataset: &Dataset, number: i64, work: FlowWork) {
        self.batch_committed(flow, dataset, number, &work);
        let mut rode = self.rode.lock().unwrap_or_else(PoisonError::into_inner);
        rode.entry(flow.id).or_default().add(work);
    }

    /// What a flow has done before its own turn.
    pub fn work_so_far(&self, flow: &Flow) -> FlowWork {
        let mut rode = self.rode.lock().unwrap_or_else(PoisonError::into_inner);
        rode.remove(&flow.id).unwrap_or_default()
    }

    pub fn is_volatile(&self, flow: FlowId) -> bool {
        self.analysis.flows.get(&flow).is_some_and(|analyzed| analyzed.is_volatile)
    }

    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Ends when the update is to stop.
    pub async fn stopped(&self) {
        stopped(self.stop.clone()).await;
    }

    /// A digest of everything that decides what a flow's rows are, apart from its sources.
    pub fn fingerprint(&self, flow: &Flow, dataset: &Dataset) -> String {
        fingerprint::of(self.pipeline, self.analysis, flow, dataset)
    }

    /// Upkeep of a table that grows by commits, when it is time.
    pub async fn maintain(&self, table: &mut DeltaTable) {
        upkeep(self.engine, table, self.compaction).await;
        self.tables.keep(Path::new(table.store().folder()), table).await;
    }

    /// Upkeep of a table that each commit replaces.
    pub async fn maintain_replaced(&self, table: &mut DeltaTable) {
        upkeep(self.engine, table, None).await;
    }

    pub fn outcome(&self, flow: &Flow, result: FlowResult, work: FlowWork, duration_micros: i64) -> FlowOutcome {
        FlowOutcome {
            flow: self.pipeline.shown_name(&flow.name),
            dataset: self.pipeline.shown_name(&flow.target_name),
            result,
            work,
            duration_micros,
        }
    }

    pub fn flow_started(&self, flow: &Flow) {
        self.emitter.flow_status(self.pipeline, flow, FlowStatus::Running);
    }

    /// A flow has failed for now and is tried again.
    pub fn flow_waits(&self, flow: &Flow, faults: &[Diagnostic]) {
        self.emitter.flow_waits(self.pipeline, flow, faults);
    }

    pub fn batch_committed(&self, flow: &Flow, _dataset: &Dataset, number: i64, work: &FlowWork) {
        self.emitter.batch(self.pipeline, flow, number, work);
    }

    pub fn flow_ended(&self, flow: &Flow, outcome: &FlowOutcome) {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).insert(flow.id);
        self.emitter.flow_ended(self.pipeline, flow, outcome);
    }
}
