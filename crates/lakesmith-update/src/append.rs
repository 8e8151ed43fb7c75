//! Append flows and flows that run once: batch after batch until nothing is new.

use std::collections::{BTreeMap, BTreeSet};

use lakesmith_base::QualifiedName;
use lakesmith_delta::{Commit, DataFile, DeltaTable, Txn};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::ErrorKind;
use lakesmith_graph::{Dataset, Flow, FlowKind};
use lakesmith_stream::table_options::OnChange;
use lakesmith_stream::{
    BatchPlan, FlowCheckpoint, FlowIdentity, Progress, RETIRED, Slice, StreamError, file_source, table_source,
};

use crate::complete::{BatchTask, Written};
use crate::fault::{Uncommitted, commit_fault, engine_fault, stream_fault};
use crate::outcome::FlowWork;
use crate::quarantine;
use crate::reads::Batch;
use crate::source::{Source, SourceUse};
use crate::update::UpdateRun;

/// What a flow did, or why it failed after what it did.
pub(crate) struct Ended {
    pub work: FlowWork,
    pub result: Result<Option<String>, Vec<Diagnostic>>,
}

/// A flow at work on its target.
pub(crate) struct AppendFlow<'a> {
    pub run: &'a UpdateRun<'a>,
    pub flow: &'a Flow,
    pub dataset: &'a Dataset,
    uses: &'a [SourceUse],
    pub checkpoint: FlowCheckpoint,
    pub identity: FlowIdentity,
    pub table: DeltaTable,
    pub fingerprint: String,
}

/// Runs a flow until its sources hold nothing new.
pub(crate) async fn run(run: &UpdateRun<'_>, flow: &Flow, dataset: &Dataset) -> Ended {
    let mut work = run.work_so_far(flow);
    let result = match AppendFlow::start(run, flow, dataset).await {
        Ok(mut at_work) => at_work.batches(&mut work).await,
        Err(faults) => Err(faults),
    };
    Ended { work, result }
}

impl<'a> AppendFlow<'a> {
    pub(crate) async fn start(
        run: &'a UpdateRun<'a>,
        flow: &'a Flow,
        dataset: &'a Dataset,
    ) -> Result<Self, Vec<Diagnostic>> {
        let folder = run.pipeline.folder(&dataset.name);
        let table = run.tables.current(&folder).await.map_err(|error| vec![engine_fault(&error)])?;
        let mut table = table.ok_or_else(|| vec![missing(&dataset.name.to_string())])?;
        let checkpoint = crate::reads::checkpoint(run.pipeline, run.engine, flow);
        let identity = checkpoint.identity(&mut table, run.engine.now_millis()).await;
        let identity = identity.map_err(|error| vec![stream_fault(&error).at(flow.span, "")])?;
        let uses = run.analysis.flows.get(&flow.id).map_or(&[][..], |analyzed| analyzed.uses.as_slice());
        let fingerprint = run.fingerprint(flow, dataset);
        Ok(Self { run, flow, dataset, uses, checkpoint, identity, table, fingerprint })
    }

    async fn batches(&mut self, work: &mut FlowWork) -> Result<Option<String>, Vec<Diagnostic>> {
        let left = self.checkpoint.highest_plan(&self.identity).map_err(|error| self.fault(&error))?;
        let left = left.map_or(0, |plan| plan.number);
        loop {
            let committed = self.committed()?;
            let progress = self.checkpoint.progress(&self.identity, committed).map_err(|error| self.fault(&error))?;
            let Some(plan) = self.next_plan(&progress).await? else { break };
            let done = self.batch(&plan).await?;
            self.run.batch_committed(self.flow, self.dataset, plan.number, &done);
            work.add(done);
            self.after_commit(&plan).await?;
            // a plan that an earlier update left behind tells nothing of what came since
            let may_hold_more = plan.number <= left || self.may_hold_more(&plan);
            if self.flow.kind == FlowKind::Once || self.run.is_stopping() || !may_hold_more {
                break;
            }
        }
        Ok((work.batches == 0).then(|| match self.flow.kind {
            FlowKind::Once => "it has run once".to_owned(),
            _ => "nothing new".to_owned(),
        }))
    }

