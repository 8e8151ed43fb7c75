//! The event log: a journal of JSON lines that is folded into a Delta table at `<storage>/system/events`.
//!
//! A journal is folded by the same decoder, sink and commit as any flow; the table's `txn` for it says whether it has been, so a
//! crash at any point neither loses an event nor writes one twice.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::physical_plan::ExecutionPlan;
use lakesmith_base::UpdateId;
use lakesmith_delta::compaction::CompactionSettings;
use lakesmith_delta::{
    Commit, CommitError, DataFile, DeltaTable, Metadata, OnVersion, SinkExec, SinkSpec, TableStore, Txn, report_of,
};
use lakesmith_diagnostic::Diagnostic;
use lakesmith_engine::arrow_type::to_arrow_schema;
use lakesmith_engine::{EngineError, ErrorKind, Executor, LocalExecutor};
use lakesmith_event::{
    AutoLoaderDetails, DataQuality, Details, EVENT_LOG_DDL, Event, EventError, ExpectationCounts, FileCounts,
    FlowMetrics, FlowProgress, FlowStatus, OperationProgress, OperationStatus, OperationType,
};
use lakesmith_ingest::{Format, ReaderOptions, Usage};
use lakesmith_unresolved::StructField;
use uuid::Uuid;

use crate::engine::Engine;
use crate::fault::{commit_fault, engine_fault};
use crate::outcome::{FlowOutcome, FlowResult, FlowWork};
use crate::pipeline::Pipeline;
use crate::upkeep::upkeep;

/// Folder of the event log's table.
pub fn table_folder(storage: &Path) -> PathBuf {
    storage.join("system").join("events")
}

fn journal_folder(storage: &Path) -> PathBuf {
    storage.join("journal")
}

/// The journal of one update.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Mutex<Option<File>>,
}

impl Journal {
    /// Folds what earlier updates have left behind, and begins a new journal.
    pub async fn begin(pipeline: &Pipeline, engine: &Engine, update: UpdateId) -> Result<Self, Diagnostic> {
        fold_all(&pipeline.storage, engine).await?;
        let folder = journal_folder(&pipeline.storage);
        let path = folder.join(format!("{update}.json"));
        let made =
            std::fs::create_dir_all(&folder).and_then(|()| OpenOptions::new().create(true).append(true).open(&path));
        let file = made.map_err(|error| engine_fault(&EngineError::io("begin event journal", &path, error)))?;
        Ok(Self { path, file: Mutex::new(Some(file)) })
    }

    /// Writes an event. The journal is no part of any promise about data, so a failure to write it stops nothing.
    pub fn write(&self, event: &Event) {
        let Ok(mut line) = serde_json::to_vec(&event.to_row()) else { return };
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = file.as_mut()
            && open.write_all(&line).is_err()
        {
            *file = None;
        }
    }

    /// Ends the journal and folds it into the event log.
    pub async fn fold(&self, pipeline: &Pipeline, engine: &Engine) -> Result<(), Diagnostic> {
        if let Some(file) = self.file.lock().unwrap_or_else(PoisonError::into_inner).take() {
            file.sync_all().map_err(|error| engine_fault(&EngineError::io("sync event journal", &self.path, error)))?;
        }
        fold_all(&pipeline.storage, engine).await
    }
}

/// The journals that lie in a storage folder, `<update>.json` each: those of a running update and of updates that were killed.
pub fn journals(storage: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(journal_folder(storage)) else { return Vec::new() };
    let mut journals: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    journals.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    journals.sort();
    journals
}

/// The application id of the log's `txn` for a journal: once the log has it, the journal is folded.
pub fn journal_app_id(journal: &Path) -> String {
    let name = journal.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    format!("lakesmith-journal/{name}")
}

/// Folds every journal of the storage folder.
async fn fold_all(storage: &Path, engine: &Engine) -> Result<(), Diagnostic> {
    for journal in journals(storage) {
        fold_one(storage, engine, &journal).await?;
    }
    Ok(())
}

async fn fold_one(storage: &Path, engine: &Engine, journal: &Path) -> Result<(), Diagnostic> {
    let fault = |error: EngineError| engine_fault(&error);
    let app_id = journal_app_id(journal);
    let columns = columns().map_err(fault)?;
    let folder = table_folder(storage).display().to_string();
    let store = TableStore::local(&folder, Arc::clone(&engine.faults)).map_err(fault)?;
    let mut table = open(&store, &columns, engine.now_millis()).await?;
    if table.txn(&app_id).is_none() {
        let added = write(engine, journal, &columns, &folder).await.map_err(fault)?;
        engine.faults.reach("events.before_commit").map_err(fault)?;
        let mut commit = Commit::new("WRITE", engine.now_millis());
        commit.is_blind_append = true;
        commit.adds = added;
        commit.expected_txns = vec![(app_id.clone(), None)];
        commit.txns = vec![Txn { app_id, version: 1 }];
        table.commit(&commit).await.map_err(|error| commit_fault("the event log", &error))?;
        engine.faults.reach("events.after_commit").map_err(fault)?;
        upkeep(engine, &mut table, Some(CompactionSettings::default())).await;
    }
    std::fs::remove_file(journal).map_err(|error| fault(EngineError::io("remove event journal", journal, error)))
}

