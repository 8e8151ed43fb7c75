//! Upkeep of tables after a commit: log checkpoints, and small files merged into few.
//!
//! Both happen once in some commits, so that an update costs the same however many were before it. Nothing that fails here is a
//! failure of a flow, which has committed.

use std::sync::Arc;

use datafusion::physical_plan::ExecutionPlan;
use lakesmith_delta::checkpoint::{checkpoint_if_due, is_due};
use lakesmith_delta::compaction::{self, CompactionSettings};
use lakesmith_delta::{CommitError, DeltaTable, cleanup};
use lakesmith_diagnostic::{Condition, Diagnostic};
use lakesmith_engine::{EngineError, Executor, LocalExecutor};

use crate::engine::Engine;
use crate::pipeline::Pipeline;

/// Log checkpoints are written after so many commits.
const COMMITS_PER_CHECKPOINT: i64 = 10;

const ENABLED: &str = "spark.databricks.delta.autoCompact.enabled";
const MIN_FILES: &str = "spark.databricks.delta.autoCompact.minNumFiles";
const MAX_BYTES: &str = "spark.databricks.delta.autoCompact.maxFileSize";
/// Properties by which a table's owner keeps its files as they were written.
const TABLE_SWITCHES: [&str; 2] = ["delta.autoOptimize.autoCompact", "pipelines.autoOptimize.managed"];

/// How small files are merged, as the pipeline's settings say; nothing when they are left alone.
pub(crate) fn compaction_settings(pipeline: &Pipeline) -> Result<Option<CompactionSettings>, Box<Diagnostic>> {
    let usual = CompactionSettings::default();
    let is_enabled = match pipeline.setting(ENABLED).map(str::trim) {
        None => true,
        Some(text) if ["true", "auto"].iter().any(|on| text.eq_ignore_ascii_case(on)) => true,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        Some(text) => return Err(invalid(ENABLED, text, "`true`, `auto` or `false`")),
    };
    let min_files = match pipeline.setting(MIN_FILES) {
        None => usual.min_files,
        Some(text) => match text.trim().parse() {
            Ok(number @ 2..) => number,
            _ => return Err(invalid(MIN_FILES, text, "a number of files, 2 at least")),
        },
    };
    let max_bytes = match pipeline.setting(MAX_BYTES) {
        None => usual.max_bytes,
        Some(text) => bytes(text).ok_or_else(|| invalid(MAX_BYTES, text, "a size in bytes, for example `128mb`"))?,
    };
    Ok(is_enabled.then_some(CompactionSettings { min_files, max_bytes }))
}

fn invalid(name: &str, value: &str, wanted: &str) -> Box<Diagnostic> {
    let title = format!("setting `{name}` is `{value}`; it must be {wanted}");
    Box::new(Diagnostic::error(Condition::INVALID_CONF_VALUE_TYPE_MISMATCH, title))
}

/// A size as Spark writes it: `134217728`, `128mb`, `1g`.
fn bytes(text: &str) -> Option<i64> {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let number: i64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit).filter(|bytes| *bytes > 0)
}

/// Does what is due after a commit. `compaction` is nothing for a table whose files are left as they are.
pub(crate) async fn upkeep(engine: &Engine, table: &mut DeltaTable, compaction: Option<CompactionSettings>) {
    let is_switched_off =
        |name: &str| table.metadata().property(name).is_some_and(|value| value.eq_ignore_ascii_case("false"));
    let compaction = compaction.filter(|_| !TABLE_SWITCHES.iter().any(|name| is_switched_off(name)));
    if let Some(settings) = compaction
        && is_due(table, COMMITS_PER_CHECKPOINT).await.unwrap_or(false)
        && let Err(error) = compact(engine, table, settings).await
    {
        tracing::warn!(table = table.store().folder(), %error, "small files could not be merged; the table is complete as it is");
    }
    if let Some(error) = checkpoint_if_due(table, COMMITS_PER_CHECKPOINT, engine.now_millis()).await {
        tracing::warn!(%error, "a checkpoint of the log could not be written");
    }
}

async fn compact(engine: &Engine, table: &mut DeltaTable, settings: CompactionSettings) -> Result<(), EngineError> {
    let files = compaction::chosen(table.files().await?, settings);
    if files.is_empty() {
        return Ok(());
    }
    let session = engine.session();
    // one task: each partition becomes one file, and the cores are left to flows
    let mut state = session.state();
    state.config_mut().options_mut().execution.target_partitions = 1;
    let plan = compaction::plan(table, &files, &state, &engine.faults).await?;
    let plan = engine.delivered(plan)?;
    let outcome = replace(engine, table, &plan, files).await;
    if outcome.is_err() {
        cleanup::remove_parts_of(&plan, table.store().store()).await?;
    }
    outcome
}

async fn replace(
    engine: &Engine,
    table: &mut DeltaTable,
    plan: &Arc<dyn ExecutionPlan>,
    files: Vec<lakesmith_delta::DataFile>,
) -> Result<(), EngineError> {
    LocalExecutor::new(engine.session().task_ctx()).drain(Arc::clone(plan)).await?;
    let commit = compaction::commit(plan, files, engine.now_millis())?;
    engine.faults.reach("compaction.before_commit")?;
    match table.commit(&commit).await {
        Ok(_) => engine.faults.reach("compaction.after_commit"),
        // someone else replaced a file meanwhile: the table is right as it is
        Err(CommitError::VersionMoved { .. }) => cleanup::remove_parts_of(plan, table.store().store()).await,
        Err(CommitError::Failed(error) | CommitError::Unsure(error)) => Err(error),
        Err(other) => Err(EngineError::new(lakesmith_engine::ErrorKind::Storage, "compact table", other.to_string())),
    }
}