    /// Upkeep of the checkpoint and the log, when it is time.
    pub(crate) async fn after_commit(&mut self, plan: &BatchPlan) -> Result<(), Vec<Diagnostic>> {
        let progress = self.checkpoint.progress(&self.identity, plan.number).map_err(|error| self.fault(&error))?;
        self.checkpoint.compact(&self.identity, &progress).map_err(|error| self.fault(&error))?;
        self.run.maintain(&mut self.table).await;
        self.maintain_quarantine().await
    }

    /// Upkeep of the quarantine, unless it holds rows of a batch that is not committed: these may have to be taken back, by the
    /// names of their files.
    async fn maintain_quarantine(&mut self) -> Result<(), Vec<Diagnostic>> {
        let Some(mut quarantine) = self.quarantine_table().await? else { return Ok(()) };
        let target = self.run.tables.current(&self.run.pipeline.folder(&self.dataset.name)).await;
        let Some(target) = target.map_err(|error| vec![engine_fault(&error)])? else { return Ok(()) };
        let mut batches = quarantine.txns().iter().filter_map(|(app_id, number)| {
            app_id.strip_suffix(QUARANTINE_SUFFIX).map(|flow| (target.txn(flow).unwrap_or(0), *number))
        });
        if batches.all(|(committed, quarantined)| committed == RETIRED || committed >= quarantined) {
            self.run.maintain(&mut quarantine).await;
        }
        Ok(())
    }

    /// Whether a limit of a source cut the plan short. Sources are pinned when the flow starts otherwise.
    fn may_hold_more(&self, plan: &BatchPlan) -> bool {
        self.uses.iter().any(|used| match (&used.source, plan.slices.get(&used.source.key(self.run.pipeline))) {
            (Source::Files { options, .. }, Some(Slice::Files(files))) => {
                files.len() as u64 >= options.max_files_per_trigger
            }
            _ => false,
        })
    }

    /// The number of the last plan that the table holds.
    pub(crate) fn committed(&self) -> Result<i64, Vec<Diagnostic>> {
        match self.table.txn(&self.identity.app_id()) {
            Some(RETIRED) => Err(vec![commit_fault(
                &self.run.pipeline.shown(self.dataset.id),
                &lakesmith_delta::CommitError::TxnConflict {
                    app_id: self.identity.app_id(),
                    expected: None,
                    found: Some(RETIRED),
                },
            )]),
            number => Ok(number.unwrap_or(0)),
        }
    }

    /// The plan to run now: the one that was not committed, as it was written where that can still be done, or a new one.
    async fn next_plan(&mut self, progress: &Progress) -> Result<Option<BatchPlan>, Vec<Diagnostic>> {
        let highest = self.checkpoint.highest_plan(&self.identity).map_err(|error| self.fault(&error))?;
        let committed = progress.number;
        let mut number = committed + 1;
        if let Some(open) = highest.filter(|plan| plan.number > committed) {
            let is_same = open.base == committed && open.fingerprint == self.fingerprint;
            if is_same && self.is_as_listed(&open).await? {
                return Ok(Some(open));
            }
            self.undo(&open).await?;
            number = open.number + 1;
        }
        if self.flow.kind == FlowKind::Once && committed > 0 {
            return Ok(None);
        }
        let plan = BatchPlan {
            number,
            base: committed,
            batch_time_micros: self.run.engine.now_micros(),
            fingerprint: self.fingerprint.clone(),
            slices: self.slices(progress).await?,
        };
        if self.flow.kind != FlowKind::Once && plan.is_empty() && !plan.begins(progress) {
            return Ok(None);
        }
        self.checkpoint.put_plan(&self.identity, &plan).map_err(|error| self.fault(&error))?;
        Ok(Some(plan))
    }