async fn open(store: &TableStore, columns: &[StructField], now_millis: i64) -> Result<DeltaTable, Diagnostic> {
    if let Some(table) = DeltaTable::open(store).await.map_err(|error| engine_fault(&error))? {
        return Ok(table);
    }
    let mut commit = Commit::new("CREATE TABLE", now_millis);
    commit.on_version = OnVersion::Exactly(-1);
    commit.metadata = Some(Metadata {
        id: Uuid::new_v4().to_string(),
        name: None,
        description: Some("Events of the pipeline's updates".to_owned()),
        schema: columns.to_vec(),
        partition_columns: Vec::new(),
        configuration: Vec::new(),
        created_time: Some(now_millis),
    });
    match DeltaTable::create(store, &commit).await {
        Ok(table) => Ok(table),
        Err(CommitError::VersionMoved { .. }) => match DeltaTable::open(store).await {
            Ok(Some(table)) => Ok(table),
            Ok(None) => Err(engine_fault(&gone())),
            Err(error) => Err(engine_fault(&error)),
        },
        Err(error) => Err(commit_fault("the event log", &error)),
    }
}

fn gone() -> EngineError {
    EngineError::new(ErrorKind::NotFound, "open event log", "the table has gone")
}

/// The columns of the event log.
fn columns() -> Result<Vec<StructField>, EngineError> {
    let mut sources = lakesmith_diagnostic::SourceMap::default();
    let source = sources.add("event log", EVENT_LOG_DDL, lakesmith_diagnostic::source::SourceKind::Inline);
    lakesmith_sql::parse_schema(&sources, source)
        .map_err(|fault| EngineError::new(ErrorKind::Internal, "read event log schema", fault.title))
}

async fn write(
    engine: &Engine,
    journal: &Path,
    columns: &[StructField],
    folder: &str,
) -> Result<Vec<DataFile>, EngineError> {
    let options = ReaderOptions::defaults(Format::Json, Usage::Reader);
    let files = lakesmith_ingest::list(journal, &options, &|_| false)?;
    let provider = lakesmith_ingest::provider(files, columns.to_vec(), &options);
    let native = |error| EngineError::from_datafusion("write event log", error);
    let session = engine.session();
    let projection: Vec<usize> = (0..columns.len()).collect();
    let rows = provider.scan(&session.state(), Some(&projection), &[], None).await.map_err(native)?;
    let schema = to_arrow_schema(columns)
        .map_err(|error| EngineError::new(ErrorKind::Internal, "write event log", error.to_string()))?;
    let spec = SinkSpec {
        node: "sink:events".to_owned(),
        folder: folder.to_owned(),
        schema: Arc::new(schema),
        partition_columns: Vec::new(),
        verdict: None,
        quarantine: None,
        part_prefix: "events".to_owned(),
    };
    let sink = SinkExec::try_new(Arc::new(spec), rows).map_err(native)?.with_faults(Arc::clone(&engine.faults));
    let sink: Arc<dyn ExecutionPlan> = Arc::new(sink);
    let sink = engine.delivered(sink)?;
    LocalExecutor::new(session.task_ctx()).drain(Arc::clone(&sink)).await?;
    let now = engine.now_millis();
    Ok(report_of(&sink).iter().filter_map(|entry| DataFile::from_report(entry, now)).collect())
}

/// What became of the records of each file that a flow read.
pub(crate) fn file_events(work: &FlowWork) -> Option<Details> {
    let first = work.files.first()?;
    let source_path = first.path.parent().map_or_else(String::new, |folder| folder.display().to_string());
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let files = work.files.iter().map(|file| FileCounts {
        path: file.path.display().to_string(),
        records: count(file.records),
        decoded: count(file.decoded),
        rejected: count(file.rejected),
        first_rejection: file.rejected_samples.first().map(|(line, why)| format!("line {line}: {why}")),
    });
    let files: Vec<FileCounts> = files.collect();
    Some(Details::OperationProgress(OperationProgress {
        operation: OperationType::AutoLoaderDecoding,
        status: OperationStatus::Completed,
        duration_ms: None,
        auto_loader_details: Some(AutoLoaderDetails {
            source_path,
            num_files_listed: i64::try_from(files.len()).unwrap_or(i64::MAX),
            files,
        }),
        cdc_snapshot: None,
    }))
}

/// The last event of a flow. A flow that wrote nothing says nothing of quality, so that the last figures stand.
pub(crate) fn flow_progress(outcome: &FlowOutcome) -> (FlowProgress, Option<EventError>) {
    let status = match &outcome.result {
        FlowResult::Completed => FlowStatus::Completed,
        FlowResult::UpToDate(_) => FlowStatus::Completed,
        FlowResult::Failed(_) => FlowStatus::Failed,
        FlowResult::Skipped { .. } => FlowStatus::Skipped,
        FlowResult::Excluded => FlowStatus::Excluded,
        FlowResult::Stopped => FlowStatus::Stopped,
    };
    let mut progress = FlowProgress::new(status);
    let work = &outcome.work;
    if work.batches > 0 {
        progress = progress.with_metrics(FlowMetrics {
            num_output_rows: Some(work.written),
            num_output_bytes: Some(work.bytes),
            ..FlowMetrics::default()
        });
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let expectations = work.expectations.iter().map(|counts| ExpectationCounts {
            name: counts.check.name.clone(),
            dataset: counts.dataset.clone(),
            passed_records: count(counts.passed),
            failed_records: count(counts.failed),
        });
        let quality = DataQuality {
            dropped_records: work.dropped,
            quarantined_records: (work.quarantined > 0).then_some(work.quarantined),
            expectations: expectations.collect(),
        };
        if !quality.expectations.is_empty() {
            progress = progress.with_quality(quality);
        }
    }
    let error = match &outcome.result {
        FlowResult::Failed(faults) if !faults.is_empty() => Some(EventError::of_diagnostics(faults)),
        _ => None,
    };
    (progress, error)
}
