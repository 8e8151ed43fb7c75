//! Checkpoints of the log and removal of the commits that they make needless.
//!
//! `deltalake-core` writes the checkpoint file; when it is written, and what is removed after it, is decided here. Readers do
//! not need either, so nothing that goes wrong here undoes a commit.

use std::sync::Arc;

use deltalake_core::checkpoints::create_checkpoint;
use deltalake_core::{DeltaTableBuilder, DeltaTableError, ensure_table_uri};
use lakesmith_engine::store::engine_error;
use lakesmith_engine::{Actor, EngineError, ErrorKind};
use object_store::{Error, ObjectStore, ObjectStoreExt};

use crate::log;
use crate::table::DeltaTable;

/// Commits between two checkpoints, unless `delta.checkpointInterval` says otherwise.
pub const CHECKPOINT_INTERVAL: i64 = 10;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Writes a checkpoint when enough commits have been made since the last one, then removes old commits that it covers.
///
/// `interval` is used where the table does not set `delta.checkpointInterval`. A committed version does not depend on this: a
/// failure is given back as a warning.
pub async fn checkpoint_if_due(table: &DeltaTable, interval: i64, now_millis: i64) -> Option<EngineError> {
    let result = async {
        if is_due(table, interval).await? {
            write_checkpoint(table).await?;
            clean_log(table, now_millis).await?;
        }
        Ok::<(), EngineError>(())
    };
    result.await.err().map(|error| error.with("table", table.store().folder()))
}

/// Whether enough commits have been made since the last checkpoint.
pub async fn is_due(table: &DeltaTable, interval: i64) -> Result<bool, EngineError> {
    let set = table.metadata().property("delta.checkpointInterval").and_then(|text| text.parse().ok());
    let interval: i64 = set.unwrap_or(interval).max(1);
    if table.version() < interval {
        return Ok(false);
    }
    let last = log::hinted_checkpoint(table.store()).await?.map_or(0, |checkpoint| checkpoint.version);
    Ok(table.version() - last >= interval)
}

async fn write_checkpoint(table: &DeltaTable) -> Result<(), EngineError> {
    let (folder, version) = (table.store().folder().to_owned(), table.version());
    let store = Arc::clone(table.store().store());
    let runtime = tokio::runtime::Handle::current();
    // the kernel replays the log on the thread that asks it to, which must not be one that runs tasks
    let written = tokio::task::spawn_blocking(move || runtime.block_on(write_with_kernel(store, &folder, version)));
    match written.await {
        Ok(written) => written.map_err(|error| failed().caused_by(error)),
        Err(error) => Err(failed().caused_by(error)),
    }
}

async fn write_with_kernel(store: Arc<dyn ObjectStore>, folder: &str, version: i64) -> Result<(), DeltaTableError> {
    let location = ensure_table_uri(folder)?;
    let version = u64::try_from(version).map_err(|error| DeltaTableError::Generic(error.to_string()))?;
    let builder = DeltaTableBuilder::from_url(location.clone())?.with_storage_backend(store, location);
    let table = builder.with_version(version).load().await?;
    create_checkpoint(&table, None).await
}

fn failed() -> EngineError {
    let message = "a checkpoint could not be written; the table is complete without it";
    EngineError::new(ErrorKind::Storage, "write checkpoint", message).for_actor(Actor::Target).retryable()
}

/// Removes commits and checkpoints that are older than the table keeps them and that no kept version needs.
async fn clean_log(table: &DeltaTable, now_millis: i64) -> Result<(), EngineError> {
    if table.metadata().property("delta.enableExpiredLogCleanup") == Some("false") {
        return Ok(());
    }
    let kept_for = table.metadata().property("delta.logRetentionDuration").and_then(interval_millis);
    let oldest_kept = now_millis.saturating_sub(kept_for.unwrap_or(30 * DAY_MILLIS));
    let store = table.store();
    let folder = store.location().clone().join(log::LOG);
    let listed = store.store().list_with_delimiter(Some(&folder)).await;
    let listed = listed.map_err(|error| engine_error("clean log", error))?.objects;
    let version_of = |name: Option<&str>| name?.get(..20)?.parse::<i64>().ok();
    let versioned: Vec<_> =
        listed.iter().filter_map(|object| Some((version_of(object.location.filename())?, object))).collect();
    let young = versioned.iter().filter(|(_, object)| object.last_modified.timestamp_millis() >= oldest_kept);
    let first_kept = young.map(|(version, _)| *version).min().unwrap_or(table.version()).min(table.version());
    let checkpoints = log::list(store).await?.checkpoints;
    let covering =
        checkpoints.iter().map(|checkpoint| checkpoint.version).filter(|version| *version <= first_kept).max();
    let Some(covering) = covering else { return Ok(()) };
    for (_, object) in versioned.iter().filter(|(version, _)| *version < covering) {
        match store.store().delete(&object.location).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(engine_error("clean log", error).with("path", &object.location)),
        }
    }
    Ok(())
}

/// The length of a Spark interval such as `interval 30 days` or `1 week 2 hours`; `None` when it is none of fixed length.
fn interval_millis(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let mut words = text.strip_prefix("interval").unwrap_or(&text).split_whitespace();
    let mut total: Option<i64> = None;
    while let Some(number) = words.next() {
        let number: i64 = number.parse().ok()?;
        let unit = match words.next()?.trim_end_matches('s') {
            "week" => 7 * DAY_MILLIS,
            "day" => DAY_MILLIS,
            "hour" => DAY_MILLIS / 24,
            "minute" => 60_000,
            "second" => 1_000,
            "millisecond" => 1,
            _ => return None,
        };
        total = Some(total.unwrap_or(0).checked_add(number.checked_mul(unit)?)?);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_read_as_spark_writes_it() {
        assert_eq!(interval_millis("interval 30 days"), Some(30 * DAY_MILLIS));
        assert_eq!(interval_millis("INTERVAL 1 week 2 hours"), Some(7 * DAY_MILLIS + 2 * 3_600_000));
        assert_eq!(interval_millis("interval 1 month"), None);
        assert_eq!(interval_millis("interval"), None);
    }
}