    /// Whether a plan can still be run as it was written: its files are as they were, and the versions it names were made.
    async fn is_as_listed(&self, plan: &BatchPlan) -> Result<bool, Vec<Diagnostic>> {
        for (key, slice) in &plan.slices {
            let stands = match slice {
                Slice::Files(files) => file_source::is_unchanged(&self.run.pipeline.root, files),
                Slice::Passed(_) => true,
                Slice::Table { table_id, up_to, .. } => self.is_made(key, table_id, *up_to).await?,
            };
            if !stands {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn is_made(&self, key: &str, table_id: &str, version: i64) -> Result<bool, Vec<Diagnostic>> {
        let used = self.uses.iter().find(|used| used.is_streaming && used.source.key(self.run.pipeline) == key);
        let Some(Source::Table { folder, .. }) = used.map(|used| &used.source) else { return Ok(false) };
        let table = self.run.tables.current(folder).await.map_err(|error| vec![engine_fault(&error)])?;
        Ok(table.is_some_and(|table| table.metadata().id == table_id && table.version() >= version))
    }

    /// What is new in every source that is read as a stream.
    async fn slices(&self, progress: &Progress) -> Result<BTreeMap<String, Slice>, Vec<Diagnostic>> {
        let mut slices = BTreeMap::new();
        for used in self.uses.iter().filter(|used| used.is_streaming) {
            let key = used.source.key(self.run.pipeline);
            match &used.source {
                Source::Files { pattern, options, seen } => {
                    let limit = usize::try_from(options.max_files_per_trigger).ok();
                    let root = &self.run.pipeline.root;
                    match file_source::next_files(root, &key, pattern, options, progress, seen.as_deref(), limit) {
                        Ok(slice) => _ = slices.insert(key, slice),
                        // whoever has read files before may find that they were moved away, and a folder may wait for its first
                        Err(error)
                            if error.kind == ErrorKind::NotFound
                                && (progress.files.contains_key(&key) || folder_exists(pattern)) =>
                        {
                            if file_source::passes_over(&key, options, progress) {
                                slices.insert(key, Slice::Passed(Vec::new()));
                            }
                        }
                        Err(error) => return Err(vec![self.unreachable(pattern, &error)]),
                    }
                }
                Source::Table { name, folder, options } => {
                    let table = self.run.tables.current(folder).await.map_err(|error| vec![engine_fault(&error)])?;
                    let Some(mut table) = table else { continue };
                    let shown = self.run.pipeline.shown_name(name);
                    let position = progress.tables.get(&key);
                    let slice = table_source::next_versions(&shown, &table, position, *options).await;
                    let slice = slice.map_err(|error| self.fault(&error))?;
                    // where a flow begins is noted even when nothing is there yet: `latest` is another version next time
                    let begins = position.is_none() && options.start.is_some();
                    if begins || self.holds_rows(&shown, &mut table, &slice, options.on_change).await? {
                        slices.insert(key, slice);
                    }
                }
            }
        }
        Ok(slices)
    }

    /// Whether the versions of a slice added any file; versions that did not are looked at again next time.
    async fn holds_rows(
        &self,
        name: &str,
        table: &mut DeltaTable,
        slice: &Slice,
        on_change: OnChange,
    ) -> Result<bool, Vec<Diagnostic>> {
        let Slice::Table { after, up_to, .. } = slice else { return Ok(true) };
        let files = table_source::files(name, table, *after, *up_to, on_change).await;
        Ok(!files.map_err(|error| self.fault(&error))?.is_empty())
    }

    /// A plan of this flow as a task.
    pub(crate) fn task<'t>(&'t self, plan: &'t BatchPlan, prefix: &'t str) -> BatchTask<'t> {
        BatchTask { flow: self.flow, dataset: self.dataset, table: &self.table, plan, prefix }
    }

    /// Runs a plan and commits it.
    async fn batch(&mut self, plan: &BatchPlan) -> Result<FlowWork, Vec<Diagnostic>> {
        let riders = self.riders(plan).await;
        if !riders.is_empty()
            && let Some(work) = self.fused_batch(plan, riders).await?
        {
            return Ok(work);
        }
        let prefix = self.identity.part_prefix(plan.number);
        let written =
            self.run.write(self.task(plan, &prefix), &Batch::new(&plan.slices, plan.batch_time_micros)).await?;
        self.commit(plan, written).await
    }

    pub(crate) async fn commit(&mut self, plan: &BatchPlan, written: Written) -> Result<FlowWork, Vec<Diagnostic>> {
        let run = self.run;
        let engine = |error: lakesmith_engine::EngineError| vec![engine_fault(&error)];
        let outcome = async {
            run.engine.faults.reach("update.before_quarantine_commit").map_err(engine)?;
            self.commit_quarantine(plan, &written.quarantined).await?;
            run.engine.faults.reach("update.before_commit").map_err(engine)?;
            let app_id = self.identity.app_id();
            let mut commit = Commit::new("STREAMING UPDATE", run.engine.now_millis());
            commit.parameters = vec![
                ("outputMode".to_owned(), "Append".to_owned()),
                ("queryId".to_owned(), self.identity.folder()),
                ("epochId".to_owned(), plan.number.to_string()),
            ];
            commit.is_blind_append = true;
            commit.adds.clone_from(&written.added);
            let fence = fence_app_id(&self.identity);
            commit.expected_txns =
                vec![(app_id.clone(), self.table.txn(&app_id)), (fence.clone(), self.table.txn(&fence))];
            commit.txns = vec![Txn { app_id, version: plan.number }];
            let version = self.table.commit(&commit).await;
            version.map_err(|error| Uncommitted::new(&run.pipeline.shown(self.dataset.id), &error))
        };
        match outcome.await {
            Ok(version) => {
                run.tables.keep(&run.pipeline.folder(&self.dataset.name), &self.table).await;
                run.engine.faults.reach("update.after_commit").map_err(|error| vec![engine_fault(&error)])?;
                let mut work = written.work;
                work.batches = 1;
                work.version = Some(version);
                Ok(work)
            }
            Err(Uncommitted { faults, is_unsure: true }) => Err(faults),
            Err(Uncommitted { faults, .. }) => {
                // parts without a commit are rows of nothing; those that cannot be removed now are found by a clean-up
                let _ = lakesmith_delta::cleanup::remove_parts(self.table.store(), &written.added).await;
                if let Some(table) = self.quarantine_table().await.ok().flatten() {
                    let _ = lakesmith_delta::cleanup::remove_parts(table.store(), &written.quarantined).await;
                }
                Err(faults)
            }
        }
    }

    /// Commits the quarantined rows of a plan, once.
    async fn commit_quarantine(&self, plan: &BatchPlan, parts: &[DataFile]) -> Result<(), Uncommitted> {
        let Some(mut table) = self.quarantine_table().await? else { return Ok(()) };
        let app_id = quarantine_app_id(&self.identity);
        let found = table.txn(&app_id);
        if let Some(newer) = found.filter(|number| *number > plan.number) {
            // an update that went on without this one has superseded the plan
            let expected = Some(plan.base);
            let conflict = lakesmith_delta::CommitError::TxnConflict { app_id, expected, found: Some(newer) };
            return Err(Uncommitted::new("the quarantine table", &conflict));
        }
        if found == Some(plan.number) {
            let _ = lakesmith_delta::cleanup::remove_parts(table.store(), parts).await;
            return Ok(());
        }
        if parts.is_empty() {
            return Ok(());
        }
        let mut commit = Commit::new("STREAMING UPDATE", self.run.engine.now_millis());
        commit.is_blind_append = true;
        commit.adds = parts.to_vec();
        commit.expected_txns = vec![(app_id.clone(), found)];
        commit.txns = vec![Txn { app_id, version: plan.number }];
        let committed = table.commit(&commit).await;
        committed.map_err(|error| Uncommitted::new("the quarantine table", &error))?;
        self.run.tables.keep(std::path::Path::new(table.store().folder()), &table).await;
        Ok(())
    }

    /// Takes back what a plan that will never be committed has put into quarantine.
    async fn undo(&mut self, plan: &BatchPlan) -> Result<(), Vec<Diagnostic>> {
        // the definition may have named another table when the plan ran, or one where it names none now
        let usual = quarantine::usual_name(&self.dataset.name);
        let now = quarantine::table_of(&self.run.pipeline.graph, self.dataset.id).map(|table| table.name.clone());
        let names: BTreeSet<QualifiedName> = usual.into_iter().chain(now).collect();
        for name in names {
            let table = self.run.tables.current(&self.run.pipeline.folder(&name)).await;
            if let Some(table) = table.map_err(|error| vec![engine_fault(&error)])? {
                self.take_back(plan, table).await?;
            }
        }
        Ok(())
    }

    async fn take_back(&mut self, plan: &BatchPlan, mut table: DeltaTable) -> Result<(), Vec<Diagnostic>> {
        if table.txn(&quarantine_app_id(&self.identity)) != Some(plan.number) {
            return Ok(());
        }
        let prefix = self.identity.part_prefix(plan.number);
        let files = table.files().await.map_err(|error| vec![engine_fault(&error)])?;
        let removes: Vec<DataFile> = files.into_iter().filter(|file| names_plan(&file.path, &prefix)).collect();
        if removes.is_empty() {
            return Ok(());
        }
        self.fence(plan).await?;
        self.run.engine.faults.reach("update.before_undo").map_err(|error| vec![engine_fault(&error)])?;
        let mut commit = Commit::new("UNDO", self.run.engine.now_millis());
        commit.removes = removes;
        // as it was before the plan, so that the same plan finds nothing of itself should it be run after all
        commit.txns = vec![Txn { app_id: quarantine_app_id(&self.identity), version: plan.base }];
        let undone = table.commit(&commit).await;
        undone.map_err(|error| vec![commit_fault("the quarantine table", &error)])?;
        self.run.tables.keep(std::path::Path::new(table.store().folder()), &table).await;
        Ok(())
    }

    /// Keeps an update that has stalled and lost its lease from committing a plan whose quarantined rows are taken back.
    async fn fence(&mut self, plan: &BatchPlan) -> Result<(), Vec<Diagnostic>> {
        let (app_id, fence) = (self.identity.app_id(), fence_app_id(&self.identity));
        let mut commit = Commit::new("SET TRANSACTION", self.run.engine.now_millis());
        commit.expected_txns = vec![(app_id.clone(), self.table.txn(&app_id)), (fence.clone(), self.table.txn(&fence))];
        commit.txns = vec![Txn { app_id: fence, version: plan.number }];
        let fenced = self.table.commit(&commit).await;
        fenced.map_err(|error| vec![commit_fault(&self.run.pipeline.shown(self.dataset.id), &error)])?;
        self.run.tables.keep(&self.run.pipeline.folder(&self.dataset.name), &self.table).await;
        Ok(())
    }

    pub(crate) async fn quarantine_table(&self) -> Result<Option<DeltaTable>, Vec<Diagnostic>> {
        let Some(dataset) = quarantine::table_of(&self.run.pipeline.graph, self.dataset.id) else { return Ok(None) };
        let folder = self.run.pipeline.folder(&dataset.name);
        self.run.tables.current(&folder).await.map_err(|error| vec![engine_fault(&error)])
    }

    fn unreachable(&self, pattern: &std::path::Path, error: &lakesmith_engine::EngineError) -> Diagnostic {
        if error.kind != ErrorKind::NotFound {
            return engine_fault(error);
        }
        let title = format!("there is no `{}`", self.run.pipeline.shown_path(pattern));
        Diagnostic::error(Condition::LAKESMITH_SOURCE_UNREACHABLE, title)
            .at(self.flow.span, "")
            .help("check the path: relative paths count from the project's folder")
    }

    fn fault(&self, error: &StreamError) -> Vec<Diagnostic> {
        vec![stream_fault(error).at(self.flow.span, "")]
    }
}

/// Whether the folder is there in which the files of a pattern will be.
pub(crate) fn folder_exists(pattern: &std::path::Path) -> bool {
    let has_wildcard = |text: &str| text.contains(['*', '?', '[', '{']);
    let is_pattern = pattern.to_str().is_some_and(has_wildcard);
    let is_plain = |part: &std::path::Component<'_>| !has_wildcard(&part.as_os_str().to_string_lossy());
    is_pattern && pattern.components().take_while(is_plain).collect::<std::path::PathBuf>().is_dir()
}

/// Ends the application id under which the quarantine table knows a flow.
const QUARANTINE_SUFFIX: &str = "/quarantine";

fn quarantine_app_id(identity: &FlowIdentity) -> String {
    format!("{}{QUARANTINE_SUFFIX}", identity.app_id())
}

/// Its version is the last plan that was taken back after rows of it had been quarantined.
fn fence_app_id(identity: &FlowIdentity) -> String {
    format!("{}/fence", identity.app_id())
}

/// Whether a part file was written for a plan.
fn names_plan(path: &str, prefix: &str) -> bool {
    path.strip_suffix(".parquet").is_some_and(|stem| {
        // a number may begin another: `…-1` and `…-12`
        stem.ends_with(prefix) || stem.contains(&format!("{prefix}-")) || stem.contains(&format!("{prefix}."))
    })
}

fn missing(table: &str) -> Diagnostic {
    let title = format!("`{table}` has gone while the update ran");
    Diagnostic::error(Condition::LAKESMITH_STORAGE, title).help("run again")
}
